"""Shares of two groups set against each other: point, interval, test, or why there is none."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd

from framelines.case import Case
from framelines.coded import Pair, outlets_of
from framelines.formats import counted
from framelines.permutation import MIN_PAIRS, p_value, relabelings, sign_flip_p, why_no_test
from framelines.resampling import (
    MIN_UNITS,
    expanded_level,
    random_stream,
    ratio,
    resampling_weights,
    symmetric_quantiles,
)

Floats = npt.NDArray[np.float64]
PERMUTATIONS = 9_999
SHARE_COLUMNS = ["k", "n", "documents", "share", "low", "high", "resampled", "units"]


class Draws(TypedDict, total=False):
    """How often is drawn, and from which seed, as keywords of `contrast`."""

    draws: int
    seed: int
    permutations: int


@dataclass(frozen=True)
class Contrast:
    """The share of the first group minus that of the second, with what it rests on.

    `k_` counts hits, `n_` what they are counted among, `units_` the documents that it comes from.
    `low`, `high` and `p` are None where there is no interval or test, and `why` says why.
    `resampled` names what the interval varies: these texts, never the side at large.
    """

    measure: str
    first: str
    second: str
    k_first: float
    n_first: float
    k_second: float
    n_second: float
    value_first: float
    value_second: float
    effect: float
    low: float | None
    high: float | None
    p: float | None
    units_first: int
    units_second: int
    resampled: str
    why: str


def _summed(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    sums = rows.groupby(keys, sort=True, observed=True)[["hit", "of"]].sum().reset_index()
    return sums[sums["of"] > 0]


def _units(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return _summed(rows, ["group", *keys])


def resampling_units(rows: pd.DataFrame, names: Iterable[str]) -> tuple[pd.DataFrame, str]:
    """Documents where all groups have enough of them, else chunks, else nothing."""
    for keys, name in ((["doc_id"], "documents"), (["doc_id", "chunk"], "chunks")):
        units = _units(rows, keys)
        if all((units["group"] == group).sum() >= MIN_UNITS for group in names):
            return units, name
    return _units(rows, ["doc_id"]), ""


def drawn_shares(
    units: pd.DataFrame, group: str, key: str, draws: int, seed: int, joint: bool = False
) -> Floats:
    """Return bootstrap draws of a group's share; NaN where a draw holds nothing to count among.

    With `joint` all groups are drawn from the same resamples of documents or chunks.
    """
    own = units[units["group"] == group]
    if joint:
        keys = [c for c in ("doc_id", "chunk") if c in units]
        every = units[keys].drop_duplicates().sort_values(keys, kind="stable")
        own = every.merge(own, on=keys, how="left").fillna({"hit": 0.0, "of": 0.0})
    rng = random_stream(seed, key, "joint" if joint else group)
    weights = resampling_weights(len(own), draws, rng)
    below = weights @ own["of"].to_numpy(dtype=np.float64)
    above = weights @ own["hit"].to_numpy(dtype=np.float64)
    return np.divide(above, below, out=np.full(draws, np.nan), where=below > 0)


def interval_of(draws: Floats, units: int) -> tuple[float, float]:
    """Return the expanded percentile interval of draws that rest on `units` resampled units."""
    return symmetric_quantiles(draws[~np.isnan(draws)], expanded_level(units))


def _permuted(
    rows: pd.DataFrame, pair: Pair, key: str, permutations: int, seed: int, strata: str | None
) -> tuple[float | None, str]:
    """The p-value of the absolute difference of shares, labels dealt anew over documents."""
    rows = rows.assign(stratum=rows[strata] if strata else "")
    documents = _summed(rows, ["stratum", "doc_id", "group"])
    # The group that is dealt is the first by name, so that swapping the sides changes nothing.
    dealt = min(pair.first, pair.second)
    mine = documents["group"] == dealt
    counts = documents.assign(mine=mine).groupby("stratum", sort=True)["mine"].agg(["sum", "size"])
    sizes = [(int(a), int(n - a)) for a, n in counts.itertuples(index=False)]
    why = why_no_test(sizes)
    if why:
        return None, why
    deals, exact = relabelings(sizes, permutations, seed, key)
    both = documents[["hit", "of"]].to_numpy(dtype=np.float64)
    ours = deals @ both
    theirs = both.sum(axis=0) - ours
    found = np.abs(ours[:, 0] / ours[:, 1] - theirs[:, 0] / theirs[:, 1])
    a, b = both[mine].sum(axis=0), both[~mine].sum(axis=0)
    return p_value(found, float(abs(a[0] / a[1] - b[0] / b[1])), exact), ""


def contrast(
    rows: pd.DataFrame,
    pair: Pair,
    measure: str,
    *,
    draws: int = 5000,
    seed: int = 1,
    permutations: int = PERMUTATIONS,
    strata: str | None = None,
    joint: bool = False,
) -> Contrast:
    """Return the share of hits in the first group minus that in the second.

    `rows` has doc_id, chunk, hit (0 or 1), of (1 where the row counts) and the column that `pair`
    names; with `strata`, a column of documents, labels are dealt inside each stratum only. `joint`
    is for groups of rows that stand in the same documents, which are then resampled together.
    """
    rows = rows.assign(group=pair.of(rows[pair.column]))
    columns = ["group", "doc_id", "chunk", "hit", "of", *([strata] if strata else [])]
    rows = rows.loc[rows["group"] != "", columns]
    sums = rows.groupby("group")[["hit", "of"]].sum().reindex([pair.first, pair.second]).fillna(0)
    (k1, n1), (k2, n2) = sums.to_numpy(dtype=np.float64).tolist()
    base: dict[str, Any] = {"measure": measure, "first": pair.first, "second": pair.second}
    base |= {"k_first": k1, "n_first": n1, "k_second": k2, "n_second": n2}
    of_documents = _units(rows, ["doc_id"])["group"].value_counts()
    units = [int(of_documents.get(g, 0)) for g in (pair.first, pair.second)]
    if n1 == 0 or n2 == 0:
        empty = " and ".join(g for g, n in ((pair.first, n1), (pair.second, n2)) if n == 0)
        values = [k1 / n1 if n1 else np.nan, k2 / n2 if n2 else np.nan, np.nan]
        why = f"not estimable: nothing to count among in {empty}"
        return Contrast(**base, **_found(values, None, None, None, units, "", why))
    values = [k1 / n1, k2 / n2, k1 / n1 - k2 / n2]
    resampling, name = resampling_units(rows, (pair.first, pair.second))
    low, high, p, reasons = None, None, None, []
    # Resampling rows that are all alike gives the same again.
    alike = [k in (0, n) for k, n in ((k1, n1), (k2, n2))]
    if k1 + k2 == 0:
        reasons.append("neither interval nor test: nothing was counted")
    elif not name:
        reasons.append(f"no interval: fewer than {MIN_UNITS} documents or chunks on a side")
    elif all(alike):
        reasons.append("no interval: each side has none or all, and resampling gives the same")
    else:
        sizes = resampling["group"].value_counts()
        a, b = (
            drawn_shares(resampling, g, measure, draws, seed, joint)
            for g in (pair.first, pair.second)
        )
        low, high = interval_of(a - b, int(sizes.min()))
        if any(alike):
            reasons.append("one side has none or all: the interval varies the other side alone")
    if k1 + k2:
        p, why = _permuted(rows, pair, measure, permutations, seed, strata)
        reasons += [why] if why else []
    if min(n1, n2) < MIN_UNITS:
        reasons.append(f"a share of {min(n1, n2):.0f} moves far with one")
    return Contrast(**base, **_found(values, low, high, p, units, name, "; ".join(reasons)))


def _found(
    values: list[float],
    low: float | None,
    high: float | None,
    p: float | None,
    units: list[int],
    resampled: str,
    why: str,
) -> dict[str, Any]:
    names = ("value_first", "value_second", "effect")
    found: dict[str, Any] = dict(zip(names, values, strict=True))
    found |= {"low": low, "high": high, "p": p, "units_first": units[0], "units_second": units[1]}
    return {**found, "resampled": resampled if low is not None else "", "why": why}


def paired_contrast(
    table: pd.DataFrame,
    first: str,
    second: str,
    measure: str,
    *,
    draws: int,
    seed: int,
    permutations: int = PERMUTATIONS,
) -> Contrast:
    """Return the mean difference over matched events, one event counting like another.

    `table` has one row an event: k_first, n_first, k_second, n_second, share_first, share_second,
    difference. Fewer than six events give no test, fewer than `MIN_UNITS` no interval.
    """
    sums = table[["k_first", "n_first", "k_second", "n_second"]].sum().astype(float).to_dict()
    base: dict[str, Any] = {"measure": measure, "first": first, "second": second, **sums}
    n = len(table)
    if n == 0:
        why = "not estimable: no event is told by both"
        return Contrast(**base, **_found([np.nan] * 3, None, None, None, [0, 0], "", why))
    means = [float(table[c].mean()) for c in ("share_first", "share_second", "difference")]
    differences = table["difference"].to_numpy(dtype=np.float64)
    low, high, reasons = None, None, []
    events = counted(n, "matched event")
    if n >= MIN_UNITS and len(np.unique(differences)) > 1:
        weights = resampling_weights(n, draws, random_stream(seed, measure, "events"))
        low, high = interval_of(weights @ differences / n, n)
    elif n >= MIN_UNITS:
        reasons.append("no interval: all events give the same difference")
    else:
        reasons.append(f"no interval: {events}, where {MIN_UNITS} are needed")
    p = sign_flip_p(differences, permutations, seed, measure)
    reasons += [f"no test: {events}, where {MIN_PAIRS} are needed"] if p is None else []
    found = _found(means, low, high, p, [n, n], "matched events", "; ".join(reasons))
    return Contrast(**base, **found)


def matched(rows: pd.DataFrame, events: pd.DataFrame, pair: Pair) -> pd.DataFrame:
    """Return one row an event that both groups tell, with hits, counts, shares and difference.

    `rows` has doc_id, sentence, hit, of and the pair's column; `events` ties sentences to events.
    """
    told = events.loc[
        events["event_id"] != "", ["doc_id", "sentence", "event_id"]
    ].drop_duplicates()
    rows = rows.assign(group=pair.of(rows[pair.column]))
    rows = rows[rows["group"] != ""].merge(told, on=["doc_id", "sentence"])
    sums = rows.groupby(["event_id", "group"], sort=True)[["hit", "of"]].sum().unstack("group")
    columns = ["event_id", "k_first", "n_first", "k_second", "n_second"]
    table = pd.DataFrame({"event_id": sums.index})
    for name, group in (("first", pair.first), ("second", pair.second)):
        for short, column in (("k", "hit"), ("n", "of")):
            values = sums.get((column, group), pd.Series(0.0, index=sums.index))
            table[f"{short}_{name}"] = values.fillna(0).to_numpy(dtype=np.float64)
    table = table.loc[(table["n_first"] > 0) & (table["n_second"] > 0), columns]
    table["share_first"] = table["k_first"] / table["n_first"]
    table["share_second"] = table["k_second"] / table["n_second"]
    table["difference"] = table["share_first"] - table["share_second"]
    return table.reset_index(drop=True)


def share_table(
    rows: pd.DataFrame, groups: list[str], key: str, *, draws: int, seed: int
) -> pd.DataFrame:
    """Return one row a group: k, n, documents, share, low, high, resampled, units.

    `rows` has doc_id, chunk, hit and of. An interval rests on documents, or on chunks where there
    are fewer than `MIN_UNITS` of them, and is empty with fewer units or no hit.
    """
    chunks = _summed(rows, [*groups, "doc_id", "chunk"])
    smaller = dict(list(chunks.groupby(groups, sort=True, observed=True)))
    found = []
    for name, own in _summed(chunks, [*groups, "doc_id"]).groupby(groups, sort=True, observed=True):
        names = name if isinstance(name, tuple) else (name,)
        few = len(own) < MIN_UNITS
        units = smaller[name] if few and len(smaller[name]) >= MIN_UNITS else own
        unit = "chunks" if units is not own else "documents"
        hits, of = units[["hit", "of"]].to_numpy(dtype=np.float64).T
        stream = random_stream(seed, key, *map(str, names))
        estimate = ratio(hits, of, draws=draws, rng=stream)
        row = dict(zip(groups, names, strict=True)) | {"k": int(hits.sum()), "n": int(of.sum())}
        row |= {"documents": len(own), "share": estimate.value}
        row |= {"low": estimate.low, "high": estimate.high, "units": estimate.units}
        found.append(row | {"resampled": unit if estimate.low is not None else ""})
    return pd.DataFrame(found, columns=[*groups, *SHARE_COLUMNS]).astype(
        {"low": float, "high": float}
    )


def contrast_table(contrasts: Iterable[Contrast], **more: Iterable[object]) -> pd.DataFrame:
    """Return contrasts as a table, one row each; `more` are columns that stand in front."""
    table = pd.DataFrame([asdict(c) for c in contrasts], columns=list(Contrast.__annotations__))
    table = table.astype({"low": float, "high": float, "p": float})
    for i, (name, values) in enumerate(more.items()):
        table.insert(i, name, list(values))
    return table


def leave_one_out(
    case: Case, pair: Pair, compute: Callable[[str | None], Contrast]
) -> pd.DataFrame:
    """Return a contrast with all outlets and without each one of a side that has several.

    `compute` is given the outlet to leave out. The column `left_out` is empty for the whole.
    """
    outlets: list[str | None] = [None, *outlets_of(case, pair)]
    return contrast_table([compute(o) for o in outlets], left_out=[o or "" for o in outlets])
