"""Spans verify themselves against the texts, and say what is missing or altered."""

import re
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.corpus import documents as d
from framelines.corpus.texts import short_hash
from framelines.errors import DataError

POST = "The river post fell\n\nThey took 12 tanks, and 12 men."
BRIDGE = "The bridge 🌉 holds: 4 dead."
WHOLE = f"{POST}\n\n{BRIDGE}"


@pytest.fixture
def small(corner: Any, tmp_path: Path) -> tuple[d.Tables, Path]:
    """Two documents in one raw file, with a claim in the second, and the folder of that file."""
    at = BRIDGE.index("4 dead")
    claim = {"coder": "first", "doc_id": "bridge", "claim_id": "bridge-c01", "start": at}
    claim |= {"end": at + 6, "hash": short_hash("4 dead")}
    return corner(post=POST, bridge=BRIDGE) | {"claims": pd.DataFrame([claim])}, tmp_path / "raw"


@given(st.lists(st.text("a é🌉\n", min_size=1), min_size=2, max_size=9, unique=True), st.data())
def test_every_text_of_an_archive_is_its_span(texts: list[str], data: st.DataObject) -> None:
    ends = [*accumulate(map(len, texts))]
    rows = [("all.txt", end - len(text), end) for text, end in zip(texts, ends, strict=True)]
    table = pd.DataFrame(rows, columns=["raw_file", "start", "end"])
    order = data.draw(st.permutations(range(len(texts))))
    with TemporaryDirectory() as place:
        (Path(place) / "all.txt").write_bytes("".join(texts).encode())
        with mock.patch.object(d, "read_raw", wraps=d.read_raw) as read:
            found = [*d.read_documents(table.assign(doc_id=order), Path(place))]
        assert read.call_count == 1
        assert [text for _, text in found] == [texts[order.index(i)] for i in range(len(texts))]


def test_an_altered_text_and_another_span_are_named(small: Any) -> None:
    tables, raw = small
    assert d.check_texts(tables, raw) == []
    tables["claims"]["end"] += 1
    (problem,) = d.check_texts(tables, raw, "data/{}.csv".format)
    assert (problem.where, problem.column) == ("data/claims.csv", "hash")
    assert problem.row == f"first, bridge, bridge-c01, {BRIDGE.index('4 dead')}"
    path = raw / "page.txt"
    path.write_bytes(WHOLE.replace("holds", "fell ").encode())
    (problem,) = d.check_texts(tables, raw)
    assert (problem.where, problem.row) == ("documents.csv", "bridge")
    path.write_bytes(WHOLE.replace("\n", "\r\n").encode())
    assert "altered" in str(d.check_texts(tables, raw)[0]) and "\r\n" in d.read_raw(path)
    path.write_text("short")
    assert "5 code points" in str(d.check_texts(tables, raw)[0])


def test_a_missing_file_and_one_that_is_not_utf8(small: Any) -> None:
    tables, raw = small
    path = raw / "page.txt"
    path.write_bytes(b"The river \xe9 post")
    with pytest.raises(DataError, match="not UTF-8: byte 10"):
        d.read_raw(path)
    path.unlink()
    assert re.search("no such file.*data/raw", str(d.check_texts(tables, raw)[0]))
    path.mkdir()
    with pytest.raises(DataError, match=r"page.txt: this raw file cannot be read: is a directory"):
        list(d.read_documents(tables["documents"], raw))


def test_the_named_folder_goes_first_where_it_holds_the_texts(small: Any, monkeypatch: Any) -> None:
    folder = small[1].parent
    other = folder / "other"
    other.mkdir()
    monkeypatch.setenv("CORPUS", str(other))
    (other / "else.txt").write_text("x")
    assert d.raw_folder(folder) == folder / "raw"
    (other / "page.txt").write_text("x")
    assert d.raw_folder(folder) == other
    assert d.raw_folder(folder / "none") == other
    monkeypatch.delenv("CORPUS")
    assert d.texts_of(folder) == folder / "raw" and d.raw_folder(folder / "none") is None


def test_from_words_to_a_row(small: Any) -> None:
    found = d.locate(small[0], "post", "12", small[1])
    assert found == [(at, at + 2, short_hash("12")) for at in (POST.index("12"), POST.rindex("12"))]
    for doc_id, words in (("post", "13 tanks"), ("ford", "12")):
        with pytest.raises(DataError, match=f"{doc_id}: .*not stand in it.*{words}.*bridge, post"):
            d.locate(small[0], doc_id, words, small[1])
