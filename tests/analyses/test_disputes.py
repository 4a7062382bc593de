"""Every rule of what may contradict what, by small cases; and the example's planted disputes."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import toys
from hypothesis import given
from hypothesis import strategies as st
from toys import Row, case_of, claim, document, event, figure, toy

from framelines.analyses import claims as coded
from framelines.analyses import disputes as d
from framelines.analyses.losses import scope_table

RED, BLUE = figure("r1-c1", "raid", 30), figure("b1-c1", "raid", 12)
WHOLE = dict.fromkeys(("window", "event_date"), "2019-05-03/2019-05-05")
BATTLE, PARTS = {"events": [event("battle", "battle")]}, ("parts and total", d.INSIDE)


def found(*claims: Row, **more: Any) -> pd.DataFrame:
    return d.disputes(toy(list(claims), **more))


def taking(claim_id: str, event_id: str, day: str, **more: Any) -> Row:
    return claim(claim_id, event_id, event_date=f"2019-{day}", place_id="ford", **more)


def reasons(*claims: Row, **more: Any) -> list[str]:
    return [pair["reasons"][0] for pair in d.pairs(toy(list(claims), **more)) if pair["reasons"]]


@given(st.lists(st.frozensets(st.integers(0, 4), max_size=3), max_size=9))
def test_pairs_are_those_of_all_rows_with_a_key_in_common(keys: list[frozenset[int]]) -> None:
    rows = [{"number": number, "keys": sorted(own)} for number, own in enumerate(keys)]
    every = [(a, b) for a, b in combinations(rows, 2) if {*a["keys"]} & {*b["keys"]}]
    assert list(coded.pairs_by(rows, lambda row: row["keys"])) == every


def test_the_example_has_the_planted_disputes_and_no_other() -> None:
    case, planted = case_of("example"), toys.TRUTH["contradictions"]
    table = d.disputes(case)
    # The bridge's Guard dead stand in two planted rows that are one dispute.
    between = {(row["event"], row["what"]) for row in planted["with_the_reposting_outlet"]}
    events = [one for one, _ in between] + [r["event"] for r in planted["between_north_and_south"]]
    found = table.groupby("class")["event_id"].agg(sorted).to_dict()
    inside = sorted(row["event"] for row in planted["inside_one_source"])
    assert found == {d.BETWEEN: sorted(events), d.INSIDE: inside}
    row = table[table["kind"] == "parts and total"].iloc[0]
    assert row["event_id"] == toys.TRUTH["totals"]["contradicted_by_its_parts"]["event"]
    assert row["width"] == "27 %"  # of √(90 / 56)
    table = d.disputes(case, "umm_al_qura").query("kind == 'date'")
    assert set(table["class"]) == {d.CALENDAR}


def test_two_numbers_of_one_deed_contradict_and_are_ranked() -> None:
    row = found(RED, BLUE).iloc[0]
    assert (row["class"], row["claims"]) == (d.BETWEEN, "b1-c1;r1-c1")
    assert row["statements"] == "Blue News: 12 [b1-c1]; Red News: 30 [r1-c1]"
    assert (row["what"], row["width"]) == ("killed, Blue army", "58 %")  # of √(30 / 12)
    both = figure("b1-c1", "raid", 40, kind="killed_or_wounded")
    assert [len(found(figure("r1-c1", "raid", n), both)) for n in (50, 40, 30)] == [1, 0, 0]
    # Log ratio times the larger: 522 against 350 is 209, launchers 2 against 1 are 1.4.
    rows = [figure("r1-x", "e9", 1), figure("r1-y", "e9", 99)]
    for i, (one, two) in enumerate([(1, 2), (350, 522), (9, 9.5)]):
        rows += [figure(f"r1-c{i}", f"e{i}", one), figure(f"b1-c{i}", f"e{i}", two)]
    table = found(*rows).set_index("event_id")
    assert table["stake"].round(1).to_dict() == {"e9": 454.9, "e1": 208.7, "e0": 1.4, "e2": 0.5}
    assert list(table["rank"]) == [1, 2, 3, 4] and list(table.index) == ["e9", "e1", "e0", "e2"]


def test_what_differs_is_counted_and_not_disputed() -> None:
    others = {"target_id": "townsfolk", "actor_id": "blue-army", "kind": "wounded", "item": "tank"}
    others |= {"attribution": "enemy_media", "part_of": "r1-c1", "event_id": "siege"}
    changes: list[tuple[Row, str]] = [({column: value}, "") for column, value in others.items()]
    changes.append(({"target_id": "townsfolk;blue-army"}, "a wider target, or none told"))
    changes.append(({"window": "2019-05-04", "event_date": "2019-05-04"}, "another window"))
    changes.append(({"place_scope": "mill"}, "another place"))
    changes.append(({"scope": "cumulative"}, "another scope, or none told"))
    for change, reason in changes:
        pair = RED, BLUE | change
        # A change of the day of a momentary deed is a dispute of dates, which is another matter.
        assert not found(*pair)["kind"].isin(["figure", "parts and total"]).any(), change
        assert reasons(*pair) == [reason] * bool(reason), change


def test_windows_of_deeds_and_forces() -> None:
    plain = {"window": "", "event_date": "", "event_calendar": "none", "date_basis": "none"}
    pair, battle = (RED, BLUE | plain), [event("raid", "battle")]
    assert len(found(*pair)) == 1 and found(*pair, events=battle).empty
    assert reasons(*pair, events=battle) == ["the window of one is unknown"]
    force: Row = {"kind": "force_size", "scope": "standing"}
    one = figure("r1-c1", "raid", 800, **force)
    assert len(found(one, figure("b1-c1", "siege", 2000, **force))) == 1
    for change in ({"place_scope": "mill"}, {"actor_id": "blue-army"}, {"window": "2018"}):
        assert found(one, figure("b1-c1", "siege", 2000, **force | change)).empty


def battle(total: float, *days: float, place: str = "ford") -> list[Row]:
    rows = [figure("r1-c9", "battle", total, **WHOLE, scope="cumulative")]
    for i, value in enumerate(days):
        more = dict.fromkeys(("window", "event_date"), f"2019-05-0{3 + i}")
        more |= {"part_of": "r1-c9", "place_scope": place}
        rows.append(figure(f"r1-c{i}", "battle", value, **more))
    return rows


def test_sums_meet_their_total() -> None:
    cases = [(60, (10, 20, 30), "ford", 0), (61, (10, 20, 30), "ford", 1)]
    cases += [(59, (10, 20, 30), "ford", 1), (59, (10, 20, 30), "mill", 1)]
    # What leaves out a day, or may leave out a place, may fall short, but not exceed.
    cases += [(99, (10, 20), "ford", 0), (29, (10, 20), "ford", 1), (99, (10, 20, 30), "mill", 0)]
    for total, days, place, disputes in cases:
        table = found(*battle(total, *days, place=place), **BATTLE)
        assert [*zip(table["kind"], table["class"], strict=True)] == [PARTS] * disputes, total
    rival = figure("b1-c1", "battle", 25, **WHOLE, scope="cumulative")
    table = found(*battle(60, 10, 20, 30), rival, **BATTLE)
    assert list(table["class"]) == [d.BETWEEN]
    assert "Red News in parts: 10 + 20 + 30" in table["statements"].iloc[0]
    rival |= {"value_min": 70.0, "value_max": 70.0}
    for kind in ("killed", "killed_or_wounded"):
        short = [row | {"kind": kind} for row in battle(99, 10, 20)]
        assert "in parts" not in "".join(found(*short, rival, **BATTLE)["statements"])


def test_repetitions_are_one_witness_and_unlisted_ids_free_labels() -> None:
    documents = [document("r1", "red-news"), document("b1", "blue-news")]
    documents.append(document("copy", "red-news", duplicate_of="r1"))
    again = figure("r1-c2", "raid", 30, repeats="r1-c1"), figure("copy-c1", "raid", 31)
    assert list(found(RED, BLUE, *again, documents=documents)["claims"]) == ["b1-c1;r1-c1"]
    rows = [RED, BLUE, taking("r1-c2", "fall", "05-03"), taking("r1-c3", "fall", "05-05")]
    events = [event("raid", "attack"), event("fall", "taking", winner="red-army")]
    case = toy(rows, events=events, actors=[], places=[])
    assert "killed, blue-army" in set(d.disputes(case)["what"])
    assert list(scope_table(case, published="2019")["place_names"]) == ["ford"]
    assert d.questions(case).empty


def test_what_is_no_contradiction_may_be_a_question() -> None:
    burnt, taken = ({"kind": f"equipment_{h}", "item": "tank"} for h in ("destroyed", "captured"))
    names = ("dam", "mill", "hill", "inn")
    listed = {doc: [claim(f"{doc}-{e}", e) for e in names] for doc in ("r1", "b1")}
    deed, again = claim("r1-c1", "raid"), {"claim_id": "r1-c2", "repeats": "r1-c1"}
    asked: dict[str, list[Row]] = {
        "another window": [RED, BLUE | {"window": "2019-05"}],
        d.CHANGED: [RED, RED | again | {"value_min": 40, "value_max": 40}],
        d.FATE: [figure("r1-c1", "raid", 3, **burnt), figure("b1-c1", "raid", 3, **taken)],
        d.WHO: [deed, claim("b1-c1", "raid", actor_id="blue-army")],
        d.DONE: [deed, claim("b1-c1", "raid", modality="attempted")],
        d.STAGE: [taking("r1-c1", "entry", "05-03"), taking("b1-c1", "fall", "05-05")],
        # Two texts list the same places but one each.
        d.LISTS: [*listed["r1"][:-1], *listed["b1"][1:]],
    }
    # Two conditions are too many; what agrees, what is planned, what loses its hedge, and a list
    # that is part of the other are no question.
    unasked = [[RED, BLUE | {"window": "2019-05", "place_scope": "mill"}]]
    unasked += [[RED, BLUE | {"window": "2019-05", "value_min": 30, "value_max": 30}]]
    unasked += [[deed, claim("b1-c1", "raid", modality="planned")]]
    unasked += [[RED, RED | again | {"qualifier": "approx"}], [*listed["r1"], *listed["b1"][1:]]]
    events = [event("raid"), *(event(e, "taking") for e in ("entry", "fall", *names))]
    for how, rows in asked.items():
        (row,) = d.questions(toy(rows, events=events)).itertuples()
        ids = ("b1-inn", "r1-dam") if how == d.LISTS else sorted(r["claim_id"] for r in rows)
        assert (row.asks, row.claims) == (how, ";".join(ids))
    assert all(d.questions(toy(rows, events=events)).empty for rows in unasked)


def test_only_texts_that_share_a_taking_are_set_side_by_side(monkeypatch: Any) -> None:
    seen, every = [], coded.pairs_by
    monkeypatch.setattr(coded, "pairs_by", lambda *how: seen.extend(every(*how)) or every(*how))
    documents = [document(f"r{i}", "red-news") for i in range(9)]
    rows = [claim(f"r{i}-c1", f"e{i // 2}") for i in range(9)]
    case = toy(rows, documents=documents, events=[event(f"e{i}", "taking") for i in range(5)])
    assert not list(d._lists(case, coded.claims(case))) and len(seen) == 4


def test_a_denial_says_what_it_denies_and_no_more_than_the_codes() -> None:
    said, other = claim("r1-c1", "raid"), claim("r1-c2", "raid", target_id="townsfolk")
    denial = {"certainty": "denied", "denies": "r1-c1"}
    some = claim("b1-c1", "raid", **denial)
    none = claim("b1-c2", "raid", **denial, modality="negated")
    part = "the claim, all or part of it, actor Red army, target Blue army"
    assert list(found(said, other, some)["what"]) == [part]
    (row,) = found(said, some, none).to_dict("records")
    assert row["what"] == "that it happened, actor Red army, target Blue army"
    assert (row["claims"], row["class"], row["width"]) == ("b1-c1;b1-c2;r1-c1", d.BETWEEN, "–")
    assert len(found(said, other, some, {**none, "denies": "r1-c2"})) == 2


def dated(claim_id: str, day: str, calendar: str = "gregorian") -> Row:
    return claim(claim_id, "raid", event_date=day, event_calendar=calendar)


def test_two_days_of_a_momentary_event_conflict_and_a_site_is_not_taken_twice() -> None:
    pair = dated("r1-c1", "2019-05-03"), dated("b1-c1", "2019-05-08")
    siege = event("raid", "siege")
    row = found(*pair).iloc[0]
    assert (row["class"], row["width"]) == (d.BETWEEN, "3 days")
    assert found(*pair, events=[siege]).empty and reasons(*pair, events=[siege]) == [d.LASTS]
    assert found(pair[0], {**pair[1], "date_basis": "outside"}).empty
    # 1 Ramadan 1440 is 6 May 2019 by Umm al-Qura; the hull has some days more.
    for day, came in (("2019-05-07", d.CALENDAR), ("2019-05-20", d.BETWEEN)):
        case = toy([dated("r1-c1", "1440-09-01", "hijri"), dated("b1-c1", day)])
        assert list(d.disputes(case, "umm_al_qura")["class"]) == [came]
    documents = [document(i, "red-news") for i in ("r1", "r2")]
    pair = dated("r1-c1", "1440-09-01", "hijri"), dated("r2-c1", "1440-09-02", "hijri")
    assert list(found(*pair, documents=documents)["class"]) == [d.INSIDE]
    taken = {"winner": "red-army", "loser": "blue-army"}
    fall = event("fall", "taking", **taken)
    first, again = taking("r1-c1", "fall", "05-03"), taking("r1-c2", "fall", "05-05")
    row = found(first, again, events=[fall]).squeeze()
    assert (row["kind"], row["class"]) == ("repeated deed", d.INSIDE)
    lost = event("loss", "taking", winner="blue-army", loser="red-army")
    events = [fall, lost, event("second", "taking", **taken)]
    later, loss = taking("r1-c3", "second", "08-05"), taking("r1-c2", "loss", "06-01")
    assert len(found(first, later, events=events)) == 1
    assert found(first, later, loss | {"actor_id": "blue-army"}, events=events).empty
    unknown = [event(e, "taking") for e in ("fall", "second")]  # by nobody knows whom
    assert found(*({**row, "actor_id": ""} for row in (first, later)), events=unknown).empty
    again = taking("r2-c1", "fall", "05-05")
    assert list(found(first, again, events=[fall], documents=documents)["kind"]) == ["date"]


def test_no_contradiction_is_found_where_none_was_planted() -> None:
    rng, rows = np.random.default_rng(1438), []
    for i in range(200):
        value = int(rng.integers(4, 300))
        for name in "rb":
            how = str(rng.choice(["exact", "more_than", "at_least", "up_to", "approx", "range"]))
            gap, below = int(rng.integers(1, 2 + value // 4)), how in ("more_than", "at_least")
            low = None if how == "up_to" else value - gap * (below or how == "range")
            high = None if below else value + gap * (how in ("up_to", "range"))
            ends = {"value_min": low, "value_max": high, "qualifier": how}
            rows.append(figure(f"{name}1-c{i}", f"e{i}", 1, **ends))
            rows.append(claim(f"{name}1-d{i}", f"e{i}", event_date="2019-05-03"))
    table = found(*rows)
    assert set(table["class"]) <= {d.TENSION}
    more = figure("r1-c1", "raid", 50, qualifier="more_than", value_max=None)
    assert list(found(more, figure("b1-c1", "raid", 300))["class"]) == [d.TENSION]
    assert found(more, figure("b1-c1", "raid", 90)).empty
