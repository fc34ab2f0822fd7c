"""Exact quantiles of the waits: the smallest that a share of at least p does not exceed."""

from __future__ import annotations

import math

import numpy as np

from sim.jit import kernel
from sim.statistics.tally.columns import Stops, Visits
from sim.statistics.tally.mall import Ints, Mall
from sim.statistics.tally.sums import Aside, Sums

SHARES = (0.5, 0.9, 0.95, 1.0)
"""The median, the 90th and 95th percentile, the longest: the columns of `Sums.quantiles`."""


@kernel
def add_quantiles(
    order: Ints, stops: Stops, visits: Visits, mall: Mall, aside: Aside, sums: Sums
) -> None:
    """Walk from the shortest wait to the longest; the wait at a quantile's place is noted.

    order : the stops that were called, by wait
    """
    row, service, of_day, of_class = stops.row, stops.service, visits.day, visits.visitor_class
    wait, weekday_of, agency_of = aside.wait, mall.weekday, mall.agency_of_service
    quantiles, of_all, agencies, services = (
        sums.quantiles,
        mall.weekdays,
        mall.agencies,
        mall.services,
    )
    called = np.zeros(quantiles.shape[:2], dtype=np.int64)
    for k in order:
        visit, of = row[k], service[k]
        for entity in _whose(of, agency_of[of], of_class[visit], agencies, services):
            called[entity, weekday_of[of_day[visit]]] += 1
            called[entity, of_all] += 1
    place = _places(called)
    seen, found = np.zeros_like(called), np.zeros_like(called)
    for k in order:
        visit, of = row[k], service[k]
        for entity in _whose(of, agency_of[of], of_class[visit], agencies, services):
            for days in (weekday_of[of_day[visit]], of_all):
                if days < of_all == 1:
                    continue  # on the only weekday are the waits of all days
                seen[entity, days] += 1
                while place[entity, days, found[entity, days]] == seen[entity, days]:
                    quantiles[entity, days, found[entity, days]] = wait[k]
                    found[entity, days] += 1


@kernel
def _whose(
    service: int, agency: int, visitor_class: int, agencies: int, services: int
) -> tuple[int, int, int, int]:
    """Return the places of the mall, and of an agency, a service and a class."""
    return 0, 1 + agency, 1 + agencies + service, 1 + agencies + services + visitor_class


@kernel
def _places(called: Ints) -> Ints:
    """Return which wait each quantile is, counted from the shortest; behind the last stands 0."""
    found = np.zeros((*called.shape, len(SHARES) + 1), dtype=np.int64)
    for entity in range(called.shape[0]):
        for of in range(called.shape[1]):
            for k in range(len(SHARES)):
                # the tolerance keeps ceil(0.9 * 10) at 9 where p * n is a hair above it
                place = math.ceil(SHARES[k] * called[entity, of] - 1e-9)
                found[entity, of, k] = max(place, 1)
    return found
