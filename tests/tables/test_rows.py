"""Which coded rows count: no furniture, nothing twice, and the theatre by its rule."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from framelines.corpus.features import COUNTED
from framelines.errors import DataError
from framelines.tables import rows as r
from framelines.tables.case import CODED, Case, load_case
from framelines.tables.schema import check_tables

CASES = ["example", "palmyra", "idlib"]
case_of = cache(load_case)


@pytest.mark.parametrize("name", CASES)
def test_rows_stand_in_a_sentence_that_counts(name: str) -> None:
    case = case_of(name)
    spans = case["sentences"].set_index(["doc_id", "sentence"])
    for table in CODED:
        found = r.rows(case, table)
        assert set(found["region"]) <= set(COUNTED) and set(found["coder"]) == {"first"}
        own = spans.loc[list(zip(found["doc_id"], found["sentence"], strict=True))]
        assert (own["start"].to_numpy() <= found["start"].to_numpy()).all()
        assert (found["start"].to_numpy() < own["end"].to_numpy()).all()


def test_coders_sides_and_theatres() -> None:
    case = case_of("palmyra")
    second, every = (len(r.rows(case, "frame_codes", coder=one)) for one in ("second", "any"))
    assert 0 < len(r.rows(replace(case, coder="second"), "frame_codes")) == second < every
    sides = {"government_camp": "government_side", "islamic_state": "islamic_state", "nobody": ""}
    assert {camp: r.side_of_camp(camp, case["actors"]) for camp in sides} == sides
    places = r.theatre_places(case)
    assert {"palmyra", "palmyra-castle", "t4-airbase", "homs-governorate"} <= places
    assert not {"aleppo-governorate", "mosul", "syria"} & places
    assert [case_of(name).theatre for name in CASES] == ["arda", "palmyra", "idlib"]
    # Mixed documents give only the sentences on the theatre.
    kept = r.theatre_sentences(case).groupby("doc_id").size()
    every = case["sentences"].groupby("doc_id").size()
    assert kept["is-hims-interview"] == every["is-hims-interview"]
    assert 0 < kept["is-operations-digest"] < every["is-operations-digest"]
    example = r.theatre_sentences(case_of("example"))
    assert "lantern-03-signs-first" not in set(example["doc_id"])  # a document on elsewhere


def test_unknown_choices_and_missing_sides_are_said() -> None:
    case = case_of("palmyra")
    wrong: dict[str, Any] = {
        "theatre_sentences, whole_texts": lambda: r.rows(case, "acts", scope="everything"),
        "allowed: none, ": lambda: r.documents(case, left_out="sana"),
        "reposts are in or out": lambda: r.documents(case, reposts="some"),
        "there are no two sides here": lambda: r.pair_of(case_of("idlib")),
    }
    for said, ask in wrong.items():
        with pytest.raises(DataError, match=said):
            ask()


def test_reposts_and_contained_articles_count_for_their_hosts_when_asked_for() -> None:
    case = case_of("example")
    assert "digest-01-tamsar-copy" not in set(r.documents(case)["doc_id"])
    once, twice = r.rows(case, "captures"), r.rows(case, "captures", reposts="in")
    original = once[once["doc_id"] == "lantern-02-tamsar"]
    # Once for the copy, and once for the page that hosts it.
    assert len(twice) == len(once) + 2 * len(original)
    once, twice = (r.rows(case_of("idlib"), "frame_codes", reposts=way) for way in ("out", "in"))
    inside = (once["doc_id"] == "st-command-vows").sum()
    assert inside > 0 and len(twice) == len(once) + inside


def test_free_labels_of_a_second_coder_are_no_events() -> None:
    case = case_of("idlib")
    example = r.sentence_events(case_of("example"))  # a row takes the place of its event
    assert set(example.loc[example["event_id"] == "vennick-taken", "place_id"]) == {"vennick"}
    second = case["captures"].loc[case["captures"]["coder"] == "second", "event_id"]
    known = {"", *case["events"]["event_id"]}
    assert set(second) - known  # otherwise there is nothing to tell apart here
    assert set(r.sentence_events(case)["event_id"]) <= known


def test_a_corpus_without_codes_gives_empty_tables(tiny: Path) -> None:
    tables = check_tables(tiny)
    case = Case("tiny", "Tiny", ("blue", "red"), "first", "river", {}, tiny, tables)
    for name in CODED:
        found = r.rows(case, name, scope="theatre_sentences", reposts="in")
        assert found.empty and {"doc_id", "sentence", "region", *r.META} <= set(found)
    assert r.sentence_events(case).empty and r.theatre_places(case) == frozenset()
    assert len(r.theatre_sentences(case)) == len(case["sentences"])
