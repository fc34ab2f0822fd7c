"""How often intervals hold the truth: days whose exact answers are known, many times over."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import simulate
from sim.statistics.intervals import mean_intervals, ratio_intervals
from sim.verification.exact.cases import CASES, entry_of
from sim.verification.exact.families import express
from sim.verification.exact.readings import Line
from sim.verification.proof import Proof

CASE = "TD-MM3-DAY"
DAYS = 20
"""Replications behind each interval: the fewest that a run to a precision ever has."""
BAND = (0.925, 0.975)
"""What 95 of 100 may be: such intervals rest on so few days that they promise no third digit."""
_SOURCES = {
    "mean_arrivals": ("Student-t", "Law 2015, Simulation Modeling and Analysis, section 4.5"),
    "day_mean_wait": ("jackknife of a ratio", "Efron & Stein 1981, Annals of Statistics 9"),
    "day_p_wait_gt_15": ("jackknife of a ratio", "Efron & Stein 1981, Annals of Statistics 9"),
}


def coverage(experiments: int, seed: int) -> Iterator[Proof]:
    """Yield how many of many intervals hold the exact value, for each kind of interval."""
    total, n = _days(experiments * DAYS, seed)
    for k, (measure, (formula, source)) in enumerate(_SOURCES.items()):
        by_experiment = total[k].reshape(experiments, DAYS).T, n[k].reshape(experiments, DAYS).T
        found = (
            mean_intervals(by_experiment[0])
            if measure == "mean_arrivals"
            else ratio_intervals(*by_experiment)
        )
        exact = float(entry_of(CASES[CASE], measure)["value"])
        held = float(((found.low <= exact) & (exact <= found.high)).mean())
        yield _judged(measure, held, experiments, formula, source)


def _judged(measure: str, held: float, experiments: int, formula: str, source: str) -> Proof:
    """Return how far a share lies outside the band, in standard errors at the band's edge."""
    edge = min(max(held, BAND[0]), BAND[1])
    error = sqrt(edge * (1 - edge) / experiments)
    return Proof(
        "intervals", f"{CASE}, {experiments} x {DAYS}", measure, reference=0.95, estimate=held,
        error=error, z=(held - edge) / error, half_width=1.96 * error / 0.95, formula=formula,
        source=source,
    )  # fmt: skip


def _days(number: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return totals and n of each measure on so many days; (measures, days).

    The compiled engine plays them: what is tried here is statistics, and there are many days.
    """
    of = express(CASE)
    total: list[NDArray[np.float64]] = []
    n: list[NDArray[np.float64]] = []
    week = len(of.scenario.days)
    for replication in range(-(-number // week)):
        log = simulate(of.scenario, of.draw(of.scenario, seed, replication), "compiled")
        day = log.visit_rows.day[log.stop_rows.row]
        wait = Line.of(log).wait

        came = _by_day(day, np.ones(len(day)), week)
        total.append(np.stack((came, _by_day(day, wait, week), _by_day(day, wait > 15, week))))
        n.append(np.stack((np.ones(week), came, came)))
    return np.concatenate(total, axis=1)[:, :number], np.concatenate(n, axis=1)[:, :number]


def _by_day(day: NDArray[np.int64], values: NDArray[Any], days: int) -> NDArray[np.float64]:
    return np.bincount(day, values, minlength=days).astype(np.float64)
