"""Agreement against worked examples of the literature, and what must never change it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.methods import agreement as a
from framelines.methods.estimate import random_stream


def alpha(values: Any) -> float:
    return float(a.alpha_of(values)(np.ones((1, np.shape(values)[1])))[0])


# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, examples A to C; and where nothing
# varies or nothing pairs.
ALPHAS = {
    "0100000010 1110010000": 0.095,
    "aabbdcccedda babbbccceddd": 0.692,
    "123321412... 1233224125.3 .3332342251. 12332441251.": 0.743,
    **dict.fromkeys(("111 111", "1.2 .1."), np.nan),
}


@pytest.mark.parametrize("observers", ALPHAS)
def test_alpha_of_krippendorffs_examples(observers: str) -> None:
    values = [[None if v == "." else v for v in row] for row in observers.split()]
    assert alpha(values) == pytest.approx(ALPHAS[observers], abs=5e-4, nan_ok=True)


CODES = st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 4))] * 3), max_size=25)
VALUES = CODES.map(lambda rows: np.array(rows, dtype=object).reshape(-1, 3).T)


@given(VALUES)
def test_neither_order_nor_repetition_changes_alpha(values: np.ndarray) -> None:
    found, other = alpha(values), alpha(values[::-1, ::-1])
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


def estimated(values: np.ndarray, groups: list[str], draws: int = 50, seed: int = 1) -> Any:
    return a.estimated(a.alpha_of(values), groups, "alpha", draws=draws, seed=seed)


def test_the_interval_covers() -> None:
    truth, met = alpha(simulated(7, 4000, 25)[0]), 0
    for seed in range(100):
        _, low, high, documents = estimated(*simulated(100 + seed, 20, 10), draws=300, seed=seed)
        met += documents == 20 and low <= truth <= high
    assert met >= 92  # two stages err on the wide side


def test_few_documents_and_perfect_agreement_give_no_interval() -> None:
    values, groups = simulated(5, 12, 10)
    for found in (estimated(*simulated(4, 9, 20)), estimated(values[[0, 0]], groups)):
        assert np.isfinite(found[0]) and np.isnan(found[1:3]).all() and found[3] in (9, 12)


def matched(*spans: Any) -> list[tuple[int, int]]:
    columns = ["start", "end", "id"]
    return sorted(a.matched(*(pd.DataFrame(s, columns=columns).assign(doc_id="d") for s in spans)))


def test_matching_by_hand() -> None:
    # The best sum, not the best pair: that, .8, would leave two spans alone.
    first, second = [(0, 10, "a"), (10, 20, "b")], [(2, 12, "x"), (10, 19, "y")]
    assert matched(first, second) == [(0, 0), (1, 1)]
    # .8 + 0 against .53 + .56: the two pairs together overlap more.
    first, second = [(0, 100, "a"), (0, 45, "b")], [(0, 80, "x"), (0, 190, "y")]
    assert matched(first, second) == [(0, 1), (1, 0)]
    first, second = [(0, 9, c) for c in ("c3", "c1", "c2")], [(0, 9, "k2"), (0, 9, "k1")]
    assert matched(first, second) == [(1, 1), (2, 0)]
    for other, met in {(7, 10, "x"): [(0, 0)], (8, 10, "x"): [], (10, 20, "x"): []}.items():
        assert matched([(0, 10, "a")], [other]) == met


PLACES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=8)
SPANS = PLACES.map(lambda found: [(s, s + n, f"c{i}") for i, (s, n) in enumerate(found)])


@given(SPANS, SPANS)
def test_matching_does_not_know_the_order_of_rows(first: Any, second: Any) -> None:
    met, other = matched(first, second), matched(first[::-1], second)
    assert len({i for i, _ in met}) == len({j for _, j in met}) == len(met)
    assert {(first[i], j) for i, j in met} == {(first[::-1][i], j) for i, j in other}
