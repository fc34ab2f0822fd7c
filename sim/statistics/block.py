"""A block: some measures over all entities of a scope and all slices of a kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.scenario import quantities as q
from sim.statistics.cuts import NOUNS
from sim.statistics.measure import Measure, kind_of
from sim.statistics.slices import Floats, Ints, Slices


@dataclass(frozen=True, eq=False)
class Block:
    """Some measures of a noun, over all entities of a scope and all slices of a kind.

    first : where the entities of the scope begin among those of the noun
    """

    noun: str
    scope: str
    first: int
    names: tuple[str, ...]
    slices: Slices
    what: tuple[str, ...]

    def measures(self) -> tuple[Measure, ...]:
        """Name what is measured, in the order in which `places` returns it."""
        return _measures(self.scope, self.names, self.slices.labels, self.what)

    def places(self, of: Mapping[tuple[str, str], Ints]) -> Iterator[tuple[Ints, Floats]]:
        """Yield of every measure where its total is among the numbers, and its unit; then of n.

        of : the places of each table, and of what is known of each kind of slices
        """
        kind, noun = self.slices.kind, NOUNS[self.noun]
        here = of[self.noun, kind][self.first : self.first + len(self.names)]
        known = np.broadcast_to(of["slices", kind].T, (*here.shape[:2], 2))
        columns = np.concatenate((here, known), axis=-1)  # MINUTES and DAYS are the last two
        for wanted in zip(*(noun.measures[what] for what in self.what), strict=True):
            unit = [q.MINUTE if column in noun.times else 1 for column in wanted]
            found = np.moveaxis(columns[..., list(wanted)], -1, 0)
            yield found.ravel(), np.repeat(np.array(unit, dtype=np.float64), found[0].size)


@lru_cache(maxsize=512)
def _measures(
    scope: str, names: tuple[str, ...], labels: tuple[tuple[str, str], ...], what: tuple[str, ...]
) -> tuple[Measure, ...]:
    """Return the measures of a block; those of malls that differ in a figure are the same."""
    return tuple(
        Measure(scope, name, interval, weekday, of, kind_of(of))
        for of in what
        for name in names
        for interval, weekday in labels
    )
