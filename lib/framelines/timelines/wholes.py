"""Parts against totals, forces against forces, and all figures told of one event."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from framelines.calendars import Calibration
from framelines.case import Case
from framelines.quantities import Quantity, verdict
from framelines.timelines.readings import (
    conventional_of,
    figure_text,
    has_figure,
    logical_of,
    point_of,
    same_window,
    window_of,
)
from framelines.timelines.references import reference_figures
from framelines.timelines.statements import check_event, side_of_camp, statements

Row = dict[str, Any]
# Garrisons change within weeks: figures further apart are of another force.
FORCE_DAYS = 7


@dataclass(frozen=True)
class Whole:
    """A total with the figures that are coded as its parts, and their sum."""

    total: Row
    parts: tuple[Row, ...]
    covers_window: bool
    covers_place: bool
    wide: Quantity
    narrow: Quantity

    @property
    def both_ways(self) -> bool:
        """Whether the parts leave nothing out, so that their sum may not fall short either."""
        return self.covers_window and self.covers_place

    @property
    def stated(self) -> float:
        """The sum of the stated numbers; NaN where a part states none."""
        return math.fsum(point_of(p) for p in self.parts)


def _sum(parts: Iterable[Row], reading: Any) -> Quantity:
    """Add up figures; those of one window, target and item may overlap and count once at least."""
    groups: dict[tuple[str, ...], list[Quantity]] = {}
    for part in parts:
        key = tuple(str(part[k]) for k in ("kind", "target_id", "item", "window", "event_id"))
        groups.setdefault(key, []).append(reading(part))
    low = math.fsum(max(q.low for q in group) for group in groups.values())
    return Quantity(low, math.fsum(q.high for group in groups.values() for q in group))


def _tiles(windows: list[tuple[float, float] | None], whole: tuple[float, float] | None) -> bool:
    """Whether windows follow each other, without gap or overlap, from start to end of the whole."""
    known = sorted(w for w in windows if w is not None)
    # A part as long as the whole is “one of them”, and no day of it.
    if whole is None or len(known) < len(windows) or len(set(known)) < 2:
        return False
    follows = all(b[0] == a[1] + 1 for a, b in zip(known, known[1:], strict=False))
    return follows and same_window((known[0][0], known[-1][1]), whole)


def _adds_up_to(part: Row, total: Row) -> bool:
    kinds = {total["kind"]}
    if total["kind"] == "killed_or_wounded":
        kinds |= {"killed", "wounded"}
    return part["kind"] in kinds and part["scope"] != "rate"


def whole_of(total: Row, parts: list[Row]) -> Whole | None:
    """Return a total with its parts, or None where no part counts what the total counts."""
    own = sorted((p for p in parts if _adds_up_to(p, total)), key=lambda p: p["claim_id"])
    if not own:
        return None
    alike = all(p[k] == total[k] for p in own for k in ("kind", "target_id", "item"))
    windows = [window_of(p) for p in own]
    return Whole(
        total=total,
        parts=tuple(own),
        covers_window=alike and _tiles(windows, window_of(total)),
        covers_place=all(set_of(p["place_scope"]) == set_of(total["place_scope"]) for p in own),
        wide=_sum(own, logical_of),
        narrow=_sum(own, conventional_of),
    )


def set_of(ids: str) -> frozenset[str]:
    """Return ids joined by `;` as a set."""
    return frozenset(i for i in ids.split(";") if i)


def at_most(part: Quantity, whole: Quantity) -> tuple[Quantity, Quantity]:
    """Return two intervals that share a number where `part` need not exceed `whole`."""
    return Quantity(part.low, math.inf), Quantity(0, whole.high)


def whole_verdict(whole: Whole, total: Quantity, narrow: Quantity) -> str:
    """Return `contradiction`, `tension` or `compatible` for a sum and its total.

    Where parts leave something of the total out, only a sum above it counts.
    """
    if whole.both_ways:
        return verdict(whole.wide, total, whole.narrow, narrow)
    wide, close = at_most(whole.wide, total), at_most(whole.narrow, narrow)
    return verdict(wide[0], wide[1], close[0], close[1])


def wholes(claims: pd.DataFrame) -> list[Whole]:
    """Return every total among claims that has parts, by its id."""
    told = claims[(claims["modality"] == "realised") & (claims["certainty"] != "denied")]
    rows = [r for r in told.to_dict("records") if has_figure(r)]
    by_total: dict[str, list[Row]] = {}
    for row in rows:
        by_total.setdefault(row["part_of"], []).append(row)
    totals = sorted((r for r in rows if r["claim_id"] in by_total), key=lambda r: r["claim_id"])
    found = [whole_of(total, by_total[total["claim_id"]]) for total in totals]
    return [whole for whole in found if whole]


def parts_and_totals(
    case: Case,
    *,
    reading: str = "logical",
    repeats: str = "collapsed",
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
) -> pd.DataFrame:
    """Return every total with the sum of its parts, one row a total.

    Columns: source, bloc, event_id, label, kind, item, target_id, claim_id, total (as worded),
    parts (ids), part_figures (as worded), part_kinds, count; total_stated, sum_stated, difference
    (sum minus total, NaN where one states no number); low and high ends of both under `reading`
    (`logical` or `conventional`); covers_window, covers_place; verdict. With `repeats="kept"`
    repeated parts are counted again. Raises `ValueError` for choices that are none.
    """
    if reading not in ("logical", "conventional") or repeats not in ("collapsed", "kept"):
        raise ValueError(f"no such choice: {reading!r}, {repeats!r}; see the docstring")
    claims = statements(case, calendar=calendar, calibration=calibration, coder=coder)
    if repeats == "collapsed":
        claims = claims[claims["repeats"] == ""]
    labels = case["events"].set_index("event_id")["label"]
    rows = []
    for whole in wholes(claims):
        total, close = logical_of(whole.total), conventional_of(whole.total)
        ends = (whole.wide, total) if reading == "logical" else (whole.narrow, close)
        number = point_of(whole.total)
        rows.append(
            {
                **{k: whole.total[k] for k in ("source", "bloc", "event_id", "kind", "item")},
                "label": labels.get(whole.total["event_id"], ""),
                "target_id": whole.total["target_id"],
                "claim_id": whole.total["claim_id"],
                "total": figure_text(whole.total),
                "parts": ";".join(p["claim_id"] for p in whole.parts),
                "part_figures": " + ".join(figure_text(p) for p in whole.parts),
                "part_kinds": ";".join(sorted({p["kind"] for p in whole.parts})),
                "count": len(whole.parts),
                "total_stated": number,
                "sum_stated": whole.stated,
                "difference": whole.stated - number,
                "sum_low": ends[0].low,
                "sum_high": ends[0].high,
                "total_low": ends[1].low,
                "total_high": ends[1].high,
                "covers_window": whole.covers_window,
                "covers_place": whole.covers_place,
                "verdict": whole_verdict(whole, total, close),
            }
        )
    columns = (
        "source bloc event_id label kind item target_id claim_id total parts part_figures "
        "part_kinds count total_stated sum_stated difference sum_low sum_high total_low total_high "
        "covers_window covers_place verdict"
    ).split()
    return pd.DataFrame(rows, columns=columns)


def force_ratio(
    case: Case,
    *,
    reading: str = "logical",
    within_days: float = FORCE_DAYS,
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
) -> pd.DataFrame:
    """Return forces that both compared camps put a number to: the first camp's over the second's.

    One row a pair of figures of the same actor's persons at the same place, at most `within_days`
    apart. Columns: side (whose force), place_scope, first_ and second_ camp, claim, told, low,
    high, own (whether it is the teller's own force), ratio_low, ratio_high, days_apart. Raises
    `ValueError` for a reading that is none.
    """
    if reading not in ("logical", "conventional"):
        raise ValueError(f"no reading: {reading!r}; allowed: logical, conventional")
    read = logical_of if reading == "logical" else conventional_of
    claims = statements(case, calendar=calendar, calibration=calibration, coder=coder)
    forces = claims[claims["kind"].eq("force_size") & claims["unit"].eq("persons")]
    forces = forces[forces["modality"].eq("realised") & forces["repeats"].eq("")]
    forces = forces[forces["certainty"].ne("denied") & forces["place_scope"].ne("")]
    rows = [r for r in forces.to_dict("records") if has_figure(r)]
    pairs = [
        (a, b)
        for a in rows
        for b in rows
        if case.compare
        and (a["camp"], b["camp"]) == case.compare
        and _same_force(a, b, within_days)
    ]
    found = [_force_row(case, a, b, read(a), read(b)) for a, b in pairs]
    columns = ["side", "place_scope"]
    columns += [f"{w}_{c}" for w in ("first", "second") for c in ("camp", "claim", "told")]
    columns += [f"{w}_{c}" for w in ("first", "second") for c in ("low", "high", "own")]
    return pd.DataFrame(found, columns=[*columns, "ratio_low", "ratio_high", "days_apart"])


def _days_apart(a: Row, b: Row) -> float:
    return float(max(a["window_first"] - b["window_last"], b["window_first"] - a["window_last"], 0))


def force_obstacle(a: Row, b: Row, within_days: float = FORCE_DAYS) -> str:
    """Return why the dates of two forces keep them apart; empty where they can be one force.

    A force is counted at a time, and not over one: “before the battle” and “on its last day” are
    two days of one garrison, if no more than `within_days` lie between them.
    """
    if a["window"] == "" or b["window"] == "":
        return "the window of one is unknown"
    return "" if _days_apart(a, b) <= within_days else "another window"


def _same_force(a: Row, b: Row, within_days: float) -> bool:
    same = set_of(a["actor_id"]) == set_of(b["actor_id"]) and a["item"] == b["item"]
    same &= a["actor_side"] != ""
    place = set_of(a["place_scope"]) == set_of(b["place_scope"])
    return same and place and not force_obstacle(a, b, within_days)


def _force_row(case: Case, a: Row, b: Row, first: Quantity, second: Quantity) -> Row:
    row: Row = {"side": a["actor_side"], "place_scope": a["place_scope"]}
    for name, claim, size in (("first", a, first), ("second", b, second)):
        row |= {
            f"{name}_camp": claim["camp"],
            f"{name}_claim": claim["claim_id"],
            f"{name}_told": figure_text(claim),
            f"{name}_low": size.low,
            f"{name}_high": size.high,
            f"{name}_own": side_of_camp(case, claim["camp"]) == claim["actor_side"],
        }
    row["ratio_low"] = first.low / second.high if second.high else math.nan
    row["ratio_high"] = first.high / second.low if second.low else math.inf
    row["days_apart"] = _days_apart(a, b)
    return row


def figures_of_event(
    case: Case,
    event_ids: str | Iterable[str],
    *,
    reading: str = "logical",
    reposts: bool = False,
    coder: str = "first",
) -> pd.DataFrame:
    """Return every figure told of one event (or several), with those of the reference.

    Columns: event_id, outcome, item, target (actors, or the side in the reference), teller,
    attribution (an origin for the reference), certainty, told (as worded), low, high (under
    `reading`), row (claim or reference row), camp, bloc. Raises `DataError` for an unknown event.
    """
    wanted = [event_ids] if isinstance(event_ids, str) else sorted(set(event_ids))
    for event_id in wanted:
        check_event(case, event_id)
    read = logical_of if reading == "logical" else conventional_of
    claims = statements(case, calendar="umm_al_qura", coder=coder, reposts=reposts)
    claims = claims[claims["event_id"].isin(wanted) & claims["repeats"].eq("")]
    rows = []
    for claim in claims.to_dict("records"):
        if has_figure(claim):
            size = read(claim)
            keys = ("event_id", "item", "attribution", "certainty", "camp", "bloc")
            ends = {"low": size.low, "high": size.high, "row": claim["claim_id"]}
            who = {"teller": claim["source"], "outcome": claim["kind"], "told": figure_text(claim)}
            named = claim["target_id"] or claim["actor_id"]
            rows.append({**{k: claim[k] for k in keys}, **ends, **who, "target": named})
    references = reference_figures(case, "any")
    prefix = "conventional_" if reading == "conventional" else ""
    for found in references[references["event_id"].isin(wanted)].to_dict("records"):
        low, high = found[f"{prefix}low"], found[f"{prefix}high"]
        told = f"{low:,.10g}" if low == high else f"{low:,.10g} to {high:,.10g}"
        told = told.replace(" to inf", " or more")
        who = {"teller": found["according_to"], "attribution": found["origin"], "certainty": ""}
        ends = {"low": low, "high": high, "row": found["ref_id"], "told": told}
        side = {"target": found["actor_id"] or found["side"], "camp": "reference", "bloc": ""}
        shared = {k: found[k] for k in ("event_id", "item", "outcome")}
        rows.append({**shared, **who, **ends, **side})
    columns = (
        "event_id outcome item target teller attribution certainty told low high row camp bloc"
    )
    table = pd.DataFrame(rows, columns=columns.split())
    order = ["event_id", "outcome", "item", "target", "low", "row"]
    return table.sort_values(order, kind="stable").reset_index(drop=True)
