"""A calling rule of a researcher's own, asked in the place of the hall's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.choosing import Calling, Choose, Waiting, chosen
from sim.engine.reference.line import Ticket
from sim.log import Names
from sim.workload import ABSENT

if TYPE_CHECKING:
    from sim.engine.reference.counter import Counter


class Choice:
    """Shows the rule who waits, by name, and finds the ticket that it chose."""

    def __init__(self, choose: Choose, names: Names) -> None:
        self._choose = choose
        self._names = names

    def of(self, counter: Counter, tickets: list[Ticket]) -> Ticket:
        """Return the ticket to call, of one or more in the order of the hall."""
        agency, label = self._names.counters[counter.rank]
        waiting = [self._shown(ticket, place) for place, ticket in enumerate(tickets)]
        return tickets[chosen(self._choose, Calling(agency, label, counter.hall.now), waiting)]

    def _shown(self, ticket: Ticket, place: int) -> Waiting:
        citizen, slot = ticket.citizen, ticket.need.slot
        return Waiting(
            service=self._names.services[ticket.need.service],
            visitor_class=self._names.classes[citizen.visitor_class],
            priority=citizen.priority,
            booked=None if slot == ABSENT else slot,
            ticket=ticket.taken,
            since=ticket.since,
            mean=ticket.mean,
            place=place,
        )
