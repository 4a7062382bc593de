"""Contrasts of shares: by hand, mirrored, covering, and silent where they should be."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framelines.methods import contrasts
from framelines.methods.contrasts import Pair, contrast, matched, paired_contrast, shares

PAIR = Pair("camp", "a", "b", ("a",), ("b",))
TURNED = Pair("camp", "b", "a", ("b",), ("a",))
FEW: dict[str, Any] = {"draws": 50, "seed": 1}


def hits_of(sides: dict[str, list[tuple[int, int]]]) -> pd.DataFrame:
    """Hits of documents: for each camp a list of (hits, of)."""
    rows = []
    for camp, documents in sides.items():
        for i, (k, n) in enumerate(documents):
            rows += [(f"{camp}{i:02d}", j, camp, float(j < k), 1.0) for j in range(n)]
    return pd.DataFrame(rows, columns=["doc_id", "sentence", "camp", "hit", "of"])


def test_contrast_by_hand_of_two_documents_a_side() -> None:
    found = contrast(hits_of({"a": [(1, 4), (2, 4)], "b": [(0, 5), (1, 5)]}), PAIR, "m", **FEW)
    assert found.value == pytest.approx(100 * (3 / 8 - 1 / 10))
    assert found.unit == "percentage points" and found.values == (3 / 8, 1 / 10)
    assert (found.k, found.n, found.units) == ((3, 1), (8, 10), (2, 2))
    assert found.largest == (0.5, 0.5) and found.measures == "m: a minus b"
    assert np.isnan([found.low, found.high, found.p]).all()
    assert found.why[0] == "no interval: 2 and 2 documents, where each side needs 10"
    assert found.why[1] == "no test: 2 and 2 documents, where each side needs 3"
    assert found.why[2] == "a share of 8 moves far with one"


def test_the_lady_tasting_tea() -> None:
    """Fisher 1935, The Design of Experiments, ch. II: 3 of 4 cups right, p = .486 on two sides."""
    one, none = (1, 1), (0, 1)
    hits = hits_of({"a": [one, one, one, none], "b": [one, none, none, none]})
    assert contrast(hits, PAIR, "tea", **FEW).p == pytest.approx(34 / 70)


DOCUMENTS = st.lists(st.tuples(st.integers(0, 4), st.integers(4, 9)), min_size=0, max_size=13)


@settings(max_examples=100)
@given(DOCUMENTS, DOCUMENTS, st.sampled_from(contrasts.UNITS), st.randoms())
def test_swapping_the_groups_negates_to_the_last_digit(a: Any, b: Any, unit: str, r: Any) -> None:
    hits = hits_of({"a": a, "b": b})
    hits["source_id"] = hits["doc_id"].str[:2]
    told = hits.assign(event_id=[f"e{r.randrange(14)}" for _ in range(len(hits))])
    more = FEW | {"permutations": 99, "unit": unit, "told": told}
    one, two = (contrast(hits, pair, "m", **more) for pair in (PAIR, TURNED))
    ends = [-one.value, -one.high, -one.low, one.p], [two.value, two.low, two.high, two.p]
    assert np.array_equal(*ends, equal_nan=True) and len(one.why) == len(two.why)
    for field in ("k", "n", "values", "sizes"):
        assert getattr(one, field) == getattr(two, field)[::-1]


def test_one_long_text_does_not_carry_the_shares_of_documents() -> None:
    """One text of 89 rows against six of ten: −3.2 points of rows, +22.1 of documents."""
    hits = hits_of({"a": [(4, 89)] + [(6, 10)] * 6, "b": [(3, 10)] * 14})
    rows, documents = (contrast(hits, PAIR, "m", unit=u, **FEW) for u in ("texts", "documents"))
    assert rows.value == pytest.approx(100 * (40 / 149 - 0.3))
    assert documents.value == pytest.approx(100 * ((4 / 89 + 3.6) / 7 - 0.3))
    assert documents.measures.endswith(", all documents alike")
    assert (documents.k, documents.n, documents.p) == (rows.k, rows.n, rows.p)
    assert rows.largest == (89 / 149, 1 / 14)


def test_what_is_missing_is_said_and_not_guessed() -> None:
    told = {
        "not estimable: there is nothing to count in b": ([(1, 4)], []),
        "not estimable: there is nothing to count in a and b": ([], []),
        "not estimable: a group has 9 to count among": ([(1, 3)] * 3, [(1, 4)] * 4),
        "neither interval nor test: nothing was counted": ([(0, 4)] * 12, [(0, 4)] * 12),
        "the documents of each side are all alike": ([(4, 4)] * 12, [(1, 4)] * 12),
        "the interval varies the other side alone": ([(4, 4)] * 12, [(0, 4), (1, 4)] * 6),
    }
    for why, (a, b) in told.items():
        found = contrast(hits_of({"a": a, "b": b}), PAIR, "m", least=10, **FEW)
        assert len(found.why) == 1 and why in found.why[0] and found.units == (len(a), len(b))
        assert found.n == tuple(sum(n for _, n in side) for side in (a, b))
        given = [*np.isfinite([found.value, found.low, found.p])]
        assert given == ["not estimable" not in why, "alone" in why, "side" in why], why


def test_draws_in_blocks_are_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    hits = hits_of({"a": [(i % 9, 9) for i in range(12)], "b": [(i % 5, 9) for i in range(12)]})
    whole = contrast(hits, PAIR, "whole", draws=500, permutations=300)
    monkeypatch.setattr("framelines.methods.estimate.CELLS", 24 * 7)
    for cached in (contrasts._drawn, contrasts._permuted):
        cached.cache_clear()
    assert contrast(hits, PAIR, "whole", draws=500, permutations=300) == whole


def test_matched_events_by_hand() -> None:
    hits = hits_of({"a": [(1, 2), (0, 1)], "b": [(0, 2), (1, 1)]})
    hits["sentence"] = [0, 1, 0, 0, 1, 0]
    told = pd.DataFrame({"doc_id": ["a00", "a00", "b00", "a01", "b01"]})
    told = told.assign(sentence=[0, 1, 0, 0, 0], event_id=["e", "e", "e", "f", ""])
    table = matched(hits, told, PAIR)
    assert list(table["event_id"]) == ["e"]
    assert table.iloc[0][["k_first", "n_first", "k_second", "n_second"]].tolist() == [1, 2, 0, 1]
    found = contrast(hits, PAIR, "m", unit="matched_events", told=told, **FEW)
    assert found.value == 50 and found.units == (1, 1)
    assert found.why[1] == "no test: 1 matched event, where 6 are needed"
    none = contrast(hits, PAIR, "m", unit="matched_events", told=told.iloc[:0], **FEW)
    assert np.isnan(none.value) and none.why == ("not estimable: no event is told by both",)
    for unit in ("matched_events", "chunks"):
        with pytest.raises(ValueError, match="no unit"):
            contrast(hits, PAIR, "m", unit=unit)


def test_matched_events_are_tested_from_six_on_and_need_to_differ() -> None:
    table = pd.DataFrame({"share_first": [0.4, 0.1, 0.3, 0.2, 0.5, 0.6], "share_second": 0.0})
    table[["k_first", "n_first", "k_second", "n_second"]] = 1.0
    table["difference"] = table["share_first"]
    found = paired_contrast(table, PAIR, "m", **FEW)
    assert found.p == pytest.approx(2 / 64) and "6 matched events" in found.why[0]
    same = pd.concat([table.assign(difference=0.5), table.assign(difference=1.1 - 0.6)])
    found = paired_contrast(same, PAIR, "m", **FEW)
    assert np.isnan(found.low) and np.isfinite(found.p) and "same difference" in found.why[0]


def test_shares_have_intervals_from_ten_documents_on() -> None:
    hits = hits_of({"a": [(1, 4)] * 8 + [(0, 12)], "b": [(1, 4), (2, 4)] * 5, "c": [(2, 4)] * 12})
    table = shares(hits, ["camp"]).set_index("camp")
    assert table.loc["a", ["k", "n", "documents"]].tolist() == [8, 44, 9]
    assert table.at["a", "largest"] == 12 / 44 and np.isnan(table.at["a", "low"])
    assert table.at["b", "low"] < table.at["b", "share"] < table.at["b", "high"]
    assert table.at["c", "share"] == 0.5 and np.isnan(table.at["c", "low"])
    assert shares(hits.iloc[:0], ["camp"]).empty
