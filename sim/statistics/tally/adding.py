"""Adding up a log: two kernels, with the sorting between them."""

from __future__ import annotations

import numpy as np

from sim.jit import entry
from sim.log import Log
from sim.scenario.model import Scenario
from sim.statistics import office_work
from sim.statistics.tally import counters as of_counters
from sim.statistics.tally import stops as of_stops
from sim.statistics.tally import visits as of_visits
from sim.statistics.tally.columns import Counters, Mask, Stops, Visits, columns_of
from sim.statistics.tally.counters import add_counters
from sim.statistics.tally.hall import add_fullest, add_hall
from sim.statistics.tally.lines import add_lines, add_longest
from sim.statistics.tally.mall import Ints, Mall, mall_of
from sim.statistics.tally.stops import BY_HOUR, add_stops
from sim.statistics.tally.sums import Aside, Sums
from sim.statistics.tally.visits import add_visits
from sim.statistics.tally.waits import SHARES, add_quantiles
from sim.workload import ABSENT


def sums_of(log: Log, scenario: Scenario, only: Mask | None = None) -> Sums:
    """Add up the rows of a log; only : (V,) bool, the visits that count."""
    mall = mall_of(scenario)
    visits, stops, counters = columns_of(log, scenario, only)
    aside, sums = _aside(len(visits.day), len(stops.row)), room(scenario)
    in_lines, in_hall = _add_rows(visits, stops, counters, mall, aside, sums)
    called = np.flatnonzero(aside.wait != ABSENT)
    by_wait = called[np.argsort(aside.wait[called])]
    by_time = np.argsort(aside.hall_changes[:in_hall])
    in_order = np.sort(aside.line_changes[:in_lines])
    _add_sorted(visits, stops, mall, aside, by_wait, by_time, in_order, sums)
    if scenario.leave_work:
        sums.office_work[:] = office_work.office_work_of(log, scenario, mall.weekday)
    return sums


@entry
def _add_rows(
    visits: Visits, stops: Stops, counters: Counters, mall: Mall, aside: Aside, sums: Sums
) -> tuple[int, int]:
    """Add up what each row says by itself; return how often lines and the hall changed."""
    add_stops(stops, visits, mall, aside, sums)
    add_visits(visits, mall, aside, sums)
    add_counters(counters, mall, sums)
    return add_lines(stops, visits, mall, aside, sums), add_hall(visits, mall, aside, sums)


@entry
def _add_sorted(
    visits: Visits, stops: Stops, mall: Mall, aside: Aside, by_wait: Ints, by_time: Ints,
    line_changes: Ints, sums: Sums,
) -> None:  # fmt: skip
    """Add what only rows in their order say."""
    add_quantiles(by_wait, stops, visits, mall, aside, sums)
    add_longest(line_changes, mall, sums)
    add_fullest(by_time, aside, mall, sums)


def room(scenario: Scenario) -> Sums:
    """Return sums that are all 0."""
    mall = mall_of(scenario)
    at_stops, of_visit = mall.services + mall.classes, mall.journeys + mall.classes
    weekdays, days = mall.weekdays, len(mall.weekday)
    dates, hours = days if mall.dated else 0, mall.hours
    shapes: dict[str, tuple[int, ...]] = {
        "stops_by_hour": (at_stops, weekdays, max(1, hours), BY_HOUR),
        "stops": (at_stops, weekdays, of_stops.SUMS),
        "stops_by_date": (dates, BY_HOUR),
        "quantiles": (1 + mall.agencies + at_stops, weekdays + 1, len(SHARES)),
        "visits": (of_visit, weekdays, of_visits.SUMS),
        "visits_by_date": (dates, of_visits.OUTCOME),
        "lines": (1 + mall.agencies, weekdays, hours + 1),
        "longest": (1 + mall.agencies, weekdays),
        "hall": (weekdays, hours + 1),
        "fullest": (days,),
        "standing": (weekdays,),
        "overtime": (weekdays,),
        "counters": (mall.agencies, weekdays, hours + 1, of_counters.SUMS),
        "office_work": (len(scenario.leave_work), weekdays, len(office_work.TIMES)),
    }
    return Sums(**{name: np.zeros(shape) for name, shape in shapes.items()})


def _aside(visits: int, stops: int) -> Aside:
    """Return what is noted of a log, before anything is."""
    return Aside(
        since=np.empty(stops, dtype=np.int64),
        wait=np.empty(stops, dtype=np.int64),
        waited=np.zeros(visits),
        broken=np.zeros(visits, dtype=np.bool_),
        from_home=np.zeros(visits, dtype=np.bool_),
        line_changes=np.empty(2 * stops, dtype=np.int64),
        hall_changes=np.empty(2 * visits, dtype=np.int64),
        steps=np.empty(2 * visits, dtype=np.int64),
        counts=np.empty(2 * visits, dtype=np.bool_),
    )
