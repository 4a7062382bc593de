"""Tables of notebook 04: every declared finding, its range, what it measures and rests on."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from framelines import findings as robust
from framelines.case import Case
from framelines.figures.robustness import part_name
from framelines.figures.style import bloc_name
from framelines.findings.bench import K_OF_N, NUMBER, POINTS, TIMES
from framelines.findings.declared import Finding
from framelines.findings.reposts import A_TENTH
from framelines.findings.summaries import NOTHING, ONE
from framelines.findings.words import NO_ESTIMATE
from framelines.formats import number_text
from framelines.outputs import Outputs

Runs = Mapping[str, pd.DataFrame]
DECLARED = "findings.yaml"
DIGITS = {POINTS: 1, TIMES: 2}
# Longer lists of names stand in the notebooks that the findings come from.
DETAIL = 110


def row_name(row: Mapping[str, Any]) -> str:
    """Return the printed name of a finding's part."""
    part = part_name(str(row["part"])) if row["part"] else ""
    return f"{row['name']} ({part})" if part else str(row["name"])


def _short(text: str) -> str:
    return text if len(text) <= DETAIL else text[: DETAIL - 1].rsplit(" ", 1)[0] + " …"


def plain(text: str) -> str:
    """Return a text with camps and other ids by their printed names."""
    return re.sub(r"[a-z]+(?:_[a-z]+)+", lambda found: bloc_name(found[0]), text)


def with_unit(row: Mapping[str, Any]) -> str:
    """Return the main estimate of a row of the summary with its unit, in the singular for one."""
    text, unit = str(row["main_text"]), str(row["unit"])
    if unit in (K_OF_N, NUMBER) or text == NO_ESTIMATE:
        return text
    first, _, rest = unit.partition(" ")
    return f"1 {first.removesuffix('s')} {rest}".strip() if text == "1" else f"{text} {unit}"


def _range(row: Mapping[str, Any]) -> str:
    if row["estimable"] == 0:
        return ""
    same = row["from_text"] == row["to_text"]
    return str(row["from_text"]) if same else f"{row['from_text']} to {row['to_text']}"


def _counts(row: Mapping[str, Any]) -> str:
    missing = row["distinct"] - row["estimable"]
    text = f"{row['distinct']} of {row['specifications']}"
    return f"{text}; {missing} without" if missing else text


def _verdict(row: Mapping[str, Any]) -> str:
    counts = f" ({row['holds']} of {row['judged']})" if row["judged"] else ""
    return f"{row['verdict']}{counts}"


def hangs_text(row: Mapping[str, Any], shift: bool = True) -> str:
    """Return the choice that a finding hangs on, with how far it moves the mean, or nothing."""
    if row["hangs_on"] in ("", NOTHING, ONE):
        return str(row["hangs_on"]).split(":")[0]
    return f"{row['hangs_on']} ({row['shift_text']})" if shift else str(row["hangs_on"])


def overview(out: Outputs, summary: pd.DataFrame) -> None:
    """Print every finding with its direction, estimate, range, specifications and what moves it."""
    rows = summary.to_dict("records")
    table = pd.DataFrame(
        {
            "finding": [row_name(r) for r in rows],
            "declared direction (known before)": [
                f"{r['direction']} ({r['known_before']})" for r in rows
            ],
            "estimate": [with_unit(r) for r in rows],
            "range": [_range(r) for r in rows],
            "distinct specifications": [_counts(r) for r in rows],
            "verdict (holds in)": [_verdict(r) for r in rows],
            "hangs on": [hangs_text(r, shift=False) for r in rows],
        }
    )
    out.table(
        table,
        "findings",
        caption="The declared findings: estimate, range over all specifications, and the choice "
        "that moves them most.",
        footer="Known before: whether whoever coded the texts knew the answer. The estimate is the "
        "one of the main specification. Distinct: combinations whose counts or results differ, of "
        "all; without: those that have no estimate. Holds in: the specifications that bear out "
        "the declared direction, or the sign of the main one where none was declared. Hangs on: "
        "the choice between two of whose values the estimates differ most on average. "
        "Specifications were chosen and not drawn: how many agree is no probability.",
    )


def _end(value: float, unit: str) -> str:
    if abs(value) == float("inf"):
        return "−∞" if value < 0 else "∞"
    if unit == K_OF_N:
        return f"{number_text(100 * value, 1)} %"
    whole = float(value).is_integer() and unit not in DIGITS
    return number_text(int(value) if whole else float(value), 0 if whole else DIGITS.get(unit))


def _ends(row: Mapping[str, Any]) -> str:
    """The two ends of an estimate in words, nothing where it has none."""
    if pd.isna(row["low"]) or row["interval"] == "":
        return ""
    low, high = (_end(row[c], str(row["unit"])) for c in ("low", "high"))
    return f"{low} to {high}"


def measures(out: Outputs, summary: pd.DataFrame, runs: Runs) -> None:
    """Print what every number measures, on how much it rests, and why it lacks an interval."""
    rows = []
    for row in summary.to_dict("records"):
        table = runs[row["finding"]]
        main = table[table["main"] & table["part"].eq(row["part"])].iloc[0]
        rows.append(
            {
                "finding": row_name(row),
                "measures": plain(main["measures"]),
                "n": "–" if pd.isna(main["n"]) else f"{main['n']:.0f}",
                "estimate": row["main_text"],
                "from, to": _ends(main),
                "what the ends are": main["interval"] or main["why"],
                "rests on": _short(main["detail"]),
            }
        )
    out.table(
        pd.DataFrame(rows),
        "measures",
        caption="What the number of every finding measures, at its main specification.",
        footer="The estimate takes figures as they are stated, the ends what their words leave "
        "open: where more than a number was said, the estimate may lie outside. ∞: left open.",
    )


def repeated_matter(case: Case, out: Outputs, declared: Sequence[Finding]) -> None:
    """List the rates and shares that counting repeated matter twice would move, where declared."""
    if all(f.function != "findings.effect_of_reposts" for f in declared):
        out.say("No finding of this case asks what counting twice would do.")
        return
    table = robust.effect_of_reposts(case)
    moved = table[(table["relative"].abs() >= A_TENTH) | (table["change"].abs() >= 1)]
    moved = moved[moved["kind"].eq("profile") | (moved["change"].abs() >= 1)]
    out.number("rates_moved", len(moved), unit="rates and shares", source="sentences.csv")
    out.number("rates_all", len(table), source="sentences.csv")
    out.number("rates_outlets", moved["source"].nunique(), unit="outlets", source="sentences.csv")
    out.number("sentences_again", len(robust.twins(case)), unit="sentences", source="regions.csv")
    out.say(
        "{sentences_again:unit} stand again elsewhere. Counted again, they would move "
        "{rates_moved} of {rates_all} rates and shares by a tenth of the rate, or by a percentage "
        "point of a frame, all in {rates_outlets:unit}."
    )
    if moved.empty:
        return
    order = moved.assign(size=-moved["relative"].abs().fillna(1e9).round(9))
    order = order.sort_values(["source", "kind", "size", "measure"], kind="stable")
    out.table(
        order[["measure", "source", "unit", "once", "twice"]],
        "counted-twice",
        digits={"once": 1, "twice": 1},
        caption="Rates and shares that repeated matter would move if it were counted again.",
        footer="Lexical diversity is left out: counts do not tell what repeating does to it.",
    )
