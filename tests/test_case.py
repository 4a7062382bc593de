"""Cases select documents, and refuse what they do not know."""

from pathlib import Path

import pytest

from framelines import case as c
from framelines import case_files
from framelines.problems import DataError


def test_every_case_of_the_repository_loads() -> None:
    for name in case_files.case_names():
        case = c.load_case(name)
        assert len(case["documents"]) > 0
        ids = set(case["documents"]["doc_id"])
        assert set(case["sentences"]["doc_id"]) <= ids
        # A check that no test can undo: every article of the case has its sentences.
        assert set(case["sentences"]["doc_id"]) == ids


def test_the_real_corpus_has_its_28_documents() -> None:
    counts = {name: len(c.load_case(name)["documents"]) for name in ("palmyra", "idlib")}
    assert counts == {"palmyra": 4, "idlib": 24}


def test_a_misspelt_case_names_the_cases() -> None:
    with pytest.raises(DataError, match="no such case.*'palmira'.*example, idlib, palmyra"):
        c.load_case("palmira")


@pytest.fixture
def cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "notebooks" / "cases"
    folder.mkdir(parents=True)
    for function in (case_files.case_names, case_files.read_case_file):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    return folder


def problems(name: str) -> str:
    with pytest.raises(DataError) as caught:
        c.load_case(name)
    return str(caught.value)


def test_fields_of_a_case_file(cases: Path) -> None:
    (cases / "x.yaml").write_text("titel: X\ndata: [data]\ncompare: [a]\n")
    found = problems("x")
    assert "unknown field" in found and "column titel" in found
    assert "missing" in found and "column title" in found
    assert "wrong type" in found and "column data" in found
    assert "compare names two camps" in found


def test_a_case_without_documents_or_with_unknown_camps(cases: Path) -> None:
    (cases / "nowhere.yaml").write_text("title: X\ndata: data\n")
    assert "no document belongs to this case" in problems("nowhere")
    (cases / "palmyra.yaml").write_text("title: X\ndata: data\ncompare: [islamic_state, mars]\n")
    found = problems("palmyra")
    assert "'mars'" in found and "government_camp" in found
