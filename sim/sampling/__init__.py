"""Drawing: every random number of one replication, each at its own address.

`sample` is the only place where chance enters; after it nothing is random. Replications may be
drawn together: then the days of one follow those of another as if they were one long run, and a
call of NumPy serves them all. Who is drawn together with whom changes no number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import WorkloadError
from sim.randomness import Addresses, Draws
from sim.sampling.assembly import APART, Part, Visits, assembled, some
from sim.sampling.booked import book
from sim.sampling.counts import counts_of, poisson_quantile
from sim.sampling.dates import Dates, dates_of
from sim.sampling.laws import NONE
from sim.sampling.online import take_numbers
from sim.sampling.outages import draw_outages
from sim.sampling.returns import Returns, attempted
from sim.sampling.steps import Way
from sim.sampling.stops import Place, Rows, by_class, rows_of, whole
from sim.sampling.terms import book_of
from sim.sampling.together import documents_of, people_of
from sim.scenario.model import Scenario
from sim.scenario.surge import Surge
from sim.workload import ABSENT, COMES, OPENINGS, STAYS_AWAY, Ints, Workload, all_officers
from sim.workload.replications import Replications

AT_ONCE = 40_000
"""Citizens in all that are drawn together, about: more are not quicker, and take their room."""


def sample(scenario: Scenario, seed: int = 0, replication: int = 0) -> Workload:
    """Draw everything that is left to chance in one replication.

    Each draw has an address (`sim.randomness`): more demand adds citizens and moves none; a new
    agency, journey, stop or replication changes nobody else's draws.

    scenario : whose citizens; seed : any integer; replication : 0 or more
    """
    return samples(scenario, seed, range(replication, replication + 1))[0]


def drawn_together(scenario: Scenario, seed: int, replications: range) -> Iterator[Replications]:
    """Draw replications, and yield those that were drawn together."""
    dates = dates_of(scenario)
    citizens = scenario.demand.scale * sum(
        journey.per_day * dates.factors[name].sum() for name, journey in scenario.journeys.items()
    )
    together = max(1, int(AT_ONCE / max(citizens, 1.0)))
    for first in range(replications.start, replications.stop, together):
        yield at_once(scenario, seed, replications[first - replications.start :][:together])


def samples(scenario: Scenario, seed: int, replications: range) -> list[Workload]:
    """Draw replications together, which is quicker; each is what `sample` returns."""
    return at_once(scenario, seed, replications).apart()


def at_once(scenario: Scenario, seed: int, replications: range) -> Replications:
    """Draw replications at one go."""
    if replications.start < 0:
        raise WorkloadError(f"replication must be 0 or more, not {replications.start}")
    dates = dates_of(scenario)
    draws = Draws(seed, replications, dates.keys)
    counts = counts_of(scenario, dates, draws)
    parts = [
        part
        for code, name in enumerate(sorted(scenario.journeys))
        for part in _attempts(scenario, dates, draws, code, name, counts[code])
    ]
    for place, name in enumerate(sorted(scenario.demand.surges), start=1):
        surge = scenario.demand.surges[name]
        own = draws.under(f"surge {name}")
        code = sorted(scenario.journeys).index(surge.journey)
        on = np.tile([float(surge.on(day)) for day in dates.of], len(replications))
        extra = poisson_quantile(own.per_day("count", ""), surge.visits * on)
        parts += _attempts(scenario, dates, own, code, surge.journey, extra, (surge, place))
    columns = assembled(parts, book_of(scenario), replications.start, len(dates.days))
    begins = np.tile(dates.begins, len(replications))
    run = Workload(
        replication=replications.start,
        days=tuple(day.label for day in scenario.played) * len(replications),
        journeys=tuple(sorted(scenario.journeys)),
        services=scenario.services,
        classes=tuple(scenario.class_shares),
        **columns,
        **_officers(scenario, draws, begins),
        outages=draw_outages(scenario, draws, begins),
    )
    return Replications(replications, run.known_to_fit(scenario))


def _attempts(
    scenario: Scenario, dates: Dates, draws: Draws, code: int, name: str, counts: Ints,
    surge: tuple[Surge, int] | None = None,
) -> Iterator[Part]:  # fmt: skip
    """Yield the first attempts of a journey's citizens, then each one that may follow.

    The same citizen comes for the same stops, on another day and with draws of her own.
    """
    at = draws.addresses(counts)
    part = _journey(scenario, dates, at, code, name, counts, surge)
    back = scenario.come_back_of(name)
    if back is None:
        yield part
        return
    returns = Returns(dates.working, back, name)
    visits = part.visits | {"back": returns.held(at, 1)}
    yield replace(part, visits=visits)
    stay = [scenario.visitors[c].patience_in_mall for c in scenario.class_shares]
    for attempt in range(2, back.at_most + 2):
        of, last = attempted(name, attempt), attempt > back.at_most
        day = returns.days_after(visits["day"], at, attempt - 1)
        comes = np.flatnonzero(returns.may(visits["back"]) & (day >= 0))
        if not len(comes):
            return
        at, day, visits = at.of(comes), day[comes], some(visits, comes)
        visits |= {
            "day": day,
            "attempt": attempt,
            "due": dates.arrivals(name, day, at("arrival", of)),
            "stay": by_class(stay, visits["visitor_class"], at, "stay", of),
            "booked": ABSENT,
            "comes": COMES.index("comes"),
            "lead": ABSENT,
            "back": STAYS_AWAY if last else returns.held(at, attempt),
        }
        yield Part(visits, _stops_of(scenario, name, at, attempt))


def _journey(
    scenario: Scenario, dates: Dates, at: Addresses, code: int, name: str, counts: Ints,
    surge: tuple[Surge, int] | None,
) -> Part:  # fmt: skip
    """Draw the citizens of a journey.

    A continuous run, which may end within a day, does not see who comes after it. On a day of
    its own nobody is left out: who comes after its end is refused.
    """
    times = len(counts) // len(dates.keys)
    day = np.repeat(dates.positions(times), counts)
    u = at("arrival", name)
    if surge is None:
        due, first = dates.arrivals(name, day, u), 0
    else:
        due, first = whole(surge[0].times(u)), surge[1] * APART
    continuous = dates.days[0].continuous
    of_class = _classes(scenario, at, name)
    stay = [scenario.visitors[c].patience_in_mall for c in scenario.class_shares]
    visits: Visits = {
        "day": day,
        "journey": code,
        "index": first + at.index.view(np.int64),
        "first": first,
        "origin": at.day.view(np.int64),
        "visitor_class": of_class,
        "due": due + np.repeat(np.tile(dates.midnight, times), counts) if continuous else due,
        "stay": by_class(stay, of_class, at, "stay", name),
        "people": people_of(scenario, of_class, at, name),
        "documents": documents_of(scenario, of_class, at, name),
        "attempt": 1,
        "back": STAYS_AWAY,
        "lead": ABSENT,
    }
    booking = scenario.journeys[name].booking if surge is None else None
    book(booking, dates.days, visits, lambda purpose: at(purpose, name))
    online = scenario.journeys[name].online_number if surge is None else None
    take_numbers(online, dates.days, visits, lambda purpose: at(purpose, name))
    part = Part(visits, _stops_of(scenario, name, at))
    return part.of(visits["due"] < dates.days[0].ends) if continuous else part


def _classes(scenario: Scenario, at: Addresses, name: str) -> Ints | int:
    """Draw the class of each citizen of a journey."""
    if len(scenario.class_shares) == 1:
        return 0
    u = at("visitor_class", name)
    edges = np.cumsum(list(scenario.class_shares.values()))[:-1]
    found: Ints = np.sum([u >= edge for edge in edges], axis=0, dtype=np.int64)
    return found


def _stops_of(scenario: Scenario, name: str, at: Addresses, attempt: int = 1) -> list[Rows]:
    """Draw who makes the stops of a journey, and how her tries there end."""
    rows: list[Rows] = []
    book = book_of(scenario)
    at_entrance = sum(step.places for step in scenario.entrance_of(name))
    for number, made in enumerate(Way(name, len(at), at).steps(scenario.steps_of(name))):
        who = np.flatnonzero(made.who)
        if not len(who):
            continue
        place = Place(
            address=attempted(made.address, attempt),
            number=number + 1,
            group=made.group,
            pick=made.pick,
            walk=book.walk if number else NONE,
            booked=made.stop.service == scenario.journeys[name].booked_service,
            documents=number >= at_entrance,
        )
        rows += rows_of(book.terms[made.stop.service], place, who, at)
    return rows


def _officers(scenario: Scenario, draws: Draws, one: Ints) -> dict[str, NDArray[Any]]:
    """Draw which officers are missing or late on each day, by the name of the counter.

    one : for each date 1 if a day begins on it, else 0
    """
    times = len(draws.replications)
    officers = {key: np.concatenate([of] * times) for key, of in all_officers(scenario).items()}
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
