"""The explorer of a case: every event with all accounts of it, on one page that loads nothing."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from framelines.analyses.accounts import REFERENCE, accounts
from framelines.analyses.claims import days_text
from framelines.figures.style import INK, looks
from framelines.report import TEMPLATES
from framelines.report.pages import links_of, publish, slug
from framelines.report.site import cautioned
from framelines.tables.case import load_case

# A lane shows at least so many days, so that a single day is seen as one.
LEAST_DAYS = 14


def _lane(rows: pd.DataFrame, colors: dict[str, str]) -> dict[str, Any]:
    """The narrowest days of each account as bars, in per cent of the lane, and the lane's ends."""
    ends = rows[["first", "last"]].replace([-np.inf, np.inf], np.nan)
    shown = rows.assign(
        low=ends["first"],
        high=ends["last"],
        open=ends.isna().any(axis=1),
        days=ends["last"] - ends["first"],
        place=rows["teller"].map(list(colors).index),
    ).sort_values(["place", "open", "days"], kind="stable")
    shown = shown.dropna(subset=["low", "high"], how="all").drop_duplicates("teller")
    if shown.empty or not rows["event_id"].any():
        return {"bars": []}
    low, high = shown[["low", "high"]].min(axis=None), shown[["low", "high"]].max(axis=None) + 1
    margin = max(LEAST_DAYS - (high - low), 0) // 2
    low, high = low - margin, high + margin
    begin, end = shown["low"].fillna(low), shown["high"].fillna(high - 1) + 1
    shown = shown.assign(
        color=shown["teller"].map(colors),
        left=100 * (begin - low) / (high - low),
        width=100 * (end - begin) / (high - low),
    ).round(1)
    bars = shown[["left", "width", "color", "open"]].to_dict("records")
    return {"bars": bars, "first": days_text(low, low), "last": days_text(high - 1, high - 1)}


def _events(table: pd.DataFrame, colors: dict[str, str]) -> list[dict[str, Any]]:
    """Every event with its lane and its accounts; claims of no event of the list come last."""
    alone = table["source"] + ": on no event of the list"
    table = table.assign(label=table["event"].where(table["event_id"] != "", alone))
    found, order = list[dict[str, Any]](), list(colors)
    for label, rows in table.groupby("label", sort=False):
        tellers = sorted({*rows["teller"].map(order.index)})
        event: dict[str, Any] = {"label": label, "id": rows["event_id"].iloc[0] or slug(str(label))}
        event |= {"tellers": tellers, "disputed": bool(rows["disputed"].any())}
        event |= {"shared": len(tellers) > 1, "placed": bool(rows["event_id"].any())}
        event |= {"month": min(filter(None, (d[:7] for d in rows["days"])), default="no day")}
        own = [(source, r.to_dict("records")) for source, r in rows.groupby("source", sort=False)]
        found.append(event | {"accounts": own} | _lane(rows, colors))
    return sorted(found, key=lambda event: not event["placed"])


def claim_ids(name: str) -> frozenset[str]:
    """Return the ids of the claims that the explorer of a case shows."""
    case = load_case(name)
    return frozenset(case["claims"].query("coder == @case.coder")["claim_id"])


def render(name: str) -> Path:
    """Write `reports/<case>/explore.html`; return its path.

    The page is whole without its script, which only hides what is not asked for. The script is
    allowed by its digest and may load nothing.
    """
    case = load_case(name)
    table = accounts(case)
    # All references share one lane.
    table["teller"] = table["source"].mask(table["is_reference"], REFERENCE)
    bloc = case["sources"].set_index("name")["bloc"]
    # In the order, and so in the colours, of the figures.
    tellers = sorted({*table["teller"]} - {REFERENCE}, key=lambda t: (bloc.get(t, ""), t))
    colors = {REFERENCE: INK} | {s: look["color"] for s, look in looks(tellers).items()}
    events = _events(table, colors)
    months = sorted({e["month"] for e in events if not e["shared"]}, key=lambda m: (m[0] == "n", m))
    script = (TEMPLATES / "explore.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    about: dict[str, Any] = {"events": events, "months": months, "sources": colors}
    about["caution"] = cautioned(case.coder)
    about |= {"script": Markup(script), "csp": f"script-src 'sha256-{digest}'"}
    page = (f"{name}/explore.html", f"Explore: {case.title}", links_of(name, "explore"))
    return publish(*page, "explore.html.j2", **about)
