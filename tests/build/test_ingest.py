"""From a folder or a table to a case: what is taken, what is asked, and what stays as it is."""

import re
import resource
from pathlib import Path
from threading import Thread

import pandas as pd
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from small import bytes_of, write

from framelines import write_all
from framelines.build import gather, ingest, runner
from framelines.build.gather import day, twins
from framelines.build.ingest import Report, corpus, slug
from framelines.corpus.files import why
from framelines.errors import DataError, problems_of
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
    front = "---\ntitle: Silos\ndate: 21 September 2019\n---\n"
    paragraphs = "".join(f"<p>{OTHER.replace('silos', where)}</p>" for where in ("mill", "ford"))
    write(place / "2019-08-21_Valley Post_The bridge.txt", LONG)
    write(place / "Radio Ford" / "2019" / "silos.md", front + OTHER)
    write(place / "again.txt", LONG + " The end.")
    write(place / "page.html", PAGE.format(paragraphs))
    write(place / "wide.txt", ("دخلت القوات المدينة فجر اليوم. " * 20).encode("utf-16"))
    write(place / "empty.txt", " \n")
    write(place / "pictures.zip", "PK")
    write(place / "broken.pdf", "%PDF-1.4\nno more")
    return place


def tables(root: Path) -> dict[str, pd.DataFrame]:
    return check_tables(root / "data" / "river-war", with_texts=True)


def test_a_folder_becomes_a_case_and_says_what_is_open(folder: Path, tmp_path: Path) -> None:
    report = corpus(folder, "river-war", tmp_path)
    rows = tables(tmp_path)["documents"].set_index("raw_file")
    columns = ["source_id", "source_basis", "published", "published_basis", "label"]
    file, place = "inferred: the name of its file", "inferred: the name of its folder"
    assert rows[columns].agg(list, axis=1).to_dict() == {
        "2019-08-20-fog-on-the-river.txt": ["river-gazette", "stated", "2019-08-20", "stated",
                                            "Fog on the river"],
        "2019-08-21-the-bridge.txt": ["valley-post", file, "2019-08-21", file, "The bridge"],
        "2019-09-21-silos.txt": ["radio-ford", place, "2019-09-21", "stated", "Silos"],
        "again.txt": ["unknown", "unknown", "", "unknown", "again"],
        "wide.txt": ["unknown", "unknown", "", "unknown", "wide"],
    }  # fmt: skip
    assert rows.at["again.txt", "duplicate_of"] == "2019-08-21-the-bridge"
    assert list(rows["language"]) == ["en"] * 4 + ["ar"] and {*rows["genre"]} == {"unknown"}
    assert report.added == 5 and report.twins == 1
    left = {line.split(":")[0] for line in report.left}
    assert left == {"broken.pdf", "empty.txt", "pictures.zip"}
    told = "\n".join(report.lines("data/river-war"))
    assert "5 articles added" in told and "there is no reader for .zip" in told
    assert "the day is open: again.txt (no day is told), wide.txt" in told
    by = "the name of its file (1), front matter (1), tags of the page (1)"
    assert f"the day was taken from {by}" in told


def test_again_it_adds_what_is_new_and_changes_nothing_else(folder: Path, tmp_path: Path) -> None:
    corpus(folder, "river-war", tmp_path)
    before, old = bytes_of(tmp_path / "data"), tables(tmp_path)["documents"]
    report = corpus(folder, "river-war", tmp_path)
    assert (report.added, report.known) == (0, 5) and before == bytes_of(tmp_path / "data")
    for text in (tmp_path / "data" / "river-war" / "raw").glob("*.txt"):
        text.unlink()  # as in a fresh clone: git ignores the texts
    assert corpus(folder, "river-war", tmp_path).known == 5 and before == bytes_of(
        tmp_path / "data"
    )
    write(folder / "2019-10-01_Valley Post_Fog.txt", OTHER + " Fog.")
    assert corpus(folder, "river-war", tmp_path).added == 1
    new = tables(tmp_path)["documents"]
    kept = new[new["doc_id"].isin(old["doc_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, old)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".jsonl"])
def test_a_table_of_texts(tmp_path: Path, ending: str) -> None:
    rows = [("Silos", "2019-09-03", "Radio Ford", OTHER), ("Bridge", "3/13/2019", "Post", LONG)]
    table = pd.DataFrame(rows, columns=["Überschrift", "Date", "المصدر", "İÇERİK"])
    place = tmp_path / f"texts{ending}"
    if ending == ".xlsx":  # with a sheet an outlet, and one of other things
        with pd.ExcelWriter(place) as book:
            for name, sheet in ("a", table[:1]), ("b", table[1:]), ("c", table[["Date"]]):
                sheet.to_excel(book, sheet_name=name, index=False)
    else:
        text = table.to_csv(index=False, sep="\t" if ending == ".tsv" else ";")
        write(place, table.to_json(orient="records", lines=True) if ending == ".jsonl" else text)
    corpus(place, "river-war", tmp_path)
    found = tables(tmp_path)["documents"]
    assert sorted(found["published"]) == ["2019-03-13", "2019-09-03"]
    assert sorted(found["source_id"]) == ["post", "radio-ford"]
    assert len(list(gather.articles(tmp_path, []))) == 2 + len(list(tmp_path.rglob("raw/*.txt")))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", b"Headline,Outlet\nA,Post\n", "no column of texts among Headline, Outlet"),
        ("x.csv", b"text,source\nOne, two,Post\n", "row 2 has 3 fields, the header 2"),
        ("x.csv", b"text,source\nOne,Post\nTwo, or,Post\n", "row 3 has 3 fields, the header"),
        ("x.xlsx", b"PK", "it is damaged"),
        ("x.jsonl", b'{"text": "A"}\n{"text"', "it is damaged"),
        ("x.csv", b'text\nA\n"B\nC\n', "it is damaged"),
        ("x.md", b"---\ntitle: a: b\n---\nOne.\n", "front matter is no YAML"),
        ("metadata.csv", b"file,date\nx.txt,2019-08-23,no\n", "row 2 has 3 fields"),
        ("metadata.csv", b"file,date\nx.txt,2019-08-23\n", "names it, and it is not there"),
        ("metadata.csv", b"id,date\nx.txt,2019-08-23\n", "it names no file of a text"),
        (".git/x.txt", b"Not an article of anybody.", "no texts here"),
    ],
)
def test_the_unreadable_is_said(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    place = write(tmp_path / "texts" / name, content)
    with pytest.raises(DataError, match=said):
        corpus(tmp_path / "texts", "river-war", tmp_path)
    if not name.startswith((".", "meta")):
        with pytest.raises(DataError, match=f"{name}: .*{said}"):
            corpus(place, "river-war", tmp_path)
    assert not (tmp_path / "data").exists() and why(KeyError("x")).startswith("it is damaged")


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
        write(file, file.read_text(encoding="utf-8").replace("radio", "radio-ford"))
    assert len(lay(tmp_path, both)) == 2
    # The first of two copies to be published is none.
    dated = [{"text": f"{OTHER} {n}", "source": n, "date": f"2019-08-{n}"} for n in ("22", "20")]
    told = lay(tmp_path, [{"text": OTHER, "source": "Star"}, *dated]).set_index("published")
    assert sum(told["duplicate_of"] == told.at["2019-08-20", "doc_id"]) == 2


def test_what_columns_say_of_outlets_is_kept_and_two_camps_are_compared(tmp_path: Path) -> None:
    about = {"bloc": "Northern", "country": "Arda", "kind": "State media", "camp": "The North"}
    # What the first article of an outlet does not tell, a later one may.
    lay(tmp_path, [{"text": LONG + " First.", "source": "Post"},
                   {"text": LONG, "source": "Post"} | about,
                   {"text": OTHER, "source": "Radio", "camp": "south"}])  # fmt: skip
    sources = tables(tmp_path)["sources"].set_index("source_id")
    columns = ["camp", "bloc", "country", "kind"]
    assert list(sources.loc["post", columns]) == ["the_north", "northern", "Arda", "state_media"]
    assert list(sources.loc["radio", columns]) == ["south", "unassigned", "", "unknown"]
    case = (tmp_path / "notebooks" / "cases" / "river-war.yaml").read_text(encoding="utf-8")
    assert "compare: [south, the_north]" in case


def test_what_no_cell_may_hold_is_left_out_of_it(tmp_path: Path) -> None:
    long = "Unbridgeablenesses Counterrevolutionaries Incomprehensibility x"
    odd = {"source": "\u202bPost\u202c\n", "author": "A. Name,\nB. Name", "language": "Turkish"}
    odd |= {"title": "=HYPERLINK(1) the\u200b bridge", "date": "2019-08-21\u200f"}
    rows = [{"text": LONG} | odd, {"text": OTHER, "title": "\u202e", "source": "x" * 200_000}]
    rows += [{"text": f"{OTHER} {who}", "title": long, "source": who} for who in ("Radio", "Star")]
    found = lay(tmp_path, rows)
    told = list(found.loc["post", ["label", "author", "language", "published"]])
    assert told == ["HYPERLINK(1) the bridge", "A. Name, B. Name", "en", "2019-08-21"]
    assert found.at["star", "doc_id"].endswith("-2") and "--" not in found.at["star", "doc_id"]
    assert tables(tmp_path)["sources"]["name"].str.len().max() == 200


def test_nothing_is_written_where_a_table_does_not_pass(tmp_path: Path) -> None:
    lay(tmp_path, [{"text": LONG, "source": "Post"}])
    file = tmp_path / "data" / "river-war" / "documents.csv"
    write(file, file.read_text(encoding="utf-8").replace(",unknown,river", ",none,river"))
    before = bytes_of(tmp_path / "data")
    with pytest.raises(DataError, match="documents.csv, row 2 .*column genre"):
        lay(tmp_path, [{"text": OTHER, "source": "Radio"}])
    assert before == bytes_of(tmp_path / "data")
    for path in (tmp_path / "data" / "river-war").rglob("*.csv"):
        path.unlink()  # a run that was broken off leaves texts, and hinders no other
    assert len(lay(tmp_path, [{"text": OTHER, "source": "Radio"}])) == 1
    case = tmp_path / "notebooks" / "cases" / "river-war.yaml"
    case.write_text(case.read_text().replace("data/river-war", "data"))
    with pytest.raises(DataError, match="NAME: the tables of the case of this name lie in data"):
        lay(tmp_path, [{"text": OTHER, "source": "Radio"}])


def test_files_are_read_as_they_say_that_they_are_written(tmp_path: Path) -> None:
    told = "".join(f"<p>Köprü {i} gün ışığında açıldı, şehir sessizdi.</p>" for i in range(30))
    page = f'<html><head><meta charset="windows-1254"></head><body>{told}</body></html>'
    write(tmp_path / "page.htm", page.encode("cp1254"))
    page = f"<html><body><article>{told}<p>12 March 2011.</p></article>© 2015</body></html>"
    write(tmp_path / "undated.htm", page)
    write(tmp_path / "notes.md", "# Head\n\nThe **bridge** [fell](http://a.b).\n")
    write(tmp_path / "rules.txt", "---\nThe bridge fell.\n---\nAll fled.\n")
    write(tmp_path / "marks.txt", LONG.encode("utf-16-le"))
    write(tmp_path / "cut.jsonl", '{"text": "The bridge fell. \\ud83d"}')
    write(tmp_path / "metadata.csv", "filename;date\nmarks.txt;20190823\n")
    Figure().text(0, 0, "The bridge fell.").figure.savefig(tmp_path / "open.pdf")
    made = pypdf.PdfWriter(clone_from=tmp_path / "open.pdf")
    for password in ("", "secret"):
        made.encrypt(password, "owner", algorithm="RC4-128")
        made.write(tmp_path / f"locked{password}.pdf")
    left = list[str]()
    found = {a.origin: a for a in gather.articles(tmp_path, left)}
    read = {origin: article.text for origin, article in found.items()}
    assert "ışığında açıldı, şehir" in read["page.htm"] and read["marks.txt"] == LONG
    assert "2011" in read["undated.htm"] and "published" not in found["undated.htm"].about
    assert found["marks.txt"].about["published"] == "20190823"
    assert read["notes.md"].split() == ["Head", "The", "bridge", "fell."]
    assert "The bridge fell." in read["rules.txt"]
    assert read["cut.jsonl, row 2"] == "The bridge fell. \ufffd"
    assert read["locked.pdf"] == read["open.pdf"] == "The bridge fell."
    assert left == ["lockedsecret.pdf: it is locked by a password"]


READ = {
    "2019-08-21": "2019-08-21|21 August 2019|21 أغسطس 2019|21 août 2019|21/08/2019|20190821"
    "|٢٠١٩-٠٨-٢١",
    "2019-08-20": "2019/08/20 10:15|2019-08-20T23:30:00-05:00",
    "2019-08": "Aug 2019",
    "2019-04-04": "04/04/2019",
    "2018-06-09/2018-06-11": "٢٦ رمضان ١٤٣٩|26 Ramadan 1439",
}
ASKED = {
    "29/02/2019": "29/02/2019 is no day of any month",
    "2019-02-30": "'2019-02-30' is no day: month 2 of 2019 has 28 days, not 30",
    "1398-05-30": "'1398-05-30' is no day: the year 1398 is a Hijri one, but the calendar is "
    "Gregorian",
    "03.04.2019": "03.04.2019 is 2019-03-04 or 2019-04-03",
    "Wed 3/4/2019 0:00": "Wed 3/4/2019 0:00 is 2019-03-04 or 2019-04-03",
    "yesterday": "'yesterday' is no day",
    "21/08/19": "'21/08/19' is no day",
}


def test_a_day_is_read_or_asked_and_never_guessed() -> None:
    for read, stated in READ.items():
        assert {day(one) for one in stated.split("|")} == {(read, "")}
    assert {stated: day(stated) for stated in ASKED} == {s: ("", a) for s, a in ASKED.items()}
    # Or as a person says that days are written.
    assert day("03/04/2019", "%d/%m/%Y") == ("2019-04-03", "")
    assert day("4/5/17", "%m/%d/%y") == day("2017-04-05T10:00", "%m/%d/%y") == ("2017-04-05", "")
    assert day("3 avril 2019", "%d.%m.%Y") == ("2019-04-03", "")
    assert day("May 2017", "%B %Y") == ("2017-05", "")
    assert day("2017-13-05", "%Y-%m-%d")[1] == "'2017-13-05' is not written as %Y-%m-%d"
    assert day("13/13/17", "%m/%d/%y")[1] == "'13/13/17' is not written as %m/%d/%y"


@pytest.mark.parametrize(
    "name", ["River war", "", "../x", "a;b", "a" * 61, "raw", "2019", "1e5", "no", "nan", "mixed"]
)
def test_a_name_that_nothing_can_read_makes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="NAME: (not a-z|this would be read as)"):
        corpus(tmp_path, name, tmp_path)
    with pytest.raises(DataError, match="there are no texts here"):
        corpus(tmp_path / "none", "river-war", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_and_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", "old"), write(tmp_path / "b", "old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError) as caught:
            write_all({first: "new", second: "new" * 1000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert bytes_of(tmp_path) == {first: b"old", second: b"old"}
    (told,) = problems_of(caught.value)
    assert str(told) == "the disk: file too large. Mend that, and begin again"


def test_two_runs_at_once_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = list[str]()
    monkeypatch.setattr(runner, "REPO", tmp_path)
    monkeypatch.setattr(ingest, "corpus", lambda place, *_, **__: done.append(place) or Report())
    second = Thread(target=ingest.lay_down, args=("texts", "war", ""))
    with runner.alone():
        second.start()
        second.join(0.2)
        assert second.is_alive() and not done
    second.join()
    assert done == ["texts"]


@given(st.text(max_size=90))
def test_every_name_gives_an_id(name: str) -> None:
    assert re.fullmatch(ID, slug(name)) and len(slug(name)) <= 60


def test_near_copies_are_told_from_texts_on_the_same_thing() -> None:
    near = LONG.replace("number 3 ", "number three ")
    assert twins({"a": LONG, "b": near, "c": OTHER, "d": OTHER + LONG}) == {"b": "a"}
    # Of short texts every word counts.
    flash = [" ".join(f"{w}{i}" for w in "abcde") for i in range(9)]
    short = {str(i): " ".join([*flash[:i], f"x{i}", *flash[i:]]) for i in range(9)}
    assert not twins(short) and len(twins({"a": OTHER[:300], "b": OTHER[:300] + " x"})) == 1
    # A collection that shares more with a copy than its original does not hide it.
    assert twins({"a": LONG, "d": f"{near} {OTHER} {OTHER[9:]}", "b": near + " Dawn."})["b"] == "a"
