"""Names, deeds, voices, frames: the planted truth of the example, the mirror, and empty tables."""

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from toys import TRUTH, case_of, swapped

from framelines import REPO
from framelines.analyses import framing as f
from framelines.analyses import profiles as p
from framelines.analyses.findings import Finding, declared, estimates
from framelines.errors import DataError
from framelines.methods import contrasts
from framelines.methods.contrasts import shares
from framelines.methods.estimate import Estimate

DIVINE = partial(f.frame_contrast, frame="divine_sanction")


def counts(found: Estimate) -> list[tuple[float, float]]:
    return list(zip(found.k, found.n, strict=True))


def test_the_declared_findings_of_palmyra() -> None:
    case = case_of("palmyra")
    naming, frame = f.naming_contrast(case), DIVINE(case)
    assert counts(frame) == [(23, 123), (0, 42)]
    for found in (naming, frame):
        assert pd.isna([found.low, found.high, found.p]).all()
        assert "no interval" in found.why[0] and "no test" in found.why[1]
    told = [(2, 4), (0, 4), (0, 5), (2, 2), (0, 1), (7, 16)]
    assert sorted(sum(map(counts, f.capture_verbs(case)), [])) == sorted(told)
    chosen: list[tuple[dict[str, str], list[tuple[int, int]]]] = [
        ({}, [(74, 102), (11, 43)]),
        ({"left_out": "amn"}, [(74, 102), (11, 32)]),
        ({"coder": "first"}, [(29, 44), (2, 15)]),
        ({"coder": "second"}, [(29, 49), (2, 13)]),
        ({"ambiguous_labels": "left_out"}, [(71, 98), (11, 42)]),
        ({"unit": "matched_events"}, [(28, 33), (1, 11)]),
    ]
    for choices, expected in chosen:
        assert counts(f.naming_contrast(case, **choices)) == expected, choices


def test_the_declared_findings_of_idlib_and_whose_words_are_passed_on() -> None:
    case = case_of("idlib")
    naming, voices = f.naming_by_group(case), f.attribution_by_group(case)
    assert counts(naming) == [(30, 167), (25, 129)] and naming.p == 0.3089
    assert counts(voices) == [(58, 172), (30, 110)] and voices.p == 0.1205
    assert [counts(e) for e in f.other_voice(case)] == [[(3, 315)], [(1, 3)]]
    assert sum(f.attribution_by_group(case, hedged="not_counted").n) < sum(voices.n)
    assert sum(f.attribution_by_group(case, reposts="in").n) > sum(voices.n)
    # Kinds are of outlets: where these are enough for a test, none deals their texts.
    kinds: dict[str, Any] = {"by": "outlet_kind", "first": ["state_media", "party_media"]}
    kinds |= {"second": ["news_site", "blog"]}
    outlets, texts = (f.naming_by_group(case, unit=u, **kinds) for u in ("outlets", "texts"))
    assert outlets.p < 0.02 and np.isnan(texts.p) and "of outlets" in texts.why[-1]
    foes = set(f.naming_hits(case).query("relation == 'foe'")["actor_id"])
    assert {"hayat-tahrir-al-sham", "turkish-army"} <= foes
    assert not foes & {"syrian-army", "civilians", "united-states", "observatory"}
    name, found = f.glossed(case), f.passed_on(case).set_index(["teller", "voice"])["claims"]
    assert found["Syrian Perspective", "a text of Syria Times"] == 31
    words = found[~found.index.get_level_values("voice").str.contains("text of")]
    assert words.sum() == f.attribution_hits(case)["hit"].sum()
    assert name("أنقرة") == "Ankara (أنقرة)" and name("town") == "town"


def test_planted_naming_and_frames_are_recovered() -> None:
    case, truth = case_of("example"), TRUTH["names"]
    for stance in f.STANCES:
        table = shares(f.naming_hits(case, stance=stance), ["camp", "relation"])
        table = table.set_index(["camp", "relation"])
        for camp, foe in (("north", "south"), ("south", "north")):
            own, planted = table.loc[(camp, "foe")], truth[f"{camp}_of_{foe}"]
            told = planted["counts"][stance], planted["realised"]["mentions"]
            assert (own["k"], own["n"]) == told
            if 0 < own["k"] < own["n"]:
                assert own["low"] <= planted["planted"][stance] <= own["high"]
        assert table.loc[("south", "own"), "k"] == truth["south_of_itself"]["counts"][stance]
    found = f.naming_contrast(case, scope="whole_texts")
    north, south = (truth[k]["planted"]["derogatory"] for k in ("north_of_south", "south_of_north"))
    assert found.low <= 100 * (north - south) <= found.high < 0 and found.p <= 0.001
    found = f.naming_contrast(case, scope="whole_texts", unit="matched_events")
    assert found.low <= -40 <= found.high and found.p <= 0.05
    both = [(c, f.naming_hits(c).query("relation == 'foe'")) for c in (case, swapped(case))]
    table, back = (f.by_event(*one) for one in both)
    assert (table[["n_first", "n_second"]] > 0).all(axis=None)
    assert list(back["difference"]) == list(-table["difference"])
    case, truth = case_of("example"), TRUTH["frames"]["divine_sanction"]
    found = DIVINE(case, scope="whole_texts")
    assert counts(found) == [(0, 200), (33, 239)]
    planted = 100 * (truth["north"]["planted"] - truth["south"]["planted"])
    assert found.low <= planted <= found.high
    table = p.leading_terms(case, p.key_terms(case), each=3)
    assert list(table["group"]) == ["north"] * 3 + ["south"] * 3
    assert table.set_index("term").at["league", "documents_first"] == 12


def test_planted_verbs_and_agency_are_recovered() -> None:
    table = shares(f.agency_hits(case_of("example")), ["camp", "relation"])
    for (camp, relation), row in table.set_index(["camp", "relation"]).iterrows():
        told = TRUTH["agency"][f"{camp}_own" if relation == "own" else f"{camp}_of_the_foe"]
        assert (len(table), row["k"], row["n"]) == (4, told["unnamed"], told["acts"])
        assert np.isnan(row["low"]) or row["low"] <= told["planted"] <= row["high"]
    verbs = f.verb_hits(case_of("example")).query("of > 0")
    for (camp, role), own in verbs.groupby(["camp", "role"]):
        side = "its_own" if role == "took" else "the_other"
        planted = TRUTH["verbs"][f"{camp}_on_takings_of_{side}_side"]
        assert dict(Counter(own["lemma"])) == planted and own["hit"].mean() == (role == "took")
    assert verbs.groupby("camp")["role"].nunique().to_dict() == {"north": 2, "south": 2}
    table = f.verbs_by_event(case_of("example"))
    told = {(r.event, r.teller): (r.role, r.verbs) for r in table.itertuples()}
    assert told["The League takes Trevask", "south"] == ("took", "liberate (+) ×2")
    assert told["The League takes Trevask", "north"] == ("lost", "fall (−), seize (−)")
    assert table.groupby("event")["teller"].nunique().eq(2).all()
    hits = f.verb_hits(case_of("idlib"), scope="matched_events")
    assert (hits.groupby("event_id")["source_id"].nunique() >= 2).all()


@pytest.mark.parametrize("name", ["example", "palmyra"])
@pytest.mark.parametrize("estimate", [f.naming_contrast, DIVINE])
@pytest.mark.parametrize("unit", contrasts.UNITS)
def test_swapping_the_sides_negates_the_effect(name: str, estimate: Any, unit: str) -> None:
    one, two = (estimate(c, unit=unit) for c in (case_of(name), swapped(case_of(name))))
    told = [one.value, one.low, one.high, one.p, *one.k, *one.n]
    back = [-two.value, -two.high, -two.low, two.p, *two.k[::-1], *two.n[::-1]]
    np.testing.assert_array_equal(told, back)
    assert two.why == one.why


def test_weak_frames_are_not_tested_and_groups_are_camps_genres_blocs_or_outlets() -> None:
    table = f.frame_contrasts(case_of("idlib")).set_index("frame")
    assert table.at["entman_moral", "status"] == "weak"
    assert "divine_sanction" not in table.index and (table["k_1"] + table["k_2"] > 0).all()
    tested = table[table["status"] == ""]
    assert tested["p_holm"].notna().all() and table["p_holm"].notna().sum() == len(tested) > 0
    assert (tested["p_holm"] >= tested["p"]).all()
    with pytest.raises(DataError, match="no such frame.*divine_sanction"):
        f.frame_contrast(case_of("palmyra"), frame="defeat")
    case = case_of("palmyra")
    reposts = case["documents"].assign(duplicate_of="gone")  # nothing of a side counts
    none = f.genres_of(replace(case, tables={**case.tables, "documents": reposts}))
    assert none == "islamic_state: none; government_camp: none"
    case = case_of("idlib")
    for table, column, value, told in (
        ("documents", "genre", "report", ("genre", "opinion + interview", "report")),
        ("sources", "bloc", "all", ("bloc", "pro_government", "russia_aligned")),
        ("documents", "source_id", "amn", ("source_id", "south-front", "amn")),
    ):
        one = f.groups_of(case)
        assert (one.column, one.first, one.second) == told
        new = case[table].assign(**{column: value})
        case = replace(case, tables={**case.tables, table: new})
    assert f.groups_of(case) is f.NOBODY
    case = case_of("example")
    denied = case["claims"].assign(modality="negated")  # who did not do it did nothing
    none = f.responsible_hits(replace(case, tables=case.tables | {"claims": denied}), side="north")
    assert none.empty and len(f.responsible_hits(case, side="north"))


def read(table: str) -> pd.DataFrame:
    return pd.read_csv(REPO / "data" / "fa-kes" / f"{table}.csv", keep_default_na=False)


@pytest.mark.parametrize(
    "finding", [one for one in declared("fa-kes") if one.analysis.function.startswith("framing")]
)
def test_the_findings_of_fa_kes_by_plain_pandas(finding: Finding) -> None:
    """Computed anew from the CSV files: counts, and the mean share of the outlets of each side."""
    case, (made,) = case_of("fa-kes"), estimates(case_of("fa-kes"), finding)
    one, several = (p.word_use(case, words=w) for w in ("regime", ("regime",)))
    assert one == several and one.measures.startswith("texts that use regime:")
    if "words" in finding.with_:
        every, words = read("features/chunks"), p.several(finding.with_["words"])
        stems = tuple(w.removesuffix("*") for w in words if w.endswith("*"))
        met = every[every["token"].isin(words) | every["token"].str.startswith(stems)]
    else:
        every = read("claims").query("actor_id != ''")
        sides = read("actors").set_index("actor_id")["side"]
        met = every[every["actor_id"].map(sides) == finding.with_["side"]]
    texts = read("documents").query("duplicate_of == ''").merge(read("sources"), on="source_id")
    texts = texts[texts["doc_id"].isin(every["doc_id"])]
    texts = texts.assign(hit=texts["doc_id"].isin(met["doc_id"]))
    sums = texts.groupby("camp")["hit"].agg(["sum", "size"]).loc[list(case.compare or ())]
    assert counts(made) == list(sums.itertuples(index=False, name=None))
    own = texts.groupby(["camp", "source_id"])["hit"].mean()
    a, b = (own[camp].to_numpy() for camp in sums.index)
    assert made.value == pytest.approx(100 * (a.mean() - b.mean()))
    table = f.outlet_shares(case).query("finding == @finding.name")
    sums = table.groupby("side")[["k", "n"]].sum().loc[list(made.groups)]
    assert counts(made) == list(sums.itertuples(index=False, name=None))
