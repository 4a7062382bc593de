"""Dates as stated, and the Gregorian days that each may mean.

A stated date is EDTF level 1, or one of three small extensions: a part of a month
(`1437-06-start`, a third of it), a date relative to the document (`yesterday`, `weekday-fri`,
`-10d`), and the same in the Hijri calendar (`1438-03-11`). Nothing vague is guessed: a date that
leaves several days open becomes the interval of them.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException
from hijridate import Hijri

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CALENDARS = ("gregorian", "hijri", "relative", "none")
PARTS = ("start", "middle", "end")

_PART = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<part>start|middle|end)\Z")
_RELATIVE = re.compile(
    r"today|yesterday|last-week|last-month|last-year|-\d{1,3}[dwmy]"
    rf"|weekday-(?:{'|'.join(WEEKDAYS)})|month-(?:{'|'.join(MONTHS)})\Z"
)
_PLAIN = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?[?~%]?\Z")
_HIJRI = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?\Z")


@dataclass(frozen=True, order=True)
class DateInterval:
    """All days from `first` to `last`; either may be None, where the date leaves it open."""

    first: date | None
    last: date | None

    def __post_init__(self) -> None:
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"the interval ends before it begins: {self.first} to {self.last}")

    def shift(self, days: int) -> "DateInterval":
        """Return the interval moved by `days`."""
        step = timedelta(days=days)
        return DateInterval(self.first and self.first + step, self.last and self.last + step)

    def widen(self, days: int) -> "DateInterval":
        """Return the interval with `days` more on either side."""
        step = timedelta(days=days)
        return DateInterval(self.first and self.first - step, self.last and self.last + step)

    def overlaps(self, other: "DateInterval") -> bool:
        """Whether the two have a day in common."""
        starts = [d for d in (self.first, other.first) if d]
        ends = [d for d in (self.last, other.last) if d]
        return not starts or not ends or max(starts) <= min(ends)


def _plain(text: str) -> DateInterval | None:
    """Return the days of a year, month or day: the parser takes 15 ms for what most dates are."""
    match = _PLAIN.match(text)
    if match is None:
        return None
    # Without a month from January to December; a month or day of 00 is none, and left to fail.
    year, first_month, last_month = int(match[1]), int(match[2] or 1), int(match[2] or 12)
    try:
        length = calendar.monthrange(year, last_month)[1]
        first = date(year, first_month, int(match[3] or 1))
        last = date(year, last_month, int(match[3] or length))
    except ValueError:  # calendar.IllegalMonthError is one; the parser says what is wrong
        return None
    return DateInterval(first, last)


def _edtf_part(text: str) -> DateInterval:
    plain = _plain(text)
    if plain is not None:
        return plain
    parsed = parse_edtf(text)
    first, last = parsed.lower_strict(), parsed.upper_strict()
    return DateInterval(date(*first[:3]), date(*last[:3]))


@cache
def edtf(text: str) -> DateInterval:
    """Return the days of an EDTF level 1 date; `~` and `?` keep the stated days.

    An open (`..`) or unknown (empty) end of an interval gives None. Raises `ValueError` with the
    reason where `text` is no EDTF.
    """
    if not re.fullmatch(r"[\d?~%./X-]+", text):
        raise ValueError("no EDTF date")
    try:
        if "/" not in text:
            return _edtf_part(text)
        start, end = text.split("/")
        first = _edtf_part(start).first if start not in ("", "..") else None
        last = _edtf_part(end).last if end not in ("", "..") else None
    except EDTFParseException:
        raise ValueError("no EDTF date") from None
    return DateInterval(first, last)


def check_edtf(text: str) -> str | None:
    """Return what is wrong with an EDTF date, or None."""
    try:
        edtf(text)
    except (ValueError, TypeError, OverflowError) as error:
        return str(error)
    return None


def hijri_days_in_month(year: int, month: int) -> int:
    """Return 29 or 30, the length of a month of the Umm al-Qura calendar.

    Raises `ValueError` for a year outside 1343–1500 or a month outside 1–12.
    """
    try:
        return Hijri(year, month, 1).month_length()
    except OverflowError as error:
        raise ValueError(str(error)) from None


def umm_al_qura(year: int, month: int, day: int) -> date:
    """Return the Gregorian day of a Hijri date in the Umm al-Qura calendar (`hijridate`).

    Raises `ValueError` where the month has no such day.
    """
    length = hijri_days_in_month(year, month)
    if not 1 <= day <= length:
        raise ValueError(f"month {month} of {year} AH has {length} days, not {day}")
    found = Hijri(year, month, day).to_gregorian()
    return date(found.year, found.month, found.day)


def month_part(length: int, part: str) -> tuple[int, int]:
    """Return the first and last day of a third of a month with `length` days."""
    if part == "start":
        return 1, 10
    return (11, 20) if part == "middle" else (21, length)


@cache
def hijri(text: str) -> DateInterval:
    """Return the Umm al-Qura days of a Hijri date, month, year, month part or interval `a/b`.

    Raises `ValueError` with the reason, such as a day that its month does not have.
    """
    if "/" in text:
        start, end = text.split("/")
        first = hijri(start).first if start not in ("", "..") else None
        return DateInterval(first, hijri(end).last if end not in ("", "..") else None)
    part = _PART.match(text)
    if part:
        year, month = int(part["year"]), int(part["month"])
        low, high = month_part(hijri_days_in_month(year, month), part["part"])
        return DateInterval(umm_al_qura(year, month, low), umm_al_qura(year, month, high))
    whole = _HIJRI.match(text)
    if whole is None:
        raise ValueError("no Hijri date such as 1438-03-11, 1438-03, 1438-03-start or a/b of them")
    year = int(whole["year"])
    if whole["month"] is None:
        return DateInterval(umm_al_qura(year, 1, 1), hijri(f"{year}-12").last)
    month = int(whole["month"])
    length = hijri_days_in_month(year, month)
    if whole["day"] is None:
        return DateInterval(umm_al_qura(year, month, 1), umm_al_qura(year, month, length))
    day = umm_al_qura(year, month, int(whole["day"]))
    return DateInterval(day, day)


@cache
def gregorian(text: str) -> DateInterval:
    """Return the days of a Gregorian date as stated: EDTF, a month part, or an interval of them.

    Raises `ValueError` with the reason.
    """
    if "/" in text and any(f"-{part}" in text for part in PARTS):
        start, end = text.split("/")
        first = gregorian(start).first if start not in ("", "..") else None
        return DateInterval(first, gregorian(end).last if end not in ("", "..") else None)
    part = _PART.match(text)
    if part is None:
        return edtf(text)
    year, month = int(part["year"]), int(part["month"])
    low, high = month_part(calendar.monthrange(year, month)[1], part["part"])
    return DateInterval(date(year, month, low), date(year, month, high))


def _months_before(day: date, months: int) -> DateInterval:
    index = day.year * 12 + day.month - 1 - months
    return edtf(f"{index // 12:04d}-{index % 12 + 1:02d}")


def _relative_to_day(text: str, day: date) -> DateInterval:
    if text in ("today", "yesterday"):
        return DateInterval(day, day).shift(0 if text == "today" else -1)
    if text == "last-week":
        return DateInterval(day - timedelta(days=13), day - timedelta(days=1))
    if text == "last-month":
        return _months_before(day, 1)
    if text == "last-year":
        return edtf(str(day.year - 1))
    if text.startswith("weekday-"):
        back = (day.weekday() - WEEKDAYS.index(text[8:])) % 7
        return DateInterval(day, day).shift(-back)
    if text.startswith("month-"):
        return _months_before(day, (day.month - 1 - MONTHS.index(text[6:])) % 12)
    count, unit = int(text[1:-1]), text[-1]
    if unit in "dw":
        return DateInterval(day, day).shift(-count * (7 if unit == "w" else 1))
    return _months_before(day, count) if unit == "m" else edtf(str(day.year - count))


def relative(text: str, published: DateInterval) -> DateInterval:
    """Return the days that a relative date can mean, over all days the document may be of.

    `weekday-fri` is the last Friday up to the day of publication, `month-may` the last May,
    `last-week` the thirteen days before, `-10d` ten days before (`w`, `m`, `y` likewise). Open
    where the publication is open. Raises `ValueError` where the notation is unknown.
    """
    if not _RELATIVE.fullmatch(text):
        raise ValueError("no relative date such as yesterday, weekday-fri, month-may, -10d")
    early = _relative_to_day(text, published.first).first if published.first else None
    late = _relative_to_day(text, published.last).last if published.last else None
    return DateInterval(early, late)


def calendar_of(text: str) -> str:
    """Return the calendar of a stated date by its year: Hijri years lie below 1600."""
    years = [int(y) for y in re.findall(r"(?<!\d)\d{4}(?!\d)", text)]
    if not years:
        return "relative"
    return "hijri" if max(years) < 1600 else "gregorian"


def check_stated(text: str) -> str | None:
    """Return what is wrong with a stated date in any calendar, or None.

    The year tells the calendar; `check_in_calendar` compares it with the one that a row names.
    """
    return check_in_calendar(text, calendar_of(text))


def check_in_calendar(text: str, calendar_name: str) -> str | None:
    """Return what is wrong with a stated date in the named calendar, or None."""
    try:
        if calendar_name == "hijri":
            hijri(text)
        elif calendar_name == "relative":
            relative(text, DateInterval(None, None))
        else:
            gregorian(text)
    except (ValueError, TypeError, OverflowError) as error:
        return str(error)
    return None
