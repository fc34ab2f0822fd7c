"""A number from home: who takes one, when she sets out, and what becomes of it at the door."""

from __future__ import annotations

from sim.engine.compiled import agency, at_once, counter, desk, heap, line
from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import HALL_FULL, NEXT, NO_PAPERS, NO_REASON, SERVED, TURNED_AWAY
from sim.engine.compiled.state import Hall
from sim.jit import kernel
from sim.workload import ABSENT, NEVER


@kernel
def set_out(hall: Hall, me: int) -> int:
    """Let her take a number if she need not come at once, and return when she is at the door."""
    clock, citizens, need = hall.clock, hall.citizens, _first_own(hall, me)
    now = clock[s.NOW]
    at_once = max(now, clock[s.DOORS])
    if need < 0 or not _is_given(hall, me, need):
        return at_once
    wait = agency.announced(hall, agency.line_of(hall, me, need), hall.needs[need + s.SERVICE])
    comes = max(at_once, now + max(0, wait - citizens[me + s.LEAD]))
    if comes == now or comes >= clock[s.LAST_TICKET]:
        return at_once
    citizens[me + s.DUE] = comes
    _take(hall, me, need)
    return comes


@kernel
def _first_own(hall: Hall, me: int) -> int:
    """Return the first row that is ahead of her behind the entrance, or -1."""
    entrance = hall.journeys[hall.citizens[me + s.JOURNEY] + s.ENTRANCE]
    for need in range(hall.citizens[me + s.NEEDS_FROM], hall.citizens[me + s.NEEDS_TO], s.NEEDS):
        if hall.needs[need + s.STANDS] == s.AHEAD and hall.needs[need + s.STOP] > entrance:
            return need
    return -1


@kernel
def _is_given(hall: Hall, me: int, need: int) -> bool:
    """Whether a stop is one that she surely makes next, as a walk-in, and gives a number now."""
    needs, journey = hall.needs, hall.citizens[me + s.JOURNEY]
    begin, end = hall.journeys[journey + s.DOCUMENTS_FROM], hall.journeys[journey + s.DOCUMENTS_TO]
    for place in range(begin, end, 2):
        if hall.lists[place] == needs[need + s.SERVICE]:
            return False
    if needs[need + s.PICK] != NEXT or needs[need + s.SLOT] != ABSENT:
        return False
    if needs[need + s.ENDS_AS] == NO_PAPERS or at_once.takes_all(hall, me, need):
        return False
    return agency.refusal(hall, me, need) == NO_REASON


@kernel
def _take(hall: Hall, me: int, first: int) -> None:
    """Take a number: it is what the entrance would have given her."""
    for need in range(hall.citizens[me + s.NEEDS_FROM], first, s.NEEDS):
        hall.needs[need + s.STANDS] = s.OVER
    row = desk.new_row(hall, me, first, SERVED, NO_REASON)
    of = agency.line_of(hall, me, first)
    hall.stops[row + s.NUMBER] = agency.number(hall, me, first)
    hall.lines[of + s.HELD] += 1
    desk.fill_ticket(hall, me, row, of)
    hall.stops[row + s.PATIENCE_ENDS] = NEVER  # it begins when she comes
    hall.citizens[me + s.FROM_HOME] = row
    hall.citizens[me + s.BUSY] = 1
    counter.offer(hall, row)


@kernel
def bring(hall: Hall, me: int) -> int:
    """She has come with her number: from now on she hears her call; return the row of her stop."""
    citizens, stops, row = hall.citizens, hall.stops, hall.citizens[me + s.FROM_HOME]
    citizens[me + s.FROM_HOME] = -1
    desk.link(hall, me, row)
    citizens[me + s.HOLDS] += 1
    citizens[me + s.BUSY] = 0
    if stops[row + s.WAITS] == s.PASSED_OVER:
        line.put_aside(hall, row)
        counter.joined(hall, stops[row + s.OF_LINE])
    ends = desk.patience_ends(hall, me, stops[row + s.NEED], hall.clock[s.NOW])
    stops[row + s.PATIENCE_ENDS] = ends
    if stops[row + s.UNSERVED] and ends <= hall.clock[s.ENDS]:
        heap.push(hall.patiences, ends, citizens[me + s.ORDER], row)
    return row


@kernel
def lose(hall: Hall, me: int) -> None:
    """The hall is full: her number is void; a counter that calls it in vain does so to the end."""
    stops, row = hall.stops, hall.citizens[me + s.FROM_HOME]
    if row < 0:
        return
    hall.citizens[me + s.FROM_HOME] = -1
    desk.link(hall, me, row)
    if stops[row + s.END] != ABSENT:  # it was called in vain for good before
        return
    line.leave(hall, row)
    stops[row + s.END] = hall.clock[s.NOW]
    stops[row + s.OUTCOME] = TURNED_AWAY
    stops[row + s.REASON] = HALL_FULL
    counter.settle(hall, row)
