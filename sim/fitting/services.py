"""How long services take: a law for each, by maximum likelihood, and what it rests on.

Without times of an end, the time from one call of a counter to its next while somebody waited
holds the service and whatever came between: a bound from above, and called so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.fitting.chance import uniforms
from sim.fitting.goodness import Goodness, goodness
from sim.fitting.history import Bools, History, Ints
from sim.fitting.likelihood import Fit, Floats, Law, Sample, fit_laws
from sim.fitting.opening import Opening
from sim.scenario import quantities as q
from sim.scenario.weekdays import WEEKDAYS
from sim.statistics.intervals import Estimate

Basis = Literal["measured", "between_calls", "borrowed", "unknown"]
FEWEST = 20
"""With fewer times a law of one's own is guesswork: those of the whole agency are borrowed."""
FEWEST_VALUES = 3
"""Times that hardly differ tell nothing of how they vary; the log may have put them in itself."""
REFUTED = 0.025
VISIBLE = 0.05
"""A law is given up for the measured times if it is refuted and this far off somewhere."""
MOST_VALUES = 40
DRAWN = 500
_EXACT = 0.02


@dataclass(frozen=True, eq=False)
class ServiceTime:
    """What the log says of a service's time, in minutes.

    n : times that it rests on; basis : where they come from; lender : whose they are if borrowed
    fits : every family, the best first; goodness : of the best
    mean, sd : with intervals
    values : quantiles of the measured times where no family fits; empty otherwise
    drawn : (K, 2) mean and sd as the data leave them open
    step : in which the log's times are written
    """

    n: int
    basis: Basis
    fits: tuple[Fit, ...] = ()
    goodness: Goodness | None = None
    mean: Estimate | None = None
    sd: Estimate | None = None
    values: tuple[float, ...] = ()
    drawn: Floats | None = None
    lender: str = ""
    step: float = 0.0
    times: Floats | None = None

    @property
    def law(self) -> Law:
        """The best law."""
        return self.fits[0].law


def service_times(
    history: History, lengths: Floats, basis: Basis, step: int
) -> tuple[ServiceTime, ...]:
    """Estimate the time of every service, in the order of `history.services`.

    lengths : (R,) minutes, NaN where unknown; basis : where they come from
    step : in which begin and end are written, µs
    """
    minutes = step / q.MINUTE
    own = [_of(lengths, history.service == s, minutes, basis, history.full_name(s))
           for s in range(len(history.services))]  # fmt: skip
    shared: dict[int, ServiceTime] = {}
    for s, one in enumerate(own):
        if one.fits:
            continue
        agency = int(history.agency_of[s])
        if agency not in shared:
            name = history.agencies[agency]
            shared[agency] = _of(lengths, history.agency == agency, minutes, basis, name)
        lender = shared[agency]
        if lender.fits:
            own[s] = replace(lender, basis="borrowed", lender=history.agencies[agency], n=one.n)
    return tuple(own)


def lengths_of(history: History, opening: Opening, longest: int) -> tuple[Floats, Basis]:
    """Return (R,) minutes, NaN where unknown, from the ends or from call to call.

    longest : the most that a service may take, µs
    """
    lengths = np.full(len(history.row), np.nan)
    which = history.served
    if which.any():
        lengths[which] = (history.end[which] - history.begin[which]) / q.MINUTE
        return lengths, "measured"
    rows, gaps = between_calls(history, opening)
    short = gaps <= longest
    lengths[rows[short]] = gaps[short] / q.MINUTE
    return lengths, "between_calls"


def between_calls(history: History, opening: Opening) -> tuple[Ints, Ints]:
    """Return the rows, and µs to the counter's next call, where the next one had to wait for it.

    A counter that lets somebody wait is at work: the gap holds the whole service, and whatever
    else the officer did. That somebody comes meanwhile is likelier in a long service: a bound
    from above. Gaps over the midday break are left out.
    """
    known = np.flatnonzero(history.waits & (history.counter >= 0))
    keys = history.called[known], history.counter[known], history.day[known], history.agency[known]
    order = known[np.lexsort(keys)]
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in (history.agency, history.day, history.counter):
        same &= column[order[1:]] == column[order[:-1]]
    now, after = order[:-1][same], order[1:][same]
    gap = history.called[after] - history.called[now]
    kept = (history.arrival[after] < history.called[after]) & (gap > 0)
    for day, hours in opening.hours.items():
        if hours.pause is not None:
            of_day = history.weekday[history.day[now]] == WEEKDAYS.index(day)
            begun, over = history.called[now] < hours.pause[1], history.called[after]
            kept &= ~(of_day & begun & (over >= hours.pause[1] - q.MINUTE))
    return now[kept], gap[kept]


def _of(
    lengths: Floats, which: Bools, step: float, basis: Basis, name: str
) -> ServiceTime:  # fmt: skip
    times = lengths[which & ~np.isnan(lengths)]
    if len(times) < FEWEST or len(np.unique(times)) < FEWEST_VALUES:
        return ServiceTime(len(times), "unknown", step=step)
    fine = step < _EXACT * float(np.median(times)) and times.min() > 0
    sample = Sample.of(times, 0.0 if fine else step)
    fits = fit_laws(sample)
    found = goodness(sample, fits[0], name)
    poor = found.ks_p <= REFUTED and found.ks > VISIBLE
    drawn = _drawn(fits[0], name)
    if poor or drawn is None:
        values = _quantiles(times) if poor else ()
        mean, sd = _mean(times), _spread(times, step)
        drawn = _resampled(times, name)
    else:
        mean, sd = (_percentiles(value, drawn[:, k], len(times))
                    for k, value in enumerate((fits[0].law.mean, fits[0].law.sd)))  # fmt: skip
        values = ()
    return ServiceTime(
        len(times), basis, fits, found, mean, sd, values, drawn, step=step, times=times
    )


def _drawn(fit: Fit, name: str) -> Floats | None:
    u = uniforms("inputs", name, 0, 2 * DRAWN).reshape(-1, 2)
    laws = fit.drawn(u)
    return np.array([[law.mean, law.sd] for law in laws]) if laws else None


def _resampled(times: Floats, name: str) -> Floats:
    """Return means and standard deviations of bootstrap samples."""
    most = times[:20_000]
    found = np.empty((DRAWN, 2))
    scale = math.sqrt(len(most) / len(times))
    for k in range(DRAWN):
        pick = most[(uniforms("inputs", name, k, len(most)) * len(most)).astype(np.int64)]
        found[k] = pick.mean(), pick.std(ddof=1)
    middle = np.array([times.mean(), times.std(ddof=1)])
    spread: Floats = middle + (found - found.mean(axis=0)) * scale
    return spread


def _percentiles(value: float, drawn: Floats, n: int) -> Estimate:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(value, min(float(low), value), max(float(high), value), n, "likelihood", 0.95)


def _mean(times: Floats) -> Estimate:
    value, half = float(times.mean()), 1.96 * float(times.std(ddof=1)) / math.sqrt(len(times))
    return Estimate(value, value - half, value + half, len(times), "t", 0.95)


def _spread(times: Floats, step: float) -> Estimate:
    """Return the standard deviation with the interval that its fourth moment gives.

    Two ends that are rounded apart add step^2 / 6 to the variance at most; it is taken off.
    """
    value = math.sqrt(max(float(times.var(ddof=1)) - step * step / 6, 1e-12))
    kurtosis = float(np.mean((times - times.mean()) ** 4)) / max(value, 1e-9) ** 4
    half = 1.96 * value * math.sqrt(max(kurtosis - 1, 0.0) / (4 * len(times)))
    return Estimate(value, max(value - half, 0.0), value + half, len(times), "t", 0.95)


def _quantiles(times: Floats) -> tuple[float, ...]:
    """Return so many values that stand for all: the middles of equal shares."""
    n = min(len(times), MOST_VALUES)
    ranks = (np.arange(n) + 0.5) / n
    return tuple(np.quantile(times, ranks).tolist())
