"""The figure of notebook 04: every specification of a finding, sorted, with its choices below."""

from collections.abc import Mapping, Sequence
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
from framelines.findings.words import choice_name, estimate_text, value_name
from framelines.resampling import MIN_UNITS

MAIN = "#b24000"
# Fewer make no curve; a table says as much.
LEAST = 3
# Counts fit above the marks as long as there are few of them.
WITH_COUNTS = 12
CURVE, ROW, BASE = 1.75, 0.155, 0.85
Line = tuple[str, str | None, Any]


def part_name(part: str) -> str:
    """Return a part of a finding in words, camps by their printed names."""
    return ", ".join(bloc_name(piece) for piece in part.split(": "))


def worth_drawing(table: pd.DataFrame) -> list[str]:
    """Return the parts of a finding that make a curve: three estimates or more, two of them apart.

    `table` is `findings.run`. Shares of fewer than ten are left to the tables: a curve would draw
    rates that may not be given.
    """
    found = []
    for part, own in table.groupby("part", sort=False):
        known = own.dropna(subset=["effect"])
        few = known["unit"].eq(K_OF_N).any() and known["n"].min() < MIN_UNITS
        if len(known) >= LEAST and known["effect"].nunique() > 1 and not few:
            found.append(str(part))
    return found


def sorted_specifications(table: pd.DataFrame) -> pd.DataFrame:
    """Return the estimable rows of one part by effect, lowest first, with their rank from 0."""
    known = table.dropna(subset=["effect"])
    ordered = known.sort_values(["effect", "specification"], kind="stable").reset_index(drop=True)
    return ordered.assign(rank=range(len(ordered)))


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
    nothing = [NO_DIFFERENCE[unit]] if signed and unit in NO_DIFFERENCE else []
    low, high = min([*ends, *nothing]), max([*ends, *nothing])
    room = 0.08 * (high - low or 1)
    return low - room, high + room


def _curve(ax: Axes, rows: pd.DataFrame, signed: bool) -> None:
    unit = str(rows["unit"].iloc[0])
    bottom, top = _limits(rows, unit, signed)
    if signed and unit in NO_DIFFERENCE:
        ax.axhline(NO_DIFFERENCE[unit], color=GREY, linestyle="--", linewidth=0.9, zorder=0.9)
    for row in rows.to_dict("records"):
        colour, marker = (MAIN, "D") if row["main"] else (INK, "o")
        bounded = pd.notna(row["low"]) and row["interval"] != ""
        if bounded:
            ends = np.clip(_scaled(np.array([row["low"], row["high"]]), unit), bottom, top)
            ax.plot([row["rank"]] * 2, ends, color=colour, linewidth=1.1, alpha=0.55)
        face = colour if bounded else "white"
        height = _scaled(row["effect"], unit)
        ax.plot(row["rank"], height, marker, color=colour, markerfacecolor=face, markersize=4)
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
        chosen = rows[choice].eq(value)
        ax.plot(rows["rank"], [y] * len(rows), "o", color=FAINT, markersize=2)
        for main, colour, marker in ((False, INK, "o"), (True, MAIN, "D")):
            at = rows.loc[chosen & rows["main"].eq(main), "rank"]
            ax.plot(at, [y] * len(at), marker, color=colour, markersize=3)
    ax.set_ylim(len(lines) - 0.4, -0.7)
    ax.set_xlim(-0.8, len(rows) - 0.2)
    names = [name for name, _, _ in lines] if labelled else [""] * len(lines)
    ax.set_yticks(range(len(lines)), names, fontsize=6.8)
    for label, (_, choice, _) in zip(ax.get_yticklabels(), lines, strict=True):
        label.set_fontweight("normal" if choice else "bold")
    ax.set_xticks([])
    ax.set_xlabel(f"{len(rows)} specifications, by their estimate")
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
    the columns of its choices, `names` those of outlets and events by their ids. The diamond is the
    main specification, a hollow mark has no interval, and the dashed line (with `signed`) is where
    nothing differs. Raises `ValueError` where no row has an estimate.
    """
    parts = {str(p): sorted_specifications(own) for p, own in table.groupby("part", sort=False)}
    parts = {part: rows for part, rows in parts.items() if len(rows)}
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
    entries = [("main specification", {"color": MAIN, "marker": "D"})]
    drawn = pd.concat(parts.values())
    without = drawn["low"].isna() | drawn["interval"].eq("")
    if (~without).any():
        entries.append(("with its interval", {"color": INK, "marker": "o"}))
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
    ax.set_yticks(list(positions.values()), [short(n, 58) for n in names], fontsize=7)
    ax.set_xticks(range(len(columns)), [choice_name(c) for c in columns], rotation=35, ha="right")
    ax.set_xlim(-0.6, len(columns) - 0.4)
    quiet(ax, "both")
    ax.spines["bottom"].set_visible(False)
    for row in table.to_dict("records"):
        x, y = columns.index(row["choice"]), positions[row["row"]]
        size = 6 + 130 * row["relative"]
        ax.scatter(x, y, s=size, color=INK if row["relative"] else GREY, zorder=3, linewidths=0)
    return fig
