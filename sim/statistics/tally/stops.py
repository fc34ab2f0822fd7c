"""What stops add up to, and the measures of tickets made of it."""

from __future__ import annotations

import numpy as np

from sim.jit import kernel, within
from sim.log import REASONS, STOP_OUTCOMES
from sim.statistics.tally.columns import Stops, Visits
from sim.statistics.tally.mall import NO_PROMISE, Floats, Mall
from sim.statistics.tally.parts import hour_of
from sim.statistics.tally.sums import DAYS, Aside, Sums
from sim.workload import ABSENT

TICKETS, CALLED, WAIT, PROMISED, IN_TIME, MARGIN, GAVE_UP = range(7)
"""What is cut by the hour of the ticket, too."""
BY_HOUR = 7
WANTED, WAITED, STOOD, IN_LINE, OUTCOME = range(BY_HOUR, BY_HOUR + 5)
REASON = OUTCOME + len(STOP_OUTCOMES)
"""How often each outcome was, and each reason to be turned away."""
SUMS = REASON + len(REASONS)
MEDIAN, P90, P95, LONGEST = range(SUMS, SUMS + 4)
"""Quantiles of the wait, from `waits`."""
TIMES = (WAIT, IN_LINE, MEDIAN, P90, P95, LONGEST)
_RENEGED, _TURNED_AWAY = STOP_OUTCOMES.index("reneged"), STOP_OUTCOMES.index("turned_away")

MEASURES = {
    "tickets": (TICKETS, DAYS),
    "wait.mean": (WAIT, CALLED),
    "wait.median": (MEDIAN, CALLED),
    "wait.p90": (P90, CALLED),
    "wait.p95": (P95, CALLED),
    "wait.max": (LONGEST, CALLED),
    "waited": (WAITED, CALLED),
    "called_in_time": (IN_TIME, PROMISED),
    "promise_margin": (MARGIN, PROMISED),
    "in_line.mean": (IN_LINE, STOOD),
    "gave_up": (GAVE_UP, DAYS),
    "left": (GAVE_UP, TICKETS),
    "turned_away": (OUTCOME + _TURNED_AWAY, DAYS),
    "refused": (OUTCOME + _TURNED_AWAY, WANTED),
    **{f"turned_away.{why}": (REASON + k, DAYS) for k, why in enumerate(REASONS)},
    **{
        outcome: (OUTCOME + STOP_OUTCOMES.index(outcome), DAYS)
        for outcome in ("balked", "missed", "sent_home", "incomplete")
    },
}
"""Each as one sum over another."""


@kernel
def add_stops(stops: Stops, visits: Visits, mall: Mall, aside: Aside, sums: Sums) -> None:
    """Add each stop to its service and to its class."""
    row, stop, service, number, ticket, called, end, outcome, reason, slot = stops
    of_day, of_class, due, entered = visits.day, visits.visitor_class, visits.due, visits.entered
    chosen, wait, waited, broken = visits.chosen, aside.wait, aside.waited, aside.broken
    since, from_home, weekday_of, warm_up = aside.since, aside.from_home, mall.weekday, mall.warm_up
    limit, needed, by_hour, by_day = mall.limit, mall.needed, sums.stops_by_hour, sums.stops
    by_date, one = sums.stops_by_date, np.empty(OUTCOME)
    for k in range(len(row)):
        visit, of = row[k], service[k]
        wait[k], since[k] = ABSENT, max(ticket[k], slot[k], entered[visit])
        if ABSENT < ticket[k] < entered[visit]:
            from_home[visit] = True
        day = of_day[visit]
        if not chosen[visit] or due[visit] < warm_up[day]:
            continue
        same = k > 0 and visit == row[k - 1] and stop[k] == stop[k - 1]
        ticketed = ticket[k] != ABSENT and not (same and number[k] == number[k - 1])
        got_called = ticketed and called[k] != ABSENT
        until = called[k] if got_called else end[k]
        time = max(until - since[k], 0)
        _is(ticketed, got_called, outcome[k], time, limit[of], needed[of], one)
        if got_called:
            wait[k] = time
            waited[visit] += time
        if one[PROMISED] > one[IN_TIME]:
            broken[visit] = True
        weekday, hour = weekday_of[day], hour_of(ticket[k], mall.first_hour, mall.hours)
        for entity in (of, mall.services + of_class[visit]):
            for what in range(BY_HOUR):
                by_hour[entity, weekday, hour, what] += one[what]
            for what in range(BY_HOUR, OUTCOME):
                by_day[entity, weekday, what] += one[what]
            by_day[entity, weekday, OUTCOME + outcome[k]] += 1
            if outcome[k] == _TURNED_AWAY:
                by_day[entity, weekday, REASON + reason[k]] += 1
        if mall.dated:
            for what in range(BY_HOUR):
                by_date[day, what] += one[what]


@within
def _is(
    ticketed: bool, called: bool, outcome: int, time: int, limit: int, needed: float, one: Floats
) -> None:
    """Fill in what a stop adds to the sums, each 0 or 1 or a time; time : in line, if she was.

    A ticket that is kept while she is away counts once, and so does its wait: the one until she
    was first called. Who left the line or was sent home was not called in time.
    """
    gave_up = ticketed and outcome == _RENEGED
    promised = ticketed and limit != NO_PROMISE
    in_time = promised and called and time <= limit
    one[TICKETS] = ticketed
    one[CALLED] = called
    one[WAIT] = time if called else 0
    one[PROMISED] = promised
    one[IN_TIME] = in_time
    one[MARGIN] = in_time - needed if promised else 0.0
    one[GAVE_UP] = gave_up
    one[WANTED] = ticketed or outcome == _TURNED_AWAY
    one[WAITED] = called and time > 0
    one[STOOD] = called or gave_up
    one[IN_LINE] = time if called or gave_up else 0
