"""Statistics of a term against published worked examples; key words, their mirror."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import sparse

from framelines.methods import keyness as key
from framelines.methods.contrasts import Pair

PAIR = Pair("camp", "north", "south", ("north",), ("south",))
SAME = ["term", "z", "log_ratio", "p_max"]
TURNED = Pair("camp", "south", "north", ("south",), ("north",))


def one(*values: float) -> npt.NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def test_log_odds_of_fightin_words(monkeypatch: pytest.MonkeyPatch) -> None:
    # The README of github.com/Wigder/fightin_words, after Monroe, Colaresi & Quinn 2008: sentences
    # of nine words over eleven types, prior .05 a type; “donkey”, in the second alone, and “quick”.
    monkeypatch.setattr("framelines.methods.keyness.PRIOR_TOKENS", 0.55)
    z = key.log_odds(one(0, 2, 1), one(1, 2, 0), one(9), one(9), np.full(3, 0.05))
    assert z == pytest.approx([-0.6894227886807968, 0.0, 0.6894227886807968], abs=1e-12)


def test_log_ratio_and_its_zero_cells() -> None:
    # Hardie 2014: twice the rate is 1, sixteen times is 4; a zero becomes one half.
    found = key.log_rate_ratio(one(8, 16, 4), one(4, 1, 0), one(1000), one(1000))
    assert found == pytest.approx([1, 4, np.log2(4.5 / 0.5)])


def test_permutation_p_by_hand() -> None:
    """Six documents, one word in three of them: only one deal in ten is as lopsided."""
    counts, mine = sparse.csr_array(one(4, 4, 4, 0, 0, 0)[:, None]), np.arange(6) < 3
    found = key.permutation_keyness(counts, np.full(6, 100.0), mine, one(1), permutations=50)
    assert found[0][0] == found[1][0] == pytest.approx(2 / 20)


def test_blocks_order_and_sides_change_no_p(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(own: Any, mine: Any) -> Any:
        sizes, prior = own.sum(axis=1) + 50, np.full(4, 0.5)
        return key.permutation_keyness(sparse.csr_array(own), sizes, mine, prior, permutations=999)

    rng = np.random.default_rng(5)
    counts, mine, order = rng.poisson(3, size=(9, 4)) * 1.0, np.arange(9) < 4, rng.permutation(9)
    whole = told(counts, mine)
    monkeypatch.setattr("framelines.methods.estimate.CELLS", 70)
    assert np.array_equal(whole, told(counts[order], ~mine[order]))


def corpus(documents: int, planted: int = 6) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Documents of two camps in turn; `bandits` stands in those of the north alone."""
    drawn = np.random.default_rng(2).poisson(4, size=(documents, 30))
    about = pd.DataFrame({"doc_id": [f"d{i:03d}" for i in range(documents)]})
    about["camp"] = ["north", "south"] * (documents // 2)
    table = pd.DataFrame(drawn, about["doc_id"], [f"word{w}" for w in range(30)])
    table["2019"], table["bandits"] = 5, [planted, 0] * (documents // 2)
    counts = table.stack().rename_axis(["doc_id", "token"]).rename("count").reset_index()
    return counts[counts["count"] > 0], about


def keyness(counts: pd.DataFrame, documents: pd.DataFrame, pair: Pair = PAIR, **more: Any) -> Any:
    plain = counts[counts["token"] != "2019"].groupby("token")["count"].sum()
    return key.keyness(counts, documents, pair, **{"background": plain, **more})


def test_what_is_planted_is_key() -> None:
    counts, documents = corpus(24)
    alone = pd.DataFrame([("d000", "lonely", 40)], columns=counts.columns)
    found = keyness(pd.concat([counts, alone]), documents, permutations=999)
    first, table = found.table.iloc[0], found.table.set_index("term")
    assert first["term"] == "bandits" and found.why == ()
    assert (first["p_max"], first["count_first"], first["documents_second"]) == (0.001, 72, 0)
    # A word of one document is that document's, whatever it counts: it is not tested.
    assert "2019" not in table.index and list(table.index[table["p_max"].isna()]) == ["lonely"]
    outlets = documents.assign(source_id=documents["doc_id"].str[-1])
    whole = counts.assign(doc_id=counts["doc_id"].str[-1])
    alike = outlets.drop_duplicates("source_id").assign(doc_id=lambda own: own["source_id"])
    one, other = keyness(counts, outlets, dealt="source_id"), keyness(whole, alike)
    pd.testing.assert_frame_equal(one.table[SAME], other.table[SAME])


def test_swapping_the_groups_negates_every_effect_to_the_last_digit() -> None:
    counts, documents = corpus(22, planted=2)
    a, b = (keyness(counts, documents, p, permutations=199).table for p in (PAIR, TURNED))
    b[["z", "log_ratio"]] *= -1
    pd.testing.assert_frame_equal(a[SAME], b[SAME], check_exact=True)


def test_few_documents_are_not_tested_and_a_side_without_text_is_said() -> None:
    counts, documents = corpus(4)
    found, nothing = (keyness(counts, own) for own in (documents, documents[::2]))
    assert len(found.table) and found.table["p_max"].isna().all()
    assert [why[:8] for why in found.why] == ["no test:"]
    assert nothing.table.empty and nothing.why[0].startswith("not estimable")


def test_the_prior_is_taken_from_the_background() -> None:
    counts, documents = corpus(8)
    rare = pd.Series({"bandits": 1.0, "elsewhere": 1e6})
    found = keyness(counts, documents, background=rare).table.set_index("term")
    words = counts[~counts["token"].eq("2019")].merge(documents, on="doc_id")
    sums = words.groupby("camp")["count"].sum()[["north", "south"]].to_numpy(float)[:, None]
    z = key.log_odds(one(24), one(0), *sums, one(500 / (1e6 + 1)))[0]
    assert found.at["bandits", "z"] == pytest.approx(z)
