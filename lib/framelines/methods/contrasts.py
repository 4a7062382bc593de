"""Shares of hits, by group and between two groups: point, interval, test, or why there is none.

Hits are a table with one row a unit that is counted: `doc_id`, `sentence` (where events are
matched), `hit` (0 or 1), `of` (1 where the row counts) and columns of groups. The unit of inference
is the document or the matched event; intervals resample documents, and never parts of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from framelines.methods.estimate import (
    MIN_PAIRS,
    MIN_UNITS,
    PERMUTATIONS,
    POINTS,
    Estimate,
    Floats,
    all_alike,
    drawn_ratios,
    interval_of,
    p_value,
    random_stream,
    ratio,
    relabelings,
    resampling_weights,
    sign_flip_p,
    to_frame,
    why_no_test,
)

Codes = npt.NDArray[np.intp]
UNITS = ("texts", "matched_events")
WEIGHTS = ("units", "documents")
OVER_DOCUMENTS = "95 % bootstrap interval over documents"
OVER_EVENTS = "95 % bootstrap interval over matched events"
SHARE_COLUMNS = ["k", "n", "documents", "largest", "share", "low", "high"]
SUMS = ["k_first", "n_first", "k_second", "n_second"]
MATCHED_COLUMNS = ["event_id", *SUMS, "share_first", "share_second", "difference"]


@dataclass(frozen=True)
class Pair:
    """Two groups of documents; every effect is the first minus the second.

    `column` is the column that tells them apart, and each group holds the rows whose value there
    is one of its values.
    """

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

    def swapped(self) -> "Pair":
        """Return the pair with its groups in the other order."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            first_values=self.second_values,
            second_values=self.first_values,
        )


def _added(places: Codes, values: Floats, length: int = 0) -> Floats:
    return np.bincount(places, values, minlength=length).astype(np.float64)


def _summed(cells: Codes, hits: pd.DataFrame) -> tuple[Codes, Floats, Floats]:
    """The cells in which something counts, in order, with their sums of hit and of."""
    hit = _added(cells, hits["hit"].to_numpy(dtype=np.float64))
    of = _added(cells, hits["of"].to_numpy(dtype=np.float64))
    used = np.flatnonzero(of > 0)
    return used, hit[used], of[used]


@lru_cache(maxsize=256)
def _drawn(hit: bytes, of: bytes, draws: int, seed: int, key: str, group: str) -> Floats:
    rng = random_stream(seed, key, group)
    return drawn_ratios(np.frombuffer(hit), np.frombuffer(of), draws, rng)


@lru_cache(maxsize=4096)
def _permuted(
    hit: bytes, of: bytes, dealt: bytes, strata: bytes, permutations: int, seed: int, key: str
) -> tuple[float, str]:
    """The p-value of the absolute difference of shares, `dealt` documents dealt anew."""
    mine = np.frombuffer(dealt, dtype=bool)
    _, of_stratum = np.unique(np.frombuffer(strata, dtype=np.intp), return_inverse=True)
    ours_in, all_in = np.bincount(of_stratum, mine), np.bincount(of_stratum)
    sizes = [(int(a), int(n - a)) for a, n in zip(ours_in, all_in, strict=True)]
    why = why_no_test(sizes)
    if why:
        return nan, why
    deals, exact = relabelings(tuple(sizes), permutations, seed, key)
    both = np.column_stack([np.frombuffer(hit), np.frombuffer(of)])
    ours = deals @ both
    theirs = both.sum(axis=0) - ours
    found = np.abs(ours[:, 0] / ours[:, 1] - theirs[:, 0] / theirs[:, 1])
    a, b = both[mine].sum(axis=0), both[~mine].sum(axis=0)
    return p_value(found, float(abs(a[0] / a[1] - b[0] / b[1])), exact), ""


def contrast(
    hits: pd.DataFrame,
    pair: Pair,
    key: str,
    *,
    unit: str = "texts",
    told: pd.DataFrame | None = None,
    weight: str = "units",
    strata: str | None = None,
    joint: bool = False,
    least: float = 1,
    draws: int = 5000,
    seed: int = 1,
    permutations: int = PERMUTATIONS,
) -> Estimate:
    """Return the share of hits in the first group minus that in the second, in percentage points.

    `key` names what is measured, and the random streams. `unit` matched_events gives the mean
    difference over events that both groups tell by `told` (see `matched`). With `weight` documents
    a group's share is the mean of its documents' shares. With `strata`, a column of documents,
    labels are dealt inside each stratum only. `joint` is for groups of rows that stand in the same
    documents, which are then resampled together. A group with fewer than `least` rows to count
    among gives no estimate. Swapping the sides negates the estimate to the last digit.
    """
    if unit not in UNITS or weight not in WEIGHTS:
        raise ValueError(f"unit {unit!r}, weight {weight!r}; allowed: {UNITS}, {WEIGHTS}")
    if unit == "matched_events":
        if told is None:
            raise ValueError("matched events need `told`: doc_id, sentence, event_id")
        table = matched(hits, told, pair)
        found = paired_contrast(table, pair, key, draws=draws, seed=seed, permutations=permutations)
        return _asked(found, least)
    sides = pair.codes(hits[pair.column])
    hits, sides = hits[sides >= 0], sides[sides >= 0]
    # The groups go by name here, so that swapping the sides changes nothing.
    by_name = sides if pair.first <= pair.second else 1 - sides
    documents = pd.factorize(hits["doc_id"], sort=True)[0]
    cells, hit, of = _summed(documents * 2 + by_name, hits)
    first = (cells % 2 == 0) == (pair.first <= pair.second)
    fields = _counts(hit, of, first, pair)
    fields["measures"] = f"{key}, {pair.first} minus {pair.second}"
    empty = [g for g, n in zip(fields["groups"], fields["n"], strict=True) if n == 0]
    if empty:
        why = f"not estimable: nothing to count among in {' and '.join(empty)}"
        return Estimate(**fields, why=(why,))
    if weight == "documents":
        hit, of = hit / of, np.ones_like(of)
        fields["values"] = tuple(float(hit[own].mean()) for own in (first, ~first))
        fields["measures"] += ", one document counting like another"
    fields["value"] = 100 * (fields["values"][0] - fields["values"][1])
    if any(fields["k"]):
        whole = cells // 2 if joint else None
        ends, reasons = _interval(hit, of, first, pair, whole, draws, seed, key)
        stratum = pd.factorize(hits[strata], sort=True)[0] if strata else 0 * documents
        places = stratum * (documents.max() + 1) + documents
        cells, hit, of = _summed(places * 2 + by_name, hits)
        if weight == "documents":
            hit, of = hit / of, np.ones_like(of)
        dealt, stratum = cells % 2 == 0, cells // 2 // (documents.max() + 1)
        arrays = [array.tobytes() for array in (hit, of, dealt, stratum)]
        p, why = _permuted(*arrays, permutations, seed, key)
        fields |= ends | {"p": p, "test": "" if why else "labels dealt anew over documents"}
        reasons.append(why)
    else:
        reasons = ["neither interval nor test: nothing was counted"]
    few = min(fields["n"])
    reasons += [f"a share of {few:.0f} moves far with one"] if few < MIN_UNITS else []
    return _asked(Estimate(**fields, why=tuple(r for r in reasons if r)), least)


def _counts(hit: Floats, of: Floats, first: npt.NDArray[np.bool_], pair: Pair) -> dict[str, Any]:
    """What the two groups hold, as fields of an Estimate."""
    own = (first, ~first)
    k, n = (tuple(float(v[o].sum()) for o in own) for v in (hit, of))
    return {
        "unit": POINTS,
        "groups": (pair.first, pair.second),
        "k": k,
        "n": n,
        "values": tuple(a / b if b else nan for a, b in zip(k, n, strict=True)),
        "units": tuple(int(o.sum()) for o in own),
        "largest": tuple(float(of[o].max() / of[o].sum()) if o.any() else nan for o in own),
    }


def _interval(
    hit: Floats,
    of: Floats,
    first: npt.NDArray[np.bool_],
    pair: Pair,
    documents: Codes | None,
    draws: int,
    seed: int,
    key: str,
) -> tuple[dict[str, Any], list[str]]:
    """The interval of the difference, or why there is none; `documents` are resampled jointly."""
    a, b = int(first.sum()), int((~first).sum())
    if min(a, b) < MIN_UNITS:
        return {}, [f"no interval: {a} and {b} documents, where each side needs {MIN_UNITS}"]
    alike = [all_alike(hit[own], of[own]) for own in (first, ~first)]
    if all(alike):
        return {}, ["no interval: the documents of each side are all alike"]
    drawn = []
    for name, own in ((pair.first, first), (pair.second, ~first)):
        above, below = hit[own], of[own]
        if documents is not None:
            known, place = np.unique(documents, return_inverse=True)
            above, below = (_added(place[own], v, len(known)) for v in (above, below))
            name = "joint"
        drawn.append(_drawn(above.tobytes(), below.tobytes(), draws, seed, key, name))
    low, high = interval_of(drawn[0] - drawn[1], min(a, b))
    alone = "the documents of one side are all alike: the interval varies the other side alone"
    ends = {"low": 100 * low, "high": 100 * high, "interval": OVER_DOCUMENTS}
    return ends, [alone] if any(alike) else []


def _asked(found: Estimate, least: float) -> Estimate:
    """The estimate, or that a group has fewer rows than are asked: a share of so few is no rate."""
    few = min(found.n)
    if few >= least or few == 0:
        return found
    why = f"not estimable: a group has {few:.0f} to count among, and {least:.0f} are asked"
    nothing: dict[str, Any] = dict.fromkeys(("value", "low", "high", "p"), nan)
    return replace(found, **nothing, interval="", test="", why=(why,))


def matched(hits: pd.DataFrame, told: pd.DataFrame, pair: Pair) -> pd.DataFrame:
    """Return one row an event that both groups tell: k, n and share of each, and the difference.

    `told` ties sentences to events: doc_id, sentence, event_id. A sentence that tells two events
    counts for both.
    """
    keys = ["doc_id", "sentence"]
    events = told.loc[told["event_id"] != "", [*keys, "event_id"]].drop_duplicates()
    rows = hits[[*keys, "hit", "of"]].assign(side=pair.codes(hits[pair.column]))
    rows = rows[rows["side"] >= 0].merge(events, on=keys)
    places, names = pd.factorize(rows["event_id"], sort=True)
    cells = places * 2 + rows["side"].to_numpy(dtype=np.intp)
    sums = [
        np.bincount(cells, rows[c].to_numpy(dtype=np.float64), minlength=2 * len(names))
        for c in ("hit", "of")
    ]
    (k1, n1), (k2, n2) = ([column[side::2] for column in sums] for side in (0, 1))
    table = pd.DataFrame(
        {"event_id": np.asarray(names, dtype=str), **dict(zip(SUMS, (k1, n1, k2, n2), strict=True))}
    )
    table = table[(n1 > 0) & (n2 > 0)].reset_index(drop=True)
    table["share_first"] = table["k_first"] / table["n_first"]
    table["share_second"] = table["k_second"] / table["n_second"]
    table["difference"] = table["share_first"] - table["share_second"]
    return table[MATCHED_COLUMNS]


def paired_contrast(
    table: pd.DataFrame,
    pair: Pair,
    key: str,
    *,
    draws: int = 5000,
    seed: int = 1,
    permutations: int = PERMUTATIONS,
) -> Estimate:
    """Return the mean difference over events, one event counting like another.

    `table` is one of `matched`. Fewer than six events give no test, fewer than ten no interval.
    """
    k1, n1, k2, n2 = (float(table[c].sum()) for c in SUMS)
    events = len(table)
    fields: dict[str, Any] = {
        "unit": POINTS,
        "measures": f"{key}, {pair.first} minus {pair.second}, mean over matched events",
        "groups": (pair.first, pair.second),
        "k": (k1, k2),
        "n": (n1, n2),
        "units": (events, events),
    }
    if not events:
        return Estimate(**fields, why=("not estimable: no event is told by both",))
    fields["values"] = tuple(float(table[c].mean()) for c in ("share_first", "share_second"))
    fields["largest"] = tuple(
        float(table[c].max() / table[c].sum()) for c in ("n_first", "n_second")
    )
    differences = table["difference"].to_numpy(dtype=np.float64)
    fields["value"] = 100 * float(table["difference"].mean())
    number = f"{events} matched event" + ("" if events == 1 else "s")
    reasons = []
    if events < MIN_UNITS:
        reasons.append(f"no interval: {number}, where {MIN_UNITS} are needed")
    elif np.ptp(differences) == 0:
        reasons.append("no interval: all events give the same difference")
    else:
        weights = resampling_weights(events, draws, random_stream(seed, key, "events"))
        low, high = interval_of(weights @ differences / events, events)
        fields |= {"low": 100 * low, "high": 100 * high, "interval": OVER_EVENTS}
    if events < MIN_PAIRS:
        reasons.append(f"no test: {number}, where {MIN_PAIRS} are needed")
    else:
        p = sign_flip_p(differences, permutations, seed, key)
        fields |= {"p": p, "test": "signs flipped over matched events"}
    return Estimate(**fields, why=tuple(reasons))


def shares(
    hits: pd.DataFrame, by: Sequence[str], key: str, *, draws: int = 5000, seed: int = 1
) -> pd.DataFrame:
    """Return one row a group: k, n, documents, largest, share, low, high.

    `by` are columns of groups. `largest` is the share of n that the largest document holds. An
    interval resamples documents; there is none with fewer than ten or where all are alike.
    """
    by = list(by)
    documents = hits.groupby([*by, "doc_id"], sort=True, observed=True)[["hit", "of"]].sum()
    documents = documents[documents["of"] > 0].reset_index()
    found = []
    for name, own in documents.groupby(by, sort=True, observed=True):
        names = name if isinstance(name, tuple) else (name,)
        hit, of = own["hit"].to_numpy(dtype=np.float64), own["of"].to_numpy(dtype=np.float64)
        rng = random_stream(seed, key, *map(str, names))
        value, low, high = ratio(hit, of, draws=draws, rng=rng)
        sums = (int(hit.sum()), int(of.sum()), len(own), float(of.max() / of.sum()))
        found.append((*names, *sums, value, low, high))
    return pd.DataFrame(found, columns=[*by, *SHARE_COLUMNS])


def leave_one_out(
    hits: pd.DataFrame, pair: Pair, key: str, outlets: Iterable[str], **more: Any
) -> pd.DataFrame:
    """Return a contrast of all hits and without each outlet, as `to_frame` with `left_out` first.

    `hits` have a column `source_id`; `left_out` is empty for the whole; `more` is for `contrast`.
    """
    left_out = ["", *outlets]
    made = [contrast(hits[hits["source_id"] != o], pair, key, **more) for o in left_out]
    table = to_frame(made)
    table.insert(0, "left_out", left_out)
    return table
