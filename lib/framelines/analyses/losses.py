"""How many: figures against a reference, parts against totals, forces, losses told, places taken.

Two figures meet only where event, outcome, side of the dead and window are the same.
"""

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses import timelines
from framelines.analyses.claims import READING, Row, claims, estimated, joined, lookup, sides
from framelines.analyses.findings import estimand
from framelines.analyses.timelines import AREAS, CALENDAR, LEFT_OPEN, LEFT_OUT, REFERENCES, REPOSTS
from framelines.methods import quantities
from framelines.methods.dates import gregorian, relate
from framelines.methods.estimate import Estimate, geometric_mean, number_text, share, wilson
from framelines.tables.case import Case

OUTCOMES = {"killed": ("killed",), "killed_or_wounded_included": ("killed", "killed_or_wounded")}
LOSSES = dict.fromkeys(("killed", "wounded", "killed_or_wounded", "captured_persons"), "people")
LOSSES |= {f"equipment_{how}": "equipment" for how in ("destroyed", "damaged", "captured")}
LOSSES["sites_captured"] = "places"
# From the smallest to the widest: the rank of a place by its kind.
AREA_KINDS = "hill base checkpoint locality village town city valley plain".split() + [*AREAS]
# Sums of fewer days are no line.
DAYS = 3
# Garrisons change within weeks: figures further apart are of another force.
FORCE_DAYS = 7
T_INTERVAL = "95 % t interval over matched events"
NO_CAMP = "no camp here speaks for a side"


def _beside(case: Case, told: pd.DataFrame, known: pd.DataFrame, *on: str) -> pd.DataFrame:
    """Figures beside rows of the reference (`_known`) that count the same dead: alike in `on`, on
    the same days, and of the row's actor by name, if it has one that is no state."""
    text = dict.fromkeys(on, str)  # of no rows, pandas knows no type
    both = told.astype(text).merge(known.astype(text), on=[*on], suffixes=("", "_known"))
    for day in ("covers_first", "covers_last"):
        both = both[(both[day] - both[f"{day}_known"]).abs() <= both["window_slack"]]
    of, kinds = both[["target_id_known", "target_id"]].to_numpy(), lookup(case, "actors", "kind")
    named = [not a or a in coded.set_of(t) or kinds.get(a) == "state" for a, t in of]
    return both.loc[named].rename(columns={"stated_known": "known"})


def _mean(figures: Iterable[float]) -> float:
    return geometric_mean([n for n in figures if not math.isnan(n)])[0]


def _in_own_name(told: pd.DataFrame, kinds: Sequence[str], reading: str = "stated") -> pd.DataFrame:
    """The figures of people that a teller states in its own name, each once, with the number that
    `reading` gives, its coarseness, and the least number; without those that have none."""
    own = coded.realised(told).query("figure and item == '' and repeats == ''")
    own = own[own["kind"].isin(kinds) & ~own["voice"].str.startswith("quoted in ")]
    coarse = own["coarse"] * (reading == "conventional")  # others are taken as they stand
    own = own.assign(number=own[reading], least=own["logical_low"], coarse=coarse)
    return own.dropna(subset="number")


def _factor(part: str, ratios: Sequence[float], detail: str = "", coarse: Any = ()) -> list[Any]:
    """A row of `estimated`: the mean of ratios of matched events, and why it has no interval."""
    ends, n = geometric_mean(ratios, coarse), len(ratios)
    few = f"no interval: {n} matched event{'s'[: n > 1]}" * math.isnan(ends[1])
    why = few if n else "not estimable: no figure meets one of the reference"
    return [part, *ends, n, detail, why, (n,) * (n > 0)]


def matched_figures(
    case: Case,
    *,
    reading: str = "stated",
    origin: str = "monitor",
    outcome: str = "killed",
    **which: str,
) -> pd.DataFrame:
    """Return the figures of enemy dead that meet one of the reference, one row camp and event.

    The second `outcome` sets dead and wounded together against the dead. told and known are
    geometric means over all that meet, without figures that `reading` gives no number. least is
    the ratio of what the words leave open at least, and coarse the variance of the log of ratio
    that rounding hides (`quantities.figure_of`).
    """
    told = _in_own_name(claims(case, **which), OUTCOMES[outcome], reading)
    known = coded.reference(case, origin)[lambda r: r["kind"].isin(OUTCOMES[outcome])]
    foes = {(camp, side) for camp, (_, enemies) in sides(case).items() for side in enemies}
    told = told.loc[[of in foes for of in zip(told["camp"], told["target_side"], strict=True)]]
    both = _beside(case, told, known.query("stated > 0"), "event_id", "target_side")
    keys = ["camp", "event_id", "target_side"]
    both = both[both["rank"] == both.groupby(keys)["rank"].transform("min")]
    groups, once = both.groupby(keys), both.drop_duplicates([*keys, "claim_id"]).groupby(keys)
    table = groups[["event", "source", "origin", "told", "told_known"]].agg(joined)
    table["told_words"] = table["told"] + " against " + table["told_known"]
    # A figure counts at every meeting: with several windows each has rows of its own.
    table[["told", "least", "known"]] = groups[["number", "least", "known"]].agg(_mean)
    table["coarse"] = once["coarse"].sum() / once.size() ** 2
    table = table.assign(ratio=table["told"] / table["known"], first=groups["first_known"].min())
    table = table.assign(least=table["least"] / table["known"]).reset_index()
    columns = "event source camp target_side told known ratio least coarse origin told_words"
    return coded.table_of(table, f"{columns} event_id", by="camp first event_id")


@estimand(
    "timelines.inflation",
    choices={"reading": quantities.READINGS, "origin": tuple(coded.ORIGINS)}
    | {"outcome": tuple(OUTCOMES), "calendar": CALENDAR, "left_out": LEFT_OUT},
    main={"reading": "conventional"},
)
def inflation(case: Case, **choices: str) -> list[Estimate]:
    """Return each camp's mean factor of its figures of enemy dead over the reference's.

    The geometric mean over matched events, a selection: both had to count the dead of one window.
    What rounds down (“more than 50”) is read as a reader takes it, or a factor of two would lose a
    seventh of itself (`simulations.of_ratios`).
    """
    table, made = matched_figures(case, **choices), []
    for camp in sorted(sides(case)):
        rows = table[table["camp"] == camp]
        named = "; ".join((rows["event"] + ": " + rows["told_words"]).head(3))
        least = number_text(_mean(rows["least"]), "times")
        detail = f"{named}. Read at their least, {least} times" * (named != "")
        made.append(_factor(camp, list(rows["ratio"]), detail, rows["coarse"]))
    measures = "figures of enemy dead over the reference’s, geometric mean over matched events"
    return estimated(made, NO_CAMP, unit="times", measures=measures, interval=T_INTERVAL)


def told_by_both_table(
    case: Case, *, target: str = "civilians", reading: str = "conventional", **which: str
) -> pd.DataFrame:
    """Return the killed of one target in events that both camps tell, one row an event.

    first and second are the geometric means of what the texts of either camp tell; ratio is first
    over second.
    """
    told = _in_own_name(claims(case, **which), ["killed"], reading)
    told = told[(told["target_id"] == target) & (told["event_id"] != "")]
    means = told.groupby(["event_id", "event", "camp"])["number"].agg(_mean).unstack("camp")
    first, second = (means.get(camp, math.nan) for camp in case.compare or ("", ""))
    table = means.assign(first=first, second=second, ratio=first / second).dropna(subset="ratio")
    return coded.table_of(table.reset_index(), "event_id event first second ratio", by="event_id")


@estimand(
    "timelines.told_by_both",
    choices={"reading": ("conventional", "logical_low"), "left_out": LEFT_OUT},
    evidence=told_by_both_table,
)
def told_by_both(case: Case, *, target: str = "civilians", **choices: str) -> Estimate:
    """Return the mean factor, by event, of the dead that the first camp tells over the second's."""
    ratios = list(told_by_both_table(case, target=target, **choices)["ratio"])
    camps = " over ".join(case.compare or ("one camp", "the other"))
    found = [_factor("", ratios)] * bool(ratios)
    none = "no event has dead of this target in texts of both camps"
    about = {"measures": f"{target} killed, by event: {camps}", "interval": T_INTERVAL}
    return estimated(found, none, unit="times", **about)[0]


def summed_figures(
    case: Case, *, origin: str = "non_belligerent", calendar: str = "calibrated"
) -> pd.DataFrame:
    """Return the dead of a window of days, as a source adds them up, beside a reference's.

    One row a figure (sum of the parts, this sum where later parts may include earlier ones, the
    stated total) and reference of the same side and days, whatever their event.
    """
    told, made = claims(case, calendar), list[Row]()
    known = coded.reference(case, origin).query("kind == 'killed'")
    for total, parts, own in coded.wholes(coded.figures_of(told)):
        made += [own | {"figure": "sum of parts"}]
        made += [total | {"figure": f"its own total, {total['kind'].replace('_', ' ')}"}]
        span = ["covers_first", "covers_last"]
        days = pd.DataFrame(parts, columns=[*span, "stated"]).groupby(span, dropna=False)["stated"]
        # The figures of a day that are no less than all before them include these.
        running = reduce(lambda n, day: day + n * (day < n), days.sum(skipna=False), 0.0)
        if running != own["stated"]:
            made += [own | {"figure": "sum if later parts include earlier", "stated": running}]
    sums = pd.DataFrame(made, columns=told.columns)[lambda t: t["kind"].str.startswith("killed")]
    both = _beside(case, sums, known, "target_side")
    both = both.assign(ratio=both["stated"] / both["known"], reference=both["according_to"])
    both["claims"] = both["ids"].map(", ".join)
    columns = "source event figure told stated known ratio reference event_id claims"
    return coded.table_of(both, columns, by="source event figure known")


@estimand(
    "timelines.summed_losses",
    choices={"origin": ("non_belligerent", "monitor"), "calendar": CALENDAR},
    evidence=summed_figures,
)
def summed_losses(case: Case, **choices: str) -> list[Estimate]:
    """Return what a source adds up over what references have for the same days; all of these."""
    table, made = summed_figures(case, **choices), []
    table["known"] = [f"{r.known:,.10g} ({r.reference})" for r in table.itertuples()]
    for (source, figure), rows in table.groupby(["source", "figure"]):
        ratios, known = rows["ratio"], rows.groupby("told", sort=False)["known"].agg(" and ".join)
        detail = "; ".join(f"{told} against {of}" for told, of in known.items())
        ends = _mean(ratios), float(ratios.min()), float(ratios.max())
        made.append((f"{source}, {figure}", *ends, len(rows), detail))
    none, over = "no sum meets a reference of the same days", "all references of these days"
    measures = "figures of the dead of some days over the references’ for the same days"
    return estimated(made, none, unit="times", measures=measures, interval=over)


def running_losses(case: Case, *, calendar: str = "calibrated") -> pd.DataFrame:
    """Return the dead of each side as every account adds them up: side, account, day, sum, camp.

    Accounts are outlets and references with figures of `DAYS` days or more (of several texts on
    one event the geometric mean); with what anybody states for all these days at once, in one row.
    A side that one outlet or reference alone counts is left out. The camps compared come first.
    """
    kinds, account = OUTCOMES["killed_or_wounded_included"], ["side", "source", "camp"]
    known = coded.reference(case).assign(doc_id="", source=lambda r: r["according_to"])
    rows = [_in_own_name(claims(case, calendar), kinds), known[known["kind"].isin(kinds)]]
    rows = pd.concat(rows, ignore_index=True).query("stated > 0")
    rows = rows.assign(side=rows["target_side"], day=rows["covers_last"], sum=rows["stated"])
    rows = rows[~rows["side"].isin([*coded.NEUTRAL_SIDES, ""])]
    days = rows.query("kind == 'killed' and covers_first == covers_last")
    days = days[~days["part_of"].isin(days["claim_id"])]
    days = days.groupby([*account, "day", "event_id", "doc_id"])["sum"].sum()
    days = days.groupby([*account, "day", "event_id"]).agg(_mean).astype(float)
    days = days.groupby([*account, "day"]).sum().reset_index()
    days = days[days.groupby(account)["day"].transform("size") >= DAYS]
    lines = days.groupby(account)
    ends = lines["day"].agg(covers_first="min", covers_last="max").reset_index("side")
    whole = rows.merge(ends.drop_duplicates())
    how = ", " + whole["kind"].str.replace("_", " ") + " on all days"
    days = days.assign(sum=lines["sum"].cumsum(), account=days["source"])
    table = pd.concat([days, whole.assign(account=whole["source"] + how)])
    table = table[table.groupby("side")["source"].transform("nunique") > 1]
    place = [*(case.compare or ()), *sorted({*rows["camp"]})].index
    table = table.assign(place=table["camp"].map(place))
    found = coded.table_of(table, "side account day sum camp", by="place side account day")
    return found.drop_duplicates(ignore_index=True)


def parts_table(
    case: Case, *, reading: str = "logical", repeats: str = "collapsed", **which: str
) -> pd.DataFrame:
    """Return every total with the sum of its parts, one row a total.

    low and high are the ends of the difference (sum minus total) under `reading`; thing is an item
    or a kind. With `repeats` kept repeated parts are counted again.
    """
    told, made = claims(case, **which), list[Row]()
    told = told if repeats == "kept" else told.query("repeats == ''")
    low, high = f"{READING[reading]}low", f"{READING[reading]}high"
    for total, parts, own in coded.wholes(coded.figures_of(told)):
        added, thing = own["stated"], total["item"] or total["kind"]
        kinds = joined((p["kind"] for p in parts), " and ")
        what = thing if kinds == total["kind"] else f"{kinds}, of {thing}"
        words = own["told"] + f" = {added:,.10g}" * (len(parts) > 1 and added == added)
        words = f"{words} against {total['told']}"
        row = {"what": what, "thing": thing, "parts": own["told"], "total": total["told"]}
        row |= {"sum": added, "difference": added - total["stated"], "count": len(parts)}
        row |= {"low": own[low] - total[high], "high": own[high] - total[low]}
        row |= {"verdict": quantities.verdict(own, total)[0], "words": words}
        made.append(total | row | {"claims": ", ".join((total["claim_id"], *own["ids"]))})
    columns = "event source what parts total sum difference low high verdict count words thing"
    return coded.table_of(made, f"{columns} event_id claims")


@estimand(
    "timelines.parts_and_totals",
    choices={"reading": tuple(READING), "repeats": ("collapsed", "kept"), "calendar": CALENDAR},
)
def parts_and_totals(
    case: Case, *, event_id: str = "", items: Sequence[str] = (), **choices: Any
) -> list[Estimate]:
    """Return the sum of a source's parts minus its total, for each kind of thing counted."""
    table = parts_table(case, **choices)
    table = table[table["event_id"] == event_id] if event_id else table
    table = table[table["thing"].isin(items)] if items else table
    why = {True: "not estimable as one number: a word stands for a figure"}
    table = table.sort_values(["thing", "claims"]).assign(
        part=table["thing"] if event_id else table["event"] + ": " + table["thing"],
        why=table["difference"].isna().map(why).fillna(""),
    )
    made = table[["part", "difference", "low", "high", "count", "words", "why"]].to_numpy()
    words = {"measures": "sum of the stated parts minus the stated total", "interval": LEFT_OPEN}
    return estimated(made, "no source tells a total with its parts", unit="in number", **words)


@estimand("timelines.force_ratio", choices={"reading": tuple(READING), "calendar": CALENDAR})
def force_ratio(
    case: Case, *, reading: str = "logical", calendar: str = "calibrated"
) -> list[Estimate]:
    """Return the first camp's figure of a force over the second's, one estimate a pair.

    Pairs are of one actor's persons at one place, at most `FORCE_DAYS` apart. Of what the words
    leave open the value is the middle on a scale of ratios.
    """
    told = coded.realised(claims(case, calendar)).query("kind == 'force_size' and repeats == ''")
    told = told.query("figure and unit == 'persons' and actor_side and place_scope and window")
    own = told["camp"].map({camp: side for camp, (side, _) in sides(case).items()})
    whose = np.where(own == told["actor_side"], " (its own force)", " (its enemy)")
    told = told.assign(words=told["told"] + " by " + told["camp"] + np.where(own == "", "", whose))
    told["at"] = list(zip(told["window_first"], told["window_last"], strict=True))
    both = (told[told["camp"] == camp].to_dict("records") for camp in case.compare or ("", ""))
    pairs = [(a, b) for a, b in product(*both) if abs(relate(a["at"], b["at"])[1]) <= FORCE_DAYS]
    for key in ("actor_id", "place_scope", "item"):
        pairs = [(a, b) for a, b in pairs if coded.set_of(a[key]) == coded.set_of(b[key])]
    low, high, made = f"{READING[reading]}low", f"{READING[reading]}high", []
    for a, b in pairs:
        least = a[low] / b[high] if b[high] else math.nan
        most = a[high] / b[low] if b[low] else math.inf
        value = math.sqrt(least * most) if least > 0 and math.isfinite(most) else math.nan
        part = f"{a['actor_side']} at {a['place_scope']}" * (len(pairs) > 1)
        why = "not estimable: a figure is open at one end" * math.isnan(value)
        made.append((part, value, least, most, 1, f"{a['words']} and {b['words']}", why))
    measures = "strength told by the first camp over that told by the second"
    about = {"unit": "times", "measures": measures, "interval": LEFT_OPEN}
    return estimated(made, "no force is told by both sides", **about)


def known_losses(case: Case, losses: Sequence[str] = (), **choices: str) -> pd.DataFrame:
    """Return the losses that the reference lists beside each camp, one row camp, side, loss, event.

    Only events at risk (by `coverage`) stand here. own: the side is the camp's; told: by the camp.
    A place counts as lost where its taking is told; what a text tells only to deny it does not.
    """
    which = {k: v for k, v in choices.items() if k in ("calendar", "left_out", "reposts")}
    told, side = claims(case, **which), lookup(case, "actors", "side")
    known = coded.reference(case, choices.get("reference", "non_belligerent"))
    every = [coded.realised(told[~told["disowned"]]), known, known.assign(kind="event")]
    rows = pd.concat(every, ignore_index=True)
    lost = rows["event_id"].map(lookup(case, "events", "loser")).map(side).fillna("")
    taken = rows["kind"].eq("event") & lost.ne("")
    rows["loss"] = rows["kind"].map(LOSSES).where(~taken, "places")
    rows["side"] = rows["target_side"].where(~taken, lost).map(lambda ids: ids.split(";"))
    rows = rows.explode("side")[["event_id", "side", "loss", "camp"]].drop_duplicates()
    rows = rows[~rows["side"].isin([*coded.NEUTRAL_SIDES, ""])]
    rows = rows[rows["loss"].isin(losses or LOSSES.values())].astype(str).assign(told=True)
    risk = timelines.coverage(case, **choices).query("at_risk")
    risk = risk[["camp", "event_id", "label", "first"]].drop_duplicates()
    listed = rows[rows["camp"] == coded.REFERENCE][["event_id", "side", "loss"]]
    own = {camp: side for camp, (side, _) in sides(case).items()}
    found = listed.merge(risk[risk["camp"].isin(own)]).merge(rows, how="left")
    own_side = found["camp"].map(own) == found["side"]
    found = found.assign(own=own_side, told=found["told"].eq(True))
    columns = "camp own side loss event_id label told"
    return coded.table_of(found, columns, by="camp -own side loss first event_id")


@estimand(
    "timelines.own_losses",
    choices={"risk_set": ("told_window", "publication"), "reference": REFERENCES}
    | {"reposts": REPOSTS, "calendar": CALENDAR, "left_out": LEFT_OUT},
)
def own_losses(
    case: Case,
    *,
    losses: Sequence[str] = ("people", "places"),
    opponents: bool = False,
    **choices: str,
) -> list[Estimate]:
    """Return how many events at risk in which a side lost something its own camp tells as a loss.

    With several kinds of loss an event counts once. `opponents` sets their losses beside.
    """
    table, made = known_losses(case, losses, **choices), []
    for camp, own in product(sorted(sides(case)), (True, False) if opponents else (True,)):
        rows = table[(table["camp"] == camp) & (table["own"] == own)]
        told = rows[rows["told"]].drop_duplicates("event_id")
        k, n, whose = len(told), rows["event_id"].nunique(), "own side" if own else "its opponents"
        low, high = wilson(k, n)
        about: Row = {"low": low, "high": high, "detail": "; ".join(sorted(told["label"])[:6])}
        few = f"no interval: {n} event{'s'[: n != 1]}"
        few = few if n else "not estimable: no such event at risk"
        over = {"interval": "95 % Wilson interval over these events"}
        about |= {"why": (few,)} if math.isnan(low) else over
        measures = f"events that cost {whose} {', '.join(losses)}, told as such"
        made.append(share(f"{camp}: {whose}" if opponents else camp, measures, k, n, **about))
    return made or [share("", "losses told", 0, 0, why=(f"not estimable: {NO_CAMP}",))]


def event_figures(
    case: Case, *, event_id: str, reading: str = "logical", **which: str
) -> pd.DataFrame:
    """Return every figure told of one event, with those of the reference.

    target are actors, or the side; low and high those of `reading`.
    """
    told = claims(case, "umm_al_qura", **which).query("figure and repeats == ''")
    known = coded.reference(case, "any").query("kind != 'event'")
    known = known.assign(source=known["according_to"], certainty="", attribution=known["origin"])
    known = known.assign(actor_id=known["target_side"])
    table = pd.concat([told, known], ignore_index=True)[lambda t: t["event_id"] == event_id]
    target = table["target_id"].where(table["target_id"] != "", table["actor_id"])
    ends = {end: table[f"{READING[reading]}{end}"] for end in ("low", "high")}
    table = table.assign(outcome=table["kind"], target=target, **ends)
    columns = "outcome item target source attribution certainty told low high claim_id"
    return coded.table_of(table, columns, by="outcome item target low claim_id")


@estimand(
    "timelines.figures_of_event",
    choices={"reading": tuple(READING), "reposts": REPOSTS, "left_out": LEFT_OUT},
    evidence=event_figures,
)
def figures_of_event(case: Case, *, event_id: str, **choices: str) -> list[Estimate]:
    """Return for each thing counted and target how far the figures told of one event lie apart."""
    table, made = event_figures(case, event_id=event_id, **choices), []
    who = table["source"] + ", " + table["attribution"].str.replace("_", " ")
    table["words"] = table["told"] + " (" + who + ")"
    for (outcome, target, item), rows in table.groupby(["outcome", "target", "item"]):
        low, high, thing = rows["low"], rows["high"], outcome + f", {item}" * (item != "")
        ends = low.max() - low.min(), max(0.0, low.max() - high.min()), high.max() - low.min()
        made.append((f"{thing}: {target}", *map(float, ends), len(rows), joined(rows["words"])))
    measures = "highest minus lowest figure told; an open figure counts as its least number"
    about = {"unit": "apart", "measures": measures, "interval": LEFT_OPEN}
    return estimated(made, "nobody gives a figure of this event", **about)


def scope_table(case: Case, *, published: str, **which: str) -> pd.DataFrame:
    """Return how much each outlet tells as taken in documents of `published` (EDTF), widest last.

    places counts those told as taken; the widest is so by its kind, then by the alphabet.
    """
    told = coded.realised(claims(case, **which)).query("event_kind == 'taking' and place_id != ''")
    told = told[told["kind"].isin(["event", "sites_captured"])]
    dates, (start, end) = lookup(case, "documents", "published"), gregorian(published)
    out = {d: gregorian(dates[d]) for d in told["doc_id"]}
    within = [d for d, (low, high) in out.items() if start <= low and high <= end]
    name, kind = (lookup(case, "places", c) for c in ("name", "kind"))
    rank, made = {p: AREA_KINDS.index(k) for p, k in kind.items() if k in AREA_KINDS}, []
    for source, rows in told[told["doc_id"].isin(within)].groupby("source"):
        ids = sorted({p for own in rows["place_id"] for p in coded.set_of(own)})
        widest = max(ids, key=lambda p: (rank.get(p, 0), p))
        names, documents = "; ".join(name.get(p, p) for p in ids), rows["doc_id"].nunique()
        about = source, documents, len(ids), name.get(widest, widest), kind.get(widest, ""), names
        made.append((*about, rank.get(widest, 0)))
    columns = "source documents places widest widest_kind place_names"
    return coded.table_of(made, columns, by="rank places source")


@estimand("timelines.scope_of_taking", choices={"reposts": REPOSTS}, evidence=scope_table)
def scope_of_taking(case: Case, *, published: str, **choices: str) -> list[Estimate]:
    """Return for each outlet how many places it tells as taken, and the widest of them."""
    made = []
    for r in scope_table(case, published=published, **choices).sort_values("source").itertuples():
        widest = f"widest: {r.widest}, a {r.widest_kind}"
        made.append((r.source, float(r.places), math.nan, math.nan, r.documents, widest))
    measures = "places told as taken; the widest is named"
    none = "no document of these days tells a taking"
    return estimated(made, none, unit="places", measures=measures)
