"""Findings under every specification: the product, the decisive choice, the mirror, the truth."""

import inspect
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from framelines import findings as r
from framelines import framing
from framelines.case import Case
from framelines.case_files import case_names, read_case_file
from framelines.corpus import REPO
from framelines.findings import verdicts
from framelines.findings.analyses import ANALYSES, FROM_CASE, GIVEN
from framelines.findings.declared import FINDINGS
from framelines.findings.figures_told import own_losses
from framelines.findings.samples import double_coded, without_outlet
from framelines.findings.summaries import HOLDS, NOTHING, ONE, TURNS
from framelines.findings.words import estimate_text, shift_text, value_name
from framelines.problems import DataError
from tests.synthetic import figure, reference, shuffled, toy
from tests.test_naming import case_of, mirrored

TRUTH = yaml.safe_load((REPO / "data" / "example" / "truth.yaml").read_text(encoding="utf-8"))
DRAWS = 200


@cache
def bench(name: str) -> r.Bench:
    """A case, and what its findings share, once for all tests."""
    return r.Bench(case_of(name), DRAWS, 1438)


@cache
def ran(name: str, finding: str) -> pd.DataFrame:
    return r.run(bench(name), r.named(r.declared(name), finding))


def finding_of(function: str, choices: dict[str, tuple[Any, ...]], **given: Any) -> r.Finding:
    words = {"name": "A finding", "estimand": "a number", "direction": "unknown"}
    return r.Finding(
        case="toy",
        id="toy",
        **words,
        notebook="02",
        function=function,
        choices=choices,
        known_before="no",
        given=given,
    )


# --- the product ------------------------------------------------------------------------------

SIZES = {
    # Three priors, hours read or not, nothing or one of eleven anchors left out.
    ("palmyra", "calendar-offset"): 3 * 2 * 12,
    # The magazine stands alone on its side; the other side has two outlets, either left out.
    ("palmyra", "date-agreement"): 3 * 2 * 3,
    # Two calendars and what is left out were added.
    ("palmyra", "enemy-losses"): 3 * 2 * 2 * 2 * 3,
    # Added: four codings, two units of resampling, two least counts.
    ("palmyra", "derogatory-naming"): 2 * 3 * 2 * 4 * 2 * 2,
    # The first coder twice: all sentences, and those that three coders share.
    ("palmyra", "divine-sanction"): 2 * 4 * 3 * 2 * 2,
    ("palmyra", "capture-verbs"): 2 * 3 * 4,
    # Nine outlets write reports, opinion or interviews.
    ("idlib", "naming-by-genre"): 2 * 10 * 2 * 4 * 2 * 2,
    ("idlib", "effect-of-reposts"): 3,
    ("example", "calendar-offset"): 3,
    # One coder, and one outlet a side: neither can vary.
    ("example", "derogatory-naming"): 2 * 2 * 2,
}


@pytest.mark.parametrize(("case", "finding"), SIZES)
def test_the_product_is_as_large_as_counted_by_hand(case: str, finding: str) -> None:
    found = r.specifications(bench(case), r.named(r.declared(case), finding))
    assert len(found) == SIZES[case, finding]
    assert len({tuple(map(str, s.values())) for s in found}) == len(found)


def test_the_main_specification_comes_first_and_takes_the_first_values() -> None:
    for case in case_names():
        for finding in r.declared(case):
            main = r.specifications(bench(case), finding)[0]
            first = {name: values[0] for name, values in finding.choices.items()}
            added = r.added_choices(bench(case), finding)
            assert not set(added) & set(finding.choices)
            first |= {name: values[0] for name, values in added.items()}
            if finding.id == "effect-of-reposts":
                first["matter"] = "both"
            if main.get("coder") == "first_all_sentences":
                first["coder"] = "first_all_sentences"
            assert main == first


@pytest.mark.parametrize("case", ["palmyra", "idlib", "example"])
def test_an_added_choice_leaves_the_main_specification_as_it_was(case: str) -> None:
    """Its first value is what the estimand takes where nobody chooses."""
    for finding in r.declared(case):
        analysis = finding.analysis
        defaults = {
            name: parameter.default
            for name, parameter in inspect.signature(analysis.estimand).parameters.items()
        }
        for name, values in r.added_choices(bench(case), finding).items():
            if name == "left_out" and analysis.narrowed:
                assert values[0] == "none"
            else:
                assert values[0] == defaults[name], (finding.id, name)


def test_a_choice_that_cannot_enter_says_why() -> None:
    def why(case: str, finding: str, choice: str) -> str:
        return r.why_not(bench(case), r.named(r.declared(case), finding), choice)

    assert why("idlib", "own-losses-idlib", "calendar") == "no date here is Hijri"
    assert why("palmyra", "own-losses", "reposts") == "no article here stands twice"
    assert why("example", "derogatory-naming", "coder") == "one coder alone read these texts"
    assert why("example", "derogatory-naming", "left_out") == "no group has two outlets"
    for choice in ("calendar", "left_out"):
        assert why("palmyra", "own-losses", choice) == ""


def test_what_is_left_out_is_gone_with_all_that_stood_in_it() -> None:
    case = bench("idlib").case
    without = without_outlet(case, "syria-times")
    owner = case["documents"].set_index("doc_id")["source_id"]
    gone = set(owner.index) - set(without["documents"]["doc_id"])
    assert gone == set(owner.index[owner == "syria-times"])
    for name, table in without.tables.items():
        assert "doc_id" not in table or not set(table["doc_id"]) & gone, name
    # A host that is left out hosts nothing any more; what stood inside it stays.
    alone = without_outlet(case, "syrian-perspective")["documents"]
    assert set(alone["contained_in"]) - {""} <= set(alone["doc_id"])
    inner = case["documents"].query("contained_in == 'sp-liberated'")["doc_id"]
    assert len(inner) and set(inner) <= set(alone["doc_id"])


def test_every_part_has_a_row_for_every_specification() -> None:
    table = ran("palmyra", "capture-verbs")
    assert (table.groupby("part").size() == 24).all()
    absent = table[table["effect"].isna()]
    assert len(absent) and absent["why"].str.startswith("not estimable").all()
    assert table.groupby("part")["main"].sum().eq(1).all()


def test_coders_are_compared_in_the_sentences_that_all_coded() -> None:
    codes = double_coded(bench("palmyra").case)["frame_codes"]
    sentences = codes.groupby("coder")[["doc_id", "start"]].apply(
        lambda g: set(map(tuple, g.values))
    )
    assert sentences["first"] == sentences["second"] == sentences["adjudicated"]
    assert len(sentences["first"]) == 71
    table = ran("palmyra", "divine-sanction")
    table = table[table["resampling"] == "texts"]
    whole = table[table["coder"] == "first_all_sentences"]["n"].min()
    assert (table.loc[table["coder"] != "first_all_sentences", "n"] < whole).all()


# --- what is declared --------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["palmyra", "idlib", "example"])
def test_every_declared_finding_is_computed(case: str) -> None:
    declared = r.declared(case)
    assert declared and {f.function for f in declared} <= set(ANALYSES)
    for finding in declared:
        table = ran(case, finding.id)
        assert len(table), finding.id
        assert table["measures"].ne("").all()
        # What is not estimable says why, and so does what has no interval.
        assert table.loc[table["effect"].isna(), "why"].str.startswith("not estimable").all()
        assert set(table["specification"]) == set(range(len(table) // table["part"].nunique()))


def test_yes_and_no_are_read_as_words() -> None:
    known = {f.id: f.known_before for f in r.declared("palmyra")}
    assert known["garrison-ratio"] == "yes" and known["date-agreement"] == "no"
    assert known["taken-twice"] == "partly"


def test_amendments_carry_their_date() -> None:
    amended = r.named(r.declared("palmyra"), "parts-and-totals").amended
    assert len(amended) == 2 and all(a.startswith("2026-11-22: ") for a in amended)


def test_what_the_words_name_is_in_the_tables() -> None:
    for case, _ in {*GIVEN, *FROM_CASE}:
        events = set(bench(case).case["events"]["event_id"])
        for finding in r.declared(case):
            assert finding.given.get("event_id", next(iter(events))) in events
    for (case, _), arguments in FROM_CASE.items():
        assert set(arguments.values()) <= set(read_case_file(case)["parameters"])


def test_an_unknown_case_is_an_error_with_those_that_there_are() -> None:
    with pytest.raises(DataError, match="no such case.*'atlantis'.*palmyra"):
        r.declared("atlantis")


def test_an_unknown_finding_is_an_error_with_those_that_there_are() -> None:
    with pytest.raises(DataError, match="divine-sanction"):
        r.named(r.declared("example"), "nothing")


GOOD = {
    "id": "one",
    "name": "One",
    "estimand": "a number",
    "direction": "unknown",
    "analysis": {"notebook": 2, "function": "timelines.inflation"},
    "choices": {"reading": ["stated", "conventional"]},
    "known_before": False,
}


def write(tmp_path: Path, **cases: Any) -> Path:
    path = tmp_path / "findings.yaml"
    path.write_text(yaml.safe_dump({"declared": "2026-11-21", **cases}), encoding="utf-8")
    return path


def test_a_case_without_findings_has_none(tmp_path: Path) -> None:
    assert r.declared("idlib", write(tmp_path, example=[GOOD])) == []
    (finding,) = r.declared("example", write(tmp_path, example=[GOOD]))
    assert finding.notebook == "02" and finding.known_before == "no"


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    entries = [
        {**GOOD, "known_before": "perhaps"},
        {**GOOD, "choices": {"reading": ["stated", "by_heart"], "mood": ["good"]}},
        {**GOOD, "id": "Two", "analysis": {"notebook": 2, "function": "timelines.guess"}},
        {k: v for k, v in GOOD.items() if k != "estimand"} | {"id": "three", "wish": "more"},
        {**GOOD, "id": "four", "analysis": {"notebook": 2, "function": "timelines.spread_of_day"}},
        {**GOOD, "id": "five", "with": {"event_id": "a"}, "choices": {"reading": []}},
        {**GOOD, "id": "six", "amended": [{"date": "2026-11-22"}]},
        "seven",
    ]
    with pytest.raises(DataError) as caught:
        r.declared("example", write(tmp_path, example=entries, atlantis=[]))
    found = [str(p) for p in caught.value.problems]
    for words in (
        ["example, one, column known_before", "perhaps", "yes, partly, no"],
        ["column choices: no such value of reading", "by_heart", "stated, logical_low"],
        ["this analysis has no such choice", "mood", "reading, origin, outcome"],
        ["this id is taken", "'one'"],
        ["there is no such analysis", "timelines.guess", "timelines.inflation"],
        ["an id is a slug", "'Two'"],
        ["example, three, column estimand: this field is missing"],
        ["unknown field", "column wish"],
        ["the analysis needs event_id"],
        ["no such choice", "'reading'", "wording, reposts"],
        ["this analysis takes no such argument", "event_id: a"],
        ["reading needs a list of different values"],
        ["an amendment has a date and a reason"],
        ["a finding is a list of fields", "'seven'"],
        ["there is no such case", "atlantis"],
    ):
        assert any(all(w in line for w in words) for line in found), words


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "findings.yaml"
    broken.write_text("example: [", encoding="utf-8")
    for path in (broken, tmp_path / "none.yaml"):
        with pytest.raises(DataError, match=r"cannot be read"):
            r.declared("example", path)
    broken.write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match="holds no cases"):
        r.declared("example", broken)
    assert FINDINGS.is_file()


@pytest.mark.parametrize(("value", "good"), [("calibrated", True), (1, True), ("1438", False)])
def test_a_calendar_is_a_name_or_whole_days(tmp_path: Path, value: object, good: bool) -> None:
    entry = {**GOOD, "analysis": {"notebook": 2, "function": "timelines.taken_twice"}}
    path = write(tmp_path, example=[{**entry, "choices": {"calendar": [value]}}])
    if good:
        assert r.declared("example", path)[0].choices == {"calendar": (value,)}
    else:
        with pytest.raises(DataError, match="offset in whole days"):
            r.declared("example", path)


# --- the decisive choice ------------------------------------------------------------------------


def tiny() -> Case:
    """One claim of 30 dead; a monitor counts 10, a better-dated third party 5."""
    dead = {"quantity": "Blue army soldiers killed"}
    return toy(
        [figure("c1", "r1", "raid", 30)],
        references=[
            reference("m", "raid", "2019-05-03", value_min=10, value_max=10, quality="low", **dead),
            reference(
                "t", "raid", "2019-05-03", value_min=5, value_max=5, origin="third_party", **dead
            ),
        ],
    )


def test_the_choice_that_decides_is_named() -> None:
    choices = {"reading": ("stated", "conventional"), "origin": ("monitor", "non_belligerent")}
    finding = finding_of("timelines.inflation", choices)
    table = r.run(tiny(), finding)
    red = table[table["part"] == "red"]
    by_origin = red.groupby("origin")["effect"].agg(set)
    assert by_origin["monitor"] == {3.0} and by_origin["non_belligerent"] == {6.0}
    assert set(red["why"]) == {"no interval: 1 matched event"}
    row = r.summary(finding, table).set_index("part").loc["red"]
    assert (row["main"], row["from_"], row["to"]) == (3.0, 3.0, 6.0)
    assert row["shift"] == pytest.approx(math.log(2)) and row["shift_text"] == "a factor of 2.00"
    # A wider reading changes nothing where figures are exact: two results, not four.
    assert (row["specifications"], row["estimable"], row["distinct"]) == (4, 2, 2)
    assert row["values"] == 2
    assert row["hangs_on"] == "origin of the reference" and row["sign"] == HOLDS
    blue = r.summary(finding, table).set_index("part").loc["blue"]
    assert blue["estimable"] == 0 and blue["main_text"] == "not estimable"
    assert "no figure meets" in blue["main_why"] and blue["hangs_on"] == ""


def specs(effects: list[float], unit: str = "percentage points", **columns: Any) -> pd.DataFrame:
    rows = len(effects)
    number = range(rows)
    first = {"finding": "toy", "specification": number, "main": [i == 0 for i in number]}
    table = pd.DataFrame({**first, "part": "", "measures": "m", **columns, "effect": effects})
    blank = {"low": np.nan, "high": np.nan, "p": np.nan, "interval": "", "n": 20.0, "k": np.nan}
    return table.assign(unit=unit, detail="", why="", declared=True, **blank)


def test_influence_is_the_range_of_conditional_means() -> None:
    """Effects a + b with a of 0 or 10, b of 0, 1 or 5: shifts 10 and 5."""
    table = specs([0, 1, 5, 10, 11, 15], a=["p", "p", "p", "q", "q", "q"], b=["u", "v", "w"] * 2)
    found = r.influence(table, ["b", "a"])
    assert list(found["choice"]) == ["a", "b"]
    assert list(found["shift"]) == [10.0, 5.0]
    assert list(found["lowest"]) == ["p", "u"] and list(found["highest"]) == ["q", "w"]
    finding = finding_of("framing.naming_contrast", {"b": ("u", "v", "w"), "a": ("p", "q")})
    assert r.summary(finding, table)["hangs_on"].item() == "a"


def test_a_tie_names_both_choices_and_no_difference_names_none() -> None:
    finding = finding_of("framing.naming_contrast", {"a": ("p", "q"), "b": ("u", "v")})
    columns = {"a": ["p", "p", "q", "q"], "b": ["u", "v", "u", "v"]}
    both = r.summary(finding, specs([-1, 0, 0, 1], **columns)).iloc[0]
    assert both["hangs_on"] == "a and b" and both["sign"] == TURNS
    same = r.summary(finding, specs([2, 2, 2, 2], **columns)).iloc[0]
    assert (same["hangs_on"], same["distinct"], same["shift_text"]) == (NOTHING, 1, "")
    assert same["values"] == 1 and same["specifications"] == 4
    one = r.summary(finding, specs([2], a=["p"], b=["u"])).iloc[0]
    assert one["hangs_on"] == ONE


def test_a_specification_without_an_estimate_is_counted_and_moves_nothing() -> None:
    finding = finding_of("framing.naming_contrast", {"a": ("p", "q")})
    row = r.summary(finding, specs([4.0, math.nan], a=["p", "q"])).iloc[0]
    assert (row["specifications"], row["estimable"], row["distinct"]) == (2, 1, 2)
    assert row["from_"] == row["to"] == 4.0


# --- symmetry and truth -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "finding"),
    [
        ("palmyra", "derogatory-naming"),
        ("palmyra", "divine-sanction"),
        ("example", "derogatory-naming"),
        ("example", "divine-sanction"),
    ],
)
def test_swapping_the_sides_negates_every_specification(case: str, finding: str) -> None:
    one = ran(case, finding)
    about = r.named(r.declared(case), finding)
    two = r.run(r.Bench(mirrored(bench(case).case), DRAWS, 1438), about)
    keys = r.choices_in(one)
    both = one.merge(two, on=keys, suffixes=("", "_back"), validate="1:1")
    assert len(both) == len(one)
    for column, back in (("effect", "effect_back"), ("low", "high_back"), ("high", "low_back")):
        assert np.array_equal(both[column], -both[back], equal_nan=True)


def test_swapping_the_sides_changes_nothing_that_is_told_side_by_side() -> None:
    for finding, name in (("enemy-losses", "outcome"), ("own-losses", "risk_set")):
        about = r.named(r.declared("palmyra"), finding)
        fixed = {c: values[:1] for c, values in about.choices.items()}
        about = replace(about, choices=fixed | {name: about.choices[name]})
        one, two = (
            r.run(r.Bench(case, DRAWS, 1438), about)
            for case in (bench("palmyra").case, mirrored(bench("palmyra").case))
        )
        pd.testing.assert_frame_equal(one, two)


def test_swapping_the_sides_turns_a_ratio_round() -> None:
    about = r.named(r.declared("palmyra"), "garrison-ratio")
    back = r.run(mirrored(bench("palmyra").case), about)
    assert np.allclose(ran("palmyra", "garrison-ratio")["effect"], 1 / back["effect"])


def test_the_order_of_rows_changes_nothing() -> None:
    mixed = r.Bench(shuffled(bench("palmyra").case, 3), DRAWS, 1438)
    for finding in ("calendar-offset", "parts-and-totals", "derogatory-naming"):
        again = r.run(mixed, r.named(r.declared("palmyra"), finding))
        pd.testing.assert_frame_equal(ran("palmyra", finding), again)


def test_the_planted_calendar_is_found_under_every_prior() -> None:
    table = ran("example", "calendar-offset")
    assert set(table["part"]) == set(TRUTH["calendar"]["months"])
    planted = TRUTH["calendar"]["planted"]["offset_days"]
    assert (table[["effect", "low", "high"]] == planted).all(axis=None)


def test_the_planted_inflation_is_covered_under_every_reading() -> None:
    table = ran("example", "enemy-losses")
    for camp, other in (("south", "north"), ("north", "south")):
        own = table[table["part"] == camp]
        truth = TRUTH["enemy_losses"][f"{camp}_of_{other}"]
        assert len(own) == 6
        known = own[own["effect"].notna()]
        # A Hijri day read by the wrong calendar meets no figure of the reference: it gives no
        # estimate, never a wrong one. The north dates by the Gregorian calendar.
        both = {"calibrated", "umm_al_qura"}
        assert set(known["calendar"]) == ({"calibrated"} if camp == "south" else both)
        assert (known["low"] <= truth["planted"]["factor"]).all()
        assert (known["high"] >= truth["planted"]["factor"]).all()
        stated = known.loc[known["reading"] == "stated", "effect"]
        assert np.allclose(stated, truth["realised"]["factor"], atol=6e-4)


def summary_of(case: str, finding: str) -> pd.DataFrame:
    compare = bench(case).case.compare
    about = r.named(r.declared(case), finding)
    return r.summary(about, ran(case, finding), compare[0] if compare else "")


@pytest.mark.parametrize("finding", ["calendar-offset", "enemy-losses", "derogatory-naming"])
def test_what_was_planted_survives_all_its_specifications(finding: str) -> None:
    found = summary_of("example", finding)
    assert set(found["verdict"]) == {verdicts.SURVIVES}
    assert (found["holds"] == found["judged"]).all() and (found["clear"] == found["bounded"]).all()


def test_a_frame_planted_by_document_keeps_its_sign_over_events() -> None:
    """It was planted in every text of one side, but in few sentences that tell an event."""
    row = summary_of("example", "divine-sanction").iloc[0]
    assert row["verdict"] in (verdicts.SURVIVES, verdicts.SIGN_ONLY) and row["to"] < 0
    texts = ran("example", "divine-sanction").query("resampling == 'texts'")
    assert (texts["high"] < 0).all() and (texts["p"] < 0.05).all()


def test_where_nothing_was_planted_nothing_survives() -> None:
    """Names dealt to the sides at random: no verdict may say more than the sign."""
    case = bench("example").case
    rows = case["naming_mentions"].sort_values(["doc_id", "start"], kind="stable")
    stances = np.random.default_rng(5).permutation(rows["stance"].to_numpy())
    dealt = replace(case, tables={**case.tables, "naming_mentions": rows.assign(stance=stances)})
    about = r.named(r.declared("example"), "derogatory-naming")
    row = r.summary(about, r.run(r.Bench(dealt, DRAWS, 1438), about), "north").iloc[0]
    assert row["verdict"] != verdicts.SURVIVES and row["passed"] < row["tested"]


def test_what_the_corpus_leaves_open_does_not_survive() -> None:
    for finding in ("naming-by-genre", "attribution-by-genre"):
        row = summary_of("idlib", finding).iloc[0]
        assert row["verdict"] == verdicts.FALLS and 0 < row["holds"] < row["judged"]
        assert row["sign"] == TURNS and row["distinct"] < row["specifications"]
    lead = summary_of("idlib", "lead-over-reference")
    assert set(lead["verdict"]) == {verdicts.FAILS} and (lead["holds"] == 0).all()


# --- verdicts by hand ---------------------------------------------------------------------------


def judged_as(rows: pd.DataFrame, **claims: Any) -> str:
    finding = finding_of("framing.naming_contrast", {"a": tuple(dict.fromkeys(rows["a"]))})
    claim = verdicts.Claim(**{"relation": verdicts.ABOVE, **claims})
    return verdicts.verdict(verdicts.judged(finding, rows, claim))


def bounded(effects: list[float], low: list[float], p: list[float]) -> pd.DataFrame:
    rows = specs(effects, a=[f"v{i}" for i in range(len(effects))])
    ends = {"low": low, "high": [e + 9 for e in effects], "interval": "some"}
    return rows.assign(p=p, **ends)


def test_verdicts_by_hand() -> None:
    none = math.nan
    assert judged_as(specs([1, 2], a=["p", "q"])) == verdicts.UNTESTED
    assert judged_as(specs([1, -2], a=["p", "q"])) == verdicts.FALLS
    assert judged_as(specs([1, 0], a=["p", "q"])) == verdicts.FALLS
    assert judged_as(specs([-1, -2], a=["p", "q"])) == verdicts.FAILS
    assert judged_as(specs([-1, -2], a=["p", "q"]), relation=verdicts.BELOW) == verdicts.UNTESTED
    assert (
        judged_as(specs([1, 1], a=["p", "q"]), relation=verdicts.EQUAL, than=1.0) != verdicts.FALLS
    )
    assert judged_as(specs([none, none], a=["p", "q"])) == verdicts.NOWHERE
    assert judged_as(bounded([3, 4], [1, 2], [0.01, none])) == verdicts.SURVIVES
    assert judged_as(bounded([3, 4], [1, -2], [0.01, none])) == verdicts.SIGN_ONLY
    assert judged_as(bounded([3, 4], [1, 2], [0.01, 0.06])) == verdicts.SIGN_ONLY
    # A specification without an estimate says nothing against one.
    assert judged_as(bounded([3, none], [1, none], [0.01, none])) == verdicts.SURVIVES


def test_a_claim_about_a_choice_sets_its_values_against_each_other() -> None:
    choices = {"a": ["more", "less"] * 2, "b": ["u", "u", "v", "v"]}
    finding = finding_of("framing.naming_contrast", {k: tuple(set(v)) for k, v in choices.items()})
    claim = verdicts.Claim(verdicts.ABOVE, choice=("a", "more", "less"))
    found = verdicts.judged(finding, specs([3, 1, 5, 5], **choices), claim)
    assert list(found["outcome"]) == [verdicts.HOLDS, verdicts.AGAINST]


def test_a_case_that_swaps_its_sides_swaps_the_claims() -> None:
    about, table = r.named(r.declared("example"), "derogatory-naming"), specs([2.0], a=["p"])
    one, two = (verdicts.claim_of(about, "", table, first) for first in ("north", "south"))
    assert one is not None and two is not None
    assert (one.relation, two.relation) == (verdicts.BELOW, verdicts.ABOVE)


def test_every_claim_is_of_a_declared_finding() -> None:
    for case, finding in verdicts.CLAIMS:
        assert r.named(r.declared(case), finding).direction != "unknown"


# --- distinct specifications --------------------------------------------------------------------


def test_a_choice_that_changes_nothing_multiplies_nothing() -> None:
    """Effects of a alone: b is idle, and four combinations are two specifications."""
    columns = {"a": ["p", "p", "q", "q"], "b": ["u", "v", "u", "v"]}
    table = specs([1, 1, 2, 2], **columns)
    assert len(r.distinct(table)) == 2 and r.distinct(table)["main"].iloc[0]
    assert r.idle(table, "b", ["a", "b"]) and not r.idle(table, "a", ["a", "b"])
    # The same estimate from other counts is another specification.
    assert len(r.distinct(table.assign(n=[20, 30, 20, 20]))) == 3


def test_values_are_compared_where_both_have_an_estimate() -> None:
    """Of q the one estimate that there is lies 1 above p's, though its mean lies far below."""
    nan = math.nan
    table = specs([0, 100, 1, nan], a=["p", "p", "q", "q"], b=["u", "v", "u", "v"])
    found = r.influence(table, ["a", "b"]).set_index("choice")
    assert found.at["a", "shift"] == 1.0
    assert (found.at["a", "lowest"], found.at["a", "highest"]) == ("p", "q")
    assert found.at["b", "shift"] == 100.0


# --- the same numbers in every notebook ---------------------------------------------------------

# Notebook, its key, and the key of the main specification in notebook 04.
SAME = [
    ("palmyra", "03", "naming_effect", "derogatory_naming_main"),
    ("palmyra", "03", "frame_effect", "divine_sanction_main"),
    ("palmyra", "02", "factor_islamic_state_on_government_side", "enemy_losses_part_2_main"),
    ("palmyra", "02", "twice", "taken_twice_main"),
    ("idlib", "03", "naming_effect", "naming_by_genre_main"),
    ("idlib", "03", "attribution_effect", "attribution_by_genre_main"),
    ("idlib", "02", "scope_most", "leap_in_scope_part_4_main"),
    ("example", "03", "naming_effect", "derogatory_naming_main"),
    ("example", "03", "frame_effect", "divine_sanction_main"),
    ("example", "02", "factor_south_on_north", "enemy_losses_part_2_main"),
]


def recorded(case: str, notebook: str) -> dict[str, Any]:
    file = REPO / "reports" / case / "numbers" / f"{notebook}.json"
    numbers: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["numbers"]
    return numbers


@pytest.mark.parametrize(("case", "notebook", "theirs", "ours"), SAME)
def test_notebooks_record_the_same_number(case: str, notebook: str, theirs: str, ours: str) -> None:
    assert recorded(case, notebook)[theirs]["value"] == recorded(case, "04")[ours]["value"]


def test_notebooks_record_the_same_counts() -> None:
    ours, theirs = recorded("palmyra", "04"), recorded("palmyra", "02")
    agree = f"{theirs['dates_after']['value']} of {theirs['dates_events']['value']}"
    assert ours["date_agreement_main"]["value"] == agree
    ours, theirs = recorded("idlib", "04"), recorded("idlib", "03")
    told = f"{theirs['voice_k']['value']} of {theirs['voice_n']['value']}"
    assert ours["other_sides_voice_part_1_main"]["value"] == told


@pytest.mark.parametrize(
    ("case", "finding", "compute", "given"),
    [
        ("palmyra", "derogatory-naming", framing.naming_contrast, {}),
        ("palmyra", "divine-sanction", framing.frame_contrast, {}),
        ("idlib", "naming-by-genre", framing.naming_by_group, {}),
        ("idlib", "attribution-by-genre", framing.attribution_by_group, {}),
        ("example", "derogatory-naming", framing.naming_contrast, {}),
        ("example", "divine-sanction", framing.frame_contrast, {"scope": "whole_texts"}),
    ],
)
def test_a_contrast_is_the_one_of_the_library_outlet_by_outlet(
    case: str, finding: str, compute: Any, given: dict[str, str]
) -> None:
    """Rows are made once here and narrowed; the library makes them anew each time."""
    about = r.named(r.declared(case), finding)
    table = ran(case, finding)
    main = table[table["main"]].iloc[0]
    alike = [c for c in r.choices_in(table) if c != "left_out"]
    rows = table[(table[alike] == main[alike]).all(axis=1)]
    assert len(rows) == len(r.choices_of(bench(case), about).get("left_out", ["none"]))
    for row in rows.to_dict("records"):
        left = {"left_out": row["left_out"]} if "left_out" in row else {}
        made = compute(bench(case).case, draws=DRAWS, seed=1438, **left, **given)
        for ours, theirs in (("effect", made.effect), ("low", made.low), ("high", made.high)):
            value = math.nan if theirs is None else 100 * theirs
            assert row[ours] == pytest.approx(value, abs=1e-9, nan_ok=True), (ours, left)
        p = math.nan if made.p is None else made.p
        assert row["p"] == pytest.approx(p, abs=1e-9, nan_ok=True)


def test_rows_of_the_same_value_are_contrasted_once() -> None:
    """As many contrasts as there are different rows, whatever the number of combinations."""
    one = r.Bench(bench("palmyra").case, DRAWS, 1438)
    table = r.run(one, r.named(r.declared("palmyra"), "derogatory-naming"))
    made = [key for key in one.memory if isinstance(key, tuple) and key[0] == "contrast"]
    assert len(made) < len(table) / 2
    assert len(r.distinct(table)) <= 2 * len(made)


def test_planted_contrasts_are_covered() -> None:
    names = TRUTH["names"]
    planted = names["north_of_south"]["planted"]["derogatory"]
    planted -= names["south_of_north"]["planted"]["derogatory"]
    for finding, truth in (("derogatory-naming", 100 * planted), ("divine-sanction", -15.0)):
        row = ran("example", finding).iloc[0]
        assert row["low"] <= truth <= row["high"] < 0


# --- lists, and matter that stands twice --------------------------------------------------------


def test_an_event_with_two_kinds_of_loss_counts_once() -> None:
    table = ran("palmyra", "own-losses")
    assert (table["measures"] == "events that cost own side people, places, told as such").all()
    one = own_losses(bench("palmyra"), losses=["people"])
    two = own_losses(bench("palmyra"), losses=["places"])
    both = own_losses(bench("palmyra"))
    for a, b, union in zip(one, two, both, strict=True):
        assert max(a.n, b.n) <= union.n <= a.n + b.n


def test_repeated_matter_is_found_where_it_stands() -> None:
    case = bench("idlib").case
    captions, contained = r.twins(case, "captions"), r.twins(case, "contained")
    assert captions["doc_id"].value_counts()["ahed-khan-sheikhoun"] == 9
    assert set(contained["doc_id"]) == {"sp-liberated"}
    assert set(contained["of_doc"]) == {"st-command-vows"}
    assert len(r.twins(case)) == len(captions) + len(contained)
    with pytest.raises(ValueError, match="contained, captions, both"):
        r.twins(case, "footnotes")


def test_counting_twice_by_hand() -> None:
    case = bench("idlib").case
    again = r.counted_twice(case, "captions")

    def words(one: Case) -> float:
        rows = one["sentences"]
        return float(rows.loc[rows["doc_id"] == "ahed-khan-sheikhoun", "tokens"].sum())

    # The headline has eleven words and comes back nine times.
    assert words(again) - words(case) == 9 * 11
    assert words(r.counted_twice(case, "contained")) == words(case)
    table = r.effect_of_reposts(case, matter="captions")
    assert set(table.loc[table["change"] != 0, "source"]) >= {"Al-Ahed News"}
    assert not table.loc[table["source"] == "Press TV", "change"].any()


def test_the_host_speaks_in_the_words_of_the_article_inside_it() -> None:
    case = bench("idlib").case
    again = r.counted_twice(case, "contained")
    for name in ("claims", "naming_mentions"):
        inner = (case[name]["doc_id"] == "st-command-vows") & (case[name]["coder"] == "first")
        more = len(again[name]) - len(case[name])
        assert more > 0 and more >= inner.sum() - 2
    moved = r.effect_of_reposts(case, matter="contained").query("change != 0")
    assert set(moved["source"]) == {"Syrian Perspective"}


def test_nothing_moves_where_nothing_stands_twice() -> None:
    case = bench("palmyra").case
    assert r.twins(case).empty and r.counted_twice(case) is case
    assert not r.effect_of_reposts(case)["change"].any()


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"effect": 0.4, "k": 4.0, "n": 10.0, "unit": "k of n"}, "4 of 10"),
        ({"effect": -1.42, "unit": "percentage points"}, "−1.4"),
        ({"effect": 3.0, "unit": "times"}, "3.00"),
        ({"effect": 4.0, "unit": "sites"}, "4"),
        ({"effect": math.nan, "unit": "days"}, "not estimable"),
    ],
)
def test_estimates_in_words(row: dict[str, Any], text: str) -> None:
    assert estimate_text(row) == text


def test_shifts_in_words() -> None:
    assert shift_text(1.0, "sites") == "1 site"
    assert shift_text(0.25, "k of n") == "25.0 percentage points"
    assert shift_text(0.25, "k of n", few=True) == "no rate below ten"
    assert value_name("umm_al_qura") == "Umm al-Qura"
    assert value_name("amn", {"amn": "A"}) == "A" and value_name(9) == "9"


def test_what_is_shared_is_computed_once() -> None:
    """One bench runs a finding again without computing it again."""
    one = bench("example")
    about = r.named(r.declared("example"), "derogatory-naming")
    r.run(one, about)
    known = len(one.memory)
    r.run(replace(one), about)
    assert len(one.memory) == known
