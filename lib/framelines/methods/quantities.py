"""Figures as stated, and the numbers that each may mean.

A figure has two readings. The *logical* one holds whatever the words leave open: “more than 50”
is any number above 50. The *conventional* one is what a reader takes from it: Cummins, Sauerland
and Solt (2012, Linguistics and Philosophy 35(2):135–169) found that “more than 50” suggests a
number below the next one of the same roundness, since the writer would have chosen that one.
The conventional reading always lies within the logical one.

The functions that end in `_of` take a row (a mapping) with value_min, value_max, qualifier, kind
and unit, as a coded claim has them.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from framelines.methods.intervals import relate

Number = float | None
Row = Mapping[str, Any]

# The steps that a number may be a multiple of; its granularity is the largest that divides it.
STEPS = (1, 5, 10, 25, 50, *(m * 10**k for k in range(2, 9) for m in (1, 5)))
# “Approximately 80” is 80 give or take this share, and never less than half its granularity.
APPROX_SHARE = 0.10
# Vague words by their least number, two of what they count; and by the number at which a writer
# would have used the next word, as on the scales of Horn (1989, A Natural History of Negation).
VAGUE: Mapping[str, tuple[float, float]] = {
    "several": (2, 10),
    "dozens": (24, 100),
    "hundreds": (200, 1000),
    "thousands": (2000, 10000),
    "most": (1, math.inf),
    "many": (1, math.inf),
}
COMPATIBLE, TENSION, CONTRADICTION = "compatible", "tension", "contradiction"
READINGS = ("stated", "logical_low", "conventional")
# Lengths, areas and shares are no whole things: “more than 2 km” leaves 2 km open.
_MEASURES = ("distance_km", "area_km2")
_MEASURE_UNITS = ("share", "percent", "miles", "km", "km2")


@dataclass(frozen=True, order=True)
class Quantity:
    """All numbers from `low` to `high`, both included; `high` is ∞ where there is no upper end."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise ValueError(f"no interval of numbers: {self.low} to {self.high}")
        if self.low < 0:
            raise ValueError(f"a count or measure cannot be below 0: {self.low}")

    def overlaps(self, other: "Quantity") -> bool:
        """Whether the two have a number in common."""
        return max(self.low, other.low) <= min(self.high, other.high)


def granularity(number: float) -> float:
    """Return the largest step of `STEPS` that divides a number: 10 for 80, 100 for 300, 1 for 112.

    A fraction has the step of its last digit, as printed: 0.1 for 3.7. That of 0 is 1.
    """
    if number == 0:
        return 1.0
    if number != int(number):
        digits = len(f"{number:.10f}".rstrip("0").split(".")[1])
        return float(10.0**-digits)
    return float(max(step for step in STEPS if int(number) % step == 0))


def _given(value: Any) -> Number:
    return None if pd.isna(value) else float(value)


def _stated(value_min: Number, value_max: Number) -> tuple[float, float]:
    known = [v for v in (_given(value_min), _given(value_max)) if v is not None]
    if not known:
        raise ValueError("no figure is stated, and no word that stands for one")
    return known[0], known[-1]


def logical(
    value_min: Number, value_max: Number, qualifier: str, *, counts: bool = True
) -> Quantity:
    """Return every number that a stated figure leaves open.

    `counts` is for whole things: more than 50 is then 51 and more, less than 50 at most 49, more
    than 2.5 from 3 on; measures keep 50 itself as their limit. An empty side of a stated figure
    takes the value of the other. Raises `ValueError` for a figure without a number, or an unknown
    qualifier.
    """
    if qualifier in VAGUE:
        least = _given(value_min)
        return Quantity(VAGUE[qualifier][0] if least is None else least, math.inf)
    low, high = _stated(value_min, value_max)
    if qualifier in ("exact", "range"):
        return Quantity(low, high)
    if qualifier == "approx":
        down = max(low * APPROX_SHARE, granularity(low) / 2)
        up = max(high * APPROX_SHARE, granularity(high) / 2)
        return Quantity(max(low - down, 0), high + up)
    if qualifier in ("more_than", "at_least"):
        if counts:
            low = math.floor(low) + 1 if qualifier == "more_than" else math.ceil(low)
        return Quantity(low, math.inf)
    if qualifier in ("less_than", "up_to"):
        if counts:
            high = math.ceil(high) - 1 if qualifier == "less_than" else math.floor(high)
        return Quantity(0, max(high, 0))
    raise ValueError(f"no rule for the qualifier {qualifier!r}")


def conventional(
    value_min: Number, value_max: Number, qualifier: str, *, counts: bool = True
) -> Quantity:
    """Return the numbers that a reader takes from a stated figure; always within the logical ones.

    “More than” and “at least” n end at n plus its granularity; “up to” and “less than” n begin, by
    the mirrored rule, at n minus its granularity; vague words end where the next word begins.
    """
    wide = logical(value_min, value_max, qualifier, counts=counts)
    if qualifier in VAGUE:
        return Quantity(wide.low, max(VAGUE[qualifier][1], wide.low))
    low, high = _stated(value_min, value_max)
    if qualifier in ("more_than", "at_least"):
        return Quantity(wide.low, max(low + granularity(low), wide.low))
    if qualifier in ("up_to", "less_than"):
        return Quantity(min(max(high - granularity(high), 0), wide.high), wide.high)
    return wide


def total(parts: Iterable[Quantity]) -> Quantity:
    """Return the sum of intervals: all numbers that their parts can add up to; 0 for no parts."""
    found = list(parts)
    return Quantity(math.fsum(p.low for p in found), math.fsum(p.high for p in found))


def log_ratio(a: Quantity, b: Quantity) -> tuple[float, float]:
    """Return the least and the greatest log of a / b; swapping a and b negates them exactly.

    Infinite where a figure may be 0 or has no upper end.
    """

    def difference(top: float, bottom: float, unknown: float) -> float:
        logs = [-math.inf if n == 0 else math.log(n) for n in (top, bottom)]
        # ∞ − ∞ can be anything: the end stays open.
        return unknown if logs[0] == logs[1] and math.isinf(logs[0]) else logs[0] - logs[1]

    return difference(a.low, b.high, -math.inf), difference(a.high, b.low, math.inf)


def verdict(a: Quantity, b: Quantity, narrow_a: Quantity, narrow_b: Quantity) -> str:
    """Return `contradiction`, `tension` or `compatible` for two figures of one thing.

    `a`, `b` are the logical readings, `narrow_a`, `narrow_b` the conventional ones. A
    contradiction excludes every common number; a tension only those that readers would take.
    """
    if not a.overlaps(b):
        return CONTRADICTION
    return COMPATIBLE if narrow_a.overlaps(narrow_b) else TENSION


def breakdown_width(a: Quantity, b: Quantity) -> float:
    """Return the least share by which two figures must be widened to have a number in common.

    0.5 says: compatible only if both could be wrong by half again (`intervals.relate`).
    """
    return float(relate((a.low, a.high), (b.low, b.high), ratio=True).widening)


def _arguments(row: Row) -> tuple[Number, Number, str]:
    return _given(row["value_min"]), _given(row["value_max"]), str(row["qualifier"] or "exact")


def _counts(row: Row) -> bool:
    return row["kind"] not in _MEASURES and row["unit"] not in _MEASURE_UNITS


def has_figure(row: Row) -> bool:
    """Whether a claim states a number, or a word that stands for one."""
    least, most, qualifier = _arguments(row)
    numbers = least is not None or most is not None
    return bool(row["kind"] != "event") and (numbers or qualifier in VAGUE)


def logical_of(row: Row) -> Quantity:
    """Return all numbers that a claim's figure leaves open."""
    return logical(*_arguments(row), counts=_counts(row))


def conventional_of(row: Row) -> Quantity:
    """Return the numbers that a reader takes from a claim's figure."""
    return conventional(*_arguments(row), counts=_counts(row))


def middle(quantity: Quantity) -> float:
    """Return the geometric middle of an interval; NaN where it begins at 0 or never ends."""
    open_end = quantity.low <= 0 or math.isinf(quantity.high)
    return math.nan if open_end else math.sqrt(quantity.low * quantity.high)


def point_of(row: Row, reading: str = "stated") -> float:
    """Return one number for a claim's figure; NaN where the reading gives none.

    `stated` is the number as it stands, whatever its qualifier (the geometric middle of a range);
    `logical_low` the least number that the words leave open; `conventional` the geometric middle of
    the conventional interval. Vague words state no number. Raises `ValueError` for another reading.
    """
    if reading not in READINGS:
        raise ValueError(f"no reading: {reading!r}; allowed: {', '.join(READINGS)}")
    if reading == "conventional":
        return middle(conventional_of(row))
    if reading == "logical_low":
        return logical_of(row).low or math.nan
    least, most, _ = _arguments(row)
    known = [v for v in (least, most) if v is not None]
    if not known or known[0] <= 0:
        return math.nan
    return known[0] if known[0] == known[-1] else math.sqrt(known[0] * known[-1])


def window_of(row: Row) -> tuple[float, float] | None:
    """Return first and last day that a figure covers, or None where the text leaves an end open.

    Needs window_first, window_last, window, scope, and first and last of the deed as day numbers:
    a figure of one deed without a window of its own covers the days of the deed.
    """
    first, last = row["window_first"], row["window_last"]
    if row["window"] == "" and row["scope"] == "incremental":
        first, last = row["first"], row["last"]
    return None if math.isinf(first) or math.isinf(last) else (float(first), float(last))


def same_window(a: tuple[float, float], b: tuple[float, float], slack: float = 0) -> bool:
    """Whether two windows begin and end on the same days, give or take `slack` days."""
    return abs(a[0] - b[0]) <= slack and abs(a[1] - b[1]) <= slack


def figure_text(row: Row) -> str:
    """Return a claim's figure as it reads in a table: `more than 50`, `1,500 to 2,000`."""
    least, most, qualifier = _arguments(row)
    word = "about" if qualifier == "approx" else qualifier.replace("_", " ")
    known = [f"{v:,.10g}" for v in (least, most) if v is not None]
    if not known:
        return qualifier.replace("_", " ")
    number = known[0] if known[0] == known[-1] else " to ".join(known)
    return number if qualifier in ("exact", "range") else f"{word} {number}"
