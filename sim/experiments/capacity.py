"""Capacity: how much more demand until a promise breaks, agency by agency.

The same citizens come at every level of demand, and more of them as it rises. Each agency's
margin (the share called in time less the share promised) is estimated with its interval at a
grid of levels, then at further levels where it crosses zero. The crossing is read off between
two levels; its interval is the set of levels at which a test of "the margin is exactly zero"
would not be refused, found by inverting these tests (Casella and Berger 2002, Statistical
Inference, 2nd ed., sec. 9.2.1). More demand need not make a margin smaller (it may change who
comes, exhaust a quota, or make people balk), so a margin may cross more than once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine
from sim.errors import MallError
from sim.experiments.decision import promising
from sim.experiments.inputs import DRAWS, RUNS, Inputs, with_inputs
from sim.experiments.points import run_points
from sim.experiments.replicate import Progress
from sim.experiments.stopping import known_as
from sim.experiments.varying import demand_figures, journeys_of
from sim.scenario.model import Scenario
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.verdict import margin_of

Floats = NDArray[np.float64]
State = Literal["crosses", "never", "always", "several"]
FIRST = 3
"""How many agencies, the first to break, have their crossing refined."""
ROUNDS = 2


@dataclass(frozen=True)
class Crossing:
    """Where an agency's promise breaks, as a factor of the scenario's demand.

    state : `crosses` once within the range; `never` or `always` broken in it; `several`
        crossings, of which the first is told
    factor : NaN unless it crosses; low, high : the 95 % interval, cut to the range
    """

    state: State
    factor: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Curve:
    """An agency's margin over the levels of demand.

    factors, margin, low, high : (P,) by rising demand; the interval holds at each level alone
    share : (P,) estimates of the share called in time
    """

    agency: str
    factors: Floats
    margin: Floats
    low: Floats
    high: Floats
    share: tuple[Estimate, ...]

    @property
    def crossing(self) -> Crossing:
        """Where the promise breaks first."""
        falls = _zeros(self.factors, self.margin)
        if not falls:
            state: State = "never" if self.margin[0] >= 0 else "always"
            return Crossing(state, np.nan, *self._not_refused(np.inf))
        at = falls[0]
        state = "several" if len(falls) > 1 else "crosses"
        return Crossing(state, at, *self._not_refused(at))

    def _not_refused(self, at: float) -> tuple[float, float]:
        """Return the stretch of levels around `at` at which the margin may be zero."""
        begins = [x for x in _zeros(self.factors, self.low) if x <= at]
        ends = [x for x in _zeros(self.factors, self.high) if x >= at]
        low = begins[-1] if begins else float(self.factors[0 if np.isfinite(at) else -1])
        return low, ends[0] if ends else float(self.factors[-1])


def _zeros(x: Floats, y: Floats) -> list[float]:
    """Return where a line through the points changes its sign; absent points are passed over."""
    seen = ~np.isnan(y)
    points = list(zip(x[seen].tolist(), y[seen].tolist(), strict=True))
    return [
        a + (b - a) * fa / (fa - fb)
        for (a, fa), (b, fb) in pairwise(points)
        if (fa < 0) != (fb < 0)
    ]


@dataclass(frozen=True, eq=False)
class Capacity:
    """How much demand each agency bears.

    of : whose demand is raised; per_day : that demand as the scenario states it, visits a day
    replications : at each level of demand
    curves : the agencies with a promise, the first to break first
    bare : the same curves without input uncertainty, where the others hold it
    nearest : the mall at the level nearest to where the first promise breaks, each input drawn by
        itself too; None without input uncertainty
    """

    scenario: Scenario
    of: str
    per_day: float
    replications: int
    curves: tuple[Curve, ...]
    bare: tuple[Curve, ...] = ()
    nearest: Results | None = None


def capacity(
    scenario: Scenario,
    of: str = "all",
    *,
    low: float = 0.5,
    high: float = 2.5,
    levels: int = 7,
    replications: int = 20,
    inputs: Inputs | None = None,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Capacity:
    """Find how much demand each agency's promise bears.

    scenario : the mall as it is; replications : of each level
    of : "all", a journey, or an agency (the journeys that stop there)
    low, high : the range of factors; levels : how many to begin with
    inputs : draws of the figures, whose uncertainty is then in every interval
    seed, engine, workers, executor, progress : as in `replicate`

    Raises MallError where nobody is promised anything, or for an impossible range; at Ctrl-C
    Interrupted, which knows the capacity by the levels that were done.
    """
    if not (0 < low < high <= 100 and levels >= 2):
        raise MallError.of("error.demand_range", low=low, high=high)
    agencies = promising(scenario)
    if not agencies:
        raise MallError.of("error.no_promise")
    how: _How = {"engine": engine, "workers": workers, "executor": executor}
    most = levels + ROUNDS * 3 * FIRST
    search = _Search(scenario, of, replications, seed, inputs, how, progress, most)
    search.look([float(x) for x in np.geomspace(low, high, levels)])
    for _ in range(ROUNDS):
        wanted = _refined(_curves(agencies, search.known)[:FIRST], list(search.known))
        if wanted:
            search.look(wanted)
    return _told(scenario, of, search.known, search.nearest())


class _How(TypedDict):
    engine: Engine
    workers: int | None
    executor: Executor | None


@dataclass
class _Search:
    """The levels of demand that were looked at so far, and how further ones are."""

    scenario: Scenario
    of: str
    replications: int
    seed: int
    inputs: Inputs | None
    how: _How
    progress: Progress | None
    most: int
    known: dict[float, Results] = field(default_factory=dict)

    @property
    def each(self) -> int:
        """Return how many replications a level takes, those of the draws included."""
        if self.inputs is None:
            return self.replications
        return self.replications + RUNS * min(DRAWS, len(self.inputs.draws))

    def look(self, factors: list[float]) -> None:
        """Play further levels."""
        points = [demand_figures(self.scenario, factor, self.of) for factor in factors]
        done = self.each * len(self.known)
        with known_as(lambda some: _so_far(self.scenario, self.of, self.known, factors, some)):
            found = run_points(
                self.scenario, points, self.replications, seed=self.seed, **self.how,
                progress=self._shifted(done),
            )  # fmt: skip
        done += len(factors) * self.replications
        for factor, results in zip(factors, found, strict=True):
            self.known[factor] = self._with_inputs(factor, results, done)
            done += self.each - self.replications

    def _with_inputs(self, factor: float, results: Results, done: int) -> Results:
        if self.inputs is None:
            return results
        drawn = replace(self._drawn(factor), groups={"all": ()})
        return with_inputs(results, drawn, **self.how, progress=self._shifted(done))

    def _drawn(self, factor: float) -> Inputs:
        """Return the draws with as much more demand, where they hold what is raised."""
        assert self.inputs is not None
        raised = demand_figures(self.scenario, factor, self.of)
        draws = tuple(
            {**draw, **{path: factor * float(draw[path]) for path in raised if path in draw}}
            for draw in self.inputs.draws
        )
        return replace(self.inputs, draws=draws)

    def nearest(self) -> Results | None:
        """Return the level nearest to the first break, each input drawn by itself too."""
        if self.inputs is None:
            return None
        at = _curves(promising(self.scenario), self.known)[0].crossing.factor
        at = at if np.isfinite(at) else 1.0
        factor = min(self.known, key=lambda level: abs(np.log(level / at)))
        return with_inputs(self.known[factor].bare, self._drawn(factor), **self.how)

    def _shifted(self, done: int) -> Callable[[int, int], None] | None:
        progress, most = self.progress, self.most * self.each
        return None if progress is None else lambda n, _: progress(min(done + n, most), most)


def _told(
    scenario: Scenario, of: str, results: dict[float, Results], nearest: Results | None = None
) -> Capacity:
    """Return the capacity by the levels of demand that were looked at."""
    per_day = scenario.demand.scale * sum(
        scenario.journeys[name].per_day for name in journeys_of(scenario, of)
    )
    replications = next(iter(results.values())).replications
    agencies = promising(scenario)
    curves, bare = _curves(agencies, results), []
    if nearest is not None:
        alone = {factor: one.bare for factor, one in results.items()}
        by_name = {curve.agency: curve for curve in _curves(agencies, alone)}
        bare = [by_name[curve.agency] for curve in curves]
    return Capacity(scenario, of, per_day, replications, tuple(curves), tuple(bare), nearest)


def _so_far(
    scenario: Scenario, of: str, known: dict[float, Results], factors: list[float],
    some: list[Results] | None,
) -> Capacity | None:  # fmt: skip
    """Return the capacity by the levels that were done, None where these are no curve yet."""
    done = known | dict(zip(factors, some or [], strict=False))
    return _told(scenario, of, done) if len(done) > 1 else None


def _curves(agencies: list[str], results: dict[float, Results]) -> list[Curve]:
    """Return each agency's curve, the first to break first."""
    factors = sorted(results)
    curves = [_curve(name, factors, [results[factor] for factor in factors]) for name in agencies]
    return sorted(curves, key=_breaks_at)


def _breaks_at(curve: Curve) -> tuple[float, float, str]:
    crossing = curve.crossing
    first = {"always": 0.0, "never": np.inf}.get(crossing.state, crossing.factor)
    return first, float(curve.margin[-1]), curve.agency


def _curve(agency: str, factors: list[float], results: list[Results]) -> Curve:
    margins = [margin_of(of, agency) for of in results]
    return Curve(
        agency=agency,
        factors=np.array(factors),
        margin=np.array([m.value for m in margins]),
        low=np.array([m.low for m in margins]),
        high=np.array([m.high for m in margins]),
        share=tuple(of.estimate("called_in_time", "agency", agency) for of in results),
    )


def _refined(curves: list[Curve], known: list[float]) -> list[float]:
    """Return further levels at the crossings and the ends of their intervals, if apart."""
    wanted: list[float] = []
    for curve in curves:
        crossing = curve.crossing
        if crossing.state in ("crosses", "several"):
            for level in (crossing.factor, crossing.low, crossing.high):
                near = min(abs(level / other - 1) for other in [*known, *wanted])
                if near > 0.02:
                    wanted.append(round(level, 6))
    return sorted(set(wanted))
