"""Tables computed once for a case and kept for whoever asks again with the same arguments.

A notebook asks the same question of one case many times: every comparison begins with the same
claims. What is kept is found by identity, never by likeness: the very tables of the case, the very
calibration. Nothing can go stale, as long as no table of a case is changed in place, which no
function of this library does; another case, or one with another table, is computed anew.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import pandas as pd

from framelines.case import Case

# Few cases and settings are asked at a time; the oldest goes first.
MOST = 24
P = ParamSpec("P")
Result = Callable[Concatenate[Case, P], pd.DataFrame]
_PLAIN = (str, int, float, bool, tuple, type(None))


def _same(one: Any, other: Any) -> bool:
    """Whether two arguments are one: plain values by type and value, all else by identity."""
    if isinstance(one, _PLAIN):
        return type(one) is type(other) and bool(one == other)
    return one is other


def _alike(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)


def _of_case(case: Case) -> dict[Any, Any]:
    """What a result may hang on: the tables themselves, and what is set beside them."""
    return {**case.tables, "": (case.name, case.compare, str(case.folder)), " ": case.parameters}


def kept(function: Result[P]) -> Result[P]:
    """Make a function of a case return a copy of what it found for the same case and arguments."""
    found: list[tuple[dict[Any, Any], dict[Any, Any], pd.DataFrame]] = []

    @wraps(function)
    def asked(case: Case, *args: P.args, **choices: P.kwargs) -> pd.DataFrame:
        own = _of_case(case)
        settings: dict[Any, Any] = {**choices, **{i: a for i, a in enumerate(args)}}
        for known, given, table in found:
            if _alike(known, own) and _alike(given, settings):
                return table.copy()
        table = function(case, *args, **choices)
        # The tables are held as long as the result is, so that no identity is given out again.
        found.append((own, settings, table))
        del found[:-MOST]
        return table.copy()

    return asked
