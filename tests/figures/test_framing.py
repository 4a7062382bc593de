"""What the figures of notebook 03 draw: the data's own numbers, nothing cut off or overlaid."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from framelines import framing as f
from framelines.case import Case
from framelines.coded import Pair, pair_of
from framelines.figures import framing as figures
from framelines.figures import verbs as deeds
from tests.test_naming import case_of


@pytest.fixture(params=["example", "palmyra", "idlib"])
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


@pytest.fixture(autouse=True)
def close() -> object:
    yield
    plt.close("all")


def pair_for(case: Case) -> Pair:
    """The two camps, or genres where there are none."""
    if case.compare:
        return pair_of(case)
    return pair_of(case, "genre", ("opinion", "interview"), "report")


def texts_of(fig: Figure) -> list[Text]:
    """All texts that are drawn and not empty."""
    fig.draw_without_rendering()
    found = [t for t in fig.findobj(Text) if t.get_text().strip() and t.get_visible()]
    shown = [t for t in found if t.axes is None or t.axes.get_visible()]
    ticks = {id(t) for ax in fig.axes for a in (ax.xaxis, ax.yaxis) for t in _outside_view(a)}
    return [t for t in shown if id(t) not in ticks]


def _outside_view(axis: object) -> list[Text]:
    low, high = sorted(axis.get_view_interval())  # type: ignore[attr-defined]
    ticks = axis.get_major_ticks()  # type: ignore[attr-defined]
    locations = axis.get_majorticklocs()  # type: ignore[attr-defined]
    away = [t for t, at in zip(ticks, locations, strict=False) if not low <= at <= high]
    return [label for t in away for label in (t.label1, t.label2)]


def assert_readable(fig: Figure) -> None:
    """No text leaves the page, and no two texts lie on each other by more than a hair."""
    # An annotation's own extent would include the line that leads to its point.
    boxes = [(t, Text.get_window_extent(t)) for t in texts_of(fig)]
    page = fig.bbox
    for text, box in boxes:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= page.x1 + 1 and box.y1 <= page.y1 + 1
        assert inside, f"{text.get_text()!r} is cut off"
    for i, (text, box) in enumerate(boxes):
        for other, there in boxes[i + 1 :]:
            if text.get_rotation() % 90 or other.get_rotation() % 90:
                continue  # the boxes of slanted texts are larger than the texts
            wide = min(box.x1, there.x1) - max(box.x0, there.x0)
            high = min(box.y1, there.y1) - max(box.y0, there.y0)
            met = (text.get_text(), other.get_text())
            assert wide <= 1.5 or high <= 3.5, f"{met} lie on each other"


def marks(fig: Figure) -> list[tuple[float, float]]:
    """Every mark that stands alone, as (x, y)."""
    lines = [line for ax in fig.axes for line in ax.lines if line.get_marker() not in ("None", "")]
    points = [(line.get_xdata(), line.get_ydata()) for line in lines]
    return [(float(np.ravel(x)[0]), float(np.ravel(y)[0])) for x, y in points]


def test_naming_bars_are_as_wide_as_their_shares(case: Case) -> None:
    table = f.naming_matrix(case, draws=20, seed=1)
    fig = figures.naming_matrix(table)
    drawn = sorted(p.get_width() for p in fig.axes[0].patches)
    assert np.allclose(drawn, sorted(0.7 * table.loc[table["share"] > 0, "share"]))
    assert_readable(fig)


def test_naming_by_actor_is_readable(case: Case) -> None:
    by = "camp" if case.compare else "bloc"
    table = f.naming_matrix(case, by=by, target="actor", least=5, draws=20, seed=1)
    assert_readable(figures.naming_matrix(table, rows="actor", columns=by))


def test_the_forest_draws_every_frame_that_was_met_and_weak_ones_hollow(case: Case) -> None:
    pair = pair_for(case)
    weak = ("victimhood", "heritage_civilisation")
    table = f.frame_contrasts(
        case, pair=pair, weak=weak, scope="whole_texts", draws=60, seed=1, permutations=99
    )
    fig = figures.frame_forest(table, pair.first, pair.second)
    met = table[table["k_first"] + table["k_second"] > 0]
    drawn = [x for x, y in marks(fig) if float(y).is_integer()]
    assert np.allclose(sorted(drawn), sorted(100 * met["effect"]))
    hollow = sum(line.get_markerfacecolor() == "white" for line in fig.axes[0].lines)
    named = met["status"] == "weak"
    assert hollow >= named.sum()
    if not named.any():
        assert hollow == (met["status"] == "not established").sum()
    assert_readable(fig)


def test_an_interval_after_correction_is_drawn_below_its_frame() -> None:
    row = {"frame": "a", "name": "A", "status": "", "effect": 0.2, "low": 0.1, "high": 0.3}
    row |= {"k_first": 9, "n_first": 30, "k_second": 3, "n_second": 30}
    row |= {"corrected": 0.25, "corrected_low": 0.05, "corrected_high": 0.45}
    fig = figures.frame_forest(pd.DataFrame([row]), "north", "south")
    assert (25.0, 0.28) in marks(fig)
    assert fig.axes[0].get_xlim()[1] > 45
    assert_readable(fig)


def test_paired_events_draw_both_shares_of_every_event(case: Case) -> None:
    pair = pair_for(case)
    frame = "divine_sanction" if case.compare else "delegitimation"
    table = f.frame_by_event(case, frame, pair=pair)
    fig = figures.paired_events(table, pair.first, pair.second, "% of sentences")
    wanted = [*(100 * table["share_first"]), *(100 * table["share_second"])]
    assert np.allclose(sorted(x for x, _ in marks(fig)), sorted(wanted))
    assert_readable(fig)


def test_verbs_count_every_use(case: Case) -> None:
    by = "camp" if case.compare else "bloc"
    table = f.verbs_by_role(f.capture_verbs(case, scope="all_takings"), by=by)
    fig = deeds.verbs(table, by=by)
    numbers = [int(t.get_text()) for t in fig.axes[0].texts]
    assert sum(numbers) == table["count"].sum()
    assert_readable(fig)


def test_verbs_have_room_for_a_gloss() -> None:
    table = f.verbs_by_role(f.capture_verbs(case_of("idlib"), scope="all_takings"))
    fig = deeds.verbs(table, gloss={"حرر": "liberate"})
    assert "liberate (حرر)" in [t.get_text() for t in fig.axes[0].get_yticklabels()]
    assert_readable(fig)


def test_agency_shades_only_cells_of_five_acts_and_more(case: Case) -> None:
    table = f.agency(case, draws=20, seed=1)
    fig = deeds.agency_map(table)
    shades = np.asarray(fig.axes[0].images[0].get_array().filled(np.nan))  # type: ignore[union-attr]
    drawn = sorted(shades[~np.isnan(shades)])
    assert np.allclose(drawn, sorted(100 * table.loc[table["n"] >= deeds.FEW, "share"]))
    assert_readable(fig)


def test_frames_together_number_every_pair(case: Case) -> None:
    table = f.cooccurrence(case)
    fig = figures.frames_together(table)
    if table.empty:
        assert "fewer than two" in fig.axes[0].texts[0].get_text()
        return
    numbers = [int(t.get_text()) for t in fig.axes[0].texts]
    assert sorted(numbers) == sorted(table.loc[table["both"] > 0, "both"])
    assert_readable(fig)
