"""Marks, labels and axes that the figures share."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import matplotlib.dates as mdates
import numpy as np
from hijridate import Gregorian
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator

from framelines.figures.style import GREY, bloc_name, look

# The height of a row with one line of text, in inches.
ROW = 0.19
HIJRI_MONTHS = (
    *("Muharram", "Safar", "Rabi I", "Rabi II", "Jumada I", "Jumada II"),
    *("Rajab", "Sha’ban", "Ramadan", "Shawwal", "Dhu al-Qa’da", "Dhu al-Hijja"),
)
# Not from the locale: figures are the same everywhere.
MONTHS = "Jan Feb Mar Apr May June July Aug Sept Oct Nov Dec".split()
# Longer labels would leave no room for the data.
LABEL = 44
Entry = tuple[str, dict[str, Any]]
# Sides of actors.csv that are proper names.
PROPER = {"turkey": "Turkey"}


def short(text: str, length: int = LABEL) -> str:
    """Return a label cut at a word to at most `length` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def as_date(number: float) -> float:
    """Return a day number as matplotlib counts days, at the middle of the day."""
    return number - date(1970, 1, 1).toordinal() + 0.5


def date_axis(ax: Axes, days: float) -> None:
    """Put Gregorian days below an axis that spans `days`."""
    if days <= 18:
        # Marks stand at noon, and so does the name of their day.
        low, high = ax.get_xlim()
        step = 1 if days <= 9 else 2
        noons = np.arange(np.floor(low), np.ceil(high) + 1) + 0.5
        ax.xaxis.set_major_locator(FixedLocator([n for n in noons if low <= n <= high][::step]))
    else:
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=4, maxticks=9))

    def name(value: float, place: float) -> str:
        day = mdates.num2date(value)
        # A run of days tells its year once.
        year = "" if days <= 18 and place and (day.month, day.day) != (1, 1) else f"\n{day.year}"
        return f"{day.day} {MONTHS[day.month - 1]}{year}"

    ax.xaxis.set_major_formatter(name)


def legend(fig: Figure, entries: Iterable[Entry]) -> None:
    """Draw a legend below the figure of (label, properties); a patch has a `facecolor`."""
    handles = [
        Patch(**style, label=label)
        if "facecolor" in style
        else Line2D([], [], **{"linestyle": "", **style}, label=label)
        for label, style in entries
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))


def bloc_entries(blocs: Iterable[str]) -> list[Entry]:
    """Return the legend's entries of blocs, by colour and shape."""
    styles = look({b for b in blocs if b})
    return [(titled(bloc_name(b)), {"color": c, "marker": m}) for b, (c, m) in styles.items()]


def group_label(group: str) -> str:
    """Return the printed name of a group of documents: of a camp or bloc, or of several genres."""
    return " and ".join(bloc_name(part) for part in group.split(" + "))


def side_name(side: str) -> str:
    """Return the printed name of a side, camp or bloc."""
    return PROPER.get(side, bloc_name(side))


def titled(words: str) -> str:
    """Return a name or heading with a capital at its beginning."""
    return words[:1].upper() + words[1:]


def signed(value: float) -> str:
    """Return a number of days with its sign, as a typographic minus."""
    return f"{value:+.0f}".replace("-", "−") if value else "0"


def month_name(month: str) -> str:
    """Return a Hijri month such as 1438-03 in words: Rabi I 1438."""
    return f"{HIJRI_MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def hijri_axis(ax: Axes, first: float, last: float) -> None:
    """Put Hijri months (long spans) or days (short ones) by Umm al-Qura on top of an axis."""
    top = ax.secondary_xaxis("top")
    ticks, names = [], []
    for number in range(int(first), int(last) + 1):
        day = date.fromordinal(number)
        hijri = Gregorian(day.year, day.month, day.day).to_hijri()
        if last - first <= 24 or hijri.day == 1:
            ticks.append(as_date(number))
            start = hijri.day == 1 or number == int(first)
            name = HIJRI_MONTHS[hijri.month - 1]
            plain = f"{name} {hijri.year}" if last - first > 24 else str(hijri.day)
            names.append(f"{hijri.day}\n{name}" if start and last - first <= 24 else plain)
    top.set_xticks(ticks, names)
    top.tick_params(length=2, labelsize=7)
    top.spines["top"].set_color(GREY)
