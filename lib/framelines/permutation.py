"""Relabelling units between two groups: which tests there are, and which cannot say anything."""

from itertools import combinations, product
from math import comb, prod

import numpy as np
import numpy.typing as npt

from framelines.resampling import random_stream

Floats = npt.NDArray[np.float64]
LEVEL = 0.05
# With two units a side, whatever the other side has, a result hangs on a single text.
MIN_SIDE = 3
MIN_PAIRS = 6
# Statistics that are equal on paper must be equal here before they are compared.
DIGITS = 12


def distinct_relabelings(sizes: list[tuple[int, int]]) -> int:
    """Return in how many ways the units of each stratum, given as (first, second), can be dealt."""
    return prod(comb(a + b, a) for a, b in sizes)


def smallest_p(sizes: list[tuple[int, int]]) -> float:
    """Return the smallest p-value that a two-sided relabelling test of these sizes can give.

    Where every stratum has as many units on one side as on the other, each relabelling has a
    mirror image with the same absolute statistic.
    """
    mirrored = all(a == b for a, b in sizes)
    return min(1.0, (2 if mirrored else 1) / distinct_relabelings(sizes))


def why_no_test(sizes: list[tuple[int, int]]) -> str:
    """Return in words why relabelling these units is no test, or nothing where it is one."""
    first, second = sum(a for a, _ in sizes), sum(b for _, b in sizes)
    if min(first, second) < MIN_SIDE:
        return f"no test: {first} and {second} documents, where each side needs {MIN_SIDE}"
    least = smallest_p(sizes)
    if least > LEVEL:
        return f"no test: the smallest p that it could give is {least:.3f}"
    return ""


def _all_deals(size: tuple[int, int]) -> Floats:
    chosen = list(combinations(range(sum(size)), size[0]))
    rows = np.zeros((len(chosen), sum(size)))
    np.put_along_axis(rows, np.array(chosen, dtype=int).reshape(len(chosen), size[0]), 1.0, axis=1)
    return rows


def _random_deals(size: tuple[int, int], draws: int, rng: np.random.Generator) -> Floats:
    ranks = rng.random((draws, sum(size))).argsort(axis=1).argsort(axis=1)
    return (ranks < size[0]).astype(np.float64)


def relabelings(
    sizes: list[tuple[int, int]], draws: int, seed: int, key: str
) -> tuple[Floats, bool]:
    """Return relabelings of units, 1 for the first group, and whether these are all there are.

    The array is (relabelings, units), the units of each stratum side by side. All are listed where
    there are no more than `draws`; otherwise `draws` of them are drawn.
    """
    if distinct_relabelings(sizes) <= draws:
        strata = [_all_deals(size) for size in sizes]
        rows = [np.concatenate(parts) for parts in product(*strata)]
        return np.array(rows), True
    streams = [random_stream(seed, "relabel", key, str(i)) for i in range(len(sizes))]
    parts = [_random_deals(s, draws, rng) for s, rng in zip(sizes, streams, strict=True)]
    return np.concatenate(parts, axis=1), False


def p_value(drawn: Floats, observed: float, exact: bool) -> float:
    """Return the share of relabelings whose statistic is at least the observed one.

    Where they were drawn, the observed labels count as one more of them (Phipson & Smyth 2010,
    Statistical Applications in Genetics and Molecular Biology 9(1):39).
    """
    reached = int((np.round(drawn, DIGITS) >= np.round(observed, DIGITS)).sum())
    return reached / len(drawn) if exact else (1 + reached) / (len(drawn) + 1)


def max_t(drawn: Floats, observed: Floats, exact: bool) -> tuple[Floats, Floats, float]:
    """Return p-values one by one, family-wise p-values, and the least statistic to beat.

    `drawn` is (relabelings, terms), `observed` (terms,). A family-wise p-value compares with the
    largest statistic of all terms (max-T; Westfall & Young 1993, Resampling-Based Multiple
    Testing). A statistic above the threshold has one of at most `LEVEL`.
    """
    drawn, observed = np.round(drawn, DIGITS), np.round(observed, DIGITS)
    plus, below = (0, len(drawn)) if exact else (1, len(drawn) + 1)
    single = (plus + (drawn >= observed).sum(axis=0)) / below
    largest = np.sort(drawn.max(axis=1))
    reached = len(largest) - np.searchsorted(largest, observed, side="left")
    family = (plus + reached) / below
    allowed = int(np.floor(LEVEL * below + 1e-9)) - plus
    threshold = largest[-(allowed + 1)] if 0 <= allowed < len(largest) else np.inf
    return single, family, float(threshold)


def sign_flips(pairs: int, draws: int, seed: int, key: str) -> tuple[Floats, bool]:
    """Return ±1 a pair, an array of (flips, pairs), and whether these are all there are."""
    if 2**pairs <= draws:
        bits = np.array(list(product((1.0, -1.0), repeat=pairs))).reshape(2**pairs, pairs)
        return bits, True
    rng = random_stream(seed, "flip", key)
    return rng.choice(np.array([1.0, -1.0]), size=(draws, pairs)), False


def sign_flip_p(differences: Floats, draws: int, seed: int, key: str) -> float | None:
    """Return the two-sided p-value of a mean difference of pairs, or None with too few pairs.

    Under the null hypothesis each difference could as well have the other sign; with fewer than
    `MIN_PAIRS` pairs no p-value could reach 5 %.
    """
    if len(differences) < MIN_PAIRS:
        return None
    flips, exact = sign_flips(len(differences), draws, seed, key)
    return p_value(np.abs(flips @ differences), float(abs(differences.sum())), exact)
