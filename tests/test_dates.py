"""Stated dates and the days that they may mean."""

from datetime import date, timedelta
from typing import Any

import pytest
from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException
from hypothesis import given, settings
from hypothesis import strategies as st

from framelines import dates as d


def days(first: str, last: str) -> d.DateInterval:
    return d.DateInterval(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-08-23", days("2019-08-23", "2019-08-23")),
        ("2019-02", days("2019-02-01", "2019-02-28")),
        ("2019-08-30/2019-09", days("2019-08-30", "2019-09-30")),
        ("2019-08-23~", days("2019-08-23", "2019-08-23")),
        ("../2019", d.DateInterval(None, date(2019, 12, 31))),
        ("2019-08-01/..", d.DateInterval(date(2019, 8, 1), None)),
    ],
)
def test_edtf(text: str, expected: d.DateInterval) -> None:
    assert d.edtf(text) == expected


@pytest.mark.parametrize(
    "text", ["2019-02-30", "2019-13", "23.08.2019", "last May", "", "2020/2019"]
)
def test_no_edtf(text: str) -> None:
    assert d.check_edtf(text) is not None


@given(st.from_regex(r"(19|20)\d\d(-[01]\d(-[0-3]\d)?)?[?~%]?", fullmatch=True))
@settings(max_examples=60, deadline=None)
def test_plain_dates_mean_what_the_parser_says(text: str) -> None:
    text = text.translate({ord(c): str(int(c)) for c in text if c.isdecimal()})
    try:
        parsed = parse_edtf(text)
        expected = days(*(f"{e[0]}-{e[1]:02d}-{e[2]:02d}" for e in _ends(parsed)))
    except (ValueError, EDTFParseException):
        assert d.check_edtf(text) is not None
    else:
        assert d.edtf(text) == expected


def _ends(parsed: Any) -> tuple[Any, Any]:
    return parsed.lower_strict(), parsed.upper_strict()


@pytest.mark.parametrize(
    ("year", "month", "first"),
    [
        # Umm al-Qura month starts as published by R. H. van Gent, Utrecht University.
        (1436, 9, "2015-06-18"),
        (1437, 1, "2015-10-14"),
        (1437, 9, "2016-06-06"),
        (1438, 1, "2016-10-02"),
        (1438, 9, "2017-05-27"),
    ],
)
def test_umm_al_qura_month_starts(year: int, month: int, first: str) -> None:
    assert d.umm_al_qura(year, month, 1) == date.fromisoformat(first)


def test_hijri_intervals() -> None:
    assert d.hijri("1438-03-11") == days("2016-12-10", "2016-12-10")
    assert d.hijri("1438-03-start") == days("2016-11-30", "2016-12-09")
    assert d.hijri("1438-03-start/1438-03-middle") == days("2016-11-30", "2016-12-19")
    assert d.hijri("1438-03").last == date(2016, 12, 29)


def test_a_hijri_day_that_its_month_does_not_have() -> None:
    assert "29 days, not 30" in str(d.check_in_calendar("1438-02-30", "hijri"))


@given(st.dates(date(2015, 1, 1), date(2018, 1, 1)))
def test_hijri_round_trip(day: date) -> None:
    from hijridate import Gregorian

    h = Gregorian.fromdate(day).to_hijri()
    assert d.hijri(f"{h.year}-{h.month:02d}-{h.day:02d}") == d.DateInterval(day, day)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2019-08-23"),
        ("yesterday", "2019-08-22"),
        ("weekday-fri", "2019-08-23"),
        ("weekday-thu", "2019-08-22"),
        ("weekday-sat", "2019-08-17"),
        ("-10d", "2019-08-13"),
        ("-2w", "2019-08-09"),
    ],
)
def test_relative_days(text: str, expected: str) -> None:
    published = d.edtf("2019-08-23")  # a Friday
    assert d.relative(text, published) == days(expected, expected)


def test_relative_months_and_open_publication() -> None:
    november = d.edtf("2015-11-15")
    assert d.relative("month-may", november) == days("2015-05-01", "2015-05-31")
    assert d.relative("month-dec", november) == days("2014-12-01", "2014-12-31")
    assert d.relative("-2m", november) == days("2015-09-01", "2015-09-30")
    assert d.relative("last-year", november) == days("2014-01-01", "2014-12-31")
    assert d.relative("yesterday", d.DateInterval(None, None)) == d.DateInterval(None, None)


@given(st.dates(date(2015, 1, 1), date(2020, 1, 1)), st.integers(0, 30))
def test_a_relative_date_covers_every_day_of_publication(day: date, width: int) -> None:
    published = d.DateInterval(day, day + timedelta(days=width))
    for back in range(width + 1):
        one = day + timedelta(days=back)
        single = d.relative("weekday-mon", d.DateInterval(one, one))
        assert single.overlaps(d.relative("weekday-mon", published))


def test_unknown_notations() -> None:
    assert d.check_in_calendar("last Tuesday", "relative") is not None
    assert d.check_stated("weekday-tue") is None
    assert d.check_stated("1437-06-middle") is None
    assert d.check_stated("2019-04-end") is None


def test_an_interval_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before"):
        days("2019-08-23", "2019-08-22")


def test_overlap_and_shift() -> None:
    a, b = days("2019-08-20", "2019-08-22"), days("2019-08-22", "2019-08-25")
    assert a.overlaps(b) and not a.overlaps(b.shift(1)) and a.overlaps(b.shift(1).widen(1))
    assert a.overlaps(d.DateInterval(None, None))
