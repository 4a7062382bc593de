"""A case: the tables of one theatre, validated, joined and filtered by its parameters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from framelines.case_files import case_names, read_case_file
from framelines.checks import Tables, check_tables
from framelines.corpus import REPO
from framelines.problems import DataError, Problem


@dataclass(frozen=True)
class Case:
    """One theatre with its tables; `case["documents"]` is the table of that name.

    `compare` names the two camps that are set against each other, or is None where there are no
    two sides. `texts_differ` style questions are for the analyses; a case only selects.
    """

    name: str
    title: str
    compare: tuple[str, str] | None
    parameters: dict[str, Any]
    folder: Path
    tables: Tables

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]


def _select(tables: Tables, name: str) -> Tables:
    """Keep the documents of a case, and of every other table the rows that belong to them."""
    documents = tables["documents"]
    mine = documents["cases"].str.split(";").map(lambda cases: name in cases)
    documents = documents[mine].reset_index(drop=True)
    ids = set(documents["doc_id"])
    selected: Tables = {}
    for table, frame in tables.items():
        if table == "documents":
            frame = documents
        elif "doc_id" in frame.columns:
            frame = frame[frame["doc_id"].isin(ids | {""})]
        elif "case" in frame.columns:
            frame = frame[frame["case"].isin([name, "anchors"])]
        selected[table] = frame.reset_index(drop=True)
    return selected


def _camp_problems(compare: list[str], tables: Tables, file: str) -> list[Problem]:
    camps = sorted(
        set(
            tables["sources"].loc[
                tables["sources"]["source_id"].isin(tables["documents"]["source_id"]), "camp"
            ]
        )
    )
    return [
        Problem(file, "no source of this case is of this camp", "", "compare", c, ", ".join(camps))
        for c in compare
        if c not in camps
    ]


def load_case(name: str, **overrides: Any) -> Case:
    """Return the case `name`, its tables validated; `overrides` replace fields of its file.

    Raises `DataError` where the case is unknown, has no documents, compares camps that it does not
    have, or a table does not pass its checks.
    """
    content = {**read_case_file(name), **overrides}
    file = f"notebooks/cases/{name}.yaml"
    folder = REPO / content["data"]
    tables = _select(check_tables(folder), name)
    if tables["documents"].empty:
        fix = "Name the case in the column cases of documents.csv"
        raise DataError([Problem(file, "no document belongs to this case", value=name, fix=fix)])
    compare = content["compare"]
    problems = _camp_problems(compare, tables, file) if compare else []
    if problems:
        raise DataError(problems)
    pair = (str(compare[0]), str(compare[1])) if compare else None
    return Case(name, content["title"], pair, content["parameters"], folder, tables)


def data_folders() -> list[Path]:
    """Return the folder of tables of every case, each once, the real corpus first."""
    folders = {REPO / read_case_file(name)["data"] for name in case_names()}
    return sorted(folders, key=lambda path: (path != REPO / "data", str(path)))


def check_all(with_texts: bool = False) -> dict[str, int]:
    """Check the tables of every case; return the number of documents by folder.

    With `with_texts` also every span against the texts. Raises `DataError` with all problems of
    all corpora.
    """
    problems: list[Problem] = []
    counts = {}
    for folder in data_folders():
        try:
            tables = check_tables(folder, with_texts)
            counts[folder.relative_to(REPO).as_posix()] = len(tables["documents"])
        except DataError as error:
            problems += error.problems
    for name in case_names():
        read_case_file(name)
    if problems:
        raise DataError(problems)
    return counts
