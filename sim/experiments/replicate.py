"""Replications: the same mall again and again, each time with other draws.

A fixed number, or as many as a stated precision needs. The numbers do not depend on how many
workers share the work: a replication is addressed by its number, and what is kept is decided by
their order alone.
"""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine, simulate
from sim.errors import MallError
from sim.experiments.pool import pool, usable_workers
from sim.log import Log
from sim.sampling import sample
from sim.scenario.model import Scenario
from sim.statistics.measure import Measure
from sim.statistics.measures import measure, measures_of
from sim.statistics.precision import Rule, Tolerance, replications_to_precision
from sim.statistics.results import Results, Run
from sim.workload import Workload

OwnMeasures = Callable[[Log], Mapping[str, float]]
Transform = Callable[[Workload], Workload]
Progress = Callable[[int, int], None]
Numbers = tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float]]

REPLICATIONS = 100
MOST = 1000
BLOCK = 5


def replicate(
    scenario: Scenario,
    replications: int | None = None,
    *,
    precision: float | None = None,
    seed: int = 0,
    engine: Engine = "simpy",
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
    most = _most(replications, precision)
    began = time.perf_counter()
    task = _Task(scenario, seed, engine, measures, transform)
    kept = _Kept(most, len(measures_of(scenario)))
    stop = _Stop(scenario, precision, most)
    with closing(run_blocks(task, most, workers, executor)) as blocks:
        for block in blocks:
            kept.extend(block)
            if progress:
                progress(len(kept), most)
            if stop.after(kept):
                break
    kept.drop_after(stop.at or most)
    return _results(task, kept, stop, time.perf_counter() - began)


def _most(replications: int | None, precision: float | None) -> int:
    if replications is not None and replications < 1:
        raise MallError(f"at least 1 replication is needed, not {replications}")
    if precision is not None and not 0 < precision < math.inf:
        raise MallError(f"precision must be some points above 0, not {precision}")
    if precision is not None and replications is not None and replications < Rule().minimum:
        raise MallError(f"to a precision at least {Rule().minimum} replications are needed")
    return replications or (REPLICATIONS if precision is None else MOST)


class _Task:
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
        return [self.one(replication) for replication in range(first, last)]

    def one(self, replication: int) -> Numbers:
        """Run one replication."""
        workload = sample(self.scenario, self.seed, replication)
        if self.transform:
            workload = self.transform(workload)
        log = simulate(self.scenario, workload, self.engine)
        own = dict(self.own(log)) if self.own else {}
        for name, number in own.items():
            if math.isinf(number):
                raise MallError(
                    f"own measure {name!r} is {number} in replication {replication}: "
                    "return a number, or NaN where there is none"
                )
        numbers = measure(log, self.scenario)
        return numbers.total, numbers.n, own

    def travels(self) -> bool:
        """Whether the task can be sent to another process."""
        return travel(self.engine, self.own, self.transform)


def travel(*functions: Any) -> bool:
    """Whether another process can import the functions: not those of a script or a notebook."""
    try:
        return b"__main__" not in pickle.dumps(functions)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False


class Task(Protocol):
    """Work that is cut by replication and can be sent to other processes."""

    def __call__(self, first: int, last: int) -> list[Any]:
        """Run the replications from first before last."""

    def travels(self) -> bool:
        """Whether the task can be sent to another process."""


def run_blocks(
    task: Task, most: int, workers: int | None, executor: Executor | None = None
) -> Generator[list[Any], None, None]:
    """Run replications 0 .. most - 1 in blocks and yield these in their order.

    On an executor if one is given, else on `workers` processes of our own. When the caller stops
    early, what has not begun is cancelled.
    """
    number = min(usable_workers(workers), max(1, most // BLOCK))
    if executor is None and number > 1 and not task.travels():
        if workers is not None:
            raise MallError(
                "own functions must be importable to run on several workers: "
                "define them in a module of their own, or say workers=1"
            )
        number = 1
    if executor is not None:
        yield from _in_order(task, executor, most, 8)
    elif number == 1:
        for k in range(most):
            yield task(k, k + 1)
    else:
        try:
            with pool(number) as processes:
                yield from _in_order(task, processes, most, 2 * number)
        except BrokenProcessPool as error:
            raise MallError(
                "a worker process ended before its work was done, perhaps for want of memory: "
                "close other programs, or use fewer workers"
            ) from error


def _in_order(
    task: Task, executor: Executor, most: int, ahead: int
) -> Generator[list[Any], None, None]:
    """Yield blocks in their order, with at most `ahead` of them under way."""
    starts = iter(range(0, most, BLOCK))
    under_way: list[Future[list[Any]]] = []
    try:
        while True:
            while len(under_way) < ahead and (first := next(starts, None)) is not None:
                under_way.append(executor.submit(task, first, min(first + BLOCK, most)))
            if not under_way:
                return
            yield under_way.pop(0).result()
    finally:
        for future in under_way:
            future.cancel()


class _Kept:
    """The numbers of the replications so far, in their order.

    The arrays are as long as they may become at most; memory is used only where they are filled.
    """

    def __init__(self, most: int, measures: int) -> None:
        self._total = np.empty((most, measures))
        self._n = np.empty((most, measures))
        self.own: list[dict[str, float]] = []

    def __len__(self) -> int:
        return len(self.own)

    def extend(self, block: list[Numbers]) -> None:
        """Keep the numbers of further replications."""
        for total, n, own in block:
            self._total[len(self)], self._n[len(self)] = total, n
            self.own.append(own)

    def drop_after(self, number: int) -> None:
        """Forget what a parallel run did beyond its end."""
        del self.own[number:]

    @property
    def total(self) -> NDArray[np.float64]:
        """(R, M) of the replications so far."""
        return self._total[: len(self)]

    @property
    def n(self) -> NDArray[np.float64]:
        """(R, M) of the replications so far."""
        return self._n[: len(self)]


class _Stop:
    """When to stop: at a fixed number, or once the headline measures are precise."""

    def __init__(self, scenario: Scenario, precision: float | None, most: int) -> None:
        self.precision = precision
        self.rule = Rule(maximum=most) if precision is not None else None
        self.measures = measures_of(scenario)
        self.chosen = headline(self.measures, scenario) if precision is not None else []
        self.at: int | None = None
        self.precise: bool | None = None
        self.last = ""

    def after(self, kept: _Kept) -> bool:
        """Whether the replications so far are enough."""
        if self.rule is None or self.precision is None:
            return False
        if len(kept) % BLOCK and len(kept) < self.rule.maximum:
            return False  # each look reads all replications again; what is decided stays the same
        columns = list(self.chosen)
        total, n = kept.total[:, columns], kept.n[:, columns]
        tolerances = [_tolerance(self.measures[k], self.precision) for k in columns]
        found = replications_to_precision(total, n, tolerances, self.rule)
        if found.stop is None:
            return False
        self.at, self.precise = found.stop, found.precise
        of = self.measures[columns[found.last]]
        self.last = " ".join(filter(None, (of.name, of.measure)))
        return True


def headline(measures: tuple[Measure, ...], scenario: Scenario) -> list[int]:
    """Return the columns on which precision is judged: the mall's, and each promise kept."""
    of_mall = ["wait_in_visit.mean", "wait.mean"]
    promising = {name.partition(".")[0] for name in scenario.services if scenario.promise_of(name)}
    if promising:
        of_mall += ["fulfilled", "called_in_time"]
    visited = {s.agency for j in scenario.journeys for s in scenario.stops_of(j)}
    return [
        k
        for k, m in enumerate(measures)
        if not (m.interval or m.weekday)
        and (
            (m.scope == "mall" and m.measure in of_mall)
            or (m.scope == "agency" and m.measure == "called_in_time" and m.name in promising)
        )
        and (m.name == "" or m.name in visited)
    ]


def _tolerance(measure: Measure, precision: float) -> Tolerance:
    if measure.unit == "share":
        return Tolerance(absolute=0.01 * precision, share=True)
    return Tolerance(relative=0.05 * precision, absolute=0.1 * precision)


def _results(task: _Task, kept: _Kept, stop: _Stop, seconds: float) -> Results:
    own = tuple(dict.fromkeys(name for numbers in kept.own for name in numbers))
    measures, total, n = stop.measures, kept.total, kept.n
    if own:
        values = np.array([[numbers.get(name, np.nan) for name in own] for numbers in kept.own])
        known = ~np.isnan(values)
        measures += tuple(Measure("own", "", "", "", name, "quantile") for name in own)
        total = np.hstack([total, np.where(known, values, 0.0)])
        n = np.hstack([n, known.astype(np.float64)])
    run = Run(
        seed=task.seed,
        engine=task.engine if isinstance(task.engine, str) else "own",
        precise=stop.precise,
        last_to_settle=stop.last,
        seconds=seconds,
        own=own,
    )
    return Results(scenario=task.scenario, run=run, measures=measures, total=total, n=n)
