"""How many citizens each journey has on each date."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.randomness import Draws
from sim.sampling.dates import Dates
from sim.sampling.stops import Floats
from sim.scenario.model import Scenario
from sim.workload import Ints


def counts_of(scenario: Scenario, dates: Dates, draws: Draws) -> list[Ints]:
    """Return how many citizens each journey (by name) has on each date."""
    shared = _busy(scenario.demand.day_to_day, draws, "")
    of_agency = {
        name: _busy(agency.day_to_day, draws, f"agency {name}")
        for name, agency in scenario.agencies.items()
    }
    counts = []
    for name in sorted(scenario.journeys):
        journey = scenario.journeys[name]
        per_day = journey.per_day * scenario.demand.scale
        mean = per_day * np.tile(dates.factors[name], len(draws.replications)) * shared
        mean = mean * of_agency[journey.comes_for] * _busy(journey.day_to_day, draws, name)
        counts.append(poisson_quantile(draws.per_day("count", name), mean))
    return counts


def _busy(variation: float, draws: Draws, name: str) -> NDArray[Any]:
    """Return how busy each date is: gamma with a mean of 1.

    name : of the draw: "" for all journeys, `agency NAME` for those who come for it, or a
        journey's own, which holds no space
    """
    if variation == 0:
        return np.ones(len(draws))
    from scipy.special import gammaincinv

    shape = variation**-2
    found: NDArray[Any] = gammaincinv(shape, draws.per_day("day_to_day", name)) / shape
    return found


def poisson_quantile(u: Floats, mean: Floats) -> Ints:
    """Return the smallest n with P(N <= n) >= u for Poisson counts; shapes broadcast."""
    from scipy.special import ndtri, pdtr

    mean = np.broadcast_to(np.asarray(mean, dtype=np.float64), np.shape(u))
    z = ndtri(u)  # by its first terms (Cornish and Fisher 1938) the answer is 1 or 2 beside it
    n = np.maximum(np.floor(mean + z * np.sqrt(mean) + (z * z - 1) / 6), 0.0)
    while (few := pdtr(n, mean) < u).any():
        n = n + few
    while (many := (n > 0) & (pdtr(np.maximum(n - 1, 0), mean) >= u)).any():
        n = n - many
    return np.where(mean > 0, n, 0).astype(np.int64)
