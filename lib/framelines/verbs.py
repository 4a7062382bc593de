"""The same deed under different verbs: who takes, who loses, who is named as the agent."""

from typing import Unpack

import numpy as np
import pandas as pd

from framelines.case import Case
from framelines.coded import Pair, Which, coded_rows, event_labels, pair_of
from framelines.contrasts import PERMUTATIONS, Contrast, Draws, contrast, share_table
from framelines.formats import counted
from framelines.naming import relations
from framelines.permutation import MIN_PAIRS, p_value, sign_flips

SCOPES = ("matched_events", "all_takings")
MARKS = {"favourable": " (+)", "neutral": "", "unfavourable": " (−)"}


def _sides(ids: pd.Series, case: Case) -> pd.Series:
    side = dict(zip(case["actors"]["actor_id"], case["actors"]["side"], strict=True))
    return ids.map(lambda several: {side.get(i, "") for i in str(several).split(";")} - {""})


def _from_events(case: Case, rows: pd.DataFrame, column: str, of_event: str) -> pd.Series:
    known = dict(zip(case["events"]["event_id"], case["events"][of_event], strict=True))
    return rows[column].where(rows[column] != "", rows["event_id"].map(known).fillna(""))


def capture_verbs(
    case: Case,
    *,
    scope: str = "matched_events",
    by: str = "camp",
    left_out: str | None = None,
    reposts: bool | str = False,
    coder: str = "first",
) -> pd.DataFrame:
    """Return every wording of a taking, event by event, by whether the teller's side took or lost.

    One row a wording (event, teller, document, lemma): `role` is took, lost or neither, of the
    side that the teller's camp stands by; taker and loser are the coded ones, else the event's.
    `matched_events` keeps events that every group of `by` under comparison tells as realised (both
    compared camps; without a comparison any two outlets), `all_takings` all of them.
    """
    rows = coded_rows(case, "captures", coder=coder, left_out=left_out, reposts=reposts)
    rows["taker_id"] = _from_events(case, rows, "taker_id", "winner")
    rows["loser_id"] = _from_events(case, rows, "loser_id", "loser")
    took, lost = _sides(rows["taker_id"], case), _sides(rows["loser_id"], case)
    sides = list(zip(rows["side"], took, lost, strict=True))
    rows["role"] = ["took" if s in t else "lost" if s in x else "neither" for s, t, x in sides]
    rows["event"] = [event_labels(case).get(e, "no event") for e in rows["event_id"]]
    if scope == "matched_events":
        rows = rows[rows["event_id"].isin(_told_by_both(case, rows, by))]
    columns = [
        "event_id",
        "event",
        "camp",
        "bloc",
        "source_id",
        "source",
        "doc_id",
        "label",
        "genre",
    ]
    columns += ["start", "lemma", "stance", "modality", "role", "taker_id", "loser_id", "place_id"]
    order = ["event_id", "camp", "source_id", "doc_id", "start"]
    columns += ["sentence", "chunk", "side", "language"]
    return rows[columns].sort_values(order, kind="stable").reset_index(drop=True)


def _told_by_both(case: Case, rows: pd.DataFrame, by: str) -> set[str]:
    told = rows[(rows["modality"] == "realised") & (rows["event_id"] != "")]
    if case.compare is not None and by == "camp":
        told = told[told["camp"].isin(case.compare)]
        tellers = told.groupby("event_id")["camp"].nunique()
    else:
        tellers = told.groupby("event_id")["source_id"].nunique()
    return set(tellers.index[tellers >= 2])


def events_side_by_side(verbs: pd.DataFrame, by: str = "camp") -> pd.DataFrame:
    """Return one row an event, and one column a teller with the role and the verbs that it uses.

    `verbs` is `capture_verbs`; only what is told as realised. A wording favourable to the taker is
    marked (+), an unfavourable one (−); a number tells a verb used twice.
    """
    told = verbs[(verbs["modality"] == "realised") & (verbs["event_id"] != "")]

    def words(rows: pd.DataFrame) -> str:
        counts = (rows["lemma"] + rows["stance"].map(MARKS)).value_counts().sort_index()
        listed = ", ".join(f"{v} ×{n}" if n > 1 else str(v) for v, n in counts.items())
        return f"{'/'.join(sorted(set(rows['role'])))}: {listed}"

    found = [
        {"event_id": event, "event": rows["event"].iloc[0]}
        | {str(teller): words(own) for teller, own in rows.groupby(by, sort=True)}
        for event, rows in told.groupby("event_id", sort=True)
    ]
    tellers = sorted(set(told[by]))
    return pd.DataFrame(found, columns=["event_id", "event", *tellers]).fillna("")


def verbs_by_role(verbs: pd.DataFrame, by: str = "camp") -> pd.DataFrame:
    """Return how often each teller uses each verb, by role, lemma and stance: count, documents.

    Only takings told as realised, and only tellers whose side took or lost.
    """
    told = verbs[(verbs["modality"] == "realised") & (verbs["role"] != "neither")]
    keys = [by, "role", "lemma", "stance"]
    table = told.groupby(keys, sort=True).agg(
        count=("doc_id", "size"), documents=("doc_id", "nunique")
    )
    order = [by, "role", "count", "lemma", "stance"]
    ascending = [True, False, False, True, True]
    table = table.reset_index().sort_values(order, ascending=ascending, kind="stable")
    return table.reset_index(drop=True)


def favourable_wording(
    verbs: pd.DataFrame, *, by: str = "camp", draws: int, seed: int
) -> pd.DataFrame:
    """Return the share of favourable wordings by teller and role."""
    told = verbs[(verbs["modality"] == "realised") & (verbs["role"] != "neither")]
    rows = told.assign(hit=(told["stance"] == "favourable").astype(float), of=1.0)
    return share_table(rows, [by, "role"], f"favourable {by}", draws=draws, seed=seed)


def acts(case: Case, *, coder: str = "first", **which: Unpack[Which]) -> pd.DataFrame:
    """Return every violent act that counts and whose doer the text tells, with `relation`.

    `responsible` is the side of the actor responsible (several sides joined by +), `relation` own,
    foe or other as in `naming.mentions`, and `unnamed` whether the clause names no agent.
    """
    rows = coded_rows(case, "acts", coder=coder, **which)
    rows = rows[rows["actor_id"] != ""]
    sides = _sides(rows["actor_id"], case)
    first = rows["actor_id"].str.split(";").str[0]
    kinds = case["actors"].set_index("actor_id")["kind"]
    rows = rows.assign(
        responsible=["+".join(sorted(s)) for s in sides],
        actor_side=["+".join(sorted(s)) for s in sides],
        actor_kind=first.map(kinds),
        unnamed=(rows["agent"] == "unnamed").astype(float),
    )
    return rows.assign(relation=relations(case, rows)).reset_index(drop=True)


def agency(
    case: Case,
    *,
    by: str = "source",
    responsible: str = "relation",
    draws: int,
    seed: int,
    coder: str = "first",
    **which: Unpack[Which],
) -> pd.DataFrame:
    """Return the share of violent acts told without a named agent, by teller and side responsible.

    One row a `by` (source, bloc, camp) and `responsible` (relation or responsible): k of n, share,
    interval, and how many of the acts are told in the passive or as a noun.
    """
    rows = acts(case, coder=coder, **which)
    rows = rows.assign(hit=rows["unnamed"], of=1.0)
    table = share_table(rows, [by, responsible], f"agency {by}", draws=draws, seed=seed)
    for voice in ("passive", "nominal"):
        own = rows[rows["voice"] == voice].groupby([by, responsible]).size()
        keys = table[[by, responsible]].itertuples(index=False, name=None)
        table[voice] = [int(own.get(key, 0)) for key in keys]
    return table


def agency_cells(case: Case, *, by: str = "camp", coder: str = "first") -> pd.DataFrame:
    """Return the counts behind the shares: teller × side responsible × agent named or not."""
    rows = acts(case, coder=coder)
    rows = rows[rows["relation"].isin(["own", "foe"])]
    keys = [by, "relation", "agent"]
    table = rows.groupby(keys, sort=True).agg(
        acts=("doc_id", "size"), documents=("doc_id", "nunique")
    )
    return table.reset_index()


def agency_contrasts(
    case: Case,
    *,
    by: str = "camp",
    coder: str = "first",
    scope: str = "whole_texts",
    left_out: str | None = None,
    **draws: Unpack[Draws],
) -> list[Contrast]:
    """Return for each teller the share without a named agent: acts of its own side minus the foe's.

    Both kinds of act stand in the same documents, so the test swaps own and foe document by
    document, acts of a document together; with fewer than six documents that hold both there is
    none. Acts are never dealt one by one, as Fisher's test would.
    """
    rows = acts(case, coder=coder, scope=scope, left_out=left_out)
    rows = rows.assign(hit=rows["unnamed"], of=1.0)
    pair = Pair("relation", "own", "foe", ("own",), ("foe",))
    return _inside_tellers(rows, pair, by, "acts without a named agent", **draws)


def wording_contrasts(
    case: Case,
    *,
    scope: str = "all_takings",
    by: str = "camp",
    left_out: str | None = None,
    reposts: bool | str = False,
    coder: str = "first",
    **draws: Unpack[Draws],
) -> list[Contrast]:
    """Return for each teller the favourable share of wordings: own side took minus own side lost.

    Only takings told as realised. Tested like `agency_contrasts`, inside documents.
    """
    which: Which = {"scope": scope, "left_out": left_out, "reposts": reposts}
    verbs = capture_verbs(case, by=by, coder=coder, **which)
    told = verbs[(verbs["modality"] == "realised") & (verbs["role"] != "neither")]
    rows = told.assign(hit=(told["stance"] == "favourable").astype(float), of=1.0)
    pair = Pair("role", "took", "lost", ("took",), ("lost",))
    return _inside_tellers(rows, pair, by, "favourable wordings", **draws)


def _inside_tellers(
    rows: pd.DataFrame, pair: Pair, by: str, what: str, **draws: Unpack[Draws]
) -> list[Contrast]:
    """A contrast a teller, of two kinds of row that stand in the same documents."""
    found = []
    rows = rows[rows[pair.column].isin([pair.first, pair.second])]
    for teller, own in rows.groupby(by, sort=True):
        measure = f"{what}, {teller}"
        made = contrast(own, pair, measure, joint=True, **draws)
        p, why = _swapped(own, pair, measure, **draws) if own["hit"].any() else (None, "")
        reasons = [r for r in made.why.split("; ") if r and not r.startswith("no test")]
        reasons += [why] if why and not np.isnan(made.effect) else []
        found.append(Contrast(**{**made.__dict__, "p": p, "why": "; ".join(reasons)}))
    return found


def _swapped(
    rows: pd.DataFrame, pair: Pair, key: str, **draws: Unpack[Draws]
) -> tuple[float | None, str]:
    """The p-value of the difference of pooled shares when the kinds swap inside documents."""
    sums = rows.pivot_table(
        index="doc_id", columns=pair.column, values=["hit", "of"], aggfunc="sum", fill_value=0
    )
    wanted = pd.MultiIndex.from_product([["hit", "of"], [pair.first, pair.second]])
    cells = sums.reindex(columns=wanted, fill_value=0).sort_index()
    both = (cells["of"] > 0).all(axis=1)
    if both.sum() < MIN_PAIRS:
        told = counted(int(both.sum()), "document tells", "documents tell")
        return None, f"no test: {told} of both, where {MIN_PAIRS} are needed"
    # A document that tells acts of one side alone has nothing to swap.
    often, seed = draws.get("permutations", PERMUTATIONS), draws.get("seed", 1)
    flips, exact = sign_flips(int(both.sum()), often, seed, key)
    keep = np.ones((len(flips), len(cells)))
    keep[:, both.to_numpy()] = (flips + 1) / 2
    values = cells.to_numpy(dtype=np.float64)
    hit_own, hit_foe, of_own, of_foe = values.T
    swap = 1 - keep
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (keep @ hit_own + swap @ hit_foe) / (keep @ of_own + swap @ of_foe)
        foe = (keep @ hit_foe + swap @ hit_own) / (keep @ of_foe + swap @ of_own)
    drawn = np.nan_to_num(np.abs(own - foe), nan=0.0)
    observed = abs(hit_own.sum() / of_own.sum() - hit_foe.sum() / of_foe.sum())
    return p_value(drawn, float(observed), exact), ""


def favourable_contrast(
    case: Case,
    *,
    scope: str = "all_takings",
    left_out: str | None = None,
    coder: str = "first",
    **draws: Unpack[Draws],
) -> Contrast:
    """Return the share of favourable wordings of own takings, first camp minus second."""
    verbs = capture_verbs(case, scope=scope, left_out=left_out, coder=coder)
    told = verbs[(verbs["modality"] == "realised") & (verbs["role"] == "took")]
    rows = told.assign(hit=(told["stance"] == "favourable").astype(float), of=1.0)
    measure = "favourable wording of own takings"
    return contrast(rows, pair_of(case), measure, **draws)
