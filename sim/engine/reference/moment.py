"""A moment: a point in time with a place among all that happens at the same instant.

SimPy orders events of one instant by priority, then by insertion. The hall's rules want an
order that no insertion decides: the phase of the rule, then the citizen's or counter's rank.
SimPy's own priorities 0 and 1 (what must follow at once) stay before every phase. The compiled
engine has the same order in `compiled/instant.py`.
"""

from __future__ import annotations

from collections.abc import Callable

import simpy

_RANKS = 1 << 40  # more citizens than a run can have

CALENDAR, SERVICE_ENDS, CALLS, PATIENCE_ENDS, CITIZENS = (_RANKS * k for k in range(1, 6))
"""The phases of an instant, in their order."""


class Moment(simpy.Event):
    """An event that happens `delay` µs from now, in `phase`, by `rank`."""

    __slots__ = ()

    def __init__(self, env: simpy.Environment, delay: int, phase: int, rank: int = 0) -> None:
        self.env = env
        self.callbacks = []
        self._value = None
        self._ok = True
        env.schedule(self, phase + rank, delay)  # type: ignore[arg-type]

    def then(self, do: Callable[[], None]) -> None:
        """Do something when the moment comes."""
        assert self.callbacks is not None
        self.callbacks.append(lambda _: do())
