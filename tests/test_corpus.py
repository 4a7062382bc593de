"""Spans verify themselves against the texts, and say what is missing or altered."""

from pathlib import Path

import pytest

from framelines import corpus
from framelines.problems import DataError
from framelines.tables import read_table
from tests.conftest import TEXT


def test_documents_are_read_from_their_spans(tiny: Path) -> None:
    documents = read_table(tiny, "documents")
    text = corpus.document_text(documents, "bridge", tiny / "raw")
    assert text.startswith("The bridge holds") and text.endswith("killed there.")
    with pytest.raises(DataError, match="no such document.*'ford'.*bridge, post"):
        corpus.document_text(documents, "ford", tiny / "raw")


def test_nothing_is_amiss_with_the_right_texts(tiny: Path) -> None:
    documents = read_table(tiny, "documents")
    assert corpus.check_documents(documents, tiny / "raw", "documents.csv") == []
    assert corpus.check_raw_files(tiny, tiny / "raw") == []


def test_line_ends_are_not_touched(tiny: Path) -> None:
    path = tiny / "raw" / "page.txt"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert "\r\n" in corpus.read_raw(path)
    (problem,) = corpus.check_raw_files(tiny, tiny / "raw")
    assert "altered" in str(problem) and "page.txt" in str(problem)


def test_an_altered_text_names_the_documents_that_it_touches(tiny: Path) -> None:
    (tiny / "raw" / "page.txt").write_text(TEXT.replace("bridge holds", "bridge fell "))
    found = corpus.check_documents(read_table(tiny, "documents"), tiny / "raw", "documents.csv")
    assert [p.row for p in found] == ["bridge"]
    (tiny / "raw" / "page.txt").write_text("short")
    found = corpus.check_documents(read_table(tiny, "documents"), tiny / "raw", "documents.csv")
    assert len(found) == 2 and "5 code points" in str(found[0])


def test_a_missing_file_and_one_that_is_not_utf8(tiny: Path) -> None:
    path = tiny / "raw" / "page.txt"
    path.write_bytes(b"The river \xe9 post")
    with pytest.raises(DataError, match="not UTF-8: byte 10"):
        corpus.read_raw(path)
    path.unlink()
    with pytest.raises(DataError, match="missing.*data/raw"):
        corpus.read_raw(path)
    assert "missing" in str(corpus.check_raw_files(tiny, tiny / "raw")[0])


def test_the_named_folder_goes_before_data_raw(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUS", str(tiny / "raw"))
    assert corpus.raw_folder(corpus.REPO / "data") == tiny / "raw"
    # A folder without a text is no corpus, and an example keeps its own texts.
    monkeypatch.setenv("CORPUS", str(tiny))
    assert corpus.raw_folder(corpus.REPO / "data") in (None, corpus.REPO / "data" / "raw")
    assert corpus.raw_folder(tiny) == tiny / "raw"
