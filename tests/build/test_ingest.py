"""From a folder or a table to a case: what is taken, what is asked, and what stays as it is."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.build import ingest
from framelines.build.ingest import corpus, day, slug, twins
from framelines.corpus.texts import sha256
from framelines.errors import DataError
from framelines.tables.schema import ID, check_tables

LONG = " ".join(f"The convoy number {i} crossed the old bridge before dawn." for i in range(30))
OTHER = " ".join(f"Observers in post {i} saw nobody near the silos." for i in range(30))
PAGE = """<html><head><title>Fog on the river</title>
<meta property="article:published_time" content="2019-08-20T10:00:00Z">
<meta property="og:site_name" content="River Gazette"></head>
<body><nav>Home | About</nav><article><h1>Fog on the river</h1>{}</article></body></html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "texts"
    (place / "Radio Ford").mkdir(parents=True)
    (place / "2019-08-21_Valley Post_The bridge.txt").write_text(LONG, encoding="utf-8")
    front = "---\ntitle: Silos\ndate: 21 September 2019\n---\n"
    (place / "Radio Ford" / "silos.md").write_text(front + OTHER, encoding="utf-8")
    (place / "again.txt").write_text(LONG + " The end.", encoding="utf-8")
    paragraphs = "".join(f"<p>{OTHER.replace('silos', where)}</p>" for where in ("mill", "ford"))
    (place / "page.html").write_text(PAGE.format(paragraphs), encoding="utf-8")
    (place / "wide.txt").write_bytes(("دخلت القوات المدينة فجر اليوم. " * 20).encode("utf-16"))
    (place / "empty.txt").write_text(" \n", encoding="utf-8")
    (place / "pictures.zip").write_bytes(b"PK")
    (place / "broken.pdf").write_bytes(b"%PDF-1.4\nno more")
    return place


def tables(root: Path) -> dict[str, pd.DataFrame]:
    return check_tables(root / "data" / "river-war", with_texts=True)


def test_a_folder_becomes_a_case_and_says_what_it_could_not_tell(
    folder: Path, tmp_path: Path
) -> None:
    report = corpus(folder, "river-war", tmp_path)
    rows = tables(tmp_path)["documents"].set_index("raw_file")
    assert report.added == len(rows) == 5 and report.twins == 1
    bridge = rows.loc["2019-08-21-the-bridge.txt"]
    assert list(bridge[["source_id", "published", "label"]]) == [
        "valley-post", "2019-08-21", "The bridge",
    ]  # fmt: skip
    silos = rows.loc["2019-09-21-silos.txt"]
    assert (silos["source_id"], silos["published"]) == ("radio-ford", "2019-09-21")
    page = rows.loc["2019-08-20-fog-on-the-river.txt"]
    assert (page["source_id"], page["language"]) == ("river-gazette", "en")
    assert rows.at["again.txt", "duplicate_of"] == "2019-08-21-the-bridge"
    assert rows.at["wide.txt", "language"] == "ar"
    assert rows.at["wide.txt", "published"].startswith("../") and bridge["genre"] == "unknown"
    left = {line.split(":")[0] for line in report.left}
    assert left == {"broken.pdf", "empty.txt", "pictures.zip"}
    told = "\n".join(report.lines("data/river-war"))
    assert "5 articles added" in told and "there is no reader for .zip" in told
    assert "the day is open: again.txt (no day is told), wide.txt" in told
    assert (tmp_path / "notebooks" / "cases" / "river-war.yaml").is_file()
    assert (tmp_path / "data" / "river-war" / "features" / "sentences.csv").is_file()


def test_again_it_adds_what_is_new_and_changes_nothing_else(folder: Path, tmp_path: Path) -> None:
    corpus(folder, "river-war", tmp_path)
    before = {p: p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file()}
    report = corpus(folder, "river-war", tmp_path)
    assert (report.added, report.known) == (0, 5)
    assert before == {p: p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file()}
    (folder / "2019-10-01_Valley Post_Fog.txt").write_text(OTHER + " Fog.", encoding="utf-8")
    old = tables(tmp_path)["documents"]
    assert corpus(folder, "river-war", tmp_path).added == 1
    new = tables(tmp_path)["documents"]
    kept = new[new["doc_id"].isin(old["doc_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, old)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".jsonl"])
def test_a_table_of_texts(tmp_path: Path, ending: str) -> None:
    rows = [("Silos", "2019-09-03", "Radio Ford", OTHER), ("Bridge", "3/13/2019", "Post", LONG)]
    table = pd.DataFrame(rows, columns=["Headline", "Date", "Outlet", "Content"])
    place = tmp_path / f"texts{ending}"
    write: dict[str, Any] = {
        ".csv": lambda: table.to_csv(place, index=False, sep=";"),
        ".tsv": lambda: table.to_csv(place, index=False, sep="\t"),
        ".xlsx": lambda: table.to_excel(place, index=False),
        ".jsonl": lambda: place.write_text(
            "\n".join(json.dumps(r) for r in table.to_dict("records"))
        ),
    }
    write[ending]()
    corpus(place, "river-war", tmp_path)
    found = tables(tmp_path)["documents"]
    assert sorted(found["published"]) == ["2019-03-13", "2019-09-03"]
    assert sorted(found["source_id"]) == ["post", "radio-ford"]
    table.drop(columns="Content").to_csv(tmp_path / "none.csv", index=False)
    with pytest.raises(DataError, match="no column of texts among Headline, Date, Outlet"):
        corpus(tmp_path / "none.csv", "other-war", tmp_path)
    assert not (tmp_path / "data" / "other-war").exists()


def test_metadata_beside_the_texts_count_before_what_the_files_say(tmp_path: Path) -> None:
    place = tmp_path / "texts"
    place.mkdir()
    (place / "2019-08-21_post_bridge.txt").write_text(LONG, encoding="utf-8")
    (place / "metadata.csv").write_text("filename;date\n2019-08-21_post_bridge.txt;2019-08-23\n")
    corpus(place, "river-war", tmp_path)
    assert list(tables(tmp_path)["documents"]["published"]) == ["2019-08-23"]


@pytest.mark.parametrize(
    ("stated", "read", "asked"),
    [
        ("2019-08-21", "2019-08-21", ""),
        ("21 August 2019", "2019-08-21", ""),
        ("21 أغسطس 2019", "2019-08-21", ""),
        ("21 août 2019", "2019-08-21", ""),
        ("21/08/2019", "2019-08-21", ""),
        ("03.04.2019", "", "03.04.2019 is 2019-03-04 or 2019-04-03"),
        ("04/04/2019", "2019-04-04", ""),
        ("yesterday", "", "'yesterday' is no day"),
        ("21/08/19", "", "'21/08/19' is no day"),
    ],
)
def test_a_day_is_read_or_asked_and_never_guessed(stated: str, read: str, asked: str) -> None:
    assert day(stated) == (read, asked)


def test_days_are_read_as_a_person_says_that_they_are_written() -> None:
    assert day("03/04/2019", "%d/%m/%Y") == ("2019-04-03", "")
    assert day("4/5/17", "%m/%d/%y") == ("2017-04-05", "")
    assert day("13/13/17", "%m/%d/%y") == ("", "'13/13/17' is not written as %m/%d/%y")


@pytest.mark.parametrize(
    "name", ["River war", "", "../x", "a;b", "a" * 61, "raw", "2019", "1e5", "no", "nan", "mixed"]
)
def test_a_name_that_nothing_can_read_makes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="NAME: (not a-z|this would be read as)"):
        corpus(tmp_path, name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_place_without_texts_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are no texts here"):
        corpus(tmp_path, "river-war", tmp_path)
    with pytest.raises(DataError, match="no such folder or table"):
        corpus(tmp_path / "none", "river-war", tmp_path)


@given(st.text(max_size=90))
def test_every_name_gives_an_id(name: str) -> None:
    assert re.fullmatch(ID, slug(name)) and len(slug(name)) <= 60


def test_near_copies_are_told_from_texts_on_the_same_thing() -> None:
    texts = {
        "a": LONG,
        "b": LONG.replace("number 3 ", "number three "),
        "c": OTHER,
        "d": OTHER + LONG,
    }
    assert twins(texts) == {"b": "a"}
    assert ingest.ALIKE > 0.5 and sha256(LONG) != sha256(texts["b"])
