"""Framelines: how do opposing sources tell the same war?

The rooms, in the order in which they may import one another: `corpus` and `methods`, `tables`,
`analyses`, `figures`, `report`, `build`. See docs/architecture.md.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from glob import glob
from hashlib import sha256
from pathlib import Path
from typing import IO

REPO = Path(__file__).resolve().parents[2]


def notebooks(root: Path = REPO) -> list[str]:
    """Return the names of all notebooks, without their ending."""
    return sorted(path.stem for path in (root / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def sums(*patterns: str, root: Path = REPO) -> dict[str, str]:
    """Return the SHA-256 of every file below `root` that a pattern names, by its path."""
    found = {name for one in patterns for name in glob(one, root_dir=root, recursive=True)}
    paths = {name: os.path.join(root, name) for name in sorted(found)}
    return {n: _sum(at, os.stat(at).st_mtime_ns) for n, at in paths.items() if os.path.isfile(at)}


@cache
def _sum(path: str, changed: int) -> str:
    return sha256(Path(path).read_bytes()).hexdigest()


@contextmanager
def being_written(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes its place when the block ends, and not if it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            yield file
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def write_all(files: Mapping[Path, str | bytes]) -> list[Path]:
    """Write files whole, all of them or none; return their paths."""
    with ExitStack() as stack:
        for path, content in files.items():
            file = stack.enter_context(being_written(path))
            file.write(content if isinstance(content, bytes) else content.encode())
            file.flush()  # a disk that is full is met before any file takes its place
    return list(files)


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all; return its path."""
    return write_all({path: content})[0]
