"""Intervals, two columns `low` and `high`, and how two of them relate.

An interval holds every day that a date leaves open, or every number that a figure does; no weight
is put on any of them, since nothing in a text supports one. Days are floats (of
`datetime.date.toordinal`), −∞ and +∞ for open ends, so that an open end compares as it should.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from framelines.methods.dates import DateInterval

Floats = npt.NDArray[np.float64]
Ends = tuple[npt.ArrayLike, npt.ArrayLike]

RELATIONS = SAME, POSSIBLE, EXCLUDED = "certainly_same", "possibly_same", "certainly_different"


class Relation(NamedTuple):
    """How intervals relate, row by row; each field an array (of no dimension for one pair)."""

    kind: npt.NDArray[np.str_]  # one of RELATIONS
    gap: Floats  # from first to second: above 0 where the second lies higher, 0 if they meet
    widening: Floats  # the least by which both must give way, on either side, to meet


def bounds(interval: DateInterval) -> tuple[float, float]:
    """Return first and last day of an interval as numbers, ±∞ where it is open."""
    first = float(interval.first.toordinal()) if interval.first else -math.inf
    return first, float(interval.last.toordinal()) if interval.last else math.inf


def relate(a: Ends, b: Ends, *, ratio: bool = False) -> Relation:
    """Return whether a and b, each (low, high), are the same, can be, or cannot, and how far apart.

    Certainly the same needs two single values that are equal; certainly different, none in common.
    Neighbouring days are 1 apart. `widening` is in whole days, or with `ratio` the share s by which
    both must be divided and multiplied by 1 + s: ∞ where one is 0 and the other is not.
    """
    low_a, high_a, low_b, high_b = (np.asarray(end, dtype=np.float64) for end in (*a, *b))
    above, below = low_b > high_a, low_a > high_b
    single = (low_a == high_a) & (low_b == high_b) & (low_a == low_b)
    kind = np.where(above | below, EXCLUDED, np.where(single, SAME, POSSIBLE))
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.where(above, low_b - high_a, np.where(below, high_b - low_a, 0.0))
        if not ratio:
            return Relation(kind, gap, np.ceil(np.abs(gap) / 2))
        factor = np.sqrt(np.maximum(low_a, low_b) / np.minimum(high_a, high_b))
    return Relation(kind, gap, np.where(above | below, factor - 1, 0.0))
