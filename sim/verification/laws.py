"""Laws that every engine obeys, on days with ties, several counters and patience.

Each law takes an engine and returns what is wrong, "" where nothing is. None of them needs a
second engine: a lone line is worked out here by a recursion of three lines.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine, simulate
from sim.log import STATES, Log
from sim.sampling import sample
from sim.scenario.model import Scenario
from sim.verification.malls import mall, scenario_of
from sim.workload import ABSENT, Workload

HOUR = 3_600_000_000
Law = Callable[[Engine], str]


def _line(counters: int, hours: str = "08:00-12:00", **service: Any) -> Scenario:
    """Return a mall with one line, whose times are whole minutes: many things happen at once."""
    law = {"dist": "discrete", "values": {"2 min": "40 %", "5 min": "30 %", "9 min": "30 %"}}
    return scenario_of({
        "name": "a line",
        "calendar": {"days": "mon-fri", "hours": hours},
        "agencies": {"a": {"counters": counters, "services": {"s": {"time": law, **service}}}},
        "journeys": {"all": {"per_day": 120, "stops": ["a.s"]}},
    })  # fmt: skip


def _whole_minutes(scenario: Scenario, seed: int) -> Workload:
    """Draw a workload whose citizens come at whole minutes, so that ties are the rule."""
    frame = sample(scenario, seed).to_frame()
    return Workload.from_frame(frame.assign(due=frame["due"].dt.floor("min")), scenario)


def a_lone_line_waits_as_the_recursion_says(engine: Engine) -> str:
    """First come, first served: each is called when she is there and the first counter is free.

    Kiefer and Wolfowitz 1955, "On the theory of queues with many servers".
    """
    scenario = _line(3)
    workload = sample(scenario, 7)
    log = simulate(scenario, workload, engine)
    found = log.stop_rows.called
    first = workload.day[np.repeat(np.arange(len(workload)), np.diff(workload.offset))]
    wanted = []
    for day in range(len(scenario.days)):
        here = first == day
        free = [scenario.days[day].opens] * 3
        for due, time in zip(
            workload.due[here].tolist(), workload.time[here].tolist(), strict=True
        ):
            called = max(due, heapq.heappop(free))
            heapq.heappush(free, called + time)
            wanted.append(called)
    return _unlike("called", found, np.array(wanted, dtype=np.int64))


def another_counter_delays_nobody_in_a_lone_line(engine: Engine) -> str:
    """Also where everybody comes at whole minutes."""
    few, many = _line(2), _line(3)
    one, other = (simulate(of, _whole_minutes(of, 8), engine) for of in (few, many))
    later = other.stop_rows.called > one.stop_rows.called
    return f"stop row {int(np.argmax(later))} is called later" if later.any() else ""


def with_a_counter_for_each_nobody_waits(engine: Engine) -> str:
    """Who comes while the counters are open is called at once."""
    scenario = _line(150)
    log = simulate(scenario, _whole_minutes(scenario, 9), engine)
    waited = log.stop_rows.called != log.stop_rows.ticket
    return f"stop row {int(np.argmax(waited))} waits" if waited.any() else ""


def the_past_knows_nothing_of_who_comes_later(engine: Engine) -> str:
    """Without the citizens from 10:00 on, nothing that ended before is different."""
    scenario = _line(2, patience={"dist": "exponential", "mean": "20 min"})
    workload = sample(scenario, 10)
    frame = workload.to_frame()
    due = frame["due"].to_numpy().astype("timedelta64[us]").astype(np.int64)
    early = Workload.from_frame(frame[due < 10 * HOUR], scenario)
    whole, part = (simulate(scenario, of, engine) for of in (workload, early))
    over = [_over(log, 10 * HOUR) for log in (whole, part)]
    return "" if over[0] == over[1] else "who comes later changed what was over before"


def _over(log: Log, until: int) -> list[tuple[int, ...]]:
    rows, visits = log.stop_rows, log.visit_rows
    keep = (rows.end != ABSENT) & (rows.end < until)
    who = rows.row[keep]
    columns = (visits.day[who], visits.index[who], rows.ticket[keep], rows.called[keep],
               rows.end[keep], rows.outcome[keep])  # fmt: skip
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def an_hour_later_everything_is_an_hour_later(engine: Engine) -> str:
    """The clock has no favourite hour."""
    one, other = _line(2), _line(2, hours="09:00-13:00")
    workload = sample(one, 11)
    logs = [
        simulate(of, replace(workload, due=workload.due + shift), engine)
        for of, shift in ((one, 0), (other, HOUR))
    ]
    return _unlike("end", logs[1].stop_rows.end, logs[0].stop_rows.end + HOUR)


def counters_serve_what_citizens_need(engine: Engine) -> str:
    """The time that counters serve is the sum of all service times: none is lost or made."""
    scenario = _line(2)
    workload = sample(scenario, 12)
    log = simulate(scenario, workload, engine)
    at = log.counter_rows
    serving = at.state == STATES.index("serving")
    served, needed = int((at.end - at.begin)[serving].sum()), int(workload.time.sum())
    return "" if served == needed else f"{served} µs are served where {needed} are needed"


def both_ledgers_add_up(engine: Engine) -> str:
    """Each citizen has one row, times run forwards, and a counter is in one state at a time."""
    scenario = mall(
        {"a": 2, "b": 1}, hours="08:00-10:00", hall={"capacity": 9},
        calendar={"breaks": "09:00-09:20"},
        journeys={"all": {"per_day": 90, "stops": ["a.s", "b.s"]}},
    )  # fmt: skip
    workload = _whole_minutes(scenario, 13)
    log = simulate(scenario, workload, engine)
    return "; ".join(_not_added_up(workload, log))


def _not_added_up(workload: Workload, log: Log) -> Iterator[str]:
    rows, at = log.stop_rows, log.counter_rows
    if len(log.visit_rows) != len(workload):
        yield f"{len(log.visit_rows)} visits for {len(workload)} citizens"
    served = rows.end[rows.called != ABSENT]
    if (rows.called[rows.called != ABSENT] < rows.ticket[rows.called != ABSENT]).any():
        yield "somebody is called before she has a ticket"
    if (served < rows.start[rows.called != ABSENT]).any():
        yield "a service ends before it starts"
    order = np.lexsort((at.begin, at.counter, at.day))
    same = (np.diff(at.counter[order]) == 0) & (np.diff(at.day[order]) == 0)
    if (at.end[order][:-1][same] > at.begin[order][1:][same]).any():
        yield "a counter is in two states at one time"


def one_workload_has_one_log(engine: Engine) -> str:
    """Played twice, a day is the same row for row."""
    scenario = _line(2, patience={"dist": "exponential", "mean": "20 min"})
    workload = sample(scenario, 14)
    same = simulate(scenario, workload, engine) == simulate(scenario, workload, engine)
    return "" if same else "played twice, a day came out in two ways"


LAWS: tuple[Law, ...] = (
    a_lone_line_waits_as_the_recursion_says,
    another_counter_delays_nobody_in_a_lone_line,
    with_a_counter_for_each_nobody_waits,
    the_past_knows_nothing_of_who_comes_later,
    an_hour_later_everything_is_an_hour_later,
    counters_serve_what_citizens_need,
    both_ledgers_add_up,
    one_workload_has_one_log,
)


def _unlike(what: str, found: NDArray[np.int64], wanted: NDArray[np.int64]) -> str:
    if len(found) != len(wanted):
        return f"{len(found)} rows where {len(wanted)} are due"
    wrong = found != wanted
    return f"{what} of stop row {int(np.argmax(wrong))} is not as it must be" if wrong.any() else ""
