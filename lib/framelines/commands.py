"""What each command does: from what was typed to a function of the library.

A problem with what a researcher wrote is raised as `DataError`; `__main__` prints it in words.
"""

import importlib.util
import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from framelines.problems import DataError, Problem

# The modules of a command are imported when it runs: `render` needs no kernel, `run` no parser.


def run(given: Namespace) -> None:
    """Run one notebook for one case."""
    import yaml

    from framelines.runner import run

    try:
        params = yaml.safe_load(given.parameters) if given.parameters else {}
    except yaml.YAMLError as error:
        raise DataError([Problem("-y", f"not YAML: {error}")]) from None
    if not isinstance(params, dict):
        example = "a mapping, such as '{draws: 200}'"
        raise DataError([Problem("-y", "no mapping", value=given.parameters, allowed=example)])
    _show([run(given.notebook, given.case, params)])


def render(given: Namespace) -> None:
    """Write the page of an executed notebook."""
    from framelines.render import render

    _show([render(given.case, given.notebook)])


def typeset(given: Namespace) -> None:
    """Set a case as a PDF."""
    from framelines.typeset import typeset

    _show([typeset(given.case)])


def paper(given: Namespace) -> None:
    """Set the article."""
    from framelines.paper import paper

    _show([paper()])


def index(given: Namespace) -> None:
    """Write the front page and the pages beside the reports."""
    from framelines.pages import index

    _show([index()])


def check(given: Namespace) -> None:
    """Check every table."""
    from framelines.case import check_all

    for folder, documents in check_all().items():
        print(f"{folder}: every table passes; {documents} documents")


def check_corpus(given: Namespace) -> None:
    """Check every table and span against the texts."""
    from framelines.case import check_all

    for folder, documents in check_all(with_texts=True).items():
        print(f"{folder}: all {documents} documents and every coded span match the texts")


def check_text(given: Namespace) -> int:
    """Search the tree for runs of words of the texts; return 1 where there are any."""
    from framelines.corpus import REPO

    path = REPO / "tools" / "check_text.py"
    spec = importlib.util.spec_from_file_location("check_text", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return int(module.main() or 0)


def features(given: Namespace) -> None:
    """Rebuild the features of every corpus whose texts are here."""
    from framelines.case import data_folders
    from framelines.corpus import REPO, raw_folder
    from framelines.features import build_features

    missing = []
    for folder in data_folders():
        name = folder.relative_to(REPO).as_posix()
        if raw_folder(folder) is None:
            missing.append(name)
            print(f"{name}: the texts are not here; its features stay as they are")
        else:
            _show(build_features(folder))
    # Who names a folder of texts wants them read: silence would look like success.
    if missing and os.environ.get("CORPUS"):
        what, value = "no text stands in this folder", os.environ["CORPUS"]
        raise DataError([Problem("CORPUS", what, value=value)])


def _with_texts(named: str) -> tuple[Any, Path, Path]:
    """Return tables, their folder, and the folder of their texts, which must be here."""
    from framelines.case import data_folders
    from framelines.checks import check_tables
    from framelines.corpus import raw_folder

    folder = _folder(named)
    if folder not in data_folders():
        raise DataError([Problem(named, "no case uses these tables")])
    texts = raw_folder(folder)
    if texts is None:
        fix = "Put them into data/raw/, or name their folder: CORPUS=folder"
        raise DataError([Problem(f"{named}/raw", "the texts are not here", fix=fix)])
    return check_tables(folder), folder, texts


def locate(given: Namespace) -> None:
    """Print span and hash of words in a document."""
    from framelines.locate import locate_in

    tables, _, texts = _with_texts(given.data)
    for start, end, digest in locate_in(tables, given.document, given.words, texts):
        print(f"{start},{end},{digest}")


def show_rows(given: Namespace) -> None:
    """Print coded rows in their context."""
    from framelines.locate import show

    tables, _, texts = _with_texts(given.data)
    print(show(tables, given.key, texts))


def audit(given: Namespace) -> int:
    """List what no row explains; return 1 where there is anything."""
    from framelines.audit import audit, passages, shares

    tables, _, texts = _with_texts(given.data)
    found = audit(tables, texts)
    print(shares(found, tables["not_coded"]).to_string(index=False))
    for line in passages(tables, texts, found[found["explained_by"] == ""]):
        print(line)
    unexplained = int((found["explained_by"] == "").sum())
    print(f"audit: {len(found)} expressions, {unexplained} unexplained")
    return 1 if unexplained else 0


def mentions(given: Namespace) -> None:
    """Count naming mentions anew."""
    from framelines.mentions import build_mentions

    tables, folder, _ = _with_texts(given.data)
    _show([build_mentions(tables, folder)])


def dictionary(given: Namespace) -> None:
    """Print the data dictionary."""
    from framelines.dictionary import write_dictionary

    _show(write_dictionary())


def readme(given: Namespace) -> None:
    """Print what the README tells from the build."""
    from framelines.frontpage import write_readme

    _show([write_readme()])


def manifest(given: Namespace) -> None:
    """Rebuild everything and record it."""
    from framelines.verify import write_manifest

    path, count = write_manifest()
    print(f"{path.name}: {count} results")


def verify(given: Namespace) -> int:
    """Rebuild everything and compare; return 1 where something moved."""
    from framelines.verify import verify

    outcome = verify()
    print(outcome.told())
    return 0 if outcome.passed else 1


def diff(given: Namespace) -> None:
    """Show what moved since a revision."""
    from framelines.comparison import told
    from framelines.verify import diff

    print(told(diff(given.revision)) or "No figure, table, number or finding moved.")


def review(given: Namespace) -> int:
    """Check and rebuild a clean copy; return 1 where it is not as recorded."""
    from framelines.review import review

    found = review(reviewer=os.environ.get("REVIEWER", "").strip())
    print(found.told())
    return 0 if found.passed else 1


def new_case(given: Namespace) -> None:
    """Lay down a case that builds."""
    from framelines.scaffold import new_case

    _show(new_case(given.name))
    print(
        f"The case builds as it is: type make. Then add what you have:\n"
        f"  make new-source NAME=daily-news DATA=data/{given.name}\n"
        f"  make add-document TEXT=article.txt SOURCE=daily-news PUBLISHED=2020-05-17 "
        f"LABEL='A short title' DATA=data/{given.name}"
    )


def new_source(given: Namespace) -> None:
    """Add a skeleton row to sources.csv."""
    from framelines.scaffold import new_source

    path = new_source(given.name, _folder(given.data))
    _show([path])
    print(f"Now say in the row {given.name} what kind of outlet it is, its bloc and its camp.")


def add_document(given: Namespace) -> None:
    """Add an article to a corpus."""
    from framelines.scaffold import add_document, cases_of

    folder = _folder(given.data)
    cases = given.cases or ";".join(cases_of(folder))
    if not given.cases and cases.count(";") != 0:
        what, fix = "these tables serve several cases", "Say which use it: --cases 'one;other'"
        raise DataError([Problem(given.data, what, column="cases", allowed=cases, fix=fix)])
    if not Path(given.text).is_file():
        raise DataError([Problem(given.text, "there is no such file")])
    columns = dict(pair.partition("=")[::2] for pair in given.set)
    doc_id = add_document(
        folder,
        Path(given.text),
        source=given.source,
        published=given.published,
        label=given.label,
        cases=cases,
        first=given.first,
        last=given.last,
        doc_id=given.id,
        **columns,
    )
    print(f"{doc_id} stands in {given.data}/documents.csv. Now: make features && make")


def _folder(name: str) -> Path:
    from framelines.corpus import REPO

    folder = REPO / name
    if not (folder / "sources.csv").is_file():
        fix = "Name a folder with tables, such as data or data/example"
        raise DataError([Problem(name, "there is no sources.csv in this folder", fix=fix)])
    return folder


def _show(paths: list[Path]) -> None:
    from framelines.corpus import REPO

    for path in paths:
        print(path.relative_to(REPO) if path.is_relative_to(REPO) else path)
