"""Drawing who may come back, and on which day; whether she does depends on what becomes of her."""

from __future__ import annotations

import numpy as np

from sim.randomness import Addresses
from sim.sampling.stops import Bools, Floats
from sim.scenario.come_back import ComeBack
from sim.scenario.model import Scenario
from sim.workload import Ints


def attempted(address: str, attempt: int) -> str:
    """Return the address of an attempt: the first has the address of the citizen."""
    return address if attempt == 1 else f"{address}/attempt {attempt}"


class Returns:
    """The returns of the citizens of one journey."""

    def __init__(self, scenario: Scenario, back: ComeBack, name: str) -> None:
        self.back = back
        self.name = name
        days = [scenario.calendar.working_day(day) for day in scenario.played]
        self.working = np.array(days, dtype=np.int64)

    def held(self, at: Addresses, attempt: int) -> Floats:
        """The uniforms that are held against the shares of those who come back after it."""
        return at("come_back", attempted(self.name, attempt))

    def days_after(self, day: Ints, at: Addresses, attempt: int) -> Ints:
        """Return the places of the days on which the next attempts fall; -1 if it is not played.

        day : (n,) places of the days of this attempt, those of one replication after another's
        """
        delays = np.array([days for days, _ in self.back.after], dtype=np.int64)
        u = at("back_after", attempted(self.name, attempt))
        edges = np.cumsum([share for _, share in self.back.after])[:-1]
        later = delays[np.searchsorted(edges, u, side="right")]
        here = day % len(self.working)
        wanted = self.working[here] + later
        place = np.minimum(np.searchsorted(self.working, wanted), len(self.working) - 1)
        return np.where(self.working[place] == wanted, day - here + place, -1)

    def may(self, held: Floats) -> Bools:
        """Return who comes back after one outcome at least."""
        found: Bools = held < max(self.back.shares.values())
        return found
