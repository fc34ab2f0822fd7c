"""One instant after the other: the order of docs/rules.md, section 2."""

from __future__ import annotations

from sim.engine.compiled import calendar, citizen, counter, day, door, entrance, heap, returns
from sim.engine.compiled import state as s
from sim.engine.compiled.heap import TOP, TOP_ORDER
from sim.engine.compiled.state import Given, Hall, Rows
from sim.jit import entry, kernel
from sim.jit.pointers import unchecked


@entry
def play(of_hall: Hall, of_given: Given, of_rows: Rows) -> None:
    """Play all days of all replications, one after the other, and write what happened."""
    hall, given, out = unchecked(of_hall), unchecked(of_given), unchecked(of_rows)
    out.filled[day.VISIT_ROWS] = out.filled[day.STOP_ROWS] = out.filled[day.COUNTER_ROWS] = 0
    hall.clock[s.CARRIED_TO] = 0
    for number in range(hall.clock[s.DAYS]):
        day.begin(hall, given, number)
        while step(hall, given):
            pass
        day.end(hall)
        returns.note(hall, given)
        if number % hall.clock[s.DAYS_OF_RUN] >= hall.clock[s.DAYS_BEFORE]:
            day.write(hall, given, number, out)


@kernel
def step(hall: Hall, given: Given) -> bool:
    """Do the piece that is next, or go to the next instant; False when the day is over."""
    clock, now = hall.clock, hall.clock[s.NOW]
    if hall.calendar[TOP] == now:
        calendar.piece(hall, given)
    elif hall.endings[TOP] == now:
        _end(hall)
    elif clock[s.FREED] > 0:
        counter.all_call(hall)
    elif hall.patiences[TOP] == now:
        _lose_patience(hall, heap.pop(hall.patiences))
    elif hall.ways[TOP] == now or clock[s.COMES_AT] == now:
        _come_by(hall, _next_citizen(hall))
    else:
        now = min(hall.calendar[TOP], hall.endings[TOP], hall.patiences[TOP])
        clock[s.NOW] = min(now, hall.ways[TOP], clock[s.COMES_AT])
        return clock[s.NOW] <= clock[s.ENDS]
    return True


@kernel
def _lose_patience(hall: Hall, who: int) -> None:
    """Who waits for a call leaves the line, or, counted down from -1, who waits outside."""
    if who >= 0:
        citizen.lose_patience(hall, who)
    else:
        door.lose_patience(hall, -1 - who)


@kernel
def _end(hall: Hall) -> None:
    """What occupied a counter is over, unless it was held or given back meanwhile."""
    k = hall.endings[TOP_ORDER]
    run = heap.pop(hall.endings)
    if run != hall.counters[k + s.RUN]:
        return
    does = hall.counters[k + s.DOES]
    if does == s.SERVES:
        citizen.be_served(hall, k)
    elif does == s.WALKS_UP:
        counter.serve(hall, k)
    elif does == s.WRAPS_UP:
        counter.wrapped(hall, k)
    else:
        citizen.miss_a_call(hall, k)


@kernel
def _come_by(hall: Hall, me: int) -> None:
    """One piece of phase e: at the door, at the next stop, or out."""
    stage = hall.citizens[me + s.STAGE]
    if stage == s.WALKING:
        citizen.reach(hall, me)
    elif stage == s.LEAVING:
        citizen.go_out(hall, me)
    elif stage == s.AT_HOME:
        entrance.wake(hall, me)
    elif stage == s.OUTSIDE:
        entrance.arrive(hall, me)
    elif stage == s.LET_IN:
        entrance.begin(hall, me)


@kernel
def _next_citizen(hall: Hall) -> int:
    """Return who is next in phase e: at the door, at her next stop, or on the way out."""
    clock, ways = hall.clock, hall.ways
    me = clock[s.NEXT]
    if clock[s.COMES_AT] != clock[s.NOW] or (
        ways[TOP] == clock[s.NOW] and ways[TOP_ORDER] < hall.citizens[me + s.ORDER]
    ):
        return heap.pop(ways)
    day.expect(hall, me + s.CITIZENS)
    return me
