"""Timelines compared: what is told or passed over, on which day, and how many.

Every function takes a case, changes nothing in it, and returns a tidy table; rows of the tables of
the case in another order change nothing, and swapping the compared camps negates every sign.
"""

from framelines.timelines.coverage import by_camp, coverage, silence
from framelines.timelines.days import (
    agreement_counts,
    date_agreement,
    lead,
    order_of_events,
    spread,
    spread_of_day,
)
from framelines.timelines.losses import (
    against_other_side,
    inflation,
    inflation_contrast,
    matched_figures,
)
from framelines.timelines.strips import densest_run, side_by_side, strips
from framelines.timelines.takings import scope_of_taking, taken_twice
from framelines.timelines.who_lost import own_losses
from framelines.timelines.wholes import figures_of_event, force_ratio, parts_and_totals

__all__ = [
    "against_other_side",
    "agreement_counts",
    "by_camp",
    "coverage",
    "date_agreement",
    "densest_run",
    "figures_of_event",
    "force_ratio",
    "inflation",
    "inflation_contrast",
    "lead",
    "matched_figures",
    "order_of_events",
    "own_losses",
    "parts_and_totals",
    "scope_of_taking",
    "side_by_side",
    "silence",
    "spread",
    "spread_of_day",
    "strips",
    "taken_twice",
]
