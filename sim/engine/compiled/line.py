"""A line: the tickets that wait for the same counters, and who is next.

A line has a queue for who was given back, for who kept her ticket, for each grade (priority,
booked before walk-in), and at last for who stands aside after a missed call; each is linked from
ticket to ticket, by time and identity. Nearly always a ticket joins at the end of its queue; the
place is looked for from there.
"""

from __future__ import annotations

from sim.engine.compiled import state as s
from sim.engine.compiled.state import Hall
from sim.jit import kernel


@kernel
def grade(hall: Hall, line: int, visitor_class: int, walk_in: int, kept: int) -> int:
    """Return the queue of a ticket: where who comes first goes first, all others share one."""
    if kept:
        return s.KEPT_QUEUE
    if hall.lines[line + s.FIRST_COME]:
        return s.GRADE_QUEUES + 2 * hall.lists[hall.clock[s.CLASSES]]
    return s.GRADE_QUEUES + 2 * hall.lists[visitor_class] + walk_in


@kernel
def before(hall: Hall, a: int, b: int) -> bool:
    """Whether ticket a is called before ticket b, of whatever lines."""
    stops = hall.stops
    if stops[a + s.QUEUE] != stops[b + s.QUEUE]:
        return stops[a + s.QUEUE] < stops[b + s.QUEUE]
    if stops[a + s.GRADE] != stops[b + s.GRADE]:
        return stops[a + s.GRADE] < stops[b + s.GRADE]
    return _waits_longer(hall, a, b)


@kernel
def before_by_wait(hall: Hall, a: int, b: int) -> bool:
    """Whether it is where the longest wait decides; who was given back or kept hers is first."""
    for column in (s.QUEUE, s.GRADE):
        first = min(hall.stops[a + column], s.GRADE_QUEUES)
        other = min(hall.stops[b + column], s.GRADE_QUEUES)
        if first != other:
            return first < other
    return _waits_longer(hall, a, b)


@kernel
def _waits_longer(hall: Hall, a: int, b: int) -> bool:
    """Whether the wait of ticket a began before that of b; ties by citizen and stop."""
    stops = hall.stops
    if stops[a + s.SINCE_WHEN] != stops[b + s.SINCE_WHEN]:
        return stops[a + s.SINCE_WHEN] < stops[b + s.SINCE_WHEN]
    if stops[a + s.RANK] != stops[b + s.RANK]:
        return stops[a + s.RANK] < stops[b + s.RANK]
    return stops[a + s.NEED] < stops[b + s.NEED]


@kernel
def join(hall: Hall, ticket: int) -> None:
    """Put a ticket into its place, looked for from the end."""
    line, queue = hall.stops[ticket + s.OF_LINE], hall.stops[ticket + s.QUEUE]
    last = hall.lines[line + _last(queue)]
    while last >= 0 and before(hall, ticket, last):
        last = hall.stops[last + s.BEFORE]
    _link(hall, line, queue, ticket, last)
    hall.stops[ticket + s.WAITS] = s.IN_LINE


@kernel
def pass_over(hall: Hall, ticket: int, others: int) -> None:
    """Let a ticket wait that nobody may call until it is put aside, for so many other calls."""
    line = hall.stops[ticket + s.OF_LINE]
    hall.stops[ticket + s.DUE_AGAIN] = hall.lines[line + s.CALLED] + others
    hall.stops[ticket + s.WAITS] = s.PASSED_OVER
    hall.lines[line + s.LENGTH] += 1


@kernel
def put_aside(hall: Hall, ticket: int) -> None:
    """Let a ticket that was passed over return when enough others of its line have been called."""
    leave(hall, ticket)
    stops = hall.stops
    line, aside, due = (
        stops[ticket + s.OF_LINE],
        hall.clock[s.QUEUES] - 1,
        stops[ticket + s.DUE_AGAIN],
    )
    last = hall.lines[line + _last(aside)]
    while last >= 0 and (
        due < stops[last + s.DUE_AGAIN]
        or (due == stops[last + s.DUE_AGAIN] and before(hall, ticket, last))
    ):
        last = stops[last + s.BEFORE]
    _link(hall, line, aside, ticket, last)
    stops[ticket + s.WAITS] = s.ASIDE


@kernel
def leave(hall: Hall, ticket: int) -> None:
    """Take a ticket out: called, out of patience, or sent home."""
    stops = hall.stops
    line, queue, waits = stops[ticket + s.OF_LINE], stops[ticket + s.QUEUE], stops[ticket + s.WAITS]
    if waits == s.IN_LINE:
        _unlink(hall, line, queue, ticket)
    elif waits == s.ASIDE:
        _unlink(hall, line, hall.clock[s.QUEUES] - 1, ticket)
    elif waits == s.PASSED_OVER:
        hall.lines[line + s.LENGTH] -= 1
    stops[ticket + s.WAITS] = s.NOWHERE


@kernel
def give_back(hall: Hall, ticket: int) -> None:
    """Put a ticket that was called to the head of the line."""
    stops = hall.stops
    if not stops[ticket + s.UNSERVED]:
        hall.lines[stops[ticket + s.OF_LINE] + s.HELD] += 1
    stops[ticket + s.UNSERVED] = stops[ticket + s.GIVEN_BACK] = 1
    stops[ticket + s.QUEUE] = s.GIVEN_BACK_QUEUE
    join(hall, ticket)


@kernel
def settle(hall: Hall, ticket: int) -> None:
    """Note that somebody serves a ticket, or that nobody will."""
    hall.lines[hall.stops[ticket + s.OF_LINE] + s.HELD] -= hall.stops[ticket + s.UNSERVED]
    hall.stops[ticket + s.UNSERVED] = 0


@kernel
def called(hall: Hall, line: int, ticket: int) -> None:
    """Note a call: it counts for those who stand aside, and for whose turn it is."""
    lines, queue = hall.lines, hall.stops[ticket + s.QUEUE]
    lines[line + s.CALLED] += 1
    if turns(hall, line) > 0 and queue != s.GIVEN_BACK_QUEUE and queue % 2 == turn(hall, line):
        lines[line + s.IN_TURN] = (lines[line + s.IN_TURN] + 1) % turns(hall, line)


@kernel
def turns(hall: Hall, line: int) -> int:
    """Return how many turns a round has where booked and walk-ins are called in turn, else 0."""
    return hall.lines[line + s.BOOKED_TURNS] + hall.lines[line + s.WALK_IN_TURNS]


@kernel
def turn(hall: Hall, line: int) -> int:
    """Return whose turn it is: 0 a booked one's, 1 a walk-in's."""
    return 1 if hall.lines[line + s.IN_TURN] >= hall.lines[line + s.BOOKED_TURNS] else 0


@kernel
def first(hall: Hall, line: int, longest: int) -> int:
    """Return the ticket that is next, or -1; it stays in the line.

    longest : services that usually last longer are passed over
    """
    lines = hall.lines
    if lines[line + s.LENGTH] == 0:
        return -1
    aside = hall.clock[s.QUEUES] - 1
    if lines[line + _first(aside)] >= 0:
        _return(hall, line, aside)
    if turns(hall, line) > 0:
        ticket = _first_that_fits(hall, line, s.GIVEN_BACK_QUEUE, longest)
        for queue in range(1 + (turn(hall, line) + 1) % 2, aside, 2):
            if ticket < 0:
                ticket = _first_that_fits(hall, line, queue, longest)
        if ticket >= 0:
            return ticket
    for queue in range(aside + 1):
        if lines[line + _first(queue)] >= 0:
            ticket = _first_that_fits(hall, line, queue, longest)
            if ticket >= 0:
                return ticket
    return -1


@kernel
def _first_that_fits(hall: Hall, line: int, queue: int, longest: int) -> int:
    """Return the first ticket of a queue whose service does not usually last too long, or -1."""
    ticket = hall.lines[line + _first(queue)]
    while ticket >= 0 and hall.stops[ticket + s.MEAN_TIME] > longest:
        ticket = hall.stops[ticket + s.BEHIND]
    return ticket


@kernel
def _return(hall: Hall, line: int, aside: int) -> None:
    """Let those who stood aside return, for whom enough others have been called."""
    while True:
        ticket = hall.lines[line + _first(aside)]
        if ticket < 0 or hall.stops[ticket + s.DUE_AGAIN] > hall.lines[line + s.CALLED]:
            return
        leave(hall, ticket)
        join(hall, ticket)


# Queues, linked from ticket to ticket


@kernel
def _first(queue: int) -> int:
    return s.LINES + 2 * queue


@kernel
def _last(queue: int) -> int:
    return s.LINES + 2 * queue + 1


@kernel
def _link(hall: Hall, line: int, queue: int, ticket: int, last: int) -> None:
    """Put a ticket behind another, or at the head (-1)."""
    stops, lines = hall.stops, hall.lines
    behind = stops[last + s.BEHIND] if last >= 0 else lines[line + _first(queue)]
    stops[ticket + s.BEFORE] = last
    stops[ticket + s.BEHIND] = behind
    if last >= 0:
        stops[last + s.BEHIND] = ticket
    else:
        lines[line + _first(queue)] = ticket
    if behind >= 0:
        stops[behind + s.BEFORE] = ticket
    else:
        lines[line + _last(queue)] = ticket
    lines[line + s.LENGTH] += 1


@kernel
def _unlink(hall: Hall, line: int, queue: int, ticket: int) -> None:
    stops, lines = hall.stops, hall.lines
    last, behind = stops[ticket + s.BEFORE], stops[ticket + s.BEHIND]
    if last >= 0:
        stops[last + s.BEHIND] = behind
    else:
        lines[line + _first(queue)] = behind
    if behind >= 0:
        stops[behind + s.BEFORE] = last
    else:
        lines[line + _last(queue)] = last
    lines[line + s.LENGTH] -= 1
