"""Do intervals cover and tests keep their level? Simulated in designs like the real ones.

Documents have the sizes of a design, and rates of their own around one share: beta-binomial counts
with a given correlation of rows within a document. Nothing differs between the two groups.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from math import nan

import numpy as np
import pandas as pd

import framelines.methods.estimate as est
from framelines.methods.calendars import calibrate
from framelines.methods.contrasts import Pair, contrast
from framelines.methods.quantities import point_of

Sizes = Sequence[float]
Design = tuple[Sizes, Sizes, float]  # sizes of the documents of two groups, and their share of hits
GROUPS = Pair("group", "first", "second", ("first",), ("second",))
# Beside the contrasts that were declared: texts of unlike lengths, and sides of unlike sizes.
MADE: dict[str, Design] = {
    "12 long texts against 12 short": ([60] * 12, [8] * 12, 0.2),
    "4 long texts against 12 short": ([60] * 4, [10] * 12, 0.2),
    "12 long texts against 4 short": ([60] * 12, [10] * 4, 0.2),
}
CORRELATIONS = (0.05, 0.15, 0.45)
COLUMNS = ["what", "design", "setting", "runs", "value", "low", "high"]


def counts(
    sizes: Sizes | est.Floats, share: float, within: float, rng: np.random.Generator
) -> est.Floats:
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


def coverage(design: Design, within: float, *, unit: str, runs: int, seed: int = 1) -> list[bool]:
    """Return for each run with an interval whether that of `contrast` holds the difference, 0."""
    found = []
    for i, hits in enumerate(_pairs(design, within, runs, seed)):
        made = contrast(
            hits, GROUPS, f"covers {i}", unit=unit, draws=999, permutations=9, seed=seed
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
        "coverage, difference of shares of rows": partial(coverage, unit="texts"),
        "coverage, difference of mean shares": partial(coverage, unit="documents"),
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
        table = table.assign(
            used=True, month="1438-03", event_id=[f"{i:02d}" for i in range(anchors)]
        )
        made = calibrate(table).iloc[0]
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


def planted_ratios(
    reading: str, *, ratio: float = 2, events: int = 20, runs: int, seed: int = 1
) -> list[tuple[float, bool]]:
    """Return for each run the factor that is found by a reading, and whether its interval holds it.

    Every event has a number, and a source that tells `ratio` times as many, give or take a fifth,
    in words that round down to the leading digit: more than 300 for 378.
    """
    found = []
    for run in range(runs):
        rng = est.random_stream(seed, "ratios", str(run))
        known = np.exp(rng.normal(np.log(60), 1, events)) + 5
        told = ratio * known * np.exp(rng.normal(0, 0.2, events))
        step = 10.0 ** np.floor(np.log10(told))
        rows = [
            {
                "value_min": n,
                "value_max": nan,
                "qualifier": "more_than",
                "kind": "killed",
                "unit": "",
            }
            for n in step * np.floor(told / step)
        ]
        points = np.array([point_of(one, reading) for one in rows])
        value, low, high = est.geometric_mean(list(points / known))
        found.append((value, bool(low <= ratio <= high)))
    return found


def of_ratios(*, runs: int, seed: int = 1) -> pd.DataFrame:
    """Return what becomes of a factor of 2 told in round words; columns `COLUMNS`."""
    made = []
    for reading in ("stated", "conventional"):
        found = planted_ratios(reading, runs=runs, seed=seed)
        values, held = zip(*found, strict=True)
        made.append(
            row("coverage, factor over a reference", "20 events", f"{reading} number", held)
        )
        spread = 1.96 * float(np.std(values, ddof=1)) / np.sqrt(runs)
        mean = float(np.mean(values))
        ends = [mean, mean - spread, mean + spread]
        made.append(["mean factor, 2 planted", "20 events", f"{reading} number", runs, *ends])
    return pd.DataFrame(made, columns=COLUMNS)


def everything(designs: Mapping[str, Design], *, runs: int = 2_000) -> pd.DataFrame:
    """Return all simulations, those of contrasts for `designs` and `MADE`; columns `COLUMNS`."""
    made = [of_contrasts({**designs, **MADE}, runs=runs)]
    return pd.concat([*made, of_calendars(runs=runs), of_ratios(runs=runs)], ignore_index=True)


HEAD = """# Simulations

Written by `make simulate`. Documents have the sizes of a declared contrast, or of a design made
for the purpose, and rates of their own around one share: the rows of a document are correlated.
In every run nothing differs between the groups. Of 100 tests at 5 % about five should call a
difference; of 100 intervals about 95 should hold the truth. A design in which an interval is
never given has no line.
"""


def page(table: pd.DataFrame) -> str:
    """Return a table of `COLUMNS` as Markdown: a chapter a measure, a line a design."""
    parts = [HEAD]
    for what, rows in table.groupby("what", sort=False):
        wide = rows.pivot(index="design", columns="setting", values="value")
        wide = wide.reindex(index=rows["design"].unique(), columns=rows["setting"].unique())
        lines = [["", *wide.columns], ["---", *["--:"] * len(wide.columns)]]
        lines += [[str(name), *(_short(v) for v in values)] for name, *values in wide.itertuples()]
        body = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        runs = " to ".join(dict.fromkeys(str(f(rows["runs"])) for f in (min, max)))
        parts.append(f"## {str(what).capitalize()}\n\n{body}\n\nRuns: {runs}.\n")
    return "\n".join(parts)


def _short(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"
