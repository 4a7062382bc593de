"""Figures as stated, and the numbers that each may mean.

A figure has two readings. The *logical* one holds whatever the words leave open: “more than 50”
is any number above 50. The *conventional* one is what a reader takes from it: Cummins, Sauerland
and Solt (2012, Linguistics and Philosophy 35(2):135–169) found that “more than 50” suggests a
number below the next one of the same roundness, since the writer would have chosen that one.
A row is a mapping with value_min, value_max, qualifier, kind and unit, as a coded claim has them.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

Number = Any  # or missing: None, NaN, NA
Row = Mapping[str, Any]

# The steps that a number may be a multiple of; its granularity is the largest that divides it.
STEPS = (1, 5, 10, 25, 50, *(m * 10**k for k in range(2, 9) for m in (1, 5)))
# “Approximately 80” is 80 give or take this share, and never less than half its granularity.
APPROX_SHARE = 0.10
# Vague words by their least number, two of what they count; and by the number at which a writer
# would have used the next word, as on the scales of Horn (1989, A Natural History of Negation).
VAGUE: Mapping[str, tuple[float, float]] = {
    **{"several": (2, 10), "dozens": (24, 100), "hundreds": (200, 1000)},
    **{"thousands": (2000, 10000), "most": (1, math.inf), "many": (1, math.inf)},
}
COMPATIBLE, TENSION, CONTRADICTION = "compatible", "tension", "contradiction"
READINGS = ("stated", "logical_low", "conventional")
# Lengths, areas and shares are no whole things: “more than 2 km” leaves 2 km open.
_MEASURES = ("distance_km", "area_km2", "share", "percent", "miles", "km", "km2")


class Quantity(NamedTuple):
    """All numbers from `low` to `high`, both included; `high` is ∞ where there is no upper end."""

    low: float
    high: float

    def overlaps(self, other: "Quantity") -> bool:
        """Whether the two have a number in common."""
        return max(self.low, other.low) <= min(self.high, other.high)


def granularity(number: float) -> float:
    """Return the largest step of `STEPS` that divides a number: 10 for 80, 100 for 300, 1 for 112.

    A fraction has the step of its last digit, as printed: 0.1 for 3.7. That of 0 is 1.
    """
    if number != int(number):
        return float(10.0 ** -len(f"{number:.10f}".rstrip("0").split(".")[1]))
    return float(max(step for step in STEPS if number % step == 0)) if number else 1.0


@lru_cache(maxsize=10_000)
def readings(
    value_min: Number, value_max: Number, qualifier: str, counts: bool = True
) -> tuple[Quantity, Quantity]:
    """Return every number that a stated figure leaves open, and those that a reader takes from it.

    Logical: more than 50 whole things (`counts`) are 51 and more, more than 2.5 are 3 and more;
    measures keep 50 itself. Conventional: “more than” and “at least” n end at n plus its
    granularity; “up to” and “less than” n begin at n minus it; vague words end where the next word
    begins. Raises `ValueError` where there is no number from 0 on or no such qualifier.
    """
    known = [float(v) for v in (value_min, value_max) if not pd.isna(v)]
    if qualifier in VAGUE:
        least, end = VAGUE[qualifier]
        least = least if pd.isna(value_min) else float(value_min)
        return Quantity(least, math.inf), Quantity(least, max(end, least))
    if not known:
        raise ValueError("no figure is stated, and no word that stands for one")
    low, high = known[0], known[-1]
    if low < 0 or high < 0:
        raise ValueError(f"a count or measure cannot be below 0: {min(known):g}")
    if low > high:
        raise ValueError(f"the figure ends before it begins: {low:g} to {high:g}")
    if qualifier in ("more_than", "at_least"):
        whole = math.floor(low) + 1 if qualifier == "more_than" else math.ceil(low)
        least = whole if counts else low
        return Quantity(least, math.inf), Quantity(least, max(low + granularity(low), least))
    if qualifier in ("less_than", "up_to"):
        whole = max(math.ceil(high) - 1, 0) if qualifier == "less_than" else math.floor(high)
        most = whole if counts else high
        return Quantity(0, most), Quantity(min(max(high - granularity(high), 0), most), most)
    if qualifier == "approx":
        low = max(low - max(low * APPROX_SHARE, granularity(low) / 2), 0)
        high += max(high * APPROX_SHARE, granularity(high) / 2)
    elif qualifier not in ("exact", "range"):
        raise ValueError(f"no rule for the qualifier {qualifier!r}")
    return Quantity(low, high), Quantity(low, high)


def verdict(a: Quantity, b: Quantity, narrow_a: Quantity, narrow_b: Quantity) -> str:
    """Return `contradiction`, `tension` or `compatible` for two figures of one thing.

    They contradict where the logical readings exclude each other, and are in tension where only
    the conventional ones (`narrow_`) do.
    """
    if not a.overlaps(b):
        return CONTRADICTION
    return COMPATIBLE if narrow_a.overlaps(narrow_b) else TENSION


def breakdown_width(a: Quantity, b: Quantity) -> float:
    """Return the least share s by which two figures must be wrong to meet.

    One is divided and the other multiplied by 1 + s; it is ∞ where one is 0 and the other is not.
    """
    if not (a.low > b.high or b.low > a.high):
        return 0.0
    low, high = max(a.low, b.low), min(a.high, b.high)
    return math.sqrt(low / high) - 1 if high else math.inf


def _arguments(row: Row) -> tuple[Number, Number, str, bool]:
    ends = row["value_min"], row["value_max"]
    least, most = (None if pd.isna(end) else float(end) for end in ends)
    counts = row["kind"] not in _MEASURES and row["unit"] not in _MEASURES
    return least, most, str(row["qualifier"] or "exact"), counts


def has_figure(row: Row) -> bool:
    """Whether a claim states a number, or a word that stands for one."""
    stated = row["qualifier"] in VAGUE or pd.notna(row["value_min"]) or pd.notna(row["value_max"])
    return bool(stated and row["kind"] != "event")


def logical_of(row: Row) -> Quantity:
    """Return all numbers that a claim's figure leaves open."""
    return readings(*_arguments(row))[0]


def conventional_of(row: Row) -> Quantity:
    """Return the numbers that a reader takes from a claim's figure."""
    return readings(*_arguments(row))[1]


def point_of(row: Row, reading: str = "stated") -> float:
    """Return one number for a claim's figure under one of `READINGS`; NaN where it gives none.

    `stated` is the number as it stands, whatever its qualifier; `logical_low` the least that the
    words leave open. Of an interval it is the geometric middle. Vague words state no number.
    """
    if reading == "logical_low":
        return logical_of(row).low or math.nan
    stated = [v for v in _arguments(row)[:2] if v is not None]
    known = stated if reading == "stated" else list(conventional_of(row))
    if not known or known[0] <= 0 or math.isinf(known[-1]):
        return math.nan
    # The root of a square need not be the number to its last digit.
    return known[0] if known[0] == known[-1] else math.sqrt(known[0] * known[-1])


def coarseness(row: Row, reading: str) -> float:
    """Return the variance of the log of the number that a figure stands for, in its middle's place.

    It is that of any number of the conventional reading, all alike in logs; 0 where a number is
    taken as it stands. Rounding hides it from the spread of what is told (Heitjan and Rubin 1990,
    Journal of the American Statistical Association 85(410):304–314).
    """
    low, high = conventional_of(row) if reading == "conventional" else (1, 1)
    return math.log(high / low) ** 2 / 12 if low > 0 and math.isfinite(high) else 0.0


def window_of(row: Row) -> tuple[float, float] | None:
    """Return first and last day that a figure covers, or None where the text leaves an end open.

    A figure of one deed without a window of its own covers the days of the deed, first and last.
    """
    own = "window_" if row["window"] != "" or row["scope"] != "incremental" else ""
    first, last = float(row[f"{own}first"]), float(row[f"{own}last"])
    return None if math.isinf(first) or math.isinf(last) else (first, last)


def figure_text(row: Row) -> str:
    """Return a claim's figure as it reads in a table: `more than 50`, `1,500 to 2,000`."""
    least, most, qualifier, _ = _arguments(row)
    number = " to ".join(dict.fromkeys(f"{v:,.10g}" for v in (least, most) if v is not None))
    word = "about" if number and qualifier == "approx" else qualifier.replace("_", " ")
    return number if number and qualifier in ("exact", "range") else f"{word} {number}".strip()
