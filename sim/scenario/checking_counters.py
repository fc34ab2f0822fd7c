"""Checks of what happens at the counters: outages, and what an officer does at a break."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario import quantities as q
from sim.scenario.calendar import Day, without
from sim.scenario.checking_hours import Whole
from sim.scenario.checking_tickets import (
    agency_days_closed,
    days_here,
    joined,
    path_of_weekday,
)
from sim.scenario.faults import Finding, Path
from sim.scenario.model import Agency
from sim.scenario.outage import Outage

MOST_OUTAGES = 1000
"""Outages of one thing in 24 hours; more are no outages but a slower service."""


def _outages(whole: Whole) -> Iterator[tuple[Path, Outage, bool]]:
    """Yield where each outage stands, and whether it is one of machines."""
    scenario = whole.scenario
    if scenario.hall.outage is not None:
        yield ("hall", "outage"), scenario.hall.outage, False
    for name, agency in scenario.agencies.items():
        if agency.outage is not None:
            yield ("agencies", name, "outage"), agency.outage, agency.machines is not None
        for label, post in agency.posts:
            if post.outage is not None:
                yield ("agencies", name, "counters", label, "outage"), post.outage, False


def _how_often(whole: Whole) -> Iterator[Finding]:
    """Outages that end before the next begins, on average."""
    if not whole.sound_hours:
        return
    for path, outage, _ in _outages(whole):
        cycle = outage.cycle(whole.scenario.calendar)
        if cycle * MOST_OUTAGES < q.DAY:
            shown = {"value": str(outage.times), "limit": MOST_OUTAGES}
            yield Finding("outage_often", shown, (*path, "times"))
        elif not outage.down < cycle:
            lasts = q.duration(round(min(outage.down, q.LONGEST) / q.MINUTE) * q.MINUTE)
            every = q.duration(round(cycle / q.MINUTE) * q.MINUTE)
            yield Finding("outage_always", {"value": lasts, "limit": every}, (*path, "lasting"))


def _how(whole: Whole) -> Iterator[Finding]:
    """Keys of an outage that go together, and stand where they have a meaning."""
    for path, outage, machines in _outages(whole):
        by_hand = outage.then == "by_hand"
        if by_hand and machines:
            yield Finding("outage_machines", {}, (*path, "then"))
        elif by_hand and outage.by_hand_speed is None:
            yield Finding("outage_speed_left_out", {}, (*path, "then"))
        elif by_hand and outage.interrupted == "requeue":
            yield Finding("outage_requeue_by_hand", {}, (*path, "interrupted"))
        if outage.by_hand_speed is not None and not by_hand:
            shown = {"value": f"{outage.by_hand_speed:.15g}"}
            yield Finding("outage_speed_alone", shown, (*path, "by_hand_speed"), at_key=True)
        if outage.each and (path[0] == "hall" or "counters" in path):
            yield Finding("outage_each", {}, (*path, "each"), at_key=True)
        if outage.generator is not None and path[0] != "hall":
            yield Finding("outage_generator", {}, (*path, "generator"), at_key=True)


def _breaks(whole: Whole) -> Iterator[Finding]:
    """An agency's breaks: on days on which it is there, within the hours, and not all of them."""
    for name, agency in whole.scenario.agencies.items():
        path: Path = ("agencies", name, "breaks")
        if agency.breaks is None or whole.scenario.calendar.continuous is not None:
            continue
        if agency.machines is not None:
            yield Finding("breaks_machines", {}, path, at_key=True)
            continue
        days = days_here(whole, agency)
        yield from agency_days_closed(whole, days, path)
        yield from joined(_breaks_by_day(whole, agency, days, path))


def _breaks_by_day(
    whole: Whole, agency: Agency, days: list[Day], path: Path
) -> Iterator[tuple[Finding, str]]:
    for weekday, shifts in (agency.breaks or {}).items():
        hours = {(day.opens, day.closes) for day in days if day.weekday == weekday}
        at = path_of_weekday(whole, path, weekday)
        for span in shifts.spans if hours else ():
            if all(span[0] < opens or span[1] > closes for opens, closes in hours):
                shown = {"value": q.interval(span), "limit": q.interval(min(hours))}
                yield Finding("break_outside", shown, at), weekday
        if hours and not any(without(h, breaks) for h in hours for _, breaks in shifts.parts):
            yield Finding("break_all_day", {"limit": q.interval(min(hours))}, at), weekday


def _breaks_of_counters(whole: Whole) -> Iterator[Finding]:
    """A counter's own breaks lie within its own hours."""
    for name, agency in whole.scenario.agencies.items():
        for label, post in agency.posts:
            hours = post.hours or ()
            for span in (post.breaks or ()) if hours else ():
                if not any(begin <= span[0] and span[1] <= end for begin, end in hours):
                    shown = {"value": q.interval(span), "limit": ", ".join(map(q.interval, hours))}
                    path: Path = ("agencies", name, "counters", label, "breaks")
                    yield Finding("break_of_a_counter", shown, path)


def _told(whole: Whole) -> Iterator[Finding]:
    """Something that citizens may be told."""
    for name, agency in whole.scenario.agencies.items():
        if agency.told_at == "entrance" and not (agency.away or agency.absence):
            yield Finding("told_nothing", {}, ("agencies", name, "told_at"))


COUNTERS_CHECKS = (_how_often, _how, _breaks, _breaks_of_counters, _told)
