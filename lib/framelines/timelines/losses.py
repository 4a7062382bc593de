"""Figures of losses set against the reference, and against the other side."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from framelines.calendars import Calibration
from framelines.case import Case
from framelines.quantities import Quantity, log_ratio
from framelines.resampling import MIN_UNITS
from framelines.timelines.readings import (
    conventional_of,
    has_figure,
    logical_of,
    point_of,
    same_window,
    window_of,
)
from framelines.timelines.references import reference_figures
from framelines.timelines.statements import camps, enemies_of, side_of_camp, statements

OUTCOMES = {"killed": ("killed",), "killed_or_wounded_included": ("killed", "killed_or_wounded")}
Row = dict[str, Any]


def own_figures(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims that state a figure in the teller's own name, each once.

    Left out: repetitions, denials, what is planned or failed, and what is passed on from others.
    """
    told = (claims["modality"] == "realised") & (claims["certainty"] != "denied")
    told &= (claims["repeats"] == "") & (claims["event_id"] != "")
    told &= ~claims["voice"].str.startswith("quoted in ")
    rows = claims[told & claims["kind"].ne("event")]
    return rows[[has_figure(r) for r in rows.to_dict("records")]] if len(rows) else rows


def _meets(claim: Row, reference: Row, kinds: dict[str, str]) -> bool:
    targets = claim["target_id"].split(";")
    actor = reference["actor_id"]
    named = not actor or actor in targets or kinds.get(actor) == "state"
    window = window_of(claim)
    return (
        reference["side"] == claim["target_side"]
        and named
        and window is not None
        and same_window(window, (reference["first"], reference["last"]), claim["window_slack"])
    )


def _of_camp(case: Case, claims: pd.DataFrame, camp: str, whose: str) -> pd.DataFrame:
    own = side_of_camp(case, camp)
    wanted = (own,) if whose == "own" else enemies_of(case, camp)
    return claims[(claims["camp"] == camp) & claims["target_side"].isin(wanted)]


def geometric_mean(values: list[float]) -> float:
    """Return the geometric mean, of one value exactly that; NaN of none."""
    if len(values) < 2:
        return values[0] if values else math.nan
    # Rounded, so that equal figures give the same mean on every machine.
    return round(math.exp(math.fsum(math.log(v) for v in values) / len(values)), 12)


def _matched_row(camp: str, group: list[tuple[Row, list[Row]]], reading: str) -> Row:
    claims = [claim for claim, _ in group]
    references = {r["ref_id"]: r for _, rows in group for r in rows}
    best = min(r["rank"] for r in references.values())
    used = [r for _, r in sorted(references.items()) if r["rank"] == best]
    points = [p for p in (point_of(c, reading) for c in claims) if not math.isnan(p)]
    wide, narrow = [logical_of(c) for c in claims], [conventional_of(c) for c in claims]
    told = geometric_mean(points)
    known = geometric_mean([r["stated"] for r in used])
    return {
        "camp": camp,
        "source": "; ".join(sorted({c["source"] for c in claims})),
        "bloc": min(c["bloc"] for c in claims),
        "target_side": claims[0]["target_side"],
        "event_id": claims[0]["event_id"],
        "claims": ";".join(sorted(c["claim_id"] for c in claims)),
        "outcome": "; ".join(sorted({c["kind"] for c in claims})),
        "first": min(r["first"] for r in used),
        "told": told,
        "told_low": min(q.low for q in wide),
        "told_high": max(q.high for q in wide),
        "conventional_low": min(q.low for q in narrow),
        "conventional_high": max(q.high for q in narrow),
        "references": ";".join(r["ref_id"] for r in used),
        "origin": "; ".join(sorted({r["origin"] for r in used})),
        "reference": known,
        "reference_low": min(r["low"] for r in used),
        "reference_high": max(r["high"] for r in used),
        "log_ratio": round(math.log(told / known), 12) if points else math.nan,
    }


_MATCHED = (
    "camp source bloc target_side event_id claims outcome first told told_low told_high "
    "conventional_low conventional_high references origin reference reference_low reference_high "
    "log_ratio"
).split()


def matched_figures(
    case: Case,
    *,
    whose: str = "enemy",
    reading: str = "stated",
    origin: str = "monitor",
    outcome: str = "killed",
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
    reposts: bool = False,
) -> pd.DataFrame:
    """Return the figures of the dead that meet a figure of the reference, one row camp and event.

    They meet where event, side of the dead and window are the same. `whose` is `enemy` or `own`;
    `outcome` `killed`, or `killed_or_wounded_included`, which sets figures of dead and wounded
    together against figures of the dead. Columns: camp, source, bloc, target_side, event_id, label,
    claims, outcome, first, told (under `reading`) with logical and conventional ends, references,
    origin, reference with its ends, log_ratio (NaN where the reading gives no number). Several
    figures of a camp for one event count as their geometric mean. Raises `ValueError` for choices
    that are none.
    """
    kinds = OUTCOMES.get(outcome)
    if kinds is None or whose not in ("enemy", "own"):
        raise ValueError(f"no such choice: {outcome!r}, {whose!r}; see the docstring")
    claims = own_figures(
        statements(case, calendar=calendar, calibration=calibration, coder=coder, reposts=reposts)
    )
    claims = claims[claims["kind"].isin(kinds) & claims["item"].eq("")]
    references = reference_figures(case, origin)
    references = references[references["outcome"].isin(kinds)]
    by_event = {str(e): g.to_dict("records") for e, g in references.groupby("event_id", sort=True)}
    actors = case["actors"].set_index("actor_id")["kind"].to_dict()
    rows = []
    for camp in camps(case):
        own = _of_camp(case, claims, camp, whose)
        for (event, _), group in own.groupby(["event_id", "target_side"], sort=True):
            met = [
                (claim, found)
                for claim in group.to_dict("records")
                if (found := [r for r in by_event.get(event, []) if _meets(claim, r, actors)])
            ]
            if met:
                rows.append(_matched_row(camp, met, reading))
    table = pd.DataFrame(rows, columns=_MATCHED)
    labels = case["events"].set_index("event_id")["label"]
    table.insert(5, "label", table["event_id"].map(labels))
    return table.sort_values(["camp", "first", "event_id"], kind="stable").reset_index(drop=True)


def mean_interval(values: npt.NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Return Student's t interval of a mean; NaN with fewer than `MIN_UNITS` values."""
    count = len(values)
    if count < MIN_UNITS:
        return math.nan, math.nan
    half = stats.t.ppf(0.5 + level / 2, count - 1) * values.std(ddof=1) / math.sqrt(count)
    return float(values.mean() - half), float(values.mean() + half)


def inflation(case: Case, **choices: Any) -> pd.DataFrame:
    """Return by how much each camp's figures exceed the reference, one row a camp.

    `choices` are those of `matched_figures`. Columns: camp, target_side, events (matched, with a
    number), factor (geometric mean of told / reference), low, high (95 % t interval of the mean log
    ratio over the events; NaN with fewer than `MIN_UNITS`), lowest, highest, origin. The interval
    covers these matched events, which are a selection: both had to count the dead of one window.
    """
    table = matched_figures(case, **choices)
    rows = []
    for (camp, side), group in table.dropna(subset=["log_ratio"]).groupby(["camp", "target_side"]):
        logs = np.sort(group["log_ratio"].to_numpy(dtype=np.float64))
        low, high = mean_interval(logs)
        rows.append(
            {
                "camp": camp,
                "target_side": side,
                "events": len(logs),
                "factor": math.exp(math.fsum(logs) / len(logs)),
                "low": math.exp(low),
                "high": math.exp(high),
                "lowest": math.exp(logs[0]),
                "highest": math.exp(logs[-1]),
                "origin": "; ".join(sorted({o for c in group["origin"] for o in c.split("; ")})),
            }
        )
    columns = "camp target_side events factor low high lowest highest origin".split()
    return pd.DataFrame(rows, columns=columns)


def inflation_contrast(case: Case, **choices: Any) -> dict[str, float]:
    """Return the log factor of the first camp minus that of the second, with a 95 % interval.

    Keys: events_first, events_second, difference, low, high. The interval is Welch's; NaN where
    either side has fewer than `MIN_UNITS` matched events. Swapping `compare` negates all signs.
    """
    table = matched_figures(case, **choices).dropna(subset=["log_ratio"])
    empty: npt.NDArray[np.float64] = np.array([])
    first, second = (
        np.sort(table.loc[table["camp"] == camp, "log_ratio"].to_numpy(dtype=np.float64))
        if camp
        else empty
        for camp in (case.compare or ("", ""))
    )
    found = {"events_first": float(len(first)), "events_second": float(len(second))}
    if not len(first) or not len(second):
        return {**found, "difference": math.nan, "low": math.nan, "high": math.nan}
    difference = math.fsum(first) / len(first) - math.fsum(second) / len(second)
    low = high = math.nan
    if min(len(first), len(second)) >= MIN_UNITS:
        errors = [x.var(ddof=1) / len(x) for x in (first, second)]
        error = errors[0] + errors[1]
        parts = [e**2 / (len(x) - 1) for e, x in zip(errors, (first, second), strict=True)]
        freedom = error**2 / (parts[0] + parts[1]) if error else math.inf
        half = float(stats.t.ppf(0.975, freedom) * math.sqrt(error))
        low, high = difference - half, difference + half
    return {**found, "difference": difference, "low": low, "high": high}


def _opposed(first: pd.DataFrame, second: pd.DataFrame) -> list[Row]:
    def thing(row: Row) -> tuple[str, ...]:
        return tuple(str(row[k]) for k in ("event_id", "kind", "item", "unit", "target_id"))

    by_thing: dict[tuple[str, ...], list[Row]] = {}
    for row in second.to_dict("records"):
        by_thing.setdefault(thing(row), []).append(row)
    rows = []
    pairs = [(a, b) for a in first.to_dict("records") for b in by_thing.get(thing(a), [])]
    for a, b in pairs:
        windows = window_of(a), window_of(b)
        slack = max(a["window_slack"], b["window_slack"])
        if None in windows or a["scope"] != b["scope"]:
            continue
        if not same_window(windows[0], windows[1], slack):  # type: ignore[arg-type]
            continue
        wide: tuple[Quantity, Quantity] = logical_of(a), logical_of(b)
        low, high = log_ratio(*wide)
        points = point_of(a), point_of(b)
        stated = (
            math.log(points[0]) - math.log(points[1])
            if not any(map(math.isnan, points))
            else math.nan
        )
        rows.append(
            {
                **{k: a[k] for k in ("event_id", "kind", "item", "target_id", "target_side")},
                "first_camp": a["camp"],
                "second_camp": b["camp"],
                "first_claim": a["claim_id"],
                "second_claim": b["claim_id"],
                "first_low": wide[0].low,
                "first_high": wide[0].high,
                "second_low": wide[1].low,
                "second_high": wide[1].high,
                "log_ratio": stated,
                "log_low": low,
                "log_high": high,
            }
        )
    return rows


def against_other_side(
    case: Case,
    *,
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
) -> pd.DataFrame:
    """Return figures that both compared camps give for one thing, the first over the second.

    One thing: the same event, outcome, item, target, scope and window. Columns: event_id, kind,
    item, target_id, target_side, first_camp, second_camp, first_claim, second_claim, both logical
    intervals, log_ratio of the stated numbers, log_low and log_high of all that the words leave
    open. Empty where there are no two sides. Swapping `compare` negates the signs exactly.
    """
    columns = (
        "event_id kind item target_id target_side first_camp second_camp first_claim second_claim "
        "first_low first_high second_low second_high log_ratio log_low log_high"
    ).split()
    rows: list[Row] = []
    if case.compare:
        claims = own_figures(
            statements(case, calendar=calendar, calibration=calibration, coder=coder)
        )
        first, second = (claims[claims["camp"] == camp] for camp in case.compare)
        rows = _opposed(first, second)
    table = pd.DataFrame(rows, columns=columns)
    keys = ["event_id", "kind", "item", "target_id"]
    ends = table[["first_claim", "second_claim"]].min(axis=1) if len(table) else []
    table = table.assign(order=ends).sort_values([*keys, "order"], kind="stable")
    return table.drop(columns="order").reset_index(drop=True)
