"""Sentences of notebook 04: what was declared, and whether each finding survives its choices."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from framelines.figures.robustness import part_name, worth_drawing
from framelines.findings import verdicts
from framelines.findings.bench import K_OF_N
from framelines.findings.declared import KNOWN, Finding
from framelines.findings.summaries import NOTHING, ONE, TURNS
from framelines.findings.words import NO_ESTIMATE, join, value_name
from framelines.formats import number_text
from framelines.outputs import Outputs
from framelines.permutation import LEVEL
from framelines.robustness_report.tables import (
    DECLARED,
    DIGITS,
    Runs,
    hangs_text,
    row_name,
    with_unit,
)

SAYS = {
    verdicts.SURVIVES: "Survives in every distinct specification, and the interval or the test "
    "agrees in every one that has either",
    verdicts.UNTESTED: "Its sign survives in every distinct specification; none has an interval or "
    "a test, so that it holds of these texts alone",
    verdicts.SIGN_ONLY: "Its sign survives in every distinct specification; an interval or a test "
    "does not bear it out in all that have either",
    verdicts.FALLS: "Does not survive: some specifications say otherwise",
    verdicts.FAILS: "Not as expected in any specification",
    verdicts.STEADY: "Expected as nothing that a number could contradict; the same throughout",
    verdicts.MOVES: "Expected as nothing that a number could contradict; moved by a choice",
    verdicts.NOWHERE: "Not estimable under any specification",
}


def named(rows: pd.DataFrame) -> str:
    """Return the findings of rows, each once, with their parts."""
    names = []
    for name, own in rows.groupby("name", sort=False):
        parts = [part_name(str(p)) for p in own["part"] if p]
        names.append(f"{name} ({'; '.join(parts)})" if parts else str(name))
    return join(names) or "none"


def opening(out: Outputs, declared: Sequence[Finding], summary: pd.DataFrame) -> None:
    """Say how many findings were declared, which were known, and which survive their choices.

    Without declared findings it says so, and nothing else.
    """
    out.number("declared", len(declared), unit="findings", source=DECLARED)
    if not declared:
        out.say("{declared:unit} are declared for this case: there is nothing to vary here.")
        return
    for known in KNOWN:
        count = sum(f.known_before == known for f in declared)
        out.number(f"known_{known}", count, source=DECLARED)
    each = summary.drop_duplicates("finding")
    out.number("specifications", int(each["specifications"].sum()), unit="specifications")
    out.number("distinct", int(summary.groupby("finding")["distinct"].max().sum()))
    out.finding(
        "{declared:unit} were declared before the analyses were run, and computed under "
        "{specifications:unit}, {distinct} of them distinct. Findings by what whoever coded the "
        "texts knew beforehand: the answer {known_yes}, parts of it {known_partly}, nothing of it "
        "{known_no}.",
        shows="findings",
    )
    known = summary[summary["estimable"] > 0]
    turning = known[known["sign"] == TURNS]
    moving = known[(known["values"] > 1) & (known["sign"] != TURNS)]
    steady = known[(known["values"] == 1) & (known["specifications"] > 1)]
    groups = {"turning": turning, "moving": moving, "steady": steady}
    groups["nowhere"] = summary[summary["estimable"] == 0]
    for key, rows in groups.items():
        out.number(key, len(rows), unit="estimates", source=DECLARED)
        out.number(f"{key}_names", named(rows))
    for key, came in (("survive", verdicts.SURVIVES), ("untested", verdicts.UNTESTED)):
        out.number(key, int((summary["verdict"] == came).sum()), unit="estimates")
    fallen = summary[summary["verdict"].isin([verdicts.FALLS, verdicts.FAILS])]
    out.number("fall", len(fallen), unit="estimates")
    out.number("claimed", int((summary["judged"] > 0).sum()), unit="estimates")
    out.number("fall_names", named(fallen))
    out.finding(
        "Of {claimed:unit} that claim more than a number, {survive} survive all their "
        "specifications with their interval or test, {untested} keep their sign with neither, and "
        "{fall} do not survive or are not as expected.",
        shows="findings",
    )
    if len(turning):
        out.finding(
            "The sign changes with the choices made, so that no direction may be claimed: "
            "{turning_names}.",
            shows="findings",
        )
    for place, (came, words) in enumerate(SAYS.items()):
        own = summary[summary["verdict"] == came]
        if len(own):
            letter = "abcdefgh"[place]
            out.number(f"verdict_{letter}", words)
            out.number(f"verdict_{letter}_names", named(own))
            out.say("**{verdict_KEY}:** {verdict_KEY_names}.".replace("KEY", letter))


def enter(out: Outputs, summary: pd.DataFrame) -> None:
    """Enter the estimate, range, verdict and choice of every finding as numbers for a paper."""
    out.number("level", 100 * LEVEL, unit="%", digits=0)
    for _, own in summary.groupby("finding", sort=False):
        for place, row in enumerate(own.to_dict("records"), 1):
            _enter(out, key_of(row, len(own), place), row)


def key_of(row: dict[str, Any], parts: int, place: int) -> str:
    """Return the key of a finding's part among the numbers; `place` counts parts from 1."""
    base = str(row["finding"]).replace("-", "_")
    return f"{base}_part_{place}" if parts > 1 else base


def _enter(out: Outputs, base: str, row: dict[str, Any]) -> None:
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
    out.number(f"{base}_estimate", with_unit(row), source=DECLARED)
    out.number(f"{base}_name", row_name(row), source=DECLARED)
    out.number(f"{base}_hangs_on", hangs_text(row) or "nothing", source=DECLARED)
    out.number(f"{base}_verdict", row["verdict"], source=DECLARED)
    for key in ("declared_from", "declared_to"):
        out.number(f"{base}_{key}", row[key], source=DECLARED)
    counts = ("specifications", "distinct", "estimable", "values", "holds", "judged")
    for key in (*counts, "bounded", "clear", "tested", "passed"):
        out.number(f"{base}_{key}", int(row[key]), source=DECLARED)
    claim = row["claim"]
    if claim is not None:
        than = claim.than
        text = number_text(int(than) if float(than).is_integer() else than)
        out.number(f"{base}_than", text, source=DECLARED)


def _ranged(row: dict[str, Any]) -> str:
    if row["distinct"] == 1:
        return "{@_estimate}: there is one distinct specification."
    over = "over {@_estimable} distinct specification" + ("s" if row["estimable"] > 1 else "")
    if row["estimable"] < row["distinct"]:
        over += " with an estimate, of {@_distinct}"
    if row["from_text"] == row["to_text"]:
        return "{@_estimate} " + over + "."
    text = "{@_estimate} at the main specification, {@_from} to {@_to} " + over
    own = (row["declared_from"], row["declared_to"])
    if own != (row["from_text"], row["to_text"]):
        text += "; {@_declared_from}" + (" to {@_declared_to}" if own[0] != own[1] else "")
        text += " over those of the declared choices alone"
    return text + "."


def _claimed(row: dict[str, Any]) -> str:
    """What is said of the claim of a row, if it has one; `@` stands for its key."""
    claim = row["claim"]
    if claim is None or row["judged"] == 0:
        return ""
    if claim.choice:
        _, more, less = (value_name(v) for v in claim.choice)
        text = f" {more.capitalize()} gives more than {less} in "
        return text + "{@_holds} of {@_judged} settings of the other choices."
    where = claim.relation.capitalize() + " {@_than}"
    if row["unit"] == K_OF_N:
        where = {0.0: "More than none", 1.0: "Fewer than all"}.get(claim.than, "More than half")
        where = "None" if claim.relation == verdicts.EQUAL else where
    text = " " + where + " in {@_holds} of {@_judged}"
    if row["bounded"]:
        ends = "hold it" if claim.relation == verdicts.EQUAL else "leave it out"
        text += "; the two ends " + ends + " in {@_clear} of {@_bounded} that have them"
    if row["tested"]:
        text += "; {@_passed} of {@_tested} that allow a test reach {level:unit} on that side"
    return text + "."


def headline(row: dict[str, Any]) -> str:
    """Return the sentences that say whether a part of a finding survives; `@` is its key."""
    text = "**{@_name}.** *{@_verdict}.* "
    if row["estimable"] == 0:
        return text + "No specification has an estimate."
    text += _ranged(row) + _claimed(row)
    if row["hangs_on"] in (NOTHING, ONE):
        return text
    return text + " It hangs on {@_hangs_on}."


def headlines(out: Outputs, declared: Sequence[Finding], summary: pd.DataFrame, runs: Runs) -> None:
    """Say of every finding, part by part, whether it survives, over what range, and what moves it.

    Those with a sign and a curve are kept for the front page.
    """
    for finding in declared:
        own = summary[summary["finding"] == finding.id]
        drawn = worth_drawing(runs[finding.id]) if finding.analysis.curve else []
        for place, row in enumerate(own.to_dict("records"), 1):
            text = headline(row).replace("@", key_of(row, len(own), place))
            if finding.analysis.signed and row["part"] in drawn:
                out.finding(text, shows=f"curve-{finding.id}")
            else:
                out.say(text)
