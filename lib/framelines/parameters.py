"""The parameters of a notebook: read from its parameters cell, and checked before it runs.

papermill's own inspection reads one line at a time and neither unions nor lists of values, and it
only warns of a name that it does not know. Here the cell is parsed, nothing of it is run, and a
misspelt or mistyped parameter is an error.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from framelines.problems import DataError, Problem, Problems

TYPES: dict[str, type | tuple[type, ...]] = {
    "bool": bool,
    "int": int,
    "float": (int, float),
    "str": str,
    "list": list,
    "dict": dict,
    "None": type(None),
}


@dataclass(frozen=True)
class Parameter:
    """One parameter: `kind` is its type as written, such as `int` or `list[str] | None`."""

    name: str
    kind: str
    default: Any = None
    required: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}" + ("" if self.required else f" = {self.default!r}")

    def accepts(self, value: Any) -> bool:
        """Whether `value` has the type of this parameter; a bool is no number."""
        return _matches(ast.parse(self.kind, mode="eval").body, value)


def _matches(kind: ast.expr, value: Any) -> bool:
    if isinstance(kind, ast.BinOp):
        return _matches(kind.left, value) or _matches(kind.right, value)
    if isinstance(kind, ast.Constant):
        return value is None if kind.value is None else _matches(_parsed(str(kind.value)), value)
    if isinstance(kind, ast.Subscript):
        return _matches_subscript(ast.unparse(kind.value), kind.slice, value)
    name = ast.unparse(kind)
    if isinstance(value, bool) and name in ("int", "float"):
        return False
    return isinstance(value, TYPES[name])


def _matches_subscript(outer: str, inner: ast.expr, value: Any) -> bool:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if outer == "Literal":
        return any(value == ast.literal_eval(p) and type(value) is not bool for p in parts)
    if outer == "list":
        return isinstance(value, list) and all(_matches(parts[0], item) for item in value)
    return isinstance(value, dict) and all(
        _matches(parts[0], key) and _matches(parts[1], item) for key, item in value.items()
    )


def _parsed(kind: str) -> ast.expr:
    return ast.parse(kind, mode="eval").body


def _known(kind: ast.expr) -> bool:
    """Whether `kind` is a type that can be checked here."""
    if isinstance(kind, ast.BinOp):
        return isinstance(kind.op, ast.BitOr) and _known(kind.left) and _known(kind.right)
    if isinstance(kind, ast.Constant):
        return kind.value is None or (isinstance(kind.value, str) and _known(_parsed(kind.value)))
    if isinstance(kind, ast.Subscript):
        parts = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        outer = ast.unparse(kind.value)
        sizes = {"list": 1, "dict": 2}
        if outer == "Literal":
            return all(isinstance(part, ast.Constant) for part in parts)
        return sizes.get(outer) == len(parts) and all(_known(part) for part in parts)
    return ast.unparse(kind) in TYPES


def _declared(statement: ast.stmt) -> Parameter | None:
    """Return the parameter that a statement declares; None where it declares none."""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        if not _known(statement.annotation):
            raise ValueError(f"{statement.target.id} has a type that cannot be checked")
        kind = statement.annotation
        if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
            kind = _parsed(kind.value)
        required = statement.value is None
        default = None if statement.value is None else ast.literal_eval(statement.value)
        return Parameter(statement.target.id, ast.unparse(kind), default, required)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name, default = statement.targets[0].id, ast.literal_eval(statement.value)
        if type(default).__name__ not in TYPES:
            raise ValueError(f"{name} needs a type, as in `{name}: str | None = None`")
        return Parameter(name, type(default).__name__, default)
    return None


def declared(notebook: Mapping[str, Any], where: str) -> dict[str, Parameter]:
    """Return the parameters that a notebook declares, by name.

    They stand in the one code cell that is tagged `parameters`, each as `name: type = literal`;
    one without a value must be given. Raises `DataError` where there is no such cell, or where a
    line of it cannot be read.
    """
    cells = [
        cell
        for cell in notebook["cells"]
        if "parameters" in cell.get("metadata", {}).get("tags", []) and cell["cell_type"] == "code"
    ]
    if len(cells) != 1:
        what = f"{len(cells)} code cells are tagged `parameters`; there must be one"
        raise DataError([Problem(where, what)])
    found: dict[str, Parameter] = {}
    problems = Problems()
    try:
        statements = ast.parse("".join(cells[0]["source"])).body
    except SyntaxError as error:
        raise DataError([Problem(where, f"the parameters cell is no Python: {error}")]) from None
    for statement in statements:
        try:
            parameter = _declared(statement)
        except ValueError as error:
            fix = "Write each parameter as `name: type = value` with a literal value"
            problems.add(where, f"parameters cell: {error}", value=ast.unparse(statement), fix=fix)
            continue
        if parameter is not None:
            found[parameter.name] = parameter
    problems.raise_if_any()
    return found


def check(given: Mapping[str, Any], allowed: Mapping[str, Parameter], where: str) -> dict[str, Any]:
    """Return `given` as the notebook shall have it: whole numbers become floats where it says so.

    Raises `DataError` with every name that is unknown, every value of another type, and every
    required parameter that is missing.
    """
    problems = Problems()
    known = "; ".join(str(parameter) for parameter in allowed.values())
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if name not in allowed:
            problems.add(where, "unknown parameter", value=str(name), allowed=known)
        elif not allowed[name].accepts(value):
            kind = allowed[name].kind
            problems.add(where, f"parameter {name} is mistyped", value=repr(value), allowed=kind)
        else:
            whole = allowed[name].kind == "float" and isinstance(value, int)
            checked[name] = float(value) if whole else value
    for parameter in allowed.values():
        if parameter.required and parameter.name not in given:
            problems.add(where, "missing parameter", value=parameter.name, allowed=parameter.kind)
    problems.raise_if_any()
    return checked
