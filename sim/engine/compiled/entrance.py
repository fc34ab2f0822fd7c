"""The entrance: who comes in, who does not, and what she is told there."""

from __future__ import annotations

from sim.engine.compiled import agency, door, heap, online, way
from sim.engine.compiled import state as s
from sim.engine.compiled.citizen import go_out, reach
from sim.engine.compiled.desk import new_row
from sim.engine.compiled.outcomes import (
    CANCELLED,
    CANCELS,
    COMPLETED,
    HALL_FULL,
    MOVED,
    MOVES,
    NO_OFFICER,
    NO_REASON,
    NO_SHOW,
    NO_SLOT,
    ONE_OF,
    REFUSED,
    STAYED_AWAY,
    TOO_LATE,
    TURNED_AWAY,
)
from sim.engine.compiled.state import Hall
from sim.jit import kernel


@kernel
def wake(hall: Hall, me: int) -> None:
    """She may take a number from home, and comes at once or later."""
    comes = online.set_out(hall, me)
    hall.citizens[me + s.STAGE] = s.OUTSIDE
    if comes == hall.clock[s.NOW]:
        arrive(hall, me)
    else:
        heap.push(hall.ways, comes, hall.citizens[me + s.ORDER], me)


@kernel
def arrive(hall: Hall, me: int) -> None:
    """Let a citizen in, or not."""
    clock = hall.clock
    if clock[s.NOW] >= clock[s.LAST_TICKET]:
        become(hall, me, s.GONE, REFUSED, TOO_LATE)
    elif not _has_business(hall, me):
        become(hall, me, s.GONE, REFUSED, NO_OFFICER)
    elif door.has_room(hall, me):
        door.let_in(hall, me)
        begin(hall, me)
    elif hall.citizens[me + s.FROM_HOME] < 0 and door.lets_wait(hall, me):
        door.wait_outside(hall, me)
        become(hall, me, s.AT_DOOR, REFUSED, HALL_FULL)
    else:
        become(hall, me, s.GONE, REFUSED, HALL_FULL)
        online.lose(hall, me)


@kernel
def begin(hall: Hall, me: int) -> None:
    """A citizen who has come in goes her way."""
    become(hall, me, s.AT_STOP, COMPLETED, NO_REASON)
    _tell(hall, me)
    way.leave_out(hall, me)
    if way.choose(hall, me):
        reach(hall, me)
    else:
        go_out(hall, me)


@kernel
def stay_away(hall: Hall, me: int, comes: int) -> None:
    """She does not come, and stands in the ledger all the same."""
    if comes == NO_SHOW:
        become(hall, me, s.GONE, STAYED_AWAY, NO_REASON)
    elif comes == CANCELS:
        become(hall, me, s.GONE, CANCELLED, NO_REASON)
    else:
        become(hall, me, s.GONE, MOVED if comes == MOVES else REFUSED, NO_SLOT)


@kernel
def become(hall: Hall, me: int, stage: int, outcome: int, reason: int) -> None:
    """Note where a citizen is, and what her visit is called."""
    hall.citizens[me + s.STAGE] = stage
    hall.citizens[me + s.BECAME] = outcome
    hall.citizens[me + s.WHY] = reason


@kernel
def _has_business(hall: Hall, me: int) -> bool:
    """Whether anybody is here, as far as one is told, for what she has come for."""
    citizens, comes_for_none = hall.citizens, True
    entrance = hall.journeys[citizens[me + s.JOURNEY] + s.ENTRANCE]
    for need in range(citizens[me + s.NEEDS_FROM], citizens[me + s.NEEDS_TO], s.NEEDS):
        own = hall.needs[need + s.STOP] > entrance and hall.needs[need + s.STANDS] == s.AHEAD
        if own:
            if not agency.is_away(hall, me, need):
                return True
            comes_for_none = False
    return comes_for_none


@kernel
def _tell(hall: Hall, me: int) -> None:
    """Cross off the stops of which she is told that nobody is there.

    One of a choice is no loss as long as she can make another; if there is none, the first is.
    """
    needs, lost = hall.needs, 0
    for need in range(hall.citizens[me + s.NEEDS_FROM], hall.citizens[me + s.NEEDS_TO], s.NEEDS):
        if needs[need + s.STANDS] != s.AHEAD or not agency.is_away(hall, me, need):
            continue
        needs[need + s.STANDS] = s.OVER
        if needs[need + s.TRY] > 1:
            continue
        if needs[need + s.PICK] == ONE_OF:
            if needs[need + s.GROUP] == lost or _has_other(hall, me, needs[need + s.GROUP]):
                continue
            lost = needs[need + s.GROUP]
        _tell_of(hall, me, need)
        become(hall, me, s.AT_STOP, REFUSED, NO_OFFICER)


@kernel
def _has_other(hall: Hall, me: int, group: int) -> bool:
    """Whether somebody is here for one stop of a choice."""
    needs = hall.needs
    for need in range(hall.citizens[me + s.NEEDS_FROM], hall.citizens[me + s.NEEDS_TO], s.NEEDS):
        of_group = needs[need + s.PICK] == ONE_OF and needs[need + s.GROUP] == group
        ahead = of_group and needs[need + s.STANDS] == s.AHEAD
        if ahead and not agency.is_away(hall, me, need):
            return True
    return False


@kernel
def _tell_of(hall: Hall, me: int, need: int) -> None:
    """Write the row of a stop that is crossed off, aside: its place is known when she is out."""
    row = new_row(hall, me, need, TURNED_AWAY, NO_OFFICER)
    last = hall.citizens[me + s.LAST_TOLD]
    if last >= 0:
        hall.stops[last + s.FOLLOWING] = row
    else:
        hall.citizens[me + s.FIRST_TOLD] = row
    hall.citizens[me + s.LAST_TOLD] = row


@kernel
def place_told(hall: Hall, me: int) -> None:
    """Put the rows of what she was told of before the first stop with a higher number."""
    stops, told = hall.stops, hall.citizens[me + s.FIRST_TOLD]
    while told >= 0:
        behind = stops[told + s.FOLLOWING]
        before, later = -1, hall.citizens[me + s.FIRST_ROW]
        while later >= 0 and _stop(hall, later) <= _stop(hall, told):
            before, later = later, stops[later + s.FOLLOWING]
        stops[told + s.FOLLOWING] = later
        if before >= 0:
            stops[before + s.FOLLOWING] = told
        else:
            hall.citizens[me + s.FIRST_ROW] = told
        told = behind


@kernel
def _stop(hall: Hall, row: int) -> int:
    return hall.needs[hall.stops[row + s.NEED] + s.STOP]
