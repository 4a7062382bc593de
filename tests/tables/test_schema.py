"""Bad tables get messages that name file, line, key, column, value and what is allowed."""

import shutil
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frictionless import Package

from framelines import REPO
from framelines.corpus.texts import short_hash
from framelines.errors import DataError
from framelines.tables import schema as s

from conftest import SPLIT, TEXT  # type: ignore[import-not-found]  # isort: skip

POST, BRIDGE = TEXT[: SPLIT - 2], TEXT[SPLIT:]
HEAD = b"source_id,name,kind,bloc,camp,country,languages\n"
# A column that need not be filled may be left out.
ODD = HEAD.replace(b"bloc", b"block").replace(b"country", b"name") + b"a,b,c,d,e,f,g\n"
ALL = """sources.csv, row 3 (red-star), column kind
sources.csv, row 4 (blue-post), column source_id: this key stands in an earlier row
documents.csv, row 2 (bridge), column genre
documents.csv, row 2 (bridge), column source_id: sources.csv defines no such id
places.csv, row 3 (b), column parent: parent leads back to the row itself
places.csv, row 4 (c), column parent: parent leads back to the row itself
places.csv, row 5 (d), column parent: parent leads back to the row itself
places.csv, row 6 (p0), column lat: this value is not allowed (out of range); met '95'; allowed: a n
places.csv, row 7 (p1), column lon: of lat and lon, one is empty
events.csv, row 2 (fall), column kind: this value is missing
events.csv, row 2 (fall), column window
claims.csv, row 2 (First, post-c1), column coder
claims.csv, row 2 (First, post-c1), column event_id: events.csv defines no such id; met 'rise'
claims.csv, row 2 (First, post-c1), column actor_id: actors.csv defines no such id; met 'red'
claims.csv, row 2 (First, post-c1), column value_max: value_max is below value_min; met '12.0 > 2.0'
claims.csv, row 3 (first, bridge-c1), column part_of: part_of points to a claim of another
claims.csv, row 4 (first, post-c1), column part_of: part_of leads back to the row itself
claims.csv, row 5 (first, post-c2), column part_of: part_of leads back to the row itself
claims.csv, row 6 (first, post-c3), column repeats: claims.csv defines no such id
reference.csv, row 2 (r001), column date_to: date_to is below date_from"""


def problems(folder: Path, with_texts: bool = False) -> list[str]:
    with pytest.raises(DataError) as caught:
        s.check_tables(folder, with_texts)
    return [str(problem) for problem in caught.value.problems]


def one(folder: Path, *words: str, with_texts: bool = False) -> None:
    (found,) = problems(folder, with_texts)
    assert all(word in found for word in words), found


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    s.write_table(pd.DataFrame(list(rows)), folder, name)


def span(words: str, text: str = POST) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "hash": short_hash(words)}


def claim(number: int, words: str = "captured 12 tanks", **fields: Any) -> dict[str, Any]:
    calendars = {f"{role}_calendar": "none" for role in ("event", "report", "as_of")}
    told = {"modality": "realised", "attribution": "own_voice", "certainty": "asserted"}
    base = {"coder": "first", "claim_id": f"post-c{number}", "doc_id": "post", "kind": "event"}
    return {**base, **calendars, **told, "date_basis": "none", **span(words), **fields}


def test_frictionless_reads_the_description_and_finds_the_tables_valid() -> None:
    report = Package(str(REPO / "data" / "datapackage.yaml")).validate()
    assert report.valid, report.flatten(["title", "message"])[:5]


def test_only_sources_and_documents_are_needed_in_the_files_of_any_system(tiny: Path) -> None:
    tables = s.check_tables(tiny)
    assert set(tables) == set(s.resources()) and list(tables["documents"]["doc_id"])[0] == "bridge"
    assert tables["claims"].empty and list(tables["claims"]) == list(s.fields_of("claims"))
    assert list(tables["claims"][["start", "value_min"]].dtypes) == ["int64", "float64"]
    for name in ("sources", "documents"):
        path = tiny / f"{name}.csv"
        content = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(f"\ufeff{content},,\r\n\r\n".encode())
    (tiny / "claims.csv").write_text(",".join(tables["claims"]) + "\n")
    (tiny / "frames.csv").write_text("")
    for name, frame in s.check_tables(tiny).items():
        pd.testing.assert_frame_equal(frame, tables[name])


def test_tables_that_cannot_be_read(tiny: Path) -> None:
    path = tiny / "sources.csv"
    for content, words in (
        (b"", ["has no rows"]),
        (b"source_id,name\n", ["has no rows"]),
        (b"source_id,\xff\n", ["not UTF-8", "byte 10"]),
        (b'source_id,"name\n1,2', ["a quotation mark is not closed", "line 2"]),
        (b"source_id\tname\nblue\tBlue\n", ["separated by tabs", "commas"]),
        (HEAD + b"a,b\n", ["row 2: the row has 2 fields, the header 7"]),
        (HEAD + b"a,b,c,d,e,f,g,h\n", ["row 2: the row has 8 fields, the header 7"]),
        (ODD, ["column bloc: missing in the header. Add it", "met 'name, block, name'"]),
        (None, ["missing"]),
    ):
        path.unlink() if content is None else path.write_bytes(content)
        found = "\n".join(problems(tiny))
        assert [word for word in ["sources.csv", *words] if word not in found] == [], found


@pytest.mark.parametrize(
    "table, old, new, words",
    [
        ("documents", ",report,", ",gossip,", ["(bridge)", "'gossip'", "interview, digest"]),
        ("documents", 'post,"An', ',"An', ["row 3", "column doc_id", "missing"]),
        ("documents", "2019-05-04", "03/04/2019", ["published", "2019-04-03 or 2019-03-04"]),
        ("sources", "Blue Post", " Blue Post", ["column name", "begins or ends with a space"]),
        ("sources", "Blue Post", "Blue\u200fPost", ["U+200F", "RIGHT-TO-LEFT MARK"]),
        ("sources", "blue-post,", "blue_post,", ["column source_id", "single hyphens"]),
        ("sources", "Blue Post", "\u200c", ["column name", "with a space or a joiner"]),
        ("sources", "Blue Post", "x" * 200_000, ["(blue-post)", "it has 200,000 characters"]),
        ("documents", "page.txt", "../../page.txt", ["column raw_file", "the name of a file"]),
    ],
)
def test_refused_cells(tiny: Path, table: str, old: str, new: str, words: list[str]) -> None:
    edit(tiny, table, old, new)
    found = problems(tiny)
    assert any(all(w in p for w in [f"{table}.csv", *words]) for p in found), found


def test_numbers_in_any_digits_and_dates_in_the_calendar_beside_them(tiny: Path) -> None:
    values = ["12", "١٢", "۱۲", "１２", "12.0"]
    write(tiny, "claims", *(claim(i, value_min=value) for i, value in enumerate(values)))
    assert list(s.check_tables(tiny)["claims"]["value_min"]) == [12] * 5
    values = ["-9", "1e3", "۱۲٫۵", "9" * 400, "²", "NaN", "1,200"]
    write(tiny, "claims", *(claim(i, value_max=value) for i, value in enumerate(values)))
    for i, (value, told) in enumerate(zip(values, problems(tiny), strict=True)):
        where = f"claims.csv, row {i + 2} (first, post-c{i}), column value_max"
        assert where in told and repr(value)[:30] in told and "from 0" in told
    dates = [
        ("1438-05-06", "gregorian", "event_date"),
        ("2019-05-03", "hijri", "event_date"),
        ("3.10.2004", "gregorian", "2004-10-03"),
        ("2019-05-03", "none", "calendar is 'none'"),
        ("2019-06-01", "gregorian", "own document; met '2019-06-01'; allowed: up to 2019-05-04"),
    ]
    planned = {"event_date": "2019-06", "event_calendar": "gregorian", "modality": "planned"}
    possible = {"event_date": "1440-08-30", "event_calendar": "hijri"}
    rows = [claim(i, event_date=d, event_calendar=c) for i, (d, c, _) in enumerate(dates)]
    write(tiny, "claims", *rows, claim(8, **possible), claim(9, **planned))
    for i, ((stated, _, words), told) in enumerate(zip(dates, problems(tiny), strict=True)):
        assert f"row {i + 2} (first, post-c{i}), column event_date" in told
        assert repr(stated) in told and words in told, told


def test_problems_of_all_tables_come_together(tiny: Path) -> None:
    edit(tiny, "sources", "magazine", "comic")
    edit(tiny, "documents", ",report,", ",gossip,")
    with (tiny / "sources.csv").open("a") as file:
        file.write((tiny / "sources.csv").read_text().splitlines()[1])
    edit(tiny, "documents", ",red-star,stated", ",red-moon,stated")
    write(tiny, "events", {"event_id": "fall", "case": "tiny", "label": "The fall", "window": "x"})
    write(tiny, "actors", {"actor_id": "blue", "name": "Blue", "side": "blue", "kind": "army"})
    places = [{"place_id": one, "parent": to} for one, to in zip("abcd", "bcbd", strict=True)]
    points = [("p0", "95", "-123.50"), ("p1", "35", ""), ("p2", "0", "0"), ("p3", "", "")]
    places += [{"place_id": one, "lat": lat, "lon": lon} for one, lat, lon in points]
    write(tiny, "places", *({"name": "A", "kind": "town", **place} for place in places))
    ids = {"coder": "First", "event_id": "rise", "actor_id": "blue;red"}
    links = [("part_of", "2"), ("part_of", "1"), ("repeats", "9"), ("denies", "5"), ("note", "x")]
    rows = [claim(i, **{to: f"post-c{number}"}) for i, (to, number) in enumerate(links, 1)]
    other = {"doc_id": "bridge", "claim_id": "bridge-c1", **span("At least 4 attackers", BRIDGE)}
    rows.append({**claim(6), **other, "part_of": "post-c4"})
    write(tiny, "claims", claim(1, value_min="12", value_max="2", **ids), *rows)
    ends = {"date_from": "2019-05-03", "date_to": "2018-05-03", "origin": "monitor"}
    write(tiny, "reference", {"ref_id": "r001", **ends})
    found = problems(tiny)
    assert not [words for words in ALL.splitlines() if sum(words in told for told in found) != 1]
    # And no other, but for what the row of the reference lacks.
    assert sum("(r001)" not in problem for problem in found) == ALL.count("\n")


def test_coders_who_name_events_for_themselves(tiny: Path) -> None:
    event = {"event_id": "fall", "case": "tiny", "label": "The fall", "kind": "taking"}
    write(tiny, "events", {**event, "window": "2019-05"})
    rows = [claim(1, event_id="fall"), claim(1, coder="second", event_id="my-fall")]
    write(tiny, "claims", *rows)
    one(tiny, "(second, post-c1), column event_id", "'my-fall'")
    first = {"coder": "first", "events": "shared", "kind": "person", "label": "a person"}
    write(tiny, "coders", first, first | {"coder": "second", "events": "own"})
    s.check_tables(tiny)
    write(tiny, "claims", *rows, claim(2, coder="third"))
    one(tiny, "(third, post-c2), column coder", "coders.csv defines no such id")


def test_only_hosts_overlap_and_reposts_lead_to_a_first_text(tiny: Path) -> None:
    frame = pd.read_csv(tiny / "documents.csv", dtype=str, keep_default_na=False)
    for end, host, words in (
        (SPLIT + 5, "", "(bridge), column start: its span overlaps that of post"),
        (SPLIT + 5, "post", "(bridge), column start: its span overlaps that of post"),
        (SPLIT - 5, "post", "(bridge), column contained_in: the span does not lie inside that"),
        (0, "", "(post), column end: the span is empty"),
        (len(TEXT), "post", ""),
    ):
        ends = frame["end"].mask(frame["doc_id"] == "post", str(end))
        s.write_table(frame.assign(end=ends, contained_in=[host, ""]), tiny, "documents")
        one(tiny, words) if words else s.check_tables(tiny)
    s.write_table(frame.assign(duplicate_of=["bridge", ""]), tiny, "documents")
    one(tiny, "(bridge)", "duplicate_of leads back to the row itself")
    third = frame.iloc[[0]].assign(doc_id="third", raw_file="other.txt", duplicate_of="bridge")
    s.write_table(pd.concat([frame.assign(duplicate_of=["post", ""]), third]), tiny, "documents")
    one(tiny, "(third), column duplicate_of: this names a repost", "'bridge'; allowed: post")


def test_spans_of_codes(tiny: Path) -> None:
    write(tiny, "claims", claim(1, end=9999), claim(2, "an officer said", hash="0" * 16))
    one(tiny, "post-c1", "outside its document")
    write(tiny, "claims", claim(2, "an officer said", hash="0" * 16))
    sentence = s.check_tables(tiny)["sentences"].query("doc_id == 'post'").iloc[1]
    one(tiny, "post-c2", "hash does not match", with_texts=True)
    write(tiny, "claims", claim(2, "an officer said"))
    s.check_tables(tiny, with_texts=True)
    (tiny / "raw" / "page.txt").unlink()
    assert "the texts are not here" in problems(tiny, with_texts=True)[0]
    code = {**sentence, "coder": "first", "frame_id": "victory", "hash": "0" * 16}
    write(tiny, "frame_codes", code)
    s.check_tables(tiny)
    write(tiny, "frame_codes", code | {"end": code["end"] - 1})
    one(tiny, "no such sentence", f"[{code['start']}, {code['end'] - 1})")


def test_a_written_table_reads_back_and_is_checked_until_it_changes(tiny: Path) -> None:
    before = (tiny / "documents.csv").read_bytes()
    s.write_table(s.check_tables(tiny)["documents"].iloc[::-1], tiny, "documents")
    assert (tiny / "documents.csv").read_bytes() == before
    names = ['=1+1"<b>', "خبر\u200cگزاری"]  # a joiner inside a name is part of it
    s.write_table(s.check_tables(tiny)["sources"].assign(name=names), tiny, "sources")
    first, again = s.read_tables(tiny), s.read_tables(tiny)
    assert list(first["sources"]["name"]) == names and first is not again
    assert all(frame is again[name] for name, frame in first.items())
    edit(tiny, "sources", "magazine", "comic")
    with pytest.raises(DataError, match="comic"):
        s.read_tables(tiny)


def test_ten_thousand_documents_are_read_in_seconds(tiny: Path) -> None:
    row = s.check_tables(tiny)["documents"].iloc[:1]
    names, start = [f"post-{i}" for i in range(10_000)], range(0, 100_000, 10)
    many = row.loc[row.index.repeat(10_000)].assign(doc_id=names, start=start)
    s.write_table(many.assign(end=many["start"] + 10), tiny, "documents")
    shutil.rmtree(tiny / "features")
    coded = claim(1, start=1, end=5) | {"doc_id": names, "claim_id": names}
    s.write_table(pd.DataFrame(coded), tiny, "claims")
    began = time.process_time()
    assert len(s.check_tables(tiny)["claims"]) == 10_000 and time.process_time() - began < 5
