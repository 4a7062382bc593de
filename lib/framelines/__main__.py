"""The commands, which the Makefile calls: `python -m framelines COMMAND`."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from framelines import REPO
from framelines.errors import DataError, Problem, Problems, problems_of

# What no result may take from the machine: every other variable that begins so is left out. The
# date is a constant, so that a commit does not move a byte; the last keep this checkout's library
# and settings, and nobody else's.
UNWANTED = ("PYTHON", "MPL", "MATPLOTLIB", "JUPYTER", "IPYTHON", "COLUMNS")
SETTINGS = {"SOURCE_DATE_EPOCH": "1767225600", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
SETTINGS |= dict.fromkeys(("PYTHONNOUSERSITE", "JUPYTER_NO_CONFIG"), "1")
SETTINGS |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
SETTINGS |= {"PYTHONHASHSEED": "0", "PYTHONPATH": str(REPO / "lib")}
SETTINGS |= {"PYTHONIOENCODING": "utf-8:backslashreplace"}  # names of files may be in no encoding
SETTINGS |= {"MATPLOTLIBRC": str(REPO / "matplotlibrc"), "IPYTHONDIR": str(REPO / "build/ipython")}
SETTINGS |= {"MPLCONFIGDIR": str(Path(sys.prefix) / "matplotlib")}


def settle() -> None:
    """Begin again with the settings of a build, where this process was begun with others."""
    own = {n: v for n, v in os.environ.items() if not n.startswith(UNWANTED)} | SETTINGS
    if own != dict(os.environ):
        os.execve(sys.executable, [sys.executable, "-m", "framelines", *sys.argv[1:]], own)


class Commands(click.Group):
    """Commands whose problems are told in words, a line a problem."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; exit with the code that it returns, or print the paths of what it made."""
        try:
            made = super().invoke(ctx)
        except Exception as error:
            if not (found := problems_of(error)):
                raise
            print(*found, sep="\n", file=sys.stderr)
            sys.exit(2)
        if isinstance(made, int):
            sys.exit(made)
        for path in made or ():
            print(path.relative_to(REPO))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Framelines: how do opposing sources tell the same war?"""


# A command that a function of the library does, called with arguments and options by their names.
# What a command needs is imported when it runs; one that changes tables waits for others.
def _command(name: str, function: str, about: str, *parameters: click.Parameter) -> None:
    def call(**given: Any) -> Any:
        module, _, called = function.partition(".")
        run = getattr(import_module(f"framelines.build.{module}"), called)
        if module not in ("ingest", "coding", "exchange"):
            return run(**given)
        with import_module("framelines.build.runner").alone():
            return run(**given)

    main.add_command(click.Command(name, callback=call, help=about, params=list(parameters)))


def _place(_: click.Context, __: click.Parameter, value: str) -> Path:
    """A place that is there; an empty one, which `make` hands on without FROM, is none."""
    if value and (place := Path(value).expanduser()).exists():
        return place
    raise DataError([Problem("FROM", "there is no such file or folder", value=value)])


FOLDER = click.Path(path_type=Path, resolve_path=True)
DATA = click.Option(["--data"], default=REPO / "data", type=FOLDER, help="the folder of the tables")
PLACE = click.Argument(["place"], callback=_place)
DATES = click.Option(["--dates"], default="", help="how days are written, such as %d/%m/%Y")
CASES, NAME = click.Argument(["names"], nargs=-1, metavar="CASES"), click.Argument(["name"])
REVISION = click.Argument(["revision"], default="HEAD")
CLEAN = click.Option(["--clean"], is_flag=True, help="the commit alone, and without a network")
RUN = (click.Argument(["notebook"]), click.Argument(["case"]))
_command("build", "runner.build", "Build everything that is stale, or all of CASES.", CASES)
_command("run", "execute.run", "Run a NOTEBOOK for a CASE.", *RUN)
_command("manifest", "verify.manifest", "Rebuild everything and record every result.")
_command("verify", "verify.verify", "Rebuild everything and name what is not as recorded.", CLEAN)
_command("diff", "verify.diff", "Say what moved since a REVISION, or from REV..REV.", REVISION)
_command("corpus", "ingest.lay_down", "Make a case of the texts of a PLACE.", PLACE, NAME, DATES)
CODER = click.Option(["--coder"], default="")
TO = click.Option(["--to"], default="label-studio")
FILTERS = [click.Option([f"--{name}"], default="") for name in ("days", "country", "box")]
_command("export", "exchange.export", "Write a case's texts for people to code.", NAME, TO, CODER)
_command("import", "exchange.take_in", "Take in what people coded.", PLACE, NAME, CODER)
_command("reference", "exchange.reference", "Take in UCDP or ACLED.", PLACE, NAME, *FILTERS)
_command("code", "coding.code", "Code the texts of a case by rules.", NAME)
_command("measure", "coding.measure", "Code the bundled texts by rules, into their rules/.")


def _with_texts() -> list[Path]:
    """The folders of tables whose texts are here; a problem where `$CORPUS` or nobody has any."""
    from framelines.corpus.documents import raw_folder, texts_of
    from framelines.tables.case import data_folders

    places = {folder: raw_folder(folder) for folder in data_folders()}
    named, found = os.environ.get("CORPUS"), {f: p.resolve() for f, p in places.items() if p}
    if not found or (named is not None and Path(named).resolve() not in found.values()):
        texts_of(REPO / "data")  # says where they go
    for folder in [folder for folder in places if folder not in found]:
        print(f"{folder.relative_to(REPO)}: no texts here; it is left as it is")
    return list(found)


@main.command()
@click.option("--with-texts", is_flag=True, help="hold every span against the texts too")
def check(with_texts: bool) -> None:
    """Check every table, case and declared finding."""
    from framelines.analyses.findings import declared
    from framelines.tables.case import case_names, data_folders, load_case
    from framelines.tables.schema import check_tables

    problems = Problems()
    how = "every table and coded span matches the texts" if with_texts else "every table passes"
    for folder in _with_texts() if with_texts else data_folders():
        try:
            documents = check_tables(folder, with_texts=with_texts)["documents"]
            print(f"{folder.relative_to(REPO)}: {how}; {len(documents)} documents")
        except DataError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    for case in case_names():
        print(f"{case}: {len(declared(load_case(case).name))} declared findings")


@main.command("check-text")
def check_text() -> int:
    """Search the tree for runs of words of all texts that stay out of it (CORPUS=folder)."""
    from framelines.build.verify import git
    from framelines.corpus.audit import RUN, runs_of_texts
    from framelines.corpus.documents import texts_of

    listed = git(REPO, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    files = {REPO / name for name in listed.split("\0") if name}
    files |= {*REPO.glob("build/executed/**/*.ipynb"), *REPO.glob("reports/**/*.html")}
    found: dict[Path, list[int]] = {}
    for folder in [f for f in _with_texts() if not {*texts_of(f).glob("*.txt")} & files]:
        found |= runs_of_texts(folder, sorted(files))
    for path, lines in found.items():
        print(f"{path.relative_to(REPO)}: {RUN} words of the texts on end, lines {lines[:20]}")
    print(f"check-text: {len(found)} of {len(files)} files with a run of {RUN} words of the texts")
    return 1 if found else 0


@main.command()
def features() -> list[Path]:
    """Rebuild the features of every corpus whose texts are here (CORPUS=folder)."""
    from framelines.build.cluster import mapped
    from framelines.corpus.features import build_features
    from framelines.tables.schema import check_tables

    places = [(check_tables(folder), folder) for folder in _with_texts()]
    return [path for place in places for path in build_features(*place, mapped)]


@main.command(params=[DATA])
def mentions(data: Path) -> list[Path]:
    """Count the first coder's naming mentions anew from the texts."""
    from framelines.corpus.audit import build_mentions
    from framelines.tables.schema import read_tables

    return [build_mentions(read_tables(data), data)]


@main.command(params=[DATA])
def audit(data: Path) -> int:
    """List the numbers, dates and names that no row explains."""
    from framelines.corpus.audit import audit
    from framelines.corpus.texts import valued
    from framelines.tables.schema import read_tables

    tables = read_tables(data)
    found = audit(tables, data)
    missing = found.query("explained_by == ''")
    print(found.groupby(["kind", "explained_by"]).size().to_string())
    for row in missing.to_dict("records"):
        print(f"{row['doc_id']} [{row['start']}, {row['end']}), {row['kind']}: {row['passage']}")
    print(f"audit: {len(found)} expressions, {len(missing)} unexplained")
    for language, count in tables["documents"]["language"].value_counts().items():
        if not valued("numbers", str(language)):
            print(f"audit: {count} documents in {language}: no word list, digits alone were read")
    return 1 if len(missing) else 0


@main.command(params=[click.Argument(["document"]), click.Argument(["words"]), DATA])
def locate(document: str, words: str, data: Path) -> None:
    """Print span and hash of WORDS as they stand in a DOCUMENT."""
    from framelines.corpus.documents import locate, texts_of
    from framelines.tables.schema import read_tables

    for start, end, digest in locate(read_tables(data), document, words, texts_of(data)):
        print(f"{start},{end},{digest}")


if __name__ == "__main__":
    settle()
    main(prog_name="framelines")
