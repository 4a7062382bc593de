"""What the pages of prose do not say by themselves: it is looked up where it is made.

A setting stands in double braces, such as `{{trust.BAR}}`; a reference in brackets, such as
`[@entman1993]`; a list in a comment, such as `<!-- functions: keyness.keyness -->`. So neither a
threshold nor a version nor a description can be stale.
"""

import importlib
import inspect
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from framelines import fingerprint, parameters, runner
from framelines.case_files import case_names, read_case_file
from framelines.corpus import REPO
from framelines.problems import DataError, Problem

SETTING = re.compile(r"\{\{([a-z_.]+)(?:\.([A-Z_]+))?\}\}")
CITED = re.compile(r"\[((?:@\w+(?:; )?)+)\]")
LIST = re.compile(r"(?s)<!-- (\w+)(?:: (.*?))? -->")
EXPORT = re.compile(r"(?m)^export (\w+) := (.*)$")
LOCKED = re.compile(r"(?m)^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\\n]+))?")


def fill(source: str, where: str, root: Path = REPO) -> str:
    """Return Markdown with its settings, references and lists looked up.

    Raises `DataError`, for the file `where`, for whatever it asks for that there is not.
    """
    words = _words(root)
    cited: set[str] = set()

    def missing(what: str, value: str) -> DataError:
        return DataError([Problem(where, what, value=value)])

    def setting(found: re.Match[str]) -> str:
        module, constant = found.groups()
        if constant is None and module in words:
            return words[module]
        try:
            return in_words(getattr(importlib.import_module(f"framelines.{module}"), constant))
        except (ImportError, AttributeError, TypeError):
            raise missing("there is no such setting in the library", found[0]) from None

    known = references(root)

    def citation(found: re.Match[str]) -> str:
        keys = re.findall(r"@(\w+)", found[1])
        for key in keys:
            if key not in known:
                raise missing("paper/references.bib has no such reference", key)
        cited.update(keys)
        return f"({'; '.join(f'[{short(known[key])}](#ref-{key})' for key in keys)})"

    lists: dict[str, Callable[[str], str]] = {
        "functions": functions,
        "packages": lambda which: packages(which, root),
        "settings": lambda _: settings(root),
        "randomness": lambda _: randomness(root),
        "citation": lambda _: citation_file(root),
        "references": lambda _: bibliography({key: known[key] for key in cited}),
    }

    def listed(found: re.Match[str]) -> str:
        kind = found[1]
        if kind not in lists:
            return ""
        try:
            return lists[kind](found[2] or "")
        except (ImportError, AttributeError) as error:
            raise missing("there is no such function in the library", str(error)) from None

    # References last: they are those that were met.
    return LIST.sub(listed, CITED.sub(citation, SETTING.sub(setting, source)))


def in_words(value: Any) -> str:
    """Return a setting of the library as readers meet it."""
    if isinstance(value, tuple):
        return ", ".join(in_words(item) for item in value)
    text = f"{value:,}" if isinstance(value, int) else f"{value:,g}"
    return text.replace("-", "−")


def _words(root: Path) -> dict[str, str]:
    """Return what a page may ask for by a word of its own."""
    departures = fingerprint.departures(root)
    apart = f" Installed apart from it: {', '.join(departures)}." if departures else ""
    project = _project(root)
    least, most = re.findall(r"3\.(\d+)", project.get("requires-python", "")) or ("", "0")
    return dict(
        python=f"3.{least} to 3.{int(most) - 1}",
        canonical=f"3.{least}",
        lock=fingerprint.lock_digest(root),
        departures=apart,
    )


def _project(root: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return dict(project["project"])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a table in Markdown; a bar in a cell is no border."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines
    )


def functions(names: str) -> str:
    """Return functions of the library, each with the first paragraph of its docstring."""
    lines = ['<div class="functions">', "", "In the code:", ""]
    for name in names.split():
        module, _, function = name.rpartition(".")
        about = inspect.getdoc(getattr(importlib.import_module(f"framelines.{module}"), function))
        first = " ".join((about or "").split("\n\n")[0].split())
        lines.append(f"* `{name}`: {first[:1].lower()}{first[1:]}")
    return "\n".join([*lines, "", "</div>"])


# --- references --------------------------------------------------------------------------------


def references(root: Path = REPO) -> dict[str, dict[str, str]]:
    """Return the entries of `paper/references.bib` by key, without LaTeX's braces."""
    text = (root / "paper" / "references.bib").read_text(encoding="utf-8")
    entries = re.findall(r"(?ms)^@article\{(\w+),\n(.*?)^\}", text)
    return {
        key: {
            name: re.sub(r"[{}]", "", " ".join(value.split())).replace("--", "–")
            for name, value in re.findall(r"(?ms)^ +(\w+) += \{(.*?)\},$", body)
        }
        for key, body in entries
    }


def _authors(entry: Mapping[str, str]) -> list[tuple[str, str]]:
    parts = (name.partition(", ") for name in entry["author"].split(" and "))
    return [(family, given) for family, _, given in parts]


def short(entry: Mapping[str, str]) -> str:
    """Return a reference as the text cites it, such as Rogan & Gladen 1978."""
    names = [family for family, _ in _authors(entry)]
    who = f"{names[0]} et al." if len(names) > 2 else " & ".join(names)
    return f"{who} {entry['year']}"


def bibliography(entries: Mapping[str, Mapping[str, str]]) -> str:
    """Return references as a list, by author and year, each with an anchor and its DOI."""
    lines = []
    order = sorted(entries, key=lambda key: (entries[key]["author"].casefold(), key))
    for key in order:
        entry = entries[key]
        who = "; ".join(f"{family}, {given}" for family, given in _authors(entry))
        number = f"({entry['number']})" if entry.get("number") else ""
        lines.append(
            f'<li id="ref-{key}">{who} ({entry["year"]}): {entry["title"]}. '
            f"<em>{entry['journal']}</em> {entry['volume']}{number}, {entry['pages']}. "
            f'<a href="https://doi.org/{entry["doi"]}">doi:{entry["doi"]}</a></li>'
        )
    return "\n".join(['<ul class="references">', *lines, "</ul>"])


def citation_file(root: Path = REPO) -> str:
    """Return in a sentence how `CITATION.cff` asks to be cited."""
    given = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    who = ", ".join(
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in given["authors"]
    )
    return f"{who}: *{given['title']}* Version {given['version']}."


# --- the environment ---------------------------------------------------------------------------


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name)[0]).lower()


def packages(which: str, root: Path = REPO) -> str:
    """Return the locked packages that the project asks for (`asked`), or all others, as a list.

    A package that is for some systems or versions of Python alone is followed by which.
    """
    project = _project(root)
    asked = {_plain(name) for name in project["dependencies"]}
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    items = [
        f"<li>{name} {number}{f' <small>({where.strip()})</small>' if where else ''}</li>"
        for name, number, where in LOCKED.findall(lock)
        if (_plain(name) in asked) == (which == "asked")
    ]
    return "\n".join(['<ul class="packages">', *items, "</ul>"])


def settings(root: Path = REPO) -> str:
    """Return the variables that the Makefile exports, and those that it takes away."""
    text = (root / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    rows = [
        (f"`{name}`", f"`{value.strip().replace('$(CURDIR)', 'checkout')}`")
        for name, value in EXPORT.findall(text)
    ]
    gone = " ".join(re.findall(r"(?m)^unexport (.*)$", text)).split()
    taken = ", ".join(f"`{name}`" for name in gone)
    return f"{table(('variable', 'value'), rows)}\n\nTaken away: {taken}."


def randomness(root: Path = REPO) -> str:
    """Return the parameters of every notebook that chance hangs on, and what cases set."""
    rows = []
    for notebook in runner.notebooks(root):
        path = root / "notebooks" / f"{notebook}.ipynb"
        content = json.loads(path.read_text(encoding="utf-8"))
        for name, parameter in parameters.declared(content, path.name).items():
            # Whole numbers, and no case parameter else: seeds and numbers of draws.
            if parameter.kind == "int":
                rows.append((notebook, f"`{name}`", str(parameter.default), _cases(name, root)))
    return table(("notebook", "parameter", "value", "set by a case"), rows)


def _cases(name: str, root: Path) -> str:
    given = {c: read_case_file(c, root)["parameters"] for c in case_names(root)}
    own = [f"{case}: {values[name]}" for case, values in given.items() if name in values]
    return "; ".join(own) or "no"
