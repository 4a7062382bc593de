"""Contradictions: claims of one event that cannot all be true.

1. Figures meet only where event, actor, target, item and outcome are the same; the dead meet the
   dead and wounded from one side only.
2. Scope, window and place are the same too; for the size of a force, place, actor and a day in
   common. Increments enter as sums; a sum meets a total where its parts cover the total's window
   and place, and else only if it exceeds the total.
3. Repetitions are one statement; whoever passes on the other side's media is no second witness; a
   denial meets only what it denies.
4. Dates of a momentary event conflict if they share no day after calibration nor before; otherwise
   they depend on the calendar.
5. A site that one side takes twice, with no loss told in between, is told wrongly at least once.
"""

from framelines.contradictions.disputes import (
    BETWEEN,
    CALENDAR,
    CLASSES,
    INSIDE,
    TENSION,
    Contradictions,
    contradictions,
)

__all__ = [
    "BETWEEN",
    "CALENDAR",
    "CLASSES",
    "INSIDE",
    "TENSION",
    "Contradictions",
    "contradictions",
]
