"""Bookings: citizens who come at an agreed time, or do not come."""

from __future__ import annotations

from typing import Literal

from sim.scenario import quantities as q
from sim.scenario.calendar import Day, without
from sim.scenario.fields import Frozen, Yes
from sim.scenario.law_fields import SignedLaw
from sim.scenario.weekdays import Intervals


class Booking(Frozen):
    """The bookings of a journey.

    share : of its citizens who book
    at : the service that is booked; the first stop of the journey by default
    every, seats, hours : a slot begins so often, with so many seats, within these hours (by
        default from opening to the mall's last ticket, less the breaks)
    no_show, cancelled : shares of the booked citizens who do not come; a cancelled seat is given
        to the next citizen if `rebooked`
    punctuality : when she comes, less the booked time
    grace : who takes her ticket later than this after her time is a walk-in
    call_early : whether an early citizen may be called before her time
    beyond : what becomes of those for whom no seat is left
    """

    share: q.Share = 1.0
    at: str | None = None
    every: q.Duration
    seats: q.Count = 1
    hours: Intervals | None = None
    no_show: q.Share = 0.0
    cancelled: q.Share = 0.0
    rebooked: Yes = False
    punctuality: SignedLaw | None = None
    grace: q.Duration | None = None
    call_early: Yes = False
    beyond: Literal["moved", "walk_in", "lost"] = "moved"

    def slots(self, day: Day) -> tuple[int, ...]:
        """The times of the day's slots, in µs."""
        spans = self.hours or without((day.opens, min(day.closes, day.last_ticket)), day.breaks)
        return tuple(time for begin, end in spans for time in range(begin, end, self.every))
