"""How far the coding of a case can be trusted: agreement of two coders, weak frames.

Which sentences a coder has coded is told by its rows in `frame_codes`, where a sentence without a
frame has a row with `none`; of a coder without any `none` these are all sentences of the texts in
which it has a row of any kind. Other rows count where both coders have coded the sentence in
which they begin; they are matched by their spans alone, never by what they say.
"""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import framelines.methods.agreement as agree
from framelines.methods.dates import gregorian, stated_interval
from framelines.tables.case import Case
from framelines.tables.rows import rows, with_sentences

# The name of codes that were made with sight of two others': they count in no agreement.
ADJUDICATED = "adjudicated"
# Krippendorff 2004, Content Analysis, 2nd ed., p. 241: the least that bears tentative conclusions.
BAR = 0.667
# Below this many sentences by either coder, alpha hangs on single ones.
RARE = 5
SECOND = " (second)"
KEYS = ["doc_id", "sentence"]
# What recurs or is no sentence of the author's.
UNCOUNTED = ["furniture", "fragment", "repeat"]
CLAIM = "kind qualifier event_calendar attribution certainty place_id actor_id target_id scope "
FIELDS = {
    "claims": (CLAIM + "modality event_date value").split(),
    "naming_mentions": ["actor_id", "stance", "label"],
    "captures": ["lemma", "taker_id", "loser_id", "place_id", "stance", "modality"],
    "acts": ["actor_id", "target_id", "agent", "voice"],
}
# Days and figures have no categories that chance could draw from.
SHARED_ALIKE = ("event_date", "value")
AGREEMENT = ["table", "code", "name", "measure", "value", "low", "high", "n", "documents", "seen"]


def _coded_by(case: Case, coder: str) -> pd.DataFrame:
    codes = case["frame_codes"][case["frame_codes"]["coder"] == coder]
    if (codes["frame_id"] == "none").any():
        return with_sentences(case, codes)[KEYS].drop_duplicates()
    tables = (case[table] for table in ("frame_codes", *FIELDS))
    own = (table.loc[table["coder"] == coder, "doc_id"] for table in tables)
    return case["sentences"].loc[case["sentences"]["doc_id"].isin(set().union(*own)), KEYS]


def _coded_by_both(case: Case, second: str) -> pd.DataFrame:
    """The sentences that the case's coder and a second one have coded: doc_id, sentence."""
    return _coded_by(case, case.coder).merge(_coded_by(case, second), on=KEYS)


@cache
def second_coder(case: Case) -> str:
    """Return the coder beside the case's own who shares the most sentences with it, or nothing.

    Adjudications count for none; rules only where the case's coder is made of rules too.
    """
    kinds = dict(zip(case["coders"]["coder"], case["coders"]["kind"], strict=True))
    coders = (case[table]["coder"] for table in ("frame_codes", *FIELDS))
    others = set().union(*coders) - {case.coder, ADJUDICATED}
    if kinds.get(case.coder) != "rules":
        others = {coder for coder in others if kinds.get(coder) != "rules"}
    shared = [(-len(_coded_by_both(case, coder)), coder) for coder in others]
    most, best = min(shared, default=(0, ""))
    return best if most else ""


def frame_names(case: Case) -> dict[str, str]:
    """Return every frame of the codebook with its printed name."""
    book = case["frames"][case["frames"]["kind"] == "frame"].sort_values("frame_id")
    return dict(zip(book["frame_id"], book["name"], strict=True))


@cache
def coded_sentences(case: Case, coder: str = "", **which: str) -> pd.DataFrame:
    """Return the sentences that a coder coded, one row each, with a column of truth a frame.

    Furniture, fragments and repeats are left out. `which` are the choices of `tables.rows.rows`.
    """
    found = rows(case, "frame_codes", coder=coder or None, **which)
    seen = pd.crosstab([found["doc_id"], found["sentence"]], found["frame_id"]) > 0
    flagged = seen.reindex(columns=UNCOUNTED, fill_value=False)
    seen = seen.reindex(columns=list(frame_names(case)), fill_value=False)[~flagged.any(axis=1)]
    about = found.drop(columns=["frame_id", "note", "hash"]).drop_duplicates(KEYS)
    return about.merge(seen.reset_index(), on=KEYS, validate="1:1")


def _row(
    case: Case, about: tuple[str, ...], of: agree.Statistic, documents: pd.Series, seen: int
) -> dict[str, Any]:
    """A row of the table of agreement; `about` are table, code, name and measure."""
    draws, seed = case.drawing["draws"], case.drawing["seed"]
    keys = ("frames",) if about[0] == "frame_codes" else (about[0], "counted")
    made = agree.estimated(of, list(documents), "trust", *keys, "all", draws=draws, seed=seed)
    counts = (made.value, made.low, made.high, len(documents), made.units[0], seen)
    return dict(zip(AGREEMENT, (*about, *counts), strict=True))


def _frame_rows(case: Case, second: str) -> list[dict[str, Any]]:
    """The rows of frames, over the sentences that both have coded."""
    names, found = frame_names(case), []
    mine, theirs = (coded_sentences(case, coder)[[*KEYS, *names]] for coder in (case.coder, second))
    both = mine.merge(theirs, on=KEYS, suffixes=("", SECOND))
    for frame, name in names.items():
        seen = both[[frame, frame + SECOND]].to_numpy(dtype=np.float64).T
        about, most = ("frame_codes", frame, name, "alpha"), int(seen.sum(axis=1).max())
        found.append(_row(case, about, agree.alpha_of(seen), both["doc_id"], most))
    return found


def _rows_of_both(case: Case, table: str, second: str) -> pd.DataFrame:
    """Rows of two coders in the sentences that both coded, with fields as they are compared."""
    own = case[table][case[table]["coder"].isin([case.coder, second])]
    own = with_sentences(case, own).merge(_coded_by_both(case, second), on=KEYS)
    if table == "claims":
        published = own["doc_id"].map(case["documents"].set_index("doc_id")["published"])
        said = map(gregorian, published)
        dates = zip(own["event_date"], own["event_calendar"], said, strict=True)
        # Whatever the calendar, the days count.
        days = [stated_interval(*date) if date[0] else "" for date in dates]
        own["event_date"] = list(map(str, days))
        ends = own[["value_min", "value_max"]].to_numpy(dtype=np.float64)
        own["value"] = ["" if np.isnan(end).all() else str(end) for end in ends]
    for field in FIELDS[table]:
        ids = own[field].fillna("").astype(str).str.split(";")
        own[field] = ids.map(sorted).str.join(";")
    return own


def _row_rows(case: Case, table: str, second: str) -> list[dict[str, Any]]:
    own = _rows_of_both(case, table, second)
    ids = own["claim_id"] if "claim_id" in own else own["start"].astype(str)
    keyed = list(zip(own["start"], own["end"], ids, strict=True))
    units: list[tuple[int, ...]] = []
    for _, group in own.groupby("doc_id", sort=True):
        one, two = (list(group.index[group["coder"] == c]) for c in (case.coder, second))
        pairs = agree.match_spans([keyed[i] for i in one], [keyed[j] for j in two])
        matched = [(one[i], two[j]) for i, j in pairs]
        alone = {*one, *two}.difference(*matched)
        units += [*matched, *((i,) for i in alone)]
    # No name of a coder decides the order of the units, on which the random stream falls.
    units.sort(key=lambda unit: sorted((own.at[i, "doc_id"], *keyed[i]) for i in unit))
    documents = own["doc_id"].loc[[unit[0] for unit in units]]
    rows_in = np.array([len(unit) for unit in units], dtype=np.float64)
    spans = agree.share_of(np.where(rows_in == 2, 2.0, 0.0), rows_in)
    found = [_row(case, (table, "", "", "F1 of spans"), spans, documents, 0)]
    found[0]["n"] = int(rows_in.sum())
    both = np.array([unit for unit in units if len(unit) == 2], dtype=int).reshape(-1, 2).T
    for field in FIELDS[table]:
        values = own[field].to_numpy(dtype=object)[both]
        # A field that both leave empty does not apply.
        asked = (values != "").any(axis=0)
        of, measure = agree.alpha_of(values[:, asked]), "alpha"
        if field in SHARED_ALIKE:
            same = (values[0] == values[1])[asked].astype(float)
            of, measure = agree.share_of(same, np.ones(len(same))), "share alike"
        in_documents = own["doc_id"].loc[both[0][asked]]
        found.append(_row(case, (table, field, field, measure), of, in_documents, 0))
    return found


@cache
def agreement_table(case: Case) -> pd.DataFrame:
    """Return how the case's coder and the second one agree: a row (`AGREEMENT`) a code, measure.

    Of frames over the n sentences that both coded, of which the one who sees more sees it in
    `seen`; else the F1 of spans (n rows of both), and fields over the n matched pairs with them.
    """
    second = second_coder(case)
    framed = {case.coder, second} <= set(case["frame_codes"]["coder"])
    found = _frame_rows(case, second) if framed else []
    for table in FIELDS:
        if second in set(case[table]["coder"]):
            found += _row_rows(case, table, second)
    return pd.DataFrame(found, columns=AGREEMENT)


def frame_agreement(case: Case) -> pd.DataFrame:
    """Return the alphas of frames in `agreement_table`; `established` at `BAR` or more."""
    table = agreement_table(case)
    table = table[(table["table"] == "frame_codes") & (table["measure"] == "alpha")]
    return table.assign(established=table["value"].astype(float).round(12) >= BAR)


def weak_frames(case: Case) -> set[str]:
    """Return the frames whose agreement is under `BAR`, unknown, or seen in too few sentences."""
    table = frame_agreement(case)
    sure = table["established"] & (table["seen"] >= RARE)
    return set(frame_names(case)) - set(table.loc[sure.astype(bool), "code"])


def how_far(case: Case) -> dict[str, Any]:
    """Return what a sentence on trust needs: who coded, and how far coders agree.

    `sentences` were coded by both; `established` of `frames` reach the `bar`, none of none where
    both coded other things than frames; `why` says why nothing is known.
    """
    label = dict(zip(case["coders"]["coder"], case["coders"]["label"], strict=True))
    second, table = second_coder(case), frame_agreement(case)
    nobody = all(case[name].empty for name in ("frame_codes", *FIELDS))
    what = "no sentence has been coded" if nobody else "no sentence was coded by two coders"
    found = {"coder": label.get(case.coder) or case.coder, "second": label.get(second) or second}
    frames = len(frame_names(case)) if len(table) or not second else 0
    both = len(_coded_by_both(case, second)) if second else 0
    found |= {"frames": frames, "established": int(table["established"].sum())}
    found |= {"bar": BAR, "sentences": int(table["n"].max()) if len(table) else both}
    return found | {"why": "" if second else what}
