"""A citizen in the hall: stop after stop, and out."""

from __future__ import annotations

from sim.engine.compiled import agency, counter, heap, line, way
from sim.engine.compiled import state as s
from sim.engine.compiled.jit import kernel
from sim.engine.compiled.outcomes import (
    BALKED,
    COMPLETED,
    ENDS_INCOMPLETE,
    ENDS_PARKED,
    ENDS_SERVED,
    IMPATIENT,
    INCOMPLETE,
    LEFT,
    LINE_TOO_LONG,
    MISSED,
    MISSED_CALL,
    NO_PAPERS,
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
from sim.workload import ABSENT, MOST_MISSES, NEVER

# At a stop


@kernel
def reach(hall: Hall, me: int) -> None:
    """One attempt at a service: no ticket is given or taken, or one and what comes of it."""
    hall.citizens[me + s.STAGE] = s.AT_STOP
    need = hall.citizens[me + s.HERE]
    if hall.needs[need + s.KEEPS]:
        _take_ticket(hall, me, need)
        return
    reason = agency.refusal(hall, me, need)
    if reason != NO_REASON:
        _no_ticket(hall, me, need, TURNED_AWAY, reason)
    elif hall.needs[need + s.ENDS_AS] == NO_PAPERS:
        _no_ticket(hall, me, need, INCOMPLETE, PAPERS_LACK)
    elif agency.balks(hall, me, need):
        _no_ticket(hall, me, need, BALKED, LINE_TOO_LONG)
    else:
        _take_ticket(hall, me, need)


@kernel
def new_row(hall: Hall, me: int, need: int, outcome: int, reason: int) -> int:
    """Begin the row of a stop, without a ticket, and return its place."""
    stops, row = hall.stops, hall.clock[s.ROWS]
    hall.clock[s.ROWS] = row + s.STOPS
    stops[row + s.CITIZEN] = me
    stops[row + s.NEED] = need
    stops[row + s.FOLLOWING] = stops[row + s.COUNTER] = -1
    stops[row + s.NUMBER] = 0
    stops[row + s.TAKEN] = stops[row + s.CALLED_AT] = ABSENT
    stops[row + s.START] = stops[row + s.END] = ABSENT
    stops[row + s.OUTCOME] = outcome
    stops[row + s.REASON] = reason
    return row


@kernel
def add_row(hall: Hall, me: int, need: int, outcome: int, reason: int) -> int:
    """Add the row of a stop behind her others and return its place."""
    citizens = hall.citizens
    row, last = new_row(hall, me, need, outcome, reason), citizens[me + s.LAST_ROW]
    if last >= 0:
        hall.stops[last + s.FOLLOWING] = row
    else:
        citizens[me + s.FIRST_ROW] = row
    citizens[me + s.LAST_ROW] = row
    return row


@kernel
def _no_ticket(hall: Hall, me: int, need: int, outcome: int, reason: int) -> None:
    """No ticket: she goes on to her next stop, or is out at once."""
    add_row(hall, me, need, outcome, reason)
    if not (_goes_on(hall, me, outcome, reason) and way.choose(hall, me)):
        go_out(hall, me)
    else:
        _walk(hall, me)


@kernel
def _take_ticket(hall: Hall, me: int, need: int) -> None:
    """Give a ticket; a free counter calls it at once, else it waits in its line."""
    citizens, stops, now = hall.citizens, hall.stops, hall.clock[s.NOW]
    before = citizens[me + s.LAST_ROW]
    row = add_row(hall, me, need, SERVED, NO_REASON)
    of = agency.line_of(hall, me, need)
    if hall.needs[need + s.KEEPS]:
        stops[row + s.NUMBER] = stops[before + s.NUMBER]
        hall.lines[of + s.COMES_BACK] -= 1
    else:
        stops[row + s.NUMBER] = agency.number(hall, me, need)
    hall.lines[of + s.HELD] += 1
    _fill_ticket(hall, me, row, of)
    citizens[me + s.HER_TICKET] = row
    since = stops[row + s.SINCE_WHEN]
    if since > now and not hall.journeys[citizens[me + s.JOURNEY] + s.CALL_EARLY]:
        stops[row + s.WAITS] = s.EARLY
        if since <= hall.clock[s.ENDS]:
            after_counters = 2 * hall.clock[s.COUNTERS_TO] + 1
            heap.push(hall.calendar, since, after_counters + citizens[me + s.ORDER], row)
    else:
        counter.offer(hall, row)
    ends = stops[row + s.PATIENCE_ENDS]
    if stops[row + s.UNSERVED] and ends <= hall.clock[s.ENDS]:
        heap.push(hall.patiences, ends, citizens[me + s.ORDER], row)


@kernel
def _fill_ticket(hall: Hall, me: int, row: int, of: int) -> None:
    """Write what a ticket says: its line, its place there, how long she bears to wait."""
    stops, needs, now = hall.stops, hall.needs, hall.clock[s.NOW]
    need = stops[row + s.NEED]
    walks_in = agency.walks_in(hall, me, need)
    since = now if walks_in else max(now, needs[need + s.SLOT])
    of_class, kept = hall.citizens[me + s.CLASS], needs[need + s.KEEPS]
    stops[row + s.TAKEN] = now
    stops[row + s.SINCE_WHEN] = since
    stops[row + s.OF_LINE] = of
    stops[row + s.GRADE] = line.grade(hall, of, of_class, 1 if walks_in else 0, kept)
    stops[row + s.QUEUE] = stops[row + s.GRADE]
    stops[row + s.RANK] = hall.citizens[me + s.ORDER]
    stops[row + s.WAITS] = s.NOWHERE
    stops[row + s.UNSERVED] = 1
    stops[row + s.GIVEN_BACK] = stops[row + s.MISSED] = 0
    stops[row + s.MISSES_LEFT] = needs[need + s.MISSES]
    stops[row + s.MEAN_TIME] = hall.services[needs[need + s.SERVICE] + s.MEAN]
    stops[row + s.WORK] = stops[row + s.WORK_LEFT] = needs[need + s.TIME]
    stops[row + s.PATIENCE_ENDS] = _patience_ends(hall, me, need, since)


@kernel
def _patience_ends(hall: Hall, me: int, need: int, since: int) -> int:
    """Return when she leaves the line; not before her booked time, however long she is here."""
    ends, patience, stay = NEVER, hall.needs[need + s.PATIENCE], hall.citizens[me + s.STAY]
    if patience <= NEVER - since - 1:
        ends = since + patience
    entered = hall.citizens[me + s.ENTERED]
    if stay <= NEVER - entered - 1:
        ends = min(ends, max(since, entered + stay))
    return ends


# After a stop


@kernel
def lose_patience(hall: Hall, row: int) -> None:
    """She leaves the line, if she still waits and was not given back."""
    if hall.stops[row + s.WAITS] != s.NOWHERE and not hall.stops[row + s.GIVEN_BACK]:
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
    if ends == ENDS_INCOMPLETE:
        go_on(hall, row, INCOMPLETE, PAPERS_LACK)
    else:
        go_on(hall, row, PARKED if ends == ENDS_PARKED else SERVED, NO_REASON)


@kernel
def miss_a_call(hall: Hall, k: int) -> None:
    """Nobody came: the ticket is dropped, or called again after some others if she is there."""
    stops, row = hall.stops, hall.counters[k + s.TICKET]
    again, me = hall.agencies[hall.counters[k + s.AGENCY] + s.AGAIN], stops[row + s.CITIZEN]
    counter.release(hall, k)
    stops[row + s.MISSED] += 1
    stops[row + s.MISSES_LEFT] -= 1
    if again < 0 or stops[row + s.MISSED] == MOST_MISSES:
        _give_up(hall, row)
        counter.finish(hall, k)
        go_on(hall, row, MISSED, MISSED_CALL)
    elif stops[row + s.PATIENCE_ENDS] < hall.clock[s.NOW] and not stops[row + s.GIVEN_BACK]:
        _give_up(hall, row)
        counter.finish(hall, k)
        go_on(hall, row, RENEGED, IMPATIENT)
    elif hall.citizens[me + s.GOES_HOME]:
        counter.settle(hall, row)
        counter.finish(hall, k)
        send_home(hall, me, TOO_LATE)
    else:
        line.stand_aside(hall, row, again)
        counter.joined(hall, stops[row + s.OF_LINE])
        counter.finish(hall, k)


@kernel
def go_on(hall: Hall, row: int, outcome: int, reason: int) -> None:
    """What follows a stop with a ticket: the next stop, home, or out (in phase e)."""
    citizens, me = hall.citizens, hall.stops[row + s.CITIZEN]
    hall.stops[row + s.OUTCOME] = outcome
    hall.stops[row + s.REASON] = reason
    citizens[me + s.HER_TICKET] = -1
    if _goes_on(hall, me, outcome, reason):
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
    """Whether she goes on after a stop; the first failure decides what the visit is called."""
    citizens = hall.citizens
    if way.tries_again(hall, me, outcome):
        here = citizens[me + s.HERE]
        if hall.needs[here + s.KEEPS]:
            hall.lines[agency.line_of(hall, me, here) + s.COMES_BACK] += 1
        return True
    if outcome == SERVED:
        return True
    if citizens[me + s.BECAME] == COMPLETED:
        citizens[me + s.BECAME] = _called(outcome)
        citizens[me + s.WHY] = reason
    return (hall.journeys[citizens[me + s.JOURNEY] + s.GOES_ON] >> outcome) & 1 == 1


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
    walk = hall.needs[citizens[me + s.HERE] + s.WALK]
    if walk <= clock[s.ENDS] - clock[s.NOW]:
        heap.push(hall.ways, clock[s.NOW] + walk, citizens[me + s.ORDER], me)


# Out


@kernel
def go_out(hall: Hall, me: int) -> None:
    """She is no longer inside; counters that stayed for her may leave."""
    hall.citizens[me + s.STAGE] = s.GONE
    hall.citizens[me + s.LEFT] = hall.clock[s.NOW]
    hall.clock[s.INSIDE] -= 1
    if hall.clock[s.INSIDE] == 0:
        counter.dismiss(hall)


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
    citizens, row = hall.citizens, hall.citizens[me + s.HER_TICKET]
    if row >= 0:
        hall.stops[row + s.END] = hall.clock[s.NOW]
        hall.stops[row + s.OUTCOME] = STOP_SENT_HOME
        hall.stops[row + s.REASON] = reason
        citizens[me + s.HER_TICKET] = -1
        way.pass_over(hall, me, citizens[me + s.HERE])
    elif citizens[me + s.COMING_BACK] and hall.needs[citizens[me + s.HERE] + s.KEEPS]:
        hall.lines[agency.line_of(hall, me, citizens[me + s.HERE]) + s.COMES_BACK] -= 1
    need = way.next_left(hall, me)
    while need >= 0:
        add_row(hall, me, need, STOP_SENT_HOME, reason)
        way.pass_over(hall, me, need)
        need = way.next_left(hall, me)
