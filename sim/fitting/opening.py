"""When the mall is open, as far as its tickets show it: doors, hours, breaks, last ticket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.fitting.history import Bools, History, Ints
from sim.fitting.year import FEWEST_IN_MONTH
from sim.scenario import quantities as q
from sim.scenario.weekdays import WEEKDAYS

_QUARTER = 15 * q.MINUTE
_QUIET = 0.15
"""A quarter of an hour with so small a share of the usual calls belongs to a break."""
_SHORTEST_BREAK = 2
_FEWEST_CALLS = 5


@dataclass(frozen=True)
class Hours:
    """The hours of a weekday, µs since midnight.

    doors, last_ticket : of the first and the last usual ticket; opens, closes : of the calls
    pause : where nobody is called while the mall is open, in the middle of the day
    """

    doors: int
    opens: int
    closes: int
    last_ticket: int
    pause: tuple[int, int] | None

    def far(self, other: Hours) -> bool:
        """Whether an end of the day is half an hour from another's."""
        ends = ((self.opens, other.opens), (self.closes, other.closes),
                (self.last_ticket, other.last_ticket))  # fmt: skip
        return any(abs(one - two) >= 2 * _QUARTER for one, two in ends)


@dataclass(frozen=True)
class Opening:
    """The hours by weekday; called : whether they rest on calls, or on tickets alone."""

    hours: dict[str, Hours]
    called: bool

    @property
    def first(self) -> int:
        """When the first counter of the week opens."""
        return min(hours.opens for hours in self.hours.values())

    @property
    def last(self) -> int:
        """When the last counter of the week closes."""
        return max(hours.closes for hours in self.hours.values())

    def differs(self, other: Opening) -> bool:
        """Whether on half of the weekdays or more an end of the day is half an hour apart."""
        shared = self.hours.keys() & other.hours.keys()
        apart = [self.hours[day].far(other.hours[day]) for day in shared]
        return 2 * sum(apart) >= len(shared) > 0


def openings(history: History, fasting: Bools) -> tuple[Opening, Opening | None]:
    """Return the hours outside Ramadan, and those in it where they differ.

    fasting : (D,) the days in it; where few lie on one side all days are taken together
    """
    every = np.ones(len(fasting), dtype=bool)
    if min(fasting.sum(), (~fasting).sum()) < FEWEST_IN_MONTH or len(
        np.unique(history.weekday[~fasting])
    ) < len(np.unique(history.weekday)):
        return opening(history, every), None
    usual, apart = opening(history, ~fasting), opening(history, fasting)
    return (usual, apart) if apart.differs(usual) else (opening(history, every), None)


def opening(history: History, days: Bools) -> Opening:
    """Read the hours off some days, (D,), in quarters of an hour, each weekday by itself."""
    called = bool(history.waits.sum() > 0.2 * len(history.waits))
    hours = {}
    for day in np.unique(history.weekday[days]):
        rows = (days & (history.weekday == day))[history.day]
        hours[WEEKDAYS[day]] = _hours(history, rows, called)
    return Opening(hours, called)


def _hours(history: History, rows: Bools, called: bool) -> Hours:
    """Read one weekday's hours: what 19 in 20 of its days keep to."""
    first = _by_day(history, history.arrival, rows, np.minimum)
    last = _by_day(history, history.arrival, rows, np.maximum)
    doors, last_ticket = _down(np.quantile(first, 0.05)), _up(np.quantile(last, 0.95) + 1)
    opens, closes, known = doors, last_ticket, rows & history.waits
    if called and known.any():
        begins = _by_day(history, history.called, known, np.minimum)
        ends = _by_day(history, history.called, known, np.maximum)
        opens, closes = _near(float(np.median(begins))), _up(np.quantile(ends, 0.95))
    opens = min(max(opens, doors), last_ticket - _QUARTER)
    closes = min(max(closes, last_ticket), q.DAY)
    pause = _pause(history.called[known], opens, closes) if called else None
    return Hours(doors, opens, closes, last_ticket, pause)


def _by_day(history: History, times: Ints, which: Bools, extreme: np.ufunc) -> Ints:
    start = q.DAY * 2 if extreme is np.minimum else -1
    found = np.full(len(history.days), start)
    extreme.at(found, history.day[which], times[which])
    seen: Ints = found[found != start]
    return seen


def _down(time: float) -> int:
    return max(int(time // _QUARTER) * _QUARTER, 0)


def _up(time: float) -> int:
    return min(int(-(-time // _QUARTER)) * _QUARTER, q.DAY - _QUARTER)


def _near(time: float) -> int:
    return round(time / _QUARTER) * _QUARTER


def _pause(called: Ints, opens: int, closes: int) -> tuple[int, int] | None:
    """Find the longest stretch in which hardly anybody is called, well inside the day."""
    places = range(opens // _QUARTER + 4, closes // _QUARTER - 4)
    called = called // _QUARTER
    calls = np.bincount(called[(called >= 0) & (called < 96)], minlength=96)
    usual = float(np.median(calls[opens // _QUARTER : closes // _QUARTER]))
    if not len(places) or usual < _FEWEST_CALLS:
        return None
    begin, length = _longest([k for k in places if calls[k] < _QUIET * usual])
    if length < _SHORTEST_BREAK or begin + length == places.stop:  # it never ends: no break
        return None
    return begin * _QUARTER, (begin + length) * _QUARTER


def _longest(quiet: list[int]) -> tuple[int, int]:
    best, begin, length = (0, 0), 0, 0
    for before, k in zip([-9, *quiet], quiet, strict=False):
        begin, length = (begin, length + 1) if k == before + 1 else (k, 1)
        best = max(best, (begin, length), key=lambda pair: pair[1])
    return best
