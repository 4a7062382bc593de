"""House style: colours and shapes by order, and what the figures share. See matplotlibrc too."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from anyascii import anyascii
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.lines import Line2D

# How a group is drawn: its `color` and its `marker`.
Look = dict[str, Any]

# The width of a page's text and the height of a lane with one line of text, in inches.
WIDTH, ROW = 6.9, 0.24
INK, GREY, FAINT = "#1b1b1b", "#767676", "#d9d9d9"
# No two have the same lightness (they differ by six steps of a hundred), and neighbours differ
# most; the shape says again what the colour says.
LOOKS = (
    *(("#b24000", "D"), ("#0b4f8a", "o"), ("#56b4e9", "s"), ("#2f9e74", "^")),
    *(("#5c215c", "v"), ("#ecbb4a", "P"), ("#cf84b1", "X"), ("#927206", "h")),
)
# What stands for no group.
DOT: Look = {"color": INK, "marker": "o"}
# Longer labels would leave no room for the data.
LABEL = 44


def figure(height: float) -> Figure:
    """Return an empty figure of `WIDTH` × `height` inches."""
    return plt.figure(figsize=(WIDTH, height))


def looks(names: Iterable[str]) -> dict[str, Look]:
    """Return the look of every name, by order; a colour comes again with another shape."""
    many, order = len(LOOKS), enumerate(dict.fromkeys(names))
    looks = {name: (LOOKS[i % many][0], LOOKS[(i + i // many) % many][1]) for i, name in order}
    return {name: {"color": color, "marker": marker} for name, (color, marker) in looks.items()}


def short(text: str, length: int = LABEL) -> str:
    """Return a label cut at a word to at most `length` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"


@cache
def drawn(text: str) -> str:
    """Return a text as the font can draw it: letters that it lacks are written in Latin ones."""
    known = get_font(findfont("DejaVu Sans")).get_charmap()
    return "".join(c if ord(c) in known or c.isspace() else anyascii(c) for c in text)


def limits(values: Iterable[float]) -> tuple[float, float]:
    """Return the ends of an axis that holds all finite values, with some room on either side."""
    known = [v for v in map(float, values) if np.isfinite(v)] or [0.0, 1.0]
    low, high = min(known), max(known)
    margin = 0.08 * (high - low or abs(high) or 1)
    return low - margin, high + margin


def lanes(ax: Axes, names: Sequence[str]) -> None:
    """Give the y axis one lane a name, the first on top, with a faint grid along x."""
    ax.set_yticks(range(len(names)), list(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    ax.tick_params(length=0)
    ax.grid(axis="x", color=FAINT, linewidth=0.6)


def day_axis(ax: Axes, low: float, high: float) -> None:
    """Let the x axis run over days, as matplotlib counts them; months where they are many."""
    ax.set_xlim(low, high)
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=8))
    name = "%b\n%Y" if high - low > 200 else "%d %b\n%Y"
    ax.xaxis.set_major_formatter(mdates.DateFormatter(name))


def _marked(look: Look, hollow: bool) -> Look:
    return {"markerfacecolor": "white" if hollow else look["color"], "linestyle": "", **look}


def mark(
    ax: Axes, x: float, y: float, look: Look, *, hollow: bool = False, size: float = 5
) -> None:
    """Draw one mark, filled or hollow."""
    ax.plot(x, y, markersize=size, zorder=3, **_marked(look, hollow))


def span(ax: Axes, y: float, low: float, high: float, **look: Any) -> None:
    """Draw a range along a lane of an axis with limits; an infinite end is an arrowhead there."""
    left, right = ax.get_xlim()
    ends = [max(low, left), min(high, right)]
    ax.plot(ends, [y, y], solid_capstyle="butt", **look)
    tip = {key: look[key] for key in ("color", "alpha") if key in look}
    for end, open_, marker in zip(ends, (low == -np.inf, high == np.inf), "<>", strict=True):
        if open_:
            ax.plot(end, y, marker=marker, clip_on=False, **tip)


def estimate(
    ax: Axes, y: float, row: Mapping[Any, Any], look: Look, *, hollow: bool = False, size: float = 5
) -> None:
    """Draw the value of a row on a lane, and low to high as a line where there is an interval."""
    if pd.notna(row["low"]) and pd.notna(row["high"]):
        span(ax, y, row["low"], row["high"], color=look["color"], linewidth=1.4)
    mark(ax, row["value"], y, look, hollow=hollow, size=size)


def beside(ax: Axes, y: float, text: str) -> None:
    """Print a text on the right of a lane, outside the axes."""
    at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
    ax.annotate(text, (1.015, y), va="center", **at)


def key(label: str, look: Look, *, hollow: bool = False) -> Line2D:
    """Return an entry of a legend."""
    return Line2D([], [], label=label, **_marked(look, hollow))


def legend(fig: Figure, names: Iterable[str], *more: Line2D) -> None:
    """Draw a legend of names below the figure by their looks; `more` are entries."""
    words = [(name[:1].upper() + name[1:], look) for name, look in looks(names).items()]
    handles = [*(key(text, look) for text, look in words), *more]
    fig.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))
