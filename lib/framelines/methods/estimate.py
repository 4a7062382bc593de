"""One record for every answer, and what intervals and tests are made of; no table is known here."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from math import comb, nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]
# Fewer units give an interval that is too narrow to be honest.
MIN_UNITS = 10
LEVEL = 0.05
# With two units a side, whatever the other side has, a result hangs on a single text. Fewer than
# six pairs can give no p-value of 5 %.
MIN_SIDE, MIN_PAIRS = 3, 6
# Statistics that are equal on paper must be equal here before they are compared.
DIGITS = 12
PERMUTATIONS = 9_999
# Numbers held at a time, eight bytes each: so few that they stay in the cache of a processor.
CELLS = 500_000
POINTS, NOWHERE = "percentage points", "not estimable"
OVER_DOCUMENTS = "95 % interval over documents"


@dataclass(frozen=True)
class Estimate:
    """The answer to one question: a value, what it rests on, or in words why there is none.

    `value`, `low` and `high` are in `unit`; `interval` says what `low` and `high` cover, `test`
    what `p` tests. `part` is a part of a finding (a side, an outlet), `measures` what is measured.
    The tuples have one entry a group: `k` counts hits, `n` what they are counted among, `values`
    the group's own value (a share from 0 to 1), `units` the documents or events that it comes
    from, `sizes` how much of n each of them holds. What is missing is NaN or empty; `why` tells.
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
GROUPED = {"groups": "group", "k": "k", "n": "n", "values": "value"}
GROUPED |= {"units": "units", "largest": "largest"}


def to_frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Return estimates as a table, one row each; what groups have is numbered: group_1, k_1 …"""
    rows = list(estimates)
    columns = {name: [getattr(e, name) for e in rows] for name in SINGLE}
    width = max((len(getattr(e, field)) for e in rows for field in GROUPED), default=0)
    for i, (field, name) in product(range(width), GROUPED.items()):
        own, missing = [getattr(e, field) for e in rows], "" if field == "groups" else nan
        columns[f"{name}_{i + 1}"] = [v[i] if i < len(v) else missing for v in own]
    columns |= {"detail": [e.detail for e in rows], "why": ["; ".join(e.why) for e in rows]}
    return pd.DataFrame(columns).astype(dict.fromkeys(["value", "low", "high", "p"], float))


def share(part: str, measures: str, k: float, n: float, **more: Any) -> Estimate:
    """Return k of n as an estimate; not estimable where n is 0. `more` are fields of `Estimate`."""
    own: dict[str, Any] = {"why": ("not estimable: nothing to count among",)}
    if n:
        own = {"value": k / n, "values": (k / n,)}
    named = {"part": part, "measures": measures, "unit": "share", "k": (k,), "n": (n,)}
    return Estimate(**named | own | more)


def wilson(k: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of k of n events (Wilson 1927); NaN with fewer than `MIN_UNITS`."""
    if n < MIN_UNITS:
        return nan, nan
    ends = stats.binomtest(int(k), int(n)).proportion_ci(method="wilson")
    return float(ends.low), float(ends.high)


def random_stream(seed: int, *keys: str) -> np.random.Generator:
    """Return a random generator of `seed` and `keys` alone: adding an analysis changes no other."""
    digest = hashlib.sha256("\x1f".join([str(seed), *keys]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def interval_of(draws: Floats, units: int) -> tuple[float, float]:
    """Return the expanded percentile interval of draws that rest on `units` resampled units.

    Hesterberg 2015, §5: percentile intervals of small samples are too narrow by √((n−1)/n) and by
    the normal in place of Student's t.
    """
    tail = stats.norm.cdf(-np.sqrt(units / (units - 1)) * stats.t.ppf(0.975, units - 1))
    ordered = np.sort(draws[~np.isnan(draws)])
    # Interpolated so that negated draws give exactly the negated interval.
    position = float(tail) * (len(ordered) - 1)
    at = int(position)
    part, after = position - at, min(at + 1, len(ordered) - 1)
    low = (1 - part) * ordered[at] + part * ordered[after]
    return float(low), float((1 - part) * ordered[-1 - at] + part * ordered[-1 - after])


def resampling_weights(units: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return how often each unit is drawn in each resample, an array of (draws, units)."""
    return rng.multinomial(units, np.full(units, 1 / units), size=draws).astype(np.float64)


def over(above: Floats, below: Floats) -> Floats:
    """Return above / below, of arrays of one shape; NaN where nothing stands below."""
    return np.divide(above, below, out=np.full_like(above, nan), where=below > 0)


def all_alike(above: Floats, below: Floats) -> bool:
    """Return whether every unit has the same ratio: resampling gives the same again."""
    used = below > 0
    return not used.any() or bool(np.ptp(np.round(above[used] / below[used], DIGITS)) == 0)


def ratio(above: Floats, below: Floats) -> tuple[float, float, float]:
    """Return Σ above / Σ below over units, with the ends of its 95 % interval.

    Both arrays hold one value a unit. The variance is that of the jackknife over units, with one
    degree of freedom less than there are effective units, (Σn)² / Σn² (Kish 1965, §8.2). A share
    has the interval of Korn & Graubard (1998), Clopper and Pearson's with the sample that would
    vary as much; any other ratio Student's on the log scale. The ends are NaN with fewer than
    `MIN_UNITS` units, where all are alike, for a share that fewer than `MIN_SIDE` units bear, or
    all but so few, and for a rate of fewer than two effective ones. Raises `ValueError` where
    nothing stands below.
    """
    if not below.any():
        raise ValueError("a ratio needs a denominator above 0")
    above, below = above[below > 0], below[below > 0]
    k, n, units = float(above.sum()), float(below.sum()), len(below)
    value, is_share = k / n, not (above > below).any()
    effective = float(below.sum() ** 2 / (below**2).sum())
    few = (above > 0).sum() < MIN_SIDE or (is_share and (above < below).sum() < MIN_SIDE)
    if units < MIN_UNITS or few or all_alike(above, below) or (effective < 2 and not is_share):
        return value, nan, nan
    without = (k - above) / (n - below)
    error = math.sqrt((units - 1) / units * float(((without - value) ** 2).sum()))
    t = float(stats.t.ppf(0.975, effective - 1))
    if not is_share:
        factor = math.exp(t * error / value)
        return value, value / factor, value * factor
    size = value * (1 - value) / error**2 * (stats.norm.ppf(0.975) / t) ** 2
    k, lack = value * size, size - value * size
    ends = stats.beta.ppf([0.025, 0.975], [k, k + 1], [lack + 1, lack])
    return value, float(ends[0]), float(ends[1])


def geometric_mean(
    values: Sequence[float], coarse: Sequence[float] = ()
) -> tuple[float, float, float]:
    """Return the geometric mean of numbers above 0, with Student's 95 % interval of the mean log.

    `coarse` are variances of logs (`quantities.figure_of`), which add to that between the numbers
    as in Rubin's rules for imputed ones. The ends are NaN with fewer than `MIN_UNITS` numbers, and
    where all are alike; all are of none.
    """
    logs = np.sort(np.round(np.log(np.asarray(values, dtype=np.float64)), DIGITS))
    count = len(logs)
    if not count:
        return nan, nan, nan
    mean = math.fsum(logs) / count
    if count < MIN_UNITS or np.ptp(logs) == 0:
        # Of one number it is exactly that; of several, the same on every machine.
        return (values[0] if count == 1 else round(math.exp(mean), DIGITS)), nan, nan
    variance = logs.var(ddof=1) + math.fsum(coarse) / count
    half = stats.t.ppf(0.975, count - 1) * math.sqrt(variance / count)
    return round(math.exp(mean), DIGITS), math.exp(mean - half), math.exp(mean + half)


def studentised(shares: Floats, deals: Floats) -> Floats:
    """Return Welch's t of the mean share of dealt units less that of the others, one a deal.

    `shares` has one value a unit, `deals` (deals, units) is 1 where a unit is dealt to the first
    group; both groups have two units at least. Permuted, t keeps its level where the groups vary
    differently (Janssen 1997). It is infinite where units differ between the groups alone.
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


def why_no_test(sizes: tuple[int, int]) -> str:
    """Return in words why relabelling documents can give no p of 5 %, or nothing where it can."""
    few, many = sorted(sizes)
    if few < MIN_SIDE:
        return f"no test: {few} and {many} documents, where each side needs {MIN_SIDE}"
    # Of sides of one size, every relabelling has a mirror image with the same absolute statistic.
    least = (2 if few == many else 1) / comb(few + many, few)
    return f"no test: the smallest p that it could give is {least:.3f}" if least > LEVEL else ""


def all_listed(sizes: tuple[int, int], draws: int) -> bool:
    """Return whether there are no more relabelings of two groups than `draws`."""
    return comb(sum(sizes), sizes[0]) <= draws


def deal_blocks(
    sizes: tuple[int, int], draws: int, seed: int, key: str, width: int = 1
) -> Iterator[Floats]:
    """Yield relabelings (relabelings, units), 1 for the first group, some of them at a time.

    All are listed if no more than `draws`, which else are drawn; of each come `width` numbers.
    """
    first, units = sizes[0], sum(sizes)
    block = max(1, CELLS // max(units, width))
    listed, rng = combinations(range(units), first), random_stream(seed, "relabel", key, "0")
    exact = all_listed(sizes, draws)
    draws = comb(units, first) if exact else draws
    for begin in range(0, draws, block):
        size = min(block, draws - begin)
        if exact:
            rows = np.zeros((size, units))
            chosen = np.array(list(islice(listed, size)), dtype=np.intp)
            np.put_along_axis(rows, chosen, 1.0, axis=1)
            yield rows
        else:  # the units with the smallest of random numbers are the first group's
            numbers = rng.random((size, units))
            last = np.partition(numbers, first - 1, axis=1)[:, [first - 1]]
            yield (numbers <= last).astype(np.float64)


def p_value(drawn: Floats, observed: float, exact: bool) -> float:
    """Return the share of relabelings whose statistic is at least the observed one.

    Where they were drawn, the observed labels count as one more of them (Phipson & Smyth 2010).
    """
    reached = int((np.round(drawn, DIGITS) >= np.round(observed, DIGITS)).sum())
    return reached / len(drawn) if exact else (1 + reached) / (len(drawn) + 1)


def sign_flip_p(differences: Floats, draws: int, seed: int, key: str) -> float:
    """Return the two-sided p-value of a mean difference of pairs, whose signs are dealt anew."""
    pairs, signs = len(differences), np.array([1.0, -1.0])
    if exact := 2**pairs <= draws:
        flips = np.array(list(product(signs, repeat=pairs)))
    else:
        flips = random_stream(seed, "flip", key).choice(signs, size=(draws, pairs))
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


def answer_text(made: Estimate) -> str:
    """Return an estimate with its unit: `74 of 102`, `47.0 percentage points`, `1 day later`."""
    if math.isnan(made.value):
        return NOWHERE
    if made.unit == "share":
        return f"{made.k[0]:,.0f} of {made.n[0]:,.0f}"
    text, unit = number_text(made.value, made.unit), made.unit.removeprefix("in number")
    unit = re.sub(r"s\b", "", unit, count=1) if text in ("1", "−1") else unit
    return f"{text} {unit}".strip()
