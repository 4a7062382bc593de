"""Every specification of a finding: the full product of its choices, run and set side by side."""

from collections.abc import Hashable, Iterable
from functools import partial
from itertools import product
from typing import Any

import pandas as pd

from framelines.case import Case
from framelines.findings.analyses import EACH_ANCHOR, EACH_OUTLET
from framelines.findings.bench import Bench, Estimate
from framelines.findings.dates import anchor_matches
from framelines.findings.declared import Finding
from framelines.findings.samples import (
    EVERYTHING,
    NONE,
    coders_of,
    has_hijri_dates,
    has_reposts,
    outlets_to_leave_out,
)
from framelines.findings.wordings import pair_for

COLUMNS = ["effect", "low", "high", "p", "interval", "n", "k", "unit", "detail", "why"]
# Effects that are equal on paper must be equal here before they are counted as distinct.
DIGITS = 9
NOTHING = "not estimable: this specification has nothing to measure"
Specification = dict[str, Any]


def _bench(case: Case | Bench, draws: int = 1, seed: int = 1) -> Bench:
    return case if isinstance(case, Bench) else Bench(case, draws, seed)


def _outlets(bench: Bench, finding: Finding) -> list[str]:
    pair = pair_for(bench.case, finding.function, finding.given)
    return outlets_to_leave_out(bench.case, pair)


def _spelt_out(bench: Bench, finding: Finding, name: str, listed: Iterable[Any]) -> tuple[Any, ...]:
    found: list[Any] = []
    for value in listed:
        if value == EACH_OUTLET:
            found += _outlets(bench, finding)
        elif value == EACH_ANCHOR:
            found += sorted(set(anchor_matches(bench)["event_id"]))
        elif name == "coder" and value == "first":
            found += [EVERYTHING, value]
        else:
            found.append(value)
    return tuple(dict.fromkeys(found))


def why_not(case: Case | Bench, finding: Finding, name: str) -> str:
    """Return why a choice cannot enter a finding of this case, or nothing where it can."""
    bench = _bench(case)
    analysis = finding.analysis
    if name == "calendar" and not bench.once("hijri", lambda: has_hijri_dates(bench.case)):
        return "no date here is Hijri"
    if name == "reposts" and not bench.once("reposts", lambda: has_reposts(bench.case)):
        return "no article here stands twice"
    if name == "coder" and not coders_of(bench.case, analysis.table):
        return "one coder alone read these texts"
    if name == "left_out" and not _outlets(bench, finding):
        return "no group has two outlets"
    return ""


def added_choices(case: Case | Bench, finding: Finding) -> dict[str, tuple[Any, ...]]:
    """Return the choices that were added to those declared, with their values spelt out.

    They are those of `Analysis.added` that the declaration does not name and that can enter here.
    """
    bench = _bench(case)
    return {
        name: _spelt_out(bench, finding, name, values)
        for name, values in finding.analysis.added.items()
        if name not in finding.choices and not why_not(bench, finding, name)
    }


def choices_of(case: Case | Bench, finding: Finding) -> dict[str, tuple[Any, ...]]:
    """Return every choice with its values, those that stand for several spelt out.

    `each_outlet` becomes the outlets of a side that has more than one, `each_anchor` the anchors
    that the calibration uses. The coder `first` becomes two: all sentences that the first coder
    coded, and those alone that all coders share, so that coder and sample are told apart. The
    declared choices come first, then those of `added_choices`.
    """
    bench = _bench(case)
    listed = finding.choices.items()
    declared = {name: _spelt_out(bench, finding, name, values) for name, values in listed}
    return declared | added_choices(bench, finding)


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


def _estimates(bench: Bench, finding: Finding, chosen: Specification) -> list[Estimate]:
    """The estimates of one specification, made once for a bench."""
    analysis, choices = finding.analysis, dict(chosen)
    if analysis.narrowed:
        bench = bench.without(choices.pop("left_out", NONE))
    make = partial(analysis.estimand, bench, **choices, **finding.given)
    found: list[Estimate] = bench.once(
        (finding.function, _frozen(choices), _frozen(finding.given)), make
    )
    return found


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

    Columns: finding, specification (a number, 0 for the main one), main, declared (whether every
    choice that was added is at its main value), part, measures, the choices, effect, low, high, p
    (of the test), interval (what the two ends cover), n, k, unit, detail, why (there is no
    estimate, or no interval). A part that a specification lacks has a row without effect.
    """
    bench = _bench(case, draws, seed)
    made: list[tuple[int, Specification, dict[str, Estimate]]] = []
    for number, chosen in enumerate(specifications(bench, finding)):
        made.append((number, chosen, dict(_numbered(_estimates(bench, finding, chosen)))))
    main = made[0][1]
    added = [name for name in main if name not in finding.choices]
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
            row |= {"main": number == 0, "declared": all(chosen[c] == main[c] for c in added)}
            row |= {"part": part, "measures": estimate.measures}
            row |= chosen | {name: getattr(estimate, name) for name in COLUMNS}
            rows.append(row)
    head = ["finding", "specification", "main", "declared", "part", "measures", *main]
    table = pd.DataFrame(rows, columns=[*head, *COLUMNS])
    ends = ["effect", "low", "high", "p", "n", "k"]
    return table.astype(dict.fromkeys(ends, float)).round(dict.fromkeys(ends[:4], DIGITS))


def _frozen(values: dict[str, Any]) -> Hashable:
    return tuple((k, tuple(v) if isinstance(v, list) else v) for k, v in sorted(values.items()))


def run_all(
    case: Case, findings: Iterable[Finding], draws: int = 5000, seed: int = 1
) -> dict[str, pd.DataFrame]:
    """Return `run` of several findings by their ids; what they share is computed once."""
    bench = Bench(case, draws, seed)
    return {finding.id: run(bench, finding) for finding in findings}
