"""How well a law fits: Kolmogorov-Smirnov and Anderson-Darling, their p by simulation.

The law was fitted to the same data, so that tables of fully given laws do not hold: samples are
drawn from the fitted law, rounded as the log is, fitted again, and compared (Law, Simulation
Modeling and Analysis, 5th ed., sec. 6.6.2; Stute, Gonzales Manteiga and Presedo Quindimil 1993).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.fitting.chance import uniforms
from sim.fitting.likelihood import Fit, Floats, Law, Sample, fit_law

TRIALS = 39
MOST = 300
"""So many times are compared: with more, any law is refuted by what no planner would notice."""


@dataclass(frozen=True)
class Goodness:
    """How far a law lies from the data.

    ks : the largest distance between the two distribution functions, over all data
    ad : the Anderson-Darling statistic over at most MOST of them
    ks_p, ad_p : how often data of the law itself lie as far from it
    """

    ks: float
    ad: float
    ks_p: float
    ad_p: float


def goodness(sample: Sample, fit: Fit, name: str) -> Goodness:
    """Compare a sample of seen times with the law that was fitted to it.

    name : of the draws, so that the same log gives the same p
    """
    thin = _thinned(sample)
    refit = fit if thin is sample else fit_law(thin, fit.law.family)
    seen = _distances(thin, refit.law)
    beyond = np.ones(2)
    for trial in range(TRIALS):
        u = uniforms("goodness", name, trial, 2 * thin.n)
        times = _rounded(refit.law.quantile(u[: thin.n]), u[thin.n :], sample.step)
        other = Sample.of(times, sample.step)
        law = fit_law(other, fit.law.family, roughly=True).law
        beyond += np.array(_distances(other, law)) >= seen
    p = beyond / (TRIALS + 1)
    return Goodness(_distances(sample, fit.law)[0], seen[1], float(p[0]), float(p[1]))


def _thinned(sample: Sample) -> Sample:
    if sample.n <= MOST:
        return sample
    ranks = ((np.arange(MOST) + 0.5) / MOST * sample.weight.sum()).astype(np.int64)
    at = np.searchsorted(np.cumsum(sample.weight), ranks, side="right")
    return Sample.of(sample.x[at], sample.step)


def _rounded(times: Floats, phase: Floats, step: float) -> Floats:
    return times if not step else step * np.floor(phase + times / step)


def _distances(sample: Sample, law: Law) -> tuple[float, float]:
    """Return the two statistics; on rounded times they compare at the steps."""
    n = float(sample.weight.sum())
    after = np.cumsum(sample.weight) / n
    if not sample.step:
        f = np.clip(law.cdf(sample.x), 1e-12, 1 - 1e-12)
        before = after - sample.weight / n
        ks = float(np.maximum(after - f, f - before).max())
        every = np.repeat(f, sample.weight.astype(np.int64))
        k = 2 * np.arange(1, len(every) + 1) - 1
        return ks, float(-n - np.mean(k * (np.log(every) + np.log1p(-every[::-1]))))
    cells = round(float(sample.x[-1]) / sample.step) + 1
    grid = Sample(sample.step * np.arange(cells, dtype=np.float64), np.ones(cells), sample.step)
    p = grid.cells(law)
    f = np.clip(np.cumsum(p), 1e-12, 1 - 1e-12)
    place = np.searchsorted(sample.x, grid.x + sample.step / 2)
    seen = np.concatenate(([0.0], after))[place]
    ad = float(n * np.sum(p * (seen - f) ** 2 / (f * (1 - f))))
    return float(np.abs(seen - f).max()), ad
