"""A scenario as tables of numbers: here names become numbers, once for all its days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.compiled import state as s
from sim.engine.compiled.state import Ints
from sim.engine.outages import Change, felt
from sim.engine.plan import CounterPlan, DayPlan, JourneyPlan, ServicePlan, plan_day
from sim.scenario.model import Scenario
from sim.scenario.tickets import Call
from sim.workload import NEVER, Workload

NO_LIMIT = 2**62


@dataclass(frozen=True, eq=False)
class Tables:
    """What a scenario puts into the tables of `state.Hall` and `state.Given`.

    Columns of what changes in a day are still empty. turns_a_day is the room that the turns of all
    counters need on the day with most.
    """

    plan: Ints
    plans: Ints
    turn_of: Ints
    turns: Ints
    clock: Ints
    lists: Ints
    speeds: NDArray[np.float64]
    factors: NDArray[np.float64]
    counters: Ints
    lines: Ints
    services: Ints
    agencies: Ints
    pools: Ints
    journeys: Ints
    turns_a_day: int


@lru_cache(maxsize=16)
def tables_of(scenario: Scenario) -> Tables:
    """Return the tables of a scenario."""
    of_days = [plan_day(scenario, day) for day in scenario.played]
    numbers: dict[Any, int] = {}
    plan = [numbers.setdefault(_today(of), len(numbers)) for of in of_days]
    different = [of_days[plan.index(number)] for number in range(len(numbers))]
    one, lists = different[0], _Lists(_grades(of_days[0].priority))
    factors = [factor for of in one.services for _, factor in of.by_hour]
    widths = s.LINES + 2 * _queues(one), s.SERVICES + 3 * len(one.priority) + 1
    turns = [counter.turns for of in different for counter in of.counters]
    turn_of = 2 * _offsets(turns)
    turns_a_day = int(np.diff(turn_of[:: max(1, len(one.counters))]).max(initial=0))
    return Tables(
        plan=_ints(plan),
        plans=_ints([[*_clock(of), *_until(of)] for of in different]).ravel(),
        turn_of=turn_of,
        turns=_ints([turn for of in turns for turn in of]).ravel(),
        speeds=np.array([(c.speed, 1.0) for c in one.counters], dtype=np.float64).ravel(),
        factors=np.array(factors, dtype=np.float64),
        counters=_filled([_counter(of, widths[0], lists) for of in one.counters], s.COUNTERS),
        lines=_filled([_line(one, k, lists) for k in range(len(one.givers))], widths[0]),
        services=_filled(_services(one, widths[0], lists), widths[1]),
        agencies=_filled([_agency(call) for call in one.calls], s.AGENCIES),
        pools=_filled([lists.put("RELEASES", of) for of in one.pools], s.POOLS),
        journeys=_filled([_journey(of, widths[1], lists) for of in one.journeys], s.JOURNEYS),
        clock=_filled([_once(one, widths, lists, turns_a_day)], s.CLOCK),
        lists=_ints(lists.entries),
        turns_a_day=turns_a_day,
    )


def changes_of(scenario: Scenario, workload: Workload) -> dict[str, Any]:
    """Return the changes of pace of each counter on each day, as `state.Given` has them."""
    days, counters = len(workload.days), len(scenario.counters)
    found: list[Sequence[Change]] = [()] * (days * counters)
    for day in np.unique(workload.outages[:, 0]).tolist():
        rows = workload.outages[workload.outages[:, 0] == day, 1:]
        found[day * counters : (day + 1) * counters] = felt(scenario, rows.tolist())
    every = [change for of in found for change in of]
    how = [(c.time, s.REQUEUES * c.requeue + s.RESTARTS * c.restart) for c in every]
    return {
        "change_of": _offsets(found),
        "changes": _ints(how).ravel(),
        "paces": np.array([change.pace for change in every], dtype=np.float64),
    }


Row = dict[str, int]


class _Lists:
    """Ragged things one behind the other; what is put there is known by where it lies."""

    def __init__(self, entries: list[int]) -> None:
        self.entries = entries

    def put(self, name: str, rows: Iterable[Any]) -> Row:
        """Put entries, or rows of them, behind the others; return from where to where."""
        begin = len(self.entries)
        self.entries += np.ravel([*rows]).astype(np.int64).tolist()
        return {f"{name}_FROM": begin, f"{name}_TO": len(self.entries)}

    def room(self, entries: int) -> int:
        """Make room for what changes and return where it begins."""
        return self.put("", [0] * entries)["_FROM"]


def _today(plan: DayPlan) -> tuple[Any, ...]:
    """Return what tells the plan of one day from that of another."""
    return _clock(plan), _until(plan), tuple(counter.turns for counter in plan.counters)


def _clock(plan: DayPlan) -> tuple[int, ...]:
    day = plan.day
    return day.doors, day.last_ticket, day.closes, day.ends, day.send_home, day.continuous


def _until(plan: DayPlan) -> tuple[int, ...]:
    return tuple(NEVER if service.until is None else service.until for service in plan.services)


def _grades(priority: Sequence[int]) -> list[int]:
    """Return the place of each class's priority, the higher first; at last that of priority 0.

    That last one stands for everybody in a line where who comes first goes first.
    """
    places = sorted({0, *priority}, reverse=True)
    return [places.index(of) for of in (*priority, 0)]


def _queues(plan: DayPlan) -> int:
    """Return how many queues a line has: two a grade, beside those that begin and end it."""
    return s.GRADE_QUEUES + 2 * len({0, *plan.priority}) + 1


def _once(plan: DayPlan, widths: tuple[int, int], lists: _Lists, turns_a_day: int) -> Row:
    return {
        "CAPACITY": NO_LIMIT if plan.capacity is None else plan.capacity,
        "LINE_AT_DOOR": int(plan.line_at_door),
        "SEATS": NO_LIMIT if plan.seats is None else plan.seats,
        "STANDING": plan.standing,
        "CLASSES": len(plan.priority),
        "QUEUES": _queues(plan),
        "FREED_FROM": lists.room(len(plan.counters)),
        "STAYING_FROM": lists.room(len(plan.counters)),
        "TODAY_FROM": lists.room(turns_a_day),
        "COUNTERS_TO": len(plan.counters) * s.COUNTERS,
        "LINES_TO": len(plan.givers) * widths[0],
        "SERVICES_TO": len(plan.services) * widths[1],
        "AGENCIES_TO": len(plan.calls) * s.AGENCIES,
        "POOLS_TO": len(plan.pools) * s.POOLS,
        "PLAN_WIDTH": s.DAY_CLOCK + len(plan.services),
        "LINE_WIDTH": widths[0],
        "SERVICE_WIDTH": widths[1],
    }


def _counter(of: CounterPlan, line: int, lists: _Lists) -> Row:
    begins = [lists.put("", [line * k for k in tier])["_FROM"] for tier in of.tiers]
    tiers = lists.put("TIERS", [*begins, len(lists.entries)])
    tiers["TIERS_TO"] -= 1  # behind the last tier stands only where it ends
    return {
        "AGENCY": of.agency_index * s.AGENCIES,
        "HELP_FROM": of.help_from,
        "LONGEST_WAIT": int(of.longest_wait),
        "PAUSES": int(of.pauses),
        "OVERRUN": -1 if of.overrun is None else of.overrun,
        **tiers,
    }


def _line(plan: DayPlan, k: int, lists: _Lists) -> Row:
    booked, walk_in = plan.orders[k].in_turn
    givers = [plan.counters[giver] for giver in plan.givers[k]]
    helped = any(of.help_from > 1 and any(k in tier for tier in of.tiers[1:]) for of in givers)
    return {
        **lists.put("GIVERS", [s.COUNTERS * giver for giver in plan.givers[k]]),
        "FIRST_COME": int(not plan.orders[k].by_priority),
        "BOOKED_TURNS": booked,
        "WALK_IN_TURNS": walk_in,
        "HELPED": int(helped),
    }


def _services(plan: DayPlan, line: int, lists: _Lists) -> list[Row]:
    factor = count()
    return [
        {
            **_service(of, line, lists),
            **lists.put("BY_HOUR", [(time, next(factor)) for time, _ in of.by_hour]),
        }
        for of in plan.services
    ]


def _service(of: ServicePlan, line: int, lists: _Lists) -> Row:
    balking = of.balking.table if of.balking else ()
    shares = _bits([share for _, share in balking])
    table = [(start, share) for (start, _), share in zip(balking, shares, strict=True)]
    begins = [lists.put("", [s.POOLS * k for k in pools])["_FROM"] for pools in of.pools]
    lines = [line * k for of_class in of.lines for k in of_class]
    behind = enumerate([*lines, *begins, len(lists.entries)])
    return {
        "OF_AGENCY": of.agency * s.AGENCIES,
        "MEAN": of.mean,
        "BY_WAIT": int(of.balking is not None and of.balking.by == "wait"),
        "TOLD": int(of.told),
        "SET_UP": of.set_up,
        "WRAP_UP": of.wrap_up,
        **{f"SERVICES {place}": entry for place, entry in behind},
        **lists.put("BALKING", table),
    }


def _agency(call: Call) -> Row:
    again = -1 if call.again_after is None else call.again_after
    return {
        "WALK_UP": call.walk_up,
        "IN_VAIN": call.tries * call.every,
        "AGAIN": again,
        "MISSES_CALLS": int(call.missed > 0),
    }


def _journey(of: JourneyPlan, service: int, lists: _Lists) -> Row:
    shares = _bits([*of.back, of.back_incomplete])
    documents = [(service * k, service * d) for k, from_ in of.needs.items() for d in from_]
    return {
        "GOES_ON": sum(1 << outcome for outcome in of.goes_on_after),
        "GRACE": of.grace,
        "CALL_EARLY": int(of.call_early),
        "ENTRANCE": of.entrance,
        "AT_ONCE": int(of.at_once),
        **lists.put("DOCUMENTS", documents),
        "BACK_WITH_PAPERS": shares[-1],
        **{f"BACK {outcome}": share for outcome, share in enumerate(shares[:-1])},
    }


def _filled(rows: list[Row], width: int) -> Ints:
    """Return a table with named columns filled; `BACK 2` is two places behind `BACK`."""
    table = np.zeros((len(rows), width), dtype=np.int64)
    for number, row in enumerate(rows):
        for name, value in row.items():
            of, _, behind = name.rpartition(" ")
            table[number, getattr(s, of or name) + (int(behind) if of else 0)] = value
    return table.ravel()


def _offsets(rows: Iterable[Sequence[Any]]) -> Ints:
    lengths = [len(row) for row in rows]
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)


def _bits(shares: Sequence[float]) -> list[int]:
    """Return the bits of numbers of 0 or more, which sort as the numbers do."""
    bits: list[int] = (np.array(shares, dtype=np.float64) + 0.0).view(np.int64).tolist()
    return bits


def _ints(values: Any) -> Ints:
    return np.array(values, dtype=np.int64)
