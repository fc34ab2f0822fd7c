"""Counts of days as a product of factors, with more scatter than chance alone gives.

The mean of a day is exp(design @ beta) and its variance mean + cv^2 mean^2: Poisson's, of a day
that is busier or quieter by itself. Quasi-likelihood, with cv by moments (Breslow 1984,
"Extra-Poisson variation in log-linear models", Applied Statistics 33, 38-44).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.fitting.history import Ints
from sim.fitting.likelihood import Floats
from sim.statistics.intervals import Estimate, t_factor

_STEPS = 60


@dataclass(frozen=True, eq=False)
class LogLinear:
    """What was fitted to D counts.

    beta, covariance : (P,) logarithms of factors, (P, P); mean : (D,) of each count
    cv2 : square of the coefficient of variation beyond chance; freedom : D less the rank
    leverage : (D,) how much a count makes its own mean
    """

    counts: Floats
    design: Floats
    beta: Floats
    covariance: Floats
    mean: Floats
    cv2: float
    freedom: int
    leverage: Floats

    @property
    def statistic(self) -> float:
        """Pearson's: the sum of (N - mean)^2 / mean."""
        return float(((self.counts - self.mean) ** 2 / self.mean).sum())

    def factor(self, gradient: Floats, n: int, confidence: float = 0.95) -> Estimate:
        """Return exp(gradient @ beta) with its interval, Student's t in the logarithm."""
        log = float(gradient @ self.beta)
        return self.around(log, float(gradient @ self.covariance @ gradient), n, confidence)

    def around(self, log: float, variance: float, n: int, confidence: float = 0.95) -> Estimate:
        """Return exp(log) with the interval that a variance of the logarithm gives."""
        half = float(t_factor(self.freedom, confidence)) * math.sqrt(variance)
        ends = (math.exp(log - half), math.exp(log + half))
        return Estimate(math.exp(log), *ends, n, "log-linear", confidence)

    def alike(self, columns: Ints) -> float:
        """Return how likely betas as far from 0 are if those of the columns, (Q,), all are (Wald).

        Quasi-likelihood: F in place of chi-square, as the scatter is estimated.
        """
        from scipy.special import fdtrc

        beta = self.beta[columns]
        inner = np.linalg.solve(self.covariance[np.ix_(columns, columns)], beta)
        return float(fdtrc(len(columns), self.freedom, max(float(beta @ inner) / len(beta), 0.0)))

    def apart(self) -> Floats:
        """(D,) residuals of deviance, each over the scatter of all other days: Student's t.

        0 where a mean is the count itself, as that of a month with one day is.

        Cook and Weisberg 1982, "Residuals and influence in regression", sec. 2.2.
        """
        n, mean = self.counts, self.mean
        part = n * np.log(np.maximum(n, 1e-9) / mean)
        if self.cv2 > 0:
            part -= (n + 1 / self.cv2) * np.log((1 + self.cv2 * n) / (1 + self.cv2 * mean))
        else:
            part -= n - mean
        residual = np.sign(n - mean) * np.sqrt(np.maximum(2 * part, 0.0))
        free = max(self.freedom, 2)
        scale = max(float(residual @ residual) / free, 1.0)
        rest = 1 - self.leverage
        inner = np.where(rest > 1e-6, residual**2 / (scale * np.maximum(rest, 1e-6)), 0.0)
        inner = np.minimum(inner, free - 1e-6)
        others: Floats = np.sign(residual) * np.sqrt(inner * (free - 1) / (free - inner))
        return others


def loglinear(counts: Floats, design: Floats) -> LogLinear:
    """Fit factors to counts.

    counts : (D,); design : (D, P) of full rank, with P < D
    """
    freedom = len(counts) - design.shape[1]
    cv2, beta = 0.0, np.linalg.lstsq(design, np.log(np.maximum(counts, 0.5)), rcond=None)[0]
    for _ in range(_STEPS):
        mean = np.exp(design @ beta)
        weight = mean / (1 + cv2 * mean)
        inner = design.T @ (design * weight[:, None])
        step = np.linalg.solve(inner, design.T @ (weight * (counts / mean - 1)))
        before, cv2, beta = cv2, _beyond_chance(counts, mean, freedom), beta + step
        if float(abs(step).max()) < 1e-9 and abs(cv2 - before) < 1e-9:
            break
    mean = np.asarray(np.exp(design @ beta), dtype=np.float64)
    weight = mean / (1 + cv2 * mean)
    covariance = np.asarray(np.linalg.inv(design.T @ (design * weight[:, None])), np.float64)
    leverage = weight * np.einsum("dp,pq,dq->d", design, covariance, design)
    return LogLinear(
        counts, design, np.asarray(beta, np.float64), covariance, mean, cv2, freedom, leverage
    )


def _beyond_chance(counts: Floats, mean: Floats, freedom: int) -> float:
    """Return the cv^2 with which the sum of (N - mean)^2 / variance is its degrees of freedom."""
    off = (counts - mean) ** 2

    def excess(cv2: float) -> float:
        return float((off / (mean * (1 + cv2 * mean))).sum()) - freedom

    if freedom < 1 or excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while excess(high) > 0 and high < 1e6:
        high *= 4
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2
