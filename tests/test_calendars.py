"""Which day a Hijri date means: conversions, anchors, and whether to trust the calibration."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from framelines import calendars as c
from framelines import calibration as k
from framelines import conversion as v
from framelines.case import Case, load_case
from framelines.dates import DateInterval, calendar_of, hijri, umm_al_qura
from framelines.resampling import random_stream

NOVEMBER = date(2016, 11, 30)  # 1 Rabi al-Awwal 1438 of the Umm al-Qura calendar


def days(first: str, last: str) -> DateInterval:
    return DateInterval(date.fromisoformat(first), date.fromisoformat(last))


@cache
def example() -> Case:
    return load_case("example")


# --- conversion -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "first", "lengths"),
    [
        # The official table as printed in the Umm al-Qura calendar of the .NET runtime:
        # the first day of the year, and for every month whether it has 30 days (1) or 29 (0).
        (1436, "2014-10-25", "010101010101"),
        (1437, "2015-10-14", "101100101001"),
        (1438, "2016-10-02", "101110010010"),
    ],
)
def test_umm_al_qura_month_starts(year: int, first: str, lengths: str) -> None:
    day = date.fromisoformat(first)
    for month, long in enumerate(lengths, 1):
        assert umm_al_qura(year, month, 1) == day
        day += timedelta(days=29 + int(long))
    assert umm_al_qura(year + 1, 1, 1) == day


@pytest.mark.parametrize(
    ("hijri_date", "gregorian"),
    [
        # Sample dates of Calendrical Calculations, appendix C.
        ((1364, 12, 6), "1945-11-12"),
        ((1412, 9, 13), "1992-03-17"),
        ((1416, 10, 5), "1996-02-25"),
        ((1460, 10, 12), "2038-11-10"),
        ((1, 1, 1), "0622-07-19"),
    ],
)
def test_tabular_days_as_published(hijri_date: tuple[int, int, int], gregorian: str) -> None:
    assert v.tabular_day(*hijri_date) == date.fromisoformat(gregorian)


def test_the_tabular_cycle() -> None:
    years = [(v.tabular_day(y + 1, 1, 1) - v.tabular_day(y, 1, 1)).days for y in range(1, 31)]
    assert [y for y, n in enumerate(years, 1) if n == 355] == [
        2,
        5,
        7,
        10,
        13,
        16,
        18,
        21,
        24,
        26,
        29,
    ]
    assert sum(years) == 10631
    months = [v.tabular_day(1437, m, 1) for m in range(1, 13)]
    assert [(b - a).days for a, b in pairwise(months)] == [30, 29] * 5 + [30]


def test_convert() -> None:
    text = "1438-03-11"
    assert v.convert(text, "umm_al_qura") == days("2016-12-10", "2016-12-10")
    assert v.convert(text, 1) == v.convert(text, "+1") == days("2016-12-11", "2016-12-11")
    # Umm al-Qura 10 December, tabular 11 December, one day wider on either side.
    assert v.convert(text, "hull") == days("2016-12-09", "2016-12-12")
    assert v.convert(text, "calibrated", {"1438-03": 1}) == days("2016-12-11", "2016-12-11")
    # No year or month lends its offset to another.
    assert v.convert(text, "calibrated", {"1438-04": 1}) == v.convert(text, "hull")
    assert v.convert(text, "calibrated") == v.convert(text, "hull")


def test_convert_intervals() -> None:
    known = {"1438-03": 1}
    assert v.convert("1438-03-08/1438-03-11", offsets=known) == days("2016-12-08", "2016-12-11")
    # One end calibrated, the other not: 1 Rabi al-Akhir is 30 December, or tabular the 31st.
    assert v.convert("1438-03-29/1438-04-01", offsets=known) == days("2016-12-29", "2017-01-01")
    assert v.convert("../1438-03-23", offsets=known) == DateInterval(None, date(2016, 12, 23))
    assert v.convert("1438-03-11/..", offsets=known) == DateInterval(date(2016, 12, 11), None)
    assert v.convert("1438-03", offsets=known) == days("2016-12-01", "2016-12-30")
    assert v.convert("1438-03-start", offsets=known) == days("2016-12-01", "2016-12-10")
    assert v.convert("1437", offsets=known) == days("2015-10-13", "2016-10-03")


@pytest.mark.parametrize("setting", ["lunar", "1.5", "", "calibrate"])
def test_unknown_settings_name_the_allowed(setting: str) -> None:
    with pytest.raises(ValueError, match="allowed: calibrated, umm_al_qura, hull, or an offset"):
        v.convert("1438-03-11", setting)


@settings(deadline=None)
@given(st.dates(date(2015, 1, 1), date(2018, 1, 1)), st.integers(-2, 2))
def test_an_offset_moves_and_the_hull_holds(day: date, offset: int) -> None:
    from hijridate import Gregorian

    h = Gregorian.fromdate(day).to_hijri()
    text = f"{h.year}-{h.month:02d}-{h.day:02d}"
    calibrated = v.convert(text, "calibrated", {text[:7]: offset})
    assert calibrated == v.convert(text, offset) == hijri(text).shift(offset)
    wide = v.convert(text, "hull")
    for inner in (hijri(text), v.tabular(text)):
        assert wide.first and inner.first and wide.last and inner.last
        assert wide.first < inner.first <= inner.last < wide.last


def test_stated_intervals_of_all_calendars() -> None:
    published = days("2019-08-23", "2019-08-24")
    assert v.stated_interval("", "hijri", published) == DateInterval(None, None)
    assert v.stated_interval("yesterday", "relative", published) == days("2019-08-22", "2019-08-23")
    assert v.stated_interval("2019-08", "gregorian", published) == days("2019-08-01", "2019-08-31")
    assert v.stated_interval("1438-03-11", "hijri", published, 1) == days(
        "2016-12-11", "2016-12-11"
    )
    assert [calendar_of(t) for t in ("1438-03", "2016-12", "-10d")] == [
        *("hijri", "gregorian", "relative")
    ]


# --- the likelihood, by hand ----------------------------------------------------------------


def matches(*rows: tuple[str, int, int], source: str = "paper") -> pd.DataFrame:
    """Return a table of anchors from (month, low, high)."""
    frame = pd.DataFrame(rows, columns=["month", "low", "high"])
    names = [f"event-{n:02d}" for n in range(len(frame))]
    return frame.assign(source_id=source, event_id=names, tabular=0)


def probabilities(found: pd.DataFrame, month: str) -> list[float]:
    return list(found.loc[found["month"] == month, "probability"])


def test_one_single_day_anchor() -> None:
    # E[1−ε] = 0.9 on the day itself and E[ε]/6 = 0.1/6 on the days up to three off; the offset −2
    # is as far from 1 as an error reaches.
    weights = np.array([0.1 / 6, 0.1 / 6, 0.1 / 6, 0.9, 0.1 / 6])
    found = probabilities(k.posterior(matches(("1438-03", 1, 1))), "1438-03")
    assert found == pytest.approx(list(weights / weights.sum()), abs=1e-12)


def test_an_evening_leaves_two_days_and_counts_half_each() -> None:
    # d − c is 1 or 2: the offset 1 is hit by one of them and missed by a day by the other.
    half = (0.9 + 0.1 / 6) / 2
    weights = np.array([0.1 / 12, 0.1 / 6, 0.1 / 6, half, half])
    found = probabilities(k.posterior(matches(("1438-03", 1, 2))), "1438-03")
    assert found == pytest.approx(list(weights / weights.sum()), abs=1e-12)


def test_two_anchors_share_one_error_rate() -> None:
    # E[(1−ε)²] = 90/110, E[(1−ε)ε] = 9/110 and E[ε²] = 2/110 under Beta(1, 9).
    found = probabilities(k.posterior(matches(("1438-03", 1, 1), ("1438-03", 0, 0))), "1438-03")
    hit, miss = 9 / 110 / 6, 2 / 110 / 36
    weights = np.array([miss, miss, hit, hit, miss])
    assert found == pytest.approx(list(weights / weights.sum()), abs=1e-12)


def test_neighbouring_months_speak_for_each_other() -> None:
    known = [("1438-03", 1, 1)] * 5
    alone = k.posterior(matches(("1438-05", 0, 1)))
    for months, expected in ((1, 0.94), (2, 0.89)):
        beside = matches(*known, (f"1438-{3 + months:02d}", 0, 1))
        p = probabilities(k.posterior(beside), f"1438-{3 + months:02d}")
        assert p[3] > expected > 0.5 > probabilities(alone, "1438-05")[3]
    # A month that no anchor is left in is never surer than the chain allows.
    without = k.leave_out(matches(*known, ("1438-04", 1, 1)))
    only = without[(without["month"] == "1438-04") & (without["left_out"] == "event-05")]
    assert only["probability"].iloc[0] == pytest.approx(0.9, abs=0.001)


def test_the_chain_is_uniform_and_joins_the_turn_of_the_year() -> None:
    matrix = k._transition(0.9)
    np.testing.assert_allclose(matrix.sum(axis=0), 1)
    np.testing.assert_allclose(matrix, matrix.T)
    known = [("1437-12", 1, 1)] * 5
    across = probabilities(k.posterior(matches(*known, ("1438-01", 0, 1))), "1438-01")
    assert across[3] > 0.94


def test_anchors_that_no_offset_explains_teach_nothing() -> None:
    found = k.posterior(matches(("1438-03", 5, 5), ("1438-03", -5, -5)))
    assert probabilities(found, "1438-03") == [0.2] * 5
    assert not k.verdicts(matches(("1438-03", 5, 5), ("1438-03", -5, -5)))["calibrated"].any()


def test_calibrated_needs_four_single_days_and_none_that_carries_it_alone() -> None:
    def calibrated(*rows: tuple[str, int, int]) -> bool:
        return bool(k.verdicts(matches(*rows))["calibrated"].all())

    one, evening = ("1438-03", 1, 1), ("1438-03", 1, 2)
    assert calibrated(*[one] * 4)
    assert not calibrated(*[one] * 3, evening, evening)
    assert not calibrated(*[one] * 3, *[("1438-03", 0, 0)] * 3)
    # The month with a single anchor falls with it; the other stands.
    found = k.verdicts(matches(*[one] * 5, ("1438-04", 1, 1)))
    assert list(found["calibrated"]) == [True, False]
    assert list(found["without"]) == ["event-00", "event-05"]


def test_the_prior_must_be_a_prior() -> None:
    with pytest.raises(ValueError, match="b from 1 on"):
        k.posterior(matches(("1438-03", 1, 1)), prior=0.5)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(3, 6), st.integers(-3, 3), st.integers(0, 2)), min_size=1, max_size=8
    ),
    st.randoms(),
)
def test_order_changes_nothing_and_mirrored_anchors_mirror_the_posterior(
    rows: list[tuple[int, int, int]], random: object
) -> None:
    table = matches(*[(f"1438-{m:02d}", low, low + width) for m, low, width in rows])
    shuffled = list(table.index)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = k.posterior(table)
    pd.testing.assert_frame_equal(k.posterior(table.loc[shuffled]), found)
    pd.testing.assert_frame_equal(k.verdicts(table.loc[shuffled]), k.verdicts(table))
    mirror = k.posterior(table.assign(low=-table["high"], high=-table["low"]))
    mirror = mirror.assign(offset=-mirror["offset"]).sort_values(["month", "offset"])
    np.testing.assert_allclose(mirror["probability"], found["probability"], atol=1e-9)
    np.testing.assert_allclose(found.groupby("month")["probability"].sum(), 1)


def test_sources_do_not_lend_each_other_anchors() -> None:
    both = pd.concat(
        [matches(*[("1438-03", 1, 1)] * 4), matches(("1438-03", 0, 0), source="other")]
    )
    found = k.verdicts(both).set_index("source_id")
    assert found["calibrated"].to_dict() == {"paper": True, "other": False}
    alone = k.posterior(matches(("1438-03", 0, 0), source="other"))
    pd.testing.assert_frame_equal(k.posterior(both).iloc[:5].reset_index(drop=True), alone)


def test_rivals() -> None:
    table = matches(*[("1438-03", 1, 1)] * 5)
    same = k.rivals(table.assign(tabular=1)).set_index("rival")
    # The same days without an offset to be found: five times as probable, and no way to tell.
    assert same.at["tabular", "log10_bayes_factor"] == pytest.approx(np.log10(5), abs=0.01)
    assert same.at["tabular", "same_days"] and not same.at["umm_al_qura", "same_days"]
    other = k.rivals(table).set_index("rival")
    assert other.at["tabular", "log10_bayes_factor"] < -4
    assert not other.at["tabular", "same_days"]


def test_sweep_and_leave_two_out() -> None:
    table = matches(*[("1438-03", 1, 1)] * 5)
    swept = k.sweep(table, (1, 9))
    assert list(swept["b"]) == [1, 9] and swept["calibrated"].all()
    assert len(k.leave_out(table, 2)) == 10


# --- simulations ----------------------------------------------------------------------------


def draw(
    rng: np.random.Generator, rate: float, anchors: int
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return synthetic anchors of two months with known offsets, and the offsets."""
    first = int(rng.integers(-2, 3))
    second = int(rng.choice(k.OFFSETS, p=k._transition(k.STAY)[first + 2]))
    truth = {"1438-03": first, "1438-04": second}
    rows = []
    for number in range(anchors):
        month = "1438-03" if number % 2 else "1438-04"
        wrong = rng.random() < rate
        day = truth[month] + (int(rng.choice([-3, -2, -1, 1, 2, 3])) if wrong else 0)
        evening = int(rng.random() < 0.25)
        low = day - int(rng.integers(0, 2)) * evening
        rows.append((month, low, low + evening))
    return matches(*rows), truth


def test_500_draws_the_calibrated_verdict_is_right() -> None:
    rng = random_stream(1438, "verdict")
    parts = []
    for _ in range(500):
        table, truth = draw(rng, float(rng.beta(1, 9)), int(rng.integers(4, 13)))
        parts.append(k.verdicts(table).assign(truth=lambda f, t=truth: f["month"].map(t)))
    found = pd.concat(parts)
    right = found["offset"] == found["truth"]
    assert found["calibrated"].mean() > 0.4
    # A wrong offset is called calibrated no more often than 0.95 allows.
    assert right[found["calibrated"]].mean() >= 0.95
    assert right.mean() == pytest.approx(found["probability"].mean(), abs=0.02)


def test_500_draws_the_posterior_is_calibrated() -> None:
    rng = random_stream(1438, "posterior")
    parts = []
    for _ in range(500):
        # Few anchors, so that every probability occurs.
        table, truth = draw(rng, float(rng.beta(1, 9)), int(rng.integers(2, 6)))
        parts.append(k.posterior(table).assign(truth=lambda f, t=truth: f["month"].map(t)))
    found = pd.concat(parts)
    true = found["offset"] == found["truth"]
    # Of all offsets given 30 %, three in ten are the true one; so in every bin of probability.
    for low, high in pairwise((0.0, 0.02, 0.1, 0.3, 0.7, 0.9, 0.98, 1.0)):
        inside = found["probability"].between(low, high)
        told = found.loc[inside, "probability"].mean()
        spread = 3.5 * np.sqrt(max(told * (1 - told), 0.001) / inside.sum())
        assert inside.sum() >= 40
        assert true[inside].mean() == pytest.approx(told, abs=spread)


@pytest.mark.parametrize("rate", [0.0, 0.15, 0.3])
def test_careless_sources_are_not_called_calibrated_wrongly(rate: float) -> None:
    rng = random_stream(1438, "rate", str(rate))
    wrong = calibrated = 0
    for _ in range(100):
        table, truth = draw(rng, rate, 8)
        found = k.verdicts(table)
        sure = found[found["calibrated"]]
        calibrated += len(sure)
        wrong += int((sure["offset"] != sure["month"].map(truth)).sum())
    assert calibrated > 20
    assert wrong <= 0.05 * calibrated


# --- the fictional case ---------------------------------------------------------------------


def test_the_planted_calendar_is_found() -> None:
    case = example()
    planted = yaml.safe_load((case.folder / "truth.yaml").read_text(encoding="utf-8"))["calendar"]
    found = c.calibrate(case)
    used = found.anchors[found.anchors["used"]]
    assert set(used["event_id"]) == {a["event"] for a in planted["anchors"]}
    told = {a["event"]: a["stated"] for a in planted["anchors"]}
    assert used.set_index("event_id")["stated"].to_dict() == told
    assert found.verdict(planted["source"]) == "calibrated"
    offset = planted["planted"]["offset_days"]
    assert found.offsets(planted["source"]) == dict.fromkeys(planted["months"], offset)
    assert (found.months["lowest"] >= 0.95).all()
    assert found.verdict("northern-courier") == "not calibrated"
    rivals = k.rivals(found.anchors).set_index("rival")
    assert rivals.at["tabular", "log10_bayes_factor"] < -10


def test_compared_events_are_no_anchors_and_agree_once_calibrated() -> None:
    case = example()
    found = c.calibrate(case)
    pairs = c.compared(case)
    assert not set(pairs["event_id"]) & set(found.anchors["event_id"])
    checked = c.held_out(pairs, found)
    assert len(checked) >= 12
    assert (checked["gap_calibrated"] == 0).all() and checked["calibrated"].all()
    assert (checked["gap_umm_al_qura"] == 1).mean() > 0.8


def test_claim_days() -> None:
    case = example()
    claims = case["claims"]
    raw, mended = c.claim_days(case, "umm_al_qura"), c.claim_days(case)
    assert list(mended["claim_id"]) == list(claims["claim_id"])
    moved = (mended["event_first"] - raw["event_first"]).dt.days
    lantern = (mended["source_id"] == "the-lantern") & (claims["event_date"] != "")
    assert (moved[lantern] == 1).all() and (moved[~lantern & moved.notna()] == 0).all()
    both = claims["event_date"].ne("") & ~claims["event_date"].str.contains(r"\.\.")
    assert mended.loc[both, ["event_first", "event_last"]].notna().all().all()
    assert mended.loc[claims["event_date"] == "", "event_first"].isna().all()
    with pytest.raises(ValueError, match="no calendar setting"):
        c.claim_days(case, "julian")


def changed(case: Case, table: str, **values: object) -> Case:
    """Return the case with the last row of a table changed."""
    frame = case[table].copy()
    for column, value in values.items():
        frame.loc[frame.index[-1], column] = value
    return replace(case, tables={**case.tables, table: frame})


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        ("reference", {"origin": "belligerent"}, "dated by a party to the war"),
        ("reference", {"place_id": "halmere"}, "in the theatre’s own country"),
        (
            "reference",
            {"date_from": "2017-06-01", "date_to": "2017-06-01"},
            "more than 5 days apart",
        ),
    ],
)
def test_matches_that_are_no_anchors_say_why(
    table: str, values: dict[str, object], reason: str
) -> None:
    found = c.anchors(changed(example(), table, **values))
    row = found.set_index("event_id").loc["far-ellisar-dam"]
    assert row["reason"] == reason and not row["used"]
    assert found["used"].sum() == len(found) - 1


@pytest.mark.parametrize(
    ("part", "after_midnight", "ends"),
    [
        *(("day", "day", (1, 1)), ("evening", "day", (1, 2)), ("unknown", "day", (1, 2))),
        *(("after_midnight", "day", (1, 1)), ("after_midnight", "both", (0, 1))),
    ],
)
def test_the_hour_decides_which_days_are_open(
    part: str, after_midnight: str, ends: tuple[int, int]
) -> None:
    case = changed(example(), "reference", part_of_day=part)
    found = c.anchors(case, after_midnight=after_midnight).set_index("event_id")
    assert tuple(found.loc["far-ellisar-dam", ["low", "high"]]) == ends


def test_one_anchor_an_event_and_source_and_no_order_of_rows() -> None:
    case = example()
    twice = case["claims"][case["claims"]["event_id"] == "far-osk-eruption"]
    twice = twice.assign(claim_id="lantern-08-signs-second-c99", event_date="1438-06-09")
    tables = {**case.tables, "claims": pd.concat([case["claims"], twice])}
    found = c.anchors(replace(case, tables=tables))
    rows = found[found["event_id"] == "far-osk-eruption"]
    assert list(rows["used"]) == [True, False]
    assert rows["reason"].iloc[1] == "another row of the same source and event is used"
    shuffled = {
        name: frame.sample(frac=1, random_state=1) if len(frame) else frame
        for name, frame in tables.items()
    }
    pd.testing.assert_frame_equal(c.anchors(replace(case, tables=shuffled)), found)


def test_a_case_without_hijri_dates_has_nothing_to_calibrate() -> None:
    case = example()
    none = case["claims"][case["claims"]["event_calendar"] != "hijri"]
    bare = replace(case, tables={**case.tables, "claims": none.reset_index(drop=True)})
    found = c.calibrate(bare)
    assert found.anchors.empty and found.months.empty
    assert c.held_out(c.compared(bare), found).empty
    assert len(c.claim_days(bare)) == len(none)
