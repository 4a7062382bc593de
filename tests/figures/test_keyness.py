"""The figures of single words: every term a point, thresholds only where there is a test."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

from framelines.case import Case
from framelines.figures.keyness import false_alarms, ranked_terms, shifted_words, side_looks
from framelines.keyness import keyness
from framelines.null_simulation import null_simulation, null_summary
from framelines.word_shift import word_shift
from tests.figures.test_framing import assert_readable, pair_for
from tests.test_naming import case_of


@pytest.fixture(params=["example", "palmyra", "idlib"])
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    yield
    plt.close("all")


def test_every_key_term_is_a_point_and_the_threshold_stands_where_there_is_a_test(
    case: Case,
) -> None:
    result = keyness(case, pair_for(case), draws=50, seed=1, permutations=499)
    fig = ranked_terms(result)
    ax = fig.axes[0]
    points = np.concatenate([np.asarray(c.get_offsets()) for c in ax.collections])
    key = result.table[result.table["key"]]
    assert np.allclose(np.sort(points[:, 1]), np.sort(key["z"]))
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert len(dashed) == (0 if result.why_no_test else 2)
    assert ("no test" in ax.get_xlabel()) == bool(result.why_no_test)
    assert_readable(fig)


def test_arabic_terms_take_a_gloss() -> None:
    case = case_of("example")
    result = keyness(case, pair_for(case), draws=20, seed=1, permutations=99)
    fig = ranked_terms(result, gloss={"god": "a gloss beside it"})
    assert "god (a gloss beside it)" in [t.get_text() for t in fig.axes[0].texts]
    assert_readable(fig)


@pytest.mark.parametrize("kind", ["jsd", "proportion"])
def test_bars_of_the_word_shift_are_the_parts(case: Case, kind: str) -> None:
    result = word_shift(case, pair_for(case), kind=kind, draws=100, seed=1)
    fig = shifted_words(result)
    scale = 1000 if kind == "jsd" else 100
    widths = [p.get_width() for p in fig.axes[0].patches]
    assert np.allclose(widths, scale * result.table["part"])
    assert_readable(fig)


def test_false_alarms_are_drawn_where_they_are() -> None:
    summary = null_summary(null_simulation(runs=12, permutations=99))
    fig = false_alarms(summary)
    marks = [line for line in fig.axes[0].lines if line.get_marker() == "o"]
    drawn = [float(line.get_xdata()[0]) for line in marks]  # type: ignore[index]
    assert np.allclose(drawn, 100 * summary["value"])
    assert_readable(fig)


def test_sides_keep_their_looks_whichever_comes_first() -> None:
    for first, second in (("north", "south"), ("islamic_state", "government_camp"), ("x", "y")):
        assert side_looks(first, second) == side_looks(second, first)
        assert len(set(side_looks(first, second).values())) == 2
