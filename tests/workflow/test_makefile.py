"""The Makefile: what depends on what, what it says to a machine that lacks something.

The library is replaced by a script that writes down how it was called and touches the target, so
that the whole graph is tried in seconds.
"""

import os
import re
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from framelines.corpus import REPO
from framelines.runner import SETTINGS, UNWANTED

STUB = """#!/bin/sh
[ "$2" = framelines.warm ] && shift
shift 2
echo "$@" >> calls.log
case "$1" in
  run) target="build/executed/$3/$2.ipynb" ;;
  render) target="reports/$2/$3.html" ;;
  index) target="reports/index.html"
    for page in methods data codebook environment colophon; do touch "reports/$page.html"; done ;;
  typeset) target="reports/$2/report.pdf" ;;
  paper) target="build/paper/paper.pdf" ;;
  *) exit 0 ;;
esac
mkdir -p "$(dirname "$target")" && touch "$target"
"""
FILES = [
    "requirements.lock matplotlibrc notebooks/01-one.ipynb notebooks/02-two.ipynb",
    "lib/framelines/case.py lib/framelines/render.py lib/framelines/markup.py",
    "lib/framelines/scaffold.py lib/framelines/print_tree.py lib/framelines/typeset.py",
    "lib/framelines/paper.py lib/framelines/templates/typst/report.typ paper/paper.typ",
    "lib/framelines/figures/one.py lib/framelines/templates/framelines/style.css",
    "data/lexicons.csv data/documents.csv data/features/chunks.csv data/raw/text.txt",
    "data/example/documents.csv data/example/features/chunks.csv",
    "figures/palmyra/01-a.svg reports/palmyra/numbers/01.json reports/palmyra/tables/01-a.csv",
]
FOLDERS = {"palmyra": "data", "idlib": '"data"  # shared', "example": "data/example"}


def _make(place: Path, *arguments: str, expect: int = 0) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", *arguments], cwd=place, env=clean, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def _calls(place: Path) -> list[str]:
    log = place / "calls.log"
    calls = sorted(log.read_text().splitlines()) if log.exists() else []
    log.unlink(missing_ok=True)
    return calls


def _touch(path: Path) -> None:
    # Later than every target, whatever the clock's resolution.
    later = time.time() + 5
    os.utime(path, (later, later))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a checkout, with a space in its path, whose library is the stub."""
    place = tmp_path / "a check out"
    for name in " ".join(FILES).split():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("")
    (place / "notebooks" / "cases").mkdir()
    for case, folder in FOLDERS.items():
        text = f"title: {case}\ndata: {folder}\ncompare: null\n"
        (place / "notebooks" / "cases" / f"{case}.yaml").write_text(text)
    shutil.copy(REPO / "Makefile", place)
    (place / ".venv" / "bin").mkdir(parents=True)
    (place / ".venv" / "bin" / "python").write_text(STUB)
    (place / ".venv" / "bin" / "python").chmod(0o755)
    (place / ".venv" / ".ready").write_text("")
    return place


@pytest.fixture
def built(place: Path) -> Path:
    """Return the same checkout after one `make`."""
    _make(place, "-j2")
    _calls(place)
    return place


def test_make_alone_runs_every_notebook_for_every_case(place: Path) -> None:
    _make(place, "-j2")
    calls = _calls(place)
    pairs = [(n, c) for n in ("01-one", "02-two") for c in FOLDERS]
    assert [c for c in calls if c.startswith("run")] == sorted(f"run {n} {c}" for n, c in pairs)
    assert [c for c in calls if c.startswith("rend")] == sorted(f"render {c} {n}" for n, c in pairs)
    assert calls.count("index") == 1


def test_a_second_make_does_nothing_and_is_quick(built: Path) -> None:
    started = time.monotonic()
    _make(built)
    assert time.monotonic() - started < 0.5
    assert _calls(built) == []


@pytest.mark.parametrize(
    ("touched", "cases"),
    [
        ("notebooks/cases/idlib.yaml", ["idlib"]),
        ("data/documents.csv", ["idlib", "palmyra"]),
        ("data/features/chunks.csv", ["idlib", "palmyra"]),
        ("data/example/documents.csv", ["example"]),
        ("data/example/features/chunks.csv", ["example"]),
        ("data/lexicons.csv", ["example", "idlib", "palmyra"]),
        ("lib/framelines/case.py", ["example", "idlib", "palmyra"]),
        ("lib/framelines/figures/one.py", ["example", "idlib", "palmyra"]),
        ("matplotlibrc", ["example", "idlib", "palmyra"]),
        ("lib/framelines/scaffold.py", []),
        ("lib/framelines/render.py", []),
        ("data/raw/text.txt", []),
    ],
)
def test_only_what_depends_on_a_file_runs_again(
    built: Path, touched: str, cases: list[str]
) -> None:
    _touch(built / touched)
    _make(built)
    ran = [call.split()[2] for call in _calls(built) if call.startswith("run")]
    assert sorted(set(ran)) == cases


@pytest.mark.parametrize(
    ("part", "calls"),
    [
        ("lib/framelines/templates/framelines/style.css", dict(index=1, render=6)),
        ("lib/framelines/render.py", dict(index=1, paper=1, render=6, typeset=3)),
        ("lib/framelines/templates/typst/report.typ", dict(paper=1, typeset=3)),
        ("lib/framelines/paper.py", dict(paper=1)),
        ("paper/paper.typ", dict(paper=1)),
    ],
)
def test_a_change_of_the_pages_runs_no_notebook(
    built: Path, part: str, calls: dict[str, int]
) -> None:
    _touch(built / part)
    _make(built)
    assert Counter(call.split()[0] for call in _calls(built)) == calls


def test_one_notebook_runs_for_all_cases_and_no_other(built: Path) -> None:
    _touch(built / "notebooks" / "02-two.ipynb")
    _make(built)
    ran = [call for call in _calls(built) if call.startswith("run")]
    assert ran == ["run 02-two example", "run 02-two idlib", "run 02-two palmyra"]


def test_a_new_case_runs_alone_and_every_page_links_to_it(built: Path) -> None:
    text = "title: New\ndata: data/example\n"
    (built / "notebooks" / "cases" / "new.yaml").write_text(text)
    _make(built)
    calls = _calls(built)
    assert [c for c in calls if c.startswith("run")] == ["run 01-one new", "run 02-two new"]
    assert len([c for c in calls if c.startswith("render")]) == 8


def test_clean_keeps_data_environment_and_committed_results(built: Path) -> None:
    kept = [name for name in " ".join(FILES).split()] + [".venv/.ready"]
    (built / "reports" / "palmyra" / "report.pdf").write_text("")
    _make(built, "clean")
    assert all((built / name).exists() for name in kept)
    assert not (built / "build").exists()
    assert list(built.glob("reports/**/*.html")) == list(built.glob("reports/**/*.pdf")) == []
    _make(built, "distclean")
    assert not (built / ".venv").exists()
    assert (built / "data" / "raw" / "text.txt").exists()


def test_help_lists_every_target(place: Path) -> None:
    text = (place / "Makefile").read_text()
    phony = set(re.sub(r"\.PHONY:|FORCE", "", " ".join(re.findall(r"\.PHONY:.*", text))).split())
    listed = set(re.findall(r"^make ([a-z-]+) +\S", _make(place, "help"), flags=re.M))
    assert phony == listed


def test_the_settings_are_those_of_the_runner(place: Path) -> None:
    text = (place / "Makefile").read_text()
    exported = dict(re.findall(r"^export (\w+) := (\S+)$", text, flags=re.M))
    assert {name: exported.get(name) for name in SETTINGS} == SETTINGS
    unset = re.findall(r"^unexport (.*)$", text.replace("\\\n", ""), flags=re.M)[0].split()
    assert unset == UNWANTED


def test_an_old_make_is_told_so_in_one_sentence(place: Path) -> None:
    said = _make(place, ".FEATURES=target-specific", "help", expect=2)
    assert re.search(r"GNU Make 4\.3 or newer is needed; this is \S+", said)
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 1", "Python 3.11, 3.12 or 3.13 is needed"),
        ('case "$2" in *ensurepip*) exit 1 ;; esac', "comes without venv"),
    ],
)
def test_a_python_that_will_not_do_is_told_so(place: Path, script: str, sentence: str) -> None:
    (place / ".venv" / ".ready").unlink()
    (place / "my-python").write_text(f"#!/bin/sh\n{script}\n")
    (place / "my-python").chmod(0o755)
    said = _make(place, "PYTHON=./my-python", expect=2)
    assert said.count(sentence) == 1
    assert "Traceback" not in said


def test_words_of_a_researcher_reach_the_command_as_they_are(place: Path) -> None:
    _make(place, "new-case", "NAME=my war; rm -rf x")
    _make(place, "add-document", "TEXT=a b.txt", 'LABEL=The valley\'s "end"', "SOURCE=s")
    assert "new-case my war; rm -rf x" in _calls(place)[1]


def test_verify_takes_a_named_environment_and_installs_nothing(place: Path) -> None:
    other = place / "other env" / "bin"
    other.mkdir(parents=True)
    (place / ".venv" / "bin" / "python").rename(other / "python")
    (place / ".venv" / ".ready").unlink()
    _make(place, "verify", f"PYTHON={other}/python")
    assert _calls(place) == ["verify"]


def test_a_revision_reaches_the_command_as_it_is(place: Path) -> None:
    _make(place, "diff", "REV=v1; rm -rf x")
    _make(place, "diff")
    assert _calls(place) == ["diff HEAD", "diff v1; rm -rf x"]
