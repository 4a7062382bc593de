"""The figures of notebook 02: whatever a case holds, they are drawn, with text that is there."""

from functools import cache
from typing import Any

import pandas as pd
import pytest

from framelines.analyses import framing, losses, timelines
from framelines.figures import framing as g
from framelines.figures import timelines as f
from framelines.tables.case import load_case

case_of = cache(load_case)
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
    ("palmyra", "coverage", "silent, could have told"),
    ("idlib", "lanes", "Khan Shaykhun taken by the Syrian army"),
    ("idlib", "places", "50 km"),
    ("palmyra", "running", "UCDP, killed on all days: 115"),
    ("idlib", "passed on", "Syria Times  36"),
]


@pytest.mark.parametrize(("name", "figure", "words"), SHOWN)
def test_figures_show_what_the_tables_hold(name: str, figure: str, words: str, texts: Any) -> None:
    draw, make = DRAWN[figure]
    fig = draw(make(case_of(name)))
    assert words in " ".join(texts(fig))
    assert fig.get_size_inches()[0] == pytest.approx(6.9)


def test_the_most_told_places_are_named_where_no_names_meet(texts: Any) -> None:
    rows = [("Ford", 35.0, 36.0, 9), ("Mill", 35.0, 36.01, 2), ("Hill", 36.0, 36.0, 1)]
    data = pd.DataFrame(rows, columns=["place", "lat", "lon", "claims"]).assign(by="one outlet")
    found = texts(f.places_told(data))
    assert {"Ford", "Hill"} <= set(found) and "Mill" not in found


def test_every_day_told_of_an_event_has_a_lane(texts: Any) -> None:
    table = timelines.days_of_event(case_of("idlib"), event_id="khan-shaykhun-fall-2019-08")
    fig = f.days_told(table)
    assert len(fig.axes[0].get_yticks()) == 13
    assert "South Front: liberate" in " ".join(texts(fig))
