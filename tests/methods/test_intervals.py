"""How two intervals relate: by hand, and by counting the days of both."""

import math

from hypothesis import given
from hypothesis import strategies as st

from framelines.methods import intervals as i
from framelines.methods.dates import OPEN, gregorian

INF = math.inf
closed = st.tuples(st.integers(1, 28), st.integers(0, 9)).map(lambda n: (n[0], float(sum(n))))


@given(closed, closed)
def test_the_relation_is_that_of_counting_days(a: i.Ends, b: i.Ends) -> None:
    days = [set(range(int(low), int(high) + 1)) for low, high in (a, b)]
    kind, gap = i.relate(a, b)
    assert (kind == i.EXCLUDED) == (not days[0] & days[1]) == (gap != 0)
    assert (kind == i.SAME) == (days[0] == days[1] and len(days[0]) == 1)
    assert abs(gap) == min(abs(x - y) for x in days[0] for y in days[1])
    assert i.relate(b, a) == (kind, -gap)


def test_direction_and_open_ends_by_hand() -> None:
    assert i.relate((1, 4), (5, 9)) == (i.EXCLUDED, 1)  # neighbouring days are one apart
    assert i.relate((-INF, 8), (9, 10)) == (i.EXCLUDED, 1)
    assert i.relate((-INF, 8), (8, INF)) == (i.POSSIBLE, 0)
    # The first day of 2016 is day 735,964 of the proleptic calendar.
    assert i.bounds(gregorian("2016-01-01/..")) == (735_964, INF)
    assert i.bounds(OPEN) == (-INF, INF)
