"""Claims ready to compare: days and numbers as intervals, who tells them and whose loss they are.

`claims` and `reference` have the same columns, so that no analysis below asks again which calendar
was meant, or what “more than 50” leaves open. Days are numbers (`date.toordinal`), ±∞ where open.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations, groupby, pairwise
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from framelines.methods import quantities
from framelines.methods.calendars import ERROR_REACH, OFFSETS, calibrate, offsets_of
from framelines.methods.dates import Ends, calendar_of, gregorian, read, stated_interval
from framelines.methods.estimate import Estimate
from framelines.tables.case import Case
from framelines.tables.rows import counted_twice, documents, side_of_camp, theatre_places
from framelines.tables.schema import fields_of

Row = dict[str, Any]
REFERENCE = "reference"
# Which origins a comparison may use: a party to the war is a reference for what it says alone.
ORIGINS: Mapping[str, tuple[str, ...]] = {
    "monitor": ("monitor",),
    "non_belligerent": ("monitor", "third_party"),
    "any": ("monitor", "third_party", "belligerent"),
}
READING = {"logical": "", "conventional": "close_"}
STATED = ["value_min", "value_max", "qualifier", "kind", "unit"]
QUALITY = {"high": 0, "medium": 1, "low": 2}
# Sides of actors.csv that lose nothing in the war that is compared.
NEUTRAL_SIDES = ("none", "civilians", "other")
# What happens at one moment; all else in events.csv lasts, and a date within it is one of several.
MOMENTARY = "taking attack bombing withdrawal statement agreement killing destruction".split()
# A day is told to the day where it leaves at most this many open.
DAY_WIDTH = 4
# What a figure counts, and when.
_counted = itemgetter("kind", "target_id", "item", "window", "event_id")


@cache
def set_of(ids: str) -> frozenset[str]:
    """Return ids joined by `;` as a set."""
    return frozenset(i for i in ids.split(";") if i)


def joined(parts: Iterable[str], by: str = "; ") -> str:
    """Return the different values, sorted and joined, without empty ones."""
    return by.join(sorted({str(p) for p in parts if p}))


@cache
def lookup(case: Case, table: str, column: str) -> dict[str, str]:
    """Return one column of a table by the ids of its rows."""
    return case[table].set_index(next(iter(fields_of(table))))[column].to_dict()


def named(case: Case, text: str) -> str:
    """Return a text with camps, sides and other ids by their printed names."""
    actors = lookup(case, "actors", "name")
    ids = r"[a-z]+(?:[_-][a-z]+)+"
    text = re.sub(ids, lambda m: actors.get(m[0].replace("_", "-"), m[0].replace("_", " ")), text)
    return re.sub(r"(?<=[a-z]) \+ (?=[a-z])", " and ", text)


def glossed(case: Case) -> Callable[[str], str]:
    """Return a function that sets a term behind its English translation, where there is one."""
    gloss = lookup(case, "glosses", "gloss")
    return lambda term: f"{gloss[term]} ({term})" if term in gloss else term


def capital(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names joined by semicolons; of many the first, and how many more there are."""
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return "; ".join([*names[:most], *more])


def table_of(rows: Any, columns: str, by: str = "") -> pd.DataFrame:
    """Return rows (dicts, tuples or a frame) as a table of these columns, in the order `by`.

    `-key` has the largest first; keys that are no column are left out, and stand last in tuples.
    """
    wanted, keys = columns.split(), [key.removeprefix("-") for key in by.split()]
    found = pd.DataFrame(rows, columns=list(dict.fromkeys([*wanted, *keys])))
    ascending = [not key.startswith("-") for key in by.split()]
    found = found.sort_values(keys, ascending=ascending, kind="stable")
    return found[wanted].reset_index(drop=True)


def pairs_by(rows: Sequence[Row], keys: Callable[[Row], list[Any]]) -> list[tuple[Row, Row]]:
    """Return the pairs of rows that have one of their keys in common, in the order of the rows."""
    having = defaultdict[Any, list[int]](list)
    for place, row in enumerate(rows):
        for key in dict.fromkeys(keys(row)):
            having[key].append(place)
    found = {pair for places in having.values() for pair in combinations(places, 2)}
    return [(rows[a], rows[b]) for a, b in sorted(found)]


def estimated(
    rows: Iterable[Sequence[Any]], none: str, *, unit: str, measures: str = "", interval: str = ""
) -> list[Estimate]:
    """Return an Estimate a row: part, value, low, high, n, detail; and if need be why, and units.

    `interval` says what low and high cover, `none` why there is no row at all.
    """
    names, made = ("part", "value", "low", "high", "n", "detail", "why", "units"), []
    for row in rows:
        own = {"why": ""} | dict(zip(names, row, strict=False))
        own |= {"n": (float(own["n"]),), "why": tuple(filter(None, [own["why"]]))}
        own["interval"] = "" if math.isnan(own["low"]) else interval
        made.append(Estimate(unit=unit, measures=measures, **own))
    return made or [Estimate(unit=unit, measures=measures, why=(f"not estimable: {none}",))]


def to_the_day(told: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose date leaves no more than some days open."""
    return told[told["last"] - told["first"] < DAY_WIDTH]


def span_by(told: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the first and the last day of the rows of each key, which is the index."""
    return told.groupby(key, sort=True).agg(first=("first", "min"), last=("last", "max"))


def _coded(case: Case) -> pd.DataFrame:
    return case["claims"][case["claims"]["coder"] == case.coder]


@cache
def anchors(case: Case, *, part_of_day: str = "as_coded") -> pd.DataFrame:
    """Return every match of a Hijri-dated claim with an anchor row of the reference, best first.

    Added are source and label, of outlet and event; first and last, the days of the row; month
    (`1438-03`); umm_al_qura, the computed day of the claim; after it low and high, the days that
    the row leaves open, and the tabular day; reason, why it is no anchor, or ""; used, the first
    without a reason of each source and event. An evening, or an hour that is not told, leaves its
    day and the next open; with `day_only` every row has its own days alone.
    """
    told = _coded(case).rename(columns={"event_date": "stated"})
    told = told.query("event_calendar == 'hijri' and event_id != '' and modality == 'realised'")
    known = case["reference"].query("case == 'anchors'")
    # The Hijri day begins at sunset: an evening belongs to the next one, though a writer may not
    # count so; and an hour that is not told may be one of the evening.
    late = known["part_of_day"].isin(["evening", "night", "unknown"]) & (part_of_day == "as_coded")
    ends = known[["date_from", "date_to"]].map(lambda day: gregorian(day)[0]).astype(float)
    known = known[["event_id", "ref_id", "part_of_day", "origin", "place_id"]].assign(
        quality=known["quality"].map(QUALITY),
        first=ends["date_from"],
        last=ends["date_to"],
        width=ends["date_to"] + late - ends["date_from"],
    )
    found = told.drop(columns="place_id").merge(known, on="event_id")
    # An event's own row before its figures, a first mention before its repetitions.
    found["later"] = (found["repeats"] != "").astype(int) + 2 * (found["kind"] != "event")
    found["source_id"] = found["doc_id"].map(lookup(case, "documents", "source_id"))
    found["source"] = found["source_id"].map(lookup(case, "sources", "name"))
    found["label"] = found["event_id"].map(lookup(case, "events", "label"))
    order = "source_id event_id later doc_id start claim_id quality width ref_id".split()
    found = found.sort_values(order, kind="stable", ignore_index=True)
    single = found["stated"].str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").astype(bool)
    c, civil = (
        found["stated"].map(lambda text, of=of: read(text, of)[0]).where(single).astype(float)
        for of in ("hijri", "tabular")
    )
    low, parents = found["first"] - c, lookup(case, "places", "parent")
    high, limit = low + found["width"], max(OFFSETS) + ERROR_REACH

    def country(place: str) -> str:
        return country(parents[place]) if parents.get(place) else place

    own = {*map(country, case.regions)}
    reasons = {
        "the claim names no single day": ~single,
        "dated by a party to the war": found["origin"] == "belligerent",
        "in the theatre’s own country": found["place_id"].map(country).isin(own),
        f"more than {limit} days apart": (low > limit) | (high < -limit),
    }
    reason = np.select(list(reasons.values()), list(reasons), "")
    first = found[reason == ""].drop_duplicates(["source_id", "event_id"]).index
    used, month = found.index.isin(first), found["stated"].str[:7]
    another = "another row of the same source and event is used"
    reason = np.where((reason == "") & ~used, another, reason)
    found = found.assign(month=month, umm_al_qura=c, low=low, high=high, tabular=civil - c)
    return found.assign(reason=reason, used=used)


@cache
def calibration(case: Case) -> pd.DataFrame:
    """Return `calendars.calibrate` of the anchors of a case: a row a source and month, if any."""
    return calibrate(anchors(case))


def _measured(case: Case, rows: pd.DataFrame, calendar: str) -> pd.DataFrame:
    """Rows with the days of event_date and window, the days and numbers of their figures.

    first and last are those of the event; hull_ and computed_ under the uncalibrated hull and Umm
    al-Qura; window_slack the days by which either end of the window may be off because the calendar
    is not known; covers_ what a figure covers, NaN where the text leaves an end open.
    """
    published, source = (lookup(case, "documents", c) for c in ("published", "source_id"))
    known = calibration(case)

    @cache
    def days(text: str, name: str, doc_id: str, setting: str) -> Ends:
        offsets = offsets_of(known, source[doc_id]) if name == "hijri" else None
        return stated_interval(text, name, gregorian(published.get(doc_id, "")), setting, offsets)

    found = rows.assign(window_calendar=list(map(calendar_of, rows["window"].tolist())))
    event, window = ("event_date", "event_calendar"), ("window", "window_calendar")
    asked = {"": (event, calendar), "hull_": (event, "hull"), "computed_": (event, "umm_al_qura")}
    asked |= {"window_": (window, calendar), "slack_": (window, "umm_al_qura")}
    for prefix, (columns, setting) in asked.items():
        # Text columns are made lists before they are gone through: that is ten times as fast.
        keys = zip(*(found[c].tolist() for c in (*columns, "doc_id")), strict=True)
        ends = np.array([days(*key, setting) for key in keys], dtype=np.float64).reshape(-1, 2)
        found[f"{prefix}first"], found[f"{prefix}last"] = ends.T
    wider = found["window_last"] - found["window_first"]
    wider -= found.pop("slack_last") - found.pop("slack_first")
    found["window_slack"] = np.where(np.isfinite(wider), np.ceil(wider / 2), 0)
    # A figure of one deed without a window covers the days of the deed.
    own = found["window"].ne("") | found["scope"].ne("incremental")
    covers = pd.DataFrame({e: found[f"window_{e}"].where(own, found[e]) for e in ("first", "last")})
    covers = covers.where(np.isfinite(covers).all(axis=1)).add_prefix("covers_")
    figures = [quantities.figure_of(row) for row in found[STATED].to_dict("records")]
    return found.join(covers).join(pd.DataFrame(figures, found.index, [*quantities.FIGURE]))


@cache
def _based(case: Case, calendar: str) -> pd.DataFrame:
    """The claims of the case's coder with days and figures, whoever they count for."""
    told = _measured(case, _coded(case).reset_index(drop=True), calendar)
    side = lookup(case, "actors", "side")
    for role in ("actor", "target"):
        ids = told[f"{role}_id"].map(set_of)
        told[f"{role}_side"] = [joined((side.get(i, "") for i in own), ";") for own in ids]
    kind, label = (told["event_id"].map(lookup(case, "events", c)) for c in ("kind", "label"))
    label = label.fillna(told["event_id"])
    return told.assign(event=label, event_kind=kind, momentary=kind.isin(MOMENTARY))


@cache
def claims(
    case: Case, calendar: str = "calibrated", *, left_out: str = "none", reposts: str = "out"
) -> pd.DataFrame:
    """Return the claims of the case's coder with what every comparison needs, in a fixed order.

    Added are columns of `documents` and `_measured`; the sides of actor and target; event (label),
    event_kind, momentary; ids (its own alone); voice: the outlet, or `quoted in` it for what it
    passes on of other or enemy media; and disowned: told only for the document to deny it in its
    own voice. `reposts` in counts copies for their hosts too.
    """
    found = _based(case, calendar)
    about = documents(case, left_out=left_out, reposts=reposts)
    if reposts == "in":
        found = counted_twice(found, documents(case, reposts="in"))
    about = about[["doc_id", "source_id", "source", "camp", "bloc"]]
    found = found.merge(about, on="doc_id", validate="m:1")
    found["ids"] = [(i,) for i in found["claim_id"].tolist()]
    quoted = found["attribution"].isin(["other_media", "enemy_media"])
    found["voice"] = found["source"].where(~quoted, "quoted in " + found["source"])
    denials = found.query("attribution == 'own_voice' and denies != ''")
    denied = pd.MultiIndex.from_frame(denials[["doc_id", "denies"]])
    found["disowned"] = pd.MultiIndex.from_frame(found[["doc_id", "claim_id"]]).isin(denied)
    return found.sort_values(["claim_id", "doc_id"], kind="stable").reset_index(drop=True)


@cache
def reference(case: Case, which: str = "non_belligerent") -> pd.DataFrame:
    """Return the rows of the reference that meet an event of ours, in the columns of `claims`.

    kind is the outcome of a figure, or `event` where a row bears none that could meet a claim;
    target_ who suffered it; rank that of the quality, 0 the best. `which` is a key of `ORIGINS`.
    """
    rows = case["reference"]
    rows = rows[(rows["case"] == case.name) & (rows["event_id"] != "")]
    rows = rows[rows["origin"].isin(ORIGINS[which])].reset_index(drop=True)
    side, known = lookup(case, "actors", "side"), rows[["value_min", "value_max"]].notna()
    wording = np.select([known.all(axis=1), known["value_min"]], ["range", "at_least"], "up_to")
    of_somebody = rows[["target", "item"]].ne("").any(axis=1)
    days = rows["date_from"] + "/" + rows["date_to"]
    found = rows.assign(
        **dict.fromkeys(("source", "camp"), REFERENCE),
        **dict.fromkeys(("unit", "scope", "bloc", "doc_id"), ""),
        claim_id=rows["ref_id"],
        kind=rows["outcome"].where(known.any(axis=1) & of_somebody, "event").replace("", "event"),
        qualifier=wording,
        target_side=[side.get(t, t) for t in rows["target"]],
        target_id=rows["target"].where(rows["target"].isin(side), ""),
        rank=rows["quality"].map(QUALITY),
        event_date=days,
        event_calendar="gregorian",
        window=rows["window"].where(rows["window"] != "", days),
    )
    found = _measured(case, found, "umm_al_qura")
    return found.sort_values(["event_id", "rank", "ref_id"], kind="stable", ignore_index=True)


@cache
def reference_days(case: Case, which: str = "non_belligerent") -> pd.DataFrame:
    """Return event_id, first, last: the days of all rows of the best quality that an event has.

    source, camp and bloc are those of the reference.
    """
    rows = reference(case, which)
    best = rows["rank"] == rows.groupby("event_id")["rank"].transform("min")
    found = span_by(rows[best], "event_id").reset_index()
    return found.assign(source=REFERENCE, camp=REFERENCE, bloc="")


@cache
def sides(case: Case) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the side of actors.csv that each camp stands by, and those that this side fights.

    Camps are those compared, which fight each other; else all that write for a side, which fights
    all that bear arms.
    """
    camps = case.compare or sorted(set(documents(case)["camp"]))
    own = {camp: side_of_camp(camp, case["actors"]) for camp in camps}
    if case.compare:
        a, b = case.compare
        return {a: (own[a], (own[b],)), b: (own[b], (own[a],))}
    armed = set(case["actors"]["side"]) - {*NEUTRAL_SIDES}
    return {c: (side, tuple(sorted(armed - {side}))) for c, side in own.items() if side}


@cache
def theatre_events(case: Case) -> frozenset[str]:
    """Return the theatre's events, by their own place or those of claims; all if it has none."""
    named = _coded(case).groupby("event_id")["place_id"].agg(";".join).to_dict()
    own, here = lookup(case, "events", "place_id"), theatre_places(case)
    near = (e for e, place in own.items() if here & set_of(place or named.get(e, "")))
    return frozenset(near if here else own)


def realised(told: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of what was done, as far as they are not told as denied."""
    return told[told["modality"].eq("realised") & told["certainty"].ne("denied")]


def same_covers(a: Row, b: Row) -> bool:
    """Whether two figures cover the same known days, as far as the calendar is known."""
    slack = max(a["window_slack"], b["window_slack"])
    first, last = a["covers_first"] - b["covers_first"], a["covers_last"] - b["covers_last"]
    return abs(first) <= slack and abs(last) <= slack


def figures_of(told: pd.DataFrame) -> list[Row]:
    """Return every figure of something done as a row to compare: its claim with parts_of (the total
    of a sum) and complete (whether a sum leaves nothing out)."""
    return realised(told).query("figure").assign(parts_of="", complete=True).to_dict("records")


def wholes(rows: list[Row]) -> list[tuple[Row, list[Row], Row]]:
    """Return every total of `figures_of` that has parts, with these and their sum, by its id.

    The sum is a row of `figures_of` as if told of the total's event and window; complete, so that
    it may not fall short, where the parts cover window and place; stated is NaN where one has none.
    """
    made, parts_of = [], defaultdict[str, list[Row]](list)
    for row in rows:
        parts_of[row["part_of"]].append(row)
    for total in (row for row in rows if row["claim_id"] in parts_of):
        both = ("killed", "wounded") if total["kind"] == "killed_or_wounded" else ()
        parts = [p for p in parts_of[total["claim_id"]] if p["scope"] != "rate"]
        parts = [p for p in parts if p["kind"] in (total["kind"], *both)]
        if not parts:
            continue
        sums = {e: math.fsum(p[e] for p in parts) for e in ("high", "close_high", "stated")}
        # Figures of one window, target and item may overlap and count once at least.
        once = [[*own] for _, own in groupby(sorted(parts, key=_counted), _counted)]
        sums |= {e: math.fsum(max(p[e] for p in own) for own in once) for e in ("low", "close_low")}
        # Windows follow each other, without gap or overlap, from start to end of the whole; a part
        # as long as the whole is “one of them”, and no day of it; an open end equals nothing.
        days = sorted((p["covers_first"], p["covers_last"]) for p in parts)
        follow = len(days) > 1 and all(a[1] + 1 == b[0] for a, b in pairwise(days))
        follow &= (days[0][0], days[-1][1]) == (total["covers_first"], total["covers_last"])
        kinds, voice = {p["kind"] for p in parts}, joined(p["voice"] for p in parts)
        alike = all(_counted(p)[:3] == _counted(total)[:3] for p in parts)
        alike &= {set_of(p["place_scope"]) for p in parts} == {set_of(total["place_scope"])}
        row = total | sums | {"complete": bool(alike and follow), "parts_of": total["claim_id"]}
        row |= {"kind": kinds.pop() if len(kinds) == 1 else "killed_or_wounded", "voice": voice}
        row |= {"who": f"{voice} in parts", "told": " + ".join(p["told"] for p in parts)}
        made.append((total, parts, row | {"ids": tuple(p["claim_id"] for p in parts)}))
    return made
