"""The figures of notebook 02: whatever a case holds, they are drawn, with text that is there."""

from functools import cache

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from framelines.analyses import framing, losses, timelines
from framelines.figures import framing as g
from framelines.figures import timelines as f
from framelines.tables.case import load_case

case_of = cache(load_case)


def texts(fig: Figure) -> str:
    fig.draw_without_rendering()
    found = [t.get_text() for ax in fig.axes for t in ax.findobj(plt.Text) if t.get_visible()]
    legends = [t.get_text() for legend in fig.legends for t in legend.get_texts()]
    return " ".join([*found, *legends]).replace("\n", " ")


DRAWN = {
    "calibration": (f.calibration, timelines.calibration_panels),
    "lanes": (f.event_lanes, lambda case: timelines.lanes(case).query("accounts > 1")),
    "places": (f.places_told, timelines.places_told),
    "running": (f.running_losses, losses.running_losses),
    "passed on": (g.passed_on, framing.passed_on),
    "coverage": (f.coverage, lambda case: timelines.coverage(case).tail(200)),
}
SHOWN = [
    ("palmyra", "calibration", "Islamic State magazine: calibrated"),
    ("palmyra", "lanes", "Second taking of Palmyra by Islamic State"),
    ("palmyra", "coverage", "silent, though it could have told"),
    ("idlib", "lanes", "Khan Shaykhun taken by the Syrian army"),
    ("idlib", "coverage", "Al-Masdar News"),
    ("palmyra", "places", "Shaer gas field"),
    ("idlib", "places", "50 km"),
    ("palmyra", "running", "UCDP, killed on all days: 115"),
    ("example", "running", "The Lantern: 531"),
    ("idlib", "passed on", "Syria Times  36"),
    ("example", "calibration", "The Lantern: calibrated"),
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


def test_every_day_told_of_an_event_has_a_lane() -> None:
    table = timelines.days_of_event(case_of("idlib"), event_id="khan-shaykhun-fall-2019-08")
    fig = f.days_told(table)
    assert len(fig.axes[0].get_yticks()) == 13
    assert "South Front: liberate" in texts(fig)
    plt.close(fig)
