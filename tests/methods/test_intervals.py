"""How two intervals relate: hand-counted cases, and laws that every pair must obey."""

import math
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from framelines.methods import intervals as i
from framelines.methods.dates import OPEN, DateInterval

Ends = tuple[float, float]
INF = math.inf


closed = st.tuples(st.integers(1, 28), st.integers(0, 9)).map(lambda n: (n[0], float(sum(n))))
spans = st.tuples(closed, st.booleans(), st.booleans()).map(
    lambda n: (-INF if n[1] else n[0][0], INF if n[2] else n[0][1])
)


def related(a: Ends, b: Ends, ratio: bool = False) -> tuple[str, float, float]:
    found = i.relate(a, b, ratio=ratio)
    return str(found.kind), float(found.gap), float(found.widening)


def test_by_hand() -> None:
    assert related((3, 3), (3, 3)) == (i.SAME, 0, 0)
    assert related((3, 4), (3, 4)) == (i.POSSIBLE, 0, 0)
    assert related((1, 4), (4, 9)) == (i.POSSIBLE, 0, 0)
    # Neighbouring days are one apart, and each must give way by a day; three apart, by two.
    assert related((1, 4), (5, 9)) == (i.EXCLUDED, 1, 1)
    assert related((9, 9), (6, 6)) == (i.EXCLUDED, -3, 2)
    assert related((-INF, 8), (9, 10)) == (i.EXCLUDED, 1, 1)
    assert related((-INF, 8), (8, INF)) == (i.POSSIBLE, 0, 0)


def test_ratios_by_hand() -> None:
    # 9 against 36: each must be off by the factor 2 to meet at 18.
    assert related((9, 9), (36, 36), ratio=True) == (i.EXCLUDED, 27, 1)
    assert related((36, INF), (1, 9), ratio=True) == (i.EXCLUDED, -27, 1)
    assert related((0, 0), (4, 4), ratio=True) == (i.EXCLUDED, 4, INF)
    assert related((0, 0), (0, 0), ratio=True) == (i.SAME, 0, 0)
    assert related((0, INF), (0, INF), ratio=True) == (i.POSSIBLE, 0, 0)


@given(spans, spans, st.booleans())
def test_swapping_turns_the_gap_round(a: Ends, b: Ends, ratio: bool) -> None:
    one, other = related(a, b, ratio), related(b, a, ratio)
    assert (one[0], one[1], one[2]) == (other[0], -other[1], other[2])


@given(closed, closed)
def test_the_relation_is_that_of_counting_days(a: Ends, b: Ends) -> None:
    days = [set(range(int(low), int(high) + 1)) for low, high in (a, b)]
    kind, gap, _ = related(a, b)
    assert (kind == i.EXCLUDED) == (not days[0] & days[1]) == (gap != 0)
    assert (kind == i.SAME) == (days[0] == days[1] and len(days[0]) == 1)
    assert abs(gap) == min(abs(x - y) for x in days[0] for y in days[1])


@given(spans, spans, st.integers(0, 5))
def test_the_widening_is_the_least_and_more_of_it_never_parts(a: Ends, b: Ends, more: int) -> None:
    def wider(ends: Ends, by: float) -> Ends:
        return ends[0] - by, ends[1] + by

    by = related(a, b)[2]
    for enough in (by, by + more):
        assert related(wider(a, enough), wider(b, enough))[0] != i.EXCLUDED
    assert by == 0 or related(wider(a, by - 1), wider(b, by - 1))[0] == i.EXCLUDED


@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=8))
def test_columns_agree_with_pairs(rows: list[tuple[Ends, Ends]]) -> None:
    columns = [tuple(np.array([row[k] for row in rows]).T) for k in range(2)]
    for ratio in (False, True):
        found = i.relate(columns[0], columns[1], ratio=ratio)
        pairs = [related(row[0], row[1], ratio) for row in rows]
        assert list(zip(*found, strict=True)) == pairs


def test_days_become_numbers() -> None:
    day = date(2016, 12, 1)
    assert i.bounds(DateInterval(day, None)) == (day.toordinal(), INF)
    assert i.bounds(OPEN) == (-INF, INF)
