"""Sensitivity: which assumption matters most, one at a time over its plausible range.

Each figure of `plausible` is set to either end of its range, all others as they are, on the
same citizens (one at a time: Saltelli et al. 2008, Global Sensitivity Analysis, sec. 2.4.3, which
also says what this cannot see: figures that matter only together).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass

from sim.engine import Engine
from sim.errors import MallError
from sim.experiments.decision import promising
from sim.experiments.points import run_points
from sim.experiments.replicate import Progress
from sim.scenario.model import Scenario
from sim.scenario.noted import Quantity
from sim.statistics.change import difference
from sim.statistics.intervals import PairedDifference
from sim.statistics.measures import measures_of
from sim.statistics.results import Results
from sim.statistics.verdict import State, promise_of, together


@dataclass(frozen=True)
class BreakEven:
    """Where within its plausible range a figure decides a promise.

    value : read off between the ends of the range, on a straight line: a first guess
    at_low, at_high : what becomes of the promise there
    """

    agency: str
    value: Quantity
    at_low: State
    at_high: State


@dataclass(frozen=True)
class Swing:
    """What a figure does to the measure as it goes through its plausible range.

    low, high : the ends of the range; at_low, at_high : the measure there, less what it is
        with the figure as assumed
    breaks : the promises that it decides
    """

    path: str
    low: Quantity
    high: Quantity
    at_low: PairedDifference
    at_high: PairedDifference
    breaks: tuple[BreakEven, ...]

    @property
    def size(self) -> float:
        """The larger of the two changes, without its sign."""
        return max(abs(self.at_low.value), abs(self.at_high.value))


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The figures of a scenario by how much they matter, the most first.

    base : the mall as it is; measure : that of the mall which they move; swings : one a figure
    """

    base: Results
    measure: str
    swings: tuple[Swing, ...]


def sensitivity(
    scenario: Scenario,
    measure: str = "fulfilled",
    replications: int = 20,
    *,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Say how much each figure of `plausible` matters for a measure of the mall.

    scenario : with `plausible`; replications : of the mall at each end of each figure
    seed, engine, workers, executor, progress : as in `replicate`

    The intervals hold for all figures together. Raises MallError where nothing is plausible, or
    for a measure that the mall does not have.
    """
    if not scenario.plausible:
        raise MallError.of("error.nothing_plausible")
    mall = {of.measure for of in measures_of(scenario) if of.scope == "mall"}
    if measure not in mall:  # what is wrong with a call is said before anything runs
        known = ", ".join(sorted(mall))
        raise MallError.of("error.no_such_measure", measure=measure, of="mall", known=known)
    ends = [(path, *pair) for path, pair in scenario.plausible.items()]
    points = [{}, *({path: str(end)} for path, *pair in ends for end in pair)]
    base, *runs = run_points(
        scenario, points, replications, seed=seed, engine=engine, workers=workers,
        executor=executor, progress=progress,
    )  # fmt: skip
    confidence = together(2 * len(ends))
    swings = [
        Swing(
            path, low, high,
            difference(runs[2 * k], base, measure, confidence=confidence),
            difference(runs[2 * k + 1], base, measure, confidence=confidence),
            tuple(_breaks(runs[2 * k], runs[2 * k + 1], low, high)),
        )
        for k, (path, low, high) in enumerate(ends)
    ]  # fmt: skip
    return Sensitivity(base, measure, tuple(sorted(swings, key=lambda s: (-s.size, s.path))))


def _breaks(
    at_low: Results, at_high: Results, low: Quantity, high: Quantity
) -> Iterable[BreakEven]:
    """Yield the agencies whose margin changes its sign between the ends."""
    for agency in promising(at_low.scenario):
        _, first, state = promise_of(at_low, "agency", agency, 0.95)
        _, last, after = promise_of(at_high, "agency", agency, 0.95)
        a, b = first.value, last.value
        if math.isnan(a) or math.isnan(b) or (a < 0) == (b < 0):
            continue
        value = low.value + (high.value - low.value) * a / (a - b)
        yield BreakEven(agency, Quantity(value, low.kind), state, after)
