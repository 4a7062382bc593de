"""Coded rows that count: one coder's, once each, in an author's own words, in a given scope."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import pandas as pd

from framelines.case import Case
from framelines.features import COUNTED
from framelines.problems import DataError, Problem

SCOPES = ("theatre_sentences", "whole_texts")
# The regions that a theatre spreads over; a theatre that is not listed is the place of its name.
THEATRES = {
    "palmyra": ("homs-governorate",),
    "idlib": ("idlib-governorate", "hama-governorate", "latakia-governorate", "aleppo-governorate")
    + ("northwestern-syria",),
    "arda": ("arda-valley",),
}
# Sides of actors that are nobody's armed opponent.
BYSTANDERS = ("", "none", "civilians", "other", "western")
ARMED = ("army", "militia", "armed_group")
META = ["doc_id", "label", "source_id", "source", "bloc", "camp", "side", "genre", "language"]
PLACED = ("claims", "captures", "acts")
# Other coders work without the table of events: their labels are free, and name no row of it.
KNOW_EVENTS = ("first", "adjudicated")


class Which(TypedDict, total=False):
    """Which rows count, as keywords of `coded_rows`; what is not given has its default."""

    scope: str
    left_out: str | None
    reposts: bool | str


@dataclass(frozen=True)
class Pair:
    """Two groups of documents; every effect is the first minus the second.

    `column` is the column of the documents that tells them apart, and each group holds the
    documents whose value there is one of its values.
    """

    column: str
    first: str
    second: str
    first_values: tuple[str, ...]
    second_values: tuple[str, ...]

    def of(self, values: pd.Series) -> pd.Series:
        """Return the name of each value's group, empty where it is in neither."""
        names = {**dict.fromkeys(self.first_values, self.first)}
        names |= dict.fromkeys(self.second_values, self.second)
        return values.map(lambda value: names.get(value, ""))

    def swapped(self) -> "Pair":
        """Return the pair with its groups in the other order."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            first_values=self.second_values,
            second_values=self.first_values,
        )


Values = str | Sequence[str] | None


def pair_of(case: Case, by: str = "camp", first: Values = None, second: Values = None) -> Pair:
    """Return two groups of a case's documents, by default the camps that it compares.

    `first` and `second` are values of the column `by`, or several of them in a tuple. Raises
    `DataError` where the case compares nothing and no groups are named.
    """
    if first is None or second is None:
        if case.compare is None or by != "camp":
            fix = "Name the groups, such as by='genre', first='opinion', second='report'"
            raise DataError([Problem(f"case {case.name}", "there are no two sides here", fix=fix)])
        first, second = case.compare
    groups = [(g,) if isinstance(g, str) else tuple(g) for g in (first, second)]
    names = [" + ".join(g) for g in groups]
    return Pair(by, names[0], names[1], groups[0], groups[1])


def side_of_camp(camp: str, actors: pd.DataFrame) -> str:
    """Return the side of actors that a camp of sources stands by, or nothing.

    It is the side of the camp's own name; `government_camp` stands by `government_side`.
    """
    known = set(actors["side"])
    return next((s for s in (camp, camp.replace("_camp", "_side")) if s in known), "")


def with_reposts(choice: bool | str) -> bool:
    """Return whether reposts count, by true or false, or by the words in and out."""
    return choice == "in" if isinstance(choice, str) else choice


def counted_documents(
    case: Case, left_out: str | None = None, reposts: bool | str = False
) -> pd.DataFrame:
    """Return the documents that count, with source, bloc, camp and the side that they favour.

    Reposts are left out unless `reposts`; `left_out` names an outlet whose documents stay out.
    Raises `DataError` where there is no such outlet.
    """
    sources = case["sources"][["source_id", "name", "bloc", "camp"]]
    sources = sources.rename(columns={"name": "source"})
    documents = case["documents"].merge(sources, on="source_id", validate="m:1")
    outlets = sorted(set(documents["source_id"]))
    if left_out not in (None, "none", *outlets):
        where, allowed = f"case {case.name}", ", ".join(["none", *outlets])
        problem = Problem(where, "no such outlet to leave out", value=left_out, allowed=allowed)
        raise DataError([problem])
    side = {c: side_of_camp(str(c), case["actors"]) for c in set(documents["camp"])}
    documents = documents.assign(side=documents["camp"].map(side))
    own = documents["duplicate_of"] == ""
    kept = (own | with_reposts(reposts)) & (documents["source_id"] != left_out)
    columns = [*META, "theatre", "contained_in", "duplicate_of"]
    return documents.loc[kept, columns].sort_values("doc_id", kind="stable").reset_index(drop=True)


def with_sentences(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the sentence that each starts in: sentence, chunk, kind.

    `chunk` is -1 where the document is too short for a countable chunk.
    """
    own = case["sentences"].assign(chunk=case["sentences"]["chunk"].fillna(-1).astype(int))
    own = own[["doc_id", "sentence", "start", "chunk", "kind"]].rename(columns={"start": "at"})
    own = own.rename(columns={"kind": "region"}).sort_values(["at", "doc_id"], kind="stable")
    rows = rows.sort_values(["start", "doc_id"], kind="stable")
    found = pd.merge_asof(rows, own, left_on="start", right_on="at", by="doc_id")
    return (
        found.dropna(subset=["sentence"]).drop(columns="at").astype({"sentence": int, "chunk": int})
    )


def places_of_theatre(case: Case, theatre: str) -> set[str]:
    """Return the ids of all places in a theatre: its regions, and whatever lies in them."""
    parents = dict(zip(case["places"]["place_id"], case["places"]["parent"], strict=True))
    roots = set(THEATRES.get(theatre, (theatre,)))

    def inside(place: str) -> bool:
        seen = set[str]()
        while place and place not in seen:
            if place in roots:
                return True
            seen.add(place)
            place = parents.get(place, "")
        return False

    return {place for place in parents if inside(place)}


def theatre_of(case: Case) -> str:
    """Return the theatre of a case: the one of its name, else the one that most documents have."""
    named = case["documents"]["theatre"]
    named = named[~named.isin(["mixed", "elsewhere"])]
    if case.name in set(named) or named.empty:
        return case.name
    return str(named.value_counts().sort_index().idxmax())


def sentence_events(case: Case) -> pd.DataFrame:
    """Return which events each sentence speaks of: doc_id, sentence, event_id, place_id.

    A sentence speaks of an event of `events.csv` where a claim, a wording of a taking or a violent
    act is tied to it by the first coder or the adjudication; of a place where any coder says so.
    `place_id` is the row's own, else the event's.
    """
    columns = ["coder", "doc_id", "start", "event_id", "place_id"]
    own = [case[name].reindex(columns=columns) for name in PLACED]
    rows = pd.concat(own, ignore_index=True).fillna({"place_id": "", "event_id": ""})
    rows["event_id"] = rows["event_id"].where(rows["coder"].isin(KNOW_EVENTS), "")
    if rows.empty:
        return pd.DataFrame(columns=["doc_id", "sentence", "event_id", "place_id"])
    where = dict(zip(case["events"]["event_id"], case["events"]["place_id"], strict=True))
    from_event = rows["event_id"].map(where).fillna("")
    rows["place_id"] = rows["place_id"].where(rows["place_id"] != "", from_event)
    found = with_sentences(case, rows)[["doc_id", "sentence", "event_id", "place_id"]]
    return found.drop_duplicates().sort_values(["doc_id", "sentence", "event_id", "place_id"])


def theatre_sentences(case: Case) -> pd.DataFrame:
    """Return the sentences on the case's theatre: doc_id, sentence.

    All sentences of documents about the theatre; in documents on several theatres those that speak
    of a place in it, by `sentence_events`; none of documents on elsewhere.
    """
    theatre = theatre_of(case)
    about = case["documents"].set_index("doc_id")["theatre"]
    every = case["sentences"][["doc_id", "sentence"]]
    whole = every[every["doc_id"].map(about) == theatre]
    events = sentence_events(case)
    here = places_of_theatre(case, theatre)
    placed = events["place_id"].map(lambda ids: any(i in here for i in str(ids).split(";")))
    mixed = events.loc[placed.astype(bool) & (events["doc_id"].map(about) == "mixed")]
    rows = pd.concat([whole, mixed[["doc_id", "sentence"]]]).drop_duplicates()
    return rows.sort_values(["doc_id", "sentence"], kind="stable").reset_index(drop=True)


def in_scope(case: Case, rows: pd.DataFrame, scope: str) -> pd.DataFrame:
    """Return the rows whose sentence lies in the scope, one of `SCOPES`."""
    if scope not in SCOPES:
        where = f"case {case.name}"
        problem = Problem(where, "unknown scope", value=scope, allowed=", ".join(SCOPES))
        raise DataError([problem])
    if scope == "whole_texts":
        return rows
    return rows.merge(theatre_sentences(case), on=["doc_id", "sentence"])


def _counted_twice(rows: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Rows with copies for every page that hosts them: reposts, and articles inside others."""
    parts = [rows]
    for original, copy in documents[["duplicate_of", "doc_id"]].itertuples(index=False):
        if original and copy not in set(rows["doc_id"]):
            parts.append(rows[rows["doc_id"] == original].assign(doc_id=copy))
    rows = pd.concat(parts, ignore_index=True)
    inside = dict(zip(documents["doc_id"], documents["contained_in"], strict=True))
    host = rows["doc_id"].map(lambda doc: inside.get(doc, ""))
    return pd.concat([rows, rows.assign(doc_id=host)[host != ""]], ignore_index=True)


def coded_rows(
    case: Case,
    table: str,
    *,
    coder: str | None = "first",
    scope: str = "whole_texts",
    left_out: str | None = None,
    reposts: bool | str = False,
) -> pd.DataFrame:
    """Return the rows of a coded table that count, with the documents' columns and the sentence.

    Rows in bylines, captions that repeat a headline and other furniture are left out. With
    `reposts` matter that a second page hosts counts for that page too. `coder` None takes all.
    """
    rows = case[table]
    if coder is not None:
        rows = rows[rows["coder"] == coder]
    rows = with_sentences(case, rows.rename(columns={"label": "wording"}))
    rows = in_scope(case, rows[rows["region"].isin(COUNTED)], scope)
    documents = counted_documents(case, left_out, reposts)
    if with_reposts(reposts):
        rows = _counted_twice(rows, counted_documents(case, reposts=True))
    found = rows.merge(documents[[*META, "theatre"]], on="doc_id", validate="m:1")
    order = [c for c in ("doc_id", "start", "coder", "frame_id", "claim_id") if c in found]
    return found.sort_values(order, kind="stable").reset_index(drop=True)


def outlets_of(case: Case, pair: Pair) -> list[str]:
    """Return the outlets that can be left out: those of a group that has more than one."""
    documents = counted_documents(case)
    group = pair.of(documents[pair.column])
    found: list[str] = []
    for name in (pair.first, pair.second):
        outlets = sorted(set(documents.loc[group == name, "source_id"]))
        found += outlets if len(outlets) > 1 else []
    return sorted(set(found))


def event_labels(case: Case) -> dict[str, str]:
    """Return the label of every event, by its id."""
    return dict(zip(case["events"]["event_id"], case["events"]["label"], strict=True))
