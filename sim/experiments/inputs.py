"""How well the figures of a scenario are known, carried into every interval.

A file of draws stands beside a fitted scenario (`mall.inputs.json`), and the set of a calibration
(`calibrate.json`) is one too: each draw is a mall that agrees with what was counted. The mall is
simulated with each, and with each input alone, on the replications that the study began with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine import Engine, prepare
from sim.errors import MallError, why
from sim.experiments.blocks import run_blocks
from sim.experiments.compare import Alternative, Comparison
from sim.experiments.kept import Numbers
from sim.experiments.points import by_point
from sim.experiments.replicate import TOGETHER, One, Progress, travel
from sim.experiments.side_by_side import Pair
from sim.experiments.varying import varied
from sim.scenario.faults import nearest
from sim.scenario.figures import steps
from sim.scenario.model import Scenario
from sim.scenario.writing import resolved
from sim.statistics.measures import measures_of
from sim.statistics.results import Results
from sim.statistics.spread import FEWEST, Spread

Figures = Mapping[str, Any]
DRAWS, ALONE, RUNS = 39, 9, 5
"""Draws of all inputs, of each alone, and replications of each. Between the outermost of 39 lie 95
of 100 further draws."""


@dataclass(frozen=True)
class Inputs:
    """Draws of the figures that were estimated.

    draws : each a value by path, as a file would write it
    groups : the inputs that were measured together, with their paths
    days : how many days of data they rest on; 0 where that is not known
    """

    draws: tuple[Figures, ...]
    groups: Mapping[str, tuple[str, ...]]
    days: int = 0


def read_inputs(path: str | Path) -> Inputs:
    """Read draws as `mppsim fit` and `mppsim calibrate` write them.

    Raises MallError for a file that is none, or holds too few.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        draws = tuple(dict(draw) for draw in data["set"])
        groups = {str(k): tuple(map(str, v)) for k, v in data.get("inputs", {}).items()}
        days = int(data.get("days", 0))
    except OSError as error:
        raise MallError.of("error.inputs_read", file=path, why=why(error)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MallError.of("error.inputs_file", file=path) from error
    if len(draws) < FEWEST:
        raise MallError.of("error.inputs_few", file=path, n=len(draws), fewest=FEWEST)
    if not groups:  # one of them alone would leave what was counted
        groups = {"all": tuple(dict.fromkeys(p for draw in draws for p in draw))}
    return Inputs(draws, groups, days)


def with_inputs(
    results: Results,
    inputs: Inputs,
    *,
    draws: int = DRAWS,
    runs: int = RUNS,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Results:
    """Return results whose intervals hold input uncertainty too.

    draws : of all inputs, and `runs` replications of each, beside which those of the results rest
    Raises MallError where no draw is about a figure of the scenario.
    """
    studied = _Studied(results.scenario, (), inputs, draws)
    (spread,) = studied.run(runs, results.run.seed, engine, workers, executor, progress)
    return replace(results, spread=_of_those(results, spread))


def _of_those(results: Results, spread: Spread) -> Spread:
    """Return a spread of the measures that results have; a study of many malls keeps only some."""
    every = {m: k for k, m in enumerate(measures_of(results.scenario))}
    columns = [every[m] for m in results.measures if m in every]  # a measure of one's own is last
    if len(columns) == len(every):
        return spread
    alone = {name: (t[..., columns], n[..., columns]) for name, (t, n) in spread.alone.items()}
    return replace(
        spread, total=spread.total[..., columns], n=spread.n[..., columns], alone=alone
    )  # fmt: skip


def with_inputs_compared(
    found: Comparison,
    inputs: Inputs,
    *,
    draws: int = DRAWS,
    runs: int = RUNS,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Return a comparison whose intervals, and so its verdicts, hold input uncertainty too.

    Base and alternatives take the same draws. A figure that an alternative changes is its plan,
    and stays as it says.
    """
    plans = [plan for one in found.alternatives for plan in (one, one.repair) if plan is not None]
    studied = _Studied(found.base.scenario, [plan.scenario for plan in plans], inputs, draws)
    of_base, *others = studied.run(
        runs, found.base.run.seed, engine, workers, executor, progress
    )  # fmt: skip
    base = replace(found.base, spread=of_base)
    fours = iter([others[k : k + 4] for k in range(0, len(others), 4)])

    def known(of: Alternative) -> Alternative:
        whole, before, present, newcomers = next(fours)
        repair = of.repair
        return replace(
            of, base=base, results=replace(of.results, spread=whole),
            present_before=replace(of.present_before, spread=before),
            present=replace(of.present, spread=present),
            newcomers=replace(of.newcomers, spread=newcomers),
            repair=None if repair is None else known(repair),
        )  # fmt: skip

    return replace(found, base=base, alternatives=tuple(known(one) for one in found.alternatives))


class _Studied:
    """A base and alternatives, and the draws with which they are played.

    points : the draws of all inputs, then of each alone
    """

    def __init__(
        self, base: Scenario, alternatives: Sequence[Scenario], inputs: Inputs, draws: int
    ) -> None:
        self.base, *others = (bare(mall) for mall in (base, *alternatives))
        self.alternatives, self.days = tuple(others), inputs.days
        every = usable(base, inputs)
        known = {path for draw in every for path in draw}
        self.names = [n for n, paths in inputs.groups.items() if known.intersection(paths)]
        self.draws = min(draws, len(every))
        self.points = every[: self.draws]
        self.alone = ALONE if len(self.names) > 1 else 0
        for name in self.names:
            self.points += [_only(d, inputs.groups[name]) for d in every[: self.alone]]

    def run(
        self, runs: int, seed: int, engine: Engine, workers: int | None,
        executor: Executor | None, progress: Progress | None,
    ) -> list[Spread]:  # fmt: skip
        """Return the spread of everything that is measured, as `Pair` orders it."""
        prepare(engine)
        task = _Drawn(self.base, self.alternatives, tuple(self.points), runs, seed, engine)
        most, kept = len(self.points) * runs, []
        together = runs * max(1, TOGETHER // runs)
        with closing(run_blocks(task, most, workers, executor, together)) as blocks:
            for block in blocks:
                kept.extend(block)
                if progress:
                    progress(len(kept), most)
        return [self._spread([one[k] for one in kept], runs) for k in range(len(kept[0]))]

    def _spread(self, each: list[Numbers], runs: int) -> Spread:
        total, n = (
            np.array([numbers[k] for numbers in each]).reshape(len(self.points), runs, -1)
            for k in (0, 1)
        )
        alone = {}
        for k, name in enumerate(self.names if self.alone else ()):
            first = self.draws + k * self.alone
            alone[name] = (total[first : first + self.alone], n[first : first + self.alone])
        return Spread(total[: self.draws], n[: self.draws], alone, self.days)


@dataclass(frozen=True)
class _Drawn:
    """What one replication with one draw does; work is numbered draw by draw."""

    base: Scenario
    alternatives: tuple[Scenario, ...]
    points: tuple[Figures, ...]
    runs: int
    seed: int
    engine: Engine

    def __call__(self, first: int, last: int) -> list[list[Numbers]]:
        found = []
        for point, these in by_point(first, last, self.runs):
            found += self._played(self.points[point], these)
        return found

    def _played(self, draw: Figures, these: range) -> list[list[Numbers]]:
        base = varied(self.base, draw)
        if not self.alternatives:
            alone = One(base, self.seed, self.engine, None, None)
            return [[numbers] for numbers in alone(these.start, these.stop)]
        plain, others = resolved(self.base), []
        for other in self.alternatives:
            theirs = resolved(other)
            same = [path for path in draw if _at(plain, path) == _at(theirs, path)]
            others.append(varied(other, _only(draw, same)))
        pair = Pair(base, tuple(others), self.seed, self.engine)
        return pair(these.start, these.stop)

    def travels(self) -> bool:
        return travel(self.engine)

    def is_ours(self) -> bool:
        return not callable(self.engine)


def usable(scenario: Scenario, inputs: Inputs) -> list[Figures]:
    """Return the draws as far as they are about figures that a scenario has.

    Raises MallError where none is.
    """
    figures = resolved(scenario)
    known = {path for draw in inputs.draws for path in draw if _at(figures, path) is not None}
    if not known:
        first = next(iter(inputs.draws[0]), "")
        near = nearest(first, list(scenario.agencies) + list(scenario.journeys))
        raise MallError.of("error.inputs_none", path=first, near=near or "–")
    return [_only(draw, known) for draw in inputs.draws]


def bare(scenario: Scenario) -> Scenario:
    """Return a scenario without what is noted beside its figures: each draw reads it anew."""
    return scenario.model_copy(update={"sources": {}, "observed": {}, "expect": {}})


def _only(draw: Figures, paths: Iterable[str]) -> dict[str, Any]:
    wanted = set(paths)
    return {path: value for path, value in draw.items() if path in wanted}


def _at(tree: Any, path: str) -> Any:
    """Return what stands at a path of a scenario as plain data, None if there is nothing."""
    for step in steps(path):
        if isinstance(tree, dict) and step in tree:
            tree = tree[step]
        elif isinstance(tree, list) and step.strip("[]").isdigit():
            place = int(step.strip("[]")) - 1
            tree = tree[place] if 0 <= place < len(tree) else None
        else:
            return None
    return tree
