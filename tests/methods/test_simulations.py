"""The promises of the methods page, at a reduced size: levels, coverage, calendars, factors."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import simulations
from scipy import stats

from framelines import REPO

pytestmark = pytest.mark.slow

LONG = [89, 12, 3, 38, 11, 4, 10]
SHORT = [12, 6, 5, 5, 10, 10, 4, 21, 16, 11, 8, 7, 13, 1]
CLAIMS = [16, 6, 15, 11, 5, 16, 14, 14, 13, 5, 16, 9, 12, 12, 8]


@pytest.mark.parametrize("design", [(LONG, SHORT, 0.19), (SHORT, LONG, 0.19), (CLAIMS, LONG, 0.31)])
def test_the_test_keeps_its_level_whichever_side_is_longer(design: Any) -> None:
    alarms = simulations.level(design, 0.15, 500)
    assert 0.02 <= np.mean(alarms) <= 0.08  # three binomial standard errors


@pytest.mark.parametrize(("unit", "within"), [("texts", 0.05), ("documents", 0.45)])
def test_intervals_of_differences_cover(unit: str, within: float) -> None:
    design = (SHORT, CLAIMS, 0.2)
    held = simulations.coverage(design, within, 500, unit)
    assert len(held) > 450 and np.mean(held) >= 0.91


@pytest.mark.parametrize(("share", "within"), [(0.06, 0.15), (0.2, 0.45), (0.5, 0.05)])
def test_intervals_of_shares_cover(share: float, within: float) -> None:
    held = simulations.share_coverage((CLAIMS + LONG, [], share), within, 500)
    assert len(held) > 250 and np.mean(held) >= 0.92


def table_of(rows: Iterable[list[object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=simulations.COLUMNS).set_index(["what", "setting"])


def test_calendars_bear_errors_to_either_side_and_not_to_one() -> None:
    value = table_of(simulations.of_calendars(runs=120))["value"].droplevel("what")
    assert value["30% wrong, a day either way"] <= 0.01
    assert value["45% wrong, a day later"] > 0.1


def test_a_factor_in_round_words_is_found_by_the_conventional_reading() -> None:
    value = table_of(simulations.of_ratios(runs=150))["value"]["mean factor, 2 planted"]
    assert value["conventional number"] == pytest.approx(2, abs=0.1)
    assert value["stated number"] < 1.8


def test_false_alarms_are_nominal_over_documents_and_not_over_words() -> None:
    """400 corpora of 28 bursty documents and 19,000 words, seeded; as docs/simulations.csv."""
    found = table_of(simulations.of_keyness(runs=400))
    by_method = found.droplevel("what").T
    tested, value = by_method["permutation over documents"], by_method.loc["value"]
    assert tested["low"] <= 0.05 <= tested["high"]
    alarms = round(value["max-T over documents"] * 400)
    assert stats.binomtest(alarms, 400, 0.05, alternative="greater").pvalue > 0.01
    # Words as units: thrice the nominal rate, and a false word in most corpora.
    assert value["G² over words"] > 0.15 and value["G² with Bonferroni"] > 0.8
    shown = table_of(pd.read_csv(REPO / "docs" / "simulations.csv").to_numpy().tolist())
    assert shown.loc[found.index, "value"].to_numpy() == pytest.approx(found["value"], rel=1e-5)


def test_key_words_of_outlets_are_no_false_alarms_where_outlets_are_dealt_whole() -> None:
    found = table_of(simulations.of_outlets(runs=60))["value"].droplevel("what")
    assert found["texts dealt"] > 0.9
    assert stats.binomtest(round(60 * found["outlets dealt whole"]), 60, 0.05).pvalue > 0.01
