"""Who is in the hall, between door and exit: how long, how many at once, and who finds no seat."""

from __future__ import annotations

from sim.jit import kernel
from sim.statistics.tally.columns import Visits
from sim.statistics.tally.mall import Ints, Mall
from sim.statistics.tally.parts import hour_of, overlap
from sim.statistics.tally.sums import DAYS, MINUTES, Aside, Sums
from sim.workload import ABSENT

TIME, MOST, STANDING, OVERTIME = range(4)
TIMES = (TIME, STANDING, OVERTIME)
MEASURES = {
    "in_hall.mean": (TIME, MINUTES),
    "in_hall.max": (MOST, DAYS),
    "standing.mean": (STANDING, MINUTES),
    "overtime": (OVERTIME, DAYS),
}


@kernel
def add_hall(visits: Visits, mall: Mall, aside: Aside, sums: Sums) -> int:
    """Add the time that each spends in the hall, and note the changes; return how many there are.

    All who come together count, each for herself. A change is a number that sorts by day, then
    time, then who leaves before who comes.
    """
    of_day, people, entered, left = visits.day, visits.people, visits.entered, visits.left
    chosen, noted, steps, counts = visits.chosen, aside.hall_changes, aside.steps, aside.counts
    begins, ends, clock, warm_up = mall.begin, mall.end, mall.clock_begin, mall.warm_up
    weekday_of, table, last = mall.weekday, sums.hall, mall.closes.copy()
    changes, span, hours = 0, mall.horizon + 1, mall.hours
    for k in range(len(of_day)):
        if entered[k] == ABSENT:
            continue
        day, begin, end = of_day[k], entered[k], left[k]
        if end == ABSENT or end > mall.horizon:
            end = mall.horizon  # still there when the run ended
        hour, weekday = hour_of(begin, mall.first_hour, hours), weekday_of[day]
        while hour <= hours and chosen[k]:
            if hour < hours and clock[hour] >= end:
                hour = hours  # after the hours the whole day
            time = overlap(begin, end, begins[day, hour], ends[day, hour])
            table[weekday, hour] += people[k] * time
            hour += 1
        if chosen[k]:
            last[day] = max(last[day], end)
        begin = max(begin, warm_up[day])
        if begin < end:
            noted[changes], noted[changes + 1] = (
                2 * (day * span + begin) + 1,
                2 * (day * span + end),
            )
            steps[changes], steps[changes + 1] = people[k], -people[k]
            counts[changes] = counts[changes + 1] = chosen[k]
            changes += 2
    for day in range(len(last)):
        sums.overtime[weekday_of[day]] += last[day] - mall.closes[day]
    return changes


@kernel
def add_fullest(order: Ints, aside: Aside, mall: Mall, sums: Sums) -> None:
    """Find the most that were in the hall at once on each day, and for how long how many stood.

    order : of the changes, by time. Of those who stand everybody counts: whom the measures are
    about has no seat of her own. Each day's changes add up to 0, so one running sum serves all.
    """
    noted, steps, counts = aside.hall_changes, aside.steps, aside.counts
    begin, end, weekday_of = mall.begin, mall.end, mall.weekday
    standing, fullest, span = sums.standing, sums.fullest, mall.horizon + 1
    inside, chosen, before = 0, 0, 0
    for change in order:
        day, time = noted[change] // 2 // span, noted[change] // 2 % span
        if inside > mall.seats:
            stood = overlap(before, time, begin[day, mall.hours], end[day, mall.hours])
            standing[weekday_of[day]] += stood * (inside - mall.seats)
        inside += steps[change]
        chosen += steps[change] if counts[change] else 0
        fullest[day] = max(fullest[day], chosen)
        before = time
