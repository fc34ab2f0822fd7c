"""The mall of one day, ready for an engine: names are numbers, tables are times.

Both engines start from this plan, so what a scenario means is decided once, here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sim.scenario.calendar import Day, Span, without
from sim.scenario.model import Agency, Counter, Scenario, Staffing

OPEN, BREAK, CLOSED = range(3)
NOT_TODAY = -1
"""The closing time of a line that no counter serves today."""


@dataclass(frozen=True)
class CounterPlan:
    """One counter on one day.

    turns : (time in µs, OPEN | BREAK | CLOSED), in order; empty if it stays closed all day
    tiers : the lines that it serves, the first tier before the second
    last : when it closes for good, unless tickets are left
    """

    agency: str
    label: str
    speed: float
    turns: tuple[tuple[int, int], ...]
    tiers: tuple[tuple[int, ...], ...]

    @property
    def last(self) -> int:
        """When the counter closes for the last time, or NOT_TODAY."""
        return self.turns[-1][0] if self.turns else NOT_TODAY


@dataclass(frozen=True)
class DayPlan:
    """One day of the mall.

    counters : in the order in which they call: agencies by name, counters by number
    agency_of, line_of : the agency and the line of each service (by its place among the names)
    givers : the counters that serve each line, in calling order
    closes : when each line takes its last ticket, µs or NOT_TODAY
    capacity : how many people the hall admits, or None
    priority : of each visitor class
    """

    day: Day
    counters: tuple[CounterPlan, ...]
    agency_of: tuple[int, ...]
    line_of: tuple[int, ...]
    givers: tuple[tuple[int, ...], ...]
    closes: tuple[int, ...]
    capacity: int | None
    priority: tuple[int, ...]

    def kept_for(self, counter: CounterPlan) -> frozenset[int]:
        """The lines for which a counter stays after its last closing: it was open to their end."""
        return frozenset(
            line for tier in counter.tiers for line in tier if self.closes[line] == counter.last
        )


def plan_day(scenario: Scenario, day: Day) -> DayPlan:
    """Return the plan of one day of a scenario."""
    agencies = sorted(scenario.agencies)
    posts = [
        (name, label, counter, turns)
        for name in agencies
        for label, counter, turns in _posts(scenario.agencies[name], day)
    ]
    serves = [_tiers(scenario, name, counter) for name, _, counter, _ in posts]
    line_of, lines = _lines(len(scenario.services), serves)
    counters = tuple(
        CounterPlan(name, label, counter.speed, turns, _tiers_of_lines(tiers, line_of))
        for (name, label, counter, turns), tiers in zip(posts, serves, strict=True)
    )
    givers = tuple(
        tuple(k for k, c in enumerate(counters) if any(line in tier for tier in c.tiers))
        for line in range(lines)
    )
    closes = tuple(max((counters[k].last for k in of), default=NOT_TODAY) for of in givers)
    return DayPlan(
        day=day,
        counters=counters,
        agency_of=tuple(agencies.index(s.partition(".")[0]) for s in scenario.services),
        line_of=line_of,
        givers=givers,
        closes=closes,
        capacity=scenario.hall.capacity,
        priority=tuple(scenario.visitors[name].priority for name in scenario.class_shares),
    )


def counter_names(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """All counters of a scenario as (agency, label), in calling order."""
    return tuple(
        (name, label)
        for name in sorted(scenario.agencies)
        for label, _ in _counters(scenario.agencies[name])
    )


def _counters(agency: Agency) -> list[tuple[str, Counter]]:
    """Return an agency's counters with their labels, by number, then by name."""
    if isinstance(agency.counters, dict):
        labels = sorted(agency.counters, key=_natural)
        return [(label, agency.counters[label]) for label in labels]
    number = agency.machines
    if number is None:
        number = agency.counters.most if isinstance(agency.counters, Staffing) else 0
    return [(str(k + 1), Counter()) for k in range(number)]


def _natural(label: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sort `2` before `10`, and numbers before words; `1` and `01` by their letters."""
    parts = re.findall(r"[0-9]+|[^0-9]+", label)
    numbers = tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)
    return numbers, label


def _posts(agency: Agency, day: Day) -> list[tuple[str, Counter, tuple[tuple[int, int], ...]]]:
    posts = []
    for number, (label, counter) in enumerate(_counters(agency)):
        if agency.machines is not None:
            hours: tuple[Span, ...] = ((min(day.doors, day.opens), day.closes),)
            breaks: tuple[Span, ...] = ()
        elif isinstance(agency.counters, Staffing):
            hours, breaks = _staffed(agency.counters, number, day), day.breaks
        else:
            own = counter.hours or ((day.opens, day.closes),)
            hours = tuple(cut for span in own for cut in _within(span, (day.opens, day.closes)))
            breaks = day.breaks if counter.breaks is None else counter.breaks
        posts.append((label, counter, _turns(hours, breaks)))
    return posts


def _staffed(staffing: Staffing, number: int, day: Day) -> tuple[Span, ...]:
    """Return when counter `number` (from 0) is staffed; the first value holds before its time."""
    times = [day.opens, *(time for time, _ in staffing.table[1:]), day.closes]
    spans: list[Span] = []
    for k, (_, open_counters) in enumerate(staffing.table):
        for begin, end in _within((times[k], times[k + 1]), (day.opens, day.closes)):
            if number >= open_counters:
                continue
            if spans and spans[-1][1] == begin:
                begin = spans.pop()[0]
            spans.append((begin, end))
    return tuple(spans)


def _within(span: Span, hours: Span) -> list[Span]:
    begin, end = max(span[0], hours[0]), min(span[1], hours[1])
    return [(begin, end)] if begin < end else []


def _turns(hours: tuple[Span, ...], breaks: tuple[Span, ...]) -> tuple[tuple[int, int], ...]:
    """Return the counter's openings and closings; a stretch that a break begins is a BREAK."""
    turns: list[tuple[int, int]] = []
    open_spans = [span for of in sorted(hours) for span in without(of, breaks)]
    break_starts = {begin for begin, _ in breaks}
    for begin, end in open_spans:
        if turns and turns[-1][0] == begin:
            turns.pop()  # two stretches that touch are one
        else:
            turns.append((begin, OPEN))
        turns.append((end, BREAK if end in break_starts else CLOSED))
    if turns:
        turns[-1] = (turns[-1][0], CLOSED)
    return tuple(turns)


def _tiers(scenario: Scenario, agency: str, counter: Counter) -> tuple[tuple[int, ...], ...]:
    """Return the services of each tier, by position; without tiers all of the agency's."""
    known = scenario.services
    if counter.serves is None:
        return (tuple(k for k, s in enumerate(known) if s.partition(".")[0] == agency),)
    return tuple(
        tuple(known.index(name if "." in name else f"{agency}.{name}") for name in tier)
        for tier in counter.serves
    )


def _lines(services: int, serves: list[tuple[tuple[int, ...], ...]]) -> tuple[tuple[int, ...], int]:
    """Put services that the same counters serve in the same tiers into one line."""
    signatures = [
        tuple((k, t) for k, tiers in enumerate(serves) for t, tier in enumerate(tiers) if s in tier)
        for s in range(services)
    ]
    # A service that nobody gives stands in a line of its own, where nobody is admitted.
    keys = [signature or (("none", s),) for s, signature in enumerate(signatures)]
    order = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    return tuple(order[key] for key in keys), len(order)


def _tiers_of_lines(
    tiers: tuple[tuple[int, ...], ...], line_of: tuple[int, ...]
) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(dict.fromkeys(line_of[s] for s in tier)) for tier in tiers)
