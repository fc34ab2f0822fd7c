"""The rules of the hall read once more, as plainly as can be: an oracle for the engines.

No events and no heaps: at every instant at which something could happen, everybody is looked at,
phase by phase, until nothing is left to do. It reads the scenario by itself, not through the
engines' plan (`naive_mall`), and is far too slow for anything but small days.
"""

from __future__ import annotations

from typing import Any

from naive_mall import Counter, Line, Wanted, all_wanted, counters_of, lines_of

from sim.scenario.calendar import Day
from sim.scenario.model import Agency, Scenario
from sim.scenario.quantities import DAY
from sim.workload import ABSENT, COMES, ENDS, MOST_MISSES, NEVER, PICKS, Workload

Row = tuple[Any, ...]
STAYED_AWAY = {
    "no_show": ("no_show", ""),
    "cancelled": ("cancelled", ""),
    "moved": ("moved", "no_slot"),
    "lost": ("refused", "no_slot"),
}
HELD = ("early", "line", "aside", "passed", "vain", "coming")
"""The states of a ticket that nobody serves yet."""


def play(scenario: Scenario, workload: Workload) -> tuple[list[Row], list[Row]]:
    """Return visits (entered, left, outcome, reason) and stops, in the order of the log.

    A stop is (visit, (stop, try), service, counter, number, ticket, called, start, end, outcome,
    reason).
    """
    visits: list[Row] = []
    stops: list[Row] = []
    before: dict[tuple[int, ...], Citizen] = {}
    for number in range(len(scenario.played)):
        hall = hall_of(scenario, workload, number, before)
        hall.play()
        before |= {c.who: c for c in hall.citizens}
        if number < len(scenario.before):
            continue
        for c in hall.citizens:
            stops.extend((len(visits), *row) for row in c.rows_in_place())
            visits.append((c.entered, c.left, c.outcome, c.reason))
    return visits, stops


def hall_of(
    scenario: Scenario,
    workload: Workload,
    number: int,
    before: dict[tuple[int, ...], Citizen] | None = None,
) -> Hall:
    """Return the hall of a day of the workload, before anything has happened.

    before : the attempts that took place on earlier days
    """
    here = [v for v in range(len(workload)) if workload.day[v] == number]
    every = {Citizen(scenario, workload, v).who for v in range(len(workload))}
    citizens = [
        c for v in here if (c := Citizen(scenario, workload, v)).comes_after(before or {}, every)
    ]
    return Hall(scenario, scenario.played[number], workload, number, citizens)


class Stop:
    """What a citizen wants at one stop, and what she bears there."""

    def __init__(self, w: Workload, s: int) -> None:
        self.number, self.service = int(w.stop[s]), int(w.service[s])
        self.walk, self.time, self.patience = int(w.walk[s]), int(w.time[s]), int(w.patience[s])
        self.slot, self.balk, self.misses = int(w.slot[s]), float(w.balk[s]), int(w.misses[s])
        self.tries, self.ends, self.keeps = int(w.tries[s]), ENDS[w.ends[s]], bool(w.keeps[s])
        self.group, self.pick = int(w.group[s]), PICKS[w.pick[s]]


class Citizen:
    """A citizen; state is outside, walking, waiting, leaving or gone (waiting: with a ticket)."""

    def __init__(self, scenario: Scenario, w: Workload, v: int) -> None:
        self.visit = v
        self.of_class = w.classes[w.visitor_class[v]]
        self.priority = scenario.visitors[self.of_class].priority
        self.journey = scenario.journeys[w.journeys[w.journey[v]]]
        self.people = int(w.people[v])
        self.booked, self.due, self.stay = int(w.booked[v]), int(w.due[v]), int(w.stay[v])
        self.rank = (self.booked == ABSENT, *(int(a[v]) for a in
                     (w.journey, w.origin, w.index, w.attempt)))  # fmt: skip
        self.ahead = [Stop(w, s) for s in range(w.offset[v], w.offset[v + 1])]
        self.who = tuple(int(a[v]) for a in (w.journey, w.origin, w.index, w.attempt))
        self.back = float(w.back[v])
        self.comes_back = scenario.come_back_of(w.journeys[w.journey[v]])
        entrance = scenario.entrance_of(w.journeys[w.journey[v]])
        self.entrance = sum(len(s.stops) * getattr(s, "at_most", 1) for s in entrance)
        self.needs = {
            scenario.services.index(service): {scenario.services.index(n) for n in of}
            for service, of in self.journey.needs.items()
        }
        self.documents: set[int] = set()
        self.documents_before: set[int] = set()
        self.done: set[int] = set()  # stops at which she was served, on this day or an earlier one
        self.entered = self.left = ABSENT
        self.state, self.until = "outside", 0
        self.came = 0
        self.lead = int(w.lead[v])
        self.number: Ticket | None = None  # taken from home
        if self.lead != ABSENT:
            self.state = "home"
        self.outcome, self.reason = "refused", "closed"
        if COMES[w.comes[v]] in STAYED_AWAY:
            self.state = "gone"
            self.outcome, self.reason = STAYED_AWAY[COMES[w.comes[v]]]
        self.tickets: list[Ticket] = []
        self.at_once = scenario.takes_all(w.journeys[w.journey[v]])
        self.rows_before = 0
        self.several = False  # she stands in several lines
        self.busy = False  # on her way to a counter, or served there
        self.go_home = False
        self.rows: list[list[Any]] = []
        self.crossed_off: list[list[Any]] = []

    def rows_in_place(self) -> list[list[Any]]:
        """Her rows as she reached them, what she was told of before the first later stop."""
        rows = list(self.rows)
        for told in reversed(self.crossed_off):
            at = next((k for k, row in enumerate(rows) if row[0] > told[0]), len(rows))
            rows.insert(at, told)
        return rows

    def comes_after(
        self, before: dict[tuple[int, ...], Citizen], every: set[tuple[int, ...]]
    ) -> bool:
        """Whether this attempt takes place; if it does, leave out what is done already."""
        earlier = (*self.who[:3], self.who[3] - 1)
        if earlier not in every:
            return True
        last = before.get(earlier)
        if last is None or last.comes_back is None:
            return False
        name = "incomplete" if last.reason == "incomplete" else last.outcome
        if not last.back < last.comes_back.shares.get(name, 0):
            return False
        self.done = {number for number in last.done if number > self.entrance}
        self.documents = set(last.kept_documents)
        self.documents_before = set(self.documents)
        made = {s.group for s in self.ahead if s.pick == "one_of" and s.number in self.done}
        self.ahead = [
            s
            for s in self.ahead
            if s.number not in self.done and not (s.pick == "one_of" and s.group in made)
        ]
        return True

    @property
    def kept_documents(self) -> set[int]:
        """The services of her own stops at which she was served, on this day or earlier."""
        own = {row[1] for row in self.rows if row[8] == "served" and row[0][0] > self.entrance}
        return own | self.documents_before

    def lacks(self, stop: Stop, got: set[int]) -> bool:
        """Whether a stop needs a document of a service that is not among those."""
        return not self.needs.get(stop.service, set()) <= got

    def leave_out(self, *stops: Stop) -> None:
        """Leave stops out, and then all for which she will never have the documents."""
        numbers = {stop.number for stop in stops}
        self.ahead = [s for s in self.ahead if s.number not in numbers]
        for _ in self.ahead:
            got = self.documents | {s.service for s in self.ahead}
            self.ahead = [s for s in self.ahead if not self.lacks(s, got)]

    def comes_again(self, stop: Stop) -> bool:
        """Whether the next row is another try at a stop."""
        return len(self.ahead) > 1 and self.ahead[1].number == stop.number


class Ticket:
    """A ticket; state is one of HELD, or serving, or done."""

    def __init__(self, citizen: Citizen, stop: Stop, row: list[Any], since: int) -> None:
        self.citizen, self.stop, self.row = citizen, stop, row
        self.state, self.since, self.patience_ends = "line", since, NEVER
        self.key: tuple[Any, ...] = ()
        self.walk_in, self.wanted = True, (-1, "", True)
        self.left = self.work = stop.time
        self.given_back = False
        self.misses, self.missed, self.passed, self.walk = stop.misses, 0, False, 0
        self.returns = 0  # after so many calls in its line

    def by_key(self) -> Any:
        return self.key

    def by_wait(self) -> Any:
        who = self.citizen.rank, self.stop.number
        return (not self.given_back, not self.stop.keeps, self.since, who)

    def ends(self, time: int, outcome: str, reason: str) -> None:
        self.state = "done"
        self.row[7:] = [time, outcome, reason]


class Hall:
    """One day of the hall."""

    def __init__(
        self, scenario: Scenario, day: Day, workload: Workload, number: int, citizens: list[Citizen]
    ) -> None:
        self.scenario, self.day, self.citizens = scenario, day, citizens
        self.names = scenario.services
        planned = counters_of(scenario, day)
        self.counters = [
            counter.with_officer(bool(absent), late.tolist())
            for counter, absent, late in zip(
                planned, workload.absent[number], workload.late[number], strict=True
            )
        ]
        every = all_wanted(scenario)
        self.closes, before = (
            {w: max((c.last for c in of if w in c.gives), default=-1) for w in every}
            for of in (self.counters, planned)
        )
        self.deserted = {w for w in every if self.closes[w] == -1 and before[w] != -1}
        self.break_down(workload.outages[workload.outages[:, 0] == number].tolist())
        self.lines: list[Line] = lines_of(scenario, self.counters)
        self.at_door: list[Citizen] = []
        self.tickets: list[Ticket] = []
        self.numbers: dict[str, int] = {}
        self.taken: dict[tuple[str, str], int] = {}
        self.now = 0

    def break_down(self, outages: list[list[int]]) -> None:
        """Tell each counter which outages concern it, by the order of the scenario."""
        places = zip(self.counters, self.scenario.counters, strict=True)
        for counter, (agency, label) in places:
            for _, source, begin, end in sorted(outages, key=lambda row: row[1]):
                of_agency, of_counter, how = self.scenario.outages[source]
                if of_agency in ("", agency) and of_counter in ("", label):
                    counter.down.append((begin, end, how))

    # Who is where

    def having(self, *states: str) -> list[Citizen]:
        return sorted((c for c in self.citizens if c.state in states), key=lambda c: c.rank)

    def inside(self) -> list[Citizen]:
        return self.having("walking", "waiting", "leaving", "let in")

    def held(self, *states: str) -> list[Ticket]:
        """The tickets in these states, by citizen and stop."""
        found = (t for t in self.tickets if t.state in states)
        return sorted(found, key=lambda t: (t.citizen.rank, t.stop.number))

    # The day

    def play(self) -> None:
        for c in self.having("outside"):
            c.until = c.came = max(c.due, self.day.doors)
        for c in self.having("home"):
            c.until = c.due
        calendar = {t for c in self.counters for span in c.spans for t in span}
        calendar |= {t for c in self.counters for begin, end, _ in c.down for t in (begin, end)}
        calendar.add(self.day.closes)
        while True:
            times = calendar | {
                c.until for c in self.having("home", "outside", "walking", "leaving")
            }
            times |= {c.until for c in self.counters if c.ticket or c.wraps}
            times |= {c.came + c.stay for c in self.at_door if c.stay != NEVER}
            times |= {t for of in self.held(*HELD) for t in (of.since, of.patience_ends)}
            self.now = min((t for t in times if t >= self.now), default=NEVER)
            if self.now > self.day.ends or self.now == NEVER:
                break
            self.calendar()
            while self.step():
                pass
            self.now += 1
        self.end()

    def calendar(self) -> None:
        """Phase a: the counters open and close by themselves."""
        for counter in self.counters:
            paused = self.at_break(counter).pause and counter.on_break(self.now)
            if paused and not counter.paused:
                self.hold(counter)
            counter.paused = paused
            self.go_on(counter)
        for counter in self.counters:
            if counter.pace_at(self.now) != counter.pace:
                self.change_pace(counter)
        if self.now == self.day.closes and self.day.send_home:
            self.close()
        for ticket in self.held("early"):
            if ticket.since == self.now:
                ticket.state = "line"

    def close(self) -> None:
        for c in self.inside():
            c.go_home = any(t.state in ("vain", "coming", "serving") for t in c.tickets)
            for ticket in c.tickets if c.go_home else []:
                if ticket.state in ("early", "line", "aside", "passed"):
                    ticket.ends(self.now, "sent_home", "closed")
            if not c.go_home:
                self.send_home(c, "closed", self.now)

    def step(self) -> bool:
        """Do one piece of the earliest phase that has something to do."""
        for counter in self.counters:  # phase b, by place
            if (counter.ticket or counter.wraps) and counter.until == self.now:
                self.end_at(counter)
                return True
        if sum(self.call_by(c) for c in self.counters):  # phase c, all as one piece
            return True
        for counter in self.counters:  # who is not needed goes, and does not come back
            idle = self.now >= counter.last and not counter.ticket and not counter.wraps
            counter.gone = counter.gone or (idle and not self.in_overtime(counter))
        impatient = [
            (t.citizen.rank, t.stop.number, t)
            for t in self.held("line", "aside")
            if t.patience_ends <= self.now and not t.citizen.busy
        ]
        impatient += [
            (c.rank, 0, None)
            for c in self.at_door
            if c.stay != NEVER and c.came + c.stay <= self.now < self.day.last_ticket
        ]
        if impatient:  # phase d, by rank
            rank, _, ticket = min(impatient, key=lambda of: of[:2])
            if ticket:
                self.gives_up(ticket, "reneged", "patience")
            else:
                (c,) = (c for c in self.at_door if c.rank == rank)
                self.at_door.remove(c)
                c.state, c.outcome, c.reason, c.left = "gone", "left", "patience", self.now
                self.let_in()
            return True
        for c in self.having("home", "outside", "walking", "leaving", "let in"):  # phase e
            if c.until == self.now:
                self.move(c)
                self.let_in()
                return True
        return False

    # Counters

    def end_at(self, counter: Counter) -> None:
        """What the counter was doing ends: walking up, calling in vain, or a service."""
        ticket = counter.ticket
        if ticket is None:
            counter.wraps, counter.until = False, NEVER
            return
        if ticket.state == "coming":
            self.serve(counter, ticket)
            return
        counter.ticket, counter.until = None, NEVER
        if ticket.state == "serving":
            wrap_up = self.scenario.service(self.names[ticket.stop.service]).wrap_up
            if wrap_up and ticket.stop.ends == "served":
                counter.wraps, counter.until = True, self.now + wrap_up
            self.served(ticket.citizen, ticket)
        else:
            self.nobody_came(counter, ticket)

    def served(self, c: Citizen, ticket: Ticket) -> None:
        """She is served, or the try ends in another way, perhaps with another one to follow."""
        stop, how = ticket.stop, ticket.stop.ends
        ticket.ends(self.now, how, "incomplete" if how == "incomplete" else "")
        self.free_again(c)
        if how == "served":
            c.documents.add(stop.service)
            c.done.add(stop.number)
        if how == "served" and c.several:
            self.over(c)
        elif how == "served":
            self.next_stop(c)
        else:
            self.tries_again(c, stop, how)

    def tries_again(self, c: Citizen, stop: Stop, how: str) -> None:
        if not c.comes_again(stop):
            self.failed(c, how, "incomplete")
            return
        c.ahead, c.tickets = c.ahead[1:], []
        if c.go_home:
            self.send_home(c, "closed", self.now)
        else:
            c.state, c.until = "walking", self.now + c.ahead[0].walk

    def nobody_came(self, counter: Counter, ticket: Ticket) -> None:
        if ticket.state == "done":  # she was refused at the door
            return
        how, c = self.scenario.agencies[counter.agency].call, ticket.citizen
        again = how.again_after
        if ticket.passed and how.missed == 0:
            again = 0
        else:
            ticket.missed += 1
        if not ticket.passed:
            ticket.misses -= 1
        if again is None or ticket.missed == MOST_MISSES:
            self.gives_up(ticket, "missed", "missed_call")
        elif ticket.patience_ends < self.now and not c.busy:
            self.gives_up(ticket, "reneged", "patience")
        elif c.go_home and c.several:
            ticket.ends(self.now, "sent_home", "closed")
            self.over(c)
        elif c.go_home:
            self.send_home(c, "closed", self.now)
        else:
            ticket.state = "passed" if c.busy else "aside"
            ticket.returns = self.line(ticket.wanted).calls + again

    def free_again(self, c: Citizen) -> None:
        c.busy = False
        for ticket in c.tickets:
            if ticket.state == "passed":
                ticket.state = "aside"

    def gives_up(self, ticket: Ticket, outcome: str, reason: str) -> None:
        ticket.ends(self.now, outcome, reason)
        if ticket.citizen.number:
            return  # she learns of it when she comes
        self.failed(ticket.citizen, outcome, reason)

    def call_by(self, counter: Counter) -> bool:
        """Let a counter call the best ticket of its first tier that has one, if it may."""
        by_wait = self.agency_of(counter).order.longest_wait
        whole = [[wanted for tier in counter.tiers for wanted in tier]]
        for tier in whole if by_wait else counter.tiers:
            firsts = [
                line.first(*(
                    [t for t in self.held(state) if self.in_time(counter, t)]
                    for state in ("line", "aside")
                ))
                for line in self.lines
                if line.wanted & set(tier) and self.may(counter, min(line.wanted))
            ]  # fmt: skip
            first_by = Ticket.by_wait if by_wait else Ticket.by_key
            if any(firsts):
                self.call(counter, min((t for t in firsts if t), key=first_by))
                return True
        return False

    def call(self, counter: Counter, ticket: Ticket) -> None:
        line = self.line(ticket.wanted)
        line.calls += 1
        if line.in_turn and ticket.walk_in == line.turns[0] and not ticket.given_back:
            line.turns = [*line.turns[1:], line.turns[0]]
        how = self.scenario.agencies[counter.agency].call
        counter.ticket = ticket
        ticket.row[2] = self.counters.index(counter)
        if not ticket.given_back:
            ticket.row[5] = self.now
        ticket.passed = ticket.citizen.busy
        if ticket.misses or ticket.passed:
            ticket.state, counter.until = "vain", self.now + how.tries * how.every
            return
        ticket.citizen.busy = True
        if how.walk_up + ticket.walk:
            ticket.state, counter.until = "coming", self.now + how.walk_up + ticket.walk
        else:
            self.serve(counter, ticket)

    def serve(self, counter: Counter, ticket: Ticket) -> None:
        ticket.state, counter.until = "serving", NEVER
        of = self.scenario.service(self.names[ticket.stop.service])
        if ticket.row[6] == ABSENT:
            ticket.row[6] = self.now
            if of.by_hour:
                come = [f for clock, f in of.by_hour if clock <= self.now % DAY]
                factor = come[-1] if come else of.by_hour[0][1]
                ticket.work = ticket.left = round(ticket.stop.time * factor)
        if counter.gave not in (-1, ticket.stop.service):
            ticket.left += of.set_up
        counter.gave = ticket.stop.service
        self.go_on(counter)

    def go_on(self, counter: Counter) -> None:
        """Let a service begin, or go on after it was held."""
        ticket, speed = counter.ticket, counter.speed * counter.pace
        held = ticket and ticket.state == "serving" and counter.until == NEVER
        if ticket and held and speed and not counter.paused:
            left = ticket.left if speed == 1 else round(ticket.left / speed)
            counter.until = self.now + left

    def hold(self, counter: Counter) -> None:
        """Hold a service, unless it ends now."""
        ticket, speed = counter.ticket, counter.speed * counter.pace
        if ticket and ticket.state == "serving" and self.now < counter.until < NEVER:
            left = counter.until - self.now
            ticket.left = left if speed == 1 else round(left * speed)
            counter.until = NEVER

    def change_pace(self, counter: Counter) -> None:
        ends_now = counter.until == self.now
        self.hold(counter)
        counter.pace = counter.pace_at(self.now)
        ticket = counter.ticket
        over = ends_now and ticket and ticket.state == "serving"
        if counter.pace == 0 and ticket and not over:
            how = counter.brought_down_by(self.now)
            if how.then == "restart" and ticket.state == "serving":
                ticket.left = ticket.work
            if how.interrupted == "requeue" and ticket.state == "done":
                counter.ticket, counter.until = None, NEVER
            elif how.interrupted == "requeue":
                counter.ticket, counter.until = None, NEVER
                by_her = ticket.state in ("coming", "serving")
                ticket.state, ticket.given_back, ticket.patience_ends = "line", True, NEVER
                ticket.key = (0, *ticket.key[1:])
                if by_her:
                    self.free_again(ticket.citizen)
        self.go_on(counter)

    def agency_of(self, counter: Counter) -> Agency:
        return self.scenario.agencies[counter.agency]

    def at_break(self, counter: Counter) -> Any:
        return counter.post.at_break or self.agency_of(counter).at_break

    def in_time(self, counter: Counter, ticket: Ticket) -> bool:
        """Whether a service will not last too long into the break, as far as one knows."""
        overrun = self.at_break(counter).overrun
        if overrun is None or not counter.open(self.now):
            return True
        mean = round(self.scenario.service(self.names[ticket.stop.service]).time.mean)
        return self.now + mean <= counter.break_after(self.now) + overrun

    def may(self, counter: Counter, wanted: Wanted) -> bool:
        """Whether a counter may call for it: it is open, or in overtime for what closed."""
        if counter.ticket or counter.wraps or counter.pace == 0:
            return False
        if counter.open(self.now):
            later = [w for tier in counter.tiers[1:] for w in tier]
            least = counter.post.help_from
            return wanted not in later or least <= 1 or self.length(wanted) >= least
        return self.in_overtime(counter) and self.closes[wanted] <= self.now

    def in_overtime(self, counter: Counter) -> bool:
        kept = {s for s in counter.gives if self.closes[s] == counter.last}
        if not kept or self.now < counter.last or counter.gone:
            return False
        if counter.ticket or counter.wraps:
            return True
        if counter.last == self.day.closes and not self.day.send_home:
            return bool(self.inside())
        away = [self.wanted(c, c.ahead[0]) for c in self.having("walking") if c.ahead[0].keeps]
        return any(w in kept for w in [*away, *(t.wanted for t in self.held(*HELD))])

    def line(self, wanted: Wanted) -> Line:
        (found,) = (line for line in self.lines if wanted in line.wanted)
        return found

    # Citizens

    def move(self, c: Citizen) -> None:
        """One arrival, next stop or exit."""
        if c.state == "home":
            self.wake(c)
        elif c.state == "leaving":
            c.state, c.left = "gone", self.now
        elif c.state == "walking":
            self.reach(c)
        elif c.state == "let in":
            self.begin(c)
        elif self.now >= self.day.last_ticket:
            c.state = "gone"
        elif not self.has_business(c):
            c.state, c.reason = "gone", "no_officer"
        elif not self.fits(c) or self.at_door:
            c.state, c.reason = "gone", "hall_full"
            hall = self.scenario.hall
            if c.number:
                self.lose_number(c)
            elif hall.when_full == "line" and c.people <= hall.capacity:
                c.state = "at door"
                self.at_door.append(c)
        else:
            self.begin(c)

    def wake(self, c: Citizen) -> None:
        """She takes a number from home, or comes at once."""
        doors = max(self.now, self.day.doors)
        c.state, c.until, c.came = "outside", doors, doors
        own = [stop for stop in c.ahead if stop.number > c.entrance]
        stop = own[0] if own else None
        if stop and not c.at_once and stop.pick == "next" and stop.service not in c.needs:
            no = stop.slot != ABSENT or stop.ends == "no_papers" or self.turned_away(c, stop)
            ahead = self.announced(self.wanted(c, stop), stop) - c.lead
            comes = max(doors, self.now + max(0, ahead))
            if not no and self.now < comes < self.day.last_ticket:
                c.ahead, c.until, c.came, c.busy = own, comes, comes, True
                self.take_ticket(c, stop)
                c.number, c.rows = c.tickets.pop(), []
                return
        if doors == self.now:
            self.move(c)

    def lose_number(self, c: Citizen) -> None:
        ticket, c.number = c.number, None
        if ticket:
            c.rows.append(ticket.row)
            if ticket.state != "done":
                ticket.ends(self.now, "turned_away", "hall_full")

    def bring_number(self, c: Citizen, ticket: Ticket) -> None:
        """She is here: her patience begins, and she hears her call."""
        c.number, c.tickets, c.state = None, [ticket], "waiting"
        c.rows.append(ticket.row)
        self.free_again(c)
        if ticket.state == "done":
            self.failed(c, "missed", "missed_call")
        elif not ticket.given_back:
            self.bears(ticket, self.now)

    def fits(self, c: Citizen) -> bool:
        room = self.scenario.hall.capacity
        return room is None or sum(other.people for other in self.inside()) + c.people <= room

    def let_in(self) -> None:
        """Whoever stands first outside goes in while there is room; she begins in her turn."""
        while self.at_door and self.now < self.day.last_ticket and self.fits(self.at_door[0]):
            c = self.at_door.pop(0)
            c.state, c.entered, c.until = "let in", self.now, self.now

    def begin(self, c: Citizen) -> None:
        """She is inside, and goes to her first stop."""
        c.state, c.entered = "walking", self.now
        c.outcome, c.reason = "completed", ""
        self.cross_off(c)
        c.leave_out()
        if self.choose(c):
            self.reach(c)
        else:
            c.state, c.left = "gone", self.now

    def has_business(self, c: Citizen) -> bool:
        """Whether anybody is there for her own stops, as far as one is told at the entrance."""
        own = [stop for stop in c.ahead if stop.number > c.entrance]
        return not own or not all(self.told_away(c, stop) for stop in own)

    def told_away(self, c: Citizen, stop: Stop) -> bool:
        agency = self.scenario.agencies[self.names[stop.service].partition(".")[0]]
        lines = [(stop.service, c.of_class, walk_in) for walk_in in (False, True)]
        return agency.told_at == "entrance" and self.deserted.issuperset(lines)

    def cross_off(self, c: Citizen) -> None:
        """Leave out what she is told of; of a choice she loses nothing but the last of it."""
        away = [stop for stop in c.ahead if self.told_away(c, stop)]
        rest = [stop for stop in c.ahead if stop not in away]
        lost: set[int] = set()
        for stop in away:
            choice = stop.group if stop.pick == "one_of" else 0
            saved = choice and (choice in lost or any(s.group == choice for s in rest))
            if stop.tries == 1 and not saved:
                none = [ABSENT, ABSENT, ABSENT, ABSENT]
                row = [(stop.number, 1), stop.service, -1, 0, *none, "turned_away", "no_officer"]
                c.crossed_off.append(row)
                c.outcome, c.reason = "refused", "no_officer"
                lost |= {choice} if choice else set()
        c.ahead = rest

    def reach(self, c: Citizen) -> None:
        """She is at her next stop, and takes a ticket there or is refused."""
        stop = c.ahead[0]
        if c.number:
            self.bring_number(c, c.number)
            return
        if c.at_once and stop.number > c.entrance:
            self.take_all(c)
            return
        outcome, reason = ("", "") if stop.keeps else self.refusal(c, stop)
        if outcome:
            self.without_ticket(c, stop, outcome, reason)
            if outcome == "incomplete":
                self.tries_again(c, stop, outcome)
            else:
                self.failed(c, outcome, reason)
        else:
            c.state = "waiting"
            self.take_ticket(c, stop)

    def take_all(self, c: Citizen) -> None:
        """She takes tickets for all that is ahead; from now on each stop stands alone."""
        c.state, c.several = "waiting", True
        stops, c.ahead = c.ahead, []
        for stop in stops:
            outcome, reason = self.refusal(c, stop)
            if outcome:
                self.without_ticket(c, stop, outcome, reason)
                self.name_visit(c, outcome, reason)
            else:
                walk = stop.walk if c.rows else 0
                self.take_ticket(c, stop, walk)
        c.rows_before = len(c.rows) - len(stops)
        if not c.tickets:
            self.over(c)

    def without_ticket(self, c: Citizen, stop: Stop, outcome: str, reason: str) -> None:
        none = [ABSENT, ABSENT, ABSENT, ABSENT]
        c.rows.append([(stop.number, stop.tries), stop.service, -1, 0, *none, outcome, reason])

    def choose(self, c: Citizen) -> bool:
        """Put the stop that is next first: the shortest line of those that she could make."""
        while c.ahead:
            first = c.ahead[0]
            group = [
                s for s in c.ahead
                if (s.group == first.group if first.group else s.number == first.number)
            ]  # fmt: skip
            options = [s for k, s in enumerate(group) if s.number not in
                       {other.number for other in group[:k]}]  # fmt: skip
            can = [s for s in options if not c.lacks(s, c.documents)]
            if can:
                best = min(
                    can,
                    key=lambda s: (self.turned_away(c, s) != "", self.people(c, s)),
                )
                others = [s for s in options if s is not best] if best.pick == "one_of" else []
                c.ahead = [s for s in c.ahead if s.number not in {o.number for o in others}]
                c.ahead.sort(key=lambda s: s.number != best.number)
                return True
            c.leave_out(*options)
        return False

    def people(self, c: Citizen, stop: Stop) -> int:
        """How many people wait in the line of a stop, or are called or served there."""
        wanted = self.wanted(c, stop)
        mine = self.line(wanted).wanted
        at_counters = [c.ticket for c in self.counters if c.ticket]
        return self.length(wanted) + sum(t.wanted in mine for t in at_counters)

    def wanted(self, c: Citizen, stop: Stop) -> Wanted:
        """What she wants: a ticket taken too late after the booked time is a walk-in's."""
        booking = c.journey.booking
        grace = booking.grace if booking and booking.grace is not None else NEVER
        booked = not stop.keeps and stop.slot != ABSENT and self.now - stop.slot <= grace
        return stop.service, c.of_class, not booked

    def refusal(self, c: Citizen, stop: Stop) -> tuple[str, str]:
        """Return the outcome and reason if she gets or takes no ticket, else nothing."""
        name = self.names[stop.service]
        agency, service = (
            self.scenario.agencies[name.partition(".")[0]],
            self.scenario.service(name),
        )
        away = self.turned_away(c, stop)
        if away:
            return "turned_away", away
        if stop.ends == "no_papers":
            return "incomplete", "incomplete"
        balking = service.balking or agency.balking
        if balking:
            wanted = self.wanted(c, stop)
            found = self.length(wanted)
            if balking.by == "wait":
                found = self.announced(wanted, stop)
            reached = [share for start, share in balking.table if found >= start]
            if reached and stop.balk < reached[-1]:
                return "balked", "line_too_long"
        return "", ""

    def announced(self, wanted: Wanted, stop: Stop) -> int:
        mean = round(self.scenario.service(self.names[stop.service]).time.mean)
        givers = [c for c in self.counters if wanted in c.gives and c.pace > 0]
        working = [c for c in givers if c.open(self.now) or self.in_overtime(c)]
        return self.length(wanted) * mean // max(1, len(working))

    def turned_away(self, c: Citizen, stop: Stop) -> str:
        """Return why no ticket is given, nothing if one is."""
        name, wanted = self.names[stop.service], self.wanted(c, stop)
        closes = self.closes[wanted]
        agency = self.scenario.agencies[name.partition(".")[0]]
        until = (agency.last_ticket or {}).get(self.day.weekday, NEVER)
        serves_on = closes == self.day.closes and not self.day.send_home
        if wanted in self.deserted:
            return "no_officer"
        if self.now >= until or (self.now >= closes and not serves_on):
            return "closed"
        for pool, released in self.pools(c, name):
            if self.taken.get(pool, 0) >= released:
                return "quota"
        return ""

    def pools(self, c: Citizen, name: str) -> list[tuple[tuple[str, str], int]]:
        """The quota pools that a ticket is taken from, each with what was released until now."""
        agency = self.scenario.agencies[name.partition(".")[0]]
        found = []
        for owner, quota in ((name.partition(".")[0], agency.quota),
                             (name, self.scenario.service(name).quota)):  # fmt: skip
            pools = dict(quota.pools) if quota else {}
            pool = c.of_class if c.of_class in pools else "rest"
            if pool in pools:
                released = sum(n for time, n in pools[pool] if time <= self.now)
                found.append(((owner, pool), released))
        return found

    def length(self, wanted: Wanted) -> int:
        mine = self.line(wanted).wanted
        return sum(t.wanted in mine for t in self.held("line", "aside", "passed"))

    def take_ticket(self, c: Citizen, stop: Stop, walk: int = 0) -> None:
        name = self.names[stop.service]
        agency = name.partition(".")[0]
        if stop.keeps:
            number = c.rows[-1][3]
        else:
            self.numbers[agency] = number = self.numbers.get(agency, 0) + 1
            for pool, _ in self.pools(c, name):
                self.taken[pool] = self.taken.get(pool, 0) + 1
        place = (stop.number, stop.tries)
        row = [place, stop.service, -1, number, self.now, ABSENT, ABSENT, ABSENT]
        c.rows.append([*row, "in_progress", ""])
        booking, wanted = c.journey.booking, self.wanted(c, stop)
        booked = not wanted[2]
        since = max(self.now, stop.slot) if booked else self.now
        ticket = Ticket(c, stop, c.rows[-1], since)
        ticket.walk = walk
        c.tickets.append(ticket)
        ticket.walk_in, ticket.wanted = not booked, wanted
        first = (-c.priority, not booked) if self.line(wanted).by_priority else ()
        ticket.key = (1, *first, since, c.rank, stop.number)
        if stop.keeps:
            ticket.key = (1, -NEVER, since, c.rank, stop.number)
        if c.state != "outside":  # at home she has patience yet
            self.bears(ticket, since)
        if since > self.now and not (booking and booking.call_early):
            ticket.state = "early"
        self.tickets.append(ticket)
        if ticket.state == "line":
            self.offer(ticket)

    def bears(self, ticket: Ticket, since: int) -> None:
        """Her patience begins."""
        c, stop = ticket.citizen, ticket.stop
        if stop.patience != NEVER:
            hall = self.scenario.hall
            patience, permille = stop.patience, round(1000 * hall.standing_patience)
            people = sum(other.people for other in self.inside())
            if permille < 1000 and people > (hall.seats or 0):
                patience = patience // 1000 * permille
            ticket.patience_ends = since + patience
        if c.stay != NEVER:
            at_most = max(since, c.came + c.stay)
            ticket.patience_ends = min(ticket.patience_ends, at_most)

    def offer(self, ticket: Ticket) -> None:
        ticket.state = "offered"  # not in the line yet
        for counter in self.counters:
            mine = ticket.wanted in counter.gives and self.may(counter, ticket.wanted)
            if mine and self.in_time(counter, ticket):
                self.call(counter, ticket)
                return
        ticket.state = "line"

    def name_visit(self, c: Citizen, outcome: str, reason: str) -> None:
        """The first failure names the visit."""
        if c.outcome == "completed":
            names = {"turned_away": "refused", "incomplete": "sent_home"}
            c.outcome, c.reason = names.get(outcome, "left"), reason

    def failed(self, c: Citizen, outcome: str, reason: str) -> None:
        """A stop failed; the visit may go on."""
        self.name_visit(c, outcome, reason)
        if c.several:
            self.over(c)
        elif outcome in c.journey.goes_on_after:
            self.next_stop(c)
        else:
            self.leave(c)

    def over(self, c: Citizen) -> None:
        """One of several stops is over: she goes out if it was the last."""
        c.tickets = [ticket for ticket in c.tickets if ticket.state != "done"]
        if not c.tickets and "sent_home" in [row[8] for row in c.rows]:
            self.send_home(c, "closed", self.now)
        elif not c.tickets:
            self.leave(c)

    def next_stop(self, c: Citizen) -> None:
        c.tickets = []
        c.leave_out(c.ahead[0])
        if c.ahead and c.go_home:
            self.send_home(c, "closed", self.now)
        elif self.choose(c):
            at_once = c.at_once and c.ahead[0].number > c.entrance
            c.state, c.until = "walking", self.now + (0 if at_once else c.ahead[0].walk)
        else:
            self.leave(c)

    def leave(self, c: Citizen) -> None:
        """She goes out: in her turn if she had a ticket, at once if she never took one here."""
        last = c.rows[c.rows_before :] if c.several else c.rows[-1:]
        c.tickets = []
        if any(row[4] != ABSENT for row in last):
            c.state, c.until = "leaving", self.now
        else:
            c.state, c.left = "gone", self.now

    def send_home(self, c: Citizen, reason: str, time: int) -> None:
        for ticket in c.tickets:
            if ticket.state != "done":
                ticket.ends(time, "sent_home", reason)
        if c.tickets and c.ahead:
            c.ahead = [s for s in c.ahead if s.number != c.ahead[0].number]
        seen: set[Any] = set()
        for stop in c.ahead:  # of a choice the first, of tries the next
            of = ("one of", stop.group) if stop.pick == "one_of" else stop.number
            if of not in seen:
                self.without_ticket(c, stop, "sent_home", reason)
            seen.add(of)
        c.state, c.tickets, c.left = "gone", [], time
        c.outcome, c.reason = "sent_home", reason

    def end(self) -> None:
        for c in self.inside():
            if self.day.continuous:
                c.outcome, c.reason = "in_progress", ""
            else:
                self.send_home(c, "day_end", self.day.ends)
