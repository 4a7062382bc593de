"""The worked example of an article: results as Typst values, and the article as a PDF.

A paper never holds a number that somebody typed. `paper/numbers.typ` carries every number, and the
words of every figure and table, of every case and notebook; the article looks them up by name.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from framelines.case_files import case_names
from framelines.corpus import REPO, write_whole
from framelines.render import record
from framelines.runner import notebooks
from framelines.typeset import compile_pdf

HEAD = (
    "// Every result, by case, notebook and name. Written by `make paper` from\n"
    "// reports/*/numbers/*.json: whatever is changed here is overwritten.\n"
)


def typst_string(text: str) -> str:
    """Return `text` as a Typst string: nothing in it is read as markup or as code."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in escaped) + '"'


def _typst(value: Any, depth: int = 0) -> str:
    """Return nested mappings and lists of strings as a Typst value, one entry a line."""
    if isinstance(value, str):
        return typst_string(value)
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(_typst(item) for item in value) + ",)"
    if not value:
        return "(:)"
    indent = "  " * (depth + 1)
    lines = [
        f"{indent}{typst_string(name)}: {_typst(item, depth + 1)}," for name, item in value.items()
    ]
    return "\n".join(["(", *lines, "  " * depth + ")"])


def results(root: Path = REPO) -> dict[str, dict[str, Any]]:
    """Return every result by case and two digits of the notebook: numbers, figures, tables.

    A number is its text and its unit; a figure or table is its file without ending, from the root
    of the repository, and its words.
    """
    found: dict[str, dict[str, Any]] = {}
    for case in case_names(root):
        for notebook in notebooks(root):
            prefix = notebook[:2]
            entry = record(root / "reports" / case / "numbers" / f"{prefix}.json")
            if entry:
                found.setdefault(case, {})[prefix] = dict(
                    numbers={k: (v["text"], v["unit"]) for k, v in entry["numbers"].items()},
                    figures=_named(entry["figures"], prefix, ("file", "caption", "alt")),
                    tables=_named(entry["tables"], prefix, ("file", "caption")),
                )
    return found


def _named(
    entries: list[Mapping[str, str]], prefix: str, fields: tuple[str, ...]
) -> dict[str, dict[str, str]]:
    """Return figures or tables by their names, with paths from the root of the repository."""
    return {
        entry["file"].rpartition(f"/{prefix}-")[2]: {
            name: ("/" if name == "file" else "") + entry[name] for name in fields
        }
        for entry in entries
    }


def write_numbers(*, root: Path = REPO) -> Path:
    """Write `paper/numbers.typ` from the results of every case and notebook; return its path."""
    text = f"{HEAD}#let results = {_typst(results(root))}\n"
    return write_whole(root / "paper" / "numbers.typ", text)


def paper(*, root: Path = REPO) -> Path:
    """Write `paper/numbers.typ` and `build/paper/paper.pdf`; return the path of the PDF.

    Raises `DataError` where the article asks for a number, figure or table that no notebook gives,
    or shows an image without alternative text.
    """
    write_numbers(root=root)
    target = root / "build" / "paper" / "paper.pdf"
    return write_whole(target, compile_pdf(str(root / "paper" / "paper.typ"), target, root))
