"""Work on many documents: in processes of this machine, or on a cluster of Dask.

The results are the same and in the same order. `SCHEDULER=tcp://host:port` names a cluster; its
workers need no text of this machine, for texts are sent to them. See docs/scale.md.
"""

import hashlib
import os
import pickle
import platform
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from importlib import metadata
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cloudpickle

from framelines import REPO, sums
from framelines.build.runner import pool, workers
from framelines.errors import DataError, Problem, problems_of

ANSWER_SECONDS, BATCH = 60, 50
HOW = "docs/scale.md says how a cluster is started; without SCHEDULER this machine does the work"
# A worker reads a function once, because it remembers the names that it looked up.
_loaded = lru_cache(maxsize=1)(pickle.loads)


def mapped(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    """Yield `function(item)` in order; an item is a tuple that begins with the row of its document.

    Two batches a worker are under way, so that memory stays flat; those of a lost worker of a
    cluster are done again. Raises `DataError` with the document where `function` raises, and where
    the cluster fails.
    """
    place, left, waiting = os.environ.get("SCHEDULER"), iter(items), deque[tuple[str, Any]]()
    try:
        if place:
            from distributed import Client  # a second to import, and rarely needed
        begun: Any = Client(place, timeout=ANSWER_SECONDS) if place else pool()
        with begun as there:
            tool = cloudpickle.dumps(function)
            tool = there.submit(bytes, tool) if place else tool  # sent once
            while (batch := list(islice(left, BATCH))) or waiting:
                if batch:
                    ids = f"{batch[0][0]['doc_id']} to {batch[-1][0]['doc_id']}"
                    work = (_batch, _versions(), tool, pickle.dumps(batch))
                    waiting.append((ids, there.submit(*work)))
                most = 2 * (sum(there.nthreads().values()) if place else workers())
                while waiting and (not batch or len(waiting) > most):
                    if place:  # where all workers died, another one has a time to come
                        there.wait_for_workers(1, ANSWER_SECONDS)
                    with suppress(TimeoutError):  # what is done is lost with its worker, too
                        yield from waiting[0][1].result(ANSWER_SECONDS)
                        waiting.popleft()
    except DataError:  # that a task raised, or whoever reads the documents
        raise
    except Exception as error:
        what = f"{type(error).__name__}, {error}"
        at = waiting[0][0] if waiting else None
        raise DataError([Problem(place or "local processes", what, value=at, fix=HOW)]) from error


def _batch(known: dict[str, str], tool: bytes, batch: bytes) -> list[Any]:
    """On a worker: the results of documents."""
    if other := {n: v for n, v in _versions().items() if known.get(n, v) != v}:
        what, where = "a worker has other versions", f"the cluster, {platform.node()}"
        met, allowed = (", ".join(f"{n} {of[n]}" for n in other) for of in (other, known))
        raise DataError([Problem(where, what, value=met, allowed=allowed, fix=HOW)])
    function, done = _loaded(tool), list[Any]()
    for item in pickle.loads(batch):
        try:
            done.append(function(item))
        except Exception as error:
            raised = [Problem(item[0]["doc_id"], traceback.format_exc(limit=-1).strip())]
            raise DataError(problems_of(error) or raised) from error
    return done


@cache
def _versions() -> dict[str, str]:
    """What results may hang on: Python, this library and all packages but those that install."""
    own = hashlib.sha256(str(sums("lib/**/*.py", "lib/**/*.yaml", "lib/**/*.csv")).encode())
    found = {one.name: one.version for one in metadata.distributions()}
    found |= {"framelines": own.hexdigest()[:12], "pip": "", "setuptools": ""}
    return found | {"Python": platform.python_version().rpartition(".")[0]}


def run(notebook: str, case: str) -> list[Path]:
    """Do what `execute.run` does on a worker of the cluster, which must see this checkout."""
    # A folder of this moment, which a checkout of its own at the same place lacks.
    with TemporaryDirectory(dir=REPO / "build") as here:
        [names] = mapped(_run, [({"doc_id": f"{case} {notebook}"}, here, notebook, case)])
    return [REPO / name for name in names]


def _run(item: tuple[Any, str, str, str]) -> list[str]:
    """On a worker: run a notebook with the settings of a build; return its results."""
    _, here, *what = item
    own = os.environ | {"PYTHONPATH": str(Path(here).parents[1] / "lib")}
    command = [sys.executable, "-m", "framelines", "run", *what]
    done = subprocess.run(command, cwd=here, env=own, capture_output=True, text=True)
    if done.returncode:
        raise DataError([Problem(f"a worker, {platform.node()}", done.stderr.strip())])
    return done.stdout.splitlines()
