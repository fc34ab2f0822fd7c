"""Queueing theory: exact answers for simple lines, as oracle of the tests and sanity column.

A rate is per unit of time and a duration in that unit, whichever it is (minutes in reports).
Offered load is in erlangs: arrival rate x mean service. A wait is from ticket to call and
counts those who do not wait as 0. All are steady-state figures of one line, first come first
served unless stated. An overloaded line without limits has no steady state: its waits are
inf and everyone waits. Wrong input raises ValueError.

GSTH below is Gross, Shortle, Thompson & Harris (2008), Fundamentals of Queueing Theory, 4th ed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_LONGEST = 10_000_000
_MOST_TERMS = 20_000
"""Absurd numbers fail at once, and not for want of memory or after minutes."""

# --- Erlang's formulas --------------------------------------------------------------------


def erlang_b(counters: int, load: float) -> float:
    """Return the share of arrivals lost by M/G/c/c, Erlang's loss formula.

    counters : c >= 0; load : a >= 0 erlangs

    By the recursion B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)), which neither over- nor
    underflows. Source: Erlang (1917); GSTH sec. 2.5.
    """
    _whole("counters", counters, 0)
    _number("load", load)
    blocked = 1.0
    for k in range(1, counters + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(counters: int, load: float) -> float:
    """Return the probability that an arrival at M/M/c waits, Erlang's delay formula.

    counters : c >= 1; load : a >= 0 erlangs; 1 where a >= c

    C = c B / (c - a (1 - B)) with B of `erlang_b`. Source: Erlang (1917); GSTH sec. 2.3.
    """
    _whole("counters", counters, 1)
    return _c_from_b(counters, load, erlang_b(counters, load))


def _c_from_b(counters: int, load: float, blocked: float) -> float:
    if load >= counters:
        return 1.0
    return counters * blocked / (counters - load * (1 - blocked))


def minimal_counters(arrival_rate: float, mean_service: float, wait: float, share: float) -> int:
    """Return the fewest counters at which M/M/c calls `share` of its citizens within `wait`.

    arrival_rate, mean_service : as in `MMc`; wait >= 0; 0 < share < 1

    The smallest stable c with P(W <= wait) >= share, found by one pass of Erlang's recursion.
    Source: GSTH sec. 2.3 for the law of W.
    """
    load = _load(arrival_rate, mean_service)
    _number("wait", wait)
    if not 0 < share < 1:
        raise ValueError(f"share lies strictly between 0 and 1, not {share}")
    counters, blocked = 0, 1.0
    while True:
        counters += 1
        blocked = load * blocked / (counters + load * blocked)
        if counters > load:
            decay = math.exp(-(counters - load) * wait / mean_service)
            if 1 - _c_from_b(counters, load, blocked) * decay >= share:
                return counters


# --- one line, exponential services -------------------------------------------------------


@dataclass(frozen=True)
class MMc:
    """M/M/c: Poisson arrivals, exponential services, c counters, no limits.

    arrival_rate >= 0; mean_service > 0; counters >= 1

    P(W > t) = C exp(-(c - a) t / mean_service) with C of `erlang_c`. Source: GSTH sec. 2.3.
    """

    arrival_rate: float
    mean_service: float
    counters: int

    def __post_init__(self) -> None:
        _load(self.arrival_rate, self.mean_service)
        _whole("counters", self.counters, 1)

    @property
    def load(self) -> float:
        """Offered load, erlangs."""
        return self.arrival_rate * self.mean_service

    @property
    def utilisation(self) -> float:
        """Share of counter time that is busy; 1 where overloaded."""
        return min(self.load / self.counters, 1.0)

    @cached_property
    def p_wait(self) -> float:
        """Probability of a wait above 0."""
        return erlang_c(self.counters, self.load)

    @property
    def mean_wait_delayed(self) -> float:
        """Mean wait of those who wait."""
        spare = self.counters - self.load
        return self.mean_service / spare if spare > 0 else math.inf

    @property
    def mean_wait(self) -> float:
        """Mean wait."""
        return self.p_wait * self.mean_wait_delayed

    @property
    def mean_sojourn(self) -> float:
        """Mean wait and service."""
        return self.mean_wait + self.mean_service

    @property
    def mean_queue(self) -> float:
        """Mean number waiting (Little's law)."""
        return self.arrival_rate * self.mean_wait

    @property
    def mean_in_system(self) -> float:
        """Mean number waiting or in service."""
        return self.mean_queue + self.load

    def p_wait_gt(self, t: float) -> float:
        """Return P(W > t), t >= 0."""
        _number("t", t)
        return self.p_wait * math.exp(-t / self.mean_wait_delayed)

    def wait_quantile(self, p: float) -> float:
        """Return the p-quantile of the wait, 0 <= p < 1; 0 where P(W = 0) >= p."""
        if not 0 <= p < 1:
            raise ValueError(f"p lies between 0 and 1 (exclusive), not {p}")
        if self.p_wait <= 1 - p:
            return 0.0
        return self.mean_wait_delayed * math.log(self.p_wait / (1 - p))


@dataclass(frozen=True)
class MMcK:
    """M/M/c/K: as M/M/c, but whoever finds `capacity` citizens inside is refused.

    arrival_rate > 0; mean_service > 0; counters >= 1; capacity >= counters, in service included

    The birth-death probabilities p(n) ~ a^n / n! up to c, then times a / c each.
    Source: GSTH sec. 2.4.
    """

    arrival_rate: float
    mean_service: float
    counters: int
    capacity: int

    def __post_init__(self) -> None:
        if _load(self.arrival_rate, self.mean_service) == 0:
            raise ValueError("arrival_rate must be above 0")
        _whole("counters", self.counters, 1)
        _whole("capacity", self.capacity, self.counters)

    @cached_property
    def probabilities(self) -> FloatArray:
        """(capacity + 1,) probability of n citizens inside."""
        n = np.arange(1, self.capacity + 1)
        load = self.arrival_rate * self.mean_service
        return _from_ratios(load / np.minimum(n, self.counters))

    @property
    def p_block(self) -> float:
        """Share of arrivals that are refused."""
        return float(self.probabilities[-1])

    @property
    def accepted_rate(self) -> float:
        """Arrivals that come in, per unit of time."""
        # Not 1 - p_block, which has no digits left where nearly all are refused.
        return self.arrival_rate * float(self.probabilities[:-1].sum())

    @property
    def mean_in_system(self) -> float:
        """Mean number waiting or in service."""
        return float(self.probabilities @ np.arange(self.capacity + 1))

    @property
    def utilisation(self) -> float:
        """Share of counter time that is busy."""
        return self.accepted_rate * self.mean_service / self.counters

    @property
    def mean_queue(self) -> float:
        """Mean number waiting."""
        waiting = np.maximum(np.arange(self.capacity + 1) - self.counters, 0)
        return float(self.probabilities @ waiting)

    @property
    def mean_wait_accepted(self) -> float:
        """Mean wait of those who came in."""
        return self.mean_queue / self.accepted_rate

    @property
    def p_wait_accepted(self) -> float:
        """Share of those who came in that wait above 0."""
        inside = self.probabilities[:-1]
        return float(inside[self.counters :].sum() / inside.sum())


@dataclass(frozen=True)
class ErlangA:
    """M/M/c+M (Erlang A, Palm): as M/M/c, but whoever waits leaves after exponential patience.

    arrival_rate > 0; mean_service > 0; counters >= 1; mean_patience > 0

    With x = c mean_patience / mean_service and y = arrival_rate mean_patience, a citizen who
    finds all counters busy and q waiting before her is q with probability ~ y^q /
    ((x + 1) ... (x + q)). Not counting her own patience, she would wait -mean_patience log B
    with B ~ Beta(x, q + 1), the sum of q + 1 exponential stages. Given that she is served it
    is the same with x + 1, and she is served with probability x / (x + q + 1).
    Sources: Palm (1957), Research on telephone traffic carried by full availability groups;
    Mandelbaum & Zeltyn (2007), Service engineering in action: the Palm/Erlang-A queue.
    """

    arrival_rate: float
    mean_service: float
    counters: int
    mean_patience: float

    def __post_init__(self) -> None:
        if _load(self.arrival_rate, self.mean_service) == 0:
            raise ValueError("arrival_rate must be above 0")
        _whole("counters", self.counters, 1)
        _number("mean_patience", self.mean_patience, above=True)

    @property
    def _x(self) -> float:
        return self.counters * self.mean_patience / self.mean_service

    @cached_property
    def _queue(self) -> tuple[FloatArray, float]:
        """(q,) law of the number waiting where all are busy, and log of its normalisation."""
        x, y = self._x, self.arrival_rate * self.mean_patience
        # Past the mode, about y - x, weights fall as exp(-q^2 / 2 (x + q)) or faster: to e^-40.
        length = 150 + max(y - x, 0.0) + 10 * math.sqrt(x + y)
        if y < x:
            length = min(length, 150 + 45 / math.log(x / y))
        if length > _LONGEST:
            raise ValueError("so long a line is not computed: shorten mean_patience")
        logs = np.concatenate(([0.0], np.cumsum(np.log(y) - np.log(x + np.arange(1, int(length))))))
        top = logs.max()
        weights = np.exp(logs - top)
        return weights / weights.sum(), float(top + math.log(weights.sum()))

    @cached_property
    def p_wait(self) -> float:
        """Share of citizens who find all counters busy: A B / (1 - B + A B) with B of Erlang."""
        blocked = erlang_b(self.counters, self.arrival_rate * self.mean_service)
        if blocked == 0:
            return 0.0
        log_odds = math.log1p(-blocked) - math.log(blocked) - self._queue[1]
        return 1 / (1 + math.exp(min(log_odds, 700.0)))

    @property
    def p_abandon(self) -> float:
        """Share of citizens who leave the line."""
        q = self._served_first
        return self.p_wait * float(self._queue[0] @ ((q + 1) / (self._x + q + 1)))

    @property
    def mean_wait_all(self) -> float:
        """Mean time in line over all, served or gone: each leaves at rate 1 / mean_patience."""
        return self.p_abandon * self.mean_patience

    @property
    def mean_queue(self) -> float:
        """Mean number waiting (Little's law)."""
        return self.arrival_rate * self.mean_wait_all

    @property
    def utilisation(self) -> float:
        """Share of counter time that is busy."""
        load = self.arrival_rate * self.mean_service
        return load * (1 - self.p_abandon) / self.counters

    @property
    def mean_wait_served(self) -> float:
        """Mean wait of those who are served, zeros included."""
        return self._wait_of_served / (1 - self.p_abandon)

    @property
    def mean_wait_abandoned(self) -> float:
        """Mean time in line of those who leave; NaN where that is nobody."""
        gone = self.p_abandon
        return (self.mean_wait_all - self._wait_of_served) / gone if gone else math.nan

    def p_wait_gt(self, t: float) -> float:
        """Return the share of all, served or gone, that spend more than t in line, t >= 0."""
        from scipy.special import betainc

        _number("t", t)
        still = math.exp(-t / self.mean_patience)
        beyond = betainc(self._x, self._served_first + 1, still)
        return self.p_wait * still * float(self._queue[0] @ beyond)

    def p_served_within(self, t: float) -> float:
        """Return the share of all that are served after a wait of at most t, t >= 0."""
        from scipy.special import betainc

        _number("t", t)
        q, still = self._served_first, math.exp(-t / self.mean_patience)
        within = 1 - betainc(self._x + 1, q + 1, still)
        served = self._x / (self._x + q + 1)
        return 1 - self.p_wait + self.p_wait * float(self._queue[0] @ (served * within))

    @property
    def _served_first(self) -> FloatArray:
        """(q,) how many are waiting before her: 0, 1, 2, ..."""
        return np.arange(len(self._queue[0]), dtype=np.float64)

    @cached_property
    def _wait_of_served(self) -> float:
        """Mean over all of the wait if served, 0 if not."""
        q = self._served_first
        stages = np.cumsum(self.mean_patience / (self._x + q + 1))
        served = self._x / (self._x + q + 1)
        return self.p_wait * float(self._queue[0] @ (served * stages))


# --- one line, general services -----------------------------------------------------------


@dataclass(frozen=True)
class MG1:
    """M/G/1: Poisson arrivals, one counter, any law of service.

    arrival_rate >= 0
    mean, second, third : E[S], E[S^2], E[S^3] of the service time; the third is needed for
        the variance of the wait only

    Pollaczek-Khinchine: E[W] = rate E[S^2] / (2 (1 - rho)); Takács: E[W^2] = 2 E[W]^2 +
    rate E[S^3] / (3 (1 - rho)). Sources: GSTH sec. 5.1; Kleinrock (1975), Queueing Systems,
    vol. 1, sec. 5.7.
    """

    arrival_rate: float
    mean: float
    second: float
    third: float = math.nan

    def __post_init__(self) -> None:
        _load(self.arrival_rate, self.mean)
        # Moments of a law that is not negative: E[S]^2 <= E[S^2] and E[S^2]^2 <= E[S] E[S^3].
        if not self.second >= self.mean**2 * (1 - 1e-12):
            raise ValueError("second is E[S^2], at least mean^2: sd^2 + mean^2")
        if self.third < self.second**2 / self.mean * (1 - 1e-12):
            raise ValueError("third is E[S^3], at least second^2 / mean")

    @property
    def utilisation(self) -> float:
        """Share of time in which the counter is busy; 1 where overloaded."""
        return min(self.arrival_rate * self.mean, 1.0)

    @property
    def p_wait(self) -> float:
        """Probability of a wait above 0."""
        return self.utilisation

    @property
    def mean_wait(self) -> float:
        """Mean wait."""
        idle = 1 - self.utilisation
        return self.arrival_rate * self.second / (2 * idle) if idle else math.inf

    @property
    def mean_wait_delayed(self) -> float:
        """Mean wait of those who wait; NaN where nobody comes."""
        idle = 1 - self.utilisation
        if not self.arrival_rate:
            return math.nan
        return self.second / (2 * self.mean * idle) if idle else math.inf

    @property
    def mean_sojourn(self) -> float:
        """Mean wait and service."""
        return self.mean_wait + self.mean

    @property
    def mean_queue(self) -> float:
        """Mean number waiting (Little's law)."""
        return self.arrival_rate * self.mean_wait

    @property
    def second_moment_wait(self) -> float:
        """E[W^2]; NaN without the third moment."""
        idle = 1 - self.utilisation
        if not idle:
            return math.inf
        return 2 * self.mean_wait**2 + self.arrival_rate * self.third / (3 * idle)

    @property
    def var_wait(self) -> float:
        """Variance of the wait; NaN without the third moment."""
        if self.utilisation == 1:
            return math.inf
        return self.second_moment_wait - self.mean_wait**2


@dataclass(frozen=True)
class MDc:
    """M/D/c: Poisson arrivals, c counters, every service equally long.

    arrival_rate >= 0; service > 0; counters >= 1

    First come first served with equal services is c lines that take turns, each E(c)/D/1. With
    N(i) ~ Poisson(i a): P(W = 0) = exp(-sum over i >= 1 of P(N(i) >= ic) / i), and E[W] =
    service x sum of (P(N(i) >= ic) - (c / a) P(N(i) >= ic + 1)). Sources: Crommelin (1932),
    Post Office Electrical Engineers' Journal 25, 41-50; Spitzer's identity.

    It takes about 80 / (c (1 - rho)^2) terms; more than 20,000 are refused by
    ValueError. One counter is Pollaczek-Khinchine and needs none.
    """

    arrival_rate: float
    service: float
    counters: int

    def __post_init__(self) -> None:
        load = _load(self.arrival_rate, self.service)
        _whole("counters", self.counters, 1)
        stable = self.counters > 1 and 0 < load < self.counters
        if stable and _spitzer_terms(self.counters, load) > _MOST_TERMS:
            raise ValueError("M/D/c is not computed so close to a utilisation of 1")

    @property
    def utilisation(self) -> float:
        """Share of counter time that is busy; 1 where overloaded."""
        return min(self.arrival_rate * self.service / self.counters, 1.0)

    @cached_property
    def _terms(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of i = 1, 2, ...: i, P(N(i) >= ic) and P(N(i) >= ic + 1), until they vanish."""
        from scipy.special import gammainc

        c, load = self.counters, self.arrival_rate * self.service
        i = np.arange(1.0, 2 + _spitzer_terms(c, load))
        return i, gammainc(i * c, i * load), gammainc(i * c + 1, i * load)

    @property
    def p_wait(self) -> float:
        """Probability of a wait above 0."""
        if self.counters == 1 or self.utilisation in (0, 1):
            return self.utilisation
        i, reached, _ = self._terms
        return -math.expm1(-float((reached / i).sum()))

    @property
    def mean_wait(self) -> float:
        """Mean wait."""
        if self.utilisation in (0, 1):
            return math.inf if self.utilisation else 0.0
        if self.counters == 1:
            return MG1(self.arrival_rate, self.service, self.service**2).mean_wait
        _, reached, passed = self._terms
        return self.service * float((reached - passed / self.utilisation).sum())

    @property
    def mean_queue(self) -> float:
        """Mean number waiting (Little's law)."""
        return self.arrival_rate * self.mean_wait


def _spitzer_terms(counters: int, load: float) -> float:
    """Return from which i on P(N(i) >= ic) < e^-40, by Chernoff's exp(-i c (rho - 1 - log rho))."""
    rho = load / counters
    exponent = rho - 1 - math.log(rho)
    return 40 / (counters * exponent) if exponent > 0 else math.inf


def allen_cunneen_mean_wait(
    arrival_rate: float, mean_service: float, scv: float, counters: int
) -> float:
    """Return the APPROXIMATE mean wait of M/G/c: (1 + scv) / 2 times that of M/M/c.

    scv >= 0 : squared coefficient of variation of the service time, (sd / mean)^2

    Exact for one counter and for exponential services; else usually within some percent.
    Sources: Lee & Longton (1959), Operational Research Quarterly 10, 56-71; Allen (1990),
    Probability, Statistics, and Queueing Theory, 2nd ed.
    """
    _number("scv", scv)
    return (1 + scv) / 2 * MMc(arrival_rate, mean_service, counters).mean_wait


def kimura_mean_wait(arrival_rate: float, mean_service: float, scv: float, counters: int) -> float:
    """Return Kimura's APPROXIMATE mean wait of M/G/c, closer than Allen and Cunneen's.

    scv >= 0 : squared coefficient of variation of the service time, (sd / mean)^2

    (1 + scv) / (2 scv / W(M/M/c) + (1 - scv) / W(M/D/c)): exact for constant and exponential
    services and for one counter. So close to a utilisation of 1 that `MDc` is refused, its
    wait is that of Cosmetatos (1976), Operational Research Quarterly 27, 615-620. Source:
    Kimura (1986), Management Science 32, 751-763, for Poisson arrivals.
    """
    _number("scv", scv)
    line = MMc(arrival_rate, mean_service, counters)
    exponential = line.mean_wait
    if exponential == 0 or math.isinf(exponential):  # nobody waits, or all for ever
        return exponential
    if counters > 1 and _spitzer_terms(counters, line.load) > _MOST_TERMS:
        excess = (counters - 1) * (math.sqrt(4 + 5 * counters) - 2) / (16 * counters)
        constant = exponential / 2 * (1 + (1 / line.utilisation - 1) * excess)
    else:
        constant = MDc(arrival_rate, mean_service, counters).mean_wait
    if constant <= 0:  # so small a load that it underflows
        return allen_cunneen_mean_wait(arrival_rate, mean_service, scv, counters)
    return (1 + scv) / (2 * scv / exponential + (1 - scv) / constant)


# --- priorities ---------------------------------------------------------------------------


def priority_mg1_mean_waits(rates: ArrayLike, means: ArrayLike, seconds: ArrayLike) -> FloatArray:
    """Return the mean wait of each class of a non-preemptive priority M/G/1.

    rates, means, seconds : (k,) arrival rate, E[S] and E[S^2] of each class, the class that
        goes first at the front

    W(k) = W0 / ((1 - s(k-1)) (1 - s(k))) with W0 = sum of rate E[S^2] / 2 over all classes and
    s(k) the load of classes 1 to k; inf from the class on at which s(k) reaches 1, of which
    W0 then counts only what the counter still has time to serve. Source: Cobham (1954),
    Operations Research 2, 70-76; GSTH sec. 3.4.
    """
    rate, mean, second = (_vector(values) for values in (rates, means, seconds))
    if not len(rate) == len(mean) == len(second):
        raise ValueError("rates, means and seconds need one number for each class")
    if (mean <= 0).any() or (second < mean**2 * (1 - 1e-12)).any():
        raise ValueError("each class needs a mean above 0 and E[S^2] of at least its square")
    load = np.cumsum(rate * mean)
    before = np.concatenate(([0.0], load[:-1]))
    throughput = np.clip(1 - before, 0.0, rate * mean) / mean  # what of each class gets served
    residual = float(throughput @ second) / 2
    return _cobham(residual, load)


def priority_mmc_mean_waits(rates: ArrayLike, mean_service: float, counters: int) -> FloatArray:
    """Return the mean wait of each class of a non-preemptive priority M/M/c.

    rates : (k,) arrival rate of each class, the class that goes first at the front
    mean_service : of all classes alike, exponential

    W(k) = C mean_service / c / ((1 - s(k-1)) (1 - s(k))) with C of `erlang_c` for the whole
    load and s(k) the load of classes 1 to k over c; inf from the class on at which s(k)
    reaches 1. Source: Cobham (1954), Operations Research 2, 70-76; GSTH sec. 3.4.
    """
    rate = _vector(rates)
    load = _load(float(rate.sum()), mean_service)
    busy = erlang_c(counters, load)
    return _cobham(busy * mean_service / counters, np.cumsum(rate) * mean_service / counters)


def _cobham(residual: float, load: FloatArray) -> FloatArray:
    before = np.concatenate(([0.0], load[:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = residual / ((1 - before) * (1 - load))
    return np.where(load < 1, waits, np.inf)


# --- checks and parts ---------------------------------------------------------------------


def _from_ratios(ratios: FloatArray) -> FloatArray:
    """Return probabilities of states 0, 1, ... from p(n) / p(n - 1), without overflow."""
    logs = np.concatenate(([0.0], np.cumsum(np.log(ratios))))
    weights = np.exp(logs - logs.max())
    probabilities: FloatArray = weights / weights.sum()
    return probabilities


def _load(arrival_rate: float, mean_service: float) -> float:
    _number("arrival_rate", arrival_rate)
    _number("mean_service", mean_service, above=True)
    return arrival_rate * mean_service


def _number(name: str, value: float, above: bool = False) -> None:
    if not (math.isfinite(value) and (value > 0 if above else value >= 0)):
        least = "above 0" if above else "0 or more"
        raise ValueError(f"{name} must be finite and {least}: {value}")


def _whole(name: str, value: int, least: int) -> None:
    if value != int(value) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}: {value}")


def _vector(values: ArrayLike | Sequence[float]) -> FloatArray:
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or not len(vector) or not np.isfinite(vector).all() or (vector < 0).any():
        raise ValueError("expected finite numbers of 0 or more, one for each class")
    return vector
