"""Agreement of coders: alpha, matching of spans, clusters. Nothing here knows a table of ours.

Alpha is computed from sums over units (Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability), so that thousands of resamples are two matrix products.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.optimize import linear_sum_assignment

from framelines.resampling import MIN_UNITS, Estimate, expanded_level, symmetric_quantiles

Floats = npt.NDArray[np.float64]
# A span with its key: start, end, and an id that orders spans which are the same.
Keyed = tuple[int, int, str]
LEAST_OVERLAP = 0.3
# Sums of overlaps that differ by less than this are ties, which the order of spans breaks.
TIE = 1e-6
# An interval from resamples of which more than this share cannot be computed would be a guess.
MOST_UNDEFINED = 0.05


@dataclass(frozen=True)
class Parts:
    """What alpha is a function of, summed a unit; zeros where fewer than two coders spoke.

    `disagreement` has one value a unit: the differences of its pairs over (values − 1). `totals`
    is (units, k): counts by category (nominal), or number, sum and sum of squares (interval).
    """

    level: str
    disagreement: Floats
    totals: Floats

    @property
    def paired(self) -> npt.NDArray[np.bool_]:
        """Which units at least two coders gave a value."""
        return np.asarray(self.totals.any(axis=1))


def parts(values: npt.ArrayLike, level: str = "nominal") -> Parts:
    """Return the sums of alpha for `values`, an array of (coders, units), None or NaN if missing.

    `level` is "nominal" (values of any kind) or "interval" (numbers).
    """
    table = np.asarray(values, dtype=object)
    known = ~pd.isna(table)
    size = known.sum(axis=0).astype(float)
    paired = size >= 2
    apart = np.where(paired, size - 1, 1)
    if level == "nominal":
        codes = pd.factorize(table.ravel())[0].reshape(table.shape)
        categories = np.arange(codes.max(initial=-1) + 1)
        totals = (codes[:, :, None] == categories).sum(axis=0).astype(float)
        difference = size**2 - (totals**2).sum(axis=1)
    elif level == "interval":
        numbers = np.where(known, table, 0.0).astype(float)
        # Alpha knows differences only; values near zero keep their squares exact.
        centre = np.median(numbers[known]) if known.any() else 0.0
        numbers = np.where(known, numbers - centre, 0.0)
        totals = np.stack([size, numbers.sum(axis=0), (numbers**2).sum(axis=0)], axis=1)
        difference = 2 * (size * totals[:, 2] - totals[:, 1] ** 2)
    else:
        raise ValueError(f"level is nominal or interval, not {level}")
    return Parts(level, np.where(paired, difference / apart, 0.0), totals * paired[:, None])


def alpha_of(sums: Parts, weights: Floats) -> Floats:
    """Return alpha for each row of `weights` (draws, units); NaN where all values are alike.

    Both disagreements, observed and expected, are computed anew in every draw.
    """
    totals = weights @ sums.totals
    if sums.level == "nominal":
        count = totals.sum(axis=1)
        scale = count**2
        expected = scale - (totals**2).sum(axis=1)
    else:
        count = totals[:, 0]
        scale = 2 * count * totals[:, 2]
        expected = scale - 2 * totals[:, 1] ** 2
    defined = (count > 1) & (expected > 1e-12 * scale)
    found = np.full(len(weights), np.nan)
    observed = (weights @ sums.disagreement)[defined]
    found[defined] = 1 - observed * (count[defined] - 1) / expected[defined]
    return found


def alpha(values: npt.ArrayLike, level: str = "nominal") -> float:
    """Return Krippendorff's alpha of `values` (coders, units); NaN where it is not defined.

    Hayes & Krippendorff 2007, Communication Methods and Measures 1(1):77–89. Any number of coders
    and missing values; not defined where nothing varies or no unit has two values.
    """
    sums = parts(values, level)
    return float(alpha_of(sums, np.ones((1, len(sums.totals))))[0])


def positives(values: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return a unit's numerator and denominator of positive agreement; `values` are 1, 0, NaN.

    The ratio of their sums is the chance that another coder says 1 where one does, for two coders
    2a / (2a + b + c) (Cicchetti & Feinstein 1990, J Clin Epidemiol 43(6):551–558).
    """
    table = np.asarray(values, dtype=float)
    size = np.sum(~np.isnan(table), axis=0).astype(float)
    ones = np.where(size >= 2, np.nansum(table, axis=0), 0.0)
    return ones * (ones - 1) / np.where(size >= 2, size - 1, 1), ones


def share_of(numerators: Floats, denominators: Floats, weights: Floats) -> Floats:
    """Return Σ numerators / Σ denominators for each row of `weights`, or NaN."""
    above, below = weights @ numerators, weights @ denominators
    return np.divide(above, below, out=np.full(len(weights), np.nan), where=below > 0)


# --- intervals -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Resamples:
    """Weights of (draws, units), or None where there are too few units for an interval.

    With `two_stages` groups are drawn, then units in them, and `units` counts groups; without,
    units are drawn inside their groups, and `units` counts units.
    """

    weights: Floats | None
    units: int
    two_stages: bool


def resample(groups: Sequence[str], draws: int, rng: np.random.Generator) -> Resamples:
    """Return bootstrap weights for units of which `groups` names the group (the document).

    Two stages where there are at least `MIN_UNITS` groups; else the groups are kept, and the
    interval covers these groups only.
    """
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    two_stages = len(names) >= MIN_UNITS
    if draws < 1 or len(member) < MIN_UNITS:
        return Resamples(None, len(member), False)
    times = np.ones((draws, len(names)), dtype=np.int64)
    if two_stages:
        times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    weights = np.empty((draws, len(member)))
    for group in range(len(names)):
        own = np.flatnonzero(member == group)
        # A group drawn k times has its units drawn k times over: one multinomial does it.
        equal = np.full(len(own), 1 / len(own))
        weights[:, own] = rng.multinomial(times[:, group] * len(own), equal)
    return Resamples(weights, len(names) if two_stages else len(member), two_stages)


def estimate(statistic: Callable[[Floats], Floats], units: int, resamples: Resamples) -> Estimate:
    """Return `statistic` (weights to values) of the units with its 95 % interval.

    No interval where the resamples cannot differ, as with perfect agreement, which would pass for
    certainty, nor where more than `MOST_UNDEFINED` of them have no value.
    """
    value = float(statistic(np.ones((1, units)))[0])
    if resamples.weights is None or np.isnan(value):
        return Estimate(value, None, None, resamples.units)
    drawn = np.round(statistic(resamples.weights), 12)
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(drawn) or defined.min() == defined.max():
        return Estimate(value, None, None, resamples.units)
    low, high = symmetric_quantiles(defined, expanded_level(resamples.units))
    return Estimate(value, low, high, resamples.units)


def jackknife(
    statistic: Callable[[npt.NDArray[np.bool_]], float], groups: Sequence[str], highest: float = 1.0
) -> Estimate:
    """Return `statistic` (of the units kept) with a 95 % interval that leaves out one group a time.

    For statistics of clusters: a bootstrap draws units twice, and twins always cluster together.
    Efron & Stein 1981, Annals of Statistics 9(3):586–596, with Student's t. No interval with fewer
    than `MIN_UNITS` groups or where nothing varies. The interval ends at `highest`.
    """
    member = np.asarray(groups, dtype=str)
    names = np.unique(member)
    value = statistic(np.ones(len(member), dtype=bool))
    if len(names) < MIN_UNITS or np.isnan(value):
        return Estimate(value, None, None, len(names))
    without = np.array([statistic(member != name) for name in names])
    spread = np.sqrt((len(names) - 1) * np.mean((without - without.mean()) ** 2))
    if np.isnan(spread) or np.round(spread, 12) == 0:
        return Estimate(value, None, None, len(names))
    half = float(stats.t.ppf(0.975, len(names) - 1) * spread)
    return Estimate(value, value - half, min(value + half, highest), len(names))


# --- spans ---------------------------------------------------------------------------------------


def overlap(first: Sequence[Keyed], second: Sequence[Keyed]) -> Floats:
    """Return intersection over union of spans, an array of (first, second)."""
    a = np.array([s[:2] for s in first], dtype=float).reshape(-1, 2)
    b = np.array([s[:2] for s in second], dtype=float).reshape(-1, 2)
    shared = np.minimum(a[:, None, 1], b[None, :, 1]) - np.maximum(a[:, None, 0], b[None, :, 0])
    shared = np.maximum(shared, 0)
    union = (a[:, 1] - a[:, 0])[:, None] + (b[:, 1] - b[:, 0])[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def match_spans(
    first: Sequence[Keyed], second: Sequence[Keyed], least: float = LEAST_OVERLAP
) -> list[tuple[int, int]]:
    """Return pairs of positions in `first` and `second` that are the same unit, each used once.

    Maximum-weight assignment on intersection over union of at least `least`. Equal sums are
    decided by the order of (start, end, id), so that the order of the rows changes nothing, nor
    which coder comes first.
    """
    if not first or not second:
        return []
    rows = sorted(range(len(first)), key=lambda i: first[i])
    columns = sorted(range(len(second)), key=lambda j: second[j])
    weight = overlap([first[i] for i in rows], [second[j] for j in columns])
    allowed = weight >= least - 1e-12
    # Products of ranks are the largest in sum where earlier goes with earlier, from either side.
    rank = np.arange(len(rows), 0, -1)[:, None] * np.arange(len(columns), 0, -1)[None, :]
    ties = TIE * rank / (rank.max() * min(rank.shape))
    chosen = linear_sum_assignment(np.where(allowed, weight + ties, 0.0), maximize=True)
    pairs = [(rows[i], columns[j]) for i, j in zip(*chosen, strict=True) if allowed[i, j]]
    return sorted(pairs)


def unitising(first: int, second: int, matched: int) -> tuple[float, float, float]:
    """Return precision (of the second), recall (of the first) and F1 of `matched` units."""
    precision = matched / second if second else float("nan")
    recall = matched / first if first else float("nan")
    both = first + second
    return precision, recall, 2 * matched / both if both else float("nan")


# --- clusters ------------------------------------------------------------------------------------


def _contingency(first: Sequence[Any], second: Sequence[Any]) -> Floats:
    if len(first) != len(second):
        raise ValueError(f"{len(first)} labels against {len(second)}: they must be of one length")
    rows, columns = pd.factorize(np.asarray(first))[0], pd.factorize(np.asarray(second))[0]
    table = np.zeros((rows.max(initial=-1) + 1, columns.max(initial=-1) + 1))
    np.add.at(table, (rows, columns), 1)
    return table


def b_cubed(response: Sequence[Any], truth: Sequence[Any]) -> tuple[float, float, float]:
    """Return B-cubed precision, recall and F1 of two labellings of the same items.

    Bagga & Baldwin 1998, ACL-COLING:79–85; Amigó et al. 2009, Information Retrieval 12:461–486.
    Labels are arbitrary; swapping the two swaps precision and recall. NaN without items.
    """
    table = _contingency(response, truth)
    items = table.sum()
    if items == 0:
        return float("nan"), float("nan"), float("nan")
    precision = float((table**2 / table.sum(axis=1, keepdims=True)).sum() / items)
    recall = float((table**2 / table.sum(axis=0, keepdims=True)).sum() / items)
    return precision, recall, 2 * precision * recall / (precision + recall)


def adjusted_rand(first: Sequence[Any], second: Sequence[Any]) -> float:
    """Return the adjusted Rand index of two labellings of the same items.

    Hubert & Arabie 1985, Journal of Classification 2:193–218. 1 for the same partition, 0 where
    agreement is what chance gives; NaN with fewer than two items.
    """
    table = _contingency(first, second)
    items = table.sum()
    if items < 2:
        return float("nan")

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / (items * (items - 1) / 2)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def clusters_alike(first: Sequence[Any], second: Sequence[Any]) -> npt.NDArray[np.bool_]:
    """Return for each item whether its two clusters share more than half of their items.

    The Jaccard overlap of two clusters exceeds one half for one partner at most, so that arbitrary
    labels of two coders are paired without a choice.
    """
    table = _contingency(first, second)
    rows, columns = pd.factorize(np.asarray(first))[0], pd.factorize(np.asarray(second))[0]
    union = table.sum(axis=1)[rows] + table.sum(axis=0)[columns] - table[rows, columns]
    return np.asarray(2 * table[rows, columns] > union)
