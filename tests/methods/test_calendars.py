"""Which day a Hijri date means: conversions, anchors, and whether to trust the calibration."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.methods import calendars as c
from framelines.methods.dates import OPEN, gregorian, stated_interval

ONE, EVENING = ("1438-03", 1, 1), ("1438-03", 1, 2)


def anchors(*rows: tuple[str, int, int], source: str = "paper") -> pd.DataFrame:
    """Return a table of anchors from (month, low, high)."""
    frame = pd.DataFrame(rows, columns=["month", "low", "high"])
    names = [f"event-{n:02d}" for n in range(len(frame))]
    return frame.assign(source_id=source, event_id=names, tabular=0, used=True)


def probabilities(found: pd.DataFrame, month: str) -> list[float]:
    return list(found.loc[found["month"] == month, "probability"])


# A date, the setting or the month whose offset 1 is known, and the days that it can mean. By Umm
# al-Qura 1438-03-11 is 10 December, by the tabular calendar the 11th; 1438-04-01 the 30th or 31st.
CONVERTED = """
1438-03-11 1 2016-12-11                         1438-03-11 hull 2016-12-09/2016-12-12
1438-03-11 +1 2016-12-11                        1438-03-11 calibrated 2016-12-09/2016-12-12
1438-03-11 1438-03 2016-12-11                   1438-03-11 1438-04 2016-12-09/2016-12-12
1438-02-30 1438-02 2016-12-01                   1437 1438-03 2015-10-13/2016-10-03
1438-03-11/.. 1438-03 2016-12-11/..             1438-03 1438-03 2016-12-01/2016-12-30
../1438-03-23 1438-03 ../2016-12-23             ?1438-03-start 1438-03 2016-12-01/2016-12-10
1438-03-08/1438-03-11~ 1438-03 2016-12-08/2016-12-11
1438-03-29/1438-04-01 1438-03 2016-12-29/2017-01-01
""".split()


@pytest.mark.parametrize("at", range(0, len(CONVERTED), 3))
def test_convert(at: int) -> None:
    text, setting, expected = CONVERTED[at : at + 3]
    how = ("calibrated", {setting: 1}) if "-" in setting else (setting,)
    assert stated_interval(text, "hijri", OPEN, *how) == gregorian(expected)


def test_stated_intervals_of_all_calendars() -> None:
    stated = {"yesterday relative": "2019-08-22/2019-08-23", "2019-08 gregorian": "2019-08"}
    stated |= {"1438-03-11 hijri": "2016-12-11", " hijri": "", "2019 none": ""}
    for what, days in stated.items():
        text, calendar = what.split(" ")
        found = stated_interval(text, calendar, gregorian("2019-08-23/2019-08-24"), 1)
        assert found == gregorian(days), what


@pytest.mark.parametrize(
    ("rows", "weights"),
    [
        # E[1−ε] = 0.9 on the day itself and E[ε]/6 = 0.1/6 on the days up to three off; the offset
        # −2 is as far from 1 as an error reaches.
        ([ONE], [0.1 / 6, 0.1 / 6, 0.1 / 6, 0.9, 0.1 / 6]),
        # An evening, d − c is 1 or 2: one of them hits the offset 1, the other misses by a day.
        ([EVENING], [0.1 / 12, 0.1 / 6, 0.1 / 6, *[(0.9 + 0.1 / 6) / 2] * 2]),
        # One error rate for both: E[(1−ε)ε] = 9/110 and E[ε²] = 2/110 under Beta(1, 9).
        ([ONE, ("1438-03", 0, 0)], [*[2 / 110 / 36] * 2, *[9 / 110 / 6] * 2, 2 / 110 / 36]),
        # What no offset explains teaches nothing.
        ([("1438-03", 5, 5), ("1438-03", -5, -5)], [1] * 5),
    ],
)
def test_likelihoods_by_hand(rows: list[tuple[str, int, int]], weights: list[float]) -> None:
    found = probabilities(c.posterior(anchors(*rows)), "1438-03")
    assert found == pytest.approx([w / sum(weights) for w in weights], abs=1e-12)
    assert not c.calibrate(anchors(*rows))["calibrated"].any()


def test_neighbouring_months_speak_for_each_other() -> None:
    known, near, far = [ONE] * 5, ("1438-04", 0, 1), ("1438-05", 0, 1)
    turn = [("1437-12", 1, 1)] * 5, ("1438-01", 0, 1)
    for others, own, least in ((known, near, 0.94), (known, far, 0.89), (turn[0], turn[1], 0.94)):
        assert probabilities(c.posterior(anchors(*others, own)), own[0])[3] > least
    assert probabilities(c.posterior(anchors(far)), far[0])[3] < 0.5


def test_calibrated_needs_four_single_days_and_none_that_carries_it_alone() -> None:
    tables = [ONE] * 4, [*[ONE] * 3, EVENING, EVENING], [*[ONE] * 3, *[("1438-03", 0, 0)] * 3]
    found = [c.offsets_of(c.calibrate(anchors(*rows)), "paper") for rows in tables]
    # The month with a single anchor falls with it to what the chain allows; the other stands.
    months = c.calibrate(anchors(*[ONE] * 5, ("1438-04", 1, 1)))
    assert [*found, c.offsets_of(months, "paper")] == [{"1438-03": 1}, {}, {}, {"1438-03": 1}]
    assert months["lowest"].round(2)[1] == 0.9


def test_the_tabular_calendar_as_a_rival() -> None:
    table = anchors(*[ONE] * 5)
    # The same days without an offset to be found: five times as probable.
    assert c.tabular_factor(table.assign(tabular=1)) == pytest.approx(np.log10(5), abs=0.01)
    assert c.tabular_factor(table) < -4 and len(c.posterior(table, without=2)) == 50


MONTHS = st.lists(st.tuples(st.integers(3, 6), st.integers(-3, 3), st.integers(0, 2)), min_size=1)


@given(MONTHS, st.integers(0, 9))
def test_mirrored_anchors_mirror_the_posterior_in_any_order(rows: Any, seed: int) -> None:
    table = anchors(*[(f"1438-{m:02d}", low, low + width) for m, low, width in rows])
    shuffled, found = table.sample(frac=1, random_state=seed), c.posterior(table)
    pd.testing.assert_frame_equal(c.posterior(shuffled), found)
    pd.testing.assert_frame_equal(c.calibrate(shuffled), c.calibrate(table))
    mirror = c.posterior(table.assign(low=-table["high"], high=-table["low"]))
    mirror = mirror.assign(offset=-mirror["offset"]).sort_values(["month", "offset"])
    np.testing.assert_allclose(mirror["probability"], found["probability"], atol=1e-9)
    np.testing.assert_allclose(found.groupby("month")["probability"].sum(), 1)


def planted(rate: float | None) -> pd.DataFrame:
    """Return 200 sources with 2 to 12 anchors in two months with known offsets (`truth`)."""
    rng = np.random.default_rng(1438)
    first, wrong_by = rng.integers(-2, 3, 200), rng.beta(1, 9, 200) if rate is None else rate
    second = [rng.choice(c.OFFSETS, p=line) for line in c.TRANSITION[first + 2]]
    table = pd.DataFrame({"first": first, "second": second, "wrong_by": wrong_by})
    table = table.loc[np.repeat(table.index, rng.integers(2, 13, 200))].reset_index()
    odd, size = table.index % 2 == 1, len(table)
    wrong = rng.choice([-3, -2, -1, 1, 2, 3], size) * (rng.random(size) < table["wrong_by"])
    truth, evening = np.where(odd, table["second"], table["first"]), rng.random(size) < 0.25
    low = truth + wrong - rng.integers(0, 2, size) * evening
    found = anchors(*zip(np.where(odd, "1438-04", "1438-03"), low, low + evening, strict=True))
    return found.assign(source_id="source-" + table["index"].astype(str), truth=truth)


@pytest.mark.parametrize("rate", [None, 0.0, 0.3])
def test_planted_offsets_are_called_calibrated_and_seldom_wrongly(rate: float | None) -> None:
    table, keys = planted(rate), ["source_id", "month"]
    known = table.drop_duplicates(keys)[[*keys, "truth"]]
    found = c.calibrate(table).merge(known, on=keys)
    true = found["offset"] == found["truth"]
    # A wrong offset is called calibrated no more often than 0.95 allows.
    assert found["calibrated"].sum() > 50 and true[found["calibrated"]].mean() >= 0.95
    if rate is None:
        assert true.mean() == pytest.approx(found["probability"].mean(), abs=0.04)
