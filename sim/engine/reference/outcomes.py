"""What becomes of visits and stops, and why, as the numbers that stand in the log."""

from __future__ import annotations

from sim.log import REASONS, STOP_OUTCOMES, VISIT_OUTCOMES
from sim.workload import COMES, ENDS

COMPLETED, LEFT, REFUSED, SENT_HOME, IN_PROGRESS = (
    VISIT_OUTCOMES.index(name)
    for name in ("completed", "left", "refused", "sent_home", "in_progress")
)
(
    SERVED, RENEGED, BALKED, TURNED_AWAY, MISSED, STOP_SENT_HOME, STOP_IN_PROGRESS,
    STOP_INCOMPLETE, PARKED,
) = (
    STOP_OUTCOMES.index(name)
    for name in (
        "served", "reneged", "balked", "turned_away", "missed", "sent_home", "in_progress",
        "incomplete", "parked",
    )
)  # fmt: skip
NO_REASON, IMPATIENT, TOO_LATE, HALL_FULL, DAY_END, QUOTA, NO_OFFICER = (
    REASONS.index(name)
    for name in ("", "patience", "closed", "hall_full", "day_end", "quota", "no_officer")
)
STAYED_AWAY = {
    COMES.index("no_show"): (VISIT_OUTCOMES.index("no_show"), NO_REASON),
    COMES.index("cancelled"): (VISIT_OUTCOMES.index("cancelled"), NO_REASON),
    COMES.index("moved"): (VISIT_OUTCOMES.index("moved"), REASONS.index("no_slot")),
    COMES.index("lost"): (REFUSED, REASONS.index("no_slot")),
}
LINE_TOO_LONG, MISSED_CALL = REASONS.index("line_too_long"), REASONS.index("missed_call")
INCOMPLETE = REASONS.index("incomplete")
WHY = {
    RENEGED: IMPATIENT,
    MISSED: MISSED_CALL,
    STOP_INCOMPLETE: INCOMPLETE,
    STOP_SENT_HOME: TOO_LATE,
}
CALLED = {TURNED_AWAY: REFUSED, STOP_INCOMPLETE: SENT_HOME}
"""What a visit is called after its first failure; after all others the citizen has left."""
SERVED_AS = {
    ENDS.index("served"): SERVED,
    ENDS.index("incomplete"): STOP_INCOMPLETE,
    ENDS.index("parked"): PARKED,
}
NO_PAPERS = ENDS.index("no_papers")
