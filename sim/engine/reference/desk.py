"""The desk of an agency: who gets a ticket there, who does not, and what stands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.reference.citizen import Citizen, Need
from sim.engine.reference.line import FIRST_OF_ALL, Ticket
from sim.engine.reference.outcomes import (
    BALKED,
    INCOMPLETE,
    LINE_TOO_LONG,
    NO_OFFICER,
    NO_PAPERS,
    NO_REASON,
    QUOTA,
    STOP_INCOMPLETE,
    TOO_LATE,
    TURNED_AWAY,
)
from sim.workload import NEVER

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall


def without_ticket(hall: Hall, citizen: Citizen, need: Need) -> tuple[int, int] | None:
    """What becomes of a stop at which she gets no ticket, or takes none; None if she does."""
    refused = refusal(hall, citizen, need)
    if refused != NO_REASON:
        return TURNED_AWAY, refused
    if need.ends == NO_PAPERS:
        return STOP_INCOMPLETE, INCOMPLETE
    return (BALKED, LINE_TOO_LONG) if _balks(hall, citizen, need) else None


def walks_in(hall: Hall, citizen: Citizen, need: Need) -> bool:
    """Whether a ticket taken now is a walk-in's: nothing booked, too late, or kept."""
    return need.keeps == 1 or hall.now > need.slot + citizen.journey.grace


def refusal(hall: Hall, citizen: Citizen, need: Need) -> int:
    """Why an agency gives no ticket, or NO_REASON if it gives one."""
    plan, line = hall.plan.services[need.service], hall.line_of(citizen, need)
    if line.index in hall.plan.deserted:
        return NO_OFFICER
    if plan.until is not None and hall.now >= plan.until:
        return TOO_LATE
    serves_on = line.closes == hall.day.closes and not hall.day.send_home
    if hall.now >= line.closes and not serves_on:
        return TOO_LATE
    if any(_left(hall, pool) <= 0 for pool in plan.pools[citizen.visitor_class]):
        return QUOTA
    return NO_REASON


def _left(hall: Hall, pool: int) -> int:
    """How many tickets a quota pool has left now."""
    released = sum(n for time, n in hall.plan.pools[pool] if time <= hall.now)
    return released - hall.taken[pool]


def _balks(hall: Hall, citizen: Citizen, need: Need) -> bool:
    """Whether she does not join, seeing the line or the announced wait."""
    balking = hall.plan.services[need.service].balking
    if balking is None:
        return False
    found = hall.line_of(citizen, need).length
    if balking.by == "wait":
        found = announced_wait(hall, citizen, need)
    share = max((s for start, s in balking.table if start <= found), default=0.0)
    return need.balk < share


def announced_wait(hall: Hall, citizen: Citizen, need: Need) -> int:
    """The wait that is announced now, µs: people in line x mean time / counters at work."""
    line = hall.line_of(citizen, need)
    working = sum(c.working for c in hall.givers[line.index])
    return line.length * hall.plan.services[need.service].mean // max(1, working)


def give_ticket(hall: Hall, citizen: Citizen, need: Need) -> Ticket:
    """Return a new ticket with its number and its place in the order of its line."""
    line, mean = hall.line_of(citizen, need), hall.plan.services[need.service].mean
    number = _number(hall, citizen, need)
    ticket = Ticket(citizen, need, hall.env.event(), line, number, hall.now, mean)
    walk_in = int(walks_in(hall, citizen, need))
    ticket.since = hall.now if walk_in else max(hall.now, need.slot)
    order = hall.plan.orders[line.index]
    first = (-citizen.priority, walk_in) if order.by_priority else (0, 0)
    if need.keeps:
        first = FIRST_OF_ALL
    # The stop only tells apart two tickets of one citizen in one line.
    ticket.key = (1, *first, ticket.since, citizen.rank, need.number)
    ticket.kind = walk_in if order.in_turn != (0, 0) else 0
    ticket.patience_ends = patience_ends(hall, citizen, need, ticket.since)
    if citizen.at_once and citizen.rows:
        ticket.walk = need.walk  # she comes when she is called
    line.held += 1
    return ticket


def _number(hall: Hall, citizen: Citizen, need: Need) -> int:
    """Return the number of a ticket: the one that she kept, or the agency's next."""
    if need.keeps:
        hall.line_of(citizen, need).kept.discard(citizen.rank)
        before = citizen.rows[-1].ticket
        assert before is not None
        return before.number
    plan = hall.plan.services[need.service]
    for pool in plan.pools[citizen.visitor_class]:
        hall.taken[pool] += 1
    hall.numbers[plan.agency] += 1
    return hall.numbers[plan.agency]


def patience_ends(hall: Hall, citizen: Citizen, need: Need, since: int) -> int:
    """When she leaves the line; not before her booked time, however long she has been here."""
    of_stop = NEVER if need.patience == NEVER else since + _patience(hall, need)
    of_visit = NEVER if citizen.stay == NEVER else citizen.came + citizen.stay
    return min(of_stop, max(since, of_visit))


def _patience(hall: Hall, need: Need) -> int:
    """Her patience at a stop, shorter if she finds no seat now: in whole thousandths of it."""
    if hall.door.all_sit:
        return need.patience
    return need.patience // 1000 * hall.plan.standing
