"""In print: the report of a case, and the article, set by Typst as tagged PDF (PDF/UA-1).

Bytes depend on what is set and on the locked packages alone: no date, no font of the machine.
"""

import html
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pypandoc
import typst

from framelines import REPO, notebooks, write_whole
from framelines.errors import DataError, Problem
from framelines.report import TEMPLATES, fragment
from framelines.report.pages import QUESTION, cells, overview

# DejaVu, which has Arabic; Typst carries Libertinus with it.
FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"


def compile_pdf(source: bytes | Path, target: Path) -> Path:
    """Set a Typst document, given by its text or its path, as `target`; return that path.

    Raises `DataError` with what Typst says, such as of an image without alternative text, which
    PDF/UA-1 does not allow; nothing is written then.
    """
    settings: dict[str, Any] = {"root": str(REPO), "font_paths": [str(FONTS)]}
    settings |= {"ignore_system_fonts": True, "pdf_standards": ["ua-1"]}
    try:
        pdf = typst.compile(source, **settings)
    except typst.TypstError as error:
        fix = "; ".join([*error.hints, error.diagnostic.strip()])
        where = target.relative_to(REPO).as_posix()
        raise DataError([Problem(where, f"Typst: {error.message}", fix=fix)]) from None
    return write_whole(target, bytes(pdf))


def article() -> Path:
    """Set `paper/paper.typ`, which looks its numbers up, as `build/paper/paper.pdf`."""
    return compile_pdf(REPO / "paper" / "paper.typ", REPO / "build" / "paper" / "paper.pdf")


def case_report(case: str) -> Path:
    """Write `reports/<case>/report.pdf` from the executed notebooks of a case; return its path.

    Raises `DataError` where the PDF would not be accessible.
    """
    about, executed = overview(case), REPO / "build" / "executed" / case
    # All of it is one document here, without other pages.
    findings = [finding | {"page": ""} for finding in about["findings"]]
    found = ["<h1>What was found</h1>", fragment("findings.html.j2", findings=findings)]
    chapters = [_chapter(executed / f"{notebook}.ipynb") for notebook in notebooks(REPO)]
    source = typst_source("\n".join([*found * bool(findings), *chapters]), about["title"])
    return compile_pdf(source.encode(), REPO / "reports" / case / "report.pdf")


def typst_source(page: str, title: str) -> str:
    """Return HTML as a Typst document by Pandoc, which escapes whatever a text holds."""
    options = [f"--template={TEMPLATES / 'report.typ'}", f"--lua-filter={TEMPLATES / 'alt.lua'}"]
    options += [f"--metadata=title={title}", f"--metadata=question={QUESTION}", "--wrap=none"]
    return str(pypandoc.convert_text(page, "typst", format="html", extra_args=options))


def _chapter(executed: Path) -> str:
    """The cells of a notebook without code; figures are files."""
    node = nbformat.read(executed, as_version=4)
    for cell in node.cells:
        for output in cell.get("outputs", []):
            files = output.get("metadata", {}).get("framelines", {}).get("files", [])
            if files and "text/html" in output.data:
                shown, place = output.data["text/html"], f'src="/{html.escape(files[0])}"'
                output.data["text/html"] = re.sub(r'\bsrc="data:[^"]*"', place, shown)
    return re.sub(r'\bsrc="data:[^"]*"', "", cells(node, code=False))
