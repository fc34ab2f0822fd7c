"""The journeys of a log: which services citizens went to, in which order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from sim.fitting.history import Bools, History, Ints
from sim.fitting.naming import keys_of

RARE = 0.01
"""A way that fewer take is cut into its stops: a journey of its own would be known of nobody."""


@dataclass(frozen=True, eq=False)
class Routes:
    """J journeys.

    keys : names; stops : places of services, in order
    journey : (V,) of each visit; arrival, day : (V,) when she came
    cut : how many visits were cut into their stops
    booked : (V,) the time that was booked at the first stop, ABSENT for walk-ins
    unseen : (M,) the journey of each who booked and did not come, the commonest that begins so
    seen : (D, J) whether the first agency of the journey has any ticket that day
    """

    keys: tuple[str, ...]
    stops: tuple[tuple[int, ...], ...]
    journey: Ints
    arrival: Ints
    day: Ints
    booked: Ints
    unseen: Ints
    cut: int
    seen: Bools


def routes(history: History) -> Routes:
    """Join the rows of one visit; without identities every ticket is a visit."""
    order = np.lexsort((history.arrival, history.visit))
    visit, service = history.visit[order], history.service[order]
    first = np.flatnonzero(np.append(True, visit[1:] != visit[:-1])) if len(visit) else visit
    ways = [tuple(part.tolist()) for part in np.split(service, first[1:])]
    gone = history.gone[order]
    last = np.append(first[1:], len(order)) - 1
    ways = _completed(ways, gone[last].tolist())
    seen = Counter(ways)
    kept = {way for way, n in seen.items() if len(way) == 1 or n >= RARE * len(ways)}
    found: list[tuple[int, ...]] = []
    starts: list[int] = []
    for begin, way in zip(first.tolist(), ways, strict=True):
        parts = [way] if way in kept else [(stop,) for stop in way]
        found += parts
        starts += [begin] if way in kept else list(range(begin, begin + len(parts)))
    stops = tuple(sorted(set(found)))
    place = {way: k for k, way in enumerate(stops)}
    rows = order[np.array(starts, dtype=np.int64)]
    titles = [" ".join(_title(history, s) for s in way) for way in stops]
    here = np.zeros((len(history.days), len(history.agencies)), dtype=bool)
    here[history.day, history.agency] = True
    journey = np.array([place[way] for way in found], dtype=np.int64)
    return Routes(
        keys=keys_of(titles, "layanan"), stops=stops,
        journey=journey, unseen=_of_unseen(history, stops, journey),
        arrival=history.arrival[rows], day=history.day[rows], booked=history.booked[rows],
        cut=sum(n for way, n in seen.items() if way not in kept),
        seen=here[:, history.agency_of[[way[0] for way in stops]]],
    )  # fmt: skip


def _of_unseen(history: History, stops: tuple[tuple[int, ...], ...], journey: Ints) -> Ints:
    usual: dict[int, int] = {}
    for place in np.argsort(-np.bincount(journey, minlength=len(stops)), kind="stable").tolist():
        usual.setdefault(stops[place][0], place)
    common = int(np.bincount(journey).argmax())  # a service that is nobody's first stop
    found = [usual.get(service, common) for service in history.unseen.service.tolist()]
    return np.array(found, dtype=np.int64)


def _completed(ways: list[tuple[int, ...]], gone: list[bool]) -> list[tuple[int, ...]]:
    """Give those who left on the way the commonest journey that begins as theirs did."""
    whole = Counter(way for way, left in zip(ways, gone, strict=True) if not left)
    likely: dict[tuple[int, ...], tuple[int, ...]] = {}
    for way, n in whole.most_common():
        if len(way) > 1 and n < RARE * len(ways):
            break  # the rest is rarer still, and will be cut into its stops
        for length in range(1, len(way) + 1):
            likely.setdefault(way[:length], way)
    return [likely.get(w, w) if left else w for w, left in zip(ways, gone, strict=True)]


def _title(history: History, service: int) -> str:
    alone = history.services.count(history.services[service]) == 1
    agency = history.agencies[history.agency_of[service]]
    return history.services[service] if alone else f"{agency} {history.services[service]}"
