"""What no single column can tell: every message that the checks can give is provoked here."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from framelines.checks import check_tables
from framelines.problems import DataError
from framelines.schema import TABLES
from framelines.tables import read_table, write_table
from framelines.text import short_hash
from tests.conftest import SPLIT, TEXT, edit

POST = TEXT[: SPLIT - 2]


def problems(folder: Path, with_texts: bool = False) -> list[str]:
    with pytest.raises(DataError) as caught:
        check_tables(folder, with_texts)
    return [str(problem) for problem in caught.value.problems]


def span(words: str) -> dict[str, Any]:
    start = POST.index(words)
    return {"start": start, "end": start + len(words), "hash": short_hash(words)}


def claim(claim_id: str, words: str, **fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(TABLES["claims"].names, "")
    calendars = {f"{r}_calendar": "none" for r in ("event", "report", "as_of")}
    told = {"modality": "realised", "attribution": "own_voice", "certainty": "asserted"}
    base = {"coder": "first", "claim_id": claim_id, "doc_id": "post", "kind": "event"}
    return {**row, **calendars, **told, **base, "date_basis": "none", **span(words), **fields}


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    write_table(pd.DataFrame(list(rows)), folder, name)


def test_a_valid_corpus_passes_with_its_texts(tiny: Path) -> None:
    write(tiny, "claims", claim("post-c01", "captured 12 tanks", value_min="12", value_max="12"))
    tables = check_tables(tiny, with_texts=True)
    assert len(tables["claims"]) == 1


def test_an_id_that_nothing_defines(tiny: Path) -> None:
    edit(tiny, "documents.csv", "red-star", "red-moon")
    (found,) = problems(tiny)
    assert "documents.csv, row bridge, column source_id" in found
    assert "sources.csv defines no such id" in found and "'red-moon'" in found


def test_overlap_needs_containment(tiny: Path) -> None:
    documents = read_table(tiny, "documents").astype(str)
    documents.loc[documents["doc_id"] == "post", "end"] = str(SPLIT + 5)
    write_table(documents, tiny, "documents")
    found = problems(tiny)
    assert "row bridge" in found[0] and "overlaps that of post" in found[0]
    assert "contained_in" in found[0]
    documents.loc[documents["doc_id"] == "post", "end"] = str(len(TEXT))
    documents.loc[documents["doc_id"] == "bridge", "contained_in"] = "post"
    write_table(documents, tiny, "documents")
    check_tables(tiny)


def test_spans_outside_and_altered(tiny: Path) -> None:
    outside = claim("post-c01", "captured 12 tanks", end=9999)
    altered = claim("post-c02", "an officer said", hash="0" * 16)
    write(tiny, "claims", outside, altered)
    (found,) = problems(tiny)
    assert "post-c01" in found and "outside its document" in found
    write(tiny, "claims", altered)
    check_tables(tiny)
    (found,) = problems(tiny, with_texts=True)
    assert "post-c02" in found and "hash does not match" in found and "locate" in found


def test_claims_that_cannot_be_right(tiny: Path) -> None:
    words = "captured 12 tanks"
    write(
        tiny,
        "claims",
        claim("post-c01", words, value_min="12", value_max="2"),
        claim("post-c02", words, event_date="2019-05-03", event_calendar="hijri"),
        claim("post-c03", words, event_date="2019-06-01", event_calendar="gregorian"),
        claim("post-c04", words, event_date="2019-05-03", event_calendar="none"),
        claim("post-c05", words, part_of="post-c06"),
        claim("post-c06", words, part_of="post-c05"),
        claim("post-c07", words, repeats="post-c99"),
        claim(
            "post-c08", words, event_date="2019-06", event_calendar="gregorian", modality="planned"
        ),
    )
    found = "\n".join(problems(tiny))
    assert "value_min is above value_max; met '12 > 2'" in found
    assert "post-c02" in found and "(hijri)" in found
    assert "post-c03" in found and "after its own document" in found and "2019-05-04" in found
    assert "post-c04" in found and "no calendar" in found
    assert found.count("leads back to the claim itself") == 2
    assert "post-c07" in found and "'post-c99'" in found
    assert "post-c08" not in found


def test_a_hijri_day_that_its_month_does_not_have(tiny: Path) -> None:
    day = {"event_date": "1438-02-30", "event_calendar": "hijri"}
    write(tiny, "claims", claim("post-c01", "captured 12 tanks", **day))
    (found,) = problems(tiny)
    assert "row 2, column event_date" in found and "'1438-02-30'" in found
    assert "month 2 of 1438 AH has 29 days, not 30" in found


def test_part_of_another_source(tiny: Path) -> None:
    bridge = TEXT[SPLIT:]
    words = "At least 4 attackers"
    start = bridge.index(words)
    other = claim("bridge-c01", "captured 12 tanks", doc_id="bridge", part_of="post-c01")
    other |= {"start": start, "end": start + len(words), "hash": short_hash(words)}
    write(tiny, "claims", claim("post-c01", "captured 12 tanks"), other)
    (found,) = problems(tiny)
    assert "bridge-c01" in found and "another source" in found


def test_a_label_that_two_actors_claim(tiny: Path) -> None:
    actors = [
        {"actor_id": a, "name": a, "side": a, "kind": "army", "note": ""} for a in ("blue", "red")
    ]
    write(tiny, "actors", *actors)
    label = {"label": "the army", "language": "en", "stance": "neutral", "doc_id": ""}
    write(tiny, "namings", {"actor_id": "blue", **label}, {"actor_id": "red", **label})
    (found,) = problems(tiny)
    assert "row the army" in found and "blue, red" in found and "document" in found
    both = [{"actor_id": a, **label, "doc_id": d} for a, d in (("blue", "post"), ("red", "bridge"))]
    write(tiny, "namings", *both)
    check_tables(tiny)


def test_a_frame_for_a_sentence_that_the_splitter_does_not_produce(tiny: Path) -> None:
    frame = {"frame_id": "victory", "kind": "frame", "name": "Victory"}
    write(tiny, "frames", {**frame, "definition": "d", "include": "i", "exclude": "e"})
    sentence = read_table(tiny, "sentences").query("doc_id == 'post'").iloc[1]
    start, end = int(sentence["start"]), int(sentence["end"])
    code = {"coder": "first", "doc_id": "post", "frame_id": "victory", "note": ""}
    right = {**code, "start": start, "end": end, "hash": short_hash(POST[start:end])}
    write(tiny, "frame_codes", right)
    check_tables(tiny, with_texts=True)
    wrong = {**right, "end": end - 1, "hash": short_hash(POST[start : end - 1])}
    write(tiny, "frame_codes", wrong)
    (found,) = problems(tiny)
    assert "no such sentence" in found and f"the nearest is [{start}, {end})" in found


def test_texts_that_are_not_here(tiny: Path) -> None:
    (tiny / "raw" / "page.txt").unlink()
    (found,) = problems(tiny, with_texts=True)
    assert "the texts are not here" in found and "CORPUS=folder" in found


def test_problems_of_several_tables_come_together(tiny: Path) -> None:
    edit(tiny, "sources.csv", "magazine", "comic")
    edit(tiny, "documents.csv", ",report,", ",gossip,")
    found = problems(tiny)
    assert len(found) == 2
