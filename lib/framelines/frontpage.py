"""What the README tells from the build: findings, data sets, and who makes which result.

None of it is typed: it is printed between marks, and a test keeps it fresh.
"""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from framelines import catalogue
from framelines.case_files import case_names, read_case_file
from framelines.corpus import REPO, write_whole
from framelines.lookups import table
from framelines.problems import DataError, Problem
from framelines.schema import TABLES

OPEN = "<!-- {}: printed by `make readme`, edit nothing here -->"
CLOSE = "<!-- /{} -->"


def findings(case: str, root: Path = REPO) -> list[dict[str, Any]]:
    """Return the findings of all notebooks of a case, in the order of the notebooks."""
    found: list[dict[str, Any]] = []
    for path in sorted((root / "reports" / case / "numbers").glob("*.json")):
        found += json.loads(path.read_text(encoding="utf-8"))["findings"]
    return found


def printed(root: Path = REPO) -> str:
    """Return the findings of the real cases as Markdown, a list a case."""
    parts = []
    for case in case_names():
        content = read_case_file(case)
        if content["data"] == "data":
            lines = [f"* {finding['text']}" for finding in findings(case, root)]
            parts.append("\n".join([f"**{content['title']}**", "", *lines]))
    return "\n\n".join(parts)


def datasets(root: Path = REPO) -> str:
    """Return every table below `data/` with what it holds and its number of rows."""
    rows = []
    for entry in TABLES.values():
        path = root / "data" / entry.file
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                count = sum(1 for _ in csv.reader(file)) - 1
            file_link = f"[`{entry.file}`](data/{entry.file})"
            rows.append((file_link, entry.description, f"{count:,}"))
    return table(("table", "holds", "rows"), rows)


def makers(root: Path = REPO) -> str:
    """Return every figure and table by notebook: its maker, its cell, and where it lies."""
    parts: dict[str, list[tuple[str, ...]]] = {}
    for result in catalogue.results(root):
        ending = "svg" if result.kind == "figure" else "csv"
        links = ", ".join(f"[{case}]({file}.{ending})" for case, file in result.files.items())
        cell = f"`{result.cell}`" if result.cell else "the library's own"
        row = (f"{result.kind} `{result.name}`", f"`{result.function}`", cell, links)
        parts.setdefault(result.notebook, []).append(row)
    head = ("result", "made by", "cell", "files")
    return "\n\n".join(
        f"<details><summary><code>{notebook}</code>: {len(rows)} figures and tables</summary>\n\n"
        f"{table(head, rows)}\n\n</details>"
        for notebook, rows in parts.items()
    )


BLOCKS: dict[str, Callable[[Path], str]] = {
    "findings": printed,
    "datasets": datasets,
    "makers": makers,
}


def links(text: str) -> list[str]:
    """Return the files of this repository that a Markdown text links to."""
    found = re.findall(r"\]\(([^)\s#]+)[^)]*\)", text)
    return sorted({target for target in found if not re.match(r"[a-z]+:", target)})


def readme(root: Path = REPO) -> str:
    """Return the README with what it prints as the last build has it.

    Raises `DataError` where the README has lost a pair of the marks between which that stands.
    """
    text = (root / "README.md").read_text(encoding="utf-8")
    for name, content in BLOCKS.items():
        first, last = OPEN.format(name), CLOSE.format(name)
        if first not in text or last not in text:
            raise DataError([Problem("README.md", f"the marks of {name} are gone", allowed=first)])
        before, rest = text.split(first)
        text = f"{before}{first}\n\n{content(root)}\n\n{last}{rest.split(last)[1]}"
    return text


def write_readme(root: Path = REPO) -> Path:
    """Write the README with what it prints from the build; return its path."""
    return write_whole(root / "README.md", readme(root))
