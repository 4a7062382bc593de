"""Framelines: how do opposing sources tell the same war?

The rooms, in the order in which they may import one another: `corpus` and `methods`, `tables`,
`analyses`, `figures`, `report`, `build`. See docs/architecture.md.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

REPO = Path(__file__).resolve().parents[2]


def notebooks(root: Path = REPO) -> list[str]:
    """Return the names of all notebooks, without their ending."""
    return sorted(path.stem for path in (root / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def _draft_of(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f"{path.name}.{os.getpid()}.part")


@contextmanager
def being_written(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes its place when the block ends, and not if it fails."""
    draft = _draft_of(path)
    try:
        with draft.open("wb") as file:
            yield file
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def write_all(files: Mapping[Path, str | bytes]) -> list[Path]:
    """Write files whole, all of them or none; return their paths."""
    drafts = {path: _draft_of(path) for path in files}
    try:
        for path, draft in drafts.items():
            content = files[path]
            draft.write_bytes(content if isinstance(content, bytes) else content.encode())
        for path, draft in drafts.items():
            os.replace(draft, path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return list(files)


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all; return its path."""
    return write_all({path: content})[0]
