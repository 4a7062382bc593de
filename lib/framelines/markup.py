"""Markdown and HTML for the reports: headings with anchors, formulas as MathML, nothing live.

Whatever a notebook shows passes through `clean`: an allow-list of elements and attributes. A
source's text can therefore not run, load or style anything, whichever way it got into a cell.
"""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import bleach
import mistune
from latex2mathml.converter import convert
from markupsafe import Markup

MATHML = frozenset(
    "math menclose merror mfrac mi mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle "
    "msub msubsup msup mtable mtd mtext mtr munder munderover".split()
)
ELEMENTS = MATHML | frozenset(
    "a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong "
    "sub summary sup table tbody td tfoot th thead tr u ul var wbr".split()
)
ATTRIBUTES = frozenset(
    "alt alttext aria-hidden aria-label aria-labelledby class colspan dir display height id lang "
    "role rowspan scope start stretchy tabindex title width mathvariant xmlns".split()
)
PICTURE = re.compile(r"data:image/(?:svg\+xml|png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+\Z")
LINK = re.compile(r"(?:https?://|mailto:|#|\.{0,2}/|[A-Za-z0-9_-]+[./])(?!.*[\x00-\x1f])")
# A wide table is scrolled, by keyboard too; the page is not.
SCROLL = '<div class="scroll" role="region" tabindex="0" aria-label="Table">'


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and PICTURE.match(value) is not None
    if name == "href":
        return tag == "a" and LINK.match(value) is not None
    return name in ATTRIBUTES


def clean(markup: str) -> str:
    """Return HTML with everything removed that is not on the list of what may stand in a report.

    The content of scripts and styles goes with them; other unknown elements lose their tags.
    """
    without = re.sub(r"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)", "", markup)
    cleaner = bleach.sanitizer.Cleaner(
        tags=ELEMENTS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
    )
    return str(cleaner.clean(without))


def sentence(source: str) -> Markup:
    """Return one paragraph of Markdown as clean HTML without the paragraph around it."""
    return Markup(re.sub(r"^<p>|</p>\s*$", "", Page().prose(source).strip()))


@dataclass(frozen=True)
class Heading:
    """A heading of the page: its level from 1 to 6, its text, and its anchor."""

    level: int
    text: str
    anchor: str


@dataclass
class Page:
    """Turns the Markdown of one page into HTML, and remembers its headings."""

    headings: list[Heading] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)

    def prose(self, source: str) -> str:
        """Return Markdown as clean HTML, with formulas as MathML."""
        renderer = _Renderer(self)
        plugins = ["table", "footnotes", "strikethrough", "math", "def_list"]
        convert_markdown = mistune.create_markdown(renderer=renderer, plugins=plugins)
        # The plugin registers its own functions, which leave a formula as TeX.
        renderer.register("inline_math", lambda _, text: _formula(text, "inline"))
        renderer.register("block_math", lambda _, text: _formula(text, "block"))
        page = clean(str(convert_markdown(source)))
        # What is wider than a phone is scrolled, by keyboard too.
        return self._with_tables(page.replace("<pre>", '<pre class="output" tabindex="0">'))

    def _with_tables(self, page: str) -> str:
        """Return HTML with every table in a region of its own, named by the heading above it."""
        above = "Table"

        def region(found: re.Match[str]) -> str:
            nonlocal above
            if found[0] != "<table>":
                above = "Table: " + re.sub("<[^>]+>", "", found[1]).replace('"', "&quot;")
                return found[0]
            self.tables.append(above)
            again = self.tables.count(above)
            name = above if again == 1 else f"{above}, {again}"
            return SCROLL.replace('"Table"', f'"{name}"') + '<table class="prose-table">'

        page = re.sub(r"<h[1-6][^>]*>(.*?)</h[1-6]>|<table>", region, page)
        return page.replace("</table>", "</table></div>")

    def anchor(self, text: str) -> str:
        """Return an anchor for a heading that no other heading of the page has."""
        ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        base = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-") or "section"
        taken = {heading.anchor for heading in self.headings} | {"main", "contents"}
        number, anchor = 1, base
        while anchor in taken:
            number += 1
            anchor = f"{base}-{number}"
        return anchor


class _Renderer(mistune.HTMLRenderer):
    def __init__(self, page: Page) -> None:
        super().__init__(escape=False)
        self.page = page

    def heading(self, text: str, level: int, **_: Any) -> str:
        plain = html.unescape(re.sub(r"<[^>]+>", "", text))
        heading = Heading(level, plain, self.page.anchor(plain))
        self.page.headings.append(heading)
        return f'<h{level} id="{heading.anchor}">{text}</h{level}>\n'


def _formula(text: str, display: str) -> str:
    source = html.unescape(text)
    # The source stays with the formula: it is its alternative text in print.
    alternative = f'<math alttext="{html.escape(" ".join(source.split()))}"'
    if display == "block":
        alternative += ' tabindex="0"'
    return convert(source, display=display).replace("<math", alternative, 1)


# --- what a finished page must hold ------------------------------------------------------------


class _Audit(HTMLParser):
    """Collects what is wrong with a page for readers without a network or without eyes."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.inside: list[str] = []
        self.style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "iframe", "object", "embed", "base", "form"):
            self.problems.append(f"a <{tag}> element")
        if tag == "img" and not given.get("alt", "").strip():
            self.problems.append("an image without alternative text")
        source = given.get("src", given.get("href", "") if tag == "link" else "")
        if source and not source.startswith("data:"):
            self.problems.append(f"something from outside the file: {source[:80]}")
        self.problems += [f"a live attribute: {name}" for name in given if name.startswith("on")]
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and given.get("href", "").startswith("#"):
            self.inside.append(given["href"][1:])
        self.style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.style = False

    def handle_data(self, data: str) -> None:
        if self.style and re.search(r"@import|url\(", data):
            self.problems.append("a style from outside the file")


def audit(page: str) -> list[str]:
    """Return what is wrong with a finished page; an empty list if it may be published.

    It may load nothing, run nothing, hold no image without alternative text, no id twice, and no
    link to an anchor that is not there.
    """
    reader = _Audit()
    reader.feed(page)
    twice = sorted({name for name in reader.ids if reader.ids.count(name) > 1})
    missing = sorted(set(reader.inside) - set(reader.ids))
    reader.problems += [f"the id {name!r} twice" for name in twice]
    reader.problems += [f"a link to #{name}, which is not there" for name in missing]
    return reader.problems
