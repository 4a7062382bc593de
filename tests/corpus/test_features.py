"""Counts that can be shared: by hand, by published examples, and never a sentence."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines import REPO
from framelines.corpus import features as f
from framelines.errors import DataError


def test_mattr_by_hand() -> None:
    words = "the river rose and the bridge fell and the river ran on".split()
    expected = [len(set(words[i : i + 4])) / 4 for i in range(len(words) - 3)]
    assert f.mattr(words, 4) == pytest.approx(sum(expected) / len(expected))
    assert f.mattr(words, 50) is None


@given(st.lists(st.integers(0, 120), min_size=1, max_size=60))
def test_chunks_are_never_short_unless_the_document_is(lengths: list[int]) -> None:
    numbers = f._assign_chunks(lengths)
    sizes = pd.Series(lengths).groupby(numbers).sum()
    assert numbers == sorted(numbers)
    assert sizes.min() >= f.CHUNK_TOKENS or (sum(lengths) < f.CHUNK_TOKENS and len(sizes) == 1)


def test_contained_articles_count_once_and_datelines_never(corner: Any, tmp_path: Path) -> None:
    tables = corner(before="TOWN (noon) – They went on.", outer="Here it is. Not here. It was.")
    inner = tables["documents"].iloc[[1]].assign(doc_id="inner", contained_in="outer")
    inner[["start", "end"]] = inner["start"].iloc[0] + 12, inner["start"].iloc[0] + 21
    tables["documents"] = pd.concat([tables["documents"], inner], ignore_index=True)
    dateline = {"doc_id": "before", "start": 0, "end": 13, "kind": "dateline"}
    tables["regions"] = pd.DataFrame([dateline])
    f.build_features(tables, tmp_path)
    sentences = pd.read_csv(tmp_path / "features" / "sentences.csv")
    kinds = sentences.groupby("doc_id")["kind"].agg(list)
    assert kinds["outer"] == ["text", "contained", "text"] and kinds["inner"] == ["text"]
    assert sentences["tokens"].tolist() == [3, 2, 3, 0, 2]


def test_a_corpus_of_two_required_tables_has_features(corner: Any, tmp_path: Path) -> None:
    written = f.build_features(corner(b="It fell.", a="ـ \u0651 ʿ one 12 %"), tmp_path)
    assert [path.stem for path in written] == list(f.COLUMNS)
    assert written[0].read_text() == "doc_id,chunk,token,count\n"
    counted = pd.read_csv(written[1])[["tokens", "figures"]]
    assert counted.values.tolist() == [[2, 1], [2, 0]]
    assert written[3].read_text() == "doc_id,tokens,types,mattr\na,2,2,\nb,2,2,\n"
    with pytest.raises(DataError, match="the texts are not here"):
        f.build_features(corner(a="x"), tmp_path / "elsewhere")


def test_features_are_replaced_whole_or_not_at_all(corner: Any, tmp_path: Path) -> None:
    tables, folder = corner(b="It fell.", a="It rose."), tmp_path / "features"
    f.build_features(tables, tmp_path, lambda work, items: map(work, list(items)))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def broken(work: Any, items: Any) -> Any:
        yield work(next(iter(items)))
        raise ValueError("cut")

    with pytest.raises(ValueError, match="cut"):
        f.build_features(tables, tmp_path, broken)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_places_and_lexicons_match_through_the_counted_form(corner: Any, tmp_path: Path) -> None:
    tables = corner(a="Al\u2011Bab and al-‘Ayn, they sa\u00adid, or al-Bab-based.")
    names = [("al-Bab", "en"), ("Al-Bab", "en"), ("al-'Ayn", "en")]
    tables["place_names"] = pd.DataFrame(names, columns=["variant", "language"])
    lexicons = [("verbs", "said", "en"), ("verbs", "they said", "en"), ("holy", "al-Bab and", "en")]
    tables["lexicons"] = pd.DataFrame(lexicons, columns=["lexicon", "term", "language"])
    f.build_features(tables, tmp_path)
    hits = pd.read_csv(tmp_path / "features" / "lexicon_hits.csv")
    # The longest term wins its words, in each list for itself.
    expected = [["holy", "al-Bab and", 1], ["places", "al-bab", 1], ["places", "al-’ayn", 1]]
    expected.append(["verbs", "they said", 1])
    assert hits[["lexicon", "term", "count"]].values.tolist() == expected


def test_the_features_of_the_example_are_what_the_library_counts(tmp_path: Path) -> None:
    folder = REPO / "data" / "example"
    names = ("documents", "regions", "place_names")
    tables = {n: pd.read_csv(folder / f"{n}.csv", keep_default_na=False) for n in names}
    (tmp_path / "raw").symlink_to(folder / "raw")
    for path in f.build_features(tables, tmp_path):
        cells = pd.read_csv(path, dtype=str, keep_default_na=False).to_numpy().ravel()
        assert all(len(cell.split()) <= 4 for cell in cells), path.name
        assert path.read_bytes() == (folder / "features" / path.name).read_bytes(), path.name
