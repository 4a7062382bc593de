"""Is it what it was? A rebuild held against `MANIFEST.json`, and two revisions of the results.

Where the bytes of a table or a figure differ, numbers must agree, for other processors round the
last bits otherwise.
"""

import difflib
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from framelines import REPO, sums, write_whole
from framelines.errors import DataError, Problem

FILE, SHOWN = "MANIFEST.json", 20
COMMITTED = ("figures/**/*", "reports/**/*.[!h]*")
BUILT = (*COMMITTED, "reports/**/*.html", "build/executed/**/*.ipynb")
# What shows other results, an SVG among them; the first two kinds are not committed.
SHOWING = (".html", ".ipynb", ".pdf", ".png")
CUT = ("unshare", "-rn", "--")
NUMBER = re.compile("[-\u2212]?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?")


def _run(root: Path, *command: str, shown: bool = False) -> subprocess.CompletedProcess[bytes]:
    own = os.environ | {"PYTHONPATH": str(root / "lib")}
    return subprocess.run(command, cwd=root, env=own, capture_output=not shown)


def git(root: Path, *arguments: str) -> str:
    """Return what git prints. Raises `DataError` in its words, or where there is no clone."""
    if not (root / ".git").exists():  # and not that of a folder above
        raise DataError([Problem("git", "this needs a clone of the repository")])
    done = _run(root, "git", *arguments)
    if done.returncode:
        raise DataError([Problem("git", done.stderr.decode("utf-8", "replace").strip())])
    return os.fsdecode(done.stdout)


def tree(root: Path) -> list[str]:
    """Return the files that git tracks or would. Raises `DataError` where there is no clone."""
    names = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return sorted(name for name in {*names[:-1]} if (root / name).is_file())


def scratch(copy: Path, root: Path = REPO, clean: bool = False) -> str:
    """Lay down a copy of the working tree without its results; return in words what it is of.

    With `clean`, changes that are not committed raise `DataError`.
    """
    changed = [line[3:] for line in git(root, "status", "--porcelain").splitlines()]
    if clean and changed:
        what, fix = "there are changes that are not committed", "Commit them, or: make verify"
        raise DataError([Problem("the tree", what, value=", ".join(changed[:5]), fix=fix)])
    shutil.rmtree(copy, ignore_errors=True)
    for name in tree(root):
        if not name.startswith(("figures/", "reports/")):
            write_whole(copy / name, (root / name).read_bytes())
    commit = git(root, "rev-parse", "--short=12", "HEAD").strip()
    more = f" with {len(changed)} changes that are not committed" if changed else ""
    return f"commit {commit}{more}"


def recorded(root: Path) -> dict[str, str]:
    """Return the sums that the manifest records. Raises `DataError` where it is no manifest."""
    try:
        return dict(json.loads((root / FILE).read_bytes())["results"])
    except (ValueError, KeyError, TypeError):
        fix = f"Restore it: git checkout -- {FILE}; or write it anew: make manifest"
        raise DataError([Problem(FILE, "this is no manifest of results", fix=fix)]) from None


def rebuild(copy: Path, *prefix: str) -> None:
    """Build everything in a copy with this environment. Raises `DataError` where it stops."""
    command = [*prefix, sys.executable, "-m", "framelines", "build"]
    if _run(copy, *command, shown=True).returncode:
        raise DataError([Problem("the rebuild", "it stopped; its last words tell why")])


def manifest(root: Path = REPO) -> int:
    """Rebuild everything in a copy and record the sums of all results; return 0."""
    copy = root / "build" / "manifest"
    print(f"Building {scratch(copy, root)}", flush=True)
    rebuild(copy)
    built = sums(*BUILT, root=copy)
    write_whole(root / FILE, json.dumps({"results": built}, indent=1) + "\n")
    shutil.rmtree(copy)
    print(f"{FILE} records {len(built)} results")
    return 0


def verify(root: Path = REPO, *, clean: bool = False) -> int:
    """Rebuild everything in a copy and name what is not as recorded; return 0, or 2 if anything.

    With `clean` it must be the commit, and the network is cut where it can be. Raises `DataError`
    where the build stops, or as `scratch` does.
    """
    known, copy = recorded(root), root / "build" / ("review" if clean else "verify")
    what = scratch(copy, root, clean)
    cut = clean and shutil.which(CUT[0]) and not _run(root, *CUT, "true").returncode
    print(f"Rebuilding {what} in {copy}, the network {'cut' if cut else 'as it is'}", flush=True)
    print(f"Python {platform.python_version()} on {platform.platform()}", flush=True)
    rebuild(copy, *(CUT if cut else ()))
    built = sums(*BUILT, root=copy)
    kept = {name: built[name] for name in built if name.endswith(SHOWING[:2])}
    kept |= sums(*COMMITTED, root=root)
    differing = {n for n in {*kept} & {*built} if kept[n] != built[n] and not n.endswith(SHOWING)}
    close = {name for name in differing if same_values(_text(root / name), _text(copy / name))}
    lines, wrong = list[str](), 0
    for name in sorted({*known, *built, *kept}):
        was, here = known.get(name), kept.get(name)
        now = here if name in close else built.get(name)
        # Where a machine rounds otherwise, the bytes of pages and pictures tell nothing.
        if was == now == here or (close and name.endswith(SHOWING)):
            continue
        how = f"not as {FILE} says; if it was meant: make manifest" if now else "not built"
        if now and was == now:
            how = f"damaged or missing; restore it: git checkout -- {name}"
        lines += [f"{name}: {how}", *(_moved(name, root, copy) if now and here else ())]
        wrong += 1
    more = f", {len(close)} with other bytes and the same values" if close else ""
    print("\n".join([*lines, f"{len(known)} results: {wrong} not as recorded{more}."]))
    if wrong:
        return 2
    shutil.rmtree(copy)
    return 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def same_values(old: str, new: str) -> bool:
    """Whether two texts differ at most in numbers, by one unit of the sixth significant digit.

    Whole numbers must be equal. Below 1e-12 all is nought, for statistics are rounded so.
    """
    old, new = (text.replace("\u2212", "-") for text in (old, new))
    if NUMBER.split(old) != NUMBER.split(new):
        return False
    for a, b in zip(NUMBER.findall(old), NUMBER.findall(new), strict=True):
        most = max(abs(float(a)), abs(float(b)), 1e-300)
        unit = max(1.01 * 10.0 ** (math.floor(math.log10(most)) - 5), 1e-12)
        whole = (a + b).replace("-", "").isdigit()
        if a != b and (whole or abs(float(a) - float(b)) > unit):
            return False
    return True


def _moved(name: str, old: Path, new: Path) -> list[str]:
    """The lines of numbers or of a table that moved; nothing of a picture."""
    if not name.endswith((".csv", ".json")):
        return []
    found = difflib.unified_diff(_said(old / name), _said(new / name), lineterm="", n=0)
    told = [f"  {line[0]} {line[1:]}" for line in found if line[0] in "+-"][2:]
    return told[:SHOWN] + [f"  … and {len(told) - SHOWN} more"] * (len(told) > SHOWN)


def _said(path: Path) -> list[str]:
    """What a result says: verdicts, and numbers with the findings that they feed; or its rows."""
    try:
        record = json.loads(_text(path))
        numbers, findings = record["numbers"], record["findings"]
    except (ValueError, KeyError, TypeError):
        return _text(path).splitlines()
    lines = [f"{one['name']}: “{one['verdict']}”" for one in findings]
    for key, entry in numbers.items():
        fed = "; ".join(one["name"] for one in findings if key in one["numbers"])
        lines.append(f"{key}: {entry['value']} {entry['unit']}; feeds {fed or 'no finding'}")
    return lines


def diff(revision: str = "HEAD", root: Path = REPO) -> int:
    """Print what moved in numbers and tables since a revision, or in `old..new`; return 0."""
    with TemporaryDirectory() as place:
        folders = list[Path]()
        for end in revision.split("..", 1):
            commit = git(root, "rev-list", "-1", "--end-of-options", end or "HEAD", "--").strip()
            folders.append(Path(place, str(len(folders))))
            git(root, "archive", "--format=zip", "-0", f"--output={folders[-1]}.zip", commit)
            shutil.unpack_archive(f"{folders[-1]}.zip", folders[-1])
        old, new = [*folders, root][:2]
        was, now = (sums(*COMMITTED, root=folder) for folder in (old, new))
        names = sorted(name for name in {*was, *now} if was.get(name) != now.get(name))
        for name in names:
            print("\n".join([name, *_moved(name, old, new)]))
    print(f"{len(names)} files of results differ.")
    return 0
