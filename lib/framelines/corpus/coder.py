"""The coder `rules`: claims, mentions and takings of a text, by lists of words and nothing else.

What the lists of a language and the names do not hold is not found. The rules are those of the
codebook, as far as the words of one sentence can bear them; a general word (the militants) means
whoever of that kind was named last. Nothing is learned or drawn: the same texts give the same rows.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NamedTuple

import pandas as pd
import regex

from framelines.corpus import texts
from framelines.corpus.documents import Row
from framelines.corpus.finders import (
    Date,
    Figure,
    any_of,
    find_dates,
    find_figures,
    find_mentions,
)
from framelines.corpus.names import Names, known_actors
from framelines.corpus.texts import Span, Terms, valued
from framelines.methods.calendars import stated_interval
from framelines.methods.dates import OPEN, DateInterval, gregorian, hijri

CODER, CIVILIANS = "rules", "civilians"
LISTS = "coder.yaml"
LOSSES = ("killed_or_wounded", "killed", "wounded", "captured_persons")
# What can become of what is counted, and the kind of the claim; none fits: the last one.
OUTCOMES = {
    "persons": {name: name for name in LOSSES},
    "equipment": {f: f"equipment_{f}" for f in ("destroyed", "damaged")}
    | {"taken": "equipment_captured"},
    "sites": {"taken": "sites_captured", "destroyed": "sites_destroyed"},
    "means": {"taken": "equipment_captured", "destroyed": "equipment_destroyed"},
}
ELSE = {"persons": "force_size"} | dict.fromkeys(("equipment", "means", "sites"), "other_quantity")
DEEDS = ("bombing", "clash", "attack", "withdrawal")
# Deeds that two sources may tell of one event under different names.
GROUPS = {"taking": "taking", "withdrawal": "withdrawal"}
GROUPS |= dict.fromkeys(("bombing", "clash", "attack", "killing"), "violence")
TAKING_DAYS = 3
STANCES = ("favourable", "neutral", "unfavourable", "lost")
MEASURES = {"km": "distance_km", "miles": "distance_km", "km2": "area_km2"}
# Words between a number and what it counts, a verb and its object, a number and its verb.
NEAR, OBJECT, REACH, ARTICLE, ALONE = 7, 9, 12, 4, 3
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


# One sentence.


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
    if article and (verb is None or start - figure.end > 25 or not item):
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
    joined = pattern("measures", language).match(text[at:until].lstrip(" -\u00a0"))
    if joined:  # 40km, 40 km
        return (
            "measures",
            _item("measures", language, joined.group()),
            at,
            until - len(text[at:until].lstrip(" -\u00a0")) + joined.end(),
        )
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


class Taking(NamedTuple):
    """A wording for the taking of territory, and who takes what from whom."""

    start: int
    end: int
    lemma: str
    stance: str
    taker: str
    loser: str
    places: list[str]
    modality: str
    whole: Span


def takings(sentence: Sentence) -> list[Taking]:
    """Return the words for taking that have a place or a site for an object."""
    found: list[Taking] = []
    for stance in STANCES:
        for match in pattern(stance, sentence.language).finditer(sentence.text):
            if not any(t.start < match.end() and match.start() < t.end for t in found):
                taking = _taking(sentence, match, stance)
                if taking:
                    found.append(taking)
    return sorted(found)


def _taking(sentence: Sentence, match: regex.Match[str], stance: str) -> Taking | None:
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
            return None
        target = (start, end)
    subject = sentence.subject(start, (end, target[0]))
    by = next((m for m in pattern("by", language).finditer(text, end, until)), None)
    agent = sentence.mention(by.end(), sentence.after(by.end(), 6)) if by else ""
    source = next((m for m in pattern("from", language).finditer(text, end)), None)
    loser = sentence.mention(source.end(), sentence.after(source.end(), 6)) if source else ""
    passive_form = target is before and language not in VERB_LAST
    taker = agent if passive_form or agent else subject
    if stance == "lost":
        taker, loser = sentence.mention(end, until) or agent, subject
    modality = next(
        (m for m in ("negated", "attempted", "planned") if _just_before(sentence, m, start)),
        "realised",
    )
    lemma = _item(stance, language, match.group())
    named = [p["actor_id"] for p in sentence.places if target[0] <= p["start"] < target[1]]
    said = "neutral" if stance == "lost" else stance
    whole = (min(start, target[0]), max(end, target[1]))
    lemma = lemma.replace("_", " ")
    return Taking(start, end, lemma, said, taker, loser, named, modality, whole)


def _back(sentence: Sentence, at: int, most: int) -> int:
    """Where so many words before a place begin, within the clause."""
    floor = max((m.end() for m in regex.finditer(r"[.;:!?؛؟\n]", sentence.text[:at])), default=0)
    begins = [floor + s for s, _ in texts.tokens(sentence.text[floor:at])]
    return begins[-most] if len(begins) >= most else floor


def _just_before(sentence: Sentence, section: str, at: int) -> bool:
    return bool(sentence.first(section, _back(sentence, at, 4), at))


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


# A document.


def code_document(doc: Row, text: str, spans: list[Span], names: Names) -> dict[str, list[Row]]:
    """Return the rows of claims, naming_mentions, captures, and places met, of one document.

    `doc` is its row of documents.csv, `spans` its sentences that count. Offsets are the document's.
    """
    language, doc_id = doc["language"], doc["doc_id"]
    published = gregorian(doc["published"]) if doc["published"] else OPEN
    actors, places = (names.terms(what, doc_id, language) for what in ("namings", "places"))
    found: dict[str, list[Row]] = {"claims": [], "naming_mentions": [], "captures": []}
    quotes, named = texts.quotations(text), dict[str, str]()
    said, stated = "own_voice", None
    for begin, end in spans:
        sentence = Sentence(text[begin:end], language)
        sentence.dates = find_dates(sentence.text, language, published)
        sentence.mentions = _mentions(sentence.text, actors, names, named)
        sentence.places = _places(sentence, places)
        quoted = any(s <= begin and end <= e + 1 for s, e in quotes)
        said, certainty = voice(sentence, said, quoted)
        told = {"attribution": said, "certainty": certainty}
        for row in _claims(sentence, stated, published):
            found["claims"].append(row | told | _place(text, begin, row["span"]))
        stated = sentence.dates[-1] if sentence.dates else stated
        for taking in takings(sentence):
            found["captures"].append(
                {"lemma": taking.lemma, "taker_id": taking.taker, "loser_id": taking.loser}
                | {"place_id": ";".join(dict.fromkeys(taking.places)), "stance": taking.stance}
                | {"modality": taking.modality}
                | _place(text, begin, (taking.start, taking.end))
            )
        # Civilians are no armed or political actor: they are whom something befalls.
        for mention in [m for m in sentence.mentions if m["actor_id"] != CIVILIANS]:
            kept = {key: mention[key] for key in ("label", "actor_id", "stance")}
            label = texts.words(sentence.text[mention["start"] : mention["end"]])
            kept["label"] = " ".join(label) or kept["label"]
            span = (mention["start"], mention["end"])
            found["naming_mentions"].append(kept | _place(text, begin, span))
    for rows in found.values():
        for number, row in enumerate(rows, start=1):
            row.pop("span", None)
            row |= {"coder": CODER, "doc_id": doc_id}
            if "kind" in row:
                row |= {"claim_id": f"{doc_id}-r{number}", "report_calendar": "none"}
                row["as_of_calendar"] = "none"
    return found


def _place(text: str, begin: int, span: Span) -> Row:
    start, end = begin + span[0], begin + span[1]
    return {"start": start, "end": end, "hash": texts.short_hash(text[start:end])}


def _places(sentence: Sentence, labels: Terms) -> list[Row]:
    """The places of a sentence, with a capital where there are any, and no parts of an actor."""
    found = []
    for place in find_mentions(sentence.text, labels):
        letter, size = sentence.text[place["start"]], place["end"] - place["start"]
        inside = any(
            m["start"] <= place["start"] < m["end"] and m["end"] - m["start"] > size
            for m in sentence.mentions
        )
        if letter == letter.upper() and not inside:
            found.append(place)
    return found


def _mentions(text: str, labels: Terms, names: Names, named: dict[str, str]) -> list[Row]:
    """The mentions of a sentence; general words are whoever of their kind was named last."""
    found = []
    for mention in find_mentions(text, labels):
        met = text[mention["start"] : mention["end"]]
        if met.isascii() and len(met.strip(".")) <= 3 and not met.isupper():
            continue  # us is no US
        actor = mention["actor_id"]
        general = known_actors().get(actor, {})
        kinds = general.get("means", ())
        last = [named[kind] for kind in kinds if kind in named]
        if kinds:
            mention["actor_id"] = last[0] if last else actor
        else:
            named[names.kinds.get(actor, "")] = actor
        found.append(mention)
    return found


def _claims(sentence: Sentence, last: Date | None, published: DateInterval) -> Iterator[Row]:
    """The claims of a sentence without their voice: figures, takings and deeds at a place."""
    empty: Row = dict.fromkeys(
        "event_id actor_id target_id item unit value_min value_max".split(), ""
    )
    empty |= dict.fromkeys("value_max qualifier place_id scope note".split(), "")
    deed = next((d for d in DEEDS if sentence.first(d, 0)), "")
    before = ""
    for count in counts(sentence):
        actor, target = _parties(sentence, count)
        # Others, and numbers alone, are of those who were counted before them.
        if not target and count.kind in LOSSES and count.item in ("person", "fighter"):
            target = before
        before = target or before
        low, high = ("" if math.isnan(v) else f"{v:.10g}" for v in count.figure[2:4])
        row: Row = {"kind": count.kind, "actor_id": actor, "target_id": target, "item": count.item}
        row |= {"unit": count.unit, "value_min": low, "value_max": high}
        row |= {"qualifier": count.figure.qualifier, "scope": _scope(sentence, count.kind)}
        row |= {"modality": "realised", "note": deed, "span": (count.start, count.end)}
        yield empty | row | _when_where(sentence, row["span"], last, published)
    for taking in takings(sentence):
        span = taking.whole
        row = {"kind": "event", "actor_id": taking.taker, "target_id": taking.loser}
        row |= {"modality": taking.modality, "note": "taking", "span": span}
        for place in dict.fromkeys(taking.places):
            where = _when_where(sentence, span, last, published)
            yield empty | row | where | {"place_id": place}
    match = (
        sentence.first(deed, 0) if deed and sentence.places and (sentence.dates or last) else None
    )
    if match:
        row = {"kind": "event", "actor_id": sentence.subject(match.start(), match.span())}
        row |= {"modality": "realised", "note": deed, "span": match.span()}
        yield empty | row | _when_where(sentence, match.span(), last, published)


def _parties(sentence: Sentence, count: Count) -> tuple[str, str]:
    """Who did it and who suffered it, where the sentence plainly has them."""
    target = sentence.mention(count.figure.start, sentence.after(count.end, 3))
    if count.item == "civilian":
        target = CIVILIANS
    if count.verb is None:
        return "", target
    actor = ""
    if count.verb[0] < count.figure.start:
        actor = sentence.subject(count.verb[0], (count.verb[1], count.figure.start))
    else:
        by = sentence.first("by", count.end)
        actor = sentence.mention(by.end(), sentence.after(by.end(), 5)) if by else ""
    return ("" if actor == target else actor), target


def _scope(sentence: Sentence, kind: str) -> str:
    if kind in ("force_size", "distance_km", "area_km2"):
        return "standing"
    return "cumulative" if sentence.first("cumulative", 0) else "incremental"


def _when_where(sentence: Sentence, span: Span, last: Date | None, published: DateInterval) -> Row:
    """Date and place: the nearest of the sentence, else the last date that was stated."""
    here = min(sentence.dates, key=lambda d: (abs(d.start - span[0]), d.start), default=None)
    place = min(
        sentence.places, key=lambda p: (abs(p["start"] - span[0]), p["start"]), default=None
    )
    day = here or last
    row = {
        "event_date": day.stated if day else "",
        "event_calendar": day.calendar if day else "none",
    }
    row |= {"date_basis": "sentence" if here else "document" if last else "none"}
    row |= {"place_id": place["actor_id"] if place else ""}
    begins = None
    if day and day.calendar in ("gregorian", "hijri"):
        begins = (gregorian if day.calendar == "gregorian" else hijri)(day.stated).first
    if begins and published.last and begins > published.last:
        row |= {"modality": "planned"}
    return row


# Events that several sources tell.


def match_events(claims: list[Row], documents: pd.DataFrame, case: str) -> list[Row]:
    """Return the events that two sources or more tell, and enter them in `event_id` of the claims.

    Claims are of one event if they tell realised deeds of one group (`GROUPS`) at one place on one
    day; takings of a place are one if no more than `TAKING_DAYS` lie between two days in a row. A
    claim whose date leaves several days open is of none. Reposts are no second source. The rule is
    the same for every source, and no claim comes before another.
    """
    about = documents.set_index("doc_id")
    grouped: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for claim in claims:
        deed = claim["note"] or ("killing" if claim["kind"] in LOSSES else "")
        group = GROUPS.get(deed, "")
        published = about.at[claim["doc_id"], "published"]
        by = gregorian(published) if published else OPEN
        days = OPEN
        if claim["event_date"]:
            stated = (claim["event_date"], claim["event_calendar"])
            days = stated_interval(*stated, by, "umm_al_qura", None)
        once = days.first and days.first == days.last and claim["modality"] == "realised"
        if group and once and days.first and claim["place_id"] and claim["certainty"] != "denied":
            key = (group, claim["place_id"])
            grouped.setdefault(key, []).append((days.first.toordinal(), claim))
    found = []
    for (group, place), told in sorted(grouped.items(), key=lambda item: item[0]):
        slack = TAKING_DAYS if group == "taking" else 0
        for together in _runs(sorted(told, key=lambda one: one[0]), slack):
            rows = [claim for _, claim in together]
            own = about.loc[sorted({row["doc_id"] for row in rows})]
            if own.loc[own["duplicate_of"] == "", "source_id"].nunique() > 1:
                found.append(_event(group, place, [day for day, _ in together], rows, case))
    return found


def _runs(told: list[tuple[int, Row]], slack: int) -> Iterator[list[tuple[int, Row]]]:
    """Cut claims in the order of their days wherever more than `slack` days lie between two."""
    run: list[tuple[int, Row]] = []
    for one in told:
        if run and one[0] - run[-1][0] > slack:
            yield run
            run = []
        run.append(one)
    yield run


def _event(group: str, place: str, days: list[int], claims: list[Row], case: str) -> Row:
    """One event, entered in its claims; who won and lost it only where all that say so agree."""
    deeds = sorted(claim["note"] or "killing" for claim in claims)
    kind = max(deeds, key=deeds.count)
    first, last = (date.fromordinal(day).isoformat() for day in (days[0], days[-1]))
    event = {"event_id": f"{CODER}-{group}-{place}-{first}", "case": case, "kind": kind}
    event |= {"label": f"{kind.capitalize()}, {place.replace('-', ' ').title()}, {first}"}
    event |= {"place_id": place, "window": first if first == last else f"{first}/{last}"}
    for column, role in (("winner", "actor_id"), ("loser", "target_id")):
        named = {claim[role] for claim in claims if claim["kind"] == "event" and claim[role]}
        event[column] = named.pop() if group == "taking" and len(named) == 1 else ""
    for claim in claims:
        claim["event_id"] = event["event_id"]
    return event
