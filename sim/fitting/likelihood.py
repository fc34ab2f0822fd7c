"""Laws fitted by maximum likelihood to times that are exact, rounded, or known within bounds.

The likelihoods: Law, Simulation Modeling and Analysis, 5th ed., sec. 6.5; with censoring: Klein
and Moeschberger, Survival Analysis, 2nd ed., sec. 3.5. All times here are minutes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
_LEAST = 1e-300


def _none() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class Sample:
    """Times in minutes, each with a weight (how often it was seen).

    x, weight : (N,) times that were seen; step : both ends of each were rounded to so much, 0 for
        exact ones
    low, high, between : (M,) times of which only bounds are known, inf above; with their weights
    """

    x: Floats = field(default_factory=_none)
    weight: Floats = field(default_factory=_none)
    step: float = 0.0
    low: Floats = field(default_factory=_none)
    high: Floats = field(default_factory=_none)
    between: Floats = field(default_factory=_none)

    @classmethod
    def of(cls, times: ArrayLike, step: float = 0.0) -> Sample:
        """Return the sample of times whose begin and end were written in steps."""
        x, n = np.unique(np.asarray(times, dtype=np.float64), return_counts=True)
        return cls(x, n.astype(np.float64), step)

    @classmethod
    def bounded(cls, times: ArrayLike, low: ArrayLike, high: ArrayLike) -> Sample:
        """Return the sample of exact times and of some that lie between bounds."""
        exact = cls.of(times)
        pairs = np.stack([np.asarray(low, np.float64), np.asarray(high, np.float64)], axis=1)
        bounds, n = np.unique(pairs, axis=0, return_counts=True)
        return cls(exact.x, exact.weight, 0.0, bounds[:, 0], bounds[:, 1], n.astype(np.float64))

    @property
    def n(self) -> int:
        """How many times there are, bounded ones included."""
        return int(self.weight.sum() + self.between.sum())

    def log_likelihood(self, law: Law) -> float:
        """Return the log-likelihood of a law."""
        total = 0.0
        if len(self.x):
            logs = law.log_density(self.x) if not self.step else np.log(self.cells(law))
            total += float(self.weight @ logs)
        if len(self.low):
            inside = law.cdf(self.high) - law.cdf(self.low)
            total += float(self.between @ np.log(np.maximum(inside, _LEAST)))
        return total

    def cells(self, law: Law) -> Floats:
        """Return the chance of each rounded time: that of a triangle two steps wide.

        For ends rounded apart, P(x) is the integral over t in (0, 1) of F(x + st) - F(x - st).
        """
        shift = self.step * _NODES
        ahead = law.cdf(self.x[:, None] + shift)
        behind = law.cdf(np.maximum(self.x[:, None] - shift, 0.0))
        chance: Floats = np.maximum((ahead - behind) @ _WEIGHTS, _LEAST)
        return chance


@dataclass(frozen=True)
class Law:
    """A law of a family: `family` and its parameters on the whole line (logarithms)."""

    family: str
    theta: tuple[float, ...]

    def cdf(self, x: Floats) -> Floats:
        """Return P(X <= x); inf gives 1."""
        from scipy.special import gammainc, ndtr

        a = self.theta[0]
        b = math.exp(self.theta[-1])
        if self.family == "lognormal":
            with np.errstate(divide="ignore"):
                return np.asarray(ndtr((np.log(x) - a) / b))
        if self.family == "gamma":
            return np.asarray(gammainc(math.exp(a), x / b))
        shape = 1.0 if self.family == "exponential" else math.exp(a)
        return np.asarray(-np.expm1(-((x / b) ** shape)))

    def log_density(self, x: Floats) -> Floats:
        """Return the logarithm of the density."""
        from scipy.special import gammaln, xlogy

        a, b = self.theta[0], math.exp(self.theta[-1])
        if self.family == "lognormal":
            z = (np.log(x) - a) / b
            return np.asarray(-(z**2) / 2 - np.log(x * b) - math.log(2 * math.pi) / 2)
        if self.family == "gamma":
            k = math.exp(a)
            return np.asarray(xlogy(k - 1, x) - x / b - gammaln(k) - k * math.log(b))
        shape = 1.0 if self.family == "exponential" else math.exp(a)
        y = x / b
        return np.asarray(math.log(shape / b) + xlogy(shape - 1, y) - y**shape)

    def quantile(self, u: Floats) -> Floats:
        """Return the times that belong to uniforms."""
        from scipy.special import gammaincinv, ndtri

        a, b = self.theta[0], math.exp(self.theta[-1])
        if self.family == "lognormal":
            return np.asarray(np.exp(a + b * ndtri(u)))
        if self.family == "gamma":
            return np.asarray(b * gammaincinv(math.exp(a), u))
        shape = 1.0 if self.family == "exponential" else math.exp(a)
        return np.asarray(b * (-np.log1p(-u)) ** (1 / shape))

    @cached_property
    def mean(self) -> float:
        """The mean in minutes."""
        a, b = self.theta[0], math.exp(min(self.theta[-1], 700.0))
        if self.family == "lognormal":
            return math.exp(min(a + b * b / 2, 700.0))
        if self.family == "gamma":
            return math.exp(a) * b
        shape = 1.0 if self.family == "exponential" else math.exp(a)
        return b * math.exp(math.lgamma(1 + 1 / shape))

    @cached_property
    def sd(self) -> float:
        """The standard deviation in minutes."""
        a, b = self.theta[0], math.exp(self.theta[-1])
        if self.family == "lognormal":
            return self.mean * math.sqrt(math.expm1(min(b * b, 700.0)))
        if self.family == "gamma":
            return self.mean / math.sqrt(math.exp(a))
        shape = 1.0 if self.family == "exponential" else math.exp(a)
        second = math.exp(math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape))
        return self.mean * math.sqrt(max(second - 1, 0.0))


FAMILIES: dict[str, Callable[[float, float], tuple[float, ...]]] = {
    "exponential": lambda mean, _: (math.log(mean),),
    "gamma": lambda mean, cv: (-2 * math.log(cv), math.log(mean * cv * cv)),
    "lognormal": lambda mean, cv: (
        math.log(mean) - math.log1p(cv * cv) / 2, math.log(math.sqrt(math.log1p(cv * cv))),
    ),
    "weibull": lambda mean, cv: (-math.log(cv), math.log(mean)),
}  # fmt: skip
"""Each family's first guess, from a mean and a coefficient of variation."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A law fitted to a sample.

    covariance : (P, P) of `law.theta`, from the curvature of the likelihood; NaN where it has none
    """

    law: Law
    log_likelihood: float
    n: int
    covariance: Floats

    @property
    def aic(self) -> float:
        """Akaike's criterion: the smaller, the better."""
        return 2 * len(self.law.theta) - 2 * self.log_likelihood

    def drawn(self, u: Floats) -> list[Law]:
        """Return laws as the data leave them open: drawn from the normal limit of the estimate.

        u : (K, P) uniforms
        """
        from scipy.special import ndtri

        if not np.isfinite(self.covariance).all():
            return []
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        near = np.array(self.law.theta) + ndtri(u[:, : len(self.law.theta)]) @ root.T
        return [Law(self.law.family, tuple(row)) for row in near.tolist()]


def fit_law(sample: Sample, family: str, *, roughly: bool = False) -> Fit:
    """Fit a family by maximum likelihood.

    roughly : to four digits and without the covariance, for trials that only compare
    """
    from scipy.optimize import minimize

    def cost(theta: Floats) -> float:
        with np.errstate(all="ignore"):
            value = -sample.log_likelihood(Law(family, tuple(theta.tolist())))
        return value if math.isfinite(value) else 1e300

    start = np.array(FAMILIES[family](*_moments(sample)))
    near = 1e-4 if roughly else 1e-9
    found = minimize(
        cost, start, method="Nelder-Mead", options={"xatol": near, "fatol": near, "maxiter": 4000}
    )
    law = Law(family, tuple(found.x.tolist()))
    size = len(start)
    covariance = np.full((size, size), np.nan) if roughly else _covariance(cost, found.x)
    return Fit(law, -float(found.fun), sample.n, covariance)


def fit_laws(sample: Sample) -> tuple[Fit, ...]:
    """Fit every family; the one with the smallest AIC comes first."""
    return tuple(sorted((fit_law(sample, name) for name in FAMILIES), key=lambda fit: fit.aic))


def _moments(sample: Sample) -> tuple[float, float]:
    known = np.where(np.isfinite(sample.high), sample.high, 2 * sample.low)
    x = np.concatenate([sample.x, known])
    weight = np.concatenate([sample.weight, sample.between])
    mean = max(float(np.average(x, weights=weight)), 1e-3)
    sd = math.sqrt(float(np.average((x - mean) ** 2, weights=weight)))
    return mean, min(max(sd / mean, 0.05), 3.0)


def _covariance(cost: Callable[[Floats], float], at: Floats) -> Floats:
    """Return the inverse of the curvature at the best parameters, by differences."""
    size, h = len(at), 1e-3
    steps = np.eye(size) * h
    curve = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            a, b = steps[i], steps[j]
            corners = cost(at + a + b) - cost(at + a - b) - cost(at - a + b) + cost(at - a - b)
            curve[i, j] = corners / (4 * h * h)
    try:
        found: Floats = np.linalg.inv(curve).astype(np.float64)
    except np.linalg.LinAlgError:
        return np.full((size, size), np.nan)
    return found if (np.diag(found) > 0).all() else np.full((size, size), np.nan)
