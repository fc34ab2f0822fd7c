"""What a mall is: the models that a scenario file fills.

Every field is frozen, every unknown key a fault. The words and units of the fields stand in
`sim/words/*/schema.toml`; from there come the editor's schema and the reference.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field

from sim.glance import lang, table
from sim.scenario import quantities as q
from sim.scenario.agency import Agency, Counter, Promise, Service, Staffing
from sim.scenario.calendar import Calendar, Day
from sim.scenario.clock_tables import Profiles
from sim.scenario.come_back import ComeBack
from sim.scenario.demand_factors import DaysOfMonth, Growth, Months, factor_of, grown
from sim.scenario.fields import Frozen, Name, Text, content_hash
from sim.scenario.journey import Journey, Tickets
from sim.scenario.law_fields import Law, PatienceLaw
from sim.scenario.noted import Expected, Observed, Range
from sim.scenario.numbers import ALONE, Numbers
from sim.scenario.outage import Outage
from sim.scenario.said import Said, Told
from sim.scenario.stops import Step, Stop, Stops
from sim.scenario.surge import Surge
from sim.scenario.weekdays import WEEKDAYS, Factors
from sim.words import say


class VisitorClass(Frozen):
    """A class of citizens: its share of visits, its priority (the higher goes first).

    patience : for each wait, from ticket to call; patience_in_mall : for the visit, from the door;
        when that ends she leaves the line in which she waits
    people : how many come together, with the share of such visits; one of them is served
    documents : how many services of the kind each stop gives she needs at one call
    """

    name: Text = ""
    share: q.Share | None = None
    priority: q.Integer = 0
    takes_longer: q.Factor = 1.0
    people: Numbers = ALONE
    documents: Numbers = ALONE
    patience: PatienceLaw | None = None
    patience_in_mall: PatienceLaw | None = None


class Hall(Frozen):
    """The hall that all agencies share; its outage is the power's.

    when_full : what becomes of who comes then
    standing_patience : the share that is left of a patience where she finds no seat
    """

    capacity: q.Count | None = None
    when_full: Literal["refuse", "line"] = "refuse"
    seats: q.Count | None = None
    standing_patience: q.Share = 1.0
    walk: Law | None = None
    outage: Outage | None = None


class Demand(Frozen):
    """When citizens come, and how much a day differs from the next.

    profile : by weekday, weight of the slot that begins at each clock time, up to the next one
    month, day_of_month : factors by number; those left out are 1
    growth : of demand, in a year from the first date on
    come_back : who returns on another day
    surges : many who come for one thing on one day
    """

    profile: Profiles | None = None
    weekday: Factors = {}
    month: Months = {}
    day_of_month: DaysOfMonth = {}
    growth: Growth = 0.0
    day_to_day: q.Variation = 0.0
    scale: q.Weight = 1.0
    come_back: ComeBack | None = None
    surges: dict[Name, Surge] = {}


class Decision(Frozen):
    """What "may join" means in this mall."""

    every_agency_keeps: Literal["promise"] | None = None
    present_citizens_lose_at_most: q.Share | None = None
    refused_at_most: q.Share | None = None


class Scenario(Frozen):
    """A mall and its citizens, checked and frozen; the same file gives an equal scenario."""

    name: Text
    description: Told = Said()
    calendar: Calendar
    hall: Hall = Hall()
    entrance: Stops = ()
    tickets: Tickets = "one_by_one"
    visitors: dict[Name, VisitorClass] = Field(default={"general": VisitorClass()}, min_length=1)
    demand: Demand = Demand()
    agencies: dict[Name, Agency] = Field(min_length=1)
    journeys: dict[Name, Journey] = Field(min_length=1)
    decision: Decision = Decision()
    observed: dict[str, Observed] = {}
    expect: dict[str, Expected] = {}
    tolerance: q.Duration | None = None
    sources: dict[str, Told] = {}
    plausible: dict[str, Range] = {}

    def __hash__(self) -> int:
        """Of all that is compared: a study keeps many that differ in one figure."""
        return self.content_hash

    @cached_property
    def content_hash(self) -> int:
        """The same number for equal scenarios; worked out once for each object."""
        return content_hash({name: getattr(self, name) for name in type(self).model_fields})

    def __copy__(self) -> Self:
        """Return a copy, which may be about to differ."""
        copied = super().__copy__()
        copied.__dict__.pop("content_hash", None)
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        """Return what travels: another process has other hashes."""
        state = super().__getstate__()
        known = {k: v for k, v in state["__dict__"].items() if k != "content_hash"}
        return {**state, "__dict__": known}

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The days of one replication, in order."""
        return self.calendar.run

    def come_back_of(self, journey: str) -> ComeBack | None:
        """Who of a journey comes back: as the journey says, else as the mall does."""
        return self.journeys[journey].come_back or self.demand.come_back

    @cached_property
    def before(self) -> tuple[Day, ...]:
        """The days played before the first one, so that those who come back then are there.

        As many as a return reaches back: in a typical week the days of the weeks before it,
        among dates the open ones before the first, as far as the calendar has any.
        """
        backs = [back for name in self.journeys if (back := self.come_back_of(name))]
        return self.calendar.before(max((back.reach for back in backs), default=0))

    @cached_property
    def played(self) -> tuple[Day, ...]:
        """All days that are played; the log and the measures know `days` alone."""
        return self.before + self.days

    @cached_property
    def weekday_factor(self) -> dict[str, float]:
        """Demand of each weekday over the mean of the days of an ordinary week."""
        return self._by_weekday(self.demand.weekday)

    def _by_weekday(self, stated: dict[str, float]) -> dict[str, float]:
        """Return factors for all weekdays whose mean over those of an ordinary week is 1."""
        factors = {day: stated.get(day, 1.0) for day in WEEKDAYS}
        ordinary = [factors[day] for day in self.calendar.ordinary]
        mean = sum(ordinary) / len(ordinary)
        return {day: factor / mean for day, factor in factors.items()}

    def day_factor(self, day: Day, journey: str = "") -> float:
        """Demand of a day over that of an ordinary one, of a journey or of those without factors.

        The weekday's factor; on dates those of month, day of the month and growth, and what
        seasons and the special day bring, come on top: none of these is normalised.
        """
        own = self.journeys[journey].weekday if journey else {}
        factors = self._by_weekday(own) if own else self.weekday_factor
        factor = factors.get(day.weekday, 1.0)
        dates = self.calendar.dates
        if day.date is None or dates is None:
            return factor
        demand = self.demand
        factor *= factor_of(demand.month, demand.day_of_month, day.date)
        return factor * grown(demand.growth, dates.first, day.date) * day.demand

    @cached_property
    def class_shares(self) -> dict[str, float]:
        """Share of each visitor class, by name; one that states none takes the rest."""
        stated = sum(c.share or 0.0 for c in self.visitors.values())
        rest = max(0.0, 1.0 - stated)
        shares = {name: self.visitors[name].share for name in sorted(self.visitors)}
        return {name: rest if share is None else share for name, share in shares.items()}

    def steps_of(self, journey: str) -> tuple[Step, ...]:
        """All steps of a journey in order, those at the entrance first."""
        return self.entrance_of(journey) + self.journeys[journey].stops

    def entrance_of(self, journey: str) -> tuple[Step, ...]:
        """The steps with which a journey begins: its own, else those of the mall."""
        own = self.journeys[journey].entrance
        return self.entrance if own is None else own

    def stops_of(self, journey: str) -> tuple[Stop, ...]:
        """All stops that a journey may have, in order, each round of a repetition once."""
        return tuple(stop for step in self.steps_of(journey) for stop in step.stops)

    def takes_all(self, journey: str) -> bool:
        """Whether citizens of a journey take all their tickets at the entrance."""
        return (self.journeys[journey].tickets or self.tickets) == "all_at_entrance"

    def service(self, name: str) -> Service:
        """The service whose name is `agency.service`. Raises KeyError where there is none."""
        agency, _, service = name.partition(".")
        return self.agencies[agency].services[service]

    def promise_of(self, name: str) -> Promise | None:
        """The promise of the service whose name is `agency.service`, or its agency's, or none."""
        return self.service(name).promise or self.agencies[name.partition(".")[0]].promise

    @cached_property
    def counters(self) -> tuple[tuple[str, str], ...]:
        """All counters as (agency, label) in calling order: agencies by name, then by number."""
        return tuple(
            (name, label)
            for name in sorted(self.agencies)
            for label, _ in self.agencies[name].posts
        )

    @cached_property
    def outages(self) -> tuple[tuple[str, str, Outage], ...]:
        """What may be down, as (agency, counter, how): first the mall, where both are empty.

        Then by agency the whole of it, where the counter is empty, and its counters by number.
        """
        found = [("", "", self.hall.outage)]
        for name in sorted(self.agencies):
            agency = self.agencies[name]
            each = agency.outage is not None and agency.outage.each
            found.append((name, "", None if each else agency.outage))
            found += [
                (name, label, post.outage or (agency.outage if each else None))
                for label, post in agency.posts
            ]
        return tuple((name, label, how) for name, label, how in found if how is not None)

    @cached_property
    def leave_work(self) -> tuple[str, ...]:
        """The agencies, by name, of which a service leaves work behind the counter."""
        return tuple(
            name for name in sorted(self.agencies)
            if any(service.back_office for service in self.agencies[name].services.values())
        )  # fmt: skip

    @cached_property
    def services(self) -> tuple[str, ...]:
        """All services as `agency.service`, sorted by name."""
        return tuple(
            sorted(f"{a}.{s}" for a, agency in self.agencies.items() for s in agency.services)
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: the agencies with their counters and services."""
        a_day = self.demand.scale * sum(journey.per_day for journey in self.journeys.values())
        rows = [
            (of.name or name, len(of.posts), ", ".join(s.name or k for k, s in of.services.items()))
            for name, of in self.agencies.items()
        ]
        of = {"name": self.name, "days": len(self.days), "visits": f"{a_day:,.0f}"}
        title = say("glance.scenario", lang(), **of)
        return table(title, ("agency", "counters", "services"), rows)


__all__ = [
    "Agency",
    "Counter",
    "Decision",
    "Demand",
    "Hall",
    "Journey",
    "Promise",
    "Scenario",
    "Service",
    "Staffing",
    "Stop",
    "VisitorClass",
]
