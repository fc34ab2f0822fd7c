"""Laws made of values or of other laws: discrete, empirical, mixture; and patience."""

# ruff: noqa: D102 - what quantile, mean, sd and lowest are is said once, at Distribution

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.scenario.laws import FIRST, LAST, Distribution, Floats, Spec
from sim.scenario.quantities import share as share_text


@dataclass(frozen=True, kw_only=True)
class Discrete(Distribution):
    """A few values, sorted, each with its share; shares are above 0 and sum to 1."""

    values: tuple[float, ...]
    shares: tuple[float, ...]

    def quantile(self, u: Floats) -> Floats:
        return np.asarray(self.values, dtype=np.float64)[
            np.searchsorted(upper_edges(self.shares), u)
        ]

    @property
    def mean(self) -> float:
        return float(np.average(self.values, weights=self.shares))

    @property
    def sd(self) -> float:
        away = np.asarray(self.values) - self.mean
        return math.sqrt(np.average(away**2, weights=self.shares))

    @property
    def lowest(self) -> float:
        return self.values[0]


@dataclass(frozen=True, kw_only=True)
class Empirical(Distribution):
    """Measured times, sorted, drawn as they were measured, each equally often.

    The plain inverse of the empirical distribution function (Hyndman and Fan 1996, type 1), not
    an interpolation: so mean, sd (over n) and every quantile are exactly those of the data.
    """

    values: tuple[float, ...]

    @cached_property
    def _sorted(self) -> Floats:
        return np.asarray(self.values, dtype=np.float64)

    def quantile(self, u: Floats) -> Floats:
        n = len(self.values)
        return self._sorted[np.clip(np.ceil(n * u).astype(np.int64) - 1, 0, n - 1)]

    @property
    def mean(self) -> float:
        return float(self._sorted.mean())

    @property
    def sd(self) -> float:
        return float(self._sorted.std())

    @property
    def lowest(self) -> float:
        return self.values[0]


@dataclass(frozen=True, kw_only=True)
class Mixture(Distribution):
    """With the share of each part, a draw from that part; the shares sum to 1.

    One uniform decides both: it falls to a part, and its place within the part's share is the
    uniform of the part (composition; Law, Simulation Modeling and Analysis, 5th ed., 8.2.2). So
    `quantile` is no quantile of the mixture but draws from it exactly, and rises within each
    part. The true quantile would need a root search per draw and gain nothing.
    """

    parts: tuple[tuple[float, Distribution], ...]

    def quantile(self, u: Floats) -> Floats:
        edges = upper_edges([share for share, _ in self.parts])
        falls_to = np.searchsorted(edges, u)
        draws = np.empty(u.shape)
        for i, (_, law) in enumerate(self.parts):
            here = falls_to == i
            if np.any(here):
                begin = edges[i - 1] if i else 0.0
                within = (u[here] - begin) / (edges[i] - begin)
                draws[here] = law.quantile(np.clip(within, FIRST, LAST))
        return draws

    @property
    def mean(self) -> float:
        return sum(share * law.mean for share, law in self.parts)

    @property
    def sd(self) -> float:
        mean = self.mean
        if math.isinf(mean):
            return math.inf
        return math.sqrt(sum(s * (law.sd**2 + (law.mean - mean) ** 2) for s, law in self.parts))

    @property
    def lowest(self) -> float:
        return min(law.lowest for _, law in self.parts)


@dataclass(frozen=True)
class Patience:
    """How long a citizen waits before she leaves: `law` for a `share` of them, the rest stay."""

    law: Distribution
    share: float = 1.0

    def quantile(self, u: Floats) -> Floats:
        """Return the patience in µs that belongs to uniforms `u`; +inf for those who never leave.

        One uniform decides both, as in a mixture; it rises with `u`.
        """
        patience = np.full(u.shape, np.inf)
        leaves = u < self.share
        if np.any(leaves):
            patience[leaves] = self.law.quantile(np.clip(u[leaves] / self.share, FIRST, LAST))
        return patience

    def spec(self) -> Spec:
        """Return the patience as YAML, every scalar a text; it reads back to an equal one."""
        return self.law.spec() | ({} if self.share == 1 else {"share": share_text(self.share)})


def upper_edges(shares: Sequence[float]) -> Floats:
    """Return where each share ends when they are laid end to end from 0 to exactly 1."""
    edges = np.cumsum(shares)
    edges /= edges[-1]
    edges[-1] = 1.0  # no uniform may fall beyond the last share
    return np.asarray(edges)
