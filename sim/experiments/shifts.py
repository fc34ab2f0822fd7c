"""Shifts: the fewest officer-hours that cover the counters wanted, in shifts that people can work.

An integer programme (Dantzig 1954, Operations Research 2, 339-341): x_s officers work shift s;
in each slot at least as many work as counters are wanted; the sum of x_s times the length of s is
least, and among those the number of officers. Solved by HiGHS (`scipy.optimize.milp`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import MallError
from sim.scenario import quantities as q


@dataclass(frozen=True)
class Shift:
    """So many officers from one time to another (µs)."""

    begin: int
    end: int
    officers: int


def cover(
    begins: Sequence[int],
    ends: Sequence[int],
    wanted: Sequence[int],
    *,
    shortest: int,
    longest: int,
    every: int = 30 * q.MINUTE,
) -> tuple[Shift, ...]:
    """Return the shifts with the fewest officer-hours that put `wanted` officers in each slot.

    begins, ends : µs of each slot, in their order
    shortest, longest : µs of a shift; every : shifts begin so often, from the first slot on

    Raises MallError where no shift can cover the day.
    """
    if not (0 < shortest <= longest and every > 0):
        raise MallError.of("error.shift_lengths")
    if not any(wanted):
        return ()
    first, last = begins[0], ends[-1]
    possible = [
        (begin, end)
        for begin in range(first, last, every)
        for end in range(begin + shortest, min(begin + longest, last) + 1, every)
    ]
    covers = np.array([
        [t <= b and e <= u for t, u in possible] for b, e in zip(begins, ends, strict=True)
    ])  # fmt: skip
    if not possible or not covers[np.array(wanted) > 0].any(axis=1).all():
        raise MallError.of(
            "error.no_shift_covers",
            shortest=q.duration(shortest),
            longest=q.duration(longest),
            first=q.clock(first),
            last=q.clock(last),
        )
    numbers = _fewest(covers, wanted, [end - begin for begin, end in possible])
    return tuple(
        Shift(begin, end, n) for (begin, end), n in zip(possible, numbers, strict=True) if n
    )


def _fewest(covers: np.ndarray, wanted: Sequence[int], lengths: Sequence[int]) -> list[int]:
    from scipy.optimize import LinearConstraint, milp

    hours = np.array(lengths) / q.HOUR
    found = milp(
        c=hours + 1e-4,  # of equal hours, the fewer officers
        constraints=LinearConstraint(covers.astype(float), lb=np.array(wanted, dtype=float)),
        integrality=np.ones(len(lengths), dtype=np.int64),
    )
    if found.x is None:
        raise MallError.of("error.no_shifts")
    return [int(x) for x in np.rint(found.x)]
