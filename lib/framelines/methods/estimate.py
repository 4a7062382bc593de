"""One record for every answer, and what intervals and tests are made of; no table is known here."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, product
from math import comb, nan, prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]
# Units (first, second) of a stratum that are dealt to two groups.
Sizes = Sequence[tuple[int, int]]
# Fewer units give an interval that is too narrow to be honest.
MIN_UNITS = 10
LEVEL = 0.05
# With two units a side, whatever the other side has, a result hangs on a single text.
MIN_SIDE = 3
MIN_PAIRS = 6
# Statistics that are equal on paper must be equal here before they are compared.
DIGITS = 12
PERMUTATIONS = 9_999
POINTS = "percentage points"
OVER_DOCUMENTS = "95 % interval over documents"


@dataclass(frozen=True)
class Estimate:
    """The answer to one question: a value, what it rests on, or in words why there is none.

    `value`, `low` and `high` are in `unit`; `interval` says what `low` and `high` cover, `test`
    what `p` tests. `part` is a part of a finding (a side, an outlet), `measures` what is measured.
    The tuples have one entry a group: `k` counts hits, `n` what they are counted among, `values`
    the group's own value (a share from 0 to 1), `units` the documents or events that it comes
    from, `sizes` how much of n each of them holds. What is missing is NaN or empty, and `why` has
    the reasons.
    """

    value: float = nan
    unit: str = ""
    low: float = nan
    high: float = nan
    interval: str = ""
    p: float = nan
    test: str = ""
    part: str = ""
    measures: str = ""
    groups: tuple[str, ...] = ()
    k: tuple[float, ...] = ()
    n: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    units: tuple[int, ...] = ()
    sizes: tuple[tuple[float, ...], ...] = ()
    detail: str = ""
    why: tuple[str, ...] = ()

    @property
    def largest(self) -> tuple[float, ...]:
        """The share of n that the largest unit of each group holds."""
        return tuple(max(own) / sum(own) if own else nan for own in self.sizes)


SINGLE = ["part", "measures", "value", "unit", "low", "high", "interval", "p", "test"]
GROUPED = {"groups": "group", "k": "k", "n": "n", "values": "value", "units": "units"}
GROUPED |= {"largest": "largest"}


def to_frame(estimates: Estimate | Iterable[Estimate]) -> pd.DataFrame:
    """Return estimates as a tidy table, one row each.

    What stands once has its own name; what every group has is numbered: group_1, k_1, n_1,
    value_1, units_1, largest_1, group_2 … `why` is joined by semicolons.
    """
    rows = [estimates] if isinstance(estimates, Estimate) else list(estimates)
    columns = {name: [getattr(e, name) for e in rows] for name in SINGLE}
    width = max((len(getattr(e, field)) for e in rows for field in GROUPED), default=0)
    for i, (field, name) in product(range(width), GROUPED.items()):
        own, missing = [getattr(e, field) for e in rows], "" if field == "groups" else nan
        columns[f"{name}_{i + 1}"] = [v[i] if i < len(v) else missing for v in own]
    columns |= {"detail": [e.detail for e in rows], "why": ["; ".join(e.why) for e in rows]}
    return pd.DataFrame(columns).astype(dict.fromkeys(["value", "low", "high", "p"], float))


def share(part: str, measures: str, k: float, n: float, **more: Any) -> Estimate:
    """Return k of n as an estimate; not estimable where n is 0. `more` are fields of `Estimate`."""
    fields: dict[str, Any] = {"unit": "share", "k": (k,), "n": (n,), "why": ()} | more
    if n:
        return Estimate(part=part, measures=measures, value=k / n, values=(k / n,), **fields)
    fields["why"] = fields["why"] or ("not estimable: nothing to count among",)
    return Estimate(part=part, measures=measures, **fields)


def wilson(k: float, n: float) -> tuple[float, float]:
    """Return the 95 % score interval of k of n; NaN with fewer than `MIN_UNITS`.

    Wilson 1927, JASA 22(158):209–212. It takes the n as independent; sentences of one text are
    not, so that it is rather too narrow for them.
    """
    if n < MIN_UNITS:
        return nan, nan
    z = 1.959963984540054
    middle = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def random_stream(seed: int, *keys: str) -> np.random.Generator:
    """Return a random generator that depends on `seed` and `keys` alone.

    Each analysis and unit has a stream of its own, so that adding one changes no other.
    """
    digest = hashlib.sha256("\x1f".join([str(seed), *keys]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


@cache
def expanded_level(units: int) -> float:
    """Return the tail probability of an expanded percentile interval of 95 %; units are 2 or more.

    Hesterberg 2015, The American Statistician 69(4):371–386, §5: percentile intervals of small
    samples are too narrow by √((n−1)/n) and by the normal in place of Student's t.
    """
    t = stats.t.ppf(0.975, units - 1)
    return float(stats.norm.cdf(-np.sqrt(units / (units - 1)) * t))


def symmetric_quantiles(draws: Floats, tail: float) -> tuple[Any, Any]:
    """Return the quantiles at `tail` and 1 − `tail`; negated draws give the negated pair.

    Draws of (draws, terms) give two arrays of (terms,).
    """
    ordered = np.sort(draws, axis=0)
    position = tail * (len(ordered) - 1)
    at = int(np.floor(position))
    part, after = position - at, min(at + 1, len(ordered) - 1)
    low = (1 - part) * ordered[at] + part * ordered[after]
    high = (1 - part) * ordered[-1 - at] + part * ordered[-1 - after]
    return low, high


def interval_of(draws: Floats, units: int) -> tuple[float, float]:
    """Return the expanded percentile interval of draws that rest on `units` resampled units."""
    low, high = symmetric_quantiles(draws[~np.isnan(draws)], expanded_level(units))
    return float(low), float(high)


def resampling_weights(units: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return how often each unit is drawn in each resample, an array of (draws, units)."""
    return rng.multinomial(units, np.full(units, 1 / units), size=draws).astype(np.float64)


def drawn_ratios(above: Floats, below: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return Σ above / Σ below over resampled units; NaN where a resample has nothing below."""
    weights = resampling_weights(len(below), draws, rng)
    bottom = weights @ below
    return np.divide(weights @ above, bottom, out=np.full(draws, nan), where=bottom > 0)


def all_alike(above: Floats, below: Floats) -> bool:
    """Return whether every unit has the same ratio, so that resampling gives the same again."""
    used = below > 0
    return not used.any() or bool(np.ptp(above[used] / below[used]) == 0)


def effective_units(below: Floats) -> float:
    """Return how many units of one size weigh like these: (Σn)² / Σn² (Kish 1965, §8.2)."""
    return float(below.sum() ** 2 / (below**2).sum())


def ratio(above: Floats, below: Floats) -> tuple[float, float, float]:
    """Return Σ above / Σ below over units, with the ends of its 95 % interval.

    Both arrays hold one value a unit. The variance is that of the jackknife over units, with one
    degree of freedom less than there are effective units. A share has the interval of Korn &
    Graubard (1998, Survey Methodology 24(2):193–201), Clopper and Pearson's with the sample that
    would vary as much; any other ratio Student's on the log scale. The ends are NaN with fewer
    than `MIN_UNITS` units, where all are alike, and for a share that fewer than `MIN_SIDE` units
    bear, or all but so few. Raises `ValueError` where nothing stands below.
    """
    if not below.any():
        raise ValueError("a ratio needs a denominator above 0")
    above, below = above[below > 0], below[below > 0]
    k, n, units = float(above.sum()), float(below.sum()), len(below)
    value = k / n
    bearing, lacking = int((above > 0).sum()), int((above < below).sum())
    is_share = not (above > below).any()
    few = bearing < MIN_SIDE or (is_share and lacking < MIN_SIDE)
    if units < MIN_UNITS or few or all_alike(above, below):
        return value, nan, nan
    without = (k - above) / (n - below)
    error = math.sqrt((units - 1) / units * float(((without - value) ** 2).sum()))
    t = float(stats.t.ppf(0.975, effective_units(below) - 1))
    if not is_share:
        factor = math.exp(t * error / value)
        return value, value / factor, value * factor
    size = value * (1 - value) / error**2 * (stats.norm.ppf(0.975) / t) ** 2
    ends = stats.beta.ppf([0.025, 0.975], *_counts(value * size, size))
    return value, float(ends[0]), float(ends[1])


def _counts(k: float, n: float) -> tuple[list[float], list[float]]:
    return [k, k + 1], [n - k + 1, n - k]


def geometric_mean(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the geometric mean of numbers above 0, with Student's 95 % interval of the mean log.

    The ends are NaN with fewer than `MIN_UNITS` numbers, and where all are alike; all are of none.
    """
    logs = np.sort(np.round(np.log(np.asarray(values, dtype=np.float64)), DIGITS))
    count = len(logs)
    if not count:
        return nan, nan, nan
    mean = math.fsum(logs) / count
    if count < MIN_UNITS or np.ptp(logs) == 0:
        # Of one number it is exactly that; of several, the same on every machine.
        return (values[0] if count == 1 else round(math.exp(mean), DIGITS)), nan, nan
    half = stats.t.ppf(0.975, count - 1) * logs.std(ddof=1) / math.sqrt(count)
    return round(math.exp(mean), DIGITS), math.exp(mean - half), math.exp(mean + half)


def distinct_relabelings(sizes: Sizes) -> int:
    """Return in how many ways the units of all strata can be dealt."""
    return prod(comb(a + b, a) for a, b in sizes)


def studentised(shares: Floats, deals: Floats) -> Floats:
    """Return Welch's t of the mean share of dealt units less that of the others, one a deal.

    `shares` has one value a unit, `deals` (deals, units) is 1 where a unit is dealt to the first
    group; both groups have two units at least. Permuted, t keeps its level where the groups vary
    differently, as short and long texts do (Janssen 1997, Statistics & Probability Letters
    36:9–21). It is infinite where units differ between the groups alone.
    """
    means, errors = [], []
    for own in (deals, 1 - deals):
        count = own.sum(axis=1)
        means.append(own @ shares / count)
        spread = own @ shares**2 - count * means[-1] ** 2
        errors.append(np.where(spread > 10.0**-DIGITS, spread, 0) / (count * (count - 1)))
    apart, error = np.round(means[0] - means[1], DIGITS), np.sqrt(errors[0] + errors[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(apart == 0, 0.0, np.round(apart / error, 9))


def why_no_test(sizes: Sizes) -> str:
    """Return in words why relabelling documents is no test, or nothing where it is one.

    The smallest two-sided p must reach 5 %. Where every stratum has as many units on one side as
    on the other, each relabelling has a mirror image with the same absolute statistic.
    """
    few, many = sorted([sum(a for a, _ in sizes), sum(b for _, b in sizes)])
    if few < MIN_SIDE:
        return f"no test: {few} and {many} documents, where each side needs {MIN_SIDE}"
    mirrored = all(a == b for a, b in sizes)
    least = min(1.0, (2 if mirrored else 1) / distinct_relabelings(sizes))
    return f"no test: the smallest p that it could give is {least:.3f}" if least > LEVEL else ""


def _dealt(chosen: npt.NDArray[np.intp], units: int) -> Floats:
    rows = np.zeros((len(chosen), units))
    np.put_along_axis(rows, chosen, 1.0, axis=1)
    return rows


def deal_blocks(sizes: Sizes, draws: int, seed: int, key: str, block: int) -> Iterator[Floats]:
    """Return relabelings of units as `relabelings` has them, `block` of them at a time."""
    if distinct_relabelings(sizes) <= draws:
        strata = []
        for first, second in sizes:
            chosen = np.array(list(combinations(range(first + second), first)), dtype=np.intp)
            strata.append(_dealt(chosen, first + second))
        every = np.array([np.concatenate(parts) for parts in product(*strata)])
        yield from (every[i : i + block] for i in range(0, len(every), block))
        return
    streams = [random_stream(seed, "relabel", key, str(i)) for i in range(len(sizes))]
    for begin in range(0, draws, block):
        parts = []
        for (first, second), rng in zip(sizes, streams, strict=True):
            # The units with the smallest of random numbers are the first group's.
            numbers = rng.random((min(block, draws - begin), first + second))
            order = np.argpartition(numbers, max(first - 1, 0), axis=1)
            parts.append(_dealt(order[:, :first], first + second))
        yield np.concatenate(parts, axis=1)


@lru_cache(maxsize=8)
def relabelings(
    sizes: tuple[tuple[int, int], ...], draws: int, seed: int, key: str
) -> tuple[Floats, bool]:
    """Return relabelings of units, 1 for the first group, and whether these are all there are.

    The array is (relabelings, units), the units of a stratum side by side; it is shared, not to be
    written to. All are listed where there are no more than `draws`; otherwise `draws` are drawn.
    """
    exact = distinct_relabelings(sizes) <= draws
    return next(deal_blocks(sizes, draws, seed, key, max(draws, 1))), exact


def p_value(drawn: Floats, observed: float, exact: bool) -> float:
    """Return the share of relabelings whose statistic is at least the observed one.

    Where they were drawn, the observed labels count as one more of them (Phipson & Smyth 2010,
    Statistical Applications in Genetics and Molecular Biology 9(1):39).
    """
    reached = int((np.round(drawn, DIGITS) >= np.round(observed, DIGITS)).sum())
    return reached / len(drawn) if exact else (1 + reached) / (len(drawn) + 1)


@lru_cache(maxsize=32)
def _sign_flips(pairs: int, draws: int, seed: int, key: str) -> tuple[Floats, bool]:
    """±1 a pair, an array of (flips, pairs), and whether these are all there are."""
    if 2**pairs <= draws:
        return np.array(list(product((1.0, -1.0), repeat=pairs))), True
    rng = random_stream(seed, "flip", key)
    return rng.choice(np.array([1.0, -1.0]), size=(draws, pairs)), False


def sign_flip_p(differences: Floats, draws: int, seed: int, key: str) -> float:
    """Return the two-sided p-value of a mean difference of pairs, NaN with too few pairs.

    Under the null hypothesis each difference could as well have the other sign; with fewer than
    `MIN_PAIRS` pairs no p-value could reach 5 %.
    """
    if len(differences) < MIN_PAIRS:
        return nan
    flips, exact = _sign_flips(len(differences), draws, seed, key)
    return p_value(np.abs(flips @ differences), float(abs(differences.sum())), exact)


def decimal_text(value: float, decimals: int) -> str:
    """Return a number with so many decimals as prose has it: 6,830, −12.3, ∞, or – for none."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    text = f"{value:,.{decimals}f}"
    return (text if text.strip("-0.,") else text.lstrip("-")).replace("-", "−")


def number_text(value: float, unit: str = "") -> str:
    """Return a number of an estimate as prose has it; its unit says how many decimals."""
    if unit == "p" and math.isfinite(value):
        return f"{value:.2g}" if value >= 0.0001 else "below 0.0001"
    if unit == "share" and math.isfinite(value):
        return f"{100 * value:.1f} %"
    whole = float(value).is_integer()
    return decimal_text(value, {POINTS: 1, "times": 2}.get(unit, 0 if whole else 2))
