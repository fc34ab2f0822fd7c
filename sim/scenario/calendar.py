"""When the mall is open: a week or dates, hours, breaks, doors, the last ticket, and what follows.

`Calendar` is what the file says; `Day` is one day as it will be, with everything decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer

from sim.scenario import quantities as q
from sim.scenario.clock_tables import Profile
from sim.scenario.dates import Date, Dates, SomeDates, is_date, read_dates, write_dates
from sim.scenario.faults import Path
from sim.scenario.fields import Frozen, Name
from sim.scenario.holidays import Holidays
from sim.scenario.seasons import Season, Special
from sim.scenario.weekdays import (
    WEEKDAYS,
    Breaks,
    Clocks,
    Hours,
    Span,
    Weekdays,
    read_weekdays,
    write_weekdays,
)

__all__ = ["WEEKDAYS", "Calendar", "Day", "Frozen", "Kind", "Span", "without"]


def _read_days(raw: object) -> tuple[str, ...] | Dates:
    items = raw if isinstance(raw, (list, tuple)) else [raw]
    if any(is_date(str(item)) for item in items):
        return read_dates(raw)
    return read_weekdays(raw)


def _write_days(days: tuple[str, ...] | Dates) -> str | list[str]:
    return write_dates(days) if isinstance(days, Dates) else write_weekdays(days)


Days = Annotated[tuple[str, ...] | Dates, BeforeValidator(_read_days), PlainSerializer(_write_days)]
"""Weekdays of a typical week, or dates."""


@dataclass(frozen=True)
class Kind:
    """What days have in common that are alike: a weekday, and the rules that hold on it.

    layers : where the rules stand, below `calendar`, the nearest first:
        `("special", "2025-04-08")`, `("seasons", "ramadan")`, and at last `()`, the ordinary ones
    """

    weekday: str
    layers: tuple[Path, ...] = ((),)


class Calendar(Frozen):
    """What the file says of days and hours (durations and clock times in µs)."""

    days: Days = ("mon", "tue", "wed", "thu", "fri")
    only: SomeDates | None = None
    open: Weekdays | None = None
    hours: Hours | None = None
    breaks: Breaks = {}
    doors: Clocks | None = None
    last_ticket: Clocks | None = None
    at_close: Literal["serve_all", "send_home"] = "serve_all"
    day_end: q.Clock = q.DAY
    holidays: Holidays = {}
    open_on: SomeDates | None = None
    seasons: dict[Name, Season] = {}
    special: dict[Date, Special] = {}
    continuous: q.Duration | None = None
    warm_up: q.Duration = 0

    @property
    def dates(self) -> Dates | None:
        """The dates between which the mall opens, or None for a typical week."""
        return self.days if isinstance(self.days, Dates) else None

    @property
    def ordinary(self) -> tuple[str, ...]:
        """The days of an ordinary week.

        Among dates, where `open` does not name them: those that have hours of their own, or
        Monday to Friday where all have.
        """
        if not isinstance(self.days, Dates):
            return self.days
        hours = tuple(self.hours or ())
        return self.open or (hours if 0 < len(hours) < len(WEEKDAYS) else WEEKDAYS[:5])

    @cached_property
    def weekdays(self) -> tuple[str, ...]:
        """The weekdays on which the mall is ever open, in the week's order."""
        here = {*self.ordinary, *(weekday_of(day) for day in self.opened())}
        return tuple(day for day in WEEKDAYS if day in here)

    @cached_property
    def run(self) -> tuple[Day, ...]:
        """The days of one replication, in order."""
        if self.continuous is not None:
            return (_endless(self.continuous, self.warm_up),)
        if not isinstance(self.days, Dates):
            return tuple(self._day(Kind(weekday)) for weekday in self.days)
        return tuple(self._day(self.kind(day), day) for day in self.open_dates)

    @cached_property
    def open_dates(self) -> tuple[date, ...]:
        """The dates of one replication, in order."""
        return tuple(day for day in self.opened() if self.only is None or day in self.only)

    def before(self, number: int) -> tuple[Day, ...]:
        """Return so many days before the first of a replication, in order.

        Those of a typical week are numbered by the weeks before it (`fri-1`); dates end with the
        calendar's first.
        """
        if not number or self.continuous is not None:
            return ()
        if not isinstance(self.days, Dates):
            found = [self._weeks_before(k) for k in range(number, 0, -1)]
            return tuple(found)
        first = self.open_dates[0]
        earlier = [day for day in self.opened() if day < first]
        return tuple(self._day(self.kind(day), day) for day in earlier[-number:])

    def _weeks_before(self, number: int) -> Day:
        """Return the day that lies so many open days before the first one of the week."""
        week = -(-number // len(self.ordinary))
        day = self._day(Kind(self.ordinary[-number % len(self.ordinary)]))
        return replace(day, label=f"{day.label}-{week}", key=day.key + week * len(WEEKDAYS))

    def working_day(self, day: Day) -> int:
        """Return the number of a day among the open ones, by which returns are counted."""
        if day.date is None:
            week = day.key // len(WEEKDAYS)
            return self.ordinary.index(day.weekday) - week * len(self.ordinary)
        return self.numbers[day.date]

    @cached_property
    def numbers(self) -> dict[date, int]:
        """The dates on which the mall opens, counted from 0."""
        return {day: number for number, day in enumerate(self.opened())}

    def opened(self) -> Iterator[date]:
        """Yield the dates on which the mall opens, in order."""
        closed = {day for day, of in self.special.items() if of.closed}
        for day in self.dates or ():
            if day not in closed and self.opens(day):
                yield day

    def opens(self, day: date) -> bool:
        """Whether the mall opens on a date unless a special day closes it."""
        if self.open_on is not None and day in self.open_on:
            return True
        named = self.dates is not None and self.dates.alone(day)
        return (named or weekday_of(day) in self.ordinary) and day not in self.holidays

    def kind(self, day: date) -> Kind:
        """Return what a date has in common with others."""
        special: list[Path] = [("special", day.isoformat())] if day in self.special else []
        seasons: list[Path] = [
            ("seasons", name) for name in sorted(self.seasons) if day in self.seasons[name].dates
        ]
        return Kind(weekday_of(day), (*special, *seasons, ()))

    @cached_property
    def kinds(self) -> dict[Kind, date | None]:
        """The kinds of days of one replication, each with the first date of its kind."""
        if not isinstance(self.days, Dates):
            return {Kind(weekday): None for weekday in self.days}
        found: dict[Kind, date | None] = {}
        for day in self.open_dates:
            found.setdefault(self.kind(day), day)
        return found

    def part(self, layer: Path) -> Calendar | Season | Special:
        """Return the rules that stand at a layer."""
        if not layer:
            return self
        if layer[0] == "seasons":
            return self.seasons[str(layer[1])]
        return self.special[date.fromisoformat(str(layer[1]))]

    def setting(self, key: str, kind: Kind) -> tuple[Any, int]:
        """Return what holds on days of a kind, and the place of the layer that says so.

        None, and the number of layers, where nothing is said of the weekday.
        """
        for place, layer in enumerate(kind.layers):
            table = getattr(self.part(layer), key, None)
            value = table.get(kind.weekday) if isinstance(table, dict) else table
            if value is not None:
                return value, place
        return None, len(kind.layers)

    def _day(self, kind: Kind, day: date | None = None) -> Day:
        (opens, closes), near = self.setting("hours", kind)
        breaks, of_breaks = self.setting("breaks", kind)
        doors, _ = self.setting("doors", kind)
        last, of_last = self.setting("last_ticket", kind)
        profile, _ = self.setting("profile", kind)
        if of_breaks > near:  # they were written for other hours: what lies outside does not matter
            cut = ((max(a, opens), min(b, closes)) for a, b in breaks or ())
            breaks = tuple(span for span in cut if span[0] < span[1])
        if last is None or (of_last > near and last > closes):
            last = closes
        demand = 1.0
        for layer in kind.layers[:-1]:
            demand *= getattr(self.part(layer), "demand", 1.0)
        return Day(
            label=kind.weekday if day is None else day.isoformat(),
            key=WEEKDAYS.index(kind.weekday) if day is None else day.toordinal(),
            weekday=kind.weekday,
            opens=opens,
            closes=closes,
            doors=opens if doors is None else doors,
            last_ticket=last,
            breaks=breaks or (),
            ends=max(self.day_end, closes),
            send_home=self.at_close == "send_home",
            date=day,
            profile=profile,
            demand=demand,
            seasons=tuple(str(layer[1]) for layer in kind.layers if layer[:1] == ("seasons",)),
        )


def weekday_of(day: date) -> str:
    """Return the weekday of a date."""
    return WEEKDAYS[day.weekday()]


@dataclass(frozen=True)
class Day:
    """One day as it will be; clock times in µs since its midnight.

    label : weekday of a typical week, ISO date, or `continuous`
    key : the day's word in the address of a draw (0-6 in a typical week, else the date's
        proleptic Gregorian ordinal)
    ends : the hard end, at which whoever is left is sent home
    profile : when citizens come, where a season or a special day says so; else None
    demand : factor of seasons and the special day, upon that of an ordinary day
    seasons : names of those that it lies in
    warm_up : statistics begin here (0 but in continuous runs)
    """

    label: str
    key: int
    weekday: str
    opens: int
    closes: int
    doors: int
    last_ticket: int
    breaks: tuple[Span, ...]
    ends: int
    send_home: bool
    date: date | None = None
    profile: Profile | None = None
    demand: float = 1.0
    seasons: tuple[str, ...] = ()
    continuous: bool = False
    warm_up: int = 0

    @property
    def entry(self) -> Span:
        """When citizens may come in, from before to."""
        return self.doors, self.last_ticket

    @property
    def midnights(self) -> range:
        """The midnights on which demand begins anew: one, but for continuous runs."""
        return range(0, self.closes, q.DAY) if self.continuous else range(1)


def _endless(length: int, warm_up: int) -> Day:
    return Day(
        label="continuous", key=0, weekday="", opens=0, closes=length, doors=0,
        last_ticket=length, breaks=(), ends=length, send_home=False, continuous=True,
        warm_up=warm_up,
    )  # fmt: skip


def without(span: Span, breaks: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return what is left of a span when breaks are cut out of it."""
    rest = []
    begin, end = span
    for first, last in sorted(breaks):
        if last <= begin or first >= end:
            continue
        if first > begin:
            rest.append((begin, first))
        begin = max(begin, last)
    if begin < end:
        rest.append((begin, end))
    return tuple(rest)
