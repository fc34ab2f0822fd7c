"""The door: room for how many, and the line outside of those who wait for it."""

from __future__ import annotations

from sim.engine.compiled import heap
from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import IMPATIENT, LEFT
from sim.engine.compiled.state import Hall
from sim.jit import kernel
from sim.workload import NEVER


@kernel
def has_room(hall: Hall, me: int) -> bool:
    """Whether a citizen fits in with all who come with her, and nobody stands before her."""
    clock = hall.clock
    fits = clock[s.PEOPLE] + hall.citizens[me + s.COME_TOGETHER] <= clock[s.CAPACITY]
    return fits and _first(hall) < 0


@kernel
def lets_wait(hall: Hall, me: int) -> bool:
    """Whether she may wait outside: some day there may be room for her."""
    fits = hall.citizens[me + s.COME_TOGETHER] <= hall.clock[s.CAPACITY]
    return fits and hall.clock[s.LINE_AT_DOOR] == 1


@kernel
def let_in(hall: Hall, me: int) -> None:
    """She is inside from now on."""
    hall.clock[s.INSIDE] += 1
    hall.clock[s.PEOPLE] += hall.citizens[me + s.COME_TOGETHER]
    hall.citizens[me + s.ENTERED] = hall.clock[s.NOW]


@kernel
def wait_outside(hall: Hall, me: int) -> None:
    """She stands last in the line outside, as long as her patience for the visit bears it."""
    clock, citizens = hall.clock, hall.citizens
    citizens[me + s.AFTER_HER] = -1
    if _first(hall) < 0:
        clock[s.FIRST_OUTSIDE] = me
    else:
        citizens[clock[s.LAST_OUTSIDE] + s.AFTER_HER] = me
    clock[s.LAST_OUTSIDE] = me
    stay = citizens[me + s.STAY]
    if stay <= NEVER - clock[s.NOW] - 1 and clock[s.NOW] + stay < clock[s.LAST_TICKET]:
        heap.push(hall.patiences, clock[s.NOW] + stay, citizens[me + s.ORDER], -1 - me)


@kernel
def lose_patience(hall: Hall, me: int) -> None:
    """She leaves the line outside, if she still stands there."""
    citizens = hall.citizens
    if citizens[me + s.STAGE] == s.AT_DOOR:
        citizens[me + s.STAGE] = s.GONE
        citizens[me + s.BECAME] = LEFT
        citizens[me + s.WHY] = IMPATIENT
        citizens[me + s.LEFT] = hall.clock[s.NOW]
        let_in_next(hall)


@kernel
def let_in_next(hall: Hall) -> None:
    """Let in who stands first outside, as long as there is room; each begins in her turn."""
    clock, citizens = hall.clock, hall.citizens
    me = _first(hall) if clock[s.NOW] < clock[s.LAST_TICKET] else -1
    while me >= 0 and clock[s.PEOPLE] + citizens[me + s.COME_TOGETHER] <= clock[s.CAPACITY]:
        let_in(hall, me)
        citizens[me + s.STAGE] = s.LET_IN
        heap.push(hall.ways, clock[s.NOW], citizens[me + s.ORDER], me)
        me = _first(hall)


@kernel
def _first(hall: Hall) -> int:
    """Return who stands first outside, or -1; who has gone meanwhile is left out."""
    clock = hall.clock
    me = clock[s.FIRST_OUTSIDE]
    while me >= 0 and hall.citizens[me + s.STAGE] != s.AT_DOOR:
        me = hall.citizens[me + s.AFTER_HER]
    clock[s.FIRST_OUTSIDE] = me
    return me
