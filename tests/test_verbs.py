"""The same deed under different verbs, acts without an agent: the truth of the example."""

from collections import Counter

import pytest

from framelines import framing as f
from framelines.verbs import acts
from tests.test_naming import TRUTH, case_of, mirrored


@pytest.mark.parametrize(
    ("camp", "role", "planted"),
    [
        ("north", "took", "north_on_takings_of_its_own_side"),
        ("north", "lost", "north_on_takings_of_the_other_side"),
        ("south", "took", "south_on_takings_of_its_own_side"),
        ("south", "lost", "south_on_takings_of_the_other_side"),
    ],
)
def test_planted_verbs_are_recovered(camp: str, role: str, planted: str) -> None:
    verbs = f.capture_verbs(case_of("example"), scope="all_takings")
    own = verbs[(verbs["camp"] == camp) & (verbs["role"] == role)]
    assert dict(Counter(own["lemma"])) == TRUTH["verbs"][planted]
    table = f.verbs_by_role(verbs)
    found = table[(table["camp"] == camp) & (table["role"] == role)]
    assert found.set_index("lemma")["count"].to_dict() == TRUTH["verbs"][planted]


def test_matched_events_are_told_by_both_camps() -> None:
    for name in ("example", "palmyra"):
        case = case_of(name)
        assert case.compare is not None
        verbs = f.capture_verbs(case)
        table = f.events_side_by_side(verbs)
        assert (table[list(case.compare)] != "").all(axis=None)
        assert set(verbs["event_id"]) == set(table["event_id"])
    assert "ulvane-taken" not in set(f.capture_verbs(case_of("example"))["event_id"])


def test_side_by_side_names_role_and_verbs() -> None:
    table = f.events_side_by_side(f.capture_verbs(case_of("example"))).set_index("event_id")
    assert table.at["trevask-taken", "south"] == "took: liberate (+) ×2"
    assert table.at["trevask-taken", "north"] == "lost: fall (−), seize (−)"


def test_without_two_sides_any_two_outlets_match() -> None:
    verbs = f.capture_verbs(case_of("idlib"))
    assert (verbs.groupby("event_id")["source_id"].nunique() >= 2).all()


def test_only_takers_liberate() -> None:
    table = f.favourable_wording(
        f.capture_verbs(case_of("example"), scope="all_takings"), by="camp", draws=50, seed=1
    ).set_index(["camp", "role"])
    assert table.at[("north", "took"), "share"] == table.at[("south", "took"), "share"] == 1
    assert table.at[("north", "lost"), "share"] == table.at[("south", "lost"), "share"] == 0


@pytest.mark.parametrize(
    ("camp", "relation", "planted"),
    [
        ("north", "own", "north_own"),
        ("north", "foe", "north_of_the_foe"),
        ("south", "own", "south_own"),
        ("south", "foe", "south_of_the_foe"),
    ],
)
def test_planted_agency_is_recovered(camp: str, relation: str, planted: str) -> None:
    table = f.agency(case_of("example"), by="camp", draws=2000, seed=1)
    row = table.set_index(["camp", "relation"]).loc[(camp, relation)]
    truth = TRUTH["agency"][planted]
    assert (row["k"], row["n"]) == (truth["unnamed"], truth["acts"])
    assert row["low"] <= truth["planted"] <= row["high"]


def test_agency_is_told_document_by_document() -> None:
    found = f.agency_contrasts(case_of("example"), draws=500)
    north, south = found
    assert (north.k_first, north.n_first, north.k_second, north.n_second) == (19, 24, 7, 32)
    for made in found:
        assert made.p is not None and made.p <= 0.01
        assert made.low is not None and made.low > 0
    # Ten documents of the South hold both kinds of act: 2 of 1,024 swaps are the least there is.
    assert south.p == pytest.approx(2 / 1024)


def test_acts_of_few_documents_have_no_test() -> None:
    for made in f.agency_contrasts(case_of("palmyra"), draws=50):
        assert made.p is None and "where 6 are needed" in made.why
        assert "each side needs" not in made.why


def test_cells_add_up_to_the_acts() -> None:
    case = case_of("example")
    rows = acts(case)
    cells = f.agency_cells(case)
    assert cells["acts"].sum() == rows["relation"].isin(["own", "foe"]).sum()
    assert len(cells) == 8


def test_wordings_are_favourable_to_the_own_side_alone() -> None:
    found = f.wording_contrasts(case_of("example"), draws=50)
    assert [made.effect for made in found] == [1.0, 1.0]
    # Three and four documents tell takings of both sides; a test needs six.
    assert all(made.p is None and "no test" in made.why for made in found)
    for made in f.wording_contrasts(case_of("palmyra"), scope="matched_events", draws=50):
        assert made.value_second == 0 and made.low is None


def test_the_contrast_of_favourable_wording_mirrors() -> None:
    case = case_of("palmyra")
    one, two = (f.favourable_contrast(c, draws=50) for c in (case, mirrored(case)))
    assert two.effect == -one.effect and one.p is None
