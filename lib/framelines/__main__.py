"""The commands, which the Makefile calls: `python -m framelines COMMAND`."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from framelines import REPO
from framelines.errors import DataError, Problem, Problems

# What no result may take from the machine. The date is a constant, so that a commit does not move
# a byte; the last four keep this checkout's library and settings, and nobody else's.
SETTINGS = {
    "SOURCE_DATE_EPOCH": "1767225600",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JUPYTER_NO_CONFIG": "1",
    "PYTHONPATH": str(REPO / "lib"),
    "MATPLOTLIBRC": str(REPO / "matplotlibrc"),
    "MPLCONFIGDIR": str(Path(sys.prefix) / "matplotlib"),
    "IPYTHONDIR": str(REPO / "build" / "ipython"),
}
UNWANTED = {"MPLBACKEND", "COLUMNS", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONUTF8"}
UNWANTED |= {"PYTHONOPTIMIZE", "PYTHONDONTWRITEBYTECODE", "JUPYTER_PATH", "JUPYTER_CONFIG_DIR"}
DATA = click.option("--data", default="data", show_default=True, help="the folder of the tables")


def settle() -> None:
    """Begin again with the settings of a build, where this process was begun with others."""
    own = {n: v for n, v in os.environ.items() if n not in UNWANTED} | SETTINGS
    if own != dict(os.environ):
        os.execve(sys.executable, [sys.executable, "-m", "framelines", *sys.argv[1:]], own)


class Commands(click.Group):
    """Commands whose problems are told in words, a line a problem."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; exit with what it returns, or with 2 for a problem."""
        try:
            sys.exit(super().invoke(ctx) or 0)
        except DataError as error:
            print(error, file=sys.stderr)
            sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Framelines: how do opposing sources tell the same war?"""


def _print(*paths: Path) -> None:
    for path in paths:
        print(path.relative_to(REPO))


# What a command needs is imported when it runs: a build with nothing to do takes no library.


@main.command()
@click.argument("cases", nargs=-1)
def build(cases: tuple[str, ...]) -> int:
    """Build everything that is stale, or all of the named CASES."""
    from framelines.build import runner

    return runner.build(cases)


@main.command()
@click.argument("notebook")
@click.argument("case")
@click.option("-p", "given", multiple=True, metavar="NAME=VALUE", help="a parameter")
def run(notebook: str, case: str, given: tuple[str, ...]) -> None:
    """Run one NOTEBOOK for one CASE; with -p draws=200 the results go to build/variant/."""
    import yaml

    from framelines.build import execute

    pairs = [one.partition("=") for one in given]
    parameters = {name: yaml.safe_load(value) for name, _, value in pairs}
    _print(execute.run(notebook, case, parameters)[0])


@main.command()
@click.option("--with-texts", is_flag=True, help="hold every span against the texts too")
def check(with_texts: bool) -> None:
    """Check every table, case and declared finding."""
    from framelines.analyses.findings import declared, unused
    from framelines.tables.case import case_names, data_folders, load_case
    from framelines.tables.schema import check_tables

    problems = Problems()
    how = "every table and coded span matches the texts" if with_texts else "every table passes"
    for folder in data_folders():
        try:
            documents = check_tables(folder, with_texts=with_texts)["documents"]
            print(f"{folder.relative_to(REPO)}: {how}; {len(documents)} documents")
        except DataError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    for case in case_names():
        print(f"{case}: {len(declared(load_case(case).name))} declared findings")
    for warning in unused():
        print(f"Beware: {warning}")


@main.command("check-text")
def check_text() -> int:
    """Search the tree for runs of words of the texts (CORPUS=folder)."""
    import subprocess

    from framelines.corpus.audit import RUN, runs_of_texts

    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True).stdout
    built = [*(REPO / "build").glob("executed/**/*.ipynb"), *(REPO / "reports").glob("**/*.html")]
    files = {REPO / name for name in listed.split("\0") if name} | {*built}
    found = runs_of_texts(REPO / "data", sorted(files))
    for path, lines in found.items():
        print(f"{path.relative_to(REPO)}: {RUN} words of the texts on end, lines {lines[:20]}")
    print(f"check-text: {len(found)} of {len(files)} files with a run of {RUN} words of the texts")
    return 1 if found else 0


@main.command()
def features() -> None:
    """Rebuild the features of every corpus whose texts are here (CORPUS=folder)."""
    from framelines.corpus.documents import raw_folder
    from framelines.corpus.features import build_features
    from framelines.tables.case import data_folders
    from framelines.tables.schema import check_tables

    for folder in data_folders():
        # Who names a folder of texts wants them read.
        if raw_folder(folder) or os.environ.get("CORPUS"):
            _print(*build_features(check_tables(folder), folder))
        else:
            print(f"{folder.relative_to(REPO)}: no texts here; its features stay as they are")


def _with_texts(data: str) -> tuple[Any, Path, Path]:
    """The tables of a folder, the folder, and the folder of its texts, which must be here."""
    from framelines.corpus.documents import texts_of
    from framelines.tables.case import data_folders
    from framelines.tables.schema import read_tables

    folder = (REPO / data).resolve()
    if folder not in data_folders():
        raise DataError([Problem(data, "no case uses these tables")])
    return read_tables(folder), folder, texts_of(folder)


@main.command()
@DATA
def mentions(data: str) -> None:
    """Count the first coder's naming mentions anew from the texts."""
    from framelines.corpus.audit import build_mentions

    tables, folder, _ = _with_texts(data)
    _print(build_mentions(tables, folder))


@main.command()
@DATA
def audit(data: str) -> int:
    """List the numbers, dates and names that no row explains."""
    from framelines.corpus.audit import audit

    tables, folder, _ = _with_texts(data)
    found = audit(tables, folder)
    missing = found[found["explained_by"] == ""]
    print(found.groupby(["kind", "explained_by"]).size().to_string())
    for row in missing.to_dict("records"):
        print(f"{row['doc_id']} [{row['start']}, {row['end']}), {row['kind']}: {row['passage']}")
    print(f"audit: {len(found)} expressions, {len(missing)} unexplained")
    return 1 if len(missing) else 0


@main.command()
@click.argument("document")
@click.argument("words")
@DATA
def locate(document: str, words: str, data: str) -> None:
    """Print span and hash of WORDS as they stand in a DOCUMENT."""
    from framelines.corpus.documents import locate

    tables, _, texts = _with_texts(data)
    for start, end, digest in locate(tables, document, words, texts):
        print(f"{start},{end},{digest}")


@main.command("new-case")
@click.argument("name")
def new_case(name: str) -> None:
    """Lay down a case that builds."""
    from framelines.build import scaffold

    _print(*scaffold.new_case(name))


@main.command("new-source")
@click.argument("name")
@DATA
def new_source(name: str, data: str) -> None:
    """Add a row for an outlet to sources.csv."""
    from framelines.build import scaffold

    _print(scaffold.new_source(name, (REPO / data).resolve()))


@main.command("add-document")
@click.argument("text", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="id of the outlet that wrote it")
@click.option("--published", required=True, help="day of publication in EDTF")
@click.option("--label", required=True, help="a short title in your own words")
@click.option("--cases", default="", help="cases that use it, joined by ;")
@click.option("--first", default="", help="its first words, where the file holds more")
@click.option("--last", default="", help="its last words")
@click.option("--doc-id", default="", help="its id; the file's name without it")
@click.option("--set", "more", multiple=True, metavar="COLUMN=VALUE", help="any other column")
@DATA
def add_document(text: Path, data: str, more: tuple[str, ...], **row: str) -> None:
    """Add an article, the file TEXT in UTF-8, to documents.csv."""
    from framelines.build import scaffold

    columns = dict(one.partition("=")[::2] for one in more)
    print(scaffold.add_document(text, data=(REPO / data).resolve(), **row | columns))


def _verify(name: str, about: str, *parameters: click.Parameter) -> None:
    def call(**given: str) -> Any:
        from framelines.build import verify

        made = getattr(verify, name)(*given.values())
        return made if isinstance(made, int) else _print(made)

    main.add_command(click.Command(name, callback=call, help=about, params=list(parameters)))


_verify("manifest", "Rebuild everything and record every result in MANIFEST.json.")
_verify("verify", "Rebuild everything in a clean copy and name what is not as recorded.")
_verify("review", "Do what a reviewer does: verify the commit without a network, and say so.")
REVISION = click.Argument(["revision"], default="HEAD")
_verify("diff", "Say what moved in the results since a REVISION, or from REV..REV.", REVISION)
_verify("bench", "Time three builds, into docs/benchmarks.md.")


@main.command("null-simulation")
def null_simulation() -> None:
    """Simulate corpora without any difference, into docs/null-simulation.csv."""
    from framelines import write_whole
    from framelines.methods.keyness import null_simulation

    content = null_simulation().to_csv(index=False, lineterminator="\n")
    _print(write_whole(REPO / "docs" / "null-simulation.csv", content))


if __name__ == "__main__":
    settle()
    main(prog_name="framelines")
