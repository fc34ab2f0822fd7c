"""The entrance: who comes in, who does not, and what she is told there."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from sim.engine.plan import DayPlan
from sim.engine.reference.citizen import Citizen, Need, StopRow
from sim.engine.reference.moment import CITIZENS, Moment
from sim.log import REASONS, STOP_OUTCOMES, VISIT_OUTCOMES
from sim.workload import COMES

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall

TURNED_AWAY, REFUSED = STOP_OUTCOMES.index("turned_away"), VISIT_OUTCOMES.index("refused")
NO_REASON, TOO_LATE, HALL_FULL, NO_OFFICER = (
    REASONS.index(name) for name in ("", "closed", "hall_full", "no_officer")
)
STAYED_AWAY = {
    COMES.index("no_show"): (VISIT_OUTCOMES.index("no_show"), NO_REASON),
    COMES.index("cancelled"): (VISIT_OUTCOMES.index("cancelled"), NO_REASON),
    COMES.index("moved"): (VISIT_OUTCOMES.index("moved"), REASONS.index("no_slot")),
    COMES.index("lost"): (REFUSED, REASONS.index("no_slot")),
}
Steps = Generator[simpy.Event, Any, None]


def come_in(hall: Hall, citizens: list[Citizen]) -> Steps:
    """Let citizens in, one by one; who comes before the doors open waits outside."""
    for citizen in sorted(citizens, key=lambda c: (max(c.due, hall.day.doors), c.rank)):
        come = max(citizen.due, hall.day.doors)
        yield Moment(hall.env, come - hall.now, CITIZENS, citizen.rank)
        if citizen.comes:
            citizen.outcome, citizen.reason = STAYED_AWAY[citizen.comes]
        elif come >= hall.day.last_ticket:
            citizen.reason = TOO_LATE
        elif not _has_business(hall.plan, citizen):
            citizen.reason = NO_OFFICER
        elif hall.plan.capacity is not None and len(hall.inside) >= hall.plan.capacity:
            citizen.reason = HALL_FULL
        else:
            citizen.way = hall.env.process(hall.visit(citizen))


def _away(plan: DayPlan, need: Need) -> bool:
    """Whether citizens are told at the entrance that nobody gives a service today."""
    service = plan.services[need.service]
    return service.told and service.line in plan.deserted


def _has_business(plan: DayPlan, citizen: Citizen) -> bool:
    """Whether anybody is here, as far as one is told, for what she has come for."""
    own = [need for need in citizen.ahead if need.number > citizen.journey.entrance]
    return not own or not all(_away(plan, need) for need in own)


def tell(plan: DayPlan, citizen: Citizen) -> None:
    """Cross off the stops of which she is told at the entrance that nobody is there."""
    for need in [need for need in citizen.ahead if _away(plan, need)]:
        if need.tries == 1:
            citizen.told.append(
                StopRow(need.number, 1, need.service, None, TURNED_AWAY, NO_OFFICER)
            )
            citizen.outcome, citizen.reason = REFUSED, NO_OFFICER
        citizen.ahead.remove(need)
