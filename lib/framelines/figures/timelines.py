"""The figures of notebook 02: calendars, lanes of events, who tells what, where, and how many.

Days are numbers of `date.toordinal`.
"""

from datetime import date
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from framelines.figures import style
from framelines.figures.style import DOT, FAINT, INK, lanes, legend, looks, mark, short, span

WRAP = 32
# Matplotlib counts days from here.
EPOCH = date(1970, 1, 1).toordinal()
# Kilometres of a degree of latitude.
KM = 111.2
DIAMOND, REFERENCE = DOT | {"marker": "D"}, DOT | {"marker": "|"}
MOST = 25  # events
# Shape of a state, whether it is hollow, and what it is called.
STATES = {
    "told": ("s", False, "told"),
    "partly": ("s", True, "hedged or planned only"),
    "denied": ("X", False, "denied"),
    "silent": ("o", True, "silent, could have told"),
    "not at risk": (".", False, "not told, no silence"),
}


def _offset_axis(ax: Axes, names: list[str], ends: Any, label: str, title: str) -> None:
    lanes(ax, [fill(short(n, 2 * WRAP), WRAP) for n in names])
    ax.axvline(0, color=style.GREY, linestyle="--", linewidth=1, zorder=1)
    ax.set_xlim(np.floor(np.min([-2, *ends])) - 0.5, np.ceil(np.max([2, *ends])) + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:+.0f}".replace("-", "−") if x else "0")
    ax.set_xlabel(label)
    ax.set_title(title)


def calibration(data: pd.DataFrame) -> Figure:
    """Draw the calibration of every source: anchors, and held-out events.

    `data` is `timelines.calibration_panels`. A bar are the days that an anchor's reference leaves
    open; hollow diamonds are compared events by Umm al-Qura, filled ones after calibration.
    """
    rows = data.groupby(["source", "panel"]).size().groupby("source").max()
    heights = 1.3 * style.ROW * rows + 0.9
    fig = style.figure(heights.sum() + 0.4)
    grid = fig.subplots(len(heights), 2, squeeze=False, height_ratios=list(heights))
    for (left, right), source in zip(grid, heights.index, strict=True):
        own = data[data["source"] == source]
        used = own[own["panel"] == "anchors"].sort_values("stated", kind="stable")
        sure = "calibrated" if used["calibrated"].iloc[0] else "not calibrated"
        title = fill(f"{used['source'].iloc[0].split(' (')[0]}: {sure}", WRAP)
        title += "\nAnchors (hollow: several days)"
        ends = [*used["low"], *used["high"]]
        _offset_axis(left, list(used["label"]), ends, "days after Umm al-Qura", title)
        for y, (low, high) in enumerate(zip(used["low"], used["high"], strict=True)):
            span(left, y, low, high, color=INK, linewidth=3, alpha=0.4)
            mark(left, (low + high) / 2, y, DOT, hollow=low != high, size=4)
        check = own[own["panel"] == "check"]
        # The gaps are days from the stated to the known day: turned, above 0 is told too late.
        before, after = -check["gap_umm_al_qura"], -check["gap_calibrated"]
        title, ends = "Compared events" if len(check) else "No event is held out", [*before, *after]
        _offset_axis(right, list(check["label"]), ends, "days off the reference", title)
        for y, (was, became) in enumerate(zip(before, after, strict=True)):
            right.plot([was, became], [y, y], color=FAINT, linewidth=1.5)
            mark(right, was, y, DIAMOND, hollow=True, size=4.5)
            mark(right, became, y, DIAMOND, size=4.5)
    hollow = style.key("by Umm al-Qura", DIAMOND, hollow=True)
    legend(fig, [], hollow, style.key("calibrated", DIAMOND))
    return fig


def event_lanes(data: pd.DataFrame) -> Figure:
    """Draw the day of every event in each account.

    `data` is `timelines.lanes`, cut to the rows that are shown. A lane is an event, a mark an
    account (hollow: from a Hijri date), a line the days that its date leaves open.
    """
    names = list(data.sort_values(["bloc", "source"])["source"].drop_duplicates())
    accounts = [n for n in names if n != "reference"]
    look, events = looks(accounts) | {"reference": REFERENCE}, data.groupby("event_id", sort=False)
    fig = style.figure(0.9 + 1.15 * style.ROW * len(events))
    ax = fig.subplots()
    lanes(ax, [fill(short(label, 2 * WRAP), WRAP + 8) for label in events["label"].first()])
    style.day_axis(ax, data["first"].min() - 1 - EPOCH, data["last"].max() + 2 - EPOCH)
    for lane, (_, rows) in enumerate(events):
        for i, row in enumerate(rows.to_dict("records")):
            y, own = lane + 0.62 * ((i + 0.5) / len(rows) - 0.5), look[row["source"]]
            ends = row["first"] - EPOCH + 0.2, row["last"] - EPOCH + 0.8
            span(ax, y, *ends, color=own["color"], linewidth=2, alpha=0.4)
            size = 7 if row["source"] == "reference" else 4.5
            mark(ax, sum(ends) / 2, y, own, hollow=row["hijri"], size=size)
    more = [style.key("reference", REFERENCE)] if "reference" in names else []
    more += [style.key("from a Hijri date", DOT, hollow=True)] if data["hijri"].any() else []
    legend(fig, accounts, *more)
    return fig


def days_told(data: pd.DataFrame) -> Figure:
    """Draw every day that is told of one event, a lane each; open beginnings are arrowheads.

    `data` is `timelines.days_of_event`.
    """
    look, fig = looks(data["bloc"]), style.figure(0.8 + style.ROW * len(data))
    ax = fig.subplots()
    told = zip(data["source"], data["wording"], strict=True)
    lanes(ax, [f"{short(who, 26)}: {short(verbs, 22) or 'no verb'}" for who, verbs in told])
    low, high = style.limits([*data["first"], *data["last"]])
    style.day_axis(ax, low - EPOCH, high - EPOCH + 1)
    for y, row in enumerate(data.to_dict("records")):
        own, ends = look[row["bloc"]], (row["first"] - EPOCH + 0.1, row["last"] - EPOCH + 0.9)
        span(ax, y, *ends, color=own["color"], linewidth=4, alpha=0.45)
        if row["last"] - row["first"] < 1:
            mark(ax, sum(ends) / 2, y, own)
    legend(fig, data["bloc"])
    return fig


def coverage(data: pd.DataFrame) -> Figure:
    """Draw which source tells which event, and who passes it over though it could have told it.

    `data` is `timelines.coverage`, or some of its events; those of the reference bear a star. Of
    more than `MOST` events those are drawn that most sources tell.
    """
    tellers = data["state"].isin(["told", "partly", "denied"]).groupby(data["event_id"]).sum()
    most = tellers.sort_values(ascending=False, kind="stable").head(MOST).index
    data = data[data["event_id"].isin(most)]
    names, look = list(data["source"].drop_duplicates()), looks(data["camp"])
    events = data.drop_duplicates("event_id")
    fig = style.figure(1.7 + 0.19 * len(events))
    ax = fig.subplots()
    stars = [" *" if listed else "  " for listed in events["listed"]]
    lanes(ax, [short(e, 46) + star for e, star in zip(events["label"], stars, strict=True)])
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    place = {event: y for y, event in enumerate(events["event_id"])}
    for row in data.to_dict("records"):
        shape, hollow, _ = STATES[row["state"]]
        own = {"color": style.GREY} if shape == "." else look[row["camp"]]
        x, y = names.index(row["source"]), place[row["event_id"]]
        mark(ax, x, y, own | {"marker": shape}, hollow=hollow, size=2 if shape == "." else 5.5)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.xaxis.tick_top()
    turned: dict[str, Any] = {"rotation": 40, "ha": "left"} if len(names) > 4 else {}
    bare = [name.split(" (")[0] for name in names]
    heads = [short(name, 20) if turned else fill(name, 18) for name in bare]
    ax.set_xticks(range(len(names)), heads, **turned)
    met = [STATES[state] for state in STATES if (data["state"] == state).any()]
    camps = [style.key(c[:1].upper() + c[1:], own | {"marker": "s"}) for c, own in look.items()]
    states = [style.key(label, DOT | {"marker": shape}, hollow=own) for shape, own, label in met]
    legend(fig, [], *camps, *states)
    ax.set_xlabel("* the reference has it" * bool(events["listed"].any()))
    return fig


def places_told(data: pd.DataFrame) -> Figure:
    """Draw the places that claims name on plain axes in degrees, the area of a mark by how many do.

    `data` is `timelines.places_told`, the most told first; a place is named where its name meets
    no mark or name of those before it.
    """
    centre, look = float(np.cos(np.radians(data["lat"].mean()))), looks(sorted(set(data["by"])))
    fig = style.figure(4.8)
    ax = fig.subplots()
    ax.set(xlabel="degrees east", ylabel="degrees north")
    ax.margins(0.12)
    ax.set_aspect(1 / centre, adjustable="datalim")
    sizes = 3 + 13 * np.sqrt(data["claims"] / data["claims"].max())
    for row, size in [*zip(data.to_dict("records"), sizes, strict=True)][::-1]:
        mark(ax, row["lon"], row["lat"], look[row["by"]] | {"alpha": 0.75}, size=size)
    legend(fig, look)
    # Laid out first: names ask for room on the page, and the bar for the degrees that are shown.
    fig.draw_without_rendering()
    (x, right), (y, top) = ax.get_xlim(), ax.get_ylim()
    lengths = [m * 10.0**k for k in range(-3, 4) for m in (1, 2, 5)]
    bar = max(n for n in lengths if n <= (right - x) * KM * centre / 5)
    x, y = x + (right - x) / 50, y + (top - y) / 30
    ax.plot([x, x + bar / KM / centre], [y, y], color=INK, linewidth=2, solid_capstyle="butt")
    ax.annotate(f"{bar:g} km", (x, y), (0, 4), textcoords="offset points")
    taken = list[tuple[float, float, float]]()
    spots = ax.transData.transform(data[["lon", "lat"]]) * 72 / fig.dpi
    for (x, y), size, row in zip(spots, sizes, data.to_dict("records"), strict=True):
        text, beside = short(row["place"], 24), size / 2 + 2
        right = x + beside + 4.6 * len(text)
        free = not any(x + beside < c and a < right and abs(y - b) < 8 for a, b, c in taken)
        taken.append((x - size / 2, y, right if free else x + size / 2))
        if free:
            at = row["lon"], row["lat"]
            ax.annotate(text, at, (beside, -3), textcoords="offset points")
    return fig


def running_losses(data: pd.DataFrame) -> Figure:
    """Draw the dead of each side as accounts add them up by day, a panel a side.

    `data` is `losses.running_losses`. A dotted line leads to one figure for all these days; colours
    are those of camps, and references are black.
    """
    sides, camps = list(dict.fromkeys(data["side"])), data["camp"][data["camp"] != "reference"]
    look = looks(camps) | {"reference": DOT}
    fig = style.figure(2.3 * len(sides) + 0.2)
    for ax, side in zip(fig.subplots(len(sides), squeeze=False)[:, 0], sides, strict=True):
        own, free = data[data["side"] == side], -np.inf
        low, high, most = own["day"].min() - EPOCH, own["day"].max() - EPOCH + 1, own["sum"].max()
        style.day_axis(ax, low, high)
        ax.set(ylim=(0, 1.06 * most), title=f"Dead of {side}")
        ends = own.groupby("account")["sum"].max().sort_values(kind="stable")
        for account, last in ends.items():
            rows = own[own["account"] == account]
            color = look[rows["camp"].iloc[0]]["color"]
            if len(rows) > 1:
                steps = [low, *(rows["day"] - EPOCH), high], [0.0, *rows["sum"], last]
                ax.step(*steps, where="post", color=color, linewidth=1.8)
            else:
                ax.plot([low, high], [0, last], color=color, linestyle=":")
            # Names of accounts that end near each other stand above each other.
            free = max(last, free + 0.1 * most)
            style.beside(ax, free, fill(f"{account}: {last:,.0f}", WRAP))
    return fig
