"""The figures of notebook 02: calendars, lanes of events, who tells what, parts and totals.

Days are numbers of `date.toordinal`.
"""

from datetime import date
from textwrap import fill
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from framelines.figures import style
from framelines.figures.style import FAINT, INK, ROW, colours, figure, lanes, legend, markers, short

EPOCH = date(1970, 1, 1).toordinal()
WRAP = 32
MONTHS = "Jan Feb Mar Apr May June July Aug Sept Oct Nov Dec".split()
SPACE: dict[str, Any] = {"linestyle": "", "color": INK}


def _day_axis(ax: Axes, low: float, high: float) -> None:
    ax.set_xlim(low - EPOCH, high - EPOCH + 1)
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=8))
    ax.xaxis.set_major_formatter(lambda value, _: _day_name(value, high - low > 300))


def _day_name(value: float, with_year: bool) -> str:
    day = mdates.num2date(value)
    first = (day.month, day.day) == (1, 1)
    return f"{day.day} {MONTHS[day.month - 1]}" + (f"\n{day.year}" if with_year or first else "")


def _signed(value: float, _: float) -> str:
    return f"{value:+.0f}".replace("-", "−") if value else "0"


def _middle(row: dict[str, Any]) -> float:
    return float(row["first"] + row["last"]) / 2 - EPOCH + 0.5


def _mark(label: str, marker: str = "o", *, hollow: bool = False) -> Line2D:
    return Line2D(
        [], [], marker=marker, markerfacecolor="white" if hollow else INK, label=label, **SPACE
    )


# --- calibration ------------------------------------------------------------------------------


def _offset_axis(ax: Axes, names: list[str], ends: Any, label: str, title: str) -> None:
    lanes(ax, [fill(short(n, 2 * WRAP), WRAP) for n in names])
    ax.axvline(0, color=style.GREY, linestyle="--", linewidth=1, zorder=1)
    low, high = float(np.floor(np.min([-2, *ends]))), float(np.ceil(np.max([2, *ends])))
    ax.set_xlim(low - 0.5, high + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    ax.xaxis.set_major_formatter(_signed)
    ax.set_xlabel(label)
    ax.set_title(title, loc="left")


def calibration(data: pd.DataFrame) -> Figure:
    """Draw the calibration of every source: anchors, and compared events.

    `data` is `timelines.calibration_panels`. A bar are the days that an anchor's reference leaves
    open; hollow diamonds are compared events by Umm al-Qura, filled ones after calibration.
    """
    panel = {name: rows for name, rows in data.groupby("panel")}
    sources, heights = sorted(set(panel["anchors"]["source"])), []
    for source in sources:
        rows = [(table["source"] == source).sum() for table in panel.values()]
        heights.append(1.3 * ROW * max(rows) + 0.9)
    fig = figure(height=sum(heights) + 0.4)
    grid = fig.subplots(len(sources), 2, squeeze=False, height_ratios=heights)
    for (middle, right), source in zip(grid, sources, strict=True):
        own = {n: rows[rows["source"] == source] for n, rows in panel.items()}
        used = own["anchors"].sort_values("stated", kind="stable")
        name = source.split(" (")[0]
        for y, row in enumerate(used.to_dict("records")):
            middle.plot([row["low"], row["high"]], [y, y], color=INK, linewidth=3, alpha=0.4)
            face = INK if row["low"] == row["high"] else "white"
            look: dict[str, Any] = {"color": INK, "markerfacecolor": face, "markersize": 4}
            middle.plot((row["low"] + row["high"]) / 2, y, "o", **look)
        ends = [*used["low"], *used["high"]]
        sure = "calibrated" if used["calibrated"].iloc[0] else "not calibrated"
        title = f"{fill(f'{name}: {sure}', WRAP)}\nAnchors (hollow: several days)"
        _offset_axis(middle, list(used["label"]), ends, "days after Umm al-Qura", title)
        check = own.get("check", data[:0])
        # The gaps are days from the stated to the known day: turned, above 0 is told too late.
        before, after = -check["gap_umm_al_qura"], -check["gap_calibrated"]
        for y, (was, became) in enumerate(zip(before, after, strict=True)):
            right.plot([was, became], [y, y], color=FAINT, linewidth=1.5)
            for value, face in ((was, "white"), (became, INK)):
                right.plot(value, y, "D", color=INK, markerfacecolor=face, markersize=4.5)
        title = "Compared events" if len(check) else "No event is compared"
        ends = [*before, *after]
        _offset_axis(right, list(check["label"]), ends, "days off the reference", title)
    looks = [_mark("by Umm al-Qura", "D", hollow=True), _mark("calibrated", "D")]
    fig.legend(handles=looks, loc="outside lower center", ncols=2)
    return fig


# --- days -------------------------------------------------------------------------------------


def event_lanes(data: pd.DataFrame) -> Figure:
    """Draw the day of every shared event in each account, and how many events only one dates.

    `data` is `timelines.lanes`, cut to the days that are shown. A lane is an event, a mark an
    account (hollow: from a Hijri date), a line the days that its date leaves open. The histogram
    below counts, by day or week, the events that one account alone dates.
    """
    names = list(data.sort_values(["bloc", "source"])["source"].drop_duplicates())
    accounts = [n for n in names if n != "reference"]
    colour, marker = {"reference": INK} | colours(accounts), {"reference": "|"} | markers(accounts)
    shared = data[data.groupby("event_id")["source"].transform("nunique") > 1]
    events = list(shared["event_id"].drop_duplicates())
    low, high = float(data["first"].min()), float(data["last"].max())
    size = 0.5 + 1.15 * ROW * len(events)
    fig = figure(height=size + 1.5)
    top, below = fig.subplots(2, 1, sharex=True, height_ratios=[size, 0.9])
    below.set_visible(bool((data["accounts"] == 1).any()))
    label = dict(zip(shared["event_id"], shared["label"], strict=True))
    lanes(top, [short(label[e], 46) for e in events])
    for event in events:
        rows = shared[shared["event_id"] == event].to_dict("records")
        for i, row in enumerate(rows):
            y = events.index(event) + 0.62 * ((i + 0.5) / len(rows) - 0.5)
            paint = colour[row["source"]]
            ends = row["first"] - EPOCH + 0.2, row["last"] - EPOCH + 0.8
            top.plot(ends, [y, y], color=paint, linewidth=2, alpha=0.4)
            face = "white" if row["hijri"] else paint
            look: dict[str, Any] = {"marker": marker[row["source"]], "markerfacecolor": face}
            look |= {"color": paint, "markersize": 7 if row["source"] == "reference" else 4.5}
            top.plot(_middle(row), y, **look)
    alone = data[data["accounts"] == 1]
    step = 1 if high - low <= 45 else 7
    bins = np.arange(low - EPOCH, high - EPOCH + 1 + step, step)
    known = [n for n in names if (alone["source"] == n).any()]
    counts = [[_middle(r) for r in alone[alone["source"] == n].to_dict("records")] for n in known]
    if known:
        below.hist(counts, bins=bins, stacked=True, color=[colour[n] for n in known])
    style.quiet(below, "y")
    below.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    below.set_title(
        f"Events that one account alone dates, by {'day' if step == 1 else 'week'}", loc="left"
    )
    _day_axis(below, low - 1, high + 1)
    more = [_mark("reference", "|")] if "reference" in names else []
    more += [_mark("from a Hijri date", hollow=True)] if data["hijri"].any() else []
    legend(fig, accounts, *more)
    return fig


# --- told and passed over ---------------------------------------------------------------------


def coverage(data: pd.DataFrame) -> Figure:
    """Draw which source tells which event, and who passes it over though it could have told it.

    `data` is `timelines.coverage`, or some of its events; those of the reference bear a star.
    """
    names = list(data.sort_values(["camp", "bloc", "source"])["source"].drop_duplicates())
    colour = colours(data.sort_values(["camp", "bloc"])["bloc"])
    events = data.drop_duplicates("event_id")
    listed = set(data.loc[data["basis"] == "reference", "event_id"])
    fig = figure(height=1.7 + 0.19 * len(events))
    ax = fig.subplots()
    stars = [" *" if event in listed else "  " for event in events["event_id"]]
    lanes(ax, [short(e, 46) + star for e, star in zip(events["label"], stars, strict=True)])
    place = {e: y for y, e in enumerate(events["event_id"])}
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    for row in data.to_dict("records"):
        at, paint = (names.index(row["source"]), place[row["event_id"]]), colour[row["bloc"]]
        face = paint if row["state"] in ("told", "denied") else "white"
        look: dict[str, Any] = {"color": paint, "markerfacecolor": face, "markersize": 5.5}
        shape = {"told": "s", "partly": "s", "denied": "X", "silent": "o"}.get(row["state"])
        if shape:
            ax.plot(*at, marker=shape, **look)
        else:
            ax.plot(*at, marker=".", color=style.GREY, markersize=2)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.xaxis.tick_top()
    turned: dict[str, Any] = {"rotation": 40, "ha": "left"} if len(names) > 4 else {}
    ax.set_xticks(range(len(names)), [fill(n.split(" (")[0], 18) for n in names], **turned)
    more = [("told", "s", False), ("hedged or planned only", "s", True)]
    more += [("denied", "X", False)] if (data["state"] == "denied").any() else []
    more += [("silent though at risk", "o", True), ("not at risk", ".", False)]
    legend(fig, [], *(_mark(name, marker, hollow=hollow) for name, marker, hollow in more))
    ax.set_xlabel("* the reference has it")
    return fig


# --- figures ----------------------------------------------------------------------------------


def parts(data: pd.DataFrame) -> Figure:
    """Draw sums of parts as shares of their totals, part by part; the line at 100 % is the total.

    `data` is `losses.parts_table`, of which rows with two numbers or more are drawn. Hollow sums
    exclude their total.
    """
    data = data[data["difference"].notna() & (data["count"] > 1)]
    colour = colours(data["source"])
    fig = figure(height=0.9 + 0.42 * len(data))
    ax = fig.subplots()
    lanes(ax, [f"{short(r.event, 40)}:\n{r.what.replace('_', ' ')}" for r in data.itertuples()])
    widest, text = 1.0, dict[str, Any](va="center", fontsize=8)
    for y, row in enumerate(data.to_dict("records")):
        paint, clash, start = colour[row["source"]], row["verdict"] == "contradiction", 0.0
        for number in map(float, row["numbers"].split(";")):
            width = number / row["total_stated"]
            look: dict[str, Any] = {"facecolor": "white" if clash else paint, "linewidth": 1.2}
            ax.barh(y, width, 0.55, left=start, edgecolor=paint if clash else "white", **look)
            if width > 0.07:
                inside: dict[str, Any] = {"ha": "center", "color": INK if clash else "white"}
                ax.text(start + width / 2, y, f"{number:,.10g}", **inside, **text)
            start += width
        widest = max(widest, start)
        ax.plot([1, 1], [y - 0.4, y + 0.4], color=INK, linewidth=1.8)
        ax.text(max(start, 1) + 0.02, y, f"{row['sum']:,.10g} of {row['total']}", **text)
    ax.set_xlim(0, widest + 0.45)
    ax.set_xticks(np.arange(0, widest + 0.01, 0.5 if widest > 1 else 0.25))
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    ax.set_xlabel(
        "sum of the parts, as a share of the stated total (hollow: they exclude each other)"
    )
    legend(fig, data["source"])
    return fig
