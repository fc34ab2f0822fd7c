"""A counter: open or not, free or busy, and whom it calls next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sim.engine.outages import Change
from sim.engine.plan import CounterPlan
from sim.engine.reference.line import Line, Ticket
from sim.engine.reference.moment import SERVICE_ENDS, Moment
from sim.engine.reference.outcomes import MISSED, SERVED, SERVED_AS
from sim.engine.turns import BREAK, CLOSED, OPEN
from sim.log import STATES
from sim.workload import ABSENT, MOST_MISSES, NEVER

if TYPE_CHECKING:
    from sim.engine.reference.day import Hall

SHOWN = {OPEN: STATES.index("idle"), BREAK: STATES.index("break"), CLOSED: STATES.index("closed")}
SERVING, CALLING, DOWN, WRAPPING = (
    STATES.index(name) for name in ("serving", "calling", "down", "wrapping")
)


class Counter:
    """One counter; `rank` is its place in the order of calling.

    After its last closing it may stay in overtime: then it calls only tickets of lines that have
    closed, until the lines it is kept for are empty, or, at the mall's closing, the hall is.
    While it is down, or a break interrupts it, who is served there is held.
    """

    def __init__(self, hall: Hall, rank: int, plan: CounterPlan) -> None:
        self.hall = hall
        self.rank = rank
        self.plan = plan
        self.last = plan.last
        self.agency = plan.agency_index
        self.tiers = [[hall.lines[line] for line in tier] for tier in plan.tiers]
        self._helps = {line for tier in self.tiers[1:] for line in tier if plan.help_from > 1}
        for line in self._helps:
            line.helped = True
        if plan.longest_wait:
            self.tiers = [[line for tier in self.tiers for line in tier]]
        self._place = Ticket.by_wait if plan.longest_wait else Ticket.by_key
        self.kept_for = [hall.lines[line] for line in sorted(hall.plan.kept_for(plan))]
        self.open = False
        self.overtime = False
        self.pace = 1.0  # 0 while it is down
        self.paused = False
        self.off = SHOWN[CLOSED]  # what is shown once nobody is served
        self.ticket: Ticket | None = None
        self.serving = False  # who was called is there
        self.wrapping = False  # she has left, and her officer still writes
        self.until = NEVER  # when the running service ends; NEVER while none runs
        self.shown: list[tuple[int, int]] = []
        self._gave: int | None = None  # its last service
        self._run = 0
        self._break = self._next_break(-1)

    @property
    def free(self) -> bool:
        """Whether the counter may call."""
        return self.working and not self.occupied

    @property
    def occupied(self) -> bool:
        """Whether somebody is called or served there, or her officer still writes."""
        return self.wrapping or self.ticket is not None

    @property
    def working(self) -> bool:
        """Whether the counter is staffed, and not down."""
        return (self.open or self.overtime) and self.pace > 0

    @property
    def state(self) -> int:
        """What the counter does now, as the log shows it."""
        if not (self.occupied or self.open or self.overtime):
            return self.off
        if self.pace == 0:
            return DOWN
        if self.ticket is None:
            return WRAPPING if self.wrapping else SHOWN[OPEN]
        if self.paused:
            return SHOWN[BREAK]
        return SERVING if self.serving else CALLING

    def may_call(self, line: Line) -> bool:
        """Whether the counter is free for a ticket of this line."""
        return self.free and self._serves(line)

    def _serves(self, line: Line) -> bool:
        """Whether the counter serves a line now: in overtime those that have closed."""
        if not self.open:
            return line.closes <= self.hall.now
        return line not in self._helps or line.length >= self.plan.help_from

    def may_begin(self, ticket: Ticket) -> bool:
        """Whether her service will not last too long into the next break, as far as one knows."""
        return self._break == NEVER or self.hall.now + ticket.mean <= self._break

    def turn(self, state: int) -> None:
        """Follow the calendar: open, take a break, or close."""
        self.open = state == OPEN
        self.off = SHOWN[state]
        if state == OPEN:
            self._break = self._next_break(self.hall.now)
        if self.kept_for and self.hall.now == self.last:
            self.overtime = True
            self.hall.staying.append(self)
        if self.plan.pauses:
            if state == BREAK:
                self._hold()
            self.paused = state == BREAK
            self._work()
        self.show()
        if self.free:
            self.hall.freed(self)

    def change(self, to: Change) -> None:
        """Work at another pace from now on, or not at all: an outage began or ended."""
        self._hold()
        self.pace = to.pace
        if self.ticket and self.until == NEVER:
            if to.restart and self.serving:
                self.ticket.left = self.ticket.work
            if to.requeue:
                self._give_back(self.ticket)
        self._work()
        self.show()
        if self.free:
            self.hall.freed(self)

    def next_ticket(self) -> Ticket | None:
        """Return the best ticket of the first tier that has one; by wait all are one tier."""
        takes = None if self._break == NEVER else self.may_begin
        for tier in self.tiers:
            if self.hall.choice:
                found = [t for of in tier if self._serves(of) for t in of.all_waiting(takes)]
                if found:
                    return self.hall.choice.of(self, sorted(found, key=self._place))
                continue
            best: Ticket | None = None
            for line in tier:
                if self._serves(line):
                    ticket = line.first(takes)
                    if ticket and (best is None or self._place(ticket) < self._place(best)):
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
        if not ticket.given_back:
            ticket.called = self.hall.now
        how = self.hall.plan.calls[self.agency]
        ticket.passed = ticket.citizen.busy
        if ticket.misses or ticket.passed:
            self._then(how.tries * how.every, self._nobody_came)
        else:
            self._await(ticket, how.walk_up + ticket.walk)
        self.show()

    def _await(self, ticket: Ticket, walk: int) -> None:
        """Let her come: from now on she hears no other call."""
        ticket.citizen.busy = True
        if walk:
            self._then(walk, self._serve)
        else:
            self._serve()

    def _then(self, time: int, do: Callable[[], None]) -> None:
        """Do something in a while, in the phase of what ends, unless it is held or given back."""
        self._run += 1
        Moment(self.hall.env, time, SERVICE_ENDS, self.rank).then(partial(self._if, self._run, do))

    def _if(self, run: int, do: Callable[[], None]) -> None:
        if run == self._run:
            do()

    # The service, and what interrupts it

    def _serve(self) -> None:
        """Begin the service of who was called."""
        assert self.ticket is not None
        self.serving = True
        ticket, service = self.ticket, self.ticket.need.service
        plan = self.hall.plan.services[service]
        if ticket.start == ABSENT:
            ticket.start = self.hall.now
            ticket.work = ticket.left = plan.work(ticket.work, self.hall.now)
        if self._gave not in (None, service):
            ticket.left += plan.set_up
        self._gave = service
        self.hall.settle(ticket)
        self._work()
        self.show()

    @property
    def _speed(self) -> float:
        return self.plan.speed * self.pace

    def _work(self) -> None:
        """Go on with what is left of a service; a faster counter needs less time (half to even)."""
        if not self.serving or self.until != NEVER or self.pace == 0 or self.paused:
            return
        assert self.ticket is not None
        left, speed = self.ticket.left, self._speed
        duration = left if speed == 1 else round(left / speed)
        self.until = self.hall.now + duration
        self._then(duration, self._end)

    def _hold(self) -> None:
        """Stop a running service and note what is left of it; one that ends now has ended."""
        if self.until in (NEVER, self.hall.now):
            return
        assert self.ticket is not None
        left, speed = self.until - self.hall.now, self._speed
        self.ticket.left = left if speed == 1 else round(left * speed)
        self.until = NEVER
        self._run += 1

    def _give_back(self, ticket: Ticket) -> None:
        """Let a ticket go to the head of its line, for whichever counter is free first."""
        self._free()
        if ticket.end != ABSENT:  # she was refused at the door meanwhile
            return
        ticket.line.take_back(ticket)
        self.hall.joined(ticket.line)
        if not (ticket.passed or ticket.misses):  # else she was never here
            self.hall.free_again(ticket.citizen)

    def _end(self) -> None:
        ticket = self.ticket
        assert ticket is not None
        ticket.end = self.hall.now
        ticket.done.succeed(SERVED)
        self.hall.free_again(ticket.citizen)
        wrap_up = self.hall.plan.services[ticket.need.service].wrap_up
        if wrap_up and SERVED_AS[ticket.need.ends] == SERVED:
            self._free()
            self.wrapping = True
            self._then(wrap_up, self._wrapped)
            self.show()
        else:
            self._finish()

    def _wrapped(self) -> None:
        """All is written: the counter is free, or goes where the calendar says."""
        self.wrapping = False
        self._finish()
        self.hall.dismiss()

    def _nobody_came(self) -> None:
        """Drop the ticket, or call it again after some others, if she is still there."""
        ticket = self.ticket
        assert ticket is not None
        if ticket.end != ABSENT:  # she was refused at the door meanwhile
            self._finish()
            self.hall.dismiss()
            return
        self._free()
        how = self.hall.plan.calls[self.agency]
        again = how.again_after
        if ticket.passed and not how.missed:
            again = 0  # nothing is said of who misses a call: she is called when she is free
        else:
            ticket.missed += 1
        ticket.misses -= not ticket.passed
        if again is None or ticket.missed == MOST_MISSES:
            self.hall.give_up(ticket, MISSED)
        else:
            self.hall.stand_aside(ticket, again)
        self._finish()

    def _free(self) -> None:
        self.ticket = None
        self.serving = False
        self.until = NEVER
        self._run += 1

    def _finish(self) -> None:
        self._free()
        self.show()
        if self.free:
            self.hall.freed(self)

    def leave(self) -> None:
        """End the overtime."""
        self.overtime = False
        self.show()

    def _next_break(self, time: int) -> int:
        """Until when a service may usually last that begins after a time: NEVER if that is free."""
        overrun = self.plan.overrun
        turn = next(((t, s) for t, s in self.plan.turns if t > time and s != OPEN), None)
        if overrun is None or turn is None or turn[1] != BREAK:
            return NEVER
        return turn[0] + overrun

    def show(self) -> None:
        """Note what the counter does from now on, once its account has begun."""
        now, state = self.hall.now, self.state
        if not self.shown and not self.open:
            return
        if self.shown and self.shown[-1][0] == now:
            self.shown.pop()  # a state that lasted no time
        if not self.shown or self.shown[-1][1] != state:
            self.shown.append((now, state))
