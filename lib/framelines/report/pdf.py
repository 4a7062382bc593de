"""In print: the report of a case, and the article, set by Typst as tagged PDF (PDF/UA-1).

Bytes depend on what is set and on the locked packages alone: no date, no font of the machine.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pypandoc
import typst

from framelines import REPO, write_whole
from framelines.errors import DataError, Problem
from framelines.report import TEMPLATES
from framelines.report.site import QUESTION, report

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
    """Set `paper/paper.typ`, which looks its numbers up, as `reports/article.pdf`."""
    return compile_pdf(REPO / "paper" / "paper.typ", REPO / "reports" / "article.pdf")


def case_report(case: str) -> Path:
    """Write `reports/<case>/report.pdf`, the report of a case in print; return its path.

    Raises `DataError` where the PDF would not be accessible.
    """
    about, page = report(case, in_print=True)
    source = typst_source(page, about["title"])
    return compile_pdf(source.encode(), REPO / "reports" / case / "report.pdf")


def typst_source(page: str, title: str) -> str:
    """Return HTML as a Typst document by Pandoc, which escapes whatever a text holds."""
    options = [f"--template={TEMPLATES / 'report.typ'}", f"--lua-filter={TEMPLATES / 'alt.lua'}"]
    options += [f"--metadata=title={title}", f"--metadata=question={QUESTION}", "--wrap=none"]
    options.append("--shift-heading-level-by=-1")
    return str(pypandoc.convert_text(page, "typst", format="html", extra_args=options))
