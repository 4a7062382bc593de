"""What readers see: executed notebooks and the prose beside them, as HTML.

Every page is made by `publish`: one file that loads nothing, and runs no script but one of ours,
which its template allows by its digest. Whatever a notebook shows passes an allow-list of elements
and attributes, so that a source's text can neither run, load nor style.
"""

import html
import re
from itertools import count
from pathlib import Path
from typing import Any

import bleach
import nbformat
import pypandoc
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.filters import Highlight2HTML

from framelines import REPO, notebooks, write_whole
from framelines.errors import DataError, Problem
from framelines.report import TEMPLATES, fragment
from framelines.tables.case import read_case_file
from framelines.tables.schema import allowed, fields_of, resources

ELEMENTS = frozenset(
    "math menclose merror mfrac mi mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle "
    "msub msubsup msup mtable mtd mtext mtr munder munderover "
    "a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small "
    "span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr".split()
)
ATTRIBUTES = frozenset(
    "alt aria-hidden aria-label aria-labelledby class colspan data-head dir display height id lang "
    "mathvariant role rowspan scope start stretchy tabindex title width xmlns".split()
)
PICTURE = re.compile(r"data:image/(?:svg\+xml|png|jpeg);base64,[A-Za-z0-9+/=\s]+\Z")
LINK = re.compile(r"(?:https?://|mailto:|#|\.{0,2}/|[A-Za-z0-9_-]+[./])(?!.*[\x00-\x1f])")
HEADING = re.compile(r"(?s)<h([1-6])\b[^>]*>(.*?)</h\1>")
# The pages beside the reports: name, file, and where their words are from.
SHELF = (
    ("Methods", "methods.html", "docs/methods.md"),
    ("Simulations", "simulations.html", "docs/simulations.md"),
    ("Data dictionary", "data.html", ""),
    ("Codebook", "codebook.html", "data/CODEBOOK.md"),
    ("Environment", "environment.html", "docs/environment.md"),
)


def clean(page: str) -> str:
    """Return HTML without what may not stand in a report.

    Scripts, styles and sources of formulas go whole; other unknown elements lose their tags.
    """
    without = re.sub(r"(?is)<(script|style|annotation)\b.*?(?:</\1\s*>|\Z)", "", page)
    schemes = {"http", "https", "mailto", "data"}
    return str(bleach.clean(without, ELEMENTS, _allowed, schemes, strip=True))


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and PICTURE.match(value) is not None
    if name == "href":
        return tag == "a" and LINK.match(value) is not None
    return name in ATTRIBUTES


def publish(file: str, title: str, template: str = "page.html.j2", **values: Any) -> Path:
    """Write the page `file` of reports/ whole, or raise `DataError` for an image without words.

    It leads to the other pages of its case, or to those of `SHELF`, but for other `links`: names
    and addresses. `values` are what the template asks for.
    """
    case, _, here = file.rpartition("/")
    names = ["explore", *notebooks(REPO), "numbers"] if case else []
    links = [("Overview", "index.html"), *((label(name), f"{name}.html") for name in names)]
    about = {"title": title, "here": here, "home": "../" if case else "", "shelf": SHELF}
    about |= {"links": links if case else SHELF} | values
    text = fragment(template, **about)
    images = re.findall(r'<img\b(?:"[^"]*"|[^">])*>', text)
    if not all(re.search(r'\balt="[^"]*[^"\s]', image) for image in images):
        what = "the page has an image without alternative text"
        raise DataError([Problem(f"reports/{file}", what)])
    return write_whole(REPO / "reports" / file, f"{text}\n")


def label(slug: str) -> str:
    """Return the name of a notebook as readers see it: 01-source-profiles is Source profiles."""
    return re.sub(r"^\d+-", "", slug).replace("-", " ").capitalize()


def _sheet(file: str, title: str, page: str, **more: Any) -> Path:
    """Write a page of text with an anchor on every heading and a list of its chapters."""
    page, contents = clean(page), []
    taken = {"main", "contents", *re.findall(r'\bid="([^"]*)"', HEADING.sub("", page))}

    def anchor(found: re.Match[str]) -> str:
        text = html.unescape(re.sub("<[^>]+>", "", found[2])).strip()
        base = re.sub(r"\W+", "-", text.lower()).strip("-") or "section"
        names = (f"{base}-{i}" if i > 1 else base for i in count(1))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        if found[1] == "2":
            contents.append((name, text))
        return f'<h{found[1]} id="{name}">{found[2]}</h{found[1]}>'

    main = Markup(HEADING.sub(anchor, page))
    return publish(file, title, main=main, contents=contents, **more)


def linked(page: str, ids: frozenset[str]) -> str:
    """Return HTML in which every id of `ids` in a text leads to its row in the explorer."""

    def link(found: re.Match[str]) -> str:
        name = found[0]
        return f'<a href="explore.html#{name}">{name}</a>' if name in ids else name

    # Tags stay as they are, and links whole, for a link in a link is none.
    return re.sub(r"(?s)<a\b.*?</a>|<[^>]*>|[\w-]+", link, page)


def render_notebook(case: str, notebook: str, ids: frozenset[str]) -> Path:
    """Write `reports/<case>/<notebook>.html` from the executed notebook; return its path.

    `ids` are the claims that the explorer shows. Raises `DataError` for an image without words.
    """
    executed = REPO / "build" / "executed" / case / f"{notebook}.ipynb"
    file = str(TEMPLATES / "cells.html.j2")
    exporter = HTMLExporter(template_file=file, exclude_anchor_links=True)
    exporter.register_filter("highlight_code", Highlight2HTML())
    # Not the exporter's own method: it gives images without words some that say nothing.
    as_html = super(HTMLExporter, exporter).from_notebook_node
    page = str(as_html(nbformat.read(executed, as_version=4))[0])
    title = f"{label(notebook)}: {read_case_file(case, REPO).title}"
    return _sheet(f"{case}/{notebook}.html", title, linked(page, ids), made=notebook)


def render_prose() -> list[Path]:
    """Write the pages beside the reports, from Markdown or from the schema; return their paths.

    Citations are those of paper/references.bib, formulas become MathML.
    """
    about, made = {"tables": resources(), "fields_of": fields_of, "allowed": allowed}, []
    options = ["--mathml", "--wrap=none", f"--lua-filter={TEMPLATES / 'tables.lua'}"]
    options += ["--citeproc", f"--bibliography={REPO / 'paper' / 'references.bib'}"]
    for name, file, source in SHELF:
        if source:
            given: dict[str, Any] = {"format": "markdown", "extra_args": options}
            page = str(pypandoc.convert_file(REPO / source, "html5", **given))
            # A heading that says nothing is none; what is scrolled can be reached by keyboard.
            page = re.sub(r"<th\b[^>]*></th>", "<td></td>", page)
            page = page.replace("<math display", '<math tabindex="0" display')
        else:
            page = fragment("data.html.j2", **about)
        made.append(_sheet(file, name, page))
    return made
