"""Who calls whom what: the naming matrix, and contrasts of derogatory naming."""

from collections.abc import Collection
from typing import Unpack

import pandas as pd

from framelines.case import Case
from framelines.coded import (
    ARMED,
    BYSTANDERS,
    Pair,
    Which,
    coded_rows,
    event_labels,
    pair_of,
    sentence_events,
    side_of_camp,
)
from framelines.contrasts import Contrast, Draws, contrast, matched, share_table
from framelines.vocabulary import STANCES

LABELS = ("as_coded", "left_out")


def ambiguous_labels(case: Case) -> set[str]:
    """Return the labels that mean several actors or bear several stances."""
    namings = case["namings"]
    seen = namings.groupby("label")[["actor_id", "stance"]].nunique()
    return set(seen.index[(seen > 1).any(axis=1)])


def mentions(
    case: Case,
    *,
    coder: str = "first",
    ambiguous: str = "as_coded",
    **which: Unpack[Which],
) -> pd.DataFrame:
    """Return every mention that counts, with its teller, the actor's name, and its relation.

    `relation` is own, foe or other: an actor of the side that the teller's camp stands by, of the
    other compared camp's side (where no sides are compared: an armed actor of any other side that
    is no bystander), or anybody else. `ambiguous` is one of `LABELS`.
    """
    rows = coded_rows(case, "naming_mentions", coder=coder, **which)
    rows = rows.rename(columns={"wording": "label", "label": "document"})
    if ambiguous == "left_out":
        rows = rows[~rows["label"].isin(ambiguous_labels(case))]
    actors = case["actors"].set_index("actor_id")
    rows = rows.assign(
        actor=rows["actor_id"].map(actors["name"]),
        actor_side=rows["actor_id"].map(actors["side"]),
        actor_kind=rows["actor_id"].map(actors["kind"]),
    )
    return rows.assign(relation=relations(case, rows)).reset_index(drop=True)


def relations(case: Case, rows: pd.DataFrame) -> list[str]:
    """Return own, foe or other a row, by its columns side, camp, actor_side and actor_kind."""
    foes: dict[str, str] = {}
    if case.compare is not None:
        first, second = case.compare
        foes = {
            first: side_of_camp(second, case["actors"]),
            second: side_of_camp(first, case["actors"]),
        }
    found = []
    for row in rows[["side", "camp", "actor_side", "actor_kind"]].to_dict("records"):
        if row["side"] == "":
            found.append("other")
        elif row["actor_side"] == row["side"]:
            found.append("own")
        elif case.compare is not None:
            found.append("foe" if row["actor_side"] == foes.get(str(row["camp"])) else "other")
        else:
            armed = row["actor_kind"] in ARMED and row["actor_side"] not in BYSTANDERS
            found.append("foe" if armed else "other")
    return found


def naming_matrix(
    case: Case,
    *,
    by: str = "source",
    target: str = "relation",
    least: int = 1,
    draws: int,
    seed: int,
    coder: str = "first",
    **which: Unpack[Which],
) -> pd.DataFrame:
    """Return one row a teller, target and stance: k of n mentions, share, interval, labels.

    `by` is source, bloc or camp; `target` actor, actor_side or relation. Targets that a teller
    names fewer than `least` times are left out. `labels` lists the wordings, the most used first.
    """
    rows = mentions(case, coder=coder, **which)
    key = f"naming {by} {target}"
    parts = []
    for stance in STANCES:
        own = rows.assign(hit=(rows["stance"] == stance).astype(float), of=1.0)
        found = share_table(own, [by, target], f"{key} {stance}", draws=draws, seed=seed)
        parts.append(found.assign(stance=stance))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["n"] >= least]
    words = label_counts(rows, by, target)
    grouped = words.groupby([by, target, "stance"], sort=True)
    labels = grouped.apply(lambda g: ", ".join(g["label"] + " " + g["count"].astype(str)))
    found = [labels.get((r[by], r[target], r["stance"]), "") for r in table.to_dict("records")]
    order = [by, target, "stance"]
    return table.assign(labels=found).sort_values(order, kind="stable").reset_index(drop=True)


def label_counts(rows: pd.DataFrame, by: str = "source", target: str = "actor") -> pd.DataFrame:
    """Return how often each label is used: one row a teller, target, stance and label.

    `rows` are `mentions`; so the same actor is seen under every name that it gets.
    """
    keys = [by, target, "stance", "label"]
    table = rows.groupby(keys, sort=True).agg(
        count=("doc_id", "size"), documents=("doc_id", "nunique")
    )
    order = [by, target, "stance", "count", "label"]
    ascending = [True, True, True, False, True]
    return table.reset_index().sort_values(order, ascending=ascending, kind="stable")


def _hits(rows: pd.DataFrame, stance: str) -> pd.DataFrame:
    return rows.assign(hit=(rows["stance"] == stance).astype(float), of=1.0)


def naming_contrast(
    case: Case,
    *,
    stance: str = "derogatory",
    scope: str = "theatre_sentences",
    left_out: str | None = None,
    ambiguous_labels: str = "as_coded",
    coder: str = "first",
    **draws: Unpack[Draws],
) -> Contrast:
    """Return the derogatory share of the mentions of the opponent, first camp minus second.

    The opponent is the side that the other camp stands by; umbrella labels that name no side are
    no mention of it.
    """
    rows = mentions(case, coder=coder, scope=scope, left_out=left_out, ambiguous=ambiguous_labels)
    rows = _hits(rows[rows["relation"] == "foe"], stance)
    measure = f"{stance} naming of the opponent"
    return contrast(rows, pair_of(case), measure, **draws)


def naming_by_event(
    case: Case, *, stance: str = "derogatory", coder: str = "first", pair: Pair | None = None
) -> pd.DataFrame:
    """Return the events in whose sentences both groups name their opponent, and the difference."""
    pair = pair or pair_of(case)
    rows = mentions(case, coder=coder)
    rows = _hits(rows[rows["relation"] == "foe"], stance)
    table = matched(rows, sentence_events(case), pair)
    table.insert(1, "event", [event_labels(case).get(e, e) for e in table["event_id"]])
    return table


def naming_by_group(
    case: Case,
    *,
    by: str = "genre",
    first: Collection[str] = ("opinion", "interview"),
    second: Collection[str] = ("report",),
    stance: str = "derogatory",
    scope: str = "whole_texts",
    left_out: str | None = None,
    reposts: bool | str = False,
    coder: str = "first",
    **draws: Unpack[Draws],
) -> Contrast:
    """Return the share of the mentions of armed opponents that are derogatory, by groups of texts.

    Armed opponents are actors of the relation foe, by `mentions`. `by` is genre, source_id or
    another column of the documents.
    """
    rows = mentions(case, coder=coder, scope=scope, left_out=left_out, reposts=reposts)
    rows = _hits(rows[rows["relation"] == "foe"], stance)
    pair = pair_of(case, by, tuple(first), tuple(second))
    measure = f"{stance} naming of armed opponents"
    return contrast(rows, pair, measure, **draws)
