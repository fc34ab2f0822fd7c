"""Two malls at several points: what a change of a figure does to the verdict on a join."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import replace

from sim.engine import Engine, engine_name, prepare
from sim.experiments.blocks import run_blocks
from sim.experiments.compare import Alternative, gathered
from sim.experiments.kept import Kept, Numbers
from sim.experiments.points import by_point, varied_once
from sim.experiments.replicate import TOGETHER, Progress, travel
from sim.experiments.side_by_side import Pair
from sim.scenario.model import Scenario
from sim.statistics.measures import measures_of
from sim.statistics.results import Run

Figures = Mapping[str, object]


def compare_pairs(
    base: Scenario,
    plan: Scenario,
    points: Sequence[tuple[Figures, Figures]],
    replications: int,
    *,
    looks: int = 1,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Alternative]:
    """Return a plan beside its base at each point, with the measures of the whole span.

    points : figures by path of the base, and of the plan
    looks : as of `Alternative`
    """
    began = time.perf_counter()
    prepare(engine)
    task = _Pairs(base, plan, [(dict(a), dict(b)) for a, b in points], replications, seed, engine)
    most = len(points) * replications
    kept: list[list[Numbers]] = []
    with closing(run_blocks(task, most, workers, executor, TOGETHER)) as blocks:
        for block in blocks:
            kept.extend(block)
            if progress:
                progress(len(kept), most)
    run = Run(seed, engine_name(engine), seconds=time.perf_counter() - began)
    each = [kept[k * replications :][:replications] for k in range(len(points))]
    return [
        replace(_alternative(task.pair(k), run, numbers), looks=looks)
        for k, numbers in enumerate(each)
    ]


def _alternative(pair: Pair, run: Run, numbers: list[list[Numbers]]) -> Alternative:
    kept = [Kept(len(measures_of(mall, whole=True))) for mall in pair.measured]
    for k, of in enumerate(kept):
        of.extend([each[k] for each in numbers])
    return gathered(pair, run, kept).alternatives[0]


class _Pairs:
    """What one replication of both malls at one point does."""

    def __init__(
        self, base: Scenario, plan: Scenario, points: Sequence[tuple[Figures, Figures]],
        replications: int, seed: int, engine: Engine,
    ) -> None:  # fmt: skip
        self.base, self.plan, self.points = base, plan, points
        self.replications, self.seed, self.engine = replications, seed, engine

    def pair(self, point: int) -> Pair:
        """Return both malls at a point."""
        malls = (self.base, self.plan)
        base, plan = (
            varied_once(mall, json.dumps(dict(of)))
            for mall, of in zip(malls, self.points[point], strict=True)
        )
        return Pair(base, (plan,), self.seed, self.engine, whole=True, again=True)

    def __call__(self, first: int, last: int) -> list[list[Numbers]]:
        return [
            numbers
            for point, replications in by_point(first, last, self.replications)
            for numbers in self.pair(point)(replications.start, replications.stop)
        ]

    def travels(self) -> bool:
        return travel(self.engine)

    def is_ours(self) -> bool:
        """Whether nothing of the caller's own has a part in it."""
        return not callable(self.engine)
