"""Findings under every specification: the product, the decisive choice, the mirror, the truth."""

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
from framelines.case import Case
from framelines.case_files import case_names, read_case_file
from framelines.corpus import REPO
from framelines.findings.analyses import ANALYSES, FROM_CASE, GIVEN
from framelines.findings.declared import FINDINGS
from framelines.findings.figures_told import own_losses
from framelines.findings.summaries import HOLDS, NOTHING, ONE, TURNS
from framelines.findings.wordings import double_coded
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
    ("palmyra", "date-agreement"): 3 * 2,
    ("palmyra", "enemy-losses"): 3 * 2 * 2,
    # The magazine stands alone on its side; the other side has two outlets.
    ("palmyra", "derogatory-naming"): 2 * 3 * 2,
    # The first coder twice: all sentences, and those that three coders share.
    ("palmyra", "divine-sanction"): 2 * 4 * 3,
    ("palmyra", "capture-verbs"): 2 * 3,
    # Nine outlets write reports, opinion or interviews.
    ("idlib", "naming-by-genre"): 2 * 10,
    ("idlib", "effect-of-reposts"): 3,
    ("example", "calendar-offset"): 3,
    ("example", "derogatory-naming"): 1,
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
            if finding.id == "effect-of-reposts":
                first["matter"] = "both"
            if main.get("coder") == "first_all_sentences":
                first["coder"] = "first_all_sentences"
            assert main == first


def test_every_part_has_a_row_for_every_specification() -> None:
    table = ran("palmyra", "capture-verbs")
    assert (table.groupby("part").size() == 6).all()
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
    assert (row["main"], row["from_"], row["to"], row["shift"]) == (3.0, 3.0, 6.0, 3.0)
    assert (row["specifications"], row["estimable"], row["distinct"]) == (4, 4, 2)
    assert row["hangs_on"] == "origin of the reference" and row["sign"] == HOLDS
    blue = r.summary(finding, table).set_index("part").loc["blue"]
    assert blue["estimable"] == 0 and blue["main_text"] == "not estimable"
    assert "no figure meets" in blue["main_why"] and blue["hangs_on"] == ""


def specs(effects: list[float], unit: str = "percentage points", **columns: Any) -> pd.DataFrame:
    rows = len(effects)
    table = pd.DataFrame({"finding": "toy", "specification": range(rows), "part": "", **columns})
    table = table.assign(main=table["specification"] == 0, measures="m", effect=effects)
    blank = {"low": np.nan, "high": np.nan, "interval": "", "n": 20.0, "k": np.nan, "why": ""}
    return table.assign(unit=unit, detail="", **blank)


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
    one = r.summary(finding, specs([2], a=["p"], b=["u"])).iloc[0]
    assert one["hangs_on"] == ONE


def test_a_specification_without_an_estimate_is_counted_and_moves_nothing() -> None:
    finding = finding_of("framing.naming_contrast", {"a": ("p", "q")})
    row = r.summary(finding, specs([4.0, math.nan], a=["p", "q"])).iloc[0]
    assert (row["specifications"], row["estimable"], row["distinct"]) == (2, 1, 1)
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
    keys = list(about.choices)
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
        assert len(own) == 3
        assert (own["low"] <= truth["planted"]["factor"]).all()
        assert (own["high"] >= truth["planted"]["factor"]).all()
        stated = own.set_index("reading").at["stated", "effect"]
        assert stated == pytest.approx(truth["realised"]["factor"], abs=6e-4)


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
