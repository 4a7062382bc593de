"""What every estimand works with and gives back: the case, what is computed once, one estimate."""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from framelines.calendars import Calibration, calibrate
from framelines.case import Case
from framelines.findings.samples import NONE, without_outlet

K_OF_N = "k of n"
POINTS = "percentage points"
TIMES = "times"
DAYS = "days"
LATER = "days later"
NUMBER = "in number"
APART = "apart"
# Where an effect of this unit would say that nothing differs.
NO_DIFFERENCE = {POINTS: 0.0, TIMES: 1.0, LATER: 0.0, NUMBER: 0.0}
LEFT_OPEN = "all that the words leave open"


@dataclass(frozen=True)
class Estimate:
    """One number of a finding under one specification.

    A finding on each side, or on each outlet, has several `part`s. `effect` is in `unit`; for
    `k of n` it is the share, so that specifications with different n can be ordered, and `k` is
    given. `interval` says what `low` and `high` cover; `why` why there is no estimate or interval.
    `p` is that of the test, where there is one.
    """

    part: str
    measures: str
    unit: str
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    interval: str = ""
    n: float = math.nan
    k: float = math.nan
    detail: str = ""
    why: str = ""


@dataclass(frozen=True)
class Bench:
    """A case with the settings of its bootstrap, and a memory for what specifications share."""

    case: Case
    draws: int
    seed: int
    memory: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is remembered under `key`, made by `make` at the first time."""
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]

    def calibration(self) -> Calibration:
        """Return the calibration of the case, estimated once."""
        found: Calibration = self.once("calibration", lambda: calibrate(self.case))
        return found

    def without(self, outlet: str) -> "Bench":
        """Return the bench of the case without an outlet; its calendars stay as they were found."""
        if outlet == NONE:
            return self

        def make() -> Bench:
            case = without_outlet(self.case, outlet)
            return Bench(case, self.draws, self.seed, {"calibration": self.calibration()})

        found: Bench = self.once(("without", outlet), make)
        return found


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 event`, `2 events`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def share(part: str, measures: str, k: int, n: int, **more: Any) -> Estimate:
    """Return an estimate of k of n; not estimable where n is 0."""
    if n == 0:
        why = more.pop("why", "") or "not estimable: nothing to count among"
        return Estimate(part, measures, K_OF_N, n=0, why=why, **more)
    return Estimate(part, measures, K_OF_N, effect=k / n, k=k, n=n, **more)
