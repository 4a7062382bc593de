"""The example gives back what was planted; small cases by hand; intervals that cover."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from framelines import timelines as t
from framelines.case import Case
from framelines.problems import DataError
from framelines.resampling import MIN_UNITS, random_stream
from framelines.timelines.coverage import NOT_AT_RISK, SILENT, TOLD, wilson
from framelines.timelines.days import spread
from framelines.timelines.losses import mean_interval
from framelines.timelines.readings import figure_text, point_of
from framelines.timelines.references import reference_figures
from framelines.timelines.statements import statements
from tests.synthetic import (
    case_of,
    claim,
    document,
    event,
    figure,
    reference,
    shuffled,
    swapped,
    toy,
)


@pytest.fixture(scope="module")
def example() -> Case:
    return case_of("example")


@pytest.fixture(scope="module")
def truth(example: Case) -> dict[str, Any]:
    return yaml.safe_load((example.folder / "truth.yaml").read_text(encoding="utf-8"))


# --- what was planted ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("camp", "key"), [("south", "south_of_north"), ("north", "north_of_south")]
)
def test_inflation_is_found(example: Case, truth: dict[str, Any], camp: str, key: str) -> None:
    table = t.inflation(example).set_index("camp")
    planted = truth["enemy_losses"][key]
    row = table.loc[camp]
    assert row["events"] == planted["realised"]["events"]
    assert row["factor"] == pytest.approx(planted["realised"]["factor"], abs=0.0006)
    assert [row["low"], row["high"]] == pytest.approx(
        planted["realised"]["interval_95"], abs=0.0006
    )
    assert row["low"] < planted["planted"]["factor"] < row["high"]
    matched = t.matched_figures(example)
    own = matched[matched["camp"] == camp].set_index("event_id")
    for told in planted["events"]:
        assert own.at[told["event"], "told"] == told["claimed"]
        assert own.at[told["event"], "reference"] == told["reference"]


def test_own_losses_are_made_smaller_and_have_no_interval(
    example: Case, truth: dict[str, Any]
) -> None:
    table = t.inflation(example, whose="own").set_index("camp")
    for camp in ("south", "north"):
        planted = truth["own_losses"][camp]["realised"]
        assert table.at[camp, "factor"] == pytest.approx(planted["factor"], abs=0.0006)
        assert table.at[camp, "events"] == planted["events"]
        assert math.isnan(table.at[camp, "low"])


def test_the_silence_and_the_event_that_is_none(example: Case, truth: dict[str, Any]) -> None:
    table = t.coverage(example).set_index(["event_id", "source_id"])
    planted = truth["silence"]["planted"][0]
    row = table.loc[(planted["event"], planted["silent"])]
    assert row["state"] == SILENT
    assert row["at_risk_in"].split(";") == planted["at_risk_by_told_window"]
    assert table.loc[(planted["event"], "northern-courier"), "state"] == TOLD
    none = truth["silence"]["not_at_risk"][0]["event"]
    assert set(table.loc[none, "state"]) == {NOT_AT_RISK}
    assert (table["state"] == SILENT).sum() == 1


def test_publication_is_a_wider_risk_set(example: Case, truth: dict[str, Any]) -> None:
    table = t.coverage(example, risk_set="publication").set_index(["event_id", "source_id"])
    planted = truth["silence"]["planted"][0]
    row = table.loc[(planted["event"], planted["silent"])]
    expected = [d for d in planted["at_risk_by_publication"]]
    assert set(expected) <= set(row["at_risk_in"].split(";"))


def test_lost_places_told_by_the_loser(example: Case, truth: dict[str, Any]) -> None:
    table = t.own_losses(example)
    own = table[table["own"] & (table["loss"] == "places")].set_index("camp")
    for camp in ("south", "north"):
        planted = truth["silence"]["own_losses_of_places"][camp]
        assert own.at[camp, "events"] == planted["lost"]
        assert own.at[camp, "told"] == planted["lost"] - planted["silent"]
    people = table[table["own"] & (table["loss"] == "people")].set_index("camp")
    assert list(people.loc[["north", "south"], "told"]) == [2, 2]


def test_calibration_mends_every_date(example: Case, truth: dict[str, Any]) -> None:
    table = t.date_agreement(example)
    counts = t.agreement_counts(table).set_index("calendar")
    compared = truth["calendar"]["compared_events"]
    assert counts.at["calibrated", "events"] == len(compared)
    assert counts.at["calibrated", "can_be_same"] == len(compared)
    # A three-day battle that one source dates to its first day overlaps either way.
    assert counts.at["umm_al_qura", "can_be_same"] <= 2
    assert set(table["event_id"]) == {c["event"] for c in compared}
    single = table[
        (table["calendar"] == "umm_al_qura") & (table["verdict"] == "certainly_different")
    ]
    assert set(single["gap"]) == {1.0}


def test_the_order_of_events_is_the_same_in_all_accounts(example: Case) -> None:
    table = t.order_of_events(example)
    assert set(table["order"]) == {"concordant", "tied"}
    assert t.taken_twice(example).empty


def test_parts_and_totals_of_the_example(example: Case, truth: dict[str, Any]) -> None:
    table = t.parts_and_totals(example).set_index("event_id")
    bad, good = truth["totals"]["contradicted_by_its_parts"], truth["totals"]["fitted_by_its_parts"]
    assert table.at[bad["event"], "sum_stated"] == bad["sum_of_parts"]
    assert table.at[bad["event"], "difference"] == bad["sum_of_parts"] - bad["total"]["value"]
    assert table.at[bad["event"], "verdict"] == "contradiction"
    assert table.at[good["event"], "difference"] == 0
    assert table.at[good["event"], "verdict"] == "compatible"


# --- rows and sides -----------------------------------------------------------------------------

ALL = {
    "coverage": t.coverage,
    "silence": t.silence,
    "own_losses": t.own_losses,
    "date_agreement": t.date_agreement,
    "matched_figures": t.matched_figures,
    "inflation": t.inflation,
    "against_other_side": t.against_other_side,
    "parts_and_totals": t.parts_and_totals,
    "force_ratio": t.force_ratio,
    "taken_twice": t.taken_twice,
    "order_of_events": t.order_of_events,
    "lead": t.lead,
    "strips": t.strips,
    "side_by_side": t.side_by_side,
}


@pytest.mark.parametrize("name", sorted(ALL))
def test_rows_in_another_order_change_nothing(name: str) -> None:
    case = case_of("example")
    pd.testing.assert_frame_equal(ALL[name](case), ALL[name](shuffled(case, 5)))


@pytest.mark.parametrize("name", ["coverage", "own_losses", "parts_and_totals"])
def test_rows_of_a_real_case_in_another_order_change_nothing(name: str) -> None:
    case = case_of("palmyra")
    pd.testing.assert_frame_equal(ALL[name](case), ALL[name](shuffled(case, 5)))


def test_swapping_sides_negates_every_sign_exactly(example: Case) -> None:
    other = swapped(example)
    one, two = t.against_other_side(example), t.against_other_side(other)
    assert len(one) == len(two) > 5
    assert list(one["first_claim"]) == list(two["second_claim"])
    assert list(one["log_ratio"]) == [-x for x in two["log_ratio"]]
    assert list(one["log_low"]) == [-x for x in two["log_high"]]
    first, second = t.inflation_contrast(example), t.inflation_contrast(other)
    assert first["difference"] == -second["difference"]
    assert (first["low"], first["high"]) == (-second["high"], -second["low"])
    # The south multiplies by 3.0 and the north by 1.5.
    assert first["low"] < math.log(1.5 / 3.0) < first["high"]


def test_swapping_sides_turns_the_ratio_of_forces_round() -> None:
    case = case_of("palmyra")
    one, two = t.force_ratio(case), t.force_ratio(swapped(case))
    assert len(one) == len(two) >= 1
    assert list(one["ratio_low"]) == pytest.approx([1 / x for x in two["ratio_high"]])


# --- by hand ------------------------------------------------------------------------------------


def test_matched_figures_need_side_and_window() -> None:
    references = [
        reference(
            "x1",
            "raid",
            "2019-05-03",
            quantity="Blue army soldiers killed",
            value_min=10,
            value_max=10,
        ),
        reference(
            "x2",
            "raid",
            "2019-05-03",
            quantity="Red army soldiers killed",
            value_min=5,
            value_max=5,
        ),
        reference(
            "x3",
            "late",
            "2019-05-09",
            quantity="Blue army soldiers killed",
            value_min=4,
            value_max=4,
        ),
    ]
    claims = [
        figure("r1-c1", "r1", "raid", 30),
        figure("r1-c2", "r1", "late", 8),  # told of another day
        figure("r1-c3", "r1", "raid", 99, attribution="other_media"),  # passed on
        figure("b1-c1", "b1", "raid", 9, actor_id="blue-army", target_id="red-army"),
    ]
    table = t.matched_figures(toy(claims, references=references), calendar="umm_al_qura")
    assert list(table["camp"]) == ["blue", "red"]
    assert list(table["told"]) == [9.0, 30.0]
    assert list(table["references"]) == ["x2", "x1"]
    assert table["log_ratio"].iloc[1] == pytest.approx(math.log(3))


@pytest.mark.parametrize(
    ("quantity", "outcome", "side", "item"),
    [
        ("Blue army soldiers killed", "killed", "blue", ""),
        ("red fighters killed or wounded", "killed_or_wounded", "red", ""),
        ("blue soldiers captured", "captured_persons", "blue", ""),
        ("lorries destroyed", "equipment_destroyed", "", "lorry"),
        ("tanks taken", "equipment_captured", "", "tank"),
        ("red attackers", "force_size", "red", ""),
        ("blue soldiers killed (4 injured)", "killed", "blue", ""),
    ],
)
def test_quantities_of_the_reference_are_read(
    quantity: str, outcome: str, side: str, item: str
) -> None:
    rows = [reference("x1", "raid", "2019-05-03", quantity=quantity, value_min=3, value_max=4)]
    table = reference_figures(toy([], events=[event("raid")], references=rows))
    found = table.iloc[0]
    assert (found["outcome"], found["side"], found["item"]) == (outcome, side, item)
    assert (found["low"], found["high"]) == (3, 4)


@pytest.mark.parametrize(
    "quantity", ["deaths all sides", "officers among the dead", "people displaced"]
)
def test_quantities_that_meet_no_claim(quantity: str) -> None:
    rows = [reference("x1", "raid", "2019-05-03", quantity=quantity, value_min=3, value_max=4)]
    assert reference_figures(toy([], events=[event("raid")], references=rows)).empty


def test_a_party_to_the_war_is_no_reference() -> None:
    row = reference(
        "x1", "raid", "2019-05-03", quantity="blue soldiers killed", value_min=3, value_max=3
    )
    case = toy([], events=[event("raid")], references=[{**row, "origin": "belligerent"}])
    assert reference_figures(case).empty
    assert len(reference_figures(case, "any")) == 1
    with pytest.raises(ValueError, match="non_belligerent"):
        reference_figures(case, "all")


def test_silence_needs_an_event_before_publication_in_theatre_and_told_window() -> None:
    documents = [
        document("r1", "red-news", "2019-05-10"),
        document("r2", "red-news", "2019-05-04"),
        document("b1", "blue-news", "2019-06-01", theatre="elsewhere"),
    ]
    told = [
        claim("r1-c1", "r1", "start", event_date="2019-05-01", place_id="ford"),
        claim("r1-c2", "r1", "end", event_date="2019-05-08", place_id="ford"),
        claim("r2-c1", "r2", "start", event_date="2019-05-01", place_id="ford"),
    ]
    days = {
        "inside": "2019-05-05",
        "before": "2019-04-20",
        "after": "2019-05-09",
        "late": "2019-05-11",
    }
    references = [reference(f"x-{e}", e, day) for e, day in days.items()]
    events = [event(e) for e in (*days, "start", "end")]
    case = toy(told, events=events, references=references, documents=documents)
    states = t.coverage(case).set_index(["event_id", "source_id"])["state"]
    assert states["inside", "red-news"] == SILENT
    for name in ("before", "after", "late"):
        assert states[name, "red-news"] == NOT_AT_RISK
        assert states[name, "blue-news"] == NOT_AT_RISK
    wide = t.coverage(case, risk_set="publication").set_index(["event_id", "source_id"])["state"]
    assert [wide[e, "red-news"] for e in ("before", "after", "late")] == [
        SILENT,
        SILENT,
        NOT_AT_RISK,
    ]
    assert wide["inside", "blue-news"] == NOT_AT_RISK
    row = t.silence(case).iloc[0]
    assert (row["at_risk"], row["silent"], row["silent_events"]) == (1, 1, "inside")
    assert math.isnan(row["share"])


def test_states_of_coverage() -> None:
    rows = [
        claim("r1-c1", "r1", "planned", modality="planned"),
        claim("r1-c2", "r1", "hedged", certainty="hedged"),
        claim("r1-c3", "r1", "denied", certainty="denied"),
        claim("r1-c4", "r1", "told"),
    ]
    table = t.coverage(toy(rows)).set_index(["event_id", "source_id"])
    states = table["state"].unstack()["red-news"].to_dict()
    assert states == {"planned": "partly", "hedged": "partly", "denied": "denied", "told": "told"}
    # The other side is not silent on what its documents could not tell.
    assert set(table["state"].unstack()["blue-news"]) == {NOT_AT_RISK}


def test_a_share_needs_ten_events() -> None:
    assert all(math.isnan(x) for x in wilson(3, MIN_UNITS - 1))
    low, high = wilson(5, 10)
    assert (low, high) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_events_of_one_label_are_told_apart_by_their_ids() -> None:
    taking = {
        "winner": "blue-army",
        "loser": "red-army",
        "label": "Post taken; held",
        "case": "toy",
    }
    events = [event(e, "taking", **taking) for e in ("north-post", "south-post")]
    told = [claim(f"b1-c{i}", "b1", e["event_id"]) for i, e in enumerate(events)]
    told.append(claim("r1-c1", "r1", "north-post"))
    days = {"event_date": "2019-05-01/2019-05-31", "place_id": "ford"}
    told += [
        claim(f"r1-c{i}", "r1", "round", **{**days, "event_date": f"2019-05-{d}"})
        for i, d in ((2, "01"), (3, "31"))
    ]
    case = toy(told, events=[*events, event("round")])
    table = t.own_losses(case)
    row = table[table["own"] & table["loss"].eq("places")].set_index("camp").loc["red"]
    assert (row["events"], row["told"]) == (2, 1)
    assert (row["told_events"], row["untold_events"]) == ("north-post", "south-post")


def test_a_figure_dates_an_event_that_nothing_else_dates() -> None:
    hijri = {"event_calendar": "hijri", "date_basis": "document", "window": ""}
    counted = figure("r1-c1", "r1", "raid", 9, **{**hijri, "event_date": "1440-08-27"})
    told = claim("r1-c2", "r1", "siege", **{**hijri, "event_date": "1440-08-26/1440-08-29"})
    beside = figure("r1-c3", "r1", "siege", 4, **{**hijri, "event_date": "1440-08-28"})
    total = {**hijri, "event_date": "1440-08-27", "scope": "cumulative"}
    whole = figure("r1-c4", "r1", "war", 90, **total)
    references = [reference(f"x-{e}", e, "2019-05-02") for e in ("raid", "siege", "war")]
    case = toy([counted, told, beside, whole], references=references)
    table = t.date_agreement(case, calendars=("umm_al_qura",)).set_index("event_id")
    assert table["claim_id"].to_dict() == {"raid": "r1-c1", "siege": "r1-c2"}
    # No text, and no day of a figure, is taken for a contradiction by that.
    assert list(t.lead(case)["event_id"]) == []


def test_no_wording_of_full_control_gives_an_empty_table() -> None:
    case = toy([claim("r1-c1", "r1", "raid", event_date="2019-05-03")])
    table = t.spread_of_day(case, "raid", wording="full_control_only")
    assert table.empty and list(table.columns) == list(t.spread_of_day(case, "raid").columns)
    assert math.isnan(spread(table)["most"])
    # The same where nothing dates the event at all.
    undated = toy([claim("r1-c1", "r1", "raid")])
    assert t.spread_of_day(undated, "raid", wording="full_control_only").empty


def test_spread_of_day() -> None:
    rows = [
        claim("r1-c1", "r1", "fall", event_date="2019-05-03"),
        claim("r1-c2", "r1", "fall", event_date="../2019-05-02"),
        claim("b1-c1", "b1", "fall", event_date="2019-05-06"),
        claim("b1-c2", "b1", "fall", event_date="2019-05"),
    ]
    captures = [
        {**rows[0], "lemma": "enter", "start": 0, "end": 4},
        {**rows[2], "lemma": "secure", "start": 0, "end": 4},
    ]
    case = toy(rows, events=[event("fall", "taking")], captures=captures)
    table = t.spread_of_day(case, "fall")
    assert list(table["claim_id"]) == ["r1-c2", "r1-c1", "b1-c1", "b1-c2"]
    found = spread(table)
    assert found == {"claims": 4, "dated_to_the_day": 2, "least": 4.0, "most": 3.0}
    control = t.spread_of_day(case, "fall", wording="full_control_only")
    assert set(control["claim_id"]) == {"b1-c1", "b1-c2"}
    with pytest.raises(DataError, match="no such event"):
        t.spread_of_day(case, "fell")


def test_lead_counts_days_before_the_reference() -> None:
    rows = [
        claim("r1-c1", "r1", "fall", event_date="2019-05-03"),
        claim("b1-c1", "b1", "fall", event_date="../2019-05-04"),
    ]
    case = toy(
        rows, events=[event("fall", "taking")], references=[reference("x", "fall", "2019-05-05")]
    )
    table = t.lead(case).set_index("source")
    assert (table.at["Red News", "lead_least"], table.at["Red News", "lead_most"]) == (-2, -2)
    assert table.at["Blue News", "lead_least"] == -math.inf
    assert table.at["Blue News", "lead_most"] == -1


def test_scope_of_taking_names_the_widest() -> None:
    rows = [
        claim("r1-c1", "r1", "e1", place_id="ford;mill"),
        claim("r1-c2", "r1", "e2", place_id="vale"),
        claim("b1-c1", "b1", "e1", place_id="ford", modality="planned"),
    ]
    case = toy(rows, events=[event("e1", "taking"), event("e2", "taking")])
    table = t.scope_of_taking(case, published="2019-06")
    assert list(table["source"]) == ["Red News"]
    assert (table["places"].iloc[0], table["widest"].iloc[0]) == (3, "Vale")
    assert t.scope_of_taking(case, published="2019-05").empty


def test_reposts_tell_twice_only_when_asked() -> None:
    documents = [document("r1", "red-news"), document("b1", "blue-news")]
    documents[0]["contained_in"] = "b1"
    rows = [claim("r1-c1", "r1", "fall", place_id="ford")]
    case = toy(rows, events=[event("fall", "taking")], documents=documents)
    assert list(t.scope_of_taking(case, published="2019-06")["source"]) == ["Red News"]
    both = t.scope_of_taking(case, published="2019-06", reposts=True)
    assert list(both["source"]) == ["Blue News", "Red News"]


def test_forces_and_figures_of_an_event() -> None:
    force = {"kind": "force_size", "scope": "standing", "actor_id": "blue-army", "target_id": ""}
    rows = [
        figure("r1-c1", "r1", "raid", 1500, **{**force, "value_max": 2000, "qualifier": "range"}),
        figure("b1-c1", "b1", "siege", 800, **{**force, "window": "2019-05-06"}),
        figure("b1-c2", "b1", "siege", 900, **{**force, "window": "2019-07-06"}),  # weeks later
    ]
    row = t.force_ratio(toy(rows)).iloc[0]
    assert (row["ratio_low"], row["ratio_high"], row["days_apart"]) == (1500 / 800, 2.5, 3)
    assert (row["first_own"], row["second_own"]) == (False, True)
    assert len(t.force_ratio(toy(rows))) == 1
    table = t.figures_of_event(toy(rows), "siege")
    assert list(table["told"]) == ["800", "900"]


def test_repeated_parts_count_when_kept() -> None:
    day = {"window": "2019-05-03/2019-05-04", "event_date": "2019-05-03/2019-05-04"}
    rows = [
        figure("r1-c1", "r1", "battle", 30, **day, scope="cumulative"),
        figure("r1-c2", "r1", "battle", 10, part_of="r1-c1"),
        figure("r1-c3", "r1", "battle", 20, part_of="r1-c1", window="2019-05-04"),
        figure("r1-c4", "r1", "battle", 20, part_of="r1-c1", window="2019-05-04", repeats="r1-c3"),
    ]
    case = toy(rows, events=[event("battle", "battle")])
    assert t.parts_and_totals(case)["difference"].iloc[0] == 0
    assert t.parts_and_totals(case, repeats="kept")["difference"].iloc[0] == 20


def test_sites_taken_twice_across_documents() -> None:
    documents = [
        document("r1", "red-news"),
        document("r2", "red-news"),
        document("b1", "blue-news"),
    ]
    rows = [
        claim("r1-c1", "r1", "fall", event_date="2019-05-03", place_id="ford"),
        claim("r2-c1", "r2", "fall", event_date="2019-05-05", place_id="ford"),
    ]
    taken = event("fall", "taking", winner="red-army", loser="blue-army")
    case = toy(rows, events=[taken], documents=documents)
    assert t.taken_twice(case).empty
    table = t.taken_twice(case, across_documents="one_source")
    assert (table["place"].iloc[0], table["days_apart"].iloc[0]) == ("Ford", 2)


@pytest.mark.parametrize(
    ("qualifier", "low", "high", "text", "point"),
    [
        ("exact", 5.0, 5.0, "5", 5.0),
        ("more_than", 50.0, math.nan, "more than 50", 50.0),
        ("range", 1500.0, 2000.0, "1,500 to 2,000", math.sqrt(3e6)),
        ("approx", 80.0, 80.0, "about 80", 80.0),
        ("dozens", math.nan, math.nan, "dozens", math.nan),
    ],
)
def test_figures_in_words(qualifier: str, low: float, high: float, text: str, point: float) -> None:
    row = figure("r1-c1", "r1", "raid", 1, value_min=low, value_max=high, qualifier=qualifier)
    assert figure_text(row) == text
    assert point_of(row) == pytest.approx(point, nan_ok=True)


def test_choices_that_are_none_are_named(example: Case) -> None:
    for call in (
        lambda: t.matched_figures(example, outcome="dead"),
        lambda: t.inflation(example, reading="loud"),
        lambda: t.coverage(example, risk_set="all"),
        lambda: t.silence(example, by="side"),
        lambda: t.parts_and_totals(example, reading="stated"),
        lambda: t.force_ratio(example, reading="stated"),
        lambda: t.taken_twice(example, across_documents="none"),
    ):
        with pytest.raises(ValueError):
            call()


def test_a_case_without_two_sides_gives_empty_contrasts() -> None:
    case = case_of("idlib")
    assert t.against_other_side(case).empty
    assert t.force_ratio(case).empty
    assert math.isnan(t.inflation_contrast(case)["difference"])
    assert not t.own_losses(case).empty


def test_statements_name_side_voice_and_days(example: Case) -> None:
    claims = statements(example).set_index("claim_id")
    row = claims.loc["lantern-09-digest-c03"]
    assert (row["target_side"], row["camp"], row["voice"]) == ("north", "south", "The Lantern")
    assert row["window_last"] - row["window_first"] == 2
    assert claims.loc["digest-02-bridge-c03", "voice"] == "quoted in Valley Digest"


# --- properties and simulations -------------------------------------------------------------------


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), min_size=1, max_size=6))
def test_ratios_of_two_sides_negate_when_swapped(pairs: list[tuple[int, int]]) -> None:
    rows = []
    for i, (one, two) in enumerate(pairs):
        rows += [figure(f"r1-c{i}", "r1", f"e{i}", one), figure(f"b1-c{i}", "b1", f"e{i}", two)]
    case = toy(rows)
    ahead = t.against_other_side(case, calendar="umm_al_qura")
    back = t.against_other_side(swapped(shuffled(case, 1)), calendar="umm_al_qura")
    assert list(ahead["log_ratio"]) == [-x for x in back["log_ratio"]]


@pytest.mark.parametrize("events", [10, 13, 30])
def test_the_interval_of_a_factor_covers(events: int) -> None:
    rng = random_stream(1438, "coverage", str(events))
    covered = 0
    for _ in range(500):
        low, high = mean_interval(np.sort(rng.normal(math.log(3), 0.35, events)))
        covered += low <= math.log(3) <= high
    assert 0.92 <= covered / 500 <= 0.98


@pytest.mark.parametrize(("share", "events"), [(0.3, 17), (0.5, 25)])
def test_the_interval_of_a_share_covers(share: float, events: int) -> None:
    rng = random_stream(1438, "share", str(events))
    draws = rng.binomial(events, share, 500)
    intervals = {k: wilson(int(k), events) for k in set(draws.tolist())}
    covered = sum(intervals[int(k)][0] <= share <= intervals[int(k)][1] for k in draws)
    assert 0.92 <= covered / 500 <= 0.98


def test_inflation_covers_through_the_whole_path() -> None:
    # Told numbers are whole, references too: the path from claims to interval, 500 times over.
    rng = random_stream(1438, "inflation")
    covered = 0
    truth = rng.integers(20, 200, (500, 12))
    told = np.maximum(np.rint(truth * np.exp(rng.normal(math.log(2), 0.3, truth.shape))), 1)
    rows = [figure(f"r1-c{i}", "r1", f"e{i}", 1) for i in range(12)]
    references = [
        reference(
            f"x{i:02}",
            f"e{i}",
            "2019-05-03",
            quantity="blue soldiers killed",
            value_min=1,
            value_max=1,
        )
        for i in range(12)
    ]
    table = t.matched_figures(toy(rows, references=references), calendar="umm_al_qura")
    assert len(table) == 12
    for one, two in zip(told, truth, strict=True):
        low, high = mean_interval(np.log(one / two))
        covered += low <= math.log(2) <= high
    assert 0.92 <= covered / 500 <= 0.98
