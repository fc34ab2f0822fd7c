"""Comparison: the same citizens in two malls, replication by replication.

The draws are addressed by name, so a citizen of the base has the same arrival, patience and
service need in each alternative; what differs is what the alternative does to her. The headline
is over the citizens of the base; newcomers are counted apart.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine, simulate
from sim.errors import MallError
from sim.experiments.replicate import REPLICATIONS, Numbers, Progress, run_blocks, travel
from sim.log import Log
from sim.sampling import sample
from sim.scenario.model import Scenario
from sim.statistics.intervals import Estimate, PairedDifference, paired_ratio_difference
from sim.statistics.measures import measure, measures_of
from sim.statistics.results import Results, Run
from sim.workload import Workload

State = Literal["holds", "broken", "cannot_tell"]
Answer = Literal["may_join", "may_not", "cannot_tell", "no_rule"]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Condition:
    """One condition of the scenario's `decision`, and what the replications say of it.

    kind : the key in `decision`; name : the agency that is meant, or ""
    limit : the share that is required or allowed; estimate : what was found, with an interval
        that holds for all conditions together
    before : whether an agency kept its promise in the base: "holds", "broken", "cannot_tell",
        or "new" for one that was not there
    """

    kind: str
    name: str
    limit: float
    estimate: Estimate
    state: State
    before: State | Literal["new", ""] = ""

    @property
    def blamed(self) -> bool:
        """Whether the condition speaks about the join: one broken before is not blamed on it."""
        return self.before != "broken"


@dataclass(frozen=True, eq=False)
class Alternative:
    """One alternative beside the base.

    results : all citizens of the alternative
    present_before, present : the citizens who come in both, in the base and in the alternative
    newcomers : the citizens who come in the alternative only
    """

    scenario: Scenario
    base: Results
    results: Results
    present_before: Results
    present: Results
    newcomers: Results

    def difference(
        self, measure: str, weekday: str = "", confidence: float = 0.95
    ) -> PairedDifference:
        """Return alternative less base over the citizens of both, paired by replication."""
        before, after = self.present_before, self.present
        k, j = (r.position(measure, weekday=weekday) for r in (before, after))
        return paired_ratio_difference(
            *after.poolable(j), *before.poolable(k), confidence, share=before.is_share(k)
        )

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the alternative's decision; intervals hold for all together."""
        decision = self.scenario.decision
        agencies = _promising(self.scenario) if decision.every_agency_keeps else []
        number = len(agencies)
        number += decision.present_citizens_lose_at_most is not None
        number += decision.refused_at_most is not None
        confidence = 1 - 0.05 / max(number, 1)  # Bonferroni
        found = [self._keeps(name, confidence) for name in agencies]
        lose = decision.present_citizens_lose_at_most
        if lose is not None:
            change = self.difference("fulfilled", confidence=confidence)
            state = _state(change.low + lose, change.high + lose)
            found.append(Condition("present_citizens_lose_at_most", "", lose, change, state))
        refused = decision.refused_at_most
        if refused is not None:
            share = self.results.estimate("refused", confidence=confidence)
            state = _state(refused - share.high, refused - share.low)
            found.append(Condition("refused_at_most", "", refused, share, state))
        return tuple(found)

    def _keeps(self, agency: str, confidence: float) -> Condition:
        share, limit, state = _promise(self.results, agency, confidence)
        before: State | Literal["new"] = "new"
        if agency in _promising(self.base.scenario):
            _, _, before = _promise(self.base, agency, confidence)
        return Condition("every_agency_keeps", agency, limit, share, state, before)

    @property
    def verdict(self) -> Answer:
        """May it join? Follows from the decision alone."""
        if not self.conditions:
            return "no_rule"
        states = [c.state for c in self.conditions if c.blamed]
        if "broken" in states:
            return "may_not"
        return "cannot_tell" if "cannot_tell" in states else "may_join"


def _promise(results: Results, agency: str, confidence: float) -> tuple[Estimate, float, State]:
    """Return an agency's share called in time, the share that it promises, and whether it holds."""
    share = results.estimate("called_in_time", "agency", agency, confidence=confidence)
    margin = results.estimate("promise_margin", "agency", agency, confidence=confidence)
    limit = share.value - margin.value
    # The share's own bound is wider where everybody was called in time, or nobody: there the
    # margin has no width, though a few tickets prove little.
    low, high = min(margin.low, share.low - limit), max(margin.high, share.high - limit)
    return share, limit, _state(low, high)


def _state(low: float, high: float) -> State:
    """Whether something that has to be 0 or more is so, given its interval."""
    tiny = 1e-12  # sums of `in time - promised` are a hair off where they should be 0
    if low >= -tiny:
        return "holds"
    return "broken" if high < -tiny else "cannot_tell"


def _promising(scenario: Scenario) -> list[str]:
    visited = {s.service for j in scenario.journeys for s in scenario.stops_of(j)}
    return sorted({name.partition(".")[0] for name in visited if scenario.promise_of(name)})


def _days(scenario: Scenario) -> list[tuple[str, int, int]]:
    """Return what has to be equal for citizens to come on the same days."""
    return [(d.label, d.closes if d.continuous else 0, d.warm_up) for d in scenario.days]


@dataclass(frozen=True, eq=False)
class Comparison:
    """A base and its alternatives, over the same replications."""

    base: Results
    alternatives: tuple[Alternative, ...]


def compare(
    base: Scenario,
    alternatives: Scenario | Sequence[Scenario],
    replications: int = REPLICATIONS,
    *,
    seed: int = 0,
    engine: Engine = "simpy",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a base and alternatives on the same citizens and judge each by its `decision`.

    The number of replications is fixed beforehand, so no verdict rests on looking again until
    it is clear.

    Raises MallError where an alternative runs on other days than the base, or for impossible
    arguments.
    """
    if isinstance(alternatives, Scenario):
        alternatives = (alternatives,)
    if not alternatives:
        raise MallError("there is nothing to compare the base with")
    if replications < 2:
        raise MallError(f"a comparison needs at least 2 replications, not {replications}")
    for other in alternatives:
        if _days(other) != _days(base):
            raise MallError(f"{other.name!r} runs on other days than {base.name!r}")
    began = time.perf_counter()
    task = _Pair(base, tuple(alternatives), seed, engine)
    kept: list[list[Numbers]] = []
    with closing(run_blocks(task, replications, workers, executor)) as blocks:
        for block in blocks:
            kept.extend(block)
            if progress:
                progress(len(kept), replications)
    run = Run(
        seed, engine if isinstance(engine, str) else "own", seconds=time.perf_counter() - began
    )

    def results(scenario: Scenario, column: int) -> Results:
        total = np.array([numbers[column][0] for numbers in kept])
        n = np.array([numbers[column][1] for numbers in kept])
        return Results(scenario, run, measures_of(scenario), total, n)

    of_base = results(base, 0)
    found = [
        Alternative(
            scenario=other,
            base=of_base,
            results=results(other, 4 * k + 1),
            present_before=results(base, 4 * k + 2),
            present=results(other, 4 * k + 3),
            newcomers=results(other, 4 * k + 4),
        )
        for k, other in enumerate(alternatives)
    ]
    return Comparison(of_base, tuple(found))


@dataclass(frozen=True)
class _Pair:
    """What one replication of a comparison does."""

    base: Scenario
    alternatives: tuple[Scenario, ...]
    seed: int
    engine: Engine

    def __call__(self, first: int, last: int) -> list[list[Numbers]]:
        """Run the replications from first before last."""
        return [self.one(replication) for replication in range(first, last)]

    def one(self, replication: int) -> list[Numbers]:
        """Return the numbers of the base, then four sets for each alternative."""
        workload = sample(self.base, self.seed, replication)
        log = simulate(self.base, workload, self.engine)
        found = [_numbers(log, self.base)]
        for other in self.alternatives:
            its = sample(other, self.seed, replication)
            its_log = simulate(other, its, self.engine)
            also, present = _in_both(workload, its)
            found += [
                _numbers(its_log, other),
                _numbers(log, self.base, also),
                _numbers(its_log, other, present),
                _numbers(its_log, other, ~present),
            ]
        return found

    def travels(self) -> bool:
        """Whether the task can be sent to another process."""
        return travel(self.engine)


def _numbers(log: Log, scenario: Scenario, only: Mask | None = None) -> Numbers:
    found = measure(log, scenario, only)
    return found.total, found.n, {}


def _in_both(a: Workload, b: Workload) -> tuple[Mask, Mask]:
    """Return which citizens of a also come in b, and which of b in a, by identity."""
    identities = []
    for of in (a, b):
        journeys = np.array(of.journeys, dtype=object)[of.journey]
        identities.append(list(zip(of.day, journeys, of.origin, of.index, of.attempt, strict=True)))
    in_a, in_b = set(identities[0]), set(identities[1])
    return (
        np.array([who in in_b for who in identities[0]], dtype=bool),
        np.array([who in in_a for who in identities[1]], dtype=bool),
    )
