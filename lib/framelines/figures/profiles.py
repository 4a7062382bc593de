"""The figure of the profiles: how the outlets write."""

import pandas as pd
from matplotlib.figure import Figure

from framelines.figures.style import estimate, figure, lanes, legend, limits, looks


def rate_profile(data: pd.DataFrame) -> Figure:
    """Draw every rate of every outlet as a dot with its interval, one panel a metric.

    `data` is `profiles.rates`; a hollow mark has no interval, for want of documents. Outlets stand
    by bloc, in each by words.
    """
    sums = data.groupby(["bloc", "source"])["tokens"].sum().reset_index()
    sums = sums.sort_values(["bloc", "tokens", "source"], ascending=[True, False, True])
    names, metrics = list(sums["source"]), list(dict.fromkeys(data["metric"]))
    look, rows = looks(sums["bloc"]), -(-len(metrics) // 4)
    fig = figure(0.5 + rows * (0.62 + 0.17 * len(names)))
    axes = fig.subplots(rows, 4, sharey=True, squeeze=False).ravel()
    for ax in axes[len(metrics) :]:
        ax.set_visible(False)
    for ax, metric in zip(axes, metrics, strict=False):
        own = data[data["metric"] == metric]
        lanes(ax, [name.split(" (")[0] for name in names])
        ax.set_xlim(*limits(own[["value", "low", "high"]].to_numpy(dtype=float).ravel()))
        for row in own.to_dict("records"):
            hollow = bool(pd.isna(row["low"]))
            estimate(ax, names.index(row["source"]), row, look[row["bloc"]], hollow=hollow)
        ax.set_title(own["label"].iloc[0])
        ax.set_xlabel(own["unit"].iloc[0])
        ax.locator_params(axis="x", nbins=3)
    legend(fig, look)
    return fig
