"""Contrasts of shares: by hand, mirrored, covering, and silent where they should be."""

import numpy as np
import pandas as pd
import pytest

from framelines.coded import Pair
from framelines.contrasts import contrast, matched, paired_contrast, share_table

PAIR = Pair("camp", "a", "b", ("a",), ("b",))


def rows_of(hits: dict[str, list[tuple[int, int]]]) -> pd.DataFrame:
    """Rows of documents: for each camp a list of (hits, of)."""
    rows = []
    for camp, documents in hits.items():
        for i, (k, n) in enumerate(documents):
            rows += [(f"{camp}{i:02d}", 0, camp, float(j < k), 1.0) for j in range(n)]
    return pd.DataFrame(rows, columns=["doc_id", "chunk", "camp", "hit", "of"])


def test_contrast_by_hand_of_two_documents_a_side() -> None:
    rows = rows_of({"a": [(1, 4), (2, 4)], "b": [(0, 5), (1, 5)]})
    found = contrast(rows, PAIR, "m", draws=50, seed=1)
    assert found.effect == pytest.approx(3 / 8 - 1 / 10)
    assert (found.low, found.high, found.p) == (None, None, None)
    assert "no interval" in found.why and "each side needs 3" in found.why


def test_a_contrast_of_tasted_cups_has_the_p_of_fisher() -> None:
    one, none = (1, 1), (0, 1)
    rows = rows_of({"a": [one, one, one, none], "b": [one, none, none, none]})
    assert contrast(rows, PAIR, "tea", draws=50, seed=1).p == pytest.approx(34 / 70)


def test_swapping_the_groups_negates_the_effect_to_the_last_digit() -> None:
    rng = np.random.default_rng(8)
    sides = {c: [(int(rng.integers(0, 5)), 7) for _ in range(n)] for c, n in (("a", 13), ("b", 11))}
    one = contrast(rows_of(sides), PAIR, "m", draws=400, seed=1)
    two = contrast(rows_of(sides), PAIR.swapped(), "m", draws=400, seed=1)
    assert one.low is not None and one.high is not None
    assert (two.effect, two.low, two.high, two.p) == (-one.effect, -one.high, -one.low, one.p)
    assert (two.value_first, two.k_second) == (one.value_second, one.k_first)


def test_an_empty_side_is_said_and_not_guessed() -> None:
    found = contrast(rows_of({"a": [(1, 4)]}), PAIR, "m", draws=50, seed=1)
    assert np.isnan(found.effect) and found.why == "not estimable: nothing to count among in b"


def test_a_frame_that_nobody_has_is_not_tested() -> None:
    zeros = rows_of({"a": [(0, 4)] * 12, "b": [(0, 4)] * 12})
    found = contrast(zeros, PAIR, "m", draws=50, seed=1)
    assert (found.low, found.p) == (None, None) and "nothing was counted" in found.why


def test_one_empty_side_is_marked() -> None:
    rows = rows_of({"a": [(0, 4)] * 12, "b": [(1, 4)] * 6 + [(0, 4)] * 6})
    assert "one side has none" in contrast(rows, PAIR, "m", draws=50, seed=1).why


def test_chunks_stand_in_where_documents_are_few() -> None:
    rows = rows_of({"a": [(2, 30)], "b": [(3, 30)]})
    rows["chunk"] = np.tile(np.arange(10), 6)
    found = contrast(rows, PAIR, "m", draws=50, seed=1)
    assert found.resampled == "chunks" and found.p is None


def test_intervals_of_contrasts_cover_the_truth() -> None:
    """300 simulated pairs of sides, 12 bursty documents each: the difference .10 is covered."""
    rng = np.random.default_rng(21)
    covered = 0
    for i in range(300):
        sides = {}
        for camp, rate in (("a", 0.30), ("b", 0.20)):
            shares = rng.beta(8 * rate, 8 * (1 - rate), size=12)
            sides[camp] = [(int(rng.binomial(16, s)), 16) for s in shares]
        found = contrast(rows_of(sides), PAIR, str(i), draws=300, seed=2, permutations=9)
        assert found.low is not None and found.high is not None
        covered += found.low <= 0.10 <= found.high
    assert 0.91 <= covered / 300 <= 0.985


def test_the_test_of_contrasts_keeps_its_level() -> None:
    """400 pairs without a difference and with bursty documents: 5 % of p-values below .05."""
    rng = np.random.default_rng(22)
    alarms = 0
    for i in range(400):
        counts = [(int(rng.binomial(16, s)), 16) for s in rng.beta(0.8, 3.2, size=14)]
        rows = rows_of({"a": counts[:7], "b": counts[7:]})
        found = contrast(rows, PAIR, str(i), draws=2, seed=3, permutations=199)
        alarms += found.p is not None and found.p <= 0.05
    assert 0.02 <= alarms / 400 <= 0.085  # three binomial standard errors


def test_matched_events_by_hand() -> None:
    rows = rows_of({"a": [(1, 2), (0, 1)], "b": [(0, 2), (1, 1)]})
    rows["sentence"] = [0, 1, 0, 0, 1, 0]
    events = pd.DataFrame(
        [("a00", 0, "e"), ("a00", 1, "e"), ("b00", 0, "e"), ("a01", 0, "f"), ("b01", 0, "")],
        columns=["doc_id", "sentence", "event_id"],
    )
    table = matched(rows, events, PAIR)
    assert list(table["event_id"]) == ["e"]
    assert table.iloc[0][["k_first", "n_first", "k_second", "n_second"]].tolist() == [1, 2, 0, 1]
    found = paired_contrast(table, "a", "b", "m", draws=50, seed=1)
    assert (
        found.effect == 0.5 and found.p is None and "no test: 1 matched event, where 6" in found.why
    )


def test_paired_contrasts_mirror_and_test_from_six_events_on() -> None:
    differences = np.array([0.4, 0.1, 0.3, 0.2, 0.5, 0.6])
    table = pd.DataFrame({"share_first": differences, "share_second": 0.0})
    table[["k_first", "n_first", "k_second", "n_second"]] = 1.0
    table["difference"] = differences
    one = paired_contrast(table, "a", "b", "m", draws=50, seed=1)
    two = paired_contrast(table.assign(difference=-differences), "b", "a", "m", draws=50, seed=1)
    assert one.p == two.p == pytest.approx(2 / 64)
    assert one.low is None and "6 matched events" in one.why


def test_no_matched_event_is_said() -> None:
    table = pd.DataFrame(columns=["k_first", "n_first", "k_second", "n_second", "difference"])
    found = paired_contrast(table, "a", "b", "m", draws=50, seed=1)
    assert np.isnan(found.effect) and found.why == "not estimable: no event is told by both"


def test_shares_have_intervals_from_ten_documents_on() -> None:
    rows = rows_of({"a": [(1, 4)] * 9, "b": [(1, 4), (2, 4)] * 5})
    table = share_table(rows, ["camp"], "k", draws=100, seed=1).set_index("camp")
    assert np.isnan(table.at["a", "low"]) and table.at["a", "resampled"] == ""
    assert table.at["b", "low"] < table.at["b", "share"] < table.at["b", "high"]


def test_sides_that_have_none_and_all_give_no_interval() -> None:
    rows = rows_of({"a": [(4, 4)] * 12, "b": [(0, 4)] * 12})
    found = contrast(rows, PAIR, "m", draws=50, seed=1)
    assert (found.effect, found.low) == (1.0, None) and "none or all" in found.why
    some = rows_of({"a": [(4, 4)] * 12, "b": [(0, 4), (1, 4)] * 6})
    found = contrast(some, PAIR, "m", draws=50, seed=1)
    assert found.low is not None and "varies the other side alone" in found.why


def test_events_that_all_differ_alike_give_no_interval() -> None:
    table = pd.DataFrame({"share_first": [0.5] * 12, "share_second": 0.0, "difference": 0.5})
    table[["k_first", "n_first", "k_second", "n_second"]] = 1.0
    found = paired_contrast(table, "a", "b", "m", draws=50, seed=1)
    assert found.low is None and found.p is not None and "same difference" in found.why


def test_groups_in_the_same_documents_are_resampled_together() -> None:
    """Where each document has as many hits of either kind, no resample makes a difference."""
    shares = [0, 1, 2, 3, 4] * 3
    rows = rows_of({"a": [(k, 4) for k in shares], "b": [(k, 4) for k in shares]})
    rows["doc_id"] = rows["doc_id"].str[1:]
    together = contrast(rows, PAIR, "m", draws=200, seed=1, joint=True)
    apart = contrast(rows, PAIR, "m", draws=200, seed=1)
    assert (together.low, together.high) == (0.0, 0.0)
    assert apart.low is not None and apart.low < 0


def test_the_interval_over_events_mirrors_to_the_last_digit() -> None:
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"share_first": rng.random(14), "share_second": rng.random(14)})
    table[["k_first", "n_first", "k_second", "n_second"]] = 1.0
    table["difference"] = table["share_first"] - table["share_second"]
    new = {"share_first": "share_second", "share_second": "share_first"}
    back = table.rename(columns=new).assign(difference=-table["difference"])
    one = paired_contrast(table, "a", "b", "m", draws=200, seed=1)
    two = paired_contrast(back, "b", "a", "m", draws=200, seed=1)
    assert one.low is not None and one.high is not None
    assert (two.effect, two.low, two.high, two.p) == (-one.effect, -one.high, -one.low, one.p)
