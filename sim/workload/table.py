"""The table of a workload, one row a stop: a recorded day, or somebody's own arrivals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.columns import ABSENT, Bools, Columns, Ints, numbered
from sim.errors import WorkloadError
from sim.scenario.model import Scenario
from sim.workload import COMES, ENDS, PICKS
from sim.workload.booked import booked_times

if TYPE_CHECKING:
    import pandas as pd


def read_rows(
    frame: pd.DataFrame, scenario: Scenario, names: dict[str, tuple[str, ...]]
) -> tuple[dict[str, Any], dict[str, Any], Ints]:
    """Return the columns of visits and of stops, and the offsets of the visits among the stops.

    Raises WorkloadError where the table is wrong.
    """
    columns = Columns(frame)
    day = columns.names("day", names["days"], default=names["days"][0])
    journey = columns.names("journey", names["journeys"])
    origin = columns.integers("origin", np.array([d.key for d in scenario.played])[day])
    attempt = columns.integers("attempt", np.ones(len(frame), dtype=np.int64))
    index = columns.integers("index", numbered((day, journey)))
    visits = {
        "day": day,
        "journey": journey,
        "origin": origin,
        "index": index,
        "attempt": attempt,
        "visitor_class": columns.names("visitor_class", names["classes"], names["classes"][0]),
        "people": columns.integers("people", np.ones(len(frame), dtype=np.int64)),
        "booked": columns.times("booked", ABSENT, absent_allowed=True),
        "due": columns.times("due"),
        "stay": columns.durations("stay"),
        "comes": columns.names("comes", COMES, COMES[0]),
        "back": columns.uniforms("back"),
        "lead": columns.times("lead", ABSENT, absent_allowed=True),
    }
    stops = _read_stops(columns, scenario, names, visits)
    _check_visits(visits, stops, names)
    return _in_order(visits, stops, len(names["services"]))


def _read_stops(
    columns: Columns, scenario: Scenario, names: dict[str, tuple[str, ...]], visits: dict[str, Any]
) -> dict[str, Any]:
    who = tuple(visits[key] for key in _WHO)
    none = np.zeros(len(columns.frame), dtype=np.int64)
    service = columns.names("service", (*names["services"], ""))
    stop = columns.integers("stop", numbered(who) + 1)
    tries = columns.integers("tries", numbered((*who, stop)) + 1)
    return {
        "stop": stop,
        "service": service,
        "walk": columns.times("walk", 0),
        "time": columns.times("time"),
        "patience": columns.durations("patience"),
        "slot": _read_slots(columns, scenario, visits, service, tries),
        "balk": columns.uniforms("balk"),
        "misses": columns.integers("misses", none),
        "tries": tries,
        "ends": columns.names("ends", ENDS, ENDS[0]),
        "keeps": columns.integers("keeps", none),
        "group": columns.integers("group", none),
        "pick": columns.names("pick", PICKS, PICKS[0]),
    }


def _in_order(
    visits: dict[str, Any], stops: dict[str, Any], services: int
) -> tuple[dict[str, Any], dict[str, Any], Ints]:
    """Sort by day, due time and identity, and leave out the rows that stand for no stop."""
    place = (stops["tries"], stops["stop"])
    order = np.lexsort((*place, *_identity(visits), visits["due"], visits["day"]))
    new = _new(visits, order)
    real = stops["service"][order] < services
    number = np.bincount(np.cumsum(new)[real] - 1, minlength=int(new.sum()))
    return (
        {key: column[order[new]] for key, column in visits.items()},
        {key: column[order[real]] for key, column in stops.items()},
        np.concatenate(([0], np.cumsum(number))).astype(np.int64),
    )


_WHO = ("day", "journey", "origin", "index", "attempt")
"""The columns that say which visit a row belongs to."""


def _identity(visits: dict[str, Any]) -> tuple[Ints, ...]:
    """Return the keys of the order of identity, the last one first."""
    keys = ("attempt", "index", "origin", "journey")
    return (*(visits[key] for key in keys), visits["booked"] == ABSENT)


def _new(visits: dict[str, Any], order: Ints) -> Bools:
    """Return which rows, in this order, begin a visit."""
    identity = np.stack([visits[key][order] for key in _WHO])
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (identity[:, 1:] != identity[:, :-1]).any(axis=0)
    return new


def _check_visits(
    visits: dict[str, Any], stops: dict[str, Any], names: dict[str, tuple[str, ...]]
) -> None:
    """Raise WorkloadError unless the rows of each visit agree and have stops of their own."""
    place = stops["tries"], stops["stop"]
    order = np.lexsort((*place, *(visits[key] for key in _WHO)))
    new = _new(visits, order)
    first = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    wrong = {
        f"must agree in `{key}`": column[order] != column[order[first]]
        for key, column in visits.items()
    }
    again = [np.append(column[order][1:] == column[order][:-1], False) for column in place]
    wrong["must have a `stop` and `tries` each"] = again[0] & again[1] & ~np.append(new[1:], True)
    for rule, where in wrong.items():
        if where.any():
            row = order[int(np.flatnonzero(where)[0])]
            who = f"{names['journeys'][visits['journey'][row]]} {visits['index'][row]}"
            raise WorkloadError(f"the rows of one visit {rule}; those of {who} do not")


def _read_slots(
    columns: Columns, scenario: Scenario, visits: dict[str, Any], service: Ints, tries: Ints
) -> Ints:
    """Read the booked times of the stops, which follow from the visit: a log holds no others."""
    slots = booked_times(scenario, visits["journey"], service, tries, visits["booked"])
    if "slot" in columns.frame:
        stated = columns.times("slot", absent_allowed=True)
        wrong = (stated != slots) & (service < len(scenario.services))
        if wrong.any():
            row = columns.frame.index[int(np.flatnonzero(wrong)[0])]
            raise WorkloadError(
                f"column 'slot': row {row} must have the booked time of its visit at the service "
                "that its journey books, and be empty at others; leave the column out"
            )
    return slots
