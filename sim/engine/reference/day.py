"""One day of the hall: the door, the citizens' ways, and the order of each instant."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import simpy

from sim.engine.plan import DayPlan
from sim.engine.reference.citizen import Citizen, Need, StopRow
from sim.engine.reference.counter import Counter
from sim.engine.reference.entrance import come_in, tell
from sim.engine.reference.line import Line, Ticket
from sim.engine.reference.moment import CALENDAR, CALLS, CITIZENS, PATIENCE_ENDS, Moment
from sim.engine.reference.outcomes import (
    BALKED,
    CALLED,
    COMPLETED,
    DAY_END,
    IN_PROGRESS,
    INCOMPLETE,
    LEFT,
    LINE_TOO_LONG,
    NO_OFFICER,
    NO_PAPERS,
    NO_REASON,
    QUOTA,
    RENEGED,
    SENT_HOME,
    SERVED,
    SERVED_AS,
    STOP_IN_PROGRESS,
    STOP_INCOMPLETE,
    STOP_SENT_HOME,
    TOO_LATE,
    TURNED_AWAY,
    WHY,
)
from sim.engine.reference.way import next_stop
from sim.log import STATES
from sim.workload import ABSENT, NEVER

FIRST_OF_ALL = (-(1 << 62), 0)
"""The beginning of the key of a ticket that comes back."""
Steps = Generator[simpy.Event, Any, None]


class Hall:
    """The hall on one day: everything that the rules of the hall speak of."""

    def __init__(self, plan: DayPlan) -> None:
        self.plan = plan
        self.day = plan.day
        self.env = simpy.Environment(initial_time=0)
        self.lines = [
            Line(k, closes, order.in_turn)
            for k, (closes, order) in enumerate(zip(plan.closes, plan.orders, strict=True))
        ]
        self.counters = [Counter(self, k, of) for k, of in enumerate(plan.counters)]
        self.givers = [[self.counters[k] for k in of] for of in plan.givers]
        self.inside: dict[int, Citizen] = {}
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

    def visit(self, citizen: Citizen) -> Steps:
        """A citizen's way: stop after stop, then out."""
        citizen.entered = self.now
        citizen.outcome, citizen.reason = COMPLETED, NO_REASON
        self.inside[citizen.rank] = citizen
        tell(self.plan, citizen)
        citizen.leave_out()
        try:
            while next_stop(self, citizen):
                if citizen.rows:
                    yield Moment(self.env, citizen.ahead[0].walk, CITIZENS, citizen.rank)
                yield from self._stop(citizen, citizen.ahead[0])
                of = citizen.rows[-1]
                if citizen.tries_again(of.outcome):
                    self._keep(citizen)
                elif of.outcome != SERVED and not self._goes_on(citizen, of):
                    break
                if citizen.at_close and citizen.ahead:
                    raise simpy.Interrupt(TOO_LATE)
            if citizen.rows and citizen.rows[-1].ticket:
                yield Moment(self.env, 0, CITIZENS, citizen.rank)  # out, one by one
        except simpy.Interrupt as sent:
            citizen.outcome, citizen.reason = SENT_HOME, int(sent.cause or TOO_LATE)
            self._send_home(citizen, citizen.reason, self.now)
        self._leave(citizen)

    def _stop(self, citizen: Citizen, need: Need) -> Steps:
        """One attempt at a service: no ticket is given or taken, or one and what comes of it."""
        failed = None if need.keeps else self._without_ticket(citizen, need)
        if failed:
            citizen.note(None, *failed)
            return
        citizen.ticket = self._take_ticket(citizen, need)
        outcome = yield citizen.ticket.done
        row, citizen.ticket = citizen.rows[-1], None
        row.outcome = SERVED_AS[need.ends] if outcome == SERVED else outcome
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
        return self.lines[of_class[self._walks_in(citizen, need)]]

    def _walks_in(self, citizen: Citizen, need: Need) -> bool:
        """Whether a ticket taken now is a walk-in's: nothing booked, too late, or kept."""
        return need.keeps == 1 or self.now > need.slot + citizen.journey.grace

    def _without_ticket(self, citizen: Citizen, need: Need) -> tuple[int, int] | None:
        """What becomes of a stop at which she gets no ticket, or takes none; None if she does."""
        refused = self.refusal(citizen, need)
        if refused != NO_REASON:
            return TURNED_AWAY, refused
        if need.ends == NO_PAPERS:
            return STOP_INCOMPLETE, INCOMPLETE
        return (BALKED, LINE_TOO_LONG) if self._balks(citizen, need) else None

    def refusal(self, citizen: Citizen, need: Need) -> int:
        """Why an agency gives no ticket, or NO_REASON if it gives one."""
        plan, line = self.plan.services[need.service], self.line_of(citizen, need)
        if line.index in self.plan.deserted:
            return NO_OFFICER
        if plan.until is not None and self.now >= plan.until:
            return TOO_LATE
        serves_on = line.closes == self.day.closes and not self.day.send_home
        if self.now >= line.closes and not serves_on:
            return TOO_LATE
        if any(self._left(pool) <= 0 for pool in plan.pools[citizen.visitor_class]):
            return QUOTA
        return NO_REASON

    def _left(self, pool: int) -> int:
        """How many tickets a quota pool has left now."""
        released = sum(n for time, n in self.plan.pools[pool] if time <= self.now)
        return released - self.taken[pool]

    def _balks(self, citizen: Citizen, need: Need) -> bool:
        """Whether she does not join, seeing the line or the announced wait."""
        balking = self.plan.services[need.service].balking
        line = self.line_of(citizen, need)
        if balking is None:
            return False
        found = line.length
        if balking.by == "wait":
            working = sum(c.working for c in self.givers[line.index])
            found = found * self.plan.services[need.service].mean // max(1, working)
        share = max((s for start, s in balking.table if start <= found), default=0.0)
        return need.balk < share

    def _take_ticket(self, citizen: Citizen, need: Need) -> Ticket:
        """Give a ticket; a free counter calls it at once, else it waits in its line."""
        now = self.now
        line, plan = self.line_of(citizen, need), self.plan.services[need.service]
        number = self._number(citizen, need)
        ticket = Ticket(citizen, need, self.env.event(), line, number, now, plan.mean)
        line.held += 1
        citizen.note(ticket, SERVED, NO_REASON)
        walk_in = int(self._walks_in(citizen, need))
        slot = ABSENT if walk_in else need.slot
        since = max(now, slot)
        order = self.plan.orders[line.index]
        first = (-citizen.priority, walk_in) if order.by_priority else (0, 0)
        if need.keeps:
            first = FIRST_OF_ALL
        # The stop only tells apart two tickets of one citizen in one line.
        ticket.key = (1, *first, since, citizen.rank, need.number)
        ticket.kind = walk_in if order.in_turn != (0, 0) else 0
        if since > now and not citizen.journey.call_early:
            self._at(since, CALENDAR, self._after_counters(citizen), partial(self._due, ticket))
        else:
            self._offer(ticket)
        ticket.patience_ends = self._patience_ends(citizen, need, since)
        if ticket.unserved and ticket.patience_ends != NEVER:
            end = Moment(self.env, ticket.patience_ends - now, PATIENCE_ENDS, citizen.rank)
            end.then(lambda: self._lose_patience(ticket))
        return ticket

    def _number(self, citizen: Citizen, need: Need) -> int:
        """Return the number of a ticket: the one that she kept, or the agency's next."""
        if need.keeps:
            self.line_of(citizen, need).kept.discard(citizen.rank)
            before = citizen.rows[-1].ticket
            assert before is not None
            return before.number
        plan = self.plan.services[need.service]
        for pool in plan.pools[citizen.visitor_class]:
            self.taken[pool] += 1
        self.numbers[plan.agency] += 1
        return self.numbers[plan.agency]

    def _patience_ends(self, citizen: Citizen, need: Need, since: int) -> int:
        """When she leaves the line; not before her booked time, however long she has been here."""
        of_stop = NEVER if need.patience == NEVER else since + need.patience
        of_visit = NEVER if citizen.stay == NEVER else citizen.entered + citizen.stay
        return min(of_stop, max(since, of_visit))

    def _offer(self, ticket: Ticket) -> None:
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
        if ticket.patience_ends < self.now and not ticket.given_back:
            self.give_up(ticket, RENEGED)
        elif ticket.citizen.at_close and ticket.citizen.way:
            self.settle(ticket)
            ticket.citizen.way.interrupt(TOO_LATE)
        else:
            ticket.line.stand_aside(ticket, others)
            self.joined(ticket.line)

    def give_up(self, ticket: Ticket, outcome: int) -> None:
        """A ticket ends without service."""
        ticket.end = self.now
        ticket.done.succeed(outcome)
        self.settle(ticket)

    def settle(self, ticket: Ticket) -> None:
        """Somebody serves a ticket, or nobody will: counters may have stayed for it."""
        ticket.line.settle(ticket)
        self._dismiss()

    def _after_counters(self, citizen: Citizen) -> int:
        """The place of a booking among what the calendar does at one instant."""
        return 2 * len(self.counters) + 1 + citizen.rank

    def _lose_patience(self, ticket: Ticket) -> None:
        if ticket.waiting and not ticket.given_back:
            ticket.line.leave(ticket)
            self.give_up(ticket, RENEGED)

    def _leave(self, citizen: Citizen) -> None:
        citizen.left = self.now
        del self.inside[citizen.rank]
        if not self.inside:
            self._dismiss()

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
        self._dismiss()

    def needs(self, counter: Counter) -> bool:
        """Whether a counter in overtime is still needed."""
        if counter.last == self.day.closes and not self.day.send_home:
            return bool(self.inside)
        return any(line.kept or line.held for line in counter.kept_for)

    def _dismiss(self) -> None:
        """Let the counters in overtime go that have nothing left to do."""
        for counter in [c for c in self.staying if c.ticket is None and not self.needs(c)]:
            self.staying.remove(counter)
            counter.leave()

    # Closing

    def _close(self) -> None:
        """Close the mall: with `send_home`, who waits or walks goes home now."""
        if self.day.send_home:
            for _, citizen in sorted(self.inside.items()):
                if citizen.ticket and not citizen.ticket.waiting:
                    citizen.at_close = True  # she is served, then goes home
                elif citizen.way:
                    if citizen.ticket:
                        citizen.ticket.line.leave(citizen.ticket)
                        self.settle(citizen.ticket)
                    citizen.way.interrupt(TOO_LATE)
        if self.now == self.day.closes:
            self._dismiss()

    def _send_home(self, citizen: Citizen, reason: int, now: int) -> None:
        """Note every stop that is left, the one at which she waits included."""
        if citizen.ticket:
            citizen.ticket.end = now
            citizen.rows[-1].outcome, citizen.rows[-1].reason = STOP_SENT_HOME, reason
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
                if citizen.ticket:
                    citizen.rows[-1].outcome = STOP_IN_PROGRESS
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


def play(plan: DayPlan, citizens: list[Citizen]) -> Hall:
    """Play one day by the rules of the hall and return the hall as it was left."""
    hall = Hall(plan)
    hall.open(citizens)
    return hall
