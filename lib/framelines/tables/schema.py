"""The tables of a corpus as data/datapackage.yaml describes them, and every problem of them.

Types, constraints and keys mean what they mean in Table Schema (Frictionless Data 2.0). Lists of
ids, dates in several calendars and messages that say what to do are beyond `frictionless` itself.
"""

import csv
import hashlib
import io
import pickle
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from framelines import REPO, write_whole
from framelines.corpus.documents import check_spans, check_texts, texts_of
from framelines.corpus.features import write_changed
from framelines.errors import Problem, Problems
from framelines.methods.dates import DateInterval, date_problem, gregorian, hijri

Tables = dict[str, pd.DataFrame]
Field = dict[str, Any]
# Line, column, what is wrong, the value met, and where it helps what is allowed and how to mend it.
Faults = Iterator[tuple[Any, ...]]

PACKAGE = REPO / "data" / "datapackage.yaml"
CACHE = REPO / "build" / "tables"
FEATURES = "features"
# A zero-width joiner or non-joiner belongs to the spelling of Persian, Urdu and Kurdish names.
JOINERS = "\u200c\u200d"
ID = r"[a-z0-9]+(-[a-z0-9]+)*"
NUMBERS = {"integer": r"-?\d{1,15}", "number": r"-?\d{1,15}(\.\d{1,15})?"}
CALENDAR_SLACK = 3
ORDERED = (("value_min", "value_max"), ("date_from", "date_to"))
# What must not lead back to itself.
CHAINS = {
    "places": ("place_id", ["parent"]),
    "documents": ("doc_id", ["contained_in", "duplicate_of"]),
    "claims": ("claim_id", ["part_of", "repeats", "denies"]),
}


@cache
def resources() -> dict[str, dict[str, Any]]:
    """Return the descriptor of every table by its name, in the order of the data package."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    package = yaml.load(PACKAGE.read_text(encoding="utf-8"), Loader=loader)
    return {resource["name"]: resource for resource in package["resources"]}


@cache
def fields_of(name: str) -> dict[str, Field]:
    """Return the fields of the table `name` by name, in the order of its columns."""
    fields = resources()[name]["schema"]["fields"]
    return {field["name"]: {"constraints": {}, **field} for field in fields}


@cache
def links_of(name: str) -> dict[str, str]:
    """Return which columns of the table `name` hold ids, and of which table."""
    keys = resources()[name]["schema"].get("foreignKeys", [])
    links = {key["fields"][0]: key["reference"]["resource"] or name for key in keys}
    return links | {c: f["references"] for c, f in fields_of(name).items() if "references" in f}


def is_required(field: Field) -> bool:
    """Return whether a field must be filled in every row."""
    return bool(field["constraints"].get("required"))


def _key(name: str) -> list[str]:
    return list(resources()[name]["schema"]["primaryKey"])


def display_path(path: Path) -> str:
    """Return the last folders of `path`, for messages that mean the same on every machine."""
    parts = path.parts
    return "/".join(parts[parts.index("data") :]) if "data" in parts else path.name


# Reading.


def _read_strings(path: Path, name: str, problems: Problems) -> pd.DataFrame:
    """Return a CSV file as text, its lines as the index; without rows where it cannot be read."""
    file, needed = display_path(path), bool(resources()[name].get("required"))
    rows: dict[int, list[str]] = {}
    what, fix = "", "Save the table as CSV, in UTF-8, with commas between the fields"
    try:
        text = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
        reader = csv.reader(text, strict=True)
        for row in filter(any, reader):
            rows[reader.line_num] = row
    except FileNotFoundError:
        what, fix = "this table is missing" * needed, "Every corpus has it: restore the file"
    except UnicodeDecodeError as error:
        what = f"not UTF-8: byte {error.start} cannot be decoded"
    except csv.Error as error:
        what = f"not a CSV table: {error}, line {reader.line_num}"
    header = rows.pop(min(rows)) if rows else []
    if len(header) == 1 and (mark := re.search(r"[;\t|]", header[0])):
        what = f"the fields are separated by {mark[0]}, not by commas".replace("\t", "tabs")
    elif needed and not rows and not what:
        what, fix = "the table has no rows", "Add a row"
    found = [Problem(file, what, fix=fix)] if what else list(_header_problems(header, name, file))
    problems.extend(found)
    if found or not rows:
        return pd.DataFrame(columns=list(fields_of(name)), dtype=str)
    for line in [line for line, row in rows.items() if len(row) != len(header)]:
        what = f"the row has {len(rows.pop(line))} fields, the header {len(header)}"
        problems.add(file, what, row=line, fix="Check quotes and commas")
    frame = pd.DataFrame(list(rows.values()), list(rows), header, dtype=str)
    return frame.reindex(columns=list(fields_of(name)), fill_value="")


def _header_problems(header: list[str], name: str, file: str) -> Iterator[Problem]:
    fields = fields_of(name)
    for column in fields if header else ():
        if column not in header and is_required(fields[column]):
            fix = "Add the column to the header and a field to every row"
            yield Problem(file, "a column is missing", column=column, fix=fix)
    for column in sorted(set(header)):
        if column not in fields:
            what, known = "there is a column that nothing defines", ", ".join(fields)
            fix = "Take it out, or define it in data/datapackage.yaml"
            yield Problem(file, what, column=column, allowed=known, fix=fix)
        elif header.count(column) > 1:
            yield Problem(file, "the column stands in the header twice", column=column)


def _read_features(path: Path, name: str) -> pd.DataFrame | None:
    """Return a table that the library wrote, or None where it looks touched by hand."""
    types = {column: _type_of(field) for column, field in fields_of(name).items()}
    empty = {column: [""] for column, kind in types.items() if kind != "str"}
    try:
        frame = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=empty)
    except (OSError, ValueError, OverflowError):
        return None
    numbers = frame.select_dtypes("number")
    if list(frame.columns) != list(types) or ((numbers < 0) | (numbers > 1e15)).any(axis=None):
        return None
    lists = {c: f["constraints"].get("enum") for c, f in fields_of(name).items()}
    plain = all(set(frame[c].unique()) <= set(values) for c, values in lists.items() if values)
    return frame if plain and not frame.duplicated(_key(name)).any() else None


def _type_of(field: Field) -> str:
    if field["type"] == "integer" and is_required(field):
        return "int64"
    return "float64" if field["type"] in NUMBERS else "str"


def _typed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Numbers become numbers, in the digits of any script; cells without one are NaN."""
    frame = frame.copy()
    for column, field in fields_of(name).items():
        if field["type"] in NUMBERS:
            values = {value: float(value or "nan") for value in frame[column].unique()}
            numbers = frame[column].map(values).astype("float64")
            # Only a bad cell leaves a gap in a column of whole numbers that must be filled.
            frame[column] = numbers if numbers.isna().any() else numbers.astype(_type_of(field))
    return frame


# One table alone.


def fault(field: Field, value: str, calendar: str = "") -> str:
    """Return in words why a cell may not hold `value`, or nothing where it may."""
    if not value:
        return "this value is missing" if is_required(field) else ""
    odd = next((c for c in value if not c.isprintable() and c not in JOINERS), "")
    if odd:
        name = unicodedata.name(odd, "a control character")
        return f"this value is not allowed: it holds the character U+{ord(odd):04X}, {name}"
    if value != value.strip():
        return "this value is not allowed: it begins or ends with a space"
    parts = value.split(";") if field["type"] == "list" else [value]
    reasons = [_reason(field, part, calendar) for part in parts]
    why = next((reason for reason in reasons if reason is not None), None)
    return "" if why is None else f"this value is not allowed{why and f' ({why})'}"


def _reason(field: Field, value: str, calendar: str) -> str | None:
    """Why a value may not stand there, empty where there is nothing to add; None where it may."""
    rules, kind = field["constraints"], field["type"]
    if kind in NUMBERS:
        if not re.fullmatch(NUMBERS[kind], value):
            return "no number of at most 15 digits"
        low, high = rules.get("minimum", -1e15), rules.get("maximum", 1e15)
        return None if low <= float(value) <= high else "out of range"
    if kind == "date" and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return ""
    if kind == "date" or field.get("notation") == "edtf":
        return date_problem(value, "gregorian")
    if "notation" in field:
        return date_problem(value, calendar)
    pattern = ID if kind == "list" else rules.get("pattern", ".*")
    fits = re.fullmatch(pattern, value) and value in rules.get("enum", [value])
    return None if fits else ""


def allowed(field: Field) -> str:
    """Return in words what may stand in a field."""
    rules = field["constraints"]
    words = ", ".join(rules.get("enum", [])) or field.get("allowed", "text on one line")
    if field["type"] in NUMBERS:
        kind = "whole number" if field["type"] == "integer" else "number with a point"
        words = f"a {kind} from {rules['minimum']} to {rules.get('maximum', 'any')}"
    return words if is_required(field) else f"{words}; or empty"


def _cell_faults(frame: pd.DataFrame, name: str) -> Faults:
    for column, field in fields_of(name).items():
        beside = frame[field["calendar"]].tolist() if "calendar" in field else [""] * len(frame)
        cells = list(zip(frame[column].tolist(), beside, strict=True))
        wrong = {cell: why for cell in set(cells) if (why := fault(field, *cell))}
        for line, cell in zip(frame.index, cells, strict=True) if wrong else ():
            if cell in wrong:
                met = cell[0] if len(cell[0]) <= 60 else cell[0][:57] + "..."
                yield line, column, wrong[cell], met, allowed(field)


def _key_faults(frame: pd.DataFrame, name: str) -> Faults:
    for line in frame.index[frame.duplicated(_key(name), keep="first")]:
        what = "this key stands in an earlier row already"
        fix = "Keys are unique: delete the row or give it a key of its own"
        value = ", ".join(map(str, frame.loc[line, _key(name)]))
        yield line, ", ".join(_key(name)), what, value, None, fix


def _order_faults(tables: Tables, name: str) -> Faults:
    frame = tables[name]
    for low, high in ORDERED:
        if low in frame:
            wrong = frame[(frame[low] > frame[high]) & (frame[high] != "")]
            for line, *ends in wrong[[low, high]].itertuples(name=None):
                yield line, high, f"{high} is below {low}", f"{ends[0]} > {ends[1]}"


# What one table tells of another. Ids of a table without rows are free labels.


def shares_events(tables: Tables, coders: pd.Series) -> pd.Series:
    """Return which of `coders` use the events of events.csv: all but those with `own` events."""
    listed = tables["coders"]
    return ~coders.isin(set(listed.loc[listed["events"] == "own", "coder"]))


def _link_faults(tables: Tables, name: str) -> Faults:
    frame = tables[name]
    for column, target in links_of(name).items():
        known, values = set(tables[target][_key(target)[0]]), frame[column]
        if target == "events" and "coder" in frame:
            values = values[shares_events(tables, frame["coder"])]
        lacking = {v: [i for i in v.split(";") if i not in known] for v in values.unique() if v}
        unknown = {value: ";".join(ids) for value, ids in lacking.items() if ids and known}
        for line, value in values[values.isin(list(unknown))].items():
            what, fix = f"{target}.csv defines no such id", f"Mend it, or add it to {target}.csv"
            yield line, column, what, unknown[value], None, fix


def _in_circles(links: dict[Any, Any]) -> set[Any]:
    """Which ids lead back to themselves, each id looked at once."""
    seen: set[Any] = set()
    circular: set[Any] = set()
    for step in links:
        path: list[Any] = []
        while step in links and step not in seen:
            seen.add(step)
            path.append(step)
            step = links[step]
        circular |= set(path[path.index(step) :]) if step in path else set()
    return circular


def _chain_faults(tables: Tables, name: str) -> Faults:
    identity, columns = CHAINS[name]
    frame, documents = tables[name], tables["documents"]
    coder = frame["coder"] if "coder" in frame else [""] * len(frame)
    own = list(zip(coder, frame[identity], strict=True))
    outlet = dict(zip(documents["doc_id"], documents["source_id"], strict=True))
    outlets = frame.get("doc_id", frame[identity]).map(outlet).fillna("")
    source = dict(zip(own, outlets, strict=True))
    for column in columns:
        others = zip(coder, frame[column], strict=True)
        links = {one: other for one, other in zip(own, others, strict=True) if other[1]}
        circular = _in_circles(links)
        for line, one in zip(frame.index, own, strict=True):
            other, what = links.get(one, ("", "")), ""
            if one in circular:
                what = f"{column} leads back to the row itself"
            elif name == "claims" and other[1] and other not in source:
                what = "no claim of this coder has this id"
            elif column == "part_of" and other[1] and source[other] != source[one]:
                what = "part_of points to a claim of another source"
            if what:
                yield line, column, what, other[1]


def _document_faults(tables: Tables, name: str) -> Faults:
    """Articles that overlap, but for one that lies inside the other whole and says so."""
    order, up = ["raw_file", "start", "end", "contained_in"], [True, True, False, True]
    ordered = tables[name].dropna(subset=["start", "end"]).sort_values(order, ascending=up)
    begun: list[dict[str, Any]] = []  # articles that the next one may lie in, the innermost last
    for line, row in zip(ordered.index, ordered.to_dict("records"), strict=True):
        value, host = f"[{row['start']}, {row['end']})", row["contained_in"]
        begun = [d for d in begun if d["raw_file"] == row["raw_file"] and d["end"] > row["start"]]
        if row["start"] >= row["end"]:
            yield line, "end", "the span ends before it begins", value
        elif begun and (begun[-1]["doc_id"] != host or begun[-1]["end"] < row["end"]):
            what = f"its span overlaps that of {begun[-1]['doc_id']}"
            fix = "If one article contains the other whole, name it in contained_in"
            yield line, "start", what, value, None, fix
        elif host and not begun:
            yield line, "contained_in", f"the span does not lie inside that of {host}", value
        begun.append(row)


def _late_faults(tables: Tables, name: str) -> Faults:
    """Realised events that are dated after their own document."""
    claims, documents = tables[name], tables["documents"]
    # Hijri days are read as Umm al-Qura; a calendar some days off is no mistake of the coder.
    read: dict[str, Callable[[str], DateInterval]] = {
        "gregorian": gregorian,
        "hijri": lambda stated: hijri(stated).shift(-CALENDAR_SLACK),
    }
    realised = (claims["modality"] == "realised") & claims["event_calendar"].isin(list(read))
    told = claims.loc[realised, ["doc_id", "event_date", "event_calendar"]]
    dates = set(told[["event_date", "event_calendar"]].itertuples(index=False, name=None))
    first = {d: read[d[1]](d[0]).first for d in dates if d[0] and not date_problem(*d)}
    published = zip(documents["doc_id"], documents["published"], strict=True)
    last = {doc_id: gregorian(day).last for doc_id, day in published if day}
    for line, doc_id, *stated in told.itertuples(name=None):
        early, late = first.get(tuple(stated)), last.get(doc_id)
        if early and late and early > late:
            what = "the event is dated after its own document"
            yield line, "event_date", what, stated[0], f"up to {late}"


def _naming_faults(tables: Tables, name: str) -> Faults:
    """Labels that two actors claim where no document tells them apart."""
    for (_, label, doc_id), rows in tables[name].groupby(["language", "label", "doc_id"]):
        actors = sorted(set(rows["actor_id"]))
        if len(actors) > 1:
            what = f"more than one actor claims {label!r}" + (f" in {doc_id}" if doc_id else "")
            fix = "Give each row the document in which the label means this actor"
            yield rows.index[-1], "actor_id", what, ", ".join(actors), None, fix


def _sentence_faults(tables: Tables, name: str) -> Faults:
    """Frame codes of what is no sentence, with the nearest one."""
    codes, sentences, span = tables[name], tables["sentences"], ["doc_id", "start", "end"]
    known = pd.MultiIndex.from_frame(sentences[span])
    split = codes["doc_id"].isin(set(sentences["doc_id"])) & codes["start"].notna()
    for line, row in codes[split & ~pd.MultiIndex.from_frame(codes[span]).isin(known)].iterrows():
        own = sentences[sentences["doc_id"] == row["doc_id"]]
        near = own.loc[(own["start"] - row["start"]).abs().idxmin()]
        what, value = "the splitter produces no such sentence", f"[{row['start']}, {row['end']})"
        yield line, "start", what, value, f"the nearest is [{near['start']}, {near['end']})"


def _target_faults(tables: Tables, name: str) -> Faults:
    """Targets of reference figures that are neither an actor nor a side."""
    targets, actors = tables[name]["target"], tables["actors"]
    known = {"", *actors["actor_id"], *actors["side"]}
    for line, target in targets[~targets.isin(known) & (len(actors) > 0)].items():
        yield line, "target", "no actor and no side of actors.csv", target


# What Table Schema cannot say of a table.
RULES: dict[str, tuple[Callable[[Tables, str], Faults], ...]] = {
    "documents": (_chain_faults, _document_faults),
    "places": (_chain_faults,),
    "claims": (_order_faults, _chain_faults, _late_faults),
    "namings": (_naming_faults,),
    "frame_codes": (_sentence_faults,),
    "reference": (_order_faults, _target_faults),
}


# All of them.


def _told(frame: pd.DataFrame, name: str, file: str, faults: Iterable[Faults]) -> list[Problem]:
    """Faults as problems, in the order of the rows, each with the line and the key of its row."""
    problems = []
    for line, column, what, *more in sorted(chain(*faults), key=lambda f: f[0]):
        key = ", ".join(map(str, frame.loc[line, _key(name)]))
        problems.append(Problem(file, what, f"{line} ({key})", column, *more))
    return problems


def check_tables(folder: Path, with_texts: bool = False) -> Tables:
    """Return every table of `folder`, checked, typed and in the order of its key.

    Text is "" and a number NaN where a cell is empty; a table that is not there has no rows. Raises
    `DataError` with the problems of all tables together. With `with_texts` documents and spans are
    held against the texts too, and a corpus whose texts are not here is a problem.
    """
    problems = Problems()
    file = {name: display_path(folder / r["path"]) for name, r in resources().items()}
    strings: Tables = {}
    tables: Tables = {}
    for name, resource in resources().items():
        path = folder / resource["path"]
        made = _read_features(path, name) if path.parent.name == FEATURES else None
        if made is not None:
            strings[name] = tables[name] = made
            continue
        strings[name] = _read_strings(path, name, problems)
        cells, clean = list(_cell_faults(strings[name], name)), strings[name].copy()
        for line, column, *_ in cells:
            clean.at[line, column] = ""
        tables[name] = _typed(clean, name)
        problems.extend(_told(strings[name], name, file[name], [iter(cells)]))
    for name, frame in strings.items():
        faults = [_key_faults(frame, name), _link_faults(strings, name)]
        faults += [rule(tables, name) for rule in RULES.get(name, ())]
        problems.extend(_told(frame, name, file[name], faults))
    spans = {n: f.dropna(subset=["start", "end"]) for n, f in tables.items() if "start" in f}
    problems.extend(check_spans(spans, file.__getitem__))
    problems.raise_if_any()
    if with_texts:
        problems.extend(check_texts(tables, folder, texts_of(folder), file.__getitem__))
        problems.raise_if_any()
    for name, frame in tables.items():
        if not resources()[name]["path"].startswith(FEATURES):  # they are in order
            tables[name] = frame.sort_values(_key(name), kind="stable").reset_index(drop=True)
    return tables


def read_tables(folder: Path) -> Tables:
    """Return every table of `folder` as `check_tables` does; checked once until a file changes.

    What was checked is kept below build/tables/; a damaged or outdated copy is made again. Raises
    `DataError` as `check_tables` does.
    """
    if not folder.resolve().is_relative_to(REPO):
        return check_tables(folder)
    code = [PACKAGE, Path(__file__), Path(date_problem.__code__.co_filename)]
    total = hashlib.sha256(pd.__version__.encode())
    for path in [*code, *(folder / r["path"] for r in resources().values())]:
        total.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
    kept = CACHE / f"{'.'.join(folder.resolve().relative_to(REPO).parts)}.pickle"
    content = kept.read_bytes() if kept.is_file() else b""
    if content[:64] != total.digest() + hashlib.sha256(content[64:]).digest():
        tables = pickle.dumps(check_tables(folder), protocol=5)
        content = total.digest() + hashlib.sha256(tables).digest() + tables
        write_whole(kept, content)
    return dict(pickle.loads(content[64:]))


def write_table(frame: pd.DataFrame, folder: Path, name: str) -> Path:
    """Write a table as CSV (UTF-8, LF), its columns and rows in the order of the schema.

    The file appears whole or not at all; one that would not change keeps its time.
    """
    path = folder / resources()[name]["path"]
    whole = frame.reindex(columns=list(fields_of(name)), fill_value="")
    ordered = whole.sort_values(_key(name), kind="stable")
    return write_changed(path, ordered.to_csv(index=False, lineterminator="\n"))
