"""Agreement on claims, and on other located rows: the same unit? and told alike?

A row belongs to the sentence of its first character, and counts where both coders have coded that
sentence. Rows of two coders are matched by their spans alone, never by what they say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from framelines.agreement import (
    Floats,
    Resamples,
    adjusted_rand,
    alpha_of,
    b_cubed,
    clusters_alike,
    estimate,
    jackknife,
    match_spans,
    parts,
    resample,
    share_of,
)
from framelines.case import Case
from framelines.dates import DateInterval, edtf, gregorian, hijri, relative
from framelines.resampling import Estimate, random_stream
from framelines.trust import groups_of, resampled_in_words, shared_sentences

Mask = npt.NDArray[np.bool_]
F1, ALIKE = "unitising F1", "alike in every field"
# What is compared of each table, besides values, dates and events of claims.
FIELDS = {
    "claims": (
        *("kind", "qualifier", "event_calendar", "attribution", "certainty", "place_id"),
        *("actor_id", "target_id", "scope", "modality"),
    ),
    "naming_mentions": ("actor_id", "stance", "label"),
    "captures": ("lemma", "taker_id", "loser_id", "place_id", "stance", "modality"),
    "acts": ("actor_id", "target_id", "agent", "voice"),
}
COLUMNS = ["table", "coders", "repeats", "measure", "field", "value", "low", "high"]
COLUMNS += ["n", "documents", "resampled"]


@dataclass(frozen=True)
class Measure:
    """One number to be estimated: which units it asks (a mask), and its value of their weights."""

    name: str
    field: str
    asked: Mask
    statistic: Callable[[Floats], Floats]
    n: int


# --- matching ------------------------------------------------------------------------------------


def rows_in_shared_sentences(case: Case, table: str, pair: Sequence[str]) -> pd.DataFrame:
    """Return the pair's rows of `table` that begin in a sentence that both have coded."""
    rows = case[table][case[table]["coder"].isin(pair)]
    shared = shared_sentences(case, pair).rename(columns={"end": "sentence_end"})
    rows, shared = (f.sort_values(["start", "doc_id"], kind="stable") for f in (rows, shared))
    if rows.empty or shared.empty:
        return rows.iloc[:0]
    found = pd.merge_asof(rows, shared, on="start", by="doc_id")
    return found[found["start"] < found["sentence_end"]].reset_index(drop=True)


def matched_rows(case: Case, table: str, pair: Sequence[str], repeats: bool = True) -> pd.DataFrame:
    """Return one row a unit, matched or of one coder only, over the sentences that both coded.

    Columns: doc_id, pair, matched, and every column of `table` as `<name>_1` and `<name>_2`,
    missing for the coder who has no such row. Without `repeats`, claims that repeat are left out.
    """
    rows = rows_in_shared_sentences(case, table, pair)
    if not repeats:
        rows = rows[rows["repeats"] == ""].reset_index(drop=True)
    ids = rows["claim_id"] if "claim_id" in rows else rows["start"].astype(str)
    keyed = list(zip(rows["start"], rows["end"], ids, strict=True))
    found: list[tuple[int, int]] = []
    for _, own in rows.groupby("doc_id", sort=True):
        one, two = (list(own.index[own["coder"] == coder]) for coder in pair)
        pairs = match_spans([keyed[i] for i in one], [keyed[j] for j in two])
        found += [(one[i], two[j]) for i, j in pairs]
        found += [(i, -1) for i in one if i not in {one[i] for i, _ in pairs}]
        found += [(-1, j) for j in two if j not in {two[j] for _, j in pairs}]
    # No name of a coder decides the order of the units, on which the random stream falls.
    found.sort(key=lambda unit: sorted((rows.at[i, "doc_id"], *keyed[i]) for i in unit if i >= 0))
    sides = [rows.reindex([unit[side] for unit in found]) for side in (0, 1)]
    named = [
        side.add_suffix(end).reset_index(drop=True)
        for side, end in zip(sides, ("_1", "_2"), strict=True)
    ]
    units = pd.concat(named, axis=1)
    units["doc_id"] = units["doc_id_1"].fillna(units["doc_id_2"])
    units["matched"] = [i >= 0 and j >= 0 for i, j in found]
    units["pair"] = ", ".join(pair)
    return units


# --- what is compared ----------------------------------------------------------------------------


def _both(units: pd.DataFrame, field: str) -> list[npt.NDArray[Any]]:
    """The two coders' values, several ids in one order, "" for none and for no row."""
    texts = [units[f"{field}_{side}"].fillna("").astype(str) for side in (1, 2)]
    return [
        np.array([";".join(sorted(t.split(";"))) for t in text], dtype=object) for text in texts
    ]


def _nominal(units: pd.DataFrame, field: str) -> Measure:
    """Alpha over matched pairs; a field that both leave empty does not apply to the pair."""
    one, two = _both(units, field)
    asked = units["matched"].to_numpy(dtype=bool) & ((one != "") | (two != ""))
    sums = parts(np.stack([one, two])[:, asked])
    return Measure("nominal alpha", field, asked, partial(alpha_of, sums), int(asked.sum()))


def _share(name: str, field: str, hits: npt.NDArray[Any], of: npt.NDArray[Any]) -> Measure:
    hits, of = hits.astype(float), of.astype(float)
    asked = of > 0
    return Measure(name, field, asked, partial(share_of, hits[asked], of[asked]), int(of.sum()))


def _days(units: pd.DataFrame, published: dict[str, str], side: int) -> list[DateInterval | None]:
    columns = [units["doc_id"], units[f"event_date_{side}"], units[f"event_calendar_{side}"]]
    found: list[DateInterval | None] = []
    for doc_id, stated, calendar in zip(*columns, strict=True):
        if not isinstance(stated, str) or not stated:
            found.append(None)
        elif calendar == "relative":
            found.append(relative(stated, edtf(published[doc_id])))
        else:
            found.append((hijri if calendar == "hijri" else gregorian)(stated))
    return found


def _values(units: pd.DataFrame) -> tuple[list[Floats], Floats, Mask, Mask]:
    """Bounds a coder, decimal logarithms a coder, whether either has a figure, whether the same."""
    bounds = [units[[f"value_min_{s}", f"value_max_{s}"]].to_numpy(dtype=float) for s in (1, 2)]
    logs = []
    for bound in bounds:
        # A range stands for its geometric mean; 0 has no logarithm and counts in the exact share.
        known = np.where(bound > 0, bound, np.nan)
        log = np.log10(known)
        count = (~np.isnan(log)).sum(axis=1)
        mean = np.nansum(log, axis=1) / np.maximum(count, 1)
        logs.append(np.where(count > 0, mean, np.nan))
    stated = [~np.isnan(bound).all(axis=1) for bound in bounds]
    alike = ((bounds[0] == bounds[1]) | np.isnan(bounds[0]) & np.isnan(bounds[1])).all(axis=1)
    return bounds, np.stack(logs), stated[0] | stated[1], alike


def _events(units: pd.DataFrame) -> tuple[Mask, Mask]:
    """Which matched pairs both name an event, and which name the same by the rest of the rows."""
    one, two = _both(units, "event_id")
    matched = units["matched"].to_numpy(dtype=bool)
    both = matched & (one != "") & (two != "")
    alike = matched & (one == "") & (two == "")
    for pair in sorted(set(units["pair"])):
        own = both & (units["pair"] == pair).to_numpy()
        alike[own] = clusters_alike(one[own], two[own])
    return both, alike


def _claim_measures(units: pd.DataFrame, case: Case) -> list[Measure]:
    matched = units["matched"].to_numpy(dtype=bool)
    documents = case["documents"]
    published = dict(zip(documents["doc_id"], documents["published"], strict=True))
    one, two = (_days(units, published, side) for side in (1, 2))
    days = list(zip(one, two, strict=True))
    same_days = np.array([a == b for a, b in days], dtype=bool)
    overlap = np.array([bool(a and b and a.overlaps(b)) for a, b in days], dtype=bool)
    dated = matched & np.array([bool(a or b) for a, b in days], dtype=bool)
    _, logs, stated, same_values = _values(units)
    figures, both = matched & stated, matched & ~np.isnan(logs).any(axis=0)
    sums = parts(logs[:, both], "interval")
    alike = matched & same_days & same_values & _events(units)[1]
    for field in FIELDS["claims"]:
        first, second = _both(units, field)
        alike &= first == second
    claims = np.where(matched, 2, 1)
    return [
        Measure("alpha of logarithms", "value", both, partial(alpha_of, sums), int(both.sum())),
        _share("exact share", "value", same_values & figures, figures),
        _share("identical", "event_date", same_days & dated, dated),
        _share("overlapping", "event_date", overlap & dated, dated),
        _share(ALIKE, "", 2 * alike, claims),
    ]


def _event_rows(units: pd.DataFrame) -> list[dict[str, Any]]:
    """B-cubed F1 and adjusted Rand index, the mean over pairs of coders weighted by their rows."""
    one, two = _both(units, "event_id")
    both = _events(units)[0]
    groups = list(units.loc[both, "doc_id"])

    def mean_of(index: Callable[[Any, Any], float], kept: Mask) -> float:
        own = units.loc[both, "pair"].to_numpy()[kept]
        x, y = one[both][kept], two[both][kept]
        found = [index(x[own == p], y[own == p]) * (own == p).sum() for p in sorted(set(own))]
        return float(sum(found)) / len(own) if found else float("nan")

    rows = []
    indices = {"B-cubed F1": lambda x, y: b_cubed(x, y)[2], "adjusted Rand index": adjusted_rand}
    for name, index in indices.items():
        found = jackknife(partial(mean_of, index), groups)
        words = "one document left out a time" if found.low is not None else ""
        rows.append(_row(name, "event_id", found, int(both.sum()), len(set(groups)), words))
    return rows


# --- tables --------------------------------------------------------------------------------------


def _row(
    measure: str, field: str, found: Estimate, n: int, documents: int, resampled: str
) -> dict[str, Any]:
    given = found.low is not None
    return {
        "measure": measure,
        "field": field,
        "value": found.value,
        "low": found.low if given else np.nan,
        "high": found.high if given else np.nan,
        "n": n,
        "documents": documents,
        "resampled": resampled if given else "",
    }


def _estimated(
    units: pd.DataFrame, measures: list[Measure], draws: int, seed: int, *keys: str
) -> list[dict[str, Any]]:
    rows = []
    drawn: dict[bytes, Resamples] = {}
    for measure in measures:
        groups = list(units.loc[measure.asked, "doc_id"])
        asked = measure.asked.tobytes()
        if asked not in drawn:
            drawn[asked] = resample(groups, draws, random_stream(seed, "trust", *keys))
        found = estimate(measure.statistic, len(groups), drawn[asked])
        words = resampled_in_words(drawn[asked], "rows")
        rows.append(_row(measure.name, measure.field, found, measure.n, len(set(groups)), words))
    return rows


def span_agreement(
    case: Case, table: str, draws: int = 0, seed: int = 0, repeats: bool = True
) -> pd.DataFrame:
    """Return one row a group of coders and measure for a table of located rows (see `FIELDS`).

    `unitising F1`: twice the matched rows over the rows of both coders; two rows match where spans
    of a document overlap by at least three tenths of their union. `nominal alpha` of each field
    over matched pairs. For claims also: `alpha of logarithms` and `exact share` of values; event
    dates `identical` or `overlapping` as days; `B-cubed F1` and `adjusted Rand index` of events;
    and the share of all rows of either coder that are matched and `alike in every field`, where
    events are alike whose claims coincide by more than half. `n` counts rows of both coders (F1,
    alike) or pairs. Without `draws` there are no intervals. Free words (item, unit, note), report
    dates and links between claims are not compared.
    """
    rows: list[dict[str, Any]] = []
    for name, group in groups_of(case):
        found = [matched_rows(case, table, pair, repeats) for pair in combinations(group, 2)]
        if not found:
            continue
        units = pd.concat(found, ignore_index=True)
        matched = units["matched"].to_numpy(dtype=bool)
        measures = [_share(F1, "", 2 * matched, np.where(matched, 2, 1))]
        measures += [_nominal(units, field) for field in FIELDS[table]]
        if table == "claims":
            measures += _claim_measures(units, case)
        counted = "counted" if repeats else "left out"
        new = _estimated(units, measures, draws, seed, table, counted, name)
        new += _event_rows(units) if table == "claims" else []
        words = {"table": table, "coders": name, "repeats": counted}
        rows += [{**words, **row} for row in new]
    return pd.DataFrame(rows, columns=COLUMNS)


def claim_agreement(case: Case, draws: int = 0, seed: int = 0) -> pd.DataFrame:
    """Return `span_agreement` of the claims, with and without those that only repeat."""
    both = [span_agreement(case, "claims", draws, seed, repeats) for repeats in (True, False)]
    return pd.concat(both, ignore_index=True)
