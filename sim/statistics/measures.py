"""What is measured in one log: sums and counts, so that replications can be pooled exactly.

Definitions (times in minutes):

wait : from ticket (a booked citizen: from the later of ticket and booked time; with a number from
    home: from when she entered) to call
called in time : called within the promise of the service, of all who took a ticket there; who
    left the line or was sent home was not called in time
left : of tickets, gave up waiting; of visits, ended because she gave up waiting, did not join a
    line or missed her call
refused : of stops, no ticket given, of all who took or wanted one; of visits, turned away at the
    door or at an agency
wait in visit : the waits of a completed visit, added up
visits : who comes to the door; no-shows, cancelled and moved bookings are counted apart
returned : visits of who comes back after another day; several days : of the completed visits,
    those of citizens who needed more than one day
sent home : at closing; who is sent home since her papers lack something is counted as incomplete
incomplete : of stops, tries at which the papers lacked something; of visits, those that ended so
tickets : one that is kept while she is away counts once, and so does its wait, until the first call
fulfilled : a visit completed with every wait within its promise, of all visits
lost to calls : time from call to start and calls in vain, of the time that counters were staffed
lost to outages : time down, of the same time; only where something may be down
utilisation : time serving and wrapping up, of the time that counters were staffed (overtime
    included)
line, in hall : people waiting for a call, people between door and exit: on average from door to
    close of each day, and the most at once on a day; in hall counts all who come together
standing : people in the hall beyond its seats, on average over the same time
outside : from coming to the open door to coming in, of all who came in; where there is such a line
work left, work done after : of what services leave behind the counter (`office_work.py`)
people : all who come to the door, where some come together

A measure that nobody experienced has n = 0; its value is absent, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from sim.log import Log
from sim.scenario.model import Scenario
from sim.scenario.numbers import ALONE
from sim.statistics.block import Block, Computed
from sim.statistics.counting import of_stops, of_visits
from sim.statistics.measure import Measure, Measures
from sim.statistics.office_work import WORK, of_office_work
from sim.statistics.rows import Mask, Rows
from sim.statistics.slices import slices_of
from sim.statistics.timing import of_counters, of_hall, of_lines, of_overtime

_REFUSALS = ("turned_away.closed", "turned_away.quota", "turned_away.no_officer")
_AT_STOP = (
    "tickets", "wait.mean", "called_in_time", "promise_margin", "gave_up", "left", "turned_away",
    *_REFUSALS, "refused", "balked", "missed", "sent_home", "waited", "in_line.mean",
    "wait.median", "wait.p90", "wait.p95", "wait.max",
)  # fmt: skip
_AT_HOUR = ("tickets", "wait.mean", "called_in_time", "promise_margin", "left")
_OF_VISIT = (
    "visits", "no_show", "cancelled", "moved", "completed", "gave_up", "turned_away",
    *_REFUSALS, "turned_away.hall_full", "turned_away.no_slot", "sent_home", "fulfilled", "left",
    "refused", "wait_in_visit.mean", "time_in_mall.mean",
)  # fmt: skip
_AT_COUNTER = ("utilisation", "lost_to_calls", "busy.mean", "staffed.mean")


def measure(
    log: Log, scenario: Scenario, only: Mask | None = None, *, whole: bool = False
) -> Measures:
    """Measure a log.

    only : (V,) bool, the visits that count (all if None); counters always count
    whole : only the measures of the whole span, not those by weekday, hour or date
    """
    return measure_together([log], scenario, only, whole=whole)[0]


def measure_together(
    logs: Sequence[Log], scenario: Scenario, only: Mask | None = None, *, whole: bool = False
) -> list[Measures]:
    """Measure several logs in one pass; each of the measures is what `measure` returns.

    only, whole : as there; only is of the visits of all logs
    """
    rows = Rows(logs, scenario, only)
    found = [block.of(rows) for block in _blocks(scenario, whole)]
    total, n = (np.concatenate(column, axis=1) for column in zip(*found, strict=True))
    names = measures_of(scenario, whole)
    return [Measures(log.replication, names, *of) for log, *of in zip(logs, total, n, strict=True)]


@lru_cache(maxsize=32)
def measures_of(scenario: Scenario, whole: bool = False) -> tuple[Measure, ...]:
    """Return what is measured in a scenario, in a fixed order; whole : as in `measure`."""
    return tuple(m for block in _blocks(scenario, whole) for m in block.measures())


def _blocks(scenario: Scenario, whole: bool) -> list[Block]:
    return [of for of in layout(scenario) if not whole or of.slices.labels == (("", ""),)]


@lru_cache(maxsize=16)
def layout(scenario: Scenario) -> tuple[Block, ...]:
    """Return the blocks of measures of a scenario, in a fixed order."""
    entities, slices = _entities(scenario), slices_of(scenario)
    blocks: list[Block] = []

    def add(
        scopes: str, kinds: str, what: tuple[str, ...], compute: Callable[[Rows, Block], Computed]
    ) -> None:
        for scope in scopes.split():
            for kind in kinds.split():
                if slices[kind].labels:
                    cut, of = slices[kind], _only(what, scope) if compute is of_stops else what
                    blocks.append(Block(scope, entities[scope], cut, of, compute))

    papers = _papers(scenario)
    for scope in ("mall", "agency", "service", "visitor_class"):
        add(scope, "all weekday", (*_AT_STOP, *papers), of_stops)
        add(scope, "hour", _AT_HOUR, of_stops)
    add("mall agency", "both", _AT_HOUR, of_stops)
    of_visit = (*_OF_VISIT, *papers, *_returns(scenario), *_at_door(scenario))
    add("mall journey visitor_class", "all weekday", of_visit, of_visits)
    add("mall agency", "all weekday", ("line.mean", "line.max"), of_lines)
    add("mall agency", "hour both", ("line.mean",), of_lines)
    at_counter = (*_AT_COUNTER, *(("lost_to_outages",) if scenario.outages else ()))
    add("agency", "all weekday hour", at_counter, of_counters)
    standing = ("standing.mean",) if scenario.hall.seats is not None else ()
    add("mall", "all weekday", ("in_hall.mean", "in_hall.max", *standing), of_hall)
    add("mall", "hour both", ("in_hall.mean",), of_hall)
    add("mall", "all weekday", ("overtime",), of_overtime)
    for kind in ("all", "weekday") if scenario.leave_work else ():
        if slices[kind].labels:
            agencies = scenario.leave_work
            blocks.append(Block("agency", agencies, slices[kind], WORK, of_office_work))
    add("mall", "date", ("called_in_time",), of_stops)
    add("mall", "date", ("visits", "fulfilled"), of_visits)
    add("mall", "date", ("in_hall.max",), of_hall)
    return tuple(blocks)


def _papers(scenario: Scenario) -> tuple[str, ...]:
    """What is counted only where papers may lack something."""
    services = [s for agency in scenario.agencies.values() for s in agency.services.values()]
    return ("incomplete",) if any(s.incomplete for s in services) else ()


def _returns(scenario: Scenario) -> tuple[str, ...]:
    """What is counted only where citizens may come back."""
    backs = any(scenario.come_back_of(name) for name in scenario.journeys)
    return ("returned", "several_days") if backs else ()


def _at_door(scenario: Scenario) -> tuple[str, ...]:
    """What is counted only where people come together, or stand in a line outside."""
    together = any(of.people != ALONE for of in scenario.visitors.values())
    outside = ("outside.mean",) if scenario.hall.when_full == "line" else ()
    return (*(("people",) if together else ()), *outside)


def _entities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    return {
        "mall": ("",),
        "agency": tuple(sorted(scenario.agencies)),
        "service": scenario.services,
        "journey": tuple(sorted(scenario.journeys)),
        "visitor_class": tuple(scenario.class_shares),
    }


def _only(what: tuple[str, ...], scope: str) -> tuple[str, ...]:
    """Leave out of the tickets' measures those names that the visits of a scope give."""
    if scope in ("mall", "visitor_class"):
        return tuple(name for name in what if name not in (*_OF_VISIT, "incomplete"))
    return what
