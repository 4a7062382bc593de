"""Figures and losses: the planted truth of the example, the findings, and small cases by hand."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import t
from toys import TRUTH, Row, case_of, claim, document, event, figure, known, swapped, toy

from framelines.analyses import losses as m
from framelines.methods.estimate import random_stream

# Days on both sides of what may be passed over.
DAYS = {f"r1-d{day}": {"event_date": f"2019-05-{day}", "place_id": "ford"} for day in ("01", 31)}
OTHER = {"north": "south", "south": "north"}
ROUND = [claim(claim_id, "round", **day) for claim_id, day in DAYS.items()]


def test_figures_of_the_real_cases() -> None:
    palmyra, kinds = case_of("palmyra"), ["people", "places", "equipment"]
    both = m.own_losses(case_of("idlib"), losses=kinds, opponents=True)
    assert [(e.k, e.n) for e in both] == [((0,), (2,)), ((6,), (7,))]
    none, found = m.inflation(palmyra)
    assert found.value == pytest.approx(50 / 34) and found.why == ("no interval: 1 matched event",)
    assert "more than 50 against at least 34" in found.detail
    assert none.why == ("not estimable: no figure meets one of the reference",)
    table = m.summed_figures(palmyra).set_index(["figure", "reference"])
    expected = {"its own total, killed or wounded": 350, "sum if later parts include earlier": 360}
    assert table["stated"].groupby("figure").first().to_dict() == expected | {"sum of parts": 522}
    assert table.loc["sum of parts", "ratio"].round(2).to_dict() == {"UCDP": 4.54, "SOHR": 4.35}
    assert all(e.value > 0 for e in m.summed_losses(palmyra, calendar="hull"))
    (summed,) = [e for e in m.summed_losses(palmyra) if e.part.endswith(", sum of parts")]
    assert (summed.low, summed.high) == (522 / 120, 522 / 115)


def test_planted_inflation_own_losses_and_totals() -> None:
    case = case_of("example")
    assert {one.part for one in m.inflation(case)} == set(OTHER)
    for one in m.inflation(case):
        planted = TRUTH["enemy_losses"][f"{one.part}_of_{OTHER[one.part]}"]
        made, own = planted["realised"], m.matched_figures(case).query("camp == @one.part")
        assert one.n == (made["events"],) and one.low < planted["planted"]["factor"] < one.high
        found = [one.value, one.low, one.high]
        assert found == pytest.approx([made["factor"], *made["interval_95"]], abs=0.0006)
        told = {e["event"]: (e["claimed"], e["reference"]) for e in planted["events"]}
        assert {row.event_id: (row.told, row.known) for row in own.itertuples()} == told
    places = m.known_losses(case_of("example"), ["places"]).query("own").groupby("camp")["told"]
    for camp, planted in TRUTH["silence"]["own_losses_of_places"].items():
        told, lost = places.sum()[camp], places.size()[camp]
        assert (told, lost) == (planted["lost"] - planted["silent"], planted["lost"])
    table, bad = m.parts_table(case_of("example")), TRUTH["totals"]["contradicted_by_its_parts"]
    apart = bad["sum_of_parts"] - bad["total"]["value"]
    verdicts = table.set_index("sum")[["difference", "verdict"]].T.to_dict("list")
    assert verdicts.pop(bad["sum_of_parts"]) == [apart, "contradiction"]
    assert list(verdicts.values()) == [[0, "compatible"]]


def test_matched_figures_need_side_and_window() -> None:
    references = [known("x1", "raid", value=10, target="blue-army")]
    references += [known("x2", "raid", value=5, target="red")]
    references += [known("x3", "late", "2019-05-09", value=4, target="blue")]
    told = [figure("r1-c1", "raid", 30), figure("r1-c2", "late", 8)]  # told of another day
    told += [figure("r1-c3", "raid", 99, attribution="other_media")]  # passed on
    told += [figure("b1-c1", "raid", 9, actor_id="blue-army", target_id="red-army")]
    table = m.matched_figures(toy(told, reference=references))
    rows = table[["camp", "told", "ratio", "told_words"]].to_numpy().tolist()
    assert rows == [["blue", 9, 9 / 5, "9 against 5"], ["red", 30, 3, "30 against 10"]]
    days = "2019-05-01/2019-05-03"
    row = [known("x1", "raid", value=10, target="blue", window=days)]
    assert m.matched_figures(toy(told[:1], reference=row)).empty
    whole = figure("r1-c1", "raid", 30, window=days, scope="cumulative")
    assert len(m.matched_figures(toy([whole], reference=row))) == 1
    # Each window has its own rows, however many; what meets a worse row alone is left out.
    told = [figure("r1-c1", "raid", 7), figure("r1-c2", "raid", 10, window=days)]
    rows = [known(f"x{i}", "raid", value=7, target="blue") for i in (2, 3)]
    for quality in ("high", "low"):
        case = toy(told, reference=[row[0] | {"quality": quality}, *rows])
        assert m.matched_figures(case)["ratio"].item() == pytest.approx(1)


def own_losses_of_red(*told: Row, **more: list[Row]) -> tuple[Any, Any]:
    found = {e.part: e for e in m.own_losses(toy([*told, *ROUND], **more))}["red"]
    return found.k, found.n


def test_events_of_one_label_are_told_apart_by_their_ids() -> None:
    about = {"winner": "blue-army", "loser": "red-army", "label": "Post taken; held"}
    events = [event(e, "taking", **about) for e in ("north-post", "south-post")]
    told = [claim(f"b1-c{i}", e["event_id"]) for i, e in enumerate(events)]
    told.append(claim("r1-c1", "north-post"))
    both = {"events": [*events, event("round")]}
    listed = [known(f"x-{i}", e["event_id"]) for i, e in enumerate(events)]
    assert own_losses_of_red(*told, **both, reference=listed) == ((1,), (2,))
    assert own_losses_of_red(*told, **both)[1] == (0,)
    told = [figure("r1-c1", "raid", 3, target_id="red-army", attribution="other_media")]
    told.append(claim("r1-c2", "raid", certainty="denied", denies="r1-c1"))
    listed = [known("x1", "raid", value=3, target="red")]
    assert own_losses_of_red(*told, reference=listed) == ((0,), (1,))


def test_scope_of_taking_names_the_widest() -> None:
    rows = [claim("r1-c1", "e1", place_id="ford;mill"), claim("r1-c2", "e2", place_id="vale")]
    rows += [claim("b1-c1", "e1", place_id="ford", modality="planned")]
    case = toy(rows, events=[event("e1", "taking"), event("e2", "taking")])
    (found,) = m.scope_of_taking(case, published="2019-06")
    assert (found.part, found.value, found.detail) == ("Red News", 3, "widest: Vale, a region")
    assert m.scope_table(case, published="2019-05").empty
    documents = [document("r1", "red-news", contained_in="b1"), document("b1", "blue-news")]
    case = toy(rows[:1], events=[event("e1", "taking")], documents=documents)
    once, twice = (m.scope_table(case, published="2019-06", reposts=way) for way in ("out", "in"))
    assert list(once["source"]) == ["Red News"] and len(twice) == 2


def test_forces_near_each_other_in_time_have_a_ratio() -> None:
    force: dict[str, Any] = {"kind": "force_size", "scope": "standing", "actor_id": "blue-army"}
    rows = [figure("r1-c1", "raid", 1500, **force, value_max=2000, qualifier="range")]
    rows += [figure("b1-c1", "siege", 800, **force | {"window": "2019-05-06"})]
    rows += [figure("b1-c2", "siege", 900, **force | {"window": "2019-07-06"})]  # weeks later
    (found,), (other,) = m.force_ratio(toy(rows)), m.force_ratio(swapped(toy(rows)))
    assert (found.low, found.high) == (1500 / 800, 2.5)
    assert other.value == pytest.approx(1 / found.value)
    assert found.detail == "1,500 to 2,000 by red (its enemy) and 800 by blue (its own force)"
    assert list(m.event_figures(toy(rows), event_id="siege")["told"]) == ["800", "900"]
    rows = [figure("b1-c1", "siege", 5, item="tank"), figure("b1-c2", "siege", 400, item="gun")]
    found = {e.part.split(":")[0]: e.value for e in m.figures_of_event(toy(rows), event_id="siege")}
    assert found == {"killed, gun": 0, "killed, tank": 0}  # which lie no 395 apart


def test_parts_and_the_dead_of_single_days_are_added_up() -> None:
    day = dict.fromkeys(("window", "event_date"), "2019-05-03/2019-05-04")
    last = {"part_of": "r1-c1", "window": "2019-05-04"}
    rows = [figure("r1-c1", "battle", 30, **day, scope="cumulative")]
    rows.append(figure("r1-c2", "battle", 10, part_of="r1-c1"))
    rows.append(figure("r1-c3", "battle", 20, **last))
    rows.append(figure("r1-c4", "battle", 20, **last, repeats="r1-c3"))
    case = toy(rows, events=[event("battle", "battle")])
    (found,) = m.parts_and_totals(case, event_id="battle", items=["killed"])
    told = "10 + 20 = 30 against 30"
    assert (found.part, found.value, found.detail) == ("killed", 0, told)
    assert m.parts_table(case, repeats="kept")["difference"].iloc[0] == 20
    days = {d: {"window": f"2019-05-0{d}", "event_date": f"2019-05-0{d}"} for d in (1, 2, 3, 4)}
    rows = [figure(f"r1-c{d}", f"e{d}", 10 * d, **days[d]) for d in (1, 2, 3)]
    rows += [figure("r1-c4", "e2", 5, target_id="red-army", **days[2])]  # the dead of another side
    rows += [figure("r1-c5", "e1", 9, repeats="r1-c1", **days[1])]
    rows += [figure("r1-c6", "e3", 7, part_of="r1-c3", **days[3])]  # seven of the thirty
    whole = known("x", "war", "2019-05-01", date_to="2019-05-03", value=12, target="blue")
    table = m.running_losses(toy(rows, reference=[whole]))
    assert list(table["account"]) == ["Red News"] * 3 + ["a monitor, killed on all days"]
    assert list(table["sum"]) == [10, 30, 60, 12] and set(table["side"]) == {"blue"}
    # Nothing to set it against, its own total included; and two days that are no line.
    all_days = {"window": "2019-05-01/2019-05-03", "event_date": "2019-05-01/2019-05-03"}
    total = figure("r1-c7", "war", 50, **all_days, scope="cumulative")
    assert m.running_losses(toy([*rows, total])).empty
    assert m.running_losses(toy(rows[:2], reference=[whole])).empty


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["stated", "conventional"])
def test_the_interval_of_a_factor_covers(reading: str) -> None:
    """The path from claims to interval, fifty times: exact, or “more than” a rounded number."""
    rng, covered = random_stream(1438, "inflation"), 0
    for _ in range(50):
        truth = rng.integers(20, 200, 12)
        told = np.maximum(np.rint(truth * np.exp(rng.normal(math.log(2), 0.3, 12))), 1)
        more: Row = {}
        if reading == "conventional":
            told -= told % 10 ** np.floor(np.log10(told))
            more = {"value_max": None, "qualifier": "more_than"}
        rows = [figure(f"r1-c{i}", f"e{i:02}", float(n), **more) for i, n in enumerate(told)]
        listed = [known(f"x{i}", f"e{i:02}", value=int(truth[i]), target="blue") for i in range(12)]
        found = {e.part: e for e in m.inflation(toy(rows, reference=listed), reading=reading)}
        covered += found["red"].low <= 2 <= found["red"].high
    assert covered >= 44


def test_the_dead_that_both_camps_tell_of_one_event() -> None:
    dead = {"one": (10, 40), "two": (6, 6), "three": (5, 10)}
    told = {f"{n}-{i}": values for i in range(4) for n, values in dead.items()}
    folk, rows = {"target_id": "townsfolk"}, []
    for event_id, (red, blue) in told.items():
        rows += [figure(f"r1-{event_id}", event_id, red, **folk)]
        rows += [figure(f"b1-{event_id}", event_id, blue, **folk)]
    # Several figures of a camp are averaged; what one camp alone tells, or of others, is no match.
    rows += [figure("r1-more", "one-0", 40, **folk), figure("r1-alone", "four", 9, **folk)]
    rows += [figure("r1-army", "one-0", 99)]
    found = m.told_by_both(toy(rows), target="townsfolk")
    # Once 20 / 40 for 10 / 40, else 1 / 4, 1 and 1 / 2 in turn; Student's t over the twelve logs.
    logs = np.log([0.5, 1, 0.5, *[0.25, 1, 0.5] * 3])
    half = t.ppf(0.975, 11) * logs.std(ddof=1) / math.sqrt(12)
    ends = np.exp([logs.mean(), logs.mean() - half, logs.mean() + half])
    assert [found.value, found.low, found.high] == pytest.approx(ends) and found.units == (12,)
    few = m.told_by_both(toy(rows[:6]), target="townsfolk")
    assert math.isnan(few.low) and few.why == ("no interval: 3 matched events",)
    assert math.isnan(m.told_by_both(toy(rows), target="nobody").value)
    turned = m.told_by_both(swapped(toy(rows)), target="townsfolk")
    assert turned.value == pytest.approx(1 / ends[0])
