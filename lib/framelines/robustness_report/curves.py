"""Figures of notebook 04 with their words: specification curves, and which choice moves what."""

from collections.abc import Sequence

import pandas as pd

from framelines import findings as robust
from framelines.case import Case
from framelines.figures import robustness as figures
from framelines.findings.declared import Finding
from framelines.findings.words import choice_name, join, names_of, value_name
from framelines.outputs import Outputs
from framelines.robustness_report.tables import Runs, plain, row_name

# KEY is the name of a finding among the numbers.
CURVE_TEXT = "{KEY_name}: *{KEY_verdict}.*"
CURVE_ALT = (
    "Estimates of {KEY_name} in rising order, from {KEY_from} to {KEY_to:unit}, one a distinct "
    "specification, above a matrix of dots that shows the choices of each. It hangs on "
    "{KEY_hangs_on}."
)
CURVE_CAPTION = (
    "Every distinct specification with an estimate of: {KEY_measures}. One mark may stand for "
    "several combinations that give the same; all their choices have a dot. Diamond: the main one; "
    "hollow: no interval. {KEY_ends}"
)
DASHED = " Dashed: where nothing differs."
BLUE = " Blue: with a choice that was not named when the finding was declared."
# A list of all outlets would say no more.
MOST_VALUES = 4


def drawn_rows(table: pd.DataFrame, choices: Sequence[str]) -> pd.DataFrame:
    """Return the distinct specifications that a curve shows, the values of their choices joined."""
    parts = [
        figures.sorted_specifications(own, choices) for _, own in table.groupby("part", sort=False)
    ]
    rows = pd.concat(parts, ignore_index=True)
    joined = {c: rows[c].map(lambda v: ";".join(sorted(map(str, v)))) for c in choices}
    return rows.assign(**joined).drop(columns=["finding", "rank"])


def curves(case: Case, out: Outputs, declared: Sequence[Finding], runs: Runs) -> None:
    """Draw the specification curve of every finding that has one."""
    names, drawn = names_of(case), 0
    for finding in declared:
        table = runs[finding.id]
        parts = figures.worth_drawing(table) if finding.analysis.curve else []
        if not parts:
            continue
        drawn += 1
        shown = table[table["part"].isin(parts)]
        choices = robust.choices_in(shown)
        signed = finding.analysis.signed
        base = finding.id.replace("-", "_")
        several = table["part"].nunique() > 1
        order = list(dict.fromkeys(table["part"]))
        keys = [f"{base}_part_{order.index(p) + 1}" if several else base for p in parts]
        for key in keys:
            out.say(CURVE_TEXT.replace("KEY", key))
        ends = sorted({i for i in figures.drawable(shown)["interval"] if i})
        out.number(f"{base}_ends", f"Lines: {join(ends)}." if ends else "")
        out.number(f"{base}_measures", plain(str(shown["measures"].iloc[0])))
        rows = drawn_rows(shown, choices)
        caption = CURVE_CAPTION + (DASHED if signed else "")
        caption += "" if rows["declared"].all() else BLUE
        out.figure(
            figures.specification_curve(shown, choices, signed=signed, names=names),
            f"curve-{finding.id}",
            data=rows,
            alt=CURVE_ALT.replace("KEY", keys[0]),
            caption=caption.replace("KEY", base),
        )
    if not drawn:
        out.say("No finding of this case has three distinct estimates: see the table.")


def influences(case: Case, out: Outputs, declared: Sequence[Finding], runs: Runs) -> None:
    """Print and draw how far each choice moves each estimate."""
    table = robust.influences(declared, runs)
    if table.empty:
        out.say("No choice moves any estimate.")
        return
    table = table[table["values"] > 1]
    names = names_of(case)
    table = table.assign(row=[row_name(r) for r in table.to_dict("records")])
    out.figure(
        figures.influence_matrix(table),
        "influence",
        data=table[["row", "choice", "values", "shift", "relative", "lowest", "highest"]],
        alt="Findings in rows against choices in columns; the larger a circle, the more of the "
        "range of the estimate that choice alone explains. A small grey dot moves nothing.",
        caption="Which choice moves which finding. Area: largest mean difference between two "
        "values of the choice, over the whole range. Empty: the choice does not enter the finding.",
    )

    def in_words(values: str, of: int) -> str:
        listed = values.split(";")
        if len(listed) > MOST_VALUES:
            return f"{len(listed)} of {of} values"
        return join([value_name(v, names) for v in listed])

    moving = table[table["shift"] > 0]
    out.table(
        pd.DataFrame(
            {
                "finding": moving["row"],
                "choice": [choice_name(c) for c in moving["choice"]],
                "moves the mean by": moving["shift_text"],
                "lowest with": [
                    in_words(v, n) for v, n in moving[["lowest", "values"]].itertuples(index=False)
                ],
                "highest with": [
                    in_words(v, n) for v, n in moving[["highest", "values"]].itertuples(index=False)
                ],
            }
        ),
        "influence",
        caption="How far each choice moves each finding, and between which of its values.",
        footer="Mean differences between two values, over those settings of the other choices that "
        "give an estimate under both. For k of n they are differences of shares; with fewer than "
        "ten no rate is given. Ratios are compared as ratios: a factor.",
    )
