"""Tables for drawing: every dated event of every account, and every figure beside its rivals."""

from typing import Any

import numpy as np
import pandas as pd

from framelines.calendars import Calibration
from framelines.case import Case
from framelines.timelines.days import told_days
from framelines.timelines.losses import against_other_side, matched_figures
from framelines.timelines.readings import conventional_of, logical_of, point_of
from framelines.timelines.references import reference_events
from framelines.timelines.statements import document_regions, event_regions, statements

REFERENCE = "reference"
# A gap of more days than this between events parts one run of them from the next.
GAP = 14
# A date that leaves more days open is a backdrop, and drawn on no strip.
WIDEST = 31
Row = dict[str, Any]


def _in_theatre(case: Case, claims: pd.DataFrame) -> set[str]:
    """Events in a region that documents of one theatre tell of, mixed ones left aside."""
    documents = case["documents"]
    single = documents.loc[~documents["theatre"].isin(["mixed", "elsewhere"]), "doc_id"]
    near = document_regions(case, claims)
    theatre = frozenset().union(*(near[d] for d in single))
    return {e for e, places in event_regions(case, claims).items() if places & theatre}


def strips(
    case: Case,
    *,
    reference: str = "non_belligerent",
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
    reposts: bool = False,
) -> pd.DataFrame:
    """Return every dated event of every account, for lanes of strips; the reference is one account.

    Columns: account, bloc (empty for the reference), event_id, label, kind, first, last (day
    numbers), hijri (whether the date is stated so), accounts (how many date the event). Dates that
    leave more than `WIDEST` days open are left out, and so is what happened outside the regions of
    the case's theatre.
    """
    claims = statements(
        case, calendar=calendar, calibration=calibration, coder=coder, reposts=reposts
    )
    events = case["events"][case["events"]["case"] == case.name].set_index("event_id")
    days = told_days(claims).rename(columns={"source": "account"})
    days = days.assign(hijri=days["event_calendar"].eq("hijri"))
    known = reference_events(case, reference).assign(account=REFERENCE, bloc="", hijri=False)
    columns = ["account", "bloc", "event_id", "first", "last", "hijri"]
    table = pd.concat([known[columns], days[columns]], ignore_index=True)
    inside = _in_theatre(case, claims)
    table = table[table["event_id"].isin(events.index) & table["event_id"].isin(inside)]
    table = table[(table["last"] - table["first"]) < WIDEST]
    table = table.assign(
        label=table["event_id"].map(events["label"]),
        kind=table["event_id"].map(events["kind"]),
        accounts=table.groupby("event_id")["account"].transform("nunique"),
    )
    keys = ["first", "last", "event_id", "account"]
    columns = "account bloc event_id label kind first last hijri accounts".split()
    return table.sort_values(keys, kind="stable")[columns].reset_index(drop=True)


def densest_run(table: pd.DataFrame) -> tuple[float, float]:
    """Return first and last day of the run of strips that holds most of them.

    Runs are parted by more than `GAP` days without a strip; of two alike the earlier counts.
    """
    ordered = table.sort_values(["first", "last"], kind="stable")
    reach = ordered["last"].cummax().shift()
    run = (ordered["first"] - reach > GAP).cumsum()
    best = int(run.value_counts().sort_index().idxmax())
    chosen = ordered[run == best]
    return float(chosen["first"].min()), float(chosen["last"].max())


def _short(kind: str, item: str) -> str:
    return (
        item.replace("_", " ") if item else kind.replace("_", " ").replace("killed or", "dead or")
    )


def _told(row: Row, thing: str, label: str, panel: str) -> Row:
    wide, narrow = logical_of(row), conventional_of(row)
    return {
        "panel": panel,
        "thing": thing,
        "label": label,
        "teller": row["source"],
        "bloc": row["bloc"],
        "point": point_of(row),
        "low": wide.low,
        "high": wide.high,
        "conventional_low": narrow.low,
        "conventional_high": narrow.high,
        "row": row["claim_id"],
        "first": row["first"],
    }


def side_by_side(
    case: Case,
    *,
    origin: str = "non_belligerent",
    outcome: str = "killed_or_wounded_included",
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
) -> pd.DataFrame:
    """Return figures that stand beside another of the same thing and window, one row a figure.

    Columns: panel (`dead, <side>` or `persons and equipment`), thing (an id), label, teller (an
    outlet, or the reference with its origin), bloc, point (as stated; NaN for a vague word),
    logical and conventional ends, row (claim or reference row), first. Only things with two
    tellers or more.
    """
    choices: Row = {"calendar": calendar, "calibration": calibration, "coder": coder}
    claims = (
        statements(case, **choices).drop_duplicates("claim_id").set_index("claim_id", drop=False)
    )
    labels = case["events"].set_index("event_id")["label"]
    rows: list[Row] = []
    for whose in ("enemy", "own"):
        found = matched_figures(case, whose=whose, origin=origin, outcome=outcome, **choices)
        for match in found.to_dict("records"):
            side = match["target_side"].replace("_side", " side").replace("_", " ")
            thing, panel = f"{match['event_id']}/{match['target_side']}/dead", f"dead, {side}"
            label = match["label"]
            for claim in match["claims"].split(";"):
                rows.append(_told(claims.loc[claim].to_dict(), thing, label, panel))
            ends = {"low": match["reference_low"], "high": match["reference_high"]}
            rows.append(
                {
                    **{"panel": panel, "thing": thing, "label": label, "bloc": ""},
                    **ends,
                    **{f"conventional_{k}": v for k, v in ends.items()},
                    "teller": f"reference ({match['origin'].replace('_', ' ')})",
                    "point": match["reference"],
                    "row": match["references"],
                    "first": match["first"],
                }
            )
    opposed = against_other_side(case, **choices)
    for pair in opposed.to_dict("records"):
        if pair["kind"] == "killed":
            thing = f"{pair['event_id']}/{pair['target_side']}/dead"
            panel = f"dead, {pair['target_side'].replace('_side', ' side').replace('_', ' ')}"
            label = labels[pair["event_id"]]
        else:
            thing = f"{pair['event_id']}/{pair['kind']}/{pair['item']}/{pair['target_id']}"
            panel = "persons and equipment"
            label = f"{labels[pair['event_id']]}: {_short(pair['kind'], pair['item'])}"
        for claim in (pair["first_claim"], pair["second_claim"]):
            rows.append(_told(claims.loc[claim].to_dict(), thing, label, panel))
    columns = "panel thing label teller bloc point low high conventional_low conventional_high "
    table = pd.DataFrame(rows, columns=[*columns.split(), "row", "first"])
    table = table.drop_duplicates(["thing", "row"])
    table = table.assign(start=table.groupby("thing")["first"].transform("min"))
    table = table.replace({"point": {0.0: np.nan}})
    order = ["panel", "start", "thing", "teller", "row"]
    return table.sort_values(order, kind="stable").drop(columns="start").reset_index(drop=True)
