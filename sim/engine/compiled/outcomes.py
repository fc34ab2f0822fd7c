"""What becomes of visits and stops, and why, as the numbers that stand in the log."""

from __future__ import annotations

from sim.log import REASONS, STOP_OUTCOMES, VISIT_OUTCOMES
from sim.workload import COMES, ENDS, PICKS

COMPLETED, LEFT, REFUSED, SENT_HOME, STAYED_AWAY, CANCELLED, MOVED, IN_PROGRESS = (
    VISIT_OUTCOMES.index(name)
    for name in (
        "completed", "left", "refused", "sent_home", "no_show", "cancelled", "moved",
        "in_progress",
    )
)  # fmt: skip
(
    SERVED, RENEGED, BALKED, TURNED_AWAY, INCOMPLETE, MISSED, STOP_SENT_HOME, STOP_IN_PROGRESS,
    PARKED,
) = (
    STOP_OUTCOMES.index(name)
    for name in (
        "served", "reneged", "balked", "turned_away", "incomplete", "missed", "sent_home",
        "in_progress", "parked",
    )
)  # fmt: skip
(
    NO_REASON, IMPATIENT, TOO_LATE, HALL_FULL, DAY_END, QUOTA, NO_OFFICER, LINE_TOO_LONG,
    MISSED_CALL, NO_SLOT, PAPERS_LACK,
) = (
    REASONS.index(name)
    for name in (
        "", "patience", "closed", "hall_full", "day_end", "quota", "no_officer", "line_too_long",
        "missed_call", "no_slot", "incomplete",
    )
)  # fmt: skip
COMES_HERE, NO_SHOW, CANCELS, MOVES = (
    COMES.index(name) for name in ("comes", "no_show", "cancelled", "moved")
)
ENDS_SERVED, ENDS_INCOMPLETE, NO_PAPERS, ENDS_PARKED = (
    ENDS.index(name) for name in ("served", "incomplete", "no_papers", "parked")
)
NEXT, ONE_OF = PICKS.index("next"), PICKS.index("one_of")
