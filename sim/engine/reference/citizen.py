"""A citizen: what she brings to the hall, and what becomes of her there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import simpy

from sim.engine.plan import JourneyPlan
from sim.engine.reference.line import Ticket
from sim.log import REASONS, STOP_OUTCOMES, VISIT_OUTCOMES
from sim.workload import ABSENT

AGAIN = (STOP_OUTCOMES.index("incomplete"), STOP_OUTCOMES.index("parked"))
"""After these a citizen comes back to the same stop if she has another row there."""


class Need(NamedTuple):
    """One stop that a citizen wants to make; times in µs.

    number : its place in the journey
    slot : her booked time, or ABSENT
    balk : the uniform that is held against the share of those who do not join
    misses : how many calls she does not hear
    tries : the rows of one stop are counted from 1
    ends : how it ends if she is served, a place in ENDS
    keeps : whether she comes back with the ticket that she has
    """

    number: int
    service: int
    walk: int
    time: int
    patience: int
    slot: int
    balk: float
    misses: int
    tries: int
    ends: int
    keeps: int


@dataclass(slots=True)
class StopRow:
    """What becomes of one stop of a citizen."""

    stop: int
    tries: int
    service: int
    ticket: Ticket | None
    outcome: int
    reason: int


@dataclass(slots=True)
class Citizen:
    """One citizen's day: what she brings (from the workload) and what becomes of it.

    ahead : what she still has to do, in order; the first is where she is, or goes
    comes : a place in COMES; journey : what holds for her journey
    told : the stops of which she was told at the entrance that nobody is there
    stay : how long she stays in the mall before she leaves a line
    """

    rank: int
    due: int
    priority: int
    visitor_class: int
    ahead: list[Need]
    journey: JourneyPlan
    comes: int
    stay: int
    entered: int = ABSENT
    left: int = ABSENT
    outcome: int = VISIT_OUTCOMES.index("refused")
    reason: int = REASONS.index("closed")
    rows: list[StopRow] = field(default_factory=list)
    told: list[StopRow] = field(default_factory=list)
    ticket: Ticket | None = None
    way: simpy.Process | None = None
    at_close: bool = False

    def note(self, ticket: Ticket | None, outcome: int, reason: int) -> None:
        """Write the row of the stop at which she is."""
        need = self.ahead[0]
        self.rows.append(StopRow(need.number, need.tries, need.service, ticket, outcome, reason))

    def tries_again(self, outcome: int) -> bool:
        """Take off what is done, and tell whether she comes back to the same stop."""
        need = self.ahead.pop(0)
        again = outcome in AGAIN and bool(self.ahead) and self.ahead[0].number == need.number
        while not again and self.ahead and self.ahead[0].number == need.number:
            self.ahead.pop(0)
        return again
