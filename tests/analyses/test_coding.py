"""The errors of rules: rows meet once by their spans; the floor set beforehand is passed."""

from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest

from framelines.analyses import coding


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The articles that a crowd coded, in a folder of another name."""
    place = tmp_path_factory.mktemp("crowd") / "mine"
    return copytree(coding.DATA / "fa-kes", place, ignore=lambda *_: ["raw", "features"])


def test_rows_meet_once_by_their_spans_and_are_asked_whether_they_are_alike() -> None:
    columns = ["doc_id", "start", "end", "target_id"]
    rules = pd.DataFrame([("b", 0, 5, "x"), ("a", 0, 9, "x"), ("a", 4, 9, "y")], columns=columns)
    coder = pd.DataFrame([("a", 3, 9, "y;z"), ("c", 0, 5, "x")], columns=columns)
    pairs = coding._pairs(rules, coder)
    assert pairs[["start", "start_coder"]].values.tolist() == [[4, 3]]
    other = pairs.assign(target_id="x")
    for found, sides, alike in ((pairs, {}, True), (other, {}, False), (other, {"x": "z"}, True)):
        assert coding._alike(found, "target_id", sides) == [alike]
    assert coding._alike(coding._pairs(rules, coder.tail(1)), "target_id", {}) == []


def test_the_floor_of_one_untuned_rule_is_passed_on_every_count(mine: Path) -> None:
    table = coding.measured().query("language != 'ar'").set_index("code")
    numbers, losses = (table.loc[[*coding.ASKED["person"]][n]] for n in (0, 2))
    assert numbers["precision"] > 127 / 185 and numbers["recall"] > 115 / 198
    assert losses["precision"] > 37 / 53 and losses["recall"] > 35 / 54
    assert coding.dead(mine).eval("found / articles > 0.94").tolist() == [True, True]
    for both in (coding.measured().dropna(), coding.measured(mine).dropna()):
        halves = both[["seen", "unseen"]]
        assert len(both) and both["f1"].between(halves.min(axis=1), halves.max(axis=1)).all()


def test_a_crowd_is_known_by_its_codes_and_not_by_its_folder(mine: Path, tmp_path: Path) -> None:
    assert coding.coder_of(mine) == ("crowd", True)
    assert coding.coder_of(coding.DATA) == ("first", False)
    place, number, side = coding.measured(mine)["both"]
    assert place >= number >= side > 0
    assert coding.dead(coding.DATA).empty
    assert coding.measured(tmp_path).empty and coding.dead(tmp_path).empty
    for language, said in {"de": "read no text in de.", "tr": "in tr is hardly known."}.items():
        (tmp_path / "documents.csv").write_text(f"doc_id,cases,language\na,war,{language}\n")
        assert coding.caution(tmp_path, "war")[0].endswith(said)
