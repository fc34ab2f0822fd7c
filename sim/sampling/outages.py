"""When something is down on each day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.randomness import Draws
from sim.scenario.calendar import Day
from sim.scenario.model import Scenario
from sim.scenario.outage import Outage
from sim.workload import NO_OUTAGES, Ints


def draw_outages(scenario: Scenario, draws: Draws, one: Ints) -> Ints:
    """Draw when each thing is down, by its name, to the hard end of the day; (K, 4).

    one : for each date of the draws 1 if a day begins on it, else 0
    the days of one replication follow those of another
    """
    found = [NO_OUTAGES]
    for source, (agency, counter, how) in enumerate(scenario.outages):
        if how.times.number:
            post = f"{agency}/{counter}" if counter else agency
            day, begin, end = _of(how, scenario, draws, post, one)
            found.append(np.stack([day, np.full(len(day), source), begin, end], axis=1))
    rows = np.concatenate(found)
    return rows[np.lexsort(rows.T[::-1])]


def _of(
    how: Outage, scenario: Scenario, draws: Draws, post: str, one: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return day, beginning and end of the outages of one thing."""
    ends = np.tile(_ends(scenario.played), len(draws.replications))
    first = np.stack([draws("outage", post, one, k) for k in range(3)])
    number = 4
    while True:
        up, down = (
            draws(purpose, post, number * one).reshape(len(ends), number)
            for purpose in ("outage.up", "outage.down")
        )
        spans = how.spans(scenario.calendar, first, up, down)
        if (spans[:, -1, 0] >= ends).all():
            break
        number *= 2
    begin, end = spans[..., 0], spans[..., 1]
    day, k = np.nonzero((begin < end) & (begin < ends[:, None]))
    return day, begin[day, k], end[day, k]


def _ends(days: Sequence[Day]) -> Ints:
    return np.array([day.ends for day in days], dtype=np.int64)
