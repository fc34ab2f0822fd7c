"""Replications whose truth is known exactly, many experiments at once: on these, claims are tried.

The days are those of one counter (M/M/1), which starts empty, as a mall does. By PASTA a citizen
meets the state of the counter at a time, and the numbers of a birth-death process follow from
its generator: so both the mean wait of a whole day and the share called in time are known without
any simulation. Source: Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory,
5th ed., sections 2.11 and 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.randomness import Addresses

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Luck:
    """The uniforms of experiments `first` .. `first + experiments - 1`, each its own."""

    seed: int
    first: int
    experiments: int

    def __call__(self, name: str, replications: int, occurrence: int = 0) -> Floats:
        """Return (R, E) uniforms of a name; the same whichever experiments are drawn at once."""
        replication, experiment = np.indices((replications, self.experiments), dtype=np.uint64)
        return Addresses(
            self.seed, "claims/", replication.ravel(),
            experiment.ravel() + np.uint64(self.first), np.zeros(replication.size, dtype=np.uint64),
        )("claim", name, occurrence).reshape(replications, self.experiments)  # fmt: skip

    def normal(self, name: str, replications: int, occurrence: int = 0) -> Floats:
        """Return (R, E) standard normal numbers."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self(name, replications, occurrence)))

    def exponential(self, name: str, replications: int, occurrence: int = 0) -> Floats:
        """Return (R, E) exponential numbers of mean 1."""
        return np.asarray(-np.log(self(name, replications, occurrence)))

    def gamma(self, name: str, replications: int, shape: float) -> Floats:
        """Return (R, E) gamma numbers of mean 1."""
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(shape, self(name, replications)) / shape)


@dataclass(frozen=True)
class CounterDays:
    """Days of one counter that starts empty, first come first served; times in minutes.

    per_minute : arrivals, Poisson; service : its mean, exponential; until : how long citizens come
    promise : a wait; demand_cv : how much a whole day's demand varies, gamma
    """

    per_minute: float = 0.2
    service: float = 4.0
    until: float = 240.0
    promise: float = 10.0
    demand_cv: float = 0.0

    def play(self, luck: Luck, replications: int) -> tuple[Floats, Floats, Floats]:
        """Return the sum of the waits, the number called in time and the number who came; (R, E).

        Waits follow Lindley's recursion, all days at once and citizen by citizen.
        """
        rate = np.full((replications, luck.experiments), self.per_minute)
        if self.demand_cv:
            rate *= luck.gamma("demand", replications, self.demand_cv**-2)
        time = luck.exponential("gap", replications) / rate
        wait, total = np.zeros_like(rate), np.zeros_like(rate)
        in_time, came, k = np.zeros_like(rate), np.zeros_like(rate), 0
        while (there := time < self.until).any():
            total += np.where(there, wait, 0.0)
            in_time += there & (wait <= self.promise)
            came += there
            k += 1
            gap = luck.exponential("gap", replications, k) / rate
            served = self.service * luck.exponential("service", replications, k)
            wait = np.maximum(0.0, wait + served - gap)
            time += gap
        return total, in_time, came

    @cached_property
    def truth(self) -> tuple[float, float]:
        """The mean wait, and the share called within the promise: expected sum over expected n."""
        from scipy.special import roots_genlaguerre

        if not self.demand_cv:
            waits, in_time = self._over_a_day(self.per_minute)
            return waits / self.until, in_time / self.until
        shape = self.demand_cv**-2
        nodes, weights = roots_genlaguerre(24, shape - 1)
        factors, weights = nodes / shape, weights / weights.sum()
        days = np.array([self._over_a_day(self.per_minute * f) for f in factors])
        waits, in_time = (weights * factors) @ days / self.until
        return float(waits), float(in_time)

    def _over_a_day(self, rate: float, most: int = 250, steps: int = 480) -> tuple[float, float]:
        """Return the virtual wait and the share of it within the promise, integrated over time."""
        from scipy.integrate import simpson
        from scipy.linalg import expm
        from scipy.special import gammainc

        ahead = np.arange(most + 1)
        rates = np.diag(np.full(most, rate), 1) + np.diag(np.full(most, 1 / self.service), -1)
        step = expm((rates - np.diag(rates.sum(axis=1))) * (self.until / steps))
        state = np.zeros(most + 1)
        state[0] = 1.0
        # With k ahead her wait is Erlang-k: within the promise if as many services end in it.
        soon = gammainc(np.maximum(ahead, 1), self.promise / self.service)
        soon[0] = 1.0
        seen = []
        for _ in range(steps + 1):
            seen.append((self.service * (state @ ahead), state @ soon))
            state = state @ step
        waits, in_time = simpson(np.array(seen), dx=self.until / steps, axis=0)
        return float(waits), float(in_time)
