"""Stylometric distance between outlets: cosine Delta, where texts are long enough for it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from framelines.case import Case
from framelines.profiles import inventory
from framelines.resampling import random_stream

Floats = npt.NDArray[np.float64]
# Eder 2015, DSH 30(2):167–182: below about 2,500 words attribution by style breaks down.
MIN_TOKENS = 2500
# Two samples have one distance and no tree; z-scores of two are ±1 whatever the texts say.
MIN_SAMPLES = 3
MOST_FREQUENT = 100


@dataclass(frozen=True)
class StyleDistance:
    """Pooled sample sizes and, where estimable, distances and the support of each grouping.

    `sizes` has one row a source (tokens, enough). `distances` (square, by source name) and
    `support` (clade, share of resamples that contain it) are None where fewer than `MIN_SAMPLES`
    samples are long enough, and `reason` says so in words.
    """

    sizes: pd.DataFrame
    distances: pd.DataFrame | None
    support: pd.DataFrame | None
    reason: str


def cosine_delta(frequencies: Floats) -> Floats:
    """Return cosine Delta between samples, an array of (samples, samples).

    `frequencies` holds relative frequencies, (samples, words). Each word is z-scored over the
    samples; the distance is 1 − cosine (Smith & Aldridge 2011, JQL 18(1):63–88; Evert et al. 2017,
    DSH 32(suppl. 2):ii4–ii16). Words without variance carry nothing and are left out.
    """
    spread = frequencies.std(axis=0, ddof=1)
    kept = spread > 0
    z = (frequencies[:, kept] - frequencies[:, kept].mean(axis=0)) / spread[kept]
    norms = np.linalg.norm(z, axis=1, keepdims=True)
    unit = np.divide(z, norms, out=np.zeros_like(z), where=norms > 0)
    distance = np.round(1 - unit @ unit.T, 12)
    np.fill_diagonal(distance, 0.0)
    return np.asarray((distance + distance.T) / 2)


def clades(distances: Floats, names: list[str]) -> list[frozenset[str]]:
    """Return the groups that average-linkage clustering forms, the whole left out."""
    groups: list[frozenset[str]] = [frozenset([name]) for name in names]
    for left, right, _, _ in linkage(squareform(distances, checks=False), method="average"):
        groups.append(groups[int(left)] | groups[int(right)])
    return groups[len(names) : -1]


def _counts(case: Case, language: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Chunk × token counts in one language, and the source of each chunk."""
    documents = inventory(case)
    own = documents[documents["own"] & (documents["language"] == language)]
    chunks = case["chunks"].merge(own[["doc_id", "source"]], on="doc_id", validate="m:1")
    keys = ["source", "doc_id", "chunk"]
    wide = chunks.pivot_table(index=keys, columns="token", values="count", fill_value=0)
    return wide, wide.index.to_frame(index=False)


def _most_frequent(counts: pd.DataFrame) -> list[str]:
    totals = counts.sum().rename("n").reset_index()
    ranked = totals.sort_values(["n", "token"], ascending=[False, True], kind="stable")
    return list(ranked["token"].head(MOST_FREQUENT))


def style_distance(case: Case, *, draws: int, seed: int, language: str = "en") -> StyleDistance:
    """Return cosine Delta between outlets, pooled by outlet, with bootstrap support.

    Resamples draw chunks inside each outlet (bootstrap consensus after Eder 2017, DSH 32(1)).
    Arabic and English are never compared.
    """
    counts, index = _counts(case, language) if not case["chunks"].empty else (None, None)
    if counts is None or index is None:
        sizes = pd.DataFrame(columns=["source", "tokens", "enough"])
        return StyleDistance(sizes, None, None, "no document is long enough to be counted")
    totals = counts.sum(axis=1).groupby(level="source", sort=True).sum()
    sizes = totals.rename("tokens").reset_index()
    sizes["enough"] = sizes["tokens"] >= MIN_TOKENS
    names = list(sizes.loc[sizes["enough"], "source"])
    if len(names) < MIN_SAMPLES:
        reason = (
            f"{len(names)} of {len(sizes)} outlets have {MIN_TOKENS:,} words or more in chunks; "
            f"a distance needs {MIN_SAMPLES}"
        )
        return StyleDistance(sizes, None, None, reason)
    matrix = counts.loc[names, _most_frequent(counts.loc[names])].to_numpy(dtype=np.float64)
    owner = np.array([s for s in index["source"] if s in names])
    lengths = counts.loc[names].sum(axis=1).to_numpy(dtype=np.float64)
    distances = cosine_delta(_relative(matrix, lengths, owner, names))
    support = _support(matrix, lengths, owner, names, draws, seed)
    table = pd.DataFrame(distances, index=names, columns=names)
    return StyleDistance(sizes, table, support, "")


def _relative(
    matrix: Floats, lengths: Floats, owner: npt.NDArray[np.str_], names: list[str]
) -> Floats:
    rows = [matrix[owner == n].sum(axis=0) / lengths[owner == n].sum() for n in names]
    return np.asarray(rows)


def _support(
    matrix: Floats,
    lengths: Floats,
    owner: npt.NDArray[np.str_],
    names: list[str],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    seen: dict[frozenset[str], int] = {}
    streams = {name: random_stream(seed, "style", name) for name in names}
    for _ in range(draws):
        drawn = np.concatenate(
            [streams[n].choice(np.flatnonzero(owner == n), (owner == n).sum()) for n in names]
        )
        distances = cosine_delta(_relative(matrix[drawn], lengths[drawn], owner[drawn], names))
        for clade in clades(distances, names):
            seen[clade] = seen.get(clade, 0) + 1
    rows = [{"group": " + ".join(sorted(c)), "support": n / draws} for c, n in seen.items()]
    table = pd.DataFrame(rows, columns=["group", "support"])
    return table.sort_values(["support", "group"], ascending=[False, True], kind="stable")
