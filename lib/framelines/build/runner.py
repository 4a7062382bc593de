"""What is to be built, from what, and in which order: notebooks, then reports, then the front page.

A unit is stale if the content of anything that it is made from has changed since it was built, or
a result of it is not as it was left. Nothing that stands is touched before its successor is whole.
"""

import fcntl
import hashlib
import itertools
import json
import multiprocessing
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from framelines import REPO, notebooks, write_whole
from framelines.errors import DataError, Problem, problems_of

STATE = REPO / "build" / "state.json"
CASE_FILES = "notebooks/cases/*.y*ml"
LIBRARY = ("lib/framelines/**/*.py", "lib/**/*.yaml", "requirements.lock", "matplotlibrc") + tuple(
    f"lib/framelines/report/templates/{name}.*" for name in ("table", "figure")
)
# Code of the library from which no notebook has anything.
APART = tuple(
    "__main__ build/runner build/verify build/ingest build/gather build/exchange build/marks "
    "build/coding build/cluster report/explorer report/pages report/pdf report/site".split()
)
TABLES = tuple(
    "notebooks/findings.yaml data/datapackage.yaml data/lexicons.csv data/**/rules/*".split()
)
# A case that rules coded says how they err, by the bundled articles.
CAUTION = ("data/*.csv", "data/features/sentences.csv")
PAGES = ("lib/framelines/report/*.py", "lib/framelines/report/templates/*", "requirements.lock")
PROSE = ("docs/*.md", "data/*.md", "data/datapackage.yaml", "CITATION.cff", "paper/references.bib")
ARTICLE = ("paper/*.typ", "paper/*.bib", "lib/framelines/report/pdf.py", "requirements.lock")


@dataclass(frozen=True)
class Unit:
    """One piece of work, from files (`inputs`) and from what other units made (`after`)."""

    name: str
    inputs: tuple[str, ...]
    after: tuple[str, ...] = ()
    case: str = ""
    notebook: str = ""


def units(names: Sequence[str] = ()) -> list[Unit]:
    """Return all units, or those of named cases and the front page, each after what it is from."""
    # What ends in .yml is refused with the front page, in words.
    cases = sorted(path.stem for path in REPO.glob(CASE_FILES) if path.suffix == ".yaml")
    for name in {*names} - {*cases}:
        what, known = "there is no such case", ", ".join(cases) or "none"
        raise DataError([Problem("notebooks/cases", what, value=name, allowed=known)])
    runs, rest = list[Unit](), list[Unit]()
    for case in names or cases:
        file = f"notebooks/cases/{case}.yaml"
        # What the file says is checked by whoever reads the tables, in words.
        text = (REPO / file).read_text(encoding="utf-8", errors="replace")
        said = dict(re.findall(r"(?m)^(data|coder):\s*[\"']?(\w[^\"'#\n]*\b)", text))
        folder, more = said.get("data", "data"), CAUTION if said.get("coder") == "rules" else ()
        tables = (file, *TABLES, f"{folder}/*.csv", f"{folder}/features/*.csv", *more, *LIBRARY)
        own = tuple(f"{case} {one}" for one in notebooks())
        for name, one in zip(own, notebooks(), strict=True):
            runs.append(Unit(name, (f"notebooks/{one}.ipynb", *tables), case=case, notebook=one))
        rest.append(Unit(f"{case} report", (*tables, *PAGES), own, case))
    made = tuple(unit.name for unit in runs)
    rest.append(Unit("front page", (*PAGES, *PROSE, *LIBRARY, CASE_FILES), made))
    rest += [Unit("article", ARTICLE, made)] * (not names)
    return [*runs, *rest]


@cache
def _sum(path: Path, size: int, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _file_sum(path: Path) -> str:
    """The SHA-256 of a file; empty where there is none."""
    about = path.stat() if path.is_file() else None
    return _sum(path, about.st_size, about.st_mtime_ns) if about else ""


def _made_from(unit: Unit, state: dict[str, Any]) -> str:
    """The digest of all that a unit is made from: Python, files, and the results of others."""
    parts = [".".join(map(str, sys.version_info[:2]))]
    for path in [path for pattern in unit.inputs for path in sorted(REPO.glob(pattern))]:
        name = path.relative_to(REPO).as_posix()
        if path.name == "findings.yaml" and unit.case:  # of which a case has its own part
            own = rf"(?ms)^(?:declared|{unit.case}):.*?(?=^\S|\Z)"
            parts += re.findall(own, path.read_text(encoding="utf-8", errors="replace"))
        elif not (unit.notebook and name.removeprefix("lib/framelines/").startswith(APART)):
            parts.append(f"{name} {_file_sum(path)}")
    parts += [json.dumps(state.get(name, {}).get("outputs"), sort_keys=True) for name in unit.after]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_stale(unit: Unit, state: dict[str, Any]) -> bool:
    """Return whether a unit must be built: nothing is known of it, or anything differs."""
    known = state.get(unit.name)
    if not known or known["inputs"] != _made_from(unit, state):
        return True
    return any(_file_sum(REPO / name) != digest for name, digest in known["outputs"].items())


@contextmanager
def alone() -> Iterator[None]:
    """Hold the checkout, for a build or for texts to be laid down: who comes second waits."""
    lock = REPO / "build" / "lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run is at work in this folder: waiting for its end", flush=True)
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
    with alone():
        shutil.rmtree(STATE.parent / "staging", ignore_errors=True)  # what killed runs left
        try:
            state = json.loads(STATE.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            state = {}
        stale = dict[str, Unit]()
        for unit in units(names):
            if {*unit.after} & {*stale} or is_stale(unit, state):
                stale[unit.name] = unit
        failed = bool(stale) and _build(list(stale.values()), state)
    if not failed:
        print(f"{'Built' if stale else 'Everything is built'}. Open reports/index.html")
    return 2 if failed else 0


def _build(todo: list[Unit], state: dict[str, Any]) -> bool:
    """Build units, as many at once as there are workers; return whether any failed."""
    total, count = len(todo), itertools.count(1)
    failed, told = set[str](), set[str]()
    running = dict[Future[Any], tuple[Unit, str]]()
    # Workers are forks of this process, where that is safe: libraries are imported once.
    for name in ("build.execute", "report.pages", "report.pdf", "analyses.findings"):
        import_module(f"framelines.{name}")
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(workers(), mp_context=context, initializer=_watch)
    try:
        while todo or running:
            unfinished = {unit.name for unit in [*todo, *(unit for unit, _ in running.values())]}
            for unit in [unit for unit in todo if not unfinished & {*unit.after}]:
                todo.remove(unit)
                if {*unit.after} & failed:
                    failed.add(unit.name)
                    how = "left aside"
                elif not is_stale(unit, state):
                    how = "unchanged"
                else:
                    # Before the work: what changes meanwhile makes it stale again.
                    made_from = _made_from(unit, state)
                    running[pool.submit(_work, unit)] = (unit, made_from)
                    continue
                print(f"[{next(count)}/{total}] {unit.name} {how}", flush=True)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                sums, problems, seconds = future.result()
                unit, made_from = running.pop(future)
                how = "FAILED" if problems else f"{seconds:.0f} s"
                print(f"[{next(count)}/{total}] {unit.name} {how}", flush=True)
                if problems:
                    failed.add(unit.name)
                    # A table that is wrong stops several notebooks, and is told once.
                    fresh = [f"  {line}" for line in problems if line not in told]
                    told.update(problems)
                    print("\n".join(fresh), file=sys.stderr, flush=True)
                else:
                    state[unit.name] = {"inputs": made_from, "outputs": sums}
                    write_whole(STATE, json.dumps(state, indent=0))
    except BrokenProcessPool:
        names = ", ".join(unit.name for unit, _ in running.values())
        what, fix = "a process was killed before its work was done", "Build again: it goes on"
        raise DataError([Problem("the build", what, value=names, fix=fix)]) from None
    finally:
        pool.shutdown(cancel_futures=True)
    return bool(failed)


def _watch() -> None:
    """End this worker with the build that began it, whose lock it would hold for ever."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it, too, without a word

    def end_with(parent: Any) -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with, args=[multiprocessing.parent_process()], daemon=True).start()


def _elsewhere(sent: tuple[Any, str, str, str]) -> list[str]:
    """On a worker of a cluster: run a notebook with the settings of a build; return its results."""
    _, token, *run = sent
    if not Path(token).is_file():
        what, fix = "a worker does not see this file", "Build without SCHEDULER"
        raise DataError([Problem(token, what, value=platform.node(), fix=fix)])
    root, command = Path(token).parents[1], [sys.executable, "-m", "framelines", "run", *run]
    own = os.environ | {"PYTHONPATH": str(root / "lib")}
    done = subprocess.run(command, cwd=root, env=own, capture_output=True, text=True)
    if done.returncode:
        raise DataError([Problem(f"a worker, {platform.node()}", done.stderr.strip())])
    return done.stdout.splitlines()


def _work(unit: Unit) -> tuple[dict[str, str], list[str], float]:
    """In a worker: sums of what a unit made or why not, a line a problem, and its seconds."""
    # Imported here, so that a build with nothing to do takes no time.
    from framelines.build import cluster
    from framelines.build.execute import run
    from framelines.report import explorer, pages, pdf, site

    started, sums, problems = time.monotonic(), dict[str, str](), list[str]()
    try:
        if unit.notebook and os.environ.get("SCHEDULER"):
            with NamedTemporaryFile(dir=STATE.parent) as token:
                sent = ({"doc_id": unit.name}, token.name, unit.notebook, unit.case)
                [names] = cluster.mapped(_elsewhere, [sent])
            made = [REPO / name for name in names]
        elif unit.notebook:
            made = run(unit.notebook, unit.case)
        elif unit.case:
            ids = explorer.claim_ids(unit.case)
            made = [pages.render_notebook(unit.case, name, ids) for name in notebooks()]
            made += [explorer.render(unit.case), pdf.case_report(unit.case)]
        else:
            made = [pdf.article()] if unit.name == "article" else site.render_site()
        sums = {p.relative_to(REPO).as_posix(): _file_sum(p) for p in sorted(made)}
    except Exception as error:
        known = [str(problem) for problem in problems_of(error)]
        problems = known or [traceback.format_exc(limit=-1).strip()]
    return sums, problems, time.monotonic() - started
