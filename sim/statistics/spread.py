"""Input uncertainty: what a measure may be, given how well the figures of the scenario are known.

Figures that were estimated from data are drawn as the data leave them open, and the mall is
simulated with each draw, on the same citizens as far as the figures let them (Barton, Nelson and
Xie 2014, "Quantifying input uncertainty via simulation confidence intervals", INFORMS J.
Computing 26, 74-87; Lam 2016, "Advanced tutorial: input uncertainty and robust analysis in
stochastic simulation", Winter Simulation Conference). What differs between draws beyond the
chance of the simulation is input uncertainty: more replications do not lessen it, more data do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.statistics.intervals import Estimate

Floats = NDArray[np.float64]
Sums = tuple[Floats, Floats]
"""Totals and weights, (K, R): draws by replications."""
AnyEstimate = TypeVar("AnyEstimate", bound=Estimate)
FEWEST = 19
"""With fewer draws in which anybody experienced a measure nothing is said of it."""


@dataclass(frozen=True, eq=False)
class Spread:
    """A mall simulated with K draws of its figures, R replications each, the same in all.

    total, n : (K, R, M) as in `Results`
    alone : by input, (J, R, M) twice: only this input drawn, all others as they are
    days : how many days of data the draws rest on; 0 where that is not known
    """

    total: Floats
    n: Floats
    alone: Mapping[str, Sums]
    days: int = 0


@dataclass(frozen=True)
class Share:
    """What one input does to a measure: the standard deviation if only it were unsure."""

    name: str
    sd: float


@dataclass(frozen=True)
class InputPart:
    """What the inputs leave open of a measure, without the chance of the simulation.

    low, high : between these lie 95 of 100 draws; sd : their standard deviation
    shares : by input, the largest first; days : of the data
    """

    low: float
    high: float
    sd: float
    shares: tuple[Share, ...] = ()
    days: int = 0

    @property
    def days_to_halve(self) -> int | None:
        """How many days more of the first input alone would halve what the inputs leave open.

        A variance falls as one over the days. None where the other inputs alone leave more open
        than that, or the days are not known.
        """
        whole = sum(share.sd**2 for share in self.shares)
        if not (self.days and whole):
            return None
        first = self.shares[0].sd ** 2
        wanted = whole / 4 - (whole - first)
        return math.ceil(self.days * (first / wanted - 1)) if wanted > 0 else None


def values(sums: Sums) -> tuple[Floats, float]:
    """Return the pooled ratio of each draw, (K,), and the variance that chance puts into it.

    Draws share their replications: what a replication does to all of them alike is no noise
    between draws, only what it does to each in its own way (a two-way layout without repetition:
    Scheffe 1959, The Analysis of Variance, sec. 4.8).
    """
    total, n = sums
    whole = n.sum(axis=1)
    known = whole > 0
    total, n, whole = total[known], n[known], whole[known]
    ratio = total.sum(axis=1) / whole
    draws, runs = total.shape
    if draws < 2 or runs < 2:
        return ratio, math.nan
    each = (total - ratio[:, None] * n) / (whole[:, None] / runs)
    own = each - each.mean(axis=0)
    return ratio, float((own**2).sum() / ((draws - 1) * (runs - 1)) / runs)


def differences(after: Sums, before: Sums) -> tuple[Floats, float]:
    """Return after less before of each draw, (K,), and the variance that chance puts into it."""
    each, found = [], []
    known = (after[1].sum(axis=1) > 0) & (before[1].sum(axis=1) > 0)
    if not known.any():
        return np.empty(0), math.nan
    runs = after[0].shape[1]
    for total, n in (after, before):
        total, n = total[known], n[known]
        whole = n.sum(axis=1)
        ratio = total.sum(axis=1) / whole
        found.append(ratio)
        each.append((total - ratio[:, None] * n) / (whole[:, None] / runs))
    off = each[0] - each[1]
    own = off - off.mean(axis=0)
    noise = float((own**2).sum() / max((len(own) - 1) * (runs - 1), 1) / runs)
    return found[0] - found[1], noise


def part(found: Floats, noise: float, confidence: float = 0.95) -> InputPart | None:
    """Return what the draws leave open once chance is taken off; None with too few of them."""
    if len(found) < FEWEST or math.isnan(noise):
        return None
    middle, variance = float(found.mean()), float(found.var(ddof=1))
    real = max(variance - noise, 0.0)
    drawn = middle + (found - middle) * (math.sqrt(real / variance) if variance else 0.0)
    low, high = _ends(drawn, confidence)
    return InputPart(low, high, math.sqrt(real))


def spread_of(found: Floats, noise: float) -> float:
    """Return the standard deviation of draws once chance is taken off."""
    if len(found) < 2 or math.isnan(noise):
        return math.nan
    return math.sqrt(max(float(found.var(ddof=1)) - noise, 0.0))


def _ends(drawn: Floats, confidence: float) -> tuple[float, float]:
    """Return the ends between which one more draw lies with that chance.

    Of K draws the r-th from either side are ends for 1 - 2 r / (K + 1), whatever their law (Wilks
    1941, Annals of Mathematical Statistics 12, 91-96). Beyond the outermost the distance from the
    middle is carried on as that of a normal law.
    """
    from scipy.special import ndtri

    ordered = np.sort(drawn)
    reach = max(1 - confidence, 2 / (len(drawn) + 1))
    rank = round(reach / 2 * (len(drawn) + 1))
    low, high = float(ordered[rank - 1]), float(ordered[-rank])
    more = float(ndtri((1 - confidence) / 2) / ndtri(reach / 2))
    middle = float(np.median(ordered))
    return middle - more * (middle - low), middle + more * (high - middle)


def widened(
    one: AnyEstimate, inputs: InputPart | None, bounds: tuple[float, float] = (-math.inf, math.inf)
) -> AnyEstimate:
    """Return an estimate whose interval holds input uncertainty too.

    The two are independent, and their half-widths are added as legs of a right angle.

    bounds : beyond which the measure cannot lie, such as 0 and 1 for a share
    """
    if inputs is None or math.isnan(one.low):
        return one
    below = math.hypot(one.value - one.low, max(one.value - inputs.low, 0.0))
    above = math.hypot(one.high - one.value, max(inputs.high - one.value, 0.0))
    low, high = max(one.value - below, bounds[0]), min(one.value + above, bounds[1])
    return replace(one, low=min(low, one.low), high=max(high, one.high))
