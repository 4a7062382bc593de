"""What the specifications of a finding say together: their range, and the choice it hangs on."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from framelines.findings.bench import K_OF_N, NO_DIFFERENCE
from framelines.findings.declared import Finding
from framelines.findings.words import choice_name, estimate_text, join, shift_text
from framelines.resampling import MIN_UNITS

NOTHING = "nothing: all specifications agree"
ONE = "there is one specification"
HOLDS, TURNS = "keeps its sign", "changes its sign"


def influence(table: pd.DataFrame, choices: Iterable[str]) -> pd.DataFrame:
    """Return how far each choice moves the estimate of one part, the farthest first.

    `table` are the rows of one part of `run`. One row a choice: choice, values, shift (the range of
    the mean effects given each of its values, over all values of the other choices), lowest and
    highest (the values at the ends of that range, joined by `;`).
    """
    known = table.dropna(subset=["effect"])
    rows = []
    for name in choices:
        means = known.groupby(name, sort=False)["effect"].mean().round(9)
        rows.append(
            {
                "choice": name,
                "values": table[name].nunique(),
                "shift": float(means.max() - means.min()) if len(means) else math.nan,
                "lowest": _at(means, means.min()),
                "highest": _at(means, means.max()),
            }
        )
    columns = ["choice", "values", "shift", "lowest", "highest"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("shift", ascending=False, kind="stable").reset_index(drop=True)


def _at(means: pd.Series, end: float) -> str:
    """The values whose mean is at an end of the range, joined by `;`."""
    return ";".join(str(value) for value in means.index[means == end])


def _hangs_on(table: pd.DataFrame, choices: list[str], distinct: int) -> tuple[str, float]:
    if len(table) == 1:
        return ONE, 0.0
    if distinct < 2:
        return NOTHING, 0.0
    moved = influence(table, choices)
    moved = moved[moved["values"] > 1]
    most = moved["shift"].max()
    named = moved.loc[moved["shift"] >= most - 1e-9, "choice"]
    return join([choice_name(c) for c in named]), float(most)


def _sign(known: pd.DataFrame, unit: str) -> str:
    if unit not in NO_DIFFERENCE or known.empty:
        return ""
    away = known["effect"] - NO_DIFFERENCE[unit]
    if (away > 0).any() and (away < 0).any():
        return TURNS
    return HOLDS if (away != 0).all() else ""


def summary(finding: Finding, table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a part of a finding, from the rows of `run`.

    finding, name, part, measures, unit, direction, known_before; main, from_ and to (the effect of
    the main specification, the lowest and the highest), their texts main_text, from_text, to_text;
    main_why; specifications (how many), estimable (how many of them), distinct (different values);
    hangs_on (the choice with the largest shift of `influence`) and shift; sign (for differences and
    ratios: kept, changed, or empty). None of these is a share of specifications: they were chosen,
    not drawn, and how many agree says nothing of what is likely.
    """
    rows = []
    for part, own in table.groupby("part", sort=False):
        known = own.dropna(subset=["effect"])
        main = own[own["main"]].iloc[0]
        distinct = int(known["effect"].nunique())
        unit = str(main["unit"])
        hangs, shift = _hangs_on(own, list(finding.choices), distinct)
        if known.empty:
            hangs, shift = "", math.nan
        ends = known.sort_values(["effect", "n", "specification"], kind="stable")
        low, high = (ends.iloc[0], ends.iloc[-1]) if len(ends) else (main, main)
        rows.append(
            {
                "finding": finding.id,
                "name": finding.name,
                "part": part,
                "measures": main["measures"],
                "unit": unit,
                "direction": finding.direction,
                "known_before": finding.known_before,
                "main": main["effect"],
                "from_": low["effect"],
                "to": high["effect"],
                "main_text": estimate_text(main),
                "from_text": estimate_text(low),
                "to_text": estimate_text(high),
                "main_why": main["why"],
                "specifications": len(own),
                "estimable": len(known),
                "distinct": distinct,
                "hangs_on": hangs,
                "shift": shift,
                "shift_text": shift_text(shift, unit, _few(known)) if distinct > 1 else "",
                "sign": _sign(known, unit) if finding.analysis.signed else "",
            }
        )
    return pd.DataFrame(rows)


def _few(known: pd.DataFrame) -> bool:
    """Whether a share rests on so few that no rate may be given."""
    return bool((known["unit"] == K_OF_N).any() and known["n"].min() < MIN_UNITS)


def summaries(findings: Iterable[Finding], runs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return `summary` of every finding, one below the other."""
    parts = [summary(f, runs[f.id]) for f in findings if len(runs[f.id])]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def influences(findings: Iterable[Finding], runs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return `influence` of every part that has two values or more: finding, name, part, unit."""
    parts = []
    for finding in findings:
        for part, own in runs[finding.id].groupby("part", sort=False):
            if own["effect"].nunique() > 1:
                found = influence(own, finding.choices)
                about: dict[str, Any] = {"finding": finding.id, "name": finding.name}
                about |= {"part": part, "unit": own["unit"].iloc[0]}
                few = _few(own.dropna(subset=["effect"]))
                texts = [shift_text(s, about["unit"], few) for s in found["shift"]]
                parts.append(found.assign(**about, shift_text=texts))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
