"""From “I have three more articles” to tables that pass, and from a mistake to words."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from framelines.__main__ import main
from framelines.checks import check_tables
from framelines.features import build_features
from framelines.problems import DataError
from framelines.scaffold import add_document, cases_of, new_case, new_source
from framelines.tables import read_table
from framelines.text import sha256

ARTICLES = {
    "bridge": "The bridge fell on 3 May. Its defenders had gone, villagers said.",
    "mill": "The mill burned for two nights. Nobody claimed it.",
    "ford": "Soldiers crossed the ford, an officer told the paper.",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a checkout without any case."""
    (tmp_path / "notebooks" / "cases").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def folder(root: Path) -> Path:
    """Return the tables of a new case with a second source."""
    new_case("river-war", root)
    folder = root / "data" / "river-war"
    new_source("daily-news", folder)
    return folder


def _add(folder: Path, text: Path, **more: str) -> str:
    given = {"source": "daily-news", "published": "2020-05-04", "label": "A title", **more}
    return add_document(folder, text, cases="river-war", **given)  # type: ignore[arg-type]


def test_a_new_case_passes_every_check_as_it_is(root: Path) -> None:
    made = new_case("river-war", root)
    folder = root / "data" / "river-war"
    assert set(check_tables(folder, with_texts=True)["documents"]["cases"]) == {"river-war"}
    content = yaml.safe_load((root / "notebooks" / "cases" / "river-war.yaml").read_text())
    assert content["data"] == "data/river-war" and content["compare"] is None
    assert all(path.is_file() for path in made)
    assert cases_of(folder, root) == ["river-war"]


def test_three_more_articles_come_in_one_by_one(folder: Path, tmp_path: Path) -> None:
    for name, text in ARTICLES.items():
        (tmp_path / f"{name}.txt").write_text(f"\n{text}\n\n", encoding="utf-8")
        assert _add(folder, tmp_path / f"{name}.txt") == name
    build_features(folder)
    tables = check_tables(folder, with_texts=True)
    documents = tables["documents"].set_index("doc_id")
    assert list(documents.index) == ["bridge", "first-text", "ford", "mill"]
    assert documents.at["mill", "sha256"] == sha256(ARTICLES["mill"])
    assert set(tables["sentences"]["doc_id"]) == set(documents.index)


def test_two_articles_of_one_page_are_told_apart_by_their_words(
    folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Menu\n" + ARTICLES["bridge"] + "\n\n" + ARTICLES["mill"], encoding="utf-8")
    _add(folder, page, doc_id="bridge", first="The bridge", last="villagers said.")
    _add(folder, page, doc_id="mill", first="The mill")
    documents = read_table(folder, "documents").set_index("doc_id")
    assert documents.at["bridge", "sha256"] == sha256(ARTICLES["bridge"])
    assert documents.at["mill", "end"] == len(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"published": "04.05.2020"}, "column published: not allowed; met '04.05.2020'"),
        ({"source": "daily-new"}, "make new-source NAME=daily-new"),
        ({"doc_id": "first-text"}, "this document is there already"),
        ({"genre": "gossip"}, "allowed: interview, digest"),
        ({"colour": "red"}, "no such column"),
        ({"first": "No such words"}, "stand 0 times"),
        ({"first": "villagers", "last": "The bridge"}, "would end before it begins"),
    ],
)
def test_a_row_that_would_not_pass_changes_nothing(
    folder: Path, tmp_path: Path, more: dict[str, str], said: str
) -> None:
    (tmp_path / "bridge.txt").write_text(ARTICLES["bridge"], encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(DataError, match=said):
        _add(folder, tmp_path / "bridge.txt", **more)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_all_problems_of_a_row_are_told_at_once(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bridge.txt").write_text(ARTICLES["bridge"], encoding="utf-8")
    with pytest.raises(DataError) as error:
        _add(folder, tmp_path / "bridge.txt", published="May", source="x", language="tr")
    columns = {problem.column for problem in error.value.problems}
    assert columns == {"published", "source_id", "published_in", "language"}


def test_an_overlap_and_another_text_of_the_same_name_are_told(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "bridge.txt").write_text(ARTICLES["bridge"], encoding="utf-8")
    _add(folder, tmp_path / "bridge.txt")
    with pytest.raises(DataError, match="overlaps that of bridge"):
        _add(folder, tmp_path / "bridge.txt", doc_id="again")
    (tmp_path / "first-text.txt").write_text(ARTICLES["mill"] * 40, encoding="utf-8")
    with pytest.raises(DataError, match="another text of this name"):
        _add(folder, tmp_path / "first-text.txt", doc_id="other", first=ARTICLES["mill"] * 40)


def test_markup_in_a_label_is_kept_as_text(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bridge.txt").write_text(ARTICLES["bridge"], encoding="utf-8")
    _add(folder, tmp_path / "bridge.txt", label='=1+1, <b>"bold"</b> \\&')
    label = pd.read_csv(folder / "documents.csv").set_index("doc_id").at["bridge", "label"]
    assert label == '=1+1, <b>"bold"</b> \\&'


@pytest.mark.parametrize("name", ["River war", "", "../x", "-a", "RIVER"])
def test_a_name_that_is_no_slug_makes_nothing(root: Path, name: str) -> None:
    with pytest.raises(DataError, match="no slug"):
        new_case(name, root)
    assert not (root / "data").exists() and not list((root / "notebooks" / "cases").iterdir())


def test_a_name_is_taken_once(folder: Path, root: Path) -> None:
    with pytest.raises(DataError, match="this name is taken"):
        new_case("river-war", root)
    with pytest.raises(DataError, match="this source is there already"):
        new_source("daily-news", folder)


def test_a_command_ends_with_two_and_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-case", "No Slug"]) == 2
    assert main(["new-source", "a", "--data", "data/nowhere"]) == 2
    assert main(["run", "01-source-profiles", "palmyra", "-y", "[1"]) == 2
    said = capsys.readouterr().err
    assert "is no slug" in said and "there is no sources.csv" in said and "not YAML" in said
    assert "Traceback" not in said
