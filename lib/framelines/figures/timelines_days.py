"""The figures of notebook 02 on single days: one event in many articles, and takings told early."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from framelines.figures.marks import (
    ROW,
    Entry,
    as_date,
    bloc_entries,
    date_axis,
    legend,
    short,
    signed,
)
from framelines.figures.style import FAINT, GREY, TWO_COLUMNS, look, new_figure, quiet


def day_of_event(table: pd.DataFrame, reference: tuple[float, float] | None = None) -> Figure:
    """Draw every day that an event is told of, one row an outlet and date, the reference a band.

    `table` is `timelines.spread_of_day`; an arrowhead marks an open beginning (on or before that
    day) or days beyond the axis. `reference` are first and last day of the reference.
    """
    table = table.drop_duplicates(["source", "first", "last"]).reset_index(drop=True)
    styles = look(table["bloc"])
    width = table["last"] - table["first"]
    # A month told as background must not stretch the axis.
    near = table[(width < 8) | (np.isinf(width) & np.isfinite(table["last"]))]
    ends = (near if len(near) else table)[["first", "last"]].to_numpy(dtype=np.float64).ravel()
    known = [*ends[np.isfinite(ends)], *(reference or ())]
    start, end = min(known) - 2, max(known) + 2
    fig = new_figure(TWO_COLUMNS, 0.95 + 0.21 * max(len(table), 1))
    ax = fig.subplots()
    if reference:
        ax.axvspan(as_date(reference[0]) - 0.5, as_date(reference[1]) + 0.5, color=FAINT, zorder=0)
    for y, row in enumerate(table.to_dict("records")):
        colour, marker = styles[row["bloc"]]
        low, high = max(row["first"], start), min(row["last"], end)
        ax.plot([as_date(low), as_date(high)], [y, y], color=colour, linewidth=2, alpha=0.5)
        if row["first"] < start:
            ax.plot(as_date(start), y, "<", color=colour, markersize=3.5)
        if row["last"] > end:
            ax.plot(as_date(end), y, ">", color=colour, markersize=3.5)
        if row["first"] == row["last"]:
            ax.plot(as_date(low), y, marker, color=colour, markersize=5)
        elif start <= row["last"] <= end:
            ax.plot(as_date(high), y, "|", color=colour, markersize=6)
    names = [
        f"{r.source}: {short(r.wording or 'no verb of taking', 30)}" for r in table.itertuples()
    ]
    ax.set_yticks(range(len(table)), names, fontsize=6.8)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(as_date(start) - 0.6, as_date(end) + 0.6)
    date_axis(ax, end - start)
    quiet(ax)
    band = {"color": FAINT, "linestyle": "-", "linewidth": 7, "marker": ""}
    entries: list[Entry] = [("reference", band)] if reference else []
    legend(fig, [*entries, *bloc_entries(table["bloc"])])
    return fig


def leads(table: pd.DataFrame) -> Figure:
    """Draw how far ahead of the reference each outlet has a place taken, in days.

    `table` is `timelines.lead`; a bar are the differences that the stated date leaves open, an
    arrowhead an end beyond the axis. Left of 0 the text is earlier than the reference.
    """
    table = table.reset_index(drop=True)
    styles = look(table["bloc"])
    reach = table[["lead_least", "lead_most"]].to_numpy(dtype=np.float64)
    known = np.abs(reach[np.isfinite(reach)])
    limit = min(max(3.0, float(known.max(initial=3.0))), 31.0)
    fig = new_figure(TWO_COLUMNS, 0.95 + ROW * max(len(table), 1))
    ax = fig.subplots()
    for y, row in enumerate(table.to_dict("records")):
        colour, marker = styles[row["bloc"]]
        low, high = max(row["lead_least"], -limit), min(row["lead_most"], limit)
        ax.plot([low, high], [y, y], color=colour, linewidth=2, alpha=0.5)
        if row["lead_least"] < -limit:
            ax.plot(-limit, y, "<", color=colour, markersize=3.5)
        if row["lead_most"] > limit:
            ax.plot(limit, y, ">", color=colour, markersize=3.5)
        if row["lead_least"] == row["lead_most"]:
            ax.plot(low, y, marker, color=colour, markersize=4.5)
    ax.axvline(0, color=GREY, linewidth=1, zorder=0)
    names = [f"{short(r.label, 52)} | {r.source.split(' (')[0]}" for r in table.itertuples()]
    ax.set_yticks(range(len(table)), names, fontsize=6.8)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(-limit * 1.05, limit * 1.05)
    ax.xaxis.set_major_formatter(lambda value, _: signed(value))
    ax.set_xlabel("days from the reference’s first day to the told one")
    quiet(ax)
    legend(fig, bloc_entries(table["bloc"]))
    return fig
