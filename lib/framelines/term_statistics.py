"""Statistics of single terms: ranks, effects, dispersion, and a permutation test over documents."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from framelines.permutation import max_t, relabelings

Floats = npt.NDArray[np.float64]
PRIOR_TOKENS = 500.0
STATISTICS = ("z", "log_ratio")
BLOCK = 1_000


def log_odds(
    first: Floats, second: Floats, n_first: float, n_second: float, prior: Floats, weight: float
) -> tuple[Floats, Floats]:
    """Return the log-odds ratio with an informative Dirichlet prior, and its z-score.

    Monroe, Colaresi & Quinn 2008, Political Analysis 16(4):372–403, eqs. 16, 19–22. `prior` is the
    prior count of each term, `weight` its sum over all terms. The z-score ranks and is no test: it
    takes every word as drawn on its own.
    """
    a, b = first + prior, second + prior
    # Two logarithms instead of four; swapping the groups still negates the result exactly.
    delta = np.log(a * (n_second + weight - b)) - np.log(b * (n_first + weight - a))
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


def deviation_of_proportions(counts: Floats, sizes: Floats) -> Floats:
    """Return Gries's DP of each term, from 0 (spread like the text) to nearly 1 (in one document).

    ½ Σ |count share − size share| over documents (Gries 2008, International Journal of Corpus
    Linguistics 13(4):403–437). `counts` is (documents, terms), `sizes` (documents,).
    """
    total = counts.sum(axis=0)
    shares = np.divide(counts, total, out=np.zeros_like(counts, dtype=np.float64), where=total > 0)
    return np.asarray(np.abs(shares - (sizes / sizes.sum())[:, None]).sum(axis=0) / 2)


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Return p-values adjusted for the false discovery rate (Benjamini & Hochberg 1995)."""
    return np.asarray(stats.false_discovery_control(p_values, method="bh"))


def _statistic(
    name: str, ours: Floats, theirs: Floats, sizes: tuple[Floats, Floats], prior: Floats
) -> Floats:
    if name == "log_ratio":
        return np.abs(log_rate_ratio(ours, theirs, *sizes))
    return np.abs(log_odds(ours, theirs, *sizes, prior, PRIOR_TOKENS)[1])  # type: ignore[arg-type]


def permutation_keyness(
    counts: Floats,
    sizes: Floats,
    mine: npt.NDArray[np.bool_],
    prior: Floats,
    *,
    permutations: int,
    seed: int,
    statistic: str = "z",
    strata: npt.NDArray[np.str_] | None = None,
) -> tuple[Floats, Floats, float]:
    """Return p-values, max-T p-values and the threshold, labels dealt anew over documents.

    `counts` is (documents, terms), `sizes` (documents,), `mine` true for the documents of the
    group that is dealt; `strata`, where given, keeps relabelings inside each of its values. The
    statistic is the absolute z of the log-odds: dividing by its error lets frequent and rare terms
    meet in one maximum, which the bare log ratio would leave to the rarest.
    """
    order = np.argsort(strata, kind="stable") if strata is not None else np.arange(len(mine))
    counts, sizes, mine = counts[order], sizes[order], mine[order]
    labels = strata[order] if strata is not None else np.zeros(len(mine), dtype=str)
    dealt = [
        (int(mine[labels == s].sum()), int((~mine)[labels == s].sum())) for s in np.unique(labels)
    ]
    deals, exact = relabelings(dealt, permutations, seed, "keyness")
    total, size = counts.sum(axis=0), sizes.sum()

    def of(rows: Floats) -> Floats:
        ours, own = rows @ counts, (rows @ sizes)[:, None]
        return _statistic(statistic, ours, total - ours, (own, size - own), prior)

    drawn = np.concatenate([of(deals[i : i + BLOCK]) for i in range(0, len(deals), BLOCK)])
    return max_t(drawn, of(mine.astype(np.float64)[None])[0], exact)


def quantile_pairs(ordered: Floats, tail: float) -> Floats:
    """Return the quantiles at `tail` and 1 − `tail` of sorted draws (draws, terms), as (2, terms).

    The columns of negated draws give the negated pair, as in `resampling.symmetric_quantiles`.
    """
    position = tail * (len(ordered) - 1)
    below = int(np.floor(position))
    share, above = position - below, min(below + 1, len(ordered) - 1)
    low = (1 - share) * ordered[below] + share * ordered[above]
    high = (1 - share) * ordered[-1 - below] + share * ordered[-1 - above]
    return np.stack([low, high])
