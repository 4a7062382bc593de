"""Names, deeds, voices, frames: the planted truth of the example, the mirror, and empty tables."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from toys import TRUTH, case_of, swapped, uncoded

from framelines import REPO
from framelines.analyses import framing as f
from framelines.analyses.findings import declared, main
from framelines.errors import DataError
from framelines.methods import contrasts
from framelines.methods.contrasts import shares
from framelines.methods.estimate import Estimate
from framelines.tables.case import Case

FAKES = REPO / "data" / "fa-kes"
NAMING = ("example", "palmyra")


def counts(found: Estimate) -> list[tuple[float, float]]:
    return list(zip(found.k, found.n, strict=True))


def as_told(found: Estimate, sign: int = 1) -> list[float]:
    """Value, interval, p and counts, with −1 as the other group minus the first would have them."""
    ends = (found.low, found.high)[::sign]
    numbers = [sign * found.value, *(sign * end for end in ends), found.p]
    return numbers + [*found.k[::sign], *found.n[::sign]]


def test_the_declared_findings_of_palmyra() -> None:
    case = case_of("palmyra")
    naming, frame = f.naming_contrast(case), f.frame_contrast(case)
    assert counts(naming) == [(74, 102), (11, 43)] and counts(frame) == [(23, 123), (0, 42)]
    # Two documents a side have neither interval nor test.
    for found in (naming, frame):
        assert pd.isna([found.low, found.high, found.p]).all()
        assert "no interval" in found.why[0] and "no test" in found.why[1]
    events, *parts = f.capture_verbs(case)
    assert counts(events) == [(2, 4), (0, 4)]
    assert {e.part: counts(e)[0] for e in parts} == {
        "government_camp: own takings": (2, 2),
        "government_camp: own losses": (0, 5),
        "islamic_state: own takings": (7, 16),
        "islamic_state: own losses": (0, 1),
    }


def test_the_declared_findings_of_idlib() -> None:
    case = case_of("idlib")
    naming, voices = f.naming_by_group(case), f.attribution_by_group(case)
    assert counts(naming) == [(30, 167), (25, 129)] and naming.p == 0.3089
    assert counts(voices) == [(58, 172), (30, 110)] and voices.p == 0.1205
    other, distant = f.other_voice(case)
    assert counts(other) == [(3, 315)] and counts(distant) == [(1, 3)]
    # Hedged claims can stay out, and what a second page hosts can count again.
    assert sum(f.attribution_by_group(case, hedged="not_counted").n) < sum(voices.n)
    assert sum(f.attribution_by_group(case, reposts="in").n) > sum(voices.n)
    # Kinds are of outlets: where these are enough for a test, none deals their texts.
    kinds: dict[str, Any] = {"by": "outlet_kind", "first": ["state_media", "party_media"]}
    kinds |= {"second": ["news_site", "blog"]}
    outlets, texts = (f.naming_by_group(case, unit=u, **kinds) for u in ("outlets", "texts"))
    assert outlets.p < 0.02 and np.isnan(texts.p) and "of outlets" in texts.why[-1]


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
def test_a_choice_changes_the_rows_that_count(choices: dict[str, str], told: Any) -> None:
    assert counts(f.naming_contrast(case_of("palmyra"), **choices)) == told


@pytest.mark.parametrize(
    ("camp", "relation", "planted"),
    [("north", "foe", "south"), ("south", "foe", "north"), ("south", "own", "itself")],
)
def test_planted_naming_is_recovered(camp: str, relation: str, planted: str) -> None:
    table = f.stance_shares(case_of("example"), by="camp")
    truth = TRUTH["names"][f"{camp}_of_{planted}"]
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


def test_planted_verbs_are_recovered() -> None:
    verbs = f.verb_hits(case_of("example")).query("of > 0")
    for (camp, role), own in verbs.groupby(["camp", "role"]):
        side = "its_own" if role == "took" else "the_other"
        planted = TRUTH["verbs"][f"{camp}_on_takings_of_{side}_side"]
        assert dict(Counter(own["lemma"])) == planted and own["hit"].mean() == (role == "took")
    assert verbs.groupby("camp")["role"].nunique().to_dict() == {"north": 2, "south": 2}


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


@pytest.mark.parametrize("name", NAMING)
@pytest.mark.parametrize("estimate", [f.naming_contrast, f.frame_contrast])
@pytest.mark.parametrize("unit", contrasts.UNITS)
def test_swapping_the_sides_negates_the_effect(name: str, estimate: Any, unit: str) -> None:
    one, two = (estimate(c, unit=unit) for c in (case_of(name), swapped(case_of(name))))
    np.testing.assert_array_equal(as_told(two), as_told(one, -1))
    assert two.why == one.why


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


def test_whose_words_are_passed_on() -> None:
    found = f.passed_on(case_of("idlib")).set_index(["teller", "voice"])["claims"]
    assert found["Syrian Perspective", "a text of Syria Times"] == 31
    words = found[~found.index.get_level_values("voice").str.contains("text of")]
    assert words.sum() == f.attribution_hits(case_of("idlib"))["hit"].sum()


def test_matched_events_are_told_by_both_camps() -> None:
    for name in NAMING:
        table = f.verbs_by_event(case_of(name))
        assert table.groupby("event")["teller"].nunique().eq(2).all()
    matched = f.verb_hits(case_of("example"), scope="matched_events")
    assert "ulvane-taken" not in set(matched["event_id"])
    hits = f.verb_hits(case_of("idlib"), scope="matched_events")
    assert (hits.groupby("event_id")["source_id"].nunique() >= 2).all()


def test_verbs_stand_beside_their_role() -> None:
    table = f.verbs_by_event(case_of("example"))
    told = {(r.event, r.teller): (r.role, r.verbs) for r in table.itertuples()}
    assert told["The League takes Trevask", "south"] == ("took", "liberate (+) ×2")
    assert told["The League takes Trevask", "north"] == ("lost", "fall (−), seize (−)")


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


def test_groups_are_camps_else_genres_else_blocs_else_outlets() -> None:
    def pair(case: Case) -> tuple[str, ...] | None:
        found = f.groups_of(case)
        return (found.column, found.first, found.second) if found else None

    assert pair(case_of("palmyra")) == ("camp", "islamic_state", "government_camp")
    idlib = case_of("idlib")
    assert pair(idlib) == ("genre", "opinion + interview", "report")

    def only(case: Case, table: str, **columns: str) -> Case:
        return replace(case, tables={**case.tables, table: case[table].assign(**columns)})

    reports = only(idlib, "documents", genre="report")
    assert pair(reports) == ("bloc", "pro_government", "russia_aligned")
    one_bloc = only(reports, "sources", bloc="all")
    assert pair(one_bloc) == ("source_id", "south-front", "amn")
    assert pair(only(one_bloc, "documents", source_id="amn")) is None
    reposts = only(case_of("palmyra"), "documents", duplicate_of="gone")  # nothing of a side counts
    assert f.genres_of(reposts) == "islamic_state: none; government_camp: none"


@pytest.mark.parametrize("name", ["palmyra", "idlib", "example"])
def test_nothing_coded_gives_empty_tables_and_reasons(name: str) -> None:
    case = uncoded(name)
    for made in (f.stance_shares, f.verbs_by_event, f.naming_by_event, f.frame_contrasts):
        assert made(case).empty
    assert f.agency_hits(case).empty
    answers = [f.naming_contrast(case), *f.capture_verbs(case), *f.other_voice(case)]
    answers += [f.naming_by_group(case), f.attribution_by_group(case)]
    for found in answers:
        assert pd.isna(found.value) and "not estimable" in found.why[0]
    words = f.key_terms(case)
    assert words.table.empty and "not estimable" in words.why[0]
    assert f.leading_terms(case, words).empty


SHARES = [one.id for one in declared("fa-kes") if one.analysis.function.startswith("framing")]


def _that_use(texts: pd.DataFrame, wanted: list[str]) -> pd.DataFrame:
    words = pd.read_csv(FAKES / "features" / "chunks.csv", keep_default_na=False)
    stems = tuple(w.removesuffix("*") for w in wanted if w.endswith("*"))
    met = words["token"].isin(wanted) | words["token"].str.startswith(stems)
    texts = texts[texts["doc_id"].isin(words["doc_id"])]
    return texts.assign(hit=texts["doc_id"].isin(words.loc[met, "doc_id"]))


def _that_name(texts: pd.DataFrame, side: str) -> pd.DataFrame:
    claims = pd.read_csv(FAKES / "claims.csv").dropna(subset=["actor_id"])
    sides = pd.read_csv(FAKES / "actors.csv").set_index("actor_id")["side"]
    naming = claims.loc[claims["actor_id"].map(sides) == side, "doc_id"]
    texts = texts[texts["doc_id"].isin(claims["doc_id"])]
    return texts.assign(hit=texts["doc_id"].isin(naming))


@pytest.mark.parametrize("finding", SHARES)
def test_the_findings_of_fa_kes_by_plain_pandas(finding: str) -> None:
    """Computed anew from the CSV files: counts, shares by outlet, and every deal of the outlets."""
    case, (one,) = case_of("fa-kes"), [f for f in declared("fa-kes") if f.id == finding]
    (made,) = main(case, one)
    texts = pd.read_csv(FAKES / "documents.csv").query("duplicate_of.isna()")
    camps = pd.read_csv(FAKES / "sources.csv").set_index("source_id")["camp"]
    texts = texts.assign(camp=texts["source_id"].map(camps)).query("camp != 'neutral'")
    given = one.with_
    texts = _that_use(texts, given["words"]) if "words" in given else _that_name(texts, **given)
    counts = texts.groupby("camp")["hit"].agg(["sum", "size"]).loc[list(case.compare or ())]
    assert list(made.k) == list(counts["sum"]) and list(made.n) == list(counts["size"])
    own = texts.groupby(["camp", "source_id"])["hit"].mean()
    a, b = (own[camp].to_numpy() for camp in case.compare or ())
    assert made.value == pytest.approx(100 * (a.mean() - b.mean()))
    every = np.concatenate([a, b])
    deals = [list(deal) for deal in combinations(range(len(every)), len(a))]
    rest = [[i for i in range(len(every)) if i not in deal] for deal in deals]
    t = np.abs(ttest_ind(every[deals], every[rest], axis=1, equal_var=False).statistic)
    assert made.p == pytest.approx((t >= t[0] - 1e-9).mean())
    outlets = f.outlet_shares(case).query("finding == @one.name").groupby("side")
    assert outlets["k"].sum()[list(made.groups)].tolist() == list(made.k)
    assert outlets["n"].sum()[list(made.groups)].tolist() == list(made.n)
