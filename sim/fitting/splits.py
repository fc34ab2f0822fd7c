"""What the times of an agency are split by: counters, hours, and how many wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.fitting.history import Bools, History, Ints
from sim.fitting.opening import Opening
from sim.scenario import quantities as q
from sim.scenario.weekdays import WEEKDAYS

Kind = Literal["counter", "hour", "line"]
FEWEST = 20
"""Times of a level that is looked at; hours with fewer are joined to their neighbours."""
_HOUR = 60 * q.MINUTE


@dataclass(frozen=True, eq=False)
class Split:
    """Something that splits N times: (N,) the level of each, and the key of each level.

    keys : as of `effects.Level`; -1 is the rest. cut : of a line, the most in a short one
    """

    kind: Kind
    name: str
    level: Ints
    keys: tuple[int, ...]
    cut: int = 0


def splits(h: History, rows: Ints, agency: str, waiting: Ints) -> list[Split]:
    """Return all ways of splitting the times of some rows into two levels or more.

    waiting : (R,) by `in_line`
    """
    found = [_counters(h, rows, agency), _line(waiting[rows], agency)]
    found += [_hours(h, rows, int(s), h.full_name(int(s))) for s in np.unique(h.service[rows])]
    return [split for split in found if len(split.keys) > 1]


def _counters(h: History, rows: Ints, name: str) -> Split:
    """Split by counter; those with few times are together, and are not told."""
    counter = h.counter[rows]
    keys, place, number = np.unique(counter, return_inverse=True, return_counts=True)
    known = (number >= FEWEST) & (keys >= 0)
    rank = np.where(known, np.cumsum(known) - 1, known.sum())
    rest = () if known.all() else (-1,)
    return Split("counter", name, rank[place], (*keys[known].tolist(), *rest))


def _hours(h: History, rows: Ints, service: int, name: str) -> Split:
    """Split the times of a service by hour of begin; those of others are the last level, -1."""
    mine = h.service[rows] == service
    hour = h.begin[rows] // _HOUR
    level, keys = np.zeros(len(rows), dtype=np.int64), [int(hour[mine].min())]
    enough = 0
    for one in np.unique(hour[mine]):
        rest, here = int((mine & (hour >= one)).sum()), int((mine & (hour == one)).sum())
        if enough >= FEWEST and rest >= FEWEST:
            keys.append(int(one))
            enough = 0
        level[mine & (hour == one)] = len(keys) - 1
        enough += here
    others = () if mine.all() else (-1,)
    level[~mine] = len(keys)
    if len(keys) == 1:
        return Split("hour", name, level, ())
    return Split("hour", name, level, (*(key * _HOUR for key in keys), *others))


def _line(waiting: Ints, name: str) -> Split:
    """Split by whether more wait than usual."""
    cut = int(np.median(waiting))
    long = waiting > cut
    enough = min(long.sum(), (~long).sum()) >= max(FEWEST, 0.1 * len(long))
    return Split("line", name, long.astype(np.int64), (0, 1) if enough else (), cut)


def at_opening(history: History, opening: Opening, step: int) -> Bools:
    """Whether a service begins as its counter opens: its begin is not cut, but its end is."""
    found = np.zeros(len(history.row), dtype=bool)
    if step < q.MINUTE:
        return found
    for day, hours in opening.hours.items():
        mine = history.weekday[history.day] == WEEKDAYS.index(day)
        for at in (hours.opens, *(hours.pause or ())[1:]):
            found |= mine & (np.abs(history.begin - at) <= step)
    return found


def in_line(history: History) -> Ints:
    """Return (R,) how many others wait at the agency as each service begins.

    Nothing that comes after its begin counts, not even within the step in which times are
    written: whoever waits there may do so because this service takes long.
    """
    h = history
    until = np.where(h.waits, h.called, h.arrival)
    queue = h.agency * (len(h.days) + 1) + h.day
    found = np.zeros(len(h.row), dtype=np.int64)
    for place in _groups(queue):
        came, gone, at = np.sort(h.arrival[place]), np.sort(until[place]), h.begin[place]
        itself = (h.arrival[place] < at) & (until[place] >= at)
        found[place] = np.searchsorted(came, at) - np.searchsorted(gone, at) - itself
    return np.maximum(found, 0)


def alike(h: History, rows: Ints) -> Iterator[Ints]:
    """Yield the rows of counters that share services, directly or by way of others."""
    service, group = h.service[rows], h.service[rows]
    for _ in range(len(h.services)):
        before = group
        for of in (h.counter[rows], service):
            _, place = np.unique(of, return_inverse=True)
            least = np.full(int(place.max()) + 1 if len(place) else 0, len(h.services))
            np.minimum.at(least, place, group)
            group = least[place]
        if (group == before).all():
            break
    yield from (rows[place] for place in _groups(group))


def _groups(keys: Ints) -> Iterator[Ints]:
    """Yield the places of each key."""
    order = np.argsort(keys, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(keys[order])) + 1) if len(keys) else ()
