"""Estimands of dates: the calendar, days that agree, the spread of a day, the lead over others."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from framelines import timelines
from framelines.calendars import anchors
from framelines.calibration import posterior
from framelines.case import Case
from framelines.findings.bench import DAYS, LATER, LEFT_OPEN, Bench, Estimate, share
from framelines.timelines.statements import DAY_WIDTH

CREDIBLE = 0.95
# What findings.yaml calls a choice, and what the library wants.
REPOSTS = {"out": False, "in": True}


def _by_day_only(case: Case) -> Case:
    """The case with every reference on its own day alone, as if no hour were known."""
    tables = {**case.tables, "reference": case["reference"].assign(part_of_day="day")}
    return replace(case, tables=tables)


def anchor_matches(bench: Bench, part_of_day: str = "as_coded") -> pd.DataFrame:
    """Return the used anchors of the case; with `day_only` the hours of the references are unread.

    An event in the evening then leaves its own day alone, and not the next one too.
    """

    def make() -> pd.DataFrame:
        case = bench.case if part_of_day == "as_coded" else _by_day_only(bench.case)
        found = anchors(case)
        return found[found["used"]]

    found: pd.DataFrame = bench.once(("anchors", part_of_day), make)
    return found


def credible(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the fewest offsets that hold 95 % of the posterior."""
    ordered = rows.sort_values(["probability", "offset"], ascending=[False, True], kind="stable")
    needed = int((ordered["probability"].cumsum() < CREDIBLE).sum()) + 1
    best = ordered["offset"].iloc[:needed]
    return float(best.min()), float(best.max())


def calendar_offset(
    bench: Bench,
    *,
    error_prior: float = 9,
    part_of_day: str = "as_coded",
    left_out: str = "none",
    months: Sequence[str] = (),
) -> list[Estimate]:
    """Return the most probable offset of every source in every month with anchors, in days."""
    matches = anchor_matches(bench, part_of_day)
    matches = matches[matches["event_id"] != left_out]
    found = posterior(matches, prior=error_prior)
    if months:
        found = found[found["month"].isin(months)]
    names = bench.case["sources"].set_index("source_id")["name"]
    estimates = []
    for (source, month), rows in found.groupby(["source_id", "month"], sort=True):
        low, high = credible(rows)
        best = rows.sort_values(["probability", "offset"], ascending=[False, True]).iloc[0]
        others = rows.loc[rows["offset"] != best["offset"], "probability"].sum()
        several = [found["source_id"].nunique() > 1, found["month"].nunique() > 1]
        part = ": ".join(p for p, told in zip((names[source], month), several, strict=True) if told)
        estimates.append(
            Estimate(
                part,
                "days that the source’s calendar lies after Umm al-Qura",
                LATER,
                effect=float(best["offset"]),
                low=low,
                high=high,
                interval="95 % credible set of offsets",
                n=float((matches["source_id"] == source).sum()),
                detail=f"probability of another offset: {others:.1e}",
            )
        )
    return estimates


def date_agreement(
    bench: Bench, *, calendar: str | int = "calibrated", reference: str = "non_belligerent"
) -> list[Estimate]:
    """Return of how many events the Hijri day can be the one that every other account gives."""
    table = timelines.date_agreement(
        bench.case, calendars=(calendar,), reference=reference, calibration=bench.calibration()
    )
    measures = "events whose stated day can be that of every other account"
    counts = timelines.agreement_counts(table)
    several = len(counts) > 1
    return [
        share(row.source if several else "", measures, row.can_be_same, row.events)
        for row in counts.itertuples()
    ]


def spread_of_day(
    bench: Bench, *, event_id: str, wording: str = "any_taking", reposts: str = "out"
) -> list[Estimate]:
    """Return the days between the earliest and the latest day that articles leave open."""
    table = timelines.spread_of_day(bench.case, event_id, wording=wording, reposts=REPOSTS[reposts])
    found = timelines.spread(table)
    why = "" if not math.isnan(found["most"]) else "not estimable: no article dates it to the day"
    tellers = ", ".join(sorted(set(table["source"])))
    measures = "days between the first and the last day told; only dates to the day count"
    return [
        Estimate(
            "",
            measures,
            DAYS,
            effect=found["most"],
            low=found["least"],
            high=found["most"],
            interval=LEFT_OPEN,
            n=found["dated_to_the_day"],
            detail=f"dated by {tellers}" if tellers else "",
            why=why,
        )
    ]


def lead(
    bench: Bench, *, reference: str = "non_belligerent", reposts: str = "out"
) -> list[Estimate]:
    """Return for each place the earliest day told as its taking minus the reference's first."""
    table = timelines.lead(
        bench.case,
        reference=reference,
        reposts=REPOSTS[reposts],
        calibration=bench.calibration(),
    )
    measures = "days from the reference’s first day to the earliest told; below zero is earlier"
    estimates = []
    for label, rows in table.groupby("label", sort=True):
        exact = rows[rows["last"] - rows["first"] < DAY_WIDTH]
        if exact.empty:
            why = "not estimable: no outlet dates it to the day"
            estimates.append(Estimate(str(label), measures, LATER, n=0, why=why))
            continue
        estimates.append(
            Estimate(
                str(label),
                measures,
                LATER,
                effect=float(exact["lead_most"].min()),
                low=float(exact["lead_least"].min()),
                high=float(exact["lead_most"].max()),
                interval="all outlets that date it to the day",
                n=len(exact),
                detail=", ".join(sorted(exact["source"])),
            )
        )
    return estimates
