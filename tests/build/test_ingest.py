"""From a folder or a table to a case: what is taken, what is asked, and what stays as it is."""

import fcntl
import re
import resource
from pathlib import Path
from typing import Any

import pandas as pd
import pypandoc
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from small import bytes_of, laid, write

from framelines import write_all
from framelines.__main__ import main
from framelines.build import coding, ingest, runner
from framelines.build.ingest import articles, corpus, day, slug, twins
from framelines.errors import DataError, problems_of
from framelines.tables.schema import ID, check_tables

LONG = " ".join(f"The convoy number {i} crossed the old bridge before dawn." for i in range(30))
OTHER = " ".join(f"Observers in post {i} saw nobody near the silos." for i in range(30))
PAGE = """<html><head><title>Fog on the river</title>
<meta property="article:published_time" content="2019-08-20T10:00:00Z"><meta
property="og:site_name" content="River Gazette"></head><body><article>{}</article></body></html>"""
FOLDER: dict[str, str | bytes] = {
    "2019-08-21_Valley Post_The bridge.txt": LONG,
    "Radio Ford/2019/silos.md": "+++\ntitle = 'Silos'\ndate = 2019-09-21T10:00:00Z\n+++\n" + OTHER,
    "again.txt": LONG + " The end.",
    "page.html": PAGE.format("".join(f"<p>{OTHER.replace('silos', x)}</p>" for x in "ab")),
    "wide, 30-Mar-2019.txt": ("دخلت القوات المدينة فجر اليوم. " * 20).encode("utf-16"),
    **{"empty.txt": " \n", "pictures.zip": "PK", "broken.pdf": "%PDF-1.4\nno more"},
}


def tables(root: Path) -> dict[str, pd.DataFrame]:
    return check_tables(root / "data" / "river-war", with_texts=True)


def test_a_folder_becomes_a_case_and_again_nothing_changes(tmp_path: Path, capsys: Any) -> None:
    folder, data = laid(tmp_path / "texts", FOLDER), tmp_path / "data"
    corpus(folder, "river-war", tmp_path)
    report = capsys.readouterr().out
    rows = tables(tmp_path)["documents"].set_index("raw_file").sort_index()
    columns = ["source_id", "source_basis", "published", "published_basis", "label"]
    file, place = "inferred: the name of its file", "inferred: the name of its folder"
    fog, bridge = ["river-gazette", "stated", "2019-08-20"], ["valley-post", file, "2019-08-21"]
    wide = ["unknown", "unknown", "2019-03-30", file, "wide, 30-Mar-2019"]
    assert rows[columns].agg(list, axis=1).to_dict() == {
        "2019-08-20-fog-on-the-river.txt": [*fog, "stated", "Fog on the river"],
        "2019-08-21-the-bridge.txt": [*bridge, file, "The bridge"],
        "2019-09-21-silos.txt": ["radio-ford", place, "2019-09-21", "stated", "Silos"],
        "again.txt": ["unknown", "unknown", "", "unknown", "again"],
        "2019-03-30-wide-30-mar-2019.txt": wide,
    }
    assert rows.at["again.txt", "duplicate_of"] == "2019-08-21-the-bridge"
    assert list(rows["language"]) == ["ar"] + ["en"] * 4 and {*rows["genre"]} == {"unknown"}
    assert report.startswith("5 articles added, 0 were known") and "\n1 say nearly" in report
    left = {*re.findall("not read: (.*?):", report)}
    assert left == {"broken.pdf", "empty.txt", "pictures.zip"} and "no reader for .zip" in report
    by = "the name of its file (2), front matter (1), tags of the page (1)"
    assert f"the day was taken from {by}\nthe day is open: again.txt (no day is told)" in report
    before, old = bytes_of(data), tables(tmp_path)["documents"]
    for lost in ([], (data / "river-war" / "raw").glob("*.txt")):
        for text in lost:
            text.unlink()  # as in a fresh clone: git ignores the texts
        corpus(folder, "river-war", tmp_path)
        assert "0 articles added, 5 were" in capsys.readouterr().out and before == bytes_of(data)
    write(folder / "2019-10-01_Valley Post_Fog.txt", OTHER + " Fog.")
    corpus(folder, "river-war", tmp_path)
    new = tables(tmp_path)["documents"]
    kept = new[new["doc_id"].isin(old["doc_id"])]
    assert kept.to_dict("records") == old.to_dict("records") and len(new) == len(old) + 1


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".jsonl"])
def test_a_table_of_texts(tmp_path: Path, ending: str) -> None:
    rows = [("Silos", "2019-09-03", "Radio Ford", OTHER), ("Bridge", "3/13/2019", "Post", LONG)]
    table = pd.DataFrame(rows, columns=["Überschrift", "Date", "المصدر", "İÇERİK"])
    place = tmp_path / f"texts{ending}"
    if ending == ".xlsx":  # with a sheet an outlet, and one of other things
        with pd.ExcelWriter(place) as book:
            for name, sheet in ("a", table[:1]), ("b", table[1:]), ("c", table[["Date"]]):
                sheet.to_excel(book, sheet_name=name, index=False)
    elif ending == ".jsonl":
        table.to_json(place, orient="records", lines=True)
    else:
        table.to_csv(place, index=False, sep="\t" if ending == ".tsv" else ";")
    corpus(place, "river-war", tmp_path)
    found = tables(tmp_path)["documents"]
    assert {*found["published"]} == {"2019-03-13", "2019-09-03"}
    assert sorted(found["source_id"]) == ["post", "radio-ford"]
    assert len(list(articles(tmp_path, []))) == 2 + len(list(tmp_path.rglob("raw/*.txt")))


UNREADABLE = {
    "no column of texts among Headline, Outlet": ("x.csv", "Headline,Outlet\nA,Post\n"),
    "row 2 has 3 fields, the header 2": ("x.csv", "text,source\nOne, two,Post\n"),
    "row 3 has 3 fields, the header": ("x.csv", "text,source\nOne,Post\nTwo, or,Post\n"),
    "csv: it is damaged": ("x.csv", 'text\nA\n"B\nC\n'),
    "xlsx: it is damaged": ("x.xlsx", "PK"),
    "jsonl: it is damaged": ("x.jsonl", '{"text": "A"}\n{"text"'),
    "front matter is no YAML": ("x.md", "---\ntitle: a: b\n---\nOne.\n"),
    "or no TOML: values go into": ("y.md", "+++\ntitle = Silos\n+++\nOne.\n"),
    "row 2 has 3 fields": ("metadata.csv", "file,date\nx.txt,2019-08-23,no\n"),
    "xq.csv: it is damaged": ("xq.csv", 'text,date\n"He said "no" and left.",2019\n'),
    "or of files: file": ("metadata.csv", "date\n2019-08-23\n"),
    "no row of it holds a text, or names": ("metadata.csv", "file,date\n,2019-08-23\n"),
    "names it, and it is not there": ("metadata.csv", "file,date\nx.txt,2019-08-23\n"),
    "no texts here": (".git/x.txt", "Not an article of anybody."),
}


@pytest.mark.parametrize("said", UNREADABLE)
def test_the_unreadable_is_said(tmp_path: Path, said: str) -> None:
    name, content = UNREADABLE[said]
    places = [tmp_path / "texts", write(tmp_path / "texts" / name, content)]
    for place in places[: 1 + name.startswith("x")]:
        with pytest.raises(DataError, match=said):
            corpus(place, "river-war", tmp_path)
    assert not (tmp_path / "data").exists()


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


def test_what_columns_say_is_kept_but_what_no_cell_may_hold(tmp_path: Path) -> None:
    about = {"bloc": "Northern", "country": "Arda", "kind": "State media", "camp": "The North"}
    about |= {"author": "A. Name,\nB. Name", "language": "Turkish", "date": "2019-08-21\u200f"}
    about |= {"title": "=HYPERLINK(1) the\u200b bridge"}
    # What the first article of an outlet does not tell, a later one may.
    rows = [{"text": LONG + " First.", "source": "Post", "title": "\u202e"}]
    rows += [{"text": LONG, "source": "\u202bPost\u202c\n"} | about]
    rows += [{"text": OTHER, "source": "x" * 200_000, "camp": "south"}]
    long = {"title": "Unbridgeablenesses Counterrevolutionaries Incomprehensibility x"}
    rows += [{"text": f"{OTHER} {who}", "source": who} | long for who in ("Radio", "Star")]
    found = lay(tmp_path, rows)
    post = found.loc["post", ["label", "author", "language", "published"]]
    told = list(post[post["published"] != ""].loc["post"])
    assert told == ["HYPERLINK(1) the bridge", "A. Name, B. Name", "en", "2019-08-21"]
    assert found.at["star", "doc_id"].endswith("-2") and "--" not in found.at["star", "doc_id"]
    sources = tables(tmp_path)["sources"].set_index("source_id")
    columns = ["camp", "bloc", "country", "kind"]
    assert list(sources.loc["post", columns]) == ["the_north", "northern", "Arda", "state_media"]
    assert list(sources.loc["radio", columns]) == ["unassigned", "unassigned", "", "unknown"]
    assert sources["name"].str.len().max() == 200
    case = (tmp_path / "notebooks" / "cases" / "river-war.yaml").read_text(encoding="utf-8")
    assert "compare: [south, the_north]" in case  # the two camps there are


def test_nothing_is_written_where_a_table_does_not_pass(tmp_path: Path) -> None:
    first, second = ([{"text": LONG, "source": "Post"}], [{"text": OTHER, "source": "Radio"}])
    lay(tmp_path, first)
    data = tmp_path / "data" / "river-war"
    text = (data / "documents.csv").read_text(encoding="utf-8")
    write(data / "documents.csv", text.replace(",unknown,river", ",none,river"))
    before = bytes_of(data)
    with pytest.raises(DataError, match="documents.csv, row 2 .*column genre"):
        lay(tmp_path, second)
    assert before == bytes_of(data)
    for path in data.rglob("*.csv"):
        path.unlink()  # a run that was broken off leaves texts, and hinders no other
    assert len(lay(tmp_path, second)) == 1
    case = tmp_path / "notebooks" / "cases" / "river-war.yaml"
    write(case, case.read_text().replace("data/river-war", "data"))
    with pytest.raises(DataError, match="NAME: the tables of the case of this name lie in data"):
        lay(tmp_path, second)


def test_files_are_read_as_they_say_that_they_are_written(tmp_path: Path) -> None:
    told = "".join(f"<p>Köprü {i} gün ışığında açıldı, şehir sessizdi.</p>" for i in range(30))
    page = f'<html><head><meta charset="windows-1254"></head><body>{told}</body></html>'
    undated = f"<html><body><article>{told}<p>12 March 2011.</p></article>© 2015</body></html>"
    files = {"page.htm": page.encode("cp1254"), "undated.htm": undated}
    files |= {"marks.txt": LONG.encode("utf-16-le"), "front.txt": "---\nsource: no\n---\nIt fell."}
    spoken = {"Şehir çatışmaların ardından boş kaldı, iki asker öldü.": "cp1254"}
    spoken["Après le combat, la forêt où l’armée était a brûlé."] = "cp1252"
    files |= {f"{code}.txt": text.encode(code) for text, code in spoken.items()}
    files |= {"cut.jsonl": '{"text": "The bridge fell. \\ud83d"}'}
    files |= {"metadata.csv": ";;\nfilename;date;text\nmarks.txt;20190823;\n"}
    files |= {"excel.csv": "sep=;\r\ntext;date\r\n\r\nAlas.;2019\r\n"}
    files |= {"notes.md": "# Head\n\nThe **bridge** [fell](http://a.b).\n"}
    fog = "---\ntitle: Fog\nauthor: [A, B]\ndate: 3 May 2019\n---\nIt fell."
    pypandoc.convert_text(fog, "docx", "markdown", outputfile=str(tmp_path / "fog.docx"))
    laid(tmp_path, files | {"rules.txt": "---\nThe bridge fell.\n---\nAll fled.\n"})
    Figure().text(0, 0, "The bridge fell.").figure.savefig(tmp_path / "open.pdf")
    made = pypdf.PdfWriter(clone_from=tmp_path / "open.pdf")
    for password in ("", "secret"):
        made.encrypt(password, "owner", algorithm="RC4-128")
        made.write(tmp_path / f"locked{password}.pdf")
    left = list[str]()
    found = {article["origin"]: article for article in articles(tmp_path, left)}
    read = {origin: article["text"] for origin, article in found.items()}
    assert all(read[f"{code}.txt"] == text for text, code in spoken.items())
    assert "ışığında açıldı, şehir" in read["page.htm"] and read["marks.txt"] == LONG
    assert "2011" in read["undated.htm"] and "published" not in found["undated.htm"]
    assert found["marks.txt"]["published"] == "20190823"
    assert read["notes.md"].split() == ["Head", "The", "bridge", "fell."]
    assert read["front.txt"] == "It fell." and found["front.txt"]["source"] == "no"
    assert "The bridge fell." in read["rules.txt"] and read["fog.docx"] == "It fell.\n"
    assert {"Fog", "A, B", "3 May 2019"} <= {*found["fog.docx"].values()}
    assert read["cut.jsonl, row 1"] + read["excel.csv, row 3"] == "The bridge fell. \ufffdAlas."
    assert read["locked.pdf"] == read["open.pdf"] == "The bridge fell."
    assert left == ["lockedsecret.pdf: it is locked by a password"]


READ = {
    "2019-08-21": "2019-08-21|21 Aug 2019|21 أغسطس 2019|21 août 2019|21/8/2019|20190821|٢٠١٩-٠٨-٢١"
    "|الأربعاء 21 آب 2019|2019年8月21日",
    "2019-08-20": "2019/08/20 10:15|Tue 2019-08-20|2019-08-20, 10:15|2019-08-20T23:30:00-05:00",
    **{"2019-08": "Aug 2019|2019年8月", "2019-04-04": "04/04/2019"},
    "2019-04-03/2019-04-05": "2019-04-03 - 2019-04-05|3rd-5th April 2019|3–5 avril 2019",
    "2018-06-09/2018-06-11": "٢٦ رمضان ١٤٣٩|26 Ramadan 1439",
}
ASKED = (
    "'29/02/2019' is no day",
    "'2019-02-30' is no day: month 2 of 2019 has 28 days, not 30",
    "'1398-05-30' is no day: the year 1398 is a Hijri one",
    "03.04.2019 is 2019-03-04 or 2019-04-03",
    "13/4/2019–14/4/2019 is 2019-04-13 or 2019-04-14",
    "'2019-04-03 bis 2019-04-05' is no day",
    "Wed 3/4/2019 0:00 is 2019-03-04 or 2019-04-03",
    *(f"{told!r} is no day" for told in ("yesterday", "21/08/19", "20 19", "2019/31")),
)
WRITTEN = {
    **{("03/04/2019", "%d/%m/%Y"): "2019-04-03", ("4/5/17", "%m/%d/%y"): "2017-04-05"},
    ("٠٣/٠٤/٢٠١٩ ٠٠:٠٠", "%d/%m/%Y"): "2019-04-03",
    **{("2017-04-05T10:00", "%m/%d/%y"): "2017-04-05", ("May 2017", "%B %Y"): "2017-05"},
    ("3 avril 2019", "%d.%m.%Y"): "2019-04-03",
    **dict.fromkeys([("2017-13-05", "%Y-%m-%d"), ("13/13/17", "%m/%d/%y")], ""),
}


def test_a_day_is_read_or_asked_and_never_guessed() -> None:
    for read, stated in READ.items():
        assert {day(one) for one in stated.split("|")} == {(read, "")}
    for asked in ASKED:
        read, said = day(asked.partition(" is ")[0].strip("'"))
        assert read == "" and said.startswith(asked)
    for told, read in WRITTEN.items():
        assert day(*told) == (read, "" if read else f"{told[0]!r} is not written as {told[1]}")


def test_a_name_that_nothing_can_read_makes_nothing(tmp_path: Path) -> None:
    for name in ("a" * 61, *"River war,,../x,a;b,raw,2019,1e5,no,nan,mixed".split(",")):
        with pytest.raises(DataError, match="NAME: (not a-z|this would be read as)"):
            corpus(tmp_path, name, tmp_path)
    with pytest.raises(DataError, match="there are no texts here"):
        corpus(tmp_path / "none", "river-war", tmp_path)
    assert not list(tmp_path.iterdir())
    write(tmp_path / "data" / "river-war" / "truth.yaml", "")
    with pytest.raises(DataError, match="NAME: this case was made up"):
        corpus(tmp_path, "river-war", tmp_path)


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
    told = "the disk: file too large. Mend that, and begin again"
    assert [str(problem) for problem in problems_of(caught.value)] == [told]


def test_tables_are_changed_by_one_run_at_a_time(tmp_path: Path, monkeypatch: Any) -> None:
    def busy(name: str, place: str = "") -> int:
        with pytest.raises(BlockingIOError), (tmp_path / "build" / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return 7

    monkeypatch.setattr(runner, "REPO", tmp_path)
    monkeypatch.setattr(coding, "code", busy)
    monkeypatch.setattr(ingest, "corpus", busy)
    for command in (["code", "war"], ["corpus", str(tmp_path), "war"]):
        assert main(command) == 7


@given(st.text(max_size=90))
def test_every_name_gives_an_id(name: str) -> None:
    assert re.fullmatch(ID, slug(name)) and len(slug(name)) <= 60


def test_near_copies_are_told_from_texts_on_the_same_thing() -> None:
    near = LONG.replace("number 3 ", "number three ")
    assert twins({"a": LONG, "b": near, "c": OTHER, "d": OTHER + LONG}) == {"b": "a"}
    flash = [" ".join(f"{w}{i}" for w in "abcde") for i in range(9)]
    short = {str(i): " ".join([*flash[:i], f"x{i}", *flash[i:]]) for i in range(9)}
    assert not twins(short) and len(twins({"a": OTHER[:300], "b": OTHER[:300] + " x"})) == 1
    # A collection that shares more with a copy than its original does not hide it.
    assert twins({"a": LONG, "d": f"{near} {OTHER} {OTHER[9:]}", "b": near + " Dawn."})["b"] == "a"
