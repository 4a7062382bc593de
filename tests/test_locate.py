"""From words to a row and back."""

from pathlib import Path

import pytest

from framelines.case import load_case
from framelines.checks import check_tables
from framelines.corpus import raw_folder
from framelines.locate import find_rows, in_context, locate, locate_in, show
from framelines.problems import DataError
from framelines.text import short_hash


def test_every_place_of_the_words() -> None:
    assert locate("abab ab", "ab") == [
        (0, 2, short_hash("ab")),
        (2, 4, short_hash("ab")),
        (5, 7, short_hash("ab")),
    ]


def test_words_that_do_not_stand_there(tiny: Path) -> None:
    tables = check_tables(tiny)
    assert locate_in(tables, "post", "12 tanks", tiny / "raw")[0][2] == short_hash("12 tanks")
    with pytest.raises(DataError, match="do not stand in it.*'13 tanks'"):
        locate_in(tables, "post", "13 tanks", tiny / "raw")


def test_the_passage_is_on_one_line_with_its_span_marked() -> None:
    assert in_context("one\ntwo three four", (4, 7), 5) == "one ⟦two⟧ thre"


def test_a_row_is_shown_in_its_context() -> None:
    case = load_case("example")
    row = case["claims"].iloc[0]
    texts = raw_folder(case.folder)
    assert texts is not None
    shown = show(case.tables, [row["claim_id"]], texts)
    assert shown.startswith("claims\n") and f"claim_id: {row['claim_id']}" in shown
    marked = shown[shown.index("⟦") + 1 : shown.index("⟧")]
    assert marked and "kind: " in shown
    with pytest.raises(DataError, match="no located row has this key"):
        find_rows(case.tables, ["nobody-c01"])
