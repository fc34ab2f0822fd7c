"""Checks of how tickets are given and called: quotas, last tickets, calls, and missing officers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from sim.scenario import quantities as q
from sim.scenario.calendar import Day
from sim.scenario.checking_hours import Whole
from sim.scenario.clock_tables import is_clock
from sim.scenario.faults import Finding, Path, nearest
from sim.scenario.model import Agency
from sim.scenario.paths import weekdays
from sim.scenario.tickets import AFTER_MISSED, REST, Quota
from sim.scenario.weekdays import WEEKDAYS

_OF_DAYS = (
    "open", "last_ticket", "quota", "absence", "late", "away", "told_at", "breaks", "at_break",
)  # fmt: skip
"""Keys of an agency that say what a day is like: in a continuous run there are no days."""


def _all_days(whole: Whole) -> list[Day]:
    """The days of the run; none where it has no days, or while these cannot be made."""
    if whole.scenario.calendar.continuous is not None or not whole.sound_hours:
        return []
    return [*whole.scenario.days]


def days_here(whole: Whole, agency: Agency) -> list[Day]:
    """The days of the run on which an agency is there."""
    days = _all_days(whole)
    return [day for day in days if agency.open is None or day.weekday in agency.open]


def _longest(whole: Whole, agency: Agency) -> int:
    """How long the mall is open on the longest day of an agency, µs."""
    return max((day.closes - day.opens for day in days_here(whole, agency)), default=q.LONGEST)


def last_closing(agency: Agency, day: Day) -> int:
    """When the last counter of an agency closes on a day, µs; that of the mall at the latest."""
    if not isinstance(agency.counters, dict) or not agency.posts:
        return day.closes
    ends = [max(end for _, end in c.hours) if c.hours else day.closes for _, c in agency.posts]
    return min(day.closes, max(ends))


def _continuous(whole: Whole) -> Iterator[Finding]:
    if whole.scenario.calendar.continuous is None:
        return
    for name, agency in whole.scenario.agencies.items():
        for key, _ in whole.written(("agencies", name)):
            if key in _OF_DAYS:
                yield _no_day(key, "agencies", name)
        for label, counter in agency.posts:
            if counter.at_break is not None:
                yield _no_day("at_break", "agencies", name, "counters", label)
        for service, of in agency.services.items():
            if of.quota is not None:
                yield _no_day("quota", "agencies", name, "services", service)
    for name, journey in whole.scenario.journeys.items():
        if journey.booking is not None:
            yield _no_day("booking", "journeys", name)
        if journey.online_number is not None:
            yield _no_day("online_number", "journeys", name)


def _no_day(key: str, *above: str) -> Finding:
    return Finding("not_continuous", {"value": key}, (*above, key), at_key=True)


def _weekdays_of(days: list[Day]) -> str:
    return ", ".join(day for day in WEEKDAYS if day in {of.weekday for of in days})


def joined(findings: Iterator[tuple[Finding, str]]) -> Iterator[Finding]:
    """Join findings that differ only in their day, and name the days in one."""
    days: dict[str, list[str]] = {}
    first: dict[str, Finding] = {}
    for f, day in findings:
        same = repr((f.code, f.path, f.params))
        first.setdefault(same, f)
        days.setdefault(same, []).append(day)
    for same, f in first.items():
        yield replace(f, params={**f.params, "day": ", ".join(dict.fromkeys(days[same]))})


def _open(whole: Whole) -> Iterator[Finding]:
    for name, agency in whole.scenario.agencies.items():
        days = _all_days(whole)
        if days and not days_here(whole, agency):
            yield Finding("open_never", {"days": _weekdays_of(days)}, ("agencies", name, "open"))


def _last_ticket(whole: Whole) -> Iterator[Finding]:
    """An agency's last ticket: between opening and closing, on days on which it is there."""
    for name, agency in whole.scenario.agencies.items():
        days = days_here(whole, agency)
        if agency.last_ticket is None or not days:
            continue
        path: Path = ("agencies", name, "last_ticket")
        yield from agency_days_closed(whole, days, path)
        yield from joined(_last_ticket_by_day(whole, agency, days, path))


def agency_days_closed(whole: Whole, days: list[Day], path: Path) -> Iterator[Finding]:
    """Keys of a table by weekday for days on which an agency is not there."""
    for key, _ in whole.written(path):
        closed = weekdays(key) - {day.weekday for day in days}
        if closed:
            value = ", ".join(day for day in WEEKDAYS if day in closed)
            shown = {"value": value, "days": _weekdays_of(days)}
            yield Finding("agency_day_closed", shown, (*path, key), at_key=True)


def path_of_weekday(whole: Whole, path: Path, weekday: str) -> Path:
    """Return the path of a weekday's value in a table, or of the one value for all."""
    found = [key for key, _ in whole.written(path) if weekday in weekdays(key)]
    return (*path, found[0]) if found else path


def _last_ticket_by_day(
    whole: Whole, agency: Agency, days: list[Day], path: Path
) -> Iterator[tuple[Finding, str]]:
    for day in days:
        last = (agency.last_ticket or {}).get(day.weekday)
        if last is None:
            continue
        begin, end = day.doors, last_closing(agency, day)
        at = path_of_weekday(whole, path, day.weekday)
        if last > end:
            shown = {"value": q.clock(last), "limit": q.clock(end)}
            yield Finding("agency_ticket_late", shown, at), day.weekday
        elif last <= begin:
            shown = {"value": q.clock(last), "limit": q.clock(begin)}
            yield Finding("agency_ticket_early", shown, at), day.weekday


def _quotas(whole: Whole) -> Iterator[Finding]:
    for name, agency in whole.scenario.agencies.items():
        path: Path = ("agencies", name)
        if agency.quota is not None:
            yield from _quota(whole, agency, agency.quota, (*path, "quota"))
        for service, of in agency.services.items():
            if of.quota is not None:
                yield from _quota(whole, agency, of.quota, (*path, "services", service, "quota"))


def _quota(whole: Whole, agency: Agency, quota: Quota, path: Path) -> Iterator[Finding]:
    visitors = whole.scenario.visitors
    known = [*visitors, REST]
    for pool, _ in quota.pools:
        if pool not in known:
            shown = {"value": pool, "accepted": ", ".join(known), "near": nearest(pool, known)}
            yield Finding("quota_class", shown, (*path, pool), at_key=True)
    if not any(number for _, table in quota.pools for _, number in table):
        yield Finding("quota_zero", {}, path)
    pools = {pool for pool, _ in quota.pools}
    if pools > {REST} and set(visitors) <= pools and REST not in visitors:
        yield Finding("quota_rest", {}, (*path, REST), at_key=True)
    yield from _late_releases(whole, agency, quota, path)


def _late_releases(whole: Whole, agency: Agency, quota: Quota, path: Path) -> Iterator[Finding]:
    """Tickets that are released when none is given any more."""
    end = max((last_given(agency, day) for day in days_here(whole, agency)), default=q.DAY)
    named = not any(is_clock(key) for key, _ in whole.written(path))
    for pool, _ in quota.pools:
        above = (*path, pool) if named else path
        for key, _ in whole.written(above):
            if q.read_clock(key) >= end:
                shown = {"value": key, "limit": q.clock(end)}
                yield Finding("quota_late", shown, (*above, key), at_key=True)


def last_given(agency: Agency, day: Day) -> int:
    """From when on an agency gives no ticket on a day, µs.

    One that is open until the mall closes may serve on, and then gives tickets to those inside.
    """
    closes = last_closing(agency, day)
    end = day.ends if closes == day.closes and not day.send_home else closes
    return min((agency.last_ticket or {}).get(day.weekday, end), end)


def _calls(whole: Whole) -> Iterator[Finding]:
    """Calls to which somebody comes, that take a time, and of which all keys have a meaning."""
    for name, agency in whole.scenario.agencies.items():
        call, path = agency.call, ("agencies", name, "call")
        keys = [key for key, _ in whole.written(path)]
        if call.missed == 1:
            yield Finding("missed_all", {}, (*path, "missed"))
        if call.tries == 0:
            yield Finding("tries_zero", {}, (*path, "tries"))
        for key in AFTER_MISSED:
            if key in keys and "missed" not in keys:
                yield Finding("missed_left_out", {"value": key}, (*path, key), at_key=True)
        if call.tries > 1 and call.every == 0 and "missed" in keys:
            yield Finding("every_left_out", {"value": str(call.tries)}, (*path, "tries"))
        longest = _longest(whole, agency)
        for key, time in (("walk_up", call.walk_up), ("every", call.tries * call.every)):
            if time >= longest:
                shown = {"value": q.duration(time), "limit": q.duration(longest)}
                yield Finding("call_long", shown, (*path, key))


def _services(whole: Whole) -> Iterator[Finding]:
    """Services that end on the day on which they begin, most often."""
    for name, agency in whole.scenario.agencies.items():
        longest = _longest(whole, agency)
        for key, service in agency.services.items():
            mean = service.time.mean
            if longest <= mean < math.inf:
                shown = {"value": q.rounded(mean), "limit": q.duration(longest),
                         "remedy": q.rounded(mean / 60)}  # fmt: skip
                yield Finding("service_long", shown, ("agencies", name, "services", key, "time"))


def _officers(whole: Whole) -> Iterator[Finding]:
    """Officers who come at all, and before the day is over."""
    for name, agency in whole.scenario.agencies.items():
        path = ("agencies", name)
        for key in ("absence", "away"):
            if getattr(agency, key) == 1:
                yield Finding(f"{key}_all", {}, (*path, key))
        longest = _longest(whole, agency)
        if agency.late is not None and agency.late.law.mean >= longest:
            mean = round(agency.late.law.mean / q.MINUTE) * q.MINUTE
            shown = {"value": q.duration(mean), "limit": q.duration(longest)}
            yield Finding("late_long", shown, (*path, "late"))


TICKETS_CHECKS = (
    _continuous, _open, _last_ticket, _quotas, _calls, _services, _officers,
)  # fmt: skip
