"""The hall as arrays: the tables that kernels read and write, and what their columns mean.

A table is a flat int64 array of rows of equal width, so that what belongs together lies together:
what a scenario says of a counter and what the counter does. Whoever stands in a table is known by
the place at which her row begins, so `hall.stops[ticket + s.CALLED_AT]` is when a ticket was
called. Places keep the order of the rows. Nobody is -1. Times are whole µs since midnight of the
day, ABSENT if there is none. Ragged things stand in `lists`, each `..._FROM` up to `..._TO`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit.pointers import Reals, Table
from sim.log import VISIT_OUTCOMES
from sim.workload import OPENINGS

Ints = NDArray[np.int64]


class Hall(NamedTuple):
    """The hall on one day; the next day uses the same tables again."""

    clock: Table
    lists: Table
    speeds: Reals
    factors: Reals
    counters: Table
    lines: Table
    services: Table
    agencies: Table
    pools: Table
    journeys: Table
    citizens: Table
    needs: Table
    stops: Table
    stretches: Table
    returns: Table
    carried: Table
    calendar: Table
    endings: Table
    patiences: Table
    ways: Table


class Given(NamedTuple):
    """What an engine is given for all days: the days' plans, and the columns of a workload.

    plan : (days,) number of each day's plan; first : (days + 1,) where its visits begin
    plans : for each plan the day's clock, then of each service its agency's last ticket, or NEVER
    turn_of, turns : the planned turns (time, what) of each counter in each plan
    officers : for each day and counter whether its officer is absent, then how late he opens
    change_of, changes, paces : for each day and counter the changes of its pace by outages
    after : (visits,) the visit that is the next attempt of the same citizen, or -1
    order : (visits,) identity as one number; the other columns are those of a workload, balk and
        back as the bits of their floats, which sort as they do
    """

    plan: Ints
    plans: Ints
    turn_of: Ints
    turns: Ints
    officers: Ints
    change_of: Ints
    changes: Ints
    paces: NDArray[np.float64]
    first: Ints
    after: Ints
    order: Ints
    journey: Ints
    visitor_class: Ints
    people: Ints
    due: Ints
    comes: Ints
    stay: Ints
    back: Ints
    lead: Ints
    offset: Ints
    stop: Ints
    service: Ints
    walk: Ints
    time: Ints
    patience: Ints
    slot: Ints
    balk: Ints
    misses: Ints
    tries: Ints
    ends: Ints
    keeps: Ints
    group: Ints
    pick: Ints


class Rows(NamedTuple):
    """What happened: the columns of a log, one a row, and how many entries are filled."""

    visits: Ints
    stops: Ints
    counters: Ints
    filled: Ints


# The clock; the first columns are the day's. INSIDE counts citizens, PEOPLE all who came with them
DOORS, LAST_TICKET, CLOSES, ENDS, SEND_HOME, CONTINUOUS, DAY_CLOCK = range(7)
(
    NOW, INSIDE, FREED, STAYING, LASTING, ROWS, STRETCHES, CARRIED_TO, NEXT, COMES_AT,
    CAPACITY, LINE_AT_DOOR, SEATS, STANDING, PEOPLE, FIRST_OUTSIDE, LAST_OUTSIDE,
    CLASSES, QUEUES, FREED_FROM, STAYING_FROM, TODAY_FROM,
    DAYS, DAYS_OF_RUN, DAYS_BEFORE, CITIZENS_TO,
    COUNTERS_TO, LINES_TO, SERVICES_TO, AGENCIES_TO, POOLS_TO,
    PLAN_WIDTH, LINE_WIDTH, SERVICE_WIDTH, VISITS_ROOM, STOPS_ROOM, COUNTERS_ROOM, CLOCK,
) = range(DAY_CLOCK, DAY_CLOCK + 38)  # fmt: skip
OFFICER = 1 + OPENINGS
CHANGE_AT, CHANGE_HOW, CHANGE = range(3)
REQUEUES, RESTARTS = 1, 2  # bits of CHANGE_HOW

# A counter; `hall.speeds` holds its speed and its pace. It has shown SHOWN since SINCE, and shows
# SHOWS since AT, which was never if it lasts no time. What it does ends with the run RUN, UNTIL
# if that is a service. The service GAVE was its last; WRAPS is 1 while its officer writes after a
# citizen left. No service that usually lasts beyond BREAK_UNTIL begins.
(
    AGENCY, TIERS_FROM, TIERS_TO, HELP_FROM, LONGEST_WAIT, PAUSES, OVERRUN,
    OPEN, OVERTIME, OFF, TICKET, SERVING, WRAPS, GAVE, DOES, RUN, UNTIL, PAUSED, BREAK_UNTIL, NOTED,
    CLOSING, PLANNED, KEEPS_SOME, TURN, TURNS_TO, CHANGES_FROM, CHANGES_TO,
    SHOWN, SINCE, SHOWS, AT, COUNTERS,
) = range(32)  # fmt: skip
SERVES, WALKS_UP, WAITS_IN_VAIN, WRAPS_UP = range(4)
SPEED, PACE, SPEEDS = range(3)

# A line; behind its columns the first and last ticket of each of its queues
(
    GIVERS_FROM, GIVERS_TO, FIRST_COME, BOOKED_TURNS, WALK_IN_TURNS, HELPED,
    LENGTH, HELD, COMES_BACK, CALLED, IN_TURN, CLOSED, DESERTED, LINES,
) = range(14)  # fmt: skip
GIVEN_BACK_QUEUE, KEPT_QUEUE, GRADE_QUEUES = range(3)

# A service; behind its columns for each class the lines of who booked and who walked in, then
# where the pools of each class begin, and end. BY_HOUR: from when on, and its place in
# `hall.factors`
(
    OF_AGENCY, UNTIL_TICKET, MEAN, BY_WAIT, BALKING_FROM, BALKING_TO, TOLD,
    BY_HOUR_FROM, BY_HOUR_TO, SET_UP, WRAP_UP, SERVICES,
) = range(12)  # fmt: skip

# An agency, a quota pool; a journey, behind whose columns the share of those who come back stands,
# by visit outcome
WALK_UP, IN_VAIN, AGAIN, MISSES_CALLS, TICKETS, AGENCIES = range(6)
RELEASES_FROM, RELEASES_TO, TAKEN_OF, POOLS = range(4)
(
    GOES_ON, GRACE, CALL_EARLY, ENTRANCE, AT_ONCE, DOCUMENTS_FROM, DOCUMENTS_TO, BACK_WITH_PAPERS,
) = range(8)  # fmt: skip
BACK = BACK_WITH_PAPERS + 1
JOURNEYS = BACK + len(VISIT_OUTCOMES)

# A citizen: what she brings, and where she is. HERE is the stop at which she is, or goes;
# COMING_BACK is 1 where that is a further try. She HOLDS so many tickets, and is BUSY from a call
# that she hears until its service ends. The row of a number that she took FROM_HOME, or -1, is hers
# when she comes, LEAD before her turn. AFTER_HER is who stands behind her at the door.
(
    ROW, ORDER, JOURNEY, CLASS, COME_TOGETHER, DUE, STAY, LEAD, FROM_HOME, AFTER_HER, NEEDS_FROM,
    NEEDS_TO, CARRIES,
    STAGE, HERE, COMING_BACK, HOLDS, BUSY, FIRST_ROW, LAST_ROW, FIRST_TOLD, LAST_TOLD, GOES_HOME,
    ENTERED, LEFT, BECAME, WHY, CITIZENS,
) = range(28)  # fmt: skip
AT_HOME, OUTSIDE, AT_DOOR, LET_IN, WALKING, AT_STOP, LEAVING, GONE = range(8)

# A row of what she needs at a stop, and whether that is still ahead of her
(
    STOP, SERVICE, WALK, TIME, PATIENCE, SLOT, BALK, MISSES, TRY, ENDS_AS, KEEPS, GROUP, PICK,
    STANDS, NEEDS,
) = range(15)  # fmt: skip
OVER, AHEAD, HAS_DOCUMENT = range(3)

# The row of a stop that was reached, with its ticket if she took one. Called WHILE_BUSY she does
# not come; patience that ended meanwhile ENDS_NOW, when she is free.
(
    CITIZEN, NEED, FOLLOWING, COUNTER, NUMBER, TAKEN, CALLED_AT, START, END, OUTCOME, REASON,
    OF_LINE, QUEUE, GRADE, SINCE_WHEN, RANK, BEFORE, BEHIND, WAITS, UNSERVED, GIVEN_BACK,
    MISSES_LEFT, MISSED, WHILE_BUSY, DUE_AGAIN, PATIENCE_ENDS, ENDS_NOW, COMES_FROM,
    MEAN_TIME, WORK, WORK_LEFT, STOPS,
) = range(32)  # fmt: skip
NOWHERE, EARLY, IN_LINE, ASIDE, PASSED_OVER = range(5)

# Whether an attempt takes place, and at what she was served before: a chain of CARRIED
TAKES_PLACE, CARRIES_IN, RETURNS = range(3)
WAS_STOP, WAS_SERVICE, AND_BEFORE, CARRIED = range(4)

# What a counter showed
OF_COUNTER, FROM, TO, STATE, STRETCH = range(5)
