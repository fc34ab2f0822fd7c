"""What the compiled engine does not know yet: this is the one place that says so.

Whatever a plan or a workload can say, and is not named here, must be as if nobody had said it;
else the engine refuses. So a rule that is new in the hall is never silently left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Any

import numpy as np

from sim.engine.plan import CounterPlan, DayPlan, JourneyPlan, ServicePlan, plan_day
from sim.errors import EngineError
from sim.scenario.model import Scenario
from sim.workload import Workload

KNOWN: dict[type, frozenset[str]] = {
    DayPlan: frozenset({
        "day", "counters", "services", "givers", "closes", "orders", "calls", "pools", "deserted",
        "capacity", "priority", "journeys", "line_at_door", "seats", "standing",
    }),
    CounterPlan: frozenset({
        "agency", "agency_index", "label", "speed", "turns", "tiers", "help_from",
        "longest_wait", "pauses", "overrun", "changes", "absent",
    }),
    ServicePlan: frozenset({
        "agency", "lines", "until", "balking", "mean", "pools", "told", "by_hour", "set_up",
        "wrap_up",
    }),
    JourneyPlan: frozenset({
        "goes_on_after", "grace", "call_early", "entrance", "needs", "back",
        "back_incomplete", "at_once",
    }),
    Workload: frozenset({
        "replication", "days", "journeys", "services", "classes", "day", "journey", "index",
        "origin", "attempt", "visitor_class", "people", "booked", "due", "stay", "comes",
        "offset", "stop", "service", "walk", "time", "patience", "slot", "balk", "misses", "tries",
        "ends", "keeps", "group", "pick", "absent", "late", "outages", "back", "lead",
    }),
}  # fmt: skip
"""The words that it knows, by where they stand."""

SAYS_NOTHING: dict[str, int] = {}
"""What stands in a column of a workload, of those that it does not know, while it is not used."""


def refuse_unknown(scenario: Scenario, workload: Workload) -> None:
    """Raise EngineError if the scenario or the workload says something that is not known here."""
    unknown = _of_scenario(scenario) + tuple(_of_workload(workload))
    if unknown:
        words = ", ".join(dict.fromkeys(unknown))
        raise EngineError.of("error.engine_lacks", engine="compiled", words=words)


@lru_cache(maxsize=16)
def _of_scenario(scenario: Scenario) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for day in scenario.played:
        plan = plan_day(scenario, day)
        for part in (plan, *plan.counters, *plan.services, *plan.journeys):
            found.update(dict.fromkeys(_said(part)))
    return tuple(found)


def _said(part: Any) -> Iterator[str]:
    """Yield the names of what a part of a plan says beyond what is known."""
    for of in _unknown(type(part)):
        if of.default is MISSING or getattr(part, of.name) != of.default:
            yield of.name


def _of_workload(workload: Workload) -> Iterator[str]:
    for of in _unknown(Workload):
        column = np.asarray(getattr(workload, of.name))
        if (column != SAYS_NOTHING.get(of.name, np.nan)).any():
            yield of.name


def _unknown(kind: type) -> Iterable[Any]:
    return (of for of in fields(kind) if of.name not in KNOWN[kind])
