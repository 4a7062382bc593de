"""Frames by our lexicons, held against frames by hand: what counting words finds and misses."""

from typing import Unpack

import numpy as np
import pandas as pd

from framelines.case import Case
from framelines.coded import Pair, Which
from framelines.coder_error import coded_sentences, rogan_gladen, wilson

# The lexicons that come nearest to a frame; no other frame of the codebook has a list of words.
DICTIONARY = {
    "divine_sanction": ("sacred",),
    "delegitimation": ("derogatory_names", "sectarian_names"),
}


TERMS = ("all", "before_reading")


def terms_after_reading(case: Case) -> set[str]:
    """Return the lexicon terms that were added when the texts had been read."""
    lexicons = case.tables.get("lexicons", pd.DataFrame(columns=["term", "source", "note"]))
    added = (lexicons["source"] + " " + lexicons["note"]).str.contains("added after reading")
    return set(lexicons.loc[added.astype(bool), "term"])


def flagged_sentences(
    case: Case, frame: str, coder: str = "first", terms: str = "all", **which: Unpack[Which]
) -> pd.DataFrame:
    """Return the coded sentences with `hand`, `flagged` and `terms` for a frame of `DICTIONARY`.

    `flagged` tells that a term of the frame's lexicons stands in the sentence; `terms` lists the
    different ones. With the terms `before_reading` those that were added after the texts had been
    read are left out: a list that was made from the texts finds itself in them. `which` are
    choices of `coded_rows`.
    """
    sentences = coded_sentences(case, coder, **which)
    hits = case["lexicon_hits"]
    hits = hits[hits["lexicon"].isin(DICTIONARY[frame])].drop_duplicates(
        ["doc_id", "sentence", "term"]
    )
    if terms == "before_reading":
        hits = hits[~hits["term"].isin(terms_after_reading(case))]
    listed = (
        hits.sort_values("term", kind="stable").groupby(["doc_id", "sentence"])["term"].agg(list)
    )
    found = sentences.merge(
        listed.rename("terms").reset_index(), on=["doc_id", "sentence"], how="left"
    )
    found["terms"] = [t if isinstance(t, list) else [] for t in found["terms"]]
    hand = found[frame].astype(bool) if frame in found else False
    return found.assign(hand=hand, flagged=found["terms"].map(bool))


def _shares(k: int, n: int, name: str) -> dict[str, float]:
    low, high = wilson(k, n)
    return {name: k / n if n else np.nan, f"{name}_low": low, f"{name}_high": high}


def dictionary_frames(
    case: Case, *, by: str = "camp", coder: str = "first", terms: str = "all"
) -> pd.DataFrame:
    """Return how well lexicons find each frame of `DICTIONARY`, over all and by group.

    One row a frame and group: sentences, hand, flagged, both; precision and recall with Wilson
    intervals; the share by hand, by dictionary, and by dictionary corrected by Rogan and Gladen
    with the sensitivity and specificity of all groups together. Where the corrected share of a
    group misses its share by hand, the lexicon errs more on one side than on the other. `terms` is
    one of `TERMS`; with all of them precision and recall are those of a list fitted to the texts.
    """
    found = []
    for frame, lexicons in DICTIONARY.items():
        rows = flagged_sentences(case, frame, coder, terms)
        hand, flag = rows["hand"], rows["flagged"]
        se = (hand & flag).sum() / hand.sum() if hand.any() else np.nan
        sp = (~hand & ~flag).sum() / (~hand).sum() if (~hand).any() else np.nan
        for group in ["all", *sorted(set(rows[by]))]:
            own = rows if group == "all" else rows[rows[by] == group]
            n, k, f = len(own), int(own["hand"].sum()), int(own["flagged"].sum())
            both = int((own["hand"] & own["flagged"]).sum())
            row: dict[str, object] = {"frame": frame, "lexicons": " + ".join(lexicons), by: group}
            row |= {"sentences": n, "hand": k, "flagged": f, "both": both}
            row |= _shares(both, f, "precision") | _shares(both, k, "recall")
            row |= {
                "hand_share": k / n if n else np.nan,
                "dictionary_share": f / n if n else np.nan,
            }
            mended = rogan_gladen(f / n if n else np.nan, np.array(se), np.array(sp))
            found.append(row | {"corrected_share": float(mended)})
    return pd.DataFrame(found)


def dictionary_influence(
    case: Case, frame: str, *, pair: Pair | None = None, coder: str = "first"
) -> pd.DataFrame:
    """Return what leaving out each term of a frame's lexicons would change.

    One row a term, the most decisive first: the sentences that it stands in, those that it alone
    flags, precision and recall without it, and with `pair` the difference of the dictionary's
    shares with all terms and without this one.
    """
    rows = flagged_sentences(case, frame, coder)
    terms = sorted({term for found in rows["terms"] for term in found})
    group = pair.of(rows[pair.column]) if pair else pd.Series("", index=rows.index)

    def difference(flag: pd.Series) -> float:
        if pair is None:
            return float("nan")
        a, b = flag[group == pair.first], flag[group == pair.second]
        return float(a.mean() - b.mean()) if len(a) and len(b) else float("nan")

    whole = difference(rows["flagged"])
    found = []
    for term in terms:
        has = rows["terms"].map(lambda t, term=term: term in t)
        without = rows["terms"].map(lambda t, term=term: t not in ([], [term]))
        both = int((without & rows["hand"]).sum())
        row = {"frame": frame, "term": term, "sentences": int(has.sum())}
        row |= {"only_by_it": int((rows["flagged"] & ~without).sum())}
        row |= {"precision_without": both / without.sum() if without.any() else np.nan}
        row |= {"recall_without": both / rows["hand"].sum() if rows["hand"].any() else np.nan}
        found.append(row | {"difference": whole, "difference_without": difference(without)})
    columns = ["frame", "term", "sentences", "only_by_it", "precision_without", "recall_without"]
    table = pd.DataFrame(found, columns=[*columns, "difference", "difference_without"])
    order = ["only_by_it", "sentences", "term"]
    table = table.sort_values(order, ascending=[False, False, True], kind="stable")
    return table.reset_index(drop=True)
