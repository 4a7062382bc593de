"""House style: journal widths, a palette that survives colour blindness and grey print, shapes."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

ONE_COLUMN = 3.3
TWO_COLUMNS = 6.9
INK = "#1b1b1b"
GREY = "#767676"
FAINT = "#d9d9d9"

# Okabe & Ito 2008, ordered so that neighbours differ in lightness too; the shape says it again.
PALETTE = {
    "islamic_state": ("#b24000", "D"),
    "pro_government": ("#0b4f8a", "o"),
    "russia_aligned": ("#4aa3df", "s"),
    "iran_aligned": ("#00795a", "^"),
    "blog": ("#a8578a", "v"),
    "north": ("#b24000", "D"),
    "south": ("#0b4f8a", "o"),
    "repost": ("#767676", "s"),
}
_SPARE = (("#8c6d00", "P"), ("#5b4b8a", "X"), ("#3b3b3b", "h"), ("#c45d84", "*"))
_NAMES = {
    "islamic_state": "Islamic State",
    "pro_government": "pro-government",
    "russia_aligned": "Russia-aligned",
    "iran_aligned": "Iran-aligned",
    "blog": "blogs and independents",
    "repost": "reposting outlet",
}


def look(blocs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return colour and marker a bloc; blocs that are not of ours get the spare ones in order."""
    unknown = sorted({b for b in blocs if b not in PALETTE})
    spare = {b: _SPARE[i % len(_SPARE)] for i, b in enumerate(unknown)}
    return {b: PALETTE.get(b) or spare[b] for b in sorted(set(blocs))}


def bloc_name(bloc: str) -> str:
    """Return the printed name of a bloc."""
    return _NAMES.get(bloc, bloc.replace("_", " "))


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of `width` × `height` inches in constrained layout."""
    return plt.figure(figsize=(width, height), layout="constrained")


def quiet(ax: Axes, grid: str = "x") -> None:
    """Take off what carries no data, and put a faint grid along one axis."""
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color(GREY)
    ax.tick_params(length=0)
    ax.grid(axis=grid, color=FAINT, linewidth=0.6)  # type: ignore[arg-type]
    ax.set_axisbelow(True)


def lanes(ax: Axes, names: list[str]) -> dict[str, int]:
    """Give the y axis one lane a name, the first on top; return the position of each."""
    positions = {name: i for i, name in enumerate(names)}
    ax.set_yticks(list(positions.values()), list(positions))
    ax.set_ylim(len(names) - 0.4, -0.6)
    return positions


def bloc_legend(fig: Figure, blocs: Iterable[str], **more: object) -> None:
    """Draw a legend of blocs below the figure, with colour and shape."""
    styles = look(blocs)
    handles = [
        Line2D([], [], color=c, marker=m, linestyle="", label=bloc_name(b))
        for b, (c, m) in styles.items()
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 5), **more)


def source_order(table: pd.DataFrame) -> list[str]:
    """Return outlets grouped by bloc, in each by words, so that lanes are alike in all figures."""
    sums = table.groupby(["bloc", "source"], sort=True)["tokens"].max().reset_index()
    ordered = sums.sort_values(["bloc", "tokens", "source"], ascending=[True, False, True])
    return list(ordered["source"])
