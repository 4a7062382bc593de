"""What is to be built, from what, and in which order: notebooks, then reports, then the front page.

A unit is stale if the content of anything that it is made from has changed since it was built, or
a result of it is not as it was left. Nothing that stands is touched before its successor is whole.
"""

import ctypes
import fcntl
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from graphlib import TopologicalSorter
from hashlib import sha256
from typing import Any, NamedTuple

from framelines import REPO, notebooks, sums, write_whole
from framelines.errors import DataError, Problem

# What notebooks, pages and the article are made from, beside their tables: patterns of files.
LOCK = "requirements.lock"
CODE = """*.py corpus/* methods/* tables/* analyses/* figures/* report/[rt]*s.py
report/templates/[ft]* build/execute.py"""
NOTEBOOK = (LOCK, "matplotlibrc", *(f"lib/framelines/{one}" for one in CODE.split()))
PAGES = (LOCK, "lib/framelines/report/*.py", "lib/framelines/report/templates/*")
PROSE = ("docs/*.md", "data/*.md", "data/datapackage.yaml", "CITATION.cff", "paper/references.bib")
ARTICLE = (LOCK, "lib/framelines/report/site.py", "paper/*.typ", "paper/*.bib")
TABLES = ("data/datapackage.yaml", "data/lexicons.csv", "data/**/rules/*")
CASES, STATE = "notebooks/cases/*.y*ml", "build/state.json"
PR_SET_PDEATHSIG = 1  # of Linux


class Unit(NamedTuple):
    """One piece of work, from patterns of files, declared findings and what other units made."""

    files: tuple[str, ...]
    after: tuple[str, ...] = ()
    case: str = ""
    notebook: str = ""
    findings: str = ""


State = dict[str, dict[str, Any]]


def units() -> dict[str, Unit]:
    """Return all units by their names, each after what it is made from."""
    runs, reports = dict[str, Unit](), dict[str, Unit]()
    place = REPO / "notebooks" / "findings.yaml"
    findings = place.read_text(encoding="utf-8", errors="replace") if place.is_file() else ""
    for file in sorted(REPO.glob("notebooks/cases/*.yaml")):
        # What the file says is checked by whoever reads the tables, in words.
        text, case = file.read_text(encoding="utf-8", errors="replace"), file.stem
        said = dict(re.findall(r"(?m)^(data|coder):\s*[\"']?(\w[^\"'#\n]*\b)", text))
        # A case that rules coded says how they err, by the bundled articles.
        folders = {said.get("data", "data"), *["data"] * (said.get("coder") == "rules")}
        tables = [f"{one}/*.csv" for folder in folders for one in (folder, f"{folder}/features")]
        files = (f"notebooks/cases/{case}.yaml", *TABLES, *tables, *NOTEBOOK)
        # A case has its own part of the findings.
        told = str(re.findall(rf"(?ms)^(?:declared|{case}):.*?(?=^\S|\Z)", findings))
        own = {f"{case} {one}": one for one in notebooks()}
        for name, one in own.items():
            runs[name] = Unit((f"notebooks/{one}.ipynb", *files), (), case, one, told)
        reports[f"{case} report"] = Unit((*files, *PAGES), (*own,), case, "", told)
    pages = {"front page": (*NOTEBOOK, *PAGES, *PROSE, CASES), "article": ARTICLE}
    paper = "".join(file.read_text(encoding="utf-8") for file in REPO.glob("paper/paper.typ"))
    if lost := {*re.findall(r'results-of\("([\w-]+)"', paper)} - {u.case for u in runs.values()}:
        print(f"The article is left as it is: it tells of {', '.join(sorted(lost))}, no case here")
        del pages["article"]
    return runs | reports | {name: Unit(files, (*runs,)) for name, files in pages.items()}


def as_it_stands(name: str, unit: Unit, state: State) -> dict[str, Any]:
    """Return the sum of what a unit is made from, and those of its results, as they are now."""
    parts = [str(sys.version_info[:2]), str(sums(*unit.files)), unit.findings]
    parts += [str(state.get(other, {}).get("made")) for other in unit.after]
    known = state.get(name, {}).get("made", {})
    return {"of": sha256("\n".join(parts).encode()).hexdigest(), "made": sums(*known)}


@contextmanager
def alone() -> Iterator[None]:
    """Hold the checkout, for a build or for tables to be changed: who comes second waits."""
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


def pool() -> ProcessPoolExecutor:
    """Return as many processes as `workers` says, which end with this one: forks, where safe."""
    how = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(workers(), how, _end_with_parent)


def _end_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends a worker, too, without a word
    if sys.platform == "linux":  # where it would hold the lock of a killed build for ever
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def build() -> int:
    """Build all that is stale; return 0, or 2 where a unit failed."""
    with alone():
        shutil.rmtree(REPO / "build" / "staging", ignore_errors=True)  # what killed runs left
        state, stale = State(), dict[str, Unit]()
        with suppress(OSError, ValueError, AttributeError):  # of what is damaged nothing is known
            known = json.loads((REPO / STATE).read_bytes()).items()
            state |= {name: made for name, made in known if isinstance(made, dict)}
        for name, unit in units().items():
            if {*unit.after} & {*stale} or state.get(name) != as_it_stands(name, unit, state):
                stale[name] = unit
        if stale:
            _build(stale, state)
    if not all(state[name] for name in stale):
        return 2
    print(f"{'Built' if stale else 'Everything is built'}. Open reports/index.html")
    return 0


def _build(todo: dict[str, Unit], state: State) -> None:
    """Build units, as many at once as there are workers; `state` has nothing of those that fail."""
    from framelines.build.execute import work  # heavy; before workers are forked

    order = TopologicalSorter({name: {*unit.after} & {*todo} for name, unit in todo.items()})
    order.prepare()
    running, told, done, processes = dict[Future[Any], str](), set[str](), 0, pool()
    try:
        while order.is_active():
            for name in order.get_ready():
                running[processes.submit(work, name, todo[name], state)] = name
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                made, problems, how = future.result()
                name, done = running.pop(future), done + 1
                print(f"[{done}/{len(todo)}] {name} {how}", flush=True)
                # A table that is wrong stops several notebooks, and is told once.
                fresh = [f"  {line}\n" for line in problems if line not in told]
                told.update(problems)
                print(*fresh, sep="", end="", file=sys.stderr, flush=True)
                state[name] = made
                write_whole(REPO / STATE, json.dumps(state, indent=0))
                order.done(name)
    except BrokenProcessPool:
        what, fix = "a process was killed before its work was done", "Build again: it goes on"
        at = ", ".join(running.values())
        raise DataError([Problem("the build", what, value=at, fix=fix)]) from None
    finally:
        processes.shutdown(cancel_futures=True)
