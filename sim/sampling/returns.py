"""Drawing who may come back, and on which day; whether she does depends on what becomes of her."""

from __future__ import annotations

import numpy as np

from sim.randomness import Addresses
from sim.sampling.stops import Bools, Floats
from sim.scenario.come_back import ComeBack
from sim.workload import Ints

NOT_PLAYED = -1
"""Instead of how many days later: a day after the last one."""


def attempted(address: str, attempt: int) -> str:
    """Return the address of an attempt: the first has the address of the citizen."""
    return address if attempt == 1 else f"{address}/attempt {attempt}"


class Returns:
    """The returns of the citizens of one journey.

    working : (days,) the numbers of the days among all on which the mall is open
    """

    def __init__(self, working: Ints, back: ComeBack, name: str) -> None:
        self.back = back
        self.name = name
        delays = np.array([days for days, _ in back.after], dtype=np.int64)
        wanted = working[:, None] + delays
        place = np.minimum(np.searchsorted(working, wanted), len(working) - 1)
        here = np.arange(len(working))[:, None]
        self._later = np.where(working[place] == wanted, place - here, NOT_PLAYED)

    def held(self, at: Addresses, attempt: int) -> Floats:
        """The uniforms that are held against the shares of those who come back after it."""
        return at("come_back", attempted(self.name, attempt))

    def days_after(self, day: Ints, at: Addresses, attempt: int) -> Ints:
        """Return the places of the days on which the next attempts fall; -1 if it is not played.

        day : (n,) places of the days of this attempt, those of one replication after another's
        """
        u = at("back_after", attempted(self.name, attempt))
        edges = np.cumsum([share for _, share in self.back.after])[:-1]
        which = np.sum([u >= edge for edge in edges], axis=0, dtype=np.int64)
        later = self._later[day % len(self._later), which]
        return np.where(later == NOT_PLAYED, -1, day + later)

    def may(self, held: Floats) -> Bools:
        """Return who comes back after one outcome at least."""
        found: Bools = held < max(self.back.shares.values())
        return found
