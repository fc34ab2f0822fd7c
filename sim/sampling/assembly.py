"""Putting the citizens of journeys into one table, sorted by day, due time and identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.sampling.stops import UNUSED, Bools, Columns, Rows
from sim.workload import ABSENT, Ints


@dataclass(frozen=True)
class Part:
    """Citizens of one journey, in the order of identity.

    visits : columns of the visits; stops : for each stop of the journey who takes it, and the
    columns of those stops that the scenario uses
    """

    visits: dict[str, NDArray[Any]]
    stops: list[Rows]

    def of(self, keep: Bools) -> Part:
        """Leave out citizens."""
        if keep.all():
            return self
        new = np.cumsum(keep) - 1
        visits = {key: column[keep] for key, column in self.visits.items()}
        return Part(visits, [_kept(rows, keep, new) for rows in self.stops])


def _kept(rows: Rows, keep: Bools, new: Ints) -> Rows:
    who, columns = rows
    here = keep[who]
    return new[who[here]], {
        key: column[here] if isinstance(column, np.ndarray) else column
        for key, column in columns.items()
    }


def assembled(parts: list[Part]) -> tuple[dict[str, NDArray[Any]], Ints, dict[str, NDArray[Any]]]:
    """Return the columns of visits, the offsets of their stops, and the columns of stops."""
    visits = {key: np.concatenate([p.visits[key] for p in parts]) for key in parts[0].visits}
    total = len(visits["day"])
    order = _order(visits)
    place = np.empty(total, dtype=np.int64)
    place[order] = np.arange(total)
    visit, columns = _stops(parts, place)
    stops = np.bincount(visit, minlength=total)
    offset = np.concatenate(([0], np.cumsum(stops))).astype(np.int64)
    first = offset[:-1][stops > 0]
    columns["walk"][first[columns["group"][first] == 0]] = 0  # the first stop is at the door
    return {key: column[order] for key, column in visits.items()}, offset, columns


def _order(visits: dict[str, NDArray[Any]]) -> Ints:
    """Return the order of the visits: by day and due time, and of those who tie, by identity."""
    day, due = visits["day"], visits["due"]
    if not len(day):
        return np.zeros(0, dtype=np.int64)
    span = int(due.max()) + 1
    ties = [visits[key] for key in ("attempt", "index", "origin", "journey")]
    ties.append(visits["booked"] == ABSENT)
    if span * (int(day.max()) + 1) >= 1 << 63:
        return np.lexsort((*ties, due, day))
    when = day * span + due
    order = np.argsort(when)
    same = np.diff(when[order]) == 0
    tied = np.append(same, False) | np.append(False, same)
    if tied.any():  # their places are one after the other, so they can be sorted by themselves
        of = order[tied]
        order[tied] = of[np.lexsort((*(key[of] for key in ties), when[of]))]
    return order


def _stops(parts: list[Part], place: Ints) -> tuple[Ints, dict[str, NDArray[Any]]]:
    """Return the visit and the columns of every stop, sorted by visit, stop and try."""
    visits, rows = [np.zeros(0, dtype=np.int64)], [Columns()]
    first = 0
    for part in parts:
        here = place[first : first + len(part.visits["day"])]
        first += len(here)
        visits += [here[who] for who, _ in part.stops]
        rows += [columns for _, columns in part.stops]
    lengths = [len(of) for of in visits]
    visit = np.concatenate(visits)
    columns = {key: _column(key, rows, lengths) for key in ("stop", "service", "time", *UNUSED)}
    stop, tries = columns["stop"], columns["tries"]
    key = (visit * (stop.max(initial=0) + 1) + stop) * (tries.max(initial=0) + 1) + tries
    order = np.argsort(key)
    used = {key for columns in rows for key in columns}
    return visit, {k: column[order] if k in used else column for k, column in columns.items()}


def _column(key: str, rows: list[Columns], lengths: list[int]) -> NDArray[Any]:
    """Return one column of all rows; where it is one number, it is spread."""
    kind = np.float64 if key == "balk" else np.int64
    values = [columns.get(key, UNUSED.get(key, 0)) for columns in rows]
    if not any(isinstance(value, np.ndarray) for value in values):
        return np.repeat(np.array(values, dtype=kind), lengths)
    return np.concatenate(
        [
            value if isinstance(value, np.ndarray) else np.full(number, value, kind)
            for value, number in zip(values, lengths, strict=True)
        ]
    )
