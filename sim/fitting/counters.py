"""How many counters were open, from who was served when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.fitting.history import Bools, History, Ints
from sim.fitting.naming import keys_of, safe
from sim.fitting.opening import Opening
from sim.scenario import quantities as q

_HALF_HOUR = 30 * q.MINUTE
_STEADY = 0.9
"""The share of half hours in which a counter is as it usually is, for its hours to be known."""
Source = Literal["named", "overlap", "unknown"]


@dataclass(frozen=True)
class Post:
    """A counter that is open at the same hours on most days.

    code : in the log; label : in a scenario
    hours : µs since midnight, None where they are those of the mall
    """

    code: int
    label: str
    hours: tuple[int, int] | None


@dataclass(frozen=True)
class Open:
    """The counters of an agency.

    table : number from each clock time on; empty where unknown
    low, high : the fewest and the most of any usual day at its busiest
    source : from the counters' names, or from services that overlap, which is a lower bound
    posts : the counters one by one; none where not the same are open every day
    """

    table: tuple[tuple[int, int], ...]
    low: int
    high: int
    source: Source
    posts: tuple[Post, ...] = ()


def counters(
    history: History, opening: Opening, names: Sequence[str]
) -> dict[str, Open]:  # fmt: skip
    """Return the counters of each agency. names : of all counters of the log."""
    slots = np.arange(opening.first, opening.last, _HALF_HOUR)
    found = {}
    for a, key in enumerate(history.agencies):
        mine = history.agency == a
        named = mine & history.waits & (history.counter >= 0)
        served = mine & history.served
        if named.sum() >= 0.5 * mine.sum():
            open_, codes = _named(history, named, slots)
            usual = _from(open_.sum(axis=1), slots, "named")
            found[key] = replace(usual, posts=_posts(open_, codes, slots, names))
        elif served.sum() >= 0.3 * mine.sum():
            found[key] = _from(_overlapping(history, served, slots), slots, "overlap")
        else:
            found[key] = Open((), 0, 0, "unknown")
    return found


def _from(table: Ints, slots: Ints, source: Source) -> Open:
    """Return the usual day: the median of the days in each half hour, at least one."""
    usual = np.maximum(np.ceil(np.median(table, axis=0)).astype(np.int64), 1)
    busiest = table.max(axis=1)
    changes = [k for k in range(len(slots)) if k == 0 or usual[k] != usual[k - 1]]
    pairs = tuple((int(slots[k]), int(usual[k])) for k in changes)
    low, high = np.quantile(busiest, [0.05, 0.95], method="nearest")
    return Open(pairs, max(int(low), 1), max(int(high), 1), source)


def _posts(
    open_: Bools, codes: Ints, slots: Ints, names: Sequence[str]
) -> tuple[Post, ...]:  # fmt: skip
    """Return the counters if each is open in one stretch, and that on most days; else none."""
    share = open_.mean(axis=0)
    usual = share >= 0.5
    steady = np.where(usual, share, 1 - share)
    if steady.mean() < _STEADY or not usual.any():
        return ()
    kept = np.flatnonzero(usual.any(axis=1))
    labels = keys_of([safe(names[code]) for code in codes[kept]], "loket")
    posts = []
    for k, label in zip(kept, labels, strict=True):
        place = np.flatnonzero(usual[k])
        if place[-1] - place[0] + 1 > len(place):
            return ()
        whole = place[0] <= 1 and place[-1] == len(slots) - 1
        hours = int(slots[place[0]]), int(slots[place[-1]]) + _HALF_HOUR
        posts.append(Post(int(codes[k]), label, None if whole else hours))
    return tuple(posts)


def _named(history: History, which: Bools, slots: Ints) -> tuple[Bools, Ints]:
    """Return by day, counter and slot who called before the slot's end and again after its begin.

    And the counters' codes.
    """
    day, counter, called = history.day[which], history.counter[which], history.called[which]
    days, row = np.unique(day, return_inverse=True)
    pairs, place = np.unique(np.stack([row, counter], axis=1), axis=0, return_inverse=True)
    place = place.reshape(-1)
    first = np.full(len(pairs), np.iinfo(np.int64).max)
    last = np.full(len(pairs), -1)
    np.minimum.at(first, place, called)
    np.maximum.at(last, place, called)
    # A counter without a call in the last hour of the day may just have had nobody to call; and
    # after the last call of all, nobody knows who had closed.
    of_day = np.full(len(days), -1)
    np.maximum.at(of_day, row, called)
    to_the_end = last >= of_day[pairs[:, 0]] - 2 * _HALF_HOUR
    last = np.where(to_the_end, slots[-1] + _HALF_HOUR, last)
    open_ = (first[:, None] < slots + _HALF_HOUR) & (last[:, None] >= slots)
    codes, place = np.unique(pairs[:, 1], return_inverse=True)
    table = np.zeros((len(days), len(codes), len(slots)), dtype=bool)
    table[pairs[:, 0], place.reshape(-1)] = open_
    return table, codes


def _overlapping(history: History, which: Bools, slots: Ints) -> Ints:
    """Count by day the most who were served at once in each slot."""
    days, row = np.unique(history.day[which], return_inverse=True)
    table = np.zeros((len(days), len(slots)), dtype=np.int64)
    begin, end = history.begin[which], history.end[which]
    for day in range(len(days)):
        mine = row == day
        times = np.concatenate([begin[mine], end[mine]])
        change = np.repeat([1, -1], mine.sum())
        order = np.lexsort((change, times))  # who ends makes room for who begins
        busy, times = np.cumsum(change[order]), times[order]
        place = (times - slots[0]) // _HALF_HOUR
        inside = (place >= 0) & (place < len(slots))
        np.maximum.at(table[day], place[inside], busy[inside])
    return table
