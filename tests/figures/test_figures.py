"""Figures: what is drawn is what the data say, in colours that differ in grey, and readable."""

import math
from functools import cache
from typing import Any

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from framelines import figures as f
from framelines.analyses import framing, losses, timelines
from framelines.figures import MAIN, choices_alone, worth_drawing
from framelines.figures import style as s
from framelines.tables.case import load_case

case_of = cache(load_case)
NORTH, SOUTH = (look["marker"] for look in s.looks(["north", "south"]).values())


def lightness(colour: str) -> float:
    """CIE L* of a colour."""
    rgb = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 116 * pd.Series(rgb).dot([0.2126, 0.7152, 0.0722]) ** (1 / 3) - 16


def lanes(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def marks(ax: Axes) -> list[tuple[Any, ...]]:
    """x, y, marker and whether it is filled, of every single mark."""
    single: list[Any] = [line for line in ax.lines if len(list(line.get_xdata())) == 1]
    about = [(m.get_marker(), m.get_markerfacecolor() != "white") for m in single]
    return [(*m.get_xydata()[0], *own) for m, own in zip(single, about, strict=True)]


def test_looks_differ_in_grey_and_labels_limits_and_open_ends() -> None:
    assert list(s.looks("abac").values()) == list(s.looks("xyz").values())
    assert len({tuple(look.values()) for look in s.looks(map(str, range(40))).values()}) == 40
    greys = sorted(lightness(colour) for colour, _ in s.LOOKS)
    assert all(b - a > 5 for a, b in zip(greys, greys[1:], strict=False))
    assert not set(MAIN.values()) & {part for look in s.LOOKS for part in look}
    assert (s.short("a word or two", 8), s.short("short", 8)) == ("a word …", "short")
    assert s.limits([math.nan, math.inf, 0, 10]) == pytest.approx((-0.8, 10.8))
    assert s.limits([]) == pytest.approx((-0.08, 1.08))
    assert s.drawn("新华: é عربي Москва") == "XinHua: é عربي Москва"
    rows = {"lane": ["x", "y"], "group": "a", "value": [2, 3], "hollow": [True, False]}
    data = pd.DataFrame(rows | {"low": [math.nan, -math.inf], "high": [math.nan, math.inf]})
    ax = s.chart(data, s.looks("a"), {"x": "X", "y": "Y"}).axes[0]
    shapes = [(lane, shape, filled) for _, lane, shape, filled in marks(ax)]
    assert shapes[0] == (0, "D", False) and shapes[3] == (1, "D", True)
    assert [shape for _, shape, _ in shapes[1:3]] == ["<", ">"]


def specifications(values: list[float], unit: str = "times", n: float = 20) -> pd.DataFrame:
    kinds = ["main", *["declared"] * (len(values) - 2), "product"]
    labels = ["main", *[f"choice: {i}" for i in range(len(values) - 2)], "product"]
    table = pd.DataFrame({"kind": kinds, "label": labels, "value": values, "unit": unit})
    table = table.assign(choice=labels, part="", low=math.nan, high=math.nan, n_1=n)
    return table.assign(result=range(len(values)))


def test_three_different_estimates_are_worth_a_figure_with_a_lane_each(texts: Any) -> None:
    assert len(worth_drawing(specifications([1, 2, 3, 4]))) == 4
    assert worth_drawing(specifications([1, 2, 2, 1])).empty
    assert worth_drawing(specifications([0.1, 0.2, 0.3, 0.4], "share")).empty
    assert worth_drawing(specifications([1, 2, 3, 4], n=1)).empty
    two = pd.concat([specifications([1, 2, 2, 2]), specifications([1, 2, 3, 4]).assign(part="b")])
    assert set(worth_drawing(two)["part"]) == {"b"}
    fig = choices_alone(specifications([1.5, 2.0, 3.0, 4.0]))
    assert {"main specification", "choice: 1", "1.50", "3.00"} <= set(texts(fig))
    band: Any = fig.axes[0].patches[0]
    assert (band.get_x(), band.get_width()) == (1.5, 2.5)
    assert [x for x, _, shape, _ in marks(fig.axes[0]) if shape == "*"] == [1.5]


def test_bars_divide_mentions_by_stance_and_outlets_stand_by_side_and_share(texts: Any) -> None:
    table = pd.DataFrame({"n": [4] * 3 + [8] * 3 + [2] * 3, "k": [3, 1, 0, 0, 4, 4, 0, 2, 0]})
    table["source"] = ["Blue Post"] * 6 + ["Red"] * 3
    table["relation"] = ["foe"] * 3 + ["own"] * 3 + ["foe"] * 3
    table["stance"] = ["derogatory", "neutral", "honorific"] * 3
    fig = f.stance_bars(table.assign(share=table["k"] / table["n"]))
    bars = [tuple(line.get_xdata()) for ax in fig.axes for line in ax.lines]
    assert [bar for bar in bars if bar] == [(0, 50), (50, 100), (0, 75), (75, 100), (0, 100)]
    found = texts(fig)
    assert {"own side", "opponent", "Derogatory", "Honorific", "4", "8", "2"} <= set(found)
    assert "others" not in found
    rows = [("regime", "N", "", 0.5), ("regime", "A", "x", 0.1), ("regime", "B", "x", 0.4)]
    rows += [("regime", "C", "y", 0.2), ("terror", "B", "x", 0.3)]
    data = pd.DataFrame(rows, columns=["finding", "source", "side", "share"])
    fig = f.outlet_dots(data.assign(low=math.nan, high=math.nan))
    assert lanes(fig.axes[0]) == ["B", "A", "C", "N"]
    found = [[mark[:2] for mark in marks(ax)] for ax in fig.axes]
    assert found == [[(50, 3), (10, 1), (40, 0), (20, 2)], [(30, 0)]]


def test_pairs_of_shares_stay_apart_and_differences_point_to_their_group(texts: Any) -> None:
    shares = {"event": ["equal", "higher"], "share_first": [0.5, 1], "share_second": [0.5, 0.25]}
    table = pd.DataFrame(shares).assign(difference=[0, 0.75], first="north camp", second="south")
    fig = f.paired_events(table.assign(k_first=1, n_first=4, k_second=1, n_second=4))
    assert lanes(fig.axes[0]) == ["higher", "equal"]
    found = sorted(marks(fig.axes[0]))
    assert found[3][::2] == (100, NORTH) and found[0][::2] == (25, SOUTH)
    assert found[1][0] == found[2][0] == 50 and found[1][1] < 1 < found[2][1]
    assert {"1/4 : 1/4", "North camp", "South"} <= set(texts(fig))
    about = {"low": math.nan, "high": math.nan, "k_1": 3, "n_1": 9, "k_2": 1, "n_2": 8}
    rows = {"name": ["row 0", "row 1"], "value": [-2.0, 5.0], "solid": [True, False]}
    table = pd.DataFrame(rows).assign(**about, group_1="north", group_2="south")
    fig = f.differences(table)
    ax = fig.axes[0]
    assert lanes(ax) == ["row 1", "row 0"]
    assert [mark[2:] for mark in marks(ax)] == [(SOUTH, True), (NORTH, False)]
    assert ax.get_title("right") == "more in north ►" and ax.get_title("left") == "◄ more in south"
    assert {"Coders do not agree enough, or too rare", "3/9 : 1/8"} <= set(texts(fig))
    low, high = f.differences(table[:1].assign(value=0.0)).axes[0].get_xlim()
    assert low == -high and low < high


def test_an_outlet_keeps_its_lane_and_shape_in_every_panel() -> None:
    rows = [(metric, source) for metric in ("hedges", "places") for source in "xyz"]
    table = pd.DataFrame(rows, columns=["metric", "source"]).assign(value=1.0, tokens=10.0)
    table = table.assign(bloc=table["source"], label=table["metric"], unit="per 1,000 words")
    table["low"], table["high"] = [0.5, math.nan, math.nan] * 2, [2.0, math.nan, math.nan] * 2
    fig = f.rate_profile(table.drop(index=3))
    first, second = map(marks, fig.axes)
    shapes = enumerate(s.looks(["x", "y", "z"]).values())
    expected = [(1.0, lane, look["marker"], lane == 0) for lane, look in shapes]
    assert first == expected and second == expected[1:]


@pytest.mark.parametrize(
    ("name", "draw", "make", "words"),
    [
        ("palmyra", f.calibration, timelines.calibration_panels, "State magazine: calibrated"),
        ("palmyra", f.event_lanes, timelines.lanes, "Second taking of Palmyra by Islamic State"),
        ("palmyra", f.coverage, timelines.coverage, "Silent, could have told"),
        ("palmyra", f.running_losses, losses.running_losses, "UCDP, killed on all days: 115"),
        ("idlib", f.event_lanes, timelines.lanes, "Khan Shaykhun taken by the Syrian army"),
        ("idlib", f.places_told, timelines.places_told, "km"),
        ("idlib", f.passed_on, framing.passed_on, "Syria Times  36"),
    ],
)
def test_figures_of_the_cases(name: str, draw: Any, make: Any, words: str, texts: Any) -> None:
    table = make(case_of(name)).tail(200)
    several = table["accounts"] > 1 if draw == f.event_lanes else slice(None)
    fig = draw(table[several])
    assert words in " ".join(texts(fig)) and fig.get_size_inches()[0] == pytest.approx(6.9)
    assert draw != f.coverage or fig.axes[0].get_xticklabels()[0].get_rotation() == 0


def test_days_have_lanes_and_the_most_told_places_names_that_do_not_meet(texts: Any) -> None:
    table = timelines.days_of_event(case_of("idlib"), event_id="khan-shaykhun-fall-2019-08")
    fig = f.days_told(table)
    assert len(fig.axes[0].get_yticks()) == 9 and {"South Front: liberate", "3 claims"} <= {
        *texts(fig)
    }
    rows = [("Ford", 35.0, 36.0, 9), ("Mill", 35.0, 36.01, 2), ("Hill", 36.0, 36.0, 1)]
    data = pd.DataFrame(rows, columns=["place", "lat", "lon", "claims"]).assign(by="one outlet")
    found = texts(f.places_told(data))
    assert {"Ford", "Hill"} <= set(found) and "Mill" not in found
