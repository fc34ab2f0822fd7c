"""A log as kernels take it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.log import Log
from sim.scenario.model import Scenario
from sim.statistics.tally.mall import Ints, flat
from sim.workload import ABSENT
from sim.workload.booked import booked_times

Mask = NDArray[np.bool_]


class Visits(NamedTuple):
    """Columns of `sim.log.Visits`; chosen : (V,) whose visits count."""

    day: Ints
    journey: Ints
    attempt: Ints
    visitor_class: Ints
    people: Ints
    due: Ints
    entered: Ints
    left: Ints
    outcome: Ints
    reason: Ints
    chosen: Mask


class Stops(NamedTuple):
    """Columns of `sim.log.Stops`; slot : (S,) the booked time that holds at each, or ABSENT."""

    row: Ints
    stop: Ints
    service: Ints
    number: Ints
    ticket: Ints
    called: Ints
    end: Ints
    outcome: Ints
    reason: Ints
    slot: Ints


class Counters(NamedTuple):
    """Columns of `sim.log.Counters`."""

    day: Ints
    counter: Ints
    begin: Ints
    end: Ints
    state: Ints


def columns_of(
    log: Log, scenario: Scenario, only: Mask | None = None
) -> tuple[Visits, Stops, Counters]:
    """Return the columns of a log; only : (V,) whose visits count, all if None."""
    visits, stops = log.visit_rows, log.stop_rows
    if only is None:
        only = np.ones(len(visits), dtype=np.bool_)
    return (
        Visits._make([*_columns(visits, Visits._fields[:-1]), flat(only)]),
        Stops._make([*_columns(stops, Stops._fields[:-1]), flat(_slots(log, scenario))]),
        Counters._make(_columns(log.counter_rows, Counters._fields)),
    )


def _columns(rows: Any, names: tuple[str, ...]) -> list[Any]:
    return [flat(getattr(rows, name)) for name in names]


def _slots(log: Log, scenario: Scenario) -> Ints:
    """Return the booked time that holds at each stop, ABSENT where none does.

    Which stops a booked time holds for, `booked_times` says, for engines and measures alike.
    """
    visits, stops = log.visit_rows, log.stop_rows
    if (visits.booked == ABSENT).all():
        return np.full(len(stops), ABSENT, dtype=np.int64)
    journey, booked = (column[stops.row] for column in (visits.journey, visits.booked))
    return booked_times(scenario, journey, stops.service, stops.tries, booked)


def wait_begins(log: Log, scenario: Scenario) -> Ints:
    """Return when the wait at each stop begins, in µs: at its ticket, or later.

    It is the booked time if that is later, and for a number from home not before she has entered.
    """
    entered = log.visit_rows.entered[log.stop_rows.row]
    return np.maximum(np.maximum(log.stop_rows.ticket, _slots(log, scenario)), entered)
