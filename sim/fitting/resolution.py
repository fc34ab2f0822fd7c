"""How finely a log tells the time: to the second, the minute, five minutes; or by snapshots."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.fitting.tickets import Tickets
from sim.fitting.times import MINUTE, SECOND
from sim.workload import ABSENT

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STEPS = (30 * MINUTE, 15 * MINUTE, 10 * MINUTE, 5 * MINUTE, MINUTE, SECOND)
_SNAPSHOTS = (MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE)


def resolution(times: Ints) -> int:
    """Return the step in which times are written, in µs: that on which 98 in 100 lie."""
    times = times[times != ABSENT]
    if not len(times):
        return 0
    for step in STEPS:
        if np.mean(times % step == 0) >= 0.98:
            return step
    return 0


def snapshots(tickets: Tickets, used: Bools) -> int:
    """Return how far apart the snapshots are that a log was made of, in µs; 0 if of none.

    A log made of snapshots, say of the last number taken every five minutes, spreads the tickets
    between two of them evenly: gaps between tickets are equal, which they never are when people
    come by themselves.
    """
    rows = np.flatnonzero(used & (tickets.number >= 0))
    queue = (tickets.service, tickets.agency, tickets.day)
    order = rows[np.lexsort((tickets.number[rows], *(key[rows] for key in queue)))]
    if len(order) < 100:
        return 0
    same = np.ones(len(order) - 1, dtype=bool)
    for key in queue:
        same &= key[order[1:]] == key[order[:-1]]
    gap = np.diff(tickets.arrival[order])
    both = same[1:] & same[:-1] & (gap[1:] > 2 * SECOND)
    equal = both & (np.abs(gap[1:] - gap[:-1]) <= SECOND)
    if both.sum() < 50 or equal.sum() < 0.25 * both.sum():
        return 0
    change = np.flatnonzero(~equal)
    stretch = tickets.arrival[order[1:][change]]
    length = np.diff(stretch)
    run = (np.diff(change) >= 2) & (length > 0) & (length < 60 * MINUTE)
    if not run.any():
        return 0
    usual = float(np.median(length[run]))
    return min(_SNAPSHOTS, key=lambda step: abs(np.log(usual / step)))
