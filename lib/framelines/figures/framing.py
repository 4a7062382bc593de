"""Figures of names and frames: who is called what, which frame stands in whose sentences."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from framelines.figures.keyness import side_looks
from framelines.figures.marks import group_label, legend, short
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
from framelines.vocabulary import STANCES

# Dark, light and hatched, so that stances are told apart in grey print too.
STANCE_LOOKS: dict[str, dict[str, Any]] = {
    "derogatory": {"facecolor": "#7a2e1d", "edgecolor": "white"},
    "neutral": {"facecolor": "#dcdcdc", "edgecolor": "white"},
    "honorific": {"facecolor": "#f2cf66", "edgecolor": "#7d6608", "hatch": "////"},
}
RELATIONS = {"own": "own side", "foe": "opponent", "other": "others"}
LANE = 0.27
# Names of actors are long, and to cut them would make one out of several.
WIDEST = 56


def wrapped(name: str, width: int = 16) -> str:
    """Return a name broken into lines of about `width` letters."""
    lines = [""]
    for word in bloc_name(RELATIONS.get(name, name)).split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def in_order(values: pd.Series) -> list[str]:
    """Return the different values: own, foe and other first, the rest by name."""
    known = [r for r in RELATIONS if r in set(values)]
    return known + sorted(set(values) - set(known))


def by_size(table: pd.DataFrame, name: str) -> list[str]:
    """Return the names of one column, those with the most mentions or acts first."""
    sizes = table.groupby(name, sort=True)["n"].sum().reset_index()
    return list(sizes.sort_values(["n", name], ascending=[False, True], kind="stable")[name])


def _write_counts(ax: Axes, y: float, row: dict[str, Any]) -> None:
    """Write k of n of both groups right of the panel."""
    sides = (f"{row[f'k_{side}']:.0f}/{row[f'n_{side}']:.0f}" for side in ("first", "second"))
    at, across = (1.01, y), ("axes fraction", "data")
    style: dict[str, Any] = {"va": "center", "fontsize": 7, "annotation_clip": False}
    ax.annotate(" : ".join(sides), at, xycoords=across, **style)


def columns_on_top(ax: Axes, names: list[str]) -> None:
    """Label the columns of a matrix above it."""
    ax.set_xticks(range(len(names)), [wrapped(n) for n in names])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def naming_matrix(
    table: pd.DataFrame, *, rows: str = "source", columns: str = "relation"
) -> Figure:
    """Draw who calls whom what: a bar a teller and target, split by the stance of the mentions.

    `table` is `naming.naming_matrix`, `rows` and `columns` two of its columns; a number gives the
    mentions that a bar divides.
    """
    tellers, targets = by_size(table, rows), in_order(table[columns])
    fig = new_figure(TWO_COLUMNS, 1.15 + 0.31 * len(tellers))
    ax = fig.subplots()
    positions = lanes(ax, tellers)
    ax.set_yticks(list(positions.values()), [short(bloc_name(t), WIDEST) for t in tellers])
    columns_on_top(ax, targets)
    for (teller, target), own in table.groupby([rows, columns], sort=True):
        y, left = positions[str(teller)], targets.index(str(target)) - 0.42
        for stance in STANCES:
            width = 0.7 * float(own.loc[own["stance"] == stance, "share"].sum())
            if width:
                corner = (left, y - 0.3)
                ax.add_patch(Rectangle(corner, width, 0.6, linewidth=0.4, **STANCE_LOOKS[stance]))
            left += width
        ax.annotate(
            f"{own['n'].iloc[0]}", (left, y), (3, 0), textcoords="offset points", va="center"
        )
    ax.set_xlim(-0.5, len(targets) - 0.42)
    handles = [Patch(label=stance, **STANCE_LOOKS[stance]) for stance in STANCES]
    fig.legend(handles=handles, loc="outside lower center", ncols=3)
    return fig


def frame_forest(table: pd.DataFrame, first: str, second: str) -> Figure:
    """Draw the difference in share of every frame with its interval, the counts on the right.

    `table` is `frames.frame_contrasts`. Hollow marks are frames that two coders do not code alike
    enough (weak); grey ticks are too rare to be established, and frames that no sentence carries
    are left out. A cross is the difference after correction for the coder's errors.
    """
    table = table[table["k_first"] + table["k_second"] > 0]
    table = table.sort_values(["effect", "frame"], ascending=[False, True], kind="stable")
    names = [str(n) for n in table["name"]]
    looks = side_looks(first, second)
    fig = new_figure(TWO_COLUMNS, 1.0 + 0.24 * max(len(names), 2))
    ax = fig.subplots()
    positions = lanes(ax, names)
    quiet(ax)
    ax.axvline(0, color=GREY, linewidth=0.8)
    for row in table.to_dict("records"):
        y, rare = positions[str(row["name"])], row["status"] == "not established"
        colour, marker = looks[first if row["effect"] > 0 else second]
        colour = GREY if rare or not row["effect"] else colour
        if pd.notna(row["low"]):
            ax.plot([100 * row["low"], 100 * row["high"]], [y, y], color=colour, linewidth=1.4)
        face = colour if row["status"] == "" else "white"
        style: dict[str, Any] = {"marker": "|" if rare else marker, "markersize": 7 if rare else 5}
        ax.plot(100 * row["effect"], y, color=colour, markerfacecolor=face, linestyle="", **style)
        if pd.notna(row.get("corrected")):
            ax.plot(100 * row["corrected"], y + 0.28, marker="x", color=INK, markersize=4)
            if pd.notna(row["corrected_low"]):
                ends = [100 * row["corrected_low"], 100 * row["corrected_high"]]
                ax.plot(ends, [y + 0.28] * 2, color=INK, linewidth=0.7)
        _write_counts(ax, y, row)
    columns = ["effect", "low", "high", "corrected", "corrected_low", "corrected_high"]
    reach = 112 * float(table[columns].abs().max().max()) if len(table) else 1.0
    ax.set_xlim(-reach, reach)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:+.0f}".replace("+0", "0").replace("-", "−"))
    ax.set_xlabel("difference in the share of sentences, percentage points")
    ax.set_title(f"◄ more in {group_label(second)}", loc="left", color=looks[second][0])
    ax.set_title(
        f"more in {group_label(first)} ►", loc="right", color=looks[first][0], fontweight="bold"
    )
    hollow = {"marker": "o", "color": INK, "markerfacecolor": "white"}
    entries = [
        ("established", {"marker": "o", "color": INK}),
        ("agreement weak or unshown", hollow),
    ]
    if (table["status"] == "not established").any():
        entries.append(("too rare", {"marker": "|", "color": GREY}))
    if table["corrected"].notna().any():
        entries.append(("coder error corrected", {"marker": "x", "color": INK}))
    legend(fig, entries)
    return fig


def paired_events(table: pd.DataFrame, first: str, second: str, unit: str) -> Figure:
    """Draw the shares of both groups for every event that both tell, one line an event.

    `table` is of `contrasts.matched` with the column event; `unit` says what the shares are of.
    """
    table = table.sort_values(["difference", "event"], ascending=[False, True], kind="stable")
    names = [short(str(n), WIDEST) for n in table["event"]]
    looks = side_looks(first, second)
    fig = new_figure(TWO_COLUMNS, 1.0 + LANE * max(len(names), 1))
    ax = fig.subplots()
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_yticks(range(len(names)), names)
    quiet(ax)
    for y, row in enumerate(table.to_dict("records")):
        ends = {first: 100 * row["share_first"], second: 100 * row["share_second"]}
        ax.plot(list(ends.values()), [y, y], color=FAINT, linewidth=2.2, zorder=1)
        equal = ends[first] == ends[second]
        for shift, group in ((-0.14, first), (0.14, second)):
            colour, marker = looks[group]
            ax.plot(
                ends[group],
                y + shift * equal,
                marker=marker,
                color=colour,
                linestyle="",
                markersize=5,
            )
        _write_counts(ax, y, row)
    ax.set_xlim(-4, 104)
    ax.set_xlabel(unit)
    legend(fig, [(group_label(g), {"marker": m, "color": c}) for g, (c, m) in looks.items()])
    return fig


def frames_together(table: pd.DataFrame) -> Figure:
    """Draw which frames stand in the same sentences: area and number count them, fill tells more.

    `table` is `frames.cooccurrence`; a filled circle is met more often than two independent frames
    would meet, a hollow one less often.
    """
    sizes = {r["first_name"]: r["n_first"] for r in table.to_dict("records")}
    sizes |= {r["second_name"]: r["n_second"] for r in table.to_dict("records")}
    names = sorted(sizes, key=lambda n: (-sizes[n], n))
    fig = new_figure(TWO_COLUMNS, 1.5 + 0.3 * max(len(names), 1))
    ax = fig.subplots()
    if not names:
        ax.axis("off")
        ax.text(0.5, 0.5, "fewer than two established frames", ha="center", va="center", color=GREY)
        return fig
    ax.set_ylim(len(names) - 0.5, 0.4)
    ax.set_xlim(-0.5, len(names) - 1.4)
    ax.set_yticks(range(1, len(names)), [f"{n} ({sizes[n]})" for n in names[1:]])
    ax.set_xticks(range(len(names) - 1), names[:-1])
    ax.tick_params(axis="x", labelrotation=40)
    for label in ax.get_xticklabels():
        label.set(ha="right", rotation_mode="anchor")
    quiet(ax, "both")
    ax.spines["bottom"].set_visible(False)
    for row in table[table["both"] > 0].to_dict("records"):
        x, y = sorted((names.index(row["first_name"]), names.index(row["second_name"])))
        size = 14 + 9 * min(row["both"], 60)
        face = INK if row["lift"] > 1 else "white"
        ax.scatter(x, y, s=size, facecolor=face, edgecolor=INK, linewidths=0.8, zorder=3)
        gap = 3 + np.sqrt(size) / 2
        ax.annotate(
            f"{row['both']}", (x, y), (gap, 0), textcoords="offset points", va="center", fontsize=7
        )
    hollow = {"marker": "o", "color": INK, "markerfacecolor": "white"}
    more = ("together more often than if independent", {"marker": "o", "color": INK})
    legend(fig, [more, ("less often", hollow)])
    return fig
