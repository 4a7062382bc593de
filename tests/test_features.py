"""Counts that can be shared: by hand, by published examples, and never a sentence."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines import features as f

WORDS = "the river rose and the bridge fell and the river ran on".split()


def test_mattr_by_hand() -> None:
    # Windows of 4: the-river-rose-and 4, river-rose-and-the 4, rose-and-the-bridge 4, ...
    expected = [len(set(WORDS[i : i + 4])) / 4 for i in range(len(WORDS) - 3)]
    assert f.mattr(WORDS, 4) == pytest.approx(sum(expected) / len(expected))
    assert f.mattr(WORDS, 50) is None


@given(st.lists(st.sampled_from("abcdefgh"), min_size=5, max_size=80))
def test_mattr_equals_its_definition(types: list[str]) -> None:
    windows = [types[i : i + 5] for i in range(len(types) - 4)]
    expected = sum(len(set(w)) / 5 for w in windows) / len(windows)
    assert f.mattr(types, 5) == pytest.approx(expected)


def test_mtld_by_hand() -> None:
    # a b a b ...: the ratio first falls below .72 at the third token (2/3), a factor every three.
    assert f._mtld_one_way(list("aba" * 10), 0.72) == pytest.approx(30 / 10)
    # All different: no factor is ever complete, the text itself is the measure.
    assert f._mtld_one_way([str(i) for i in range(60)], 0.72) == 60
    assert f.mtld(["a"] * 10) is None


def test_the_longest_term_wins_its_words_in_each_lexicon() -> None:
    terms: f.Terms = {
        ("river",): [("places", "river")],
        ("the", "river"): [("places", "the river"), ("sacred", "the river")],
        ("and",): [("hedges", "and")],
    }
    found = f.find_terms(WORDS, terms)
    assert found == {
        ("places", "the river"): 2,
        ("sacred", "the river"): 2,
        ("hedges", "and"): 2,
    }


@given(st.lists(st.integers(0, 120), min_size=1, max_size=60))
def test_chunks_are_never_short_unless_the_document_is(lengths: list[int]) -> None:
    numbers = f._assign_chunks(lengths)
    sizes: dict[int, int] = {}
    for number, length in zip(numbers, lengths, strict=True):
        sizes[number] = sizes.get(number, 0) + length
    assert numbers == sorted(numbers)
    if sum(lengths) >= f.CHUNK_TOKENS:
        assert min(sizes.values()) >= f.CHUNK_TOKENS
    else:
        assert set(numbers) == {0}


def sample(words: int) -> tuple[str, list[tuple[tuple[int, int], str]]]:
    body = " ".join(f"Word{i} goes on." for i in range(words // 3))
    text = f"A headline\n\nBy A Writer\n\nTOWN (noon) – {body}"
    start = text.index("By")
    dateline = text.index("TOWN")
    regions = [
        ((0, 10), "headline"),
        ((start, start + 11), "byline"),
        ((dateline, dateline + 13), "dateline"),
    ]
    return text, regions


def test_a_document_by_hand() -> None:
    text, regions = sample(300)
    rows = f.document_features("d", text, regions, {("goes", "on"): [("hedges", "goes on")]})
    kinds = [row["kind"] for row in rows["sentences"]]
    assert kinds[:3] == ["headline", "byline", "text"]
    # The dateline's words are not counted although their sentence is.
    assert rows["sentences"][2]["tokens"] == 3
    assert rows["sentences"][1]["tokens"] == 0 and rows["sentences"][1]["chunk"] == ""
    assert rows["diversity"][0]["tokens"] == 302
    assert sum(row["count"] for row in rows["chunks"]) == 302
    assert sum(row["count"] for row in rows["lexicon_hits"]) == 100
    assert {"by", "writer", "town"}.isdisjoint({row["token"] for row in rows["chunks"]})


def test_a_short_document_gives_no_chunk() -> None:
    text, regions = sample(60)
    rows = f.document_features("d", text, regions, {})
    assert rows["chunks"] == []
    assert rows["diversity"][0]["tokens"] == 62


def test_no_feature_row_holds_more_than_one_word_or_term() -> None:
    text, regions = sample(300)
    rows = f.document_features("d", text, regions, {("goes", "on"): [("hedges", "goes on")]})
    for table in rows.values():
        for row in table:
            assert all(len(str(value).split()) <= 4 for value in row.values())


def test_contained_articles_are_counted_once() -> None:
    documents = pd.DataFrame(
        {
            "doc_id": ["outer", "inner"],
            "start": [100, 120],
            "end": [200, 150],
            "contained_in": ["", "outer"],
        }
    )
    regions = pd.DataFrame(columns=["doc_id", "start", "end", "kind"])
    found = f._regions_of(documents.to_dict("records")[0], documents, regions)
    assert found == [((20, 50), "contained")]
