"""The rows of logs with what is derived from them once: waits, and who was called in time.

Several replications are measured together, the rows of one behind those of another: a call of
NumPy serves them all. An entity of the second is then another than that of the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.log import STOP_OUTCOMES, VISIT_OUTCOMES, Log
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.workload import ABSENT
from sim.workload.booked import booked_times

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Rows:
    """Logs as if they were one, and of it what several measures need.

    replications : how many; of_visit, of_stop, of_stretch : to which, by position, each row belongs
    doors : when they open, by day
    chosen : (V,) the visits asked for; visit : of them those due after the warm-up
    stop : (S,) the stops of `visit`; ticketed, called : of them those with a ticket, a call
    promised : tickets with a promise; in_time : called within it; needed : the share promised
    wait, in_line : (S,) minutes, 0 where there was none
    """

    def __init__(self, logs: Sequence[Log], scenario: Scenario, only: Mask | None = None) -> None:
        log = _as_one(logs)
        self.log, self.scenario, self.replications = log, scenario, len(logs)
        self.of_visit = _which([len(log.visit_rows) for log in logs])
        self.of_stop = self.of_visit[log.stop_rows.row]
        self.of_stretch = _which([len(log.counter_rows) for log in logs])
        visits, stops = log.visit_rows, log.stop_rows
        self.chosen = np.ones(len(visits), dtype=np.bool_) if only is None else only
        warm_up = np.array([day.warm_up for day in scenario.days])
        self.doors = np.array([day.doors for day in scenario.days])
        self.visit: Mask = self.chosen & (visits.due >= warm_up[visits.day])
        self.stop: Mask = self.visit[stops.row]
        self.stop_day = visits.day[stops.row]
        self.ticketed: Mask = self.stop & (stops.ticket != ABSENT) & ~_kept(log)
        self.called: Mask = self.ticketed & (stops.called != ABSENT)
        self.since = wait_begins(log, scenario)
        waited = np.where(self.called, (stops.called - self.since) / q.MINUTE, 0.0)
        self.wait = np.maximum(waited, 0.0)
        left_line = np.where(self.called, stops.called, stops.end)
        stood = np.where(self.ticketed, (left_line - self.since) / q.MINUTE, 0.0)
        self.in_line = np.maximum(stood, 0.0)
        promises = [scenario.promise_of(name) for name in log.names.services]
        limit = np.array([p.wait / q.MINUTE if p else np.inf for p in promises])
        self.promised: Mask = self.ticketed & np.isfinite(limit)[stops.service]
        self.in_time: Mask = self.called & (self.wait <= limit[stops.service])
        self.needed = np.array([p.for_ if p else 0.0 for p in promises])[stops.service]

    def stops_that(self, outcome: str) -> Mask:
        """Return which stops had an outcome."""
        found: Mask = self.log.stop_rows.outcome == STOP_OUTCOMES.index(outcome)
        return found

    def visits_that(self, outcome: str) -> Mask:
        """Return which visits had an outcome."""
        found: Mask = self.log.visit_rows.outcome == VISIT_OUTCOMES.index(outcome)
        return found

    @cached_property
    def from_home(self) -> Mask:
        """The visits that took a number before they came."""
        stops, entered = self.log.stop_rows, self.log.visit_rows.entered
        before = (stops.ticket != ABSENT) & (stops.ticket < entered[stops.row])
        found: Mask = np.bincount(stops.row, before, len(entered)) > 0
        return found

    @cached_property
    def by_wait(self) -> Ints:
        """The rows that were called, from the shortest wait to the longest."""
        called = np.flatnonzero(self.called)
        return called[np.argsort(self.wait[called])]

    @cached_property
    def agency_of_service(self) -> Ints:
        """The agency of each service, by position."""
        agencies = sorted(self.scenario.agencies)
        of = [agencies.index(s.partition(".")[0]) for s in self.log.names.services]
        return np.array(of, dtype=np.int64)

    def entity_of_stop(self, scope: str) -> Ints:
        """Return the entity of each stop in a scope, by position, of all replications."""
        stops, names = self.log.stop_rows, self.log.names
        if scope == "mall":
            return self.of_stop
        if scope == "service":
            return self.of_stop * len(names.services) + stops.service
        if scope == "visitor_class":
            of_class = self.log.visit_rows.visitor_class[stops.row]
            return self.of_stop * len(names.classes) + of_class
        agency = self.agency_of_service[stops.service]
        return self.of_stop * len(self.scenario.agencies) + agency

    def entity_of_visit(self, scope: str) -> Ints:
        """Return the entity of each visit in a scope, by position, of all replications."""
        visits, names = self.log.visit_rows, self.log.names
        if scope == "mall":
            return self.of_visit
        if scope == "journey":
            return self.of_visit * len(names.journeys) + visits.journey
        return self.of_visit * len(names.classes) + visits.visitor_class


def _as_one(logs: Sequence[Log]) -> Log:
    """Return one log with the rows of all."""
    if len(logs) == 1:
        return logs[0]
    first = np.cumsum([0, *(len(log.visit_rows) for log in logs[:-1])])
    stops: Any = _behind([log.stop_rows for log in logs])
    row = stops.row + np.repeat(first, [len(log.stop_rows) for log in logs])
    return replace(
        logs[0],
        visit_rows=_behind([log.visit_rows for log in logs]),
        stop_rows=replace(stops, row=row),
        counter_rows=_behind([log.counter_rows for log in logs]),
    )


def _behind(tables: Sequence[Any]) -> Any:
    """Return one table with the rows of all."""
    columns = [field.name for field in fields(tables[0])]
    return type(tables[0])(
        **{name: np.concatenate([getattr(of, name) for of in tables]) for name in columns}
    )


def _which(lengths: Sequence[int]) -> Ints:
    return np.repeat(np.arange(len(lengths)), lengths)


def _kept(log: Log) -> Mask:
    """Return which rows have the ticket of the row before: who came back with hers.

    Her ticket counts once, and so does its wait: the one until she was first called.
    """
    stops = log.stop_rows
    kept = np.zeros(len(stops), dtype=np.bool_)
    kept[1:] = (stops.ticket[1:] != ABSENT) & (stops.number[1:] == stops.number[:-1])
    for same in (stops.row, stops.stop):
        kept[1:] &= same[1:] == same[:-1]
    return kept


def wait_begins(log: Log, scenario: Scenario) -> Ints:
    """Return when the wait at each stop begins, in µs: at its ticket, or later.

    It is the booked time if that is later, and for a number from home not before she has entered.
    Which stops a booked time holds for, `booked_times` says, for engines and measures alike.
    """
    visits, stops = log.visit_rows, log.stop_rows
    journey, booked = (column[stops.row] for column in (visits.journey, visits.booked))
    slots = booked_times(scenario, journey, stops.service, stops.tries, booked)
    since: Ints = np.maximum(np.maximum(stops.ticket, slots), visits.entered[stops.row])
    return since
