"""From stated dates to Gregorian days, under a setting for the Hijri calendar.

The Umm al-Qura calendar is computed by `dates`. The tabular civil calendar is the other one that
a writer is likely to have at hand; where a source's own calendar is not known, the two bound it.
"""

import re
from collections.abc import Mapping
from datetime import date

from framelines.dates import DateInterval, gregorian, hijri, month_part, relative
from framelines.intervals import hull

Offsets = Mapping[str, int]

SETTINGS = ("calibrated", "umm_al_qura", "hull")
# Friday 16 July 622 in the Julian calendar, as a day number of the proleptic Gregorian one.
TABULAR_EPOCH = date(622, 7, 19).toordinal()


def tabular_day(year: int, month: int, day: int) -> date:
    """Return the Gregorian day of a date in the tabular civil calendar.

    Months of 30 and 29 days in turn, a leap day in eleven of thirty years (2, 5, 7, 10, 13, 16,
    18, 21, 24, 26, 29), by the formula of Reingold and Dershowitz 2018, Calendrical Calculations,
    ch. 7. A day that its month does not have runs on into the next.
    """
    leap_days = (3 + 11 * year) // 30
    days = 354 * (year - 1) + leap_days + 29 * (month - 1) + month // 2 + day
    return date.fromordinal(TABULAR_EPOCH - 1 + days)


def _tabular_end(text: str, last: bool) -> date:
    year, month, part = (*text.split("-"), "", "")[:3]
    number = int(month or (12 if last else 1))
    start = tabular_day(int(year), number, 1)
    length = (tabular_day(int(year) + number // 12, number % 12 + 1, 1) - start).days
    low, high = (int(part), int(part)) if part.isdigit() else (1, length)
    if part and not part.isdigit():
        low, high = month_part(length, part)
    return tabular_day(int(year), number, high if last else low)


def _sides(text: str) -> tuple[str, str]:
    """Return the two ends of a stated Hijri date; an open one is empty."""
    start, _, end = text.partition("/")
    ends = (start, end) if "/" in text else (text, text)
    return ends[0].strip("."), ends[1].strip(".")


def tabular(text: str) -> DateInterval:
    """Return the days of a stated Hijri date by the tabular civil calendar."""
    start, end = _sides(text)
    first = _tabular_end(start, last=False) if start else None
    return DateInterval(first, _tabular_end(end, last=True) if end else None)


def check_setting(setting: str | int) -> str | int:
    """Return the setting of the parameter `calendar`, an offset as a number.

    Raises `ValueError` with what is allowed.
    """
    if isinstance(setting, str) and re.fullmatch(r"[+-]?\d+", setting):
        setting = int(setting)
    if setting not in SETTINGS and not isinstance(setting, int):
        allowed = f"{', '.join(SETTINGS)}, or an offset in whole days such as 1"
        raise ValueError(f"no calendar setting: {setting!r}; allowed: {allowed}")
    return setting


def convert(
    text: str, setting: str | int = "calibrated", offsets: Offsets | None = None
) -> DateInterval:
    """Return the Gregorian days that a stated Hijri date can mean.

    `umm_al_qura` and an offset in days take the computed calendar; `hull` takes the days from the
    earlier to the later of Umm al-Qura and tabular, one day wider on either side. `calibrated`
    moves each end by the offset of its own month (`offsets`, as `Calibration.offsets` gives them)
    and takes the hull for a month without one. Raises `ValueError` for an unknown setting or date.
    """
    setting = check_setting(setting)
    computed = hijri(text)
    if isinstance(setting, int):
        return computed.shift(setting)
    if setting == "umm_al_qura":
        return computed
    wide = hull(computed, tabular(text)).widen(1)
    if setting == "hull" or not offsets:
        return wide
    start, end = _sides(text)
    first = offsets.get(start[:7] if "-" in start else f"{start}-01")
    last = offsets.get(end[:7] if "-" in end else f"{end}-12")
    low = wide.first if first is None else computed.shift(first).first
    high = wide.last if last is None else computed.shift(last).last
    # Two months with opposite offsets could turn a pair of neighbouring days round.
    return DateInterval(high, low) if low and high and low > high else DateInterval(low, high)


def stated_interval(
    text: str,
    calendar: str,
    published: DateInterval,
    setting: str | int = "calibrated",
    offsets: Offsets | None = None,
) -> DateInterval:
    """Return the days that a stated date of any calendar can mean; open where none is stated.

    `published` are the days that the document may be of, for relative dates.
    """
    if not text or calendar == "none":
        return DateInterval(None, None)
    if calendar == "hijri":
        return convert(text, setting, offsets)
    return relative(text, published) if calendar == "relative" else gregorian(text)
