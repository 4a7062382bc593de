"""Every rule of what may contradict what, by small cases; and the example's planted disputes."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from framelines.case import Case
from framelines.contradictions import BETWEEN, CALENDAR, INSIDE, TENSION, contradictions
from framelines.contradictions.comparable import compare, figures, obstacle
from framelines.timelines import force_ratio
from framelines.timelines.statements import statements
from tests.synthetic import case_of, claim, document, event, figure, shuffled, swapped, toy


@pytest.fixture(scope="module")
def example() -> Case:
    return case_of("example")


@pytest.fixture(scope="module")
def truth(example: Case) -> dict[str, Any]:
    return yaml.safe_load((example.folder / "truth.yaml").read_text(encoding="utf-8"))


def found(*claims: dict[str, Any], **more: Any) -> pd.DataFrame:
    return contradictions(toy(list(claims), **more)).disputes


def reasons(*claims: dict[str, Any], **more: Any) -> dict[str, int]:
    table = contradictions(toy(list(claims), **more)).not_comparable
    return dict(zip(table["reason"], table["pairs"], strict=True))


# --- the example ------------------------------------------------------------------------------


def test_the_example_has_the_planted_disputes_and_no_other(
    example: Case, truth: dict[str, Any]
) -> None:
    disputes = contradictions(example).disputes
    planted = truth["contradictions"]
    between = [d["event"] for d in planted["between_north_and_south"]]
    inside = [d["event"] for d in planted["inside_one_source"]]
    # The bridge's Guard dead stand in two planted rows that are one dispute.
    quoted = sorted({(d["event"], d["what"]) for d in planted["with_the_reposting_outlet"]})
    expected = sorted([*between, *(e for e, _ in quoted)])
    assert sorted(disputes.loc[disputes["class"] == BETWEEN, "event_id"]) == expected
    assert list(disputes.loc[disputes["class"] == INSIDE, "event_id"]) == inside
    assert set(disputes["class"]) == {BETWEEN, INSIDE}


def test_the_example_agrees_where_it_was_meant_to(example: Case, truth: dict[str, Any]) -> None:
    agreements = contradictions(example).agreements
    planted = sorted(a["event"] for a in truth["contradictions"]["agreements"])
    assert sorted(agreements["event_id"]) == planted


def test_the_parts_are_listed_with_their_total(example: Case, truth: dict[str, Any]) -> None:
    disputes = contradictions(example).disputes
    row = disputes[disputes["kind"] == "parts and total"].iloc[0]
    planted = truth["totals"]["contradicted_by_its_parts"]
    assert row["event_id"] == planted["event"]
    assert len(row["claims"].split(";")) == 1 + len(planted["parts"])
    assert row["width"] == pytest.approx(math.sqrt(90 / 56) - 1)


def test_the_uncalibrated_example_has_no_date_dispute(example: Case) -> None:
    disputes = contradictions(example, calendar="umm_al_qura").disputes
    assert set(disputes.loc[disputes["kind"] == "date", "class"]) == {CALENDAR}


# --- rule 1: the same thing -------------------------------------------------------------------


def test_two_numbers_of_one_deed_contradict() -> None:
    table = found(figure("r1-c1", "r1", "raid", 30), figure("b1-c1", "b1", "raid", 12))
    assert list(table["class"]) == [BETWEEN]
    assert table["width"].iloc[0] == pytest.approx(math.sqrt(30 / 12) - 1)
    assert table["claims"].iloc[0] == "b1-c1;r1-c1"
    assert table["locators"].iloc[0] == "b1:0-9;r1:0-9"


@pytest.mark.parametrize(("dead", "both", "disputes"), [(50, 40, 1), (30, 40, 0), (40, 40, 0)])
def test_the_dead_are_at_most_the_dead_and_wounded(dead: float, both: float, disputes: int) -> None:
    many = figure("b1-c1", "b1", "raid", both, kind="killed_or_wounded", scope="incremental")
    many["unit"] = "persons"
    assert len(found(figure("r1-c1", "r1", "raid", dead), many)) == disputes


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"target_id": "townsfolk"}, "another target, or none told"),
        ({"actor_id": "blue-army"}, "another actor"),
        ({"kind": "wounded", "scope": "incremental", "unit": "persons"}, "another outcome"),
        ({"window": "2019-05-04", "event_date": "2019-05-04"}, "another window"),
        ({"place_scope": "mill"}, "another place"),
        ({"scope": "cumulative"}, "another scope, or none told"),
        ({"attribution": "enemy_media"}, "one passes on what the other side says"),
        ({"part_of": "r1-c1"}, "a part against its total"),
    ],
)
def test_what_differs_is_counted_and_not_disputed(change: dict[str, Any], reason: str) -> None:
    other = {**figure("b1-c1", "b1", "raid", 12), **change}
    pair = (figure("r1-c1", "r1", "raid", 30), other)
    # A change of the day of a momentary deed is a dispute of dates, which is another matter.
    assert not found(*pair)["kind"].isin(["figure", "parts and total"]).any()
    assert reason in reasons(*pair)


def test_another_item_or_event_is_no_pair_at_all() -> None:
    one = figure("r1-c1", "r1", "raid", 3, kind="equipment_destroyed", item="tank")
    two = figure("b1-c1", "b1", "raid", 1, kind="equipment_destroyed", item="lorry")
    other = figure("b1-c2", "b1", "siege", 1, kind="equipment_destroyed", item="tank")
    assert found(one, two, other).empty
    assert reasons(one, two, other) == {}


# --- rule 2: scope, window, place, sums --------------------------------------------------------


def test_an_unknown_window_is_comparable_for_one_deed_only() -> None:
    plain = {"window": "", "event_date": "", "event_calendar": "none", "date_basis": "none"}
    pair = figure("r1-c1", "r1", "raid", 30), figure("b1-c1", "b1", "raid", 12, **plain)
    assert len(found(*pair, events=[event("raid", "attack")])) == 1
    assert found(*pair, events=[event("raid", "battle")]).empty
    assert reasons(*pair, events=[event("raid", "battle")]) == {"the window of one is unknown": 1}


def battle(total: float, *days: float, place: str = "ford", **more: Any) -> list[dict[str, Any]]:
    whole = {"window": "2019-05-03/2019-05-05", "event_date": "2019-05-03/2019-05-05"}
    rows = [figure("r1-c9", "r1", "battle", total, **whole, scope="cumulative")]
    for i, value in enumerate(days):
        day = {"window": f"2019-05-0{3 + i}", "event_date": f"2019-05-0{3 + i}"}
        part = figure(f"r1-c{i}", "r1", "battle", value, **day, part_of="r1-c9", place_scope=place)
        rows.append({**part, **more})
    return rows


@pytest.mark.parametrize(
    ("total", "days", "place", "disputes"),
    [
        (60, (10, 20, 30), "ford", 0),
        (61, (10, 20, 30), "ford", 1),
        (59, (10, 20, 30), "ford", 1),
        (99, (10, 20), "ford", 0),  # a day is left out: the sum may fall short
        (29, (10, 20), "ford", 1),  # but it may not exceed
        (99, (10, 20, 30), "mill", 0),  # another place: the parts may leave something out
        (59, (10, 20, 30), "mill", 1),
    ],
)
def test_sums_meet_their_total(
    total: float, days: tuple[float, ...], place: str, disputes: int
) -> None:
    table = found(*battle(total, *days, place=place), events=[event("battle", "battle")])
    assert len(table) == disputes
    assert set(table["kind"]) <= {"parts and total"}
    assert set(table["class"]) <= {INSIDE}


def test_a_sum_meets_another_sources_total_only_where_it_covers_it() -> None:
    other = {"window": "2019-05-03/2019-05-05", "event_date": "2019-05-03/2019-05-05"}
    rival = figure("b1-c1", "b1", "battle", 25, **other, scope="cumulative")
    events = [event("battle", "battle")]
    table = found(*battle(60, 10, 20, 30), rival, events=events)
    assert list(table["class"]) == [BETWEEN]
    assert table["pairs"].iloc[0] == 2  # the total and the sum of its parts
    low = {**rival, "value_min": 70.0, "value_max": 70.0}
    short = found(*battle(99, 10, 20), low, events=events)
    assert short["pairs"].sum() == 1  # the total alone; two days' sum says nothing against 70


def test_one_of_them_is_no_day_of_a_total() -> None:
    one = figure("r1-c2", "r1", "raid", 1, part_of="r1-c1")
    assert found(figure("r1-c1", "r1", "raid", 4), one).empty


@pytest.mark.parametrize(
    ("change", "disputes"),
    [
        ({}, 1),
        ({"place_scope": "mill"}, 0),
        ({"actor_id": "blue-army"}, 0),
        ({"window": "2018"}, 0),
    ],
)
def test_forces_need_one_place_role_and_date(change: dict[str, Any], disputes: int) -> None:
    force = {"kind": "force_size", "scope": "standing"}
    one = figure("r1-c1", "r1", "raid", 800, **force)
    two = figure("b1-c1", "b1", "siege", 2000, **{**force, **change})
    assert len(found(one, two)) == disputes


# --- rule 3: repetitions, quotations, denials ---------------------------------------------------


def test_repetitions_and_reposts_are_one_witness() -> None:
    again = figure("r1-c2", "r1", "raid", 30, repeats="r1-c1")
    copy = figure("copy-c1", "copy", "raid", 31)
    documents = [document("r1", "red-news"), document("b1", "blue-news")]
    documents.append(document("copy", "red-news", duplicate_of="r1"))
    rows = figure("r1-c1", "r1", "raid", 30), again, figure("b1-c1", "b1", "raid", 12), copy
    table = found(*rows, documents=documents)
    assert list(table["pairs"]) == [1]


def test_a_denial_says_what_it_denies_and_no_more_than_the_codes() -> None:
    said = claim("r1-c1", "r1", "raid")
    denial = {"certainty": "denied", "denies": "r1-c1"}
    some = claim("b1-c1", "b1", "raid", **denial)
    assert list(found(said, some)["what"]) == [
        "the claim, all or part of it, actor red-army, target blue-army"
    ]
    none = claim("b1-c2", "b1", "raid", **denial, modality="negated")
    table = found(said, some, none)
    assert list(table["what"]) == ["that it happened, actor red-army, target blue-army"]
    assert list(table["claims"]) == ["b1-c1;b1-c2;r1-c1"]
    dead = figure("r1-c1", "r1", "raid", 3, actor_id="")
    assert list(found(dead, some)["what"]) == [
        "the claim, all or part of it, killed, target blue-army"
    ]
    # Two claims of one event, each denied, are two disputes.
    other = claim("r1-c2", "r1", "raid", target_id="townsfolk")
    assert len(found(said, other, some, {**none, "denies": "r1-c2"})) == 2


def force(claim_id: str, doc_id: str, value: float, window: str) -> dict[str, Any]:
    more = {"kind": "force_size", "scope": "standing", "target_id": "", "event_date": ""}
    return figure(claim_id, doc_id, "siege", value, **more, window=window)


@pytest.mark.parametrize(
    ("window", "disputes"),
    [("../2019-05-02", 0), ("2019-05-09", 0), ("../2019-05-03", 1), ("2019-05-03/..", 1), ("", 0)],
)
def test_forces_of_one_day_dispute_and_those_near_it_have_a_ratio(
    window: str, disputes: int
) -> None:
    pair = force("r1-c1", "r1", 800, "2019-05-03"), force("b1-c1", "b1", 1500, window)
    table = found(*pair)
    assert len(table) == disputes
    assert len(force_ratio(toy(list(pair)))) == (window != "")
    assert len(force_ratio(toy(list(pair)), within_days=0)) == disputes
    if disputes:
        assert table["width"].iloc[0] == pytest.approx(math.sqrt(1500 / 800) - 1)
    same = force("r1-c1", "r1", 1500, "2019-05-03")
    assert found(same, pair[1]).empty


def test_a_denial_meets_only_what_it_denies() -> None:
    said = claim("r1-c1", "r1", "raid", event_date="2019-05-03")
    other = claim("r1-c2", "r1", "raid", event_date="2019-05-03", attribution="named_official")
    denial = {"certainty": "denied", "denies": "r1-c1", "event_date": "2019-05-03"}
    table = found(said, other, claim("b1-c1", "b1", "raid", **denial))
    assert list(table["kind"]) == ["denial"]
    assert table["claims"].iloc[0] == "b1-c1;r1-c1"
    assert table["class"].iloc[0] == BETWEEN
    assert math.isnan(table["width"].iloc[0])


# --- rule 4: dates -----------------------------------------------------------------------------


def dated(claim_id: str, doc_id: str, day: str, calendar: str = "gregorian") -> dict[str, Any]:
    return claim(claim_id, doc_id, "raid", event_date=day, event_calendar=calendar)


def test_two_days_of_a_momentary_event_conflict() -> None:
    table = found(dated("r1-c1", "r1", "2019-05-03"), dated("b1-c1", "b1", "2019-05-08"))
    assert list(table["class"]) == [BETWEEN]
    assert (table["width"].iloc[0], table["width_unit"].iloc[0]) == (3, "days")


def test_two_days_of_a_lasting_event_do_not() -> None:
    pair = dated("r1-c1", "r1", "2019-05-03"), dated("b1-c1", "b1", "2019-05-08")
    assert found(*pair, events=[event("raid", "siege")]).empty
    assert sum(reasons(*pair, events=[event("raid", "siege")]).values()) == 1


def test_a_date_outside_its_document_is_not_asked() -> None:
    far = {**dated("b1-c1", "b1", "2019-05-08"), "date_basis": "outside"}
    assert found(dated("r1-c1", "r1", "2019-05-03"), far).empty


@pytest.mark.parametrize(
    ("day", "disputes"), [("2019-05-07", [CALENDAR]), ("2019-05-20", [BETWEEN])]
)
def test_days_of_an_uncalibrated_calendar(day: str, disputes: list[str]) -> None:
    # 1 Ramadan 1440 is 6 May 2019 by Umm al-Qura; the hull has some days more.
    pair = dated("r1-c1", "r1", "1440-09-01", "hijri"), dated("b1-c1", "b1", day)
    case = toy(list(pair))
    assert list(contradictions(case, calendar="umm_al_qura").disputes["class"]) == disputes


def test_two_hijri_days_of_one_source_are_compared_as_they_stand() -> None:
    documents = [
        document("r1", "red-news"),
        document("r2", "red-news"),
        document("b1", "blue-news"),
    ]
    pair = dated("r1-c1", "r1", "1440-09-01", "hijri"), dated("r2-c1", "r2", "1440-09-02", "hijri")
    assert list(found(*pair, documents=documents)["class"]) == [INSIDE]


# --- rule 5: repeated deeds ---------------------------------------------------------------------


def taking(claim_id: str, event_id: str, day: str, doc_id: str = "r1") -> dict[str, Any]:
    return claim(claim_id, doc_id, event_id, event_date=day, place_id="ford")


TAKEN = {"winner": "red-army", "loser": "blue-army"}
LOST = {"winner": "blue-army", "loser": "red-army"}


def test_a_site_taken_twice_without_a_loss() -> None:
    pair = taking("r1-c1", "fall", "2019-05-03"), taking("r1-c2", "fall", "2019-05-05")
    table = found(*pair, events=[event("fall", "taking", **TAKEN)])
    assert list(table["kind"]) == ["repeated deed"]
    assert list(table["class"]) == [INSIDE]


def test_a_loss_between_makes_a_second_taking_true() -> None:
    events = [
        event("fall", "taking", **TAKEN),
        event("loss", "taking", **LOST),
        event("second", "taking", **TAKEN),
    ]
    rows = [taking("r1-c1", "fall", "2019-05-03"), taking("r1-c3", "second", "2019-08-05")]
    assert len(found(*rows, events=events)) == 1
    lost = {**taking("r1-c2", "loss", "2019-06-01"), "actor_id": "blue-army"}
    assert found(*rows, lost, events=events).empty


def test_across_documents_it_is_a_dispute_of_dates() -> None:
    documents = [
        document("r1", "red-news"),
        document("r2", "red-news"),
        document("b1", "blue-news"),
    ]
    pair = taking("r1-c1", "fall", "2019-05-03"), taking("r2-c1", "fall", "2019-05-05", "r2")
    table = found(*pair, events=[event("fall", "taking", **TAKEN)], documents=documents)
    assert list(table["kind"]) == ["date"]


# --- readings and properties ---------------------------------------------------------------------


def test_a_tension_is_less_than_a_contradiction() -> None:
    more = figure("r1-c1", "r1", "raid", 50, qualifier="more_than", value_max=np.nan)
    table = found(more, figure("b1-c1", "b1", "raid", 300))
    assert list(table["class"]) == [TENSION]
    assert found(more, figure("b1-c1", "b1", "raid", 90)).empty


def test_disputes_are_ranked_by_class_then_width() -> None:
    rows = []
    for i, (one, two) in enumerate([(10, 12), (10, 90), (10, 30)]):
        rows += [figure(f"r1-c{i}", "r1", f"e{i}", one), figure(f"b1-c{i}", "b1", f"e{i}", two)]
    rows += [figure("r1-x", "r1", "e9", 1), figure("r1-y", "r1", "e9", 99)]
    table = found(*rows)
    assert list(table["rank"]) == [1, 2, 3, 4]
    assert list(table["event_id"]) == ["e1", "e2", "e0", "e9"]
    assert list(table["class"]) == [BETWEEN] * 3 + [INSIDE]


@settings(max_examples=12, deadline=None)
@given(
    st.tuples(st.integers(1, 200), st.integers(1, 200)),
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_widening_never_makes_a_contradiction(
    lows: tuple[int, int], widths: tuple[int, int], more: tuple[int, int]
) -> None:
    def verdict_of(extra: tuple[int, int]) -> tuple[str, float]:
        rows = []
        for name, low, width, add in zip("rb", lows, widths, extra, strict=True):
            ends = {"value_min": max(low - add, 0), "value_max": low + width + add}
            rows.append(figure(f"{name}1-c1", f"{name}1", "raid", 1, **ends, qualifier="range"))
        pair = figures(statements(toy(rows), calendar="umm_al_qura"))
        assert obstacle(*pair, {"raid": "attack"}) == ""
        result = compare(*pair)
        return result.verdict, result.width

    order = ["compatible", "tension", "contradiction"]
    before, width = verdict_of((0, 0))
    after, wider = verdict_of(more)
    assert order.index(after) <= order.index(before)
    assert wider <= width + 1e-9


@pytest.mark.parametrize("name", ["example", "palmyra", "idlib"])
def test_order_of_rows_and_of_sides_changes_nothing(name: str) -> None:
    case = case_of(name)
    first = contradictions(case)
    other_rows = shuffled(case, 3)
    for other in [contradictions(swapped(other_rows) if case.compare else other_rows)]:
        pd.testing.assert_frame_equal(first.disputes, other.disputes)
        pd.testing.assert_frame_equal(first.agreements, other.agreements)
        pd.testing.assert_frame_equal(first.not_comparable, other.not_comparable)


def _honest(value: int, rng: np.random.Generator) -> dict[str, Any]:
    """A true way to tell a number, one of many."""
    qualifier = str(rng.choice(["exact", "more_than", "at_least", "up_to", "approx", "range"]))
    gap = int(rng.integers(1, 1 + value // 4 + 1))
    if qualifier == "exact":
        return {"value_min": value, "value_max": value, "qualifier": qualifier}
    if qualifier in ("more_than", "at_least"):
        least = max(value - gap, 0)
        return {"value_min": least, "value_max": np.nan, "qualifier": qualifier}
    if qualifier == "up_to":
        return {"value_min": np.nan, "value_max": value + gap, "qualifier": qualifier}
    if qualifier == "approx":
        return {"value_min": value, "value_max": value, "qualifier": qualifier}
    return {"value_min": max(value - gap, 0), "value_max": value + gap, "qualifier": qualifier}


def test_no_contradiction_is_found_where_none_was_planted() -> None:
    # 500 events told by both sides in true, but different, words; parts that add up; true days.
    rng = np.random.default_rng(1438)
    rows: list[dict[str, Any]] = []
    for i in range(500):
        value = int(rng.integers(4, 300))
        for name in "rb":
            told = figure(f"{name}1-c{i}", f"{name}1", f"e{i}", 1, **_honest(value, rng))
            rows.append(told)
            rows.append(claim(f"{name}1-d{i}", f"{name}1", f"e{i}", event_date="2019-05-03"))
        if i % 5 == 0:
            first = int(rng.integers(0, value))
            days = {"2019-05-04": first, "2019-05-05": value - first}
            whole = "2019-05-04/2019-05-05"
            total = f"r1-t{i}"
            more = {"window": whole, "event_date": whole, "scope": "cumulative"}
            rows.append(figure(total, "r1", f"b{i}", value, **more))
            for j, (day, part) in enumerate(days.items()):
                day_only = {"window": day, "event_date": day, "part_of": total}
                rows.append(figure(f"r1-p{i}-{j}", "r1", f"b{i}", part, **day_only))
    events = [
        event(e, "battle" if e[0] == "b" else "attack") for e in {r["event_id"] for r in rows}
    ]
    result = contradictions(toy(rows, events=sorted(events, key=lambda e: e["event_id"])))
    assert set(result.disputes["class"]) <= {TENSION}
    assert len(result.agreements) > 200
