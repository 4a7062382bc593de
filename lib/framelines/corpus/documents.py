"""The raw texts, which stay out of the repository, and the spans that point into them."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from framelines.corpus.files import why
from framelines.corpus.texts import Span, sha256, short_hash
from framelines.errors import DataError, Problem, Problems

Row = dict[str, Any]
Tables = dict[str, pd.DataFrame]
KEY = ("coder", "doc_id", "claim_id", "start", "frame_id")
FILES_HELD = 8  # an archive is a file of many documents; few corpora have more
PLACE = "Put it into raw/ beside the tables (data/raw), or name its folder: CORPUS=folder"


def raw_folder(tables: Path) -> Path | None:
    """Return the folder that holds a raw file of `tables`: `$CORPUS`, else `raw/`; else None.

    Where none of their files is known, `raw/` goes first and any file will do.
    """
    known, own = expected_sums(tables), tables / "raw"
    named = Path(os.environ.get("CORPUS") or own)
    for folder in (named, own) if known else (own, named):
        files = {path.name for path in folder.glob("[!.]*")} - {"SHA256SUMS"}
        if files & known.keys() if known else files:
            return folder
    return None


def texts_of(tables: Path) -> Path:
    """Return the folder that `raw_folder` finds; raises `DataError` where there is none."""
    if folder := raw_folder(tables):
        return folder
    raise DataError([Problem(f"{tables.name}/raw", "the texts are not here", fix=PLACE)])


def expected_sums(tables: Path) -> dict[str, str]:
    """Return the SHA-256 of every raw file of `tables` by file name, from `raw/SHA256SUMS`."""
    path = tables / "raw" / "SHA256SUMS"
    lines = path.read_text("utf-8", "replace") if path.is_file() else ""
    return {file: digest for digest, file in re.findall(r"(?m)^(\S+)\s+\*?(.+)$", lines)}


def read_raw(path: Path) -> str:
    """Return a raw file, decoded and otherwise untouched; `DataError` if missing or no UTF-8."""
    try:
        # Bytes, because text mode would turn \r\n into \n and move every span.
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        what, fix = f"this raw file cannot be read: {why(error)}", PLACE
    except UnicodeDecodeError as error:
        what = f"not UTF-8: byte {error.start} cannot be decoded"
        fix = "Spans are counted in UTF-8; take the file as it was received"
    raise DataError([Problem(path.name, what, fix=fix)])


def read_documents(documents: pd.DataFrame, texts: Path) -> Iterator[tuple[Row, str]]:
    """Yield every row of `documents` with its text, by doc_id.

    The raw files read last are held, so that one of several documents is read once. Raises as
    `read_raw`.
    """
    read = lru_cache(maxsize=FILES_HELD)(read_raw)
    for row in documents.sort_values("doc_id").itertuples(index=False):
        yield row._asdict(), read(texts / str(row.raw_file))[int(row.start) : int(row.end)]


def spans_of(frame: pd.DataFrame) -> dict[str, list[Span]]:
    """Return the spans of the rows of a table by document."""
    found = defaultdict[str, list[Span]](list)
    for doc_id, start, end in zip(frame["doc_id"], frame["start"], frame["end"], strict=True):
        found[doc_id].append((int(start), int(end)))
    return found


def check_texts(
    tables: Tables, texts: Path, file_of: Callable[[str], str] = "{}.csv".format
) -> list[Problem]:
    """Compare documents and coded spans with the raw files in `texts`; return what is amiss.

    `file_of` names the file of a table. Spans of an altered document are not looked at.
    """
    problems, held = Problems(), dict[str, str]()
    for raw, group in tables["documents"].groupby("raw_file", sort=True):
        try:
            whole = read_raw(texts / str(raw))
        except DataError as error:
            problems.extend(error.problems)
            continue
        for doc_id, start, end, known in group[["doc_id", "start", "end", "sha256"]].values:
            if sha256(whole[start:end]) == known:
                held[doc_id] = whole[start:end]
                continue
            what = f"{raw}, of {len(whole)} code points, was altered: another text is at this span"
            met = {"value": sha256(whole[start:end]), "allowed": known}
            problems.add(file_of("documents"), what, row=doc_id, column="sha256", **met)
    for name in [name for name, frame in tables.items() if "hash" in frame]:
        for row in tables[name][tables[name]["doc_id"].isin(held)].to_dict("records"):
            if short_hash(held[row["doc_id"]][row["start"] : row["end"]]) != row["hash"]:
                what = "the hash does not match the text at this span"
                fix = 'python -m framelines locate DOC "words" prints span and hash'
                key = ", ".join(str(row[column]) for column in KEY if column in row)
                problems.add(file_of(name), what, row=key, column="hash", fix=fix)
    return problems


def locate(tables: Tables, doc_id: str, words: str, texts: Path) -> list[tuple[int, int, str]]:
    """Return (start, end, hash) of all places of `words` in a document; `DataError` if none."""
    documents = tables["documents"]
    found = list(read_documents(documents[documents["doc_id"] == doc_id], texts))
    places = [match.span() for _, text in found for match in re.finditer(re.escape(words), text)]
    if not places:
        known = f"words as they stand in one of {', '.join(sorted(documents['doc_id']))}"
        what = "these words do not stand in it"
        raise DataError([Problem(doc_id, what, value=words, allowed=known)])
    return [(*span, short_hash(words)) for span in places]
