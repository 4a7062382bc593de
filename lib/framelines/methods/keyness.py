"""Which words set two groups of documents apart: ranks, effects, dispersion, and a test by max-T.

Counts are a table with one row a document (or chunk of it) and word: `doc_id`, `token`, `count`.
They are kept sparse and relabelled in blocks, so that ten thousand documents fit into a gigabyte.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from framelines.methods.contrasts import Pair
from framelines.methods.estimate import (
    DIGITS,
    LEVEL,
    MIN_UNITS,
    PERMUTATIONS,
    Floats,
    deal_blocks,
    distinct_relabelings,
    expanded_level,
    random_stream,
    symmetric_quantiles,
    why_no_test,
    wilson,
)

Mask = npt.NDArray[np.bool_]
PRIOR_TOKENS = 500.0
LEAST_COUNT = 10
# A term of one document is that document's, whatever it counts.
LEAST_DOCUMENTS = 2
# Numbers held at a time, eight bytes each; of more terms than this the first have intervals.
CELLS = 4_000_000
MOST_INTERVALS = 1_000
COLUMNS = ["term", "count_first", "count_second", "documents_first", "documents_second"]
COLUMNS += ["rate_first", "rate_second", "log_odds", "z", "g2", "log_ratio", "low", "high", "dp"]
COLUMNS += ["key", "p", "p_max", "q"]


@dataclass(frozen=True)
class Keyness:
    """The terms of two groups of documents, ranked, with what can be said of them.

    `table` has one row a term, the largest absolute z first: count_, documents_ and rate_ (per
    1,000 words) of either group, log_odds, z, g2, log_ratio with low and high, dp, key, p, p_max
    and q. `p` compares a term with itself under other labels, `p_max` with the largest of all
    terms, `q` is `p` by Benjamini and Hochberg. A word with an absolute z above `threshold` has a
    `p_max` of at most 5 %. What is missing is NaN, and `why` has the reasons.
    """

    table: pd.DataFrame
    groups: tuple[str, str]
    documents: tuple[int, int]
    tokens: tuple[int, int]
    threshold: float = nan
    why: tuple[str, ...] = ()


def log_odds(
    first: Floats, second: Floats, n_first: Floats, n_second: Floats, prior: Floats
) -> tuple[Floats, Floats]:
    """Return the log-odds ratio with an informative Dirichlet prior, and its z-score.

    Monroe, Colaresi & Quinn 2008, Political Analysis 16(4):372–403, eqs. 16, 19–22. `prior` is the
    prior count of each term, `PRIOR_TOKENS` of all. The z-score ranks and is no test: it takes
    every word as drawn on its own.
    """
    a, b = first + prior, second + prior
    # Two logarithms instead of four; swapping the groups still negates the result exactly.
    delta = np.log(a * (n_second + PRIOR_TOKENS - b)) - np.log(b * (n_first + PRIOR_TOKENS - a))
    return delta, delta / np.sqrt(1 / a + 1 / b)


def g_squared(first: Floats, second: Floats, n_first: float, n_second: float) -> Floats:
    """Return the log-likelihood G² of each term (Rayson & Garside 2000). It ranks, no more."""
    both = first + second
    parts = np.zeros_like(both, dtype=np.float64)
    for observed, size in ((first, n_first), (second, n_second)):
        expected = both * size / (n_first + n_second)
        ratio = np.divide(observed, expected, out=np.ones_like(parts), where=observed > 0)
        parts = parts + observed * np.log(ratio)
    return 2 * parts


def log_rate_ratio(first: Floats, second: Floats, n_first: Floats, n_second: Floats) -> Floats:
    """Return log2 of the rate in the first group over that in the second (Hardie's log ratio).

    One half is added to both counts where either is 0.
    """
    half = np.where((first == 0) | (second == 0), 0.5, 0.0)
    rate_a = np.log2(first + half) - np.log2(n_first)
    rate_b = np.log2(second + half) - np.log2(n_second)
    return np.asarray(rate_a - rate_b)


def deviation_of_proportions(counts: sparse.csr_array, sizes: Floats) -> Floats:
    """Return Gries's DP of each term, from 0 (spread like the text) to nearly 1 (in one document).

    ½ Σ |count share − size share| over documents (Gries 2008, International Journal of Corpus
    Linguistics 13(4):403–437). `counts` is (documents, terms), `sizes` (documents,).
    """
    counts = sparse.coo_array(counts)
    own = (sizes / sizes.sum())[counts.row]
    share = counts.data / np.asarray(counts.sum(axis=0))[counts.col]
    terms = counts.shape[1]
    apart = np.bincount(counts.col, np.abs(share - own), minlength=terms)
    # A document without the term is as far off as its share of the text.
    return (apart + 1 - np.bincount(counts.col, own, minlength=terms)) / 2


def permutation_keyness(
    counts: sparse.csr_array,
    sizes: Floats,
    mine: Mask,
    prior: Floats,
    *,
    strata: npt.NDArray[np.str_] | None = None,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
) -> tuple[Floats, Floats, float]:
    """Return p-values, max-T p-values and the threshold, labels dealt anew over documents.

    `counts` is (documents, terms), `sizes` (documents,), `mine` true for the documents of the
    group that is dealt; `strata` keeps relabelings inside each of its values. The statistic is the
    absolute z of the log-odds: dividing by its error lets frequent and rare terms meet in one
    maximum (max-T; Westfall & Young 1993, Resampling-Based Multiple Testing), which the bare log
    ratio would leave to the rarest.
    """
    labels = strata if strata is not None else np.zeros(len(mine), dtype=str)
    order = np.argsort(labels, kind="stable")
    counts, sizes, mine, labels = counts[order], sizes[order], mine[order], labels[order]
    dealt = _sizes(mine, labels)
    total, size = np.asarray(counts.sum(axis=0)), sizes.sum()

    def statistic(rows: Floats) -> Floats:
        ours, own = np.asarray(rows @ counts), (rows @ sizes)[:, None]
        z = log_odds(ours, total - ours, own, size - own, prior)[1]
        return np.asarray(np.round(np.abs(z), DIGITS))

    observed = statistic(mine.astype(np.float64)[None])[0]
    block = max(1, CELLS // max(counts.shape))
    exact = distinct_relabelings(dealt) <= permutations
    single, largest = np.zeros(len(observed)), []
    for rows in deal_blocks(dealt, permutations, seed, "keyness", block):
        drawn = statistic(rows)
        single += (drawn >= observed).sum(axis=0)
        largest.append(drawn.max(axis=1))
    ordered = np.sort(np.concatenate(largest))
    # The observed labels count as one relabelling more where these were drawn.
    plus, below = (0, len(ordered)) if exact else (1, len(ordered) + 1)
    reached = len(ordered) - np.searchsorted(ordered, observed, side="left")
    allowed = int(np.floor(LEVEL * below + 1e-9)) - plus
    threshold = ordered[-(allowed + 1)] if 0 <= allowed < len(ordered) else np.inf
    return (plus + single) / below, (plus + reached) / below, float(threshold)


def _sizes(mine: Mask, labels: npt.NDArray[np.str_]) -> list[tuple[int, int]]:
    """How many documents of a stratum are dealt, and how many are not."""
    strata = [mine[labels == s] for s in np.unique(labels)]
    return [(int(s.sum()), int((~s).sum())) for s in strata]


def _drawn_counts(
    counts: sparse.csr_array, sizes: Floats, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Counts (draws, terms) and sizes (draws, 1) of resampled documents, drawn in blocks."""
    units, found, of = len(sizes), [], []
    block = max(1, CELLS // units)
    for begin in range(0, draws, block):
        rows = min(block, draws - begin)
        weights = rng.multinomial(units, np.full(units, 1 / units), size=rows).astype(np.float64)
        found.append(np.asarray(weights @ counts))
        of.append(weights @ sizes)
    return np.concatenate(found), np.concatenate(of)[:, None]


def _intervals(
    groups: list[tuple[sparse.csr_array, Floats]], pair: Pair, draws: int, seed: int
) -> Floats:
    """Low and high of the log ratio of each term, an array of (2, terms)."""
    a, b = (
        _drawn_counts(counts, sizes, draws, random_stream(seed, "keyness", name))
        for (counts, sizes), name in zip(groups, (pair.first, pair.second), strict=True)
    )
    ratios = log_rate_ratio(a[0], b[0], a[1], b[1])
    tail = expanded_level(min(len(sizes) for _, sizes in groups))
    limits = np.stack(symmetric_quantiles(ratios, tail))
    # Resampling texts without the word never brings it in: the interval would have no far end.
    absent = np.any([np.asarray(counts.sum(axis=0)) == 0 for counts, _ in groups], axis=0)
    limits[:, absent] = nan
    return limits


def keyness(
    counts: pd.DataFrame,
    documents: pd.DataFrame,
    pair: Pair,
    *,
    background: pd.Series | None = None,
    strata: str | None = None,
    least: int = LEAST_COUNT,
    draws: int = 5000,
    seed: int = 1,
    permutations: int = PERMUTATIONS,
) -> Keyness:
    """Return the words that set two groups of documents apart.

    `documents` has doc_id, the column of the pair and that of the `strata` inside which labels are
    dealt; others than its documents do not count, nor do figures. `background` counts words in more
    texts than these: a prior that is made of the two groups alone knows the answer. Words that
    occur `least` times in both groups together are told of; one that stands in fewer than two
    documents is never key. The first group's words have positive effects.
    """
    side = pair.codes(documents[pair.column])
    known = documents.assign(side=side)[side >= 0].set_index("doc_id")
    words = counts[counts["doc_id"].isin(known.index)]
    words = words[~words["token"].str[:1].str.isdigit().astype(bool)]
    rows, names = pd.factorize(words["doc_id"], sort=True)
    columns, terms = pd.factorize(words["token"], sort=True)
    cells = (words["count"].to_numpy(dtype=np.float64), (rows, columns))
    matrix = sparse.csr_array(cells, shape=(len(names), len(terms)))
    sizes = np.asarray(matrix.sum(axis=1))
    about = known.loc[names]
    first = about["side"].to_numpy() == 0
    frequent = np.asarray(matrix.sum(axis=0)) >= least
    here = (int(first.sum()), int((~first).sum()))
    tokens = (int(sizes[first].sum()), int(sizes[~first].sum()))
    names_of = (pair.first, pair.second)
    if min(here) == 0 or not frequent.any():
        why = "not estimable: no countable text on a side"
        return Keyness(pd.DataFrame(columns=COLUMNS), names_of, here, tokens, nan, (why,))
    matrix, terms = matrix[:, frequent], terms[frequent]
    weights = words.groupby("token")["count"].sum() if background is None else background
    # A word that the background lacks gets the weight of its rarest.
    prior = np.maximum(weights.reindex(terms).fillna(0).to_numpy(dtype=np.float64), 1.0)
    prior = PRIOR_TOKENS * prior / float(weights.sum())
    own = [(matrix[mask], sizes[mask]) for mask in (first, ~first)]
    a, b = (np.asarray(group.sum(axis=0)) for group, _ in own)
    n_a, n_b = (np.array(float(n)) for n in tokens)
    table = pd.DataFrame({"term": np.asarray(terms), "count_first": a, "count_second": b})
    for name, (group, _), n in zip(("first", "second"), own, (n_a, n_b), strict=True):
        table[f"documents_{name}"] = np.asarray((group > 0).sum(axis=0))
        table[f"rate_{name}"] = 1e3 * table[f"count_{name}"] / float(n)
    table["log_odds"], table["z"] = log_odds(a, b, n_a, n_b, prior)
    table["g2"] = g_squared(a, b, float(n_a), float(n_b))
    table["log_ratio"] = log_rate_ratio(a, b, n_a, n_b)
    table["dp"] = deviation_of_proportions(matrix, sizes)
    table["key"] = table["documents_first"] + table["documents_second"] >= LEAST_DOCUMENTS
    table[["low", "high", "p", "p_max", "q"]] = nan
    ranks = np.lexsort((table.index, -table["z"].abs()))
    reasons = []
    if min(here) < MIN_UNITS:
        reasons.append(
            f"no interval: {here[0]} and {here[1]} documents, where each side needs {MIN_UNITS}"
        )
    else:
        top = np.sort(ranks[:MOST_INTERVALS])
        limits = _intervals([(group[:, top], n) for group, n in own], pair, draws, seed)
        table.loc[top, ["low", "high"]] = limits.T
    # The group that is dealt is the first by name, so that swapping the sides changes nothing.
    mine = first if pair.first <= pair.second else ~first
    layers = about[strata].to_numpy(dtype=str) if strata else np.zeros(len(mine), dtype=str)
    may, threshold = table["key"].to_numpy(dtype=bool), nan
    why = why_no_test(_sizes(mine, layers))
    if why or not may.any():
        reasons.append(why or "no test: no term stands in two documents")
    else:
        single, family, least_z = permutation_keyness(
            matrix[:, may],
            sizes,
            mine,
            prior[may],
            strata=layers,
            permutations=permutations,
            seed=seed,
        )
        q = stats.false_discovery_control(single, method="bh")
        table.loc[may, ["p", "p_max", "q"]] = np.stack([single, family, q], axis=1)
        threshold = least_z if np.isfinite(least_z) else nan
    table = table.loc[ranks, COLUMNS].reset_index(drop=True)
    return Keyness(table, names_of, here, tokens, threshold, tuple(reasons))


def null_simulation(*, runs: int = 400, permutations: int = 199, seed: int = 28) -> pd.DataFrame:
    """Return how often each method cries wolf in corpora in which nothing differs.

    Each run has 28 documents of 19,000 words from a Zipf vocabulary, dealt into halves at random.
    Words are Poisson, and the rates of content words vary between documents (gamma of shape .6), as
    in texts that have topics. One row a method: false alarms at 5 %, as a mean share of words or as
    the share of corpora with any, with a 95 % interval.
    """
    documents, counted, function_words = 28, 1_200, 60
    rates = 1 / (np.arange(4_000) + 2.7)
    rates /= rates.sum()
    mine = np.arange(documents) < documents // 2
    found = []
    for run in range(runs):
        rng = random_stream(seed, "null", str(run))
        lengths = rng.dirichlet(np.full(documents, 4.0)) * 19_000
        burst = np.ones((documents, counted))
        content = (documents, counted - function_words)
        burst[:, function_words:] = rng.gamma(0.6, 1 / 0.6, size=content)
        counts = rng.poisson(lengths[:, None] * rates[:counted] * burst).astype(np.float64)
        # Rarer words hardly ever occur ten times: they are drawn together, as sizes alone.
        sizes = counts.sum(axis=1) + rng.poisson(lengths * rates[counted:].sum())
        terms = (counts.sum(axis=0) >= LEAST_COUNT) & ((counts > 0).sum(axis=0) >= 2)
        counts = counts[:, terms]
        prior = PRIOR_TOKENS * counts.sum(axis=0) / sizes.sum()
        a, b = counts[mine].sum(axis=0), counts[~mine].sum(axis=0)
        n_a, n_b = sizes[mine].sum(), sizes[~mine].sum()
        g2 = stats.chi2.sf(g_squared(a, b, n_a, n_b), df=1)
        z = log_odds(a, b, n_a, n_b, prior)[1]
        single, family, _ = permutation_keyness(
            sparse.csr_array(counts), sizes, mine, prior, permutations=permutations, seed=seed + run
        )
        words = [g2 < LEVEL, np.abs(z) > stats.norm.ppf(1 - LEVEL / 2), single <= LEVEL]
        any_word = [(g2 < LEVEL / terms.sum()).any(), (family <= LEVEL).any()]
        found.append([*(float(alarm.mean()) for alarm in words), *map(float, any_word)])
    values = np.array(found)
    mean = values.mean(axis=0)
    half = stats.t.ppf(0.975, runs - 1) * values.std(axis=0, ddof=1) / np.sqrt(runs)
    limits = [(max(0.0, m - h), min(1.0, m + h)) for m, h in zip(mean[:3], half[:3], strict=True)]
    limits += [wilson(float(alarms), runs) for alarms in values[:, 3:].sum(axis=0)]
    labels = ["G² over words", "log-odds, |z| > 1.96", "permutation over documents"]
    labels += ["G² with Bonferroni", "max-T over documents"]
    counts_of = ["share of words"] * 3 + ["corpora with any word"] * 2
    table = pd.DataFrame({"method": labels, "counts": counts_of, "runs": runs, "value": mean})
    table[["low", "high"]] = limits
    return table
