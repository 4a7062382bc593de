"""Coding aids: from words to the span and hash of a row, and from a row back to its words."""

from pathlib import Path
from typing import Any

import pandas as pd

from framelines.checks import Tables
from framelines.corpus import document_text
from framelines.problems import DataError, Problem
from framelines.schema import TABLES
from framelines.text import Span, short_hash

CONTEXT = 160
# Every kind of row that carries a span.
LOCATED = [name for name, table in TABLES.items() if "hash" in table.names]


def locate(text: str, words: str) -> list[tuple[int, int, str]]:
    """Return (start, end, hash) of every place where `words` stand in a document's text."""
    found, start = [], text.find(words)
    while start >= 0:
        found.append((start, start + len(words), short_hash(words)))
        start = text.find(words, start + 1)
    return found


def locate_in(tables: Tables, doc_id: str, words: str, texts: Path) -> list[tuple[int, int, str]]:
    """Return the places of `words` in a document of the corpus.

    Raises `DataError` where the document is unknown or does not hold the words.
    """
    found = locate(document_text(tables["documents"], doc_id, texts), words)
    if not found:
        fix = "Copy them from the text: apostrophes, quotation marks and spaces count"
        raise DataError([Problem(doc_id, "these words do not stand in it", value=words, fix=fix)])
    return found


def find_rows(tables: Tables, words: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return the located rows whose key holds every one of `words`, with the name of their table.

    A table's own name may be among the words. Raises `DataError` where no row has such a key.
    """
    found = []
    for name in LOCATED:
        for row in tables[name].to_dict("records") if name in tables else []:
            key = [name, *(str(row[k]) for k in TABLES[name].key)]
            if all(word in key for word in words):
                found.append((name, row))
    if not found:
        what = "no located row has this key"
        allowed = "parts of a key, such as: claims first DOC-c014, or frame_codes first DOC 120"
        raise DataError([Problem("data", what, value=" ".join(words), allowed=allowed)])
    return found


def in_context(text: str, span: Span, context: int = CONTEXT) -> str:
    """Return the passage around a span on one line, the span itself between ⟦ and ⟧."""
    start, end = span
    before, after = text[max(0, start - context) : start], text[end : end + context]
    return " ".join(f"{before}⟦{text[start:end]}⟧{after}".split())


def show(tables: Tables, words: list[str], texts: Path) -> str:
    """Return every row whose key holds `words`, each with its passage in context.

    For a holder of the texts; raises `DataError` as `find_rows` and `document_text` do.
    """
    parts = []
    for name, row in find_rows(tables, words):
        text = document_text(tables["documents"], row["doc_id"], texts)
        fields = {k: v for k, v in row.items() if v != "" and not (pd.isna(v))}
        listed = "\n".join(f"  {key}: {value}" for key, value in fields.items())
        parts.append(f"{name}\n{listed}\n  … {in_context(text, (row['start'], row['end']))} …")
    return "\n\n".join(parts)
