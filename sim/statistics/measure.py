"""A measure: what one number is about, and the numbers of one replication."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUANTILES = {"wait.median": 0.5, "wait.p90": 0.9, "wait.p95": 0.95}
MAXIMA = ("wait.max", "line.max", "in_hall.max")
UNITS = {
    "wait.mean": "min", "wait.median": "min", "wait.p90": "min", "wait.p95": "min",
    "wait.max": "min", "wait_in_visit.mean": "min", "in_line.mean": "min",
    "time_in_mall.mean": "min", "outside.mean": "min", "standing.mean": "people",
    "overtime": "min", "work_left": "min", "work_done_after": "min",
    "line.mean": "people", "line.max": "people", "in_hall.mean": "people",
    "in_hall.max": "people", "busy.mean": "counters", "staffed.mean": "counters",
}  # fmt: skip
"""Units by measure; a count is "per day", and what is not named here is a share of 1."""
COUNTS = (
    "tickets", "visits", "people", "no_show", "cancelled", "moved", "completed", "gave_up",
    "balked", "missed", "turned_away", "sent_home", "incomplete", "returned",
)  # fmt: skip
A_DAY = ("overtime", "work_left", "work_done_after")
"""Times that are added up over days, and divided by them."""
SHARES_OF_PEOPLE = (
    "called_in_time", "fulfilled", "left", "refused", "waited", "several_days",
)  # fmt: skip
"""Shares that count people, so that "never" and "always" have a bound of their own."""
SHARES_OF_TIME = ("utilisation", "lost_to_calls", "lost_to_outages")
"""Shares of the time that counters were staffed; each replication is one trial of them."""


@dataclass(frozen=True)
class Measure:
    """What one number is about.

    scope : mall, agency, service, journey or visitor_class; name says which ("" for the mall)
    interval : the hour in which it began, such as "08:00", or "" for all
    weekday : such as "mon", or "" for all; of the mall among dates also one date, "2025-03-03"
    kind : ratio (pooled as sum / sum), count (a ratio to days), quantile or maximum (averaged
        over replications)
    """

    scope: str
    name: str
    interval: str
    weekday: str
    measure: str
    kind: str

    @property
    def unit(self) -> str:
        """The unit of its value."""
        return "per day" if _counts(self.measure) else UNITS.get(self.measure, "share")


def kind_of(measure: str) -> str:
    """Return how the values of a measure are pooled over replications."""
    if measure in QUANTILES:
        return "quantile"
    if measure in MAXIMA:
        return "maximum"
    return "count" if _counts(measure) or measure in A_DAY else "ratio"


def _counts(measure: str) -> bool:
    """Whether a measure is a number a day: `turned_away`, or by reason `turned_away.quota`."""
    return measure.partition(".")[0] in COUNTS


@dataclass(frozen=True, eq=False)
class Measures:
    """The measures of one replication: value = total / n, for quantiles and maxima total.

    total, n : (M,) float64, in the order of `measures`
    """

    replication: int
    measures: tuple[Measure, ...]
    total: Floats
    n: Floats

    @property
    def value(self) -> Floats:
        """The value of each measure, NaN where nobody experienced it; (M,) float64."""
        return values(self.measures, self.total, self.n)


def values(measures: tuple[Measure, ...], total: Floats, n: Floats) -> Floats:
    """Return total / n, or total where it is a quantile or a maximum; NaN where n is 0."""
    divide = np.array([m.kind in ("ratio", "count") for m in measures])
    with np.errstate(divide="ignore", invalid="ignore"):
        value: Floats = np.where(divide, total / n, total)
    value[n == 0] = np.nan
    return value
