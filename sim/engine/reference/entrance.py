"""The entrance: who comes in, who does not, and what she is told there."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

import simpy

from sim.engine.plan import DayPlan
from sim.engine.reference.citizen import Citizen, Need, StopRow
from sim.engine.reference.moment import CITIZENS, Moment
from sim.engine.reference.online import set_out
from sim.engine.reference.outcomes import (
    NO_OFFICER,
    REFUSED,
    STAYED_AWAY,
    TOO_LATE,
    TURNED_AWAY,
)
from sim.workload import ABSENT, PICKS

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall

ONE_OF = PICKS.index("one_of")
Steps = Generator[simpy.Event, Any, None]


def come_in(hall: Hall, citizens: list[Citizen]) -> Steps:
    """Let citizens in, one by one; who comes before the doors open waits outside."""
    for citizen in citizens:
        if citizen.comes:  # also if that were after the day's end
            citizen.outcome, citizen.reason = STAYED_AWAY[citizen.comes]
    coming = [citizen for citizen in citizens if not citizen.comes]
    for citizen in coming:
        if citizen.lead != ABSENT:
            Moment(hall.env, citizen.due, CITIZENS, citizen.rank).then(
                partial(_wake, hall, citizen)
            )
    walking_in = [citizen for citizen in coming if citizen.lead == ABSENT]
    for citizen in sorted(walking_in, key=lambda c: (max(c.due, hall.day.doors), c.rank)):
        citizen.came = max(citizen.due, hall.day.doors)
        yield Moment(hall.env, citizen.came - hall.now, CITIZENS, citizen.rank)
        _arrive(hall, citizen)


def _wake(hall: Hall, citizen: Citizen) -> None:
    """She may take a number from home, and comes at once or later."""
    citizen.came = set_out(hall, citizen)
    if citizen.came == hall.now:
        _arrive(hall, citizen)
    else:
        arrive = partial(_arrive, hall, citizen)
        Moment(hall.env, citizen.came - hall.now, CITIZENS, citizen.rank).then(arrive)


def _arrive(hall: Hall, citizen: Citizen) -> None:
    """She is at the open door."""
    if citizen.came >= hall.day.last_ticket:
        citizen.reason = TOO_LATE
    elif not _has_business(hall.plan, citizen):
        citizen.reason = NO_OFFICER
    else:
        hall.door.come(citizen)


def _away(plan: DayPlan, citizen: Citizen, need: Need) -> bool:
    """Whether citizens are told at the entrance that nobody gives a service today."""
    service = plan.services[need.service]
    return service.told and plan.deserted.issuperset(service.lines[citizen.visitor_class])


def _has_business(plan: DayPlan, citizen: Citizen) -> bool:
    """Whether anybody is here, as far as one is told, for what she has come for."""
    own = [need for need in citizen.ahead if need.number > citizen.journey.entrance]
    return not own or not all(_away(plan, citizen, need) for need in own)


def tell(plan: DayPlan, citizen: Citizen) -> None:
    """Cross off the stops of which she is told at the entrance that nobody is there.

    One of a choice is no loss as long as she can make another.
    """
    away = [need for need in citizen.ahead if _away(plan, citizen, need)]
    here = {need.group for need in citizen.ahead if need.pick == ONE_OF and need not in away}
    for need in away:
        if need.tries == 1 and not (need.pick == ONE_OF and need.group in here):
            here |= {need.group} if need.pick == ONE_OF else set()
            citizen.told.append(
                StopRow(need.number, 1, need.service, None, TURNED_AWAY, NO_OFFICER)
            )
            citizen.outcome, citizen.reason = REFUSED, NO_OFFICER
        citizen.ahead.remove(need)
