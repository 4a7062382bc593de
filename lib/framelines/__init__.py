"""Framelines: how do opposing sources tell the same war?

The rooms, in the order in which they may import one another: `corpus` and `methods`, `tables`,
`analyses`, `figures`, `report`, `build`. See docs/architecture.md.
"""

import os
from collections.abc import Mapping
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def notebooks(root: Path = REPO) -> list[str]:
    """Return the names of all notebooks, without their ending."""
    return sorted(path.stem for path in (root / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def write_all(files: Mapping[Path, str | bytes]) -> list[Path]:
    """Write files whole, all of them or none; return their paths."""
    drafts = {path: path.with_name(f"{path.name}.{os.getpid()}.part") for path in files}
    try:
        for path, draft in drafts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            content = files[path]
            draft.write_bytes(content if isinstance(content, bytes) else content.encode())
        for path, draft in drafts.items():
            os.replace(draft, path)
    finally:
        for draft in filter(Path.exists, drafts.values()):
            draft.unlink()
    return list(files)


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all; return its path."""
    return write_all({path: content})[0]
