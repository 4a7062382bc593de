"""Mentions of actors, found by the labels of the naming lexicon: counted, never guessed."""

from pathlib import Path
from typing import Any

import pandas as pd

from framelines.checks import Tables
from framelines.corpus import document_text, raw_folder
from framelines.features import COUNTED
from framelines.problems import DataError, Problem
from framelines.tables import read_table, write_table
from framelines.text import normalise, short_hash, tokens

Row = dict[str, Any]
CODER = "first"
# Words that a label list gives to nobody, such as the ceasefire's “regime”.
NOBODY = "none"


def labels_of(namings: pd.DataFrame, doc_id: str, language: str) -> dict[tuple[str, ...], Row]:
    """Return the labels that hold in a document by their words.

    A label that the document has for itself goes before the same label of all documents.
    """
    own = namings[(namings["language"] == language) & namings["doc_id"].isin(["", doc_id])]
    ordered = own.sort_values(["doc_id", "label"], kind="stable")
    return {tuple(str(row["label"]).split()): row for row in ordered.to_dict("records")}


def find_mentions(text: str, labels: dict[tuple[str, ...], Row]) -> list[Row]:
    """Return every mention: start, end, hash, label, actor_id, stance; longest label first.

    Mentions never overlap. Labels of `NOBODY` take their words and give no mention.
    """
    spans = tokens(text)
    words = [normalise(text[start:end]) for start, end in spans]
    longest = max((len(key) for key in labels), default=0)
    found: list[Row] = []
    at = 0
    while at < len(words):
        step = 1
        for length in range(min(longest, len(words) - at), 0, -1):
            row = labels.get(tuple(words[at : at + length]))
            if row is None:
                continue
            start, end = spans[at][0], spans[at + length - 1][1]
            if row["actor_id"] != NOBODY:
                span = {"start": start, "end": end, "hash": short_hash(text[start:end])}
                kept = {k: row[k] for k in ("label", "actor_id", "stance")}
                found.append({**span, **kept})
            step = length
            break
        at += step
    return found


def counted_mentions(tables: Tables, texts: Path) -> pd.DataFrame:
    """Return the mentions of every document, as rows of `naming_mentions` of the first coder.

    Page furniture, bylines, repeated headlines and articles inside another are left out, as in all
    counts.
    """
    rows: list[Row] = []
    kinds = tables["sentences"].set_index(["doc_id", "sentence"])
    for doc in tables["documents"].to_dict("records"):
        doc_id = doc["doc_id"]
        text = document_text(tables["documents"], doc_id, texts)
        labels = labels_of(tables["namings"], doc_id, doc["language"])
        own = kinds.loc[doc_id]
        for sentence in own[own["kind"].isin(COUNTED)].itertuples():
            begin = int(str(sentence.start))
            for found in find_mentions(text[begin : int(str(sentence.end))], labels):
                span = {"start": found["start"] + begin, "end": found["end"] + begin}
                rows.append({"coder": CODER, "doc_id": doc_id, **found, **span})
    return pd.DataFrame(rows)


def build_mentions(tables: Tables, folder: Path) -> Path:
    """Write the first coder's naming mentions from the texts; rows of other coders stay.

    Raises `DataError` where the texts are not here.
    """
    texts = raw_folder(folder)
    if texts is None:
        fix = "Name their folder: make mentions CORPUS=folder"
        raise DataError([Problem("data/raw", "the texts are not here", fix=fix)])
    others = read_table(folder, "naming_mentions")
    others = others[others["coder"] != CODER]
    counted = counted_mentions(tables, texts)
    return write_table(pd.concat([counted, others], ignore_index=True), folder, "naming_mentions")
