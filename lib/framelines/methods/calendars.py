"""Which Gregorian day a source means by a Hijri date, estimated month by month from anchors.

*Anchors* are events in other countries that the source dates and that references which are no
party to the war date beyond doubt; compared events are never anchors, they check the result. Months
that begin with a crescent somebody saw can begin a day or two apart from the computed Umm al-Qura
calendar. With c the Umm al-Qura day of anchor i and w its weights over the days that the reference
leaves open, an offset δ and an error rate ε:

    L_i(δ, ε) = Σ_d w_i(d) · [(1−ε)·1{d−c = δ} + (ε/6)·1{1 ≤ |d−c−δ| ≤ 3}]

δ is uniform over −2…+2 a priori and ε ~ Beta(1, 9), one rate for a source in all its months.
Neighbouring months form a Markov chain: whoever sees the crescent late in one need not in the next,
but looks from the same place. A month keeps the offset of the one before with probability `STAY`,
else it moves one day either way; at the ends of the range the move outwards stays instead, so that
every month by itself is uniform. ε is integrated by Gauss–Legendre with 64 nodes, exact for up to
119 anchors under Beta(1, 9). `anchor_days` makes the table of anchors; the order of its rows
changes no estimate.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from framelines.methods.dates import OPEN, DateInterval, gregorian, hijri, hull, relative

Floats = npt.NDArray[np.float64]
Offsets = Mapping[str, int]
_Chain = Callable[..., tuple[Floats, float]]

SETTINGS = ("calibrated", "umm_al_qura", "hull")
OFFSETS = (-2, -1, 0, 1, 2)
ERROR_REACH, ERROR_PRIOR, STAY = 3, 9.0, 0.9
SINGLE_DAYS_NEEDED, PROBABILITY_NEEDED = 4, 0.95
# Statistics are rounded before they are compared, so that no machine's last bit decides.
DECIMALS = 12
_X, _W = np.polynomial.legendre.leggauss(64)
_EPSILON = (_X + 1) / 2


def convert(
    text: str, setting: str | int = "calibrated", offsets: Offsets | None = None
) -> DateInterval:
    """Return the Gregorian days that a stated Hijri date can mean.

    `umm_al_qura` and an offset in days take the computed calendar; `hull` takes the days from the
    earlier to the later of Umm al-Qura and tabular, one day wider on either side. `calibrated`
    moves each end by the offset of its own month (`offsets`, as `Calibration.offsets` gives them)
    and takes the hull for a month without one. Raises `ValueError` for an unknown setting or date.
    """
    computed = hijri(text)
    if not isinstance(setting, bool) and re.fullmatch(r"[+-]?[0-9]+", str(setting)):
        return computed.shift(int(setting))
    if setting not in SETTINGS:
        allowed = f"{', '.join(SETTINGS)}, or an offset in whole days such as 1"
        raise ValueError(f"no calendar setting: {setting!r}; allowed: {allowed}")
    if setting == "umm_al_qura":
        return computed
    wide = hull(computed, hijri(text, "tabular")).widen(1, 1)
    if setting == "hull" or not offsets:
        return wide
    start, *end = re.sub("[?~%]", "", text).split("/")
    first, last = (
        offsets.get(side[:7] if "-" in side else f"{side}-{month}")
        for side, month in ((start, "01"), (end[0] if end else start, "12"))
    )
    low = wide.first if first is None else computed.shift(first).first
    high = wide.last if last is None else computed.shift(last).last
    # Two months with opposite offsets could turn a pair of neighbouring days round.
    return DateInterval(high, low) if low and high and low > high else DateInterval(low, high)


def stated_interval(
    text: str, calendar: str, published: DateInterval, setting: str | int, offsets: Offsets | None
) -> DateInterval:
    """Return the days that a stated date can mean in a document `published` on some of these days.

    `setting` and `offsets` as in `convert`; open where no date is stated.
    """
    if not text or calendar == "none":
        return OPEN
    if calendar == "hijri":
        return convert(text, setting, offsets)
    return relative(text, published) if calendar == "relative" else gregorian(text)


def anchor_days(matches: pd.DataFrame) -> pd.DataFrame:
    """Return a table of anchors from the matches of a source's Hijri dates with references.

    Needs source_id, event_id, stated, open_first and open_last (timestamps: the days that the
    reference leaves open), and reason, why a match is no anchor, or "". Completes reason and adds
    month (`1438-03`), umm_al_qura (c), low, high and tabular (first and last open day, and the
    tabular day, minus c) and used: the first without a reason of each source and event.
    """
    found = matches.reset_index(drop=True)
    day = found["stated"].str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").astype(bool)
    c, civil = (
        pd.to_datetime(found["stated"].where(day).map(lambda t, s=s: hijri(t, s).first, "ignore"))
        for s in ("umm_al_qura", "tabular")
    )
    found = found.assign(month=found["stated"].str[:7], umm_al_qura=c)
    ends = {"low": found["open_first"], "high": found["open_last"], "tabular": civil}
    found = found.assign(**{name: (days - c).dt.days for name, days in ends.items()})
    limit = max(OFFSETS) + ERROR_REACH
    reason = found["reason"].astype(object).where(day, "the claim names no single day")
    far = (reason == "") & ((found["low"] > limit) | (found["high"] < -limit))
    reason = reason.mask(far, f"more than {limit} days apart")
    free = reason == ""
    used = free & ~found[["source_id", "event_id"]].where(free).duplicated()
    reason = reason.where(~free | used, "another row of the same source and event is used")
    return found.assign(reason=reason, used=used)


def _likelihoods(low: Floats, high: Floats, offsets: Floats) -> Floats:
    """Return L of every anchor, offset and node of ε, an array (anchors, offsets, nodes)."""

    def share(reach: int) -> Floats:  # of the open days at most so far from each offset
        last = np.minimum(high[:, None], offsets + reach)
        first = np.maximum(low[:, None], offsets - reach)
        return np.maximum(last - first + 1, 0) / (high - low + 1)[:, None]

    hit, near = share(0), share(ERROR_REACH) - share(0)
    return hit[:, :, None] * (1 - _EPSILON) + near[:, :, None] * _EPSILON / (2 * ERROR_REACH)


@cache
def _prior_weights(prior: float) -> Floats:
    """Return the weights of the nodes of ε under Beta(1, `prior`)."""
    if prior < 1:
        raise ValueError(f"the prior Beta(1, b) of the error rate needs b from 1 on, not {prior}")
    return _W / 2 * prior * ((1 - _X) / 2) ** (prior - 1)


@cache
def transition(months: int = 1) -> Floats:
    """Return the probabilities of each offset (column) so many months after each other one."""
    size = len(OFFSETS)
    move = (1 - STAY) / 2
    matrix = STAY * np.eye(size) + move * (np.eye(size, k=1) + np.eye(size, k=-1))
    matrix[[0, -1], [0, -1]] += move
    return np.linalg.matrix_power(matrix, months)


def _chain(products: Floats, numbers: list[int], prior: float) -> tuple[Floats, float]:
    """Return the posterior (months, offsets) and the log marginal likelihood of one source.

    `products` holds the likelihood of every month (months, offsets, nodes), `numbers` the months
    counted through. Forward and backward over the months, for every node of ε. Where no offset can
    explain the anchors, nothing is learned: the posterior is the prior, the evidence 0.
    """
    # Scaled, so that many anchors do not underflow; the scale returns in the marginal.
    top = products.max(axis=(1, 2), keepdims=True)
    scaled = products / np.where(top > 0, top, 1)
    steps = [transition(b - a) for a, b in pairwise(numbers)]
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
    found = np.round(joint / evidence, DECIMALS)
    return found, float(np.log(evidence[0, 0]) + np.log(top).sum())


def _sources(anchors: pd.DataFrame, prior: float) -> Iterator[tuple[str, pd.DataFrame, _Chain]]:
    """Yield every source, its used anchors, and `_without` as a function of the places left out."""
    rows = anchors[anchors["used"].astype(bool)] if "used" in anchors else anchors
    rows = rows.sort_values(["source_id", "month", "event_id"], kind="stable")
    for source_id, own in rows.groupby("source_id", sort=True):
        low, high = (own[c].to_numpy(dtype=np.float64) for c in ("low", "high"))
        each = _likelihoods(low, high, np.array(OFFSETS, dtype=np.float64))
        yield str(source_id), own, partial(_without, each, list(own["month"]), prior)


def _without(each: Floats, month_of: list[str], prior: float, *out: int) -> tuple[Floats, float]:
    months = sorted(set(month_of))
    products = np.ones((len(months), *each.shape[1:]))
    for place, month in enumerate(month_of):
        if place not in out:
            products[months.index(month)] *= each[place]
    return _chain(products, [int(m[:4]) * 12 + int(m[5:]) for m in months], prior)


def posterior(anchors: pd.DataFrame, *, prior: float = ERROR_PRIOR) -> pd.DataFrame:
    """Return the posterior of every offset: source_id, month, offset (days), probability."""
    rows = [
        (source_id, month, offset, float(p))
        for source_id, own, without in _sources(anchors, prior)
        for month, line in zip(own["month"].unique(), without()[0], strict=True)
        for offset, p in zip(OFFSETS, line, strict=True)
    ]
    return pd.DataFrame(rows, columns=["source_id", "month", "offset", "probability"])


def leave_out(anchors: pd.DataFrame, count: int = 1, *, prior: float = ERROR_PRIOR) -> pd.DataFrame:
    """Return what every month becomes without each anchor, or each `count` of them.

    One row a combination and month: source_id, month, left_out (event ids joined by ;), the
    likeliest offset, its probability, and `kept`, the probability of the offset that all anchors
    give. A month without any anchor left still hears its neighbours.
    """
    rows = []
    for source_id, own, without in _sources(anchors, prior):
        events, best = list(own["event_id"]), without()[0].argmax(axis=1)
        for out in combinations(range(len(events)), count):
            names = ";".join(events[place] for place in out)
            for month, line, was in zip(own["month"].unique(), without(*out)[0], best, strict=True):
                now = int(line.argmax())
                rows.append((source_id, month, names, OFFSETS[now], line[now], line[was]))
    columns = ["source_id", "month", "left_out", "offset", "probability", "kept"]
    return pd.DataFrame(rows, columns=columns)


def verdicts(anchors: pd.DataFrame, *, prior: float = ERROR_PRIOR) -> pd.DataFrame:
    """Return for every source and month the offset, how sure it is, and whether it is calibrated.

    Columns source_id, month, anchors (in this month), single_days (of the source in all its
    months), offset, probability, lowest (its probability without the anchor that supports it
    most), without (that anchor) and calibrated: at least four single-day anchors, and 0.95 or
    more for this offset with any one anchor left out.
    """
    rows = []
    for source_id, own, without in _sources(anchors, prior):
        whole = without()[0]
        left = np.stack([without(place)[0] for place in range(len(own))])
        single = int((own["low"] == own["high"]).sum())
        for index, (month, group) in enumerate(own.groupby("month", sort=True)):
            best = int(whole[index].argmax())
            worst = int(left[:, index, best].argmin())
            lowest = float(left[worst, index, best])
            sure = single >= SINGLE_DAYS_NEEDED and lowest >= PROBABILITY_NEEDED
            found = (OFFSETS[best], float(whole[index, best]), lowest, own["event_id"].iloc[worst])
            rows.append((source_id, month, len(group), single, *found, sure))
    columns = "source_id month anchors single_days offset probability lowest without calibrated"
    return pd.DataFrame(rows, columns=columns.split())


def rivals(anchors: pd.DataFrame, *, prior: float = ERROR_PRIOR) -> pd.DataFrame:
    """Return how well each explanation predicts the anchors of a source.

    One row a source and rival: `offset` (Umm al-Qura and the estimated offsets, averaged over
    their prior), `umm_al_qura` (as computed) and `tabular` (the civil calendar); with the log
    marginal likelihood, the decimal log of the Bayes factor against `offset`, and whether the
    rival gives the same days as the most probable offsets: such anchors cannot tell them apart.
    """
    rows = []
    for source_id, own, without in _sources(anchors, prior):
        line, evidence = without()
        modal = np.array(OFFSETS)[line.argmax(axis=1)][pd.factorize(own["month"])[0]]
        low, high, civil = (own[c].to_numpy(np.float64) for c in ("low", "high", "tabular"))
        rows.append((source_id, "offset", round(evidence, DECIMALS), 0.0, True))
        for name, days in (("umm_al_qura", np.zeros_like(low)), ("tabular", civil)):
            with np.errstate(divide="ignore"):
                logs = np.log(_likelihoods(low, high, days[:, None])[:, 0, :]).sum(axis=0)
                top = max(logs.max(), -1e300)  # scaled, so that many anchors do not underflow
                found = float(np.log(np.exp(logs - top) @ _prior_weights(prior)) + top)
            factor = round((found - evidence) / float(np.log(10)), DECIMALS)
            same = bool((days == modal).all())
            rows.append((source_id, name, round(found, DECIMALS), factor, same))
    columns = ["source_id", "rival", "log_marginal", "log10_bayes_factor", "same_days"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, eq=False)
class Calibration:
    """The anchors of a case, and the verdict on every source and Hijri month (`verdicts`)."""

    anchors: pd.DataFrame
    months: pd.DataFrame

    def offsets(self, source_id: str) -> dict[str, int]:
        """Return the offsets in days of a source's calibrated months, such as `{"1438-03": 1}`."""
        rows = self.months[(self.months["source_id"] == source_id) & self.months["calibrated"]]
        return dict(zip(rows["month"], rows["offset"].astype(int), strict=True))


def calibrate(anchors: pd.DataFrame, *, prior: float = ERROR_PRIOR) -> Calibration:
    """Return the calibration of every source by its table of anchors; an empty one gives none."""
    return Calibration(anchors, verdicts(anchors, prior=prior))
