"""In whose words claims stand: counted by hand, mirrored, and hedged ones left out on demand."""

import pytest

from framelines import framing as f
from framelines.voices import claims
from tests.test_naming import case_of


def test_attribution_by_hand_and_mirrored() -> None:
    case = case_of("idlib")
    rows = claims(case)
    one = f.attribution_by_group(case, draws=200, permutations=199)
    reports = rows[rows["genre"] == "report"]
    assert one.k_first == (reports["attribution"] != "own_voice").sum()
    assert one.n_first == len(reports)
    two = f.attribution_by_group(
        case, first=("opinion",), second=("report",), draws=200, permutations=199
    )
    assert (two.effect, two.p) == (-one.effect, one.p)
    fewer = f.attribution_by_group(case, hedged="not_counted", draws=20, permutations=9)
    assert fewer.n_first <= one.n_first


@pytest.mark.parametrize("name", ["example", "idlib"])
def test_the_other_voice_adds_up(name: str) -> None:
    case = case_of(name)
    table = f.other_voice(case, draws=50).set_index("source")
    whole, each = table.loc["all"], table.drop("all")
    assert whole["n"] == each["n"].sum() == len(claims(case))
    assert whole["k"] == each["k"].sum() == len(f.other_voice_claims(case))
    assert (table[["asserted", "hedged", "denied"]].sum(axis=1) == table["k"]).all()


def test_shares_of_attribution_add_up_to_one() -> None:
    table = f.attribution_shares(case_of("idlib"), draws=20, seed=1)
    assert table.groupby("source")["share"].sum().round(9).eq(1).all()
