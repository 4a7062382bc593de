"""Numbers, dates and names in a text: the finders of the audit and of the coder `rules`.

They know what the lists of words.yaml hold, and nothing else; all spans are in code points.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import pandas as pd
import regex
from hijridate import Gregorian

from framelines.corpus import texts
from framelines.corpus.documents import Row
from framelines.corpus.texts import Span, Terms, valued
from framelines.methods.dates import WEEKDAYS, Ends, date_problem, days_text, month_days, relative

# There are not so many of anything that a war counts.
MOST = 10**10
# Words that a label list gives to nobody, such as the ceasefire's “regime”.
NOBODY = "none"
# Arabic prose puts clitics and the article before a word.
_CLITICS = {"ar": "(?:[وف]?(?:[بك]?(?:ال)?|لل?))"}
_DIGITS = r"(?:\p{Nd}[\p{Nd}.,٫٬]*\p{Nd}|\p{Nd})"
# A point of these languages groups digits, their comma begins a fraction.
_COMMA = ("tr", "fr", "ru", "de")
# Between the words of one number.
_GAP = {"ar": r"\s*", "fa": r"\s+و\s+|\s+"}
# “20 and 30” is a range only behind “between”, “20 to 30” always; dates behind “from” too.
_AND = ("and", "و", "ve", "et", "и", "ile")


# Letters for which the press writes one another.
_SPELLINGS = ("[اأإآ]", "[ىي]")
_SPELLINGS_OF = {letter: group for group in _SPELLINGS for letter in group[1:-1]}
_ONE_SPELLING = str.maketrans({letter: group[1] for letter, group in _SPELLINGS_OF.items()})


def any_of(words: Iterable[str], language: str, *, escape: bool = True) -> str:
    """Return a pattern of one of the words, the longest first: any apostrophe for ’, spaces for _.

    Arabic words may have clitics before them; nothing else may stand before or behind a word.
    """
    ordered = sorted(words, key=lambda word: (-len(word), word))
    joined = "|".join(regex.escape(word) if escape else word for word in ordered) or "(?!)"
    joined = joined.replace("’", f"[{texts.APOSTROPHES}]").replace("_", r"\s+")
    if language == "ar":
        joined = regex.sub("|".join(_SPELLINGS), lambda letter: _SPELLINGS_OF[letter[0]], joined)
    before = rf"(?<![\p{{L}}\p{{N}}]){_CLITICS.get(language, '')}"
    return rf"{before}(?:{joined})(?![\p{{L}}\p{{M}}])"


def _one_of(language: str, *sections: str) -> str:
    return any_of((word for s in sections for word in valued(s, language)), language)


def _folded(word: str) -> str:
    """A word as patterns compare it: no case, no dotted or dotless ı, one space."""
    plain = word.replace("İ", "i").casefold().replace("ı", "i").translate(texts.ONE_FORM)
    return "_".join(plain.translate(_ONE_SPELLING).split())


@cache
def _known(language: str, sections: tuple[str, ...]) -> dict[str, str]:
    return {_folded(w): value for s in sections for w, value in valued(s, language).items()}


def _value(word: str, language: str, *sections: str) -> str:
    """What the word of a list stands for that was met, with or without clitics before it."""
    plain, known = _folded(word), _known(language, sections)
    cut = (plain[n:] for n in range(5 if language in _CLITICS else 1))
    return next((known[form] for form in cut if form in known), "")


@cache
def number_pattern(language: str) -> regex.Pattern[str]:
    """Return the pattern of every number or part of one, ordinals and fractions among them."""
    words = _one_of(language, "numbers", "vague", "ordinals")
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}]){_DIGITS}[%٪]?|{words}", regex.IGNORECASE)


@cache
def date_pattern(language: str) -> regex.Pattern[str]:
    """Return the pattern of every word of a date, each by itself."""
    sections = ("months", "weekdays", "hijri_months", "relative", "dates")
    words = [word for s in sections for word in valued(s, language) if "N" not in word]
    exact = _one_of(language, "capital_months", "capital_dates")
    return regex.compile(f"(?i:{any_of(words, language)})|{exact}")


# Figures.


class Figure(NamedTuple):
    """A number as stated: its span with its hedges, lowest and highest value, and qualifier."""

    start: int
    end: int
    low: float
    high: float
    qualifier: str


def digits_value(digits: str, language: str) -> float:
    """Return the number that a row of digits means, of any script; NaN where it cannot be told."""
    plain = "".join(str(int(c)) if c.isdecimal() else c for c in digits if not c.isspace())
    plain = plain.replace("٬", ",").replace("٫", ".")
    if language in _COMMA and not regex.fullmatch(r"\d+\.\d{1,2}", plain):
        plain = plain.translate(str.maketrans(".,", ",."))
    if regex.fullmatch(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", plain):
        return float(plain.replace(",", ""))
    return math.nan


@cache
def _figure_patterns(language: str) -> dict[str, regex.Pattern[str]]:
    """The patterns of the parts of a figure: its atoms, gaps, hedges, and what makes a range."""
    spaced = r"\p{Nd}{1,3}(?:[ \u00a0\u202f]\p{Nd}{3})+(?!\p{Nd})|" if language in _COMMA else ""
    # No digits of a name (T-72), an ordinal (20th), a calibre (23mm) or a clock (10:30).
    clitic = "|(?<=(?<!\\p{L})[وفبلك])" if language in _CLITICS else ""
    before = rf"(?:(?<![\p{{L}}\p{{N}}:.])(?<!\p{{L}}[-–]){clitic})"
    behind = r"(?!\p{N}|:\p{N}|-?(?!km|км|كم)\p{L})"
    vague, numbers = _one_of(language, "vague", "loose"), _one_of(language, "numbers")
    to = "|".join(map(regex.escape, valued("to", language))) or "(?!)"
    found = {
        "atoms": rf"{before}(?P<digits>{spaced}{_DIGITS}){behind}|(?P<vague>{vague})|{numbers}",
        "gap": _GAP.get(language, r"\s+and\s+|\s+|-"),
        "before": rf"({_one_of(language, 'before')})\s*(?:a\s+(?:total\s+of\s+)?)?$",
        "behind": rf"\s*[{texts.APOSTROPHES}]?({_one_of(language, 'behind')})|\+",
        "to": rf"\s*(?:{_CLITICS.get(language, '')}(?:{to})|-)\s*",
        "between": rf"{_one_of(language, 'between')}\s*$",
    }
    return {name: regex.compile(form, regex.IGNORECASE) for name, form in found.items()}


def find_figures(text: str, language: str, left_out: Iterable[Span] = ()) -> list[Figure]:
    """Return the figures of a text: digits and words, ranges, vague words, with their hedges.

    No ordinals, clock times, numbers from `MOST` on, or what lies in a span of `left_out`, such as
    a date.
    """
    shown, patterns = list(text), _figure_patterns(language)
    for start, end in left_out:
        shown[start:end] = "\0" * (end - start)
    atoms, figures = list[Figure](), list[Figure]()
    for match in patterns["atoms"].finditer("".join(shown)):
        (start, end), word = match.span(), match.group()
        value = _value(word, language, "numbers")
        near = atoms and patterns["gap"].fullmatch(text[atoms[-1].end : start])
        if match["vague"] and not (near and value):  # three thousand; thousands alone are vague
            qualifier = _value(word, language, "vague", "loose")
            figures.append(Figure(start, end, math.nan, math.nan, qualifier))
            continue
        # What begins with x multiplies what stands before it.
        kind = "digits" if match["digits"] else value[:1]
        number = float(value.strip("x") or "nan")
        if match["digits"]:
            number = digits_value(word, language)
        if not math.isnan(number):
            atoms.append(Figure(start, end, number, number, kind))
    ordered = sorted(figures + _spelled(atoms, text, language))
    ordered = [figure for figure in ordered if not figure.high >= MOST]
    return _hedged(_ranges(ordered, text, language), text, language)


def _room(value: float) -> float:
    """What may still be added to a number word: units to tens, tens to hundreds."""
    if value >= 1000:
        return 1000
    return 100 if value >= 100 else 10 if value >= 20 and value % 10 == 0 else 0


def _spelled(atoms: list[Figure], text: str, language: str) -> list[Figure]:
    """Join the words of a number: twenty-two, two thousand five hundred, خمسة وعشرين."""
    found: list[Figure] = []
    gap = _figure_patterns(language)["gap"]
    total, now, room = 0.0, 0.0, 0.0  # whole thousands, what is below them, what may follow
    for start, end, value, _, kind in atoms:
        near = found and gap.fullmatch(text[found[-1].end : start])
        tens = language == "ar" and 0 < now % 100 < 10 and value in range(20, 100, 10)
        if near and kind == "x" and 0 < now < value:
            now, room = now * value, _room(value)
        elif near and kind != "digits" and (tens or (value < room and not (kind == "x" and now))):
            now, room = now + value, 0 if tens else _room(value)
        else:
            total, now, room = 0.0, value, 0 if kind == "digits" else _room(value)
            found.append(Figure(start, end, value, value, "exact"))
        if kind == "x" and value >= 1000:
            total, now = total + now, 0.0
        found[-1] = Figure(found[-1].start, end, total + now, total + now, "exact")
    return found


def _ranges(figures: list[Figure], text: str, language: str) -> list[Figure]:
    """Join two figures of a range: 1,200-1,500, between 20 and 30, two or three."""
    patterns, found = _figure_patterns(language), list[Figure]()
    for figure in figures:
        last = found[-1] if found else figure
        link = text[last.end : figure.start]
        if last.low == last.high < figure.low and patterns["to"].fullmatch(link):
            opened = patterns["between"].search(text, max(0, last.start - 40), last.start)
            if opened or link.strip().lower() not in _AND:
                start = opened.start() if opened else last.start
                found[-1] = Figure(start, figure.end, last.low, figure.high, "range")
                continue
        found.append(figure)
    return found


def _hedged(figures: list[Figure], text: str, language: str) -> list[Figure]:
    """Figures with the hedge before or behind them; more than 50 leaves the upper end open."""
    patterns, found = _figure_patterns(language), list[Figure]()
    for start, end, low, high, qualifier in figures:
        first = patterns["before"].search(text, max(0, start - 40), start)
        last = patterns["behind"].match(text, end)
        if first and found and found[-1].start >= first.start():
            found.pop()  # the vague word of “some 40”, “as many as 80”
        said = "exact"
        if first:
            start, said = first.start(), _value(first[1], language, "before")
        elif last:
            end, said = last.end(), _value(last[1] or "", language, "behind")
        qualifier = said or "more_than" if qualifier == "exact" else qualifier
        low = math.nan if qualifier in ("up_to", "less_than") else low
        high = math.nan if qualifier in ("more_than", "at_least") else high
        found.append(Figure(start, end, low, high, qualifier))
    return found


# Dates.


class Date(NamedTuple):
    """A date as stated: its span, and how the tables write it, with its calendar."""

    start: int
    end: int
    stated: str
    calendar: str


@cache
def _date_patterns(language: str) -> dict[str, regex.Pattern[str]]:
    """The patterns of a date, of the link between two, and of what opens a span before one."""
    month = rf"(?P<month>(?i:{_one_of(language, 'months')})|{_one_of(language, 'capital_months')})"
    month = rf"(?:{month}|(?P<hijri>(?i:{_one_of(language, 'hijri_months')})))"
    day = r"(?P<day>(?<![\p{L}\p{N}.,:])\p{Nd}{1,2})(?:st|nd|rd|th|er)?(?![\p{L}\p{N}:])"
    last = r"(?P<last>\p{Nd}{1,2})(?:st|nd|rd|th)?(?!\p{N})"
    last = rf"(?:\s*(?:-|–|to|and|و|إلى|تا|à|et|и)\s*{last})?"
    year = r"(?:,?\s+(?:(?:of|in|de|عام|سنة|سال)\s+)?(?P<year>\p{Nd}{4})(?!\p{N}))?"
    third = rf"(?P<third>(?i:{_one_of(language, 'thirds')}))"
    third = rf"(?:{third}[\s-]*(?:of\s+)?(?:the\s+month\s+of\s+)?)?"
    ago = [regex.escape(word).replace("N", "@") for word in valued("relative", language)]
    number = rf"(?P<n>\p{{Nd}}{{1,3}}|{_one_of(language, 'numbers')})"
    named = any_of(valued("years", language, "coder.yaml"), language, escape=False)
    # The longest form first: of alternatives the first one that fits is taken.
    forms = (
        r"(?<!\p{N})(?P<iso>\p{Nd}{4}-\p{Nd}{2}-\p{Nd}{2})(?!\p{N})",
        r"(?<![\p{N}./])(?P<numeric>\p{Nd}{1,2}[./]\p{Nd}{1,2}[./]\p{Nd}{4})(?![\p{N}/])",
        rf"{day}{last}\s+(?:of\s+(?:the\s+month\s+of\s+)?)?{month}{year}",
        rf"{month}\s+(?:the\s+)?{day}(?![,.]?\p{{N}}){last}{year}",
        rf"{third}{month}{year}",
        rf"(?P<season>(?i:{_one_of(language, 'seasons')})){year.removesuffix('?')}",
        rf"(?i:{any_of(ago, language, escape=False).replace('@', number)})",
        rf"(?P<weekday>(?i:{_one_of(language, 'weekdays')}))",
        rf"(?i:{named})\s+(?:the\s+year\s+)?(?P<year>(?:19|20|١٩|٢٠|۱۹|۲۰)\p{{Nd}}{{2}})"
        r"(?![\p{N},.-]\p{N}|\p{N})",
    )
    to = "|".join(map(regex.escape, valued("to", language))) or "(?!)"
    opened = (f"(?P<{name}>{_one_of(language, name)})" for name in ("since", "until"))
    found = {
        "dates": "|".join(f"(?:{form})" for form in forms),
        "to": rf"(?i)\s*(?:{to}|until|till|حتى|-)\s*(?:the\s+)?",
        "from": rf"(?i){_one_of(language, 'between', 'from')}\s*$",
        "open": rf"(?i)(?:{'|'.join(opened)})\s*(?:the\s+)?$",
    }
    return {name: regex.compile(form) for name, form in found.items()}


def find_dates(text: str, language: str, published: Ends) -> list[Date]:
    """Return the dates of a text as the tables write them; the longest of a place wins.

    A day or month without its year is the last one up to the last day of publication, where that is
    known; else it is left out. 03/04/2019 has two readings and gives no date.
    """
    patterns, found = _date_patterns(language), list[Date]()
    for match in patterns["dates"].finditer(text):
        stated, system = _stated(match, language, published)
        year_alone = match["year"] and not (match["month"] or match["hijri"] or match["season"])
        start, end = match.start("year" if year_alone else 0), match.end()
        last = found[-1] if found else Date(0, 0, "/", "")
        span = f"{last.stated}/{stated}"
        if (
            span.count("/") == 1
            and system == last.calendar != "relative"
            and patterns["to"].fullmatch(link := text[last.end : start])
            and (link.strip().lower() not in _AND or patterns["from"].search(text, 0, last.start))
            and not date_problem(span, system)
        ):
            found[-1] = Date(last.start, end, span, system)
        elif stated:
            found.append(Date(start, end, stated, system))
    for i, date in enumerate(found):  # since May is 2019-05/..
        head = text[max(0, date.start - 20) : date.start]
        opened = patterns["open"].search(head)
        if opened and date.calendar != "relative" and "/" not in date.stated:
            stated = f"{date.stated}/.." if opened["since"] else f"../{date.stated}"
            found[i] = date._replace(stated=stated)
    return found


def _stated(match: regex.Match[str], language: str, published: Ends) -> tuple[str, str]:
    """How the tables write what was met, and the calendar; empty where it cannot be told."""
    day, last, third, system = None, None, "", "gregorian"
    if digits := match["iso"] or match["numeric"]:
        a, b, c = (int(part) for part in regex.split("[-./]", digits))
        year, month, day = (a, b, c) if match["iso"] else (c, min(a, b), max(a, b))
        if match["numeric"] and a != b and day <= 12:
            return "", system
    elif met := match["month"] or match["hijri"]:
        system = "hijri" if match["hijri"] else system
        months = ("hijri_months",) if match["hijri"] else ("months", "capital_months")
        month = int(_value(met, language, *months) or 0)
        day, last = (match[name] and int(match[name]) for name in ("day", "last"))
        third = _value(match["third"] or "", language, "thirds")
        year = int(match["year"] or _year(month, day, published, system))
    elif match["season"]:
        return f"{match['year']}-{_value(match['season'], language, 'seasons')}", system
    elif match["weekday"]:
        number = int(_value(match["weekday"], language, "weekdays"))
        return f"weekday-{WEEKDAYS[number]}", "relative"
    elif match["year"]:
        return str(int(match["year"])), system
    else:
        return _ago(match, language, published)
    base = f"{year}-{month:02}"
    stated = f"{base}-{day:02}" if day else f"{base}-{third}" if third else base
    if day and last and last > day:
        stated = f"{stated}/{base}-{last:02}"
    return "" if date_problem(stated, system) else stated, system


def _ago(match: regex.Match[str], language: str, published: Ends) -> tuple[str, str]:
    """A day or span before now: yesterday, three days ago, this week, the past few months."""
    word, number = match.group(), match["n"] or ""
    value = number if number.isdecimal() else _value(number, language, "numbers")
    form = _value(word.replace(number, "N", 1) if number else word, language, "relative")
    if number and not (value.isdecimal() and 0 < int(value) < 100):
        return "", "relative"
    form = form.replace("N", str(int(value)) if number else "")
    first, _, last = form.partition("/")
    if not last:
        return form, "relative"
    days = relative(first, published)[0], relative(last, published)[1]
    known = all(map(math.isfinite, days))
    return ("/".join(map(days_text, days)), "gregorian") if known else ("", "relative")


def _year(month: int, day: int | None, published: Ends, system: str) -> int:
    """The year in which a day or month without one was last, up to the day of publication."""
    if not all(map(math.isfinite, published)) or not month:
        return 0  # a document of any day tells no year
    try:
        latest = Gregorian.fromordinal(int(published[1]))
        until = latest.to_hijri().year if system == "hijri" else latest.year
        for year in (until, until - 1):
            first, last = month_days(year, (month, month), system)
            if min(first + (day or 1) - 1, last) <= published[1]:
                return year
    except (OverflowError, ValueError):
        pass  # the computed Hijri calendar has no such year
    return 0


# Names.


def labels_of(namings: pd.DataFrame, doc_id: str, language: str) -> Terms:
    """Return the labels that hold in a document, its own before those of all documents."""
    own = namings[(namings["language"] == language) & namings["doc_id"].isin(["", doc_id])]
    rows = own.sort_values(["doc_id", "label"], kind="stable").to_dict("records")
    found: Terms = {}
    for units, row in {tuple(form for form, _ in texts.parts(r["label"])): r for r in rows}.items():
        texts.add_term(found, units, "labels", row)
    return found


def find_mentions(text: str, labels: Terms) -> list[Row]:
    """Return every mention: start, end, hash, label, actor_id, stance; the longest label wins.

    Labels of `NOBODY` take their words and give no mention.
    """
    units = texts.parts(text)
    found = []
    for (first, after), _, row in texts.longest_matches([form for form, _ in units], labels):
        if row["actor_id"] != NOBODY:
            start, end = units[first][1][0], units[after - 1][1][1]
            span = {"start": start, "end": end, "hash": texts.short_hash(text[start:end])}
            found.append({**span, **{k: row[k] for k in ("label", "actor_id", "stance")}})
    return found
