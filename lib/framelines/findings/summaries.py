"""What the specifications of a finding say together: their range, and the choice it hangs on."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from framelines.findings.bench import K_OF_N, NO_DIFFERENCE, TIMES
from framelines.findings.declared import Finding
from framelines.findings.verdicts import (
    MOVES,
    NOWHERE,
    STEADY,
    claim_of,
    counted,
    judged,
    verdict,
)
from framelines.findings.words import choice_name, estimate_text, join, shift_text
from framelines.resampling import MIN_UNITS

NOTHING = "nothing: all specifications agree"
ONE = "there is one specification"
HOLDS, TURNS = "keeps its sign", "changes its sign"


# What two specifications must share to be one and the same.
RESULT = ["effect", "low", "high", "p", "n", "k", "detail", "why"]


def results(table: pd.DataFrame) -> pd.Series:
    """Return a number for every row of `run`, the same where the results are the same."""
    return table.groupby(RESULT, dropna=False, sort=False).ngroup()


def distinct(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one part without those that repeat another's result in every respect.

    A choice that does not enter a finding, or changes nothing in it, multiplies nothing. The first
    row of equal ones stays, so that the main specification does.
    """
    order = table.assign(later=~table["main"]).sort_values("later", kind="stable")
    return table.loc[order.drop_duplicates(RESULT).index.sort_values()]


def idle(table: pd.DataFrame, choice: str, choices: Iterable[str]) -> bool:
    """Whether no value of a choice changes any result, whatever the other choices; of all parts."""
    others = ["part", *(c for c in choices if c != choice)]
    settings = [table[c] for c in others]
    return bool((results(table).groupby(settings, sort=False).nunique() == 1).all())


def on_scale(effects: pd.Series, unit: str) -> pd.Series:
    """Return effects as they are averaged and subtracted: ratios by their logarithms."""
    return np.log(effects) if unit == TIMES else effects


def influence(table: pd.DataFrame, choices: Iterable[str]) -> pd.DataFrame:
    """Return how far each choice moves the estimate of one part, the farthest first.

    `table` are the rows of one part of `run`. One row a choice: choice, values, shift (the largest
    mean difference between two of its values, over those settings of the other choices that give an
    estimate under both; of logarithms where effects are ratios), lowest and highest (the values at
    the two ends, joined by `;`). In a product without gaps the shift is the range of the mean
    effects given each value.
    """
    names = list(choices)
    known = table.dropna(subset=["effect"])
    known = known.assign(effect=on_scale(known["effect"], str(table["unit"].iloc[0])))
    rows = []
    for name in names:
        others = [c for c in names if c != name]
        shift, lowest, highest = _farthest(known, name, others)
        row = {"choice": name, "values": table[name].nunique(), "shift": shift}
        rows.append(row | {"lowest": lowest, "highest": highest})
    columns = ["choice", "values", "shift", "lowest", "highest"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("shift", ascending=False, kind="stable").reset_index(drop=True)


def _farthest(known: pd.DataFrame, name: str, others: list[str]) -> tuple[float, str, str]:
    """The largest mean difference between two values of a choice, and the values at its ends."""
    if known.empty:
        return math.nan, "", ""
    values = list(dict.fromkeys(known[name]))
    setting = known.groupby(others, sort=False).ngroup() if others else pd.Series(0, known.index)
    wide = pd.DataFrame(index=range(int(setting.max()) + 1), columns=values, dtype=float)
    for value, own in known.groupby(name, sort=False):
        wide.loc[setting[own.index], value] = own["effect"].to_numpy()
    effects = wide.to_numpy(dtype=np.float64)
    between = effects[:, :, None] - effects[:, None, :]
    counts = np.isfinite(between).sum(axis=0)
    sums = np.nansum(between, axis=0)
    means = np.round(np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0), 9)
    high, low = np.unravel_index(int(np.argmax(means)), means.shape)

    def at(end: int) -> str:
        same = (means[:, end] == 0) & (counts[:, end] > 0)
        return ";".join(str(v) for v, one in zip(values, same, strict=True) if one)

    if means[high, low] == 0:
        every = ";".join(map(str, values))
        return 0.0, every, every
    return float(means[high, low]), at(int(low)), at(int(high))


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


def choices_in(table: pd.DataFrame) -> list[str]:
    """Return the choices of a table of `run`, those that were added too."""
    columns = list(table.columns)
    return columns[columns.index("measures") + 1 : columns.index("effect")]


def _survival(finding: Finding, part: str, own: pd.DataFrame, first: str) -> dict[str, Any]:
    """What the distinct specifications of a part make of its claim, in counts and in a word."""
    known = own.dropna(subset=["effect"])
    claim = claim_of(finding, part, own, first)
    if claim is None or known.empty:
        came = NOWHERE if known.empty else STEADY if known["effect"].nunique() == 1 else MOVES
        return {"verdict": came, "claim": None, **counted(None)}
    table = judged(finding, own if claim.choice else distinct(own), claim)
    return {"verdict": verdict(table), "claim": claim, **counted(table)}


def _ends(known: pd.DataFrame, main: pd.Series) -> tuple[pd.Series, pd.Series]:
    ends = known.sort_values(["effect", "n", "specification"], kind="stable")
    return (ends.iloc[0], ends.iloc[-1]) if len(ends) else (main, main)


def summary(finding: Finding, table: pd.DataFrame, first: str = "") -> pd.DataFrame:
    """Return one row a part of a finding, from the rows of `run`.

    finding, name, part, measures, unit, direction, known_before; main, from_ and to (the effect of
    the main specification, the lowest and the highest), their texts main_text, from_text, to_text,
    and those over the choices that were declared alone, declared_from and declared_to; main_why;
    specifications (all combinations), distinct (those whose results differ), estimable (how many of
    the distinct), values (different estimates); hangs_on (the choice with the largest shift of
    `influence`) and shift; sign (for differences and ratios: kept, changed, or empty); verdict,
    claim (what is claimed of the estimate, or None), holds of judged (distinct specifications
    that bear it out), clear of bounded (whose ends do), passed of tested. `first` is the first camp
    that the case compares. None of these is a share of specifications: they were chosen, not drawn,
    and how many agree says nothing of what is likely.
    """
    rows = []
    for part, own in table.groupby("part", sort=False):
        known = own.dropna(subset=["effect"])
        main = own[own["main"]].iloc[0]
        values = int(known["effect"].nunique())
        unit = str(main["unit"])
        hangs, shift = _hangs_on(own, choices_in(table), values)
        if known.empty:
            hangs, shift = "", math.nan
        low, high = _ends(known, main)
        least, most = _ends(known[known["declared"]], main)
        single = distinct(own)
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
                "declared_from": estimate_text(least),
                "declared_to": estimate_text(most),
                "main_why": main["why"],
                "specifications": len(own),
                "distinct": len(single),
                "estimable": int(single["effect"].notna().sum()),
                "values": values,
                "hangs_on": hangs,
                "shift": shift,
                "shift_text": shift_text(shift, unit, _few(known)) if values > 1 else "",
                "sign": _sign(known, unit) if finding.analysis.signed else "",
                **_survival(finding, str(part), own, first),
            }
        )
    return pd.DataFrame(rows)


def _few(known: pd.DataFrame) -> bool:
    """Whether a share rests on so few that no rate may be given."""
    return bool((known["unit"] == K_OF_N).any() and known["n"].min() < MIN_UNITS)


def summaries(
    findings: Iterable[Finding], runs: Mapping[str, pd.DataFrame], first: str = ""
) -> pd.DataFrame:
    """Return `summary` of every finding, one below the other."""
    parts = [summary(f, runs[f.id], first) for f in findings if len(runs[f.id])]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def influences(findings: Iterable[Finding], runs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return `influence` of every part that has two values or more: finding, name, part, unit.

    `relative` is the shift over the range of the estimate, on the scale of the shift.
    """
    parts = []
    for finding in findings:
        for part, own in runs[finding.id].groupby("part", sort=False):
            if own["effect"].nunique() > 1:
                found = influence(own, choices_in(runs[finding.id]))
                about: dict[str, Any] = {"finding": finding.id, "name": finding.name}
                about |= {"part": part, "unit": own["unit"].iloc[0]}
                few = _few(own.dropna(subset=["effect"]))
                texts = [shift_text(s, about["unit"], few) for s in found["shift"]]
                scaled = on_scale(own["effect"].dropna(), str(about["unit"]))
                relative = found["shift"] / float(scaled.max() - scaled.min())
                parts.append(found.assign(**about, shift_text=texts, relative=relative))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
