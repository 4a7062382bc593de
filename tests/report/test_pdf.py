"""A report in print is accessible, holds what the page holds, and is the same twice."""

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path

import nbformat
import pytest
from lxml import html
from nbformat import v4

from framelines import REPO
from framelines.errors import DataError
from framelines.report import pages, pdf, site

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
FIGURE = (
    '<figure class="figure" id="fig-02-lanes"><img src="data:image/svg+xml;base64,PHN2Zy8+" '
    'alt="{}"><figcaption><b>Figure 1.</b> A dot.</figcaption></figure>'
)


def _table(*cells: str) -> str:
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<table><thead><tr>{'<th>h</th>' * len(cells)}</tr></thead><tr>{row}</tr></table>"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one case and one notebook."""
    for module in (pages, pdf, site):
        monkeypatch.setattr(module, "REPO", tmp_path)
    for folder in "notebooks/cases figures/hill build/executed/hill reports/hill/numbers".split():
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "notebooks/cases/hill.yaml").write_text("title: 'The #hill'\ndata: data\n")
    (tmp_path / "notebooks/01-days.ipynb").write_text("{}")
    (tmp_path / "figures/hill/01-dot.svg").write_text(SVG)
    finding = dict.fromkeys(("headline", "sentence", "caution", "verdict"), "A & *b*")
    record = {"findings": [finding | {"anchor": "finding-ab"}], "tables": [], "numbers": {}}
    (tmp_path / "reports/hill/numbers/01.json").write_text(json.dumps(record))
    return tmp_path


def _execute(place: Path, alt: str) -> None:
    note = {"files": ["figures/hill/01-dot.svg"], "title": "Figure 1"}
    shown = [({"text/html": FIGURE.format(alt)}, {"framelines": note})]
    shown += [({"text/html": _table("a", "#panic() $ عربي")}, {})]
    shown += [({"text/markdown": '<div class="finding" id="finding-ab">\n\nSo.\n\n</div>'}, {})]
    outputs = [v4.new_output("display_data", data=d, metadata=m) for d, m in shown]
    cell = v4.new_code_cell("secret_code()", outputs=outputs)
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Days\n\n[x](#nowhere)"), cell])
    nbformat.write(notebook, place / "build/executed/hill/01-days.ipynb")


def test_a_report_is_tagged_the_same_twice_and_stopped_by_a_figure_without_words(
    place: Path,
) -> None:
    _execute(place, 'A "dot" \\ here')
    first = pdf.case_report("hill").read_bytes()
    assert first.startswith(b"%PDF") and b"pdfuaid" in first and b"/CreationDate" not in first
    assert pdf.case_report("hill").read_bytes() == first
    _execute(place, "")
    with pytest.raises(DataError, match=r"reports/hill/report\.pdf.*Typst"):
        pdf.case_report("hill")


def test_text_is_never_obeyed_and_links_and_pictures_are_of_this_page() -> None:
    page = """<div id="a"><p>#panic() $x$ *a* <script>alert(1)</script></p></div>
        <p><a href="#a">there</a> <a href="#b">lost</a> <a href="x.html">page</a>
        <img src="/etc/x.png" alt="x"><img src="/figures/a.svg" alt="An &quot;a&quot;"></p>"""
    source = pdf.typst_source(page, "A #title").partition("#v(8mm)")[2]
    assert r"\#panic() \$x\$ \*a\*" in source and "alert" not in source
    assert "#link(<a>)[there] lost page" in source and "etc" not in source
    assert r'#image("/figures/a.svg", alt: "An \"a\"", width: 100%)' in source


def test_only_wide_tables_are_wrapped_and_every_word_has_its_room() -> None:
    assert "columns: 2," in pdf.typst_source(_table("a", "b"), "")
    source = pdf.typst_source(_table("word", "many words " * 40, "longestword" * 2), "")
    found = re.search(r"columns: \(([\d.]+)%, ([\d.]+)%, ([\d.]+)%\)", source)
    assert found
    first, second, third = map(float, found.groups())
    assert first < third < second and sum((first, second, third)) == pytest.approx(100, abs=0.1)
    assert third / 100 * 118 > 22
    # What has no place to break gets some.
    assert "\u200b" in pdf.typst_source(_table("x" * 80, "b"), "")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="there is no pdftotext here")
@pytest.mark.parametrize("file", sorted(REPO.glob("reports/**/*.pdf")), ids=lambda f: f.parent.name)
def test_no_word_is_printed_over_another(file: Path) -> None:
    done = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, check=True)
    for page in html.fromstring(done.stdout).findall(".//page"):
        words = [(one.text, *map(float, one.values())) for one in page.findall("word")]
        assert words
        for (one, left, top, right, foot), (other, *ends) in combinations(words, 2):
            wide = min(right, ends[2]) - max(left, ends[0])
            high = min(foot, ends[3]) - max(top, ends[1])
            # A box is as high as its line, so that those of two lines may touch.
            assert wide < 1 or high < 0.4 * min(foot - top, ends[3] - ends[1]), (one, other)
