"""Which coded rows count: no furniture, nothing twice, and the theatre by its rule."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from framelines import framing as f
from framelines.case import Case
from framelines.checks import check_tables
from framelines.coded import (
    coded_rows,
    counted_documents,
    outlets_of,
    pair_of,
    places_of_theatre,
    sentence_events,
    side_of_camp,
    theatre_of,
    theatre_sentences,
    with_sentences,
)
from framelines.features import COUNTED
from framelines.problems import DataError
from tests.test_naming import case_of

CASES = ["example", "palmyra", "idlib"]


@pytest.mark.parametrize("name", CASES)
def test_rows_stand_in_a_sentence_that_counts(name: str) -> None:
    case = case_of(name)
    spans = case["sentences"].set_index(["doc_id", "sentence"])
    for table in ("naming_mentions", "captures", "acts", "claims", "frame_codes"):
        rows = coded_rows(case, table)
        assert set(rows["region"]) <= set(COUNTED)
        own = spans.loc[list(zip(rows["doc_id"], rows["sentence"], strict=True))]
        assert (own["start"].to_numpy() <= rows["start"].to_numpy()).all()
        assert (rows["start"].to_numpy() < own["end"].to_numpy()).all()


def test_a_camp_stands_by_the_side_of_its_name() -> None:
    actors = case_of("palmyra")["actors"]
    assert side_of_camp("government_camp", actors) == "government_side"
    assert side_of_camp("islamic_state", actors) == "islamic_state"
    assert side_of_camp("nobody", actors) == ""


def test_theatres_and_their_places() -> None:
    palmyra = case_of("palmyra")
    places = places_of_theatre(palmyra, "palmyra")
    assert {"palmyra", "palmyra-castle", "t4-airbase", "homs-governorate"} <= places
    assert not {"aleppo-governorate", "mosul", "syria"} & places
    assert [theatre_of(case_of(n)) for n in CASES] == ["arda", "palmyra", "idlib"]


def test_mixed_documents_give_only_the_sentences_on_the_theatre() -> None:
    case = case_of("palmyra")
    kept = theatre_sentences(case).groupby("doc_id").size()
    every = case["sentences"].groupby("doc_id").size()
    assert kept["is-hims-interview"] == every["is-hims-interview"]
    assert 0 < kept["is-operations-digest"] < every["is-operations-digest"]
    example = theatre_sentences(case_of("example"))
    assert "lantern-03-signs-first" not in set(example["doc_id"])  # a document on elsewhere


def test_unknown_scopes_and_missing_sides_are_said() -> None:
    with pytest.raises(DataError, match="theatre_sentences, whole_texts"):
        coded_rows(case_of("example"), "acts", scope="everything")
    with pytest.raises(DataError, match="there are no two sides here"):
        pair_of(case_of("idlib"))


def test_an_outlet_that_there_is_not_cannot_be_left_out() -> None:
    with pytest.raises(DataError, match="allowed: none, "):
        counted_documents(case_of("palmyra"), left_out="sana")
    assert len(counted_documents(case_of("palmyra"), left_out="none")) == 4


def test_reposts_are_out_unless_they_are_asked_for() -> None:
    case = case_of("example")
    assert "digest-01-tamsar-copy" not in set(counted_documents(case)["doc_id"])
    once = coded_rows(case, "captures")
    twice = coded_rows(case, "captures", reposts=True)
    original = once[once["doc_id"] == "lantern-02-tamsar"]
    # Once for the copy, and once for the page that hosts it.
    assert len(twice) == len(once) + 2 * len(original)


def test_an_article_inside_another_counts_for_its_host_when_asked_for() -> None:
    case = case_of("idlib")
    once = coded_rows(case, "frame_codes")
    twice = coded_rows(case, "frame_codes", reposts="in")
    assert len(coded_rows(case, "frame_codes", reposts="out")) == len(once)
    inside = (once["doc_id"] == "st-command-vows").sum()
    assert inside > 0 and len(twice) == len(once) + inside


def test_groups_and_outlets_that_can_be_left_out() -> None:
    case = case_of("palmyra")
    pair = pair_of(case)
    assert (pair.first, pair.second) == case.compare
    assert outlets_of(case, pair) == ["amn", "iit"]  # the magazine is alone on its side
    assert outlets_of(case_of("example"), pair_of(case_of("example"))) == []
    assert pair.swapped().swapped() == pair
    left = counted_documents(case, left_out="amn")
    assert "amn" not in set(left["source_id"]) and len(left) == 3


def test_leave_one_outlet_out_lists_the_whole_and_each() -> None:
    case = case_of("palmyra")
    table = f.leave_one_out(
        case, pair_of(case), lambda out: f.naming_contrast(case, left_out=out, draws=20)
    )
    assert list(table["left_out"]) == ["", "amn", "iit"]
    assert table["n_first"].nunique() == 1 and table["n_second"].nunique() == 3


def test_events_of_sentences_take_the_place_of_the_event() -> None:
    events = sentence_events(case_of("example"))
    row = events[events["event_id"] == "vennick-taken"]
    assert set(row["place_id"]) == {"vennick"}


def test_free_labels_of_a_second_coder_are_no_events() -> None:
    case = case_of("idlib")
    second = case["captures"].loc[case["captures"]["coder"] == "second", "event_id"]
    known = set(case["events"]["event_id"])
    # Otherwise there is nothing to tell apart here.
    assert set(second) - known - {""}
    assert set(sentence_events(case)["event_id"]) <= known | {""}
    pair = pair_of(case, "genre", ("opinion", "interview"), "report")
    told = f.frame_by_event(case, "victory_momentum", pair=pair)
    assert len(told) and set(told["event_id"]) <= known


def test_rows_in_another_order_change_nothing() -> None:
    case = case_of("example")
    tables = {n: t.sample(frac=1, random_state=5) for n, t in case.tables.items()}
    other = replace(case, tables=tables)
    one, two = (f.frame_contrast(c, draws=60, permutations=99) for c in (case, other))
    assert one == two
    pd.testing.assert_frame_equal(
        f.naming_matrix(case, draws=40, seed=1), f.naming_matrix(other, draws=40, seed=1)
    )


def test_an_empty_corpus_gives_empty_answers(tiny: Path) -> None:
    """A new case has documents and no codes yet; its notebook must run."""
    case = Case("tiny", "Tiny", ("blue", "red"), {}, tiny, check_tables(tiny))
    assert with_sentences(case, case["acts"]).empty
    for made in (
        f.naming_contrast(case, draws=20),
        f.naming_by_group(case, draws=20),
        f.frame_contrast(case, draws=20),
        f.attribution_by_group(case, draws=20),
        f.favourable_contrast(case, draws=20),
    ):
        assert made.why.startswith("not estimable") and made.low is None
    tables = (
        f.naming_matrix(case, draws=20, seed=1),
        f.naming_by_event(case),
        f.frame_shares(case, draws=20, seed=1),
        f.frame_contrasts(case, draws=20, seed=1),
        f.frame_by_event(case),
        f.cooccurrence(case),
        f.coders_side_by_side(case),
        f.dictionary_frames(case).query("sentences > 0"),
        f.dictionary_influence(case, "divine_sanction"),
        f.capture_verbs(case),
        f.events_side_by_side(f.capture_verbs(case)),
        f.verbs_by_role(f.capture_verbs(case)),
        f.favourable_wording(f.capture_verbs(case), draws=20, seed=1),
        f.agency(case, draws=20, seed=1),
        f.agency_cells(case),
        f.contrast_table(f.agency_contrasts(case)),
        f.contrast_table(f.wording_contrasts(case)),
        f.attribution_shares(case, draws=20, seed=1),
        f.other_voice(case, draws=20),
        f.other_voice_claims(case),
    )
    for table in tables:
        assert table.empty
