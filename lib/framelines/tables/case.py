"""A case: the tables of one corpus, checked, cut to its documents, with its parameters."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from framelines import REPO, write_whole
from framelines.errors import DataError, Problem, Problems
from framelines.tables import schema
from framelines.tables.schema import ID, Tables, fields_of, links_of, read_tables

CODED = ("claims", "captures", "acts", "naming_mentions", "frame_codes")
# `anchors` are the rows of a reference that belong to no case; the other words are no theatre.
NO_CASE = ("anchors", "mixed", "elsewhere")


class Loader(yaml.BaseLoader):
    """YAML without its types, so that nothing is a date or a truth value by accident."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return the fields of a mapping; an error where one stands twice."""
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            raise yaml.MarkedYAMLError(note="a field stands twice", problem_mark=node.end_mark)
        return found


def _told(value: str) -> str:
    """Refuse what no cell of a table may hold either."""
    if why := schema.fault({"type": "string", "constraints": {"required": True}}, value):
        raise ValueError(why)
    return value


# What a field may hold, as a message has it.
TEXT, CAMPS = "one line, at most 200 characters", "two camps such as [north, south], or null"
FOLDER = "a folder of this checkout, such as data/river-war"
CALENDAR = "calibrated, umm_al_qura, hull, or an offset in whole days such as 1"
# A 95 % interval or a p-value of 5 % needs some draws; more than these fill the memory.
Drawn = Annotated[int, Field(ge=99, le=10**5, description="a whole number from 99 to 100,000")]
Name = Annotated[str, Field(max_length=200, description=TEXT), AfterValidator(_told)]
Folder = Annotated[str, Field(pattern=r"^\w[\w-]*(/[\w-]+)*/?$", description=FOLDER)]
Setting = "^(calibrated|umm_al_qura|hull|[+-]?[0-9]{1,2})$"
Nothing = BeforeValidator(lambda value: None if value in ("", "null", "~") else value)
Defaults = BeforeValidator(lambda value: {} if value in ("", "null", "~") else value)


class _Strict(BaseModel):
    model_config = {"extra": "forbid", "frozen": True, "coerce_numbers_to_str": True}


class Parameters(_Strict):
    """What the analyses of a case are computed with."""

    draws: Drawn = 5000
    seed: Annotated[int, Field(ge=0, description="a whole number from 0 on")] = 1
    permutations: Drawn = 9999
    calendar: Annotated[str, Field(pattern=Setting, description=CALENDAR)] = "calibrated"


class Theatre(_Strict):
    """Where a case is fought: the name that documents.csv gives it, and the places it covers."""

    name: Name
    places: Annotated[tuple[Name, ...], Field(description="ids such as [a, b]")] = ()


class CaseFile(_Strict):
    """What `notebooks/cases/<case>.yaml` says."""

    title: Name
    about: Annotated[str, Field(max_length=600)] = ""
    data: Folder
    compare: Annotated[tuple[Name, Name] | None, Nothing, Field(description=CAMPS)] = None
    coder: Name = "first"
    theatre: Annotated[Theatre | None, Nothing] = None
    parameters: Annotated[Parameters, Defaults] = Parameters()


@dataclass(frozen=True, eq=False)
class Case:
    """The tables of one case; `case["documents"]` is the table of that name.

    `compare` names two camps, or is None; `coder` is whose codes the analyses read; `theatre` is
    the name on documents, `regions` its places. Equal to itself only.
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
    def drawing(self) -> dict[str, Any]:
        """The keywords draws, seed and permutations of all that is drawn at random."""
        return {key: self.parameters[key] for key in ("draws", "seed", "permutations")}


def case_names(root: Path = REPO) -> list[str]:
    """Return the names of all cases of the checkout at `root`, sorted."""
    files = sorted((root / "notebooks" / "cases").glob("*.y*ml"))
    if wrong := [path.name for path in files if path.suffix != ".yaml"]:
        what, fix = "the file of a case ends in .yaml", "Rename it"
        raise DataError([Problem(f"notebooks/cases/{name}", what, fix=fix) for name in wrong])
    return [path.stem for path in files]


def read_case_file(name: str, root: Path = REPO, **overrides: Any) -> CaseFile:
    """Return the file of a case; `overrides` replace its fields and parameters.

    Raises `DataError` with every field that is unknown, missing or mistyped.
    """
    file, names = f"notebooks/cases/{name}.yaml", case_names(root)
    if not re.fullmatch(ID, name) or name in NO_CASE:
        known = f"a-z, 0-9 and single hyphens; not {', '.join(NO_CASE)}"
        raise DataError([Problem(file, "no name of a case", value=name, allowed=known)])
    if name not in names:
        what, fix = "there is no such case", f"To begin one: make corpus FROM=folder NAME={name}"
        known = ", ".join(names) or "none"
        raise DataError([Problem(file, what, value=name, allowed=known, fix=fix)])
    try:
        text = (root / file).read_text(encoding="utf-8-sig")
        said = CaseFile.model_validate(yaml.load(text, Loader=Loader))
        own = {key: overrides.pop(key) for key in Parameters.model_fields if key in overrides}
        fields = said.model_dump(exclude_unset=True)
        fields["parameters"] = fields.get("parameters", {}) | own
        return CaseFile.model_validate(fields | overrides)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark, note = getattr(error, "problem_mark", None), getattr(error, "note", None)
        fix = "Write it in UTF-8, a line a field, and in quotes what holds a : # [ or {"
        what, line = note or "this is no YAML", mark and mark.line + 1
        raise DataError([Problem(file, what, line, fix=fix)]) from None
    except ValidationError as error:
        raise DataError([_problem(dict(e), file) for e in error.errors()]) from None


def _problem(error: dict[str, Any], file: str) -> Problem:
    """What pydantic found, in the words of our messages."""
    place, kind, met = error["loc"], error["type"], error["input"]
    inner: dict[Any, type[_Strict]] = {"parameters": Parameters, "theatre": Theatre}
    inside = place and (len(place) > 1 or kind == "model_type")
    fields = (inner.get(place[0], CaseFile) if inside else CaseFile).model_fields
    known = next((fields[one].description for one in place if one in fields), None)
    what = {"missing": "this field is missing", "extra_forbidden": "there is no such field"}
    what |= {"value_error": error["msg"].removeprefix("Value error, ")}
    what |= {"model_type": "fields and their values belong here"}
    told = what.get(kind, "this value is not allowed"), None, ".".join(map(str, place)) or None
    value = None if kind == "missing" or met is None else str(met)[:60]
    return Problem(file, *told, value, known or ", ".join(fields))


def _select(tables: Tables, name: str) -> Tables:
    """Keep the documents of a case and what belongs to them; empty ids of a table without rows."""
    documents, selected = tables["documents"], Tables()
    pairs = zip(documents["doc_id"], documents["cases"], strict=True)
    ids = {"", *(doc_id for doc_id, cases in pairs if name in cases.split(";"))}
    for table, frame in tables.items():
        if "doc_id" in frame:
            frame = frame[frame["doc_id"].isin(ids)]
        elif "case" in frame:
            frame = frame[frame["case"].isin([name, "anchors"])]
        unknown = [column for column, to in links_of(table).items() if tables[to].empty]
        gone = [column for column in unknown if not schema.is_required(fields_of(table)[column])]
        selected[table] = frame.assign(**dict.fromkeys(gone, "")).reset_index(drop=True)
    return selected


def load_case(name: str, **overrides: Any) -> Case:
    """Return the case `name` with its tables checked; `overrides` replace fields of its file.

    Where the file names no theatre, it is that of the case's name or of most documents. Raises
    `DataError` where the case is unknown, has no documents, names camps, places or a coder that it
    does not have, or a table does not pass its checks.
    """
    said, file = read_case_file(name, **overrides), f"notebooks/cases/{name}.yaml"
    every = read_tables(REPO / said.data)
    tables = _select(every, name)
    documents, sources = tables["documents"], tables["sources"]
    if documents.empty:
        what, fix = "no document belongs to this case", "Name it in documents.csv, column cases"
        raise DataError([Problem(file, what, value=name, fix=fix)])
    named = documents.loc[~documents["theatre"].isin(NO_CASE), "theatre"]
    most = name if name in {*named} else min(named.mode(), default=name)
    theatre = said.theatre or Theatre(name=most)
    camps = {*sources.loc[sources["source_id"].isin(documents["source_id"]), "camp"]}
    coders = {coder for table in CODED for coder in every[table]["coder"].unique()}
    places = {*every["places"]["place_id"]}
    checks = [
        ("compare", said.compare or (), camps, "no source of this case is of this camp"),
        ("coder", (said.coder,), coders, "no code is by this coder"),
        ("theatre", theatre.places, places, "places.csv has no such place"),
    ]
    problems = Problems()
    for column, given, known, what in checks:
        for value in [value for value in given if known and value not in known]:
            problems.add(file, what, column=column, value=value, allowed=", ".join(sorted(known)))
    if said.compare and said.compare[0] == said.compare[1]:
        problems.add(file, "the two camps are the same", column="compare", value=said.compare[0])
    problems.raise_if_any()
    regions, parameters = theatre.places or (theatre.name,), said.parameters.model_dump()
    where = (theatre.name, parameters, REPO / said.data, tables, regions)
    return Case(name, said.title, said.compare, said.coder, *where)


def data_folders() -> list[Path]:
    """Return the folder of tables of every case, each once, that of the repository first."""
    folders = {REPO / read_case_file(name).data for name in case_names()}
    return sorted(folders, key=lambda path: (path != REPO / "data", str(path)))


def add_to_case(name: str, root: Path, lines: str) -> None:
    """Write more lines at the end of the file of a case."""
    file = root / "notebooks" / "cases" / f"{name}.yaml"
    write_whole(file, f"{file.read_text(encoding='utf-8-sig').rstrip()}\n{lines}")
