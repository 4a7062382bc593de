"""The figures of notebook 02 on what is told and what is passed over."""

from collections.abc import Mapping
from itertools import pairwise
from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from framelines.figures.marks import Entry, bloc_entries, legend, short, side_name, titled
from framelines.figures.style import FAINT, GREY, INK, TWO_COLUMNS, look, new_figure, quiet
from framelines.timelines.coverage import DENIED, NOT_AT_RISK, PARTLY, SILENT, TOLD

_MARKS: dict[str, dict[str, Any]] = {
    TOLD: {"marker": "s", "s": 30},
    PARTLY: {"marker": "s", "s": 30},
    DENIED: {"marker": "X", "s": 32},
    SILENT: {"marker": "o", "s": 30},
    NOT_AT_RISK: {"marker": ".", "s": 5},
}


def _cells(ax: Axes, x: pd.Series, y: pd.Series, state: str, colour: str) -> None:
    edge = FAINT if state == NOT_AT_RISK else colour
    face = {TOLD: colour, DENIED: colour, NOT_AT_RISK: GREY}.get(state, "white")
    ax.scatter(x, y, facecolor=face, edgecolor=edge, linewidths=1.1, zorder=3, **_MARKS[state])
    if state == PARTLY:
        ax.scatter(x, y, marker="_", s=26, color=colour, zorder=4)


def notable(table: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Return the rows of `limit` events: those that most sources tell or pass over, by date.

    An event counts where the reference has it or two sources tell it; those of the reference come
    first. One that nobody could have told stays, as the row of an event that is no silence.
    """
    said = table["state"].isin([TOLD, PARTLY, DENIED])
    counts = pd.DataFrame(
        {
            "told": said.groupby(table["event_id"]).sum(),
            "silent": table["state"].eq(SILENT).groupby(table["event_id"]).sum(),
            "in_reference": table["basis"].eq("reference").groupby(table["event_id"]).any(),
        }
    )
    counts = counts[counts["in_reference"] | (counts["told"] > 1)]
    counts = counts.assign(weight=counts["told"] + counts["silent"]).reset_index()
    keys = ["in_reference", "weight", "event_id"]
    chosen = counts.sort_values(keys, ascending=[False, False, True], kind="stable").head(limit)
    return table[table["event_id"].isin(chosen["event_id"])]


def coverage_matrix(table: pd.DataFrame, limit: int = 42) -> Figure:
    """Draw which source tells which event: told, partly, denied, silent, or not at risk.

    `table` is `timelines.coverage`; at most `limit` events, as `notable` picks them; the data
    beside the figure hold all. A star marks events that the reference has.
    """
    shown = notable(table, limit)
    events = shown.drop_duplicates("event_id")
    names = shown[["source", "camp", "bloc"]].drop_duplicates()
    names = names.sort_values(["camp", "bloc", "source"])
    styles = look(names["bloc"])
    fig = new_figure(TWO_COLUMNS, 1.5 + 0.165 * len(events))
    ax = fig.subplots()
    in_reference = set(shown.loc[shown["basis"] == "reference", "event_id"])
    labels = [
        short(row.label, 60) + (" *" if row.event_id in in_reference else "  ")
        for row in events.itertuples()
    ]
    place = {e: y for y, e in enumerate(events["event_id"])}
    columns = {s: x for x, s in enumerate(names["source"])}
    for (state, bloc), cells in shown.groupby(["state", "bloc"], sort=True):
        x, y = cells["source"].map(columns), cells["event_id"].map(place)
        _cells(ax, x, y, str(state), styles[str(bloc)][0])
    ax.set_yticks(range(len(labels)), labels, fontsize=6.8)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.set_xlim(-0.6, len(columns) - 0.4)
    ax.xaxis.tick_top()
    wide = len(columns) <= 5
    broken = [fill(s.split(" (")[0], 16) if wide else s.split(" (")[0] for s in columns]
    ax.set_xticks(range(len(columns)), broken, rotation=0 if wide else 50)
    for tick in ax.get_xticklabels():
        tick.set_horizontalalignment("center" if wide else "left")
        tick.set_rotation_mode("anchor")
    quiet(ax, "y")
    ax.spines["bottom"].set_visible(False)
    entries: list[Entry] = [
        ("told", {"color": INK, "marker": "s"}),
        ("hedged or planned only", {"color": INK, "marker": "s", "markerfacecolor": "white"}),
        ("denied", {"color": INK, "marker": "X"}),
        ("silent though at risk", {"color": INK, "marker": "o", "markerfacecolor": "white"}),
        ("not at risk", {"color": GREY, "marker": "."}),
        ("*  in the reference", {"color": "white", "marker": ""}),
        *((label, {**style, "marker": "s"}) for label, style in bloc_entries(names["bloc"])),
    ]
    legend(fig, entries)
    return fig


# The height of a line of small text, in inches.
LINE = 0.118
_BASIS_NAMES = {
    "reference": "in the reference",
    "other_side": "in the other side’s account",
    "other_outlet": "told by another outlet of the side",
}


def _silent_lines(row: dict[str, Any], labels: Mapping[str, str], named: int) -> list[str]:
    """Lines of text beside a bar: how many events are passed over, and the first of them."""
    events = [labels[e] for e in row["silent_events"].split(";") if e]
    # One more is named sooner than counted.
    most = named + 1 if len(events) == named + 1 else named
    lines = [f"{row['silent']} of {row['at_risk']} passed over"]
    lines += [short(e, 62) for e in events[:most]]
    return [*lines, f"and {len(events) - most} more"] if len(events) > most else lines


def silence_bars(table: pd.DataFrame, labels: Mapping[str, str], named: int = 4) -> Figure:
    """Draw told, denied and silent events at risk a source and basis, the silent ones named.

    `table` is `timelines.silence`, `labels` the names of events by id; at most `named` events a row
    are written out, the data hold all.
    """
    table = table.reset_index(drop=True)
    styles = look(table["bloc"]) if "bloc" in table else {}
    told = [_silent_lines(row, labels, named) for row in table.to_dict("records")]
    # Rows are as high as their text needs; the bars stand in the middle of them.
    sizes = [max(len(lines), 2) + 1.4 for lines in told]
    ends = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    middles = [(a + b) / 2 for a, b in pairwise(ends)]
    fig = new_figure(TWO_COLUMNS, 0.7 + LINE * max(ends[-1], 4))
    left, right = fig.subplots(1, 2, width_ratios=[2, 3], sharey=True)
    who = table["source"] if "source" in table else table["camp"].map(side_name).map(titled)
    names = [f"{w}\n{_BASIS_NAMES[b]}" for w, b in zip(who, table["basis"], strict=True)]
    for y, lines, row in zip(middles, told, table.to_dict("records"), strict=True):
        colour = styles.get(row.get("bloc", ""), (INK, ""))[0]
        left.barh(y, row["told"], 1.6, color=colour)
        left.barh(y, row["denied"], 1.6, left=row["told"], color=colour, hatch="xxx", alpha=0.6)
        start = row["told"] + row["denied"]
        left.barh(
            y, row["silent"], 1.6, left=start, facecolor="white", edgecolor=colour, linewidth=1
        )
        right.text(0, y, "\n".join(lines), va="center", fontsize=6.5, linespacing=1.2)
    for end in ends[1:-1]:
        for ax in (left, right):
            ax.axhline(end, color=FAINT, linewidth=0.6)
    left.set_yticks(middles, names, fontsize=6.8)
    left.set_ylim(ends[-1], 0)
    left.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    left.set_xlabel("events at risk: told (filled),\npassed over (open)")
    quiet(left)
    right.axis("off")
    return fig


def own_loss_dots(table: pd.DataFrame) -> Figure:
    """Draw how many of the known losses of each side each camp tells, k of n.

    `table` is `timelines.own_losses`: an open bar is n, a filled one k; a camp's own side is set
    in ink, others in grey.
    """
    ordered = table.sort_values(
        ["camp", "own", "side", "loss"], ascending=[True, False, True, True]
    )
    fig = new_figure(TWO_COLUMNS, 0.7 + 0.2 * max(len(ordered), 1))
    ax = fig.subplots()
    for y, row in enumerate(ordered.to_dict("records")):
        colour = INK if row["own"] else GREY
        ax.barh(y, row["events"], 0.6, facecolor="white", edgecolor=colour, linewidth=0.9)
        ax.barh(y, row["told"], 0.6, color=colour)
        ax.text(row["events"] + 0.4, y, f"{row['told']} of {row['events']}", va="center")
    names = [
        f"{titled(side_name(row['camp']))} on "
        f"{'its own side' if row['own'] else titled(side_name(row['side']))}: {row['loss']}"
        for row in ordered.to_dict("records")
    ]
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.set_yticks(range(len(ordered)), names, fontsize=6.8)
    ax.set_ylim(len(ordered) - 0.4, -0.6)
    ax.set_xlim(0, float(ordered["events"].max()) * 1.15 + 1)
    ax.set_xlabel("events with a known loss: told (filled) and not told")
    quiet(ax)
    entries: list[Entry] = [
        ("own side’s, told", {"facecolor": INK, "edgecolor": INK}),
        ("own side’s, not told", {"facecolor": "white", "edgecolor": INK}),
        ("others’, told", {"facecolor": GREY, "edgecolor": GREY}),
        ("others’, not told", {"facecolor": "white", "edgecolor": GREY}),
    ]
    legend(fig, entries)
    return fig
