"""The best of several alternatives, with a guarantee: the procedure KN of Kim and Nelson.

Alternatives are looked at after each replication, on the same citizens, and one is dropped as soon
as it surely falls behind another. The chance that the best is among those that were dropped is at
most 1 - confidence, provided that it is better than every other by `delta` or more; of those that
are nearer to each other, `delta` says that it does not matter which is chosen. However often is
looked, that holds: the boundary that has to be crossed is made for it.

Source: Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in
simulation, ACM Transactions on Modeling and Computer Simulation 11, 251-273, with c = 1 and the
allowance for common random numbers (beta = alpha / (k - 1)). It supposes replications that are
normal; how it does on skewed ones is measured in `docs/statistics.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
FIRST = 20
"""Replications from which the variances are estimated, and before which nothing is dropped."""


@dataclass(frozen=True)
class Selection:
    """Which of K alternatives is the best.

    best : its place, None where the replications do not tell yet
    left : the places of those that may still be the best
    after : so many replications were looked at until one was left, or all that there are
    enough : so many replications tell in any case
    """

    best: int | None
    left: tuple[int, ...]
    after: int
    enough: int


def select_best(
    x: ArrayLike, delta: float, confidence: float = 0.95, first: int = FIRST
) -> Selection:
    """Return which alternative has the largest mean.

    x : (R, K) one value a replication and alternative, the same citizens in each row
    delta : a difference that would matter, in the unit of x

    Of alternatives that do exactly the same, the first is chosen. Raises ValueError for fewer than
    two alternatives, numbers that are not finite, or an impossible delta, confidence or first.
    """
    values = np.asarray(x, dtype=np.float64)
    _check(values, delta, confidence, first)
    replications, alternatives = values.shape
    everyone = tuple(range(alternatives))
    if replications < first:
        return Selection(None, everyone, replications, first)
    spread = _spread(values[:first], delta, confidence)
    n = np.arange(first, replications + 1)
    mean = np.cumsum(values, axis=0)[first - 1 :] / n[:, None]
    reach = delta / 2 * np.maximum(0.0, spread / n[:, None, None] - 1)
    behind = mean[:, :, None] < mean[:, None, :] - reach  # i surely behind l after n replications
    left, at = _dropped(behind, list(everyone))
    enough = max(first, int(spread[np.ix_(left, left)].max()) + 1)
    if len(left) > 1 and replications < enough:
        return Selection(None, tuple(left), replications, enough)
    best = max(left, key=lambda k: (mean[at, k], -k))
    return Selection(best, (best,), int(n[at]), int(n[at]))


def _spread(early: Floats, delta: float, confidence: float) -> Floats:
    """Return (K, K) after how many replications the reach of two alternatives is 0."""
    first, alternatives = early.shape
    each = 2 * (1 - confidence) / (alternatives - 1)
    eta = (each ** (-2 / (first - 1)) - 1) / 2
    squared: Floats = (early[:, :, None] - early[:, None, :]).var(axis=0, ddof=1)
    spread: Floats = 2 * eta * (first - 1) * squared / delta**2
    return spread


def _dropped(behind: NDArray[np.bool_], left: list[int]) -> tuple[list[int], int]:
    """Return who is left, and at which look that was decided (the last if it was not)."""
    at = 0
    while len(left) > 1:
        among: NDArray[np.bool_] = np.any(behind[at:][:, left][:, :, left], axis=2)
        looks = np.flatnonzero(among.any(axis=1))
        if not len(looks):
            return left, len(behind) - 1
        at += int(looks[0])
        left = [k for k, lost in zip(left, among[looks[0]], strict=True) if not lost]
    return left, at


def _check(values: Floats, delta: float, confidence: float, first: int) -> None:
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError(
            f"expected (replications, two alternatives or more), got an array of {values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError("a replication without a value says nothing of which is the best")
    if not (delta > 0 and 0 < confidence < 1 and first >= 2):
        raise ValueError(
            f"delta is above 0, confidence between 0 and 1 and first 2 or more, "
            f"not {delta}, {confidence}, {first}"
        )
