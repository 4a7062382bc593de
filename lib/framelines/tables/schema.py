"""The tables of a corpus, as data/datapackage.yaml describes them, and every problem of them.

Types, constraints, keys and foreign keys mean what they mean in Table Schema (Frictionless Data
2.0). The package is read here and not by `frictionless` because ids joined by `;`, dates in several
calendars and messages with what to do are beyond it; a test holds the two against each other.
"""

import csv
import hashlib
import io
import pickle
import re
import unicodedata
from collections.abc import Hashable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from framelines import REPO, write_whole
from framelines.corpus.documents import check_spans, check_texts, texts_of
from framelines.errors import Problem, Problems
from framelines.methods.dates import date_problem, gregorian, hijri

Tables = dict[str, pd.DataFrame]
Field = dict[str, Any]
PACKAGE = REPO / "data" / "datapackage.yaml"
CACHE = REPO / "build" / "tables"
# A zero-width joiner or non-joiner belongs to the spelling of Persian, Urdu and Kurdish names.
JOINERS = "\u200c\u200d"
NUMBERS = {"integer": (r"-?\d{1,15}", "whole number"), "number": (r"-?\d{1,15}(\.\d+)?", "number")}
ID = r"[a-z0-9]+(-[a-z0-9]+)*"
# Hijri days are read as Umm al-Qura; a calendar some days off is no mistake of the coder.
CALENDAR_SLACK = 3
# What must not end before it begins, and what must not lead back to itself.
ORDERED = (("value_min", "value_max"), ("date_from", "date_to"))
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


def fields_of(name: str) -> list[Field]:
    """Return the fields of the table `name`, in the order of its columns."""
    return list(resources()[name]["schema"]["fields"])


def columns_of(name: str) -> list[str]:
    """Return the names of the columns of the table `name`."""
    return [field["name"] for field in fields_of(name)]


def display_path(path: Path) -> str:
    """Return the last folders of `path`, for messages that mean the same on every machine."""
    parts = path.parts
    return "/".join(parts[parts.index("data") :]) if "data" in parts else path.name


# Reading.


def _read_strings(path: Path, name: str, problems: Problems) -> pd.DataFrame:
    """Return a CSV file as text, its lines as the index; without rows where it cannot be read."""
    empty, file = pd.DataFrame(columns=columns_of(name), dtype=str), display_path(path)
    required = resources()[name].get("required")
    if not path.is_file():
        if required:
            problems.add(file, "this table is missing", fix="Every corpus has it: restore the file")
        return empty
    lines, rows, begins = None, [], []
    try:
        lines = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")), strict=True)
        header, last = next(lines, []), 1
        for row in lines:
            if any(row):
                rows.append(row)
                begins.append(last + 1)
            last = lines.line_num
    except UnicodeDecodeError as error:
        what = f"not UTF-8: byte {error.start} cannot be decoded"
        problems.add(file, what, fix="Save the table as CSV in UTF-8")
        return empty
    except csv.Error as error:
        line = lines.line_num if lines else None
        problems.add(file, f"not a CSV table: {error}", row=line, fix="Check quotes and commas")
        return empty
    if required and not rows:
        problems.add(file, "the table has no rows", fix="Add a row")
    if not header or not _header_fits(header, name, file, problems):
        return empty
    for line, row in zip(begins, rows, strict=True):
        if len(row) != len(header):
            what = f"the row has {len(row)} fields, the header {len(header)}"
            problems.add(file, what, row=line, fix="Check quotes and commas")
    kept = [(n, row) for n, row in zip(begins, rows, strict=True) if len(row) == len(header)]
    frame = pd.DataFrame([r for _, r in kept], [n for n, _ in kept], header, dtype=str)
    return frame.reindex(columns=columns_of(name), fill_value="")


def _header_fits(header: list[str], name: str, file: str, problems: Problems) -> bool:
    other = next((mark for mark in ";\t|" if len(header) == 1 and mark in header[0]), "")
    if other:
        mark = "tabs" if other == "\t" else other
        what, fix = f"the fields are separated by {mark}, not by commas", "Save it as CSV (UTF-8)"
        problems.add(file, what, row=1, fix=f"{fix} with commas between the fields")
        return False
    allowed, found = columns_of(name), Problems()
    for field in fields_of(name):
        if field["name"] not in header and field.get("constraints", {}).get("required"):
            fix = "Add the column to the header and a field to every row"
            found.add(file, "a column is missing", column=field["name"], fix=fix)
    for column in sorted(set(header)):
        if column not in allowed:
            what, words = "there is a column that nothing defines", ", ".join(allowed)
            fix = "Take it out, or define it in data/datapackage.yaml"
            found.add(file, what, column=column, allowed=words, fix=fix)
        elif header.count(column) > 1:
            found.add(file, "the column stands in the header twice", column=column)
    problems.extend(found.found)
    return not found.found


def _read_features(path: Path, name: str) -> pd.DataFrame | None:
    """Return a table that the library wrote, or None where it looks touched by hand."""
    if not path.is_file():
        return None
    types = {field["name"]: _type_of(field) for field in fields_of(name)}
    empty = {column: [""] for column, kind in types.items() if kind != "str"}
    try:
        frame = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=empty)
    except (ValueError, UnicodeDecodeError):
        return None
    if list(frame.columns) != list(types) or frame.duplicated(_key(name)).any():
        return None
    numbers = frame.select_dtypes("number")
    enums = {f["name"]: f["constraints"].get("enum") for f in fields_of(name) if "constraints" in f}
    plain = all(set(frame[c].unique()) <= set(values) for c, values in enums.items() if values)
    return frame if plain and not (numbers < 0).any().any() else None


def _type_of(field: Field) -> str:
    if field["type"] == "integer" and field["constraints"].get("required"):
        return "int64"
    return "float64" if field["type"] in NUMBERS else "str"


def _typed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Numbers become numbers, in the digits of any script; cells without one are NaN."""
    frame = frame.copy()
    for field in fields_of(name):
        if field["type"] in NUMBERS:
            column = frame[field["name"]]
            numbers = column.map({v: float(v) if v else None for v in column.unique()})
            whole = _type_of(field) == "int64" and not numbers.isna().any()
            frame[field["name"]] = numbers.astype("int64" if whole else "float64")
    return frame


def empty_table(name: str) -> pd.DataFrame:
    """Return the table `name` without rows, its columns typed."""
    return _typed(pd.DataFrame(columns=columns_of(name), dtype=str), name)


# What one cell may hold.


def fault(field: Field, value: str) -> str:
    """Return in words why a cell may not hold `value`, or nothing where it may."""
    rules = field.get("constraints", {})
    if not value:
        return "this value is missing" if rules.get("required") else ""
    odd = next((c for c in value if not c.isprintable() and c not in JOINERS), "")
    if odd:
        name = unicodedata.name(odd, "a control character")
        return f"this value is not allowed: it holds the character U+{ord(odd):04X}, {name}"
    if value != value.strip():
        return "this value is not allowed: it begins or ends with a space"
    parts = value.split(";") if field["type"] == "list" else [value]
    why = next((reason for part in parts if (reason := _part_fault(field, rules, part))), None)
    return "" if why is None else f"this value is not allowed{why and f' ({why})'}"


def _part_fault(field: Field, rules: dict[str, Any], value: str) -> str | None:
    """Why one of the values of a cell may not stand there; empty where there is nothing to add."""
    kind, notation = field["type"], field.get("notation")
    if kind in NUMBERS:
        pattern, words = NUMBERS[kind]
        if not re.fullmatch(pattern, value):
            return f"no {words} of at most 15 digits"
        low, high = rules.get("minimum", -1e15), rules.get("maximum", 1e15)
        return None if low <= float(value) <= high else f"outside {_range(rules)}"
    if kind == "date" and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return ""
    if kind == "date" or notation == "edtf":
        return date_problem(value, "gregorian")
    if notation == "stated" and "calendar" not in field:
        return date_problem(value)
    pattern = ID if kind == "list" else rules.get("pattern", ".*")
    fits = re.fullmatch(pattern, value) and value in rules.get("enum", [value])
    return None if fits else ""


def _range(rules: dict[str, Any]) -> str:
    return f"{rules['minimum']} to {rules['maximum']}" if "maximum" in rules else "0 and above"


def _allowed(field: Field) -> str:
    """In words, what may stand in a field."""
    rules = field.get("constraints", {})
    words = ", ".join(rules.get("enum", [])) or field.get("allowed", "text on one line")
    if field["type"] in NUMBERS:
        words = f"a {NUMBERS[field['type']][1]}, {_range(rules)}"
    return words if rules.get("required") else f"{words}; or empty"


def _key(name: str) -> list[str]:
    return list(resources()[name]["schema"]["primaryKey"])


def _row(name: str, frame: pd.DataFrame, line: Hashable) -> str:
    """Line and key of a row, for messages."""
    key = ", ".join(f"{value}" for value in frame.loc[line, _key(name)])
    return f"{line} ({key})" if key.strip(", ") else f"{line}"


def _cell_problems(frame: pd.DataFrame, name: str, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table with its bad cells emptied, and what is wrong with them."""
    found: list[tuple[Any, int, Problem]] = []
    clean = frame.copy()
    for at, field in enumerate(fields_of(name)):
        column = field["name"]
        values = frame[column]
        wrong = {value: why for value in values.unique() if (why := fault(field, value))}
        bad = values.isin(list(wrong))
        clean[column] = values.mask(bad, "")
        reasons = values[bad].map(wrong)
        if "calendar" in field:
            pairs = frame.loc[~bad & (values != ""), [column, field["calendar"]]]
            known = {p: date_problem(*p) for p in set(pairs.itertuples(index=False, name=None))}
            whys = {line: known[p] for line, *p in pairs.itertuples(name=None) if known[tuple(p)]}
            reasons = pd.concat([reasons, pd.Series(whys, dtype=object)])
        for line, why in reasons.items():
            value, row = _short(str(frame.at[line, column])), _row(name, frame, line)
            problem = Problem(file, why, row, column, value, _allowed(field))
            found.append((line, at, problem))
    return clean, [problem for *_, problem in sorted(found, key=lambda item: item[:2])]


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "..."


# What one table tells of another.


def _link_problems(strings: Tables, name: str, file: str) -> list[Problem]:
    """Ids that no table defines; a table that is not there or has no rows defines nothing at all."""
    problems, frame = Problems(), strings[name]
    links = [(f["name"], f["references"]) for f in fields_of(name) if "references" in f]
    for foreign in resources()[name]["schema"].get("foreignKeys", []):
        links.append((foreign["fields"][0], foreign["reference"]["resource"] or name))
    for column, target in links:
        known = set(strings[target][_key(target)[0]])
        values = frame[column]
        if target == "events" and "coder" in frame:
            values = values[shares_events(strings, frame["coder"])]
        unknown = {
            value: ";".join(missing)
            for value in values.unique()
            if value and known and (missing := [v for v in value.split(";") if v not in known])
        }
        for line, value in values[values.isin(list(unknown))].items():
            fix = f"Mend the id, or add it to {target}.csv"
            what, row = f"{target}.csv defines no such id", _row(name, frame, line)
            problems.add(file, what, row=row, column=column, value=unknown[value], fix=fix)
    return problems.found


def shares_events(tables: Tables, coders: pd.Series) -> pd.Series:
    """Return which of `coders` use the events of events.csv; all where no table of coders is."""
    own = tables["coders"].loc[tables["coders"]["events"] == "own", "coder"]
    return ~coders.isin(list(own))


def _repeated_keys(frame: pd.DataFrame, name: str, file: str) -> list[Problem]:
    key, problems = _key(name), Problems()
    for line, row in frame.loc[frame.duplicated(key, keep="first"), key].iterrows():
        what = "this key stands in an earlier row already"
        fix = "Keys are unique: delete the row or give it a key of its own"
        value = ", ".join(row.astype(str))
        problems.add(file, what, row=str(line), column=", ".join(key), value=value, fix=fix)
    return problems.found


def _in_circles(links: dict[Any, Any]) -> set[Any]:
    """Which ids lead back to themselves, each link followed once."""
    seen: dict[Any, Any] = {}
    circular: set[Any] = set()
    for begin in links:
        step, path = begin, []
        while step in links and step not in seen:
            seen[step] = begin
            path.append(step)
            step = links[step]
        if seen.get(step) == begin and step in path:
            circular |= set(path[path.index(step) :])
    return circular


def _chain_problems(tables: Tables, name: str, file: str) -> list[Problem]:
    frame, problems = tables[name], Problems()
    identity, columns = CHAINS[name]
    coder = frame["coder"] if "coder" in frame else pd.Series("", frame.index)
    own = list(zip(coder, frame[identity], strict=True))
    source = dict(zip(tables["documents"]["doc_id"], tables["documents"]["source_id"], strict=True))
    source_of = (
        dict(zip(own, frame["doc_id"].map(source), strict=True)) if "doc_id" in frame else {}
    )
    for column in columns:
        pairs = list(zip(coder, frame[column], strict=True))
        circular = _in_circles({o: p for o, p in zip(own, pairs, strict=True) if p[1]})
        for line, one, other in zip(frame.index, own, pairs, strict=True):
            if not other[1]:
                continue
            what = ""
            if one in circular:
                what = f"{column} leads back to the row itself"
            elif name == "claims" and other not in source_of:
                what = "no claim of this coder has this id"
            elif column == "part_of" and source_of[other] != source_of[one]:
                what = "part_of points to a claim of another source"
            if what:
                row = _row(name, frame, line)
                problems.add(file, what, row=row, column=column, value=other[1])
    return problems.found


def _order_problems(frame: pd.DataFrame, name: str, file: str) -> list[Problem]:
    problems = Problems()
    for low, high in ORDERED:
        if low in frame and high in frame:
            filled = (frame[low] != "") & (frame[high] != "")
            for line, row in frame[filled & (frame[low] > frame[high])].iterrows():
                what, value = f"{high} is below {low}", f"{row[low]} > {row[high]}"
                at = _row(name, frame, line)
                problems.add(file, what, row=at, column=high, value=value, fix="Exchange the two")
    return problems.found


def _document_problems(documents: pd.DataFrame, file: str) -> list[Problem]:
    """Spans that end before they begin, articles that overlap and do not contain one another."""
    problems = Problems()
    host = dict(zip(documents["doc_id"], documents["contained_in"], strict=True))

    def hosts(doc_id: str) -> Iterable[str]:
        seen: list[str] = []
        while (doc_id := host.get(doc_id, "")) and doc_id not in seen:
            seen.append(doc_id)
        return seen

    whole = documents.dropna(subset=["start", "end"])
    for line, row in whole[whole["start"] >= whole["end"]].iterrows():
        at, value = _row("documents", whole, line), f"[{row['start']}, {row['end']})"
        problems.add(file, "the span ends before it begins", row=at, column="end", value=value)
    spans = {row["doc_id"]: row for row in whole.to_dict("records")}
    for line, row in whole[whole["contained_in"].isin(list(spans))].iterrows():
        outer = spans[row["contained_in"]]
        inside = outer["start"] <= row["start"] and row["end"] <= outer["end"]
        if not inside or outer["raw_file"] != row["raw_file"]:
            what, at = "it does not lie inside the article that contains it", line
            row_at, value = _row("documents", whole, at), row["contained_in"]
            problems.add(file, what, row=row_at, column="contained_in", value=value)
    for _, group in whole.groupby("raw_file", sort=True):
        ordered = group.sort_values(["start", "end", "doc_id"], kind="stable")
        open_spans: list[dict[str, Any]] = []
        for line, row in zip(ordered.index, ordered.to_dict("records"), strict=True):
            open_spans = [span for span in open_spans if span["end"] > row["start"]]
            for other in open_spans:
                names = (row["doc_id"], other["doc_id"])
                if names[1] not in hosts(names[0]) and names[0] not in hosts(names[1]):
                    what = f"its span overlaps that of {other['doc_id']}"
                    fix = "If one article contains the other whole, name it in contained_in"
                    at, value = _row("documents", ordered, line), f"[{row['start']}, {row['end']})"
                    problems.add(file, what, row=at, column="start", value=value, fix=fix)
            open_spans.append(row)
    return problems.found


def _late_claims(claims: pd.DataFrame, documents: pd.DataFrame, file: str) -> list[Problem]:
    """Claims of a realised event that is dated after its own document."""
    problems = Problems()
    last = {
        row.doc_id: gregorian(row.published).last for row in documents.itertuples() if row.published
    }
    dated = claims["event_calendar"].isin(["gregorian", "hijri"]) & (claims["event_date"] != "")
    for line, row in claims[dated & (claims["modality"] == "realised")].iterrows():
        stated, calendar, published = row["event_date"], row["event_calendar"], None
        if not date_problem(stated, calendar):
            first = (hijri if calendar == "hijri" else gregorian)(stated).first
            slack = CALENDAR_SLACK if calendar == "hijri" else 0
            published = last.get(row["doc_id"])
            if first and published and (first - published).days > slack:
                what, at = "the event is dated after its own document", _row("claims", claims, line)
                allowed = f"up to {published}"
                problems.add(file, what, row=at, column="event_date", value=stated, allowed=allowed)
    return problems.found


def _naming_problems(namings: pd.DataFrame, file: str) -> list[Problem]:
    """Labels that two actors claim where no document tells them apart."""
    problems = Problems()
    key = ["label", "language", "doc_id"]
    several = namings.groupby(key, sort=True)["actor_id"].nunique()
    for label, language, doc_id in several[several > 1].index:
        same = (namings[key] == [label, language, doc_id]).all(axis=1)
        actors = ", ".join(sorted(set(namings.loc[same, "actor_id"])))
        what = "more than one actor claims this label" + (f" in {doc_id}" if doc_id else "")
        fix = "Give each row the document in which the label means this actor"
        problems.add(file, what, row=str(label), column="actor_id", value=actors, fix=fix)
    return problems.found


def _sentence_problems(codes: pd.DataFrame, sentences: pd.DataFrame, file: str) -> list[Problem]:
    """Frame codes of what is no sentence, with the nearest one."""
    problems = Problems()
    spans = pd.MultiIndex.from_frame(sentences[["doc_id", "start", "end"]])
    met = pd.MultiIndex.from_frame(codes[["doc_id", "start", "end"]])
    wrong = ~met.isin(spans) & codes["doc_id"].isin(set(sentences["doc_id"]))
    for line, row in codes[wrong & codes["start"].notna()].iterrows():
        own = sentences[sentences["doc_id"] == row["doc_id"]]
        near = own.loc[(own["start"] - row["start"]).abs().idxmin()]
        what, at = "the splitter produces no such sentence", _row("frame_codes", codes, line)
        value = f"[{row['start']}, {row['end']})"
        allowed = f"the nearest is [{near['start']}, {near['end']})"
        problems.add(file, what, row=at, column="start", value=value, allowed=allowed)
    return problems.found


def _target_problems(reference: pd.DataFrame, actors: pd.DataFrame, file: str) -> list[Problem]:
    known, problems = {"", *actors["actor_id"], *actors["side"]}, Problems()
    for line, row in reference[~reference["target"].isin(known)].iterrows():
        what, at = "no actor and no side of actors.csv", _row("reference", reference, line)
        problems.add(file, what, row=at, column="target", value=row["target"])
    return problems.found


def _domain_problems(tables: Tables, file: dict[str, str]) -> list[Problem]:
    """What Table Schema cannot say."""
    documents, found = tables["documents"], []
    for name, frame in tables.items():
        found += _order_problems(frame, name, file[name])
        if name in CHAINS:
            found += _chain_problems(tables, name, file[name])
    spans = {n: f.dropna(subset=["start", "end"]) for n, f in tables.items() if "hash" in f}
    found += check_spans({**spans, "documents": documents}, file.__getitem__)
    found += _document_problems(documents, file["documents"])
    found += _late_claims(tables["claims"], documents, file["claims"])
    found += _naming_problems(tables["namings"], file["namings"])
    found += _sentence_problems(tables["frame_codes"], tables["sentences"], file["frame_codes"])
    if len(tables["actors"]):
        found += _target_problems(tables["reference"], tables["actors"], file["reference"])
    return found


# All of it.


def check_tables(folder: Path, with_texts: bool = False) -> Tables:
    """Return every table of `folder`, checked, typed and in the order of its key.

    Text is "" and a number NaN where a cell is empty; a table that is not there has no rows. Raises
    `DataError` with the problems of all tables together. With `with_texts` documents and spans are
    held against the texts too, and a corpus whose texts are not here is a problem.
    """
    problems = Problems()
    file = {n: display_path(folder / r["path"]) for n, r in resources().items()}
    strings: Tables = {}
    tables: Tables = {}
    for name, resource in resources().items():
        path = folder / resource["path"]
        made = _read_features(path, name) if resource["path"].startswith("features/") else None
        if made is not None:
            tables[name] = strings[name] = made
            continue
        strings[name] = _read_strings(path, name, problems)
        clean, found = _cell_problems(strings[name], name, file[name])
        problems.extend(found + _repeated_keys(strings[name], name, file[name]))
        tables[name] = _typed(clean, name)
    for name in strings:
        problems.extend(_link_problems(strings, name, file[name]))
    problems.extend(_domain_problems(tables, file))
    problems.raise_if_any()
    if with_texts:
        problems.extend(check_texts(tables, folder, texts_of(folder), file.__getitem__))
        problems.raise_if_any()
    for name in tables:
        if not resources()[name]["path"].startswith("features/"):
            ordered = tables[name].sort_values(_key(name), kind="stable")
            tables[name] = ordered.reset_index(drop=True)
    return tables


def _digest(folder: Path) -> bytes:
    """The sum of all that a checked corpus rests on: its tables, and what checks and reads them."""
    sources = [PACKAGE, Path(__file__), Path(str(date_problem.__code__.co_filename))]
    total = hashlib.sha256(pd.__version__.encode())
    for path in [*sources, *(folder / r["path"] for r in resources().values())]:
        content = path.read_bytes() if path.is_file() else b""
        total.update(hashlib.sha256(content).digest())
    return total.digest()


def read_tables(folder: Path) -> Tables:
    """Return every table of `folder` as `check_tables` does, from build/tables/ where nothing moved.

    A damaged or outdated copy there is made again. Raises `DataError` as `check_tables` does.
    """
    if not folder.resolve().is_relative_to(REPO):
        return check_tables(folder)
    digest, at = _digest(folder), folder.resolve().relative_to(REPO)
    path = CACHE / f"{'.'.join(at.parts)}.pickle"
    if path.is_file():
        content = path.read_bytes()
        if content[:64] == digest + hashlib.sha256(content[64:]).digest():
            return dict(pickle.loads(content[64:]))
    tables = check_tables(folder)
    content = pickle.dumps(tables, protocol=5)
    write_whole(path, digest + hashlib.sha256(content).digest() + content)
    return tables


def write_table(frame: pd.DataFrame, folder: Path, name: str) -> Path:
    """Write a table as CSV (UTF-8, LF), its columns and rows in the order of the schema.

    The file appears whole or not at all; one that would not change keeps its time.
    """
    path = folder / resources()[name]["path"]
    ordered = frame[columns_of(name)].sort_values(_key(name), kind="stable")
    content = ordered.to_csv(index=False, lineterminator="\n")
    if not path.is_file() or path.read_bytes() != content.encode():
        write_whole(path, content)
    return path
