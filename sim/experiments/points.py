"""Several scenarios on the same citizens: what a sweep, a capacity or a staffing is made of."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine, engine_name, play_all, prepare
from sim.errors import MallError
from sim.experiments.blocks import run_blocks
from sim.experiments.replicate import TOGETHER, Progress, travel
from sim.experiments.stopping import Interrupted
from sim.experiments.varying import varied
from sim.sampling import drawn_together
from sim.scenario.model import Scenario
from sim.statistics.measure import Measure
from sim.statistics.measures import measure_together, measures_of
from sim.statistics.results import Results, Run

Figures = Mapping[str, object]
Numbers = tuple[NDArray[np.float64], NDArray[np.float64]]


def run_points(
    base: Scenario,
    points: Sequence[Figures],
    replications: int,
    *,
    seed: int = 0,
    first: int | Sequence[int] = 0,
    hours: bool = False,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Results]:
    """Return the results of a scenario at each point: with these figures changed.

    points : figures by path; the same citizens come at each, as far as the figures let them
    first : the first replication, of all points or of each; others than those of a search certify
        what it found
    hours : whether the measures of mall and agencies by hour are kept too
    progress : called with (done, most) as replications are finished

    The results have the measures of the whole span, not those by weekday or date. The numbers
    do not depend on the workers. Raises ScenarioError for a point that is no scenario; at Ctrl-C
    Interrupted, which knows the results of the points that were done.
    """
    if replications < 2:
        raise MallError.of("error.too_few_replications", fewest=2, replications=replications)
    scenarios = [varied_once(base, json.dumps(dict(figures))) for figures in points]
    began = time.perf_counter()
    prepare(engine)
    firsts = (first,) * len(points) if isinstance(first, int) else tuple(first)
    task = _Points(base, tuple(dict(p) for p in points), replications, firsts, hours, seed, engine)
    most = len(points) * replications
    kept: list[Numbers] = []

    def done() -> list[Results]:
        run = Run(seed, engine_name(engine), seconds=time.perf_counter() - began)
        return [
            _gathered(scenario, run, hours, kept[k * replications : (k + 1) * replications])
            for k, scenario in enumerate(scenarios[: len(kept) // replications])
        ]

    try:
        with closing(run_blocks(task, most, workers, executor, TOGETHER)) as blocks:
            for block in blocks:
                kept.extend(block)
                if progress:
                    progress(len(kept), most)
    except KeyboardInterrupt:
        raise Interrupted(done()) from None
    return done()


def _gathered(scenario: Scenario, run: Run, hours: bool, kept: list[Numbers]) -> Results:
    return Results(
        scenario=scenario,
        run=run,
        measures=tuple(m for m in measures_of(scenario) if _wanted(m, hours)),
        total=np.array([total for total, _ in kept]),
        n=np.array([n for _, n in kept]),
    )


def _wanted(measure: Measure, hours: bool) -> bool:
    by_hour = hours and measure.scope in ("mall", "agency")
    return not measure.weekday and (by_hour or not measure.interval)


class _Points:
    """What one replication at one point does; small enough to be sent with every block."""

    def __init__(
        self, base: Scenario, points: tuple[Figures, ...], replications: int,
        firsts: tuple[int, ...], hours: bool, seed: int, engine: Engine,
    ) -> None:  # fmt: skip
        self.base, self.points, self.replications = base, points, replications
        self.firsts, self.hours, self.seed, self.engine = firsts, hours, seed, engine

    def __call__(self, first: int, last: int) -> list[Numbers]:
        return [
            numbers
            for point, replications in by_point(first, last, self.replications)
            for numbers in self.some(point, replications)
        ]

    def some(self, point: int, replications: range) -> Iterator[Numbers]:
        """Yield total and n of the measures of the span, of replications at one point."""
        scenario = varied_once(self.base, json.dumps(dict(self.points[point])))
        these = range(*(self.firsts[point] + k for k in (replications.start, replications.stop)))
        of_all = measures_of(scenario, not self.hours)
        wanted = np.array([_wanted(m, self.hours) for m in of_all])
        for drawn in drawn_together(scenario, self.seed, these):
            logs = play_all(scenario, drawn, self.engine)
            del drawn  # before others are drawn: they are what takes most room
            for found in measure_together(logs, scenario, whole=not self.hours):
                yield found.total[wanted], found.n[wanted]
            del logs

    def travels(self) -> bool:
        return travel(self.engine)

    def is_ours(self) -> bool:
        """Whether nothing of the caller's own has a part in it."""
        return not callable(self.engine)


def by_point(first: int, last: int, replications: int) -> Iterator[tuple[int, range]]:
    """Yield the points, and of each its replications, among which pieces of work lie.

    Work is numbered point by point, `replications` each; first, last : as of `Task`
    """
    while first < last:
        point, begin = divmod(first, replications)
        end = min(begin + last - first, replications)
        yield point, range(begin, end)
        first += end - begin


@lru_cache(maxsize=64)
def varied_once(base: Scenario, figures: str) -> Scenario:
    """A worker's present point; replications of one come one after the other."""
    return varied(base, json.loads(figures))
