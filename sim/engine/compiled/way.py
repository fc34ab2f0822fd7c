"""The way of a citizen: which of the stops that she has ahead comes next.

Her rows of what she needs stand one behind the other, the tries of a stop together, and so the
stops of a group. `HERE` is the one at which she is, or goes.
"""

from __future__ import annotations

from sim.engine.compiled import agency
from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import INCOMPLETE, NEXT, NO_REASON, ONE_OF, PARKED, SERVED
from sim.engine.compiled.returns import carries
from sim.engine.compiled.state import Hall
from sim.jit import kernel


@kernel
def choose(hall: Hall, me: int) -> bool:
    """Settle which stop comes next; False if there is none.

    She passes over what needs a document that she has not got, and of several stops goes where
    the line is shortest now, the first in the order of the rows if there are several such.
    """
    citizens, needs = hall.citizens, hall.needs
    if citizens[me + s.COMING_BACK]:
        return True
    while True:
        first = ahead(hall, me)
        if first < 0:
            return False
        chosen = _shortest(hall, me, first)
        if chosen >= 0:
            citizens[me + s.HERE] = chosen
            if needs[chosen + s.PICK] == ONE_OF:
                _pass_over_group(hall, me, first, needs[chosen + s.STOP])
            return True
        _pass_over_group(hall, me, first, -1)
        leave_out(hall, me)


@kernel
def ahead(hall: Hall, me: int) -> int:
    """Return the first row that is ahead of her, or -1."""
    for need in range(hall.citizens[me + s.NEEDS_FROM], hall.citizens[me + s.NEEDS_TO], s.NEEDS):
        if hall.needs[need + s.STANDS] == s.AHEAD:
            return need
    return -1


@kernel
def _together(hall: Hall, first: int, need: int) -> bool:
    """Whether a row is one of those of which she makes one stop next."""
    needs = hall.needs
    if needs[need + s.STANDS] != s.AHEAD:
        return False
    if needs[first + s.PICK] == NEXT:
        return needs[need + s.STOP] == needs[first + s.STOP]
    return needs[need + s.GROUP] == needs[first + s.GROUP]


@kernel
def _shortest(hall: Hall, me: int, first: int) -> int:
    """Return the row of the stop with the shortest line, of those she can make; or -1."""
    needs = hall.needs
    if needs[first + s.PICK] == NEXT:
        return first if _has_documents(hall, me, first, s.HAS_DOCUMENT) else -1
    best, stop, fewest = -1, -1, 0
    for need in range(first, hall.citizens[me + s.NEEDS_TO], s.NEEDS):
        if not _together(hall, first, need) or needs[need + s.STOP] == stop:
            continue
        stop = needs[need + s.STOP]
        if _has_documents(hall, me, need, s.HAS_DOCUMENT):
            people = _people_at(hall, me, need)
            if best < 0 or people < fewest:
                best, fewest = need, people
    return best


_NO_TICKET = 1 << 40
"""More than can wait anywhere: where there is a ticket comes before where there is none."""


@kernel
def _people_at(hall: Hall, me: int, need: int) -> int:
    """Return how many wait at a service or are served, and far more if it gives no ticket now."""
    of = agency.line_of(hall, me, need)
    people = hall.lines[of + s.LENGTH]
    for place in range(hall.lines[of + s.GIVERS_FROM], hall.lines[of + s.GIVERS_TO]):
        ticket = hall.counters[hall.lists[place] + s.TICKET]
        if ticket >= 0 and hall.stops[ticket + s.OF_LINE] == of:
            people += 1
    if agency.refusal(hall, me, need) != NO_REASON:
        people += _NO_TICKET
    return people


@kernel
def _pass_over_group(hall: Hall, me: int, first: int, but: int) -> None:
    """Leave out all of which she makes one stop next, but one stop (-1: none)."""
    needs = hall.needs
    for need in range(first + s.NEEDS, hall.citizens[me + s.NEEDS_TO], s.NEEDS):
        if needs[need + s.STOP] != but and _together(hall, first, need):
            needs[need + s.STANDS] = s.OVER
    if needs[first + s.STOP] != but:  # at last: who stands together is known by the first
        needs[first + s.STANDS] = s.OVER


@kernel
def _has_documents(hall: Hall, me: int, need: int, at_least: int) -> bool:
    """Whether she has every document that a stop needs, or may still get it (AHEAD)."""
    journey, lists = hall.citizens[me + s.JOURNEY], hall.lists
    begin, end = hall.journeys[journey + s.DOCUMENTS_FROM], hall.journeys[journey + s.DOCUMENTS_TO]
    for place in range(begin, end, 2):
        needed = lists[place] == hall.needs[need + s.SERVICE]
        if needed and not _stands(hall, me, lists[place + 1], at_least):
            return False
    return True


@kernel
def _stands(hall: Hall, me: int, service: int, at_least: int) -> bool:
    """Whether she was served at a service, or (AHEAD) has a stop there ahead of her."""
    needs = hall.needs
    for need in range(hall.citizens[me + s.NEEDS_FROM], hall.citizens[me + s.NEEDS_TO], s.NEEDS):
        if needs[need + s.SERVICE] == service and needs[need + s.STANDS] >= at_least:
            return True
    return carries(hall, me, s.WAS_SERVICE, service)


@kernel
def leave_out(hall: Hall, me: int) -> None:
    """Leave out the stops that need a document of one that she will never have made."""
    citizens, needs = hall.citizens, hall.needs
    journey = citizens[me + s.JOURNEY]
    left_out = hall.journeys[journey + s.DOCUMENTS_FROM] < hall.journeys[journey + s.DOCUMENTS_TO]
    while left_out:
        left_out = False
        for need in range(citizens[me + s.NEEDS_FROM], citizens[me + s.NEEDS_TO], s.NEEDS):
            if needs[need + s.STANDS] == s.AHEAD and not _has_documents(hall, me, need, s.AHEAD):
                needs[need + s.STANDS] = s.OVER
                left_out = True


@kernel
def tries_again(hall: Hall, me: int, outcome: int) -> bool:
    """Take off what is done, and tell whether she comes back to the same stop."""
    citizens, needs, here = hall.citizens, hall.needs, hall.citizens[me + s.HERE]
    needs[here + s.STANDS] = s.HAS_DOCUMENT if outcome == SERVED else s.OVER
    again = outcome in (INCOMPLETE, PARKED) and _is_a_try_of(hall, me, here, here)
    citizens[me + s.COMING_BACK] = again
    if again:
        citizens[me + s.HERE] = here + s.NEEDS
    else:
        pass_over(hall, me, here)
        leave_out(hall, me)
    return again


@kernel
def _is_a_try_of(hall: Hall, me: int, need: int, here: int) -> bool:
    """Whether the row behind another is a further try of a stop."""
    needs = hall.needs
    behind = need + s.NEEDS
    return behind < hall.citizens[me + s.NEEDS_TO] and (
        needs[behind + s.STOP] == needs[here + s.STOP] and needs[behind + s.STANDS] == s.AHEAD
    )


@kernel
def pass_over(hall: Hall, me: int, here: int) -> None:
    """Leave out a stop, with all its tries."""
    need = here
    if hall.needs[here + s.STANDS] == s.AHEAD:
        hall.needs[here + s.STANDS] = s.OVER
    while _is_a_try_of(hall, me, need, here):
        need += s.NEEDS
        hall.needs[need + s.STANDS] = s.OVER


@kernel
def next_left(hall: Hall, me: int) -> int:
    """Return the row of a stop that she will not make, or -1; where she is, or goes, comes first.

    Of a choice that is not settled the first stop stands for all.
    """
    needs, here = hall.needs, hall.citizens[me + s.HERE]
    if here < 0 or needs[here + s.STANDS] != s.AHEAD:
        here = ahead(hall, me)
        if here >= 0 and needs[here + s.PICK] == ONE_OF:
            _pass_over_group(hall, me, here, needs[here + s.STOP])
    return here
