"""Which notebook and which function makes which figure and table, read from the code itself.

The results of the last build say what there is; the cells of the notebooks, and the modules of the
library that they hand `out` to, say where each is made. Nothing is typed.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from framelines import runner
from framelines.case_files import case_names
from framelines.corpus import REPO
from framelines.problems import DataError, Problem
from framelines.render import record

KINDS = {"figures": "figure", "tables": "table"}


@dataclass(frozen=True)
class Made:
    """One call that hands over a figure or table: the pattern of its name, and who made it."""

    kind: str
    name: re.Pattern[str]
    function: str
    cell: str


@dataclass(frozen=True)
class Result:
    """One figure or table of a notebook: its name, its maker, and the cases that have it."""

    notebook: str
    kind: str
    name: str
    function: str
    cell: str
    caption: str
    files: dict[str, str]


# --- names in code -----------------------------------------------------------------------------


def _imports(tree: ast.AST) -> dict[str, str]:
    """Return what every imported name of ours stands for, such as figures.profiles."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("framelines"):
            base = (node.module or "").removeprefix("framelines").lstrip(".")
            for alias in node.names:
                found[alias.asname or alias.name] = f"{base}.{alias.name}".lstrip(".")
    return found


def _dotted(node: ast.expr) -> str:
    """Return a name such as report.rows; nothing for what is called on a result."""
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return node.id if isinstance(node, ast.Name) else ""


def _maker(
    node: ast.AST, known: dict[str, str], assigned: dict[str, ast.expr], depth: int = 0
) -> str:
    """Return the function of the library that an expression comes from; nothing where none."""
    if depth > 8:
        return ""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            first, _, rest = _dotted(part.func).partition(".")
            if first in known and first not in assigned and first != "out":
                return f"{known[first]}.{rest}".rstrip(".")
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in assigned:
            others = {name: value for name, value in assigned.items() if name != part.id}
            found = _maker(assigned[part.id], known, others, depth + 1)
            if found:
                return found
    return ""


def _assigned(tree: ast.AST) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        found[name.id] = node.value
    return found


def _pattern(node: ast.expr) -> re.Pattern[str]:
    """Return what a name can be: a string, or a string with parts that vary."""
    if isinstance(node, ast.Constant):
        return re.compile(re.escape(str(node.value)))
    if isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
            for part in node.values
        ]
        return re.compile("".join(parts))
    return re.compile(".+")


def _handed_over(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of `out.figure` and `out.table`, with its kind."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        for kind, method in KINDS.items():
            if _dotted(node.func) == f"out.{method}":
                yield kind, node


# --- notebooks and library ---------------------------------------------------------------------


def _of_library(module: str, root: Path) -> list[Made]:
    """Return what the functions of a module hand over, each under its own name."""
    base = root / "lib" / "framelines" / module.replace(".", "/")
    files = sorted(base.glob("*.py")) if base.is_dir() else [base.with_suffix(".py")]
    found = []
    for file in files:
        if not file.is_file():
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                name = f"{module}.{node.name}"
                for kind, call in _handed_over(node):
                    found.append(Made(kind, _pattern(call.args[1]), name, ""))
    return found


def made_by(notebook: str, root: Path = REPO) -> list[Made]:
    """Return every call of a notebook, or of the library for it, that hands over a result."""
    path = root / "notebooks" / f"{notebook}.ipynb"
    cells = [
        (cell.get("id", ""), ast.parse("".join(cell["source"])))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    known: dict[str, str] = {}
    assigned: dict[str, ast.expr] = {}
    found: list[Made] = []
    for cell, tree in cells:
        known |= _imports(tree)
        assigned |= _assigned(tree)
        for kind, call in _handed_over(tree):
            maker = _maker(call.args[0], known, assigned)
            found.append(Made(kind, _pattern(call.args[1]), maker, cell))
    for module in sorted({name.partition(".")[0] for name in known.values()}):
        found += _of_library(module, root)
    return found


def results(root: Path = REPO) -> list[Result]:
    """Return every figure and table of the last build, in the order of the reports.

    Raises `DataError` for one that no call in the notebooks or the library hands over.
    """
    found: dict[tuple[str, str, str], Result] = {}
    problems = []
    for notebook in runner.notebooks(root):
        makers = made_by(notebook, root)
        prefix = notebook[:2]
        for case in case_names(root):
            entry = record(root / "reports" / case / "numbers" / f"{prefix}.json")
            for kind in KINDS:
                for item in entry.get(kind, []):
                    name = item["file"].rpartition(f"/{prefix}-")[2]
                    key = (notebook, kind, name)
                    fits = [m for m in makers if m.kind == kind and m.name.fullmatch(name)]
                    if not fits:
                        problems.append(Problem(item["file"], "no call of out hands this over"))
                        continue
                    if key not in found:
                        maker = fits[0]
                        found[key] = Result(
                            notebook,
                            KINDS[kind],
                            name,
                            maker.function,
                            maker.cell,
                            item["caption"],
                            {},
                        )
                    found[key].files[case] = item["file"]
    if problems:
        raise DataError(problems)
    return list(found.values())
