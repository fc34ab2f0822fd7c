"""How far an estimate lies from an exact answer, in standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from sim.verification.exact.cases import Case, Pairs, expected


@dataclass(frozen=True)
class Check:
    """One estimate beside its exact value; z is its distance in standard errors.

    With few replications the distance follows Student's t; z is the normal distance that is as
    improbable.
    """

    measure: str
    exact: float
    value: float
    error: float
    z: float

    @property
    def half_width(self) -> float:
        """Half the width of the 95 % interval, as a share of the exact value."""
        return 1.96 * self.error / abs(self.exact) if self.exact else 0.0

    def __str__(self) -> str:
        return (
            f"{self.measure}: exact {self.exact:.6g}, found {self.value:.6g} "
            f"+/- {1.96 * self.error:.2g}, z {self.z:+.2f}"
        )


def compare(case: Case, runs: list[Pairs]) -> list[Check]:
    """Hold the pooled estimates of independent replications against the exact values.

    The standard error of sum(total) / sum(n) is that of the residuals total - ratio * n (Law
    2015, Simulation Modeling and Analysis, section 4.5).
    """
    checks = []
    for measure, exact in expected(case).items():
        total, n = np.array([run[measure] for run in runs], dtype=float).T
        value = total.sum() / n.sum()
        residual = total - value * n
        r = len(runs)
        error = sqrt(r / (r - 1) * (residual**2).sum()) / n.sum()
        z = _distance(value, exact, error, r, n.sum())
        checks.append(Check(measure, exact, float(value), float(error), z))
    return checks


def _distance(value: float, exact: float, error: float, r: int, n: float) -> float:
    from scipy.special import ndtri, stdtr

    if error > 1e-12 * abs(exact):
        t = (value - exact) / error
        return float(np.copysign(ndtri(stdtr(r - 1, -abs(t))), t))
    if abs(value - exact) <= 1e-9 * max(1, abs(exact)):
        return 0.0
    if 0 < exact < 1 and value in (0, 1):  # it never happened, or always: how likely is that?
        likely = n * np.log(exact if value == 1 else 1 - exact)
        return float(np.copysign(ndtri(np.exp(likely)), value - exact))
    return float(np.copysign(np.inf, value - exact))
