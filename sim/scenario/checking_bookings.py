"""Checks of bookings: slots at which somebody can come, and shares that leave somebody."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario import quantities as q
from sim.scenario.booking import Booking
from sim.scenario.calendar import Day
from sim.scenario.checking_hours import Whole
from sim.scenario.checking_skills import posts_of
from sim.scenario.checking_tickets import days_here, joined, last_given
from sim.scenario.faults import Finding, Path, nearest
from sim.scenario.model import Agency


def _bookings(whole: Whole) -> Iterator[tuple[Path, str, Booking]]:
    for name, journey in whole.scenario.journeys.items():
        if journey.booking is not None:
            yield ("journeys", name, "booking"), name, journey.booking


def _stop(whole: Whole) -> Iterator[Finding]:
    for path, name, booking in _bookings(whole):
        stops = list(dict.fromkeys(stop.service for stop in whole.scenario.stops_of(name)))
        if booking.at is not None and booking.at not in stops:
            near = nearest(booking.at, stops)
            shown = {"value": booking.at, "accepted": ", ".join(stops), "near": near}
            yield Finding("booking_stop", shown, (*path, "at"))


def _shares(whole: Whole) -> Iterator[Finding]:
    for path, _, booking in _bookings(whole):
        for key in ("no_show", "cancelled"):
            if getattr(booking, key) == 1:
                yield Finding("booking_nobody", {}, (*path, key))
        both = booking.no_show + booking.cancelled
        if both > 1 + 1e-9 and max(booking.no_show, booking.cancelled) < 1:
            yield Finding("booking_shares", {"value": f"{100 * both:.10g} %"}, (*path, "no_show"))
        keys = [key for key, _ in whole.written(path)]
        if booking.rebooked and "cancelled" not in keys:
            yield Finding("rebooked_alone", {}, (*path, "rebooked"), at_key=True)


def _slots(whole: Whole) -> Iterator[Finding]:
    """Slots of some length, with seats, at times at which whoever has one is let in."""
    for path, name, booking in _bookings(whole):
        if booking.seats == 0:
            yield Finding("seats_zero", {}, (*path, "seats"))
        if booking.hours == ():
            yield Finding("booking_no_hours", {}, (*path, "hours"))
        elif booking.every == 0:
            yield Finding("slots_endless", {}, (*path, "every"))
        else:
            yield from _slots_within(whole, path, name, booking)


def _slots_within(whole: Whole, path: Path, name: str, booking: Booking) -> Iterator[Finding]:
    service = whole.scenario.journeys[name].booked_service or ""
    agency = whole.scenario.agencies.get(service.partition(".")[0])
    days = days_here(whole, agency) if agency else []
    if not agency or not days:
        return
    longest = max(day.closes - day.opens for day in days)
    for key, time in (("every", booking.every), ("grace", booking.grace or 0)):
        if time > longest:
            shown = {"value": q.duration(time), "limit": q.duration(longest)}
            yield Finding(f"{key}_long", shown, (*path, key))
    law = booking.punctuality
    if law is not None and abs(law.mean) > longest:
        shown = {"value": q.duration(round(law.mean / q.MINUTE) * q.MINUTE)}
        shown |= {"limit": q.duration(longest)}
        yield Finding("punctuality_long", shown, (*path, "punctuality"))
    yield from _too_many(whole, name, booking, days)
    yield from joined(_outside(agency, days, path, booking))


def _too_many(whole: Whole, name: str, booking: Booking, days: list[Day]) -> Iterator[Finding]:
    """More seats than all who give the service could serve, were they there from open to close."""
    scenario, path = whole.scenario, ("journeys", name, "booking")
    service = scenario.journeys[name].booked_service or ""
    if service not in scenario.services:
        return
    mean = scenario.service(service).time.mean
    givers = sum(
        max(1.0, counter.speed)
        for agency, _, counter in posts_of(scenario)
        if any(service in tier for tier in counter.tiers(agency, scenario.services))
    )
    come = 1 - booking.no_show - (0 if booking.rebooked else booking.cancelled)
    seats = [len(booking.slots(day)) * booking.seats for day in days]
    time = [givers * (day.closes - day.opens) for day in days]
    if givers and all(n * come * mean > limit for n, limit in zip(seats, time, strict=True)):
        shown = {"value": str(max(seats)), "time": f"{mean / q.MINUTE:.4g} min"}
        shown["limit"] = q.duration(max(day.closes - day.opens for day in days))
        key = "seats" if "seats" in [key for key, _ in whole.written(path)] else "every"
        yield Finding("seats_many", shown, (*path, key))


def _outside(
    agency: Agency, days: list[Day], path: Path, booking: Booking
) -> Iterator[tuple[Finding, str]]:
    """Slots at which nobody is let in, or given a ticket; with hours left out these may be cut."""
    for day in days:
        begin, end = day.opens, min(day.last_ticket, last_given(agency, day))
        outside = [time for time in booking.slots(day) if not begin <= time < end]
        if outside:
            shown = {"value": q.clock(outside[0]), "limit": q.interval((begin, end))}
            yield Finding("slot_outside", shown, (*path, "hours")), day.weekday


BOOKINGS_CHECKS = (_stop, _shares, _slots)
