"""Declared findings under every combination of the choices that enter them.

`declared` reads notebooks/findings.yaml, `specifications` spells out the full product of a
finding's choices, `run` computes the estimate under each, and `summary` says how far they lie
apart and which choice moves them most. The specifications were chosen, not drawn: how many of them
agree is no probability (Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4:1208–1214, for
the curve; no test is made of it here).
"""

from framelines.findings.bench import Bench, Estimate
from framelines.findings.declared import Finding, declared, named
from framelines.findings.reposts import counted_twice, effect_of_reposts, twins
from framelines.findings.specifications import (
    added_choices,
    choices_of,
    run,
    run_all,
    specifications,
    why_not,
)
from framelines.findings.summaries import (
    choices_in,
    distinct,
    idle,
    influence,
    influences,
    results,
    summaries,
    summary,
)

__all__ = [
    "Bench",
    "Estimate",
    "Finding",
    "added_choices",
    "choices_in",
    "choices_of",
    "counted_twice",
    "declared",
    "distinct",
    "effect_of_reposts",
    "idle",
    "influence",
    "influences",
    "named",
    "results",
    "run",
    "run_all",
    "specifications",
    "summaries",
    "summary",
    "twins",
    "why_not",
]
