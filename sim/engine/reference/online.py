"""A number from home: who takes one, when she sets out, and what becomes of it at the door."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sim.engine.reference.citizen import NEXT, Citizen, Need
from sim.engine.reference.desk import announced_wait, give_ticket, patience_ends, refusal
from sim.engine.reference.moment import PATIENCE_ENDS, Moment
from sim.engine.reference.outcomes import (
    HALL_FULL,
    NO_PAPERS,
    NO_REASON,
    SERVED,
    TURNED_AWAY,
)
from sim.workload import ABSENT, NEVER

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall


def set_out(hall: Hall, citizen: Citizen) -> int:
    """Let her take a number if she need not come at once, and return when she is at the door."""
    now, at_once = hall.now, max(hall.now, hall.day.doors)
    own = [need for need in citizen.ahead if need.number > citizen.journey.entrance]
    if not own or not _is_given(hall, citizen, own[0]):
        return at_once
    wait = announced_wait(hall, citizen, own[0])
    comes = max(at_once, now + max(0, wait - citizen.lead))
    if comes == now or comes >= hall.day.last_ticket:
        return at_once
    citizen.ahead[:] = own  # her number is what the entrance would have given her
    number = give_ticket(hall, citizen, own[0])
    number.patience_ends = NEVER  # it begins when she comes
    citizen.number, citizen.busy = number, True
    hall.offer(number)
    return comes


def _is_given(hall: Hall, citizen: Citizen, need: Need) -> bool:
    """Whether a stop is one that she surely makes next, as a walk-in, and gives a number now."""
    sure = need.pick == NEXT and need.service not in citizen.journey.needs
    plain = sure and need.slot == ABSENT and need.ends != NO_PAPERS
    one = plain and not citizen.journey.at_once
    return one and refusal(hall, citizen, need) == NO_REASON


def bring(hall: Hall, citizen: Citizen) -> None:
    """She has come with her number: from now on she hears her call, and has patience."""
    number, citizen.number = citizen.number, None
    assert number is not None
    citizen.note(number, SERVED, NO_REASON)
    hall.free_again(citizen)
    ends = patience_ends(hall, citizen, number.need, hall.now)
    number.patience_ends = ends
    if number.unserved and ends != NEVER:
        lose = partial(hall.lose_patience, number)
        Moment(hall.env, ends - hall.now, PATIENCE_ENDS, citizen.rank).then(lose)


def lose(hall: Hall, citizen: Citizen) -> None:
    """The hall is full: her number is void; a counter that calls it in vain does so to the end."""
    number, citizen.number = citizen.number, None
    if number is None:
        return
    citizen.note(number, TURNED_AWAY, HALL_FULL)
    if number.done.triggered:  # it was called in vain for good before
        hall.ended(citizen, number)
        return
    number.line.leave(number)
    number.end = hall.now
    citizen.tickets.clear()
    hall.settle(number)
