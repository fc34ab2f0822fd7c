"""Who was called when, of a log or of simulated days alike, and what is compared of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.fitting.history import Bools, Ints
from sim.fitting.likelihood import Floats
from sim.scenario import quantities as q

HALF_HOUR = 30 * q.MINUTE
RANKS = np.linspace(0.05, 0.95, 19)
"""The quantiles of waits that are compared."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Tickets that were called.

    days : how many days; day, agency : (N,) positions; ticket, called : (N,) µs since midnight
    """

    days: int
    day: Ints
    agency: Ints
    ticket: Ints
    called: Ints

    def of(self, agency: int) -> Seen:
        """Return the tickets of one agency."""
        mine = self.agency == agency
        return Seen(
            self.days, self.day[mine], self.agency[mine], self.ticket[mine], self.called[mine]
        )

    @property
    def waits(self) -> Floats:
        """(N,) minutes."""
        found: Floats = (self.called - self.ticket) / q.MINUTE
        return found

    def counts(self) -> Floats:
        """(days,) how many were called."""
        return np.bincount(self.day, minlength=self.days).astype(np.float64)

    def by_day(self) -> Floats:
        """(days,) mean waits in minutes, NaN where nobody was called."""
        return _mean(np.bincount(self.day, self.waits, self.days).astype(np.float64), self.counts())

    def by_slot(self, slots: Ints) -> Floats:
        """(K,) mean waits of those who took their ticket in each half hour, over all days."""
        place, inside = _places(self.ticket, slots)
        total = np.bincount(place[inside], self.waits[inside], len(slots)).astype(np.float64)
        return _mean(total, np.bincount(place[inside], minlength=len(slots)).astype(np.float64))

    def in_line(self, slots: Ints) -> Floats:
        """(K,) how many waited on average over each half hour and over all days."""
        total = np.array([
            np.clip(np.minimum(self.called, slot + HALF_HOUR) - np.maximum(self.ticket, slot),
                    0, None).sum()
            for slot in slots
        ])  # fmt: skip
        found: Floats = total / (HALF_HOUR * max(self.days, 1))
        return found

    def quantiles(self) -> Floats:
        """(RANKS,) of the waits in minutes."""
        if not len(self.called):
            return np.full(len(RANKS), np.nan)
        return np.asarray(np.quantile(self.waits, RANKS), dtype=np.float64)


def _places(times: Ints, slots: Ints) -> tuple[Ints, Bools]:
    place = (times - slots[0]) // HALF_HOUR
    return place, (place >= 0) & (place < len(slots))


def _mean(total: Floats, n: Floats) -> Floats:
    return np.asarray(np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0))
