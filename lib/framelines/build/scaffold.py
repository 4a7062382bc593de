"""Growing a corpus: a new case, and one more article, as rows that pass every check.

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
from framelines.tables.case import NO_CASE
from framelines.tables.schema import ID, check_tables, display_path, write_table

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
# What YAML or a reader of tables takes for a truth value, a number or nothing; folders of tables.
TAKEN = {*"y n yes no on off true false null none na nan inf infinity raw features audits".split()}
NUMBER = r"[0-9-]+|[0-9]+e[0-9]+|0x[0-9a-f]+|0o[0-7]+|0b[01]+"
# What is taken for granted of an article and its source, until somebody says more.
ARTICLE = {"source_basis": "stated", "published_basis": "stated", "language": "en"}
ARTICLE |= {"genre": "report"}
SOURCE = {"kind": "news_site", "bloc": "unassigned", "camp": "unassigned", "languages": "en"}


def new_case(name: str, root: Path = REPO) -> list[Path]:
    """Lay down a case that builds: its file, its tables with one row each, and one text.

    Returns the paths of what was made. Raises `DataError` where the name is none or is taken.
    """
    folder, file = root / "data" / name, root / "notebooks" / "cases" / f"{name}.yaml"
    what, fix = "this name is taken", "Choose another name"
    if name in TAKEN | {*NO_CASE} or re.fullmatch(NUMBER, name):
        what = "this would be read as something else than a name"
    elif not re.fullmatch(ID, name) or len(name) > 60:
        what = "not a-z, 0-9 and single hyphens (at most 60 characters), such as river-war"
    elif not (folder.exists() or file.exists()):
        what = ""
    if what:
        raise DataError([Problem("NAME", what, value=name, fix=fix)])
    text = write_whole(folder / "raw" / "first-text.txt", FIRST_TEXT)
    for table in ("sources", "documents"):
        write_table(pd.DataFrame(), folder, table)
    about = {"published": "2020-01-01", "label": "Stand-in for a first article"}
    add_document(text, folder, "first-source", name, **about)
    write_whole(file, CASE_FILE.format(name=name, title=name.replace("-", " ").capitalize()))
    return [file, *sorted(path for path in folder.rglob("*") if path.is_file())]


def add_document(
    text: Path, data: Path, source: str, cases: str, first: str = "", last: str = "", **more: str
) -> list[Path]:
    """Add an article to the tables in the folder `data`; return the paths of what changed.

    `text` is its raw file, which is copied beside the others. The article begins with the words
    `first` and ends with the words `last`, or is the whole file without the white space around
    it. `cases` are the cases that use it, joined by `;`; `more` are other columns, `published` and
    `label` among them. A source that is not in `sources.csv` gets a row there. Features are made
    anew if all texts are here. Raises `DataError` with every problem; then nothing changes.
    """
    if not (data / "documents.csv").is_file():
        fix = "Begin a case: make new-case NAME=my-war; or name its folder: DATA=data/my-war"
        raise DataError([Problem(display_path(data), "there are no tables here", fix=fix)])
    problems, content, span = Problems(), "", (0, 1)
    texts = raw_folder(data) or data / "raw"
    kept = texts / text.name
    try:
        content = read_raw(text)
        span = _span(content, first, last, text.name, problems)
        if text.suffix != ".txt" or (kept.is_file() and kept.read_bytes() != text.read_bytes()):
            what = "not .txt, or another text of this name is there"
            problems.add(text.name, what, fix="Rename the new one")
    except DataError as error:
        problems.extend(error.problems)
    row = {"doc_id": re.sub("[^a-z0-9]+", "-", text.stem.lower()).strip("-"), **ARTICLE}
    row |= {"source_id": source, "published_in": source, "raw_file": text.name, "cases": cases}
    row |= {"theatre": cases.split(";")[0], "sha256": sha256(content[slice(*span)])}
    row |= {"start": str(span[0]), "end": str(span[1])} | more
    if problems.found:  # a span of its own, so that the rest of the row is judged too
        row |= {"raw_file": "no text", "start": "0", "end": "1"}
    named = {"source_id": source, "name": source.replace("-", " ").capitalize(), **SOURCE}
    tables = {}
    for table, entry in (("sources", named), ("documents", row)):
        frame = pd.read_csv(data / f"{table}.csv", dtype=str, keep_default_na=False)
        known = table == "sources" and source in set(frame["source_id"])
        tables[table] = frame if known else pd.concat([frame, pd.DataFrame([entry])])
    _judge(data, tables, problems)
    if not kept.is_file():
        write_whole(kept, text.read_bytes())
    sums = {**expected_sums(data), text.name: sha256(content)}
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    changed = [write_whole(data / "raw" / "SHA256SUMS", listed)]
    changed += [write_table(frame, data, table) for table, frame in tables.items()]
    if all((texts / name).is_file() for name in tables["documents"]["raw_file"]):
        changed += build_features(check_tables(data), data)
    return changed


def _span(content: str, first: str, last: str, where: str, problems: Problems) -> tuple[int, int]:
    """The span of the article that begins with `first` and ends with `last`."""
    for option, words in (("--first", first), ("--last", last)):
        if words and (times := content.count(words)) != 1:
            what = f"the words of {option} stand {times} times in it; they must stand once"
            problems.add(where, what, value=words, fix="Give more words, as they stand")
    start = content.find(first) if first else len(content) - len(content.lstrip())
    end = content.find(last) + len(last) if last else len(content.rstrip())
    if not problems.found and start >= end:
        what = "there is no text, or it would end before it begins"
        problems.add(where, what, value=f"[{start}, {end})")
    return start, end


def _judge(folder: Path, tables: dict[str, pd.DataFrame], problems: Problems) -> None:
    """Raise `problems`, and those that the folder would have with these tables in their place."""
    with tempfile.TemporaryDirectory() as place:
        staged = Path(place) / display_path(folder.resolve())
        staged.mkdir(parents=True)
        for path in folder.glob("*.csv"):
            shutil.copy2(path, staged)
        for table, frame in tables.items():
            frame.to_csv(staged / f"{table}.csv", index=False, lineterminator="\n")
        try:
            check_tables(staged)
        except DataError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
