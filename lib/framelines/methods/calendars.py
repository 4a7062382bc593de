"""Which Gregorian day a source means by a Hijri date, estimated month by month from anchors.

Months that begin with a crescent somebody saw can begin a day or two apart from the computed Umm
al-Qura calendar. Docs/methods.md has the likelihood L of an offset δ and an error rate ε, one rate
for a source in all its months. δ is uniform over −2…+2 a priori and a Markov chain over months: a
month keeps the offset of the one before with probability `STAY`, else it moves one day either way;
at the ends of the range the move outwards stays instead, so that every month by itself is uniform.
ε ~ Beta(1, 9) is integrated by Gauss–Legendre with 64 nodes, exact for up to 119 anchors.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from framelines.methods.dates import read

Floats = npt.NDArray[np.float64]

OFFSETS = (-2, -1, 0, 1, 2)
ERROR_REACH, ERROR_PRIOR, STAY = 3, 9.0, 0.9
SINGLE_DAYS_NEEDED, PROBABILITY_NEEDED = 4, 0.95
# Statistics are rounded before they are compared, so that no machine's last bit decides.
DECIMALS = 12
_X, _W = np.polynomial.legendre.leggauss(64)
_EPSILON = (_X + 1) / 2


def anchor_days(matches: pd.DataFrame) -> pd.DataFrame:
    """Return a table of anchors from the matches of a source's Hijri dates with references.

    Needs source_id, event_id, stated, first and open_last (the days that the reference leaves
    open), and reason, why a match is no anchor, or "". Completes reason; adds month (`1438-03`),
    umm_al_qura (c), low, high and tabular (these days minus c), and used: the first without a
    reason of each source and event.
    """
    found = matches.reset_index(drop=True)
    day = found["stated"].str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").astype(bool)
    c, civil = (
        found["stated"].where(day).map(lambda t, s=s: read(t, s)[0], "ignore").astype(float)
        for s in ("hijri", "tabular")
    )
    found = found.assign(month=found["stated"].str[:7], umm_al_qura=c)
    ends = {"low": found["first"], "high": found["open_last"], "tabular": civil}
    found = found.assign(**{name: days - c for name, days in ends.items()})
    limit = max(OFFSETS) + ERROR_REACH
    reason = found["reason"].astype(object).where(day, "the claim names no single day")
    far = (reason == "") & ((found["low"] > limit) | (found["high"] < -limit))
    reason = reason.mask(far, f"more than {limit} days apart")
    free = reason == ""
    used = free & ~found[["source_id", "event_id"]].where(free).duplicated()
    reason = reason.where(~free | used, "another row of the same source and event is used")
    return found.assign(reason=reason, used=used)


def _likelihoods(first: pd.Series, last: pd.Series, offsets: Floats) -> Floats:
    """L of every anchor, offset (the same for all, or a row for each) and node of ε, an array."""
    low, high = (days.to_numpy(dtype=np.float64)[:, None] for days in (first, last))

    def share(reach: int) -> Floats:  # of the open days at most so far from each offset
        within = np.minimum(high, offsets + reach) - np.maximum(low, offsets - reach) + 1
        return np.asarray(np.maximum(within, 0) / (high - low + 1))

    hit, near = share(0), share(ERROR_REACH) - share(0)
    return hit[:, :, None] * (1 - _EPSILON) + near[:, :, None] * _EPSILON / (2 * ERROR_REACH)


def _over_errors(likelihood: Floats, prior: float) -> Floats:
    """A likelihood (…, nodes of ε) integrated over ε ~ Beta(1, `prior`)."""
    return likelihood @ (_W / 2 * prior * ((1 - _X) / 2) ** (prior - 1))


@cache
def transition(months: int = 1) -> Floats:
    """Return the probabilities of each offset (column) so many months after each other one."""
    size = len(OFFSETS)
    move = (1 - STAY) / 2
    matrix = STAY * np.eye(size) + move * (np.eye(size, k=1) + np.eye(size, k=-1))
    matrix[[0, -1], [0, -1]] += move
    return np.linalg.matrix_power(matrix, months)


def _chain(own: pd.DataFrame, prior: float, out: tuple[int, ...] = ()) -> tuple[Floats, float]:
    """The posterior (months, offsets) of one source, and its log marginal likelihood.
    The anchors at the places `out` say nothing. Where no offset can explain the others, nothing is
    learned: the posterior is the prior, the evidence 0.
    """
    each = _likelihoods(own["low"], own["high"], np.array(OFFSETS, dtype=np.float64))
    each[list(out)] = 1
    months, place = np.unique(own["month"], return_inverse=True)
    products = np.ones((len(months), *each.shape[1:]))
    np.multiply.at(products, place, each)
    # Scaled, so that many anchors do not underflow; the scale returns in the marginal.
    top = products.max(axis=(1, 2), keepdims=True)
    scaled = products / np.where(top > 0, top, 1)
    numbers = [int(month[:4]) * 12 + int(month[5:]) for month in months]
    steps = [transition(b - a) for a, b in pairwise(numbers)]
    forward, backward = [scaled[0] / len(OFFSETS)], [np.ones_like(scaled[0])]
    for step, likelihood in zip(steps, scaled[1:], strict=True):
        forward.append(step.T @ forward[-1] * likelihood)
    for step, likelihood in zip(reversed(steps), scaled[:0:-1], strict=True):
        backward.insert(0, step @ (backward[0] * likelihood))
    joint = _over_errors(np.stack(forward) * np.stack(backward), prior)
    evidence = joint.sum(axis=1, keepdims=True)
    if not evidence[0, 0]:
        return np.full_like(joint, 1 / len(OFFSETS)), -np.inf
    found = np.round(joint / evidence, DECIMALS)
    return found, float(np.log(evidence[0, 0]) + np.log(top).sum())


def _sources(anchors: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every source with its used anchors, in an order that depends on no order of rows."""
    rows = anchors[anchors["used"].astype(bool)]
    rows = rows.sort_values(["source_id", "month", "event_id"], kind="stable")
    yield from rows.groupby("source_id", sort=True)


def posterior(anchors: pd.DataFrame, *, prior: float = ERROR_PRIOR) -> pd.DataFrame:
    """Return the posterior of every offset: source_id, month, offset (days), probability."""
    rows = [
        (source_id, month, offset, p)
        for source_id, own in _sources(anchors)
        for month, line in zip(own["month"].unique(), _chain(own, prior)[0].tolist(), strict=True)
        for offset, p in zip(OFFSETS, line, strict=True)
    ]
    return pd.DataFrame(rows, columns=["source_id", "month", "offset", "probability"])


def leave_out(anchors: pd.DataFrame, count: int = 1, *, prior: float = ERROR_PRIOR) -> pd.DataFrame:
    """Return what is left to the offset of every month without each anchor, or `count` of them.

    One row a combination and month: source_id, month, left_out (event ids joined by ;), and `kept`,
    the probability of the offset that all anchors give.
    """
    rows = []
    for source_id, own in _sources(anchors):
        events, best = list(own["event_id"]), _chain(own, prior)[0].argmax(axis=1)
        for out in combinations(range(len(events)), count):
            names, left = ";".join(events[place] for place in out), _chain(own, prior, out)[0]
            for month, line, was in zip(own["month"].unique(), left, best, strict=True):
                rows.append((source_id, month, names, line[was]))
    return pd.DataFrame(rows, columns=["source_id", "month", "left_out", "kept"])


def calibrate(anchors: pd.DataFrame) -> pd.DataFrame:
    """Return source_id, month, offset, probability, lowest, calibrated: a row a source and month.

    `lowest` is the offset's probability without the anchor that supports it most. It is calibrated
    with four single-day anchors of the source or more, and a `lowest` of 0.95 or more.
    """
    keys = ["source_id", "month"]
    found = posterior(anchors).sort_values("probability", ascending=False, kind="stable")
    lowest = leave_out(anchors).groupby(keys)["kept"].min().rename("lowest")
    found = found.drop_duplicates(keys).sort_values(keys).merge(lowest, on=keys, validate="1:1")
    single = anchors["used"].astype(bool) & (anchors["low"] == anchors["high"])
    enough = anchors.loc[single, "source_id"].value_counts() >= SINGLE_DAYS_NEEDED
    sure = found["source_id"].isin(enough.index[enough]) & (found["lowest"] >= PROBABILITY_NEEDED)
    return found.assign(calibrated=sure)


def tabular_factor(anchors: pd.DataFrame) -> float:
    """Return how much better the tabular calendar predicts all anchors than Umm al-Qura does.

    The decimal log of the Bayes factor, against offsets from Umm al-Qura averaged over their prior.
    """
    found = 0.0
    for _, own in _sources(anchors):
        days = own["tabular"].to_numpy(np.float64)[:, None]
        civil = _likelihoods(own["low"], own["high"], days)[:, 0].prod(axis=0)
        found += float(np.log(_over_errors(civil, ERROR_PRIOR))) - _chain(own, ERROR_PRIOR)[1]
    return found / float(np.log(10))


def offsets_of(months: pd.DataFrame, source_id: str) -> dict[str, int]:
    """Return the offsets in days of a source's calibrated months, such as `{"1438-03": 1}`."""
    rows = months[(months["source_id"] == source_id) & months["calibrated"]]
    return dict(zip(rows["month"], rows["offset"].astype(int), strict=True))
