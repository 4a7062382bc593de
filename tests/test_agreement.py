"""Agreement against worked examples of the literature, and what must never change it."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framelines import agreement as a
from framelines.resampling import random_stream

N = None
# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example C (four observers, twelve
# units, missing values): alpha is .743 for nominal and .849 for interval data.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]


def test_alpha_of_four_observers_with_missing_values() -> None:
    assert a.alpha(FOUR_OBSERVERS) == pytest.approx(0.743, abs=5e-4)
    assert a.alpha(FOUR_OBSERVERS, "interval") == pytest.approx(0.849, abs=5e-4)


def test_alpha_of_two_observers() -> None:
    # The same, example A (binary, no missing values): .095, and example B (nominal): .692.
    binary = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    assert a.alpha(binary) == pytest.approx(0.095, abs=5e-4)
    assert a.alpha([list("aabbdcccedda"), list("babbbccceddd")]) == pytest.approx(0.692, abs=5e-4)


def test_interval_alpha_by_hand() -> None:
    # Units (1, 2), (3, 3), (5, 4). Observed: 2·(1 + 0 + 1) / 6 = 2/3. Expected: the 30 ordered
    # pairs of 1 2 3 3 4 5 differ by 2·(6·64 − 18²) / 30 = 4, squared, on average. 1 − (2/3) / 4.
    assert a.alpha([[1, 3, 5], [2, 3, 4]], "interval") == pytest.approx(5 / 6)
    assert a.alpha([[1e9 + 1, 1e9 + 3, 1e9 + 5], [1e9 + 2, 1e9 + 3, 1e9 + 4]], "interval") == (
        pytest.approx(5 / 6)
    )


def test_alpha_is_undefined_where_nothing_varies_or_nothing_pairs() -> None:
    assert np.isnan(a.alpha([[1, 1, 1], [1, 1, 1]]))
    assert np.isnan(a.alpha([[0.1, 0.1, N], [0.1, 0.1, 9]], "interval"))
    assert np.isnan(a.alpha([[1, N, 2], [N, 1, N]]))
    assert np.isnan(a.alpha(np.empty((2, 0))))
    with pytest.raises(ValueError, match="nominal or interval"):
        a.alpha([[1], [1]], "ordinal")


VALUES = st.lists(
    st.tuples(*[st.one_of(st.none(), st.integers(0, 4))] * 3), min_size=1, max_size=25
).map(lambda rows: np.array(rows, dtype=object).T)


def same(x: float, y: float) -> bool:
    return (np.isnan(x) and np.isnan(y)) or abs(x - y) < 1e-9


@given(VALUES, st.randoms())
def test_neither_the_order_of_coders_nor_that_of_units_changes_alpha(
    values: np.ndarray, random: object
) -> None:
    coders, units = list(range(values.shape[0])), list(range(values.shape[1]))
    random.shuffle(coders)  # type: ignore[attr-defined]
    random.shuffle(units)  # type: ignore[attr-defined]
    for level in ("nominal", "interval"):
        assert same(a.alpha(values, level), a.alpha(values[coders][:, units], level))


@given(VALUES)
def test_alpha_is_one_for_identical_and_never_more(values: np.ndarray) -> None:
    for level in ("nominal", "interval"):
        found = a.alpha(values, level)
        assert np.isnan(found) or found <= 1 + 1e-12
        twins = a.alpha([values[0], values[0]], level)
        assert np.isnan(twins) or twins == pytest.approx(1)


@given(VALUES)
def test_weights_are_repeated_units(values: np.ndarray) -> None:
    times = np.arange(values.shape[1]) % 3
    for level in ("nominal", "interval"):
        weighted = a.alpha_of(a.parts(values, level), times[None, :].astype(float))[0]
        assert same(weighted, a.alpha(np.repeat(values, times, axis=1), level))


def test_alpha_is_near_zero_for_independent_coders() -> None:
    rng = random_stream(1, "independent")
    values = rng.random((2, 20_000)) < 0.3
    assert a.alpha(values) == pytest.approx(0, abs=0.02)
    assert a.alpha(rng.normal(size=(3, 20_000)), "interval") == pytest.approx(0, abs=0.02)


def test_positive_agreement_by_hand() -> None:
    # Both say yes twice, one alone three times: 2·2 / (2·2 + 3).
    above, below = a.positives([[1, 1, 1, 0, 0, 1], [1, 1, 0, 1, 0, 0]])
    assert above.sum() / below.sum() == pytest.approx(4 / 7)
    # Three coders, one of them silent: of the pairs of a yes, 2/2, 1/2, 1/2 and 0/1 agree.
    above, below = a.positives([[1, 1], [1, 0], [1, np.nan]])
    assert (list(above), list(below)) == ([3, 0], [3, 1])


# --- intervals -----------------------------------------------------------------------------------


def simulated(seed: int, documents: int, sentences: int) -> tuple[np.ndarray, list[str]]:
    """Two coders with 10 % slips each over a frame whose rate differs by document."""
    rng = random_stream(seed, "simulated")
    rates = rng.beta(2, 4, size=documents)
    truth = rng.random((documents, sentences)) < rates[:, None]
    slips = rng.random((2, documents, sentences)) < 0.1
    groups = [f"d{i:02d}" for i in range(documents) for _ in range(sentences)]
    return (truth ^ slips).reshape(2, -1).astype(float), groups


def alpha_interval(values: np.ndarray, groups: list[str], draws: int, seed: int) -> a.Estimate:
    sums = a.parts(values)
    drawn = a.resample(groups, draws, random_stream(seed, "alpha"))
    return a.estimate(lambda weights: a.alpha_of(sums, weights), len(groups), drawn)


def test_five_thousand_draws_take_seconds() -> None:
    values, groups = simulated(1, 28, 8)
    begin = time.perf_counter()
    found = alpha_interval(values, groups, 5000, 1)
    assert time.perf_counter() - begin < 5
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high and found.units == 28


def test_the_interval_covers() -> None:
    truth = a.alpha(simulated(7, 4000, 25)[0])
    met = 0
    for seed in range(100):
        found = alpha_interval(*simulated(100 + seed, 20, 10), draws=300, seed=seed)
        assert found.low is not None and found.high is not None
        met += found.low <= truth <= found.high
    # Two stages err on the wide side.
    assert met >= 92


def test_the_vectorised_bootstrap_equals_a_loop() -> None:
    values, groups = simulated(3, 12, 5)
    weights = a.resample(groups, 20, random_stream(3, "loop")).weights
    assert weights is not None and (weights.sum(axis=1) == 60).all()
    drawn = a.alpha_of(a.parts(values), weights)
    for row, found in zip(weights.astype(int), drawn, strict=True):
        assert found == pytest.approx(a.alpha(np.repeat(values, row, axis=1)))
    # A document that is not drawn gives no sentence; one drawn twice gives twice as many.
    assert set(weights.reshape(20, 12, 5).sum(axis=2).ravel() % 5) == {0}


def test_few_documents_are_kept_and_too_few_units_give_no_interval() -> None:
    values, groups = simulated(4, 4, 20)
    drawn = a.resample(groups, 50, random_stream(4, "few"))
    assert drawn.weights is not None and not drawn.two_stages and drawn.units == 80
    assert (drawn.weights.reshape(50, 4, 20).sum(axis=2) == 20).all()
    assert a.resample(groups[:9], 50, random_stream(4, "few")).weights is None
    assert a.resample(groups, 0, random_stream(4, "few")).weights is None


def test_perfect_agreement_has_no_interval() -> None:
    values, groups = simulated(5, 12, 10)
    found = alpha_interval(np.stack([values[0], values[0]]), groups, 50, 1)
    assert (found.value, found.low, found.high) == (1.0, None, None)


def test_the_jackknife_of_a_mean_is_the_textbook_interval() -> None:
    x = np.arange(12.0)
    found = a.jackknife(lambda kept: float(x[kept].mean()), [f"{i:02d}" for i in range(12)], 99)
    half = 2.200985 * x.std(ddof=1) / np.sqrt(12)
    assert (found.low, found.high) == pytest.approx((5.5 - half, 5.5 + half))
    assert a.jackknife(lambda kept: 1.0, [f"{i:02d}" for i in range(12)]).low is None
    assert a.jackknife(lambda kept: float(x[kept].mean()), ["a"] * 12).low is None


# --- spans ---------------------------------------------------------------------------------------


def test_matching_takes_the_best_sum_not_the_best_pair() -> None:
    # The greedy choice, .8 for the inner pair, would leave two spans alone.
    first, second = [(0, 10, "a"), (10, 20, "b")], [(2, 12, "x"), (10, 19, "y")]
    assert a.match_spans(first, second) == [(0, 0), (1, 1)]
    first, second = [(0, 100, "a"), (0, 45, "b")], [(0, 80, "x"), (0, 190, "y")]
    # .8 + 0 against .53 + .56: the two pairs together overlap more.
    assert a.match_spans(first, second) == [(0, 1), (1, 0)]


def test_spans_below_the_threshold_do_not_match() -> None:
    assert a.match_spans([(0, 10, "a")], [(7, 10, "x")]) == [(0, 0)]
    assert a.match_spans([(0, 10, "a")], [(8, 10, "x")]) == []
    assert a.match_spans([(0, 10, "a")], [(10, 20, "x")]) == []
    assert a.match_spans([], [(0, 10, "x")]) == []


def test_equal_spans_are_paired_in_the_order_of_their_ids() -> None:
    first = [(0, 9, "c03"), (0, 9, "c01"), (0, 9, "c02")]
    second = [(0, 9, "k2"), (0, 9, "k1")]
    assert a.match_spans(first, second) == [(1, 1), (2, 0)]


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), min_size=0, max_size=8).map(
    lambda found: [(s, s + n, f"c{i}") for i, (s, n) in enumerate(found)]
)


@settings(max_examples=200)
@given(SPANS, SPANS, st.randoms())
def test_matching_knows_neither_the_order_of_rows_nor_who_is_first(
    first: list[a.Keyed], second: list[a.Keyed], random: object
) -> None:
    def by_id(x: list[a.Keyed], y: list[a.Keyed]) -> set[tuple[str, str]]:
        return {(x[i][2], y[j][2]) for i, j in a.match_spans(x, y)}

    met = by_id(first, second)
    assert len({i for i, _ in met}) == len({j for _, j in met}) == len(met)
    shuffled = list(first)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert by_id(shuffled, second) == met
    # From the other side the pairs have the same sum; ties of many spans may be others.
    overlap = a.overlap(first, second)
    total = {(i[2], j[2]): overlap[n, m] for n, i in enumerate(first) for m, j in enumerate(second)}
    swapped = {(i, j) for j, i in by_id(second, first)}
    assert sum(total[p] for p in met) == pytest.approx(sum(total[p] for p in swapped), abs=2e-6)


def test_unitising_by_hand() -> None:
    assert a.unitising(8, 5, 4) == (pytest.approx(0.8), 0.5, pytest.approx(8 / 13))
    assert all(np.isnan(value) for value in a.unitising(0, 0, 0))


# --- clusters ------------------------------------------------------------------------------------


def test_b_cubed_of_bagga_and_baldwin() -> None:
    # The example of Bagga & Baldwin 1998: twelve items in clusters of 5, 2 and 5.
    truth = list("aaaaabbccccc")
    assert a.b_cubed(list("xxxxxyyyyyyy"), truth)[:2] == pytest.approx((16 / 21, 1))
    assert a.b_cubed(list("xxxxxyyxxxxx"), truth)[:2] == pytest.approx((7 / 12, 1))
    assert a.b_cubed(truth, list("xxxxxyyxxxxx"))[:2] == pytest.approx((1, 7 / 12))


def test_adjusted_rand_by_hand() -> None:
    # Pairs together: both 1, first 2, second 1, of 6: (1 − 1/3) / (3/2 − 1/3) = 4/7.
    assert a.adjusted_rand([0, 0, 1, 1], [0, 0, 1, 2]) == pytest.approx(4 / 7)
    # Both 0, first 2, second 2, of 6: (0 − 2/3) / (2 − 2/3) = −1/2.
    assert a.adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-1 / 2)
    # Both 2, first 6, second 3, of 15: (2 − 6/5) / (9/2 − 6/5) = 8/33.
    assert a.adjusted_rand([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]) == pytest.approx(8 / 33)
    assert a.adjusted_rand([0, 0, 0], [5, 5, 5]) == 1
    assert np.isnan(a.adjusted_rand([1], [1]))


LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=30)


@given(LABELS)
def test_labels_of_clusters_are_arbitrary(labels: list[tuple[int, int]]) -> None:
    x, y = [p[0] for p in labels], [p[1] for p in labels]
    renamed = [f"event-{7 - v}" for v in x]
    assert a.b_cubed(x, y) == pytest.approx(a.b_cubed(renamed, y))
    assert a.adjusted_rand(x, y) == pytest.approx(a.adjusted_rand(renamed, y))
    assert a.adjusted_rand(x, renamed) == pytest.approx(1)
    assert a.b_cubed(x, renamed) == pytest.approx((1, 1, 1))
    assert list(a.clusters_alike(x, y)) == list(a.clusters_alike(renamed, y))
    assert a.clusters_alike(x, renamed).all()


def test_clusters_are_alike_where_they_share_more_than_half() -> None:
    # {0,1,2} and {0,1} share two of three; {3} and {2,3} one of two, which is no more than half.
    assert list(a.clusters_alike(list("aaab"), list("xxyy"))) == [True, True, False, False]


def test_labels_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        a.adjusted_rand([1, 2], [1])
