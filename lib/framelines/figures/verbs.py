"""Figures of deeds: which verb tells a taking, and which violent act has no agent."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from framelines.figures.framing import by_size, columns_on_top, in_order, wrapped
from framelines.figures.keyness import named
from framelines.figures.marks import legend, short
from framelines.figures.style import FAINT, GREY, INK, TWO_COLUMNS, bloc_name, lanes, new_figure

ROLES = {"took": "own side took", "lost": "own side lost"}
LANE = 0.27
WIDEST = 26
FEW = 5
WORDING_LOOKS: dict[str, dict[str, Any]] = {
    "favourable": {"facecolor": "#f2cf66", "edgecolor": "#7d6608"},
    "neutral": {"facecolor": "white", "edgecolor": GREY},
    "unfavourable": {"facecolor": "#7a2e1d", "edgecolor": "#7a2e1d"},
}


def verbs(
    table: pd.DataFrame,
    *,
    by: str = "camp",
    most: int = 16,
    gloss: Mapping[str, str] | None = None,
) -> Figure:
    """Draw which verb each teller uses for takings by its own side and by the other.

    `table` is `verbs.verbs_by_role`. A circle's area and number give the uses; its fill tells the
    wording's stance towards the taker. The `most` frequent verbs are drawn, the rest are counted
    in a row of their own. `gloss` gives translations by verb.
    """
    totals = table.groupby("lemma")["count"].sum().reset_index()
    ranked = totals.sort_values(["count", "lemma"], ascending=[False, True], kind="stable")["lemma"]
    # A row for the rest is worth it for several verbs, not for one.
    kept = list(ranked.head(most if len(ranked) > most + 1 else most + 1))
    rest = "other verbs" if len(ranked) > len(kept) else ""
    table = table.assign(lemma=table["lemma"].where(table["lemma"].isin(kept), rest))
    met = set(table[[by, "role"]].itertuples(index=False, name=None))
    columns = [(t, r) for t in sorted(set(table[by])) for r in ROLES if (t, r) in met]
    names = kept + [rest] * bool(rest)
    fig = new_figure(TWO_COLUMNS, 1.2 + LANE * len(names))
    ax = fig.subplots()
    positions = lanes(ax, names)
    ax.set_yticks(list(positions.values()), [named(n, gloss) for n in names])
    columns_on_top(ax, [t for t, _ in columns])
    ax.set_xticklabels([f"{wrapped(t, 12)}:\n{ROLES[r]}" for t, r in columns], fontsize=7)
    ax.grid(color=FAINT, linewidth=0.6)
    sums = table.groupby([by, "role", "lemma", "stance"], sort=True)["count"].sum().reset_index()
    for (teller, role, lemma), own in sums.groupby([by, "role", "lemma"], sort=True):
        x, y = columns.index((str(teller), str(role))), positions[str(lemma)]
        step = 0.06 * max(len(columns), 4)
        for i, row in enumerate(own.to_dict("records")):
            at = x + step * i
            size = 26 + 11 * min(row["count"], WIDEST)
            ax.scatter(at, y, s=size, zorder=3, linewidths=0.9, **WORDING_LOOKS[row["stance"]])
            gap = 4 + np.sqrt(size) / 2
            ax.annotate(
                f"{row['count']}",
                (at, y),
                (gap, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
            )
    ax.set_xlim(-0.4, len(columns) - 0.3)
    entries = []
    for name, look in WORDING_LOOKS.items():
        style = {f"marker{part}": look[part] for part in ("facecolor", "edgecolor")}
        entries.append((f"{name} to the taker", {"marker": "o", **style}))
    legend(fig, entries)
    return fig


def agency_map(table: pd.DataFrame, *, rows: str = "source", columns: str = "relation") -> Figure:
    """Draw the share of violent acts without a named agent: tellers against sides responsible.

    `table` is `verbs.agency`. Darker is more often without an agent; cells give k of n and the
    interval where there is one. Cells of fewer than five acts are not shaded.
    """
    tellers, targets = by_size(table, rows), in_order(table[columns])
    fig = new_figure(TWO_COLUMNS, 0.75 + 0.42 * len(tellers))
    ax = fig.subplots()
    grid = np.full((len(tellers), len(targets)), np.nan)
    told = np.zeros(grid.shape, dtype=bool)
    for row in table.to_dict("records"):
        i, j = tellers.index(row[rows]), targets.index(row[columns])
        told[i, j] = True
        if row["n"] >= FEW:
            grid[i, j] = row["share"]
        ink = GREY if row["n"] < FEW else "white" if row["share"] > 0.55 else INK
        text = f"{row['k']} of {row['n']}"
        if pd.notna(row["low"]):
            text += (
                f"\n{100 * row['share']:.0f} % [{100 * row['low']:.0f}, {100 * row['high']:.0f}]"
            )
        ax.text(j, i, text, ha="center", va="center", color=ink, fontsize=7)
    shade = ax.imshow(100 * grid, cmap="Greys", vmin=0, vmax=100, aspect="auto")
    for i, j in np.argwhere(~told):
        ax.text(j, i, "none told", ha="center", va="center", color=GREY, fontsize=7)
    ax.set_yticks(range(len(tellers)), [short(bloc_name(t)) for t in tellers])
    columns_on_top(ax, targets)
    ax.set_xlabel("side responsible for the act")
    bar = fig.colorbar(shade, ax=ax, fraction=0.03, pad=0.02)
    bar.set_label("% without a named agent")
    bar.outline.set_visible(False)
    return fig
