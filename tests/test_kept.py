"""What is kept is given back for the same case and arguments only, and nobody can spoil it."""

from dataclasses import replace

import pandas as pd

from framelines import calendars
from framelines.case import Case
from framelines.kept import MOST, kept
from framelines.timelines.statements import statements
from tests.synthetic import figure, shuffled, swapped, toy

CALLS: list[str] = []


@kept
def counted(case: Case, *, setting: object = "a", calibration: object = None) -> pd.DataFrame:
    CALLS.append(case.name)
    return pd.DataFrame({"claims": [len(case["claims"])]})


def calls(*asked: tuple[Case, dict[str, object]]) -> int:
    before = len(CALLS)
    for case, choices in asked:
        counted(case, **choices)
    return len(CALLS) - before


def test_the_same_question_is_computed_once() -> None:
    case = toy([figure("r1-c1", "r1", "raid", 3)])
    assert calls((case, {}), (case, {}), (case, {"setting": "b"}), (case, {"setting": "b"})) == 2
    assert calls((swapped(case), {}), (shuffled(case, 1), {})) == 2
    # Equal tables that are not the same ones, and 1 for True, are other questions.
    twin = replace(case, tables={k: v.copy() for k, v in case.tables.items()})
    assert calls((twin, {}), (case, {"setting": 1}), (case, {"setting": True})) == 3
    one, other = calendars.calibrate(case), calendars.calibrate(case)
    assert calls((case, {"calibration": one}), (case, {"calibration": other})) == 2


def test_a_changed_table_is_asked_anew_and_the_oldest_is_forgotten() -> None:
    case = toy([figure("r1-c1", "r1", "raid", 3)])
    counted(case)
    case.tables["claims"] = pd.concat([case["claims"]] * 2)
    assert counted(case)["claims"].iloc[0] == 2
    assert calls((case, {}), *((case, {"setting": i}) for i in range(MOST)), (case, {})) == MOST + 1


def test_whoever_changes_what_he_was_given_changes_nothing_else() -> None:
    case = toy([figure("r1-c1", "r1", "raid", 3)])
    found = statements(case)
    found.loc[0, "value_min"] = 99.0
    assert statements(case)["value_min"].iloc[0] == 3
