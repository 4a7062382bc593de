"""The figures of notebook 02: whatever a case holds, they are drawn, with text that is there."""

from collections.abc import Callable
from functools import cache

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.figure import Figure

from framelines.analyses import losses, timelines
from framelines.figures import timelines as f
from framelines.tables.case import Case, load_case


@cache
def case_of(name: str) -> Case:
    return load_case(name)


def texts(fig: Figure) -> str:
    fig.draw_without_rendering()
    found = [t.get_text() for ax in fig.axes for t in ax.findobj(plt.Text) if t.get_visible()]
    legends = [t.get_text() for legend in fig.legends for t in legend.get_texts()]
    return " ".join([*found, *legends]).replace("\n", " ")


DRAWN: dict[str, tuple[Callable[[pd.DataFrame], Figure], Callable[[Case], pd.DataFrame]]] = {
    "calibration": (f.calibration, timelines.calibration_panels),
    "lanes": (f.event_lanes, timelines.lanes),
    "coverage": (f.coverage, lambda case: timelines.coverage(case).tail(200)),
    "parts": (f.parts, losses.parts_table),
}
SHOWN = [
    ("palmyra", "calibration", "Islamic State magazine: calibrated"),
    ("palmyra", "lanes", "Second taking of Palmyra by Islamic State"),
    ("palmyra", "coverage", "silent though at risk"),
    ("palmyra", "parts", "522 of 350"),
    ("idlib", "lanes", "Khan Shaykhun taken by the Syrian army"),
    ("idlib", "coverage", "Al-Masdar News"),
    ("example", "calibration", "The Lantern: calibrated"),
    ("example", "parts", "56 of 90"),
]


@pytest.mark.parametrize(("name", "figure", "words"), SHOWN)
def test_figures_show_what_the_tables_hold(name: str, figure: str, words: str) -> None:
    draw, make = DRAWN[figure]
    fig = draw(make(case_of(name)))
    assert words in texts(fig)
    assert fig.get_size_inches()[0] == pytest.approx(6.9)
    sizes = [t.get_fontsize() for ax in fig.axes for t in ax.findobj(plt.Text) if t.get_text()]
    assert min(sizes) >= 7.9
    plt.close(fig)


def test_a_single_account_is_drawn_too() -> None:
    row = {"event_id": "e", "label": "Fall", "source": "Red News", "bloc": "red", "hijri": False}
    rows = pd.DataFrame([row | {"first": 737000.0, "last": 737002.0, "accounts": 1}])
    fig = f.event_lanes(rows)
    assert "Events that one account alone dates" in texts(fig)
    plt.close(fig)
