"""Narrative framing: who is called what, which deed gets which verb, in whose words, which frames.

Every question makes hits, one row a mention, wording, act, claim or sentence: `hit` is 1 where it
has what is asked for, `of` 1 where it counts. `methods.contrasts` sets groups of them side by side.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from itertools import product
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd

import framelines.methods.estimate as est
from framelines.analyses import trust
from framelines.analyses.claims import Row, glossed, joined, lookup, realised, sides
from framelines.analyses.findings import EACH_CODER, declared, estimand
from framelines.analyses.timelines import LEFT_OUT, REPOSTS
from framelines.analyses.trust import KEYS
from framelines.errors import DataError, Problem
from framelines.methods import contrasts
from framelines.methods.contrasts import Pair, contrast, matched, shares
from framelines.methods.estimate import Estimate
from framelines.tables.case import Case
from framelines.tables.rows import SCOPES, counted_twice, documents, pair_of, rows, sentence_events

# All that the case's coder read. By any other name a coder is read in the sentences that every
# coder read, so that the coder alone differs.
EVERYTHING = "first_all_sentences"
CODERS, MAIN = (EVERYTHING, EACH_CODER), {"coder": EVERYTHING}
OPINION, REPORT = ("opinion", "interview"), ("report",)
CAMPS: Row = {}
OPINIONS: Row = {"by": "genre", "first": OPINION, "second": REPORT}
REPORTS = {"by": "genre", "first": REPORT, "second": ("opinion",)}
Make = Callable[..., pd.DataFrame]
VOICES = {
    "named_official": "a named official",
    "unnamed_source": "a source without a name",
    "other_media": "other media",
    "enemy_media": "the other side or its media",
}
STANCES = ("derogatory", "neutral", "honorific")
BYSTANDERS = ("", "none", "civilians", "other", "western")
ARMED = ("army", "militia", "armed_group")
MARKS = {"favourable": " (+)", "neutral": "", "unfavourable": " (−)"}
ROLES = {"took": "own takings", "lost": "own losses"}
SCOPED = {"scope": SCOPES, "left_out": LEFT_OUT, "coder": CODERS, "unit": contrasts.UNITS}
NAMING = SCOPED | {"ambiguous_labels": ("as_coded", "left_out")}
WHOLE = {"reposts": REPOSTS, "left_out": LEFT_OUT, "scope": SCOPES[::-1], "coder": CODERS}
GROUPED = WHOLE | {"unit": contrasts.UNITS}
CLAIMED = GROUPED | {"hedged": ("counted", "not_counted")}
TAKINGS = {"scope": ("matched_events", "all_takings"), "left_out": LEFT_OUT, "coder": CODERS}
TEXTS = {"unit": ("outlets", "documents"), "left_out": LEFT_OUT, "reposts": REPOSTS}
PAIRED = ("paired_events", "Share in each event that both groups tell, with the counts of both")
# Below this many sentences in the whole comparison a frame is not established, nor is it absent.
RARE = 5
NOBODY = Pair("source_id", "", "", (), ())


def groups_of(case: Case) -> Pair:
    """Return the two groups that a case's texts are set against each other by.

    Its camps where it compares two; else opinion and interviews against reports; else the two
    blocs, and else the two outlets, with the most documents; or `NOBODY`.
    """
    if case.compare:
        return pair_of(case)
    own = documents(case)
    if own["genre"].isin(OPINION).any() and own["genre"].isin(REPORT).any():
        return pair_of(case, **OPINIONS)
    for by in ("bloc", "source_id"):
        ranked = own.groupby(by).size().sort_values(ascending=False, kind="stable").index
        if len(ranked) > 1:
            return pair_of(case, by, *ranked[:2])
    return NOBODY


@cache
def coded(case: Case, table: str, *, coder: str = EVERYTHING, **which: str) -> pd.DataFrame:
    """Return the rows of a table that count, of one coder (see `EVERYTHING`).

    `which` are the choices of `tables.rows.rows`: scope, left_out, reposts. The table `sentences`
    has the sentences that the coder coded, with a column of truth a frame.
    """
    name = None if coder == EVERYTHING else coder
    make = trust.coded_sentences if table == "sentences" else partial(rows, table=table)
    found = make(case, coder=name, **which)
    if name is None:
        return found
    every = rows(case, "frame_codes", coder="any", reposts=which.get("reposts", "out"))
    coders = every.groupby(KEYS)["coder"].nunique()
    return found.merge(coders[coders == every["coder"].nunique()].reset_index()[KEYS], on=KEYS)


def hits_of(found: pd.DataFrame, hit: Any) -> pd.DataFrame:
    """Return rows as hits, each of which counts; `hit` says of each whether it is one."""
    return found.assign(hit=np.asarray(hit, dtype=np.float64), of=1.0)


def of_outlets(pair: Pair, found: pd.DataFrame) -> bool:
    """Return whether groups are of enough outlets to be dealt: what they share is theirs."""
    group = pair.of(found[pair.column])
    a, b = (found.loc[group == g, "source_id"].nunique() for g in (pair.first, pair.second))
    return pair.column in ("outlet_kind", "bloc", "camp") and not est.why_no_test((a, b))


def compared(
    case: Case, *, hits: Make, measures: Any, groups: Row, unit: str = "texts", **which: Any
) -> Estimate:
    """Return the contrast of `hits(case, **which)`, or in words why there is none; `contrasted`."""
    own = {name: which.pop(name, value) for name, value in groups.items()}
    pair, found = pair_of(case, **own) if own else groups_of(case), hits(case, **which)
    key = measures if isinstance(measures, str) else measures(**which)
    if pair is NOBODY:
        why = "not estimable: there are no two groups of texts"
        return Estimate(measures=key, unit=est.POINTS, n=(len(found),), why=(why,))
    told = sentence_events(case)
    if which.get("reposts") == "in":
        told = counted_twice(told, documents(case, reposts="in"))
    made = contrast(found, pair, key, unit=unit, told=told, least=est.MIN_UNITS, **case.drawing)
    if unit not in ("texts", "documents") or not of_outlets(pair, found):
        return made
    why = "no test over texts: the groups are of outlets, which the unit “outlets” deals anew"
    return replace(made, p=nan, test="", why=(*made.why, why))


def contrasted(
    name: str, hits: Make, measures: Any, choices: Row, groups: Row = CAMPS, paired: bool = False
) -> Callable[..., Estimate]:
    """Return the contrast of `hits(case, **which)`, first group minus second, as an estimand.

    `measures` says what is counted, or makes it of the arguments. Of each of the `choices` the
    first is the default. `groups` are by, first and second, as `tables.rows.pair_of` has them;
    without them `groups_of` the case are compared. `paired`: matched events are drawn.
    """
    main: Row = {choice: values[0] for choice, values in choices.items()}
    make = partial(compared, hits=hits, measures=measures, groups=groups, **main)
    about: Row = {"main": MAIN, "groups": groups, "hits": hits}
    if paired:
        about["evidence"] = lambda case, **given: by_event(case, hits(case, **given))
        about["figure"] = PAIRED
    return estimand(name, choices=choices, **about)(make)


def by_event(case: Case, hits: pd.DataFrame) -> pd.DataFrame:
    """Return the events that both groups tell, as `contrasts.matched`, with their labels."""
    pair = groups_of(case)
    table = matched(hits, sentence_events(case), pair)
    names = table["event_id"].map(lookup(case, "events", "label")).fillna(table["event_id"])
    return table.assign(event=names, first=pair.first, second=pair.second)


def _sides(case: Case, ids: pd.Series) -> list[set[str]]:
    side = lookup(case, "actors", "side")
    return [{side.get(i, "") for i in str(several).split(";")} - {""} for several in ids]


def _related(case: Case, found: pd.DataFrame, hit: Any) -> pd.DataFrame:
    """Hits with `relation`: own, foe or other.
    Of `actor_id`: an actor of the side of the teller's camp, of the other camp's (where no camps
    are compared: an armed one of another side), or anybody else.
    """
    of_actors = pd.Series(map("+".join, map(sorted, _sides(case, found["actor_id"]))), found.index)
    if case.compare:
        foes = {camp: own for camp, (_, (own,)) in sides(case).items()}
        foe = found["camp"].map(foes).fillna("") == of_actors
    else:
        armed = set(case["actors"].loc[case["actors"]["kind"].isin(ARMED), "actor_id"])
        of_armed = found["actor_id"].map(lambda ids: not armed.isdisjoint(ids.split(";")))
        foe = of_armed.astype(bool) & ~of_actors.isin(BYSTANDERS)
    nobody, own = (found["side"] == "") | (of_actors == ""), found["side"] == of_actors
    relation = np.select([nobody, own, foe], ["other", "own", "foe"], "other")
    return hits_of(found.assign(relation=relation), hit)


def naming_hits(
    case: Case, *, stance: str = "derogatory", ambiguous_labels: str = "as_coded", **which: str
) -> pd.DataFrame:
    """Return every mention of an actor; `hit` where its label has the stance."""
    found = coded(case, "naming_mentions", **which)
    if ambiguous_labels == "left_out":
        # Labels that mean several actors or bear several stances.
        seen = case["namings"].groupby("label")[["actor_id", "stance"]].nunique()
        found = found[~found["wording"].isin(seen.index[(seen > 1).any(axis=1)])]
    return _related(case, found, found["stance"] == stance)


def foe_hits(case: Case, **which: str) -> pd.DataFrame:
    """Return every mention of an opponent; `hit` where its label is derogatory."""
    return naming_hits(case, **which).query("relation == 'foe'")


naming_contrast = contrasted(
    "framing.naming_contrast", foe_hits, "derogatory naming of the opponent", NAMING, paired=True
)
naming_by_group = contrasted(
    "framing.naming_by_group", foe_hits, "derogatory naming of armed opponents", GROUPED, OPINIONS
)


def stance_shares(case: Case) -> pd.DataFrame:
    """Return who calls whom what: a row a teller, relation and stance, with k, n and share."""
    hits = {stance: naming_hits(case, stance=stance) for stance in STANCES}
    parts = [shares(own, ["source", "relation"]).assign(stance=n) for n, own in hits.items()]
    return pd.concat(parts, ignore_index=True)


def verb_hits(case: Case, *, scope: str = "all_takings", **which: str) -> pd.DataFrame:
    """Return every wording of a taking; `hit` where it favours the taker.

    It counts where it is told as realised and its teller's side took or lost (`role`). Matched are
    events that both camps (else: two outlets) tell so.
    """
    found = coded(case, "captures", **which)
    found = found.assign(role="neither", of=found["modality"] == "realised")
    events = case["events"].set_index("event_id")
    for role, column, known in (("lost", "loser_id", "loser"), ("took", "taker_id", "winner")):
        told = found["event_id"].map(events[known]).fillna("")
        sides = _sides(case, found[column].where(found[column] != "", told))
        of_side = [own in several for own, several in zip(found["side"], sides, strict=True)]
        found.loc[of_side, "role"] = role
    if scope == "matched_events":
        told = found[found["of"] & (found["event_id"] != "")]
        told = told[told["camp"].isin(case.compare or set(told["camp"]))]
        tellers = told.groupby("event_id")["camp" if case.compare else "source_id"].nunique()
        found = found[found["event_id"].isin(tellers.index[tellers >= 2])]
    counts = (found["of"] & (found["role"] != "neither")).astype(float)
    return found.assign(of=counts, hit=counts * (found["stance"] == "favourable"))


def verbs_by_event(case: Case, *, scope: str = "matched_events", **which: str) -> pd.DataFrame:
    """Return which verbs tell each taking: one row an event and teller, with its role and verbs.

    (+) marks a wording that favours the taker, (−) one that does not; a number, how often it is.
    """
    by, label = ("camp" if case.compare else "source"), glossed(case)
    told = verb_hits(case, scope=scope, **which)
    told = told[(told["modality"] == "realised") & (told["event_id"] != "")]
    told = told.assign(teller=told[by], verb=told["lemma"].map(label) + told["stance"].map(MARKS))

    def listed(verbs: pd.Series) -> str:
        counts = verbs.value_counts().sort_index().items()
        return ", ".join(f"{verb} ×{n}" if n > 1 else str(verb) for verb, n in counts)

    roles = ("role", lambda own: " and ".join(sorted(set(own), reverse=True)))
    groups = told.groupby(["event_id", "teller"], as_index=False)
    table = groups.agg(role=roles, verbs=("verb", listed))
    table.insert(0, "event", table.pop("event_id").map(lookup(case, "events", "label")))
    return table


def _taken_and_lost(case: Case, found: pd.DataFrame) -> Estimate:
    """In how many changes of control the taker, and in how many the loser, words it favourably."""
    kind = found[(found["of"] > 0) & (found["event_id"] != "")].groupby(["event_id", "role"])["hit"]
    events = kind.max().unstack("role").reindex(columns=list(ROLES)).dropna()
    table = events.assign(n_first=1.0, n_second=1.0, difference=events["took"] - events["lost"])
    for name in ("k", "share"):
        table[[f"{name}_first", f"{name}_second"]] = events
    pair = Pair("role", ROLES["took"], ROLES["lost"], ("took",), ("lost",))
    key = "changes of control told favourably"
    return contrasts.paired_contrast(table, pair, key, **case.drawing)


@estimand("framing.capture_verbs", choices=TAKINGS, main=MAIN, evidence=verbs_by_event)
def capture_verbs(case: Case, *, scope: str = "matched_events", **which: str) -> list[Estimate]:
    """Return how favourably takings are worded: by event that both tell, then by teller, role."""
    found, by = verb_hits(case, scope=scope, **which), "camp" if case.compare else "bloc"
    estimates, found = [_taken_and_lost(case, found)], found[found["of"] > 0]
    tellers = sorted(case.compare or set(documents(case)[by]))
    for teller, (role, what) in product(tellers, ROLES.items()):
        own = found[(found[by] == teller) & (found["role"] == role)]
        words = {"part": f"{teller}: {what}", "measures": f"favourable wordings of {what}"}
        words["detail"] = joined(own["lemma"], ", ")
        estimates.append(_share(own, "none is favourable", **words))
    return estimates


def _share(hits: pd.DataFrame, none: str, **words: str) -> Estimate:
    """The share of hits with its interval over documents, or why there is none."""
    more: dict[str, Any] = {}
    if len(hits):
        sums = hits.groupby("doc_id")[["hit", "of"]].sum()
        _, low, high = est.ratio(*sums.to_numpy().T)
        more = {"units": (len(sums),), "low": low, "high": high, "interval": est.OVER_DOCUMENTS}
        if isnan(low):
            more |= {"interval": "", "why": (f"no interval: too few texts, or {none}",)}
    return est.share(**words, k=float(hits["hit"].sum()), n=float(hits["of"].sum()), **more)


def agency_hits(case: Case, **which: str) -> pd.DataFrame:
    """Return every violent act whose doer the text tells; `hit` where its clause names no agent."""
    found = coded(case, "acts", **which)
    found = found[found["actor_id"] != ""]
    return _related(case, found, found["agent"] == "unnamed")


def attribution_hits(
    case: Case, *, kind: str = "", hedged: str = "counted", **which: str
) -> pd.DataFrame:
    """Return the claims; `hit` where they are not in the author's own voice, or are of a kind."""
    found = coded(case, "claims", **which)
    if hedged == "not_counted":
        found = found[found["certainty"] != "hedged"]
    voice = found["attribution"]
    return hits_of(found, voice == kind if kind else voice != "own_voice")


attribution_by_group = contrasted(
    *("framing.attribution_by_group", attribution_hits, "claims attributed to somebody", CLAIMED),
    groups=REPORTS,
)


def passed_on(case: Case) -> pd.DataFrame:
    """Return whose words each page passes on, a row a pair: teller, voice, claims.

    A voice is a kind of source that claims are attributed to, or an outlet whose whole text the
    page holds, with the claims of that text.
    """
    told, name = attribution_hits(case), lookup(case, "sources", "name")
    told = told.assign(teller=told["source"], voice=told["attribution"].map(VOICES))
    host = told["doc_id"].map(lookup(case, "documents", "published_in"))
    host = host.where(host != "unknown", told["source_id"])
    texts = told.assign(teller=host.map(name), voice="a text of " + told["source"])
    both = pd.concat([told[told["hit"] > 0], texts[host != texts["source_id"]]])
    found = both.groupby(["teller", "voice"]).size().reset_index(name="claims")
    return found.sort_values(["claims", "teller", "voice"], ascending=[False, True, True])


@estimand("framing.other_voice", choices=WHOLE, main=MAIN)
def other_voice(case: Case, **which: str) -> list[Estimate]:
    """Return the share of claims in the other side's words, and how many stand at a distance."""
    found = attribution_hits(case, kind="enemy_media", **which)
    told = found[found["hit"] > 0]
    distant = int(told["certainty"].isin(["hedged", "denied"]).sum())
    what = "claims attributed to the other side or its media"
    far = "of those, claims that are hedged or denied where they stand"
    first = _share(found, "no such claim", part="claims", measures=what)
    return [first, est.share("hedged or denied", far, distant, len(told))]


def frame_hits(case: Case, *, frame: str, **which: str) -> pd.DataFrame:
    """Return the sentences that a coder coded; `hit` where they carry the frame."""
    names = trust.frame_names(case)
    if frame not in names:
        fix = f"Name one of {', '.join(names) or 'frames.csv, which is empty'}"
        raise DataError([Problem("frames.csv", "there is no such frame", value=frame, fix=fix)])
    found = coded(case, "sentences", **which)
    return hits_of(found, found[frame])


frame_contrast = contrasted(
    "framing.frame_contrast", frame_hits, lambda frame, **_: frame, SCOPED, paired=True
)


def frame_contrasts(case: Case) -> pd.DataFrame:
    """Return the contrast of every frame met in sentences on the theatre; `to_frame` and more.

    `status` is weak (see `trust.weak_frames`), not established (too rare), or nothing, and then
    `solid`; `p_holm` for all tested (Holm 1979, Scandinavian Journal of Statistics 6(2):65–70).
    `with_name` says in how many of its sentences a derogatory name stands too.
    """
    printed = trust.frame_names(case)
    made = {f: e for f in printed if sum((e := frame_contrast(case, frame=f)).k)}
    table = est.to_frame(made.values()).assign(frame=list(made))
    if table.empty:
        return table
    rare = np.where(table["k_1"] + table["k_2"] < RARE, "not established", "")
    weak = table["frame"].isin(trust.weak_frames(case))
    table = table.assign(name=table["frame"].map(printed), status=np.where(weak, "weak", rare))
    names = naming_hits(case).query("hit > 0")[KEYS].drop_duplicates()
    framed = [frame_hits(case, frame=f, scope=SCOPES[0]).query("hit > 0")[KEYS] for f in made]
    table["with_name"] = [f"{len(own.merge(names)):,} of {len(own):,}" for own in framed]
    solid = table["status"] == ""
    tested = table["p"].where(solid).dropna().sort_values(kind="stable")
    steps = (tested * np.arange(len(tested), 0, -1)).cummax().clip(upper=1.0)
    return table.assign(p_holm=steps, solid=solid)


def responsible_hits(case: Case, *, side: str, **which: Any) -> pd.DataFrame:
    """Return one row a text that names who did a deed: a hit where it is of one side of actors."""
    named = realised(rows(case, "claims", **which)).query("actor_id != '' and kind != 'force_size'")
    named = named.assign(hit=[side in own for own in _sides(case, named["actor_id"])])
    texts = documents(case, **which).merge(named.groupby("doc_id")["hit"].max(), on="doc_id")
    return hits_of(texts, texts["hit"])


def _doers(side: str, **_: Any) -> str:
    return f"texts that name {side.replace('_', ' ')} as the doer"


responsible = contrasted("framing.responsible", responsible_hits, _doers, TEXTS)


def outlet_shares(case: Case) -> pd.DataFrame:
    """Return what findings on texts rest on: one row an outlet and finding, with `shares`.

    `side` is the outlet's group of the two that are compared, empty where it is in neither.
    """
    pair, found = groups_of(case), [pd.DataFrame()]
    for finding in declared(case.name, "03"):
        about = finding.about
        if about.hits and about.choices is TEXTS:
            hits = about.hits(case, **finding.with_).assign(side=lambda h: pair.of(h[pair.column]))
            own = shares(hits, ["side", "source"]).assign(finding=finding.name)
            found.append(own.sort_values("side", key=lambda s: s != pair.first, kind="stable"))
    return pd.concat(found, ignore_index=True)


def genres_of(case: Case) -> str:
    """Return what each of `groups_of` is made of, in words: its documents by genre."""
    pair, own = groups_of(case), documents(case)
    if pair is NOBODY:
        return "one group alone"
    sizes = own.groupby([pair.of(own[pair.column]), "genre"]).size()
    groups = {group: sizes.get(group, {}).items() for group in (pair.first, pair.second)}
    told = {g: ", ".join(f"{n} {genre}" for genre, n in of) for g, of in groups.items()}
    return "; ".join(f"{group}: {of or 'none'}" for group, of in told.items())
