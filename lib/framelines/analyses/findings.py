"""Declared findings: what is estimated under which choices, what was expected, what came of it.

A finding is declared in notebooks/findings.yaml before it is computed. Its estimand is a function
of a case, registered by `estimand`. Specifications are chosen and not drawn: how many of them agree
is no probability (Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4:1208–1214).
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from itertools import product
from pathlib import Path
from pkgutil import iter_modules
from string import Formatter
from typing import Annotated, Any, Literal, TypeVar

import pandas as pd
import yaml
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from framelines import REPO
from framelines.analyses import words as say
from framelines.errors import DataError, Problem, Problems
from framelines.methods.estimate import LEVEL, Estimate, to_frame
from framelines.tables.case import Case, case_names
from framelines.tables.rows import documents, outlets_of, pair_of

FINDINGS = REPO / "notebooks" / "findings.yaml"
# Each outlet of a group that has more than one; numbers, of which any will do. All are strings.
EACH_OUTLET, NUMBER, WHOLE_DAYS = "each_outlet", "a number from 1 on", "an offset in whole days"
# The full product of the declared choices is run up to this many members.
MOST_MEMBERS = 64
# Results that are equal on paper must be equal here before they are counted as distinct.
DIGITS, LEAST_DISTINCT = 9, 3
RESULT = ["value", "low", "high", "p", "k_1", "n_1", "k_2", "n_2"]

HOLDS, FAILS, UNTESTED = "holds", "does not hold", "holds, untested"
EXPECTED, DESCRIBED = "as expected", "described"


@dataclass(frozen=True)
class Estimand:
    """A function that a finding may name, `f(case, **choices, **with_)`, and what may be chosen.

    `choices` has the values allowed; the first is the main one where a finding declares none,
    unless `main` names another. `evidence` makes the table shown with a finding, `figure` names
    the figure that draws it. `each` spells out values that stand for several, by the case.
    `hits_of_texts` makes the hits, a row a text, that the estimate is of, where it counts texts.
    """

    function: Callable[..., Any]
    choices: Mapping[str, tuple[str, ...]]
    evidence: Callable[..., Any] | None = None
    figure: str = ""
    main: Mapping[str, str] = field(default_factory=dict)
    each: Mapping[str, Callable[[Case], Sequence[str]]] = field(default_factory=dict)
    hits_of_texts: Callable[..., pd.DataFrame] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that a finding may fix by `with`, and their defaults."""
        known = signature(self.function).parameters.values()
        own = [p for p in known if p.kind is Parameter.KEYWORD_ONLY and p.name not in self.choices]
        return {p.name: p.default for p in own}


ESTIMANDS: dict[str, Estimand] = {}
F = TypeVar("F", bound=Callable[..., Any])


def estimand(name: str, **about: Any) -> Callable[[F], F]:
    """Register a function under the name that findings.yaml uses; `about` as in `Estimand`."""

    def register(function: F) -> F:
        ESTIMANDS[name] = Estimand(function, **about)
        return function

    return register


@cache
def estimands() -> dict[str, Estimand]:
    """Return all estimands by name; every module of this room is imported to register its own."""
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"framelines.analyses.{module.name}")
    return ESTIMANDS


Text = Annotated[str, Field(min_length=1)]
Several = BeforeValidator(lambda value: value if isinstance(value, list) else [value])


class Expect(BaseModel, extra="forbid", frozen=True):
    """What is expected of the estimate; see the head of findings.yaml."""

    above: float | None = None
    below: float | None = None
    equal: float | None = None
    more_with: tuple[Text, Text, Text] | None = None
    part: str = ""
    first: str = ""

    @model_validator(mode="after")
    def _one(self) -> "Expect":
        if sum(v is not None for v in (self.above, self.below, self.equal, self.more_with)) != 1:
            raise ValueError("an expectation is one of above, below, equal, more_with")
        return self

    def turned(self, case: Case) -> "Expect":
        """Return what is expected where the case sets its camps the other way round."""
        if not self.first or not case.compare or case.compare[0] == self.first:
            return self
        return self.model_copy(update={"above": self.below, "below": self.above})

    def holds(self, rows: pd.DataFrame) -> pd.Series:
        """Return which estimates are as expected, with interval and test if they have any."""
        than = next(v for v in (self.above, self.below, self.equal) if v is not None)
        away, low, high = ((rows[c] - than).round(DIGITS) for c in say.SINGLE)
        loose = low.isna() | high.isna()
        if self.equal is not None:
            return (away == 0) & (loose | ((low <= 0) & (high >= 0)))
        if self.below is not None:
            away, low = -away, -high
        return (away > 0) & (loose | (low > 0)) & ~(rows["p"] > LEVEL)


class Analysis(BaseModel, extra="forbid", frozen=True):
    """The notebook and the function of a finding."""

    notebook: Annotated[str, Field(pattern="^[0-9]{2}$")]
    function: Text


class Finding(BaseModel, extra="forbid", frozen=True):
    """One declared finding, as notebooks/findings.yaml has it."""

    id: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Text
    estimand: Text
    direction: Text
    analysis: Analysis
    choices: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]]
    known_before: Literal["yes", "partly", "no"]
    amended: tuple[dict[Literal["date", "reason"], Text], ...] = ()
    with_: dict[str, str | tuple[str, ...]] = Field(default={}, alias="with")
    expect: Annotated[tuple[Expect, ...], Several] = ()
    headline: Annotated[str, Field(pattern=r"^\S*(\s+\S+){0,9}$")] = ""
    headline_if: Expect | None = None
    says: str = "{measures}: {answer}."
    each: str = ""

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def about(self) -> Estimand:
        """The estimand that the finding names."""
        return estimands()[self.analysis.function]


def declared(case_name: str, notebook: str | None = None, file: Path = FINDINGS) -> list[Finding]:
    """Return the findings declared for a case, of one notebook (`03`) or of all; none is fine.

    Raises `DataError` with every problem of the whole file, but for cases that there are none of.
    """
    where, problems, found = f"notebooks/{file.name}", Problems(), list[Finding]()
    try:
        # YAML without its types: no answer is a truth value, and no month a sum, by accident.
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        by_case = yaml.load(text, Loader=yaml.BaseLoader) or {"declared": ""}
        entries = [(case, list(by_case.get(case) or [])) for case in case_names()]
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"no cases with lists of findings: {str(error).splitlines()[0]}"
        raise DataError([Problem(where, what, mark and mark.line + 1)]) from None
    if "declared" not in by_case:
        fix = "Say on which day the findings were declared, before they were computed"
        problems.add(where, "this field is missing", column="declared", fix=fix)
    for case, own in entries:
        taken = list[str]()
        for number, entry in enumerate(own, 1):
            row = f"{case}, {entry.get('id', number) if isinstance(entry, dict) else number}"
            try:
                finding = Finding.model_validate(entry)
            except ValidationError as error:
                for e in error.errors():
                    column, value = ".".join(map(str, e["loc"])), str(e["input"])[:60]
                    what = e["msg"].removeprefix("Value error, ")
                    problems.add(where, what, row=row, column=column or None, value=value)
                continue
            for column, what, values, allowed in _checks(finding, taken):
                of = ", ".join(sorted(allowed)) or "none"
                for value in sorted({*values} - {*allowed}):
                    problems.add(where, what, row=row, column=column, value=value, allowed=of)
            taken.append(finding.id)
            if case == case_name and notebook in (None, finding.analysis.notebook):
                found.append(finding)
    problems.raise_if_any()
    return found


def _checks(
    finding: Finding, taken: list[str]
) -> Iterator[tuple[str, str, Iterable[str], Iterable[str]]]:
    """Column, what is wrong with a value that is none of those allowed, values, those allowed."""
    name, about = finding.analysis.function, estimands().get(finding.analysis.function)
    yield "id", "this id is taken", [finding.id] * (finding.id in taken), []
    yield "analysis", "there is no such function", [name], estimands()
    if about is None:
        return
    needed = [n for n, default in about.given.items() if default is Parameter.empty]
    yield "choices", "the function has no such choice", finding.choices, about.choices
    yield "with", "the function takes no such argument", finding.with_, about.given
    yield "with", "the function needs this argument", needed, finding.with_
    for name, values in finding.choices.items():
        # Coders are those of a case.
        allowed = values if name == "coder" else about.choices.get(name, values)
        number = r"[1-9]\d*" if {NUMBER, WHOLE_DAYS} & {*allowed} else "none"
        wanted = [v for v in values if not re.fullmatch(number, v)]
        yield "choices", f"no such value of {name}", wanted, allowed
    for name, *wanted in [e.more_with for e in finding.expect if e.more_with]:
        yield "expect", f"no declared value of {name}", wanted, finding.choices.get(name, ())
    for column in ("says", "each"):
        used = [name for _, name, _, _ in Formatter().parse(getattr(finding, column)) if name]
        bare = [re.sub(r"_[2-9]$", "", name) for name in used]
        yield column, "a sentence has no such field", bare, say.FIELDS


def _outlets(case: Case, finding: Finding) -> list[str]:
    """The outlets whose loss leaves somebody to speak for each group, or for the case."""
    given = finding.about.given | finding.with_
    groups = {name: given[name] for name in ("by", *say.SIDES) if name in given}
    if groups or case.compare:
        return outlets_of(case, pair_of(case, **groups))
    outlets = sorted(set(documents(case)["source_id"]))
    return outlets if len(outlets) > 1 else []


def choices_of(case: Case, finding: Finding) -> dict[str, tuple[str, ...]]:
    """Return every choice with its values, the main one first: those declared, then all others.

    Coders are those of the case; values that stand for several are spelt out.
    """
    about, found = finding.about, {}
    added = {n: v for n, v in about.choices.items() if n not in finding.choices}
    if "coder" in added:
        added["coder"] = tuple(sorted(set(case["frame_codes"]["coder"])))
    each = {EACH_OUTLET: lambda case: _outlets(case, finding), **about.each}
    for name, values in (finding.choices | added).items():
        # The main coder is the first that the function names, whoever is declared.
        first = about.choices["coder"][0] if name == "coder" else about.main.get(name)
        spelt = [first] if first else []
        for value in values:
            spelt += each[value](case) if value in each else [value]
        found[name] = tuple(v for v in dict.fromkeys(spelt) if v not in (NUMBER, WHOLE_DAYS))
    return {n: v for n, v in found.items() if n in finding.choices or len(v) > 1}


@cache
def _made(case: Case, name: str, asked: tuple[tuple[str, Any], ...]) -> tuple[Estimate, ...]:
    made = estimands()[name].function(case, **dict(asked))
    found: list[Estimate] = []
    for one in [made] if isinstance(made, Estimate) else made:
        again = sum(re.sub(r" \(\d+\)$", "", f.part) == one.part for f in found)
        found.append(replace(one, part=f"{one.part} ({again + 1})".strip()) if again else one)
    return tuple(found)


def estimates(case: Case, finding: Finding, **chosen: str) -> list[Estimate]:
    """Return the estimates of a finding, one a part, with some main choices changed; cached."""
    truth: dict[Any, Any] = {"true": True, "false": False}
    given = {n: v if isinstance(v, tuple) else truth.get(v, v) for n, v in finding.with_.items()}
    asked = {n: v[0] for n, v in choices_of(case, finding).items()} | {**chosen, **given}
    return list(_made(case, finding.analysis.function, tuple(sorted(asked.items()))))


@cache
def specifications(case: Case, finding: Finding) -> pd.DataFrame:
    """Return a finding under its specifications: one row a specification and part.

    First the main one, then every declared and every added choice changed alone, then the product
    of those declared, up to `MOST_MEMBERS`. Columns: specification (a number), kind (main,
    declared, added, product), choice and setting (changed alone), label (both in words), chosen
    (all choices), result (a number, the same for the same results), and of `estimate.to_frame`.
    """
    values = choices_of(case, finding)
    first = {name: of[0] for name, of in values.items()}
    grid = [("main", "", "", first)]
    for name, of in values.items():
        kind = "declared" if name in finding.choices else "added"
        grid += [(kind, name, value, first | {name: value}) for value in of[1:]]
    own = [[(name, value) for value in values[name]] for name in finding.choices]
    if math.prod(map(len, own)) <= MOST_MEMBERS:
        several = [s for s in product(*own) if sum(first[n] != v for n, v in s) > 1]
        grid += [("product", "", "", first | dict(s)) for s in several]
    parts, seen = [], dict[Any, int]()
    for number, (kind, choice, setting, chosen) in enumerate(grid):
        table = to_frame(estimates(case, finding, **chosen))
        table["measures"] = [say.capital(say.named(case, text)) for text in table["measures"]]
        about = {"specification": number, "kind": kind, "choice": choice, "setting": setting}
        about["label"] = say.setting_text(case, choice, setting) if choice else kind
        about["chosen"] = tuple(chosen.items())
        about["result"] = seen.setdefault(_result(table), len(seen))
        parts.append(pd.DataFrame([about] * len(table), columns=list(about)).join(table))
    return pd.concat(parts, ignore_index=True)


def _result(table: pd.DataFrame) -> tuple[Any, ...]:
    columns = table.reindex(columns=RESULT).astype(float).round(DIGITS).fillna(math.inf)
    return (*table["part"], *columns.to_numpy().ravel())


def _one_event(table: pd.DataFrame) -> bool:
    """Whether the main specification rests on one event alone."""
    known = table[(table["kind"] == "main") & table["value"].notna()]
    return bool(known.filter(regex="^n_").sum(axis=1, min_count=1).max() <= 1)


def _judged(case: Case, finding: Finding, expected: Expect) -> pd.DataFrame:
    """The rows of `specifications` that an expectation is about; `holds` where it is met."""
    table = specifications(case, finding)
    parts = table["part"].str.replace("_", " ")
    own = table[parts.str.endswith(expected.part.replace("_", " "))]
    if not expected.more_with:
        return own.assign(holds=expected.turned(case).holds(own))
    name, more, less = expected.more_with

    def gain(row: pd.Series) -> float:
        other = estimates(case, finding, **dict(row["chosen"]) | {name: less})
        return next((row["value"] - e.value for e in other if e.part == row["part"]), math.nan)

    own = own[[(name, more) in chosen for chosen in own["chosen"]]]
    own = own.assign(value=own.apply(gain, axis=1))
    return own.assign(holds=own["value"] > 0)


@cache
def verdict(case: Case, finding: Finding) -> str:
    """Return what the specifications of a finding come to together: one verdict, everywhere.

    `described` where nothing was expected; `does not hold` where the main specification, or most of
    those that differ, do not bear out what was; `as expected` where too few differ, or it rests on
    one event, so that nothing is said of its robustness; `holds`; or `holds but for` the choices
    that speak against it; `untested` where the main one has neither a test nor a 95 % interval.
    """
    table = specifications(case, finding)
    if table.loc[table["kind"] == "main", "value"].isna().all():
        return say.NOWHERE
    if not finding.expect:
        return DESCRIBED
    judged = pd.concat([_judged(case, finding, expected) for expected in finding.expect])
    # What leaves one event of several says nothing.
    single = (judged["unit"] != "share") & (judged.filter(["n_1"]) <= 1).any(axis=1)
    judged = judged[judged["value"].notna() & (~single | _one_event(table))]
    first = judged[judged["kind"] == "main"]
    by = {_result(own): own["holds"].all() for _, own in judged.groupby("specification")}
    if first.empty:
        return say.NOWHERE
    if not first["holds"].all() or sum(by.values()) < len(by) / 2:
        return FAILS
    if len(by) < LEAST_DISTINCT or _one_event(table):
        return EXPECTED
    tested = first["p"].notna() | first["interval"].str.startswith("95 %")
    against = judged[~judged["holds"] & (judged["choice"] != "")]
    alone = say.listed(list(dict.fromkeys(against["label"]))) or "some choices taken together"
    came = HOLDS if all(by.values()) else f"{HOLDS} but for {alone}"
    return came if tested.any() else f"{came}, untested"


def robustness(case: Case, finding: Finding) -> tuple[pd.DataFrame, str]:
    """Return `specifications` of a finding, and in one sentence what they say."""
    table, came = specifications(case, finding), verdict(case, finding)
    if came == DESCRIBED:
        first = table[table["kind"] == "main"].set_index("part")["value"]
        alone = table[table["choice"] != ""]
        moved = (alone["value"] - alone["part"].map(first)).abs().round(DIGITS)
        moves = (moved > 0).any()
        most = f"What moves it most is “{alone.loc[moved.idxmax(), 'label']}”." if moves else ""
        return table, f"Nothing was expected of it. {most or 'No choice moves it.'}"
    if came == EXPECTED:
        few = "fewer than three specifications differ"
        came += f": {'it rests on one event' if _one_event(table) else few}"
    if came in (HOLDS, UNTESTED):
        came += f", under all {table['result'].nunique()} specifications that differ"
    return table, f"{say.capital(came)}."


def told(case: Case, finding: Finding) -> dict[str, Any]:
    """Return the words of a finding; nowhere else are they made.

    headline (the name where the verdict does not bear the headline out), sentence, verdict,
    expected (the headline that does not hold), caution (interval and test, or why there is none),
    and numbers: value and unit by names such as `calendar_offset_value`, `…_value_2` of a second.
    """
    made, came = estimates(case, finding), verdict(case, finding)
    single = _one_event(specifications(case, finding))
    with_it = say.caution(case, made, single, finding.known_before)
    parts, words = [say.said(case, one) for one in made], defaultdict[str, str](lambda: "–")
    numbers: dict[str, Any] = {"verdict": (came, ""), "caution": (with_it, "")}
    for i, (own, entered) in enumerate(parts):
        after = f"_{i + 1}" * (i > 0)
        words |= {name + after: text for name, text in own.items()}
        numbers |= {name + after: value for name, value in entered.items()}
    known = [own for own, _ in parts if own["answer"] != say.NOWHERE]
    words["each"] = " ".join(finding.each.format_map(own) for own in known)
    for name, _, less in [e.more_with for e in finding.expect if e.more_with]:
        words["against"] = say.answer_text(estimates(case, finding, **{name: less})[0])
    key = finding.id.replace("-", "_")
    return {
        "headline": finding.headline if _borne(case, finding, came) else finding.name,
        "sentence": say.capital(finding.says.format_map(words)) if known else "",
        "verdict": came,
        "expected": finding.headline if came == FAILS else "",
        "caution": with_it,
        "numbers": {f"{key}_{name}": value for name, value in numbers.items()},
    }


def _borne(case: Case, finding: Finding, came: str) -> bool:
    """Whether the headline, if there is one, is borne out."""
    if finding.headline_if is None:
        return bool(finding.headline) and (came == EXPECTED or came.startswith(HOLDS))
    rows = _judged(case, finding, finding.headline_if)
    rows = rows[(rows["kind"] == "main") & rows["value"].notna()]
    return len(rows) > 0 and rows["holds"].all() and came != FAILS


def overview(case: Case, findings: Iterable[Finding]) -> pd.DataFrame:
    """Return one row a finding: its estimate in words, how many specifications differ, verdict."""
    columns = ["finding", "expected", "known before", "estimate", "differ", "verdict"]
    rows = []
    for one in findings:
        parts = [(say.named(case, e.part), say.answer_text(e)) for e in estimates(case, one)]
        estimate = "; ".join(f"{part}: {text}" if part else text for part, text in parts)
        differ = specifications(case, one)["result"].nunique()
        about = one.name, one.direction, one.known_before, estimate
        rows.append((*about, differ, verdict(case, one)))
    return pd.DataFrame(rows, columns=columns)
