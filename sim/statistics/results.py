"""Results: the measures of all replications, and what they say, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import MallError
from sim.glance import lang, table
from sim.scenario.faults import nearest
from sim.scenario.model import Scenario
from sim.scenario.observable import cut_of, readings
from sim.statistics.intervals import (
    Estimate,
    Estimates,
    quantile_interval,
    ratio_interval,
    ratio_intervals,
)
from sim.statistics.measure import SHARES_OF_PEOPLE, SHARES_OF_TIME, Measure, Measures, values
from sim.statistics.measures import measures_of
from sim.statistics.spread import InputPart, Share, Spread, part, spread_of, widened
from sim.statistics.spread import values as drawn_values
from sim.words import say

if TYPE_CHECKING:
    import pandas as pd
    import xarray

Floats = NDArray[np.float64]
_AT_ONCE = 500
"""Of how many measures intervals are made at once."""


@dataclass(frozen=True)
class Run:
    """How results came about: what the call said, and when it stopped.

    precise : whether every chosen measure was precise when it stopped; None for a fixed number
    last_to_settle : the measure that decided how many replications it took, or ""
    """

    seed: int
    engine: str
    precise: bool | None = None
    last_to_settle: str = ""
    seconds: float = 0.0
    own: tuple[str, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class Results:
    """The measures of R replications of a scenario.

    run : seed, engine and what else the call was
    measures : what was measured; own measures come last, in scope "own"
    total, n : (R, M) float64; a ratio is total / n, pooled over replications as sum / sum
    spread : the same mall with its figures drawn as the data leave them open; intervals then hold
        that input uncertainty too

    In all methods: measure, and scope (mall, agency, service, journey, class) and name of what it
    is of; interval : of the day, by its begin `08:00`; weekday : `mon` or an ISO date; "" is the
    whole. confidence : of intervals, between 0 and 1.
    """

    scenario: Scenario
    run: Run
    measures: tuple[Measure, ...]
    total: Floats
    n: Floats
    spread: Spread | None = None

    @classmethod
    def of(cls, scenario: Scenario, run: Run, each: list[Measures]) -> Results:
        """Gather the measures of each replication of a scenario, in their order, as one run."""
        return cls(
            scenario=scenario,
            run=run,
            measures=each[0].measures if each else measures_of(scenario),
            total=np.array([m.total for m in each]),
            n=np.array([m.n for m in each]),
        )

    @property
    def replications(self) -> int:
        """The number of replications."""
        return len(self.total)

    @cached_property
    def _positions(self) -> dict[tuple[str, str, str, str, str], int]:
        return {
            (m.measure, m.scope, m.name, m.interval, m.weekday): k
            for k, m in enumerate(self.measures)
        }

    def position(
        self, measure: str, scope: str = "mall", name: str = "", interval: str = "",
        weekday: str = "",
    ) -> int:  # fmt: skip
        """Return the column of a measure. Raises MallError, with the nearest, if there is none."""
        try:
            return self._positions[measure, scope, name, interval, weekday]
        except KeyError:
            known = {m.measure for m in self.measures if m.scope == scope} or {
                m.scope for m in self.measures
            }
            near = nearest(measure, known)
            of = " ".join(filter(None, (scope, name, interval, weekday)))
            key = "error.no_measure" if near else "error.no_such_measure"
            every = ", ".join(sorted(known))
            raise MallError.of(key, measure=measure, of=of, near=near, known=every) from None

    def per_replication(
        self, measure: str, scope: str = "mall", name: str = "", interval: str = "",
        weekday: str = "",
    ) -> Floats:  # fmt: skip
        """Return the value of each replication, NaN where nobody experienced it; (R,)."""
        k = self.position(measure, scope, name, interval, weekday)
        return values((self.measures[k],), self.total[:, [k]], self.n[:, [k]])[:, 0]

    def estimate(
        self, measure: str, scope: str = "mall", name: str = "", interval: str = "",
        weekday: str = "", confidence: float = 0.95,
    ) -> Estimate:  # fmt: skip
        """Return a measure over all replications with its interval.

        Ratios and counts are pooled, with a jackknife interval over replications; quantiles and
        maxima are means over replications with Student's t.
        """
        k = self.position(measure, scope, name, interval, weekday)
        total, n = self.poolable(k)
        one = (self.measures[k],)
        trials = _trials(one, n[:, None])[:, 0]
        found = ratio_interval(total, n, confidence, self.is_share(k), trials)
        found = replace(found, method=str(_methods(one, np.array([found.method]))[0]))
        return widened(found, self._inputs(k, confidence), _bounds(one[0]))

    def inputs_of(
        self, measure: str, scope: str = "mall", name: str = "", interval: str = "",
        weekday: str = "",
    ) -> InputPart | None:  # fmt: skip
        """Return what the inputs leave open of a measure, and which of them; None if not drawn."""
        k = self.position(measure, scope, name, interval, weekday)
        whole = self._inputs(k, 0.95)
        if whole is None or self.spread is None:
            return None
        shares = [
            Share(of, spread_of(*drawn_values(self.sums(k, *sums))))
            for of, sums in self.spread.alone.items()
        ]
        ordered = sorted(shares, key=lambda one: (-np.nan_to_num(one.sd), one.name))
        return replace(whole, shares=tuple(ordered), days=self.spread.days)

    @property
    def bare(self) -> Results:
        """The same without input uncertainty: what more replications would cure."""
        return replace(self, spread=None)

    def _inputs(self, position: int, confidence: float) -> InputPart | None:
        spread = self.spread
        if spread is None or position >= spread.total.shape[2]:  # an own measure
            return None
        return part(*drawn_values(self.sums(position, spread.total, spread.n)), confidence)

    def sums(self, position: int, total: Floats, n: Floats) -> tuple[Floats, Floats]:
        """Return one column of (K, R, M) sums, such that sum / sum is its estimate.

        position : of the column; total, n : (K, R, M) of K drawn malls

        Draws have met few replications. What these are off the mean of all is taken off: of a
        share or a count by difference, of a wait, which a figure moves the more the longer it is,
        by ratio.
        """
        total, n = total[:, :, position], n[:, :, position]
        if self.measures[position].kind in ("quantile", "maximum"):
            n = (n > 0).astype(np.float64)
        every, weight = self.poolable(position)
        runs = total.shape[1]
        if not weight[:runs].sum():
            return total, np.zeros_like(n)
        whole, few = every.sum() / weight.sum(), every[:runs].sum() / weight[:runs].sum()
        if self.measures[position].unit == "min" and few > 0:
            return total * (whole / few), n
        return total + (whole - few) * n, n

    def meant(self, path: str) -> tuple[str, str, str, str, str]:
        """Return what a path of `observed` or `expect` means: the first arguments of `estimate`.

        The first reading that was measured; the first of all where none was, and `estimate` then
        says what is not there.
        """
        _, interval, weekday = cut_of(path)
        every = [
            (measure, scope, name, interval, weekday)
            for scope, name, measure in readings(self.scenario, path)
        ]
        return next((one for one in every if one in self._positions), every[0])

    def poolable(self, position: int) -> tuple[Floats, Floats]:
        """Return total and n of the column at a position, (R,) each: sum / sum is its estimate."""
        one = [position]
        total, n = _poolable((self.measures[position],), self.total[:, one], self.n[:, one])
        return total[:, 0], n[:, 0]

    def is_share(self, position: int) -> bool:
        """Whether the column at a position is a share, of people or of time."""
        return _is_share(self.measures[position])

    def at_counters(self, measure: str) -> tuple[Floats, Floats]:
        """Return total and n of a measure at the agencies with counters, a share of tickets; (R,).

        Who takes a number at a machine is called at once, and would hide the others.
        """
        agencies = self.scenario.agencies
        columns = [
            self.position(measure, "agency", name)
            for name in agencies
            if agencies[name].machines is None
        ]
        return self.total[:, columns].sum(axis=1), self.n[:, columns].sum(axis=1)

    def bad_day(
        self, measure: str, share: float, scope: str = "mall", name: str = "",
        weekday: str = "", confidence: float = 0.95,
    ) -> Estimate:  # fmt: skip
        """Return the value that only `share` of the days exceed (or, below 0.5, fall short of).

        The quantile of the replications with its order-statistic interval; with a weekday, each
        replication of a week has one such day, so it is a quantile of days. Among dates a
        replication has many days, and the quantile is of all of them (with a weekday, of those).
        `n` counts the days, `n_needed` the replications. Days of different seasons differ, which
        makes the interval somewhat wider than it need be (Hoeffding 1956: the count of days below
        a point varies most where all are alike).
        """
        days = self.per_day(measure, scope, name, weekday)
        found = quantile_interval(days, share, confidence)
        a_run = max(1, len(days) // max(1, self.replications))
        return replace(found, n_needed=-(-found.n_needed // a_run))

    def per_day(
        self, measure: str, scope: str = "mall", name: str = "", weekday: str = ""
    ) -> Floats:
        """Return the value of each day where dates are measured, else of each replication.

        (R * D,) by replication and date; NaN where nobody experienced it.
        """
        days = [day for day in self.scenario.days if weekday in ("", day.weekday, day.label)]
        columns = [self._positions.get((measure, scope, name, "", day.label), -1) for day in days]
        if not columns or min(columns) < 0 or not days[0].date:
            return self.per_replication(measure, scope, name, "", weekday)
        measures = tuple(self.measures[k] for k in columns)
        return values(measures, self.total[:, columns], self.n[:, columns]).ravel()

    @cached_property
    def _estimates(self) -> pd.DataFrame:
        import pandas as pd

        parts = [
            self._intervals_of(k, k + _AT_ONCE) for k in range(0, len(self.measures), _AT_ONCE)
        ]
        frame = _labels(self.measures)
        for name, of in (("mean", "value"), ("low", "low"), ("high", "high"), ("n", "n")):
            frame[name] = np.concatenate([getattr(part, of) for part in parts])
        method = np.concatenate([part.method for part in parts])
        if self.spread is not None:
            self._widen(frame)
        frame["method"] = pd.Categorical(_methods(self.measures, method))
        return frame

    def _widen(self, frame: pd.DataFrame) -> None:
        """Put input uncertainty into the bounds of a table of all measures."""
        rows = frame[["mean", "low", "high"]].to_numpy(dtype=np.float64)
        for k, (value, low, high) in enumerate(rows):
            one = Estimate(value, low, high, 0, "", 0.95)
            wide = widened(one, self._inputs(k, 0.95), _bounds(self.measures[k]))
            rows[k, 1:] = wide.low, wide.high
        frame["low"], frame["high"] = rows[:, 1], rows[:, 2]

    def _intervals_of(self, first: int, last: int) -> Estimates:
        """Return the estimates of some columns; all at once would take many times their room."""
        measures = self.measures[first:last]
        total, n = _poolable(measures, self.total[:, first:last], self.n[:, first:last])
        shares = np.array([_is_share(m) for m in measures])
        return ratio_intervals(total, n, 0.95, shares, _trials(measures, n))

    def intervals(self) -> pd.DataFrame:
        """Return every measure over all replications with its 95 % interval.

        Columns: scope, name, interval, weekday, measure, unit, mean, low, high, n (the
        replications in which somebody experienced it), method.
        """
        return self._estimates.copy()

    def _repr_html_(self) -> str:
        """What a notebook shows: the headlines of the mall and of each agency, with intervals."""
        wanted = [("", "fulfilled"), ("", "wait_in_visit.mean")] + [
            (name, measure)
            for name in self.scenario.agencies
            for measure in ("called_in_time", "wait.mean")
        ]
        rows = []
        for name, measure in wanted:
            found = self.estimate(measure, "agency" if name else "mall", name)
            rows.append((name, measure, found.value, found.low, found.high))
        of = {"name": self.scenario.name, "n": self.replications, "seed": self.run.seed}
        title = say("glance.results", lang(), **of)
        return table(title, ("agency", "measure", "value", "low", "high"), rows)

    def to_xarray(self) -> xarray.Dataset:
        """Return every replication as an xarray Dataset, for labelled arithmetic.

        Variables total, n and value, (R, M) float64, over the dimensions `replication` and
        `column`; the coordinates scope, name, interval, weekday, measure and unit lie along
        `column`. Attributes: scenario, seed, engine.

        Raises MallError, naming the extra, where xarray is not installed.
        """
        try:
            import xarray
        except ImportError:
            raise MallError.of("error.no_extra", library="xarray", extra="xarray") from None
        both = ("replication", "column")
        value = values(self.measures, self.total, self.n)
        labels = {
            key: ("column", [getattr(m, key) for m in self.measures]) for key in (*_LABELS, "unit")
        }
        return xarray.Dataset(
            {"total": (both, self.total), "n": (both, self.n), "value": (both, value)},
            coords={"replication": np.arange(self.replications), **labels},
            attrs={
                "scenario": self.scenario.name, "seed": self.run.seed, "engine": self.run.engine,
            },
        )  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Return every measure of every replication, tidy.

        Columns: scenario, replication, scope, name, interval, weekday, measure, value, n, unit.
        """
        import pandas as pd

        frame = pd.concat([_labels(self.measures)] * self.replications, ignore_index=True)
        value = values(self.measures, self.total, self.n)
        frame["scenario"] = pd.Categorical([self.scenario.name] * len(frame))
        frame["replication"] = np.repeat(np.arange(self.replications), len(self.measures))
        frame["value"], frame["n"] = value.ravel(), self.n.ravel()
        order = ("scenario", "replication", *_LABELS, "value", "n", "unit")
        return frame[list(order)]


_LABELS = ("scope", "name", "interval", "weekday", "measure")


def _labels(measures: tuple[Measure, ...]) -> pd.DataFrame:
    import pandas as pd

    columns = {name: [getattr(m, name) for m in measures] for name in (*_LABELS, "unit")}
    return pd.DataFrame({name: pd.Categorical(column) for name, column in columns.items()})


def _bounds(measure: Measure) -> tuple[float, float]:
    """Return between what a measure can lie."""
    return (0.0, 1.0) if _is_share(measure) else (-math.inf, math.inf)


def _is_share(measure: Measure) -> bool:
    return measure.measure in SHARES_OF_PEOPLE + SHARES_OF_TIME


def _trials(measures: tuple[Measure, ...], n: Floats) -> Floats:
    """Return the independent trials behind each share: people, or of a share of time one."""
    of_time = np.array([m.measure in SHARES_OF_TIME for m in measures])
    return np.where(of_time, (n > 0).astype(np.float64), n)


def _averaged(measures: tuple[Measure, ...]) -> NDArray[np.bool_]:
    """Return which measures are means over replications, not pooled ratios."""
    return np.array([m.kind in ("quantile", "maximum") for m in measures])


def _methods(measures: tuple[Measure, ...], method: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return how intervals were made: the jackknife of a mean is Student's t."""
    return np.where(_averaged(measures) & (method == "jackknife"), "t", method)


def _poolable(measures: tuple[Measure, ...], total: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return totals and weights such that sum / sum is the estimate of every kind of measure."""
    return total, np.where(_averaged(measures), (n > 0).astype(np.float64), n)
