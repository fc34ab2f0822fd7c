"""The account of a counter: the stretches of time that it spent in each state."""

from __future__ import annotations

from sim.engine.compiled import state as s
from sim.engine.compiled.state import Hall
from sim.jit import kernel
from sim.log import STATES

CLOSED, BREAK, IDLE, CALLING, SERVING, DOWN, ABSENT, WRAPPING = (
    STATES.index(name)
    for name in ("closed", "break", "idle", "calling", "serving", "down", "absent", "wrapping")
)


@kernel
def _state(hall: Hall, k: int) -> int:
    """Return what a counter does now, as the log shows it."""
    counters = hall.counters
    nobody = counters[k + s.TICKET] < 0
    wraps = counters[k + s.WRAPS]
    if nobody and not wraps and counters[k + s.OPEN] + counters[k + s.OVERTIME] == 0:
        return counters[k + s.OFF]
    if hall.speeds[k // s.COUNTERS * s.SPEEDS + s.PACE] == 0:
        return DOWN
    if nobody:
        return WRAPPING if wraps else IDLE
    if counters[k + s.PAUSED]:
        return BREAK
    return SERVING if counters[k + s.SERVING] else CALLING


@kernel
def show(hall: Hall, k: int) -> None:
    """Note what a counter does from now on; a state that lasted no time never was.

    Before a counter's first opening there is nothing to show.
    """
    counters, now = hall.counters, hall.clock[s.NOW]
    if counters[k + s.SHOWN] < 0 and counters[k + s.SHOWS] < 0 and not counters[k + s.OPEN]:
        return
    if counters[k + s.SHOWS] >= 0 and counters[k + s.AT] < now:
        settle(hall, k)
    counters[k + s.SHOWS] = -1
    state = _state(hall, k)
    if counters[k + s.SHOWN] != state:
        counters[k + s.SHOWS] = state
        counters[k + s.AT] = now


@kernel
def settle(hall: Hall, k: int) -> None:
    """Write down the stretch that ended when the present state began."""
    counters = hall.counters
    if counters[k + s.SHOWN] >= 0:
        write(hall, k, counters[k + s.SINCE], counters[k + s.AT], counters[k + s.SHOWN])
    counters[k + s.SHOWN] = counters[k + s.SHOWS]
    counters[k + s.SINCE] = counters[k + s.AT]
    counters[k + s.SHOWS] = -1


@kernel
def write(hall: Hall, k: int, begin: int, end: int, state: int) -> None:
    """Write down a stretch of a counter in one state."""
    row = hall.clock[s.STRETCHES]
    hall.clock[s.STRETCHES] = row + s.STRETCH
    hall.stretches[row + s.OF_COUNTER] = k
    hall.stretches[row + s.FROM] = begin
    hall.stretches[row + s.TO] = end
    hall.stretches[row + s.STATE] = state


@kernel
def close(hall: Hall) -> None:
    """Write down what each counter showed last, if the day ended before it left."""
    counters, ends = hall.counters, hall.clock[s.ENDS]
    for k in range(0, hall.clock[s.COUNTERS_TO], s.COUNTERS):
        if counters[k + s.SHOWS] >= 0:
            settle(hall, k)
        if counters[k + s.SHOWN] > CLOSED and counters[k + s.SINCE] < ends:
            write(hall, k, counters[k + s.SINCE], ends, counters[k + s.SHOWN])
