"""Sentences, words and quotations of a text, as spans of Unicode code points.

The rules are few, so that a reader can say why a sentence ends where it does; their lists of words
stand in words.yaml. A span points into the text as it was received. Only the form under which a
word is counted and matched is made one: see `counted_form`.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import regex
import yaml

Span = tuple[int, int]
# By the first unit of a term: the whole term, and (list it belongs to, what it stands for).
Terms = dict[str, list[tuple[tuple[str, ...], str, Any]]]

# Apostrophes stand for hamza and ʿayn inside transliterated names (Sha’ir, ‘Amiriyyah).
APOSTROPHES = "'’‘‛ʼʻʽʾʿ`´′＇"
HYPHENS = "-‐‑﹣－"
_ONE_FORM = str.maketrans(
    {**dict.fromkeys(APOSTROPHES, "’"), **dict.fromkeys(HYPHENS, "-"), "٪": "%", "﹪": "%"}
)
# Soft hyphens, joiners, direction marks: a reader does not see them, so no rule does.
_INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}")
# Harakat, superscript alif and tatweel carry no lexical difference in the Arabic of the press.
_ARABIC_MARKS = regex.compile(r"[\u064B-\u0652\u0670\u0640]")
_POSSESSIVE = regex.compile(r"’s?$")
_FIRST_APOSTROPHE = regex.compile(r"^’(?=\p{Ll})")
_PERCENT_FIRST = regex.compile(r"^%(.+)")

_A, _H, _W, _SEPARATOR = rf"[{APOSTROPHES}]", rf"[{HYPHENS}]", r"[\p{L}\p{M}]", "[.,٫٬]"
_GAP = r"[\u00a0\u2009\u202f]"  # between groups of digits and before a percent sign
# In al-‘Ayn the mark is a letter; in anti-‘terror’ it opens a quotation.
_JOINER = rf"(?:{_H}(?:{_A}(?!\p{{Ll}}{_W}*[’'](?!\p{{L}})))?|{_A})"
_GROUPED = rf"\d{{1,3}}(?:[.,٬]\d{{3}})+(?!\d)"
_TOKEN = regex.compile(
    rf"""
    (?:\p{{L}}\.){{2,}}                                  # U.S., A.M.
    | {_A}(?=\p{{Lu}}{_W}*(?:{_JOINER}{_W}+)*(?![\p{{L}}’']))
      {_W}+(?:{_JOINER}[\p{{L}}\p{{M}}\d]+)*             # ‘Amiriyyah, but no closed quotation
    | [\p{{L}}\p{{M}}ـ][\p{{L}}\p{{M}}\dـ]*(?:{_JOINER}(?:{_GROUPED}|[\p{{L}}\p{{M}}\d]+))*
    | [%٪]?
      (?: (?:\d+(?:{_SEPARATOR}\d+)+ | \d{{1,3}}(?:{_GAP}\d{{3}})+(?!\d))
          (?:{_JOINER}?\p{{L}}[\p{{L}}\p{{M}}\d]*)*      # 4,000  1,200-strong
        | \d+(?:{_JOINER}?(?:\p{{L}}{_W}*|\d++(?!{_SEPARATOR}\d)))* )   # 23mm  18-month  7-8
      (?:(?:\x20|{_GAP})?[%٪])?
    """,
    regex.VERBOSE,
)
_OPENING_QUOTE = regex.compile(r"[‘'][^‘’\n]{1,120}?[’'](?!\p{L})")


@cache
def word_list(section: str) -> frozenset[str]:
    """Return the words of a section of words.yaml, of all its languages."""
    return frozenset(word for words in _sections()[section].values() for word in words.split())


def languages_of(section: str) -> set[str]:
    """Return the languages (ISO 639-1) for which a section of words.yaml has words."""
    return set(_sections()[section])


@cache
def _sections() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("words.yaml")
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _on_visible(split: Callable[[str], list[Span]]) -> Callable[[str], list[Span]]:
    """Let a splitter see a text without invisible characters, and give spans of the whole one."""

    def spans(text: str) -> list[Span]:
        if not _INVISIBLE.search(text):
            return split(text)
        at = [i for i, character in enumerate(text) if not _INVISIBLE.match(character)]
        shown = "".join(text[i] for i in at)
        return [(at[start], at[end - 1] + 1) for start, end in split(shown)]

    spans.__doc__, spans.__name__ = split.__doc__, split.__name__
    return spans


# Words and their counted form.


@_on_visible
def tokens(text: str) -> list[Span]:
    """Return the words and numbers of `text` as spans in code points; punctuation is dropped.

    Names with inner apostrophes and hyphens stay whole, as do abbreviations with full stops and
    numbers with their separators and percent sign; a range of numbers with separators is two. A
    single quotation mark before a capital is part of the word (‘Ayn) unless a closing one answers.
    """
    quoted = {m.start() for m in _OPENING_QUOTE.finditer(text)}
    return [(m.start() + (m.start() in quoted), m.end()) for m in _TOKEN.finditer(text)]


@lru_cache(maxsize=200_000)
def counted_form(word: str) -> str:
    """Return the one form under which a word is counted and matched.

    Lower case, canonical and compatible equivalents one (NFKC), no invisible characters, ’ for
    every apostrophe and - for every hyphen. The English possessive, an apostrophe at the end or
    before a small first letter, and Arabic vowel marks are dropped; clitics are not split off.
    """
    word = _INVISIBLE.sub("", word).translate(_ONE_FORM)
    if word.strip("%")[:1].isdigit():
        word = _PERCENT_FIRST.sub(r"\1%", "".join(word.split()))
    composed = unicodedata.normalize("NFKC", word)
    # Some ligatures are whole phrases (ﷺ): they stay one word.
    word = word if " " in composed else composed
    word = unicodedata.normalize("NFC", _FIRST_APOSTROPHE.sub("", word).lower())
    return _ARABIC_MARKS.sub("", _POSSESSIVE.sub("", word))


def words(text: str) -> list[str]:
    """Return the counted form of every token of `text` that has one, in order."""
    return [form for s, e in tokens(text) if (form := counted_form(text[s:e]))]


def parts(text: str) -> list[tuple[str, Span]]:
    """Return the words of `text` cut before their hyphens, each with its span.

    What follows a hyphen keeps it (al-Bab: `al`, `-bab`), so that a label is found in a compound
    (Islamic State-held) and is not mistaken for words that stand apart (al Bab).
    """
    found = []
    for start, end in tokens(text):
        cuts = [start + m.start() for m in regex.finditer(_H, text[start:end])]
        for begin, stop in zip([start, *cuts], [*cuts, end], strict=True):
            found.append((counted_form(text[begin:stop]), (begin, stop)))
    return found


# Terms: lexicons, place names and labels of actors are found by the same function.


def add_term(terms: Terms, units: Sequence[str], group: str, what: Any) -> None:
    """Enter a term by its units (words or parts) under a group; one term may be in several."""
    if units:
        entry = (tuple(units), group, what)
        terms.setdefault(units[0], []).append(entry)
        terms[units[0]].sort(key=lambda term: -len(term[0]))


def longest_matches(units: Sequence[str], terms: Terms) -> Iterator[tuple[Span, str, Any]]:
    """Yield (span in units, group, what) of every term met; in a group the longest one wins.

    Matches of one group never overlap; the first to begin goes before the others.
    """
    free_from: dict[str, int] = {}
    for start, unit in enumerate(units):
        for term, group, what in terms.get(unit, ()):
            end = start + len(term)
            if free_from.get(group, 0) <= start and tuple(units[start:end]) == term:
                free_from[group] = end
                yield (start, end), group, what


# Sentences.

_TERMINATOR = regex.compile(
    r"(?P<stop>[.…\p{Sentence_Terminal}]+)(?P<close>[”’\"'»›)\]」』》〉）】]*(?:[ \u00a0]”(?=\s))?)"
)
_WIDE = regex.compile(r"[^\x00-\x7f…]")
_PARAGRAPH = regex.compile(r"[^\n\r]+")
_WORD_BEFORE = regex.compile(r"[\p{L}\p{M}.]+$")
_NEXT_WORD = regex.compile(r"[\p{L}\p{M}]+")
# Friday, Jan., GMT, Damascus time: what may follow an hour in its sentence.
_DAYS = word_list("zones") | word_list("dates") | word_list("capital_dates")
_OF_AN_HOUR = regex.compile(
    rf"(?i:{'|'.join(sorted(regex.escape(day.rstrip('.')) for day in _DAYS))}|\p{{L}}+\ time)\b"
)


def _ends_sentence(text: str, stop: regex.Match[str], end: int) -> bool:
    """Whether the terminator `stop`, which lies in a paragraph that ends at `end`, ends one."""
    after = text[stop.end() : end]
    if not after.strip():
        return True
    following = after.lstrip(" \u00a0\t“”‘\"'«([–-—")
    if following[:1].islower():
        return False
    if stop["stop"] != ".":
        apart = after[0].isspace() or stop["close"] or after[0] in "“«"
        return bool(apart or _WIDE.search(stop["stop"]))
    before = _WORD_BEFORE.search(text, max(0, stop.start() - 30), stop.start())
    word = before.group().lower() if before else ""
    if not after[0].isspace() and not stop["close"]:
        # "said.He": a missing space after a whole word, against "3.5", "U.S" and "site.com".
        abbreviated = any(word in word_list(s) for s in ("titles", "abbreviations", "numbered"))
        whole = len(word) > 2 and "." not in word and not abbreviated
        return whole and after.lstrip('“"‘')[:1].isupper()
    if "." in word and (")" in stop["close"] or after.lstrip()[:1] in "–—-"):
        return False  # DAMASCUS (6:45 A.M.) – The army
    return not word or _word_may_end(before.group(), following)


def _word_may_end(before: str, following: str) -> bool:
    """Whether a word with a full stop ends its sentence, by the text that follows."""
    word, met = before.lower(), _NEXT_WORD.match(following)
    following_word = met.group().lower() if met else ""
    if word in word_list("titles"):
        return False
    if word in word_list("numbered"):
        return not following[:1].isdigit()
    if word in word_list("hours"):
        return bool(met) and not _OF_AN_HOUR.match(following)
    initials = "." in word or (len(word) == 1 and before.isupper())
    if initials or word in word_list("abbreviations"):
        return following_word in word_list("starters")
    return True


def _paragraph_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for stop in _TERMINATOR.finditer(text, start, end):
        if _ends_sentence(text, stop, end):
            yield begin, stop.end()
            begin = stop.end()
    yield begin, end


@_on_visible
def sentences(text: str) -> list[Span]:
    """Return the sentences of `text` as spans `[start, end)` in code points, in order.

    A line break always ends a sentence, for it separates paragraphs, captions and list items.
    Ranks, abbreviations, initials, decimals and what goes on in lower case do not. Spans are
    trimmed of white space, never overlap, and hold a letter or a digit.
    """
    spans = []
    for paragraph in _PARAGRAPH.finditer(text):
        for start, end in _paragraph_sentences(text, *paragraph.span()):
            inside = text[start:end]
            start, end = end - len(inside.lstrip()), start + len(inside.rstrip())
            if regex.search(r"[\p{L}\p{N}]", inside):
                spans.append((start, end))
    return spans


# Quotations.

# What closes a quotation that a mark opened, the mark that people type for it first.
_CLOSES = {"“": '”“"', "„": '“”"', '"': '"”“', "«": "»", "»": "«", "「": "」", "『": "』"}
_MARK = regex.compile(r"[“”„«»\"「」『』]|\n+")


@_on_visible
def quotations(text: str) -> list[Span]:
    """Return the spans of `text` that stand in double quotation marks, marks included.

    A quotation inside another of another kind of mark does not close it. One that opens every
    paragraph anew and closes in the last runs through them all; one that is never closed ends
    with its paragraph. A mark straight after a letter closes.
    """
    spans: list[Span] = []
    opened: list[tuple[str, int]] = []
    for match in _MARK.finditer(text):
        mark, at = match.group(), match.start()
        if mark[0] == "\n":
            if opened and not text.startswith(opened[0][0], match.end()):
                spans.append((opened[0][1], at))
                opened = []
            continue
        closing = _closed_by(mark, at, text, opened)
        if closing is not None:
            if closing == 0:
                spans.append((opened[0][1], at + 1))
            del opened[closing:]
        elif _opens(mark, at, text) and mark not in [kind for kind, _ in opened]:
            opened.append((mark, at))
    if opened:
        spans.append((opened[0][1], len(text)))
    return spans


def _closed_by(mark: str, at: int, text: str, opened: list[tuple[str, int]]) -> int | None:
    """Which of the open quotations a mark closes: the innermost of its kind."""
    if mark in '“"«' and not _after_letter(text, at):
        return None
    for exact in (True, False):  # "“" and '"' close one another's quotations for want of better
        for place in range(len(opened) - 1, -1, -1):
            closers = _CLOSES[opened[place][0]]
            if mark == closers[0] or (not exact and mark in closers):
                return place
    return None


def _opens(mark: str, at: int, text: str) -> bool:
    if mark in '"»':
        return not _after_letter(text, at) and text[at + 1 : at + 2].strip() != ""
    return mark in "“„«「『"


def _after_letter(text: str, at: int) -> bool:
    return at > 0 and not text[at - 1].isspace() and text[at - 1] not in "([_–—“„«「『"


# Sums.


def sha256(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8 as 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def short_hash(text: str) -> str:
    """Return the first 16 hex digits of `sha256`, the check that a coded span carries."""
    return sha256(text)[:16]
