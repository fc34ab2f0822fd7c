"""Malls side by side: the same citizens in a base and its alternatives, run by run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine, play_all
from sim.experiments.kept import Numbers
from sim.experiments.replicate import travel
from sim.log import Log
from sim.sampling import drawn_together
from sim.scenario.model import Scenario
from sim.statistics.measures import measures_from
from sim.statistics.tally.adding import sums_of
from sim.statistics.tally.sums import Sums
from sim.workload import Workload

Mask = NDArray[np.bool_]
MOST_REMEMBERED = 150_000
"""Visits of a base that are kept for its next alternatives, all replications together: 100 MB."""


@dataclass(frozen=True)
class Played:
    """A mall in one replication: who came, what happened, and what it adds up to.

    among : what those add up to whom a question is about, by the bytes of the mask
    """

    mall: Scenario
    workload: Workload
    log: Log
    among: dict[bytes, Sums] = field(default_factory=dict)

    def sums(self, only: Mask | None = None) -> Sums:
        """Return what the visits that count add up to, all if None."""
        if only is not None and only.all():
            only = None
        key = b"" if only is None else np.packbits(only).tobytes()
        if key not in self.among:
            self.among[key] = sums_of(self.log, self.mall, only)
        return self.among[key]


@dataclass(frozen=True)
class Pair:
    """What one replication of a comparison does.

    whole : as in `measure`
    again : whether others will be compared with the same base, which is then played only once
    """

    base: Scenario
    alternatives: tuple[Scenario, ...]
    seed: int
    engine: Engine
    whole: bool = False
    again: bool = False

    @property
    def measured(self) -> list[Scenario]:
        """The base; by alternative, its mall for all, the citizens of both in each, newcomers."""
        found = [self.base]
        for other in self.alternatives:
            found += [other, self.base, other, other]
        return found

    def __call__(self, first: int, last: int) -> list[list[Numbers]]:
        """Run the replications from first before last."""
        numbers = range(first, last)
        of = self.base, self.seed, self.engine
        of_base = _remembered(*of).played(numbers) if self.again else played(*of, numbers)
        each = [played(mall, self.seed, self.engine, numbers) for mall in self.alternatives]
        sums = [self.one(*of) for of in zip(of_base, *each, strict=True)]
        found = [
            measures_from([*enumerate(of_mall, first)], scenario, self.whole)
            for scenario, of_mall in zip(self.measured, zip(*sums, strict=True), strict=True)
        ]
        return [[(of.total, of.n, {}) for of in one] for one in zip(*found, strict=True)]

    def one(self, base: Played, *others: Played) -> list[Sums]:
        """Return the sums of the base, then four sets for each alternative."""
        found = [base.sums()]
        for other in others:
            also, present = _in_both(base.workload, other.workload)
            found += [other.sums(), base.sums(also), other.sums(present), other.sums(~present)]
        return found

    def travels(self) -> bool:
        """Whether the task can be sent to another process."""
        return travel(self.engine)

    def is_ours(self) -> bool:
        """Whether nothing of the caller's own has a part in it."""
        return not callable(self.engine)


def played(mall: Scenario, seed: int, engine: Engine, numbers: range) -> Iterator[Played]:
    """Yield what happens in each replication of a mall."""
    for together in drawn_together(mall, seed, numbers):
        logs = play_all(mall, together, engine)
        for workload, log in zip(together.apart(), logs, strict=True):
            yield Played(mall, workload, log)


class _Remembered:
    """Replications of a base, as many of them as there is room for."""

    def __init__(self, mall: Scenario, seed: int, engine: Engine) -> None:
        self._base = mall, seed, engine
        self._found: dict[int, Played] = {}
        self._visits = 0

    def played(self, numbers: range) -> Iterator[Played]:
        """Yield what happens in each replication; what is known is not played again."""
        known = range(
            numbers.start, next((n for n in numbers if n not in self._found), numbers.stop)
        )
        for number in known:
            yield self._found[number]
        rest = range(known.stop, numbers.stop)
        for number, one in zip(rest, played(*self._base, rest), strict=True):
            self._keep(number, one)
            yield one

    def _keep(self, number: int, one: Played) -> None:
        if number not in self._found and self._visits + len(one.workload) <= MOST_REMEMBERED:
            self._visits += len(one.workload)
            self._found[number] = one


@lru_cache(maxsize=1)
def _remembered(mall: Scenario, seed: int, engine: Engine) -> _Remembered:
    """Return what this process remembers of the base that it looked at last."""
    return _Remembered(mall, seed, engine)


def _in_both(a: Workload, b: Workload) -> tuple[Mask, Mask]:
    """Return which citizens of a also come in b, and which of b in a, by identity."""
    journeys = sorted({*a.journeys, *b.journeys})
    codes = [np.array([journeys.index(name) for name in of.journeys])[of.journey] for of in (a, b)]
    columns = [np.concatenate(codes)]
    for name in ("day", "origin", "index", "attempt"):
        column = np.concatenate([getattr(a, name), getattr(b, name)])
        columns.append(column - column.min(initial=0))
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    who = np.ravel_multi_index(tuple(columns), sizes)
    in_a, in_b = who[: len(a)], who[len(a) :]
    return np.isin(in_a, in_b), np.isin(in_b, in_a)
