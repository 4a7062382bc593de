"""The committed list of every result and its SHA-256, which only `make manifest` writes.

It holds figures, tables and numbers, which are committed too, and executed notebooks and pages,
which are not. No machine, clock, path or commit stands in it: the machine's fingerprint is a
digest, and tells only whether it is the same.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from framelines import fingerprint, runner
from framelines.case_files import case_names
from framelines.corpus import REPO
from framelines.problems import DataError, Problem

FILE = "MANIFEST.json"
PLACES = "build/executed/** build/paper/*.pdf figures/** paper/numbers.typ reports/**".split()
NUMBERS = "reports/{case}/numbers/{prefix}"
FIELDS = {"python": str, "lock": str, "fingerprint": str, "files": dict}


def results(root: Path = REPO) -> list[str]:
    """Return the path of every result below `root`, sorted, with forward slashes."""
    return sorted(
        path.relative_to(root).as_posix()
        for place in PLACES
        for path in root.glob(place + "/*" * place.endswith("**"))
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".part"
    )


def sums(root: Path = REPO) -> dict[str, str]:
    """Return the SHA-256 of every result below `root` by its path."""
    return {name: sha256(root / name) for name in results(root)}


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def committed(name: str) -> bool:
    """Whether a result is committed with the tree, and not only built from it."""
    return not name.startswith("build/") and not name.endswith(".html") and not _report(name)


def _report(name: str) -> bool:
    return name.startswith("reports/") and name.endswith(".pdf")


def numbers(case: str, prefix: str, root: Path = REPO) -> dict[str, Any]:
    """Return what a notebook's numbers file holds; nothing where there is none."""
    path = root / f"{NUMBERS.format(case=case, prefix=prefix)}.json"
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return content if isinstance(content, dict) else {}


def declared(root: Path = REPO) -> dict[str, str]:
    """Return every file that the notebooks declare, with what it is in words.

    A notebook declares its numbers, and in them its figures and tables; the rest is what the
    Makefile makes of every notebook and case.
    """
    files = {
        "reports/index.html": "the front page of the reports",
        "paper/numbers.typ": "every number, figure and table by name, for an article",
        "build/paper/paper.pdf": "the worked example of an article",
    }
    from framelines.pages import SHELF

    files |= {f"reports/{name}.html": f"page: {about}" for name, (_, about, _) in SHELF.items()}
    for case in case_names(root):
        files[f"reports/{case}/report.pdf"] = f"all notebooks in print, case {case}"
        for notebook in runner.notebooks(root):
            prefix, where = notebook[:2], f"notebook {notebook}, case {case}"
            files[f"build/executed/{case}/{notebook}.ipynb"] = f"executed {where}"
            files[f"reports/{case}/{notebook}.html"] = f"page of {where}"
            base = NUMBERS.format(case=case, prefix=prefix)
            for ending in ("json", "tex"):
                files[f"{base}.{ending}"] = f"numbers of {where}"
            record = numbers(case, prefix, root)
            for kind, endings in (("figures", "csv pdf png svg"), ("tables", "csv tex")):
                for entry in record.get(kind, []):
                    words = f"{entry['title']} of {where}: {entry['caption']}"
                    files |= {f"{entry['file']}.{end}": words for end in endings.split()}
    return files


def undeclared(root: Path = REPO) -> list[Problem]:
    """Return what is declared and not there, and what is there and declared by nobody."""
    expected, found = declared(root), set(results(root))
    problems = [
        Problem(name, "this result is declared and was not built", value=expected[name])
        for name in sorted(set(expected) - found)
    ]
    by_notebooks = [
        name
        for name in found
        if name.startswith(("figures/", "build/")) or "/tables/" in name or "/numbers/" in name
    ]
    fix = "Delete it, or make the notebook hand it to Outputs"
    problems += [
        Problem(name, "no notebook declares this file", fix=fix)
        for name in sorted(set(by_notebooks) - set(expected))
    ]
    return problems


def compose(root: Path = REPO) -> dict[str, Any]:
    """Return the manifest of what is built below `root`.

    Raises `DataError` where a declared result is missing or a result is declared by nobody.
    """
    problems = undeclared(root)
    if problems:
        raise DataError(problems)
    return {
        "python": fingerprint.python_minor(),
        "lock": fingerprint.lock_digest(root),
        "fingerprint": fingerprint.digest(root),
        "files": sums(root),
    }


def read(root: Path = REPO) -> dict[str, Any]:
    """Return the committed manifest. Raises `DataError` where there is none, or it is no such."""
    path, fix = root / FILE, "It is written by: make manifest"
    if not path.is_file():
        raise DataError([Problem(FILE, "there is no manifest to compare with", fix=fix)])
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError([Problem(FILE, f"not JSON in UTF-8: {error}", fix=fix)]) from None
    whole = isinstance(content, dict) and set(content) == set(FIELDS)
    if not whole or not all(isinstance(content[key], kind) for key, kind in FIELDS.items()):
        allowed = ", ".join(FIELDS)
        raise DataError([Problem(FILE, "this is no manifest", allowed=allowed, fix=fix)])
    return content


def write(content: dict[str, Any], root: Path = REPO) -> Path:
    """Write the manifest; the file appears whole or not at all."""
    path = root / FILE
    draft = path.with_suffix(".json.part")
    draft.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8", newline="\n")
    os.replace(draft, path)
    return path
