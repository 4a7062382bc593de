"""Findings as they were declared: told as findings if they were, and as prose if not."""

from typing import Any

from framelines.case import Case
from framelines.findings import declared
from framelines.outputs import Outputs

NOTEBOOK = "02"


def given(case: Case, function: str) -> dict[str, Any]:
    """Return what a declared finding of this notebook fixes, by its function; empty without one."""
    found = [f for f in declared(case.name) if (f.notebook, f.function) == (NOTEBOOK, function)]
    return dict(found[0].given) if found else {}


def tell(
    out: Outputs, case: Case, function: str, template: str, *, shows: str | None = None
) -> None:
    """Say a result; as a finding, under its declared name, if findings.yaml declares it.

    `function` is the analysis as declared, such as `timelines.lead`. A case that declares nothing
    has every result told as a finding.
    """
    known = declared(case.name)
    mine = [f for f in known if (f.notebook, f.function) == (NOTEBOOK, function)]
    if mine:
        key = f"finding_{mine[0].id.replace('-', '_')}"
        out.number(key, mine[0].name, source="findings.yaml")
        out.finding("**{" + key + "}.** " + template, shows=shows)
    elif known:
        out.say(template)
    else:
        out.finding(template, shows=shows)
