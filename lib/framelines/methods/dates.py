"""Dates as stated, and the Gregorian days that each may mean.

A Gregorian date is written in EDTF (Library of Congress 2019): every form of level 1, and of level
2 the seasons, the qualified parts and the sets; the other forms are refused in words. Two small
extensions: a third of a month (`1437-06-start`), and dates relative to the document (`yesterday`,
`-10d`). A Hijri date is written alike (`1438-03-11`). Nothing vague is guessed: a date that leaves
several days open becomes the interval of them.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from hijridate import Hijri

CALENDARS = ("gregorian", "hijri", "relative")
YEARS = {"Gregorian": (1600, 2100), "Hijri": (1343, 1500)}  # those of the Umm al-Qura calendar
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# First and last month; 0 is December of the year before, 14 February of the year after. A winter
# of the northern and a summer of the southern hemisphere may be the one that begins in the year or
# the one that ends in it: both are left open.
_SPRING, _SUMMER, _AUTUMN, _WINTER = (3, 5), (6, 8), (9, 11), (0, 14)
_NORTH, _SOUTH = (_SPRING, _SUMMER, _AUTUMN, _WINTER), (_AUTUMN, _WINTER, _SPRING, _SUMMER)
_SHARES = ((1, 3), (4, 6), (7, 9), (10, 12), (1, 4), (5, 8), (9, 12), (1, 6), (7, 12))
SEASONS = dict(enumerate((*_NORTH, *_NORTH, *_SOUTH, *_SHARES), 21))

_DATE = re.compile(
    r"([0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX|start|middle|end))?)?"
)
# Before a part of a date or after it: the whole date or the part is uncertain or approximate.
_QUALIFIER = re.compile(r"(?:\A|(?<=-))[?~%](?=[0-9X])|(?<=[0-9Xted])[?~%](?=-|\Z)")
_RELATIVE = re.compile(
    r"today|yesterday|last-week|last-month|last-year|-[0-9]{1,3}[dw]|-[0-9]{1,2}[my]"
    rf"|weekday-(?:{'|'.join(WEEKDAYS)})|month-(?:{'|'.join(MONTHS)})"
)
# Friday 16 July 622 in the Julian calendar, as a day number of the proleptic Gregorian one.
_TABULAR_EPOCH = date(622, 7, 19).toordinal()


@dataclass(frozen=True)
class DateInterval:
    """All days from `first` to `last`; either may be None, where the date leaves it open."""

    first: date | None
    last: date | None

    def __post_init__(self) -> None:
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"the interval ends before it begins: {self.first} to {self.last}")

    def shift(self, days: int) -> "DateInterval":
        """Return the interval moved by so many days."""
        return self.widen(-days, days)

    def widen(self, before: int, after: int) -> "DateInterval":
        """Return the interval with so many days more before and after it."""
        first, last = timedelta(days=before), timedelta(days=after)
        return DateInterval(self.first and self.first - first, self.last and self.last + last)


OPEN = DateInterval(None, None)


def hull(*intervals: DateInterval) -> DateInterval:
    """Return the smallest interval that holds all of them; an open end stays open."""
    first = min(i.first or date.min for i in intervals)
    last = max(i.last or date.max for i in intervals)
    return DateInterval(None if first == date.min else first, None if last == date.max else last)


def month_days(year: int, month: int, system: str = "gregorian") -> tuple[date, int]:
    """Return the first day of a month and its length, in a system.

    Systems: `gregorian`; `umm_al_qura`, computed by `hijridate`; `tabular`, the civil calendar:
    months of 30 and 29 days in turn, eleven leap days in thirty years (Reingold and Dershowitz
    2018, Calendrical Calculations, ch. 7). Raises `ValueError` where there is no such month.
    """
    if not 1 <= month <= 12:
        raise ValueError(f"the year {year} has no month {month}")
    if system == "gregorian":
        return date(year, month, 1), calendar.monthrange(year, month)[1]
    if system == "tabular":
        leap = (3 + 11 * year) // 30
        before = 354 * (year - 1) + leap + 29 * (month - 1) + month // 2
        long = month % 2 == 1 or (month == 12 and (14 + 11 * year) // 30 > leap)
        return date.fromordinal(_TABULAR_EPOCH + before), 30 if long else 29
    _check_years(year, year, system)
    found = Hijri(year, month, 1)
    return date(*found.to_gregorian().datetuple()), found.month_length()


def _span(year: int, begin: int, end: int, system: str = "gregorian") -> DateInterval:
    """Return the days of months counted from January of a year, also below 1 or above 12."""
    first, _ = month_days(year + (begin - 1) // 12, (begin - 1) % 12 + 1, system)
    last, length = month_days(year + (end - 1) // 12, (end - 1) % 12 + 1, system)
    return DateInterval(first, last + timedelta(days=length - 1))


def _check_years(early: int, late: int, system: str) -> None:
    own, other = ("Gregorian", "Hijri") if system == "gregorian" else ("Hijri", "Gregorian")
    least, most = YEARS[own]
    if YEARS[other][0] <= early <= late <= YEARS[other][1]:
        raise ValueError(f"the year {early} is a {other} one, but the calendar is {own}")
    if not least <= early <= late <= most:
        raise ValueError(f"the {own} year {early:04d} lies outside {least} to {most}")


def _single(text: str, system: str) -> DateInterval:
    """Return the days of a date that is no interval: year, season, month, part of one, or day."""
    match = _DATE.fullmatch(_QUALIFIER.sub("", text))
    if match is None:
        kind, day = ("EDTF", "2019-08-23") if system == "gregorian" else ("Hijri", "1438-03-11")
        raise ValueError(f"no {kind} date such as {day}, {day[:7]} or an interval a/b")
    year, month, day = match.groups()
    early, late = int(year.replace("X", "0")), int(year.replace("X", "9"))
    _check_years(early, late, system)
    if month in (None, "XX"):
        if day not in (None, "XX"):
            raise ValueError("a day is stated, but not its month")
        return _span(early, 1, 12 * (late - early + 1), system)
    if early != late:
        raise ValueError("a month is stated, but not its year")
    number = int(month)
    if system == "gregorian" and number in SEASONS:
        if day is not None:
            raise ValueError(f"{month} is a season or a part of a year, which has no days")
        return _span(early, *SEASONS[number])
    first, length = month_days(early, number, system)
    low, high = {"start": (1, 10), "middle": (11, 20), "end": (21, length)}.get(day, (1, length))
    if (day or "X").isdigit():
        low = high = int(day)
        # Where months begin by sighting, any can have a day 30: the one after its 29th.
        if not 1 <= low <= (length if system == "gregorian" else 30):
            has = length if system == "gregorian" else "29 or 30"
            raise ValueError(f"month {number} of {year} has {has} days, not {low}")
    return DateInterval(first + timedelta(days=low - 1), first + timedelta(days=high - 1))


@cache
def read(text: str, system: str) -> DateInterval:
    """Return the days of a single date, an interval `a/b` or a set `[a, b, c..d]`, by a system.

    `~`, `?` and `%` keep the stated days; an open or unknown end is None. A Hijri date has the
    forms of a Gregorian one; day 30 of a month that has 29 is the day after the 29th: a calendar by
    sighting may print it. Raises `ValueError` with the reason.
    """
    members, found = [text], []
    if text[:1] + text[-1:] in ("[]", "{}"):
        members = [m.strip().replace("..", "/") for m in text[1:-1].split(",")]
    for member in members:
        ends = member.split("/", 1)
        days = [OPEN if e in ("", "..") and ends[1:] else _single(e, system) for e in ends]
        if days == [OPEN, OPEN]:
            raise ValueError("neither end of the interval is stated")
        found.append(DateInterval(days[0].first, days[-1].last))
    return hull(*found)


def gregorian(text: str) -> DateInterval:
    """Return the days of a Gregorian date as `read` does; an empty cell is open."""
    return read(text, "gregorian") if text else OPEN


def _relative_to_day(text: str, day: date) -> DateInterval:
    """Return the days of a relative date in a document of one day."""
    count, unit = (int(text[1:-1]), text[-1]) if text[0] == "-" else (1, text)
    if unit in ("last-year", "y"):
        return _span(day.year - count, 1, 12)
    if unit.startswith("month-"):
        count = (day.month - 1 - MONTHS.index(unit[6:])) % 12
    if unit.startswith("month-") or unit in ("last-month", "m"):
        return _span(day.year, day.month - count, day.month - count)
    if unit.startswith("weekday-"):
        count = (day.weekday() - WEEKDAYS.index(unit[8:])) % 7
    early = {"today": 0, "last-week": 13, "w": 7 * count}.get(unit, count)
    late = 1 if unit == "last-week" else early
    return DateInterval(day - timedelta(days=early), day - timedelta(days=late))


def relative(text: str, published: DateInterval) -> DateInterval:
    """Return the days that a relative date can mean, over all days the document may be of.

    `weekday-fri` is the last Friday up to the day of publication, `month-may` the last May,
    `last-week` the thirteen days before, `-10d` ten days before (`w`, `m`, `y` likewise). Raises
    `ValueError` where the notation is unknown.
    """
    if not _RELATIVE.fullmatch(text):
        raise ValueError("no relative date such as yesterday, weekday-fri, month-may or -10d")
    early = _relative_to_day(text, published.first).first if published.first else None
    late = _relative_to_day(text, published.last).last if published.last else None
    return DateInterval(early, late)


def calendar_of(text: str) -> str:
    """Return the calendar of a stated date where no column says it, by the years that it names.

    `hijri` where all are years of the Umm al-Qura calendar, `relative` where none is named.
    """
    years = re.findall(r"(?<![0-9])[0-9]{2}[0-9X]{2}(?![0-9])", text)
    least, most = YEARS["Hijri"]
    all_hijri = all(least <= int(year.replace("X", "0")) <= most for year in years)
    return "relative" if not years else "hijri" if all_hijri else "gregorian"


def _problem(text: str, name: str) -> str:
    try:
        if name == "relative":
            relative(text, OPEN)
        else:
            read(text, "umm_al_qura" if name == "hijri" else name)
    except ValueError as error:
        return str(error)
    return ""


def date_problem(stated: str, calendar: str = "") -> str | None:
    """Return in words what is wrong with a stated date in the calendar of `CALENDARS`, or None.

    An empty cell is no problem here. Where no calendar is named, the year tells. Where another way
    of writing would be read, it is offered.
    """
    name = calendar or calendar_of(stated)
    if stated and name not in CALENDARS:
        return f"a date is stated, but its calendar is {name!r}, not {', '.join(CALENDARS)}"
    if not stated or not (problem := _problem(stated, name)):
        return None
    offers = readings(stated, name)
    return f"{problem.split(' such as')[0]}; write {' or '.join(offers)}" if offers else problem


# How people write a day or a month in figures, and what it may be; a day whose year is the last
# part also with an hour or a weekday beside it. Before one digit comes a nought.
_FIGURES = [
    (r"(?<![\d./-])(\d\d?)[./ -]{1,2}(\d\d?)[./ -]{1,2}(\d{4})(?!\d)", (r"\3-\2-\1", r"\3-\1-\2")),
    (r"^(\d{4})(?:[-/.](\d\d?)[-/.](\d\d?)|(\d\d)(\d\d))(?=$|[T ])", (r"\1-\2\4-\3\5",)),
    (r"^(\d{4})[-/.](\d\d?)$", (r"\1-\2",)),
    (r"^(\d\d?)[-/.](\d{4})$", (r"\2-\1",)),
]


@cache
def readings(text: str, system: str = "gregorian") -> list[str]:
    """Return the dates of a calendar, as `read` takes them, that a text may mean.

    In figures of any script or in words, with an hour or without. 03/04/2019 may be two days; of a
    year of two digits the century is a guess, and nothing is read.
    """
    kinds = [(c, unicodedata.category(c)) for c in unicodedata.normalize("NFKC", text.strip())]
    swaps = {"Cf": lambda _: "", "Pd": lambda _: "-", "Nd": lambda c: str(unicodedata.digit(c))}
    plain = "".join(swaps.get(kind, str)(c) for c, kind in kinds)
    found = [plain.replace(" ", "")]
    for pattern, ways in _FIGURES:
        told = [match.expand(way) for match in re.finditer(pattern, plain) for way in ways]
        found += [re.sub(r"\b(\d)\b", r"0\1", one) for one in told]
    # In words, or with an hour; a range is more than the day that would be read of it.
    spelt = r"(?!.*(?<!\d)\d\d? *- *\d\d?(?!\d))(?=.*\d{4}).*([^\W\d_]{3}|:)"
    if system == "gregorian" and len(found) == 1 and re.match(spelt, plain):
        import dateparser  # takes half a second, and few dates need it

        for parts, form in ((["day", "month", "year"], "%Y-%m-%d"), (["month", "year"], "%Y-%m")):
            strict: Any = {"REQUIRE_PARTS": parts, "PARSERS": ["absolute-time"]}
            if day := dateparser.parse(plain, settings=strict):
                found.append(day.strftime(form))
                break
    return [one for one in dict.fromkeys(found) if one and not _problem(one, system)]
