"""Comparing dates that are known only to an interval, one pair or whole columns at a time.

An interval is read as one day, all of its days equally likely: the uniform weighting is stated
because nothing in a text supports another, and so `certainly` and `possibly` are told beside every
share. Only `allen` reads an interval as the time that something took.

Columns of days are floats (`datetime.date.toordinal`), with −∞ and +∞ for open ends, so that an
open end compares as it should. Shares follow from counting pairs of days, as in the R package
`messydates`, but against every day of the other date and not its first alone.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from framelines.dates import DateInterval

Floats = npt.NDArray[np.float64]

SAME, POSSIBLY, DIFFERENT = "certainly_same", "possibly_same", "certainly_different"
VERDICTS = (SAME, POSSIBLY, DIFFERENT)
# Allen 1983, Communications of the ACM 26(11):832–843; each relation and its converse.
CONVERSE = {
    "before": "after",
    "meets": "met_by",
    "overlaps": "overlapped_by",
    "starts": "started_by",
    "during": "contains",
    "finishes": "finished_by",
    "equals": "equals",
}
CONVERSE |= {converse: relation for relation, converse in CONVERSE.items()}
# The position of the starts, and that of the ends, where two intervals share days.
_SHARING = {
    (-1, -1): "overlaps",
    (-1, 0): "finished_by",
    (-1, 1): "contains",
    (0, -1): "starts",
    (0, 0): "equals",
    (0, 1): "started_by",
    (1, -1): "during",
    (1, 0): "finishes",
    (1, 1): "overlapped_by",
}


@dataclass(frozen=True)
class Order:
    """Shares of the pairs of days in which the first is before, the same as or after the second.

    All three are NaN where an open end leaves them undetermined.
    """

    before: float
    same: float
    after: float


def bounds(interval: DateInterval) -> tuple[float, float]:
    """Return first and last day of an interval as numbers, ±∞ where it is open."""
    first = float(interval.first.toordinal()) if interval.first else -math.inf
    last = float(interval.last.toordinal()) if interval.last else math.inf
    return first, last


def day_numbers(days: pd.Series, open_end: float) -> Floats:
    """Return a column of timestamps as day numbers; missing ones become `open_end` (±∞)."""
    epoch = pd.Timestamp("1970-01-01")
    numbers = (days - epoch).dt.days.astype("float64") + epoch.toordinal()
    return numbers.fillna(open_end).to_numpy(dtype=np.float64)


def _pairs_below(first_a: Floats, last_a: Floats, first_b: Floats, last_b: Floats) -> Floats:
    """Count the pairs of days in which the one of a is before the one of b."""

    def triangle(steps: Floats) -> Floats:
        steps = np.maximum(steps, 0)
        return steps * (steps + 1) / 2

    # Σ over the days x of a of max(0, t − x), at t = last_b and at t = first_b − 1.
    def days_up_to(t: Floats) -> Floats:
        return triangle(t - first_a) - triangle(t - last_a - 1)

    return days_up_to(last_b) - days_up_to(first_b - 1)


def order_columns(
    first_a: Floats, last_a: Floats, first_b: Floats, last_b: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return three arrays: the shares of pairs of days before, same and after, row by row.

    Arrays of day numbers of one length, ±∞ for open ends. A pair with an open end has shares only
    where its order is certain; otherwise NaN.
    """
    arrays = [np.asarray(x, dtype=np.float64) for x in (first_a, last_a, first_b, last_b)]
    bounded = np.logical_and.reduce([np.isfinite(x) for x in arrays])
    a1, a2, b1, b2 = (np.where(bounded, x, 0.0) for x in arrays)
    pairs = (a2 - a1 + 1) * (b2 - b1 + 1)
    before = _pairs_below(a1, a2, b1, b2) / pairs
    after = _pairs_below(b1, b2, a1, a2) / pairs
    same = np.maximum(np.minimum(a2, b2) - np.maximum(a1, b1) + 1, 0) / pairs
    surely_before, surely_after = arrays[1] < arrays[2], arrays[3] < arrays[0]
    undetermined = ~bounded & ~surely_before & ~surely_after
    found = []
    for share, sure in ((before, surely_before), (same, False), (after, surely_after)):
        certain = np.where(sure, 1.0, 0.0)
        found.append(np.where(undetermined, np.nan, np.where(bounded, share, certain)))
    return found[0], found[1], found[2]


def _as_columns(a: DateInterval, b: DateInterval) -> tuple[Floats, Floats, Floats, Floats]:
    ends = (*bounds(a), *bounds(b))
    first_a, last_a, first_b, last_b = (np.array([end], dtype=np.float64) for end in ends)
    return first_a, last_a, first_b, last_b


def order(a: DateInterval, b: DateInterval) -> Order:
    """Return the shares of pairs of days in which a is before, the same as and after b."""
    before, same, after = order_columns(*_as_columns(a, b))
    return Order(float(before[0]), float(same[0]), float(after[0]))


def p_before(a: DateInterval, b: DateInterval) -> float:
    """Return the share of pairs of days with a before b, equal days counted by half.

    So `p_before(a, b) + p_before(b, a)` is 1. NaN where an open end leaves it undetermined.
    """
    found = order(a, b)
    return found.before + found.same / 2


def gap_columns(first_a: Floats, last_a: Floats, first_b: Floats, last_b: Floats) -> Floats:
    """Return the days from a to b, row by row: above 0 where b is later, 0 where they share a day.

    Neighbouring days are 1 apart; swapping a and b turns the sign.
    """
    later, earlier = first_b - last_a, first_a - last_b
    return np.where(later > 0, later, np.where(earlier > 0, -earlier, 0.0))


def gap_days(a: DateInterval, b: DateInterval) -> int:
    """Return the days from a to b: above 0 where b is later, 0 where they have a day in common."""
    return int(gap_columns(*_as_columns(a, b))[0])


def same_day_columns(
    first_a: Floats, last_a: Floats, first_b: Floats, last_b: Floats
) -> npt.NDArray[np.str_]:
    """Return, row by row, whether two dates are the same day: one of `VERDICTS`."""
    apart = (last_a < first_b) | (last_b < first_a)
    single = (first_a == last_a) & (first_b == last_b) & (first_a == first_b)
    return np.where(apart, DIFFERENT, np.where(single, SAME, POSSIBLY))


def same_day_verdict(a: DateInterval, b: DateInterval) -> str:
    """Return `certainly_same`, `possibly_same` or `certainly_different`.

    Certainly the same needs two single days; certainly different, no day in common.
    """
    return str(same_day_columns(*_as_columns(a, b))[0])


def breakdown_days(a: DateInterval, b: DateInterval) -> int:
    """Return the days by which both must be widened, on either side, to have a day in common."""
    return math.ceil(abs(gap_days(a, b)) / 2)


def hull(*intervals: DateInterval) -> DateInterval:
    """Return the smallest interval that holds all of them; an open end stays open."""
    firsts, lasts = [i.first for i in intervals], [i.last for i in intervals]
    known_firsts, known_lasts = [d for d in firsts if d], [d for d in lasts if d]
    return DateInterval(
        min(known_firsts) if len(known_firsts) == len(firsts) else None,
        max(known_lasts) if len(known_lasts) == len(lasts) else None,
    )


def allen(a: DateInterval, b: DateInterval) -> str:
    """Return Allen's relation of a to b, one of the thirteen keys of `CONVERSE`.

    Here an interval is the time that something took, whole days from midnight to midnight: two
    that follow without a day between them meet. Raises `ValueError` where an end is open.
    """
    (a1, a2), (b1, b2) = bounds(a), bounds(b)
    if not all(map(math.isfinite, (a1, a2, b1, b2))):
        raise ValueError(f"Allen's relations need both ends of both intervals: {a} and {b}")
    if a2 < b1:
        return "meets" if a2 + 1 == b1 else "before"
    if b2 < a1:
        return "met_by" if b2 + 1 == a1 else "after"
    return _SHARING[int(np.sign(a1 - b1)), int(np.sign(a2 - b2))]
