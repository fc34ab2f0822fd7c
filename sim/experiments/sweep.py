"""A sweep: the same citizens in many scenarios that differ in some figures.

A full factorial design runs every combination. A Latin hypercube (McKay, Beckman and Conover
1979, Technometrics 21, 239-245) or a scrambled Sobol sequence (Owen 1998) spreads a given number
of points over ranges.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.engine import Engine
from sim.errors import MallError
from sim.experiments.points import run_points
from sim.experiments.replicate import Progress
from sim.experiments.stopping import known_as
from sim.scenario.model import Scenario
from sim.scenario.noted import Quantity, read_quantity
from sim.statistics.results import Results

if TYPE_CHECKING:
    import pandas as pd

Design = Literal["full", "latin_hypercube", "sobol"]
MOST_POINTS = 10_000
HEADLINES = ("wait.mean", "called_in_time", "fulfilled", "left", "refused")


@dataclass(frozen=True)
class Axis:
    """One figure that is varied: its path, and its values or the ends of its range.

    values : as a file would write them, in their order
    ends : the range, for designs that choose points themselves
    """

    path: str
    values: tuple[str, ...]
    ends: tuple[Quantity, Quantity] | None = None

    def at(self, u: float) -> str:
        """Return the value at a share of the range, 0 <= u < 1: listed values by their place."""
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        assert self.ends is not None
        low, high = self.ends
        value = low.value + u * (high.value - low.value)
        if low.kind == "duration":
            value = round(value)
        return str(Quantity(value, low.kind))


def read_axis(text: str) -> Axis:
    """Read `demand.scale=0.8,1,1.2`, `a.counters=1..5`, `x.time.mean=6 min..12 min by 2 min`.

    A range without `by` has steps of 1 if its ends are whole numbers; else only designs that
    choose points themselves can use it. Raises MallError with what was meant.
    """
    path, equals, values = (part.strip() for part in text.partition("="))
    if not (path and equals and values):
        raise MallError.of("error.no_axis", text=text)
    if ".." not in values:
        listed = tuple(value.strip() for value in values.split(","))
        if "" in listed:
            raise MallError.of("error.empty_value", text=text)
        return Axis(path, listed)
    span, by, step = (part.strip() for part in values.partition(" by "))
    low, high = (_quantity(end, text) for end in span.split("..", 1))
    if low.kind != high.kind or low.value >= high.value:
        raise MallError.of("error.axis_range", text=text)
    whole = low.kind == "number" and low.value.is_integer() and high.value.is_integer()
    if by or whole:
        size = _quantity(step, text).value if by else 1.0
        return Axis(path, _stepped(low, high, size, text), (low, high))
    return Axis(path, (), (low, high))


def _quantity(text: str, axis: str) -> Quantity:
    try:
        return read_quantity(text)
    except Exception:
        raise MallError.of("error.axis_value", axis=axis, text=text) from None


def _stepped(low: Quantity, high: Quantity, step: float, text: str) -> tuple[str, ...]:
    if step <= 0 or (high.value - low.value) / step > MOST_POINTS:
        raise MallError.of("error.axis_step", text=text, most=MOST_POINTS)
    number = math.floor((high.value - low.value) / step + 1e-9)
    return tuple(str(Quantity(low.value + k * step, low.kind)) for k in range(number + 1))


@dataclass(frozen=True, eq=False)
class Point:
    """One point of a sweep: the figures that were set, and what came of it."""

    figures: Mapping[str, str]
    results: Results


@dataclass(frozen=True, eq=False)
class Sweep:
    """The points of a sweep, in the order of the design; `factorial` if it is every combination.

    scenario : what is varied; axes : the paths along which
    """

    scenario: Scenario
    axes: tuple[str, ...]
    points: tuple[Point, ...]
    factorial: bool

    def to_frame(self, measures: Sequence[str] = HEADLINES) -> pd.DataFrame:
        """Return one row per point, replication and measure, with the figures in it.

        Columns: point, one for each path, then those of `Results.to_frame`.
        """
        return self._table(measures, [point.results.to_frame() for point in self.points])

    def intervals(self, measures: Sequence[str] = HEADLINES) -> pd.DataFrame:
        """Return one row per point and measure with its 95 % interval, with the figures in it."""
        return self._table(measures, [point.results.intervals() for point in self.points])

    def _table(self, measures: Sequence[str], frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
        """Put the frames of the points together, with point and figures before their columns."""
        import pandas as pd

        wanted = []
        for number, (point, whole) in enumerate(zip(self.points, frames, strict=True)):
            frame = whole[whole["measure"].isin(measures)]
            for place, path in enumerate(self.axes):
                frame.insert(place, path, point.figures[path])
            frame.insert(0, "point", number)
            wanted.append(frame)
        return pd.concat(wanted, ignore_index=True)


def sweep(
    scenario: Scenario,
    axes: Sequence[Axis | str],
    replications: int = 20,
    *,
    design: Design = "full",
    points: int | None = None,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run a scenario at every point of a design.

    axes : what is varied, as `Axis` or as text (`read_axis`)
    points : how many, for designs other than "full"; Sobol wants a power of two
    replications : of each point
    seed, engine, workers, executor, progress : as in `replicate`

    Every point is read and checked as a scenario before anything runs. Raises MallError for an
    impossible design, ScenarioError for a point that is no scenario; at Ctrl-C Interrupted, which
    knows the points that were done.
    """
    read = [read_axis(axis) if isinstance(axis, str) else axis for axis in axes]
    paths = tuple(axis.path for axis in read)
    if not read or len(set(paths)) < len(paths):
        raise MallError.of("error.axes")
    figures = _full(read) if design == "full" else _spread(read, design, points, seed)

    def told(results: Sequence[Results], factorial: bool) -> Sweep:
        found = tuple(Point(f, r) for f, r in zip(figures, results, strict=False))
        return Sweep(scenario, paths, found, factorial)

    with known_as(lambda results: told(results, False) if results else None):
        results = run_points(
            scenario, figures, replications, seed=seed, engine=engine, workers=workers,
            executor=executor, progress=progress,
        )  # fmt: skip
    return told(results, design == "full")


def _full(axes: Sequence[Axis]) -> list[dict[str, str]]:
    for axis in axes:
        if not axis.values:
            raise MallError.of("error.axis_steps", path=axis.path)
    number = math.prod(len(axis.values) for axis in axes)
    if number > MOST_POINTS:
        raise MallError.of("error.too_many_points", number=number, most=MOST_POINTS)
    paths = [axis.path for axis in axes]
    each = itertools.product(*(axis.values for axis in axes))
    return [dict(zip(paths, values, strict=True)) for values in each]


def _spread(
    axes: Sequence[Axis], design: Design, points: int | None, seed: int
) -> list[dict[str, str]]:
    from scipy.stats import qmc

    if points is None or not 1 <= points <= MOST_POINTS:
        raise MallError.of("error.how_many_points", most=MOST_POINTS)
    if design == "sobol" and points & (points - 1):
        raise MallError.of("error.power_of_two", points=points)
    if design == "sobol":
        unit = qmc.Sobol(len(axes), rng=seed).random(points)
    else:
        unit = qmc.LatinHypercube(len(axes), rng=seed).random(points)
    return [
        {axis.path: axis.at(float(u)) for axis, u in zip(axes, row, strict=True)} for row in unit
    ]
