"""Checks of dates: holidays, seasons and special days against the dates of the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from sim.scenario.checking_hours import Whole
from sim.scenario.dates import Dates
from sim.scenario.faults import Finding, Path
from sim.scenario.seasons import SETTINGS, Season

_NEED_DATES: tuple[Path, ...] = (
    *(("calendar", k) for k in ("only", "open", "holidays", "open_on", "seasons", "special")),
    *(("demand", k) for k in ("month", "day_of_month", "growth")),
)


def _without_dates(whole: Whole) -> Iterator[Finding]:
    """Keys that only dates give a meaning, in a calendar without dates."""
    if whole.scenario.calendar.dates is not None:
        return
    for path in _NEED_DATES:
        if path[-1] in dict(whole.written(path[:-1])):
            of_run = path[0] == "calendar" and whole.scenario.calendar.continuous is not None
            if not of_run:  # that is said already
                yield Finding("needs_dates", {"value": path[-1]}, path, at_key=True)


def _outside(whole: Whole) -> Iterator[Finding]:
    """What is said of dates that the calendar does not have."""
    calendar = whole.scenario.calendar
    dates = calendar.dates
    if dates is None:
        return
    span = f"{dates.first} .. {dates.last}"

    def outside(day: date, *path: str, at_key: bool = False) -> Iterator[Finding]:
        if not dates.first <= day <= dates.last:
            shown = {"value": day.isoformat(), "limit": span}
            yield Finding("date_outside", shown, ("calendar", *path), at_key)

    for day in calendar.holidays:
        named = day.isoformat() in dict(whole.written(("calendar", "holidays")))
        where = ("holidays", day.isoformat()) if named else ("holidays",)
        yield from outside(day, *where, at_key=named)
    for day in calendar.special:
        yield from outside(day, "special", day.isoformat(), at_key=True)
    for key, named_dates in (("open_on", calendar.open_on), ("only", calendar.only)):
        for first, last in named_dates.ranges if named_dates else ():
            found = [f for day in (first, last) for f in outside(day, key)]
            yield from found[:1]
    for name, season in calendar.seasons.items():
        if not _touch(season.dates, dates):
            shown = {"value": name, "limit": span}
            yield Finding("season_outside", shown, ("calendar", "seasons", name, "dates"))


def _touch(some: Dates, others: Dates) -> bool:
    pairs = ((a, b) for a in some.ranges for b in others.ranges)
    return any(first <= end and begin <= last for (first, last), (begin, end) in pairs)


def _two_seasons(whole: Whole) -> Iterator[Finding]:
    """Two seasons that set one thing on one date: nobody says which of them counts."""
    seasons = whole.scenario.calendar.seasons
    for (one, a), (other, b) in combinations(seasons.items(), 2):
        shared = _first_shared(a, b)
        for key in SETTINGS if shared else ():
            if getattr(a, key) is not None and getattr(b, key) is not None:
                shown = {"value": key, "other": one, "day": shared.isoformat() if shared else ""}
                path = ("calendar", "seasons", other, key)
                yield Finding("seasons_overlap", shown, path, at_key=True)


def _first_shared(one: Season, other: Season) -> date | None:
    starts = [
        max(first, begin)
        for first, last in one.dates.ranges
        for begin, end in other.dates.ranges
        if first <= end and begin <= last
    ]
    return min(starts, default=None)


def _special(whole: Whole) -> Iterator[Finding]:
    """Special days on which the mall is closed anyway, or that close it and say more."""
    calendar = whole.scenario.calendar
    if calendar.dates is None:
        return
    for day, of in calendar.special.items():
        path = ("calendar", "special", day.isoformat())
        if of.closed:
            for key in sorted(of.model_fields_set - {"closed"}):
                yield Finding("special_closed", {"value": key}, (*path, key), at_key=True)
        elif day in calendar.dates and not calendar.opens(day):
            yield Finding("special_not_open", {"value": day.isoformat()}, path, at_key=True)


DATES_CHECKS = (_without_dates, _outside, _two_seasons, _special)
