"""A case in print: its executed notebooks as `reports/<case>/report.pdf`, set by Typst.

The tree of nodes goes to the template as data (`print_tree.py`). The PDF is tagged and must meet
PDF/UA-1: a figure without alternative text stops the build. Bytes depend on the notebooks, the
template and the locked packages alone: no date, no font of the machine.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import typst

from framelines import markup, print_tree
from framelines.case_files import read_case_file
from framelines.corpus import REPO, write_whole
from framelines.problems import DataError, Problem
from framelines.render import TEMPLATES, VERSION, cell_blocks, notebook_label, record
from framelines.runner import notebooks

TEMPLATE = TEMPLATES / "typst" / "report.typ"
# DejaVu, which has Arabic; Typst carries Libertinus with it. No font of the machine is used.
FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
STANDARD = "ua-1"


def typeset(case: str, *, root: Path = REPO) -> Path:
    """Write `reports/<case>/report.pdf` from every executed notebook of the case; return its path.

    Raises `DataError` where a notebook was not executed, and where the PDF would not be accessible
    (PDF/UA-1), such as by an image without alternative text. Nothing is written then.
    """
    title = str(read_case_file(case, root)["title"])
    chapters = [_chapter(case, notebook, root) for notebook in notebooks(root)]
    report = dict(
        title=title,
        description="The findings, figures and tables of one case, with what they may not mean.",
        version=VERSION,
        typst=version("typst"),
        overview=_overview(case, chapters, root),
        chapters=chapters,
    )
    report = print_tree.resolve(report, print_tree.anchors(report))
    target = root / "reports" / case / "report.pdf"
    problems = _without_words(report, target.relative_to(root).as_posix())
    if problems:
        raise DataError(problems)
    inputs = {"report": json.dumps(report, ensure_ascii=False)}
    return write_whole(target, compile_pdf(TEMPLATE.read_bytes(), target, root, inputs))


def compile_pdf(
    source: Any, target: Path, root: Path, inputs: dict[str, str] | None = None
) -> bytes:
    """Return a Typst document as the bytes of a tagged PDF/UA-1.

    `source` is the path of a document, or its text as bytes. Files are found below `root`, fonts
    in matplotlib's data and in Typst. Raises `DataError` with what Typst says, for `target`.
    """
    settings: dict[str, Any] = dict(
        root=str(root),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        pdf_standards=[STANDARD],
        sys_inputs=inputs or {},
    )
    try:
        pdf = typst.compile(source, **settings)
    except typst.TypstError as error:
        where = target.relative_to(root).as_posix()
        fix = "; ".join([*error.hints, error.diagnostic.strip()])
        raise DataError([Problem(where, f"Typst: {error.message}", fix=fix)]) from None
    return bytes(pdf)


# --- chapters ----------------------------------------------------------------------------------


def _chapter(case: str, notebook: str, root: Path) -> dict[str, Any]:
    """Return one executed notebook as a chapter: its title, its nodes and its parameters."""
    where = f"build/executed/{case}/{notebook}.ipynb"
    if not (root / where).is_file():
        raise DataError([Problem(where, "there is no such executed notebook", fix="Run make")])
    node = nbformat.read(root / where, as_version=4)
    page, prefix = markup.Page(), f"{notebook[:2]}:"
    blocks = [block for cell in node.cells for block in cell_blocks(cell, page, code=False)]
    nodes = print_tree.tree("\n".join(blocks), prefix)
    title, nodes = _headings(nodes, notebook_label(notebook))
    parameters = node.metadata.get("papermill", {}).get("parameters", {})
    return dict(
        title=title,
        id=f"{prefix}main",
        source=f"notebooks/{notebook}.ipynb",
        parameters=sorted([name, json.dumps(value)] for name, value in parameters.items()),
        c=nodes,
    )


def _headings(nodes: print_tree.Tree, title: str) -> tuple[str, print_tree.Tree]:
    """Return the chapter's title, its first heading, and the nodes with the others below it.

    A level is never skipped: whoever listens to the document finds the way by its headings.
    """
    kept: print_tree.Tree = []
    level, first = 1, True
    for node in nodes:
        if isinstance(node, str) or node["t"] not in ("h1", "h2", "h3", "h4", "h5", "h6"):
            kept.append(node)
        elif node["t"] == "h1" and first:
            title, first = print_tree.plain(node), False
        else:
            level = min(max(2, int(node["t"][1])), level + 1)
            kept.append(node | dict(t="heading", level=level))
    return title, kept


def _overview(case: str, chapters: list[dict[str, Any]], root: Path) -> list[dict[str, Any]]:
    """Return the findings for the title page, by chapter, each with what shows it."""
    parts = []
    for notebook, chapter in zip(notebooks(root), chapters, strict=True):
        entry = record(root / "reports" / case / "numbers" / f"{notebook[:2]}.json")
        known = print_tree.anchors(chapter)
        findings = []
        for finding in entry.get("findings", []):
            anchor = f"{notebook[:2]}:{finding['anchor']}"
            findings.append(
                dict(
                    c=_sentence(finding["text"]),
                    shows=finding["shows"] or "In the report",
                    to=anchor if anchor in known else "",
                )
            )
        if findings:
            parts.append(dict(title=chapter["title"], findings=findings))
    return parts


def _sentence(text: str) -> print_tree.Tree:
    """Return a finding's Markdown as inline nodes."""
    nodes = print_tree.tree(markup.Page().prose(text))
    first = nodes[0] if len(nodes) == 1 else None
    return first["c"] if isinstance(first, dict) and first["t"] == "p" else nodes


def _without_words(nodes: Any, where: str) -> list[Problem]:
    """Return a problem for every image without alternative text."""
    if isinstance(nodes, list):
        return [problem for node in nodes for problem in _without_words(node, where)]
    if not isinstance(nodes, dict):
        return []
    if nodes.get("t") == "figure" and any(not image["alt"] for image in nodes["c"]):
        what, fix = "a figure without alternative text", "give out.figure(..., alt=...)"
        return [Problem(where, what, value=nodes["id"] or None, fix=fix)]
    if nodes.get("t") == "img" and not nodes["alt"]:
        return [Problem(where, "an image without alternative text")]
    return [problem for value in nodes.values() for problem in _without_words(value, where)]
