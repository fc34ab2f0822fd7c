"""Several agencies want to join: each alone, each pair, all together, and in which order.

Every combination is compared with the base on the same citizens (`compare`); its verdict follows
from the decision that the base states.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from pathlib import Path

from sim.engine import Engine
from sim.errors import MallError
from sim.experiments.break_even import with_break_evens
from sim.experiments.compare import Alternative, Comparison, compare
from sim.experiments.mending import with_repairs
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
    """What becomes of the mall with every combination of newcomers, the smaller first.

    comparison : of the base with all of them; newcomers : names, in the order of the call
    """

    comparison: Comparison
    newcomers: tuple[str, ...]
    combinations: tuple[Combination, ...]

    def with_comparison(self, found: Comparison) -> JoinPlan:
        """Return the plan with more that was found of its combinations: a comparison of them."""
        pairs = zip(self.combinations, found.alternatives, strict=True)
        combinations = tuple(Combination(one.who, of) for one, of in pairs)
        return JoinPlan(found, self.newcomers, combinations)

    @property
    def steps(self) -> tuple[Combination, ...]:
        """The combinations through which the mall goes, one newcomer after the other."""
        together = {frozenset(one.who): one for one in self.combinations}
        order = self.order
        return tuple(together[frozenset(order[:k])] for k in range(1, len(order) + 1))

    @property
    def order(self) -> tuple[str, ...]:
        """The first of `orders`; empty if none may join."""
        return self.orders[0]

    @property
    def orders(self) -> tuple[tuple[str, ...], ...]:
        """In which orders most of them may join, each step with those before it may join.

        Where a repair was tried, if that is done; if every figure is as assumed. First comes the
        order that names them as they were given.
        """
        joins = ("may_join", "may_join_if")
        may = {frozenset(c.who) for c in self.combinations if c.alternative.as_assumed in joins}
        found: dict[tuple[str, ...], None] = {}
        for order in permutations(self.newcomers):
            steps = 0
            while steps < len(order) and frozenset(order[: steps + 1]) in may:
                steps += 1
            found[order[:steps]] = None
        most = max(map(len, found))
        return tuple(order for order in found if len(order) == most)


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
    seed, engine, workers, executor, progress : as in `replicate`

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


def with_repairs_of(
    found: JoinPlan,
    *,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> JoinPlan:
    """Return a plan in which each combination that may not join has the repair that was found."""
    with known_as(lambda known: found.with_comparison(known or found.comparison)):
        mended = with_repairs(
            found.comparison, engine=engine, workers=workers, executor=executor, progress=progress
        )
    return found.with_comparison(mended)


def with_break_evens_of(
    found: JoinPlan,
    *,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> JoinPlan:
    """Return a plan that says of every step in its order up to where its verdict holds."""
    places = [found.combinations.index(step) for step in found.steps]
    if not places:
        return found
    comparison = found.comparison
    alternatives = list(comparison.alternatives)

    def told(known: Comparison) -> JoinPlan:
        for place, of in zip(places, known.alternatives, strict=True):
            alternatives[place] = of
        return found.with_comparison(replace(comparison, alternatives=tuple(alternatives)))

    only = replace(comparison, alternatives=tuple(alternatives[place] for place in places))
    with known_as(lambda known: told(known or only)):
        looked_at = with_break_evens(
            only, engine=engine, workers=workers, executor=executor, progress=progress
        )
    return told(looked_at)
