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
    fig = figures.specification_curve(table, r.choices_in(table), signed=signed, names=names)
    return fig, table, about


def marks(ax: plt.Axes) -> list[plt.Line2D]:
    return [line for line in ax.lines if line.get_marker() in ("o", "D")]


@pytest.mark.parametrize(("case", "finding"), DRAWN)
def test_every_estimate_and_every_choice_is_drawn_in_order(case: str, finding: str) -> None:
    fig, table, about = curve(case, finding)
    choices = r.choices_in(table)
    shown = figures.drawable(table)
    parts = [own for _, own in shown.groupby("part", sort=False)]
    for ax, own in zip(fig.axes[1::2], parts, strict=True):
        scale = 100 if own["unit"].iloc[0] == "k of n" else 1
        single = r.distinct(own)
        drawn = [float(np.ravel(line.get_ydata())[0]) for line in marks(ax)]
        assert drawn == sorted(drawn)
        assert np.allclose(drawn, sorted(scale * single["effect"]))
        hollow = sum(line.get_markerfacecolor() == "white" for line in marks(ax))
        assert hollow == (single["low"].isna() | single["interval"].eq("")).sum()
        assert sum(line.get_marker() == "D" for line in marks(ax)) == 1
    # Below, every distinct specification has a dark dot for every value that leads to it.
    varied = [c for c in choices if shown[c].nunique() > 1]
    for ax, own in zip(fig.axes[::2], parts, strict=True):
        dark = [line for line in ax.lines if line.get_markersize() == 3]
        places = sum(len(np.ravel(line.get_xdata())) for line in dark)
        groups = own.groupby(r.results(own))
        assert places == sum(int(groups[c].nunique().sum()) for c in varied)
    assert_readable(fig)


def test_intervals_are_where_the_table_has_them() -> None:
    fig, table, _ = curve("example", "enemy-losses")
    ends = []
    for ax in fig.axes[1::2]:
        lines = [line for line in ax.lines if line.get_linewidth() == 1.1]
        ends += [tuple(line.get_ydata()) for line in lines]
    rows = table.dropna(subset=["effect"]).drop_duplicates(["part", "effect", "low", "high"])
    assert np.allclose(sorted(ends), sorted(zip(rows["low"], rows["high"], strict=True)))


def test_what_was_added_is_told_apart() -> None:
    fig, table, _ = curve("palmyra", "derogatory-naming")
    blue = [line for line in marks(fig.axes[1]) if line.get_color() == figures.ADDED]
    rows = figures.sorted_specifications(table, r.choices_in(table))
    assert len(blue) == (~rows["declared"]).sum() > 0
    assert rows["main"].sum() == 1 and rows.loc[rows["main"], "declared"].all()


def test_counts_are_drawn_from_zero() -> None:
    fig, _, _ = curve("idlib", "fall-of-khan-shaykhun")
    assert fig.axes[1].get_ylim()[0] <= 0


def test_shares_of_few_and_what_never_moves_are_not_drawn() -> None:
    assert figures.worth_drawing(ran("palmyra", "calendar-offset")) == []
    assert figures.worth_drawing(ran("palmyra", "date-agreement")) == []
    # Of the wordings, those of own takings by one side alone are ten or more.
    (part,) = figures.worth_drawing(ran("palmyra", "capture-verbs"))
    drawn = figures.drawable(ran("palmyra", "capture-verbs").query("part == @part"))
    assert (drawn["n"] >= 10).all()
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
