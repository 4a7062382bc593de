"""One function a figure, from a table to a drawing; days are numbers of `date.toordinal`."""

import math
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from framelines.figures import style
from framelines.figures.style import DOT, FAINT, GREY, HOLLOW, INK, JOINED, chart, looks, short
from framelines.methods.estimate import number_text

# Kilometres of a degree of latitude.
KM = 111.2
MOST = 25  # events
# Dark, light and between, so that stances are told apart in grey print too.
COLORS = {"derogatory": "#7a2e1d", "neutral": "#dcdcdc", "honorific": "#cf9a12"}
STANCES = {stance: {"color": color, "linewidth": 10} for stance, color in COLORS.items()}
RELATIONS = {"own": "own side", "foe": "opponent", "other": "others"}
# The main specification is no group: its shape is in no look.
MAIN = {"color": INK, "marker": "*", "markersize": 9}
# How a state is drawn, and what it is called.
STATES: dict[str, tuple[str, dict[str, Any]]] = {
    "told": ("told", {"marker": "s"}),
    "partly": ("hedged or planned only", {"marker": "s", "markerfacecolor": "white"}),
    "denied": ("denied", {"marker": "X"}),
    "silent": ("silent, could have told", {"marker": "o", "markerfacecolor": "white"}),
    "not at risk": ("not told, no silence", {"marker": ".", "markersize": 2, "color": GREY}),
}


def _outlet(name: object) -> str:
    """The name of an outlet without what is in brackets, such as its language."""
    return str(name).split(" (")[0]


def _counts(row: pd.Series, *sides: str) -> str:
    return " : ".join(f"{row[f'k_{side}']:.0f}/{row[f'n_{side}']:.0f}" for side in sides)


def rate_profile(data: pd.DataFrame) -> Figure:
    """Draw every rate of every outlet as a dot with its interval, one panel a metric.

    `data` is `profiles.rates`; a hollow mark has no interval, for want of documents. Outlets stand
    by bloc, in each by the first metric.
    """
    marks = data.assign(panel=data["label"], lane=data["source"].map(_outlet), group=data["bloc"])
    return chart(marks.assign(hollow=data["low"].isna()), looks(sorted({*data["bloc"]})), columns=4)


def stance_bars(data: pd.DataFrame) -> Figure:
    """Draw who calls whom what: a bar a teller and target, divided by the stance of the mentions.

    `data` has source, relation, stance, n and share.
    """
    sizes = data.groupby("source")["n"].sum().reset_index()
    tellers = sizes.sort_values(["n", "source"], ascending=[False, True])["source"]
    place, step = data["relation"].map([*RELATIONS].index), data["stance"].map([*STANCES].index)
    data = data.assign(place=place, step=step).sort_values(["place", "step"], kind="stable")
    high = 100 * data.groupby(["source", "relation"])["share"].cumsum()
    marks = data.assign(panel=data["relation"].map(RELATIONS), lane=data["source"], unit="%")
    marks = marks.assign(group=data["stance"], low=high - 100 * data["share"], high=high)
    marks = marks.assign(beside=data["n"].astype(str))[data["share"] > 0]
    return chart(marks, STANCES, {name: name for name in tellers}, columns=3)


def outlet_dots(data: pd.DataFrame) -> Figure:
    """Draw what share of each outlet's texts has something, one panel a finding.

    `data` has finding, source, side (empty for neither), share, low and high. Outlets stand by
    side and by their share in the first panel; a hollow mark has no interval.
    """
    sides = [side for side in dict.fromkeys(data["side"]) if side]
    marks = data.assign(panel=data["finding"], lane=data["source"], unit="%")
    marks[["value", "low", "high"]] = 100 * data[["share", "low", "high"]]
    marks["group"] = data["side"].replace("", "_")
    columns, look = data["finding"].nunique(), looks(sides) | {"_": DOT | {"marker": "<"}}
    return chart(marks.assign(hollow=data["low"].isna()), look, columns=columns, around=(0, 100))


def differences(data: pd.DataFrame) -> Figure:
    """Draw how the shares of two groups differ, one row a frame; the first group is on the right.

    `data` has name, value in percentage points, low and high, `solid` (where it is false the mark
    is hollow), group_1 and group_2, and k and n of each.
    """
    first, second = (str(data[c].iloc[0]) for c in ("group_1", "group_2"))
    marks = data.assign(lane=data["name"], hollow=~data["solid"], unit="percentage points")
    marks["group"] = np.where(data["value"] < 0, second, first)
    marks["beside"] = data.apply(_counts, axis=1, args=("1", "2"))
    reach, look = data[["value", "low", "high"]].abs().max().max(), looks([first, second])
    more = {} if data["solid"].all() else {"coders do not agree enough, or too rare": HOLLOW}
    fig = chart(marks, look, around=(-reach, reach), axis=style.signed, more=more)
    fig.axes[0].set_title(f"more in {first} ►", loc="right", color=look[first]["color"])
    fig.axes[0].set_title(f"◄ more in {second}", color=look[second]["color"])
    return fig


def paired_events(data: pd.DataFrame) -> Figure:
    """Draw the shares of both groups for every event that both tell, one line an event.

    `data` is of `contrasts.matched` with event, first and second; counts stand on the right.
    """
    data = data.sort_values(["difference", "event"], ascending=[False, True], kind="stable")
    sides = data["first"].iloc[0], data["second"].iloc[0]
    unit = f"%; on the right {' : '.join(sides)}"
    marks = data.reset_index(drop=True).assign(lane=range(len(data)), unit=unit)
    marks[["low", "high"]] = 100 * marks[["share_first", "share_second"]]
    marks["beside"] = marks.apply(_counts, axis=1, args=("first", "second"))
    look = looks(sides) | JOINED
    return chart(style.joined(marks, *sides), look, dict(marks["event"]), around=(0, 100))


def worth_drawing(data: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `specifications` of the part with the most different estimates.

    Added choices that change nothing are left away. Empty with fewer than three estimates; of
    shares, whose denominators differ; and of what rests on one event.
    """
    events = data.get("n_1", pd.Series(math.nan, data.index))
    known = data[data["value"].notna() & (data["unit"] != "share") & ~(events <= 1)]
    known = known[(known["kind"] != "added") | (known["result"] > 0)]
    different = known["value"].round(9).groupby(known["part"], sort=False).nunique()
    if different.max() > 2:
        own = known[known["part"] == different.idxmax()]
        if (own["kind"] == "main").any():
            return own
    return data.iloc[:0]


def choices_alone(data: pd.DataFrame) -> Figure:
    """Draw the estimate under every choice changed alone: a dot and its interval, if it has one.

    `data` are rows of `specifications` of one part. A star is the main specification, whose value
    goes through as a line; a grey band is the range over the declared choices taken together.
    """
    unit, values = str(data["unit"].iloc[0]), data["value"]
    order = data["choice"].map([*dict.fromkeys(data["choice"])].index)
    marks = data.assign(order=order).sort_values(["order", "value"], kind="stable")
    marks = marks[marks["kind"] != "product"].reset_index(drop=True)
    marks = marks.assign(lane=marks.index, group="_" + marks["kind"])
    marks["beside"] = [number_text(value, unit) for value in marks["value"]]
    # Where a ratio says that nothing differs, and where any other estimate does.
    nothing = 1.0 if unit == "times" else 0.0
    names = dict(marks["label"].replace("main", "main specification"))
    look = {"_main": MAIN, "_declared": DOT, "_added": HOLLOW}
    fig = chart(marks, look, names, around=[nothing, *values])
    fig.axes[0].axvline(nothing, color=INK, linestyle=":", linewidth=0.9, zorder=0.9)
    fig.axes[0].axvline(float(values.iloc[0]), color=GREY, linewidth=0.6, zorder=0.9)
    together = values[data["kind"] != "added"]
    fig.axes[0].axvspan(together.min(), together.max(), color=FAINT, alpha=0.5, zorder=0)
    return fig


def calibration(data: pd.DataFrame) -> Figure:
    """Draw the calibration of every source: anchors, and held-out events.

    `data` is `timelines.calibration_panels`. A range are the days that an anchor's reference leaves
    open; hollow diamonds are compared events by Umm al-Qura, filled ones after calibration.
    """
    data = data.sort_values(["source", "panel", "stated"], kind="stable").reset_index(drop=True)
    data = data.assign(lane=data.index, of=data["source"].map(_outlet))
    known, check = data[data["panel"] == "anchors"], data[data["panel"] == "check"]
    sure = known["calibrated"].map({True: "calibrated", False: "not calibrated"})
    known = known.assign(panel=known["of"] + ": " + sure + "; anchors (hollow: several days)")
    known = known.assign(hollow=known["low"] < known["high"], unit="days after Umm al-Qura")
    known = known.assign(value=known[["low", "high"]].mean(axis=1), group="_anchors")
    # The gaps are days from the stated to the known day: turned, above 0 is told too late.
    check = check.assign(low=-check["gap_umm_al_qura"], high=-check["gap_calibrated"])
    check = check.assign(panel=check["of"] + ": compared events", unit="days after the reference")
    look = {"by Umm al-Qura": HOLLOW | {"marker": "D"}, "calibrated": DOT | {"marker": "D"}}
    marks = pd.concat([known, style.joined(check, *look)]).sort_values("source", kind="stable")
    look |= JOINED | {"_anchors": DOT | {"linewidth": 3, "alpha": 0.4}}
    return chart(marks, look, dict(data["label"]), around=(-3, 3), axis=style.signed)


def event_lanes(data: pd.DataFrame) -> Figure:
    """Draw the day of every event in each account.

    `data` is `timelines.lanes`, cut to the rows that are shown. A lane is an event, a mark an
    account (hollow: from a Hijri date), a line the days that its date leaves open.
    """
    names = data.sort_values(["bloc", "source"])["source"]
    days = {"linewidth": 2, "alpha": 0.4, "markersize": 4}
    look = looks(names[names != "reference"], **days)
    look["reference"] = DOT | {"marker": "|"} | days
    events = data.groupby("event_id", sort=False)
    shift = (events.cumcount() + 0.5) / events["source"].transform("size") - 0.5
    marks = data.assign(lane=data["event_id"], group=data["source"], shift=0.9 * shift)
    marks = marks.assign(low=data["first"] + 0.2, high=data["last"] + 0.8, hollow=data["hijri"])
    marks["value"] = marks[["low", "high"]].mean(axis=1)
    more = {"from a Hijri date": HOLLOW} if data["hijri"].any() else {}
    return chart(marks, look, dict(events["label"].first()), axis=style.days, more=more)


def days_told(data: pd.DataFrame) -> Figure:
    """Draw every day that is told of one event, a lane each; open beginnings are arrowheads.

    `data` is `timelines.days_of_event`; claims that are alike share a lane, with how many they are.
    """
    keys = ["source", "bloc", "wording", "first", "last"]
    data = data.groupby(keys, sort=False).size().reset_index(name="claims")
    marks = data.assign(lane=data.index, group=data["bloc"], value=data["last"] + 0.5)
    marks = marks.assign(low=data["first"] + 0.1, high=data["last"] + 0.9)
    marks["beside"] = data["claims"].map(lambda n: f"{n} claims" * (n > 1))
    names = data["source"] + ": " + data["wording"].replace("", "no verb")
    look = looks(sorted({*data["bloc"]}), linewidth=4, alpha=0.45)
    return chart(marks, look, dict(names), axis=style.days)


def coverage(data: pd.DataFrame) -> Figure:
    """Draw which source tells which event, and who passes it over though it could have told it.

    `data` is `timelines.coverage`, or some of its events, a star for those of the reference. Drawn
    are at most `MOST`, those of the reference and then those that most sources tell.
    """
    tellers = data["state"].isin(["told", "partly", "denied"]) + len(data) * data["listed"]
    ranks = tellers.groupby(data["event_id"]).sum().sort_values(ascending=False, kind="stable")
    data = data[data["event_id"].isin(ranks.index[:MOST])]
    sources, camps = list(data["source"].drop_duplicates()), looks(data["camp"])
    marks = data.assign(lane=data["event_id"], value=data["source"].map(sources.index))
    marks["group"] = "_" + data["camp"] + data["state"]
    marks["unit"] = "* the reference has it" * bool(data["listed"].any())
    marks["beside"] = data["listed"].map({True: "*", False: ""})
    states = {state: own for state, own in STATES.items() if state in {*data["state"]}}
    look = {f"_{c}{s}": own | STATES[s][1] for c, own in camps.items() for s in states}
    more = {word: DOT | own for word, own in states.values()}
    if len(camps) > 1:  # bars, for a mark is a state
        more |= {camp: {"color": own["color"], "linewidth": 6} for camp, own in camps.items()}
    events = dict(zip(data["event_id"], data["label"], strict=True))
    fig = chart(marks, look, events, around=(-0.3, len(sources) - 0.7), more=more, line=60)
    ax, many = fig.axes[0], len(sources) > 3  # whose names are turned
    heads = [fill(short(_outlet(name), 36), 36 if many else 18) for name in sources]
    fig.set_figheight(fig.get_figheight() + (0.04 * max(map(len, heads)) if many else 0.1))
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(sources)), heads, rotation=40 * many, ha=["center", "left"][many])
    return fig


def passed_on(data: pd.DataFrame) -> Figure:
    """Draw whose words each page passes on: pages left, voices right, wider lines for more claims.

    `data` is `framing.passed_on`.
    """
    columns = [data.groupby(c)["claims"].sum().sort_values() for c in ("teller", "voice")]
    most, look = max(map(len, columns)), looks(columns[0].index[::-1][: len(style.LOOKS)])
    fig, ax = plt.subplots(figsize=(style.WIDTH, 0.4 + 0.3 * most))
    ax.set(xlim=(-1, 2), ylim=(0, most))
    ax.axis("off")
    heights = [pd.Series((np.arange(len(c)) + 0.5) * most / len(c), c.index) for c in columns]
    for row in data.to_dict("records"):
        ends = [heights[0][row["teller"]], heights[1][row["voice"]]]
        wide = 0.6 + 8 * row["claims"] / data["claims"].max()
        color = look.get(row["teller"], {"color": GREY})["color"]
        ax.plot([0, 1], ends, color=color, alpha=0.55, linewidth=wide)
    for x, side, own, height in zip((0, 1), ("right", "left"), columns, heights, strict=True):
        for name, claims in own.items():
            text = "  ".join([short(_outlet(name)), f"{claims:,}"][:: 1 - 2 * x])
            ax.annotate(text, (x + 0.08 * (x - 0.5), height[name]), ha=side, va="center")
    return fig


def places_told(data: pd.DataFrame) -> Figure:
    """Draw the places that claims name on plain axes in degrees, the area of a mark by how many do.

    `data` is `timelines.places_told`, the most told first, which is named in any case; the others
    where their names meet no mark and no other name. The scale is that of either direction.
    """
    camps = max(data["by"], key=len).split(" and ")  # in their order
    middle, look = data["lat"].mean(), looks([*camps, *sorted({*data["by"]})])
    fig, ax = plt.subplots(figsize=(style.WIDTH, 4.8))
    ax.set(xlabel="degrees east", ylabel="degrees north")
    ax.margins(0.12)
    ax.set_aspect(1 / np.cos(np.radians(middle)), adjustable="datalim")
    scale = (lambda y: KM * (y - middle), lambda y: y / KM + middle)
    ax.secondary_yaxis("right", functions=scale).set_ylabel("km")
    names, most = list[tuple[Any, Any, float]](), data["claims"].max()
    for row in data.to_dict("records"):
        at, size = (row["lon"], row["lat"]), 3 + 13 * math.sqrt(row["claims"] / most)
        mark = ax.plot(*at, markersize=size, alpha=0.75, linestyle="", **look[row["by"]])[0]
        name = ax.annotate(short(row["place"], 24), at, (0, 0), textcoords="offset points")
        names.append((mark, name, size / 2 + 2))
    style.legend(fig, {by: own for by, own in look.items() if by in {*data["by"]}})
    fig.draw_without_rendering()  # laid out first, for names ask for room on the page
    taken = [mark.get_window_extent() for mark, *_ in names]
    for mark, name, away in names:
        for side, x in (("left", away), ("right", -away)):
            name.set(ha=side, x=x, y=-3)
            if mark is names[0][0] or not any(map(name.get_window_extent().overlaps, taken)):
                taken.append(name.get_window_extent())
                break
        else:
            name.set_visible(False)
    return fig


def running_losses(data: pd.DataFrame) -> Figure:
    """Draw the dead of each side as accounts add them up by day, a panel a side.

    `data` is `losses.running_losses`. A dotted line leads to one figure for all these days; colours
    are those of camps, and references are black.
    """
    sides, camps = list(dict.fromkeys(data["side"])), data["camp"][data["camp"] != "reference"]
    look = looks(camps) | {"reference": DOT}
    fig = plt.figure(figsize=(style.WIDTH, 2.3 * len(sides) + 0.2))
    for ax, side in zip(fig.subplots(len(sides), squeeze=False)[:, 0], sides, strict=True):
        own, free = data[data["side"] == side], -np.inf
        low, high, most = own["day"].min(), own["day"].max() + 1, own["sum"].max()
        ax.set(xlim=(low, high), ylim=(0, 1.06 * most), title=f"Dead of {side}")
        style.days(ax)
        ends = own.groupby("account")["sum"].max().sort_values(kind="stable")
        for account, last in ends.items():
            rows = own[own["account"] == account]
            color = look[rows["camp"].iloc[0]]["color"]
            if len(rows) > 1:
                steps = [low, *rows["day"], high], [0.0, *rows["sum"], last]
                ax.step(*steps, where="post", color=color, linewidth=1.8)
            else:
                ax.plot([low, high], [0, last], color=color, linestyle=":")
            # Names of accounts that end near each other stand above each other.
            free = max(last, free + 0.1 * most)
            style.beside(ax, free, fill(f"{account}: {last:,.0f}", 32))
    return fig
