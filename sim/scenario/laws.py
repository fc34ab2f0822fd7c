"""The laws that durations follow, each drawn by the inverse of its distribution function.

A law answers `quantile(u)` for uniforms strictly between 0 and 1; all times are µs. Laws come
from text (`distributions.read_distribution`) and keep that text, so what a planner wrote is
what `spec()` gives back; two laws are equal when they draw the same, however they were written.
Formulas, unless another source is named: Johnson, Kotz and Balakrishnan, Continuous Univariate
Distributions, 2nd ed., volumes 1 and 2.
"""

# ruff: noqa: D102 - what quantile, mean, sd and lowest are is said once, at Distribution

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Spec = dict[str, Any]

FIRST, LAST = 2.0**-53, 1 - 2.0**-53
"""The smallest and the largest uniform that is ever drawn (52 bits, centred)."""
Z90 = 1.2815515655446004
"""The 90 % point of the standard normal law."""


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """The base of all laws.

    written : the law as YAML, every scalar a text; no part of the comparison
    """

    written: Spec = field(compare=False, repr=False)

    def quantile(self, u: Floats) -> Floats:
        """Return the draws in µs that belong to uniforms `u`, of any shape, 0 < u < 1."""
        raise NotImplementedError

    @property
    def mean(self) -> float:
        """The mean in µs; inf where it is infinite or undefined."""
        raise NotImplementedError

    @property
    def sd(self) -> float:
        """The standard deviation in µs; inf where it is infinite or undefined."""
        raise NotImplementedError

    @property
    def lowest(self) -> float:
        """The lower end of the support in µs."""
        return 0.0

    def spec(self) -> Spec:
        """Return the law as YAML, every scalar a text; it reads back to an equal law."""
        return deepcopy(self.written)


@dataclass(frozen=True, kw_only=True)
class Constant(Distribution):
    """Always the same `value`."""

    value: float

    def quantile(self, u: Floats) -> Floats:
        return np.full(u.shape, self.value, dtype=np.float64)

    @property
    def mean(self) -> float:
        return self.value

    @property
    def sd(self) -> float:
        return 0.0

    @property
    def lowest(self) -> float:
        return self.value


@dataclass(frozen=True, kw_only=True)
class Uniform(Distribution):
    """Everything between `low` and `high` is equally likely."""

    low: float
    high: float

    def quantile(self, u: Floats) -> Floats:
        return self.low + (self.high - self.low) * u

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def sd(self) -> float:
        return (self.high - self.low) / math.sqrt(12)

    @property
    def lowest(self) -> float:
        return self.low


@dataclass(frozen=True, kw_only=True)
class Triangular(Distribution):
    """Between `low` and `high`, most often near `mode`."""

    low: float
    mode: float
    high: float

    def quantile(self, u: Floats) -> Floats:
        width, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = self.low + np.sqrt(u * width * rise)
        falling = self.high - np.sqrt((1 - u) * width * fall)
        return np.where(u * width < rise, rising, falling)

    @property
    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3

    @property
    def sd(self) -> float:
        width, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        return math.sqrt((width**2 + rise**2 + fall**2) / 36)

    @property
    def lowest(self) -> float:
        return self.low


@dataclass(frozen=True, kw_only=True)
class Exponential(Distribution):
    """No memory; `scale` is the mean."""

    scale: float

    def quantile(self, u: Floats) -> Floats:
        return -self.scale * np.log1p(-u)

    @property
    def mean(self) -> float:
        return self.scale

    @property
    def sd(self) -> float:
        return self.scale


@dataclass(frozen=True, kw_only=True)
class Gamma(Distribution):
    """Gamma law; with a whole `shape` it is Erlang's, the sum of that many exponential stages."""

    shape: float
    scale: float

    def quantile(self, u: Floats) -> Floats:
        from scipy.special import gammaincinv

        return np.asarray(self.scale * gammaincinv(self.shape, u))

    @property
    def mean(self) -> float:
        return self.shape * self.scale

    @property
    def sd(self) -> float:
        return math.sqrt(self.shape) * self.scale


@dataclass(frozen=True, kw_only=True)
class Lognormal(Distribution):
    """The logarithm is normal with mean log(`median`) and standard deviation `sigma`."""

    median: float
    sigma: float

    def quantile(self, u: Floats) -> Floats:
        from scipy.special import ndtri

        return np.asarray(self.median * np.exp(self.sigma * ndtri(u)))

    @property
    def mean(self) -> float:
        return self.median * math.exp(self.sigma**2 / 2)

    @property
    def sd(self) -> float:
        return self.mean * math.sqrt(math.expm1(self.sigma**2))


@dataclass(frozen=True, kw_only=True)
class Weibull(Distribution):
    """Weibull law; `shape` above 1 means that patience runs out faster the longer the wait."""

    shape: float
    scale: float

    def quantile(self, u: Floats) -> Floats:
        return np.asarray(self.scale * (-np.log1p(-u)) ** (1 / self.shape))

    @property
    def mean(self) -> float:
        return self.scale * math.gamma(1 + 1 / self.shape)

    @property
    def sd(self) -> float:
        first, second = math.gamma(1 + 1 / self.shape), math.gamma(1 + 2 / self.shape)
        return self.scale * math.sqrt(second - first**2)


@dataclass(frozen=True, kw_only=True)
class Beta(Distribution):
    """Beta law with parameters `a` and `b`, stretched over `low` to `high`."""

    a: float
    b: float
    low: float
    high: float

    def quantile(self, u: Floats) -> Floats:
        from scipy.special import betaincinv

        return np.asarray(self.low + (self.high - self.low) * betaincinv(self.a, self.b, u))

    @property
    def mean(self) -> float:
        return self.low + (self.high - self.low) * self.a / (self.a + self.b)

    @property
    def sd(self) -> float:
        total = self.a + self.b
        return (self.high - self.low) * math.sqrt(self.a * self.b / (total + 1)) / total

    @property
    def lowest(self) -> float:
        return self.low


@dataclass(frozen=True, kw_only=True)
class Normal(Distribution):
    """Normal law around `centre` with standard deviation `spread`, cut off at `low` and `high`.

    `centre` and `spread` are those before the cut; `mean` and `sd` are true for what is drawn.
    """

    centre: float
    spread: float
    low: float = -math.inf
    high: float = math.inf

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the cuts lie, in standard deviations from the centre."""
        return (self.low - self.centre) / self.spread, (self.high - self.centre) / self.spread

    @property
    def kept(self) -> float:
        """The share of the uncut law that lies between the cuts."""
        from scipy.special import ndtr

        a, b = self.bounds
        return float(ndtr(b) - ndtr(a) if a < 0 else ndtr(-a) - ndtr(-b))

    def quantile(self, u: Floats) -> Floats:
        from scipy.special import ndtr, ndtri

        a, b = self.bounds
        below = ndtr(a) + u * self.kept
        above = ndtr(-b) + (1 - u) * self.kept
        # each half is measured from its own tail, where a probability keeps all its digits
        z = np.where(below < 0.5, ndtri(below), -ndtri(above))
        return np.clip(self.centre + self.spread * z, self.low, self.high)

    @cached_property
    def _moments(self) -> tuple[float, float]:
        if self.bounds == (-math.inf, math.inf):
            return self.centre, self.spread
        # by quadrature: the closed form (vol. 1, section 13.10.1) cancels in a narrow window
        a, b = np.clip(self.bounds, -12, 12)
        nodes, weights = np.polynomial.legendre.leggauss(256)
        z = (a + b) / 2 + (b - a) / 2 * nodes
        weights = weights * np.exp(-(z**2 - np.min(z**2)) / 2)
        mean = np.average(z, weights=weights)
        sd = math.sqrt(np.average((z - mean) ** 2, weights=weights))
        return float(self.centre + self.spread * mean), self.spread * sd

    @property
    def mean(self) -> float:
        return self._moments[0]

    @property
    def sd(self) -> float:
        return self._moments[1]

    @property
    def lowest(self) -> float:
        return self.low
