"""Framelines: how do opposing sources tell the same war?

The rooms, in the order in which they may import one another: `corpus` and `methods`, `tables`,
`analyses`, `figures`, `report`, `build`. See docs/architecture.md.
"""

import os
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def notebooks(root: Path = REPO) -> list[str]:
    """Return the names of all notebooks, without their ending."""
    return sorted(path.stem for path in (root / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    draft.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.replace(draft, path)
    return path
