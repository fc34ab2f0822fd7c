"""The way of a citizen: which of the stops that she has left comes next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sim.engine.reference.citizen import Citizen, Need
from sim.engine.reference.desk import refusal
from sim.engine.reference.outcomes import NO_REASON

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall


def next_stop(hall: Hall, citizen: Citizen) -> bool:
    """Put the stop that comes next first; False if there is none.

    She passes over what needs a document that she has not got, and of several stops goes where
    the line is shortest now, the first in the order of the file if there are several such.
    """
    while citizen.ahead and not citizen.again:
        options = citizen.options()
        can = [option for option in options if citizen.has_documents_for(option)]
        if can:
            shortest = partial(_people_at, hall, citizen)
            citizen.take(can[0] if len(can) == 1 else min(can, key=shortest))
            break
        citizen.pass_over(*options)
        citizen.leave_out()
    return bool(citizen.ahead)


def _people_at(hall: Hall, citizen: Citizen, need: Need) -> tuple[bool, int]:
    """Whether a service gives her no ticket now, and how many wait there or are served."""
    line = hall.line_of(citizen, need)
    served = sum(
        counter.ticket is not None and counter.ticket.line is line
        for counter in hall.givers[line.index]
    )
    return refusal(hall, citizen, need) != NO_REASON, line.length + served
