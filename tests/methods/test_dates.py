"""Stated dates and the days that they may mean."""

import re
from datetime import date
from itertools import product

import pytest
from hijridate import Gregorian
from hypothesis import given
from hypothesis import strategies as st

from framelines.methods import dates as d
from framelines.methods.dates import OPEN, Ends, date_problem

# Words of Python or of a library that no reader should meet as a reason.
FOREIGN = re.compile(r"unpack|invalid literal|NoneType|object|argument|isoformat|Error|datetime")


def days(first: str, last: str) -> Ends:
    low, high = (day != ".." and date.fromisoformat(day).toordinal() for day in (first, last))
    return low or OPEN[0], high or OPEN[1]


# The examples of the EDTF specification (Library of Congress 2019) with plausible years, and the
# first and the last of the days they hold, counted by hand; Hijri dates with U and T before them.
EDTF = """
Level 0: dates and intervals
1985-04-12 1985-04-12 1985-04-12  1985-04 1985-04-01 1985-04-30  1985 1985-01-01 1985-12-31
2016-02 2016-02-01 2016-02-29  1900-02 1900-02-01 1900-02-28  2000-02 2000-02-01 2000-02-29
1964/2008 1964-01-01 2008-12-31  2004-06/2006-08 2004-06-01 2006-08-31
2004-02-01/2005 2004-02-01 2005-12-31  2005/2006-02 2005-01-01 2006-02-28
Level 1: seasons, qualification, unspecified digits
2001-21 2001-03-01 2001-05-31  2001-22 2001-06-01 2001-08-31  2001-23 2001-09-01 2001-11-30
2004-24 2003-12-01 2005-02-28  1984? 1984-01-01 1984-12-31  2004-06~ 2004-06-01 2004-06-30
2004-06-11% 2004-06-11 2004-06-11  1984?/2004-06~ 1984-01-01 2004-06-30  201X 2010-01-01 2019-12-31
20XX 2000-01-01 2099-12-31  2004-XX 2004-01-01 2004-12-31  1985-04-XX 1985-04-01 1985-04-30
1985-XX-XX 1985-01-01 1985-12-31  2004-23/2004-24 2004-09-01 2005-02-28
2016-24 2015-12-01 2017-02-28  2016-24? 2015-12-01 2017-02-28
Level 2: parts that are qualified, sets, other seasons and parts of a year
2004-06~-11 2004-06-11 2004-06-11  2004?-06-11 2004-06-11 2004-06-11
?2004-06-~11 2004-06-11 2004-06-11  2004-%06 2004-06-01 2004-06-30
[1967,1968,1970..1972] 1967-01-01 1972-12-31  {1960,1961-12} 1960-01-01 1961-12-31
2001-25 2001-03-01 2001-05-31  2001-26 2001-06-01 2001-08-31  2001-27 2001-09-01 2001-11-30
2001-28 2000-12-01 2002-02-28  2001-29 2001-09-01 2001-11-30  2001-30 2000-12-01 2002-02-28
2001-31 2001-03-01 2001-05-31  2001-32 2001-06-01 2001-08-31  2001-33 2001-01-01 2001-03-31
2001-34 2001-04-01 2001-06-30  2001-35 2001-07-01 2001-09-30  2001-36 2001-10-01 2001-12-31
2001-37 2001-01-01 2001-04-30  2001-38 2001-05-01 2001-08-31  2001-39 2001-09-01 2001-12-31
2001-40 2001-01-01 2001-06-30  2001-41 2001-07-01 2001-12-31
No part of EDTF: thirds of a month
2019-04-end 2019-04-21 2019-04-30  2019-02-start/2019-02-middle 2019-02-01 2019-02-20
Open and unknown ends: none is guessed
1985-04-12/.. 1985-04-12 ..  ../1985-04-12 .. 1985-04-12  1985-04-12/ 1985-04-12 ..
/1985-04-12 .. 1985-04-12  [..1985-04-12] .. 1985-04-12  {1985,1986-04..} 1985-01-01 ..
Umm al-Qura: months begin as published by R. H. van Gent, Utrecht University
U1436-09-01 2015-06-18 2015-06-18  U1437-01-01 2015-10-14 2015-10-14
U1437-09-01 2016-06-06 2016-06-06  U1438-09-01 2017-05-27 2017-05-27
U1438-03-11~ 2016-12-10 2016-12-10  U1438-03-start/1438-03-middle 2016-11-30 2016-12-19
U1438-03 2016-11-30 2016-12-29  U1438-03-XX 2016-11-30 2016-12-29  U1437 2015-10-14 2016-10-01
T1438-03-11 2016-12-11 2016-12-11
Of a month of 29 days: its day 30 may be printed
U1438-02-30 2016-11-30 2016-11-30  T1438-02-30 2016-12-01 2016-12-01
Tabular: sample dates of Calendrical Calculations, appendix C
T1364-12-06 1945-11-12 1945-11-12  T1412-09-13 1992-03-17 1992-03-17
T1416-10-05 1996-02-25 1996-02-25  T1460-10-12 2038-11-10 2038-11-10
"""
EXAMPLES = " ".join(line for line in EDTF.splitlines() if ": " not in line).split()


@pytest.mark.parametrize("text, first, last", zip(*[iter(EXAMPLES)] * 3, strict=True))
def test_edtf(text: str, first: str, last: str) -> None:
    system = {"U": "hijri", "T": "tabular"}.get(text[0], "gregorian")
    text = text.strip("UT")
    assert d.read(text, system) == days(first, last)
    assert date_problem(text, "gregorian" if system == "gregorian" else "hijri") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2016-12-07", "the year 2016 is a Gregorian one, but the calendar is Hijri$"),
        ("2020/2019", "the interval ends before it begins: 2020-01-01 to 2019-12-31"),
        ("1438-05-06", "the year 1438 is a Hijri one, but the calendar is Gregorian"),
        ("0016-12-07", "the year 0016 lies outside 1600 to 2100, but the calendar is Gregorian"),
        ("03/04/2019", "no EDTF date; write 2019-04-03 or 2019-03-04"), ("../..", "neither end"),
        ("11/3/1438", "no Hijri date; write 1438-03-11 or 1438-11-03"),
        ("1438-02-31", "month 2 of 1438 has 30 days, not 31"),
        ("December 3rd, 2016", "no EDTF date; write 2016-12-03$"), ("2001-21-03", "no month 21"),
        ("3 décembre 2016", "no EDTF date; write 2016-12-03$"), ("2004-1X", "no EDTF date such as"),
        ("2019-02-30", "month 2 of 2019 has 28 days, not 30"), ("[[2019]]", "no EDTF date such as"),
        ("1985-XX-12", "a month or day is stated, but not"), ("2016–12–07", "write 2016-12-07"),
        ("201X-04", "a month or day is stated, but not"), ("1438-13-01", "1438 has no month 13"),
        ("23.08.2019", "no EDTF date; write 2019-08-23"), ("2019/4", "no EDTF date; write 2019-04"),
        ("2019/04/03", "no EDTF date; write 2019-04-03"), ("2016-12-07\u200f", "write 2016-12-07"),
        ("Dec 2016 to Jan 2017", "no EDTF date such as"), ("1438-24", "1438 has no month"),
        ("٢٠١٦-١٢-٠٧", "no EDTF date; write 2016-12-07"),
        ("1438-02-00", "1438 has 30 days, not 0"),
        ("Dec 2016", "no EDTF date; write 2016-12$"), ("2019-13", "the year 2019 has no month 13"),
        ("04.2019", "no EDTF date; write 2019-04$"), ("3.4.2019 10:00", "03 or 2019-03-04$"),
    ],
)  # fmt: skip
def test_refusals_in_words(text: str, reason: str) -> None:
    name = "hijri" if re.search("Hijri[$]|no Hijri|1438 has", reason) else "gregorian"
    found = date_problem(text, name)
    assert found is not None and re.search(reason, found), found
    assert not FOREIGN.search(found)


@given(
    st.one_of(st.text(max_size=12), st.text("0123456789-/.?~%XYESTZ[]{},start", max_size=14)),
    st.sampled_from(["", "none", *d.CALENDARS]),
)
def test_every_text_is_read_or_refused_in_words(text: str, calendar: str) -> None:
    found = date_problem(text, calendar)
    assert found is None or (found and not FOREIGN.search(found))


@given(st.dates(date(1600, 1, 1), date(2100, 12, 31)), st.sampled_from(["", "?", "~", "%"]))
def test_a_day_is_itself_and_lies_in_its_month_and_year(day: date, qualifier: str) -> None:
    text = day.isoformat()
    if 1925 <= day.year <= 2076:
        h = Gregorian.fromdate(day).to_hijri()
        assert d.read(f"{h.year}-{h.month:02d}-{h.day:02d}", "hijri") == days(text, text)
    assert d.gregorian(text + qualifier) == days(text, text)
    month, year = d.gregorian(text[:7]), d.gregorian(text[:4])
    assert year[0] <= month[0] <= day.toordinal() <= month[1] <= year[1]
    assert [date.fromordinal(int(n)).day for n in (month[0], month[1] + 1)] == [1, 1]


def test_lengths_of_hijri_months() -> None:
    def lengths(system: str, *years: int) -> list[float]:
        both = product(years, range(1, 13))
        spans = (d.month_days(year, (month, month), system) for year, month in both)
        return [last - first + 1 for first, last in spans]

    # The official table as printed in the Umm al-Qura calendar of the .NET runtime: for every month
    # of 1436 to 1438 whether it has 30 days (1) or 29 (0).
    long = "010101010101" + "101100101001" + "101110010010"
    assert lengths("hijri", 1436, 1437, 1438) == [29 + int(one) for one in long]
    leap = [year for year in range(1, 31) if sum(lengths("tabular", year)) == 355]
    assert leap == [2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29]
    cycle = lengths("tabular", *range(1, 31))
    assert cycle[:12] == [30, 29] * 6
    assert d.month_days(31, (1, 1), "tabular")[0] == date(622, 7, 19).toordinal() + sum(cycle)


def test_relative_dates() -> None:
    friday = d.gregorian("2019-08-23")
    back = {"today": 0, "yesterday": 1, "weekday-fri": 0, "weekday-thu": 1, "weekday-sat": 6}
    for text, count in (back | {"-10d": 10, "-2w": 14}).items():
        assert d.relative(text, friday) == (friday[0] - count, friday[1] - count)
    november = d.gregorian("2015-11-15")
    spans = {"month-may": "2015-05", "month-dec": "2014-12", "last-month": "2015-10"}
    spans |= {"-2m": "2015-09", "-11m": "2014-12", "last-year": "2014", "-1y": "2014"}
    for text, span in (spans | {"last-week": "2015-11-02/2015-11-14"}).items():
        assert d.relative(text, november) == d.gregorian(span)
    assert d.relative("yesterday", d.gregorian("")) == OPEN


def test_the_column_says_the_calendar_and_the_year_only_where_there_is_none() -> None:
    assert date_problem("", "gregorian") is None and date_problem("weekday-tue", "relative") is None
    assert all(date_problem("2019", name) for name in ("none", "julian", "relative"))
    assert "no relative date" in str(date_problem("last Tuesday", "relative"))
    found = [*map(d.calendar_of, ("1438-03", "-10d", "2016-12", "201X", "1560~", "0016"))]
    assert found == ["hijri", "relative", *["gregorian"] * 4]
    fine = ("1438-03/..", "weekday-tue", "1437-06-middle", "2019-04-end", "201X")
    assert [*map(date_problem, fine)] == [None] * 5
    assert "1560 lies outside" in str(date_problem("1560~"))
    assert "write 2019-04-03" in str(date_problem("03/04/2019"))
