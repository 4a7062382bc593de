"""Agreement of any two coders or more: alpha, matching of spans, clusters, and coding errors.

Alpha is computed from sums over units (Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability), so that thousands of resamples are two matrix products.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from framelines.methods.estimate import (
    MIN_UNITS,
    SHARE,
    Estimate,
    Floats,
    expanded_level,
    interval_of,
    random_stream,
    resampling_weights,
    symmetric_quantiles,
)

# A span with its key: start, end, and an id that orders spans which are the same.
Keyed = tuple[int, int, str]
LEAST_OVERLAP = 0.3
# Sums of overlaps that differ by less than this are ties, which the order of spans breaks.
TIE = 1e-6
# An interval from resamples of which more than this share cannot be computed would be a guess.
MOST_UNDEFINED = 0.05


def alpha_of(values: npt.ArrayLike) -> Callable[[Floats], Floats]:
    """Return nominal alpha as a function of weights (draws, units); NaN where all are alike.

    `values` are (coders, units), None or NaN where a coder has none. Hayes & Krippendorff 2007,
    Communication Methods and Measures 1(1):77–89. Both disagreements, observed and expected, are
    computed anew in every draw.
    """
    table = np.asarray(values, dtype=object)
    size = (~pd.isna(table)).sum(axis=0).astype(float)
    codes = pd.factorize(table.ravel())[0].reshape(table.shape)
    totals = (codes[:, :, None] == np.arange(codes.max(initial=-1) + 1)).sum(axis=0).astype(float)
    # Units that fewer than two coders gave a value have no pair.
    totals *= (size >= 2)[:, None]
    apart = (size**2 - (totals**2).sum(axis=1)) / np.maximum(size - 1, 1) * (size >= 2)

    def of(weights: Floats) -> Floats:
        sums = weights @ totals
        count = sums.sum(axis=1)
        expected = count**2 - (sums**2).sum(axis=1)
        defined = (count > 1) & (expected > 1e-12 * count**2)
        found = np.full(len(weights), nan)
        observed = (weights @ apart)[defined]
        found[defined] = 1 - observed * (count[defined] - 1) / expected[defined]
        return found

    return of


def alpha(values: npt.ArrayLike) -> float:
    """Return Krippendorff's nominal alpha of `values` (coders, units); NaN if it is not defined."""
    return float(alpha_of(values)(np.ones((1, np.asarray(values, dtype=object).shape[1])))[0])


def share_of(above: Floats, below: Floats) -> Callable[[Floats], Floats]:
    """Return Σ above / Σ below as a function of weights (draws, units)."""

    def of(weights: Floats) -> Floats:
        bottom = weights @ below
        return np.divide(weights @ above, bottom, out=np.full(len(bottom), nan), where=bottom > 0)

    return of


@lru_cache(maxsize=4)
def _resampled(groups: tuple[str, ...], draws: int, seed: int, keys: tuple[str, ...]) -> Floats:
    """Weights (draws, units): groups are drawn where there are enough, then units inside them."""
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    rng = random_stream(seed, *keys)
    times = np.ones((draws, len(names)), dtype=np.int64)
    if len(names) >= MIN_UNITS:
        times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    weights = np.empty((draws, len(member)))
    for group in range(len(names)):
        own = np.flatnonzero(member == group)
        # A group drawn k times has its units drawn k times over: one multinomial does it.
        equal = np.full(len(own), 1 / len(own))
        weights[:, own] = rng.multinomial(times[:, group] * len(own), equal)
    return weights


def estimated(
    statistic: Callable[[Floats], Floats],
    groups: Sequence[str],
    *keys: str,
    draws: int = 5000,
    seed: int = 1,
) -> Estimate:
    """Return a `statistic` (weights to values) of units with its 95 % interval.

    `groups` names the document of each unit. Documents are drawn, then units in them; with fewer
    than ten documents units alone, so that the interval is about these documents only. There is
    none with fewer than ten units, where the resamples cannot differ, as with perfect agreement,
    which would pass for certainty, or where more than `MOST_UNDEFINED` of them have no value.
    """
    units, documents = len(groups), len(set(groups))
    value = float(statistic(np.ones((1, units)))[0])
    found = Estimate(value, n=(units,), units=(documents,))
    if np.isnan(value):
        return Estimate(n=(units,), units=(documents,), why=("not estimable: nothing varies",))
    if units < MIN_UNITS or draws < 1:
        return found
    drawn = np.round(statistic(_resampled(tuple(groups), draws, seed, keys)), 12)
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(drawn) or np.ptp(defined) == 0:
        return found
    many = documents >= MIN_UNITS
    low, high = symmetric_quantiles(defined, expanded_level(documents if many else units))
    words = "documents, then units in them" if many else "units in these documents"
    words = f"95 % bootstrap interval over {words}"
    return Estimate(value, "", float(low), float(high), words, n=(units,), units=(documents,))


def overlap(first: Sequence[Keyed], second: Sequence[Keyed]) -> Floats:
    """Return intersection over union of spans, an array of (first, second)."""
    a = np.array([s[:2] for s in first], dtype=float).reshape(-1, 1, 2)
    b = np.array([s[:2] for s in second], dtype=float).reshape(1, -1, 2)
    shared = np.minimum(a[..., 1], b[..., 1]) - np.maximum(a[..., 0], b[..., 0])
    shared = np.maximum(shared, 0)
    union = np.ptp(a, axis=2) + np.ptp(b, axis=2) - shared
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
    return sorted((rows[i], columns[j]) for i, j in zip(*chosen, strict=True) if allowed[i, j])


def b_cubed(response: Sequence[Any], truth: Sequence[Any]) -> tuple[float, float, float]:
    """Return B-cubed precision, recall and F1 of two labellings of the same items.

    Bagga & Baldwin 1998, ACL-COLING:79–85; Amigó et al. 2009, Information Retrieval 12:461–486.
    Labels are arbitrary; swapping the two swaps precision and recall. NaN without items.
    """
    if len(response) == 0:
        return nan, nan, nan
    table = pd.crosstab(np.asarray(response), np.asarray(truth)).to_numpy(dtype=np.float64)
    precision = float((table**2 / table.sum(axis=1, keepdims=True)).sum() / table.sum())
    recall = float((table**2 / table.sum(axis=0, keepdims=True)).sum() / table.sum())
    return precision, recall, 2 * precision * recall / (precision + recall)


def rogan_gladen(share: npt.ArrayLike, sensitivity: Any, specificity: Any) -> Floats:
    """Return the true share behind an apparent one, cut to [0, 1].

    (q + sp − 1) / (se + sp − 1), Rogan & Gladen 1978, American Journal of Epidemiology
    107(1):71–76. NaN where se + sp is not above 1.
    """
    above = np.asarray(share, dtype=np.float64) + specificity - 1
    youden = np.broadcast_to(np.asarray(sensitivity) + specificity - 1, above.shape)
    found = np.divide(above, youden, out=np.full(above.shape, nan), where=youden > 0)
    return np.clip(found, 0.0, 1.0)


def corrected_share(
    hit: Floats, of: Floats, cells: Floats, key: str, *, draws: int = 5000, seed: int = 1
) -> Estimate:
    """Return a share corrected for the errors of its coder, both of them resampled.

    `hit` and `of` count by document; `cells` has one row a document of the sample that was coded
    twice: seen by both, by the coder only, by the reference only, by neither.
    """
    tp, fp, fn, tn = cells.sum(axis=0)
    value = float(rogan_gladen(hit.sum() / of.sum(), tp / (tp + fn), tn / (tn + fp)))
    fields: dict[str, Any] = {"value": value, "unit": SHARE, "units": (len(of), len(cells))}
    if min(len(of), len(cells)) < MIN_UNITS:
        return Estimate(**fields, why=(f"no interval: fewer than {MIN_UNITS} documents",))
    weights = resampling_weights(len(of), draws, random_stream(seed, key, "all"))
    errors = resampling_weights(len(cells), draws, random_stream(seed, "coder error", key))
    tp, fp, fn, tn = (errors @ cells).T
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = (weights @ hit) / (weights @ of)
        drawn = rogan_gladen(shares, tp / (tp + fn), tn / (tn + fp))
    low, high = interval_of(drawn, min(len(of), len(cells)))
    words = "95 % bootstrap interval over documents of the texts and of the sample coded twice"
    return Estimate(**fields, low=low, high=high, interval=words)
