"""Files of strangers: text in any encoding that can be told, tables of any program."""

import io
import json
import warnings
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from charset_normalizer import from_bytes


def decoded(content: bytes, declared: str = "") -> str:
    """Return a text in UTF-8, in the encoding that it declares, or in that which it looks like."""
    for encoding in filter(None, ("utf-8-sig", declared)):
        try:
            text = content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
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
    return str(int(value) if whole else value).strip().removesuffix(" 00:00:00")


def sheets(name: str, content: bytes) -> dict[str, pd.DataFrame]:
    """Return the tables in a csv, tsv, xlsx or jsonl file by name, every cell as `cell` has it.

    A formula stays one, and is not computed. Raises `ValueError` where rows do not fit the header.
    """
    path = PurePosixPath(name)
    if path.suffix.lower() == ".xlsx":
        how: Any = {
            "engine_kwargs": {"data_only": False},
            "dtype": object,
            "keep_default_na": False,
        }
        found = dict(pd.read_excel(io.BytesIO(content), None, engine="openpyxl", **how))
    elif path.suffix.lower() == ".jsonl":
        lines = filter(str.strip, decoded(content).split("\n"))
        found = {path.stem: pd.DataFrame([json.loads(line) for line in lines])}
    else:
        text = decoded(content)
        # A text may hold any sign; the head of a table only parts its names.
        separator, source = max(",;\t", key=text.partition("\n")[0].count), io.StringIO(text)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # fields that no column has
            how = {"sep": separator, "dtype": str, "keep_default_na": False, "index_col": False}
            found = {path.stem: pd.read_csv(source, **how)}
    return {str(title): frame.map(cell) for title, frame in found.items()}


def why(error: Exception) -> str:
    """Return what an error of any library says, on one line."""
    return [*str(error).splitlines(), type(error).__name__][0]
