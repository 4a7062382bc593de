"""Places told as taken: twice, and how much of them."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from framelines.calendars import Calibration
from framelines.case import Case
from framelines.dates import edtf
from framelines.intervals import bounds
from framelines.timelines.days import dated_events
from framelines.timelines.readings import has_figure, logical_of
from framelines.timelines.statements import joined, statements
from framelines.timelines.wholes import set_of

# Parts of one place can be taken days apart; over more than a month it is taken anew.
SAME_CAMPAIGN = 31
# From the smallest to the widest: the rank of a place by its kind.
AREA_KINDS = (
    *("hill", "base", "checkpoint", "locality", "village", "town", "city", "valley", "plain"),
    *("zone", "region", "district", "governorate", "country"),
)
Row = dict[str, Any]


def takings(case: Case, claims: pd.DataFrame) -> pd.DataFrame:
    """Return dated claims that a place was taken, with taker (a side) and places as a set."""
    events = case["events"].set_index("event_id")
    dated = dated_events(claims)
    dated = dated[dated["event_id"].map(events["kind"]).eq("taking") & dated["place_id"].ne("")]
    sides = case["actors"].set_index("actor_id")["side"]
    winner = dated["event_id"].map(events["winner"]).map(sides)
    return dated.assign(taker=winner.where(winner.notna(), dated["actor_side"]))


def _computed(row: Row, other: Row) -> tuple[float, float, float, float]:
    """Ends of two dates; two Hijri dates of one source are compared as they stand."""
    hijri = row["event_calendar"] == other["event_calendar"] == "hijri"
    prefix = "computed_" if hijri and row["source_id"] == other["source_id"] else ""
    ends = [r[f"{prefix}{end}"] for r in (row, other) for end in ("first", "last")]
    return ends[0], ends[1], ends[2], ends[3]


def days_between(row: Row, other: Row) -> float:
    """Return the days between two dated claims; 0 where they can be of one day."""
    first_a, last_a, first_b, last_b = _computed(row, other)
    return float(max(first_a - last_b, first_b - last_a, 0))


def _lost_between(a: Row, b: Row, rows: list[Row]) -> bool:
    """Whether the source tells that the taker lost the place again between the two."""
    low, high = min(a["last"], b["last"]), max(a["first"], b["first"])
    places = set_of(a["place_id"]) & set_of(b["place_id"])
    return any(
        r["source_id"] == a["source_id"]
        and r["taker"] != a["taker"]
        and set_of(r["place_id"]) & places
        and r["last"] >= low
        and r["first"] <= high
        for r in rows
    )


def _one_site(a: Row, b: Row) -> bool:
    if a["event_id"] == b["event_id"]:
        return True
    return a["place_id"] == b["place_id"] and days_between(a, b) > SAME_CAMPAIGN


def repeated_takings(
    case: Case, claims: pd.DataFrame, across_documents: str
) -> list[tuple[Row, Row]]:
    """Return pairs of claims by which one side takes a site twice, with no loss told between.

    `one_document` asks inside each document, `one_source` across all of an outlet's.
    """
    rows = (
        takings(case, claims).sort_values(["claim_id", "doc_id"], kind="stable").to_dict("records")
    )
    key = "doc_id" if across_documents == "one_document" else "source_id"
    return [
        (a, b)
        for a, b in combinations(rows, 2)
        if a[key] == b[key]
        and a["taker"] == b["taker"]
        and _one_site(a, b)
        and days_between(a, b) > 0
        and not _lost_between(a, b, rows)
    ]


def taken_twice(
    case: Case,
    *,
    calendar: str | int = "calibrated",
    across_documents: str = "one_document",
    calibration: Calibration | None = None,
    coder: str = "first",
) -> pd.DataFrame:
    """Return sites that one source tells as taken twice by one side, no loss told in between.

    One row a source and site: source, bloc, taker (side), place_id, place, event_id, label, claims,
    documents, stated (the different dates as stated), days_apart (most). Two Hijri dates of one
    source are compared as they stand, since its calendar moves both alike. Raises `ValueError` for
    a choice of `across_documents` that is none.
    """
    if across_documents not in ("one_document", "one_source"):
        raise ValueError(f"no such choice: {across_documents!r}; allowed: one_document, one_source")
    claims = statements(case, calendar=calendar, calibration=calibration, coder=coder)
    groups: dict[tuple[str, str], list[tuple[Row, Row]]] = {}
    for a, b in repeated_takings(case, claims, across_documents):
        groups.setdefault((a["source_id"], min(a["event_id"], b["event_id"])), []).append((a, b))
    names = case["places"].set_index("place_id")["name"]
    labels = case["events"].set_index("event_id")["label"]
    rows = []
    for (_, event_id), pairs in sorted(groups.items()):
        told = {r["claim_id"]: r for pair in pairs for r in pair}
        first = pairs[0][0]
        places = sorted({p for r in told.values() for p in set_of(r["place_id"])})
        rows.append(
            {
                **{k: first[k] for k in ("source", "bloc", "taker")},
                "place_id": ";".join(places),
                "place": "; ".join(names.get(p, p) for p in places),
                "event_id": event_id,
                "label": labels[event_id],
                "claims": ";".join(sorted(told)),
                "documents": ";".join(sorted({r["doc_id"] for r in told.values()})),
                "stated": joined(r["event_date"] for r in told.values()),
                "days_apart": max(days_between(a, b) for a, b in pairs),
            }
        )
    columns = "source bloc taker place_id place event_id label claims documents stated days_apart"
    return pd.DataFrame(rows, columns=columns.split())


def _rank(kind: str) -> int:
    return AREA_KINDS.index(kind) if kind in AREA_KINDS else 0


def scope_of_taking(
    case: Case,
    *,
    published: str,
    reposts: bool = False,
    coder: str = "first",
) -> pd.DataFrame:
    """Return how much each outlet tells as taken, in documents that can be of `published`.

    `published` is an EDTF date or interval; a document counts where all its possible days lie in
    it. One row an outlet: source, bloc, documents, places (different ones told as taken), widest
    (name of the widest by the kind of place, then by the alphabet), widest_kind, rank, area_km2
    (the largest figure told; NaN without), place_names.
    """
    start, end = bounds(edtf(published))
    claims = statements(case, coder=coder, reposts=reposts)
    claims = claims[(claims["published_first"] >= start) & (claims["published_last"] <= end)]
    events = case["events"].set_index("event_id")
    told = claims[(claims["modality"] == "realised") & (claims["certainty"] != "denied")]
    taken = told[told["event_id"].map(events["kind"]).eq("taking") & told["place_id"].ne("")]
    taken = taken[taken["kind"].isin(["event", "sites_captured"])]
    places = case["places"].set_index("place_id")
    rows = []
    for (source, bloc), group in taken.groupby(["source", "bloc"], sort=True):
        ids = sorted({p for i in group["place_id"] for p in set_of(i) if p in places.index})
        widest = max(ids, key=lambda p: (_rank(places.at[p, "kind"]), p))
        own = told[(told["source"] == source) & (told["kind"] == "area_km2")].to_dict("records")
        areas = [logical_of(r).low for r in own if has_figure(r)]
        rows.append(
            {
                "source": source,
                "bloc": bloc,
                "documents": group["doc_id"].nunique(),
                "places": len(ids),
                "widest": places.at[widest, "name"],
                "widest_kind": places.at[widest, "kind"],
                "rank": _rank(places.at[widest, "kind"]),
                "area_km2": max(areas) if areas else np.nan,
                "place_names": "; ".join(places.at[p, "name"] for p in ids),
            }
        )
    columns = "source bloc documents places widest widest_kind rank area_km2 place_names".split()
    return pd.DataFrame(rows, columns=columns)
