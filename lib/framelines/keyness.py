"""Which words set two groups of texts apart: ranks, effects, dispersion, a test where one is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from framelines.case import Case
from framelines.coded import Pair, counted_documents
from framelines.permutation import why_no_test
from framelines.resampling import MIN_UNITS, expanded_level, random_stream, resampling_weights
from framelines.tables import read_table
from framelines.term_statistics import (
    PRIOR_TOKENS,
    Floats,
    benjamini_hochberg,
    deviation_of_proportions,
    g_squared,
    log_odds,
    log_rate_ratio,
    permutation_keyness,
    quantile_pairs,
)

LEAST_COUNT = 10
# A term of one document is that document's, whatever it counts.
LEAST_DOCUMENTS = 2
COLUMNS = ["term", "count_first", "count_second", "documents_first", "documents_second"]
COLUMNS += ["rate_first", "rate_second", "log_odds", "z", "g2", "log_ratio", "low", "high", "dp"]
COLUMNS += ["key", "p", "p_max", "q"]


@dataclass(frozen=True)
class Keyness:
    """The terms of two groups of documents, ranked, with what can be said of them.

    `table` has one row a term, the largest absolute z first: count_, documents_ and rate_ (per
    1,000 words) of either group, log_odds, z, g2, log_ratio with low and high, dp, key, p, p_max
    and q. `p` compares a term with itself under other labels, `p_max` with the largest of all
    terms, `q` is `p` by Benjamini and Hochberg. `threshold` is the absolute z that `p_max` ≤ 5 %
    needs. Where there is no test these are empty and `why_no_test` says why; where no log ratio
    has an interval `why_no_interval` does; a word that one side lacks never has one.
    """

    table: pd.DataFrame
    first: str
    second: str
    documents: tuple[int, int]
    tokens: tuple[int, int]
    resampled: str
    threshold: float | None
    why_no_test: str
    why_no_interval: str


def term_counts(
    case: Case,
    pair: Pair,
    language: str = "en",
    left_out: str | None = None,
    by_chunk: bool = False,
) -> pd.DataFrame:
    """Return counts of words by document (or chunk) of both groups, a table (units, terms).

    The index is (group, doc_id) or (group, doc_id, chunk), sorted. Figures are no words. Documents
    too short for a countable chunk are not in it.
    """
    documents = counted_documents(case, left_out)
    documents = documents[documents["language"] == language]
    documents = documents.assign(group=pair.of(documents[pair.column]))
    documents = documents.loc[documents["group"] != "", ["doc_id", "group"]]
    rows = case["chunks"].merge(documents, on="doc_id", validate="m:1")
    rows = rows[~rows["token"].str[0].str.isdigit().astype(bool)]
    keys = ["group", "doc_id", *(["chunk"] if by_chunk else [])]
    wide = rows.pivot_table(
        index=keys, columns="token", values="count", aggfunc="sum", fill_value=0
    )
    return wide.sort_index(axis=0).sort_index(axis=1).astype(np.float64)


def background(case: Case, language: str = "en") -> pd.Series:
    """Return how often each word occurs in all texts of the case's folder, other cases included.

    The prior must not be made of the two groups alone, or it knows the answer.
    """
    chunks, documents = read_table(case.folder, "chunks"), read_table(case.folder, "documents")
    own = documents.loc[(documents["language"] == language) & (documents["duplicate_of"] == "")]
    rows = chunks[chunks["doc_id"].isin(own["doc_id"])]
    rows = rows[~rows["token"].str[0].str.isdigit().astype(bool)]
    return rows.groupby("token")["count"].sum().astype(np.float64)


def _prior(terms: pd.Index, known: pd.Series) -> Floats:
    counts = known.reindex(terms).fillna(0).to_numpy(dtype=np.float64)
    # A word that the background lacks gets the weight of its rarest.
    return np.asarray(PRIOR_TOKENS * np.maximum(counts, 1.0) / known.sum())


def resampled_units(
    case: Case, pair: Pair, language: str, left_out: str | None
) -> tuple[list[pd.DataFrame], str]:
    """Return the counts of both groups by document, or by chunk, and which of the two it is.

    Documents where both groups have `MIN_UNITS` of them, else chunks, else nothing.
    """
    for by_chunk, name in ((False, "documents"), (True, "chunks")):
        units = term_counts(case, pair, language, left_out, by_chunk)
        names = units.index.get_level_values("group")
        groups = [units[names == g] for g in (pair.first, pair.second)]
        if min(map(len, groups)) >= MIN_UNITS:
            return groups, name
    return [], ""


def _intervals(
    case: Case, pair: Pair, terms: pd.Index, draws: int, seed: int, language: str, left: str | None
) -> tuple[Floats, str, str]:
    """Low and high of the log ratio a term, what was resampled, and why nothing was."""
    groups, name = resampled_units(case, pair, language, left)
    if not groups:
        reason = f"no interval: fewer than {MIN_UNITS} documents or chunks on a side"
        return np.full((2, len(terms)), np.nan), "", reason
    drawn = []
    for group, own in zip((pair.first, pair.second), groups, strict=True):
        weights = resampling_weights(len(own), draws, random_stream(seed, "keyness", group))
        size = own.sum(axis=1).to_numpy(dtype=np.float64)
        drawn.append((weights @ own[terms].to_numpy(dtype=np.float64), (weights @ size)[:, None]))
    (a, n_a), (b, n_b) = drawn
    tail = expanded_level(min(map(len, groups)))
    ordered = np.sort(log_rate_ratio(a, b, n_a, n_b), axis=0)
    limits = quantile_pairs(ordered, tail)
    # Resampling texts without the word never brings it in: the interval would have no far end.
    absent = np.any([own[terms].sum(axis=0).to_numpy() == 0 for own in groups], axis=0)
    limits[:, absent] = np.nan
    return limits, name, ""


def keyness(
    case: Case,
    pair: Pair,
    *,
    language: str = "en",
    least: int = LEAST_COUNT,
    left_out: str | None = None,
    strata: str | None = None,
    statistic: str = "z",
    draws: int,
    seed: int,
    permutations: int = 9_999,
) -> Keyness:
    """Return the words of one language that set two groups of documents apart.

    Words that occur `least` times in both groups together are told of; one that stands in fewer
    than two documents is never key. `strata` is a column of the documents inside which labels are
    dealt; `statistic` one of `STATISTICS`. The first group's words have positive effects.
    """
    wide = term_counts(case, pair, language, left_out)
    groups = wide.index.get_level_values("group")
    here = [int((groups == g).sum()) for g in (pair.first, pair.second)]
    totals = [int(wide.to_numpy()[groups == g].sum()) for g in (pair.first, pair.second)]
    frame = wide.loc[:, wide.sum() >= least]
    counts = frame.to_numpy(dtype=np.float64)
    a, b = (counts[groups == g] for g in (pair.first, pair.second))
    if min(here) == 0 or frame.empty:
        why = "not estimable: no countable text on a side"
        empty = pd.DataFrame(columns=COLUMNS)
        sizes = ((here[0], here[1]), (totals[0], totals[1]))
        return Keyness(empty, pair.first, pair.second, *sizes, "", None, why, why)
    first, second = a.sum(axis=0), b.sum(axis=0)
    n_first, n_second = float(totals[0]), float(totals[1])
    prior = _prior(frame.columns, background(case, language))
    delta, z = log_odds(first, second, n_first, n_second, prior, PRIOR_TOKENS)
    sizes = wide.to_numpy().sum(axis=1)
    table = pd.DataFrame({"term": frame.columns, "count_first": first, "count_second": second})
    table["documents_first"], table["documents_second"] = (a > 0).sum(axis=0), (b > 0).sum(axis=0)
    table["rate_first"], table["rate_second"] = 1e3 * first / n_first, 1e3 * second / n_second
    table["log_odds"], table["z"] = delta, z
    table["g2"] = g_squared(first, second, n_first, n_second)
    table["log_ratio"] = log_rate_ratio(first, second, np.array(n_first), np.array(n_second))
    limits, resampled, why_no_interval = _intervals(
        case, pair, frame.columns, draws, seed, language, left_out
    )
    table["low"], table["high"] = limits
    table["dp"] = deviation_of_proportions(counts, sizes)
    table["key"] = table["documents_first"] + table["documents_second"] >= LEAST_DOCUMENTS
    found = _tested(case, wide, pair, table, prior, strata, statistic, permutations, seed)
    table[["p", "p_max", "q"]], threshold, why = found
    ranked = table.assign(size=table["z"].abs()).sort_values(
        ["size", "term"], ascending=[False, True], kind="stable"
    )
    return Keyness(
        ranked[COLUMNS].reset_index(drop=True),
        pair.first,
        pair.second,
        (here[0], here[1]),
        (totals[0], totals[1]),
        resampled,
        threshold,
        why,
        why_no_interval,
    )


def _tested(
    case: Case,
    wide: pd.DataFrame,
    pair: Pair,
    table: pd.DataFrame,
    prior: Floats,
    strata: str | None,
    statistic: str,
    permutations: int,
    seed: int,
) -> tuple[Floats, float | None, str]:
    """Columns p, p_max and q, the threshold of max-T, and why there is no test."""
    # Sorted by document and dealt by name, so that the order of the groups changes nothing.
    ordered = wide.sort_index(level="doc_id", kind="stable")
    mine = ordered.index.get_level_values("group") == min(pair.first, pair.second)
    about = case["documents"].set_index("doc_id")
    labels = ordered.index.get_level_values("doc_id").map(about[strata] if strata else lambda _: "")
    layers = np.asarray(labels, dtype=str)
    sizes = [
        (int(mine[layers == s].sum()), int((~mine[layers == s]).sum())) for s in np.unique(layers)
    ]
    found = np.full((len(table), 3), np.nan)
    why = why_no_test(sizes)
    may = table["key"].to_numpy(dtype=bool)
    if why or not may.any():
        return found, None, why or "no test: no term stands in two documents"
    counts = ordered[table["term"]].to_numpy(dtype=np.float64)
    single, family, threshold = permutation_keyness(
        counts[:, may],
        ordered.to_numpy().sum(axis=1),
        np.asarray(mine, dtype=bool),
        prior[may],
        permutations=permutations,
        seed=seed,
        statistic=statistic,
        strata=layers,
    )
    found[may] = np.stack([single, family, benjamini_hochberg(single)], axis=1)
    return found, threshold if statistic == "z" and np.isfinite(threshold) else None, ""


def documents_of(case: Case, term: str, language: str = "en") -> pd.DataFrame:
    """Return the documents that a term comes from: label, source, camp, count, rate a thousand."""
    documents = counted_documents(case)
    documents = documents[documents["language"] == language]
    sizes = case["chunks"].groupby("doc_id")["count"].sum()
    counts = case["chunks"].loc[case["chunks"]["token"] == term].groupby("doc_id")["count"].sum()
    table = documents[["doc_id", "label", "source", "camp"]].assign(
        count=documents["doc_id"].map(counts).fillna(0).astype(int),
        rate=1000 * documents["doc_id"].map(counts) / documents["doc_id"].map(sizes),
    )
    table = table[table["count"] > 0].sort_values(
        ["count", "doc_id"], ascending=[False, True], kind="stable"
    )
    return table.reset_index(drop=True)
