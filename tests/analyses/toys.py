"""Small cases built in memory, row by row, for analyses that a test counts by hand."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from framelines import REPO
from framelines.tables.case import Case, load_case
from framelines.tables.schema import fields_of, resources

SOURCES = [("red-news", "Red News", "red"), ("blue-news", "Blue News", "blue")]
ACTORS = [
    ("red-army", "Red army", "red", "army"),
    ("blue-army", "Blue army", "blue", "army"),
    ("townsfolk", "Townsfolk", "none", "civilians"),
]
PLACES = [("land", "Land", "country", ""), ("vale", "Vale", "region", "land")]
PLACES += [(p, p.title(), "town", "vale") for p in ("ford", "mill", "hill")]
TRUTH = yaml.safe_load((REPO / "data" / "example" / "truth.yaml").read_text(encoding="utf-8"))
NUMBERS = ("value_min", "value_max", "start", "end", "lat", "lon")
Row = dict[str, Any]
# Read once for all tests, so no test may change it.
case_of = cache(load_case)


@cache
def uncoded(name: str) -> Case:
    case = case_of(name)
    kept = ("sources", "documents")
    return replace(case, tables={k: t if k in kept else t.iloc[:0] for k, t in case.tables.items()})


def table(name: str, rows: list[Row]) -> pd.DataFrame:
    """A table of the schema with defaults for all that a row leaves out."""
    filled = [{c: r.get(c, None if c in NUMBERS else "") for c in fields_of(name)} for r in rows]
    frame = pd.DataFrame(filled, columns=list(fields_of(name)), dtype=None if rows else "str")
    numbers = {c: pd.to_numeric(frame[c]) for c in NUMBERS if c in frame}
    return frame.assign(**numbers)


EMPTY = {name: table(name, []) for name in resources()}


def claim(claim_id: str, event_id: str, **more: Any) -> Row:
    """A claim of the document that its id begins with; `value` is an exact number of dead."""
    row: Row = {"coder": "first", "claim_id": claim_id, "doc_id": claim_id.split("-")[0]}
    row |= {"start": 0, "end": 9, "event_id": event_id, "event_calendar": "gregorian"}
    row |= {"date_basis": "sentence", "modality": "realised", "attribution": "own_voice"}
    row |= {"certainty": "asserted", "actor_id": "red-army", "target_id": "blue-army"}
    row["kind"] = "killed" if {"value", "value_min"} & more.keys() else "event"
    if row["kind"] == "killed":
        row |= {"scope": "incremental", "unit": "persons"}
    if "value" in more:
        value = more.pop("value")
        row |= {"value_min": value, "value_max": value, "qualifier": "exact"}
    return row | more


def figure(claim_id: str, event_id: str, value: float, **more: Any) -> Row:
    """A claim of dead persons on 3 May 2019 at the ford."""
    day = {"event_date": "2019-05-03", "window": "2019-05-03", "place_scope": "ford"}
    return claim(claim_id, event_id, **{"value": value, **day, **more})


def document(doc_id: str, source_id: str, published: str = "2019-06-01", **more: Any) -> Row:
    row = {"doc_id": doc_id, "label": doc_id, "source_id": source_id, "published_in": source_id}
    row |= {"published": published, "language": "en", "genre": "report", "theatre": "vale"}
    return row | {"cases": "toy"} | more


def event(event_id: str, kind: str = "attack", **more: Any) -> Row:
    base = {"case": "toy", "label": event_id.title(), "place_id": "ford", "window": "2019-05"}
    return {"event_id": event_id, "kind": kind, **base, **more}


def known(ref_id: str, event_id: str, day: str = "2019-05-03", **more: Any) -> Row:
    """A row of the reference; `value` is a number of dead of the actor `target`."""
    base = {"case": "toy", "date_from": day, "date_to": day, "part_of_day": "day"}
    base |= {"origin": "monitor", "quality": "high", "according_to": "a monitor"}
    if "value" in more:
        value = more.pop("value")
        more = {"value_min": value, "value_max": value, "outcome": "killed"} | more
    return {"ref_id": ref_id, "event_id": event_id, **base, **more}


def toy(claims: list[Row], **more: list[Row]) -> Case:
    """A case of two outlets, two armies and three towns; `more` are rows of other tables."""
    about = {"kind": "news_site", "languages": "en"}
    sources = [{"source_id": s, "name": n, "bloc": c, "camp": c, **about} for s, n, c in SOURCES]
    actors = [dict(zip(("actor_id", "name", "side", "kind"), a, strict=True)) for a in ACTORS]
    places = [dict(zip(("place_id", "name", "kind", "parent"), p, strict=True)) for p in PLACES]
    rows = {"sources": sources, "actors": actors, "places": places, "claims": claims}
    rows |= {"documents": [document("r1", "red-news"), document("b1", "blue-news")]}
    rows |= {"events": [event(e) for e in sorted({c.get("event_id", "") for c in claims} - {""})]}
    tables = EMPTY | {name: table(name, own) for name, own in (rows | more).items()}
    parameters = {"draws": 10, "seed": 1, "permutations": 99}
    others = ("first", "vale", parameters, Path(), tables, ("vale",))
    return Case("toy", "Toy", ("red", "blue"), *others)


@cache
def shuffled(case: Case) -> Case:
    rows = {n: f.sample(frac=1, random_state=5, ignore_index=True) for n, f in case.tables.items()}
    return replace(case, tables=rows)


@cache
def swapped(case: Case) -> Case:
    assert case.compare
    return replace(case, compare=case.compare[::-1])
