"""Who waits in a line for a call, from when her wait begins: how long, and how many at once."""

from __future__ import annotations

import numpy as np

from sim.jit import kernel
from sim.statistics.tally.columns import Stops, Visits
from sim.statistics.tally.mall import Ints, Mall
from sim.statistics.tally.parts import hour_of, overlap
from sim.statistics.tally.sums import DAYS, MINUTES, Aside, Sums
from sim.workload import ABSENT

TIME, MOST = range(2)
TIMES = (TIME,)
MEASURES = {"line.mean": (TIME, MINUTES), "line.max": (MOST, DAYS)}


@kernel
def add_lines(stops: Stops, visits: Visits, mall: Mall, aside: Aside, sums: Sums) -> int:
    """Add the time that each spends in line, and note the changes; return how many there are.

    A change is a number that sorts by day, then time, then who leaves before who comes.
    """
    row, service, ticket, called, left = (
        stops.row, stops.service, stops.ticket, stops.called, stops.end,
    )  # fmt: skip
    of_day, chosen, since, noted = visits.day, visits.chosen, aside.since, aside.line_changes
    begins, ends, clock, warm_up = mall.begin, mall.end, mall.clock_begin, mall.warm_up
    weekday_of, line_of, table = mall.weekday, mall.agency_of_service, sums.lines
    changes, span, hours = 0, mall.horizon + 1, mall.hours
    for k in range(len(row)):
        if ticket[k] == ABSENT or not chosen[row[k]]:
            continue
        day, line, begin = of_day[row[k]], line_of[service[k]], since[k]
        end = called[k] if called[k] != ABSENT else left[k]
        if end == ABSENT or end > mall.horizon:
            end = mall.horizon  # still waiting when the run ended
        hour, weekday = hour_of(begin, mall.first_hour, hours), weekday_of[day]
        while hour <= hours:
            if hour < hours and clock[hour] >= end:
                hour = hours  # after the hours the whole day
            time = overlap(begin, end, begins[day, hour], ends[day, hour])
            table[0, weekday, hour] += time
            table[1 + line, weekday, hour] += time
            hour += 1
        begin = max(begin, warm_up[day])
        if begin < end:
            came, gone = 2 * (day * span + begin) + 1, 2 * (day * span + end)
            noted[changes] = came * mall.agencies + line
            noted[changes + 1] = gone * mall.agencies + line
            changes += 2
    return changes


@kernel
def add_longest(changes: Ints, mall: Mall, sums: Sums) -> None:
    """Find the most that were in each line at once, after the warm-up; changes : sorted.

    Each day's changes add up to 0, so one running sum serves them all.
    """
    there, most, weekday_of = np.zeros(1 + mall.agencies), sums.longest, mall.weekday
    a_day = 2 * (mall.horizon + 1) * mall.agencies
    for change in changes:
        line = 1 + change % mall.agencies
        step = 2 * (change // mall.agencies % 2) - 1
        weekday = weekday_of[change // a_day]
        for of in (0, line):
            there[of] += step
            if there[of] > most[of, weekday]:
                most[of, weekday] = there[of]
