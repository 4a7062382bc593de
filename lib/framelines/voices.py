"""In whose words claims stand: attribution by group, and how much the other side is heard."""

from collections.abc import Collection
from typing import Unpack

import numpy as np
import pandas as pd

from framelines.case import Case
from framelines.coded import Which, coded_rows, pair_of
from framelines.contrasts import Contrast, Draws, contrast, share_table


def claims(
    case: Case, *, coder: str = "first", hedged: str = "counted", **which: Unpack[Which]
) -> pd.DataFrame:
    """Return the claims that count; with `hedged` not_counted those told as hedged stay out."""
    rows = coded_rows(case, "claims", coder=coder, **which)
    return rows[rows["certainty"] != "hedged"] if hedged == "not_counted" else rows


def attribution_by_group(
    case: Case,
    *,
    by: str = "genre",
    first: Collection[str] = ("report",),
    second: Collection[str] = ("opinion",),
    hedged: str = "counted",
    left_out: str | None = None,
    reposts: bool | str = False,
    coder: str = "first",
    **draws: Unpack[Draws],
) -> Contrast:
    """Return the share of claims that are attributed to somebody, first group minus second.

    A claim is attributed where its words are not the author's own voice, whoever is named.
    """
    rows = claims(case, coder=coder, left_out=left_out, reposts=reposts, hedged=hedged)
    rows = rows.assign(hit=(rows["attribution"] != "own_voice").astype(float), of=1.0)
    pair = pair_of(case, by, tuple(first), tuple(second))
    measure = "claims attributed to somebody"
    return contrast(rows, pair, measure, **draws)


def attribution_shares(case: Case, *, by: str = "source", draws: int, seed: int) -> pd.DataFrame:
    """Return one row a group and kind of attribution: k of n claims, share, interval."""
    rows = claims(case)
    parts = []
    for kind in sorted(set(rows["attribution"])):
        own = rows.assign(hit=(rows["attribution"] == kind).astype(float), of=1.0)
        table = share_table(own, [by], f"attribution {by} {kind}", draws=draws, seed=seed)
        parts.append(table.assign(attribution=kind))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def other_voice(
    case: Case,
    *,
    by: str = "source",
    coder: str = "first",
    draws: int = 5000,
    seed: int = 1,
    **which: Unpack[Which],
) -> pd.DataFrame:
    """Return how many claims stand in the words of the other side or its media, and how surely.

    One row a group of `by`, and one for all: k of n claims attributed to `enemy_media`, share,
    interval, and how many of those k are asserted, hedged and denied.
    """
    rows = claims(case, coder=coder, **which)
    rows = rows.assign(hit=(rows["attribution"] == "enemy_media").astype(float), of=1.0)
    parts = [rows.assign(group="all"), rows.assign(group=rows[by])]
    whole, each = (
        share_table(part, ["group"], f"other voice {by}", draws=draws, seed=seed) for part in parts
    )
    table = pd.concat([whole, each], ignore_index=True).rename(columns={"group": by})
    told = rows[rows["hit"] > 0]
    for certainty in ("asserted", "hedged", "denied"):
        own = told[told["certainty"] == certainty]
        counts = own[by].value_counts()
        table[certainty] = [
            len(own) if group == "all" else int(counts.get(group, 0)) for group in table[by]
        ]
    sure = table[["hedged", "denied"]].sum(axis=1)
    return table.assign(distanced=np.where(table["k"] > 0, sure / table["k"].clip(lower=1), np.nan))


def other_voice_claims(case: Case, *, coder: str = "first") -> pd.DataFrame:
    """Return the claims in the other side's words one by one: where, of what kind, how surely."""
    rows = claims(case, coder=coder)
    rows = rows[rows["attribution"] == "enemy_media"]
    return rows[["claim_id", "label", "source", "kind", "event_id", "certainty"]]
