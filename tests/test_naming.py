"""Who is called what: the planted naming of the example, and the mirror."""

from dataclasses import replace
from functools import cache

import pytest
import yaml

from framelines import framing as f
from framelines.case import Case, load_case
from framelines.corpus import REPO
from framelines.naming import ambiguous_labels, mentions

TRUTH = yaml.safe_load((REPO / "data" / "example" / "truth.yaml").read_text(encoding="utf-8"))


@cache
def case_of(name: str) -> Case:
    """A case, read once for all tests; none of them may change its tables."""
    return load_case(name)


def mirrored(case: Case) -> Case:
    """The same case with its sides in the other order."""
    assert case.compare is not None
    return replace(case, compare=(case.compare[1], case.compare[0]))


@pytest.mark.parametrize(
    ("camp", "relation", "planted"),
    [
        ("north", "foe", "north_of_south"),
        ("south", "foe", "south_of_north"),
        ("south", "own", "south_of_itself"),
    ],
)
def test_planted_naming_is_recovered(camp: str, relation: str, planted: str) -> None:
    table = f.naming_matrix(case_of("example"), by="camp", draws=2000, seed=1)
    truth = TRUTH["names"][planted]
    own = table[(table["camp"] == camp) & (table["relation"] == relation)].set_index("stance")
    for stance, count in truth["counts"].items():
        assert own.at[stance, "k"] == count
        if count:
            assert own.at[stance, "low"] <= truth["planted"][stance] <= own.at[stance, "high"]
    assert own["n"].iloc[0] == truth["realised"]["mentions"]


def test_the_planted_contrast_is_covered_and_told() -> None:
    found = f.naming_contrast(case_of("example"), scope="whole_texts", seed=1438)
    truth = TRUTH["names"]
    planted = truth["north_of_south"]["planted"]["derogatory"]
    planted -= truth["south_of_north"]["planted"]["derogatory"]
    assert found.low is not None and found.high is not None and found.p is not None
    assert found.low <= planted <= found.high < 0
    assert (found.k_first, found.n_first) == (25, 60)
    assert (found.k_second, found.n_second) == (47, 57)
    assert found.p <= 0.001 and found.resampled == "documents"


@pytest.mark.parametrize("name", ["example", "palmyra"])
@pytest.mark.parametrize("scope", ["theatre_sentences", "whole_texts"])
def test_swapping_the_sides_negates_the_effect(name: str, scope: str) -> None:
    case = case_of(name)
    one = f.naming_contrast(case, scope=scope, draws=300, permutations=499)
    two = f.naming_contrast(mirrored(case), scope=scope, draws=300, permutations=499)
    assert (two.effect, two.p, two.why) == (-one.effect, one.p, one.why)
    if one.low is not None and one.high is not None:
        assert (two.low, two.high) == (-one.high, -one.low)


def test_the_contrast_by_event_covers_what_was_planted() -> None:
    case = case_of("example")
    table = f.naming_by_event(case)
    assert (table["n_first"] > 0).all() and (table["n_second"] > 0).all()
    found = f.paired_contrast(table, "north", "south", "naming by event", draws=2000, seed=1)
    assert found.low is not None and found.high is not None and found.p is not None
    assert found.low <= -0.40 <= found.high
    assert found.p <= 0.05 and found.resampled == "matched events"
    back = f.naming_by_event(mirrored(case))
    assert list(back["difference"]) == list(-table["difference"])


def test_palmyra_has_neither_interval_nor_test() -> None:
    found = f.naming_contrast(case_of("palmyra"), draws=50)
    assert (found.low, found.high, found.p) == (None, None, None)
    assert "no interval" in found.why and "no test" in found.why


def test_ambiguous_labels_are_those_of_several_actors_or_stances() -> None:
    case = case_of("palmyra")
    labels = ambiguous_labels(case)
    assert "rafidah" in labels and "islamic state" not in labels
    left = mentions(case, ambiguous="left_out")
    assert not set(left["label"]) & labels
    assert len(left) < len(mentions(case))


def test_every_name_of_an_actor_is_listed() -> None:
    rows = mentions(case_of("example"))
    table = f.label_counts(rows, "camp", "actor")
    own = table[(table["camp"] == "north") & (table["actor"] == "League of Lower Arda")]
    assert own["count"].sum() == 60
    assert set(own.loc[own["stance"] == "derogatory", "label"]) == {"bandits", "marauders"}


def test_without_two_sides_the_foe_is_any_armed_opponent() -> None:
    rows = mentions(case_of("idlib"))
    foes = set(rows.loc[rows["relation"] == "foe", "actor_id"])
    assert "hayat-tahrir-al-sham" in foes and "turkish-army" in foes
    assert not foes & {"syrian-army", "civilians", "united-states", "observatory"}


def test_naming_by_genre_mirrors() -> None:
    case = case_of("idlib")
    one = f.naming_by_group(case, draws=200, permutations=499)
    two = f.naming_by_group(
        case, first=("report",), second=("opinion", "interview"), draws=200, permutations=499
    )
    assert one.low is not None and one.high is not None
    assert (two.effect, two.low, two.high, two.p) == (-one.effect, -one.high, -one.low, one.p)
