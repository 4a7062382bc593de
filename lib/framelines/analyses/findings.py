"""Declared findings: what is estimated under which choices, what was expected, what came of it.

A finding is declared in notebooks/findings.yaml before it is computed. Its estimand is a function
of a case, registered by `estimand`. Specifications are chosen and not drawn: how many of them agree
is no probability (Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4:1208–1214).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from itertools import chain, product
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from framelines import REPO, notebooks
from framelines.analyses.claims import capital, lookup, named
from framelines.errors import DataError, Problem, Problems
from framelines.methods.estimate import LEVEL, NOWHERE, Estimate, answer_text, number_text, to_frame
from framelines.tables.case import Case, Loader, case_names, read_case_file
from framelines.tables.rows import documents, outlets_of, pair_of

FINDINGS = REPO / "notebooks" / "findings.yaml"
# Values of choices that stand for others: `STANDS_FOR` has those of a case, of numbers any will do.
EACH_OUTLET, EACH_CODER = "each_outlet", "each_coder"
NUMBER, WHOLE_DAYS = "a number from 1 on", "an offset in whole days"
# The full product of the declared choices is run up to this many members.
MOST_MEMBERS = 64
# Results that are equal on paper must be equal here before they are counted as distinct.
DIGITS, LEAST_DISTINCT = 9, 3
RESULT = ["value", "low", "high", "p", "k_1", "n_1", "k_2", "n_2"]

Names = Sequence[str]
# A text that holds more of what is counted is named beside the share that it carries.
CARRIES = 1 / 3
SIDES, SINGLE = ["first", "second"], ["value", "low", "high"]
FIELDS = {*SIDES, *SINGLE, "p", "answer", "part", "measures", "detail", "each", "against"}
FIELDS |= {f"{name}_{side}" for name in ("k", "n", "units", "share") for side in SIDES}
CHOICES = {"matter": "counted twice", "across_documents": "taken twice in"}
VALUES = {"umm_al_qura": "Umm al-Qura", "first_all_sentences": "all sentences"}
VALUES |= {"out": "counted once", "in": "counted again", "day_only": "the day alone"}

# What must be said of an answer that was known before the finding was declared.
SEEN = {"yes": "known before", "partly": "known in part before"}

HOLDS, FAILS, UNTESTED = "holds", "does not hold", "holds, untested"
EXPECTED, DESCRIBED = "as expected", "described"


@dataclass(frozen=True)
class Estimand:
    """A function that a finding may name, `f(case, **choices, **with_)`, and what may be chosen.

    `choices` has the values allowed; the first is the main one where a finding declares none,
    unless `main` names another. `groups` are two groups of texts that a finding may name instead.
    `evidence` makes the table shown with a finding, `figure` has the name of the figure that draws
    it and what this shows, `hits` makes what is counted, where the estimate is of hits.
    """

    function: Callable[..., Any]
    choices: Mapping[str, tuple[str, ...]]
    main: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Any] = field(default_factory=dict)
    evidence: Callable[..., Any] | None = None
    figure: tuple[str, str] = ("", "")
    hits: Callable[..., pd.DataFrame] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that a finding may fix by `with`, and their defaults."""
        known = signature(self.hits or self.function).parameters.values()
        own = [p for p in known if p.kind is Parameter.KEYWORD_ONLY and p.name not in self.choices]
        return {p.name: p.default for p in own} | dict(self.groups)


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
    headline_if: Annotated[tuple[Expect, ...], Several] = ()
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
        by_case = yaml.load(text, Loader=Loader) or {"declared": ""}
        entries = [(case, by_case.get(case) or []) for case in case_names()]
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"no cases with lists of findings: {str(error).splitlines()[0]}"
        raise DataError([Problem(where, what, mark and mark.line + 1)]) from None
    if "declared" not in by_case:
        fix = "Say on which day the findings were declared, before they were computed"
        problems.add(where, "this field is missing", column="declared", fix=fix)
    for case, own in entries:
        taken = set[str]()
        for number, entry in enumerate(own if isinstance(own, list) else [own], 1):
            row = f"{case}, {entry.get('id', number) if isinstance(entry, dict) else number}"
            try:
                finding = Finding.model_validate(entry)
            except ValidationError as error:
                for e in error.errors():
                    column, value = ".".join(map(str, e["loc"])), str(e["input"])[:60]
                    what = e["msg"].removeprefix("Value error, ")
                    problems.add(where, what, row=row, column=column or None, value=value)
                continue
            for column, what, values, allowed in _checks(case, finding, taken):
                of = ", ".join(sorted(allowed)) or "none"
                for value in sorted({*values} - {*allowed}):
                    problems.add(where, what, row=row, column=column, value=value, allowed=of)
            taken.add(finding.id)
            if case == case_name and notebook in (None, finding.analysis.notebook):
                found.append(finding)
    problems.raise_if_any()
    return found


def _checks(
    case: str, finding: Finding, taken: set[str]
) -> Iterator[tuple[str, str, Iterable[str], Iterable[str]]]:
    """Column, what is wrong with a value that is none of those allowed, values, those allowed."""
    name, about = finding.analysis.function, estimands().get(finding.analysis.function)
    fields = re.findall(r"{([^{}]*?)(?:_[2-9])?}|[{}]", finding.says + finding.each)
    yield "id", "this id is taken", {finding.id} & taken, ()
    yield "says", "a sentence has no such field", fields, FIELDS
    yield "analysis", "there is no such function", [name], estimands()
    numbers = [own[:2] for own in notebooks()]
    yield "analysis", "there is no such notebook", [finding.analysis.notebook], numbers
    camps = {e.first for e in (*finding.expect, *finding.headline_if) if e.first}
    yield "expect", "no such camp", camps, (read_case_file(case).compare if camps else ()) or ()
    if about is None:
        return
    needed = [n for n, default in about.given.items() if default is Parameter.empty]
    yield "choices", "the function has no such choice", finding.choices, about.choices
    yield "with", "the function takes no such argument", finding.with_, about.given
    yield "with", "the function needs this argument", needed, finding.with_
    for name, values in finding.choices.items():
        allowed = set(about.choices.get(name, values))
        number = r"[1-9]\d*" if {NUMBER, WHOLE_DAYS} & allowed else "none"
        wanted = [v for v in values if not re.fullmatch(number, v) and EACH_CODER not in allowed]
        yield "choices", f"no such value of {name}", wanted, allowed
    for name, *wanted in [e.more_with for e in finding.expect if e.more_with]:
        yield "expect", f"no declared value of {name}", wanted, finding.choices.get(name, ())


def _outlets(case: Case, finding: Finding) -> list[str]:
    """The outlets whose loss leaves somebody to speak for each group, or for the case."""
    groups = {name: finding.with_.get(name, own) for name, own in finding.about.groups.items()}
    if groups or case.compare:
        return outlets_of(case, pair_of(case, **groups))
    outlets = sorted(set(documents(case)["source_id"]))
    return outlets if len(outlets) > 1 else []


# What values that stand for several stand for in a case; analyses add their own.
STANDS_FOR: dict[str, Callable[[Case, Finding], Sequence[str]]] = {
    EACH_OUTLET: _outlets,
    EACH_CODER: lambda case, _: sorted(set(case["frame_codes"]["coder"])),
    **dict.fromkeys([NUMBER, WHOLE_DAYS], lambda *_: []),
}


@cache
def choices_of(case: Case, finding: Finding) -> dict[str, tuple[str, ...]]:
    """Return every choice with its values, the main one first: those declared, then all others.

    Values that stand for several are spelt out.
    """
    about, found = finding.about, {}
    for name in dict.fromkeys([*finding.choices, *about.choices]):
        spelt = [about.main[name]] if name in about.main else []
        for value in finding.choices.get(name, about.choices[name]):
            spelt += STANDS_FOR[value](case, finding) if value in STANDS_FOR else [value]
        if name in finding.choices or len(set(spelt)) > 1:
            found[name] = tuple(dict.fromkeys(spelt))
    return found


def listed(names: Sequence[str]) -> str:
    """Return names as prose has them: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def setting_text(case: Case, choice: str, setting: str) -> str:
    """Return a choice with its setting in words: `scope: whole texts`, `leaving out Press TV`."""
    names = lookup(case, "events", "label") | lookup(case, "sources", "name")
    value = VALUES.get(setting) or names.get(setting) or setting.replace("_", " ")
    name = CHOICES.get(choice, choice.replace("_", " "))
    return f"leaving out {value}" if choice == "left_out" else f"{name}: {value}"


def said(case: Case, made: Estimate) -> dict[str, tuple[Any, str]]:
    """Return the `FIELDS` that an estimate has: a number with its unit, or a text without one."""
    fields = {name: (getattr(made, name), made.unit) for name in SINGLE} | {"p": (made.p, "p")}
    for name, of in (("k", made.k), ("n", made.n), ("units", made.units), ("share", made.values)):
        unit = name if name == "share" else ""
        fields |= {f"{name}_{s}": (float(v), unit) for s, v in zip(SIDES, of, strict=False)}
    fields = {name: (v, unit) for name, (v, unit) in fields.items() if not math.isnan(v)}
    texts = {"part": made.part, "measures": made.measures}
    texts |= dict(zip(SIDES, made.groups, strict=False))
    texts = {name: capital(named(case, text)) for name, text in texts.items()}
    texts |= {"detail": named(case, made.detail), "answer": answer_text(made)}
    return fields | {name: (text, "") for name, text in texts.items() if text}


def caution(case: Case, made: Sequence[Estimate], one_event: bool) -> str:
    """Return what must be known with a sentence: interval and test, or why there is none."""
    one, told = made[0], list[str]()
    if len(made) == 1 and one.interval and one.low <= one.high:
        ends = " to ".join(dict.fromkeys(number_text(v, one.unit) for v in (one.low, one.high)))
        told.append(f"{one.interval}: {ends}")
    over = one.test.partition(" anew")[2].partition(",")[0]
    if not math.isnan(one.p):
        told.append(f"a permutation test{over} gives p\u00a0=\u00a0{number_text(one.p, 'p')}")
    for group, n, sizes in zip(one.groups, one.n, one.sizes, strict=False):
        if len(sizes) > 2 and max(sizes) > CARRIES * n:
            kinds = re.findall(r"(outlet|event)s(?: alike)?$", one.measures) or ["text"]
            told.append(f"one {kinds[0]} alone gives {max(sizes):.0f} of the {n:.0f} ({group})")
    few = r"no test: (\d+ and \d+) documents.*"
    none = [re.sub(few, r"no test is made with \1 texts", r) for r in one.why]
    told += [reason for reason in none if "no test" in reason or "nor test" in reason]
    told += ["it rests on one event"] * one_event
    for part in [e for e in made if math.isnan(e.value)]:
        why = re.sub(rf"{NOWHERE}[^:]*: ", "", listed(part.why)) or "nothing to measure"
        told.append(f"{part.part or 'it'} has no estimate: {why}")
    return " ".join(f"{capital(named(case, sentence))}." for sentence in told)


@cache
def estimates(case: Case, finding: Finding, **changed: str) -> list[Estimate]:
    """Return the estimates of a finding, some main choices changed; one a part: `a`, `a (2)`."""
    given = {n: v == "true" if v in ("true", "false") else v for n, v in finding.with_.items()}
    main = {name: values[0] for name, values in choices_of(case, finding).items()}
    made = finding.about.function(case, **main | changed | given)
    made, before = [made] if isinstance(made, Estimate) else [*made], Counter[str]()
    for i, name in enumerate([one.part for one in made]):
        before[name] += 1
        made[i] = replace(made[i], part=(name + f" ({before[name]})" * (before[name] > 1)).strip())
    return made


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
    grid: list[tuple[Any, ...]] = [("main", "", "", "main", {})]
    for name, of in values.items():
        kind = "declared" if name in finding.choices else "added"
        grid += [(kind, name, v, setting_text(case, name, v), {name: v}) for v in of[1:]]
    own = [[(name, value) for value in values[name]] for name in finding.choices]
    if math.prod(map(len, own)) <= MOST_MEMBERS:
        several = [s for s in product(*own) if sum(first[n] != v for n, v in s) > 1]
        grid += [("product", "", "", "product", dict(s)) for s in several]
    made = [estimates(case, finding, **changed) for *_, changed in grid]
    about = [(n, *row) for n, row in enumerate(grid) for _ in made[n]]
    columns = ["specification", "kind", "choice", "setting", "label", "chosen"]
    table = pd.DataFrame(about, columns=columns).join(to_frame(chain.from_iterable(made)))
    table.insert(6, "result", _results(table))
    table["chosen"] = [tuple((first | changed).items()) for changed in table["chosen"]]
    about = table["part"] + np.where(table["part"] == "", "", ": ") + table["measures"]
    return table.assign(measures=[capital(named(case, measures)) for measures in about])


def _results(table: pd.DataFrame) -> list[int]:
    """The result of the specification of each row, a number, the same for the same results."""
    result = table.reindex(columns=["part", *RESULT]).round(DIGITS).fillna(math.inf)
    of = {n: (*own.to_numpy().ravel(),) for n, own in result.groupby(table["specification"])}
    return list(pd.factorize(table["specification"].map(of))[0])


def _one_event(table: pd.DataFrame) -> bool:
    """Whether the main specification rests on one event alone."""
    known = table[(table["kind"] == "main") & table["value"].notna()]
    return bool(known.filter(regex="^n_").sum(axis=1, min_count=1).max() <= 1)


def judged(case: Case, finding: Finding, asked: Sequence[Expect]) -> pd.DataFrame:
    """Return the rows of `specifications` that each `asked`, by number, is about; `holds` if met.

    An interval and a test must agree, where there are any; of a gain there is none.
    """
    table, found = specifications(case, finding), []
    # A choice that leaves one event of several says nothing.
    single = (table["unit"] != "share") & (table.filter(["n_1"]) <= 1).any(axis=1)
    counts = ~single | (table["kind"] == "main") | _one_event(table)
    table = table[table["value"].notna() & counts]
    parts = table["part"].str.replace("_", " ").str.replace(r" ?\(\d+\)$", "", regex=True)
    for number, one in enumerate(asked):
        own = table[parts.str.endswith(one.part.replace("_", " "))]
        than = next((v for v in (one.above, one.below, one.equal) if v is not None), 0.0)
        if one.more_with:
            name, more, less = one.more_with
            own = own.loc[[(name, more) in chosen for chosen in own["chosen"]]]
            others = (estimates(case, finding, **dict(c) | {name: less}) for c in own["chosen"])
            known = ({e.part: e.value for e in other} for other in others)
            less_of = [of.get(p, math.nan) for of, p in zip(known, own["part"], strict=True)]
            own = own.assign(value=own["value"] - less_of, interval="", unit="")
            own[["low", "high", "p"]] = math.nan
        # An expectation is of a camp that may be the second one of the case.
        swapped = bool(one.first and case.compare and case.compare[1] == one.first)
        # Of a ratio the other side of the bound is its inverse, of a difference its opposite.
        inverse = 1 / than if than else math.inf
        bound = np.where(own["unit"] == "times", inverse, -than) if swapped else than
        away = own[SINGLE].sub(bound, axis="index").round(DIGITS)
        above = (one.below is None) != swapped
        beyond = away.min(axis=1) > 0 if above else away.max(axis=1) < 0
        met = away["value"].eq(0) & ~(away["low"].gt(0) | away["high"].lt(0))
        holds = met if one.equal is not None else beyond & ~(own["p"] > LEVEL)
        found.append(own.assign(asked=number, holds=holds)[away["value"].notna()])
    return pd.concat(found or [table.assign(asked=0, holds=False).iloc[:0]])


@cache
def verdict(case: Case, finding: Finding) -> str:
    """Return what the specifications of a finding come to together: one verdict, everywhere.

    `described` where nothing was expected; `does not hold` where the main specification, or most of
    those that differ, do not bear out what was; `as expected` where too few differ, or it rests on
    one event, so that nothing is said of its robustness; `holds`; or `holds but for` the choices
    that speak against it; `untested` where the main one has neither a test nor a 95 % interval.
    """
    table, rows = specifications(case, finding), judged(case, finding, finding.expect)
    if not finding.expect:
        known = table.loc[table["kind"] == "main", "value"].notna().any()
        return DESCRIBED if known else NOWHERE
    first = rows[rows["kind"] == "main"]
    if first["asked"].nunique() < len(finding.expect):
        return NOWHERE
    by = rows.groupby(_results(rows))["holds"].all()
    if not first["holds"].all() or by.mean() < 0.5:
        return FAILS
    if len(by) < LEAST_DISTINCT or _one_event(rows):
        return EXPECTED
    tested = first["p"].notna() | first["interval"].str.startswith("95 %")
    against = rows.loc[~rows["holds"] & (rows["choice"] != ""), "label"].unique()
    alone = listed(list(against)) or "some choices taken together"
    came = HOLDS if by.all() else f"{HOLDS} but for {alone}"
    return came if tested.any() else f"{came}, untested"


def robustness(case: Case, finding: Finding) -> tuple[pd.DataFrame, str]:
    """Return `specifications` of a finding, and in one sentence what they say."""
    table, came = specifications(case, finding), verdict(case, finding)
    if came == DESCRIBED:
        first = table[table["kind"] == "main"].groupby("part")["value"].first()
        alone = table[table["choice"] != ""]
        moved = (alone["value"] - alone["part"].map(first)).abs().round(DIGITS)
        if not (moved > 0).any():
            return table, "Nothing was expected of it. No choice moves it."
        most = alone.loc[moved.idxmax(), "label"]
        return table, f"Nothing was expected of it. What moves it most is “{most}”."
    rows = judged(case, finding, finding.expect)
    if came == EXPECTED:
        few = "fewer than three specifications differ"
        came += f": {'it rests on one event' if _one_event(rows) else few}"
    if came in (HOLDS, UNTESTED):
        came += f", under all {len({*_results(rows)})} specifications that differ"
    return table, f"{capital(came)}."


def told(case: Case, finding: Finding) -> dict[str, Any]:
    """Return the words of a finding; nowhere else are they made.

    headline (the name where the verdict does not bear the headline out), sentence, verdict,
    expected (the headline that does not hold), seen (whether the answer was known before), caution
    (interval and test, or why there is none), and numbers: value and unit by names (`a_value_2`).
    """
    made, came = estimates(case, finding), verdict(case, finding)
    with_it = caution(case, made, _one_event(specifications(case, finding)))
    words, parts = defaultdict[str, str](lambda: "–"), list[str]()
    numbers: dict[str, Any] = {"verdict": (came, ""), "caution": (with_it, "")}
    for i, one in enumerate(made):
        after, fields = f"_{i + 1}" * (i > 0), said(case, one)
        own = {n: v if isinstance(v, str) else number_text(v, u) for n, (v, u) in fields.items()}
        own |= {name: "none" for name in ("k_first", "k_second") if own.get(name) == "0"}
        words |= {name + after: text for name, text in own.items()}
        numbers |= {n + after: field for n, field in fields.items() if n != "measures"}
        if not math.isnan(one.value):
            parts.append(finding.each.format_map(defaultdict(lambda: "–", own)))
    words["each"] = " ".join(parts)
    for name, _, less in [e.more_with for e in finding.expect if e.more_with]:
        words["against"] = answer_text(estimates(case, finding, **{name: less})[0])
    first = judged(case, finding, finding.headline_if or finding.expect).query("kind == 'main'")
    borne = finding.headline and len(first) and first["holds"].all() and came != FAILS
    key = finding.id.replace("-", "_")
    return {
        "headline": finding.headline if borne else finding.name,
        "sentence": capital(finding.says.format_map(words)) if parts else "",
        "verdict": came,
        "expected": finding.headline if came == FAILS else "",
        "seen": SEEN.get(finding.known_before, ""),
        "caution": with_it,
        "numbers": {f"{key}_{name}": value for name, value in numbers.items()},
    }


def overview(case: Case, findings: Iterable[Finding]) -> pd.DataFrame:
    """Return one row a finding: its estimate in words, how many specifications differ, verdict."""
    columns = ["finding", "expected", "known before", "estimate", "differ", "verdict"]
    rows = []
    for one in findings:
        parts = [(named(case, e.part), answer_text(e)) for e in estimates(case, one)]
        estimate = "; ".join(f"{part}: {text}" if part else text for part, text in parts)
        about = one.name, one.direction, one.known_before, estimate
        known = specifications(case, one).dropna(subset="value")
        rows.append((*about, known["result"].nunique(), verdict(case, one)))
    return pd.DataFrame(rows, columns=columns)
