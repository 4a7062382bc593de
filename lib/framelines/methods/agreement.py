"""Agreement of any two coders or more: alpha, and matching of spans."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

import framelines.methods.estimate as est
from framelines.methods.estimate import Floats

# A function of weights (draws, units): how often each unit counts in each draw.
Statistic = Callable[[Floats], Floats]
LEAST_OVERLAP = 0.3
# Sums of overlaps that differ by less than this are ties, which the order of spans breaks.
TIE = 1e-6
# An interval from resamples of which more than this share cannot be computed would be a guess.
MOST_UNDEFINED = 0.05


def alpha_of(values: npt.ArrayLike) -> Statistic:
    """Return nominal alpha of `values` (coders, units; None or NaN for none) by weights.

    Krippendorff 2011, Computing Krippendorff's Alpha-Reliability: both disagreements, observed and
    expected, are computed anew in every draw.
    """
    table = np.asarray(values, dtype=object)
    size = (~pd.isna(table)).sum(axis=0).astype(float)
    codes = pd.factorize(table.ravel())[0].reshape(table.shape)
    totals = (codes[:, :, None] == np.arange(codes.max(initial=-1) + 1)).sum(axis=0).astype(float)
    # Units that fewer than two coders gave a value have no pair.
    totals *= (size >= 2)[:, None]
    apart = (totals.sum(axis=1) ** 2 - (totals**2).sum(axis=1)) / np.maximum(size - 1, 1)

    def of(weights: Floats) -> Floats:
        sums = weights @ totals
        count = sums.sum(axis=1)
        expected = count**2 - (sums**2).sum(axis=1)
        defined = (count > 1) & (expected > 1e-12 * count**2)
        observed = (weights @ apart) * (count - 1)
        return 1 - np.divide(observed, expected, out=np.full(len(sums), nan), where=defined)

    return of


def share_of(above: Floats, below: Floats) -> Statistic:
    """Return Σ above / Σ below as a function of weights."""
    return lambda weights: est.over(weights @ above, weights @ below)


@lru_cache(maxsize=4)
def _resampled(groups: tuple[str, ...], draws: int, seed: int, keys: tuple[str, ...]) -> Floats:
    """Weights (draws, units): groups are drawn, then units inside them."""
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    rng, weights = est.random_stream(seed, *keys), np.empty((draws, len(member)))
    times = est.resampling_weights(len(names), draws, rng)
    for group in range(len(names)):
        own = np.flatnonzero(member == group)
        # A group drawn k times has its units drawn k times over: one multinomial does it.
        drawn = times[:, group].astype(np.int64) * len(own)
        weights[:, own] = rng.multinomial(drawn, np.full(len(own), 1 / len(own)))
    return weights


def estimated(
    statistic: Statistic, groups: Sequence[str], *keys: str, draws: int = 5000, seed: int = 1
) -> tuple[float, float, float, int]:
    """Return a statistic of units, its 95 % interval, and the documents that `groups` names.

    Documents are drawn, then units in them. The ends are NaN with fewer than ten documents, where
    resamples do not differ, as with perfect agreement, which would pass for certainty, or where
    more than `MOST_UNDEFINED` of them have no value.
    """
    documents, value = len(set(groups)), float(statistic(np.ones((1, len(groups))))[0])
    none = value, nan, nan, documents
    if documents < est.MIN_UNITS or np.isnan(value):
        return none
    drawn = np.round(statistic(_resampled(tuple(groups), draws, seed, keys)), 12)
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - MOST_UNDEFINED) * draws or np.ptp(defined) == 0:
        return none
    return value, *est.interval_of(drawn, documents), documents


def matched(
    first: pd.DataFrame, second: pd.DataFrame, least: float = LEAST_OVERLAP
) -> list[tuple[int, int]]:
    """Return the index in either table of spans that are the same unit, each used once.

    Spans are rows with doc_id, start, end and an id. Maximum-weight assignment in each document on
    intersection over union of at least `least`. Equal sums are decided by the order of (start, end,
    id): neither that of rows nor that of coders matters.
    """
    ordered = [table.sort_values(["start", "end", "id"]) for table in (first, second)]
    ends = [table[["start", "end"]].to_numpy().T for table in ordered]
    spans, others = (table.groupby("doc_id").indices for table in ordered)
    found: list[tuple[int, int]] = []
    for doc_id in sorted(spans.keys() & others.keys()):
        one, two = spans[doc_id], others[doc_id]
        (a, b), (c, d) = ends[0][:, one], ends[1][:, two]
        shared = np.minimum(b[:, None], d) - np.maximum(a[:, None], c)
        union = np.maximum((b - a)[:, None] + (d - c) - shared, 1)
        weight = np.where(shared > 0, shared / union, 0.0)
        allowed = weight >= least - 1e-12
        # Products of ranks are the largest in sum where earlier goes with earlier.
        rank = np.arange(len(one), 0, -1)[:, None] * np.arange(len(two), 0, -1)
        ties = TIE * rank / (rank.max() * min(rank.shape))
        chosen = linear_sum_assignment(np.where(allowed, weight + ties, 0.0), maximize=True)
        found += [(one[i], two[j]) for i, j in zip(*chosen, strict=True) if allowed[i, j]]
    return [(ordered[0].index[i], ordered[1].index[j]) for i, j in found]
