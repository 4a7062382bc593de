"""Intervals and how two relate; stated figures, what they leave open and what readers take."""

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from framelines.methods import dates as i
from framelines.methods import quantities as q
from framelines.methods.dates import Ends, gregorian
from framelines.methods.estimate import geometric_mean

INF = math.inf
QUALIFIERS = "exact approx at_least more_than up_to less_than range".split() + list(q.VAGUE)
numbers = st.integers(0, 20_000)
told_numbers = st.one_of(st.integers(0, 10**7), st.floats(0, 1000))
quantities = st.tuples(numbers, st.one_of(numbers, st.just(INF))).map(lambda ends: (*sorted(ends),))


def claim(qualifier: str, low: Any, high: Any, kind: str = "killed", unit: str = "") -> Any:
    ends = {"value_min": low, "value_max": high}
    return ends | {"qualifier": qualifier, "kind": kind, "unit": unit}


def stated(qualifier: str, number: float, second: float = 0) -> tuple[Any, Any]:
    """Return value_min and value_max as the codebook has them for a qualifier."""
    low = None if qualifier in (*q.VAGUE, "up_to", "less_than") else number
    high = None if qualifier in (*q.VAGUE, "more_than", "at_least") else number
    return low, number + second if qualifier == "range" else high


closed = st.tuples(st.integers(1, 28), st.integers(0, 9)).map(lambda n: (n[0], float(sum(n))))


@given(closed, closed)
def test_the_relation_is_that_of_counting_days(a: Ends, b: Ends) -> None:
    days = [set(range(int(low), int(high) + 1)) for low, high in (a, b)]
    kind, gap = i.relate(a, b)
    assert (kind == i.EXCLUDED) == (not days[0] & days[1]) == (gap != 0)
    assert (kind == i.SAME) == (days[0] == days[1] and len(days[0]) == 1)
    assert abs(gap) == min(abs(x - y) for x in days[0] for y in days[1])
    assert i.relate(b, a) == (kind, -gap)


def test_direction_and_open_ends_by_hand() -> None:
    assert i.relate((1, 4), (5, 9)) == (i.EXCLUDED, 1)  # neighbouring days are one apart
    assert i.relate((-INF, 8), (8, INF)) == (i.POSSIBLE, 0)
    # The first day of 2016 is day 735,964 of the proleptic calendar.
    assert gregorian("2016-01-01/..") == (735_964, INF)


# Qualifier, value_min, value_max; the wide reading and the close one.
READINGS = """
exact 80 80 | 80 80 | 80 80     range 30 40 | 30 40 | 30 40     many nan nan | 1 inf | 1 inf
more_than 50 nan | 51 inf | 51 100          more_than 14 nan | 15 inf | 15 15
at_least 80 nan | 80 inf | 80 90            up_to nan 300 | 0 300 | 200 300
less_than nan 120 | 0 119 | 110 119         dozens nan nan | 24 inf | 24 100
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


@given(st.integers(1, 10**8))
def test_granularity(number: int) -> None:
    assert number % int(q.granularity(number)) == 0
    steps = {80: 10, 50: 50, 300: 100, 112: 1, 75: 25, 150: 50, 105: 5, 4000: 1000, 2500: 500}
    for told, step in (steps | {1: 1, 0: 1, 3.7: 0.1}).items():
        assert q.granularity(told) == pytest.approx(step)


@given(st.sampled_from(QUALIFIERS), told_numbers, st.integers(0, 100), st.booleans())
def test_the_close_reading_lies_within_the_wide(how: str, n: float, second: int, c: bool) -> None:
    wide, narrow = q.readings(*stated(how, round(n, 2), second), how, c)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]
    if how not in (*q.VAGUE, "more_than", "less_than") and n == int(n):
        assert wide[0] <= n <= wide[1]


def row_of(ends: Ends) -> Any:
    row = claim("", *ends) | {"complete": True, "parts_of": ""}
    return row | dict(zip(("low", "high", "close_low", "close_high"), ends * 2, strict=True))


@given(quantities, quantities)
def test_figures_that_share_a_number_need_not_give_way(a: Ends, b: Ends) -> None:
    found, width = q.verdict(row_of(a), row_of(b))
    assert (found, width) == q.verdict(row_of(b), row_of(a))
    assert (width == 0) == (max(a[0], b[0]) <= min(a[1], b[1])) == (found == q.COMPATIBLE)
    # 9 against 36: each must be off by the factor 2 to meet at 18.
    assert q.verdict(row_of((36, INF)), row_of((1, 9))) == (q.CONTRADICTION, 1)
    assert q.verdict(row_of((0, 0)), row_of((4, 4))) == (q.CONTRADICTION, INF)


def test_verdicts() -> None:
    told = {"exact 34 exact 34": "compatible", "exact 34 exact 35": "contradiction"}
    told |= {"more_than 50 exact 50": "contradiction", "approx 80 exact 86": "compatible"}
    # Nobody writes “more than 50” of 500, though it would be true.
    for words, verdict in (told | {"more_than 50 exact 500": "tension"}).items():
        a, number, b, other = words.split()
        rows = [claim(how, *stated(how, float(n))) for how, n in ((a, number), (b, other))]
        rows = [row | q.figure_of(row) | {"complete": True, "parts_of": ""} for row in rows]
        assert q.verdict(*rows)[0] == verdict, words


# A claim and how it reads; its point as stated, at its logical low and as conventional.
POINTS = {
    "more than 50": (claim("more_than", 50, None), (50, 51, math.sqrt(51 * 100))),
    "34": (claim("", 34, 34), (34, 34, 34)),
    "1,500 to 2,000": (claim("range", 1500, 2000), (math.sqrt(3e6), 1500, math.sqrt(3e6))),
    "about 80": (claim("approx", 80, 80), (80, 72, math.sqrt(72 * 88))),
    "dozens": (claim("dozens", None, math.nan), (math.nan, 24, math.sqrt(2400))),
    "up to 300": (claim("up_to", None, 300), (300, math.nan, math.sqrt(60000))),
    "0": (claim("exact", 0, 0), (math.nan, math.nan, math.nan)),
    # Measures keep the number itself.
    "more than 2": (claim("more_than", 2, None, "advance", "km2"), (2, 2, math.sqrt(2 * 3))),
    "less than 40": (claim("less_than", None, 40, "distance_km"), (40, math.nan, math.sqrt(1200))),
}


@pytest.mark.parametrize("text", POINTS)
def test_points_and_words_of_a_row(text: str) -> None:
    row, points = POINTS[text]
    figure = q.figure_of(row)
    found = [figure[reading] for reading in q.READINGS]
    assert figure["told"] == text and found == pytest.approx(list(points), nan_ok=True)
    for none in (row | {"kind": "event"}, claim("", None, math.nan)):
        assert q.figure_of(none) == {"figure": False, "told": ""}


def test_a_round_number_hides_where_it_lies() -> None:
    round_, exact = (q.figure_of(claim(how, *stated(how, 300))) for how in ("more_than", "exact"))
    hidden = round_["coarse"]
    assert hidden == pytest.approx(math.log(400 / 301) ** 2 / 12)
    assert exact["coarse"] == 0
    # It adds to the variance of a mean as imputed values do.
    plain, wide = (geometric_mean([1.0, 2.0] * 5, coarse) for coarse in ([], [hidden] * 10))
    half = [math.log(end / value) for value, _, end in (plain, wide)]
    added = stats.t.ppf(0.975, 9) ** 2 * hidden / 10
    assert wide[0] == plain[0] and half[1] ** 2 - half[0] ** 2 == pytest.approx(added)
