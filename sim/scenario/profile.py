"""The arrival profile of a day: when its citizens come, as shares of the day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.scenario import quantities as q
from sim.scenario.calendar import Day
from sim.scenario.clock_tables import Profile
from sim.scenario.model import Demand
from sim.scenario.weekdays import WEEKDAYS

Floats = NDArray[np.float64]


def arrival_profile(
    demand: Demand, day: Day, own: dict[str, Profile] | None = None
) -> tuple[Floats, Floats]:
    """Return the edges of the day's slots (µs) and the share of citizens come by each edge.

    own : of a journey, by weekday; without one that of the day's season, else the mall's

    The profile is cut to doors .. last ticket and renormalised; within a slot citizens come
    evenly. The last slot is as long as the one before it; a single slot reaches to the last
    ticket. Without a profile citizens come evenly all day.

    Raises ValueError where nobody can come.
    """
    begin, end = (0, q.DAY) if day.continuous else day.entry
    weekday = day.weekday or WEEKDAYS[0]
    table = (own or {}).get(weekday) or day.profile or (demand.profile or {}).get(weekday)
    table = table or ((begin, 1.0),)
    starts = [time for time, _ in table]
    last = max(end, starts[0] + 1) if len(starts) == 1 else 2 * starts[-1] - starts[-2]
    edges = np.array([*starts, last], dtype=np.float64)
    cumulated = np.concatenate(([0.0], np.cumsum([weight for _, weight in table])))
    first, final = max(begin, edges[0]), min(end, edges[-1])
    cut = np.concatenate(([first], edges[(edges > first) & (edges < final)], [final]))
    share = np.interp(cut, edges, cumulated)
    if not (first < final and share[-1] > share[0]):
        raise ValueError(f"the profile lets nobody come on {day.label}")
    return cut, (share - share[0]) / (share[-1] - share[0])
