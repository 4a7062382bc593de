"""The raw texts, which stay out of the repository, and the spans that point into them."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from framelines.corpus.texts import Span, sha256, short_hash
from framelines.errors import DataError, Problem, Problems

Row = dict[str, Any]
Tables = dict[str, pd.DataFrame]
HOLDING = "Put the file into raw/ beside the tables, or name its folder: CORPUS=folder"
CONTEXT = 160
LOCATED = {"doc_id", "start", "end", "hash"}
KEY = ("coder", "doc_id", "claim_id", "start", "frame_id")


def raw_folder(tables: Path) -> Path | None:
    """Return the folder with the texts of the tables in `tables`, or None where nobody has them.

    `$CORPUS` goes before `raw/` beside the tables where it holds a raw file of these tables; where
    none of theirs is known, after it.
    """
    own, known = tables / "raw", expected_sums(tables)
    candidates = [own]
    if os.environ.get("CORPUS"):
        named = Path(os.environ["CORPUS"])
        if any((named / name).is_file() for name in known):
            candidates = [named, own]
        elif not known:
            candidates = [own, named]
    return next((folder for folder in candidates if _holds_texts(folder)), None)


def _holds_texts(folder: Path) -> bool:
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return any(name != "SHA256SUMS" and not name.startswith(".") for name in names)


def texts_of(tables: Path) -> Path:
    """Return the folder that `raw_folder` finds; raises `DataError` where the texts are not here."""
    folder = raw_folder(tables)
    if folder is None:
        raise DataError([Problem(f"{tables.name}/raw", "the texts are not here", fix=HOLDING)])
    return folder


def expected_sums(tables: Path) -> dict[str, str]:
    """Return the SHA-256 of every raw file of `tables` by file name, from `raw/SHA256SUMS`."""
    path = tables / "raw" / "SHA256SUMS"
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


def read_raw(path: Path) -> str:
    """Return a raw file as text, decoded as UTF-8 and otherwise untouched.

    Raises `DataError` if the file is missing or is not UTF-8.
    """
    try:
        # Bytes, because text mode would turn \r\n into \n and move every span.
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise DataError([Problem(path.name, "this raw file is missing", fix=HOLDING)]) from None
    except UnicodeDecodeError as error:
        what = f"not UTF-8: byte {error.start} cannot be decoded"
        fix = "Spans are counted in UTF-8; take the file as it was received"
        raise DataError([Problem(path.name, what, fix=fix)]) from None


def check_raw_files(tables: Path, texts: Path) -> list[Problem]:
    """Compare every raw file of `tables` with its committed sum; return what is amiss."""
    problems = Problems()
    for name, expected in expected_sums(tables).items():
        path = texts / name
        if not path.is_file():
            problems.add(name, "this raw file is missing", fix=HOLDING)
            continue
        met = hashlib.sha256(path.read_bytes()).hexdigest()
        if met != expected:
            what = "this raw file was altered: its SHA-256 is not the committed one"
            fix = "Take the file as it was received; every span is counted in those bytes"
            problems.add(name, what, value=met, allowed=expected, fix=fix)
    return problems.found


def read_documents(documents: pd.DataFrame, texts: Path) -> Iterator[tuple[Row, str]]:
    """Yield every row of `documents` with its text, one raw file after another.

    Each raw file is read once and only one is held. Raises `DataError` as `read_raw` does.
    """
    for name, group in documents.groupby("raw_file", sort=True):
        whole = read_raw(texts / str(name))
        for row in group.to_dict("records"):
            yield row, whole[int(row["start"]) : int(row["end"])]


def document_text(documents: pd.DataFrame, doc_id: str, texts: Path) -> str:
    """Return the text of one document, from its span in its raw file in `texts`.

    Raises `DataError` if the document is unknown, or its raw file is missing or is not UTF-8.
    """
    rows = documents[documents["doc_id"] == doc_id]
    if rows.empty:
        known = ", ".join(sorted(documents["doc_id"]))
        problem = Problem("documents.csv", "no such document", value=doc_id, allowed=known)
        raise DataError([problem])
    return next(read_documents(rows, texts))[1]


def check_documents(documents: pd.DataFrame, texts: Path, where: str) -> list[Problem]:
    """Compare the span of every document with the texts; return what is amiss, named `where`."""
    problems = Problems()
    for name, group in documents.groupby("raw_file", sort=True):
        try:
            whole = read_raw(texts / str(name))
        except DataError as error:
            problems.extend(error.problems)
            continue
        for row in group.to_dict("records"):
            start, end = int(row["start"]), int(row["end"])
            met = sha256(whole[start:end])
            if end > len(whole):
                what = f"the span ends after {name}, which has {len(whole)} code points"
                problems.add(where, what, row=row["doc_id"], column="end", value=str(end))
            elif met != row["sha256"]:
                what = f"the text at [{start}, {end}) of {name} is not the one that was coded"
                expected = {"value": met, "allowed": str(row["sha256"])}
                problems.add(where, what, row=row["doc_id"], column="sha256", **expected)
    return problems.found


def check_spans(
    tables: Tables, texts: Path | None, where: Callable[[str], str] = "{}.csv".format
) -> list[Problem]:
    """Return coded spans outside their document and, where `texts` is given, altered ones.

    Every table with the columns of `LOCATED` is looked at; `where` names the file of a table.
    """
    problems = Problems()
    documents = tables["documents"]
    lengths = dict(zip(documents["doc_id"], documents["end"] - documents["start"], strict=True))
    inside: dict[str, list[tuple[str, Row]]] = {}
    for name, row in located_rows(tables):
        start, end, length = row["start"], row["end"], lengths.get(row["doc_id"])
        if length is not None and not 0 <= start < end <= length:
            what = f"the span lies outside its document, which has {length} code points"
            problems.add(where(name), what, row=key_of(row), value=f"[{start}, {end})")
        elif length is not None:
            inside.setdefault(row["doc_id"], []).append((name, row))
    if texts is None:
        return problems.found
    what = "the hash does not match the text at this span"
    fix = 'python -m framelines locate DOC "words" prints span and hash'
    for doc, text in read_documents(documents[documents["doc_id"].isin(inside)], texts):
        for name, row in inside[doc["doc_id"]]:
            if short_hash(text[row["start"] : row["end"]]) != row["hash"]:
                value = f"[{row['start']}, {row['end']})"
                problems.add(
                    where(name), what, row=key_of(row), column="hash", value=value, fix=fix
                )
    return problems.found


def located_rows(tables: Tables) -> Iterator[tuple[str, Row]]:
    """Yield (name of the table, row) of every row that carries a span and its hash."""
    for name, frame in tables.items():
        if set(frame.columns) >= LOCATED:
            for row in frame.to_dict("records"):
                yield name, row


def key_of(row: Row) -> str:
    """Return what names a located row to a reader."""
    return ", ".join(str(row[column]) for column in KEY if column in row)


def locate(text: str, words: str) -> list[tuple[int, int, str]]:
    """Return (start, end, hash) of every place where `words` stand in a document's text."""
    found, start = [], text.find(words)
    while start >= 0 and words:
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


def find_rows(tables: Tables, words: list[str]) -> list[tuple[str, Row]]:
    """Return the located rows whose key holds every one of `words`, with the name of their table.

    A table's own name may be among the words. Raises `DataError` where no row has such a key.
    """
    found = [
        (name, row)
        for name, row in located_rows(tables)
        if set(words) <= {name, *key_of(row).split(", ")}
    ]
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
    passages = []
    for name, row in find_rows(tables, words):
        text = document_text(tables["documents"], row["doc_id"], texts)
        fields = {k: v for k, v in row.items() if v != "" and not pd.isna(v)}
        listed = "\n".join(f"  {key}: {value}" for key, value in fields.items())
        passages.append(f"{name}\n{listed}\n  … {in_context(text, (row['start'], row['end']))} …")
    return "\n\n".join(passages)
