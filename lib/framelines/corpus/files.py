"""Files of strangers: text in any encoding that can be told, tables of any program."""

import io
import json
import os
import re
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from charset_normalizer import from_bytes


def decoded(content: bytes) -> str:
    """Return a text in UTF-8, or in the encoding that it names or looks like."""
    with suppress(UnicodeError):
        text = content.decode("utf-8-sig")
        if "\0" not in text:  # UTF-16 of Latin letters is UTF-8, too
            return text
    best = from_bytes(content).best()
    if best is None:
        raise ValueError("its encoding cannot be told; save it as UTF-8")
    return str(best)


def cell(value: Any) -> str:
    """Return a value as text: nothing as "", whole numbers without a point, days without an hour.

    What is several values, such as authors, is parted by commas.
    """
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
    if type(error).__module__.startswith("yaml"):
        return "its front matter is no YAML: what holds a : goes into quotes"
    if met := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error)):
        return met.expand(r"row \2 has \3 fields, the header \1: put texts into quotation marks")
    ours = type(error) is ValueError and str(error)
    return ours or "it is damaged, or no file of the kind that its name says"
