"""Checkouts that build in seconds: the fictional case, one notebook, this environment."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
import yaml
from nbformat import v4

from framelines import REPO

CASE, LONGEST = "example", 600
NUMBERS = f"reports/{CASE}/numbers/01.json"
PAPER = """#import "article.typ": article
#show: article.with(title: "Little", authors: "Nobody", abstract: [Little.])
= Little
Little is said.
"""
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
results.say("{killed} are told as killed, in {claims} claims, by {library}.",
            killed=int(claims["value_min"].sum()), claims=len(claims),
            library=Path(framelines.__file__).relative_to(Path.cwd()).as_posix())
results.table(claims, "killed", caption="Claims of the killed.")""",
    """def bars(data):
    figure, axes = plt.subplots(figsize=(3, 1))
    axes.bar(range(len(data)), data["value_min"])
    return figure
results.figure(bars, claims, "killed", title="The killed", subtitle="By claim", alt="Bars.",
               caption="The killed.")""",
    "results.close()",
]


def checkout(folder: Path) -> Path:
    """Lay down a checkout of its own with the fictional case and one notebook; return it."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPO / "lib", folder / "lib", ignore=ignored)
    for name in ("data/example", "docs"):
        shutil.copytree(REPO / name, folder / name)
    shutil.copytree(REPO / "paper", folder / "paper")
    files = ["Makefile", "requirements.lock", "matplotlibrc", "pyproject.toml", "CITATION.cff"]
    files += [".gitattributes", ".gitignore", "notebooks/cases/example.yaml", "data/lexicons.csv"]
    files += ["data/datapackage.yaml", "data/README.md", "data/CODEBOOK.md", "data/INTRODUCTION.md"]
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPO / name, folder / name)
    (folder / "notebooks" / "findings.yaml").write_text("declared: 2026-11-26\n")
    (folder / "paper" / "paper.typ").write_text(PAPER)
    write_notebook(folder, CELLS)
    own = folder / ".venv"
    own.mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.name not in ("matplotlib", ".ready"):
            (own / path.name).symlink_to(path)
    if (Path(sys.prefix) / "matplotlib").is_dir():
        shutil.copytree(Path(sys.prefix) / "matplotlib", own / "matplotlib")
    (folder / ".venv" / ".ready").touch()
    return folder


def write_notebook(folder: Path, cells: Sequence[str], name: str = "01-few") -> None:
    """Write a notebook of code cells, the first of them its parameters."""
    made = [v4.new_markdown_cell("# Few results\n\nWhat few say.")]
    made += [v4.new_code_cell(source) for source in cells]
    made[1].metadata["tags"] = ["parameters"]
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(
        v4.new_notebook(cells=made, metadata=about), folder / "notebooks" / f"{name}.ipynb"
    )


def change_case(folder: Path, **parameters: object) -> None:
    """Set parameters of the case."""
    file = folder / "notebooks" / "cases" / f"{CASE}.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["parameters"] = parameters
    file.write_text(yaml.safe_dump(content), encoding="utf-8")


def change_a_digit(folder: Path) -> None:
    """Change one digit of the first figure of the killed."""
    file = folder / "data" / "example" / "claims.csv"
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    place, kind = head.split(",").index("value_min"), head.split(",").index("kind")
    for number, row in enumerate(rows):
        cells = row.split(",")
        low, high = cells[place], cells[place + 1]
        if cells[kind] == "killed" and low and low == high and '"' not in row and low[0] != "1":
            cells[place] = "1" + low[1:]
            rows[number] = ",".join(cells)
            break
    file.write_text("\n".join([head, *rows, ""]), encoding="utf-8")


def results(folder: Path) -> dict[str, bytes]:
    """Return every result of a checkout, and what is built from them, by path."""
    places = ("figures", "reports", "build/executed", "build/paper")
    found = [path for place in places for path in (folder / place).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)}


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a plain user, without what make and pytest left in it."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | more


def run(
    folder: Path,
    *command: str,
    expect: int = 0,
    env: Mapping[str, str] | None = None,
    timeout: float = LONGEST,
) -> str:
    """Run a command of the library, or make, in a checkout; return what it says."""
    python = [str(folder / ".venv" / "bin" / "python"), "-m", "framelines"]
    wanted = list(command) if "make" in command else [*python, *command]
    given = {"PYTHONPATH": str(folder / "lib"), **(environment() if env is None else env)}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    running = subprocess.Popen(
        wanted, cwd=folder, env=given, text=True, start_new_session=True, **pipes
    )
    try:
        said, _ = running.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        raise
    assert running.returncode == expect, said[-4000:]
    return str(said)
