"""Figures of declared findings: what each choice alone makes of an estimate."""

import math

import pandas as pd
from matplotlib.figure import Figure

from framelines.figures import style
from framelines.figures.style import DOT, FAINT, INK
from framelines.methods.estimate import number_text

KINDS = {"main": "main specification", "product": "all declared choices"}
# The main specification is no group: its shape is in no look.
MAIN = {"color": INK, "marker": "*"}


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
    alone, unit = data[data["kind"] != "product"], str(data["unit"].iloc[0])
    names = [*alone["label"].replace(KINDS)]
    names += [KINDS["product"]] * bool((data["kind"] == "product").any())
    # Where a ratio says that nothing differs, and where any other estimate does.
    nothing = 1.0 if unit == "times" else 0.0
    fig = style.figure(0.75 + style.ROW * len(names))
    ax = fig.subplots()
    style.lanes(ax, [style.short(name) for name in names])
    ends = alone[["low", "high"]].to_numpy(dtype=float).ravel()
    ax.set_xlim(*style.limits([*ends, *data["value"], nothing]))
    ax.axvline(nothing, color=INK, linestyle=":", linewidth=0.9, zorder=0.9)
    ax.axvline(float(alone["value"].iloc[0]), color=FAINT, zorder=0.9)
    for y, row in enumerate(alone.to_dict("records")):
        look, size = (MAIN, 9) if row["kind"] == "main" else (DOT, 4)
        style.estimate(ax, y, row, look, size=size)
        style.beside(ax, y, number_text(row["value"], unit))
    if len(names) > len(alone):
        together = data.loc[data["kind"].isin(["main", "declared", "product"]), "value"]
        wide = {"color": FAINT, "linewidth": 6}
        style.span(ax, len(alone), together.min(), together.max(), **wide)
    ax.set_xlabel(unit)
    return fig
