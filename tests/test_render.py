"""A report is one file that runs nothing, loads nothing, and can be read without eyes."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from framelines import markup, render
from framelines.problems import DataError

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
PIXEL += "rkJggg=="
IMAGE = f'<img src="data:image/png;base64,{PIXEL}" alt="A dot.">'


def _shows(data: dict[str, Any], **metadata: Any) -> Any:
    return v4.new_output("display_data", data=data, metadata=metadata)


def _place(root: Path, *cells: Any) -> Path:
    """Lay down two cases and an executed notebook of the first."""
    (root / "notebooks" / "cases").mkdir(parents=True)
    for case in ("river", "hill"):
        text = f"title: The {case} & <b>war</b>\ndata: data\n"
        (root / "notebooks" / "cases" / f"{case}.yaml").write_text(text)
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Source profiles"), *cells])
    notebook.metadata["papermill"] = {"parameters": {"case_name": "river", "draws": 50}}
    executed = root / "build" / "executed" / "river"
    executed.mkdir(parents=True)
    nbformat.write(notebook, executed / "01-source-profiles.ipynb")
    nbformat.write(notebook, root / "notebooks" / "01-source-profiles.ipynb")
    return root


def _page(root: Path, *cells: Any) -> str:
    _place(root, *cells)
    return render.render("river", "01-source-profiles", root=root).read_text(encoding="utf-8")


def _code(
    *outputs: Any, source: str = "# Draw it.\nfigure()", tags: list[str] | None = None
) -> Any:
    return v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": tags or []})


def test_a_page_has_landmarks_contents_and_links(tmp_path: Path) -> None:
    prose = v4.new_markdown_cell("## Who *speaks*?\n\n### Where?\n\n## Who speaks?")
    page = _page(tmp_path, prose, _code())
    assert '<html lang="en">' in page and '<a class="skip" href="#main">' in page
    for landmark in ("<header>", "<nav ", '<main id="main"', "<footer>"):
        assert page.count(landmark) >= 1
    assert page.count("<h1") == 1 and "The river &amp; &lt;b&gt;war&lt;/b&gt;" in page
    assert '<li class="level-2"><a href="#who-speaks">Who speaks?</a></li>' in page
    assert '<li class="level-3"><a href="#where">' in page and 'href="#who-speaks-2"' in page
    assert 'href="../index.html"' in page
    assert 'href="../hill/01-source-profiles.html">Hill</a>' in page
    assert 'aria-current="page">River</a>' in page
    assert "<code>draws&nbsp;=&nbsp;50</code>" in page


def test_code_is_folded_and_says_what_it_does(tmp_path: Path) -> None:
    page = _page(
        tmp_path,
        _code(),
        _code(source="draws: int = 5", tags=["parameters"]),
        _code(source="draws = 50", tags=["injected-parameters"]),
    )
    assert "<summary>Code: draw it, 2 lines</summary>" in page
    assert "<summary>Code: parameters and their defaults, 1 line</summary>" in page
    assert "<summary>Code: parameters of this run, 1 line</summary>" in page
    assert "<details open" not in page


def test_outputs_of_every_kind_are_shown(tmp_path: Path) -> None:
    note = {"title": "Figure 1", "files": ["figures/river/01-a.svg"]}
    page = _page(
        tmp_path,
        _code(
            v4.new_output("stream", name="stdout", text="\x1b[31mplain\x1b[0m <i>"),
            v4.new_output("stream", name="stderr", text="a warning"),
            _shows({"text/html": f"<figure>{IMAGE}</figure>"}, framelines=note),
            _shows({"text/markdown": "It is **so**."}),
            _shows({"image/png": PIXEL}, **{"image/png": {"alt": "A dot, alone."}}),
            _shows({"text/plain": "x < y"}),
        ),
    )
    assert "plain &lt;i&gt;</pre>" in page and "\x1b" not in page
    assert "<summary>Messages of this cell</summary>" in page
    assert 'Figure 1 as a file: <a href="../../figures/river/01-a.svg">SVG</a>' in page
    assert "<strong>so</strong>" in page and 'alt="A dot, alone."' in page
    assert "x &lt; y</pre>" in page


def test_formulas_become_mathml(tmp_path: Path) -> None:
    page = _page(tmp_path, v4.new_markdown_cell("A rate $\\frac{a}{b} < 1$ and\n\n$$x^2$$"))
    assert "<mfrac>" in page and '<math alttext="\\frac{a}{b} &lt; 1" ' in page
    assert 'display="block"' in page and page.count("\\frac") == 1


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<script src=http://x.org/a.js>",
        "<img src=x onerror=alert(1)>",
        "<img alt=a src=http://x.org/a.png>",
        '<a href="javascript:alert(1)">a</a>',
        '<a href=" java\nscript:alert(1)">a</a>',
        '<a href="data:text/html,<script>alert(1)</script>">a</a>',
        "<style>@import url(http://x.org)</style>",
        '<p style="background:url(http://x.org)">a</p>',
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<iframe src=http://x.org></iframe>",
        "<form action=http://x.org><button>a</button></form>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    ],
)
def test_nothing_live_gets_through(attack: str) -> None:
    for page in (markup.clean(attack), markup.Page().prose(f"Text {attack} text.")):
        assert not markup.audit(page.replace("<img>", "").replace('<img alt="a">', ""))
        for sign in ("<script", "onerror", "onload", "javascript:", "x.org", "<iframe", "style="):
            assert sign not in page.replace("&lt;", "")


def test_what_a_report_needs_gets_through() -> None:
    kept = (
        f'<figure id="fig-01-a" class="wide"><div class="scroll" role="region" tabindex="0">{IMAGE}'
        "</div><figcaption><b>Figure 1.</b> A.</figcaption></figure><table><caption>A</caption>"
        '<thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td dir="auto">وكالة</td></tr>'
        '</tbody></table><a href="../hill/01-a.html#fig">b</a><a href="https://doi.org/10.1">c</a>'
    )
    assert markup.clean(kept) == kept


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (IMAGE.replace(' alt="A dot."', ""), "without alternative text"),
        (IMAGE.replace("A dot.", " "), "without alternative text"),
        ('<link rel="stylesheet" href="a.css">', "from outside the file: a.css"),
        ('<img alt="a" src="https://x.org/a.png">', "from outside the file"),
        ("<style>p { background: url(a.png) }</style>", "a style from outside"),
        ('<p onclick="x()">', "a live attribute: onclick"),
        ('<p id="a"></p><p id="a"></p>', "the id 'a' twice"),
        ('<a href="#b">', "a link to #b, which is not there"),
    ],
)
def test_the_audit_tells_what_is_wrong(page: str, said: str) -> None:
    assert any(said in problem for problem in markup.audit(page))


def test_a_page_with_an_image_that_says_nothing_is_not_published(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="without alternative text"):
        _page(tmp_path, _code(_shows({"image/png": PIXEL})))
    assert not list((tmp_path).glob("reports/**/*"))


def test_a_notebook_that_never_ran_is_told_so(tmp_path: Path) -> None:
    _place(tmp_path)
    with pytest.raises(DataError, match="Run make"):
        render.render("hill", "01-source-profiles", root=tmp_path)


def test_the_same_notebook_gives_the_same_bytes_in_any_folder(tmp_path: Path) -> None:
    cell = _code(_shows({"text/markdown": "One."}))
    assert _page(tmp_path / "a", cell) == _page(tmp_path / "b c", cell)
