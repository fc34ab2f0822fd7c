"""The first row in which two logs of one day differ."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.log import REASONS, STATES, STOP_OUTCOMES, VISIT_OUTCOMES, Log
from sim.workload import ABSENT

_TIMES = frozenset(
    ("booked", "due", "entered", "left", "ticket", "called", "start", "end", "begin", "slot")
)
_LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "visit_rows": {"outcome": VISIT_OUTCOMES, "reason": REASONS},
    "stop_rows": {"outcome": STOP_OUTCOMES, "reason": REASONS},
    "counter_rows": {"state": STATES},
}


@dataclass(frozen=True)
class Difference:
    """One row that two logs do not share.

    table : visits, stops or counters
    row : its number in that table, from 0
    day : the label of its day
    one, other : the cells that differ, by column, as text; empty where there is no such row
    """

    table: str
    row: int
    day: str
    one: dict[str, str]
    other: dict[str, str]

    def __str__(self) -> str:
        cells = [f"{name} {self.one.get(name, '-')} / {self.other.get(name, '-')}"
                 for name in {**self.one, **self.other}]  # fmt: skip
        return f"{self.table} row {self.row} ({self.day}): {', '.join(cells)}"


def first_difference(one: Log, other: Log) -> Difference | None:
    """Return the first row that differs in the order stops, visits, counters; None if none does.

    Stops come first: they say what happened where, and what the other tables say follows.
    """
    for table in ("stop_rows", "visit_rows", "counter_rows"):
        a, b = getattr(one, table), getattr(other, table)
        names = [field.name for field in fields(a)]
        k = _first(*([getattr(of, name) for name in names] for of in (a, b)))
        if k is not None:
            return _told(table, k, names, one, other)
    return None


def _first(one: list[NDArray[np.int64]], other: list[NDArray[np.int64]]) -> int | None:
    shared = min(len(one[0]), len(other[0]))
    unlike = np.zeros(shared, dtype=np.bool_)
    for a, b in zip(one, other, strict=True):
        unlike |= a[:shared] != b[:shared]
    if unlike.any():
        return int(np.argmax(unlike))
    return None if len(one[0]) == len(other[0]) else shared


def _told(table: str, k: int, names: list[str], one: Log, other: Log) -> Difference:
    cells = [_cells(table, k, names, log) for log in (one, other)]
    a, b = ({n: c for n, c in of.items() if mine.get(n) != c}
            for of, mine in zip(cells, reversed(cells), strict=True))  # fmt: skip
    log = one if cells[0] else other
    rows = getattr(log, table)
    day = log.visit_rows.day[rows.row[k]] if table == "stop_rows" else rows.day[k]
    return Difference(table.removesuffix("_rows") + "s", k, log.names.days[int(day)], a, b)


def _cells(table: str, k: int, names: list[str], log: Log) -> dict[str, str]:
    rows = getattr(log, table)
    if k >= len(getattr(rows, names[0])):
        return {}
    return {name: _cell(table, name, int(getattr(rows, name)[k])) for name in names}


def _cell(table: str, name: str, code: int) -> str:
    if name in _LISTS[table]:
        return _LISTS[table][name][code] or "-"
    if name not in _TIMES:
        return str(code)
    return "-" if code == ABSENT else clock_time(code)


def clock_time(time: int) -> str:
    """Return µs since midnight as a clock time, with a fraction where there is one."""
    seconds, rest = divmod(time, 1_000_000)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{rest:06d}" if rest else text
