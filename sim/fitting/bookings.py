"""Bookings of a log: how many book, when they come, who does not, and at which times.

Who comes how early is told from booked times an hour or more from the doors and the last ticket:
at the ends nobody can be earlier than the doors, nor later than the last ticket.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.fitting.history import Bools, History, Ints
from sim.fitting.likelihood import Floats
from sim.fitting.opening import Opening
from sim.fitting.routes import Routes
from sim.scenario import quantities as q
from sim.scenario.weekdays import Span
from sim.statistics.intervals import Estimate, ratio_intervals, t_factor
from sim.workload import ABSENT

FEWEST = 30
"""With fewer who booked and came nothing is told."""
_RARE = 0.005
"""A booked time with a smaller share of the bookings begins no slot."""
_SHORTEST = 5 * q.MINUTE
_FAR = q.HOUR
_KS, _OFF = 1.36, 0.05
"""Kolmogorov's 5 % point over the root of n, and a share of citizens that matters."""
_RANKS = (np.arange(50) + 0.5) / 50


@dataclass(frozen=True, eq=False)
class Booked:
    """The bookings of a journey.

    n : who booked and came; share : of its citizens who book; no_show, cancelled : of those who
        book, as a scenario says it; None where the log has none who booked and did not come
    early : minutes of the ticket less the booked time, (n,) those that tell; mean, sd : theirs
    normal : whether they are like a normal law
    every, seats, spans : of the slots, µs; filled : the share of the bookings that a scenario,
        which fills its slots from the first on, has at another time of the day
    full : on how many days every seat of the scenario was taken
    call_early : whether the early are called before their time; None where hardly any is early
    """

    n: int
    share: Estimate
    no_show: Estimate | None
    cancelled: Estimate | None
    early: Floats
    mean: Estimate
    sd: Estimate
    normal: bool
    every: int
    seats: int
    spans: tuple[Span, ...]
    filled: float
    full: int
    call_early: bool | None

    @property
    def values(self) -> tuple[float, ...]:
        """Minutes early at evenly spread ranks, of which an empirical law is made."""
        return tuple(np.quantile(self.early, _RANKS).tolist())


def bookings(history: History, routes: Routes, opening: Opening) -> dict[str, Booked]:
    """Return the bookings of each journey that has enough of them, by its key."""
    found = {}
    for j, key in enumerate(routes.keys):
        came = (routes.journey == j) & (routes.booked != ABSENT)
        if came.sum() >= FEWEST:
            found[key] = _of_journey(history, routes, opening, j, came)
    return found


def _of_journey(
    history: History, routes: Routes, opening: Opening, j: int, came: Bools
) -> Booked:  # fmt: skip
    days, mine = len(history.days), routes.unseen == j
    off = mine & history.unseen.cancelled

    def per_day(day: Ints) -> Floats:
        return np.bincount(day, minlength=days).astype(np.float64)

    unseen, gone = per_day(history.unseen.day[mine]), per_day(history.unseen.day[off])
    books = per_day(routes.day[came]) + unseen
    everybody = per_day(routes.day[routes.journey == j]) + unseen
    early = _early(routes, came, opening)
    mean, sd = _moments(early)
    day = np.concatenate([routes.day[came], history.unseen.day[mine & ~off]])
    booked = np.concatenate([routes.booked[came], history.unseen.booked[mine & ~off]])
    every, seats, spans, filled = _slots(day, booked, days, opening)
    places = seats * sum((end - begin) // every for begin, end in spans)
    return Booked(
        int(came.sum()), _share(books, everybody),
        _share(unseen - gone, books - gone) if mine.any() else None,
        _share(gone, books) if off.any() else None,
        early, mean, sd, _like_normal(early, mean.value, sd.value), every, seats, spans, filled,
        int((books - gone >= places).sum()),
        _called_early(history, j, routes),
    )  # fmt: skip


def _share(part: Floats, whole: Floats) -> Estimate:
    return ratio_intervals(part[:, None], whole[:, None], share=True)[0]


def _early(routes: Routes, came: Bools, opening: Opening) -> Floats:
    """Return minutes from the booked time to the ticket, where neither end of the day cuts them."""
    booked = routes.booked[came]
    first = max(of.doors for of in opening.hours.values())
    last = min(of.last_ticket for of in opening.hours.values())
    inner = (booked >= first + _FAR) & (booked <= last - _FAR)
    early: Floats = (routes.arrival[came] - booked) / q.MINUTE
    return early[inner] if inner.sum() >= FEWEST else early


def _moments(x: Floats) -> tuple[Estimate, Estimate]:
    """Return mean and standard deviation; that of the latter by the fourth moment."""
    n, mean, sd = len(x), float(x.mean()), float(x.std(ddof=1))
    half = float(t_factor(n - 1)) * sd / math.sqrt(n)
    fourth = float(((x - mean) ** 4).mean()) / max(sd, 1e-9) ** 4
    wide = math.exp(float(t_factor(n - 1)) * math.sqrt(max(fourth - 1, 0.0) / (4 * n)))
    return (Estimate(mean, mean - half, mean + half, n, "t", 0.95),
            Estimate(sd, sd / wide, sd * wide, n, "log", 0.95))  # fmt: skip


def _like_normal(x: Floats, mean: float, sd: float) -> bool:
    """Whether a normal law is off by no more than chance, or by so few that it does not matter."""
    from scipy.special import ndtr

    law = ndtr((np.sort(x) - mean) / max(sd, 1e-9))
    n = len(x)
    ranks = np.arange(n + 1) / n
    distance = float(np.maximum(abs(ranks[1:] - law), abs(law - ranks[:-1])).max())
    return distance <= max(_KS / math.sqrt(n), _OFF)


def _slots(
    day: Ints, booked: Ints, days: int, opening: Opening
) -> tuple[int, int, tuple[Span, ...], float]:
    """Return slots and seats with which a scenario's filling comes nearest to the log's."""
    times, n = np.unique(booked, return_counts=True)
    usual = times[n >= max(_RARE * len(booked), 2)]
    usual = usual if len(usual) else times
    gaps = np.diff(usual)
    every = max(int(np.gcd.reduce(gaps)) if len(gaps) else q.HOUR, _SHORTEST)
    every = round(every / _SHORTEST) * _SHORTEST
    first = int(usual[0])
    place = (booked - first) // every
    length = int((usual[-1] - first) // every) + 1
    inside = (place >= 0) & (place < length)
    table = np.zeros((days, length))
    np.add.at(table, (day[inside], place[inside]), 1)
    starts = first + every * np.arange(length)
    used = _used(starts, table.sum(axis=0), opening)
    seats, filled = seats_of(table[:, used])
    return every, seats, _spans(starts[used], every, opening), filled


def _used(starts: Ints, n: Floats, opening: Opening) -> Bools:
    """Which slots there are: all between the first and the last but those of a break."""
    pauses = [of.pause for of in opening.hours.values() if of.pause]
    resting = np.zeros(len(starts), dtype=bool)
    for begin, end in pauses:
        resting |= (starts >= begin) & (starts < end)
    used: Bools = (n > 0) | ~resting
    return used


def seats_of(table: Floats) -> tuple[int, float]:
    """Return the seats of a slot by least squares, among those that hold every day's bookings.

    table : (D, K) bookings of each day by slot; a scenario gives the first seats first
    Returns the seats, and the share of the bookings that the scenario has in another slot.
    """
    total = table.sum(axis=1)
    fewest = max(math.ceil(float(total.max()) / table.shape[1]), 1)
    best: tuple[float, int, Floats] | None = None
    for seats in range(fewest, max(int(table.max()), fewest) + 1):
        before = seats * np.arange(table.shape[1])
        given = np.clip(total[:, None] - before, 0, seats)
        off = float(((given - table) ** 2).sum())
        if best is None or off < best[0]:
            best = off, seats, given
    assert best is not None
    moved = abs(best[2].sum(axis=0) - table.sum(axis=0)).sum() / 2
    return best[1], float(moved / max(table.sum(), 1))


def _spans(starts: Ints, every: int, opening: Opening) -> tuple[Span, ...]:
    """Return when slots begin, as spans of the clock in which somebody is let in."""
    first = max(of.opens for of in opening.hours.values())
    last = min(min(of.closes, of.last_ticket) for of in opening.hours.values())
    spans: list[list[int]] = []
    for start in starts.tolist():
        if spans and spans[-1][1] == start:
            spans[-1][1] = start + every
        elif first <= start < last:
            spans.append([start, start + every])
    return tuple((begin, min(end, last)) for begin, end in spans if begin < last)


def _called_early(history: History, j: int, routes: Routes) -> bool | None:
    """Whether those who come a quarter of an hour early are called before their time."""
    service = routes.stops[j][0]
    rows = (history.service == service) & (history.booked != ABSENT) & history.waits
    rows &= history.arrival <= history.booked - 15 * q.MINUTE
    if rows.sum() < FEWEST:
        return None
    return bool((history.called[rows] < history.booked[rows]).mean() > _OFF)
