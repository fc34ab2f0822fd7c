"""Breaks in two shifts: half of an agency's officers go first, half after, as long as today.

The two shifts follow one another and lie around the middle of today's break, within the hours;
so somebody stays at the counters at noon. A Friday's break stays as it is: it is for prayer.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.errors import MallError
from sim.scenario import quantities as q
from sim.scenario.calendar import Day
from sim.scenario.model import Scenario

Breaks = Mapping[str, object]
"""An agency's breaks by weekday, as a scenario writes them."""
PRAYER = "fri"


def in_two_shifts(scenario: Scenario) -> Breaks | None:
    """Return the mall's breaks with each in two shifts, or None where there is none to move.

    Raises MallError for days that are dates: a season's breaks would be lost.
    """
    if scenario.calendar.dates:
        raise MallError.of("error.stagger_dates")
    days = {day.weekday: day for day in scenario.days if day.breaks}
    moved = {
        weekday: parts
        for weekday, day in days.items()
        if weekday != PRAYER and (parts := _parts(day)) is not None
    }
    if not moved:
        return None
    kept = {
        weekday: [q.interval(span) for span in day.breaks]
        for weekday, day in days.items()
        if weekday not in moved
    }
    none = {day.weekday: "none" for day in scenario.days if not day.breaks}
    return moved | kept | none


def _parts(day: Day) -> dict[str, str] | None:
    """Return both shifts with their shares; None where the day has no single break to move."""
    if len(day.breaks) != 1:
        return None
    ((begin, end),) = day.breaks
    length = end - begin
    if day.closes - day.opens < 2 * length:
        return None
    first = begin - length // 2
    first -= first % (5 * q.MINUTE)
    first = min(max(first, day.opens), day.closes - 2 * length)
    middle = first + length
    spans = (first, middle), (middle, middle + length)
    return {q.interval(span): "50 %" for span in spans}
