"""A counter: open or not, free or busy, whom it calls next, and what interrupts it."""

from __future__ import annotations

import numpy as np

from sim.engine.compiled import heap, line
from sim.engine.compiled import state as s
from sim.engine.compiled.account import show
from sim.engine.compiled.state import Hall
from sim.jit import kernel
from sim.workload import ABSENT, NEVER

DAY = 24 * 60 * 60 * 10**6
"""µs"""
FOR_EVER = 2**62
"""µs, a hundred thousand years: what lasts so long does not end within any run."""


@kernel
def pace(hall: Hall, k: int) -> float:
    """Return the pace of a counter: 1, less while it works by hand, 0 while it is down."""
    return hall.speeds[k // s.COUNTERS * s.SPEEDS + s.PACE]


@kernel
def works(hall: Hall, k: int) -> bool:
    """Whether a counter is staffed, and not down."""
    staffed = hall.counters[k + s.OPEN] + hall.counters[k + s.OVERTIME] > 0
    return staffed and pace(hall, k) > 0


@kernel
def is_free(hall: Hall, k: int) -> bool:
    """Whether a counter may call."""
    return not is_occupied(hall, k) and works(hall, k)


@kernel
def is_occupied(hall: Hall, k: int) -> bool:
    """Whether somebody is called or served at a counter, or her officer still writes."""
    return hall.counters[k + s.TICKET] >= 0 or hall.counters[k + s.WRAPS] > 0


@kernel
def may_call(hall: Hall, k: int, of: int) -> bool:
    """Whether a counter is free for a ticket of a line."""
    return is_free(hall, k) and _serves(hall, k, of)


@kernel
def _serves(hall: Hall, k: int, of: int) -> bool:
    """Whether a counter serves a line now: in overtime those that have closed."""
    counters, lines = hall.counters, hall.lines
    if not counters[k + s.OPEN]:
        return lines[of + s.CLOSED] <= hall.clock[s.NOW]
    helps_from = counters[k + s.HELP_FROM]
    if helps_from <= 1 or lines[of + s.LENGTH] >= helps_from:
        return True
    return not _helps(hall, k, of)


@kernel
def _helps(hall: Hall, k: int, of: int) -> bool:
    """Whether a line stands in a later tier than a counter's first."""
    lists, counters = hall.lists, hall.counters
    for tier in range(counters[k + s.TIERS_FROM] + 1, counters[k + s.TIERS_TO]):
        for place in range(lists[tier], lists[tier + 1]):
            if lists[place] == of:
                return True
    return False


@kernel
def _longest(hall: Hall, k: int) -> int:
    """Return how long a service may usually last that begins now, or NEVER."""
    until = hall.counters[k + s.BREAK_UNTIL]
    return until if until == NEVER else until - hall.clock[s.NOW]


@kernel
def note(hall: Hall, k: int) -> None:
    """Note that a counter became free: it calls in phase c, in the order of places."""
    if hall.counters[k + s.NOTED]:
        return
    hall.counters[k + s.NOTED] = 1
    begin = hall.clock[s.FREED_FROM]
    place = begin + hall.clock[s.FREED]
    hall.clock[s.FREED] += 1
    while place > begin and hall.lists[place - 1] > k:
        hall.lists[place] = hall.lists[place - 1]
        place -= 1
    hall.lists[place] = k


@kernel
def next_ticket(hall: Hall, k: int) -> int:
    """Return the best ticket of the first tier that has one, or of all, by wait; or -1."""
    lists, counters, longest = hall.lists, hall.counters, _longest(hall, k)
    best = -1
    for tier in range(counters[k + s.TIERS_FROM], counters[k + s.TIERS_TO]):
        for place in range(lists[tier], lists[tier + 1]):
            if _serves(hall, k, lists[place]):
                ticket = line.first(hall, lists[place], longest)
                if ticket >= 0 and (best < 0 or _goes_before(hall, k, ticket, best)):
                    best = ticket
        if best >= 0 and not counters[k + s.LONGEST_WAIT]:
            return best
    return best


@kernel
def _goes_before(hall: Hall, k: int, a: int, b: int) -> bool:
    """Whether a counter calls the first ticket of one line before that of another."""
    if hall.counters[k + s.LONGEST_WAIT]:
        return line.before_by_wait(hall, a, b)
    return line.before(hall, a, b)


@kernel
def call(hall: Hall, k: int, ticket: int) -> None:
    """Call a ticket: the counter is occupied until she is served, or nobody came."""
    stops, agency = hall.stops, hall.counters[k + s.AGENCY]
    line.leave(hall, ticket)
    line.called(hall, stops[ticket + s.OF_LINE], ticket)
    hall.counters[k + s.TICKET] = ticket
    me = stops[ticket + s.CITIZEN]
    stops[ticket + s.COUNTER] = k
    if not stops[ticket + s.GIVEN_BACK]:
        stops[ticket + s.CALLED_AT] = hall.clock[s.NOW]
    stops[ticket + s.WHILE_BUSY] = hall.citizens[me + s.BUSY]
    if stops[ticket + s.MISSES_LEFT] > 0 or hall.citizens[me + s.BUSY]:
        _then(hall, k, hall.agencies[agency + s.IN_VAIN], s.WAITS_IN_VAIN)
        show(hall, k)
        return
    hall.citizens[me + s.BUSY] = 1
    walk = hall.agencies[agency + s.WALK_UP] + min(stops[ticket + s.COMES_FROM], FOR_EVER)
    if walk > 0:
        _then(hall, k, walk, s.WALKS_UP)
        show(hall, k)
    else:
        serve(hall, k)


@kernel
def _then(hall: Hall, k: int, time: int, does: int) -> None:
    """Let something end in a while; what would end after the hard end never does."""
    hall.counters[k + s.RUN] += 1
    hall.counters[k + s.DOES] = does
    if time <= hall.clock[s.ENDS] - hall.clock[s.NOW]:
        heap.push(hall.endings, hall.clock[s.NOW] + time, k, hall.counters[k + s.RUN])


@kernel
def release(hall: Hall, k: int) -> None:
    """Let a counter have nobody any more."""
    hall.counters[k + s.TICKET] = -1
    hall.counters[k + s.SERVING] = 0
    hall.counters[k + s.UNTIL] = NEVER
    hall.counters[k + s.RUN] += 1


@kernel
def finish(hall: Hall, k: int) -> None:
    """Let a counter be done with a ticket: it is free now, or goes where the calendar says."""
    release(hall, k)
    look_again(hall, k)


@kernel
def look_again(hall: Hall, k: int) -> None:
    """Show what a counter does now; if it is free it is noted."""
    show(hall, k)
    if is_free(hall, k):
        note(hall, k)


@kernel
def offer(hall: Hall, ticket: int) -> None:
    """Let the first free counter call a ticket at once, else put it into its line."""
    of = hall.stops[ticket + s.OF_LINE]
    for place in range(hall.lines[of + s.GIVERS_FROM], hall.lines[of + s.GIVERS_TO]):
        k = hall.lists[place]
        if may_call(hall, k, of) and hall.stops[ticket + s.MEAN_TIME] <= _longest(hall, k):
            call(hall, k, ticket)
            return
    line.join(hall, ticket)
    if hall.lines[of + s.HELPED]:
        joined(hall, of)


@kernel
def joined(hall: Hall, of: int) -> None:
    """Let the free counters look again at a line that a ticket joined between two calls."""
    for place in range(hall.lines[of + s.GIVERS_FROM], hall.lines[of + s.GIVERS_TO]):
        if may_call(hall, hall.lists[place], of):
            note(hall, hall.lists[place])


@kernel
def all_call(hall: Hall) -> None:
    """Let the counters that became free call, agencies by name, counters by number."""
    begin = hall.clock[s.FREED_FROM]
    end = begin + hall.clock[s.FREED]
    for place in range(begin, end):
        hall.counters[hall.lists[place] + s.NOTED] = 0
    hall.clock[s.FREED] = 0
    for place in range(begin, end):
        k = hall.lists[place]
        if is_free(hall, k) and (hall.counters[k + s.OPEN] or is_needed(hall, k)):
            ticket = next_ticket(hall, k)
            if ticket >= 0:
                call(hall, k, ticket)
    dismiss(hall)


# The service, and what interrupts it


@kernel
def serve(hall: Hall, k: int) -> None:
    """Begin the service of who was called."""
    ticket = hall.counters[k + s.TICKET]
    service = hall.needs[hall.stops[ticket + s.NEED] + s.SERVICE]
    hall.counters[k + s.SERVING] = 1
    if hall.stops[ticket + s.START] == ABSENT:
        hall.stops[ticket + s.START] = hall.clock[s.NOW]
        time = _by_hour(hall, service, hall.stops[ticket + s.WORK])
        hall.stops[ticket + s.WORK] = hall.stops[ticket + s.WORK_LEFT] = time
    if hall.counters[k + s.GAVE] not in (-1, service):
        hall.stops[ticket + s.WORK_LEFT] += hall.services[service + s.SET_UP]
    hall.counters[k + s.GAVE] = service
    settle(hall, ticket)
    work(hall, k)
    show(hall, k)


@kernel
def _by_hour(hall: Hall, service: int, time: int) -> int:
    """Return how long a service takes that begins now; the first factor holds before it, too."""
    begin, end = hall.services[service + s.BY_HOUR_FROM], hall.services[service + s.BY_HOUR_TO]
    if begin == end:
        return time
    found = hall.lists[begin + 1]
    for place in range(begin, end, 2):
        if hall.lists[place] <= hall.clock[s.NOW] % DAY:
            found = hall.lists[place + 1]
    return _whole(time * hall.factors[found])


@kernel
def wrap_up(hall: Hall, k: int, time: int) -> None:
    """Let a counter be occupied for a while after a citizen left."""
    release(hall, k)
    hall.counters[k + s.WRAPS] = 1
    _then(hall, k, time, s.WRAPS_UP)
    show(hall, k)


@kernel
def wrapped(hall: Hall, k: int) -> None:
    """All is written: the counter is free, or goes where the calendar says."""
    hall.counters[k + s.WRAPS] = 0
    finish(hall, k)
    dismiss(hall)


@kernel
def _speed(hall: Hall, k: int) -> float:
    at = k // s.COUNTERS * s.SPEEDS
    return hall.speeds[at + s.SPEED] * hall.speeds[at + s.PACE]


@kernel
def work(hall: Hall, k: int) -> None:
    """Go on with what is left of a service; a faster counter needs less time (half to even)."""
    counters = hall.counters
    runs = counters[k + s.UNTIL] != NEVER
    if not counters[k + s.SERVING] or runs or counters[k + s.PAUSED] or pace(hall, k) == 0:
        return
    time, speed = hall.stops[counters[k + s.TICKET] + s.WORK_LEFT], _speed(hall, k)
    if speed != 1.0:
        time = _whole(time / speed)
    counters[k + s.UNTIL] = hall.clock[s.NOW] + min(time, FOR_EVER)
    _then(hall, k, time, s.SERVES)


@kernel
def hold(hall: Hall, k: int) -> None:
    """Stop a running service and note what is left of it; one that ends now has ended."""
    counters, until = hall.counters, hall.counters[k + s.UNTIL]
    if until == NEVER or until == hall.clock[s.NOW]:
        return
    time, speed = until - hall.clock[s.NOW], _speed(hall, k)
    if speed != 1.0:
        time = _whole(time * speed)
    hall.stops[counters[k + s.TICKET] + s.WORK_LEFT] = time
    counters[k + s.UNTIL] = NEVER
    counters[k + s.RUN] += 1


@kernel
def _whole(time: float) -> int:
    """Round to whole µs, half to even."""
    return int(np.rint(time)) if time < FOR_EVER else FOR_EVER


@kernel
def give_back(hall: Hall, k: int) -> None:
    """Let a ticket go to the head of its line, for whichever counter is free first."""
    ticket = hall.counters[k + s.TICKET]
    release(hall, k)
    if hall.stops[ticket + s.END] != ABSENT:  # she was refused at the door meanwhile
        return
    line.give_back(hall, ticket)
    joined(hall, hall.stops[ticket + s.OF_LINE])


# Overtime


@kernel
def settle(hall: Hall, ticket: int) -> None:
    """Somebody serves a ticket, or nobody will: counters may have stayed for it."""
    line.settle(hall, ticket)
    dismiss(hall)


@kernel
def lasts(hall: Hall, k: int) -> bool:
    """Whether a counter in overtime stays until the hall is empty."""
    clock = hall.clock
    return hall.counters[k + s.CLOSING] == clock[s.CLOSES] and clock[s.SEND_HOME] == 0


@kernel
def is_needed(hall: Hall, k: int) -> bool:
    """Whether a counter in overtime is still needed: by who is inside, or in lines it keeps."""
    if lasts(hall, k):
        return hall.clock[s.INSIDE] > 0
    return _keeps(hall, k, 1)


@kernel
def keeps_some(hall: Hall, k: int) -> bool:
    """Whether a counter is kept for a service after its last closing."""
    return _keeps(hall, k, 0)


@kernel
def _keeps(hall: Hall, k: int, held: int) -> bool:
    """Whether a counter was open to the end of a line that holds at least so many tickets."""
    lists, counters, lines = hall.lists, hall.counters, hall.lines
    for tier in range(counters[k + s.TIERS_FROM], counters[k + s.TIERS_TO]):
        for place in range(lists[tier], lists[tier + 1]):
            of = lists[place]
            kept = lines[of + s.CLOSED] == counters[k + s.CLOSING]
            if kept and lines[of + s.HELD] + lines[of + s.COMES_BACK] >= held:
                return True
    return False


@kernel
def stay(hall: Hall, k: int) -> None:
    """Begin the overtime."""
    hall.counters[k + s.OVERTIME] = 1
    if lasts(hall, k):
        hall.clock[s.LASTING] += 1
    else:
        hall.lists[hall.clock[s.STAYING_FROM] + hall.clock[s.STAYING]] = k
        hall.clock[s.STAYING] += 1


@kernel
def dismiss(hall: Hall) -> None:
    """Let the counters in overtime go that have nothing left to do."""
    clock = hall.clock
    if clock[s.LASTING] > 0 and clock[s.INSIDE] == 0:
        clock[s.LASTING] = 0
        for k in range(0, clock[s.COUNTERS_TO], s.COUNTERS):
            if hall.counters[k + s.OVERTIME] and lasts(hall, k):
                if hall.counters[k + s.WRAPS]:
                    clock[s.LASTING] += 1
                else:
                    _go(hall, k)
    left = clock[s.STAYING_FROM]
    for place in range(left, left + clock[s.STAYING]):
        k = hall.lists[place]
        if is_occupied(hall, k) or is_needed(hall, k):
            hall.lists[left] = k
            left += 1
        else:
            _go(hall, k)
    clock[s.STAYING] = left - clock[s.STAYING_FROM]


@kernel
def _go(hall: Hall, k: int) -> None:
    hall.counters[k + s.OVERTIME] = 0
    show(hall, k)
