"""Figures of declared findings: what each choice alone makes of an estimate."""

import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from framelines.figures import style
from framelines.figures.style import FAINT, INK
from framelines.methods.estimate import number_text

# An estimate of this unit says there that nothing differs; of any other at 0.
NO_DIFFERENCE = {"times": 1.0}
LEAST_VALUES = 3
KINDS = {"main": "main specification", "product": "all declared choices"}


def worth_drawing(data: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `specifications` of the part with the most different estimates.

    Added choices that change nothing are left away. Empty with fewer than three estimates; of
    shares, whose denominators differ; and of what rests on one event.
    """
    events = data.get("n_1", pd.Series(math.nan, data.index))
    known = data[data["value"].notna() & (data["unit"] != "share") & ~(events <= 1)]
    known = known[(known["kind"] != "added") | (known["result"] > 0)]
    different = known["value"].round(9).groupby(known["part"], sort=False).nunique()
    if different.empty or different.max() < LEAST_VALUES:
        return data.iloc[:0]
    own = known[known["part"] == different.idxmax()]
    return own if (own["kind"] == "main").any() else data.iloc[:0]


def choices_alone(data: pd.DataFrame) -> Figure:
    """Draw the estimate under every choice changed alone: a dot and its interval, if it has one.

    `data` are rows of `specifications` of one part. A star is the main specification, whose value
    goes through as a line; a grey band is the range over the declared choices taken together.
    """
    alone, unit = data[data["kind"] != "product"], str(data["unit"].iloc[0])
    together = data.loc[data["kind"].isin(["main", "declared", "product"]), "value"]
    several = bool((data["kind"] == "product").any())
    names = [*alone["label"].replace(KINDS), *[KINDS["product"]] * several]
    fig = style.figure(height=0.75 + style.ROW * len(names))
    ax = fig.subplots()
    style.lanes(ax, [style.short(name) for name in names])
    nothing, ends = NO_DIFFERENCE.get(unit, 0.0), alone[["low", "high"]].to_numpy(dtype=float)
    ax.set_xlim(*style.limits([*ends.ravel(), *data["value"], nothing]))
    ax.axvline(nothing, color=INK, linestyle=":", linewidth=0.9, zorder=0.9)
    ax.axvline(float(alone["value"].iloc[0]), color=FAINT, linewidth=1.2, zorder=0.9)
    for y, row in enumerate(alone.to_dict("records")):
        if pd.notna(row["low"]) and pd.notna(row["high"]):
            style.span(ax, y, row["low"], row["high"], color=INK, linewidth=1.2)
        look: dict[str, Any] = {"color": INK, "marker": ".", "markersize": 8}
        ax.plot(row["value"], y, **(style.MAIN if row["kind"] == "main" else look), zorder=3)
        style.beside(ax, y, number_text(row["value"], unit))
    if several:
        wide = {"color": FAINT, "linewidth": 6}
        style.span(ax, len(names) - 1, together.min(), together.max(), **wide)
    ax.set_xlabel(unit)
    return fig
