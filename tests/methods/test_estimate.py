"""Intervals that cover and mirror, tests with the p of textbooks, and neither where none is."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from framelines.methods import estimate as e


def test_estimates_make_a_tidy_table() -> None:
    two = e.Estimate(1.5, "times", 1, 2, k=(3, 4), groups=("a", "b"), why=("one", "other"))
    shares = e.share("the south", "passed over", 3, 12, detail="named"), e.share("x", "y", 0, 0)
    table = e.to_frame([two, *shares])
    assert list(table["k_1"]) == [3, 3, 0] and table["k_2"].isna().tolist() == [False, True, True]
    assert [*table["value"][:2]] == [1.5, 0.25] and np.isnan(table["value"][2])
    assert list(table["group_2"]) == ["b", "", ""] and list(table["detail"]) == ["", "named", ""]
    assert list(table["why"]) == ["one; other", "", "not estimable: nothing to count among"]
    assert list(e.to_frame([]).columns)[:3] == ["part", "measures", "value"]


def test_wilson_intervals_of_newcombe() -> None:
    """Newcombe 1998, Statistics in Medicine 17(8):857–872, table I, method 3; none below ten."""
    table = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611)}
    for (k, n), ends in table.items():
        assert tuple(round(end, 4) for end in e.wilson(k, n)) == ends
    assert np.isnan([*e.wilson(0, 9), *e.wilson(0, 0)]).all()


def test_streams_depend_on_their_keys_alone() -> None:
    keys = (1, "x", "y"), (1, "x", "y"), (1, "xy"), (2, "x", "y")
    a, same, *others = (e.random_stream(*own).random(3).tolist() for own in keys)
    assert a == same and a not in others


def test_the_tails_of_an_expanded_interval_by_hand() -> None:
    # t(.975, 9) = 2.2622; √(10/9) · 2.2622 = 2.3846; Φ(−2.3846) = .00855, by printed tables.
    draws = np.linspace(0, 1, 1001)
    assert e.interval_of(draws, 10) == pytest.approx((0.00855, 1 - 0.00855), abs=2e-5)
    assert e.interval_of(draws, 10_000)[0] == pytest.approx(0.025, abs=1e-4)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60), st.integers(2, 40))
def test_negated_draws_negate_the_interval_exactly(values: list[float], units: int) -> None:
    low, high = e.interval_of(np.array([*values, np.nan]), units)
    assert e.interval_of(-np.array(values), units) == (-high, -low)


def interval(above: list[float], below: list[float]) -> tuple[float, float, float]:
    return e.ratio(np.array(above), np.array(below))


def test_the_intervals_of_a_ratio_by_hand() -> None:
    assert interval([1, 3], [10, 10]) == pytest.approx((0.2, np.nan, np.nan), nan_ok=True)
    with pytest.raises(ValueError, match="denominator"):
        interval([0, 0], [0, 0])
    # Two documents alone bear all hits, or miss any: no interval of twelve.
    for few in ([3, 2] + [0] * 10, [3, 2] + [9] * 10, [3] * 12, [0] * 12, [9] * 12):
        assert np.isnan(interval(few, [9] * 12)[1:]).all()
    for enough in ([3, 2, 1] + [0] * 9, [3, 2, 1] + [9] * 9):
        assert np.isfinite(interval(enough, [9] * 12)).all()
    # A share: ten documents of a row each, five hits: variance 2.5/90, t(.975, 9) = 2.2622.
    size = 0.25 * 36 * (1.959964 / 2.262157) ** 2
    low, high = stats.beta.ppf([0.025, 0.975], [size / 2, size / 2 + 1], [size / 2 + 1, size / 2])
    assert interval([1, 0] * 5, [1] * 10) == pytest.approx((0.5, low, high))
    # Of many documents of a row each it is the exact interval of Clopper and Pearson.
    exact = stats.binomtest(100, 400).proportion_ci()
    assert interval([1] * 100 + [0] * 300, [1] * 400)[1:] == pytest.approx(exact, abs=1e-3)
    # A rate: means 2 and 4 of five units each; the jackknife's error is √(10/90) = 1/3.
    factor = np.exp(2.262157 / 9)
    assert interval([4, 8] * 5, [2] * 10) == pytest.approx((3, 3 / factor, 3 * factor))
    # One document has nearly all words.
    assert np.isnan(interval([9000, *range(11)], [900] + [1] * 11)[1])


def test_the_statistic_of_the_test_is_welch_s() -> None:
    shares = np.array([0.1, 0.5, 0.2, 0.0, 0.9, 0.6, 0.3])
    deals = np.array([[1, 1, 1, 0, 0, 0, 0], [0, 1, 0, 1, 0, 0, 1]], dtype=float)
    for found, deal in zip(e.studentised(shares, deals), deals > 0, strict=True):
        known = stats.ttest_ind(shares[deal], shares[~deal], equal_var=False).statistic
        assert found == pytest.approx(known)
    deals = np.array([[1.0, 1, 0, 0], [1, 0, 1, 0]])
    assert e.studentised(deals[0], deals).tolist() == [np.inf, 0.0]


def test_darwins_plants() -> None:
    """Fisher 1935, ch. III: 15 pairs of Darwin's maize, 1,726 of 32,768 sign flips reach 314."""
    eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert sum(eighths) == 314
    p = e.sign_flip_p(np.array(eighths, dtype=float), 40_000, 1, "maize")
    assert p == pytest.approx(1726 / 32768)
    assert e.p_value(np.array([0.1 + 0.2, 0.0]), 0.3, exact=True) == 0.5


def test_a_test_is_given_only_where_it_can_reach_five_per_cent() -> None:
    # Two documents against 22 could reach 5 %, but hang on two texts.
    few, least = "each side needs 3", "could give is 0.100"
    told = {(2, 2): few, (2, 22): few, (3, 3): least, (3, 4): "", (4, 4): "", (5, 11): ""}
    for sizes, why in told.items():
        assert why in (found := e.why_no_test(sizes)) and bool(why) == bool(found), sizes


@given(st.integers(0, 5), st.integers(1, 5), st.sampled_from([5, 10_000]))
def test_relabelings_keep_the_sizes_of_the_groups(first: int, second: int, draws: int) -> None:
    [deals] = e.deal_blocks(sizes := (first, second), draws, 3, "sizes")
    assert np.array_equal(
        np.concatenate([*e.deal_blocks(sizes, draws, 3, "sizes", e.CELLS // 3)]), deals
    )
    assert deals.shape[1] == first + second and (deals.sum(axis=1) == first).all()
    if e.all_listed(sizes, draws):
        assert len(np.unique(deals, axis=0)) == len(deals) == comb(first + second, first)
    else:
        assert len(deals) == draws
