"""Sentences, words and quotations of a text, as spans of Unicode code points.

The rules are few, so that a reader can say why a sentence ends where it does; they stand in
splitting.yaml, their words in words.yaml. A span points into the text as it was received; only the
counted form is made one.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Any

import regex
import yaml

Span = tuple[int, int]
# By the first unit of a term: the whole term, and (list it belongs to, what it stands for).
Terms = dict[str, list[tuple[tuple[str, ...], str, Any]]]


@cache
def _lists(file: str) -> dict[str, Any]:
    return dict(yaml.safe_load(Path(__file__).with_name(file).read_text(encoding="utf-8")))


@cache
def valued(section: str, language: str, file: str = "words.yaml") -> dict[str, str]:
    """Return the words of a section of a list in one language, with what each stands for."""
    words = (_lists(file)[section].get(language) or "").split()
    # The = of a pattern's (?=…) parts nothing.
    parted = (regex.fullmatch(r"(.*)(?<!\(\?<?)=(.*)|(.*)", word) for word in words)
    return {match[1] or match[3]: match[2] or "" for match in parted if match}


@cache
def word_list(section: str) -> frozenset[str]:
    """Return the words of a section of words.yaml, of all its languages."""
    return frozenset(w for lang in _lists("words.yaml")[section] for w in valued(section, lang))


def _pattern(forms: Iterable[str], before: str = "") -> regex.Pattern[str]:
    """The first that fits of these forms of splitting.yaml, with its pieces put in."""
    whole = f"{before}(?:{'|'.join(forms)})"
    for name, piece in reversed(_CUTS["pieces"].items()):
        whole = whole.replace(f"{{{name}}}", piece)
    named = {*regex.findall(r"\\L<(\w+)>", whole)}
    listed = {name: [word.rstrip(".") for word in word_list(name)] for name in named}
    return regex.compile(whole, regex.VERBOSE, **listed)


_CUTS = _lists("splitting.yaml")
_TOKEN, _QUOTATION = _pattern(_CUTS["tokens"]), _pattern(_CUTS["quotations"])
_ONE_MARK = str.maketrans("‟❝〝❞〞＂\r", '“““””"\n')
# All stops; the group `ends` is there where a sentence ends.
_RULES = (
    rf"(?<={before}){stop}(?={behind}){'(?P<ends>)' * ends}"
    for ends, before, stop, behind in _CUTS["stops"]
)
_STOP = _pattern(_RULES, "(?={end})(?<!{end})")
APOSTROPHES, HYPHENS = (_CUTS["pieces"][sign][1:-1] for sign in ("apostrophe", "hyphen"))
ONE_FORM = str.maketrans(
    {**dict.fromkeys(APOSTROPHES, "’"), **dict.fromkeys(HYPHENS, "-"), "٪": "%", "﹪": "%"}
)
# Soft hyphens, joiners, direction marks: a reader does not see them, so no rule does.
_INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}")
_PERCENT = regex.compile("^%(.+)")
_POSSESSIVE = regex.compile("(?:’s?)+$")
# Harakat, superscript alif and tatweel carry no lexical difference in the Arabic of the press.
_VOWELS = regex.compile(r"[\u064B-\u0652\u0670\u0640]")
_SAID = regex.compile(r"[\p{L}\p{N}]")
_HYPHEN, _ANY_ALONE = _pattern(["{hyphen}"]), _pattern(["{alone}"])
_PIECES = _pattern(["{alone}", "(?:(?!{alone}).)+"])


def _on_visible(split: Callable[[str], list[Span]]) -> Callable[[str], list[Span]]:
    """Let a splitter see a text without invisible characters, and give spans of the whole one."""

    @wraps(split)
    def spans(text: str) -> list[Span]:
        if text.isascii() or not _INVISIBLE.search(text):
            return split(text)
        at = [i for i, character in enumerate(text) if not _INVISIBLE.match(character)]
        shown = "".join(text[i] for i in at)
        return [(at[start], at[end - 1] + 1) for start, end in split(shown)]

    return spans


@_on_visible
def tokens(text: str) -> list[Span]:
    """Return the words and numbers of `text` as spans in code points, without punctuation.

    Names with apostrophes and hyphens, abbreviations, and numbers with separators and percent sign
    stay whole; a range of such numbers is two. A quotation mark before a word is part of it (‘Ayn)
    unless a closing one answers. Where a script leaves no space, each character is one.
    """
    found = [match.span() for match in _TOKEN.finditer(text)]
    if text.isascii() or not _ANY_ALONE.search(text):
        return found
    return [p.span() for span in found for p in _PIECES.finditer(text, *span)]


@lru_cache(maxsize=200_000)
def counted_form(word: str) -> str:
    """Return the one form under which a word is counted: lower case, NFKC, one ’ and one -.

    Invisible characters, the English possessive, an apostrophe at the end and Arabic vowel marks
    are dropped; clitics are not split off.
    """
    word = _INVISIBLE.sub("", word).translate(ONE_FORM)
    if word.strip("%")[:1].isdigit():
        word = _PERCENT.sub(r"\1%", "".join(word.split()))
    composed = unicodedata.normalize("NFKC", word)
    # Some ligatures are whole phrases (ﷺ): they stay one word.
    word = word if " " in composed else composed
    word = unicodedata.normalize("NFC", word.lower().replace("i\u0307", "i"))  # of İ
    return _POSSESSIVE.sub("", _VOWELS.sub("", word))


def words(text: str) -> list[str]:
    """Return the counted form of every token of `text` that has one, in order."""
    found = _TOKEN.findall(text) if text.isascii() else (text[s:e] for s, e in tokens(text))
    return [form for form in map(counted_form, found) if form]


def parts(text: str) -> list[tuple[str, Span]]:
    """Return the words of `text` cut before their hyphens (al-Bab: `al`, `-bab`), with spans.

    So a label is found in a compound (Islamic State-held), and not where words stand apart.
    """
    found = []
    for start, end in tokens(text):
        cuts = [match.start() for match in _HYPHEN.finditer(text, start, end)]
        for begin, stop in zip([start, *cuts], [*cuts, end], strict=True):
            found.append((counted_form(text[begin:stop]), (begin, stop)))
    return found


def add_term(terms: Terms, units: Sequence[str], group: str, what: Any) -> None:
    """Enter a term by its units (words or parts) under a group; one term may be in several."""
    if units:
        entry = (tuple(units), group, what)
        terms.setdefault(units[0], []).append(entry)
        terms[units[0]].sort(key=lambda term: -len(term[0]))


def longest_matches(units: Sequence[str], terms: Terms) -> Iterator[tuple[Span, str, Any]]:
    """Yield (span in units, group, what) of the terms met: in a group the first, then longest."""
    free_from: dict[str, int] = {}
    for start, unit in enumerate(units):
        for term, group, what in terms.get(unit, ()):
            end = start + len(term)
            if free_from.get(group, 0) <= start and tuple(units[start:end]) == term:
                free_from[group] = end
                yield (start, end), group, what


@_on_visible
def sentences(text: str) -> list[Span]:
    """Return the sentences of `text` as spans `[start, end)` in code points, in order.

    A line break always ends one; ranks, abbreviations, initials, decimals and what goes on in lower
    case do not. Spans are trimmed, never overlap, and hold a letter or a digit.
    """
    spans = []
    for paragraph in regex.finditer(r"[^\n\r\v\f\x85\u2028\u2029]+", text):
        begin, end = paragraph.span()
        stops = _STOP.finditer(text, begin, end)
        for cut in [*(stop.end() for stop in stops if stop["ends"] is not None), end]:
            inside = text[begin:cut]
            if _SAID.search(inside):
                spans.append((cut - len(inside.lstrip()), begin + len(inside.rstrip())))
            begin = cut
    return spans


@_on_visible
def quotations(text: str) -> list[Span]:
    """Return the spans of `text` in double quotation marks, marks included.

    Quotations nest. One that opens every paragraph anew runs through them all; one that is never
    closed ends with its paragraph. A mark straight after a letter closes.
    """
    return [match.span() for match in _QUOTATION.finditer(text.translate(_ONE_MARK))]


def sha256(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8, 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def short_hash(text: str) -> str:
    """Return the first 16 hex digits of `sha256`, the check of a coded span."""
    return sha256(text)[:16]
