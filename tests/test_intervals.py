"""Comparing uncertain dates: hand-counted cases, and laws that every pair must obey."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framelines import intervals as i
from framelines.dates import DateInterval

START = date(2016, 12, 1)


def span(first: int, last: int) -> DateInterval:
    """Return the interval between two days of December 2016."""
    return DateInterval(START + timedelta(days=first - 1), START + timedelta(days=last - 1))


@st.composite
def spans(draw: st.DrawFn) -> DateInterval:
    first = draw(st.integers(1, 28))
    return span(first, first + draw(st.integers(0, 9)))


@st.composite
def open_spans(draw: st.DrawFn) -> DateInterval:
    whole = draw(spans())
    first = draw(st.sampled_from([whole.first, None]))
    return DateInterval(first, draw(st.sampled_from([whole.last, None])))


def days(interval: DateInterval) -> list[int]:
    assert interval.first and interval.last
    return list(range(interval.first.toordinal(), interval.last.toordinal() + 1))


def test_shares_counted_by_hand() -> None:
    # 1 and 2 December against 2 to 4: six pairs, one of them the same day, five before.
    assert i.order(span(1, 2), span(2, 4)) == i.Order(5 / 6, 1 / 6, 0)
    assert i.p_before(span(1, 2), span(2, 4)) == pytest.approx(5 / 6 + 1 / 12)
    # A single day in the middle of five.
    assert i.order(span(3, 3), span(1, 5)) == i.Order(0.4, 0.2, 0.4)
    assert i.p_before(span(3, 3), span(1, 5)) == pytest.approx(0.5)


def test_open_ends_are_certain_or_undetermined() -> None:
    until = DateInterval(None, date(2016, 12, 8))
    assert i.p_before(until, span(9, 10)) == 1
    assert i.p_before(span(9, 10), until) == 0
    assert np.isnan(i.p_before(until, span(8, 10)))
    assert i.same_day_verdict(until, span(8, 10)) == "possibly_same"
    assert i.same_day_verdict(until, span(9, 10)) == "certainly_different"


@settings(deadline=None)
@given(spans(), spans())
def test_shares_are_those_of_counting_every_pair(a: DateInterval, b: DateInterval) -> None:
    pairs = [(x, y) for x in days(a) for y in days(b)]
    found = i.order(a, b)
    assert found.before == pytest.approx(sum(x < y for x, y in pairs) / len(pairs))
    assert found.same == pytest.approx(sum(x == y for x, y in pairs) / len(pairs))
    assert found.before + found.same + found.after == pytest.approx(1)


@settings(deadline=None)
@given(open_spans(), open_spans())
def test_swapping_turns_everything_round(a: DateInterval, b: DateInterval) -> None:
    there, back = i.p_before(a, b), i.p_before(b, a)
    assert there + back == pytest.approx(1) or (np.isnan(there) and np.isnan(back))
    assert i.gap_days(a, b) == -i.gap_days(b, a)
    assert i.same_day_verdict(a, b) == i.same_day_verdict(b, a)


@settings(deadline=None)
@given(open_spans(), open_spans(), st.integers(0, 20))
def test_widening_never_drives_two_dates_apart(a: DateInterval, b: DateInterval, by: int) -> None:
    assert abs(i.gap_days(a.widen(by), b)) <= abs(i.gap_days(a, b))
    if i.same_day_verdict(a, b) != i.DIFFERENT:
        assert i.same_day_verdict(a.widen(by), b) != i.DIFFERENT
    if by:
        assert i.same_day_verdict(a.widen(by), b) != i.SAME


@settings(deadline=None)
@given(open_spans(), open_spans())
def test_the_gap_agrees_with_overlap_and_verdict(a: DateInterval, b: DateInterval) -> None:
    apart = i.gap_days(a, b) != 0
    assert apart == (not a.overlaps(b)) == (i.same_day_verdict(a, b) == i.DIFFERENT)


@settings(deadline=None)
@given(open_spans(), open_spans())
def test_the_breakdown_is_the_least_widening(a: DateInterval, b: DateInterval) -> None:
    by = i.breakdown_days(a, b)
    assert a.widen(by).overlaps(b.widen(by))
    assert by == 0 or not a.widen(by - 1).overlaps(b.widen(by - 1))


@settings(deadline=None)
@given(st.lists(st.tuples(open_spans(), open_spans()), min_size=2, max_size=8), st.randoms())
def test_columns_agree_with_pairs_in_any_order(
    pairs: list[tuple[DateInterval, DateInterval]], random: object
) -> None:
    random.shuffle(pairs)  # type: ignore[attr-defined]
    ends = np.array([(*i.bounds(a), *i.bounds(b)) for a, b in pairs]).T
    before, same, _ = i.order_columns(*ends)
    expected = [i.p_before(a, b) for a, b in pairs]
    np.testing.assert_allclose(before + same / 2, expected)
    assert list(i.gap_columns(*ends)) == [i.gap_days(a, b) for a, b in pairs]
    assert list(i.same_day_columns(*ends)) == [i.same_day_verdict(a, b) for a, b in pairs]


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (span(1, 2), span(5, 6), "before"),
        (span(1, 4), span(5, 6), "meets"),
        (span(1, 5), span(5, 6), "overlaps"),
        (span(1, 3), span(1, 6), "starts"),
        (span(2, 3), span(1, 6), "during"),
        (span(4, 6), span(1, 6), "finishes"),
        (span(1, 6), span(1, 6), "equals"),
    ],
)
def test_allen(a: DateInterval, b: DateInterval, relation: str) -> None:
    assert i.allen(a, b) == relation
    assert i.allen(b, a) == i.CONVERSE[relation]


def test_there_are_thirteen_relations() -> None:
    every = [span(a, b) for a in range(1, 6) for b in range(a, 6)]
    assert {i.allen(a, b) for a in every for b in every} == set(i.CONVERSE)
    assert len(i.CONVERSE) == 13
    with pytest.raises(ValueError, match="both ends"):
        i.allen(DateInterval(None, START), span(1, 2))


def test_the_hull_keeps_open_ends() -> None:
    assert i.hull(span(3, 4), span(1, 2)) == span(1, 4)
    assert i.hull(span(3, 4), DateInterval(None, START)) == DateInterval(None, span(3, 4).last)


def test_timestamps_become_day_numbers() -> None:
    column = pd.to_datetime(pd.Series([START, None], dtype=object))
    assert list(i.day_numbers(column, -np.inf)) == [START.toordinal(), -np.inf]
    nothing = pd.to_datetime(pd.Series([None, None], dtype=object))
    assert list(i.day_numbers(nothing, np.inf)) == [np.inf, np.inf]
