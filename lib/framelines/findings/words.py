"""Estimates, choices and parts in words, as tables and figures print them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from framelines.case import Case
from framelines.findings.bench import APART, K_OF_N, NUMBER, POINTS, TIMES
from framelines.formats import number_text

NO_ESTIMATE = "not estimable"
CHOICES = {
    "error_prior": "prior of the error rate",
    "part_of_day": "hour of the reference",
    "left_out": "what is left out",
    "calendar": "calendar",
    "reference": "reference",
    "reading": "reading of figures",
    "origin": "origin of the reference",
    "outcome": "outcome",
    "repeats": "repeated parts",
    "risk_set": "risk set",
    "scope": "scope",
    "ambiguous_labels": "ambiguous labels",
    "coder": "coding",
    "wording": "wording",
    "reposts": "reposts",
    "hedged": "hedged claims",
    "matter": "what is counted twice",
    "resampling": "unit of resampling",
    "least": "least count",
    "across_documents": "extent of taken twice",
}
VALUES = {
    "umm_al_qura": "Umm al-Qura",
    "none": "nothing",
    "non_belligerent": "no belligerent",
    "any": "any origin",
    "first_all_sentences": "first, all sentences",
    "first": "first, shared sentences",
    "second": "second, shared sentences",
    "adjudicated": "adjudicated, shared sentences",
    "killed_or_wounded_included": "killed, or killed and wounded",
    "logical_low": "least number left open",
    "out": "counted once",
    "in": "counted again",
    "as_coded": "as coded",
    "day_only": "the day alone",
    "told_window": "days told before and after",
    "publication": "published after",
    "texts": "documents or chunks",
}


def join(names: Sequence[str]) -> str:
    """Return a list as prose has it: `a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return names[0] if names else ""
    return ", ".join(names[:-1]) + " and " + names[-1]


def choice_name(name: str) -> str:
    """Return a choice in words."""
    return CHOICES.get(name, name.replace("_", " "))


def names_of(case: Case) -> dict[str, str]:
    """Return the names of outlets and the labels of events by their ids, for `value_name`."""
    found: dict[str, str] = {}
    for table, key, name in (("events", "event_id", "label"), ("sources", "source_id", "name")):
        found |= dict(zip(case[table][key], case[table][name], strict=True))
    return found


def value_name(value: Any, names: Mapping[str, str] | None = None) -> str:
    """Return a value of a choice in words; `names` are those of outlets and events by their ids."""
    text = str(value)
    known = {**VALUES, **(names or {})}
    return known.get(text, text.replace("_", " "))


def _number(value: float, unit: str) -> str:
    decimals = 0 if float(value).is_integer() and unit not in (POINTS, TIMES, "%") else None
    if unit == POINTS:
        decimals = 1
    if unit == TIMES:
        decimals = 2
    return number_text(int(value) if decimals == 0 else value, decimals)


def estimate_text(row: Mapping[str, Any]) -> str:
    """Return an estimate as a table prints it: `47.0`, `1.47`, `23 of 25`.

    A share stands as k of n, never as a rate alone: below ten a rate would say more than is known.
    """
    if math.isnan(row["effect"]):
        return NO_ESTIMATE
    if row["unit"] == K_OF_N:
        return f"{row['k']:.0f} of {row['n']:.0f}"
    return _number(float(row["effect"]), str(row["unit"]))


def shift_text(shift: float, unit: str, few: bool = False) -> str:
    """Return a shift of the mean estimate with its unit; of a share of few no number is given.

    A shift of ratios is one of their logarithms.
    """
    if unit == K_OF_N:
        points = f"{number_text(100 * shift, 1)} {POINTS}"
        return "no rate below ten" if few else points
    if unit == TIMES:
        return f"a factor of {number_text(math.exp(shift), 2)}"
    whole = float(shift).is_integer() and unit != POINTS
    decimals = {POINTS: 1}.get(unit, 0 if whole else None)
    text = number_text(int(shift) if whole else shift, decimals)
    if unit in (NUMBER, APART):
        return text
    return f"{text} {unit.removesuffix('s')}" if shift == 1 else f"{text} {unit}"
