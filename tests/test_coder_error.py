"""Shares corrected for coding errors, against published examples and a simulated second coder."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framelines.case import Case
from framelines.checks import check_tables
from framelines.coder_error import (
    coded_sentences,
    coder_errors,
    error_table,
    reference_coder,
    rogan_gladen,
    wilson,
)
from framelines.frames import coders_side_by_side, frame_contrasts, frame_shares
from tests.test_naming import case_of


def test_rogan_gladen_of_the_epir_manual() -> None:
    """epiR's manual, epi.prev: 23 of 150 cows, se .96, sp .89: 5.1 cases per 100 cows."""
    assert round(100 * float(rogan_gladen(23 / 150, np.array(0.96), np.array(0.89))), 1) == 5.1


def test_rogan_gladen_stays_between_none_and_all() -> None:
    assert rogan_gladen(0.05, np.array(0.9), np.array(0.9)) == 0
    assert rogan_gladen(0.99, np.array(0.9), np.array(0.9)) == 1
    assert np.isnan(rogan_gladen(0.5, np.array(0.5), np.array(0.5)))


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_of_newcombe(k: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17(8):857–872, table I, method 3."""
    found = wilson(k, n)
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


def test_wilson_of_nothing_is_nothing() -> None:
    assert np.isnan(wilson(0, 0)).all()


@pytest.fixture
def twice_coded() -> Case:
    """The example with a first coder who misses one divine sanction in three, and invents some."""
    case = case_of("example")
    codes = case["frame_codes"]
    true = codes.assign(coder="adjudicated")
    rng = np.random.default_rng(3)
    miss = (codes["frame_id"] == "divine_sanction") & (rng.random(len(codes)) < 1 / 3)
    invent = (codes["frame_id"] == "none") & (rng.random(len(codes)) < 0.06)
    worse = codes.assign(frame_id=codes["frame_id"].mask(miss, "none"))
    worse["frame_id"] = worse["frame_id"].mask(invent, "divine_sanction")
    tables = {**case.tables, "frame_codes": pd.concat([worse, true], ignore_index=True)}
    return Case(case.name, case.title, case.compare, {}, case.folder, tables)


def test_the_error_of_a_coder_is_found_and_mended(twice_coded: Case) -> None:
    assert reference_coder(twice_coded) == "adjudicated"
    errors = {e.frame: e for e in coder_errors(twice_coded)}
    found = errors["divine_sanction"]
    assert found.why == ""
    assert 0.5 < found.sensitivity < 0.8 and 0.9 < found.specificity < 0.97
    both = found.both + found.only_coder + found.only_reference + found.neither
    assert both == len(coded_sentences(twice_coded, "adjudicated"))
    assert errors["liberation"].why.startswith("not estimable: in 0 of 477 sentences")
    assert len(error_table(list(errors.values()))) == 14


def test_the_corrected_share_covers_the_truth_where_the_coded_one_misses(twice_coded: Case) -> None:
    table = frame_shares(twice_coded, by="camp", draws=600, seed=1)
    north = table[(table["camp"] == "north") & (table["frame"] == "divine_sanction")].iloc[0]
    south = table[(table["camp"] == "south") & (table["frame"] == "divine_sanction")].iloc[0]
    assert north["low"] > 0  # the invented ones pass for real
    assert north["corrected_low"] <= 0.0 <= north["corrected_high"]
    assert south["corrected_low"] <= 0.15 <= south["corrected_high"]
    assert south["corrected_high"] - south["corrected_low"] > south["high"] - south["low"]
    effects = frame_contrasts(
        twice_coded, scope="whole_texts", draws=600, seed=1, permutations=199
    ).set_index("frame")
    row = effects.loc["divine_sanction"]
    assert row["corrected_low"] <= -0.15 <= row["corrected_high"]
    assert row["correction"] == "against adjudicated"


def test_coders_side_by_side(twice_coded: Case) -> None:
    table = coders_side_by_side(twice_coded, coders=("first", "adjudicated"))
    row = table[(table["frame"] == "divine_sanction") & (table["camp"] == "north")].iloc[0]
    assert row["k_second"] == 0 and row["k_first"] > 0 and row["positive_agreement"] == 0


def test_one_coder_alone_cannot_be_corrected() -> None:
    table = frame_shares(case_of("example"), draws=50, seed=1)
    assert set(table["correction"]) == {"not estimable: one coder only"}
    assert table["corrected"].isna().all()


def test_nothing_is_coded_in_an_empty_corpus(tiny: Path) -> None:
    case = Case("tiny", "Tiny", None, {}, tiny, check_tables(tiny))
    assert coder_errors(case) == []
    assert coded_sentences(case, "first").empty
