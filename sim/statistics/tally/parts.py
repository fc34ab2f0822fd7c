"""Parts of a day: the hours, and the whole day, in which something happens or lasts."""

from __future__ import annotations

from sim.jit import kernel
from sim.scenario import quantities as q

HOUR = q.HOUR


@kernel
def hour_of(time: int, first: int, hours: int) -> int:
    """Return the hour by which a time is cut; what is outside belongs to the first or the last."""
    return max(min(time // HOUR, first + hours - 1) - first, 0)


@kernel
def overlap(begin: int, end: int, from_: int, to: int) -> int:
    """Return how long something lasts within a part."""
    return max(min(end, to) - max(begin, from_), 0)
