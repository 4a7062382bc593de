"""Which words set two groups of documents apart: ranks, effects, and a test by max-T.

Counts are a table with one row a document (or chunk of it) and word: `doc_id`, `token`, `count`.
They are kept sparse and relabelled in blocks, so that ten thousand documents fit into a gigabyte.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

import framelines.methods.estimate as est
from framelines.methods.contrasts import Pair
from framelines.methods.estimate import Floats

Mask = npt.NDArray[np.bool_]
PRIOR_TOKENS = 500.0
LEAST_COUNT = 10
# A term of one document is that document's, whatever it counts.
LEAST_DOCUMENTS = 2
COLUMNS = ["term", "count_first", "count_second", "documents_first", "documents_second"]
COLUMNS += ["z", "log_ratio", "p_max"]


@dataclass(frozen=True)
class Keyness:
    """The terms of two groups of documents, ranked, with what can be said of them.

    `table` has `COLUMNS` and one row a term, the largest absolute z first; `p_max` compares it with
    the largest of all terms under other labels. What is missing is NaN, and `why` has the reason.
    """

    table: pd.DataFrame
    groups: tuple[str, str]
    why: tuple[str, ...] = ()


def log_odds(
    first: Floats, second: Floats, n_first: Floats, n_second: Floats, prior: Floats
) -> Floats:
    """Return the z-score of the log-odds ratio with an informative Dirichlet prior.

    Monroe, Colaresi & Quinn 2008, eqs. 16, 19–22. `prior` is the prior count of each term,
    `PRIOR_TOKENS` of all. The z-score ranks and is no test.
    """
    a, b = first + prior, second + prior
    # Two logarithms instead of four; swapping the groups still negates the result exactly.
    delta = np.log(a * (n_second + PRIOR_TOKENS - b)) - np.log(b * (n_first + PRIOR_TOKENS - a))
    return np.asarray(delta / np.sqrt(1 / a + 1 / b))


def log_rate_ratio(first: Floats, second: Floats, n_first: Floats, n_second: Floats) -> Floats:
    """Return Hardie's log ratio: log2 of the rates; one half more for both counts if one is 0."""
    half = np.where((first == 0) | (second == 0), 0.5, 0.0)
    rate = np.log2(first + half) - np.log2(n_first)
    return np.asarray(rate - (np.log2(second + half) - np.log2(n_second)))


def permutation_keyness(
    counts: sparse.csr_array,
    sizes: Floats,
    mine: Mask,
    prior: Floats,
    permutations: int = est.PERMUTATIONS,
    seed: int = 1,
) -> tuple[Floats, Floats]:
    """Return p-values and max-T p-values of terms, labels dealt anew over documents.

    `counts` is (documents, terms), `sizes` (documents,), `mine` true for the documents of the
    group that is dealt. The statistic is the absolute z of the log-odds, so that frequent and rare
    terms meet in one maximum (max-T; Westfall & Young 1993).
    """
    dealt = int(mine.sum()), int((~mine).sum())
    total, size = counts.sum(axis=0), sizes.sum()

    def statistic(rows: Floats) -> Floats:
        ours, own = np.asarray(rows @ counts), (rows @ sizes)[:, None]
        z = log_odds(ours, total - ours, own, size - own, prior)
        return np.asarray(np.round(np.abs(z), est.DIGITS))

    observed = statistic(mine.astype(np.float64)[None])[0]
    single, largest = np.zeros(len(observed)), []
    for rows in est.deal_blocks(dealt, permutations, seed, "keyness", counts.shape[1]):
        drawn = statistic(rows)
        single += (drawn >= observed).sum(axis=0)
        largest.append(drawn.max(axis=1))
    ordered = np.sort(np.concatenate(largest))
    # The observed labels count as one relabelling more where these were drawn.
    plus = 0 if est.all_listed(dealt, permutations) else 1
    below = len(ordered) + plus
    reached = len(ordered) - np.searchsorted(ordered, observed, side="left")
    return (plus + single) / below, (plus + reached) / below


def keyness(
    counts: pd.DataFrame,
    documents: pd.DataFrame,
    pair: Pair,
    *,
    background: pd.Series,
    dealt: str = "doc_id",
    seed: int = 1,
    permutations: int = est.PERMUTATIONS,
) -> Keyness:
    """Return the words that set two groups of documents apart; the first's have positive effects.

    `documents` has doc_id and the columns of the pair and of `dealt`, whose values are dealt whole:
    where the groups are of outlets, texts of one outlet are no chance sample of it. Others than its
    documents do not count, nor do figures. `background` counts words in more texts than these: a
    prior that is made of the two groups alone knows the answer. Words that occur `LEAST_COUNT`
    times are told of.
    """
    about = documents.assign(side=pair.codes(documents[pair.column]))
    about = about.set_index("doc_id", drop=False)
    words = counts[counts["doc_id"].isin(about.index[about["side"] >= 0])]
    words = words[~words["token"].str[:1].str.isdigit().astype(bool)]
    rows, names = pd.factorize(words["doc_id"], sort=True)
    columns, terms = pd.factorize(words["token"], sort=True)
    cells = (words["count"].to_numpy(dtype=np.float64), (rows, columns))
    matrix = sparse.csr_array(cells, shape=(len(names), len(terms)))
    sizes, frequent = matrix.sum(axis=1), matrix.sum(axis=0) >= LEAST_COUNT
    first = (about.loc[names, "side"] == 0).to_numpy()
    groups, here = (pair.first, pair.second), (int(first.sum()), int((~first).sum()))
    if min(here) == 0 or not frequent.any():
        why = "not estimable: no text on a side is long enough to be counted"
        return Keyness(pd.DataFrame(columns=COLUMNS), groups, (why,))
    matrix, terms = matrix[:, frequent], terms[frequent]
    # A word that the background lacks gets the weight of its rarest.
    prior = np.maximum(background.reindex(terms).fillna(0).to_numpy(dtype=np.float64), 1.0)
    prior = PRIOR_TOKENS * prior / float(background.sum())
    a, b, n_a, n_b = (v[m].sum(axis=0) for v in (matrix, sizes) for m in (first, ~first))
    table = pd.DataFrame({"term": np.asarray(terms), "count_first": a, "count_second": b})
    for side, mask in (("first", first), ("second", ~first)):
        table[f"documents_{side}"] = (matrix[mask] > 0).sum(axis=0)
    table["z"] = log_odds(a, b, n_a, n_b, prior)
    table["log_ratio"], table["p_max"] = log_rate_ratio(a, b, n_a, n_b), nan
    may = (matrix > 0).sum(axis=0) >= LEAST_DOCUMENTS
    if dealt != "doc_id":  # else this would copy the matrix as it is
        places = pd.factorize(about.loc[names, dealt], sort=True)[0]
        whole = sparse.csr_array((np.ones(len(places)), (places, np.arange(len(places)))))
        matrix, sizes, first = whole @ matrix, whole @ sizes, np.asarray(whole @ first) > 0
    here = (int(first.sum()), int((~first).sum()))
    why = est.why_no_test(here) or "no test: no term stands in two documents" * (not may.any())
    if not why:
        # The group that is dealt is the first by name, so that swapping the sides changes nothing.
        mine = first if pair.first <= pair.second else ~first
        arrays, drawn = (matrix[:, may], sizes, mine, prior[may]), (permutations, seed)
        table.loc[may, "p_max"] = permutation_keyness(*arrays, *drawn)[1]
    order = np.argsort(-table["z"].abs().to_numpy(), kind="stable")
    table = table[COLUMNS].iloc[order].reset_index(drop=True)
    return Keyness(table, groups, (why,) if why else ())
