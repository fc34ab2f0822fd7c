"""A line: the tickets that wait for the same counters, and who is next."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import simpy

from sim.workload import ABSENT, NEVER

if TYPE_CHECKING:
    from sim.engine.reference.citizen import Citizen, Need, StopRow

FIRST_OF_ALL = (-(1 << 62), 0)
"""In the key of a ticket that comes back: it goes before all but those that were given back."""
GIVEN_BACK = 2
"""The kind of tickets that were given back, beside booked tickets and walk-ins called in turn."""
Key = tuple[int, int, int, int, int, int]
Place = tuple[Key, "Ticket"]
Takes = Callable[["Ticket"], bool]


class Ticket:
    """A citizen's place in a line, and what became of it; times in µs, ABSENT until they are.

    `done` happens when she has been served or has given up; its value is the stop's outcome.
    """

    __slots__ = (
        "called", "citizen", "counter", "done", "end", "given_back", "in_line", "key", "kind",
        "left", "line", "mean", "missed", "misses", "need", "number", "passed", "patience_ends",
        "place", "row", "since", "start", "taken", "unserved", "waiting", "walk", "work",
    )  # fmt: skip

    def __init__(
        self,
        citizen: Citizen,
        need: Need,
        done: simpy.Event,
        line: Line,
        number: int,
        taken: int,
        mean: int,
    ) -> None:
        self.citizen = citizen
        self.need = need
        self.done = done
        self.row: StopRow
        self.line = line
        self.number = number
        self.taken = taken
        self.since = taken  # when the wait begins: a booked citizen's not before her time
        self.work = need.time  # that the service takes at speed 1
        self.left = need.time  # of this work
        self.mean = mean  # of her service's time, as far as one knows beforehand
        self.counter = -1
        self.called = self.start = self.end = ABSENT
        self.patience_ends = NEVER
        self.waiting = True
        self.unserved = True  # nobody serves her yet, or has sent her away
        self.misses = need.misses  # how many calls she will not hear
        self.missed = 0
        self.passed = False  # called while she is at another counter
        self.walk = 0  # from where she is to the counter
        self.in_line = False
        self.place: Place | None = None  # where it stands in its line
        self.given_back = False  # called once, and sent back into the line by an outage
        self.kind = 0  # 1 for a walk-in where booked and walk-ins are called in turn
        self.key: Key = (0, 0, 0, 0, 0, 0)

    def by_key(self) -> Key:
        """Its place among the tickets of several lines, by the order of each."""
        return self.key

    def by_wait(self) -> tuple[int, ...]:
        """Its place among them by its wait: given back and kept ones go first all the same."""
        back, first, *_ = self.key
        return (back, first != FIRST_OF_ALL[0], *self.key[3:])


class Line:
    """Waiting tickets: priority, booked before walk-in, time, identity, stop.

    `length` counts those in the line, `held` all that nobody serves yet: also who came before her
    booked time, and who is being called.

    A ticket that was called in vain stands aside until so many others have been called, or
    nobody else waits. In a line that calls in turn, so many booked tickets come first, then so
    many walk-ins; if nobody of the kind whose turn it is waits, the other kind is called and the
    turn stays. Tickets that were given back stand before all others, and are of no kind.
    """

    __slots__ = (
        "_aside", "_heaps", "_turn", "_turns", "calls", "closes", "held", "helped", "index",
        "kept",
        "length",
    )  # fmt: skip

    def __init__(self, index: int, closes: int, in_turn: tuple[int, int] = (0, 0)) -> None:
        self.index = index
        self.closes = closes
        self.length = self.held = 0
        self.kept: set[int] = set()  # ranks of citizens who will come back with their ticket
        self.calls = 0
        self.helped = False  # whether a counter helps here once enough are waiting
        self._turns = [0] * in_turn[0] + [1] * in_turn[1] or [0]
        self._turn = 0
        self._heaps: list[list[Place]] = [[], [], []]
        self._aside: list[tuple[int, Place]] = []

    def join(self, ticket: Ticket) -> None:
        """Put a ticket into its place."""
        self.length += 1
        ticket.waiting = ticket.in_line = True
        self._put(ticket)

    def _put(self, ticket: Ticket) -> None:
        ticket.place = ticket.key, ticket
        heappush(self._heaps[ticket.kind], ticket.place)

    def stand_aside(self, ticket: Ticket, others: int) -> None:
        """Let a ticket wait until so many others have been called."""
        self.pass_over(ticket)
        self.put_aside(ticket, self.calls + others)

    def pass_over(self, ticket: Ticket) -> None:
        """Let a ticket wait that nobody may call until it is put aside."""
        self.length += 1
        ticket.waiting = ticket.in_line = True

    def put_aside(self, ticket: Ticket, calls: int) -> None:
        """Let a ticket take its place once so many have been called, or nobody else waits."""
        ticket.place = ticket.key, ticket
        heappush(self._aside, (calls, ticket.place))

    def take_back(self, ticket: Ticket) -> None:
        """Put a ticket that was called to the head of the line."""
        self.held += not ticket.unserved
        ticket.given_back = ticket.unserved = True
        ticket.kind = GIVEN_BACK
        ticket.key = (0, *ticket.key[1:])
        self.join(ticket)

    def leave(self, ticket: Ticket) -> None:
        """Take a ticket out: called, out of patience, or sent home."""
        self.length -= ticket.in_line
        ticket.waiting = ticket.in_line = False
        ticket.place = None

    def settle(self, ticket: Ticket) -> None:
        """Note that somebody serves a ticket, or that nobody will."""
        self.held -= ticket.unserved
        ticket.unserved = False

    def called(self, ticket: Ticket) -> None:
        """Note a call: it counts for those who stand aside, and for whose turn it is."""
        self.calls += 1
        if ticket.kind == self._turns[self._turn]:
            self._turn = (self._turn + 1) % len(self._turns)

    def first(self, takes: Takes | None = None) -> Ticket | None:
        """Return the ticket that is next, or None; it stays in the line.

        takes : leaves out tickets that a counter does not take now
        """
        aside = self._aside
        while aside and (aside[0][0] <= self.calls or not _here(aside[0][1])):
            _, place = heappop(aside)
            if _here(place):
                self._put(place[1])
        turn = self._turns[self._turn]
        for kind in (GIVEN_BACK, turn, 1 - turn):
            ticket = self._head(kind, takes)
            if ticket:
                return ticket
        standing = (place[1] for _, place in sorted(aside) if _here(place))
        return next((t for t in standing if takes is None or takes(t)), None)

    def all_waiting(self, takes: Takes | None = None) -> list[Ticket]:
        """Return every ticket that may be called; one that stands aside only if no other waits."""
        first = self.first(takes)
        standing = (place for heap in self._heaps for place in heap if _here(place))
        found = [ticket for _, ticket in standing if takes is None or takes(ticket)]
        return found or ([first] if first else [])

    def _head(self, kind: int, takes: Takes | None) -> Ticket | None:
        heap = self._heaps[kind]
        if takes is not None:
            return next((p[1] for p in sorted(heap) if _here(p) and takes(p[1])), None)
        while heap and not _here(heap[0]):  # left by those who are no more in this place
            heappop(heap)
        return heap[0][1] if heap else None


def _here(place: Place) -> bool:
    """Whether a ticket still stands in a place; it may have left, and stand in another."""
    return place[1].place is place
