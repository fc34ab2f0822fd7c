"""One day of the hall: the door, the citizens' ways, and the order of each instant."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import simpy

from sim.engine.plan import DayPlan
from sim.engine.reference.choice import Choice
from sim.engine.reference.citizen import Citizen, Need, StopRow
from sim.engine.reference.counter import Counter
from sim.engine.reference.desk import give_ticket, walks_in, without_ticket
from sim.engine.reference.door import Door
from sim.engine.reference.entrance import come_in, tell
from sim.engine.reference.line import Line, Ticket
from sim.engine.reference.moment import CALENDAR, CALLS, CITIZENS, PATIENCE_ENDS, Moment
from sim.engine.reference.online import bring
from sim.engine.reference.outcomes import (
    CALLED,
    COMPLETED,
    DAY_END,
    IN_PROGRESS,
    LEFT,
    NO_REASON,
    RENEGED,
    SENT_HOME,
    SERVED,
    SERVED_AS,
    STOP_IN_PROGRESS,
    STOP_SENT_HOME,
    TOO_LATE,
    WHY,
)
from sim.engine.reference.way import next_stop
from sim.log import STATES
from sim.workload import NEVER

Steps = Generator[simpy.Event, Any, None]
Way = Generator[simpy.Event, Any, bool]


class Hall:
    """The hall on one day: everything that the rules of the hall speak of."""

    def __init__(self, plan: DayPlan, choice: Choice | None = None) -> None:
        self.plan = plan
        self.choice = choice
        self.day = plan.day
        self.env = simpy.Environment(initial_time=0)
        self.lines = [
            Line(k, closes, order.in_turn)
            for k, (closes, order) in enumerate(zip(plan.closes, plan.orders, strict=True))
        ]
        self.counters = [Counter(self, k, of) for k, of in enumerate(plan.counters)]
        self.givers = [[self.counters[k] for k in of] for of in plan.givers]
        self.inside: dict[int, Citizen] = {}
        self.door = Door(self)
        self.numbers = [0] * len(plan.calls)
        self.taken = [0] * len(plan.pools)
        self.staying: list[Counter] = []
        self._freed: list[Counter] = []

    @property
    def now(self) -> int:
        """The present instant, µs since midnight: it stays an int, since every delay is one."""
        return self.env.now  # type: ignore[return-value]

    def open(self, citizens: list[Citizen]) -> None:
        """Play the day. What became of it stands in the citizens and counters afterwards."""
        for counter, plan in zip(self.counters, self.plan.counters, strict=True):
            for time, state in plan.turns:
                self._at(time, CALENDAR, counter.rank, partial(counter.turn, state))
            for change in plan.changes:
                place = len(self.counters) + counter.rank
                self._at(change.time, CALENDAR, place, partial(counter.change, change))
        self._at(self.day.closes, CALENDAR, 2 * len(self.counters), self._close)
        self.env.process(come_in(self, citizens))
        while self.env.peek() <= self.day.ends:
            self.env.step()
        self._end_of_day()

    # The door, and a citizen's way through the hall

    def begin(self, citizen: Citizen) -> None:
        """Let a citizen who has come in go her way."""
        citizen.way = self.env.process(self._visit(citizen))

    def _visit(self, citizen: Citizen) -> Steps:
        """A citizen's way: stop after stop, then out."""
        citizen.outcome, citizen.reason = COMPLETED, NO_REASON
        tell(self.plan, citizen)
        citizen.leave_out()
        try:
            if (yield from self._way(citizen)):
                yield Moment(self.env, 0, CITIZENS, citizen.rank)  # out, one by one
        except simpy.Interrupt as sent:
            citizen.outcome, citizen.reason = SENT_HOME, int(sent.cause or TOO_LATE)
            self._send_home(citizen, citizen.reason, self.now)
        self._leave(citizen)

    def _way(self, citizen: Citizen) -> Way:
        """Stop after stop; the value is whether she had a ticket at the last one."""
        while next_stop(self, citizen):
            if citizen.rows:
                walk = 0 if citizen.at_once else citizen.ahead[0].walk
                yield Moment(self.env, walk, CITIZENS, citizen.rank)
            if citizen.at_once:
                return (yield from self._all_at_once(citizen))
            yield from self._stop(citizen, citizen.ahead[0])
            of = citizen.rows[-1]
            if citizen.tries_again(of.outcome):
                self._keep(citizen)
            elif of.outcome != SERVED and not self._goes_on(citizen, of):
                break
            if citizen.at_close and citizen.ahead:
                raise simpy.Interrupt(TOO_LATE)
        return bool(citizen.rows and citizen.rows[-1].ticket)

    def _all_at_once(self, citizen: Citizen) -> Way:
        """Take tickets for all that is ahead, and stand in several lines until each has ended."""
        while citizen.ahead:
            self._attempt(citizen, citizen.ahead[0])
            if not citizen.rows[-1].ticket:
                self._goes_on(citizen, citizen.rows[-1])
            citizen.ahead.pop(0)
        rows = [ticket.row for ticket in citizen.tickets]
        while citizen.tickets:
            yield simpy.AnyOf(self.env, [ticket.done for ticket in citizen.tickets])
            for ticket in [t for t in citizen.tickets if t.done.triggered]:
                self.ended(citizen, ticket)
                if ticket.row.outcome not in (SERVED, STOP_SENT_HOME):
                    self._goes_on(citizen, ticket.row)
        if any(row.outcome == STOP_SENT_HOME for row in rows):
            raise simpy.Interrupt(TOO_LATE)
        return bool(rows)

    def _stop(self, citizen: Citizen, need: Need) -> Steps:
        """One attempt at a service: no ticket is given or taken, or one and what comes of it."""
        self._attempt(citizen, need)
        for ticket in citizen.tickets:
            yield ticket.done
            self.ended(citizen, ticket)

    def _attempt(self, citizen: Citizen, need: Need) -> None:
        """She gets no ticket, or takes one: a free counter calls it at once, or it waits."""
        if citizen.number:
            bring(self, citizen)
            return
        failed = None if need.keeps else without_ticket(self, citizen, need)
        if failed:
            citizen.note(None, *failed)
            return
        ticket = give_ticket(self, citizen, need)
        citizen.note(ticket, SERVED, NO_REASON)
        if ticket.since > self.now and not citizen.journey.call_early:
            place = 2 * len(self.counters) + 1 + citizen.rank  # after the counters, and closing
            self._at(ticket.since, CALENDAR, place, partial(self._due, ticket))
        else:
            self.offer(ticket)
        if ticket.unserved and ticket.patience_ends != NEVER:
            lose = partial(self.lose_patience, ticket)
            self._at(ticket.patience_ends, PATIENCE_ENDS, citizen.rank, lose)

    def ended(self, citizen: Citizen, ticket: Ticket) -> None:
        """Note how a ticket ended."""
        citizen.tickets.remove(ticket)
        row, row.outcome = ticket.row, int(ticket.done.value or 0)
        if row.outcome == SERVED:
            row.outcome = SERVED_AS[ticket.need.ends]
        row.reason = WHY.get(row.outcome, NO_REASON)

    def _keep(self, citizen: Citizen) -> None:
        """Let the line know of a ticket that will come back to it."""
        need = citizen.ahead[0]
        if need.keeps:
            self.line_of(citizen, need).kept.add(citizen.rank)

    def _goes_on(self, citizen: Citizen, row: StopRow) -> bool:
        """Note that a stop failed; the first failure decides what the visit is called."""
        if citizen.outcome == COMPLETED:
            citizen.outcome = CALLED.get(row.outcome, LEFT)
            citizen.reason = row.reason
        return row.outcome in citizen.journey.goes_on_after

    def line_of(self, citizen: Citizen, need: Need) -> Line:
        """The line in which she stands for a service, or would if she took a ticket now."""
        of_class = self.plan.services[need.service].lines[citizen.visitor_class]
        return self.lines[of_class[walks_in(self, citizen, need)]]

    def offer(self, ticket: Ticket) -> None:
        """Let a free counter call a ticket at once, else put it into its line."""
        for counter in self.givers[ticket.line.index]:
            if counter.may_call(ticket.line) and counter.may_begin(ticket):
                counter.call(ticket)
                return
        ticket.line.join(ticket)
        if ticket.line.helped:
            self.joined(ticket.line)

    def _due(self, ticket: Ticket) -> None:
        """A booked time has come: the ticket joins its line, and free counters look again."""
        if ticket.waiting:
            ticket.line.join(ticket)
            self.joined(ticket.line)

    def stand_aside(self, ticket: Ticket, others: int) -> None:
        """A call was in vain: she waits for another one, unless she has gone or must go."""
        citizen, line = ticket.citizen, ticket.line
        if ticket.patience_ends < self.now and not (ticket.given_back or citizen.busy):
            self.give_up(ticket, RENEGED)
        elif citizen.at_close and citizen.at_once:
            self.give_up(ticket, STOP_SENT_HOME)
        elif citizen.at_close and citizen.way:
            self.settle(ticket)
            citizen.way.interrupt(TOO_LATE)
        elif citizen.busy:
            line.pass_over(ticket)
            citizen.passed.append((ticket, line.calls + others))
        else:
            line.stand_aside(ticket, others)
            self.joined(line)

    def free_again(self, citizen: Citizen) -> None:
        """She may be called at other counters again, or leave their lines."""
        citizen.busy = False
        for ticket, calls in citizen.passed:
            if ticket.waiting:
                ticket.line.put_aside(ticket, calls)
                self.joined(ticket.line)
        citizen.passed.clear()
        for ticket in citizen.tickets:
            if ticket.waiting and ticket.patience_ends <= self.now:
                lose = partial(self.lose_patience, ticket)
                self._at(self.now, PATIENCE_ENDS, citizen.rank, lose)

    def give_up(self, ticket: Ticket, outcome: int) -> None:
        """A ticket ends without service."""
        ticket.end = self.now
        ticket.done.succeed(outcome)
        self.settle(ticket)

    def settle(self, ticket: Ticket) -> None:
        """Somebody serves a ticket, or nobody will: counters may have stayed for it."""
        ticket.line.settle(ticket)
        self.dismiss()

    def lose_patience(self, ticket: Ticket) -> None:
        """Her patience ends: she leaves the line, if she still waits and could go."""
        if ticket.waiting and not (ticket.given_back or ticket.citizen.busy):
            ticket.line.leave(ticket)
            self.give_up(ticket, RENEGED)

    def _leave(self, citizen: Citizen) -> None:
        citizen.left = self.now
        self.door.go_out(citizen)
        if not self.inside:
            self.dismiss()

    # Counters that become free, and overtime

    def freed(self, counter: Counter) -> None:
        """Note that a counter became free: it calls in the calling phase of this instant."""
        if not self._freed:
            self._at(self.now, CALLS, 0, self._call)
        self._freed.append(counter)

    def joined(self, line: Line) -> None:
        """Let the free counters look again at a line that a ticket joined between two calls."""
        for counter in self.givers[line.index]:
            if counter.may_call(line):
                self.freed(counter)

    def _call(self) -> None:
        """Let the counters that became free call, agencies by name, counters by number.

        Only they can find a ticket: any other free counter found none when it became free, and
        each new ticket is offered to the free counters as it is taken.
        """
        freed, self._freed = self._freed, []
        for counter in sorted(freed, key=lambda c: c.rank):
            wanted = counter.free and (counter.open or self.needs(counter))
            ticket = counter.next_ticket() if wanted else None
            if ticket:
                counter.call(ticket)
        self.dismiss()

    def needs(self, counter: Counter) -> bool:
        """Whether a counter in overtime is still needed."""
        if counter.last == self.day.closes and not self.day.send_home:
            return bool(self.inside)
        return any(line.kept or line.held for line in counter.kept_for)

    def dismiss(self) -> None:
        """Let the counters in overtime go that have nothing left to do."""
        for counter in [c for c in self.staying if not (c.occupied or self.needs(c))]:
            self.staying.remove(counter)
            counter.leave()

    # Closing

    def _close(self) -> None:
        """Close the mall: with `send_home`, who waits or walks goes home now."""
        if self.day.send_home:
            for _, citizen in sorted(self.inside.items()):
                waiting = [ticket for ticket in citizen.tickets if ticket.waiting]
                for ticket in waiting:
                    ticket.line.leave(ticket)
                    self.settle(ticket)
                if len(waiting) < len(citizen.tickets):
                    citizen.at_close = True  # she is served, then goes home
                    for ticket in waiting:
                        self.give_up(ticket, STOP_SENT_HOME)
                elif citizen.way:
                    citizen.way.interrupt(TOO_LATE)
        if self.now == self.day.closes:
            self.dismiss()

    def _send_home(self, citizen: Citizen, reason: int, now: int) -> None:
        """Note every stop that is left, the one at which she waits included."""
        for ticket in citizen.tickets:
            ticket.end = now
            ticket.row.outcome, ticket.row.reason = STOP_SENT_HOME, reason
        if citizen.tickets and citizen.ahead:
            citizen.pass_over(citizen.ahead[0])
        while citizen.ahead:
            citizen.take(citizen.ahead[0])
            need = citizen.ahead[0]
            self.line_of(citizen, need).kept.discard(citizen.rank)
            citizen.note(None, STOP_SENT_HOME, reason)
            citizen.pass_over(citizen.ahead[0])

    def _end_of_day(self) -> None:
        """At the hard end whoever is left goes home; a continuous run just stops looking."""
        for _, citizen in sorted(self.inside.items()):
            if self.day.continuous:
                citizen.outcome, citizen.reason = IN_PROGRESS, NO_REASON
                for ticket in citizen.tickets:
                    ticket.row.outcome = STOP_IN_PROGRESS
            else:
                self._send_home(citizen, DAY_END, self.day.ends)
                citizen.outcome, citizen.reason = SENT_HOME, DAY_END
                citizen.left = self.day.ends
        self.inside.clear()

    def _at(self, time: int, phase: int, rank: int, do: Callable[[], None]) -> None:
        Moment(self.env, time - self.now, phase, rank).then(do)

    def stretches(self, counter: Counter) -> Iterator[tuple[int, int, int]]:
        """Yield what a counter did: from, to (µs), state. Its last closing ends the account."""
        shown = counter.shown
        absent = self.plan.counters[counter.rank].absent
        if absent:
            yield *absent, STATES.index("absent")
        for (begin, state), (end, _) in pairwise(shown):
            yield begin, end, state
        if shown and shown[-1][1] != 0 and shown[-1][0] < self.day.ends:
            yield shown[-1][0], self.day.ends, shown[-1][1]


def play(plan: DayPlan, citizens: list[Citizen], choice: Choice | None = None) -> Hall:
    """Play one day by the rules of the hall and return the hall as it was left."""
    hall = Hall(plan, choice)
    hall.open(citizens)
    return hall
