"""The errors of rules: rows meet once by their spans; the floor set beforehand is passed."""

from pathlib import Path

import pandas as pd

from framelines.analyses import coding


def test_rows_meet_once_by_their_spans_and_are_asked_whether_they_are_alike() -> None:
    columns = ["doc_id", "start", "end", "target_id"]
    rules = pd.DataFrame([("b", 0, 5, "x"), ("a", 0, 9, "x"), ("a", 4, 9, "y")], columns=columns)
    coder = pd.DataFrame([("a", 3, 9, "y;z"), ("c", 0, 5, "x")], columns=columns)
    pairs = coding._pairs(rules, coder)
    assert pairs[["start", "start_coder"]].values.tolist() == [[4, 3]]
    assert coding._alike(pairs, "target_id", {}) == coding._alike(pairs, "", {}) == [True]
    other = pairs.assign(target_id="x")
    assert coding._alike(other, "target_id", {}) == [False]
    assert coding._alike(other, "target_id", {"x": "camp", "z": "camp"}) == [True]
    assert coding._alike(coding._pairs(rules, coder.tail(1)), "target_id", {}) == []


def test_the_floor_of_one_untuned_rule_is_passed_on_every_count() -> None:
    table = coding.measured().query("language != 'ar'").set_index("code")
    numbers, losses = (table.loc[c] for c in (coding.ASKED[0][0], coding.ASKED[2][0]))
    assert numbers["precision"] > 127 / 185 and numbers["recall"] > 115 / 198
    assert losses["precision"] > 37 / 53 and losses["recall"] > 35 / 54
    assert (coding.dead()["found"] / coding.dead()["articles"] > 0.94).all()
    assert ((table["f1"] >= 0) & (table["f1"] <= 1)).all()


def test_both_halves_make_the_whole_and_the_crowd_has_its_own_table() -> None:
    for folder in (coding.DATA, coding.FAKES):
        table = coding.measured(folder).dropna()
        low, high = table[["seen", "unseen"]].min(axis=1), table[["seen", "unseen"]].max(axis=1)
        assert len(table) and ((low <= table["f1"]) & (table["f1"] <= high)).all()
    place, number, side = coding.measured(coding.FAKES)["both"]
    assert place >= number >= side > 0


def test_where_nobody_measured_nothing_is_claimed(tmp_path: Path) -> None:
    assert coding.measured(tmp_path).empty and coding.dead(tmp_path).empty
