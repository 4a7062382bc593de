"""How two intervals relate: hand-counted cases, and laws that every pair must obey."""

import math
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from framelines.methods import intervals as i
from framelines.methods.dates import OPEN, DateInterval

Ends = tuple[float, float]
INF = math.inf

closed = st.tuples(st.integers(1, 28), st.integers(0, 9)).map(lambda n: (n[0], float(sum(n))))


def test_by_hand() -> None:
    assert i.relate((3, 3), (3, 3)) == (i.SAME, 0)
    assert i.relate((3, 4), (3, 4)) == (i.POSSIBLE, 0)
    assert i.relate((1, 4), (4, 9)) == (i.POSSIBLE, 0)
    # Neighbouring days are one apart.
    assert i.relate((1, 4), (5, 9)) == (i.EXCLUDED, 1)
    assert i.relate((9, 9), (6, 6)) == (i.EXCLUDED, -3)
    assert i.relate((-INF, 8), (9, 10)) == (i.EXCLUDED, 1)
    assert i.relate((-INF, 8), (8, INF)) == (i.POSSIBLE, 0)


@given(closed, closed)
def test_the_relation_is_that_of_counting_days(a: Ends, b: Ends) -> None:
    days = [set(range(int(low), int(high) + 1)) for low, high in (a, b)]
    kind, gap = i.relate(a, b)
    assert (kind == i.EXCLUDED) == (not days[0] & days[1]) == (gap != 0)
    assert (kind == i.SAME) == (days[0] == days[1] and len(days[0]) == 1)
    assert abs(gap) == min(abs(x - y) for x in days[0] for y in days[1])
    assert i.relate(b, a) == (kind, -gap)


def test_days_become_numbers() -> None:
    day = date(2016, 12, 1)
    assert i.bounds(DateInterval(day, None)) == (day.toordinal(), INF)
    assert i.bounds(OPEN) == (-INF, INF)
