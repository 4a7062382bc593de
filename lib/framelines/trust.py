"""How far the coding can be trusted: agreement between coders, and what they covered.

Which sentences a coder has coded is told by its rows in `frame_codes`, where a sentence without a
frame has a row with `none`. Any coder found there takes part, except `adjudicated`, whose codes
were made with sight of the others'.
"""

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from framelines.agreement import (
    Floats,
    Resamples,
    alpha_of,
    estimate,
    parts,
    positives,
    resample,
    share_of,
)
from framelines.case import Case
from framelines.features import COUNTED
from framelines.profiles import PER
from framelines.resampling import random_stream

ADJUDICATED = "adjudicated"
# They mark a sentence and say nothing of its meaning.
FLAGS = ("none", "furniture", "fragment", "repeat", "unclear")
LEFT_OUT = ("furniture", "fragment")
# Krippendorff 2004, Content Analysis, 2nd ed., p. 241: the least that bears tentative conclusions.
BAR = 0.667
# Below this many sentences by every coder, alpha hangs on single ones.
RARE = 5
SENTENCE = ["doc_id", "start", "end"]
ALL = "all"


def coders(case: Case) -> list[str]:
    """Return the coders whose agreement is asked: all in `frame_codes` but the adjudication."""
    return sorted(set(case["frame_codes"]["coder"]) - {ADJUDICATED})


def groups_of(case: Case) -> list[tuple[str, tuple[str, ...]]]:
    """Return the coders to compare, with a name: all together, and each pair if there are more."""
    found = coders(case)
    pairs = [(", ".join(p), p) for p in combinations(found, 2)] if len(found) > 2 else []
    return [(ALL, tuple(found)), *pairs]


def coded_sentences(case: Case) -> pd.DataFrame:
    """Return one row a coder and sentence that it has coded: coder, doc_id, start, end."""
    codes = case["frame_codes"]
    rows = codes.loc[codes["coder"] != ADJUDICATED, ["coder", *SENTENCE]].drop_duplicates()
    return rows.sort_values(["coder", *SENTENCE], kind="stable").reset_index(drop=True)


def frame_names(case: Case) -> dict[str, str]:
    """Return every frame of the codebook, and any other that is coded, with its printed name."""
    book = case["frames"]
    flags = {*FLAGS, *book.loc[book["kind"] == "flag", "frame_id"]}
    names = dict(zip(book["frame_id"], book["name"], strict=True))
    found = sorted({*book["frame_id"], *case["frame_codes"]["frame_id"]} - flags)
    return {frame: str(names.get(frame, frame.replace("_", " "))) for frame in found}


def shared_sentences(case: Case, group: Sequence[str]) -> pd.DataFrame:
    """Return the sentences that at least two coders of `group` have coded: doc_id, start, end."""
    rows = coded_sentences(case)
    sizes = rows[rows["coder"].isin(group)].groupby(SENTENCE, sort=True).size()
    return sizes[sizes >= 2].reset_index()[SENTENCE]


def frame_matrix(case: Case, group: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Return the sentences compared, with bloc, and for each frame an array (coders, sentences).

    1 where the coder sees the frame, 0 where not, NaN where it has not coded the sentence.
    Sentences that any coder flags as furniture or fragment are left out.
    """
    codes = case["frame_codes"]
    codes = codes[codes["coder"].isin(group)]
    flagged = codes.loc[codes["frame_id"].isin(LEFT_OUT), SENTENCE].drop_duplicates()
    units = shared_sentences(case, group).merge(flagged, on=SENTENCE, how="left", indicator="out")
    units = units[units["out"] == "left_only"].drop(columns="out")
    blocs = case["documents"].merge(case["sources"], on="source_id")[["doc_id", "bloc"]]
    units = units.merge(blocs, on="doc_id", how="left", validate="m:1")
    units = units.sort_values(SENTENCE, kind="stable").reset_index(drop=True)
    place = units.assign(unit=units.index)[[*SENTENCE, "unit"]]
    rows = codes.merge(place, on=SENTENCE, validate="m:1")
    coder = rows["coder"].map({name: i for i, name in enumerate(group)}).to_numpy(dtype=int)
    unit = rows["unit"].to_numpy(dtype=int)
    coded = np.full((len(group), len(units)), np.nan)
    coded[coder, unit] = 0
    matrices = {}
    for frame in frame_names(case):
        matrices[frame] = coded.copy()
        has = (rows["frame_id"] == frame).to_numpy()
        matrices[frame][coder[has], unit[has]] = 1
    return units, matrices


def resampled_in_words(resamples: Resamples, units: str) -> str:
    """Return what an interval was drawn over."""
    return f"documents, then {units}" if resamples.two_stages else f"{units} in these documents"


def _frame_rows(
    case: Case, group: Sequence[str], kept: pd.Series | None, drawn: tuple[int, int, str]
) -> list[dict[str, Any]]:
    """One row a frame over the sentences `kept`, a mask by sentence, or all of them."""
    units, matrices = frame_matrix(case, group)
    mask = np.ones(len(units), dtype=bool) if kept is None else kept.to_numpy(dtype=bool)
    units = units[mask]
    draws, seed, key = drawn
    # One set of resamples for all frames: their intervals rest on the same draws.
    resamples = resample(list(units["doc_id"]), draws, random_stream(seed, "trust", "frames", key))
    rows = []
    for frame, name in frame_names(case).items():
        values = matrices[frame][:, mask]
        found = estimate(partial(alpha_of, parts(values)), len(units), resamples)
        above, below = positives(values)
        positive = share_of(above, below, np.ones((1, len(units))))[0]
        counts = np.nansum(values, axis=1).astype(int)
        given = found.low is not None
        rows.append(
            {
                "frame_id": frame,
                "name": name,
                "alpha": found.value,
                "low": found.low if given else np.nan,
                "high": found.high if given else np.nan,
                "positive_agreement": positive,
                **{f"n_{coder}": n for coder, n in zip(group, counts, strict=True)},
                "sentences": len(units),
                "documents": units["doc_id"].nunique(),
                "resampled": resampled_in_words(resamples, "sentences") if given else "",
                "established": bool(np.round(found.value, 12) >= BAR),
                "rare": bool(counts.max(initial=0) < RARE),
            }
        )
    return rows


def _with_counts(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A table of rows that may each count other coders; counts stay whole numbers."""
    table = pd.DataFrame(rows)
    counts = [name for name in table.columns if name.startswith("n_")]
    return table.astype(dict.fromkeys(counts, "Int64"))


def frame_agreement(case: Case, draws: int = 0, seed: int = 0) -> pd.DataFrame:
    """Return one row a frame: alpha with its interval, positive agreement, counts by coder.

    `coders` is `all`, and with more than two of them also each pair. `sentences` were coded by at
    least two; `n_<coder>` of them carry the frame by that coder. `established`: point alpha of at
    least `BAR`; never where alpha is not defined. `rare`: no coder sees the frame in `RARE`
    sentences, so that alpha hangs on single ones. Intervals are drawn over documents, then
    sentences, or over sentences alone with few documents (`resampled`); without `draws` none.
    """
    rows = []
    for name, group in groups_of(case):
        for row in _frame_rows(case, group, None, (draws, seed, name)):
            rows.append({"coders": name, **row})
    return _with_counts(rows)


def frame_agreement_by_bloc(case: Case, draws: int = 0, seed: int = 0) -> pd.DataFrame:
    """Return `frame_agreement` of all coders for each bloc of sources, with a column `bloc`.

    Coders who err on one side more than on the other would fake a framing gap.
    """
    group = coders(case)
    blocs = frame_matrix(case, group)[0]["bloc"]
    rows = []
    for bloc in sorted(set(blocs)):
        for row in _frame_rows(case, group, blocs == bloc, (draws, seed, f"bloc {bloc}")):
            rows.append({"bloc": bloc, **row})
    return _with_counts(rows) if rows else pd.DataFrame(columns=["bloc", "frame_id", "alpha"])


def weak_frames(case: Case) -> list[str]:
    """Return the frames to be drawn hollow and kept out of summaries, sorted.

    Their point alpha is under `BAR` or not defined: a frame that hardly occurs, or a case with one
    coder, has shown no agreement.
    """
    table = frame_agreement(case)
    rows = table[(table["coders"] == ALL) & ~table["established"]] if len(table) else table
    return sorted(rows["frame_id"]) if len(rows) else []


def main_coder(case: Case) -> str:
    """Return the coder who covers the most sentences; "" where nobody has coded."""
    sizes = coded_sentences(case).groupby("coder", sort=True).size()
    return str(sizes.index[int(np.argmax(sizes.to_numpy()))]) if len(sizes) else ""


def coverage(case: Case) -> pd.DataFrame:
    """Return one row a document: sentences that could be coded, and what was.

    `codable` sentences are the author's own (text, headlines, lists, captions); `coded_<coder>`
    counts those of them that the coder has coded. `claims` are the main coder's, repeats counted;
    the rate is a 1,000 words of running text.
    """
    own = case["sentences"][case["sentences"]["kind"].isin(COUNTED)]
    names = case["sources"].set_index("source_id")["name"]
    table = case["documents"][["doc_id", "label", "source_id"]].copy()
    table["source"] = table["source_id"].map(names)
    table["codable"] = table["doc_id"].map(own.groupby("doc_id").size()).fillna(0).astype(int)
    codes = case["frame_codes"].merge(own[["doc_id", "start"]], on=["doc_id", "start"])
    codes = codes[["coder", "doc_id", "start"]].drop_duplicates()
    everybody = [*coders(case), *sorted(set(codes["coder"]) & {ADJUDICATED})]
    for coder in everybody:
        sizes = codes[codes["coder"] == coder].groupby("doc_id").size()
        table[f"coded_{coder}"] = table["doc_id"].map(sizes).fillna(0).astype(int)
    claims = case["claims"][case["claims"]["coder"] == main_coder(case)]
    table["claims"] = table["doc_id"].map(claims.groupby("doc_id").size()).fillna(0).astype(int)
    tokens = table["doc_id"].map(case["diversity"].set_index("doc_id")["tokens"])
    table["claims_per_1000_words"] = PER * table["claims"] / tokens.where(tokens > 0)
    table = table.sort_values(["source", "doc_id"], kind="stable").drop(columns="source_id")
    return table.reset_index(drop=True)
