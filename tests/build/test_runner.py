"""A build is decided by content, whole or not at all, and says in words why it stopped."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import small

from framelines.build import execute, runner
from framelines.errors import DataError


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout, in a folder with a space in its name, in which everything is built."""
    folder = small.checkout(tmp_path_factory.mktemp("a place") / "checkout")
    said = small.run(folder, "build")
    assert "[1/4] example 01-few" in said and "[4/4]" in said
    assert value(folder, "library") == "lib/framelines/__init__.py"  # of its own checkout
    return folder


def value(folder: Path, name: str) -> object:
    record = json.loads((folder / small.NUMBERS).read_text(encoding="utf-8"))
    return record["numbers"][name]["value"]


def test_content_decides_and_not_the_clock(built: Path) -> None:
    before = small.results(built)
    for path in (built / "data").rglob("*.csv"):
        os.utime(path)
    asked = "import sys, framelines.build.runner as r; r.build(); print('pandas' in sys.modules)"
    command, env = [".venv/bin/python", "-c", asked], small.environment() | {"PYTHONPATH": "lib"}
    done = subprocess.run(command, cwd=built, env=env, capture_output=True)
    assert done.stdout.startswith(b"Everything is built") and done.stdout.endswith(b"False\n")
    assert small.results(built) == before
    (built / "figures/example/01-killed.csv").write_text("typed by hand")
    (built / "reports/index.html").unlink()
    said = small.run(built, "build")
    assert "example 01-few" in said and "example report unchanged" in said
    assert small.results(built) == before


def test_a_digit_moves_what_hangs_on_it(built: Path) -> None:
    before, dead = small.results(built), value(built, "killed")
    small.change_a_digit(built)
    small.run(built, "build")
    after = small.results(built)
    assert value(built, "killed") != dead
    moved = {name for name in before if before[name] != after[name]}
    assert {small.NUMBERS, "figures/example/01-killed.png"} <= moved
    assert "reports/article.pdf" not in moved


def test_a_dead_process_is_told_in_a_sentence(built: Path) -> None:
    small.write_notebook(built, [*small.CELLS[:2], "import os\nos.kill(os.getpid(), 9)"])
    said = small.run(built, "build", expect=2)
    small.write_notebook(built, small.CELLS)
    assert "the build: a process was killed before its work was done; met 'example 01-few'" in said
    assert "uilt. Open reports/index.html" in small.run(built, "build")


def test_a_failed_cell_keeps_the_evidence_and_touches_nothing(built: Path) -> None:
    before = small.results(built)
    small.write_notebook(built, [*small.CELLS[:3], "claims['gone']", small.CELLS[-1]])
    said = small.run(built, "run", "01-few", "example", expect=2)
    assert "notebooks/01-few.ipynb, case example: code cell [5], raised KeyError: 'gone'" in said
    kept = json.loads((built / "build/failed/example-01-few.ipynb").read_text("utf-8"))
    assert kept["cells"][-2]["outputs"][-1]["ename"] == "KeyError"
    assert small.results(built) == before
    small.write_notebook(built, small.CELLS)
    small.run(built, "run", "01-few", "example")
    assert not (built / "build/failed/example-01-few.ipynb").exists()
    assert small.results(built) == before


def test_a_wrong_parameter_is_refused_before_anything_runs(built: Path) -> None:
    small.change_case(built, drawz=5)
    told = small.run(built, "run", "01-few", "example", expect=2)
    assert "column parameters.drawz: there is no such field" in told and "code cell" not in told
    small.change_case(built, draws=107, permutations=99)
    small.run(built, "run", "01-few", "example")
    text = (built / "build/executed/example/01-few.ipynb").read_text(encoding="utf-8")
    given = json.loads(text)["metadata"]["papermill"]["parameters"]
    assert given == {"case_name": "example", "draws": 107}
    # An executed notebook tells nothing of the machine.
    assert str(built) not in text and "start_time" not in text
    assert '"id": "injected-parameters"' in text


def test_what_is_no_result_of_the_notebook_is_refused(built: Path) -> None:
    foreign = [small.CELLS[0], small.CELLS[1].replace('"01"', '"02"'), small.CELLS[-1]]
    small.write_notebook(built, foreign)
    said = small.run(built, "run", "01-few", "example", expect=2)
    assert "it wrote no numbers/01.json. It must make Results(case, '01')" in said


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(DataError, match="no such case; met 'exampel'; allowed: example"):
        runner.units(["exampel"])
    with pytest.raises(DataError, match="no such notebook; met '02-none'; allowed: 01-source"):
        execute.run("02-none", "example")


def test_a_case_of_rules_hangs_on_what_its_caution_is_made_from(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(runner, "REPO", tmp_path)
    for name, coder in (("war", "coder: rules\n"), ("hill", "")):
        small.write(tmp_path / f"notebooks/cases/{name}.yaml", f"title: X\ndata: data/war\n{coder}")
    claims = small.write(tmp_path / "data/claims.csv", "coder")
    war, hill = ({one.case: one for one in runner.units()}[name] for name in ("war", "hill"))
    before = [runner._made_from(unit, {}) for unit in (war, hill)]
    claims.write_text("coder\nfirst")
    after = [runner._made_from(unit, {}) for unit in (war, hill)]
    assert before[0] != after[0] and before[1] == after[1]


def test_make_says_how_many_at_once(monkeypatch: Any) -> None:
    usable = len(os.sched_getaffinity(0))
    flags = {" -j12 --jobserver-auth=3,4": 12, "w -j2": 2, "--jobs=4": 4}
    for given, number in (flags | {"": usable, "-j": usable, "n -- NAME=x-j2y": usable}).items():
        monkeypatch.setenv("MAKEFLAGS", given)
        assert runner.workers() == number
