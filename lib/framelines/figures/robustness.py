"""Figures of notebook 04: every specification of a finding with its choices, and what moves it."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import MaxNLocator

from framelines.figures.marks import legend, short
from framelines.figures.style import (
    FAINT,
    GREY,
    INK,
    TWO_COLUMNS,
    bloc_name,
    lanes,
    new_figure,
    quiet,
)
from framelines.findings.bench import K_OF_N, NO_DIFFERENCE, POINTS, TIMES
from framelines.findings.summaries import RESULT, results
from framelines.findings.words import choice_name, estimate_text, value_name
from framelines.resampling import MIN_UNITS

MAIN = "#b24000"
# Specifications that a choice of ours added to those that were declared.
ADDED = "#4f7ca8"
# Fewer make no curve; a table says as much.
LEAST = 3
# Counts fit above the marks as long as there are few of them.
WITH_COUNTS = 12
# From so many on, single marks are small, and dots of the matrix become strokes.
MANY = 60
CURVE, ROW, BASE = 1.75, 0.155, 0.85
Line = tuple[str, str | None, Any]


def part_name(part: str) -> str:
    """Return a part of a finding in words, camps by their printed names."""
    return ", ".join(bloc_name(piece) for piece in part.split(": "))


def drawable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `findings.run` that a curve may draw: those with an estimate.

    Shares of fewer than ten are left to the tables: a curve would draw rates that may not be given.
    """
    few = table["unit"].eq(K_OF_N) & (table["n"] < MIN_UNITS)
    return table[table["effect"].notna() & ~few]


def worth_drawing(table: pd.DataFrame) -> list[str]:
    """Return the parts of a finding that make a curve: three different results, two estimates."""
    found = []
    for part, own in drawable(table).groupby("part", sort=False):
        if len(own.drop_duplicates(RESULT)) >= LEAST and own["effect"].nunique() > 1:
            found.append(str(part))
    return found


def sorted_specifications(table: pd.DataFrame, choices: Sequence[str]) -> pd.DataFrame:
    """Return the distinct results of one part by effect, lowest first, with their rank from 0.

    One row stands for every specification that gives the same result; in the columns of the choices
    it has the set of all values that lead there. `main` and `declared` say whether one of them is.
    """
    known = drawable(table)
    groups = known.groupby(results(known), sort=False)
    rows = groups.first().assign(main=groups["main"].any(), declared=groups["declared"].any())
    rows = rows.assign(**{c: groups[c].agg(set) for c in choices})
    rows = rows.sort_values(["effect", "specification"], kind="stable").reset_index(drop=True)
    return rows.assign(rank=range(len(rows)))


def _lines(table: pd.DataFrame, choices: Sequence[str], names: Mapping[str, str]) -> list[Line]:
    """The rows of the matrix below: a heading a choice, then its values; single values are left."""
    lines: list[Line] = []
    for choice in choices:
        values = list(dict.fromkeys(table[choice]))
        if len(values) > 1:
            lines.append((choice_name(choice), None, None))
            lines += [(value_name(v, names), choice, v) for v in values]
    return lines


def _scaled(values: Any, unit: str) -> Any:
    return 100 * values if unit == K_OF_N else values


def _limits(rows: pd.DataFrame, unit: str, signed: bool) -> tuple[float, float]:
    ends = rows[["effect", "low", "high"]].to_numpy(dtype=float)
    ends = _scaled(ends[np.isfinite(ends)], unit)
    # A count that was drawn from four on would make five look like twice as many.
    nothing = [NO_DIFFERENCE[unit]] if signed and unit in NO_DIFFERENCE else [0.0]
    low, high = min([*ends, *nothing]), max([*ends, *nothing])
    room = 0.08 * (high - low or 1)
    return low - room, high + room


def _mark(row: Mapping[Any, Any]) -> tuple[str, str]:
    """The colour and the shape of a specification."""
    return (MAIN, "D") if row["main"] else (INK if row["declared"] else ADDED, "o")


def _curve(ax: Axes, rows: pd.DataFrame, signed: bool) -> None:
    unit = str(rows["unit"].iloc[0])
    bottom, top = _limits(rows, unit, signed)
    if signed and unit in NO_DIFFERENCE:
        ax.axhline(NO_DIFFERENCE[unit], color=GREY, linestyle="--", linewidth=0.9, zorder=0.9)
    size = 4 if len(rows) < MANY else 2
    for row in rows.to_dict("records"):
        colour, marker = _mark(row)
        bounded = pd.notna(row["low"]) and row["interval"] != ""
        if bounded:
            ends = np.clip(_scaled(np.array([row["low"], row["high"]]), unit), bottom, top)
            width = 1.1 if len(rows) < MANY else 0.5
            ax.plot([row["rank"]] * 2, ends, color=colour, linewidth=width, alpha=0.55)
        face = colour if bounded else "white"
        height = _scaled(row["effect"], unit)
        ax.plot(
            row["rank"],
            height,
            marker,
            color=colour,
            markerfacecolor=face,
            markersize=4 if row["main"] else size,
            markeredgewidth=1.0 if len(rows) < MANY else 0.6,
            zorder=4 if row["main"] else 2,
        )
        if unit == K_OF_N and len(rows) <= WITH_COUNTS:
            ax.annotate(
                estimate_text(row),
                (row["rank"], height),
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
            )
    ax.set_ylim(bottom, top)
    ax.set_ylabel("% of n" if unit == K_OF_N else unit)
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:,.10g}".replace("-", "−"))
    if unit not in (K_OF_N, POINTS, TIMES):
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    quiet(ax, "y")
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(labelbottom=False)


def _matrix(ax: Axes, rows: pd.DataFrame, lines: list[Line], labelled: bool) -> None:
    for y, (_, choice, value) in enumerate(lines):
        if choice is None:
            continue
        many = len(rows) >= MANY
        chosen = rows[[value in values for values in rows[choice]]]
        if not many:
            ax.plot(rows["rank"], [y] * len(rows), "o", color=FAINT, markersize=2)
        looks = [_mark(row) for row in chosen.to_dict("records")]
        for colour, marker in sorted(set(looks)):
            own = chosen[[look == (colour, marker) for look in looks]]
            stroke = many and marker == "o"
            shape = {"marker": "|", "markeredgewidth": 0.5} if stroke else {"marker": marker}
            ax.plot(own["rank"], [y] * len(own), linestyle="", color=colour, markersize=3, **shape)
    ax.set_ylim(len(lines) - 0.4, -0.7)
    ax.set_xlim(-0.8, len(rows) - 0.2)
    names = [name for name, _, _ in lines] if labelled else [""] * len(lines)
    ax.set_yticks(range(len(lines)), names, fontsize=6.8)
    for tick, (_, choice, _) in zip(ax.yaxis.get_major_ticks(), lines, strict=True):
        tick.label1.set_fontweight("normal" if choice else "bold")
    ax.set_xticks([])
    ax.set_xlabel(f"{len(rows)} distinct specifications, by their estimate")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def specification_curve(
    table: pd.DataFrame,
    choices: Sequence[str],
    *,
    signed: bool = True,
    names: Mapping[str, str] | None = None,
) -> Figure:
    """Draw the estimates of a finding by size, with their intervals, and the choices of each below.

    `table` are the rows of `findings.run` for one part or more, side by side in pairs; `choices`
    the columns of its choices, `names` those of outlets and events by their ids. One mark stands
    for all specifications of one result. The diamond is the main specification, blue marks take a
    choice that was added, a hollow mark has no interval, and the dashed line (with `signed`) is
    where nothing differs. Raises `ValueError` where no row has an estimate.
    """
    table = drawable(table)
    parts = {
        str(p): sorted_specifications(own, choices) for p, own in table.groupby("part", sort=False)
    }
    if not parts:
        raise ValueError("no specification has an estimate: there is no curve to draw")
    lines = _lines(table, choices, names or {})
    across = min(len(parts), 2)
    bands = -(-len(parts) // across)
    below = max(ROW * len(lines), 0.2)
    fig = new_figure(TWO_COLUMNS, bands * (CURVE + below) + BASE)
    heights = [CURVE, below] * bands
    grid = GridSpec(2 * bands, across, figure=fig, height_ratios=heights)
    for i, (part, rows) in enumerate(parts.items()):
        band, column = divmod(i, across)
        lower = fig.add_subplot(grid[2 * band + 1, column])
        upper = fig.add_subplot(grid[2 * band, column], sharex=lower)
        _curve(upper, rows, signed)
        _matrix(lower, rows, lines, labelled=column == 0)
        if part:
            upper.set_title(part_name(part), loc="left")
    hollow = {"color": INK, "marker": "o", "markerfacecolor": "white"}
    entries = [("main", {"color": MAIN, "marker": "D"})]
    drawn = pd.concat(parts.values())
    without = drawn["low"].isna() | drawn["interval"].eq("")
    if (drawn["declared"] & ~drawn["main"]).any():
        entries.append(("as declared", {"color": INK, "marker": "o"}))
    if (~drawn["declared"]).any():
        entries.append(("with an added choice", {"color": ADDED, "marker": "o"}))
    if without.any():
        entries.append(("without an interval", hollow))
    legend(fig, entries)
    return fig


def influence_matrix(table: pd.DataFrame) -> Figure:
    """Draw which choice moves which estimate: the area is the shift over the estimate's range.

    `table` is `findings.influences` with a column `relative`, the shift over the range of the
    estimate, and `row`, the printed name of a finding and its part. A choice that does not enter a
    finding leaves the place empty; a dot is a choice that moves nothing.
    """
    names = list(dict.fromkeys(table["row"]))
    columns = list(dict.fromkeys(table["choice"]))
    fig = new_figure(TWO_COLUMNS, 1.35 + 0.27 * len(names))
    ax = fig.subplots()
    positions = lanes(ax, names)
    ax.set_yticks(list(positions.values()), [fill(short(n, 96), 52) for n in names], fontsize=7)
    ax.set_xticks(range(len(columns)), [choice_name(c) for c in columns], rotation=35, ha="right")
    ax.set_xlim(-0.6, len(columns) - 0.4)
    quiet(ax, "both")
    ax.spines["bottom"].set_visible(False)
    for row in table.to_dict("records"):
        x, y = columns.index(row["choice"]), positions[row["row"]]
        size = 6 + 130 * row["relative"]
        ax.scatter(x, y, s=size, color=INK if row["relative"] else GREY, zorder=3, linewidths=0)
    return fig
