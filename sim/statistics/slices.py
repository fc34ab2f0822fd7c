"""How results are cut: all together, by hour, by weekday, by both or by date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.scenario.weekdays import WEEKDAYS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KINDS = ("all", "weekday", "hour", "both", "date")


def hours_of(scenario: Scenario) -> range:
    """The hours of the clock by which results are cut; the last one includes what comes later."""
    days = scenario.days
    if days[0].continuous:
        return range(0)
    first = min(day.doors for day in days) // q.HOUR
    return range(first, max(-(-day.closes // q.HOUR) for day in days))


def weekdays_of(scenario: Scenario) -> tuple[str, ...]:
    """The weekdays on which the mall is open, in the week's order; none of a continuous run."""
    here = {day.weekday for day in scenario.days}
    return tuple(day for day in WEEKDAYS if day in here)


@dataclass(frozen=True, eq=False)
class Slices:
    """The slices of one kind, numbered by day, then by hour.

    labels : (interval, weekday or date) of each slice
    of_day : (D,) the row of slices to which a day belongs; hours : those that cut it, or None
    days : (slices,) how many days each slice covers
    begin, end : (D, P) µs, the part of each day from its door to its close that lies in each of
        the P slices of its row; the end is not after the beginning where there is none
    clock_begin, clock_end : (P,) µs, the same without regard to doors and closing
    """

    kind: str
    labels: tuple[tuple[str, str], ...]
    of_day: Ints
    hours: range | None
    days: Floats
    begin: Ints
    end: Ints
    clock_begin: Ints
    clock_end: Ints

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def parts(self) -> int:
        """Into how many slices a day is cut."""
        return len(self.clock_begin)

    def of(self, day: Ints, time: Ints) -> Ints:
        """Return the slice of each row, by its day and time (µs)."""
        if self.hours is None:
            return self.of_day[day]
        hour = np.clip(time // q.HOUR, self.hours.start, self.hours.stop - 1) - self.hours.start
        return self.of_day[day] * self.parts + hour

    @property
    def minutes(self) -> Floats:
        """How many minutes from door to close each slice covers; (slices,)."""
        within = np.maximum(self.end - self.begin, 0) / q.MINUTE
        code = self.of_day[:, None] * self.parts + np.arange(self.parts)
        return np.bincount(code.ravel(), within.ravel(), len(self)).astype(np.float64)


def slices_of(scenario: Scenario) -> dict[str, Slices]:
    """Return the slices of each kind; a kind that cuts nothing has no labels."""
    return {kind: _slices(scenario, kind) for kind in KINDS}


def _slices(scenario: Scenario, kind: str) -> Slices:
    days, weekdays = scenario.days, weekdays_of(scenario)
    rows, of_day = [""], np.zeros(len(days), dtype=np.int64)
    if kind in ("weekday", "both"):
        rows = list(weekdays)
        of_day = np.array([weekdays.index(d.weekday) if d.weekday in weekdays else 0 for d in days])
    elif kind == "date":
        rows = [day.label for day in days if day.date]
        of_day = np.arange(len(days))
    hours = hours_of(scenario) if kind in ("hour", "both") else None
    clock_begin, clock_end = _clock(scenario, hours)
    opens = np.array([[max(min(d.doors, d.opens), d.warm_up)] for d in days])
    closes = np.array([[day.closes] for day in days])
    intervals = [""] if hours is None else [f"{hour:02d}:00" for hour in hours]
    if days[0].continuous:
        covered = np.full(1, (days[0].closes - days[0].warm_up) / q.DAY)
    else:
        covered = np.bincount(of_day, minlength=len(rows)).astype(np.float64)
    return Slices(
        kind=kind,
        labels=tuple((interval, row) for row in rows for interval in intervals),
        of_day=of_day,
        hours=hours,
        days=np.repeat(covered, len(intervals)),
        begin=np.maximum(clock_begin, opens),
        end=np.minimum(clock_end, closes),
        clock_begin=clock_begin,
        clock_end=clock_end,
    )


def _clock(scenario: Scenario, hours: range | None) -> tuple[Ints, Ints]:
    """Return where each part of a day begins and ends; the last includes what comes later."""
    latest = max(day.ends for day in scenario.days)
    if hours is None:
        return np.array([scenario.days[0].warm_up]), np.array([latest])
    begin = np.array(hours, dtype=np.int64) * q.HOUR
    end = begin + q.HOUR
    end[-1:] = max(latest, int(end[-1])) if len(end) else 0
    return begin, end
