"""Checkouts that build in seconds: the fictional case, one notebook, this environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
import pandas as pd
from nbformat import v4

from framelines import REPO

COPIED = (
    "lib docs paper data/example data/lexicons.csv data/datapackage.yaml data/README.md "
    "data/CODEBOOK.md data/INTRODUCTION.md notebooks/cases/example.yaml Makefile requirements.lock "
    "matplotlibrc pyproject.toml CITATION.cff .gitattributes .gitignore"
)
PAPER = """#import "article.typ": article
#show: article.with(title: "Little", authors: "Nobody", abstract: [Little.])"""
# A notebook whose every result hangs on one digit of the claims.
CELLS = [
    'case_name: str = "example"\ndraws: int = 200',
    """from pathlib import Path
import framelines, matplotlib.pyplot as plt
from framelines.report.results import Results
from framelines.tables.case import load_case
case = load_case(case_name, draws=draws)
results = Results(case, "01")""",
    """claims = case["claims"].query("kind == 'killed'")[["claim_id", "value_min"]].dropna()
results.say("{killed} are told as killed, by {library}.", killed=int(claims["value_min"].sum()),
            library=Path(framelines.__file__).relative_to(Path.cwd()).as_posix())
results.table(claims, "killed", caption="Claims of the killed.")""",
    """figure, axes = plt.subplots(figsize=(3, 1))
axes.bar(range(len(claims)), claims["value_min"])
results.figure(lambda data: figure, claims, "killed", title="The killed", subtitle="By claim",
               alt="Bars.", caption="The killed.")""",
    "results.close()",
]

# It takes the settings of a build, imports the library once, and runs each command in a fork.
FORKS = """import os, sys
from framelines.__main__ import SETTINGS, main, settle
"TZ" in os.environ or os.execve(sys.executable, sys.orig_argv, os.environ | SETTINGS)
settle()  # which has nothing left to do
import framelines.build.coding, framelines.build.execute
for line in sys.stdin:
    said, *words = line[:-1].split("\\t")
    if not (child := os.fork()):
        os.dup2(os.dup2(os.open(said, os.O_WRONLY), 1), 2)
        sys.exit(main(words))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)"""
FORKING = dict[Path, subprocess.Popen[str]]()


def write(place: Path, content: str | bytes) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def laid(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder; return it."""
    for name, content in files.items():
        write(folder / name, content)
    return folder


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def checkout(folder: Path, *pages: str) -> Path:
    """Lay down a checkout with the fictional case and one notebook, or ours."""
    for name in [*COPIED.split(), *(f"notebooks/{page}.ipynb" for page in pages)]:
        place, copy = folder / name, shutil.copytree if (REPO / name).is_dir() else shutil.copy2
        place.parent.mkdir(parents=True, exist_ok=True)
        copy(REPO / name, place)  # with its times, so that what is compiled counts
    laid(folder, {"notebooks/findings.yaml": "declared: 2026-11-26\n", "paper/paper.typ": PAPER})
    if not pages:
        write_notebook(folder, CELLS)
    own = write(folder / ".venv" / ".ready", "").parent
    for path in Path(sys.prefix).iterdir():
        if path.name == "matplotlib":
            shutil.copytree(path, own / "matplotlib")
        elif path.name != ".ready":
            (own / path.name).symlink_to(path)
    return folder


def write_notebook(folder: Path, cells: Sequence[str]) -> None:
    made = [v4.new_markdown_cell("# Few results"), *map(v4.new_code_cell, cells)]
    made[1].metadata["tags"] = ["parameters"]
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(v4.new_notebook(cells=made, metadata=about), folder / "notebooks/01-few.ipynb")


def change_a_digit(folder: Path) -> None:
    file = folder / "data" / "example" / "claims.csv"
    claims = pd.read_csv(file, dtype=str, keep_default_na=False)
    exact = claims["value_min"].eq(claims["value_max"]) & claims["value_min"].str.match("[2-9]")
    row = claims.index[exact & claims["kind"].eq("killed")][0]
    claims.loc[row, "value_min"] = "1" + claims.loc[row, "value_min"][1:]
    claims.to_csv(file, index=False, lineterminator="\n")


def results(folder: Path) -> dict[str, bytes]:
    """Return every result of a checkout, and what is built from them, by path."""
    places = [bytes_of(folder / place) for place in ("figures", "reports", "build/executed")]
    return {p.relative_to(folder).as_posix(): b for place in places for p, b in place.items()}


def environment() -> dict[str, str]:
    """Return the environment of a plain user, without what make and pytest left in it."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def forking(folder: Path) -> subprocess.Popen[str]:
    """Begin a process that runs the commands of a checkout in forks of it, until it is left."""
    own = {"cwd": folder, "env": environment() | {"PYTHONPATH": str(folder / "lib")}}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    FORKING[folder] = subprocess.Popen([".venv/bin/python", "-c", FORKS], **own, **pipes)
    return FORKING[folder]


def run(folder: Path, *command: str, expect: int = 0, env: Mapping[str, str] | None = None) -> str:
    """Run a command of the library, make or Python in a checkout; return what it says."""
    python = ".venv/bin/python"
    wanted = command if {"make", python} & {*command} else (python, "-m", "framelines", *command)
    if wanted != command and env is None and (one := FORKING.get(folder)):
        said = write(folder.parent / "said", "")
        print(said, *command, sep="\t", file=one.stdin, flush=True)
        assert int(one.stdout.readline()) == expect, said.read_text()[-4000:]
        return said.read_text()
    given = {"PYTHONPATH": str(folder / "lib"), **(environment() if env is None else env)}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(wanted, cwd=folder, env=given, text=True, timeout=600, **pipes)
    assert done.returncode == expect, done.stdout[-4000:]
    return str(done.stdout)
