"""Names, deeds, voices, frames: the planted truth of the example, the mirror, and empty tables."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from toys import case_of, swapped, uncoded

from framelines import REPO
from framelines.analyses import framing as f
from framelines.errors import DataError
from framelines.methods import contrasts
from framelines.methods.contrasts import shares
from framelines.methods.estimate import Estimate
from framelines.tables.case import Case

TRUTH = yaml.safe_load((REPO / "data" / "example" / "truth.yaml").read_text(encoding="utf-8"))
NAMING = ("example", "palmyra")


def counts(found: Estimate) -> list[tuple[float, float]]:
    return list(zip(found.k, found.n, strict=True))


def negated(found: Estimate) -> tuple[Any, ...]:
    return (-found.value, -found.high, -found.low, found.p, found.k[::-1], found.n[::-1])


def as_told(found: Estimate) -> tuple[Any, ...]:
    return (found.value, found.low, found.high, found.p, found.k, found.n)


def same(one: tuple[Any, ...], two: tuple[Any, ...]) -> bool:
    # A missing number equals a missing one, and −0 is 0.
    return repr([v + 0.0 if isinstance(v, float) else v for v in one]) == repr(
        [v + 0.0 if isinstance(v, float) else v for v in two]
    )


# --- what was found -------------------------------------------------------------------------------


def test_the_declared_findings_of_palmyra() -> None:
    case = case_of("palmyra")
    assert counts(f.naming_contrast(case)) == [(74, 102), (11, 43)]
    assert counts(f.frame_contrast(case)) == [(23, 123), (0, 42)]
    events, *parts = f.capture_verbs(case)
    assert counts(events) == [(2, 4), (0, 4)]
    assert {e.part: counts(e)[0] for e in parts} == {
        "government_camp: own takings": (2, 2),
        "government_camp: own losses": (0, 5),
        "islamic_state: own takings": (7, 16),
        "islamic_state: own losses": (0, 1),
    }


def test_two_documents_a_side_have_neither_interval_nor_test() -> None:
    for found in (f.naming_contrast(case_of("palmyra")), f.frame_contrast(case_of("palmyra"))):
        assert pd.isna([found.low, found.high, found.p]).all()
        assert "no interval" in found.why[0] and "no test" in found.why[1]


def test_the_declared_findings_of_idlib() -> None:
    case = case_of("idlib")
    naming, voices = f.naming_by_group(case), f.attribution_by_group(case)
    assert counts(naming) == [(30, 167), (25, 129)] and naming.p == 0.3089
    assert counts(voices) == [(58, 172), (30, 110)] and voices.p == 0.1205
    other, distant = f.other_voice(case)
    assert counts(other) == [(3, 315)] and counts(distant) == [(1, 3)]


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({"left_out": "amn"}, [(74, 102), (11, 32)]),
        ({"coder": "first"}, [(29, 44), (2, 15)]),
        ({"coder": "second"}, [(29, 49), (2, 13)]),
        ({"ambiguous_labels": "left_out"}, [(71, 98), (11, 42)]),
        ({"unit": "matched_events"}, [(28, 33), (1, 11)]),
    ],
)
def test_a_choice_changes_the_rows_that_count(
    choices: dict[str, str], told: list[tuple[float, float]]
) -> None:
    assert counts(f.naming_contrast(case_of("palmyra"), **choices)) == told


# --- what was planted -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("camp", "relation", "planted"),
    [
        ("north", "foe", "north_of_south"),
        ("south", "foe", "south_of_north"),
        ("south", "own", "south_of_itself"),
    ],
)
def test_planted_naming_is_recovered(camp: str, relation: str, planted: str) -> None:
    table, truth = f.stance_shares(case_of("example"), by="camp"), TRUTH["names"][planted]
    own = table[(table["camp"] == camp) & (table["relation"] == relation)].set_index("stance")
    for stance, count in truth["counts"].items():
        assert own.at[stance, "k"] == count
        if 0 < count < own.at[stance, "n"]:
            assert own.at[stance, "low"] <= truth["planted"][stance] <= own.at[stance, "high"]
    assert own["n"].iloc[0] == truth["realised"]["mentions"]


def test_the_planted_contrast_is_covered_and_told() -> None:
    found, truth = f.naming_contrast(case_of("example"), scope="whole_texts"), TRUTH["names"]
    planted = truth["north_of_south"]["planted"]["derogatory"]
    planted -= truth["south_of_north"]["planted"]["derogatory"]
    assert found.low <= 100 * planted <= found.high < 0
    assert counts(found) == [(25, 60), (47, 57)] and found.p <= 0.001


def test_the_contrast_by_event_covers_what_was_planted() -> None:
    case = case_of("example")
    table = f.naming_by_event(case)
    assert (table[["n_first", "n_second"]] > 0).all(axis=None)
    found = f.naming_contrast(case, scope="whole_texts", unit="matched_events")
    assert found.low <= -40 <= found.high and found.p <= 0.05
    back = f.naming_by_event(swapped(case))
    assert list(back["difference"]) == list(-table["difference"])


def test_the_planted_frame_is_recovered() -> None:
    found = f.frame_contrast(case_of("example"), scope="whole_texts")
    truth = TRUTH["frames"]["divine_sanction"]
    assert counts(found) == [(0, 200), (33, 239)]
    planted = 100 * (truth["north"]["planted"] - truth["south"]["planted"])
    assert found.low <= planted <= found.high


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
    verbs = f.verb_hits(case_of("example"))
    own = verbs[(verbs["camp"] == camp) & (verbs["role"] == role) & (verbs["of"] > 0)]
    assert dict(Counter(own["lemma"])) == TRUTH["verbs"][planted]
    assert own["hit"].mean() == (role == "took")


def test_planted_agency_is_recovered_document_by_document() -> None:
    truth, case = TRUTH["agency"], case_of("example")
    table = shares(f.agency_hits(case), ["camp", "relation"])
    for (camp, relation), row in table.set_index(["camp", "relation"]).iterrows():
        told = truth[f"{camp}_own" if relation == "own" else f"{camp}_of_the_foe"]
        assert (row["k"], row["n"]) == (told["unnamed"], told["acts"])
        # Where fewer than three documents leave the agent out there is no interval.
        assert np.isnan(row["low"]) or row["low"] <= told["planted"] <= row["high"]
    counts = table.set_index(["camp", "relation"])[["k", "n"]]
    assert list(counts.loc[("north", "own")]) == [19, 24]
    assert list(counts.loc[("north", "foe")]) == [7, 32]


# --- symmetry and sums ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMING)
@pytest.mark.parametrize("estimate", [f.naming_contrast, f.frame_contrast])
@pytest.mark.parametrize("unit", contrasts.UNITS)
def test_swapping_the_sides_negates_the_effect(name: str, estimate: Any, unit: str) -> None:
    one, two = (estimate(c, unit=unit) for c in (case_of(name), swapped(case_of(name))))
    assert same(as_told(two), negated(one)) and two.why == one.why


def test_swapping_genres_negates_the_effect() -> None:
    case, genres = case_of("idlib"), (f.OPINION, f.REPORT)
    for estimate in (f.naming_by_group, f.attribution_by_group):
        one = estimate(case, first=genres[0], second=genres[1])
        two = estimate(case, first=genres[1], second=genres[0])
        assert same(as_told(two), negated(one))


def test_ambiguous_labels_mean_several_actors_or_stances() -> None:
    case = case_of("palmyra")
    every = f.naming_hits(case)
    left = f.naming_hits(case, ambiguous_labels="left_out")
    gone = set(every["wording"]) - set(left["wording"])
    assert "rafidah" in gone and "islamic state" not in gone


def test_without_two_sides_the_foe_is_any_armed_opponent() -> None:
    hits = f.naming_hits(case_of("idlib"))
    foes = set(hits.loc[hits["relation"] == "foe", "actor_id"])
    assert {"hayat-tahrir-al-sham", "turkish-army"} <= foes
    assert not foes & {"syrian-army", "civilians", "united-states", "observatory"}


def test_arabic_labels_stand_behind_their_translation() -> None:
    name = f.glossed(case_of("idlib"))
    assert name("أنقرة") == "Ankara (أنقرة)" and name("town") == "town"


def test_matched_events_are_told_by_both_camps() -> None:
    for name in NAMING:
        table = f.verbs_by_event(case_of(name))
        assert table.groupby("event")["teller"].nunique().eq(2).all()
    assert "ulvane-taken" not in set(
        f.verb_hits(case_of("example"), scope="matched_events")["event_id"]
    )
    hits = f.verb_hits(case_of("idlib"), scope="matched_events")
    assert (hits.groupby("event_id")["source_id"].nunique() >= 2).all()


def test_verbs_stand_beside_their_role() -> None:
    table = f.verbs_by_event(case_of("example"))
    told = {(r.event, r.teller): (r.role, r.verbs) for r in table.itertuples()}
    assert told["The League takes Trevask", "south"] == ("took", "liberate (+) ×2")
    assert told["The League takes Trevask", "north"] == ("lost", "fall (−), seize (−)")


def test_hedged_claims_can_stay_out() -> None:
    case = case_of("idlib")
    assert f.attribution_hits(case, kind="enemy_media")[["hit", "of"]].sum().tolist() == [3, 315]
    fewer = f.attribution_by_group(case, hedged="not_counted")
    assert sum(fewer.n) < sum(f.attribution_by_group(case).n)


def test_what_a_second_page_hosts_can_count_again() -> None:
    case = case_of("idlib")
    once, twice = (f.attribution_by_group(case, reposts=r) for r in f.REPOSTS)
    assert sum(twice.n) > sum(once.n)


def test_weak_frames_are_marked_and_not_tested_in_number() -> None:
    table = f.frame_contrasts(case_of("idlib")).set_index("frame")
    assert table.at["entman_moral", "status"] == "weak"
    assert "divine_sanction" not in table.index and (table["k_1"] + table["k_2"] > 0).all()
    assert table.at["military_technical", "status"] == ""
    assert table["p_holm"].notna().sum() == (table["status"] == "").sum()
    assert (table["p_holm"].dropna() >= table["p"].reindex(table["p_holm"].dropna().index)).all()


def test_an_unknown_frame_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(DataError, match="no such frame.*divine_sanction"):
        f.frame_contrast(case_of("palmyra"), frame="defeat")


def test_leading_terms_of_either_group() -> None:
    case = case_of("example")
    table = f.leading_terms(case, f.key_terms(case), each=3)
    assert list(table["group"]) == ["north"] * 3 + ["south"] * 3
    assert table.set_index("term").at["league", "documents_first"] == 12


# --- groups, and nothing to count -----------------------------------------------------------------


def test_groups_are_camps_else_genres_else_blocs_else_outlets() -> None:
    def pair(case: Case) -> tuple[str, ...] | None:
        found = f.groups_of(case)
        return (found.column, found.first, found.second) if found else None

    assert pair(case_of("palmyra")) == ("camp", "islamic_state", "government_camp")
    idlib = case_of("idlib")
    assert pair(idlib) == ("genre", "opinion + interview", "report")

    def only(case: Case, **columns: str) -> Case:
        return replace(
            case, tables={**case.tables, "documents": case["documents"].assign(**columns)}
        )

    reports = only(idlib, genre="report")
    assert pair(reports) == ("bloc", "pro_government", "russia_aligned")
    one_bloc = replace(
        reports, tables={**reports.tables, "sources": reports["sources"].assign(bloc="all")}
    )
    assert pair(one_bloc) == ("source_id", "south-front", "amn")
    assert pair(only(one_bloc, source_id="amn")) is None


@pytest.mark.parametrize("name", ["palmyra", "idlib", "example"])
def test_nothing_coded_gives_empty_tables_and_reasons(name: str) -> None:
    case = uncoded(name)
    tables = [
        f.stance_shares(case),
        f.verbs_by_event(case),
        f.naming_by_event(case),
        f.frame_contrasts(case),
        f.agency_hits(case),
    ]
    assert all(table.empty for table in tables)
    answers = [f.naming_contrast(case), *f.capture_verbs(case), *f.other_voice(case)]
    answers += [f.naming_by_group(case), f.attribution_by_group(case)]
    for found in answers:
        assert pd.isna(found.value) and "not estimable" in found.why[0]
    words = f.key_terms(case)
    assert words.table.empty and "not estimable" in words.why[0]
    assert f.leading_terms(case, words).empty
