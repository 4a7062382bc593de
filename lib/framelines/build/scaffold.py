"""Growing a corpus: a new case, a new source, one more article, as rows that pass every check.

A row is judged by the checks of the tables, in a copy; what stands changes only if it passes.
"""

import re
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from framelines import REPO, write_whole
from framelines.corpus.documents import expected_sums, raw_folder, read_raw
from framelines.corpus.features import build_features
from framelines.corpus.texts import sha256
from framelines.errors import DataError, Problem, Problems
from framelines.tables.case import NO_CASE, case_names, read_case_file
from framelines.tables.schema import ID, check_tables, display_path, write_table

DATA = REPO / "data"
FIRST_TEXT = """\
This text stands in for the first article of a new case. When a real one has been added, delete
this file and its row, and build the reports again.
"""
CASE_FILE = """\
title: {title}
data: data/{name}
# The two camps of sources to compare, as sources.csv names them; null where there are no two sides.
compare: null
# Where the defaults do not fit: draws, seed, permutations, calendar.
parameters: {{}}
"""
# What YAML or a reader of tables takes for a truth value or for nothing, and folders of tables.
WORDS = "y n yes no on off true false null none na nan inf infinity raw features audits".split()
NUMBER = r"[0-9-]+|[0-9]+e[0-9]+|0x[0-9a-f]+|0o[0-7]+|0b[01]+"
FILE_NAME = re.compile(r"\w[\w.,()+@ -]*\.txt")
STATED = {"source_basis": "stated", "published_basis": "stated", "language": "en"}


def name_problem(name: str) -> str:
    """Return in words why `name` can name no case, source or article; empty where it can."""
    if not re.fullmatch(ID, name) or len(name) > 60:
        return "not a-z, 0-9 and single hyphens (at most 60 characters), such as daily-news"
    wrong = name in (*WORDS, *NO_CASE) or re.fullmatch(NUMBER, name)
    return "this would be read as something else than a name" if wrong else ""


def new_case(name: str, root: Path = REPO) -> list[Path]:
    """Lay down a case that builds: its file, its tables with one row each, and one text.

    Returns the paths of what was made. Raises `DataError` where the name is none or is taken.
    """
    folder, file = root / "data" / name, root / "notebooks" / "cases" / f"{name}.yaml"
    _check_name(name, taken=folder.exists() or file.exists())
    (root / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root / "build") as place:
        staged = Path(place) / "data" / name
        write_whole(staged / "raw" / "first-text.txt", FIRST_TEXT)
        write_whole(staged / "raw" / "SHA256SUMS", f"{sha256(FIRST_TEXT)}  first-text.txt\n")
        write_table(pd.DataFrame([_source("first-source")]), staged, "sources")
        row = _document("first-text", FIRST_TEXT, (0, len(FIRST_TEXT) - 1), "first-source", name)
        row |= {"published": "2020-01-01", "label": "Stand-in for a first article"}
        write_table(pd.DataFrame([row]), staged, "documents")
        build_features(check_tables(staged, with_texts=True), staged)
        folder.parent.mkdir(exist_ok=True)
        staged.rename(folder)
    write_whole(file, CASE_FILE.format(name=name, title=name.replace("-", " ").capitalize()))
    return [file, *sorted(path for path in folder.rglob("*") if path.is_file())]


def new_source(name: str, data: Path = DATA) -> Path:
    """Add a row for an outlet to `sources.csv` of the folder `data`, to be filled in by hand.

    Returns the file's path. Raises `DataError` where the name is none or is taken.
    """
    sources = _strings(data, "sources")
    _check_name(name, taken=name in set(sources["source_id"]))
    sources = pd.concat([sources, pd.DataFrame([_source(name)])])
    _judge(data, "sources", sources, Problems())
    return write_table(sources, data, "sources")


def add_document(
    text: Path, source: str, published: str, label: str, data: Path = DATA, **more: str
) -> str:
    """Add an article to `documents.csv` of the folder `data`; return its id.

    `text` is its raw file, which is copied beside the others. The article begins with the words
    `first` and ends with the words `last`, or is the whole file without the white space around
    it. `more` also fills or replaces columns: `cases` must be given where the tables are of
    several. Features are made anew if all texts are here. Raises `DataError` with every problem;
    then nothing changes.
    """
    problems, content, span = Problems(), "", (0, 0)
    own = re.sub("[^a-z0-9]+", "-", text.stem.lower()).strip("-")
    doc_id, cases = more.pop("doc_id", "") or own, more.get("cases") or ";".join(_cases(data))
    texts = raw_folder(data) or data / "raw"
    kept = texts / text.name
    if why := name_problem(doc_id):
        problems.add("doc_id", why, value=doc_id, fix="Give another: --doc-id")
    if not FILE_NAME.fullmatch(text.name):
        what = "a raw file is named in letters, digits, spaces and -_.,()+@, and ends in .txt"
        problems.add("text", what, value=text.name, fix="Rename the file")
    if not more.get("cases") and ";" in cases:
        problems.add("cases", "these tables are of several cases", allowed=cases, fix="--cases")
    try:
        content = read_raw(text)
        span = _span(content, more.pop("first", ""), more.pop("last", ""), text.name)
        if kept.is_file() and kept.read_bytes() != text.read_bytes():
            problems.add(kept.name, "another text of this name is there", fix="Rename the new one")
    except DataError as error:
        problems.extend(error.problems)
    row = _document(doc_id, content, span, source, cases) | {"raw_file": text.name}
    row |= {"published": published, "label": label} | {k: v for k, v in more.items() if v}
    if problems.found:  # a span of its own, so that the rest of the row is judged too
        row |= {"raw_file": "no text", "start": "0", "end": "1"}
    documents = pd.concat([_strings(data, "documents"), pd.DataFrame([row])])
    _judge(data, "documents", documents, problems)
    if not kept.is_file():
        write_whole(kept, text.read_bytes())
    known = expected_sums(data) | {text.name: sha256(content)}
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(known.items()))
    write_whole(data / "raw" / "SHA256SUMS", sums)
    write_table(documents, data, "documents")
    if all((texts / name).is_file() for name in documents["raw_file"]):
        build_features(check_tables(data), data)
    return doc_id


def _check_name(name: str, taken: bool) -> None:
    if why := name_problem(name) or "this name is taken" * taken:
        raise DataError([Problem("NAME", why, value=name, fix="Choose another name")])


def _source(name: str) -> dict[str, str]:
    row = {"source_id": name, "name": name.replace("-", " ").capitalize(), "kind": "news_site"}
    return row | {"bloc": "unassigned", "camp": "unassigned", "languages": "en"}


def _document(
    doc_id: str, content: str, span: tuple[int, int], source: str, cases: str
) -> dict[str, str]:
    row = {"doc_id": doc_id, "source_id": source, "published_in": source, "genre": "report"}
    row |= {"cases": cases, "theatre": cases.split(";")[0], "raw_file": f"{doc_id}.txt", **STATED}
    row |= {"start": str(span[0]), "end": str(span[1]), "sha256": sha256(content[slice(*span)])}
    return row


def _strings(folder: Path, table: str) -> pd.DataFrame:
    """A table as it stands, every cell as text."""
    try:
        return pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
    except (OSError, ValueError):
        fix = "Begin a case: make new-case NAME=my-war; or name its folder: DATA=data/my-war"
        where = display_path(folder / f"{table}.csv")
        raise DataError([Problem(where, "there is no such table", fix=fix)]) from None


def _cases(folder: Path) -> list[str]:
    """The cases whose tables lie in `folder`, in the checkout that holds it."""
    root = folder.parent if folder.name == "data" else folder.parent.parent
    files = {name: root / read_case_file(name, root).data for name in case_names(root)}
    return [name for name, data in files.items() if data.resolve() == folder.resolve()]


def _span(content: str, first: str, last: str, where: str) -> tuple[int, int]:
    """The span of the article that begins with `first` and ends with `last`."""
    problems = Problems()
    for option, words in (("--first", first), ("--last", last)):
        if words and (times := content.count(words)) != 1:
            what = f"the words of {option} stand {times} times in it; they must stand once"
            problems.add(where, what, value=words, fix="Give more words, as they stand")
    start = content.find(first) if first else len(content) - len(content.lstrip())
    end = content.find(last) + len(last) if last else len(content.rstrip())
    if not problems.found and start >= end:
        what = "there is no text, or it would end before it begins"
        problems.add(where, what, value=f"[{start}, {end})")
    problems.raise_if_any()
    return start, end


def _judge(folder: Path, table: str, frame: pd.DataFrame, problems: Problems) -> None:
    """Raise `problems`, and those that the folder would have with this table in its place."""
    with tempfile.TemporaryDirectory() as place:
        staged = Path(place) / display_path(folder.resolve())
        staged.mkdir(parents=True)
        for path in folder.glob("*.csv"):
            shutil.copy2(path, staged)
        frame.to_csv(staged / f"{table}.csv", index=False, lineterminator="\n")
        try:
            check_tables(staged)
        except DataError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
