"""A citizen: what she brings to the hall, and what becomes of her there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import simpy

from sim.engine.plan import JourneyPlan
from sim.engine.reference.line import Ticket
from sim.log import REASONS, VISIT_OUTCOMES
from sim.workload import ABSENT


class Need(NamedTuple):
    """One stop that a citizen wants to make; times in µs.

    number : its place in the journey
    slot : her booked time, or ABSENT
    balk : the uniform that is held against the share of those who do not join
    misses : how many calls she does not hear
    """

    number: int
    service: int
    walk: int
    time: int
    patience: int
    slot: int
    balk: float
    misses: int


@dataclass(slots=True)
class StopRow:
    """What becomes of one stop of a citizen."""

    stop: int
    service: int
    ticket: Ticket | None
    outcome: int
    reason: int


@dataclass(slots=True)
class Citizen:
    """One citizen's day: what she brings (from the workload) and what becomes of it.

    stops : what she needs, in order
    comes : a place in COMES; journey : what holds for her journey
    stay : how long she stays in the mall before she leaves a line
    """

    rank: int
    due: int
    priority: int
    visitor_class: int
    stops: list[Need]
    journey: JourneyPlan
    comes: int
    stay: int
    entered: int = ABSENT
    left: int = ABSENT
    outcome: int = VISIT_OUTCOMES.index("refused")
    reason: int = REASONS.index("closed")
    rows: list[StopRow] = field(default_factory=list)
    reached: int = 0
    way: simpy.Process | None = None
    at_close: bool = False

    @property
    def ticket(self) -> Ticket | None:
        """The ticket that she holds now."""
        return self.rows[-1].ticket if len(self.rows) > self.reached else None
