"""Small cases built in memory, row by row, for analyses that a test counts by hand."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framelines.case import Case, load_case
from framelines.schema import TABLES

SOURCES = [("red-news", "Red News", "red"), ("blue-news", "Blue News", "blue")]
ACTORS = [
    ("red-army", "Red army", "red", "army"),
    ("blue-army", "Blue army", "blue", "army"),
    ("townsfolk", "Townsfolk", "none", "civilians"),
]
PLACES = [("land", "Land", "country", ""), ("vale", "Vale", "region", "land")]
PLACES += [(p, p.title(), "town", "vale") for p in ("ford", "mill", "hill")]
NUMBERS = {"value_min", "value_max", "start", "end", "lat", "lon"}


@cache
def case_of(name: str) -> Case:
    """Return a case of the repository; checked once for all tests, so no test may change it."""
    return load_case(name)


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a table of the schema with defaults for all that a row leaves out."""
    columns = TABLES[name].names
    filled = [{c: row.get(c, np.nan if c in NUMBERS else "") for c in columns} for row in rows]
    frame = pd.DataFrame(filled, columns=columns)
    for column in NUMBERS & set(columns):
        frame[column] = pd.to_numeric(frame[column])
    return frame


def claim(claim_id: str, doc_id: str, event_id: str, **more: Any) -> dict[str, Any]:
    """Return a claim; figures given as `value` are exact numbers."""
    number = more.pop("value", None)
    row = {
        "coder": "first",
        "claim_id": claim_id,
        "doc_id": doc_id,
        "start": 0,
        "end": 9,
        "event_id": event_id,
        "kind": "killed" if number is not None or "value_min" in more else "event",
        "event_calendar": "gregorian",
        "report_calendar": "none",
        "as_of_calendar": "none",
        "date_basis": "sentence",
        "modality": "realised",
        "attribution": "own_voice",
        "certainty": "asserted",
        "actor_id": "red-army",
        "target_id": "blue-army",
    }
    if number is not None:
        row |= {"value_min": number, "value_max": number, "qualifier": "exact"}
    if row["kind"] == "killed":
        row |= {"scope": "incremental", "unit": "persons"}
    return {**row, **more}


def figure(claim_id: str, doc_id: str, event_id: str, value: float, **more: Any) -> dict[str, Any]:
    """Return a claim of dead persons on 3 May 2019 at the ford."""
    day = {"event_date": "2019-05-03", "window": "2019-05-03", "place_scope": "ford"}
    return claim(claim_id, doc_id, event_id, **{"value": value, **day, **more})


def document(
    doc_id: str, source_id: str, published: str = "2019-06-01", **more: Any
) -> dict[str, Any]:
    return {
        "doc_id": doc_id,
        "label": doc_id,
        "source_id": source_id,
        "published_in": source_id,
        "published": published,
        "language": "en",
        "genre": "report",
        "theatre": "vale",
        "cases": "toy",
        **more,
    }


def event(event_id: str, kind: str = "attack", **more: Any) -> dict[str, Any]:
    base = {"case": "toy", "label": event_id.title(), "place_id": "ford", "window": "2019-05"}
    return {"event_id": event_id, "kind": kind, **base, **more}


def reference(ref_id: str, event_id: str, day: str, **more: Any) -> dict[str, Any]:
    base = {"case": "toy", "date_from": day, "date_to": day, "part_of_day": "day"}
    base |= {"origin": "monitor", "quality": "high", "according_to": "a monitor"}
    return {"ref_id": ref_id, "event_id": event_id, **base, **more}


def toy(
    claims: list[dict[str, Any]],
    *,
    events: list[dict[str, Any]] | None = None,
    references: list[dict[str, Any]] | None = None,
    documents: list[dict[str, Any]] | None = None,
    captures: list[dict[str, Any]] | None = None,
    compare: tuple[str, str] | None = ("red", "blue"),
) -> Case:
    """Return a case of two outlets, two armies and three towns with the rows given."""
    known = documents or [document("r1", "red-news"), document("b1", "blue-news")]
    named = (
        events
        if events is not None
        else [event(e) for e in sorted({c["event_id"] for c in claims})]
    )
    sources = [
        {"source_id": s, "name": n, "kind": "news_site", "bloc": c, "camp": c, "languages": "en"}
        for s, n, c in SOURCES
    ]
    actors = [dict(zip(("actor_id", "name", "side", "kind"), a, strict=True)) for a in ACTORS]
    places = [dict(zip(("place_id", "name", "kind", "parent"), p, strict=True)) for p in PLACES]
    tables = {
        "sources": table("sources", sources),
        "documents": table("documents", known),
        "actors": table("actors", actors),
        "namings": table("namings", []),
        "places": table("places", places),
        "events": table("events", named),
        "claims": table("claims", claims),
        "captures": table("captures", captures or []),
        "reference": table("reference", references or []),
    }
    return Case("toy", "Toy", compare, {}, Path(), tables)


def shuffled(case: Case, seed: int) -> Case:
    """Return the case with the rows of every table in another order."""
    tables = {
        name: frame.sample(frac=1, random_state=seed).reset_index(drop=True)
        for name, frame in case.tables.items()
    }
    return Case(case.name, case.title, case.compare, case.parameters, case.folder, tables)


def swapped(case: Case) -> Case:
    """Return the case with the compared camps in the other order."""
    assert case.compare
    pair = case.compare[1], case.compare[0]
    return Case(case.name, case.title, pair, case.parameters, case.folder, case.tables)
