"""What notebook 04 says: every declared finding, its range, and the choice that it hangs on."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from framelines import findings as robust
from framelines.case import Case
from framelines.figures import robustness as figures
from framelines.figures.robustness import part_name
from framelines.figures.style import bloc_name
from framelines.findings.bench import K_OF_N, NUMBER, POINTS, TIMES
from framelines.findings.declared import KNOWN, Finding
from framelines.findings.summaries import NOTHING, ONE, TURNS
from framelines.findings.words import NO_ESTIMATE, choice_name, join, names_of, value_name
from framelines.outputs import Outputs

Runs = Mapping[str, pd.DataFrame]
DECLARED = "findings.yaml"
DIGITS = {POINTS: 1, TIMES: 2}
# Longer lists of names stand in the notebooks that the findings come from.
DETAIL = 110
# KEY is the name of a finding among the numbers.
CURVE_TEXT = (
    "{KEY_name}: {KEY_main:unit} at the main specification, from {KEY_from} to {KEY_to} over "
    "{KEY_specifications} specifications with {KEY_distinct} different values. It hangs on "
    "{KEY_hangs_on}."
)
CURVE_ALT = (
    "Estimates of {KEY_name} in rising order, from {KEY_from} to {KEY_to:unit}, one a "
    "specification, above a matrix of dots that shows the choices of each. It hangs on "
    "{KEY_hangs_on}."
)
CURVE_CAPTION = (
    "Every specification of: {KEY_measures}. Diamond: the main one; hollow: no interval. Lines: "
    "{KEY_ends}."
)
DASHED = " Dashed: where nothing differs."


def row_name(row: Mapping[str, Any]) -> str:
    """Return the printed name of a finding's part."""
    part = part_name(str(row["part"])) if row["part"] else ""
    return f"{row['name']} ({part})" if part else str(row["name"])


def _short(text: str) -> str:
    return text if len(text) <= DETAIL else text[: DETAIL - 1].rsplit(" ", 1)[0] + " …"


def _plain(text: str) -> str:
    """A text with camps and other ids by their printed names."""
    return re.sub(r"[a-z]+(?:_[a-z]+)+", lambda found: bloc_name(found[0]), text)


def _named(rows: pd.DataFrame) -> str:
    """The findings of rows, each once, with their parts."""
    names = []
    for name, own in rows.groupby("name", sort=False):
        parts = [part_name(str(p)) for p in own["part"] if p]
        names.append(f"{name} ({'; '.join(parts)})" if parts else str(name))
    return join(names) or "none"


def opening(out: Outputs, declared: Sequence[Finding], summary: pd.DataFrame) -> None:
    """Say how many findings were declared, which were known, and which keep or change their sign.

    Without declared findings it says so, and nothing else.
    """
    out.number("declared", len(declared), unit="findings", source=DECLARED)
    if not declared:
        out.say("{declared:unit} are declared for this case: there is nothing to vary here.")
        return
    for known in KNOWN:
        count = sum(f.known_before == known for f in declared)
        out.number(f"known_{known}", count, source=DECLARED)
    runs = int(summary.drop_duplicates("finding")["specifications"].sum())
    out.number("specifications", runs, unit="specifications", source=DECLARED)
    out.finding(
        "{declared:unit} were declared before the analyses were run, and computed under "
        "{specifications:unit}. Whoever coded the texts knew the answer of {known_yes} beforehand, "
        "parts of it of {known_partly}, and of {known_no} nothing.",
        shows="findings",
    )
    known = summary[summary["estimable"] > 0]
    turning = known[known["sign"] == TURNS]
    moving = known[(known["distinct"] > 1) & (known["sign"] != TURNS)]
    steady = known[(known["distinct"] == 1) & (known["specifications"] > 1)]
    groups = {"turning": turning, "moving": moving, "steady": steady}
    groups["nowhere"] = summary[summary["estimable"] == 0]
    for key, rows in groups.items():
        out.number(key, len(rows), unit="estimates", source=DECLARED)
        out.number(f"{key}_names", _named(rows))
    out.finding(
        "Of the estimates that have several specifications {steady} are the same under all, "
        "{moving} move without a change of sign, and {turning} change their sign.",
        shows="findings",
    )
    if len(turning):
        out.finding(
            "The sign changes with the choices made, so that no direction may be claimed: "
            "{turning_names}.",
            shows="findings",
        )
    if len(moving):
        out.say("Moved by a choice, without a change of sign: {moving_names}.")
    if len(steady):
        out.say("The same under every specification: {steady_names}.")
    if len(groups["nowhere"]):
        out.say("Not estimable under any specification: {nowhere_names}.")


def _with_unit(row: Mapping[str, Any]) -> str:
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
    missing = row["specifications"] - row["estimable"]
    text = f"{row['specifications']} ({row['distinct']})"
    return f"{text}; {missing} without" if missing else text


def _hangs(row: Mapping[str, Any], shift: bool = True) -> str:
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
            "estimate": [_with_unit(r) for r in rows],
            "range": [_range(r) for r in rows],
            "specifications (distinct)": [_counts(r) for r in rows],
            "hangs on": [_hangs(r, shift=False) for r in rows],
        }
    )
    out.table(
        table,
        "findings",
        caption="The declared findings: estimate, range over all specifications, and the choice "
        "that moves them most.",
        footer="Known before: whether whoever coded the texts knew the answer. The estimate takes "
        "the first value of every choice. Distinct: different estimates; without: specifications "
        "that have none. Hangs on: the choice with the largest range of mean estimates given its "
        "values. Specifications were chosen and not drawn: how many agree is no probability.",
    )


def measures(out: Outputs, summary: pd.DataFrame, runs: Runs) -> None:
    """Print what every number measures, on how much it rests, and why it lacks an interval."""
    rows = []
    for row in summary.to_dict("records"):
        table = runs[row["finding"]]
        main = table[table["main"] & table["part"].eq(row["part"])].iloc[0]
        rows.append(
            {
                "finding": row_name(row),
                "measures": _plain(main["measures"]),
                "n": main["n"],
                "low": main["low"],
                "high": main["high"],
                "the two ends": main["interval"] or main["why"],
                "from": _short(main["detail"]),
            }
        )
    out.table(
        pd.DataFrame(rows),
        "measures",
        caption="What the number of every finding measures, at its main specification.",
        footer="Ends of k of n are shares. An end that is infinite is left open by the words.",
    )


def enter(out: Outputs, summary: pd.DataFrame) -> None:
    """Enter the estimate, range and choice of every finding as numbers for a paper."""
    for finding, own in summary.groupby("finding", sort=False):
        for place, row in enumerate(own.to_dict("records"), 1):
            base = str(finding).replace("-", "_") + (f"_part_{place}" if len(own) > 1 else "")
            unit, digits = str(row["unit"]), DIGITS.get(str(row["unit"]))
            for key, column in (("main", "main"), ("from", "from_"), ("to", "to")):
                text = row[f"{column.rstrip('_')}_text"]
                plain = unit == K_OF_N or text == NO_ESTIMATE
                value = text if plain else float(row[column])
                whole = not plain and unit not in DIGITS and float(row[column]).is_integer()
                out.number(
                    f"{base}_{key}",
                    int(value) if whole else value,
                    unit="" if plain else unit,
                    digits=digits,
                    source=DECLARED,
                )
            out.number(f"{base}_name", row_name(row), source=DECLARED)
            out.number(f"{base}_hangs_on", _hangs(row) or "nothing", source=DECLARED)
            for key in ("specifications", "distinct"):
                out.number(f"{base}_{key}", int(row[key]), source=DECLARED)


def curves(case: Case, out: Outputs, declared: Sequence[Finding], runs: Runs) -> None:
    """Draw the specification curve of every finding that has one, and say what it hangs on."""
    names, drawn = names_of(case), 0
    for finding in declared:
        table = runs[finding.id]
        parts = figures.worth_drawing(table) if finding.analysis.curve else []
        if not parts:
            continue
        drawn += 1
        shown = table[table["part"].isin(parts)]
        choices = list(finding.choices)
        signed = finding.analysis.signed
        base = finding.id.replace("-", "_")
        several = table["part"].nunique() > 1
        order = list(dict.fromkeys(table["part"]))
        for part in parts:
            key = f"{base}_part_{order.index(part) + 1}" if several else base
            text = CURVE_TEXT.replace("KEY", key)
            if signed:
                out.finding(text, shows=f"curve-{finding.id}")
            else:
                out.say(text)
        ends = sorted({i for i in shown["interval"] if i})
        out.number(f"{base}_ends", join(ends) or "nothing: there is no interval")
        out.number(f"{base}_measures", _plain(str(shown["measures"].iloc[0])))
        key = f"{base}_part_{order.index(parts[0]) + 1}" if several else base
        out.figure(
            figures.specification_curve(shown, choices, signed=signed, names=names),
            f"curve-{finding.id}",
            data=shown.drop(columns=["finding"]),
            alt=CURVE_ALT.replace("KEY", key),
            caption=(CURVE_CAPTION + (DASHED if signed else "")).replace("KEY", base),
        )
    if not drawn:
        out.say("No finding of this case has three estimates of which two differ: see the table.")


def influences(case: Case, out: Outputs, declared: Sequence[Finding], runs: Runs) -> None:
    """Print and draw how far each choice moves each estimate."""
    table = robust.influences(declared, runs)
    if table.empty:
        out.say("No choice moves any estimate.")
        return
    table = table[table["values"] > 1]
    names = names_of(case)
    rows = table.to_dict("records")
    ranges = [
        float(effects.max() - effects.min())
        for effects in (
            runs[r["finding"]].loc[runs[r["finding"]]["part"] == r["part"], "effect"] for r in rows
        )
    ]
    table = table.assign(
        row=[row_name(r) for r in rows],
        relative=[r["shift"] / whole for r, whole in zip(rows, ranges, strict=True)],
    )
    out.figure(
        figures.influence_matrix(table),
        "influence",
        data=table[["row", "choice", "values", "shift", "relative", "lowest", "highest"]],
        alt="Findings in rows against choices in columns; the larger a circle, the more of the "
        "range of the estimate that choice alone explains. A small grey dot moves nothing.",
        caption="Which choice moves which finding. Area: range of the mean estimates given the "
        "values of the choice, over the whole range. Empty: the choice does not enter the finding.",
    )

    def in_words(values: str) -> str:
        return join([value_name(v, names) for v in values.split(";")])

    moving = table[table["shift"] > 0]
    out.table(
        pd.DataFrame(
            {
                "finding": moving["row"],
                "choice": [choice_name(c) for c in moving["choice"]],
                "moves the mean by": moving["shift_text"],
                "lowest with": [in_words(v) for v in moving["lowest"]],
                "highest with": [in_words(v) for v in moving["highest"]],
            }
        ),
        "influence",
        caption="How far each choice moves each finding, and between which of its values.",
        footer="Means over all values of the other choices. For k of n they are means of shares; "
        "with fewer than ten no rate is given.",
    )


def repeated_matter(case: Case, out: Outputs, declared: Sequence[Finding]) -> None:
    """List the rates and shares that counting repeated matter twice would move, where declared."""
    if all(f.function != "findings.effect_of_reposts" for f in declared):
        out.say("No finding of this case asks what counting twice would do.")
        return
    table = robust.effect_of_reposts(case)
    moved = table[(table["relative"].abs() >= 10) | (table["change"].abs() >= 1)]
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
        caption="Rates and shares that repeated matter would move if it were counted again.",
        footer="Lexical diversity is left out: counts do not tell what repeating does to it.",
    )
