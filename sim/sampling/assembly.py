"""Putting the citizens of journeys into one table, sorted by day, due time and identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.sampling import rows as r
from sim.sampling.stops import Bools, Rows
from sim.sampling.terms import Book
from sim.workload import ABSENT, Ints

APART = 1_000_000
"""Between the indices of a journey's citizens and those of surges: more than a day has."""
Visits = dict[str, Any]
"""Columns of visits; a number stands in all of them."""


@dataclass(frozen=True)
class Part:
    """Citizens of one journey, in the order of identity.

    visits : columns of the visits, as a workload has them, and the documents that each brings, and
        `first`: the index of the journey's first citizen, from which draws are addressed
    stops : who needs what at each stop of the journey
    """

    visits: Visits
    stops: list[Rows]

    def __len__(self) -> int:
        return len(self.visits["day"])

    def of(self, keep: Bools) -> Part:
        """Leave out citizens."""
        if keep.all():
            return self
        new = np.cumsum(keep) - 1
        return Part(some(self.visits, keep), [rows.of(keep, new) for rows in self.stops])


def some(visits: Visits, who: Bools | Ints) -> Visits:
    """Return the columns of some visits, by a mask or by place."""
    return {key: of[who] if isinstance(of, np.ndarray) else of for key, of in visits.items()}


def assembled(
    parts: list[Part], book: Book, replication: int, days: int
) -> dict[str, NDArray[Any]]:
    """Return the columns of visits, sorted, and those of their stops, which are drawn here.

    replication : the first of those that are drawn together; days : of each
    """
    together = {key: _together(key, parts) for key in parts[0].visits}
    order = _order(together)
    visits = {
        key: of[order] if isinstance(of, np.ndarray) else np.full(len(order), of)
        for key, of in together.items()
    }
    rows = _rows(parts, order)
    citizens = r.Citizens(
        address=visits["index"] - visits.pop("first"),
        replication=replication + visits["day"] // days,
        day=visits["origin"],
        documents=visits.pop("documents"),
        **{key: visits[key] for key in ("visitor_class", "booked")},
        **rows,
    )
    stops = _room(len(order), len(rows["visit"]))
    with np.errstate(over="ignore"):  # words of a draw wrap around
        r.fill(citizens, _needs(parts, book), stops, len(order), len(rows["visit"]))
    return visits | stops._asdict()


def _together(key: str, parts: list[Part]) -> Any:
    """Return a column of all visits, or the number that stands in all of them."""
    of_parts = [part.visits[key] for part in parts]
    if not any(isinstance(of, np.ndarray) for of in of_parts) and len(set(of_parts)) == 1:
        return of_parts[0]
    return np.concatenate(
        [of if isinstance(of, np.ndarray) else np.full(len(p), of)
         for of, p in zip(of_parts, parts, strict=True)]
    )  # fmt: skip


def _order(of: Visits) -> Ints:
    """Return the order of the visits: by day and due time, and of those who tie, by identity."""
    day, due = of["day"], of["due"]
    if not len(day):
        return np.zeros(0, dtype=np.int64)
    span = int(due.max()) + 1
    ties = [np.broadcast_to(of[key], len(day)) for key in ("attempt", "index", "origin", "journey")]
    ties.append(np.broadcast_to(of["booked"], len(day)) == ABSENT)
    if span * (int(day.max()) + 1) >= 1 << 63:
        return np.lexsort((*ties, due, day))
    when = day * span + due
    order = np.argsort(when)
    same = np.diff(when[order]) == 0
    tied = np.append(same, False) | np.append(False, same)
    if tied.any():  # their places are one after the other, so they can be sorted by themselves
        some = order[tied]
        order[tied] = some[np.lexsort((*(key[some] for key in ties), when[some]))]
    return order


def _rows(parts: list[Part], order: Ints) -> dict[str, Ints]:
    """Return of all rows, in the order in which they were made, whose they are, and what."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    places = np.split(place, np.cumsum([len(part) for part in parts])[:-1])
    every = [(of, rows) for of, part in zip(places, parts, strict=True) for rows in part.stops]
    lengths = [len(rows.who) for _, rows in every]
    ends = [np.full(n, of.ends) if isinstance(of.ends, int) else of.ends
            for n, (_, of) in zip(lengths, every, strict=True)]  # fmt: skip
    nothing = np.zeros(0, dtype=np.int64)
    return {
        "visit": np.concatenate([nothing, *(of[rows.who] for of, rows in every)]),
        "need": np.repeat(np.arange(len(every)), lengths),
        "ends": np.concatenate([nothing, *ends]),
    }


def _needs(parts: list[Part], book: Book) -> r.Needs:
    """Return what the rows need, and the laws that it follows."""
    every = [rows for part in parts for rows in part.stops]
    return r.Needs(
        of=np.array([rows.need for rows in every], dtype=np.int64).ravel(),
        keys=np.array([rows.keys for rows in every], dtype=np.uint64).ravel(),
        shares=np.array([rows.shares for rows in every], dtype=np.float64).ravel(),
        laws=book.laws,
        patience_of=book.patience_of,
        slower=book.slower,
    )


def _room(visits: int, rows: int) -> r.Stops:
    """Return room for the columns of so many rows."""
    column: dict[str, Any] = {name: np.empty(rows, dtype=np.int64) for name in r.Stops._fields}
    column |= {"offset": np.empty(visits + 1, dtype=np.int64), "balk": np.empty(rows)}
    return r.Stops(**column)
