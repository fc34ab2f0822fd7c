"""A citizen: what she brings to the hall, and what becomes of her there."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

import simpy

from sim.engine.plan import JourneyPlan
from sim.engine.reference.line import Ticket
from sim.log import REASONS, STOP_OUTCOMES, VISIT_OUTCOMES
from sim.workload import ABSENT, PICKS

NEXT, ONE_OF = PICKS.index("next"), PICKS.index("one_of")
SERVED = STOP_OUTCOMES.index("served")
NOTHING: frozenset[int] = frozenset()
AGAIN = (STOP_OUTCOMES.index("incomplete"), STOP_OUTCOMES.index("parked"))
"""After these a citizen comes back to the same stop if she has another row there."""


class Need(NamedTuple):
    """One stop that a citizen wants to make; times in µs.

    number : its place in the journey
    slot : her booked time, or ABSENT
    balk : the uniform that is held against the share of those who do not join
    misses : how many calls she does not hear
    tries : the rows of one stop are counted from 1
    ends : how it ends if she is served, a place in ENDS
    keeps : whether she comes back with the ticket that she has
    group, pick : the stops that stand together, and which of them she makes, a place in PICKS
    """

    number: int
    service: int
    walk: int
    time: int
    patience: int
    slot: int
    balk: float
    misses: int
    tries: int
    ends: int
    keeps: int
    group: int
    pick: int


@dataclass(slots=True)
class StopRow:
    """What becomes of one stop of a citizen."""

    stop: int
    tries: int
    service: int
    ticket: Ticket | None
    outcome: int
    reason: int


@dataclass(slots=True)
class Citizen:
    """One citizen's day: what she brings (from the workload) and what becomes of it.

    ahead : what she still has to do, in order; the first is where she is, or goes
    comes : a place in COMES; journey : what holds for her journey
    tickets : those that she holds
    busy : whether she is on her way to a counter, or served there
    passed : the tickets that were called meanwhile, and after which call of the line each is due
    told : the stops of which she was told at the entrance that nobody is there
    stay : how long she stays in the mall before she leaves a line
    people : how many come with her, she included; came : when she came to the door
    lead : how long before her turn she comes, if she takes a number from home, else ABSENT
    number : the one that she took from home, until she is at the stop that it is for
    """

    rank: int
    due: int
    priority: int
    visitor_class: int
    ahead: list[Need]
    journey: JourneyPlan
    comes: int
    stay: int
    people: int = 1
    lead: int = ABSENT
    number: Ticket | None = None
    came: int = ABSENT
    entered: int = ABSENT
    left: int = ABSENT
    outcome: int = VISIT_OUTCOMES.index("refused")
    reason: int = REASONS.index("closed")
    rows: list[StopRow] = field(default_factory=list)
    told: list[StopRow] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    busy: bool = False
    passed: list[tuple[Ticket, int]] = field(default_factory=list)
    way: simpy.Process | None = None
    at_close: bool = False
    again: bool = False
    documents: set[int] = field(default_factory=set)

    def options(self) -> list[Need]:
        """The first tries of the stops of which one is next."""
        first = self.ahead[0]
        if first.pick == NEXT:
            return [first]
        together = list(takewhile(lambda need: need.group == first.group, self.ahead))
        numbers = dict.fromkeys(need.number for need in together)
        return [next(need for need in together if need.number == k) for k in numbers]

    def take(self, chosen: Need) -> None:
        """Put the tries of a stop first; of those that stand with it one is made, or each."""
        if chosen.pick == NEXT:
            return
        its = [need for need in self.ahead if need.number == chosen.number]
        rest = [need for need in self.ahead if need.number != chosen.number]
        if chosen.pick == ONE_OF:
            rest = [need for need in rest if need.group != chosen.group]
        self.ahead[:] = its + rest

    def pass_over(self, *stops: Need) -> None:
        """Leave stops out, with all their tries."""
        numbers = {stop.number for stop in stops}
        self.ahead[:] = [need for need in self.ahead if need.number not in numbers]

    def has_documents_for(self, need: Need) -> bool:
        """Whether she has been served wherever a stop needs a document from."""
        return self.journey.needs.get(need.service, NOTHING) <= self.documents

    def leave_out(self) -> None:
        """Leave out the stops that need a document of one that she will never have made."""
        needs = self.journey.needs
        before = -1
        while needs and before != len(self.ahead):
            before = len(self.ahead)
            got = self.documents | {need.service for need in self.ahead}
            self.ahead[:] = [n for n in self.ahead if needs.get(n.service, NOTHING) <= got]

    @property
    def at_once(self) -> bool:
        """Whether she takes tickets for all that is ahead of her at once."""
        ahead = self.ahead
        return self.journey.at_once and (not ahead or ahead[0].number > self.journey.entrance)

    def note(self, ticket: Ticket | None, outcome: int, reason: int) -> None:
        """Write the row of the stop at which she is."""
        need = self.ahead[0]
        row = StopRow(need.number, need.tries, need.service, ticket, outcome, reason)
        self.rows.append(row)
        if ticket:
            ticket.row = row
            self.tickets.append(ticket)

    def tries_again(self, outcome: int) -> bool:
        """Take off what is done, and tell whether she comes back to the same stop."""
        need = self.ahead.pop(0)
        self.again = outcome in AGAIN and bool(self.ahead) and self.ahead[0].number == need.number
        if outcome == SERVED:
            self.documents.add(need.service)
        if not self.again:
            self.pass_over(need)
            self.leave_out()
        return self.again
