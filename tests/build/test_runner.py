"""A build is decided by content, whole or not at all, and says in words why it stopped."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import small

from framelines.build import execute, runner
from framelines.errors import DataError

RUN = ("run", "01-few", "example")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A built checkout, in a folder with a space in its name, its figures on another disk."""
    folder = small.checkout(tmp_path_factory.mktemp("a place") / "checkout")
    other = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=other) as place:
        (folder / "figures").symlink_to(place)
        said = small.run(folder, "build")
        assert "[1/4] example 01-few" in said and "[4/4]" in said
        yield folder


def stopped(folder: Path, *command: str, cells: list[str]) -> str:
    """Return what a command says that stops at a notebook of these cells."""
    small.write_notebook(folder, cells)
    said = small.run(folder, *command, expect=2)
    small.write_notebook(folder, small.CELLS)
    return said


def test_content_decides_and_not_the_clock(built: Path) -> None:
    before = small.results(built)
    # A build uses the library of its own checkout.
    assert b'"lib/framelines/__init__.py"' in before["reports/example/numbers/01.json"]
    pages = {"reports/example/01-few.html", "reports/example/report.pdf", "reports/index.html"}
    assert pages | {"reports/article.pdf", "figures/example/01-killed.svg"} <= {*before}
    for path in (built / "data").rglob("*.csv"):
        os.utime(path)
    # With nothing to do no tables are loaded.
    asked = "import sys, framelines.build.runner as r; r.build(); print('pandas' in sys.modules)"
    how: Any = {"cwd": built, "env": {"PYTHONPATH": "lib", **small.environment()}, "text": True}
    said = subprocess.check_output([".venv/bin/python", "-c", asked], **how)
    assert said == "Everything is built. Open reports/index.html\nFalse\n"
    (built / "figures/example/01-killed.csv").write_text("typed by hand")
    (built / "reports/index.html").unlink()
    said = small.run(built, "build")
    assert "example 01-few" in said and "example report unchanged" in said
    assert small.results(built) == before


def test_a_digit_moves_what_hangs_on_it(built: Path) -> None:
    before = small.results(built)
    small.change_a_digit(built)
    small.run(built, "build")
    moved = {name for name, content in small.results(built).items() if before[name] != content}
    assert {"reports/example/numbers/01.json", "figures/example/01-killed.png"} <= moved
    assert "reports/article.pdf" not in moved


def test_a_dead_process_is_told_in_a_sentence(built: Path) -> None:
    cells = [*small.CELLS[:2], "import os\nos.kill(os.getpid(), 9)"]
    told = "the build: a process was killed before its work was done; met 'example 01-few'"
    assert told in stopped(built, "build", cells=cells)
    assert "uilt. Open reports/index.html" in small.run(built, "build")


def test_a_failed_cell_keeps_the_evidence_and_touches_nothing(built: Path) -> None:
    before, failed = small.results(built), built / "build/failed/example-01-few.ipynb"
    long = "print('<b> & ' * 200_000)"  # nobody reads it to its end
    said = stopped(built, *RUN, cells=[*small.CELLS[:3], long, "claims['gone']", "results.close()"])
    assert "notebooks/01-few.ipynb, case example: code cell [6], raised KeyError: 'gone'" in said
    kept = json.loads(failed.read_text("utf-8"))["cells"]
    assert kept[-2]["outputs"][-1]["ename"] == "KeyError"
    assert "… 1,100,001 characters more\n" in kept[-3]["outputs"][0]["text"][-1]
    foreign = [small.CELLS[0], small.CELLS[1].replace('"01"', '"02"'), "results.close()"]
    said = stopped(built, *RUN, cells=foreign)
    assert "it wrote no numbers/01.json. It must make Results(case, '01')" in said
    assert small.results(built) == before
    small.run(built, *RUN)
    assert not failed.exists() and small.results(built) == before


def test_a_bad_table_is_told_first_and_a_line_a_problem(built: Path) -> None:
    file = built / "data/example/sources.csv"
    text = file.read_bytes()
    file.write_bytes(text.replace(b"magazine", b"a rumour"))
    lines = small.run(built, *RUN, expect=2).splitlines()
    file.write_bytes(text)
    assert lines[0].startswith("data/example/sources.csv, row 3")
    assert lines[-2].startswith("notebooks/01-few.ipynb, case example: code cell [3]")
    assert all("'a rumour'" in line for line in lines[:-2])


def test_a_wrong_parameter_is_refused_before_anything_runs(built: Path) -> None:
    file = built / "notebooks/cases/example.yaml"
    text = file.read_bytes()
    file.write_bytes(text.replace(b"draws: 5000", b"drawz: 5"))
    told = small.run(built, *RUN, expect=2)
    assert "column parameters.drawz: there is no such field; met '5'; allowed: draws" in told
    assert "code cell" not in told
    file.write_bytes(text.replace(b"draws: 5000", b"draws: 107"))
    small.run(built, *RUN)
    made = (built / "build/executed/example/01-few.ipynb").read_text(encoding="utf-8")
    given = json.loads(made)["metadata"]["papermill"]["parameters"]
    assert given == {"case_name": "example", "draws": 107}
    # An executed notebook tells nothing of the machine.
    assert str(built) not in made and "start_time" not in made
    assert '"id": "injected-parameters"' in made


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(DataError, match="no such case; met 'exampel'; allowed: example"):
        runner.units(["exampel"])
    with pytest.raises(DataError, match="no such notebook; met '02-none'; allowed: 01-source"):
        execute.run("02-none", "example")


def test_a_case_of_rules_hangs_on_what_its_caution_is_made_from(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(runner, "REPO", tmp_path)
    for name, coder in (("hill", ""), ("war", "coder: rules\n")):
        small.write(tmp_path / f"notebooks/cases/{name}.yaml", f"title: X\ndata: data/war\n{coder}")
    digests = []
    for told in ("coder", "coder\nfirst"):
        small.write(tmp_path / "data/claims.csv", told)
        last = {unit.case: unit for unit in runner.units() if unit.case}
        digests.append([runner._made_from(last[case], {}) for case in ("hill", "war")])
    (hill, war), (same, other) = digests
    assert hill == same and war != other


@pytest.mark.parametrize(
    ("flags", "number"),
    [("-j3", 3), (" -j12 --jobserver-auth=3,4", 12), ("w -j2", 2), ("--jobs=4", 4)]
    + [(flags, len(os.sched_getaffinity(0))) for flags in ("", "s", "-j", "n -- NAME=x-j2y")],
)
def test_make_says_how_many_at_once(monkeypatch: Any, flags: str, number: int) -> None:
    monkeypatch.setenv("MAKEFLAGS", flags)
    assert runner.workers() == number
