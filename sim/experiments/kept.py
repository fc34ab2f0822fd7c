"""The numbers of the replications so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float]]
"""What a replication leaves of a mall: totals, counts, own measures."""
ROOM = 100
"""For so many replications there is room at first."""


class Kept:
    """The numbers of the replications so far, in their order.

    measures : how many there are; most : how many replications may come. The arrays double when
        they are full: nobody knows beforehand where a precision is reached
    """

    def __init__(self, measures: int, most: int = ROOM) -> None:
        self._total = np.empty((min(most, ROOM), measures))
        self._n = np.empty((min(most, ROOM), measures))
        self.own: list[dict[str, float]] = []

    def __len__(self) -> int:
        return len(self.own)

    def extend(self, block: list[Numbers]) -> None:
        """Keep the numbers of further replications."""
        for total, n, own in block:
            if len(self) == len(self._total):
                self._total = np.concatenate([self._total, np.empty_like(self._total)])
                self._n = np.concatenate([self._n, np.empty_like(self._n)])
            self._total[len(self)], self._n[len(self)] = total, n
            self.own.append(own)

    def drop_after(self, number: int) -> None:
        """Forget what a parallel run did beyond its end."""
        del self.own[number:]

    @property
    def total(self) -> NDArray[np.float64]:
        """(R, M) of the replications so far."""
        return self._total[: len(self)]

    @property
    def n(self) -> NDArray[np.float64]:
        """(R, M) of the replications so far."""
        return self._n[: len(self)]
