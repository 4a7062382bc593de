"""The coder `rules`: claims, mentions and takings of a text, by lists of words and nothing else.

What the lists of a language and the names do not hold is not found. The rules are those of the
codebook, as far as the words of one sentence can bear them; a general word (the militants) means
whoever of that kind was named last. Nothing is learned or drawn: the same texts give the same rows.
"""

import math
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd
import regex

from framelines.corpus import reading, texts
from framelines.corpus.documents import Row
from framelines.corpus.finders import Date, find_dates
from framelines.corpus.names import Names, find_mentions, known_actors
from framelines.corpus.reading import CIVILIANS, LOSSES, Sentence, counts, takings, voice
from framelines.corpus.texts import Span
from framelines.methods.dates import Ends, days_text, gregorian, stated_interval

CODER = "rules"
TABLES = ("claims", "naming_mentions", "captures", "dates")
DEEDS = ("bombing", "clash", "attack", "withdrawal")
# Deeds that two sources may tell of one event under different names.
GROUPS = {"taking": "taking", "withdrawal": "withdrawal"}
GROUPS |= dict.fromkeys(("bombing", "clash", "attack", "killing"), "violence")
TAKING_DAYS = 3
_OPENS = regex.compile(r"(?:^|[–—:)])\W*(?:\p{L}+\s+){0,2}$")  # a dateline may stand before
LONGEST = 200  # words: a text without stops is read in pieces
Located = tuple[str, Span, Row]  # a table, and a row of it with its span in the sentence
STANDING = ("force_size", "distance_km", "area_km2")
EMPTY = dict.fromkeys("event_id actor_id target_id value_min value_max qualifier".split(), "")
EMPTY |= dict.fromkeys(("event_calendar", "report_calendar", "as_of_calendar"), "none")
EMPTY |= {"place_id": "", "event_date": "", "date_basis": "none", "modality": "realised"}


def code_document(doc: Row, text: str, spans: list[Span], names: Names) -> dict[str, list[Row]]:
    """Return the rows of claims, naming_mentions, captures and dates of one document.

    `doc` is its row of documents.csv, `spans` its sentences that count. Offsets are the document's.
    For `match_events` claims have also their `deed` and `day`; captures their `claim_id`.
    """
    language, doc_id = doc["language"], doc["doc_id"]
    published = gregorian(doc["published"])
    labels, places = (names.terms(what, doc_id, language) for what in ("namings", "places"))
    found: dict[str, list[Row]] = {t: [] for t in TABLES}
    quotes, named = texts.quotations(text), dict[str, str]()
    said, last = "own_voice", None
    for begin, end in _pieces(text, spans):
        words = text[begin:end]
        actors = _mentions(words, labels, names, named)
        there = [p for p in find_mentions(words, places) if not words[p["start"]].islower()]
        sentence = Sentence(words, language, actors, there)
        stated = find_dates(words, language, published)
        sentence.dates = [_of_deed(sentence, day, published) for day in stated]
        quoted = any(s <= begin and end <= e + 1 for s, e in quotes)
        said, certainty = voice(sentence, said, quoted)
        told = _told(sentence, bool(sentence.dates or last))
        for table, (start, stop), row in [*_named(sentence, stated, actors), *told]:
            if table == "claims":
                row = EMPTY | _when_where(sentence, start, last, published) | row
                row |= {"attribution": said, "certainty": certainty}
            if table == "claims" or row.get("place_id"):  # a taking is of the claim that follows
                row["claim_id"] = f"{doc_id}-r{len(found['claims']) + 1}"
            span = {"start": begin + start, "end": begin + stop}
            row |= {"coder": CODER, "doc_id": doc_id, "hash": texts.short_hash(words[start:stop])}
            found[table].append(row | span)
        last = next((d for d in reversed(sentence.dates) if ".." not in d.stated), last)
    return found


def _pieces(text: str, spans: list[Span]) -> Iterator[Span]:
    for begin, end in spans:
        words = texts.tokens(text[begin:end])
        yield from pairwise([begin, *(begin + s for s, _ in words[LONGEST::LONGEST]), end])


def _of_deed(sentence: Sentence, day: Date, published: Ends) -> Date:
    """A date of a sentence; that of an announcement (he said on Friday) only bounds a deed.

    Whoever announces a deed dates the announcement: the deed has a latest day and no first one. So
    it is with a day that opens a sentence: On Friday, the minister announced that.
    """
    near = bool(sentence.terms("says", day.start - reading.CLOSE, day.start))
    says = sentence.first("says", day.end, day.end + reading.FAR)
    if says and _OPENS.search(sentence.text[: day.start]):
        near |= sentence.touches("that", says.end) or bool(sentence.terms("denied", *says[:2]))
    _, by = stated_interval(day.stated, day.calendar, published)
    if near and math.isfinite(by) and "/" not in day.stated:
        return Date(day.start, day.end, f"../{days_text(by)}", "gregorian")
    return day


def _mentions(text: str, labels: texts.Terms, names: Names, named: dict[str, str]) -> list[Row]:
    """The mentions of a sentence; general words are whoever of their kind was named last."""
    found, means = [], known_actors()["means"]
    for mention in find_mentions(text, labels):
        met, actor = text[mention["start"] : mention["end"]], mention["actor_id"]
        if met.isascii() and len(met.strip(".")) <= 3 and not met.isupper():
            continue  # us is no US
        if isinstance(kinds := means.get(actor), list):
            mention["actor_id"] = next((named[kind] for kind in kinds if kind in named), actor)
        else:
            named[names.kinds.get(actor, "")] = actor
        found.append(mention)
    return found


def _named(sentence: Sentence, stated: list[Date], actors: list[Row]) -> Iterator[Located]:
    """The rows of dates, as stated and as they bound deeds, and of mentions of actors."""
    for day in dict.fromkeys(stated + sentence.dates):
        yield "dates", day[:2], {"event_date": day.stated, "event_calendar": day.calendar}
    for mention in actors:
        # Civilians are no armed or political actor: they are whom something befalls.
        if mention["actor_id"] != CIVILIANS:
            span = (mention["start"], mention["end"])
            label = " ".join(texts.words(sentence.text[slice(*span)])) or mention["label"]
            row = {"actor_id": mention["actor_id"], "stance": mention["stance"]}
            yield "naming_mentions", span, row | {"label": label}


def _told(sentence: Sentence, dated: bool) -> Iterator[Located]:
    """The rows of claims, without their voice, and of captures, each before its claims."""
    deed = next((d for d in DEEDS if sentence.terms(d)), "")
    total = "cumulative" if sentence.terms("cumulative") else "incremental"
    for count in counts(sentence):
        kind, figure, row = count["kind"], count["figure"], count.copy()
        row["unit"] = "persons" if kind in (*LOSSES, STANDING[0]) else "items"
        if kind in STANDING[1:]:
            row |= {"item": "", "unit": count["item"]}
        row["qualifier"] = dict(articles="exact", names="exact").get(figure[4], figure.qualifier)
        for column, value in (("value_min", figure.low), ("value_max", figure.high)):
            row[column] = "" if math.isnan(value) else f"{value:.10g}"
        row["scope"] = "standing" if kind in STANDING else "" if count["part"] else total
        row["deed"] = deed or ("killing" if kind in LOSSES else "")
        yield "claims", count["span"], row
    for taking in takings(sentence):
        whole = taking.pop("whole")
        yield "captures", taking.pop("span"), taking
        row = {"actor_id": taking["taker_id"], "target_id": taking["loser_id"], "deed": "taking"}
        row["kind"] = "event"
        if taking["modality"] != "realised":
            row["modality"] = taking["modality"]
        for place in filter(None, taking["place_id"].split(";")):
            yield "claims", whole, row | {"place_id": place}
    if deed and dated and sentence.terms("places"):
        start, end, *_ = sentence.terms(deed)[0]
        actor = sentence.subject(start, (start, end))
        yield "claims", (start, end), {"kind": "event", "actor_id": actor, "deed": deed}


def _when_where(sentence: Sentence, at: int, last: Date | None, published: Ends) -> Row:
    """Date and place: the nearest of the sentence, else the last date that was stated.

    `day` is the one day that the date means, if it means one.
    """
    here = min(sentence.dates, key=lambda d: (abs(d.start - at), d.start), default=None)
    place = min(sentence.terms("places"), key=lambda p: (abs(p.start - at), p), default=None)
    row: Row = {"place_id": place.what if place else "", "day": None}
    if day := here or last:
        row |= {"event_date": day.stated, "event_calendar": day.calendar}
        row["date_basis"] = "sentence" if here else "document"
        low, high = stated_interval(day.stated, day.calendar, published)
        row["day"] = low if low == high else None
        if low > published[1]:
            row["modality"] = "planned"
    return row


def match_events(claims: list[Row], documents: pd.DataFrame, case: str) -> list[Row]:
    """Return the events that two sources or more tell, and enter them in `event_id` of the claims.

    Claims are of one event if they tell realised deeds of one group (`GROUPS`) at one place on one
    day; takings of a place are one if no more than `TAKING_DAYS` lie between two days in a row. A
    claim whose date leaves several days open is of none. Reposts are no second source. The rule is
    the same for every source, and no claim comes before another. Who won and lost stands where all
    that say so agree.
    """
    frame = pd.DataFrame([c for c in claims if c["deed"] in GROUPS and c["place_id"] and c["day"]])
    if frame.empty:
        return []
    frame = frame[(frame["modality"] == "realised") & (frame["certainty"] != "denied")]
    first_told = documents[documents["duplicate_of"] == ""].set_index("doc_id")["source_id"]
    frame = frame.assign(group=frame["deed"].map(GROUPS), source=frame["doc_id"].map(first_told))
    frame = frame.sort_values(["group", "place_id", "day"], kind="stable")
    apart = frame.groupby(["group", "place_id"])["day"].diff()
    runs = (apart > TAKING_DAYS * (frame["group"] == "taking")).cumsum()
    found, of_claim = [], dict[str, str]()
    for (group, place, _), run in frame.groupby(["group", "place_id", runs]):
        if run["source"].nunique() < 2:
            continue
        first, last = (days_text(run["day"].iloc[end]) for end in (0, -1))
        kind = run["deed"].mode()[0]
        event = {"event_id": f"{CODER}-{group}-{place}-{first}", "case": case, "kind": kind}
        event |= {"label": f"{kind.capitalize()}, {place.replace('-', ' ').title()}, {first}"}
        event |= {"place_id": place, "window": first if first == last else f"{first}/{last}"}
        for column, role in (("winner", "actor_id"), ("loser", "target_id")):
            named = {*run.loc[run["kind"] == "event", role]} - {""}
            event[column] = named.pop() if group == "taking" and len(named) == 1 else ""
        of_claim |= dict.fromkeys(run["claim_id"], event["event_id"])
        found.append(event)
    for claim in claims:
        claim["event_id"] = of_claim.get(claim["claim_id"], "")
    return found
