"""The load that a scenario offers to each agency and line, before anything is simulated.

Offered load = citizens an hour x hours of service each (erlangs: the counters that they keep
busy on average). More than the open counters can take means a line that grows.
Source: Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory, 5th ed., sec. 1.3.

Every stop is counted at the time when its citizen enters the mall, and everybody stays until
served: later stops really come somewhat later, and who leaves or is refused brings no work.
Booked citizens come in their slots, the earliest filled first, as many as book on average; who
cancels, does not come, or finds no seat and does not walk in brings no work.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan import CounterPlan, DayPlan, plan_day
from sim.engine.turns import OPEN
from sim.scenario import quantities as q
from sim.scenario.booking import Booking
from sim.scenario.calendar import Day, Span
from sim.scenario.model import Scenario
from sim.scenario.numbers import mean_number
from sim.scenario.profile import arrival_profile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Load:
    """What is offered to the counters of one agency, or of one line in it.

    weekday : the day's label, a weekday or a date
    interval : the hour in which citizens enter ("08:00"), "" all day
    services : the services of the line; empty for the agency as a whole
    offered : erlangs
    counters : open on average, each counted by its speed
    throughout : whether a counter is open during the whole interval
    """

    weekday: str
    interval: str
    agency: str
    services: tuple[str, ...]
    offered: float
    counters: float
    throughout: bool

    @property
    def ratio(self) -> float:
        """Offered load per open counter: above 1 the line grows; inf where none is open."""
        if self.counters > 0:
            return self.offered / self.counters
        return math.inf if self.offered > 0 else 0.0

    @property
    def overloaded(self) -> bool:
        """Whether more is offered than the counters can take.

        An hour in which they open or break is none: who comes too early waits for the rest.
        """
        return self.ratio > 1 + 1e-9 and (self.throughout or not self.interval)


def loads(scenario: Scenario) -> tuple[Load, ...]:
    """Return the load of each day and hour, of each agency and each line in it.

    Of dates that are alike (weekday, hours, breaks, profile) only the one with most demand counts.

    Agencies come by name; an agency with one line has no line of its own in the list.
    """
    return tuple(load for day in _heaviest(scenario) for load in _loads_of(scenario, day))


def _heaviest(scenario: Scenario) -> tuple[Day, ...]:
    """Return the days; of dates that are alike but for their demand, the one with most."""
    found: dict[object, Day] = {}
    for day in scenario.days:
        alike = replace(day, label="", key=0, date=None, demand=1.0, seasons=())
        if any(surge.on(day) for surge in scenario.demand.surges.values()):
            alike = day
        key = alike if day.date else day.label
        if key not in found or scenario.day_factor(day) > scenario.day_factor(found[key]):
            found[key] = day
    return tuple(found.values())


def overloads(scenario: Scenario) -> tuple[Load, ...]:
    """Return the loads above what the counters can take, the heaviest first."""
    return tuple(sorted((x for x in loads(scenario) if x.overloaded), key=lambda x: -x.ratio))


def _loads_of(scenario: Scenario, day: Day) -> Iterator[Load]:
    plan = plan_day(scenario, day)
    work = _work(scenario, day)
    for name in sorted(scenario.agencies):
        for members, services in _groups(scenario, plan, name):
            for interval, span in _spans(day):
                yield _load(plan, work, name, members, services, interval, span)


def _groups(
    scenario: Scenario, plan: DayPlan, agency: str
) -> Iterator[tuple[list[int], tuple[str, ...]]]:
    """Return the agency's services by position, then those of each line if it has several."""
    own = [s for s, name in enumerate(scenario.services) if name.startswith(f"{agency}.")]
    yield own, ()
    lines = sorted({plan.services[s].lines for s in own})
    for line in lines if len(lines) > 1 else ():
        members = [s for s in own if plan.services[s].lines == line]
        yield members, tuple(scenario.services[s] for s in members)


def _load(
    plan: DayPlan, work: list[_Work], agency: str, members: list[int],
    services: tuple[str, ...], interval: str, span: Span,
) -> Load:  # fmt: skip
    begin, end = span
    brought = sum(float(w.of[members].sum()) * w.share_within(plan.day, span) for w in work)
    lines = {line for s in members for of in plan.services[s].lines for line in of}
    givers = {k for line in lines for k in plan.givers[line]}
    counters = [plan.counters[k] for k in sorted(givers)]
    open_ = [_open(counter, span) for counter in counters]
    capacity = sum(c.speed * minutes for c, minutes in zip(counters, open_, strict=True))
    return Load(
        weekday=plan.day.label,
        interval=interval,
        agency=agency,
        services=services,
        offered=brought / (end - begin),
        counters=capacity / (end - begin),
        throughout=any(minutes == end - begin for minutes in open_),
    )


@dataclass(frozen=True, eq=False)
class _Work:
    """The time (µs) that a stream of citizens needs of each service, and when they enter.

    edges, come : the share of them who have come by each time of the clock, linear between
    of : (S,) by service
    """

    edges: Floats
    come: Floats
    of: Floats

    def share_within(self, day: Day, span: Span) -> float:
        """Return the share of the citizens who enter within a span of the day."""
        if day.continuous:
            return 1.0
        begin, end = np.interp(span, self.edges, self.come, left=0.0, right=1.0)
        return float(end - begin)


def _work(scenario: Scenario, day: Day) -> list[_Work]:
    """Return the work that a day's citizens bring: walk-ins by profile, booked ones by slot."""
    found: dict[str, _Work] = {}
    booked: list[_Work] = []
    for name, journey in scenario.journeys.items():
        a_citizen = _work_of_one(scenario, name)
        factor = scenario.day_factor(day, name) * scenario.demand.scale * len(day.midnights)
        number = journey.per_day * factor
        if journey.booking:
            slots = journey.booking.slots(day)
            seats = len(slots) * journey.booking.seats
            books = number * journey.booking.share
            sit, taken, come = _seated(journey.booking, books, seats)
            number -= sit if journey.booking.beyond == "walk_in" else books
            if come > 0:
                booked.append(_in_slots(journey.booking, slots, taken, a_citizen * come))
        profile = repr(journey.profile)
        if profile not in found:
            nothing = np.zeros(len(scenario.services))
            found[profile] = _Work(*arrival_profile(scenario.demand, day, journey.profile), nothing)
        found[profile].of[:] += a_citizen * number
    for surge in scenario.demand.surges.values():
        if surge.on(day):
            edges = np.array([surge.from_, surge.to], dtype=np.float64)
            work = _work_of_one(scenario, surge.journey) * surge.visits
            booked.append(_Work(edges, np.array([0.0, 1.0]), work))
    return [*found.values(), *booked]


def _work_of_one(scenario: Scenario, journey: str) -> Floats:
    """Return the mean time that one citizen of a journey needs of each service; (S,) µs."""
    shares = [(share, scenario.visitors[name]) for name, share in scenario.class_shares.items()]
    once = sum(share * of.takes_longer for share, of in shares)
    each = sum(share * of.takes_longer * mean_number(of.documents) for share, of in shares)
    at_entrance = len(scenario.entrance_of(journey))
    work = np.zeros(len(scenario.services))
    for k, step in enumerate(scenario.steps_of(journey)):
        slower = once if k < at_entrance else each
        for stop in step.stops:
            service = scenario.service(stop.service)
            mean = service.time.mean * (service.incomplete.work if service.incomplete else 1.0)
            often = stop.share * step.rounds
            work[scenario.services.index(stop.service)] += often * mean * slower
    return work


def _seated(booking: Booking, books: float, seats: int) -> tuple[float, float, float]:
    """Return how many of those who book get a seat, how many seats that takes, and who comes."""
    keep = 1 - booking.cancelled
    a_seat = keep if booking.rebooked else 1.0
    sit = min(books, seats / a_seat) if a_seat > 0 else books
    return sit, sit * a_seat, sit * keep * (1 - booking.no_show)


def _in_slots(booking: Booking, slots: tuple[int, ...], taken: float, work: Floats) -> _Work:
    """Let booked citizens come evenly within their slots, which fill from the first one on."""
    edges, come = [float(slots[0])], [0.0]
    for k, slot in enumerate(slots):
        filled = min((k + 1) * booking.seats / taken, 1.0)
        edges += [max(edges[-1], float(slot)), float(slot + booking.every)]
        come += [come[-1], filled]
    return _Work(np.array(edges), np.array(come), work)


def _spans(day: Day) -> list[tuple[str, Span]]:
    """Return the whole day, from the doors to closing, and its hours of the clock."""
    begin = min(day.doors, day.opens)
    spans = [("", (begin, day.closes))]
    if not day.continuous:
        hours = range(begin // q.HOUR, -(-day.closes // q.HOUR))
        spans += [(f"{h:02d}:00", (h * q.HOUR, (h + 1) * q.HOUR)) for h in hours]
    return spans


def _open(counter: CounterPlan, span: Span) -> int:
    """Return how long (µs) a counter is open within a span."""
    total, since = 0, -1
    for time, state in counter.turns:
        if since >= 0:
            total += max(0, min(time, span[1]) - max(since, span[0]))
        since = time if state == OPEN else -1
    return total
