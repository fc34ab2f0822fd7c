"""An agency: its services and promises, and the counters at which it gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
from sim.scenario.at_break import AtBreak, AtBreakField
from sim.scenario.calendar import Day, Span
from sim.scenario.clock_tables import ByHour, clock_table, is_clock, write_clock_table
from sim.scenario.faults import Finding, refuse
from sim.scenario.fields import Frozen, Name, Text
from sim.scenario.law_fields import Law, PatienceLaw
from sim.scenario.outage import Outage
from sim.scenario.papers import Incomplete, Park
from sim.scenario.shifts import ShiftBreaks
from sim.scenario.tickets import BalkingField, Call, Order, OrderField, QuotaField
from sim.scenario.weekdays import Clocks, Intervals, Weekdays


class Promise(Frozen):
    """The service standard: wait at most `wait` for `for` of the citizens who took a ticket."""

    wait: q.Duration
    for_: Annotated[q.Share, Field(alias="for")] = 0.9


def _read_tiers(raw: object) -> tuple[tuple[str, ...], ...]:
    """Read `ktp`, `[ktp, kk]` (one tier) or `[[ktp], [kk, akta]]` (help with these when idle)."""
    items = raw if isinstance(raw, list) else [raw]
    if any(isinstance(item, list) for item in items):
        tiers = [item if isinstance(item, list) else [item] for item in items]
    else:
        tiers = [items]
    return tuple(tuple(q.text_of(name, "name") for name in tier) for tier in tiers)


def _read_classes(raw: object) -> tuple[str, ...]:
    items = raw if isinstance(raw, list) else q.text_of(raw, "name").split(",")
    return tuple(dict.fromkeys(q.text_of(item, "name") for item in items))


class Counter(Frozen):
    """A counter with a name of its own: hours, breaks, speed, and what it serves, by tier.

    at_break : what its officer does at a break, if not what the agency says
    help_from : how many wait in a line of a later tier before it helps there
    classes, only : whom it serves: classes of visitors, who booked or who walked in; all if None
    """

    hours: Intervals | None = None
    breaks: Intervals | None = None
    speed: q.Factor = 1.0
    at_break: AtBreakField | None = None
    outage: Outage | None = None
    serves: (
        Annotated[
            tuple[tuple[str, ...], ...],
            BeforeValidator(_read_tiers),
            PlainSerializer(lambda tiers: [list(tier) for tier in tiers]),
            WithJsonSchema({"type": ["string", "array"]}),
        ]
        | None
    ) = None
    help_from: q.Count = 0
    classes: (
        Annotated[
            tuple[str, ...],
            BeforeValidator(_read_classes),
            PlainSerializer(list),
            WithJsonSchema({"type": ["string", "array"]}),
        ]
        | None
    ) = None
    only: Literal["booked", "walk_in"] | None = None

    def takes(self, visitor_class: str, walk_in: bool) -> bool:
        """Whether it serves somebody of a class, who booked or walked in."""
        of_class = self.classes is None or visitor_class in self.classes
        return of_class and self.only in (None, "walk_in" if walk_in else "booked")

    def tiers(self, agency: str, services: Iterable[str]) -> tuple[tuple[str, ...], ...]:
        """What it serves as `agency.service`, by tier; without tiers all of its agency.

        services : all of the mall
        """
        if self.serves is None:
            return (tuple(s for s in services if s.partition(".")[0] == agency),)
        return tuple(
            tuple(name if "." in name else f"{agency}.{name}" for name in tier)
            for tier in self.serves
        )


@dataclass(frozen=True)
class Staffing:
    """How many counters are open from which clock time on; the first value holds before."""

    table: tuple[tuple[int, int], ...]

    @property
    def most(self) -> int:
        """The largest number of counters open at any time of the day."""
        return max(number for _, number in self.table)


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
    """What an agency does for a citizen, at one counter, in one go unless `park` cuts it.

    by_hour : factors upon its time by the clock time at which it begins
    set_up : how much longer it takes at a counter that gave another service before
    wrap_up : how long the counter is occupied after the citizen left
    back_office : work that each citizen served leaves, to be done when nobody is at the counter
    """

    name: Text = ""
    time: Law
    by_hour: ByHour = ()
    set_up: q.Duration = 0
    wrap_up: q.Duration = 0
    back_office: q.Duration = 0
    promise: Promise | None = None
    patience: PatienceLaw | None = None
    quota: QuotaField | None = None
    balking: BalkingField | None = None
    incomplete: Incomplete | None = None
    park: Park | None = None


class Agency(Frozen):
    """A tenant of the mall with its counters, or a set of machines.

    open : the weekdays on which it is there
    last_ticket : when it gives its last ticket, if earlier than it closes
    officer_cost : of an officer for an hour, in rupiah; it changes nothing in the mall
    absence : chance that an officer is missing for the day
    late : by how much an officer opens late, at opening and after each break
    away : chance that the whole agency is missing for the day
    told_at : where citizens learn that nobody is there: at the entrance, or only at its counters
    day_to_day : variation of the days of those who come for it first, besides that of the mall
    breaks : by weekday, in shifts by shares of its counters; else those of the mall
    outage : how often its counters are down, all together
    at_break : what an officer does who serves when the break begins, and shortly before it
    """

    name: Text = ""
    counters: Counters | None = None
    machines: q.Count | None = None
    promise: Promise | None = None
    open: Weekdays | None = None
    last_ticket: Clocks | None = None
    quota: QuotaField | None = None
    balking: BalkingField | None = None
    order: OrderField = Order()
    call: Call = Call()
    officer_cost: q.Positive | None = None
    absence: q.Share = 0.0
    late: PatienceLaw | None = None
    away: q.Share = 0.0
    told_at: Literal["entrance", "never"] = "never"
    day_to_day: q.Variation = 0.0
    breaks: ShiftBreaks | None = None
    outage: Outage | None = None
    at_break: AtBreakField = AtBreak()
    services: dict[Name, Service]

    @cached_property
    def posts(self) -> tuple[tuple[str, Counter], ...]:
        """The counters with their labels, by number, then by name."""
        if isinstance(self.counters, dict):
            labels = sorted(self.counters, key=_natural)
            return tuple((label, self.counters[label]) for label in labels)
        number = self.machines
        if number is None:
            number = self.counters.most if isinstance(self.counters, Staffing) else 0
        return tuple((str(k + 1), Counter()) for k in range(number))

    def at_break_of(self, counter: Counter) -> AtBreak:
        """What the officer of a counter does at a break."""
        return self.at_break if counter.at_break is None else counter.at_break

    def breaks_of(self, number: int, day: Day) -> tuple[Span, ...]:
        """The breaks of a counter on a day, by its number from 0, unless it has its own."""
        shifts = (self.breaks or {}).get(day.weekday)
        return day.breaks if shifts is None else shifts.of(number, len(self.posts))


def _natural(label: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sort `2` before `10`, and numbers before words; `1` and `01` by their letters."""
    parts = re.findall(r"[0-9]+|[^0-9]+", label)
    numbers = tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)
    return numbers, label
