"""Checks of numbers from home: they are given for one sure stop, in time, to somebody."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario import quantities as q
from sim.scenario.checking_hours import Whole
from sim.scenario.faults import Finding, Path
from sim.scenario.model import Journey
from sim.scenario.online import OnlineNumber
from sim.scenario.stops import AnyOrder, Choice, Stop


def _journeys(whole: Whole) -> Iterator[tuple[Path, str, Journey, OnlineNumber]]:
    for name, journey in whole.scenario.journeys.items():
        if journey.online_number is not None:
            yield ("journeys", name, "online_number"), name, journey, journey.online_number


def _for_whom(whole: Whole) -> Iterator[Finding]:
    """Somebody is left who did not book, and takes one number at a time."""
    for path, name, journey, _ in _journeys(whole):
        booking = journey.booking
        if booking is not None and booking.share == 1 and booking.beyond != "walk_in":
            yield Finding("online_booked", {}, path)
        if whole.scenario.takes_all(name):
            yield Finding("online_at_once", {}, path)


def _first_stop(whole: Whole) -> Iterator[Finding]:
    """Which stop is the first is known before she comes."""
    for path, _, journey, _ in _journeys(whole):
        for step in journey.stops:
            found = ""
            if isinstance(step, AnyOrder):
                found = "any_order"
            elif isinstance(step, Choice) and step.by == "shortest_line":
                found = "by: shortest_line"
            elif any(stop.service in journey.needs for stop in step.stops):
                found = "needs"
            if found:
                yield Finding("online_order", {"key": found}, path)
            if found or (isinstance(step, Stop) and step.share == 1):
                break


def _times(whole: Whole) -> Iterator[Finding]:
    if whole.scenario.calendar.continuous is not None or not whole.sound_hours:
        return
    days = whole.scenario.days
    longest = max(day.closes - day.opens for day in days)
    last = max(day.last_ticket for day in days)
    for path, _, _, of in _journeys(whole):
        if of.from_ is not None and of.from_ >= last:
            shown = {"value": q.clock(of.from_), "limit": q.clock(last)}
            yield Finding("online_late", shown, (*path, "from"))
        for key in ("earlier", "lead"):
            law = getattr(of, key)
            if law is not None and law.mean >= longest:
                mean = round(law.mean / q.MINUTE) * q.MINUTE
                shown = {"value": q.duration(mean), "limit": q.duration(longest)}
                yield Finding("online_long", shown, (*path, key))


ONLINE_CHECKS = (_for_whom, _first_stop, _times)
