"""Bootstrap intervals and the random streams behind them; nothing here knows a table of ours."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
# Fewer units give an interval that is too narrow to be honest.
MIN_UNITS = 10


@dataclass(frozen=True)
class Estimate:
    """An estimate with its interval, and what was resampled for it.

    `low` and `high` are None where the units are too few for an interval, or all alike.
    """

    value: float
    low: float | None
    high: float | None
    units: int


def random_stream(seed: int, *keys: str) -> np.random.Generator:
    """Return a random generator that depends on `seed` and `keys` alone.

    Each analysis and unit has a stream of its own, so that adding one changes no other.
    """
    digest = hashlib.sha256("\x1f".join([str(seed), *keys]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def expanded_level(units: int, level: float = 0.95) -> float:
    """Return the tail probability of an expanded percentile interval.

    Hesterberg 2015, The American Statistician 69(4):371–386, §5: percentile intervals of small
    samples are too narrow by √((n−1)/n) and by the normal in place of Student's t.
    """
    if units < 2:
        raise ValueError(f"an interval needs at least two units, not {units}")
    t = stats.t.ppf(0.5 + level / 2, units - 1)
    return float(stats.norm.cdf(-np.sqrt(units / (units - 1)) * t))


def symmetric_quantiles(draws: Floats, tail: float) -> tuple[float, float]:
    """Return the quantiles at `tail` and 1 − `tail`; negated draws give the negated pair."""
    ordered = np.sort(draws)
    position = tail * (len(ordered) - 1)
    below = int(np.floor(position))
    share = position - below
    above = min(below + 1, len(ordered) - 1)
    mirror, mirror_in = len(ordered) - 1 - below, len(ordered) - 1 - above
    low = (1 - share) * ordered[below] + share * ordered[above]
    high = (1 - share) * ordered[mirror] + share * ordered[mirror_in]
    return float(low), float(high)


def resampling_weights(units: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return how often each unit is drawn in each resample, an array of (draws, units)."""
    return rng.multinomial(units, np.full(units, 1 / units), size=draws).astype(np.float64)


def ratio(
    numerators: Floats,
    denominators: Floats,
    *,
    draws: int,
    rng: np.random.Generator,
    min_units: int = MIN_UNITS,
) -> Estimate:
    """Return Σ numerators / Σ denominators over the units, with a 95 % bootstrap interval.

    Both arrays hold one value a unit. Resamples with an empty denominator are left out. With fewer
    than `min_units` units there is no interval, nor where nothing or everything was counted:
    resampling units that are all alike gives the same again, which would pass for certainty.
    Raises `ValueError` where all denominators are 0.
    """
    total = float(denominators.sum())
    if total == 0:
        raise ValueError("a ratio needs a denominator above 0")
    value = float(numerators.sum()) / total
    units = len(numerators)
    if units < min_units or not numerators.any() or (numerators == denominators).all():
        return Estimate(value, None, None, units)
    weights = resampling_weights(units, draws, rng)
    below = weights @ denominators
    drawn = (weights @ numerators)[below > 0] / below[below > 0]
    low, high = symmetric_quantiles(drawn, expanded_level(units))
    return Estimate(value, low, high, units)
