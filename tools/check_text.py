"""Find any run of eight words of the texts in the tree: the repository holds no sentence of them.

Everything that git tracks or would add is searched, and what is built as well: an executed notebook
or a report is shared as easily as a table.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from framelines.corpus import REPO, raw_folder, read_raw

RUN = 8
LARGEST = 20_000_000
WORD = re.compile(r"[^\W_]+")


def runs(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield every run of `RUN` words of `text`, lower-cased, with the offset of its first word."""
    found = [(m.start(), m.group().lower()) for m in WORD.finditer(text)]
    for i in range(len(found) - RUN + 1):
        yield found[i][0], tuple(word for _, word in found[i : i + RUN])


def corpus_runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """Return all runs of `RUN` words of the texts."""
    return {run for text in texts for _, run in runs(text)}


def search(path: Path, known: set[tuple[str, ...]]) -> list[int]:
    """Return the lines of a file at which a run of the texts begins; none for a binary file."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
        return []
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return []
    return sorted({text.count("\n", 0, at) + 1 for at, run in runs(text) if run in known})


def tree(root: Path) -> list[Path]:
    """Return the files that git tracks or would add, and the built notebooks and reports."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    files = {root / name for name in listed.split("\0") if name}
    files.update((root / "build").glob("**/*.ipynb"), (root / "reports").glob("**/*.html"))
    return sorted(files)


def main() -> int:
    """Search the tree, print every place, and return the exit code."""
    folder = raw_folder(REPO / "data")
    if folder is None:
        print(
            "check-text: the texts are not here; name their folder: make check-text CORPUS=folder"
        )
        return 2
    texts = [read_raw(path) for path in sorted(folder.glob("*.txt"))]
    known = corpus_runs(texts)
    files = tree(REPO)
    hits = [(path, lines) for path in files if (lines := search(path, known))]
    for path, lines in hits:
        print(f"{path.relative_to(REPO)}: a run of {RUN} words of the texts, lines {lines[:20]}")
    print(
        f"check-text: {len(files)} files against {len(texts)} texts, {len(hits)} with a run of them"
    )
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
