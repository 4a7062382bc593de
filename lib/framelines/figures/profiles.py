"""The figures of notebook 01: when, how, hosted by whom, how far apart in style."""

from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from framelines.figures.style import (
    FAINT,
    GREY,
    INK,
    TWO_COLUMNS,
    bloc_legend,
    lanes,
    look,
    new_figure,
    quiet,
    source_order,
)
from framelines.style_distance import MIN_TOKENS, StyleDistance

LANE = 0.26
# A gap of more than this many days splits the time axis, so that sparse years do not flatten it.
GAP_DAYS = 240


def _day(value: object) -> float:
    return float(mdates.date2num(pd.Timestamp(str(value)).to_pydatetime()))


def _periods(table: pd.DataFrame) -> list[tuple[float, float]]:
    """Stretches of time with documents in them, with a margin, in matplotlib's days."""
    found: list[list[float]] = []
    for row in table.sort_values("first_day", kind="stable").itertuples():
        first, last = _day(row.first_day), _day(row.last_day)
        if found and first - found[-1][1] <= GAP_DAYS:
            found[-1][1] = max(found[-1][1], last)
        else:
            found.append([first, last])
    return [(a - max(6, (b - a) * 0.06), b + max(6, (b - a) * 0.06)) for a, b in found]


def _dodged(table: pd.DataFrame, nearness: float) -> list[dict[str, Any]]:
    """Rows with `first` and `last` in days and an `offset` that parts marks of one lane."""
    rows: list[dict[str, Any]] = []
    steps = (0.0, -0.22, 0.22)
    for row in table.sort_values(["source", "first_day", "doc_id"], kind="stable").to_dict(
        "records"
    ):
        first, last = _day(row["first_day"]), _day(row["last_day"])
        near = [
            r["offset"]
            for r in rows
            if r["source"] == row["source"] and abs(r["middle"] - (first + last) / 2) < nearness
        ]
        offset = min(steps, key=lambda step: (near.count(step), steps.index(step)))
        middle = (first + last) / 2
        rows.append({**row, "first": first, "last": last, "middle": middle, "offset": offset})
    return rows


def documents_over_time(table: pd.DataFrame) -> Figure:
    """Draw every document on its outlet's lane, over the days that it can be of.

    `table` has source, bloc, first_day, last_day, tokens; a bar spans the days where the date is
    inferred, and the mark's area grows with the words.
    """
    names = source_order(table)
    periods = _periods(table)
    widths = [max(b - a, 45) for a, b in periods]
    fig = new_figure(TWO_COLUMNS, 0.9 + LANE * len(names))
    axes = fig.subplots(1, len(periods), sharey=True, width_ratios=widths, squeeze=False)[0]
    styles = look(table["bloc"])
    for ax, (start, end) in zip(axes, periods, strict=True):
        positions = lanes(ax, names)
        quiet(ax)
        ax.grid(axis="y", color=FAINT, linewidth=0.6)
        ax.set_xlim(start, end)
        locator = mdates.AutoDateLocator(
            minticks=2, maxticks=max(2, int(8 * widths[0] / sum(widths)))
        )
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(
            mdates.DateFormatter("%b\n%Y" if end - start > 60 else "%d %b\n%Y")
        )
        for row in _dodged(table, (end - start) * sum(widths) / widths[0] / 60):
            if start <= row["first"] <= end:
                colour, marker = styles[row["bloc"]]
                y = positions[row["source"]] + row["offset"]
                ax.plot([row["first"], row["last"]], [y, y], color=colour, linewidth=2, alpha=0.45)
                middle, size = (row["first"] + row["last"]) / 2, 10 + 0.025 * row["tokens"]
                ax.scatter(middle, y, s=size, color=colour, marker=marker, alpha=0.9, linewidths=0)
    bloc_legend(fig, table["bloc"])
    return fig


def _interval_panel(ax: Axes, table: pd.DataFrame, names: list[str]) -> None:
    positions = lanes(ax, names)
    styles = look(table["bloc"])
    quiet(ax)
    for row in table.to_dict("records"):
        colour, marker = styles[row["bloc"]]
        y = positions[row["source"]]
        estimable = pd.notna(row["low"])
        if estimable:
            ax.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.4)
        face = colour if estimable else "white"
        ax.plot(row["value"], y, marker=marker, color=colour, markerfacecolor=face, markersize=4)
    ax.set_title(table["label"].iloc[0], loc="left")
    ax.set_xlabel(table["unit"].iloc[0])
    values = table[["value", "low", "high"]].to_numpy(dtype=np.float64)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 0.08 * (high - low or abs(high) or 1)
    ax.set_xlim(low - margin, high + margin)
    ax.locator_params(axis="x", nbins=3)
    # Room for a mark at zero needs no tick below it.
    ax.set_xticks([t for t in ax.get_xticks() if low - margin <= t <= high + margin and t >= 0])


def rate_profile(table: pd.DataFrame) -> Figure:
    """Draw every rate of every outlet as a dot with its interval, one panel a metric.

    `table` is `profiles.rates`; a hollow mark has no interval, for want of units.
    """
    arabic = table["language"] == "ar"
    table = table.assign(source=table["source"].where(~arabic, table["source"] + " (Arabic)"))
    names = source_order(table)
    metrics = list(dict.fromkeys(table["metric"]))
    columns = 4
    rows = -(-len(metrics) // columns)
    fig = new_figure(TWO_COLUMNS, 0.5 + rows * (0.62 + 0.15 * len(names)))
    axes = fig.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    for ax, metric in zip(axes, metrics, strict=False):
        _interval_panel(ax, table[table["metric"] == metric], names)
    for ax in axes[len(metrics) :]:
        ax.set_visible(False)
    bloc_legend(fig, table["bloc"])
    return fig


def who_hosts_whom(table: pd.DataFrame) -> Figure:
    """Draw writers against hosts: a circle a pair, its area the documents, filled where hosted."""
    writers = sorted(set(table["writer"]))
    places = sorted(set(table["host"]))
    fig = new_figure(TWO_COLUMNS, 1.3 + LANE * len(writers))
    ax = fig.subplots()
    positions = lanes(ax, writers)
    quiet(ax, "both")
    for row in table.to_dict("records"):
        x, y = places.index(row["host"]), positions[row["writer"]]
        face = INK if row["hosted"] else "white"
        ax.scatter(x, y, s=60 + 22 * row["documents"], facecolor=face, edgecolor=INK, zorder=3)
        ax.annotate(
            f"{row['documents']:d}", (x, y), (11, 0), textcoords="offset points", va="center"
        )
    ax.set_xticks(range(len(places)), [p.replace(" (", "\n(") for p in places])
    ax.set_xlim(-0.6, len(places) - 0.2)
    ax.xaxis.tick_top()
    ax.set_ylabel("written by")
    ax.set_xlabel("published in")
    ax.xaxis.set_label_position("top")
    ax.spines["bottom"].set_visible(False)
    return fig


def _sizes_panel(ax: Axes, sizes: pd.DataFrame) -> None:
    ordered = sizes.sort_values(["tokens", "source"], ascending=[False, True], kind="stable")
    positions = lanes(ax, list(ordered["source"]))
    quiet(ax)
    for row in ordered.to_dict("records"):
        face = INK if row["enough"] else "white"
        y = positions[row["source"]]
        ax.barh(y, row["tokens"], height=0.55, facecolor=face, edgecolor=INK, linewidth=0.8)
    ax.axvline(MIN_TOKENS, color=GREY, linestyle="--", linewidth=1)
    ax.set_xlim(0, max(MIN_TOKENS, ordered["tokens"].max()) * 1.15)
    ax.set_xlabel("words in countable chunks; dashed: the least for a distance")


def style_distances(result: StyleDistance) -> Figure:
    """Draw distances as a matrix with the support of each group, or how far texts are too short."""
    if result.distances is None or result.support is None:
        fig = new_figure(TWO_COLUMNS, 0.9 + LANE * max(1, len(result.sizes)))
        _sizes_panel(fig.subplots(), result.sizes)
        return fig
    names = list(result.distances.index)
    fig = new_figure(TWO_COLUMNS, 1.1 + 0.42 * len(names))
    left, right = fig.subplots(1, 2, width_ratios=[3, 2])
    matrix = result.distances.to_numpy()
    left.imshow(matrix, cmap="Greys", vmin=0, vmax=2, aspect="auto")
    for (i, j), value in np.ndenumerate(matrix):
        ink = "white" if value > 1.1 else INK
        left.text(j, i, f"{value:.2f}", ha="center", va="center", color=ink)
    left.set_xticks(range(len(names)), [n.replace(" ", "\n", 1) for n in names])
    left.set_yticks(range(len(names)), names)
    left.set_title("Cosine Delta", loc="left")
    left.tick_params(length=0)
    top = result.support.head(6)
    positions = lanes(right, [g.replace(" + ", " +\n") for g in top["group"]])
    right.barh(list(positions.values()), top["support"], height=0.5, color=GREY)
    right.set_xlim(0, 1)
    right.set_title("Support of groups", loc="left")
    right.set_xlabel("share of resamples")
    quiet(right)
    return fig
