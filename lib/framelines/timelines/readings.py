"""The figures of claims under their readings, and the windows that they cover."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from framelines.quantities import VAGUE, Quantity, conventional, logical

READINGS = ("stated", "logical_low", "conventional")
# Lengths, areas and shares are no whole things: “more than 2 km” leaves 2 km open.
_MEASURES = ("distance_km", "area_km2")
_MEASURE_UNITS = ("share", "percent", "miles", "km", "km2")


def has_figure(row: Mapping[str, Any]) -> bool:
    """Whether a claim states a number, or a word that stands for one."""
    numbers = not (pd.isna(row["value_min"]) and pd.isna(row["value_max"]))
    return row["kind"] != "event" and (numbers or row["qualifier"] in VAGUE)


def _arguments(row: Mapping[str, Any]) -> tuple[float | None, float | None, str]:
    least, most = (None if pd.isna(row[k]) else float(row[k]) for k in ("value_min", "value_max"))
    return least, most, str(row["qualifier"] or "exact")


def _counts(row: Mapping[str, Any]) -> bool:
    return row["kind"] not in _MEASURES and row["unit"] not in _MEASURE_UNITS


def logical_of(row: Mapping[str, Any]) -> Quantity:
    """Return all numbers that a claim's figure leaves open."""
    return logical(*_arguments(row), counts=_counts(row))


def conventional_of(row: Mapping[str, Any]) -> Quantity:
    """Return the numbers that a reader takes from a claim's figure."""
    return conventional(*_arguments(row), counts=_counts(row))


def middle(quantity: Quantity) -> float:
    """Return the geometric middle of an interval; NaN where it begins at 0 or never ends."""
    open_end = quantity.low <= 0 or math.isinf(quantity.high)
    return math.nan if open_end else math.sqrt(quantity.low * quantity.high)


def point_of(row: Mapping[str, Any], reading: str = "stated") -> float:
    """Return one number for a claim's figure; NaN where the reading gives none.

    `stated` is the number as it stands, whatever its qualifier (the geometric middle of a range);
    `logical_low` the least number that the words leave open; `conventional` the geometric middle of
    the conventional interval. Vague words state no number. Raises `ValueError` for another reading.
    """
    if reading not in READINGS:
        raise ValueError(f"no reading: {reading!r}; allowed: {', '.join(READINGS)}")
    if reading == "stated":
        least, most, _ = _arguments(row)
        known = [v for v in (least, most) if v is not None]
        if not known or known[0] <= 0:
            return math.nan
        return known[0] if known[0] == known[-1] else math.sqrt(known[0] * known[-1])
    if reading == "logical_low":
        low = logical_of(row).low
        return low if low > 0 else math.nan
    return middle(conventional_of(row))


def window_of(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return first and last day that a figure covers, or None where the text leaves an end open.

    A figure of one deed without a window of its own covers the days of the deed.
    """
    first, last = row["window_first"], row["window_last"]
    if row["window"] == "" and row["scope"] == "incremental":
        first, last = row["first"], row["last"]
    return None if math.isinf(first) or math.isinf(last) else (float(first), float(last))


def same_window(a: tuple[float, float], b: tuple[float, float], slack: float = 0) -> bool:
    """Whether two windows begin and end on the same days, give or take `slack` days."""
    return abs(a[0] - b[0]) <= slack and abs(a[1] - b[1]) <= slack


def figure_text(row: Mapping[str, Any]) -> str:
    """Return a claim's figure as it reads in a table: `more than 50`, `1,500 to 2,000`."""
    least, most, qualifier = _arguments(row)
    if least is None and most is None:
        return qualifier.replace("_", " ")
    known = [f"{v:,.10g}" for v in (least, most) if v is not None]
    number = known[0] if known[0] == known[-1] else " to ".join(known)
    plain = qualifier in ("exact", "range")
    word = "about" if qualifier == "approx" else qualifier.replace("_", " ")
    return number if plain else f"{word} {number}"
