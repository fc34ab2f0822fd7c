"""A counter: open or not, free or busy, and whom it calls next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.engine.plan import BREAK, CLOSED, OPEN, CounterPlan
from sim.engine.reference.line import Line, Ticket
from sim.engine.reference.moment import SERVICE_ENDS, Moment
from sim.log import STATES, STOP_OUTCOMES
from sim.workload import MOST_MISSES

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall

SHOWN = {OPEN: STATES.index("idle"), BREAK: STATES.index("break"), CLOSED: STATES.index("closed")}
SERVING, CALLING = STATES.index("serving"), STATES.index("calling")
SERVED, MISSED = STOP_OUTCOMES.index("served"), STOP_OUTCOMES.index("missed")


class Counter:
    """One counter; `rank` is its place in the order of calling.

    After its last closing it may stay in overtime: then it calls only tickets of lines that have
    closed, until the lines it is kept for are empty, or, at the mall's closing, the hall is.
    """

    def __init__(self, hall: Hall, rank: int, plan: CounterPlan) -> None:
        self.hall = hall
        self.rank = rank
        self.speed = plan.speed
        self.last = plan.last
        self.agency = plan.agency_index
        self.tiers = [[hall.lines[line] for line in tier] for tier in plan.tiers]
        self.kept_for = [hall.lines[line] for line in sorted(hall.plan.kept_for(plan))]
        self.open = False
        self.overtime = False
        self.off = SHOWN[CLOSED]  # what is shown once nobody is served
        self.ticket: Ticket | None = None
        self.shown: list[tuple[int, int]] = []

    @property
    def free(self) -> bool:
        """Whether the counter may call."""
        return self.ticket is None and (self.open or self.overtime)

    def may_call(self, line: Line) -> bool:
        """Whether the counter is free for a ticket of this line."""
        return self.free and (self.open or line.closes <= self.hall.now)

    def turn(self, state: int) -> None:
        """Follow the calendar: open, take a break, or close. Nobody in service is interrupted."""
        self.open = state == OPEN
        self.off = SHOWN[state]
        if self.kept_for and self.hall.now == self.last:
            self.overtime = True
            self.hall.staying.append(self)
        if self.ticket is None:
            self.show(SHOWN[OPEN] if self.overtime else self.off)
            if self.free:
                self.hall.freed(self)

    def next_ticket(self) -> Ticket | None:
        """Return the best ticket of the first tier that has one."""
        for tier in self.tiers:
            best: Ticket | None = None
            for line in tier:
                if self.open or line.closes <= self.hall.now:
                    ticket = line.first()
                    if ticket and (best is None or ticket.key < best.key):
                        best = ticket
            if best:
                return best
        return None

    def call(self, ticket: Ticket) -> None:
        """Call a ticket: the counter is occupied until she is served, or nobody came."""
        self.ticket = ticket
        ticket.line.leave(ticket)
        ticket.line.called(ticket)
        ticket.counter = self.rank
        ticket.called = self.hall.now
        how = self.hall.plan.calls[self.agency]
        if ticket.misses:
            self._occupy(how.tries * how.every, self._nobody_came)
        elif how.walk_up:
            self._occupy(how.walk_up, self._serve)
        else:
            self._serve()

    def _occupy(self, time: int, then: Callable[[], None]) -> None:
        self.show(CALLING)
        Moment(self.hall.env, time, SERVICE_ENDS, self.rank).then(then)

    def _serve(self) -> None:
        """Serve who was called; a faster counter needs less time (half to even)."""
        ticket = self.ticket
        assert ticket is not None
        ticket.start = self.hall.now
        duration = ticket.time if self.speed == 1 else round(ticket.time / self.speed)
        self.show(SERVING)
        Moment(self.hall.env, duration, SERVICE_ENDS, self.rank).then(self._end)

    def _end(self) -> None:
        assert self.ticket is not None
        self.ticket.end = self.hall.now
        self.ticket.done.succeed(SERVED)
        self._finish()

    def _nobody_came(self) -> None:
        """Call the ticket again after some others, or drop it."""
        ticket = self.ticket
        assert ticket is not None
        again = self.hall.plan.calls[self.agency].again_after
        ticket.missed += 1
        ticket.misses -= 1
        if again is None or ticket.missed == MOST_MISSES:
            ticket.end = self.hall.now
            ticket.done.succeed(MISSED)
        else:
            ticket.line.stand_aside(ticket, again)
        self._finish()

    def _finish(self) -> None:
        self.ticket = None
        self.show(SHOWN[OPEN] if self.open or self.overtime else self.off)
        if self.free:
            self.hall.freed(self)

    def leave(self) -> None:
        """End the overtime."""
        self.overtime = False
        self.show(SHOWN[CLOSED])

    def show(self, state: int) -> None:
        """Note what the counter does from now on."""
        now = self.hall.now
        if self.shown and self.shown[-1][0] == now:
            self.shown.pop()  # a state that lasted no time
        if not self.shown or self.shown[-1][1] != state:
            self.shown.append((now, state))
