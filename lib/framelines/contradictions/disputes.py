"""Disputes: one row a disagreement, with all its claims, ranked by what it takes to mend it."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from framelines.calendars import Calibration
from framelines.case import Case
from framelines.contradictions.comparable import Figure, Pair, figure_pairs
from framelines.contradictions.dates import Clash, date_clashes, denials, repeated_deeds
from framelines.quantities import COMPATIBLE, CONTRADICTION
from framelines.timelines.statements import day_text, statements

BETWEEN = "contradiction between sources"
INSIDE = "contradiction inside a source"
TENSION = "tension"
CALENDAR = "calendar-dependent"
CLASSES = (BETWEEN, INSIDE, TENSION, CALENDAR)
# In this order by the alphabet too: the first says more.
NOT_DONE, ALL_OR_PART = "that it happened", "the claim, all or part of it"
KINDS = ("figure", "parts and total", "date", "repeated deed", "denial")
COLUMNS = (
    "rank class kind event_id label what parties told width width_unit claims locators "
    "documents pairs"
).split()
Row = dict[str, Any]


@dataclass(frozen=True)
class Contradictions:
    """All disputes of a case, the pairs that agree, and what was not comparable, by reason.

    `disputes` has one row a dispute; `agreements` one a pair of figures of different sources that
    are compatible; `not_comparable` one a reason, with the number of pairs and an example.
    """

    disputes: pd.DataFrame
    agreements: pd.DataFrame
    not_comparable: pd.DataFrame


def _class_of(first: Row, second: Row, *, hard: bool, calendar: bool = False) -> str:
    if calendar:
        return CALENDAR
    if not hard:
        return TENSION
    return INSIDE if first["voice"] == second["voice"] else BETWEEN


def _what(row: Row) -> str:
    """What a figure counts, in words: `killed, government-forces`, `tank, captured`."""
    named = row["target_id"] if row["kind"] != "force_size" else row["actor_id"]
    return ", ".join(p for p in (_counted(row), named.replace(";", ", ")) if p)


def _denied(claim: Row, denial: Row) -> str:
    """What a denial denies, in words, and no more of it than the codes say.

    `negated` says that the deed did not take place. Any other denial is of a claim: of all of it or
    of a part, such as the target alone; no column says of which.
    """
    extent = NOT_DONE if denial["modality"] == "negated" else ALL_OR_PART
    kind = "" if claim["kind"] == "event" else _counted(claim)
    roles = [f"{r} {claim[f'{r}_id'].replace(';', ' and ')}" for r in ("actor", "target")]
    return ", ".join(p for p in (extent, kind, *(r for r in roles if not r.endswith(" "))) if p)


def _counted(row: Row) -> str:
    words = row["kind"].replace("_", " "), row["item"].replace("_", " ")
    return ", ".join(w for w in words if w)


def _date_text(row: Row) -> str:
    calendar = " AH" if row["event_calendar"] == "hijri" else ""
    stated = row["event_date"] + calendar
    if row["event_calendar"] == "gregorian" or not math.isfinite(row["first"]):
        return str(stated)
    days = sorted({day_text(row["first"]), day_text(row["last"])})
    return f"{stated} ({' to '.join(d for d in days if d)})"


@dataclass(frozen=True)
class _Entry:
    """One pair of a dispute, before pairs are gathered."""

    key: tuple[str, ...]
    kind: str
    name: str
    event: str
    what: str
    told: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    claims: tuple[str, ...]
    width: float
    unit: str


def _figure_entry(pair: Pair) -> _Entry:
    a, b = pair.first, pair.second
    name = _class_of(a.row, b.row, hard=pair.verdict == CONTRADICTION)
    kind = "parts and total" if a.parts_of or b.parts_of else "figure"
    if name == BETWEEN:
        kind = "figure"
    # Dead, and dead and wounded, are one dispute; the lesser outcome names it.
    what = _what(min((a.row, b.row), key=lambda r: (len(r["kind"]), r["kind"])))
    told = tuple((_figure_voice(f), f.text) for f in (a, b))
    return _Entry(
        key=(name, kind, *a.key, what),
        kind=kind,
        name=name,
        event=a.row["event_id"],
        what=what,
        told=told,
        rows=(a.row, b.row),
        claims=(*a.claims, *b.claims),
        width=pair.width,
        unit="share",
    )


def _figure_voice(figure: Figure) -> str:
    return f"{figure.row['voice']} in parts" if figure.parts_of else str(figure.row["voice"])


def _clash_entry(clash: Clash) -> _Entry:
    a, b = clash.first, clash.second
    if clash.kind == "denial":
        # Whoever is denied in a document is heard there, if not in the document's own voice.
        voices = {r["attribution"] for r in (a, b)}
        quoted = voices != {"own_voice"} or a["source_id"] != b["source_id"]
        name = BETWEEN if quoted else INSIDE
        told = [(_heard(a), "asserted"), (_heard(b), "denied")]
        what, width = _denied(a, b), math.nan
    else:
        name = _class_of(a, b, hard=True, calendar=clash.depends_on_calendar)
        told = [(r["voice"], _date_text(r)) for r in (a, b)]
        what = "taken twice" if clash.kind == "repeated deed" else "day"
        width = math.ceil(clash.days / 2) if math.isfinite(clash.days) else math.inf
    return _Entry(
        # All denials of one claim are one dispute, however much of it each denies.
        key=(name, clash.kind, a["event_id"], a["claim_id"] if clash.kind == "denial" else what),
        kind=clash.kind,
        name=name,
        event=a["event_id"] or b["event_id"],
        what=what,
        told=tuple(told),
        rows=(a, b),
        claims=(a["claim_id"], b["claim_id"]),
        width=width,
        unit="days" if clash.kind != "denial" else "",
    )


def _heard(row: Row) -> str:
    if row["attribution"] == "own_voice":
        return str(row["voice"])
    return f"{row['attribution'].replace('_', ' ')} in {row['source']}"


def _gathered(entries: list[_Entry], labels: dict[str, str], spans: dict[str, Row]) -> list[Row]:
    by_key: dict[tuple[str, ...], list[_Entry]] = {}
    for entry in entries:
        by_key.setdefault(entry.key, []).append(entry)
    rows = []
    for key in sorted(by_key):
        group = by_key[key]
        claims = sorted({c for e in group for c in e.claims})
        told = sorted({f"{who}: {text}" for e in group for who, text in e.told})
        parties = sorted({who for e in group for who, _ in e.told})
        found = [spans[c] for c in claims]
        rows.append(
            {
                "class": group[0].name,
                "kind": group[0].kind,
                "event_id": group[0].event,
                "label": labels.get(group[0].event, ""),
                # Of several denials of a claim, the one that denies most.
                "what": min(e.what for e in group),
                "parties": "; ".join(parties),
                "told": "; ".join(told),
                # Rounded before it ranks: equal widths are equal on every machine.
                "width": round(max(e.width for e in group), 12),
                "width_unit": group[0].unit,
                "claims": ";".join(claims),
                "locators": ";".join(f"{r['doc_id']}:{r['start']}-{r['end']}" for r in found),
                "documents": ";".join(sorted({r["doc_id"] for r in found})),
                "pairs": len(group),
            }
        )
    return rows


def _ranked(rows: list[Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS[1:])
    order = {
        "class_order": table["class"].map(CLASSES.index),
        "kind_order": table["kind"].map(KINDS.index),
        "falling": -table["width"].fillna(-1).astype(float),
    }
    keys = ["class_order", "kind_order", "falling", "event_id", "what", "claims"]
    table = table.assign(**order).sort_values(keys, kind="stable")
    table = table.drop(columns=list(order)).reset_index(drop=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table


def _agreements(pairs: list[Pair]) -> pd.DataFrame:
    rows = [
        {
            "event_id": p.first.row["event_id"],
            "what": _what(p.first.row),
            "first": _figure_voice(p.first),
            "first_told": p.first.text,
            "second": _figure_voice(p.second),
            "second_told": p.second.text,
            "claims": ";".join(sorted({*p.first.claims, *p.second.claims})),
        }
        for p in pairs
        if p.verdict == COMPATIBLE and p.first.row["voice"] != p.second.row["voice"]
    ]
    columns = "event_id what first first_told second second_told claims".split()
    return pd.DataFrame(rows, columns=columns)


def _reasons(left: list[tuple[str, str, str]]) -> pd.DataFrame:
    rows = [
        {"reason": reason, "pairs": len(found), "example": " and ".join(sorted(found)[0])}
        for reason in sorted({r for r, _, _ in left})
        if (found := [(min(a, b), max(a, b)) for r, a, b in left if r == reason])
    ]
    table = pd.DataFrame(rows, columns=["reason", "pairs", "example"])
    keys = {"pairs": False, "reason": True}
    return table.sort_values(
        list(keys), ascending=list(keys.values()), kind="stable", ignore_index=True
    )


def contradictions(
    case: Case,
    *,
    calendar: str | int = "calibrated",
    calibration: Calibration | None = None,
    coder: str = "first",
    claims: pd.DataFrame | None = None,
) -> Contradictions:
    """Return what the sources of a case say that cannot all be true, by the rules of this package.

    Disputes are ranked by class (between sources, inside a source, tension, calendar-dependent),
    then kind (figures, sums, dates, repeated deeds, denials: their widths have different units),
    then breakdown width, the widest first. `told` names who says what; `claims` and `locators`
    (document, start and end) lead to every row. `width` is the least share by which all figures, or
    the days by which both dates, must be widened to agree; a denial has none. Reposts are counted
    once. `claims`, a table as `statements` returns it, takes the place of the case's own.
    """
    if claims is None:
        claims = statements(case, calendar=calendar, calibration=calibration, coder=coder)
    pairs, left = figure_pairs(case, claims)
    clashes, undated = date_clashes(case, claims)
    deeds = repeated_deeds(case, claims)
    twice = {frozenset((d.first["claim_id"], d.second["claim_id"])) for d in deeds}
    clashes = [
        c for c in clashes if frozenset((c.first["claim_id"], c.second["claim_id"])) not in twice
    ]
    entries = [_figure_entry(p) for p in pairs if p.verdict != COMPATIBLE]
    entries += [_clash_entry(c) for c in (*clashes, *deeds, *denials(claims))]
    labels = dict(zip(case["events"]["event_id"], case["events"]["label"], strict=True))
    spans = {r["claim_id"]: r for r in claims.drop_duplicates("claim_id").to_dict("records")}
    reasons = [(r, "+".join(a.claims), "+".join(b.claims)) for r, a, b in left]
    reasons += [(r, a["claim_id"], b["claim_id"]) for r, a, b in undated]
    return Contradictions(
        disputes=_ranked(_gathered(entries, labels, spans)),
        agreements=_agreements(pairs),
        not_comparable=_reasons(reasons),
    )
