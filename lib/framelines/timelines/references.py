"""The independent chronology as dates and figures that claims can be matched with."""

import re
from collections.abc import Mapping
from datetime import date

import pandas as pd

from framelines.case import Case
from framelines.dates import edtf
from framelines.intervals import bounds
from framelines.kept import kept
from framelines.quantities import conventional, logical
from framelines.timelines.statements import NEUTRAL_SIDES, stem

# Which origins a comparison may use: a party to the war is a reference for what it says alone.
ORIGINS: Mapping[str, tuple[str, ...]] = {
    "monitor": ("monitor",),
    "non_belligerent": ("monitor", "third_party"),
    "any": ("monitor", "third_party", "belligerent"),
}
QUALITY = {"high": 0, "medium": 1, "low": 2}
# Words of the column `quantity` that tell the outcome; the first that is met counts.
_OUTCOMES = (
    ("killed_or_wounded", r"killed or wounded|casualties"),
    ("wounded", r"\bwounded|\binjured"),
    ("killed", r"\bkilled|\bdead\b|\bdeaths?\b"),
    ("equipment_destroyed", r"\bdestroyed|\blost\b"),
    ("taken", r"\bcaptured|\btaken\b"),
    ("force_size", r"\bengaged|\battackers\b|\bat the start\b|\bcommitted\b"),
)
_PERSONS = re.compile(r"\b(fighters?|soldiers?|troops|people|persons|civilians|officers?|men)\b")
# Counts of the dead of all sides, or of some of the dead, meet no claim about one side.
_PARTIAL = re.compile(r"all sides|\bamong the\b")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")
# Words that references use for a side whatever our actors are called.
_SYNONYMS = {"rebel": "opposition", "rebels": "opposition", "insurgents": "opposition"}
_COVERS = re.compile(r"figure covers ([\d/.-]+)")


def origins_of(which: str) -> tuple[str, ...]:
    """Return the origins that `monitor`, `non_belligerent` or `any` admits.

    Raises `ValueError` for another word.
    """
    if which not in ORIGINS:
        allowed = ", ".join(ORIGINS)
        raise ValueError(f"no choice of reference: {which!r}; allowed: {allowed}")
    return ORIGINS[which]


def reference_days(case: Case, which: str = "non_belligerent") -> pd.DataFrame:
    """Return the dated rows of the case's reference that meet an event of ours, best first.

    Adds first and last (days as numbers; an hour of night adds no day) and `rank` of the quality.
    Anchors far from the theatre are no part of it.
    """
    rows = case["reference"]
    chosen = rows["case"].eq(case.name) & rows["origin"].isin(origins_of(which))
    rows = rows[chosen & rows["event_id"].ne("")]
    first = [float(date.fromisoformat(day).toordinal()) for day in rows["date_from"]]
    last = [float(date.fromisoformat(day).toordinal()) for day in rows["date_to"]]
    rows = rows.assign(
        first=first,
        last=last,
        rank=rows["quality"].map(QUALITY),
    )
    return rows.sort_values(["event_id", "rank", "ref_id"], kind="stable").reset_index(drop=True)


@kept
def reference_events(case: Case, which: str = "non_belligerent") -> pd.DataFrame:
    """Return one row an event of the reference: event_id, first, last, ref_ids, origins.

    Where rows differ, those of the best quality date it, from their first day to their last.
    """
    rows = reference_days(case, which)
    best = rows[rows["rank"] == rows.groupby("event_id")["rank"].transform("min")]
    found = best.groupby("event_id", sort=True).agg(first=("first", "min"), last=("last", "max"))
    named = rows.groupby("event_id", sort=True).agg(
        ref_ids=("ref_id", lambda ids: ";".join(sorted(ids))),
        origins=("origin", lambda o: ";".join(sorted(set(o)))),
    )
    return found.join(named).reset_index()


def _labels(case: Case) -> list[tuple[str, str, str]]:
    """Labels with the actor and side that they name, the longest first."""
    actors = case["actors"].set_index("actor_id")
    found = {(str(row["name"]).lower(), str(a), str(row["side"])) for a, row in actors.iterrows()}
    namings = case["namings"]
    for row in namings[namings["doc_id"] == ""].to_dict("records"):
        if row["actor_id"] in actors.index:
            found.add((row["label"], row["actor_id"], actors.at[row["actor_id"], "side"]))
    for side in set(actors["side"]) - set(NEUTRAL_SIDES):
        words = stem(side).replace("_", " ")
        found.add((words, "", side))
        initials = "".join(w[0] for w in words.split()).upper()
        found |= {(initials, "", side)} if len(initials) > 1 else set()
    known = set(actors["side"])
    found |= {(word, "", side) for word, side in _SYNONYMS.items() if side in known}
    for actor, row in actors[actors["kind"].isin(["civilians", "population"])].iterrows():
        if row["kind"] == "civilians" or actor == "civilians":
            found.add(("civilians", str(actor), str(row["side"])))
    return sorted(found, key=lambda item: (-len(item[0]), item))


def _named(quantity: str, labels: list[tuple[str, str, str]]) -> tuple[str, str, str]:
    """Label, actor and side that a quantity names; the side alone where it names no more."""
    for label, actor, side in labels:
        # “IS fighters” is a name in capitals; “is” is a verb.
        text = quantity if label.isupper() else quantity.lower()
        if re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text):
            return label, actor, side
    return "", "", ""


def _outcome(quantity: str) -> str:
    for outcome, words in _OUTCOMES:
        if re.search(words, quantity.lower()):
            if outcome == "taken":
                persons = _PERSONS.search(quantity.lower())
                return "captured_persons" if persons else "equipment_captured"
            return outcome
    return ""


def _item(quantity: str, outcome: str, label: str) -> str:
    """What a quantity of material counts, in the singular, as claims name it."""
    if not outcome.startswith("equipment"):
        return ""
    quantity = quantity.replace(label, "").strip() if label else quantity
    head = re.split(r" (?:destroyed|captured|taken|lost)\b", quantity.lower())[0]
    noun = head.replace(" ", "_")
    return noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")


@kept
def reference_figures(case: Case, which: str = "non_belligerent") -> pd.DataFrame:
    """Return the figures of the reference that can meet a claim, one row each.

    event_id, ref_id, outcome (a kind of claim), item, actor_id and side (who suffered it, or whose
    force it is), low and high (∞ where the reference gives only a least number), stated (one
    number), first and last of the window, origin, rank, according_to. The column `quantity` is read
    for an outcome and a label; what names no side, or only some of the dead, is left out.
    """
    rows = reference_days(case, which)
    labels = _labels(case)
    found = []
    for row in rows.to_dict("records"):
        # What follows a comma says who claims it, or to what end.
        quantity = _IN_BRACKETS.sub("", str(row["quantity"])).split(",")[0]
        outcome = _outcome(quantity)
        least, most = row["value_min"], row["value_max"]
        if not outcome or _PARTIAL.search(quantity) or (pd.isna(least) and pd.isna(most)):
            continue
        label, actor, side = _named(quantity, labels)
        item = _item(quantity, outcome, label)
        if not side and not item:
            continue
        qualifier = "at_least" if pd.isna(most) else "up_to" if pd.isna(least) else "range"
        wide, narrow = (read(least, most, qualifier) for read in (logical, conventional))
        covers = _COVERS.search(str(row["note"]))
        first, last = bounds(edtf(covers[1])) if covers else (row["first"], row["last"])
        found.append(
            {
                **{k: row[k] for k in ("event_id", "ref_id", "origin", "rank", "according_to")},
                "outcome": outcome,
                "item": item,
                "actor_id": actor,
                "side": side,
                "low": wide.low,
                "high": wide.high,
                "conventional_low": narrow.low,
                "conventional_high": narrow.high,
                "stated": least
                if pd.isna(most)
                else most
                if pd.isna(least)
                else least
                if least == most
                else (least * most) ** 0.5,
                "first": first,
                "last": last,
            }
        )
    columns = "event_id ref_id origin rank according_to outcome item actor_id side low high "
    columns += "conventional_low conventional_high stated first last"
    table = pd.DataFrame(found, columns=columns.split())
    return table.sort_values(["event_id", "ref_id"], kind="stable").reset_index(drop=True)
