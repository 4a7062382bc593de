"""The calibration of calendars as readers see it: anchors, sweeps, rivals and what they change."""

import re
from typing import Any

import pandas as pd

from framelines.calendars import Calibration, anchors, compared, held_out
from framelines.calibration import (
    ERROR_PRIOR,
    PRIORS,
    leave_out,
    posterior,
    rivals,
    sweep,
    verdicts,
)
from framelines.case import Case
from framelines.contradictions import CALENDAR, TENSION, contradictions
from framelines.figures.marks import month_name
from framelines.formats import number_text
from framelines.timeline_report.words import hijri_words, listed, offset_words, probability
from framelines.timelines import agreement_counts, date_agreement, order_of_events
from framelines.timelines.days import CALENDARS
from framelines.timelines.statements import statements

Row = dict[str, Any]
MONTH = re.compile(r"\d{4}-\d\d")
SETTINGS = {
    "umm_al_qura": "Umm al-Qura, as computed",
    "calibrated": "calibrated by the anchors",
    "hull": "not calibrated (hull)",
}
RIVALS = {
    "offset": "an offset from Umm al-Qura, estimated",
    "umm_al_qura": "Umm al-Qura, as computed",
    "tabular": "the tabular civil calendar",
}
ONE_READING = "deeds after midnight may be of the day before"
SAME = (
    "The tabular civil calendar gives the same days in these months: the anchors cannot tell a "
    "calendar that runs late from a tabular one, and every date here reads alike under both."
)
OTHER = "The tabular civil calendar gives other days in these months, and the anchors exclude it."


def hijri_sources(case: Case, coder: str = "first") -> list[str]:
    """Return the names of the sources that date any event by the Hijri calendar."""
    claims = case["claims"]
    dated = claims[(claims["coder"] == coder) & (claims["event_calendar"] == "hijri")]
    writers = case["documents"].set_index("doc_id")["source_id"]
    return sorted(_names(case)[source] for source in set(dated["doc_id"].map(writers)))


def _names(case: Case) -> dict[str, str]:
    return dict(zip(case["sources"]["source_id"], case["sources"]["name"], strict=True))


def _labels(case: Case) -> dict[str, str]:
    return dict(zip(case["events"]["event_id"], case["events"]["label"], strict=True))


def _days(first: pd.Timestamp, last: pd.Timestamp) -> str:
    ends = [f"{day:%Y-%m-%d}" for day in (first, last)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def labelled_anchors(case: Case, calibration: Calibration) -> pd.DataFrame:
    """Return `Calibration.anchors` with the event's `label` and the name of its `source`."""
    table = calibration.anchors
    return table.assign(
        label=table["event_id"].map(_labels(case)), source=table["source_id"].map(_names(case))
    )


def _least(
    calibration: Calibration, count: int, prior: float = ERROR_PRIOR
) -> dict[tuple[str, str], float]:
    """Least probability of the estimated offsets, over months, with `count` anchors left out.

    By source and each anchor among those left out, under Beta(1, `prior`). Where another offset
    becomes the likeliest, what it leaves to the estimated one is a bound from above.
    """
    kept = calibration.months.set_index(["source_id", "month"])["offset"].to_dict()
    found: dict[tuple[str, str], float] = {}
    for row in leave_out(calibration.anchors, count, prior=prior).to_dict("records"):
        same = row["offset"] == kept[row["source_id"], row["month"]]
        value = row["probability"] if same else 1 - row["probability"]
        for event in row["left_out"].split(";"):
            key = row["source_id"], event
            found[key] = min(found.get(key, 1.0), value)
    return found


def anchor_table(case: Case, calibration: Calibration) -> pd.DataFrame:
    """Return one row an anchor event: what is stated, what is known, and what hangs on it.

    Columns: event, source (with several), stated, Umm_al-Qura (that day as computed), reference
    (its days and hour), days_after (reference minus computed day), used (or why not), without_it
    and without_it_and_another (probability of the estimated offsets, the least over the months).
    """
    table = labelled_anchors(case, calibration)
    table = table.assign(unused=~table["used"].astype(bool))
    keys = ["umm_al_qura", "stated", "event_id", "unused"]
    table = table.sort_values(keys, kind="stable").drop_duplicates(["source_id", "event_id"])
    one, two = _least(calibration, 1), _least(calibration, 2)
    rows = []
    for row in table.to_dict("records"):
        key = row["source_id"], row["event_id"]
        low, high = row["low"], row["high"]
        hour = row["part_of_day"].replace("_", " ")
        rows.append(
            {
                "event": row["label"],
                "source": row["source"],
                "stated": hijri_words(row["stated"]),
                "Umm_al-Qura": _days(row["umm_al_qura"], row["umm_al_qura"])
                if pd.notna(row["umm_al_qura"])
                else "",
                "reference": _days(row["reference_first"], row["reference_last"])
                + ("" if hour == "day" else f", {hour}".replace("unknown", "hour unknown")),
                "days_after": ""
                if pd.isna(low)
                else f"{low:.0f}"
                if low == high
                else f"{low:.0f} to {high:.0f}",
                "used": "yes" if row["used"] else f"no: {row['reason']}",
                "without_it": probability(one[key]) if row["used"] else "",
                "without_it_and_another": probability(two[key]) if key in two else "",
            }
        )
    shown = pd.DataFrame(rows)
    return shown if table["source_id"].nunique() > 1 else shown.drop(columns="source")


def sweep_lines(calibration: Calibration) -> pd.DataFrame:
    """Return the least probability of the estimated offsets under every prior and fewer anchors.

    One row a source, prior and number of anchors left out: source_id, errors (per cent of the dates
    expected to be wrong beforehand), left_out (0, 1 or 2; the worst choice counts), probability.
    """
    rows = []
    kept = calibration.months.set_index(["source_id", "month"])["offset"].to_dict()
    for prior in PRIORS:
        whole: dict[str, float] = {}
        found = posterior(calibration.anchors, prior=prior)
        for row in found.to_dict("records"):
            if kept[row["source_id"], row["month"]] == row["offset"]:
                least = whole.get(row["source_id"], 1.0)
                whole[row["source_id"]] = min(least, row["probability"])
        without = [_least(calibration, count, prior) for count in (1, 2)]
        for source, value in sorted(whole.items()):
            worst = [min([v for (s, _), v in out.items() if s == source]) for out in without if out]
            for count, probability_left in enumerate([value, *worst]):
                rows.append((source, 100 / (1 + prior), count, probability_left))
    return pd.DataFrame(rows, columns=["source_id", "errors", "left_out", "probability"])


def held_out_events(case: Case, calibration: Calibration) -> pd.DataFrame:
    """Return `calendars.held_out` of the compared events of calibrated months, with `label`."""
    table = held_out(compared(case), calibration)
    table = table[table["calibrated"].astype(bool)]
    table = table.sort_values(["reference_first", "event_id"], kind="stable")
    return table.assign(label=table["event_id"].map(_labels(case))).reset_index(drop=True)


def calibration_data(**panels: pd.DataFrame) -> pd.DataFrame:
    """Return the tables of the figure of the calibration as one, with the name of the panel."""
    drawn = {
        "posterior": "source_id month offset probability",
        "anchors": "source_id event_id label low high",
        "sweep": "source_id errors left_out probability",
        "check": "source_id event_id label gap_umm_al_qura gap_calibrated",
    }
    parts = [panels[name][columns.split()].assign(panel=name) for name, columns in drawn.items()]
    table = pd.concat(parts, ignore_index=True)
    return table[["panel", *(c for c in table.columns if c != "panel")]]


def sweep_table(case: Case, calibration: Calibration) -> pd.DataFrame:
    """Return the verdicts under other priors of the error rate, and another reading of the night.

    One row an assumption and source: offsets by month, probability and with_one_left_out (the
    least over the months), verdict.
    """
    night = verdicts(anchors(case, after_midnight="both")).assign(b=0.0)
    table = pd.concat([sweep(calibration.anchors), night], ignore_index=True)
    names, rows = _names(case), []
    for (b, source), group in table.groupby(["b", "source_id"], sort=True):
        offsets = [
            f"{month_name(m)}: {number_text(int(o))}"
            for m, o in zip(group["month"], group["offset"], strict=True)
        ]
        share = number_text(100 / (1 + float(b)), 0)
        rows.append(
            {
                "assumption": f"{share} % errors expected" if b else ONE_READING,
                "source": names[str(source)],
                "offsets": "; ".join(offsets),
                "probability": probability(float(group["probability"].min())),
                "with_one_left_out": probability(float(group["lowest"].min())),
                "verdict": "calibrated" if group["calibrated"].all() else "not calibrated",
            }
        )
    shown = pd.DataFrame(rows)
    return shown if table["source_id"].nunique() > 1 else shown.drop(columns="source")


def rival_table(case: Case, calibration: Calibration) -> pd.DataFrame:
    """Return how well each explanation predicts the anchors of each source."""
    found = rivals(calibration.anchors)
    same = {True: "as estimated", False: "others"}
    shown = pd.DataFrame(
        {
            "explanation": found["rival"].map(RIVALS),
            "source": found["source_id"].map(_names(case)),
            "log_evidence": found["log_marginal"],
            "decimal_log_of_Bayes_factor": found["log10_bayes_factor"],
            "days": found["same_days"].map(same),
        }
    )
    return shown if found["source_id"].nunique() > 1 else shown.drop(columns="source")


def _open_months(case: Case, calibration: Calibration, coder: str = "first") -> list[str]:
    """Return Hijri months, by source, in which claims are dated and that are not calibrated."""
    claims = case["claims"]
    dated = claims[(claims["coder"] == coder) & (claims["event_calendar"] == "hijri")]
    writers = case["documents"].set_index("doc_id")["source_id"]
    names, several = _names(case), calibration.months["source_id"].nunique() > 1
    found = set()
    for doc_id, stated in zip(dated["doc_id"], dated["event_date"], strict=True):
        source = writers[doc_id]
        for side in stated.split("/"):
            if MONTH.match(side) and side[:7] not in calibration.offsets(source):
                found.add((source, side[:7]))
    return [month_name(m) + (f" ({names[s]})" if several else "") for s, m in sorted(found)]


def calendar_words(case: Case, calibration: Calibration) -> Row:
    """Return numbers and words on the source with most anchors, by the keys of the report."""
    sums = calibration.months.groupby("source_id", sort=True)["anchors"].sum()
    source = str(sums.idxmax())
    own = calibration.months[calibration.months["source_id"] == source].sort_values("month")
    two = [value for (s, _), value in _least(calibration, 2).items() if s == source]
    found = rivals(calibration.anchors)
    civil = found[(found["source_id"] == source) & (found["rival"] == "tabular")]
    return {
        "calendar_source": _names(case)[source],
        "calendar_verdict": calibration.verdict(source),
        "calendar_offset": " or ".join(offset_words(int(o)) for o in sorted(set(own["offset"]))),
        "calendar_months": ", ".join(own["month"].map(month_name)),
        "calendar_anchors": (int(sums[source]), "events abroad"),
        "calendar_single_days": int(own["single_days"].iloc[0]),
        "calendar_open": listed(_open_months(case, calibration)),
        "calendar_lowest": probability(float(own["lowest"].min())),
        "calendar_lowest_two": probability(min(two)) if two else "not estimable",
        "calendar_rival": SAME if civil["same_days"].all() else OTHER,
    }


def check_table(case: Case, calibration: Calibration) -> pd.DataFrame:
    """Return compared events of calibrated months: their gap to the reference before and after."""
    table = held_out_events(case, calibration)
    ends = zip(table["reference_first"], table["reference_last"], strict=True)
    shown = pd.DataFrame(
        {
            "event": table["label"],
            "stated": table["stated"].map(hijri_words),
            "reference": [_days(*pair) for pair in ends],
            "days_off_by_Umm_al-Qura": table["gap_umm_al_qura"],
            "days_off_calibrated": table["gap_calibrated"],
            "claim": table["claim_id"],
        }
    )
    return shown.reset_index(drop=True)


def settings_table(case: Case, calibration: Calibration, calendar: str) -> pd.DataFrame:
    """Return what changes with the calendar: one row a setting, that of this run among them.

    Columns: calendar, events (Hijri-dated, that others date too), can_be_same, days_apart (mean),
    discordant (pairs of events), disputes, tensions and calendar_dependent (contradictions).
    """
    settings = [*CALENDARS, *([] if calendar in CALENDARS else [calendar])]
    found = date_agreement(case, calendars=settings, calibration=calibration)
    counts = agreement_counts(found).groupby("calendar", sort=True)
    apart = found["gap"].abs().groupby(found["calendar"]).mean()  # too early and too late alike
    rows = []
    for setting in settings:
        own = counts.get_group(setting) if setting in counts.groups else None
        shared: Row = {"calendar": setting, "calibration": calibration}
        order = order_of_events(case, **shared)["order"]
        claims = statements(case, **shared)
        classes = contradictions(case, **shared, claims=claims).disputes["class"]
        rows.append(
            {
                "calendar": SETTINGS.get(setting, f"Umm al-Qura, moved by {setting}"),
                "events": 0 if own is None else int(own["events"].sum()),
                "can_be_same": 0 if own is None else int(own["can_be_same"].sum()),
                "days_apart": 0.0 if own is None else float(apart[setting]),
                "discordant": int(order.eq("discordant").sum()),
                "contradictions": int((~classes.isin([TENSION, CALENDAR])).sum()),
                "tensions": int(classes.eq(TENSION).sum()),
                "calendar_dependent": int(classes.eq(CALENDAR).sum()),
            }
        )
    return pd.DataFrame(rows)
