"""The explorer of a case: every event with all accounts of it, on one page that loads nothing."""

from pathlib import Path
from typing import Any

import pandas as pd

from framelines.analyses.disputes import REFERENCE, accounts
from framelines.analyses.findings import named
from framelines.figures.style import looks
from framelines.report.pages import links_of, publish, slug
from framelines.report.site import cautioned
from framelines.tables.case import load_case
from framelines.tables.rows import rows

# The columns of the table after account and what, by those of `accounts`.
COLUMNS = {"told": "Figure", "day": "Day as stated, and as read"}
COLUMNS |= {"names": "Names in the sentence", "verbs": "Verbs of taking", "words": "In whose words"}


def _events(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Every event with its accounts; claims of no event of the list come last."""
    alone = table["source"] + ": on no event of the list"
    table = table.assign(label=table["event"].where(table["event_id"] != "", alone))
    found = list[dict[str, Any]]()
    # Two events may bear one label.
    for (placed, label), told in table.groupby(["event_id", "label"], sort=False):
        event = {"label": label, "id": placed or slug(str(label)), "placed": bool(placed)}
        own = [(source, r.to_dict("records")) for source, r in told.groupby("source", sort=False)]
        found.append(event | {"accounts": own, "disputed": bool(told["disputed"].any())})
    return sorted(found, key=lambda event: not event["placed"])


def claim_ids(name: str) -> frozenset[str]:
    """Return the ids of the claims that the explorer of a case shows."""
    return frozenset(rows(load_case(name), "claims")["claim_id"])


def render(name: str) -> Path:
    """Write `reports/<case>/explore.html`; return its path.

    The page is whole without its script, which draws lanes from the table and hides what is not
    asked for. The script is allowed by its digest and may load nothing.
    """
    case = load_case(name)
    table = accounts(case)
    days = zip(table["stated"], table["days"], strict=True)
    table["day"] = [": ".join(dict.fromkeys(filter(None, one))) for one in days]
    blocs = dict(case["sources"][["name", "bloc"]].to_numpy())  # two outlets may share a name
    # In the order, and so in the colours, of the figures; all references share one lane.
    sources = {*table["source"][~table["is_reference"]]}
    tellers = sorted(sources, key=lambda t: (named(case, blocs.get(t, "")), t))
    colors = {REFERENCE: ""} | {s: look["color"] for s, look in looks(tellers).items()}
    columns = {key: head for key, head in COLUMNS.items() if (table[key] != "").any()}
    about: dict[str, Any] = {"events": _events(table), "sources": colors, "columns": columns}
    about["caution"] = cautioned(case.coder)
    page = (f"{name}/explore.html", f"Explore: {case.title}", links_of(name, "explore"))
    return publish(*page, "explore.html.j2", "explore.js", **about)
