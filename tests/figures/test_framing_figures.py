"""Figures of profiles and framing: what is drawn is what the data say."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from framelines.figures import framing, profiles
from framelines.figures.style import looks


@pytest.fixture(autouse=True)
def _closed() -> Any:
    yield
    plt.close("all")


def texts(fig: Figure) -> list[str]:
    fig.canvas.draw()
    return [t.get_text() for t in fig.findobj(plt.Text) if t.get_text()]


def across(line: Any) -> list[float]:
    return [float(x) for x in np.asarray(line.get_xdata(), dtype=np.float64)]


def marks(ax: Axes) -> list[tuple[float, float, str, bool]]:
    """x, y, marker and whether it is filled, of every single mark."""
    found = []
    for line in (line for line in ax.lines if len(across(line)) == 1):
        y = float(np.asarray(line.get_ydata(), dtype=np.float64)[0])
        filled = line.get_markerfacecolor() != "white"
        found.append((across(line)[0], y, str(line.get_marker()), filled))
    return found


def test_a_bar_divides_the_mentions_by_stance() -> None:
    table = pd.DataFrame({"n": [4] * 3 + [8] * 3 + [2] * 3, "k": [3, 1, 0, 0, 4, 4, 0, 2, 0]})
    table["source"] = ["Blue Post"] * 6 + ["Red"] * 3
    table["relation"] = ["foe"] * 3 + ["own"] * 3 + ["foe"] * 3
    table["stance"] = ["derogatory", "neutral", "honorific"] * 3
    fig = framing.stance_bars(table.assign(share=table["k"] / table["n"]))
    bars: list[Any] = list(fig.axes[0].patches)
    assert len(bars) == 5
    assert [round(bar.get_width() / 0.7, 3) for bar in bars] == [0.75, 0.25, 0.5, 0.5, 1.0]
    found = texts(fig)
    assert {"own side", "opponent", "derogatory", "honorific", " 4", " 8", " 2"} <= set(found)
    assert "others" not in found


def test_outlets_stand_by_side_and_share_and_those_of_neither_last() -> None:
    rows = [("regime", "N", "", 0.5), ("regime", "A", "x", 0.1), ("regime", "B", "x", 0.4)]
    rows += [("regime", "C", "y", 0.2), ("terror", "B", "x", 0.3)]
    data = pd.DataFrame(rows, columns=["finding", "source", "side", "share"])
    fig = framing.outlet_dots(data.assign(low=np.nan, high=np.nan))
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["B", "A", "C", "N"]
    found = [[(x, y) for x, y, _, _ in marks(ax)] for ax in fig.axes]
    assert found == [[(50, 3), (10, 1), (40, 0), (20, 2)], [(30, 0)]]


def test_events_are_sorted_and_equal_shares_stay_apart() -> None:
    shares = {"event": ["equal", "higher"], "share_first": [0.5, 1], "share_second": [0.5, 0.25]}
    table = pd.DataFrame(shares).assign(difference=[0, 0.75], first="north_camp", second="south")
    fig = framing.paired_events(table.assign(k_first=1, n_first=4, k_second=1, n_second=4))
    ax = fig.axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["higher", "equal"]
    north, south = looks(["north_camp", "south"]).values()
    found = marks(ax)
    assert found[0][::2] == (100.0, north["marker"]) and found[1][::2] == (25.0, south["marker"])
    assert found[2][0] == found[3][0] == 50 and found[2][1] < 1 < found[3][1]
    assert {"1/4 : 1/4", "north camp", "south"} <= {text.lower() for text in texts(fig)}


def differences(*values: float, **columns: Any) -> pd.DataFrame:
    table = pd.DataFrame({"name": [f"row {i}" for i in range(len(values))], "value": values})
    about = {"low": np.nan, "high": np.nan, "solid": True, "k_1": 3, "n_1": 9, "k_2": 1, "n_2": 8}
    return table.assign(**{**about, "group_1": "north", "group_2": "south", **columns})


def test_the_first_group_is_on_the_right_in_its_colour() -> None:
    fig = framing.differences(differences(-2.0, 5.0, low=[-3.0, 4.0], high=[-1.0, 6.0]))
    ax = fig.axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["row 1", "row 0"]
    look = looks(["north", "south"])
    assert [m[2] for m in marks(ax)] == [own["marker"] for own in look.values()]
    assert ax.get_title("right") == "more in north ►" and ax.get_title("left") == "◄ more in south"
    ranges = [line for line in ax.lines if across(line) == [4.0, 6.0]]
    assert ranges[0].get_color() == look["north"]["color"]
    assert "3/9 : 1/8" in texts(fig)


def test_what_is_not_solid_is_hollow_and_said() -> None:
    fig = framing.differences(differences(-2.0, 5.0, solid=[True, False]))
    assert [m[3] for m in marks(fig.axes[0])] == [False, True]
    assert "coders do not agree enough, or too rare" in texts(fig)
    for value in (0.0, -1.0):
        low, high = framing.differences(differences(value)).axes[0].get_xlim()
        assert low == -high and low < high


def test_an_outlet_keeps_its_lane_and_shape_in_every_panel() -> None:
    rows = [(metric, source) for metric in ("hedges", "places") for source in "xyz"]
    table = pd.DataFrame(rows, columns=["metric", "source"]).assign(value=1.0, tokens=10.0)
    table = table.assign(bloc=table["source"], label=table["metric"], unit="per 1,000 words")
    table["low"], table["high"] = [0.5, np.nan, np.nan] * 2, [2.0, np.nan, np.nan] * 2
    fig = profiles.rate_profile(table.drop(index=3))
    shown = [ax for ax in fig.axes if ax.get_visible()]
    assert [ax.get_title("left") for ax in shown] == ["hedges", "places"]
    shapes = [look["marker"] for look in looks(["x", "y", "z"]).values()]
    first, second = ([m[:3] for m in marks(ax)] for ax in shown)
    assert first == [(1.0, lane, shape) for lane, shape in enumerate(shapes)]
    assert second == first[1:]
    assert [m[3] for m in marks(shown[0])] == [True, False, False]
