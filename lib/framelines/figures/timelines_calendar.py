"""The calibration of one calendar in one figure: offset, anchors, robustness, held-out check."""

import math
from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from framelines.calibration import PROBABILITY_NEEDED
from framelines.figures.marks import ROW, Entry, legend, month_name, signed
from framelines.figures.style import FAINT, GREY, INK, TWO_COLUMNS, new_figure, quiet

# Longer names of events take two lines.
WRAP = 38
# What is smaller is drawn as this.
SMALLEST = 1e-9
LEFT_OUT = {0: ("all anchors", "o"), 1: ("any one left out", "s"), 2: ("any two left out", "^")}


def _posterior_panel(ax: Axes, rows: pd.DataFrame, title: str) -> None:
    months = sorted(set(rows["month"]))
    width = 0.8 / len(months)
    for i, month in enumerate(months):
        own = rows[rows["month"] == month]
        shade = 0.15 + 0.55 * i / max(len(months) - 1, 1)
        place = own["offset"] + (i - (len(months) - 1) / 2) * width
        ax.bar(place, own["probability"], width * 0.9, color=str(shade), label=month_name(month))
    # Room above the bars for the names of the months.
    ax.set_ylim(0, 1.1 + 0.11 * len(months))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.50", "0.75", "1"])
    ax.set_xticks(sorted(set(rows["offset"])))
    ax.xaxis.set_major_formatter(lambda value, _: signed(value))
    ax.set_xlabel("days after Umm al-Qura")
    ax.set_ylabel("probability")
    ax.set_title(title, loc="left")
    ax.legend(loc="upper left", handlelength=1, fontsize=6.8)
    quiet(ax, "y")


def _days_axis(ax: Axes, names: list[str], low: float, high: float, label: str) -> None:
    ax.set_yticks(range(len(names)), [fill(n, WRAP) for n in names], fontsize=6.5)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.axvline(0, color=GREY, linestyle="--", linewidth=1, zorder=1)
    ax.set_xticks(range(math.floor(low), math.ceil(high) + 1))
    ax.set_xlim(low - 0.4, high + 0.4)
    ax.xaxis.set_major_formatter(lambda value, _: signed(value))
    ax.set_xlabel(label)
    quiet(ax)


def _anchor_panel(ax: Axes, own: pd.DataFrame) -> None:
    for y, row in enumerate(own.to_dict("records")):
        ax.plot([row["low"], row["high"]], [y, y], color=INK, linewidth=3, alpha=0.45)
        face = INK if row["low"] == row["high"] else "white"
        middle = (row["low"] + row["high"]) / 2
        ax.plot(middle, y, "o", color=INK, markerfacecolor=face, markersize=4)
    ends = min(-2.0, own["low"].min()), max(3.0, own["high"].max())
    _days_axis(ax, list(own["label"]), *ends, "days after Umm al-Qura, by the reference")
    ax.set_title("Anchors (hollow: several days)", loc="left")


def _sweep_panel(ax: Axes, rows: pd.DataFrame) -> None:
    shares = sorted(set(rows["errors"]), reverse=True)
    place = {share: x for x, share in enumerate(shares)}
    for count, (_, marker) in LEFT_OUT.items():
        own = rows[rows["left_out"] == count].sort_values("errors", ascending=False)
        x = [place[share] for share in own["errors"]]
        face = INK if count == 0 else "white"
        ax.plot(
            *(x, (1 - own["probability"]).clip(lower=SMALLEST)),
            color=INK,
            marker=marker,
            markerfacecolor=face,
            markersize=4,
            linewidth=0.7,
        )
    limit = 1 - PROBABILITY_NEEDED
    ax.axhline(limit, color=GREY, linestyle="--", linewidth=1)
    ax.set_yscale("log")
    ax.set_ylim(SMALLEST / 3, 2)
    powers = [10.0**k for k in range(-9, 1, 3)]
    ax.yaxis.set_major_locator(FixedLocator([*powers, limit]))
    ax.yaxis.set_minor_locator(NullLocator())
    names = {1e-9: "10⁻⁹", 1e-6: "10⁻⁶"}
    ax.yaxis.set_major_formatter(lambda value, _: names.get(round(value, 9), f"{value:g}"))
    ax.set_xticks(range(len(shares)), [f"{share:.0f} %" for share in shares])
    ax.set_xlabel("errors of dates expected beforehand")
    ax.set_ylabel("probability")
    ax.set_title("Of any other offset (dashed: limit)", loc="left")
    quiet(ax, "y")


def _check_panel(ax: Axes, rows: pd.DataFrame) -> None:
    ax.set_title("Held out: compared events", loc="left")
    if rows.empty:
        ax.axis("off")
        ax.text(0, 0.8, "none in a calibrated month", transform=ax.transAxes, fontsize=6.8)
        return
    # The gaps are days from the stated to the known day: turned, above 0 is told too late.
    before, after = -rows["gap_umm_al_qura"], -rows["gap_calibrated"]
    for y, ends in enumerate(zip(before, after, strict=True)):
        ax.plot(ends, [y, y], color=FAINT, linewidth=1.5, zorder=2)
        for value, face in zip(ends, ("white", INK), strict=True):
            ax.plot(value, y, "D", color=INK, markerfacecolor=face, markersize=4, zorder=3)
    ends = min(-2.0, before.min(), after.min()), max(2.0, before.max(), after.max())
    _days_axis(ax, list(rows["label"]), *ends, "days from the reference to the stated day")


def calibration(
    posterior: pd.DataFrame,
    anchors: pd.DataFrame,
    months: pd.DataFrame,
    sweep: pd.DataFrame,
    check: pd.DataFrame,
) -> Figure:
    """Draw the whole calibration of every source, four panels each.

    Tables: `calibration.posterior`; `Calibration.anchors` with columns `label` (of the event) and
    `source` (its name); `Calibration.months`; `sweep`: source_id, errors (per cent expected
    beforehand), left_out (0 to 2 anchors), probability (of the estimated offset, the least); and
    `check`: `calendars.held_out` of calibrated months with `label`. A bar from `low` to `high` are
    the days that an anchor's reference leaves open; hollow diamonds are compared events by Umm
    al-Qura, filled ones after calibration.
    """
    used = anchors[anchors["used"]]
    sources = sorted(set(posterior["source_id"]))
    heights = []
    for source in sources:
        for table, least in ((used, 1.6), (check, 1.4)):
            labels = table.loc[table["source_id"] == source, "label"]
            row = 1.35 * ROW if any(len(n) > WRAP for n in labels) else ROW
            heights.append(max(least, row * len(labels) + 0.6))
    fig = new_figure(TWO_COLUMNS, sum(heights) + 0.5)
    grid = fig.subplots(
        2 * len(sources), 2, squeeze=False, width_ratios=[2, 3], height_ratios=heights
    )
    for i, source in enumerate(sources):
        sure = months.loc[months["source_id"] == source, "calibrated"].all()
        own = used[used["source_id"] == source].sort_values(["stated", "event_id"], kind="stable")
        verdict = "calibrated" if sure else "not calibrated"
        title = fill(f"{own['source'].iloc[0].split(' (')[0]}: {verdict}", 34)
        _posterior_panel(grid[2 * i][0], posterior[posterior["source_id"] == source], title)
        _anchor_panel(grid[2 * i][1], own)
        _sweep_panel(grid[2 * i + 1][0], sweep[sweep["source_id"] == source])
        _check_panel(grid[2 * i + 1][1], check[check["source_id"] == source])
    entries: list[Entry] = [
        (name, {"color": INK, "marker": marker, "markerfacecolor": INK if count == 0 else "white"})
        for count, (name, marker) in LEFT_OUT.items()
    ]
    entries += [
        ("held out, by Umm al-Qura", {"color": INK, "marker": "D", "markerfacecolor": "white"}),
        ("held out, calibrated", {"color": INK, "marker": "D"}),
    ]
    legend(fig, entries)
    return fig
