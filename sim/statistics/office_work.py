"""Work that a service leaves behind the counter: how much is left at closing, and until when.

Each citizen who is `served` leaves the `back_office` of her service to its agency, from when her
service ends. Every officer of the agency works on it at the counter whenever it is `idle`, and
from when her counter has left for the day; not in breaks, nor while the counter is down. Several
share what there is: k officers do k minutes of it a minute. Nothing of the day before is left.
"""

from __future__ import annotations

import numpy as np

from sim.log import STATES, STOP_OUTCOMES, Log
from sim.scenario.model import Scenario
from sim.statistics.tally.mall import Floats, Ints
from sim.statistics.tally.sums import DAYS

LEFT, DONE_AFTER = range(2)
TIMES = (LEFT, DONE_AFTER)
MEASURES = {"work_left": (LEFT, DAYS), "work_done_after": (DONE_AFTER, DAYS)}
"""Work that is left when the mall closes; how long after closing it is done, 0 if before."""


def office_work_of(log: Log, scenario: Scenario, weekday: Ints) -> Floats:
    """Return the sums of the agencies whose services leave work; what the day's end cuts is lost.

    weekday : (D,) by which weekday a day is counted; returns (agencies, W, columns) µs
    """
    found = np.zeros((len(scenario.leave_work), int(weekday.max(initial=0)) + 1, 2))
    for of, agency in enumerate(scenario.leave_work):
        changes = np.concatenate(
            (_brought(log, scenario, agency), _officers(log, scenario, agency))
        )
        for number, day in enumerate(scenario.days):
            here = changes[changes[:, 0] == number, 1:]
            found[of, weekday[number]] += work_of_day(here, day.closes, day.ends)
    return found


def work_of_day(changes: Ints, closes: int, ends: int) -> tuple[int, int]:
    """Return the work left at closing, and how long after it all is done (µs).

    changes : (n, 3) of time, work that is brought then, and change of the officers at work
    """
    changes = np.concatenate((changes, [[closes, 0, 0]]))
    time, work, step = changes[np.argsort(changes[:, 0], kind="stable")].T
    officers = np.cumsum(step)
    done = np.concatenate(([0], np.cumsum(officers[:-1] * np.diff(time))))
    # had they never run out of it; they had nothing to do for as much as this fell below 0
    undone = np.cumsum(work) - done
    left = undone - np.minimum(np.minimum.accumulate(undone - work), 0)
    at_closing = int(left[np.searchsorted(time, closes, side="right") - 1])
    some = np.flatnonzero(left > 0)
    if not len(some):
        return 0, 0
    last = some[-1]
    if not officers[last]:
        return at_closing, ends - closes
    until = int(time[last] - -left[last] // officers[last])
    return at_closing, max(min(until, ends) - closes, 0)


def _brought(log: Log, scenario: Scenario, agency: str) -> Ints:
    """Return (day, time, work, 0) of each service that left an agency work."""
    stops, services = log.stop_rows, log.names.services
    own = [scenario.service(s).back_office for s in services]
    of = [s.partition(".")[0] == agency for s in services]
    each = np.array(own, dtype=np.int64) * np.array(of)
    served = stops.outcome == STOP_OUTCOMES.index("served")
    k = np.flatnonzero(served & (each[stops.service] > 0))
    work, day = each[stops.service[k]], log.visit_rows.day[stops.row[k]]
    return np.stack((day, stops.end[k], work, np.zeros_like(work)), axis=1)


def _officers(log: Log, scenario: Scenario, agency: str) -> Ints:
    """Return (day, time, 0, +1 or -1) of each officer who begins or ends to work on it."""
    table, days = log.counter_rows, len(scenario.days)
    counters = log.names.counters
    own = np.isin(table.counter, [k for k, (of, _) in enumerate(counters) if of == agency])
    k = np.flatnonzero(own & (table.state == STATES.index("idle")))
    there = np.flatnonzero(own & (table.state != STATES.index("absent")))
    # the end of each counter's last row, by counter and day: then it has left
    gone = np.full(len(counters) * days, -1, dtype=np.int64)
    np.maximum.at(gone, table.counter[there] * days + table.day[there], table.end[there])
    left = np.flatnonzero(gone >= 0)
    day = np.concatenate((table.day[k], table.day[k], left % days))
    time = np.concatenate((table.begin[k], table.end[k], gone[left]))
    step = np.repeat((1, -1, 1), (len(k), len(k), len(left)))
    return np.stack((day, time, np.zeros_like(time), step), axis=1)
