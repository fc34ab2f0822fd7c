"""What the oracle reads from a scenario by itself: counters with their hours, and lines."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np

from sim.scenario.calendar import Day
from sim.scenario.model import Agency, Scenario, Staffing
from sim.workload import NEVER

Spans = list[tuple[int, int]]


class Counter:
    """A counter; `ticket` is whom it calls or serves, `until` when that ends."""

    def __init__(self, agency: str, spans: Spans, speed: float, tiers: list[list[int]]) -> None:
        self.agency, self.spans, self.speed, self.tiers = agency, spans, speed, tiers
        self.gives = {s for tier in tiers for s in tier}
        self.last = max((end for _, end in spans), default=-1)
        self.ticket: Any = None
        self.until = 0

    def open(self, time: int) -> bool:
        return any(begin <= time < end for begin, end in self.spans)

    def with_officer(self, absent: bool, late: list[int]) -> Counter:
        """Return the counter with its officer of the day: missing, or late at each opening."""
        late = [*late, *[0] * len(self.spans)]
        spans = [
            (begin + delay, end)
            for (begin, end), delay in zip(self.spans, late, strict=False)
            if begin + delay < end and not absent
        ]
        return Counter(self.agency, spans, self.speed, self.tiers)


class Line:
    """The services that the same counters serve in the same tiers, and whose turn it is."""

    def __init__(self, services: set[int], order: Any) -> None:
        self.services = services
        self.by_priority = order.by_priority if order else True
        booked, walk_in = order.in_turn if order else (0, 0)
        self.in_turn = booked > 0
        self.turns = [False] * booked + [True] * walk_in  # whether it is a walk-in's turn
        self.calls = 0

    def first(self, waiting: list[Any], aside: list[Any]) -> Any:
        """Return the ticket that is next here, or None."""
        mine = [t for t in waiting if t.stop.service in self.services]
        away = [t for t in aside if t.stop.service in self.services]
        mine += [t for t in away if t.returns <= self.calls]
        if mine:
            of_turn = [t for t in mine if not self.in_turn or t.walk_in == self.turns[0]]
            return min(of_turn or mine, key=lambda t: t.key)
        return min(away, key=lambda t: (t.returns, t.key), default=None)


def lines_of(scenario: Scenario, counters: list[Counter]) -> list[Line]:
    alike: dict[Any, set[int]] = {}
    for s in range(len(scenario.services)):
        of = [(k, t) for k, c in enumerate(counters) for t, tier in enumerate(c.tiers) if s in tier]
        alike.setdefault(tuple(of) or s, set()).add(s)
    return [
        Line(services, scenario.agencies[counters[of[0][0]].agency].order if of else None)
        if isinstance(of, tuple) else Line(services, None)
        for of, services in alike.items()
    ]  # fmt: skip


def counters_of(scenario: Scenario, day: Day) -> list[Counter]:
    """Return the counters of a day, agencies by name, then by number, all officers present."""
    return [
        counter
        for name in sorted(scenario.agencies)
        for counter in _counters(scenario, name, scenario.agencies[name], day)
    ]


def _counters(scenario: Scenario, name: str, agency: Agency, day: Day) -> list[Counter]:
    services = scenario.services
    all_of = [k for k, s in enumerate(services) if s.startswith(f"{name}.")]
    mall = (day.opens, day.closes)
    away = agency.open is not None and not day.continuous and day.weekday not in agency.open
    if away:
        mall = (0, 0)
    if agency.machines is not None:
        spans = [] if away else [(min(day.doors, day.opens), day.closes)]
        return [Counter(name, spans, 1, [all_of]) for _ in range(agency.machines)]
    if isinstance(agency.counters, Staffing):
        table = agency.counters.table
        staffed = [
            [
                (time if k else 0, table[k + 1][0] if k + 1 < len(table) else NEVER)
                for k, (time, n) in enumerate(table)
                if n > number
            ]
            for number in range(max(n for _, n in table))
        ]
        return [Counter(name, _open(mall, s, day.breaks), 1, [all_of]) for s in staffed]
    counters = []
    assert agency.counters is not None
    for label in sorted(agency.counters, key=_by_number):
        of = agency.counters[label]
        hours = list(of.hours) if of.hours is not None else [mall]
        breaks = day.breaks if of.breaks is None else of.breaks
        tiers = [
            [services.index(s if "." in s else f"{name}.{s}") for s in tier]
            for tier in of.serves or ()
        ]
        counters.append(Counter(name, _open(mall, hours, breaks), of.speed, tiers or [all_of]))
    return counters


def _by_number(label: str) -> list[tuple[bool, int, str]]:
    """Runs of digits as numbers and before text."""
    runs = re.findall(r"\d+|\D+", label)
    return [(not r.isdigit(), int(r) if r.isdigit() else 0, r) for r in runs]


def _open(mall: tuple[int, int], hours: Any, breaks: Any) -> Spans:
    """Return the stretches in which a counter is open: every change of the clock is looked at."""
    clock = sorted({mall[0], mall[1], *np.ravel([*hours]).tolist(), *np.ravel([*breaks]).tolist()})
    spans: Spans = []
    for begin, end in pairwise(clock):
        inside = mall[0] <= begin < mall[1] and any(b <= begin < e for b, e in hours)
        if inside and not any(b <= begin < e for b, e in breaks):
            if spans and spans[-1][1] == begin:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((begin, end))
    return spans
