"""Precision: how many replications are enough.

The confidence-interval method with look-ahead of Hoad, Robinson & Davies (2010), Automated
selection of the number of replications for a discrete-event simulation, Journal of the
Operational Research Society 61, 1632-1644, for several measures at once. The decision is a
function of the replications in their order and of nothing else: not of how many came in one
block, nor of how many were run beyond it. It looks at widths and never at the sign of a
result, so it may stand before a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.intervals import FloatArray, no_event_bound, ratio_intervals, t_factor


@dataclass(frozen=True)
class Tolerance:
    """How wide a half-width may be: within the relative or the absolute part, the wider counts.

    relative : part of the estimate's size, 0.05 for 5 %
    absolute : in the unit of the measure
    share : whether the measure is a share, so that "always" and "never" are not taken for exact
    """

    relative: float = 0.0
    absolute: float = 0.0
    share: bool = False

    def __post_init__(self) -> None:
        parts = (self.relative, self.absolute)
        if not all(math.isfinite(part) and part >= 0 for part in parts) or not any(parts):
            raise ValueError("a tolerance needs a relative or an absolute part above 0")


WAIT = Tolerance(relative=0.05, absolute=0.1)
"""For waits in minutes: 5 % or 6 seconds."""
SHARE = Tolerance(absolute=0.01, share=True)
"""For shares: 1 percentage point."""


@dataclass(frozen=True)
class Rule:
    """When to stop.

    minimum : replications before any decision, and in which a measure must have been experienced
    maximum : the ceiling, at which a run ends whatever its precision
    look_ahead : k: precision must hold for floor(k * max(n, 100) / 100) more replications
    confidence : of the intervals
    """

    minimum: int = 20
    maximum: int = 1000
    look_ahead: int = 5
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not 2 <= self.minimum <= self.maximum or self.look_ahead < 0:
            raise ValueError("a rule needs 2 <= minimum <= maximum and a look-ahead of 0 or more")

    def ahead(self, n: int) -> int:
        """Return how many replications beyond n the precision must hold (Hoad et al., f(k, n))."""
        return self.look_ahead * max(n, 100) // 100


@dataclass(frozen=True, eq=False)
class Progress:
    """What the replications say so far.

    stop : replications to keep, the look-ahead included; None where more are needed
    settled : the first replication from which on every measure stayed precise; None if none
    precise : whether it stopped because all measures are precise, and not at the ceiling
    last : index of the measure that was the last to settle, or that is furthest from it
    strain : (M,) half-width over allowed half-width after `stop` (or all) replications; at
        most 1 is precise, inf where absent
    """

    stop: int | None
    settled: int | None
    precise: bool
    last: int
    strain: FloatArray


def replications_to_precision(
    total: ArrayLike, n: ArrayLike, tolerances: Sequence[Tolerance], rule: Rule | None = None
) -> Progress:
    """Return after which replication every measure was precise, and stayed so.

    total, n : (R, M) per replication and measure, in order; value = total / n, n = 0 where
        nobody experienced it
    tolerances : M

    A measure that fewer than `minimum` replications experienced is never precise. The
    intervals are those of `ratio_intervals`, so each that is reported after stopping meets
    its tolerance. Stopping at a fixed width makes intervals slightly too narrow on average;
    the minimum and the look-ahead keep that small.

    Raises ValueError if the shapes do not fit, or there is no measure.
    """
    rule = rule or Rule()
    totals, numbers = _checked(total, n, tolerances, rule.maximum)
    strains = _running_strain(totals, numbers, tolerances, rule)
    start: int | None = None
    for m in range(rule.minimum, len(totals) + 1):
        if (strains[m - 1] <= 1).all():  # the quick width agrees, so the reported one is worth it
            strains[m - 1] = _strain_after(m, totals, numbers, tolerances, rule)
        if (strains[m - 1] > 1).any():
            start = None
            continue
        start = start or m
        if m == start + rule.ahead(start):
            return Progress(m, start, True, _last(strains, start, rule), strains[m - 1])
    return _undecided(strains, rule)


def _undecided(strains: FloatArray, rule: Rule) -> Progress:
    """Return what stands where the look-ahead was not completed: the ceiling, or not yet."""
    if not len(strains):
        return Progress(None, None, False, 0, np.full(strains.shape[1], np.inf))
    at_ceiling = len(strains) == rule.maximum
    last = int(np.argmax(strains[-1]))
    return Progress(rule.maximum if at_ceiling else None, None, False, last, strains[-1])


def _last(strains: FloatArray, settled: int, rule: Rule) -> int:
    """Return the measure that settled last: the one that still failed just before."""
    before = settled - 1 if settled > rule.minimum else settled
    return int(np.argmax(strains[before - 1]))


def running_half_width(
    total: ArrayLike, n: ArrayLike, confidence: float = 0.95, anchor: int = 20
) -> tuple[FloatArray, FloatArray]:
    """Return the pooled ratios and their half-widths after 1, 2, ..., R replications.

    total, n : (R, M) as above
    anchor : the first replications, about whose ratio the sums are taken; to the last bit, a
        result after m replications depends on the first max(m, anchor) only
    returns : values and half-widths, both (R, M); NaN where fewer than 2 experienced it

    The variance is that of the linearised ratio, k / (k - 1) * sum((t - r n)^2) / sum(n)^2
    over the k replications seen, from cumulative sums: O(R M), equal to the t interval where
    every n is 1, and to the jackknife up to terms in 1/k. Source: Cochran (1977), Sampling
    Techniques, 3rd ed., ch. 6.
    """
    totals, numbers = _two_tables(total, n)
    seen = (numbers > 0) & ~np.isnan(totals)
    t, w = np.where(seen, totals, 0.0), np.where(seen, numbers, 0.0)
    count, whole = np.cumsum(seen, axis=0), np.cumsum(w, axis=0)
    near = w[:anchor].sum(axis=0)
    about = np.divide(t[:anchor].sum(axis=0), near, out=np.zeros_like(near), where=near > 0)
    t -= about * w  # residuals about a near ratio are small, so their squares lose no digits
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.cumsum(t, axis=0) / whole
        squares = np.cumsum(t * t, axis=0) - 2 * r * np.cumsum(t * w, axis=0)
        squares += r * r * np.cumsum(w * w, axis=0)
        variance = np.maximum(squares, 0.0) * count / (count - 1) / (whole * whole)
    half = t_factor(count - 1, confidence) * np.sqrt(variance)
    return np.where(count >= 2, about + r, np.nan), half


def _running_strain(
    total: FloatArray, n: FloatArray, tolerances: Sequence[Tolerance], rule: Rule
) -> FloatArray:
    """Return (R, M) the quick half-width over the allowed one, inf where absent or too rare."""
    value, half = running_half_width(total, n, rule.confidence, rule.minimum)
    seen = (n > 0) & ~np.isnan(total)
    trials = np.cumsum(np.where(seen, n, 0.0), axis=0)
    events = np.cumsum(np.where(seen, total, 0.0), axis=0)
    uniform = np.array([tolerance.share for tolerance in tolerances]) & (
        (events == 0) | (events == trials)
    )
    half = np.where(uniform, no_event_bound(trials, rule.confidence), half)
    enough = np.cumsum(seen, axis=0) >= rule.minimum
    return _strain(value, np.where(enough, half, np.nan), tolerances)


def _strain_after(
    m: int, total: FloatArray, n: FloatArray, tolerances: Sequence[Tolerance], rule: Rule
) -> FloatArray:
    """Return (M,) the reported half-width after m replications over the allowed one."""
    shares = np.array([tolerance.share for tolerance in tolerances])
    reported = ratio_intervals(total[:m], n[:m], rule.confidence, shares)
    return _strain(reported.value, reported.half_width, tolerances)


def _strain(value: FloatArray, half: FloatArray, tolerances: Sequence[Tolerance]) -> FloatArray:
    relative = np.array([tolerance.relative for tolerance in tolerances])
    absolute = np.array([tolerance.absolute for tolerance in tolerances])
    allowed = np.maximum(relative * np.abs(value), absolute)
    with np.errstate(divide="ignore", invalid="ignore"):
        strain = np.where(half == 0, 0.0, half / allowed)  # 0 of 0 is within a relative tolerance
    return np.where(np.isnan(half), np.inf, strain)


def _checked(
    total: ArrayLike, n: ArrayLike, tolerances: Sequence[Tolerance], maximum: int
) -> tuple[FloatArray, FloatArray]:
    totals, numbers = _two_tables(total, n)
    if totals.shape[1] != len(tolerances) or not tolerances:
        raise ValueError(
            f"{totals.shape[1]} measures need as many tolerances, at least one; "
            f"got {len(tolerances)}"
        )
    return totals[:maximum], numbers[:maximum]


def _two_tables(total: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    totals = np.ascontiguousarray(total, dtype=np.float64)
    numbers = np.ascontiguousarray(n, dtype=np.float64)
    if totals.ndim != 2 or totals.shape != numbers.shape:
        raise ValueError(
            "expected total and n of one shape (replications, measures), "
            f"got {totals.shape} and {numbers.shape}"
        )
    return totals, numbers
