"""A page is one file that runs nothing and loads nothing, read without eyes, and alike in print."""

import html
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from browser import looked, needs_browser
from nbformat import v4

from framelines.analyses.disputes import accounts
from framelines.errors import DataError
from framelines.report import pages, site
from framelines.tables.case import load_case

DOT = '<img src="data:image/png;base64,iVBORw0KGgo=" alt="A dot.">'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
NOTEBOOK = "01-source-profiles"
FINDING = {"headline": "A & B", "sentence": "One <b>.", "verdict": "holds", "caution": ""}
TEXTS = {
    "notebooks/cases/hill.yaml": "title: 'The #hill & <b>war</b>'\ndata: data/hill\n",
    "notebooks/cases/river.yaml": "title: The river\nabout: Of <i>one</i> river.\ndata: data\n",
    **dict.fromkeys((f"notebooks/{NOTEBOOK}.ipynb", "notebooks/02-days.ipynb"), "{}"),
    "docs/methods.md": "# Methods\n\nOf $x^2$, as ever [@one1999].\n\n## References\n",
    **dict.fromkeys(("docs/environment.md", "docs/simulations.md"), "# Else\n"),
    "data/CODEBOOK.md": "# Codebook\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "paper/references.bib": "@book{one1999, author={Anne One}, title={Numbers}, year={1999}}",
    "figures/hill/01-dot.svg": SVG,
}
HARM = [
    "<script>alert(1)</script>",
    '<p onclick="alert(1)">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>',
    '<img src="https://example.org/x.png" alt="x">',
    "<style>p{background:url(//example.org)}</style>",
    '<iframe src="https://example.org"></iframe>',
    "<svg><script>alert(1)</script></svg>",
]
LIVE = r"<(script|style|iframe|svg)|onclick|javascript:|href=.data:|src=|url\("


def _code(*shown: dict[str, Any], source: str = "# Draw it.\nfigure()", **metadata: Any) -> Any:
    outputs = [v4.new_output("display_data", data=data, metadata=metadata) for data in shown]
    return v4.new_code_cell(source, outputs=outputs)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two cases, two notebooks, the prose, and a finding with its numbers."""
    for module in (pages, site):
        monkeypatch.setattr(module, "REPO", tmp_path)
    table = {"anchor": "tab-01-x", "caption": "All of it.", "file": "reports/hill/tables/01-x"}
    known = {"a_b_k_first": 3, "a_b_n_first": 12, "a_b_k_second": 0, "a_b_n_second": 5}
    numbers = {key: {"value": value, "text": ""} for key, value in known.items()}
    finding = FINDING | {"anchor": "finding-ab", "id": "a-b"}
    record = {"findings": [finding], "tables": [table], "numbers": numbers}
    for file, text in (TEXTS | {"reports/hill/numbers/01.json": json.dumps(record)}).items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def _execute(place: Path, *cells: Any) -> None:
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Source profiles"), *cells])
    executed = place / "build" / "executed" / "hill" / f"{NOTEBOOK}.ipynb"
    executed.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, executed)


def _page(place: Path, *cells: Any) -> str:
    _execute(place, *cells)
    return pages.render_notebook("hill", NOTEBOOK, frozenset()).read_text(encoding="utf-8")


def _table(*cells: str) -> str:
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<table><thead><tr>{'<th>h</th>' * len(cells)}</tr></thead><tr>{row}</tr></table>"


def test_a_page_has_landmarks_contents_and_links(place: Path) -> None:
    note = {"title": "Figure 1", "anchor": "fig-x"}
    note |= {"files": ["figures/hill/01-dot.svg", "figures/hill/01-dot.csv"]}
    figure, source = {"text/html": f"<figure>{DOT}</figure>"}, '# Print <b>.\nprint("<script>")'
    text = v4.new_markdown_cell("## Who *speaks*?\n\n### Where?\n\n## Who speaks?")
    page = _page(place, text, _code(figure, source=source, framelines=note))
    assert '<html lang="en">' in page and '<a class="skip" href="#main">' in page
    assert "<title>Source profiles: The #hill &amp; &lt;b&gt;war&lt;/b&gt; | Framelines" in page
    assert '<li><a href="#who-speaks">Who speaks?</a></li>' in page
    assert '<h3 id="where">' in page and 'href="#who-speaks-2"' in page
    assert 'href="../index.html"' in page and '<a href="02-days.html">Days</a>' in page
    assert f'<a href="{NOTEBOOK}.html" aria-current="page">' in page
    assert f"Made by notebooks/{NOTEBOOK}.ipynb." in page
    assert "<summary>Code: Print &lt;b&gt;. (2 lines)</summary>" in page
    assert "<script" not in page and "&lt;script&gt;" in page
    assert DOT in page and '<a href="../../figures/hill/01-dot.svg">SVG</a>' in page


@pytest.mark.parametrize("kind", ["text/html", "text/markdown"])
def test_nothing_live_gets_through(place: Path, kind: str) -> None:
    shown = [_code({kind: f"<p>Kept.</p>\n\n{harm}"}) for harm in HARM]
    page = _page(place, *shown, *map(v4.new_markdown_cell, HARM))
    assert page.count("Kept.") == len(HARM)
    assert not re.search(LIVE, page.partition("<main")[2].partition("</main>")[0])


@pytest.mark.slow
@needs_browser
def test_a_table_is_sorted_by_its_headings_and_searched(place: Path, tmp_path: Path) -> None:
    cells = ["9", "1,000", "\u2013", "\u22122", "b 10", "b 9", "10 of 12", ".5", "3", "a"]
    rows = "".join(f"<tr><th>{i}</th><td>{cell}</td></tr>" for i, cell in enumerate(cells))
    table = f"<table><thead><tr><th>i</th><th>n</th></tr></thead><tbody>{rows}</tbody></table>"
    code = """
    const body = doc.querySelector("tbody"), [, button] = doc.querySelectorAll("th button");
    const order = () => [...body.rows].map((row) => row.cells[1].textContent);
    const told = [];
    for (const turn of [1, 2]) {
      button.click();
      told.push([button.parentElement.getAttribute("aria-sort"), order()]);
    }
    const search = doc.querySelector("input");
    search.value = "b";
    search.dispatchEvent(new win.Event("input"));
    return [...told, doc.querySelector("[role=status]").textContent];
    """
    page = _page(place, _code({"text/html": table}))
    ((up, down, found),) = looked([(page, 1280, 800, "light")], code, tmp_path)
    numbers, words = ["\u22122", ".5", "3", "9", "10 of 12", "1,000"], ["a", "b 9", "b 10"]
    assert up == ["ascending", [*numbers, *words, "\u2013"]]
    assert down == ["descending", [*numbers[::-1], *words[::-1], "\u2013"]]
    assert found == "2 of 10 rows"


def test_an_image_without_words_stops_the_page(place: Path) -> None:
    for words in ("", ' alt=""', ' alt=" "'):
        with pytest.raises(DataError, match="without alternative text"):
            _page(place, _code({"text/html": DOT.replace(' alt="A dot."', words)}))
    assert not [*(place / "reports").rglob("*.html")]


def test_the_site_leads_from_findings_to_what_shows_them(place: Path) -> None:
    made = {path.relative_to(place / "reports").as_posix(): path for path in site.render_site()}
    assert "hill/numbers.html" in made and "data.html" in made
    names = ("index.html", "hill/index.html", "methods.html", "codebook.html", "river/index.html")
    front, hill, methods, codebook, river = (made[name].read_text("utf-8") for name in names)
    link = f'{NOTEBOOK}.html#finding-ab"><strong>A &amp; B.</strong></a> One &lt;b&gt;.'
    assert f'<a href="hill/{link}' in front and f'<a href="{link}' in hill
    assert "width:25.0%" in hill and '<div class="verdict">Holds</div>' in front
    assert "Of &lt;i&gt;one&lt;/i&gt; river." in river and "No finding was declared" in river
    assert '<a href="../../reports/hill/tables/01-x.csv"' in hill and 'href="report.pdf"' in hill
    assert "<msup>" in methods and "Numbers" in methods and "x^2" not in methods
    assert '<div class="scroll" role="region" tabindex="0" aria-label="Table 1">' in codebook


def test_print_is_tagged_the_same_twice_and_no_figure_lacks_words(place: Path) -> None:
    note = {"files": ["figures/hill/01-dot.svg"], "title": "Figure 1", "anchor": "fig-02-lanes"}
    shown = f'<figure id="fig-02-lanes">{DOT}<figcaption>A dot.</figcaption></figure>'
    shown += _table("a", "#panic() $ عربي")

    def printed(alt: str) -> bytes:
        told = {"text/html": shown.replace("A dot.", alt, 1)}
        _execute(place, v4.new_markdown_cell("[x](#nowhere)"), _code(told, framelines=note))
        return site.render_pdf("hill").read_bytes()

    first = printed("A &quot;dot&quot; \\ here")
    assert first.startswith(b"%PDF") and b"pdfuaid" in first and b"/CreationDate" not in first
    assert printed("A &quot;dot&quot; \\ here") == first
    with pytest.raises(DataError, match=r"reports/hill/report\.pdf.*Typst"):
        printed("")


def test_print_obeys_no_text_and_leads_to_what_is_of_this_page() -> None:
    page = """<div id="a"><p>#panic() $x$ *a* <script>alert(1)</script></p></div>
        <p><a href="#a">there</a> <a href="#b">lost</a> <a href="x.html">page</a>
        <img src="/etc/x.png" alt="x"><img src="/figures/a.svg" alt="An &quot;a&quot;"></p>"""
    source = site.typst_source(page, "A #title").partition("#v(8mm)")[2]
    assert r"\#panic() \$x\$ \*a\*" in source and "alert" not in source
    assert "#link(<a>)[there] lost page" in source and "etc" not in source
    assert r'#image("/figures/a.svg", alt: "An \"a\"", width: 100%)' in source
    # Only wide tables are wrapped; every word has its room, and a place to break.
    assert "columns: 2," in site.typst_source(_table("a", "b"), "")
    source = site.typst_source(_table("word", "many words " * 40, "longestword" * 2), "")
    (found,) = re.findall(r"columns: \(([\d.]+)%, ([\d.]+)%, ([\d.]+)%\)", source)
    first, second, third = map(float, found)
    assert first < third < second and sum((first, second, third)) == pytest.approx(100, abs=0.1)
    assert third / 100 * 118 > 22 and "\u200b" in site.typst_source(_table("x" * 80, "b"), "")


def test_every_claim_of_the_coder_has_one_row() -> None:
    case = load_case("example")
    table, claims = accounts(case), case["claims"]
    own = table[~table["is_reference"]]["claim_id"]
    assert own.is_unique and {*own} <= {*claims[claims["coder"] == "first"]["claim_id"]}
    row = table.set_index("claim_id").loc["courier-01-vennick-c03"]
    told = ("killed of League of Lower Arda", "17", "2017-02-03", "league fighters")
    assert tuple(row[["what", "told", "days", "names"]]) == told
    assert not table.loc[table["is_reference"], "stated"].any()
    first = table[table["event_id"] != ""].drop_duplicates("event_id").set_index("event_id")
    assert first.loc[table.loc[table["is_reference"], "event_id"], "is_reference"].all()
    page = html.unescape(site.render_explorer("example").read_text(encoding="utf-8"))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and {*table["claim_id"]} <= {*ids}
    assert {h for h in re.findall(r'href="#([^"]+)"', page)} <= {*ids}
    # The page is whole, and its script alone may run.
    assert page.count("<script>") == 1 and "script-src 'sha256-" in page


def _event(name: str, **days: str) -> pd.DataFrame:
    rows = {"claim_id": [name + who for who in days], "source": [*days], "day": [*days.values()]}
    about = {"event_id": name, "label": "A clash", "what": "", "disputed": False}
    return pd.DataFrame(rows).assign(**about)


@pytest.mark.slow
@needs_browser
def test_lanes_are_drawn_from_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "REPO", tmp_path)
    days = {"Monitor": "2017-02-01", "North": "2017-02-01 to 2017-02-28"}
    shared = _event("a", **days, South="1438-05-01/..: … to 2017-02-07")
    more = {"table": pd.concat([shared, _event("b", North="2017-02-01")])}
    more |= {"sources": {"Reference": "", "North": "#111", "South": "#222"}}
    page = pages.publish("x/explore.html", "X", "explore.html.j2", columns={"day": "Day"}, **more)
    code = """
    const words = (at, of) => [...at.querySelectorAll(of)].map((one) => one.textContent.trim());
    const looks = (lane) => [...lane.querySelectorAll("u")].map((bar) => bar.style.cssText);
    const lanes = [...doc.querySelectorAll(".lanes > li")];
    const drawn = lanes.map((lane) => [looks(lane), words(lane, "p span")]);
    const shown = () => words(doc, ".accounts > tbody:not([hidden]) [scope=rowgroup]");
    const before = shown();
    win.location.hash = "#bNorth";
    await new Promise((done) => setTimeout(done, 200));
    doc.getElementById("search").value = "monitor";
    doc.querySelector("form").dispatchEvent(new win.Event("input"));
    return [drawn, before, shown(), doc.querySelector(".month").open, words(doc, "#count")[0]];
    """
    text = page.read_text(encoding="utf-8")
    ((lanes, before, after, is_open, count),) = looked([(text, 1280, 800, "light")], code, tmp_path)
    sizes = [re.findall(r"(?:left|width|opacity): ([\d.]+)", bar) for bar in lanes[0][0]]
    assert sizes == [["0", "3.6"], ["0", "100"], ["0", "25", "0.4"]]
    assert lanes[0][1] == ["2017-02-01", "2017-02-28"]
    # One day is the middle of two weeks; a claim leads to its event.
    assert lanes[1][1] == ["2017-01-26", "2017-02-07"]
    assert (before, after, is_open, count) == ([], ["A clash"], False, "1 of 2 events")


def test_a_claim_anywhere_but_in_a_link_leads_to_its_row() -> None:
    page = '<td title="a-c1">a-c1, b-c2</td><a href="x"><b>a-c1</b></a><code>a-c11</code>'
    linked = pages.linked(page, frozenset({"a-c1"}))
    assert linked == page.replace(">a-c1,", '><a href="explore.html#a-c1">a-c1</a>,')
