"""The commands that the Makefile calls: `python -m framelines COMMAND`.

A problem with what a researcher wrote is printed in words and ends with exit code 2; a traceback
is a fault of this library.
"""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from framelines import commands
from framelines.problems import DataError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m framelines", allow_abbrev=False)
    added_to = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Callable[..., Any], about: str) -> argparse.ArgumentParser:
        added = added_to.add_parser(name, help=about, description=about, allow_abbrev=False)
        added.set_defaults(function=function)
        return added

    run = command("run", commands.run, "run one notebook for one case")
    run.add_argument("notebook", help="such as 01-source-profiles")
    run.add_argument("case", help="such as palmyra")
    run.add_argument(
        "-y",
        dest="parameters",
        metavar="YAML",
        help="parameters before those of the case; the results go to build/variant/",
    )
    typeset = command("typeset", commands.typeset, "set all executed notebooks of a case as a PDF")
    typeset.add_argument("case")
    command("paper", commands.paper, "look up every number of the article and set it as a PDF")
    render = command("render", commands.render, "write the page of an executed notebook")
    render.add_argument("case")
    render.add_argument("notebook")
    command("index", commands.index, "write the front page of the reports")
    command("check", commands.check, "check every table")
    command("check-corpus", commands.check_corpus, "check every table and span against the texts")
    command("check-text", commands.check_text, "search the tree for runs of corpus words")
    command(
        "features", commands.features, "rebuild the features of every corpus whose texts are here"
    )
    command("dictionary", commands.dictionary, "print data/README.md and data/datapackage.json")
    command("readme", commands.readme, "print the findings into README.md")
    command("manifest", commands.manifest, "rebuild everything and record every result")
    command("verify", commands.verify, "rebuild everything and compare it with the manifest")
    command("review", commands.review, "check and rebuild a clean copy, and certify it")
    diff = command("diff", commands.diff, "show what moved in the results since a revision")
    diff.add_argument("revision", nargs="?", default="HEAD", help="REV, or REV..REV (HEAD)")
    _coding_commands(command)
    command("new-case", commands.new_case, "lay down a case that builds").add_argument("name")
    source = command("new-source", commands.new_source, "add a skeleton row to sources.csv")
    source.add_argument("name")
    source.add_argument("--data", default="data", help="the folder of the tables (data)")
    _add_document_options(command("add-document", commands.add_document, "add an article"))
    return parser


def _coding_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Commands for who holds the texts: they read words that the repository does not hold."""
    locate = command("locate", commands.locate, "print span and hash of words in a document")
    locate.add_argument("document", help="its id")
    locate.add_argument("words", help="as they stand in the text")
    rows = command("show", commands.show_rows, "print coded rows in their context")
    rows.add_argument("key", nargs="+", help="parts of a key, such as is-operations-digest-c07")
    audit = command("audit", commands.audit, "list numbers, dates and names that no row explains")
    mentions = command(
        "mentions", commands.mentions, "count the first coder's naming mentions anew"
    )
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
