"""Intervals that cover, that mirror, and that are not given where they would lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from framelines.resampling import (
    expanded_level,
    random_stream,
    ratio,
    resampling_weights,
    symmetric_quantiles,
)


def test_streams_depend_on_their_keys_alone() -> None:
    a = random_stream(1, "x", "y").random(3)
    assert np.array_equal(a, random_stream(1, "x", "y").random(3))
    assert not np.array_equal(a, random_stream(1, "xy").random(3))
    assert not np.array_equal(a, random_stream(2, "x", "y").random(3))


def test_expanded_level_by_hand() -> None:
    # t(.975, 9) = 2.2622; √(10/9) · 2.2622 = 2.3846; Φ(−2.3846) = .00855, by printed tables.
    assert expanded_level(10) == pytest.approx(0.00855, abs=2e-5)
    assert expanded_level(10_000) == pytest.approx(0.025, abs=1e-4)
    with pytest.raises(ValueError, match="two units"):
        expanded_level(1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60), st.floats(0.001, 0.4))
def test_negated_draws_negate_the_interval_exactly(values: list[float], tail: float) -> None:
    draws = np.array(values)
    low, high = symmetric_quantiles(draws, tail)
    mirrored_low, mirrored_high = symmetric_quantiles(-draws, tail)
    assert (mirrored_low, mirrored_high) == (-high, -low)


def test_weights_draw_as_many_units_as_there_are() -> None:
    weights = resampling_weights(7, 100, random_stream(1, "w"))
    assert weights.shape == (100, 7)
    assert (weights.sum(axis=1) == 7).all()


def test_ratio_by_hand_and_without_interval() -> None:
    found = ratio(np.array([1.0, 3.0]), np.array([10.0, 10.0]), draws=50, rng=random_stream(1, "r"))
    assert (found.value, found.low, found.high, found.units) == (0.2, None, None, 2)
    with pytest.raises(ValueError, match="denominator"):
        ratio(np.zeros(3), np.zeros(3), draws=5, rng=random_stream(1, "r"))


@pytest.mark.parametrize("hits", [0.0, 1.0])
def test_units_that_are_all_alike_give_no_interval(hits: float) -> None:
    """Resampling none of n, or n of n, gives the same again: [0, 0] and [1, 1] are no intervals."""
    of = np.arange(1.0, 21.0)
    found = ratio(hits * of, of, draws=50, rng=random_stream(1, "alike"))
    assert (found.value, found.low, found.high, found.units) == (hits, None, None, 20)
    # One unit that differs is enough.
    one = hits * of + np.where(of == 1, 1 - 2 * hits, 0)
    assert ratio(one, of, draws=50, rng=random_stream(1, "alike")).low is not None


def test_intervals_of_rates_cover_the_truth() -> None:
    """500 simulated outlets of 12 bursty documents: the interval covers the true rate nominally."""
    rng = np.random.default_rng(20)
    truth, covered = 0.02, 0
    for i in range(500):
        tokens = rng.integers(150, 900, size=12).astype(float)
        hits = rng.poisson(tokens * truth * rng.gamma(4, 1 / 4, size=12)).astype(float)
        found = ratio(hits, tokens, draws=600, rng=random_stream(i, "cover"))
        assert found.low is not None and found.high is not None
        covered += found.low <= truth <= found.high
    # Two binomial standard errors around 95 %, and room for the skew that no percentile removes.
    assert 0.92 <= covered / 500 <= 0.98
    assert stats.binom.cdf(covered, 500, 0.95) > 0.001
