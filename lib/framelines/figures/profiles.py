"""Figures of the profiles: when the articles were published, and how the outlets write."""

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from framelines.figures.style import FAINT, colours, figure, in_words, markers, short

LANE = 0.26
# A gap of more than this many days splits the time axis, so that sparse years do not flatten it.
GAP_DAYS = 240
COLUMNS = 4


def _order(data: pd.DataFrame) -> list[str]:
    """The outlets by bloc, in each by words, so that lanes are alike in all figures."""
    sums = data.groupby(["bloc", "source"], sort=True)["tokens"].sum().reset_index()
    return list(
        sums.sort_values(["bloc", "tokens", "source"], ascending=[True, False, True])["source"]
    )


def _lanes(ax: Axes, names: list[str]) -> None:
    ax.set_yticks(range(len(names)), [short(name) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(color=FAINT, linewidth=0.6)


def _legend(fig: Figure, blocs: pd.Series) -> None:
    names = sorted(set(blocs))
    colour, marker = colours(names), markers(names)
    handles = [
        Line2D([], [], linestyle="", color=colour[b], marker=marker[b], label=in_words(b))
        for b in names
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 5))


def _periods(data: pd.DataFrame) -> list[tuple[float, float]]:
    """Stretches of time with documents in them, with a margin, in matplotlib's days."""
    found: list[list[float]] = []
    for first, last in data.sort_values("first")[["first", "last"]].itertuples(index=False):
        if found and first - found[-1][1] <= GAP_DAYS:
            found[-1][1] = max(found[-1][1], last)
        else:
            found.append([first, last])
    return [(a - max(6, (b - a) * 0.06), b + max(6, (b - a) * 0.06)) for a, b in found]


def documents_over_time(data: pd.DataFrame) -> Figure:
    """Draw every document on its outlet's lane, over the days that it can be of.

    `data` has source, bloc, first_day, last_day, tokens; a bar spans the days where the date is
    inferred, and the mark's area grows with the words.
    """
    first, last = (mdates.date2num(pd.to_datetime(data[c])) for c in ("first_day", "last_day"))
    data = data.assign(first=first, last=last, middle=(first + last) / 2)
    data = data.sort_values(["source", "middle", "tokens"], kind="stable")
    names, periods = _order(data), _periods(data)
    widths = [max(b - a, 45) for a, b in periods]
    colour, marker = colours(sorted(set(data["bloc"]))), markers(sorted(set(data["bloc"])))
    fig = figure(height=0.9 + LANE * len(names))
    axes = fig.subplots(1, len(periods), sharey=True, width_ratios=widths, squeeze=False)[0]
    for ax, (start, end), width in zip(axes, periods, widths, strict=True):
        _lanes(ax, names)
        ax.set_xlim(start, end)
        most = max(2, int(8 * width / sum(widths)))
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=2, maxticks=most))
        short_span = "%d %b\n%Y" if end - start <= 60 else "%b\n%Y"
        ax.xaxis.set_major_formatter(mdates.DateFormatter(short_span))
        here = data[data["first"].between(start, end)]
        # Marks that would hide one another stand a little apart.
        place = (here["middle"] / ((end - start) * sum(widths) / width / 60)).round()
        step = (
            here.groupby([here["source"], place]).cumcount().mod(3).map({0: 0.0, 1: -0.22, 2: 0.22})
        )
        for row, shift in zip(here.to_dict("records"), step, strict=True):
            y, tint = names.index(row["source"]) + shift, colour[row["bloc"]]
            ax.plot([row["first"], row["last"]], [y, y], color=tint, linewidth=2, alpha=0.45)
            size = 10 + 0.025 * np.nan_to_num(row["tokens"])
            look = {"s": size, "color": tint, "marker": marker[row["bloc"]], "linewidths": 0}
            ax.scatter(row["middle"], y, alpha=0.9, zorder=3, **look)
    _legend(fig, data["bloc"])
    return fig


def rate_profile(data: pd.DataFrame) -> Figure:
    """Draw every rate of every outlet as a dot with its interval, one panel a metric.

    `data` is `profiles.rates`; a hollow mark has no interval, for want of documents.
    """
    names, metrics = _order(data), list(dict.fromkeys(data["metric"]))
    colour, marker = colours(sorted(set(data["bloc"]))), markers(sorted(set(data["bloc"])))
    rows = -(-len(metrics) // COLUMNS)
    fig = figure(height=0.5 + rows * (0.62 + 0.17 * len(names)))
    axes = fig.subplots(rows, COLUMNS, sharey=True, squeeze=False).ravel()
    for ax, metric in zip(axes, metrics, strict=False):
        own = data[data["metric"] == metric]
        _lanes(ax, names)
        for row in own.to_dict("records"):
            y, tint = names.index(row["source"]), colour[row["bloc"]]
            ax.plot([row["low"], row["high"]], [y, y], color=tint, linewidth=1.4)
            face = tint if pd.notna(row["low"]) else "white"
            look = {"marker": marker[row["bloc"]], "markerfacecolor": face, "markersize": 4.5}
            ax.plot(row["value"], y, color=tint, **look)
        ax.set_title(own["label"].iloc[0], loc="left", fontsize=8)
        ax.set_xlabel(own["unit"].iloc[0])
        values = own[["value", "low", "high"]].to_numpy(dtype=np.float64)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        margin = 0.08 * (high - low or abs(high) or 1)
        ax.set_xlim(low - margin, high + margin)
        ax.locator_params(axis="x", nbins=3)
    for ax in axes[len(metrics) :]:
        ax.set_visible(False)
    _legend(fig, data["bloc"])
    return fig
