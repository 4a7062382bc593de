"""Frames by word lists: precision and recall by hand, and what single terms carry."""

import pytest

from framelines import framing as f
from framelines.coder_error import rogan_gladen, wilson
from framelines.dictionaries import flagged_sentences, terms_after_reading
from tests.test_naming import case_of


def test_precision_and_recall_by_hand() -> None:
    case = case_of("example")
    rows = flagged_sentences(case, "divine_sanction")
    table = f.dictionary_frames(case).set_index(["frame", "camp"])
    row = table.loc[("divine_sanction", "all")]
    both = int((rows["hand"] & rows["flagged"]).sum())
    assert (row["both"], row["hand"]) == (both, 33)
    assert row["recall"] == both / 33
    assert (row["recall_low"], row["recall_high"]) == wilson(both, 33)
    assert row["precision"] == both / rows["flagged"].sum()
    # With its own sensitivity and specificity a share by words becomes the share by hand.
    assert row["corrected_share"] == pytest.approx(row["hand_share"])


def test_influence_leaves_out_one_term_at_a_time() -> None:
    case = case_of("example")
    pair = f.pair_of(case)
    table = f.dictionary_influence(case, "divine_sanction", pair=pair).set_index("term")
    rows = flagged_sentences(case, "divine_sanction")
    alone = rows["terms"].map(lambda terms: terms == ["god"])
    assert table.at["god", "only_by_it"] == alone.sum()
    without = rows["flagged"] & ~alone
    assert table.at["god", "recall_without"] == (without & rows["hand"]).sum() / 33
    north, south = (without[rows["camp"] == c].mean() for c in ("north", "south"))
    assert table.at["god", "difference_without"] == pytest.approx(north - south)
    assert table["only_by_it"].is_monotonic_decreasing


def test_terms_that_were_added_after_reading_can_be_left_out() -> None:
    case = case_of("palmyra")
    added = terms_after_reading(case)
    assert added
    rows = flagged_sentences(case, "delegitimation", terms="before_reading")
    assert not {t for terms in rows["terms"] for t in terms} & added
    every = f.dictionary_frames(case).set_index(["frame", "camp"])
    before = f.dictionary_frames(case, terms="before_reading").set_index(["frame", "camp"])
    key = ("delegitimation", "all")
    assert before.at[key, "recall"] <= every.at[key, "recall"]


def test_correction_of_a_group_uses_the_errors_of_all() -> None:
    table = f.dictionary_frames(case_of("palmyra")).set_index(["frame", "camp"])
    whole = table.loc[("divine_sanction", "all")]
    group = table.loc[("divine_sanction", "islamic_state")]
    negatives = whole["sentences"] - whole["hand"]
    specificity = 1 - (whole["flagged"] - whole["both"]) / negatives
    expected = rogan_gladen(group["dictionary_share"], whole["recall"], specificity)
    assert group["corrected_share"] == pytest.approx(float(expected))


def test_swapping_the_sides_negates_the_difference_of_a_lexicon() -> None:
    case = case_of("example")
    pair = f.pair_of(case)
    one, two = (
        f.dictionary_influence(case, "divine_sanction", pair=p) for p in (pair, pair.swapped())
    )
    for column in ("difference", "difference_without"):
        assert list(one[column]) == list(-two[column])
