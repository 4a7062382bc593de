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
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from framelines import REPO, write_whole
from framelines.errors import DataError, Problem

FILE = "MANIFEST.json"
COMMITTED = ("figures", "reports")
PLACES = ("figures/**/*", "reports/**/*", "build/executed/**/*.ipynb", "build/paper/*.pdf")
CUT = ("unshare", "-rn", "--")
# What of the caller's environment would speak to the build, to git or to Python.
CALLERS = ("MAKE", "MFLAGS", "GNUMAKEFLAGS", "PYTHONPATH", "CORPUS", "GIT_")
NUMBER = re.compile("[-\u2212]?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
# At most this share of the pixels may differ by more than this many of 255.
PIXELS, LEVELS = 0.001, 16
PICTURES, SHOWN = (".svg", ".pdf", ".png"), 10

Read = Callable[[str], bytes]  # the content of a result by its name; nothing where there is none


def git(*arguments: str, root: Path = REPO) -> bytes:
    """Return what git prints. Raises `DataError` in its words, or where there is no git."""
    if not (root / ".git").exists():
        what, fix = "this folder is no git repository", "Take a clone; plain make needs no git"
        raise DataError([Problem("git", what, fix=fix)])
    try:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=root, env=_environment(), capture_output=True)
    except FileNotFoundError:
        raise DataError([Problem("git", "this program is needed and is not here")]) from None
    if done.returncode:
        raise DataError([Problem("git", done.stderr.decode("utf-8", "replace").strip())])
    return done.stdout


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(CALLERS)}


# What there is, and what was recorded.


def sums(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every result below `root` by its path."""
    found = {path for place in PLACES for path in root.glob(place) if path.is_file()}
    names = {path.relative_to(root).as_posix(): path for path in found if path.name[0] != "."}
    return {name: hashlib.sha256(names[name].read_bytes()).hexdigest() for name in sorted(names)}


def is_committed(name: str) -> bool:
    """Whether a result is committed with the tree, and not only built from it."""
    page = name.startswith("reports/") and name.endswith((".html", ".pdf"))
    return name.startswith(COMMITTED) and not page


def recorded(root: Path) -> dict[str, str]:
    """Return the sums that the manifest records. Raises `DataError` where it is no manifest."""
    fix = f"Restore it: git checkout -- {FILE}; or write it anew: make manifest"
    try:
        results = json.loads((root / FILE).read_bytes())["results"]
        if all(isinstance(digest, str) for digest in results.values()):
            return dict(results)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise DataError([Problem(FILE, "this is no manifest of results", fix=fix)])


# A rebuild.


def scratch(place: Path, root: Path = REPO, clean: bool = False) -> tuple[Path, Path, str]:
    """Lay down a copy of the tree below `place` with its results set aside.

    Returns the copy, the folder of what was set aside, and in words what was copied: the working
    tree as it is, or with `clean` a clone of its commit. Raises `DataError` where `clean` is asked
    for and there are changes that are not committed.
    """
    commit = git("rev-parse", "--short=12", "HEAD", root=root).decode().strip()
    changed = git("status", "--porcelain", root=root).decode("utf-8", "replace").splitlines()
    if clean and changed:
        what, shown = "there are changes that are not committed", ", ".join(changed[:5])
        fix = "Commit them; make verify takes the working tree as it is"
        raise DataError([Problem("the working tree", what, value=shown, fix=fix)])
    shutil.rmtree(place, ignore_errors=True)
    copy, aside = place / "checkout", place / "recorded"
    aside.mkdir(parents=True)
    if clean:
        git("clone", "--quiet", "--template=", str(root), str(copy), root=root)
    else:
        listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", root=root)
        for name in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
            if (root / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, copy / name)
    for name in COMMITTED:
        if (copy / name).exists():
            (copy / name).rename(aside / name)
    more = f", with {len(changed)} changes that are not committed" if changed else ""
    return copy, aside, f"commit {commit}{more}"


def rebuild(copy: Path, prefix: tuple[str, ...] = ()) -> None:
    """Build everything in a copy with this environment. Raises `DataError` where it stops."""
    command = [*prefix, sys.executable, "-m", "framelines", "build"]
    environment = _environment() | {"PYTHONPATH": str(copy / "lib")}
    log = copy.parent / "build.log"
    with log.open("wb") as told:
        done = subprocess.run(command, cwd=copy, env=environment, stdout=told, stderr=told)
    if done.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        raise DataError(
            [Problem("the rebuild", "\n  ".join(["it stopped. Its last words:", *last]))]
        )


def manifest(root: Path = REPO) -> int:
    """Rebuild the working tree in a copy and record the sums of all results.

    Raises `DataError` where the build stops, or the tree holds other results than the build makes.
    """
    copy, aside, what = scratch(root / "build" / "manifest", root)
    print(f"Building {what}", flush=True)
    rebuild(copy)
    built, kept = sums(copy), sums(aside)
    names = [name for name in sorted({*built, *kept}) if is_committed(name)]
    what, fix = "the tree does not hold what the build makes", "Run make, and look: make diff"
    stale = [Problem(n, what, fix=fix) for n in names if built.get(n) != kept.get(n)]
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
    lines, moved, close, pages = list[str](), list[str](), 0, list[str]()
    for name in sorted({*known, *built, *kept}):
        was, now, here = known.get(name), built.get(name), kept.get(name)
        restore = f"restore it: git checkout -- {name}"
        if not is_committed(name):
            pages += [name] if was != now else []
        elif now is None:
            what = "recorded, and no longer built: make manifest" if was else "no notebook makes it"
            lines.append(f"{name}: {what}" + (f"; remove it: git rm {name}" if here else ""))
        elif was == now == here:
            continue
        elif was == now:
            lines.append(f"{name}: {'damaged' if here else 'missing'}; {restore}")
            moved += [name] if here else []
        elif now == here:
            what = "records another sum" if was else "does not record it"
            fix = f"restore it: git checkout -- {FILE}; if the change is meant: make manifest"
            lines.append(f"{name}: built as it stands here, but {FILE} {what}; {fix}")
        elif was == here and agrees(name, old, new):
            close += 1
        else:
            lines.append(f"{name}: it moved")
            moved.append(name)
    if not close:  # else this machine rounds otherwise, and the bytes of pages tell nothing
        lines += [f"{name}: other bytes than recorded, or missing" for name in pages]
    told = f"{len(known)} results: {len(lines)} not as recorded"
    told += f", {close} with other bytes and the same values" if close else ""
    return [*lines, *changes(moved, old, new)], told + "."


def verify(root: Path = REPO) -> int:
    """Rebuild the working tree and hold it against its manifest; return 0, or 2 if it moved.

    The copy stays in build/verify/ if anything did. Raises `DataError` where there is no manifest
    or the build stops.
    """
    recorded(root)
    copy, aside, what = scratch(root / "build" / "verify", root)
    return 2 if _examine(copy, aside, what)[0] else 0


def review(root: Path = REPO) -> int:
    """Verify a clone of the commit without a network; write build/review.md; return 0 or 2.

    Raises `DataError` where changes are not committed, as well as `verify` does.
    """
    cut = (
        bool(shutil.which(CUT[0]))
        and not subprocess.run([*CUT, "true"], capture_output=True).returncode
    )
    recorded(root)
    copy, aside, what = scratch(root / "build" / "review", root, clean=True)
    lines, told = _examine(copy, aside, what, CUT if cut else ())
    about = {
        "Rebuilt": f"{what}, in a clean copy",
        "Network": "cut" if cut else "could not be cut here; nothing was installed",
        "Python": platform.python_version(),
        "Platform": f"{platform.system()} {platform.machine()}, {' '.join(platform.libc_ver())}",
        "Result": told,
    }
    text = ["# Review", "", *(f"* {key}: {value}" for key, value in about.items()), ""]
    write_whole(root / "build" / "review.md", "\n".join([*text, *(f"    {x}" for x in lines), ""]))
    print("The report: build/review.md")
    return 2 if lines else 0


def _examine(
    copy: Path, aside: Path, what: str, prefix: tuple[str, ...] = ()
) -> tuple[list[str], str]:
    print(f"Rebuilding {what}", flush=True)
    rebuild(copy, prefix)
    lines, told = judge(copy, aside)
    print("\n".join([*lines, told]))
    if not lines:
        shutil.rmtree(copy.parent)
    return lines, told


# What agreement is, and what moved.


def _reader(root: Path) -> Read:
    return lambda name: (root / name).read_bytes() if (root / name).is_file() else b""


def same_values(old: str, new: str) -> bool:
    """Whether two texts differ at most in numbers, by one unit of the sixth significant digit.

    Whole numbers must be equal.
    """
    if NUMBER.split(old) != NUMBER.split(new):
        return False
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return all(a == b or _close(a, b) for a, b in pairs)


def _close(old: str, new: str) -> bool:
    a, b = (text.replace("\u2212", "-") for text in (old, new))
    if a.lstrip("-").isdigit() and b.lstrip("-").isdigit():
        return False
    largest = max(abs(float(a)), abs(float(b)))
    unit = 10.0 ** (math.floor(math.log10(largest)) - 5) if largest else 0.0
    # Statistics are rounded to twelve decimals: below that all is nought.
    return abs(float(a) - float(b)) <= max(1.01 * unit, 1e-12)


def same_picture(old: bytes, new: bytes) -> bool:
    """Whether two PNG have one size and nearly the same pixels."""
    import numpy as np
    from PIL import Image

    if not old or not new:
        return False
    with Image.open(io.BytesIO(old)) as first, Image.open(io.BytesIO(new)) as second:
        if first.size != second.size:
            return False
        a, b = (np.asarray(image.convert("RGBA"), dtype=np.int16) for image in (first, second))
    return bool((np.abs(a - b).max(axis=2) > LEVELS).mean() <= PIXELS)


def agrees(name: str, old: Read, new: Read) -> bool:
    """Whether a result agrees in its values; a picture is compared as the PNG of its name."""
    if name.endswith(PICTURES):
        image = f"{name.rpartition('.')[0]}.png"
        return same_picture(old(image), new(image))
    return same_values(*(side(name).decode("utf-8", "replace") for side in (old, new)))


def changes(names: list[str], old: Read, new: Read) -> list[str]:
    """Return in words what moved in the numbers and tables among `names`."""
    lines = []
    for name in names:
        if re.fullmatch(r"reports/[^/]+/numbers/[^/]+\.json", name):
            told = list(_numbers(*(_record(side(name)) for side in (old, new))))
        elif name.endswith(".csv"):
            told = _cells(*(side(name).decode("utf-8", "replace") for side in (old, new)))
        else:
            continue
        more = [f"… and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
        lines += ["", name, *(f"  {line}" for line in told[:SHOWN] + more)]
    return lines


def _record(content: bytes) -> dict[str, Any]:
    try:
        record = json.loads(content or b"{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _numbers(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Every number that moved with the findings that it feeds, and every verdict that changed."""
    before, after = old.get("numbers", {}), new.get("numbers", {})
    findings = {
        f.get("name", f.get("text")): f
        for f in [*old.get("findings", []), *new.get("findings", [])]
    }
    for key in [*before, *(key for key in after if key not in before)]:
        if before.get(key) != after.get(key):
            fed = [name for name, finding in findings.items() if key in finding["numbers"]]
            feeds = f"; feeds {'; '.join(fed)}" if fed else ""
            yield f"{key}: {_shown(before.get(key))} → {_shown(after.get(key))}{feeds}"
    verdicts = [
        {f.get("name"): f.get("verdict") for f in s.get("findings", [])} for s in (old, new)
    ]
    for name in sorted({*verdicts[0], *verdicts[1]} - {None}):
        first, second = (side.get(name, "(none)") for side in verdicts)
        if first != second:
            yield f"{name}: the verdict was “{first}” and is “{second}”"


def _shown(entry: dict[str, Any] | None) -> str:
    if not entry:
        return "(none)"
    text = f"{entry['text']} {entry['unit']}".strip()
    hidden = isinstance(entry["value"], float) and str(entry["value"]) != entry["text"]
    return f"{text} ({entry['value']})" if hidden else text


def _cells(old: str, new: str) -> list[str]:
    """The lines of a table that changed, `- ` before the old and `+ ` before the new."""
    found = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
    head = [f"columns: {(new or old).splitlines()[0]}"] if found else []
    return head + [f"{line[0]} {line[1:]}" for line in found if line[0] in "+-"]


def diff(revision: str = "HEAD", root: Path = REPO) -> int:
    """Print what moved in numbers and tables since a revision, or in `old..new`; return 0.

    Nothing is built. Raises `DataError` for a revision that git does not know.
    """
    first, between, second = revision.partition("..")
    ends = [first or "HEAD", *([second.lstrip(".") or "HEAD"] if between else [])]
    for end in ends:
        git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{end}^{{commit}}", root=root)
    listed = git("diff", "-z", "--name-only", "--no-renames", *ends, "--", *COMMITTED, root=root)
    if not between:
        listed += git("ls-files", "-z", "--others", "--exclude-standard", *COMMITTED, root=root)
    names = sorted({*listed.decode("utf-8", "surrogateescape").split("\0")} - {""})

    def of(end: str) -> Read:
        return lambda name: git("show", f"{end}:{name}", root=root) if name in held[end] else b""

    held = {
        end: {
            *git("ls-tree", "-rz", "--name-only", end, *COMMITTED, root=root).decode().split("\0")
        }
        for end in ends
    }
    lines = changes(names, of(ends[0]), of(ends[1]) if between else _reader(root))
    print("\n".join([*lines, f"{len(names)} files of results differ."]).lstrip("\n"))
    return 0
