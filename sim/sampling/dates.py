"""On which dates demand is drawn, and what is the same of them in every replication."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from sim.sampling.arrivals import Profiles, arrivals
from sim.sampling.stops import Floats
from sim.scenario import quantities as q
from sim.scenario.clock_tables import Profile
from sim.scenario.model import Scenario
from sim.scenario.profile import arrival_profile
from sim.workload import Ints


class Dates:
    """The dates on which demand is drawn: each day once, a continuous run each of its days.

    keys : by which draws of a date are addressed; midnight : (dates,) µs from that of its day
    position : (dates,) the place of its day among those played
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.days = scenario.played
        of = [(d, m) for d, day in enumerate(self.days) for m in day.midnights]
        self.position = np.array([d for d, _ in of], dtype=np.int64)
        self.midnight = np.array([m for _, m in of], dtype=np.int64)
        self.keys = tuple(self.days[d].key + m // q.DAY for d, m in of)
        self.of = [self.days[d] for d, _ in of]
        self._profiles: dict[str, Profiles] = {}

    @cached_property
    def factors(self) -> dict[str, Floats]:
        """The demand of each journey on each date over that of an ordinary one."""
        return {
            name: np.array([self.scenario.day_factor(day, name) for day in self.of])
            for name in self.scenario.journeys
        }

    @cached_property
    def working(self) -> Ints:
        """The number of each day among all on which the mall is open."""
        calendar = self.scenario.calendar
        return np.array([calendar.working_day(day) for day in self.days], dtype=np.int64)

    @property
    def begins(self) -> Ints:
        """For each date 1 if a day begins on it, else 0."""
        ones: Ints = (self.midnight == 0).astype(np.int64)
        return ones

    def positions(self, replications: int) -> Ints:
        """Return the day of each date where the days of one replication follow another's."""
        first = np.repeat(np.arange(replications) * len(self.days), len(self.position))
        found: Ints = first + np.tile(self.position, replications)
        return found

    def arrivals(self, journey: str, day: Ints, u: Floats) -> Ints:
        """Return when each citizen comes: the profile's quantile of her uniform; (n,) µs."""
        own = self.scenario.journeys[journey].profile
        key = repr(own)
        if key not in self._profiles:
            self._profiles[key] = _profiles(self.scenario, own)
        return arrivals(self._profiles[key], day, u)


@lru_cache(maxsize=16)
def dates_of(scenario: Scenario) -> Dates:
    """Return the dates of a scenario."""
    return Dates(scenario)


def _profiles(scenario: Scenario, own: dict[str, Profile] | None) -> Profiles:
    """Return the arrival profiles of the days, each different one once."""
    alike: dict[tuple[object, ...], int] = {}
    of: list[int] = []
    different: list[tuple[Floats, Floats]] = []
    for day in scenario.played:
        key = (day.weekday, day.entry, day.profile, day.continuous)
        if key not in alike:
            alike[key] = len(different)
            different.append(arrival_profile(scenario.demand, day, own))
        of.append(alike[key])
    return Profiles(
        begin=np.cumsum([0, *(len(edges) for edges, _ in different)]),
        edges=np.concatenate([edges for edges, _ in different]),
        share=np.concatenate([share for _, share in different]),
        of=np.array(of, dtype=np.int64),
    )
