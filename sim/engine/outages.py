"""Outages of one day as a counter feels them: from when on it works at which pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.scenario.model import Scenario
from sim.scenario.outage import Outage


@dataclass(frozen=True)
class Change:
    """What a counter does from an instant on.

    pace : its speed is multiplied by it; 0 while it is down
    requeue, restart : what becomes of who is served there as it goes down
    """

    time: int
    pace: float
    requeue: bool = False
    restart: bool = False


Down = tuple[int, int, Outage]
"""From before to (µs), and how."""


def changes(outages: Sequence[Down], machine: bool = False) -> tuple[Change, ...]:
    """Return how a counter's pace changes over a day.

    outages : those that concern it, the mall's before its agency's before its own; of several
        at once the slowest pace holds, and the first that takes it down decides what follows
    machine : it cannot go on by hand
    """
    found: list[Change] = []
    pace = 1.0
    paces = [0.0 if machine else how.pace for _, _, how in outages]
    for time in sorted({t for begin, end, _ in outages if begin < end for t in (begin, end)}):
        here = [k for k, (begin, end, _) in enumerate(outages) if begin <= time < end]
        now = min((paces[k] for k in here), default=1.0)
        if now == pace:
            continue
        by = next((outages[k][2] for k in here if now == 0 == paces[k]), None)
        restart = by is not None and by.then == "restart"
        found.append(Change(time, now, by is not None and by.interrupted == "requeue", restart))
        pace = now
    return tuple(found)


def felt(scenario: Scenario, rows: Sequence[Sequence[int]]) -> list[tuple[Change, ...]]:
    """Return the changes of pace of each counter on one day.

    rows : (source, begin, end) of that day, the source a place in `scenario.outages`
    """
    by_source: dict[int, list[tuple[int, int]]] = {}
    for source, begin, end in rows:
        by_source.setdefault(source, []).append((begin, end))
    return [
        changes(
            [
                (begin, end, how)
                for source, (name, counter, how) in enumerate(scenario.outages)
                if name in ("", agency) and counter in ("", label)
                for begin, end in by_source.get(source, ())
            ],
            machine=scenario.agencies[agency].machines is not None,
        )
        for agency, label in scenario.counters
    ]
