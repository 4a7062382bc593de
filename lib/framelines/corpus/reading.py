"""What one sentence says of a war: figures with what they count, takings, and in whose voice.

Everything is told by the words of coder.yaml and by where they stand; nothing is learned. What
belongs together is what stands nearest, and all distances are in code points.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

from framelines.corpus.documents import Row
from framelines.corpus.finders import Date, Figure, find_figures, meaning, pattern
from framelines.corpus.texts import Span

CIVILIANS = "civilians"
LOSSES = ("killed_or_wounded", "killed", "wounded", "captured_persons")
# What can become of what is counted: the kind of a claim by the list of its verb.
OUTCOMES = {
    "persons": {"destroyed": "killed"} | {name: name for name in LOSSES},
    "equipment": {name: f"equipment_{name}" for name in ("destroyed", "damaged", "captured")},
    "sites": {name: f"sites_{name}" for name in ("destroyed", "captured")},
}
OUTCOMES["means"] = OUTCOMES["equipment"]
OUTCOMES["things"] = OUTCOMES["equipment"] | {name: name for name in LOSSES}
# Where nothing became of it.
ELSE = dict.fromkeys(OUTCOMES, "other_quantity") | {"persons": "force_size"}
MEASURES = {"km": "distance_km", "miles": "distance_km", "km2": "area_km2"}
OBJECTS = "places sites persons equipment"
STANCES = ("favourable", "neutral", "unfavourable", "lost")
SPEAKERS = {"media": "other_media", "unnamed": "unnamed_source", "official": "named_official"}
# Four words or so, eight and fourteen: how far apart words stand that belong together.
CLOSE, NEAR, FAR = 25, 50, 85
PARTED = 12  # what a comma or an and between them adds
TOLD = 3  # up to so many, the two groups refers to what was told before
# Verbs stand behind what they say of it; nouns behind what describes them.
VERB_LAST, NOUN_LAST = ("tr", "fa"), ("en", "tr")


class Term(NamedTuple):
    """Words of a list, or the name of an actor or a place; `what` are the words, or is its id."""

    start: int
    end: int
    kind: str
    what: str


class Sentence:
    """A sentence with the terms that stand in it, all spans counted from its own start."""

    def __init__(self, text: str, language: str, actors: list[Row], places: list[Row]) -> None:
        self.text, self.language = text, language
        self.dates, self.counted = list[Date](), list[Span]()
        self._terms: dict[str, list[Term]] = {}
        for kind, rows in (("actors", actors), ("places", places)):
            self._terms[kind] = [Term(r["start"], r["end"], kind, r["actor_id"]) for r in rows]
        inside = [(a, p) for a in self.terms("actors") for p in self.terms("places", *a[:2])]
        parts = [p for a, p in inside if p[:2] != a[:2]]  # the land of an army, Suriye ordusu
        self._terms["places"] = [p for p in self.terms("places") if p not in parts]

    def terms(self, kinds: str, start: int = 0, end: int | None = None) -> list[Term]:
        """Return the terms of lists, or `actors` or `places`, between two places, in order."""
        found, end = list[Term](), len(self.text) if end is None else end
        for kind in kinds.split():
            if kind not in self._terms:
                met = pattern(kind, self.language).finditer(self.text)
                self._terms[kind] = [Term(m.start(), m.end(), kind, m.group()) for m in met]
            found += (t for t in self._terms[kind] if start <= t.start and t.end <= end)
        return sorted(found)

    def first(self, kinds: str, start: int = 0, end: int | None = None) -> Term | None:
        """Return the first of `terms`."""
        return next(iter(self.terms(kinds, start, end)), None)

    def touches(self, kind: str, at: int, *, ends: bool = False) -> bool:
        """Whether a term begins, or ends, at a place, blanks aside."""
        near = self.terms(kind, 0, at)[-1:] if ends else self.terms(kind, at)[:1]
        gaps = (self.text[t.end : at] if ends else self.text[at : t.start] for t in near)
        return any(not gap.strip() for gap in gaps)

    def actor(self, start: int, end: int) -> str:
        """Return the id of the first actor who is named between two places, or nothing."""
        return next((actor.what for actor in self.terms("actors", start, end)), "")

    def behind(self, kind: str, at: int, end: int | None = None) -> str:
        """Return the actor behind a word of a list, such as whom a taking is by or from."""
        word = self.first(kind, at, end)
        told = word and not self.terms("says", at, word.start)  # else it is who says so
        return self.actor(word.end, word.end + NEAR) if word and told else ""

    def subject(self, verb: int, behind: Span) -> str:
        """Return who does what a verb says: who was named last before it and was not counted.

        In Arabic, who stands between the verb and what it is done to, the span `behind`.
        """
        if self.language == "ar" and (found := self.actor(*behind)):
            return found
        armed = (t for t in reversed(self.terms("actors", 0, verb)) if t.what != CIVILIANS)
        return next((t.what for t in armed if not _meets(t, self.counted)), "")


def _meets(span: Sequence[Any], spans: Iterable[Sequence[Any]]) -> bool:
    return any(other[0] < span[1] and span[0] < other[1] for other in spans)


def counts(sentence: Sentence) -> list[Row]:
    """Return the figures of a sentence that count something of a war, with what became of it.

    A row has its `span` over verb and noun, the `figure`, the `kind` of claim, what is counted (a
    neutral `item`, the list `what` of its noun and its `end`), the `verb`, who did it (`actor_id`)
    and suffered it (`target_id`), and whether it is a `part` of a count before it. Ages, durations,
    years, shares, prices, numbers of units and roads, and figures of other things are left out. A
    or an is one only for what was killed, wounded, captured or destroyed, as are who are named.
    """
    found, whole = list[Row](), 0  # where the last count ends that is no part of another
    figures = find_figures(sentence.text, sentence.language)
    figures = [figure for figure in figures if not _meets(figure, sentence.dates)]
    for figure, until in pairwise([*figures, Figure(len(sentence.text), 0, 0, 0, "")]):
        last = found[-1] if found else {"verb": None, "what": ""}
        if count := _count(sentence, figure, until.start, last):
            count["part"] = bool(whole and sentence.terms("parts", whole, figure.start))
            whole = whole if count["part"] else count["end"]
            sentence.counted.append((figure.start, max(count["end"], count["span"][1])))
            found.append(count)
    last = {"verb": None, "target_id": ""}
    for count in found:
        count |= _parties(sentence, count, last)
        if count["kind"] in LOSSES:
            last = count | {"target_id": count["target_id"] or last["target_id"]}
    return found


def _count(sentence: Sentence, figure: Figure, until: int, last: Row) -> Row | None:
    """A figure with what it counts and what became of it; None where it is no count."""
    noun = _noun(sentence, figure.end, min(until, figure.end + NEAR))
    start, end, low, high, by = figure
    article, digits = by == "articles", sentence.text[start:end].isdecimal()
    if (
        noun.kind == "no_counts"
        or (digits and (1300 if not noun.kind else 1901) <= low <= 2100)  # a year
        or sentence.touches("units", start, ends=True)
        or (by == "names" and sentence.terms("actors places", start, end))
        or (article and sentence.touches("within", start, ends=True))
        or (article and (noun.start - end > CLOSE or not noun.what))
    ):
        return None
    if last["what"] in OUTCOMES and sentence.terms("others", end, noun.end):
        noun = noun._replace(kind=last["what"], what=last["item"])  # 12 tanks, and 3 others
    kinds = OUTCOMES.get(noun.kind or "persons", {})
    verb = _verb(sentence, (start, noun.end), kinds, FAR if noun.kind else NEAR, article)
    linked = last["verb"] and sentence.touches("links", start, ends=True)
    if linked and not noun.kind and verb == last["verb"] and start - last["verb"].end > CLOSE:
        verb = None  # 45 in Homs and 22 in Hama: each at its own place
    ends = [figure, (start, noun.end), verb or figure]
    span = (min(place[0] for place in ends), max(place[1] for place in ends))
    near = linked and start - last["end"] <= CLOSE and last["kind"] in kinds.values()
    # One soldier whispered, one of them: pronouns. The two groups were told of before.
    told = high <= TOLD and sentence.touches("the", start, ends=True)
    told |= low == high == 1 and (noun.kind == "persons" or sentence.touches("heads", end))
    told |= article or by in ("several", "many", "most") or noun.what == "civilian"
    if noun.kind == "measures":
        kind = MEASURES[noun.what]
    elif verb:
        kind = kinds[verb.kind]
        person = noun.what or "person" * (kind in LOSSES)
        noun = noun._replace(kind=noun.kind or "persons", what=person)
    elif near or (linked and not noun.kind):
        # Of a list: destroyed two tanks, a gun and a truck; killed 45 in Homs and 22 in Hama.
        kind, verb = last["kind"], last["verb"]
        noun = noun._replace(kind=noun.kind or last["what"], what=noun.what or last["item"])
    elif noun.kind and not told:
        kind = ELSE[noun.kind]
    else:
        return None
    row = {"span": span, "figure": figure, "kind": kind, "verb": verb}
    return row | {"item": noun.what, "what": noun.kind, "end": noun.end}


def _parties(sentence: Sentence, count: Row, last: Row) -> Row:
    """Who did it and who suffered it, where the sentence plainly has them.

    The sufferer is named in what is counted or behind it (of, from); people whom no word makes
    fighters are civilians; others, and who follow on the same verb, are of those who were counted
    `last`; else it is who lost or suffered them.
    """
    figure, end, verb = count["figure"], count["end"], count["verb"]
    named = figure.qualifier == "names"
    owner = sentence.actor(end, end + NEAR) if sentence.touches("owners", end) else ""
    target = CIVILIANS if count["item"] == "civilian" else owner
    target = target or sentence.actor(figure.start - NEAR * named, end)
    target = target or CIVILIANS * bool(sentence.terms("people", figure.start, end))
    if not target and count["kind"] in LOSSES:
        others = end == figure.end or sentence.terms("others", figure.end, end)
        target = last["target_id"] if others or verb == last["verb"] else ""
        lost = sentence.first("suffers", figure.start - FAR, figure.start)
        target = target or (sentence.subject(lost.start, lost[:2]) if lost else "")
    actor = ""
    if verb and verb.start < figure.start:
        actor = sentence.subject(verb.start, (verb.end, figure.start))
    elif verb:
        actor = sentence.behind("by", max(end, verb.end))
    return {"actor_id": "" if actor == target else actor, "target_id": target}


def _noun(sentence: Sentence, at: int, until: int) -> Term:
    """What a number counts, a neutral singular; without a kind where the number stands alone."""
    text, language = sentence.text, sentence.language
    space = at + len(text[at:]) - len(text[at:].lstrip(" \u00a0\n-"))
    if measure := pattern("measures", language).match(text[space:until]):  # 40km, 40 km
        item = meaning(measure.group(), "measures", language)
        return Term(at, space + measure.end(), "measures", item)
    stop = sentence.first("stops", at, until)
    until = stop.start if stop else until
    for kinds in ("persons equipment sites means", "actors", "no_counts", "things"):
        found = sentence.terms(kinds, at, min(until, at + CLOSE) if kinds == "things" else until)
        if found:
            head = sentence.first("heads", found[0].end, until)
            if head and found[0].kind == "persons" != found[-1].kind:  # 10 members of the group
                found = [term for term in found if term.start < head.start]
            noun = found[-1 if language in NOUN_LAST else 0]
            if noun.kind == "actors":
                return noun._replace(kind="persons", what="")
            return noun._replace(what=meaning(noun.what, noun.kind, language))
    return Term(at, at, "", "")


def _verb(
    sentence: Sentence, place: Span, kinds: Iterable[str], reach: int, article: bool
) -> Term | None:
    """The nearest verb that says what became of what is counted at a place."""
    (start, end), both = place, sentence.terms("killed_or_wounded")
    best, least = None, float(reach)
    for verb in sentence.terms(" ".join(kinds)):
        far = 0
        if verb not in both and _meets(verb, both):
            continue
        if verb.end <= start:
            parted = sentence.terms("links", verb.end, start)
            far = start - verb.end + PARTED * bool(parted)
        elif verb.start >= end:
            far = verb.start - end
            # Behind an active verb is whom those counted killed: 12 soldiers killed 3 rebels; not
            # where it is passive, and not in 12 killed, 30 wounded.
            passive = sentence.terms("passive", end, verb.start)
            passive += sentence.terms("states", *verb[:2])
            passive += sentence.terms("wounded", verb.end, verb.end + CLOSE)
            active = not passive and (article or sentence.touches("objects", verb.end))
            if active or (article and far > CLOSE):  # an attack, after which 12 were taken
                continue
        elif verb.start < start:
            continue
        if far < least:
            best, least = verb, far
    return best


def takings(sentence: Sentence) -> list[Row]:
    """Return the words for taking that have a place or a site for an object, as rows of captures.

    `span` is the wording, `whole` reaches over its object too.
    """
    found, held = list[Row](), [actor[:2] for actor in sentence.terms("actors")]
    for verb in sentence.terms(" ".join(STANCES)):
        if not _meets(verb, held) and (target := _taken(sentence, verb)):
            found.append(_taking(sentence, verb, target))
            held.append(verb[:2])
    return found


def _taken(sentence: Sentence, verb: Term) -> Span | None:
    """The span of the places and sites that a verb takes: behind it, or before a passive.

    That of the verb where it takes territory and nothing else, or a name that is on no list.
    """
    start, end, stance, _ = verb
    last = sentence.language in VERB_LAST
    sides = [] if last else [sentence.terms(OBJECTS, end, end + FAR)]
    passive = sentence.terms("passive", start - CLOSE, start) or sentence.touches("by", end)
    if last or passive or stance == "lost":
        sides.append(sentence.terms(OBJECTS, start - FAR, start)[::-1])
    for terms in sides:
        terms = [t for t in terms if not sentence.touches("beside", t.start, ends=True)]
        held = [*takewhile(lambda term: term.kind in ("places", "sites"), terms)]
        if held:
            return min(t.start for t in held), max(t.end for t in held)
    name = sentence.touches("unlisted", end) and not sentence.actor(end, end + CLOSE)
    name |= sentence.touches("it", end) or bool(sentence.terms("territorial", start - 3, end))
    return (start, end) if name else None


def _taking(sentence: Sentence, verb: Term, target: Span) -> Row:
    start, end, stance, _ = verb
    near = start - CLOSE
    unreal = (m for m in ("negated", "attempted", "planned") if sentence.terms(m, near, start))
    places = (place.what for place in sentence.terms("places", *target))
    subject = sentence.subject(start, (end, target[0]))
    agent, loser = sentence.behind("by", end, end + FAR), sentence.behind("loser", end)
    active = target[0] >= start or sentence.language in VERB_LAST
    taker = agent if agent not in ("", loser) else subject * active
    if stance == "lost":
        taker, loser = sentence.actor(end, end + FAR) or agent, subject
    return {
        "lemma": meaning(verb.what, stance, sentence.language).replace("_", " "),
        "taker_id": taker,
        "loser_id": loser,
        "place_id": ";".join(dict.fromkeys(places)),
        "stance": "neutral" if stance == "lost" else stance,
        "modality": next(unreal, "realised"),
        "span": (start, end),
        "whole": (min(start, target[0]), max(end, target[1])),
    }


def voice(sentence: Sentence, before: str, quoted: bool) -> tuple[str, str]:
    """Return attribution and certainty of a sentence; inside a quotation the voice goes on."""
    certainty = next((c for c in ("denied", "hedged") if sentence.terms(c)), "asserted")
    said = before if quoted else "own_voice"
    if sentence.terms("says"):
        said = next((s for name, s in SPEAKERS.items() if sentence.terms(name)), said)
    return said, certainty
