"""A day begins with what citizens bring, and ends with the rows of a log."""

from __future__ import annotations

from sim.engine.compiled import account, at_once, calendar, citizen, entrance, heap, returns
from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import (
    COMES_HERE,
    DAY_END,
    IN_PROGRESS,
    NO_REASON,
    REFUSED,
    SENT_HOME,
    STOP_IN_PROGRESS,
    TOO_LATE,
)
from sim.engine.compiled.state import Given, Hall, Rows
from sim.jit import kernel
from sim.workload import ABSENT, NEVER

VISIT_ROWS, STOP_ROWS, COUNTER_ROWS = range(3)


@kernel
def begin(hall: Hall, given: Given, day: int) -> None:
    """Begin a day: an empty hall, and citizens outside; who came before the doors stands there."""
    clock = hall.clock
    _take_plan(hall, given, given.plan[day] * clock[s.PLAN_WIDTH])
    clock[s.NOW] = -1
    clock[s.INSIDE] = clock[s.PEOPLE] = clock[s.ROWS] = 0
    clock[s.FIRST_OUTSIDE] = clock[s.LAST_OUTSIDE] = -1
    heap.clear(hall.calendar)
    heap.clear(hall.endings)
    heap.clear(hall.patiences)
    heap.clear(hall.ways)
    calendar.open_day(hall, given, day)
    first, last, me = given.first[day], given.first[day + 1], 0
    for need in range(given.offset[first], given.offset[last]):
        _needs(hall, given, need, (need - given.offset[first]) * s.NEEDS)
    for v in range(first, last):
        if returns.comes(hall, v):
            _brings(hall, given, v, me, given.offset[first])
            me += s.CITIZENS
    clock[s.CITIZENS_TO] = me
    me = 0
    while me < clock[s.CITIZENS_TO] and hall.citizens[me + s.DUE] <= clock[s.DOORS]:
        at_home = hall.citizens[me + s.STAGE] == s.AT_HOME
        at = hall.citizens[me + s.DUE] if at_home else clock[s.DOORS]
        heap.push(hall.ways, at, hall.citizens[me + s.ORDER], me)
        me += s.CITIZENS
    expect(hall, me)


@kernel
def _take_plan(hall: Hall, given: Given, plan: int) -> None:
    """Take over the day's clock and last tickets; no ticket has been given."""
    clock = hall.clock
    for column in range(s.DAY_CLOCK):
        clock[column] = given.plans[plan + column]
    plan += s.DAY_CLOCK
    for service in range(0, clock[s.SERVICES_TO], clock[s.SERVICE_WIDTH]):
        hall.services[service + s.UNTIL_TICKET] = given.plans[plan]
        plan += 1
    for agency in range(0, clock[s.AGENCIES_TO], s.AGENCIES):
        hall.agencies[agency + s.TICKETS] = 0
    for pool in range(0, clock[s.POOLS_TO], s.POOLS):
        hall.pools[pool + s.TAKEN_OF] = 0


@kernel
def expect(hall: Hall, me: int) -> None:
    """Note who comes to the door next."""
    hall.clock[s.NEXT] = me
    comes = me < hall.clock[s.CITIZENS_TO]
    hall.clock[s.COMES_AT] = hall.citizens[me + s.DUE] if comes else NEVER


@kernel
def _brings(hall: Hall, given: Given, v: int, me: int, first_need: int) -> None:
    """Put a citizen outside, with what she brings."""
    citizens = hall.citizens
    citizens[me + s.ROW] = v
    citizens[me + s.ORDER] = given.order[v]
    citizens[me + s.JOURNEY] = given.journey[v] * s.JOURNEYS
    citizens[me + s.CLASS] = given.visitor_class[v]
    citizens[me + s.COME_TOGETHER] = given.people[v]
    citizens[me + s.DUE] = given.due[v]
    citizens[me + s.STAY] = given.stay[v]
    citizens[me + s.LEAD] = given.lead[v]
    citizens[me + s.FROM_HOME] = -1
    citizens[me + s.NEEDS_FROM] = (given.offset[v] - first_need) * s.NEEDS
    citizens[me + s.NEEDS_TO] = (given.offset[v + 1] - first_need) * s.NEEDS
    citizens[me + s.GOES_HOME] = citizens[me + s.COMING_BACK] = 0
    citizens[me + s.HOLDS] = citizens[me + s.BUSY] = 0
    citizens[me + s.HERE] = -1
    citizens[me + s.FIRST_ROW] = citizens[me + s.LAST_ROW] = -1
    citizens[me + s.FIRST_TOLD] = citizens[me + s.LAST_TOLD] = -1
    citizens[me + s.ENTERED] = citizens[me + s.LEFT] = ABSENT
    stage = s.OUTSIDE if given.lead[v] == ABSENT else s.AT_HOME
    entrance.become(hall, me, stage, REFUSED, TOO_LATE)
    citizens[me + s.CARRIES] = hall.returns[v * s.RETURNS + s.CARRIES_IN]
    returns.resume(hall, me)
    if given.comes[v] != COMES_HERE:
        entrance.stay_away(hall, me, given.comes[v])


@kernel
def _needs(hall: Hall, given: Given, need: int, here: int) -> None:
    needs = hall.needs
    needs[here + s.STOP] = given.stop[need]
    needs[here + s.SERVICE] = given.service[need] * hall.clock[s.SERVICE_WIDTH]
    needs[here + s.WALK] = given.walk[need]
    needs[here + s.TIME] = given.time[need]
    needs[here + s.PATIENCE] = given.patience[need]
    needs[here + s.SLOT] = given.slot[need]
    needs[here + s.BALK] = given.balk[need]
    needs[here + s.MISSES] = given.misses[need]
    needs[here + s.TRY] = given.tries[need]
    needs[here + s.ENDS_AS] = given.ends[need]
    needs[here + s.KEEPS] = given.keeps[need]
    needs[here + s.GROUP] = given.group[need]
    needs[here + s.PICK] = given.pick[need]
    needs[here + s.STANDS] = s.AHEAD


@kernel
def end(hall: Hall) -> None:
    """At the hard end whoever is left goes home; a continuous run just stops looking."""
    clock, citizens = hall.clock, hall.citizens
    clock[s.NOW] = clock[s.ENDS]
    for me in range(0, clock[s.CITIZENS_TO] if clock[s.INSIDE] > 0 else 0, s.CITIZENS):
        if citizens[me + s.STAGE] <= s.AT_DOOR or citizens[me + s.STAGE] == s.GONE:
            continue
        if clock[s.CONTINUOUS]:
            entrance.become(hall, me, s.AT_STOP, IN_PROGRESS, NO_REASON)
            row = at_once.held(hall, me, citizens[me + s.FIRST_ROW])
            while row >= 0:
                hall.stops[row + s.OUTCOME] = STOP_IN_PROGRESS
                row = at_once.held(hall, me, hall.stops[row + s.FOLLOWING])
        else:
            citizen.note_stops_left(hall, me, DAY_END)
            entrance.become(hall, me, s.GONE, SENT_HOME, DAY_END)
            citizens[me + s.LEFT] = clock[s.ENDS]


# The rows of a log


@kernel
def write(hall: Hall, given: Given, day: int, out: Rows) -> None:
    """Write the rows of a day behind those of the days before."""
    room, citizens = hall.clock[s.VISITS_ROOM], hall.citizens
    first_need = given.offset[given.first[day]]
    for me in range(0, hall.clock[s.CITIZENS_TO], s.CITIZENS):
        at = out.filled[VISIT_ROWS]
        out.filled[VISIT_ROWS] = at + 1
        out.visits[at] = citizens[me + s.ROW]
        out.visits[room + at] = citizens[me + s.ENTERED]
        out.visits[2 * room + at] = citizens[me + s.LEFT]
        out.visits[3 * room + at] = citizens[me + s.BECAME]
        out.visits[4 * room + at] = citizens[me + s.WHY]
        entrance.place_told(hall, me)
        row = citizens[me + s.FIRST_ROW]
        while row >= 0:
            need = first_need + hall.stops[row + s.NEED] // s.NEEDS
            _write_stop(hall, given, out, at, need, row)
            row = hall.stops[row + s.FOLLOWING]
    account.close(hall)
    _write_counters(hall, day, out)


@kernel
def _write_stop(hall: Hall, given: Given, out: Rows, v: int, need: int, row: int) -> None:
    at, room, columns = out.filled[STOP_ROWS], hall.clock[s.STOPS_ROOM], out.stops
    out.filled[STOP_ROWS] = at + 1
    columns[at] = v
    columns[room + at] = given.stop[need]
    columns[2 * room + at] = given.tries[need]
    columns[3 * room + at] = given.service[need]
    counter_ = hall.stops[row + s.COUNTER]
    columns[4 * room + at] = counter_ // s.COUNTERS if counter_ >= 0 else -1
    for column in range(s.NUMBER, s.REASON + 1):  # as they stand in a log
        columns[(5 + column - s.NUMBER) * room + at] = hall.stops[row + column]


@kernel
def _write_counters(hall: Hall, day: int, out: Rows) -> None:
    """Put the day's stretches in the order of the counters' places; each has its own in order."""
    counters, stretches = hall.counters, hall.stretches
    for k in range(0, hall.clock[s.COUNTERS_TO], s.COUNTERS):
        counters[k + s.AT] = 0
    for row in range(0, hall.clock[s.STRETCHES], s.STRETCH):
        counters[stretches[row + s.OF_COUNTER] + s.AT] += 1
    at, room = out.filled[COUNTER_ROWS], hall.clock[s.COUNTERS_ROOM]
    for k in range(0, hall.clock[s.COUNTERS_TO], s.COUNTERS):
        here = counters[k + s.AT]
        counters[k + s.AT] = at
        at += here
    out.filled[COUNTER_ROWS] = at
    for row in range(0, hall.clock[s.STRETCHES], s.STRETCH):
        k = stretches[row + s.OF_COUNTER]
        at = counters[k + s.AT]
        counters[k + s.AT] = at + 1
        out.counters[at] = day
        out.counters[room + at] = k // s.COUNTERS
        out.counters[2 * room + at] = stretches[row + s.FROM]
        out.counters[3 * room + at] = stretches[row + s.TO]
        out.counters[4 * room + at] = stretches[row + s.STATE]
