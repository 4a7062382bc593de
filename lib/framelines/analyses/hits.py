"""Hits, one row a unit that counts, and the two groups whose shares of hits are compared."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import nan
from typing import Any

import numpy as np
import pandas as pd

import framelines.methods.estimate as est
from framelines.analyses import trust
from framelines.analyses.trust import KEYS
from framelines.methods.contrasts import Pair, contrast
from framelines.methods.estimate import Estimate
from framelines.tables.case import Case
from framelines.tables.rows import documents, pair_of, rows, sentence_events

# All that the case's coder read. By any other name a coder is read in the sentences that every
# coder read, so that the coder alone differs.
EVERYTHING = "first_all_sentences"
CODERS = (EVERYTHING, "first", "second", "adjudicated")
OF_OUTLETS = ("outlet_kind", "bloc", "camp")
OPINION, REPORT = ("opinion", "interview"), ("report",)
Make = Callable[..., pd.DataFrame]


def groups_of(case: Case) -> Pair | None:
    """Return the two groups that a case's texts are set against each other by, or None.

    Its camps where it compares two; else opinion and interviews against reports; else the two
    blocs, and else the two outlets, with the most documents.
    """
    if case.compare:
        return pair_of(case)
    own = documents(case)
    if own["genre"].isin(OPINION).any() and own["genre"].isin(REPORT).any():
        return pair_of(case, "genre", OPINION, REPORT)
    for by in ("bloc", "source_id"):
        ranked = own.groupby(by).size().sort_values(ascending=False, kind="stable").index
        if len(ranked) > 1:
            return pair_of(case, by, *ranked[:2])
    return None


@cache
def coded(case: Case, table: str, *, coder: str = EVERYTHING, **which: str) -> pd.DataFrame:
    """Return the rows of a table that count, of one coder (see `EVERYTHING`).

    `which` are the choices of `tables.rows.rows`: scope, left_out, reposts. The table `sentences`
    has the sentences that the coder coded, with a column of truth a frame.
    """
    name = None if coder == EVERYTHING else coder
    if table == "sentences":
        found = trust.coded_sentences(case, name or "", **which)
    else:
        found = rows(case, table, coder=name, **which)
    if name is None:
        return found
    every = rows(case, "frame_codes", coder="any", reposts=which.get("reposts", "out"))
    coders = every.groupby(KEYS)["coder"].nunique()
    return found.merge(coders[coders == every["coder"].nunique()].reset_index()[KEYS], on=KEYS)


def hits_of(found: pd.DataFrame, hit: Any) -> pd.DataFrame:
    """Return rows as hits, each of which counts; `hit` says of each whether it is one."""
    return found.assign(hit=np.asarray(hit, dtype=np.float64), of=1.0)


def compared(
    case: Case, key: str, hits: Make, pair: Pair | None = None, unit: str = "texts", **which: Any
) -> Estimate:
    """Return the contrast of `hits(case, **which)` of two groups, or in words why there is none.

    By default these are `groups_of` the case.
    """
    found, pair = hits(case, **which), pair or groups_of(case)
    if pair is None:
        why = "not estimable: there are no two groups of texts"
        return Estimate(measures=key, unit=est.POINTS, n=(len(found),), why=(why,))
    told = sentence_events(case)
    made = contrast(found, pair, key, unit=unit, told=told, least=est.MIN_UNITS, **case.drawing)
    # What is a property of outlets is dealt over outlets, where these are enough.
    if unit not in ("texts", "documents") or pair.column not in OF_OUTLETS:
        return made
    sides = pair.of(found[pair.column])
    a, b = (found.loc[sides == g, "source_id"].nunique() for g in (pair.first, pair.second))
    if est.why_no_test((a, b)):
        return made
    why = "no test over texts: the groups are of outlets, which the unit “outlets” deals anew"
    return replace(made, p=nan, test="", why=(*made.why, why))
