"""Declared findings: what is estimated under which choices, what was expected, what came of it.

A finding is declared in notebooks/findings.yaml before it is computed. Its estimand is a function
of a case, registered by `estimand`. A specification is one way to choose; specifications are
chosen and not drawn, so that the share of them that agree is no probability (Simonsohn, Simmons &
Nelson 2020, Nature Human Behaviour 4:1208–1214).
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from framelines import REPO
from framelines.errors import Problem, Problems
from framelines.methods.estimate import LEVEL, POINTS, Estimate, to_frame
from framelines.tables.case import Case, case_names
from framelines.tables.rows import documents, outlets_of, pair_of

FINDINGS = REPO / "notebooks" / "findings.yaml"
# A value that stands for several: each outlet of a group that has more than one; and values that
# are numbers, of which any will do. All values are strings, in findings.yaml and in functions.
EACH_OUTLET = "each_outlet"
NUMBER = "a number from 1 on"
WHOLE_DAYS = "an offset in whole days"
# The full product of the declared choices is run up to this many members.
MOST_MEMBERS = 64
# Effects that are equal on paper must be equal here before they are counted as distinct.
DIGITS = 9
LEAST_DISTINCT = 3

HOLDS, BUT, FAILS = "holds", "holds but for", "does not hold"
UNTRIED, DESCRIBED, NOWHERE = "as expected, untried", "described", "not estimable"


@dataclass(frozen=True)
class Estimand:
    """A function that a finding may name, `f(case, **choices, **with_)`, and what may be chosen.

    `choices` has the values allowed, by choice; the first is the one of the main specification
    where a finding declares none, unless `main` names another. `evidence` makes the table that is
    shown with a finding, `figure` names the function of a figures module that draws it. `each`
    spells out values that stand for several, such as each_anchor: a function of the case.
    """

    name: str
    function: Callable[..., Any]
    choices: Mapping[str, tuple[str, ...]]
    evidence: Callable[..., Any] | None = None
    figure: str = ""
    main: Mapping[str, str] = field(default_factory=dict)
    each: Mapping[str, Callable[[Any], Sequence[str]]] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, bool]:
        """The arguments that a finding may fix by `with`, and whether it must."""
        known = signature(self.function).parameters.values()
        own = [p for p in known if p.kind is Parameter.KEYWORD_ONLY and p.name not in self.choices]
        return {p.name: p.default is Parameter.empty for p in own}


ESTIMANDS: dict[str, Estimand] = {}
F = TypeVar("F", bound=Callable[..., Any])


def estimand(
    name: str,
    *,
    choices: Mapping[str, tuple[str, ...]],
    evidence: Callable[..., Any] | None = None,
    figure: str = "",
    main: Mapping[str, str] | None = None,
    each: Mapping[str, Callable[[Any], Sequence[str]]] | None = None,
) -> Callable[[F], F]:
    """Return a decorator that registers a function under the name that findings.yaml uses."""

    def register(function: F) -> F:
        about = (dict(choices), evidence, figure, dict(main or {}), dict(each or {}))
        ESTIMANDS[name] = Estimand(name, function, *about)
        return function

    return register


@cache
def estimands() -> dict[str, Estimand]:
    """Return all estimands by name; every module of this room is imported to register its own."""
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"framelines.analyses.{module.name}")
    return ESTIMANDS


# --- declarations ----------------------------------------------------------------------------

Text = Annotated[str, Field(min_length=1)]
Several = BeforeValidator(lambda value: value if isinstance(value, list) else [value])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expect(_Strict):
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
        """Return what is expected where the case sets the camps against each other in its order."""
        if not self.first or not case.compare or case.compare[0] == self.first:
            return self
        if self.above and self.above > 0:
            return self.model_copy(update={"above": None, "below": 1 / self.above})
        return self.model_copy(update={"above": self.below, "below": self.above})


class Analysis(_Strict):
    """The notebook and the function of a finding."""

    notebook: Annotated[str, Field(pattern="^[0-9]{2}$")]
    function: Text


class Amendment(_Strict):
    """A dated amendment of a declaration."""

    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    reason: Text


class Finding(_Strict):
    """One declared finding, as notebooks/findings.yaml has it."""

    id: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Text
    estimand: Text
    direction: Text
    analysis: Analysis
    choices: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]]
    known_before: Literal["yes", "partly", "no"]
    amended: tuple[Amendment, ...] = ()
    with_: dict[str, str | tuple[str, ...]] = Field(default={}, alias="with")
    expect: Annotated[tuple[Expect, ...], Several] = ()
    headline: str = ""
    headline_if: Expect | None = None
    says: str = ""
    each: str = ""

    @model_validator(mode="after")
    def _of_use(self) -> "Finding":
        if len(self.headline.split()) > 10:
            raise ValueError("a headline has at most ten words")
        if self.headline and not (self.expect or self.headline_if):
            raise ValueError("a headline needs expect or headline_if: nothing else can bear it out")
        return self

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def about(self) -> Estimand:
        """The estimand that the finding names."""
        return estimands()[self.analysis.function]

    @property
    def key(self) -> str:
        """The name of the finding among the numbers."""
        return self.id.replace("-", "_")


def declared(case_name: str, notebook: str | None = None, file: Path = FINDINGS) -> list[Finding]:
    """Return the findings declared for a case, of one notebook (`03`) or of all; none is fine.

    Raises `DataError` with every problem of the whole file. Findings of a case that there is none
    of are left aside; `make check` names them.
    """
    found, problems, _ = _read(file)
    problems.raise_if_any()
    own = found.get(case_name, [])
    return [f for f in own if notebook in (None, f.analysis.notebook)]


def unused(file: Path = FINDINGS) -> list[Problem]:
    """Return a warning for every case in the file that there is no case of."""
    return _read(file)[2]


def _read(file: Path) -> tuple[dict[str, list[Finding]], Problems, list[Problem]]:
    where, problems, warnings = f"notebooks/{file.name}", Problems(), []
    try:
        # YAML without its types: no answer is a truth value, and no month a sum, by accident.
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}
        by_case = {case: list(own or []) for case, own in content.items() if case != "declared"}
    except FileNotFoundError:
        return {}, problems, []
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
        problems.add(where, f"no cases with lists of findings: {str(error).splitlines()[0]}")
        return {}, problems, []
    if by_case and "declared" not in content:
        fix = "Say on which day the findings were declared, before they were computed"
        problems.add(where, "this field is missing", column="declared", fix=fix)
    found: dict[str, list[Finding]] = {}
    for case, entries in by_case.items():
        if case not in case_names():
            known = ", ".join(case_names())
            warnings.append(Problem(where, "there is no such case", value=case, allowed=known))
            continue
        for number, entry in enumerate(entries, 1):
            own = found.setdefault(case, [])
            own += _finding(case, number, entry, {f.id for f in own}, where, problems)
    return found, problems, warnings


def _finding(
    case: str, number: int, entry: Any, taken: set[str], where: str, problems: Problems
) -> list[Finding]:
    name = entry.get("id", number) if isinstance(entry, dict) else number
    row = f"{case}, {name}"
    try:
        finding = Finding.model_validate(entry)
    except ValidationError as error:
        for one in error.errors():
            column = ".".join(str(at) for at in one["loc"])
            what = one["msg"].removeprefix("Value error, ")
            value = str(one["input"])[:60] if one["type"] != "missing" else None
            problems.add(where, what[:1].lower() + what[1:], row=row, column=column, value=value)
        return []
    before = len(problems.found)
    if finding.id in taken:
        problems.add(where, "this id is taken", row=row, column="id", value=finding.id)
    about = estimands().get(finding.analysis.function)
    if about is None:
        allowed, value = ", ".join(sorted(estimands())), finding.analysis.function
        what = "there is no such function"
        problems.add(where, what, row=row, column="analysis", value=value, allowed=allowed)
        return []
    for column, what, value, allowed in _faults(finding, about):
        problems.add(where, what, row=row, column=column, value=value, allowed=allowed)
    return [finding] if len(problems.found) == before else []


def _faults(finding: Finding, about: Estimand) -> Iterable[tuple[str, str, str, str]]:
    """Column, what is wrong, the value met and those allowed: what only the function can tell."""
    for name, values in finding.choices.items():
        if name not in about.choices:
            yield "choices", "the function has no such choice", name, ", ".join(about.choices)
            continue
        for value in values:
            if not _allows(name, about.choices[name], value):
                yield "choices", f"no such value of {name}", value, ", ".join(about.choices[name])
    for name in finding.with_:
        if name not in about.given:
            yield "with", "the function takes no such argument", name, ", ".join(about.given)
    for name, needed in about.given.items():
        if needed and name not in finding.with_:
            yield "with", f"the function needs {name}", "nothing", f"with: {{{name}: …}}"
    for expected in finding.expect:
        if expected.more_with:
            name, *values = expected.more_with
            known = finding.choices.get(name, ())
            for value in values:
                if value not in known:
                    yield "expect", f"no declared value of {name}", value, ", ".join(known)
    for column in ("says", "each"):
        used = {name for _, name, _, _ in Formatter().parse(getattr(finding, column)) if name}
        for name in used - {*FIELDS, *(f"{f}_{i}" for f in FIELDS for i in range(2, 10)), *ALSO}:
            yield column, "a sentence has no such field", name, ", ".join([*FIELDS, *ALSO])


def _allows(name: str, allowed: tuple[str, ...], value: str) -> bool:
    number = re.fullmatch(r"[+-]?\d+(\.\d+)?", value)
    if number and (NUMBER in allowed or WHOLE_DAYS in allowed):
        return WHOLE_DAYS in allowed or float(value) >= 1
    # Coders are the case's own; an unknown one has nothing to measure.
    return name == "coder" or value in allowed


# --- specifications --------------------------------------------------------------------------


def _outlets(case: Case, finding: Finding) -> list[str]:
    """The outlets whose loss leaves somebody to speak for each group, or for the case."""
    given = signature(finding.about.function).parameters
    if {"first", "second", "by"} <= set(given):
        groups = {n: finding.with_.get(n, given[n].default) for n in ("by", "first", "second")}
        return outlets_of(case, pair_of(case, **groups))
    if case.compare:
        return outlets_of(case, pair_of(case))
    outlets = sorted(set(documents(case)["source_id"]))
    return outlets if len(outlets) > 1 else []


def _enters(case: Case, name: str) -> bool:
    """Whether a choice can change anything in a case."""
    if name == "calendar":
        columns = [c for c in case["claims"] if str(c).endswith("_calendar")]
        return bool(case["claims"][columns].eq("hijri").any(axis=None))
    if name == "reposts":
        return bool(case["documents"][["contained_in", "duplicate_of"]].ne("").any(axis=None))
    return name != "coder" or case["frame_codes"]["coder"].nunique() > 1


def choices_of(case: Case, finding: Finding) -> dict[str, tuple[str, ...]]:
    """Return every choice with its values, the main one first: those declared, then those added.

    Added are the choices of the function that the finding does not name and that can change
    anything in this case. Values that stand for several are spelt out.
    """
    about, found = finding.about, {}
    added = {n: v for n, v in about.choices.items() if n not in finding.choices}
    for name, listed in [*finding.choices.items(), *added.items()]:
        values = [about.main[name]] if name in about.main else []
        if name == "coder" and name in added:
            listed = tuple(sorted(set(case["frame_codes"]["coder"])))
        for value in listed:
            if value == EACH_OUTLET:
                values += _outlets(case, finding)
            elif value in about.each:
                values += about.each[value](case)
            elif value not in (NUMBER, WHOLE_DAYS):
                values.append(value)
        if name not in added or _enters(case, name):
            found[name] = tuple(dict.fromkeys(values))
    return {n: v for n, v in found.items() if n in finding.choices or len(v) > 1}


@cache
def _made(case: Case, name: str, asked: tuple[tuple[str, Any], ...]) -> tuple[Estimate, ...]:
    made = estimands()[name].function(case, **dict(asked))
    found: list[Estimate] = []
    for one in [made] if isinstance(made, Estimate) else made:
        again = sum(re.sub(r" \(\d+\)$", "", f.part) == one.part for f in found)
        found.append(replace(one, part=f"{one.part} ({again + 1})".strip()) if again else one)
    return tuple(found)


def estimates(case: Case, finding: Finding, chosen: Mapping[str, str]) -> list[Estimate]:
    """Return the estimates of a finding under one specification, one a part; cached by case."""
    truth: dict[Any, Any] = {"true": True, "false": False}
    given = {n: v if isinstance(v, tuple) else truth.get(v, v) for n, v in finding.with_.items()}
    return list(_made(case, finding.analysis.function, tuple(sorted({**chosen, **given}.items()))))


def main(case: Case, finding: Finding) -> list[Estimate]:
    """Return the estimates of a finding at its main specification, one a part."""
    return estimates(case, finding, {n: v[0] for n, v in choices_of(case, finding).items()})


@cache
def specifications(case: Case, finding: Finding) -> pd.DataFrame:
    """Return a finding under its specifications: one row a specification and part.

    The main one stands first, then every declared and every added choice changed alone, then the
    full product of the declared ones where it has no more than `MOST_MEMBERS`. Columns:
    specification (a number, 0 for the main one), kind (main, declared, added, product), choice and
    setting (of the choice changed alone), chosen (all choices), and those of `estimate.to_frame`.
    """
    values = choices_of(case, finding)
    first = {name: of[0] for name, of in values.items()}
    grid = [("main", "", "", first)]
    for name, of in values.items():
        kind = "declared" if name in finding.choices else "added"
        grid += [(kind, name, value, first | {name: value}) for value in of[1:]]
    own = {name: values[name] for name in finding.choices}
    if math.prod(map(len, own.values())) <= MOST_MEMBERS:
        spelt = [dict(zip(own, chosen, strict=True)) for chosen in product(*own.values())]
        several = [s for s in spelt if sum(s[n] != first[n] for n in own) > 1]
        grid += [("product", "", "", first | s) for s in several]
    parts = []
    for number, (kind, choice, setting, chosen) in enumerate(grid):
        table = to_frame(estimates(case, finding, chosen))
        about = {"specification": number, "kind": kind, "choice": choice, "setting": setting}
        about["chosen"] = tuple(sorted(chosen.items()))
        head = pd.DataFrame([about] * len(table), columns=list(about))
        parts.append(pd.concat([head, table], axis=1))
    return pd.concat(parts, ignore_index=True)


def distinct(table: pd.DataFrame) -> pd.Series:
    """Return a number for every row of `specifications`, the same where the results are the same.

    Results are those of all parts together, to nine digits; a choice that changes nothing
    multiplies nothing.
    """
    columns = table.reindex(columns=RESULT).astype(float).round(DIGITS).fillna(math.inf)
    rows = pd.Series(list(columns.itertuples(index=False, name=None)), index=table.index)
    pairs = pd.Series(list(zip(table["part"], rows, strict=True)), index=table.index)
    whole = pairs.groupby(table["specification"]).agg(lambda of: tuple(of.sort_index()))
    numbers = pd.Series(pd.factorize(whole)[0], index=whole.index)
    return table["specification"].map(numbers)


# --- verdicts --------------------------------------------------------------------------------


def bears_out(expected: Expect, row: Mapping[Any, Any], *, value_only: bool = False) -> bool:
    """Return whether an estimate is what is expected, and its interval and its test agree."""
    than, value, low, high = _than(expected), row["value"], row["low"], row["high"]
    away, bounded = round(value - than, DIGITS), not (math.isnan(low) or math.isnan(high))
    if expected.equal is not None:
        return away == 0 and (value_only or not bounded or low <= than <= high)
    holds, clear = (away > 0, low > than) if expected.above is not None else (away < 0, high < than)
    passed = math.isnan(row["p"]) or row["p"] <= LEVEL
    return bool(holds and (value_only or ((clear or not bounded) and passed)))


def _than(expected: Expect) -> float:
    given = (expected.above, expected.below, expected.equal)
    return next(v for v in given if v is not None)


def _judged(case: Case, finding: Finding) -> pd.DataFrame:
    """What every specification makes of what is expected: a row each that has an estimate."""
    table = specifications(case, finding)
    table = table.assign(result=distinct(table))
    found = []
    for expected in finding.expect:
        turned = expected.turned(case)
        for row in table[table["part"].str.endswith(expected.part)].to_dict("records"):
            holds: bool | None
            if expected.more_with:
                holds = _more(case, finding, expected.more_with, row)
            else:
                holds = None if math.isnan(row["value"]) else bears_out(turned, row)
            if holds is not None:
                found.append(row | {"holds": holds})
    return pd.DataFrame(found, columns=[*table.columns, "holds"])


def _more(
    case: Case, finding: Finding, named: tuple[str, str, str], row: Mapping[Any, Any]
) -> bool | None:
    """Whether the first value of a choice gives more than the second, all else alike."""
    (name, more, less), chosen = named, dict(row["chosen"])
    if chosen[name] != more:
        return None
    other = {e.part: e.value for e in estimates(case, finding, chosen | {name: less})}
    gain = row["value"] - other.get(row["part"], math.nan)
    return None if math.isnan(gain) else gain > 0


def _one_event(made: Sequence[Estimate]) -> bool:
    known = [sum(e.n) for e in made if e.n and not math.isnan(e.value)]
    return bool(known) and max(known) <= 1


def verdict(case: Case, finding: Finding) -> str:
    """Return what the specifications of a finding come to together: one verdict, everywhere.

    `described` where nothing was expected; `does not hold` where the main specification, or most of
    those that differ, do not bear out what was; `as expected, untried` where fewer than three
    specifications differ, or it rests on one event; `holds`; or `holds but for` and the choices
    that speak against it. A specification bears it out if its estimate does, and its interval and
    its test do where it has them.
    """
    made = main(case, finding)
    if all(math.isnan(e.value) for e in made):
        return NOWHERE
    if not finding.expect:
        return DESCRIBED
    judged = _judged(case, finding)
    first = judged[judged["kind"] == "main"]
    if first.empty:
        return NOWHERE
    results = judged.groupby("result")["holds"].all()
    if not first["holds"].all() or (~results).sum() > results.sum():
        return FAILS
    if len(results) < LEAST_DISTINCT or _one_event(made):
        return UNTRIED
    against = judged[~judged["holds"].astype(bool)]
    if against.empty:
        return HOLDS
    alone = against[against["choice"] != ""]
    names = [setting_text(case, *s) for s in alone[["choice", "setting"]].itertuples(index=False)]
    return f"{BUT} {listed(list(dict.fromkeys(names))) or 'some choices taken together'}"


def tested(case: Case, finding: Finding) -> bool:
    """Return whether the main specification of a finding has a test."""
    return any(not math.isnan(e.p) for e in main(case, finding))


def robustness(case: Case, finding: Finding) -> tuple[pd.DataFrame, str]:
    """Return the rows of `specifications` with a label each, and one sentence of what they say."""
    table, came = specifications(case, finding), verdict(case, finding)
    settings = table[["choice", "setting"]].itertuples(index=False)
    labels = [setting_text(case, *s) if s[0] else "" for s in settings]
    names = {"main": "main specification", "product": "declared choices together"}
    kinds = table["kind"].map(names)
    table = table.assign(label=kinds.where(kinds.notna(), pd.Series(labels, index=table.index)))
    different = distinct(table).nunique()
    if came.startswith(BUT) or came == FAILS:
        return table, f"{came.capitalize()}."
    if came == HOLDS:
        return table, f"Holds under all {different} specifications that differ."
    if came == UNTRIED:
        why = "it rests on one event" if _one_event(main(case, finding)) else ""
        why = why or "fewer than three specifications differ"
        return table, f"As expected, but {why}."
    if came == NOWHERE:
        return table, "Not estimable."
    return table, f"Nothing was expected. {_moves(case, table, different)}"


def _moves(case: Case, table: pd.DataFrame, different: int) -> str:
    """What moves an estimate of which nothing was expected."""
    if different == 1:
        return "The estimate is the same under all choices."
    first = table[table["kind"] == "main"].set_index("part")["value"]
    alone = table[table["choice"] != ""]
    moved = (alone["value"] - alone["part"].map(first)).abs().round(DIGITS)
    names = [choice_text(n) for n in dict.fromkeys(alone.loc[moved > 0, "choice"])]
    if not names:
        return "No choice alone moves the estimate."
    most = alone.loc[moved.idxmax()]
    said = f"The estimate moves with {listed(names)}."
    return f"{said} It moves most with {setting_text(case, most['choice'], most['setting'])}."


# --- words -----------------------------------------------------------------------------------

RESULT = ["value", "low", "high", "p", "k_1", "n_1", "k_2", "n_2"]
FIELDS = (
    *("value", "low", "high", "p", "unit", "answer", "part", "measures", "detail", "why"),
    *(f"{name}_{side}" for name in ("k", "n", "share", "units") for side in ("first", "second")),
    *("first", "second"),
)
ALSO = ("each", "against")
CHOICES = {
    "left_out": "without",
    "coder": "coder",
    "unit": "unit",
    "error_prior": "prior of the error rate",
    "part_of_day": "hour of the reference",
    "reading": "reading of figures",
    "origin": "origin of the reference",
    "hedged": "hedged claims",
    "matter": "counted twice",
    "across_documents": "taken twice in",
}
VALUES = {
    "umm_al_qura": "Umm al-Qura",
    "non_belligerent": "no belligerent",
    "any": "any origin",
    "first_all_sentences": "all sentences",
    "out": "counted once",
    "in": "counted again",
    "day_only": "the day alone",
}
DECIMALS = {POINTS: 1, "times": 2, "%": 1}


def listed(names: Sequence[str]) -> str:
    """Return names as prose has them: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def choice_text(name: str) -> str:
    """Return a choice in words."""
    return CHOICES.get(name, name.replace("_", " "))


def setting_text(case: Case, choice: str, setting: str) -> str:
    """Return a choice with its setting in words: `scope: whole texts`, `without South Front`."""
    names: dict[str, str] = {}
    for table, key, name in (("events", "event_id", "label"), ("sources", "source_id", "name")):
        names |= dict(zip(case[table][key], case[table][name], strict=True))
    value = VALUES.get(setting) or names.get(setting) or setting.replace("_", " ")
    return f"{choice_text(choice)}{'' if choice == 'left_out' else ':'} {value}"


def group_text(case: Case, text: str) -> str:
    """Return a text with camps, sides and other ids by their printed names, a capital first."""
    actors = dict(zip(case["actors"]["actor_id"], case["actors"]["name"], strict=True))

    def name(found: re.Match[str]) -> str:
        return str(actors.get(found[0].replace("_", "-"), found[0].replace("_", " ")))

    text = re.sub(r"[a-z]+(?:_[a-z]+)+", name, text).replace(" + ", " and ")
    return text[:1].upper() + text[1:]


def number_text(value: float, unit: str = "") -> str:
    """Return a number as prose has it: 6,830, −12.3, ∞; the unit says how many decimals."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if unit == "share":
        return f"{100 * value:.1f} %"
    whole = unit not in DECIMALS and float(value).is_integer()
    text = f"{value:,.0f}" if whole else f"{value:,.{DECIMALS.get(unit, 2)}f}"
    return (text if text.strip("-0.,") else text.lstrip("-")).replace("-", "−")


def p_text(p: float) -> str:
    """Return a p-value with two significant digits, never below what 10,000 draws can tell."""
    return "–" if math.isnan(p) else f"{p:.2g}" if p >= 0.0001 else "below 0.0001"


def answer_text(made: Estimate) -> str:
    """Return an estimate with its unit: `74 of 102`, `47.0 percentage points`, `1 day later`."""
    if math.isnan(made.value):
        return NOWHERE
    if made.unit == "share":
        return f"{made.k[0]:,.0f} of {made.n[0]:,.0f}"
    text, unit = number_text(made.value, made.unit), made.unit.replace("in number", "")
    head, _, rest = unit.partition(" ")
    unit = f"{head.removesuffix('s')} {rest}" if text in ("1", "−1") else unit
    return f"{text} {unit}".strip()


def _fields(case: Case, made: Estimate) -> dict[str, str]:
    """Every field of a sentence, in words."""
    found = {n: number_text(getattr(made, n), made.unit) for n in ("value", "low", "high")}
    found |= {"p": p_text(made.p), "unit": made.unit, "answer": answer_text(made)}
    found |= {n: getattr(made, n) for n in ("measures", "detail")}
    found |= {"part": group_text(case, made.part), "why": "; ".join(made.why)}
    for i, side in enumerate(("first", "second")):
        found[side] = group_text(case, made.groups[i]) if i < len(made.groups) else "–"
        for name, of in (
            ("k", made.k),
            ("n", made.n),
            ("share", made.values),
            ("units", made.units),
        ):
            unit = "share" if name == "share" else ""
            found[f"{name}_{side}"] = number_text(of[i], unit) if i < len(of) else "–"
    return found


def told(case: Case, finding: Finding) -> dict[str, Any]:
    """Return the words of a finding; nowhere else are they made.

    headline (the name where the verdict does not bear the headline out), sentence, verdict, caution
    (what an interval or a test says, or why there is none), numbers: for each name such as
    `calendar_offset_value`, or `…_value_2` of the second part, its value and its unit.
    """
    made, came = main(case, finding), verdict(case, finding)
    words = {
        name + (f"_{i}" if i > 1 else ""): text
        for i, one in enumerate(made, 1)
        for name, text in _fields(case, one).items()
    }
    known = [e for e in made if not math.isnan(e.value)]
    words["each"] = " ".join(finding.each.format_map(_fields(case, e)) for e in known)
    for expected in finding.expect:
        if expected.more_with:
            name, _, less = expected.more_with
            chosen = {n: v[0] for n, v in choices_of(case, finding).items()} | {name: less}
            words["against"] = answer_text(estimates(case, finding, chosen)[0])
    missing = dict.fromkeys({*FIELDS, *ALSO}, "–")
    said = [r for e in made for r in e.why if r.startswith(NOWHERE)]
    sentence = f"There is no estimate: {listed(said).replace(NOWHERE + ': ', '')}."
    if known:
        sentence = finding.says or "{measures}: {answer}."
        sentence = sentence.format_map({**missing, **words}).strip()
    return {
        "headline": _headline(case, finding, came),
        "sentence": sentence[:1].upper() + sentence[1:],
        "verdict": came,
        "caution": _caution(case, finding, made),
        "numbers": _numbers(case, finding, made, came),
    }


def _headline(case: Case, finding: Finding, came: str) -> str:
    borne = came in (HOLDS, UNTRIED) or came.startswith(BUT)
    if finding.headline_if:
        turned = finding.headline_if.turned(case)
        rows = to_frame(main(case, finding)).to_dict("records")
        parts = [r for r in rows if r["part"].replace("_", " ").endswith(turned.part)]
        known = [bears_out(turned, r, value_only=True) for r in parts if r["value"] == r["value"]]
        borne = bool(known) and all(known) and came != FAILS
    return finding.headline if borne and finding.headline else finding.name


def _caution(case: Case, finding: Finding, made: list[Estimate]) -> str:
    """What must be known with the sentence: interval and test, or why there is none."""
    one, said = made[0], []
    ends = [number_text(v, one.unit) for v in (one.low, one.high)]
    if len(made) == 1 and one.interval and "–" not in ends:
        said.append(f"{one.interval[:1].upper()}{one.interval[1:]}: {ends[0]} to {ends[1]}.")
    if not math.isnan(one.p):
        said.append(f"The test gives p = {p_text(one.p)}.")
    elif any(reason.startswith("no test") for reason in one.why):
        few = [f"{units:,.0f}" for units in one.units]
        texts = f"{few[0]} texts a side" if len(set(few)) == 1 else f"{listed(few)} texts"
        said.append(f"{texts}: no test is possible.")
    if _one_event(made):
        said.append("It rests on one event.")
    for part in [e for e in made if math.isnan(e.value) and len(made) > 1]:
        why = listed(part.why).replace(f"{NOWHERE}: ", "") or "nothing to measure"
        said.append(f"{group_text(case, part.part)} has no estimate: {why}.")
    if finding.known_before == "yes":
        said.append("Whoever coded the texts knew the answer.")
    return " ".join(said)


def _numbers(
    case: Case, finding: Finding, made: list[Estimate], came: str
) -> dict[str, tuple[float | str, str]]:
    """The numbers of a finding for an article: value and unit by name."""
    found: dict[str, tuple[float | str, str]] = {f"{finding.key}_verdict": (came, "")}
    for i, one in enumerate(made, 1):
        after, words = f"_{i}" if i > 1 else "", _fields(case, one)
        for name in ("value", "low", "high", "p"):
            if not math.isnan(getattr(one, name)):
                unit = "" if name == "p" else one.unit
                found[f"{finding.key}_{name}{after}"] = (getattr(one, name), unit)
        for place, side in enumerate(("first", "second")):
            for name, of in (("k", one.k), ("n", one.n), ("units", one.units)):
                if place < len(of):
                    found[f"{finding.key}_{name}_{side}{after}"] = (of[place], "")
        for name in ("answer", "first", "second", "part", "detail"):
            if words[name] not in ("", "–"):
                found[f"{finding.key}_{name}{after}"] = (words[name], "")
    return found


def overview(case: Case, findings: Iterable[Finding]) -> pd.DataFrame:
    """Return one row a finding: name, direction, known before, answer, distinct, verdict, tested."""
    rows = []
    for one in findings:
        made = main(case, one)
        parts = [f"{group_text(case, e.part)}: ".removeprefix(": ") + answer_text(e) for e in made]
        different = distinct(specifications(case, one)).nunique()
        rows.append(
            {
                "finding": one.name,
                "expected": one.direction,
                "known before": one.known_before,
                "estimate": "; ".join(parts),
                "specifications that differ": different,
                "verdict": verdict(case, one),
                "tested": "yes" if tested(case, one) else "no",
            }
        )
    columns = ["finding", "expected", "known before", "estimate", "specifications that differ"]
    return pd.DataFrame(rows, columns=[*columns, "verdict", "tested"])
