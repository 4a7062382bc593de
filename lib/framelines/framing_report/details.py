"""More tables of notebook 03: deeds, voices, coders and lexicons as readers want them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from framelines.case import Case
from framelines.coded import Pair, counted_documents, event_labels
from framelines.contrasts import Contrast, leave_one_out
from framelines.dictionaries import DICTIONARY, TERMS, dictionary_frames, dictionary_influence
from framelines.figures.keyness import named
from framelines.frames import frame_names
from framelines.framing_report.tables import share_cell
from framelines.framing_report.words import group_name

VERSIONS = {"all": "all", "before_reading": "before reading"}
# A verb, its mark, and how often it is used.
MARKED = re.compile("(?P<verb>.*?)(?P<rest>(?: \\([+−]\\))?(?: ×[0-9]+)?)")
# Terms that decide nothing would only fill the page.
MOST_TERMS = 8


def genres_of(case: Case, pair: Pair) -> str:
    """Return what each group is made of: documents by genre, in words."""
    documents = counted_documents(case)
    group = pair.of(documents[pair.column])
    found = []
    for name in (pair.first, pair.second):
        counts = documents.loc[group == name, "genre"].value_counts().sort_index()
        listed = ", ".join(f"{n} {genre.replace('_', ' ')}" for genre, n in counts.items())
        found.append(f"{group_name(name)}: {listed}")
    return "; ".join(found)


def without_outlets(
    case: Case, pair: Pair, compute: Callable[..., Contrast], /, **more: Any
) -> pd.DataFrame:
    """Return a contrast with all outlets and without each, the outlet's name in `left_out`."""
    table = leave_one_out(case, pair, lambda left: compute(case, left_out=left, **more))
    name = dict(zip(case["sources"]["source_id"], case["sources"]["name"], strict=True))
    return table.assign(left_out=[name.get(o, "none") for o in table["left_out"]])


def teller_of(measure: str) -> str:
    """Return the printed teller of a contrast that was made inside each teller."""
    return group_name(measure.rsplit(", ", 1)[-1])


def verbs_by_event(table: pd.DataFrame, gloss: Mapping[str, str]) -> pd.DataFrame:
    """Return the wordings of `verbs.events_side_by_side` for readers, Arabic verbs translated."""

    def translated(cell: str) -> str:
        role, _, verbs = cell.partition(": ")
        listed = [MARKED.fullmatch(part) for part in verbs.split(", ")]
        told = [named(m["verb"], gloss) + m["rest"] for m in listed if m]
        return f"{role}: {', '.join(told)}" if verbs else cell

    tellers = [c for c in table if c not in ("event_id", "event")]
    found = table.drop(columns="event_id")
    found[tellers] = found[tellers].map(translated)
    return found.rename(columns={t: group_name(t) for t in tellers})


def share_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of shares for readers: k and n as they are, share and interval in per cent."""
    found = table.drop(columns=["units"]).rename(columns=lambda c: str(c).replace("_", " "))
    for name in ("share", "low", "high"):
        found[name] = 100 * found[name]
    found = found.rename(columns={"share": "share, %", "low": "from", "high": "to"})
    for name in (found.columns[0], "role", "relation"):
        if name in found:
            found[name] = found[name].map(group_name)
    empty = [c for c in ("from", "to", "resampled") if (found[c].isna() | (found[c] == "")).all()]
    return found.drop(columns=empty)


def error_rows(case: Case, errors: pd.DataFrame) -> pd.DataFrame:
    """Return `coder_error.error_table` with printed names, frames that nobody saw left out."""
    seen = errors[["both", "only_coder", "only_reference"]].sum(axis=1) > 0
    found = errors[seen].drop(columns=["coder", "reference"])
    names = {"only_coder": "first only", "only_reference": "adjudicated only"}
    return found.assign(frame=found["frame"].map(frame_names(case))).rename(columns=names)


def coder_rows(table: pd.DataFrame, pair: Pair) -> pd.DataFrame:
    """Return `frames.coders_side_by_side` for readers: all, and the values of the pair."""
    values = ["all", *pair.first_values, *pair.second_values]
    found = table[table[pair.column].isin(values)].drop(columns="frame")
    for name in ("share_first", "share_second"):
        found[name] = 100 * found[name]
    found[pair.column] = found[pair.column].map(group_name)
    new = {"n": "sentences", "k_first": "first", "k_second": "second", "k_both": "both"}
    new |= {"share_first": "first, %", "share_second": "second, %", "name": "frame"}
    return found.rename(columns=new).rename(columns={pair.column: "group"})


def dictionary_rows(case: Case, pair: Pair) -> pd.DataFrame:
    """Return how lexicons fare against hand codes, with all terms and with those before reading.

    Frames that no sentence carries by hand are left out: nothing could be recalled.
    """
    parts = []
    for terms in TERMS:
        table = dictionary_frames(case, by=pair.column, terms=terms)
        values = ["all", *pair.first_values, *pair.second_values]
        carried = table.groupby("frame")["hand"].transform("max") > 0
        parts.append(table[carried & table[pair.column].isin(values)].assign(terms=VERSIONS[terms]))
    found = pd.concat(parts, ignore_index=True)
    cells = pd.DataFrame(
        {
            "frame": found["frame"].map(frame_names(case)),
            "terms": found["terms"],
            "group": found[pair.column].map(group_name),
            "by hand": found["hand"],
            "flagged": found["flagged"],
            "both": found["both"],
        }
    )
    for name in ("precision", "recall"):
        keys = {"share": name, "low": f"{name}_low", "high": f"{name}_high"}
        rows = [{k: r[v] for k, v in keys.items()} for r in found.to_dict("records")]
        cells[f"{name}, %"] = [share_cell(r) for r in rows]
    new = {"hand": "by hand, %", "dictionary": "by dictionary, %", "corrected": "corrected, %"}
    for name, printed in new.items():
        cells[printed] = 100 * found[f"{name}_share"]
    return cells


def influence_rows(case: Case, pair: Pair, gloss: Mapping[str, str]) -> pd.DataFrame:
    """Return the terms that alone flag most sentences, frame by frame."""
    parts = []
    for frame in DICTIONARY:
        table = dictionary_influence(case, frame, pair=pair).head(MOST_TERMS)
        # Without a sentence by hand there is nothing that a term could find or miss.
        parts.append(table[(table["only_by_it"] > 0) & table["recall_without"].notna()])
    found = pd.concat(parts, ignore_index=True)
    for name in ("precision_without", "recall_without", "difference", "difference_without"):
        found[name] = 100 * found[name]
    found["frame"] = found["frame"].map(frame_names(case))
    found["term"] = [named(term, gloss) for term in found["term"]]
    new = {"precision_without": "precision without, %", "recall_without": "recall without, %"}
    new |= {"difference": "difference, points", "difference_without": "difference without, points"}
    return found.rename(columns=new)


def voice_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return `voices.attribution_shares` with a row an outlet and a column a kind."""
    rows = []
    for source, own in table.groupby("source", sort=True):
        row: dict[str, object] = {"outlet": source, "claims": int(own["n"].iloc[0])}
        row |= {
            f"{r['attribution'].replace('_', ' ')}, %": share_cell(r)
            for r in own.sort_values("attribution", kind="stable").to_dict("records")
        }
        rows.append(row)
    return pd.DataFrame(rows)


def claim_rows(case: Case, claims: pd.DataFrame) -> pd.DataFrame:
    """Return `voices.other_voice_claims` with the events in words."""
    labels = event_labels(case)
    found = claims.assign(event=[labels.get(e, "no event") for e in claims["event_id"]])
    found["kind"] = found["kind"].str.replace("_", " ")
    return found[["claim_id", "label", "source", "event", "kind", "certainty"]]


def groups_in_words(table: pd.DataFrame) -> str:
    """Return which group is set against which in a table of contrasts."""
    first, second = (group_name(str(table[c].iloc[0])) for c in ("first", "second"))
    return f"{first} minus {second}"
