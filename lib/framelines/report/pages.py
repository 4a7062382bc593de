"""What readers see: executed notebooks, the front page and the prose beside them, as HTML.

Every page is one file that loads nothing and runs nothing. Whatever a notebook shows passes an
allow-list of elements and attributes, so that a source's text can neither run, load nor style.
"""

import html
import json
import re
from collections.abc import Sequence
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
from framelines.tables.case import case_names, read_case_file
from framelines.tables.schema import allowed, fields_of, resources

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
    "alt aria-hidden aria-label aria-labelledby class colspan dir display height id lang "
    "mathvariant role rowspan scope start stretchy tabindex title width xmlns".split()
)
# Anchor and text of every chapter of a page.
Contents = Sequence[tuple[str, str]]
PICTURE = re.compile(r"data:image/(?:svg\+xml|png|jpeg);base64,[A-Za-z0-9+/=\s]+\Z")
LINK = re.compile(r"(?:https?://|mailto:|#|\.{0,2}/|[A-Za-z0-9_-]+[./])(?!.*[\x00-\x1f])")
WORDS = re.compile(r"[\w-]+")
HEADING = re.compile(r"(?s)<h([1-6])\b[^>]*>(.*?)</h\1>")
# So many findings of a case stand on the front page.
LEADING = 3
QUESTION = "How do opposing sources tell the same war?"
# The pages beside the reports: name, file, what they are for, and where their words are from.
SHELF = (
    ("Methods", "methods.html", "what is computed, how, and from whom", "docs/methods.md"),
    ("Simulations", "simulations.html", "do intervals cover, do tests hold", "docs/simulations.md"),
    ("Data dictionary", "data.html", "every table and every column of the codes", ""),
    ("Codebook", "codebook.html", "the rules by which coders coded", "data/CODEBOOK.md"),
    ("Environment", "environment.html", "what the same results means", "docs/environment.md"),
)


def clean(page: str) -> str:
    """Return HTML without whatever is not on the list of what may stand in a report.

    The content of scripts, styles and sources of formulas goes with them; other unknown elements
    lose their tags.
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


def slug(text: str) -> str:
    """Return an anchor made of a heading."""
    return re.sub(r"\W+", "-", text.lower()).strip("-") or "section"


def anchored(page: str) -> tuple[str, Contents]:
    """Return HTML with an anchor on every heading, and its chapters."""
    chapters: list[tuple[str, str]] = []
    taken = {"main", "contents", *re.findall(r'\bid="([^"]*)"', HEADING.sub("", page))}

    def anchor(found: re.Match[str]) -> str:
        text = html.unescape(re.sub("<[^>]+>", "", found[2])).strip()
        base = slug(text)
        name, again = base, 1
        while name in taken:
            again += 1
            name = f"{base}-{again}"
        taken.add(name)
        if found[1] == "2":
            chapters.append((name, text))
        return f'<h{found[1]} id="{name}">{found[2]}</h{found[1]}>'

    return HEADING.sub(anchor, page), chapters


def publish(file: str, title: str, template: str = "page.html.j2", **more: Any) -> Path:
    """Write the page `file` of reports/ whole, or raise `DataError` for an image without words."""
    more["style"] = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8").rstrip())
    more |= {"title": title, "home": "../" * file.count("/"), "shelf": [s[:3] for s in SHELF]}
    text = fragment(template, **more)
    images = re.findall(r'<img\b(?:"[^"]*"|[^">])*>', text)
    if not all(re.search(r'\balt="[^"]*[^"\s]', image) for image in images):
        what = "the page has an image without alternative text"
        raise DataError([Problem(f"reports/{file}", what)])
    return write_whole(REPO / "reports" / file, f"{text}\n")


def label(slug: str) -> str:
    """Return the name of a notebook as readers see it: 01-source-profiles is Source profiles."""
    return re.sub(r"^\d+-", "", slug).replace("-", " ").capitalize()


def cells(node: Any, *, code: bool = True) -> str:
    """Return the cells of a notebook as HTML, not yet cleaned; in print without their code."""
    file = str(TEMPLATES / "cells.html.j2")
    exporter = HTMLExporter(template_file=file, exclude_input=not code, exclude_anchor_links=True)
    exporter.register_filter("highlight_code", Highlight2HTML())
    # Not the exporter's own method: it gives images without words some that say nothing.
    return str(super(HTMLExporter, exporter).from_notebook_node(node)[0])


def linked(page: str, ids: frozenset[str]) -> str:
    """Return HTML in which every id of `ids` in a text leads to its row in the explorer."""

    def link(found: re.Match[str]) -> str:
        name = found[0]
        return f'<a href="explore.html#{name}">{name}</a>' if name in ids else name

    return re.sub(">[^<]+<", lambda text: WORDS.sub(link, text[0]), page)


def render_notebook(
    executed: Path, case: str, notebook: str, ids: frozenset[str] = frozenset()
) -> Path:
    """Write `reports/<case>/<notebook>.html` from the executed notebook; return its path.

    `ids` are the claims that the explorer shows. Raises `DataError` for an image without words.
    """
    node = nbformat.read(executed, as_version=4)
    main, contents = anchored(clean(cells(node)))
    main = linked(main, ids)
    return publish(
        f"{case}/{notebook}.html",
        f"{label(notebook)}: {read_case_file(case, REPO).title}",
        main=Markup(main),
        contents=contents,
        links=links(case, notebook),
        made=f"Made by notebooks/{notebook}.ipynb.",
    )


def links(case: str, current: str) -> list[tuple[str, str, bool]]:
    """Return the pages of a case. Titles come from names: no page hangs on another notebook."""
    pages = [
        (label(name), f"{name}.html", name == current) for name in ["explore", *notebooks(REPO)]
    ]
    return [("Overview", "index.html", current == "index"), *pages]


def _rank(finding: dict[str, Any]) -> tuple[int, bool]:
    """How much a verdict says, what holds and was tested first; then if a headline is borne."""
    order = ("holds", "holds but", "as expected", "described", "does not hold", "not")
    said = finding["verdict"]
    ranks = [i for i, word in enumerate(order) if said.startswith(word)]
    rank = max(ranks, default=len(order)) + ("untested" in said)
    return rank, finding["headline"] == finding.get("name")


def overview(case: str) -> dict[str, Any]:
    """Return a case as readers meet it: title, pages, and the findings and tables of each page."""
    findings: list[dict[str, Any]] = []
    tables: list[dict[str, Any]] = []
    pages = []
    for notebook in notebooks(REPO):
        numbers = REPO / "reports" / case / "numbers" / f"{notebook[:2]}.json"
        if numbers.is_file():
            page, told = f"{notebook}.html", json.loads(numbers.read_text(encoding="utf-8"))
            pages.append((label(notebook), page))
            findings += [entry | {"page": page} for entry in told["findings"]]
            tables += [entry | {"page": page} for entry in told["tables"]]
    file = read_case_file(case, REPO)
    about: dict[str, Any] = {"name": case, "title": file.title}
    about |= {"planted": (REPO / file.data / "truth.yaml").is_file()}
    about |= {"leading": sorted(findings, key=_rank)[:LEADING]}
    return about | {"findings": findings, "tables": tables, "pages": pages}


def render_site() -> list[Path]:
    """Write the front page, the page of every case and the prose; return their paths."""
    made = [_prose(name, file, source) for name, file, _, source in SHELF]
    cases = [overview(name) for name in case_names(REPO)]
    # First what most is found in; a case with planted truth comes last, for it shows nothing new.
    cases.sort(key=lambda case: (case["planted"], [_rank(one) for one in case["leading"]]))
    for case in cases:
        page = (f"{case['name']}/index.html", case["title"], "site.html.j2")
        made.append(publish(*page, cases=[case], links=links(case["name"], "index")))
    own = [(case["title"], f"{case['name']}/index.html", False) for case in cases]
    made.append(publish("index.html", QUESTION, "site.html.j2", cases=cases, links=own))
    return made


def _prose(name: str, file: str, source: str) -> Path:
    """Write a page beside the reports, from Markdown or, without a source, from the schema."""
    about = {"tables": resources(), "fields_of": fields_of, "allowed": allowed}
    page = _markdown(REPO / source) if source else fragment("data.html.j2", **about)
    main, contents = anchored(clean(page))
    own = [(title, href, href == file) for title, href, _, _ in SHELF]
    return publish(file, name, main=Markup(main), contents=contents, links=own)


def _markdown(path: Path) -> str:
    """Markdown as HTML: citations from paper/references.bib, formulas as MathML."""
    bibliography = REPO / "paper" / "references.bib"
    options = ["--mathml", "--wrap=none", "--citeproc", f"--bibliography={bibliography}"]
    page = str(pypandoc.convert_file(path, "html5", format="markdown", extra_args=options))
    scroll = '<div class="scroll" role="region" tabindex="0" aria-label="Table"><table'
    return page.replace("<table", scroll).replace("</table>", "</table></div>")
