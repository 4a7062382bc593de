"""The findings in the README, printed from the numbers of the build so that none is typed."""

import json
from pathlib import Path
from typing import Any

from framelines.case_files import case_names, read_case_file
from framelines.corpus import REPO
from framelines.problems import DataError, Problem

OPEN = "<!-- findings: printed by `make readme`, edit nothing here -->"
CLOSE = "<!-- /findings -->"


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


def readme(root: Path = REPO) -> str:
    """Return the README with its findings as the last build has them.

    Raises `DataError` where the README has lost the two marks between which they stand.
    """
    text = (root / "README.md").read_text(encoding="utf-8")
    if OPEN not in text or CLOSE not in text:
        raise DataError([Problem("README.md", "the marks of the findings are gone", allowed=OPEN)])
    before, rest = text.split(OPEN)
    after = rest.split(CLOSE)[1]
    return f"{before}{OPEN}\n\n{printed(root)}\n\n{CLOSE}{after}"


def write_readme(root: Path = REPO) -> Path:
    """Write the README with fresh findings; the file appears whole or not at all."""
    path = root / "README.md"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(readme(root), encoding="utf-8", newline="\n")
    temporary.replace(path)
    return path
