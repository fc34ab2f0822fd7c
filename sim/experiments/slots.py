"""The parts of the day in which an agency may have different numbers of counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.scenario import quantities as q
from sim.scenario.calendar import Day, without
from sim.scenario.model import Scenario, Staffing
from sim.scenario.shifts import Shifts
from sim.statistics.slices import hours_of

Table = tuple[int, ...]
"""Counters by slot."""
Plan = Mapping[str, Table]
"""Counters by agency and slot."""


@dataclass(frozen=True)
class Slots:
    """The parts of the day in which the number of counters may differ: hours of the clock.

    begins : µs; hours : for each slot how many hours a counter works in it on a mean day
    last : when the last slot ends (µs)
    """

    begins: tuple[int, ...]
    hours: tuple[float, ...]
    last: int

    @property
    def ends(self) -> tuple[int, ...]:
        """When each slot ends (µs)."""
        return (*self.begins[1:], self.last)

    def table(self, counters: Table) -> dict[str, int] | int:
        """Return counters as a scenario writes them."""
        if len(set(counters)) == 1:
            return counters[0]
        pairs = zip(self.begins, counters, strict=True)
        kept: dict[str, int] = {}
        last = None
        for begin, number in pairs:
            if number != last:
                kept[q.clock(begin)] = number
            last = number
        return kept

    def cost(self, counters: Table) -> float:
        """Return the counter-hours of a mean day."""
        return sum(n * h for n, h in zip(counters, self.hours, strict=True))

    def of(self, interval: str) -> int:
        """Return the slot of an hour of the clock such as "08:00"; "" is the first."""
        if not interval:
            return 0
        end = (int(interval[:2]) + 1) * q.HOUR
        return max(sum(begin < end for begin in self.begins) - 1, 0)

    def read(self, staffing: Staffing) -> Table:
        """Return the counters that a scenario's table has in each slot."""
        first = staffing.table[0][1]
        return tuple(
            next((n for time, n in reversed(staffing.table) if time <= begin), first)
            for begin in self.begins
        )


def slots_of(scenario: Scenario, agency: str = "") -> Slots:
    """Return the hours of the clock between the first opening and the last closing.

    agency : whose breaks decide how long a counter works, if not those of the mall
    """
    days = scenario.days
    first, last = min(day.opens for day in days), max(day.closes for day in days)
    edges = [h * q.HOUR for h in hours_of(scenario) if first < h * q.HOUR < last]
    begins, ends = (first, *edges), (*edges, last)
    hours = tuple(worked(scenario, *span, agency) for span in zip(begins, ends, strict=True))
    return Slots(begins, hours, last)


def worked(scenario: Scenario, begin: int, end: int, agency: str = "") -> float:
    """Return how many hours a counter works from `begin` to `end` (µs) on a mean day.

    agency : whose breaks, if not those of the mall; where they are in shifts, a mean counter
    """
    of = scenario.agencies[agency].breaks if agency else None
    time = sum(
        share * (last - first)
        for day in scenario.days
        for share, breaks in _parts(day, of)
        for first, last in without((max(begin, day.opens), min(end, day.closes)), breaks)
        if first < last
    )
    return time / len(scenario.days) / q.HOUR


def _parts(
    day: Day, of: Mapping[str, Shifts] | None
) -> tuple[tuple[float, tuple[tuple[int, int], ...]], ...]:
    """Return the breaks of a day's counters, with the share of the counters of each."""
    shifts = (of or {}).get(day.weekday)
    return ((1.0, day.breaks),) if shifts is None else shifts.parts
