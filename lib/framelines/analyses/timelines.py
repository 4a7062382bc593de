"""When: calendars, the day that each account gives, order, lead; who tells what, and who is silent.

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
from framelines.analyses.claims import DAY_WIDTH, claims, days_text, joined, lookup, set_of
from framelines.analyses.findings import EACH_OUTLET, NUMBER, WHOLE_DAYS, estimand
from framelines.methods.calendars import ERROR_PRIOR, SETTINGS, leave_out, posterior
from framelines.methods.dates import gregorian
from framelines.methods.estimate import Estimate, share
from framelines.methods.intervals import EXCLUDED, bounds, compare_orders, relate
from framelines.tables.case import Case
from framelines.tables.rows import documents, event_labels

Row = dict[str, Any]
CALENDAR = (*SETTINGS, WHOLE_DAYS)
REFERENCES = ("non_belligerent", "monitor", "any")
LEFT_OUT, REPOSTS = ("none", EACH_OUTLET), ("out", "in")
LEFT_OPEN = "all that the words leave open"
CREDIBLE = 0.95
# Verbs that say a place is held whole, and not only entered or fought over.
FULL_CONTROL = {"secure", "control", "clear", "cleanse", "clean", "liberate", "recapture", "occupy"}
# A date that leaves more days open is a backdrop, and drawn on no lane; a gap of more days than
# `GAP` between events parts one run of them from the next.
WIDEST, GAP = 31, 14
# Parts of one place can be taken days apart; over more than a month it is taken anew.
SAME_CAMPAIGN = 31
TOLD, PARTLY, DENIED, SILENT, NOT_AT_RISK = "told", "partly", "denied", "silent", "not at risk"
STATES = (TOLD, PARTLY, DENIED, SILENT, NOT_AT_RISK)
BASES = ("reference", "other_side", "other_outlet", "alone")


def _kinds(case: Case) -> dict[str, str]:
    return lookup(case, "events", "event_id", "kind")


# --- calendars --------------------------------------------------------------------------------


def _rounded_down(probability: float) -> str:
    """A probability that never claims certainty: 0.962, above 0.999."""
    down = math.floor(probability * 1000) / 1000
    return "above 0.999" if probability > 0.999 else f"{down:.3f}"


def anchor_table(case: Case) -> pd.DataFrame:
    """Return one row an anchor event: stated and known days, used or why not, and what it carries.

    `without_it` and `without_it_and_another`: the probability that is left to the estimated
    offsets, the least over the months.
    """
    found = coded.anchors(case)
    least: list[dict[tuple[str, str], float]] = [{}, {}]
    for count, worst in enumerate(least, start=1):
        for row in leave_out(found, count).itertuples():
            for event in row.left_out.split(";"):
                key = row.source_id, event
                worst[key] = min(worst.get(key, 1.0), row.kept)
    found = found.assign(unused=~found["used"].astype(bool))
    found = found.sort_values(["umm_al_qura", "stated", "event_id", "unused"], kind="stable")
    label, name = event_labels(case), lookup(case, "sources", "source_id", "name")
    made = []
    for row in found.drop_duplicates(["source_id", "event_id"]).to_dict("records"):
        key = row["source_id"], row["event_id"]
        ends = f"{row['reference_first']:%Y-%m-%d}", f"{row['reference_last']:%Y-%m-%d}"
        hour = "" if row["part_of_day"] == "day" else f", {row['part_of_day'].replace('_', ' ')}"
        after = list(dict.fromkeys([row["low"], row["high"]]))
        carried = [_rounded_down(w[key]) if row["used"] and key in w else "" for w in least]
        known = " to ".join(dict.fromkeys(ends)) + hour.replace("unknown", "hour unknown")
        days = "" if pd.isna(after[0]) else " to ".join(f"{v:.0f}" for v in after)
        one: Row = {"event": label.get(row["event_id"], row["event_id"]), "days_after": days}
        one |= {"source": name[row["source_id"]], "stated": row["stated"], "reference": known}
        one |= {"used": "yes" if row["used"] else f"no: {row['reason']}"}
        made.append(one | {"without_it": carried[0], "without_it_and_another": carried[1]})
    columns = "event source stated reference days_after used without_it without_it_and_another"
    return pd.DataFrame(made, columns=columns.split())


def calibration_panels(case: Case) -> pd.DataFrame:
    """Return what the figure of the calibration draws, in a column `panel`.

    anchors: low and high, in days after Umm al-Qura. check: gaps of held-out events, before and
    after. Both with label, source, and calibrated: whether all months of the source are.
    """
    found = coded.anchors(case)
    used = found[found["used"].astype(bool)]
    used = used.assign(label=used["event_id"].map(event_labels(case)))
    parts = {
        "anchors": used["source_id event_id label stated low high".split()],
        "check": coded.held_out(case)[["source_id", "label", "gap_umm_al_qura", "gap_calibrated"]],
    }
    table = pd.concat([p.assign(panel=n) for n, p in parts.items()], ignore_index=True)
    sure = coded.calibration(case).groupby("source_id")["calibrated"].all()
    name = lookup(case, "sources", "source_id", "name")
    return table.assign(
        source=table["source_id"].map(name), calibrated=table["source_id"].map(sure).astype(object)
    )


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
    name, made = lookup(case, "sources", "source_id", "name"), []
    for (source, month), rows in found.groupby(["source_id", "month"], sort=True):
        own = used[used["source_id"] == source]
        ordered = rows.sort_values(["probability", "offset"], ascending=[False, True])
        about: Row = {"measures": "days that the source’s calendar lies after Umm al-Qura"}
        about |= {"interval": "95 % credible set of offsets", "n": (float(len(own)),)}
        detail = f"{len(own)} anchors, {(own['low'] == own['high']).sum()} of a single day"
        for count, words in ((1, "any one"), (2, "any two")) if left_out == "none" else ():
            kept = leave_out(own, count, prior=prior)["kept"]
            if len(kept):
                detail += f"; probability {_rounded_down(kept.min())} with {words} left out"
        part = ": ".join(p for p, s in zip((name[source], month), several, strict=True) if s)
        about |= {"part": part, "detail": detail}
        made.append(Estimate(float(ordered["offset"].iloc[0]), "days", *_credible(rows), **about))
    return made or [Estimate(unit="days", why=("not estimable: no date has an anchor",))]


# --- the day told -----------------------------------------------------------------------------


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
    case: Case,
    *,
    calendar: str = "calibrated",
    reference: str = "non_belligerent",
    left_out: str = "none",
) -> pd.DataFrame:
    """Return whether Hijri-dated events can be of the day that others give.

    One row an event, Hijri-dating source and other account (the reference, or an outlet of another
    camp that dates it otherwise): gap (days to the other date, 0 where they share one) and verdict.
    Only Hijri days and spans of days are asked; events that serve as anchors are left out. An event
    that is told by a figure alone has the day of the figure.
    """
    days = told_days(claims(case, calendar, left_out=left_out), with_figures=True)
    far = case["reference"].loc[case["reference"]["case"] == "anchors", "event_id"]
    hijri = days[days["event_calendar"].eq("hijri") & ~days["event_id"].isin(far)]
    to_the_day = r"\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?"
    hijri = hijri[hijri["event_date"].str.fullmatch(to_the_day).astype(bool)]
    exact = days[days["event_calendar"].ne("hijri") & (days["last"] - days["first"] < DAY_WIDTH)]
    others = _beside(case, exact, reference)[["event_id", "source", "camp", "first", "last"]]
    both = hijri.merge(others, on="event_id", suffixes=("", "_other"))
    both = both[both["camp"] != both["camp_other"]]
    other = both["first_other"], both["last_other"]
    found = relate((both["first"], both["last"]), other)
    columns = "event source stated other other_day gap verdict claim_id".split()
    both = both.assign(
        event=both["event_id"].map(event_labels(case)),
        stated=both["event_date"],
        other=both["source_other"],
        other_day=[days_text(*pair) for pair in zip(*other, strict=True)],
        gap=found.gap,
        verdict=found.kind,
    )
    keys = ["first_other", "event_id", "source", "other"]
    return both.sort_values(keys, kind="stable")[columns].reset_index(drop=True)


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
    case: Case,
    *,
    event_id: str,
    wording: str = "any_taking",
    reposts: str = "out",
    left_out: str = "none",
) -> pd.DataFrame:
    """Return every day that an event is told of, one row a claim, the earliest end first.

    Columns: source, bloc, day (in words), wording (verbs of taking in the claim), stated, first,
    last, claim_id, repeats. `full_control_only` keeps wordings with a verb of `FULL_CONTROL`.
    """
    told = claims(case, left_out=left_out, reposts=reposts)
    rows = dated_events(told[told["event_id"] == event_id])
    rows = rows.assign(wording=_wordings(case, rows), stated=rows["event_date"])
    if wording == "full_control_only":
        full = [bool(FULL_CONTROL & set(w.replace(";", " ").split())) for w in rows["wording"]]
        rows = rows[np.array(full, dtype=bool)]
    rows = rows.assign(day=[days_text(*p) for p in zip(rows["first"], rows["last"], strict=True)])
    rows = rows.sort_values(["last", "first", "claim_id", "doc_id"], kind="stable")
    columns = "source bloc day wording stated first last claim_id repeats"
    return rows[columns.split()].reset_index(drop=True)


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
    exact = table[table["last"] - table["first"] < DAY_WIDTH]
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
    case: Case,
    *,
    reference: str = "non_belligerent",
    reposts: str = "out",
    left_out: str = "none",
    calendar: str = "calibrated",
) -> pd.DataFrame:
    """Return how far ahead of the reference each source has a place taken, a row a taking.

    Columns: event, source, told and reference (days in words), lead_least and lead_most (days told
    minus the reference's first day, below 0 where the text is earlier, −∞ for an open beginning),
    claim_id.
    """
    days = told_days(claims(case, calendar, left_out=left_out, reposts=reposts))
    days = days[days["event_id"].map(_kinds(case)).eq("taking")]
    known = coded.reference_days(case, reference)[["event_id", "first"]]
    both = days.merge(known.rename(columns={"first": "known"}), on="event_id")
    both = both.sort_values(["known", "event_id", "source"], kind="stable")
    ends = zip(both["first"], both["last"], strict=True)
    table = both.assign(
        event=both["event_id"].map(event_labels(case)),
        told=[days_text(*pair) for pair in ends],
        reference=[days_text(d, d) for d in both["known"]],
        lead_least=both["first"] - both["known"],
        lead_most=both["last"] - both["known"],
    )
    columns = "event source told reference lead_least lead_most claim_id"
    return table[columns.split()].reset_index(drop=True)


def lead_counts(table: pd.DataFrame) -> dict[str, int]:
    """Return of `leads` how many takings are told certainly before, on, after, or left open."""
    before, after = table["lead_most"] < 0, table["lead_least"] > 0
    same = (table["lead_least"] == 0) & (table["lead_most"] == 0)
    found = {"before": before, "same": same, "after": after, "open": ~(before | same | after)}
    return {name: int(rows.sum()) for name, rows in found.items()}


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
        exact = rows[rows["lead_most"] - rows["lead_least"] < DAY_WIDTH]
        about: Row = {"part": str(label), "measures": measures, "n": (float(len(exact)),)}
        if exact.empty:
            why = "not estimable: no outlet dates it to the day"
            made.append(Estimate(unit="days", why=(why,), **about))
            continue
        ends = float(exact["lead_least"].min()), float(exact["lead_most"].max())
        words, value = joined(exact["source"], ", "), float(exact["lead_most"].min())
        about |= {"interval": "all outlets that date it to the day", "detail": words}
        made.append(Estimate(value, "days", *ends, **about))
    why = "not estimable: no taking is dated by a source and by the reference"
    return made or [Estimate(unit="days", measures=measures, why=(why,))]


def order_of_events(case: Case, *, calendar: str = "calibrated") -> pd.DataFrame:
    """Return every pair of momentary events in the order of two accounts.

    Accounts: every source against the reference, and against every source of another camp. Columns:
    account, other, first_event, second_event (labels), order, one of `intervals.ORDERS`.
    """
    both = _beside(case, told_days(claims(case, calendar)), "non_belligerent")
    both = both[both["event_id"].map(_kinds(case)).isin(coded.MOMENTARY)]
    label, parts = event_labels(case), []
    accounts = sorted(set(zip(both["source"], both["camp"], strict=True)))
    for (a, camp), (b, other) in combinations(accounts, 2):
        if camp == other:
            continue
        own, known = both[both["source"] == a], both[both["source"] == b]
        met = own.merge(known, on="event_id", suffixes=("", "_b")).sort_values("event_id")
        x, y = np.triu_indices(len(met), 1)
        days = [met[c].to_numpy(np.float64) for c in ("first", "last", "first_b", "last_b")]
        pairs = [(low[i], high[i]) for low, high in (days[:2], days[2:]) for i in (x, y)]
        names = met["event_id"].map(label).to_numpy(object)
        made = {"account": a, "other": b, "first_event": names[x], "second_event": names[y]}
        parts.append(pd.DataFrame({**made, "order": compare_orders(*pairs)}, index=range(len(x))))
    columns = ["account", "other", "first_event", "second_event", "order"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def lanes(case: Case, *, calendar: str = "calibrated") -> pd.DataFrame:
    """Return every dated event of the theatre in every account, the reference among them.

    Columns: event_id, label, source, bloc (empty for the reference), first, last, hijri (whether
    the date is stated so), accounts (how many date the event). Dates that leave more than `WIDEST`
    days open are left out.
    """
    days = told_days(claims(case, calendar))
    table, label = _beside(case, days, "non_belligerent"), event_labels(case)
    table = table.assign(hijri=table["event_calendar"].eq("hijri").astype(object))
    table = table[table["event_id"].isin(coded.theatre_events(case) & label.keys())]
    table = table[(table["last"] - table["first"]) < WIDEST]
    accounts = table.groupby("event_id")["source"].transform("nunique")
    table = table.assign(label=table["event_id"].map(label), accounts=accounts)
    columns = "event_id label source bloc first last hijri accounts".split()
    keys = ["first", "last", "event_id", "source"]
    return table.sort_values(keys, kind="stable")[columns].reset_index(drop=True)


def densest_run(table: pd.DataFrame) -> tuple[float, float]:
    """Return first and last day of the run of `lanes` that holds most of them; NaN for no rows.

    Runs are parted by more than `GAP` days without an event; of two alike the earlier counts.
    """
    if table.empty:
        return math.nan, math.nan
    ordered = table.sort_values(["first", "last"], kind="stable")
    run = (ordered["first"] - ordered["last"].cummax().shift() > GAP).cumsum()
    chosen = ordered[run == run.value_counts().sort_index().idxmax()]
    return float(chosen["first"].min()), float(chosen["last"].max())


# --- told and passed over ---------------------------------------------------------------------


def _state(said: list[Row]) -> str:
    """State of an event in a source, from all that the source says of it."""
    asserted = [r for r in said if r["certainty"] != "denied"]
    done = any(r["modality"] == "realised" and r["certainty"] == "asserted" for r in asserted)
    return TOLD if done else PARTLY if asserted else DENIED


def _event_days(case: Case, exact: pd.DataFrame, which: str) -> dict[str, tuple[float, float]]:
    """Days of every event: of the reference; else as told to the day; else its widest reading."""
    events = case["events"][case["events"]["case"] == case.name]
    windows = zip(events["event_id"], events["window"], strict=True)
    found = {event: bounds(gregorian(window)) for event, window in windows}
    told = exact.groupby("event_id", sort=True).agg(first=("first", "min"), last=("last", "max"))
    for table in (told.reset_index(), coded.reference_days(case, which)):
        ends = zip(table["event_id"], table["first"], table["last"], strict=True)
        found |= {e: (float(a), float(b)) for e, a, b in ends if e in found}
    return found


@cache
def coverage(
    case: Case,
    *,
    risk_set: str = "told_window",
    reference: str = "non_belligerent",
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
    told = claims(case, calendar, left_out=left_out, reposts=reposts)
    exact = told[told["last"] - told["first"] < DAY_WIDTH]
    days = _event_days(case, exact, reference)
    windows = exact.groupby("doc_id").agg(first=("first", "min"), last=("last", "max"))
    window = {doc_id: (first, last) for doc_id, first, last in windows.itertuples()}
    inside, near = coded.theatre_events(case), coded.theatre_documents(case)
    published = lookup(case, "documents", "doc_id", "published")
    # The day of publication, and the days that each document of the theatre tells from and to.
    readers: dict[str, list[tuple[float, float, float]]] = {}
    own = documents(case, left_out=left_out, reposts=reposts)
    for doc_id, source in zip(own["doc_id"], own["source_id"], strict=True):
        ends = window.get(doc_id, (math.inf, -math.inf))
        ends = ends if risk_set == "told_window" else (-math.inf, math.inf)
        known = [(bounds(gregorian(published[doc_id]))[0], *ends)] if doc_id in near else []
        readers.setdefault(source, []).extend(known)
    said: dict[str, dict[str, list[Row]]] = {}
    for row in told[(told["modality"] != "negated") & ~coded.disowned(told)].to_dict("records"):
        said.setdefault(row["event_id"], {}).setdefault(row["source_id"], []).append(row)
    about = case["sources"].set_index("source_id")[["name", "camp", "bloc"]].to_dict("index")
    listed, label = set(coded.reference_days(case, reference)["event_id"]), event_labels(case)
    columns, made = "event_id label first last source camp bloc state at_risk basis", []
    for event in sorted(days):
        if event not in said and event not in listed:
            continue
        first, last = days[event]
        states = {s: _state(rows) for s, rows in said.get(event, {}).items()}
        tellers = {s for s, state in states.items() if state in (TOLD, PARTLY)}
        for source in sorted(readers):
            camp = about[source]["camp"]
            others = {about[s]["camp"] for s in tellers - {source}}
            basis = BASES[0] if event in listed else BASES[1] if others - {camp, ""} else ""
            basis = basis or (BASES[2] if others else BASES[3])
            risk = event in inside and any(
                last < out and low <= first and last <= high for out, low, high in readers[source]
            )
            state = states.get(source, SILENT)
            if state == SILENT and (not risk or basis == "alone"):
                state = NOT_AT_RISK
            row = {"event_id": event, "label": label[event], "first": first, "last": last}
            row |= {"source": about[source]["name"], "camp": camp, "bloc": about[source]["bloc"]}
            made.append(row | {"state": state, "at_risk": risk, "basis": basis})
    # Inside an event the sources stand in the order of their ids.
    table = pd.DataFrame(made, columns=columns.split())
    return table.sort_values(["first", "last", "event_id"], kind="stable", ignore_index=True)


def coverage_by_camp(table: pd.DataFrame) -> pd.DataFrame:
    """Return `coverage` a camp: told if any of its sources tells it, at risk if any is.

    What only outlets of the camp itself tell stands nowhere else: for a camp they are one account.
    """
    ranked = table.assign(
        state=table["state"].map(STATES.index), basis=table["basis"].map(BASES.index)
    )
    keys = ["first", "last", "event_id", "label", "camp"]
    found = ranked.groupby(keys, sort=True, as_index=False).agg(
        state=("state", "min"), basis=("basis", "min"), at_risk=("at_risk", "max")
    )
    alone = found["basis"] > BASES.index("other_side")
    silent = alone & (found["state"] == STATES.index(SILENT))
    return found.assign(
        basis=[BASES[b] for b in found["basis"].mask(alone, BASES.index("alone"))],
        state=[STATES[s] for s in found["state"].mask(silent, STATES.index(NOT_AT_RISK))],
    )


def silence(case: Case, **choices: str) -> pd.DataFrame:
    """Return how many of the events at risk each camp passes over, a row a camp and basis.

    `choices` are those of `coverage`. Columns: camp, basis, at_risk, told (with those told partly),
    denied, silent, and the events passed over. Told events count where they are at risk.
    """
    table = coverage_by_camp(coverage(case, **choices))
    table = table[table["at_risk"].astype(bool) & table["basis"].ne("alone")]
    table, made = table[table["state"] != NOT_AT_RISK], []
    for (camp, basis), rows in table.groupby(["camp", "basis"], sort=True):
        state, silent = rows["state"], rows["state"] == SILENT
        row: Row = {"camp": camp, "basis": basis, "at_risk": len(rows)}
        row |= {"told": int(state.isin([TOLD, PARTLY]).sum()), "silent": int(silent.sum())}
        row |= {"denied": int((state == DENIED).sum())}
        made.append(row | {"passed_over": "; ".join(rows.loc[silent, "label"])})
    columns = "camp basis at_risk told denied silent passed_over".split()
    return pd.DataFrame(made, columns=columns)


def notable(table: pd.DataFrame, most: int = 30) -> pd.DataFrame:
    """Return the rows of `coverage` of the `most` events that most sources tell or pass over.

    An event counts where the reference has it or two sources tell it; those of the reference first.
    """
    said = table["state"].isin([TOLD, PARTLY, DENIED]).groupby(table["event_id"]).sum()
    silent = (table["state"] == SILENT).groupby(table["event_id"]).sum()
    listed = (table["basis"] == "reference").groupby(table["event_id"]).any()
    ranked = pd.DataFrame({"listed": listed, "weight": said + silent}).reset_index()
    ranked = ranked[listed.to_numpy() | (said.to_numpy() > 1)]
    keys = ["listed", "weight", "event_id"]
    chosen = ranked.sort_values(keys, ascending=[False, False, True]).head(most)["event_id"]
    return table[table["event_id"].isin(chosen)].reset_index(drop=True)


# --- taken twice ------------------------------------------------------------------------------


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
    places = set_of(a["place_id"]) & set_of(b["place_id"])
    return any(
        r["source_id"] == a["source_id"]
        and r["taker"] != a["taker"]
        and set_of(r["place_id"]) & places
        and r["last"] >= low
        and r["first"] <= high
        for r in rows
    )


def repeated_takings(
    case: Case, told: pd.DataFrame, across_documents: str = "one_document"
) -> list[tuple[Row, Row]]:
    """Return pairs of claims by which one side takes a site twice, with no loss told between.

    `one_document` asks inside each document, `one_source` across all of an outlet's.
    """
    dated = dated_events(told)
    dated = dated[dated["event_id"].map(_kinds(case)).eq("taking") & dated["place_id"].ne("")]
    side = lookup(case, "actors", "actor_id", "side")
    winner = dated["event_id"].map(lookup(case, "events", "event_id", "winner")).map(side)
    dated = dated.assign(taker=winner.where(winner.notna(), dated["actor_side"]))
    rows = dated.sort_values(["claim_id", "doc_id"], kind="stable").to_dict("records")
    key = {"one_document": "doc_id", "one_source": "source_id"}[across_documents]
    return [
        (a, b)
        for a, b in combinations(rows, 2)
        if a[key] == b[key]
        and a["taker"] == b["taker"]
        and (apart := days_between(a, b)) > 0
        and (
            a["event_id"] == b["event_id"]
            or (a["place_id"] == b["place_id"] and apart > SAME_CAMPAIGN)
        )
        and not _lost_between(a, b, rows)
    ]


def taken_twice_table(
    case: Case, *, calendar: str = "calibrated", across_documents: str = "one_document"
) -> pd.DataFrame:
    """Return sites that one source tells as taken twice by one side, no loss told in between.

    One row a source and site: place, source, taker (side), stated (the dates), days_apart (most),
    claims.
    """
    groups: dict[tuple[str, str], list[tuple[Row, Row]]] = {}
    for a, b in repeated_takings(case, claims(case, calendar), across_documents):
        groups.setdefault((a["source_id"], min(a["event_id"], b["event_id"])), []).append((a, b))
    name, made = lookup(case, "places", "place_id", "name"), []
    for _, pairs in sorted(groups.items()):
        rows = [r for pair in pairs for r in pair]
        row: Row = {key: rows[0][key] for key in ("source", "taker")}
        row["place"] = joined(name.get(p, p) for r in rows for p in set_of(r["place_id"]))
        row["stated"] = joined(r["event_date"] for r in rows)
        row["days_apart"] = int(max(days_between(a, b) for a, b in pairs))
        made.append(row | {"claims": joined((r["claim_id"] for r in rows), ", ")})
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
