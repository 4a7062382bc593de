"""Which tests there are, and that relabelling gives the p-values that are printed in textbooks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from framelines.permutation import (
    distinct_relabelings,
    max_t,
    p_value,
    relabelings,
    sign_flip_p,
    smallest_p,
    why_no_test,
)


def test_the_lady_tasting_tea() -> None:
    """Fisher 1935, The Design of Experiments, ch. II: 3 of 4 cups right, p = .486 on two sides."""
    milk_first = np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=float)
    deals, exact = relabelings([(4, 4)], 9_999, 1, "tea")
    assert exact and len(deals) == 70
    found = np.abs(deals @ milk_first - (1 - deals) @ milk_first)
    p = p_value(found, 2.0, exact)
    assert p == pytest.approx(34 / 70)
    assert p == pytest.approx(stats.fisher_exact([[3, 1], [1, 3]]).pvalue)
    assert round(p, 4) == 0.4857  # as R's help page of fisher.test prints it


def test_darwins_plants() -> None:
    """Fisher 1935, ch. III: 15 pairs of Darwin's maize, 1,726 of 32,768 sign flips reach 314."""
    eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert sum(eighths) == 314
    p = sign_flip_p(np.array(eighths, dtype=float), 40_000, 1, "maize")
    assert p == pytest.approx(1726 / 32768)


@pytest.mark.parametrize(
    ("sizes", "least", "told"),
    [
        ([(2, 2)], 1 / 3, False),
        ([(2, 22)], 1 / 276, False),  # it could reach 5 %, but hangs on two texts
        ([(3, 3)], 1 / 10, False),
        ([(3, 4)], 1 / 35, True),
        ([(4, 4)], 2 / 70, True),
        ([(5, 11)], 1 / 4368, True),
        ([(2, 2), (2, 2)], 2 / 36, False),
        ([(3, 3), (1, 2)], 1 / 60, True),
    ],
)
def test_a_test_is_given_only_where_it_can_reach_five_per_cent(
    sizes: list[tuple[int, int]], least: float, told: bool
) -> None:
    assert smallest_p(sizes) == pytest.approx(least)
    assert (why_no_test(sizes) == "") == told


def test_fewer_than_six_pairs_give_no_test() -> None:
    assert sign_flip_p(np.ones(5), 9_999, 1, "few") is None
    assert sign_flip_p(np.ones(6), 9_999, 1, "six") == pytest.approx(2 / 64)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=3))
def test_relabelings_keep_the_sizes_of_every_stratum(sizes: list[tuple[int, int]]) -> None:
    for draws in (5, 100_000):
        deals, exact = relabelings(sizes, draws, 3, "sizes")
        assert exact == (distinct_relabelings(sizes) <= draws)
        at = 0
        for a, b in sizes:
            assert (deals[:, at : at + a + b].sum(axis=1) == a).all()
            at += a + b
        if exact:
            assert len(pd.DataFrame(deals).drop_duplicates()) == distinct_relabelings(sizes)


def test_max_t_by_hand() -> None:
    drawn = np.array([[1.0, 5.0], [2.0, 1.0], [3.0, 1.0], [0.0, 0.0]])
    single, family, threshold = max_t(drawn, np.array([3.0, 6.0]), exact=False)
    # Largest a relabelling: 5, 2, 3, 0. Two of four reach 3, none reaches 6.
    assert list(single) == [2 / 5, 1 / 5]
    assert list(family) == [3 / 5, 1 / 5]
    assert threshold == np.inf  # four relabelings cannot reach 5 %


@given(st.integers(0, 10_000), st.booleans())
def test_the_threshold_is_where_max_t_reaches_five_per_cent(seed: int, exact: bool) -> None:
    rng = np.random.default_rng(seed)
    drawn = np.round(rng.exponential(size=(150, 7)), 1)
    observed = np.round(rng.exponential(size=7) * 3, 1)
    _, family, threshold = max_t(drawn, observed, exact)
    assert ((observed > threshold) == (family <= 0.05)).all()


def test_statistics_that_are_equal_on_paper_are_equal() -> None:
    assert p_value(np.array([0.1 + 0.2, 0.0]), 0.3, exact=True) == 0.5
