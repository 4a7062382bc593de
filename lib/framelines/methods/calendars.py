"""Which Gregorian day a source means by a Hijri date, estimated month by month from anchors.

Months that begin with a crescent somebody saw can begin a day or two apart from the computed Umm
al-Qura calendar. Docs/methods.md has the likelihood L of an offset δ and an error rate ε, one rate
for a source in all its months. δ is uniform over −2…+2 a priori and a Markov chain over months: a
month keeps the offset of the one before with probability `STAY`, else it moves one day either way;
at the ends of the range the move outwards stays instead, so that every month by itself is uniform.
ε ~ Beta(1, 9) is integrated by Gauss–Legendre with 64 nodes, exact for up to 119 anchors.
Tables of anchors are those of `analyses.claims.anchors`.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd

from framelines.methods.estimate import DIGITS, Floats

OFFSETS = (-2, -1, 0, 1, 2)
ERROR_REACH, ERROR_PRIOR, STAY = 3, 9.0, 0.9
SINGLE_DAYS_NEEDED, PROBABILITY_NEEDED = 4, 0.95
KEYS = ["source_id", "month"]
_X, _W = np.polynomial.legendre.leggauss(64)
_EPSILON = (_X + 1) / 2
# The probability of each offset (column) a month after each other one.
TRANSITION = (1 - STAY) / 2 * (np.eye(len(OFFSETS), k=1) + np.eye(len(OFFSETS), k=-1))
np.fill_diagonal(TRANSITION, 1 - TRANSITION.sum(axis=1))


def _likelihoods(own: pd.DataFrame, offsets: Floats) -> Floats:
    """L of every anchor, offset (the same for all, or a row for each) and node of ε, an array."""
    low, high = (own[[end]].to_numpy(np.float64) for end in ("low", "high"))

    def share(reach: int) -> Floats:  # of the open days at most so far from each offset
        within = np.minimum(high, offsets + reach) - np.maximum(low, offsets - reach) + 1
        return np.asarray(np.maximum(within, 0) / (high - low + 1))

    hit, near = share(0), share(ERROR_REACH) - share(0)
    return hit[:, :, None] * (1 - _EPSILON) + near[:, :, None] * _EPSILON / (2 * ERROR_REACH)


def _over_errors(likelihood: Floats, prior: float) -> Floats:
    """A likelihood (…, nodes of ε) integrated over ε ~ Beta(1, `prior`)."""
    return likelihood @ (_W / 2 * prior * ((1 - _X) / 2) ** (prior - 1))


def _before(likelihoods: list[Floats], steps: list[Floats]) -> list[Floats]:
    """What the months before each one say of it; the same either way through the chain."""
    found = [np.ones_like(likelihoods[0])]
    for step, likelihood in zip(steps, likelihoods, strict=False):
        found.append(step @ (found[-1] * likelihood))
    return found


def _chains(own: pd.DataFrame, prior: float, without: int) -> Iterator[tuple[Any, Floats, float]]:
    """The posteriors (months, offsets) of one source, each with its log marginal likelihood.
    In turn every choice of `without` anchors, by their places, says nothing. Where no offset can
    explain the others, nothing is learned: the posterior is the prior, the evidence 0.
    """
    each = _likelihoods(own, np.array(OFFSETS, dtype=np.float64))
    places = own.groupby("month").indices
    numbers = [12 * int(month[:4]) + int(month[5:]) for month in places]
    steps = [np.linalg.matrix_power(TRANSITION, b - a) for a, b in pairwise(numbers)]
    for out in combinations(range(len(own)), without):
        told = [each[[i for i in here if i not in out]].prod(axis=0) for here in places.values()]
        after = _before(told[::-1], steps[::-1])[::-1]
        joint = np.stack(_before(told, steps)) * np.stack(told) * np.stack(after)
        joint = _over_errors(joint, prior) / len(OFFSETS)
        evidence = joint.sum(axis=1, keepdims=True)
        if evidence.all():
            yield out, np.round(joint / evidence, DIGITS), float(np.log(evidence[0, 0]))
        else:
            yield out, np.full_like(joint, 1 / len(OFFSETS)), -np.inf


def _by_source(anchors: pd.DataFrame) -> Any:
    """The used anchors of every source, in an order that depends on no order of rows."""
    used = anchors[anchors["used"].astype(bool)]
    return used.sort_values([*KEYS, "event_id"], kind="stable").groupby("source_id")


def posterior(
    anchors: pd.DataFrame, *, without: int = 0, prior: float = ERROR_PRIOR
) -> pd.DataFrame:
    """Return the posterior of every offset: source_id, month, left_out, offset, probability.

    `without` so many anchors it has one for every choice of them, whose event ids left_out joins
    by a semicolon. Offsets are in days.
    """
    made = []
    for source_id, own in _by_source(anchors):
        events, months = own["event_id"].to_numpy(), own["month"].unique()
        for out, found, _ in _chains(own, prior, without):
            left_out = ";".join(events[list(out)])
            for month, line in zip(months, found.tolist(), strict=True):
                made += [(source_id, month, left_out, *p) for p in zip(OFFSETS, line, strict=True)]
    return pd.DataFrame(made, columns=[*KEYS, "left_out", "offset", "probability"])


def calibrate(
    anchors: pd.DataFrame, *, without: int = 1, prior: float = ERROR_PRIOR
) -> pd.DataFrame:
    """Return source_id, month, offset, probability, lowest, calibrated: a row a source and month.

    `lowest` is the offset's probability without the anchors, `without` of them, that support it
    most, NaN where there are fewer. It is calibrated with four single-day anchors of the source or
    more, and a `lowest` of 0.95 or more.
    """
    found = posterior(anchors, prior=prior).drop(columns="left_out")
    found = found.sort_values("probability", ascending=False, kind="stable").drop_duplicates(KEYS)
    left = posterior(anchors, without=without, prior=prior).groupby([*KEYS, "offset"])
    lowest = left["probability"].min().rename("lowest")
    found = found.sort_values(KEYS).merge(lowest, how="left", on=[*KEYS, "offset"])
    single = anchors["used"].astype(bool) & (anchors["low"] == anchors["high"])
    enough = anchors.loc[single, "source_id"].value_counts() >= SINGLE_DAYS_NEEDED
    sure = found["source_id"].isin(enough.index[enough]) & (found["lowest"] >= PROBABILITY_NEEDED)
    return found.assign(calibrated=sure)


def tabular_factor(anchors: pd.DataFrame) -> float:
    """Return how much better the tabular calendar predicts all anchors than Umm al-Qura does.

    The decimal log of the Bayes factor, against offsets from Umm al-Qura averaged over their prior.
    """
    found = 0.0
    for _, own in _by_source(anchors):
        civil = _likelihoods(own, own[["tabular"]].to_numpy(np.float64))[:, 0].prod(axis=0)
        rival = next(_chains(own, ERROR_PRIOR, 0))[2]
        found += float(np.log(_over_errors(civil, ERROR_PRIOR))) - rival
    return found / float(np.log(10))


def offsets_of(months: pd.DataFrame, source_id: str) -> dict[str, int]:
    """Return the offsets in days of a source's calibrated months, such as `{"1438-03": 1}`."""
    rows = months[(months["source_id"] == source_id) & months["calibrated"]]
    return dict(zip(rows["month"], rows["offset"].astype(int), strict=True))
