"""How many: figures against a reference, parts against totals, forces, and whose losses are told.

Two figures meet only where event, outcome, side of the dead and window are the same.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses import timelines
from framelines.analyses.claims import READING, Row, claims, estimated, joined, lookup, sides
from framelines.analyses.findings import estimand
from framelines.analyses.timelines import CALENDAR, LEFT_OPEN, LEFT_OUT, REFERENCES, REPOSTS
from framelines.methods import quantities
from framelines.methods.estimate import Estimate, geometric_mean, number_text, share, wilson
from framelines.tables.case import Case

OUTCOMES = {"killed": ("killed",), "killed_or_wounded_included": ("killed", "killed_or_wounded")}
LOSSES = dict.fromkeys(("killed", "wounded", "killed_or_wounded", "captured_persons"), "people")
LOSSES |= {f"equipment_{how}": "equipment" for how in ("destroyed", "damaged", "captured")}
# Sums of fewer days are no line.
DAYS = 3
# Garrisons change within weeks: figures further apart are of another force.
FORCE_DAYS = 7
T_INTERVAL = "95 % t interval over matched events"
NO_CAMP = "no camp here speaks for a side"


def _meets(claim: Row, known: Row, kinds: dict[str, str]) -> bool:
    actor, same = known["target_id"], known["target_side"] == claim["target_side"]
    named = not actor or actor in coded.set_of(claim["target_id"]) or kinds.get(actor) == "state"
    return same and named and coded.same_covers(claim, known)


def _mean(figures: Iterable[float]) -> float:
    return geometric_mean([n for n in figures if not math.isnan(n)])[0]


def _in_own_name(told: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """The figures of people that a teller states in its own name, each once."""
    own = coded.realised(told).query("figure and item == '' and repeats == ''")
    return own[own["kind"].isin(kinds) & ~own["voice"].str.startswith("quoted in ")]


def _factor(part: str, ratios: Sequence[float], detail: str = "", coarse: Any = ()) -> list[Any]:
    """A row of `estimated`: the mean of ratios of matched events, and why it has no interval."""
    ends, n = geometric_mean(ratios, coarse), len(ratios)
    why = f"no interval: {n} matched event{'s'[: n > 1]}" if math.isnan(ends[1]) else ""
    return [part, *ends, n, detail, why, (n,)]


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
    geometric means over all that meet; ratio is NaN where `reading` gives none, and coarse is the
    variance of its log that rounding hides (`quantities.figure_of`).
    """
    told = _in_own_name(claims(case, **which), OUTCOMES[outcome])
    figures = coded.reference(case, origin)[lambda r: r["kind"].isin(OUTCOMES[outcome])]
    known = {event: rows.to_dict("records") for event, rows in figures.groupby("event_id")}
    actors, made = lookup(case, "actors", "kind"), []
    for camp, (_, enemies) in sides(case).items():
        foes = told[told["target_side"].isin(enemies) & (told["camp"] == camp)]
        for (event, loser), group in foes.groupby(["event_id", "target_side"]):
            both = product(group.to_dict("records"), known.get(event, []))
            pairs = [(a, b) for a, b in both if _meets(a, b, actors)]
            if not pairs:
                continue
            best = min(b["rank"] for _, b in pairs)
            pairs = [(a, b) for a, b in pairs if b["rank"] == best]
            pairs = [(a, b) for a, b in pairs if a[reading] / b["stated"] > 0] or pairs
            # A figure counts at every meeting: with several windows each has rows of its own.
            said, figure = _mean(a[reading] for a, _ in pairs), _mean(b["stated"] for _, b in pairs)
            every = zip(*pairs, strict=True)
            met, used = (list({r["claim_id"]: r for r in rows}.values()) for rows in every)
            coarse = sum(c["coarse"] for c in met) / len(met) ** 2
            coarse *= reading == "conventional"  # else a number is taken as it stands
            words = " against ".join(joined(r["told"] for r in rows) for rows in (met, used))
            row = [met[0]["event"], joined(c["source"] for c in met), camp, loser, said, figure]
            row += [said / figure, coarse, joined(r["origin"] for r in used), words, event]
            made.append((*row, min(r["first"] for r in used)))
    columns = "event source camp target_side told known ratio coarse origin told_words event_id"
    return coded.table_of(made, columns, by="camp first event_id")


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
    asked, made = (choices, choices | {"reading": "logical_low"}), []
    tables = [matched_figures(case, **own).dropna(subset=["ratio"]) for own in asked]
    for camp in sorted(sides(case)):
        rows, least = (table[table["camp"] == camp] for table in tables)
        if rows.empty:
            why = "not estimable: no figure meets one of the reference"
            made.append([camp, *[math.nan] * 3, 0, "", why])
            continue
        named = "; ".join(f"{r.event}: {r.told_words}" for r in rows.head(3).itertuples())
        by = number_text(_mean(least["ratio"]), "times")
        detail = f"{named}. Read at their least, {by} times"
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
    told = _in_own_name(claims(case, **which), ["killed"])
    told = told[(told["target_id"] == target) & (told["event_id"] != "")]
    means = told.groupby(["event_id", "event", "camp"])[reading].agg(_mean).unstack("camp")
    first, second = (means.get(camp, math.nan) for camp in case.compare or ("", ""))
    table = means.assign(first=first, second=second).dropna(subset=["first", "second"])
    table = table.assign(ratio=table["first"] / table["second"]).reset_index()
    return coded.table_of(table, "event_id event first second ratio", by="event_id")


@estimand(
    "timelines.told_by_both",
    choices={"reading": ("conventional", "logical_low"), "left_out": LEFT_OUT},
    evidence=told_by_both_table,
)
def told_by_both(case: Case, *, target: str = "civilians", **choices: str) -> Estimate:
    """Return how many times the dead of one event the first camp tells of those of the second.

    The geometric mean over events that both tell, with Student's t interval of the mean log ratio.
    """
    ratios = list(told_by_both_table(case, target=target, **choices)["ratio"])
    measures = f"{target} killed as the first camp tells, over the second, by event"
    found = [_factor("", ratios)] if ratios else []
    none = "no event has dead of this target in texts of both camps"
    return estimated(found, none, unit="times", measures=measures, interval=T_INTERVAL)[0]


def _running(parts: Sequence[Row]) -> float:
    """The sum where every later figure that is no less than all before it includes them."""
    total = 0.0
    for part in sorted(parts, key=lambda p: (p["covers_first"], p["claim_id"])):
        stated = float(part["stated"])
        total = stated if stated >= total else total + stated
    return total


def summed_figures(
    case: Case, *, origin: str = "non_belligerent", calendar: str = "calibrated"
) -> pd.DataFrame:
    """Return the dead of a window of days, as a source adds them up, beside a reference's.

    One row a figure (sum of the parts, this sum where later parts may include earlier ones, the
    stated total) and reference of the same side and days, whatever their event.
    """
    actors, made = lookup(case, "actors", "kind"), []
    references = coded.reference(case, origin).query("kind == 'killed'").to_dict("records")
    for total, parts, own in coded.wholes(coded.figures_of(claims(case, calendar))):
        figures = {"sum of parts": own, f"its own total, {total['kind'].replace('_', ' ')}": total}
        if (running := _running(parts)) != own["stated"]:
            figures["sum if later parts include earlier"] = own | {"stated": running}
        for (name, figure), known in product(figures.items(), references):
            if figure["kind"].startswith("killed") and _meets(figure, known, actors):
                row = [total["source"], total["event"], name, figure["told"], figure["stated"]]
                row += [known["stated"], figure["stated"] / known["stated"], known["according_to"]]
                made.append((*row, total["event_id"], ", ".join(figure["ids"])))
    columns = "source event figure told stated known ratio reference event_id claims"
    return coded.table_of(made, columns, by="source event figure known")


@estimand(
    "timelines.summed_losses",
    choices={"origin": ("non_belligerent", "monitor"), "calendar": CALENDAR},
    evidence=summed_figures,
)
def summed_losses(case: Case, **choices: str) -> list[Estimate]:
    """Return what a source adds up over what references have for the same days; all of these."""
    made = []
    for (source, figure), rows in summed_figures(case, **choices).groupby(["source", "figure"]):
        ratios, details = rows["ratio"], list[str]()
        for told, own in rows.groupby("told", sort=False):
            known = " and ".join(f"{r.known:,.10g} ({r.reference})" for r in own.itertuples())
            details.append(f"{told} against {known}")
        ends = _mean(ratios), float(ratios.min()), float(ratios.max())
        made.append((f"{source}, {figure}", *ends, len(rows), "; ".join(details)))
    none, over = "no sum meets a reference of the same days", "all references of these days"
    measures = "figures of the dead of some days over the references’ for the same days"
    return estimated(made, none, unit="times", measures=measures, interval=over)


def running_losses(case: Case, *, calendar: str = "calibrated") -> pd.DataFrame:
    """Return the dead of each side as every account adds them up: side, account, day, sum, camp.

    Accounts are outlets and references with figures of `DAYS` days or more (of several texts on
    one event the geometric mean); with what anybody states for all these days at once, in one row.
    A side that one outlet or reference alone counts is left out. The camps compared come first.
    """
    kinds = OUTCOMES["killed_or_wounded_included"]
    known = coded.reference(case).assign(doc_id="", source=lambda r: r["according_to"])
    told = [_in_own_name(claims(case, calendar), kinds), known[known["kind"].isin(kinds)]]
    rows = pd.concat(told, ignore_index=True).query("stated > 0")
    rows = rows[~rows["target_side"].isin([*coded.NEUTRAL_SIDES, ""])]
    keys = ["target_side", "source", "covers_first", "event_id"]
    days = rows.query("kind == 'killed' and covers_first == covers_last")
    days = days[~days["part_of"].isin(days["claim_id"])]
    days = days.groupby([*keys, "doc_id"])["stated"].sum().groupby(keys)
    days = days.agg(_mean).groupby(keys[:3]).sum()
    made: list[tuple[Any, ...]] = []
    for (side, source), own in days.groupby(level=keys[:2]):
        of_day = own.droplevel(keys[:2]).cumsum()
        if len(of_day) >= DAYS:
            made += [(side, source, day, total, source) for day, total in of_day.items()]
            same = rows[(rows["target_side"] == side) & (rows["covers_first"] == of_day.index[0])]
            for row in same[same["covers_last"] == of_day.index[-1]].itertuples():
                name = f"{row.source}, {row.kind.replace('_', ' ')} on all days"
                made.append((side, name, row.covers_last, row.stated, row.source))
    table = pd.DataFrame(made, columns=["side", "account", "day", "sum", "teller"])
    table = table[table.groupby("side")["teller"].transform("nunique") > 1].drop_duplicates()
    camps = rows.set_index("source")["camp"].to_dict()
    place = [*(case.compare or ()), *sorted({*camps.values()})].index
    table = table.assign(camp=table["teller"].map(camps))
    table = table.assign(place=table["camp"].map(place))
    return coded.table_of(table, "side account day sum camp", by="place side account day")


def parts_table(
    case: Case, *, reading: str = "logical", repeats: str = "collapsed", **which: str
) -> pd.DataFrame:
    """Return every total with the sum of its parts, one row a total.

    low and high are the ends of the difference (sum minus total) under `reading`; thing is an item
    or a kind. With `repeats` kept repeated parts are counted again.
    """
    told, end, made = claims(case, **which), READING[reading], []
    told = told if repeats == "kept" else told.query("repeats == ''")
    for total, parts, own in coded.wholes(coded.figures_of(told)):
        stated, thing = own["stated"], total["item"] or total["kind"]
        kinds = joined((p["kind"] for p in parts), " and ")
        what = thing if kinds == total["kind"] else f"{kinds}, of {thing}"
        sums = f" = {stated:,.10g}" if len(parts) > 1 and stated == stated else ""
        row = [total["event"], total["source"], what, own["told"], total["told"], stated]
        row += [stated - total["stated"], own[f"{end}low"] - total[f"{end}high"]]
        row += [
            own[f"{end}high"] - total[f"{end}low"],
            quantities.verdict(own, total)[0],
            len(parts),
        ]
        row += [f"{own['told']}{sums} against {total['told']}", thing, total["event_id"]]
        made.append((*row, ", ".join((total["claim_id"], *own["ids"]))))
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


def force_obstacle(a: Row, b: Row, within_days: float = FORCE_DAYS) -> str:
    """Return why the dates of two forces keep them apart; empty where they can be one force.

    A force is counted at a time: two days of one garrison are near each other.
    """
    if a["window"] == "" or b["window"] == "":
        return "the window of one is unknown"
    apart = max(a["window_first"] - b["window_last"], b["window_first"] - a["window_last"])
    return "another window" if apart > within_days else ""


@estimand("timelines.force_ratio", choices={"reading": tuple(READING), "calendar": CALENDAR})
def force_ratio(
    case: Case, *, reading: str = "logical", calendar: str = "calibrated"
) -> list[Estimate]:
    """Return the first camp's figure of a force over the second's, one estimate a pair.

    Pairs are of one actor's persons at one place, at most `FORCE_DAYS` apart. Of what the words
    leave open the value is the middle on a scale of ratios.
    """
    told = coded.realised(claims(case, calendar)).query("figure and kind == 'force_size'")
    told = told.query("unit == 'persons' and repeats == '' and actor_side and place_scope")
    both = (told[told["camp"] == camp].to_dict("records") for camp in case.compare or ("", ""))
    pairs = [(a, b) for a, b in product(*both) if not force_obstacle(a, b)]
    for key in ("actor_id", "place_scope", "item"):
        pairs = [(a, b) for a, b in pairs if coded.set_of(a[key]) == coded.set_of(b[key])]
    low, high, made = f"{READING[reading]}low", f"{READING[reading]}high", []
    for a, b in pairs:
        least = a[low] / b[high] if b[high] else math.nan
        most = a[high] / b[low] if b[low] else math.inf
        value = math.sqrt(least * most) if least > 0 and math.isfinite(most) else math.nan
        words = []
        for r in (a, b):
            own = sides(case)[r["camp"]][0]
            whose = f" (its {'own force' if own == r['actor_side'] else 'enemy'})" * (own != "")
            words.append(f"{r['told']} by {r['camp']}{whose}")
        part = f"{a['actor_side']} at {a['place_scope']}" * (len(pairs) > 1)
        why = "not estimable: a figure is open at one end" * math.isnan(value)
        made.append((part, value, least, most, 1, " and ".join(words), why))
    measures = "strength told by the first camp over that told by the second"
    about = {"unit": "times", "measures": measures, "interval": LEFT_OPEN}
    return estimated(made, "no force is told by both sides", **about)


def _losses(case: Case, which: str, told: pd.DataFrame) -> pd.DataFrame:
    """Who tells a loss of which side: event_id, side, loss, camp. A place counts as lost where its
    taking is told; what a text tells only to deny it does not count."""
    side = lookup(case, "actors", "side")
    loser = {e: side.get(a, "") for e, a in lookup(case, "events", "loser").items()}
    told = coded.realised(told[~told["disowned"]]).query("event_id != ''")
    days = coded.reference_days(case, which)
    days = days.assign(kind="event", target_side="", camp=coded.REFERENCE)
    figures = coded.reference(case, which)[lambda r: r["kind"].isin(LOSSES)]
    rows = pd.concat([told, figures, days], ignore_index=True)
    lost = rows["event_id"].map(loser).fillna("")
    taken = rows["kind"].eq("event") & lost.ne("")
    rows["loss"] = rows["kind"].map({**LOSSES, "sites_captured": "places"}).where(~taken, "places")
    rows["side"] = rows["target_side"].where(~taken, lost).str.split(";")
    rows = rows.dropna(subset=["loss"]).explode("side").query("side != ''")
    return rows[["event_id", "side", "loss", "camp"]].drop_duplicates()


def known_losses(case: Case, losses: Sequence[str] = (), **choices: str) -> pd.DataFrame:
    """Return the losses that the reference lists beside each camp, one row camp, side, loss, event.

    Only events at risk (by `coverage`) stand here. own: the side is the camp's; told: by the camp.
    """
    table = timelines.coverage(case, **choices)
    which = {k: v for k, v in choices.items() if k in ("calendar", "left_out", "reposts")}
    told = _losses(case, choices.get("reference", "non_belligerent"), claims(case, **which))
    told = told[~told["side"].isin(coded.NEUTRAL_SIDES) & told["loss"].isin(losses or told["loss"])]
    listed = told[told["camp"] == coded.REFERENCE].drop(columns="camp")
    risk = table.loc[table["at_risk"], ["camp", "event_id", "label", "first"]].drop_duplicates()
    found = listed.merge(risk[risk["camp"].isin(sides(case))], on="event_id")
    own = found["camp"].map({camp: side for camp, (side, _) in sides(case).items()})
    found = found.merge(told.assign(told=True), how="left").assign(own=found["side"] == own)
    columns = "camp own side loss event_id label told"
    found = coded.table_of(found, columns, by="camp -own side loss first event_id")
    return found.assign(told=found["told"].eq(True)).astype({"own": bool, "told": bool})


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
        if math.isnan(low):
            few = f"no interval: {n} event{'s'[: n != 1]}"
            about["why"] = (few if n else "not estimable: no such event at risk",)
        else:
            about["interval"] = "95 % Wilson interval over these events"
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
    for (outcome, target, item), rows in table.groupby(["outcome", "target", "item"]):
        thing = outcome + f", {item}" * (item != "")
        low, high = rows["low"], rows["high"]
        who = zip(rows["source"], rows["attribution"].str.replace("_", " "), strict=True)
        told = joined(f"{told} ({s}, {a})" for (s, a), told in zip(who, rows["told"], strict=True))
        ends = low.max() - low.min(), max(0.0, low.max() - high.min()), high.max() - low.min()
        made.append((f"{thing}: {target}", *map(float, ends), len(rows), told))
    measures = "highest minus lowest figure told; an open figure counts as its least number"
    about = {"unit": "apart", "measures": measures, "interval": LEFT_OPEN}
    return estimated(made, "nobody gives a figure of this event", **about)
