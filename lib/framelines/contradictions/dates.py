"""Dates and denials that exclude each other, and deeds told twice."""

from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any

import pandas as pd

from framelines.case import Case
from framelines.timelines.days import dated_events
from framelines.timelines.statements import MOMENTARY
from framelines.timelines.takings import days_between, repeated_takings

Row = dict[str, Any]
# Why two dates of one event are not set against each other.
LASTS = "the event lasts, and each may tell another day of it"
QUOTED = "one passes on what the other side says"


@dataclass(frozen=True)
class Clash:
    """Two claims that cannot both be true, or whose truth hangs on the calendar."""

    first: Row
    second: Row
    kind: str
    depends_on_calendar: bool = False
    days: float = 0.0


def _apart(a: Row, b: Row, prefix: str) -> float:
    ends = [r[f"{prefix}{end}"] for r in (a, b) for end in ("first", "last")]
    return float(max(ends[0] - ends[3], ends[2] - ends[1], 0))


def date_clashes(
    case: Case, claims: pd.DataFrame
) -> tuple[list[Clash], list[tuple[str, Row, Row]]]:
    """Return pairs of dates of one momentary event that exclude each other, and pairs not asked.

    They conflict only if they share no day after calibration nor under the uncalibrated hull; two
    Hijri dates of one source are compared as they stand. Where only one of the two readings parts
    them, the clash depends on the calendar. Repetitions with the same date are one statement.
    """
    kinds = case["events"].set_index("event_id")["kind"]
    clashes: list[Clash] = []
    left: list[tuple[str, Row, Row]] = []
    dated = dated_events(claims, figures_dated_in=("sentence",))
    dated = dated.sort_values(["event_id", "claim_id", "doc_id"], kind="stable")
    stated = dated.drop_duplicates("claim_id").set_index("claim_id")["event_date"]
    dated = dated[dated["repeats"].map(stated) != dated["event_date"]]
    keys = ["event_id", "source_id", "doc_id", "voice", "first", "last"]
    rows = dated.drop_duplicates(keys).to_dict("records")
    for event, group in groupby(rows, key=lambda row: str(row["event_id"])):
        for a, b in combinations(list(group), 2):
            if a["camp"] != b["camp"] and "enemy_media" in (a["attribution"], b["attribution"]):
                left.append((QUOTED, a, b))
            elif kinds.get(event) not in MOMENTARY:
                left.append((LASTS, a, b))
            else:
                clashes += _date_clash(a, b)
    return clashes, left


def _date_clash(a: Row, b: Row) -> list[Clash]:
    hijri = a["event_calendar"] == b["event_calendar"] == "hijri"
    if hijri and a["source_id"] == b["source_id"]:
        days = days_between(a, b)
        return [Clash(a, b, "date", False, days)] if days else []
    calibrated, hull = _apart(a, b, ""), _apart(a, b, "hull_")
    if calibrated and hull:
        return [Clash(a, b, "date", False, min(calibrated, hull))]
    if calibrated or hull:
        return [Clash(a, b, "date", True, max(calibrated, hull))]
    return []


def denials(claims: pd.DataFrame) -> list[Clash]:
    """Return every denial with the one claim that it denies, where that is asserted."""
    by_id = claims.drop_duplicates("claim_id").set_index("claim_id", drop=False)
    found = []
    for row in claims[claims["denies"] != ""].to_dict("records"):
        if row["denies"] in by_id.index:
            denied = by_id.loc[row["denies"]].to_dict()
            if denied["certainty"] != "denied":
                found.append(Clash(denied, row, "denial"))
    return sorted(found, key=lambda c: (c.first["claim_id"], c.second["claim_id"]))


def repeated_deeds(case: Case, claims: pd.DataFrame) -> list[Clash]:
    """Return sites that one document has taken twice by one side, with no loss told between."""
    pairs = repeated_takings(case, claims, "one_document")
    return [Clash(a, b, "repeated deed", False, days_between(a, b)) for a, b in pairs]
