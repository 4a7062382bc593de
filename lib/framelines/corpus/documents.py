"""The raw texts, which stay out of the repository, and the spans that point into them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from framelines.corpus.texts import Span, sha256, short_hash
from framelines.errors import DataError, Problem, Problems

Row = dict[str, Any]
Tables = dict[str, pd.DataFrame]
FileOf = Callable[[str], str]  # the file of a table, for messages
KEY = ("coder", "doc_id", "claim_id", "start", "frame_id")


def raw_folder(tables: Path) -> Path | None:
    """Return the folder with the texts of the tables in `tables`, or None where nobody has them.

    `$CORPUS` goes before `raw/` beside the tables where it holds a raw file of these tables; where
    none of theirs is known, after it.
    """
    candidates = [tables / "raw"]
    if os.environ.get("CORPUS"):
        named, known = Path(os.environ["CORPUS"]), expected_sums(tables)
        if not known or any((named / name).is_file() for name in known):
            candidates.insert(0 if known else 1, named)
    for folder in candidates:
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        if any(name != "SHA256SUMS" and not name.startswith(".") for name in names):
            return folder
    return None


def texts_of(tables: Path) -> Path:
    """Return the folder that `raw_folder` finds; raises `DataError` where there is none."""
    folder = raw_folder(tables)
    if folder is None:
        fix = "Put them into raw/ beside the tables, or name their folder: CORPUS=folder"
        raise DataError([Problem(f"{tables.name}/raw", "the texts are not here", fix=fix)])
    return folder


def expected_sums(tables: Path) -> dict[str, str]:
    """Return the SHA-256 of every raw file of `tables` by file name, from `raw/SHA256SUMS`."""
    path = tables / "raw" / "SHA256SUMS"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
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
        what = "this raw file is missing"
        fix = "Put it into raw/ beside the tables (data/raw), or name its folder: CORPUS=folder"
    except UnicodeDecodeError as error:
        what = f"not UTF-8: byte {error.start} cannot be decoded"
        fix = "Spans are counted in UTF-8; take the file as it was received"
    raise DataError([Problem(path.name, what, fix=fix)])


def read_documents(documents: pd.DataFrame, texts: Path) -> Iterator[tuple[Row, str]]:
    """Yield every row of `documents` with its text, one raw file after another.

    Each raw file is read once and only one is held. Raises `DataError` as `read_raw` does.
    """
    for name, group in documents.groupby("raw_file", sort=True):
        whole = read_raw(texts / str(name))
        for row in group.to_dict("records"):
            yield row, whole[int(row["start"]) : int(row["end"])]


def document_text(documents: pd.DataFrame, doc_id: str, texts: Path) -> str:
    """Return the text of one document; raises `DataError` if it is unknown or cannot be read."""
    rows = documents[documents["doc_id"] == doc_id]
    if rows.empty:
        known = ", ".join(sorted(documents["doc_id"]))
        problem = Problem("documents.csv", "no such document", value=doc_id, allowed=known)
        raise DataError([problem])
    return next(read_documents(rows, texts))[1]


def located_rows(tables: Tables) -> Iterator[tuple[str, Row]]:
    """Yield (name of the table, row) of every row that carries a span and its hash."""
    for name, frame in tables.items():
        if {"doc_id", "start", "end", "hash"} <= set(frame.columns):
            for row in frame.to_dict("records"):
                yield name, row


def _key(row: Row) -> list[str]:
    return [str(row[column]) for column in KEY if column in row]


def check_spans(tables: Tables, file_of: FileOf = "{}.csv".format) -> list[Problem]:
    """Return the coded spans that lie outside their document; no text is needed."""
    problems = Problems()
    documents = tables["documents"]
    lengths = dict(zip(documents["doc_id"], documents["end"] - documents["start"], strict=True))
    for name, row in located_rows(tables):
        start, end, length = row["start"], row["end"], lengths.get(row["doc_id"])
        if length is not None and not 0 <= start < end <= length:
            what = f"the span lies outside its document, which has {length} code points"
            problems.add(file_of(name), what, row=", ".join(_key(row)), value=f"[{start}, {end})")
    return problems.found


def check_texts(
    tables: Tables, folder: Path, texts: Path, file_of: FileOf = "{}.csv".format
) -> list[Problem]:
    """Compare raw files, documents and coded spans with the texts; return what is amiss.

    `folder` holds the tables and the sums of their raw files, `texts` the raw files. Spans of a
    document that was altered are not looked at.
    """
    problems, sums = Problems(), expected_sums(folder)
    located: dict[str, list[tuple[str, Row]]] = {}
    for name, row in located_rows(tables):
        located.setdefault(row["doc_id"], []).append((name, row))
    for raw, group in tables["documents"].groupby("raw_file", sort=True):
        try:
            whole = read_raw(texts / str(raw))
        except DataError as error:
            problems.extend(error.problems)
            continue
        if sums.get(str(raw), sha256(whole)) != sha256(whole):
            what = "this raw file was altered: its SHA-256 is not the committed one"
            problems.add(str(raw), what, value=sha256(whole), allowed=sums[str(raw)])
        for doc in group.to_dict("records"):
            text = whole[doc["start"] : doc["end"]]
            if sha256(text) != doc["sha256"]:
                what = f"{raw}, which has {len(whole)} code points, holds another text at this span"
                met = {"value": sha256(text), "allowed": doc["sha256"]}
                problems.add(file_of("documents"), what, row=doc["doc_id"], column="sha256", **met)
                continue
            for name, row in located.get(doc["doc_id"], []):
                if short_hash(text[row["start"] : row["end"]]) != row["hash"]:
                    what = "the hash does not match the text at this span"
                    fix = 'python -m framelines locate DOC "words" prints span and hash'
                    key = ", ".join(_key(row))
                    problems.add(file_of(name), what, row=key, column="hash", fix=fix)
    return problems.found


def locate(tables: Tables, doc_id: str, words: str, texts: Path) -> list[tuple[int, int, str]]:
    """Return (start, end, hash) of every place where `words` stand in a document.

    Raises `DataError` where the document is unknown or does not hold the words.
    """
    text = document_text(tables["documents"], doc_id, texts)
    starts = [at for at in range(len(text)) if words and text.startswith(words, at)]
    if not starts:
        fix = "Copy them from the text: apostrophes, quotation marks and spaces count"
        raise DataError([Problem(doc_id, "these words do not stand in it", value=words, fix=fix)])
    return [(at, at + len(words), short_hash(words)) for at in starts]


def in_context(text: str, span: Span, context: int = 160) -> str:
    """Return the passage around a span on one line, the span itself between ⟦ and ⟧."""
    start, end = span
    before, after = text[max(0, start - context) : start], text[end : end + context]
    return " ".join(f"{before}⟦{text[start:end]}⟧{after}".split())
