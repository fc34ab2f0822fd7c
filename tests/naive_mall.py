"""What the oracle reads from a scenario by itself: counters with their hours, and lines."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np

from sim.scenario.agency import Counter as CounterModel
from sim.scenario.calendar import Day
from sim.scenario.model import Agency, Scenario, Staffing
from sim.scenario.outage import Outage
from sim.workload import NEVER

Spans = list[tuple[int, int]]
Wanted = tuple[int, str, bool]
"""A service, a class, whether she walked in."""


class Counter:
    """A counter; `ticket` is whom it calls or serves, `until` when that ends, NEVER while held.

    tiers : what it serves, each as (service, class, whether she walked in)
    post : what the scenario says of it; down : its outages, the mall's first, then its agency's
    """

    def __init__(
        self, agency: str, spans: Spans, tiers: list[list[Wanted]], breaks: Any, of: CounterModel
    ) -> None:
        self.agency, self.spans, self.tiers, self.breaks = agency, spans, tiers, breaks
        self.post, self.speed = of, of.speed
        self.gives = {wanted for tier in tiers for wanted in tier}
        self.last = max((end for _, end in spans), default=-1)
        self.ticket: Any = None
        self.until = NEVER
        self.down: list[tuple[int, int, Outage]] = []
        self.machine = False
        self.pace = 1.0
        self.paused = False
        self.gone = False  # it has left for the day
        self.gave = -1  # its last service
        self.wraps = False  # she has left, and its officer still writes

    def pace_at(self, time: int) -> float:
        """How fast it works at a time, 0 if it is down."""
        now = [how for begin, end, how in self.down if begin <= time < end]
        return min((0.0 if self.machine else how.pace for how in now), default=1.0)

    def brought_down_by(self, time: int) -> Outage:
        """The first outage that takes it down at a time."""
        return next(
            how for begin, end, how in self.down
            if begin <= time < end and (self.machine or how.pace == 0)
        )  # fmt: skip

    def break_after(self, time: int) -> int:
        """When the next closing comes, if that is a break, else NEVER; at an open time."""
        (end,) = (end for begin, end in self.spans if begin <= time < end)
        return end if self.is_break(end) else NEVER

    def is_break(self, end: int) -> bool:
        return end != self.last and end in {begin for begin, _ in self.breaks}

    def on_break(self, time: int) -> bool:
        ended = [end for _, end in self.spans if end <= time]
        return bool(ended) and not self.open(time) and self.is_break(max(ended))

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
        counter = Counter(self.agency, spans, self.tiers, self.breaks, self.post)
        counter.machine = self.machine
        return counter


class Line:
    """What the same counters serve in the same tiers, and whose turn it is."""

    def __init__(self, wanted: set[Wanted], order: Any) -> None:
        self.wanted = wanted
        self.by_priority = order.by_priority if order else True
        booked, walk_in = order.in_turn if order else (0, 0)
        self.in_turn = booked > 0
        self.turns = [False] * booked + [True] * walk_in  # whether it is a walk-in's turn
        self.calls = 0

    def first(self, waiting: list[Any], aside: list[Any]) -> Any:
        """Return the ticket that is next here, or None."""
        mine = [t for t in waiting if t.wanted in self.wanted]
        away = [t for t in aside if t.wanted in self.wanted]
        mine += [t for t in away if t.returns <= self.calls]
        back = [t for t in mine if t.given_back]
        if back:
            return min(back, key=lambda t: t.key)
        if mine:
            of_turn = [t for t in mine if not self.in_turn or t.walk_in == self.turns[0]]
            return min(of_turn or mine, key=lambda t: t.key)
        return min(away, key=lambda t: (t.returns, t.key), default=None)


def lines_of(scenario: Scenario, counters: list[Counter]) -> list[Line]:
    alike: dict[Any, set[Wanted]] = {}
    for wanted in all_wanted(scenario):
        of = tuple(
            (k, t)
            for k, c in enumerate(counters)
            for t, tier in enumerate(c.tiers)
            if wanted in tier
        )
        alike.setdefault(of or wanted, set()).add(wanted)
    return [
        Line(wanted, scenario.agencies[counters[of[0][0]].agency].order)
        if isinstance(of[0], tuple) else Line(wanted, None)
        for of, wanted in alike.items()
    ]  # fmt: skip


def all_wanted(scenario: Scenario) -> list[Wanted]:
    """Return whatever may be wanted: a service, by whom, booked or not."""
    services, classes = range(len(scenario.services)), scenario.class_shares
    return [(s, c, walk_in) for s in services for c in classes for walk_in in (False, True)]


def counters_of(scenario: Scenario, day: Day) -> list[Counter]:
    """Return the counters of a day, agencies by name, then by number, all officers present."""
    return [
        counter
        for name in sorted(scenario.agencies)
        for counter in _counters(scenario, name, scenario.agencies[name], day)
    ]


def _counters(scenario: Scenario, name: str, agency: Agency, day: Day) -> list[Counter]:
    mall = (day.opens, day.closes)
    away = agency.open is not None and not day.continuous and day.weekday not in agency.open
    if away:
        mall = (0, 0)
    if agency.machines is not None:
        spans = [] if away else [(min(day.doors, day.opens), day.closes)]
        every = _tiers(scenario, name, CounterModel())
        machines = [Counter(name, spans, every, (), CounterModel()) for _ in range(agency.machines)]
        for machine in machines:
            machine.machine = True
        return machines
    if agency.counters is None:
        return []
    if isinstance(agency.counters, Staffing):
        table = agency.counters.table
        posts = [(CounterModel(), [
            (time if k else 0, table[k + 1][0] if k + 1 < len(table) else NEVER)
            for k, (time, n) in enumerate(table)
            if n > number
        ]) for number in range(max(n for _, n in table))]  # fmt: skip
    else:
        named = (agency.counters[label] for label in sorted(agency.counters, key=_by_number))
        posts = [(of, [mall] if of.hours is None else list(of.hours)) for of in named]
    counters = []
    for number, (of, hours) in enumerate(posts):
        breaks = _breaks(agency, number, len(posts), day) if of.breaks is None else of.breaks
        spans = _open(mall, hours, breaks)
        counters.append(Counter(name, spans, _tiers(scenario, name, of), breaks, of))
    return counters


def _breaks(agency: Agency, number: int, counters: int, day: Day) -> Any:
    """The breaks of a counter without any of its own: those of its shift, or the mall's."""
    if agency.breaks is None or day.weekday not in agency.breaks:
        return day.breaks
    upto = 0.0
    for share, breaks in agency.breaks[day.weekday].parts:
        upto += share
        if (number + 0.5) / counters < upto:
            return breaks
    raise AssertionError("the shares sum to 1")


def _tiers(scenario: Scenario, name: str, of: CounterModel) -> list[list[Wanted]]:
    services = scenario.services
    serves = of.serves or [[s for s in services if s.startswith(f"{name}.")]]
    tiers = [[services.index(s if "." in s else f"{name}.{s}") for s in tier] for tier in serves]
    return [
        [
            (s, c, walk_in)
            for s, c, walk_in in all_wanted(scenario)
            if s in tier
            and (of.classes is None or c in of.classes)
            and of.only != ("booked" if walk_in else "walk_in")
        ]
        for tier in tiers
    ]


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
