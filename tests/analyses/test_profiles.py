"""Profiles: a tiny corpus counted by hand, the real ones, and a case with nothing but documents."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from toys import case_of, uncoded

from framelines.analyses import profiles as p
from framelines.tables.case import Case
from framelines.tables.schema import read_tables

PARAMETERS = {"draws": 50, "seed": 1, "permutations": 99}


def value(table: pd.DataFrame, source: str, metric: str) -> float:
    row = table[(table["source_id"] == source) & (table["metric"] == metric)]
    return float(row["value"].iloc[0])


def test_rates_by_hand(tiny: Path) -> None:
    small = Case("tiny", "Tiny", None, "first", "river", PARAMETERS, tiny, read_tables(tiny))
    table = p.rates(small)
    # "The river post fell", then 15 + 8 + 6 words in three sentences, two of them with "said".
    assert value(table, "blue-post", "sentence_length") == pytest.approx(33 / 4)
    assert value(table, "blue-post", "figures") == pytest.approx(3000 / 33)
    assert value(table, "blue-post", "attributions") == pytest.approx(2000 / 33)
    assert "Tokens with a digit" in set(table["label"])
    # Ten documents are needed for an interval.
    assert table["low"].isna().all()
    known = p.rates(case_of("example")).dropna(subset=["low"])
    assert (known["documents"] >= 10).all() and len(known) == 19
    assert ((known["low"] <= known["value"]) & (known["value"] <= known["high"])).all()
    # Reposts stay out.
    documents = small["documents"].assign(duplicate_of=["post", ""])
    tables = {**small.tables, "documents": documents}
    assert set(p.rates(replace(small, tables=tables))["source_id"]) == {"blue-post"}


def test_a_coded_case_is_counted_by_its_codes() -> None:
    case = case_of("palmyra")
    table = p.rates(case)
    assert "Figures claimed" in set(table["label"])
    counts = p.sentence_counts(case)
    own = counts[counts["source_id"] == "iit"]
    rate = 1000 * own["hostile"].sum() / own["tokens"].sum()
    assert value(table, "iit", "hostile") == pytest.approx(rate)
    assert own["hostile"].sum() == 11
    table = p.by_source(case_of("idlib")).set_index("source_id")
    assert (table["documents"].sum(), table.at["south-front", "documents"]) == (24, 8)
    assert (table["first_day"] <= table["last_day"]).all() and (table["tokens"] > 0).all()


@pytest.mark.parametrize(
    ("matter", "moved", "largest"),
    [
        ("contained", 6, ("Delegitimation, Syrian Perspective", 11.4219)),
        ("captions", 2, ("Delegitimation, Al-Ahed News", 12.8063)),
        ("both", 9, ("Liberation, Syrian Perspective", 13.4091)),
    ],
)
def test_what_counting_twice_would_do(matter: str, moved: int, largest: tuple[str, float]) -> None:
    rates, frames = p.effect_of_reposts(case_of("idlib"), matter=matter)
    assert (rates.k, rates.n) == ((moved,), (90,))
    assert (frames.detail, frames.value) == (largest[0], pytest.approx(largest[1], abs=1e-3))


@pytest.mark.parametrize(("language", "rated"), [("en", True), ("tr", False)])
def test_a_zero_is_no_rate_where_no_list_knows_the_language(language: str, rated: bool) -> None:
    case, hits = case_of("idlib"), case_of("idlib")["lexicon_hits"]
    own = case["documents"].set_index("doc_id")["source_id"] == "kandil-column"
    spoken = case["documents"]["language"].mask(own.to_numpy(), language)
    new = {"documents": case["documents"].assign(language=spoken)}
    new["lexicon_hits"] = hits[~hits["doc_id"].map(own)]
    table = p.rates(replace(case, tables={**case.tables, **new})).set_index("source_id")
    assert ("hedges" in list(table.loc["kandil-column", "metric"])) is rated


def test_documents_alone_and_without_days_are_enough() -> None:
    case = uncoded("idlib")
    undated = case["documents"].assign(published="")
    case = replace(case, tables={**case.tables, "documents": undated})
    table = p.by_source(case)
    assert table["documents"].sum() == 24 and table["first_day"].isna().all()
    assert all("not estimable" in made.why[0] for made in p.effect_of_reposts(case))
