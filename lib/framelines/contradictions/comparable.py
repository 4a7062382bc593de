"""Which two figures may be set against each other, and why the others may not.

Most careless pairings are artefacts: a day's dead against a month's, a part against its total. So
two figures meet only where event, item and unit are the same, and then only without an obstacle.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from framelines.case import Case
from framelines.quantities import Quantity, breakdown_width, verdict
from framelines.timelines.readings import (
    conventional_of,
    figure_text,
    has_figure,
    logical_of,
    same_window,
    window_of,
)
from framelines.timelines.statements import MOMENTARY
from framelines.timelines.wholes import Whole, at_most, force_obstacle, set_of, wholes

Row = dict[str, Any]
Window = tuple[float, float]
PERSONS = ("killed", "wounded", "killed_or_wounded")
# Why two figures of one event and item are not set against each other, in the order of asking.
REASONS = (
    "a part against its total",
    "two parts of one total",
    "one passes on what the other side says",
    "another outcome",
    "another actor",
    "another target, or none told",
    "another scope, or none told",
    "the window of one is unknown",
    "another window",
    "the place of one is unknown",
    "another place",
    "a sum that leaves out a part of the window or place",
)


@dataclass(frozen=True)
class Figure:
    """A figure, or the sum of the parts of a total, ready to be set against another."""

    claims: tuple[str, ...]
    row: Row
    wide: Quantity
    narrow: Quantity
    window: Window | None
    text: str
    parts_of: str = ""
    complete: bool = True

    @property
    def key(self) -> tuple[str, ...]:
        """What two figures must share to be a pair at all."""
        kind = "persons" if self.row["kind"] in PERSONS else self.row["kind"]
        thing = self.row["event_id"]
        if kind == "force_size" and self.row["place_scope"]:
            # A force is one wherever it is told of: place, role and date make it the same.
            thing = "at " + ";".join(sorted(set_of(self.row["place_scope"])))
        return thing, kind, self.row["item"], self.row["unit"]

    @property
    def order(self) -> tuple[str, ...]:
        """A fixed order, whatever that of the rows."""
        return (self.parts_of, *self.claims)


def _figure(row: Row) -> Figure:
    return Figure(
        claims=(row["claim_id"],),
        row=row,
        wide=logical_of(row),
        narrow=conventional_of(row),
        window=window_of(row),
        text=figure_text(row),
    )


def _sum_of(whole: Whole) -> Figure:
    """The sum of a total's parts, as if it were told of the total's event and window."""
    kinds = {p["kind"] for p in whole.parts}
    row = {
        **whole.total,
        "kind": kinds.pop() if len(kinds) == 1 else "killed_or_wounded",
        "voice": "; ".join(sorted({p["voice"] for p in whole.parts})),
    }
    return Figure(
        claims=tuple(p["claim_id"] for p in whole.parts),
        row=row,
        wide=whole.wide,
        narrow=whole.narrow,
        window=window_of(whole.total),
        text=" + ".join(figure_text(p) for p in whole.parts),
        parts_of=whole.total["claim_id"],
        complete=whole.both_ways,
    )


def figures(claims: pd.DataFrame) -> list[Figure]:
    """Return every figure that tells something done, each once, and every sum of parts."""
    told = (claims["modality"] == "realised") & (claims["certainty"] != "denied")
    told &= (claims["event_id"] != "") & (claims["repeats"] == "")
    rows = [r for r in claims[told].to_dict("records") if has_figure(r)]
    found = [_figure(r) for r in rows] + [_sum_of(w) for w in wholes(claims[told])]
    return sorted(found, key=lambda f: f.order)


def _deed(a: Row, b: Row, kinds: dict[str, str]) -> bool:
    """Whether both tell the losses of one momentary deed, which is its own window and place."""
    single = a["scope"] == b["scope"] == "incremental"
    return single and kinds.get(a["event_id"], "") in MOMENTARY


def _part_and_whole(a: Figure, b: Figure) -> bool:
    """Whether one is among the parts of the other (the sum of them is asked apart)."""
    single = not a.parts_of and not b.parts_of
    direct = a.row["part_of"] in b.claims or b.row["part_of"] in a.claims
    return (single and direct) or bool(set(a.claims) & set(b.claims))


def _siblings(a: Row, b: Row) -> bool:
    """Whether both are parts of one total: two of its days, or some and others of its dead."""
    return a["part_of"] == b["part_of"] != ""


def _quotes_other(a: Row, b: Row) -> bool:
    """Whether one passes on the foe's media, and the other is of the foe's camp."""
    return a["camp"] != b["camp"] and "enemy_media" in (a["attribution"], b["attribution"])


def _one_actor(a: Row, b: Row) -> bool:
    first, second = set_of(a["actor_id"]), set_of(b["actor_id"])
    return first == second or (a["kind"] != "force_size" and not (first and second))


def _target_differs(a: Row, b: Row) -> bool:
    if a["kind"] == "force_size":
        return False
    return set_of(a["target_id"]) != set_of(b["target_id"])


def _window_obstacle(a: Figure, b: Figure, deed: bool) -> str:
    if a.row["kind"] == b.row["kind"] == "force_size":
        # Forces of two days are compared as a ratio, but can both be true: a garrison changes.
        return force_obstacle(a.row, b.row, within_days=0)
    if a.window is None or b.window is None:
        return "" if deed else "the window of one is unknown"
    slack = max(a.row["window_slack"], b.row["window_slack"])
    return "" if same_window(a.window, b.window, slack) else "another window"


def _place_obstacle(a: Row, b: Row, deed: bool) -> str:
    first, second = set_of(a["place_scope"]), set_of(b["place_scope"])
    if not first or not second:
        return "" if deed or first == second else "the place of one is unknown"
    return "" if first == second else "another place"


def obstacle(a: Figure, b: Figure, kinds: dict[str, str]) -> str:
    """Return why two figures of one key may not be set against each other; empty where they may.

    `kinds` are the kinds of events by id.
    """
    deed = _deed(a.row, b.row, kinds)
    own = a.parts_of in b.claims if a.parts_of else b.parts_of in a.claims
    # A sum against its own total: window and place were asked when the sum was made.
    asked = [
        ("a part against its total", _part_and_whole(a, b)),
        ("two parts of one total", _siblings(a.row, b.row)),
        ("one passes on what the other side says", _quotes_other(a.row, b.row)),
        ("another outcome", {a.row["kind"], b.row["kind"]} == {"killed", "wounded"}),
        ("another actor", not _one_actor(a.row, b.row)),
        ("another target, or none told", not own and _target_differs(a.row, b.row)),
        (
            "another scope, or none told",
            a.row["scope"] != b.row["scope"] or a.row["scope"] == "",
        ),
    ]
    for reason, met in asked:
        if met:
            return reason
    if own:
        return ""
    found = _window_obstacle(a, b, deed) or _place_obstacle(a.row, b.row, deed)
    incomplete = not a.complete or not b.complete
    if incomplete and (a.parts_of != "") == (b.parts_of != ""):
        return found or "a sum that leaves out a part of the window or place"
    return found


@dataclass(frozen=True)
class Pair:
    """Two figures without an obstacle, how they stand to each other, and how far apart."""

    first: Figure
    second: Figure
    verdict: str
    width: float


def _as_bounds(a: Figure, b: Figure) -> tuple[Quantity, Quantity, Quantity, Quantity]:
    """Both readings of two figures; the lesser as “at least”, the greater as “at most” it.

    The dead are at most the dead and wounded; an incomplete sum is at most its total.
    """
    order = {"killed_or_wounded": 1}
    less = order.get(a.row["kind"], 0), order.get(b.row["kind"], 0)
    below = (not a.complete and not b.parts_of) or less[0] < less[1]
    above = (not b.complete and not a.parts_of) or less[1] < less[0]
    if below:
        wide, narrow = at_most(a.wide, b.wide), at_most(a.narrow, b.narrow)
        return wide[0], wide[1], narrow[0], narrow[1]
    if above:
        wide, narrow = at_most(b.wide, a.wide), at_most(b.narrow, a.narrow)
        return wide[1], wide[0], narrow[1], narrow[0]
    return a.wide, b.wide, a.narrow, b.narrow


def compare(a: Figure, b: Figure) -> Pair:
    """Return the verdict on two figures without an obstacle, with its breakdown width."""
    wide_a, wide_b, narrow_a, narrow_b = _as_bounds(a, b)
    found = verdict(wide_a, wide_b, narrow_a, narrow_b)
    both = (wide_a, wide_b) if not wide_a.overlaps(wide_b) else (narrow_a, narrow_b)
    width = breakdown_width(both)
    return Pair(a, b, found, width if math.isfinite(width) else math.inf)


def figure_pairs(
    case: Case, claims: pd.DataFrame
) -> tuple[list[Pair], list[tuple[str, Figure, Figure]]]:
    """Return all pairs that may be set against each other, and those that may not, with why."""
    kinds = dict(zip(case["events"]["event_id"], case["events"]["kind"], strict=True))
    by_key: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures(claims):
        by_key.setdefault(figure.key, []).append(figure)
    pairs, left = [], []
    for key in sorted(by_key):
        for a, b in _pairs(by_key[key]):
            reason = obstacle(a, b, kinds)
            if reason:
                left.append((reason, a, b))
            else:
                pairs.append(compare(a, b))
    return pairs, left


def _pairs(group: list[Figure]) -> Iterable[tuple[Figure, Figure]]:
    for i, a in enumerate(group):
        for b in group[i + 1 :]:
            yield a, b
