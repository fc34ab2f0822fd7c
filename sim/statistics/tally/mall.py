"""What kernels know of a mall: names become numbers here, and so do weekdays and hours."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.statistics.slices import slices_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NO_PROMISE = -1


class Mall(NamedTuple):
    """A mall of D days, in arrays; times in µs.

    agency_of_service, limit, needed : of each service its agency, the wait that is promised or
        NO_PROMISE, and the share for which it is
    agency_of_counter : of each counter
    agencies, services, classes, journeys, weekdays : how many there are
    weekday : (D,) by which weekday a day is counted; dated : whether days are dates
    doors, warm_up, closes : (D,)
    first_hour, hours : of the clock, by which results are cut; 0 hours of a continuous run
    begin, end : (D, hours + 1) when each hour of a day lasts, from door to close, and the whole day
    clock_begin, clock_end : (hours + 1,) the same without regard to doors and closing
    horizon : when the longest day ends; seats : of the hall, or none that anybody could lack
    """

    agency_of_service: Ints
    limit: Ints
    needed: Floats
    agency_of_counter: Ints
    agencies: int
    services: int
    classes: int
    journeys: int
    weekdays: int
    weekday: Ints
    dated: bool
    doors: Ints
    warm_up: Ints
    closes: Ints
    first_hour: int
    hours: int
    begin: Ints
    end: Ints
    clock_begin: Ints
    clock_end: Ints
    horizon: int
    seats: int


@lru_cache(maxsize=16)
def mall_of(scenario: Scenario) -> Mall:
    """Return what kernels know of a scenario."""
    slices, days = slices_of(scenario), scenario.days
    hours = slices["hour"].hours or range(0)
    agencies = sorted(scenario.agencies)
    promises = [scenario.promise_of(name) for name in scenario.services]
    by_hour, whole = slices["hour"], slices["all"]
    return Mall(
        agency_of_service=_ints(agencies.index(s.partition(".")[0]) for s in scenario.services),
        limit=_ints(p.wait if p else NO_PROMISE for p in promises),
        needed=flat(np.array([p.for_ if p else 0.0 for p in promises])),
        agency_of_counter=_ints(agencies.index(a) for a, _ in scenario.counters),
        agencies=len(agencies),
        services=len(scenario.services),
        classes=len(scenario.class_shares),
        journeys=len(scenario.journeys),
        weekdays=max(1, len(slices["weekday"])),
        weekday=_ints(slices["weekday"].of_day),
        dated=len(slices["date"]) > 0,
        doors=_ints(day.doors for day in days),
        warm_up=_ints(day.warm_up for day in days),
        closes=_ints(day.closes for day in days),
        first_hour=hours.start,
        hours=len(hours),
        begin=flat(np.hstack([by_hour.begin, whole.begin])),
        end=flat(np.hstack([by_hour.end, whole.end])),
        clock_begin=flat(np.concatenate([by_hour.clock_begin, whole.clock_begin])),
        clock_end=flat(np.concatenate([by_hour.clock_end, whole.clock_end])),
        horizon=max(day.ends for day in days),
        seats=np.iinfo(np.int64).max if scenario.hall.seats is None else scenario.hall.seats,
    )


def flat(column: Any) -> Any:
    """Return a column as all kernels take it: side by side in memory, and not to be written to."""
    flat = np.ascontiguousarray(column).view()
    flat.flags.writeable = False
    return flat


def _ints(values: Any) -> Ints:
    found: Ints = flat(np.array([*values], dtype=np.int64))
    return found
