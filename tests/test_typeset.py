"""A case in print: inert, accessible, the same bytes each time, and nothing lost on the way."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from nbformat import v4

from framelines import outputs, print_tree, typeset
from framelines.problems import DataError

# What Typst would obey if it ever read it as markup.
HOSTILE = '#panic("hit") $x$ *b* _i_ `r` <l> @ref = H \\ #import "a" "] #read("/x") [ // c'
ARABIC = "وكالة أنباء"


def _place(root: Path, *cells: Any, name: str = "01-source-profiles", case: str = "river") -> Path:
    (root / "notebooks" / "cases").mkdir(parents=True, exist_ok=True)
    (root / "notebooks" / "cases" / "river.yaml").write_text("title: The river, 2019\ndata: data\n")
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Source profiles"), *cells])
    notebook.metadata["papermill"] = {"parameters": {"draws": 50, "note": HOSTILE}}
    executed = root / "build" / "executed" / case
    executed.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, executed / f"{name}.ipynb")
    nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")
    return root


def _results(root: Path, monkeypatch: pytest.MonkeyPatch, alt: str = "Two points.") -> Any:
    """Return a code cell that shows a table, a figure and a finding, all with hostile words."""
    shown: list[Any] = []

    def show(data: Any, **more: Any) -> None:
        bundle = data if isinstance(data, dict) else {"text/markdown": data.data}
        shown.append(v4.new_output("display_data", data=bundle, metadata=more.get("metadata", {})))

    monkeypatch.setattr(outputs, "display", show)
    monkeypatch.setenv("FRAMELINES_STAGING", str(root))
    out = outputs.Outputs("river", "01")
    out.number("who", HOSTILE)
    frame = pd.DataFrame({"outlet": [HOSTILE, ARABIC], "words": [1200, -2]})
    out.table(frame, "outlets", caption="Outlets: {who}", footer="Footer of {who}")
    fig, ax = plt.subplots(figsize=(3.3, 2))
    ax.plot([1, 2], [2, 1])
    out.figure(fig, "lanes", data=frame, alt=alt, caption="Lanes of {who}")
    out.finding("It is {who}, *said* 5 % of them.", shows="outlets")
    out.close()
    return v4.new_code_cell("# Draw it.\nfigure()", outputs=shown)


def _text(pdf: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (Debian: poppler-utils) is not here to read the PDF")
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True)
    return re.sub(r"\s+", " ", done.stdout)


def test_every_text_arrives_and_none_is_obeyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prose = f"Prose with `{HOSTILE.replace('`', '')}` and {HOSTILE}.\n\n## {HOSTILE}"
    cells = [_results(tmp_path, monkeypatch), v4.new_markdown_cell(prose)]
    cells.append(v4.new_code_cell("1", outputs=[v4.new_output("stream", text=HOSTILE)]))
    pdf = typeset.typeset("river", root=_place(tmp_path, *cells))
    assert pdf.read_bytes().startswith(b"%PDF")
    text = _text(pdf)
    for piece in ('#panic("hit")', '#read("/x")', '#import "a"', "$x$ *b* _i_", "@ref = H"):
        assert text.count(piece) >= 5, piece
    assert "The river, 2019" in text and "1,200" in text and "−2" in text
    assert "Draw it" not in text and "figure()" not in text
    assert "reports/river/tables/01-outlets" in text and "(SVG, PDF, PNG, CSV)" in text


def test_the_same_bytes_each_time_and_no_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for place in ("one", "a second"):
        root = tmp_path / place
        root.mkdir()
        pdf = typeset.typeset("river", root=_place(root, _results(root, monkeypatch)))
        made.append(pdf.read_bytes())
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert made[0] == made[1]
    assert b"CreationDate" not in made[0] and str(tmp_path).encode() not in made[0]
    assert (
        b"/MarkInfo" in made[0] and b"pdfuaid:part" in made[0] and b"/Alt(Two points.)" in made[0]
    )


def test_fonts_are_those_of_the_packages(tmp_path: Path) -> None:
    page = v4.new_markdown_cell(f"An outlet called {ARABIC} and `code`.")
    pdf = typeset.typeset("river", root=_place(tmp_path, page))
    names = set(re.findall(rb"/FontName/[A-Z]{6}\+([A-Za-z]+)", pdf.read_bytes()))
    assert {name.decode() for name in names} == {"LibertinusSerif", "DejaVuSans", "DejaVuSansMono"}


@pytest.mark.parametrize("where", ["figure", "picture"])
def test_an_image_without_words_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    cell = _results(tmp_path, monkeypatch)
    if where == "figure":
        for output in cell.outputs:
            page = output.data.get("text/html", "")
            output.data["text/html"] = page.replace('alt="Two points."', 'alt=" "')
    else:
        svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        cell.outputs.append(v4.new_output("display_data", data={"image/svg+xml": svg}))
    with pytest.raises(DataError, match="without alternative text"):
        typeset.typeset("river", root=_place(tmp_path, cell))
    assert not (tmp_path / "reports" / "river" / "report.pdf").exists()


def test_typst_itself_refuses_what_has_no_words(tmp_path: Path) -> None:
    source = b'#set document(title: "A")\n= A\n$ x $'
    with pytest.raises(DataError, match="missing alt text"):
        typeset.compile_pdf(source, tmp_path / "a.pdf", tmp_path)


def test_a_notebook_that_was_not_run_is_named(tmp_path: Path) -> None:
    _place(tmp_path)
    (tmp_path / "build" / "executed" / "river" / "01-source-profiles.ipynb").unlink()
    with pytest.raises(DataError, match="no such executed notebook"):
        typeset.typeset("river", root=tmp_path)


def test_chapters_come_in_order_with_findings_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _results(tmp_path, monkeypatch)
    _place(tmp_path, v4.new_markdown_cell("See [it](01-source-profiles.html#fig-01-lanes)."))
    second = tmp_path / "build" / "executed" / "river" / "02-timelines.ipynb"
    notebook = nbformat.read(second.with_name("01-source-profiles.ipynb"), as_version=4)
    notebook.cells[0].source = "# Timelines"
    for folder in (second.parent, tmp_path / "notebooks"):
        nbformat.write(notebook, folder / second.name)
    pdf = typeset.typeset("river", root=_place(tmp_path, first))
    text = _text(pdf)
    where = [text.index(words) for words in ("It is #panic", "Contents", "Footer of")]
    assert where == sorted(where)
    assert text.rindex("Source profiles") < text.rindex("Timelines")


# --- the tree ----------------------------------------------------------------------------------


def test_arabic_stands_in_nodes_of_its_own() -> None:
    tree = print_tree.tree(f"<p>By {ARABIC} in 2016.</p><p>{ARABIC} said</p>")
    assert tree[0] == dict(t="p", c=["By ", dict(t="ar", c=[ARABIC]), " in 2016."])
    assert isinstance(tree[1], dict) and tree[1]["rtl"]


def test_markup_becomes_nodes_and_text_stays_text() -> None:
    tree = print_tree.tree(
        "<p>a <b>b</b> <code>&lt;#x</code>  the outlet's 5 %</p>\n<ul>\n<li>c</li></ul>"
    )
    assert tree == [
        dict(
            t="p",
            c=["a ", dict(t="strong", c=["b"]), " ", dict(t="code", c=["<#x"])]
            + [" the outlet’s 5\u00a0%"],
        ),
        dict(t="ul", c=[dict(t="li", c=["c"])]),
    ]


def test_links_lead_where_something_is() -> None:
    page = (
        '<p id="here"><a href="#here">a</a><a href="02-x.html#fig">b</a><a href="data.csv">c</a>'
        '<a href="https://x.org">d</a><a href="https://x.org">https://x.org</a></p>'
    )
    tree = print_tree.tree(page, "01:")
    known = print_tree.anchors(tree)
    assert known == {"01:here"}
    [paragraph] = print_tree.resolve(tree, known)
    kinds = [(node["t"], node.get("to", node.get("shown"))) for node in paragraph["c"]]
    assert kinds == [
        ("a", "01:here"),
        ("group", None),
        ("group", None),
        ("a", True),
        ("a", False),
    ]


def test_a_data_frame_without_head_or_caption_is_a_table() -> None:
    page = (
        "<table><tr><th>a</th><th>b</th></tr><tr><td colspan=2>c</td></tr>"
        "<tr><td>d</td><td class=number>1</td></tr></table>"
    )
    [node] = print_tree.tree(page)
    assert isinstance(node, dict)
    assert node["columns"] == 2 and len(node["head"]) == 1 and len(node["body"]) == 2
    assert node["body"][0][0]["columns"] == 2 and node["body"][1][1]["number"]


def test_formulas_keep_their_source_as_words(tmp_path: Path) -> None:
    formula = r"A rate $\frac{a}{b} \le 1$ and" + "\n\n" + r"$$\sum_{i=1}^n x_i^2 + \sqrt{y}$$"
    pdf = typeset.typeset("river", root=_place(tmp_path, v4.new_markdown_cell(formula)))
    words = pdf.read_bytes().decode("latin-1")
    assert "frac{a}{b}" in words and "sum_{i=1}^n" in words


def test_levels_of_headings_are_never_skipped() -> None:
    html = "<h2>a</h2><h1>Title</h1><h4>b</h4><h6>c</h6><h1>d</h1>"
    title, nodes = typeset._headings(print_tree.tree(html), "none")
    levels = [node["level"] for node in nodes if isinstance(node, dict)]
    assert title == "Title" and levels == [2, 3, 4, 2]
    assert json.dumps(nodes)
