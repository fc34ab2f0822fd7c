"""Drawing who takes a number from home, when, and how long before her turn she comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.sampling.stops import Floats, whole
from sim.scenario.calendar import Day
from sim.scenario.distributions import Distribution
from sim.scenario.online import OnlineNumber
from sim.workload import ABSENT, COMES


def take_numbers(
    online: OnlineNumber | None,
    days: tuple[Day, ...],
    visits: dict[str, Any],
    drawn: Callable[[str], Floats],
) -> None:
    """Draw who of those who did not book takes a number, and move her due time to that instant.

    days : those of one replication; visits : columns of the citizens, by day, which are changed
    """
    if online is None:
        return
    walks_in = (visits["booked"] == ABSENT) & (visits["comes"] == COMES.index("comes"))
    takes = walks_in & (drawn("online_number") < online.share)
    number = len(takes)
    earlier = whole(np.broadcast_to(_law(online.earlier, drawn, "number_earlier"), number))
    lead = whole(np.broadcast_to(_law(online.lead, drawn, "number_lead"), number))
    doors = np.array([day.doors for day in days], dtype=np.int64)[visits["day"] % len(days)]
    first = doors if online.from_ is None else online.from_
    time = np.maximum(visits["due"] - earlier, first)
    visits["due"] = np.where(takes, time, visits["due"])
    visits["lead"] = np.where(takes, lead, visits["lead"])


def _law(law: Distribution | None, drawn: Callable[[str], Floats], purpose: str) -> Floats:
    return np.zeros(1) if law is None else law.quantile(drawn(purpose))
