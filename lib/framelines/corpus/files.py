"""Files of strangers: text in any encoding that can be told, tables of any program."""

import csv
import io
import json
import os
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

    A formula stays one, and is not computed. Raises `ValueError` where rows do not fit the header.
    """
    path = PurePosixPath(name)
    if path.suffix.lower() == ".xlsx":
        how: Any = {"engine": "openpyxl", "engine_kwargs": {"data_only": False}, "dtype": object}
        found = dict(pd.read_excel(io.BytesIO(content), None, keep_default_na=False, **how))
    elif path.suffix.lower() == ".jsonl":
        lines = filter(str.strip, decoded(content).split("\n"))
        found = {path.stem: pd.DataFrame([dict(json.loads(line)) for line in lines])}
    else:
        head, *rows = _fields(decoded(content)) or [[]]
        padded = (row + [""] * (len(head) - len(row)) for row in rows)
        found = {path.stem: pd.DataFrame(padded, columns=head, dtype=str)}
    once = {str(title): frame.loc[:, ~frame.columns.duplicated()] for title, frame in found.items()}
    return {title: frame.map(cell) for title, frame in once.items()}


def _fields(text: str) -> list[list[str]]:
    # A text may hold any sign; the head of a table only parts its names.
    separator = max(",;\t", key=text.partition("\n")[0].count)
    source, rows = io.StringIO(text, newline=""), list[list[str]]()
    for row in filter(any, csv.reader(source, delimiter=separator, strict=True)):
        rows.append(row)
        if len(row) > len(rows[0]):
            met = f"row {len(rows)} has {len(row)} fields, the header {len(rows[0])}"
            raise ValueError(f"{met}: put texts into quotation marks")
    return rows


def why(error: Exception) -> str:
    """Return on one line why a file cannot be read: in words of ours, and of no library."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    if "YAML" in str(error):
        return "its front matter is no YAML: what holds a : goes into quotes"
    ours = type(error) is ValueError and str(error)
    return ours or "it is damaged, or no file of the kind that its name says"
