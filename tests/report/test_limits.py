"""What a reader gets keeps its limits: counted on every built page, in a browser."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from browser import looked, needs_browser
from lxml import html
from pypdf import PdfReader

from framelines import REPO
from framelines.report.explorer import claim_ids
from framelines.tables.case import case_names

REPORTS = REPO / "reports"
PAGES = sorted(REPORTS.rglob("*.html"))
FRONT, CASES = REPORTS / "index.html", [REPORTS / name / "index.html" for name in case_names()]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PAGES, reason="nothing is built here: make"),
]
DESK, PHONE = (1280, 800), (360, 640)
# Screens of the front page and of a report; a telephone shows about a third as much.
SCREENS = {DESK: (2, 10), PHONE: (6, 30)}
FIGURES, TABLES, WORDS, NUMBERS, EXPLORER = 6, 4, 30, 2, 150_000
PRINT, ARTICLE = 12, 8
# A day, a year and a level of confidence are no numbers of a sentence; a range is one.
NO_NUMBER = r"\d+ (?=[A-Z])|\b(?:19|20)\d\d\b|\b9\d %"
A_NUMBER = r"(?<![\w-])[−-]?[\d.,]*\d(?: to [−-]?[\d.,]*\d)?(?![\w-])"
MEASURE = """
const root = doc.documentElement, main = doc.querySelector("main");
const shown = (one) => one.getClientRects().length > 0;
const wide = (one) => shown(one) && one.scrollWidth > one.clientWidth + 1;
const first = (one) => shown(one) && one.getBoundingClientRect().top < 0.8 * win.innerHeight;
const told = [...main.querySelectorAll("h1, p, li")].filter(first);
const cut = [...main.querySelectorAll(".scroll, table, figure")].filter(wide);
return {
  height: root.scrollHeight,
  over: root.scrollWidth - root.clientWidth,
  cut: cut.map((one) => one.outerHTML.slice(0, 99)),
  first: told.map((one) => one.innerText).join(" ").split(/\\s+/).length,
};
"""
AXE = """
const script = doc.createElement("script");
script.textContent = %s;
doc.head.append(script);
const found = await win.axe.run(doc, { resultTypes: ["violations"] });
const of = (one) => one.id + ": " + one.nodes.map((node) => node.html.slice(0, 99)).join(" | ");
return [win.matchMedia("(prefers-color-scheme: dark)").matches, found.violations.map(of)];
"""


@cache
def _read(path: Path) -> Any:
    return html.fromstring(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Any]:
    """Return what the browser measures, by page and size of its window."""
    pairs = [(path, size) for path in PAGES for size in SCREENS]
    views = [(path.read_text(encoding="utf-8"), *size, "light") for path, size in pairs]
    told = looked(views, MEASURE, tmp_path_factory.mktemp("browser"))
    return dict(zip(pairs, told, strict=True))


@needs_browser
@pytest.mark.parametrize("page", [FRONT, *CASES])
def test_front_page_and_reports_are_short(seen: dict[Any, Any], page: Path) -> None:
    for size, most in SCREENS.items():
        assert seen[page, size]["height"] / size[1] <= most[page != FRONT]
    main = _read(page).find(".//main")
    assert len(main.findall(".//figure")) <= FIGURES and len(main.findall(".//table")) <= TABLES


@needs_browser
def test_every_page_has_room(seen: dict[Any, Any]) -> None:
    """On a telephone tables and figures may be scrolled, the page itself nowhere."""
    for (path, size), one in seen.items():
        assert one["over"] == 0, path
        assert one["first"] >= 15 if size == PHONE else one["cut"] == [], (path, one)


def _sentences(page: Path) -> Iterator[str]:
    prose = "self::p or self::li or self::dd or self::figcaption or self::caption"
    for one in _read(page).xpath(f"//main//*[{prose}]"):
        text = " ".join(one.text_content().split())
        yield from re.split(r"(?<=[.?!])\s+(?=[A-Z“0-9])", text)


@pytest.mark.parametrize("page", [FRONT, *CASES])
def test_sentences_are_short_and_bear_few_numbers(page: Path) -> None:
    for said in _sentences(page):
        assert len(said.split()) <= WORDS, said
        assert len(re.findall(A_NUMBER, re.sub(NO_NUMBER, "", said))) <= NUMBERS, said


def test_print_has_few_pages() -> None:
    for file in [REPORTS / "article.pdf", *(page.with_name("report.pdf") for page in CASES)]:
        most = ARTICLE if file.parent == REPORTS else PRINT
        assert len(PdfReader(file).pages) <= most, file


def test_every_link_and_every_claim_leads_to_what_is_there() -> None:
    ids = {path: {*_read(path).xpath("//@id")} for path in PAGES}
    for path in PAGES:
        for href in _read(path).xpath("//a/@href"):
            file, _, anchor = unquote(href).partition("#")
            if not re.match("[a-z]+:", file):
                target = (path.parent / file).resolve() if file else path
                assert target.exists(), (path, href)
                assert not anchor or anchor in ids[target], (path, href)
    for name in case_names():
        assert claim_ids(name) <= ids[REPORTS / name / "explore.html"]


def test_no_page_asks_for_another_file_and_no_explorer_is_heavy() -> None:
    for path in PAGES:
        page = _read(path)
        asked = page.xpath("//@src | //@srcset | //link/@href | //object/@data")
        styles = " ".join(page.xpath("//style/text() | //@style"))
        asked += re.findall(r"url\(([^)]*)|@import", styles)
        assert {one[:40] for one in asked if not one.startswith("data:")} == set(), path
        assert path.name != "explore.html" or path.stat().st_size <= EXPLORER


@needs_browser
@pytest.mark.skipif(not find_spec("axe_core_python"), reason="axe-core-python is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(tmp_path: Path, scheme: str) -> None:
    found = find_spec("axe_core_python")
    assert found and found.origin
    code = (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")
    # The policy of the page would stop the script that looks at it.
    policy = re.compile('<meta http-equiv="Content-Security-Policy"[^>]*>')
    texts = [policy.sub("", path.read_text(encoding="utf-8")) for path in PAGES]
    told = looked([(text, *DESK, scheme) for text in texts], AXE % json.dumps(code), tmp_path)
    for path, (dark, violations) in zip(PAGES, told, strict=True):
        assert (dark, violations) == (scheme == "dark", []), path
