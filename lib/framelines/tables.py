"""Reading a table: every problem of it at once, then columns of the right type."""

import io
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from framelines.columns import Column, Table
from framelines.problems import DataError, Problem, Problems
from framelines.schema import TABLES

NUMERIC = {"int", "number"}


def _pandera_schema(table: Table) -> pa.DataFrameSchema:
    def check(column: Column) -> pa.Check:
        def accepted(values: pd.Series) -> pd.Series:
            # Each distinct value once: most columns repeat a few of them.
            return values.map({value: column.accepts(value) for value in values.unique()})

        return pa.Check(accepted, name=column.name, error="value")

    columns = {c.name: pa.Column(str, checks=[check(c)]) for c in table.columns}
    return pa.DataFrameSchema(columns, strict=False)


def _shorten(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "..."


def _header_problems(frame: pd.DataFrame, table: Table, file: str) -> list[Problem]:
    problems = Problems()
    for name in table.names:
        if name not in frame.columns:
            problems.add(
                file,
                "a column is missing",
                column=name,
                allowed=", ".join(table.names),
                fix="Add the column to the header and a field to every row",
            )
    for name in frame.columns:
        if name not in table.names:
            problems.add(
                file,
                "there is a column that nothing defines",
                column=str(name),
                allowed=", ".join(table.names),
                fix="Take it out, or define it in lib/framelines/schema.py",
            )
    return problems.found


def _value_problems(frame: pd.DataFrame, table: Table, file: str) -> list[Problem]:
    try:
        _pandera_schema(table).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    columns = {column.name: column for column in table.columns}
    problems = Problems()
    for case in cases.sort_values(["index", "column"], kind="stable").to_dict("records"):
        column = columns[str(case["column"])]
        value = str(case["failure_case"])
        problems.add(
            file,
            column.reason(value),
            row=int(case["index"]) + 2,
            column=column.name,
            value=_shorten(value),
            allowed=column.allowed(),
        )
    return problems.found


def _key_problems(frame: pd.DataFrame, table: Table, file: str) -> list[Problem]:
    problems = Problems()
    key = list(table.key)
    repeated = frame[frame.duplicated(key, keep="first")]
    for index, row in repeated[key].iterrows():
        problems.add(
            file,
            "this key stands in an earlier row already",
            row=int(str(index)) + 2,
            column=", ".join(key),
            value=", ".join(row.astype(str)),
            fix="Keys are unique: delete the row or give it a key of its own",
        )
    return problems.found


def validate(frame: pd.DataFrame, name: str, file: str) -> list[Problem]:
    """Return all problems of a table of strings against the schema `name`, in order of rows."""
    table = TABLES[name]
    found = _header_problems(frame, table, file)
    if found:
        return found
    if frame.empty:
        fix = "Add a row, or delete the file" if table.optional else "Add a row"
        return [Problem(file, "the table has no rows", fix=fix)]
    return _value_problems(frame, table, file) + _key_problems(frame, table, file)


def _typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    frame = frame[table.names].copy()
    for column in table.columns:
        if column.kind == "int" and column.required:
            frame[column.name] = frame[column.name].astype("int64")
        elif column.kind in NUMERIC:
            frame[column.name] = pd.to_numeric(frame[column.name].replace("", None))
    return frame.sort_values(list(table.key), kind="stable").reset_index(drop=True)


def display_path(path: Path) -> str:
    """Return the last folders of `path`, for messages that mean the same on every machine."""
    parts = path.parts
    return "/".join(parts[parts.index("data") :]) if "data" in parts else path.name


def read_strings(path: Path) -> pd.DataFrame:
    """Return a CSV file with every field as a string, empty fields as "".

    Raises `DataError` where the file is missing, is not UTF-8, or its rows are ragged.
    """
    file = display_path(path)
    try:
        # Decoded first, so that the error names the byte of the file and not of a block of it.
        text = path.read_bytes().decode("utf-8")
        return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except FileNotFoundError:
        problem = Problem(file, "this table is missing", fix="Restore it: git checkout brings it")
    except UnicodeDecodeError as error:
        problem = Problem(file, f"not UTF-8: byte {error.start} cannot be decoded")
    except pd.errors.EmptyDataError:
        problem = Problem(file, "the table has not even a header")
    except pd.errors.ParserError as error:
        problem = Problem(file, f"not a CSV table: {error}", fix="Check quotes and commas")
    raise DataError([problem])


def empty_table(name: str) -> pd.DataFrame:
    """Return the table `name` without rows, for an optional file that a corpus does without."""
    return _typed(pd.DataFrame(columns=TABLES[name].names, dtype=str), TABLES[name])


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Return the table `name` of the corpus in `folder`, typed and sorted by its key.

    Numbers become numbers, all else stays text; an optional table without a file has no rows.
    Raises `DataError` with every problem of the table.
    """
    table = TABLES[name]
    path = folder / table.file
    if table.optional and not path.exists():
        return empty_table(name)
    frame = read_strings(path)
    problems = validate(frame, name, display_path(path))
    if problems:
        raise DataError(problems)
    return _typed(frame, table)


def write_table(frame: pd.DataFrame, folder: Path, name: str) -> Path:
    """Write a table as CSV (UTF-8, LF), its columns in the order of the schema, by key.

    The file appears whole or not at all.
    """
    table = TABLES[name]
    path = folder / table.file
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = frame[table.names].sort_values(list(table.key), kind="stable")
    content = ordered.to_csv(index=False, lineterminator="\n").encode("utf-8")
    if path.exists() and path.read_bytes() == content:
        return path  # an untouched file keeps its time, and Make rebuilds nothing
    temporary = path.with_suffix(".csv.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
    return path
