"""Figures of framing: who is called what, events told by both, and what sets two groups apart."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from framelines.figures import style

# Dark, light and hatched, so that stances are told apart in grey print too.
STANCES: dict[str, dict[str, Any]] = {
    "derogatory": {"facecolor": "#7a2e1d", "edgecolor": "white"},
    "neutral": {"facecolor": "#dcdcdc", "edgecolor": "white"},
    "honorific": {"facecolor": "#f2cf66", "edgecolor": "#7d6608", "hatch": "////"},
}
SIDES = ("first", "second")
RELATIONS = {"own": "own side", "foe": "opponent", "other": "others"}


def stance_bars(data: pd.DataFrame) -> Figure:
    """Draw who calls whom what: a bar a teller and target, divided by the stance of the mentions.

    `data` has source, relation, stance, n and share; the number beside a bar is its mentions.
    """
    sizes = data.groupby("source")["n"].sum().reset_index()
    tellers = list(sizes.sort_values(["n", "source"], ascending=[False, True])["source"])
    targets = [r for r in RELATIONS if r in set(data["relation"])]
    fig = style.figure(height=0.8 + 0.3 * len(tellers))
    ax = fig.subplots()
    style.lanes(ax, [style.short(t) for t in tellers])
    ax.grid(visible=False)
    ax.set_xticks(np.arange(len(targets)) - 0.07, [RELATIONS[t] for t in targets])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for (teller, target), own in data.groupby(["source", "relation"], sort=True):
        y, left = tellers.index(str(teller)), targets.index(str(target)) - 0.42
        share = own.set_index("stance")["share"]
        for stance in (s for s in STANCES if share.get(s, 0) > 0):
            corner, width = (left, y - 0.3), 0.7 * float(share[stance])
            ax.add_patch(Rectangle(corner, width, 0.6, linewidth=0.4, **STANCES[stance]))
            left += width
        ax.annotate(f" {own['n'].iloc[0]}", (left, y), va="center", fontsize=8)
    ax.set_xlim(-0.45, len(targets) - 0.5)
    handles = [Patch(label=stance, **look) for stance, look in STANCES.items()]
    fig.legend(handles=handles, loc="outside lower center", ncols=3)
    return fig


def paired_events(data: pd.DataFrame) -> Figure:
    """Draw the shares of both groups for every event that both tell, one line an event.

    `data` is of `contrasts.matched` with event, first and second; counts stand on the right.
    """
    data = data.sort_values(["difference", "event"], ascending=[False, True], kind="stable")
    groups = [str(data[c].iloc[0]) for c in SIDES]
    colour, marker = style.colours(groups), style.markers(groups)
    fig = style.figure(height=0.8 + 0.32 * len(data))
    ax = fig.subplots()
    style.lanes(ax, [style.wrapped(str(event)) for event in data["event"]])
    for y, row in enumerate(data.to_dict("records")):
        ends = [100 * row["share_first"], 100 * row["share_second"]]
        ax.plot(ends, [y, y], color=style.FAINT, linewidth=2.2, zorder=1)
        for shift, end, group in zip((-0.14, 0.14), ends, groups, strict=True):
            # Two marks at one place stand a little apart.
            at = y + shift * (ends[0] == ends[1])
            ax.plot(end, at, marker=marker[group], color=colour[group], markersize=5.5)
        style.beside(ax, y, _counts(row, SIDES))
    ax.set_xlim(-4, 104)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0f} %")
    style.legend(fig, groups)
    return fig


def differences(
    data: pd.DataFrame,
    *,
    unit: str,
    label: str = "name",
    value: str = "value",
    ends: tuple[str, ...] = ("low", "high"),
    hollow: str = "",
    beyond: float = float("nan"),
) -> Figure:
    """Draw what sets two groups apart, one row a frame or word; the first group is on the right.

    `data` has the columns named, `solid` (where it is false the mark is hollow, which `hollow`
    explains), group_1 and group_2, counts k_1 and k_2 and, of shares, n_1 and n_2. `beyond` is what
    a value must pass to differ by more than chance.
    """
    data = data.sort_values([value, label], ascending=[False, True], kind="stable")
    groups = [str(data[c].iloc[0]) for c in ("group_1", "group_2")]
    colour, marker = style.colours(groups), style.markers(groups)
    fig = style.figure(height=0.85 + 0.235 * len(data))
    ax = fig.subplots()
    style.lanes(ax, [str(one) for one in data[label]])
    ax.axvline(0, color=style.GREY, linewidth=0.8)
    for y, row in enumerate(data.to_dict("records")):
        group = groups[int(row[value] < 0)]
        paint, shape = colour[group], marker[group]
        ax.plot([row[end] for end in ends], [y] * len(ends), color=paint, linewidth=1.4)
        face = paint if row["solid"] else "white"
        ax.plot(row[value], y, color=paint, marker=shape, markerfacecolor=face, markersize=5)
        style.beside(ax, y, _counts(row))
    shown = data[[value, *ends]].to_numpy(dtype=np.float64).ravel()
    reach = 1.12 * float(np.nanmax(np.abs([*shown, beyond, 1e-9])))
    ax.set_xlim(-reach, reach)
    for at in (-beyond, beyond):
        ax.axvline(at, color=style.INK, linewidth=0.8, linestyle="--")
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:+,.10g}".replace("-", "−") if x else "0")
    ax.set_xlabel(unit)
    for place, group, text in zip(("right", "left"), groups, ("{} ►", "◄ {}"), strict=True):
        words = text.format(f"more in {style.in_words(group)}")
        ax.set_title(words, loc=place, color=colour[group], fontsize=8)  # type: ignore[arg-type]
    if hollow and not data["solid"].all():
        look: dict[str, Any] = {"marker": "o", "color": style.INK, "markerfacecolor": "white"}
        handle = Line2D([], [], linestyle="", label=hollow, **look)
        fig.legend(handles=[handle], loc="outside lower center")
    return fig


def _counts(row: dict[str, Any], sides: tuple[str, str] = ("1", "2")) -> str:
    """k of both groups, of n where there is one."""
    of = [f"/{row[f'n_{s}']:.0f}" if f"n_{s}" in row else "" for s in sides]
    return " : ".join(f"{row[f'k_{s}']:.0f}{n}" for s, n in zip(sides, of, strict=True))
