"""Findings as they were declared, read and checked: what is estimated, and what may be chosen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from framelines.case_files import case_names, read_case_file
from framelines.corpus import REPO
from framelines.findings.analyses import ANALYSES, FROM_CASE, GIVEN, Analysis, allows
from framelines.problems import DataError, Problem, Problems

FINDINGS = REPO / "notebooks" / "findings.yaml"
FIELDS = ("id", "name", "estimand", "direction", "analysis", "choices", "known_before")
OPTIONAL = ("with", "amended")
KNOWN = ("yes", "partly", "no")
AMENDMENT = ("date", "reason")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
# Columns of the results; no choice may bear such a name.
RESERVED = ("finding", "part", "measures", "unit", "effect", "low", "high", "p", "n", "k", "why")


@dataclass(frozen=True)
class Finding:
    """One declared finding. `choices` are the values of every choice in the order of the file.

    `given` are the arguments that the words of the estimand fix, `amended` its dated amendments.
    """

    case: str
    id: str
    name: str
    estimand: str
    direction: str
    notebook: str
    function: str
    choices: dict[str, tuple[Any, ...]]
    known_before: str
    given: dict[str, Any] = field(default_factory=dict)
    amended: tuple[str, ...] = ()

    @property
    def analysis(self) -> Analysis:
        """The estimand with what may be chosen."""
        return ANALYSES[self.function]


def declared(case_name: str, file: Path = FINDINGS) -> list[Finding]:
    """Return the findings that are declared for a case, in the order of the file; none is fine.

    The whole file is checked. Raises `DataError` with every problem: an unknown case, a field that
    is missing or unknown, an analysis, choice or value that there is none of.
    """
    where = f"notebooks/{file.name}"
    known = case_names()
    problems = Problems()
    if case_name not in known:
        problems.add(where, "there is no such case", value=case_name, allowed=", ".join(known))
    content = _content(file, where, problems)
    if "declared" not in content and not problems.found:
        fix = "Say on which day the findings were declared, before they were computed"
        problems.add(where, "this field is missing", column="declared", fix=fix)
    found: dict[str, list[Finding]] = {}
    for case, entries in content.items():
        if case == "declared":
            continue
        if case not in known:
            problems.add(where, "there is no such case", value=str(case), allowed=", ".join(known))
        elif not isinstance(entries, list):
            problems.add(where, "a case holds a list of findings", value=str(case))
        else:
            found[case] = _findings(str(case), entries, where, problems)
    problems.raise_if_any()
    return found.get(case_name, [])


def _content(file: Path, where: str, problems: Problems) -> dict[Any, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        problems.add(where, f"cannot be read: {str(error).splitlines()[0]}")
        return {}
    if not isinstance(content, dict):
        problems.add(where, "the file holds no cases with findings")
        return {}
    return content


def _findings(case: str, entries: list[Any], where: str, problems: Problems) -> list[Finding]:
    found, ids = [], set[str]()
    for number, entry in enumerate(entries, 1):
        row = f"{case}, finding {number}"
        if not isinstance(entry, dict):
            problems.add(where, "a finding is a list of fields", row=row, value=str(entry))
            continue
        row = f"{case}, {entry.get('id', f'finding {number}')}"
        before = len(problems.found)
        _check_fields(entry, row, where, problems)
        if entry.get("id") in ids:
            problems.add(where, "this id is taken", row=row, column="id", value=str(entry["id"]))
        ids.add(str(entry.get("id")))
        _check_analysis(case, entry, row, where, problems)
        if len(problems.found) == before:
            found.append(_finding(case, entry))
    return found


def _check_fields(entry: Mapping[str, Any], row: str, where: str, problems: Problems) -> None:
    for name in FIELDS:
        if entry.get(name) in (None, "", {}):
            problems.add(where, "this field is missing", row=row, column=name)
    for name in sorted(map(str, set(entry) - {*FIELDS, *OPTIONAL})):
        allowed = ", ".join((*FIELDS, *OPTIONAL))
        problems.add(where, "unknown field", row=row, column=name, allowed=allowed)
    if entry.get("id") and not SLUG.match(str(entry["id"])):
        value, allowed = str(entry["id"]), "a-z, 0-9 and hyphens"
        problems.add(where, "an id is a slug", row=row, column="id", value=value, allowed=allowed)
    known = _known(entry.get("known_before"))
    if entry.get("known_before") is not None and known not in KNOWN:
        problems.add(
            where,
            "no such value",
            row=row,
            column="known_before",
            value=str(entry["known_before"]),
            allowed=", ".join(KNOWN),
        )
    for amendment in entry.get("amended") or ():
        if not isinstance(amendment, dict) or not set(AMENDMENT) <= set(amendment):
            what = "an amendment has a date and a reason"
            problems.add(where, what, row=row, column="amended", value=str(amendment))


def _known(value: Any) -> str:
    """YAML reads yes and no as truth values."""
    return {True: "yes", False: "no"}.get(value, str(value))


def _check_analysis(
    case: str, entry: Mapping[str, Any], row: str, where: str, problems: Problems
) -> None:
    about = entry.get("analysis")
    if not isinstance(about, dict) or not {"notebook", "function"} <= set(about):
        if about:
            what = "an analysis names its notebook and its function"
            problems.add(where, what, row=row, column="analysis", value=str(about))
        return
    analysis = ANALYSES.get(str(about["function"]))
    if analysis is None:
        value, allowed = str(about["function"]), ", ".join(sorted(ANALYSES))
        what = "there is no such analysis"
        problems.add(where, what, row=row, column="analysis", value=value, allowed=allowed)
        return
    _check_choices(entry.get("choices"), analysis, row, where, problems)
    given = _given(case, entry)
    for name, value in given.items():
        kind = analysis.given.get(name)
        if kind is None or not isinstance(value, kind):
            allowed = ", ".join(f"{n}: {k.__name__}" for n, k in analysis.given.items()) or "none"
            what = "this analysis takes no such argument"
            problems.add(
                where, what, row=row, column="with", value=f"{name}: {value}", allowed=allowed
            )
    for name in analysis.needed:
        if name not in given:
            fix = f"Add `with: {{{name}: …}}`"
            problems.add(where, f"the analysis needs {name}", row=row, column="with", fix=fix)


def _check_choices(
    choices: Any, analysis: Analysis, row: str, where: str, problems: Problems
) -> None:
    if not isinstance(choices, dict):
        if choices:
            what = "choices are lists of values by name"
            problems.add(where, what, row=row, column="choices", value=str(choices))
        return
    for name, values in choices.items():
        allowed = analysis.choices.get(str(name))
        if allowed is None or name in RESERVED:
            problems.add(
                where,
                "this analysis has no such choice",
                row=row,
                column="choices",
                value=str(name),
                allowed=", ".join(analysis.choices),
            )
            continue
        listed = values if isinstance(values, list) else []
        if not listed or len({str(v) for v in listed}) < len(listed):
            what = f"{name} needs a list of different values"
            problems.add(where, what, row=row, column="choices", value=str(values))
        for value in listed:
            if not allows(allowed, value):
                problems.found.append(
                    Problem(
                        where,
                        f"no such value of {name}",
                        row,
                        "choices",
                        str(value),
                        ", ".join(allowed),
                    )
                )


def _given(case: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    key, own = (case, str(entry.get("id"))), entry.get("with")
    known = read_case_file(case)["parameters"]
    named = FROM_CASE.get(key, {}).items()
    from_case = {argument: known[p] for argument, p in named if p in known}
    return {**GIVEN.get(key, {}), **from_case, **(own if isinstance(own, dict) else {})}


def _finding(case: str, entry: Mapping[str, Any]) -> Finding:
    about = entry["analysis"]
    amended = tuple(f"{a['date']}: {a['reason']}".strip() for a in entry.get("amended") or ())
    return Finding(
        case=case,
        id=str(entry["id"]),
        name=str(entry["name"]).strip(),
        estimand=str(entry["estimand"]).strip(),
        direction=str(entry["direction"]).strip(),
        notebook=str(about["notebook"]).zfill(2),
        function=str(about["function"]),
        choices={str(name): tuple(values) for name, values in entry["choices"].items()},
        known_before=_known(entry["known_before"]),
        given=_given(case, entry),
        amended=amended,
    )


def named(findings: list[Finding], finding_id: str) -> Finding:
    """Return the finding of an id. Raises `DataError` with those that there are."""
    for finding in findings:
        if finding.id == finding_id:
            return finding
    allowed = ", ".join(f.id for f in findings) or "none"
    what = "there is no such finding"
    raise DataError([Problem("notebooks/findings.yaml", what, value=finding_id, allowed=allowed)])
