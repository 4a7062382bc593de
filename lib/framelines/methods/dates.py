"""Dates as stated, and the days that each may mean: intervals, and how two of them relate.

An interval is a tuple (low, high): every day that a date leaves open, or every number that a figure
does. No weight is put on any of them, since nothing in a text supports one. Days are numbers (of
`datetime.date.toordinal`), −∞ and +∞ for open ends, so that an open end compares as it should.

A Gregorian date is written in EDTF (Library of Congress 2019): every form of level 1, and of level
2 the seasons, the qualified parts and the sets; the other forms are refused in words. Two small
extensions: a third of a month (`1437-06-start`), and dates relative to the document (`yesterday`,
`-10d`). A Hijri date is written alike (`1438-03-11`). Nothing vague is guessed.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from hijridate.ummalqura import MONTH_STARTS

Ends = tuple[float, float]
OPEN: Ends = (-math.inf, math.inf)
RELATIONS = SAME, POSSIBLE, EXCLUDED = "certainly_same", "possibly_same", "certainly_different"

CALENDARS = ("gregorian", "hijri", "relative")
SETTINGS = ("calibrated", "umm_al_qura", "hull")
YEARS = {"Gregorian": (1600, 2100), "Hijri": (1343, 1500)}  # those of the Umm al-Qura calendar
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# First and last month; 0 is December of the year before, 14 February of the year after. A winter
# of the northern and a summer of the southern hemisphere may be the one that begins in the year or
# the one that ends in it: both are left open.
_NORTH = ((3, 5), (6, 8), (9, 11), (0, 14))  # spring to winter
_SHARES = ((1, 3), (4, 6), (7, 9), (10, 12), (1, 4), (5, 8), (9, 12), (1, 6), (7, 12))
SEASONS = dict(enumerate((*_NORTH, *_NORTH, *_NORTH[2:], *_NORTH[:2], *_SHARES), 21))

# Before a part of a date or after it: the whole date or the part is uncertain or approximate.
_YEAR, _MONTH, _DAY = (
    rf"[?~%]?({part})[?~%]?"
    for part in ("[0-9]{4}|[0-9]{3}X|[0-9]{2}XX", "[0-9]{2}|XX", "[0-9]{2}|XX|start|middle|end")
)
_DATE = re.compile(f"{_YEAR}(?:-{_MONTH}(?:-{_DAY})?)?")
_RELATIVE = re.compile(
    rf"last-week|-[0-9]{{1,3}}[dwmy]|weekday-(?:{'|'.join(WEEKDAYS)})|month-(?:{'|'.join(MONTHS)})"
)
_COUNTED = {"today": "-0d", "yesterday": "-1d", "last-month": "-1m", "last-year": "-1y"}
# Friday 16 July 622 in the Julian calendar; day 0 of the Julian days that hijridate reduces.
_TABULAR, _UMM_AL_QURA = date(622, 7, 19).toordinal(), date(1858, 11, 16).toordinal()


def relate(a: Ends, b: Ends) -> tuple[str, float]:
    """Return whether a and b are the same, can be, or cannot (`RELATIONS`), and how far apart.

    Certainly the same needs two single values that are equal; certainly different, none in common.
    The gap is above 0 where b lies higher; neighbouring days are 1 apart.
    """
    (low_a, high_a), (low_b, high_b) = a, b
    if low_b > high_a:
        return EXCLUDED, low_b - high_a
    if low_a > high_b:
        return EXCLUDED, high_b - low_a
    return SAME if low_a == high_a == low_b == high_b else POSSIBLE, 0.0


def days_text(*days: float) -> str:
    """Return a day as `2016-12-08`, two as `2016-12-08 to 2016-12-11` if they differ; … if open."""
    ends = [date.fromordinal(int(n)).isoformat() if math.isfinite(n) else "…" for n in days]
    return " to ".join(ends if "…" in ends else dict.fromkeys(ends))


def month_days(year: int, months: tuple[int, int], system: str = "gregorian") -> Ends:
    """Return the days from one month to another, counted from the first of a year.

    Months below 1 and above 12 are of the years about it. Systems: `gregorian`; `hijri`, the Umm
    al-Qura calendar as `hijridate` has it; `tabular`, the civil one: months of 30 and 29 days in
    turn, eleven leap days in thirty years (Reingold and Dershowitz 2018, Calendrical Calculations,
    ch. 7).
    """

    def begin(month: int) -> int:
        of, place = year + (month - 1) // 12, (month - 1) % 12
        if system == "gregorian":
            return date(of, place + 1, 1).toordinal()
        if system == "hijri":
            return _UMM_AL_QURA + MONTH_STARTS[12 * (of - YEARS["Hijri"][0]) + place]
        before = 354 * (of - 1) + (3 + 11 * of) // 30 + 29 * place + (place + 1) // 2
        return _TABULAR + before

    return float(begin(months[0])), float(begin(months[1] + 1) - 1)


def _single(text: str, system: str) -> Ends:
    """Return the days of a date that is no interval: year, season, month, part of one, or day."""
    own, other = ("Gregorian", "Hijri") if system == "gregorian" else ("Hijri", "Gregorian")
    match = _DATE.fullmatch(text)
    if match is None:
        kind, day = ("EDTF", "2019-08-23") if system == "gregorian" else ("Hijri", "1438-03-11")
        raise ValueError(f"no {kind} date such as {day}, {day[:7]} or an interval a/b")
    year, month, day = ("" if part in (None, "XX") else part for part in match.groups())
    early, late = int(year.replace("X", "0")), int(year.replace("X", "9"))
    (least, most), others = YEARS[own], YEARS[other]
    if not least <= early <= late <= most:
        foreign = others[0] <= early <= others[1]
        lies = f"is a {other} one" if foreign else f"lies outside {least} to {most}"
        raise ValueError(f"the year {early:04d} {lies}, but the calendar is {own}")
    if (month and early < late) or (day and not month):
        raise ValueError("a month or day is stated, but not the year or month that it is of")
    number = int(month or 0)
    if not month or (number in SEASONS and system == "gregorian" and not day):
        return month_days(early, SEASONS.get(number, (1, 12 * (late - early + 1))), system)
    if not 1 <= number <= 12:
        raise ValueError(f"the year {year} has no month {number}")
    first, last = month_days(early, (number, number), system)
    length = int(last - first) + 1
    thirds = {"": (1, length), "start": (1, 10), "middle": (11, 20), "end": (21, length)}
    low, high = thirds[day] if day in thirds else (int(day), int(day))
    # Where months begin by sighting, any can have a day 30: the one after its 29th.
    most = length if system == "gregorian" else 30
    if not 1 <= low <= most:
        raise ValueError(f"month {number} of {year} has {most} days, not {low}")
    return first + low - 1, first + high - 1


@cache
def read(text: str, system: str) -> Ends:
    """Return the days of a single date, an interval `a/b` or a set `[a, b, c..d]`, by a system.

    `~`, `?` and `%` keep the stated days. A Hijri date has the forms of a Gregorian one; day 30 of
    a month that has 29 is the day after the 29th: a calendar by sighting may print it. Raises
    `ValueError` with the reason.
    """
    members, found = [text], []
    if text[:1] + text[-1:] in ("[]", "{}"):
        members = [m.strip().replace("..", "/") for m in text[1:-1].split(",")]
    for member in members:
        ends = member.split("/", 1)
        days = [OPEN if e in ("", "..") and ends[1:] else _single(e, system) for e in ends]
        low, high = days[0][0], days[-1][1]
        if (low, high) == OPEN:
            raise ValueError("neither end of the interval is stated")
        if low > high:
            raise ValueError(f"the interval ends before it begins: {days_text(low, high)}")
        found.append((low, high))
    lows, highs = zip(*found, strict=True)
    return min(lows), max(highs)


def gregorian(text: str) -> Ends:
    """Return the days of a Gregorian date as `read` does; an empty cell is open."""
    return read(text, "gregorian") if text else OPEN


def _before(day: float, text: str) -> Ends:
    """Return the days of a relative date in a document of one day."""
    if text == "last-week":
        return day - 13, day - 1
    on, (what, name) = date.fromordinal(int(day)), text.split("-")
    if what == "weekday":
        back, unit = (on.weekday() - WEEKDAYS.index(name)) % 7, "d"
    elif what == "month":
        back, unit = (on.month - 1 - MONTHS.index(name)) % 12, "m"
    else:
        back, unit = int(name[:-1]), name[-1]
    if unit in "my":
        months = (on.month - back, on.month - back) if unit == "m" else (1, 12)
        return month_days(on.year - back * (unit == "y"), months)
    back *= 7 if unit == "w" else 1
    return day - back, day - back


def relative(text: str, published: Ends) -> Ends:
    """Return the days that a relative date can mean, over all days the document may be of.

    `weekday-fri` is the last Friday up to the day of publication, `month-may` the last May,
    `last-week` the thirteen days before, `-10d` ten days before (`w`, `m`, `y` likewise). Raises
    `ValueError` where the notation is unknown.
    """
    counted = _COUNTED.get(text, text)
    if not _RELATIVE.fullmatch(counted):
        raise ValueError("no relative date such as yesterday, weekday-fri, month-may or -10d")
    low, high = (_before(day, counted) if math.isfinite(day) else OPEN for day in published)
    return low[0], high[1]


def stated_interval(
    text: str,
    calendar: str,
    published: Ends = OPEN,
    setting: str | int = "umm_al_qura",
    offsets: Mapping[str, int] | None = None,
) -> Ends:
    """Return the days that a stated date can mean in a document `published` on some of these days.

    Of a Hijri date `umm_al_qura` and an offset in days take the computed calendar; `hull` the days
    from the earlier to the later of Umm al-Qura and tabular, one day wider on either side.
    `calibrated` moves each end by the offset of its own month (`calendars.offsets_of`), and takes
    the hull for a month without one. Open where no date is stated. Raises `ValueError` for an
    unknown setting or date.
    """
    if not text or calendar == "none":
        return OPEN
    if calendar != "hijri":
        return relative(text, published) if calendar == "relative" else gregorian(text)
    (low, high), civil = read(text, "hijri"), read(text, "tabular")
    if setting not in ("calibrated", "hull"):
        offset = 0 if setting == "umm_al_qura" else int(setting)
        return low + offset, high + offset
    known = offsets if offsets and setting == "calibrated" else {}
    ends = re.sub("[?~%]", "", text).split("/")
    first, last = (ends[0] + "-01")[:7], (ends[-1] + "-12")[:7]
    low = low + known[first] if first in known else min(low, civil[0]) - 1
    high = high + known[last] if last in known else max(high, civil[1]) + 1
    # Two months with opposite offsets could turn a pair of neighbouring days round.
    return min(low, high), max(low, high)


def calendar_of(text: str) -> str:
    """Return the calendar of a stated date where no column says it, by the years that it names.

    `hijri` where all are years of the Umm al-Qura calendar, `relative` where none is named.
    """
    years = re.findall(r"(?<![0-9])[0-9]{2}[0-9X]{2}(?![0-9])", text)
    least, most = YEARS["Hijri"]
    all_hijri = all(least <= int(year.replace("X", "0")) <= most for year in years)
    return "relative" if not years else "hijri" if all_hijri else "gregorian"


def date_problem(stated: str, calendar: str = "") -> str | None:
    """Return in words what is wrong with a stated date in the calendar of `CALENDARS`, or None.

    An empty cell is no problem here. Where no calendar is named, the year tells. A date that is
    written otherwise is offered in EDTF.
    """
    name = calendar or calendar_of(stated)
    if stated and name not in CALENDARS:
        return f"a date is stated, but its calendar is {name!r}, not {', '.join(CALENDARS)}"
    try:
        stated_interval(stated, name)
    except ValueError as error:
        problem, _, examples = str(error).partition(" such as ")
        offers = readings(stated, name) if examples and name != "relative" else []
        return f"{problem}; write {' or '.join(offers)}" if offers else str(error)
    return None


# How people write a day or a month in figures, and what it may be. Before one digit comes a nought.
_LAST = r"(?:(?<![\d./-])|(?<=[./]\d{4}-))(\d\d?)[./ -]{1,2}(\d\d?)[./ -]{1,2}(\d{4})(?!\d)"
_FIRST = r"^(\d{4})(?:[-/.](\d\d?)[-/.](\d\d?)|(\d\d)(\d\d))(?=$|(?:T| +\d\d?:)(?!.*\d{4}[-/.]\d))"
_FIGURES = [
    (_LAST, (r"\3-\2-\1", r"\3-\1-\2")),
    (_FIRST, (r"\1-\2\4-\3\5",)),
    (r"^(\d{4})[-/.](0?\d|1[0-2])$", (r"\1-\2",)),
    (r"^(\d\d?)[-/.](\d{4})$", (r"\2-\1",)),
]


@cache
def readings(text: str, system: str = "gregorian") -> list[str]:
    """Return the dates of a calendar, as `read` takes them, that a text may mean.

    In figures of any script or in words, with an hour or without. 03/04/2019 may be two days; of a
    year of two digits the century is a guess, and nothing is read.
    """
    plain = text.strip().rstrip("日月").translate(str.maketrans("年月", "--"))
    kinds = [(c, unicodedata.category(c)) for c in unicodedata.normalize("NFKC", plain)]
    swaps = {"Cf": lambda _: "", "Pd": lambda _: "-", "Nd": lambda c: str(unicodedata.digit(c))}
    plain = "".join(swaps.get(kind, str)(c) for c, kind in kinds)
    found = [re.sub(r"(?<!\d) | (?!\d)", "", plain)]
    for pattern, ways in _FIGURES:
        told = [match.expand(way) for match in re.finditer(pattern, plain) for way in ways]
        found += [re.sub(r"\b(\d)\b", r"0\1", one) for one in told]
    # In words, or with an hour; a range is more than the day that would be read of it.
    spelt = r"(?!.*(?<![\d:-])\d\d?[a-z.]{0,2} *- *\d\d?(?!\d))(?=.*\d{4}).*([^\W\d_]{3}|:)"
    if system == "gregorian" and len(found) == 1 and re.match(spelt, plain):
        import dateparser  # takes half a second, and few dates need it

        for parts, form in ((["day", "month", "year"], "%Y-%m-%d"), (["month", "year"], "%Y-%m")):
            strict: Any = {"REQUIRE_PARTS": parts, "PARSERS": ["absolute-time"]}
            if day := dateparser.parse(plain, settings=strict):
                found.append(day.strftime(form))
                break
    return [one for one in dict.fromkeys(found) if _is_date(one, system)]


def _is_date(text: str, system: str) -> bool:
    try:
        return bool(read(text, system))
    except ValueError:
        return False
