"""Adding up rows by cell: the innermost loops of measuring, compiled.

Each adds in the order of the rows, so that a sum has the same last bit whoever asks for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import entry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def count(codes: Ints, rows: Mask, cells: int) -> Floats:
    """Return how many of the rows each cell has; codes, rows : (n,); returns (cells,)."""
    found = np.zeros(cells)
    _count(codes, rows, found)
    return found


def total(codes: Ints, rows: Mask, value: Floats, cells: int) -> Floats:
    """Return the sum of a value over the rows of each cell; all (n,); returns (cells,)."""
    found = np.zeros(cells)
    _total(codes, rows, value, found)
    return found


def by_cell(codes: Ints, value: Floats, cells: int) -> tuple[Floats, Ints]:
    """Return values cell by cell, each cell's in their order, and where each cell's end.

    codes, value : (n,); returns (n,) and (cells,)
    """
    found, end = np.empty(len(value)), np.zeros(cells, dtype=np.int64)
    _by_cell(codes, value, found, end)
    return found, end


@entry
def _count(codes: Ints, rows: Mask, found: Floats) -> None:
    for k in range(len(codes)):
        if rows[k]:
            found[codes[k]] += 1.0


@entry
def _total(codes: Ints, rows: Mask, value: Floats, found: Floats) -> None:
    for k in range(len(codes)):
        if rows[k]:
            found[codes[k]] += value[k]


@entry
def _by_cell(codes: Ints, value: Floats, found: Floats, end: Ints) -> None:
    for code in codes:
        end[code] += 1
    first = 0
    for cell in range(len(end)):  # first where each begins; it moves to its end as it is filled
        first, end[cell] = first + end[cell], first
    for k in range(len(codes)):
        found[end[codes[k]]] = value[k]
        end[codes[k]] += 1


@entry
def add_overlaps(
    row: Ints, place: Ints, begin: Ints, end: Ints, from_: Ints, to: Ints, unit: float,
    found: Floats,
) -> None:  # fmt: skip
    """Add to each cell the time that stretches spend in it, in units.

    row, begin, end : (n,); place : (n,) the cell of the first part of each stretch's row
    from_, to : (rows, parts), from when to when the parts of a row last
    """
    parts = from_.shape[1]
    for k in range(len(row)):
        for part in range(parts):
            overlap = min(end[k], to[row[k], part]) - max(begin[k], from_[row[k], part])
            if overlap > 0:
                found[place[k] + part] += overlap / unit
