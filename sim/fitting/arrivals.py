"""When citizens come: how many a day, on which weekdays, in which part of the day.

How much one day differs from the next is told apart from the chance that is in any count, and
the fitted process is put to a test: Poisson within a day, given how many came (Brown et al. 2005,
"Statistical analysis of a telephone call center", sec. 4; Kim and Whitt 2014).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.fitting.day_table import day_table
from sim.fitting.history import History, Ints
from sim.fitting.likelihood import Floats
from sim.fitting.loglinear import LogLinear
from sim.fitting.national import in_ramadan, keeps
from sim.fitting.routes import Routes
from sim.fitting.year import Year, year
from sim.scenario.weekdays import WEEKDAYS
from sim.statistics.intervals import Estimate, ratio_intervals, t_factor


@dataclass(frozen=True)
class Scatter:
    """How much the totals of days differ around the mean of their weekday.

    statistic : the sum of (N - mean)^2 / mean, about (1 + cv^2 mean) times a chi-square with so
        much `freedom`; mean : of all days; n : how many
    """

    statistic: float
    freedom: int
    mean: float
    n: int

    @property
    def known(self) -> bool:
        """Whether there are days enough to tell."""
        return self.freedom >= 3

    @property
    def p(self) -> float:
        """How likely such a statistic is if days differ by chance alone."""
        from scipy.special import chdtrc

        return float(chdtrc(self.freedom, self.statistic)) if self.known else math.nan

    @property
    def estimate(self) -> Estimate | None:
        """The coefficient of variation beyond chance."""
        if not self.known:
            return None
        low, high = self.drawn(0.025), self.drawn(0.975)
        return _estimate(self._cv(self.freedom), low, high, self.n, "chi-square")

    def drawn(self, u: float) -> float:
        """Return the coefficient of variation that belongs to a uniform, as the days leave it."""
        from scipy.special import chdtri

        return self._cv(float(chdtri(self.freedom, u)))

    def _cv(self, divisor: float) -> float:
        return math.sqrt(max(self.statistic / divisor - 1, 0.0) / self.mean)


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Who comes.

    days, whole : how many days, and how many ordinary ones have tickets of every usual agency;
        weekdays, the course of the day and the tests rest on the latter
    per_day : by journey, mean over ordinary days; weekday : factors, mean 1 over the week
    slots : (K,) when each slot begins, µs; profile : (K,) shares of the day, with low and high
    own_profile : weekdays whose course over the day differs, with theirs
    day_to_day : coefficient of variation of a day beyond chance; None with too few days
    between_p, within_p : how likely such counts were if days, or slots, differed by chance alone
    within : the variance of the slots' counts over that of Poisson's
    year : what dates make of demand; all else is of ordinary days
    shut : days since 1970 on which the mall would have been open, and was not
    half : days that are not counted, as one half of them is missing
    holidays : of Indonesia, days since 1970 with their names, where the log keeps them
    """

    days: int
    whole: int
    per_day: dict[str, Estimate]
    weekday: dict[str, Estimate]
    slots: Ints
    profile: tuple[Estimate, ...]
    own_profile: dict[str, Floats]
    day_to_day: Estimate | None
    between_p: float
    within_p: float
    within: float
    scatter: Scatter
    year: Year
    shut: tuple[int, ...]
    half: tuple[int, ...]
    holidays: dict[int, str]


def arrivals(routes: Routes, history: History, half: Ints) -> Arrivals:
    """Estimate the arrivals.

    half : days since 1970 that are not in the history, but on which the mall was open
    """
    days, every = history.days, day_table(routes, history)
    shut = np.setdiff1d(every.shut, half)
    named = keeps(days, shut)
    of_year = year(every.counts.sum(axis=1), every.whole, days, shut, in_ramadan(days, named))
    kept = every.ordinary(of_year)
    per_day = {
        key: _mean_of_week(kept.counts[seen, j], kept.weekday[seen])
        for j, (key, seen) in enumerate(zip(routes.keys, kept.seen.T, strict=True))
    }
    total, weekday = kept.counts[kept.whole].sum(axis=1), kept.weekday[kept.whole]
    table, slots, of_course = kept.table[kept.course], kept.slots, kept.weekday[kept.course]
    scatter = _scatter(total, weekday) if of_year.fitted is None else _left(of_year.fitted)
    within, within_p = _within(table, of_course)
    counted = table.sum(axis=1)
    ratios = ratio_intervals(table, np.tile(counted[:, None], (1, len(slots))))
    lines = np.stack([ratios.value, ratios.low, ratios.high], axis=1).tolist()
    profile = tuple(_estimate(v, low, high, len(total), "ratio") for v, low, high in lines)
    return Arrivals(
        days=len(days), whole=len(total), per_day=per_day, weekday=_weekdays(total, weekday),
        slots=slots, profile=profile, own_profile=_own_profiles(table, of_course),
        day_to_day=scatter.estimate, between_p=scatter.p, scatter=scatter,
        within_p=within_p, within=within, year=of_year, shut=tuple(shut.tolist()),
        half=tuple(half.tolist()), holidays=named,
    )  # fmt: skip


def _estimate(value: float, low: float, high: float, n: int, method: str) -> Estimate:
    return Estimate(value, low, high, n, method, 0.95)


def _mean_of_week(counts: Floats, weekday: Ints) -> Estimate:
    """Return the mean over an ordinary week: of the weekdays' means, each weighing the same."""
    days = np.unique(weekday)
    means = np.array([counts[weekday == day].mean() for day in days])
    n = np.array([np.sum(weekday == day) for day in days])
    freedom = len(counts) - len(days)
    value = float(means.mean())
    if freedom < 1:  # nothing but the chance of a count is known
        half = 1.96 * math.sqrt(max(value, 1.0) / len(counts))
        return _estimate(value, max(value - half, 0.0), value + half, len(counts), "poisson")
    off = counts - means[np.searchsorted(days, weekday)]
    variance = float(off @ off) / freedom
    half = float(t_factor(freedom)) * math.sqrt(variance * float((1 / n).sum())) / len(days)
    return _estimate(value, max(value - half, 0.0), value + half, len(counts), "t")


def _weekdays(total: Floats, weekday: Ints) -> dict[str, Estimate]:
    week = _mean_of_week(total, weekday)
    found = {}
    for day in np.unique(weekday):
        own = total[weekday == day]
        value = float(own.mean()) / week.value
        spread = float(own.std(ddof=1)) if len(own) > 1 else math.sqrt(own.mean())
        factor = float(t_factor(max(len(own) - 1, 1)))
        half = factor * spread / math.sqrt(len(own)) / week.value
        found[WEEKDAYS[day]] = _estimate(value, max(value - half, 0), value + half, len(own), "t")
    return found


def _scatter(total: Floats, weekday: Ints) -> Scatter:
    days = np.unique(weekday)
    means = np.array([total[weekday == day].mean() for day in days])
    expected = means[np.searchsorted(days, weekday)]
    statistic = float(((total - expected) ** 2 / expected).sum())
    return Scatter(statistic, len(total) - len(days), float(expected.mean()), len(total))


def _left(found: LogLinear) -> Scatter:
    """Return how much days differ besides weekday and what dates make of them."""
    return Scatter(
        found.statistic, found.freedom, float(found.mean.mean()), len(found.counts)
    )  # fmt: skip


def _within(table: Floats, weekday: Ints) -> tuple[float, float]:
    """Return how much the slots of a day scatter around its weekday's profile, and the p.

    1 is what chance alone, Poisson's, does.
    """
    from scipy.stats import chi2

    statistic, freedom = 0.0, 0
    for day in np.unique(weekday):
        own = table[weekday == day]
        kept = own.mean(axis=0) >= 1
        if len(own) > 1 and kept.sum() > 1:
            statistic += _chi_square(own[:, kept])
            freedom += (len(own) - 1) * (int(kept.sum()) - 1)
    if not freedom:
        return math.nan, math.nan
    return statistic / freedom, float(chi2.sf(statistic, freedom))


def _own_profiles(table: Floats, weekday: Ints) -> dict[str, Floats]:
    """Return the profiles of weekdays that go another way than all others together.

    By a chi-square test, held against how much days of one weekday scatter, at 1 in 1,000.
    """
    from scipy.stats import f as f_law

    found: dict[str, Floats] = {}
    days = np.unique(weekday)
    if len(table) - len(days) < 5 or len(days) < 2:
        return found
    for day in days:
        one, rest = table[weekday == day], table[weekday != day]
        if len(one) < 2 or len(rest) < 2:
            continue
        two = np.stack([one.sum(axis=0), rest.sum(axis=0)])
        kept = two.sum(axis=0) >= 10
        between = _chi_square(two[:, kept]) / max(int(kept.sum()) - 1, 1)
        free = (len(table) - 2) * (int(kept.sum()) - 1)
        within = (_chi_square(one[:, kept]) + _chi_square(rest[:, kept])) / max(free, 1)
        if f_law.sf(between / max(within, 1.0), max(int(kept.sum()) - 1, 1), max(free, 1)) < 1e-3:
            found[WEEKDAYS[day]] = one.sum(axis=0) / one.sum()
    return found if len(found) < len(days) else {}


def _chi_square(table: Floats) -> float:
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    real = expected > 0
    return float(((table[real] - expected[real]) ** 2 / expected[real]).sum())
