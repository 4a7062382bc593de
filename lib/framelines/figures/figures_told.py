"""The figures of notebook 02 on numbers: beside the reference, parts and totals, one event."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from framelines.figures.marks import (
    ROW,
    Entry,
    bloc_entries,
    legend,
    short,
    side_name,
    titled,
)
from framelines.figures.style import FAINT, INK, TWO_COLUMNS, look, new_figure, quiet

Row = dict[str, Any]
# Round numbers for a log axis of counts; more of them would overlap.
_TICKS = tuple(m * 10**k for k in range(6) for m in (1, 2, 5))


def _log_axis(ax: Axes, low: float, high: float) -> None:
    ax.set_xscale("log")
    # Two figures a little apart would fill an axis without a round number on it.
    wider = max(1.0, (6 * low / high) ** 0.5)
    low, high = low / wider, high * wider
    ax.set_xlim(low / 1.35, high * 1.35)
    inside = [t for t in _TICKS if low / 1.35 <= t <= high * 1.35]
    # Every second or third tick where the axis spans many.
    step = -(-len(inside) // 7) or 1
    ax.xaxis.set_major_locator(FixedLocator(inside[::step]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    columns = ["point", "low", "conventional_low", "conventional_high"]
    values = table[columns].to_numpy(dtype=np.float64).ravel()
    known = values[np.isfinite(values) & (values > 0)]
    return (float(known.min()), float(known.max())) if len(known) else (1.0, 10.0)


def _reading(ax: Axes, row: Row, y: float, colour: str, marker: str, limits: Row) -> None:
    """Both readings of one figure: thin the logical, thick the conventional, a mark the number."""
    low = max(row["low"], limits["low"])
    high = min(row["high"], limits["high"])
    ax.plot([low, high], [y, y], color=colour, linewidth=0.8, alpha=0.8)
    if math.isinf(row["high"]):
        ax.plot(limits["high"], y, ">", color=colour, markersize=2.5, clip_on=False)
    narrow = (
        max(row["conventional_low"], limits["low"]),
        min(row["conventional_high"], limits["high"]),
    )
    ax.plot(narrow, [y, y], color=colour, linewidth=2.6, alpha=0.45)
    if not math.isnan(row["point"]):
        ax.plot(row["point"], y, marker=marker, color=colour, markersize=4.5, linestyle="")


def dumbbells(table: pd.DataFrame) -> Figure:
    """Draw figures of one thing and window beside each other, on a log axis, a panel a kind.

    `table` is `timelines.side_by_side`. A thin line is the logical reading, a thick one the
    conventional; an arrowhead says that it never ends. Diamonds in ink are the reference.
    """
    panels = list(dict.fromkeys(table["panel"]))
    things = {p: list(dict.fromkeys(table.loc[table["panel"] == p, "thing"])) for p in panels}
    styles = look({b for b in table["bloc"] if b})
    heights = [0.55 + ROW * len(things[p]) for p in panels]
    fig = new_figure(TWO_COLUMNS, sum(heights) + 0.45)
    axes = fig.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for ax, panel in zip(axes, panels, strict=True):
        own = table[table["panel"] == panel]
        low, high = _limits(own)
        _log_axis(ax, low, high)
        left, right = ax.get_xlim()
        for y, thing in enumerate(things[panel]):
            rows = own[own["thing"] == thing].to_dict("records")
            points = [r["point"] for r in rows if not math.isnan(r["point"])]
            if points:
                ax.plot([min(points), max(points)], [y, y], color=FAINT, linewidth=1.2, zorder=0)
            for i, row in enumerate(rows):
                colour, marker = styles.get(row["bloc"], (INK, "d"))
                level = y + 0.24 * (i - (len(rows) - 1) / 2)
                _reading(ax, row, level, colour, marker, {"low": left, "high": right})
        names = [short(own.loc[own["thing"] == t, "label"].iloc[0], 52) for t in things[panel]]
        ax.set_yticks(range(len(names)), names, fontsize=6.8)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_title(_panel(panel), loc="left")
        quiet(ax)
    thin, thick = (
        {"color": INK, "linestyle": "-", "linewidth": w, "marker": ""} for w in (0.8, 2.6)
    )
    entries: list[Entry] = [
        ("reference", {"color": INK, "marker": "d"}),
        *bloc_entries(table["bloc"]),
        ("what the words leave open", thin),
        ("what a reader takes", {**thick, "alpha": 0.45}),
    ]
    legend(fig, entries)
    return fig


def _panel(name: str) -> str:
    """The heading of a panel such as `dead, turkey`, with the side under its printed name."""
    what, _, side = name.partition(", ")
    return titled(what) + (f", {titled(side_name(side))}" if side else "")


def with_sums(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `timelines.parts_and_totals` that can be drawn: two numbers or more."""
    return table[table["difference"].notna() & (table["count"] > 1)]


def parts_against_totals(table: pd.DataFrame) -> Figure:
    """Draw sums of parts as shares of their totals, part by part; the line at 1 is the total.

    `table` is `timelines.parts_and_totals`, of which `with_sums` picks the rows; the others are
    left to the table. Hatched sums exclude their total.
    """
    shown = with_sums(table)
    shown = shown.sort_values(["source", "event_id", "kind", "item", "claim_id"], kind="stable")
    styles = look(shown["bloc"])
    fig = new_figure(TWO_COLUMNS, 0.9 + 0.3 * max(len(shown), 1))
    ax = fig.subplots()
    widest = 1.0
    for y, row in enumerate(shown.to_dict("records")):
        colour = styles[row["bloc"]][0]
        hatch = "////" if row["verdict"] == "contradiction" else ""
        start = 0.0
        for part in _numbers(row["part_figures"]):
            width = part / row["total_stated"]
            ax.barh(
                *(y, width, 0.55),
                left=start,
                facecolor=colour if not hatch else "white",
                edgecolor="white" if not hatch else colour,
                hatch=hatch,
                linewidth=0.8,
            )
            if width > 0.055:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6} if hatch else None
                ink = INK if hatch else "white"
                ax.text(
                    *(start + width / 2, y, f"{part:,.10g}"),
                    ha="center",
                    va="center",
                    fontsize=6.3,
                    color=ink,
                    bbox=box,
                )
            start += width
        widest = max(widest, start)
        ax.plot([1, 1], [y - 0.38, y + 0.38], color=INK, linewidth=1.6)
        ax.text(
            max(start, 1) + 0.02, y, f"{row['sum_stated']:,.10g} of {row['total']}", va="center"
        )
    names = [f"{short(r.label, 54)}:\n{_summed(r)}" for r in shown.itertuples()]
    ax.set_yticks(range(len(shown)), names, fontsize=6.5)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlim(0, widest + 0.42)
    ax.set_xticks(np.arange(0, widest + 0.01, 0.5 if widest > 1 else 0.25))
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    ax.set_xlabel("sum of the parts, as a share of the stated total")
    quiet(ax)
    clash = {"facecolor": "white", "edgecolor": INK, "hatch": "////"}
    entries: list[Entry] = [
        *(
            (f"a part: {name}", {"facecolor": s["color"]})
            for name, s in bloc_entries(shown["bloc"])
        ),
        ("parts that exclude the total", clash),
        ("the stated total", {"color": INK, "linestyle": "-", "linewidth": 1.6, "marker": ""}),
    ]
    legend(fig, entries)
    return fig


def _summed(row: Any) -> str:
    """What parts and total count; where they count differently, each by its name."""
    what, parts = _counted(row.kind, row.item), str(row.part_kinds).replace("_", " ")
    if row.item or row.part_kinds == row.kind:
        return what
    return f"{parts.replace(';', ' and ')}, of {what}"


def _counted(kind: str, item: str) -> str:
    words = "force" if kind == "force_size" else kind.replace("_", " ")
    return f"{item.replace('_', ' ')}, {words.split()[-1]}" if item else words


def _numbers(text: str) -> list[float]:
    """The stated numbers of figures as worded, such as `more than 50 + about 112`."""
    return [float(part.split()[-1].replace(",", "")) for part in text.split(" + ")]


def event_figures(table: pd.DataFrame) -> Figure:
    """Draw every figure told of one event, on a log axis, with who tells it and of whom.

    `table` is `timelines.figures_of_event`: marks are stated figures, lines what they leave open.
    """
    table = table[table["high"] > 0].reset_index(drop=True)
    styles = look({b for b in table["bloc"] if b})
    fig = new_figure(TWO_COLUMNS, 0.95 + 0.24 * max(len(table), 1))
    ax = fig.subplots()
    ends = table[["low", "high"]].to_numpy(dtype=np.float64)
    known = ends[np.isfinite(ends) & (ends > 0)]
    _log_axis(ax, float(known.min()), float(known.max()) * 1.3)
    left, right = ax.get_xlim()
    for y, row in enumerate(table.to_dict("records")):
        colour, marker = styles.get(row["bloc"], (INK, "d"))
        low, high = max(row["low"], left), min(row["high"], right)
        ax.plot([low, high], [y, y], color=colour, linewidth=1)
        for end in {e for e in (row["low"], row["high"]) if left <= e <= right}:
            hollow = row["certainty"] in ("hedged", "denied")
            face = "white" if hollow else colour
            ax.plot(end, y, marker=marker, color=colour, markerfacecolor=face, markersize=4.5)
        if math.isinf(row["high"]):
            ax.plot(right, y, ">", color=colour, markersize=3, clip_on=False)
    names = [
        f"{_counted(r.outcome, r.item)}, {_target(r.target)} | {short(r.teller, 28)}"
        + (" (party to the war)" if r.attribution == "belligerent" else "")
        for r in table.itertuples()
    ]
    ax.set_yticks(range(len(table)), names, fontsize=6.8)
    ax.set_ylim(len(table) - 0.4, -0.6)
    quiet(ax)
    entries: list[Entry] = [
        ("in the chronology", {"color": INK, "marker": "d"}),
        ("hollow: hedged", {"color": INK, "marker": "o", "markerfacecolor": "white"}),
    ]
    legend(fig, [*entries, *bloc_entries(table["bloc"])])
    return fig


def _target(ids: str) -> str:
    return short(ids.replace(";", ", ").replace("-", " ").replace("_", " "), 30) or "nobody named"


def scope_bars(table: pd.DataFrame) -> Figure:
    """Draw how many places each outlet tells as taken, and the widest of them by name.

    `table` is `timelines.scope_of_taking`; outlets in order of the widest place that they name.
    """
    keys = ["rank", "places", "source"]
    ordered = table.sort_values(keys, ascending=[True, True, True], kind="stable")
    styles = look(ordered["bloc"])
    fig = new_figure(TWO_COLUMNS, 0.95 + 0.3 * max(len(ordered), 1))
    ax = fig.subplots()
    for y, row in enumerate(ordered.to_dict("records")):
        colour = styles[row["bloc"]][0]
        ax.barh(y, row["places"], 0.5, color=colour)
        articles = "article" if row["documents"] == 1 else "articles"
        area = "" if math.isnan(row["area_km2"]) else f"; {row['area_km2']:,.0f} km²"
        text = f"{row['places']} in {row['documents']} {articles}; widest: {row['widest']}{area}"
        ax.text(row["places"] + 0.25, y, text, va="center", fontsize=7)
    ax.set_yticks(range(len(ordered)), list(ordered["source"]))
    ax.set_ylim(len(ordered) - 0.4, -0.6)
    ax.set_xlim(0, float(ordered["places"].max()) * 1.9 + 2)
    ax.set_xlabel("places told as taken")
    quiet(ax)
    legend(fig, bloc_entries(ordered["bloc"]))
    return fig
