"""Profiles; and what holds of every analysis of a case without codes, and in any order of rows."""

import math
from dataclasses import replace
from inspect import Parameter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from toys import case_of, shuffled, swapped, uncoded

from framelines.analyses import claims as c
from framelines.analyses import disputes as d
from framelines.analyses import findings, losses
from framelines.analyses import framing as f
from framelines.analyses import profiles as p
from framelines.analyses import timelines as t
from framelines.tables.case import Case
from framelines.tables.schema import read_tables

CASES = ("example", "palmyra", "idlib")
TABLES = [t.anchor_table, c.reference, t.calibration_panels, t.date_agreement_table, t.leads]
TABLES += [t.lanes, t.coverage, t.places_told, d.taken_twice_table, losses.known_losses]
TABLES += [losses.running_losses, losses.parts_table, p.rates, c.claims, d.disputes, d.questions]
TABLES += [f.stance_shares, f.verbs_by_event, f.agency_hits, f.frame_contrasts]
PARAMETERS = {"draws": 50, "seed": 1, "permutations": 99}


def value(table: pd.DataFrame, source: str, metric: str) -> float:
    row = table[(table["source_id"] == source) & (table["metric"] == metric)]
    return float(row["value"].iloc[0])


def test_rates_by_hand_by_codes_and_what_counting_twice_would_do(tiny: Path) -> None:
    small = Case("tiny", "Tiny", None, "first", "river", PARAMETERS, tiny, read_tables(tiny))
    table = p.rates(small)
    # "The river post fell", then 15 + 8 + 6 words in three sentences, two of them with "said".
    assert value(table, "blue-post", "sentence_length") == pytest.approx(33 / 4)
    assert value(table, "blue-post", "figures") == pytest.approx(3000 / 33)
    assert value(table, "blue-post", "attributions") == pytest.approx(2000 / 33)
    assert "Tokens with a digit" in set(table["label"])
    assert table["low"].isna().all()
    known = p.rates(case_of("example")).dropna(subset=["low"])
    assert (known["documents"] >= 10).all() and len(known) == 19
    assert ((known["low"] <= known["value"]) & (known["value"] <= known["high"])).all()
    documents = small["documents"].assign(duplicate_of=["post", ""])
    tables = {**small.tables, "documents": documents}
    assert set(p.rates(replace(small, tables=tables))["source_id"]) == {"blue-post"}
    table, hits = p.rates(case_of("palmyra")), p.rate_hits(case_of("palmyra"))
    own = hits.query("source_id == 'iit' and metric == 'hostile'")[["hit", "of"]].sum()
    assert own["hit"] == 11
    assert value(table, "iit", "hostile") == pytest.approx(1000 * own["hit"] / own["of"])
    assert "Figures claimed" in set(table["label"])
    table = p.by_source(case_of("idlib")).set_index("source_id")
    assert (table["documents"].sum(), table.at["south-front", "documents"]) == (24, 8)
    assert (table["first_day"] <= table["last_day"]).all() and (table["tokens"] > 0).all()
    twice: dict[str, Any] = {"contained": (6, "Delegitimation, Syrian Perspective", 11.4219)}
    twice |= {"captions": (2, "Delegitimation, Al-Ahed News", 12.8063)}
    twice |= {"both": (9, "Liberation, Syrian Perspective", 13.4091)}
    for matter, (moved, largest, change) in twice.items():
        rates, frames = p.effect_of_reposts(case_of("idlib"), matter=matter)
        assert (rates.k, rates.n, frames.detail) == ((moved,), (90,), largest)
        assert frames.value == pytest.approx(change, abs=1e-3)
    about = (case := case_of("idlib"))["documents"]
    first = about["duplicate_of"].mask(about["source_id"] == "al-ahed", about["doc_id"].iloc[-1])
    case = replace(case, tables=case.tables | {"documents": about.assign(duplicate_of=first)})
    assert p.effect_of_reposts(case)[0].n < (90,)


def test_a_zero_is_no_rate_where_no_list_knows_the_language() -> None:
    case, hits = case_of("idlib"), case_of("idlib")["lexicon_hits"]
    own = case["documents"].set_index("doc_id")["source_id"] == "kandil-column"
    for language, rated in (("en", True), ("tr", False)):
        spoken = case["documents"]["language"].mask(own.to_numpy(), language)
        new = {"documents": case["documents"].assign(language=spoken)}
        new["lexicon_hits"] = hits[~hits["doc_id"].map(own)]
        table = p.rates(replace(case, tables={**case.tables, **new})).set_index("source_id")
        assert ("hedges" in list(table.loc["kandil-column", "metric"])) is rated


@pytest.mark.parametrize("table", TABLES)
def test_empty_tables_keep_their_columns_and_the_order_of_rows_changes_nothing(table: Any) -> None:
    for case in (case_of(name, draws=200, permutations=199) for name in CASES):
        whole, empty = table(case), table(uncoded(case.name))
        assert empty.empty and empty.columns.is_unique
        assert set(whole.columns) >= set(empty.columns) > set()
        other = shuffled(case)
        if case.compare and table in (d.disputes, d.questions):
            other = swapped(other)
        if table not in (t.anchor_table, c.reference):
            pd.testing.assert_frame_equal(whole, table(other))


@pytest.mark.parametrize("name", CASES)
def test_without_codes_every_estimand_says_why(name: str) -> None:
    case = uncoded(name)
    for key, one in findings.estimands().items():
        if key.startswith("toy") or key in ("timelines.taken_twice", "framing.frame_contrast"):
            continue
        needed = {n: "2019" for n, default in one.given.items() if default is Parameter.empty}
        made = one.function(case, **needed)
        for found in made if isinstance(made, list) else [made]:
            assert math.isnan(found.value) and "not estimable" in found.why[0], key
    assert d.taken_twice(case).value == 0
    words, undated = p.key_terms(case), case["documents"].assign(published="")
    assert p.leading_terms(case, words).empty and "not estimable" in words.why[0]
    table = p.by_source(replace(case, tables={**case.tables, "documents": undated}))
    assert table["documents"].sum() == len(undated) and table["first_day"].isna().all()
