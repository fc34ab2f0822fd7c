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
        "called", "counter", "done", "end", "in_line", "key", "kind", "line", "missed", "misses",
        "number", "start", "taken", "time", "waiting",
    )  # fmt: skip

    def __init__(
        self, done: simpy.Event, line: Line, number: int, taken: int, time: int, misses: int = 0
    ) -> None:
        self.done = done
        self.line = line
        self.number = number
        self.taken = taken
        self.time = time
        self.counter = -1
        self.called = self.start = self.end = ABSENT
        self.waiting = True
        self.misses = misses  # how many calls she will not hear
        self.missed = 0
        self.in_line = False
        self.kind = 0  # 1 for a walk-in where booked and walk-ins are called in turn
        self.key: Key = (0, 0, 0, 0, 0)


class Line:
    """Waiting tickets: priority, booked before walk-in, time, identity, stop.

    A ticket that was called in vain stands aside until so many others have been called, or
    nobody else waits. In a line that calls in turn, so many booked tickets come first, then so
    many walk-ins; if nobody of the kind whose turn it is waits, the other kind is called and the
    turn stays.
    """

    __slots__ = (
        "_aside", "_heaps", "_turn", "_turns", "calls", "closes", "index", "kept", "length",
    )  # fmt: skip

    def __init__(self, index: int, closes: int, in_turn: tuple[int, int] = (0, 0)) -> None:
        self.index = index
        self.closes = closes
        self.length = 0
        self.kept: set[int] = set()  # ranks of citizens who will come back with their ticket
        self.calls = 0
        self._turns = [0] * in_turn[0] + [1] * in_turn[1] or [0]
        self._turn = 0
        self._heaps: list[list[tuple[Key, Ticket]]] = [[], []]
        self._aside: list[tuple[int, Key, Ticket]] = []

    def join(self, ticket: Ticket) -> None:
        """Put a ticket into its place."""
        self.length += 1
        ticket.in_line = True
        heappush(self._heaps[ticket.kind], (ticket.key, ticket))

    def stand_aside(self, ticket: Ticket, others: int) -> None:
        """Let a ticket wait until so many others have been called."""
        self.length += 1
        ticket.waiting = ticket.in_line = True
        heappush(self._aside, (self.calls + others, ticket.key, ticket))

    def leave(self, ticket: Ticket) -> None:
        """Take a ticket out: called, out of patience, or sent home."""
        self.length -= ticket.in_line
        ticket.waiting = ticket.in_line = False

    def called(self, ticket: Ticket) -> None:
        """Note a call: it counts for those who stand aside, and for whose turn it is."""
        self.calls += 1
        if ticket.kind == self._turns[self._turn]:
            self._turn = (self._turn + 1) % len(self._turns)

    def first(self) -> Ticket | None:
        """Return the ticket that is next, or None; it stays in the line."""
        aside = self._aside
        while aside and (aside[0][0] <= self.calls or not aside[0][2].waiting):
            _, key, ticket = heappop(aside)
            if ticket.waiting:
                heappush(self._heaps[ticket.kind], (key, ticket))
        turn = self._turns[self._turn]
        return self._head(turn) or self._head(1 - turn) or (aside[0][2] if aside else None)

    def _head(self, kind: int) -> Ticket | None:
        heap = self._heaps[kind]
        while heap and not heap[0][1].waiting:  # left by those who lost patience
            heappop(heap)
        return heap[0][1] if heap else None
