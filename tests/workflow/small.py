"""Checkouts that build in seconds: the fictional case alone, with this checkout's environment."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
import yaml
from nbformat import v4

from framelines import manifest, parameters, runner, scratch
from framelines.corpus import REPO

CASE = "example"
LONGEST = 600
# The article of the project looks up what only the real cases give.
PAPER = """#import "article.typ": article
#show: article.with(title: "Little", authors: "Nobody", abstract: [Little.])
= Little
Little is said.
"""
# A notebook whose every result hangs on one digit of the claims, and which knows its library.
SOURCES = [
    "# Few results",
    'case_name: str = "example"',
    """
from pathlib import Path

import matplotlib.pyplot as plt

import framelines
from framelines import case as cases
from framelines.outputs import Outputs

case = cases.load_case(case_name)
out = Outputs(case.name, "01")
out.number("library", Path(framelines.__file__).relative_to(Path.cwd()).as_posix())
out.number("mark", getattr(framelines, "MARK", "none"))
""",
    """
claims = case["claims"]
killed = claims.loc[claims["kind"] == "killed", ["claim_id", "value_min"]].dropna()
out.number("killed", int(killed["value_min"].sum()), unit="persons", source="claims.csv")
out.number("claims", len(killed))
out.table(killed, "killed", caption="Claims of the killed.")
""",
    """
figure, axes = plt.subplots(figsize=(2, 1))
axes.bar(killed["claim_id"], killed["value_min"])
axes.set_xticks([])
out.figure(figure, "killed", data=killed, alt="Bars.", caption="The killed.")
out.finding("Together {killed:unit} are told as killed.", shows="killed")
out.finding("There are {claims} such claims.")
out.close()
""",
]


def checkout(folder: Path, *, own_notebook: bool = False, notebooks: int = 2) -> Path:
    """Lay down a checkout with the fictional case and few notebooks, nothing built; return it.

    With `own_notebook` the only notebook is the one of this module; without it, the first ones of
    the project.
    """
    scratch.copy_tree(REPO, folder)
    for path in (folder / "notebooks" / "cases").glob("*.yaml"):
        if path.stem != CASE:
            path.unlink()
    for path in sorted((folder / "notebooks").glob("0*.ipynb"))[0 if own_notebook else notebooks :]:
        path.unlink()
    if own_notebook:
        cells = [v4.new_markdown_cell(SOURCES[0])]
        cells.append(v4.new_code_cell(SOURCES[1], metadata={"tags": ["parameters"]}))
        cells += [v4.new_code_cell(source.strip()) for source in SOURCES[2:]]
        for number, cell in enumerate(cells):
            cell.id = f"cell-{number}"
        notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": runner.KERNEL})
        nbformat.write(notebook, folder / "notebooks" / "01-few.ipynb")
    _keep_known_parameters(folder)
    findings = folder / "notebooks" / "findings.yaml"
    declared = yaml.safe_load(findings.read_text(encoding="utf-8"))
    kept = {name: declared[name] for name in ("declared", CASE)}
    findings.write_text(yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")
    (folder / "paper" / "paper.typ").write_text(PAPER)
    for results in scratch.RESULTS:
        if (folder / results).is_dir():
            shutil.rmtree(folder / results)
        (folder / results).unlink(missing_ok=True)
    (folder / manifest.FILE).unlink(missing_ok=True)
    scratch.link_environment(folder)
    return folder


def _keep_known_parameters(folder: Path) -> None:
    """Take out of the case what only notebooks that are not here declare."""
    known: set[str] = set()
    for path in (folder / "notebooks").glob("*.ipynb"):
        known |= set(parameters.declared(nbformat.read(path, as_version=4), path.name))
    path = folder / "notebooks" / "cases" / f"{CASE}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    given = content.get("parameters") or {}
    content["parameters"] = {name: value for name, value in given.items() if name in known}
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a plain user, without what make and pytest left in it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, **more}


def run(
    folder: Path,
    *arguments: str,
    prefix: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    expect: int = 0,
) -> str:
    """Run make in a checkout and return what it says; fail where it ends otherwise."""
    running = subprocess.Popen(
        [*prefix, "make", *arguments],
        cwd=folder,
        env=environment() if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = running.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        raise
    assert running.returncode == expect, said[-4000:]
    return said


def commit(folder: Path) -> None:
    """Commit everything in a checkout, as nobody in particular."""
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
    commands = [["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "State"]]
    for command in commands:
        subprocess.run(["git", "-c", "commit.gpgsign=false", *command], cwd=folder, check=True)
