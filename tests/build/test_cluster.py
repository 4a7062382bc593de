"""A cluster gives the bytes of one machine, also when a worker dies, and fails in words."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pandas as pd
import pytest
import small
from distributed import Client

from framelines import REPO
from framelines.__main__ import main
from framelines.build import cluster, coding, ingest
from framelines.corpus.features import build_features
from framelines.corpus.names import Names
from framelines.errors import DataError
from framelines.tables.schema import check_tables

TEXT = "On {0} March strikes on Idlib killed {1} civilians. The army took Saraqib on {0} March. "


def test_local_processes_keep_the_order_and_name_the_document(monkeypatch: Any) -> None:
    items = [({"doc_id": f"doc-{number}"}, number) for number in [*range(1, 40), 0]]
    monkeypatch.setattr(cluster, "BATCH", 3)
    monkeypatch.setenv("MAKEFLAGS", "-j2")
    results = cluster.mapped(lambda item: 60 / item[1], items)
    assert [next(results) for _ in items[:-3]] == [60 / number for _, number in items[:-3]]
    with pytest.raises(DataError, match="(?s)doc-0: .*ZeroDivisionError"):
        list(results)


def test_no_cluster_is_told_in_a_sentence(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)
    for place in ("tcp://127.0.0.1:1", "nowhere"):
        monkeypatch.setenv("SCHEDULER", place)
        assert main(["code", "example"]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"{place}: ") and "without SCHEDULER this machine does" in said


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Begin a scheduler; return what begins a worker, in another folder and order of sets."""
    running, place = list[Popen[bytes]](), tmp_path / "scheduler.json"

    def begin(what: str, *options: str) -> Popen[bytes]:
        own = {"PYTHONHASHSEED": str(len(running)), "PYTHONPATH": str(REPO / "lib")}
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", place]
        env = small.environment() | own
        running.append(Popen([*command, *options], cwd=tmp_path, env=env))
        return running[-1]

    def one_more() -> Popen[bytes]:
        monkeypatch.setenv("SCHEDULER", json.loads(place.read_text())["address"])
        return begin("worker", "--no-nanny", "--nthreads", "1", "--no-dashboard")

    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 120)
    try:
        begin("scheduler", "--port", "0", "--host", "127.0.0.1", "--dashboard-address", ":0")
        while not place.is_file():
            assert running[0].poll() is None
            time.sleep(0.1)
        yield one_more
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_worker_dies_and_no_byte_moves(worker: Any, tmp_path: Path, monkeypatch: Any) -> None:
    rows = [(f"{n}", "Post Star".split()[n % 2], TEXT.format(n % 28 + 1, n + 2)) for n in range(99)]
    table = pd.DataFrame(rows, columns=["title", "outlet", "text"]).assign(date="2020-04-01")
    table.to_csv(tmp_path / "texts.csv", index=False)
    ingest.corpus(tmp_path / "texts.csv", "war", tmp_path)
    data = tmp_path / "data" / "war"
    tables, features = check_tables(data), small.bytes_of(data / "features")
    codes = coding.coded(tables, data, Names(tables))
    running, ends = [worker(), worker()], list[int]()

    def losing(*given: Any) -> Iterator[Any]:
        results = cluster.mapped(*given)
        yield next(results)
        running[0].kill()
        ends.append(running.pop(0).wait())
        yield from results

    monkeypatch.setattr(cluster, "BATCH", 5)
    build_features(tables, data, losing)
    assert len(features) == 4 and features == small.bytes_of(data / "features")
    running.append(worker())
    monkeypatch.setattr(coding, "mapped", losing)
    assert coding.coded(tables, data, Names(tables)) == codes
    assert ends == [-9, -9] and len(codes["claims"]) >= 99
    with monkeypatch.context() as here, pytest.raises(DataError, match="met 'pandas .*pandas 0.1"):
        here.setattr(cluster, "_versions", lambda: {"pandas": "0.1"})
        list(cluster.mapped(str, [({"doc_id": "0"},)]))
    # Where all workers died a run ends in words.
    monkeypatch.setattr(cluster, "BATCH", 1)
    results = cluster.mapped(lambda item: item[1], [({"doc_id": f"{n}"}, n) for n in range(9)])
    assert next(results) == 0
    running[0].kill()
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 2)
    with pytest.raises(DataError, match="TimeoutError.*without SCHEDULER"):
        list(results)


@pytest.mark.slow
def test_notebooks_of_a_cluster_give_the_same_bytes(worker: Any, tmp_path: Path) -> None:
    alone, folder = (small.checkout(tmp_path / name / "checkout") for name in ("one", "two"))
    small.run(alone, "build")
    worker()
    small.run(folder, "build", env=small.environment() | {"SCHEDULER": os.environ["SCHEDULER"]})
    assert small.results(alone) == small.results(folder)
    with Client(os.environ["SCHEDULER"]) as client:
        assert client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.transition_counter)
