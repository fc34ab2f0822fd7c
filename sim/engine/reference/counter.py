"""A counter: open or not, free or busy, and whom it calls next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.plan import BREAK, CLOSED, OPEN, CounterPlan
from sim.engine.reference.line import Line, Ticket
from sim.engine.reference.moment import SERVICE_ENDS, Moment
from sim.log import STATES, STOP_OUTCOMES

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall

SHOWN = {OPEN: STATES.index("idle"), BREAK: STATES.index("break"), CLOSED: STATES.index("closed")}
SERVING = STATES.index("serving")
SERVED = STOP_OUTCOMES.index("served")


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
        """Call a ticket and serve it; a faster counter needs less time (half to even)."""
        now = self.hall.now
        self.ticket = ticket
        ticket.waiting = False
        ticket.counter = self.rank
        ticket.called = ticket.start = now
        duration = ticket.time if self.speed == 1 else round(ticket.time / self.speed)
        self.show(SERVING)
        Moment(self.hall.env, duration, SERVICE_ENDS, self.rank).then(self._end)

    def _end(self) -> None:
        ticket, self.ticket = self.ticket, None
        assert ticket is not None
        ticket.end = self.hall.now
        ticket.done.succeed(SERVED)
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
