"""The laws of a scenario as kernels read them, each written once."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from sim.sampling import quantile as q
from sim.sampling.curves import curve
from sim.scenario.compound_laws import Discrete, Empirical, Mixture, Patience, upper_edges
from sim.scenario.distributions import Distribution
from sim.scenario.laws import (
    Beta,
    Constant,
    Exponential,
    Floats,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
    Weibull,
)
from sim.scenario.quantities import MINUTE

NONE = -1
"""Where a law stands that there is not."""


class Laws:
    """Laws one behind the other; each is known by where it begins."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}
        self._numbers: list[float] = []

    def numbers(self) -> Floats:
        """Return all laws as one array; behind them stands what is read of shorter ones."""
        return np.array([*self._numbers, 0.0, 0.0, 0.0])

    def put(self, law: Distribution | Patience | None) -> int:
        """Return where a law begins, written there if it is new."""
        if law is None:
            return NONE
        if law not in self._places:
            numbers = self._written(law)  # which may put other laws first
            self._places[law] = self._behind(numbers)
        return self._places[law]

    def _behind(self, numbers: list[float] | Floats) -> int:
        begin = len(self._numbers)
        self._numbers += map(float, numbers)
        return begin

    def _written(self, law: Distribution | Patience) -> list[float]:
        """Return the kind of a law and the numbers that `sim.sampling.quantile` reads."""
        match law:
            case Patience():
                return self._patience(law)
            case Mixture():
                edges = upper_edges([share for share, _ in law.parts])
                return self._parts(edges, [self.put(part) for _, part in law.parts])
            case Gamma():
                of_minute = replace(law, scale=MINUTE / law.shape)
                return self._curve(law.scale * law.shape / MINUTE, 0.0, of_minute)
            case Beta():
                unit = replace(law, low=0.0, high=float(MINUTE))
                return self._curve((law.high - law.low) / MINUTE, law.low, unit)
            case Discrete():
                shares = upper_edges(law.shares)
                return [q.VALUES, len(law.values), *law.values, *shares]
            case Empirical():
                return [q.MEASURED, len(law.values), *law.values]
        return _simple(law) or self._curve(1.0, 0.0, law)

    def _patience(self, law: Patience) -> list[float]:
        """Write a patience: a part has the law, the others have the time that never ends."""
        never = Constant(written={}, value=math.inf)
        if law.share == 1:
            return self._parts(np.ones(1), [self.put(law.law)])
        if law.share == 0:
            return self._parts(np.ones(1), [self.put(never)])
        return self._parts(np.array([law.share, 1.0]), [self.put(law.law), self.put(never)])

    def _parts(self, edges: Floats, places: list[int]) -> list[float]:
        return [q.PARTS, len(places), *edges, *places]

    def _curve(self, factor: float, shift: float, law: Distribution) -> list[float]:
        key = ("curve", law)
        if key not in self._places:
            self._places[key] = self._behind(_curve_of(law))
        return [q.CURVE, factor, shift, self._places[key]]


@lru_cache(maxsize=256)
def _curve_of(law: Distribution) -> Floats:
    return curve(law.quantile)


def _simple(law: Distribution) -> list[float]:
    """Return what is written of a law that a few numbers determine, nothing for another."""
    match law:
        case Constant():
            return [q.CONSTANT, law.value]
        case Uniform():
            return [q.UNIFORM, law.low, law.high]
        case Triangular():
            return [q.TRIANGULAR, law.low, law.mode, law.high]
        case Exponential():
            return [q.EXPONENTIAL, law.scale]
        case Lognormal():
            return [q.LOGNORMAL, law.median, law.sigma]
        case Weibull():
            return [q.WEIBULL, law.scale, 1 / law.shape]
        case Normal():
            from scipy.special import ndtr

            a, b = law.bounds
            uncut = float(ndtr(a)), law.kept, float(ndtr(-b))
            return [q.NORMAL, law.centre, law.spread, law.low, law.high, *uncut]
    return []
