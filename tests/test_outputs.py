"""Results are rounded alike, inert in every format, and never without words for who cannot see."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from PIL import Image

from framelines import formats, outputs
from framelines.outputs import Outputs, macro_name
from framelines.problems import DataError

HOSTILE = "<script>alert(1)</script> & 50 % of $x_1$ {a} ~ ^ \\ # | `c` *d* [e](http://f)"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what a notebook would show, in order."""
    met: list[Any] = []
    monkeypatch.setattr(outputs, "display", lambda thing, **more: met.append((thing, more)))
    return met


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[Any]) -> Outputs:
    monkeypatch.setenv("FRAMELINES_STAGING", str(tmp_path))
    return Outputs("river-war", "02")


def _figure() -> Any:
    fig, ax = plt.subplots(figsize=(3.3, 2))
    ax.plot([1, 2], [2, 1], label="cost in $ and $")
    ax.legend()
    return fig


FRAME = pd.DataFrame({"x": [1, 2], "y": [2.0, 1.123456789]})


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (6830, None, "6,830"),
        (12.3456, None, "12.3"),
        (0.012345, None, "0.0123"),
        (1234567.0, 0, "1,234,570"),
        (-12.3, 1, "−12.3"),
        (-0.04, 1, "0.0"),
        (0.0, None, "0"),
        (71.0, 1, "71.0"),
        (0.0000001, None, "0.000000"),
    ],
)
def test_a_number_reads_as_in_prose(value: float, digits: int | None, text: str) -> None:
    assert formats.number_text(value, digits) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_keeps_six_digits_and_no_negative_zero(value: float) -> None:
    rounded = formats.significant(value)
    assert formats.significant(rounded) == rounded
    assert abs(rounded - value) <= 5.01e-6 * abs(value)
    assert str(rounded) != "-0.0"


def test_numbers_stand_in_sentences_json_and_tex(out: Outputs, shown: list[Any]) -> None:
    out.number("documents", 28, unit="documents", source="documents.csv")
    out.number("per_1000", 12.34567891, unit="%", digits=1)
    out.number("worst", HOSTILE)
    out.say("There are {documents:unit}, {per_1000}, {{not a key}}.")
    assert shown[-1][0].data == "There are 28\u00a0documents, 12.3, {not a key}."
    out.close()
    folder = out.root / "reports" / "river-war" / "numbers"
    record = json.loads((folder / "02.json").read_text())
    assert record["numbers"]["per_1000"]["value"] == 12.3457
    assert record["numbers"]["documents"]["source"] == "documents.csv"
    lines = (folder / "02.tex").read_text().splitlines()
    assert r"\newcommand{\RiverWarTwoDocuments}{28}" in lines
    assert r"\newcommand{\RiverWarTwoPerOneZeroZeroZero}{12.3}" in lines
    worst = next(line for line in lines if "Worst" in line)
    assert r"50 \% of \$x\_1\$ \{a\}" in worst and r"\textbackslash{}" in worst


def test_a_finding_leads_to_the_figure_that_shows_it(out: Outputs, shown: list[Any]) -> None:
    out.number("documents", 28)
    out.finding("It holds {documents}.", shows="lanes")
    out.finding("It is so.")
    out.figure(_figure(), "lanes", data=FRAME, alt="Two points.", caption="Lanes.")
    out.close()
    path = out.root / "reports" / "river-war" / "numbers" / "02.json"
    first, second = json.loads(path.read_text())["findings"]
    assert (first["anchor"], first["shows"]) == ("fig-02-lanes", "Figure 1")
    assert first["text"] == "It holds 28." and first["numbers"] == ["documents"]
    assert second["anchor"] == "finding-02-2" and second["shows"] is None
    assert 'id="finding-02-1"' in shown[0][0].data


@pytest.mark.parametrize(
    ("key", "value"),
    [("Documents", 1), ("1st", 1), ("a-b", 1), ("ok", float("nan")), ("ok", float("inf"))],
)
def test_a_key_or_number_that_cannot_be_is_an_error(out: Outputs, key: str, value: Any) -> None:
    with pytest.raises(DataError, match="notebook 02, case river-war"):
        out.number(key, value)


def test_a_key_is_taken_once_and_so_is_its_macro(out: Outputs) -> None:
    out.number("a_1", 1)
    with pytest.raises(DataError, match="taken"):
        out.number("a_1", 2)
    with pytest.raises(DataError, match="TeX macro is taken"):
        out.number("a_one", 2)


def test_a_sentence_with_an_unknown_key_lists_the_known_ones(out: Outputs) -> None:
    out.number("documents", 28)
    with pytest.raises(DataError, match=r"met 'docs'; allowed: documents"):
        out.say("There are {docs}.")


def test_a_finding_that_shows_nothing_there_is_an_error(out: Outputs) -> None:
    out.finding("It is so.", shows="lanes")
    with pytest.raises(DataError, match="no such figure or table"):
        out.close()


@given(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True))
def test_a_macro_name_has_letters_only(slug: str) -> None:
    assert macro_name("a", slug).isalpha() and macro_name("a", slug).isascii()


# --- what a table may hold -----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "=cmd|' /C calc'!A0"])
def test_no_cell_of_text_starts_a_formula(text: str) -> None:
    assert formats.cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-1.5, "-1.5"),
        (-0.0, "0"),
        (28.0, "28"),
        (1 / 3, "0.333333"),
        (True, "true"),
        (float("nan"), ""),
        (None, ""),
        (pd.NA, ""),
        (pd.Timestamp("2017-03-02"), "2017-03-02"),
        ("−1", "−1"),
    ],
)
def test_a_cell_is_written_alike_everywhere(value: Any, text: str) -> None:
    assert formats.cell(value) == text


def test_a_table_is_written_as_csv_and_tex_and_shown(out: Outputs, shown: list[Any]) -> None:
    frame = pd.DataFrame({"outlet": [HOSTILE, "وكالة"], "words_each": [20123.0, 1.5], "n": [3, -2]})
    out.number("n", 2)
    out.table(frame, "outlets", caption="All {n} of < 5 %.", footer="n = {n}.")
    folder = out.root / "reports" / "river-war" / "tables"
    content = (folder / "02-outlets.csv").read_bytes()
    assert content.startswith(b"outlet,words_each,n\n") and b"\r" not in content
    assert pd.read_csv(folder / "02-outlets.csv")["outlet"][0] == HOSTILE
    tex = (folder / "02-outlets.tex").read_text()
    assert r"\caption{All 2 of \textless{} 5 \%.}" in tex and tex.count(r"\raggedleft") == 2
    assert "<script>" not in tex and r"\ensuremath{-}2" in tex
    bundle, more = shown[-1]
    page = bundle["text/html"]
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "All 2 of &lt; 5 %." in page and '<th scope="col" class="number">words each</th>' in page
    assert '<th scope="row" class="word" dir="auto">وكالة</th>' in page
    assert '<td class="number">−2</td>' in page
    assert more["metadata"]["framelines"]["files"][0].endswith("tables/02-outlets.csv")


def test_a_column_of_different_orders_shows_digits_of_each(out: Outputs, shown: list[Any]) -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "mixed": [0.81234, 812.34], "alike": [3.123, 81.2]})
    out.table(frame, "orders", caption="Orders.")
    page = shown[-1][0]["text/html"]
    assert "0.812<" in page and ">812<" in page and ">3.1<" in page and ">81.2<" in page


@pytest.mark.parametrize(
    ("frame", "name", "caption", "said"),
    [
        (FRAME, "Bad name", "A.", "a name is a slug"),
        (FRAME, "good", "  ", "has no caption"),
        (FRAME.iloc[:0], "good", "A.", "is empty"),
    ],
)
def test_a_table_needs_rows_a_name_and_a_caption(
    out: Outputs, frame: pd.DataFrame, name: str, caption: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        out.table(frame, name, caption=caption)
    assert not (out.root / "reports").exists()


# --- figures -------------------------------------------------------------------------------------


def test_a_figure_is_written_in_every_format_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[Any]
) -> None:
    made = []
    for place in ("one", "two"):
        monkeypatch.setenv("FRAMELINES_STAGING", str(tmp_path / place))
        out = Outputs("river-war", "02")
        out.figure(_figure(), "lanes", data=FRAME, alt='Two "points".', caption="<b>")
        files = sorted((out.root / "figures" / "river-war").iterdir())
        made.append({path.name: path.read_bytes() for path in files})
    assert made[0] == made[1]
    assert sorted(made[0]) == [f"02-lanes.{end}" for end in ("csv", "pdf", "png", "svg")]
    assert made[0]["02-lanes.csv"] == b"x,y\n1,2\n2,1.12346\n"
    assert b"<dc:date>" not in made[0]["02-lanes.svg"]
    assert b"CreationDate" not in made[0]["02-lanes.pdf"]
    assert plt.get_fignums() == []
    with Image.open(tmp_path / "one" / "figures" / "river-war" / "02-lanes.png") as image:
        assert image.size == (990, 600)
        assert image.info["Description"] == 'Two "points".' and "Software" not in image.info
    page = shown[-1][0]["text/html"]
    assert 'alt="Two &quot;points&quot;."' in page and "&lt;b&gt;</figcaption>" in page


@pytest.mark.parametrize(("alt", "caption"), [("", "A."), (" ", "A."), ("A.", "")])
def test_a_figure_needs_words(out: Outputs, alt: str, caption: str) -> None:
    with pytest.raises(DataError, match="no alternative text|no caption"):
        out.figure(_figure(), "lanes", data=FRAME, alt=alt, caption=caption)
    plt.close("all")


def test_what_the_font_lacks_or_tex_would_draw_is_an_error(out: Outputs) -> None:
    fig, ax = plt.subplots()
    ax.set_title("\U0001f600\u4e2d")
    with pytest.raises(DataError, match="house font"):
        out.figure(fig, "glyph", data=FRAME, alt="A.", caption="A.")
    fig, ax = plt.subplots()
    ax.set_xscale("log")
    ax.plot([1, 1000], [1, 2])
    with pytest.raises(DataError, match="plain formatter"):
        out.figure(fig, "log", data=FRAME, alt="A.", caption="A.")
    plt.close("all")


def test_without_a_runner_results_go_to_the_build_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRAMELINES_STAGING", raising=False)
    assert Outputs("river-war", "02").root.parts[-2:] == ("build", "interactive")
    assert "FRAMELINES_STAGING" not in os.environ


@pytest.mark.parametrize(("case", "prefix"), [("River war", "01"), ("../x", "01"), ("a", "1")])
def test_outputs_need_a_slug_and_two_digits(case: str, prefix: str) -> None:
    with pytest.raises(DataError):
        Outputs(case, prefix)
