"""Raw texts, which stay out of the repository; spans that point into them; files of strangers."""

import io
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
from charset_normalizer import from_bytes

from framelines.corpus.texts import Span, sha256, short_hash
from framelines.errors import DataError, Problem, Problems

Row = dict[str, Any]
Tables = dict[str, pd.DataFrame]
KEY = ("coder", "doc_id", "claim_id", "start", "frame_id")
# cp1252 has Icelandic letters for Turkish ones, and else those of cp1254. cp775 is that of FA-KES.
ENCODINGS = """utf_8 utf_16 utf_16_le utf_16_be utf_32 cp1254 mac_roman cp1251 koi8_r cp866
iso8859_5 cp1256 iso8859_6 gb18030 big5 shift_jis euc_jp euc_kr cp1253 cp1255 cp775""".split()
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

    The last raw files are held: one of many documents is read once. Raises as `read_raw`.
    """
    read = lru_cache(maxsize=8)(read_raw)
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


def decoded(content: bytes) -> str:
    """Return a text in UTF-8, or in the encoding that it names or looks like."""
    with suppress(UnicodeError):
        text = content.decode("utf-8-sig")
        if "\0" not in text:  # UTF-16 of Latin letters is UTF-8, too
            return text
    best = from_bytes(content, cp_isolation=ENCODINGS).best()
    if best is None:
        raise ValueError("its encoding cannot be told; save it as UTF-8")
    return str(best)


def cell(value: Any) -> str:
    """Return a value as text: nothing as "", whole numbers without a point, days without an hour.

    What is several values, such as authors, is parted by commas.
    """
    value = value.get("name") if isinstance(value, dict) else value  # as feeds tell of an outlet
    if isinstance(value, list):
        return ", ".join(map(cell, value))
    if value is None or value != value:
        return ""
    whole = isinstance(value, float) and value.is_integer()
    text = str(int(value) if whole else value).strip().removesuffix(" 00:00:00")
    # JSON may hold half of a sign, where a program cut a text.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def sheets(name: str, content: bytes) -> dict[str, pd.DataFrame]:
    """Return the tables in a csv, tsv, xlsx or jsonl file by name, every cell as `cell` has it.

    The index is a row's number in the file; empty rows are left out. A formula stays one, and is
    not computed. Raises `ValueError` where rows do not fit the header.
    """
    path = PurePosixPath(name)
    as_told: dict[str, Any] = {"dtype": object, "keep_default_na": False}
    if path.suffix.lower() == ".xlsx":
        how: Any = {"engine": "openpyxl", "engine_kwargs": {"data_only": False}}
        read = pd.read_excel(io.BytesIO(content), None, **how, **as_told)
        found = {title: frame.set_axis(frame.index + 2) for title, frame in read.items()}
    elif path.suffix.lower() == ".jsonl":
        lines = {n: line for n, line in enumerate(decoded(content).split("\n"), 1) if line.strip()}
        told = [dict(json.loads(line)) for line in lines.values()]
        found = {path.stem: pd.DataFrame(told, [*lines])}
    else:
        text = re.sub(r"\A(?:sep=.)?[\r\n]+", "", decoded(content))  # which Excel writes
        # A text may hold any sign; the head of a table only parts its names.
        separator = max(",;\t", key=text.partition("\n")[0].count)
        as_told |= {"header": None, "sep": separator, "skip_blank_lines": False}
        # Read as a row, the header tells which rows are too long.
        rows = pd.read_csv(io.StringIO(text, newline=""), engine="python", **as_told)  # strict
        rows = rows.replace("", None).dropna(how="all")
        rows = rows[1:].set_axis(rows.iloc[0], axis=1)
        found = {path.stem: rows.set_axis(rows.index + 1)}
    once = {str(title): frame.loc[:, ~frame.columns.duplicated()] for title, frame in found.items()}
    cells = {title: frame.map(cell) for title, frame in once.items()}
    return {title: frame[frame.ne("").any(axis=1)] for title, frame in cells.items()}


def why(error: Exception) -> str:
    """Return on one line why a file cannot be read: in words of ours, and of no library."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    if type(error).__module__.startswith(("yaml", "tomllib")):
        return "its front matter is no YAML, or no TOML: values go into quotes"
    if met := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error)):
        return met.expand(r"row \2 has \3 fields, the header \1: put texts into quotation marks")
    ours = type(error) is ValueError and str(error)
    return ours or "it is damaged, or no file of the kind that its name says"
