"""Work on many documents: in this process, then in local ones, or on a cluster of Dask.

The results are the same and in the same order. `SCHEDULER=tcp://host:port` names a cluster; its
workers need no text of this machine, for texts are sent to them. See docs/scale.md.
"""

import hashlib
import logging
import os
import pickle
import platform
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from importlib import metadata
from itertools import chain, islice
from typing import Any

from framelines import REPO
from framelines.build.runner import workers
from framelines.errors import DataError, Problem

# Local processes cost about five seconds of work to start: what is done in twice that needs none.
HERE_SECONDS = 10
ANSWER_SECONDS, BATCH = 60, 50
HOW = "docs/scale.md says how a cluster is started; without SCHEDULER this machine does the work"
# A worker reads a function once, because it remembers the names that it looked up.
_loaded = lru_cache(maxsize=1)(pickle.loads)


def mapped(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    """Yield `function(item)` in order; an item is a tuple that begins with the row of its document.

    Without a cluster, what is left after `HERE_SECONDS` goes to local processes. Two batches a
    worker are under way, so that memory stays flat; those of a lost worker are done again. Raises
    `DataError` with the document where `function` raises, and where the cluster fails.
    """
    begun, items = time.monotonic(), iter(items)
    for item in () if os.environ.get("SCHEDULER") else items:
        yield _one(function, item)
        if workers() > 1 and time.monotonic() - begun > HERE_SECONDS:
            break
    batches = iter(lambda: list(islice(items, BATCH)), [])
    for first in batches:
        with _client() as client:
            from distributed.protocol.pickle import dumps  # also of a lambda

            tool, waiting = client.submit(bytes, dumps(function)), deque[Any]()
            for number, batch in enumerate(chain([first], batches)):
                # Dask tells of a task by its key.
                key = f"{batch[0][0]['doc_id']} to {batch[-1][0]['doc_id']}, {number} {client.id}"
                work = (_batch, _versions(), tool, pickle.dumps(batch))
                waiting.append(client.submit(*work, key=key))
                if len(waiting) > 2 * sum(client.nthreads().values()):
                    yield from _results(client, waiting.popleft())
            while waiting:
                yield from _results(client, waiting.popleft())


def _results(client: Any, batch: Any) -> list[Any]:
    """The results of a batch; where all workers died, another one has a time to come."""
    while True:
        client.wait_for_workers(1, ANSWER_SECONDS)
        with suppress(TimeoutError):  # also what is done is lost with the worker that did it
            return list(batch.result(ANSWER_SECONDS))


@contextmanager
def _client() -> Iterator[Any]:
    """A client of the cluster, or of local processes that end with the block."""
    from distributed import Client  # a second to import, and rarely needed

    place = os.environ.get("SCHEDULER")
    how: dict[str, Any] = {"address": place, "timeout": ANSWER_SECONDS}
    if not place:
        how = {"n_workers": workers(), "threads_per_worker": 1, "dashboard_address": None}
        how["silence_logs"] = logging.CRITICAL
    try:
        with Client(**how) as client:
            yield client
    except DataError:  # that a task raised, or whoever reads the documents
        raise
    except Exception as error:
        late = isinstance(error, TimeoutError) and f"no worker answered in {ANSWER_SECONDS} seconds"
        what = late or f"{type(error).__name__}, {error}"
        raise DataError([Problem(place or "local processes", what, fix=HOW)]) from error


def _batch(known: dict[str, str], tool: bytes, batch: bytes) -> list[Any]:
    """On a worker: the results of documents."""
    if other := {n: v for n, v in _versions().items() if known.get(n, v) != v}:
        what, where = "a worker has other versions", f"the cluster, {platform.node()}"
        met, allowed = (", ".join(f"{n} {of[n]}" for n in other) for of in (other, known))
        raise DataError([Problem(where, what, value=met, allowed=allowed, fix=HOW)])
    return [_one(_loaded(tool), item) for item in pickle.loads(batch)]


def _one(function: Callable[[Any], Any], item: Any) -> Any:
    try:
        return function(item)
    except DataError:
        raise
    except Exception as error:
        what = traceback.format_exc(limit=-1).strip()
        raise DataError([Problem(item[0]["doc_id"], what)]) from error


@cache
def _versions() -> dict[str, str]:
    """What results may hang on: Python, this library and all packages but those that install."""
    files = sorted(p for p in (REPO / "lib").rglob("*.*") if p.suffix in (".py", ".yaml", ".csv"))
    own = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    found = {one.name: one.version for one in metadata.distributions()}
    found |= {"Python": platform.python_version().rpartition(".")[0], "framelines": own}
    return {n: v for n, v in found.items() if n not in ("pip", "setuptools")}
