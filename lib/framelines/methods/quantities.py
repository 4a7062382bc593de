"""Figures as stated, and the numbers that each may mean.

A figure has two readings. The *logical* one holds whatever the words leave open: “more than 50”
is any number above 50. The *conventional* one is what a reader takes from it: Cummins, Sauerland
and Solt (2012, Linguistics and Philosophy 35(2):135–169) found that “more than 50” suggests a
number below the next one of the same roundness, since the writer would have chosen that one.
A row is a mapping with value_min, value_max, qualifier, kind and unit, as a coded claim has them;
its figure (`figure_of`) has `FIGURE`.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from framelines.methods.dates import Ends

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
FIGURE = ("figure", "told", "low", "high", "close_low", "close_high", *READINGS, "coarse")
# Lengths, areas and shares are no whole things: “more than 2 km” leaves 2 km open.
_MEASURES = ("distance_km", "area_km2", "share", "percent", "miles", "km", "km2")


def granularity(number: float) -> float:
    """Return the largest step of `STEPS` that divides a number: 10 for 80, 100 for 300, 1 for 112.

    A fraction has the step of its last digit, as printed: 0.1 for 3.7. That of 0 is 1.
    """
    if number != int(number):
        return float(10.0 ** -len(f"{number:.10f}".rstrip("0").split(".")[1]))
    return float(max(step for step in STEPS if number % step == 0)) if number else 1.0


def readings(
    value_min: Any, value_max: Any, qualifier: str, counts: bool = True
) -> tuple[Ends, Ends]:
    """Return every number that a stated figure leaves open, and those that a reader takes from it.

    Logical: more than 50 whole things (`counts`) are 51 and more, more than 2.5 are 3 and more;
    measures keep 50 itself. Conventional: “more than” and “at least” n end at n plus its
    granularity; “up to” and “less than” n begin at n minus it; vague words end where the next word
    begins.
    """
    known = [float(v) for v in (value_min, value_max) if not pd.isna(v)]
    if qualifier in VAGUE:
        least, end = VAGUE[qualifier]
        least = least if pd.isna(value_min) else known[0]
        return (least, math.inf), (least, max(end, least))
    low, high = known[0], known[-1]
    if qualifier in ("more_than", "at_least"):
        whole = math.floor(low) + 1 if qualifier == "more_than" else math.ceil(low)
        least = whole if counts else low
        return (least, math.inf), (least, max(low + granularity(low), least))
    if qualifier in ("less_than", "up_to"):
        whole = max(math.ceil(high) - 1, 0) if qualifier == "less_than" else math.floor(high)
        most = whole if counts else high
        return (0, most), (min(max(high - granularity(high), 0), most), most)
    if qualifier == "approx":
        low = max(low - max(low * APPROX_SHARE, granularity(low) / 2), 0)
        high += max(high * APPROX_SHARE, granularity(high) / 2)
    return (low, high), (low, high)


def verdict(a: Row, b: Row) -> tuple[str, float]:
    """Return what two figures of one thing come to, and the least share by which they are wrong.

    `contradiction` where the logical readings exclude each other, `tension` where only the
    conventional ones do, else `compatible`. They meet where one is divided and the other multiplied
    by 1 + the share: ∞ where one is 0. The dead are at most the dead and wounded, an incomplete sum
    at most its total; so rows have kind, complete and parts_of beside `FIGURE`.
    """

    def at_most(one: Row, other: Row) -> bool:
        wider = other["kind"] == "killed_or_wounded" != one["kind"]
        return wider or not (one["complete"] or other["parts_of"])

    for found, reading in ((CONTRADICTION, ""), (TENSION, "close_")):
        (low_a, high_a), (low_b, high_b) = (
            (f[f"{reading}low"], f[f"{reading}high"]) for f in (a, b)
        )
        if at_most(a, b):
            high_a, low_b = math.inf, 0
        if at_most(b, a):
            low_a, high_b = 0, math.inf
        low, high = max(low_a, low_b), min(high_a, high_b)
        if low > high:
            return found, math.sqrt(low / high) - 1 if high else math.inf
    return COMPATIBLE, 0.0


def figure_of(row: Row) -> dict[str, Any]:
    """Return what a claim's figure says, by `FIGURE`; figure alone is there where it has none.

    told is how it reads in a table (`more than 50`, `1,500 to 2,000`), low to high all numbers that
    it leaves open, close_ those that a reader takes from it. By `READINGS` it is one number, or NaN
    where it has none above 0: as it stands, the least that the words leave open, or the geometric
    middle of what a reader takes. coarse is the variance of the log of the number in the place of
    that middle, any of the conventional reading being alike in logs: rounding hides it from the
    spread of what is told (Heitjan and Rubin 1990, Journal of the American Statistical Association
    85(410):304–314).
    """
    ends = row["value_min"], row["value_max"]
    known = [float(end) for end in ends if not pd.isna(end)]
    if row["kind"] == "event" or not (known or row["qualifier"] in VAGUE):
        return {"figure": False, "told": ""}
    qualifier = row["qualifier"] or "exact"
    counts = row["kind"] not in _MEASURES and row["unit"] not in _MEASURES
    wide, close = readings(*ends, qualifier, counts)
    number = " to ".join(dict.fromkeys(f"{v:,.10g}" for v in known))
    word = "about" if number and qualifier == "approx" else qualifier.replace("_", " ")
    told = number if number and qualifier in ("exact", "range") else f"{word} {number}".strip()
    middle = _middle(known[0], known[-1]) if known else math.nan
    points = middle, wide[0] or math.nan, _middle(*close)
    coarse = 0.0 if math.isnan(points[2]) else math.log(close[1] / close[0]) ** 2 / 12
    return dict(zip(FIGURE, (True, told, *wide, *close, *points, coarse), strict=True))


def _middle(low: float, high: float) -> float:
    """The geometric middle of two numbers, NaN where one is 0 or has no end."""
    if low <= 0 or math.isinf(high):
        return math.nan
    # The root of a square need not be the number to its last digit.
    return low if low == high else math.sqrt(low * high)
