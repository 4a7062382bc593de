"""Lists of words, and the numbers and dates of a text: the finders of audit and coder `rules`.

They know what the lists of words.yaml and coder.yaml hold, and nothing else; all spans are in code
points.
"""

import math
from contextlib import suppress
from functools import cache
from typing import NamedTuple

import regex
from hijridate import Gregorian

from framelines.corpus import texts
from framelines.corpus.texts import valued
from framelines.methods.dates import Ends, date_problem, days_text, relative

# There are not so many of anything that a war counts.
MOST = 10**10
NEAR = 40  # code points before a figure or date in which its hedge is sought
# Arabic prose puts clitics and the article before a word.
_CLITICS = {"ar": "(?:[وف]?(?:[بك]?(?:ال)?|لل?))"}
# Letters for which the Arabic press writes one another.
_SPELLINGS = ("[اأإآ]", "[ىي]")
# A point of these languages groups digits, their comma begins a fraction.
_COMMA = ("tr", "fr", "ru", "de")
_MARKS, _LIST = regex.compile(r"[][\\(){}?*+|^$]"), regex.compile(r"\{([a-z_]+)\}")


@cache
def listed(section: str, language: str) -> dict[str, str]:
    """Return the entries of a list in a language, and of all, with what each stands for."""
    found = dict[str, str]()
    for file in ("words.yaml", "coder.yaml"):
        with suppress(KeyError):
            found |= valued(section, "all", file) | valued(section, language, file)
    return found


def _form(entry: str, language: str) -> str:
    """The pattern of an entry: its lists by name, any apostrophe for ’, spaces for _."""
    plain = entry if _MARKS.search(entry) else regex.escape(entry)
    parts = _LIST.split(plain.replace("’", f"[{texts.APOSTROPHES}]"))
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = f"(?P<{part}>{_any_of(part, language)})"
            continue
        parts[i] = part.replace("_", r"\s+")
        for letters in _SPELLINGS if language in _CLITICS else ():
            parts[i] = regex.sub(letters, letters, parts[i])
    return "".join(parts)


@cache
def _any_of(section: str, language: str, only: str = "") -> str:
    entries = [only] if only else sorted(listed(section, language), key=lambda e: (-len(e), e))
    joined = "|".join(_form(entry, language) for entry in entries) or "(?!)"
    # No match begins or ends inside a word; Arabic ones may have clitics before them.
    before = rf"(?<![\p{{L}}\p{{N}}](?=[\p{{L}}\p{{N}}])){_CLITICS.get(language, '')}"
    return rf"{before}(?:{joined})(?<![\p{{L}}\p{{M}}](?=[\p{{L}}\p{{M}}]))"


@cache
def pattern(section: str, language: str, only: str = "") -> regex.Pattern[str]:
    """Return the pattern of a list, or of one entry; it matches nothing where there is no list."""
    return regex.compile(_any_of(section, language, only), regex.IGNORECASE)


@cache
def meaning(word: str | None, section: str, language: str) -> str:
    """Return what the entry of a list that a word is stands for; nothing where it is none."""
    forms = listed(section, language) if word else {}
    met = (v for form, v in forms.items() if pattern(section, language, form).fullmatch(word))
    return next(met, "")


class Figure(NamedTuple):
    """A number as stated: its span with its hedges, lowest and highest value, and qualifier.

    `articles` (a tank) and `names` (X and Y were killed) stand in the place of a qualifier.
    """

    start: int
    end: int
    low: float
    high: float
    qualifier: str


def _ascii(text: str) -> str:
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


def digits_value(digits: str, language: str) -> float:
    """Return the number that a row of digits means, of any script; NaN where it cannot be told."""
    plain = regex.sub(r"[^\d.,]", "", _ascii(digits.replace("٬", ",").replace("٫", ".")))
    if language in _COMMA and not regex.fullmatch(r"\d+\.\d{1,2}", plain):
        plain = plain.translate(str.maketrans(".,", ",."))
    whole = regex.fullmatch(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", plain)
    return float(plain.replace(",", "")) if whole else math.nan


def _joined(before: Figure, value: str, language: str) -> float:
    """The number of a number and a word on end (twenty | two, two | thousand); NaN if of two."""
    now, number = before.high, float(value.strip("x"))
    if value.startswith("x"):  # it multiplies what stands before it
        last = now % max(number, 1000)
        return now + last * (number - 1) if 0 < last < number else math.nan
    if language == "ar" and 0 < now % 100 < 10 and number in range(20, 100, 10):
        return now + number
    room = next((r for r in (1000, 100, 10) if now % r == 0 and now % 100 != 10), 0)
    fits = number < room and now and before.qualifier in ("numbers", "articles")
    return now + number if fits else math.nan


def find_figures(text: str, language: str) -> list[Figure]:
    """Return the figures of a text: digits and words, ranges, vague words, with their hedges.

    No ordinals, clock times, or numbers from `MOST` on.
    """
    text, found, figures = text.translate(texts.ONE_FORM), list[Figure](), list[Figure]()
    for match in pattern("figure", language).finditer(text):
        last = found[-1] if found else Figure(0, 0, math.nan, math.nan, "")
        start, end = match.span()
        value, number = meaning(match[0], "numbers", language), math.nan
        if value and pattern("gap", language).fullmatch(text, last.end, start):
            number = _joined(last, value, language)
        if number >= 0:  # three thousand; thousands alone are vague
            found[-1] = Figure(last.start, end, number, number, "numbers")
            continue
        vague = "".join(meaning(match[kind], kind, language) for kind in ("vague", "loose"))
        kind = next((k for k in ("digits", "articles", "names") if match[k]), "numbers")
        if kind == "digits":
            number = digits_value(match[0], language)
            start += regex.search(r"\d", match[0]).start()  # of 20 and30, as Arabic writes it
        elif not vague:
            number = len(match.captures("name")) or float(value.strip("x") or 1)
        if vague or number >= 0:
            found.append(Figure(start, end, number, number, vague or kind))
    for figure in found:
        if not figure.high >= MOST:
            _add_stated(figures, figure, text, language)
    return figures


def _add_stated(figures: list[Figure], figure: Figure, text: str, language: str) -> None:
    """Add a figure with its hedges (more than 50 leaves the upper end open), or to its range."""
    last = figures[-1] if figures else figure
    link = text[last.end : figure.start]
    one = {n for n in last[2:4] if n == n}  # up to 20-30 is a range, too
    if len(one) == 1 and max(one) < figure.low and pattern("range", language).fullmatch(link):
        of = pattern("range_of", language).search(text, max(0, last.start - NEAR), last.start)
        if of or not pattern("links", language).fullmatch(link.strip()):  # two or three
            start = of.start() if of else last.start
            said = meaning(text[: figure.end].split()[-1], "numbers", language)
            times = float(said.partition("x")[2] or 1)  # of both ends: two to three thousand
            low = max(one) * (times if max(one) * times < figure.high else 1)
            figures[-1] = Figure(start, figure.end, low, figure.high, "range")
            return
    start, end, low, high, qualifier = figure
    if qualifier in ("articles", "names"):
        figures.append(figure)
        return
    before = pattern("hedge", language).search(text, max(0, start - NEAR), start)
    behind = pattern("hedge_behind", language).match(text, end)
    if before and figures and last.start >= before.start():
        figures.pop()  # the vague word of “some 40”, “as many as 80”
    said = ""
    if before:
        start, said = before.start(), meaning(before["before"], "before", language)
    elif behind:
        end, said = behind.end(), meaning(behind["behind"], "behind", language)
    qualifier = said or "exact" if qualifier in ("digits", "numbers") else qualifier
    low = math.nan if qualifier in ("up_to", "less_than") else low
    high = math.nan if qualifier in ("more_than", "at_least") else high
    figures.append(Figure(start, end, low, high, qualifier))


class Date(NamedTuple):
    """A date as stated: its span, and how the tables write it, with its calendar."""

    start: int
    end: int
    stated: str
    calendar: str


def find_dates(text: str, language: str, published: Ends) -> list[Date]:
    """Return the dates of a text as the tables write them; the longest of a place wins.

    A day or month without its year is the last one up to the last day of publication, where that is
    known; else it is left out. 03/04/2019 has two readings and gives no date.
    """
    text, found = text.translate(texts.ONE_FORM), list[Date]()
    for match in pattern("date", language).finditer(text):
        (start, end), (stated, calendar) = match.span(), _stated(match, language, published)
        last = found[-1] if found else Date(0, 0, "", "")
        span, link = f"{last.stated.removesuffix('/..')}/{stated}", text[last.end : start]
        linked = pattern("date_range", language).fullmatch(link)
        if linked and pattern("links", language).fullmatch(link.strip()):  # from May and June
            linked = pattern("date_range_of", language).search(text, 0, last.start)
        alike = last.calendar == calendar != "relative" and span.count("/") == 1
        if linked and alike and not date_problem(span, calendar):
            found[-1] = Date(last.start, end, span, calendar)
            continue
        opened = pattern("open_date", language).search(text, max(0, start - NEAR), start)
        if opened and calendar != "relative" and "/" not in stated:  # since May is 2019-05/..
            stated = f"{stated}/.." if opened["since"] else f"../{stated}"
        if stated.strip("./"):
            found.append(Date(start, end, stated, calendar))
    return found


def _stated(match: regex.Match[str], language: str, published: Ends) -> tuple[str, str]:
    """How the tables write what was met, and the calendar; empty where it cannot be told."""
    met = {name: _ascii(word) for name, word in match.groupdict("").items()}
    means = {name: meaning(match[name], name, language) for name in met}
    if form := means["relative"] or means["weekdays"]:
        return _ago(form, means["numbers"] or met["count"], published)
    day, last, year = (int(regex.sub(r"\D", "", met[p]) or 0) for p in "day last year".split())
    calendar, stated = "gregorian", met["iso"] or met["bare_year"]
    if met["numeric"]:
        low, high, year = (int(part) for part in regex.split("[./]", met["numeric"]))
        low, high = sorted((low, high))
        stated = f"{year}-{low:02}-{high:02}" if low == high or high > 12 else ""
    elif met["seasons"]:
        stated = f"{year}-{means['seasons']}"
    elif met["month"]:
        calendar = "hijri" if means["hijri_months"] else calendar
        month = int(means["months"] or means["hijri_months"] or means["capital_months"])
        base = f"{year or _year(month, day, published, calendar)}-{month:02}"
        part = f"{day:02}" if day else means["thirds"]
        stated = f"{base}-{part}".rstrip("-")
        stated += f"/{base}-{last:02}" if last > day > 0 else ""
    return "" if date_problem(stated, calendar) else stated, calendar


def _ago(form: str, count: str, published: Ends) -> tuple[str, str]:
    """A day or span before now: yesterday, three days ago, this week, the past few months."""
    if count and not (count.isdecimal() and 0 < int(count) < 100):
        return "", "relative"
    first, _, last = form.replace("N", count.lstrip("0")).partition("/")
    if not last:
        return first, "relative"
    days = relative(first, published)[0], relative(last, published)[1]
    known = all(map(math.isfinite, days))
    return ("/".join(map(days_text, days)), "gregorian") if known else ("", "relative")


def _year(month: int, day: int, published: Ends, calendar: str) -> int:
    """The year in which a day or month without one was last, up to the day of publication."""
    if not all(map(math.isfinite, published)):
        return 0  # a document of any day tells no year
    latest = Gregorian.fromordinal(int(published[1]))
    try:
        now = (latest.to_hijri() if calendar == "hijri" else latest).datetuple()
    except OverflowError:  # the computed calendar has no such year
        return 0
    return now[0] - ((month, day) > now[1:])
