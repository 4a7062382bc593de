"""Figures of how outlets write, whom they call what, and what sets two groups apart."""

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from framelines.figures import style

# Dark, light and hatched, so that stances are told apart in grey print too.
STANCES: dict[str, dict[str, Any]] = {
    "derogatory": {"facecolor": "#7a2e1d", "edgecolor": "white"},
    "neutral": {"facecolor": "#dcdcdc", "edgecolor": "white"},
    "honorific": {"facecolor": "#f2cf66", "edgecolor": "#7d6608", "hatch": "////"},
}
RELATIONS = {"own": "own side", "foe": "opponent", "other": "others"}


def rate_profile(data: pd.DataFrame) -> Figure:
    """Draw every rate of every outlet as a dot with its interval, one panel a metric.

    `data` is `profiles.rates`; a hollow mark has no interval, for want of documents. Outlets stand
    by bloc, in each by words.
    """
    sums = data.groupby(["bloc", "source"])["tokens"].sum().reset_index()
    sums = sums.sort_values(["bloc", "tokens", "source"], ascending=[True, False, True])
    names, metrics = list(sums["source"]), list(dict.fromkeys(data["metric"]))
    look, rows = style.looks(sums["bloc"]), -(-len(metrics) // 4)
    fig = style.figure(0.5 + rows * (0.62 + 0.17 * len(names)))
    axes = fig.subplots(rows, 4, sharey=True, squeeze=False).ravel()
    for ax in axes[len(metrics) :]:
        ax.set_visible(False)
    for ax, metric in zip(axes, metrics, strict=False):
        own = data[data["metric"] == metric]
        style.lanes(ax, [name.split(" (")[0] for name in names])
        ax.set_xlim(*style.limits(own[["value", "low", "high"]].to_numpy(dtype=float).ravel()))
        for row in own.to_dict("records"):
            hollow = bool(pd.isna(row["low"]))
            style.estimate(ax, names.index(row["source"]), row, look[row["bloc"]], hollow=hollow)
        ax.set_title(own["label"].iloc[0])
        ax.set_xlabel(own["unit"].iloc[0])
        ax.locator_params(axis="x", nbins=3)
    style.legend(fig, look)
    return fig


def stance_bars(data: pd.DataFrame) -> Figure:
    """Draw who calls whom what: a bar a teller and target, divided by the stance of the mentions.

    `data` has source, relation, stance, n and share.
    """
    sizes = data.groupby("source")["n"].sum().reset_index()
    tellers = list(sizes.sort_values(["n", "source"], ascending=[False, True])["source"])
    targets = [r for r in RELATIONS if r in set(data["relation"])]
    fig = style.figure(0.8 + 0.3 * len(tellers))
    ax = fig.subplots()
    style.lanes(ax, [style.short(t) for t in tellers])
    ax.grid(visible=False)
    ax.set_xticks(np.arange(len(targets)) - 0.07, [RELATIONS[t] for t in targets])
    ax.xaxis.tick_top()
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(length=0)
    for (teller, target), own in data.groupby(["source", "relation"], sort=True):
        y, left = tellers.index(str(teller)), targets.index(str(target)) - 0.42
        share = own.set_index("stance")["share"]
        for stance in (s for s in STANCES if share.get(s, 0) > 0):
            corner, width = (left, y - 0.3), 0.7 * float(share[stance])
            ax.add_patch(Rectangle(corner, width, 0.6, linewidth=0.4, **STANCES[stance]))
            left += width
        ax.annotate(f" {own['n'].iloc[0]}", (left, y), va="center")
    ax.set_xlim(-0.45, len(targets) - 0.5)
    handles = [Patch(label=stance, **look) for stance, look in STANCES.items()]
    fig.legend(handles=handles, loc="outside lower center", ncols=3)
    return fig


def passed_on(data: pd.DataFrame) -> Figure:
    """Draw whose words each page passes on: pages left, voices right, lines as wide as the claims.

    `data` is `framing.passed_on`.
    """
    columns = [data.groupby(c)["claims"].sum().sort_values() for c in ("teller", "voice")]
    most, look = max(map(len, columns)), style.looks(columns[0].index[::-1])
    fig = style.figure(0.4 + 0.3 * most)
    ax = fig.subplots()
    ax.set(xlim=(-1, 2), ylim=(0, most))
    ax.axis("off")
    heights = [pd.Series((np.arange(len(c)) + 0.5) * most / len(c), c.index) for c in columns]
    for row in data.to_dict("records"):
        ends = [heights[0][row["teller"]], heights[1][row["voice"]]]
        wide, color = 0.6 + 8 * row["claims"] / data["claims"].max(), look[row["teller"]]["color"]
        ax.plot([0, 1], ends, color=color, alpha=0.55, linewidth=wide)
    for x, side, own, height in zip((0, 1), ("right", "left"), columns, heights, strict=True):
        for name, claims in own.items():
            words = [style.short(str(name).split(" (")[0]), f"{claims:,}"]
            text = "  ".join(words[:: 1 - 2 * x])
            ax.annotate(text, (x + 0.08 * (x - 0.5), height[name]), ha=side, va="center")
    return fig


def paired_events(data: pd.DataFrame) -> Figure:
    """Draw the shares of both groups for every event that both tell, one line an event.

    `data` is of `contrasts.matched` with event, first and second; counts stand on the right.
    """
    data = data.sort_values(["difference", "event"], ascending=[False, True], kind="stable")
    look = style.looks(str(data[side].iloc[0]) for side in ("first", "second"))
    fig = style.figure(0.8 + 0.32 * len(data))
    ax = fig.subplots()
    style.lanes(ax, [fill(str(event), style.LABEL) for event in data["event"]])
    for y, row in enumerate(data.to_dict("records")):
        ends = [100 * row["share_first"], 100 * row["share_second"]]
        ax.plot(ends, [y, y], color=style.FAINT, linewidth=2.2, zorder=1)
        for shift, end, own in zip((-0.14, 0.14), ends, look.values(), strict=True):
            # Two marks at one place stand a little apart.
            style.mark(ax, end, y + shift * (ends[0] == ends[1]), own, size=5.5)
        style.beside(ax, y, _counts(row, "first", "second"))
    ax.set_xlim(-4, 104)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0f} %")
    style.legend(fig, look)
    return fig


def outlet_dots(data: pd.DataFrame) -> Figure:
    """Draw what share of each outlet's texts has something, one panel a finding.

    `data` has finding, source, side (empty for neither), share, low and high. Outlets stand by
    side, in the order of the data, and by their share in the first panel.
    """
    panels = list(dict.fromkeys(data["finding"]))
    sides = [side for side in dict.fromkeys(data["side"]) if side]
    look = style.looks(sides) | {"": style.DOT}
    rank = data["side"].map({side: place for place, side in enumerate([*sides, ""])})
    order = data.assign(rank=rank, other=data["finding"] != panels[0])
    order = order.sort_values(["rank", "other", "share"], ascending=[True, True, False])
    tellers = list(dict.fromkeys(order["source"]))
    fig = style.figure(1.0 + style.ROW * len(tellers))
    axes = np.atleast_1d(fig.subplots(1, len(panels), sharey=True))
    for ax, panel in zip(axes, panels, strict=True):
        style.lanes(ax, [style.short(t) for t in tellers])
        ax.set_xlim(-8, 108)
        ax.set_xticks([0, 100], ["0", "100 %"])
        ax.set_title(fill(panel, max(12, 66 // len(panels))), loc="left", fontsize="small")
        for row in data[data["finding"] == panel].to_dict("records"):
            in_percent = row | {n: 100 * row[n] for n in ("low", "high")}
            in_percent["value"] = 100 * row["share"]
            style.estimate(ax, tellers.index(row["source"]), in_percent, look[row["side"]])
    style.legend(fig, [name for name in look if name])
    return fig


def differences(data: pd.DataFrame) -> Figure:
    """Draw how the shares of two groups differ, one row a frame; the first group is on the right.

    `data` has name, value in percentage points, low and high, `solid` (where it is false the mark
    is hollow), group_1 and group_2, and k and n of each.
    """
    data = data.sort_values(["value", "name"], ascending=[False, True], kind="stable")
    look = style.looks(str(data[c].iloc[0]) for c in ("group_1", "group_2"))
    first, second = look
    fig = style.figure(0.85 + 0.235 * len(data))
    ax = fig.subplots()
    style.lanes(ax, list(data["name"]))
    shown = np.abs(data[["value", "low", "high"]].to_numpy(dtype=np.float64))
    reach = 1.12 * float(np.nanmax([*shown.ravel(), 1e-9]))
    ax.set_xlim(-reach, reach)
    ax.axvline(0, color=style.GREY, linewidth=0.8)
    for y, row in enumerate(data.to_dict("records")):
        own = look[second if row["value"] < 0 else first]
        style.estimate(ax, y, row, own, hollow=not row["solid"])
        style.beside(ax, y, _counts(row, "1", "2"))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:+,.10g}".replace("-", "−") if x else "0")
    ax.set_xlabel("percentage points")
    ax.set_title(f"more in {first} ►", loc="right", color=look[first]["color"])
    ax.set_title(f"◄ more in {second}", color=look[second]["color"])
    if not data["solid"].all():
        words = "coders do not agree enough, or too rare"
        style.legend(fig, [], style.key(words, style.DOT, hollow=True))
    return fig


def _counts(row: dict[Any, Any], *sides: str) -> str:
    return " : ".join(f"{row[f'k_{side}']:.0f}/{row[f'n_{side}']:.0f}" for side in sides)
