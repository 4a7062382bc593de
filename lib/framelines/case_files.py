"""The files of the cases, `notebooks/cases/<case>.yaml`: which there are, and what each says."""

from pathlib import Path
from typing import Any

import yaml

from framelines.corpus import REPO
from framelines.problems import DataError, Problem

FIELDS = {"title": str, "data": str, "compare": list, "parameters": dict}


def case_names(root: Path = REPO) -> list[str]:
    """Return the names of all cases of the checkout at `root`, sorted."""
    return sorted(path.stem for path in (root / "notebooks" / "cases").glob("*.yaml"))


def read_case_file(name: str, root: Path = REPO) -> dict[str, Any]:
    """Return the fields of a case: `title`, `data`, `compare` (or None) and `parameters`.

    Raises `DataError` where there is no such case, its file is no YAML, or a field is unknown,
    missing or mistyped.
    """
    file = f"notebooks/cases/{name}.yaml"
    if name not in case_names(root):
        known = ", ".join(case_names(root)) or "none"
        fix = f"To begin a case: make new-case NAME={name}"
        what = "there is no such case"
        raise DataError([Problem(file, what, value=name, allowed=known, fix=fix)])
    try:
        content = yaml.safe_load((root / file).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError([Problem(file, f"not YAML in UTF-8: {error}")]) from None
    if not isinstance(content, dict):
        allowed = f"a mapping of {', '.join(FIELDS)}"
        raise DataError([Problem(file, "not the file of a case", allowed=allowed)])
    problems = _field_problems(content, file)
    if problems:
        raise DataError(problems)
    given = {key: value for key, value in content.items() if value is not None}
    return {"compare": None, "parameters": {}, **given}


def _field_problems(content: dict[str, Any], file: str) -> list[Problem]:
    problems = [
        Problem(file, "unknown field", column=str(key), allowed=", ".join(FIELDS))
        for key in sorted(map(str, set(content) - set(FIELDS)))
    ]
    for key, kind in FIELDS.items():
        value = content.get(key)
        if value is None and key in ("title", "data"):
            problems.append(Problem(file, "this field is missing", column=key))
        elif value is not None and not isinstance(value, kind):
            met, allowed = repr(value), kind.__name__
            problems.append(Problem(file, "wrong type", column=key, value=met, allowed=allowed))
    if isinstance(content.get("compare"), list) and len(content["compare"]) != 2:
        what = "compare names two camps, or is null"
        problems.append(Problem(file, what, column="compare", value=str(content["compare"])))
    return problems
