"""What one sentence says of a war: figures with what they count, takings, and in whose voice.

Everything is told by the words of coder.yaml and by where they stand; nothing is learned.
"""

import itertools
import math
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import regex

from framelines.corpus import texts
from framelines.corpus.documents import Row
from framelines.corpus.finders import Date, Figure, any_of, find_figures
from framelines.corpus.texts import Span, valued

LISTS = "coder.yaml"
LOSSES = ("killed_or_wounded", "killed", "wounded", "captured_persons")
CIVILIANS = "civilians"
# What can become of what is counted, and the kind of the claim; none fits: the last one.
OUTCOMES = {
    "persons": {name: name for name in LOSSES},
    "equipment": {f: f"equipment_{f}" for f in ("destroyed", "damaged")}
    | {"taken": "equipment_captured"},
    "sites": {"taken": "sites_captured", "destroyed": "sites_destroyed"},
    "means": {"taken": "equipment_captured", "destroyed": "equipment_destroyed"},
}
ELSE = {"persons": "force_size"} | dict.fromkeys(("equipment", "means", "sites"), "other_quantity")
STANCES = ("favourable", "neutral", "unfavourable", "lost")
MEASURES = {"km": "distance_km", "miles": "distance_km", "km2": "area_km2"}
# Words between a number and what it counts, a verb and its object, a number and its verb.
NEAR, OBJECT, REACH, ARTICLE, ALONE = 7, 9, 12, 4, 3
ADJECTIVES = 25  # letters between an article and its noun
SPEAKER = 60  # letters between a speaker and the verb of saying
# Verbs stand behind what they say of it.
VERB_LAST = ("tr", "fa")


@cache
def pattern(section: str, language: str) -> regex.Pattern[str]:
    """Return the pattern of a section of coder.yaml; it matches nothing where there is no list."""
    joined = any_of(valued(section, language, LISTS), language, escape=False)
    return regex.compile(joined, regex.IGNORECASE)


@cache
def _items(section: str, language: str) -> list[tuple[regex.Pattern[str], str]]:
    known = valued(section, language, LISTS).items()
    return [
        (regex.compile(any_of([form], language, escape=False), regex.IGNORECASE), item)
        for form, item in known
    ]


def _item(section: str, language: str, word: str) -> str:
    """What a word of a list stands for."""
    return next((i for form, i in _items(section, language) if form.fullmatch(word)), "")


class Count(NamedTuple):
    """A figure with what it counts: its span, the kind of claim, the item and the unit."""

    start: int
    end: int
    figure: Figure
    kind: str
    item: str
    unit: str
    verb: Span | None


@dataclass
class Sentence:
    """A sentence with what was found in it, all spans counted from its own start."""

    text: str
    language: str
    dates: list[Date] = field(default_factory=list)
    mentions: list[Row] = field(default_factory=list)
    places: list[Row] = field(default_factory=list)
    counted: list[Span] = field(default_factory=list)

    def first(self, section: str, start: int, end: int | None = None) -> regex.Match[str] | None:
        """Return the first match of a list between two places."""
        end = len(self.text) if end is None else end
        return pattern(section, self.language).search(self.text, start, end)

    def words(self, start: int, end: int) -> int:
        """Return how many words stand between two places."""
        return len(texts.tokens(self.text[start:end]))

    def after(self, at: int, most: int) -> int:
        """Return where so many words behind a place end, or the clause does."""
        clause = regex.search(r"[.;:!?؛؟\n]", self.text, pos=at)
        stop = clause.start() if clause else len(self.text)
        ends = [at + e for _, e in texts.tokens(self.text[at:stop])]
        return ends[most - 1] if len(ends) >= most else stop

    def mention(self, start: int, end: int, last: bool = False) -> str:
        """Return the actor of the first or last mention between two places, or nothing."""
        inside = [m["actor_id"] for m in self.mentions if start <= m["start"] and m["end"] <= end]
        return str(inside[-1 if last else 0]) if inside else ""

    def behind(self, section: str, at: int, end: int | None = None) -> str:
        """Return the actor behind a word of a list, such as whom a taking is by or from."""
        word = self.first(section, at, end)
        return self.mention(word.end(), self.after(word.end(), 6)) if word else ""

    def subject(self, verb: int, behind: Span) -> str:
        """Return who does what a verb says: who was named last before it and was not counted.

        In Arabic, who stands between the verb and what it is done to, the span `behind`.
        """
        found = self.mention(*behind) if self.language == "ar" else ""
        if found:
            return found
        before = [
            m
            for m in self.mentions
            if m["end"] <= verb
            and m["actor_id"] != CIVILIANS
            and not any(s <= m["start"] < e for s, e in self.counted)
        ]
        return str(before[-1]["actor_id"]) if before else ""


def counts(sentence: Sentence) -> list[Count]:
    """Return the figures of a sentence that count something of a war.

    Ages, durations, years, shares, prices, numbers of units and roads, and figures of other things
    are left out. A or an is one only for what was killed, wounded, captured or destroyed.
    """
    taken = [(d.start, d.end) for d in sentence.dates]
    figures = find_figures(sentence.text, sentence.language, taken)
    articles = [
        Figure(m.start(), m.end(), 1, 1, "exact")
        for m in pattern("articles", sentence.language).finditer(sentence.text)
        if not any(f.start < m.end() and m.start() < f.end for f in figures)
    ]
    single = {f.start for f in articles}
    figures = sorted([*figures, *articles])
    verbs = _outcomes(sentence)
    found: list[Count] = []
    for figure, after in itertools.zip_longest(figures, figures[1:]):
        until = after.start if after and after.start not in single else len(sentence.text)
        count = _counted(sentence, figure, until, verbs, figure.start in single)
        last = found[-1] if found else None
        if last and last.kind in LOSSES and (not count or count.kind == "force_size"):
            count = _going_on(sentence, figure, last, count) or count
        if last and last.verb and not count and figure.start in single:
            count = _listed(sentence, figure, last)
        if count and not (count.kind == "force_size" and count.item == "civilian"):
            found.append(count)
            sentence.counted.append((figure.start, sentence.after(count.end, 3)))
    return found


def _going_on(sentence: Sentence, figure: Figure, last: Count, alone: Count | None) -> Count | None:
    """A number without a verb that goes on a loss: killed 45 here and 22 there, including 9."""
    between = sentence.text[last.end : figure.start]
    linked = pattern("links", sentence.language).search(between + " ")
    stands = pattern("stops", sentence.language).match(sentence.text, figure.end + 1)
    number = not math.isnan(figure.low) and figure.low < 1900
    if not number or not linked or not (alone or stands):
        return None
    end, item = (alone.end, alone.item) if alone else (figure.end, last.item)
    return last._replace(start=figure.start, end=end, figure=figure, item=item)


def _listed(sentence: Sentence, figure: Figure, last: Count) -> Count | None:
    """A thing in a list behind one that was lost: destroyed two tanks, a gun and a truck."""
    between = sentence.text[last.end : figure.start]
    what, item, start, end = _noun(sentence, figure.end, sentence.after(figure.end, NEAR))
    near = regex.fullmatch(r"(?i)\W*(?:and|as well as|et|و|и|ve)?\W*", between)
    known = what in OUTCOMES and last.kind in OUTCOMES[what].values()
    if not item or not near or not known or start - figure.end > ADJECTIVES:
        return None
    return last._replace(start=figure.start, end=end, figure=figure, item=item)


def _outcomes(sentence: Sentence) -> list[tuple[int, int, str]]:
    """Every word for what became of somebody or something: span and outcome."""
    found: list[tuple[int, int, str]] = []
    for outcome in (*LOSSES, "destroyed", "damaged", "taken"):
        for match in pattern(outcome, sentence.language).finditer(sentence.text):
            both = [o for s, e, o in found if s < match.end() and match.start() < e]
            if not set(both) & {"killed_or_wounded", outcome}:
                found.append((*match.span(), outcome))
    return sorted(found)


def _counted(
    sentence: Sentence,
    figure: Figure,
    until: int,
    verbs: list[tuple[int, int, str]],
    article: bool,
) -> Count | None:
    text, language = sentence.text, sentence.language
    head = text[max(0, figure.start - 20) : figure.start].rstrip()
    if any(m.end() == len(head) for m in pattern("numbered", language).finditer(head)):
        return None
    what, item, start, end = _noun(
        sentence, figure.end, min(until, sentence.after(figure.end, NEAR))
    )
    if what == "no_counts":
        return None
    year = figure.low == figure.high and 1300 <= figure.low <= 2100
    if year and text[figure.start : figure.end].isdecimal() and (figure.low > 1900 or not what):
        return None
    loose = math.isnan(figure.low + figure.high) and figure.qualifier in ("several", "many", "most")
    if what == "measures":
        return Count(figure.start, end, figure, MEASURES[item], "", item, None)
    kinds = OUTCOMES.get(what or "persons", {})
    reach = ALONE if not what else ARTICLE if article else REACH
    verb = _verb(sentence, figure.start, end, [v for v in verbs if v[2] in kinds], reach)
    if article and (verb is None or start - figure.end > ADJECTIVES or not item):
        return None
    if verb is None:
        one = figure.low == figure.high == 1  # one soldier whispered: a pronoun, not a force
        if what not in ELSE or loose or one or (what == "sites" and math.isnan(figure.low)):
            return None
        unit = "persons" if what == "persons" else "items"
        return Count(figure.start, end, figure, ELSE[what], item, unit, None)
    span = (min(figure.start, verb[0]), max(end, verb[1]))
    if sentence.words(*span) > NEAR + REACH // 2:
        span = (figure.start, end)
    unit = "persons" if (what or "persons") == "persons" else "items"
    return Count(*span, figure, kinds[verb[2]], item or "fighter", unit, verb[:2])


def _noun(sentence: Sentence, at: int, until: int) -> tuple[str, str, int, int]:
    """What a number counts: its list, neutral singular, and span; nothing where it stands alone."""
    text, language = sentence.text, sentence.language
    of = pattern("of", language).match(text, regex.match(r"[\s’']*", text, pos=at).end())
    begin = of.end() if of else at
    mark = regex.compile(r"[,،؛;()“”\"«»–—]|\s-\s").search(text, begin, until)
    until = mark.start() if mark else until
    first_verb = next((m for m in pattern("stops", language).finditer(text, begin, until)), None)
    until = first_verb.start() if first_verb else until
    found = []
    space = regex.match(r"[\s-]*", text, pos=at).end()
    measure = pattern("measures", language).match(text[space:until])  # 40km, 40 km
    if measure:
        return "measures", _item("measures", language, measure.group()), at, space + measure.end()
    for section in ("no_counts", "persons", "equipment", "sites", "means"):
        for match in pattern(section, language).finditer(text, begin, until):
            found.append((match.start(), match.end(), section, match.group()))
    at_once = [f for f in found if f[2] == "no_counts" and not text[at : f[0]].strip(" -\u00a0")]
    if at_once or text[at : at + 1] in ("%", "٪"):
        return "no_counts", "", at, at
    found = [f for f in found if f[2] != "no_counts"] or found
    for mention in sentence.mentions:
        if begin <= mention["start"] < until and not any(f[1] > mention["start"] for f in found):
            found.append((mention["start"], mention["end"], "mention", ""))
    if not found:
        return "", "", at, at
    # The head of a phrase stands last in English and Turkish, up to “of”, and first elsewhere.
    found.sort()
    cut = pattern("ends", language).search(text, found[0][1], until)
    if language in ("en", "tr"):
        head = [f for f in found if not cut or f[0] < cut.start()][-1]
    else:
        head = found[0]
    start, end, section, word = head
    if section == "mention":
        return "persons", "", start, end
    return section, _item(section, language, word), start, end


def _verb(
    sentence: Sentence, start: int, end: int, verbs: list[tuple[int, int, str]], reach: int
) -> tuple[int, int, str] | None:
    """The nearest verb that says what became of what is counted between two places."""
    text, language = sentence.text, sentence.language
    best: tuple[float, int, int, str] | None = None
    for first, last, outcome in verbs:
        if last <= start:
            between = text[last:start]
            far = sentence.words(last, start) + 5 * bool(regex.search(r"[;:“”\"]", between))
            far += 2 * bool(regex.search(r"\b(?:and|et|и|ve)\b", between))
            if language in VERB_LAST:
                far += 4
        elif first >= end or start <= first:
            far = sentence.words(end, first) if first >= end else 0
            # Behind an active verb is whom those counted killed: 12 soldiers killed 3 rebels;
            # but of 12 killed, or of 12 killed and 30 hurt, nobody did it.
            active = pattern("objects", language).match(text, last + 1)
            more = regex.match(r"\W*\d+(?:\W+\w+){0,3}?\W+(?=\w)", text, pos=last)
            hurt = more and pattern("wounded", language).match(text, more.end())
            passive = reach == ALONE or hurt or sentence.first("passive", end, first)
            if first >= end and active and not passive:
                continue
        else:
            continue
        if far <= reach and (best is None or far < best[0]):
            best = (far, first, last, outcome)
    return best[1:] if best else None


# Takings.


def takings(sentence: Sentence) -> list[Row]:
    """Return the words for taking that have a place or a site for an object, as rows of captures.

    `span` is the wording, `whole` reaches over its object too.
    """
    found: list[Row] = []
    for stance in STANCES:
        for match in pattern(stance, sentence.language).finditer(sentence.text):
            before = [row["span"] for row in found]
            if not any(s < match.end() and match.start() < e for s, e in before):
                found += _taking(sentence, match, stance)
    return sorted(found, key=lambda row: row["span"])


def _taking(sentence: Sentence, match: regex.Match[str], stance: str) -> list[Row]:
    text, language = sentence.text, sentence.language
    start, end = match.span()
    until = sentence.after(end, OBJECT)
    behind = _object(sentence, end, until)
    before = _object(sentence, _back(sentence, start, OBJECT), start, last=True)
    if language in VERB_LAST or (before and not behind):
        passive = pattern("by", language).match(text, min(end + 1, len(text)))
        clause = sentence.first("passive", _back(sentence, start, 3), start)
        ok = language in VERB_LAST or passive or clause or stance == "lost"
        target = before if ok else None
    else:
        target = behind
    if not target:
        it = pattern("it", language).match(text, min(end + 1, len(text)))
        name = regex.match(r"\s+(?:the\s+|al-)?\p{Lu}\p{Ll}+", text, pos=end)
        sure = pattern("territorial", language).search(text, max(0, start - 3), end)
        whom = pattern("persons", language).search(text, end, until)
        if whom or not (it or name or sure) or (name and sentence.mention(end, name.end() + 20)):
            return []
        target = (start, end)
    subject = sentence.subject(start, (end, target[0]))
    agent, loser = sentence.behind("by", end, until), sentence.behind("from", end)
    taker = agent if agent or (target is before and language not in VERB_LAST) else subject
    if stance == "lost":
        taker, loser = sentence.mention(end, until) or agent, subject
    near = _back(sentence, start, 4)
    unreal = (m for m in ("negated", "attempted", "planned") if sentence.first(m, near, start))
    places = [p["actor_id"] for p in sentence.places if target[0] <= p["start"] < target[1]]
    row: Row = {"lemma": _item(stance, language, match.group()).replace("_", " ")}
    row |= {"taker_id": taker, "loser_id": loser, "place_id": ";".join(dict.fromkeys(places))}
    row |= {"stance": "neutral" if stance == "lost" else stance}
    row |= {"modality": next(unreal, "realised"), "span": (start, end)}
    return [row | {"whole": (min(start, target[0]), max(end, target[1]))}]


def _back(sentence: Sentence, at: int, most: int) -> int:
    """Where so many words before a place begin, within the clause."""
    floor = max((m.end() for m in regex.finditer(r"[.;:!?؛؟\n]", sentence.text[:at])), default=0)
    begins = [floor + s for s, _ in texts.tokens(sentence.text[floor:at])]
    return begins[-most] if len(begins) >= most else floor


def _object(sentence: Sentence, start: int, end: int, last: bool = False) -> Span | None:
    """The span of the places and sites between two places, if nobody and no weapon comes first."""
    language = sentence.language
    named = [(p["start"], p["end"], "place") for p in sentence.places if start <= p["start"] < end]
    for section in ("sites", "persons", "equipment"):
        for match in pattern(section, language).finditer(sentence.text, start, end):
            named.append((*match.span(), section))
    named.sort(reverse=last)
    if not named:
        return None
    held = named[0][2] in ("place", "sites")
    # Islamic State positions: a site in the same breath.
    held = held or any(s == "sites" and abs(a - named[0][1]) <= 2 for a, _, s in named)
    spans = [(a, b) for a, b, s in named if s in ("place", "sites")]
    return (min(a for a, _ in spans), max(b for _, b in spans)) if held and spans else None


# Voices.


def voice(sentence: Sentence, before: str, quoted: bool) -> tuple[str, str]:
    """Return attribution and certainty of a sentence; inside a quotation the voice goes on."""
    text, language = sentence.text, sentence.language
    certainty = next((c for c in ("denied", "hedged") if sentence.first(c, 0)), "asserted")
    verb = sentence.first("says", 0)
    if verb is None:
        unnamed = bool(sentence.first("unnamed", 0)) and certainty == "hedged"
        said = "unnamed_source" if unnamed else before if quoted else "own_voice"
        return said, certainty
    names = {"media": "other_media", "unnamed": "unnamed_source", "official": "named_official"}
    near = [
        (min(abs(verb.start() - m.end()), abs(m.start() - verb.end())), said)
        for section, said in names.items()
        for m in pattern(section, language).finditer(text)
        if m.start() != verb.start()
    ]
    near = [one for one in near if one[0] <= SPEAKER]
    if near:
        return min(near)[1], certainty
    name = regex.search(r"\s\p{Lu}\p{L}+\s+$", text[: verb.start()])
    return ("named_official" if name else before if quoted else "own_voice"), certainty
