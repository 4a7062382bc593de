"""Text as Markdown and TeX print it, and nothing else."""

import pytest

from framelines import formats


@pytest.mark.parametrize(
    ("text", "written"),
    [("15.5 a", "15.5 a"), ("15. a", r"15\. a"), ("3) a", r"3\) a"), ("- a", r"\- a")],
)
def test_only_what_would_begin_a_list_is_escaped(text: str, written: str) -> None:
    assert formats.markdown(text) == written


def test_tex_has_every_sign_that_tables_use() -> None:
    assert formats.tex("∞ ≥ 5 −2") == r"\ensuremath{\infty} \ensuremath{\ge} 5 \ensuremath{-}2"
