"""A second checkout to rebuild in: its own code and its own results, a borrowed environment.

Nothing in it can pass for rebuilt that was not: the committed results are set aside before the
build begins. The environment is linked, not installed, so that no network is needed; the library
is the scratch checkout's own, because its Makefile says so.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from framelines.corpus import REPO
from framelines.problems import DataError, Problem

RESULTS = ("figures", "reports", "paper/numbers.typ")
# What a copy leaves out where git cannot say what belongs to the tree.
BUILT = ("build", ".venv", ".git", "__pycache__", ".ipynb_checkpoints", "*.pyc")
# What of the caller's environment would speak to the inner make, git or Python.
CALLERS = tuple(
    "MAKE MFLAGS GNUMAKEFLAGS FRAMELINES_ PYTHONPATH CORPUS "
    "GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_COMMON_DIR GIT_OBJECT".split()
)
CUT = ("unshare", "-rn", "--")


@dataclass(frozen=True)
class Scratch:
    """A scratch checkout: its folder, the results that were committed, and what it was made of."""

    folder: Path
    recorded: Path
    what: str


def git(*arguments: str, root: Path) -> str:
    """Return what git prints. Raises `DataError` with its own words where it fails."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, env=clean_environment(), capture_output=True, check=True
        )
    except FileNotFoundError:
        raise DataError([Problem("git", "this program is needed and is not here")]) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        raise DataError([Problem(f"git {arguments[0]}", said)]) from None
    return done.stdout.decode("utf-8", "surrogateescape")


def clean_environment() -> dict[str, str]:
    """Return the environment without what an outer make or git left in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(CALLERS)}


def make_scratch(place: Path, *, root: Path = REPO, allow_dirty: bool | None = None) -> Scratch:
    """Lay down a scratch checkout below `place`, with its committed results set aside.

    It is a clone of the commit that is checked out. With `allow_dirty` (by default, where the
    environment variable ALLOW_DIRTY is set) it is a copy of the working tree where that differs;
    so it is where the checkout is no git repository. Raises `DataError` where the tree has changes
    that are not committed and may not.
    """
    if allow_dirty is None:
        allow_dirty = os.environ.get("ALLOW_DIRTY", "") not in ("", "0")
    shutil.rmtree(place, ignore_errors=True)
    folder, recorded = place / "checkout", place / "recorded"
    place.mkdir(parents=True)
    if not (root / ".git").exists():
        copy_tree(root, folder)
        what = "this folder, which is no git repository"
    elif changed := git("status", "--porcelain", root=root).splitlines():
        if not allow_dirty:
            shown = ", ".join(line[3:] for line in changed[:5]) + (" …" if changed[5:] else "")
            fix = "Commit them, or set ALLOW_DIRTY=1 to take the working tree as it is"
            said = "there are changes that are not committed"
            raise DataError([Problem("the working tree", said, value=shown, fix=fix)])
        copy_tree(root, folder)
        what = f"the working tree on commit {_commit(root)}, with changes that are not committed"
    else:
        # No template, so that no hook of the user's runs.
        git("clone", "--quiet", "--template=", str(root), str(folder), root=root)
        what = f"commit {_commit(root)}"
    for name in RESULTS:
        if (folder / name).exists():
            (recorded / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(folder / name, recorded / name)
    for ending in ("html", "pdf"):
        for built in recorded.glob(f"reports/**/*.{ending}"):
            built.unlink()
    return Scratch(folder, recorded, what)


def _commit(root: Path) -> str:
    return git("rev-parse", "--short=12", "HEAD", root=root).strip()


def copy_tree(root: Path, folder: Path) -> None:
    """Copy a working tree without what is built or ignored, to a folder that is not there yet."""
    if not (root / ".git").exists():
        ignored = shutil.ignore_patterns(*BUILT)
        shutil.copytree(root, folder, symlinks=True, ignore=ignored)
        return
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", root=root)
    for name in sorted(set(listed.split("\0")) - {""}):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)


def link_environment(folder: Path, prefix: Path | None = None) -> None:
    """Give the checkout in `folder` the environment at `prefix`: by default the running one.

    A folder of links, and no link to the folder: what a build marks or caches in it stays here.
    """
    prefix = Path(sys.prefix) if prefix is None else prefix
    if not (prefix / "bin" / "python").exists():
        fix = "Name the Python of a virtual environment: PYTHON=folder/bin/python"
        what = "there is no bin/python in this environment"
        raise DataError([Problem("PYTHON", what, value=str(prefix), fix=fix)])
    linked = folder / ".venv"
    linked.mkdir()
    for name in ("bin", "include", "lib", "lib64", "share", "pyvenv.cfg"):
        if (prefix / name).exists():
            (linked / name).symlink_to(prefix / name)
    fonts = prefix / "matplotlib"
    if fonts.is_dir():
        shutil.copytree(fonts, linked / "matplotlib", ignore=shutil.ignore_patterns("*lock*"))
    (linked / ".ready").touch()


def can_cut_network() -> bool:
    """Whether a command can be run here without any network."""
    if shutil.which(CUT[0]) is None:
        return False
    return subprocess.run([*CUT, "true"], capture_output=True).returncode == 0


def jobs() -> int:
    """Return how many notebooks run side by side: one a core that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def make(folder: Path, *targets: str, prefix: Sequence[str] = (), log: Path) -> int:
    """Run make in `folder`, adding what it says to `log`; return its exit code."""
    program = shutil.which("gmake") or "make"
    with log.open("a", encoding="utf-8") as stream:
        done = subprocess.run(
            [*prefix, program, f"-j{jobs()}", *targets],
            cwd=folder,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    return done.returncode
