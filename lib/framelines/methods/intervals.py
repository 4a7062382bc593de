"""Intervals, two columns `low` and `high`, and how two of them relate.

An interval holds every day that a date leaves open, or every number that a figure does; no weight
is put on any of them, since nothing in a text supports one. Days are floats (of
`datetime.date.toordinal`), −∞ and +∞ for open ends, so that an open end compares as it should.
"""

import math

from framelines.methods.dates import DateInterval

Ends = tuple[float, float]

RELATIONS = SAME, POSSIBLE, EXCLUDED = "certainly_same", "possibly_same", "certainly_different"


def bounds(interval: DateInterval) -> tuple[float, float]:
    """Return first and last day of an interval as numbers, ±∞ where it is open."""
    first = float(interval.first.toordinal()) if interval.first else -math.inf
    return first, float(interval.last.toordinal()) if interval.last else math.inf


def relate(a: Ends, b: Ends) -> tuple[str, float]:
    """Return whether a and b, each (low, high), are the same, can be, or cannot, and how far apart.

    Certainly the same needs two single values that are equal; certainly different, none in common.
    The gap is above 0 where b lies higher; neighbouring days are 1 apart.
    """
    (low_a, high_a), (low_b, high_b) = a, b
    if low_b > high_a:
        return EXCLUDED, low_b - high_a
    if low_a > high_b:
        return EXCLUDED, high_b - low_a
    single = low_a == high_a == low_b == high_b
    return SAME if single else POSSIBLE, 0.0
