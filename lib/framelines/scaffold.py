"""Growing a corpus: a new case, a new source, one more article, as rows that pass every check."""

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import yaml

from framelines.checks import check_tables
from framelines.columns import SLUG
from framelines.corpus import REPO, expected_sums, read_raw
from framelines.features import build_features
from framelines.problems import DataError, Problem
from framelines.schema import TABLES
from framelines.tables import display_path, read_table, write_table
from framelines.text import sha256

FIRST_TEXT = """\
This text stands in for the first article of a new case, until there is a real one to take its
place. It has a headline like any other, a few plain sentences, and nothing that anybody could
dispute.

The corpus grows one article at a time. An article is a span in a raw file: it begins at one code
point and ends before another, and its digest proves that it is still the text that was read. What
is known of it stands in one row of a table: who wrote it, who published it, on which day, in which
language, and what kind of writing it is.

Nothing else has to be prepared. When the first real article has been added, delete this file and
its row, and build the reports again.
"""
CASE_FILE = """\
title: {title}
data: data/{name}
# The two camps of sources to compare, as sources.csv names them; null where there are no two sides.
compare: null
# Parameters of the notebooks, where their defaults do not fit, such as draws: 2000.
parameters: {{}}
"""


def new_case(name: str, root: Path = REPO) -> list[Path]:
    """Lay down a case that builds: its file, its tables with one row each, and one text.

    Returns the paths of what was made. Raises `DataError` where the name is no slug or is taken.
    """
    folder, file = root / "data" / name, root / "notebooks" / "cases" / f"{name}.yaml"
    _check_slug(name, "the name of a case")
    if folder.exists() or file.exists():
        fix = "Choose another name, or go on with the case that is there"
        raise DataError([Problem(f"data/{name}", "this name is taken", value=name, fix=fix)])
    raw = folder / "raw"
    raw.mkdir(parents=True)
    try:
        (raw / "first-text.txt").write_text(FIRST_TEXT, encoding="utf-8", newline="\n")
        source = _source_row("first-source")
        write_table(pd.DataFrame([source]), folder, "sources")
        add_document(
            folder,
            raw / "first-text.txt",
            source="first-source",
            published="2020-01-01",
            label="Stand-in for a first article",
            cases=name,
        )
        build_features(folder)
        check_tables(folder, with_texts=True)
    except BaseException:
        # Nothing half-written: a name that failed must not be taken.
        shutil.rmtree(folder)
        raise
    file.write_text(CASE_FILE.format(name=name, title=_title(name)), encoding="utf-8")
    return [file, *sorted(path for path in folder.rglob("*") if path.is_file())]


def new_source(name: str, folder: Path = REPO / "data") -> Path:
    """Add a skeleton row for an outlet to `sources.csv` of `folder`; return the file's path.

    Raises `DataError` where the name is no slug or is taken.
    """
    _check_slug(name, "the id of a source")
    sources = _strings(folder, "sources")
    if name in set(sources["source_id"]):
        file = display_path(folder / "sources.csv")
        raise DataError([Problem(file, "this source is there already", value=name)])
    return write_table(pd.concat([sources, _frame(_source_row(name))]), folder, "sources")


def add_document(
    folder: Path,
    text: Path,
    *,
    source: str,
    published: str,
    label: str,
    cases: str,
    first: str = "",
    last: str = "",
    doc_id: str = "",
    **columns: str,
) -> str:
    """Add an article to `documents.csv` of `folder`; return its id.

    `text` is its raw file; one from elsewhere is copied to `raw/` and its digest is noted. The
    article begins with the words `first` and ends with the words `last`, or is the whole file
    without the white space around it. `columns` fills or replaces any other column. Raises
    `DataError` where the row or its span would not pass the checks; then nothing is changed.
    """
    file = display_path(folder / "documents.csv")
    _check_name(text, folder / "raw")
    start, end = _span(text, first, last)
    row = {
        "doc_id": doc_id or text.stem,
        "label": label,
        "source_id": source,
        "source_basis": "stated",
        "published_in": source,
        "published": published,
        "published_basis": "stated",
        "language": "en",
        "genre": "report",
        "theatre": cases.split(";")[0],
        "cases": cases,
        "raw_file": text.name,
        "start": str(start),
        "end": str(end),
        "sha256": sha256(read_raw(text)[start:end]),
        **columns,
    }
    documents = _strings(folder, "documents")
    _check_row(row, documents, _strings(folder, "sources"), file)
    _hold(text, folder / "raw")
    write_table(pd.concat([documents, _frame(row, "documents")]), folder, "documents")
    return row["doc_id"]


def cases_of(folder: Path, root: Path = REPO) -> list[str]:
    """Return the cases whose tables lie in `folder`."""
    found = []
    for path in sorted((root / "notebooks" / "cases").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if (root / str(content.get("data", "-"))).resolve() == folder.resolve():
            found.append(path.stem)
    return found


# --- helpers -----------------------------------------------------------------------------------


def _title(slug: str) -> str:
    text = slug.replace("-", " ")
    return text[:1].upper() + text[1:]


def _check_slug(name: str, what: str) -> None:
    if not SLUG.match(name):
        allowed = "a slug of a-z, 0-9 and single hyphens, such as daily-news"
        raise DataError([Problem("NAME", f"{what} is no slug", value=name, allowed=allowed)])


def _source_row(name: str) -> dict[str, str]:
    return {
        "source_id": name,
        "name": _title(name),
        "kind": "news_site",
        "bloc": "unassigned",
        "camp": "unassigned",
        "country": "",
        "languages": "en",
    }


def _frame(row: dict[str, str], table: str = "sources") -> pd.DataFrame:
    return pd.DataFrame([{name: row.get(name, "") for name in TABLES[table].names}])


def _strings(folder: Path, table: str) -> pd.DataFrame:
    """Return a table that has passed its checks; one that is not there yet has no rows."""
    if not (folder / f"{table}.csv").exists():
        return pd.DataFrame(columns=TABLES[table].names, dtype=str)
    return read_table(folder, table)


def _span(text: Path, first: str, last: str) -> tuple[int, int]:
    """Return the span of the article that begins with `first` and ends with `last`."""
    content = read_raw(text)
    start = len(content) - len(content.lstrip())
    end = len(content.rstrip())
    if first:
        start = _only(content, first, text.name, "--first")
    if last:
        end = _only(content, last, text.name, "--last") + len(last)
    if start >= end:
        what = "the article would end before it begins"
        raise DataError([Problem(text.name, what, value=f"[{start}, {end})")])
    return start, end


def _only(content: str, words: str, where: str, option: str) -> int:
    """Return where `words` stand in `content`, where they must stand exactly once."""
    met = content.count(words)
    if met != 1:
        what = f"the words of {option} stand {met} times in this file; they must stand once"
        raise DataError([Problem(where, what, value=words, fix="Give more words, as they stand")])
    return content.index(words)


def _check_row(
    row: dict[str, str], documents: pd.DataFrame, sources: pd.DataFrame, file: str
) -> None:
    table, doc_id = TABLES["documents"], row["doc_id"]
    problems = [
        Problem(file, "no such column", column=name, allowed=", ".join(table.names))
        for name in sorted(set(row) - set(table.names))
    ]
    for column in table.columns:
        value = row.get(column.name, "")
        if not column.accepts(value):
            problems.append(
                Problem(file, "not allowed", doc_id, column.name, value, column.allowed())
            )
    if doc_id in set(documents["doc_id"]):
        problems.append(
            Problem(file, "this document is there already", column="doc_id", value=doc_id)
        )
    known = ", ".join(sources["source_id"])
    for name in ("source_id", "published_in"):
        if row[name] not in set(sources["source_id"]):
            fix = f"make new-source NAME={row[name]}"
            problems.append(Problem(file, "no such source", doc_id, name, row[name], known, fix))
    same_file = documents[documents["raw_file"] == row["raw_file"]]
    for other in same_file.to_dict("records"):
        apart = int(row["end"]) <= int(other["start"]) or int(other["end"]) <= int(row["start"])
        if not apart and other["doc_id"] != row.get("contained_in"):
            span = f"[{row['start']}, {row['end']})"
            fix = "Delimit it with --first and --last, or name what contains it in contained_in"
            what = f"its span overlaps that of {other['doc_id']}"
            problems.append(Problem(file, what, doc_id, "start", span, fix=fix))
    if problems:
        raise DataError(problems)


def _check_name(text: Path, raw: Path) -> None:
    kept = raw / text.name
    if kept.exists() and kept.read_bytes() != text.read_bytes():
        what = "another text of this name is there already"
        raise DataError([Problem(display_path(kept), what, fix="Rename the new file")])


def _hold(text: Path, raw: Path) -> None:
    """Have the raw file in `raw`, byte for byte, and its digest in `SHA256SUMS`."""
    raw.mkdir(parents=True, exist_ok=True)
    content, kept = text.read_bytes(), raw / text.name
    if not kept.exists():
        kept.write_bytes(content)
    sums = {**expected_sums(raw.parent), text.name: hashlib.sha256(content).hexdigest()}
    lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
    (raw / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")
