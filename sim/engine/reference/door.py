"""The door: room for how many, and the line outside of those who wait for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sim.engine.reference.citizen import Citizen
from sim.engine.reference.moment import CITIZENS, PATIENCE_ENDS, Moment
from sim.engine.reference.online import lose
from sim.engine.reference.outcomes import HALL_FULL, IMPATIENT, LEFT
from sim.workload import NEVER

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall


class Door:
    """The door of a hall; whoever comes through it counts with all who come with her."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.people = 0
        self.outside: dict[int, Citizen] = {}  # by rank, in the order of coming
        plan = hall.plan
        self._room = NEVER if plan.capacity is None else plan.capacity
        self._seats = NEVER if plan.seats is None else plan.seats

    def come(self, citizen: Citizen) -> None:
        """She goes in, waits outside, or is refused."""
        fits = citizen.people <= self._room
        if self.people + citizen.people <= self._room and not self.outside:
            self._let_in(citizen)
            self.hall.begin(citizen)
            return
        citizen.reason = HALL_FULL
        if citizen.number:
            lose(self.hall, citizen)
        elif self.hall.plan.line_at_door and fits:
            self.outside[citizen.rank] = citizen
            if citizen.stay != NEVER:
                ends = citizen.came + citizen.stay - self.hall.now
                goes = partial(self._lose_patience, citizen)
                Moment(self.hall.env, ends, PATIENCE_ENDS, citizen.rank).then(goes)

    def go_out(self, citizen: Citizen) -> None:
        """She and who came with her are inside no more."""
        del self.hall.inside[citizen.rank]
        self.people -= citizen.people
        self._next()

    @property
    def all_sit(self) -> bool:
        """Whether everybody inside finds a seat."""
        return self.people <= self._seats

    def _next(self) -> None:
        """Let in who stands first outside, as long as there is room; each begins in her turn."""
        while self.outside and self.hall.now < self.hall.day.last_ticket:
            first = next(iter(self.outside.values()))
            if self.people + first.people > self._room:
                break
            del self.outside[first.rank]
            self._let_in(first)
            begin = partial(self.hall.begin, first)
            Moment(self.hall.env, 0, CITIZENS, first.rank).then(begin)

    def _let_in(self, citizen: Citizen) -> None:
        citizen.entered = self.hall.now
        self.hall.inside[citizen.rank] = citizen
        self.people += citizen.people

    def _lose_patience(self, citizen: Citizen) -> None:
        if citizen.rank in self.outside and self.hall.now < self.hall.day.last_ticket:
            del self.outside[citizen.rank]
            citizen.outcome, citizen.reason, citizen.left = LEFT, IMPATIENT, self.hall.now
            self._next()
