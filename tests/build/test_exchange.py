"""Codes out to other programs and back: the same rows, found words, and nothing half-written."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cassis
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.analyses import trust
from framelines.build.exchange import PROGRAMS, export, forms, sheets_of, take_in, written
from framelines.build.ingest import corpus
from framelines.corpus import marks
from framelines.corpus.marks import Mark, Marked, place
from framelines.corpus.texts import short_hash
from framelines.errors import DataError
from framelines.tables import case as cases
from framelines.tables.schema import write_table

POST = (
    "😀 The post fell.\r\nThe Blue army took the “river post” on 3 May and seized 12 tanks.\r\n"
    "Near the ford 112 men fled, 12 tanks burned, and 4 men of the rebels were killed."
)
BRIDGE = "The bridge holds.\nThe Red army says that 30 men were wounded there, and 1,230 fled."
ACTORS = [("blue-army", "Blue army", "blue", "army"), ("red-army", "Red army", "red", "army")]
KILLED = (POST.index("4 men"), POST.index(" were killed"))
NINE = "doc_id,start,end,kind,value_min,value_max,event_date,target_id,place_id\n"


@pytest.fixture
def war(tmp_path: Path) -> Path:
    """A case of two texts and two actors; returns the folder of its tables."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "post.txt").write_bytes(POST.encode())
    (tmp_path / "texts" / "bridge.txt").write_bytes(BRIDGE.encode())
    corpus(tmp_path / "texts", "river-war", tmp_path)
    folder = tmp_path / "data" / "river-war"
    names = ["actor_id", "name", "side", "kind"]
    write_table(pd.DataFrame(ACTORS, columns=names), folder, "actors")
    return folder


def take(folder: Path, name: str, content: str | bytes, coder: str = "anna") -> None:
    root = folder.parents[1]
    (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    take_in(root / name, "river-war", coder, root)


def claims(folder: Path) -> list[tuple[str, str, str, str]]:
    texts = {"post": POST, "bridge": BRIDGE}
    return [
        (r["kind"], texts[r["doc_id"]][int(r["start"]) : int(r["end"])], r["value_min"], r["coder"])
        for r in written(folder, "claims").to_dict("records")
    ]


# There and back.

PIECES = [
    "😀",
    "👩🏽\u200d🚒",
    " ",
    "\r\n",
    "\n",
    "é",
    "e\u0301",
    "القوات",
    "\u064f",
    "12",
    "“",
    "'",
]
PIECES += ["a", "-", "=", "\u200f", "\ufeff", "\x0b", "\u2028", '"', "tanks", "中文"]
VALUES = st.sampled_from(["=1+1", "'=x", "@home", "near", "12", "", "جنوب", "exact 😀"])


@given(st.data())
def test_what_goes_out_comes_back(tmp_path_factory: Any, data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40)))
    found = []
    for kind, form in forms().items():
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        free = [name for name, choices in form.fields.items() if not choices]
        fields = {name: data.draw(VALUES) for name in free[:3]}
        fields |= {"doc_id": "post", "hash": short_hash(text[start:end])}
        fields |= {"kind": form.labels[0]} if kind == "claims" else {}
        found.append(Mark(kind, form.labels[0], start, end, text[start:end], fields))
    marked, folder = Marked(["post"], text, found, [*forms()]), tmp_path_factory.mktemp("out")
    task = marks.label_studio_task(marked, forms(), "rules")
    task["annotations"] = task.pop("predictions")
    write = {
        "tasks.json": json.dumps([task]),
        "post.json": marks.cas_json(marked, forms()),
        **{f"{n}.csv": f.to_csv(index=False) for n, f in sheets_of([marked]).items()},
    }
    for name, content in write.items():
        (folder / name).write_bytes(content.encode("utf-8"))
        read, problems = marks.read(folder / name, forms())
        for back in [mark for one in read for mark in one.marks]:
            mark = next(m for m in found if m.label == back.label)
            assert place(text, back, read[0].text) == (mark.start, mark.end)
            asked = [f for form in forms().values() for f in form.fields if f in mark.fields]
            assert {f: back.fields.get(f, "") for f in asked} == {f: mark.fields[f] for f in asked}
        assert not problems and len(read) == (name != "texts.csv")


@pytest.mark.parametrize("to", PROGRAMS)
def test_export_then_import_gives_the_same_rows(war: Path, to: str) -> None:
    root, start = war.parents[1], POST.index("took")
    rows = f"bridge,0,16,event,,,2019-05-03,red-army,\npost,{KILLED[0]},{KILLED[1]},killed,4,4,,,\n"
    take(war, "claims.csv", NINE + rows)
    take(war, "captures.csv", f"doc_id,start,end,taker_id,note\npost,{start},{start + 4},,=odd\n")
    take(war, "naming_mentions.csv", "doc_id,words,actor_id\npost,Blue army,blue-army\n")
    before = {table: written(war, table) for table in forms()}
    export("river-war", to, "anna", root)
    out = root / "build" / "export" / "river-war" / to
    if to == "label-studio":  # a person accepts every suggestion
        tasks = json.loads((out / "tasks.json").read_text(encoding="utf-8"))
        done = [t | {"annotations": t["predictions"]} for t in tasks]
        (out / "tasks.json").write_text(json.dumps(done))
        assert 'value="killed"' in (out / "labelling.xml").read_text()
    take_in(out, "river-war", "bert", root)
    for table, old in before.items():
        new = written(war, table)
        again = new[new["coder"] == "bert"].assign(coder="anna").reset_index(drop=True)
        pd.testing.assert_frame_equal(again, old)
    assert list(written(war, "coders")["kind"]) == ["person", "person"]
    assert "coder: anna" in (root / "notebooks" / "cases" / "river-war.yaml").read_text()


# The files of other programs, by hand.


def label_studio(shift: int = 0, text: str = POST) -> str:
    span = {"start": KILLED[0] + shift, "end": KILLED[1] + shift}
    about = {"id": "r1", "to_name": "text"}
    label = {"from_name": "label", "type": "labels"}
    number = {"from_name": "value_min", "type": "number", "value": {**span, "number": 4}}
    quoted = {**span, "text": "4 men of the rebels", "labels": ["killed"]}
    result = [{**about, **label, "value": quoted}, {**about, **number}]
    done = {"id": 7, "completed_by": 1, "was_cancelled": False, "result": result}
    task = {"id": 3, "data": {"text": text}, "annotations": [done], "predictions": []}
    return json.dumps([task])


def xmi(text: str = POST) -> bytes:
    types = marks.type_system(forms())
    cas = cassis.Cas(types, sofa_string=text, sofa_mime="text/plain")
    layer = types.get_type("webanno.custom.Claims")
    cas.add(layer(begin=KILLED[0], end=KILLED[1], kind="killed", value_min="4"))
    return str(cas.to_xmi()).encode()


def qdpx(last: int = 0, code: str = "killed; value_min=4", head: str = "") -> bytes:
    project = f"""<?xml version="1.0" encoding="utf-8"?>{head}
    <Project xmlns="urn:QDA-XML:project:1.0" name="p"><CodeBook><Codes>
    <Code guid="c0" name="losses" isCodable="true">
    <Code guid="c1" name="{code}" isCodable="true"/></Code></Codes></CodeBook>
    <Sources><TextSource guid="s1" name="post" plainTextPath="internal://s1.txt">
    <PlainTextSelection guid="p1" startPosition="{KILLED[0]}" endPosition="{KILLED[1] - last}">
    <Coding guid="k1"><CodeRef targetGUID="c1"/></Coding></PlainTextSelection>
    </TextSource></Sources></Project>"""
    return zipped({"project.qde": project, "sources/s1.txt": "\ufeff" + POST})


def zipped(files: dict[str, str]) -> bytes:
    import io

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def doccano(start: int = KILLED[0], label: str = "killed; value_min=4") -> str:
    span = {"id": 1, "label": label, "start_offset": start, "end_offset": KILLED[1]}
    return json.dumps({"id": 1, "text": POST, "entities": [span], "relations": [], "Comments": []})


def sheet(path: Path, rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path / "made.xlsx")
    return (path / "made.xlsx").read_bytes()


FILES: dict[str, Callable[[Path], str | bytes]] = {
    "now.json": lambda _: label_studio(),
    "utf16.json": lambda _: label_studio(shift=1),
    "lf.json": lambda _: label_studio(-2, POST.replace("\r\n", "\n").replace("“", '"')),
    "cas.xmi": lambda _: xmi(),
    "inclusive.qdpx": lambda _: qdpx(last=1),
    "exclusive.qdpx": lambda _: qdpx(),
    "admin.jsonl": lambda _: doccano(),
    "inception.zip": lambda _: zipped({"annotation/post.txt/anna.xmi": xmi().decode()}),
    "codes.xlsx": lambda p: sheet(
        p, [["doc_id", "words", "kind", "value_min"], ["post", "4 men of the rebels", "killed", 4]]
    ),
    "german.csv": lambda _: (
        "\ufeffdoc_id;words;kind;value_min\npost;4 men of the rebels;killed;4\n"
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_other_programs_are_read(war: Path, name: str, capsys: Any) -> None:
    take(war, name, FILES[name](war))
    assert claims(war) == [("killed", "4 men of the rebels", "4", "anna")]
    row = written(war, "claims").iloc[0]
    assert (row["certainty"], row["date_basis"], row["event_calendar"]) == (
        "asserted", "none", "none",
    )  # fmt: skip
    told = capsys.readouterr().out
    assert "taken as codes of anna: 1 claims" in told and "certainty asserted (1)" in told


# Words that moved.

TWICE = "12 tanks here, and a long way off, behind the hills, 12 tanks."


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        (Mark("", "", 3, 11, "12 tanks"), (0, 8)),
        (Mark("", "", 50, 58, "12 tanks"), (53, 61)),
        (Mark("", "", 26, 34, "12 tanks"), "these words stand 2 times"),
        (Mark("", "", None, None, "12 tanks"), "these words stand 2 times"),
        (Mark("", "", None, None, "way off"), (26, 33)),
        (Mark("", "", 0, 9, "13 tanks"), "these words do not stand in the text"),
        (Mark("", "", 60, 99), "the span is empty or ends after the text, at 62"),
        (Mark("", "", 0, 8, "", {"hash": short_hash("12 tanks")}), (0, 8)),
        (Mark("", "", 1, 9, "", {"hash": short_hash("12 tanks")}), "the hash is not that"),
        (Mark("", "", None, None), "neither words nor a start and an end"),
    ],
)
def test_words_are_sought_where_they_moved(mark: Mark, found: Any) -> None:
    if isinstance(found, tuple):
        assert place(TWICE, mark) == found
    else:
        with pytest.raises(ValueError, match=found):
            place(TWICE, mark)


def test_a_number_is_not_found_inside_another() -> None:
    assert BRIDGE[slice(*place(BRIDGE, Mark("", "", None, None, "30")))] == "30"
    assert place(BRIDGE, Mark("", "", None, None, "30"))[0] == BRIDGE.index("30 men")


# Bad input.


ENTITY = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
CLAIM = f"post,{KILLED[0]},{KILLED[1]},"
BAD: dict[str, tuple[str, str | bytes, str]] = {
    "another text": (
        "x.json",
        label_studio(text="Another text, 4 men"),
        "its text is none of this",
    ),
    "past the end": ("x.csv", f"{NINE}bridge,5,999,killed,1,1,,,\n", "row 2.*ends after.*5, 999"),
    "label": ("x.jsonl", doccano(label="dead"), "line 1, span .*'dead .*'; allowed: event, killed"),
    "no qdpx": ("x.qdpx", zipped({"a.txt": "a"}), "a zip that is no .qdpx"),
    "no zip": ("x.zip", b"PK", "x.zip: it cannot be read: File is not a zip file"),
    "entities": ("x.qdpx", qdpx(head=ENTITY), "it declares a document type"),
    "entities in XMI": ("x.xmi", ENTITY + "<Project/>", "it declares a document type"),
    "formula": ("x.csv", f"{NINE}{CLAIM}killed,=1+1,4,,,\n", r"value_min.*met '=1\+1'; allowed"),
    "actor": ("x.csv", f"{NINE}{CLAIM}killed,4,4,,elves,\n", "row 2.*target_id.*'elves'"),
    "order": ("x.csv", f"{NINE}{CLAIM}killed,9,4,,,\n", "value_max is below value_min"),
    "day": ("x.csv", f"{NINE}{CLAIM}event,,,03/05/2019,,\n", "event_date.*met '03/05/2019'"),
    "columns": ("x.csv", "document,code\npost,killed\n", "doc_id: this column is missing"),
    "nothing": ("x.json", "[]", "there is no code in it"),
    "ending": ("x.doc", "killed", "there is no reader for it; allowed"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_named_and_writes_nothing(war: Path, what: str) -> None:
    name, content, said = BAD[what]
    before = {p: p.read_bytes() for p in war.parents[1].rglob("*.*") if p.is_file()}
    with pytest.raises(DataError, match=re.compile(said, re.DOTALL)) as found:
        take(war, name, content)
    assert what == "nothing" or name in str(found.value)
    assert before == {p: p.read_bytes() for p in before}
    assert not (war / "claims.csv").exists()
