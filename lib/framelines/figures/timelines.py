"""The figures of notebook 02 on time: lanes of events, and dates before and after calibration."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from framelines.figures.marks import (
    ROW,
    Entry,
    as_date,
    bloc_entries,
    date_axis,
    hijri_axis,
    legend,
    short,
    signed,
)
from framelines.figures.style import FAINT, GREY, INK, TWO_COLUMNS, look, new_figure, quiet
from framelines.timelines.strips import REFERENCE, densest_run

# --- lanes ------------------------------------------------------------------------------------


def _stacked(rows: list[dict[str, Any]], space: float) -> list[dict[str, Any]]:
    """Give each strip of one lane a level, so that none lies on another."""
    ends: list[float] = []
    for row in rows:
        level = next((i for i, end in enumerate(ends) if row["first"] - end >= space), len(ends))
        ends[level : level + 1] = [row["last"]]
        row["level"] = level
    return rows


def _lane_names(table: pd.DataFrame) -> list[str]:
    names = table[["account", "bloc"]].drop_duplicates().sort_values(["bloc", "account"])
    return list(names["account"])  # the reference has no bloc and comes first


def event_lanes(table: pd.DataFrame, window: tuple[float, float] | None = None) -> Figure:
    """Draw every account's events on its lane, over the days that each date leaves open.

    `table` is `timelines.strips`; `window` are first and last day (the densest run if None). Thin
    lines join the accounts of one event, and numbers name the events that two accounts or more
    date, in a key below. Hollow marks are of Hijri dates. The axis on top is Umm al-Qura.
    """
    first, last = window or densest_run(table)
    shown = table[(table["last"] >= first) & (table["first"] <= last)]
    names = _lane_names(shown)
    styles = look({b for b in shown["bloc"] if b})
    space = (last - first + 4) / 60
    rows: list[dict[str, Any]] = []
    bases, base = {}, 0.0
    for name in names:
        own = _stacked(shown[shown["account"] == name].to_dict("records"), space)
        bases[name] = base
        for row in own:
            rows.append({**row, "y": base + 0.3 * row["level"]})
        base += 0.3 * (max(r["level"] for r in own) + 1) + 0.5
    shared = shown[shown["accounts"] > 1].drop_duplicates("event_id")
    numbers = {event: i + 1 for i, event in enumerate(shared["event_id"])}
    key_rows = -(-len(numbers) // 2)
    fig = new_figure(TWO_COLUMNS, 1.2 + 0.42 * base + 0.135 * key_rows)
    ratios = [max(1.0, 0.42 * base), 0.135 * key_rows + 0.05]
    panels = fig.subplots(2, 1, height_ratios=ratios, squeeze=False)[:, 0]
    ax, key = panels[0], panels[1]
    _links(ax, rows, (first, last))
    for row in rows:
        _strip(ax, row, styles, numbers.get(row["event_id"]), (first, last))
    ax.set_xlim(as_date(first) - 2 * space, as_date(last) + 2 * space)
    ax.set_ylim(base - 0.25, -0.45)
    ax.set_yticks([bases[n] for n in names], [_account(n) for n in names])
    quiet(ax)
    date_axis(ax, last - first)
    hijri_axis(ax, first, last)
    _key(
        key, [(n, shared.loc[shared["event_id"] == e, "label"].iloc[0]) for e, n in numbers.items()]
    )
    entries: list[Entry] = [
        ("reference", {"color": INK, "marker": "|"}),
        *bloc_entries(shown["bloc"]),
    ]
    if shown["hijri"].any():
        face = {"color": INK, "marker": "o", "markerfacecolor": "white"}
        entries.append(("hollow: from a Hijri date", face))
    legend(fig, entries)
    return fig


def _account(name: str) -> str:
    return (
        "Reference" if name == REFERENCE else name.replace(" (", "\n(").replace(" News", "\nNews")
    )


def _strip(
    ax: Axes,
    row: dict[str, Any],
    styles: dict[str, tuple[str, str]],
    number: int | None,
    window: tuple[float, float],
) -> None:
    colour, marker = styles.get(row["bloc"], (INK, "|"))
    start, end = _shown(row, window)
    ax.plot([start - 0.3, end + 0.3], [row["y"]] * 2, color=colour, linewidth=2.2, alpha=0.4)
    middle = (start + end) / 2
    face = "white" if row["hijri"] else colour
    size = 5.5 if marker == "|" else 3.8
    ax.plot(middle, row["y"], marker=marker, color=colour, markerfacecolor=face, markersize=size)
    if number:
        place = (middle, row["y"])
        ax.annotate(
            str(number), place, (3.4, 1.2), textcoords="offset points", ha="left", fontsize=5.5
        )


def _shown(row: dict[str, Any], window: tuple[float, float]) -> tuple[float, float]:
    """First and last day of a strip, as far as they lie in the window."""
    first, last = (min(max(row[k], window[0]), window[1]) for k in ("first", "last"))
    return as_date(first), as_date(last)


def _links(ax: Axes, rows: list[dict[str, Any]], window: tuple[float, float]) -> None:
    by_event: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        # From the middle of a week or more a line would point at no day.
        if row["last"] - row["first"] < 7:
            by_event.setdefault(row["event_id"], []).append(row)
    for group in by_event.values():
        for a, b in zip(group, group[1:], strict=False):
            x = [sum(_shown(r, window)) / 2 for r in (a, b)]
            ax.plot(x, [a["y"], b["y"]], color=GREY, linewidth=0.5, alpha=0.55, zorder=1)


def _key(ax: Axes, entries: list[tuple[int, str]]) -> None:
    ax.axis("off")
    half = -(-len(entries) // 2)
    for i, (number, label) in enumerate(entries):
        column, row = divmod(i, half)
        y = 1 - (row + 0.5) / half
        text = f"{number}  {short(label, 60)}"
        ax.text(column * 0.52, y, text, transform=ax.transAxes, va="center", fontsize=6.3)


# --- days -------------------------------------------------------------------------------------


def date_differences(table: pd.DataFrame) -> Figure:
    """Draw the least days between two dates, before (hollow) and after calibration (filled).

    `table` is `timelines.date_agreement` with the calendars umm_al_qura, calibrated and hull. A
    grey band are the differences that the uncalibrated hull leaves open, a thin line those that
    remain; the line at 0 is the same day.
    """
    keys = ["event_id", "source", "other"]
    pairs = table.drop_duplicates(keys)
    styles = look(table["bloc"])
    fig = new_figure(TWO_COLUMNS, 1.0 + ROW * len(pairs))
    ax = fig.subplots()
    ax.margins(x=0.08)
    for y, pair in enumerate(pairs.to_dict("records")):
        own = table[(table[keys] == [pair[k] for k in keys]).all(axis=1)].set_index("calendar")
        colour, marker = styles[pair["bloc"]]
        spans = {c: _difference(own.loc[c]) for c in own.index}
        if "hull" in spans:
            low, high = spans["hull"]
            ax.plot([low, high], [y, y], color=FAINT, linewidth=6, solid_capstyle="butt", zorder=1)
        ends = [spans[c] for c in ("umm_al_qura", "calibrated") if c in spans]
        # The least difference that the dates leave open: 0 where they share a day.
        middles = [-own.at[c, "gap"] for c in ("umm_al_qura", "calibrated") if c in spans]
        for (low, high), middle, face in zip(ends, middles, ("white", colour), strict=False):
            if face == colour:
                ax.plot([low, high], [y, y], color=colour, linewidth=1, alpha=0.7, zorder=2)
            ax.plot(middle, y, marker, color=colour, markerfacecolor=face, markersize=4.5, zorder=4)
        if len(middles) == 2 and middles[0] != middles[1]:
            arrow = {"arrowstyle": "->", "color": colour, "lw": 0.8, "shrinkA": 3, "shrinkB": 3}
            ax.annotate("", (middles[1], y), (middles[0], y), arrowprops=arrow)
    ax.axvline(0, color=GREY, linewidth=1, zorder=0)
    names = [f"{short(p.label, 52)} | {short(str(p.other), 26)}" for p in pairs.itertuples()]
    ax.set_yticks(range(len(pairs)), names, fontsize=6.5)
    ax.set_ylim(len(pairs) - 0.4, -0.6)
    ax.set_xlabel("days from the other account’s date to the stated one")
    ax.xaxis.set_major_formatter(lambda value, _: signed(value) if value == int(value) else "")
    quiet(ax)
    grey = {"color": FAINT, "linestyle": "-", "linewidth": 6, "marker": ""}
    before = {"color": INK, "marker": "o", "markerfacecolor": "white"}
    entries: list[Entry] = [
        ("by Umm al-Qura", before),
        ("calibrated", {"color": INK, "marker": "o"}),
        ("uncalibrated hull", grey),
        *bloc_entries(table["bloc"]),
    ]
    legend(fig, entries)
    return fig


def _difference(row: pd.Series) -> tuple[float, float]:
    return float(row["first"] - row["other_last"]), float(row["last"] - row["other_first"])
