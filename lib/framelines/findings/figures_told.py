"""Estimands of figures: inflation, parts and totals, forces, losses, and how much was taken."""

import math
from collections.abc import Sequence

import pandas as pd

from framelines import timelines
from framelines.findings.bench import (
    APART,
    LEFT_OPEN,
    NUMBER,
    TIMES,
    Bench,
    Estimate,
    counted,
    share,
)
from framelines.findings.dates import REPOSTS
from framelines.resampling import MIN_UNITS
from framelines.timelines.coverage import wilson
from framelines.timelines.statements import camps


def inflation(
    bench: Bench,
    *,
    reading: str = "stated",
    origin: str = "monitor",
    outcome: str = "killed",
    calendar: str | int = "calibrated",
) -> list[Estimate]:
    """Return each side's mean factor of its figures of enemy dead over the reference's."""
    table = timelines.inflation(
        bench.case,
        reading=reading,
        origin=origin,
        outcome=outcome,
        calendar=calendar,
        calibration=bench.calibration(),
    ).set_index("camp")
    measures = "figures of enemy dead over the reference’s, geometric mean over matched events"
    estimates = []
    for camp in sorted(camps(bench.case)):
        if camp not in table.index:
            why = "not estimable: no figure meets one of the reference"
            estimates.append(Estimate(camp, measures, TIMES, n=0, why=why))
            continue
        row = table.loc[camp]
        none = pd.isna(row["low"])
        events = int(row["events"])
        estimates.append(
            Estimate(
                camp,
                measures,
                TIMES,
                effect=float(row["factor"]),
                low=float(row["low"]),
                high=float(row["high"]),
                interval="" if none else "95 % t interval over matched events",
                n=events,
                why=f"no interval: {counted(events, 'matched event')}" if none else "",
            )
        )
    return estimates


def parts_and_totals(
    bench: Bench,
    *,
    reading: str = "logical",
    repeats: str = "collapsed",
    calendar: str | int = "calibrated",
    event_id: str = "",
    items: Sequence[str] = (),
) -> list[Estimate]:
    """Return the sum of a source's parts minus its total, for each kind of thing counted.

    `items` names items of claims, or kinds where a claim has no item.
    """
    table = timelines.parts_and_totals(
        bench.case,
        reading=reading,
        repeats=repeats,
        calendar=calendar,
        calibration=bench.calibration(),
    )
    thing = table["item"].where(table["item"] != "", table["kind"])
    table = table.assign(thing=thing)
    table = table[table["event_id"].eq(event_id) | (event_id == "")]
    table = table[table["thing"].isin(items)] if items else table
    estimates = []
    for row in table.sort_values(["thing", "claim_id"], kind="stable").to_dict("records"):
        unstated = math.isnan(row["difference"])
        part = row["thing"] if event_id else f"{row['label']}: {row['thing']}"
        estimates.append(
            Estimate(
                part,
                "sum of the stated parts minus the stated total",
                NUMBER,
                effect=row["difference"],
                low=row["sum_low"] - row["total_high"],
                high=row["sum_high"] - row["total_low"],
                interval=LEFT_OPEN,
                n=row["count"],
                detail=f"{row['part_figures']} against {row['total']}",
                why="not estimable as one number: a word stands for a figure" if unstated else "",
            )
        )
    return estimates


def force_ratio(
    bench: Bench, *, reading: str = "logical", calendar: str | int = "calibrated"
) -> list[Estimate]:
    """Return the first camp's figure of a force over the second's, one estimate a pair.

    Of what the words leave open it is the middle on a scale of ratios.
    """
    table = timelines.force_ratio(
        bench.case, reading=reading, calendar=calendar, calibration=bench.calibration()
    )
    estimates = []
    for row in table.to_dict("records"):
        low, high = row["ratio_low"], row["ratio_high"]
        bounded = low > 0 and math.isfinite(high)
        part = f"{row['side']} at {row['place_scope']}"
        estimates.append(
            Estimate(
                part if len(table) > 1 else "",
                f"strength told by {row['first_camp']} over that told by {row['second_camp']}",
                TIMES,
                effect=math.sqrt(low * high) if bounded else math.nan,
                low=low,
                high=high,
                interval=LEFT_OPEN,
                n=1,
                detail=f"{row['first_told']} against {row['second_told']}",
                why="" if bounded else "not estimable: a figure has no upper end",
            )
        )
    return estimates


def taken_twice(
    bench: Bench, *, calendar: str | int = "calibrated", across_documents: str = "one_document"
) -> list[Estimate]:
    """Return the number of sites that one source has its side take twice."""
    table = timelines.taken_twice(
        bench.case,
        calendar=calendar,
        across_documents=across_documents,
        calibration=bench.calibration(),
    )
    measures = "sites told as taken twice, with no loss told between"
    places = "; ".join(sorted(table["place"]))
    return [Estimate("", measures, "sites", effect=float(len(table)), detail=places)]


def _events(rows: pd.DataFrame, column: str) -> set[str]:
    return {event for cell in rows[column] for event in cell.split(";") if event}


def own_losses(
    bench: Bench,
    *,
    risk_set: str = "told_window",
    reference: str = "non_belligerent",
    reposts: str = "out",
    calendar: str | int = "calibrated",
    losses: Sequence[str] = ("people", "places"),
    opponents: bool = False,
) -> list[Estimate]:
    """Return how many events at risk in which a side lost something its own camp tells as a loss.

    An event with several kinds of loss counts once, and as told where any of them is. With
    `opponents` the losses of its opponents are set beside them.
    """
    table = timelines.own_losses(
        bench.case,
        risk_set=risk_set,
        reference=reference,
        reposts=REPOSTS[reposts],
        calendar=calendar,
        calibration=bench.calibration(),
    )
    table = table[table["loss"].isin(losses)]
    labels = bench.case["events"].set_index("event_id")["label"]
    estimates = []
    for camp in sorted(camps(bench.case)):
        for own in (True, False) if opponents else (True,):
            rows = table[(table["camp"] == camp) & (table["own"] == own)]
            told = _events(rows, "told_events")
            n = len(told | _events(rows, "untold_events"))
            low, high = wilson(len(told), n) if n else (math.nan, math.nan)
            whose = "own side" if own else "its opponents"
            few = n and n < MIN_UNITS
            estimates.append(
                share(
                    f"{camp}: {whose}" if opponents else camp,
                    f"events that cost {whose} {', '.join(losses)}, told as such",
                    len(told),
                    n,
                    low=low,
                    high=high,
                    interval="" if math.isnan(low) else "95 % Wilson interval over these events",
                    detail="; ".join(sorted(labels[e] for e in told)),
                    why="not estimable: no such event at risk"
                    if n == 0
                    else f"no interval: {counted(n, 'event')}"
                    if few
                    else "",
                )
            )
    return estimates


def scope_of_taking(bench: Bench, *, published: str, reposts: str = "out") -> list[Estimate]:
    """Return for each outlet how many places it tells as taken, and the widest of them."""
    table = timelines.scope_of_taking(bench.case, published=published, reposts=REPOSTS[reposts])
    return [
        Estimate(
            row["source"],
            "places told as taken; the widest is named",
            "places",
            effect=float(row["places"]),
            n=row["documents"],
            detail=f"widest: {row['widest']} ({row['widest_kind']})",
        )
        for row in table.to_dict("records")
    ]


def figures_of_event(
    bench: Bench, *, event_id: str, reading: str = "logical", reposts: str = "out"
) -> list[Estimate]:
    """Return for each outcome and target how far the figures told of one event lie apart."""
    table = timelines.figures_of_event(
        bench.case, event_id, reading=reading, reposts=REPOSTS[reposts]
    )
    estimates = []
    for (outcome, target), rows in table.groupby(["outcome", "target"], sort=True):
        lows, highs = rows["low"], rows["high"]
        told = {
            f"{row['teller']} ({row['attribution'].replace('_', ' ')}): {row['told']}"
            for row in rows.to_dict("records")
        }
        estimates.append(
            Estimate(
                f"{outcome}: {target}",
                "highest minus lowest figure told; an open figure counts as its least number",
                APART,
                effect=float(lows.max() - lows.min()),
                low=max(0.0, float(lows.max() - highs.min())),
                high=float(highs.max() - lows.min()),
                interval=LEFT_OPEN,
                n=len(rows),
                detail="; ".join(sorted(told)),
            )
        )
    return estimates
