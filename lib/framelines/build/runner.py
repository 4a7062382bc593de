"""What is to be built, from what, and in which order: notebooks, then reports, then the front page.

A unit of work is stale if the content of anything that it is made from has changed since it was
built, or a result of it is not as it was left. Nothing that stands is touched before its successor
is whole: a build that is killed anywhere goes on to the right result the next time.
"""

import fcntl
import hashlib
import json
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from framelines import REPO, write_whole
from framelines.errors import DataError, Problem

STATE = REPO / "build" / "state.json"
LIBRARY = (
    "lib/framelines/**/*.py",
    "lib/framelines/**/*.yaml",
    "requirements.lock",
    "matplotlibrc",
)
# Code that makes no result of a notebook, and what only pages are made from.
NOT_OF_NOTEBOOKS = (
    *("build/runner.py", "build/verify.py", "build/scaffold.py", "__main__.py"),
    *("report/pages.py", "report/pdf.py", "report/templates/"),
)
PAGES = ("lib/framelines/report/*.py", "lib/framelines/report/templates/*", "requirements.lock")
PROSE = ("docs/*.md", "data/*.md", "data/datapackage.yaml", "CITATION.cff", "paper/references.bib")
ARTICLE = ("paper/*.typ", "paper/*.bib", "lib/framelines/report/pdf.py", "requirements.lock")
HERE = "framelines.build.runner"
TABLES = ("notebooks/findings.yaml", "data/datapackage.yaml", "data/lexicons.csv")


@dataclass(frozen=True)
class Unit:
    """One piece of work: `function(*arguments)` of a module, from `inputs` and other units."""

    name: str
    module: str
    function: str
    arguments: tuple[str, ...]
    inputs: tuple[str, ...]
    after: tuple[str, ...] = ()

    def __call__(self) -> list[Path]:
        """Do the work; return the paths of what was made."""
        made = getattr(import_module(self.module), self.function)(*self.arguments)
        return list(made)


@dataclass
class Progress:
    """What is running and what has come out of it."""

    total: int
    started: dict[str, float] = field(default_factory=dict)
    done: int = 0
    failed: list[str] = field(default_factory=list)
    problems: set[str] = field(default_factory=set)

    def tell(self, name: str, how: str = "") -> None:
        """Print that a unit ended."""
        self.done += 1
        seconds = time.monotonic() - self.started.get(name, time.monotonic())
        print(f"[{self.done}/{self.total}] {name} {how or f'{seconds:.0f} s'}", flush=True)


def notebooks() -> list[str]:
    """Return the names of all notebooks, without their ending."""
    return sorted(path.stem for path in (REPO / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def cases() -> list[str]:
    """Return the names of all cases."""
    return sorted(path.stem for path in (REPO / "notebooks" / "cases").glob("*.yaml"))


def units(names: Sequence[str] = ()) -> list[Unit]:
    """Return all units in an order in which they can be built; of the named cases alone if any.

    Raises `DataError` for a case that there is not.
    """
    for name in names:
        if name not in cases():
            known = ", ".join(cases()) or "none"
            what = "there is no such case"
            raise DataError([Problem("notebooks/cases", what, value=name, allowed=known)])
    found: list[Unit] = []
    for case in names or cases():
        file = f"notebooks/cases/{case}.yaml"
        own = (file, *TABLES, *(f"{_folder(file)}/{name}" for name in ("*.csv", "features/*.csv")))
        every = tuple(f"{case} {notebook}" for notebook in notebooks())
        for notebook, name in zip(notebooks(), every, strict=True):
            inputs = (f"notebooks/{notebook}.ipynb", *own, *LIBRARY)
            where = "framelines.build.execute"
            found.append(Unit(name, where, "run", (notebook, case), inputs))
        found.append(Unit(f"{case} report", HERE, "report", (case,), (file, *PAGES), every))
    if not names:
        every = tuple(unit.name for unit in found if unit.function == "run")
        prose = (*PAGES, *PROSE, "notebooks/cases/*.yaml")
        found.append(Unit("front page", HERE, "site", (), prose, every))
        found.append(Unit("article", HERE, "article", (), ARTICLE, every))
    return found


def _folder(case_file: str) -> str:
    """The folder of tables that a case names; nothing is checked here."""
    text = (REPO / case_file).read_text(encoding="utf-8", errors="replace")
    named = re.search(r"(?m)^data:\s*[\"']?([^\"'#\n]+)", text)
    folder = (REPO / (named[1].strip() if named else "data")).resolve()
    return folder.relative_to(REPO).as_posix() if folder.is_relative_to(REPO) else "data"


def report(case: str) -> list[Path]:
    """Write the pages and the PDF of a case; return their paths."""
    from framelines.report import pages, pdf

    executed = REPO / "build" / "executed" / case
    made = [pages.render_notebook(executed / f"{n}.ipynb", case, n) for n in notebooks()]
    return [*made, pdf.case_report(case)]


def site() -> list[Path]:
    """Write the front page, the pages of the cases and the prose beside them."""
    from framelines.report import pages

    return list(pages.render_site())


def article() -> list[Path]:
    """Set the article; return its path."""
    from framelines.report import pdf

    return [pdf.article()]


# What is stale.


@cache
def _sum(path: Path, size: int, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def file_sum(path: Path) -> str:
    """Return the SHA-256 of a file; empty where there is none."""
    try:
        stat = path.stat()
        return _sum(path, stat.st_size, stat.st_mtime_ns)
    except OSError:
        return ""


def _made_from(unit: Unit, state: dict[str, Any]) -> str:
    """The digest of all that a unit is made from: files, and the results of other units."""
    parts = [sys.version.split()[0].rpartition(".")[0]]
    for pattern in unit.inputs:
        for path in sorted(REPO.glob(pattern)):
            name = path.relative_to(REPO).as_posix()
            inner = name.removeprefix("lib/framelines/")
            if "__pycache__" in name or (
                unit.function == "run" and inner.startswith(NOT_OF_NOTEBOOKS)
            ):
                continue
            parts.append(f"{name} {file_sum(path)}")
    parts += [json.dumps(state.get(name, {}).get("outputs"), sort_keys=True) for name in unit.after]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_stale(unit: Unit, state: dict[str, Any]) -> bool:
    """Return whether a unit must be built: nothing is known of it, or anything differs."""
    known = state.get(unit.name)
    if not known or known["inputs"] != _made_from(unit, state):
        return True
    return any(file_sum(REPO / name) != digest for name, digest in known["outputs"].items())


def _state() -> dict[str, Any]:
    try:
        content = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _enter(unit: Unit, outputs: list[str], state: dict[str, Any]) -> None:
    sums = {name: file_sum(REPO / name) for name in sorted(outputs)}
    state[unit.name] = {"inputs": _made_from(unit, state), "outputs": sums}
    write_whole(STATE, json.dumps(state, indent=0))


# Building.


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the checkout: a second build says so, and waits."""
    lock = REPO / "build" / "lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another build is at work in this folder: waiting for its end", flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def workers() -> int:
    """Return how many units are built at once: the N of `make -jN`, else one a usable core."""
    asked = re.search(r"(?:^|\s)-?-?j(?:obs=)?\s*(\d+)", os.environ.get("MAKEFLAGS", ""))
    usable = getattr(os, "sched_getaffinity", None)
    return int(asked[1]) if asked else len(usable(0)) if usable else os.cpu_count() or 1


def build(names: Sequence[str] = ()) -> int:
    """Build all that is stale, of the named cases or of all; return 0, or 2 where a unit failed."""
    with _alone():
        state, todo, waiting = _state(), units(names), set[str]()
        for unit in todo:
            if waiting & {*unit.after} or is_stale(unit, state):
                waiting.add(unit.name)
        todo = [unit for unit in todo if unit.name in waiting]
        if not todo:
            print("Everything is built. Open reports/index.html")
            return 0
        progress = Progress(len(todo))
        _all(todo, state, progress)
    if not progress.failed:
        print("Built. Open reports/index.html")
    return 2 if progress.failed else 0


def _all(todo: list[Unit], state: dict[str, Any], progress: Progress) -> None:
    fork = sys.platform == "linux"
    if fork and any(unit.function == "run" for unit in todo):
        # Imported once: a fork of this process has the libraries in memory.
        for module in ("framelines.build.execute", "framelines.report.results"):
            import_module(module)
        import_module("framelines.analyses.findings").estimands()
    import_module("framelines.report.pages")
    context: Any = multiprocessing.get_context("fork" if fork else "spawn")
    running: dict[Connection, tuple[Unit, Any]] = {}
    try:
        while todo or running:
            unfinished = {unit.name for unit in [*todo, *(u for u, _ in running.values())]}
            for unit in list(todo):
                if len(running) >= workers() or unfinished & {*unit.after}:
                    continue
                todo.remove(unit)
                if {*unit.after} & {*progress.failed}:
                    progress.failed.append(unit.name)
                    progress.tell(unit.name, "left aside")
                elif not is_stale(unit, state):
                    progress.tell(unit.name, "unchanged")
                else:
                    here, there = context.Pipe(duplex=False)
                    child = context.Process(target=_work, args=(unit, there), daemon=True)
                    child.start()
                    there.close()
                    running[here], progress.started[unit.name] = (unit, child), time.monotonic()
                break
            else:
                for ended in [one for one in wait([*running]) if isinstance(one, Connection)]:
                    _end(*running.pop(ended), ended, state, progress)
    finally:
        for _, child in running.values():
            child.terminate()


def _work(unit: Unit, told: Connection) -> None:
    """In the child: do the work, and tell what was made or why not, a line a problem."""
    try:
        made = [path.relative_to(REPO).as_posix() for path in unit()]
        told.send((made, []))
    except DataError as error:
        told.send(([], [str(problem) for problem in error.problems]))
    except Exception as error:
        import traceback

        lines = traceback.format_exception(error)[-2:]
        told.send(([], [f"{type(error).__name__}: {error}", *"".join(lines).splitlines()[:-1]]))


def _end(
    unit: Unit, child: Any, told: Connection, state: dict[str, Any], progress: Progress
) -> None:
    try:
        made, problems = told.recv()
    except EOFError:
        child.join()
        how = f"signal {-child.exitcode}" if child.exitcode < 0 else f"exit code {child.exitcode}"
        made, problems = [], [f"its process ended before its work did ({how}); is memory short?"]
    child.join()
    if problems:
        progress.failed.append(unit.name)
        progress.tell(unit.name, "FAILED")
        # A table that is wrong stops several notebooks, and is told once.
        fresh = [line for line in problems if line not in progress.problems]
        progress.problems.update(fresh)
        print("\n".join(f"  {line}" for line in fresh), file=sys.stderr, flush=True)
    else:
        _enter(unit, made, state)
        progress.tell(unit.name)
