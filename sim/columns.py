"""The columns of a table that people made, read with the faults that people make in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import WorkloadError
from sim.scenario.faults import nearest

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max
"""The patience of a citizen who never leaves."""
JOINS = 1.0
"""The uniform of a citizen who joins every line: no share of those who balk exceeds it."""
ABSENT = np.iinfo(np.int64).min
"""A time that does not exist: NumPy's NaT, so that int64 columns view as timedelta64[us]."""


class Columns:
    """The columns of a table, read with the faults that people make in tables."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def _has(self, name: str, needed: bool) -> bool:
        if name not in self.frame and needed:
            raise WorkloadError(f"the table has no column {name!r}")
        return name in self.frame

    def names(self, name: str, known: tuple[str, ...], default: str | None = None) -> Ints:
        """Read names as positions in `known`."""
        if not self._has(name, default is None):
            return np.full(len(self.frame), known.index(default or ""), dtype=np.int64)
        position = {text: k for k, text in enumerate(known)}
        texts = [str(text) for text in self.frame[name]]
        unknown = sorted(set(texts) - set(position))
        if unknown:
            near = nearest(unknown[0], known)
            remedy = f"; did you mean {near!r}?" if near else f"; known: {', '.join(known)}"
            raise WorkloadError(f"unknown {name} {unknown[0]!r}{remedy}")
        return np.array([position[text] for text in texts], dtype=np.int64)

    def integers(self, name: str, default: Ints) -> Ints:
        """Read whole numbers of 0 or more."""
        if not self._has(name, False):
            return default.astype(np.int64)
        values = self._int64(name)
        if (values < 0).any():
            raise WorkloadError(f"column {name!r} has a negative number or an empty cell")
        return values

    def durations(self, name: str) -> Ints:
        """Read times in µs of 0 or more; an empty cell, or no column, is NEVER."""
        values = self.times(name, ABSENT, absent_allowed=True)
        return np.where(values == ABSENT, NEVER, values)

    def uniforms(self, name: str) -> Floats:
        """Read uniforms between 0 and 1, JOINS by default."""
        if not self._has(name, False):
            return np.full(len(self.frame), JOINS)
        values: Floats = self.frame[name].to_numpy(dtype=np.float64)
        if not ((values >= 0) & (values <= 1)).all():
            raise WorkloadError(f"column {name!r} must lie between 0 and 1")
        return values

    def times(self, name: str, default: int | None = None, absent_allowed: bool = False) -> Ints:
        """Read times in µs of 0 or more; an empty cell is ABSENT where that is allowed."""
        if not self._has(name, default is None):
            return np.full(len(self.frame), default, dtype=np.int64)
        values = self._int64(name)
        wrong = (values < 0) & ~((values == ABSENT) & absent_allowed)
        if wrong.any():
            row = self.frame.index[int(np.flatnonzero(wrong)[0])]
            what = "is empty" if values[wrong][0] == ABSENT else "is negative"
            raise WorkloadError(f"column {name!r}: the time in row {row} {what}")
        return values

    def _int64(self, name: str) -> Ints:
        values = self.frame[name].to_numpy()
        if values.dtype.kind == "m":
            return values.astype("timedelta64[us]").view(np.int64)
        if values.dtype.kind not in "iu":
            raise WorkloadError(
                f"column {name!r} must hold whole numbers, or times as timedelta64 or in µs"
            )
        return values.astype(np.int64)


def numbered(keys: tuple[Ints, ...]) -> Ints:
    """Number the rows that agree in all keys 0, 1, 2, ... in their order."""
    order = np.lexsort((np.arange(len(keys[0])), *keys))
    sorted_keys = np.stack([key[order] for key in keys])
    new = np.ones(len(order), dtype=bool)
    new[1:] = (sorted_keys[:, 1:] != sorted_keys[:, :-1]).any(axis=0)
    start = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order)) - start
    return number
