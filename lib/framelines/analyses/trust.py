"""How far the coding of a case can be trusted: agreement, weak frames, errors, word lists.

Which sentences a coder has coded is told by its rows in `frame_codes`, where a sentence without a
frame has a row with `none`. Rows of other tables count where both coders have coded the sentence in
which they begin; they are matched by their spans alone, never by what they say.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from framelines.methods.agreement import (
    alpha_of,
    b_cubed,
    estimated,
    match_spans,
    share_of,
)
from framelines.methods.dates import DateInterval, gregorian, hijri, relative
from framelines.methods.estimate import MIN_UNITS, Estimate, Floats, wilson
from framelines.tables.case import Case
from framelines.tables.rows import rows

# The name of codes that were made with sight of two others': they count in no agreement.
ADJUDICATED = "adjudicated"
# They mark a sentence and say nothing of its meaning.
FLAGS = ("none", "furniture", "fragment", "repeat", "unclear")
LEFT_OUT = ("furniture", "fragment")
# Krippendorff 2004, Content Analysis, 2nd ed., p. 241: the least that bears tentative conclusions.
BAR = 0.667
# Below this many sentences by either coder, alpha hangs on single ones.
RARE = 5
# A correction divides by sensitivity + specificity − 1; below this it adds more than it mends.
LEAST_YOUDEN = 0.2
SENTENCE = ["doc_id", "start", "end"]
FIELDS = {
    "claims": "kind qualifier event_calendar attribution certainty place_id actor_id target_id "
    "scope modality",
    "naming_mentions": "actor_id stance label",
    "captures": "lemma taker_id loser_id place_id stance modality",
    "acts": "actor_id target_id agent voice",
}
AGREEMENT = ["second", "table", "code", "name", "measure", "value", "low", "high", "interval"]
AGREEMENT += ["n", "documents", "k_main", "k_second"]
CELLS = ["both", "only_coder", "only_reference", "neither"]
ERRORS = ["frame", "name", "coder", "reference", *CELLS, "sensitivity", "specificity", "why"]
# The lexicons that come nearest to a frame; no other frame of the codebook has a list of words.
DICTIONARY = {
    "divine_sanction": ("sacred",),
    "delegitimation": ("derogatory_names", "sectarian_names"),
}
PRECISION = ["precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high"]


@cache
def second_coder(case: Case) -> str:
    """Return the coder beside the case's own who shares the most sentences with it, or nothing.

    Adjudications count for none; rules only where the main coder is made of rules too.
    """
    codes = case["frame_codes"][["coder", *SENTENCE]].drop_duplicates()
    kind = dict(zip(case["coders"]["coder"], case["coders"]["kind"], strict=True))
    mine = codes.loc[codes["coder"] == case.coder, SENTENCE]
    shared = codes.merge(mine, on=SENTENCE)["coder"]
    others = [
        coder
        for coder in sorted(set(shared) - {case.coder, ADJUDICATED})
        if kind.get(coder) != "rules" or kind.get(case.coder) == "rules"
    ]
    return max(others, key=lambda coder: int((shared == coder).sum()), default="")


def frame_names(case: Case) -> dict[str, str]:
    """Return every frame of the codebook, and any other that is coded, with its printed name."""
    book = case["frames"]
    flags = {*FLAGS, *book.loc[book["kind"] == "flag", "frame_id"]}
    names = dict(zip(book["frame_id"], book["name"], strict=True))
    found = sorted({*book["frame_id"], *case["frame_codes"]["frame_id"]} - flags)
    return {frame: str(names.get(frame, frame.replace("_", " "))) for frame in found}


def _shared(case: Case, second: str) -> pd.DataFrame:
    """The sentences that the main coder and a second one have coded: doc_id, start, end."""
    codes = case["frame_codes"][["coder", *SENTENCE]].drop_duplicates()
    one, two = (codes.loc[codes["coder"] == c, SENTENCE] for c in (case.coder, second))
    return one.merge(two, on=SENTENCE).sort_values(SENTENCE).reset_index(drop=True)


def _frame_rows(case: Case, second: str, draws: int, seed: int) -> list[dict[str, Any]]:
    codes = case["frame_codes"]
    codes = codes[codes["coder"].isin([case.coder, second])]
    flagged = codes.loc[codes["frame_id"].isin(LEFT_OUT), SENTENCE].drop_duplicates()
    units = _shared(case, second).merge(flagged, on=SENTENCE, how="left", indicator="out")
    units = units[units["out"] == "left_only"].reset_index(drop=True)
    place = codes.merge(units[SENTENCE].assign(unit=units.index), on=SENTENCE)
    found = []
    for frame, name in frame_names(case).items():
        own = place[place["frame_id"] == frame]
        seen = np.zeros((2, len(units)))
        seen[(own["coder"] != case.coder).to_numpy(dtype=int), own["unit"].to_numpy()] = 1
        about = {"table": "frame_codes", "code": frame, "name": name}
        about |= {"k_main": int(seen[0].sum()), "k_second": int(seen[1].sum())}
        documents = list(units["doc_id"])
        keys = ("trust", "frames", "all")
        made = estimated(alpha_of(seen), documents, *keys, draws=draws, seed=seed)
        found.append(about | _told("alpha", made))
        # The chance that the other coder sees the frame where one does, 2a / (2a + b + c).
        both, either = 2 * seen.prod(axis=0), seen.sum(axis=0)
        made = estimated(share_of(both, either), documents, draws=0)
        found.append(about | _told("positive agreement", made))
    return found


def _told(measure: str, made: Estimate) -> dict[str, Any]:
    told: dict[str, Any] = {"measure": measure, "value": made.value, "interval": made.interval}
    return told | {"low": made.low, "high": made.high, "n": made.n[0], "documents": made.units[0]}


def matched_rows(case: Case, table: str, second: str) -> pd.DataFrame:
    """Return one row a unit, matched or of one coder only, over the sentences that both coded.

    Columns: doc_id, matched, and every column of `table` as `<name>_1` (the case's coder) and
    `<name>_2`, missing for the coder who has no such row.
    """
    own = case[table][case[table]["coder"].isin([case.coder, second])]
    shared = _shared(case, second).rename(columns={"end": "sentence_end"})
    own, shared = (f.sort_values(["start", "doc_id"], kind="stable") for f in (own, shared))
    if len(own) and len(shared):
        own = pd.merge_asof(own, shared, on="start", by="doc_id")
        own = own[own["start"] < own["sentence_end"]].reset_index(drop=True)
    else:
        own = own.iloc[:0]
    ids = own["claim_id"] if "claim_id" in own else own["start"].astype(str)
    keyed = list(zip(own["start"], own["end"], ids, strict=True))
    found: list[tuple[int, int]] = []
    for _, group in own.groupby("doc_id", sort=True):
        one, two = (list(group.index[group["coder"] == c]) for c in (case.coder, second))
        pairs = match_spans([keyed[i] for i in one], [keyed[j] for j in two])
        matched = [(one[i], two[j]) for i, j in pairs]
        used = {i for pair in matched for i in pair}
        found += matched + [(i, -1) for i in one if i not in used]
        found += [(-1, j) for j in two if j not in used]
    # No name of a coder decides the order of the units, on which the random stream falls.
    found.sort(key=lambda unit: sorted((own.at[i, "doc_id"], *keyed[i]) for i in unit if i >= 0))
    sides = [
        own.reindex([unit[i] for unit in found]).add_suffix(f"_{i + 1}").reset_index(drop=True)
        for i in (0, 1)
    ]
    units = pd.concat(sides, axis=1)
    units["doc_id"] = units["doc_id_1"].fillna(units["doc_id_2"])
    return units.assign(matched=[i >= 0 and j >= 0 for i, j in found])


def _values(units: pd.DataFrame, field: str) -> tuple[Any, Any]:
    """The two coders' values, several ids in one order, "" for none and for no row."""
    texts = [units[f"{field}_{side}"].fillna("").astype(str) for side in (1, 2)]
    one, two = (
        np.array([";".join(sorted(t.split(";"))) for t in text], dtype=object) for text in texts
    )
    return one, two


def _days(units: pd.DataFrame, published: dict[str, str], side: int) -> list[DateInterval | None]:
    read: dict[str, Callable[[str, str], DateInterval]] = {
        "relative": lambda text, doc: relative(text, gregorian(published[doc])),
        "hijri": lambda text, doc: hijri(text),
    }
    columns = [units["doc_id"], units[f"event_date_{side}"], units[f"event_calendar_{side}"]]
    return [
        read.get(calendar, lambda text, doc: gregorian(text))(text, doc)
        if isinstance(text, str) and text
        else None
        for doc, text, calendar in zip(*columns, strict=True)
    ]


def _row_rows(case: Case, table: str, second: str, draws: int, seed: int) -> list[dict[str, Any]]:
    units = matched_rows(case, table, second)
    matched = units["matched"].to_numpy(dtype=bool)
    found = []

    def add(measure: str, code: str, of: Callable[[Floats], Floats], asked: Any) -> None:
        keys = ("trust", table, "counted", "all")
        made = estimated(of, list(units.loc[asked, "doc_id"]), *keys, draws=draws, seed=seed)
        found.append({"table": table, "code": code, "name": code} | _told(measure, made))

    both, either = 2.0 * matched, np.where(matched, 2.0, 1.0)
    add("F1 of spans", "", share_of(both, either), np.ones(len(units), dtype=bool))
    for field in FIELDS[table].split():
        one, two = _values(units, field)
        # A field that both leave empty does not apply.
        asked = matched & ((one != "") | (two != ""))
        add("alpha", field, alpha_of(np.stack([one, two])[:, asked]), asked)
    if table == "claims":
        documents = case["documents"]
        published = dict(zip(documents["doc_id"], documents["published"], strict=True))
        one, two = (_days(units, published, side) for side in (1, 2))
        asked = matched & np.array([bool(a or b) for a, b in zip(one, two, strict=True)])
        same = np.array([a == b for a, b in zip(one, two, strict=True)])[asked]
        add("share alike", "event_date", share_of(same * 1.0, np.ones(len(same))), asked)
        bounds = [units[[f"value_min_{s}", f"value_max_{s}"]].to_numpy(float) for s in (1, 2)]
        asked = matched & ~np.isnan(np.hstack(bounds)).all(axis=1)
        same = (
            np.array_equal(*bounds, equal_nan=True)
            if not len(units)
            else ((bounds[0] == bounds[1]) | (np.isnan(bounds[0]) & np.isnan(bounds[1]))).all(
                axis=1
            )[asked]
        )
        add("share alike", "value", share_of(same * 1.0, np.ones(len(same))), asked)
        one, two = _values(units, "event_id")
        asked = matched & (one != "") & (two != "")
        made = Estimate(b_cubed(one[asked], two[asked])[2], n=(int(asked.sum()),))
        made = Estimate(made.value, n=made.n, units=(units.loc[asked, "doc_id"].nunique(),))
        about = {"table": table, "code": "event_id", "name": "event_id"}
        found.append(about | _told("B-cubed F1", made))
    return found


@cache
def agreement_table(case: Case, second: str = "") -> pd.DataFrame:
    """Return how the case's coder and a second one agree: one row a kind of code and measure.

    Columns `AGREEMENT`. Of frames (`code`): nominal alpha with its interval and positive agreement
    over the sentences (n) that both have coded, of which k_main and k_second carry the frame. Of
    claims, names, takings and acts: the F1 of spans (two match where they overlap by three tenths
    of their union), alpha of every field over the matched pairs to which it applies; of claims also
    the share of the same days and figures, and the B-cubed F1 of events. Empty with one coder.
    """
    second = second or second_coder(case)
    if not second or _shared(case, second).empty:
        return pd.DataFrame(columns=AGREEMENT)
    draws, seed = case.drawing["draws"], case.drawing["seed"]
    found = _frame_rows(case, second, draws, seed)
    for table in FIELDS:
        if (case[table]["coder"] == second).any():
            found += _row_rows(case, table, second, draws, seed)
    return pd.DataFrame(found).assign(second=second).reindex(columns=AGREEMENT)


def frame_agreement(case: Case, second: str = "") -> pd.DataFrame:
    """Return the alphas of frames in `agreement_table`, with `established` and `rare`.

    Established is a point alpha of at least `BAR`; rare a frame that neither coder sees in `RARE`
    sentences, whose alpha hangs on single ones.
    """
    table = agreement_table(case, second)
    table = table[(table["table"] == "frame_codes") & (table["measure"] == "alpha")]
    value = table["value"].astype(float).round(12)
    most = table[["k_main", "k_second"]].max(axis=1)
    return table.assign(established=value >= BAR, rare=most < RARE).reset_index(drop=True)


def weak_frames(case: Case) -> list[str]:
    """Return the frames whose agreement is under `BAR` or not defined, sorted.

    All are, where one coder alone has coded: nothing has been established then.
    """
    table = frame_agreement(case)
    if table.empty:
        return sorted(frame_names(case))
    return sorted(table.loc[~table["established"], "code"])


@cache
def coded_sentences(case: Case, coder: str = "") -> pd.DataFrame:
    """Return the sentences that a coder coded, one row each, with a column of truth a frame.

    Furniture, fragments and repeats are left out; the case's coder if none is named.
    """
    found, keys = rows(case, "frame_codes", coder=coder or None), ["doc_id", "sentence"]
    present = pd.crosstab([found["doc_id"], found["sentence"]], found["frame_id"]) > 0
    flagged = present.reindex(columns=["furniture", "fragment", "repeat"], fill_value=False)
    present = present.reindex(columns=list(frame_names(case)), fill_value=False)
    present = present[~flagged.any(axis=1)].reset_index()
    about = found.drop(columns=["frame_id", "note", "hash"]).drop_duplicates(keys)
    return about.merge(present, on=keys, validate="1:1")


def coder_errors(case: Case, reference: str = "") -> pd.DataFrame:
    """Return how the coder's codes of each frame stand to a reference's, taken as right.

    The reference is the adjudication where there is one, else the second coder. One row a frame:
    the four cells over sentences coded by both, sensitivity, specificity, and in `why` why the
    error cannot be corrected. Empty where nobody coded the same sentences.
    """
    known = set(case["frame_codes"]["coder"])
    reference = reference or (ADJUDICATED if ADJUDICATED in known else second_coder(case))
    if not reference:
        return pd.DataFrame(columns=ERRORS)
    names = frame_names(case)
    columns = ["doc_id", "sentence", *names]
    mine, theirs = (coded_sentences(case, c)[columns] for c in (case.coder, reference))
    both = mine.merge(theirs, on=columns[:2], suffixes=("", "_ref"))
    documents = both["doc_id"].nunique()
    found = []
    for frame, name in names.items():
        a, b = (both[c].astype(bool) for c in (frame, f"{frame}_ref"))
        tp, fp, fn, tn = (int(v.sum()) for v in (a & b, a & ~b, ~a & b, ~a & ~b))
        se = tp / (tp + fn) if tp + fn else np.nan
        sp = tn / (tn + fp) if tn + fp else np.nan
        why = ""
        if min(tp + fn, tn + fp) < MIN_UNITS:
            why = f"in {tp + fn} of {len(both)} sentences coded twice, where {MIN_UNITS} with and without it are needed"
        elif se + sp - 1 < LEAST_YOUDEN:
            why = "the two codings hardly agree"
        elif documents < MIN_UNITS:
            why = f"{documents} documents were coded twice, where {MIN_UNITS} are needed"
        why = f"not estimable: {why}" if why else ""
        found.append((frame, name, case.coder, reference, tp, fp, fn, tn, se, sp, why))
    return pd.DataFrame(found, columns=ERRORS)


def dictionary_against_hand(case: Case) -> pd.DataFrame:
    """Return how well word lists find the frames of `DICTIONARY` in sentences coded by hand.

    One row a frame and `terms`: all of them, or those listed before the texts were read (a list
    that was made from the texts finds itself in them). Columns: sentences, hand, flagged, both, and
    precision and recall with Wilson's intervals.
    """
    sentences, lexicons, hits = coded_sentences(case), case["lexicons"], case["lexicon_hits"]
    words = (lexicons["source"] + " " + lexicons["note"]).astype(str)
    added = set(lexicons.loc[words.str.contains("added after reading"), "term"])
    found = []
    for terms in ("all", "before reading"):
        for frame, names in DICTIONARY.items():
            own = hits[hits["lexicon"].isin(names)]
            own = own if terms == "all" else own[~own["term"].isin(added)]
            places = own[["doc_id", "sentence"]].drop_duplicates()
            flag = sentences.merge(places, how="left", indicator="by")["by"] == "both"
            hand = sentences[frame].astype(bool) if frame in sentences else flag & False
            k, f, both = int(hand.sum()), int(flag.sum()), int((hand & flag).sum())
            row = [frame, " + ".join(names), terms, len(sentences), k, f, both]
            for n in (f, k):
                row += [both / n if n else np.nan, *wilson(both, n)]
            found.append(row)
    columns = ["frame", "lexicons", "terms", "sentences", "hand", "flagged", "both", *PRECISION]
    return pd.DataFrame(found, columns=columns)


def how_far(case: Case) -> dict[str, Any]:
    """Return what a sentence on trust needs: who coded, how far coders agree, what is weak.

    `coder` and `second` are described by the table of coders; `sentences` and `documents` were
    coded by both; `established` of `frames` reach the `bar`; `weak`, `silent` (no alpha) and `rare`
    list names of frames; `f1` is the agreement on where claims stand. `why` says why there is none.
    """
    label = dict(zip(case["coders"]["coder"], case["coders"]["label"], strict=True))
    second, table = second_coder(case), frame_agreement(case)
    found: dict[str, Any] = {"coder": label.get(case.coder) or case.coder, "bar": BAR}
    found |= {"second": label.get(second) or second, "frames": len(frame_names(case))}
    found["adjudicated"] = bool((case["frame_codes"]["coder"] == ADJUDICATED).any())
    if table.empty:
        nobody = case["frame_codes"].empty
        why = "no sentence has been coded" if nobody else "no sentence was coded by two coders"
        return found | {"sentences": 0, "documents": 0, "established": 0, "why": why}
    silent = table["value"].isna()
    for key, mask in (
        ("weak", ~silent & ~table["established"]),
        ("silent", silent),
        ("rare", ~silent & table["rare"]),
    ):
        found[key] = ", ".join(table.loc[mask, "name"])
    found |= {"sentences": int(table["n"].max()), "documents": int(table["documents"].max())}
    every = agreement_table(case)
    f1 = every.loc[(every["table"] == "claims") & (every["measure"] == "F1 of spans"), "value"]
    found["f1"] = float(f1.iloc[0]) if len(f1) else np.nan
    return found | {"established": int(table["established"].sum()), "why": ""}
