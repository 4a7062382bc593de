"""What the figures of notebook 02 draw: the tables' own numbers, nothing clipped, nothing empty."""

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text

from framelines import timelines as t
from framelines.calendars import Calibration, calibrate
from framelines.calibration import posterior, verdicts
from framelines.figures import coverage as covered
from framelines.figures import figures_told as told
from framelines.figures import timelines as figures
from framelines.figures import timelines_calendar as calendar_figure
from framelines.figures import timelines_days as day_figures
from framelines.figures.marks import as_date, short, signed
from framelines.timeline_report import held_out_events, labelled_anchors, sweep_lines
from framelines.timelines.coverage import NOT_AT_RISK
from tests.synthetic import case_of

CASES = ["example", "palmyra", "idlib"]
TABLES: dict[str, Any] = {
    "strips": t.strips,
    "coverage": t.coverage,
    "silence": t.silence,
    "date_agreement": t.date_agreement,
    "side_by_side": t.side_by_side,
    "parts_and_totals": t.parts_and_totals,
    "own_losses": t.own_losses,
    "lead": t.lead,
}


@cache
def calibration_of(name: str) -> Calibration:
    return calibrate(case_of(name))


@cache
def table_of(name: str, case: str) -> pd.DataFrame:
    return TABLES[name](case_of(case), calibration=calibration_of(case))


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    yield
    plt.close("all")


def tick_labels_of(fig: Figure, axis: str = "y") -> list[list[str]]:
    return [
        [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()] for ax in fig.axes
    ]


def _ticks(axis: Axis) -> list[Text]:
    """The labels of the ticks that are drawn: those inside the limits."""
    low, high = sorted(axis.get_view_interval())
    pairs = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
    return [label for place, label in pairs if low <= place <= high and label.get_text().strip()]


def assert_whole(fig: Figure) -> None:
    """Assert that no panel is empty, no word leaves the page, and no two labels overlap."""
    assert fig.get_figwidth() == pytest.approx(6.9)
    fig.draw_without_rendering()
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    width, height = fig.get_size_inches() * fig.dpi
    texts = [text for legend in fig.legends for text in legend.get_texts()]
    for ax in fig.axes:
        drawn = [*ax.lines, *ax.patches, *ax.collections, *ax.texts]
        assert drawn, f"the panel {ax.get_title(loc='left')!r} is empty"
        tops = [child.xaxis for child in ax.child_axes]
        rows = [_ticks(axis) for axis in (ax.xaxis, ax.yaxis, *tops) if ax.axison]
        texts += [
            *ax.texts,
            ax.xaxis.label,
            ax.yaxis.label,
            ax.title,
            *(x for r in rows for x in r),
        ]
        for shown in rows:
            boxes = [x.get_window_extent(renderer) for x in shown if not x.get_rotation()]
            for a, b in zip(boxes, boxes[1:], strict=False):
                apart = a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
                assert apart, f"labels overlap: {[x.get_text() for x in shown]}"
    for text in texts:
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent(renderer)
            inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
            assert inside, f"{text.get_text()!r} leaves the page"


@pytest.mark.parametrize("name", ["example", "palmyra"])
def test_calibration_draws_every_anchor_and_probability(name: str) -> None:
    found, case = calibration_of(name), case_of(name)
    labels = case["events"].set_index("event_id")["label"]
    sources = case["sources"].set_index("source_id")["name"]
    anchors = found.anchors.assign(
        label=found.anchors["event_id"].map(labels), source=found.anchors["source_id"].map(sources)
    )
    likely, robust = posterior(found.anchors), sweep_lines(found)
    check = held_out_events(case, found)
    fig = calendar_figure.calibration(likely, anchors, found.months, robust, check)
    assert_whole(fig)
    assert len(fig.axes) == 4
    heights = sorted(p.get_height() for p in fig.axes[0].patches)
    assert np.allclose(heights, sorted(likely["probability"]))
    assert len(fig.axes[1].get_yticks()) == anchors["used"].sum()
    lines = [line for line in fig.axes[2].lines if line.get_marker() not in ("None", "")]
    left = sorted(y for line in lines for y in line.get_ydata())
    assert np.allclose(left, sorted((1 - robust["probability"]).clip(lower=1e-9)))
    points = [x.get_xdata()[0] for x in fig.axes[3].lines if x.get_marker() == "D"]
    told_late = -np.concatenate([check["gap_umm_al_qura"], check["gap_calibrated"]])
    assert sorted(points) == sorted(told_late)


def test_what_is_not_calibrated_is_drawn_as_such() -> None:
    found, case = calibration_of("example"), case_of("example")
    few = found.anchors[found.anchors["month"] == found.anchors["month"].min()].head(3)
    unsure = Calibration(few, verdicts(few))
    anchors = labelled_anchors(case, unsure)
    check = held_out_events(case, unsure)
    assert check.empty
    shown = posterior(few), anchors, unsure.months, sweep_lines(unsure), check
    fig = calendar_figure.calibration(*shown)
    assert_whole(fig)
    assert "not calibrated" in fig.axes[0].get_title(loc="left").replace("\n", " ")
    assert "none in a calibrated month" in [x.get_text() for x in fig.axes[3].texts]


@pytest.mark.parametrize("name", CASES)
def test_lanes_draw_every_event_of_the_run(name: str) -> None:
    table = table_of("strips", name)
    first, last = t.densest_run(table)
    shown = table[(table["last"] >= first) & (table["first"] <= last)]
    fig = figures.event_lanes(table)
    assert_whole(fig)
    ax = fig.axes[0]
    marks = [line for line in ax.lines if line.get_marker() not in ("None", "")]
    assert len(marks) == len(shown)
    hollow = sum(line.get_markerfacecolor() == "white" for line in marks)
    assert hollow == shown["hijri"].sum()
    places = [(float(m.get_xdata()[0]), round(float(m.get_ydata()[0]), 6)) for m in marks]
    assert len(set(places)) == len(places), "two strips lie on each other"
    assert set(tick_labels_of(fig)[0][:1]) == {"Reference"}


def test_lanes_of_a_window_clip_to_it() -> None:
    table = table_of("strips", "idlib")
    first = t.densest_run(table)[0] + 16
    fig = figures.event_lanes(table, (first, first + 8))
    assert_whole(fig)
    low, high = fig.axes[0].get_xlim()
    assert low < as_date(first) < as_date(first + 8) < high


@pytest.mark.parametrize("name", CASES)
def test_coverage_draws_every_cell(name: str) -> None:
    table = table_of("coverage", name)
    fig = covered.coverage_matrix(table)
    assert_whole(fig)
    shown = covered.notable(table, 42)
    sources, events = shown["source"].nunique(), shown["event_id"].nunique()
    partly = (shown["state"] == "partly").sum()
    drawn = [(c.get_sizes()[0], len(c.get_offsets())) for c in fig.axes[0].collections]
    assert sum(cells for _, cells in drawn) == sources * events + partly
    faint = sum(cells for size, cells in drawn if size == 5)
    assert faint == (shown["state"] == NOT_AT_RISK).sum()


def test_the_event_that_is_no_silence_is_in_the_picture() -> None:
    fig = covered.coverage_matrix(table_of("coverage", "example"))
    assert any("Orrin Mill" in label for label in tick_labels_of(fig)[0])


@pytest.mark.parametrize("name", CASES)
def test_silence_names_what_is_passed_over(name: str) -> None:
    table = table_of("silence", name)
    labels = case_of(name)["events"].set_index("event_id")["label"].to_dict()
    fig = covered.silence_bars(table, labels)
    assert_whole(fig)
    widths = sum(patch.get_width() for patch in fig.axes[0].patches)
    assert widths == table["at_risk"].sum()
    words = "\n".join(text.get_text() for text in fig.axes[1].texts)
    for row in table[table["silent"] > 0].itertuples():
        assert short(labels[row.silent_events.split(";")[0]], 62) in words


@pytest.mark.parametrize("name", ["example", "palmyra"])
def test_date_differences_before_and_after(name: str) -> None:
    table = table_of("date_agreement", name)
    fig = figures.date_differences(table)
    assert_whole(fig)
    marks = [x for x in fig.axes[0].lines if x.get_marker() not in ("None", "", "_")]
    drawn = sorted(float(m.get_xdata()[0]) for m in marks)
    wanted = -table.loc[table["calendar"] != "hull", "gap"]
    assert np.allclose(drawn, sorted(wanted))


@pytest.mark.parametrize("name", CASES)
def test_dumbbells_draw_every_number(name: str) -> None:
    table = table_of("side_by_side", name)
    assert not table.empty
    fig = told.dumbbells(table)
    assert_whole(fig)
    drawn = sorted(
        float(line.get_xdata()[0])
        for ax in fig.axes
        for line in ax.lines
        if line.get_marker() not in ("None", "", ">")
    )
    assert np.allclose(drawn, sorted(table["point"].dropna()))
    assert {ax.get_xscale() for ax in fig.axes} == {"log"}


@pytest.mark.parametrize("name", ["example", "palmyra"])
def test_parts_add_up_to_their_sum(name: str) -> None:
    table = table_of("parts_and_totals", name)
    shown = told.with_sums(table)
    fig = told.parts_against_totals(table)
    assert_whole(fig)
    widths = sum(patch.get_width() for patch in fig.axes[0].patches)
    assert widths == pytest.approx((shown["sum_stated"] / shown["total_stated"]).sum())


@pytest.mark.parametrize("name", CASES)
def test_own_losses_and_leads(name: str) -> None:
    losses = table_of("own_losses", name)
    fig = covered.own_loss_dots(losses)
    assert_whole(fig)
    widths = sum(patch.get_width() for patch in fig.axes[0].patches)
    assert widths == losses["events"].sum() + losses["told"].sum()
    lead = table_of("lead", name)
    fig = day_figures.leads(lead)
    assert_whole(fig)
    assert len(tick_labels_of(fig)[0]) == len(lead)


def test_the_day_that_a_town_fell_and_the_leap_in_scope() -> None:
    case = case_of("idlib")
    table = t.spread_of_day(case, "khan-shaykhun-fall-2019-08")
    fig = day_figures.day_of_event(table, (737292.0, 737292.0))
    assert_whole(fig)
    assert len(tick_labels_of(fig)[0]) == len(table.drop_duplicates(["source", "first", "last"]))
    scope = t.scope_of_taking(case, published="2019-08-22/2019-08-24")
    fig = told.scope_bars(scope)
    assert_whole(fig)
    assert sorted(p.get_width() for p in fig.axes[0].patches) == sorted(scope["places"])


def test_the_figures_of_one_convoy() -> None:
    events = ["turkish-convoy-2019-08", "turkish-convoy-strike-2019-08"]
    table = t.figures_of_event(case_of("idlib"), events)
    fig = told.event_figures(table)
    assert_whole(fig)
    assert len(tick_labels_of(fig)[0]) == len(table)


def test_labels_are_cut_at_a_word() -> None:
    assert short("A short label") == "A short label"
    assert short("one two three four", 12) == "one two …"
    assert [signed(x) for x in (-2, 0, 1)] == ["−2", "0", "+1"]
    assert math.isclose(as_date(719163), 0.5)  # noon of 1 January 1970
