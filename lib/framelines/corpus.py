"""The raw texts, which stay out of the repository, and the spans that point into them."""

import hashlib
import os
from pathlib import Path

import pandas as pd

from framelines.problems import DataError, Problem, Problems
from framelines.text import sha256

REPO = Path(__file__).resolve().parents[2]
HOLDING = "Put the file into data/raw/, or name its folder: make check-corpus CORPUS=folder"


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    draft.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.replace(draft, path)
    return path


def raw_folder(tables: Path) -> Path | None:
    """Return the folder with the texts of the tables in `tables`, or None where nobody has them.

    The example carries its texts (`raw/` beside its tables). For the real corpus `$CORPUS` goes
    before `data/raw`; a folder counts only if it holds a text.
    """
    own = tables / "raw"
    named = os.environ.get("CORPUS")
    candidates = [Path(named)] if named and tables == REPO / "data" else []
    for folder in [*candidates, own]:
        if folder.is_dir() and any(folder.glob("*.txt")):
            return folder
    return None


def expected_sums(tables: Path) -> dict[str, str]:
    """Return the SHA-256 of every raw file of `tables` by file name, from `raw/SHA256SUMS`."""
    path = tables / "raw" / "SHA256SUMS"
    if not path.is_file():
        return {}
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
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


def check_raw_files(tables: Path, folder: Path) -> list[Problem]:
    """Compare every raw file of `tables` with its committed sum; return what is amiss."""
    problems = Problems()
    for name, expected in expected_sums(tables).items():
        path = folder / name
        if not path.is_file():
            problems.add(name, "this raw file is missing", fix=HOLDING)
            continue
        met = hashlib.sha256(path.read_bytes()).hexdigest()
        if met != expected:
            problems.add(
                name,
                "this raw file was altered: its SHA-256 is not the committed one",
                value=met,
                allowed=expected,
                fix="Take the file as it was received; every span is counted in those bytes",
            )
    return problems.found


def document_text(documents: pd.DataFrame, doc_id: str, folder: Path) -> str:
    """Return the text of one document, from its span in its raw file in `folder`.

    Raises `DataError` if the document is unknown, or its raw file is missing or is not UTF-8.
    """
    rows = documents[documents["doc_id"] == doc_id]
    if rows.empty:
        known = ", ".join(sorted(documents["doc_id"]))
        problem = Problem("documents.csv", "no such document", value=doc_id, allowed=known)
        raise DataError([problem])
    row = rows.iloc[0]
    return read_raw(folder / str(row["raw_file"]))[int(row["start"]) : int(row["end"])]


def check_documents(documents: pd.DataFrame, folder: Path, where: str) -> list[Problem]:
    """Compare the span of every document with the texts in `folder`; return what is amiss."""
    problems = Problems()
    for name, group in documents.groupby("raw_file", sort=True):
        try:
            text = read_raw(folder / str(name))
        except DataError as error:
            problems.extend(error.problems)
            continue
        for row in group.to_dict("records"):
            start, end = int(row["start"]), int(row["end"])
            if end > len(text):
                problems.add(
                    where,
                    f"the span ends after {name}, which has {len(text)} code points",
                    row=row["doc_id"],
                    column="end",
                    value=str(end),
                )
            elif sha256(text[start:end]) != row["sha256"]:
                problems.add(
                    where,
                    f"the text at [{start}, {end}) of {name} is not the one that was coded",
                    row=row["doc_id"],
                    column="sha256",
                    value=sha256(text[start:end]),
                    allowed=str(row["sha256"]),
                )
    return problems.found
