"""Frames: the planted one, the mirror, weak and rare ones, and what stands together."""

import numpy as np
import pandas as pd
import pytest

from framelines import framing as f
from framelines.coder_error import coded_sentences
from framelines.frames import holm, status_of
from tests.test_naming import TRUTH, case_of, mirrored


def test_the_planted_frame_is_recovered_sentence_by_sentence() -> None:
    case = case_of("example")
    sentences = coded_sentences(case, "first")
    found = sentences[sentences["divine_sanction"]].groupby("doc_id")["sentence"].agg(list)
    assert found.to_dict() == TRUTH["frames"]["divine_sanction"]["by_document"]
    # The shares of truth.yaml are of running text; headlines are coded as well.
    text = sentences[(sentences["region"] == "text") & (sentences["camp"] == "south")]
    realised = TRUTH["frames"]["divine_sanction"]["south"]
    assert (text["divine_sanction"].sum(), len(text)) == (realised["sentences"], realised["of"])
    table = f.frame_shares(case, by="camp", draws=2000, seed=1)
    row = table[(table["camp"] == "south") & (table["frame"] == "divine_sanction")].iloc[0]
    assert row["k"] == 33 and row["low"] <= 0.15 <= row["high"]


@pytest.mark.parametrize("scope", ["whole_texts", "theatre_sentences"])
def test_the_planted_contrast_is_covered(scope: str) -> None:
    found = f.frame_contrast(case_of("example"), scope=scope, seed=1438)
    assert found.low is not None and found.high is not None and found.p is not None
    assert found.low <= -0.15 <= found.high < 0 and found.p <= 0.001
    assert "one side has none" in found.why


@pytest.mark.parametrize("name", ["example", "palmyra"])
def test_swapping_the_sides_negates_every_frame(name: str) -> None:
    case = case_of(name)
    one = f.frame_contrasts(case, draws=200, seed=1, permutations=299)
    two = f.frame_contrasts(mirrored(case), draws=200, seed=1, permutations=299)
    for a, b in (("effect", "effect"), ("low", "high"), ("corrected", "corrected")):
        assert np.array_equal(one[a].to_numpy(), -two[b].to_numpy(), equal_nan=True)
    assert np.array_equal(
        one["corrected_low"].to_numpy(), -two["corrected_high"].to_numpy(), equal_nan=True
    )
    assert np.array_equal(one["p"].to_numpy(), two["p"].to_numpy(), equal_nan=True)


def test_weak_frames_are_marked_and_kept_out_of_what_is_summed_up() -> None:
    case = case_of("idlib")
    weak = ("victimhood",)
    shares = f.frame_shares(case, weak=weak, draws=30, seed=1)
    assert set(shares.loc[shares["frame"] == "victimhood", "status"]) == {"weak"}
    pairs = f.cooccurrence(case, weak=weak)
    assert "victimhood" not in set(pairs["first"]) | set(pairs["second"])
    pair = f.pair_of(case, "genre", ("opinion", "interview"), "report")
    table = f.frame_contrasts(case, pair=pair, weak=weak, draws=30, seed=1, permutations=199)
    assert table.loc[table["status"] != "", "p_holm"].isna().all()
    tested = table[table["p_holm"].notna()]
    assert (tested["p_holm"] >= tested["p"]).all()


def test_a_rare_frame_is_not_established_rather_than_absent() -> None:
    assert status_of("liberation", 0, ()) == status_of("liberation", 4, ()) == "not established"
    assert status_of("liberation", 5, ()) == ""
    assert status_of("liberation", 0, ("liberation",)) == "weak"


def test_holm_of_a_textbook_example() -> None:
    """R's p.adjust on .01, .02, .03, .04, .05 with holm: .05, .08, .09, .09, .09."""
    found = holm(pd.Series([0.01, 0.02, 0.03, 0.04, 0.05]))
    assert list(found.round(10)) == [0.05, 0.08, 0.09, 0.09, 0.09]


def test_cooccurrence_by_hand() -> None:
    table = f.cooccurrence(case_of("palmyra"))
    sentences = coded_sentences(case_of("palmyra"), "first")
    for row in table.itertuples():
        a, b = sentences[row.first].astype(float), sentences[row.second].astype(float)
        assert row.phi == pytest.approx(np.corrcoef(a, b)[0, 1])
        assert row.both == (a * b).sum()
        assert row.lift == pytest.approx((a * b).mean() / (a.mean() * b.mean()))


def test_events_told_by_both_are_listed_with_their_sentences() -> None:
    table = f.frame_by_event(case_of("palmyra"))
    assert {"palmyra-fall-2016-12", "palmyra-recapture-2016-03"} <= set(table["event_id"])
    assert (table["k_first"] <= table["n_first"]).all() and (table["n_second"] > 0).all()
    found = f.paired_contrast(table, "a", "b", "m", draws=20, seed=1)
    assert (found.p is None) == (len(table) < 6)
