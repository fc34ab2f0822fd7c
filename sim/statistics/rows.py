"""The rows of a log with what is derived from them once: waits, and who was called in time."""

from __future__ import annotations

from functools import cached_property

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
    """A log, and of it what several measures need.

    doors : when they open, by day
    chosen : (V,) the visits asked for; visit : of them those due after the warm-up
    stop : (S,) the stops of `visit`; ticketed, called : of them those with a ticket, a call
    promised : tickets with a promise; in_time : called within it; needed : the share promised
    wait, in_line : (S,) minutes, 0 where there was none
    """

    def __init__(self, log: Log, scenario: Scenario, only: Mask | None = None) -> None:
        self.log, self.scenario = log, scenario
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
        """Return the entity of each stop in a scope, by position."""
        stops = self.log.stop_rows
        if scope == "mall":
            return np.zeros(len(stops), dtype=np.int64)
        if scope == "service":
            return stops.service
        if scope == "visitor_class":
            return self.log.visit_rows.visitor_class[stops.row]
        return self.agency_of_service[stops.service]

    def entity_of_visit(self, scope: str) -> Ints:
        """Return the entity of each visit in a scope, by position."""
        visits = self.log.visit_rows
        if scope == "mall":
            return np.zeros(len(visits), dtype=np.int64)
        return visits.journey if scope == "journey" else visits.visitor_class


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
