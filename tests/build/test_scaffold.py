"""From an empty checkout to tables that pass, and from a mistake to words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from framelines.build.scaffold import add_document, new_case
from framelines.build.verify import scratch
from framelines.corpus.texts import sha256
from framelines.errors import DataError
from framelines.tables.case import case_names, read_case_file
from framelines.tables.schema import check_tables

ARTICLES = {
    "bridge": "The bridge fell on 3 May. Its defenders had gone, villagers said.",
    "mill": "The mill burned for two nights. Nobody claimed it.",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the tables of a new case."""
    monkeypatch.delenv("CORPUS", raising=False)
    new_case("river-war", tmp_path)
    return tmp_path / "data" / "river-war"


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    """Return a text that is not in the corpus yet."""
    path = tmp_path / "bridge.txt"
    path.write_text(f"\n{ARTICLES['bridge']}\n\n", encoding="utf-8")
    return path


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _add(folder: Path, text: Path, **more: str) -> None:
    given = {"source": "daily-news", "cases": "river-war"}
    add_document(text, folder, **given, **{"published": "2020-05-04", "label": "A title"} | more)


@pytest.mark.parametrize("name", ["river-war", "2019-war", "norway"])
def test_a_new_case_passes_every_check(tmp_path: Path, name: str) -> None:
    made = new_case(name, tmp_path)
    tables = check_tables(tmp_path / "data" / name, with_texts=True)
    assert set(tables["documents"]["cases"]) == {name} and len(tables["sentences"])
    assert all(path.is_file() for path in made) and case_names(tmp_path) == [name]
    said = read_case_file(name, tmp_path)
    title = name.replace("-", " ").capitalize()
    assert (said.data, said.title, said.compare) == (f"data/{name}", title, None)


def test_articles_come_in_one_by_one(folder: Path, bridge: Path, tmp_path: Path) -> None:
    _add(folder, bridge)
    mill = tmp_path / "The Mill (1).txt"
    mill.write_text(ARTICLES["mill"], encoding="utf-8")
    _add(folder, mill, label='=1+1, <b>"bold"</b> \\&')
    tables = check_tables(folder, with_texts=True)
    documents = tables["documents"].set_index("doc_id")
    assert list(documents.index) == ["bridge", "first-text", "the-mill-1"]
    assert documents.at["bridge", "sha256"] == sha256(ARTICLES["bridge"])
    assert documents.at["the-mill-1", "label"] == '=1+1, <b>"bold"</b> \\&'
    assert set(tables["sentences"]["doc_id"]) == set(documents.index)
    assert [*tables["sources"]["source_id"]] == ["daily-news", "first-source"]


def test_two_articles_of_one_page_are_told_apart_by_their_words(
    folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Menu\n" + "\n\n".join(ARTICLES.values()), encoding="utf-8")
    _add(folder, page, doc_id="bridge", first="The bridge", last="villagers said.")
    _add(folder, page, doc_id="mill", first="The mill")
    sums = check_tables(folder, with_texts=True)["documents"].set_index("doc_id")["sha256"]
    assert [sums["bridge"], sums["mill"]] == [sha256(text) for text in ARTICLES.values()]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"published": "04.05.2020"}, r"column published: .*met '04\.05\.2020'"),
        ({"published": "2019-02-30"}, "month 2 of 2019 has 28 days"),
        ({"published_in": "daily-new"}, "defines no such id; met 'daily-new'"),
        ({"doc_id": "first-text"}, "this key stands in an earlier row already"),
        ({"doc_id": "A b"}, "column doc_id: .*met 'A b'"),
        ({"genre": "gossip"}, "allowed: interview, digest"),
        ({"colour": "red"}, "a column that nothing defines"),
        ({"label": ""}, "column label: this value is missing"),
        ({"first": "No such words"}, "stand 0 times"),
        ({"first": "villagers", "last": "The bridge"}, "would end before it begins"),
    ],
)
def test_a_row_that_would_not_pass_changes_nothing(
    folder: Path, bridge: Path, more: dict[str, str], said: str
) -> None:
    before = _files(folder)
    with pytest.raises(DataError, match=said):
        _add(folder, bridge, **more)
    assert _files(folder) == before


def test_all_problems_of_a_row_are_told_at_once(folder: Path, tmp_path: Path) -> None:
    wrong = {"published": "May", "source_id": "x", "language": "Turkish", "doc_id": "N"}
    with pytest.raises(DataError) as error:
        _add(folder, tmp_path / "none.txt", **wrong)
    problems = error.value.problems
    columns = {problem.column for problem in problems} - {None}
    assert columns == {"doc_id", "published", "language", "source_id"}
    assert [p.where for p in problems if p.column is None] == ["none.txt"]


def test_an_overlap_and_another_text_of_the_same_name(folder: Path, bridge: Path) -> None:
    _add(folder, bridge)
    with pytest.raises(DataError, match="its span overlaps that of"):
        _add(folder, bridge, doc_id="again")
    bridge.write_text(ARTICLES["mill"], encoding="utf-8")
    with pytest.raises(DataError, match="another text of this name"):
        _add(folder, bridge, doc_id="other")


@pytest.mark.parametrize(
    "name",
    ["River war", "", "../x", "-a", "RIVER", "a$(b)", "a;b", "a/b", "a" * 61, "mixed", "raw"]
    + ["2019", "2019-05-04", "1e5", "0x1f", "no", "on", "null", "nan"],
)
def test_a_name_that_nothing_can_read_makes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="NAME: (not a-z|this would be read as)"):
        new_case(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_name_is_taken_once_and_a_folder_must_be_one(folder: Path, bridge: Path) -> None:
    before = _files(folder.parent)
    with pytest.raises(DataError, match="this name is taken"):
        new_case("river-war", folder.parent.parent)
    with pytest.raises(DataError, match="data/nowhere: there are no tables here.*make new-case"):
        _add(folder.parent / "nowhere", bridge)
    assert _files(folder.parent) == before


@pytest.mark.slow
def test_a_new_case_builds(tmp_path: Path) -> None:
    copy = scratch(tmp_path / "a place")[0]
    new_case("river-war", copy)
    command = [sys.executable, "-m", "framelines", "build", "river-war"]
    own = {**os.environ, "PYTHONPATH": str(copy / "lib")}
    done = subprocess.run(command, cwd=copy, env=own, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (copy / "reports" / "river-war" / "03-narrative-framing.html").is_file()
