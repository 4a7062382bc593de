"""A build is decided by content, whole or not at all, and says in words why it stopped."""

import json
import os
import shutil
import subprocess
import tempfile
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
    return folder


def value(folder: Path, name: str) -> object:
    record = json.loads((folder / small.NUMBERS).read_text(encoding="utf-8"))
    return record["numbers"][name]["value"]


def test_a_build_uses_the_library_of_its_own_checkout(built: Path) -> None:
    assert value(built, "library") == "lib/framelines/__init__.py"
    pages = ("reports/example/01-few.html", "reports/example/report.pdf", "reports/index.html")
    for name in (*pages, "reports/article.pdf", "figures/example/01-killed.svg"):
        assert (built / name).is_file(), name


def test_nothing_to_do_loads_no_tables(built: Path) -> None:
    asked = "import sys, framelines.build.runner as r; r.build(); print('pandas' in sys.modules)"
    env = {"PYTHONPATH": "lib", **small.environment()}
    done = subprocess.run(
        [".venv/bin/python", "-c", asked], cwd=built, env=env, capture_output=True
    )
    assert done.stdout.split(b"\n", 1)[0].startswith(b"Everything is built"), done.stderr
    assert done.stdout.endswith(b"False\n")


def test_content_decides_and_not_the_clock(built: Path) -> None:
    before = small.results(built)
    for path in (built / "data").rglob("*.csv"):
        os.utime(path)
    assert "Everything is built" in small.run(built, "build")
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
    long = "print('<b> & ' * 200_000)"  # nobody reads it to its end
    small.write_notebook(built, [*small.CELLS[:3], long, "claims['gone']", small.CELLS[-1]])
    said = small.run(built, "run", "01-few", "example", expect=2)
    assert "notebooks/01-few.ipynb, case example: code cell [6], raised KeyError: 'gone'" in said
    kept = json.loads((built / "build/failed/example-01-few.ipynb").read_text("utf-8"))
    assert kept["cells"][-2]["outputs"][-1]["ename"] == "KeyError"
    assert "… 1,100,001 characters more\n" in kept["cells"][-3]["outputs"][0]["text"][-1]
    assert small.results(built) == before
    small.write_notebook(built, small.CELLS)
    small.run(built, "run", "01-few", "example")
    assert not (built / "build/failed/example-01-few.ipynb").exists()
    assert small.results(built) == before


def test_a_bad_table_is_told_first_and_a_line_a_problem(built: Path) -> None:
    file = built / "data/example/sources.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("magazine", "a rumour"), encoding="utf-8")
    lines = small.run(built, "run", "01-few", "example", expect=2).splitlines()
    file.write_text(text, encoding="utf-8")
    assert lines[0].startswith("data/example/sources.csv, row 3")
    assert lines[-2].startswith("notebooks/01-few.ipynb, case example: code cell [3]")
    assert all("'a rumour'" in line for line in lines[:-2])


def test_a_wrong_parameter_is_refused_before_anything_runs(built: Path) -> None:
    small.change_case(built, drawz=5)
    told = small.run(built, "run", "01-few", "example", expect=2)
    assert "column parameters.drawz: there is no such field; met '5'; allowed: draws" in told
    assert "code cell" not in told
    small.change_case(built, draws=107, permutations=99)
    small.run(built, "run", "01-few", "example")
    text = (built / "build/executed/example/01-few.ipynb").read_text(encoding="utf-8")
    given = json.loads(text)["metadata"]["papermill"]["parameters"]
    assert given == {"case_name": "example", "draws": 107}
    # An executed notebook tells nothing of the machine.
    assert str(built) not in text and "start_time" not in text
    assert '"id": "injected-parameters"' in text


def test_results_may_lie_on_another_disk_than_what_is_built(built: Path) -> None:
    other, figures = Path("/dev/shm"), built / "figures"
    if not other.is_dir() or other.stat().st_dev == built.stat().st_dev:
        pytest.skip("there is no other disk")
    before = small.results(built)
    with tempfile.TemporaryDirectory(dir=other) as place:
        shutil.move(figures, place)
        figures.symlink_to(Path(place) / "figures")
        small.run(built, "run", "01-few", "example")
        figures.unlink()
        shutil.move(Path(place) / "figures", figures)
    assert small.results(built) == before


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


@pytest.mark.parametrize(
    ("flags", "number"),
    [("-j3", 3), (" -j12 --jobserver-auth=3,4", 12), ("w -j2", 2), ("--jobs=4", 4)]
    + [(flags, len(os.sched_getaffinity(0))) for flags in ("", "s", "-j", "n -- NAME=x-j2y")],
)
def test_make_says_how_many_at_once(monkeypatch: Any, flags: str, number: int) -> None:
    monkeypatch.setenv("MAKEFLAGS", flags)
    assert runner.workers() == number
