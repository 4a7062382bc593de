"""What a difference between two vocabularies is made of, word by word, with whiskers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from framelines.case import Case
from framelines.coded import Pair
from framelines.keyness import resampled_units, term_counts
from framelines.resampling import expanded_level, random_stream, resampling_weights
from framelines.term_statistics import Floats, quantile_pairs

KINDS = ("jsd", "proportion")


def jsd_parts(first: Floats, second: Floats) -> Floats:
    """Return each word's part of the Jensen–Shannon divergence, in bits, with the sign of its side.

    Gallagher et al. 2021, EPJ Data Science 10:4, eq. 8. `first` and `second` are relative
    frequencies with words in the last axis; absolute parts add up to the divergence.
    """
    middle = (first + second) / 2
    parts = np.zeros(np.broadcast_shapes(first.shape, second.shape))
    for share in (first, second):
        ratio = np.divide(share, middle, out=np.ones_like(parts), where=share > 0)
        parts = parts + share * np.log2(ratio) / 2
    # Rounding can leave a part a hair below zero.
    return np.asarray(np.sign(first - second) * np.maximum(parts, 0.0))


def shift_parts(first: Floats, second: Floats, kind: str) -> Floats:
    """Return each word's signed part of the difference, of a kind in `KINDS`."""
    return jsd_parts(first, second) if kind == "jsd" else first - second


@dataclass(frozen=True)
class WordShift:
    """A difference between two vocabularies and the words that it is made of.

    `table` has one row a word, the largest part first: part, low, high, share_first, share_second,
    documents, and share_of_whole. `whole` is the divergence in bits, or for proportions half the
    sum of absolute differences; `resampled` names what the whiskers vary, or is empty.
    """

    table: pd.DataFrame
    first: str
    second: str
    kind: str
    whole: float
    resampled: str


def word_shift(
    case: Case,
    pair: Pair,
    *,
    kind: str = "jsd",
    language: str = "en",
    top: int = 30,
    left_out: str | None = None,
    draws: int,
    seed: int,
) -> WordShift:
    """Return the words that make the difference between two groups, the `top` largest.

    A word that stands in a single document is not listed, though it counts in the whole. Whiskers
    need ten documents or chunks a side; with a divergence, whose parts cannot be below zero, they
    say how much a part hangs on which texts are here, not whether there is a difference.
    """
    documents = term_counts(case, pair, language, left_out)
    groups = (pair.first, pair.second)
    names = documents.index.get_level_values("group")
    counts = [documents[names == g].to_numpy(dtype=np.float64).sum(axis=0) for g in groups]
    columns = ["term", "part", "low", "high", "share_first", "share_second", "documents"]
    if any(c.sum() == 0 for c in counts):
        empty = pd.DataFrame(columns=[*columns, "share_of_whole"])
        return WordShift(empty, pair.first, pair.second, kind, float("nan"), "")
    a, b = (c / c.sum() for c in counts)
    parts = shift_parts(a, b, kind)
    whole = float(np.abs(parts).sum()) / (1 if kind == "jsd" else 2)
    table = pd.DataFrame({"term": documents.columns, "part": parts, "share_first": a})
    table["share_second"], table["documents"] = b, (documents > 0).sum(axis=0).to_numpy()
    table["share_of_whole"] = np.abs(parts) / np.abs(parts).sum()
    table = table[table["documents"] >= 2].assign(size=np.round(table["part"].abs(), 12))
    table = table.sort_values(["size", "term"], ascending=[False, True], kind="stable").head(top)
    units, resampled = resampled_units(case, pair, language, left_out)
    table["low"], table["high"] = np.nan, np.nan
    if resampled:
        table["low"], table["high"] = _whiskers(units, pair, table["term"], kind, draws, seed)
    table = table[[*columns, "share_of_whole"]].reset_index(drop=True)
    return WordShift(table, pair.first, pair.second, kind, whole, resampled)


def _whiskers(
    units: list[pd.DataFrame], pair: Pair, terms: pd.Series, kind: str, draws: int, seed: int
) -> Floats:
    shares = []
    for group, own in zip((pair.first, pair.second), units, strict=True):
        weights = resampling_weights(len(own), draws, random_stream(seed, "word shift", group))
        sizes = weights @ own.sum(axis=1).to_numpy(dtype=np.float64)
        shares.append(weights @ own[list(terms)].to_numpy(dtype=np.float64) / sizes[:, None])
    drawn = np.sort(shift_parts(shares[0], shares[1], kind), axis=0)
    return quantile_pairs(drawn, expanded_level(min(map(len, units))))
