"""The mall of one day, ready for an engine: names are numbers, tables are times.

Both engines start from this plan, so what a scenario means is decided once, here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from sim.engine.outages import Change
from sim.engine.turns import CLOSED, OPEN, posts_of
from sim.log import REASONS, STOP_OUTCOMES, VISIT_OUTCOMES
from sim.scenario import quantities as q
from sim.scenario.calendar import Day, Span
from sim.scenario.clock_tables import Profile
from sim.scenario.model import Agency, Counter, Scenario, Service
from sim.scenario.tickets import Balking, Call, Order, Quota, Releases
from sim.workload import NEVER

_INCOMPLETE = REASONS.index("incomplete")
Wanted = tuple[int, int, bool]
"""A service, a visitor class, whether she walked in: what a line is for, and a counter serves."""
NOT_TODAY = -1
"""The closing time of a line that no counter serves today."""


@dataclass(frozen=True)
class CounterPlan:
    """One counter on one day.

    turns : (time in µs, OPEN | BREAK | CLOSED), in order; empty if it stays closed all day
    tiers : the lines that it serves, the first tier before the second
    help_from : how many wait in a line of a later tier before it helps there
    longest_wait : whether it calls who has waited longest in all its lines, whatever their tier
    pauses : whether a break interrupts who is served
    overrun : how long a called service usually lasts into the break at most, µs, or None
    changes : of its pace, by outages
    absent : from when to when an officer should have been here who is missing today
    """

    agency: str
    agency_index: int
    label: str
    speed: float
    turns: tuple[tuple[int, int], ...]
    tiers: tuple[tuple[int, ...], ...]
    help_from: int = 0
    longest_wait: bool = False
    pauses: bool = False
    overrun: int | None = None
    changes: tuple[Change, ...] = ()
    absent: Span | None = None

    @property
    def last(self) -> int:
        """When the counter closes for the last time, or NOT_TODAY."""
        return self.turns[-1][0] if self.turns else NOT_TODAY

    def left_empty(self) -> CounterPlan:
        """Return the counter without its officer."""
        absent = (self.turns[0][0], self.last) if self.turns else None
        return replace(self, turns=(), absent=absent)

    def opened_late(self, delays: Sequence[int]) -> CounterPlan:
        """Return the counter with each opening late; one that begins after its end falls out."""
        turns: list[tuple[int, int]] = []
        openings = [k for k, (_, state) in enumerate(self.turns) if state == OPEN]
        for k, delay in zip(openings, [*delays, *[0] * len(openings)], strict=False):
            (begin, _), end = self.turns[k], self.turns[k + 1]
            if begin + delay < end[0]:
                turns += [(begin + delay, OPEN), end]
        if turns and turns[-1][1] != CLOSED:
            turns[-1] = (turns[-1][0], CLOSED)
        return replace(self, turns=tuple(turns))


@dataclass(frozen=True)
class ServicePlan:
    """One service on one day.

    lines : for each visitor class, those of who booked and of who walked in
    until : when its agency gives the last ticket, if before the line closes
    mean : of its time, whole µs, for the announced wait
    pools : for each visitor class, the quota pools that a ticket is taken from
    told : whether citizens learn at the entrance that nobody is there
    by_hour : factors upon its time from clock times on; the first holds before it, too
    set_up : how much longer it takes after another service at the same counter, µs
    wrap_up : how long its counter is occupied after who was served has left, µs
    """

    agency: int
    lines: tuple[tuple[int, int], ...]
    until: int | None
    balking: Balking | None
    mean: int
    pools: tuple[tuple[int, ...], ...]
    told: bool
    by_hour: Profile
    set_up: int
    wrap_up: int

    def work(self, time: int, at: int) -> int:
        """The work of a service that needs a time, begun at a time of the day (µs)."""
        if not self.by_hour:
            return time
        begun = [factor for clock, factor in self.by_hour if clock <= at % q.DAY]
        return round(time * (begun[-1] if begun else self.by_hour[0][1]))


@dataclass(frozen=True)
class JourneyPlan:
    """What holds for the citizens of a journey.

    goes_on_after : the stop outcomes after which they go on
    grace : how much later than booked a ticket still counts as booked
    call_early : whether a booked citizen may be called before her time
    entrance : how many of its stops are at the entrance
    needs : of a service, those of which she must have a document
    at_once : whether they take tickets for all other stops at once
    back : share of those who come back, by visit outcome; back_incomplete : of those sent home
        since their papers lacked something
    """

    goes_on_after: frozenset[int]
    grace: int
    call_early: bool
    entrance: int
    needs: dict[int, frozenset[int]]
    back: tuple[float, ...]
    back_incomplete: float
    at_once: bool = False

    def share_back(self, outcome: int, reason: int) -> float:
        """The share of those who come back after a visit that ended so."""
        return self.back_incomplete if reason == _INCOMPLETE else self.back[outcome]


@dataclass(frozen=True)
class DayPlan:
    """One day of the mall.

    counters : in the order in which they call: agencies by name, counters by number
    services : in the order of their names
    givers : the counters that serve each line, in calling order
    closes : when each line takes its last ticket, µs or NOT_TODAY
    orders : who is called next in each line
    calls : how each agency (by name) calls
    pools : the quotas, as tickets released at clock times
    deserted : the lines that nobody serves today though counters were planned for them
    capacity : how many people the hall admits, or None
    line_at_door : whether who finds it full waits outside
    seats : how many find a seat, where standing shortens patience, else None
    standing : to how many thousandths it does
    priority : of each visitor class
    journeys : in the order of their names
    """

    day: Day
    counters: tuple[CounterPlan, ...]
    services: tuple[ServicePlan, ...]
    givers: tuple[tuple[int, ...], ...]
    closes: tuple[int, ...]
    orders: tuple[Order, ...]
    calls: tuple[Call, ...]
    pools: tuple[Releases, ...]
    deserted: frozenset[int]
    capacity: int | None
    priority: tuple[int, ...]
    journeys: tuple[JourneyPlan, ...]
    line_at_door: bool = False
    seats: int | None = None
    standing: int = 1000

    def kept_for(self, counter: CounterPlan) -> frozenset[int]:
        """The lines for which a counter stays after its last closing: it was open to their end."""
        return frozenset(
            line for tier in counter.tiers for line in tier if self.closes[line] == counter.last
        )


@lru_cache(maxsize=1024)
def plan_day(scenario: Scenario, day: Day) -> DayPlan:
    """Return the plan of one day of a scenario, every officer present and in time."""
    counters, line_of = _counters(scenario, day)
    lines = range(max(line_of.values()) + 1)
    givers = tuple(
        tuple(k for k, c in enumerate(counters) if any(line in tier for tier in c.tiers))
        for line in lines
    )
    services, pools = _services(scenario, day, line_of)
    standing = round(1000 * scenario.hall.standing_patience)
    return DayPlan(
        day=day,
        counters=counters,
        services=services,
        givers=givers,
        closes=tuple(max((counters[k].last for k in of), default=NOT_TODAY) for of in givers),
        orders=tuple(
            scenario.agencies[counters[of[0]].agency].order if of else Order() for of in givers
        ),
        calls=tuple(scenario.agencies[name].call for name in sorted(scenario.agencies)),
        pools=pools,
        deserted=frozenset(),
        capacity=scenario.hall.capacity,
        priority=tuple(scenario.visitors[name].priority for name in scenario.class_shares),
        journeys=tuple(_journey(scenario, name) for name in sorted(scenario.journeys)),
        line_at_door=scenario.hall.when_full == "line",
        seats=scenario.hall.seats if standing < 1000 else None,
        standing=standing,
    )


def _counters(scenario: Scenario, day: Day) -> tuple[tuple[CounterPlan, ...], dict[Wanted, int]]:
    """Return the counters in calling order, and the line of all that may be wanted."""
    agencies = sorted(scenario.agencies)
    posts = [
        (number, label, counter, turns)
        for number, name in enumerate(agencies)
        for label, counter, turns in posts_of(scenario.agencies[name], day)
    ]
    serves = [_tiers(scenario, agencies[number], counter) for number, _, counter, _ in posts]
    line_of = _lines(scenario, serves)
    counters = tuple(
        CounterPlan(
            agency=agencies[number],
            agency_index=number,
            label=label,
            speed=counter.speed,
            turns=turns,
            tiers=tuple(tuple(dict.fromkeys(line_of[w] for w in tier)) for tier in tiers),
            help_from=counter.help_from,
            longest_wait=scenario.agencies[agencies[number]].order.longest_wait,
            pauses=scenario.agencies[agencies[number]].at_break_of(counter).pause,
            overrun=scenario.agencies[agencies[number]].at_break_of(counter).overrun,
        )
        for (number, label, counter, turns), tiers in zip(posts, serves, strict=True)
    )
    return counters, line_of


def _journey(scenario: Scenario, name: str) -> JourneyPlan:
    journey, place = scenario.journeys[name], scenario.services.index
    booking, back = journey.booking, scenario.come_back_of(name)
    return JourneyPlan(
        goes_on_after=frozenset(STOP_OUTCOMES.index(name) for name in journey.goes_on_after),
        grace=NEVER if booking is None or booking.grace is None else booking.grace,
        call_early=bool(booking and booking.call_early),
        entrance=sum(step.places for step in scenario.entrance_of(name)),
        back=tuple(back.shares.get(name, 0.0) if back else 0.0 for name in VISIT_OUTCOMES),
        back_incomplete=back.incomplete if back else 0.0,
        needs={place(s): frozenset(map(place, of)) for s, of in journey.needs.items()},
        at_once=scenario.takes_all(name),
    )


def _services(
    scenario: Scenario, day: Day, line_of: dict[Wanted, int]
) -> tuple[tuple[ServicePlan, ...], tuple[Releases, ...]]:
    """Return the services, and the quota pools that they share: one a quota and its pools."""
    pools: dict[tuple[str, str], int] = {}
    releases: list[Releases] = []

    def pool(owner: str, quota: Quota | None, visitor_class: str) -> list[int]:
        name = quota.pool_of(visitor_class) if quota else None
        if quota is None or name is None:
            return []
        if (owner, name) not in pools:
            pools[owner, name] = len(releases)
            releases.append(dict(quota.pools)[name])
        return [pools[owner, name]]

    services = []
    for position, name in enumerate(scenario.services):
        owner, service = name.partition(".")[0], scenario.service(name)
        agency = scenario.agencies[owner]
        lines = tuple(
            (line_of[position, c, False], line_of[position, c, True])
            for c in range(len(scenario.class_shares))
        )
        of_class = tuple(
            tuple(pool(owner, agency.quota, c) + pool(name, service.quota, c))
            for c in scenario.class_shares
        )
        number = sorted(scenario.agencies).index(owner)
        plan = _service(number, agency, service, (agency.last_ticket or {}).get(day.weekday))
        services.append(replace(plan, lines=lines, pools=of_class))
    return tuple(services), tuple(releases)


def _service(number: int, agency: Agency, service: Service, until: int | None) -> ServicePlan:
    """Return what a service and its agency say; its lines and pools are not known yet."""
    return ServicePlan(
        agency=number,
        lines=(),
        until=until,
        balking=service.balking or agency.balking,
        mean=round(service.time.mean) if math.isfinite(service.time.mean) else 0,
        pools=(),
        told=agency.told_at == "entrance",
        by_hour=service.by_hour,
        set_up=service.set_up,
        wrap_up=service.wrap_up,
    )


def with_officers(plan: DayPlan, absent: Sequence[bool], late: Sequence[Sequence[int]]) -> DayPlan:
    """Return the plan of a day on which officers are absent or late.

    absent : for each counter; late : for each counter, by how much (µs) each opening is late
    """
    counters = tuple(
        counter.left_empty() if away else counter.opened_late(delays)
        for counter, away, delays in zip(plan.counters, absent, late, strict=True)
    )
    closes = tuple(max((counters[k].last for k in of), default=NOT_TODAY) for of in plan.givers)
    deserted = frozenset(
        line
        for line, (before, now) in enumerate(zip(plan.closes, closes, strict=True))
        if now == NOT_TODAY != before
    )
    return replace(plan, counters=counters, closes=closes, deserted=deserted)


def with_outages(plan: DayPlan, changes: Sequence[tuple[Change, ...]]) -> DayPlan:
    """Return the plan of a day with what the outages do to each counter."""
    counters = zip(plan.counters, changes, strict=True)
    return replace(plan, counters=tuple(replace(c, changes=of) for c, of in counters))


def _tiers(scenario: Scenario, agency: str, counter: Counter) -> tuple[tuple[Wanted, ...], ...]:
    """Return what a counter serves, by tier."""
    known = scenario.services
    whom = [
        (code, walk_in)
        for code, name in enumerate(scenario.class_shares)
        for walk_in in (False, True)
        if counter.takes(name, walk_in)
    ]
    return tuple(
        tuple((known.index(name), *of) for name in tier for of in whom)
        for tier in counter.tiers(agency, known)
    )


def _lines(scenario: Scenario, serves: list[tuple[tuple[Wanted, ...], ...]]) -> dict[Wanted, int]:
    """Put what the same counters serve in the same tiers into one line."""
    places: dict[Wanted, list[tuple[int, int]]] = {}
    for k, tiers in enumerate(serves):
        for t, tier in enumerate(tiers):
            for wanted in tier:
                places.setdefault(wanted, []).append((k, t))
    order: dict[object, int] = {}
    return {
        # What nobody gives stands in a line of its own, where nobody is admitted.
        wanted: order.setdefault(tuple(places.get(wanted, ())) or wanted, len(order))
        for wanted in product(
            range(len(scenario.services)), range(len(scenario.class_shares)), (False, True)
        )
    }
