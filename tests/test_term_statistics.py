"""Every statistic of a term against a worked example that somebody else has published."""

import numpy as np
import pytest

from framelines.resampling import symmetric_quantiles
from framelines.term_statistics import (
    benjamini_hochberg,
    deviation_of_proportions,
    g_squared,
    log_odds,
    log_rate_ratio,
    permutation_keyness,
    quantile_pairs,
)


def test_log_odds_with_a_dirichlet_prior() -> None:
    """The README of github.com/Wigder/fightin_words, after Monroe, Colaresi & Quinn 2008.

    Two sentences of nine words over eleven types, prior .05 a type: −.689… for “donkey”, which
    only the second has, 0 for “the”, +.689… for “quick”.
    """
    first, second = np.array([0.0, 2.0, 1.0]), np.array([1.0, 2.0, 0.0])
    _, z = log_odds(first, second, 9, 9, np.full(3, 0.05), 0.55)
    assert z == pytest.approx([-0.6894227886807968, 0.0, 0.6894227886807968], abs=1e-12)


def test_log_odds_by_hand() -> None:
    # 30 of 1,000 and 10 of 2,000, prior 5 of 500: (35 · 2485) / (1465 · 15) = 3.957907, its log.
    delta, z = log_odds(np.array([30.0]), np.array([10.0]), 1000, 2000, np.array([5.0]), 500)
    assert delta[0] == pytest.approx(1.375715, abs=1e-6)
    assert z[0] == pytest.approx(1.375715 / np.sqrt(1 / 35 + 1 / 15), abs=1e-5)


def test_g_squared_of_the_lancaster_example() -> None:
    """52 of 50,000 words against 57 of 75,000 give 2.65.

    Lancaster University's course in corpus linguistics, with Rayson's calculator at
    ucrel.lancs.ac.uk/llwizard.html (Rayson & Garside 2000).
    """
    found = g_squared(np.array([52.0]), np.array([57.0]), 50_000, 75_000)
    assert round(float(found[0]), 2) == 2.65
    assert g_squared(np.array([0.0]), np.array([0.0]), 10, 10)[0] == 0


def test_log_ratio_and_its_zero_cells() -> None:
    # Hardie 2014: twice the rate is 1, sixteen times is 4; a zero becomes one half.
    n = np.array(1000.0)
    found = log_rate_ratio(np.array([8.0, 16.0, 4.0]), np.array([4.0, 1.0, 0.0]), n, n)
    assert found == pytest.approx([1, 4, np.log2(4.5 / 0.5)])


def test_dp_of_the_example_of_gries() -> None:
    """Gries 2008, p. 415 f.: “a” is met 1, 2, 3, 4, 5 times in parts of 9, 10, 10, 10, 11: .18."""
    counts = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    found = deviation_of_proportions(counts, np.array([9.0, 10, 10, 10, 11]))
    assert round(float(found[0]), 2) == 0.18
    assert deviation_of_proportions(np.array([[9.0], [11.0]]), np.array([9.0, 11.0]))[0] == 0


def test_benjamini_hochberg_of_the_paper() -> None:
    """Benjamini & Hochberg 1995, JRSS B 57(1):289–300, §4: of 15 p-values four are rejected."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert (benjamini_hochberg(np.array(p)) <= 0.05).sum() == 4
    assert np.sum(np.array(p) <= 0.05 / 15) == 3  # Bonferroni, as in the paper


def test_permutation_p_by_hand() -> None:
    """Six documents, one word in three of them: only one deal in ten is as lopsided."""
    counts = np.array([[4.0], [4.0], [4.0], [0.0], [0.0], [0.0]])
    mine = np.array([True] * 3 + [False] * 3)
    found = permutation_keyness(
        counts, np.full(6, 100.0), mine, np.array([1.0]), permutations=50, seed=1
    )
    assert found[0][0] == pytest.approx(2 / 20)
    assert found[1][0] == pytest.approx(2 / 20)


def test_strata_keep_what_differs_by_genre_out_of_the_test() -> None:
    # The word is one genre's; inside the genres it is even.
    counts = np.array([[9.0], [9.0], [9.0], [9.0], [0.0], [0.0], [0.0], [0.0]])
    mine = np.array([True, True, True, False, False, False, False, True])
    genre = np.array(list("rrrroooo"))
    sizes = np.full(8, 100.0)
    prior = np.array([1.0])
    p, _, _ = permutation_keyness(
        counts, sizes, mine, prior, permutations=999, seed=1, strata=genre
    )
    assert p[0] == 1.0


@pytest.mark.parametrize("statistic", ["z", "log_ratio"])
def test_order_of_documents_and_of_groups_changes_no_exact_p(statistic: str) -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(3, size=(9, 4)).astype(float)
    sizes, prior = counts.sum(axis=1) + 50, np.full(4, 0.5)
    mine = np.arange(9) < 4
    more = {"permutations": 999, "seed": 1, "statistic": statistic}
    one = permutation_keyness(counts, sizes, mine, prior, **more)  # type: ignore[arg-type]
    order = rng.permutation(9)
    two = permutation_keyness(counts[order], sizes[order], mine[order], prior, **more)  # type: ignore[arg-type]
    assert np.array_equal(one[0], two[0]) and np.array_equal(one[1], two[1])


def test_quantile_pairs_agree_with_those_of_one_term() -> None:
    draws = np.random.default_rng(2).normal(size=(400, 3))
    found = quantile_pairs(np.sort(draws, axis=0), 0.017)
    for i in range(3):
        assert tuple(found[:, i]) == symmetric_quantiles(draws[:, i], 0.017)
