"""Figures of framing: who is called what, events told by both, and what sets two groups apart."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from framelines.figures.style import FAINT, GREY, INK, colours, figure, in_words, markers, short

# Dark, light and hatched, so that stances are told apart in grey print too.
STANCES: dict[str, dict[str, Any]] = {
    "derogatory": {"facecolor": "#7a2e1d", "edgecolor": "white"},
    "neutral": {"facecolor": "#dcdcdc", "edgecolor": "white"},
    "honorific": {"facecolor": "#f2cf66", "edgecolor": "#7d6608", "hatch": "////"},
}
RELATIONS = {"own": "own side", "foe": "opponent", "other": "others"}
LANE = 0.27


def _lanes(ax: Axes, names: list[str]) -> None:
    """One lane a name, the first on top, and a faint grid."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.grid(axis="x", color=FAINT, linewidth=0.6)


def _beside(ax: Axes, y: float, text: str) -> None:
    at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
    ax.annotate(text, (1.015, y), va="center", fontsize=8, **at)


def _counts(row: dict[str, Any]) -> str:
    return f"{row['k_1']:.0f}/{row['n_1']:.0f} : {row['k_2']:.0f}/{row['n_2']:.0f}"


def stance_bars(data: pd.DataFrame) -> Figure:
    """Draw who calls whom what: a bar a teller and target, divided by the stance of the mentions.

    `data` has source, relation, stance, n and share; the number beside a bar is its mentions.
    """
    sizes = data.groupby("source")["n"].sum().reset_index()
    tellers = list(sizes.sort_values(["n", "source"], ascending=[False, True])["source"])
    targets = [r for r in RELATIONS if r in set(data["relation"])]
    fig = figure(height=0.8 + 0.3 * len(tellers))
    ax = fig.subplots()
    _lanes(ax, [short(t) for t in tellers])
    ax.grid(visible=False)
    ax.set_xticks(np.arange(len(targets)) - 0.07, [RELATIONS[t] for t in targets])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for (teller, target), own in data.groupby(["source", "relation"], sort=True):
        y, left = tellers.index(str(teller)), targets.index(str(target)) - 0.42
        for stance, look in STANCES.items():
            width = 0.7 * float(own.loc[own["stance"] == stance, "share"].sum())
            ax.add_patch(Rectangle((left, y - 0.3), width, 0.6, linewidth=0.4, **look))
            left += width
        ax.annotate(
            f"{own['n'].iloc[0]}", (left, y), (3, 0), textcoords="offset points", va="center"
        )
    ax.set_xlim(-0.45, len(targets) - 0.5)
    handles = [Patch(label=stance, **look) for stance, look in STANCES.items()]
    fig.legend(handles=handles, loc="outside lower center", ncols=3)
    return fig


def paired_events(data: pd.DataFrame) -> Figure:
    """Draw the shares of both groups for every event that both tell, one line an event.

    `data` is of `contrasts.matched` with event, first and second; counts stand on the right.
    """
    data = data.sort_values(["difference", "event"], ascending=[False, True], kind="stable")
    groups = [str(data[c].iloc[0]) for c in ("first", "second")]
    colour, marker = colours(groups), markers(groups)
    fig = figure(height=0.9 + LANE * len(data))
    ax = fig.subplots()
    _lanes(ax, [short(str(e)) for e in data["event"]])
    for y, row in enumerate(data.to_dict("records")):
        ends = [100 * row["share_first"], 100 * row["share_second"]]
        ax.plot(ends, [y, y], color=FAINT, linewidth=2.2, zorder=1)
        for shift, end, group in zip((-0.14, 0.14), ends, groups, strict=True):
            at = y + shift * (ends[0] == ends[1])
            ax.plot(end, at, marker=marker[group], color=colour[group], markersize=5.5)
        names = {
            f"{c}_{i}": row[f"{c}_{s}"] for c in "kn" for i, s in ((1, "first"), (2, "second"))
        }
        _beside(ax, y, _counts(names))
    ax.set_xlim(-4, 104)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0f} %")
    handles = [
        Line2D([], [], linestyle="", marker=marker[g], color=colour[g], label=in_words(g))
        for g in groups
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=2)
    return fig


def differences(
    data: pd.DataFrame, *, unit: str, hollow: str = "", beyond: float = float("nan")
) -> Figure:
    """Draw what sets two groups apart, one row a frame or word, the first group's on the right.

    `data` has name, value, low, high, group_1, group_2, k_1 and k_2, n_1 and n_2 where there are
    any, and solid; a mark that is not solid is drawn hollow, which `hollow` explains. `beyond` is
    what a value must pass to differ by more than chance.
    """
    data = data.sort_values(["value", "name"], ascending=[False, True], kind="stable")
    groups = [str(data[c].iloc[0]) for c in ("group_1", "group_2")]
    colour, marker = colours(groups), markers(groups)
    fig = figure(height=0.85 + 0.235 * len(data))
    ax = fig.subplots()
    _lanes(ax, [str(name) for name in data["name"]])
    ax.axvline(0, color=GREY, linewidth=0.8)
    for y, row in enumerate(data.to_dict("records")):
        group = groups[row["value"] < 0]
        if pd.notna(row["low"]):
            ax.plot([row["low"], row["high"]], [y, y], color=colour[group], linewidth=1.4)
        face = colour[group] if row["solid"] else "white"
        look: dict[str, Any] = {"marker": marker[group], "markerfacecolor": face, "markersize": 5}
        ax.plot(row["value"], y, color=colour[group], **look)
        _beside(ax, y, _counts(row) if "n_1" in row else f"{row['k_1']:.0f} : {row['k_2']:.0f}")
    ends = data[["value", "low", "high"]].to_numpy(dtype=np.float64)
    reach = 1.12 * float(np.nanmax(np.abs([*ends.ravel(), beyond, 1e-9])))
    ax.set_xlim(-reach, reach)
    for at in (-beyond, beyond):
        ax.axvline(at, color=INK, linewidth=0.8, linestyle="--")
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:+.0f}".replace("+0", "0").replace("-", "−"))
    ax.set_xlabel(unit)
    for place, group, text in (
        ("left", groups[1], "◄ more in {}"),
        ("right", groups[0], "more in {} ►"),
    ):
        ax.set_title(text.format(in_words(group)), loc=place, color=colour[group], fontsize=8)
    if hollow and not data["solid"].all():
        look = {"linestyle": "", "marker": "o", "color": INK, "markerfacecolor": "white"}
        fig.legend(handles=[Line2D([], [], label=hollow, **look)], loc="outside lower center")
    return fig
