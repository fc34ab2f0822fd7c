"""The desk of an agency: a stop is attempted there, and who gets a ticket stands in a line."""

from __future__ import annotations

from sim.engine.compiled import agency, at_once, counter, heap, line
from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import (
    BALKED,
    INCOMPLETE,
    LINE_TOO_LONG,
    NO_PAPERS,
    NO_REASON,
    PAPERS_LACK,
    SERVED,
    TURNED_AWAY,
)
from sim.engine.compiled.state import Hall
from sim.jit import kernel
from sim.workload import ABSENT, NEVER


@kernel
def attempt(hall: Hall, me: int, need: int) -> int:
    """One attempt at a service; return why she has no ticket, or NO_REASON if she takes one."""
    if not hall.needs[need + s.KEEPS]:
        reason = agency.refusal(hall, me, need)
        if reason != NO_REASON:
            add_row(hall, me, need, TURNED_AWAY, reason)
            return reason
        if hall.needs[need + s.ENDS_AS] == NO_PAPERS:
            add_row(hall, me, need, INCOMPLETE, PAPERS_LACK)
            return PAPERS_LACK
        if agency.balks(hall, me, need):
            add_row(hall, me, need, BALKED, LINE_TOO_LONG)
            return LINE_TOO_LONG
    _take_ticket(hall, me, need)
    return NO_REASON


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
    row = new_row(hall, me, need, outcome, reason)
    link(hall, me, row)
    return row


@kernel
def link(hall: Hall, me: int, row: int) -> None:
    """Put a row behind her others."""
    citizens, last = hall.citizens, hall.citizens[me + s.LAST_ROW]
    if last >= 0:
        hall.stops[last + s.FOLLOWING] = row
    else:
        citizens[me + s.FIRST_ROW] = row
    citizens[me + s.LAST_ROW] = row


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
    fill_ticket(hall, me, row, of)
    if before >= 0 and at_once.takes_all(hall, me, need):
        stops[row + s.COMES_FROM] = hall.needs[need + s.WALK]
    citizens[me + s.HOLDS] += 1
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
def fill_ticket(hall: Hall, me: int, row: int, of: int) -> None:
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
    stops[row + s.WHILE_BUSY] = stops[row + s.ENDS_NOW] = stops[row + s.COMES_FROM] = 0
    stops[row + s.MISSES_LEFT] = needs[need + s.MISSES]
    stops[row + s.MEAN_TIME] = hall.services[needs[need + s.SERVICE] + s.MEAN]
    stops[row + s.WORK] = stops[row + s.WORK_LEFT] = needs[need + s.TIME]
    stops[row + s.PATIENCE_ENDS] = patience_ends(hall, me, need, since)


@kernel
def patience_ends(hall: Hall, me: int, need: int, since: int) -> int:
    """Return when she leaves the line; not before her booked time, however long she is here."""
    ends, patience, stay = NEVER, hall.needs[need + s.PATIENCE], hall.citizens[me + s.STAY]
    if hall.clock[s.PEOPLE] > hall.clock[s.SEATS] and patience != NEVER:
        patience = patience // 1000 * hall.clock[s.STANDING]
    if patience <= NEVER - since - 1:
        ends = since + patience
    came = max(hall.citizens[me + s.DUE], hall.clock[s.DOORS])
    if stay <= NEVER - came - 1:
        ends = min(ends, max(since, came + stay))
    return ends
