"""Is it what it was? A rebuild compared with the manifest, and two states of the results.

Level A: on the recorded fingerprint every byte must be as recorded. Level B: elsewhere the values
to six significant digits, and the decoded pixels within a stated tolerance.
"""

import shutil
import tarfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from framelines import comparison, fingerprint, manifest, scratch
from framelines.comparison import FRESH, LOST, MOVED, Change
from framelines.corpus import REPO
from framelines.problems import DataError, Problem

LEVELS = {
    "A": "level A: every byte is compared",
    "B": "level B: values are compared to six significant digits, and pixels "
    f"(at most {comparison.PIXELS:.1%} may differ by more than {comparison.LEVELS} of 255)",
}
LONGEST = 30
NO_EFFECT = ", and moved no result"
STALE = "the committed file is not the recorded one: make manifest"
# What a result is made from: where to look when one has moved.
CAUSES = "data lib notebooks matplotlibrc requirements.lock Makefile".split()


@dataclass
class Outcome:
    """What a verification found: of what, at which level and why, what moved, and its causes."""

    what: str
    level: str
    reasons: list[str]
    files: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    stopped: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything was built and is as recorded."""
        return not self.moved and not self.stopped

    def told(self) -> str:
        """Return the outcome in words."""
        lines = [f"{self.what[:1].upper()}{self.what[1:]}, at {LEVELS[self.level]}."]
        lines += [f"  {reason}" for reason in self.reasons]
        if self.stopped:
            return "\n".join([*lines, "", self.stopped])
        count = f"{len(self.moved)} of {len(self.files)} results are not as recorded"
        if self.passed:
            count = f"All {len(self.files)} results are as recorded"
        lines.append(f"{count} ({self.seconds:.0f} seconds).")
        if self.moved:
            lines += ["", comparison.told(self.changes)]
        if self.causes:
            lines += ["", f"Changed since the manifest was committed{NO_EFFECT * self.passed}"]
            lines += [f"  {cause}" for cause in self.causes]
        return "\n".join(lines)


# --- verify ------------------------------------------------------------------------------------


def level(recorded: Mapping[str, Any], root: Path = REPO) -> tuple[str, list[str]]:
    """Return at which level this machine can compare with a manifest, and why not at A."""
    here = (fingerprint.python_minor(), fingerprint.lock_digest(root))
    if recorded["fingerprint"] == fingerprint.digest(root):
        return "A", []
    reasons = []
    if recorded["python"] != here[0]:
        reasons.append(f"Python is {here[0]}; the manifest was written with {recorded['python']}")
    if recorded["lock"] != here[1]:
        reasons.append("requirements.lock is not the one that the manifest was written with")
    if differ := fingerprint.departures(root):
        reasons.append(f"packages that are not the lock's: {', '.join(differ)}")
    return "B", reasons or ["the processor or the system is not the one of the manifest"]


def verify(root: Path = REPO, *, place: Path | None = None) -> Outcome:
    """Rebuild everything in a scratch checkout, and compare it with the committed manifest.

    The checkout stays in `place` (`build/verify`). Raises `DataError` where the tree is dirty
    (see `scratch.make_scratch`) or has no manifest.
    """
    place = place or root / "build" / "verify"
    copy = scratch.make_scratch(place, root=root)
    recorded = manifest.read(copy.folder)
    scratch.link_environment(copy.folder)
    print(f"Rebuilding {copy.what} in {place}", flush=True)
    outcome = examine(copy, recorded)
    outcome.causes = causes(root)
    return outcome


def examine(
    copy: scratch.Scratch, recorded: Mapping[str, Any], prefix: Sequence[str] = ()
) -> Outcome:
    """Build a scratch checkout and compare it with a manifest; `prefix` goes before make."""
    outcome = Outcome(copy.what, *level(recorded, copy.folder))
    started = time.monotonic()
    outcome.stopped = rebuild(copy, prefix)
    outcome.seconds = time.monotonic() - started
    outcome.files = dict.fromkeys(recorded["files"], "not compared")
    if not outcome.stopped:
        judge(outcome, recorded["files"], copy)
    return outcome


def rebuild(copy: scratch.Scratch, prefix: Sequence[str] = ()) -> str:
    """Build everything in a scratch checkout; return in words what stopped it, or nothing."""
    log = copy.folder.parent / "make.log"
    if scratch.make(copy.folder, prefix=prefix, log=log) == 0:
        return ""
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(["The build stopped. Its last words:", *(f"  {x}" for x in said[-20:])])


def judge(outcome: Outcome, recorded: dict[str, str], copy: scratch.Scratch) -> None:
    """Enter into `outcome` which results of a scratch checkout are not as recorded."""
    built = manifest.sums(copy.folder)
    for name in sorted(set(recorded) | set(built)):
        if name not in built:
            outcome.moved[name] = LOST
        elif name not in recorded:
            outcome.moved[name] = FRESH
        elif recorded[name] != built[name]:
            old, new = copy.recorded / name, copy.folder / name
            if outcome.level == "A" or not comparison.agrees(name, old, new):
                outcome.moved[name] = MOVED
    # What stands in the tree must be what the manifest records, or it vouches for nothing.
    for name, digest in recorded.items():
        path = copy.recorded / name
        if manifest.committed(name) and not (path.is_file() and manifest.sha256(path) == digest):
            outcome.moved.setdefault(name, STALE)
    outcome.files = {name: outcome.moved.get(name, "as recorded") for name in recorded}
    same = str.__eq__ if outcome.level == "A" else comparison.same_values
    outcome.changes = comparison.changes(outcome.moved, copy.recorded, copy.folder, same)


def causes(root: Path) -> list[str]:
    """Return which inputs changed since the manifest was committed: names, and few changed lines.

    Without git's history there is nothing to tell.
    """
    try:
        since = scratch.git("log", "-1", "--format=%H", "--", manifest.FILE, root=root).strip()
        if not since:
            return []
        told = scratch.git("diff", "--numstat", since, "--", *CAUSES, root=root)
        found = []
        for added, gone, name in (line.split("\t") for line in told.splitlines()):
            found.append(f"{name} (lines added: {added}, taken away: {gone})")
            if {added, gone} <= {"0", "1", "2"}:
                lines = scratch.git("diff", "-U0", since, "--", name, root=root).splitlines()
                body = [line for line in lines if line[:1] in ("+", "-")]
                found += [f"    {line[0]} {line[1:]}" for line in body[2:]]
    except DataError:
        return []
    more = len(found) - LONGEST
    return found if more <= 0 else [*found[:LONGEST], f"… and {more} more lines"]


# --- the manifest ------------------------------------------------------------------------------


def write_manifest(root: Path = REPO) -> tuple[Path, int]:
    """Rebuild the working tree in a scratch checkout and record the results in the manifest.

    Returns the manifest's path and the number of results. Raises `DataError` where the build
    stops, a declared result is missing, a result is declared by nobody, or the tree holds other
    results than those that were built.
    """
    place = root / "build" / "manifest"
    copy = scratch.make_scratch(place, root=root, allow_dirty=True)
    scratch.link_environment(copy.folder)
    print(f"Building {copy.what} in {place}", flush=True)
    if stopped := rebuild(copy):
        raise DataError([Problem("make", stopped)])
    content = manifest.compose(copy.folder)
    fix = "Run make, and look at what moved: make diff"
    what = "the tree does not hold what the build makes"
    stale = [
        Problem(name, what, fix=fix)
        for name in sorted(set(content["files"]) | set(manifest.results(copy.recorded)))
        if manifest.committed(name) and not _same_bytes(copy.recorded / name, copy.folder / name)
    ]
    if stale:
        raise DataError(stale)
    shutil.rmtree(place)
    return manifest.write(content, root), len(content["files"])


def _same_bytes(first: Path, second: Path) -> bool:
    if not first.is_file() or not second.is_file():
        return False
    return first.read_bytes() == second.read_bytes()


# --- two states of the results -----------------------------------------------------------------


def diff(revision: str, root: Path = REPO) -> list[Change]:
    """Return what moved in the committed results from a revision to the working tree.

    `old..new` compares two revisions. Nothing is built. Raises `DataError` for a revision that
    git does not know.
    """
    first, between, second = revision.partition("..")
    place = root / "build" / "diff"
    shutil.rmtree(place, ignore_errors=True)
    old = _results_of(first or "HEAD", place / "old", root)
    new = _results_of(second or "HEAD", place / "new", root) if between else root
    one, two = ({n for n in manifest.results(side) if manifest.committed(n)} for side in (old, new))
    moved = {name: "it is gone" for name in one - two} | {name: "it is new" for name in two - one}
    moved |= {name: MOVED for name in one & two if not _same_bytes(old / name, new / name)}
    found = comparison.changes(moved, old, new)
    shutil.rmtree(place)
    return found


def _results_of(revision: str, folder: Path, root: Path) -> Path:
    """Lay the results of a revision down in `folder`; return it."""
    scratch.git("rev-parse", "--verify", f"{revision}^{{commit}}", root=root)
    listed = scratch.git("ls-tree", "--name-only", revision, *scratch.RESULTS, root=root).split()
    folder.mkdir(parents=True)
    if listed:
        archive = folder.with_suffix(".tar")
        scratch.git("archive", "-o", str(archive), revision, *listed, root=root)
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
    return folder
