"""How many: figures against a reference, parts against totals, forces, and whose losses are told.

Two figures meet only where event, outcome, side of the dead and window are the same.
"""

import math
from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses import timelines
from framelines.analyses.claims import Row, camps, claims, joined, listed, lookup, own_side, set_of
from framelines.analyses.findings import estimand
from framelines.analyses.timelines import CALENDAR, LEFT_OPEN, LEFT_OUT, REFERENCES, REPOSTS
from framelines.methods import quantities
from framelines.methods.dates import gregorian
from framelines.methods.estimate import (
    MIN_UNITS,
    Estimate,
    geometric_mean,
    number_text,
    share,
    wilson,
)
from framelines.methods.intervals import bounds
from framelines.methods.quantities import Quantity, same_window
from framelines.tables.case import Case
from framelines.tables.rows import event_labels

OUTCOMES = {"killed": ("killed",), "killed_or_wounded_included": ("killed", "killed_or_wounded")}
LOSSES = dict.fromkeys(("killed", "wounded", "killed_or_wounded", "captured_persons"), "people")
LOSSES |= {f"equipment_{how}": "equipment" for how in ("destroyed", "damaged", "captured")}
# So many events are named in a sentence, at most.
NAMED = 6
# Garrisons change within weeks: figures further apart are of another force.
FORCE_DAYS = 7
READING, ENDS = ("logical", "conventional"), {"logical": "", "conventional": "close_"}
# From the smallest to the widest: the rank of a place by its kind.
AREA_KINDS = (
    *("hill", "base", "checkpoint", "locality", "village", "town", "city", "valley", "plain"),
    *("zone", "region", "district", "governorate", "country"),
)


def realised(told: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of what was done, as far as they are not told as denied."""
    return told[(told["modality"] == "realised") & (told["certainty"] != "denied")]


def _meets(claim: Row, known: Row, kinds: dict[str, str]) -> bool:
    actor = known["target_id"]
    named = not actor or actor in set_of(claim["target_id"]) or kinds.get(actor) == "state"
    return known["target_side"] == claim["target_side"] and named and same_covers(claim, known)


def matched_figures(
    case: Case,
    *,
    whose: str = "enemy",
    reading: str = "stated",
    origin: str = "monitor",
    outcome: str = "killed",
    **which: str,
) -> pd.DataFrame:
    """Return the figures of the dead that meet a figure of the reference, one row camp and event.

    `whose` is `enemy` or `own`; `outcome` a key of `OUTCOMES`, of which the second sets figures of
    dead and wounded together against figures of the dead. Columns: event, source, camp,
    target_side, told and known (one number each, the geometric mean of several), ratio (NaN where
    the reading gives no number), origin, told_words, event_id.
    """
    kinds = OUTCOMES[outcome]
    told = realised(claims(case, **which))
    told = told[told["kind"].isin(kinds) & told["item"].eq("") & told["figure"].astype(bool)]
    # What a teller states in its own name, each once.
    told = told[told["repeats"].eq("") & ~told["voice"].str.startswith("quoted in ")]
    known = coded.reference(case, origin).to_dict("records")
    known = [r for r in known if r["kind"] in kinds]
    actors, label = lookup(case, "actors", "kind"), event_labels(case)
    made: list[Row] = []
    for camp in camps(case):
        sides = (own_side(case, camp),) if whose == "own" else coded.enemies_of(case, camp)
        own = told[(told["camp"] == camp) & told["target_side"].isin(sides)]
        for (event, side), group in own.groupby(["event_id", "target_side"], sort=True):
            rows = [r for r in known if r["event_id"] == event]
            both = product(group.to_dict("records"), rows)
            meetings = [(a, b) for a, b in both if _meets(a, b, actors)]
            if not meetings:
                continue
            best = min(row["rank"] for _, row in meetings)
            met = list({c["claim_id"]: c for c, _ in meetings}.values())
            used = list({r["claim_id"]: r for _, r in meetings if r["rank"] == best}.values())
            points = [quantities.point_of(c, reading) for c in met]
            said = geometric_mean([p for p in points if not math.isnan(p)])[0]
            figure = geometric_mean([r["stated"] for r in used])[0]
            words = [joined(r["told"] for r in rows) for rows in (met, used)]
            row = {"event": label.get(event, event), "source": joined(c["source"] for c in met)}
            row |= {"camp": camp, "target_side": side, "told": said, "known": figure}
            row |= {"ratio": said / figure, "origin": joined(r["origin"] for r in used)}
            row |= {"told_words": " against ".join(words), "event_id": event}
            made.append(row | {"first": min(r["first"] for r in used)})
    columns = "event source camp target_side told known ratio origin told_words event_id first"
    table = pd.DataFrame(made, columns=columns.split()).sort_values(["camp", "first", "event_id"])
    return table.drop(columns="first").reset_index(drop=True)


@estimand(
    "timelines.inflation",
    choices={"reading": quantities.READINGS, "origin": tuple(coded.ORIGINS)}
    | {"outcome": tuple(OUTCOMES), "calendar": CALENDAR, "left_out": LEFT_OUT},
    main={"reading": "conventional"},
)
def inflation(case: Case, **choices: str) -> list[Estimate]:
    """Return each camp's mean factor of its figures of enemy dead over the reference's.

    The geometric mean over matched events, with Student's t interval of the mean log ratio from
    `MIN_UNITS` events on. Matched events are a selection: both had to count the dead of one window.
    “More than 50” is read as a reader takes it: what rounds down would lose a seventh of a factor
    of two (see `simulations.of_ratios`).
    """
    table = matched_figures(case, **choices).dropna(subset=["ratio"])
    least = matched_figures(case, **choices | {"reading": "logical_low"}).dropna(subset=["ratio"])
    measures = "figures of enemy dead over the reference’s, geometric mean over matched events"
    made = []
    for camp in sorted(camps(case)):
        rows = table[table["camp"] == camp]
        count, ratios = len(rows), sorted(rows["ratio"])
        about: Row = {"part": camp, "measures": measures, "unit": "times", "n": (float(count),)}
        if not count:
            why = "not estimable: no figure meets one of the reference"
            made.append(Estimate(why=(why,), **about))
            continue
        named = "; ".join(f"{r.event}: {r.told_words}" for r in rows.head(3).itertuples())
        bound = geometric_mean(sorted(least.loc[least["camp"] == camp, "ratio"]))[0]
        named += f"; by the least that the words allow {number_text(bound, 'times')} times"
        about |= dict(zip(("value", "low", "high"), geometric_mean(ratios), strict=True))
        about |= {"units": (count,), "detail": named}
        if math.isnan(about["low"]):
            about["why"] = (f"no interval: {count} matched event{'s'[: count > 1]}",)
        else:
            about["interval"] = "95 % t interval over matched events"
        made.append(Estimate(**about))
    none = ("not estimable: no camp here speaks for a side",)
    return made or [Estimate(unit="times", measures=measures, why=none)]


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

    One row a figure and reference of the same side, outcome and days, whatever event of the days it
    is tied to. Figures: the sum of the parts; their sum where later figures may include earlier
    ones; and the total that the source states. Columns: source, event, figure, told (as worded),
    stated and known (numbers), ratio, reference (who according to), event_id, claims.
    """
    label, actors, made = event_labels(case), lookup(case, "actors", "kind"), list[Row]()
    references = coded.reference(case, origin).to_dict("records")
    for total, parts, own in wholes(claims(case, calendar)):
        own = own | {k: total[k] for k in ("covers_first", "covers_last", "window_slack")}
        running = own | {"stated": _running(parts)}
        figures = {"sum of parts": own, "sum if later parts include earlier": running}
        figures |= {f"its own total, {total['kind'].replace('_', ' ')}": total}
        for name, figure in figures.items():
            if name.startswith("sum if") and running["stated"] == own["stated"]:
                continue
            for known in references:
                killed = known["kind"] == "killed" and figure["kind"].startswith("killed")
                if killed and _meets(figure, known, actors):
                    row = {"source": total["source"], "event": label[total["event_id"]]}
                    row |= {"figure": name, "told": figure["told"], "stated": figure["stated"]}
                    row |= {"known": known["stated"], "ratio": figure["stated"] / known["stated"]}
                    row |= {"reference": known["according_to"], "event_id": total["event_id"]}
                    made.append(row | {"claims": ", ".join(figure["ids"])})
    columns = "source event figure told stated known ratio reference event_id claims"
    table = pd.DataFrame(made, columns=columns.split())
    keys = ["source", "event", "figure", "known"]
    return table.sort_values(keys, kind="stable", ignore_index=True)


@estimand(
    "timelines.summed_losses",
    choices={"origin": ("non_belligerent", "monitor"), "calendar": CALENDAR},
    evidence=summed_figures,
)
def summed_losses(case: Case, **choices: str) -> list[Estimate]:
    """Return what a source adds up over what references have for the same days, a part a figure.

    `low` and `high` are the least and the largest factor over the references.
    """
    measures = "figures of the dead of some days over the references’ for the same days"
    table, made = summed_figures(case, **choices), []
    for (source, figure), rows in table.groupby(["source", "figure"], sort=True):
        about: Row = {"part": f"{source}, {figure}", "measures": measures, "unit": "times"}
        known = [f"{r.known:,.10g} ({r.reference})" for r in rows.itertuples()]
        about |= {"detail": f"{rows['told'].iloc[0]} against {' and '.join(known)}"}
        ends = float(rows["ratio"].min()), float(rows["ratio"].max())
        value = geometric_mean(sorted(rows["ratio"]))[0]
        about |= {"n": (float(len(rows)),), "interval": "all references of these days"}
        made.append(Estimate(value, low=ends[0], high=ends[1], **about))
    none = ("not estimable: no sum meets a reference of the same days",)
    return made or [Estimate(unit="times", measures=measures, why=none)]


def same_covers(a: Row, b: Row) -> bool:
    """Whether two figures cover the same known days, as far as the calendar is known."""
    one, other = ((r["covers_first"], r["covers_last"]) for r in (a, b))
    return same_window(one, other, max(a.get("window_slack", 0), b.get("window_slack", 0)))


def _readings(row: Row) -> tuple[Quantity, Quantity]:
    """All that a figure leaves open, and what a reader takes from it."""
    return Quantity(row["low"], row["high"]), Quantity(row["close_low"], row["close_high"])


def _sum(parts: Sequence[Row], reading: str) -> Row:
    """Add up figures; those of one window, target and item may overlap and count once at least."""
    groups: dict[tuple[str, ...], list[float]] = {}
    for part in parts:
        key = tuple(part[k] for k in ("kind", "target_id", "item", "window", "event_id"))
        groups.setdefault(key, []).append(part[f"{reading}low"])
    low = math.fsum(max(lows) for lows in groups.values())
    return {f"{reading}low": low, f"{reading}high": math.fsum(p[f"{reading}high"] for p in parts)}


def _tiles(parts: Sequence[Row], whole: Row) -> bool:
    """Whether windows follow each other, without gap or overlap, from start to end of the whole."""
    known = sorted((p["covers_first"], p["covers_last"]) for p in parts)
    # A part as long as the whole is “one of them”, and no day of it; an open end equals nothing.
    follows = all(b[0] == a[1] + 1 for a, b in pairwise(known))
    ends = {"covers_first": known[0][0], "covers_last": known[-1][1]}
    return len(known) > 1 and follows and same_covers(ends, whole | {"window_slack": 0})


def _at_most(part: Quantity, whole: Quantity) -> tuple[Quantity, Quantity]:
    """Two intervals that share a number where `part` need not exceed `whole`."""
    return Quantity(part.low, math.inf), Quantity(0, whole.high)


def compare(a: Row, b: Row) -> tuple[str, float]:
    """Return the verdict on two figures, and the least share by which they must be widened.

    The dead are at most the dead and wounded, and an incomplete sum at most its total.
    """
    ends = list(zip(_readings(a), _readings(b), strict=True))
    both = [f["kind"] == "killed_or_wounded" for f in (a, b)]
    if (not a["complete"] and not b["parts_of"]) or both == [False, True]:
        ends = [_at_most(*pair) for pair in ends]
    elif (not b["complete"] and not a["parts_of"]) or both == [True, False]:
        ends = [_at_most(y, x)[::-1] for x, y in ends]
    found = quantities.verdict(*ends[0], *ends[1])
    apart = ends[0] if found == quantities.CONTRADICTION else ends[1]
    return found, quantities.breakdown_width(*apart)


def figures_of(told: pd.DataFrame) -> list[Row]:
    """Return every figure that tells something done, as a row to compare, by the id of its claim.

    It is its claim with ids (of claims), parts_of (the total that a sum is of; empty here) and
    complete (whether a sum leaves nothing out).
    """
    rows = realised(told)[lambda t: t["figure"].astype(bool)].sort_values("claim_id", kind="stable")
    about = {"parts_of": "", "complete": True}
    return [row | about | {"ids": (row["claim_id"],)} for row in rows.to_dict("records")]


def wholes(told: pd.DataFrame) -> list[tuple[Row, list[Row], Row]]:
    """Return every total that has parts, with these and their sum, by its id.

    The sum is a row of `figures_of` as if it were told of the total's event and window: complete
    where the parts cover its window and place, so that it may not fall short either; stated is NaN
    where a part states no number. Killed and wounded add up to figures of both together.
    """
    rows, made = figures_of(told), []
    for total in rows:
        both = {"killed", "wounded"} if total["kind"] == "killed_or_wounded" else set()
        parts = [p for p in rows if p["part_of"] == total["claim_id"] and p["scope"] != "rate"]
        parts = [p for p in parts if p["kind"] in both | {total["kind"]}]
        if not parts:
            continue
        alike = all(p[k] == total[k] for p in parts for k in ("kind", "target_id", "item"))
        alike &= all(set_of(p["place_scope"]) == set_of(total["place_scope"]) for p in parts)
        kinds, voice = {p["kind"] for p in parts}, joined(p["voice"] for p in parts)
        row = total | _sum(parts, "") | _sum(parts, "close_")
        row |= {"ids": tuple(p["claim_id"] for p in parts), "parts_of": total["claim_id"]}
        row |= {"kind": kinds.pop() if len(kinds) == 1 else "killed_or_wounded", "voice": voice}
        row |= {"who": f"{voice} in parts", "complete": alike and _tiles(parts, total)}
        row |= {"stated": math.fsum(p["stated"] for p in parts)}
        made.append((total, parts, row | {"told": " + ".join(p["told"] for p in parts)}))
    return made


def parts_table(
    case: Case,
    *,
    reading: str = "logical",
    repeats: str = "collapsed",
    calendar: str = "calibrated",
) -> pd.DataFrame:
    """Return every total with the sum of its parts, one row a total.

    Columns: event, source, what, parts and total (as worded), sum, difference (sum minus total),
    low and high of it under `reading`, verdict, count (of parts), words (of parts and total), thing
    (an item, or a kind), event_id, claims. With `repeats` kept repeated parts are counted again.
    """
    told = claims(case, calendar)
    told = told[told["repeats"] == ""] if repeats == "collapsed" else told
    label, made = event_labels(case), []
    end = ENDS[reading]
    for total, parts, own in wholes(told):
        stated, thing = own["stated"], total["item"] or total["kind"]
        kinds = joined((p["kind"] for p in parts), " and ")
        sums = f" = {stated:,.10g}" if len(parts) > 1 and stated == stated else ""
        row: Row = {"event": label.get(total["event_id"], ""), "source": total["source"]}
        row |= {"what": thing if kinds == total["kind"] else f"{kinds}, of {thing}", "thing": thing}
        row |= {"parts": own["told"], "total": total["told"], "sum": stated}
        row |= {"difference": stated - total["stated"], "count": len(parts)}
        row |= {"low": own[f"{end}low"] - total[f"{end}high"]}
        row |= {"high": own[f"{end}high"] - total[f"{end}low"], "verdict": compare(own, total)[0]}
        row |= {"words": f"{own['told']}{sums} against {total['told']}"}
        ids = ", ".join((total["claim_id"], *own["ids"]))
        made.append(row | {"event_id": total["event_id"], "claims": ids})
    columns = "event source what parts total sum difference low high verdict count words thing"
    return pd.DataFrame(made, columns=[*columns.split(), "event_id", "claims"])


@estimand(
    "timelines.parts_and_totals",
    choices={"reading": READING, "repeats": ("collapsed", "kept"), "calendar": CALENDAR},
)
def parts_and_totals(
    case: Case, *, event_id: str = "", items: Sequence[str] = (), **choices: Any
) -> list[Estimate]:
    """Return the sum of a source's parts minus its total, for each kind of thing counted."""
    table = parts_table(case, **choices)
    table = table[table["event_id"] == event_id] if event_id else table
    table = table[table["thing"].isin(items)] if items else table
    table = table.sort_values(["thing", "claims"], kind="stable")
    why, made = ("not estimable as one number: a word stands for a figure",), []
    measures = "sum of the stated parts minus the stated total"
    for row in table.to_dict("records"):
        part = row["thing"] if event_id else f"{row['event']}: {row['thing']}"
        about: Row = {"part": part, "measures": measures, "n": (float(row["count"]),)}
        about |= {key: row[key] for key in ("low", "high")} | {"detail": row["words"]}
        about |= {"why": why if math.isnan(row["difference"]) else (), "unit": "in number"}
        made.append(Estimate(row["difference"], interval=LEFT_OPEN, **about))
    none = ("not estimable: no source tells a total with its parts",)
    return made or [Estimate(unit="in number", measures=measures, why=none)]


def force_obstacle(a: Row, b: Row, within_days: float = FORCE_DAYS) -> str:
    """Return why the dates of two forces keep them apart; empty where they can be one force.

    A force is counted at a time, and not over one: “before the battle” and “on its last day” are
    two days of one garrison, if no more than `within_days` lie between them.
    """
    if a["window"] == "" or b["window"] == "":
        return "the window of one is unknown"
    apart = max(a["window_first"] - b["window_last"], b["window_first"] - a["window_last"])
    return "another window" if apart > within_days else ""


@estimand("timelines.force_ratio", choices={"reading": READING, "calendar": CALENDAR})
def force_ratio(
    case: Case, *, reading: str = "logical", calendar: str = "calibrated"
) -> list[Estimate]:
    """Return the first camp's figure of a force over the second's, one estimate a pair.

    Pairs are of the same actor's persons at the same place, at most `FORCE_DAYS` apart. Of what the
    words leave open it is the middle on a scale of ratios.
    """
    told = realised(claims(case, calendar))
    told = told[told["kind"].eq("force_size") & told["unit"].eq("persons")]
    told = told[told["figure"].astype(bool) & told["repeats"].eq("")]
    told = told[told["actor_side"].ne("") & told["place_scope"].ne("")]
    sides = (told[told["camp"] == camp].to_dict("records") for camp in case.compare or ("", ""))
    pairs = [
        (a, b)
        for a, b in product(*sides)
        if all(set_of(a[k]) == set_of(b[k]) for k in ("actor_id", "place_scope", "item"))
        and not force_obstacle(a, b)
    ]
    low, high, made = f"{ENDS[reading]}low", f"{ENDS[reading]}high", []
    for a, b in pairs:
        least = a[low] / b[high] if b[high] else math.nan
        most = a[high] / b[low] if b[low] else math.inf
        words = []
        for r in (a, b):
            own = own_side(case, r["camp"]) == r["actor_side"]
            whose = "its own force" if own else "its enemy"
            words.append(f"{r['told']} by {r['camp']} ({whose})")
        bounded = least > 0 and math.isfinite(most)
        about: Row = {"detail": " and ".join(words), "n": (1.0,)}
        about |= {"part": f"{a['actor_side']} at {a['place_scope']}" if len(pairs) > 1 else ""}
        about |= {"measures": "strength told by the first camp over that told by the second"}
        about |= {"why": () if bounded else ("not estimable: a figure has no upper end",)}
        value = math.sqrt(least * most) if bounded else math.nan
        made.append(Estimate(value, "times", least, most, LEFT_OPEN, **about))
    return made or [Estimate(unit="times", why=("not estimable: no force is told by both sides",))]


def _losses(case: Case, which: str, told: pd.DataFrame) -> pd.DataFrame:
    """Who tells a loss of which side, one row a claim or row of the reference and side.

    Columns: event_id, side, loss, camp. A place counts as lost where its taking is told. What a
    text tells only to deny it in its own voice is no loss told.
    """
    side = lookup(case, "actors", "side")
    loser = {e: side.get(a, "") for e, a in lookup(case, "events", "loser").items()}
    told = realised(told)[lambda t: t["event_id"].ne("") & ~coded.disowned(told)[t.index]]
    days = coded.reference_days(case, which).assign(kind="event", target_side="")
    days["camp"] = coded.REFERENCE
    figures = coded.reference(case, which)[lambda r: r["kind"].isin(LOSSES)]
    columns = ["event_id", "kind", "camp", "target_side"]
    rows = pd.concat([told[columns], figures[columns], days[columns]], ignore_index=True)
    lost = rows["event_id"].map(loser).fillna("")
    taken = rows["kind"].eq("event") & lost.ne("")
    kinds = {**LOSSES, "sites_captured": "places"}
    rows = rows.assign(
        loss=rows["kind"].map(kinds).where(~taken, "places"),
        side=rows["target_side"].where(~taken, lost).str.split(";"),
    )
    rows = rows.dropna(subset=["loss"]).explode("side")
    return rows.loc[rows["side"] != "", ["event_id", "side", "loss", "camp"]].drop_duplicates()


def known_losses(case: Case, losses: Sequence[str] = (), **choices: str) -> pd.DataFrame:
    """Return the known losses beside each camp, one row camp, side, loss and event.

    Known are losses that the reference or the other side tells of events at risk (by `coverage`);
    where no sides are compared, those that anybody tells. Columns: camp, own (whether the side is
    the camp's), side, loss (people, places, equipment), event_id, label, told (by the camp).
    """
    table = timelines.coverage(case, **choices)
    which = {k: v for k, v in choices.items() if k in ("left_out", "reposts")}
    told = claims(case, choices.get("calendar", "calibrated"), **which)
    found = _losses(case, choices.get("reference", "non_belligerent"), told)
    found = found[~found["side"].isin(coded.NEUTRAL_SIDES)]
    found = found[found["loss"].isin(losses or found["loss"])]
    tellers = found.groupby(["side", "loss", "event_id"], as_index=False)["camp"].agg(set)
    events = table.drop_duplicates("event_id")[["event_id", "label", "first"]]
    tellers = tellers.rename(columns={"camp": "tellers"}).merge(events, on="event_id")
    made = []
    for camp in camps(case):
        own = tellers.assign(camp=camp, own=tellers["side"] == own_side(case, camp))
        risk = table.loc[table["at_risk"].astype(bool) & (table["camp"] == camp), "event_id"]
        others = [bool(who - {camp}) for who in own["tellers"]]
        if case.compare:
            own = own[own["event_id"].isin(risk) & np.array(others, dtype=bool)]
        made.append(own.assign(told=[camp in who for who in own["tellers"]]))
    columns = "camp own side loss event_id label told first".split()
    keys = ["camp", "own", "side", "loss", "first", "event_id"]
    ascending = [key != "own" for key in keys]
    table = pd.concat(made) if made else pd.DataFrame(columns=columns)
    return table[columns].sort_values(keys, ascending=ascending, ignore_index=True)


def losses_table(case: Case, **choices: str) -> pd.DataFrame:
    """Return `known_losses` counted: camp, side, own, loss, known, told, events_untold (labels)."""
    made = []
    for keys, rows in known_losses(case, **choices).groupby(
        ["camp", "own", "side", "loss"], sort=False
    ):
        told = rows["told"].astype(bool)
        made.append((*keys, len(rows), told.sum(), listed(list(rows.loc[~told, "label"]))))
    columns = "camp own side loss known told events_untold".split()
    return pd.DataFrame(made, columns=columns)


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

    An event with several kinds of loss counts once, and as told where any of them is. With
    `opponents` the losses of its opponents are set beside them.
    """
    table, made = known_losses(case, losses, **choices), []
    for camp, own in product(sorted(camps(case)), (True, False) if opponents else (True,)):
        rows = table[(table["camp"] == camp) & (table["own"] == own)]
        told = rows[rows["told"].astype(bool)].drop_duplicates("event_id")
        k, n, whose = len(told), rows["event_id"].nunique(), "own side" if own else "its opponents"
        about: Row = dict(zip(("low", "high"), wilson(k, n), strict=True))
        if n >= MIN_UNITS:
            about["interval"] = "95 % Wilson interval over these events"
        else:
            few = f"no interval: {n} event{'s'[: n != 1]}"
            about["why"] = (few if n else "not estimable: no such event at risk",)
        about |= {"detail": "; ".join(sorted(told["label"])[:NAMED])}
        measures = f"events that cost {whose} {', '.join(losses)}, told as such"
        made.append(share(f"{camp}: {whose}" if opponents else camp, measures, k, n, **about))
    none = ("not estimable: no camp here speaks for a side",)
    return made or [share("", "losses told", 0, 0, why=none)]


def scope_table(case: Case, *, published: str, **which: str) -> pd.DataFrame:
    """Return how much each outlet tells as taken, in documents that can be of `published` (EDTF).

    One row an outlet, the widest last: source, documents, places (number of those told as
    taken), widest and widest_kind (by the kind of place, then by the alphabet), place_names.
    """
    start, end = bounds(gregorian(published))
    told = realised(claims(case, **which))
    dates = told["doc_id"].map(lookup(case, "documents", "published"))
    ends = [bounds(gregorian(date)) for date in dates]
    told = told[np.array([start <= low and high <= end for low, high in ends], dtype=bool)]
    taken = told["event_id"].map(lookup(case, "events", "kind")).eq("taking")
    told = told[taken & told["place_id"].ne("") & told["kind"].isin(["event", "sites_captured"])]
    name, kind = (lookup(case, "places", c) for c in ("name", "kind"))
    rank = {p: AREA_KINDS.index(k) if k in AREA_KINDS else 0 for p, k in kind.items()}
    made = []
    for source, rows in told.groupby("source", sort=True):
        ids = sorted({p for i in rows["place_id"] for p in set_of(i) if p in name})
        widest = max(ids, key=lambda p: (rank[p], p), default="")
        about = rows["doc_id"].nunique(), len(ids), name.get(widest, ""), kind.get(widest, "")
        made.append((rank.get(widest, 0), source, *about, "; ".join(name[p] for p in ids)))
    columns = "rank source documents places widest widest_kind place_names".split()
    table = pd.DataFrame(made, columns=columns).sort_values(["rank", "places", "source"])
    return table.drop(columns="rank").reset_index(drop=True)


@estimand("timelines.scope_of_taking", choices={"reposts": REPOSTS}, evidence=scope_table)
def scope_of_taking(case: Case, *, published: str, **choices: str) -> list[Estimate]:
    """Return for each outlet how many places it tells as taken, and the widest of them."""
    table = scope_table(case, published=published, **choices)
    measures, made = "places told as taken; the widest is named", []
    for row in table.sort_values("source", kind="stable").to_dict("records"):
        detail = f"widest: {row['widest']} ({row['widest_kind']})"
        about = {"part": row["source"], "measures": measures, "detail": detail}
        made.append(Estimate(float(row["places"]), "places", n=(float(row["documents"]),), **about))
    none = ("not estimable: no document of these days tells a taking",)
    return made or [Estimate(unit="places", measures=measures, why=none)]


def event_figures(
    case: Case, *, event_id: str, reading: str = "logical", **which: str
) -> pd.DataFrame:
    """Return every figure told of one event, with those of the reference.

    Columns: outcome, item, target (actors, or the side), source, attribution (an origin for
    the reference), certainty, told, low and high under `reading`, claim_id.
    """
    told = claims(case, "umm_al_qura", **which)
    told = told[told["repeats"].eq("") & told["figure"].astype(bool)]
    known = coded.reference(case, "any")[lambda r: r["kind"] != "event"]
    known = known.assign(source=known["according_to"], certainty="", attribution=known["origin"])
    known = known.assign(actor_id=known["target_side"])
    table = pd.concat([told, known], ignore_index=True)[lambda t: t["event_id"] == event_id]
    target = table["target_id"].where(table["target_id"] != "", table["actor_id"])
    table = table.assign(outcome=table["kind"], target=target)
    ends = {end: table[f"{ENDS[reading]}{end}"] for end in ("low", "high")}
    order = ["outcome", "item", "target", "low", "claim_id"]
    table = table.assign(**ends).sort_values(order, kind="stable", ignore_index=True)
    columns = "outcome item target source attribution certainty told low high claim_id"
    return table[columns.split()]


@estimand(
    "timelines.figures_of_event",
    choices={"reading": READING, "reposts": REPOSTS, "left_out": LEFT_OUT},
    evidence=event_figures,
)
def figures_of_event(case: Case, *, event_id: str, **choices: str) -> list[Estimate]:
    """Return for each outcome and target how far the figures told of one event lie apart."""
    table, made = event_figures(case, event_id=event_id, **choices), []
    measures = "highest minus lowest figure told; an open figure counts as its least number"
    for (outcome, target), rows in table.groupby(["outcome", "target"], sort=True):
        low, high = rows["low"], rows["high"]
        rows = rows.assign(attribution=rows["attribution"].str.replace("_", " "))
        told = [f"{r.source} ({r.attribution}): {r.told}" for r in rows.itertuples()]
        ends = max(0.0, float(low.max() - high.min())), float(high.max() - low.min())
        about: Row = {"part": f"{outcome}: {target}", "measures": measures, "detail": joined(told)}
        about |= {"n": (float(len(rows)),), "interval": LEFT_OPEN}
        value = float(low.max() - low.min())
        made.append(Estimate(value, "apart", *ends, **about))
    none = ("not estimable: nobody gives a figure of this event",)
    return made or [Estimate(unit="apart", measures=measures, why=none)]
