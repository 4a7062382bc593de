"""The reports in a real browser: quiet, accessible, narrow, printed, and without scripts.

They need Chromium; the accessibility rules are those of axe-core, fetched once by npm into
`build/browser/`. Where one of them is absent, the tests are skipped and say so.
"""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from framelines.corpus import REPO
from framelines.render import render
from tests.browser.devtools import Browser

pytestmark = pytest.mark.slow

AXE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# An A4 page without the margins of style.css, at 96 pixels an inch.
PRINTED = round((210 - 2 * 16) / 25.4 * 96)
ATTACK = (
    "<script>document.title='hit'</script><img alt=a src=x onerror=\"document.title='hit'\">"
    "<a href=\"javascript:document.title='hit'\">a</a><svg onload=\"document.title='hit'\"></svg>"
    "<iframe src='https://example.org/'></iframe><link rel=stylesheet href='https://example.org/a'>"
    "<img alt=a src='https://example.org/a.png'><style>@import url('https://example.org/')</style>"
)
PAGES = sorted((REPO / "reports").glob("*.html")) + sorted((REPO / "reports").glob("*/*.html"))
pages = pytest.mark.parametrize(
    "page", PAGES or [None], ids=[p.relative_to(REPO).as_posix() for p in PAGES] or ["none"]
)
# What stands out of the window, but for what lies in an element that is scrolled.
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect();
  const hidden = e.closest('.skip') || !box.width || getComputedStyle(e).visibility === 'hidden';
  let up = e.parentElement, scrolled = false;
  for (; up; up = up.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) scrolled = true;
  return !hidden && !scrolled && box.right > document.documentElement.clientWidth + 1;
}).map(e => e.outerHTML.slice(0, 120))"""
CUT = """[...document.querySelectorAll('table, figure, img, pre')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && (box.right > document.documentElement.clientWidth + 1 || box.left < -1);
}).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the source of axe-core."""
    file = REPO / "build" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
    wanted = AXE.rpartition("@")[2]
    if not file.is_file() or f"axe v{wanted}" not in file.read_text("utf-8")[:200]:
        if not shutil.which("npm"):
            pytest.skip("axe-core is not here, and no npm to fetch it (Debian: apt install npm)")
        place = REPO / "build" / "browser"
        place.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", place, "--no-audit", "--no-fund", AXE]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not file.is_file():
            pytest.skip(f"axe-core is not here, and npm could not fetch it: {done.stderr[-200:]}")
    return file.read_text("utf-8")


def _address(page: Path | None) -> str:
    if page is None:
        pytest.skip("no reports are built: run make first")
    return page.as_uri()


@pages
def test_nothing_is_fetched_and_nothing_complains(browser: Browser, page: Path | None) -> None:
    address = _address(page)
    browser.open(address)
    asked = [event["request"]["url"] for event in browser.named("Network.requestWillBeSent")]
    assert [url for url in asked if url != address and not url.startswith("data:")] == []
    assert browser.named("Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []
    assert [event["entry"]["text"] for event in browser.named("Log.entryAdded")] == []


def _violations(browser: Browser, axe: str) -> list[str]:
    browser.run(f"{axe};0")
    found = browser.run(
        f"axe.run(document, {{runOnly: {RULES}, resultTypes: ['violations']}}).then(r => "
        "r.violations.map(v => v.id + ': ' + v.help + ': ' + "
        "v.nodes.slice(0, 3).map(n => n.html.slice(0, 150) + ' ' + n.failureSummary).join(' | ')))"
    )
    return [str(violation) for violation in found]


def test_axe_is_awake(browser: Browser, axe: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><img src='data:,'><p style='color:#ccc'>Pale</p></html>")
    browser.open(page.as_uri())
    met = {violation.partition(":")[0] for violation in _violations(browser, axe)}
    assert {"image-alt", "html-has-lang", "color-contrast"} <= met


@pages
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_violation(browser: Browser, axe: str, page: Path | None, width: int) -> None:
    browser.open(_address(page), width=width)
    # Folded code is read too.
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert _violations(browser, axe) == []


@pages
def test_a_phone_scrolls_tables_but_not_the_page(browser: Browser, page: Path | None) -> None:
    browser.open(_address(page), width=360)
    assert browser.run("document.documentElement.scrollWidth") <= 360
    assert browser.run(TOO_WIDE) == []
    # Whatever is scrolled can be reached by the keyboard, and its figure is not shrunk to dust.
    scrolled = (
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
    )
    assert browser.run(f"{scrolled}.every(e => e.tabIndex === 0)")
    small = "[...document.querySelectorAll('figure img')].filter(e => e.width < 300).length"
    assert browser.run(small) == 0


@pages
def test_it_works_without_scripts(browser: Browser, page: Path | None) -> None:
    browser.open(_address(page))
    words = browser.run("document.querySelector('main').innerText")
    browser.open(_address(page), scripts=False)
    assert browser.run("document.querySelector('main').innerText") == words and len(words) > 200
    if browser.run("document.querySelectorAll('details').length"):
        where = browser.run(
            "(e => (e.scrollIntoView({behavior: 'instant', block: 'center'}), "
            "[e.getBoundingClientRect().x + 5, e.getBoundingClientRect().y + 5]))"
            "(document.querySelector('summary'))"
        )
        for kind in ("mousePressed", "mouseReleased"):
            browser.send(
                "Input.dispatchMouseEvent",
                type=kind,
                x=where[0],
                y=where[1],
                button="left",
                clickCount=1,
            )
        assert browser.run("document.querySelector('details').open")


@pages
def test_the_keyboard_finds_the_text_first(browser: Browser, page: Path | None) -> None:
    browser.open(_address(page))
    for kind in ("keyDown", "keyUp"):
        browser.send("Input.dispatchKeyEvent", type=kind, key="Tab", windowsVirtualKeyCode=9)
    assert browser.run("document.activeElement.getAttribute('href')") == "#main"
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0


@pages
def test_print_cuts_no_table(browser: Browser, page: Path | None, tmp_path: Path) -> None:
    browser.open(_address(page), width=PRINTED)
    browser.send("Emulation.setEmulatedMedia", media="print")
    assert browser.run(CUT) == []
    rows = (
        "[...document.querySelectorAll('tr')]"
        ".every(e => getComputedStyle(e).breakInside === 'avoid')"
    )
    heads = (
        "[...document.querySelectorAll('thead')]"
        ".every(e => getComputedStyle(e).display === 'table-header-group')"
    )
    assert browser.run(rows) and browser.run(heads)
    words = browser.run(
        "[...document.querySelectorAll('table')].map(t => t.rows[t.rows.length - 1].innerText)"
    )
    answer = browser.send(
        "Page.printToPDF", preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69
    )
    pdf = tmp_path / "page.pdf"
    pdf.write_bytes(base64.b64decode(answer["data"]))
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True)
        box = r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)<'
        width = float(re.findall(r'<page width="([\d.]+)"', done.stdout)[0])
        found = re.findall(box, done.stdout)
        assert [
            word for left, right, word in found if float(right) > width or float(left) < 0
        ] == []
        printed = "".join(word for _, _, word in found)
        for row in words:
            last = re.sub(r"[^\w]", "", row.split()[-1]) if row.split() else ""
            assert last in re.sub(r"[^\w]", "", printed)


def test_what_a_source_plants_stays_inert(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "notebooks" / "cases").mkdir(parents=True)
    # JSON is YAML.
    case = json.dumps({"title": ATTACK, "data": "data"})
    (tmp_path / "notebooks" / "cases" / "river.yaml").write_text(case)
    shown = [
        v4.new_output("stream", text=ATTACK),
        v4.new_output(
            "display_data", data={"text/html": f"<table><tr><td>{ATTACK}</td></tr></table>"}
        ),
        v4.new_output("display_data", data={"text/markdown": ATTACK}),
        v4.new_output("display_data", data={"text/plain": ATTACK}),
    ]
    cells = [
        v4.new_markdown_cell(f"# {ATTACK}\n\n{ATTACK}"),
        v4.new_code_cell(ATTACK, outputs=shown),
    ]
    notebook = v4.new_notebook(cells=cells)
    notebook.metadata["papermill"] = {"parameters": {"x": ATTACK}}
    for folder in ("notebooks", "build/executed/river"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, tmp_path / folder / "01-one.ipynb")
    page = render("river", "01-one", root=tmp_path)
    browser.open(page.as_uri())
    asked = [event["request"]["url"] for event in browser.named("Network.requestWillBeSent")]
    assert [url for url in asked if url != page.as_uri() and not url.startswith("data:")] == []
    browser.run("document.querySelectorAll('main a').forEach(a => a.click())")
    assert "hit" not in browser.run("document.title.replace(/'hit'/g, '')")
