"""Executed notebooks as single HTML files that load nothing."""

import html
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML, strip_ansi

from framelines import markup
from framelines.case_files import case_names, read_case_file
from framelines.corpus import REPO, write_whole
from framelines.problems import DataError, Problem
from framelines.runner import notebooks

TEMPLATES = Path(__file__).resolve().parent / "templates"
VERSION = "0.1.0"
PICTURES = ("image/svg+xml", "image/png", "image/jpeg")


class PageExporter(TemplateExporter):
    """Exports a notebook with our own template, which inherits from none of nbconvert's."""

    output_mimetype = "text/html"

    def __init__(self) -> None:
        super().__init__(template_name="framelines", extra_template_basedirs=[str(TEMPLATES)])

    def _template_extension_default(self) -> str:
        return ".html.j2"

    def _file_extension_default(self) -> str:
        return ".html"

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        # Whatever is not marked as HTML on purpose is text.
        environment.autoescape = True
        return environment


def render(case: str, notebook: str, *, root: Path = REPO) -> Path:
    """Write `reports/<case>/<notebook>.html` from the executed notebook; return its path.

    The page is one file that loads nothing. Raises `DataError` where there is no executed
    notebook, and where the page would load something, run something, or show an image without
    alternative text.
    """
    source = root / "build" / "executed" / case / f"{notebook}.ipynb"
    if not source.is_file():
        where, fix = f"build/executed/{case}/{notebook}.ipynb", "Run make"
        raise DataError([Problem(where, "there is no such executed notebook", fix=fix)])
    node = nbformat.read(source, as_version=4)
    page = markup.Page()
    blocks = [Markup(block) for cell in node.cells for block in cell_blocks(cell, page)]
    titles = [heading.text for heading in page.headings if heading.level == 1]
    parameters = node.metadata.get("papermill", {}).get("parameters", {})
    resources = frame(
        "../",
        title=titles[0] if titles else notebook_label(notebook),
        case_title=str(read_case_file(case, root)["title"]),
        notebook=notebook,
        blocks=blocks,
        contents=[heading for heading in page.headings if heading.level in (2, 3)],
        groups=_navigation(case, notebook, root),
        parameters=sorted((name, json.dumps(value)) for name, value in parameters.items()),
    )
    text, _ = PageExporter().from_notebook_node(node, resources)
    return publish(root / "reports" / case / f"{notebook}.html", text, root)


def frame(home: str, **more: Any) -> dict[str, Any]:
    """Return what the frame of every page needs; `home` leads from the page to reports/."""
    return dict(version=VERSION, home=home, **more)


def publish(path: Path, text: str, root: Path) -> Path:
    """Write a page whole or not at all, and only if it passes the audit."""
    where = path.relative_to(root).as_posix()
    problems = [Problem(where, f"the page has {problem}") for problem in markup.audit(text)]
    if problems:
        raise DataError(problems)
    return write_whole(path, text.rstrip() + "\n")


def notebook_label(slug: str) -> str:
    """Return the name of a notebook or case as a label: 01-source-profiles, Source profiles."""
    text = re.sub(r"^\d+-", "", slug).replace("-", " ")
    return text[:1].upper() + text[1:]


def _navigation(case: str, notebook: str, root: Path) -> list[dict[str, Any]]:
    """Return the links to the same report of other cases, and to other reports of this case.

    Labels come from file names: a page need not be rebuilt because another case changed.
    """
    same_report = [
        dict(text=notebook_label(name), href=f"../{name}/{notebook}.html", current=name == case)
        for name in case_names(root)
    ]
    same_case = [
        dict(text=notebook_label(name), href=f"{name}.html", current=name == notebook)
        for name in notebooks(root)
    ]
    return [dict(name="Report", links=same_case), dict(name="Case", links=same_report)]


# --- cells -------------------------------------------------------------------------------------


def cell_blocks(cell: Any, page: markup.Page, *, code: bool = True) -> list[str]:
    """Return a cell as clean HTML: prose, or its code, folded, and what it showed.

    Without `code`, as in print, neither the code is there nor what was written to stderr.
    """
    if cell.cell_type == "markdown":
        return [page.prose(cell.source)]
    if cell.cell_type != "code" or not cell.source.strip():
        return []
    if code:
        return [_code(cell), *(_output(output, page) for output in cell.outputs)]
    shown = [output for output in cell.outputs if output.get("name") != "stderr"]
    return [_output(output, page) for output in shown]


def _code(cell: Any) -> str:
    """Return the source of a cell, folded; its first comment says what it does."""
    lines = cell.source.strip().splitlines()
    tags = cell.metadata.get("tags", [])
    about = lines[0].lstrip("# ").rstrip(".") if lines[0].startswith("#") else ""
    if "parameters" in tags:
        about = "parameters and their defaults"
    elif "injected-parameters" in tags:
        about = "parameters of this run"
    size = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
    title = html.escape(
        f"Code: {about[:1].lower()}{about[1:]}, {size}" if about else f"Code, {size}"
    )
    # The colouring escapes what it is given, and adds nothing but spans.
    code = Highlight2HTML("python3")(cell.source.strip()).replace("<pre>", '<pre tabindex="0">')
    return f'<details class="code"><summary>{title}</summary>{code}</details>'


def _output(output: Any, page: markup.Page) -> str:
    if output.output_type == "stream":
        return _stream(output)
    if output.output_type == "error":
        return _plain("\n".join(output.traceback))
    data, metadata = output.data, output.metadata
    if "text/html" in data:
        shown, note = markup.clean(data["text/html"]), metadata.get("framelines", {})
        return shown + _files(note) if note else f"{markup.SCROLL}{shown}</div>"
    if "text/markdown" in data:
        return page.prose(data["text/markdown"])
    if "text/latex" in data:
        return page.prose(data["text/latex"])
    for kind in PICTURES:
        if kind in data:
            return _picture(kind, data[kind], metadata.get(kind, {}).get("alt", ""))
    return _plain(data.get("text/plain", ""))


def _stream(output: Any) -> str:
    if output.name == "stderr":
        return f"<details><summary>Messages of this cell</summary>{_plain(output.text)}</details>"
    return _plain(output.text)


def _plain(text: str) -> str:
    return f'<pre class="output" tabindex="0">{html.escape(strip_ansi(text))}</pre>' if text else ""


def _picture(kind: str, data: str, alt: str) -> str:
    import base64

    coded = base64.b64encode(data.encode()).decode() if kind == "image/svg+xml" else data.strip()
    return f'<figure><img src="data:{kind};base64,{coded}" alt="{html.escape(alt)}"></figure>'


def _files(note: dict[str, Any]) -> str:
    """Return links to the files of a figure or table, as they lie beside the reports."""
    links = " ".join(
        f'<a href="../../{html.escape(file)}">{html.escape(file.rpartition(".")[2].upper())}</a>'
        for file in note.get("files", [])
    )
    return (
        f'\n<p class="files">{html.escape(note["title"])} as a file: {links}</p>' if links else ""
    )


# --- results -----------------------------------------------------------------------------------


def record(path: Path) -> dict[str, Any]:
    """Return what a notebook wrote about its results, or nothing where it has not run."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return content if isinstance(content, dict) else {}
