"""How long citizens are ready to wait, from waits that a call cut short.

Who was served would have waited longer: her patience is only known to exceed her wait. Kaplan
and Meier 1958; for queues: Mandelbaum and Zeltyn 2007, "Service engineering in action", sec. 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.fitting.likelihood import Fit, Floats, Sample, fit_law

FEWEST_LEFT = 20
"""With fewer who left, a law says more about itself than about the citizens."""


@dataclass(frozen=True, eq=False)
class Survival:
    """The product-limit estimate: the share that is still ready to wait after each time.

    times, share : (K,) when somebody left, and the share right after
    """

    times: Floats
    share: Floats

    def restricted_mean(self, limit: float) -> float:
        """Return the mean of patience cut at a limit: the area below the curve."""
        steps = np.concatenate(([0.0], self.times[self.times < limit], [limit]))
        heights = np.concatenate(([1.0], self.share[self.times < limit]))
        return float(np.diff(steps) @ heights)


def survival(waits: ArrayLike, left: ArrayLike) -> Survival:
    """Return the product-limit estimate.

    waits : (N,) how long each waited; left : (N,) whether she left then, or was called
    """
    times, gone = np.asarray(waits, np.float64), np.asarray(left, bool)
    at, n = np.unique(times[gone], return_counts=True)
    ready = len(times) - np.searchsorted(np.sort(times), at)
    return Survival(at, np.cumprod(1 - n / ready).astype(np.float64))


@dataclass(frozen=True, eq=False)
class Patience:
    """What a log says of patience.

    waited : how many waits there are; left : those who left, at a known time; missed : those who
        were not there when called, who left some time before
    curve : Kaplan-Meier, missed calls left out; fit : None where too few left
    """

    waited: int
    left: int
    missed: int
    curve: Survival
    fit: Fit | None


def patience(called: Floats, left: Floats, missed: Floats) -> Patience:
    """Estimate patience from waits in minutes.

    called : of those who were called and came; left : of those who left; missed : until the call
        in vain, which bounds their patience from above
    """
    n = len(called) + len(left) + len(missed)
    waits = np.concatenate([called, left])
    gone = np.concatenate([np.zeros(len(called), bool), np.ones(len(left), bool)])
    fit = None
    if len(left) + len(missed) >= FEWEST_LEFT:
        low = np.concatenate([called, np.zeros(len(missed))])
        high = np.concatenate([np.full(len(called), np.inf), missed])
        real = high > low
        sample = Sample.bounded(np.maximum(left, 1 / 60), low[real], high[real])
        fits = [fit_law(sample, name) for name in ("exponential", "weibull")]
        fit = min(fits, key=lambda one: one.aic)
    return Patience(n, len(left), len(missed), survival(waits, gone), fit)
