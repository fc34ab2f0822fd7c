"""What dates make of demand: months, a trend, days after a closure, days that stand out.

Whole days are compared as a product of factors (`loglinear`): weekday, month (Ramadan is one of its
own), and whether the mall was closed on the open day before. What is not surely there (1 in 100)
is no factor, and stays in how much days differ. A day stands out if its count would be so far off
on less than 1 log in 100, whichever day it is (Bonferroni over the days; Cook and Weisberg 1982,
"Residuals and influence in regression", sec. 2.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.fitting.history import Bools, Ints
from sim.fitting.likelihood import Floats
from sim.fitting.loglinear import LogLinear, loglinear
from sim.fitting.times import weekday_of
from sim.statistics.intervals import Estimate, t_factor

LEVEL = 0.01
FEWEST_IN_MONTH = 8
"""Whole days with which a month counts as one."""
FEWEST_MONTHS, FEWEST_AFTER, FEWEST_FREE = 4, 4, 10
"""Months for a trend, days for what a closure leaves behind, degrees of freedom for anything."""
MOST_APART = 0.05
"""At most this share of the days may stand out: with more it is no exception."""


RAMADAN, RAMADAN_NAME = -1, "ramadan"


def months_of(days: Ints) -> Ints:
    """(D,) months since 1970 of days since 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_name(code: int) -> str:
    """Return `2025-01`, or `ramadan`."""
    return RAMADAN_NAME if code == RAMADAN else str(np.datetime64(int(code), "M"))


@dataclass(frozen=True)
class Apart:
    """A day that stands out. day : since 1970; counted : its visits; factor : over a like day's,
    with an interval that holds for all days of the log at once.
    """

    day: int
    counted: int
    factor: Estimate


@dataclass(frozen=True, eq=False)
class Year:
    """What dates make of demand, of D days.

    factor : (D,) demand of each day over that of an ordinary day of its weekday, mean 1 over the
        days; ordinary : (D,) whether a day counts, those that stand out do not
    months : by `2025-01`, and `ramadan`, over the mean of the days; months_p : how likely such
        differences are by chance
    trend : factor of demand in a month (30.44 days); apart_of_season : whether the same months of
        two years tell it from the seasons
    after : days after a closure over others, its days and how likely it is by chance
    standing : days that stand out; fasting : (D,) whether they lie in Ramadan
    fitted : to the ordinary whole days, None where they are too few
    """

    factor: Floats
    ordinary: Bools
    months: dict[str, Estimate]
    months_p: float
    trend: Estimate | None
    apart_of_season: bool
    after: Estimate | None
    after_days: tuple[int, ...]
    after_p: float
    standing: tuple[Apart, ...]
    fasting: Bools
    fitted: LogLinear | None

    @property
    def differ(self) -> bool:
        """Whether months surely differ."""
        return bool(self.months_p < LEVEL)

    @property
    def after_matters(self) -> bool:
        """Whether days after a closure surely differ from others."""
        return bool(self.after_p < LEVEL)


def year(total: Floats, whole: Bools, days: Ints, shut: Ints, fasting: Bools) -> Year:
    """Find what dates make of demand.

    total : (D,) visits of each day; whole : (D,) those that are compared; days : (D,) since 1970
    shut : days since 1970 on which the mall would have been open, and was not
    fasting : (D,) whether they lie in Ramadan
    """
    design = _Design(days, whole, shut, fasting)
    use, standing = whole.copy(), []
    most = int(MOST_APART * whole.sum()) + 1
    for _ in range(most + 1):
        found = design.fit(total, use)
        place = _farthest(found, use, int(whole.sum())) if found is not None else None
        if found is None or place is None:
            break
        use[place] = False
        standing.append(place)
    if found is None or len(standing) > most:  # what is so common is no exception
        use, standing = whole.copy(), []
        found = design.fit(total, use)
    if found is None:
        return _nothing(fasting)
    return _Found(design, found, total, use, sorted(standing)).year()


def _nothing(fasting: Bools) -> Year:
    every = np.ones(len(fasting), dtype=bool)
    return Year(np.ones(len(fasting)), every, {}, math.nan, None, False, None, (), math.nan, (),
                fasting, None)  # fmt: skip


class _Design:
    """Columns of factors: weekdays, then months but the first, then days after a closure."""

    def __init__(self, days: Ints, whole: Bools, shut: Ints, fasting: Bools) -> None:
        self.days, self.whole, self.fasting = days, whole, fasting
        weekday = weekday_of(days)
        month = np.where(fasting, RAMADAN, months_of(days))
        self.months = [month_name(code) for code in np.unique(month)]
        self.weekdays, self.blocks = _indicators(weekday), _indicators(month)
        self.after = np.isin(days, _first_after(days, shut))

    def fit(self, total: Floats, use: Bools) -> LogLinear | None:
        """Fit all that the days used allow; None where they allow nothing."""
        self.several = self._several(use)
        self.closures = bool((self.after & use).sum() >= FEWEST_AFTER)
        return self.fitted(total, use, self.several, self.closures)

    def _several(self, use: Bools) -> bool:
        """Whether two months or more have days enough."""
        n = self.blocks[use].sum(axis=0)
        return bool((n >= FEWEST_IN_MONTH).sum() >= 2)

    def columns(self, use: Bools, months: bool, closures: bool) -> Floats:
        """(D, P) of the days used; a weekday or a month without any has none."""
        parts = [self.weekdays[:, self.weekdays[use].any(axis=0)]]
        if months:
            parts.append(self.blocks[:, self.seen(use)[1:]])
        if closures:
            parts.append(self.after[:, None].astype(np.float64))
        return np.concatenate(parts, axis=1)

    def seen(self, use: Bools) -> Ints:
        """Return the places of the months that have any day."""
        return np.flatnonzero(self.blocks[use].any(axis=0))

    def fitted(self, total: Floats, use: Bools, months: bool, closures: bool) -> LogLinear | None:
        """Fit these factors to the days used; None where too little is left."""
        columns = self.columns(use, months, closures)[use]
        if len(columns) - columns.shape[1] < FEWEST_FREE:
            return None
        if np.linalg.matrix_rank(columns) < columns.shape[1]:
            return self.fitted(total, use, False, False) if months or closures else None
        return loglinear(total[use], columns)


class _Found:
    """What the design with all its factors says, and what is left of it."""

    def __init__(
        self, design: _Design, whole: LogLinear, total: Floats, use: Bools, standing: list[int]
    ) -> None:
        self.design, self.whole, self.total = design, whole, total
        self.use, self.standing = use, standing
        self.width = int(design.weekdays[use].any(axis=0).sum())
        self.rank = whole.design.shape[1]
        self.closures = design.closures and self.rank > self.width
        self.places = design.seen(use) if self.rank - self.closures > self.width else None

    def year(self) -> Year:
        """Keep the factors that are surely there."""
        months_p, after_p = self._months_p(), self._after_p()
        kept = self.design.fitted(self.total, self.use, months_p < LEVEL, after_p < LEVEL)
        assert kept is not None, "fewer factors than before"
        logs = self._logs(kept, months_p < LEVEL, after_p < LEVEL)
        factor = np.exp(logs)
        factor /= factor[self.use].mean()
        ordinary = np.ones(len(factor), dtype=bool)
        ordinary[self.standing] = False
        trend, apart = self._trend()
        design = self.design
        return Year(
            factor, ordinary, self._months(), months_p, trend, apart, self._after(),
            tuple(design.days[design.after].tolist()), after_p,
            tuple(self._apart(kept, place, logs) for place in self.standing),
            design.fasting, kept,
        )  # fmt: skip

    def _month_columns(self) -> Ints:
        assert self.places is not None
        return self.width + np.arange(len(self.places) - 1)

    def _months_p(self) -> float:
        if self.places is None:
            return math.nan
        return self.whole.alike(self._month_columns())

    def _after_p(self) -> float:
        return self.whole.alike(np.array([self.rank - 1])) if self.closures else math.nan

    def _after(self) -> Estimate | None:
        if not self.closures:
            return None
        gradient = np.zeros(self.rank)
        gradient[-1] = 1
        return self.whole.factor(gradient, int((self.design.after & self.use).sum()))

    def _months(self) -> dict[str, Estimate]:
        """Return the months with days enough, each over the mean of all days."""
        found: dict[str, Estimate] = {}
        if self.places is None:
            return found
        n = self.design.blocks[self.use].sum(axis=0)[self.places]
        effect = np.exp(np.append(0.0, self.whole.beta[self._month_columns()]))
        mean = float(n @ effect) / n.sum()
        for k, place in enumerate(self.places):
            gradient = np.zeros(self.rank)
            gradient[self._month_columns()] = -(n * effect)[1:] / (n.sum() * mean)
            if k:
                gradient[self.width + k - 1] += 1
            one = self.whole.around(
                math.log(effect[k] / mean), float(gradient @ self.whole.covariance @ gradient),
                int(n[k]),
            )  # fmt: skip
            if n[k] >= FEWEST_IN_MONTH:
                found[self.design.months[place]] = one
        return found

    def _logs(self, kept: LogLinear, months: bool, closures: bool) -> Floats:
        """(D,) what month and closure make of each day, those that stand out included."""
        columns = self.design.columns(self.use, months, closures)
        return np.asarray(columns[:, self.width :] @ kept.beta[self.width :], dtype=np.float64)

    def _apart(self, kept: LogLinear, place: int, logs: Floats) -> Apart:
        """Compare a day with what its weekday, month and closure would make of it."""
        weekday = self.design.weekdays[:, self.design.weekdays[self.use].any(axis=0)][place]
        mean = float(np.exp(weekday @ kept.beta[: self.width] + logs[place]))
        counted = float(self.total[place])
        like = float(weekday @ kept.covariance[: self.width, : self.width] @ weekday)
        variance = 1 / max(counted, 1.0) + kept.cv2 + like
        every = 1 - 0.05 / int(self.design.whole.sum())
        factor = kept.around(math.log(max(counted, 0.5) / mean), variance, 1, every)
        return Apart(int(self.design.days[place]), int(counted), factor)

    def _trend(self) -> tuple[Estimate | None, bool]:
        """Return the factor of demand in a month, and whether seasons are told from it.

        A line through the months' logarithms, of which each weighs as many days as it has; where
        a month comes back in another year, the calendar's months have levels of their own.
        """
        months = {key: one for key, one in self._months().items() if key != RAMADAN_NAME}
        if len(months) < FEWEST_MONTHS:
            return None, False
        at = np.array(list(months), dtype="datetime64[M]").astype(np.int64)
        log = np.log([one.value for one in months.values()])
        weight = np.sqrt([one.n for one in months.values()])
        line = (at - at.mean())[:, None].astype(np.float64)
        again = np.concatenate([line, _indicators(at % 12)], axis=1)
        apart = len(at) - again.shape[1] >= 2
        design = again if apart else np.concatenate([line, np.ones((len(at), 1))], axis=1)
        slope, variance, freedom = _slope(log, design, weight)
        half = float(t_factor(freedom)) * math.sqrt(variance)
        ends = math.exp(slope - half), math.exp(slope + half)
        return Estimate(math.exp(slope), *ends, len(at), "t", 0.95), apart


def _slope(y: Floats, design: Floats, weight: Floats) -> tuple[float, float, int]:
    """Return the first coefficient of weighted least squares, its variance, and the freedom."""
    scaled = design * weight[:, None]
    inner = np.linalg.inv(scaled.T @ scaled)
    beta = inner @ (scaled.T @ (y * weight))
    freedom = len(y) - design.shape[1]
    off = (y - design @ beta) * weight
    return float(beta[0]), float(inner[0, 0]) * float(off @ off) / freedom, freedom


def _farthest(found: LogLinear, use: Bools, looks: int) -> int | None:
    """Return the place of the day that is farthest off, if it surely stands out."""
    from scipy.special import stdtr

    apart = abs(found.apart())
    far = int(np.argmax(apart))
    p = 2 * float(stdtr(found.freedom - 1, -apart[far]))
    return int(np.flatnonzero(use)[far]) if p * looks < LEVEL else None


def _first_after(days: Ints, shut: Ints) -> Ints:
    """Return the first open day after each day on which the mall was closed."""
    place = np.searchsorted(days, shut)
    return np.asarray(np.unique(days[place[place < len(days)]]), dtype=np.int64)


def _indicators(codes: Ints) -> Floats:
    """(D, K) which of its K different values each code is."""
    return np.asarray(codes[:, None] == np.unique(codes)[None, :], dtype=np.float64)
