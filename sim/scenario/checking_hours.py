"""Checks of the clock: days, hours, breaks, doors, last ticket, and counters against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain

from sim.scenario import quantities as q
from sim.scenario.calendar import Calendar, Day, Kind, Span, without
from sim.scenario.faults import Finding, Path, Place
from sim.scenario.model import Agency, Counter, Scenario, Staffing
from sim.scenario.paths import weekdays
from sim.scenario.seasons import SETTINGS
from sim.scenario.tree import Entry, Table, node_at, place_at
from sim.scenario.weekdays import WEEKDAYS

_BY_WEEKDAY: tuple[Path, ...] = (
    ("calendar", "hours"),
    ("calendar", "breaks"),
    ("calendar", "doors"),
    ("calendar", "last_ticket"),
    ("demand", "weekday"),
    ("demand", "profile"),
)
_OF_DAYS = (
    "days", "only", "open", "hours", "breaks", "doors", "last_ticket", "at_close", "day_end",
    "holidays", "open_on", "seasons", "special",
)  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """A scenario beside the tree it came from, which knows what was written and where."""

    scenario: Scenario
    root: Table
    removed: Mapping[Path, Place]

    @cached_property
    def sound_hours(self) -> bool:
        """Whether the days of the scenario can be made at all."""
        checks = (_no_hours, _days_left_out, _no_day, _order)
        return not any(True for _ in chain.from_iterable(each(self) for each in checks))

    def written(self, path: Path) -> list[tuple[str, Entry]]:
        """The keys that are written at a path, in order; none where no mapping stands."""
        node = node_at(self.root, path)
        return list(node.entries.items()) if isinstance(node, Table) else []

    def file_of(self, path: Path) -> str:
        """The file in which a path is written, or an empty text."""
        place = place_at(self.root, path)
        return place.file if place else ""


def _no_hours(whole: Whole) -> Iterator[Finding]:
    calendar = whole.scenario.calendar
    if calendar.continuous is None and calendar.hours is None:
        yield Finding("missing", {"value": "hours"}, ("calendar", "hours"), at_key=True)


def _days_left_out(whole: Whole) -> Iterator[Finding]:
    """Days of the calendar for which a table by weekday has no value."""
    calendar = whole.scenario.calendar
    if calendar.continuous is not None:
        return
    tables: dict[Path, Mapping[str, object] | None] = {
        ("calendar", "hours"): calendar.hours,
        ("calendar", "doors"): calendar.doors,
        ("calendar", "last_ticket"): calendar.last_ticket,
        ("demand", "profile"): whole.scenario.demand.profile,
    }
    for path, table in tables.items():
        lacking = {k.weekday for k in calendar.kinds if _lacks(calendar, path, table, k)}
        missing = [day for day in WEEKDAYS if day in lacking]
        if missing:
            yield Finding("day_missing", {"value": ", ".join(missing)}, path)
    for name, journey in whole.scenario.journeys.items():
        days = calendar.weekdays if journey.profile is not None else ()
        missing = [day for day in days if day not in (journey.profile or {})]
        if missing:
            path = ("journeys", name, "profile")
            yield Finding("day_missing", {"value": ", ".join(missing)}, path)


def _lacks(calendar: Calendar, path: Path, table: Mapping[str, object] | None, kind: Kind) -> bool:
    """Whether a table needs a value for days of a kind, and has none."""
    if table is None or kind.weekday in table:
        return False
    return calendar.setting(str(path[-1]), kind)[0] is None


def _no_day(whole: Whole) -> Iterator[Finding]:
    """Dates of which none is left when those on which the mall is closed are taken out."""
    calendar = whole.scenario.calendar
    if calendar.continuous is None and not calendar.kinds:
        key = "days" if calendar.only is None else "only"
        yield Finding("no_open_day", {}, ("calendar", key))


def _days_too_many(whole: Whole) -> Iterator[Finding]:
    """Keys for days on which the mall is closed: whoever wrote them thinks that it is open."""
    calendar = whole.scenario.calendar
    if calendar.continuous is not None:
        return
    seasons = (("calendar", "seasons", s, key) for s in calendar.seasons for key in SETTINGS)
    of_journey = ("profile", "weekday")
    journeys = (("journeys", name, key) for name in whole.scenario.journeys for key in of_journey)
    for path in (*_BY_WEEKDAY, *seasons, *journeys):
        for key, _ in whole.written(path):
            closed = [day for day in WEEKDAYS if day in weekdays(key) - {*calendar.weekdays}]
            if closed:
                shown = {"value": ", ".join(closed), "days": ", ".join(calendar.weekdays)}
                yield Finding("day_closed", shown, (*path, key), at_key=True)


def _by_day(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Join findings that differ only in their day."""
    days: dict[str, list[str]] = {}
    first: dict[str, Finding] = {}
    for f in findings:
        rest = {key: value for key, value in f.params.items() if key != "day"}
        same = repr((f.code, f.path, rest))
        first.setdefault(same, f)
        days.setdefault(same, []).append(str(f.params["day"]))
    for same, f in first.items():
        yield replace(f, params={**f.params, "day": ", ".join(days[same])})


def _order(whole: Whole) -> Iterator[Finding]:
    """Doors before the last ticket, the last ticket before closing, closing before the end."""
    yield from _by_day(_order_by_day(whole))


def _order_by_day(whole: Whole) -> Iterator[Finding]:
    calendar = whole.scenario.calendar
    if calendar.continuous is not None:
        return
    for kind, first in calendar.kinds.items():
        day = _named(kind, first)
        hours, near = calendar.setting("hours", kind)
        opens, closes = hours or (0, q.DAY)
        doors, of_doors = calendar.setting("doors", kind)
        last, of_last = calendar.setting("last_ticket", kind)
        if last is None or (last > closes and of_last > near):
            last, of_last = closes, near
        doors = opens if doors is None else doors
        if last > closes:
            shown = {"value": q.clock(last), "limit": q.clock(closes), "day": day}
            yield Finding("last_ticket_late", shown, _day_path(whole, "last_ticket", kind, of_last))
        elif doors >= last:
            shown = {"value": q.clock(doors), "limit": q.clock(last), "day": day}
            key, place = ("doors", of_doors)
            if of_doors == len(kind.layers):
                key, place = ("last_ticket", of_last)
            yield Finding("doors_late", shown, _day_path(whole, key, kind, place))
        if calendar.day_end < closes:
            shown = {"value": q.clock(calendar.day_end), "limit": q.clock(closes), "day": day}
            yield Finding("day_end_early", shown, ("calendar", "day_end"))


def _named(kind: Kind, first: date | None) -> str:
    """Name the days of a kind: by weekday where they are ordinary, else by the first of them."""
    return kind.weekday if first is None or len(kind.layers) == 1 else first.isoformat()


def _day_path(whole: Whole, key: str, kind: Kind, place: int) -> Path:
    """Return the path of a kind's value in a table by weekday, or of the one value for all."""
    layer = kind.layers[min(place, len(kind.layers) - 1)]
    path = ("calendar", *layer, key)
    for days, _ in whole.written(path):
        if kind.weekday in weekdays(days):
            return (*path, days)
    return path


def _breaks(whole: Whole) -> Iterator[Finding]:
    """Breaks within the hours, and something left of these."""
    yield from _by_day(_breaks_by_day(whole))


def _breaks_by_day(whole: Whole) -> Iterator[Finding]:
    calendar = whole.scenario.calendar
    if calendar.continuous is not None:
        return
    for kind, first in calendar.kinds.items():
        day = _named(kind, first)
        hours, near = calendar.setting("hours", kind)
        opens, closes = hours or (0, q.DAY)
        breaks, place = calendar.setting("breaks", kind)
        breaks = breaks or ()
        path = _day_path(whole, "breaks", kind, place)
        for span in breaks if place <= near else ():
            if span[0] < opens or span[1] > closes:
                shown = {"value": q.interval(span), "limit": q.interval((opens, closes))}
                yield Finding("break_outside", {**shown, "day": day}, path)
        if breaks and not without((opens, closes), breaks):
            shown = {"limit": q.interval((opens, closes)), "day": day}
            yield Finding("break_all_day", shown, path)


def _continuous(whole: Whole) -> Iterator[Finding]:
    calendar = whole.scenario.calendar
    if calendar.continuous is None:
        if calendar.warm_up:
            yield Finding("warm_up_alone", {}, ("calendar", "warm_up"))
        return
    if calendar.continuous == 0:
        yield Finding("not_positive", {"value": "0"}, ("calendar", "continuous"))
    elif calendar.warm_up >= calendar.continuous:
        shown = {
            "value": q.duration(calendar.warm_up),
            "limit": q.duration(calendar.continuous),
        }
        yield Finding("warm_up_long", shown, ("calendar", "warm_up"))
    for key, _ in whole.written(("calendar",)):
        if key in _OF_DAYS:
            yield Finding("not_continuous", {"value": key}, ("calendar", key), at_key=True)
    if whole.scenario.demand.weekday:
        yield Finding("not_continuous", {"value": "weekday"}, ("demand", "weekday"), at_key=True)
    for name, journey in whole.scenario.journeys.items():
        if journey.weekday:
            path = ("journeys", name, "weekday")
            yield Finding("not_continuous", {"value": "weekday"}, path, at_key=True)
    for key, _ in whole.written(("demand", "profile")):
        if weekdays(key):
            path = ("demand", "profile", key)
            yield Finding("not_continuous", {"value": key}, path, at_key=True)


def _continuous_counters(whole: Whole) -> Iterator[Finding]:
    if whole.scenario.calendar.continuous is None:
        return
    for name, agency in whole.scenario.agencies.items():
        path = ("agencies", name, "counters")
        if isinstance(agency.counters, Staffing):
            if whole.written(path):
                yield Finding("continuous_counters", {}, path)
        elif agency.counters is not None:
            for label, counter in agency.counters.items():
                for key in ("hours", "breaks"):
                    if getattr(counter, key) is not None:
                        yield Finding("continuous_counters", {}, (*path, label, key))


def _tables(whole: Whole) -> Iterator[Finding]:
    """Keys of counter tables at which no day is open.

    An overlay that shortens the hours makes late keys of its base idle, not wrong: only a table
    that stands in the same file as the hours is held to them.
    """
    calendar = whole.scenario.calendar
    if calendar.continuous is not None:
        return
    hours = [span for kind in calendar.kinds if (span := calendar.setting("hours", kind)[0])]
    if not hours:
        return
    span = min(opens for opens, _ in hours), max(closes for _, closes in hours)
    file = whole.file_of(("calendar", "hours"))
    for name, agency in whole.scenario.agencies.items():
        path = ("agencies", name, "counters")
        if not isinstance(agency.counters, Staffing):
            continue
        keys = sorted((q.read_clock(key), key, entry) for key, entry in whole.written(path))
        for number, (time, key, entry) in enumerate(keys):
            early = number > 0 and time <= span[0]
            if entry.place.file == file and (time >= span[1] or early):
                shown = {"value": key, "limit": q.interval(span)}
                yield Finding("table_outside", shown, (*path, key), at_key=True)


def _named_counters(whole: Whole) -> Iterator[Finding]:
    """Named counters that are open on no day."""
    if whole.scenario.calendar.continuous is not None or not whole.sound_hours:
        return
    days = whole.scenario.days
    for name, agency in whole.scenario.agencies.items():
        if not isinstance(agency.counters, dict):
            continue
        for number, (label, counter) in enumerate(agency.posts):
            if days and not any(open_stretches(day, counter, agency, number) for day in days):
                yield Finding("never_open", {"value": label}, ("agencies", name, "counters", label))


def open_stretches(day: Day, counter: Counter, agency: Agency, number: int) -> list[Span]:
    """Return when a named counter is open on a day, if its agency is there."""
    breaks = agency.breaks_of(number, day) if counter.breaks is None else counter.breaks
    spans = ((day.opens, day.closes),) if counter.hours is None else counter.hours
    cut = [(max(a, day.opens), min(b, day.closes)) for a, b in spans]
    return [part for span in cut if span[0] < span[1] for part in without(span, breaks)]


HOURS_CHECKS = (
    _no_hours, _days_left_out, _no_day, _days_too_many, _order, _breaks, _continuous,
    _continuous_counters, _tables, _named_counters,
)  # fmt: skip
