"""What readers see: executed notebooks, the front page and the prose beside them, as HTML.

Every page is one file that loads nothing and runs nothing. Whatever a notebook shows passes an
allow-list of elements and attributes, so that a source's text can neither run, load nor style.
"""

import html
import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import bleach
import nbformat
import pypandoc
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.filters import Highlight2HTML

from framelines import REPO, write_whole
from framelines.errors import DataError, Problem
from framelines.tables.case import case_names, read_case_file
from framelines.tables.schema import allowed, fields_of, resources

TEMPLATES = Path(__file__).resolve().parent / "templates"
MATHML = (
    "math menclose merror mfrac mi mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle "
    "msub msubsup msup mtable mtd mtext mtr munder munderover"
)
ELEMENTS = frozenset(
    f"{MATHML} a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small "
    "span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr".split()
)
ATTRIBUTES = frozenset(
    "alt alttext aria-hidden aria-label aria-labelledby class colspan dir display height id lang "
    "mathvariant role rowspan scope start stretchy tabindex title width xmlns".split()
)
# Level, anchor and text of every heading of a page.
Headings = Sequence[tuple[int, str, str]]
PICTURE = re.compile(r"data:image/(?:svg\+xml|png|jpeg);base64,[A-Za-z0-9+/=\s]+\Z")
LINK = re.compile(r"(?:https?://|mailto:|#|\.{0,2}/|[A-Za-z0-9_-]+[./])(?!.*[\x00-\x1f])")
HEADING = re.compile(r"(?s)<h([1-6])\b[^>]*>(.*?)</h\1>")
QUESTION = "How do opposing sources tell the same war?"
# The pages beside the reports: name, file, what they are for, and where their words are from.
SHELF = (
    ("Methods", "methods.html", "what is computed, how, and from whom", "docs/methods.md"),
    ("Data dictionary", "data.html", "every table and every column of the codes", ""),
    ("Codebook", "codebook.html", "the rules by which coders coded", "data/CODEBOOK.md"),
    ("Environment", "environment.html", "what the same results means", "docs/environment.md"),
)


# Cleaning and checking.


def clean(page: str) -> str:
    """Return HTML without whatever is not on the list of what may stand in a report.

    The content of scripts and styles goes with them; other unknown elements lose their tags.
    """
    without = re.sub(r"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)", "", page)
    schemes = {"http", "https", "mailto", "data"}
    return str(bleach.clean(without, ELEMENTS, _allowed, schemes, strip=True))


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and PICTURE.match(value) is not None
    if name == "href":
        return tag == "a" and LINK.match(value) is not None
    return name in ATTRIBUTES


def faults(page: str) -> list[str]:
    """Return what keeps a page from being published: for readers without network, or eyes."""
    tags = "\n".join(re.findall(r'<[a-z](?:"[^"]*"|[^">])*>', page))
    images = re.findall(r'<img\b(?:"[^"]*"|[^">])*>', tags)
    bare = [image for image in images if not re.search(r'\balt="[^"]*[^"\s]', image)]
    found = ["an image without alternative text"] * bool(bare)
    loads = re.findall(r'\bsrc="(?!data:)([^"]*)', tags)
    found += [f"something from outside the file: {source[:80]}" for source in loads]
    ids = re.findall(r'\sid="([^"]*)"', tags)
    found += [f"the id {name} twice" for name in sorted({n for n in ids if ids.count(n) > 1})]
    inside = {html.unescape(name) for name in re.findall(r'\shref="#([^"]*)"', tags)}
    known = {html.unescape(name) for name in ids}
    return found + [f"a link to #{name}, which is not there" for name in sorted(inside - known)]


def anchored(page: str) -> tuple[str, Headings]:
    """Return HTML with an anchor on every heading, and its headings."""
    headings: list[tuple[int, str, str]] = []
    taken = {"main", "contents", *re.findall(r'\bid="([^"]*)"', HEADING.sub("", page))}

    def anchor(found: re.Match[str]) -> str:
        level, inner = int(found[1]), found[2]
        text = html.unescape(re.sub("<[^>]+>", "", inner)).strip()
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        base = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-") or "section"
        name, again = base, 1
        while name in taken:
            again += 1
            name = f"{base}-{again}"
        taken.add(name)
        headings.append((level, name, text))
        return f'<h{level} id="{name}">{inner}</h{level}>'

    return HEADING.sub(anchor, page), headings


# Pages.


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)


def _publish(
    file: str, title: str, template: str = "page.html.j2", headings: Headings = (), **more: Any
) -> Path:
    """Write the page `file` of reports/ whole, or raise `DataError` where it has faults."""
    # A long page is found through by its chapters alone.
    depth = 3 if len(headings) <= 30 else 2
    more["contents"] = [heading for heading in headings if 2 <= heading[0] <= depth]
    more["style"] = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8").rstrip())
    more |= {"title": title, "home": "../" * file.count("/"), "shelf": [s[:3] for s in SHELF]}
    text = _templates().get_template(template).render(**more)
    problems = [Problem(f"reports/{file}", f"the page has {fault}") for fault in faults(text)]
    if problems:
        raise DataError(problems)
    return write_whole(REPO / "reports" / file, f"{text}\n")


def notebooks() -> list[str]:
    """Return the names of all notebooks, without their ending."""
    return sorted(path.stem for path in (REPO / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def label(slug: str) -> str:
    """Return the name of a notebook as readers see it: 01-source-profiles is Source profiles."""
    return re.sub(r"^\d+-", "", slug).replace("-", " ").capitalize()


def read_notebook(executed: Path) -> Any:
    """Return an executed notebook; raise `DataError` where there is none."""
    if not executed.is_file():
        where = f"build/executed/{executed.parent.name}/{executed.name}"
        raise DataError([Problem(where, "there is no such executed notebook", fix="Run make")])
    return nbformat.read(executed, as_version=4)


def cells(node: Any, *, code: bool = True) -> str:
    """Return the cells of a notebook as HTML, not yet cleaned; in print without their code."""
    # Not the exporter's own method: it gives images without words some that say nothing.
    return str(super(HTMLExporter, _exporter(code)).from_notebook_node(node)[0])


@cache
def _exporter(code: bool) -> HTMLExporter:
    file = str(TEMPLATES / "cells.html.j2")
    made = HTMLExporter(template_file=file, exclude_input=not code, exclude_anchor_links=True)
    made.register_filter("highlight_code", Highlight2HTML())
    return made


def render_notebook(executed: Path, case: str, notebook: str) -> Path:
    """Write `reports/<case>/<notebook>.html` from the executed notebook; return its path.

    Raises `DataError` where there is none, and where the page would load something, or shows an
    image without alternative text.
    """
    node, about = read_notebook(executed), read_case_file(case, REPO)
    main, headings = anchored(clean(cells(node)))
    titles = [text for level, _, text in headings if level == 1]
    parameters = node.metadata.get("papermill", {}).get("parameters", {})
    given = ", ".join(f"{name} = {json.dumps(v)}" for name, v in sorted(parameters.items()))
    return _publish(
        f"{case}/{notebook}.html",
        f"{titles[0] if titles else label(notebook)}: {about.title}",
        main=Markup(main),
        headings=headings,
        links=_links(case, notebook),
        made=f"Made by notebooks/{notebook}.ipynb" + (f" with {given}." if given else "."),
    )


def _links(case: str, current: str) -> list[tuple[str, str, bool]]:
    """The other pages of a case. Titles come from names: no page hangs on another notebook."""
    pages = [(label(name), f"{name}.html", name == current) for name in notebooks()]
    return [("Overview", "index.html", current == "index"), *pages]


# The front page, and the pages beside it.


def overview(case: str) -> dict[str, Any]:
    """Return a case as readers meet it: title, pages, and the findings and tables of each page."""
    about = read_case_file(case, REPO)
    shown: dict[str, Any] = {"name": case, "title": about.title, "own_data": about.data != "data"}
    shown |= {"findings": [], "tables": [], "pages": []}
    for notebook in notebooks():
        numbers = REPO / "reports" / case / "numbers" / f"{notebook[:2]}.json"
        if numbers.is_file():
            page, told = f"{notebook}.html", json.loads(numbers.read_text(encoding="utf-8"))
            shown["pages"].append((label(notebook), page))
            for kind in ("findings", "tables"):
                shown[kind] += [entry | {"page": page} for entry in told[kind]]
    return shown


def render_site() -> list[Path]:
    """Write the front page, the page of every case and the prose; return their paths."""
    made = [_prose(name, file, source) for name, file, _, source in SHELF]
    # Cases with tables of their own, such as a fictional one, come after those of the corpus.
    cases = [overview(name) for name in case_names(REPO)]
    cases.sort(key=lambda case: case["own_data"])
    for case in cases:
        name, links = case["name"], _links(case["name"], "index")
        page = (f"{name}/index.html", case["title"], "site.html.j2")
        made.append(_publish(*page, cases=[case], links=links))
    links = [(case["title"], f"{case['name']}/index.html", False) for case in cases]
    made.append(_publish("index.html", QUESTION, "site.html.j2", cases=cases, links=links))
    return made


def _prose(name: str, file: str, source: str) -> Path:
    """Write a page beside the reports, from Markdown or, without a source, from the schema."""
    main, headings = anchored(clean(_markdown(REPO / source) if source else _dictionary()))
    links = [(title, href, href == file) for title, href, _, _ in SHELF]
    return _publish(file, name, main=Markup(main), headings=headings, links=links)


def _markdown(path: Path) -> str:
    """Markdown as HTML: citations from paper/references.bib, formulas as MathML."""
    bibliography = REPO / "paper" / "references.bib"
    options = ["--mathml", "--wrap=none"]
    if bibliography.is_file() and "[@" in path.read_text(encoding="utf-8"):
        options += ["--citeproc", f"--bibliography={bibliography}"]
    page = str(pypandoc.convert_file(path, "html5", format="markdown", extra_args=options))
    scroll = '<div class="scroll" role="region" tabindex="0" aria-label="Table"><table'
    page = page.replace("<table", scroll).replace("</table>", "</table></div>")
    # The source of a formula is its alternative text, not a second formula.
    formula = r"(?s)<math\b([^>]*)>(.*?)<annotation\b[^>]*>(.*?)</annotation>"
    return re.sub(formula, _with_source, page)


def _with_source(formula: re.Match[str]) -> str:
    source = html.escape(" ".join(html.unescape(formula[3]).split()))
    return f'<math{formula[1]} alttext="{source}">{formula[2]}'


def _dictionary() -> str:
    """The data dictionary: every table and column, from data/datapackage.yaml."""
    about = {"tables": resources(), "fields_of": fields_of, "allowed": allowed}
    return _templates().get_template("data.html.j2").render(about)
