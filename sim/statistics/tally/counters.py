"""What counters do, and what is measured of it: how much of the time they are staffed."""

from __future__ import annotations

from sim.jit import kernel
from sim.log import STATES
from sim.statistics.tally.columns import Counters
from sim.statistics.tally.mall import Mall
from sim.statistics.tally.parts import hour_of, overlap
from sim.statistics.tally.sums import MINUTES, Sums

BUSY, CALLING, DOWN, STAFFED, BUSY_OPEN, STAFFED_OPEN = range(6)
"""Time by the clock, overtime included; of the last two what lies between door and close."""
SUMS = 6
TIMES = tuple(range(SUMS))
MEASURES = {
    "utilisation": (BUSY, STAFFED),
    "lost_to_calls": (CALLING, STAFFED),
    "lost_to_outages": (DOWN, STAFFED),
    "busy.mean": (BUSY_OPEN, MINUTES),
    "staffed.mean": (STAFFED_OPEN, MINUTES),
}
_AWAY, _IDLE = -2, -1
_DOES = {"serving": BUSY, "wrapping": BUSY, "calling": CALLING, "down": DOWN, "idle": _IDLE}
_IN_STATE = tuple(_DOES.get(state, _AWAY) for state in STATES)
"""What a counter does in each state, while its officer is there or its machine switched on."""


@kernel
def add_counters(counters: Counters, mall: Mall, sums: Sums) -> None:
    """Add the time that each stretch of a counter spends in each hour, and on the whole day."""
    of_day, counter, begins, ends, state = counters
    from_, to, clock_from, clock_to = mall.begin, mall.end, mall.clock_begin, mall.clock_end
    agency_of, weekday_of, table = mall.agency_of_counter, mall.weekday, sums.counters
    for k in range(len(of_day)):
        does = _IN_STATE[state[k]]
        if does == _AWAY:
            continue
        day, begin, end = of_day[k], begins[k], ends[k]
        agency, weekday = agency_of[counter[k]], weekday_of[day]
        hour = hour_of(begin, mall.first_hour, mall.hours)
        while hour <= mall.hours:
            if hour < mall.hours and clock_from[hour] >= end:
                hour = mall.hours  # after the hours the whole day
            time = overlap(begin, end, clock_from[hour], clock_to[hour])
            within = overlap(begin, end, from_[day, hour], to[day, hour])
            table[agency, weekday, hour, STAFFED] += time
            table[agency, weekday, hour, STAFFED_OPEN] += within
            if does >= 0:
                table[agency, weekday, hour, does] += time
            if does == BUSY:
                table[agency, weekday, hour, BUSY_OPEN] += within
            hour += 1
