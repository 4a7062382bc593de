"""Figures of single words: ranked terms, word shift, and false alarms where nothing differs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from framelines.figures.marks import group_label
from framelines.figures.style import (
    FAINT,
    GREY,
    INK,
    TWO_COLUMNS,
    lanes,
    look,
    new_figure,
    quiet,
)
from framelines.formats import ARABIC
from framelines.keyness import Keyness
from framelines.word_shift import WordShift

ALIASES = {"government_camp": "pro_government"}
NOMINAL = 0.05


def side_looks(first: str, second: str) -> dict[str, tuple[str, str]]:
    """Return colour and marker of two groups, the same whichever comes first."""
    known = {name: ALIASES.get(name, name) for name in (first, second)}
    looks = look(known.values())
    return {name: looks[alias] for name, alias in known.items()}


def named(term: str, gloss: Mapping[str, str] | None) -> str:
    """Return a term with its translation beside it, where there is one.

    The translation of an Arabic term stands first: a line that begins in Arabic runs from the
    right, and the numbers behind it would change places.
    """
    if not gloss or term not in gloss:
        return term
    first, second = (gloss[term], term) if ARABIC.search(term) else (term, gloss[term])
    return f"{first} ({second})"


def _label_column(
    ax: Axes,
    rows: pd.DataFrame,
    heights: list[float],
    colours: Mapping[str, str],
    gloss: Mapping[str, str] | None,
) -> None:
    """Write the terms right of the panel at given heights (in axes units), led to their points."""
    across = blended_transform_factory(ax.transAxes, ax.transAxes)
    low, high = ax.get_ylim()
    left, right = ax.get_xlim()
    for row, height in zip(rows.to_dict("records"), heights, strict=True):
        at = ((row["x"] - left) / (right - left), (row["z"] - low) / (high - low))
        label = ax.annotate(
            named(row["term"], gloss),
            xy=at,
            xytext=(1.03, height),
            xycoords=across,
            textcoords=across,
            va="center",
            fontsize=7,
            color=colours[row["side"]],
            fontweight="bold" if row["beyond"] else "normal",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.5, "shrinkB": 2},
        )
        # Its room is kept by a column of its own; measuring every line to it would take seconds.
        label.set_in_layout(False)


def ranked_terms(
    result: Keyness, *, labels: int = 10, gloss: Mapping[str, str] | None = None
) -> Figure:
    """Draw every term by how often it occurs and by its z, the most telling of each side named.

    Dashed lines show what a term must pass to differ by more than chance among all terms (max-T),
    and are drawn only where there is a test; terms beyond are bold. Terms of one document are left
    out. `gloss` gives translations by term.
    """
    fig = new_figure(TWO_COLUMNS, 4.2)
    ax, room = fig.subplots(1, 2, width_ratios=[5, 1.25 if gloss is None else 2])
    room.set_visible(False)
    looks = side_looks(result.first, result.second)
    table = result.table[result.table["key"].astype(bool)]
    total = (table["count_first"] + table["count_second"]).astype(float)
    side = np.where(table["z"].astype(float) > 0, result.first, result.second)
    table = table.assign(x=np.log10(total), side=side)
    passed = result.threshold if result.threshold is not None else np.inf
    table["beyond"] = np.round(table["z"].abs().astype(float), 12) > passed
    highest = float(table["z"].abs().max()) if len(table) else 1.0
    top = max(highest, passed) if np.isfinite(passed) else highest
    ax.set_ylim(-1.12 * top, 1.12 * top)
    if len(table):
        ax.set_xlim(float(table["x"].min()) - 0.06, float(table["x"].max()) + 0.08)
    named = [
        table[table["side"] == group]
        .sort_values("z", ascending=group == result.second)
        .head(labels)
        for group in (result.first, result.second)
    ]
    shown = set(pd.concat(named)["term"])
    for group, (colour, marker) in looks.items():
        own = table[table["side"] == group]
        for rows, ink in (
            (own[~own["term"].isin(shown)], GREY),
            (own[own["term"].isin(shown)], colour),
        ):
            ax.scatter(
                rows["x"], rows["z"], s=14, color=ink, marker=marker, linewidths=0, alpha=0.85
            )
    ax.axhline(0, color=GREY, linewidth=0.6)
    if np.isfinite(passed):
        for sign in (1, -1):
            ax.axhline(sign * passed, color=INK, linestyle="--", linewidth=0.8)
    colours = {group: colour for group, (colour, _) in looks.items()}
    step = 0.046
    _label_column(ax, named[0], [0.99 - step * i for i in range(len(named[0]))], colours, gloss)
    below = [0.01 + step * i for i in range(len(named[1]))]
    _label_column(ax, named[1], below, colours, gloss)
    quiet(ax, "y")
    low, high = ax.get_xlim()
    ticks = [t for t in (3, 10, 30, 100, 300, 1000, 3000) if low <= np.log10(t) <= high]
    ax.set_xticks([float(np.log10(t)) for t in ticks], [f"{t:,}" for t in ticks])
    note = f"\n{result.why_no_test}" if result.why_no_test else ""
    ax.set_xlabel(f"occurrences in both groups (log scale){note}")
    ax.set_ylabel("z of the log-odds (ranks, is no test)")
    ax.set_title(f"▲ {group_label(result.first)}      ▼ {group_label(result.second)}", loc="left")
    return fig


def shifted_words(result: WordShift, *, gloss: Mapping[str, str] | None = None) -> Figure:
    """Draw what the difference of two vocabularies is made of: a bar a word, with whiskers."""
    table = result.table
    fig = new_figure(TWO_COLUMNS, 0.9 + 0.155 * max(len(table), 4))
    ax = fig.subplots()
    looks = side_looks(result.first, result.second)
    scale = 1000 if result.kind == "jsd" else 100
    for i, row in enumerate(table.to_dict("records")):
        colour, marker = looks[result.first if row["part"] > 0 else result.second]
        ax.barh(i, scale * row["part"], height=0.62, color=colour, alpha=0.75)
        ax.plot(scale * row["part"], i, marker=marker, color=colour, markersize=3.5)
        if pd.notna(row["low"]):
            ax.plot([scale * row["low"], scale * row["high"]], [i, i], color=INK, linewidth=0.9)
        ends = [scale * row[c] for c in ("part", "low", "high") if pd.notna(row[c])] + [0.0]
        beyond = max(ends) if row["part"] > 0 else min(ends)
        place = ("left", 4) if row["part"] > 0 else ("right", -4)
        ax.annotate(
            named(row["term"], gloss),
            (beyond, i),
            (place[1], 0),
            textcoords="offset points",
            ha=place[0],
            va="center",
            fontsize=7,
        )
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_yticks([])
    quiet(ax)
    ax.axvline(0, color=GREY, linewidth=0.6)
    reach = scale * float(table[["part", "low", "high"]].abs().max().max()) if len(table) else 1.0
    ax.set_xlim(-1.35 * reach, 1.35 * reach)
    ax.xaxis.set_major_formatter(lambda x, _: f"{abs(x):g}")
    unit = "thousandths of a bit" if result.kind == "jsd" else "percentage points of the words"
    ax.set_xlabel(f"part of the difference ({unit}; whole: {scale * result.whole:.3g})")
    ax.set_title(f"◄ {group_label(result.second)}", loc="left", color=looks[result.second][0])
    ax.set_title(
        f"{group_label(result.first)} ►",
        loc="right",
        color=looks[result.first][0],
        fontweight="bold",
    )
    return fig


def false_alarms(summary: pd.DataFrame) -> Figure:
    """Draw how often each method finds a difference where there is none."""
    fig = new_figure(TWO_COLUMNS, 0.8 + 0.3 * len(summary))
    ax = fig.subplots()
    names = [f"{row.label}\n({row.counts})" for row in summary.itertuples()]
    positions = list(lanes(ax, names).values())
    quiet(ax)
    ax.axvline(100 * NOMINAL, color=INK, linestyle="--", linewidth=0.8)
    for y, row in zip(positions, summary.to_dict("records"), strict=True):
        honest = row["low"] <= NOMINAL or row["value"] <= NOMINAL
        ax.plot([100 * row["low"], 100 * row["high"]], [y, y], color=INK, linewidth=1.4)
        face = "white" if honest else INK
        ax.plot(100 * row["value"], y, marker="o", color=INK, markerfacecolor=face, markersize=5)
        ax.annotate(
            f"{100 * row['value']:.1f} %",
            (100 * row["high"], y),
            (7, 0),
            textcoords="offset points",
            va="center",
        )
    ax.set_xlim(0, 112)
    ax.set_xticks([5, 25, 50, 75, 100])
    ax.set_xlabel("false alarms, % (dashed: the five that a test at 5 % may give)")
    return fig
