"""What an agency gives a citizen: a line for her, a ticket or none, and why."""

from __future__ import annotations

from sim.engine.compiled import counter
from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import NO_OFFICER, NO_REASON, QUOTA, TOO_LATE
from sim.engine.compiled.state import Hall
from sim.jit import kernel
from sim.workload import ABSENT


@kernel
def walks_in(hall: Hall, me: int, need: int) -> bool:
    """Whether a ticket taken now is a walk-in's: nothing booked, too late, or kept."""
    slot = hall.needs[need + s.SLOT]
    if hall.needs[need + s.KEEPS] or slot == ABSENT:
        return True
    return hall.clock[s.NOW] - slot > hall.journeys[hall.citizens[me + s.JOURNEY] + s.GRACE]


@kernel
def line_of(hall: Hall, me: int, need: int) -> int:
    """Return the line in which she stands for a service, or would if she took a ticket now."""
    place = s.SERVICES + 2 * hall.citizens[me + s.CLASS] + walks_in(hall, me, need)
    return hall.services[hall.needs[need + s.SERVICE] + place]


@kernel
def is_away(hall: Hall, me: int, need: int) -> bool:
    """Whether citizens are told at the entrance that nobody gives a service today."""
    service = hall.needs[need + s.SERVICE]
    if not hall.services[service + s.TOLD]:
        return False
    place = service + s.SERVICES + 2 * hall.citizens[me + s.CLASS]
    booked, walk_in = hall.services[place], hall.services[place + 1]
    return hall.lines[booked + s.DESERTED] + hall.lines[walk_in + s.DESERTED] == 2


@kernel
def pools_of(hall: Hall, me: int, need: int) -> int:
    """Return the place of where her quota pools begin; behind it stands where they end."""
    behind_lines = s.SERVICES + 2 * hall.clock[s.CLASSES]
    return hall.needs[need + s.SERVICE] + behind_lines + hall.citizens[me + s.CLASS]


@kernel
def refusal(hall: Hall, me: int, need: int) -> int:
    """Why an agency gives no ticket, or NO_REASON if it gives one."""
    clock, of = hall.clock, line_of(hall, me, need)
    if hall.lines[of + s.DESERTED]:
        return NO_OFFICER
    if clock[s.NOW] >= hall.services[hall.needs[need + s.SERVICE] + s.UNTIL_TICKET]:
        return TOO_LATE
    closes = hall.lines[of + s.CLOSED]
    if clock[s.NOW] >= closes and (closes != clock[s.CLOSES] or clock[s.SEND_HOME]):
        return TOO_LATE
    pools = pools_of(hall, me, need)
    for place in range(hall.services[pools], hall.services[pools + 1]):
        if _left(hall, hall.lists[place]) <= 0:
            return QUOTA
    return NO_REASON


@kernel
def _left(hall: Hall, pool: int) -> int:
    """Return how many tickets a quota pool has left now."""
    left = -hall.pools[pool + s.TAKEN_OF]
    for place in range(hall.pools[pool + s.RELEASES_FROM], hall.pools[pool + s.RELEASES_TO], 2):
        if hall.lists[place] <= hall.clock[s.NOW]:
            left += hall.lists[place + 1]
    return left


@kernel
def balks(hall: Hall, me: int, need: int) -> bool:
    """Whether she does not join, seeing the line or the announced wait.

    Shares and uniforms are kept as the bits of a float of 0 or more, which sort as the floats do.
    """
    service = hall.needs[need + s.SERVICE]
    begin, end = hall.services[service + s.BALKING_FROM], hall.services[service + s.BALKING_TO]
    if begin == end:
        return False
    found, share = _seen(hall, line_of(hall, me, need), service), 0
    for place in range(begin, end, 2):
        if hall.lists[place] <= found:
            share = max(share, hall.lists[place + 1])
    return hall.needs[need + s.BALK] < share


@kernel
def _seen(hall: Hall, of: int, service: int) -> int:
    """Return the tickets in the line, or the wait that is announced."""
    if hall.services[service + s.BY_WAIT]:
        return announced(hall, of, service)
    return hall.lines[of + s.LENGTH]


@kernel
def announced(hall: Hall, of: int, service: int) -> int:
    """Return the wait that is announced now: people in line x mean time / counters at work."""
    working = 0
    for place in range(hall.lines[of + s.GIVERS_FROM], hall.lines[of + s.GIVERS_TO]):
        if counter.works(hall, hall.lists[place]):
            working += 1
    return hall.lines[of + s.LENGTH] * hall.services[service + s.MEAN] // max(1, working)


@kernel
def number(hall: Hall, me: int, need: int) -> int:
    """Draw a number, and take a ticket from each quota that holds for her."""
    of_agency = hall.services[hall.needs[need + s.SERVICE] + s.OF_AGENCY]
    pools = pools_of(hall, me, need)
    for place in range(hall.services[pools], hall.services[pools + 1]):
        hall.pools[hall.lists[place] + s.TAKEN_OF] += 1
    hall.agencies[of_agency + s.TICKETS] += 1
    return hall.agencies[of_agency + s.TICKETS]
