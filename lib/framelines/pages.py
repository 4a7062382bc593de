"""The front page of the reports, and the pages beside them: what a reader asks who doubts a number.

Methods, data dictionary, codebook, environment and colophon are prose with what `lookups` finds for
them; no page tells of the machine that wrote it.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup

from framelines import lookups, markup
from framelines.case_files import case_names, read_case_file
from framelines.corpus import REPO
from framelines.dictionary import data_dictionary
from framelines.render import PageExporter, frame, notebook_label, publish, record
from framelines.runner import notebooks

COMMENT = re.compile(r"(?s)<!--.*?-->")
# Each page beside the reports: its file, its name, what it is for, and where its words are from.
SHELF = {
    "methods": ("Methods", "what is computed, how, and from whom", "docs/methods.md"),
    "data": ("Data dictionary", "every table and every column of the codes", ""),
    "codebook": ("Codebook", "the rules by which coders coded", "data/CODEBOOK.md"),
    "environment": (
        "Environment",
        "versions, settings, seeds, and what the same means",
        "docs/environment.md",
    ),
    "colophon": ("Colophon", "how it is made, fonts, licences", "docs/colophon.md"),
}


def index(*, root: Path = REPO) -> Path:
    """Write the pages beside the reports and then `reports/index.html`; return its path.

    Raises `DataError` where a page asks for something that there is not, or would load something.
    """
    for name, (title, _, source) in SHELF.items():
        _shelf_page(name, title, _prose(source, root), root)
    # The fictional example comes after what was found in the world.
    order = sorted(case_names(root), key=lambda case: (case == "example", case))
    overview = [_overview(case, root) for case in order]
    shelf = [dict(href=f"{name}.html", title=t, about=a) for name, (t, a, _) in SHELF.items()]
    text = PageExporter().environment.get_template("front.html.j2")
    page = text.render(cases=overview, shelf=shelf, resources=frame(""))
    return publish(root / "reports" / "index.html", page, root)


def _prose(source: str, root: Path) -> str:
    """Return the Markdown of a page, everything looked up, without comments."""
    if not source:
        return COMMENT.sub("", data_dictionary(root))
    text = (root / source).read_text(encoding="utf-8")
    return COMMENT.sub("", lookups.fill(text, source, root))


def _shelf_page(name: str, title: str, source: str, root: Path) -> Path:
    page = markup.Page()
    text = page.prose(source)
    template = PageExporter().environment.get_template("shelf.html.j2")
    contents = [heading for heading in page.headings if heading.level in (2, 3)]
    links = [dict(href=f"{n}.html", text=t, current=n == name) for n, (t, *_) in SHELF.items()]
    # A long page is found through by its chapters.
    if len(contents) > 30:
        contents = [heading for heading in contents if heading.level == 2]
    html = template.render(
        text=Markup(text), title=title, links=links, contents=contents, resources=frame("")
    )
    return publish(root / "reports" / f"{name}.html", html, root)


# --- the front page ----------------------------------------------------------------------------


def _overview(case: str, root: Path) -> dict[str, Any]:
    """Return what the front page says of one case: its findings, each with a link, and pages."""
    found, pages = [], []
    for notebook in notebooks(root):
        page = f"{case}/{notebook}.html"
        if not (root / "reports" / page).is_file():
            continue
        entry = record(root / "reports" / case / "numbers" / f"{notebook[:2]}.json")
        title = _notebook_title(root / "notebooks" / f"{notebook}.ipynb")
        count = f"{_count(entry, 'figures')}, {_count(entry, 'tables')}"
        pages.append(dict(href=page, title=title, count=count))
        findings = [_finding(finding, entry, page) for finding in entry.get("findings", [])]
        if findings:
            found.append(dict(title=title, findings=findings))
    # What was found comes before what it was found in, which is the matter of the first notebook.
    found = found[1:] + found[:1]
    title = str(read_case_file(case, root)["title"])
    pdf = f"{case}/report.pdf" if pages else ""
    return dict(name=case, title=title, found=found, pages=pages, pdf=pdf)


def _finding(finding: dict[str, Any], entry: dict[str, Any], page: str) -> dict[str, Any]:
    """Return a finding as a sentence, with a link to what shows it and the numbers in it."""
    known = entry.get("numbers", {})
    return dict(
        sentence=markup.sentence(finding["text"]),
        label=finding["shows"] or "In the report",
        href=f"{page}#{finding['anchor']}",
        numbers=[(key, known[key]) for key in finding.get("numbers", []) if key in known],
    )


def _count(record: dict[str, Any], kind: str) -> str:
    number = len(record.get(kind, []))
    return f"1 {kind[:-1]}" if number == 1 else f"{number} {kind}"


@cache
def _notebook_title(path: Path) -> str:
    """Return the first heading of a notebook."""
    for cell in nbformat.read(path, as_version=4).cells:
        heading = re.search(r"(?m)^# (.+)$", cell.source) if cell.cell_type == "markdown" else None
        if heading:
            return heading[1].strip()
    return notebook_label(path.stem)
