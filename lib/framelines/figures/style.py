"""House style, and the one way in which figures of lanes are drawn. See matplotlibrc too."""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache
from textwrap import fill
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from anyascii import anyascii
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

# Days are numbers of `date.toordinal`, whatever the settings of a session.
mdates.set_epoch("0000-12-31")
# How a group is drawn, in matplotlib's words: `color` and `marker`, `linewidth` of its ranges, …
Look = dict[str, Any]

# The width of a page's text and the height of a lane, in inches; characters on a line of a label.
WIDTH, ROW, LINE = 6.9, 0.21, 44
INK, GREY, FAINT = "#1b1b1b", "#767676", "#d9d9d9"
# No two have the same lightness (they differ by six steps of a hundred), and neighbours differ
# most; the shape says again what the colour says.
COLORS = "#b24000 #0b4f8a #56b4e9 #2f9e74 #5c215c #ecbb4a #cf84b1 #927206".split()
LOOKS = tuple(zip(COLORS, "Dos^vPXh", strict=True))
# What stands for no group.
DOT: Look = {"color": INK, "marker": "o"}
HOLLOW: Look = DOT | {"markerfacecolor": "white"}
# What a mark has of which nothing is said.
MARK: dict[str, Any] = {"panel": "", "unit": "", "group": "_", "hollow": False, "shift": 0.0}
MARK |= {"lane": 0, "value": math.nan, "low": math.nan, "high": math.nan, "beside": ""}
# A pale line that joins two marks of one lane.
JOINED: dict[str, Look] = {"_": {"color": FAINT, "linewidth": 2.2}}


def looks(names: Iterable[str], **more: Any) -> dict[str, Look]:
    """Return the look of every name, by order; a colour comes again with another shape."""
    found, many = dict[str, Look](), len(LOOKS)
    for i, name in enumerate(dict.fromkeys(names)):
        shape = LOOKS[(i + i // many) % many][1]
        found[name] = {"color": LOOKS[i % many][0], "marker": shape, **more}
    return found


def short(text: str, length: int = 2 * LINE) -> str:
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


def days(ax: Axes) -> None:
    """Mark days, which are numbers of `date.toordinal`, on the x axis; months where it is long."""
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=8))
    name = "%b\n%Y" if np.ptp(ax.get_xlim()) > 200 else "%d %b\n%Y"
    ax.xaxis.set_major_formatter(mdates.DateFormatter(name))


def signed(ax: Axes) -> None:
    """Mark differences on the x axis, and where there is none."""
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:+,.10g}".replace("-", "−") if x else "0")
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=1)


def mark(ax: Axes, y: float, row: Mapping[Any, Any], look: Look) -> None:
    """Draw the range of a row, whose infinite ends are arrowheads, and the mark of its value."""
    known = [row["low"], row["high"]]
    if not np.isnan(known).any():
        ends = np.clip(known, *ax.get_xlim())
        ax.plot(ends, [y, y], solid_capstyle="butt", **look | {"marker": ""})
        for at, end, tip in zip(ends, known, "<>", strict=True):
            if math.isinf(end):
                ax.plot(at, y, clip_on=False, **look | {"marker": tip})
    if not math.isnan(row["value"]):
        own = look | ({"markerfacecolor": "white"} if row["hollow"] else {})
        ax.plot(row["value"], y, zorder=3, clip_on=False, **own | {"alpha": 1, "linestyle": ""})


def joined(marks: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Return marks of two groups at `low` and `high`, a little apart at one place, and a line."""
    apart, ends = 0.14 * (marks["low"] == marks["high"]), marks.drop(columns=["low", "high"])
    one = ends.assign(group=first, value=marks["low"], shift=-apart)
    other = ends.assign(group=second, value=marks["high"], shift=apart)
    return pd.concat([marks.assign(group="_"), one, other])


def beside(ax: Axes, y: float, text: str) -> None:
    """Print a text on the right of a lane, outside the axes."""
    at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
    ax.annotate(text, (1.015, y), va="center", **at)


def legend(fig: Figure, look: Mapping[str, Look]) -> None:
    """Draw a legend of looks below the figure, but for those whose names begin with `_`."""
    ax = fig.axes[0]
    for name, own in look.items():
        one = own | {"alpha": 1, "linestyle": "" if "marker" in own else "-"}
        ax.plot([], [], label=name[:1].upper() + name[1:], solid_capstyle="butt", **one)
    if ax.get_legend_handles_labels()[0]:
        fig.legend(loc="outside lower center", ncols=4)


def chart(
    marks: pd.DataFrame,
    look: Mapping[str, Look],
    names: Mapping[Hashable, str] | None = None,
    *,
    columns: int = 1,
    around: Sequence[float] = (),
    axis: Callable[[Axes], None] | None = None,
    more: Mapping[str, Look] | None = None,
    line: int = LINE,
) -> Figure:
    """Draw marks and ranges on lanes, whose names stand on the left, `line` characters on a line.

    A row of `marks` stands on its `lane`, a key of `names`, and `shift` lanes lower, in the look of
    its `group`: a mark at `value`, `hollow` or not, and a range from `low` to `high`, each where it
    is known; `beside` is printed on the right of its lane. Without `names` lanes stand by group and
    by value in the first panel. Every `panel` has an axis in its `unit`, of all its numbers and
    those of `around`. In several `columns` all panels have all lanes, in one each has those of its
    marks. The legend is of the groups, but for those whose names begin with `_`, and of `more`.
    """
    marks = marks.reindex(columns=[*MARK]).fillna(MARK)
    if names is None:
        later, at = marks["panel"] != marks["panel"].iloc[0], marks["group"].map([*look].index)
        order = marks.assign(at=at, later=later, value=-marks["value"])
        order = order.sort_values(["at", "later", "value"], kind="stable")
        names = {lane: str(lane) for lane in order["lane"]}
    labels = {lane: fill(short(name), line) for lane, name in names.items()}
    tall = ROW * (1.6 if any("\n" in label for label in labels.values()) else 1)
    panels = list(marks.groupby("panel", sort=False))
    lanes = [[n for n in names if columns > 1 or n in {*own["lane"]}] for _, own in panels]
    heights = [0.65 + tall * len(own) for own in lanes[::columns]]
    fig = plt.figure(figsize=(WIDTH, sum(heights) + 0.25))
    grid = fig.add_gridspec(len(heights), columns, height_ratios=heights)
    for place, (panel, own) in enumerate(panels):
        ax, here = fig.add_subplot(grid[place]), lanes[place]
        ends = limits([*around, *own["value"], *own["low"], *own["high"]])
        ax.set(xlim=ends, ylim=(len(here) - 0.4, -0.6), xlabel=own["unit"].iloc[0])
        ax.set_title(fill(str(panel), 68 // columns))
        ax.set_yticks(range(len(here)), [labels[lane] for lane in here])
        ax.tick_params(length=0, labelleft=place % columns == 0)
        ax.locator_params(axis="x", nbins=max(2, 8 // columns + 1))
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color=FAINT, linewidth=0.6)
        if axis:
            axis(ax)
        for row in own.to_dict("records"):
            mark(ax, here.index(row["lane"]) + row["shift"], row, look[row["group"]])
        for row in own.drop_duplicates("lane").to_dict("records"):
            beside(ax, here.index(row["lane"]), row["beside"])
    met = {name: look[name] for name in look if name in {*marks["group"]}}
    legend(fig, {**met, **(more or {})})
    return fig
