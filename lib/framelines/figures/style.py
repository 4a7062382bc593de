"""House style: widths, colours and shapes by order, and what the figures share."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

# The width of a page's text, in inches.
WIDTH = 6.9
INK, GREY, FAINT = "#1b1b1b", "#767676", "#d9d9d9"
# The height of a row with one line of text, in inches.
ROW = 0.24
# No two have the same lightness (they differ by six steps of a hundred), and neighbours differ
# most; the shape says again what the colour says.
LOOKS = (
    *(("#b24000", "D"), ("#0b4f8a", "o"), ("#56b4e9", "s"), ("#2f9e74", "^")),
    *(("#5c215c", "v"), ("#ecbb4a", "P"), ("#cf84b1", "X"), ("#927206", "h")),
)
# The main specification is no group: neither its colour nor its shape is in LOOKS.
MAIN = {"color": INK, "marker": "*", "markersize": 9}
# Longer labels would leave no room for the data.
LABEL = 44


def figure(height: float = 3.0) -> Figure:
    """Return an empty figure of `WIDTH` × `height` inches in constrained layout."""
    return plt.figure(figsize=(WIDTH, height), layout="constrained")


def _looks(names: Iterable[str], which: int) -> dict[str, str]:
    return {n: LOOKS[i % len(LOOKS)][which] for i, n in enumerate(dict.fromkeys(names))}


def colours(names: Iterable[str]) -> dict[str, str]:
    """Return a colour for every name, by the order in which the names come first."""
    return _looks(names, 0)


def markers(names: Iterable[str]) -> dict[str, str]:
    """Return a marker for every name, by the order in which the names come first."""
    return _looks(names, 1)


def in_words(name: str) -> str:
    """Return an id as a figure prints it: `river_camp` as river camp, `a + b` as a and b."""
    return name.replace("_", " ").replace(" + ", " and ")


def short(text: str, length: int = LABEL) -> str:
    """Return a label cut at a word to at most `length` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def wrapped(text: str, width: int = LABEL) -> str:
    """Return a label broken into lines of at most `width` characters."""
    return textwrap.fill(text, width)


def quiet(ax: Axes, grid: str = "x") -> None:
    """Take off what carries no data, and put a faint grid along an axis: `x`, `y` or `both`."""
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(length=0)
    ax.grid(axis=grid, color=FAINT, linewidth=0.6)  # type: ignore[arg-type]
    ax.set_axisbelow(True)


def lanes(ax: Axes, names: Sequence[str]) -> None:
    """Give the y axis one lane a name, the first on top, with a quiet grid along x."""
    ax.set_yticks(range(len(names)), list(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    quiet(ax)


def beside(ax: Axes, y: float, text: str) -> None:
    """Print a text on the right of a lane, outside the axes."""
    at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
    ax.annotate(text, (1.015, y), va="center", fontsize=8, **at)


def legend(fig: Figure, names: Iterable[str], *more: Line2D) -> None:
    """Draw a legend of names below the figure, by colour and shape; `more` are further handles."""
    named = list(dict.fromkeys(names))
    colour, marker = colours(named), markers(named)
    handles = [
        Line2D([], [], linestyle="", color=colour[n], marker=marker[n], label=label)
        for n, label in ((n, in_words(n)[:1].upper() + in_words(n)[1:]) for n in named)
    ]
    handles += more
    fig.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))


def span(ax: Axes, y: float, low: float, high: float, **look: Any) -> None:
    """Draw a range along a lane; an end that is infinite is an arrowhead at the axis' end.

    The limits of the axis must stand before.
    """
    left, right = ax.get_xlim()
    ends = [max(low, left), min(high, right)]
    ax.plot(ends, [y, y], solid_capstyle="butt", **look)
    tip = {key: look[key] for key in ("color", "alpha", "zorder") if key in look}
    for end, open_, marker in zip(ends, (low == -np.inf, high == np.inf), "<>", strict=True):
        if open_:
            ax.plot(end, y, marker=marker, markersize=5, clip_on=False, **tip)


def limits(values: Iterable[float]) -> tuple[float, float]:
    """Return the ends of an axis that holds all finite values, with some room on either side."""
    known = [v for v in map(float, values) if np.isfinite(v)] or [0.0, 1.0]
    low, high = min(known), max(known)
    margin = 0.08 * (high - low or abs(high) or 1)
    return low - margin, high + margin


def dots(data: pd.DataFrame, ax: Axes, *, row: str, colour: str, hollow: str) -> None:
    """Draw one dot with its range a row of data, one lane for each value of the column `row`.

    `data` has value, low and high; `colour` is a column of names, `hollow` one of truth values
    (drawn open). Rows of one lane stand a little apart.
    """
    names = list(dict.fromkeys(data[row].astype(str)))
    lanes(ax, [short(name) for name in names])
    groups = list(dict.fromkeys(data[colour].astype(str)))
    tint, shape = colours(groups), markers(groups)
    ax.set_xlim(*limits(data[["value", "low", "high"]].to_numpy(dtype=np.float64).ravel()))
    sizes, seen = data[row].astype(str).value_counts(), dict.fromkeys(names, 0)
    for one in data.to_dict("records"):
        name, group = str(one[row]), str(one[colour])
        y = names.index(name) + 0.5 * ((seen[name] + 0.5) / sizes[name] - 0.5)
        seen[name] += 1
        paint = tint[group]
        if pd.notna(one["low"]) and pd.notna(one["high"]):
            span(ax, y, one["low"], one["high"], color=paint, linewidth=1.4)
        face = "white" if one[hollow] else paint
        look: dict[str, Any] = {"marker": shape[group], "markerfacecolor": face}
        ax.plot(one["value"], y, color=paint, markersize=5, zorder=3, **look)
