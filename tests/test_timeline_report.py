"""What the report on timelines says: counted by hand, and the example's planted truth in words."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from framelines import timeline_report as report
from framelines import timelines as t
from framelines.calendars import Calibration, calibrate
from framelines.calibration import PRIORS, posterior, verdicts
from framelines.case import Case
from framelines.contradictions import contradictions
from framelines.timelines.days import spread
from tests.synthetic import (
    case_of,
    claim,
    document,
    event,
    figure,
    reference,
    shuffled,
    swapped,
    toy,
)


@pytest.fixture(scope="module")
def example() -> Case:
    return case_of("example")


@pytest.fixture(scope="module")
def calibrated(example: Case) -> Calibration:
    return calibrate(example)


@pytest.fixture(scope="module")
def truth(example: Case) -> dict[str, Any]:
    return yaml.safe_load((example.folder / "truth.yaml").read_text(encoding="utf-8"))


# --- the calendar -------------------------------------------------------------------------------


def test_the_planted_offset_in_words(example: Case, calibrated: Calibration) -> None:
    words = report.calendar_words(example, calibrated)
    assert words["calendar_offset"] == "1 day after"
    assert words["calendar_verdict"] == "calibrated"
    assert words["calendar_anchors"][0] == len(calibrated.anchors.query("used"))
    assert words["calendar_open"] == "none"
    assert report.hijri_sources(example) == ["The Lantern"]


def test_months_without_anchors_are_named_as_not_calibrated(example: Case) -> None:
    case = case_of("palmyra")
    words = report.calendar_words(case, calibrate(case))
    assert words["calendar_open"].split("; ")[0] == "Sha’ban 1436"
    assert "Rabi I 1438" not in words["calendar_open"]
    months = words["calendar_months"].split(", ")
    assert months == ["Rabi I 1438", "Rabi II 1438"]
    # Three anchors are too few: every month of the source is then open.
    known = calibrate(example).anchors
    few = known[known["used"]].head(3)
    unsure = Calibration(few, verdicts(few))
    words = report.calendar_words(example, unsure)
    assert words["calendar_verdict"] == "not calibrated"
    assert "Rajab 1438" in words["calendar_open"]
    assert report.held_out_events(example, unsure).empty
    assert report.check_table(example, unsure).empty


def test_anchors_with_what_hangs_on_them(example: Case, calibrated: Calibration) -> None:
    table = report.anchor_table(example, calibrated)
    used = table[table["used"] == "yes"]
    assert len(used) == len(calibrated.anchors.query("used"))
    assert set(used["days_after"]) == {"1"}
    assert set(used["without_it"]) == {"above 0.999"}
    assert "source" not in table  # of one source, nothing to tell apart
    assert table.equals(report.anchor_table(shuffled(example, 3), calibrate(shuffled(example, 3))))


def test_the_sweep_falls_with_every_anchor_left_out(calibrated: Calibration) -> None:
    table = report.sweep_lines(calibrated)
    assert len(table) == 3 * len(PRIORS)
    for _, rows in table.groupby("errors"):
        values = rows.sort_values("left_out")["probability"].to_numpy()
        assert (np.diff(values) <= 0).all()
    own = verdicts(calibrated.anchors, prior=19.0)
    row = table[np.isclose(table["errors"], 5.0)].set_index("left_out")["probability"]
    assert row[0] == own["probability"].min()
    assert row[1] == own["lowest"].min()


def test_the_check_before_and_after(
    example: Case, calibrated: Calibration, truth: dict[str, Any]
) -> None:
    table = report.check_table(example, calibrated)
    assert len(table) == len(truth["calendar"]["compared_events"])
    assert (table["days_off_calibrated"] == 0).all()
    assert (table["days_off_by_Umm_al-Qura"] != 0).sum() == len(table) - 1


def test_the_figure_of_the_calibration_has_its_data(example: Case, calibrated: Calibration) -> None:
    panels = {
        "posterior": posterior(calibrated.anchors),
        "anchors": report.labelled_anchors(example, calibrated).query("used"),
        "sweep": report.sweep_lines(calibrated),
        "check": report.held_out_events(example, calibrated),
    }
    table = report.calibration_data(**panels)
    counts = table["panel"].value_counts().to_dict()
    assert counts == {name: len(panel) for name, panel in panels.items()}
    offsets = table[table["panel"] == "posterior"]
    assert offsets["probability"].sum() == pytest.approx(offsets["month"].nunique())


def test_the_settings_of_the_calendar(example: Case, calibrated: Calibration) -> None:
    table = report.settings_table(example, calibrated, "2").set_index("calendar")
    mended, raw = table.loc["calibrated by the anchors"], table.loc["Umm al-Qura, as computed"]
    assert mended["can_be_same"] == mended["events"] == raw["events"] and raw["can_be_same"] == 1
    assert mended["contradictions"] == len(contradictions(example).disputes)
    assert raw["calendar_dependent"] > 0 == mended["calendar_dependent"]
    # Two days too many are one day too many.
    moved = table.loc["Umm al-Qura, moved by 2"]
    assert moved["can_be_same"] < mended["can_be_same"] and moved["days_apart"] > 0


# --- disputes -----------------------------------------------------------------------------------


def shown(*claims: dict[str, Any], **more: Any) -> pd.DataFrame:
    case = toy(list(claims), **more)
    table = contradictions(case).disputes
    return report.dispute_table(table, report.statements(case), case)


def test_a_dispute_names_who_says_what_in_which_claim() -> None:
    table = shown(
        figure("r1-c1", "r1", "raid", 30),
        figure("b1-c1", "b1", "raid", 12),
        figure("b1-c2", "b1", "raid", 12, value_max=14, qualifier="range"),
    )
    row = table.iloc[0]
    assert row["what"] == "Raid: killed, Blue army"
    assert row["statements"] == "Blue News: 12 [b1-c1] and 12 to 14 [b1-c2]; Red News: 30 [r1-c1]"
    assert row["breakdown_width"] == f"{100 * (math.sqrt(30 / 12) - 1):.0f} %"
    assert row["class"] == "contradiction between sources"


def test_parts_days_and_denials_in_words() -> None:
    whole = {"window": "2019-05-03/2019-05-04", "event_date": "2019-05-03/2019-05-04"}
    parts = [
        figure("r1-c9", "r1", "siege", 10, **whole, scope="cumulative"),
        figure("r1-c1", "r1", "siege", 7, part_of="r1-c9"),
        figure("r1-c2", "r1", "siege", 8, part_of="r1-c9", window="2019-05-04"),
    ]
    table = shown(*parts, events=[event("siege", "siege")])
    assert (
        table["statements"].iloc[0]
        == "Red News in parts: 7 + 8 [r1-c1, r1-c2]; Red News: 10 [r1-c9]"
    )
    days = shown(
        claim("r1-c1", "r1", "raid", event_date="2019-05-03"),
        claim("b1-c1", "b1", "raid", event_date="2019-05-07"),
    )
    assert list(days["breakdown_width"]) == ["2 days"]
    told = claim("r1-c1", "r1", "raid")
    denial = claim("b1-c1", "b1", "raid", certainty="denied", denies="r1-c1", modality="negated")
    row = shown(told, denial).iloc[0]
    assert row["what"] == "Raid: that it happened, actor Red army, target Blue army"
    assert row["statements"] == "Blue News: denied [b1-c1]; Red News: told [r1-c1]"
    assert row["breakdown_width"] == "–"


def test_disputes_are_counted_by_class(example: Case) -> None:
    words = report.dispute_words(contradictions(example).disputes)
    assert words == "contradictions between sources: 7, contradictions inside a source: 1"
    assert report.dispute_words(contradictions(toy([])).disputes) == "none"


# --- silence and losses --------------------------------------------------------------------------


def test_silence_by_side_names_its_events(example: Case, truth: dict[str, Any]) -> None:
    planted = truth["silence"]["planted"][0]
    table = report.silence_table(t.silence(example, by="camp"), example).set_index("account")
    assert table.loc["South", "passed_over"] == 1
    assert table.loc["South", "events_passed_over"] == report.event_names(example)[planted["event"]]
    assert table.loc["North", "events_passed_over"] == "none"
    words = report.silence_words(t.silence(example, by="camp"))
    assert "South passes over 1 of 17 in the reference" in words


def test_labels_may_hold_what_joins_them() -> None:
    events = [event(e, label="A post; its hill") for e in ("one", "two", "three")]
    days = {"one": "2019-05-02", "two": "2019-05-03", "three": "2019-05-04"}
    told = [
        claim("r1-c1", "r1", "early", event_date="2019-05-01"),
        claim("r1-c2", "r1", "late", event_date="2019-05-09"),
        *(claim(f"b1-c{i}", "b1", e, event_date=d) for i, (e, d) in enumerate(days.items())),
    ]
    references = [reference(f"x-{e}", e, d) for e, d in days.items()]
    case = toy(told, events=[*events, event("early"), event("late")], references=references)
    silent = t.silence(case).query("silent > 0")
    assert silent["silent_events"].iloc[0] == "one;two;three"
    row = report.silence_table(silent, case, most=1).iloc[0]
    assert row["events_passed_over"] == "A post; its hill; and 2 more"


def test_losses_are_named_and_those_only_denied_are_not_told() -> None:
    dead = figure("r1-c1", "r1", "raid", 3, target_id="red-army", actor_id="blue-army")
    hearsay = {"attribution": "other_media", "certainty": "hedged"}
    rumour = figure("r1-c2", "r1", "blast", 5, target_id="red-army", **hearsay)
    refused = claim("r1-c3", "r1", "blast", certainty="denied", denies="r1-c2")
    around = [
        claim("r1-c4", "r1", "early", event_date="2019-05-01"),
        claim("r1-c5", "r1", "late", event_date="2019-05-09"),
    ]
    foe = [
        figure(f"b1-c{i}", "b1", e, 4, target_id="red-army") for i, e in ((1, "raid"), (2, "blast"))
    ]
    case = toy([dead, rumour, refused, *around, *foe])
    lost = t.own_losses(case)
    table = report.loss_table(lost, case)
    row = table[table["losses_of"] == "Red (its own side)"].iloc[0]
    assert (row["known"], row["told"]) == (2, 1)
    assert (row["events_told"], row["events_not_told"]) == ("Raid", "Blast")
    assert report.loss_words(lost, own=True) == "Red: people 1 of 2"
    states = t.coverage(case).set_index(["event_id", "source_id"])["state"]
    assert states["blast", "red-news"] == "denied"
    # Where somebody else denies it, the rumour is told as one.
    other = toy([dead, rumour, {**refused, "attribution": "named_official"}, *around, *foe])
    assert report.loss_words(t.own_losses(other), own=True) == "Red: people 2 of 2"


# --- figures -------------------------------------------------------------------------------------


def test_the_planted_factors_in_words(example: Case, truth: dict[str, Any]) -> None:
    matched = t.matched_figures(example)
    for row in t.inflation(example).to_dict("records"):
        words = report.factor_words(row, matched)
        planted = truth["enemy_losses"]
        key = "south_of_north" if row["camp"] == "south" else "north_of_south"
        assert f"a factor of {planted[key]['realised']['factor']:.2f} " in words
    table = report.matched_table(matched)
    assert np.allclose(np.log(table["ratio"]), matched["log_ratio"])
    choices = report.choices_table(example)
    assert set(choices["camp"]) == {"North", "South"}
    assert len(choices["choice"].unique()) == 5


def test_a_contrast_is_turned_by_a_swap(example: Case) -> None:
    one, two = t.inflation_contrast(example), t.inflation_contrast(swapped(example))
    assert one["difference"] == -two["difference"]
    words = report.contrast_words(one, example.compare)
    assert (words["contrast_first"], words["contrast_second"]) == ("North", "South")
    assert words["contrast_ratio"].startswith(f"{math.exp(one['difference']):.2f} ")


def test_few_events_are_listed_and_a_missing_side_is_said() -> None:
    references = [
        reference("x1", "raid", "2019-05-03", quantity="Blue army fighters killed", value_min=10.0)
    ]
    case = toy([figure("r1-c1", "r1", "raid", 30)], references=references)
    matched, found = t.matched_figures(case), t.inflation(case)
    words = [report.factor_words(row, matched) for row in found.to_dict("records")]
    assert words == [
        "Red on Blue, 1 matched event: Raid, 30 against 10 or more, as stated a factor of 3.00"
    ]
    assert report.missing_words(["blue"]).startswith("No such figure of Blue meets one")
    assert report.missing_words([]) == ""


def test_sums_say_what_the_parts_count() -> None:
    whole = {"window": "2019-05-03/2019-05-04", "event_date": "2019-05-03/2019-05-04"}
    total = figure("r1-c9", "r1", "siege", 10, kind="killed_or_wounded", unit="persons", **whole)
    total |= {"scope": "cumulative"}
    rows = [
        total,
        figure("r1-c1", "r1", "siege", 7, part_of="r1-c9"),
        figure("r1-c2", "r1", "siege", 8, part_of="r1-c9", window="2019-05-04"),
    ]
    table = t.parts_and_totals(toy(rows, events=[event("siege", "siege")]))
    assert table["part_kinds"].iloc[0] == "killed"
    words = report.sum_words(table.iloc[0].to_dict())
    assert words == "killed, of killed or wounded: 7 + 8 = 15 against 10"
    assert report.parts_table(table)["verdict"].iloc[0] == "contradiction"


def test_the_force_in_words() -> None:
    force = {"kind": "force_size", "scope": "standing", "actor_id": "blue-army", "target_id": ""}
    rows = [
        figure("r1-c1", "r1", "siege", 1500, **force),
        figure("b1-c1", "b1", "siege", 500, **force),
    ]
    row = t.force_ratio(toy(rows)).iloc[0].to_dict()
    assert report.force_words(row) == (
        "1,500 by Red (its enemy) and 500 by Blue (its own force), 3.00 times as many"
    )


# --- days and words -------------------------------------------------------------------------------


def test_leads_with_open_ends() -> None:
    dates = {"one": "2019-05-02", "two": "../2019-05-01", "three": "2019-05-05/.."}
    rows = [
        claim(f"b1-c{i}", "b1", e, event_date=d, place_id="ford")
        for i, (e, d) in enumerate(dates.items())
    ]
    references = [reference(f"x-{e}", e, "2019-05-03") for e in dates]
    case = toy(rows, events=[event(e, "taking") for e in dates], references=references)
    table = report.leads_table(t.lead(case), case).set_index("taking")
    assert table["days_after_the_reference"].to_dict() == {
        "One": "−1",
        "Two": "up to −2",
        "Three": "2 or more",
    }


def test_order_in_words() -> None:
    told = {"one": ("2019-05-01", "2019-05-02"), "two": ("2019-05-03", "2019-05-01")}
    rows = [claim(f"r1-{e}", "r1", e, event_date=a) for e, (a, _) in told.items()]
    rows += [claim(f"b1-{e}", "b1", e, event_date=b) for e, (_, b) in told.items()]
    table = t.order_of_events(toy(rows))
    words = report.order_words(table)
    assert (words["order_discordant"], words["order_named"]) == (1, "One / Two")
    assert report.order_table(table)["discordant"].sum() == 1


def test_dates_in_tables_are_dates() -> None:
    day = float(pd.Timestamp("2019-05-03").toordinal())
    frame = pd.DataFrame({"first": [day, -math.inf], "last": [day, day], "label": ["a", "b"]})
    table = report.with_dates(frame)
    assert list(table["first"]) == ["2019-05-03", ""]
    assert list(table["last"]) == ["2019-05-03"] * 2
    assert report.day_words(day, day) == "3 May 2019"
    assert report.day_words(day, day + 2) == "3 to 5 May 2019"
    assert report.day_words(-math.inf, day) == "on or before 3 May 2019"
    assert report.edtf_words("2019-08-22/2019-09-02") == "22 August 2019 to 2 September 2019"


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("1438-03-11", "11 Rabi I 1438"),
        ("1437-06-middle", "middle of Jumada II 1437"),
        ("1436-08", "Sha’ban 1436"),
        ("1438-03-08/..", "8 Rabi I 1438"),
        ("1438-03-08/1438-03-11", "8 Rabi I 1438 to 11 Rabi I 1438"),
    ],
)
def test_hijri_dates_in_words(stated: str, words: str) -> None:
    assert report.hijri_words(stated) == words


def test_numbers_in_words() -> None:
    assert report.probability(0.9999) == "above 0.999"
    assert report.probability(0.9629) == "0.962"  # never rounded up
    assert [report.offset_words(n) for n in (-1, 0, 2)] == [
        "1 day before",
        "on the same days as",
        "2 days after",
    ]
    assert report.counted(0, "day") == "no day" and report.counted(2, "day") == "2 days"
    assert report.listed(["a", "b", "c", "d"], most=2) == "a; b; and 2 more"
    assert report.listed(["a", "b", "c"], most=2) == "a; b; c" and report.listed([]) == "none"
    assert report.camp_name("islamic_state") == "Islamic State"
    assert report.camp_name("government_camp") == "Government camp"
    assert report.camp_name("turkey") == "Turkey"


def test_the_day_of_a_fall_in_words() -> None:
    documents = [document("r1", "red-news"), document("b1", "blue-news")]
    rows = [
        claim("r1-c1", "r1", "fall", event_date="2019-05-03"),
        claim("b1-c1", "b1", "fall", event_date="2019-05-06"),
    ]
    case = toy(rows, events=[event("fall", "taking")], documents=documents)
    days = t.spread_of_day(case, "fall")
    full = t.spread_of_day(case, "fall", wording="full_control_only")
    words = report.spread_words(days, spread(days), spread(full))
    assert words["fall_fit"] == "no single day fits them all: 3 days lie between"
    assert words["fall_most"] == "lie up to 3 days apart"
    assert words["fall_full_most"] == "are none"
    assert list(report.told_day_table(days)["day"]) == ["3 May 2019", "6 May 2019"]


def test_findings_are_told_under_their_declared_names(example: Case) -> None:
    class Heard:
        def __init__(self) -> None:
            self.said: list[tuple[str, str]] = []

        def number(self, key: str, value: Any, **_: Any) -> None:
            self.said.append(("number", f"{key}={value}"))

        def say(self, text: str) -> None:
            self.said.append(("say", text))

        def finding(self, text: str, *, shows: str | None = None) -> None:
            self.said.append(("finding", text))

    out: Any = Heard()
    report.tell(out, example, "timelines.inflation", "A factor.")
    assert out.said[0] == ("number", "finding_enemy_losses=The planted inflation")
    assert out.said[1] == ("finding", "**{finding_enemy_losses}.** A factor.")
    report.tell(out, example, "timelines.lead", "A lead.")
    assert out.said[2] == ("say", "A lead.")  # not declared for this case, so no finding
    given = report.given(case_of("palmyra"), "timelines.parts_and_totals")
    assert given["event_id"] == "palmyra-offensive-2016-12"
    assert report.given(example, "timelines.parts_and_totals") == {}
