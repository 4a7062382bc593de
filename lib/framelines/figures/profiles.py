"""Figures of the profiles: when the articles were published, and how the outlets write."""

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from framelines.figures.style import colours, dots, figure, lanes, legend, markers, short

# A gap of more than this many days splits the time axis, so that sparse years do not flatten it.
GAP_DAYS = 240


def _in_order(data: pd.DataFrame) -> tuple[list[str], list[str]]:
    """The outlets by bloc, in each by words, and the blocs: lanes are alike in all figures."""
    sums = data.groupby(["bloc", "source"], sort=True)["tokens"].sum().reset_index()
    sums = sums.sort_values(["bloc", "tokens", "source"], ascending=[True, False, True])
    return list(sums["source"]), list(dict.fromkeys(sums["bloc"]))


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
    (names, blocs), periods = _in_order(data), _periods(data)
    colour, marker = colours(blocs), markers(blocs)
    widths = [max(b - a, 45) for a, b in periods]
    fig = figure(height=0.9 + 0.26 * len(names))
    axes = fig.subplots(1, len(periods), sharey=True, width_ratios=widths, squeeze=False)[0]
    for ax, (start, end), width in zip(axes, periods, widths, strict=True):
        lanes(ax, [short(name) for name in names])
        ax.grid(axis="both")
        ax.set_xlim(start, end)
        most = max(2, int(8 * width / sum(widths)))
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=2, maxticks=most))
        name = "%b\n%Y" if end - start > 60 else "%d %b\n%Y"
        ax.xaxis.set_major_formatter(mdates.DateFormatter(name))
        here = data[data["first"].between(start, end)]
        # Marks that would hide one another stand a little apart.
        place = (here["middle"] * 60 * width / ((end - start) * sum(widths))).round()
        step = here.groupby([here["source"], place]).cumcount() % 3
        for row, shift in zip(here.to_dict("records"), step, strict=True):
            y, paint = names.index(row["source"]) + (0, -0.22, 0.22)[shift], colour[row["bloc"]]
            ax.plot([row["first"], row["last"]], [y, y], color=paint, linewidth=2, alpha=0.45)
            size, shape = 10 + 0.025 * np.nan_to_num(row["tokens"]), marker[row["bloc"]]
            ax.scatter(row["middle"], y, s=size, color=paint, marker=shape, linewidths=0, zorder=3)
    legend(fig, blocs)
    return fig


def rate_profile(data: pd.DataFrame) -> Figure:
    """Draw every rate of every outlet as a dot with its interval, one panel a metric.

    `data` is `profiles.rates`; a hollow mark has no interval, for want of documents.
    """
    (names, blocs), metrics = _in_order(data), list(dict.fromkeys(data["metric"]))
    # Every outlet in every panel, so that its lane and colour are the same in all.
    every = pd.DataFrame({"source": names}).merge(data[["source", "bloc"]].drop_duplicates())
    rows = -(-len(metrics) // 4)
    fig = figure(height=0.5 + rows * (0.62 + 0.17 * len(names)))
    axes = fig.subplots(rows, 4, sharey=True, squeeze=False).ravel()
    for ax in axes[len(metrics) :]:
        ax.set_visible(False)
    for ax, metric in zip(axes, metrics, strict=False):
        own = every.merge(data[data["metric"] == metric], on=["source", "bloc"], how="left")
        own = own.assign(hollow=own["low"].isna())
        dots(own, ax, row="source", colour="bloc", hollow="hollow")
        ax.set_title(own["label"].dropna().iloc[0], loc="left", fontsize=8)
        ax.set_xlabel(own["unit"].dropna().iloc[0])
        ax.locator_params(axis="x", nbins=3)
    legend(fig, blocs)
    return fig
