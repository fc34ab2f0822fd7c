"""Several agencies want to join: each alone, each pair, all together, and in which order.

Every combination is compared with the base on the same citizens (`compare`); its verdict follows
from the decision that the base states.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

from sim.engine import Engine
from sim.errors import MallError
from sim.experiments.compare import Alternative, Comparison, compare
from sim.experiments.replicate import Progress
from sim.experiments.stopping import known_as
from sim.scenario.loading import Name, load

MOST_JOINS = 5
"""Of six newcomers there would be 63 combinations."""


@dataclass(frozen=True, eq=False)
class Combination:
    """Newcomers who join together: their names, and what becomes of the mall."""

    who: tuple[str, ...]
    alternative: Alternative


@dataclass(frozen=True, eq=False)
class JoinPlan:
    """What becomes of the mall with every combination of newcomers, the smaller first."""

    comparison: Comparison
    newcomers: tuple[str, ...]
    combinations: tuple[Combination, ...]

    @property
    def order(self) -> tuple[str, ...]:
        """In which order most of them may join, each step with those before it may join.

        Where a repair was tried, if that is done. Of several such orders the one that names them
        as they were given. Empty if none may join.
        """
        joins = ("may_join", "may_join_if")
        may = {frozenset(c.who) for c in self.combinations if c.alternative.verdict in joins}
        best: tuple[str, ...] = ()
        for order in permutations(self.newcomers):
            steps = 0
            while steps < len(order) and frozenset(order[: steps + 1]) in may:
                steps += 1
            if steps > len(best):
                best = order[:steps]
        return best


def plan(
    base: Name,
    joins: Sequence[Name],
    replications: int | None = None,
    *,
    repairs: Sequence[Name] = (),
    precision: float | None = None,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> JoinPlan:
    """Compare a mall with every combination of newcomers.

    base : the mall's file; joins : an overlay for each newcomer
    replications, precision : as in `compare`
    repairs : overlays that are laid over each combination, to try what could be mended

    Raises MallError for more than five newcomers, ScenarioError where overlays do not go together;
    at Ctrl-C Interrupted, which knows the plan by the replications that were done.
    """
    newcomers = tuple(Path(os.fspath(path)).stem for path in joins)
    if not newcomers or len(set(newcomers)) < len(newcomers) or len(newcomers) > MOST_JOINS:
        raise MallError.of("error.newcomers", most=MOST_JOINS)
    files = dict(zip(newcomers, joins, strict=True))
    groups = [who for size in range(1, len(joins) + 1) for who in combinations(newcomers, size)]
    scenarios = [load(base, [files[name] for name in who]) for who in groups]
    mended = [load(base, [*(files[n] for n in who), *repairs]) for who in groups if repairs]

    def told(found: Comparison) -> JoinPlan:
        pairs = zip(groups, found.alternatives, strict=True)
        return JoinPlan(found, newcomers, tuple(Combination(who, of) for who, of in pairs))

    with known_as(lambda known: None if known is None else told(known)):
        found = compare(
            load(base), scenarios, replications, repairs=mended, precision=precision, seed=seed,
            engine=engine, workers=workers, executor=executor, progress=progress,
        )  # fmt: skip
    return told(found)
