"""Do intervals cover and tests keep their level? Simulated in designs like the real ones.

Documents have the sizes of a design, and rates of their own around one share: beta-binomial counts
with a given correlation of rows within a document. Nothing differs between the two groups. Rows of
the table that is made have the columns `COLUMNS`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse, stats

import framelines.methods.estimate as est
import framelines.methods.keyness as key
from framelines import REPO, write_whole
from framelines.analyses.findings import declared, estimates
from framelines.methods.calendars import calibrate
from framelines.methods.contrasts import Pair, contrast
from framelines.methods.estimate import Estimate, Floats
from framelines.methods.quantities import figure_of
from framelines.tables.case import case_names, load_case

# Sizes of the documents of two groups, and their share of hits.
Design = tuple[Sequence[float], Sequence[float], float]
GROUPS = Pair("group", "first", "second", ("first",), ("second",))
# Beside the contrasts that were declared: texts of unlike lengths, and sides of unlike sizes.
MADE: dict[str, Design] = {
    "12 long texts against 12 short": ([60] * 12, [8] * 12, 0.2),
    "4 long texts against 12 short": ([60] * 4, [10] * 12, 0.2),
    "12 long texts against 4 short": ([60] * 12, [10] * 4, 0.2),
}
CORRELATIONS = (0.05, 0.15, 0.45)
COLUMNS = ["what", "design", "setting", "runs", "value", "low", "high"]


def counts(sizes: Floats, share: float, within: float, rng: np.random.Generator) -> Floats:
    """Return hits of documents of these sizes, whose rows are correlated by `within`."""
    spread = (1 - within) / within
    rates = rng.beta(spread * share, spread * (1 - share), len(sizes))
    return rng.binomial(sizes.astype(np.int64), rates).astype(np.float64)


def _contrasts(design: Design, within: float, runs: int, name: str, **how: Any) -> list[Estimate]:
    """Contrasts of two groups of documents that do not differ, one a run."""
    sides = [*["first"] * len(design[0]), *["second"] * len(design[1])]
    sizes, made = np.array([*design[0], *design[1]], dtype=np.float64), []
    frame = pd.DataFrame({"doc_id": [f"{i:04d}" for i in range(len(sizes))], "group": sides})
    for run in range(runs):
        rng = est.random_stream(1, "simulated", str(within), str(run))
        hits = frame.assign(hit=counts(sizes, design[2], within, rng), of=sizes)
        made.append(contrast(hits, GROUPS, f"{name} {run}", **how))
    return made


def level(design: Design, within: float, runs: int) -> list[bool]:
    """Return for each run whether the test of `contrast` finds a difference where none is."""
    made = _contrasts(design, within, runs, "level", draws=1, permutations=999)
    return [one.p <= est.LEVEL for one in made]


def coverage(design: Design, within: float, runs: int, unit: str) -> list[bool]:
    """Return for each run with an interval whether that of `contrast` holds the difference, 0."""
    made = _contrasts(design, within, runs, "covers", unit=unit, draws=999, permutations=9)
    return [one.low <= 0 <= one.high for one in made if not np.isnan(one.low)]


def share_coverage(design: Design, within: float, runs: int) -> list[bool]:
    """Return for each run with an interval whether that of the first group holds its share."""
    sizes, found = np.asarray(design[0], dtype=np.float64), []
    for run in range(runs):
        rng = est.random_stream(1, "share", str(within), str(run))
        found.append(est.ratio(counts(sizes, design[2], within, rng), sizes)[1:])
    return [low <= design[2] <= high for low, high in found if not np.isnan(low)]


def _row(what: str, design: str, setting: str, found: Sequence[float]) -> list[Any]:
    """The mean over runs with its interval: Wilson's of yes and no, else the normal one."""
    count, mean = len(found), float(np.mean(found))
    if set(found) <= {0, 1}:
        return [what, design, setting, count, mean, *est.wilson(sum(found), count)]
    half = 1.96 * float(np.std(found, ddof=1)) / np.sqrt(count)
    return [what, design, setting, count, mean, mean - half, mean + half]


def of_contrasts(designs: Mapping[str, Design], *, runs: int) -> Iterator[list[Any]]:
    """Yield how every design fares: a row a measure, design and correlation.

    A design with too few documents for an interval has no row of its coverage.
    """
    ways: dict[str, Callable[..., list[bool]]] = {
        "false alarms of the test": level,
        "coverage, difference of shares of rows": partial(coverage, unit="texts"),
        "coverage, difference of mean shares": partial(coverage, unit="documents"),
        "coverage, share of one group": share_coverage,
    }
    for (what, way), (name, design) in product(ways.items(), designs.items()):
        for within in CORRELATIONS:
            if found := way(design, within, runs):
                yield _row(what, name, f"correlation {within:.2f}", found)


def of_calendars(*, runs: int) -> Iterator[list[Any]]:
    """Yield how often a month is called calibrated at an offset that is not the true one, 1.

    A share of eleven anchors, all of one day, lies a day beside: on either side, or after it alone.
    """
    about = {"source_id": "s", "used": True, "month": "1438-03"}
    anchors = pd.DataFrame({"event_id": [f"{i:02d}" for i in range(11)]}).assign(**about)
    for one_sided, errors in product((False, True), (0.15, 0.3, 0.45)):
        found = []
        for run in range(runs):
            rng = est.random_stream(1, "anchors", str(errors), str(one_sided), str(run))
            sides = np.ones(11) if one_sided else rng.choice([-1, 1], 11)
            days = 1 + sides * (rng.random(11) < errors)
            made = calibrate(anchors.assign(low=days, high=days)).iloc[0]
            found.append(bool(made["calibrated"]) and made["offset"] != 1)
        setting = f"{errors:.0%} wrong, {'a day later' if one_sided else 'a day either way'}"
        yield _row("wrong calendars called calibrated", "11 anchors of a day", setting, found)


def of_ratios(*, runs: int) -> Iterator[list[Any]]:
    """Yield what becomes of a factor of 2 told in round words, by the reading of these.

    Of 20 events a source tells twice the number, give or take a fifth, in words that round down
    to the leading digit: more than 300 for 378.
    """
    words = {"value_max": nan, "qualifier": "more_than", "kind": "killed", "unit": ""}
    for reading in ("stated", "conventional"):
        values, held = [], []
        for run in range(runs):
            rng = est.random_stream(1, "ratios", str(run))
            known = np.exp(rng.normal(np.log(60), 1, 20)) + 5
            told = 2 * known * np.exp(rng.normal(0, 0.2, 20))
            step = 10.0 ** np.floor(np.log10(told))
            round_down = step * np.floor(told / step)
            rows = [figure_of(words | {"value_min": n}) for n in round_down]
            points = np.array([row[reading] for row in rows])
            coarse = [row["coarse"] * (reading == "conventional") for row in rows]
            value, low, high = est.geometric_mean(list(points / known), coarse)
            values.append(value)
            held.append(low <= 2 <= high)
        yield _row("coverage, factor over a reference", "20 events", f"{reading} number", held)
        yield _row("mean factor, 2 planted", "20 events", f"{reading} number", values)


def of_keyness(*, runs: int) -> Iterator[list[Any]]:
    """Yield how often each method of key words cries wolf in corpora in which nothing differs.

    Each run has 28 documents of 19,000 words from a Zipf vocabulary, dealt into halves at random.
    Words are Poisson, and the rates of content words vary between documents (gamma of shape .6), as
    in texts that have topics.
    """
    documents, counted, evenly_spread, found = 28, 1_200, 60, []
    rates = 1 / (np.arange(4_000) + 2.7)
    rates /= rates.sum()
    mine = np.arange(documents) < documents // 2
    for run in range(runs):
        rng = est.random_stream(28, "null", str(run))
        lengths = rng.dirichlet(np.full(documents, 4.0)) * 19_000
        burst = np.ones((documents, counted))
        burst[:, evenly_spread:] = rng.gamma(0.6, 1 / 0.6, (documents, counted - evenly_spread))
        words = rng.poisson(lengths[:, None] * rates[:counted] * burst).astype(np.float64)
        # Rarer words hardly ever occur ten times: they are drawn together, as sizes alone.
        sizes = words.sum(axis=1) + rng.poisson(lengths * rates[counted:].sum())
        spread = (words > 0).sum(axis=0) >= key.LEAST_DOCUMENTS
        words = words[:, (words.sum(axis=0) >= key.LEAST_COUNT) & spread]
        prior = key.PRIOR_TOKENS * words.sum(axis=0) / sizes.sum()
        a, b, n_a, n_b = (v[m].sum(axis=0) for v in (words, sizes) for m in (mine, ~mine))
        both = np.outer([n_a, n_b], (a + b) / (n_a + n_b))
        # The log-likelihood G² of each term (Rayson & Garside 2000).
        g2 = stats.power_divergence([a, b], both, lambda_="log-likelihood").pvalue
        z = np.abs(key.log_odds(a, b, n_a, n_b, prior))
        arrays = (sparse.csr_array(words), sizes, mine, prior)
        single, family = key.permutation_keyness(*arrays, permutations=199, seed=28 + run)
        alarms = [g2 < est.LEVEL, z > stats.norm.ppf(1 - est.LEVEL / 2), single <= est.LEVEL]
        anything = [(g2 < est.LEVEL / len(g2)).any(), (family <= est.LEVEL).any()]
        found.append([*(alarm.mean() for alarm in alarms), *map(float, anything)])
    methods = ["G² over words", "log-odds, abs(z) > 1.96", "permutation over documents"]
    methods += ["G² with Bonferroni", "max-T over documents"]
    kinds = ["share of words"] * 3 + ["corpora with any word"] * 2
    for kind, method, values in zip(kinds, methods, np.array(found).T, strict=True):
        yield _row(f"false alarms of key words, {kind}", "28 documents", method, list(values))


def of_outlets(*, runs: int) -> Iterator[list[Any]]:
    """Yield in how many corpora some word is found though the groups differ by outlets alone.

    Each run has fifteen outlets with 8 to 120 texts of 300 words, dealt into camps at random. The
    rates of words vary between outlets (gamma of shape 4, a habit), and again between texts.
    """
    texts = np.geomspace(8, 120, 15).astype(int)
    outlet, rates = np.repeat(np.arange(15), texts), 1 / (np.arange(300) + 2.7)
    names = np.array([f"{i:04d}" for i in range(len(outlet))])
    documents = pd.DataFrame({"doc_id": names, "source_id": outlet.astype(str)})
    ways = {"texts dealt": "doc_id", "outlets dealt whole": "source_id"}
    found: dict[str, list[float]] = {way: [] for way in ways}
    for run in range(runs):
        rng = est.random_stream(15, "outlets", str(run))
        habits = rng.gamma(4, 1 / 4, (15, 300))[outlet] * rng.gamma(1, 1, (len(outlet), 300))
        words = rng.poisson(300 * rates / rates.sum() * habits)
        camps = np.where(rng.permutation(15) < 8, "first", "second")
        rows, columns = words.nonzero()
        counted = pd.DataFrame(
            {"doc_id": names[rows], "token": np.char.add("w", columns.astype(str))}
        )
        counted = counted.assign(count=words[rows, columns])
        about = documents.assign(group=camps[outlet])
        how: dict[str, Any] = {"background": counted.groupby("token")["count"].sum()}
        for way, dealt in ways.items():
            made = key.keyness(counted, about, GROUPS, dealt=dealt, permutations=199, **how)
            found[way].append(float((made.table["p_max"] <= est.LEVEL).any()))
    for way, alarms in found.items():
        yield _row(
            "false alarms of key words of outlets, corpora with any word", "15 outlets", way, alarms
        )


def designs() -> dict[str, Design]:
    """Return every declared contrast of documents: sizes of two groups, and the share.

    Contrasts with fewer than `est.MIN_SIDE` documents a side are no designs.
    """
    found = dict[str, Design]()
    for name in case_names():
        case = load_case(name)
        for finding in declared(name):
            for one in estimates(case, finding):
                documents = len(one.sizes) == 2 and "matched" not in one.measures
                if documents and min(map(len, one.sizes)) >= est.MIN_SIDE:
                    share = sum(one.k) / sum(one.n)
                    found[f"{name}: {finding.id}"] = (one.sizes[0], one.sizes[1], share)
    return found


def everything(designs: Mapping[str, Design], *, runs: int = 2_000) -> pd.DataFrame:
    """Return all simulations, those of contrasts for `designs` and `MADE`."""
    made = [*of_contrasts({**designs, **MADE}, runs=runs), *of_keyness(runs=runs // 5)]
    made += [*of_outlets(runs=runs // 5), *of_calendars(runs=runs), *of_ratios(runs=runs)]
    return pd.DataFrame(made, columns=COLUMNS)


HEAD = """# Simulations

Written by `make simulate`. Documents have the sizes of a declared contrast, or of a design made
for the purpose, and rates of their own around one share: the rows of a document are correlated.
In every run nothing differs between the groups. Of 100 tests at 5 % about five should call a
difference (a test that calls fewer is cautious, and misses more); of 100 intervals about 95
should hold the truth. A design in which an interval is never given has no line.
"""


def page(table: pd.DataFrame) -> str:
    """Return a table of `COLUMNS` as Markdown: a chapter a measure, a line a design."""
    parts = [HEAD]
    for what, rows in table.groupby("what", sort=False):
        wide = rows.pivot(index="design", columns="setting", values="value")
        wide = wide.reindex(index=rows["design"].unique(), columns=rows["setting"].unique())
        wide = wide.map("{:.3f}".format, na_action="ignore").fillna("–")
        lines = [["", *wide.columns], ["---", *["--:"] * len(wide.columns)], *wide.itertuples()]
        body = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        runs = " to ".join(dict.fromkeys(str(f(rows["runs"])) for f in (min, max)))
        parts.append(f"## {str(what).capitalize()}\n\n{body}\n\nRuns: {runs}.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    table, place = everything(designs()), REPO / "docs" / "simulations"
    text = table.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    write_whole(place.with_suffix(".csv"), text)
    write_whole(place.with_suffix(".md"), page(table))
