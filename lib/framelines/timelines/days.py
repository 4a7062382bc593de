"""The day on which each source has an event: agreement, spread, lead, and order."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from framelines.calendars import Calibration
from framelines.case import Case
from framelines.intervals import DIFFERENT, VERDICTS, gap_columns, same_day_columns
from framelines.timelines.references import reference_events
from framelines.timelines.statements import DAY_WIDTH, MOMENTARY, check_event, joined, statements

CALENDARS = ("umm_al_qura", "calibrated", "hull")
# Verbs that say a place is held whole, and not only entered or fought over.
FULL_CONTROL = ("secure", "control", "clear", "cleanse", "clean", "liberate", "recapture", "occupy")
_DAYS = r"\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?"
Row = dict[str, Any]


def dated_events(claims: pd.DataFrame, *, figures_dated_in: Sequence[str] = ()) -> pd.DataFrame:
    """Return claims that an event took place, with a date that their own document gives.

    Left out: denials, what is planned or failed, parts of the same event, and open dates. A figure
    of one deed dates the deed too; `figures_dated_in` names where its date must stand for it to
    come along: in its own `sentence`, or elsewhere in its `document`.
    """
    kind = claims["kind"] == "event"
    kind |= (claims["scope"] == "incremental") & claims["date_basis"].isin(figures_dated_in)
    told = kind & (claims["modality"] == "realised")
    told &= (claims["certainty"] != "denied") & (claims["event_id"] != "")
    told &= claims["date_basis"].isin(["sentence", "document"])
    whole = claims["part_of"].map(
        claims.drop_duplicates("claim_id").set_index("claim_id")["event_id"]
    )
    told &= whole.isna() | (whole != claims["event_id"])
    return claims[told & (np.isfinite(claims["first"]) | np.isfinite(claims["last"]))]


def told_days(
    claims: pd.DataFrame, by: str = "source_id", *, with_figures: bool = False
) -> pd.DataFrame:
    """Return one row an event and source (or camp): the narrowest day that it tells.

    Columns: event_id, `by`, source, camp, bloc, claim_id, doc_id, event_date, event_calendar,
    first, last. Of dates that are equally narrow the first claim's counts; the others are for
    `contradictions`. `with_figures` dates an event by the day of its figures where nothing else of
    the source dates it.
    """
    # As with events: the heading of a day dates what is told under it.
    basis = ("sentence", "document") if with_figures else ()
    dated = dated_events(claims, figures_dated_in=basis)
    dated = dated.assign(
        width=dated["last"] - dated["first"], by_figure=dated["kind"].ne("event").astype(int)
    )
    # The narrowest date; of two alike the one that is told before any repetition.
    keys = ["event_id", by, "by_figure", "width", "repeats", "claim_id"]
    first = dated.sort_values(keys, kind="stable").drop_duplicates(["event_id", by])
    columns = ["event_id", *dict.fromkeys([by, "source_id", "source", "camp", "bloc", "claim_id"])]
    columns += ["doc_id", "event_date", "event_calendar", "first", "last"]
    return first[columns].reset_index(drop=True)


def _verdicts(table: pd.DataFrame) -> pd.DataFrame:
    ends = [
        table[c].to_numpy(dtype=np.float64) for c in ("first", "last", "other_first", "other_last")
    ]
    return table.assign(gap=gap_columns(*ends), verdict=same_day_columns(*ends))


def date_agreement(
    case: Case,
    *,
    calendars: Sequence[str | int] = CALENDARS,
    reference: str = "non_belligerent",
    calibration: Calibration | None = None,
    coder: str = "first",
) -> pd.DataFrame:
    """Return whether Hijri-dated events can be of the day that others give, under each calendar.

    One row an event, Hijri-dating source, other account and calendar: event_id, label, source,
    camp, bloc, stated, calendar, first, last, other (`reference`, or an outlet of another camp),
    other_first, other_last, gap (days from the stated to the other date; 0 where they share one)
    and verdict (`certainly_same`, `possibly_same`, `certainly_different`). Only Hijri days and
    spans of days are asked; events that serve as anchors are left out: they are not compared. An
    event that is told by a figure alone has the day of the figure.
    """
    anchors = case["reference"]
    anchors = set(anchors.loc[anchors["case"] == "anchors", "event_id"])
    references = reference_events(case, reference)
    references = references.rename(columns={"first": "other_first", "last": "other_last"})
    references = references.assign(other="reference")[
        ["event_id", "other", "other_first", "other_last"]
    ]
    labels = case["events"].set_index("event_id")["label"]
    found = []
    for setting in calendars:
        claims = statements(case, calendar=setting, calibration=calibration, coder=coder)
        days = told_days(claims, with_figures=True)
        hijri = days[days["event_calendar"].eq("hijri") & ~days["event_id"].isin(anchors)]
        hijri = hijri[hijri["event_date"].str.fullmatch(_DAYS)]
        others = days[
            days["event_calendar"].ne("hijri") & (days["last"] - days["first"] < DAY_WIDTH)
        ]
        others = others.rename(
            columns={"first": "other_first", "last": "other_last", "source": "other"}
        )[["event_id", "other", "other_first", "other_last", "camp"]]
        told = hijri.merge(others, on="event_id", suffixes=("", "_other"))
        told = told[told["camp"] != told["camp_other"]].drop(columns="camp_other")
        both = pd.concat([hijri.merge(references, on="event_id"), told])
        found.append(_verdicts(both.assign(calendar=str(setting))))
    table = pd.concat(found)
    table = table.assign(label=table["event_id"].map(labels)).rename(
        columns={"event_date": "stated"}
    )
    columns = (
        "event_id label source camp bloc claim_id stated calendar first last other other_first "
        "other_last gap verdict"
    ).split()
    order = [str(c) for c in calendars]
    rank = table["calendar"].map(order.index)
    keys = ["other_first", "event_id", "source", "other", "rank"]
    ordered = table.assign(rank=rank).sort_values(keys, kind="stable")
    return ordered[columns].reset_index(drop=True)


def agreement_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Return a summary of `date_agreement`: one row a source and calendar.

    Columns: source, camp, calendar, events, can_be_same (events whose day shares one with every
    other account), the three verdicts counted over accounts, mean_gap (days, over accounts).
    """
    rows = []
    for (source, calendar), group in table.groupby(["source", "calendar"], sort=True):
        apart = group.loc[group["verdict"] == DIFFERENT, "event_id"].nunique()
        counts = group["verdict"].value_counts()
        rows.append(
            {
                "source": source,
                "camp": group["camp"].iloc[0],
                "calendar": calendar,
                "events": group["event_id"].nunique(),
                "can_be_same": group["event_id"].nunique() - apart,
                **{v: int(counts.get(v, 0)) for v in VERDICTS},
                "mean_gap": float(group["gap"].mean()),
            }
        )
    columns = ["source", "camp", "calendar", "events", "can_be_same", *VERDICTS, "mean_gap"]
    return pd.DataFrame(rows, columns=columns)


def _wordings(case: Case, claims: pd.DataFrame, coder: str) -> pd.Series:
    """The lemmas of the takings that stand inside the span of each claim, joined by `; `."""
    captures = case["captures"]
    captures = captures[(captures["coder"] == coder) & (captures["modality"] == "realised")]
    rows = captures.to_dict("records")
    return pd.Series(
        [
            joined(
                c["lemma"]
                for c in rows
                if c["doc_id"] == claim["doc_id"]
                and c["start"] < claim["end"]
                and claim["start"] < c["end"]
            )
            for claim in claims.to_dict("records")
        ],
        index=claims.index,
        dtype=object,
    )


def spread_of_day(
    case: Case,
    event_id: str,
    *,
    wording: str = "any_taking",
    reposts: bool = False,
    coder: str = "first",
    full_control: Sequence[str] = FULL_CONTROL,
) -> pd.DataFrame:
    """Return every day that an event is told of, one row a claim, the earliest first.

    Columns: claim_id, doc_id, source, bloc, stated, wording (lemmas in the span), first, last,
    repeats. `full_control_only` keeps wordings that contain a verb of `full_control`. Raises
    `DataError` for an unknown event, `ValueError` for another wording.
    """
    check_event(case, event_id)
    if wording not in ("any_taking", "full_control_only"):
        raise ValueError(f"no wording: {wording!r}; allowed: any_taking, full_control_only")
    claims = statements(case, coder=coder, reposts=reposts)
    rows = dated_events(claims[claims["event_id"] == event_id])
    rows = rows.assign(wording=_wordings(case, rows, coder))
    if wording == "full_control_only":
        words = rows["wording"].str.replace(";", " ").str.split()
        full = [any(w in full_control for w in found) for found in words]
        rows = rows[np.array(full, dtype=bool)]
    rows = rows.rename(columns={"event_date": "stated"})
    columns = "claim_id doc_id source bloc stated wording first last repeats".split()
    table = rows.sort_values(["last", "first", "claim_id", "doc_id"], kind="stable")[columns]
    return table.reset_index(drop=True)


def spread(table: pd.DataFrame) -> dict[str, float]:
    """Return the days between the earliest and the latest of a table of `spread_of_day`.

    Keys: claims, dated_to_the_day (claims whose date leaves at most `DAY_WIDTH` days open), least
    (the days that lie between in any case; 0 where all can be of one day), most (between the ends
    of those dated to the day; NaN with none).
    """
    exact = table[table["last"] - table["first"] < DAY_WIDTH]
    least = max(float(table["first"].max() - table["last"].min()), 0.0) if len(table) else math.nan
    most = float(exact["last"].max() - exact["first"].min()) if len(exact) else math.nan
    return {
        "claims": float(len(table)),
        "dated_to_the_day": float(len(exact)),
        "least": 0.0 if math.isinf(least) else least,
        "most": most,
    }


def lead(
    case: Case,
    *,
    reference: str = "non_belligerent",
    reposts: bool = False,
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
) -> pd.DataFrame:
    """Return how far ahead of the reference each source has a place taken.

    One row a taking and source: event_id, label, place_id, source, bloc, claim_id, stated, first,
    last, reference_first (the first day on which the reference has it taken), lead_least and
    lead_most: days told minus the reference's first day, below 0 where the text is earlier. An
    open beginning gives an open lead_least (−∞).
    """
    claims = statements(
        case, calendar=calendar, calibration=calibration, coder=coder, reposts=reposts
    )
    events = case["events"].set_index("event_id")
    days = told_days(claims)
    days = days[days["event_id"].map(events["kind"]).eq("taking")]
    references = reference_events(case, reference)[["event_id", "first"]]
    references = references.rename(columns={"first": "reference_first"})
    table = days.merge(references, on="event_id").rename(columns={"event_date": "stated"})
    table = table.assign(
        label=table["event_id"].map(events["label"]),
        place_id=table["event_id"].map(events["place_id"]),
        lead_least=table["first"] - table["reference_first"],
        lead_most=table["last"] - table["reference_first"],
    )
    columns = (
        "event_id label place_id source bloc claim_id stated first last reference_first "
        "lead_least lead_most"
    ).split()
    keys = ["reference_first", "event_id", "source"]
    return table.sort_values(keys, kind="stable")[columns].reset_index(drop=True)


ORDERS = ("concordant", "discordant", "tied", "undetermined")


def _sign(a: Row, b: Row, prefix: str) -> int | None:
    """−1 where a is certainly before b, 1 after, 0 on one day; None where it is left open."""
    first_a, last_a, first_b, last_b = (
        r[f"{prefix}{end}"] for r in (a, b) for end in ("first", "last")
    )
    if last_a < first_b:
        return -1
    if last_b < first_a:
        return 1
    return 0 if first_a == last_a == first_b == last_b else None


def order_of_events(
    case: Case,
    *,
    reference: str = "non_belligerent",
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
) -> pd.DataFrame:
    """Return every pair of momentary events in the order of two accounts, named.

    Accounts: every source against the reference, and against every source of another camp. Columns:
    account, other, first_event, second_event (ids), first_label, second_label, order: `concordant`,
    `discordant` (certainly the other way round), `tied` (one account has both on one day) or
    `undetermined` (a date leaves it open).
    """
    claims = statements(case, calendar=calendar, calibration=calibration, coder=coder)
    events = case["events"].set_index("event_id")
    days = told_days(claims)
    days = days[days["event_id"].map(events["kind"]).isin(MOMENTARY)]
    references = reference_events(case, reference).assign(source="reference", camp="reference")
    references = references[references["event_id"].map(events["kind"]).isin(MOMENTARY)]
    accounts = pd.concat([days, references])[["event_id", "source", "camp", "first", "last"]]
    rows = []
    names = accounts[["source", "camp"]].drop_duplicates().sort_values(["source"], kind="stable")
    for (a, camp_a), (b, camp_b) in combinations(names.itertuples(index=False, name=None), 2):
        if camp_a == camp_b:
            continue
        both = accounts[accounts["source"] == a].merge(
            accounts[accounts["source"] == b], on="event_id", suffixes=("", "_b")
        )
        both = both.rename(columns={"first_b": "b_first", "last_b": "b_last"})
        ordered = both.sort_values("event_id", kind="stable").to_dict("records")
        for x, y in combinations(ordered, 2):
            rows.append(_ordered_pair(a, b, x, y, events))
    columns = "account other first_event second_event first_label second_label order".split()
    return pd.DataFrame(rows, columns=columns)


def _ordered_pair(a: str, b: str, x: Row, y: Row, events: pd.DataFrame) -> Row:
    one, two = _sign(x, y, ""), _sign(x, y, "b_")
    if one is None or two is None:
        order = "undetermined"
    elif one == 0 or two == 0:
        order = "tied"
    else:
        order = "concordant" if one == two else "discordant"
    return {
        "account": a,
        "other": b,
        "first_event": x["event_id"],
        "second_event": y["event_id"],
        "first_label": events.at[x["event_id"], "label"],
        "second_label": events.at[y["event_id"], "label"],
        "order": order,
    }
