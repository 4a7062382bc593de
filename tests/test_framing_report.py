"""What notebook 03 says: verdicts by rule, words for intervals, and tables that hide nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framelines import framing as f
from framelines import framing_report as r
from framelines import keyness, trust
from framelines.case import Case
from framelines.case_files import case_names
from framelines.contrasts import Contrast, contrast_table
from framelines.formats import ARABIC
from framelines.framing_report.findings import HOLDS, LISTED, OPEN, SAID_BY, WEAK
from framelines.framing_report.tables import first_labels, share_cell
from framelines.outputs import Outputs
from tests.test_naming import case_of, mirrored

WHOLE = Contrast(
    *("naming", "north", "south", 6.0, 10.0, 2.0, 10.0, 0.6, 0.2, 0.4),
    *(0.1, 0.7, 0.01, 12, 12, "documents", ""),
)
UNTESTED = replace(WHOLE, low=None, high=None, p=None, resampled="", why="no test: 2 and 2")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outputs:
    monkeypatch.setenv("FRAMELINES_STAGING", str(tmp_path))
    return Outputs("example", "03")


@pytest.mark.parametrize(
    ("made", "without", "events", "verdict"),
    [
        (WHOLE, [0.4, 0.3], [0.5, -0.1], HOLDS),
        (WHOLE, [0.4, -0.1], [0.5], OPEN),
        (WHOLE, [0.4], [-0.5, 0.1], OPEN),
        (replace(WHOLE, p=0.06), [0.4], [0.5], OPEN),
        (replace(WHOLE, low=-0.1), [0.4], [0.5], OPEN),
        (replace(WHOLE, low=None, high=None), [0.4], [0.5], OPEN),
        (UNTESTED, [0.4, 0.2], [0.5, 0.0], LISTED),
        (UNTESTED, [0.4, 0.2], [0.5, -0.1], OPEN),
        (replace(UNTESTED, effect=0.0), [], [], OPEN),
        (replace(UNTESTED, effect=float("nan")), [], [], OPEN),
    ],
)
def test_verdicts(made: Contrast, without: list[float], events: list[float], verdict: str) -> None:
    assert r.verdict(made, without, events) == verdict
    low = None if made.high is None else -made.high
    high = None if made.low is None else -made.low
    mirror = replace(made, effect=-made.effect, low=low, high=high)
    assert r.verdict(mirror, [-e for e in without], [-e for e in events]) == verdict


def test_an_interval_is_of_these_texts_and_never_of_a_side() -> None:
    said = r.certainty(WHOLE)
    assert "10.0 to 70.0 points over documents of these texts" in said and "p = 0.01" in said
    assert r.certainty(UNTESTED) == "no test: 2 and 2"
    assert "inside events" in r.certainty(replace(WHOLE, resampled="matched events"), "events")


def test_what_no_row_has_is_left_out_and_what_all_remark_is_said_once() -> None:
    bare = r.contrast_rows(contrast_table([UNTESTED, UNTESTED]), ["a", "b"])
    assert not {"from", "to", "p", "remarks"} & set(bare)
    assert list(bare["north"]) == ["6/10", "6/10"] and list(bare["difference, points"]) == [40, 40]
    assert r.remark(contrast_table([UNTESTED])) == "For every row: no test: 2 and 2."
    mixed = contrast_table([WHOLE, UNTESTED])
    assert r.remark(mixed) == ""
    assert list(r.contrast_rows(mixed, ["a", "b"])["remarks"]) == ["", "no test: 2 and 2"]
    more = contrast_table([UNTESTED, replace(UNTESTED, why="no test: 2 and 2; a share of 4")])
    assert r.remark(more) == "For every row: no test: 2 and 2."
    assert list(r.contrast_rows(more, ["a", "b"])["remarks"]) == ["", "a share of 4"]


def test_weak_and_rare_frames_show_no_p() -> None:
    table = contrast_table([WHOLE, WHOLE], status=["weak", ""])
    rows = r.contrast_rows(table, ["a", "b"])
    assert np.isnan(rows["p"][0]) and rows["p"][1] == 0.01
    assert list(rows)[:2] == ["contrast", "status"]


def test_a_share_of_all_has_no_interval() -> None:
    assert share_cell({"share": 1.0, "low": float("nan"), "high": float("nan")}) == "100.0"
    assert share_cell({"share": 0.5, "low": 0.25, "high": 0.75}) == "50.0 [25.0, 75.0]"


def test_labels_are_cut_and_translated_with_the_english_first() -> None:
    text = first_labels("حرر 3, regime 2, a b 1", {"حرر": "liberate"}, most=2)
    assert text == "liberate (حرر) 3, regime 2, and 1 more"
    assert first_labels("", {}) == ""


@pytest.mark.parametrize("name", ["palmyra", "idlib"])
def test_every_arabic_label_and_verb_has_a_translation(name: str) -> None:
    case = case_of(name)
    known = r.glosses(case)
    met = [*case["naming_mentions"]["label"], *case["captures"]["lemma"]]
    assert not {t for t in met if ARABIC.search(t)} - set(known)


def test_units_say_what_they_allow() -> None:
    case = case_of("palmyra")
    table = r.testable(case, f.pair_of(case), events=5).set_index("unit")
    assert list(table.loc["documents", ["Islamic State", "government camp"]]) == [2, 2]
    assert table.loc["documents", "test"].startswith("no test")
    assert table.loc["events told by both", "interval"] == "none: needs 10"
    assert "never" in table.loc["chunks of running text", "test"]


def test_the_same_actor_under_every_name_adds_up() -> None:
    case = case_of("palmyra")
    mentions = f.mentions(case)
    counts = r.stance_counts(mentions, "camp", least=1)
    assert counts["k"].sum() == len(mentions)
    assert np.allclose(counts.groupby(["camp", "actor"])["share"].sum(), 1)
    names = r.names_of_actors(f.label_counts(mentions, by="camp"), {}, "camp", least=10)
    assert (names.groupby("actor").size() > 1).all()


def test_what_was_planted_is_covered() -> None:
    table = r.planted_and_found(case_of("example"), draws=2000, seed=1)
    assert len(table) == 8 and "no" not in set(table["covered"])
    assert r.planted_and_found(case_of("palmyra"), draws=10, seed=1).empty


@pytest.mark.parametrize("name", case_names())
def test_every_declared_finding_can_be_said(name: str) -> None:
    for finding in r.declared(name):
        assert finding["analysis"]["function"] in SAID_BY, finding["id"]


def said(case: Case, out: Outputs) -> pd.DataFrame:
    weak = tuple(trust.weak_frames(case))
    return r.say_findings(case, out, r.Settings(400, 1, 199, weak))


def test_findings_are_said_whatever_comes_out(out: Outputs) -> None:
    found = said(case_of("example"), out).set_index("finding")["came out as"]
    assert found["The planted naming"] == HOLDS
    assert found["The planted frame"] == WEAK  # one coder: nothing is established
    assert len(out.findings) == len(found)
    assert "nothing is claimed" in out.findings[1]["text"]


def test_palmyra_is_listed_and_not_tested(out: Outputs) -> None:
    found = said(case_of("palmyra"), out)
    assert set(found["came out as"]) == {LISTED}
    assert not any("95 %" in finding["text"] for finding in out.findings)
    assert "No side at large is meant" in out.findings[0]["text"]


def test_swapping_the_sides_changes_no_verdict(out: Outputs) -> None:
    case = case_of("example")
    other = Outputs("example", "03")
    pd.testing.assert_frame_equal(said(case, out), said(mirrored(case), other))


def test_a_case_without_declared_findings_says_none(out: Outputs) -> None:
    case = replace(case_of("example"), name="another")
    assert r.say_findings(case, out, r.Settings(10, 1, 10)).empty and not out.findings


def test_what_was_not_declared_is_said_apart(out: Outputs) -> None:
    case = case_of("idlib")
    pair = f.pair_of(case, "genre", ("opinion", "interview"), "report")
    drawn = {"draws": 60, "seed": 1, "permutations": 199}
    weak = r.unproven_frames(case)
    contrasts = f.frame_contrasts(case, pair=pair, weak=weak, **drawn)
    words = keyness.keyness(case, pair, **drawn)
    r.say_explored(out, contrasts, words, f.agency_contrasts(case, by="bloc", **drawn))
    assert not out.findings
    sound = contrasts[contrasts["status"] == ""]
    assert out.numbers["explored_frames"]["value"] == len(sound)
    largest = sound.loc[sound["effect"].abs().idxmax(), "name"]
    assert out.numbers["explored_largest"]["text"] == largest.lower()


def test_frames_that_hardly_any_sentence_coded_twice_carries_are_unproven() -> None:
    case = case_of("palmyra")
    assert set(r.unproven_frames(case)) > set(trust.weak_frames(case))
    assert "divine_sanction" not in r.unproven_frames(case)
    # One coder alone has shown nothing of any frame.
    frames = case_of("example")["frames"]
    assert set(r.unproven_frames(case_of("example"))) <= set(frames["frame_id"])


def test_verbs_keep_their_marks_and_are_translated() -> None:
    table = pd.DataFrame({"event_id": ["e"], "event": ["E"], "a": ["took: حرر (+) ×2, fall"]})
    found = r.verbs_by_event(table, {"حرر": "liberate"})
    assert found.iloc[0]["a"] == "took: liberate (حرر) (+) ×2, fall"
