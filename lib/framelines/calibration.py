"""The offset of a source's Hijri calendar from Umm al-Qura, estimated month by month.

Months that begin with a crescent somebody saw can begin a day or two apart from the computed
calendar. With c the Umm al-Qura day of anchor i and w its weights over the days that the reference
leaves open, an offset δ and an error rate ε:

    L_i(δ, ε) = Σ_d w_i(d) · [(1−ε)·1{d−c = δ} + (ε/6)·1{1 ≤ |d−c−δ| ≤ 3}]

δ is uniform over −2…+2 a priori and ε ~ Beta(1, 9), one rate for a source in all its months. The
offsets of neighbouring months form a Markov chain: whoever sees the crescent a day late in one
month need not in the next, but looks from the same place by the same rules. A month keeps the
offset of the one before with probability `stay`, else it moves one day either way; at the ends of
the range the move outwards stays instead, so that every month by itself is uniform. ε is
integrated by Gauss–Legendre with 64 nodes, exact for up to 119 anchors under Beta(1, 9).

Every function takes the table of `calendars.anchors`, of which it needs source_id, event_id,
month (`1438-03`), `low` and `high` (first and last open day minus c), and for the rival calendar
`tabular`; rows that are not `used` are left out, and the order of rows changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

OFFSETS = (-2, -1, 0, 1, 2)
ERROR_REACH = 3
ERROR_PRIOR = 9.0
STAY = 0.9
SINGLE_DAYS_NEEDED = 4
PROBABILITY_NEEDED = 0.95
PRIORS = (1.0, 2.0, 4.0, 9.0, 19.0, 49.0)
# Statistics are rounded before they are compared, so that no machine's last bit decides.
DECIMALS = 12
_X, _W = np.polynomial.legendre.leggauss(64)


def _likelihoods(low: Floats, high: Floats, offsets: Floats) -> Floats:
    """Return L of every anchor, offset and node of ε, an array (anchors, offsets, nodes)."""
    epsilon = (_X + 1) / 2
    width = high - low + 1

    def share(reach: int) -> Floats:
        """Share of the open days at most `reach` days from each offset."""
        ends = np.minimum(high[:, None], offsets + reach) - np.maximum(
            low[:, None], offsets - reach
        )
        return np.maximum(ends + 1, 0) / width[:, None]

    hit, near = share(0), share(ERROR_REACH) - share(0)
    return hit[:, :, None] * (1 - epsilon) + near[:, :, None] * epsilon / (2 * ERROR_REACH)


@cache
def _prior_weights(prior: float) -> Floats:
    """Return the weights of the nodes of ε under Beta(1, `prior`)."""
    if prior < 1:
        raise ValueError(f"the prior Beta(1, b) of the error rate needs b from 1 on, not {prior}")
    return _W / 2 * prior * ((1 - _X) / 2) ** (prior - 1)


@cache
def _transition(stay: float, months: int = 1) -> Floats:
    """Return the probabilities of each offset so many months after each other one."""
    size = len(OFFSETS)
    move = (1 - stay) / 2
    matrix = stay * np.eye(size) + move * (np.eye(size, k=1) + np.eye(size, k=-1))
    matrix[0, 0] += move
    matrix[-1, -1] += move
    return np.linalg.matrix_power(matrix, months)


def _chain(products: Floats, numbers: list[int], prior: float, stay: float) -> tuple[Floats, float]:
    """Return the posterior (months, offsets) and the log marginal likelihood of one source.

    `products` holds the likelihood of every month (months, offsets, nodes), `numbers` the months
    counted through. Forward and backward over the months, for every node of ε. Where no offset can
    explain the anchors, nothing is learned: the posterior is the prior, the evidence 0.
    """
    # Scaled, so that many anchors do not underflow; the scale returns in the marginal.
    top = products.max(axis=(1, 2), keepdims=True)
    scaled = products / np.where(top > 0, top, 1)
    steps = [_transition(stay, b - a) for a, b in pairwise(numbers)]
    forward = [scaled[0] / len(OFFSETS)]
    for step, likelihood in zip(steps, scaled[1:], strict=True):
        forward.append(step.T @ forward[-1] * likelihood)
    backward = [np.ones_like(scaled[0])]
    for step, likelihood in zip(reversed(steps), scaled[:0:-1], strict=True):
        backward.insert(0, step @ (backward[0] * likelihood))
    joint = np.stack(forward) * np.stack(backward) @ _prior_weights(prior)
    evidence = joint.sum(axis=1, keepdims=True)
    if not evidence[0, 0]:
        return np.full_like(joint, 1 / len(OFFSETS)), -np.inf
    return joint / evidence, float(np.log(evidence[0, 0]) + np.log(top).sum())


def _used(matches: pd.DataFrame) -> pd.DataFrame:
    rows = matches[matches["used"]] if "used" in matches else matches
    return rows.sort_values(["source_id", "month", "event_id"], kind="stable")


@dataclass(frozen=True)
class _Source:
    """The anchors of one source as arrays, for many passes with some of them left out."""

    events: list[str]
    months: list[str]
    month_of: list[int]
    single: int
    likelihoods: Floats

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "_Source":
        low, high = (rows[c].to_numpy(dtype=np.float64) for c in ("low", "high"))
        months = sorted(set(rows["month"]))
        return cls(
            events=list(rows["event_id"]),
            months=months,
            month_of=[months.index(m) for m in rows["month"]],
            single=int((low == high).sum()),
            likelihoods=_likelihoods(low, high, np.array(OFFSETS, dtype=np.float64)),
        )

    def posterior(self, out: Iterable[int], prior: float, stay: float) -> tuple[Floats, float]:
        """Return the posterior of every month without the anchors at the places `out`."""
        products = np.ones((len(self.months), *self.likelihoods.shape[1:]))
        left = set(out)
        for place, month in enumerate(self.month_of):
            if place not in left:
                products[month] = products[month] * self.likelihoods[place]
        numbers = [int(m[:4]) * 12 + int(m[5:]) for m in self.months]
        return _chain(products, numbers, prior, stay)


def _sources(matches: pd.DataFrame) -> Iterator[tuple[str, _Source]]:
    for source_id, rows in _used(matches).groupby("source_id", sort=True):
        yield str(source_id), _Source.of(rows)


def posterior(
    matches: pd.DataFrame, *, prior: float = ERROR_PRIOR, stay: float = STAY
) -> pd.DataFrame:
    """Return the posterior of every offset: source_id, month, offset (days), probability."""
    rows = [
        (source_id, month, offset, round(float(p), DECIMALS))
        for source_id, source in _sources(matches)
        for month, line in zip(source.months, source.posterior((), prior, stay)[0], strict=True)
        for offset, p in zip(OFFSETS, line, strict=True)
    ]
    return pd.DataFrame(rows, columns=["source_id", "month", "offset", "probability"])


def leave_out(
    matches: pd.DataFrame, count: int = 1, *, prior: float = ERROR_PRIOR, stay: float = STAY
) -> pd.DataFrame:
    """Return what every month becomes without each anchor, or each `count` of them.

    One row a combination and month: source_id, month, left_out (event ids joined by ;), the
    offset and its probability. A month without any anchor left still hears its neighbours.
    """
    rows = []
    for source_id, source in _sources(matches):
        for out in combinations(range(len(source.events)), count):
            names = ";".join(source.events[place] for place in out)
            found = np.round(source.posterior(out, prior, stay)[0], DECIMALS)
            for month, line in zip(source.months, found, strict=True):
                best = int(line.argmax())
                rows.append((source_id, month, names, OFFSETS[best], float(line[best])))
    columns = ["source_id", "month", "left_out", "offset", "probability"]
    return pd.DataFrame(rows, columns=columns)


def verdicts(
    matches: pd.DataFrame, *, prior: float = ERROR_PRIOR, stay: float = STAY
) -> pd.DataFrame:
    """Return for every source and month the offset, how sure it is, and whether it is calibrated.

    Columns source_id, month, anchors (in this month), single_days (of the source in all its
    months), offset, probability, lowest (its probability without the anchor that supports it
    most), without (that anchor) and calibrated: at least four single-day anchors, and 0.95 or
    more for this offset with any one anchor left out.
    """
    columns = ["source_id", "month", "anchors", "single_days", "offset", "probability"]
    columns += ["lowest", "without", "calibrated"]
    rows = []
    for source_id, source in _sources(matches):
        whole = np.round(source.posterior((), prior, stay)[0], DECIMALS)
        best = whole.argmax(axis=1)
        places = range(len(source.events))
        without = np.stack([source.posterior((place,), prior, stay)[0] for place in places])
        for index, month in enumerate(source.months):
            left = np.round(without[:, index, best[index]], DECIMALS)
            worst = int(left.argmin())
            sure = source.single >= SINGLE_DAYS_NEEDED and left[worst] >= PROBABILITY_NEEDED
            counts = (source.month_of.count(index), source.single)
            found = (OFFSETS[best[index]], float(whole[index, best[index]]), float(left[worst]))
            rows.append((source_id, month, *counts, *found, source.events[worst], bool(sure)))
    return pd.DataFrame(rows, columns=columns)


def sweep(
    matches: pd.DataFrame, priors: Sequence[float] = PRIORS, *, stay: float = STAY
) -> pd.DataFrame:
    """Return the verdicts under several priors Beta(1, b) of the error rate, in a column b."""
    return pd.concat(
        [verdicts(matches, prior=b, stay=stay).assign(b=b) for b in priors], ignore_index=True
    )


def rivals(
    matches: pd.DataFrame, *, prior: float = ERROR_PRIOR, stay: float = STAY
) -> pd.DataFrame:
    """Return how well each explanation predicts the anchors of a source.

    One row a source and rival: `offset` (Umm al-Qura and the estimated offsets, averaged over
    their prior), `umm_al_qura` (as computed) and `tabular` (the civil calendar); with the log
    marginal likelihood, the decimal log of the Bayes factor against `offset`, and whether the
    rival gives the same days as the most probable offsets: such anchors cannot tell them apart.
    """
    rows = []
    for source_id, group in _used(matches).groupby("source_id", sort=True):
        source = _Source.of(group)
        line, evidence = source.posterior((), prior, stay)
        best = np.array([OFFSETS[i] for i in np.round(line, DECIMALS).argmax(axis=1)])
        modal = best[source.month_of]
        low, high = (group[c].to_numpy(dtype=np.float64) for c in ("low", "high"))
        rows.append((str(source_id), "offset", round(evidence, DECIMALS), 0.0, True))
        civil = group["tabular"].to_numpy(dtype=np.float64)
        for name, days in (("umm_al_qura", np.zeros_like(low)), ("tabular", civil)):
            likelihood = _likelihoods(low, high, days[:, None])[:, 0, :]
            top = np.maximum(likelihood.max(axis=1, keepdims=True), np.finfo(float).tiny)
            product = (likelihood / top).prod(axis=0) @ _prior_weights(prior)
            with np.errstate(divide="ignore"):
                found = float(np.log(product) + np.log(top).sum())
            factor = round((found - evidence) / float(np.log(10)), DECIMALS)
            same = bool((days == modal).all())
            rows.append((str(source_id), name, round(found, DECIMALS), factor, same))
    columns = ["source_id", "rival", "log_marginal", "log10_bayes_factor", "same_days"]
    return pd.DataFrame(rows, columns=columns)
