"""The figure of agreement: how alike the coders see each frame."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from framelines.figures.style import GREY, INK, TWO_COLUMNS, lanes, new_figure, quiet
from framelines.trust import BAR

LANE = 0.26
COUNTS = "n_"


def frame_order(table: pd.DataFrame) -> list[str]:
    """Return the names of the frames by alpha, the highest first; last those without one."""
    known = table["alpha"].fillna(-np.inf)
    return list(table.assign(rank=-known).sort_values(["rank", "name"], kind="stable")["name"])


def _mark(ax: Axes, x: float, y: int, filled: bool) -> None:
    ax.plot(x, y, marker="o", color=INK, markerfacecolor=INK if filled else "white", markersize=5)


def _alpha_panel(ax: Axes, table: pd.DataFrame, positions: dict[str, int]) -> None:
    for row in table.to_dict("records"):
        y = positions[row["name"]]
        if pd.notna(row["low"]):
            ax.plot([row["low"], row["high"]], [y, y], color=INK, linewidth=1.2)
        if pd.notna(row["alpha"]):
            _mark(ax, row["alpha"], y, row["established"])
        else:
            ax.text(0.02, y, "not estimable", color=GREY, va="center", fontstyle="italic")
    ax.axvline(BAR, color=GREY, linestyle="--", linewidth=1, zorder=0.9)
    lowest = np.nanmin([0.0, *table["alpha"], *table["low"]])
    ax.set_xlim(max(-1.05, lowest - 0.05), 1.05)
    ax.set_title("Krippendorff’s alpha", loc="left")
    ax.set_xlabel("dashed: the least that bears conclusions")


def _positive_panel(ax: Axes, table: pd.DataFrame, positions: dict[str, int]) -> None:
    coders = [name for name in table.columns if name.startswith(COUNTS)]
    for row in table.to_dict("records"):
        y = positions[row["name"]]
        if pd.notna(row["positive_agreement"]):
            _mark(ax, row["positive_agreement"], y, row["established"])
        counts = " / ".join(f"{row[coder]:d}" for coder in coders if pd.notna(row[coder]))
        ax.text(1.08, y, counts, va="center", color=INK)
    ax.text(1.08, -0.62, "n by coder", va="bottom", color=GREY)
    ax.set_xlim(-0.05, 1.05)
    ax.set_title("Positive agreement", loc="left")
    names = ", ".join(coder.removeprefix(COUNTS) for coder in coders)
    sentences = int(table["sentences"].max())
    ax.set_xlabel(f"share; n: {names}, of {sentences:,d} sentences")


def agreement(table: pd.DataFrame) -> Figure:
    """Draw alpha with its interval for every frame, beside positive agreement and counts.

    `table` is `trust.frame_agreement` of all coders. A hollow mark is a frame that is not
    established: its alpha is under the bar.
    """
    names = frame_order(table)
    fig = new_figure(TWO_COLUMNS, 0.9 + LANE * len(names))
    left, right = fig.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    positions = lanes(left, names)
    for ax, panel in ((left, _alpha_panel), (right, _positive_panel)):
        quiet(ax)
        panel(ax, table, positions)
    return fig
