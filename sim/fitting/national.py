"""Which holidays a mall keeps: those of Indonesia, where the log shows it closed on them."""

from __future__ import annotations

from datetime import date

import numpy as np

from sim.fitting.history import Bools, Ints
from sim.fitting.times import as_date
from sim.scenario.dates import Dates
from sim.scenario.holidays import read_holidays

_FEWEST = 2
_MONTH = 29
"""Days that every month of the Islamic calendar has; the thirtieth depends on the moon."""
_EID = "Hari Raya Idul Fitri"
_EPOCH = date(1970, 1, 1)


def keeps(days: Ints, shut: Ints) -> dict[int, str]:
    """Return Indonesia's holidays by day since 1970, {} where the log does not keep them.

    days : (D,) with tickets; shut : days without, on which the mall is open as a rule
    It keeps them if most of those that fall among these days, two at least, are without tickets.
    """
    if len(shut) < _FEWEST:
        return {}
    first, last = as_date(int(days[0])), as_date(int(days[-1]) + _MONTH + 1)
    country = {"country": "ID", "joint_leave": True}
    named = read_holidays(country, Dates(((first, last),)))
    found = {(day - _EPOCH).days: name for day, name in named.items()}
    closed = sum(day in found for day in shut.tolist())
    opened = sum(day in found for day in days.tolist())
    return found if closed >= _FEWEST and closed > opened else {}


def in_ramadan(days: Ints, holidays: dict[int, str]) -> Bools:
    """(D,) whether days lie in the 29 before Eid, as far as the holidays name it."""
    eids = [day for day, name in holidays.items() if name == _EID]
    inside = np.zeros(len(days), dtype=bool)
    for eid in eids:
        inside |= (days < eid) & (days >= eid - _MONTH)
    return inside
