"""Replications: the same mall again and again, each time with other draws.

A fixed number, or as many as a stated precision needs. The numbers do not depend on how many
workers share the work: a replication is addressed by its number, and what is kept is decided by
their order alone.
"""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from typing import Any

import numpy as np

from sim.engine import Engine, engine_name, play_all, prepare, simulate
from sim.errors import MallError
from sim.experiments.blocks import run_blocks
from sim.experiments.kept import Kept, Numbers
from sim.experiments.stopping import BLOCK, Interrupted, Stop, most_replications
from sim.log import Log
from sim.sampling import drawn_together
from sim.scenario.model import Scenario
from sim.statistics.measure import Measure
from sim.statistics.measures import measure_together, measures_of
from sim.statistics.results import Results, Run
from sim.workload import Workload
from sim.workload.replications import Replications

OwnMeasures = Callable[[Log], Mapping[str, float]]
Transform = Callable[[Workload], Workload]
Progress = Callable[[int, int], None]
TOGETHER = 64
"""Replications in one block where nobody looks at them before all are done."""


def replicate(
    scenario: Scenario,
    replications: int | None = None,
    *,
    precision: float | None = None,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    measures: OwnMeasures | None = None,
    transform: Transform | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Results:
    """Run a scenario often and measure each run; logs are dropped once they are measured.

    replications : how many, 100 by default; with `precision` the most to run, 1,000 by default
    precision : allowed half-width of shares in percentage points; 1 also allows waits 5 % or 6 s,
        2 twice that. Then at least 20 replications run, with a look-ahead (Hoad, Robinson and
        Davies 2010), until every headline measure is precise
    seed : any integer; the same seed gives the same numbers with any number of workers
    workers : processes; all cores by default, 1 runs in this process
    measures : own measures, Log -> {name: number}; they appear in scope "own"
    transform : changes each workload before the engine plays it
    executor : any concurrent.futures executor, in place of own processes
    progress : called with (done, most) as replications are finished

    Raises MallError for impossible arguments.
    """
    most = most_replications(replications, precision)
    began = time.perf_counter()
    prepare(engine)
    task = One(scenario, seed, engine, measures, transform)
    kept = Kept(len(measures_of(scenario)), most)
    stop = Stop([scenario], precision, most)
    together = BLOCK if precision is not None else TOGETHER
    try:
        with closing(run_blocks(task, most, workers, executor, together)) as blocks:
            for block in blocks:
                kept.extend(block)
                if progress:
                    progress(len(kept), most)
                if stop.after([kept]):
                    break
    except KeyboardInterrupt:
        if len(kept) < 2:
            raise
        known = _results(task, kept, stop, time.perf_counter() - began)
        raise Interrupted(known) from None
    kept.drop_after(stop.at or most)
    return _results(task, kept, stop, time.perf_counter() - began)


class One:
    """What one replication does; sent to the workers as it is."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        engine: Engine,
        own: OwnMeasures | None,
        transform: Transform | None,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.engine = engine
        self.own = own
        self.transform = transform

    def __call__(self, first: int, last: int) -> list[Numbers]:
        """Run the replications from first before last and return their numbers."""
        found: list[Numbers] = []
        for drawn in drawn_together(self.scenario, self.seed, range(first, last)):
            found += self._numbers(drawn)
            del drawn  # before others are drawn: they are what takes most room
        return found

    def _numbers(self, drawn: Replications) -> list[Numbers]:
        logs = self._play(drawn)
        own = [self._own(log) for log in logs]
        measured = measure_together(logs, self.scenario)
        return [(of.total, of.n, its) for of, its in zip(measured, own, strict=True)]

    def _play(self, drawn: Replications) -> list[Log]:
        if not self.transform:
            return play_all(self.scenario, drawn, self.engine)
        own = (self.transform(workload) for workload in drawn.apart())
        return [simulate(self.scenario, workload, self.engine) for workload in own]

    def _own(self, log: Log) -> dict[str, float]:
        """Return the own measures of a replication."""
        own = dict(self.own(log)) if self.own else {}
        for name, number in own.items():
            if math.isinf(number):
                raise MallError.of(
                    "error.own_measure", name=name, number=number, replication=log.replication
                )
        return own

    def travels(self) -> bool:
        """Whether the task can be sent to another process."""
        return travel(self.engine, self.own, self.transform)

    def is_ours(self) -> bool:
        """Whether nothing of the caller's own has a part in it."""
        return not (callable(self.engine) or self.own or self.transform)


def travel(*functions: Any) -> bool:
    """Whether another process can import the functions: not those of a script or a notebook."""
    try:
        return b"__main__" not in pickle.dumps(functions)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False


def _results(task: One, kept: Kept, stop: Stop, seconds: float) -> Results:
    own = tuple(dict.fromkeys(name for numbers in kept.own for name in numbers))
    measures, total, n = stop.measures[0], kept.total, kept.n
    if own:
        values = np.array([[numbers.get(name, np.nan) for name in own] for numbers in kept.own])
        known = ~np.isnan(values)
        measures += tuple(Measure("own", "", "", "", name, "quantile") for name in own)
        total = np.hstack([total, np.where(known, values, 0.0)])
        n = np.hstack([n, known.astype(np.float64)])
    run = Run(
        seed=task.seed,
        engine=engine_name(task.engine),
        precise=stop.precise,
        last_to_settle=stop.last,
        seconds=seconds,
        own=own,
    )
    return Results(scenario=task.scenario, run=run, measures=measures, total=total, n=n)
