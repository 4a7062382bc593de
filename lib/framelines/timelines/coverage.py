"""What each source tells, and what it passes over where it could have told it."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from scipy import stats

from framelines.calendars import Calibration
from framelines.case import Case
from framelines.dates import edtf
from framelines.intervals import bounds
from framelines.kept import kept
from framelines.resampling import MIN_UNITS
from framelines.timelines.references import reference_events
from framelines.timelines.statements import (
    DAY_WIDTH,
    disowned,
    document_regions,
    event_regions,
    statements,
)

TOLD, PARTLY, DENIED, SILENT, NOT_AT_RISK = "told", "partly", "denied", "silent", "not at risk"
STATES = (TOLD, PARTLY, DENIED, SILENT, NOT_AT_RISK)
RISK_SETS = ("told_window", "publication")
BASES = ("reference", "other_side", "other_outlet", "alone")
Row = dict[str, Any]


def told_windows(claims: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return first and last day that every document tells to the day.

    Years and months told as background stretch no window: a date counts where it leaves at most
    `DAY_WIDTH` days open.
    """
    with_day = claims[claims["last"] - claims["first"] < DAY_WIDTH]
    grouped = with_day.groupby("doc_id", sort=True)
    ends = grouped.agg(first=("first", "min"), last=("last", "max"))
    return {str(d): (float(r["first"]), float(r["last"])) for d, r in ends.iterrows()}


def _state_of(rows: list[Row]) -> str:
    """State of an event in a source, from all that the source says of it."""
    asserted = [r for r in rows if r["certainty"] != "denied"]
    if not asserted:
        return DENIED
    done = [r["modality"] == "realised" and r["certainty"] == "asserted" for r in asserted]
    return TOLD if any(done) else PARTLY


def _event_days(case: Case, claims: pd.DataFrame, which: str) -> dict[str, tuple[float, float]]:
    """Days of every event: of the reference; else as told to the day; else its widest reading."""
    events = case["events"][case["events"]["case"] == case.name]
    found = {
        str(e): bounds(edtf(w)) for e, w in zip(events["event_id"], events["window"], strict=True)
    }
    exact = claims[(claims["last"] - claims["first"] < DAY_WIDTH) & (claims["event_id"] != "")]
    for event, rows in exact.groupby("event_id", sort=True):
        if event in found:
            found[str(event)] = float(rows["first"].min()), float(rows["last"].max())
    references = reference_events(case, which)
    found |= {
        e: (a, b)
        for e, a, b in zip(
            references["event_id"], references["first"], references["last"], strict=True
        )
        if e in found
    }
    return found


def _at_risk(
    documents: list[Row],
    days: tuple[float, float],
    places: frozenset[str],
    near: Mapping[str, frozenset[str]],
    windows: Mapping[str, tuple[float, float]] | None,
) -> list[str]:
    """Documents that came out after an event, in its theatre, and tell days on both sides of it."""
    found = []
    for document in documents:
        doc_id = document["doc_id"]
        if days[1] >= document["first"] or not places & near[doc_id]:
            continue
        if windows is not None:
            first, last = windows.get(doc_id, (math.inf, -math.inf))
            if not (first <= days[0] and days[1] <= last):
                continue
        found.append(doc_id)
    return found


def _basis(event: str, camp: str, in_reference: set[str], tellers: dict[str, set[str]]) -> str:
    if event in in_reference:
        return "reference"
    others = tellers.get(event, set())
    if any(c != camp for c in others if c):
        return "other_side"
    return "other_outlet" if others else "alone"


def _documents(case: Case, reposts: bool) -> pd.DataFrame:
    documents = case["documents"]
    if not reposts:
        documents = documents[documents["duplicate_of"] == ""]
    first = [bounds(edtf(p))[0] for p in documents["published"]]
    return documents.assign(first=first).sort_values("doc_id", kind="stable")


@kept
def coverage(
    case: Case,
    *,
    risk_set: str = "told_window",
    reference: str = "non_belligerent",
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
    reposts: bool = False,
) -> pd.DataFrame:
    """Return what every source says of every event of the case, one row a pair.

    Columns: event_id, label, kind, first, last (day numbers), source_id, source, camp, bloc, state
    (`told`; `partly`: only hedged, planned or attempted; `denied`, or told only to be denied;
    `silent`; `not at risk`),
    told_in and at_risk_in (documents), basis. An event is at risk of being passed over in a
    document that came out after it, in its theatre, and, under `told_window`, that tells days from
    before to after it; `publication` asks no more than the first two. `basis` says where else the
    event stands: `reference` (admitted by `reference`), `other_side`, `other_outlet` of the same
    side, or `alone`. An event that stands alone is never called silence. Raises `ValueError` for
    another risk set.
    """
    if risk_set not in RISK_SETS:
        raise ValueError(f"no risk set: {risk_set!r}; allowed: {', '.join(RISK_SETS)}")
    claims = statements(
        case, calendar=calendar, calibration=calibration, coder=coder, reposts=reposts
    )
    days, places = _event_days(case, claims, reference), event_regions(case, claims)
    near, windows = document_regions(case, claims), told_windows(claims)
    in_reference = set(reference_events(case, reference)["event_id"])
    documents = _documents(case, reposts)
    events = case["events"].set_index("event_id")
    told = claims[(claims["modality"] != "negated") & ~disowned(claims)]
    columns = ["event_id", "source_id", "doc_id", "certainty", "modality"]
    by_pair: dict[tuple[str, str], list[Row]] = {}
    for row in told[columns].to_dict("records"):
        by_pair.setdefault((row["event_id"], row["source_id"]), []).append(row)
    sources = case["sources"].set_index("source_id").to_dict("index")
    own = {s: rows.to_dict("records") for s, rows in documents.groupby("source_id", sort=True)}
    rows = []
    writers = [str(s) for s in sorted(set(documents["source_id"]))]
    for event in sorted(days):
        known = {s: by_pair[event, s] for s in writers if (event, s) in by_pair}
        if not known and event not in in_reference:
            continue
        states = {s: _state_of(r) for s, r in known.items()}
        tellers = {s for s, state in states.items() if state in (TOLD, PARTLY)}
        for source in writers:
            about, said = sources[source], known.get(source, [])
            others = {event: {sources[s]["camp"] for s in tellers - {source}}}
            basis = _basis(event, about["camp"], in_reference, others)
            window = windows if risk_set == "told_window" else None
            risk = _at_risk(own[source], days[event], places[event], near, window)
            state = states.get(source, SILENT)
            if state == SILENT and (not risk or basis == "alone"):
                state = NOT_AT_RISK
            rows.append(
                {
                    **{k: events.at[event, k] for k in ("label", "kind")},
                    **{k: about[k] for k in ("camp", "bloc")},
                    "event_id": event,
                    "first": days[event][0],
                    "last": days[event][1],
                    "source_id": source,
                    "source": about["name"],
                    "state": state,
                    "told_in": ";".join(sorted({r["doc_id"] for r in said})),
                    "at_risk_in": ";".join(risk),
                    "basis": basis,
                }
            )
    names = (
        "event_id label kind first last source_id source camp bloc state told_in at_risk_in basis"
    )
    table = pd.DataFrame(rows, columns=names.split())
    order = ["first", "last", "event_id", "source_id"]
    return table.sort_values(order, kind="stable").reset_index(drop=True)


def _union(ids: pd.Series) -> str:
    return ";".join(sorted({i for part in ids for i in part.split(";") if i}))


def by_camp(table: pd.DataFrame) -> pd.DataFrame:
    """Return coverage a camp: told if any of its sources tells it, at risk if any is.

    `table` is `coverage`; columns as there, without those of single sources. What only outlets of
    the camp itself tell stands nowhere else: for a camp they are one account.
    """
    states = {state: i for i, state in enumerate(STATES)}
    bases = {basis: i for i, basis in enumerate(BASES)}
    rows = []
    keys = ["first", "last", "event_id", "camp"]
    for key, group in table.groupby(keys, sort=True):
        state = min(group["state"], key=states.__getitem__)
        basis = min(group["basis"], key=bases.__getitem__)
        if basis in ("other_outlet", "alone"):
            basis = "alone"
            state = NOT_AT_RISK if state == SILENT else state
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                **{k: group[k].iloc[0] for k in ("label", "kind")},
                "state": state,
                "told_in": _union(group["told_in"]),
                "at_risk_in": _union(group["at_risk_in"]),
                "basis": basis,
            }
        )
    columns = "event_id label kind first last camp state told_in at_risk_in basis".split()
    return pd.DataFrame(rows, columns=columns)


def wilson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share; NaN with fewer than `MIN_UNITS` trials."""
    if trials < MIN_UNITS:
        return math.nan, math.nan
    found = stats.binomtest(successes, trials).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def silence(case: Case, *, by: str = "source", **choices: Any) -> pd.DataFrame:
    """Return how many of the events at risk each source (or `camp`) passes over, the events named.

    `choices` are those of `coverage`. One row a source and basis: at_risk (n), told (with those
    told partly), denied, silent (k), silent_events (ids), share, low, high. There is no share
    below `MIN_UNITS` events at risk; its interval is Wilson's. Only events in a non-belligerent
    reference or in the other side's account count, each listed apart; an event that only outlets of
    the same side tell is listed as `other_outlet`. Told events count where they are at risk.
    """
    if by not in ("source", "camp"):
        raise ValueError(f"by {by!r}; allowed: source, camp")
    table = coverage(case, **choices)
    table = by_camp(table) if by == "camp" else table
    keys = ["camp"] if by == "camp" else ["camp", "bloc", "source"]
    # What is told without being at risk says nothing of what is passed over.
    counted = table[(table["at_risk_in"] != "") & table["basis"].ne("alone")]
    counted = counted[counted["state"] != NOT_AT_RISK]
    rows = []
    for key, group in counted.groupby([*keys, "basis"], sort=True):
        silent = group[group["state"] == SILENT]
        k, n = len(silent), len(group)
        low, high = wilson(k, n)
        rows.append(
            {
                **dict(zip([*keys, "basis"], key, strict=True)),
                "at_risk": n,
                "told": int(group["state"].isin([TOLD, PARTLY]).sum()),
                "denied": int((group["state"] == DENIED).sum()),
                "silent": k,
                "silent_events": ";".join(silent["event_id"]),
                "share": k / n if n >= MIN_UNITS else math.nan,
                "low": low,
                "high": high,
            }
        )
    columns = [*keys, "basis", "at_risk", "told", "denied", "silent", "silent_events"]
    return pd.DataFrame(rows, columns=[*columns, "share", "low", "high"])
