"""Every specification of a finding: the full product of its choices, run and set side by side."""

from collections.abc import Hashable, Iterable
from functools import partial
from itertools import product
from typing import Any

import pandas as pd

from framelines.case import Case
from framelines.coded import outlets_of
from framelines.findings.analyses import EACH_ANCHOR, EACH_OUTLET
from framelines.findings.bench import Bench, Estimate
from framelines.findings.dates import anchor_matches
from framelines.findings.declared import Finding
from framelines.findings.wordings import EVERYTHING, pair_for

COLUMNS = ["effect", "low", "high", "interval", "n", "k", "unit", "detail", "why"]
# Effects that are equal on paper must be equal here before they are counted as distinct.
DIGITS = 9
NOTHING = "not estimable: this specification has nothing to measure"
Specification = dict[str, Any]


def _bench(case: Case | Bench, draws: int = 1, seed: int = 1) -> Bench:
    return case if isinstance(case, Bench) else Bench(case, draws, seed)


def _values(bench: Bench, finding: Finding, name: str) -> tuple[Any, ...]:
    found: list[Any] = []
    for value in finding.choices[name]:
        if value == EACH_OUTLET:
            pair = pair_for(bench.case, finding.function, finding.given)
            found += outlets_of(bench.case, pair)
        elif value == EACH_ANCHOR:
            found += sorted(set(anchor_matches(bench)["event_id"]))
        elif name == "coder" and value == "first":
            found += [EVERYTHING, value]
        else:
            found.append(value)
    return tuple(dict.fromkeys(found))


def choices_of(case: Case | Bench, finding: Finding) -> dict[str, tuple[Any, ...]]:
    """Return every choice with its values, those that stand for several spelt out.

    `each_outlet` becomes the outlets of a side that has more than one, `each_anchor` the anchors
    that the calibration uses. The coder `first` becomes two: all sentences that the first coder
    coded, and those alone that all coders share, so that coder and sample are told apart.
    """
    bench = _bench(case)
    return {name: _values(bench, finding, name) for name in finding.choices}


def specifications(case: Case | Bench, finding: Finding) -> list[Specification]:
    """Return the full product of the choices of a finding, the main specification first.

    The main specification takes the first value of every choice, unless the estimand itself names
    another (`Analysis.main`).
    """
    values = choices_of(case, finding)
    for name, first in finding.analysis.main.items():
        if first in values.get(name, ()):
            values[name] = (first, *(v for v in values[name] if v != first))
    return [dict(zip(values, found, strict=True)) for found in product(*values.values())]


def _numbered(estimates: list[Estimate]) -> list[tuple[str, Estimate]]:
    """Estimates by part, a part that comes twice with a number."""
    seen: dict[str, int] = {}
    found = []
    for estimate in estimates:
        seen[estimate.part] = seen.get(estimate.part, 0) + 1
        again = f" ({seen[estimate.part]})" if seen[estimate.part] > 1 else ""
        found.append((estimate.part + again, estimate))
    return found


def run(case: Case | Bench, finding: Finding, draws: int = 5000, seed: int = 1) -> pd.DataFrame:
    """Return a finding under every specification: one row a specification and part.

    Columns: finding, specification (a number, 0 for the main one), main, part, measures, the
    choices, effect, low, high, interval (what the two ends cover), n, k, unit, detail, why (there
    is no estimate, or no interval). A part that a specification lacks has a row without effect.
    """
    bench = _bench(case, draws, seed)
    made: list[tuple[int, Specification, dict[str, Estimate]]] = []
    for number, chosen in enumerate(specifications(bench, finding)):
        found = bench.once(
            (finding.function, _frozen(chosen), _frozen(finding.given)),
            partial(finding.analysis.estimand, bench, **chosen, **finding.given),
        )
        made.append((number, chosen, dict(_numbered(found))))
    parts: dict[str, Estimate] = {}
    for _, _, estimates in made:
        for part, estimate in estimates.items():
            parts.setdefault(part, estimate)
    rows = []
    for part, like in parts.items():
        absent = Estimate(part, like.measures, like.unit, why=NOTHING)
        for number, chosen, estimates in made:
            estimate = estimates.get(part, absent)
            row: dict[str, Any] = {"finding": finding.id, "specification": number}
            row |= {"main": number == 0, "part": part, "measures": estimate.measures}
            row |= chosen | {name: getattr(estimate, name) for name in COLUMNS}
            rows.append(row)
    head = ["finding", "specification", "main", "part", "measures", *finding.choices]
    table = pd.DataFrame(rows, columns=[*head, *COLUMNS])
    ends = ["effect", "low", "high", "n", "k"]
    return table.astype(dict.fromkeys(ends, float)).round(dict.fromkeys(ends[:3], DIGITS))


def _frozen(values: dict[str, Any]) -> Hashable:
    return tuple((k, tuple(v) if isinstance(v, list) else v) for k, v in sorted(values.items()))


def run_all(
    case: Case, findings: Iterable[Finding], draws: int = 5000, seed: int = 1
) -> dict[str, pd.DataFrame]:
    """Return `run` of several findings by their ids; what they share is computed once."""
    bench = Bench(case, draws, seed)
    return {finding.id: run(bench, finding) for finding in findings}
