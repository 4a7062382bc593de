"""The case that a specification sees: without an outlet, or only what several coders coded."""

from dataclasses import replace

import pandas as pd

from framelines.case import Case
from framelines.coded import Pair, counted_documents, outlets_of, pair_of, with_sentences

CODERS = ("first", "second", "adjudicated")
# The first coder read everything, the others a sample; within it the coder alone differs.
EVERYTHING = "first_all_sentences"
CODED = ("claims", "naming_mentions", "captures", "acts")
NONE = "none"


def without_outlet(case: Case, outlet: str) -> Case:
    """Return the case without the documents of an outlet, and without all that stands in them.

    Copies of its documents go with them; what stood inside one of its pages stands alone.
    """
    documents = case["documents"]
    gone = set(documents.loc[documents["source_id"] == outlet, "doc_id"])
    gone |= set(documents.loc[documents["duplicate_of"].isin(gone), "doc_id"])
    tables = {
        name: table[~table["doc_id"].isin(gone)] if "doc_id" in table else table
        for name, table in case.tables.items()
    }
    left = tables["documents"]
    hosts = left["contained_in"].where(~left["contained_in"].isin(gone), "")
    return replace(case, tables={**tables, "documents": left.assign(contained_in=hosts)})


def double_coded(case: Case) -> Case:
    """Return the case with its coded rows in those sentences alone that all of its `CODERS` coded.

    A sentence is coded by whoever gave it a frame, or the flag that it has none.
    """
    codes = case["frame_codes"]
    known = [c for c in CODERS if (codes["coder"] == c).any()]
    keys = pd.MultiIndex.from_frame(codes[["doc_id", "start"]])
    shared = keys
    for coder in known:
        shared = shared.intersection(keys[codes["coder"] == coder])
    tables = {**case.tables, "frame_codes": codes[keys.isin(shared)]}
    sentences = case["sentences"]
    at = pd.MultiIndex.from_frame(sentences[["doc_id", "start"]])
    mine = sentences.loc[at.isin(shared), ["doc_id", "sentence"]]
    for name in CODED:
        rows = case[name].reset_index(drop=True)
        found = with_sentences(case, rows.assign(row=rows.index))
        kept = found.merge(mine, on=["doc_id", "sentence"])["row"]
        tables[name] = rows.loc[sorted(kept)].reset_index(drop=True)
    return replace(case, tables=tables)


def coders_of(case: Case, table: str) -> tuple[str, ...]:
    """Return the coders that a finding can be read by: all of the first's, then the shared sample.

    Empty where the table holds the rows of one coder alone.
    """
    known = [c for c in CODERS if (case[table]["coder"] == c).any()]
    return (EVERYTHING, *known) if len(known) > 1 else ()


def outlets_to_leave_out(case: Case, pair: Pair | None) -> list[str]:
    """Return the outlets whose loss leaves somebody to speak for each group, or for the case.

    `pair` are the two groups that are compared; without them the case must have several outlets.
    """
    if pair is not None:
        return outlets_of(case, pair)
    outlets = sorted(set(counted_documents(case)["source_id"]))
    return outlets if len(outlets) > 1 else []


def has_hijri_dates(case: Case) -> bool:
    """Whether a claim gives a Hijri date, so that a calendar can change a day."""
    columns = [c for c in case["claims"] if str(c).endswith("_calendar")]
    return bool(case["claims"][columns].eq("hijri").any(axis=None))


def has_reposts(case: Case) -> bool:
    """Whether the case holds matter that a second page hosts, so that it could count again."""
    copies = case["documents"][["contained_in", "duplicate_of"]].ne("").any(axis=None)
    return bool(copies) or len(counted_documents(case)) < len(counted_documents(case, reposts=True))


def compared(case: Case) -> Pair | None:
    """Return the camps that the case compares, or None."""
    return pair_of(case) if case.compare else None
