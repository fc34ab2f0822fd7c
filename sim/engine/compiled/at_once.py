"""All tickets at once: who stands in several lines, and hears one call at a time."""

from __future__ import annotations

from sim.engine.compiled import counter, heap, line
from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import STOP_SENT_HOME
from sim.engine.compiled.state import Hall
from sim.jit import kernel
from sim.workload import ABSENT


@kernel
def takes_all(hall: Hall, me: int, need: int) -> bool:
    """Whether a stop is one of those for which she takes all tickets at once."""
    journey = hall.citizens[me + s.JOURNEY]
    if not hall.journeys[journey + s.AT_ONCE]:
        return False
    return hall.needs[need + s.STOP] > hall.journeys[journey + s.ENTRANCE]


@kernel
def held(hall: Hall, me: int, row: int) -> int:
    """Return the first row, from one of hers on, whose ticket she holds; or -1."""
    stops = hall.stops
    if hall.citizens[me + s.HOLDS] == 0:
        return -1
    while row >= 0 and (stops[row + s.TAKEN] == ABSENT or stops[row + s.END] != ABSENT):
        row = stops[row + s.FOLLOWING]
    return row


@kernel
def free_again(hall: Hall, me: int) -> None:
    """She may be called at other counters again, or leave their lines."""
    citizens, stops, now = hall.citizens, hall.stops, hall.clock[s.NOW]
    citizens[me + s.BUSY] = 0
    if citizens[me + s.HOLDS] < 2:
        return
    row = held(hall, me, citizens[me + s.FIRST_ROW])
    while row >= 0:
        if stops[row + s.WAITS] == s.PASSED_OVER:
            line.put_aside(hall, row)
            counter.joined(hall, stops[row + s.OF_LINE])
        over = stops[row + s.PATIENCE_ENDS] <= now and not stops[row + s.ENDS_NOW]
        if over and stops[row + s.WAITS] != s.NOWHERE:
            stops[row + s.ENDS_NOW] = 1
            heap.push(hall.patiences, now, citizens[me + s.ORDER], row)
        row = held(hall, me, stops[row + s.FOLLOWING])


@kernel
def was_sent_home(hall: Hall, me: int) -> bool:
    """Whether the closing of the mall ended one of her tickets."""
    row = hall.citizens[me + s.FIRST_ROW]
    while row >= 0 and hall.stops[row + s.OUTCOME] != STOP_SENT_HOME:
        row = hall.stops[row + s.FOLLOWING]
    return row >= 0
