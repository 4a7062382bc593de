"""Coded rows that count: one coder's, once each, in an author's own words, in a given scope."""

from collections.abc import Sequence
from functools import cache

import pandas as pd

from framelines.corpus.features import COUNTED
from framelines.errors import DataError, Problem
from framelines.methods.contrasts import Pair
from framelines.tables.case import Case
from framelines.tables.schema import shares_events

SCOPES = ("theatre_sentences", "whole_texts")
META = "doc_id label source_id source outlet_kind bloc camp side genre language".split()
# Tables whose rows are tied to events and places.
PLACED = ("claims", "captures", "acts")
FAR = 1_000_000  # more than a text has sentences
ORDER = ("doc_id", "start", "coder", "frame_id", "claim_id")

Values = str | Sequence[str] | None


def pair_of(case: Case, by: str = "camp", first: Values = None, second: Values = None) -> Pair:
    """Return two groups of documents, by values of `by`; or the camps compared, if any."""
    if first is None or second is None:
        if case.compare is None or by != "camp":
            fix = "Name the groups, such as by='genre', first='opinion', second='report'"
            raise DataError([Problem(f"case {case.name}", "there are no two sides here", fix=fix)])
        first, second = case.compare
    one, other = ((g,) if isinstance(g, str) else tuple(g) for g in (first, second))
    return Pair(by, " + ".join(one), " + ".join(other), one, other)


def side_of_camp(camp: str, actors: pd.DataFrame) -> str:
    """Return the side of actors of a camp's own name, or `x_side` for `x_camp`; or nothing."""
    known = set(actors["side"])
    return next((s for s in (camp, camp.replace("_camp", "_side")) if s in known), "")


def _check(case: Case, what: str, value: str, allowed: Sequence[str]) -> None:
    problem = Problem(f"case {case.name}", what, value=value, allowed=", ".join(allowed))
    if value not in allowed:
        raise DataError([problem])


@cache
def documents(case: Case, *, left_out: str = "none", reposts: str = "out") -> pd.DataFrame:
    """Return the documents that count, with source, bloc, camp and the side that they favour.

    `left_out` names an outlet, or is `none`. Raises `DataError` for an unknown choice.
    """
    sources = case["sources"][["source_id", "name", "kind", "bloc", "camp"]]
    sources = sources.rename(columns={"name": "source", "kind": "outlet_kind"})
    found = case["documents"].merge(sources, on="source_id", validate="m:1")
    _check(case, "no such outlet to leave out", left_out, ["none", *sorted({*found["source_id"]})])
    _check(case, "reposts are in or out", reposts, ["in", "out"])
    camps = {camp: side_of_camp(camp, case["actors"]) for camp in found["camp"].unique()}
    found["side"] = found["camp"].map(camps)
    kept = ((found["duplicate_of"] == "") | (reposts == "in")) & (found["source_id"] != left_out)
    columns = [*META, "theatre", "contained_in", "duplicate_of"]
    return found.loc[kept, columns].sort_values("doc_id").reset_index(drop=True)


def with_sentences(case: Case, frame: pd.DataFrame) -> pd.DataFrame:
    """Return located rows with the sentence that each starts in, and its region."""
    own = case["sentences"][["doc_id", "sentence", "start", "kind"]]
    own = own.rename(columns={"kind": "region"})
    frame, own = (f.sort_values(["start", "doc_id"], kind="stable") for f in (frame, own))
    found = pd.merge_asof(frame, own, on="start", by="doc_id").dropna(subset=["sentence"])
    return found.astype({"sentence": int})


@cache
def theatre_places(case: Case) -> frozenset[str]:
    """Return the ids of the places of the case's theatre: its regions, and what lies in them."""
    places = case["places"]
    found = places["place_id"].isin(case.regions)
    while (more := found | places["parent"].isin(places["place_id"][found])).sum() > found.sum():
        found = more
    return frozenset(places["place_id"][found])


@cache
def sentence_events(case: Case) -> pd.DataFrame:
    """Return which events each sentence speaks of: doc_id, sentence, event_id, place_id.

    An event counts where a coder who shares events.csv ties a row of `PLACED` to it, a place where
    any coder does. `place_id` is the row's own, else the event's.
    """
    columns = ["coder", "doc_id", "start", "event_id", "place_id"]
    found = pd.concat([case[n].reindex(columns=columns) for n in PLACED], ignore_index=True)
    found = found.fillna({"place_id": "", "event_id": ""}).astype({"start": "int64"})
    found["event_id"] = found["event_id"].where(shares_events(case.tables, found["coder"]), "")
    from_event = found["event_id"].map(case["events"].set_index("event_id")["place_id"]).fillna("")
    found["place_id"] = found["place_id"].where(found["place_id"] != "", from_event)
    columns = ["doc_id", "sentence", "event_id", "place_id"]
    found = with_sentences(case, found)[columns].drop_duplicates()
    return found.sort_values(columns).reset_index(drop=True)


@cache
def theatre_sentences(case: Case) -> pd.DataFrame:
    """Return the sentences on the case's theatre: doc_id, sentence.

    All of documents about it; of `mixed` ones those that speak of a place in it; no others.
    """
    about, columns = case["documents"].set_index("doc_id")["theatre"], ["doc_id", "sentence"]
    events, here = sentence_events(case), theatre_places(case)
    placed = events["place_id"].map(lambda ids: not here.isdisjoint(ids.split(";"))).astype(bool)
    mixed = events[placed & (events["doc_id"].map(about) == "mixed")]
    whole = case["sentences"][case["sentences"]["doc_id"].map(about) == case.theatre]
    found = pd.concat([whole[columns], mixed[columns]]).drop_duplicates()
    return found.sort_values(columns).reset_index(drop=True)


def counted_twice(found: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Rows with copies for every page that hosts them: reposts, and articles inside others."""
    copies = every[(every["duplicate_of"] != "") & ~every["doc_id"].isin(set(found["doc_id"]))]
    pairs = zip(copies["duplicate_of"], copies["doc_id"], strict=True)
    copied = [found[found["doc_id"] == one].assign(doc_id=copy) for one, copy in pairs]
    found = pd.concat([found, *copied], ignore_index=True)
    host = found["doc_id"].map(every.set_index("doc_id")["contained_in"]).fillna("")
    copies = found.assign(doc_id=host)[host != ""]
    if "sentence" in copies:  # whose numbers are none of the host's own
        number = found["doc_id"].map({doc: i for i, doc in enumerate(every["doc_id"], start=1)})
        copies = copies.assign(sentence=copies["sentence"] + FAR * number[host != ""])
    return pd.concat([found, copies], ignore_index=True)


def rows(
    case: Case,
    table: str,
    *,
    coder: str | None = None,
    scope: str = "whole_texts",
    left_out: str = "none",
    reposts: str = "out",
) -> pd.DataFrame:
    """Return the rows of a coded table that count, with the columns of `META` and the sentence.

    `coder` is by default the case's, `any` takes all. Furniture of the page is left out. With
    `reposts` in, matter counts for every page that hosts it. Raises `DataError` for an unknown
    scope or outlet.
    """
    _check(case, "unknown scope", scope, SCOPES)
    found = case[table]
    if coder != "any":
        found = found[found["coder"] == (coder or case.coder)]
    found = with_sentences(case, found.rename(columns={"label": "wording"}))
    found = found[found["region"].isin(COUNTED)]
    if scope == "theatre_sentences":
        found = found.merge(theatre_sentences(case), on=["doc_id", "sentence"])
    if reposts == "in":
        found = counted_twice(found, documents(case, reposts="in"))
    kept = documents(case, left_out=left_out, reposts=reposts)
    found = found.merge(kept[META], on="doc_id", validate="m:1")
    order = [column for column in ORDER if column in found]
    return found.sort_values(order, kind="stable").reset_index(drop=True)


def outlets_of(case: Case, pair: Pair) -> list[str]:
    """Return the outlets that can be left out: those of a group that has more than one."""
    counted = documents(case)
    group = pair.of(counted[pair.column])
    named = [set(counted.loc[group == g, "source_id"]) for g in (pair.first, pair.second)]
    return sorted(set().union(*(outlets for outlets in named if len(outlets) > 1)))
