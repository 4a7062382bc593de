"""Figures of profiles and framing: what is drawn is what the data say."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from framelines.figures import framing, profiles
from framelines.figures.style import looks


def lanes(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def marks(ax: Axes) -> list[tuple[Any, ...]]:
    """x, y, marker and whether it is filled, of every single mark."""
    single: list[Any] = [line for line in ax.lines if len(np.asarray(line.get_xdata())) == 1]
    about = [(m.get_marker(), m.get_markerfacecolor() != "white") for m in single]
    return [(*m.get_xydata()[0], *own) for m, own in zip(single, about, strict=True)]


def test_a_bar_divides_the_mentions_by_stance(texts: Any) -> None:
    table = pd.DataFrame({"n": [4] * 3 + [8] * 3 + [2] * 3, "k": [3, 1, 0, 0, 4, 4, 0, 2, 0]})
    table["source"] = ["Blue Post"] * 6 + ["Red"] * 3
    table["relation"] = ["foe"] * 3 + ["own"] * 3 + ["foe"] * 3
    table["stance"] = ["derogatory", "neutral", "honorific"] * 3
    fig = framing.stance_bars(table.assign(share=table["k"] / table["n"]))
    bars: list[Any] = list(fig.axes[0].patches)
    assert [round(bar.get_width() / 0.7, 3) for bar in bars] == [0.75, 0.25, 0.5, 0.5, 1.0]
    found = texts(fig)
    assert {"own side", "opponent", "derogatory", "honorific", " 4", " 8", " 2"} <= set(found)
    assert "others" not in found


def test_outlets_stand_by_side_and_share_and_those_of_neither_last() -> None:
    rows = [("regime", "N", "", 0.5), ("regime", "A", "x", 0.1), ("regime", "B", "x", 0.4)]
    rows += [("regime", "C", "y", 0.2), ("terror", "B", "x", 0.3)]
    data = pd.DataFrame(rows, columns=["finding", "source", "side", "share"])
    fig = framing.outlet_dots(data.assign(low=np.nan, high=np.nan))
    assert lanes(fig.axes[0]) == ["B", "A", "C", "N"]
    found = [[mark[:2] for mark in marks(ax)] for ax in fig.axes]
    assert found == [[(50, 3), (10, 1), (40, 0), (20, 2)], [(30, 0)]]


def test_events_are_sorted_and_equal_shares_stay_apart(texts: Any) -> None:
    shares = {"event": ["equal", "higher"], "share_first": [0.5, 1], "share_second": [0.5, 0.25]}
    table = pd.DataFrame(shares).assign(difference=[0, 0.75], first="north camp", second="south")
    fig = framing.paired_events(table.assign(k_first=1, n_first=4, k_second=1, n_second=4))
    assert lanes(fig.axes[0]) == ["higher", "equal"]
    north, south = (look["marker"] for look in looks(["north", "south"]).values())
    found = marks(fig.axes[0])
    assert found[0][::2] == (100, north) and found[1][::2] == (25, south)
    assert found[2][0] == found[3][0] == 50 and found[2][1] < 1 < found[3][1]
    assert {"1/4 : 1/4", "North camp", "South"} <= set(texts(fig))


def differences(*values: float, **columns: Any) -> pd.DataFrame:
    table = pd.DataFrame({"name": [f"row {i}" for i in range(len(values))], "value": values})
    about = {"low": np.nan, "high": np.nan, "solid": True, "k_1": 3, "n_1": 9, "k_2": 1, "n_2": 8}
    return table.assign(**{**about, "group_1": "north", "group_2": "south", **columns})


def test_the_first_group_is_on_the_right_and_what_is_not_solid_is_hollow(texts: Any) -> None:
    fig = framing.differences(differences(-2.0, 5.0, solid=[True, False]))
    ax = fig.axes[0]
    assert lanes(ax) == ["row 1", "row 0"]
    north, south = (look["marker"] for look in looks(["north", "south"]).values())
    assert [mark[2:] for mark in marks(ax)] == [(north, False), (south, True)]
    assert ax.get_title("right") == "more in north ►" and ax.get_title("left") == "◄ more in south"
    assert {"coders do not agree enough, or too rare", "3/9 : 1/8"} <= set(texts(fig))
    low, high = framing.differences(differences(0.0)).axes[0].get_xlim()
    assert low == -high and low < high


def test_an_outlet_keeps_its_lane_and_shape_in_every_panel() -> None:
    rows = [(metric, source) for metric in ("hedges", "places") for source in "xyz"]
    table = pd.DataFrame(rows, columns=["metric", "source"]).assign(value=1.0, tokens=10.0)
    table = table.assign(bloc=table["source"], label=table["metric"], unit="per 1,000 words")
    table["low"], table["high"] = [0.5, np.nan, np.nan] * 2, [2.0, np.nan, np.nan] * 2
    fig = profiles.rate_profile(table.drop(index=3))
    first, second = (marks(ax) for ax in fig.axes if ax.get_visible())
    shapes = enumerate(looks(["x", "y", "z"]).values())
    expected = [(1.0, lane, look["marker"], lane == 0) for lane, look in shapes]
    assert first == expected and second == expected[1:]
