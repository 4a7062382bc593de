"""Findings: the declarations, the specifications, and that a verdict is no sign of the result."""

import hashlib
import json
from dataclasses import replace
from functools import cache, partial
from itertools import count, product
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
import yaml

from framelines import REPO
from framelines.analyses import findings as f
from framelines.errors import DataError
from framelines.methods.estimate import POINTS, Estimate, number_text
from framelines.tables.case import Case, case_names, load_case

NUMBERS = count()
# Of what was declared on 2026-11-21; amendments are added, and change none of it.
DECLARED = "a8d7fc8fff2bce7c"
FIRST = {"palmyra": 10, "idlib": 9, "example": 4}
# Declared later, after their answers were seen; their amendments say so.
EXPLORATORY = {"summed-losses", "naming-by-kind"}
NAMING = {"notebook": "03", "function": "framing.naming_contrast"}
KNOWN = {"id": "known", "name": "A", "estimand": "a", "direction": "unknown", "known_before": "no"}
KNOWN |= {"analysis": NAMING, "choices": {"scope": ["whole_texts"]}}
BAD = {"id": "Bad Id", "analysis": NAMING | {"notebook": "3"}}
BAD |= {"known_before": "may be", "moon": "1"}
GONE = {"id": "unknown", "analysis": {"notebook": "05", "function": "framing.no_such_function"}}
GONE |= {"expect": {"above": 0, "first": "nroth"}}
BOTH = {"id": "both", "expect": {"above": 0, "below": 1}}
FOURTH = {"id": "fourth", "choices": {"scope": ["everywhere"], "moon": ["full"]}}
FOURTH |= {"says": "{k-first} {", "with": {"tide": "high"}}
FOURTH |= {"expect": {"more_with": ["scope", "whole_texts", "everywhere"]}}
TOLD = {("Bad Id", "id", "Bad Id"), ("Bad Id", "analysis.notebook", "3"), ("known", "id", "known")}
TOLD |= {("Bad Id", "known_before", "may be"), ("Bad Id", "moon", "1"), ("fourth", "with", "tide")}
TOLD |= {("unknown", "analysis", "framing.no_such_function"), ("fourth", "choices", "everywhere")}
TOLD |= {("fourth", "choices", "moon"), ("fourth", "expect", "whole_texts")}
TOLD |= {("fourth", "says", "k-first"), ("fourth", "says", ""), ("unknown", "analysis", "05")}
TOLD |= {("unknown", "expect", "nroth")}
FIVE = {"a": ["1", "2", "3", "4", "5"]}
case_of = cache(partial(load_case, draws=200, permutations=199))
ABOVE, LOST = {"above": 0}, {"equal": 0, "part": "lost"}


def finding(values: Any, choices: dict[str, list[str]], **more: Any) -> f.Finding:
    """A finding whose estimand is a toy: `values` gives the estimates of its choices."""
    name = f"toy.number_{next(NUMBERS)}"

    def toy(case: Case, **chosen: str) -> Any:
        made = values(**chosen)
        return made if isinstance(made, list | Estimate) else Estimate(made, POINTS)

    allowed = {n: tuple(v) for n, v in choices.items()}
    f.estimand(name, choices=allowed)(toy)
    words = {"id": "a-toy", "name": "A toy", "estimand": "a number", "direction": "unknown"}
    about = {"analysis": {"notebook": "03", "function": name}, "known_before": "no"}
    return f.Finding.model_validate({**words, **about, "choices": choices, **more})


def test_what_was_declared_stands_as_it_was_declared() -> None:
    fields = {"id", "name", "estimand", "direction", "analysis", "choices", "known_before"}
    first = {case: f.declared(case)[:number] for case, number in FIRST.items()}
    every = {case: [one.model_dump(include=fields) for one in own] for case, own in first.items()}
    text = json.dumps(every, sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == DECLARED
    later = [o for c in ("palmyra", "idlib") for o in f.declared(c) if o.id in EXPLORATORY]
    assert len(later) == 2 and all(o.known_before == "yes" and not o.expect for o in later)


def test_all_problems_of_the_file_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "findings.yaml"
    assert f.declared("example", file=file) == []
    for text in ("- a list", "example: {no: list}: 3", "example: 3", "example: text", "a: 1\na: 2"):
        file.write_text(text)
        with pytest.raises(DataError):
            f.declared("example", file=file)
    every = [KNOWN, *(KNOWN | wrong for wrong in (BAD, GONE, BOTH, KNOWN, FOURTH))]
    file.write_text(yaml.dump({"example": every, "gone-case": [{"id": "left-alone"}]}))
    with pytest.raises(DataError) as caught:
        f.declared("palmyra", file=file)
    problems = caught.value.problems
    assert {(None, "declared", None)} < {(p.row, p.column, p.value) for p in problems}
    told = {(str(p.row).removeprefix("example, "), p.column, p.value) for p in problems}
    assert told >= TOLD, TOLD - told
    assert "an expectation is one of" in str(caught.value) and "gone-case" not in str(caught.value)


def test_choices_alone_and_together_and_values_that_stand_for_several() -> None:
    choices = {"a": ["1", "2", "3"], "b": ["x", "y"]}
    toy = finding(lambda a, b: float(a) + 10 * (b == "y"), choices)
    table = f.specifications(case_of("example"), toy)
    assert list(table["kind"]) == ["main", *["declared"] * 3, *["product"] * 2]
    assert list(table["value"]) == [1, 2, 3, 11, 12, 13]
    wide = {name: [str(i) for i in range(9)] for name in ("a", "b")}
    large = f.specifications(case_of("example"), finding(lambda a, b: 1.0, wide))
    assert "product" not in set(large["kind"]) and len(large) == 17
    toy = finding(lambda a: 1 + {"1": 0, "2": 1e-12, "3": 1e-3}[a], {"a": ["1", "2", "3"]})
    assert list(f.specifications(case_of("example"), toy)["result"]) == [0, 0, 1]

    def spelt(case: str, finding: str) -> dict[str, tuple[str, ...]]:
        (one,) = [one for one in f.declared(case) if one.id == finding]
        return f.choices_of(case_of(case), one)

    naming, frames = (spelt("palmyra", one) for one in ("derogatory-naming", "divine-sanction"))
    assert len(naming["left_out"]) == 3 and naming["left_out"][0] == "none"
    assert naming["coder"] == ("first_all_sentences", "adjudicated", "first", "second")
    assert frames["coder"] == ("first_all_sentences", "first", "second", "adjudicated")
    assert spelt("example", "derogatory-naming")["left_out"] == ("none",)


def times(**more: Any) -> Any:
    return lambda a: Estimate(4 + float(a), "times", **more)


def parts(a: str) -> list[Estimate]:
    own, lost = Estimate(float(a), part="x: taken", n=(5,)), Estimate(0.0, part="x: lost")
    few = Estimate(float(a), part="y: kept_it", n=(1 + (a == "5"),))
    return [own, lost, Estimate(nan, part="y: taken"), few, replace(few, value=9.0)]


@pytest.mark.parametrize(
    ("values", "expect", "came"),
    [
        (lambda a: 47 + float(a), ABOVE, "holds, untested"),
        (lambda a: 47 + float(a), {"below": 0}, "does not hold"),
        (lambda a: 47 + float(a), [], "described"),
        # One choice that speaks against it is named; most of them, or the main one, defeat it.
        (lambda a: float(a) - (a == "4") * 5, ABOVE, "holds but for a: 4, untested"),
        (lambda a: 2.5 - float(a), ABOVE, "does not hold"),
        (lambda a: float(a) - 1, ABOVE, "does not hold"),
        # Nothing that varies, and one event, are not said to hold.
        (lambda a: 3.0, ABOVE, "as expected"),
        (times(n=(1,)), ABOVE, "as expected"),
        (lambda a: nan, ABOVE, "not estimable"),
        # An interval and a test must agree.
        (times(low=1.0, high=9.0), ABOVE, "holds, untested"),
        (times(low=-1.0, high=9.0), ABOVE, "does not hold"),
        (times(low=1.0, high=inf), ABOVE, "holds, untested"),
        (times(p=0.04), ABOVE, "holds"),
        (times(p=0.06), ABOVE, "does not hold"),
        (parts, [ABOVE | {"part": "taken"}, LOST], "holds, untested"),
        (parts, [ABOVE | {"part": "taken"}, ABOVE | {"part": "lost"}], "does not hold"),
        (parts, ABOVE | {"part": "y: taken"}, "not estimable"),
        (parts, [ABOVE | {"part": "kept_it"}, ABOVE | {"part": "y: taken"}], "not estimable"),
        (parts, {"more_with": ["a", "1", "2"], "part": "nowhere"}, "not estimable"),
        (times(low=6.0, high=9.5), {"equal": 5}, "does not hold"),
        # What varies, or rests on many events, beside what was expected, says nothing of it.
        (parts, LOST, "as expected"),
        (parts, ABOVE | {"part": "kept_it"}, "as expected"),
    ],
)
def test_a_verdict_is_of_what_was_expected(values: Any, expect: Any, came: str) -> None:
    toy = finding(lambda a: values(a), FIVE, expect=expect)
    assert f.verdict(case_of("example"), toy) == came


def test_more_with_one_value_than_with_another_and_sides_swapped() -> None:
    case, choices = case_of("example"), {"calendar": ["own", "other"], "b": ["1", "2", "3"]}
    more = {"more_with": ["calendar", "own", "other"]}
    for sign, came in ((1, "holds, untested"), (-1, "does not hold")):
        factor = {"own": 2 * sign, "other": sign}
        toy = finding(lambda calendar, b, of=factor: float(b) * of[calendar], choices, expect=more)
        assert f.verdict(case, toy) == came
    # An expectation is of the camp that it names, on whichever side a case has it.
    toy = finding(lambda a: float(a) - 9, FIVE, expect={"below": 0, "first": "north"})
    assert f.verdict(case, toy) == "holds, untested"
    swapped = replace(case, compare=("south", "north"))
    assert f.verdict(swapped, toy) == "does not hold"
    # So is its bound: of a difference the opposite, of a ratio the inverse.
    for value, unit in ((-6, POINTS), (1 / 6, "times"), (-3, POINTS), (1 / 3, "times")):
        made = partial(lambda a, v, u: Estimate(v * (1 + int(a) / 99), u), v=value, u=unit)
        toy = finding(made, FIVE, expect={"above": 5, "first": "north"})
        assert f.verdict(swapped, toy).startswith("holds") == (value in (-6, 1 / 6))


def test_headlines_that_are_borne_out_and_sentences_filled_as_prose_has_them() -> None:
    for where, value in product(("expect", "headline_if"), (1, -9)):
        more: dict[str, Any] = {where: {"above": 0}, "headline": "It is more"}
        toy = finding(lambda a, of=value: of + float(a), FIVE, **more)
        printed = "It is more" if value > 0 else "A toy"
        assert f.told(case_of("example"), toy)["headline"] == printed

    toy = finding(lambda a: float(a), FIVE, **more | {"expect": ABOVE, "headline_if": {"below": 0}})
    assert f.told(case_of("example"), toy)["headline"] == "A toy"
    again = [Estimate(2.0, part="a"), Estimate(3.0, part="a")]
    said = f.robustness(case_of("example"), finding(lambda a: again, FIVE))[1]
    assert said == "Nothing was expected of it. No choice moves it."
    few = finding(lambda a: nan if a in "34" else 4 + float(a), FIVE, expect=ABOVE)
    assert f.robustness(case_of("example"), few)[1].endswith("all 3 specifications that differ.")

    def values(a: str) -> list[Estimate]:
        north = Estimate(1.5, "times", part="north_side", n=(4,))
        south = Estimate(nan, "times", part="south", why=("not estimable: nothing is told",))
        return [north, south]

    toy = finding(values, {"a": ["1"]}, says="{each}", each="{part}: {value} times.")
    told = f.told(case_of("example"), toy)
    assert told["sentence"] == "North side: 1.50 times."
    assert told["caution"] == "South has no estimate: nothing is told."
    numbers = {"a_toy_value": (1.5, "times"), "a_toy_verdict": ("described", "")}
    assert told["numbers"].items() >= numbers.items() and "a_toy_value_2" not in told["numbers"]
    told = {(6830.0, ""): "6,830", (inf, ""): "∞", (nan, ""): "–", (0.035, "share"): "3.5 %"}
    told |= {(-12.345, POINTS): "−12.3", (-0.001, POINTS): "0.0", (1.4706, "times"): "1.47"}
    told |= {(0.93, "p"): "0.93", (0.00001, "p"): "below 0.0001"}
    assert {key: number_text(*key) for key in told} == told
    assert [f.answer_text(Estimate(days, "days")) for days in (1.0, 3.0)] == ["1 day", "3 days"]
    assert f.answer_text(Estimate(0.5, "share", k=(2,), n=(4,))) == "2 of 4"


def test_every_finding_of_every_case_has_words() -> None:
    for name in case_names():
        records = sorted((REPO / "reports" / name / "numbers").glob("*.json"))
        made = [one for file in records for one in json.loads(file.read_bytes())["findings"]]
        assert {one["id"] for one in made} == {one.id for one in f.declared(name)}, name
        for one in made:
            assert one["headline"] and one["verdict"] and not {*"–{"} & {*one["sentence"]}, one
