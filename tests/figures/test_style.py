"""The house style: colours by order for any names, distinct in grey; nothing too small to read."""

import math
from typing import Any

import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from framelines.figures import style as s
from framelines.figures.findings import MAIN, choices_alone, worth_drawing


def lightness(colour: str) -> float:
    """CIE L* of a colour."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
    )
    return 116 * (0.2126 * red + 0.7152 * green + 0.0722 * blue) ** (1 / 3) - 16


def test_looks_go_by_order_and_no_two_are_alike_in_grey() -> None:
    assert list(s.looks("abac").values()) == list(s.looks("xyz").values())
    assert len({tuple(look.values()) for look in s.looks(map(str, range(40))).values()}) == 40
    greys = sorted(lightness(colour) for colour, _ in s.LOOKS)
    assert all(b - a > 5 for a, b in zip(greys, greys[1:], strict=False))
    assert not set(MAIN.values()) & {part for look in s.LOOKS for part in look}


def test_labels_and_limits() -> None:
    assert (s.short("a word or two", 8), s.short("short", 8)) == ("a word …", "short")
    assert s.limits([math.nan, math.inf, 0, 10]) == pytest.approx((-0.8, 10.8))
    assert s.limits([]) == pytest.approx((-0.08, 1.08))
    # Letters that the font lacks are written in Latin ones.
    assert s.drawn("新华: é عربي Москва") == "XinHua: é عربي Москва"


def test_a_value_stands_on_its_lane_and_open_ends_are_arrows() -> None:
    ax = s.figure(3).subplots()
    s.lanes(ax, ["one", "two"])
    ax.set_xlim(0, 4)
    look = s.looks("a")["a"]
    s.estimate(ax, 0, {"value": 2, "low": math.nan, "high": math.nan}, look, hollow=True)
    s.estimate(ax, 1, {"value": 3, "low": -math.inf, "high": math.inf}, look)
    singles = [line for line in ax.lines if len(list(line.get_xdata())) == 1]
    assert [line.get_marker() for line in singles] == ["D", "<", ">", "D"]
    assert singles[0].get_markerfacecolor() == "white" != singles[3].get_markerfacecolor()


def specifications(values: list[float], unit: str = "times", n: float = 20) -> pd.DataFrame:
    kinds = ["main", *["declared"] * (len(values) - 2), "product"]
    labels = ["main", *[f"choice: {i}" for i in range(len(values) - 2)], "product"]
    table = pd.DataFrame({"kind": kinds, "label": labels, "value": values, "unit": unit})
    return table.assign(part="", low=math.nan, high=math.nan, n_1=n, result=range(len(values)))


def test_three_different_estimates_are_worth_a_figure() -> None:
    assert len(worth_drawing(specifications([1, 2, 3, 4]))) == 4
    assert worth_drawing(specifications([1, 2, 2, 1])).empty
    assert worth_drawing(specifications([0.1, 0.2, 0.3, 0.4], "share")).empty
    assert worth_drawing(specifications([1, 2, 3, 4], n=1)).empty
    two = pd.concat([specifications([1, 2, 2, 2]), specifications([1, 2, 3, 4]).assign(part="b")])
    assert set(worth_drawing(two)["part"]) == {"b"}


def test_each_choice_has_a_lane_and_its_number(texts: Any) -> None:
    fig = choices_alone(specifications([1.5, 2.0, 3.0, 4.0]))
    shown = {"main specification", "choice: 1", "all declared choices", "1.50", "3.00"}
    assert shown <= set(texts(fig))
    stars: list[Any] = [line for line in fig.axes[0].lines if line.get_marker() == "*"]
    assert [float(line.get_xdata()[0]) for line in stars] == [1.5]
