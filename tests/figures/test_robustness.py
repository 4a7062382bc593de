"""What a specification curve draws: every estimate in order, and every choice of each."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from framelines import findings as r
from framelines.figures import robustness as figures
from framelines.findings.words import names_of
from tests.figures.test_framing import assert_readable
from tests.test_findings import bench, ran

DRAWN = [
    ("palmyra", "derogatory-naming"),
    ("palmyra", "divine-sanction"),
    ("palmyra", "enemy-losses"),
    ("palmyra", "own-losses"),
    ("idlib", "naming-by-genre"),
    ("idlib", "fall-of-khan-shaykhun"),
    ("example", "enemy-losses"),
]


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    yield
    plt.close("all")


def curve(case: str, finding: str) -> tuple[plt.Figure, pd.DataFrame, r.Finding]:
    about = r.named(r.declared(case), finding)
    table = ran(case, finding)
    table = table[table["part"].isin(figures.worth_drawing(table))]
    names = names_of(bench(case).case)
    signed = about.analysis.signed
    fig = figures.specification_curve(table, list(about.choices), signed=signed, names=names)
    return fig, table, about


def marks(ax: plt.Axes) -> list[plt.Line2D]:
    return [line for line in ax.lines if line.get_marker() in ("o", "D")]


@pytest.mark.parametrize(("case", "finding"), DRAWN)
def test_every_estimate_and_every_choice_is_drawn_in_order(case: str, finding: str) -> None:
    fig, table, about = curve(case, finding)
    parts = [own for _, own in table.groupby("part", sort=False)]
    for ax, own in zip(fig.axes[1::2], parts, strict=True):
        scale = 100 if own["unit"].iloc[0] == "k of n" else 1
        drawn = [float(np.ravel(line.get_ydata())[0]) for line in marks(ax)]
        assert drawn == sorted(drawn)
        assert np.allclose(drawn, sorted(scale * own["effect"]))
        hollow = sum(line.get_markerfacecolor() == "white" for line in marks(ax))
        assert hollow == (own["low"].isna() | own["interval"].eq("")).sum()
        assert sum(line.get_marker() == "D" for line in marks(ax)) == 1
    # Below, every specification has one dark dot a choice.
    varied = [c for c in about.choices if table[c].nunique() > 1]
    for ax, own in zip(fig.axes[::2], parts, strict=True):
        dark = [line for line in marks(ax) if line.get_markersize() == 3]
        places = [x for line in dark for x in np.ravel(line.get_xdata())]
        assert sorted(places) == sorted([*range(len(own))] * len(varied))
    assert_readable(fig)


def test_intervals_are_where_the_table_has_them() -> None:
    fig, table, _ = curve("example", "enemy-losses")
    ends = []
    for ax in fig.axes[1::2]:
        lines = [line for line in ax.lines if line.get_linewidth() == 1.1]
        ends += [tuple(line.get_ydata()) for line in lines]
    assert np.allclose(sorted(ends), sorted(zip(table["low"], table["high"], strict=True)))


def test_shares_of_few_and_what_never_moves_are_not_drawn() -> None:
    assert figures.worth_drawing(ran("palmyra", "calendar-offset")) == []
    assert figures.worth_drawing(ran("palmyra", "date-agreement")) == []
    assert figures.worth_drawing(ran("palmyra", "capture-verbs")) == []
    assert figures.worth_drawing(ran("palmyra", "own-losses")) == ["government_camp"]


def test_an_open_end_stays_inside_the_panel() -> None:
    table = ran("palmyra", "derogatory-naming").assign(low=-np.inf, high=np.inf, interval="words")
    fig = figures.specification_curve(table, ["scope", "left_out"])
    assert_readable(fig)
    assert all(np.isfinite(line.get_ydata()).all() for line in fig.axes[1].lines)


def test_nothing_to_draw_is_an_error() -> None:
    table = ran("palmyra", "derogatory-naming").assign(effect=np.nan)
    with pytest.raises(ValueError, match="no curve"):
        figures.specification_curve(table, ["scope"])


def test_the_area_is_the_share_of_the_range_that_a_choice_explains() -> None:
    rows = [("One", "scope", 1.0), ("One", "left_out", 0.0), ("Two", "scope", 0.5)]
    table = pd.DataFrame(rows, columns=["row", "choice", "relative"])
    fig = figures.influence_matrix(table)
    sizes = [float(points.get_sizes()[0]) for points in fig.axes[0].collections]
    assert sizes == [136.0, 6.0, 71.0]
    assert_readable(fig)
