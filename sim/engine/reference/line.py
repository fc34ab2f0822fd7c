"""A line: the tickets that wait for the same counters, and who is next."""

from __future__ import annotations

from heapq import heappop, heappush

import simpy

from sim.workload import ABSENT

Key = tuple[int, int, int, int, int]


class Ticket:
    """A citizen's place in a line, and what became of it; times in µs, ABSENT until they are.

    `done` happens when she has been served or has given up; its value is the stop's outcome.
    """

    __slots__ = (
        "called", "counter", "done", "end", "key", "line", "number", "rank", "start", "taken",
        "time", "waiting",
    )  # fmt: skip

    def __init__(self, done: simpy.Event, line: Line, number: int, taken: int, time: int) -> None:
        self.done = done
        self.line = line
        self.number = number
        self.taken = taken
        self.time = time
        self.counter = -1
        self.called = self.start = self.end = ABSENT
        self.waiting = True
        self.rank = 0
        self.key: Key = (0, 0, 0, 0, 0)


class Line:
    """Waiting tickets: priority, booked before walk-in, time, identity, stop."""

    __slots__ = ("_heap", "closes", "index")

    def __init__(self, index: int, closes: int) -> None:
        self.index = index
        self.closes = closes
        self._heap: list[tuple[Key, Ticket]] = []

    def join(self, ticket: Ticket) -> None:
        """Put a ticket into its place."""
        heappush(self._heap, (ticket.key, ticket))

    def first(self) -> Ticket | None:
        """Return the ticket that is next, or None; it stays in the line."""
        heap = self._heap
        while heap and not heap[0][1].waiting:  # left by those who lost patience
            heappop(heap)
        return heap[0][1] if heap else None
