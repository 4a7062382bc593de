"""How often each method of keyness cries wolf where nothing differs: the reason for our choices."""

import numpy as np
import pandas as pd
from scipy import stats

from framelines.coder_error import wilson
from framelines.resampling import random_stream
from framelines.term_statistics import (
    PRIOR_TOKENS,
    Floats,
    g_squared,
    log_odds,
    permutation_keyness,
)

DOCUMENTS = 28
WORDS = 19_000
VOCABULARY = 4_000
# Words of lower rank are met twice in the mean and hardly ever ten times: none needs its own count.
COUNTED = 1_200
# The commonest words are about evenly spread; content words come in bursts.
FUNCTION_WORDS = 60
SHAPE = 0.6
LEAST_COUNT = 10
METHODS = {
    "g2": "G² over words",
    "z": "log-odds, |z| > 1.96",
    "permutation": "permutation over documents",
    "g2_any": "G² with Bonferroni: any word",
    "max_t": "max-T: any word",
}


def null_corpus(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return counts (documents, `COUNTED` terms) of a corpus without two sides, and its sizes.

    Zipf vocabulary; the words of a document are Poisson, and for content words the rate itself
    varies between documents (gamma of shape `SHAPE`), as it does in texts that have topics. Rarer
    words are drawn together and stand in the sizes (documents,) alone.
    """
    rates = 1 / (np.arange(VOCABULARY) + 2.7)
    rates /= rates.sum()
    lengths = rng.dirichlet(np.full(DOCUMENTS, 4.0)) * WORDS
    burst = np.ones((DOCUMENTS, COUNTED))
    content = COUNTED - FUNCTION_WORDS
    burst[:, FUNCTION_WORDS:] = rng.gamma(SHAPE, 1 / SHAPE, size=(DOCUMENTS, content))
    counts = rng.poisson(lengths[:, None] * rates[:COUNTED] * burst).astype(np.float64)
    return counts, counts.sum(axis=1) + rng.poisson(lengths * rates[COUNTED:].sum())


def one_run(seed: int, run: int, permutations: int) -> dict[str, float]:
    """Return the share of false alarms at 5 % in one corpus, by method, its halves dealt at random.

    `g2`, `z` and `permutation` are shares of terms; `g2_any` (G² at Bonferroni's level) and `max_t`
    are 1 where any term is called different.
    """
    counts, sizes = null_corpus(random_stream(seed, "null", str(run)))
    terms = (counts.sum(axis=0) >= LEAST_COUNT) & ((counts > 0).sum(axis=0) >= 2)
    prior = PRIOR_TOKENS * counts.sum(axis=0)[terms] / sizes.sum()
    counts = counts[:, terms]
    # Documents of a corpus without sides are alike, so that the first half is a random half.
    mine = np.arange(DOCUMENTS) < DOCUMENTS // 2
    a, b = counts[mine].sum(axis=0), counts[~mine].sum(axis=0)
    n_a, n_b = float(sizes[mine].sum()), float(sizes[~mine].sum())
    g2 = stats.chi2.sf(g_squared(a, b, n_a, n_b), df=1)
    z = log_odds(a, b, n_a, n_b, prior, PRIOR_TOKENS)[1]
    single, family, _ = permutation_keyness(
        counts, sizes, mine, prior, permutations=permutations, seed=seed + run
    )
    found: dict[str, float] = {"run": run, "terms": int(terms.sum())}
    found |= {
        "g2": float((g2 < 0.05).mean()),
        "z": float((np.abs(z) > stats.norm.ppf(0.975)).mean()),
    }
    found |= {"permutation": float((single <= 0.05).mean())}
    found |= {
        "g2_any": float((g2 < 0.05 / terms.sum()).any()),
        "max_t": float((family <= 0.05).any()),
    }
    return found


def null_simulation(*, runs: int = 400, permutations: int = 199, seed: int = 28) -> pd.DataFrame:
    """Return one row a simulated corpus of 28 bursty documents in which nothing differs.

    Columns: run, terms, and false alarms by method (see `one_run`). Nominal are 5 % everywhere.
    """
    return pd.DataFrame([one_run(seed, run, permutations) for run in range(runs)])


def null_summary(runs: pd.DataFrame) -> pd.DataFrame:
    """Return one row a method: its mean false alarms over the runs with a 95 % interval.

    Shares of terms have the interval of a mean of runs, whose terms are not independent; alarms
    anywhere in a corpus have Wilson's.
    """
    found = []
    n = len(runs)
    for method, label in METHODS.items():
        values = runs[method].to_numpy(dtype=np.float64)
        mean = float(values.mean())
        if method in ("g2_any", "max_t"):
            low, high = wilson(float(values.sum()), n)
        else:
            half = float(stats.t.ppf(0.975, n - 1)) * float(values.std(ddof=1)) / np.sqrt(n)
            low, high = max(0.0, mean - half), min(1.0, mean + half)
        kind = "any word of a corpus" if method in ("g2_any", "max_t") else "share of words"
        row = {"method": method, "label": label, "counts": kind, "runs": n}
        found.append(row | {"value": mean, "low": low, "high": high})
    return pd.DataFrame(found)
