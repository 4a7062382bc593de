"""What one sentence says of a war: figures with what they count, takings, and in whose voice.

Everything is told by the words of coder.yaml and by where they stand; nothing is learned.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

import regex

from framelines.corpus import texts
from framelines.corpus.documents import Row
from framelines.corpus.finders import Date, Figure, find_figures, meaning, pattern
from framelines.corpus.texts import Span

LISTS = "coder.yaml"
LOSSES = ("killed_or_wounded", "killed", "wounded", "captured_persons")
CIVILIANS = "civilians"
# What can become of what is counted, and the kind of the claim.
OUTCOMES = {
    "persons": {name: name for name in LOSSES} | {"destroyed": "killed"},
    "equipment": {f: f"equipment_{f}" for f in ("destroyed", "damaged")}
    | {"taken": "equipment_captured"},
    "sites": {"taken": "sites_captured", "destroyed": "sites_destroyed"},
    "means": {"taken": "equipment_captured", "destroyed": "equipment_destroyed"},
}
OUTCOMES["things"] = OUTCOMES["means"] | {name: name for name in LOSSES}
# Where nothing became of it.
ELSE = dict.fromkeys(OUTCOMES, "other_quantity") | {"persons": "force_size"}
STANCES = ("favourable", "neutral", "unfavourable", "lost")
MEASURES = {"km": "distance_km", "miles": "distance_km", "km2": "area_km2"}
SPEAKERS = {"media": "other_media", "unnamed": "unnamed_source", "official": "named_official"}
# Words between a number and what it counts, a verb and its object, a number and its verb; the last
# where the number is an article or counts nothing that is named.
NEAR, OBJECT, REACH, ALONE, LISTED = 7, 9, 12, 4, 3
ADJECTIVES = 25  # letters between an article and its noun
TOLD = 3  # up to so many, the two groups refers to what was told before
# Verbs stand behind what they say of it; nouns behind what describes them.
VERB_LAST, NOUN_LAST = ("tr", "fa"), ("en", "tr")
# Names of two words or more: X, Y and Z.
_WORD = r"(?:al-|el-)?\p{Lu}[\p{L}’'-]+"
_NAME = rf"(?P<name>{_WORD}(?:\s+(?:bin|ibn|abu|{_WORD}))+)"
NAMES = regex.compile(rf"{_NAME}(?:(?:,|,?\s+(?:and|et))\s+{_NAME})*$")
_MARK = regex.compile(r"[,،؛;()“”\"«»–—]|\s-\s")


@cache
def _item(section: str, language: str, word: str) -> str:
    return meaning(word, section, language)


class Count(NamedTuple):
    """A figure with what it counts, by a noun of the list `what`: the item, or km, miles, km2.

    Its span reaches over verb and noun; `noun` is where the noun ends.
    """

    start: int
    end: int
    figure: Figure
    kind: str
    item: str
    verb: Span | None
    what: str
    noun: int


@dataclass
class Sentence:
    """A sentence with what was found in it, all spans counted from its own start."""

    text: str
    language: str
    dates: list[Date] = field(default_factory=list)
    mentions: list[Row] = field(default_factory=list)
    places: list[Row] = field(default_factory=list)
    counted: list[Span] = field(default_factory=list)

    @cached_property
    def _words(self) -> tuple[list[int], list[int]]:
        spans = texts.tokens(self.text)
        return [start for start, _ in spans], [end for _, end in spans]

    @cached_property
    def verbs(self) -> list[tuple[Span, str]]:
        """Every word for what became of somebody or something, and what that is."""
        found: list[tuple[Span, str]] = []
        for outcome in (*LOSSES, "destroyed", "damaged", "taken"):
            for span in self.all(outcome):
                both = {o for s, o in found if _meets(span, [s])}
                if not both & {"killed_or_wounded", outcome}:
                    found.append((span, outcome))
        return sorted(found)

    def all(self, section: str, start: int = 0, end: int | None = None) -> list[Span]:
        """Return the spans of the matches of a list between two places."""
        end = len(self.text) if end is None else end
        return [m.span() for m in pattern(section, self.language).finditer(self.text, start, end)]

    def first(self, section: str, start: int = 0, end: int | None = None) -> Span | None:
        """Return the span of the first match of a list between two places."""
        return next(iter(self.all(section, start, end)), None)

    def next(self, section: str, at: int) -> bool:
        """Whether a match of a list stands behind the blank at a place."""
        return bool(pattern(section, self.language).match(self.text, min(at + 1, len(self.text))))

    def words(self, start: int, end: int) -> int:
        """Return how many words begin between two places."""
        return bisect_left(self._words[0], end) - bisect_left(self._words[0], start)

    def after(self, at: int, most: int) -> int:
        """Return where so many words behind a place end."""
        ends = self._words[1][bisect_left(self._words[0], at) :][:most]
        return ends[-1] if len(ends) == most else len(self.text)

    def before(self, at: int, most: int) -> int:
        """Return where so many words before a place begin."""
        last = bisect_right(self._words[1], at)
        return self._words[0][last - most] if last >= most else 0

    def mention(self, start: int, end: int) -> str:
        """Return the actor of the first mention between two places, or nothing."""
        inside = (m["actor_id"] for m in self.mentions if start <= m["start"] and m["end"] <= end)
        return str(next(inside, ""))

    def behind(self, section: str, at: int, end: int | None = None) -> str:
        """Return the actor behind a word of a list, such as whom a taking is by or from."""
        word = self.first(section, at, end)
        return self.mention(word[1], self.after(word[1], 6)) if word else ""

    def subject(self, verb: int, behind: Span) -> str:
        """Return who does what a verb says: who was named last before it and was not counted.

        In Arabic, who stands between the verb and what it is done to, the span `behind`.
        """
        if self.language == "ar" and (found := self.mention(*behind)):
            return found
        armed = [m for m in self.mentions if m["actor_id"] != CIVILIANS and m["end"] <= verb]
        free = (m for m in armed if not _meets((m["start"], m["start"] + 1), self.counted))
        return str(next(reversed([*free]), {"actor_id": ""})["actor_id"])


def _meets(span: Span, spans: list[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in spans)


def counts(sentence: Sentence) -> list[Count]:
    """Return the figures of a sentence that count something of a war.

    Ages, durations, years, shares, prices, numbers of units and roads, and figures of other things
    are left out. A or an is one only for what was killed, wounded, captured or destroyed, as are
    those who are named.
    """
    text = sentence.text
    figures = find_figures(text, sentence.language, [(d.start, d.end) for d in sentence.dates])
    spans = [(f.start, f.end) for f in figures]
    figures += [figure for figure in _named(sentence) if not _meets(figure[:2], spans)]
    single = [
        Figure(*span, 1, 1, "exact")
        for span in sentence.all("articles")
        if not _meets(span, spans) and not _ends(sentence, "within", span[0])
    ]
    found: list[Count] = []
    until = [start for start, _ in spans] + [len(text)]
    for figure in sorted(figures + single):
        end, last = until[bisect_right(until, figure.start)], found[-1] if found else None
        count = _counted(sentence, figure, end, figure in single, last)
        if count and not (count.kind == "force_size" and count.item == "civilian"):
            found.append(count)
            sentence.counted.append((figure.start, count.end))
    return found


def _ends(sentence: Sentence, section: str, at: int) -> bool:
    """Whether a match of a list stands right before a place."""
    head = len(sentence.text[:at].rstrip())
    return any(end == head for _, end in sentence.all(section, max(0, head - 20), head))


def _counted(
    sentence: Sentence, figure: Figure, until: int, article: bool, before: Count | None
) -> Count | None:
    """A figure with what it counts and what became of it; None where it is no count."""
    text = sentence.text
    if _ends(sentence, "units", figure.start):
        return None
    until = min(until, sentence.after(figure.end, NEAR))
    what, item, start, end = _noun(sentence, figure.end, until)
    year = text[figure.start : figure.end].isdecimal() and 1300 <= figure.low <= 2100
    if what == "no_counts" or (year and (figure.low > 1900 or not what)):
        return None
    if what == "measures":
        return Count(figure.start, end, figure, MEASURES[item], item, None, what, end)
    others = pattern("others", sentence.language).fullmatch(text[start:end])
    if others and before and before.what in OUTCOMES:
        what, item = before.what, before.item  # 12 tanks, and 3 others
    place = (figure.start, end)
    total = None if what else sentence.first("totals", 0, figure.start)
    if total and (counted := _noun(sentence, total[1], figure.start))[0] in OUTCOMES:
        what, item, _, end = counted
        place = (total[0], end)
    kinds = OUTCOMES[what or "persons"]
    verb = _verb(sentence, place, kinds, ALONE if article or not what else REACH, article)
    if article and (start - figure.end > ADJECTIVES or not item):
        return None
    if verb:
        span = (min(place[0], verb[0][0]), max(figure.end, end, verb[0][1]))
        item = item or "person" * (kinds[verb[1]] in LOSSES)
        return Count(*span, figure, kinds[verb[1]], item, verb[0], what or "persons", end)
    # Of a list: destroyed two tanks, a gun and a truck; killed 45 in Homs and 22 in Hama.
    linked = _ends(sentence, "links", figure.start)
    if before and what:
        near = sentence.words(before.end, figure.start) <= LISTED
        linked |= text[: figure.start].rstrip().endswith((",", "،"))
        linked &= near and before.kind in kinds.values()
    if before and before.verb and linked:
        both = (item or before.item, before.verb, what or before.what, end)
        return Count(figure.start, end, figure, before.kind, *both)
    loose = math.isnan(figure.low + figure.high) and figure.qualifier in ("several", "many", "most")
    # One soldier whispered, one of them: pronouns. The two groups were told of before.
    told = figure.high <= TOLD and _ends(sentence, "the", figure.start)
    if figure.low == figure.high == 1:
        told |= what == "persons" or sentence.next("heads", figure.end)
    if what and not (loose or article or told):
        span = (min(place[0], figure.start), max(figure.end, end))
        return Count(*span, figure, ELSE[what], item, None, what, end)
    return None


def _named(sentence: Sentence) -> list[Figure]:
    """The names right before a passive, each as one person: X, Y and Z were killed."""
    text, found = sentence.text, list[Figure]()
    held = [(m["start"], m["end"]) for m in sentence.mentions + sentence.places]
    for at, _ in sentence.all("befell"):
        names = NAMES.search(text, 0, len(text[:at].rstrip(" ,")))
        number = len(names.captures("name")) if names else 0
        if names and not _meets(names.span(), held):
            found.append(Figure(names.start(), names.end(), number, number, "exact"))
    return found


def _noun(sentence: Sentence, at: int, until: int) -> tuple[str, str, int, int]:
    """What a number counts: its list, neutral singular, and span; nothing where it stands alone."""
    text, language = sentence.text, sentence.language
    space = at + len(text[at:]) - len(text[at:].lstrip(" \u00a0\n-"))
    if measure := pattern("measures", language).match(text[space:until]):  # 40km, 40 km
        return "measures", _item("measures", language, measure.group()), at, space + measure.end()
    mark = _MARK.search(text, at, until)
    until = min([until, *(s for s, _ in sentence.all("stops", at, until)[:1])])
    until = min(until, mark.start()) if mark else until
    sections = ("no_counts", "persons", "equipment", "sites", "means")
    found = [(*span, name) for name in sections for span in sentence.all(name, at, until)]
    found += [
        (m["start"], m["end"], "")
        for m in sentence.mentions
        if at <= m["start"] < until and not any(end > m["start"] for _, end, _ in found)
    ]
    found = sorted(f for f in found if f[2] != "no_counts") or found
    # What is counted ends before: members of the front, people and houses.
    cut = sentence.first("heads", found[0][1], until) if found else None
    found = [f for f in found if cut is None or f[0] < cut[0]]
    if not found and (named := sentence.first("things", at, min(until, sentence.after(at, 3)))):
        found = [(*named, "things")]
    if not found:
        return ("no_counts" if text[at : at + 1] in ("%", "٪") else ""), "", at, at
    start, end, section = found[-1 if language in NOUN_LAST else 0]
    item = _item(section, language, text[start:end]) if section else ""
    return section or "persons", item, start, end


def _verb(
    sentence: Sentence, place: Span, kinds: Iterable[str], reach: int, article: bool
) -> tuple[Span, str] | None:
    """The nearest verb that says what became of what is counted at a place."""
    best, least, (start, end) = None, reach + 1, place
    for (first, last), outcome in sentence.verbs:
        far = 0
        if outcome not in kinds:
            continue
        if last <= start:
            parted = sentence.first("links", last, start) or "," in sentence.text[last:start]
            far = sentence.words(last, start) + 2 * bool(parted)
        elif first >= end:
            far = sentence.words(end, first) - len(sentence.all("passive", end, first))
            # Behind an active verb is whom those counted killed: 12 soldiers killed 3 rebels; not
            # where it is passive, and not in 12 killed, 30 wounded.
            passive = sentence.first("passive", end, first) or sentence.first("states", first, last)
            passive = passive or sentence.first("wounded", last, sentence.after(last, 3))
            if not passive and (article or sentence.next("objects", last)):
                continue
        elif first < start:
            continue
        if far < least:
            best, least = ((first, last), outcome), far
    return best


def takings(sentence: Sentence) -> list[Row]:
    """Return the words for taking that have a place or a site for an object, as rows of captures.

    `span` is the wording, `whole` reaches over its object too.
    """
    found: list[Row] = []
    names = [(m["start"], m["end"]) for m in sentence.mentions]
    for stance in STANCES:
        for span in sentence.all(stance):
            taken = names + [row["span"] for row in found]
            if not _meets(span, taken) and (row := _taking(sentence, span, stance)):
                found.append(row)
    return sorted(found, key=lambda row: row["span"])


def _taking(sentence: Sentence, span: Span, stance: str) -> Row | None:
    text, language, (start, end) = sentence.text, sentence.language, span
    until, verb_last = sentence.after(end, OBJECT), language in VERB_LAST
    before = _object(sentence, sentence.before(start, OBJECT), start, last=True)
    passive = bool(sentence.first("passive", sentence.before(start, 3), start))
    passive = passive or sentence.next("by", end) or stance == "lost"
    target = None if verb_last else _object(sentence, end, until)
    target = target or (before if verb_last or passive else None)
    if not target:
        name = regex.match(r"\s+(?:the\s+|al-)?\p{Lu}\p{Ll}+", text, pos=end)
        place = name and not sentence.mention(end, name.end() + 20)
        sure = sentence.first("territorial", max(0, start - 3), end)
        if not (place or sure or sentence.next("it", end)):
            return None
        target = span
    subject = sentence.subject(start, (end, target[0]))
    agent, loser = sentence.behind("by", end, until), sentence.behind("loser", end)
    taker = agent if agent or (target is before and not verb_last) else subject
    if stance == "lost":
        taker, loser = sentence.mention(end, until) or agent, subject
    near = sentence.before(start, 4)
    unreal = (m for m in ("negated", "attempted", "planned") if sentence.first(m, near, start))
    places = [p["actor_id"] for p in sentence.places if target[0] <= p["start"] < target[1]]
    return {
        "lemma": _item(stance, language, text[start:end]).replace("_", " "),
        "taker_id": taker,
        "loser_id": loser,
        "place_id": ";".join(dict.fromkeys(places)),
        "stance": "neutral" if stance == "lost" else stance,
        "modality": next(unreal, "realised"),
        "span": span,
        "whole": (min(start, target[0]), max(end, target[1])),
    }


def _object(sentence: Sentence, start: int, end: int, last: bool = False) -> Span | None:
    """The span of the places and sites between two places, if nobody and no weapon comes first."""
    held = [(p["start"], p["end"]) for p in sentence.places if start <= p["start"] < end]
    held = sorted(held + sentence.all("sites", start, end), reverse=last)
    others = sentence.all("persons", start, end) + sentence.all("equipment", start, end)
    first = sorted(held + others, reverse=last)[:1]
    return (min(held)[0], max(e for _, e in held)) if held and first == held[:1] else None


def voice(sentence: Sentence, before: str, quoted: bool) -> tuple[str, str]:
    """Return attribution and certainty of a sentence; inside a quotation the voice goes on."""
    certainty = next((c for c in ("denied", "hedged") if sentence.first(c)), "asserted")
    said = before if quoted else "own_voice"
    if sentence.first("says"):
        said = next((s for name, s in SPEAKERS.items() if sentence.first(name)), said)
    return said, certainty
