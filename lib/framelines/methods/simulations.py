"""Do intervals cover and tests keep their level? Simulated in designs like the real ones.

Documents have the sizes of a design, and rates of their own around one share: beta-binomial counts
with a given correlation of rows within a document. Nothing differs between the two groups.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

import framelines.methods.estimate as est
from framelines.methods.calendars import verdicts
from framelines.methods.contrasts import Pair, contrast

Sizes = Sequence[float]
Design = tuple[Sizes, Sizes, float]  # sizes of the documents of two groups, and their share of hits
GROUPS = Pair("group", "first", "second", ("first",), ("second",))
CORRELATIONS = (0.05, 0.15, 0.45)
COLUMNS = ["what", "design", "setting", "runs", "value", "low", "high"]


def counts(sizes: Sizes, share: float, within: float, rng: np.random.Generator) -> est.Floats:
    """Return hits of documents of these sizes, whose rows are correlated by `within`."""
    spread = (1 - within) / within
    rates = rng.beta(spread * share, spread * (1 - share), len(sizes))
    return rng.binomial(np.asarray(sizes, dtype=np.int64), rates).astype(np.float64)


def _pairs(design: Design, within: float, runs: int, seed: int) -> Iterator[pd.DataFrame]:
    """Hits of both groups, one row a document, once a run."""
    sides = [*["first"] * len(design[0]), *["second"] * len(design[1])]
    sizes = np.array([*design[0], *design[1]], dtype=np.float64)
    frame = pd.DataFrame({"doc_id": [f"{i:04d}" for i in range(len(sizes))], "group": sides})
    for run in range(runs):
        rng = est.random_stream(seed, "simulated", str(within), str(run))
        yield frame.assign(hit=counts(sizes, design[2], within, rng), of=sizes)


def level(design: Design, within: float, *, runs: int, seed: int = 1) -> list[bool]:
    """Return for each run whether the test of `contrast` finds a difference where none is."""
    found = [
        contrast(hits, GROUPS, f"level {i}", draws=1, permutations=999, seed=seed).p <= est.LEVEL
        for i, hits in enumerate(_pairs(design, within, runs, seed))
    ]
    return [bool(alarm) for alarm in found]


def coverage(design: Design, within: float, weight: str, *, runs: int, seed: int = 1) -> list[bool]:
    """Return for each run with an interval whether that of `contrast` holds the difference, 0."""
    found = []
    for i, hits in enumerate(_pairs(design, within, runs, seed)):
        made = contrast(
            hits, GROUPS, f"covers {i}", weight=weight, draws=999, permutations=9, seed=seed
        )
        if not np.isnan(made.low):
            found.append(bool(made.low <= 0 <= made.high))
    return found


def share_coverage(design: Design, within: float, *, runs: int, seed: int = 1) -> list[bool]:
    """Return for each run with an interval whether that of the first group holds its share."""
    found, sizes = [], np.asarray(design[0], dtype=np.float64)
    for run in range(runs):
        rng = est.random_stream(seed, "share", str(within), str(run))
        _, low, high = est.ratio(counts(sizes, design[2], within, rng), sizes)
        if not np.isnan(low):
            found.append(bool(low <= design[2] <= high))
    return found


def of_contrasts(designs: Mapping[str, Design], *, runs: int, seed: int = 1) -> pd.DataFrame:
    """Return how every design fares: a row a measure, design and correlation; columns `COLUMNS`.

    Measures: false alarms at 5 %, and the coverage of 95 % intervals of differences, by rows and by
    documents, and of the share of the first group, as far as the design has enough documents.
    """
    ways: dict[str, Callable[..., list[bool]]] = {
        "false alarms of the test": level,
        "coverage, difference of shares of rows": lambda *a, **b: coverage(*a, "rows", **b),
        "coverage, difference of mean shares": lambda *a, **b: coverage(*a, "documents", **b),
        "coverage, share of one group": share_coverage,
    }
    made = []
    for (what, way), (name, design) in ((w, d) for w in ways.items() for d in designs.items()):
        for within in CORRELATIONS:
            found = way(design, within, runs=runs, seed=seed)
            if found:
                made.append(row(what, name, f"correlation {within:.2f}", found))
    return pd.DataFrame(made, columns=COLUMNS)


def row(what: str, design: str, setting: str, found: Sequence[bool]) -> list[object]:
    """Return a row of `COLUMNS`: the share of runs, with its Wilson interval."""
    return [
        what,
        design,
        setting,
        len(found),
        float(np.mean(found)),
        *est.wilson(sum(found), len(found)),
    ]


def wrong_offsets(
    errors: float, one_sided: bool, *, anchors: int = 11, runs: int, seed: int = 1
) -> list[bool]:
    """Return for each run whether a month is called calibrated at an offset that is not the true.

    A share `errors` of the anchors, all of one day, lies a day beside the true offset, 1: on either
    side, or after it alone.
    """
    found = []
    for run in range(runs):
        rng = est.random_stream(seed, "anchors", str(errors), str(one_sided), str(run))
        sides = np.ones(anchors) if one_sided else rng.choice([-1, 1], anchors)
        beside = sides * (rng.random(anchors) < errors)
        table = pd.DataFrame({"low": 1 + beside, "high": 1 + beside, "source_id": "s"})
        table = table.assign(month="1438-03", event_id=[f"{i:02d}" for i in range(anchors)])
        made = verdicts(table).iloc[0]
        found.append(bool(made["calibrated"]) and made["offset"] != 1)
    return found


def of_calendars(*, runs: int, seed: int = 1) -> pd.DataFrame:
    """Return how often a calendar is calibrated wrongly; columns `COLUMNS`."""
    made = []
    for one_sided, errors in product((False, True), (0.15, 0.3, 0.45)):
        found = wrong_offsets(errors, one_sided, runs=runs, seed=seed)
        setting = f"{errors:.0%} wrong, {'a day later' if one_sided else 'a day either way'}"
        made.append(row("wrong calendars called calibrated", "11 anchors of a day", setting, found))
    return pd.DataFrame(made, columns=COLUMNS)
