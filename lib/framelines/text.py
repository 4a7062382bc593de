"""Sentences and words of English and Arabic text, as spans of Unicode code points.

Both are small and rule-based, so that a reader can say why a sentence ends where it does.
Nothing is folded to ASCII, and no span moves when the text is normalised, because nothing is.
"""

import hashlib
from collections.abc import Iterator

import regex

Span = tuple[int, int]

# Apostrophes stand for hamza and ʿayn inside transliterated names (Sha’ir, ‘Amiriyyah).
APOSTROPHES = "'’‘ʼʾʿ`"
_JOINER = rf"[{APOSTROPHES}\-‐‑]"

# Words that end in a full stop without ending the sentence.
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen lt col maj capt sgt gov sen rep st no nos vs var approx ca cf fig vol "
    "ed eds pp al jr sr inc ltd dept est jan feb mar apr jun jul aug sep sept oct nov dec "
    "km".split()
)
# Only a number after them shows that the stop belongs to the abbreviation.
_NUMBERED = frozenset(["no", "nos", "fig", "vol", "pp", "al"])
_CLOSING = "”’\"'»)]"
_TERMINATOR = regex.compile(
    rf"(?P<stop>[.!?؟…۔]+)(?P<close>[{regex.escape(_CLOSING)}]*(?:[ \u00a0]”(?=\s))?)"
)
_PARAGRAPH = regex.compile(r"[^\n\r]+")
_WORD_BEFORE = regex.compile(r"[\p{L}\p{M}.]+$")

_TOKEN = regex.compile(
    rf"""
    (?:\p{{L}}\.){{2,}}                                  # U.S., A.M.
    | [‘ʿ'](?=\p{{Lu}}[\p{{L}}\p{{M}}]*(?:{_JOINER}[\p{{L}}\p{{M}}]+)*(?![\p{{L}}’']))
      [\p{{L}}\p{{M}}]+(?:{_JOINER}[\p{{L}}\p{{M}}\d]+)*   # ‘Amiriyyah, but no closed quotation
    | [\p{{L}}\p{{M}}ـ][\p{{L}}\p{{M}}\dـ]*(?:{_JOINER}[\p{{L}}\p{{M}}\d]+)*
    | \d+(?:[.,٫٬]\d+)*(?:{_JOINER}?[\p{{L}}\d]+)*        # 4,000  23mm  18-month  T4 is a word
    """,
    regex.VERBOSE,
)
_OPENING_QUOTE = regex.compile(r"[‘'](?P<inside>[^‘’\n]{1,120}?)[’'](?!\p{L})")
_POSSESSIVE = regex.compile(r"’s$|(?<=s)’$")
# Harakat, superscript alif and tatweel carry no lexical difference in the Arabic of the press.
_ARABIC_MARKS = regex.compile(r"[\u064B-\u0652\u0670\u0640]")


def _ends_sentence(text: str, stop: regex.Match[str], end: int) -> bool:
    """Whether the terminator `stop`, which lies in a paragraph that ends at `end`, ends one."""
    after = text[stop.end() : end]
    if not after.strip():
        return True
    if stop["stop"] != ".":
        return after[0].isspace() or stop["close"] != "" or after.lstrip()[0] in '“«"‘('
    before = _WORD_BEFORE.search(text, max(0, stop.start() - 30), stop.start())
    word = before.group().lower() if before else ""
    following = after.lstrip(" \u00a0\t“”‘\"'«([–-—")
    if not after[0].isspace() and not stop["close"]:
        # "said.He": a missing space after a whole word, against "3.5", "U.S" and "site.com".
        return len(word) > 2 and "." not in word and after.lstrip('“"‘')[:1].isupper()
    if following[:1].islower():
        return False
    if "." in word or (len(word) == 1 and word.isalpha() and before.group().isupper()):
        # Initials and U.S. end a sentence only where nothing follows; A.M. before a dash likewise.
        return False
    if word in _NUMBERED:
        return not following[:1].isdigit()
    return word not in ABBREVIATIONS


def _paragraph_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for stop in _TERMINATOR.finditer(text, start, end):
        if _ends_sentence(text, stop, end):
            yield begin, stop.end()
            begin = stop.end()
    yield begin, end


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def sentences(text: str) -> list[Span]:
    """Return the sentences of `text` as spans `[start, end)` in code points, in order.

    A line break always ends a sentence, for it separates paragraphs, captions and list items.
    Abbreviations, initials, decimals and a quotation that ends inside its sentence do not.
    Spans are trimmed of white space, never overlap, and hold a letter or a digit.
    """
    spans = []
    for paragraph in _PARAGRAPH.finditer(text):
        for start, end in _paragraph_sentences(text, *paragraph.span()):
            start, end = _trim(text, start, end)
            if regex.search(r"[\p{L}\p{N}]", text[start:end]):
                spans.append((start, end))
    return spans


def tokens(text: str) -> list[Span]:
    """Return the words and numbers of `text` as spans in code points; punctuation is dropped.

    Names with inner apostrophes and hyphens stay whole, as do abbreviations with full stops and
    numbers with their separators. A single quotation mark before a word belongs to it (ʿayn)
    unless a closing one answers it.
    """
    quoted = {m.start() for m in _OPENING_QUOTE.finditer(text)}
    spans = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if start in quoted:
            start += 1
        spans.append((start, end))
    return spans


def normalise(word: str) -> str:
    """Return the form under which a word is counted: lower case, ’ for every apostrophe.

    The English possessive and Arabic vowel marks are dropped, clitics are not split off.
    """
    word = word.lower()
    for mark in APOSTROPHES:
        word = word.replace(mark, "’")
    word = _POSSESSIVE.sub("", word)
    return _ARABIC_MARKS.sub("", word)


def words(text: str) -> list[str]:
    """Return the counted form of every token of `text`, in order."""
    return [normalise(text[start:end]) for start, end in tokens(text)]


def quotations(text: str) -> list[Span]:
    """Return the spans of `text` that stand in double quotation marks, marks included.

    A quotation that opens every paragraph anew and closes in the last runs through them all; one
    that is never closed ends with its paragraph. An opening mark straight after a letter closes.
    """
    spans: list[Span] = []
    opened: int | None = None
    for match in regex.finditer(r"[“”«»\"]|\n+", text):
        mark, at = match.group(), match.start()
        if opened is None:
            if mark in "“«" or (mark == '"' and not _after_letter(text, at)):
                opened = at
        elif mark in "”»" or (mark in '“"' and _after_letter(text, at)):
            spans.append((opened, at + 1))
            opened = None
        elif mark[0] == "\n" and not text.startswith("“", match.end()):
            spans.append((opened, at))
            opened = None
    if opened is not None:
        spans.append((opened, len(text)))
    return spans


def _after_letter(text: str, at: int) -> bool:
    return at > 0 and not text[at - 1].isspace() and text[at - 1] not in "([_–—"


def sha256(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8 as 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def short_hash(text: str) -> str:
    """Return the first 16 hex digits of `sha256`, the check that a coded span carries."""
    return sha256(text)[:16]
