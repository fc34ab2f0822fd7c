"""A block: some measures over all entities of a scope and all slices of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.statistics.measure import Measure, kind_of
from sim.statistics.rows import Rows
from sim.statistics.slices import Slices

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Result = tuple[Floats, Floats]
"""Total and n of each cell of a block."""
Computed = dict[str, Result]


@dataclass(frozen=True, eq=False)
class Block:
    """Some measures over all entities of a scope and all slices of a kind.

    A cell is one entity in one slice; cells are numbered entity by entity.
    """

    scope: str
    names: tuple[str, ...]
    slices: Slices
    what: tuple[str, ...]
    compute: Callable[[Rows, Block], Computed]

    def measures(self) -> Iterator[Measure]:
        """Name what is measured, in the order in which `of` returns it."""
        for what in self.what:
            for name in self.names:
                for interval, weekday in self.slices.labels:
                    yield Measure(self.scope, name, interval, weekday, what, kind_of(what))

    @property
    def cells(self) -> int:
        """The number of cells."""
        return len(self.names) * len(self.slices)

    def codes(self, entity: Ints, day: Ints, time: Ints) -> Ints:
        """Return the cell of each row: what it belongs to, and when (µs) it happened."""
        return entity * len(self.slices) + self.slices.of(day, time)

    @property
    def days(self) -> Floats:
        """How many days each cell covers; (cells,)."""
        return np.tile(self.slices.days, len(self.names))

    def of(self, rows: Rows) -> Result:
        """Return total and n of every measure of the block; (replications, measures) each.

        It is computed as a block that has the entities of each replication, one behind the other.
        """
        found = self.compute(rows, replace(self, names=self.names * rows.replications))
        parts = [found[name] for name in self.what]
        total, n = (
            np.concatenate([of.reshape(rows.replications, -1) for of in column], axis=1)
            for column in zip(*parts, strict=True)
        )
        return total, n
