"""Coming back: which attempts of a workload take place, and what of her business is left then."""

from __future__ import annotations

from sim.engine.plan import JourneyPlan
from sim.engine.reference.citizen import Citizen
from sim.engine.reference.outcomes import SERVED
from sim.workload import PICKS, Workload

ONE_OF = PICKS.index("one_of")


class Returns:
    """What is carried from one day to the next: who comes back, and where she has been served."""

    def __init__(self, workload: Workload) -> None:
        self._back = workload.back.tolist()
        self._next: list[int] = workload.next_attempts().tolist()
        waits = set(self._next)
        self._comes = [row not in waits for row in range(len(workload))]
        self._done: dict[int, tuple[frozenset[int], frozenset[int]]] = {}

    def comes(self, row: int) -> bool:
        """Whether an attempt takes place: the first, or one after which she came back."""
        return self._comes[row]

    def resume(self, row: int, citizen: Citizen) -> None:
        """Leave out where she was served at an earlier attempt; she has the documents."""
        numbers, services = self._done.get(row, _NOTHING)
        made = {n.group for n in citizen.ahead if n.pick == ONE_OF and n.number in numbers}
        citizen.documents |= services
        citizen.ahead = [
            need
            for need in citizen.ahead
            if need.number not in numbers and not (need.pick == ONE_OF and need.group in made)
        ]

    def note(self, row: int, citizen: Citizen, journey: JourneyPlan) -> None:
        """Note how an attempt ended: she comes back if the share of those who do says so."""
        after = self._next[row]
        if after < 0 or not self._back[row] < journey.share_back(citizen.outcome, citizen.reason):
            return
        self._comes[after] = True
        own = [of for of in citizen.rows if of.outcome == SERVED and of.stop > journey.entrance]
        numbers, services = self._done.get(row, _NOTHING)
        numbers |= {of.stop for of in own}
        self._done[after] = numbers, services | {of.service for of in own}


_NOTHING: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())
