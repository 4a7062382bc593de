"""Narrative framing: who is called what, which deed gets which verb, in whose words, which frames.

Every question makes hits, one row a mention, wording, act, claim or sentence: `hit` is 1 where it
has what is asked for, `of` 1 where it counts. `methods.contrasts` sets groups of them side by side.
"""

from collections.abc import Callable, Sequence
from functools import cache
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses import trust
from framelines.analyses.findings import EACH_OUTLET, estimand, named
from framelines.errors import DataError, Problem
from framelines.methods import contrasts
from framelines.methods.agreement import rogan_gladen
from framelines.methods.contrasts import Pair, contrast, matched, shares
from framelines.methods.estimate import LEVEL, MIN_UNITS, POINTS, Estimate, share, to_frame
from framelines.methods.keyness import Keyness, keyness
from framelines.tables.case import Case
from framelines.tables.rows import (
    SCOPES,
    documents,
    event_labels,
    pair_of,
    rows,
    sentence_events,
    side_of_camp,
    theatre_sentences,
)
from framelines.tables.schema import read_tables

# All that the case's coder read. By any other name a coder is read in the sentences that every
# coder read, so that the coder alone differs.
EVERYTHING = "first_all_sentences"
CODERS = (EVERYTHING, "first", "second", "adjudicated")
STANCES = ("derogatory", "neutral", "honorific")
BYSTANDERS = ("", "none", "civilians", "other", "western")
ARMED = ("army", "militia", "armed_group")
MARKS = {"favourable": " (+)", "neutral": "", "unfavourable": " (−)"}
ROLES = {"took": "own takings", "lost": "own losses"}
REPOSTS, UNITS = ("out", "in"), ("texts", "matched_events")
LEFT_OUT = ("none", EACH_OUTLET)
MAIN = {"coder": EVERYTHING}
SCOPED = {"scope": SCOPES, "left_out": LEFT_OUT, "coder": CODERS, "unit": UNITS}
WHOLE = {"reposts": REPOSTS, "left_out": LEFT_OUT, "scope": SCOPES[::-1], "coder": CODERS}
# Below this many sentences in the whole comparison a frame is not established, nor is it absent.
RARE = 5
KEYS = ["doc_id", "sentence"]
# Groups of rows in the same documents: dealt inside them, resampled with them.
INSIDE: dict[str, Any] = {"strata": "doc_id", "joint": True}
NOBODY = Pair("source_id", "", "", (), ())
NOTHING = {"k": 0, "n": 0, "low": nan}
OPINION, REPORT = ("opinion", "interview"), ("report",)


def groups_of(case: Case) -> Pair | None:
    """Return the two groups that a case's texts are set against each other by, or None.

    Its camps where it compares two; else opinion and interviews against reports; else the two
    blocs, and else the two outlets, with the most documents.
    """
    if case.compare:
        return pair_of(case)
    own = documents(case)
    if own["genre"].isin(OPINION).any() and own["genre"].isin(REPORT).any():
        return pair_of(case, "genre", OPINION, REPORT)
    for by in ("bloc", "source_id"):
        sizes = own[by].value_counts().to_dict()
        ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
        if len(ranked) > 1:
            return pair_of(case, by, *ranked[:2])
    return None


def teller_of(case: Case) -> str:
    """Return the column of tellers: camp where the case compares two, else bloc."""
    return "camp" if case.compare else "bloc"


@cache
def _shared_sentences(case: Case, reposts: str) -> pd.DataFrame:
    """The sentences that every coder of the case coded: doc_id, sentence."""
    every = rows(case, "frame_codes", coder="any", reposts=reposts)
    seen = every.groupby(KEYS)["coder"].nunique()
    return seen[seen == every["coder"].nunique()].reset_index()[KEYS]


@cache
def _rows(case: Case, table: str, *, coder: str = EVERYTHING, **which: str) -> pd.DataFrame:
    if coder == EVERYTHING:
        return rows(case, table, **which)
    shared = _shared_sentences(case, which.get("reposts", "out"))
    return rows(case, table, coder=coder, **which).merge(shared, on=KEYS)


def coded(case: Case, table: str, *, left_out: str = "none", **which: str) -> pd.DataFrame:
    """Return the rows of a table that count, of one coder (see `EVERYTHING`).

    `which` are the choices of `tables.rows.rows`: coder, scope, reposts.
    """
    found = _rows(case, table, **which)
    return found if left_out == "none" else found[found["source_id"] != left_out]


def _hits(found: pd.DataFrame, hit: Any) -> pd.DataFrame:
    return found.assign(hit=np.asarray(hit, dtype=np.float64), of=1.0)


def _compared(
    case: Case, hits: pd.DataFrame, pair: Pair | None, key: str, unit: str = "texts"
) -> Estimate:
    """The contrast of hits between two groups, or in words why there is none."""
    if pair is None:
        why = "not estimable: there are no two groups of texts"
        return Estimate(measures=key, unit=POINTS, n=(len(hits),), why=(why,))
    told = sentence_events(case)
    return contrast(hits, pair, key, unit=unit, told=told, least=MIN_UNITS, **case.drawing)


def _by_event(case: Case, hits: pd.DataFrame, pair: Pair | None) -> pd.DataFrame:
    """The events that both groups tell, with label, counts and shares, as `contrasts.matched`."""
    pair = pair or NOBODY
    table = matched(hits, sentence_events(case), pair)
    names = table["event_id"].map(event_labels(case)).fillna(table["event_id"])
    first, second = (named(case, group) for group in (pair.first, pair.second))
    return table.assign(event=names, first=first, second=second)


def _relations(case: Case, found: pd.DataFrame) -> pd.Series:
    """own, foe or other a row, by its columns side, camp, actor_side and actor_kind."""
    own = found["actor_side"] == found["side"]
    if case.compare:
        pairs = zip(case.compare, case.compare[::-1], strict=True)
        foes = {camp: side_of_camp(other, case["actors"]) for camp, other in pairs}
        foe = found["camp"].map(foes).fillna("") == found["actor_side"]
    else:
        foe = found["actor_kind"].isin(ARMED) & ~found["actor_side"].isin(BYSTANDERS)
    nobody = (found["side"] == "") | (found["actor_side"] == "")
    relation = np.select([nobody, own, foe], ["other", "own", "foe"], "other")
    return pd.Series(relation, index=found.index, dtype="str")


def naming_hits(
    case: Case, *, stance: str = "derogatory", ambiguous_labels: str = "as_coded", **which: str
) -> pd.DataFrame:
    """Return every mention of an actor; `hit` where its label has the stance.

    `relation` is own, foe or other: an actor of the side that the teller's camp stands by, of the
    other compared camp's side (where no camps are compared: an armed actor of another side that is
    no bystander), or anybody else. With `ambiguous_labels` left_out, labels that mean several
    actors or bear several stances do not count.
    """
    found = coded(case, "naming_mentions", **which)
    if ambiguous_labels == "left_out":
        seen = case["namings"].groupby("label")[["actor_id", "stance"]].nunique()
        found = found[~found["wording"].isin(seen.index[(seen > 1).any(axis=1)])]
    actors = case["actors"].set_index("actor_id")
    about = {"actor": "name", "actor_side": "side", "actor_kind": "kind"}
    found = found.assign(
        **{new: found["actor_id"].map(actors[old]).fillna("") for new, old in about.items()}
    )
    return _hits(found.assign(relation=_relations(case, found)), found["stance"] == stance)


def _of_foes(case: Case, **which: str) -> pd.DataFrame:
    hits = naming_hits(case, **which)
    return hits[hits["relation"] == "foe"]


def naming_by_event(case: Case, **which: str) -> pd.DataFrame:
    """Return the events in whose sentences both groups name their opponent, and the difference."""
    return _by_event(case, _of_foes(case), groups_of(case))


@estimand(
    "framing.naming_contrast",
    choices=SCOPED | {"ambiguous_labels": ("as_coded", "left_out")},
    main=MAIN,
    evidence=naming_by_event,
    figure="paired_events",
)
def naming_contrast(
    case: Case, *, scope: str = "theatre_sentences", unit: str = "texts", **which: str
) -> Estimate:
    """Return the derogatory share of the mentions of the opponent, first group minus second.

    The groups are `groups_of`; umbrella labels that name no side are no mention of the opponent.
    """
    hits = _of_foes(case, scope=scope, **which)
    return _compared(case, hits, groups_of(case), "derogatory naming of the opponent", unit)


@estimand("framing.naming_by_group", choices=WHOLE | {"unit": UNITS}, main=MAIN)
def naming_by_group(
    case: Case,
    *,
    first: Sequence[str] = OPINION,
    second: Sequence[str] = REPORT,
    by: str = "genre",
    unit: str = "texts",
    **which: str,
) -> Estimate:
    """Return the derogatory share of the mentions of armed opponents, by groups of texts."""
    pair, hits = pair_of(case, by, tuple(first), tuple(second)), _of_foes(case, **which)
    return _compared(case, hits, pair, "derogatory naming of armed opponents", unit)


def stance_shares(case: Case, by: str = "source", target: str = "relation") -> pd.DataFrame:
    """Return who calls whom what: a row a teller, target and stance, with k, n and share."""
    parts = [
        shares(naming_hits(case, stance=s), [by, target], "stance", **_draws(case)).assign(stance=s)
        for s in STANCES
    ]
    return pd.concat(parts, ignore_index=True)


def _draws(case: Case) -> dict[str, int]:
    return {key: case.drawing[key] for key in ("draws", "seed")}


def labels_of_actors(case: Case, least: int = 10, most: int = 5) -> pd.DataFrame:
    """Return the same actor under every name: a row an actor and teller, its labels by stance.

    Only actors with `least` mentions in all whom more than one teller names; of each stance the
    `most` used labels with their counts.
    """
    by, found = teller_of(case), naming_hits(case)
    counts = found.groupby(["actor", by, "stance", "wording"]).size().rename("count").reset_index()
    counts = counts.sort_values(["count", "wording"], ascending=[False, True], kind="stable")
    actors = counts.groupby("actor").agg(n=("count", "sum"), tellers=(by, "nunique"))
    kept = actors.index[(actors["n"] >= least) & (actors["tellers"] > 1)]
    label = glossed(case)
    made = []
    for (actor, teller), own in counts[counts["actor"].isin(kept)].groupby(["actor", by]):
        row = {"actor": actor, "teller": teller, "mentions": int(own["count"].sum())}
        for stance in STANCES:
            told = own.loc[own["stance"] == stance, ["wording", "count"]]
            listed = [f"{label(word)} {n}" for word, n in told.itertuples(index=False)]
            more = [f"and {len(listed) - most} more"] * (len(listed) > most)
            row[stance] = ", ".join(listed[:most] + more)
        made.append(row)
    return pd.DataFrame(made, columns=["actor", "teller", "mentions", *STANCES])


def glossed(case: Case) -> Callable[[str], str]:
    """Return a function that gives a term with its English translation, where there is one.

    It stands first: a line that begins in Arabic runs from the right, numbers and all.
    """
    gloss = dict(zip(case["glosses"]["term"], case["glosses"]["gloss"], strict=True))
    return lambda term: f"{gloss[term]} ({term})" if term in gloss else term


def _sides(case: Case, ids: pd.Series) -> list[set[str]]:
    side = dict(zip(case["actors"]["actor_id"], case["actors"]["side"], strict=True))
    return [{side.get(i, "") for i in str(several).split(";")} - {""} for several in ids]


def verb_hits(
    case: Case, *, scope: str = "all_takings", left_out: str = "none", **which: str
) -> pd.DataFrame:
    """Return every wording of a taking; `hit` where it favours the taker.

    `role` is took, lost or neither, of the teller's side; taker and loser are the coded ones, else
    the event's. A wording counts where it is told as realised and its teller's side took or lost.
    `matched_events` are those that both camps (without a comparison: two outlets) tell as realised.
    """
    found = coded(case, "captures", left_out=left_out, **which)
    events = case["events"].set_index("event_id")
    for column, known in (("taker_id", "winner"), ("loser_id", "loser")):
        told = found["event_id"].map(events[known]).fillna("")
        found = found.assign(**{column: found[column].where(found[column] != "", told)})
    took, lost = _sides(case, found["taker_id"]), _sides(case, found["loser_id"])
    sides = zip(found["side"], took, lost, strict=True)
    role = ["took" if s in t else "lost" if s in x else "neither" for s, t, x in sides]
    label = event_labels(case)
    found = found.assign(role=role, event=[label.get(e, "no event") for e in found["event_id"]])
    if scope == "matched_events":
        told = found[(found["modality"] == "realised") & (found["event_id"] != "")]
        told = told[told["camp"].isin(case.compare or set(told["camp"]))]
        tellers = told.groupby("event_id")["camp" if case.compare else "source_id"].nunique()
        found = found[found["event_id"].isin(tellers.index[tellers >= 2])]
    counts = ((found["modality"] == "realised") & (found["role"] != "neither")).astype(float)
    found = found.assign(of=counts, hit=counts * (found["stance"] == "favourable"))
    order = ["event_id", "camp", "source_id", "doc_id", "start"]
    return found.sort_values(order, kind="stable").reset_index(drop=True)


def verbs_by_event(case: Case, *, scope: str = "matched_events", **which: str) -> pd.DataFrame:
    """Return which verbs tell each taking: one row an event and teller, with its role and verbs.

    (+) marks a wording that favours the taker, (−) one that does not; a number, how often it is.
    """
    by, label = ("camp" if case.compare else "source"), glossed(case)
    told = verb_hits(case, scope=scope, **which)
    told = told[(told["modality"] == "realised") & (told["event_id"] != "")]
    found = []
    for (_, teller), own in told.groupby(["event_id", by], sort=True):
        counts = (own["lemma"].map(label) + own["stance"].map(MARKS)).value_counts().sort_index()
        verbs = ", ".join(f"{v} ×{n}" if n > 1 else str(v) for v, n in counts.items())
        role = " and ".join(sorted(set(own["role"]), reverse=True))
        found.append((own["event"].iloc[0], teller, role, verbs))
    return pd.DataFrame(found, columns=["event", "teller", "role", "verbs"])


def _taken_and_lost(case: Case, found: pd.DataFrame) -> Estimate:
    """In how many changes of control the taker, and in how many the loser, words it favourably."""
    kind = found[(found["of"] > 0) & (found["event_id"] != "")].groupby(["event_id", "role"])["hit"]
    events = kind.max().unstack("role").reindex(columns=list(ROLES)).dropna()
    table = events.assign(n_first=1.0, n_second=1.0, difference=events["took"] - events["lost"])
    for name in ("k", "share"):
        table[[f"{name}_first", f"{name}_second"]] = events
    pair = Pair("role", ROLES["took"], ROLES["lost"], ("took",), ("lost",))
    return contrasts.paired_contrast(
        table, pair, "changes of control told favourably", **case.drawing
    )


@estimand(
    "framing.capture_verbs",
    choices={"scope": ("matched_events", "all_takings"), "left_out": LEFT_OUT, "coder": CODERS},
    main=MAIN,
    evidence=verbs_by_event,
)
def capture_verbs(case: Case, *, scope: str = "matched_events", **which: str) -> list[Estimate]:
    """Return how favourably takings are worded: first by event, where both sides tell one.

    Then for each teller, k of n wordings of its own takings and of its own losses.
    """
    found, by = verb_hits(case, scope=scope, **which), teller_of(case)
    estimates = [_taken_and_lost(case, found)]
    found = found[found["of"] > 0]
    known = shares(found, [by, "role"], f"favourable {by}", **_draws(case)).set_index([by, "role"])
    for teller in sorted(case.compare or set(documents(case)[by])):
        for role, what in ROLES.items():
            own = found[(found[by] == teller) & (found["role"] == role)]
            row = known.loc[(teller, role)] if len(own) else NOTHING
            words = {"part": f"{teller}: {what}", "measures": f"favourable wordings of {what}"}
            words["detail"] = ", ".join(sorted(set(own["lemma"])))
            estimates.append(
                _share(words, row, "no interval: too few texts, or none is favourable")
            )
    return estimates


def _share(words: dict[str, str], row: Any, none: str) -> Estimate:
    """k of n with its interval over documents, or why there is none; `row` is one of `shares`."""
    more: dict[str, Any] = {}
    if pd.notna(row["low"]):
        more |= {"low": row["low"], "high": row["high"], "interval": contrasts.OVER_DOCUMENTS}
    elif row["n"]:
        more |= {"why": (none,)}
    if row["n"]:
        more |= {"units": (int(row["documents"]),), "largest": (float(row["largest"]),)}
    return share(**words, k=float(row["k"]), n=float(row["n"]), **more)


def agency_hits(case: Case, **which: str) -> pd.DataFrame:
    """Return every violent act whose doer the text tells; `hit` where its clause names no agent.

    `relation` is own, foe or other, of the side responsible as in `naming_hits`.
    """
    found = coded(case, "acts", **which)
    found = found[found["actor_id"] != ""]
    kinds = case["actors"].set_index("actor_id")["kind"]
    kind = found["actor_id"].str.split(";").str[0].map(kinds)
    sides = ["+".join(sorted(s)) for s in _sides(case, found["actor_id"])]
    found = found.assign(actor_side=sides, actor_kind=kind)
    return _hits(found.assign(relation=_relations(case, found)), found["agent"] == "unnamed")


def agency_contrasts(case: Case) -> pd.DataFrame:
    """Return for each teller the share without a named agent: acts of its own side minus the foe's.

    As `to_frame`, the teller in `part`. Both kinds of act stand in the same documents: the test
    swaps them inside documents, and documents that tell of both are resampled whole.
    """
    by, hits = teller_of(case), agency_hits(case)
    pair, inside = Pair("relation", "own", "foe", ("own",), ("foe",)), case.drawing | INSIDE
    made = {
        str(teller): contrast(own, pair, f"acts without a named agent, {teller}", **inside)
        for teller, own in hits[hits["relation"].isin(["own", "foe"])].groupby(by)
    }
    return to_frame(made.values()).assign(part=list(made))


def attribution_hits(
    case: Case, *, kind: str = "", hedged: str = "counted", **which: str
) -> pd.DataFrame:
    """Return the claims; `hit` where they are not in the author's own voice, or are of a kind."""
    found = coded(case, "claims", **which)
    if hedged == "not_counted":
        found = found[found["certainty"] != "hedged"]
    voice = found["attribution"]
    return _hits(found, voice == kind if kind else voice != "own_voice")


@estimand(
    "framing.attribution_by_group",
    choices=WHOLE | {"hedged": ("counted", "not_counted"), "unit": UNITS},
    main=MAIN,
)
def attribution_by_group(
    case: Case,
    *,
    first: Sequence[str] = REPORT,
    second: Sequence[str] = ("opinion",),
    by: str = "genre",
    unit: str = "texts",
    **which: str,
) -> Estimate:
    """Return the share of claims that are attributed to somebody, first group minus second."""
    pair, hits = pair_of(case, by, tuple(first), tuple(second)), attribution_hits(case, **which)
    return _compared(case, hits, pair, "claims attributed to somebody", unit)


def attribution_counts(case: Case) -> pd.DataFrame:
    """Return one row an outlet: its claims, and how many stand in whose words, a column a kind."""
    found = attribution_hits(case)
    kinds = found["attribution"].str.replace("_", " ")
    table = pd.crosstab(found["source"], kinds).rename_axis(index="outlet", columns=None)
    table.insert(0, "claims", table.sum(axis=1))
    return table.reset_index()


@estimand("framing.other_voice", choices=WHOLE, main=MAIN)
def other_voice(case: Case, **which: str) -> list[Estimate]:
    """Return the share of claims in the other side's words, and how many stand at a distance."""
    found = attribution_hits(case, kind="enemy_media", **which).assign(group="all")
    table = shares(found, ["group"], "other voice source", **_draws(case))
    row = table.iloc[0] if len(table) else NOTHING
    told = found[found["hit"] > 0]
    distant = int(told["certainty"].isin(["hedged", "denied"]).sum())
    words = {"part": "claims", "measures": "claims attributed to the other side or its media"}
    far = "of those, claims that are hedged or denied where they stand"
    rest = share("hedged or denied", far, distant, len(told))
    return [_share(words, row, "no interval: too few texts, or no such claim"), rest]


def frame_hits(
    case: Case,
    frame: str,
    *,
    coder: str = EVERYTHING,
    scope: str = "whole_texts",
    left_out: str = "none",
) -> pd.DataFrame:
    """Return the sentences that a coder coded; `hit` where they carry the frame."""
    names = trust.frame_names(case)
    if frame not in names:
        fix = f"Name one of {', '.join(names) or 'frames.csv, which is empty'}"
        raise DataError([Problem("frames.csv", "there is no such frame", value=frame, fix=fix)])
    found = trust.coded_sentences(case, "" if coder == EVERYTHING else coder)
    if coder != EVERYTHING:
        found = found.merge(_shared_sentences(case, "out"), on=KEYS)
    if scope == "theatre_sentences":
        found = found.merge(theatre_sentences(case), on=KEYS)
    found = found if left_out == "none" else found[found["source_id"] != left_out]
    return _hits(found, found[frame])


def frame_by_event(case: Case, *, frame: str = "divine_sanction", **which: str) -> pd.DataFrame:
    """Return the events that both groups tell: how many of their sentences carry the frame."""
    return _by_event(case, frame_hits(case, frame), groups_of(case))


@estimand(
    "framing.frame_contrast",
    choices=SCOPED,
    main=MAIN,
    evidence=frame_by_event,
    figure="paired_events",
)
def frame_contrast(
    case: Case,
    *,
    frame: str = "divine_sanction",
    scope: str = "theatre_sentences",
    unit: str = "texts",
    **which: str,
) -> Estimate:
    """Return the share of coded sentences with a frame, first group minus second (`groups_of`)."""
    return _compared(
        case, frame_hits(case, frame, scope=scope, **which), groups_of(case), frame, unit
    )


def frame_contrasts(case: Case, scope: str = "theatre_sentences") -> pd.DataFrame:
    """Return the contrast of every frame that is met, as `to_frame` with six columns more.

    frame and name; `status` weak (coders do not agree on it, or hardly any sentence shows whether
    they do), not established (too rare), or nothing, and then `solid`; `corrected`, the difference
    after correction for the coder's errors by Rogan and Gladen, where they are known; `p_holm`, for
    all frames tested (Holm 1979, Scandinavian Journal of Statistics 6(2):65–70).
    """
    pair, names, agreement = groups_of(case), trust.frame_names(case), trust.frame_agreement(case)
    weak = {*trust.weak_frames(case), *agreement.loc[agreement["rare"].astype(bool), "code"]}
    made = [_compared(case, frame_hits(case, f, scope=scope), pair, f) for f in names]
    table = to_frame(made).assign(frame=list(names), name=list(names.values()))
    groups = [c for c in ("group_1", "group_2") if c in table]
    table[groups] = table[groups].map(lambda group: named(case, group))
    counts = np.array([sum(e.k) for e in made])
    rare = np.where(counts < RARE, "not established", "")
    table["status"] = np.where(table["frame"].isin(weak), "weak", rare)
    errors = trust.coder_errors(case).set_index("frame")
    errors = errors[errors["why"] == ""].reindex(names)[["sensitivity", "specificity"]]
    shares_of = table.reindex(columns=["value_1", "value_2"]).to_numpy(dtype=np.float64).T
    mended = rogan_gladen(shares_of, *errors.to_numpy(dtype=np.float64).T)
    table["corrected"] = 100 * (mended[0] - mended[1])
    ordered = table["p"].where(table["status"] == "").dropna().sort_values(kind="stable")
    steps = (ordered * np.arange(len(ordered), 0, -1)).cummax().clip(upper=1.0)
    table = table.assign(p_holm=steps.reindex(table.index), solid=table["status"] == "")
    return table[counts > 0]


@cache
def key_terms(case: Case) -> Keyness:
    """Return the words, of the language of most documents, that set `groups_of` apart.

    The prior is made of all texts of the case's folder, those of other cases included.
    """
    here, every = documents(case), read_tables(case.folder)
    here = here[here["language"] == here["language"].mode().iloc[0]]
    own = every["documents"][every["documents"]["duplicate_of"] == ""]
    own = own.loc[own["language"].isin(here["language"]), "doc_id"]
    chunks = every["chunks"][every["chunks"]["doc_id"].isin(own)]
    prior = chunks[~chunks["token"].str[:1].str.isdigit().astype(bool)]
    prior = prior.groupby("token")["count"].sum()
    pair = groups_of(case) or NOBODY
    drawing = {key: case.drawing[key] for key in ("seed", "permutations")}
    return keyness(case["chunks"], here, pair, background=prior, **drawing)


def leading_terms(case: Case, found: Keyness, each: int = 10) -> pd.DataFrame:
    """Return the leading terms of either group: `Keyness.table`, and what figures need.

    `group` has more of the term, which `label` gives with its translation; `comes_from` names each
    outlet with count and documents; `solid` pass max-T among all, where there is a test.
    """
    table = found.table.rename(columns={"count_first": "k_1", "count_second": "k_2"})
    groups = [named(case, group) for group in found.groups]
    table["group"] = np.where(table["z"] > 0, *groups)
    table = table.groupby("group", sort=False).head(each).sort_values("z", ascending=False)
    chunks = case["chunks"][case["chunks"]["token"].isin(table["term"])]
    chunks = chunks.merge(documents(case)[["doc_id", "source"]], on="doc_id")
    sums = chunks.groupby(["token", "source"]).agg(n=("count", "sum"), d=("doc_id", "nunique"))
    from_ = [f"{source} {n} ({d})" for (_, source), n, d in sums.itertuples(name=None)]
    listed = pd.Series(from_, index=sums.index.get_level_values(0), dtype="str")
    table["comes_from"] = table["term"].map(listed.groupby(level=0).agg(", ".join))
    table[["group_1", "group_2"]] = groups
    passed = (table["p_max"] <= LEVEL) | found.table["p_max"].isna().all()
    return table.assign(solid=passed, label=table["term"].map(glossed(case))).reset_index(drop=True)


def genres_of(case: Case) -> str:
    """Return what each of `groups_of` is made of, in words: its documents by genre."""
    pair, own, told = groups_of(case), documents(case), list[str]()
    if pair is None:
        return "one group alone"
    side = pair.of(own[pair.column])
    for group in (pair.first, pair.second):
        sizes = own.loc[side == group, "genre"].value_counts().sort_index().items()
        told.append(f"{group}: " + ", ".join(f"{n} {genre}" for genre, n in sizes))
    return "; ".join(told)
