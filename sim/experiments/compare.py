"""Comparison: the same citizens in two malls, replication by replication.

The draws are addressed by name, so a citizen of the base has the same arrival, patience and
service need in each alternative; what differs is what the alternative does to her. The headline
is over the citizens of the base; newcomers are counted apart.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine, engine_name, prepare
from sim.errors import MallError
from sim.experiments.blocks import run_blocks
from sim.experiments.decision import (
    HANGS_ON,
    Answer,
    BreakEven,
    Condition,
    answer,
    confidence_of,
    judged,
)
from sim.experiments.kept import Kept, Numbers
from sim.experiments.plenty import Plenty
from sim.experiments.replicate import TOGETHER, Progress
from sim.experiments.side_by_side import Pair
from sim.experiments.stopping import BLOCK, Interrupted, Stop, most_replications
from sim.log import Log
from sim.scenario.model import Scenario
from sim.statistics.change import difference, inputs_of_difference
from sim.statistics.intervals import PairedDifference, paired_ratio_difference
from sim.statistics.measures import measures_of
from sim.statistics.results import Results, Run
from sim.statistics.selection import Selection, select_best
from sim.statistics.spread import InputPart
from sim.workload import Workload

Mask = NDArray[np.bool_]
Played = tuple[Workload, Log]
DELTA = 0.01
"""One fulfilled visit of 100."""


@dataclass(frozen=True, eq=False)
class Alternative:
    """One alternative beside the base.

    results : all citizens of the alternative
    present_before, present : the citizens who come in both, in the base and in the alternative
    newcomers : the citizens who come in the alternative only
    repair : the same plan with something mended, on the same citizens, where that was tried
    not_mended : where a repair was looked for in vain, the agencies that decide, with counters in
        plenty; None where none was looked for
    looks : how many malls are judged for the one answer, as in `confidence_of`
    break_evens : up to which value of a figure the verdict holds, where that was looked for; the
        figure that turns it most easily comes first
    """

    scenario: Scenario
    base: Results
    results: Results
    present_before: Results
    present: Results
    newcomers: Results
    repair: Alternative | None = None
    not_mended: Mapping[str, Plenty] | None = None
    looks: int = 1
    break_evens: tuple[BreakEven, ...] = ()

    def difference(
        self, measure: str, weekday: str = "", confidence: float = 0.95
    ) -> PairedDifference:
        """Return alternative less base over the citizens of both, paired by replication."""
        before, after = self.present_before, self.present
        return difference(after, before, measure, weekday=weekday, confidence=confidence)

    @property
    def bare(self) -> Alternative:
        """The same without input uncertainty."""
        return replace(self, present_before=self.present_before.bare, present=self.present.bare)

    def inputs_of(self, measure: str) -> InputPart | None:
        """Return what the inputs leave open of a change; None where they were not drawn."""
        return inputs_of_difference(self.present, self.present_before, measure)

    def difference_at_counters(self, confidence: float = 0.95) -> PairedDifference:
        """Return the difference of the tickets called in time, machines left out."""
        before, after = (
            r.at_counters("called_in_time") for r in (self.present_before, self.present)
        )
        return paired_ratio_difference(*after, *before, confidence, share=True)

    @property
    def confidence(self) -> float:
        """That of each interval of the decision; 0.95 where there is none."""
        return confidence_of(self.scenario, self.looks)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the alternative's decision; intervals hold for all together."""
        lost = self.difference("fulfilled", confidence=self.confidence)
        return judged(self.scenario, self.base, self.results, lost, self.confidence)

    @property
    def verdict(self) -> Answer:
        """May it join? Follows from the decision, and from what the newcomers have not stated."""
        return "cannot_tell" if self.until else self.as_assumed

    @property
    def as_assumed(self) -> Answer:
        """May it join if every figure is as assumed? Follows from the decision alone."""
        may = self.repair is not None and self.repair.as_planned == "may_join"
        return "may_join_if" if may and self.as_planned != "may_join" else self.as_planned

    @property
    def as_planned(self) -> Answer:
        """May it join as it is planned, without any repair?"""
        return answer(self.conditions)

    @property
    def carried_out(self) -> Alternative:
        """The plan as it would be done: with its repair, where it may join on that condition."""
        if self.repair is not None and self.as_assumed == "may_join_if":
            return self.repair
        return self

    @property
    def judged(self) -> Alternative:
        """The plan whose break-evens are told: mended, unless that is not needed or fails too."""
        if self.repair is None or self.as_planned == "may_join":
            return self
        return self if self.repair.as_planned == "may_not" else self.repair

    @property
    def until(self) -> tuple[BreakEven, ...]:
        """The newcomers' own figures of which a plausible value turns the verdict."""
        if self.as_assumed in ("cannot_tell", "no_rule"):
            return ()
        return tuple(b for b in self.break_evens if b.turns and not b.shared)

    @property
    def hangs_on(self) -> tuple[BreakEven, ...]:
        """The assumptions that turn the verdict most easily, within what is plausible first."""
        near = [b for b in self.break_evens if b.nearness < math.inf]
        return tuple(sorted(near, key=lambda b: not b.turns)[:HANGS_ON])

    @property
    def until_known(self) -> tuple[BreakEven, ...]:
        """The figures of the mall of today of which a plausible value turns the verdict."""
        if self.as_assumed in ("cannot_tell", "no_rule"):
            return ()
        return tuple(b for b in self.break_evens if b.turns and b.shared)

    @property
    def deciding(self) -> tuple[Condition, ...]:
        """The conditions on which the verdict rests, where it is not that it may join."""
        state = {"may_not": "broken", "cannot_tell": "cannot_tell"}.get(self.as_planned)
        return tuple(c for c in self.conditions if c.blamed and c.state == state)

    @property
    def identical(self) -> bool:
        """Whether every measure of every replication is as in the base."""
        a, b = self.base, self.results
        if a.measures != b.measures:
            return False
        return bool(np.array_equal(a.total, b.total) and np.array_equal(a.n, b.n))


def _days(scenario: Scenario) -> list[tuple[str, int, int]]:
    """Return what has to be equal for citizens to come on the same days."""
    return [(d.label, d.closes if d.continuous else 0, d.warm_up) for d in scenario.days]


@dataclass(frozen=True, eq=False)
class Comparison:
    """A base and its alternatives, over the same replications.

    delta : the difference in fulfilled visits, of 1, that matters in choosing the best alternative
    """

    base: Results
    alternatives: tuple[Alternative, ...]
    delta: float = DELTA

    @cached_property
    def best(self) -> Selection | None:
        """Which alternative, as planned, is best for present citizens by their fulfilled visits.

        With 95 % certainty, unless another is within `delta`; None of fewer than two alternatives,
        or where some replication has no present citizens.
        """
        shares = [of.present.per_replication("fulfilled") for of in self.alternatives]
        if len(shares) < 2 or np.isnan(shares).any():
            return None
        return select_best(np.stack(shares, axis=1), self.delta)


def compare(
    base: Scenario,
    alternatives: Scenario | Sequence[Scenario],
    replications: int | None = None,
    *,
    repairs: Sequence[Scenario | None] = (),
    precision: float | None = None,
    delta: float = DELTA,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a base and alternatives on the same citizens and judge each by its `decision`.

    replications : how many, 100 by default; with `precision` the most to run, 1,000 by default
    repairs : for each alternative the same with something mended, or None: it may join if that
        is done. The intervals of both hold together
    precision : as in `replicate`, of every mall. The number of replications is fixed beforehand,
        or by a rule that looks at widths only: no verdict rests on looking until it is clear
    delta : as of `Comparison`
    seed, engine, workers, executor, progress : as in `replicate`

    Raises MallError where an alternative runs on other days than the base or is of another mall,
    or for impossible arguments.
    """
    if isinstance(alternatives, Scenario):
        alternatives = (alternatives,)
    others = (*alternatives, *(mended for mended in repairs if mended is not None))
    most = check_comparable(base, others, replications, precision)
    if repairs and len(repairs) != len(alternatives):
        raise MallError.of("error.repairs", alternatives=len(alternatives), repairs=len(repairs))
    if not 0 < delta < 1:
        raise MallError.of("error.delta", delta=100 * delta)
    began = time.perf_counter()
    prepare(engine)
    task = Pair(base, others, seed, engine)
    kept = [Kept(len(measures_of(scenario)), most) for scenario in task.measured]
    stop = Stop([base, *others], precision, most)
    together = BLOCK if precision is not None else max(BLOCK, TOGETHER // len(others))
    with closing(run_blocks(task, most, workers, executor, together)) as blocks:
        end = _filled(kept, blocks, stop, most, progress)
    for of in kept:
        of.drop_after(stop.at or end)
    seconds = time.perf_counter() - began
    run = Run(seed, engine_name(engine), stop.precise, stop.last, seconds)
    found = gathered(task, run, kept, repairs or [None] * len(alternatives))
    found = replace(found, delta=delta)
    if end < most:
        raise Interrupted(found)
    return found


def _filled(
    kept: Sequence[Kept], blocks: Iterator[list[list[Numbers]]], stop: Stop, most: int,
    progress: Progress | None,
) -> int:  # fmt: skip
    """Fill in the numbers until it is enough; return `most`, or how far it came at Ctrl-C."""
    try:
        for block in blocks:
            for k, of in enumerate(kept):
                of.extend([numbers[k] for numbers in block])
            if progress:
                progress(len(kept[0]), most)
            if stop.after([kept[0], *kept[1::4]]):
                break
    except KeyboardInterrupt:
        if len(kept[-1]) < 2:
            raise
        return len(kept[-1])  # the last to be filled, if that was under way
    return most


def check_comparable(
    base: Scenario,
    alternatives: Sequence[Scenario],
    replications: int | None = None,
    precision: float | None = None,
) -> int:
    """Return how many replications to run at most; raise MallError where there are none."""
    if not alternatives:
        raise MallError.of("error.nothing_to_compare")
    for other in alternatives:
        if _days(other) != _days(base):
            raise MallError.of("error.other_days", other=other.name, base=base.name)
        if not (base.agencies.keys() & other.agencies or base.journeys.keys() & other.journeys):
            raise MallError.of("error.other_mall", other=other.name, base=base.name)
    return most_replications(replications, precision, fewest=2)


def gathered(
    task: Pair, run: Run, kept: Sequence[Kept], repairs: Sequence[Scenario | None] = (None,)
) -> Comparison:
    """Put the numbers of all replications together, in the order of `task.measured`.

    repairs : of each plan, None where there is none; they stand behind the plans in the task
    """
    of_base, *others = (
        Results(scenario, run, measures_of(scenario, task.whole), of.total, of.n)
        for scenario, of in zip(task.measured, kept, strict=True)
    )
    every = [
        Alternative(scenario, of_base, whole, _either(of_base, before), present, newcomers)
        for scenario, whole, before, present, newcomers in zip(
            task.alternatives, *(others[k::4] for k in range(4)), strict=True
        )
    ]
    plans, mended = every[: len(repairs)], iter(every[len(repairs) :])
    found = [
        plan if repair is None
        else replace(plan, looks=2, repair=replace(next(mended), looks=2))
        for plan, repair in zip(plans, repairs, strict=True)
    ]  # fmt: skip
    return Comparison(of_base, tuple(found))


def _either(known: Results, found: Results) -> Results:
    """Return the first of two where they are equal, so that the other takes no room."""
    same = np.array_equal(known.total, found.total) and np.array_equal(known.n, found.n)
    return known if same else found
