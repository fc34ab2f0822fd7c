"""Sums cut as results are: all together, by weekday, by hour, by both or by date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.statistics import office_work
from sim.statistics.slices import Floats, Slices
from sim.statistics.tally import counters, hall, lines, stops, visits
from sim.statistics.tally.mall import Mall
from sim.statistics.tally.sums import Sums

Cut = dict[str, Floats]
"""Of each kind of slices a table, (R, entities, slices, columns)."""


@dataclass(frozen=True)
class Noun:
    """What rows are about, and what is measured of it.

    scopes : those of its entities, in their order
    measures : each as one column over another; times : the columns that are times
    cut : the sums by kind of slices; a column that a kind lacks is left out, or 0
    """

    scopes: tuple[str, ...]
    measures: Mapping[str, tuple[int, int]]
    times: tuple[int, ...]
    cut: Callable[[Sums, Mall], Cut]


def numbers_of(each: Sequence[Sums], mall: Mall, slices: Mapping[str, Slices]) -> Floats:
    """Return all numbers of which the measures of logs are made, side by side; (R, numbers).

    First those of `tables_of`, then how many minutes each slice lasts and how many days it covers.
    """
    replications, sums = len(each), Sums(*(np.stack(of) for of in zip(*each, strict=True)))
    tables = [t.reshape(replications, -1) for t in tables_of(sums, mall, slices).values()]
    known = [part for of in slices.values() if of.labels for part in (of.minutes, of.days)]
    of_slices = np.tile(np.concatenate(known), (replications, 1))
    return np.concatenate([*tables, of_slices], axis=1)


def tables_of(
    sums: Sums, mall: Mall, slices: Mapping[str, Slices]
) -> dict[tuple[str, str], Floats]:
    """Return the sums of each noun by each kind of slices; (R, entities, slices, columns) each.

    sums : of R logs, each table with an axis more than `Sums` says, the first
    """
    return {
        (name, kind): table.reshape(*table.shape[:2], len(slices[kind]), -1)
        for name, noun in NOUNS.items()
        for kind, table in noun.cut(sums, mall).items()
        if slices[kind].labels and table.size
    }


def _of_stops(sums: Sums, mall: Mall) -> Cut:
    by_hour = sums.stops_by_hour
    weekday = np.concatenate((by_hour.sum(axis=3), sums.stops[..., stops.BY_HOUR :]), axis=-1)
    both, weekday = (_with_agencies(table, mall) for table in (by_hour, weekday))
    each, of_all = sums.quantiles[:, :, : mall.weekdays], sums.quantiles[:, :, mall.weekdays]
    if mall.weekdays == 1:
        each = of_all[:, :, None]
    return {
        "all": np.concatenate((weekday.sum(axis=2), of_all), axis=-1),
        "weekday": np.concatenate((weekday, each), axis=-1),
        "hour": both.sum(axis=2),
        "both": both,
        "date": sums.stops_by_date[:, None],
    }


def _with_agencies(table: Floats, mall: Mall) -> Floats:
    """Return the mall, all agencies, all services and all classes, of services and classes."""
    services = table[:, : mall.services]
    each = [services[:, mall.agency_of_service == of].sum(axis=1) for of in range(mall.agencies)]
    return np.concatenate((services.sum(axis=1)[:, None], np.stack(each, axis=1), table), axis=1)


def _of_visits(sums: Sums, mall: Mall) -> Cut:
    whole = sums.visits[:, : mall.journeys].sum(axis=1)[:, None]
    weekday = np.concatenate((whole, sums.visits), axis=1)
    return {
        "all": weekday.sum(axis=2),
        "weekday": weekday,
        "date": sums.visits_by_date[:, None],
    }


def _of_lines(sums: Sums, _: Mall) -> Cut:
    hours, whole = sums.lines[..., :-1], sums.lines[..., -1]
    return {
        "all": np.stack((whole.sum(axis=2), sums.longest.max(axis=2)), axis=-1),
        "weekday": np.stack((whole, sums.longest), axis=-1),
        "hour": hours.sum(axis=2),
        "both": hours,
    }


def _of_hall(sums: Sums, mall: Mall) -> Cut:
    hours, whole = sums.hall[..., :-1], sums.hall[..., -1]
    most = np.zeros_like(whole)
    np.maximum.at(most.T, mall.weekday, sums.fullest.T)
    weekday = np.stack((whole, most, sums.standing, sums.overtime), axis=-1)
    of_all = weekday.sum(axis=1)
    of_all[:, hall.MOST] = most.max(axis=1)
    by_date = np.stack((np.zeros_like(sums.fullest), sums.fullest), axis=-1)
    cut = {
        "all": of_all,
        "weekday": weekday,
        "hour": hours.sum(axis=1),
        "both": hours,
        "date": by_date,
    }
    return {kind: table[:, None] for kind, table in cut.items()}


def _of_counters(sums: Sums, _: Mall) -> Cut:
    hours, whole = sums.counters[..., :-1, :], sums.counters[..., -1, :]
    return {"all": whole.sum(axis=2), "weekday": whole, "hour": hours.sum(axis=2)}


def _of_office_work(sums: Sums, _: Mall) -> Cut:
    return {"all": sums.office_work.sum(axis=2), "weekday": sums.office_work}


NOUNS = {
    "stops": Noun(
        ("mall", "agency", "service", "visitor_class"), stops.MEASURES, stops.TIMES, _of_stops
    ),
    "visits": Noun(("mall", "journey", "visitor_class"), visits.MEASURES, visits.TIMES, _of_visits),
    "lines": Noun(("mall", "agency"), lines.MEASURES, lines.TIMES, _of_lines),
    "hall": Noun(("mall",), hall.MEASURES, hall.TIMES, _of_hall),
    "counters": Noun(("agency",), counters.MEASURES, counters.TIMES, _of_counters),
    "office_work": Noun(("agency",), office_work.MEASURES, office_work.TIMES, _of_office_work),
}
