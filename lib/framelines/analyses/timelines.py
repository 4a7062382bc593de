"""When: calendars, the day that each account gives, lead; who tells what, and who is silent.

Every table is made of `claims.claims` and `claims.reference`; every estimand takes its choices as
strings. An event is at risk of being passed over in a document that came out after it, on its
theatre, and that tells days on both sides of it; everything else is no silence.
"""

import math
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses.claims import Row, claims, days_text, joined, lookup
from framelines.analyses.findings import EACH_OUTLET, NUMBER, WHOLE_DAYS, estimand
from framelines.methods.calendars import ERROR_PRIOR, SETTINGS, leave_out, posterior
from framelines.methods.dates import gregorian
from framelines.methods.estimate import Estimate, share
from framelines.methods.intervals import EXCLUDED, bounds, relate
from framelines.tables.case import Case
from framelines.tables.rows import documents, event_labels

CALENDAR = (*SETTINGS, WHOLE_DAYS)
REFERENCES = ("non_belligerent", "monitor", "any")
LEFT_OUT, REPOSTS = ("none", EACH_OUTLET), ("out", "in")
LEFT_OPEN = "all that the words leave open"
CREDIBLE, PEACEFUL = 0.95, "non_belligerent"
# Verbs that say a place is held whole, and not only entered or fought over.
FULL_CONTROL = {"secure", "control", "clear", "cleanse", "clean", "liberate", "recapture", "occupy"}
# A date that leaves more days open is a backdrop, and drawn on no lane.
WIDEST = 31
# Parts of one place can be taken days apart; over more than a month it is taken anew.
SAME_CAMPAIGN = 31
TOLD, PARTLY, DENIED, SILENT, NOT_AT_RISK = "told", "partly", "denied", "silent", "not at risk"
STATES = (TOLD, PARTLY, DENIED, SILENT, NOT_AT_RISK)
BASES = ("reference", "other_side", "other_outlet", "alone")
RANKS = {"state": STATES, "basis": BASES}


def _rounded_down(probability: float) -> str:
    """A probability that never claims certainty: 0.962, above 0.999."""
    down = math.floor(probability * 1000) / 1000
    return "above 0.999" if probability > 0.999 else f"{down:.3f}"


def anchor_table(case: Case) -> pd.DataFrame:
    """Return one row an anchor: event, source, stated, reference, days_after, used or why not."""
    found = coded.anchors(case)
    found = found.assign(unused=~found["used"].astype(bool))
    found = found.sort_values(["umm_al_qura", "stated", "event_id", "unused"], kind="stable")
    label, name, made = event_labels(case), lookup(case, "sources", "name"), []
    for row in found.drop_duplicates(["source_id", "event_id"]).itertuples():
        hour = "" if row.part_of_day == "day" else f", {row.part_of_day.replace('_', ' ')}"
        ends = f"{row.reference_first:%Y-%m-%d}", f"{row.reference_last:%Y-%m-%d}"
        known = " to ".join(dict.fromkeys(ends)) + hour.replace("unknown", "hour unknown")
        after = [f"{v:.0f}" for v in dict.fromkeys([row.low, row.high]) if not math.isnan(v)]
        used = f"no: {row.reason}" if row.unused else "yes"
        about = label[row.event_id], name[row.source_id], row.stated, known
        made.append((*about, " to ".join(after), used))
    columns = "event source stated reference days_after used".split()
    return pd.DataFrame(made, columns=columns)


def calibration_panels(case: Case) -> pd.DataFrame:
    """Return what the figure of the calibration draws, in a column `panel`.

    anchors: low and high, in days after Umm al-Qura. check: gaps of compared events, before and
    after. Both with label, source, and calibrated: whether all months of the source are.
    """
    used = coded.anchors(case).query("used")
    used = used.assign(label=used["event_id"].map(event_labels(case)))
    used["source"] = used["source_id"].map(lookup(case, "sources", "name"))
    sure = coded.calibration(case).groupby("source_id")["calibrated"].all()
    used["calibrated"] = used["source_id"].map(sure).astype(object)
    before, check = (date_agreement_table(case, calendar=c) for c in ("umm_al_qura", "calibrated"))
    check = check.rename(columns={"event": "label", "gap": "gap_calibrated"})
    check = check.assign(gap_umm_al_qura=before["gap"]).drop_duplicates(["source", "label"])
    check = check[check["source"].isin(used["source"])]
    parts = {
        "anchors": used["source label stated low high calibrated".split()],
        "check": check[["source", "label", "gap_umm_al_qura", "gap_calibrated"]],
    }
    return pd.concat([p.assign(panel=n) for n, p in parts.items()], ignore_index=True)


def _credible(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of the fewest offsets that hold 95 % of the posterior."""
    ordered = rows.sort_values(["probability", "offset"], ascending=[False, True], kind="stable")
    needed = int((ordered["probability"].cumsum() < CREDIBLE).sum()) + 1
    return float(ordered["offset"][:needed].min()), float(ordered["offset"][:needed].max())


@estimand(
    "calendars.calibrate",
    choices={"error_prior": (NUMBER,), "part_of_day": ("as_coded", "day_only")}
    | {"left_out": ("none", "each_anchor")},
    each={"each_anchor": lambda case: sorted(set(coded.anchors(case).query("used")["event_id"]))},
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
    used = coded.anchors(case, part_of_day=part_of_day).query("used")
    used, prior = used[used["event_id"] != left_out], float(error_prior)
    found = posterior(used, prior=prior)
    found = found[found["month"].isin(months)] if months else found
    several = [found[c].nunique() > 1 for c in ("source_id", "month")]
    name, made = lookup(case, "sources", "name"), []
    for (source, month), rows in found.groupby(["source_id", "month"], sort=True):
        own = used[used["source_id"] == source]
        ordered = rows.sort_values(["probability", "offset"], ascending=[False, True])
        about: Row = {"measures": "days that the source’s calendar lies after Umm al-Qura"}
        about |= {"interval": "95 % credible set of offsets", "n": (float(len(own)),)}
        value, exact = float(ordered["offset"].iloc[0]), own[own["low"] == own["high"]]
        detail = f"{len(own)} anchors, {len(exact)} of a single day"
        # Errors to one side alone would pass for an offset.
        beside = (
            f"{(exact['low'] < value).sum()} lie before and {(exact['low'] > value).sum()} after"
        )
        detail += f", of which {beside} the offset" * (len(exact) > 0)
        for count, words in ((1, "any one"), (2, "any two")) if left_out == "none" else ():
            kept = leave_out(own, count, prior=prior)["kept"]
            if len(kept):
                detail += f"; probability {_rounded_down(kept.min())} with {words} left out"
        part = ": ".join(p for p, s in zip((name[source], month), several, strict=True) if s)
        about |= {"part": part, "detail": detail}
        made.append(Estimate(value, "days", *_credible(rows), **about))
    return made or [Estimate(unit="days", why=("not estimable: no date has an anchor",))]


def dated_events(told: pd.DataFrame, figures_dated_in: Sequence[str] = ()) -> pd.DataFrame:
    """Return claims that an event took place, with a date that their own document gives.

    Left out: denials, what is planned or failed, parts of the same event, and open dates. A figure
    of one deed dates the deed too; `figures_dated_in` names where its date must stand for it to
    come along: in its own `sentence`, or elsewhere in its `document`.
    """
    kind = told["kind"] == "event"
    kind |= (told["scope"] == "incremental") & told["date_basis"].isin(figures_dated_in)
    kind &= (told["modality"] == "realised") & (told["certainty"] != "denied")
    kind &= (told["event_id"] != "") & told["date_basis"].isin(["sentence", "document"])
    of = dict(zip(told["claim_id"], told["event_id"], strict=True))
    kind &= told["part_of"].map(of) != told["event_id"]
    return told[kind & (np.isfinite(told["first"]) | np.isfinite(told["last"]))]


def told_days(told: pd.DataFrame, *, with_figures: bool = False) -> pd.DataFrame:
    """Return one row an event and source, the claim with the narrowest day that it tells.

    Of dates that are equally narrow the first claim's counts. `with_figures` dates an event by the
    day of its figures where nothing else of the source dates it.
    """
    dated = dated_events(told, ("sentence", "document") if with_figures else ())
    width, figure = dated["last"] - dated["first"], dated["kind"].ne("event").astype(int)
    keys = ["event_id", "source_id", "by_figure", "width", "repeats", "claim_id"]
    dated = dated.assign(width=width, by_figure=figure).sort_values(keys, kind="stable")
    return dated.drop_duplicates(["event_id", "source_id"]).reset_index(drop=True)


def _beside(case: Case, days: pd.DataFrame, which: str) -> pd.DataFrame:
    """Days told by sources and by the reference, in the same columns."""
    known = coded.reference_days(case, which).assign(bloc="")
    known["source"] = known["camp"] = coded.REFERENCE
    columns = ["event_id", "source", "camp", "bloc", "first", "last"]
    return pd.concat([known[columns], days], ignore_index=True)


def date_agreement_table(
    case: Case, *, calendar: str = "calibrated", reference: str = PEACEFUL, **which: str
) -> pd.DataFrame:
    """Return whether Hijri-dated events can be of the day that others give.

    One row an event, Hijri-dating source and other account (the reference, or an outlet of another
    camp that dates it otherwise): gap (days to the other date, 0 where they share one) and verdict.
    Only Hijri days and spans of days are asked; events that serve as anchors are left out. An event
    that is told by a figure alone has the day of the figure.
    """
    days = told_days(claims(case, calendar, **which), with_figures=True)
    far = case["reference"].loc[case["reference"]["case"] == "anchors", "event_id"]
    hijri = days[days["event_calendar"].eq("hijri") & ~days["event_id"].isin(far)]
    to_the_day = r"\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?"
    hijri = hijri[hijri["event_date"].str.fullmatch(to_the_day).astype(bool)]
    exact = days[
        days["event_calendar"].ne("hijri") & (days["last"] - days["first"] < coded.DAY_WIDTH)
    ]
    others = _beside(case, exact, reference)[["event_id", "source", "camp", "first", "last"]]
    both = hijri.merge(others, on="event_id", suffixes=("", "_other"))
    both = both[both["camp"] != both["camp_other"]]
    other = both["first_other"], both["last_other"]
    found = relate((both["first"], both["last"]), other)
    both = both.assign(
        stated=both["event_date"],
        other=both["source_other"],
        event=both["event_id"].map(event_labels(case)),
        other_day=[days_text(*pair) for pair in zip(*other, strict=True)],
        gap=found.gap,
        verdict=found.kind,
    )
    both = both.sort_values(["first_other", "event_id", "source", "other"], ignore_index=True)
    return both["event source stated other other_day gap verdict claim_id".split()]


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
    for source, rows in table.groupby("source", sort=True):
        # A source dates an event by one claim.
        events = rows["claim_id"].nunique()
        apart = rows.loc[rows["verdict"] == EXCLUDED, "claim_id"].nunique()
        made.append(share(str(source) if several else "", measures, events - apart, events))
    return made or [share("", measures, 0, 0, why=("not estimable: no Hijri day meets another",))]


def _wordings(case: Case, told: pd.DataFrame) -> list[str]:
    """The lemmas of the takings that stand inside the span of each claim."""
    rows = case["captures"]
    rows = rows[(rows["coder"] == case.coder) & (rows["modality"] == "realised")]
    spans = rows[["doc_id", "start", "end", "lemma"]].to_dict("records")
    return [
        joined(s["lemma"] for s in spans if s["doc_id"] == d and s["start"] < b and a < s["end"])
        for d, a, b in told[["doc_id", "start", "end"]].itertuples(index=False)
    ]


def days_of_event(
    case: Case, *, event_id: str, wording: str = "any_taking", **which: str
) -> pd.DataFrame:
    """Return every day that an event is told of, one row a claim, the earliest end first.

    Columns: source, bloc, wording (verbs of taking in the claim), stated, first, last, claim_id.
    `full_control_only` keeps wordings with a verb of `FULL_CONTROL`.
    """
    told = claims(case, **which)
    rows = dated_events(told[told["event_id"] == event_id])
    rows = rows.assign(wording=_wordings(case, rows), stated=rows["event_date"])
    if wording == "full_control_only":
        verbs = rows["wording"].str.split("[; ]+", regex=True)
        rows = rows[[not FULL_CONTROL.isdisjoint(own) for own in verbs]]
    rows = rows.sort_values(["last", "first", "claim_id", "doc_id"], kind="stable")
    return rows["source bloc wording stated first last claim_id".split()].reset_index(drop=True)


@estimand(
    "timelines.spread_of_day",
    choices={"wording": ("any_taking", "full_control_only")}
    | {"reposts": REPOSTS, "left_out": LEFT_OUT},
    evidence=days_of_event,
    figure="days_told",
)
def spread_of_day(case: Case, *, event_id: str, **choices: str) -> Estimate:
    """Return the days between the earliest and the latest day that articles leave open.

    Only dates to the day make the value; `low` are the days that lie between in any case.
    """
    table = days_of_event(case, event_id=event_id, **choices)
    exact = table[table["last"] - table["first"] < coded.DAY_WIDTH]
    measures = "days between the first and the last day told; only dates to the day count"
    about: Row = {"unit": "days", "measures": measures, "n": (float(len(exact)),)}
    if exact.empty:
        return Estimate(why=("not estimable: no article dates it to the day",), **about)
    most = float(exact["last"].max() - exact["first"].min())
    least = float(table["first"].max() - table["last"].min())
    least = 0.0 if math.isinf(least) else max(least, 0.0)
    outlets = sorted(set(table["source"]))
    detail = f"{len(table)} claims by {len(outlets)} outlets: {', '.join(outlets)}"
    about |= {"low": least, "high": most, "interval": LEFT_OPEN, "units": (len(outlets),)}
    return Estimate(most, detail=detail, **about)


def leads(
    case: Case, *, reference: str = PEACEFUL, calendar: str = "calibrated", **which: str
) -> pd.DataFrame:
    """Return how far ahead of the reference each source has a place taken, a row a taking.

    Columns: event, source, told and reference (days in words), lead_least and lead_most (days told
    minus the reference's first day, below 0 where the text is earlier, −∞ for an open beginning),
    lead (before, same, after, or left open), claim_id.
    """
    days = told_days(claims(case, calendar, **which))
    days = days[days["event_id"].map(lookup(case, "events", "kind")).eq("taking")]
    known = coded.reference_days(case, reference)[["event_id", "first"]]
    both = days.merge(known.rename(columns={"first": "known"}), on="event_id")
    both = both.sort_values(["known", "event_id", "source"], kind="stable")
    least, most = both["first"] - both["known"], both["last"] - both["known"]
    certain = [most < 0, (least == 0) & (most == 0), least > 0]
    table = both.assign(
        event=both["event_id"].map(event_labels(case)),
        told=[days_text(*pair) for pair in zip(both["first"], both["last"], strict=True)],
        reference=both["known"].map(coded.day_text),
        lead_least=least,
        lead_most=most,
        lead=np.select(certain, ["before", "same", "after"], "open"),
    )
    columns = "event source told reference lead_least lead_most lead claim_id"
    return table[columns.split()].reset_index(drop=True)


def _beside_first(days: float) -> str:
    """How a day lies to the reference's first: `the same day as …`, `2 days before …`."""
    side = "before" if days < 0 else "after"
    apart = f"{abs(days):.0f} day{'s'[: abs(days) != 1]} {side}" if days else "the same day as"
    return f"{apart} the reference"


@estimand(
    "timelines.lead",
    choices={"reference": REFERENCES, "reposts": REPOSTS, "left_out": LEFT_OUT},
    evidence=leads,
)
def lead(case: Case, **choices: str) -> list[Estimate]:
    """Return for each place the earliest day told as its taking minus the reference's first."""
    measures = "days from the reference’s first day to the earliest told; below zero is earlier"
    made = []
    for label, rows in leads(case, **choices).groupby("event", sort=True):
        exact = rows[rows["lead_most"] - rows["lead_least"] < coded.DAY_WIDTH]
        about: Row = {"part": str(label), "measures": measures, "n": (float(len(exact)),)}
        if exact.empty:
            why = "not estimable: no outlet dates it to the day"
            made.append(Estimate(unit="days", why=(why,), **about))
            continue
        ends = float(exact["lead_least"].min()), float(exact["lead_most"].max())
        value = float(exact["lead_most"].min())
        about |= {"interval": "all outlets that date it to the day"}
        about |= {"detail": f"{_beside_first(value)} ({joined(exact['source'], ', ')})"}
        made.append(Estimate(value, "days", *ends, **about))
    why = "not estimable: no taking is dated by a source and by the reference"
    return made or [Estimate(unit="days", measures=measures, why=(why,))]


def lanes(case: Case, *, calendar: str = "calibrated") -> pd.DataFrame:
    """Return every dated event of the theatre in every account, the reference among them.

    Columns: event_id, label, source, bloc (empty for the reference), first, last, hijri (whether
    the date is stated so), accounts (how many date the event). Dates that leave more than `WIDEST`
    days open are left out.
    """
    days = told_days(claims(case, calendar))
    table, label = _beside(case, days, PEACEFUL), event_labels(case)
    table = table.assign(hijri=table["event_calendar"].eq("hijri").astype(object))
    table = table[table["event_id"].isin(coded.theatre_events(case) & label.keys())]
    table = table[(table["last"] - table["first"]) < WIDEST]
    accounts = table.groupby("event_id")["source"].transform("nunique")
    table = table.assign(label=table["event_id"].map(label), accounts=accounts)
    columns = "event_id label source bloc first last hijri accounts".split()
    keys = ["first", "last", "event_id", "source"]
    return table.sort_values(keys, kind="stable")[columns].reset_index(drop=True)


def _event_days(case: Case, exact: pd.DataFrame, which: str) -> pd.DataFrame:
    """Days of every event: of the reference; else as told to the day; else its widest reading."""
    events = case["events"][case["events"]["case"] == case.name].set_index("event_id").sort_index()
    windows = [bounds(gregorian(window)) for window in events["window"]]
    wide = pd.DataFrame(windows, events.index, ["first", "last"], dtype=float)
    told = exact.groupby("event_id").agg(first=("first", "min"), last=("last", "max"))
    known = coded.reference_days(case, which).set_index("event_id")
    days = known.combine_first(told).combine_first(wide).reindex(wide.index)
    return days.assign(label=events["label"], listed=days.index.isin(known.index))


def _at_risk(case: Case, days: pd.DataFrame, exact: pd.DataFrame, own: pd.DataFrame) -> set[Any]:
    """Events and sources of which a document could tell the event: came out after it, on the
    theatre, and by `exact` (claims dated to the day) tells days on both sides of it."""
    own = own[own["doc_id"].isin(coded.theatre_documents(case))]
    published = lookup(case, "documents", "published")
    own = own.assign(out=[bounds(gregorian(published[d]))[0] for d in own["doc_id"]])
    told = exact.groupby("doc_id").agg(low=("first", "min"), high=("last", "max"))
    here = days[days.index.isin(coded.theatre_events(case))].reset_index()
    met = here.merge(own.merge(told, on="doc_id"), how="cross")
    met = met.query("last < out and low <= first and last <= high")
    return set(zip(met["event_id"], met["source"], strict=True))


@cache
def coverage(
    case: Case,
    *,
    risk_set: str = "told_window",
    reference: str = PEACEFUL,
    calendar: str = "calibrated",
    left_out: str = "none",
    reposts: str = "out",
) -> pd.DataFrame:
    """Return what every source says of every event of the case, one row a pair.

    Columns: event_id, label, first, last, source, camp, bloc, state (told; partly: only hedged,
    planned or attempted; denied; silent; not at risk), at_risk (whether a document of the source
    could have told it), basis: where else the event stands, in the `reference`, in the account of
    the `other_side`, of an `other_outlet` of the same side, or `alone`. What stands alone is never
    called silence. `publication` asks a document no more than that it came out after the event.
    """
    if risk_set not in ("told_window", "publication"):
        raise ValueError(f"no risk set: {risk_set!r}; allowed: told_window, publication")
    own = documents(case, left_out=left_out, reposts=reposts)
    told = claims(case, calendar, left_out=left_out, reposts=reposts)
    exact = told[told["last"] - told["first"] < coded.DAY_WIDTH]
    days = _event_days(case, exact, reference)
    if risk_set == "publication":
        exact = own[["doc_id"]].assign(first=-math.inf, last=math.inf)
    risk = _at_risk(case, days, exact, own)
    said = told[(told["modality"] != "negated") & ~coded.disowned(told)]
    done = said["modality"].eq("realised") & said["certainty"].eq("asserted")
    rank = np.select([done, said["certainty"] != "denied"], [0, 1], 2)
    # A source's state is the fullest of all that it says of the event.
    ranks = said.assign(rank=rank).groupby(["event_id", "source"])["rank"].min().to_dict()
    tellers: dict[str, set[str]] = {}
    for (event, source), at in ranks.items():
        tellers.setdefault(event, set()).update({source} if STATES[at] != DENIED else ())
    # Inside an event the sources stand in the order of their ids.
    about = own.sort_values("source_id").drop_duplicates("source_id").set_index("source")
    camp_of, made = about["camp"], []
    for row in days[days["listed"] | days.index.isin(tellers)].reset_index().to_dict("records"):
        for source, camp, bloc in about[["camp", "bloc"]].itertuples():
            pair, others = (row["event_id"], source), tellers.get(row["event_id"], set()) - {source}
            basis = BASES[2] if others else BASES[3]
            basis = BASES[1] if {camp_of[o] for o in others} - {camp, ""} else basis
            basis = BASES[0] if row["listed"] else basis
            unsaid = SILENT if pair in risk and basis != "alone" else NOT_AT_RISK
            state = STATES[ranks[pair]] if pair in ranks else unsaid
            one = {"source": source, "camp": camp, "bloc": bloc, "state": state, "basis": basis}
            made.append(row | one | {"at_risk": pair in risk})
    columns = "event_id label first last source camp bloc state at_risk basis".split()
    table = pd.DataFrame(made, columns=columns)
    return table.sort_values(["first", "last", "event_id"], kind="stable", ignore_index=True)


def silence(case: Case, **choices: str) -> pd.DataFrame:
    """Return how many of the events at risk each camp passes over, a row a camp and basis.

    `choices` are those of `coverage`. A camp tells an event if any of its sources does, and is at
    risk if any is; what only its own outlets tell stands nowhere else. Columns: camp, basis,
    at_risk, told (with those told partly), denied, silent, and the events passed over.
    """
    table = coverage(case, **choices)
    table = table.assign(**{c: table[c].map(order.index) for c, order in RANKS.items()})
    by_camp = table.groupby(["first", "last", "event_id", "label", "camp"])
    table = by_camp.agg({"state": "min", "basis": "min", "at_risk": "max"})
    table = table[table["at_risk"].astype(bool) & (table["basis"] < BASES.index("other_outlet"))]
    made = []
    for (camp, basis), rows in table.reset_index().groupby(["camp", "basis"]):
        told, denied = (
            (rows["state"] < STATES.index(DENIED)).sum(),
            (rows["state"] == STATES.index(DENIED)).sum(),
        )
        silent = list(rows.loc[rows["state"] == STATES.index(SILENT), "label"])
        about = camp, BASES[basis], len(rows), told, denied, len(silent)
        made.append((*about, coded.listed(silent)))
    columns = "camp basis at_risk told denied silent passed_over".split()
    return pd.DataFrame(made, columns=columns).sort_values(["camp", "basis"], ignore_index=True)


def days_between(a: Row, b: Row) -> float:
    """Return the days between two dated claims; 0 where they can be of one day.

    Two Hijri dates of one source are compared as they stand: its calendar moves both alike.
    """
    hijri = a["event_calendar"] == b["event_calendar"] == "hijri"
    prefix = "computed_" if hijri and a["source_id"] == b["source_id"] else ""
    ends = [(r[f"{prefix}first"], r[f"{prefix}last"]) for r in (a, b)]
    return abs(float(relate(*ends).gap))


def _lost_between(a: Row, b: Row, rows: list[Row]) -> bool:
    """Whether the source tells that the taker lost the place again between the two."""
    low, high = min(a["last"], b["last"]), max(a["first"], b["first"])
    places = coded.set_of(a["place_id"]) & coded.set_of(b["place_id"])
    others = [r for r in rows if r["source_id"] == a["source_id"] and r["taker"] != a["taker"]]
    met = [r for r in others if coded.set_of(r["place_id"]) & places]
    return any(r["last"] >= low and r["first"] <= high for r in met)


def repeated_takings(
    case: Case, told: pd.DataFrame, across_documents: str = "one_document"
) -> list[tuple[Row, Row]]:
    """Return pairs of claims by which one side takes a site twice, with no loss told between.

    `one_document` asks inside each document, `one_source` across all of an outlet's.
    """
    dated = dated_events(told)[lambda d: d["place_id"] != ""]
    dated = dated[dated["event_id"].map(lookup(case, "events", "kind")) == "taking"]
    side = lookup(case, "actors", "side")
    winner = dated["event_id"].map(lookup(case, "events", "winner")).map(side)
    dated = dated.assign(taker=winner.where(winner.notna(), dated["actor_side"]))
    rows = dated.sort_values(["claim_id", "doc_id"], kind="stable").to_dict("records")
    key = {"one_document": "doc_id", "one_source": "source_id"}[across_documents]
    made = []
    for a, b in combinations(rows, 2):
        apart = days_between(a, b) if all(a[k] == b[k] for k in (key, "taker")) else 0
        again = a["place_id"] == b["place_id"] and apart > SAME_CAMPAIGN
        same = a["event_id"] == b["event_id"] and apart > 0
        made += [(a, b)] if (same or again) and not _lost_between(a, b, rows) else []
    return made


def taken_twice_table(
    case: Case, *, calendar: str = "calibrated", across_documents: str = "one_document"
) -> pd.DataFrame:
    """Return sites that one source tells as taken twice by one side, no loss told in between.

    One row a source and site: place, source, taker, stated (dates), days_apart (most), claims.
    """
    groups: dict[tuple[str, str], list[tuple[Row, Row]]] = {}
    for a, b in repeated_takings(case, claims(case, calendar), across_documents):
        groups.setdefault((a["source_id"], min(a["event_id"], b["event_id"])), []).append((a, b))
    name, made = lookup(case, "places", "name"), []
    for _, pairs in sorted(groups.items()):
        rows = [r for pair in pairs for r in pair]
        place = joined(name.get(p, p) for r in rows for p in coded.set_of(r["place_id"]))
        stated, ids = joined(r["event_date"] for r in rows), sorted({r["claim_id"] for r in rows})
        apart = int(max(days_between(a, b) for a, b in pairs))
        about = place, rows[0]["source"], rows[0]["taker"], stated
        made.append((*about, apart, ", ".join(ids)))
    return pd.DataFrame(made, columns="place source taker stated days_apart claims".split())


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
