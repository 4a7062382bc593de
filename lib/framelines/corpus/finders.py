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
from framelines.methods.dates import WEEKDAYS, DateInterval, date_problem, month_days

# Words that a label list gives to nobody, such as the ceasefire's “regime”.
NOBODY = "none"
# Arabic prose puts clitics and the article before a word.
_CLITICS = {"ar": "(?:[وف]?(?:[بك]?(?:ال)?|لل?))"}
_DIGITS = r"(?:\p{Nd}[\p{Nd}.,٫٬]*\p{Nd}|\p{Nd})"
# A point of these languages groups digits, their comma begins a fraction.
_COMMA = ("tr", "fr", "ru", "de")


def any_of(words: Iterable[str], language: str, *, escape: bool = True) -> str:
    """Return a pattern of one of the words, the longest first: any apostrophe for ’, spaces for _.

    Arabic words may have clitics before them; nothing else may stand before or behind a word.
    """
    ordered = sorted(words, key=lambda word: (-len(word), word))
    joined = "|".join(regex.escape(word) if escape else word for word in ordered) or "(?!)"
    joined = joined.replace("’", f"[{texts.APOSTROPHES}]").replace("_", r"\s+")
    before = rf"(?<![\p{{L}}\p{{N}}]){_CLITICS.get(language, '')}"
    return rf"{before}(?:{joined})(?![\p{{L}}\p{{M}}])"


def _words(language: str, *sections: str) -> list[str]:
    return [word for section in sections for word in valued(section, language)]


@cache
def number_pattern(language: str) -> regex.Pattern[str]:
    """Return the pattern of every number or part of one, ordinals and fractions among them."""
    words = any_of(_words(language, "numbers", "vague", "ordinals"), language)
    digits = rf"(?<![\p{{L}}\p{{N}}]){_DIGITS}[%٪]?"
    return regex.compile(f"{digits}|{words}", regex.IGNORECASE)


@cache
def date_pattern(language: str) -> regex.Pattern[str]:
    """Return the pattern of every word of a date, each by itself."""
    sections = ("months", "weekdays", "hijri_months", "relative", "dates")
    words = [word for word in _words(language, *sections) if "N" not in word]
    exact = any_of(_words(language, "capital_months", "capital_dates"), language)
    return regex.compile(f"(?i:{any_of(words, language)})|{exact}")


# Figures.


class Figure(NamedTuple):
    """A number as stated: its span with its hedges, lowest and highest value, and qualifier."""

    start: int
    end: int
    low: float
    high: float
    qualifier: str


class _Atom(NamedTuple):
    start: int
    end: int
    value: float
    times: bool  # whether it multiplies what stands before it
    digits: bool


def digits_value(digits: str, language: str) -> float:
    """Return the number that a row of digits means, of any script; NaN where it cannot be told."""
    plain = "".join(str(int(c)) if c.isdecimal() else c for c in digits)
    plain = plain.replace("٬", ",").replace("٫", ".")
    if language in _COMMA and not regex.fullmatch(r"\d+\.\d{1,2}", plain):
        plain = plain.translate(str.maketrans(".,", ",."))
    plain = regex.sub(r"[\s\u00a0\u202f]", "", plain)
    if regex.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", plain):
        return float(plain.replace(",", ""))
    return math.nan


@cache
def _atoms_pattern(language: str) -> regex.Pattern[str]:
    digits = r"\p{Nd}{1,3}(?:[ \u00a0\u202f]\p{Nd}{3})+(?!\p{Nd})" if language in _COMMA else "(?!)"
    words, sections = [], ("numbers", "vague", "loose")
    for section in sections:
        words.append(f"(?P<{section}>{any_of(_words(language, section), language)})")
    # No digits of a name (T-72), an ordinal (20th), a calibre (23mm) or a clock (10:30).
    clitic = "|(?<=(?<!\\p{L})[وفبلك])" if language in _CLITICS else ""
    before = rf"(?:(?<![\p{{L}}\p{{N}}:.])(?<!\p{{L}}[-–]){clitic})"
    behind = r"(?!\p{N}|:\p{N}|-?(?!km|км|كم)\p{L})"
    return regex.compile(
        rf"{before}(?P<digits>{digits}|{_DIGITS}){behind}|{'|'.join(reversed(words))}",
        regex.IGNORECASE,
    )


def _bare(word: str, known: dict[str, str], language: str) -> str:
    """The word of a list that was met, without the clitics before it."""
    plain = "_".join(word.replace("İ", "i").lower().translate(texts.ONE_FORM).split())
    cut = (plain[n:] for n in range(5 if language in _CLITICS else 1))
    return next((known[form] for form in cut if form in known), "")


@cache
def _gap(language: str) -> regex.Pattern[str]:
    return regex.compile({"ar": r"\s*", "fa": r"\s+و\s+|\s+"}.get(language, r"\s+and\s+|\s+|-"))


def _room(value: float) -> float:
    """What may still be added to a number word: units to tens, tens to hundreds."""
    if value >= 1000:
        return 1000
    return 100 if value >= 100 else 10 if value >= 20 and value % 10 == 0 else 0


def _spelled(atoms: list[_Atom], text: str, language: str) -> list[Figure]:
    """Join the words of a number: twenty-two, two thousand five hundred, خمسة وعشرين."""
    found: list[Figure] = []
    total, now, room, at = 0.0, 0.0, 0.0, -1
    for i, atom in enumerate(atoms):
        near = i and _gap(language).fullmatch(text[atoms[i - 1].end : atom.start])
        tens = language == "ar" and 0 < now % 100 < 10 and atom.value in range(20, 100, 10)
        if near and atom.times and now and now < atom.value:
            now *= atom.value
            if atom.value >= 1000:
                total, now = total + now, 0.0
            room = _room(atom.value)
        elif near and not atom.digits and not atom.times and (atom.value < room or tens):
            now, room = now + atom.value, 0 if tens else _room(atom.value)
        elif near and atom.times and not now and atom.value < room:
            now, room = atom.value, _room(atom.value)
        else:
            if at >= 0:
                found.append(_exact(atoms[at].start, atoms[i - 1].end, total + now))
            total, now, at = 0.0, atom.value, i
            room = 0 if atom.digits else _room(atom.value)
            if atom.times and atom.value >= 1000:
                total, now = atom.value, 0.0
    if at >= 0:
        found.append(_exact(atoms[at].start, atoms[-1].end, total + now))
    return found


def _exact(start: int, end: int, value: float) -> Figure:
    return Figure(start, end, value, value, "exact")


@cache
def _hedges(language: str) -> tuple[regex.Pattern[str], ...]:
    before = any_of(valued("before", language), language)
    behind = any_of(valued("behind", language), language)
    to = "|".join(regex.escape(word) for word in valued("to", language)) or "(?!)"
    fill = {"en": r"(?:(?:a|the|of|total|of)\s+)*"}.get(language, "")
    return (
        regex.compile(rf"({before})\s*{fill}$", regex.IGNORECASE),
        regex.compile(rf"\s*[{texts.APOSTROPHES}]?({behind})|(\+)", regex.IGNORECASE),
        regex.compile(rf"\s*(?:{_CLITICS.get(language, '')}(?:{to})|-)\s*", regex.IGNORECASE),
        regex.compile(rf"{any_of(valued('between', language), language)}\s*$", regex.IGNORECASE),
    )


def find_figures(text: str, language: str, left_out: list[Span] | None = None) -> list[Figure]:
    """Return the figures of a text: digits and words, ranges, vague words, with their hedges.

    No ordinals, clock times, or what lies in a span of `left_out`, such as a date.
    """
    known = {name: valued(name, language) for name in ("numbers", "vague", "loose")}
    atoms, figures = list[_Atom](), list[Figure]()
    for match in _atoms_pattern(language).finditer(text):
        (start, end), word = match.span(), match.group()
        if any(s < end and start < e for s, e in left_out or ()):
            continue
        if match["digits"]:
            atoms.append(_Atom(start, end, digits_value(word, language), False, True))
        elif match["numbers"]:
            value = _bare(word, known["numbers"], language) or "nan"
            atoms.append(_Atom(start, end, float(value.strip("x")), value[0] == "x", False))
        else:
            times = _bare(word, known["numbers"], language)
            near = atoms and _gap(language).fullmatch(text[atoms[-1].end : start])
            if near and times:  # three thousand; thousands alone are vague
                atoms.append(_Atom(start, end, float(times.strip("x")), True, False))
                continue
            qualifier = _bare(word, known["vague"] | known["loose"], language)
            figures.append(Figure(start, end, math.nan, math.nan, qualifier))
    atoms = [atom for atom in atoms if not math.isnan(atom.value)]
    ordered = sorted(figures + _spelled(atoms, text, language))
    return _hedged(_ranges(ordered, text, language), text, language)


def _ranges(figures: list[Figure], text: str, language: str) -> list[Figure]:
    """Join two figures of a range: 1,200-1,500, between 20 and 30, two or three."""
    _, _, to, between = _hedges(language)
    found: list[Figure] = []
    for figure in figures:
        last = found[-1] if found else None
        link = text[last.end : figure.start] if last else ""
        if last and last.low == last.high < figure.low and to.fullmatch(link):
            # “20 and 30” is a range only behind “between”.
            opened = between.search(text[: last.start])
            if opened or link.strip().lower() not in ("and", "و", "ve", "et", "и", "ile"):
                start = opened.start() if opened else last.start
                found[-1] = Figure(start, figure.end, last.low, figure.high, "range")
                continue
        found.append(figure)
    return found


def _hedged(figures: list[Figure], text: str, language: str) -> list[Figure]:
    before, behind, _, _ = _hedges(language)
    sections = {name: valued(name, language) for name in ("before", "behind")}
    found: list[Figure] = []
    for figure in figures:
        floor = max((f.end for f in found if not math.isnan(f.low + f.high)), default=0)
        first = before.search(text, max(floor, figure.start - 40), figure.start)
        if first and found and found[-1].start >= first.start():
            found.pop()  # the vague word of “some 40”, “as many as 80”
        last = behind.match(text, figure.end)
        start, end, qualifier = figure.start, figure.end, figure.qualifier
        if first:
            start, said = first.start(), _bare(first[1], sections["before"], language)
        elif last:
            said = _bare(last[1], sections["behind"], language) if last[1] else "more_than"
            end = last.end()
        if (first or last) and qualifier == "exact":
            qualifier = said
        found.append(figure._replace(start=start, end=end, qualifier=qualifier))
    # More than 50 leaves the upper end open, up to 50 the lower one.
    return [
        figure._replace(
            low=math.nan if figure.qualifier in ("up_to", "less_than") else figure.low,
            high=math.nan if figure.qualifier in ("more_than", "at_least") else figure.high,
        )
        for figure in found
    ]


# Dates.


class Date(NamedTuple):
    """A date as stated: its span, and how the tables write it, with its calendar."""

    start: int
    end: int
    stated: str
    calendar: str


@cache
def _dates_pattern(language: str) -> regex.Pattern[str]:
    def one_of(*sections: str) -> str:
        return any_of(_words(language, *sections), language)

    exact = any_of(_words(language, "capital_months"), language)
    month = rf"(?P<month>(?i:{one_of('months')})|{exact})"
    month = rf"(?:{month}|(?P<hijri>(?i:{one_of('hijri_months')})))"
    day = r"(?P<day>(?<![\p{L}\p{N}.,:])\p{Nd}{1,2})(?:st|nd|rd|th|er)?(?![\p{L}\p{N}:])"
    last = r"(?P<last>\p{Nd}{1,2})(?:st|nd|rd|th)?(?!\p{N})"
    last = rf"(?:\s*(?:-|–|to|and|و|إلى|تا|à|et|и)\s*{last})?"
    year = r"(?:,?\s+(?:(?:of|in|de|عام|سنة|سال)\s+)?(?P<year>\p{Nd}{4})(?!\p{N}))?"
    third = rf"(?:(?P<third>(?i:{one_of('thirds')}))[\s-]*(?:of\s+)?(?:the\s+month\s+of\s+)?)?"
    ago = any_of(
        [regex.escape(w).replace("N", "@") for w in valued("relative", language)],
        language,
        escape=False,
    ).replace("@", rf"(?P<n>\p{{Nd}}{{1,3}}|{one_of('numbers')})")
    weekday = rf"(?P<weekday>(?i:{one_of('weekdays')}))"
    named = any_of(valued("years", language, "coder.yaml"), language, escape=False)
    # The longest form first: of alternatives the first one that fits is taken.
    forms = (
        r"(?<!\p{N})(?P<iso>\p{Nd}{4}-\p{Nd}{2}-\p{Nd}{2})(?!\p{N})",
        r"(?<![\p{N}./])(?P<numeric>\p{Nd}{1,2}[./]\p{Nd}{1,2}[./]\p{Nd}{4})(?![\p{N}/])",
        rf"{day}{last}\s+(?:of\s+(?:the\s+month\s+of\s+)?)?{month}{year}",
        rf"{month}\s+(?:the\s+)?{day}(?![,.]?\p{{N}}){last}{year}",
        rf"{third}{month}{year}",
        f"(?i:{ago})",
        weekday,
        rf"(?i:{named})\s+(?:the\s+year\s+)?(?P<year>(?:19|20|١٩|٢٠|۱۹|۲۰)\p{{Nd}}{{2}})(?![\p{{N}},.-]\p{{N}}|\p{{N}})",
    )
    return regex.compile("|".join(f"(?:{form})" for form in forms))


def find_dates(text: str, language: str, published: DateInterval) -> list[Date]:
    """Return the dates of a text as the tables write them; the longest of a place wins.

    A day or month without its year is the last one up to the last day of publication, where that is
    known; else it is left out. 03/04/2019 has two readings and gives no date.
    """
    found = []
    for match in _dates_pattern(language).finditer(text):
        stated, system = _stated(match, language, published)
        if stated:
            start = match.start("year") if match["year"] and not match["month"] else match.start()
            start = match.start() if match["hijri"] else start
            found.append(Date(start, match.end(), stated, system))
    return _spans(found, text, language)


def _spans(dates: list[Date], text: str, language: str) -> list[Date]:
    """Join two dates of a span, and open what is since or until one: since May is 2019-05/.."""
    to = "|".join(regex.escape(word) for word in valued("to", language)) or "(?!)"
    link = regex.compile(rf"\s*(?:{to}|until|till|حتى|-)\s*", regex.IGNORECASE)
    found: list[Date] = []
    for date in dates:
        last = found[-1] if found else None
        if last and "/" not in last.stated and link.fullmatch(text[last.end : date.start]):
            head = text[max(0, last.start - 12) : last.start].rstrip()
            opened = regex.search(r"(?i)(?:between|from|بين|من|entre|du|de|с|между|از)$", head)
            stated = f"{last.stated}/{date.stated}"
            like = last.calendar == date.calendar != "relative" and "/" not in date.stated
            if opened and like and not date_problem(stated, date.calendar):
                found[-1] = Date(last.start, date.end, stated, date.calendar)
                continue
        found.append(date)
    return [_opened(date, text, language) for date in found]


def _opened(date: Date, text: str, language: str) -> Date:
    if date.calendar == "relative" or "/" in date.stated:
        return date
    head = text[max(0, date.start - 20) : date.start]
    for section, form in (("since", "{}/.."), ("until", "../{}")):
        if valued(section, language):
            word = rf"{any_of(valued(section, language), language)}\s*(?:the\s+)?$"
            if regex.search(word, head, regex.IGNORECASE):
                return date._replace(stated=form.format(date.stated))
    return date


def _stated(match: regex.Match[str], language: str, published: DateInterval) -> tuple[str, str]:
    """How the tables write what was met, and the calendar; empty where it cannot be told."""
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        return _day(year, month, day, None, "", "gregorian"), "gregorian"
    if match["numeric"]:
        a, b, year = (int(part) for part in regex.split("[./]", match["numeric"]))
        if a != b and max(a, b) <= 12:
            return "", ""
        return _day(year, min(a, b), max(a, b), None, "", "gregorian"), "gregorian"
    if match["weekday"]:
        number = _bare(match["weekday"], valued("weekdays", language), language)
        return f"weekday-{WEEKDAYS[int(number)]}", "relative"
    system = "hijri" if match["hijri"] else "gregorian"
    if match["month"] or match["hijri"]:
        section = valued("hijri_months", language) if match["hijri"] else _months(language)
        met = match["hijri"] or match["month"]
        month = int(_bare(met, section, language) or section.get(met) or 0)
        day, last = (match[name] and int(match[name]) for name in ("day", "last"))
        third = _bare(match["third"] or "", valued("thirds", language), language)
        year = int(match["year"]) if match["year"] else _year(month, day, published, system)
        return (_day(year, month, day, last, third, system) if year and month else ""), system
    if match["year"]:
        return str(int(match["year"])), "gregorian"
    return _ago(match, language), "relative"


def _months(language: str) -> dict[str, str]:
    exact = valued("capital_months", language)
    return valued("months", language) | {word.lower(): value for word, value in exact.items()}


def _ago(match: regex.Match[str], language: str) -> str:
    known, word, number = valued("relative", language), match.group(), match["n"]
    if not number:
        return _bare(word, known, language)
    value = int(number) if number.isdecimal() else 0
    if not value:
        spelled = _bare(number, valued("numbers", language), language)
        value = int(spelled) if spelled.isdigit() else 0
    form = _bare(word.replace(number, "N", 1), {k.lower(): v for k, v in known.items()}, language)
    return form.replace("N", str(value)) if 0 < value < 100 else ""


def _year(month: int, day: int | None, published: DateInterval, system: str) -> int:
    """The year in which a day or month without one was last, up to the day of publication."""
    if not published.first or not published.last or not month:
        return 0  # a document of any day tells no year
    latest = published.last.year
    if system == "hijri":
        latest = Gregorian.fromdate(published.last).to_hijri().year
    for year in (latest, latest - 1):
        first, length = month_days(year, month, "umm_al_qura" if system == "hijri" else system)
        if first.toordinal() + min(day or 1, length) - 1 <= published.last.toordinal():
            return year
    return 0


def _day(year: int, month: int, day: int | None, last: int | None, third: str, system: str) -> str:
    """A day, range of days, third of a month or month as the tables write it, where it exists."""
    base = f"{year}-{month:02}"
    stated = f"{base}-{day:02}" if day else f"{base}-{third}" if third else base
    if day and last and last > day:
        stated = f"{stated}/{base}-{last:02}"
    return "" if date_problem(stated, system) else stated


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
