"""The rules of the hall read once more, as plainly as can be: an oracle for the engines.

No events and no heaps: at every instant at which something could happen, everybody is looked at,
phase by phase, until nothing is left to do. It reads the scenario by itself, not through the
engines' plan, and is far too slow for anything but small days.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from sim.scenario.calendar import Day
from sim.scenario.model import Agency, Scenario, Staffing
from sim.workload import ABSENT, NEVER, Workload

Row = tuple[Any, ...]


def play(scenario: Scenario, workload: Workload) -> tuple[list[Row], list[Row]]:
    """Return visits (entered, left, outcome, reason) and stops, in the order of the log.

    A stop is (visit, stop, service, counter, number, ticket, called, end, outcome, reason).
    """
    visits: list[Row] = []
    stops: list[Row] = []
    for number, day in enumerate(scenario.days):
        here = [v for v in range(len(workload)) if workload.day[v] == number]
        hall = _Hall(scenario, day, [_Citizen(scenario, workload, v) for v in here])
        hall.play()
        for c in hall.citizens:
            visits.append((c.entered, c.left, c.outcome, c.reason))
            stops.extend((c.visit, *row) for row in c.rows)
    return visits, stops


class _Citizen:
    def __init__(self, scenario: Scenario, w: Workload, v: int) -> None:
        self.visit = v
        of_class = w.classes[w.visitor_class[v]]
        self.priority = scenario.visitors[of_class].priority
        self.booked, self.due = int(w.booked[v]), int(w.due[v])
        self.rank = (self.booked == ABSENT, *(int(a[v]) for a in
                     (w.journey, w.origin, w.index, w.attempt)))  # fmt: skip
        columns = (w.stop, w.service, w.walk, w.time, w.patience)
        self.stops = [tuple(int(a[s]) for a in columns)
                      for s in range(w.offset[v], w.offset[v + 1])]  # fmt: skip
        self.entered = self.left = ABSENT
        self.outcome, self.reason = "refused", "closed"
        self.state, self.until = "outside", 0
        self.at = 0  # her stop
        self.since = 0
        self.counter = -1
        self.go_home = False
        self.rows: list[list[Any]] = []


class _Counter:
    def __init__(self, spans: list[tuple[int, int]], speed: float, tiers: list[list[int]]) -> None:
        self.spans, self.speed, self.tiers = spans, speed, tiers
        self.gives = {s for tier in tiers for s in tier}
        self.last = max((end for _, end in spans), default=-1)
        self.busy = False

    def open(self, time: int) -> bool:
        return any(begin <= time < end for begin, end in self.spans)


class _Hall:
    def __init__(self, scenario: Scenario, day: Day, citizens: list[_Citizen]) -> None:
        self.day, self.citizens = day, citizens
        self.capacity = scenario.hall.capacity
        self.names = scenario.services
        self.counters = [
            counter
            for name in sorted(scenario.agencies)
            for counter in _counters(scenario, name, scenario.agencies[name], day)
        ]
        self.closes = [
            max((c.last for c in self.counters if s in c.gives), default=-1)
            for s in range(len(self.names))
        ]
        self.numbers: dict[str, int] = {}
        self.now = 0

    # Who is where

    def having(self, *states: str) -> list[_Citizen]:
        return sorted((c for c in self.citizens if c.state in states), key=lambda c: c.rank)

    def inside(self) -> list[_Citizen]:
        return self.having("walking", "waiting", "serving", "leaving")

    def service(self, c: _Citizen) -> int:
        return c.stops[c.at][1]

    # The day

    def play(self) -> None:
        for c in self.citizens:
            c.until = max(c.due, self.day.doors)
        calendar = {t for c in self.counters for span in c.spans for t in span}
        calendar.add(self.day.closes)
        while True:
            times = {t for t in calendar if t >= self.now}
            times |= {c.until for c in self.having("outside", "walking", "serving", "leaving")}
            times |= {t for c in self.having("waiting") for t in (c.until, c.since)}
            self.now = min((t for t in times if t >= self.now), default=NEVER)
            if self.now > self.day.ends or self.now == NEVER:
                break
            if self.now == self.day.closes and self.day.send_home:
                self.close()
            while self.step():
                pass
            self.now += 1
        self.end()

    def close(self) -> None:
        for c in self.inside():
            if c.state == "serving":
                c.go_home = True
            else:
                self.send_home(c, "closed", self.now)

    def step(self) -> bool:
        """Do what belongs to the earliest phase that has something to do."""
        ending = [c for c in self.having("serving") if c.until == self.now]
        for c in ending:
            self.end_service(c)
        if ending or self.call():
            return True
        losing = [c for c in self.having("waiting") if c.until == self.now]
        for c in losing:
            c.rows[-1][6:] = [self.now, "reneged", "patience"]
            c.outcome, c.reason = "left", "patience"
            c.state = "leaving"
        moving = [c for c in self.having("outside", "walking", "leaving") if c.until == self.now]
        if moving and not losing:
            self.move(moving[0])
        return bool(losing or moving)

    def end_service(self, c: _Citizen) -> None:
        self.counters[c.counter].busy = False
        c.rows[-1][6:] = [self.now, "served", ""]
        c.at += 1
        if c.at == len(c.stops):
            c.state, c.outcome, c.reason = "leaving", "completed", ""
        elif c.go_home:
            c.state = "walking"
            self.send_home(c, "closed", self.now)
        else:
            c.state, c.until = "walking", self.now + c.stops[c.at][2]

    def call(self) -> bool:
        """Each free counter calls once, agencies by name, counters by number."""
        called = [self.call_by(k) for k, c in enumerate(self.counters) if not c.busy]
        return any(called)

    def call_by(self, k: int) -> bool:
        counter = self.counters[k]
        for tier in counter.tiers:
            waiting = [
                c
                for c in self.having("waiting")
                if self.service(c) in tier
                and self.may(counter, self.service(c))
                and c.since <= self.now  # a booked citizen waits for her time
            ]
            if waiting:
                first = min(
                    waiting, key=lambda c: (-c.priority, c.booked == ABSENT, c.since, c.rank)
                )
                duration = first.stops[first.at][3]
                if counter.speed != 1:
                    duration = round(duration / counter.speed)
                first.rows[-1][2], first.rows[-1][5] = k, self.now
                first.state, first.until = "serving", self.now + duration
                first.counter, counter.busy = k, True
                return True
        return False

    def may(self, counter: _Counter, service: int) -> bool:
        """Whether a counter may call for a service: it is open, or in overtime for what closed."""
        if counter.open(self.now):
            return True
        if self.now < counter.last or self.closes[service] > self.now:
            return False
        if counter.last == self.day.closes and not self.day.send_home:
            return True
        return any(
            self.closes[self.service(c)] == counter.last and self.service(c) in counter.gives
            for c in self.having("waiting")
        )

    def move(self, c: _Citizen) -> None:
        """One arrival, next stop or exit."""
        if c.state == "leaving":
            c.state, c.left = "gone", self.now
        elif c.state == "outside":
            if self.now >= self.day.last_ticket:
                c.state = "gone"
            elif self.capacity is not None and len(self.inside()) >= self.capacity:
                c.state, c.reason = "gone", "hall_full"
            else:
                c.entered = self.now
                self.reach(c)
        else:
            self.reach(c)

    def reach(self, c: _Citizen) -> None:
        if not c.stops:
            c.state, c.left, c.outcome, c.reason = "gone", self.now, "completed", ""
            return
        stop, service, _, _, patience = c.stops[c.at]
        late = self.now >= self.closes[service]
        if late and (self.closes[service] != self.day.closes or self.day.send_home):
            c.rows.append([stop, service, -1, 0, ABSENT, ABSENT, ABSENT, "turned_away", "closed"])
            c.state, c.left, c.outcome, c.reason = "gone", self.now, "refused", "closed"
            return
        agency = self.names[service].partition(".")[0]
        self.numbers[agency] = number = self.numbers.get(agency, 0) + 1
        c.rows.append([stop, service, -1, number, self.now, ABSENT, ABSENT, "in_progress", ""])
        c.since = max(self.now, c.booked)
        c.state, c.until = "waiting", NEVER if patience == NEVER else c.since + patience

    def send_home(self, c: _Citizen, reason: str, time: int) -> None:
        if c.state in ("waiting", "serving"):
            c.rows[-1][6:] = [time, "sent_home", reason]
            c.at += 1
        for stop, service, *_ in c.stops[c.at :]:
            c.rows.append([stop, service, -1, 0, ABSENT, ABSENT, ABSENT, "sent_home", reason])
        c.state, c.left, c.outcome, c.reason = "gone", time, "sent_home", reason

    def end(self) -> None:
        for c in self.inside():
            if self.day.continuous:
                c.outcome, c.reason = "in_progress", ""
            else:
                self.send_home(c, "day_end", self.day.ends)


def _counters(scenario: Scenario, name: str, agency: Agency, day: Day) -> list[_Counter]:
    services = scenario.services
    all_of = [k for k, s in enumerate(services) if s.startswith(f"{name}.")]
    mall = (day.opens, day.closes)
    if agency.machines is not None:
        span = (min(day.doors, day.opens), day.closes)
        return [_Counter([span], 1, [all_of]) for _ in range(agency.machines)]
    if isinstance(agency.counters, Staffing):
        table = agency.counters.table
        most = max(n for _, n in table)
        staffed = [
            [
                (time if k else 0, table[k + 1][0] if k + 1 < len(table) else NEVER)
                for k, (time, n) in enumerate(table)
                if n > number
            ]
            for number in range(most)
        ]
        return [_Counter(_open(mall, s, day.breaks), 1, [all_of]) for s in staffed]
    counters = []
    assert agency.counters is not None
    for label in sorted(agency.counters, key=lambda text: (len(text), text)):
        of = agency.counters[label]
        hours = list(of.hours) if of.hours is not None else [mall]
        breaks = day.breaks if of.breaks is None else of.breaks
        tiers = [[services.index(f"{name}.{s}") for s in tier] for tier in of.serves or ()]
        counters.append(_Counter(_open(mall, hours, breaks), of.speed, tiers or [all_of]))
    return counters


def _open(mall: tuple[int, int], hours: Any, breaks: Any) -> list[tuple[int, int]]:
    """Return the stretches in which a counter is open: every change of the clock is looked at."""
    clock = sorted({mall[0], mall[1], *np.ravel([*hours]).tolist(), *np.ravel([*breaks]).tolist()})
    spans: list[tuple[int, int]] = []
    for begin, end in pairwise(clock):
        inside = mall[0] <= begin < mall[1] and any(b <= begin < e for b, e in hours)
        if inside and not any(b <= begin < e for b, e in breaks):
            if spans and spans[-1][1] == begin:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((begin, end))
    return spans
