"""Stated figures: what the words leave open, and what readers take from them."""

import math
import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from framelines.methods import quantities as q
from framelines.methods.estimate import geometric_mean
from framelines.methods.quantities import Quantity

INF = math.inf
QUALIFIERS = "exact approx at_least more_than up_to less_than range".split() + list(q.VAGUE)
numbers = st.integers(0, 20_000)
quantities = st.tuples(numbers, st.one_of(numbers, st.just(INF))).map(
    lambda ends: Quantity(min(ends), max(ends))
)


def stated(qualifier: str, number: float, second: float = 0) -> tuple[Any, Any]:
    """Return value_min and value_max as the codebook has them for a qualifier."""
    if qualifier in q.VAGUE:
        return None, None
    if qualifier in ("more_than", "at_least"):
        return number, None
    if qualifier in ("up_to", "less_than"):
        return None, number
    return (number, number + second) if qualifier == "range" else (number, number)


def claim(qualifier: str, low: Any, high: Any, kind: str = "killed", unit: str = "") -> q.Row:
    columns = "qualifier value_min value_max kind unit".split()
    return dict(zip(columns, (qualifier, low, high, kind, unit), strict=True))


# Qualifier, value_min, value_max; the wide reading and the close one.
READINGS = """
exact 80 80 | 80 80 | 80 80                 range 30 40 | 30 40 | 30 40
more_than 50 nan | 51 inf | 51 100          more_than 14 nan | 15 inf | 15 15
at_least 80 nan | 80 inf | 80 90            up_to nan 300 | 0 300 | 200 300
less_than nan 120 | 0 119 | 110 119         dozens nan nan | 24 inf | 24 100
many nan nan | 1 inf | 1 inf
Of whole things more than 2.5 is 3 and more, less than 2.5 at most 2.
more_than 2.5 nan | 3 inf | 3 3             less_than nan 2.5 | 0 2 | 2 2
at_least 2.5 nan | 3 inf | 3 3              up_to nan 2.5 | 0 2 | 2 2
A tenth of 80; but half of the granularity of 20.
approx 80 80 | 72 88 | 72 88                approx 20 20 | 15 25 | 15 25
"""


@pytest.mark.parametrize("row", re.findall(r"[a-z_]+(?: \S+){2} \| \S+ \S+ \| \S+ \S+", READINGS))
def test_readings(row: str) -> None:
    qualifier, *told = row.replace("|", "").split()
    low, high, *ends = map(float, told)
    assert q.readings(low, high, qualifier) == (tuple(ends[:2]), tuple(ends[2:]))


def test_measures_keep_the_number_itself() -> None:
    assert q.readings(40, None, "more_than", counts=False) == ((40, INF), (40, 50))
    assert q.readings(None, 40, "less_than", counts=False) == ((0, 40), (30, 40))
    assert q.logical_of(claim("more_than", 2, None, "distance_km")) == Quantity(2, INF)
    assert q.logical_of(claim("more_than", 2, None, "advance", "km2")) == Quantity(2, INF)
    assert q.logical_of(claim("more_than", 2, None)) == Quantity(3, INF)


@given(st.integers(1, 10**8))
def test_granularity(number: int) -> None:
    assert number % int(q.granularity(number)) == 0
    steps = {80: 10, 50: 50, 300: 100, 112: 1, 75: 25, 150: 50, 105: 5, 4000: 1000, 2500: 500}
    for told, step in (steps | {1: 1, 0: 1, 3.7: 0.1}).items():
        assert q.granularity(told) == pytest.approx(step)


def test_every_qualifier_of_the_codebook_has_a_rule() -> None:
    for qualifier in QUALIFIERS:
        assert q.readings(*stated(qualifier, 12, 3), qualifier)[0].low >= 0
    with pytest.raises(ValueError, match="no rule for the qualifier 'around'"):
        q.readings(3, 3, "around")
    with pytest.raises(ValueError, match="no figure is stated"):
        q.readings(None, math.nan, "exact")
    with pytest.raises(ValueError, match="ends before it begins: 3 to 2"):
        q.readings(3, 2, "range")
    for qualifier in QUALIFIERS[:7]:
        with pytest.raises(ValueError, match="cannot be below 0: -9"):
            q.readings(-9, -9, qualifier)


@given(
    st.sampled_from(QUALIFIERS),
    st.one_of(st.integers(0, 10**7), st.floats(0, 1000)),
    st.integers(0, 100),
    st.booleans(),
)
def test_the_close_reading_lies_within_the_wide(how: str, n: float, second: int, c: bool) -> None:
    wide, narrow = q.readings(*stated(how, round(n, 2), second), how, c)
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    if how not in (*q.VAGUE, "more_than", "less_than") and n == int(n):
        assert wide.low <= n <= wide.high


@given(quantities, quantities)
def test_figures_overlap_where_nothing_has_to_give_way(a: Quantity, b: Quantity) -> None:
    assert q.breakdown_width(a, b) == q.breakdown_width(b, a)
    assert a.overlaps(b) == b.overlaps(a) == (q.breakdown_width(a, b) == 0)


def test_widths_by_hand() -> None:
    # 9 against 36: each must be off by the factor 2 to meet at 18.
    assert q.breakdown_width(Quantity(9, 9), Quantity(36, 36)) == 1
    assert q.breakdown_width(Quantity(36, math.inf), Quantity(1, 9)) == 1
    assert q.breakdown_width(Quantity(0, 0), Quantity(4, 4)) == math.inf
    assert q.breakdown_width(Quantity(0, 0), Quantity(0, math.inf)) == 0


def test_verdicts() -> None:
    def verdict(a: str, number: float, b: str, other: float) -> str:
        (wide, narrow), (wide_b, narrow_b) = (
            q.readings(*stated(name, n), name) for name, n in ((a, number), (b, other))
        )
        return q.verdict(wide, wide_b, narrow, narrow_b)

    assert verdict("exact", 34, "exact", 34) == "compatible"
    assert verdict("exact", 34, "exact", 35) == "contradiction"
    assert verdict("more_than", 50, "exact", 50) == "contradiction"
    # Nobody writes “more than 50” of 500, though it would be true.
    assert verdict("more_than", 50, "exact", 500) == "tension"
    assert verdict("approx", 80, "exact", 86) == "compatible"


@pytest.mark.parametrize(
    ("row", "text", "points"),
    [
        (claim("more_than", 50, None), "more than 50", (50, 51, math.sqrt(51 * 100))),
        (claim("", 34, 34), "34", (34, 34, 34)),
        (claim("range", 1500, 2000), "1,500 to 2,000", (math.sqrt(3e6), 1500, math.sqrt(3e6))),
        (claim("approx", 80, 80), "about 80", (80, 72, math.sqrt(72 * 88))),
        (claim("dozens", None, math.nan), "dozens", (math.nan, 24, math.sqrt(2400))),
        (claim("up_to", pd.NA, 300), "up to 300", (300, math.nan, math.sqrt(60000))),
        (claim("exact", 0, 0), "0", (math.nan, math.nan, math.nan)),
    ],
)
def test_points_and_words_of_a_row(row: q.Row, text: str, points: tuple[float, ...]) -> None:
    assert q.figure_text(row) == text and q.has_figure(row)
    found = [q.point_of(row, reading) for reading in q.READINGS]
    assert found == pytest.approx(list(points), nan_ok=True)
    assert not q.has_figure({**row, "kind": "event"})
    assert not q.has_figure(claim("", None, math.nan)) and not q.has_figure(claim("", pd.NA, pd.NA))


def test_a_round_number_hides_where_it_lies() -> None:
    round_, exact = claim("more_than", 300, None), claim("exact", 300, 300)
    hidden = q.coarseness(round_, "conventional")
    assert hidden == pytest.approx(math.log(400 / 301) ** 2 / 12)
    assert q.coarseness(round_, "stated") == q.coarseness(exact, "conventional") == 0
    # It adds to the variance of a mean as imputed values do.
    ratios = [1.0, 2.0] * 5
    plain, wide = (geometric_mean(ratios, coarse) for coarse in ([], [hidden] * 10))
    half = [math.log(end / value) for value, _, end in (plain, wide)]
    added = stats.t.ppf(0.975, 9) ** 2 * hidden / 10
    assert wide[0] == plain[0] and half[1] ** 2 - half[0] ** 2 == pytest.approx(added)


def test_windows() -> None:
    own: dict[str, Any] = {"window_first": 3.0, "window_last": 7.0, "first": 5.0, "last": 5.0}
    own |= {"window": "2016-12-03/2016-12-07", "scope": "cumulative"}
    assert q.window_of(own) == (3, 7)
    assert q.window_of({**own, "window": "", "scope": "incremental"}) == (5, 5)
    assert q.window_of({**own, "window_last": INF}) is None
