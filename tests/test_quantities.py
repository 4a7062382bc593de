"""Stated figures: what the words leave open, and what readers take from them."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framelines import quantities as q
from framelines.quantities import Quantity
from framelines.vocabulary import QUALIFIERS

INF = math.inf
numbers = st.integers(0, 20_000)
quantities = st.tuples(numbers, st.one_of(numbers, st.just(INF))).map(
    lambda ends: Quantity(min(ends), max(ends))
)
qualifiers = st.sampled_from(QUALIFIERS)


def stated(qualifier: str, number: float, second: float) -> tuple[float | None, float | None]:
    """Return value_min and value_max as the codebook has them for a qualifier."""
    if qualifier in q.VAGUE:
        return None, None
    if qualifier in ("more_than", "at_least"):
        return number, None
    if qualifier in ("up_to", "less_than"):
        return None, number
    return (number, number + second) if qualifier == "range" else (number, number)


@pytest.mark.parametrize(
    ("qualifier", "low", "high", "wide", "narrow"),
    [
        ("exact", 80, 80, (80, 80), (80, 80)),
        ("range", 30, 40, (30, 40), (30, 40)),
        ("more_than", 50, None, (51, INF), (51, 100)),
        ("more_than", 14, math.nan, (15, INF), (15, 15)),
        ("more_than", 260, None, (261, INF), (261, 270)),
        ("at_least", 80, None, (80, INF), (80, 90)),
        ("at_least", 4, None, (4, INF), (4, 5)),
        ("up_to", None, 300, (0, 300), (200, 300)),
        ("less_than", None, 50, (0, 49), (0, 49)),
        ("less_than", None, 120, (0, 119), (110, 119)),
        # A tenth of 80; but half of the granularity of 20, and of 5.
        ("approx", 80, 80, (72, 88), (72, 88)),
        ("approx", 20, 20, (15, 25), (15, 25)),
        ("approx", 5, 5, (2.5, 7.5), (2.5, 7.5)),
        ("several", None, None, (2, INF), (2, 10)),
        ("dozens", None, None, (24, INF), (24, 100)),
        ("hundreds", math.nan, math.nan, (200, INF), (200, 1000)),
        ("thousands", None, None, (2000, INF), (2000, 10000)),
        ("most", None, None, (1, INF), (1, INF)),
        ("many", None, None, (1, INF), (1, INF)),
    ],
)
def test_readings(
    qualifier: str,
    low: float | None,
    high: float | None,
    wide: tuple[float, float],
    narrow: tuple[float, float],
) -> None:
    assert q.logical(low, high, qualifier) == Quantity(*wide)
    assert q.conventional(low, high, qualifier) == Quantity(*narrow)


def test_measures_keep_the_number_itself_and_widths_are_parameters() -> None:
    assert q.logical(40, None, "more_than", counts=False) == Quantity(40, INF)
    assert q.logical(None, 40, "less_than", counts=False) == Quantity(0, 40)
    assert q.logical(80, 80, "approx", approx_share=0.25) == Quantity(60, 100)
    assert q.logical(None, None, "dozens", vague={"dozens": 20}) == Quantity(20, INF)
    ends = {"dozens": 60.0}
    assert q.conventional(None, None, "dozens", vague_ends=ends) == Quantity(24, 60)


@pytest.mark.parametrize(
    ("number", "step"),
    [(80, 10), (50, 50), (300, 100), (112, 1), (75, 25), (150, 50), (105, 5), (4000, 1000)]
    + [(1, 1), (0, 1), (3.7, 0.1), (10, 10), (25, 25), (500, 500), (2500, 500)],
)
def test_granularity(number: float, step: float) -> None:
    assert q.granularity(number) == pytest.approx(step)


def test_every_qualifier_of_the_codebook_has_a_rule() -> None:
    for qualifier in QUALIFIERS:
        assert q.logical(*stated(qualifier, 12, 3), qualifier).low >= 0
    with pytest.raises(ValueError, match="no rule for the qualifier 'around'"):
        q.logical(3, 3, "around")
    with pytest.raises(ValueError, match="no figure is stated"):
        q.logical(None, math.nan, "exact")


@settings(deadline=None)
@given(qualifiers, st.integers(0, 10**7), st.integers(0, 100), st.booleans())
def test_the_conventional_reading_lies_within_the_logical(
    qualifier: str, number: int, second: int, counts: bool
) -> None:
    values = stated(qualifier, number, second)
    narrow = q.conventional(*values, qualifier, counts=counts)
    assert narrow.within(q.logical(*values, qualifier, counts=counts))


@settings(deadline=None)
@given(qualifiers, st.integers(1, 10**7), st.integers(0, 100))
def test_a_stated_number_is_within_its_reading_unless_it_is_excluded(
    qualifier: str, number: int, second: int
) -> None:
    if qualifier in q.VAGUE or qualifier in ("more_than", "less_than"):
        return
    assert Quantity(number, number).within(q.logical(*stated(qualifier, number, second), qualifier))


@settings(deadline=None)
@given(st.integers(1, 10**8))
def test_granularity_divides_the_number(number: int) -> None:
    assert number % int(q.granularity(number)) == 0


def test_sums() -> None:
    parts = [Quantity(18, 18), Quantity(21, 25), Quantity(17, INF)]
    assert q.total(parts) == Quantity(56, INF)
    assert q.total(parts[:2]) == Quantity(39, 43)
    assert q.total([]) == Quantity(0, 0)


@settings(deadline=None)
@given(st.lists(quantities, max_size=6), st.randoms())
def test_the_order_of_parts_does_not_matter(parts: list[Quantity], random: object) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert q.total(shuffled) == q.total(parts)
    if parts:
        assert q.breakdown_width(shuffled) == q.breakdown_width(parts)


@settings(deadline=None)
@given(quantities, quantities)
def test_swapping_negates_the_log_ratio_exactly(a: Quantity, b: Quantity) -> None:
    low, high = q.log_ratio(a, b)
    assert q.log_ratio(b, a) == (-high, -low)
    assert low <= high


def test_log_ratio_by_hand() -> None:
    low, high = q.log_ratio(Quantity(50, 100), Quantity(25, 50))
    assert (low, high) == (0.0, math.log(100) - math.log(25))
    assert q.log_ratio(Quantity(51, INF), Quantity(0, 9)) == (math.log(51) - math.log(9), INF)
    assert q.log_ratio(Quantity(0, INF), Quantity(0, INF)) == (-INF, INF)


def judged(a: tuple[str, float], b: tuple[str, float]) -> str:
    values = [(stated(name, n, 0), name) for name, n in (a, b)]
    wide = [q.logical(*v, name) for v, name in values]
    narrow = [q.conventional(*v, name) for v, name in values]
    return q.verdict(wide[0], wide[1], narrow[0], narrow[1])


def test_verdicts() -> None:
    assert judged(("exact", 34), ("exact", 34)) == "compatible"
    assert judged(("exact", 34), ("exact", 35)) == "contradiction"
    assert judged(("more_than", 50), ("exact", 50)) == "contradiction"
    assert judged(("more_than", 50), ("exact", 60)) == "compatible"
    # Nobody writes “more than 50” of 500, though it would be true.
    assert judged(("more_than", 50), ("exact", 500)) == "tension"
    assert judged(("dozens", 0), ("exact", 350)) == "tension"
    assert judged(("dozens", 0), ("exact", 12)) == "contradiction"
    assert judged(("approx", 80), ("exact", 86)) == "compatible"


@settings(deadline=None)
@given(quantities, quantities, st.fractions(0, 3).map(float))
def test_widening_never_turns_compatible_into_contradictory(
    a: Quantity, b: Quantity, by: float
) -> None:
    order = [q.COMPATIBLE, q.TENSION, q.CONTRADICTION]
    before = order.index(q.verdict(a, b, a, b))
    wider = a.widen(by)
    assert order.index(q.verdict(wider, b, wider, b)) <= before
    assert q.breakdown_width([wider, b]) <= q.breakdown_width([a, b])


def test_breakdown_by_hand() -> None:
    # 9 against 36: each must be off by the factor 2 to meet at 18.
    assert q.breakdown_width([Quantity(9, 9), Quantity(36, 36)]) == pytest.approx(1)
    assert q.breakdown_width([Quantity(9, 9), Quantity(8, 9)]) == 0
    assert q.breakdown_width([Quantity(0, 0), Quantity(4, 4)]) == INF
    with pytest.raises(ValueError, match="needs figures"):
        q.breakdown_width([])


@settings(deadline=None)
@given(st.lists(st.integers(1, 500).map(lambda n: Quantity(n, n)), min_size=2, max_size=5))
def test_the_breakdown_width_makes_all_figures_meet(figures: list[Quantity]) -> None:
    share = q.breakdown_width(figures)
    wider = [f.widen(share * (1 + 1e-9) + 1e-12) for f in figures]
    assert max(f.low for f in wider) <= min(f.high for f in wider)
    lowest = Fraction(int(max(f.low for f in figures)), int(min(f.high for f in figures)))
    assert (1 + share) ** 2 == pytest.approx(float(lowest))


@pytest.mark.parametrize("ends", [(3, 2), (-1, 2), (math.nan, 2), (1, math.nan)])
def test_no_interval(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no interval|below 0"):
        Quantity(*ends)
