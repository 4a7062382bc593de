"""Key words of the cases: ranks, tests where there are any, the mirror, and the speed."""

import time

import numpy as np
import pytest

from framelines.case import Case
from framelines.coded import pair_of
from framelines.keyness import background, documents_of, keyness, term_counts
from framelines.word_shift import jsd_parts, word_shift
from tests.test_naming import case_of


@pytest.fixture(scope="module")
def example() -> Case:
    return case_of("example")


def test_the_planted_labels_are_key(example: Case) -> None:
    found = keyness(example, pair_of(example), draws=500, seed=1)
    table = found.table.set_index("term")
    assert found.why_no_test == "" and found.threshold is not None
    assert table.at["bandits", "z"] > found.threshold
    assert table.at["bandits", "p_max"] <= 0.05
    # What is planted in every southern document, and in no northern one.
    assert table.at["god", "p"] <= 0.001 and table.at["god", "z"] < 0
    beyond = np.round(table["z"].abs(), 12) > found.threshold
    assert (beyond == (table["p_max"] <= 0.05))[table["key"]].all()
    assert (table["q"].dropna() >= table["p"].dropna() - 1e-12).all()
    assert (table["p_max"].dropna() >= table["p"].dropna()).all()


def test_an_interval_holds_its_effect_and_is_missing_where_a_side_lacks_the_word(
    example: Case,
) -> None:
    table = keyness(example, pair_of(example), draws=500, seed=1, permutations=99).table
    absent = (table["count_first"] == 0) | (table["count_second"] == 0)
    assert (table["low"].isna() == absent).all()
    known = table[~absent]
    assert (known["low"] <= known["log_ratio"]).all()
    assert (known["log_ratio"] <= known["high"]).all()


@pytest.mark.parametrize("name", ["example", "palmyra", "idlib"])
def test_swapping_the_groups_negates_every_effect_to_the_last_digit(name: str) -> None:
    case = case_of(name)
    genres = ("genre", ("opinion", "interview"), "report")
    pair = pair_of(case) if case.compare else pair_of(case, *genres)
    one = keyness(case, pair, draws=200, seed=1, permutations=499)
    two = keyness(case, pair.swapped(), draws=200, seed=1, permutations=499)
    a, b = (k.table.set_index("term").sort_index() for k in (one, two))
    for mine, theirs in (("log_odds", "log_odds"), ("z", "z"), ("log_ratio", "log_ratio")):
        assert np.array_equal(a[mine].to_numpy(), -b[theirs].to_numpy())
    assert np.array_equal(a["low"].to_numpy(), -b["high"].to_numpy(), equal_nan=True)
    for same in ("g2", "dp", "p", "p_max", "q"):
        assert np.array_equal(a[same].to_numpy(), b[same].to_numpy(), equal_nan=True)
    assert (one.threshold, one.why_no_test) == (two.threshold, two.why_no_test)
    assert list(one.table["term"]) == list(two.table["term"])


def test_two_documents_a_side_are_ranked_and_not_tested() -> None:
    case = case_of("palmyra")
    found = keyness(case, pair_of(case), draws=50, seed=1)
    assert found.table[["p", "p_max", "q", "low", "high"]].isna().all(axis=None)
    assert found.threshold is None
    assert found.why_no_test and found.why_no_interval
    of_one = found.table["documents_first"] + found.table["documents_second"] < 2
    assert not found.table.loc[of_one, "key"].any() and of_one.any()


def test_labels_can_be_dealt_inside_genres(example: Case) -> None:
    found = keyness(example, pair_of(example), strata="genre", draws=50, seed=1, permutations=999)
    assert found.why_no_test == ""
    assert found.table.set_index("term").at["bandits", "p"] <= 0.01


def test_ten_thousand_permutations_of_the_real_features_take_seconds() -> None:
    case = case_of("idlib")
    pair = pair_of(case, "genre", ("opinion", "interview"), "report")
    begun = time.monotonic()
    keyness(case, pair, draws=10_000, seed=1, permutations=10_000)
    assert time.monotonic() - begun < 10


def test_the_prior_is_not_made_of_the_two_groups_alone() -> None:
    case = case_of("palmyra")
    own = term_counts(case, pair_of(case)).to_numpy().sum()
    assert background(case).sum() > 1.5 * own


def test_documents_of_a_term(example: Case) -> None:
    table = documents_of(example, "bandits")
    assert set(table["camp"]) == {"north"} and len(table) == 12
    chunks = example["chunks"]
    assert table["count"].sum() == chunks.loc[chunks["token"] == "bandits", "count"].sum()


def test_a_side_without_countable_text_is_said() -> None:
    case = case_of("palmyra")
    found = keyness(case, pair_of(case, "genre", "opinion", "report"), draws=10, seed=1)
    assert found.table.empty and found.why_no_test.startswith("not estimable")
    shift = word_shift(case, pair_of(case, "genre", "opinion", "report"), draws=10, seed=1)
    assert shift.table.empty and np.isnan(shift.whole)


def test_parts_add_up_to_the_divergence_of_jensen_and_shannon() -> None:
    """Two vocabularies that share nothing diverge by one bit; of halves that meet, by hand."""
    assert np.abs(jsd_parts(np.array([1.0, 0.0]), np.array([0.0, 1.0]))).sum() == 1.0
    found = jsd_parts(np.array([0.5, 0.5]), np.array([0.25, 0.75]))
    entropy = -sum(p * np.log2(p) for p in (0.375, 0.625))
    parts = (1.0 - sum(p * np.log2(p) for p in (0.25, 0.75))) / 2
    assert np.abs(found).sum() == pytest.approx(entropy - parts)
    assert list(np.sign(found)) == [1, -1]


@pytest.mark.parametrize("kind", ["jsd", "proportion"])
def test_word_shift_mirrors_and_adds_up(example: Case, kind: str) -> None:
    pair = pair_of(example)
    one = word_shift(example, pair, kind=kind, draws=200, seed=1)
    two = word_shift(example, pair.swapped(), kind=kind, draws=200, seed=1)
    assert list(one.table["term"]) == list(two.table["term"])
    assert np.array_equal(one.table["part"].to_numpy(), -two.table["part"].to_numpy())
    assert np.array_equal(one.table["low"].to_numpy(), -two.table["high"].to_numpy())
    assert one.whole == two.whole and 0 < one.whole < 1
    assert one.resampled == "documents"
    every = word_shift(example, pair, kind=kind, top=10_000, draws=20, seed=1)
    assert every.table["share_of_whole"].sum() <= 1
    assert (every.table["documents"] >= 2).all()


def test_the_divergence_of_the_scipy_manual() -> None:
    """SciPy's manual, scipy.spatial.distance.jensenshannon: [1, 0] and [.5, .5].

    It prints the root of the divergence in nats, 0.46450140402245893; ours is in bits.
    """
    parts = jsd_parts(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    assert np.sqrt(np.abs(parts).sum() * np.log(2)) == pytest.approx(0.46450140402245893, abs=1e-15)


@pytest.mark.parametrize("name", ["example", "palmyra"])
def test_swapping_the_groups_turns_every_bar_and_whisker_around(name: str) -> None:
    case = case_of(name)
    one, two = (
        word_shift(case, p, draws=300, seed=1) for p in (pair_of(case), pair_of(case).swapped())
    )
    assert list(one.table["term"]) == list(two.table["term"])
    for a, b in (("part", "part"), ("low", "high"), ("high", "low")):
        assert np.array_equal(one.table[a], -two.table[b], equal_nan=True)
