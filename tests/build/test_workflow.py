"""Make, as people and machines run it: elsewhere, on other days, without a network, and killed."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import small

CUT = ("unshare", "-rn", "--")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout that make has built."""
    folder = small.checkout(tmp_path_factory.mktemp("plain") / "checkout")
    small.run(folder, "make")
    return folder


def begin(folder: Path) -> subprocess.Popen[str]:
    """Begin a build of a checkout."""
    env = {**small.environment(), "PYTHONPATH": str(folder / "lib")}
    command = [str(folder / ".venv/bin/python"), "-m", "framelines", "build"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=folder, env=env, start_new_session=True, **pipes)


def differing(one: Path, two: Path) -> set[str]:
    """Return the results that are not the same in two checkouts."""
    first, second = small.results(one), small.results(two)
    return {name for name in {*first, *second} if first.get(name) != second.get(name)}


def hostile(home: Path) -> dict[str, str]:
    """Return the environment of a user whose own settings would change every result."""
    files = {
        ".ipython/profile_default/startup/00.py": "import builtins; builtins.int = None\n",
        ".config/matplotlib/matplotlibrc": "figure.figsize: 1, 1\n",
        ".jupyter/jupyter_nbconvert_config.py": "c.HTMLExporter.exclude_input = True\n",
        "python/sitecustomize.py": "",
    }
    for name, text in files.items():
        small.write(home / name, text)
    odd = {"TZ": "Asia/Tokyo", "MPLBACKEND": "svg", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2"}
    odd |= {"LC_ALL": "C", "COLUMNS": "30", "PYTHONWARNINGS": "error", "SOURCE_DATE_EPOCH": "1"}
    return small.environment() | odd | {"HOME": str(home)}


@pytest.mark.slow
def test_another_folder_day_and_user_change_no_byte(plain: Path, tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "a path with spaces, é" / "checkout")
    late = ("faketime", "+100 days") if shutil.which("faketime") else ()
    cut = CUT if not subprocess.run([*CUT, "true"], capture_output=True).returncode else ()
    small.run(folder, *cut, *late, "make", "-j2", env=hostile(tmp_path / "home"))
    assert differing(plain, folder) == set()


@pytest.mark.slow
def test_killed_at_any_moment_the_next_make_is_whole(plain: Path, tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "checkout")
    small.run(folder, "make")
    small.change_a_digit(folder)
    stood = small.results(folder)
    for moment in (0.5, 1.5, 2.2, 2.8, 3.4):
        killed = begin(folder)
        time.sleep(moment)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        # Nothing committed is gone, and what is there is whole, old or new.
        assert {n for n in stood if n.startswith("figures/")} <= {*small.results(folder)}
    small.run(folder, "make")
    whole = small.checkout(tmp_path / "whole")
    small.change_a_digit(whole)
    small.run(whole, "make")
    assert differing(folder, whole) == set()


@pytest.mark.slow
def test_two_makes_at_once_do_the_work_once(tmp_path: Path) -> None:
    folder = small.checkout(tmp_path / "checkout")
    both = [begin(folder) for _ in range(2)]
    said = sorted((one.communicate(timeout=60)[0] for one in both), key=len)
    assert "waiting for its end" in said[0] and "Everything is built" in said[0]
    assert "[4/4]" in said[1] and [one.returncode for one in both] == [0, 0]


def test_what_make_hands_on(tmp_path: Path) -> None:
    """Words of a researcher are never run."""
    for name in ("Makefile", "requirements.lock"):
        shutil.copy2(small.REPO / name, tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    python.chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    place = 'say "$(touch run)" `touch run`'
    env = {**small.environment(), "FROM": place, "NAME": "c"}
    assert f"<corpus><{place}><c><--dates><>" in small.run(tmp_path, "make", "corpus", env=env)
    assert not (tmp_path / "run").exists()
