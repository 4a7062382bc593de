"""Is it what it was? A rebuild held against `MANIFEST.json`, and two revisions of the results.

Where bytes differ, numbers must agree to six significant digits, in tables as in the coordinates
of a figure, for other processors round the last bits otherwise.
"""

import difflib
import hashlib
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from framelines import REPO, write_whole
from framelines.errors import DataError, Problem

FILE = "MANIFEST.json"
COMMITTED = ("figures/", "reports/")
PLACES = ("figures/**/*", "reports/**/*", "build/executed/**/*.ipynb")
# What of the caller's environment would speak to the build, to git or to Python.
CALLERS = ("MAKE", "MFLAGS", "GNUMAKEFLAGS", "PYTHONPATH", "CORPUS", "GIT_")
CUT = ("unshare", "-rn", "--")
NUMBER = re.compile("[-\u2212]?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?")
SHOWN = 20


def _run(root: Path, *command: str, shown: bool = False) -> subprocess.CompletedProcess[bytes]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(CALLERS)}
    own |= {"PYTHONPATH": str(root / "lib")}
    return subprocess.run(command, cwd=root, env=own, capture_output=not shown)


def git(root: Path, *arguments: str) -> str:
    """Return what git prints. Raises `DataError` in its words, or where there is no clone."""
    if not (root / ".git").exists():  # and not that of a folder above
        raise DataError([Problem("git", "this needs a clone of the repository")])
    done = _run(root, "git", *arguments)
    if done.returncode:
        raise DataError([Problem("git", done.stderr.decode("utf-8", "replace").strip())])
    return done.stdout.decode("utf-8", "surrogateescape")


def sums(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every result below `root` by its path."""
    paths = [path for place in PLACES for path in root.glob(place) if path.is_file()]
    names = {path.relative_to(root).as_posix(): path for path in paths if path.name[0] != "."}
    return {name: hashlib.sha256(names[name].read_bytes()).hexdigest() for name in sorted(names)}


def recorded(root: Path) -> dict[str, str]:
    """Return the sums that the manifest records. Raises `DataError` where it is no manifest."""
    try:
        results = json.loads((root / FILE).read_bytes())["results"]
        return {str(name): str(digest) for name, digest in results.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        fix = f"Restore it: git checkout -- {FILE}; or write it anew: make manifest"
        raise DataError([Problem(FILE, "this is no manifest of results", fix=fix)]) from None


def scratch(place: Path, root: Path = REPO, clean: bool = False) -> tuple[Path, Path, str]:
    """Lay down a copy of the working tree below `place` with its committed results set aside.

    Returns the copy, the folder of what was set aside, and in words what was copied. With `clean`,
    changes that are not committed raise `DataError`.
    """
    status = git(root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
    changed = [entry[3:] for entry in status.split("\0") if entry]
    if clean and changed:
        what, fix = "there are changes that are not committed", "Commit them, or: make verify"
        raise DataError([Problem("the tree", what, value=", ".join(changed[:5]), fix=fix)])
    shutil.rmtree(place, ignore_errors=True)
    copy, aside = place / "checkout", place / "recorded"
    aside.mkdir(parents=True)
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in {*listed.split("\0")} - {""}:
        target = (aside if name.startswith(COMMITTED) else copy) / name
        if (root / name).is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target)
    commit = git(root, "rev-parse", "--short=12", "HEAD").strip()
    more = f" with {len(changed)} changes that are not committed" if changed else ""
    return copy, aside, f"commit {commit}{more}"


def rebuild(copy: Path, prefix: tuple[str, ...] = ()) -> None:
    """Build everything in a copy with this environment. Raises `DataError` where it stops."""
    command = [*prefix, sys.executable, "-m", "framelines", "build"]
    if _run(copy, *command, shown=True).returncode:
        raise DataError([Problem("the rebuild", "it stopped; its last words tell why")])


def manifest(root: Path = REPO) -> int:
    """Rebuild the working tree in a copy and record the sums of all results; return 0."""
    copy, _, what = scratch(root / "build" / "manifest", root)
    print(f"Building {what}", flush=True)
    rebuild(copy)
    built = sums(copy)
    write_whole(root / FILE, json.dumps({"results": built}, indent=1) + "\n")
    shutil.rmtree(copy.parent)
    print(f"{FILE} records {len(built)} results")
    return 0


def verify(root: Path = REPO, *, clean: bool = False) -> int:
    """Rebuild the working tree and hold it against its manifest; return 0, or 2 if it moved.

    With `clean` it must be the commit, and the network is cut where it can be. Raises `DataError`
    where there is no manifest, the build stops, or as `scratch` does.
    """
    recorded(root)
    copy, aside, what = scratch(root / "build" / ("review" if clean else "verify"), root, clean)
    cut = clean and shutil.which(CUT[0]) and not _run(root, *CUT, "true").returncode
    print(f"Rebuilding {what} in {copy}, the network {'cut' if cut else 'as it is'}", flush=True)
    print(f"Python {platform.python_version()} on {platform.platform()}", flush=True)
    rebuild(copy, CUT if cut else ())
    lines, result = judge(copy, aside)
    print("\n".join([*lines, result]))
    if not lines:
        shutil.rmtree(copy.parent)
    return 2 if lines else 0


def judge(copy: Path, aside: Path) -> tuple[list[str], str]:
    """Return what is not as recorded in a rebuilt copy, a line each, and how much was compared."""
    known, built, kept = recorded(copy), sums(copy), sums(aside)
    lines, told, pages, close = list[str](), list[str](), list[str](), 0
    for name in sorted({*known, *built, *kept}):
        was, now, here = known.get(name), built.get(name), kept.get(name)
        if was and now and name.endswith((".html", "report.pdf", "article.pdf", ".ipynb")):
            pages += [f"{name}: other bytes than recorded"] * (was != now)
        elif now and now != was == here and agrees(name, aside, copy):
            close += 1
        elif not was == now == here:
            how = f"not as {FILE} says; if it was meant: make manifest" if now else "not built"
            if now and was == now:
                how = f"damaged or missing; restore it: git checkout -- {name}"
            lines.append(f"{name}: {how}")
            if now and here and now != here:
                told += changes(name, _text(aside / name), _text(copy / name))
    # Where a machine rounds otherwise, the bytes of pages tell nothing.
    lines += pages if not close else []
    result = f"{len(known)} results: {len(lines)} not as recorded"
    result += f", {close} with other bytes and the same values" if close else ""
    return [*lines, *told], f"{result}."


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def same_values(old: str, new: str) -> bool:
    """Whether two texts differ at most in numbers, by one unit of the sixth significant digit.

    Whole numbers must be equal. Below 1e-12 all is nought, for statistics are rounded so.
    """
    if NUMBER.split(old) != NUMBER.split(new):
        return False
    for pair in zip(NUMBER.findall(old), NUMBER.findall(new), strict=True):
        a, b = (float(text.replace("\u2212", "-")) for text in pair)
        unit = 10.0 ** (math.floor(math.log10(max(abs(a), abs(b)))) - 5) if a or b else 0.0
        whole = all(text.lstrip("-\u2212").isdigit() for text in pair)
        if a != b and (whole or abs(a - b) > max(1.01 * unit, 1e-12)):
            return False
    return True


def agrees(name: str, old: Path, new: Path) -> bool:
    """Whether a result agrees in its values; a picture is compared as the SVG of its name."""
    if name.endswith((".png", ".pdf")):
        name = f"{name.rpartition('.')[0]}.svg"
    texts = _text(old / name), _text(new / name)
    return all(texts) and same_values(*texts)


def changes(name: str, old: str, new: str) -> list[str]:
    """Return the lines of numbers or of a table `name` that moved; nothing of a picture."""
    if not name.endswith((".csv", ".json")):
        return []
    found = difflib.unified_diff(_lines(name, old), _lines(name, new), lineterm="", n=0)
    told = [f"columns: {(new or old).splitlines()[0]}"] * name.endswith(".csv")
    told += [f"{line[0]} {line[1:]}" for line in found if line[0] in "+-"][2:]
    more = [f"… and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    return ["", name, *(f"  {line}" for line in told[:SHOWN] + more)]


def _lines(name: str, text: str) -> list[str]:
    """What a result says: verdicts, and numbers with the findings that they feed; or its rows."""
    try:
        record = json.loads(text) if name.endswith(".json") else {}
        lines = [f"{one['name']}: “{one['verdict']}”" for one in record["findings"]]
        for key, entry in record["numbers"].items():
            fed = "; ".join(one["name"] for one in record["findings"] if key in one["numbers"])
            feeds = f"; feeds {fed}" if fed else ""
            lines.append(f"{key}: {entry['value']} {entry['unit']}".rstrip() + feeds)
        return lines
    except (ValueError, KeyError, TypeError):
        return text.splitlines()


def diff(revision: str = "HEAD", root: Path = REPO) -> int:
    """Print what moved in numbers and tables since a revision, or in `old..new`; return 0."""
    one_commit = ("rev-list", "-1", "--end-of-options")
    ends = [git(root, *one_commit, e or "HEAD", "--").strip() for e in revision.split("..", 1)]
    listed = git(root, "diff", "-z", "--name-only", "--no-renames", *ends, "--", *COMMITTED)
    if len(ends) == 1:
        listed += git(root, "ls-files", "-z", "--others", "--exclude-standard", *COMMITTED)
    names = sorted({*listed.split("\0")} - {""})
    lines = list[str]()
    for name in names:
        shown = [_run(root, "git", "show", f"{end}:{name}").stdout for end in ends]
        texts = [text.decode("utf-8", "replace") for text in shown]
        lines += changes(name, *texts, *([] if len(ends) == 2 else [_text(root / name)]))
    print("\n".join([*lines, f"{len(names)} files of results differ."]).lstrip("\n"))
    return 0
