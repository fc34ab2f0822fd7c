"""Drawing: every random number of one replication, each at its own address.

`sample` is the only place where chance enters; after it nothing is random.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import WorkloadError
from sim.randomness import Draws
from sim.sampling.outages import draw_outages
from sim.sampling.returns import Returns, attempted
from sim.sampling.steps import Way
from sim.sampling.stops import UNUSED, Columns, Drawn, Rows, by_class, rows_of, whole
from sim.scenario import quantities as q
from sim.scenario.booking import Booking
from sim.scenario.calendar import Day
from sim.scenario.clock_tables import Profile
from sim.scenario.model import Demand, Journey, Scenario
from sim.scenario.profile import arrival_profile
from sim.scenario.surge import Surge
from sim.workload import (
    ABSENT,
    COMES,
    OPENINGS,
    STAYS_AWAY,
    Ints,
    Workload,
    all_officers,
)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
APART = 1_000_000
"""Between the indices of a journey's citizens and those of surges: more than a day has."""


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
    parts = [
        part
        for code, name in enumerate(sorted(scenario.journeys))
        for part in _attempts(scenario, dates, draws, code, name, counts[code])
    ]
    for place, name in enumerate(sorted(scenario.demand.surges), start=1):
        surge = scenario.demand.surges[name]
        own = draws.under(f"surge {name}")
        code = sorted(scenario.journeys).index(surge.journey)
        on = np.array([surge.on(day) for day in dates.of], dtype=np.float64)
        extra = poisson_quantile(own.per_day("count", ""), surge.visits * on)
        parts += _attempts(scenario, dates, own, code, surge.journey, extra, (surge, place))
    return _assembled(scenario, draws, dates, parts)


class _Dates:
    """The dates on which demand is drawn: each day once, a continuous run each of its days."""

    def __init__(self, scenario: Scenario) -> None:
        self.days = scenario.played
        of = [(d, m) for d, day in enumerate(self.days) for m in day.midnights]
        self.position = np.array([d for d, _ in of], dtype=np.int64)
        self.midnight = np.array([m for _, m in of], dtype=np.int64)
        self.keys = tuple(self.days[d].key + m // q.DAY for d, m in of)
        self.of = [self.days[d] for d, _ in of]
        self._demand = scenario.demand
        self._ways: dict[str, _Ways] = {}

    def factor(self, scenario: Scenario, journey: str) -> Floats:
        """Return the demand of a journey on each date over that of an ordinary one."""
        return np.array([scenario.day_factor(day, journey) for day in self.of])

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
    shared = _busy(scenario.demand.day_to_day, draws, "")
    counts = []
    for name in sorted(scenario.journeys):
        journey = scenario.journeys[name]
        per_day = journey.per_day * scenario.demand.scale
        mean = per_day * dates.factor(scenario, name) * shared
        mean = mean * _busy(journey.day_to_day, draws, name)
        counts.append(poisson_quantile(draws.per_day("count", name), mean))
    return counts


def _busy(variation: float, draws: Draws, name: str) -> NDArray[Any]:
    """Return how busy each date is, of all journeys ("") or of one: gamma with a mean of 1."""
    if variation == 0:
        return np.ones(len(draws.days))
    from scipy.special import gammaincinv

    shape = variation**-2
    found: NDArray[Any] = gammaincinv(shape, draws.per_day("day_to_day", name)) / shape
    return found


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
    """The citizens of one journey, in the order of identity.

    visits : columns of the visits; stops : for each stop of the journey who takes it, and the
    columns of those stops that the scenario uses
    """

    visits: Columns
    stops: list[Rows]


def _attempts(
    scenario: Scenario, dates: _Dates, draws: Draws, code: int, name: str, counts: Ints,
    surge: tuple[Surge, int] | None = None,
) -> Iterator[_Part]:  # fmt: skip
    """Yield the first attempts of a journey's citizens, then each one that may follow.

    The same citizen comes for the same stops, on another day and with draws of her own.
    """
    part = _journey(scenario, dates, draws, code, name, counts, surge)
    back = scenario.come_back_of(name)
    if back is None:
        yield part
        return
    returns = Returns(scenario, back, lambda of, n: draws(of, attempted(name, n), counts))
    visits, here = {**part.visits, "back": returns.held(1)}, np.ones(counts.sum(), dtype=bool)
    yield _Part(visits, part.stops)
    stay = [scenario.visitors[c].patience_in_mall for c in scenario.class_shares]
    for attempt in range(2, back.at_most + 2):
        at, last = attempted(name, attempt), attempt > back.at_most
        day = returns.days_after(visits["day"], attempt - 1)
        here = here & returns.may(visits["back"]) & (day >= 0)
        if not here.any():
            return
        day = np.maximum(day, 0)
        u = draws("arrival", at, counts)
        of_class = visits["visitor_class"]
        visits = visits | {
            "day": day,
            "attempt": np.full(len(day), attempt, dtype=np.int64),
            "due": _arrivals(dates.ways(scenario.journeys[name]), day, u),
            "stay": by_class(stay, of_class, partial(draws, "stay", at, counts)),
            "booked": np.full(len(day), ABSENT, dtype=np.int64),
            "comes": np.zeros(len(day), dtype=np.int64),
            "back": np.full(len(day), STAYS_AWAY) if last else returns.held(attempt),
        }
        stops = _stops_of(scenario, name, visits, draws, counts, attempt)
        yield _kept(_Part(visits, stops), here)


def _journey(
    scenario: Scenario, dates: _Dates, draws: Draws, code: int, name: str, counts: Ints,
    surge: tuple[Surge, int] | None,
) -> _Part:  # fmt: skip
    date = np.repeat(np.arange(len(counts)), counts)
    day, u = dates.position[date], draws("arrival", name, counts)
    if surge is None:
        due, first = _arrivals(dates.ways(scenario.journeys[name]), day, u), 0
    else:
        due, first = whole(surge[0].times(u)), surge[1] * APART
    edges = np.cumsum(list(scenario.class_shares.values()))[:-1]
    visitor_class = np.searchsorted(edges, draws("visitor_class", name, counts), side="right")
    stay = [scenario.visitors[c].patience_in_mall for c in scenario.class_shares]
    visits = {
        "day": day,
        "journey": np.full(len(date), code, dtype=np.int64),
        "index": first + np.arange(len(date)) - np.repeat(np.cumsum(counts) - counts, counts),
        "origin": np.asarray(dates.keys, dtype=np.int64)[date],
        "visitor_class": visitor_class.astype(np.int64),
        "due": due + dates.midnight[date],
        "stay": by_class(stay, visitor_class, lambda: draws("stay", name, counts)),
        "attempt": np.ones(len(date), dtype=np.int64),
        "back": np.full(len(date), STAYS_AWAY),
    }
    booking = scenario.journeys[name].booking if surge is None else None
    _book(booking, dates, visits, lambda purpose: draws(purpose, name, counts))
    part = _Part(visits, _stops_of(scenario, name, visits, draws, counts))
    return _kept(part, visits["due"] < dates.days[0].ends) if dates.days[0].continuous else part


def _stops_of(
    scenario: Scenario, name: str, visits: Columns, draws: Draws, counts: Ints, attempt: int = 1
) -> list[Rows]:
    """Draw the stops of a journey: who makes them, and what she needs there."""
    way = Way(name, len(visits["due"]), lambda purpose, address: draws(purpose, address, counts))
    stops = []
    for number, made in enumerate(way.steps(scenario.steps_of(name))):

        def drawn(
            purpose: str,
            again: int = 0,
            tries: int = 1,
            address: str = attempted(made.address, attempt),
        ) -> Floats:
            of = address if tries == 1 else f"{address}/try {tries}"
            return draws(purpose, of, counts, again)

        rows = list(rows_of(scenario, made.stop, visits["visitor_class"], made.who, drawn))
        first = rows[0][1]
        if number and scenario.hall.walk:
            first["walk"] = whole(scenario.hall.walk.quantile(drawn("walk")))
        if made.stop.service == scenario.journeys[name].booked_service:
            first["slot"] = visits["booked"]
        for _, columns in rows:
            same = {"stop": number + 1, "pick": made.pick, "group": made.group}
            columns |= {key: np.full(len(made.who), k, dtype=np.int64) for key, k in same.items()}
        stops += rows
    return stops


def _kept(part: _Part, keep: Bools) -> _Part:
    """Leave out whom a continuous run, which may end within a day, does not see any more.

    On a day of its own nobody is left out: who comes after its end is refused.
    """
    if keep.all():
        return part
    return _Part(
        {key: column[keep] for key, column in part.visits.items()},
        [
            (taken[keep], {key: column[keep] for key, column in columns.items()})
            for taken, columns in part.stops
        ],
    )


def _book(booking: Booking | None, dates: _Dates, visits: dict[str, Ints], drawn: Drawn) -> None:
    """Give the citizens who book their seats, in their order, and draw who comes, and when."""
    number = len(visits["due"])
    visits["booked"] = np.full(number, ABSENT, dtype=np.int64)
    visits["comes"] = np.zeros(number, dtype=np.int64)
    if booking is None:
        return
    books = drawn("books") < booking.share
    cancels = books & (drawn("cancelled") < booking.cancelled)
    takes = books & ~cancels if booking.rebooked else books
    for position, day in enumerate(dates.days):
        here = visits["day"] == position
        slots = np.repeat(np.array(booking.slots(day), dtype=np.int64), booking.seats)
        # Whom a cancelled seat is given to has the seat of who cancelled: as if she never booked.
        seat = np.cumsum(takes & here) - (takes & here)
        sits = books & here & (seat < len(slots))
        visits["booked"][sits] = slots[seat[sits]]
        late = books & here & ~sits
        visits["comes"][late] = COMES.index(_BEYOND[booking.beyond])
    sits = visits["booked"] != ABSENT
    visits["comes"][sits & (drawn("no_show") < booking.no_show)] = COMES.index("no_show")
    visits["comes"][sits & cancels] = COMES.index("cancelled")
    early = booking.punctuality.quantile(drawn("punctuality")) if booking.punctuality else 0.0
    due = visits["booked"] + whole(np.broadcast_to(early, number))
    visits["due"] = np.where(sits, np.maximum(due, 0), visits["due"])


_BEYOND = {"moved": "moved", "lost": "lost", "walk_in": "comes"}


def _arrivals(ways: _Ways, day: Ints, u: Floats) -> Ints:
    """Return when each citizen comes: the profile's quantile of her uniform; (n,) µs."""
    due = np.empty(len(u), dtype=np.int64)
    way = ways.of[day]
    for number, (edges, cumulated) in enumerate(ways.profiles):
        here = way == number
        at = np.floor(np.interp(u[here], cumulated, edges)).astype(np.int64)
        due[here] = np.minimum(at, int(edges[-1]) - 1)  # never the instant of the last ticket
    return due


def _officers(scenario: Scenario, draws: Draws, dates: _Dates) -> dict[str, NDArray[Any]]:
    """Draw which officers are missing or late on each day, by the name of the counter."""
    officers = all_officers(scenario)
    one = (dates.midnight == 0).astype(np.int64)
    for k, (name, label) in enumerate(scenario.counters):
        agency, post = scenario.agencies[name], f"{name}/{label}"
        if agency.absence:
            officers["absent"][:, k] = draws("absent", post, one) < agency.absence
        if agency.away:
            officers["absent"][:, k] |= draws("away", name, one) < agency.away
        if agency.late:
            for opening in range(OPENINGS):
                late = agency.late.quantile(draws("late", post, one, opening))
                officers["late"][:, k, opening] = whole(np.where(np.isfinite(late), late, 0))
    return officers


def _assembled(scenario: Scenario, draws: Draws, dates: _Dates, parts: list[_Part]) -> Workload:
    """Put the journeys' citizens into one table, sorted by day, due time and identity."""
    visits = {key: np.concatenate([p.visits[key] for p in parts]) for key in parts[0].visits}
    total = len(visits["day"])
    identity = (visits[key] for key in ("attempt", "index", "origin", "journey"))
    walk_in = visits["booked"] == ABSENT
    order = np.lexsort((*identity, walk_in, visits["due"], visits["day"]))
    place = np.empty(total, dtype=np.int64)
    place[order] = np.arange(total)
    visit, columns = _stops(parts, place)
    by_visit = np.lexsort((columns["tries"], columns["stop"], visit))
    stops = np.bincount(visit, minlength=total)
    offset = np.concatenate(([0], np.cumsum(stops))).astype(np.int64)
    columns = {key: column[by_visit] for key, column in columns.items()}
    first = offset[:-1][stops > 0]
    columns["walk"][first[columns["group"][first] == 0]] = 0  # the first stop is at the door
    return Workload(
        replication=draws.replication,
        days=tuple(d.label for d in scenario.played),
        journeys=tuple(sorted(scenario.journeys)),
        services=scenario.services,
        classes=tuple(scenario.class_shares),
        **{key: column[order] for key, column in visits.items()},
        offset=offset,
        **columns,
        **_officers(scenario, draws, dates),
        outages=draw_outages(scenario, draws, (dates.midnight == 0).astype(np.int64)),
    )


def _stops(parts: list[_Part], place: Ints) -> tuple[Ints, dict[str, NDArray[Any]]]:
    """Return the visit and the columns of every stop that is taken, in no order."""
    visits: list[Ints] = [np.empty(0, dtype=np.int64)]
    columns: dict[str, list[NDArray[Any]]] = {
        key: [np.empty(0, dtype=np.float64 if key == "balk" else np.int64)]
        for key in ("stop", "service", "time", *UNUSED)
    }
    first = 0
    for part in parts:
        here = place[first : first + len(part.visits["day"])]
        first += len(here)
        for taken, drawn in part.stops:
            visits.append(here[taken])
            for key, column in columns.items():
                if key in drawn:
                    column.append(drawn[key][taken])
                else:
                    column.append(np.full(int(taken.sum()), UNUSED[key], column[0].dtype))
    return np.concatenate(visits), {k: np.concatenate(c) for k, c in columns.items()}
