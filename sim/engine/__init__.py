"""Engines: a scenario and a workload in, what happened out. No random numbers inside.

Every engine obeys the rules of the hall (docs/rules.md) and returns the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from sim.engine.choosing import Choose
from sim.engine.outages import felt
from sim.engine.plan import DayPlan, plan_day, with_officers, with_outages
from sim.errors import EngineError, WorkloadError
from sim.log import Log, Names
from sim.scenario.model import Scenario
from sim.workload import ABSENT, ENDS, Workload
from sim.workload.booked import booked_times
from sim.workload.replications import Replications

Engine = str | Callable[[Scenario, Workload], Log]
ENGINES = ("simpy", "compiled")


def simulate(
    scenario: Scenario,
    workload: Workload,
    engine: Engine = "compiled",
    *,
    choose: Choose | None = None,
) -> Log:
    """Play a workload by the rules of the hall.

    engine : "compiled", "simpy" (readable, and some hundred times slower), or a function
        (scenario, workload) -> Log of your own
    choose : a calling rule of your own, (Calling, waiting) -> one of them (sim/engine/choosing.py);
        on the engine "simpy" alone

    Raises EngineError for an engine that does not exist or takes no such rule, WorkloadError where
    the workload does not fit the scenario.
    """
    check_engine(engine)
    if workload.drawn_for is not scenario:
        check_workload(scenario, workload)
    if choose is None:
        return play(scenario, workload, engine)
    if engine != "simpy":
        raise EngineError.of("error.no_choice", engine=engine_name(engine))
    from sim.engine.reference.run import run

    return run(scenario, workload, choose)


def play(scenario: Scenario, workload: Workload, engine: Engine) -> Log:
    """Play a workload that fits, by an engine that exists: what `sample` drew for this scenario."""
    if callable(engine):
        return engine(scenario, workload)
    if engine == "compiled":
        from sim.engine.compiled.run import run as run_compiled

        return run_compiled(scenario, workload)
    from sim.engine.reference.run import run

    return run(scenario, workload)


def play_all(scenario: Scenario, drawn: Replications, engine: Engine) -> list[Log]:
    """Play replications that were drawn together for this scenario, by an engine that exists."""
    if engine == "compiled":
        from sim.engine.compiled.run import run_all

        return run_all(scenario, drawn)
    return [play(scenario, workload, engine) for workload in drawn.apart()]


def check_engine(engine: Engine) -> None:
    """Raise EngineError unless there is such an engine."""
    if not callable(engine) and engine not in ENGINES:
        raise EngineError.of("error.no_engine", engine=engine, known=", ".join(ENGINES))


def engine_name(engine: Engine) -> str:
    """Return how a run calls its engine: one that somebody passed in is "own"."""
    return engine if isinstance(engine, str) else "own"


def prepare(engine: Engine) -> None:
    """Let an engine do now what it does once, before several processes do it side by side."""
    check_engine(engine)
    if engine == "compiled":
        from sim.engine.compiled.run import warm

        warm()


def plans(scenario: Scenario, workload: Workload) -> tuple[DayPlan, ...]:
    """Return the plan of each day of a replication, with its officers and outages."""
    found = []
    for k, day in enumerate(scenario.played):
        plan = plan_day(scenario, day)
        absent, late = workload.absent[k], workload.late[k]
        if absent.any() or late.any():
            plan = with_officers(plan, absent.tolist(), late.tolist())
        down = workload.outages[workload.outages[:, 0] == k, 1:]
        if len(down):
            plan = with_outages(plan, felt(scenario, down.tolist()))
        found.append(plan)
    return tuple(found)


@lru_cache(maxsize=16)
def names_of(scenario: Scenario) -> Names:
    """Return what the codes in a log of this scenario stand for."""
    return Names(
        days=tuple(day.label for day in scenario.days),
        dates=tuple(day.date.isoformat() if day.date else "" for day in scenario.days),
        journeys=tuple(sorted(scenario.journeys)),
        services=scenario.services,
        classes=tuple(scenario.class_shares),
        counters=scenario.counters,
    )


def check_workload(scenario: Scenario, workload: Workload) -> None:
    """Raise WorkloadError unless the workload's names, order and times fit the scenario."""
    names = names_of(scenario)
    known = {what: getattr(names, what) for what in ("journeys", "services", "classes")}
    known["days"] = tuple(day.label for day in scenario.played)
    for what, of in known.items():
        if getattr(workload, what) != of:
            raise WorkloadError(f"the workload was made for other {what} than this scenario has")
    if workload.absent.shape != (len(scenario.played), len(names.counters)):
        raise WorkloadError(
            "the workload was made for other counters than this scenario has: sample it anew, the "
            "citizens are the same"
        )
    if len(workload) == 0:
        return
    if not _sorted(workload):
        raise WorkloadError("the citizens must be sorted by day, due time and identity")
    for column in ("due", "walk", "time", "patience"):
        if (getattr(workload, column) < 0).any():
            raise WorkloadError(f"column {column!r} has a negative or missing time")
    for column in ("booked", "slot", "lead"):
        values = getattr(workload, column)
        if ((values < 0) & (values != ABSENT)).any():
            raise WorkloadError(f"column {column!r} has a negative time")
    _check_tries(workload)
    _check_groups(workload)
    _check_at_once(scenario, workload)
    codes = {"day": "days", "journey": "journeys", "service": "services"}
    for column, of in {**codes, "visitor_class": "classes"}.items():
        values = getattr(workload, column)
        if len(values) and not 0 <= values.min() <= values.max() < len(known[of]):
            raise WorkloadError(f"column {column!r} names something that does not exist")
    visit = np.repeat(np.arange(len(workload)), np.diff(workload.offset))
    of_stop = workload.journey[visit], workload.service, workload.tries, workload.booked[visit]
    if (workload.slot != booked_times(scenario, *of_stop)).any():
        raise WorkloadError(
            "column 'slot' must hold the booked time of the visit at the service that its journey "
            "books, and none at other stops: a wait could not be told from the log"
        )


def _check_tries(workload: Workload) -> None:
    """Raise WorkloadError unless each try at a stop follows from the one before."""
    stop, tries, ends = workload.stop, workload.tries, workload.ends
    first = np.ones(len(stop), dtype=np.bool_)
    visit = np.repeat(np.arange(len(workload)), np.diff(workload.offset))
    first[1:] = (stop[1:] != stop[:-1]) | (visit[1:] != visit[:-1])
    again = np.flatnonzero(~first)
    if (tries[first] != 1).any() or (tries[again] != tries[again - 1] + 1).any():
        raise WorkloadError("the tries at a stop must be numbered 1, 2, ...")
    served, _, no_papers, parked = range(len(ENDS))
    if (ends[again - 1] == served).any():
        raise WorkloadError("a try follows one that ends served; number each stop of a visit anew")
    without = first.copy()  # who has no ticket when she comes to this row
    without[again] = ends[again - 1] == no_papers
    if workload.keeps[without].any():
        raise WorkloadError("column 'keeps': there is no ticket that she could keep")
    last = np.append(first[1:], True)[: len(stop)]
    if (ends[last] == parked).any():
        raise WorkloadError("a service that is parked needs a row for its rest")


def _check_groups(workload: Workload) -> None:
    """Raise WorkloadError unless the stops of a group stand together, and say how to pick."""
    visit = np.repeat(np.arange(len(workload)), np.diff(workload.offset))
    grouped = workload.group > 0
    if (grouped != (workload.pick > 0)).any():
        raise WorkloadError("columns 'group' and 'pick': a group says how to pick, and only that")
    if not grouped.any():
        return
    same = np.stack((visit, workload.group))[:, grouped]
    runs = (same[:, 1:] != same[:, :-1]).any(axis=0) | (np.diff(np.flatnonzero(grouped)) != 1)
    unlike = (np.diff(workload.pick[grouped]) != 0) & ~runs
    if unlike.any() or len(np.unique(same, axis=1).T) != runs.sum() + bool(grouped.any()):
        raise WorkloadError("the stops of a group must stand together and be picked in one way")


def _check_at_once(scenario: Scenario, workload: Workload) -> None:
    """Raise WorkloadError where a stop among several lines has several tries, or others to pick."""
    at_once = np.array([scenario.takes_all(name) for name in sorted(scenario.journeys)])
    visit = np.repeat(np.arange(len(workload)), np.diff(workload.offset))
    more = (workload.tries > 1) | (workload.group > 0)
    if (at_once[workload.journey[visit]] & more).any():
        raise WorkloadError(
            "who takes all tickets at the entrance has one try at each stop, and no groups of "
            "stops; leave the others out, or let the journey take its tickets one_by_one"
        )


def _sorted(workload: Workload) -> bool:
    day, due, order = workload.day, workload.due, workload.order()
    later = order[1:] >= order[:-1]
    later = (due[1:] > due[:-1]) | ((due[1:] == due[:-1]) & later)
    return bool(((day[1:] > day[:-1]) | ((day[1:] == day[:-1]) & later)).all())
