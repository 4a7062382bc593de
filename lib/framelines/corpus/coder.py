"""The coder `rules`: claims, mentions and takings of a text, by lists of words and nothing else.

What the lists of a language and the names do not hold is not found. The rules are those of the
codebook, as far as the words of one sentence can bear them; a general word (the militants) means
whoever of that kind was named last. Nothing is learned or drawn: the same texts give the same rows.
"""

import math
from collections.abc import Iterator
from datetime import date

import pandas as pd

from framelines.corpus import texts
from framelines.corpus.documents import Row
from framelines.corpus.finders import Date, find_dates, find_mentions
from framelines.corpus.names import Names, known_actors
from framelines.corpus.reading import (
    CIVILIANS,
    LOSSES,
    Count,
    Sentence,
    counts,
    pattern,
    takings,
    voice,
)
from framelines.corpus.texts import Span, Terms
from framelines.methods.calendars import stated_interval
from framelines.methods.dates import OPEN, DateInterval, gregorian, hijri

CODER = "rules"
DEEDS = ("bombing", "clash", "attack", "withdrawal")
# Deeds that two sources may tell of one event under different names.
GROUPS = {"taking": "taking", "withdrawal": "withdrawal"}
GROUPS |= dict.fromkeys(("bombing", "clash", "attack", "killing"), "violence")
TAKING_DAYS = 3
ANNOUNCED = 1  # words between a verb of saying and its day: said on Friday


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
        sentence.dates = dates_of(sentence.text, language, published)
        sentence.mentions = _mentions(sentence.text, actors, names, named)
        sentence.places = _places(sentence, places)
        quoted = any(s <= begin and end <= e + 1 for s, e in quotes)
        said, certainty = voice(sentence, said, quoted)
        told = {"attribution": said, "certainty": certainty}
        for row in _claims(sentence, stated, published):
            found["claims"].append(row | told | _place(text, begin, row["span"]))
        stated = next((d for d in reversed(sentence.dates) if ".." not in d.stated), stated)
        found["captures"] += [row | _place(text, begin, row["span"]) for row in takings(sentence)]
        # Civilians are no armed or political actor: they are whom something befalls.
        for mention in [m for m in sentence.mentions if m["actor_id"] != CIVILIANS]:
            kept = {key: mention[key] for key in ("label", "actor_id", "stance")}
            label = texts.words(sentence.text[mention["start"] : mention["end"]])
            kept["label"] = " ".join(label) or kept["label"]
            span = (mention["start"], mention["end"])
            found["naming_mentions"].append(kept | _place(text, begin, span))
    for rows in found.values():
        for number, row in enumerate(rows, start=1):
            for inner in ("span", "whole"):
                row.pop(inner, None)
            row |= {"coder": CODER, "doc_id": doc_id}
            if "kind" in row:
                row |= {"claim_id": f"{doc_id}-r{number}", "report_calendar": "none"}
                row["as_of_calendar"] = "none"
    return found


def dates_of(text: str, language: str, published: DateInterval) -> list[Date]:
    """Return the dates of a sentence; that of an announcement (he said on Friday) only bounds it.

    Whoever announces a deed dates the announcement: the deed has a latest day and no first one.
    """
    found = []
    for day in find_dates(text, language, published):
        before = pattern("says", language).finditer(text, max(0, day.start - 40), day.start)
        says = max((match.end() for match in before), default=-1)
        near = says >= 0 and len(texts.tokens(text[says : day.start])) <= ANNOUNCED
        by = stated_interval(day.stated, day.calendar, published, "umm_al_qura", None).last
        if near and by and "/" not in day.stated:
            day = Date(day.start, day.end, f"../{by.isoformat()}", "gregorian")
        found.append(day)
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
        row = {"kind": "event", "actor_id": taking["taker_id"], "target_id": taking["loser_id"]}
        row |= {"modality": taking["modality"], "note": "taking", "span": taking["whole"]}
        for place in filter(None, taking["place_id"].split(";")):
            where = _when_where(sentence, taking["whole"], last, published)
            yield empty | row | where | {"place_id": place}
    placed = deed and sentence.places and (sentence.dates or last)
    match = sentence.first(deed, 0) if placed else None
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
    if count.verb[0] < count.figure.start:
        actor = sentence.subject(count.verb[0], (count.verb[1], count.figure.start))
    else:
        actor = sentence.behind("by", count.end)
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
    row = {"event_date": "", "event_calendar": "none"}
    if day:
        row = {"event_date": day.stated, "event_calendar": day.calendar}
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
