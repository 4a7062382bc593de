"""What a reader gets keeps its limits: counted on every built page, in a browser."""

import json
import re
import shutil
import subprocess
from functools import cache
from importlib import resources
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from browser import looked, needs_browser
from lxml import html
from pypdf import PdfReader

from framelines import REPO
from framelines.report.site import claim_ids
from framelines.tables.case import case_names

REPORTS = REPO / "reports"
PAGES = sorted(REPORTS.rglob("*.html"))
FRONT, CASES = REPORTS / "index.html", [REPORTS / name / "index.html" for name in case_names()]
PRINTED = [REPORTS / "article.pdf", *(page.with_name("report.pdf") for page in CASES)]
needs_pages = pytest.mark.skipif(not PAGES, reason="nothing is built here: make")
pytestmark = pytest.mark.slow
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
# In the dark colour alone can be amiss, and rows of a long table are of one colour.
AXE = """
const script = doc.createElement("script");
script.textContent = %s;
doc.head.append(script);
const dark = win.matchMedia("(prefers-color-scheme: dark)").matches;
if (dark) doc.querySelectorAll("tr:nth-child(n + 60)").forEach((row) => row.remove());
const rules = dark ? { runOnly: ["color-contrast"] } : {};
const found = await win.axe.run(doc, { resultTypes: ["violations"], ...rules });
const of = (one) => one.id + ": " + one.nodes.map((node) => node.html.slice(0, 99)).join(" | ");
return [dark, found.violations.map(of)];
"""


@cache
def _read(path: Path) -> Any:
    return html.fromstring(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Any]:
    """What the browser measures, by page and size of its window."""
    pairs = [(path, size) for path in PAGES for size in SCREENS]
    views = [(path.read_text(encoding="utf-8"), *size, "light") for path, size in pairs]
    told = looked(views, MEASURE, tmp_path_factory.mktemp("browser"))
    return dict(zip(pairs, told, strict=True))


# First, for it takes longest, and others can run beside it.
@needs_pages
@needs_browser
@pytest.mark.skipif(not find_spec("axe_core_python"), reason="axe-core-python is not installed")
def test_axe_finds_nothing(tmp_path: Path) -> None:
    code = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    # The policy of the page would stop the script that looks at it.
    policy = re.compile('<meta http-equiv="Content-Security-Policy"[^>]*>')
    texts = [policy.sub("", path.read_text(encoding="utf-8")) for path in PAGES]
    for scheme in ("light", "dark"):
        told = looked([(text, *DESK, scheme) for text in texts], AXE % json.dumps(code), tmp_path)
        for path, (dark, violations) in zip(PAGES, told, strict=True):
            assert (dark, violations) == (scheme == "dark", []), path


@needs_pages
@needs_browser
def test_pages_have_room_and_reports_are_short(seen: dict[Any, Any]) -> None:
    """On a telephone tables and figures may be scrolled, the page itself nowhere."""
    for (path, size), one in seen.items():
        assert one["over"] == 0, path
        assert one["first"] >= 15 if size == PHONE else one["cut"] == [], (path, one)
    for page in (FRONT, *CASES):
        for size, most in SCREENS.items():
            assert seen[page, size]["height"] / size[1] <= most[page != FRONT], page
        main = _read(page).find(".//main")
        assert len(main.findall(".//figure")) <= FIGURES, page
        assert len(main.findall(".//table")) <= TABLES, page


@needs_pages
@pytest.mark.parametrize("page", [FRONT, *CASES])
def test_sentences_are_short_and_bear_few_numbers(page: Path) -> None:
    prose = "self::p or self::li or self::dd or self::figcaption or self::caption"
    for one in _read(page).xpath(f"//main//*[{prose}]"):
        text = " ".join(one.text_content().split())
        for said in re.split(r"(?<=[.?!])\s+(?=[A-Z“0-9])", text):
            assert len(said.split()) <= WORDS, said
            assert len(re.findall(A_NUMBER, re.sub(NO_NUMBER, "", said))) <= NUMBERS, said


@pytest.mark.parametrize("file", PRINTED, ids=lambda file: file.parent.name)
def test_print_has_few_pages_and_no_word_over_another(file: Path) -> None:
    assert len(PdfReader(file).pages) <= (ARTICLE if file.parent == REPORTS else PRINT)
    if shutil.which("pdftotext") is None:
        pytest.skip("there is no pdftotext here")
    done = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, check=True)
    for page in html.fromstring(done.stdout).findall(".//page"):
        words = [(one.text, *map(float, one.values())) for one in page.findall("word")]
        assert words
        for (one, left, top, right, foot), (other, *ends) in combinations(words, 2):
            wide = min(right, ends[2]) - max(left, ends[0])
            high = min(foot, ends[3]) - max(top, ends[1])
            # A box is as high as its line, so that those of two lines may touch.
            assert wide < 1 or high < 0.4 * min(foot - top, ends[3] - ends[1]), (one, other)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdfLaTeX here")
def test_latex_takes_every_number_and_every_table(tmp_path: Path) -> None:
    files = sorted([*REPORTS.glob("*/numbers/*.tex"), *REPORTS.glob("*/tables/*.tex")])
    # pdfTeX has no Arabic: the example says which programs have.
    latin = [file for file in files if not re.search("[\u0600-\u06ff]", file.read_text("utf-8"))]
    assert len(latin) > 20
    packages = "[T1]{fontenc} {array,booktabs,longtable} [margin=17mm]{geometry}".split(" ")
    lines = [r"\documentclass{article}", *(rf"\usepackage{package}" for package in packages)]
    lines += [r"\begin{document}", *(rf"\input{{{file}}}\clearpage" for file in latin)]
    (tmp_path / "all.tex").write_text("\n".join([*lines, r"\end{document}"]), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-1500:]
    log = (tmp_path / "all.log").read_text(encoding="utf-8", errors="replace")
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([0-9.]+)pt", log)]
    assert max(wide, default=0) < 40


@needs_pages
def test_every_link_leads_to_what_is_there_and_no_page_asks_for_more() -> None:
    ids = {path: {*_read(path).xpath("//@id")} for path in PAGES}
    for path in PAGES:
        page = _read(path)
        for href in page.xpath("//a/@href"):
            file, _, anchor = unquote(href).partition("#")
            if not re.match("[a-z]+:", file):
                target = (path.parent / file).resolve() if file else path
                assert target.exists(), (path, href)
                assert not anchor or anchor in ids[target], (path, href)
        asked = page.xpath("//@src | //@srcset | //link/@href | //object/@data")
        styles = " ".join(page.xpath("//style/text() | //@style"))
        asked += re.findall(r"url\(([^)]*)|@import", styles)
        assert {one[:40] for one in asked if not one.startswith("data:")} == set(), path
    for name in case_names():
        explorer = REPORTS / name / "explore.html"
        assert claim_ids(name) <= ids[explorer] and explorer.stat().st_size <= EXPLORER
