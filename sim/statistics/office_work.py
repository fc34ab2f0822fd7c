"""Work that a service leaves behind the counter: how much is left at closing, and until when.

Each citizen who is `served` leaves the `back_office` of her service to its agency, from when her
service ends. Every officer of the agency works on it at the counter whenever it is `idle`, and
from when her counter has left for the day; not in breaks, nor while the counter is down. Several
share what there is: k officers do k minutes of it a minute. Nothing of the day before is left.
"""

from __future__ import annotations

import numpy as np

from sim.log import STATES
from sim.scenario import quantities as q
from sim.statistics.block import Block, Computed, Ints
from sim.statistics.rows import Rows

WORK = ("work_left", "work_done_after")
"""Minutes of it when the mall closes; minutes after closing until it is done, 0 if before."""


def of_office_work(rows: Rows, block: Block) -> Computed:
    """Measure the work of each agency of the block; what is not done at the day's end is cut."""
    left, after = (np.zeros(block.cells) for _ in WORK)
    days, agencies = rows.scenario.days, len(block.names) // rows.replications
    for entity, agency in enumerate(block.names[:agencies]):
        changes = np.concatenate((_brought(rows, agency), _officers(rows, agency)))
        for number in range(rows.replications * len(days)):
            replication, day = divmod(number, len(days))
            here = changes[changes[:, 0] == number, 1:]
            found = work_of_day(here, days[day].closes, days[day].ends)
            of = replication * agencies + entity
            cell = of * len(block.slices) + block.slices.of_day[day]
            left[cell] += found[0] / q.MINUTE
            after[cell] += found[1] / q.MINUTE
    return {"work_left": (left, block.days), "work_done_after": (after, block.days)}


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


def _brought(rows: Rows, agency: str) -> Ints:
    """Return (day of all replications, time, work, 0) of each service that left an agency work."""
    stops, services = rows.log.stop_rows, rows.log.names.services
    own = [rows.scenario.service(s).back_office for s in services]
    of = [s.partition(".")[0] == agency for s in services]
    each = np.array(own, dtype=np.int64) * np.array(of)
    k = np.flatnonzero(rows.stops_that("served") & (each[stops.service] > 0))
    work = each[stops.service[k]]
    day = rows.of_stop[k] * len(rows.scenario.days) + rows.stop_day[k]
    return np.stack((day, stops.end[k], work, np.zeros_like(work)), axis=1)


def _officers(rows: Rows, agency: str) -> Ints:
    """Return (day as above, time, 0, +1 or -1) of each officer who begins or ends to work on it."""
    table, days = rows.log.counter_rows, rows.replications * len(rows.scenario.days)
    of_day = rows.of_stretch * len(rows.scenario.days) + table.day
    counters = rows.log.names.counters
    own = np.isin(table.counter, [k for k, (of, _) in enumerate(counters) if of == agency])
    k = np.flatnonzero(own & (table.state == STATES.index("idle")))
    there = np.flatnonzero(own & (table.state != STATES.index("absent")))
    # the end of each counter's last row, by counter and day: then it has left
    gone = np.full(len(counters) * days, -1, dtype=np.int64)
    np.maximum.at(gone, table.counter[there] * days + of_day[there], table.end[there])
    left = np.flatnonzero(gone >= 0)
    day = np.concatenate((of_day[k], of_day[k], left % days))
    time = np.concatenate((table.begin[k], table.end[k], gone[left]))
    step = np.repeat((1, -1, 1), (len(k), len(k), len(left)))
    return np.stack((day, time, np.zeros_like(time), step), axis=1)
