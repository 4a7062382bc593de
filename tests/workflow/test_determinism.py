"""The same bytes in any folder, on any day, for any user, after any kill, without a network."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from framelines import manifest, scratch
from framelines.corpus import REPO
from tests.workflow import small

pytestmark = pytest.mark.slow
SEED = 1438
KILLS = 4
POISON = "raise RuntimeError('this is not the library of the checkout')\n"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], float]:
    """Return a checkout built by a plain user, one notebook at a time, its sums and its seconds."""
    folder = small.checkout(tmp_path_factory.mktemp("plain") / "checkout")
    started = time.monotonic()
    small.run(folder, "-j1")
    return folder, manifest.sums(folder), time.monotonic() - started


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _hostile(home: Path) -> dict[str, str]:
    """Make a home and an environment that would change every result if they could."""
    _write(
        home / ".ipython/profile_default/startup/00.py",
        "import pandas; pandas.set_option('display.precision', 1); draws = 3\n",
    )
    _write(home / ".config/matplotlib/matplotlibrc", "figure.figsize: 2, 1\nfont.size: 20\n")
    _write(home / "matplotlibrc", "figure.figsize: 2, 1\n")
    hidden = "c = get_config()\nc.TemplateExporter.exclude_input = True\n"
    _write(home / ".jupyter/jupyter_nbconvert_config.py", hidden)
    kernel = '{"argv": ["/bin/false"], "display_name": "x", "language": "python"}'
    for place in (".local/share/jupyter", "jupyter"):
        _write(home / place / "kernels/python3/kernel.json", kernel)
    minor = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for place in (f".local/lib/{minor}/site-packages", "path"):
        shutil.copytree(REPO / "lib" / "framelines", home / place / "framelines")
        _write(home / place / "framelines" / "__init__.py", POISON)
        _write(home / place / "usercustomize.py", POISON)
        _write(home / place / "sitecustomize.py", POISON)
    _write(home / "startup.py", POISON)
    return small.environment(
        HOME=str(home),
        TZ="Asia/Tokyo",
        LANG="de_DE.UTF-8",
        LC_ALL="de_DE.UTF-8",
        MPLBACKEND="agg",
        MATPLOTLIBRC=str(home / "matplotlibrc"),
        MPLCONFIGDIR=str(home / ".config/matplotlib"),
        IPYTHONDIR=str(home / ".ipython"),
        JUPYTER_PATH=str(home / "jupyter"),
        JUPYTER_CONFIG_DIR=str(home / ".jupyter"),
        JUPYTER_PREFER_ENV_PATH="0",
        PYTHONPATH=str(home / "path"),
        PYTHONSTARTUP=str(home / "startup.py"),
        PYTHONHASHSEED="7",
        PYTHONWARNINGS="always",
        PYTHONOPTIMIZE="2",
        PYTHONUTF8="0",
        OMP_NUM_THREADS="2",
        OPENBLAS_NUM_THREADS="2",
        SOURCE_DATE_EPOCH="1",
        COLUMNS="40",
        FORCE_COLOR="1",
        FRAMELINES_STAGING=str(home / "staging"),
    )


def test_another_folder_day_and_user(
    plain: tuple[Path, dict[str, str], float], tmp_path: Path
) -> None:
    if shutil.which("faketime") is None:
        pytest.skip("faketime is absent: on Debian, apt install faketime")
    folder = small.checkout(tmp_path / "another folder with spaces")
    env = _hostile(tmp_path / "home")
    # File times stay true: else every byte-compiled file of the environment would be written anew.
    env |= {"NO_FAKE_STAT": "1"}
    small.run(folder, "-j2", prefix=["faketime", "-f", "+100d"], env=env)
    assert manifest.sums(folder) == plain[1]
    assert not (tmp_path / "home" / "staging").exists()


def test_without_a_network(plain: tuple[Path, dict[str, str], float], tmp_path: Path) -> None:
    if not scratch.can_cut_network():
        pytest.skip("the network cannot be cut here: unshare -rn fails")
    folder = small.checkout(tmp_path / "checkout")
    small.run(folder, "-j2", prefix=scratch.CUT)
    assert manifest.sums(folder) == plain[1]


def test_killed_at_any_moment_the_next_make_is_whole(
    plain: tuple[Path, dict[str, str], float], tmp_path: Path
) -> None:
    folder = small.checkout(tmp_path / "checkout")
    chance = random.Random(SEED)
    killed = 0
    for _ in range(KILLS):
        # All is out of date again, though parts of it are built: kills meet old and new results.
        for source in (folder / "notebooks").glob("*.ipynb"):
            source.touch()
        running = subprocess.Popen(
            ["make", "-j2"],
            cwd=folder,
            env=small.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0.5, plain[2] * 0.9))
        if running.poll() is None:
            # Make and all that it started, but not the kernels: they notice that they are alone.
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            killed += 1
    assert killed, "every build ended before it was killed"
    small.run(folder, "-j2")
    assert manifest.sums(folder) == plain[1]
    leftovers = [path for path in folder.rglob("*.part") if path.is_file()]
    assert leftovers == []


def test_what_is_declared_is_built_and_what_is_built_is_declared(
    plain: tuple[Path, dict[str, str], float],
) -> None:
    folder, sums, _ = plain
    assert manifest.undeclared(folder) == []
    assert len(sums) > 10


def test_no_result_tells_of_the_machine(plain: tuple[Path, dict[str, str], float]) -> None:
    folder, sums, _ = plain
    told = (str(folder.parent), str(Path.home()), str(REPO))
    names = [name for name in sums if not name.endswith(".png")]
    for name in names:
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        assert not any(word in text for word in told if len(word) > 5), name
