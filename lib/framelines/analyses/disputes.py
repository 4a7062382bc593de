"""What cannot all be true: pairs of claims with the reason why they are not compared, and disputes.

Most careless pairings are artefacts: a day's dead against a month's, a part against its total. So
two figures meet only where event, item and unit are the same and no `reason` parts them; two dates
only of one momentary event; a denial only what it denies. A *contradiction* excludes every common
number or day, a *tension* only what a reader would take. So strict a rule passes over much that a
reader would stop at: two more tiers are listed as questions.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import combinations, groupby
from typing import Any

import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses import losses, takings, timelines
from framelines.analyses.claims import Row, claims, joined, lookup, set_of, table_of
from framelines.methods.dates import days_text, relate
from framelines.methods.quantities import COMPATIBLE, CONTRADICTION, verdict
from framelines.tables.case import Case

BETWEEN, INSIDE = "contradiction between sources", "contradiction inside a source"
TENSION, CALENDAR = "tension", "calendar-dependent"
KINDS = ("figure", "parts and total", "date", "repeated deed", "denial")
PAIR = ("kind", "first", "second", "key", "unit", "reasons", "verdict", "width")
PERSONS = ("killed", "wounded", "killed_or_wounded")
LASTS = "the event lasts, and each may tell another day of it"
QUOTED = "one passes on what the other side says"
LEFT_AWAY = "a sum that leaves out a part of the window or place"
# What a reader may look past: these conditions guard against artefacts, and cost real disputes.
LOOKED_PAST = {
    *("another window", "the window of one is unknown", "another place", LASTS),
    *("the place of one is unknown", "another scope, or none told", "a wider target, or none told"),
}
CHANGED, FATE = "a repeat tells it otherwise", "one thing, captured or destroyed"
WHO, DONE, LISTS = "who did it", "done or not", "two lists that differ"
STAGE = "the day of a place, by another stage of its fall"
# What is planned can be done later.
UNDONE = ({"realised", "negated"}, {"realised", "attempted"})
# In this order by the alphabet too: the first says more.
NOT_DONE, ALL_OR_PART = "that it happened", "the claim, all or part of it"


def _key(figure: Row) -> tuple[str, ...]:
    """What two figures must share to be a pair at all."""
    kind = "persons" if figure["kind"] in PERSONS else figure["kind"]
    thing = figure["event_id"]
    if kind == "force_size" and figure["place_scope"]:
        # A force is one wherever it is told of: place, role and date make it the same.
        thing = "at " + joined(set_of(figure["place_scope"]), ";")
    return thing, kind, figure["item"], figure["unit"]


def _is_deed(a: Row, b: Row) -> bool:
    """Whether both tell the losses of one momentary deed, which is its own window and place."""
    return a["scope"] == b["scope"] == "incremental" and a["momentary"]


def _quotes_other(a: Row, b: Row) -> bool:
    return a["camp"] != b["camp"] and "enemy_media" in (a["attribution"], b["attribution"])


def _window(a: Row, b: Row) -> str:
    if a["kind"] == b["kind"] == "force_size":
        # Forces of two days are compared as a ratio, but can both be true: a garrison changes.
        return losses.force_obstacle(a, b, within_days=0)
    if math.isnan(a["covers_first"] + b["covers_first"]):
        return "" if _is_deed(a, b) else "the window of one is unknown"
    return "" if coded.same_covers(a, b) else "another window"


def _place(a: Row, b: Row) -> str:
    first, second = set_of(a["place_scope"]), set_of(b["place_scope"])
    if first == second or (_is_deed(a, b) and not (first and second)):
        return ""
    return "another place" if first and second else "the place of one is unknown"


def reasons(a: Row, b: Row) -> list[str]:
    """Return why two figures of one key are not set against each other; empty where they are."""
    force, sums = a["kind"] == "force_size", (a["parts_of"] != "", b["parts_of"] != "")
    actors = set_of(a["actor_id"]), set_of(b["actor_id"])
    targets = set_of(a["target_id"]), set_of(b["target_id"])
    direct = a["part_of"] in b["ids"] or b["part_of"] in a["ids"]
    # The sum of a total's parts is asked apart: window and place were asked when it was made.
    total = a["parts_of"] in b["ids"] or b["parts_of"] in a["ids"]
    others = targets[0] != targets[1] and not force and not total
    unlike = others and all(targets) and targets[0].isdisjoint(targets[1])
    met = {
        "a part against its total": (direct and not any(sums)) or {*a["ids"]} & {*b["ids"]},
        "two parts of one total": a["part_of"] == b["part_of"] != "",
        QUOTED: _quotes_other(a, b),
        "another outcome": {a["kind"], b["kind"]} == {"killed", "wounded"},
        "another actor": actors[0] != actors[1] and (force or all(actors)),
        "another target": unlike,
        "a wider target, or none told": others and not unlike,
        "another scope, or none told": a["scope"] != b["scope"] or a["scope"] == "",
    }
    found = [why for why, holds in met.items() if holds]
    if total:
        return found
    partial = sums[0] == sums[1] and not (a["complete"] and b["complete"])
    return [*found, *filter(None, [_window(a, b), _place(a, b), LEFT_AWAY * partial])]


def _pair(*values: Any) -> Row:
    return dict(zip(PAIR, values, strict=True))


def _figure_pairs(told: pd.DataFrame) -> Iterable[Row]:
    """Pairs of figures that tell something done, each once, and of sums, that do not agree."""
    once = told.query("event_id != '' and repeats == ''")
    figures = coded.figures_of(once)
    figures += [own for _, _, own in coded.wholes(figures)]
    figures.sort(key=lambda f: (_key(f), f["parts_of"], *f["ids"]))
    for key, group in groupby(figures, key=_key):
        for a, b in combinations(list(group), 2):
            found, width = verdict(a, b)
            if found != COMPATIBLE:
                sums = "parts and total" if a["parts_of"] or b["parts_of"] else "figure"
                yield _pair(sums, a, b, key, "share", reasons(a, b), found, width)


def _date_pairs(told: pd.DataFrame) -> Iterable[Row]:
    """Pairs of dates of one event that conflict: that share no day after calibration nor under the
    uncalibrated hull; where only one of the two parts them, it depends on the calendar.
    Repetitions with the same date are one statement."""
    dated = timelines.dated_events(told, ("sentence",))
    dated = dated.sort_values(["event_id", "claim_id", "doc_id"], kind="stable")
    stated = dated.drop_duplicates("claim_id", keep="last").set_index("claim_id")["event_date"]
    dated = dated[dated["repeats"].map(stated) != dated["event_date"]]
    keys = ["event_id", "source_id", "doc_id", "voice", "first", "last"]
    rows = dated.drop_duplicates(keys).to_dict("records")
    for event, group in groupby(rows, key=lambda row: str(row["event_id"])):
        for a, b in combinations(list(group), 2):
            calendars = [r["event_calendar"] == "hijri" for r in (a, b)]
            apart = [timelines.days_between(a, b)] * 2
            if any(calendars) and (not all(calendars) or a["source_id"] != b["source_id"]):
                hulls = ((r["hull_first"], r["hull_last"]) for r in (a, b))
                apart[1] = abs(relate(*hulls)[1])
            if any(apart):
                why = [QUOTED] * _quotes_other(a, b) + [LASTS] * (not a["momentary"])
                found = CONTRADICTION if all(apart) else CALENDAR
                days = min(apart) if all(apart) else max(apart)
                width = math.ceil(days / 2) if math.isfinite(days) else math.inf
                yield _pair("date", a, b, (event,), "days", why, found, width)


def _other_pairs(case: Case, told: pd.DataFrame) -> Iterable[Row]:
    """Sites taken twice in one document, and every denial with the one claim that it denies."""
    for a, b in takings.repeated_takings(case, told):
        key: tuple[str, ...] = (a["event_id"],)
        width = math.ceil(timelines.days_between(a, b) / 2)
        yield _pair("repeated deed", a, b, key, "days", [], CONTRADICTION, width)
    denials = told[told["denies"].isin(told["claim_id"])]
    targets = told[told["claim_id"].isin(denials["denies"])]
    by_id = {r["claim_id"]: r for r in targets.to_dict("records")[::-1]}
    for row in denials.to_dict("records"):
        denied = by_id[row["denies"]]
        if denied["certainty"] != "denied":
            key = denied["event_id"], denied["claim_id"]
            yield _pair("denial", denied, row, key, "", [], CONTRADICTION, math.nan)


@cache
def pairs(case: Case, calendar: str = "calibrated") -> list[Row]:
    """Return every pair of claims of one thing that do not agree, with the reasons to pass it over.

    Keys are `PAIR`: of what kind (`KINDS`), two claims or figures, what both are of, the reasons,
    the verdict (what it would be, where there are reasons), and by how much both must give way to
    agree: a share, or days; a denial has none. Reposts count once.
    """
    told = claims(case, calendar)
    made = [*_figure_pairs(told), *_date_pairs(told), *_other_pairs(case, told)]
    deeds = {_claims_of(p) for p in made if p["kind"] == "repeated deed"}
    return [p for p in made if p["kind"] != "date" or p["reasons"] or _claims_of(p) not in deeds]


def _claims_of(pair: Row) -> frozenset[str]:
    return frozenset(pair["first"]["ids"] + pair["second"]["ids"])


def _class_of(pair: Row) -> str:
    a, b = pair["first"], pair["second"]
    if pair["verdict"] in (TENSION, CALENDAR):
        return str(pair["verdict"])
    inside = a["voice"] == b["voice"]
    if pair["kind"] == "denial":
        # Whoever is denied in a document is heard there, if not in the document's own voice.
        inside = a["source_id"] == b["source_id"]
        inside &= a["attribution"] == b["attribution"] == "own_voice"
    return INSIDE if inside else BETWEEN


def _what(pair: Row, names: dict[str, str]) -> str:
    """What is disputed, in words; no more of a denial than the codes say."""
    a, b, denial = pair["first"], pair["second"], pair["kind"] == "denial"
    if pair["unit"] == "days":
        return "taken twice" if pair["kind"] == "repeated deed" else "day"
    if not (pair["unit"] or denial):
        return str(pair["kind"])
    # Dead, and dead and wounded, are one dispute; the lesser outcome names it.
    row = a if denial else min((a, b), key=lambda r: (len(r["kind"]), r["kind"]))
    told = [row[k].replace("_", " ") for k in ("kind", "item") if row["kind"] != "event"]
    ids = {role: row[f"{role}_id"].split(";") for role in ("actor", "target")}
    who = {role: [names.get(i, i) for i in own if i] for role, own in ids.items()}
    if denial:
        how = NOT_DONE if b["modality"] == "negated" else ALL_OR_PART
        told = [how, *told, *(f"{role} {' and '.join(own)}" for role, own in who.items() if own)]
    else:
        told += who["actor" if row["kind"] == "force_size" else "target"]
    return ", ".join(filter(None, told))


def _statement(pair: Row, row: Row) -> str:
    """Who says what, with the ids of the claims."""
    who, said = row.get("who", row["voice"]), row["told"] or row["modality"]
    if pair["kind"] == "denial":
        if row["attribution"] != "own_voice":
            who = f"{row['attribution'].replace('_', ' ')} in {row['source']}"
        said = "denied" if row is pair["second"] else "told"
    elif pair["unit"] == "days":
        day = f" AH ({days_text(row['first'], row['last'])})"
        said = row["event_date"] + (day if row["event_calendar"] == "hijri" else "")
        said += f", {row['event']}" * (pair["kind"] == STAGE)
    elif pair["kind"] == WHO:
        said = " and ".join(sorted(set_of(row["actor_side"]))).replace("_", " ")
    elif pair["first"]["kind"] != pair["second"]["kind"]:
        said += f" {row['kind'].replace('_', ' ')}"
    return f"{who}: {said} [{', '.join(row['ids'])}]"


def _width_text(width: float, unit: str) -> str:
    if math.isnan(width):
        return "–"
    if math.isinf(width):
        return "open" if unit == "days" else "no share"
    return f"{width:.0f} day{'s'[: width != 1]}" if unit == "days" else f"{100 * width:.0f} %"


def _stake(pair: Row) -> float:
    """How much hangs on a pair: of figures |log ratio| times the larger, of dates the days."""
    if pair["unit"] == "days":
        return float(pair["width"])
    a, b = pair["first"]["stated"], pair["second"]["stated"]
    known = pair["unit"] == "share" and a > 0 and b > 0
    return round(abs(math.log(a / b)) * max(a, b), 9) if known else 0.0


def _rows(found: Iterable[tuple[tuple[Any, ...], Row]]) -> list[Row]:
    """One row a key, of all its pairs: its dispute or question, with who says what."""
    groups, made = defaultdict[Any, list[Row]](list), list[Row]()
    for key, pair in found:
        groups[key].append(pair)
    for own in groups.values():
        said = {_statement(p, p[r]) for p in own for r in ("first", "second")}
        of = own[0]["first"] if own[0]["first"]["event_id"] else own[0]["second"]
        # Rounded before it ranks: equal widths are equal on every machine.
        width = round(max(p["width"] for p in own), 12)
        # Of several denials of a claim, the one that denies most.
        row = {"what": min(p["what"] for p in own), "stake": max(map(_stake, own))}
        row |= {"least_width": width, "width": _width_text(width, own[0]["unit"])}
        row |= {"statements": coded.listed(sorted(said)), "event": of["event"]}
        row |= {"claims": joined((i for p in own for i in _claims_of(p)), ";")}
        made.append(own[0] | row | {"event_id": of["event_id"]})
    return made


def disputes(case: Case, calendar: str = "calibrated") -> pd.DataFrame:
    """Return what cannot all be true, one row a dispute: contradictions first, of these figures.

    statements say who says what, with the ids of claims; width, in words, how far all must give
    way.
    """
    names, found = lookup(case, "actors", "name"), []
    for pair in pairs(case, calendar):
        if pair["reasons"]:
            continue
        kind, group, what = pair["kind"], _class_of(pair), _what(pair, names)
        # Sources that contradict each other do so whether in one figure or in its parts.
        kind = "figure" if kind == "parts and total" and group == BETWEEN else kind
        # All denials of one claim are one dispute, however much of it each denies.
        key = pair["key"] if kind == "denial" else (*pair["key"], what)
        about = {"what": what, "class": group, "kind": kind, "order": max(KINDS.index(kind), 1)}
        about["soft"] = group in (TENSION, CALENDAR)
        found.append(((group, kind, *key), pair | about))
    columns = "event what statements class width kind event_id claims least_width stake"
    table = table_of(_rows(found), columns, by="soft order -stake event_id what claims")
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def _things(row: Row) -> list[tuple[str, str]]:
    """What two statements must share to be on one thing: the event, or the place of a deed."""
    deed = row["kind"] == "event" and row["momentary"] and row["place_id"]
    return [("event", row["event_id"]), *[("deed at", row["place_id"])] * bool(deed)]


def _unlike(told: pd.DataFrame) -> Iterable[tuple[str, Row, Row]]:
    """Statements on one event that are told so differently that somebody should read them."""
    by_id = {r["claim_id"]: r for r in told.to_dict("records")}
    rows = [r for r in by_id.values() if r["event_id"]]
    for row, first in ((r, by_id[r["repeats"]]) for r in rows if r["repeats"] in by_id):
        figures = row["figure"] and first["figure"] and row["stated"] != first["stated"]
        dates = row["event_date"] != first["event_date"]
        dates &= row["date_basis"] == first["date_basis"] == "sentence"
        if figures or (dates and timelines.days_between(row, first) > 0):
            yield CHANGED, first, row
    # A repeat that gives another date is a statement of its own.
    fresh = [r for r in rows if r["event_date"] != by_id.get(r["repeats"], {}).get("event_date")]
    for a, b in coded.pairs_by(fresh, _things):
        if a["voice"] == b["voice"] or _quotes_other(a, b):
            continue
        deeds = a["kind"] == b["kind"] == "event" and a["momentary"] and b["momentary"]
        if a["event_id"] == b["event_id"]:
            sides = [set_of(r["actor_side"]) for r in (a, b)]
            things = all(r["item"] and r["kind"].startswith("equipment_") for r in (a, b))
            if things and a["item"] == b["item"] and a["kind"] != b["kind"]:
                yield FATE, a, b
            elif deeds and all(sides) and not sides[0] & sides[1]:
                yield WHO, a, b
            elif deeds and {a["modality"], b["modality"]} in UNDONE:
                yield DONE, a, b
        elif deeds and "taking" in (a["event_kind"], b["event_kind"]):
            # Entry, control and withdrawal are events of their own, and stages of one fall.
            same = a["place_id"] == b["place_id"] != "" and a["modality"] == b["modality"]
            if same and 0 < timelines.days_between(a, b) <= takings.SAME_CAMPAIGN:
                yield STAGE, a, b


def _lists(case: Case, told: pd.DataFrame) -> Iterable[Row]:
    """Two texts that tell mostly the same takings, each with some that the other leaves out."""
    taken = told.query("kind == 'event' and event_kind == 'taking' and modality == 'realised'")
    texts = [{"doc": doc, "told": own} for doc, own in taken.groupby("doc_id")]
    label = lookup(case, "documents", "label")
    for pair in coded.pairs_by(texts, lambda text: list(text["told"]["event_id"])):
        a, b = (set(text["told"]["event_id"]) for text in pair)
        if a - b and b - a and 2 * len(a & b) >= len(a | b):
            alone = [t["told"][~t["told"]["event_id"].isin(a & b)] for t in pair]
            said = [
                f"{label[text['doc']]}: {coded.listed(sorted(set(own['event'])))}"
                for text, own in zip(pair, alone, strict=True)
            ]
            row = {"event": "Takings that one of two texts leaves out", "asks": LISTS, "tier": 1}
            row |= {"what": f"{len(a & b)} are in both", "stake": 0.0}
            row |= {"statements": "; ".join(said)}
            yield row | {"claims": joined(pd.concat(alone)["claim_id"], ";")}


def questions(case: Case, calendar: str = "calibrated") -> pd.DataFrame:
    """Return what somebody should read, one row a question; no row is a contradiction found.

    First pairs that one condition alone keeps from contradicting each other (named in `asks`), what
    has most at stake first; then statements on one event that are told otherwise.
    """
    told, names = claims(case, calendar), lookup(case, "actors", "name")
    asked = [p for p in pairs(case, calendar) if p["verdict"] == CONTRADICTION]
    asked = [p for p in asked if len(p["reasons"]) == 1 and p["reasons"][0] in LOOKED_PAST]
    for why, a, b in _unlike(told):
        days = "days" if why in (CHANGED, STAGE) else ""
        unit = "share" if a["figure"] and b["figure"] else days
        width = timelines.days_between(a, b) if unit == "days" else math.nan
        key = (a["place_id"] if why == STAGE else a["event_id"],)
        asked.append(_pair(why, a, b, key, unit, [why], "", width))
    found = []
    for pair in asked:
        why, what = pair["reasons"][0], _what(pair, names)
        about = {"asks": why, "what": what, "tier": int(pair["kind"] == why)}
        found.append(((why, *pair["key"], what), pair | about))
    columns = "event asks what statements stake claims"
    made = [*_rows(found), *_lists(case, told)]
    return table_of(made, columns, by="tier -stake event asks claims")
