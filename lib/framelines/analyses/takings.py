"""What is told as taken: how much of it, by whom, and what one side takes twice."""

import math
from collections import defaultdict

import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses.claims import Row, claims, estimated, joined, lookup, table_of
from framelines.analyses.findings import estimand
from framelines.analyses.timelines import AREAS, CALENDAR, REPOSTS, dated_events, days_between
from framelines.methods.dates import gregorian
from framelines.methods.estimate import Estimate
from framelines.tables.case import Case

# Parts of one place can be taken days apart; over more than a month it is taken anew.
SAME_CAMPAIGN = 31
# From the smallest to the widest: the rank of a place by its kind.
AREA_KINDS = (
    *("hill", "base", "checkpoint", "locality", "village", "town", "city", "valley", "plain"),
    *AREAS,
)


def scope_table(case: Case, *, published: str, **which: str) -> pd.DataFrame:
    """Return how much each outlet tells as taken in documents of `published` (EDTF), widest last.

    places counts those told as taken; the widest is so by its kind, then by the alphabet.
    """
    told = coded.realised(claims(case, **which)).query("event_kind == 'taking' and place_id != ''")
    told = told[told["kind"].isin(["event", "sites_captured"])]
    dates, (start, end) = lookup(case, "documents", "published"), gregorian(published)
    out = {d: gregorian(dates[d]) for d in told["doc_id"]}
    within = [d for d, (low, high) in out.items() if start <= low and high <= end]
    name, kind = (lookup(case, "places", c) for c in ("name", "kind"))
    rank, made = {p: AREA_KINDS.index(k) for p, k in kind.items() if k in AREA_KINDS}, []
    for source, rows in told[told["doc_id"].isin(within)].groupby("source"):
        ids = sorted({p for i in rows["place_id"] for p in coded.set_of(i)})
        widest = max(ids, key=lambda p: (rank.get(p, 0), p))
        names, documents = "; ".join(name.get(p, p) for p in ids), rows["doc_id"].nunique()
        about = source, documents, len(ids), name.get(widest, widest), kind.get(widest, ""), names
        made.append((*about, rank.get(widest, 0)))
    columns = "source documents places widest widest_kind place_names"
    return table_of(made, columns, by="rank places source")


@estimand("timelines.scope_of_taking", choices={"reposts": REPOSTS}, evidence=scope_table)
def scope_of_taking(case: Case, *, published: str, **choices: str) -> list[Estimate]:
    """Return for each outlet how many places it tells as taken, and the widest of them."""
    made = []
    for r in scope_table(case, published=published, **choices).sort_values("source").itertuples():
        widest = f"widest: {r.widest}, a {r.widest_kind}"
        made.append((r.source, float(r.places), math.nan, math.nan, r.documents, widest))
    measures = "places told as taken; the widest is named"
    none = "no document of these days tells a taking"
    return estimated(made, none, unit="places", measures=measures)


def _lost_between(a: Row, b: Row, rows: list[Row]) -> bool:
    """Whether a source, by all its takings, tells that the taker lost the place in between."""
    low, high = min(a["last"], b["last"]), max(a["first"], b["first"])
    places = coded.set_of(a["place_id"]) & coded.set_of(b["place_id"])
    others = [r for r in rows if r["taker"] != a["taker"]]
    met = [r for r in others if coded.set_of(r["place_id"]) & places]
    return any(r["last"] >= low and r["first"] <= high for r in met)


def repeated_takings(
    case: Case, told: pd.DataFrame, across_documents: str = "one_document"
) -> list[tuple[Row, Row]]:
    """Return pairs of claims, of one document or one source, by which one side takes a site twice,
    with no loss told between."""
    dated = dated_events(told).query("place_id != '' and event_kind == 'taking'")
    winner = dated["event_id"].map(lookup(case, "events", "winner"))
    winner = winner.map(lookup(case, "actors", "side"))
    dated = dated.assign(taker=winner.where(winner.notna(), dated["actor_side"]))
    rows = dated.sort_values(["claim_id", "doc_id"], kind="stable").to_dict("records")
    key = {"one_document": "doc_id", "one_source": "source_id"}[across_documents]
    of_source, made = defaultdict[str, list[Row]](list), []
    for row in rows:
        of_source[row["source_id"]].append(row)
    for a, b in coded.pairs_by(rows, lambda r: [(r[key], r["taker"])]):
        apart = days_between(a, b)
        again = a["taker"] and a["place_id"] == b["place_id"] and apart > SAME_CAMPAIGN
        same = a["event_id"] == b["event_id"] and apart > 0
        if (same or again) and not _lost_between(a, b, of_source[a["source_id"]]):
            made.append((a, b))
    return made


def taken_twice_table(
    case: Case, *, calendar: str = "calibrated", across_documents: str = "one_document"
) -> pd.DataFrame:
    """Return sites that one source has one side (taker) take twice, with no loss told between."""
    groups: dict[tuple[str, str], list[tuple[Row, Row]]] = {}
    for a, b in repeated_takings(case, claims(case, calendar), across_documents):
        groups.setdefault((a["source_id"], min(a["event_id"], b["event_id"])), []).append((a, b))
    name, made = lookup(case, "places", "name"), []
    for _, pairs in sorted(groups.items()):
        rows = [r for pair in pairs for r in pair]
        place = joined(name.get(p, p) for r in rows for p in coded.set_of(r["place_id"]))
        about = place, rows[0]["source"], rows[0]["taker"], joined(r["event_date"] for r in rows)
        apart = int(max(days_between(a, b) for a, b in pairs))
        made.append((*about, apart, joined((r["claim_id"] for r in rows), ", ")))
    return table_of(made, "place source taker stated days_apart claims")


@estimand(
    "timelines.taken_twice",
    choices={"calendar": CALENDAR, "across_documents": ("one_document", "one_source")},
    evidence=taken_twice_table,
)
def taken_twice(case: Case, **choices: str) -> Estimate:
    """Return the number of sites that one source has its side take twice."""
    table = taken_twice_table(case, **choices)
    measures = "sites told as taken twice, with no loss told between"
    detail = "; ".join(sorted(table["place"]))
    return Estimate(float(len(table)), "sites", measures=measures, detail=detail)
