"""Dates, offsets, factors and names in words."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from framelines.dates import edtf
from framelines.figures.marks import HIJRI_MONTHS, side_name, titled
from framelines.formats import number_text
from framelines.intervals import bounds
from framelines.outputs import Outputs

Row = dict[str, Any]
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
NAMED = 6
ALMOST_ONE = 0.999


def numbers(out: Outputs, values: Mapping[str, Any], source: str = "claims.csv") -> None:
    """Enter several results at once; a value is a number or a text, or a pair of it and a unit."""
    for key, entry in values.items():
        value, unit = entry if isinstance(entry, tuple) else (entry, "")
        out.number(key, value, unit=unit, source=source)


def listed(names: Iterable[str], most: int = NAMED) -> str:
    """Return names joined by semicolons, the first `most` of them, and how many more there are."""
    known = [name for name in names if name]
    if len(known) <= most + 1:
        return "; ".join(known) or "none"
    return "; ".join(known[:most]) + f"; and {len(known) - most} more"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 day`, `3 days`, `no day`."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{number_text(number)} {noun}" if number else f"no {one}"


def day_words(first: float, last: float) -> str:
    """Return the days from day number `first` to `last` in words; open ends are said to be open."""
    ends = [date.fromordinal(int(n)) for n in (first, last) if math.isfinite(n)]
    words = [f"{d.day} {MONTHS[d.month - 1]} {d.year}" for d in ends]
    if len(ends) < 2:
        side = "before" if math.isinf(first) else "after"
        return f"on or {side} {words[0]}" if words else "no day told"
    if first == last:
        return words[0]
    alike = (ends[0].year, ends[0].month) == (ends[1].year, ends[1].month)
    return f"{ends[0].day if alike else words[0]} to {words[1]}"


def hijri_words(stated: str) -> str:
    """Return a stated Hijri date in words: `11 Rabi I 1438`, `middle of Jumada II 1437`."""
    if "/" in stated:
        return " to ".join(hijri_words(side) for side in stated.split("/") if side.strip("."))
    year, month, part = (*stated.split("-"), "", "")[:3]
    if not month:
        return year
    named = f"{HIJRI_MONTHS[int(month) - 1]} {year}"
    return f"{int(part)} {named}" if part.isdigit() else f"{part} of {named}" if part else named


def probability(value: float) -> str:
    """Return a probability, rounded down, that never claims certainty: `0.962`, `above 0.999`."""
    if value > ALMOST_ONE:
        return f"above {ALMOST_ONE}"
    return f"{math.floor(value * 1000) / 1000:.3f}"


def offset_words(days: int) -> str:
    """Return an offset from the computed calendar in words, to be followed by its name."""
    if days == 0:
        return "on the same days as"
    return f"{counted(abs(days), 'day')} {'after' if days > 0 else 'before'}"


def camp_name(camp: str) -> str:
    """Return the printed name of a camp, bloc or side of the tables."""
    return titled(side_name(camp))


def quantity_words(stated: float, low: float, high: float) -> str:
    """Return a stated number with what its words leave open: `more than 50`, `40 (35 to 45)`."""
    known = "no number" if pd.isna(stated) else number_text(round(float(stated), 1))
    known = known.removesuffix(".0").removesuffix(".00")
    ends = [number_text(float(v), 0) for v in (low, high)]
    if low == high:
        return known
    if not math.isinf(high):
        return f"{known} ({' to '.join(ends)})"
    worded = {0.0: f"{known} or more", 1.0: f"more than {known}"}
    return worded.get(low - stated, f"{known} ({ends[0]} or more)")


def factor_words(row: Mapping[str, Any], matched: pd.DataFrame) -> str:
    """Return a row of `timelines.inflation` in words: with its interval, or else event by event.

    `matched` are the rows of `timelines.matched_figures` that it was made from.
    """
    events = counted(int(row["events"]), "matched event")
    factor, low, high = (number_text(float(row[k]), 2) for k in ("factor", "low", "high"))
    told = f"{camp_name(row['camp'])} on {camp_name(row['target_side'])}, {events}: "
    if pd.notna(row["low"]):
        return f"{told}a factor of {factor} (95 % interval over these events {low} to {high})"
    own = matched[matched["camp"].eq(row["camp"]) & matched["target_side"].eq(row["target_side"])]
    keys = [[f"{who}{end}" for end in ("", "_low", "_high")] for who in ("told", "reference")]
    events_listed = [
        f"{r['label']}, " + " against ".join(quantity_words(*(r[k] for k in ks)) for ks in keys)
        for r in own.dropna(subset=["log_ratio"]).to_dict("records")
    ]
    return f"{told}{'; '.join(events_listed)}, as stated a factor of {factor}"


def force_words(row: Mapping[str, Any]) -> str:
    """Return a row of `timelines.force_ratio` in words, the teller's own force said to be so."""
    told = [
        f"{row[f'{who}_told']} by {camp_name(row[f'{who}_camp'])}"
        + (" (its own force)" if row[f"{who}_own"] else " (its enemy)")
        for who in ("first", "second")
    ]
    low, high = (number_text(float(row[k]), 2) for k in ("ratio_low", "ratio_high"))
    times = low if low == high else f"{low} to {high}"
    return f"{told[0]} and {told[1]}, {times} times as many"


def loss_words(table: pd.DataFrame, *, own: bool) -> str:
    """Return rows of `timelines.own_losses` in words: `Islamic State: people 0 of 2; …`."""
    found = []
    for camp, rows in table[table["own"] == own].groupby("camp", sort=True):
        sums = rows.groupby("loss", sort=True)[["told", "events"]].sum().reset_index()
        told = [f"{r['loss']} {r['told']} of {r['events']}" for r in sums.to_dict("records")]
        found.append(f"{camp_name(str(camp))}: {', '.join(told)}")
    return "; ".join(found) or "none is known"


def silence_words(table: pd.DataFrame) -> str:
    """Return rows of `timelines.silence` by camp in words, by where else the events stand."""
    bases = {"reference": "the reference", "other_side": "the other side’s account"}
    found = []
    for camp, rows in table.groupby("camp", sort=True):
        told = [
            f"{r['silent']} of {r['at_risk']} in {bases.get(r['basis'], 'allied accounts')}"
            for r in rows.sort_values("basis", ascending=False).to_dict("records")
        ]
        found.append(f"{camp_name(str(camp))} passes over {' and '.join(told)}")
    return "; ".join(found) or "no event is at risk"


def sum_words(row: Mapping[str, Any]) -> str:
    """Return a row of `timelines.parts_and_totals` in words."""
    what = str(row["item"] or row["kind"]).replace("_", " ")
    parts = row["part_figures"]
    if pd.notna(row["sum_stated"]) and row["count"] > 1:
        parts = f"{parts} = {number_text(round(float(row['sum_stated']), 6), 0)}"
    if row["part_kinds"] != row["kind"]:
        what = f"{row['part_kinds'].replace('_', ' ').replace(';', ' and ')}, of {what}:"
    return f"{what} {parts} against {row['total']}"


def taken_words(table: pd.DataFrame) -> str:
    """Return `timelines.taken_twice` in words: the places, by the days on which they are taken."""
    found = []
    for stated, rows in table.groupby("stated", sort=True):
        days = [hijri_words(d) if d < "17" else d for d in str(stated).split("; ")]
        found.append(f"{', '.join(rows['place'])} ({' and '.join(days)})")
    return "; ".join(found) or "none"


def joined(words: Callable[[Row], str], table: pd.DataFrame) -> str:
    """Return the rows of a table in words, by `words`, joined by semicolons; empty without any."""
    return "; ".join(words(row) for row in table.to_dict("records"))


def figures_words(table: pd.DataFrame) -> str:
    """Return `event_figure_table` in words: each teller and voice with its figures."""
    found = []
    for (teller, voice), rows in table.groupby(["teller", "voice"], sort=True):
        told = [f"{r['what']} {r['figure']} ({r['of_whom']})" for r in rows.to_dict("records")]
        manner = "" if voice == "own voice" else f" ({voice})"
        found.append(f"{teller}{manner}: {'; '.join(told)}")
    return ". ".join(found)


def missing_words(camps: Sequence[str]) -> str:
    """Return a sentence on camps of which no figure meets a reference; empty without any."""
    if not camps:
        return ""
    names = " nor ".join(camp_name(camp) for camp in camps)
    return f"No such figure of {names} meets one, so that the sides are not compared."


def contrast_words(contrast: Mapping[str, float], camps: Sequence[str] | None) -> Row:
    """Return `timelines.inflation_contrast` as the ratio of two factors, with its interval."""
    first, second = (camp_name(camp) for camp in camps or ("", ""))
    ratio, low, high = (
        number_text(math.exp(contrast[k]), 2) for k in ("difference", "low", "high")
    )
    return {
        "contrast_first": first,
        "contrast_second": second,
        "contrast_ratio": f"{ratio} (95 % interval over these matched events {low} to {high})",
    }


def edtf_words(text: str) -> str:
    """Return an EDTF date or interval in words: `22 to 24 August 2019`."""
    return day_words(*bounds(edtf(text)))


def spread_words(
    days: pd.DataFrame, whole: Mapping[str, float], narrow: Mapping[str, float]
) -> Row:
    """Return `timelines.spread` of all wordings and of full control only, by the report's keys."""
    least = int(whole["least"])
    fit = (
        "all of these dates can be of one day"
        if not least
        else f"no single day fits them all: {counted(least, 'day')} lie between"
    )
    apart = [
        "are none"
        if pd.isna(found["most"])
        else f"lie up to {counted(int(found['most']), 'day')} apart"
        if found["most"]
        else "lie on one day"
        for found in (whole, narrow)
    ]
    return {
        "fall_claims": (int(whole["claims"]), "claims"),
        "fall_repeats": int((days["repeats"] != "").sum()),
        "fall_outlets": (int(days["source"].nunique()), "outlets"),
        "fall_fit": fit,
        "fall_most": apart[0],
        "fall_full_most": apart[1],
    }
