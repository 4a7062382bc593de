"""What cannot all be true: pairs of claims, the reason why they are not compared, and all accounts.

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
from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses import timelines
from framelines.analyses.claims import Row, claims, joined, lookup, set_of, table_of
from framelines.analyses.findings import estimand
from framelines.analyses.timelines import days_between
from framelines.methods.dates import days_text, relate
from framelines.methods.estimate import Estimate, decimal_text
from framelines.methods.quantities import COMPATIBLE, CONTRADICTION, TENSION, verdict
from framelines.tables.case import Case
from framelines.tables.rows import rows

BETWEEN, INSIDE = "contradiction between sources", "contradiction inside a source"
CALENDAR = "calendar-dependent"
KINDS = ("figure", "parts and total", "date", "repeated deed", "denial")
PERSONS = ("killed", "wounded", "killed_or_wounded")
# Parts of one place can be taken days apart; over more than a month it is taken anew.
SAME_CAMPAIGN = 31
LASTS = "the event lasts, and each may tell another day of it"
CHANGED, FATE = "a repeat tells it otherwise", "one thing, captured or destroyed"
WHO, DONE, LISTS = "who did it", "done or not", "two lists that differ"
STAGE = "the day of a place, by another stage of its fall"
# What is planned can be done later.
UNDONE = ({"realised", "negated"}, {"realised", "attempted"})
# In this order by the alphabet too: the first says more.
NOT_DONE, ALL_OR_PART = "that it happened", "the claim, all or part of it"
REFERENCE = "Reference"


def _pair(kind: str, a: Row, b: Row, unit: str = "", width: float = math.nan, **more: Any) -> Row:
    """A pair as `pairs` has it. Of the days between two dates each gives way by half; at stake are
    these, or of figures their |log ratio| times the larger."""
    least, most = sorted((a["stated"], b["stated"]))
    known = unit == "share" and least > 0 and most > 0
    stake = math.log(most / least) * most if known else 0.0
    if unit == "days":
        width = stake = float(np.ceil(width / 2))
    row = {"kind": kind, "first": a, "second": b, "unit": unit, "width": width}
    row |= {"event": a["event"] or b["event"], "event_id": a["event_id"] or b["event_id"]}
    row |= {"key": (a["event_id"],), "reasons": [], "verdict": CONTRADICTION}
    return row | {"ids": frozenset(a["ids"] + b["ids"]), "stake": round(stake, 9)} | more


def _key(figure: Row) -> tuple[str, ...]:
    """What two figures must share to be a pair at all."""
    kind = "persons" if figure["kind"] in PERSONS else figure["kind"]
    # A force is one wherever it is told of: place, role and date make it the same.
    place = joined(set_of(figure["place_scope"]), ";") * (kind == "force_size")
    return f"at {place}" if place else figure["event_id"], kind, figure["item"], figure["unit"]


def _quotes_other(a: Row, b: Row) -> bool:
    return a["camp"] != b["camp"] and "enemy_media" in (a["attribution"], b["attribution"])


def reasons(a: Row, b: Row) -> list[str] | None:
    """Return what keeps two figures of one key from contradicting each other; empty where they do,
    None where they cannot be of one thing, or one is a part of the other.

    These conditions guard against artefacts, and cost real disputes: a reader may look past one.
    """
    roles = ("actor_id", "target_id", "place_scope")
    actors, targets, places = ([set_of(f[role]) for f in (a, b)] for role in roles)
    force, sums = a["kind"] == "force_size", bool(a["parts_of"]) + bool(b["parts_of"])
    part = not sums and (a["part_of"] in b["ids"] or b["part_of"] in a["ids"])
    part |= a["part_of"] == b["part_of"] != "" or bool({*a["ids"]} & {*b["ids"]})
    # Of the sum of a total's parts window and place were asked when it was made.
    total = a["parts_of"] in b["ids"] or b["parts_of"] in a["ids"]
    short = sums == 2 and not (a["complete"] and b["complete"])
    unlike = not force and all(targets) and targets[0].isdisjoint(targets[1])
    others = actors[0] != actors[1] and (force or all(actors))
    others |= {a["kind"], b["kind"]} == {"killed", "wounded"} or _quotes_other(a, b)
    if part or others or (not total and (short or unlike)):
        return None
    known, same = not math.isnan(a["covers_first"] + b["covers_first"]), coded.same_covers(a, b)
    if force:
        # Forces of two days are compared as a ratio, but can both be true: a garrison changes.
        days = ((f["window_first"], f["window_last"]) for f in (a, b))
        known, same = "" not in (a["window"], b["window"]), relate(*days)[1] == 0
    # A momentary deed is its own window and place.
    deed = a["scope"] == b["scope"] == "incremental" and a["momentary"]
    met = {
        "a wider target, or none told": targets[0] != targets[1] and not force,
        "another window": known and not same,
        "the window of one is unknown": not (known or deed),
        "another place": places[0] != places[1] and all(places),
        "the place of one is unknown": places[0] != places[1] and not (all(places) or deed),
    }
    found = [why for why, holds in met.items() if holds and not total]
    scopes = a["scope"] != b["scope"] or a["scope"] == ""
    return found + ["another scope, or none told"] * scopes


def _figure_pairs(told: pd.DataFrame) -> Iterable[Row]:
    """Pairs of figures that tell something done, each once, and of sums, that do not agree."""
    figures = coded.figures_of(told.query("event_id != '' and repeats == ''"))
    figures += [own for _, _, own in coded.wholes(figures)]
    figures.sort(key=lambda f: (_key(f), f["parts_of"], *f["ids"]))
    for a, b in coded.pairs_by(figures, lambda figure: [_key(figure)]):
        found, width = verdict(a, b)
        if found != COMPATIBLE and (why := reasons(a, b)) is not None:
            # Sources that contradict each other do so whether in one figure or in its parts.
            inside = a["voice"] == b["voice"] and (a["parts_of"] or b["parts_of"])
            kind = "parts and total" if inside else "figure"
            yield _pair(kind, a, b, "share", width, key=_key(a), reasons=why, verdict=found)


def _date_pairs(told: pd.DataFrame) -> Iterable[Row]:
    """Pairs of dates of one event that conflict: that share no day after calibration nor under the
    uncalibrated hull; where only one of the two parts them, it depends on the calendar.
    Repetitions with the same date are one statement."""
    dated = timelines.dated_events(told, ("sentence",))
    dated = dated.sort_values(["event_id", "claim_id", "doc_id"], kind="stable")
    stated = dated.drop_duplicates("claim_id", keep="last").set_index("claim_id")["event_date"]
    dated = dated[dated["repeats"].map(stated) != dated["event_date"]]
    keys = ["event_id", "source_id", "doc_id", "voice", "first", "last"]
    dates = dated.drop_duplicates(keys).to_dict("records")
    for a, b in coded.pairs_by(dates, lambda row: [row["event_id"]]):
        apart, calendars = [days_between(a, b)], {a["event_calendar"], b["event_calendar"]}
        if "hijri" in calendars and (len(calendars) > 1 or a["source_id"] != b["source_id"]):
            hulls = ((r["hull_first"], r["hull_last"]) for r in (a, b))
            apart.append(abs(relate(*hulls)[1]))
        if any(apart) and not _quotes_other(a, b):
            about: Row = {"reasons": [LASTS] * (not a["momentary"])}
            about["verdict"] = CONTRADICTION if all(apart) else CALENDAR
            yield _pair("date", a, b, "days", min(filter(None, apart)), **about)


def repeated_takings(
    case: Case, told: pd.DataFrame, across_documents: str = "one_document"
) -> list[tuple[Row, Row]]:
    """Return pairs of claims, of one document or one source, by which one side takes a site twice,
    with no loss told between."""
    dated = timelines.dated_events(told).query("place_id != '' and event_kind == 'taking'")
    winner = dated["event_id"].map(lookup(case, "events", "winner"))
    taker = winner.map(lookup(case, "actors", "side")).fillna(dated["actor_side"])
    dated = dated.assign(taker=taker).sort_values(["claim_id", "doc_id"], kind="stable")
    takings = dated.to_dict("records")
    key, made = {"one_document": "doc_id", "one_source": "source_id"}[across_documents], []
    for a, b in coded.pairs_by(takings, lambda r: [(r[key], r["taker"])]):
        apart = days_between(a, b)
        again = a["taker"] and a["place_id"] == b["place_id"] and apart > SAME_CAMPAIGN
        if again or (a["event_id"] == b["event_id"] and apart > 0):
            # Whether the source, by all its takings, has another side take it in between.
            low, high = min(a["last"], b["last"]), max(a["first"], b["first"])
            own = [r for r in takings if r["source_id"] == a["source_id"]]
            between = [r for r in own if r["last"] >= low and r["first"] <= high]
            both = set_of(a["place_id"]) & set_of(b["place_id"])
            lost = any(r["taker"] != a["taker"] and set_of(r["place_id"]) & both for r in between)
            made += [(a, b)] * (not lost)
    return made


def taken_twice_table(
    case: Case, *, calendar: str = "calibrated", across_documents: str = "one_document"
) -> pd.DataFrame:
    """Return sites that one source has one side (taker) take twice, with no loss told between."""
    groups = defaultdict[tuple[str, ...], list[Row]](list)
    for a, b in repeated_takings(case, claims(case, calendar), across_documents):
        site = min(set_of(a["place_id"]) & set_of(b["place_id"]), default=a["event_id"])
        groups[a["source_id"], a["taker"], site] += [a, b]
    name, made = lookup(case, "places", "name"), []
    for _, own in sorted(groups.items()):
        place = joined(name.get(p, p) for r in own for p in set_of(r["place_id"]))
        apart = max(map(days_between, own[::2], own[1::2]))
        row = own[0] | {"place": place, "stated": joined(r["event_date"] for r in own)}
        row |= {"days_apart": int(apart), "claims": joined((r["claim_id"] for r in own), ", ")}
        made.append(row)
    return table_of(made, "place source taker stated days_apart claims")


@estimand(
    "timelines.taken_twice",
    choices={"calendar": timelines.CALENDAR, "across_documents": ("one_document", "one_source")},
    evidence=taken_twice_table,
)
def taken_twice(case: Case, **choices: str) -> Estimate:
    """Return the number of sites that one source has its side take twice."""
    table = taken_twice_table(case, **choices)
    measures = "sites told as taken twice, with no loss told between"
    detail = "; ".join(sorted(table["place"]))
    return Estimate(float(len(table)), "sites", measures=measures, detail=detail)


def _denial_pairs(told: pd.DataFrame) -> Iterable[Row]:
    """Every denial with the one claim that it denies."""
    targets = told[told["claim_id"].isin(told["denies"])].to_dict("records")
    denied = {r["claim_id"]: r for r in targets[::-1]}
    for row in told[told["denies"].isin(denied)].to_dict("records"):
        one = denied[row["denies"]]
        if one["certainty"] != "denied":
            yield _pair("denial", one, row, key=(one["event_id"], one["claim_id"]))


@cache
def pairs(case: Case, calendar: str = "calibrated") -> list[Row]:
    """Return every pair of claims of one thing that do not agree, with the reasons to pass it over.

    Keys: kind (of `KINDS`), first and second (claims or figures), key (what both are of), reasons,
    verdict (what it would be, where there are reasons), unit and width: by how much both must give
    way to agree, a share or days; a denial has none. Reposts count once.
    """
    told = claims(case, calendar)
    both = repeated_takings(case, told)
    twice = [_pair("repeated deed", a, b, "days", days_between(a, b)) for a, b in both]
    deeds = {pair["ids"] for pair in twice}
    dates = [p for p in _date_pairs(told) if p["reasons"] or p["ids"] not in deeds]
    return [*_figure_pairs(told), *dates, *twice, *_denial_pairs(told)]


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
        said = row["event_date"] + day * (row["event_calendar"] == "hijri")
        said += f", {row['event']}" * (pair["kind"] == STAGE)
    elif pair["kind"] == WHO:
        said = joined(set_of(row["actor_side"]), " and ").replace("_", " ")
    elif pair["first"]["kind"] != pair["second"]["kind"]:
        said += f" {row['kind'].replace('_', ' ')}"
    return f"{who}: {said} [{', '.join(row['ids'])}]"


def _rows(case: Case, asked: Iterable[Row], *apart: str) -> list[Row]:
    """One row a dispute or question, of all its pairs: those on one thing that are alike in
    `apart`; with who says what."""
    names, groups = lookup(case, "actors", "name"), defaultdict[Any, list[Row]](list)
    made = list[Row]()
    for pair in asked:
        what = _what(pair, names)
        # All denials of one claim are one dispute, however much of it each denies.
        key = *(pair[name] for name in apart), *pair["key"], what * (pair["kind"] != "denial")
        groups[key].append(pair | {"what": what})
    for own in groups.values():
        said = sorted({_statement(p, p[r]) for p in own for r in ("first", "second")})
        row = own[0] | {"statements": coded.listed(said), "stake": max(p["stake"] for p in own)}
        width = max(p["width"] for p in own)
        days = f"{decimal_text(width, 0)} day{'s'[: int(width != 1)]}"
        words = {"days": days, "share": f"{decimal_text(100 * width, 0)} %", "": "–"}
        # Of several denials of a claim, the one that denies most.
        row |= {"width": words[row["unit"]], "what": min(p["what"] for p in own)}
        made.append(row | {"claims": joined((i for p in own for i in p["ids"]), ";")})
    return made


def disputes(case: Case, calendar: str = "calibrated") -> pd.DataFrame:
    """Return what cannot all be true, one row a dispute: contradictions first, of these figures.

    statements say who says what, with the ids of claims; width, in words, how far all must give
    way.
    """
    found = []
    for pair in (p for p in pairs(case, calendar) if not p["reasons"]):
        a, b, group = pair["first"], pair["second"], pair["verdict"]
        if group == CONTRADICTION:
            # Whoever is denied in a document is heard there, if not in the document's own voice.
            own = pair["kind"] != "denial" or a["attribution"] == b["attribution"] == "own_voice"
            group = INSIDE if own and a["voice"] == b["voice"] else BETWEEN
        soft, order = group in (TENSION, CALENDAR), max(KINDS.index(pair["kind"]), 1)
        found.append(pair | {"class": group, "soft": soft, "order": order})
    columns = "event what statements class width kind event_id claims stake"
    by = "soft order -stake event_id what claims"
    table = table_of(_rows(case, found, "class", "kind"), columns, by=by)
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def _unlike(told: pd.DataFrame) -> Iterable[Row]:
    """Pairs of statements that are told so differently that somebody should read them."""
    deeds = told["kind"].eq("event") & told["momentary"]
    told = told.assign(deed=deeds, site=told["place_id"].where(deeds, ""))
    by_id = {r["claim_id"]: r for r in told.to_dict("records")}
    every = [r for r in by_id.values() if r["event_id"]]
    for first, row in ((by_id[r["repeats"]], r) for r in every if r["repeats"] in by_id):
        figures = row["figure"] and first["figure"]
        dates = row["date_basis"] == first["date_basis"] == "sentence"
        dates, apart = dates and row["event_date"] != first["event_date"], days_between(row, first)
        figures = figures and row["stated"] != first["stated"] and row["told"] != first["told"]
        if figures or (dates and apart > 0):
            yield _pair(CHANGED, first, row, "share" if figures else "days", apart)
    # A repeat that gives another date is a statement of its own.
    fresh = [r for r in every if r["event_date"] != by_id.get(r["repeats"], {}).get("event_date")]
    for a, b in coded.pairs_by(fresh, lambda r: [r["event_id"], r["site"] or r["event_id"]]):
        if a["voice"] == b["voice"] or _quotes_other(a, b):
            continue
        one, other = (set_of(r["actor_side"]) for r in (a, b))
        same, deeds = a["event_id"] == b["event_id"], a["deed"] and b["deed"]
        things = all(r["item"] and r["kind"].startswith("equipment_") for r in (a, b))
        # Entry, control and withdrawal are events of their own, and stages of one fall.
        falls = "taking" in (a["event_kind"], b["event_kind"]) and a["place_id"] == b["place_id"]
        falls = falls and a["modality"] == b["modality"] and deeds and not same
        asks = {
            FATE: same and things and a["item"] == b["item"] and a["kind"] != b["kind"],
            WHO: same and deeds and one and other and not one & other,
            DONE: same and deeds and {a["modality"], b["modality"]} in UNDONE,
            STAGE: falls and 0 < days_between(a, b) <= SAME_CAMPAIGN,
        }
        for why in [why for why, holds in asks.items() if holds][:1]:
            unit = "share" if a["figure"] and b["figure"] else "days" * (why == STAGE)
            key = (a["place_id"] if why == STAGE else a["event_id"],)
            yield _pair(why, a, b, unit, days_between(a, b), key=key)


def _lists(case: Case, told: pd.DataFrame) -> Iterable[Row]:
    """Two texts that tell mostly the same takings, each with some that the other leaves out."""
    taken = told.query("kind == 'event' and event_kind == 'taking' and modality == 'realised'")
    texts = [{"doc": doc, "events": {*own}} for doc, own in taken.groupby("doc_id")["event_id"]]
    label = lookup(case, "documents", "label")
    for a, b in coded.pairs_by(texts, lambda text: list(text["events"])):
        both, every = a["events"] & b["events"], a["events"] | b["events"]
        if a["events"] != both != b["events"] and 2 * len(both) >= len(every):
            alone = taken[taken["doc_id"].isin([a["doc"], b["doc"]])]
            alone = alone[~alone["event_id"].isin(both)]
            left_out = alone.groupby("doc_id")["event"].agg(lambda e: coded.listed(sorted({*e})))
            said = [f"{label[doc]}: {events}" for doc, events in left_out.items()]
            row = {"event": "Takings that one of two texts leaves out", "asks": LISTS, "tier": 1}
            row |= {"what": f"{len(both)} are in both", "statements": "; ".join(said)}
            yield row | {"stake": 0.0, "claims": joined(alone["claim_id"], ";")}


def questions(case: Case, calendar: str = "calibrated") -> pd.DataFrame:
    """Return what somebody should read, one row a question; no row is a contradiction found.

    First pairs that one condition alone keeps from contradicting each other (named in `asks`), what
    has most at stake first; then statements on one event that are told otherwise.
    """
    told, found = claims(case, calendar), pairs(case, calendar)
    asked = [p | {"asks": p["kind"], "tier": 1} for p in _unlike(told)]
    close = (p for p in found if p["verdict"] == CONTRADICTION and len(p["reasons"]) == 1)
    asked += [pair | {"asks": pair["reasons"][0], "tier": 0} for pair in close]
    made = [*_rows(case, asked, "asks"), *_lists(case, told)]
    columns = "event asks what statements stake claims"
    return table_of(made, columns, by="tier -stake event asks claims")


def _listed(table: pd.DataFrame) -> list[str]:
    return [", ".join(filter(None, row)).replace("_", " ") for row in table.to_numpy()]


def accounts(case: Case) -> pd.DataFrame:
    """Return one row a claim that counts, and one a row of the reference on its events.

    Columns: event_id, event (its label; both empty where the claim is of no shared event), source,
    what (kind and item, by whom or of whom), told (the figure as worded), stated (the date as
    stated), days (that it leaves open, in words), names (labels of actors in the sentence), verbs
    (of taking there), words (in whose words, how sure, done or not), claim_id, is_reference,
    disputed. Events in the order of their days; in each the reference first, then sources by name.
    """
    told, at = rows(case, "claims")[["doc_id", "claim_id", "sentence"]], ["doc_id", "sentence"]
    told = claims(case).merge(told, on=["doc_id", "claim_id"])
    named = {"names": ("naming_mentions", "wording"), "verbs": ("captures", "lemma")}
    for column, (table, of) in named.items():
        met = rows(case, table).groupby(at)[of].agg(lambda own: joined(own, ", "))
        told = told.join(met.rename(column), on=at)
    event, force = told["kind"].eq("event"), told["kind"].eq("force_size")
    name = lookup(case, "actors", "name")
    told["kind"] = told["event_kind"].fillna("event").where(event, told["kind"])
    doers = told["actor_id"].where(event | force, told["target_id"]).str.split(";")
    who = doers.map(lambda ids: " and ".join(name.get(i, i) for i in ids if i))
    who = event.map({True: " by ", False: " of "}).where(who != "", "") + who
    usual = ["own_voice", "asserted", "realised"]
    told["words"] = _listed(told[["attribution", "certainty", "modality"]].replace(usual, ""))
    told = told.assign(what=_listed(told[["kind", "item"]]) + who, is_reference=False)
    known = coded.reference(case, "any")[lambda r: r["event_id"].isin(told["event_id"])]
    known = known.assign(whose=known["target"].replace(name), is_reference=True, event_date="")
    figure = pd.Series(_listed(known[["kind", "whose"]]), known.index, dtype=str)
    known["what"] = known["event"].where(known["kind"] == "event", figure)
    known["source"] = REFERENCE + ": " + known["according_to"]
    both = pd.concat([told, known.assign(words=known["origin"].str.replace("_", " "))])
    both = both.assign(
        event=both["event_id"].map(lookup(case, "events", "label")),
        stated=both["event_date"],
        days=list(map(days_text, both["first"], both["last"])),
        disputed=both["claim_id"].isin(";".join(disputes(case)["claims"]).split(";")),
        dated=both.groupby("event_id")["last"].transform("min"),
    )
    texts = "event_id event source what told stated days names verbs words claim_id"
    order = "dated event_id -is_reference source claim_id"
    found = table_of(both, f"{texts} is_reference disputed", by=order)
    return found.fillna("").replace("… to …", "")
