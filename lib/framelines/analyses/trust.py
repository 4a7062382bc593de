"""How far the coding of a case can be trusted: agreement, weak frames, errors, word lists.

Which sentences a coder has coded is told by its rows in `frame_codes`, where a sentence without a
frame has a row with `none`. Rows of other tables count where both coders have coded the sentence in
which they begin; they are matched by their spans alone, never by what they say.
"""

from functools import cache
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import framelines.methods.agreement as agree
from framelines.methods.dates import DateInterval, gregorian, hijri, relative
from framelines.methods.estimate import MIN_UNITS, wilson
from framelines.tables.case import Case
from framelines.tables.rows import rows

# The name of codes that were made with sight of two others': they count in no agreement.
ADJUDICATED = "adjudicated"
# Krippendorff 2004, Content Analysis, 2nd ed., p. 241: the least that bears tentative conclusions.
BAR = 0.667
# Below this many sentences by either coder, alpha hangs on single ones.
RARE = 5
# A correction divides by sensitivity + specificity − 1; below this it adds more than it mends.
LEAST_YOUDEN = 0.2
SENTENCE = ["doc_id", "start", "end"]
CLAIM = "kind qualifier event_calendar attribution certainty place_id actor_id target_id scope "
FIELDS = {
    "claims": (CLAIM + "modality").split(),
    "naming_mentions": ["actor_id", "stance", "label"],
    "captures": ["lemma", "taker_id", "loser_id", "place_id", "stance", "modality"],
    "acts": ["actor_id", "target_id", "agent", "voice"],
}
AGREEMENT = ["second", "table", "code", "name", "measure", "value", "low", "high", "interval"]
AGREEMENT += ["n", "documents", "k_main", "k_second"]
ERRORS = ["frame", "name", "reference", "both", "only_coder", "only_reference", "neither"]
ERRORS += ["sensitivity", "specificity", "why"]
# The lexicons that come nearest to a frame; no other frame of the codebook has a list of words.
DICTIONARY = {
    "divine_sanction": ("sacred",),
    "delegitimation": ("derogatory_names", "sectarian_names"),
}
FOUND = ["frame", "lexicons", "terms", "sentences", "hand", "flagged", "both"]
FOUND += [f"{name}{end}" for name in ("precision", "recall") for end in ("", "_low", "_high")]


def _shared(case: Case, second: str) -> pd.DataFrame:
    """The sentences that the case's coder and a second one have coded: doc_id, start, end."""
    codes = case["frame_codes"]
    one, two = (codes.loc[codes["coder"] == coder, SENTENCE] for coder in (case.coder, second))
    both = one.drop_duplicates().merge(two.drop_duplicates(), on=SENTENCE)
    return both.sort_values(SENTENCE).reset_index(drop=True)


@cache
def second_coder(case: Case) -> str:
    """Return the coder beside the case's own who shares the most sentences with it, or nothing.

    Adjudications count for none; rules only where the case's coder is made of rules too.
    """
    kinds = dict(zip(case["coders"]["coder"], case["coders"]["kind"], strict=True))
    others = set(case["frame_codes"]["coder"]) - {case.coder, ADJUDICATED}
    if kinds.get(case.coder) != "rules":
        others -= {coder for coder, kind in kinds.items() if kind == "rules"}
    shared = {coder: len(_shared(case, coder)) for coder in sorted(others)}
    best = max(shared, key=lambda coder: shared[coder], default="")
    return best if shared.get(best) else ""


def frame_names(case: Case) -> dict[str, str]:
    """Return every frame of the codebook, and any other that is coded, with its printed name."""
    book = case["frames"]
    flags = {"none", "furniture", "fragment", "repeat", "unclear"}
    flags |= set(book.loc[book["kind"] == "flag", "frame_id"])
    names = dict(zip(book["frame_id"], book["name"], strict=True))
    found = sorted({*book["frame_id"], *case["frame_codes"]["frame_id"]} - flags)
    return {frame: str(names.get(frame, frame.replace("_", " "))) for frame in found}


def _row(
    case: Case, about: list[str], of: agree.Statistic, documents: pd.Series, key: str
) -> dict[str, Any]:
    """A row of the table of agreement; `about` are table, code, name and measure."""
    draws, seed = case.drawing["draws"], case.drawing["seed"]
    keys = ("frames",) if key == "frames" else (key, "counted")
    made = agree.estimated(of, list(documents), "trust", *keys, "all", draws=draws, seed=seed)
    row: dict[str, Any] = dict(zip(AGREEMENT[1:5], about, strict=True))
    row |= {"value": made.value, "low": made.low, "high": made.high, "interval": made.interval}
    return row | {"n": len(documents), "documents": made.units[0]}


def _frame_rows(case: Case, second: str) -> list[dict[str, Any]]:
    codes = case["frame_codes"]
    codes = codes[codes["coder"].isin([case.coder, second])]
    flagged = codes.loc[codes["frame_id"].isin(["furniture", "fragment"]), SENTENCE]
    units = _shared(case, second).merge(flagged.drop_duplicates(), "left", SENTENCE, indicator=True)
    units = units[units["_merge"] == "left_only"].reset_index(drop=True)
    place = codes.merge(units[SENTENCE].assign(unit=units.index), on=SENTENCE)
    found = []
    for frame, name in frame_names(case).items():
        own = place[place["frame_id"] == frame]
        seen = np.zeros((2, len(units)))
        seen[(own["coder"] == second).to_numpy(dtype=int), own["unit"].to_numpy()] = 1
        k_main, k_second = seen.sum(axis=1).astype(int)
        # The chance that the other coder sees the frame where one does, 2a / (2a + b + c).
        positive = agree.share_of(2 * seen.prod(axis=0), seen.sum(axis=0))
        for measure, of in (("alpha", agree.alpha_of(seen)), ("positive agreement", positive)):
            about = ["frame_codes", frame, name, measure]
            row = _row(case, about, of, units["doc_id"], "frames")
            found.append(row | {"k_main": k_main, "k_second": k_second})
    return found


def matched_rows(case: Case, table: str, second: str) -> pd.DataFrame:
    """Return one row a unit, matched or of one coder only, over the sentences that both coded.

    Columns: doc_id, matched, and every column of `table` as `<name>_1` (the case's coder) and
    `<name>_2`, missing for the coder who has no such row.
    """
    own = case[table][case[table]["coder"].isin([case.coder, second])]
    shared = _shared(case, second).rename(columns={"end": "until"})
    own, shared = (f.sort_values(["start", "doc_id"], kind="stable") for f in (own, shared))
    own = pd.merge_asof(own, shared.astype({"start": own["start"].dtype}), on="start", by="doc_id")
    own = own[own["start"] < own["until"]].reset_index(drop=True)
    ids = own["claim_id"] if "claim_id" in own else own["start"].astype(str)
    keyed = list(zip(own["start"], own["end"], ids, strict=True))
    found: list[tuple[int, int]] = []
    for _, group in own.groupby("doc_id", sort=True):
        one, two = (list(group.index[group["coder"] == c]) for c in (case.coder, second))
        pairs = agree.match_spans([keyed[i] for i in one], [keyed[j] for j in two])
        found += [(one[i], two[j]) for i, j in pairs]
        found += [(i, -1) for i in set(one) - {one[i] for i, _ in pairs}]
        found += [(-1, j) for j in set(two) - {two[j] for _, j in pairs}]
    # No name of a coder decides the order of the units, on which the random stream falls.
    found.sort(key=lambda unit: sorted((own.at[i, "doc_id"], *keyed[i]) for i in unit if i >= 0))
    sides = [own.reindex([unit[i] for unit in found]).add_suffix(f"_{i + 1}") for i in (0, 1)]
    units = pd.concat([side.reset_index(drop=True) for side in sides], axis=1)
    units["doc_id"] = units["doc_id_1"].fillna(units["doc_id_2"])
    return units.assign(matched=np.array([min(unit) >= 0 for unit in found], dtype=bool))


def _values(units: pd.DataFrame, field: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The two coders' values, several ids in one order, "" for none and for no row."""
    one, two = (units[f"{field}_{side}"].fillna("").astype(str) for side in (1, 2))
    one, two = (text.map(lambda ids: ";".join(sorted(ids.split(";")))) for text in (one, two))
    return one.to_numpy(dtype=object), two.to_numpy(dtype=object)


def _day(stated: Any, calendar: Any, published: str) -> DateInterval | str:
    if not isinstance(stated, str) or not stated:
        return ""
    if calendar == "relative":
        return relative(stated, gregorian(published))
    return (hijri if calendar == "hijri" else gregorian)(stated)


def _row_rows(case: Case, table: str, second: str) -> list[dict[str, Any]]:
    units = matched_rows(case, table, second)
    matched = units["matched"].to_numpy(dtype=bool)
    both, either = 2.0 * matched, np.where(matched, 2.0, 1.0)
    about = [table, "", "", "F1 of spans"]
    found = [_row(case, about, agree.share_of(both, either), units["doc_id"], table)]
    found[0]["n"] = int(either.sum())
    compared = {field: _values(units, field) for field in FIELDS[table]}
    if table == "claims":
        published = units["doc_id"].map(case["documents"].set_index("doc_id")["published"])
        for side in (1, 2):
            stated = units[[f"event_date_{side}", f"event_calendar_{side}"]].assign(by=published)
            units[f"date_{side}"] = [str(_day(*row)) for row in stated.itertuples(index=False)]
            ends = units[[f"value_min_{side}", f"value_max_{side}"]].to_numpy(dtype=float)
            units[f"value_{side}"] = ["" if np.isnan(e).all() else str(e) for e in ends]
        compared |= {"event_date": _values(units, "date"), "value": _values(units, "value")}
    for field, (one, two) in compared.items():
        # A field that both leave empty does not apply.
        asked = matched & ((one != "") | (two != ""))
        of, measure = agree.alpha_of(np.stack([one, two])[:, asked]), "alpha"
        if field in ("event_date", "value"):
            same = (one == two)[asked].astype(float)
            of, measure = agree.share_of(same, np.ones(len(same))), "share alike"
        found.append(_row(case, [table, field, field, measure], of, units["doc_id"][asked], table))
    if table == "claims":
        one, two = _values(units, "event_id")
        asked = matched & (one != "") & (two != "")
        # A bootstrap draws units twice, and twins always cluster together: no interval.
        about, f1 = (
            [table, "event_id", "event_id", "B-cubed F1"],
            agree.b_cubed(one[asked], two[asked])[2],
        )
        one_value = agree.share_of(np.full(asked.sum(), f1), np.ones(asked.sum()))
        found.append(_row(case, about, one_value, units["doc_id"][asked], table))
    return found


@cache
def agreement_table(case: Case, second: str = "") -> pd.DataFrame:
    """Return how the case's coder and a second one agree: one row a kind of code and measure.

    Columns `AGREEMENT`. Of frames (`code`): nominal alpha and positive agreement over the n
    sentences that both have coded, of which k_main and k_second carry the frame. Of claims, names,
    takings and acts: the F1 of spans (n rows of both), alpha of every field over the matched pairs
    to which it applies; of claims also the share of the same days and figures, and the B-cubed F1
    of events. Empty with one coder.
    """
    second = second or second_coder(case)
    if not second or _shared(case, second).empty:
        return pd.DataFrame(columns=AGREEMENT)
    found = _frame_rows(case, second)
    for table in FIELDS:
        if (case[table]["coder"] == second).any():
            found += _row_rows(case, table, second)
    return pd.DataFrame(found).assign(second=second).reindex(columns=AGREEMENT)


def frame_agreement(case: Case, second: str = "") -> pd.DataFrame:
    """Return the alphas of frames in `agreement_table`, with `established` and `rare`.

    Established is a point alpha of at least `BAR`; rare a frame that neither coder sees in `RARE`
    sentences.
    """
    table = agreement_table(case, second)
    table = table[(table["table"] == "frame_codes") & (table["measure"] == "alpha")]
    established = table["value"].astype(float).round(12) >= BAR
    rare = table[["k_main", "k_second"]].max(axis=1) < RARE
    return table.assign(established=established, rare=rare).reset_index(drop=True)


def weak_frames(case: Case) -> list[str]:
    """Return the frames whose agreement is under `BAR` or not defined: all, with one coder."""
    table = frame_agreement(case)
    return sorted(set(frame_names(case)) - set(table.loc[table["established"], "code"]))


@cache
def coded_sentences(case: Case, coder: str = "") -> pd.DataFrame:
    """Return the sentences that a coder coded, one row each, with a column of truth a frame.

    Furniture, fragments and repeats are left out; the case's coder if none is named.
    """
    found, keys = rows(case, "frame_codes", coder=coder or None), ["doc_id", "sentence"]
    seen = pd.crosstab([found["doc_id"], found["sentence"]], found["frame_id"]) > 0
    flagged = seen.reindex(columns=["furniture", "fragment", "repeat"], fill_value=False)
    seen = seen.reindex(columns=list(frame_names(case)), fill_value=False)[~flagged.any(axis=1)]
    about = found.drop(columns=["frame_id", "note", "hash"]).drop_duplicates(keys)
    return about.merge(seen.reset_index(), on=keys, validate="1:1")


def coder_errors(case: Case, reference: str = "") -> pd.DataFrame:
    """Return how the coder's codes of each frame stand to a reference's, taken as right.

    The reference is the adjudication where there is one, else the second coder. One row a frame:
    the four cells over sentences coded by both, sensitivity, specificity, and in `why` why no
    share can be corrected by them. Empty where nobody coded the same sentences.
    """
    known = set(case["frame_codes"]["coder"])
    reference = reference or (ADJUDICATED if ADJUDICATED in known else second_coder(case))
    if not reference:
        return pd.DataFrame(columns=ERRORS)
    columns, found = ["doc_id", "sentence", *frame_names(case)], []
    mine, theirs = (coded_sentences(case, c)[columns] for c in (case.coder, reference))
    both = mine.merge(theirs, on=columns[:2], suffixes=("", "_ref"))
    for frame, name in frame_names(case).items():
        a, b = both[frame].astype(bool), both[f"{frame}_ref"].astype(bool)
        cells = pd.concat([a & b, a & ~b, ~a & b, ~a & ~b], axis=1).groupby(both["doc_id"]).sum()
        tp, fp, fn, tn = (int(n) for n in cells.sum())
        se, sp = (k / n if n else nan for k, n in ((tp, tp + fn), (tn, tn + fp)))
        why = ""
        if min(tp + fn, tn + fp) < MIN_UNITS:
            why = f"not estimable: in {tp + fn} of {len(both)} sentences coded twice, where "
            why += f"{MIN_UNITS} with and without it are needed"
        elif se + sp - 1 < LEAST_YOUDEN:
            why = "not estimable: the two codings hardly agree"
        elif len(cells) < MIN_UNITS:
            why = f"not estimable: {len(cells)} documents coded twice, where {MIN_UNITS} are needed"
        found.append((frame, name, reference, tp, fp, fn, tn, se, sp, why))
    return pd.DataFrame(found, columns=ERRORS)


def dictionary_against_hand(case: Case) -> pd.DataFrame:
    """Return how well word lists find the frames of `DICTIONARY` in sentences coded by hand.

    One row a frame and `terms`: all of them, or those listed before the texts were read (a list
    that was made from the texts finds itself in them). Precision and recall with Wilson's limits.
    """
    sentences, lexicons, found = coded_sentences(case), case["lexicons"], []
    words = (lexicons["source"] + " " + lexicons["note"]).astype(str)
    added = lexicons.loc[words.str.contains("added after reading"), "term"]
    for terms in ("all", "before reading"):
        for frame, names in DICTIONARY.items():
            hits = case["lexicon_hits"]
            hits = hits[hits["lexicon"].isin(names)]
            hits = hits if terms == "all" else hits[~hits["term"].isin(added)]
            places = hits[["doc_id", "sentence"]].drop_duplicates()
            flag = sentences.merge(places, "left", indicator=True)["_merge"] == "both"
            hand = sentences[frame].astype(bool) if frame in sentences else flag & False
            k, f, both = int(hand.sum()), int(flag.sum()), int((hand & flag).sum())
            row: list[Any] = [frame, " + ".join(names), terms, len(sentences), k, f, both]
            for n in (f, k):
                row += [both / n if n else nan, *wilson(both, n)]
            found.append(row)
    return pd.DataFrame(found, columns=FOUND)


def how_far(case: Case) -> dict[str, Any]:
    """Return what a sentence on trust needs: who coded, how far coders agree, what is weak.

    `coder` and `second` are described by the table of coders; `sentences` and `documents` were
    coded by both; `established` of `frames` reach the `bar`; `weak`, `silent` (no alpha) and `rare`
    list names of frames; `f1` is the agreement on where claims stand. `why` says why there is none.
    """
    label = dict(zip(case["coders"]["coder"], case["coders"]["label"], strict=True))
    second, table, every = second_coder(case), frame_agreement(case), agreement_table(case)
    coded, silent = case["frame_codes"]["coder"], table["value"].isna()
    weak = ~silent & ~table["established"].astype(bool)
    parts = {"weak": weak, "silent": silent, "rare": ~silent & table["rare"].astype(bool)}
    f1 = every.loc[(every["table"] == "claims") & (every["measure"] == "F1 of spans"), "value"]
    none = "no sentence was coded by two coders" if len(coded) else "no sentence has been coded"
    return {
        "coder": label.get(case.coder) or case.coder,
        "second": label.get(second) or second,
        "adjudicated": bool((coded == ADJUDICATED).any()),
        "frames": len(frame_names(case)),
        "established": int(table["established"].sum()),
        "bar": BAR,
        "sentences": int(table["n"].max()) if len(table) else 0,
        "documents": int(table["documents"].max()) if len(table) else 0,
        "f1": float(f1.iloc[0]) if len(f1) else nan,
        "why": "" if len(table) else none,
    } | {key: ", ".join(table.loc[mask, "name"]) for key, mask in parts.items()}
