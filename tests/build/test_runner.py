"""A build is decided by content, whole or not at all, wherever it runs, and says why it stopped."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import small

from framelines import notebooks
from framelines.__main__ import main
from framelines.build import runner
from framelines.build.ingest import corpus

RUN = ("run", "01-few", "example")
CUT = ("unshare", "-rn", "--")
# Words, articles, outlets, how many words, and whether days and camps are told.
SHAPES = {
    "one": ("دخلت القوات المدينة فجر اليوم . قال إن ثلاثين قتلوا .", 1, 0, 260, False, False),
    "short": ("نیروها بامداد امروز وارد شهر شدند . سی نفر کشته شدند .", 6, 1, 40, False, False),
    "two-outlets": ("ordu şafakta kasabayı aldı . otuz savaşçı öldü .", 6, 2, 300, True, False),
    "two-camps": ("армия взяла город на рассвете . сообщили о гибели .", 12, 4, 300, True, True),
    "no-spaces": ("军队黎明时分占领了城镇。官员说三十人死亡。", 5, 2, 60, True, False),
    "many": ("the army took the town at dawn . officials said so .", 500, 5, 220, True, True),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A built checkout, in a folder with a space in its name, its figures on another disk."""
    folder = small.checkout(tmp_path_factory.mktemp("a place") / "checkout")
    other = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=other) as place:
        (folder / "figures").symlink_to(place)
        small.write(folder / "build/state.json", '{"example 01-few": 1}')  # of no kind that is ours
        with small.forking(folder):
            said = small.run(folder, "build")
            assert "[1/4] example 01-few" in said and "[4/4]" in said
            yield folder


def stopped(folder: Path, *command: str, cells: list[str]) -> str:
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
    findings = built / "notebooks/findings.yaml"  # those of another case
    findings.write_text(findings.read_text(encoding="utf-8") + "other: []\n", encoding="utf-8")
    # With nothing to do no tables are loaded.
    asked = "import sys, framelines.build.runner as r; r.build(); print('pandas' in sys.modules)"
    said = small.run(built, ".venv/bin/python", "-c", asked)
    assert said == "Everything is built. Open reports/index.html\nFalse\n"
    (built / "figures/example/01-killed.csv").write_text("typed by hand")
    (built / "reports/index.html").unlink()
    said = small.run(built, "build")
    assert "example 01-few" in said and "example report unchanged" in said
    (built / "build/state.json").write_text('{"example 01-few": ')  # damaged: all is built anew
    assert "[4/4]" in small.run(built, "build")
    assert small.results(built) == before
    small.change_a_digit(built)
    small.run(built, "build")
    moved = {name for name, content in small.results(built).items() if before[name] != content}
    assert {"reports/example/numbers/01.json", "figures/example/01-killed.png"} <= moved
    assert "reports/article.pdf" not in moved


def test_a_failed_cell_keeps_the_evidence_and_touches_nothing(built: Path) -> None:
    before, staging = small.results(built), built / "build/staging"
    long, end = "print('<b> & ' * 200_000)", small.CELLS[-1]  # nobody reads it to its end
    said = stopped(built, *RUN, cells=[*small.CELLS[:3], long, "claims['gone']", end])
    failed = re.search(r"(.*/01-few.ipynb): code cell \[6\], raised KeyError: 'gone'", said)
    kept = json.loads((built / failed[1]).read_text("utf-8"))["cells"]
    assert "… and more\n" in kept[-3]["outputs"][0]["text"][-1]
    foreign = small.CELLS[1].replace('"01"', '"02"')
    said = stopped(built, *RUN, cells=[small.CELLS[0], foreign, end])
    assert "it wrote no numbers/01.json. It must make Results(case, '01')" in said
    said = stopped(built, "build", cells=[*small.CELLS[:2], "import os\nos.kill(os.getpid(), 9)"])
    assert "the build: a process was killed before its work was done; met 'example 01-few'" in said
    assert small.results(built) == before
    assert "uilt. Open reports/index.html" in small.run(built, "build")
    small.run(built, *RUN)
    assert not any(staging.iterdir()) and small.results(built) == before


def test_what_is_wrong_in_tables_and_parameters_is_told_first(built: Path) -> None:
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
    file = built / "data/example/sources.csv"
    file.write_bytes(file.read_bytes().replace(b"magazine", b"a rumour"))
    lines = small.run(built, *RUN, expect=2).splitlines()
    assert lines[0].startswith("data/example/sources.csv, row 3")
    assert lines[-1].endswith("/01-few.ipynb: code cell [3]")
    assert all("'a rumour'" in line for line in lines[:-1])  # a line a problem


def test_commands_name_what_is_not_there(capsys: Any) -> None:
    told = dict.fromkeys(["export x", "import . x", "reference . x"], "there is no such case")
    told["run 01-source-profiles exampel"] = "no such case; met 'exampel'; allowed: example"
    told["run 02-none example"] = "notebooks/02-none.ipynb: no such file or directory"
    for command, said in told.items():
        assert main(command.split()) == 2 and said in capsys.readouterr().err, command


def test_a_case_of_rules_hangs_on_its_caution(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(runner, "REPO", tmp_path)
    for name, coder in (("hill", ""), ("war", "coder: rules\n")):
        small.write(tmp_path / f"notebooks/cases/{name}.yaml", f"title: X\ndata: data/war\n{coder}")
    for name, unit in runner.units().items():
        assert ("data/*.csv" in unit.files) == (unit.case == "war"), name


def test_make_says_how_many_at_once(monkeypatch: Any) -> None:
    told = {"-j3": 3, " -j12 --jobserver-auth=3,4": 12, "w -j2": 2, "--jobs=4": 4}
    told |= dict.fromkeys(("", "s", "-j", "n -- NAME=x-j2y"), len(os.sched_getaffinity(0)))
    for flags, number in told.items():
        monkeypatch.setenv("MAKEFLAGS", flags)
        assert runner.workers() == number, flags


def begin(folder: Path) -> subprocess.Popen[str]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    own = {"cwd": folder, "env": small.environment(), "start_new_session": True}
    return subprocess.Popen("make", **own, **pipes)


@pytest.mark.slow
def test_neither_kills_nor_another_folder_day_and_user_change_a_byte(tmp_path: Path) -> None:
    folder, other = (small.checkout(tmp_path / name / "x") for name in ("a", "with spaces, é"))
    small.run(folder, "make")
    stood = small.results(folder)
    for one in (folder, other):
        small.change_a_digit(one)
    for moment in (0.5, 1.5, 2.2, 2.8, 3.4):
        killed = begin(folder)
        time.sleep(moment)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        # Nothing committed is gone, and what is there is whole, old or new.
        assert {n for n in stood if n.startswith("figures/")} <= {*small.results(folder)}
    small.run(folder, "make")
    # The settings of another user would change every result.
    files = {".ipython/profile_default/startup/00.py": "import builtins; builtins.int = None"}
    files |= {".jupyter/jupyter_nbconvert_config.py": "c.HTMLExporter.exclude_input = True"}
    files |= {".config/matplotlib/matplotlibrc": "figure.figsize: 1, 1"}
    odd = {"HOME": str(small.laid(tmp_path / "home", files)), "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    odd |= {"MPLBACKEND": "svg", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2", "COLUMNS": "30"}
    odd |= {"PYTHONWARNINGS": "error", "SOURCE_DATE_EPOCH": "1"}
    late = ("faketime", "+100 days") if shutil.which("faketime") else ()
    cut = CUT if not subprocess.run([*CUT, "true"], capture_output=True).returncode else ()
    small.run(other, *cut, *late, "make", "-j2", env=small.environment() | odd)
    assert small.results(folder) == small.results(other) != stood


@pytest.mark.slow
def test_every_shape_builds_and_says_what_is_missing(tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "checkout", *notebooks())
    for name, (phrases, articles, outlets, words, dated, camps) in SHAPES.items():
        told, rows = phrases.split(), []
        for n in range(articles):  # each text differs from the others
            turned = " ".join(told[i * (n + 1) % len(told)] for i in range(words))
            row = {"text": f"{turned} {n}."}
            row |= {"outlet": f"Outlet {n % outlets}"} if outlets else {}
            row |= {"date": f"2019-{1 + n % 12:02}-{1 + n % 28:02}"} if dated else {}
            row |= {"camp": ("north", "south")[n % outlets % 2]} if camps else {}
            rows.append(row)
        pd.DataFrame(rows).to_csv(tmp_path / "texts.csv", index=False)
        corpus(tmp_path / "texts.csv", name, folder)
        assert len(pd.read_csv(folder / "data" / name / "documents.csv")) == articles
    small.run(folder, "build")
    pages = [*(f"{one}.html" for one in notebooks()), "explore.html", "report.pdf"]
    assert all((folder / "reports" / name / page).is_file() for name in SHAPES for page in pages)
    explorer = (folder / "reports/one/explore.html").read_text(encoding="utf-8")
    assert "No claim of this case is coded" in explorer
    many = [(folder / "reports/many" / page).read_text(encoding="utf-8") for page in pages[:-2]]
    assert all("is coded yet: make code reads" in page for page in many)


@pytest.mark.slow
def test_two_makes_at_once_do_the_work_once(tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "checkout")
    both = [begin(folder) for _ in range(2)]
    said = sorted((one.communicate(timeout=60)[0] for one in both), key=len)
    assert "waiting for its end" in said[0] and "Everything is built" in said[0]
    assert "[4/4]" in said[1] and [one.returncode for one in both] == [0, 0]


def test_make_refuses_other_pythons_runs_no_words_and_lists_all_in_help(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.lock"):
        shutil.copy2(small.REPO / name, tmp_path)
    said = small.run(tmp_path, "make", "PYTHON=no-such-python", expect=2)
    assert "'no-such-python' is none. Name one: make PYTHON=python3.11" in said
    python = {".venv/bin/python": '#!/bin/sh\nprintf "<%s>" "$@"\n', ".venv/.ready": ""}
    small.laid(tmp_path, python | {"notebooks/cases/$(touch run);`touch run`.yaml": ""})
    (tmp_path / ".venv/bin/python").chmod(0o755)
    place = 'say "$(touch run)" `touch run`'
    env = {**small.environment(), "FROM": place, "NAME": "c"}
    assert f"<corpus><{place}><c><--dates><>" in small.run(tmp_path, "make", "corpus", env=env)
    small.run(tmp_path, "make")
    assert not (tmp_path / "run").exists()
    listed = set(re.findall(r"(?m)^make ([a-z-]+) ", small.run(tmp_path, "make", "help")))
    targets = set(re.findall(r"(?m)^([a-z][a-z-]*):", (tmp_path / "Makefile").read_text()))
    assert listed == targets - {"test-all-of", "manifest verify review diff"}
