"""Profiles of the real and the example corpus, and of a tiny one counted by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framelines import profiles as p
from framelines.case import Case, load_case
from framelines.checks import check_tables
from framelines.tables import write_table
from tests.conftest import edit
from tests.test_checks import claim


@pytest.fixture
def small(tiny: Path) -> Case:
    return Case("tiny", "Tiny", None, {}, tiny, check_tables(tiny))


def value(table: pd.DataFrame, source: str, metric: str) -> float:
    row = table[(table["source_id"] == source) & (table["metric"] == metric)]
    return float(row["value"].iloc[0])


def test_rates_by_hand(small: Case) -> None:
    table = p.rates(small, draws=20, seed=1)
    # "The river post fell", then 15 + 8 + 6 words in three sentences, two of them with "said".
    assert value(table, "blue-post", "sentence_length") == pytest.approx(33 / 4)
    assert value(table, "blue-post", "figures") == pytest.approx(3000 / 33)
    assert value(table, "blue-post", "attributions") == pytest.approx(2000 / 33)
    assert set(table["low"].isna()) == {True}


def test_a_repost_is_not_counted_twice(tiny: Path) -> None:
    case = Case("tiny", "Tiny", None, {}, tiny, check_tables(tiny))
    before = p.text_units(case)
    edit(tiny, "documents.csv", ",,\n", ",,post\n")
    case = Case("tiny", "Tiny", None, {}, tiny, check_tables(tiny))
    after = p.text_units(case)
    assert len(after) == len(before) - 1
    assert (~p.inventory(case)["own"]).sum() == 1


def test_rows_in_another_order_change_nothing() -> None:
    case = load_case("idlib")
    table = p.rates(case, draws=50, seed=3)
    shuffled = {
        name: frame.sample(frac=1, random_state=5).reset_index(drop=True)
        for name, frame in case.tables.items()
    }
    other = Case(case.name, case.title, case.compare, {}, case.folder, shuffled)
    pd.testing.assert_frame_equal(p.rates(other, draws=50, seed=3), table)


def test_hosts_of_idlib() -> None:
    hosts = p.hosts(load_case("idlib"))
    assert hosts["documents"].sum() == 24
    contained = hosts[hosts["published_in"] == "syrian-perspective"]
    assert list(contained["source_id"]) == ["syria-times"]


def test_repeated_matter_names_the_contained_statement() -> None:
    table = p.repeated_matter(load_case("idlib"))
    assert "contained in" in set(table["repeats"])


def test_extremes_compare_one_language_only() -> None:
    table = p.rates(load_case("idlib"), draws=20, seed=1)
    for metric in ("hostile", "sentence_length"):
        high, low = p.extremes(table, metric)
        assert {high["language"], low["language"]} == {"en"}
        assert high["value"] >= low["value"]


def test_an_interval_is_only_given_with_enough_units() -> None:
    for name in ("palmyra", "idlib"):
        table = p.rates(load_case(name), draws=50, seed=1)
        enough = (table["units"] >= 10) & (table["value"] > 0)
        assert (table["low"].notna() == enough).all()
        known = table.dropna(subset=["low"])
        assert (known["low"] <= known["value"] + 1e-9).all()
        assert (known["value"] <= known["high"] + 1e-9).all()


def test_with_interval_says_why_there_is_none() -> None:
    row = pd.Series({"value": 3.14, "low": np.nan, "high": np.nan, "units": 4, "tokens": 1200})
    assert p.with_interval(row) == "3.1 (no interval: 4 chunks or documents)"
    assert p.with_interval(row.replace(3.14, 0.0)) == "0.0 (none was met in 1,200 words)"


def test_a_coded_case_is_counted_by_its_codes(tiny: Path) -> None:
    words = "captured 12 tanks"
    attributed = {"attribution": "unnamed_source"}
    rows = [
        claim("post-c01", words, value_min="12", value_max="12"),
        claim("post-c02", "the post had been empty", **attributed),
        claim("post-c03", words, value_min="99", coder="second"),
    ]
    write_table(pd.DataFrame(rows), tiny, "claims")
    table = p.rates(Case("tiny", "T", None, {}, tiny, check_tables(tiny)), draws=20, seed=1)
    assert value(table, "blue-post", "figures") == pytest.approx(1000 / 33)
    assert value(table, "blue-post", "attributions") == pytest.approx(1000 / 33)
    assert value(table, "red-star", "figures") == 0
    assert "Figures claimed" in set(table["label"])


def test_a_row_belongs_to_the_sentence_that_it_begins_in() -> None:
    sentences = pd.DataFrame({"doc_id": "d", "sentence": [0, 1, 2], "start": [0, 10, 25]})
    rows = pd.DataFrame({"doc_id": "d", "start": [0, 9, 10, 24, 99]})
    assert list(p.sentence_of(rows, sentences)) == [("d", s) for s in (0, 0, 1, 1, 2)]
