"""Figures as stated, and the numbers that each may mean, by rules that are parameters.

A figure has two readings. The *logical* one holds whatever the words leave open: “more than 50”
is any number above 50. The *conventional* one is what a reader takes from it: Cummins, Sauerland
and Solt (2012, Linguistics and Philosophy 35(2):135–169) found that “more than 50” suggests a
number below the next one of the same roundness, since the writer would have chosen that one.
The conventional reading always lies within the logical one.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# The steps that a number may be a multiple of; its granularity is the largest that divides it.
STEPS = (1, 5, 10, 25, 50, *(m * 10**k for k in range(2, 9) for m in (1, 5)))
# “Approximately 80” is 80 give or take this share, and never less than half its granularity.
APPROX_SHARE = 0.10
# Vague words by their least number, two of what they count; and by the number at which a writer
# would have used the next word, as on the scales of Horn (1989, A Natural History of Negation).
VAGUE: Mapping[str, float] = {
    "several": 2,
    "dozens": 24,
    "hundreds": 200,
    "thousands": 2000,
    "most": 1,
    "many": 1,
}
VAGUE_ENDS: Mapping[str, float] = {
    "several": 10,
    "dozens": 100,
    "hundreds": 1000,
    "thousands": 10000,
    "most": math.inf,
    "many": math.inf,
}
COMPATIBLE, TENSION, CONTRADICTION = "compatible", "tension", "contradiction"


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

    def within(self, other: "Quantity") -> bool:
        """Whether every number of this one is one of the other."""
        return other.low <= self.low and self.high <= other.high

    def widen(self, share: float) -> "Quantity":
        """Return the interval divided and multiplied by 1 + `share`: wider alike on a log scale."""
        return Quantity(self.low / (1 + share), self.high * (1 + share))


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


def _given(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _stated(value_min: float | None, value_max: float | None) -> tuple[float, float]:
    low, high = _given(value_min), _given(value_max)
    if low is None and high is None:
        raise ValueError("no figure is stated, and no word that stands for one")
    found_low = low if low is not None else high
    found_high = high if high is not None else low
    assert found_low is not None and found_high is not None
    return found_low, found_high


def logical(
    value_min: float | None,
    value_max: float | None,
    qualifier: str,
    *,
    counts: bool = True,
    approx_share: float = APPROX_SHARE,
    vague: Mapping[str, float] = VAGUE,
) -> Quantity:
    """Return every number that a stated figure leaves open.

    `counts` is for whole things: more than 50 is then 51 and more, less than 50 at most 49;
    measures keep 50 itself as their limit. `approx_share` is the half-width of “approximately”,
    `vague` the least number of a vague word. An empty side of a stated figure takes the value of
    the other. Raises `ValueError` for a figure without a number, or an unknown qualifier.
    """
    if qualifier in vague:
        least = _given(value_min)
        return Quantity(vague[qualifier] if least is None else least, math.inf)
    low, high = _stated(value_min, value_max)
    one = 1 if counts else 0
    if qualifier in ("exact", "range"):
        return Quantity(low, high)
    if qualifier == "more_than":
        return Quantity(low + one, math.inf)
    if qualifier == "at_least":
        return Quantity(low, math.inf)
    if qualifier == "up_to":
        return Quantity(0, high)
    if qualifier == "less_than":
        return Quantity(0, max(high - one, 0))
    if qualifier == "approx":
        down = max(low * approx_share, granularity(low) / 2)
        up = max(high * approx_share, granularity(high) / 2)
        return Quantity(max(low - down, 0), high + up)
    raise ValueError(f"no rule for the qualifier {qualifier!r}")


def conventional(
    value_min: float | None,
    value_max: float | None,
    qualifier: str,
    *,
    counts: bool = True,
    approx_share: float = APPROX_SHARE,
    vague: Mapping[str, float] = VAGUE,
    vague_ends: Mapping[str, float] = VAGUE_ENDS,
) -> Quantity:
    """Return the numbers that a reader takes from a stated figure; always within the logical ones.

    “More than” and “at least” n end at n plus its granularity; “up to” and “less than” n begin, by
    the mirrored rule, at n minus its granularity; vague words end where the next word begins.
    """
    wide = logical(
        value_min, value_max, qualifier, counts=counts, approx_share=approx_share, vague=vague
    )
    if qualifier in vague:
        return Quantity(wide.low, max(vague_ends.get(qualifier, math.inf), wide.low))
    low, high = _stated(value_min, value_max)
    if qualifier in ("more_than", "at_least"):
        # The granularity is at least 1 for counts, so the end is never below the beginning.
        return Quantity(wide.low, max(low + granularity(low), wide.low))
    if qualifier in ("up_to", "less_than"):
        return Quantity(min(max(high - granularity(high), 0), wide.high), wide.high)
    return wide


def total(parts: Iterable[Quantity]) -> Quantity:
    """Return the sum of intervals: all numbers that their parts can add up to; 0 for no parts."""
    found = list(parts)
    return Quantity(math.fsum(p.low for p in found), math.fsum(p.high for p in found))


def _log(number: float) -> float:
    return -math.inf if number == 0 else math.log(number)


def log_ratio(a: Quantity, b: Quantity) -> tuple[float, float]:
    """Return the least and the greatest log of a / b; swapping a and b negates them exactly.

    Infinite where a figure may be 0 or has no upper end.
    """

    def difference(top: float, bottom: float, unknown: float) -> float:
        # ∞ − ∞ can be anything: the end stays open.
        return unknown if top == bottom and math.isinf(top) else top - bottom

    low = difference(_log(a.low), _log(b.high), -math.inf)
    return low, difference(_log(a.high), _log(b.low), math.inf)


def verdict(a: Quantity, b: Quantity, narrow_a: Quantity, narrow_b: Quantity) -> str:
    """Return `contradiction`, `tension` or `compatible` for two figures of one thing.

    `a`, `b` are the logical readings, `narrow_a`, `narrow_b` the conventional ones. A
    contradiction excludes every common number; a tension only those that readers would take.
    """
    if not a.overlaps(b):
        return CONTRADICTION
    return COMPATIBLE if narrow_a.overlaps(narrow_b) else TENSION


def breakdown_width(quantities: Iterable[Quantity]) -> float:
    """Return the least share by which all figures must be widened to have a number in common.

    Each interval is divided and multiplied by 1 + share, so that 0.5 says: compatible only if
    every figure could be wrong by half again. 0 where they are compatible; ∞ where one of them is
    0 and another is not, which no factor mends. Raises `ValueError` without figures.
    """
    found = list(quantities)
    if not found:
        raise ValueError("a breakdown width needs figures")
    low, high = max(q.low for q in found), min(q.high for q in found)
    if low <= high:
        return 0.0
    return math.inf if high == 0 else math.sqrt(low / high) - 1
