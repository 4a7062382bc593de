"""Disputes as readers see them: each side's statement with its claims, and how far apart."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from framelines.case import Case
from framelines.timeline_report.words import counted, hijri_words
from framelines.timelines.readings import figure_text, has_figure
from framelines.timelines.statements import day_text

Row = dict[str, Any]


def _voice(row: Row) -> str:
    outlet = str(row["source"]).split(" (")[0]
    if row["attribution"] == "own_voice":
        return outlet
    return f"{row['attribution'].replace('_', ' ')}, quoted by {outlet}"


def _date(row: Row) -> str:
    if row["event_calendar"] != "hijri":
        return str(row["event_date"])
    ends = sorted({day_text(row["first"]), day_text(row["last"])} - {""})
    return f"{hijri_words(row['event_date'])} ({' to '.join(ends)})"


def _statement(row: Row, kind: str, *, outcome: bool) -> str:
    if kind == "denial":
        return "denied" if row["certainty"] == "denied" or row["denies"] else "told"
    if kind in ("figure", "parts and total"):
        told = figure_text(row) if has_figure(row) else "no figure"
        return f"{told} {row['kind'].replace('_', ' ')}" if outcome else told
    return _date(row)


def _sides(claims: Sequence[Row], kind: str) -> list[str]:
    """What each voice says, with the ids of its claims; parts of a total as one sum."""
    ids = {c["claim_id"] for c in claims}
    # Dead against dead and wounded: the figure says which.
    outcome = len({c["kind"] for c in claims}) > 1
    groups: dict[tuple[str, bool], list[Row]] = {}
    for claim in claims:
        part = kind in ("figure", "parts and total") and claim["part_of"] in ids
        outlet = str(claim["source"]).split(" (")[0]
        groups.setdefault((outlet if part else _voice(claim), part), []).append(claim)
    told = []
    for (voice, part), rows in groups.items():
        if part:
            joint = " + ".join(_statement(r, kind, outcome=False) for r in rows)
            if outcome:
                joint += f" {rows[0]['kind'].replace('_', ' ')}"
            cited = ", ".join(r["claim_id"] for r in rows)
            told.append(f"{voice} in parts: {joint} [{cited}]")
            continue
        # Each value with the claims that state it, so that a voice's two can be told apart.
        by_words: dict[str, list[str]] = {}
        for row in rows:
            by_words.setdefault(_statement(row, kind, outcome=outcome), []).append(row["claim_id"])
        words = [f"{w} [{', '.join(ids)}]" for w, ids in by_words.items()]
        told.append(f"{voice}: {' and '.join(words)}")
    return told


def _part(words: str, names: dict[str, str]) -> str:
    """A part of what is disputed, with actors under their names: `target Iran`."""
    role, _, ids = words.partition(" ")
    if role in ("actor", "target") and ids:
        return f"{role} {' and '.join(names.get(i, i) for i in ids.split(' and '))}"
    return names.get(words, words)


def _width(row: Row) -> str:
    if pd.isna(row["width"]):
        return "–"
    if row["width_unit"] == "days":
        return "open" if math.isinf(row["width"]) else counted(int(row["width"]), "day")
    return "no share" if math.isinf(row["width"]) else f"{100 * row['width']:.0f} %"


def dispute_table(disputes: pd.DataFrame, claims: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Return ranked disputes to be read: rank, event and what, statements with ids, class, width.

    `disputes` is `Contradictions.disputes`, `claims` the table of `timelines.statements`.
    """
    by_id = {r["claim_id"]: r for r in claims.drop_duplicates("claim_id").to_dict("records")}
    names = dict(zip(case["actors"]["actor_id"], case["actors"]["name"], strict=True))
    rows = []
    for row in disputes.to_dict("records"):
        parts = [_part(p, names) for p in row["what"].split(", ")]
        told = _sides([by_id[c] for c in row["claims"].split(";")], row["kind"])
        rows.append(
            {
                "rank": row["rank"],
                "what": f"{row['label'] or row['event_id']}: {', '.join(parts)}",
                "statements": "; ".join(told),
                "class": row["class"],
                "breakdown_width": _width(row),
            }
        )
    return pd.DataFrame(rows, columns="rank what statements class breakdown_width".split())


def dispute_words(disputes: pd.DataFrame) -> str:
    """Return the number of disputes by class in words."""
    counts = disputes["class"].value_counts(sort=False)
    order = dict.fromkeys(disputes["class"])
    words = [f"{name.replace('contradiction', 'contradictions')}: {counts[name]}" for name in order]
    return ", ".join(words) or "none"
