"""A table of any width and length fits the pages of a LaTeX document."""

import re

import pytest

from framelines.tex_layout import GAP, SIZES, Layout, layout

LONG = "a claim that is told in many words and by several outlets of one camp"


def _shares(found: Layout) -> list[float]:
    return [float(share) for share in re.findall(r"\\dimexpr ([\d.]+)\\linewidth", found.columns)]


def test_a_narrow_table_stays_as_it_is() -> None:
    assert layout(["place", "dead"], [["a", "5"]], [False, True]) == Layout("lr", "", False)


def test_a_wide_table_is_wrapped_and_fills_the_line() -> None:
    found = layout(["what", "dead", "by"], [[LONG, "5", LONG]], [False, True, False])
    shares = _shares(found)
    assert found.size == "footnotesize" and not found.long
    assert sum(shares) == pytest.approx(1, abs=0.01) and shares[0] == shares[2] > shares[1]
    assert found.columns.count("raggedleft") == 1


def test_every_column_has_room_for_its_longest_word() -> None:
    heads = [f"aheading{i}" for i in range(9)]
    found = layout(heads, [[LONG] * 9], [False] * 9)
    line = SIZES[found.size]
    assert all(share * line >= len("aheading0") + GAP - 0.1 for share in _shares(found))


def test_many_columns_get_smaller_type_and_never_more_than_the_line() -> None:
    found = layout(["extraordinarily"] * 20, [["x"] * 20], [True] * 20)
    assert found.size == "tiny" and sum(_shares(found)) <= 1.01


def test_a_long_table_goes_over_pages() -> None:
    assert layout(["a"], [["x"]] * 60, [False]).long
    assert layout(["a", "b"], [[LONG, LONG]] * 30, [False, False]).long
    assert not layout(["a"], [["x"]] * 20, [False]).long
