"""What is to be built, from what, and in which order: notebooks, then reports, then the front page.

A unit is stale if the content of anything that it is made from has changed since it was built, or
a result of it is not as it was left. Nothing that stands is touched before its successor is whole:
a build that is killed anywhere goes on to the right result the next time.
"""

import fcntl
import hashlib
import json
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from framelines import REPO, notebooks, write_whole
from framelines.errors import DataError, Problem

STATE = REPO / "build" / "state.json"
CASE_FILES = "notebooks/cases/*.yaml"
LIBRARY = (
    "lib/framelines/**/*.py",
    "lib/framelines/**/*.yaml",
    "requirements.lock",
    "matplotlibrc",
)
# Code of the library from which no notebook has anything.
APART = ("__main__", "build/runner", "build/verify", "build/scaffold", "report/pages", "report/pdf")
TABLES = ("notebooks/findings.yaml", "data/datapackage.yaml", "data/lexicons.csv")
PAGES = ("lib/framelines/report/*.py", "lib/framelines/report/templates/*", "requirements.lock")
PROSE = ("docs/*.md", "data/*.md", "data/datapackage.yaml", "CITATION.cff", "paper/references.bib")
ARTICLE = ("paper/*.typ", "paper/*.bib", "lib/framelines/report/pdf.py", "requirements.lock")


@dataclass(frozen=True)
class Unit:
    """One piece of work, `make(*arguments)`, from files and from what other units made."""

    name: str
    make: Callable[..., list[Path]]
    arguments: tuple[str, ...]
    inputs: tuple[str, ...]
    after: tuple[str, ...] = ()


def units(names: Sequence[str] = ()) -> list[Unit]:
    """Return all units in an order in which they can be built; of the named cases alone if any.

    Raises `DataError` for a case that there is not.
    """
    cases = sorted(path.stem for path in REPO.glob(CASE_FILES))
    for name in {*names} - {*cases}:
        what, known = "there is no such case", ", ".join(cases) or "none"
        raise DataError([Problem("notebooks/cases", what, value=name, allowed=known)])
    runs: list[Unit] = []
    found: list[Unit] = []
    for case in names or cases:
        file = f"notebooks/cases/{case}.yaml"
        folder = _folder(file)
        tables = (file, *TABLES, f"{folder}/*.csv", f"{folder}/features/*.csv", *LIBRARY)
        own = [
            Unit(f"{case} {one}", notebook, (one, case), (f"notebooks/{one}.ipynb", *tables))
            for one in notebooks()
        ]
        runs += own
        made = tuple(unit.name for unit in own)
        found += [*own, Unit(f"{case} report", report, (case,), (file, *PAGES), made)]
    made = tuple(unit.name for unit in runs)
    if not names:
        found.append(Unit("front page", site, (), (*PAGES, *PROSE, *LIBRARY, CASE_FILES), made))
        found.append(Unit("article", article, (), ARTICLE, made))
    return found


def _folder(case_file: str) -> str:
    """The folder of tables that a case names; whether it is any is checked elsewhere."""
    text = (REPO / case_file).read_text(encoding="utf-8", errors="replace")
    named = re.search(r"(?m)^data:\s*[\"']?([^\"'#\n]+)", text)
    folder = (REPO / (named[1].strip() if named else "data")).resolve()
    return folder.relative_to(REPO).as_posix() if folder.is_relative_to(REPO) else "data"


# What the units make. Libraries are imported where they are used: nothing to do takes no time.


def notebook(name: str, case: str) -> list[Path]:
    """Run a notebook for a case."""
    from framelines.build.execute import run

    return run(name, case)


def report(case: str) -> list[Path]:
    """Write the pages and the PDF of a case."""
    from framelines.report import pages, pdf

    executed = REPO / "build" / "executed" / case
    made = [pages.render_notebook(executed / f"{n}.ipynb", case, n) for n in notebooks()]
    return [*made, pdf.case_report(case)]


def site() -> list[Path]:
    """Write the front page, the pages of the cases and the prose beside them."""
    from framelines.report import pages

    return pages.render_site()


def article() -> list[Path]:
    """Set the article."""
    from framelines.report import pdf

    return [pdf.article()]


# What is stale.


@cache
def _sum(path: Path, size: int, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _file_sum(path: Path) -> str:
    """The SHA-256 of a file; empty where there is none."""
    try:
        about = path.stat()
        return _sum(path, about.st_size, about.st_mtime_ns)
    except OSError:
        return ""


def _made_from(unit: Unit, state: dict[str, Any]) -> str:
    """The digest of all that a unit is made from: Python, files, and the results of others."""
    parts = [".".join(map(str, sys.version_info[:2]))]
    for path in [path for pattern in unit.inputs for path in sorted(REPO.glob(pattern))]:
        name = path.relative_to(REPO).as_posix()
        if unit.make != notebook or not name.removeprefix("lib/framelines/").startswith(APART):
            parts.append(f"{name} {_file_sum(path)}")
    parts += [json.dumps(state.get(name, {}).get("outputs"), sort_keys=True) for name in unit.after]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_stale(unit: Unit, state: dict[str, Any]) -> bool:
    """Return whether a unit must be built: nothing is known of it, or anything differs."""
    known = state.get(unit.name)
    if not known or known["inputs"] != _made_from(unit, state):
        return True
    return any(_file_sum(REPO / name) != digest for name, digest in known["outputs"].items())


def _state() -> dict[str, Any]:
    try:
        content = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


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
    flags = os.environ.get("MAKEFLAGS", "").partition(" -- ")[0]
    asked = re.search(r"(?:^|\s)(?:-j|--jobs=)\s*(\d+)", flags)
    usable = getattr(os, "sched_getaffinity", None)
    return int(asked[1]) if asked else len(usable(0)) if usable else os.cpu_count() or 1


def build(names: Sequence[str] = ()) -> int:
    """Build all that is stale, of the named cases or of all; return 0, or 2 where a unit failed."""
    with _alone():
        state, stale = _state(), dict[str, Unit]()
        for unit in units(names):
            if {*unit.after} & {*stale} or is_stale(unit, state):
                stale[unit.name] = unit
        work = Build(state, list(stale.values()), len(stale))
        if stale:
            work.run()
    if not work.failed:
        print(f"{'Built' if stale else 'Everything is built'}. Open reports/index.html")
    return 2 if work.failed else 0


@dataclass
class Build:
    """A build at work: what is known of results, what is to do of how many, and what failed."""

    state: dict[str, Any]
    todo: list[Unit]
    total: int
    done: int = 0
    failed: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    running: dict[Connection, tuple[Unit, Any, str, float]] = field(default_factory=dict)

    def run(self) -> None:
        """Build all units, as many at once as there are workers, each in a process of its own."""
        fork = sys.platform == "linux"
        if fork and any(unit.make == notebook for unit in self.todo):
            # Imported once: a fork of this process has the libraries in memory.
            import_module("framelines.build.execute")
            import_module("framelines.report.results")
            import_module("framelines.analyses.findings").estimands()
        import_module("framelines.report.pdf")
        context: Any = multiprocessing.get_context("fork" if fork else "spawn")
        try:
            while self.todo or self.running:
                unit = self._next()
                if unit is None:
                    for pipe in [pipe for pipe in wait([*self.running]) if pipe in self.running]:
                        self._end(pipe)
                elif {*unit.after} & self.failed:
                    self.failed.add(unit.name)
                    self._tell(unit, "left aside")
                elif not is_stale(unit, self.state):
                    self._tell(unit, "unchanged")
                else:
                    # Before the work: what changes meanwhile makes it stale again.
                    made_from = _made_from(unit, self.state)
                    here, there = context.Pipe(duplex=False)
                    child = context.Process(target=_work, args=(unit, there), daemon=True)
                    child.start()
                    there.close()
                    self.running[here] = (unit, child, made_from, time.monotonic())
        finally:
            for _, child, *_ in self.running.values():
                child.terminate()

    def _next(self) -> Unit | None:
        """The next unit that waits for nothing, if a worker is free for it."""
        unfinished = {u.name for u in self.todo} | {u.name for u, *_ in self.running.values()}
        ready = [unit for unit in self.todo if not unfinished & {*unit.after}]
        if not ready or len(self.running) >= workers():
            return None
        self.todo.remove(ready[0])
        return ready[0]

    def _tell(self, unit: Unit, how: str) -> None:
        self.done += 1
        print(f"[{self.done}/{self.total}] {unit.name} {how}", flush=True)

    def _end(self, pipe: Connection) -> None:
        unit, child, made_from, started = self.running.pop(pipe)
        try:
            made, problems = pipe.recv()
        except EOFError:
            child.join()
            code = child.exitcode
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            made, problems = [], [f"its process ended before its work did ({how})"]
        child.join()
        self._tell(unit, "FAILED" if problems else f"{time.monotonic() - started:.0f} s")
        if problems:
            self.failed.add(unit.name)
            # A table that is wrong stops several notebooks, and is told once.
            fresh = [f"  {line}" for line in problems if line not in self.told]
            self.told.update(problems)
            print("\n".join(fresh), file=sys.stderr, flush=True)
            return
        sums = {name: _file_sum(REPO / name) for name in sorted(made)}
        self.state[unit.name] = {"inputs": made_from, "outputs": sums}
        write_whole(STATE, json.dumps(self.state, indent=0))


def _work(unit: Unit, told: Connection) -> None:
    """In the child: do the work, and tell what was made or why not, a line a problem."""
    try:
        made = [path.relative_to(REPO).as_posix() for path in unit.make(*unit.arguments)]
        told.send((made, []))
    except DataError as error:
        told.send(([], [str(problem) for problem in error.problems]))
    except Exception as error:
        import traceback

        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        told.send(([], [f"{where}: {type(error).__name__}: {error}"]))
