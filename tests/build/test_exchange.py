"""Codes out to other programs and back: the same rows, found words, and nothing half-written.

And rows of UCDP GED and ACLED, all of them invented, as rows of the reference.
"""

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import cassis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import bytes_of, laid, write

from framelines.build import marks
from framelines.build.exchange import export, reference, take_in
from framelines.build.ingest import corpus
from framelines.build.marks import ASKED, KINDS, LAYERS, WRITERS, place
from framelines.corpus.texts import short_hash
from framelines.errors import DataError
from framelines.tables.schema import COLUMNS, write_table, written

POST = (
    "😀 The post fell.\r\nThe Blue army took the “river post” on 3 May and seized 12 tanks.\r\n"
    "Near the ford 112 men fled, 12 tanks burned, and 4 men of the rebels were killed."
)
BRIDGE = "The bridge holds.\nThe Red army says that 30 men were wounded there, and 1,230 fled."
AT, TO = POST.index("4 men"), POST.index(" were killed")
NINE = "doc_id,start,end,kind,value_min,value_max,event_date,target_id,place_id\n"
CLAIM = f"{NINE}post,{AT},{TO},"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: Any) -> Path:
    texts = {"texts/post.txt": POST, "texts/bridge.txt": BRIDGE}
    root = laid(tmp_path_factory.mktemp("war"), texts)
    corpus(root / "texts", "river-war", root)
    actor = {"actor_id": "blue-army", "name": "Blue army", "side": "blue", "kind": "army"}
    write_table(pd.DataFrame([actor]), root / "data" / "river-war", "actors")
    return root


@pytest.fixture
def war(whole: Path, tmp_path: Path) -> Path:
    """A case of two texts and an actor; returns the folder of its tables."""
    return shutil.copytree(whole, tmp_path, dirs_exist_ok=True) / "data" / "river-war"


def take(folder: Path, name: str, content: str | bytes, coder: str = "anna") -> None:
    take_in(write(folder.parents[1] / name, content), "river-war", coder, folder.parents[1])


PIECES = "😀|👩🏽\u200d🚒| |\r\n|\n|é|e\u0301|القوات|\u064f|12|“|'|a|-|=|\u200f|\ufeff|\x0b|\u2028"
PIECES += '|"|tanks|中文'
VALUES = st.sampled_from(["=1+1", "'=x", "@home", "near", "12", "", "جنوب", "exact 😀"])


@given(st.data())
def test_what_goes_out_comes_back(tmp_path_factory: Any, data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(PIECES.split("|")), min_size=1, max_size=40)))
    codes, told = [], {}
    for table, kind in {table: kind for kind, table in KINDS.items()}.items():
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        free = [name for name, choices in ASKED[table].items() if not choices][:3]
        said = {name: data.draw(VALUES) for name in free}
        told[kind] = (start, end), said
        own = {"doc_id": "post", "coder": "rules", "table": table, "kind": kind, "start": start}
        own |= {"end": end, "hash": short_hash(text[start:end])}
        codes.append(own | said)
    columns = dict.fromkeys([*codes[0], *(name for table in LAYERS for name in ASKED[table])])
    frame = pd.DataFrame(codes, columns=[*columns]).fillna("")
    folder, back = tmp_path_factory.mktemp("out"), []
    for to in ("label-studio", "inception", "csv"):
        for name, content in WRITERS[to]({"post": text}, frame).items():
            write(folder / to / name, content.replace("predictions", "annotations"))
        back += [(code, one.text) for one in marks.read(folder / to) for code in one.codes]
    assert len(back) == 3 * len(told)
    for code, theirs in back:
        span, said = told[code["kind"]]
        assert place(text, code, theirs) == span
        assert {name: code.get(name, "") for name in said} == said


def test_export_then_import_gives_the_same_rows(war: Path) -> None:
    root, took = war.parents[1], POST.index("took")
    take(war, "sheets/claims.csv", f"{CLAIM}killed,4,4,,,\nbridge,0,16,event,,,2019-05-03,,\n")
    take(war, "sheets/captures.csv", f"doc_id,start,end,note\npost,{took},{took + 4},=odd\n")
    take(war, "sheets/naming_mentions.csv", "doc_id,words,actor_id\npost,Blue army,blue-army\n")
    before = {table: written(war, table) for table in LAYERS}
    for to in WRITERS:
        export("river-war", to, "anna", root)
        out = root / "build" / "export" / "river-war" / to
        if to == "label-studio":  # a person accepts every suggestion
            tasks = json.loads((out / "tasks.json").read_text(encoding="utf-8"))
            done = [task | {"annotations": task["predictions"]} for task in tasks]
            (out / "tasks.json").write_text(json.dumps(done))
            asked = (out / "labelling.xml").read_text()
            assert '<Label value="killed"/>' in asked and 'whenLabelValue="naming"' in asked
        take_in(out, "river-war", to, root)
        for table, old in before.items():
            new = written(war, table).query("coder == @to").assign(coder="anna")
            assert new.to_dict("records") == old.to_dict("records")
    assert set(written(war, "coders")["coder"]) == {"anna", *WRITERS}


def label_studio(shift: int = 0, text: str = POST, code: str = "killed", doc_id: str = "") -> str:
    span, words = {"start": AT + shift, "end": TO + shift}, "4 men of the rebels"
    label = {"type": "labels", "value": {**span, "text": words, "labels": [code]}}
    number = {"from_name": "value_min", "type": "number", "value": {**span, "number": 4}}
    result = [piece | {"id": "r1", "to_name": "text"} for piece in (label, number)]
    done = {"id": 7, "was_cancelled": False, "result": result}
    data = {"text": text, "doc_id": doc_id}
    return json.dumps([{"id": 3, "data": data, "annotations": [done]}])


def xmi() -> str:
    cas = cassis.Cas(types := marks.type_system(), sofa_string=POST)
    cas.add(types.get_type("webanno.custom.Claims")(begin=AT, end=TO, kind="killed", value_min="4"))
    made = str(cas.to_xmi())
    assert f'begin="{AT + 1}"' in made  # the emoji is two units of UTF-16
    return made


def qdpx(last: int = 0, head: str = "", text: str = POST) -> bytes:
    project = f"""<?xml version="1.0" encoding="utf-8"?>{head}
    <Project xmlns="urn:QDA-XML:project:1.0"><CodeBook><Codes><Code guid="c0" name="losses">
    <Code guid="c1" name="killed; value_min=4"/></Code></Codes></CodeBook>
    <Sources><TextSource name="post" plainTextPath="internal://S1.txt">
    <PlainTextSelection startPosition="{AT}" endPosition="{TO - last}"><Coding>
    <CodeRef targetGUID="c1"/></Coding></PlainTextSelection>
    <PlainTextSelection guid="lost"/></TextSource></Sources></Project>"""
    return zipped({"project.qde": project, "sources/s1.txt": "\ufeff" + text})


def zipped(files: dict[str, Any]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


DOCCANO = {"label": "killed; value_min=4", "start_offset": AT, "end_offset": TO}
PLAIN = POST.replace("\r\n", "\n").replace("“", '"')
FILES = {
    **{"now.json": label_studio(), "utf16.json": label_studio(shift=1), "cas.xmi": xmi()},
    **{"lf.json": label_studio(-2, PLAIN), "browser.json": label_studio(-2)},
    **{"inclusive.qdpx": qdpx(last=1), "exclusive.qdpx": qdpx()},
    "at its end.qdpx": qdpx(text=POST[:TO]),
    "admin.jsonl": json.dumps({"id": 1, "text": POST, "entities": [DOCCANO], "relations": []}),
    "inception.zip": zipped({"annotation/post.txt/anna.xmi": xmi()}),
    "hindered.json": '[["no", "task"], {"text": ""},' + label_studio()[1:],
    "german.csv": "\ufeffdoc_id;words;kind;value_min\npost;4 men of the rebels;killed;4\n",
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_other_programs_are_read(tmp_path: Path, name: str) -> None:
    *problems, found = marks.read(write(tmp_path / name, FILES[name]))
    # What cannot be read of a file hinders nothing else in it.
    assert [problem.row for problem in problems] == [1, 2] * (name == "hindered.json")
    (code,) = found.codes
    assert (code["kind"], code["value_min"]) == ("killed", "4")
    assert place(found.text if "end" in name else POST, code, found.text) == (AT, TO)


TWICE = "12 tanks here, and a long way off, behind the hills, 12 tanks."
AGAIN = short_hash("12 tanks")
PLACES = {
    **{(3, 11, "12 tanks"): (0, 8), (50, 58, "12 tanks"): (53, 61)},
    **{(None, None, "way off"): (26, 33), (0, 8, AGAIN): (0, 8)},
    **dict.fromkeys([(26, 34, "12 tanks"), (None, None, "12 tanks")], "these words stand 2 times"),
    (0, 9, "2 tanks"): "these words do not stand",  # but in 12 tanks
    **dict.fromkeys([(60, 99, ""), (1, 9, AGAIN), (None, None, "")], "neither words nor a span"),
}


def test_words_are_sought_where_they_moved() -> None:
    for (start, end, words), wanted in PLACES.items():
        span = {"start": f"{start}", "end": f"{end}"}
        span |= {"hash": AGAIN} if words == AGAIN else {"words": words}
        try:
            found = str(place(TWICE, span))
        except ValueError as error:
            found = str(error)
        assert found.startswith(str(wanted)), (start, end, words)


TWO = zipped(dict.fromkeys(("anna.jsonl", "bert.jsonl"), FILES["admin.jsonl"]))
NESTED = FILES["inception.zip"]
for _ in range(4):
    NESTED = zipped({"x.zip": NESTED})
ENTITY = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BAD: dict[str, tuple[str, str | bytes]] = {
    "its text is none of this case": ("x.json", label_studio(text="4 men of another text")),
    r"row 2.*neither words.*5, 999": ("x.csv", f"{NINE}bridge,5,999,killed,1,1,,,\n"),
    r"region r1.*'dead \[.*allowed: event, killed": ("x.json", label_studio(code="dead")),
    "a zip that is no .qdpx": ("x.qdpx", zipped({"a.txt": "a"})),
    "2 files or tasks have codes of this text": ("x.zip", TWO),
    "or than 3 zips in one another": ("x.zip", NESTED),
    "neither words nor a span": ("x.csv", f"{NINE}post,two,{TO},killed,4,4,,,\n"),
    "it cannot be read: it is damaged": ("x.zip", b"PK"),
    "qde: .*declares a document type": ("x.qdpx", qdpx(head=ENTITY)),
    "xmi: .*declares a document type": ("x.xmi", ENTITY + "<Project/>"),
    r"row 2.*value_min.*met '=1\+1'; allowed": ("x.csv", f"{CLAIM}killed,=1+1,4,,,\n"),
    "row 2.*target_id.*'elves'": ("x.csv", f"{CLAIM}killed,4,4,,elves,\n"),
    "doc_id: this column is missing": ("x.csv", "document,code\npost,killed\n"),
    "there is no code in it": ("x.json", "[]"),
    "row 1: .*not JSON-MIN": ("x.json", json.dumps([{"id": 1, "text": POST, "code": []}])),
    "there is no reader for it; read are .csv": ("x.doc", "killed"),
}


@pytest.mark.parametrize("said", BAD)
def test_bad_input_is_named_and_writes_nothing(war: Path, said: str) -> None:
    before = bytes_of(war)
    with pytest.raises(DataError, match=f"(?s){said}"):
        take(war, *BAD[said])
    assert before == bytes_of(war)


def test_what_is_good_is_taken_and_the_rest_told(war: Path, capsys: Any) -> None:
    again = f"post,{AT},{TO},killed,4,4,,,\n"
    take(war, "x.csv", f"{CLAIM}Killed,4,4,,,\npost,0,9,killed,many,,,,\n{again}")
    told = capsys.readouterr().out
    assert "row 4 of x: another code says the same of these words" in told
    assert "not taken: x.csv, row 3 of x, column value_min" in told and "'many'" in told
    assert "taken as codes of anna: claims (1)" in told and "certainty asserted (" in told
    take(war, "x.csv", f"{NINE}post,0,9,event,,,,,\n")
    assert list(written(war, "claims")["kind"]) == ["event"]  # no old code of this text stays
    take(war, "x.csv", f"{CLAIM}killed,4,5,,,\n", "bert")
    assert set(written(war, "claims")["coder"]) == {"anna", "bert"}
    root = war.parents[1]
    assert "coder: anna" in (root / "notebooks/cases/river-war.yaml").read_text()  # who was first
    # A text of two documents is told by its id alone.
    write(root / "texts" / "Radio" / "again.txt", POST)
    corpus(root / "texts", "river-war", root)
    with pytest.raises(DataError, match="none of this case, or that of two documents"):
        take(war, "x.json", label_studio(), "carl")
    take(war, "x.json", label_studio(doc_id="again"), "carl")
    assert set(written(war, "claims").query("coder == 'carl'")["doc_id"]) == {"again"}
    with pytest.raises(DataError, match="no name of a person; .* not anna, bert, carl, none"):
        write_table(written(war, "coders").assign(kind="rules"), war, "coders")
        take(war, "x.csv", f"{CLAIM}killed,4,4,,,\n")


GED = """9 1 Alba Borea Arda 35.5 36.5 1 Ford+town 1 1 2017-04-04 2017-04-04 3 8 0 1 12 14 11
7 3 Alba Civilians Arda 35.9 36.5 4 Vale 2 4 2017-04-01 2017-04-30 0 0 5 0 5 40 2
8 1 Alba Borea Arda 35.9 36.5 6 Arda 1 5 2016-05-01 2016-05-01 0 0 0 5 5 5 5
5 2 Crow Dove Elsewhere 1 1 1 Mere 1 1 2017-04-04 2017-04-04 1 0 0 0 1 1 1
6 1 Alba Borea Arda 35.5 36.5 1 Ford 1 1 soon 2017-04-04 1 0 0 0 1 1 1
4 1 Alba Borea Arda 35.5 36.5 1 Ford 1 1 2017-04-04 2017-04-04 1 0 0 0 1 1 7
3 1 Alba Borea Arda 35.5 36.5 1 Ford 1 1 2017-04-04 + 1 0 0 0 1 1 1
2 1 Alba Borea Arda 35.5 36.5 1 Ford 1 1 2017-04-04 2017-04-04 1 0 0 0 1 1 -1"""
EVENTS = """ARD12 04+April+2017 2 Armed+clash Alba Borea Arda Ford 35.5 36.5 1 10
ARD13 2017-05-31 3 Air/drone+strike Alba Crow Arda Ford 35.5 36.5 2 0"""
SHOWN = "ref_id date_from date_to value_min value_max quality place_id event".split()


@pytest.fixture
def monitored(tiny: Path) -> Path:
    write(tiny.parent / "notebooks" / "cases" / "tiny.yaml", "title: Tiny\ndata: data\n")
    write(tiny / "places.csv", "place_id,name,kind\nford,Ford,town\nfar,Far,town\n")
    for name, of, rows, sep in (("ged", "UCDP GED", GED, ","), ("acled", "ACLED", EVENTS, ";")):
        columns = [*COLUMNS["monitors"][of]["columns"].split(), "source_headline"]
        cells = [[*row.split(), "A headline"] for row in rows.splitlines()]
        table = pd.DataFrame(cells, columns=columns).replace(r"\+", " ", regex=True)
        table[columns[::-1]].to_csv(tiny.parent / f"{name}.csv", index=False, sep=sep)
    return tiny


def added(folder: Path, name: str = "ged.csv", **filters: str) -> pd.DataFrame:
    chosen = {"days": "", "country": "", "box": "", **filters}
    reference(folder.parent / name, "tiny", root=folder.parent, **chosen)
    return written(folder, "reference").set_index("ref_id")


def test_events_are_rows_with_days_and_quality(monitored: Path, capsys: Any) -> None:
    found = added(monitored, country="arda")
    told = capsys.readouterr().out
    assert "3 events added" in told and "ged.csv, row 6: it cannot be read: date_start is" in told
    assert "row 7: it cannot be read: the least of dead, 7, is above the most, 1" in told
    assert "row 8: it cannot be read" in told and "row 9: it cannot be read: low is '-1'" in told
    assert found.at["ucdp-9", "according_to"] == "UCDP (Alba 3, Borea 8, civilians 0, unknown 1)"
    found = added(monitored, "acled.csv")
    found["event"] = found["event"].str.partition(", ")[0]
    assert [",".join(row) for row in found.reset_index()[SHOWN].to_numpy()] == [
        # A week around the day, its month, some day of its year.
        "acled-ard12,2017-04-01,2017-04-07,10,10,medium,ford,Armed clash: Alba and Borea",
        "acled-ard13,2017-05-01,2017-05-31,0,0,low,,Air/drone strike: Alba and Crow",
        "ucdp-7,2017-04-01,2017-04-30,2,40,low,,violence of Alba against civilians",
        "ucdp-8,2016-01-01,2016-12-31,5,5,low,,fighting of Alba and Borea",
        "ucdp-9,2017-04-04,2017-04-04,11,14,high,ford,fighting of Alba and Borea",
    ]
    assert set(found["origin"]) == {"monitor"} and set(found["event_id"]) == {""}
    assert "headline" not in (monitored / "reference.csv").read_text()


REFUSED: dict[str, dict[str, str]] = {
    "DAYS: no EDTF date.*met 'April'; allowed: days in EDTF": {"days": "April"},
    "BOX: no box; met '40,30,20,10'": {"box": "40,30,20,10"},
    "no row fits.*allowed: countries: Arda, Elsewhere": {"country": "Nowhere"},
    "neither UCDP GED nor ACLED": {"name": "data/places.csv"},
    "no table in UTF-8": {"name": "none.csv"},
}


def test_events_are_filtered_and_what_a_person_wrote_stays(monitored: Path) -> None:
    file, events = monitored / "reference.csv", monitored.parent / "acled.csv"
    for said, filters in REFUSED.items():
        with pytest.raises(DataError, match=said):
            added(monitored, **filters)
    assert not file.exists()
    assert list(added(monitored, days="2017-04", box="36,35,37,35.6").index) == ["ucdp-9"]
    write(file, text := file.read_text().replace("best estimate 12", "ours"))
    added(monitored, days="2017-04", box="36,35,37,35.6")
    assert file.read_text() == text
    # A country is named as its file has it, or without what stands in brackets.
    write(events, events.read_text().replace("Arda", "Arda (Old Arda)"))
    for name in ("arda", "Arda (Old Arda)"):
        assert len(added(monitored, events.name, country=name)) == 3
    file.unlink()
    assert list(added(monitored, days="2017-04-02/..").index) == ["ucdp-5", "ucdp-7", "ucdp-9"]
