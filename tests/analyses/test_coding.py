"""The errors of rules: rows meet once by their spans; the floor set beforehand is passed."""

from pathlib import Path

import pandas as pd

from framelines.analyses import coding


def test_rows_meet_once_by_their_spans_and_are_asked_whether_they_are_alike() -> None:
    columns = ["doc_id", "start", "end", "target_id"]
    rules = pd.DataFrame([("a", 0, 9, "x"), ("a", 4, 9, "y"), ("b", 0, 5, "x")], columns=columns)
    coder = pd.DataFrame([("a", 3, 9, "y;z"), ("c", 0, 5, "x")], columns=columns)
    pairs = coding._pairs(rules, coder)
    assert pairs[["start", "start_coder"]].values.tolist() == [[4, 3]]
    assert coding._alike(pairs, "target_id", {}) == coding._alike(pairs, "", {}) == 1
    other = pairs.assign(target_id="x")
    assert coding._alike(other, "target_id", {}) == 0
    assert coding._alike(other, "target_id", {"x": "camp", "z": "camp"}) == 1
    assert coding._alike(coding._pairs(rules, coder.tail(1)), "target_id", {}) == 0


def test_the_floor_of_one_untuned_rule_is_passed_on_every_count() -> None:
    table = coding.measured().query("language != 'ar'").set_index("code")
    numbers, losses = (table.loc[c] for c in (coding.ASKED[0][0], coding.ASKED[2][0]))
    assert numbers["precision"] > 127 / 185 and numbers["recall"] > 115 / 198
    assert losses["precision"] > 37 / 53 and losses["recall"] > 35 / 54
    articles = coding.dead().set_index("of").loc["all dead"]
    assert articles["found"] / articles["articles"] > 0.87
    assert ((table["f1"] >= 0) & (table["f1"] <= 1)).all()


def test_where_nobody_measured_nothing_is_claimed(tmp_path: Path) -> None:
    assert coding.measured(tmp_path).empty and coding.dead(tmp_path).empty
