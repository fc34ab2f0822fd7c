"""A citizen in the hall: stop after stop, and out."""

from __future__ import annotations

from sim.engine.compiled import agency, at_once, counter, desk, door, heap, line, online, way
from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import (
    COMPLETED,
    ENDS_INCOMPLETE,
    ENDS_PARKED,
    ENDS_SERVED,
    IMPATIENT,
    INCOMPLETE,
    LEFT,
    MISSED,
    MISSED_CALL,
    NO_REASON,
    PAPERS_LACK,
    PARKED,
    REFUSED,
    RENEGED,
    SENT_HOME,
    SERVED,
    STOP_SENT_HOME,
    TOO_LATE,
    TURNED_AWAY,
)
from sim.engine.compiled.state import Hall
from sim.jit import kernel
from sim.workload import ABSENT, MOST_MISSES

# At a stop


@kernel
def reach(hall: Hall, me: int) -> None:
    """She is at a stop: with a ticket she waits, without one she goes on or is out at once."""
    hall.citizens[me + s.STAGE] = s.AT_STOP
    need = hall.citizens[me + s.HERE]
    if hall.citizens[me + s.FROM_HOME] >= 0:
        row = online.bring(hall, me)
        if hall.stops[row + s.END] != ABSENT:  # it was called in vain for good before
            go_on(hall, row, MISSED, MISSED_CALL)
        return
    if at_once.takes_all(hall, me, need):
        _reach_all(hall, me)
        return
    reason = desk.attempt(hall, me, need)
    if reason == NO_REASON:
        return
    outcome = hall.stops[hall.citizens[me + s.LAST_ROW] + s.OUTCOME]
    if _goes_on(hall, me, outcome, reason) and way.choose(hall, me):
        _walk(hall, me)
    else:
        go_out(hall, me)


@kernel
def _reach_all(hall: Hall, me: int) -> None:
    """Attempt all stops that are left, one directly after the other; each then stands alone."""
    citizens, need = hall.citizens, way.ahead(hall, me)
    while need >= 0:
        citizens[me + s.HERE] = need
        reason = desk.attempt(hall, me, need)
        if reason != NO_REASON:
            _fails(hall, me, hall.stops[citizens[me + s.LAST_ROW] + s.OUTCOME], reason)
        hall.needs[need + s.STANDS] = s.OVER
        need = way.ahead(hall, me)
    if citizens[me + s.HOLDS] == 0:
        go_out(hall, me)


# After a stop


@kernel
def lose_patience(hall: Hall, row: int) -> None:
    """She leaves the line, if she still waits, is not busy, and was not given back."""
    stops = hall.stops
    stops[row + s.ENDS_NOW] = 0
    stays = stops[row + s.GIVEN_BACK] or hall.citizens[stops[row + s.CITIZEN] + s.BUSY]
    if stops[row + s.WAITS] != s.NOWHERE and not stays:
        line.leave(hall, row)
        _give_up(hall, row)
        go_on(hall, row, RENEGED, IMPATIENT)


@kernel
def _give_up(hall: Hall, row: int) -> None:
    """A ticket ends without service."""
    hall.stops[row + s.END] = hall.clock[s.NOW]
    counter.settle(hall, row)


@kernel
def be_served(hall: Hall, k: int) -> None:
    """A service ends; the row says how."""
    row = hall.counters[k + s.TICKET]
    hall.stops[row + s.END] = hall.clock[s.NOW]
    need = hall.stops[row + s.NEED]
    ends = hall.needs[need + s.ENDS_AS]
    writes = hall.services[hall.needs[need + s.SERVICE] + s.WRAP_UP]
    if writes and ends == ENDS_SERVED:
        counter.wrap_up(hall, k, writes)
    else:
        counter.finish(hall, k)
    at_once.free_again(hall, hall.stops[row + s.CITIZEN])
    if ends == ENDS_INCOMPLETE:
        go_on(hall, row, INCOMPLETE, PAPERS_LACK)
    else:
        go_on(hall, row, PARKED if ends == ENDS_PARKED else SERVED, NO_REASON)


@kernel
def miss_a_call(hall: Hall, k: int) -> None:
    """Nobody came: the ticket is dropped, or called again after some others if she is there."""
    stops, row = hall.stops, hall.counters[k + s.TICKET]
    again, me = hall.agencies[hall.counters[k + s.AGENCY] + s.AGAIN], stops[row + s.CITIZEN]
    busy, passed = hall.citizens[me + s.BUSY], stops[row + s.WHILE_BUSY]
    if stops[row + s.END] != ABSENT:  # she was refused at the door meanwhile
        counter.finish(hall, k)
        counter.dismiss(hall)
        return
    counter.release(hall, k)
    if passed and not hall.agencies[hall.counters[k + s.AGENCY] + s.MISSES_CALLS]:
        again = 0  # nothing is said of who misses a call: she is called when she is free
    else:
        stops[row + s.MISSED] += 1
    stops[row + s.MISSES_LEFT] -= 1 - passed
    if again < 0 or stops[row + s.MISSED] == MOST_MISSES:
        _give_up(hall, row)
        counter.finish(hall, k)
        go_on(hall, row, MISSED, MISSED_CALL)
    elif _is_impatient(hall, row) and not busy:
        _give_up(hall, row)
        counter.finish(hall, k)
        go_on(hall, row, RENEGED, IMPATIENT)
    elif hall.citizens[me + s.GOES_HOME]:
        counter.settle(hall, row)
        counter.finish(hall, k)
        if at_once.takes_all(hall, me, stops[row + s.NEED]):
            _sent_home(hall, row)
        else:
            send_home(hall, me, TOO_LATE)
    else:
        line.pass_over(hall, row, again)
        if not busy:
            line.put_aside(hall, row)
            counter.joined(hall, stops[row + s.OF_LINE])
        counter.finish(hall, k)


@kernel
def _is_impatient(hall: Hall, row: int) -> bool:
    """Whether patience ended before now; a ticket that was given back has no end of it."""
    stops = hall.stops
    return stops[row + s.PATIENCE_ENDS] < hall.clock[s.NOW] and not stops[row + s.GIVEN_BACK]


@kernel
def go_on(hall: Hall, row: int, outcome: int, reason: int) -> None:
    """What follows a stop with a ticket: the next stop, home, or out (in phase e)."""
    citizens, me = hall.citizens, hall.stops[row + s.CITIZEN]
    hall.stops[row + s.OUTCOME] = outcome
    hall.stops[row + s.REASON] = reason
    if citizens[me + s.FROM_HOME] == row:
        return  # she learns of it when she comes
    citizens[me + s.HOLDS] -= 1
    if at_once.takes_all(hall, me, hall.stops[row + s.NEED]):
        if outcome != SERVED and outcome != STOP_SENT_HOME:
            _fails(hall, me, outcome, reason)
        if citizens[me + s.HOLDS] > 0:
            return
        if at_once.was_sent_home(hall, me):
            send_home(hall, me, TOO_LATE)
            return
    elif _goes_on(hall, me, outcome, reason):
        left = citizens[me + s.COMING_BACK] or way.ahead(hall, me) >= 0
        if citizens[me + s.GOES_HOME] and left:
            send_home(hall, me, TOO_LATE)
            return
        if way.choose(hall, me):
            _walk(hall, me)
            return
    citizens[me + s.STAGE] = s.LEAVING
    heap.push(hall.ways, hall.clock[s.NOW], citizens[me + s.ORDER], me)


@kernel
def _goes_on(hall: Hall, me: int, outcome: int, reason: int) -> bool:
    """Whether she goes on after a stop."""
    citizens = hall.citizens
    if way.tries_again(hall, me, outcome):
        here = citizens[me + s.HERE]
        if hall.needs[here + s.KEEPS]:
            hall.lines[agency.line_of(hall, me, here) + s.COMES_BACK] += 1
        return True
    if outcome == SERVED:
        return True
    _fails(hall, me, outcome, reason)
    return (hall.journeys[citizens[me + s.JOURNEY] + s.GOES_ON] >> outcome) & 1 == 1


@kernel
def _fails(hall: Hall, me: int, outcome: int, reason: int) -> None:
    """Note that a stop failed; the first failure decides what the visit is called."""
    citizens = hall.citizens
    if citizens[me + s.BECAME] == COMPLETED:
        citizens[me + s.BECAME] = _called(outcome)
        citizens[me + s.WHY] = reason


@kernel
def _called(outcome: int) -> int:
    """Return what a visit is called after its first failure."""
    if outcome == TURNED_AWAY:
        return REFUSED
    return SENT_HOME if outcome == INCOMPLETE else LEFT


@kernel
def _walk(hall: Hall, me: int) -> None:
    """Walk to the next stop; who would arrive after the hard end never does."""
    clock, citizens = hall.clock, hall.citizens
    citizens[me + s.STAGE] = s.WALKING
    here = citizens[me + s.HERE]
    walk = 0 if at_once.takes_all(hall, me, here) else hall.needs[here + s.WALK]
    if walk <= clock[s.ENDS] - clock[s.NOW]:
        heap.push(hall.ways, clock[s.NOW] + walk, citizens[me + s.ORDER], me)


# Out


@kernel
def go_out(hall: Hall, me: int) -> None:
    """She is no longer inside; counters that stayed for her may leave."""
    hall.citizens[me + s.STAGE] = s.GONE
    hall.citizens[me + s.LEFT] = hall.clock[s.NOW]
    hall.clock[s.INSIDE] -= 1
    hall.clock[s.PEOPLE] -= hall.citizens[me + s.COME_TOGETHER]
    door.let_in_next(hall)
    if hall.clock[s.INSIDE] == 0:
        counter.dismiss(hall)


@kernel
def at_close(hall: Hall, me: int) -> None:
    """Closing, she is inside: she goes home now, or when that ends for which she was called."""
    citizens, stops, goes = hall.citizens, hall.stops, GOES_NOW
    row = at_once.held(hall, me, citizens[me + s.FIRST_ROW])
    while row >= 0:
        if stops[row + s.WAITS] == s.NOWHERE:
            goes = _GOES_LATER
        row = at_once.held(hall, me, stops[row + s.FOLLOWING])
    citizens[me + s.GOES_HOME] = goes
    row = at_once.held(hall, me, citizens[me + s.FIRST_ROW])
    while row >= 0:
        behind = stops[row + s.FOLLOWING]
        if stops[row + s.WAITS] != s.NOWHERE:
            line.leave(hall, row)
            counter.settle(hall, row)
            if goes == _GOES_LATER:
                _sent_home(hall, row)
        row = at_once.held(hall, me, behind)


_GOES_LATER, GOES_NOW = 1, 2


@kernel
def _sent_home(hall: Hall, row: int) -> None:
    """One of several tickets ends since the mall has closed."""
    hall.stops[row + s.END] = hall.clock[s.NOW]
    go_on(hall, row, STOP_SENT_HOME, TOO_LATE)


@kernel
def send_home(hall: Hall, me: int, reason: int) -> None:
    """She goes home now."""
    note_stops_left(hall, me, reason)
    hall.citizens[me + s.BECAME] = SENT_HOME
    hall.citizens[me + s.WHY] = reason
    go_out(hall, me)


@kernel
def note_stops_left(hall: Hall, me: int, reason: int) -> None:
    """Note every stop that is left, the one at which she waits or is served included."""
    citizens = hall.citizens
    if citizens[me + s.HOLDS] > 0:
        _note_tickets(hall, me, reason)
        way.pass_over(hall, me, citizens[me + s.HERE])
    elif citizens[me + s.COMING_BACK] and hall.needs[citizens[me + s.HERE] + s.KEEPS]:
        hall.lines[agency.line_of(hall, me, citizens[me + s.HERE]) + s.COMES_BACK] -= 1
    need = way.next_left(hall, me)
    while need >= 0:
        desk.add_row(hall, me, need, STOP_SENT_HOME, reason)
        way.pass_over(hall, me, need)
        need = way.next_left(hall, me)


@kernel
def _note_tickets(hall: Hall, me: int, reason: int) -> None:
    """Note that the tickets that she holds end now, since she is sent home."""
    citizens, stops = hall.citizens, hall.stops
    row = at_once.held(hall, me, citizens[me + s.FIRST_ROW])
    while row >= 0:
        stops[row + s.END] = hall.clock[s.NOW]
        stops[row + s.OUTCOME] = STOP_SENT_HOME
        stops[row + s.REASON] = reason
        row = at_once.held(hall, me, stops[row + s.FOLLOWING])
    citizens[me + s.HOLDS] = 0
