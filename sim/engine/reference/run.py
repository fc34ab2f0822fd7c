"""All days of a replication on the reference engine: arrays to citizens, citizens to rows."""

from __future__ import annotations

import numpy as np

from sim.engine import names_of, plans
from sim.engine.choosing import Choose
from sim.engine.plan import DayPlan
from sim.engine.reference.choice import Choice
from sim.engine.reference.citizen import Citizen, Need, StopRow
from sim.engine.reference.day import Hall, play
from sim.engine.reference.returns import Returns
from sim.log import Counters, Log, Stops, Visits
from sim.scenario.model import Scenario
from sim.workload import ABSENT, Workload

Row = tuple[int, ...]


def run(scenario: Scenario, workload: Workload, choose: Choose | None = None) -> Log:
    """Play every day of a workload and return its log; `choose` replaces the order of calling."""
    visits: list[Row] = []
    stops: list[Row] = []
    counters: list[Row] = []
    rows: list[int] = []
    rank, returns = workload.rank(), Returns(workload)
    choice = choose and Choice(choose, names_of(scenario))
    first = np.searchsorted(workload.day, np.arange(len(workload.days) + 1))
    before = len(scenario.before)
    for day, plan in enumerate(plans(scenario, workload)):
        here = range(int(first[day]), int(first[day + 1]))
        all_due = zip(here, _citizens(workload, here, rank, plan), strict=True)
        come = {row: citizen for row, citizen in all_due if returns.comes(row)}
        for row, citizen in come.items():
            returns.resume(row, citizen)
        hall = play(plan, [*come.values()], choice)
        for row, citizen in come.items():
            returns.note(row, citizen, citizen.journey)
        if day < before:
            continue
        for row, citizen in come.items():
            visits.append((citizen.entered, citizen.left, citizen.outcome, citizen.reason))
            stops.extend(_stop_rows(len(rows), citizen))
            rows.append(row)
        counters.extend(_counter_rows(day - before, hall))
    return Log(
        replication=workload.replication,
        names=names_of(scenario),
        visit_rows=_visit_rows(scenario, workload, np.array(rows, dtype=np.int64), visits),
        stop_rows=Stops(*_columns(stops, 12)),
        counter_rows=Counters(*_columns(counters, 5)),
    )


def _citizens(workload: Workload, here: range, rank: np.ndarray, plan: DayPlan) -> list[Citizen]:
    begin, end = here.start, here.stop
    offset = workload.offset[begin : end + 1].tolist()
    of_stops = slice(offset[0], offset[-1])
    columns = (
        workload.stop, workload.service, workload.walk, workload.time, workload.patience,
        workload.slot, workload.balk, workload.misses, workload.tries, workload.ends,
        workload.keeps, workload.group, workload.pick,
    )  # fmt: skip
    needs = [*map(Need._make, zip(*(c[of_stops].tolist() for c in columns), strict=True))]
    return [
        Citizen(
            rank=r,
            due=due,
            priority=plan.priority[visitor_class],
            visitor_class=visitor_class,
            ahead=needs[offset[k] - offset[0] : offset[k + 1] - offset[0]],
            journey=plan.journeys[journey],
            comes=comes,
            stay=stay,
            people=people,
            lead=lead,
        )
        for k, (r, due, visitor_class, journey, stay, comes, people, lead) in enumerate(
            zip(
                rank[begin:end].tolist(),
                workload.due[begin:end].tolist(),
                workload.visitor_class[begin:end].tolist(),
                workload.journey[begin:end].tolist(),
                workload.stay[begin:end].tolist(),
                workload.comes[begin:end].tolist(),
                workload.people[begin:end].tolist(),
                workload.lead[begin:end].tolist(),
                strict=True,
            )
        )
    ]


def _stop_rows(row: int, citizen: Citizen) -> list[Row]:
    rows: list[Row] = []
    for of in _in_place(citizen):
        t = of.ticket
        times = (t.counter, t.number, t.taken, t.called, t.start, t.end) if t else _NO_TICKET
        rows.append((row, of.stop, of.tries, of.service, *times, of.outcome, of.reason))
    return rows


def _in_place(citizen: Citizen) -> list[StopRow]:
    """Return her rows as she reached them, what she was told of before the first later stop."""
    found = list(citizen.rows)
    for told in citizen.told:
        later = (k for k, of in enumerate(found) if of.stop > told.stop)
        found.insert(next(later, len(found)), told)
    return found


_NO_TICKET = (-1, 0, ABSENT, ABSENT, ABSENT, ABSENT)


def _counter_rows(day: int, hall: Hall) -> list[Row]:
    return [
        (day, counter.rank, begin, end, state)
        for counter in hall.counters
        for begin, end, state in hall.stretches(counter)
    ]


def _visit_rows(
    scenario: Scenario, workload: Workload, rows: np.ndarray, became: list[Row]
) -> Visits:
    entered, left, outcome, reason = _columns(became, 4)
    of_class = [scenario.visitors[name].priority for name in workload.classes]
    priority = np.array(of_class, dtype=np.int64)
    day = workload.day[rows] - len(scenario.before)
    return Visits(
        day=day,
        visit=np.arange(len(rows)) - np.searchsorted(day, day) + 1,
        journey=workload.journey[rows],
        index=workload.index[rows],
        origin=workload.origin[rows],
        attempt=workload.attempt[rows],
        visitor_class=workload.visitor_class[rows],
        people=workload.people[rows],
        priority=priority[workload.visitor_class[rows]],
        booked=workload.booked[rows],
        due=workload.due[rows],
        entered=entered,
        left=left,
        outcome=outcome,
        reason=reason,
    )


def _columns(rows: list[Row], width: int) -> list[np.ndarray]:
    table = np.array(rows, dtype=np.int64).reshape(-1, width)
    return [np.ascontiguousarray(table[:, k]) for k in range(width)]
