"""The day's calendar: officers who are there or not, openings, breaks and closings."""

from __future__ import annotations

from sim.engine.compiled import account, at_once, counter, heap, line
from sim.engine.compiled import state as s
from sim.engine.compiled.citizen import GOES_NOW, at_close, send_home
from sim.engine.compiled.outcomes import TOO_LATE
from sim.engine.compiled.state import Given, Hall
from sim.jit import kernel
from sim.workload import NEVER, OPENINGS

OPENS, BREAKS, CLOSES = range(3)  # as in the day's plan
NOT_TODAY = -1


# Before the day


@kernel
def open_day(hall: Hall, given: Given, day: int) -> None:
    """Put every counter and line where the day finds it."""
    clock, counters = hall.clock, hall.counters
    clock[s.FREED] = clock[s.STAYING] = clock[s.LASTING] = clock[s.STRETCHES] = 0
    for k in range(0, clock[s.COUNTERS_TO], s.COUNTERS):
        counters[k + s.OPEN] = counters[k + s.OVERTIME] = counters[k + s.NOTED] = 0
        counters[k + s.PAUSED] = counters[k + s.RUN] = counters[k + s.WRAPS] = 0
        counters[k + s.GAVE] = -1
        counters[k + s.SHOWN] = counters[k + s.SHOWS] = -1
        counters[k + s.OFF] = account.CLOSED
        counters[k + s.BREAK_UNTIL] = NEVER
        counter.release(hall, k)
        _take_turns(hall, given, day, k)
        _take_changes(hall, given, day, k)
    heap.push(hall.calendar, clock[s.CLOSES], 2 * clock[s.COUNTERS_TO], 0)
    for of in range(0, clock[s.LINES_TO], clock[s.LINE_WIDTH]):
        _close_line(hall, of)
    for k in range(0, clock[s.COUNTERS_TO], s.COUNTERS):
        counters[k + s.KEEPS_SOME] = counter.keeps_some(hall, k)


@kernel
def _take_changes(hall: Hall, given: Given, day: int, k: int) -> None:
    """Note how outages change a counter's pace today."""
    number = k // s.COUNTERS
    place = day * (hall.clock[s.COUNTERS_TO] // s.COUNTERS) + number
    first, last = given.change_of[place], given.change_of[place + 1]
    hall.counters[k + s.CHANGES_FROM] = first
    hall.counters[k + s.CHANGES_TO] = last
    hall.speeds[number * s.SPEEDS + s.PACE] = 1.0
    if first < last:
        order = hall.clock[s.COUNTERS_TO] + k
        heap.push(hall.calendar, given.changes[first * s.CHANGE + s.CHANGE_AT], order, k)


@kernel
def _take_turns(hall: Hall, given: Given, day: int, k: int) -> None:
    """Note a counter's turns of today: none without its officer, later openings if he is late."""
    counters, number = hall.counters, k // s.COUNTERS
    of_all = hall.clock[s.COUNTERS_TO] // s.COUNTERS
    of_plan = given.plan[day] * of_all
    first, last = given.turn_of[of_plan + number], given.turn_of[of_plan + number + 1]
    counters[k + s.TURN] = hall.clock[s.TODAY_FROM] + first - given.turn_of[of_plan]
    counters[k + s.CLOSING] = NOT_TODAY
    counters[k + s.PLANNED] = given.turns[last - 2] if first < last else NOT_TODAY
    officer = (day * of_all + number) * s.OFFICER
    if given.officers[officer] == 0:
        _copy_turns(hall, given, k, first, last, officer)
    else:
        counters[k + s.TURNS_TO] = counters[k + s.TURN]
        if first < last:
            account.write(hall, k, given.turns[first], counters[k + s.PLANNED], account.ABSENT)


@kernel
def _copy_turns(hall: Hall, given: Given, k: int, first: int, last: int, officer: int) -> None:
    """Note when a counter opens, a little late, and closes; a stretch all too late falls out."""
    counters, lists, turns = hall.counters, hall.lists, given.turns
    place = counters[k + s.TURN]
    for opening in range(first, last, 4):
        number = (opening - first) // 4
        late = given.officers[officer + 1 + number] if number < OPENINGS else 0
        begin, end = turns[opening], turns[opening + 2]
        if late < end - begin:
            lists[place], lists[place + 1] = begin + late, OPENS
            lists[place + 2], lists[place + 3] = end, turns[opening + 3]
            place += 4
            counters[k + s.CLOSING] = end
    counters[k + s.TURNS_TO] = place
    if place > counters[k + s.TURN]:
        lists[place - 1] = CLOSES
        heap.push(hall.calendar, lists[counters[k + s.TURN]], k, k)


@kernel
def _close_line(hall: Hall, of: int) -> None:
    """Note when an empty line closes, and whether all officers planned for it are missing."""
    lines = hall.lines
    closes = planned = NOT_TODAY
    for place in range(lines[of + s.GIVERS_FROM], lines[of + s.GIVERS_TO]):
        closes = max(closes, hall.counters[hall.lists[place] + s.CLOSING])
        planned = max(planned, hall.counters[hall.lists[place] + s.PLANNED])
    lines[of + s.LENGTH] = lines[of + s.HELD] = lines[of + s.COMES_BACK] = 0
    lines[of + s.CALLED] = lines[of + s.IN_TURN] = 0
    lines[of + s.CLOSED] = closes
    lines[of + s.DESERTED] = closes == NOT_TODAY and planned != NOT_TODAY
    for column in range(s.LINES, hall.clock[s.LINE_WIDTH]):
        lines[of + column] = -1


# Phase a


@kernel
def piece(hall: Hall, given: Given) -> None:
    """One piece: a counter's turn or change of pace, the mall's closing, or a booking due."""
    order, counters = hall.calendar[heap.TOP_ORDER], hall.clock[s.COUNTERS_TO]
    who = heap.pop(hall.calendar)
    if order < counters:
        _turn(hall, who)
    elif order < 2 * counters:
        _change(hall, given, who)
    elif order == 2 * counters:
        _close(hall)
    elif hall.stops[who + s.WAITS] == s.EARLY:
        line.join(hall, who)
        counter.joined(hall, hall.stops[who + s.OF_LINE])


@kernel
def _turn(hall: Hall, k: int) -> None:
    """Follow the calendar: open, take a break, or close."""
    counters, place = hall.counters, hall.counters[k + s.TURN]
    counters[k + s.TURN] = place + 2
    if place + 2 < counters[k + s.TURNS_TO]:
        heap.push(hall.calendar, hall.lists[place + 2], k, k)
    state = hall.lists[place + 1]
    counters[k + s.OPEN] = state == OPENS
    counters[k + s.OFF] = _shown(state)
    if state == OPENS:
        counters[k + s.BREAK_UNTIL] = _break_until(hall, k, place + 2)
    if counters[k + s.KEEPS_SOME] and hall.clock[s.NOW] == counters[k + s.CLOSING]:
        counter.stay(hall, k)
    if counters[k + s.PAUSES]:
        if state == BREAKS:
            counter.hold(hall, k)
        counters[k + s.PAUSED] = state == BREAKS
        counter.work(hall, k)
    counter.look_again(hall, k)


@kernel
def _break_until(hall: Hall, k: int, closing: int) -> int:
    """Return how far a service may usually last into the break that is next, NEVER if it may."""
    overrun = hall.counters[k + s.OVERRUN]
    if overrun < 0 or hall.lists[closing + 1] != BREAKS:
        return NEVER
    return hall.lists[closing] + overrun


@kernel
def _shown(state: int) -> int:
    if state == OPENS:
        return account.IDLE
    return account.BREAK if state == BREAKS else account.CLOSED


@kernel
def _change(hall: Hall, given: Given, k: int) -> None:
    """Work at another pace from now on, or not at all: an outage began or ended."""
    counters, change = hall.counters, hall.counters[k + s.CHANGES_FROM]
    counters[k + s.CHANGES_FROM] = change + 1
    if change + 1 < counters[k + s.CHANGES_TO]:
        time = given.changes[(change + 1) * s.CHANGE + s.CHANGE_AT]
        heap.push(hall.calendar, time, hall.clock[s.COUNTERS_TO] + k, k)
    counter.hold(hall, k)
    hall.speeds[k // s.COUNTERS * s.SPEEDS + s.PACE] = given.paces[change]
    ticket, how = counters[k + s.TICKET], given.changes[change * s.CHANGE + s.CHANGE_HOW]
    if ticket >= 0 and counters[k + s.UNTIL] == NEVER:
        if how & s.RESTARTS and counters[k + s.SERVING]:
            hall.stops[ticket + s.WORK_LEFT] = hall.stops[ticket + s.WORK]
        if how & s.REQUEUES:
            came = counters[k + s.DOES] != s.WAITS_IN_VAIN
            counter.give_back(hall, k)
            if came:
                at_once.free_again(hall, hall.stops[ticket + s.CITIZEN])
    counter.work(hall, k)
    counter.look_again(hall, k)


@kernel
def _close(hall: Hall) -> None:
    """Close the mall: with `send_home`, who waits or walks goes home now."""
    clock, citizens = hall.clock, hall.citizens
    if clock[s.SEND_HOME]:
        for me in range(0, clock[s.CITIZENS_TO], s.CITIZENS):
            if citizens[me + s.STAGE] > s.AT_DOOR and citizens[me + s.STAGE] != s.GONE:
                at_close(hall, me)
    counter.dismiss(hall)
    for me in range(0, clock[s.CITIZENS_TO] if clock[s.SEND_HOME] else 0, s.CITIZENS):
        if citizens[me + s.GOES_HOME] == GOES_NOW:
            send_home(hall, me, TOO_LATE)
