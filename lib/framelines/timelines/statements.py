"""Claims made ready to compare: who tells them, of which days, whose loss, and in which region."""

import math
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pandas as pd

from framelines.calendars import Calibration, calibrate, claim_days
from framelines.case import Case
from framelines.dates import edtf
from framelines.intervals import bounds, day_numbers
from framelines.kept import kept
from framelines.problems import DataError, Problem

# Sides in actors.csv that lose nothing in the war that is compared.
NEUTRAL_SIDES = ("none", "civilians", "other")
LOSS_OF_PERSONS = ("killed", "wounded", "killed_or_wounded", "captured_persons")
LOSS_OF_MATERIAL = ("equipment_destroyed", "equipment_damaged", "equipment_captured")
LOSS_OF_PLACES = ("sites_captured",)
# What happens at one moment; all else in events.csv lasts, and a date within it is one of several.
MOMENTARY = (
    *("taking", "attack", "bombing", "withdrawal"),
    *("statement", "agreement", "killing", "destruction"),
)
# A day is told to the day where it leaves at most this many open.
DAY_WIDTH = 4
# A region belongs to a theatre where at least this share of its documents' placed events lie.
THEATRE_SHARE = 0.1


def day_text(number: float) -> str:
    """Return a day number as YYYY-MM-DD; empty for an open end."""
    return date.fromordinal(int(number)).isoformat() if math.isfinite(number) else ""


def joined(parts: Iterable[str]) -> str:
    """Return the different values, sorted and joined by `; `, without empty ones."""
    return "; ".join(sorted({p for p in parts if p}))


def _numbers(days: pd.DataFrame, role: str) -> dict[str, np.ndarray]:
    return {
        f"{role}_first": day_numbers(days[f"{role}_first"], -math.inf),
        f"{role}_last": day_numbers(days[f"{role}_last"], math.inf),
    }


def _slack(wide: dict[str, np.ndarray], exact: dict[str, np.ndarray], role: str) -> np.ndarray:
    """Days by which either end may be off because the calendar is not known: 0 where it is."""
    with np.errstate(invalid="ignore"):  # ∞ − ∞, for dates that are open at both ends
        width = wide[f"{role}_last"] - wide[f"{role}_first"]
        least = exact[f"{role}_last"] - exact[f"{role}_first"]
        width = width - least
    return np.where(np.isfinite(width), np.ceil(width / 2), 0)


def _days(case: Case, calendar: str | int, calibration: Calibration | None) -> pd.DataFrame:
    """Days of the claims of all coders: what does not hang on the coder is computed once."""
    found = claim_days(case, calendar, calibration)
    hull, exact = claim_days(case, "hull"), claim_days(case, "umm_al_qura")
    event, window = _numbers(found, "event"), _numbers(found, "window")
    columns = {
        "first": event["event_first"],
        "last": event["event_last"],
        "hull_first": _numbers(hull, "event")["event_first"],
        "hull_last": _numbers(hull, "event")["event_last"],
        "computed_first": _numbers(exact, "event")["event_first"],
        "computed_last": _numbers(exact, "event")["event_last"],
        **window,
        "window_slack": _slack(window, _numbers(exact, "window"), "window"),
    }
    keep = [c for c in case["claims"].columns if c in found]
    return found[[*keep, "source_id"]].assign(**columns)


def _with_copies(claims: pd.DataFrame, case: Case, reposts: bool) -> pd.DataFrame:
    """Leave reposts out; or keep them, and let a host tell what an article inside it tells."""
    documents = case["documents"].set_index("doc_id")
    if not reposts:
        copies = set(documents.index[documents["duplicate_of"] != ""])
        return claims[~claims["doc_id"].isin(copies)]
    host = claims["doc_id"].map(documents["contained_in"])
    inside = host != ""
    told = claims[inside].assign(doc_id=host[inside])
    told["source_id"] = told["doc_id"].map(documents["source_id"])
    original = documents[documents["duplicate_of"] != ""]["duplicate_of"]
    twice = [
        claims[claims["doc_id"] == first].assign(
            doc_id=copy, source_id=documents.at[copy, "published_in"]
        )
        for copy, first in original.items()
        if not (claims["doc_id"] == copy).any()
    ]
    return pd.concat([claims, told, *twice])


def sides_of(ids: str, sides: Mapping[str, str]) -> str:
    """Return the sides of actors joined by `;`, each once, in the same notation."""
    return ";".join(sorted({sides[i] for i in ids.split(";") if i in sides}))


@kept
def statements(
    case: Case,
    *,
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
    reposts: bool = False,
) -> pd.DataFrame:
    """Return the claims of one coder with what every comparison needs, in a fixed order.

    Adds source_id, source, camp, bloc; first and last (days of the event as numbers, ±∞ where
    open), hull_ and computed_ for the uncalibrated hull and Umm al-Qura; window_first,
    window_last, window_slack; published_first, published_last; actor_side and target_side; and
    `voice`: the outlet, or `quoted in` it where it passes on other or enemy media. Reposts are left
    out, or with `reposts` counted again for whoever hosts them.
    """
    if calendar == "calibrated" and calibration is None:
        calibration = calibrate(case, coder=coder)
    found = _days(case, calendar, calibration)
    mine = found[found["coder"] == coder].reset_index(drop=True)
    claims = _with_copies(mine, case, reposts)
    sources = case["sources"].set_index("source_id")
    for column, origin in (("source", "name"), ("camp", "camp"), ("bloc", "bloc")):
        claims[column] = claims["source_id"].map(sources[origin])
    published = case["documents"].set_index("doc_id")["published"].map(lambda t: bounds(edtf(t)))
    claims["published_first"] = claims["doc_id"].map(published.map(lambda b: b[0]))
    claims["published_last"] = claims["doc_id"].map(published.map(lambda b: b[1]))
    sides = case["actors"].set_index("actor_id")["side"].to_dict()
    for role in ("actor", "target"):
        claims[f"{role}_side"] = [sides_of(i, sides) for i in claims[f"{role}_id"]]
    quoted = claims["attribution"].isin(["other_media", "enemy_media"])
    claims["voice"] = claims["source"].where(~quoted, "quoted in " + claims["source"])
    return claims.sort_values(["claim_id", "doc_id"], kind="stable").reset_index(drop=True)


def disowned(claims: pd.DataFrame) -> pd.Series:
    """Return which claims their own document denies in its own voice: told only to be denied."""
    denials = claims[(claims["attribution"] == "own_voice") & (claims["denies"] != "")]
    pairs = set(zip(denials["doc_id"], denials["denies"], strict=True))
    told = zip(claims["doc_id"], claims["claim_id"], strict=True)
    return pd.Series([pair in pairs for pair in told], index=claims.index, dtype=bool)


def stem(name: str) -> str:
    """Return the name of a side or camp without the word for it: `government` for both."""
    return name.removesuffix("_camp").removesuffix("_side")


def side_of_camp(case: Case, camp: str) -> str:
    """Return the side of actors.csv that a camp of sources.csv speaks for, or "" for none."""
    found = [s for s in sorted(set(case["actors"]["side"])) if stem(s) == stem(camp)]
    return found[0] if found else ""


def camps(case: Case) -> tuple[str, ...]:
    """Return the camps of a case that speak for a side: those compared, else all that write."""
    if case.compare:
        return case.compare
    writers = case["documents"]["source_id"]
    found = case["sources"].set_index("source_id")["camp"][writers]
    return tuple(c for c in sorted(set(found)) if side_of_camp(case, c))


def enemies_of(case: Case, camp: str) -> tuple[str, ...]:
    """Return the sides that a camp's side fights: the other camp's, else all that bear arms."""
    if case.compare and camp in case.compare:
        other = case.compare[1 - case.compare.index(camp)]
        return (side_of_camp(case, other),)
    armed = set(case["actors"]["side"]) - {*NEUTRAL_SIDES, side_of_camp(case, camp)}
    return tuple(sorted(armed))


def check_event(case: Case, event_id: str) -> str:
    """Return the event's label. Raises `DataError` where the case has no such event."""
    events = case["events"].set_index("event_id")["label"]
    if event_id not in events.index:
        what, fix = "there is no such event in this case", "Name an id of events.csv"
        raise DataError([Problem("events.csv", what, value=event_id, fix=fix)])
    return str(events[event_id])


def regions(case: Case) -> dict[str, str]:
    """Return the region of every place: its highest parent below the country."""
    places = case["places"].set_index("place_id")
    parents, kinds = places["parent"].to_dict(), places["kind"].to_dict()

    def region(place: str) -> str:
        seen = {place}
        while parents[place] and kinds[parents[place]] != "country" and parents[place] not in seen:
            place = parents[place]
            seen.add(place)
        return place

    return {place: region(place) for place in places.index}


def document_regions(case: Case, claims: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return the regions in which every document's theatre lies.

    The region that bears the theatre's name, and every one that holds at least `THEATRE_SHARE` of
    the placed events of the documents of that theatre. A `mixed` document stands for itself; one
    about `elsewhere` has none.
    """
    region = regions(case)
    placed = claims[(claims["kind"] == "event") & (claims["place_id"] != "")]
    named = placed.assign(place=placed["place_id"].str.split(";")).explode("place")
    named = named[named["place"].isin(region)]
    named = named.assign(region=[region[p] for p in named["place"]])
    found: dict[str, frozenset[str]] = {}
    documents = case["documents"]
    for row in documents.to_dict("records"):
        theatre, doc_id = row["theatre"], row["doc_id"]
        if theatre == "elsewhere":
            found[doc_id] = frozenset()
            continue
        alike = documents.loc[documents["theatre"] == theatre, "doc_id"]
        told = named[named["doc_id"].isin([doc_id] if theatre == "mixed" else alike)]
        shares = told["region"].value_counts(normalize=True)
        own = {region[p] for p in region if theatre in (p, *p.split("-"))}
        found[doc_id] = frozenset(shares.index[shares >= THEATRE_SHARE]) | own
    return found


def event_regions(case: Case, claims: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return the regions of every event: of its own place, else of the places that claims name."""
    region = regions(case)
    events = case["events"]
    found = {}
    named = claims.groupby("event_id", sort=True)["place_id"].agg(lambda ids: ";".join(ids))
    for event, place in zip(events["event_id"], events["place_id"], strict=True):
        places = [place] if place else str(named.get(event, "")).split(";")
        found[str(event)] = frozenset(region[p] for p in places if p in region)
    return found
