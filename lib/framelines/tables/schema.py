"""The tables of a corpus as data/datapackage.yaml describes them, and every problem of them.

Types, constraints and keys mean what they mean in Table Schema (Frictionless Data 2.0). Lists of
ids, dates in several calendars and messages that say what to do are beyond `frictionless` itself.
"""

import csv
import hashlib
import io
import math
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import yaml

from framelines import REPO, write_all, write_whole
from framelines.corpus.documents import check_texts, texts_of
from framelines.errors import Problem, Problems
from framelines.methods.dates import OPEN, Ends, date_problem, days_text, stated_interval

Tables = dict[str, pd.DataFrame]
Field = dict[str, Any]
# Line, column, what is wrong, the value met, and where it helps what is allowed and how to mend it.
Faults = Iterator[tuple[Any, ...]]

PACKAGE = REPO / "data" / "datapackage.yaml"
# What files of others call the columns of rows, and what these say where nothing is told.
_TEXT = Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8")
COLUMNS: dict[str, Any] = yaml.load(_TEXT, Loader=yaml.CSafeLoader)
# A zero-width joiner or non-joiner belongs to the spelling of Persian, Urdu and Kurdish names.
JOINERS = "\u200c\u200d"
# Characters of a cell: what is longer is no fact, but a text. Longer fields are read, to be named.
LONGEST = 5_000
csv.field_size_limit(2**31 - 1)
ID = r"[a-z0-9]+(-[a-z0-9]+)*"
NUMBERS = {"integer": r"-?\d{1,15}", "number": r"-?\d{1,15}(\.\d{1,15})?"}
CALENDAR_SLACK = 3


@cache
def resources() -> dict[str, dict[str, Any]]:
    """Return the descriptor of every table by its name, in the order of the data package."""
    package = yaml.load(PACKAGE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
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


def key_of(name: str) -> list[str]:
    """Return the columns that tell the rows of the table `name` apart."""
    return list(resources()[name]["schema"]["primaryKey"])


def display_path(path: Path) -> str:
    """Return the last folders of `path`, for messages that mean the same on every machine."""
    parts = path.parts
    return "/".join(parts[parts.index("data") :]) if "data" in parts else path.name


def _plain(path: Path, name: str) -> pd.DataFrame | None:
    """Return a CSV file without quotation marks as text, where nothing is amiss; else None.
    It is read a tenth as long as by `_read_strings`, which can say what is amiss.
    """
    content = path.read_bytes() if path.is_file() else b""
    header = ",".join(fields_of(name)).encode() + b"\n"
    if not content.startswith(header) or any(odd in content for odd in (b'"', b"\r", b"\0")):
        return None
    how: dict[str, Any] = {"dtype": str, "na_filter": False, "skip_blank_lines": False}
    try:
        frame = pd.read_csv(io.BytesIO(content), **how)
    except ValueError:  # rows that are too long, no UTF-8
        return None
    # Rows that are all too long make an index; one too short, or empty, has no last field.
    odd = not isinstance(frame.index, pd.RangeIndex) or (frame.iloc[:, -1] == "").any()
    return None if odd or frame.empty else frame.set_axis(frame.index + 2)


def _read_strings(path: Path, name: str, problems: Problems) -> pd.DataFrame:
    """Return a CSV file as text, its lines as the index; without rows where it cannot be read."""
    if (plain := _plain(path, name)) is not None:
        return plain
    file, needed, fields = display_path(path), "required" in resources()[name], fields_of(name)
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
    except csv.Error:
        what = f"a quotation mark is not closed, or stands inside a field, line {reader.line_num}"
    header = rows.pop(min(rows)) if rows else []
    if len(header) == 1 and (mark := re.search(r"[;\t|:，؛]", header[0])):
        what = f"the fields are separated by {mark[0]}, not by commas".replace("\t", "tabs")
    elif needed and not rows and not what:
        what, fix = "the table has no rows", "Add a row"
    found = [Problem(file, what, fix=fix)] if what else list(_header_problems(header, name, file))
    problems.extend(found)
    if found or not rows:
        return pd.DataFrame(columns=list(fields), dtype=str)
    for line in [line for line, row in rows.items() if len(row) != len(header)]:
        what = f"the row has {len(rows.pop(line))} fields, the header {len(header)}"
        problems.add(file, what, row=line, fix="Check quotes and commas")
    frame = pd.DataFrame(list(rows.values()), list(rows), header, dtype=str)
    return frame.reindex(columns=list(fields), fill_value="")


def _header_problems(header: list[str], name: str, file: str) -> Iterator[Problem]:
    fields = fields_of(name) if header else {}
    lacking = [c for c, field in fields.items() if is_required(field) and c not in header]
    odd = [c for c in header if c not in fields or header.count(c) > 1]
    if lacking:
        fix = "Add it to the header, and a field to every row"
        yield Problem(file, "missing in the header", column=", ".join(lacking), fix=fix)
    if odd:
        what, fix = "unknown or double columns", "Take them out, or see data/datapackage.yaml"
        yield Problem(file, what, value=", ".join(odd), allowed=", ".join(fields), fix=fix)


def _typed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Numbers become numbers, in the digits of any script; cells without one are NaN."""
    typed = dict[str, pd.Series]()
    for column, field in fields_of(name).items():
        if field["type"] in NUMBERS:
            places, cells = pd.factorize(frame[column])
            known = [float(c) if c and not fault(field, c) else math.nan for c in cells]
            numbers = pd.Series(np.array(known, float)[places], frame.index)
            # Only a bad cell leaves a gap in a column of whole numbers that must be filled.
            whole = field["type"] == "integer" and is_required(field) and numbers.notna().all()
            typed[column] = numbers.astype("int64") if whole else numbers
    return frame.assign(**typed)


def fault(field: Field, value: str, calendar: str = "") -> str:
    """Return in words why a cell may not hold `value`, or nothing where it may."""
    if not value:
        return "this value is missing" if is_required(field) else ""
    odd = next((c for c in value if not c.isprintable() and c not in JOINERS), "")
    parts = value.split(";") if field["type"] == "list" else [value]
    reasons = [_reason(field, part, calendar) for part in parts]
    if odd:
        name = unicodedata.name(odd, "a control character")
        reasons = [f"it holds the character U+{ord(odd):04X}, {name}"]
    elif value != value.strip(f" {JOINERS}"):
        reasons = ["it begins or ends with a space or a joiner"]
    elif len(value) > LONGEST:
        reasons = [f"it has {len(value):,} characters, where {LONGEST:,} may stand"]
    found = [f" ({why})" if why else "" for why in reasons if why is not None]
    return f"this value is not allowed{found[0]}" if found else ""


def _reason(field: Field, value: str, calendar: str) -> str | None:
    """Why a value may not stand there, empty where there is nothing to add; None where it may."""
    rules, kind = field["constraints"], field["type"]
    if kind in NUMBERS:
        if not re.fullmatch(NUMBERS[kind], value):
            return "no number of at most 15 digits"
        low, high = rules.get("minimum", -1e15), rules.get("maximum", 1e15)
        return None if low <= float(value) <= high else "out of range"
    usual = {"list": ID, "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}"}.get(kind, ".*")
    fits = re.fullmatch(rules.get("pattern", usual), value)
    if not fits or value not in rules.get("enum", [value]):
        return ""
    if kind == "date" or "notation" in field:
        return date_problem(value, calendar if field.get("notation") == "stated" else "gregorian")
    return None


def allowed(field: Field) -> str:
    """Return in words what may stand in a field."""
    rules = field["constraints"]
    words = ", ".join(rules.get("enum", [])) or field.get("allowed", "text on one line")
    if field["type"] in NUMBERS:
        kind = "whole number" if field["type"] == "integer" else "number with a point"
        words = f"a {kind} from {rules['minimum']} to {rules.get('maximum', 'any')}"
    return words if is_required(field) else f"{words}; or empty"


def _wrong(
    frame: pd.DataFrame, columns: list[str], why: Callable[..., str]
) -> Iterator[tuple[int, str, str]]:
    """Line, first cell and reason of the rows of which `why` has one; each kind is asked once."""
    first, *more = columns
    once = frame[columns].drop_duplicates() if more else frame
    cells = _tuples(once, columns) if more else zip(frame[first].unique())
    reasons = {cell: said for cell in cells if (said := why(*cell))}
    for line, cell in zip(frame.index, _tuples(frame, columns), strict=True) if reasons else ():
        if cell in reasons:
            yield line, cell[0], reasons[cell]


def _tuples(frame: pd.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(frame[column] for column in columns), strict=True))


def _cell_faults(frame: pd.DataFrame, name: str) -> Faults:
    for column, field in fields_of(name).items():
        columns = [column, field["calendar"]] if "calendar" in field else [column]
        for line, met, why in _wrong(frame, columns, partial(fault, field)):
            yield line, column, why, met[:60], allowed(field)
        if other := field.get("beside"):
            for line in frame.index[(frame[column] == "") != (frame[other] == "")]:
                yield line, column, f"of {other} and {column}, one is empty"


def _where(
    wrong: pd.DataFrame, column: str, what: str, met: str, allowed: str = "", fix: str = ""
) -> Faults:
    """A fault a row; `met` and `allowed` are filled with its cells."""
    for line, row in wrong.to_dict("index").items() if len(wrong) else ():
        yield line, column, what, met.format_map(row), allowed.format_map(row) or None, fix or None


def _key_faults(tables: Tables, name: str) -> Faults:
    frame, key = tables[name], key_of(name)
    twice = frame[frame.duplicated(key)].dropna(subset=key)
    fix = "Keys are unique: delete the row or give it a key of its own"
    met = ", ".join(f"{{{column}}}" for column in key)
    return _where(twice, ", ".join(key), "this key stands in an earlier row already", met, "", fix)


def _order_faults(tables: Tables, name: str) -> Faults:
    frame = tables[name]
    for high, field in fields_of(name).items():
        if low := field.get("not_below"):
            wrong = frame[(frame[low] > frame[high]) & (frame[high] != "")]
            yield from _where(wrong, high, f"{high} is below {low}", f"{{{low}}} > {{{high}}}")


def _span_faults(tables: Tables, name: str) -> Faults:
    """Spans of documents, and of codes in them, that hold nothing or reach too far."""
    frame, documents = tables[name], tables["documents"].drop_duplicates("doc_id")
    if name == "documents" or "hash" in frame:
        length = documents.set_index("doc_id").eval("end - start")
        most = frame["end"] if name == "documents" else frame["doc_id"].map(length)
        frame = frame.assign(least=frame["start"] + 1, most=most)
        wrong = frame[(frame["start"] >= frame["end"]) | (frame["end"] > most)]
        what, allowed = "the span is empty, or lies outside its document", "{least} to {most}"
        yield from _where(wrong, "end", what, "[{start}, {end})", f"{allowed} code points")


def shares_events(tables: Tables, coders: pd.Series) -> pd.Series:
    """Return which of `coders` use the events of events.csv: all but those with `own` events."""
    listed = tables["coders"]
    return ~coders.isin(set(listed.loc[listed["events"] == "own", "coder"]))


def _lacking(known: set[tuple[Any, ...]], ids: str, *scope: str) -> str:
    return ";".join(one for one in ids.split(";") if (one, *scope) not in known)


def _link_faults(tables: Tables, name: str) -> Faults:
    """Ids that their table does not define; those of a table without rows are free labels."""
    for column, target in links_of(name).items():
        frame = tables[name][tables[name][column] != ""]
        if target == "events" and "coder" in frame:
            frame = frame[shares_events(tables, frame["coder"])]
        *scope, identity = key_of(target)  # a claim's id is its coder's own
        other = fields_of(name)[column].get("or", identity)
        known = {k for c in (identity, other) for k in _tuples(tables[target], [c, *scope])}
        what, fix = f"{target}.csv defines no such id", f"Mend it, or add it to {target}.csv"
        rows = _wrong(frame, [column, *scope], partial(_lacking, known)) if known else ()
        for line, _, met in rows:
            yield line, column, what, met, None, fix


def _circle_faults(tables: Tables, name: str) -> Faults:
    """Ids that lead back to themselves: where one stands after more steps than there are ids."""
    *scope, identity = key_of(name)
    for column in [column for column, target in links_of(name).items() if target == name]:
        frame = tables[name][tables[name][column] != ""]
        own = _tuples(frame, [*scope, identity])
        links = dict(zip(own, _tuples(frame, [*scope, column]), strict=True))
        for _ in range(len(links).bit_length()):
            links = {one: links[other] for one, other in links.items() if other in links}
        circular = set(links.values())
        for line, one in zip(frame.index, own, strict=True):
            if one in circular:
                yield line, column, f"{column} leads back to the row itself", frame.at[line, column]


# What follows, the data package cannot say.
def _document_faults(tables: Tables, name: str) -> Faults:
    """Reposts of reposts; articles that overlap, unless one names the other as its host."""
    of = dict(_tuples(tables[name], ["doc_id", "duplicate_of"]))
    for line, one, other in tables[name][["doc_id", "duplicate_of"]].itertuples(name=None):
        if of.get(other) and one not in (other, of[other]):
            what, fix = "this names a repost itself", "Name the first text"
            yield line, "duplicate_of", what, other, of[other], fix
    order, up = ["raw_file", "start", "end", "contained_in"], [True, True, False, True]
    ordered = tables[name].dropna(subset=["start", "end"]).sort_values(order, ascending=up)
    begun: list[dict[str, Any]] = []  # articles that the next one may lie in, the innermost last
    for line, row in zip(ordered.index, ordered.to_dict("records"), strict=True):
        value, host = f"[{row['start']}, {row['end']})", row["contained_in"]
        begun = [d for d in begun if d["raw_file"] == row["raw_file"] and d["end"] > row["start"]]
        if begun and (begun[-1]["doc_id"] != host or begun[-1]["end"] < row["end"]):
            what = f"its span overlaps that of {begun[-1]['doc_id']}"
            fix = "If one article contains the other whole, name it in contained_in"
            yield line, "start", what, value, None, fix
        elif host and not begun:
            yield line, "contained_in", f"the span does not lie inside that of {host}", value
        begun.append(row)


@cache
def _days(stated: str, calendar: str) -> Ends:
    """The days of a date, open where it is relative or unreadable."""
    if date_problem(stated, calendar):
        return OPEN
    # A calendar some days off Umm al-Qura is no mistake of the coder.
    return stated_interval(stated, calendar, setting=-CALENDAR_SLACK)


def _claim_faults(tables: Tables, name: str) -> Faults:
    """Realised events dated after their own document, and parts of another source's claim."""
    claims, documents = tables[name], tables["documents"].drop_duplicates("doc_id")
    published, owner = (documents.set_index("doc_id")[c] for c in ("published", "source_id"))
    source = claims["doc_id"].map(owner).fillna("")
    sources = dict(zip(_tuples(claims, key_of(name)), source, strict=True))
    for line, row in zip(claims.index, claims.to_dict("records"), strict=True):
        early, _ = _days(row["event_date"], row["event_calendar"])
        _, late = _days(published.get(row["doc_id"], ""), "gregorian")
        if row["modality"] == "realised" and early > late:
            what = "the event is dated after its own document"
            yield line, "event_date", what, row["event_date"], f"up to {days_text(late)}"
        if sources.get((row["coder"], row["part_of"]), source[line]) != source[line]:
            yield line, "part_of", "part_of points to a claim of another source", row["part_of"]


def _sentence_faults(tables: Tables, name: str) -> Faults:
    """Frame codes of what is no sentence."""
    place = ["doc_id", "start", "end"]
    known = {*_tuples(tables["sentences"], place)}
    for line, one in zip(tables[name].index, _tuples(tables[name], place), strict=True):
        if known and one not in known:
            what = "the splitter produces no such sentence"
            yield line, "start", what, f"[{one[1]}, {one[2]})", "spans of features/sentences.csv"


RULES = (_key_faults, _order_faults, _span_faults, _link_faults, _circle_faults)
OWN_RULES: dict[str, Callable[[Tables, str], Faults]] = {
    "documents": _document_faults,
    "claims": _claim_faults,
    "frame_codes": _sentence_faults,
}


def _told(frame: pd.DataFrame, name: str, file: str, faults: Iterable[Any]) -> list[Problem]:
    """Faults as problems, in the order of the rows, each with line and key; no rows have none."""
    problems = []
    for line, column, what, *more in sorted(faults if len(frame) else (), key=lambda one: one[0]):
        key = ", ".join(map(str, frame.loc[line, key_of(name)]))
        problems.append(Problem(file, what, f"{line} ({key})", column, *more))
    return problems


def check_tables(folder: Path, with_texts: bool = False) -> Tables:
    """Return every table of `folder`, checked, typed and in the order of its key.

    Empty text is "", an empty number NaN; a missing table has no rows. `with_texts` compares spans
    with the texts, which must be here. Raises `DataError` with the problems of all tables.
    """
    problems, tables = Problems(), Tables()
    file = {name: display_path(folder / r["path"]) for name, r in resources().items()}
    for name, resource in resources().items():
        strings = _read_strings(folder / resource["path"], name, problems)
        problems.extend(_told(strings, name, file[name], _cell_faults(strings, name)))
        tables[name] = _typed(strings, name)
    for name, frame in tables.items():
        rules = [*RULES, OWN_RULES[name]] if name in OWN_RULES else RULES
        faults = chain.from_iterable(rule(tables, name) for rule in rules)
        problems.extend(_told(frame, name, file[name], faults))
    problems.raise_if_any()
    if with_texts:
        problems.extend(check_texts(tables, texts_of(folder), file.__getitem__))
        problems.raise_if_any()
    ordered = {name: tables[name].sort_values(key_of(name), kind="stable") for name in tables}
    return {name: frame.reset_index(drop=True) for name, frame in ordered.items()}


@lru_cache(maxsize=4)
def _checked(folder: Path, digests: tuple[bytes, ...]) -> Tables:
    return check_tables(folder)


def read_tables(folder: Path) -> Tables:
    """Return the tables of `folder` as `check_tables` does; checked anew only if a file changed."""
    paths, digests = [folder / resource["path"] for resource in resources().values()], []
    for path in [path for path in paths if path.is_file()]:
        with path.open("rb") as file:
            digests += [path.name.encode(), hashlib.file_digest(file, "blake2b").digest()]
    return dict(_checked(folder, tuple(digests)))


def write_table(frame: pd.DataFrame, folder: Path, name: str) -> Path:
    """Write a table as CSV (UTF-8, LF), its columns and rows in the order of the schema."""
    path = folder / resources()[name]["path"]
    whole = frame.reindex(columns=list(fields_of(name)), fill_value="")
    ordered = whole.sort_values(key_of(name), kind="stable")
    return write_whole(path, ordered.to_csv(index=False, lineterminator="\n"))


def written(folder: Path, table: str) -> pd.DataFrame:
    """Return a table as it is written, every cell a text; without rows where there is none."""
    path, columns = folder / resources()[table]["path"], list(fields_of(table))
    if not path.is_file():
        return pd.DataFrame(columns=columns, dtype=str)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.reindex(columns=columns, fill_value="")


@contextmanager
def changed(folder: Path, new: Mapping[str, pd.DataFrame]) -> Iterator[tuple[Path, Tables]]:
    """Put tables into the copy of a folder; yield the copy and all its tables, checked.

    When the block ends, what the copy holds takes its place in the folder. Raises what
    `check_tables` does, with nothing written.
    """
    paths = {name: resource["path"] for name, resource in resources().items()}
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / display_path(folder)
        if folder.is_dir():
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("raw"))
        for name, frame in new.items():
            if len(frame) or (copy / paths[name]).is_file():
                write_table(frame.fillna(""), copy, name)
        yield copy, check_tables(copy)
        made = [path for path in paths.values() if (copy / path).is_file()]
        write_all({folder / path: (copy / path).read_bytes() for path in made})
