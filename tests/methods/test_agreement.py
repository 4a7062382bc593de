"""Agreement against worked examples of the literature, and what must never change it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.methods import agreement as a
from framelines.methods.estimate import Estimate, random_stream

N: Any = None
# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example C (four observers, twelve
# units, missing values): alpha is .743.
FOUR_OBSERVERS: Any = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]


def alpha(values: Any) -> float:
    return float(a.alpha_of(values)(np.ones((1, np.shape(values)[1])))[0])


def test_alpha_of_krippendorffs_examples() -> None:
    assert alpha(FOUR_OBSERVERS) == pytest.approx(0.743, abs=5e-4)
    # The same, example A (binary, no missing values): .095, and example B (nominal): .692.
    binary = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    assert alpha(binary) == pytest.approx(0.095, abs=5e-4)
    assert alpha([list("aabbdcccedda"), list("babbbccceddd")]) == pytest.approx(0.692, abs=5e-4)


def test_alpha_is_undefined_where_nothing_varies_or_nothing_pairs() -> None:
    assert np.isnan(alpha([[1, 1, 1], [1, 1, 1]]))
    assert np.isnan(alpha([[1, N, 2], [N, 1, N]]))
    assert np.isnan(alpha(np.empty((2, 0))))


VALUES = st.lists(
    st.tuples(*[st.one_of(st.none(), st.integers(0, 4))] * 3), min_size=1, max_size=25
).map(lambda rows: np.array(rows, dtype=object).T)


@given(VALUES, st.randoms())
def test_neither_order_nor_repetition_changes_alpha(values: np.ndarray, random: Any) -> None:
    coders, units = list(range(values.shape[0])), list(range(values.shape[1]))
    random.shuffle(coders)
    random.shuffle(units)
    found, other = alpha(values), alpha(values[coders][:, units])
    assert found == pytest.approx(other, nan_ok=True) and not found > 1 + 1e-12
    times = np.arange(values.shape[1]) % 3
    weighted = a.alpha_of(values)(times[None, :].astype(float))[0]
    assert weighted == pytest.approx(alpha(np.repeat(values, times, axis=1)), nan_ok=True)


def simulated(seed: int, documents: int, sentences: int) -> tuple[np.ndarray, list[str]]:
    """Two coders with 10 % slips each over a frame whose rate differs by document."""
    rng = random_stream(seed, "simulated")
    rates = rng.beta(2, 4, size=documents)
    truth = rng.random((documents, sentences)) < rates[:, None]
    slips = rng.random((2, documents, sentences)) < 0.1
    groups = [f"d{i:02d}" for i in range(documents) for _ in range(sentences)]
    return (truth ^ slips).reshape(2, -1).astype(float), groups


def estimated(values: np.ndarray, groups: list[str], draws: int = 50, seed: int = 1) -> Estimate:
    return a.estimated(a.alpha_of(values), groups, "alpha", draws=draws, seed=seed)


def test_the_interval_covers() -> None:
    truth, met = alpha(simulated(7, 4000, 25)[0]), 0
    for seed in range(100):
        found = estimated(*simulated(100 + seed, 20, 10), draws=300, seed=seed)
        assert (found.units, found.n) == ((20,), (200,)) and "documents, then" in found.interval
        met += found.low <= truth <= found.high
    assert met >= 92  # two stages err on the wide side


def test_few_documents_and_perfect_agreement_give_no_interval() -> None:
    values, groups = simulated(5, 12, 10)
    perfect = estimated(np.stack([values[0], values[0]]), groups)
    for found in (estimated(*simulated(4, 9, 20)), perfect):
        assert np.isfinite(found.value) and np.isnan(found.low) and found.interval == ""
        assert found.why[0].startswith("no interval")


def test_matching_takes_the_best_sum_not_the_best_pair() -> None:
    # The greedy choice, .8 for the inner pair, would leave two spans alone.
    first, second = [(0, 10, "a"), (10, 20, "b")], [(2, 12, "x"), (10, 19, "y")]
    assert a.match_spans(first, second) == [(0, 0), (1, 1)]
    # .8 + 0 against .53 + .56: the two pairs together overlap more.
    first, second = [(0, 100, "a"), (0, 45, "b")], [(0, 80, "x"), (0, 190, "y")]
    assert a.match_spans(first, second) == [(0, 1), (1, 0)]
    # Equal spans are paired in the order of their ids.
    first = [(0, 9, "c03"), (0, 9, "c01"), (0, 9, "c02")]
    assert a.match_spans(first, [(0, 9, "k2"), (0, 9, "k1")]) == [(1, 1), (2, 0)]


def test_spans_below_the_threshold_do_not_match() -> None:
    assert a.match_spans([(0, 10, "a")], [(7, 10, "x")]) == [(0, 0)]
    for other in ([(8, 10, "x")], [(10, 20, "x")], []):
        assert a.match_spans([(0, 10, "a")], other) == []


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), min_size=0, max_size=8).map(
    lambda found: [(s, s + n, f"c{i}") for i, (s, n) in enumerate(found)]
)


@given(SPANS, SPANS, st.randoms())
def test_matching_does_not_know_the_order_of_rows(first: Any, second: Any, random: Any) -> None:
    def by_id(x: Any, y: Any) -> set[tuple[str, str]]:
        return {(x[i][2], y[j][2]) for i, j in a.match_spans(x, y)}

    met = by_id(first, second)
    assert len({i for i, _ in met}) == len({j for _, j in met}) == len(met)
    shuffled = list(first)
    random.shuffle(shuffled)
    assert by_id(shuffled, second) == met
