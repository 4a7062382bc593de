"""The house: budgets are limits, rooms import only from rooms before them, notebooks stay short."""

import ast
import json
from pathlib import Path

import pytest

from framelines import REPO

LIBRARY = REPO / "lib" / "framelines"
# In the order of the design: a room imports from rooms to its left. `corpus` and `methods` know no
# table of ours; `methods` knows no text, and `corpus` reads dates as `methods` writes them.
MAY_IMPORT = {
    "errors": set(),
    "corpus": {"errors", "methods"},
    "methods": {"errors"},
    "tables": {"errors", "corpus", "methods"},
    "analyses": {"errors", "corpus", "methods", "tables"},
    "figures": {"errors", "methods"},
    "report": {"errors", "corpus", "methods", "tables", "analyses", "figures"},
    "build": {"errors", "corpus", "methods", "tables", "analyses", "figures", "report"},
}
BUDGETS = {"lib/**/*.py": 10_316, "tests/**/*.py": 6_000}
BUDGETS |= dict.fromkeys(("README.md", "Makefile", "docs/architecture.md"), 130)
NOTEBOOKS = sorted((REPO / "notebooks").glob("0*.ipynb"))


@pytest.mark.parametrize("pattern", BUDGETS)
def test_budgets_are_limits(pattern: str) -> None:
    lines = [file.read_text(encoding="utf-8").count("\n") for file in REPO.glob(pattern)]
    assert lines and sum(lines) <= BUDGETS[pattern]


def _imports(file: Path) -> set[str]:
    """The rooms that a module imports from, also inside its functions."""
    nodes = [*ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    names = [one.name for node in nodes if isinstance(node, ast.Import) for one in node.names]
    parts = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [f"{node.module}.{one.name}" for node in parts for one in node.names]
    return {name.split(".")[1] for name in names if name.startswith("framelines.")}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_nothing_imports_backwards(room: str) -> None:
    files = [LIBRARY / f"{room}.py"] if room == "errors" else list((LIBRARY / room).glob("*.py"))
    rooms, folders = {*MAY_IMPORT, "__main__"}, {p.parent.name for p in LIBRARY.rglob("*.py")}
    assert folders | {"errors"} == {*MAY_IMPORT, "framelines"} and "errors" not in folders
    for file in files:
        backwards = (_imports(file) & rooms) - MAY_IMPORT[room] - {room}
        assert not backwards, f"{file.name} imports from {backwards}"


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_notebooks_are_short_and_stripped(file: Path) -> None:
    notebook = json.loads(file.read_text(encoding="utf-8"))
    assert len(notebook["cells"]) <= 35
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert any("parameters" in cell["metadata"].get("tags", []) for cell in code)
    for cell in code:
        source = "".join(cell["source"])
        assert source.count("\n") < 8, source
        assert not cell["outputs"] and cell["execution_count"] is None
        kinds = {type(node) for node in ast.walk(ast.parse(source))}
        assert not kinds & {ast.FunctionDef, ast.ClassDef}


def test_no_word_of_code_names_a_case_or_a_theatre() -> None:
    names = ("palmyra", "idlib", "islamic_state", "khan-shaykhun", "government_camp")
    for file in LIBRARY.rglob("*.py"):
        text = file.read_text(encoding="utf-8").lower()
        assert not [name for name in names if name in text], file.name
