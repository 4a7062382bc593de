"""Shares of hits, by group and between two groups: point, interval, test, or why there is none.

Hits are a table with one row a unit that is counted: `doc_id`, `sentence` (where events are
matched), `hit` (0 or 1), `of` (1 where the row counts) and columns of groups. The unit of inference
is the document or the matched event; intervals resample documents, and never parts of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import framelines.methods.estimate as est
from framelines.methods.estimate import Estimate, Floats

Codes = npt.NDArray[np.intp]
SHARE_COLUMNS = ["k", "n", "documents", "largest", "share", "low", "high"]
UNITS = ("texts", "documents", "outlets", "matched_events")


@dataclass(frozen=True)
class Pair:
    """Two groups of documents, by values of `column`; effects are the first minus the second."""

    column: str
    first: str
    second: str
    first_values: tuple[str, ...]
    second_values: tuple[str, ...]

    def codes(self, values: pd.Series) -> Codes:
        """Return 0 for each value of the first group, 1 for the second, −1 for neither."""
        places, known = pd.factorize(values)
        sides = {**dict.fromkeys(self.first_values, 0), **dict.fromkeys(self.second_values, 1)}
        return np.array([*(sides.get(value, -1) for value in known), -1], dtype=np.intp)[places]

    def of(self, values: pd.Series) -> pd.Series:
        """Return the name of each value's group, empty where it is in neither."""
        names = np.array([self.first, self.second, ""], dtype=object)
        return pd.Series(names[self.codes(values)], index=values.index, dtype="str")


def _sums(places: Codes, sides: Codes, hits: pd.DataFrame) -> Floats:
    """Sums of hit and of by side and place, an array of (2, sides, places)."""
    size = int(places.max(initial=-1)) + 1
    columns = [hits[name].to_numpy(dtype=np.float64) for name in ("hit", "of")]
    sums = [np.bincount(sides * size + places, column, 2 * size) for column in columns]
    return np.asarray(sums, dtype=np.float64).reshape(2, 2, size)


@lru_cache(maxsize=256)
def _drawn(hit: bytes, of: bytes, draws: int, seed: int, key: str, group: str) -> Floats:
    sums = np.stack([np.frombuffer(hit), np.frombuffer(of)])
    rng, units, drawn = est.random_stream(seed, key, group), sums.shape[1], []
    block = max(1, est.CELLS // units)
    for begin in range(0, draws, block):
        weights = est.resampling_weights(units, min(block, draws - begin), rng)
        drawn.append(est.over(weights @ sums[0], weights @ sums[1]))
    return np.concatenate(drawn)


@lru_cache(maxsize=4096)
def _permuted(
    shares: bytes, dealt: bytes, permutations: int, seed: int, key: str
) -> tuple[float, str]:
    """The p-value of Welch's t of documents' shares, labels dealt anew, or why there is none."""
    mine, values = np.frombuffer(dealt, dtype=bool), np.frombuffer(shares)
    sizes = int(mine.sum()), int((~mine).sum())
    if why := est.why_no_test(sizes):
        return nan, why
    deals = est.deal_blocks(sizes, permutations, seed, key)
    drawn = np.concatenate([est.studentised(values, rows) for rows in deals])
    observed = abs(float(est.studentised(values, mine[None].astype(np.float64))[0]))
    return est.p_value(np.abs(drawn), observed, est.all_listed(sizes, permutations)), ""


def contrast(
    hits: pd.DataFrame,
    pair: Pair,
    key: str,
    *,
    unit: str = "texts",
    told: pd.DataFrame | None = None,
    least: float = 1,
    draws: int = 5000,
    seed: int = 1,
    permutations: int = est.PERMUTATIONS,
) -> Estimate:
    """Return the share of hits in the first group minus that in the second, in percentage points.

    `key` names what is measured, and the random streams. `unit`: texts takes all rows together;
    documents the mean shares of documents, and the test is of these in either case, for one long
    text can carry a share of rows; outlets (`source_id`) those of outlets, tested over outlets;
    matched_events the mean difference over events that both groups tell by `told` (see `matched`).
    A group with fewer than `least` rows to count among gives no estimate. Swapping the sides
    negates the estimate to the last digit.
    """
    if unit not in UNITS or (unit == "matched_events" and told is None):
        raise ValueError(f"no unit {unit!r}, or without `told`; allowed: {', '.join(UNITS)}")
    if told is not None and unit == "matched_events":
        drawing = {"draws": draws, "seed": seed, "permutations": permutations}
        return _asked(paired_contrast(matched(hits, told, pair), pair, key, **drawing), least)
    sides = pair.codes(hits[pair.column])
    hits, sides = hits[sides >= 0], sides[sides >= 0]
    units = "outlets" if unit == "outlets" else "documents"
    documents = pd.factorize(hits["source_id" if unit == "outlets" else "doc_id"], sort=True)[0]
    sums = _sums(documents, sides, hits)
    k, n = sums.sum(axis=2)
    mean = "" if unit == "texts" else f", all {units} alike"
    fields: dict[str, Any] = {"groups": (pair.first, pair.second), "unit": est.POINTS}
    fields |= {"measures": f"{key}: {pair.first} minus {pair.second}{mean}"}
    fields |= {"k": tuple(k.tolist()), "n": tuple(n.tolist())}
    fields["units"] = tuple((sums[1] > 0).sum(axis=1).tolist())
    fields["sizes"] = tuple(tuple(own[own > 0].tolist()) for own in sums[1])
    if not n.all():
        empty = " and ".join(g for g, of in zip(fields["groups"], n, strict=True) if not of)
        return Estimate(**fields, why=(f"not estimable: there is nothing to count in {empty}",))
    alike = np.stack([np.nan_to_num(est.over(*sums)), (sums[1] > 0).astype(float)])
    weighed = sums if unit == "texts" else alike
    above, below = weighed.sum(axis=2)
    fields["values"] = tuple((above / below).tolist())
    fields["value"] = 100 * (fields["values"][0] - fields["values"][1])
    reasons = ["neither interval nor test: nothing was counted"]
    if k.any():
        ends, reasons = _interval(weighed, pair, units, (draws, seed, key))
        # The group that is dealt is the first by name, so that swapping the sides changes nothing.
        by_name = sums if pair.first <= pair.second else sums[:, ::-1]
        hit, of = by_name.transpose(0, 2, 1).reshape(2, -1)
        used = np.flatnonzero(of > 0)
        dealt = hit[used] / of[used], used % 2 == 0
        p, why = _permuted(*(a.tobytes() for a in dealt), permutations, seed, key)
        test = f"labels dealt anew over {units}, t of their mean shares"
        fields |= ends | {"p": p, "test": "" if why else test}
        reasons += [why.replace("documents", units)] if why else []
    reasons += [f"a share of {min(n):.0f} moves far with one"] if min(n) < est.MIN_UNITS else []
    return _asked(Estimate(**fields, why=tuple(reasons)), least)


def _interval(
    sums: Floats, pair: Pair, units: str, drawing: tuple[int, int, str]
) -> tuple[dict[str, Any], list[str]]:
    """The interval of the difference as fields of an Estimate, and why there is none."""
    used = [side[:, side[1] > 0] for side in sums.swapaxes(0, 1)]
    a, b = sorted(side.shape[1] for side in used)
    if a < est.MIN_UNITS:
        return {}, [f"no interval: {a} and {b} {units}, where each side needs {est.MIN_UNITS}"]
    alike = [est.all_alike(*side) for side in used]
    if all(alike):
        return {}, [f"no interval: the {units} of each side are all alike"]
    sides = zip(used, (pair.first, pair.second), strict=True)
    drawn = [_drawn(k.tobytes(), n.tobytes(), *drawing, name) for (k, n), name in sides]
    low, high = est.interval_of(drawn[0] - drawn[1], a)
    ends = {"low": 100 * low, "high": 100 * high}
    alone = f"the {units} of one side are all alike: the interval varies the other side alone"
    over = f"95 % bootstrap interval over {units}"
    return ends | {"interval": over}, [alone] if any(alike) else []


def _asked(found: Estimate, least: float) -> Estimate:
    """The estimate, or that a group has fewer rows than are asked: a share of so few is no rate."""
    few = min(found.n)
    if few >= least or few == 0:
        return found
    why = f"not estimable: a group has {few:.0f} to count among, and {least:.0f} are asked"
    none = Estimate(why=(why,), k=found.k, n=found.n, units=found.units, sizes=found.sizes)
    return replace(none, unit=found.unit, measures=found.measures, groups=found.groups)


def matched(hits: pd.DataFrame, told: pd.DataFrame, pair: Pair) -> pd.DataFrame:
    """Return one row an event that both groups tell: k, n and share of each, and the difference.

    `told` ties sentences to events, one to several: doc_id, sentence, event_id.
    """
    keys = ["doc_id", "sentence"]
    events = told.loc[told["event_id"] != "", [*keys, "event_id"]].drop_duplicates()
    rows = hits[[*keys, "hit", "of"]].assign(side=pair.codes(hits[pair.column]))
    rows = rows[rows["side"] >= 0].merge(events, on=keys)
    places, names = pd.factorize(rows["event_id"], sort=True)
    k, n = _sums(places, rows["side"].to_numpy(dtype=np.intp), rows)
    table = pd.DataFrame({"event_id": np.asarray(names, dtype=str)})
    for i, side in enumerate(("first", "second")):
        table[f"k_{side}"], table[f"n_{side}"] = k[i], n[i]
    table = table[(n > 0).all(axis=0)].reset_index(drop=True)
    for side in ("first", "second"):
        table[f"share_{side}"] = table[f"k_{side}"] / table[f"n_{side}"]
    return table.assign(difference=table["share_first"] - table["share_second"])


def paired_contrast(
    table: pd.DataFrame,
    pair: Pair,
    key: str,
    *,
    draws: int = 5000,
    seed: int = 1,
    permutations: int = est.PERMUTATIONS,
) -> Estimate:
    """Return the mean difference over the events of a table as `matched` makes it, all alike."""
    events, differences = len(table), table["difference"].to_numpy(dtype=np.float64)
    both: dict[str, Any] = {"groups": (pair.first, pair.second), "units": (events, events)}
    for name in ("k", "n"):
        both[name] = tuple(float(table[f"{name}_{side}"].sum()) for side in ("first", "second"))
    measures = f"{key}: {pair.first} minus {pair.second}, mean over matched events"
    if not events:
        why = ("not estimable: no event is told by both",)
        return Estimate(unit=est.POINTS, measures=measures, why=why, **both)
    number = f"{events} matched event" + ("" if events == 1 else "s")
    reasons, more = list[str](), dict[str, Any]()
    if events < est.MIN_UNITS:
        reasons.append(f"no interval: {number}, where {est.MIN_UNITS} are needed")
    elif np.ptp(np.round(differences, est.DIGITS)) == 0:
        reasons.append("no interval: all events give the same difference")
    else:
        weights = est.resampling_weights(events, draws, est.random_stream(seed, key, "events"))
        low, high = est.interval_of(weights @ differences / events, events)
        more = {"interval": "95 % bootstrap interval over matched events"}
        more |= {"low": 100 * low, "high": 100 * high}
    if events < est.MIN_PAIRS:
        reasons.append(f"no test: {number}, where {est.MIN_PAIRS} are needed")
    else:
        p = est.sign_flip_p(differences, permutations, seed, key)
        more |= {"p": p, "test": "signs flipped over matched events"}
    both["values"] = tuple(float(table[f"share_{side}"].mean()) for side in ("first", "second"))
    both["sizes"] = tuple(tuple(table[f"n_{side}"].tolist()) for side in ("first", "second"))
    value = 100 * float(table["difference"].mean())
    return Estimate(value, est.POINTS, measures=measures, why=tuple(reasons), **both, **more)


def shares(hits: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return one row a group of the columns `by`: k, n, documents, largest, share, low, high.

    `largest` is the share of n that the largest document holds; the interval is that of
    `estimate.ratio` over documents.
    """
    by, found = list(by), []
    documents = hits.groupby([*by, "doc_id"], sort=True, observed=True)[["hit", "of"]].sum()
    documents = documents[documents["of"] > 0].reset_index()
    for name, own in documents.groupby(by, sort=True, observed=True):
        hit, of = own[["hit", "of"]].to_numpy(dtype=np.float64).T
        k, n, largest = int(hit.sum()), int(of.sum()), float(of.max() / of.sum())
        found.append((*name, k, n, len(own), largest, *est.ratio(hit, of)))
    return pd.DataFrame(found, columns=[*by, *SHARE_COLUMNS])
