"""Warm-up: how much of a long run's beginning to drop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Truncation:
    """Where to cut a series.

    batches, observations : how many to drop from the beginning
    value : the criterion at the cut, sum of squared deviations / number of batches kept^2
    mean : of what is kept, whole batches only
    reliable : False where the criterion was still falling at the end of the search, so that
        the run is too short to say
    """

    batches: int
    observations: int
    value: float
    mean: float
    reliable: bool


def mser5(series: ArrayLike, batch: int = 5) -> Truncation:
    """Return the MSER truncation point of a series of observations in time order.

    series : (n,) one run, or the average of several at each time; a last batch that is not
        full is left out
    batch : observations averaged before the search, 5 in MSER-5

    Of d = 0, ..., half of the batches, the one that minimises
    sum over i > d of (z(i) - mean of the kept)^2 / (number kept)^2; the earliest in a tie.
    Source: White, Cobb & Spratt (2000), Proceedings of the Winter Simulation Conference,
    755-760; Hoad, Robinson & Davies (2008), ibid., 902-912.

    Raises ValueError for fewer than 2 batches, a batch below 1, or numbers that are not finite.
    """
    x = np.asarray(series, dtype=np.float64)
    if batch < 1 or x.ndim != 1 or len(x) < 2 * batch:
        raise ValueError("MSER needs a series of at least two batches")
    if not np.isfinite(x).all():
        raise ValueError("MSER needs finite numbers")
    z = x[: len(x) // batch * batch].reshape(-1, batch).mean(axis=1)
    limit = len(z) // 2
    level = z.mean()
    tail = (z - level)[::-1]  # about the mean, so that the squares lose no digits
    kept = np.arange(1, len(z) + 1)
    spread = np.cumsum(tail**2) - np.cumsum(tail) ** 2 / kept
    criterion = (np.maximum(spread, 0.0) / kept**2.0)[::-1][: limit + 1]
    cut = int(np.argmin(criterion))
    mean = float(z[cut:].mean())
    return Truncation(cut, cut * batch, float(criterion[cut]), mean, cut < limit)
