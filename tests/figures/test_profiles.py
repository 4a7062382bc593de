"""What the figures of notebook 01 draw: the data's own numbers, every outlet, every document."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from framelines import profiles, style_distance
from framelines.case import Case, load_case
from framelines.figures import profiles as figures


@pytest.fixture(params=["palmyra", "idlib"])
def case(request: pytest.FixtureRequest) -> Case:
    return load_case(request.param)


@pytest.fixture(autouse=True)
def close() -> object:
    yield
    plt.close("all")


def test_every_document_is_drawn_inside_its_panel(case: Case) -> None:
    table = profiles.inventory(case)
    fig = figures.documents_over_time(table)
    marks = 0
    for ax in fig.axes:
        low, high = ax.get_xlim()
        for collection in ax.collections:
            for x, _ in collection.get_offsets():
                assert low <= x <= high
                marks += 1
    assert marks == len(table)


def test_rates_draw_their_values_and_hollow_marks(case: Case) -> None:
    table = profiles.rates(case, draws=40, seed=1)
    fig = figures.rate_profile(table)
    drawn = sorted(
        float(line.get_xdata()[0])
        for ax in fig.axes
        for line in ax.lines
        if line.get_marker() not in ("None", "")
    )
    assert np.allclose(drawn, sorted(table["value"]))
    hollow = sum(
        line.get_markerfacecolor() == "white"
        for ax in fig.axes
        for line in ax.lines
        if line.get_marker() not in ("None", "")
    )
    assert hollow == table["low"].isna().sum()


def test_hosts_draw_every_pair(case: Case) -> None:
    table = profiles.hosts(case)
    fig = figures.who_hosts_whom(table)
    assert len(fig.axes[0].collections) == len(table)


def test_a_style_that_cannot_be_told_shows_how_far_it_is_too_short(case: Case) -> None:
    result = style_distance.style_distance(case, draws=5, seed=1)
    fig = figures.style_distances(result)
    widths = sorted(patch.get_width() for patch in fig.axes[0].patches)
    assert widths == sorted(result.sizes["tokens"])
