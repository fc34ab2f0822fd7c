"""What may have been read wrongly, and only the mall can tell: asked before anything is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.fitting.fit import Fitted
from sim.fitting.history import Ints
from sim.fitting.times import weekday_of

SUNDAY = 6
FEWEST_OPEN = 0.5
"""A mall that is open on fewer of the working days between the first and the last was misread."""

MANY = 0.05
"""Beyond this share of the rows, those that cannot be read are missed as demand."""


@dataclass(frozen=True)
class Doubt:
    """One thing to ask.

    key : of its sentence; columns : that were not read; rows : that cannot be read
    sundays : among the days
    """

    key: Literal["no_agency", "day_first", "unreadable"]
    columns: tuple[str, ...] = ()
    rows: int = 0
    sundays: int = 0


def doubts(found: Fitted) -> Iterator[Doubt]:
    """Yield what to ask of how a log was read."""
    tickets = found.tickets
    if "agency" not in tickets.has and tickets.kinds:
        yield Doubt("no_agency", columns=tickets.kinds)
    if tickets.guessed and unlikely(found.history.days):
        yield Doubt("day_first", sundays=sundays(found.history.days))
    lost = found.ledger.counts("arrivals").get("unreadable", 0)
    if lost > MANY * len(tickets):
        yield Doubt("unreadable", rows=lost)


def sundays(days: Ints) -> int:
    """Return how many of some days since 1970 are Sundays."""
    return int((weekday_of(days) == SUNDAY).sum())


def unlikely(days: Ints) -> bool:
    """Whether no mall would be open on just these days since 1970, in their order."""
    first, last = (np.datetime64(int(day), "D") for day in (days[0], days[-1] + 1))
    return sundays(days) > 0 or len(days) < FEWEST_OPEN * int(np.busday_count(first, last))
