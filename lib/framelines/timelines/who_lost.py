"""Whose losses a camp tells: people, places, equipment, of its own side and of the other."""

import math

import pandas as pd

from framelines.calendars import Calibration
from framelines.case import Case
from framelines.resampling import MIN_UNITS
from framelines.timelines.coverage import coverage, wilson
from framelines.timelines.references import reference_events, reference_figures
from framelines.timelines.statements import (
    LOSS_OF_MATERIAL,
    LOSS_OF_PERSONS,
    LOSS_OF_PLACES,
    NEUTRAL_SIDES,
    camps,
    disowned,
    side_of_camp,
    statements,
)


def _loss_kinds(claims: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """One row a claim that tells a loss: event_id, side, loss, camp, doc_id.

    What a text tells only to deny it in its own voice is no loss told.
    """
    told = claims[(claims["modality"] == "realised") & (claims["certainty"] != "denied")]
    told = told[(told["event_id"] != "") & ~disowned(claims)[told.index]]
    kinds = {
        **dict.fromkeys((*LOSS_OF_PERSONS,), "people"),
        **dict.fromkeys((*LOSS_OF_MATERIAL,), "equipment"),
        **dict.fromkeys(LOSS_OF_PLACES, "places"),
    }
    losers = dict(zip(events["event_id"], events["loser_side"], strict=True))
    taking = told["kind"].eq("event") & told["event_id"].map(losers).fillna("").ne("")
    loss = told["kind"].map(kinds).where(~taking, "places")
    side = told["target_side"].where(~taking, told["event_id"].map(losers))
    found = told.assign(loss=loss, side=side).dropna(subset=["loss"])
    found = found.assign(side=found["side"].str.split(";")).explode("side")
    return found[["event_id", "side", "loss", "camp", "source_id", "doc_id"]]


def losses(case: Case, reference: str, claims: pd.DataFrame) -> pd.DataFrame:
    """Return who tells a loss of which side: one row a claim or a row of the reference.

    Columns: event_id, side, loss (`people`, `places`, `equipment`), camp (`reference` for the
    reference), source_id, doc_id.
    """
    sides = case["actors"].set_index("actor_id")["side"]
    events = case["events"].assign(loser_side=case["events"]["loser"].map(sides).fillna(""))
    found = _loss_kinds(claims, events)
    figures = reference_figures(case, reference)
    figures = figures[figures["side"] != ""]
    persons = figures["outcome"].isin(LOSS_OF_PERSONS)
    material = figures["outcome"].isin(LOSS_OF_MATERIAL)
    loss = pd.Series("people", index=figures.index).where(persons, "equipment")
    listed = figures.assign(loss=loss, camp="reference", source_id="", doc_id="")
    taken = reference_events(case, reference).merge(
        events[["event_id", "loser_side"]], on="event_id"
    )
    taken = taken[taken["loser_side"] != ""].rename(columns={"loser_side": "side"})
    taken = taken.assign(loss="places", camp="reference", source_id="", doc_id="")
    columns = list(found.columns)
    return pd.concat([found, listed.loc[persons | material, columns], taken[columns]])


def own_losses(
    case: Case,
    *,
    risk_set: str = "told_window",
    reference: str = "non_belligerent",
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
    reposts: bool = False,
) -> pd.DataFrame:
    """Return how many losses of each side every camp tells, k of n with the events named.

    One row a camp, side and kind of loss (people, places, equipment): own (whether it is the camp's
    own side), events (n), told (k), told_events, untold_events (ids), share, low, high (Wilson;
    none below `MIN_UNITS`). n counts the events at risk in which the reference, or the other camp,
    tells the loss; where a case has one camp only, its own texts make up n too, and k says how many
    of the losses known from anywhere they tell. A place counts as told where the camp tells of the
    taking.
    """
    choices = {"calendar": calendar, "calibration": calibration, "coder": coder, "reposts": reposts}
    table = coverage(case, risk_set=risk_set, reference=reference, **choices)  # type: ignore[arg-type]
    claims = statements(case, **choices)  # type: ignore[arg-type]
    known = losses(case, reference, claims)
    at_risk = table[table["at_risk_in"] != ""]
    first = table.drop_duplicates("event_id").set_index("event_id")["first"]
    rows = []
    sides = sorted(set(case["actors"]["side"]) - set(NEUTRAL_SIDES))
    for camp in camps(case):
        risk = set(at_risk.loc[at_risk["camp"] == camp, "event_id"])
        for side in sides:
            for loss in ("people", "places", "equipment"):
                mine = known[(known["side"] == side) & (known["loss"] == loss)]
                if case.compare:
                    events = set(mine.loc[mine["camp"] != camp, "event_id"]) & risk
                else:
                    events = set(mine["event_id"]) & set(table["event_id"])
                told = set(mine.loc[mine["camp"] == camp, "event_id"]) & events
                if not events:
                    continue
                order = sorted(events, key=lambda e: (first[e], e))
                low, high = wilson(len(told), len(events))
                rows.append(
                    {
                        "camp": camp,
                        "side": side,
                        "own": side == side_of_camp(case, camp),
                        "loss": loss,
                        "events": len(events),
                        "told": len(told),
                        "told_events": ";".join(e for e in order if e in told),
                        "untold_events": ";".join(e for e in order if e not in told),
                        "share": len(told) / len(events) if len(events) >= MIN_UNITS else math.nan,
                        "low": low,
                        "high": high,
                    }
                )
    columns = "camp side own loss events told told_events untold_events share low high".split()
    return pd.DataFrame(rows, columns=columns)
