"""All days of a replication on the compiled engine: a workload in, a log out."""

from __future__ import annotations

import sys
import threading
from functools import lru_cache
from typing import Any

import numpy as np
from numba.core import config

from sim.engine import names_of
from sim.engine.compiled import state as s
from sim.engine.compiled.heap import ENTRY
from sim.engine.compiled.instant import play
from sim.engine.compiled.state import Given, Hall, Ints, Rows
from sim.engine.compiled.tables import Tables, changes_of, tables_of
from sim.jit import cache_directory, is_kept
from sim.jit.pointers import CHECKED
from sim.log import Counters, Log, Stops, Visits
from sim.scenario.model import Scenario
from sim.words import say
from sim.workload import Workload
from sim.workload.replications import Replications


def run(scenario: Scenario, workload: Workload) -> Log:
    """Play every day of a workload and return its log."""
    number = workload.replication
    return run_all(scenario, Replications(range(number, number + 1), workload))[0]


def run_all(scenario: Scenario, drawn: Replications) -> list[Log]:
    """Play every day of replications by one call of the kernel, and return the log of each."""
    warm()
    tables = tables_of(scenario)
    given = _given(scenario, drawn, tables)
    hall = _hall(tables, given, len(scenario.played), len(scenario.before))
    out = _rows(hall)
    play(hall, given, out)
    visits, stops, counters = out.filled.tolist()
    return _logs(
        scenario,
        drawn,
        Visits(**_visit_columns(scenario, drawn, out.visits.reshape(5, -1)[:, :visits])),
        Stops(*out.stops.reshape(12, -1)[:, :stops]),
        Counters(*out.counters.reshape(5, -1)[:, :counters]),
    )


@lru_cache(maxsize=1)
def warm(lang: str = "en") -> None:
    """Compile the kernels, or read them where an earlier process kept them; once a process.

    What takes so long is said on stderr; so is it where nothing can be kept for the next time.
    """
    if not config.DISABLE_JIT and not is_kept():
        print(say("engine.compiling", lang), file=sys.stderr, flush=True)
        if cache_directory() is None:
            print(say("engine.nowhere", lang), file=sys.stderr, flush=True)
    nothing = np.zeros(s.CLOCK, dtype=np.int64)
    play(
        Hall(**{name: _like(nothing, name) for name in Hall._fields}),
        Given(**{name: _flat(_like(nothing, name)) for name in Given._fields}),
        Rows(**{name: nothing.copy() for name in Rows._fields}),
    )


def _like(nothing: Ints, name: str) -> Any:
    return nothing.astype(np.float64) if name in ("speeds", "factors", "paces") else nothing.copy()


def _given(scenario: Scenario, drawn: Replications, tables: Tables) -> Given:
    """Return a workload's columns as kernels take them: all of one kind, whoever made them."""
    workload = drawn.run
    absent, late, days = workload.absent, workload.late, len(workload.days)
    made = {  # + 0.0 leaves no zero that is negative
        **{name: getattr(tables, name) for name in ("plans", "turn_of", "turns")},
        "plan": np.tile(tables.plan, len(drawn.numbers)),
        "officers": np.concatenate((absent[:, :, None], late), axis=2).astype(np.int64).ravel(),
        "first": np.searchsorted(workload.day, np.arange(days + 1)),
        "order": workload.order(),
        "after": workload.next_attempts(drawn.days),
        **{of: (getattr(workload, of) + 0.0).view(np.int64) for of in ("balk", "back")},
        **changes_of(scenario, workload),
    }
    brought = {name: getattr(workload, name) for name in Given._fields if name not in made}
    return Given(**{name: _flat(column) for name, column in (made | brought).items()})


def _flat(column: Any) -> Any:
    """Return a column as all kernels take it: side by side in memory, and not to be written to."""
    flat = np.ascontiguousarray(column).view()
    flat.flags.writeable = False
    return flat


def _hall(tables: Tables, given: Given, a_run: int, before: int = 0) -> Hall:
    """Return a hall with room for the fullest day, and, in its clock, for the rows of all days.

    a_run : the days of a replication; before : those of them that are not in its log
    """
    counters, days = len(tables.speeds) // s.SPEEDS, len(given.plan)
    visits = int(np.diff(given.first).max(initial=0))
    needs = int(np.diff(given.offset[given.first]).max(initial=0))
    calls = needs * (1 + int(given.misses.max(initial=0))) + visits  # who is called at home
    changes = int(np.diff(given.change_of[:: max(1, counters)]).max(initial=0))
    stretches = tables.turns_a_day + 4 * counters + 4 * changes
    all_calls = len(given.stop) + int(given.misses.sum()) + len(given.due)
    clock = tables.clock.copy()
    clock[s.DAYS], clock[s.DAYS_OF_RUN], clock[s.DAYS_BEFORE] = days, a_run, before
    clock[s.VISITS_ROOM], clock[s.STOPS_ROOM] = len(given.due), len(given.stop)
    clock[s.COUNTERS_ROOM] = 4 * all_calls + days * stretches
    return Hall(
        clock=clock,
        lists=tables.lists.copy(),
        speeds=tables.speeds.copy(),
        factors=tables.factors,
        counters=tables.counters.copy(),
        lines=tables.lines.copy(),
        services=tables.services.copy(),
        agencies=tables.agencies.copy(),
        pools=tables.pools.copy(),
        journeys=tables.journeys,
        citizens=_KEPT.room("citizens", visits * s.CITIZENS),
        needs=_KEPT.room("needs", needs * s.NEEDS),
        stops=_KEPT.room("stops", needs * s.STOPS),
        stretches=_KEPT.room("stretches", (4 * calls + stretches) * s.STRETCH),
        returns=_returns(given),
        carried=_room(s.CARRIED * (len(given.stop) if (given.after >= 0).any() else 0)),
        calendar=_heap("calendar", 2 * counters + 1 + needs),
        endings=_heap("endings", counters + changes + tables.turns_a_day),
        # one that ended while she was busy ends again
        patiences=_heap("patiences", 2 * needs + visits),
        ways=_heap("ways", visits),
    )


def _returns(given: Given) -> Ints:
    """Return who comes: all but those whose attempt is a further one."""
    table = np.ones((len(given.due), s.RETURNS), dtype=np.int64)
    table[given.after[given.after >= 0], s.TAKES_PLACE] = 0
    table[:, s.CARRIES_IN] = -1
    return table.ravel()


def _rows(hall: Hall) -> Rows:
    """Return room for all that can happen."""
    room = hall.clock
    return Rows(
        visits=_room(5 * int(room[s.VISITS_ROOM])),
        stops=_room(12 * int(room[s.STOPS_ROOM])),
        counters=_room(5 * int(room[s.COUNTERS_ROOM])),
        filled=_room(3),
    )


def _heap(name: str, entries: int) -> Ints:
    return _KEPT.room(name, (entries + 2) * ENTRY)


class _Kept(threading.local):
    """Tables that a thread uses again: new memory would have to be handed out page by page."""

    def __init__(self) -> None:
        self._tables: dict[str, Ints] = {}

    def room(self, name: str, entries: int) -> Ints:
        """Return a table with room for so many entries; what stands there is of no account."""
        table = self._tables.get(name)
        if table is None or len(table) < entries or CHECKED:  # checked, it has no room to spare
            table = self._tables[name] = _room(entries)
        return table


_KEPT = _Kept()


def _room(entries: int) -> Ints:
    return np.empty(entries, dtype=np.int64)


def _visit_columns(scenario: Scenario, drawn: Replications, became: Ints) -> dict[str, Ints]:
    """Return the columns of visits, in which the days of all replications are counted through."""
    workload = drawn.run
    of_class = [scenario.visitors[name].priority for name in workload.classes]
    priority = np.array(of_class, dtype=np.int64)
    row, entered, left, outcome, reason = became
    day = workload.day[row]
    return {
        "day": day,
        "visit": np.arange(len(row)) - np.searchsorted(day, day) + 1,
        **{name: getattr(workload, name)[row] for name in _OF_WORKLOAD},
        "priority": priority[workload.visitor_class[row]],
        "entered": entered,
        "left": left,
        "outcome": outcome,
        "reason": reason,
    }


def _logs(
    scenario: Scenario, drawn: Replications, visits: Visits, stops: Stops, counters: Counters
) -> list[Log]:
    """Return the log of each replication; its days and its visits are counted from 0."""
    begins = np.arange(len(drawn.numbers) + 1) * drawn.days
    of_visits, of_counters = (np.searchsorted(of.day, begins) for of in (visits, counters))
    of_stops = np.searchsorted(stops.row, of_visits)
    tables = [vars(of) for of in (visits, stops, counters)]
    found = []
    for k, number in enumerate(drawn.numbers):
        first_day = begins[k] + len(scenario.before)
        bounds = (of[k : k + 2].tolist() for of in (of_visits, of_stops, of_counters))
        its, at_stops, at_counters = (
            {name: column[slice(*of)] for name, column in table.items()}
            for table, of in zip(tables, bounds, strict=True)
        )
        its["day"] = its["day"] - first_day
        at_stops["row"] = at_stops["row"] - of_visits[k]
        at_counters["day"] = at_counters["day"] - first_day
        of_its = Visits(**its), Stops(**at_stops), Counters(**at_counters)
        found.append(Log(number, names_of(scenario), *of_its))
    return found


_OF_WORKLOAD = ("journey", "index", "origin", "attempt", "visitor_class", "people", "booked", "due")
