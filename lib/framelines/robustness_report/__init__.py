"""What notebook 04 says: every declared finding, whether it survives, and what it hangs on."""

from framelines.robustness_report.axes import axes
from framelines.robustness_report.curves import curves, influences
from framelines.robustness_report.headlines import enter, headlines, opening
from framelines.robustness_report.tables import measures, overview, repeated_matter

__all__ = [
    "axes",
    "curves",
    "enter",
    "headlines",
    "influences",
    "measures",
    "opening",
    "overview",
    "repeated_matter",
]
