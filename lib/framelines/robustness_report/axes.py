"""Which choice enters which finding, which changes nothing, and why the others cannot enter."""

from collections.abc import Sequence

import pandas as pd

from framelines import findings as robust
from framelines.case import Case
from framelines.findings.declared import Finding
from framelines.findings.words import choice_name, join
from framelines.outputs import Outputs
from framelines.robustness_report.tables import DECLARED, Runs

# Every kind of choice that could enter, the columns that it has, and why it enters no more.
AXES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("calendar", ("calendar",), "wordings, and figures without a Hijri day, do not hang on it"),
    ("reading of figures", ("reading",), "they rest on no figure that a source qualifies"),
    ("reposts", ("reposts", "matter"), "they rest on one document, or on events, told once"),
    (
        "unit of resampling",
        ("resampling",),
        "no share is resampled: events are listed, days and figures have the ends of their words. "
        "Documents give way to chunks by a rule, where a group has too few of them",
    ),
    (
        "prior strength",
        ("error_prior",),
        "no prior enters them; keyness, which has one, ranks words and is no declared finding",
    ),
    ("least count", ("least",), "they are counts, or k of n, given as such however few"),
    (
        "theatre sentences or whole texts",
        ("scope",),
        "they rest on events, which lie in the theatre by their place",
    ),
    (
        "origin of the reference",
        ("origin", "reference", "part_of_day"),
        "they are set against no reference",
    ),
    (
        "coding",
        ("coder",),
        "a second coder names events freely, so that dates and figures meet none of the reference",
    ),
    (
        "one left out",
        ("left_out",),
        "they have one teller, or a part for each",
    ),
)


def _columns(finding: Finding, table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Those choices of a finding that have more than one value."""
    return [c for c in robust.choices_in(table) if c in names and table[c].nunique() > 1]


def axis_rows(case: Case, declared: Sequence[Finding], runs: Runs) -> pd.DataFrame:
    """Return one row a kind of choice: choice, enters, without effect in, enters no other because.

    A finding that it enters although it was not declared has an asterisk.
    """
    bench = robust.Bench(case, 1, 1)
    known = {name for _, names, _ in AXES for name in names}
    others = dict.fromkeys(
        c for f in declared for c in robust.choices_in(runs[f.id]) if c not in known
    )
    axes = (*AXES, *((choice_name(c), (c,), "") for c in others))
    rows = []
    for label, names, reason in axes:
        enters, idle, reasons, left = [], [], [], False
        for finding in declared:
            table = runs[finding.id]
            own = _columns(finding, table, names)
            possible = [c for c in names if c in finding.analysis.choices]
            if own:
                mark = "" if any(c in finding.choices for c in own) else "*"
                enters.append(f"{finding.name}{mark}")
                choices = robust.choices_in(table)
                if all(robust.idle(table, c, choices) for c in own):
                    idle.append(finding.name)
            else:
                reasons += [w for c in possible if (w := robust.why_not(bench, finding, c))]
                left = left or not possible
        because = list(dict.fromkeys(reasons)) + ([reason] if reason and left else [])
        rows.append(
            {
                "choice": label,
                "enters": join(enters) or "none",
                "without effect in": join(idle),
                "enters no other because": "; ".join(because),
            }
        )
    return pd.DataFrame(rows)


def axes(case: Case, out: Outputs, declared: Sequence[Finding], runs: Runs) -> None:
    """Print which choice enters which finding, and why it does not enter the others."""
    table = axis_rows(case, declared, runs)
    added = sum(len(robust.added_choices(case, f)) for f in declared)
    out.number("added", added, unit="choices", source=DECLARED)
    out.table(
        table,
        "choices",
        caption="Which choice enters which finding, and why it enters no other.",
        footer="Asterisk: not named when the finding was declared, and added here ({added:unit} in "
        "all findings). Without effect: whatever the other choices, no count or result changes, so "
        "that it multiplies no distinct specification.",
    )
