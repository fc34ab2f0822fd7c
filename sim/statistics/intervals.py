"""Intervals: how far an estimate from finitely many replications may be off.

Replications are independent; what happens within one is not. So every interval here treats
the replication as its unit. A replication in which nobody experienced the measure is left
out and counted, and with fewer than two that did the estimate is absent: NaN, never 0.

Functions in the plural take (R, M) arrays, one row a replication and one column a measure;
those in the singular take (R,) arrays of one measure. A simultaneous interval over k
measures is one with `confidence = 1 - (1 - 0.95) / k` (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ABSENT = "absent"
"""The method of an estimate that could not be made; `n_needed` says what it takes."""


@dataclass(frozen=True)
class Estimate:
    """One number with its interval, in the unit of the data.

    value, low, high : the estimate and its bounds; NaN where absent
    n : replications that it rests on
    method : `t`, `jackknife`, `no events`, `order statistics`, `paired t`, `paired jackknife`,
        `welch`, `binomial` or `absent`
    confidence : probability that such an interval covers the truth
    left_out : replications in which nobody experienced the measure
    n_needed : how many replications an absent interval needs; 0 where there is one
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    confidence: float
    left_out: int = 0
    n_needed: int = 0

    @property
    def half_width(self) -> float:
        """The larger of the distances from the value to its two bounds; NaN where absent."""
        return max(self.high - self.value, self.value - self.low)


@dataclass(frozen=True)
class PairedDifference(Estimate):
    """A difference of two systems that met the same citizens.

    correlation : of the two systems over replications; NaN where one of them never varies
    variance_reduction : variance of the difference, were the systems independent, over its
        variance as paired: how many times fewer replications the common citizens cost
    """

    correlation: float = math.nan
    variance_reduction: float = math.nan


@dataclass(frozen=True)
class WelchDifference(Estimate):
    """A difference of two independent samples; `n` counts the first, `n_other` the second."""

    n_other: int = 0
    degrees_of_freedom: float = math.nan


@dataclass(frozen=True, eq=False)
class Estimates:
    """The estimates of M measures, as columns of length M; `estimates[i]` is one `Estimate`."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray
    method: NDArray[np.str_]
    confidence: float
    left_out: IntArray

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, i: int) -> Estimate:
        return Estimate(**self._fields(i))

    def __iter__(self) -> Iterator[Estimate]:
        return (self[i] for i in range(len(self)))

    def _fields(self, i: int) -> dict[str, Any]:
        method = str(self.method[i])
        return {
            "value": float(self.value[i]),
            "low": float(self.low[i]),
            "high": float(self.high[i]),
            "n": int(self.n[i]),
            "method": method,
            "confidence": self.confidence,
            "left_out": int(self.left_out[i]),
            "n_needed": 2 if method == ABSENT else 0,
        }

    @property
    def half_width(self) -> FloatArray:
        """(M,) the larger of the distances from each value to its two bounds."""
        return np.maximum(self.high - self.value, self.value - self.low)


@dataclass(frozen=True, eq=False)
class PairedDifferences(Estimates):
    """The paired differences of M measures; `differences[i]` is one `PairedDifference`."""

    correlation: FloatArray
    variance_reduction: FloatArray

    def __getitem__(self, i: int) -> PairedDifference:
        return PairedDifference(
            **self._fields(i),
            correlation=float(self.correlation[i]),
            variance_reduction=float(self.variance_reduction[i]),
        )

    def __iter__(self) -> Iterator[PairedDifference]:
        return (self[i] for i in range(len(self)))


# --- means and ratios ---------------------------------------------------------------------


def exact_share(held: int, n: int, confidence: float = 0.95) -> Estimate:
    """Return a share of independent trials with its exact interval (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = float(betaincinv(held, n - held + 1, tail)) if held else 0.0
    high = float(betaincinv(held + 1, n - held, 1 - tail)) if held < n else 1.0
    return Estimate(held / n, low, high, n, "binomial", confidence)


def mean_interval(x: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the mean over replications with its Student-t interval.

    x : (R,) one value a replication, NaN where nobody experienced the measure

    The interval is mean ± t(n - 1) s / sqrt(n). Source: Law (2015), Simulation Modeling and
    Analysis, 5th ed., ch. 9. Exact for normal values; for skewed ones it covers less often.
    """
    return mean_intervals(_column(x), confidence)[0]


def mean_intervals(x: ArrayLike, confidence: float = 0.95) -> Estimates:
    """Return `mean_interval` of each column of the (R, M) array `x`."""
    values = _table(x)
    seen = ~np.isnan(values)
    n = _count(seen)
    filled = np.where(seen, values, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = filled.sum(axis=0) / n
        filled -= mean
        filled[~seen] = 0.0
        se = np.sqrt(_squares(filled) / (n - 1) / n)
    half = t_factor(n - 1, confidence) * se
    return _estimates(mean, half, n, len(values), "t", confidence)


def ratio_interval(
    total: ArrayLike,
    n: ArrayLike,
    confidence: float = 0.95,
    share: bool = False,
    trials: ArrayLike | None = None,
) -> Estimate:
    """Return the pooled ratio sum(total) / sum(n) with its jackknife interval.

    total, n : (R,) numerator and denominator of each replication, say the sum of the waits
        and the number of tickets; a replication with n = 0 (or a NaN) is left out
    share : the ratio lies between 0 and 1, and so shall its interval
    trials : (R,) the number of independent trials of a share whose `n` is no count (for a
        share of time: ones); by default `n`

    With r the pooled ratio and r(i) the ratio without replication i, the standard error is
    sqrt((R - 1) / R * sum((r(i) - mean r(i))^2)), and the interval is r ± t(R - 1) times that.
    Where every n is the same this is the t interval of the mean. Source: Efron & Tibshirani
    (1993), An Introduction to the Bootstrap, ch. 11; Miller (1974), Biometrika 61, 1-15.
    Skewed daily waits are covered less often than stated. Measured at 95 %, with demand that
    varies by 20 % and waits that grow with its cube: 91 % at 30 replications, 93 % at 100;
    where each day's wait is also multiplied by an exponential, 88 % and 92 %.

    A share that was 0 (or 1) in every replication has a jackknife width of 0, which would
    claim certainty. Instead its far bound is that of Clopper & Pearson (1934) for no event in
    N trials, 1 - (alpha/2)^(1/N), about 3.7 / N at 95 %: `method` is then `no events`. It is
    two-sided, hence wider than the "rule of three", and it holds for independent citizens;
    where whole days go wrong together, the truth may lie further out. A share with only
    a few events keeps the jackknife, which covers less than stated there.

    Raises ValueError for a negative n, an infinite number, or a share outside 0 to 1.
    """
    of_trials = None if trials is None else _column(trials)
    return ratio_intervals(_column(total), _column(n), confidence, share, of_trials)[0]


def ratio_intervals(
    total: ArrayLike,
    n: ArrayLike,
    confidence: float = 0.95,
    share: ArrayLike = False,
    trials: ArrayLike | None = None,
) -> Estimates:
    """Return `ratio_interval` of each column of the (R, M) arrays `total` and `n`.

    share : one bool, or (M,) which columns are shares
    """
    pooled = _pool(total, n)
    is_share = np.broadcast_to(np.asarray(share, dtype=bool), pooled.value.shape)
    replications = len(pooled.seen)
    se = np.sqrt(_deleted_variance(pooled.shift, pooled.seen))
    half = t_factor(pooled.count - 1, confidence) * se
    result = _estimates(pooled.value, half, pooled.count, replications, "jackknife", confidence)
    if is_share.any():
        _within_zero_and_one(result, pooled, is_share, pooled.n if trials is None else trials)
    return result


def _within_zero_and_one(
    result: Estimates, pooled: _Pooled, is_share: BoolArray, trials: ArrayLike
) -> None:
    """Clamp the shares among fresh estimates, and bound those that saw no event at all."""
    beyond = is_share & ((pooled.total < 0) | (pooled.total > pooled.n * (1 + 1e-12))).any(axis=0)
    if beyond.any():
        raise ValueError(f"a share lies between 0 and 1: column {int(beyond.argmax())} does not")
    np.clip(result.low, 0.0, 1.0, out=result.low, where=is_share)
    np.clip(result.high, 0.0, 1.0, out=result.high, where=is_share)
    number = np.where(pooled.seen, _table(trials), 0.0).sum(axis=0)
    known = is_share & (pooled.count >= 2)
    never = known & (pooled.total == 0).all(axis=0)
    always = known & (pooled.total == pooled.n).all(axis=0)
    result.high[never] = no_event_bound(number[never], result.confidence)
    result.low[always] = 1.0 - no_event_bound(number[always], result.confidence)
    result.value[always] = result.high[always] = 1.0
    result.value[never] = result.low[never] = 0.0
    result.method[never | always] = "no events"


def no_event_bound(trials: ArrayLike, confidence: float = 0.95) -> FloatArray:
    """Return the upper bound on a probability of which `trials` trials showed no event.

    1 - (alpha / 2)^(1 / trials): the upper end of the two-sided interval of Clopper & Pearson
    (1934), Biometrika 26, 404-413, for no event; 1 where there was no trial.
    """
    number = np.asarray(trials, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return -np.expm1(math.log((1 - confidence) / 2) / number)


# --- quantiles over replications ----------------------------------------------------------


class QuantileRanks(NamedTuple):
    """Which order statistics bound a quantile.

    lower, upper : ranks from 1; 0 where n is too small
    coverage : exact for continuous data, at least that for others; NaN where n is too small
    n_needed : the smallest n for which there is such an interval
    """

    lower: int
    upper: int
    coverage: float
    n_needed: int


@lru_cache(maxsize=1024)
def quantile_ranks(n: int, p: float, confidence: float = 0.95) -> QuantileRanks:
    """Return the ranks r < s for which [x(r), x(s)] covers the p-quantile, whatever the law.

    With F the distribution function of Binomial(n, p): r is the largest rank with
    F(r - 1) <= alpha/2 and s the smallest with F(s - 1) >= 1 - alpha/2; the coverage is
    F(s - 1) - F(r - 1). Source: David & Nagaraja (2003), Order Statistics, 3rd ed., sec. 7.1.

    Raises ValueError unless 0 < p < 1, 0 < confidence < 1 and n >= 0.
    """
    if not (0 < p < 1 and n >= 0):
        raise ValueError(f"a quantile needs 0 < p < 1 and n >= 0, not p = {p}, n = {n}")
    tail = (1 - _checked(confidence)) / 2
    needed = _smallest_sample(max(p, 1 - p), tail)
    if n < needed:
        return QuantileRanks(0, 0, math.nan, needed)
    from scipy.special import bdtr

    below = np.asarray(bdtr(np.arange(n), n, p), dtype=np.float64)  # F(0), ..., F(n - 1)
    lower = int(np.searchsorted(below, tail, side="right"))
    upper = int(np.searchsorted(below, 1 - tail, side="left")) + 1
    coverage = float(below[upper - 1] - below[lower - 1])
    return QuantileRanks(lower, upper, coverage, needed)


def _smallest_sample(p: float, tail: float) -> int:
    """Return the smallest n with p^n <= tail: the extremes then lie beyond on either side."""
    n = max(1, math.ceil(math.log(tail) / math.log(p)) - 1)
    while p**n > tail:
        n += 1
    return n


def quantile_interval(x: ArrayLike, p: float, confidence: float = 0.95) -> Estimate:
    """Return the p-quantile over replications with its order-statistic interval.

    x : (R,) one value a replication, NaN where absent
    p : between 0 and 1; 0.95 is the bad day that comes once in twenty

    The value is the smallest observation with at least p of all at or below it, so it lies
    between the bounds. Where n is too small for an interval, the bounds are NaN and
    `n_needed` says how many replications it takes. Raises as `quantile_ranks`.
    """
    column = _column(x)[:, 0]
    values = np.sort(column[~np.isnan(column)])
    n = len(values)
    ranks = quantile_ranks(n, p, confidence)
    left_out = len(column) - n
    value = float(values[max(math.ceil(n * p - 1e-9), 1) - 1]) if n else math.nan
    if ranks.lower == 0:
        return Estimate(value, math.nan, math.nan, n, ABSENT, confidence, left_out, ranks.n_needed)
    low, high = float(values[ranks.lower - 1]), float(values[ranks.upper - 1])
    return Estimate(value, low, high, n, "order statistics", confidence, left_out)


# --- differences --------------------------------------------------------------------------


def paired_difference(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> PairedDifference:
    """Return the mean of a - b over paired replications with its paired-t interval.

    a, b : (R,) the same replications (the same citizens) of two systems; a pair of which
        either is NaN is left out

    Two identical systems differ by exactly 0, with low = high = 0. Source: Law (2015), ch. 10.
    """
    return paired_differences(_column(a), _column(b), confidence)[0]


def paired_differences(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> PairedDifferences:
    """Return `paired_difference` of each column of the (R, M) arrays `a` and `b`."""
    first, second = _same_shape(_table(a), _table(b))
    seen = ~(np.isnan(first) | np.isnan(second))
    base = mean_intervals(np.where(seen, first - second, np.nan), confidence)
    first, second = np.where(seen, first, 0.0), np.where(seen, second, 0.0)
    return _paired(base, _centred(first, seen), _centred(second, seen), "paired t")


def paired_ratio_difference(
    total_a: ArrayLike,
    n_a: ArrayLike,
    total_b: ArrayLike,
    n_b: ArrayLike,
    confidence: float = 0.95,
    share: bool = False,
) -> PairedDifference:
    """Return the difference of two pooled ratios, a - b, jackknifed over paired replications.

    total_a, n_a, total_b, n_b : (R,) as for `ratio_interval`, the same replications of both

    Deleting a replication deletes it from both ratios, so what the common citizens make alike
    cancels. A replication is left out only if it is absent in both: the value is then
    exactly the difference of the two ratios as each is reported. The degrees of freedom are
    those of the system with fewer replications present.

    Two identical systems differ by exactly 0, with low = high = 0. Where two shares are both
    at 0 or 1 in all replications but rest on different counts, the interval is that between
    their bounds for no event (see `ratio_interval`).
    """
    columns = (_column(total_a), _column(n_a), _column(total_b), _column(n_b))
    return paired_ratio_differences(*columns, confidence, share)[0]


def paired_ratio_differences(
    total_a: ArrayLike,
    n_a: ArrayLike,
    total_b: ArrayLike,
    n_b: ArrayLike,
    confidence: float = 0.95,
    share: ArrayLike = False,
) -> PairedDifferences:
    """Return `paired_ratio_difference` of each column of (R, M) arrays; `share` as there."""
    a, b = _pool(total_a, n_a), _pool(total_b, n_b)
    _same_shape(a.n, b.n)
    seen = a.seen | b.seen
    scarcer = np.minimum(a.count, b.count)
    se = np.sqrt(_deleted_variance(a.shift - b.shift, seen))
    half = t_factor(scarcer - 1, confidence) * se
    value = a.value - b.value
    base = _estimates(
        value, half, _count(seen), len(seen), "paired jackknife", confidence, scarcer >= 2
    )
    is_share = np.broadcast_to(np.asarray(share, dtype=bool), value.shape)
    if is_share.any():
        _between_minus_and_plus_one(base, a, b, is_share)
    return _paired(base, _centred(a.shift, seen), _centred(b.shift, seen), "paired jackknife")


def _between_minus_and_plus_one(
    result: Estimates, a: _Pooled, b: _Pooled, is_share: BoolArray
) -> None:
    """Clamp differences of shares; where neither share saw an event, combine their bounds."""
    np.clip(result.low, -1.0, 1.0, out=result.low, where=is_share)
    np.clip(result.high, -1.0, 1.0, out=result.high, where=is_share)
    of_a = ratio_intervals(a.total, a.n, result.confidence, is_share)
    of_b = ratio_intervals(b.total, b.n, result.confidence, is_share)
    identical = ((a.total == b.total) & (a.n == b.n)).all(axis=0)
    bounded = (of_a.method == "no events") & (of_b.method == "no events") & ~identical
    result.low[bounded] = (of_a.low - of_b.high)[bounded]
    result.high[bounded] = (of_a.high - of_b.low)[bounded]


def welch_difference(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> WelchDifference:
    """Return the difference of the means of two independent samples, a - b, after Welch.

    a, b : (R,) and (S,) values, NaN left out (`left_out` counts both)

    Source: Welch (1947), Biometrika 34, 28-35, with the degrees of freedom of Satterthwaite;
    Law (2015), ch. 10. For what was counted beside what was simulated, and for systems that
    did not meet the same citizens; where they did, `paired_difference` is sharper.
    """
    first, second = mean_interval(a, confidence), mean_interval(b, confidence)
    left_out = first.left_out + second.left_out
    if first.method == ABSENT or second.method == ABSENT:
        nan = math.nan
        return WelchDifference(
            nan, nan, nan, first.n, ABSENT, confidence, left_out, 2, second.n, nan
        )
    value = first.value - second.value
    of_a, of_b = _mean_variance(a), _mean_variance(b)
    spread = of_a + of_b
    if spread == 0:
        freedom = float(first.n + second.n - 2)
    else:
        part_a, part_b = of_a / spread, of_b / spread  # shares cannot overflow when squared
        freedom = 1 / (part_a**2 / (first.n - 1) + part_b**2 / (second.n - 1))
    half = float(t_factor(freedom, confidence)) * math.sqrt(spread)
    return WelchDifference(
        value, value - half, value + half, first.n, "welch", confidence, left_out, 0,
        second.n, freedom,
    )  # fmt: skip


# --- the parts ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Pooled:
    """Pooled ratios and what deleting one replication does to them.

    total, n : (R, M) with 0 where absent
    seen : (R, M) whether somebody experienced the measure
    count : (M,) replications seen
    value : (M,) sum(total) / sum(n)
    shift : (R, M) ratio without the replication, less the ratio with it
    """

    total: FloatArray
    n: FloatArray
    seen: BoolArray
    count: IntArray
    value: FloatArray
    shift: FloatArray


def _pool(total: ArrayLike, n: ArrayLike) -> _Pooled:
    raw_total, raw_n = _same_shape(_table(total), _table(n))
    if (raw_n < 0).any():
        raise ValueError("n counts who experienced the measure, so it cannot be negative")
    seen = (raw_n > 0) & ~np.isnan(raw_total)
    numerator, denominator = np.where(seen, raw_total, 0.0), np.where(seen, raw_n, 0.0)
    whole = denominator.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = numerator.sum(axis=0) / whole
        # (T - t) / (N - n) - T / N, written so that nothing cancels.
        shift = (value * denominator - numerator) / (whole - denominator)
    count = _count(seen)
    shift[~seen | (count < 2)] = 0.0
    return _Pooled(numerator, denominator, seen, count, value, shift)


def _deleted_variance(shift: FloatArray, seen: BoolArray) -> FloatArray:
    """Return the (M,) jackknife variance of a statistic from its (R, M) shifts."""
    n = _count(seen)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance: FloatArray = _squares(_centred(shift, seen)) * (n - 1) / n
    return variance


def _centred(values: FloatArray, seen: BoolArray) -> FloatArray:
    """Return the deviations from the column mean; 0 where not seen (where `values` must be 0)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        deviations: FloatArray = values - values.sum(axis=0) / _count(seen)
    deviations[~seen] = 0.0
    return deviations


def _paired(base: Estimates, a: FloatArray, b: FloatArray, method: str) -> PairedDifferences:
    """Add correlation and variance reduction, from the deviations of both systems."""
    of_a, of_b, of_difference = _squares(a), _squares(b), _squares(a - b)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.einsum("ij,ij->j", a, b) / (np.sqrt(of_a) * np.sqrt(of_b))
        reduction = (of_a + of_b) / of_difference
    known = base.method != ABSENT
    return PairedDifferences(
        value=base.value,
        low=base.low,
        high=base.high,
        n=base.n,
        method=np.where(known, method, ABSENT),
        confidence=base.confidence,
        left_out=base.left_out,
        correlation=np.where(known, np.clip(correlation, -1.0, 1.0), np.nan),
        variance_reduction=np.where(known, reduction, np.nan),
    )


def _estimates(
    value: FloatArray,
    half: FloatArray,
    n: IntArray,
    replications: int,
    method: str,
    confidence: float,
    known: BoolArray | None = None,
) -> Estimates:
    """Return value ± half, with no interval in columns that are not known (fewer than 2 seen).

    What a single replication gives is still a value; what nobody experienced is none.
    """
    present = n >= 2 if known is None else known
    return Estimates(
        value=np.where(n >= 1, value, np.nan) if known is None else np.where(known, value, np.nan),
        low=np.where(present, value - half, np.nan),
        high=np.where(present, value + half, np.nan),
        n=n,
        method=np.where(present, np.array(method, dtype="<U16"), ABSENT),
        confidence=confidence,
        left_out=replications - n,
    )


def t_factor(freedom: ArrayLike, confidence: float = 0.95) -> FloatArray:
    """Return Student's t quantile (1908) for a two-sided interval; NaN below 1 degree."""
    from scipy.special import stdtrit

    degrees = np.asarray(freedom, dtype=np.float64)
    upper = 0.5 + _checked(confidence) / 2
    factor = np.asarray(stdtrit(np.maximum(degrees, 1.0), upper), dtype=np.float64)
    return np.where(degrees >= 1, factor, np.nan)


def _mean_variance(x: ArrayLike) -> float:
    """Return the estimated variance of the mean of what is not NaN in x."""
    column = _column(x)[:, 0]
    values = column[~np.isnan(column)]
    return float(values.var(ddof=1) / len(values))


def _checked(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, as in 0.95, not {confidence}")
    return confidence


def _table(x: ArrayLike) -> FloatArray:
    """Return x as (R, M) floats, one memory layout, so that equal data sum to equal bits."""
    table = np.ascontiguousarray(x, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"expected (replications, measures), got an array of shape {table.shape}")
    if np.isinf(table).any():
        raise ValueError("a replication holds an infinite number; absent is NaN, or n = 0")
    return table


def _column(x: ArrayLike) -> FloatArray:
    column = np.asarray(x, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(
            f"expected one number a replication, got an array of shape {column.shape}; "
            "for a table of measures take the function in the plural"
        )
    return column[:, np.newaxis]


def _same_shape(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    if a.shape != b.shape:
        raise ValueError(f"both sides need the same replications: {a.shape} and {b.shape}")
    return a, b


def _count(seen: BoolArray) -> IntArray:
    return np.asarray(seen.sum(axis=0), dtype=np.int64)


def _squares(x: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ij,ij->j", x, x), dtype=np.float64)
