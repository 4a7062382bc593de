"""When: calendars, the day that each account gives, lead; who tells what, and who is silent.

Every table is made of `claims.claims` and `claims.reference`; every estimand takes its choices as
strings. An event of the reference is at risk of being passed over in a document that came out after
it, on its theatre, and whose own days enclose it; everything else is no silence.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses.claims import Row, claims, estimated, joined, lookup, table_of
from framelines.analyses.findings import EACH_OUTLET, NUMBER, STANDS_FOR, WHOLE_DAYS, estimand
from framelines.methods.calendars import ERROR_PRIOR, calibrate, posterior
from framelines.methods.dates import EXCLUDED, SETTINGS, days_text, gregorian, relate
from framelines.methods.estimate import Estimate, share
from framelines.tables.case import Case
from framelines.tables.rows import documents, sentence_events, theatre_places, theatre_sentences

CALENDAR = (*SETTINGS, WHOLE_DAYS)
REFERENCES = ("non_belligerent", "monitor", "any")
LEFT_OUT, REPOSTS = ("none", EACH_OUTLET), ("out", "in")
LEFT_OPEN = "range that the wording allows"
CREDIBLE, PEACEFUL = 0.95, "non_belligerent"
# Verbs that say a place is held whole, and not only entered or fought over.
FULL_CONTROL = {"secure", "control", "clear", "cleanse", "clean", "liberate", "recapture", "occupy"}
# A text on several theatres could tell of one where this share of its placed sentences lie.
THEATRE_SHARE = 0.1
AREAS = ("zone", "region", "district", "governorate", "country")
# A date that leaves more days open is a backdrop, and drawn on no lane.
WIDEST = 31
STANDS_FOR["each_anchor"] = lambda case, _: sorted({*coded.anchors(case).query("used")["event_id"]})
TOLD, PARTLY, DENIED, SILENT, NOT_AT_RISK = "told", "partly", "denied", "silent", "not at risk"
STATES = (TOLD, PARTLY, DENIED, SILENT, NOT_AT_RISK)


def anchor_table(case: Case) -> pd.DataFrame:
    """Return one row an anchor: event, source, stated, reference, days_after, used or why not."""
    order = ["umm_al_qura", "stated", "event_id", "used"]
    found = coded.anchors(case).sort_values(order, ascending=[True] * 3 + [False], kind="stable")
    # The label of an event of another case is not known here.
    found = found.drop_duplicates(["source_id", "event_id"])
    hours, made = {"day": "", "unknown": ", hour unknown"}, []
    for row in found.fillna({"label": found["event_id"]}).itertuples():
        hour = hours.get(row.part_of_day, f", {row.part_of_day.replace('_', ' ')}")
        after = [f"{v:.0f}" for v in dict.fromkeys([row.low, row.high]) if not math.isnan(v)]
        about = row.label, row.source, row.stated, days_text(row.first, row.last) + hour
        made.append((*about, " to ".join(after), "yes" if row.used else f"no: {row.reason}"))
    return table_of(made, "event source stated reference days_after used")


def calibration_panels(case: Case) -> pd.DataFrame:
    """Return what the figure of the calibration draws, in a column `panel`.

    anchors: low and high, in days after Umm al-Qura, and whether all months of the source are
    calibrated. check: gaps of compared events, before and after.
    """
    used = coded.anchors(case).query("used")
    sure = coded.calibration(case).groupby("source_id")["calibrated"].all()
    sure = used["source_id"].map(sure).astype(object)
    before, check = (date_agreement_table(case, calendar=c) for c in ("umm_al_qura", "calibrated"))
    keys = ["claim_id", "other"]
    check = check.merge(before[[*keys, "gap"]], on=keys, suffixes=("_calibrated", "_umm_al_qura"))
    check = check.rename(columns={"event": "label"}).drop(columns="stated").assign(panel="check")
    check = check[check["source"].isin(used["source"])].drop_duplicates(["source", "label"])
    columns = "source label stated low high calibrated panel gap_umm_al_qura gap_calibrated"
    both = [used.assign(calibrated=sure, panel="anchors"), check]
    return pd.concat(both, ignore_index=True)[columns.split()]


@estimand(
    "calendars.calibrate",
    choices={"error_prior": (NUMBER,), "part_of_day": ("as_coded", "day_only")}
    | {"left_out": ("none", "each_anchor")},
)
def calendar_offset(
    case: Case,
    *,
    error_prior: str | float = ERROR_PRIOR,
    part_of_day: str = "as_coded",
    left_out: str = "none",
    months: Sequence[str] = (),
) -> list[Estimate]:
    """Return the most probable offset of every source in every month with anchors, in days."""
    used = coded.anchors(case, part_of_day=part_of_day).query("used and event_id != @left_out")
    prior, name, made = float(error_prior), lookup(case, "sources", "name"), []
    order, keys = ["probability", "offset"], ["source_id", "month"]
    found = posterior(used, prior=prior).sort_values(order, ascending=[False, True])
    best = found.drop_duplicates(keys).set_index(keys)["offset"].rename("best")
    found = found[found["month"].isin(months or found["month"])]
    several = [found[key].nunique() > 1 for key in keys]
    for (source, month), rows in found.groupby(keys):
        own = used[used["source_id"] == source].join(best, on=keys)
        value, exact = float(rows["offset"].iloc[0]), own[own["low"] == own["high"]]
        # The fewest offsets that hold 95 % of the posterior.
        credible = rows["offset"][: int((rows["probability"].cumsum() < CREDIBLE).sum()) + 1]
        detail = f"{len(own)} anchors, {len(exact)} of a single day"
        # Errors to one side alone would pass for an offset.
        before, after = (exact["low"] < exact["best"]).sum(), (exact["low"] > exact["best"]).sum()
        if before or after:
            detail += f", of which {before} lie before and {after} after the offset"
        for count, words in ((1, "any one"), (2, "any two")) if left_out == "none" else ():
            least = calibrate(own, without=count, prior=prior)["lowest"].min()
            if not math.isnan(least):
                # Rounded down: a probability that never claims certainty.
                down = "above 0.999" if least > 0.999 else f"{math.floor(least * 1000) / 1000:.3f}"
                detail += f"; probability {down} with {words} left out"
        part = ": ".join(p for p, s in zip((name[source], month), several, strict=True) if s)
        made.append((part, value, *map(float, (credible.min(), credible.max())), len(own), detail))
    measures = "days that the source’s calendar lies after Umm al-Qura"
    about = {"unit": "days", "measures": measures, "interval": "95 % credible set of offsets"}
    return estimated(made, "no date has an anchor", **about)


def dated_events(told: pd.DataFrame, figures_dated_in: Sequence[str] = ()) -> pd.DataFrame:
    """Return claims that an event took place, with a date that their own document gives.

    Left out: what is denied or not done, parts of the same event, and open dates. A figure of one
    deed dates it too where its date stands in `figures_dated_in` (`sentence`, `document`).
    """
    event_of = dict(zip(told["claim_id"], told["event_id"], strict=True))
    told = coded.realised(told[told["event_id"] != ""])
    figures = told["scope"].eq("incremental") & told["date_basis"].isin(figures_dated_in)
    dated = told["date_basis"].isin(["sentence", "document"])
    dated &= np.isfinite(told["first"]) | np.isfinite(told["last"])
    dated &= told["part_of"].map(event_of) != told["event_id"]
    return told[dated & (told["kind"].eq("event") | figures)]


def told_days(told: pd.DataFrame, *, with_figures: bool = False) -> pd.DataFrame:
    """Return one row an event and source: the first of the claims with its narrowest day.

    `with_figures` dates an event by its figures where nothing else of the source does.
    """
    dated = dated_events(told, ("sentence", "document") if with_figures else ())
    width, figure = dated["last"] - dated["first"], dated["kind"].ne("event")
    keys = ["event_id", "source_id", "by_figure", "width", "repeats", "claim_id"]
    dated = dated.assign(width=width, by_figure=figure).sort_values(keys, kind="stable")
    return dated.drop_duplicates(["event_id", "source_id"]).reset_index(drop=True)


def date_agreement_table(
    case: Case, *, calendar: str = "calibrated", reference: str = PEACEFUL, **which: str
) -> pd.DataFrame:
    """Return whether Hijri-dated events can be of the day that others give, a row for each other.

    Others are the reference and outlets of other camps that date it otherwise; gap is 0 where both
    share a day. Only Hijri days and spans of days are asked, and no event that is an anchor.
    """
    days = told_days(claims(case, calendar, **which), with_figures=True)
    far = case["reference"].loc[case["reference"]["case"] == "anchors", "event_id"]
    hijri = days[days["event_calendar"].eq("hijri") & ~days["event_id"].isin(far)]
    to_the_day = r"\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?"
    hijri = hijri[hijri["event_date"].str.fullmatch(to_the_day).astype(bool)]
    others = coded.to_the_day(days.query("event_calendar != 'hijri'"))
    others = pd.concat([coded.reference_days(case, reference), others], join="inner")
    both = hijri.merge(others, on="event_id", suffixes=("", "_other")).query("camp != camp_other")
    own, other = (both[[f"first{of}", f"last{of}"]].to_numpy() for of in ("", "_other"))
    found = pd.DataFrame(map(relate, own, other), both.index, ["verdict", "gap"])
    both = both.assign(other_day=[days_text(*days) for days in other]).join(found)
    both = both.assign(stated=both["event_date"], other=both["source_other"])
    columns = "event source stated other other_day gap verdict claim_id"
    return table_of(both, columns, by="first_other event_id source other")


@estimand(
    "timelines.date_agreement",
    choices={"calendar": CALENDAR, "reference": REFERENCES, "left_out": LEFT_OUT},
    evidence=date_agreement_table,
)
def date_agreement(case: Case, **choices: str) -> list[Estimate]:
    """Return of how many events the Hijri day can be the one that every other account gives."""
    table = date_agreement_table(case, **choices)
    measures = "events whose stated day can be that of every other account"
    several, made = table["source"].nunique() > 1, []
    for source, rows in table.groupby("source"):
        # A source dates an event by one claim.
        events = rows["claim_id"].nunique()
        apart = rows.loc[rows["verdict"] == EXCLUDED, "claim_id"].nunique()
        made.append(share(str(source) * several, measures, events - apart, events))
    return made or [share("", measures, 0, 0, why=("not estimable: no Hijri day meets another",))]


def days_of_event(
    case: Case, *, event_id: str, wording: str = "any_taking", **which: str
) -> pd.DataFrame:
    """Return every day that an event is told of, one row a claim, the earliest end first.

    wording has the verbs of taking in the claim; `full_control_only` wants one of `FULL_CONTROL`.
    """
    told, verbs = claims(case, **which), case["captures"]
    verbs = verbs[verbs["coder"].eq(case.coder) & verbs["modality"].eq("realised")]
    rows = dated_events(told[told["event_id"] == event_id])
    # Of a copy the verbs are those of the claim in its own text.
    own = claims(case)[lambda c: c["claim_id"].isin(rows["claim_id"])]
    both = own.merge(verbs, on="doc_id", suffixes=("", "_of"))
    inside = both.query("start_of < end and start < end_of").groupby("claim_id")["lemma"]
    used = rows["claim_id"].map(inside.agg(joined).to_dict()).fillna("").astype(str)
    rows = rows.assign(wording=used, stated=rows["event_date"])
    if wording == "full_control_only":
        words = rows["wording"].str.split("[; ]+", regex=True)
        rows = rows.loc[[not FULL_CONTROL.isdisjoint(own) for own in words]]
    columns = "source bloc wording stated first last claim_id"
    return table_of(rows, columns, by="last first claim_id doc_id")


@estimand(
    "timelines.spread_of_day",
    choices={"wording": ("any_taking", "full_control_only")}
    | {"reposts": REPOSTS, "left_out": LEFT_OUT},
    evidence=days_of_event,
    figure=("days_told", "The days that each claim leaves open, by outlet and verb of taking"),
)
def spread_of_day(case: Case, *, event_id: str, **choices: str) -> Estimate:
    """Return the days between the earliest and the latest day that articles tell to the day.

    `low` are the days that lie between in any case.
    """
    table = days_of_event(case, event_id=event_id, **choices)
    exact, outlets = coded.to_the_day(table), sorted(set(table["source"]))
    measures, made = "days between the first and the last day told; only dates to the day count", []
    if len(exact):
        least = max(0.0, float(exact["first"].max() - exact["last"].min()))
        most = float(exact["last"].max() - exact["first"].min())
        detail = f"{len(table)} claims by {len(outlets)} outlets: {', '.join(outlets)}"
        made = [("", most, least, most, len(exact), detail, "", (len(outlets),))]
    about = {"unit": "days", "measures": measures, "interval": LEFT_OPEN}
    return estimated(made, "no article dates it to the day", **about)[0]


def leads(
    case: Case, *, reference: str = PEACEFUL, calendar: str = "calibrated", **which: str
) -> pd.DataFrame:
    """Return how far ahead of the reference each source has a place taken, a row a taking.

    lead_least and lead_most: days told minus the reference's first day, below 0 where the text is
    earlier, −∞ for an open beginning.
    """
    days = told_days(claims(case, calendar, **which)).query("event_kind == 'taking'")
    known = coded.reference_days(case, reference).set_index("event_id")["first"]
    both = days.assign(known=days["event_id"].map(known)).dropna(subset=["known"])
    least, most = both["first"] - both["known"], both["last"] - both["known"]
    certain = [most < 0, (least == 0) & (most == 0), least > 0]
    table = both.assign(
        told=list(map(days_text, both["first"], both["last"])),
        reference=list(map(days_text, both["known"], both["known"])),
        lead_least=least,
        lead_most=most,
        lead=np.select(certain, ["before", "same", "after"], "open"),
    )
    columns = "event source told reference lead_least lead_most lead claim_id"
    return table_of(table, columns, by="known event_id source")


@estimand(
    "timelines.lead",
    choices={"reference": REFERENCES, "reposts": REPOSTS, "left_out": LEFT_OUT},
    evidence=leads,
)
def lead(case: Case, **choices: str) -> list[Estimate]:
    """Return for each place the earliest day told as its taking minus the reference's first."""
    made: list[tuple[Any, ...]] = []
    for event, rows in leads(case, **choices).groupby("event"):
        exact = rows[rows["lead_most"] - rows["lead_least"] < coded.DAY_WIDTH]
        value = float(exact["lead_most"].min())
        apart = f"{abs(value):.0f} day{'s'[: abs(value) != 1]} {'before' if value < 0 else 'after'}"
        apart = apart if value else "the same day as"
        detail = f"{apart} the reference ({joined(exact['source'], ', ')})" if len(exact) else ""
        why = "" if detail else "not estimable: no outlet dates it to the day"
        ends = float(exact["lead_least"].min()), float(exact["lead_most"].max())
        made.append((event, value, *ends, len(exact), detail, why))
    measures = "days from the reference’s first day to the earliest told; below zero is earlier"
    over = "all outlets that date it to the day"
    none = "no taking is dated by a source and by the reference"
    return estimated(made, none, unit="days", measures=measures, interval=over)


def lanes(case: Case, *, calendar: str = "calibrated") -> pd.DataFrame:
    """Return every dated event of the theatre in every account, the reference (no bloc) among them.

    accounts: how many date the event. Dates that leave more than `WIDEST` days open are left out.
    """
    known, label = coded.reference_days(case, PEACEFUL), lookup(case, "events", "label")
    table = pd.concat([known, told_days(claims(case, calendar))], ignore_index=True)
    table = table[table["event_id"].isin(coded.theatre_events(case) & label.keys())]
    table = table[(table["last"] - table["first"]) < WIDEST]
    table = table.assign(
        hijri=table["event_calendar"].eq("hijri").astype(object),
        label=table["event_id"].map(label),
        accounts=table.groupby("event_id")["source"].transform("nunique"),
    )
    columns = "event_id label source bloc first last hijri accounts"
    return table_of(table, columns, by="first last event_id source")


def places_told(case: Case) -> pd.DataFrame:
    """Return the places of the theatre, or of all claims without one, that claims name: a row each.

    Columns: place, lat and lon in degrees, claims (how many name it), by (the camps that are
    compared and name it, or whether several outlets do). Left out are places without coordinates
    and areas (`AREAS`) in which others lie.
    """
    told, about = claims(case), case["places"].set_index("place_id")
    told = told.assign(place_id=told["place_id"].str.split(";")).explode("place_id")
    told = told[told["place_id"].isin(theatre_places(case) or set(about.index))]
    around = set(about.loc[sorted(set(told["place_id"])), "parent"])
    wide = around & set(about.index[about["kind"].isin(AREAS)])
    by = told[~told["place_id"].isin(wide)].groupby("place_id")
    table = by.agg(claims=("source", "size"), outlets=("source", "nunique"), camps=("camp", set))
    table = table.join(about).rename(columns={"name": "place"})
    several = table["outlets"].gt(1).map({True: "several outlets", False: "one outlet"})
    met = [" + ".join(c for c in case.compare or () if c in camps) for camps in table["camps"]]
    table = table.assign(by=met if case.compare else several)
    table = table[table["lat"].notna() & (table["by"] != "")]
    return table_of(table, "place lat lon claims by", by="-claims place")


def _event_days(case: Case, exact: pd.DataFrame, which: str) -> pd.DataFrame:
    """Days of every event: of the reference; else as told to the day; else its widest reading."""
    events = case["events"][case["events"]["case"] == case.name].set_index("event_id").sort_index()
    ends = [gregorian(window) for window in events["window"]]
    wide = pd.DataFrame(ends, events.index, ["first", "last"], dtype=float)
    known = coded.reference_days(case, which).set_index("event_id")[["first", "last"]]
    days = known.combine_first(coded.span_by(exact, "event_id")).combine_first(wide)
    days = days.reindex(events.index).assign(label=events["label"])
    return days.assign(listed=days.index.isin(known.index)).reset_index()


def _at_risk(
    case: Case, days: pd.DataFrame, exact: pd.DataFrame, own: pd.DataFrame
) -> pd.DataFrame:
    """Listed events and sources of which a document could tell the event: came out after it, on
    the theatre, and by `exact` (claims dated to the day) has days that enclose it."""
    published = lookup(case, "documents", "published")
    near = theatre_sentences(case).groupby("doc_id").size()
    placed = sentence_events(case).query("place_id != ''").groupby("doc_id")["sentence"].nunique()
    enough = own["doc_id"].map(near / placed) >= THEATRE_SHARE
    own = own[enough | own["theatre"].eq(case.theatre)]
    own = own.assign(out=[gregorian(published[d])[0] for d in own["doc_id"]])
    told = coded.span_by(exact, "doc_id").set_axis(["low", "high"], axis=1)
    here = days[days["listed"] & days["event_id"].isin(coded.theatre_events(case))]
    met = here.merge(own.merge(told, on="doc_id"), how="cross")
    met = met.query("last < out and low <= first and last <= high")
    return met[["event_id", "source_id"]]


@cache
def coverage(
    case: Case, *, risk_set: str = "told_window", reference: str = PEACEFUL, **which: str
) -> pd.DataFrame:
    """Return what every source says of every event of the case, one row a pair.

    state is one of `STATES`, partly what is only hedged, planned or attempted; at_risk, whether the
    reference lists the event (`listed`) and a document of the source could have told it (with
    `publication`: came out after it). What one side alone lists measures nobody else's silence: a
    short report has no room for all checkpoints of a digest.
    """
    own = documents(case, **{k: v for k, v in which.items() if k != "calendar"})
    told = claims(case, **which)
    exact = coded.to_the_day(told)
    days = _event_days(case, exact, reference)
    if risk_set == "publication":
        exact = own[["doc_id"]].assign(first=-math.inf, last=math.inf)
    said, no = told[~told["disowned"]], {"modality": "negated", "certainty": "denied"}
    done = said["modality"].eq("realised") & said["certainty"].eq("asserted")
    rank = np.select([done, said[list(no)].ne(no).all(axis=1)], [0, 1], 2)
    risk, keys = _at_risk(case, days, exact, own), ["event_id", "source_id"]
    # A source's state is the fullest of all that it says of the event.
    every = pd.concat([said.assign(rank=rank), risk.assign(rank=3)])
    fullest = every.groupby(keys)["rank"].min().map(dict(enumerate(STATES)))
    days = days[days["listed"] | days["event_id"].isin(said["event_id"])]
    # Inside an event the sources stand by camp: those compared first, as everywhere.
    place = [*(case.compare or ()), *sorted(set(own["camp"]))].index
    sources = own.assign(place=own["camp"].map(place)).drop_duplicates("source_id")
    sources = sources.sort_values(["place", "bloc", "source"])
    table = days.merge(sources[["source_id", "source", "camp", "bloc"]], how="cross")
    table = table.set_index(keys).join(fullest.rename("state")).fillna({"state": NOT_AT_RISK})
    table["at_risk"] = table.index.isin(pd.MultiIndex.from_frame(risk))
    columns = "event_id label first last source camp bloc state at_risk listed"
    return table_of(table.reset_index(), columns, by="first last event_id")


def days_between(a: Row, b: Row) -> float:
    """Return the days between two dated claims; 0 where they can be of one day.

    Two Hijri dates of one source are compared as they stand: its calendar moves both alike.
    """
    hijri = a["event_calendar"] == b["event_calendar"] == "hijri"
    of = "computed_" * (hijri and a["source_id"] == b["source_id"])
    first, last = f"{of}first", f"{of}last"
    return abs(relate((a[first], a[last]), (b[first], b[last]))[1])
