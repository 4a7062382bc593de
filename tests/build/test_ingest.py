"""From a folder or a table to a case: what is taken, what is asked, and what stays as it is."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.build import gather
from framelines.build.gather import day, twins
from framelines.build.ingest import corpus, slug
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
    assert rows.at["wide.txt", "published"] == "" and bridge["genre"] == "unknown"
    assert bridge["published_basis"] == "inferred: the name of its file"
    assert (silos["published_basis"], page["published_basis"]) == ("stated", "stated")
    assert silos["source_basis"] == "inferred: the name of its folder"
    left = {line.split(":")[0] for line in report.left}
    assert left == {"broken.pdf", "empty.txt", "pictures.zip"}
    told = "\n".join(report.lines("data/river-war"))
    assert "5 articles added" in told and "there is no reader for .zip" in told
    assert "the day is open: again.txt (no day is told), wide.txt" in told
    assert (
        "the day was taken from the name of its file (1), front matter (1), tags of the page (1)"
    ) in told
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
    assert len(list(gather.articles(tmp_path, []))) == 2 + len(list(tmp_path.rglob("raw/*.txt")))
    table.drop(columns="Content").to_csv(tmp_path / "none.csv", index=False)
    with pytest.raises(DataError, match="no column of texts among Headline, Date, Outlet"):
        corpus(tmp_path / "none.csv", "other-war", tmp_path)
    assert not (tmp_path / "data" / "other-war").exists()


def test_metadata_beside_the_texts_count_before_what_the_files_say(tmp_path: Path) -> None:
    place = tmp_path / "texts" / "Post"
    place.mkdir(parents=True)
    (place / "20190821_post_bridge.TXT").write_text(LONG, encoding="utf-8")
    (place / "silos.txt").write_text(OTHER, encoding="utf-8")
    (place / "metadata.csv").write_text("filename;date\nsilos.txt;20190823\n")
    corpus(tmp_path / "texts", "river-war", tmp_path)
    assert list(tables(tmp_path)["documents"]["published"]) == ["2019-08-21", "2019-08-23"]


def lay(tmp_path: Path, rows: list[dict[str, str]]) -> pd.DataFrame:
    pd.DataFrame(rows).to_csv(tmp_path / "texts.CSV", index=False)
    corpus(tmp_path / "texts.CSV", "river-war", tmp_path)
    return tables(tmp_path)["documents"].set_index("source_id")


def test_one_text_of_two_outlets_is_a_repost_and_of_one_outlet_is_known(tmp_path: Path) -> None:
    both = [{"text": LONG, "source": outlet} for outlet in ("Post", "Radio", "Post")]
    found = lay(tmp_path, both)
    assert found.at["radio", "duplicate_of"] == found.at["post", "doc_id"] and len(found) == 2
    # Whoever mends an outlet's name is not given the text again.
    for table in ("documents", "sources"):
        file = tmp_path / "data" / "river-war" / f"{table}.csv"
        file.write_text(file.read_text(encoding="utf-8").replace("radio", "radio-ford"))
    assert len(lay(tmp_path, both)) == 2


def test_what_columns_say_of_outlets_is_kept_and_two_camps_are_compared(tmp_path: Path) -> None:
    about = {"bloc": "Northern", "country": "Arda", "kind": "State media", "camp": "The North"}
    lay(tmp_path, [{"text": LONG, "source": "Post"} | about,
                   {"text": OTHER, "source": "Radio", "camp": "south"}])  # fmt: skip
    sources = tables(tmp_path)["sources"].set_index("source_id")
    columns = ["camp", "bloc", "country", "kind"]
    assert list(sources.loc["post", columns]) == ["the_north", "northern", "Arda", "state_media"]
    assert list(sources.loc["radio", columns]) == ["south", "unassigned", "", "unknown"]
    case = (tmp_path / "notebooks" / "cases" / "river-war.yaml").read_text(encoding="utf-8")
    assert "compare: [south, the_north]" in case


def test_what_nobody_sees_in_a_title_or_a_name_stops_nothing(tmp_path: Path) -> None:
    about = {"title": "\u200fجسر \u202a2019", "source": "Post\u200f", "date": "2019-08-21\u200f"}
    rows = [about | {"text": LONG}, {"text": OTHER, "source": "x" * 200_000, "title": "\u202e"}]
    found = lay(tmp_path, rows)
    assert list(found.loc["post", ["label", "published"]]) == ["جسر 2019", "2019-08-21"]
    assert tables(tmp_path)["sources"]["name"].str.len().max() == 200


def test_nothing_is_written_where_a_table_does_not_pass(tmp_path: Path) -> None:
    lay(tmp_path, [{"text": LONG, "source": "Post"}])
    file = tmp_path / "data" / "river-war" / "documents.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace(",unknown,river-war", ",none,river-war")
    )
    before = {p: p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file()}
    with pytest.raises(DataError, match="documents.csv, row 2 .*column genre"):
        lay(tmp_path, [{"text": OTHER, "source": "Radio"}])
    assert before == {p: p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file()}


def test_a_page_is_read_as_it_says_that_it_is_written(tmp_path: Path) -> None:
    told = "".join(f"<p>Köprü {i} gün ışığında açıldı, şehir sessizdi.</p>" for i in range(30))
    page = f'<html><head><meta charset="windows-1254"></head><body>{told}</body></html>'
    (tmp_path / "page.htm").write_bytes(page.encode("cp1254"))
    (tmp_path / "notes.md").write_text("# Head\n\nThe **bridge** [fell](http://a.b).\n")
    read = {a.origin: a.text for a in gather.articles(tmp_path, [])}
    assert "ışığında açıldı, şehir" in read["page.htm"]
    assert read["notes.md"].split() == ["Head", "The", "bridge", "fell."]


@pytest.mark.parametrize(
    ("stated", "read", "asked"),
    [
        ("2019-08-21", "2019-08-21", ""),
        ("21 August 2019", "2019-08-21", ""),
        ("21 أغسطس 2019", "2019-08-21", ""),
        ("21 août 2019", "2019-08-21", ""),
        ("21/08/2019", "2019-08-21", ""),
        ("20190821", "2019-08-21", ""),
        ("2019/08/21 10:15", "2019-08-21", ""),
        ("2019-08-20T23:30:00-05:00", "2019-08-20", ""),
        ("Aug 2019", "2019-08", ""),
        ("31/02/2019", "", "31/02/2019 is no day of any month"),
        ("29/02/2019", "", "29/02/2019 is no day of any month"),
        ("2019-02-30", "", "'2019-02-30' is no day: month 2 of 2019 has 28 days, not 30"),
        (
            "1398-05-30",
            "",
            "'1398-05-30' is no day: the year 1398 is a Hijri one, but the calendar is Gregorian",
        ),
        ("03.04.2019", "", "03.04.2019 is 2019-03-04 or 2019-04-03"),
        ("04/04/2019", "2019-04-04", ""),
        ("٢٠١٩-٠٨-٢١", "2019-08-21", ""),
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
    assert gather.ALIKE > 0.5 and sha256(LONG) != sha256(texts["b"])
