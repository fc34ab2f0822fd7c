"""What a mall is: the models that a scenario file fills.

Every field is frozen, every unknown key a fault. The words and units of the fields stand in
`sim/words/*/schema.toml`; from there come the editor's schema and the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)

from sim.scenario import quantities as q
from sim.scenario.calendar import Calendar, Day
from sim.scenario.clock_tables import Profiles, clock_table, is_clock, write_clock_table
from sim.scenario.demand_factors import DaysOfMonth, Growth, Months, factor_of, grown
from sim.scenario.distributions import Distribution, Patience, read_distribution, read_patience
from sim.scenario.faults import Finding, refuse
from sim.scenario.fields import Frozen, Name, Text
from sim.scenario.weekdays import WEEKDAYS, Factors, Intervals


def _read_law(raw: object, info: ValidationInfo) -> Distribution:
    return read_distribution(raw, read_table=(info.context or {}).get("read_table"))


def _read_patience(raw: object, info: ValidationInfo) -> Patience:
    return read_patience(raw, read_table=(info.context or {}).get("read_table"))


_LAW_SCHEMA = WithJsonSchema({"$ref": "#/$defs/Distribution"})
Law = Annotated[
    Distribution, BeforeValidator(_read_law), PlainSerializer(lambda law: law.spec()), _LAW_SCHEMA
]
PatienceLaw = Annotated[
    Patience, BeforeValidator(_read_patience), PlainSerializer(lambda law: law.spec()), _LAW_SCHEMA
]


class Promise(Frozen):
    """The service standard: wait at most `wait` for `for` of the citizens who took a ticket."""

    wait: q.Duration
    for_: Annotated[q.Share, Field(alias="for")] = 0.9


class VisitorClass(Frozen):
    """A class of citizens: its share of visits, its priority (the higher goes first)."""

    name: Text = ""
    share: q.Share | None = None
    priority: q.Integer = 0
    takes_longer: q.Positive = 1.0
    patience: PatienceLaw | None = None


class Hall(Frozen):
    """The hall that all agencies share."""

    capacity: q.Count | None = None
    seats: q.Count | None = None
    walk: Law | None = None


class Demand(Frozen):
    """When citizens come, and how much a day differs from the next.

    profile : by weekday, weight of the slot that begins at each clock time, up to the next one
    month, day_of_month : factors by number; those left out are 1
    growth : of demand, in a year from the first date on
    """

    profile: Profiles | None = None
    weekday: Factors = {}
    month: Months = {}
    day_of_month: DaysOfMonth = {}
    growth: Growth = 0.0
    day_to_day: q.Ratio = 0.0
    scale: q.Weight = 1.0


def _read_tiers(raw: object) -> tuple[tuple[str, ...], ...]:
    """Read `ktp`, `[ktp, kk]` (one tier) or `[[ktp], [kk, akta]]` (help with these when idle)."""
    items = raw if isinstance(raw, list) else [raw]
    if any(isinstance(item, list) for item in items):
        tiers = [item if isinstance(item, list) else [item] for item in items]
    else:
        tiers = [items]
    return tuple(tuple(q.text_of(name, "name") for name in tier) for tier in tiers)


class Counter(Frozen):
    """A counter with a name of its own: hours, breaks, speed, and what it serves, by tier."""

    hours: Intervals | None = None
    breaks: Intervals | None = None
    speed: q.Positive = 1.0
    serves: (
        Annotated[
            tuple[tuple[str, ...], ...],
            BeforeValidator(_read_tiers),
            PlainSerializer(lambda tiers: [list(tier) for tier in tiers]),
            WithJsonSchema({"type": ["string", "array"]}),
        ]
        | None
    ) = None


@dataclass(frozen=True)
class Staffing:
    """How many counters are open from which clock time on; the first value holds before."""

    table: tuple[tuple[int, int], ...]

    @property
    def most(self) -> int:
        """The largest number of counters open at any time of the day."""
        return max(number for _, number in self.table)


def _read_counters(raw: object, info: ValidationInfo) -> Staffing | dict[str, Counter]:
    if not isinstance(raw, dict):
        return Staffing(((0, q.read_count(raw)),))
    if not raw or any(is_clock(str(key)) for key in raw):
        return Staffing(clock_table(raw, q.read_count, "counters"))
    counters: dict[str, Counter] = {}
    findings: list[Finding] = []
    for label, item in raw.items():
        try:
            counters[str(label)] = Counter.model_validate(item, context=info.context)
        except ValidationError as error:
            findings.extend(findings_of(error, (label,)))
    if findings:
        refuse(*findings)
    return counters


def findings_of(error: ValidationError, above: tuple[str | int, ...] = ()) -> list[Finding]:
    """Return pydantic's errors as findings; those of our own readers keep code and remedy."""
    found: list[Finding] = []
    for item in error.errors():
        path = (*above, *item["loc"])
        if item["type"] == "findings":
            for f in item["ctx"]["found"]:
                found.append(Finding(f.code, f.params, (*path, *f.path), f.at_key))
        else:
            params = {"kind": item["type"], "message": item["msg"], "value": item["input"]}
            found.append(Finding("pydantic", params, path))
    return found


def _write_counters(counters: Staffing | dict[str, Counter] | None) -> Any:
    if isinstance(counters, Staffing):
        if len(counters.table) == 1:
            return counters.table[0][1]
        return write_clock_table(counters.table)
    if counters is None:
        return None
    return {label: c.model_dump(exclude_defaults=True) for label, c in counters.items()}


Counters = Annotated[
    Staffing | dict[str, Counter],
    BeforeValidator(_read_counters),
    PlainSerializer(_write_counters),
    WithJsonSchema({"oneOf": [{"type": ["integer", "string"]}, {"type": "object"}]}),
]


class Service(Frozen):
    """What an agency does for a citizen, at one counter, in one go."""

    name: Text = ""
    time: Law
    promise: Promise | None = None
    patience: PatienceLaw | None = None


class Agency(Frozen):
    """A tenant of the mall with its counters, or a set of machines."""

    name: Text = ""
    counters: Counters | None = None
    machines: q.Count | None = None
    promise: Promise | None = None
    services: dict[Name, Service]


class Stop(Frozen):
    """One service within a visit; an optional one is taken by a share of the citizens."""

    service: str
    share: q.Share = 1.0

    @property
    def agency(self) -> str:
        """The agency of the stop."""
        return self.service.partition(".")[0]


def _read_stop(raw: object) -> Stop:
    share: object = "1"
    if isinstance(raw, dict):
        if len(raw) != 1:
            refuse(Finding("stop", {"value": ", ".join(map(str, raw)) or "nothing"}))
        raw, share = next(iter(raw.items()))
    name = q.text_of(raw, "stop")
    first, dot, last = name.partition(".")
    if not (first and dot and last) or "." in last:
        refuse(Finding("stop", {"value": name}))
    try:
        return Stop(service=name, share=q.read_share(share))
    except Exception as error:
        found = error.context["found"]  # type: ignore[attr-defined]
        refuse(*(Finding(f.code, f.params, (name,)) for f in found))


def _read_stops(raw: object) -> tuple[Stop, ...]:
    if isinstance(raw, str) and raw.strip().lower() == "none":
        return ()
    items = raw if isinstance(raw, list) else [raw]
    stops: list[Stop] = []
    findings: list[Finding] = []
    for number, item in enumerate(items):
        try:
            stops.append(_read_stop(item))
        except Exception as error:
            above: tuple[str | int, ...] = (number,) if isinstance(raw, list) else ()
            findings.extend(
                Finding(f.code, f.params, (*above, *f.path), f.at_key)
                for f in error.context["found"]  # type: ignore[attr-defined]
            )
    if findings:
        refuse(*findings)
    return tuple(stops)


def _write_stops(stops: tuple[Stop, ...] | None) -> Any:
    if stops is None:
        return None
    if not stops:
        return "none"
    return [s.service if s.share == 1 else {s.service: q.share(s.share)} for s in stops]


Stops = Annotated[
    tuple[Stop, ...],
    BeforeValidator(_read_stops),
    PlainSerializer(_write_stops),
    WithJsonSchema(
        {
            "type": ["array", "string"],
            "items": {"type": ["string", "object"], "maxProperties": 1},
        }
    ),
]


class Journey(Frozen):
    """Why a citizen comes: an ordered list of stops, and how many come for it a day.

    profile : when they come, where they come at other times than the mall's citizens
    """

    name: Text = ""
    per_day: q.Weight
    stops: Stops
    entrance: Stops | None = None
    profile: Profiles | None = None


class Decision(Frozen):
    """What "may join" means in this mall."""

    every_agency_keeps: Literal["promise"] | None = None
    present_citizens_lose_at_most: q.Share | None = None
    refused_at_most: q.Share | None = None


@dataclass(frozen=True)
class Quantity:
    """A number with its kind: `duration` in µs, `share`, or `number`."""

    value: float
    kind: Literal["duration", "share", "number"]

    def __str__(self) -> str:
        if self.kind == "duration":
            return q.duration(int(self.value))
        return q.share(self.value) if self.kind == "share" else f"{self.value:.15g}"


def read_quantity(raw: object) -> Quantity:
    """Read `18 min`, `92 %`, `2 of 100` or `280`; the way it is written says what it is."""
    text = q.text_of(raw, "quantity")
    if text.endswith("%") or " of " in text:
        return Quantity(q.read_share(text), "share")
    if text and text[-1].isalpha():
        return Quantity(float(q.read_span(text)), "duration")
    return Quantity(q.read_number(text), "number")


def _read_range(raw: object) -> tuple[Quantity, Quantity]:
    low, dots, high = q.text_of(raw, "range").partition("..")
    if not dots:
        refuse(Finding("range", {"value": low}))
    pair = read_quantity(low.strip()), read_quantity(high.strip())
    if pair[0].kind != pair[1].kind or pair[0].value > pair[1].value:
        refuse(Finding("range", {"value": q.text_of(raw, "range")}))
    return pair


_ANY = WithJsonSchema({"type": ["string", "number"]})
Observed = Annotated[Quantity, BeforeValidator(read_quantity), PlainSerializer(str), _ANY]
Range = Annotated[
    tuple[Quantity, Quantity],
    BeforeValidator(_read_range),
    PlainSerializer(lambda pair: f"{pair[0]} .. {pair[1]}"),
    _ANY,
]


class Scenario(Frozen):
    """A mall and its citizens, checked and frozen; the same file gives an equal scenario."""

    name: Text
    description: Text = ""
    calendar: Calendar
    hall: Hall = Hall()
    entrance: Stops = ()
    visitors: dict[Name, VisitorClass] = Field(default={"general": VisitorClass()}, min_length=1)
    demand: Demand = Demand()
    agencies: dict[Name, Agency] = Field(min_length=1)
    journeys: dict[Name, Journey] = Field(min_length=1)
    decision: Decision = Decision()
    observed: dict[str, Observed] = {}
    sources: dict[str, Text] = {}
    plausible: dict[str, Range] = {}

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The days of one replication, in order."""
        return self.calendar.run

    @cached_property
    def weekday_factor(self) -> dict[str, float]:
        """Demand of each weekday over the mean of the days of an ordinary week."""
        factors = {day: self.demand.weekday.get(day, 1.0) for day in WEEKDAYS}
        ordinary = [factors[day] for day in self.calendar.ordinary]
        mean = sum(ordinary) / len(ordinary)
        return {day: factor / mean for day, factor in factors.items()}

    def day_factor(self, day: Day) -> float:
        """Demand of a day over that of an ordinary one.

        The weekday's factor; on dates those of month, day of the month and growth, and what
        seasons and the special day bring, come on top: none of these is normalised.
        """
        factor = self.weekday_factor.get(day.weekday, 1.0)
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

    def stops_of(self, journey: str) -> tuple[Stop, ...]:
        """All stops of a journey in order, those at the entrance first."""
        entrance = self.journeys[journey].entrance
        return (self.entrance if entrance is None else entrance) + self.journeys[journey].stops

    def service(self, name: str) -> Service:
        """The service `agency.service`. Raises KeyError where there is none."""
        agency, _, service = name.partition(".")
        return self.agencies[agency].services[service]

    def promise_of(self, name: str) -> Promise | None:
        """The promise of the service `agency.service`: its own, else its agency's, else none."""
        return self.service(name).promise or self.agencies[name.partition(".")[0]].promise

    @cached_property
    def services(self) -> tuple[str, ...]:
        """All services as `agency.service`, sorted by name."""
        return tuple(
            sorted(f"{a}.{s}" for a, agency in self.agencies.items() for s in agency.services)
        )
