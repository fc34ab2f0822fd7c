"""Coming back: which attempts take place, and what of her business is left then."""

from __future__ import annotations

from sim.engine.compiled import state as s
from sim.engine.compiled.outcomes import ONE_OF, PAPERS_LACK, SERVED
from sim.engine.compiled.state import Given, Hall
from sim.jit import kernel


@kernel
def comes(hall: Hall, v: int) -> bool:
    """Whether an attempt takes place: the first, or one after which she came back."""
    return hall.returns[v * s.RETURNS + s.TAKES_PLACE] == 1


@kernel
def resume(hall: Hall, me: int) -> None:
    """Leave out where she was served at an earlier attempt, and what she chose between there."""
    citizens, needs = hall.citizens, hall.needs
    first, last = citizens[me + s.NEEDS_FROM], citizens[me + s.NEEDS_TO]
    for need in range(first, last if citizens[me + s.CARRIES] >= 0 else first, s.NEEDS):
        if not carries(hall, me, s.WAS_STOP, needs[need + s.STOP]):
            continue
        needs[need + s.STANDS] = s.OVER
        if needs[need + s.PICK] == ONE_OF:
            for other in range(first, last, s.NEEDS):
                same = needs[other + s.GROUP] == needs[need + s.GROUP]
                if same and needs[other + s.PICK] == ONE_OF:
                    needs[other + s.STANDS] = s.OVER


@kernel
def carries(hall: Hall, me: int, what: int, value: int) -> bool:
    """Whether an earlier attempt served her: at a stop (WAS_STOP) or service (WAS_SERVICE)."""
    entry = hall.citizens[me + s.CARRIES]
    while entry >= 0 and hall.carried[entry + what] != value:
        entry = hall.carried[entry + s.AND_BEFORE]
    return entry >= 0


@kernel
def note(hall: Hall, given: Given) -> None:
    """Note who of the day comes back: the share of those who do says so."""
    citizens = hall.citizens
    for me in range(0, hall.clock[s.CITIZENS_TO], s.CITIZENS):
        row = citizens[me + s.ROW]
        after = given.after[row]
        if after >= 0 and given.back[row] < _share_back(hall, me):
            hall.returns[after * s.RETURNS + s.TAKES_PLACE] = 1
            hall.returns[after * s.RETURNS + s.CARRIES_IN] = _carry(hall, me)


@kernel
def _share_back(hall: Hall, me: int) -> int:
    citizens, journey = hall.citizens, hall.citizens[me + s.JOURNEY]
    if citizens[me + s.WHY] == PAPERS_LACK:
        return hall.journeys[journey + s.BACK_WITH_PAPERS]
    return hall.journeys[journey + s.BACK + citizens[me + s.BECAME]]


@kernel
def _carry(hall: Hall, me: int) -> int:
    """Write down at which stops she was served, but for the entrance; return where it begins."""
    citizens, stops, chain = hall.citizens, hall.stops, hall.citizens[me + s.CARRIES]
    entrance = hall.journeys[citizens[me + s.JOURNEY] + s.ENTRANCE]
    row = citizens[me + s.FIRST_ROW]
    while row >= 0:
        need = stops[row + s.NEED]
        if stops[row + s.OUTCOME] == SERVED and hall.needs[need + s.STOP] > entrance:
            entry = hall.clock[s.CARRIED_TO]
            hall.clock[s.CARRIED_TO] = entry + s.CARRIED
            hall.carried[entry + s.WAS_STOP] = hall.needs[need + s.STOP]
            hall.carried[entry + s.WAS_SERVICE] = hall.needs[need + s.SERVICE]
            hall.carried[entry + s.AND_BEFORE] = chain
            chain = entry
        row = stops[row + s.FOLLOWING]
    return chain
