"""Drawing the way through a journey: optional stops, choices by chance, and repetitions.

What is left to the shortest line is decided in the hall; here all the stops of which she may
make one, or make in any order, are laid out as a group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.sampling.stops import Bools, Floats
from sim.scenario.stops import AnyOrder, Choice, Repeat, Step, Stop
from sim.workload import PICKS, Ints

At = Callable[[str, str], Floats]
"""The uniforms of a purpose at an address."""
ONE_OF, ANY_ORDER = PICKS.index("one_of"), PICKS.index("any_order")


@dataclass(frozen=True)
class Made:
    """A stop as some of the citizens make it.

    address : by which her draws there go; who : (n,) those who do
    pick, group : which of the stops that stand together she makes, and in what order
    """

    stop: Stop
    address: str
    who: Bools
    pick: int = 0
    group: int = 0


class Way:
    """The way of the n citizens of a journey, drawn step by step."""

    def __init__(self, name: str, citizens: int, at: At) -> None:
        self.name = name
        self.at = at
        self.everybody = np.ones(citizens, dtype=bool)
        self.been: dict[str, Bools] = {}
        self._occurrences: dict[str, int] = {}

    def steps(self, steps: tuple[Step, ...]) -> Iterator[Made]:
        """Yield the stops in order, each with those who make it."""
        for group, step in enumerate(steps, start=1):
            for made in self._step(step, group):
                if made.pick != ONE_OF:  # nobody knows yet which one it will be
                    been = self.been.get(made.stop.service, ~self.everybody)
                    self.been[made.stop.service] = been | made.who
                yield made

    def _step(self, step: Step, group: int) -> Iterator[Made]:
        addresses = [self._address(stop.service) for stop in step.stops]
        if isinstance(step, Repeat):
            yield from self._rounds(step, addresses)
        elif isinstance(step, Choice) and step.by == "shortest_line":
            for stop, address in zip(step.choose, addresses, strict=True):
                yield Made(stop, address, self.everybody, ONE_OF, group)
        elif isinstance(step, Choice):
            which = self._which(step, self.at("choose", addresses[0]))
            for k, (stop, address) in enumerate(zip(step.choose, addresses, strict=True)):
                yield Made(stop, address, which == k)
        else:
            order = (ANY_ORDER, group) if isinstance(step, AnyOrder) else (0, 0)
            for stop, address in zip(step.stops, addresses, strict=True):
                yield Made(stop, address, self._taken(stop, address), *order)

    def _address(self, service: str) -> str:
        """The address of a stop: its journey, service, and which of the stops there it is."""
        self._occurrences[service] = occurrence = self._occurrences.get(service, 0) + 1
        return f"{self.name}/{service}/{occurrence}"

    def _taken(self, stop: Stop, address: str) -> Bools:
        return self.at("taken", address) < stop.share if stop.share < 1 else self.everybody

    def _which(self, step: Choice, u: Floats) -> Ints:
        """Return which stop each citizen makes, by its place in the choice."""
        if step.by == "weights":
            edges = np.cumsum([stop.share for stop in step.choose])[:-1]
            return np.searchsorted(edges, u, side="right")
        been = [self.been.get(stop.service, ~self.everybody) for stop in step.choose]
        new = ~np.stack(been)
        new |= ~new.any(axis=0)  # who has been at all of them may go to any
        wanted = np.floor(u * new.sum(axis=0)).astype(np.int64) + 1
        found: Ints = (np.cumsum(new, axis=0) >= wanted).argmax(axis=0)
        return found

    def _rounds(self, step: Repeat, addresses: list[str]) -> Iterator[Made]:
        goes = self.everybody
        for number in range(1, step.at_most + 1):
            tail = "" if number == 1 else f"/round {number}"
            for stop, address in zip(step.repeat, addresses, strict=True):
                taken = self._taken(stop, address + tail)
                yield Made(stop, address + tail, goes & taken)
            goes = goes & (self.at("repeat", addresses[0] + tail) < step.share)
