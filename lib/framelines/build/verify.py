"""Is it what it was? A rebuild held against `MANIFEST.json`, and two revisions of the results.

Bytes are compared first. Where they differ, numbers must agree to six significant digits and
pictures in their pixels, for other processors round the last bits otherwise. A page holds nothing
that is not in the numbers, tables and figures.
"""

import difflib
import hashlib
import io
import json
import math
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from framelines import REPO, write_whole
from framelines.errors import DataError, Problem

FILE = "MANIFEST.json"
COMMITTED = ("figures/", "reports/")
PLACES = ("figures/**/*", "reports/**/*", "build/executed/**/*.ipynb", "build/paper/*.pdf")
# What of the caller's environment would speak to the build, to git or to Python.
CALLERS = ("MAKE", "MFLAGS", "GNUMAKEFLAGS", "PYTHONPATH", "CORPUS", "GIT_")
CUT = ("unshare", "-rn", "--")
NUMBER = re.compile("[-\u2212]?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
# At most this share of the pixels may differ by more than this many of 255.
PIXELS, LEVELS = 0.001, 16
SHOWN = 20

BENCHMARKS = """\
# How long a rebuild takes

Written by `make bench`: every notebook of every case, the pages, the PDFs and the article, in a
copy of the tree with the environment in place, on every core.

Of {what}: {machine}.

| what | seconds | CPU seconds |
|---|---|---|
{rows}
The first edition (7b343a8) took 129 seconds and 249 CPU seconds for a clean build of the same
texts, on two cores, and 0.2 seconds where there was nothing to do.
"""

Read = Callable[[str], bytes]  # the content of a result by its name; nothing where there is none


def _run(root: Path, *command: str, shown: bool = False) -> subprocess.CompletedProcess[bytes]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(CALLERS)}
    own |= {"PYTHONPATH": str(root / "lib")}
    return subprocess.run(command, cwd=root, env=own, capture_output=not shown)


def git(root: Path, *arguments: str) -> str:
    """Return what git prints. Raises `DataError` in its words, or where there is no git."""
    if not (root / ".git").exists() or shutil.which("git") is None:
        what, fix = "this needs git, and a clone of the repository", "Plain make needs neither"
        raise DataError([Problem("git", what, fix=fix)])
    done = _run(root, "git", *arguments)
    if done.returncode:
        raise DataError([Problem("git", done.stderr.decode("utf-8", "replace").strip())])
    return done.stdout.decode("utf-8", "surrogateescape")


# What there is, and what was recorded.


def sums(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every result below `root` by its path."""
    paths = [path for place in PLACES for path in root.glob(place) if path.is_file()]
    names = {path.relative_to(root).as_posix(): path for path in paths if path.name[0] != "."}
    return {name: hashlib.sha256(names[name].read_bytes()).hexdigest() for name in sorted(names)}


def is_committed(name: str) -> bool:
    """Whether a result is committed with the tree, and not only built from it."""
    page = name.startswith("reports/") and name.endswith((".html", ".pdf"))
    return name.startswith(COMMITTED) and not page


def recorded(root: Path) -> dict[str, str]:
    """Return the sums that the manifest records. Raises `DataError` where it is no manifest."""
    try:
        results = json.loads((root / FILE).read_bytes())["results"]
        return {str(name): str(digest) for name, digest in results.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        fix = f"Restore it: git checkout -- {FILE}; or write it anew: make manifest"
        raise DataError([Problem(FILE, "this is no manifest of results", fix=fix)]) from None


# A rebuild.


def scratch(place: Path, root: Path = REPO, clean: bool = False) -> tuple[Path, Path, str]:
    """Lay down a copy of the tree below `place` with its committed results set aside.

    Returns the copy, the folder of what was set aside, and in words what was copied: the working
    tree as it is or, with `clean`, the commit; then changes that are not committed raise
    `DataError`.
    """
    changed = git(root, "diff", "-z", "--name-only", "--no-renames", "HEAD").split("\0")
    changed += git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    changed = [name for name in changed if name]
    if clean and changed:
        what, fix = "there are changes that are not committed", "Commit them, or: make verify"
        raise DataError([Problem("the tree", what, value=", ".join(changed[:5]), fix=fix)])
    shutil.rmtree(place, ignore_errors=True)
    copy, aside = place / "checkout", place / "recorded"
    aside.mkdir(parents=True)
    git(root, "clone", "--quiet", "--template=", str(root), str(copy))
    for name in changed:
        (copy / name).unlink(missing_ok=True)
        if (root / name).is_file():
            write_whole(copy / name, (root / name).read_bytes())
    for name in COMMITTED:
        if (copy / name).exists():
            (copy / name).rename(aside / name)
    commit = git(root, "rev-parse", "--short=12", "HEAD").strip()
    more = f" with {len(changed)} changes that are not committed" if changed else ""
    return copy, aside, f"commit {commit}{more}"


def rebuild(copy: Path, prefix: tuple[str, ...] = ()) -> None:
    """Build everything in a copy with this environment. Raises `DataError` where it stops."""
    command = [*prefix, sys.executable, "-m", "framelines", "build"]
    if _run(copy, *command, shown=True).returncode:
        raise DataError([Problem("the rebuild", "it stopped; its last words tell why")])


def manifest(root: Path = REPO) -> int:
    """Rebuild the working tree in a copy and record the sums of all results; return 0.

    Raises `DataError` where the build stops, or the tree holds other results than the build makes.
    """
    copy, aside, what = scratch(root / "build" / "manifest", root)
    print(f"Building {what}", flush=True)
    rebuild(copy)
    built, kept = sums(copy), sums(aside)
    what, fix = "the tree does not hold what the build makes", "Run make, and look: make diff"
    names = sorted(name for name, _ in built.items() ^ kept.items() if is_committed(name))
    stale = [Problem(name, what, fix=fix) for name in dict.fromkeys(names)]
    if stale:
        raise DataError(stale)
    write_whole(root / FILE, json.dumps({"results": built}, indent=1) + "\n")
    shutil.rmtree(copy.parent)
    print(f"{FILE} records {len(built)} results")
    return 0


def judge(copy: Path, aside: Path) -> tuple[list[str], str]:
    """Return what is not as recorded, a line each, and in one sentence how much was compared.

    `copy` is a rebuilt copy with its manifest, `aside` holds the results as they were committed.
    """
    known, built, kept = recorded(copy), sums(copy), sums(aside)
    old, new = _reader(aside), _reader(copy)
    lines, moved, pages, close = list[str](), list[str](), list[str](), 0
    for name in sorted({*known, *built, *kept}):
        was, now, here = known.get(name), built.get(name), kept.get(name)
        if was and now and not is_committed(name):
            pages += [f"{name}: other bytes than recorded"] * (was != now)
        elif now and now != was == here and agrees(name, old, new):
            close += 1
        elif not was == now == here:
            lines.append(f"{name}: {_verdict(name, was, now, here)}")
            moved += [name] if now and here else []
    # Where a machine rounds otherwise, the bytes of pages tell nothing.
    lines += pages if not close else []
    told = f"{len(known)} results: {len(lines)} not as recorded"
    told += f", {close} with other bytes and the same values" if close else ""
    return [*lines, *changes(moved, old, new)], f"{told}."


def _verdict(name: str, was: str | None, now: str | None, here: str | None) -> str:
    """What became of a result, by its sums in the manifest, the rebuild and the tree."""
    if not now:
        gone = "recorded, and not built" if was else "no notebook makes it"
        return f"{gone}; if it should go: git rm {name}, make manifest"
    if not was and not here:
        return "built, and not recorded; if it was meant: make manifest"
    if was == now:
        return f"{'damaged' if here else 'missing'}; restore it: git checkout -- {name}"
    if now == here:
        restore = f"restore it: git checkout -- {FILE}; if it was meant: make manifest"
        return f"built as it stands here, but {FILE} does not say so; {restore}"
    return "it moved"


def verify(root: Path = REPO, *, clean: bool = False) -> int:
    """Rebuild the working tree and hold it against its manifest; return 0, or 2 if it moved.

    With `clean` the commit is rebuilt instead, without a network, and build/review.md tells of it.
    Raises `DataError` where there is no manifest, the build stops, or as `scratch` does.
    """
    recorded(root)
    place = root / "build" / ("review" if clean else "verify")
    copy, aside, what = scratch(place, root, clean)
    cut = clean and shutil.which(CUT[0]) and not _run(root, *CUT, "true").returncode
    print(f"Rebuilding {what} in {copy}", flush=True)
    rebuild(copy, CUT if cut else ())
    lines, told = judge(copy, aside)
    print("\n".join([*lines, told]))
    if clean:
        network = "cut" if cut else "it could not be cut; nothing was installed"
        python, machine = platform.python_version(), platform.platform()
        text = f"# Review\n\n* Rebuilt: {what}, in a clean copy\n* Network: {network}\n"
        text += f"* Python: {python}\n* Platform: {machine}\n* Result: {told}\n\n"
        write_whole(root / "build" / "review.md", text + "".join(f"    {x}\n" for x in lines))
        print("The report: build/review.md")
    if not lines:
        shutil.rmtree(place)
    return 2 if lines else 0


def review(root: Path = REPO) -> int:
    """Do what a reviewer does: `verify` with `clean`; return 0 or 2."""
    return verify(root, clean=True)


# What agreement is, and what moved.


def _reader(root: Path, revision: str = "") -> Read:
    """The results below `root` as they are, or as they were at a revision."""
    if revision:
        return lambda name: _run(root, "git", "show", f"{revision}:{name}").stdout
    return lambda name: (root / name).read_bytes() if (root / name).is_file() else b""


def same_values(old: str, new: str) -> bool:
    """Whether two texts differ at most in numbers, by one unit of the sixth significant digit.

    Whole numbers must be equal. Below 1e-12 all is nought, for statistics are rounded so.
    """
    if NUMBER.split(old) != NUMBER.split(new):
        return False
    for pair in zip(NUMBER.findall(old), NUMBER.findall(new), strict=True):
        a, b = (text.replace("\u2212", "-") for text in pair)
        apart, largest = abs(float(a) - float(b)), max(abs(float(a)), abs(float(b)))
        # Beyond all numbers are pieces of digests such as 12e456.
        unit = 10.0 ** (math.floor(math.log10(largest)) - 5) if 0 < largest < math.inf else 0.0
        whole = a.lstrip("-").isdigit() and b.lstrip("-").isdigit()
        if a != b and (whole or not apart <= max(1.01 * unit, 1e-12)):
            return False
    return True


def same_picture(old: bytes, new: bytes) -> bool:
    """Whether two PNG have one size and nearly the same pixels."""
    import numpy as np
    from PIL import Image

    images = [Image.open(io.BytesIO(side)).convert("RGBA") for side in (old, new) if side]
    if len(images) < 2 or images[0].size != images[1].size:
        return False
    a, b = (np.asarray(image, dtype=np.int16) for image in images)
    return bool((np.abs(a - b).max(axis=2) > LEVELS).mean() <= PIXELS)


def agrees(name: str, old: Read, new: Read) -> bool:
    """Whether a result agrees in its values; a picture is compared as the PNG of its name."""
    base, _, ending = name.rpartition(".")
    if ending in ("svg", "pdf", "png"):
        return same_picture(old(f"{base}.png"), new(f"{base}.png"))
    return same_values(*(side(name).decode("utf-8", "replace") for side in (old, new)))


def changes(names: list[str], old: Read, new: Read) -> list[str]:
    """Return in words what moved in the numbers and tables among `names`."""
    lines = []
    for name in names:
        a, b = (side(name).decode("utf-8", "replace") for side in (old, new))
        if not name.endswith((".json", ".csv")):
            continue
        if not (a and b):
            told = ["it is new" if b else "it is gone"]
        elif name.endswith(".json"):
            told = _numbers(a, b)
        else:
            found = list(difflib.unified_diff(a.splitlines(), b.splitlines(), lineterm="", n=0))
            told = [f"columns: {b.splitlines()[0]}"]
            told += [f"{line[0]} {line[1:]}" for line in found[2:] if line[0] in "+-"]
        more = [f"… and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
        lines += ["", name, *(f"  {line}" for line in told[:SHOWN] + more)]
    return lines


def _numbers(old: str, new: str) -> list[str]:
    """Every verdict that changed, and every number that moved with the findings that it feeds."""
    try:
        records = [json.loads(text) for text in (old, new)]
        one, two = ({f.get("name", f.get("anchor")): f for f in r["findings"]} for r in records)
        before, after = (record["numbers"] for record in records)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["one of the two is no record of numbers"]
    lines = []
    for name in [name for name in one if name in two]:
        first, second = (side[name].get("verdict", "(none)") for side in (one, two))
        if first != second:
            lines.append(f"{name}: the verdict was “{first}” and is “{second}”")
    for key in [key for key in before if key in after]:
        a, b = _shown(before[key]), _shown(after[key])
        fed = [name for name, finding in (one | two).items() if key in finding["numbers"]]
        if a != b:
            lines.append(f"{key}: {a} → {b}" + (f"; feeds {'; '.join(fed)}" if fed else ""))
    for what, first, second in (("findings", one, two), ("numbers", before, after)):
        gone, fresh = (
            ", ".join(sorted({*first} - {*second})),
            ", ".join(sorted({*second} - {*first})),
        )
        lines += [f"{what} that are gone: {gone}"] * bool(gone)
        lines += [f"new {what}: {fresh}"] * bool(fresh)
    return lines


def _shown(entry: dict[str, Any]) -> str:
    text = f"{entry['text']} {entry['unit']}".strip()
    return text if str(entry["value"]) == entry["text"] else f"{text} ({entry['value']})"


def diff(revision: str = "HEAD", root: Path = REPO) -> int:
    """Print what moved in numbers and tables since a revision, or in `old..new`; return 0.

    Nothing is built. Raises `DataError` for a revision that git does not know.
    """
    first, between, second = revision.partition("..")
    ends = [first or "HEAD", *([second or "HEAD"] if between else [])]
    for end in ends:
        if (
            end[0] == "-"
            or _run(root, "git", "rev-parse", "--verify", f"{end}^{{commit}}").returncode
        ):
            raise DataError([Problem("git", "there is no such revision", value=end)])
    listed = git(root, "diff", "-z", "--name-only", "--no-renames", *ends, "--", *COMMITTED)
    if not between:
        listed += git(root, "ls-files", "-z", "--others", "--exclude-standard", *COMMITTED)
    names = sorted({*listed.split("\0")} - {""})
    sides = [_reader(root, end) for end in [*ends, ""]]
    lines = changes(names, sides[0], sides[1])
    print("\n".join([*lines, f"{len(names)} files of results differ."]).lstrip("\n"))
    return 0


def bench(root: Path = REPO) -> Path:
    """Time three builds in a copy of the tree, into docs/benchmarks.md; return its path."""
    copy, _, what = scratch(root / "build" / "bench", root)
    table, rows = copy / "data" / "example" / "claims.csv", []
    for about in ("a clean build", "nothing to do", "one table of one case changed"):
        if about.startswith("one"):
            table.write_text(
                table.read_text(encoding="utf-8").rstrip("\n") + "x\n", encoding="utf-8"
            )
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        rebuild(copy)
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        rows.append(f"| {about} | {wall:.1f} | {cpu:.1f} |\n")
    shutil.rmtree(copy.parent)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    text = BENCHMARKS.format(what=what, machine=machine, rows="".join(rows))
    return write_whole(root / "docs" / "benchmarks.md", text)
