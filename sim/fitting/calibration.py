"""The figures that agree with what was counted: history matching over the plausible ranges.

Malls spread over `plausible` are played with the same citizens; one is kept unless it misses some
count of `observed` by more than three times what the count, the model and the simulation may be
off together (Pukelsheim 1994, "The three sigma rule"). What the simulation may be off is known
from few replications, so that three sigmas of it are as many standard errors as Student's t has
there. While few malls agree, the next are spread over what the earlier ones do not rule out (Craig,
Goldstein, Seheult and Smith 1997, "Pressure matching for hydrocarbon reservoirs"). What is left is
a set of malls, not one best mall.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine
from sim.errors import MallError
from sim.experiments.points import run_points
from sim.experiments.replicate import Progress
from sim.experiments.sweep import Axis
from sim.fitting.emulator import BEYOND, Emulator
from sim.fitting.likelihood import Floats
from sim.scenario import quantities as q
from sim.scenario.figures import steps
from sim.scenario.model import Scenario
from sim.scenario.noted import Quantity, read_quantity
from sim.scenario.observable import cut_of, readings
from sim.scenario.writing import yaml_text
from sim.statistics.measures import measures_of
from sim.statistics.results import Results

Bools = NDArray[np.bool_]

OPEN = 0.8
"""A figure that may still lie in this share of its range was not found out."""
TIED, FEWEST_TIED = 0.7, 15
"""From this rank correlation on, over so many malls kept, two figures are known together."""
SMALL = 0.05
"""Below this part of a count it matters little how small what a mall gives is."""
ENOUGH, WAVES, CANDIDATES = 30, 4, 20_000
"""So many malls are enough; at most so many waves; out of so many, those of a wave are chosen."""
FEWEST_RUNS = 3
"""Replications of a mall: from two hardly anything is known of it, and next to none ruled out."""
_WHOLE = ("counters", "machines", "quota", "capacity", "seats")


@dataclass(frozen=True)
class Learned:
    """What became of one figure.

    prior : its plausible range
    low, high : the range of what is not ruled out: of the malls kept, and of those that were not
        played but may agree for all that the others tell; NaN where no mall is kept
    whole : whether it is a number of things, such as counters
    tied_to : another figure with which it is known together: what one is depends on the other
    """

    path: str
    prior: tuple[Quantity, Quantity]
    low: float
    high: float
    whole: bool = False
    tied_to: str = ""

    @property
    def left(self) -> float:
        """The share of the plausible range that is left; NaN where no mall is kept."""
        width = self.prior[1].value - self.prior[0].value + self.whole
        return (self.high - self.low + self.whole) / width if width else 0.0

    @property
    def found_out(self) -> bool:
        """Whether what was counted narrows the range of this figure by itself."""
        return self.left < OPEN


@dataclass(frozen=True, eq=False)
class Calibration:
    """All malls that were tried, and which agree with what was counted.

    scenario : the mall in the middle of which they lie; learned : what is known of each figure
    texts : the figures of every mall as a file would write them; figures : (P, F) as numbers
    counts : paths of `observed` that the model has; ignored : those that it has not
    kinds : of the counts: duration, share or number
    counted : (O,) in minutes, shares and numbers; modelled : (P, O)
    misses : (P, O), signed, in standard deviations of all that may be off together
    kept : (P,) bool, which malls agree with all counts; waves : how often malls were tried
    tolerance : one such deviation of count and model, as a share, or in points of a share
    """

    scenario: Scenario
    learned: tuple[Learned, ...]
    texts: tuple[dict[str, str], ...]
    figures: Floats
    counts: tuple[str, ...]
    kinds: tuple[str, ...]
    ignored: tuple[str, ...]
    counted: Floats
    modelled: Floats
    misses: Floats
    kept: Bools
    tolerance: float
    waves: int

    @property
    def nearest(self) -> int:
        """The mall whose worst miss is the smallest."""
        return int(np.argmin(np.abs(self.misses).max(axis=1)))

    def in_the_way(self) -> tuple[str, ...]:
        """Return the counts that no mall meets, each by itself: they contradict the ranges."""
        never: Bools = np.asarray((np.abs(self.misses) > BEYOND).all(axis=0))
        return tuple(name for name, is_never in zip(self.counts, never, strict=True) if is_never)

    def middle(self) -> int:
        """Return the kept mall in the middle of all, by the plausible ranges; else the nearest."""
        rows = np.flatnonzero(self.kept)
        if not len(rows):
            return self.nearest
        width = np.array([one.prior[1].value - one.prior[0].value for one in self.learned])
        unit = self.figures[rows] / np.maximum(width, 1e-12)
        return int(rows[np.argmin(((unit - unit.mean(axis=0)) ** 2).sum(axis=1))])

    def overlay(self) -> str:
        """Return the mall in the middle as an overlay of the scenario, to four figures.

        A figure within a list is left out, since an overlay would replace the whole list: these
        are said in comments.
        """
        found = {path: _rounded(text) for path, text in self.texts[self.middle()].items()}
        left_out = "".join(f"# {path}: {found.pop(path)}\n" for path in self.left_out())
        return left_out + (_nested(found) if found else "")

    def left_out(self) -> tuple[str, ...]:
        """Return the figures that stand in a list, such as the share of an optional stop."""
        return tuple(one.path for one in self.learned if "[" in one.path)


def calibrate(
    scenario: Scenario,
    points: int = 100,
    replications: int = 10,
    *,
    tolerance: float = 0.05,
    tolerances: Mapping[str, float] | None = None,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Find the figures of `plausible` that reproduce what `observed` counts.

    points : malls in a wave, of which there are at most four; replications : of each mall
    tolerance : one standard deviation of how far a count and the model may be off: as a share of
        the count, in points for shares (0.05: 5 % and 5 points)
    tolerances : that of single counts, by their path in `observed`
    scenario : with `plausible` and `observed`
    seed, engine, workers, executor, progress : as in `replicate`

    Raises MallError where nothing is plausible, nothing is counted that the model has, or the
    replications are so few that they rule out next to nothing.
    """
    axes = [_axis(path, ends) for path, ends in scenario.plausible.items()]
    known = {name: value for name, value in scenario.observed.items() if _in_model(scenario, name)}
    _check(axes, known, replications)
    counts = _Counts(known, tolerance, tolerances or {})
    run = partial(
        run_points, scenario, replications=replications, seed=seed, engine=engine,
        workers=workers, executor=executor, progress=progress,
        hours=any(cut_of(name)[1] for name in known),
    )  # fmt: skip
    tried = _Tried(axes, counts, seed)
    while tried.waves < WAVES and tried.kept().sum() < ENOUGH:
        unit = tried.left(points)
        if not len(unit):
            break
        tried.add(unit, run(tried.texts_of(unit)))
    kept = tried.kept()
    figures = tried.numbers(tried.texts)
    believed = tried.numbers(tried.texts_of(_ends(tried.left(CANDIDATES))))
    return Calibration(
        scenario, _learned(scenario, figures[kept], believed), tuple(tried.texts), figures,
        tuple(known), tuple(one.kind for one in known.values()),
        tuple(name for name in scenario.observed if name not in known),
        counts.value, np.array([value for value, _ in tried.played]),
        counts.misses(tried.played), kept, tolerance, tried.waves,
    )  # fmt: skip


def _check(axes: Sequence[Axis], known: Mapping[str, Quantity], replications: int) -> None:
    if not axes or not known:
        raise MallError.of("error.nothing_observed" if axes else "error.nothing_plausible")
    if replications < FEWEST_RUNS:
        raise MallError.of("error.calibrate_few", n=replications, fewest=FEWEST_RUNS)


class _Tried:
    """The malls that were played so far, wave by wave, and what they rule out."""

    def __init__(self, axes: Sequence[Axis], counts: _Counts, seed: int) -> None:
        self.axes, self.counts, self.seed = axes, counts, seed
        self.texts: list[dict[str, str]] = []
        self.played: list[tuple[Floats, Floats]] = []
        self.emulators: list[Emulator] = []

    @property
    def waves(self) -> int:
        return len(self.emulators)

    def kept(self) -> Bools:
        """Return which malls agree with every count."""
        if not self.played:
            return np.zeros(0, dtype=bool)
        return np.asarray((np.abs(self.counts.misses(self.played)) <= BEYOND).all(axis=1))

    def left(self, points: int) -> Floats:
        """Return (at most `points`, F) malls, as shares of the ranges, for the next wave.

        Evenly spread over what no wave so far rules out; fewer where hardly anything is left.
        """
        from scipy.stats import qmc

        number = max(points, CANDIDATES) if self.waves else points
        drawn = qmc.LatinHypercube(len(self.axes), rng=[self.seed, self.waves]).random(number)
        unit: Floats = np.asarray(drawn, dtype=np.float64)
        for emulator in self.emulators:
            unit = unit[emulator.believes(unit, *self.counts.band)]
        return unit[:points]

    def add(self, unit: Floats, results: Sequence[Results]) -> None:
        """Add a wave."""
        found = [self.counts.read(one) for one in results]
        self.texts += self.texts_of(unit)
        self.played += found
        errors = self.counts.scaled_errors(found)
        self.emulators.append(Emulator(unit, self.counts.scaled(found), errors))

    def texts_of(self, unit: Floats) -> list[dict[str, str]]:
        """Return the figures of malls as a file would write them."""
        return [{a.path: a.at(float(u)) for a, u in zip(self.axes, row, strict=True)}
                for row in unit]  # fmt: skip

    def numbers(self, texts: Sequence[dict[str, str]]) -> Floats:
        """Return (P, F) figures as numbers."""
        rows = [[read_quantity(text[axis.path]).value for axis in self.axes] for text in texts]
        return np.array(rows).reshape(len(texts), len(self.axes))


class _Counts:
    """What was counted, and how far a mall may be from it."""

    def __init__(
        self, known: dict[str, Quantity], tolerance: float, tolerances: Mapping[str, float]
    ) -> None:
        self.names = tuple(known)
        self.value = np.array([_number(one) for one in known.values()])
        self.shares = np.array([one.kind == "share" for one in known.values()])
        for path in tolerances:
            if path not in known:
                raise MallError.of("error.no_such_count", path=path, known=", ".join(known))
        each = np.array([tolerances.get(name, tolerance) for name in known])
        self.off = np.where(self.shares, each, each * np.maximum(np.abs(self.value), 1e-9))

    @property
    def band(self) -> tuple[Floats, Floats]:
        """The least and the most that agree, on the scale of `scaled`."""
        ends = self.value - BEYOND * self.off, self.value + BEYOND * self.off
        return self._scale(ends[0]), self._scale(ends[1])

    def scaled(self, played: Sequence[tuple[Floats, Floats]]) -> Floats:
        """Return (P, O) what malls give: shares as they are, others by their logarithm."""
        return self._scale(np.nan_to_num(np.array([value for value, _ in played])))

    def scaled_errors(self, played: Sequence[tuple[Floats, Floats]]) -> Floats:
        """Return (P, O) what the simulation may be off, on the scale of `scaled`."""
        value, error = (np.nan_to_num(np.array(one)) for one in zip(*played, strict=True))
        bends = np.maximum(value, 0.0) + SMALL * np.maximum(np.abs(self.value), 1e-9)
        return np.asarray(np.where(self.shares, error, error / bends))

    def _scale(self, value: Floats) -> Floats:
        size = np.maximum(np.abs(self.value), 1e-9)
        logarithm = np.log(np.maximum(value, 0.0) / size + SMALL)
        return np.asarray(np.where(self.shares, value, logarithm))

    def read(self, results: Results) -> tuple[Floats, Floats]:
        """Return what a mall gives for each count, and a third of what three sigmas of it are.

        That is the standard error, stretched: beyond three of them lies as little of Student's t
        as of a normal law beyond three sigmas.
        """
        from scipy.stats import norm, t

        found = [_modelled(results, name) for name in self.names]
        freedom = results.replications - 1
        stretch = float(t.isf(norm.sf(BEYOND), freedom)) / BEYOND / float(t.ppf(0.975, freedom))
        value = np.array([one for one, _ in found])
        return value, np.nan_to_num(np.array([half for _, half in found]) * stretch)

    def misses(self, played: Sequence[tuple[Floats, Floats]]) -> Floats:
        """Return (P, O) misses; infinite where nobody had what was counted."""
        value, error = (np.array(one) for one in zip(*played, strict=True))
        missed: Floats = (value - self.value) / np.sqrt(self.off**2 + error**2)
        return np.where(np.isnan(missed), np.inf, missed)


def _learned(scenario: Scenario, kept: Floats, believed: Floats) -> tuple[Learned, ...]:
    paths = tuple(scenario.plausible)
    found = []
    for k, path in enumerate(paths):
        column = kept[:, k]
        if len(column) and len(believed):
            column = np.concatenate([column, believed[:, k]])
        low, high = (float(column.min()), float(column.max())) if len(column) else (math.nan,) * 2
        tied_to = _tied(kept, k)
        name = paths[tied_to] if tied_to >= 0 else ""
        whole = path.rpartition(".")[2] in _WHOLE
        found.append(Learned(path, scenario.plausible[path], low, high, whole, name))
    return tuple(found)


def _ends(unit: Floats) -> Floats:
    """Return the least and the most of each figure, (2, F); nothing where there is nothing."""
    return np.stack([unit.min(axis=0), unit.max(axis=0)]) if len(unit) else unit


def _tied(kept: Floats, k: int) -> int:
    """Return which figure goes most with another over the malls kept, by rank; -1 if none."""
    from scipy.stats import rankdata

    if len(kept) < FEWEST_TIED:
        return -1
    ranks = rankdata(kept, axis=0)
    ranks -= ranks.mean(axis=0)
    size = np.sqrt((ranks**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        going = np.nan_to_num(np.abs(ranks.T @ ranks[:, k]) / (size * size[k]))
    going[k] = 0.0
    best = int(np.argmax(going))
    return best if going[best] >= TIED else -1


def _axis(path: str, ends: tuple[Quantity, Quantity]) -> Axis:
    """Return the range of a figure; counters and the like take whole numbers alone."""
    if path.rpartition(".")[2] in _WHOLE:
        whole = range(math.ceil(ends[0].value), math.floor(ends[1].value) + 1)
        return Axis(path, tuple(map(str, whole)))
    return Axis(path, (), ends)


def _rounded(text: str) -> str:
    found = read_quantity(text)
    value = float(f"{found.value:.4g}")
    if found.kind == "duration" and value > 10 * q.SECOND:
        value = q.SECOND * round(value / q.SECOND)
    return str(Quantity(value, found.kind))


def _number(one: Quantity) -> float:
    return one.value / q.MINUTE if one.kind == "duration" else one.value


def _in_model(scenario: Scenario, path: str) -> bool:
    """Whether the model has a count, of the whole span: malls are not measured by weekday."""
    _, interval, weekday = cut_of(path)
    known = {
        (m.scope, m.name, m.measure)
        for m in measures_of(scenario)
        if not m.weekday and m.interval == interval
    }
    return not weekday and any(one in known for one in readings(scenario, path))


def _modelled(results: Results, path: str) -> tuple[float, float]:
    """Return what a mall gives for a count, and the half-width of its interval."""
    found = results.estimate(*results.meant(path))
    return found.value, found.half_width


def _nested(figures: dict[str, str]) -> str:
    tree: dict[str, object] = {}
    for path, text in figures.items():
        node = tree
        *above, last = steps(path)
        for step in above:
            node = node.setdefault(step, {})  # type: ignore[assignment]
        node[last] = text
    return yaml_text(tree)
