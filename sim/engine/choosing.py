"""A calling rule of your own: which of those who wait a free counter calls next.

Only the order of calling is replaced. Which lines a counter serves, and when, stays as the
scenario says: skills, help from a length on, breaks, overtime. The rule sees what an officer could
see on her screen, and no time that has not come yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sim.errors import EngineError


class Waiting(NamedTuple):
    """Somebody who waits for the counter that calls.

    service : "agency.service"
    booked : µs since midnight, the time for which she has booked here; None for a walk-in
    ticket : µs since midnight, when she took her ticket
    since : µs, when her wait begins: a booked citizen's not before her time
    mean : µs, how long her service usually takes, as far as one knows beforehand
    place : hers in the order in which the hall would call, 0 the first
    """

    service: str
    visitor_class: str
    priority: int
    booked: int | None
    ticket: int
    since: int
    mean: int
    place: int


class Calling(NamedTuple):
    """The counter that calls; now : µs since midnight of the day."""

    agency: str
    counter: str
    now: int


Choose = Callable[[Calling, Sequence[Waiting]], Waiting]
"""Return the one who is called, of several who wait, given in the order of the hall.

It is asked whenever a counter that became free may call somebody; a function of its arguments
alone gives the same log every time.
"""


def chosen(choose: Choose, calling: Calling, waiting: Sequence[Waiting]) -> int:
    """Return the place of who was chosen. Raises EngineError if she is none of those who wait."""
    found = choose(calling, waiting)
    if found not in waiting:
        raise EngineError.of("error.chose_nobody", counter=f"{calling.agency} {calling.counter}")
    return found.place
