"""The commands that the Makefile calls: `python -m framelines COMMAND`.

A problem with what a researcher wrote is printed in words and ends with exit code 2; a traceback
is a fault of this library.
"""

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from framelines.problems import DataError, Problem

# The modules of a command are imported when it runs: `render` needs no kernel, `run` no parser.


def _run(given: argparse.Namespace) -> None:
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


def _render(given: argparse.Namespace) -> None:
    from framelines.render import render

    _show([render(given.case, given.notebook)])


def _typeset(given: argparse.Namespace) -> None:
    from framelines.typeset import typeset

    _show([typeset(given.case)])


def _paper(given: argparse.Namespace) -> None:
    from framelines.paper import paper

    _show([paper()])


def _index(given: argparse.Namespace) -> None:
    from framelines.pages import index

    _show([index()])


def _check(given: argparse.Namespace) -> None:
    from framelines.case import check_all

    for folder, documents in check_all().items():
        print(f"{folder}: every table passes; {documents} documents")


def _check_corpus(given: argparse.Namespace) -> None:
    from framelines.case import check_all

    for folder, documents in check_all(with_texts=True).items():
        print(f"{folder}: all {documents} documents and every coded span match the texts")


def _check_text(given: argparse.Namespace) -> int:
    from framelines.corpus import REPO

    path = REPO / "tools" / "check_text.py"
    spec = importlib.util.spec_from_file_location("check_text", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return int(module.main() or 0)


def _features(given: argparse.Namespace) -> None:
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


def _locate(given: argparse.Namespace) -> None:
    from framelines.locate import locate_in

    tables, _, texts = _with_texts(given.data)
    for start, end, digest in locate_in(tables, given.document, given.words, texts):
        print(f"{start},{end},{digest}")


def _show_rows(given: argparse.Namespace) -> None:
    from framelines.locate import show

    tables, _, texts = _with_texts(given.data)
    print(show(tables, given.key, texts))


def _audit(given: argparse.Namespace) -> int:
    from framelines.audit import audit, passages, shares

    tables, _, texts = _with_texts(given.data)
    found = audit(tables, texts)
    print(shares(found, tables["not_coded"]).to_string(index=False))
    for line in passages(tables, texts, found[found["explained_by"] == ""]):
        print(line)
    unexplained = int((found["explained_by"] == "").sum())
    print(f"audit: {len(found)} expressions, {unexplained} unexplained")
    return 1 if unexplained else 0


def _mentions(given: argparse.Namespace) -> None:
    from framelines.mentions import build_mentions

    tables, folder, _ = _with_texts(given.data)
    _show([build_mentions(tables, folder)])


def _dictionary(given: argparse.Namespace) -> None:
    from framelines.dictionary import write_dictionary

    _show(write_dictionary())


def _readme(given: argparse.Namespace) -> None:
    from framelines.frontpage import write_readme

    _show([write_readme()])


def _manifest(given: argparse.Namespace) -> None:
    from framelines.verify import write_manifest

    path, count = write_manifest()
    print(f"{path.name}: {count} results")


def _verify(given: argparse.Namespace) -> int:
    from framelines.verify import verify

    outcome = verify()
    print(outcome.told())
    return 0 if outcome.passed else 1


def _diff(given: argparse.Namespace) -> None:
    from framelines.comparison import told
    from framelines.verify import diff

    print(told(diff(given.revision)) or "No figure, table, number or finding moved.")


def _review(given: argparse.Namespace) -> int:
    from framelines.review import review

    found = review(reviewer=os.environ.get("REVIEWER", "").strip())
    print(found.told())
    return 0 if found.passed else 1


def _new_case(given: argparse.Namespace) -> None:
    from framelines.scaffold import new_case

    _show(new_case(given.name))
    print(
        f"The case builds as it is: type make. Then add what you have:\n"
        f"  make new-source NAME=daily-news DATA=data/{given.name}\n"
        f"  make add-document TEXT=article.txt SOURCE=daily-news PUBLISHED=2020-05-17 "
        f"LABEL='A short title' DATA=data/{given.name}"
    )


def _new_source(given: argparse.Namespace) -> None:
    from framelines.scaffold import new_source

    path = new_source(given.name, _folder(given.data))
    _show([path])
    print(f"Now say in the row {given.name} what kind of outlet it is, its bloc and its camp.")


def _add_document(given: argparse.Namespace) -> None:
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m framelines", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Callable[..., Any], about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        added.set_defaults(function=function)
        return added

    run = command("run", _run, "run one notebook for one case")
    run.add_argument("notebook", help="such as 01-source-profiles")
    run.add_argument("case", help="such as palmyra")
    run.add_argument(
        "-y",
        dest="parameters",
        metavar="YAML",
        help="parameters before those of the case; the results go to build/variant/",
    )
    typeset = command("typeset", _typeset, "set all executed notebooks of a case as a PDF")
    typeset.add_argument("case")
    command("paper", _paper, "look up every number of the article and set it as a PDF")
    render = command("render", _render, "write the page of an executed notebook")
    render.add_argument("case")
    render.add_argument("notebook")
    command("index", _index, "write the front page of the reports")
    command("check", _check, "check every table")
    command("check-corpus", _check_corpus, "check every table and span against the texts")
    command("check-text", _check_text, "search the tree for runs of corpus words")
    command("features", _features, "rebuild the features of every corpus whose texts are here")
    command("dictionary", _dictionary, "print data/README.md and data/datapackage.json")
    command("readme", _readme, "print the findings into README.md")
    command("manifest", _manifest, "rebuild everything and record every result")
    command("verify", _verify, "rebuild everything and compare it with the manifest")
    command("review", _review, "check and rebuild a clean copy, and certify it")
    diff = command("diff", _diff, "show what moved in the results since a revision")
    diff.add_argument("revision", nargs="?", default="HEAD", help="REV, or REV..REV (HEAD)")
    _coding_commands(command)
    command("new-case", _new_case, "lay down a case that builds").add_argument("name")
    source = command("new-source", _new_source, "add a skeleton row to sources.csv")
    source.add_argument("name")
    source.add_argument("--data", default="data", help="the folder of the tables (data)")
    _add_document_options(command("add-document", _add_document, "add an article"))
    return parser


def _coding_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Commands for who holds the texts: they read words that the repository does not hold."""
    locate = command("locate", _locate, "print span and hash of words in a document")
    locate.add_argument("document", help="its id")
    locate.add_argument("words", help="as they stand in the text")
    rows = command("show", _show_rows, "print coded rows in their context")
    rows.add_argument("key", nargs="+", help="parts of a key, such as is-operations-digest-c07")
    audit = command("audit", _audit, "list numbers, dates and names that no row explains")
    mentions = command("mentions", _mentions, "count the first coder's naming mentions anew")
    for added in (locate, rows, audit, mentions):
        added.add_argument("--data", default="data", help="the folder of the tables (data)")


def _add_document_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help="the file that holds it, in UTF-8")
    parser.add_argument("--source", required=True, help="id of the outlet that wrote it")
    parser.add_argument("--published", required=True, help="day of publication in EDTF")
    parser.add_argument("--label", required=True, help="a short title in your own words")
    parser.add_argument("--cases", default="", help="cases that use it, joined by ;")
    parser.add_argument("--data", default="data", help="the folder of the tables (data)")
    parser.add_argument("--first", default="", help="its first words, where the file holds more")
    parser.add_argument("--last", default="", help="its last words")
    parser.add_argument("--id", default="", help="its id; the file's name without it")
    parser.add_argument(
        "--set", action="append", default=[], metavar="COLUMN=VALUE", help="any other column"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code: 0, or 2 for a problem that is told in words."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.function(given) or 0)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
