"""Numbers and cells as readers and programs meet them."""

import math

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from framelines.report import tables
from framelines.report.tables import Shown


@given(st.text())
def test_no_cell_of_text_starts_a_formula(text: str) -> None:
    line = tables.csv_text(pd.DataFrame({"a": [text]})).split("\n", 1)[1]
    assert not line.lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_read_as_in_prose_and_are_written_alike_everywhere() -> None:
    told = {(12.3456, None): "12.3", (0.00123456, None): "0.00123", (-12.3, 1): "−12.3"}
    told |= {(2.0, None): "2", (np.int64(3), 2): "3", (-math.inf, None): "−∞"}
    assert {key: tables.rounded_text(*key) for key in told} == told
    row = [None, True, np.int64(7), -1.5, 2.0, "2016-12-08", "a,b", math.inf]
    text = tables.csv_text(pd.DataFrame([row], dtype=object))
    assert text.splitlines()[1] == ',true,7,-1.5,2,2016-12-08,"a,b",inf'
    # Six digits, and no negative zero.
    frame = pd.DataFrame({"a": [1 / 3, -0.0], "c": [1234567, 2]})
    rounded = tables.rounded(frame.rename_axis("key")).astype(str)
    assert rounded.to_dict("list") == {"key": ["0", "1"], "a": ["0.333333", "0.0"],
                                       "c": ["1234567", "2"]}  # fmt: skip
    # A column has the digits of its largest, or each its own.
    shown = Shown(pd.DataFrame({"a": [1.0, 12.5], "b": [0.001, 100.5], "c": [1.0, 2.0]}))
    assert shown.rows == [["1.0", "0.00100", "1"], ["12.5", "100", "2"]]


def test_markdown_and_tex_obey_nothing() -> None:
    written = {"15.5 a": "15.5 a", "15. a": r"15\. a", "- a": r"\- a"}
    written |= {"<b>*x*</b>": r"&lt;b&gt;\*x\*&lt;/b&gt;", "https://x.org": r"https\://x.org"}
    assert {text: tables.markdown(text) for text in written} == written
    assert tables.tex("∞ ≥ 5 −2") == r"\ensuremath{\infty} \ensuremath{\ge} 5 \ensuremath{-}2"
    assert tables.tex("[a] & 50 % $_{") == r"{[}a{]} \& 50 \% \$\_\{"


def test_a_table_as_html_is_inert_and_headed() -> None:
    words = {"anchor": "tab-01-x", "title": "Table 1", "caption": "What <is>.", "footer": "Note."}
    page = Shown(pd.DataFrame({"an_outlet": ["<script>", "دابق"], "words": [1, 2]})).html(**words)
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert '<th scope="col">an outlet</th><th scope="col" class="number">words</th>' in page
    assert 'dir="auto">دابق' in page and '<th scope="row"' in page
    assert 'id="tab-01-x"' in page and "What &lt;is&gt;." in page
    # Beside Latin letters an Arabic name turns round no number, and the cell begins on the left.
    beside = Shown(pd.DataFrame({"a": ["دابق: 12 [c-1]; وكالة النور: 3 [c-2]"]})).html(**words)
    assert "\u200e\u2068دابق\u2069: 12 [c-1]; \u2068وكالة النور\u2069: 3" in beside


def test_tex_wraps_a_wide_table_and_breaks_a_long_one() -> None:
    narrow = Shown(pd.DataFrame({"a": ["x"], "n": [1]})).tex("tab:x", "A_b.", "")
    assert r"\begin{tabular}{lr}" in narrow and r"\caption{A\_b.}" in narrow
    wide = Shown(pd.DataFrame({"a": ["word " * 30], "b": ["other " * 30]})).tex("t", "C.", "F.")
    assert r"p{\dimexpr 0." in wide and r"\footnotesize" in wide
    for cell, needed in (("حلب", True), ("Дом", True), ("ﷺ", True), ("Çé −∞", False)):
        first = Shown(pd.DataFrame({"a": [cell]})).tex("t", "C.", "").splitlines()[0]
        assert ("LuaLaTeX or XeLaTeX" in first) == needed and "booktabs" in first
    long = Shown(pd.DataFrame({"a": range(60)})).tex("t", "C.", "F.")
    assert r"\begin{longtable}{r}" in long and r"\endhead" in long
