"""A case: the tables of one corpus, checked, cut to its documents, with its parameters."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from framelines import REPO
from framelines.errors import DataError, Problem
from framelines.tables.schema import ID, Tables, check_tables, fields_of, read_tables, resources

CODED = ("claims", "captures", "acts", "naming_mentions", "frame_codes")
# `anchors` are the rows of a reference that belong to no case; the other words are no theatre.
NO_CASE = ("anchors", "mixed", "elsewhere")


def _empty_is_none(value: Any) -> Any:
    return None if value in ("", "null", "~") else value


Count = Annotated[int, Field(ge=1)]


class Parameters(BaseModel):
    """What the analyses of a case are computed with."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    draws: Count = 5000
    seed: Annotated[int, Field(ge=0)] = 1
    permutations: Count = 9999
    calendar: Annotated[
        str,
        Field(pattern=r"^(calibrated|umm_al_qura|hull|[+-]?[0-9]+)$", coerce_numbers_to_str=True),
    ] = "calibrated"


class Theatre(BaseModel):
    """Where the war of a case is fought: the theatre's name in documents.csv, and its places."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    places: tuple[str, ...] = ()


class CaseFile(BaseModel):
    """The file of a case, `notebooks/cases/<case>.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: Annotated[str, Field(min_length=1)]
    data: Annotated[str, Field(min_length=1)]
    compare: Annotated[tuple[str, str] | None, BeforeValidator(_empty_is_none)] = None
    coder: Annotated[str, Field(min_length=1)] = "first"
    theatre: Annotated[Theatre | None, BeforeValidator(_empty_is_none)] = None
    parameters: Annotated[Parameters, BeforeValidator(lambda v: v or {})] = Parameters()

    @field_validator("compare")
    @classmethod
    def _two(cls, value: tuple[str, str] | None) -> tuple[str, str] | None:
        if value and value[0] == value[1]:
            raise ValueError("the two camps are the same; name two, or none where there are no two")
        return value


@dataclass(frozen=True, eq=False)
class Case:
    """The tables of a corpus that belong to one case; `case["documents"]` is the table of that name.

    `compare` names the two camps that are set against each other, or is None. `coder` is whose
    codes the analyses read. `theatre` is the name that documents on the theatre carry, `regions`
    the places that it spreads over. Two cases are equal only if they are one and the same object.
    """

    name: str
    title: str
    compare: tuple[str, str] | None
    coder: str
    theatre: str
    parameters: dict[str, Any]
    folder: Path
    tables: Tables
    regions: tuple[str, ...] = ()

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    @property
    def drawing(self) -> dict[str, int]:
        """The keywords draws, seed and permutations of all that is drawn at random."""
        return {key: self.parameters[key] for key in ("draws", "seed", "permutations")}


def case_names(root: Path = REPO) -> list[str]:
    """Return the names of all cases of the checkout at `root`, sorted."""
    return sorted(path.stem for path in (root / "notebooks" / "cases").glob("*.yaml"))


def read_case_file(name: str, root: Path = REPO, **overrides: Any) -> CaseFile:
    """Return the file of a case; `overrides` go before its fields and its parameters.

    Every value is read as it is written: `no`, `010` and `2019-08-22` are no truth value, octal
    number or date. Raises `DataError` with every field that is unknown, missing or mistyped.
    """
    file = f"notebooks/cases/{name}.yaml"
    known = case_names(root)
    if name not in known:
        what, fix = "there is no such case", f"To begin a case: make new-case NAME={name}"
        raise DataError([Problem(file, what, None, None, name, ", ".join(known) or "none", fix)])
    if not re.fullmatch(ID, name) or name in NO_CASE:
        allowed = f"a-z, 0-9 and single hyphens, and none of {', '.join(NO_CASE)}"
        problem = Problem(file, "no name of a case", value=name, allowed=allowed, fix="Rename it")
        raise DataError([problem])
    try:
        text = (root / file).read_text(encoding="utf-8-sig")
        content = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError([Problem(file, f"not YAML in UTF-8: {error}")]) from None
    if not isinstance(content, dict):
        allowed = f"a mapping of {', '.join(CaseFile.model_fields)}"
        raise DataError([Problem(file, "not the file of a case", allowed=allowed)])
    settings = {k: v for k, v in overrides.items() if k in Parameters.model_fields}
    fields = {k: v for k, v in overrides.items() if k not in settings}
    parameters = content.get("parameters") or {}
    if settings and isinstance(parameters, dict):
        fields["parameters"] = {**parameters, **settings, **fields.get("parameters", {})}
    try:
        return CaseFile.model_validate({**content, **fields})
    except ValidationError as error:
        raise DataError([_problem(dict(e), file) for e in error.errors()]) from None


def _problem(error: dict[str, Any], file: str) -> Problem:
    """What pydantic found, in the words of our messages."""
    column = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return Problem(file, "this field is missing", column=column)
    if error["type"] == "extra_forbidden":
        fields = Parameters if column.startswith("parameters.") else CaseFile
        fields = Theatre if column.startswith("theatre.") else fields
        allowed = ", ".join(fields.model_fields)
        return Problem(file, "unknown field", column=column, allowed=allowed)
    what = str(error["msg"]).removeprefix("Value error, ")
    return Problem(file, what[:1].lower() + what[1:], column=column, value=str(error["input"]))


def _select(tables: Tables, name: str) -> Tables:
    """Keep the documents of a case, and of every other table the rows that belong to them."""
    documents = tables["documents"]
    mine = documents["cases"].map(lambda cases: name in cases.split(";")).astype(bool)
    ids = {"", *documents.loc[mine, "doc_id"]}
    selected: Tables = {}
    for table, frame in tables.items():
        if "doc_id" in frame:
            frame = frame[frame["doc_id"].isin(ids)]
        elif "case" in frame:
            frame = frame[frame["case"].isin([name, "anchors"])]
        selected[table] = _without_dangling(frame, table, tables).reset_index(drop=True)
    return selected


def _without_dangling(frame: pd.DataFrame, table: str, tables: Tables) -> pd.DataFrame:
    """Empty the optional ids of a table that is not there: nobody can say what they are."""
    optional = {f["name"] for f in fields_of(table) if "required" not in f.get("constraints", {})}
    links = {f["name"]: f["references"] for f in fields_of(table) if "references" in f}
    for foreign in resources()[table]["schema"].get("foreignKeys", []):
        links[foreign["fields"][0]] = foreign["reference"]["resource"] or table
    gone = [c for c, to in links.items() if c in optional and tables[to].empty]
    return frame.assign(**dict.fromkeys(gone, "")) if gone else frame


def _theatre_of(documents: pd.DataFrame, name: str) -> str:
    """The theatre of a case whose file names none: of its name, else that of most documents."""
    named = documents.loc[~documents["theatre"].isin(["mixed", "elsewhere"]), "theatre"]
    if name in set(named) or named.empty:
        return name
    return str(named.value_counts().sort_index().idxmax())


def load_case(name: str, **overrides: Any) -> Case:
    """Return the case `name` with its tables checked; `overrides` replace fields of its file.

    Raises `DataError` where the case is unknown, has no documents, compares camps that it does not
    have, reads a coder who coded nothing, or a table does not pass its checks.
    """
    content, file = read_case_file(name, **overrides), f"notebooks/cases/{name}.yaml"
    folder = REPO / content.data
    every = read_tables(folder)
    tables = _select(every, name)
    if tables["documents"].empty:
        fix = "Name the case in the column cases of documents.csv"
        raise DataError([Problem(file, "no document belongs to this case", value=name, fix=fix)])
    theatre = content.theatre or Theatre(name=_theatre_of(tables["documents"], name))
    camps = tables["documents"].merge(tables["sources"], on="source_id")["camp"].unique()
    coders = {coder for table in CODED for coder in every[table]["coder"].unique()}
    asked = [
        ("compare", camp, camps, "no source of this case is of this camp")
        for camp in content.compare or ()
    ]
    asked += [("coder", content.coder, coders, "no code is by this coder")]
    asked += [
        ("theatre.places", place, every["places"]["place_id"], "places.csv has no such place")
        for place in theatre.places
    ]
    problems = [
        Problem(
            file, what, None, column, value, ", ".join(sorted(known)) if len(known) < 20 else None
        )
        for column, value, known, what in asked
        if len(known) and value not in set(known)
    ]
    if problems:
        raise DataError(problems)
    return Case(
        name,
        content.title,
        content.compare,
        content.coder,
        theatre.name,
        content.parameters.model_dump(),
        folder,
        tables,
        theatre.places or (theatre.name,),
    )


def data_folders() -> list[Path]:
    """Return the folder of tables of every case, each once, the real corpus first."""
    folders = {REPO / read_case_file(name).data for name in case_names()}
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
            counts[folder.relative_to(REPO).as_posix()] = len(
                check_tables(folder, with_texts)["documents"]
            )
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return counts
