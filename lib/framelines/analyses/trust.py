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
from framelines.analyses.claims import lookup
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
    rules = set(case["coders"].loc[case["coders"]["kind"] == "rules", "coder"])
    coders = (case[table]["coder"] for table in ("frame_codes", *FIELDS))
    others = set().union(*coders) - {case.coder, ADJUDICATED}
    others -= set() if case.coder in rules else rules
    shared = [(-len(_coded_by_both(case, coder)), coder) for coder in others]
    most, best = min(shared, default=(0, ""))
    return best if most else ""


def frame_names(case: Case) -> dict[str, str]:
    """Return every frame of the codebook with its printed name."""
    book = case["frames"][case["frames"]["kind"] == "frame"].sort_values("frame_id")
    return dict(zip(book["frame_id"], book["name"], strict=True))


@cache
def coded_sentences(case: Case, *, coder: str | None = None, **which: str) -> pd.DataFrame:
    """Return the sentences that a coder coded, one row each, with a column of truth a frame.

    Furniture, fragments and repeats are left out. `which` are the choices of `tables.rows.rows`.
    """
    found = rows(case, "frame_codes", coder=coder, **which)
    seen = pd.crosstab([found["doc_id"], found["sentence"]], found["frame_id"]) > 0
    flagged = seen.reindex(columns=UNCOUNTED, fill_value=False)
    seen = seen.reindex(columns=list(frame_names(case)), fill_value=False)[~flagged.any(axis=1)]
    about = found.drop(columns=["frame_id", "note", "hash"]).drop_duplicates(KEYS)
    return about.merge(seen.reset_index(), on=KEYS, validate="1:1")


def _coded_units(case: Case, table: str, second: str) -> pd.DataFrame:
    """What either coder marks in the sentences that both coded, matched by spans: `rows`, fields.

    A field is made to what is compared. A unit with one row has one coder alone. Of frames the
    units are the sentences.
    """
    own = case[table][case[table]["coder"].isin([case.coder, second])]
    own = with_sentences(case, own).merge(_coded_by_both(case, second), on=KEYS)
    own["id"] = own["start"].astype(str)
    if table == "frame_codes":
        own = pd.concat([coded_sentences(case, coder=one) for one in (case.coder, second)])
        own = own.assign(start=own["sentence"], end=own["sentence"] + 1, id="")
    if table == "claims":
        published = own["doc_id"].map(lookup(case, "documents", "published"))
        said = map(gregorian, published)
        dates = zip(own["event_date"], own["event_calendar"], said, strict=True)
        # Whatever the calendar, the days count.
        days = [stated_interval(*date) if date[0] else "" for date in dates]
        own["event_date"] = list(map(str, days))
        ends = own[["value_min", "value_max"]].to_numpy(dtype=np.float64)
        own["value"] = ["" if np.isnan(end).all() else str(end) for end in ends]
        own["id"] = own["claim_id"]
    for field in FIELDS.get(table, []):
        ids = own[field].fillna("").astype(str).str.split(";")
        own[field] = ids.map(sorted).str.join(";")
    # No name of a coder decides the order of the units, on which the random stream falls.
    own = own.sort_values(["doc_id", "start", "end", "id"]).reset_index(drop=True)
    mine, theirs = (own[own["coder"] == coder] for coder in (case.coder, second))
    met = agree.matched(mine, theirs)
    mine = mine.rename(index={i: min(i, j) for i, j in met})
    theirs = theirs.rename(index={j: min(i, j) for i, j in met})
    both = mine.join(theirs, how="outer", rsuffix=SECOND)
    rows_in = both[["coder", f"coder{SECOND}"]].notna().sum(axis=1)
    return both.assign(rows=rows_in, doc_id=both["doc_id"].fillna(both[f"doc_id{SECOND}"]))


def _compared(units: pd.DataFrame, code: str) -> tuple[str, agree.Statistic, pd.Series, int, int]:
    """What is measured of a code, by which statistic, of whose documents, n and seen."""
    rows = units["rows"].to_numpy(dtype=np.float64)
    if not code:
        alike = agree.share_of(np.where(rows == 2, 2.0, 0.0), rows)
        return "F1 of spans", alike, units["doc_id"], int(rows.sum()), 0
    values = units[[code, code + SECOND]].to_numpy(dtype=object).T
    # A field that both leave empty does not apply; one that either never fills was not coded.
    filled = (values[:, rows == 2] != "").any(axis=1).all()
    asked = (rows == 2) & (values != "").any(axis=0) & filled
    values, documents = values[:, asked], units.loc[asked, "doc_id"]
    measure, of = "alpha", agree.alpha_of(values)
    if code in SHARED_ALIKE:
        same = (values[0] == values[1]).astype(float)
        measure, of = "share alike", agree.share_of(same, np.ones(len(same)))
    return measure, of, documents, len(documents), int((values == np.True_).sum(axis=1).max())


@cache
def agreement_table(case: Case) -> pd.DataFrame:
    """Return how the case's coder and the second one agree: a row (`AGREEMENT`) a code, measure.

    Of frames over the n sentences that both coded, of which the one who sees more sees it in
    `seen`; else the F1 of spans (n rows of both), and fields over the n matched pairs with them.
    """
    second, found = second_coder(case), []
    drawing = {name: case.drawing[name] for name in ("draws", "seed")}
    for table in ("frame_codes", *FIELDS):
        if not {case.coder, second} <= set(case[table]["coder"]):
            continue
        frames, units = table == "frame_codes", _coded_units(case, table, second)
        names = frame_names(case) if frames else {code: code for code in ("", *FIELDS[table])}
        key = ["frames", "all"] if frames else [table, "counted", "all"]
        for code, name in names.items():
            measure, of, documents, n, seen = _compared(units, code)
            *made, texts = agree.estimated(of, documents, "trust", *key, **drawing)
            found.append((table, code, name, measure, *made, n, texts, seen))
    return pd.DataFrame(found, columns=AGREEMENT)


def frame_agreement(case: Case) -> pd.DataFrame:
    """Return the alphas of frames in `agreement_table`; `established` at `BAR` or more."""
    table = agreement_table(case)
    table = table[table["table"] == "frame_codes"]
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
    label = lookup(case, "coders", "label")
    second, table = second_coder(case), frame_agreement(case)
    nobody = all(case[name].empty for name in ("frame_codes", *FIELDS))
    what = "no sentence has been coded" if nobody else "no sentence was coded by two coders"
    return {
        "coder": label.get(case.coder) or case.coder,
        "second": label.get(second) or second,
        "frames": len(frame_names(case)) if len(table) or not second else 0,
        "established": int(table["established"].sum()),
        "bar": BAR,
        "sentences": int(table["n"].max()) if len(table) else len(_coded_by_both(case, second)),
        "why": "" if second else what,
    }
