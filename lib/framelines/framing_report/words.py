"""Contrasts in words: the numbers of a sentence, and what they rest on."""

import pandas as pd

from framelines.contrasts import Contrast
from framelines.figures.style import bloc_name
from framelines.formats import number_text
from framelines.outputs import Outputs

POINTS = "percentage points"
# Where a p-value is small its first digit matters, elsewhere two decimals are enough.
SMALL = 0.01
TESTS = {
    "documents": "by dealing the documents to the two groups anew",
    "events": "by swapping the two sides inside events",
    "inside": "by swapping the two kinds inside documents",
}


RELATIONS = {"own": "own side", "foe": "opponent", "other": "others"}
ROLES = {"took": "own side took", "lost": "own side lost"}


def group_name(group: str) -> str:
    """Return the printed name of a group: of a camp or bloc, of genres, or of a kind of row."""
    known = RELATIONS | ROLES
    return " and ".join(known.get(part) or bloc_name(part) for part in group.split(" + "))


def percent(share: float, digits: int = 1) -> str:
    """Return a share as per cent without the sign, an en dash where it is missing."""
    return number_text(100 * float(share), digits)


def p_text(p: float) -> str:
    """Return a p-value for a sentence."""
    return number_text(float(p), 4 if p < SMALL else 2)


def certainty(made: Contrast, test: str = "documents") -> str:
    """Return interval and test of a contrast in words, or why there is none.

    The interval is of these texts; `test` says how the test relabels, a key of `TESTS`.
    """
    parts = []
    if made.low is not None and made.high is not None:
        low, high = percent(made.low), percent(made.high)
        of = (
            "these matched events"
            if "events" in made.resampled
            else f"{made.resampled} of these texts"
        )
        parts.append(f"95 % interval {low} to {high} points over {of}")
    if made.p is not None:
        parts.append(f"p = {p_text(made.p)} {TESTS[test]}")
    parts += [reason for reason in made.why.split("; ") if reason]
    return "; ".join(parts)


def enter(
    out: Outputs, key: str, made: Contrast, source: str = "", test: str = "documents"
) -> None:
    """Enter a contrast under keys that begin with `key`, for use in sentences.

    They end in `_first` and `_second` (shares in per cent), `_k_`, `_n_`, `_name_` of either,
    `_units_` (documents or events), `_effect` (percentage points) and `_certainty` (in words).
    """
    values = {"first": made.value_first, "second": made.value_second}
    for side, value in values.items():
        out.number(f"{key}_name_{side}", group_name(getattr(made, side)))
        out.number(f"{key}_k_{side}", int(getattr(made, f"k_{side}")), source=source)
        out.number(f"{key}_n_{side}", int(getattr(made, f"n_{side}")), source=source)
        out.number(f"{key}_units_{side}", int(getattr(made, f"units_{side}")), source=source)
        _share(out, f"{key}_{side}", value, "%", source)
    _share(out, f"{key}_effect", made.effect, POINTS, source)
    out.number(f"{key}_certainty", certainty(made, test), source=source)


def _share(out: Outputs, key: str, value: float, unit: str, source: str) -> None:
    if pd.isna(value):
        out.number(key, "not estimable", source=source)
    else:
        out.number(key, 100 * value, unit=unit, digits=1, source=source)
