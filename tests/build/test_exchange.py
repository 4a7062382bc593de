"""Codes out to other programs and back: the same rows, found words, and nothing half-written."""

import io
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import cassis
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from small import bytes_of, write

from framelines import __main__
from framelines.build.exchange import PROGRAMS, export, forms, sheets_of, take_in
from framelines.build.ingest import corpus
from framelines.build.store import written
from framelines.corpus import marks
from framelines.corpus.marks import Mark, Marked, place
from framelines.corpus.texts import short_hash
from framelines.errors import DataError
from framelines.tables.case import read_case_file
from framelines.tables.schema import write_table

POST = (
    "😀 The post fell.\r\nThe Blue army took the “river post” on 3 May and seized 12 tanks.\r\n"
    "Near the ford 112 men fled, 12 tanks burned, and 4 men of the rebels were killed."
)
BRIDGE = "The bridge holds.\nThe Red army says that 30 men were wounded there, and 1,230 fled."
AT, TO = POST.index("4 men"), POST.index(" were killed")
NINE = "doc_id,start,end,kind,value_min,value_max,event_date,target_id,place_id\n"
CLAIM = f"{NINE}post,{AT},{TO},"


@pytest.fixture(scope="module")
def laid(tmp_path_factory: Any) -> Path:
    root = Path(tmp_path_factory.mktemp("war"))
    write(root / "texts" / "post.txt", POST)
    write(root / "texts" / "bridge.txt", BRIDGE)
    corpus(root / "texts", "river-war", root)
    actor = {"actor_id": "blue-army", "name": "Blue army", "side": "blue", "kind": "army"}
    write_table(pd.DataFrame([actor]), root / "data" / "river-war", "actors")
    return root


@pytest.fixture
def war(laid: Path, tmp_path: Path) -> Path:
    """A case of two texts and an actor; returns the folder of its tables."""
    shutil.copytree(laid, tmp_path, dirs_exist_ok=True)
    return tmp_path / "data" / "river-war"


def take(folder: Path, name: str, content: str | bytes, coder: str = "anna") -> None:
    root = folder.parents[1]
    take_in(write(root / name, content), "river-war", coder, root)


PIECES = "😀|👩🏽\u200d🚒| |\r\n|\n|é|e\u0301|القوات|\u064f|12|“|'|a|-|=|\u200f|\ufeff|\x0b|\u2028"
PIECES += '|"|tanks|中文'
VALUES = st.sampled_from(["=1+1", "'=x", "@home", "near", "12", "", "جنوب", "exact 😀"])


@given(st.data())
def test_what_goes_out_comes_back(tmp_path_factory: Any, data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(PIECES.split("|")), min_size=1, max_size=40)))
    found, asked = [], {}
    for kind, form in forms().items():
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        free = [name for name, choices in form.fields.items() if not choices][:3]
        asked[form.labels[0]] = ((start, end), {name: data.draw(VALUES) for name in free})
        own = {"doc_id": "post", "hash": short_hash(text[start:end]), "kind": form.labels[0]}
        own |= asked[form.labels[0]][1]
        found.append(Mark(kind, form.labels[0], start, end, text[start:end], own))
    marked, folder = Marked(["post"], text, found, [*forms()]), tmp_path_factory.mktemp("out")
    task = marks.label_studio_task(marked, forms(), "rules")
    made = {"tasks.json": json.dumps([task | {"annotations": task["predictions"]}])}
    made |= {"post.json": marks.cas_json(marked, forms())}
    made |= {f"{n}.csv": f.to_csv(index=False) for n, f in sheets_of([marked]).items()}
    count = 0
    for name, content in made.items():
        read, problems = marks.read(write(folder / name, content), forms())
        for back in [mark for one in read for mark in one.marks]:
            span, fields = asked[back.label]
            assert place(text, back, read[0].text) == span
            assert {name: back.fields.get(name, "") for name in fields} == fields
            count += 1
        assert not problems
    assert count == 3 * len(asked)


def test_export_then_import_gives_the_same_rows(war: Path) -> None:
    root, took = war.parents[1], POST.index("took")
    take(war, "sheets/claims.csv", f"{CLAIM}killed,4,4,,,\nbridge,0,16,event,,,2019-05-03,,\n")
    take(war, "sheets/captures.csv", f"doc_id,start,end,note\npost,{took},{took + 4},=odd\n")
    take(war, "sheets/naming_mentions.csv", "doc_id,words,actor_id\npost,Blue army,blue-army\n")
    before = {table: written(war, table) for table in forms()}
    for to in PROGRAMS:
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
            pd.testing.assert_frame_equal(new.reset_index(drop=True), old)
    assert set(written(war, "coders")["coder"]) == {"anna", *PROGRAMS}


def label_studio(shift: int = 0, text: str = POST, code: str = "killed", doc_id: str = "") -> str:
    span, own = {"start": AT + shift, "end": TO + shift}, {"id": "r1", "to_name": "text"}
    quoted = {**span, "text": "4 men of the rebels", "labels": [code]}
    label = {**own, "from_name": "label", "type": "labels", "value": quoted}
    number = {**own, "from_name": "value_min", "type": "number", "value": {**span, "number": 4}}
    done = {"id": 7, "completed_by": 1, "was_cancelled": False, "result": [label, number]}
    data = {"text": text, "doc_id": doc_id}
    return json.dumps([{"id": 3, "data": data, "annotations": [done]}])


def xmi() -> str:
    types = marks.type_system(forms())
    cas = cassis.Cas(types, sofa_string=POST, sofa_mime="text/plain")
    cas.add(types.get_type("webanno.custom.Claims")(begin=AT, end=TO, kind="killed", value_min="4"))
    made = str(cas.to_xmi())
    assert f'begin="{AT + 1}"' in made  # the emoji is two units of UTF-16
    return made


def qdpx(last: int = 0, head: str = "", text: str = POST) -> bytes:
    project = f"""<?xml version="1.0" encoding="utf-8"?>{head}
    <Project xmlns="urn:QDA-XML:project:1.0" name="p"><CodeBook><Codes>
    <Code guid="c0" name="losses"><Code guid="c1" name="killed; value_min=4"/></Code></Codes>
    </CodeBook>
    <Sources><TextSource guid="s1" name="post" plainTextPath="internal://S1.txt">
    <PlainTextSelection guid="p1" startPosition="{AT}" endPosition="{TO - last}">
    <Coding guid="k1"><CodeRef targetGUID="c1"/></Coding></PlainTextSelection>
    </TextSource></Sources></Project>"""
    return zipped({"project.qde": project, "sources/s1.txt": "\ufeff" + text})


def nested(deep: int) -> bytes:
    return zipped({"x.zip": nested(deep - 1)}) if deep else zipped({"x.csv": FILES["german.csv"]})


def zipped(files: dict[str, Any]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def doccano(label: str = "killed; value_min=4") -> str:
    span = {"id": 1, "label": label, "start_offset": AT, "end_offset": TO}
    return json.dumps({"id": 1, "text": POST, "entities": [span], "relations": [], "Comments": []})


PLAIN = POST.replace("\r\n", "\n").replace("“", '"')
FILES = {
    **{"now.json": label_studio(), "utf16.json": label_studio(shift=1), "cas.xmi": xmi()},
    **{"lf.json": label_studio(-2, PLAIN), "browser.json": label_studio(-2)},
    **{"inclusive.qdpx": qdpx(last=1), "exclusive.qdpx": qdpx(), "admin.jsonl": doccano()},
    "at its end.qdpx": qdpx(text=POST[:TO]),
    "inception.zip": zipped({"annotation/post.txt/anna.xmi": xmi()}),
    "hindered.json": '[["no", "task"], {"text": ""},' + label_studio()[1:],
    "german.csv": "\ufeffdoc_id;words;kind;value_min\npost;4 men of the rebels;killed;4\n",
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_other_programs_are_read(tmp_path: Path, name: str) -> None:
    found, problems = marks.read(write(tmp_path / name, FILES[name]), forms())
    # What cannot be read of a file hinders nothing else in it.
    assert [problem.row for problem in problems] == [1, 2] * (name == "hindered.json")
    assert len(found) == len(found[0].marks) == 1
    mark = found[0].marks[0]
    assert (mark.label, mark.fields["value_min"]) == ("killed", "4")
    assert place(found[0].text if "end" in name else POST, mark, found[0].text) == (AT, TO)


TWICE = "12 tanks here, and a long way off, behind the hills, 12 tanks."
AGAIN = short_hash("12 tanks")
PLACES = {
    **{(3, 11, "12 tanks"): (0, 8), (50, 58, "12 tanks"): (53, 61)},
    **{(None, None, "way off"): (26, 33), (0, 8, AGAIN): (0, 8)},
    (26, 34, "12 tanks"): "these words stand 2 times",
    (None, None, "12 tanks"): "these words stand 2 times",
    (0, 9, "2 tanks"): "these words do not stand",  # but in 12 tanks
    **dict.fromkeys([(60, 99, ""), (1, 9, AGAIN), (None, None, "")], "neither words nor a span"),
}


@pytest.mark.parametrize("told", PLACES)
def test_words_are_sought_where_they_moved(told: Any) -> None:
    quoted = ("", {"hash": AGAIN}) if told[2] == AGAIN else told[2:]
    mark, found = Mark("", "", *told[:2], *quoted), PLACES[told]
    if isinstance(found, tuple):
        assert place(TWICE, mark) == found
    else:
        with pytest.raises(ValueError, match=found):
            place(TWICE, mark)


ENTITY = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BAD: dict[str, tuple[str, str | bytes]] = {
    "its text is none of this case": ("x.json", label_studio(text="4 men of another text")),
    r"row 2.*neither words.*5, 999": ("x.csv", f"{NINE}bridge,5,999,killed,1,1,,,\n"),
    r"region r1.*'dead \[.*allowed: event, killed": ("x.json", label_studio(code="dead")),
    "a zip that is no .qdpx": ("x.qdpx", zipped({"a.txt": "a"})),
    "2 files or tasks have codes of this text": (
        "x.zip",
        zipped({"anna.jsonl": doccano(), "bert.jsonl": doccano("wounded")}),
    ),
    "or than 3 zips in one another": ("x.zip", nested(4)),
    "neither words nor a span": ("x.csv", f"{NINE}post,two,{TO},killed,4,4,,,\n"),
    "it cannot be read: it is damaged": ("x.zip", b"PK"),
    "qde: .*declares a document type": ("x.qdpx", qdpx(head=ENTITY)),
    "xmi: .*declares a document type": ("x.xmi", ENTITY + "<Project/>"),
    r"row 2.*value_min.*met '=1\+1'; allowed": ("x.csv", f"{CLAIM}killed,=1+1,4,,,\n"),
    "row 2.*target_id.*'elves'": ("x.csv", f"{CLAIM}killed,4,4,,elves,\n"),
    "value_max is below value_min": ("x.csv", f"{CLAIM}killed,9,4,,,\n"),
    "doc_id: this column is missing": ("x.csv", "document,code\npost,killed\n"),
    "there is no code in it": ("x.json", "[]"),
    "row 1: .*not JSON-MIN": ("x.json", json.dumps([{"id": 1, "text": POST, "code": []}])),
    "there is no reader for it; read are .csv": ("x.doc", "killed"),
}


@pytest.mark.parametrize("said", BAD)
def test_bad_input_is_named_and_writes_nothing(war: Path, said: str) -> None:
    before = bytes_of(war)
    with pytest.raises(DataError, match=re.compile(said, re.DOTALL)):
        take(war, *BAD[said])
    assert before == bytes_of(war)


def test_what_is_good_is_taken_and_the_rest_told(war: Path, capsys: Any) -> None:
    again = f"post,{AT},{TO},killed,4,4,,,\n"
    take(war, "x.csv", f"{CLAIM}Killed,4,4,,,\npost,0,9,killed,many,,,,\n{again}")
    told = capsys.readouterr().out
    assert "row 4 of x: another code says the same of these words" in told
    assert "not taken: x.csv, row 3 of x, column value_min" in told and "'many'" in told
    assert "taken as codes of anna: 1 claims" in told and "certainty asserted (" in told
    take(war, "x.csv", f"{NINE}post,0,9,event,,,,,\n")
    assert list(written(war, "claims")["kind"]) == ["event"]  # no old code of this text stays
    take(war, "x.csv", f"{CLAIM}killed,4,5,,,\n", "bert")
    assert set(written(war, "claims")["coder"]) == {"anna", "bert"}
    assert read_case_file("river-war", war.parents[1]).coder == "anna"  # who coded first
    with pytest.raises(DataError, match="no name of a person; .* not anna, bert, none"):
        write_table(written(war, "coders").assign(kind="rules"), war, "coders")
        take(war, "x.csv", f"{CLAIM}killed,4,4,,,\n")


def test_a_text_of_two_documents_is_told_by_its_id_alone(war: Path) -> None:
    root = war.parents[1]
    write(root / "texts" / "Radio" / "again.txt", POST)
    corpus(root / "texts", "river-war", root)
    with pytest.raises(DataError, match="none of this case, or that of two documents"):
        take(war, "x.json", label_studio())
    take(war, "x.json", label_studio(doc_id="again"))
    assert set(written(war, "claims")["doc_id"]) == {"again"}


@pytest.mark.parametrize("command", ["export nowhere", "import . nowhere", "reference . nowhere"])
def test_commands_say_that_there_is_no_such_case(command: str) -> None:
    found = CliRunner().invoke(__main__.main, command.split())
    assert found.exit_code == 2 and "there is no such case" in found.output
