"""Drawing: every random number of one replication, each at its own address.

`sample` is the only place where chance enters; after it nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import WorkloadError
from sim.randomness import Draws
from sim.scenario import quantities as q
from sim.scenario.calendar import Day
from sim.scenario.clock_tables import Profile
from sim.scenario.model import Demand, Journey, Scenario
from sim.scenario.profile import arrival_profile
from sim.workload import ABSENT, NEVER, Ints, Workload

Floats = NDArray[np.float64]
Drawn = Callable[[str], Floats]


def sample(scenario: Scenario, seed: int = 0, replication: int = 0) -> Workload:
    """Draw everything that is left to chance in one replication.

    Each draw has an address (`sim.randomness`): more demand adds citizens and moves none; a new
    agency, journey, stop or replication changes nobody else's draws.

    seed : any integer; replication : 0 or more
    """
    if replication < 0:
        raise WorkloadError(f"replication must be 0 or more, not {replication}")
    dates = _Dates(scenario)
    draws = Draws(seed, replication, dates.keys)
    counts = _counts(scenario, dates, draws)
    names = tuple(sorted(scenario.journeys))
    parts = [
        _journey(scenario, dates, draws, code, name, counts[code])
        for code, name in enumerate(names)
    ]
    return _assembled(scenario, replication, names, parts)


class _Dates:
    """The dates on which demand is drawn: each day once, a continuous run each of its days."""

    def __init__(self, scenario: Scenario) -> None:
        self.days = scenario.days
        of = [(d, m) for d, day in enumerate(self.days) for m in day.midnights]
        self.position = np.array([d for d, _ in of], dtype=np.int64)
        self.midnight = np.array([m for _, m in of], dtype=np.int64)
        self.keys = tuple(self.days[d].key + m // q.DAY for d, m in of)
        self.factor = np.array([scenario.day_factor(self.days[d]) for d, _ in of])
        self._demand = scenario.demand
        self._ways: dict[str, _Ways] = {}

    def ways(self, journey: Journey) -> _Ways:
        """Return when citizens of a journey come on each day."""
        own = journey.profile
        key = repr(own)
        if key not in self._ways:
            self._ways[key] = _Ways(self._demand, self.days, own)
        return self._ways[key]


class _Ways:
    """The arrival profiles of the days, each different one once."""

    def __init__(
        self, demand: Demand, days: tuple[Day, ...], own: dict[str, Profile] | None
    ) -> None:
        alike: dict[tuple[object, ...], int] = {}
        of = []
        self.profiles: list[tuple[Floats, Floats]] = []
        for day in days:
            key = (day.weekday, day.entry, day.profile, day.continuous)
            if key not in alike:
                alike[key] = len(self.profiles)
                self.profiles.append(arrival_profile(demand, day, own))
            of.append(alike[key])
        self.of = np.array(of, dtype=np.int64)


def _counts(scenario: Scenario, dates: _Dates, draws: Draws) -> list[Ints]:
    """Return how many citizens each journey (by name) has on each date."""
    busy: NDArray[Any] = np.ones(len(dates.keys))
    if scenario.demand.day_to_day > 0:
        from scipy.special import gammaincinv

        shape = scenario.demand.day_to_day**-2
        busy = gammaincinv(shape, draws.per_day("day_to_day", "")) / shape
    counts = []
    for name in sorted(scenario.journeys):
        per_day = scenario.journeys[name].per_day * scenario.demand.scale
        u = draws.per_day("count", name)
        counts.append(poisson_quantile(u, per_day * dates.factor * busy))
    return counts


def poisson_quantile(u: Floats, mean: Floats) -> Ints:
    """Return the smallest n with P(N <= n) >= u for Poisson counts; shapes broadcast."""
    from scipy.special import pdtr, pdtrik

    mean = np.broadcast_to(np.asarray(mean, dtype=np.float64), np.shape(u))
    guess = np.ceil(pdtrik(u, np.maximum(mean, 1e-300)))
    below = np.maximum(guess - 1, 0)
    counts = np.where(pdtr(below, mean) >= u, below, guess)
    return np.where(mean > 0, counts, 0).astype(np.int64)


@dataclass(frozen=True)
class _Part:
    """The citizens of one journey; stop columns are lists, one array a stop of the journey."""

    journey: int
    date: Ints
    day: Ints
    index: Ints
    origin: Ints
    visitor_class: Ints
    due: Ints
    service: list[int]
    taken: list[NDArray[np.bool_]]
    walk: list[Ints | None]
    time: list[Ints]
    patience: list[Ints | None]


def _journey(
    scenario: Scenario, dates: _Dates, draws: Draws, code: int, name: str, counts: Ints
) -> _Part:
    date = np.repeat(np.arange(len(counts)), counts)
    index = np.arange(len(date)) - np.repeat(np.cumsum(counts) - counts, counts)
    day = dates.position[date]
    due = _arrivals(dates.ways(scenario.journeys[name]), day, draws("arrival", name, counts))
    classes = list(scenario.class_shares.values())
    edges = np.cumsum(classes)[:-1]
    visitor_class = np.searchsorted(edges, draws("visitor_class", name, counts), side="right")
    slower = np.array([scenario.visitors[c].takes_longer for c in scenario.class_shares])
    part = _Part(
        code, date, day, index, np.asarray(dates.keys, dtype=np.int64)[date],
        visitor_class.astype(np.int64), due + dates.midnight[date], [], [], [], [], [],
    )  # fmt: skip
    occurrences: dict[str, int] = {}
    for number, stop in enumerate(scenario.stops_of(name)):
        occurrence = occurrences[stop.service] = occurrences.get(stop.service, 0) + 1
        address = f"{name}/{stop.service}/{occurrence}"

        def drawn(purpose: str, address: str = address) -> Floats:
            return draws(purpose, address, counts)

        taken = drawn("taken") < stop.share if stop.share < 1 else np.ones(len(date), dtype=bool)
        time = scenario.service(stop.service).time.quantile(drawn("time"))
        part.service.append(scenario.services.index(stop.service))
        part.taken.append(taken)
        part.time.append(_whole(time * slower[visitor_class]))
        part.walk.append(_walks(scenario, number, drawn))
        part.patience.append(_patience(scenario, stop.service, visitor_class, drawn))
    closes = np.array([of.ends for of in dates.days])[day]
    return _kept(part, part.due < closes)


def _kept(part: _Part, keep: NDArray[np.bool_]) -> _Part:
    """Leave out whom a continuous run, which may end within a day, does not see any more."""
    if keep.all():
        return part
    columns: dict[str, Any] = {}
    for of in fields(_Part):
        column = getattr(part, of.name)
        if isinstance(column, np.ndarray):
            columns[of.name] = column[keep]
        elif isinstance(column, list) and of.name != "service":
            columns[of.name] = [each if each is None else each[keep] for each in column]
    return replace(part, **columns)


def _arrivals(ways: _Ways, day: Ints, u: Floats) -> Ints:
    """Return when each citizen comes: the profile's quantile of her uniform; (n,) µs."""
    due = np.empty(len(u), dtype=np.int64)
    way = ways.of[day]
    for number, (edges, cumulated) in enumerate(ways.profiles):
        here = way == number
        at = np.floor(np.interp(u[here], cumulated, edges)).astype(np.int64)
        due[here] = np.minimum(at, int(edges[-1]) - 1)  # never the instant of the last ticket
    return due


def _walks(scenario: Scenario, number: int, drawn: Drawn) -> Ints | None:
    if number == 0 or scenario.hall.walk is None:
        return None
    return _whole(scenario.hall.walk.quantile(drawn("walk")))


def _patience(scenario: Scenario, service: str, visitor_class: Ints, drawn: Drawn) -> Ints | None:
    """Return patience by the service's law, else by that of her class; (n,) µs or NEVER."""
    own = scenario.service(service).patience
    laws = [own or scenario.visitors[name].patience for name in scenario.class_shares]
    if not any(laws):
        return None
    u = drawn("patience")
    patience = np.full(len(u), NEVER, dtype=np.int64)
    for code, law in enumerate(laws):
        here = visitor_class == code
        if law is not None and here.any():
            until = law.quantile(u[here])
            patience[here] = np.where(np.isfinite(until), _whole(until), NEVER)
    return patience


def _whole(values: Floats) -> Ints:
    """Round to whole µs, half to even; infinite values are the caller's business."""
    return np.rint(np.where(np.isfinite(values), values, 0)).astype(np.int64)


def _assembled(
    scenario: Scenario, replication: int, names: tuple[str, ...], parts: list[_Part]
) -> Workload:
    """Put the journeys' citizens into one table, sorted by day, due time and identity."""
    journey = np.concatenate([np.full(len(p.day), p.journey, dtype=np.int64) for p in parts])
    day = np.concatenate([p.day for p in parts])
    due = np.concatenate([p.due for p in parts])
    order = np.lexsort((np.arange(len(day)), due, day))  # parts come in the order of identity
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))

    first = 0
    columns: dict[str, list[Ints]] = {
        key: [] for key in ("visit", "stop", "service", "walk", "time", "patience")
    }
    for part in parts:
        visit = place[first : first + len(part.day)]
        first += len(part.day)
        for k, service in enumerate(part.service):
            taken = part.taken[k]
            n = int(taken.sum())
            walk, patience = part.walk[k], part.patience[k]
            columns["visit"].append(visit[taken])
            columns["stop"].append(np.full(n, k + 1, dtype=np.int64))
            columns["service"].append(np.full(n, service, dtype=np.int64))
            columns["walk"].append(np.zeros(n, np.int64) if walk is None else walk[taken])
            columns["time"].append(part.time[k][taken])
            columns["patience"].append(
                np.full(n, NEVER, np.int64) if patience is None else patience[taken]
            )
    at_stop = {key: np.concatenate(c) if c else np.empty(0, np.int64) for key, c in columns.items()}
    by_visit = np.lexsort((at_stop["stop"], at_stop["visit"]))
    stops = np.bincount(at_stop["visit"], minlength=len(day)) if len(day) else np.empty(0, np.int64)
    offset = np.concatenate(([0], np.cumsum(stops))).astype(np.int64)
    walk = at_stop["walk"][by_visit]
    walk[offset[:-1][stops > 0]] = 0  # the first stop is at the door
    return Workload(
        replication=replication,
        days=tuple(d.label for d in scenario.days),
        journeys=names,
        services=scenario.services,
        classes=tuple(scenario.class_shares),
        day=day[order],
        journey=journey[order],
        index=np.concatenate([p.index for p in parts])[order],
        origin=np.concatenate([p.origin for p in parts])[order],
        attempt=np.ones(len(day), dtype=np.int64),
        visitor_class=np.concatenate([p.visitor_class for p in parts])[order],
        booked=np.full(len(day), ABSENT, dtype=np.int64),
        due=due[order],
        offset=offset,
        stop=at_stop["stop"][by_visit],
        service=at_stop["service"][by_visit],
        walk=walk,
        time=at_stop["time"][by_visit],
        patience=at_stop["patience"][by_visit],
    )
