"""A scratch checkout holds what is committed, nothing that is built, and its own library."""

import os
import subprocess
from pathlib import Path

import pytest

from framelines import scratch
from framelines.problems import DataError


def _git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
    command = ["git", *who, "-c", "commit.gpgsign=false", *arguments]
    subprocess.run(command, cwd=root, check=True, env=scratch.clean_environment())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a committed checkout with a result, a page and an environment."""
    root = tmp_path / "a check out"
    for name in (
        "figures/x/a.svg",
        "data/a.csv",
        "lib/a.py",
        "reports/x.html",
        ".venv/x",
        "build/x",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / ".gitignore").write_text(".venv/\nbuild/\n*.html\n")
    _git(root, "init", "-q")
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "-m", "One")
    return root


def _files(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.startswith(".git/"))


def test_a_clone_has_its_results_set_aside(root: Path) -> None:
    copy = scratch.make_scratch(root / "build" / "verify", root=root)
    assert _files(copy.folder) == [".gitignore", "data/a.csv", "lib/a.py"]
    assert _files(copy.recorded) == ["figures/x/a.svg"]
    assert copy.what.startswith("commit ") and (copy.folder / ".git").is_dir()
    assert scratch.make_scratch(root / "build" / "verify", root=root) == copy


def test_a_dirty_tree_is_refused_or_copied(root: Path) -> None:
    (root / "data/a.csv").write_text("changed")
    (root / "data/b.csv").write_text("new")
    (root / "lib/a.py").unlink()
    with pytest.raises(DataError, match=r"not committed; met 'data/a\.csv, .*ALLOW_DIRTY=1"):
        scratch.make_scratch(root / "build" / "verify", root=root)
    copy = scratch.make_scratch(root / "build" / "verify", root=root, allow_dirty=True)
    assert _files(copy.folder) == [".gitignore", "data/a.csv", "data/b.csv"]
    assert (copy.folder / "data/a.csv").read_text() == "changed"
    assert "not committed" in copy.what


def test_an_archive_without_git_is_copied(root: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    scratch.copy_tree(root, plain)
    (plain / "reports").mkdir()
    (plain / "reports" / "x.html").write_text("built")
    (plain / "build").mkdir()
    copy = scratch.make_scratch(tmp_path / "place", root=plain)
    assert _files(copy.folder) == [".gitignore", "data/a.csv", "lib/a.py"]
    assert _files(copy.recorded) == ["figures/x/a.svg"]
    assert "no git repository" in copy.what


def test_git_speaks_for_itself(root: Path) -> None:
    with pytest.raises(DataError, match="git rev-parse: fatal"):
        scratch.git("rev-parse", "--verify", "nowhere", root=root)


def test_the_environment_of_an_outer_make_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAKEFLAGS", "GIT_DIR", "PYTHONPATH", "CORPUS", "FRAMELINES_STAGING", "KEPT"):
        monkeypatch.setenv(name, "x")
    assert set(scratch.clean_environment()) == {*os.environ} - {
        name for name in os.environ if name.startswith(scratch.CALLERS)
    }
    assert scratch.clean_environment()["KEPT"] == "x"
    assert "MAKEFLAGS" not in scratch.clean_environment()


def test_a_linked_environment_runs_from_its_checkout(root: Path) -> None:
    folder = scratch.make_scratch(root / "build" / "verify", root=root).folder
    scratch.link_environment(folder)
    code = "import sys, numpy; print(sys.prefix)"
    python = str(folder / ".venv" / "bin" / "python")
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(folder / ".venv")
    assert not (folder / ".venv").is_symlink() and (folder / ".venv" / ".ready").is_file()


def test_an_environment_without_a_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="PYTHON=folder/bin/python"):
        scratch.link_environment(tmp_path, tmp_path / "nowhere")


def test_make_runs_in_the_scratch_checkout_and_is_logged(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("all:\n\t@pwd; echo flags=$(MAKEFLAGS)\nbad:\n\t@exit 3\n")
    log = tmp_path / "log"
    assert scratch.make(tmp_path, log=log) == 0
    assert log.read_text().splitlines()[0] == str(tmp_path)
    assert scratch.make(tmp_path, "bad", log=log) != 0
