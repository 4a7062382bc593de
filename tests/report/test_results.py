"""What a notebook hands in is what stands in sentences, cells, files and the record of numbers."""

import json
import math
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from framelines.analyses.findings import declared
from framelines.errors import DataError
from framelines.report import results as room
from framelines.report import tables
from framelines.report.results import Results, macro_name
from framelines.report.tables import Shown
from framelines.tables.case import Case, load_case

DATA = pd.DataFrame({"day": [1.0, 2.0, 3.0], "dead": [34.0, 50.0, 1 / 3]})
WORDS = {"title": "What is seen", "subtitle": "What is measured", "alt": "A line.", "caption": "C."}


def draw(data: pd.DataFrame) -> Figure:
    fig, axes = plt.subplots(figsize=(6.9, 2), layout="constrained")
    axes.plot(data["day"], data["dead"])
    return fig


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the list into which all that is displayed goes."""
    seen: list[Any] = []
    for kind in ("HTML", "Markdown"):
        monkeypatch.setattr(room, kind, str)
    monkeypatch.setattr(room, "display", lambda what, **more: seen.append(what))
    return seen


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[Any]) -> Results:
    monkeypatch.setenv("FRAMELINES_STAGING", str(tmp_path))
    actors = pd.DataFrame({"actor_id": ["river-camp"], "name": ["the River Camp"]})
    own = dict.fromkeys(("actors", "claims", "naming_mentions"), actors)
    return Results(Case("arda", "Arda", None, "first", "arda", {}, tmp_path, own, ()), "02")


def record(results: Results) -> dict[str, Any]:
    """Close the results, and return what their file says."""
    results.close()
    return dict(json.loads((results.root / "reports/arda/numbers/02.json").read_text("utf-8")))


def test_values_stand_in_sentences_and_in_json_and_tex(results: Results, shown: list[Any]) -> None:
    results.say("*{title}* tells {dead} dead, {ratio}.", title="A_b", dead=1234, ratio=1.46789)
    assert shown == [r"*A\_b* tells 1,234 dead, 1.47."]
    for name in ("first", "second", "second", math.inf):  # what is not finite is a text
        results.say("{name}.", name=name)
    numbers = record(results)["numbers"]
    assert numbers["ratio"] == {"value": 1.46789, "text": "1.47", "unit": ""}
    taken = {key: entry["value"] for key, entry in numbers.items() if key.startswith("name")}
    assert taken == {"name": "first", "name_2": "second", "name_3": "∞"}
    tex = (results.root / "reports/arda/numbers/02.tex").read_text(encoding="utf-8")
    assert r"\newcommand{\ArdaTwoDead}{1,234}" in tex and r"\newcommand{\ArdaTwoTitle}{A\_b}" in tex
    assert macro_name("a", "04", "per_1000") == "AFourPerOneZeroZeroZero"


def test_a_table_is_written_as_csv_and_tex_and_shown(results: Results, shown: list[Any]) -> None:
    data = DATA.assign(side=["river_camp", "a + b_c", "told of river_camp"])
    columns = {"on": "day", "whose dead": "side"}
    results.table(data, "days", caption="All {84}.", columns=columns, footer="F.")
    base = results.root / "reports/arda/tables/02-days"
    cells = "on,whose dead\n1,the River Camp\n2,a and b c\n3,told of river_camp\n"
    assert base.with_suffix(".csv").read_text() == cells
    assert r"\label{tab:arda-02-days}" in base.with_suffix(".tex").read_text()
    assert "All {84}." in shown[-1]["text/html"]
    assert record(results)["tables"][0]["file"] == "reports/arda/tables/02-days"


def test_what_is_empty_is_said_and_what_lacks_words_refused(results: Results, shown: Any) -> None:
    results.table(DATA[:0], "days", caption="C.", empty="No day is told.")
    results.figure(draw, DATA[:0], "days", **WORDS, empty="Nothing is drawn.")
    assert shown == ["No day is told.", "Nothing is drawn."]
    assert [path for path in results.root.rglob("*") if path.is_file()] == []
    results.table(DATA, "days", caption="C.")
    with pytest.raises(DataError, match="the name days is taken"):
        results.table(DATA, "days", caption="C.")
    with pytest.raises(DataError, match="figure days has no alt"):
        results.figure(draw, DATA, "days", **WORDS | {"alt": ""})


def test_a_figure_is_written_twice_the_same(results: Results, shown: list[Any]) -> None:
    base, made = results.root / "figures/arda/02-days", list[dict[str, bytes]]()
    for _ in range(2):
        results.figures.clear()
        results.figure(draw, DATA, "days", **WORDS)
        made.append({end: base.with_suffix(end).read_bytes() for end in (".svg", ".pdf", ".png")})
    assert made[0] == made[1]
    assert base.with_suffix(".csv").read_text() == "day,dead\n1,34\n2,50\n3,0.333333\n"
    page = shown[-1]["text/html"]
    assert 'alt="A line."' in page and "<b>Figure 1.</b> C." in page
    assert record(results)["figures"][0]["head"] == "What is seen"
    results.figure(draw, DATA, "more", **WORDS | {"title": "A long title " * 12})
    texts = [base.with_name(f"02-{name}.svg").read_text() for name in ("days", "more")]
    heights = [float(re.findall(r'height="([\d.]+)pt"', text)[0]) for text in texts]
    assert 2 * 72 < heights[0] < heights[1]
    assert b"FontFile" not in made[0][".pdf"] and b"<text" not in made[0][".svg"]


def test_a_finding_brings_words_numbers_and_evidence(results: Results, shown: list[Any]) -> None:
    results = Results(load_case("example", draws=200, permutations=99), "03")
    results.finding(next(f for f in declared("example", "03") if f.id == "derogatory-naming"))
    entry, numbers = results.findings[0], results.numbers
    assert entry["verdict"].lower() in shown[0].lower()
    assert 'id="finding-derogatory-naming"' in shown[0]
    assert numbers["derogatory_naming_n_first"]["value"] > 0
    assert set(entry["numbers"]) <= set(numbers)
    assert entry["shows"] in {e["anchor"] for e in (results.figures | results.tables).values()}


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
    frame = pd.DataFrame({"a": [1 / 3, -0.0], "c": [1234567, 2]}).rename_axis("key")
    written = tables.rounded(frame).to_csv(index=False)
    assert written == "key,a,c\n0,0.333333,1234567\n1,0.0,2\n"
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
    long = Shown(pd.DataFrame({"n": range(12)})).html(most=8, **words)
    assert long.count("<tr>") == 9 and "Note. The first 8 of 12 rows." in long
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
