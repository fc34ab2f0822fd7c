"""The rows of all citizens, drawn at one go: from who needs what to what she needs.

Where a row stands and what is drawn there was decided before; here the draws are made, each at
its address, and every number is written where the workload has it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.jit import entry, kernel
from sim.jit.pointers import Reals, Table, unchecked
from sim.randomness import uniform
from sim.sampling.quantile import quantile
from sim.workload import ABSENT, ENDS, JOINS, MOST_MISSES, NEVER

PURPOSES = ("time", "patience", "balk", "missed", "walk")
"""What a row has draws for; each has the two words of a key."""
TIME_KEY, PATIENCE_KEY, BALK_KEY, MISSED_KEY, WALK_KEY = (2 * k for k in range(len(PURPOSES)))
KEYS = 2 * len(PURPOSES)
SERVED, INCOMPLETE, NO_PAPERS, PARKED = range(len(ENDS))


class Need(NamedTuple):
    """What rows have in common: at one try at one stop, or at the rest of a parked service.

    booked : whether the booked time of the visit holds here
    documents : whether the service is needed as often as she has documents
    rest : whether it is what is left of a parked service
    time, walk : where these laws stand, or NONE; patience : where those of the classes are named
    balks, misses : whether it matters what she does when the line is long, or she is called
    """

    service: int
    stop: int
    tries: int
    keeps: int
    group: int
    pick: int
    booked: int
    documents: int
    rest: int
    time: int
    walk: int
    patience: int
    balks: int
    misses: int


(
    SERVICE, STOP, TRIES, KEEPS, GROUP, PICK, BOOKED, EACH_DOCUMENT, REST, TIME, WALK, PATIENCE,
    BALKS, MISSES,
) = range(len(Need._fields))  # fmt: skip
WIDTH = len(Need._fields)
MISSED, LACKING, CUT = range(3)
"""Shares of a need: calls that she misses; of the time, what is spent until papers are found
incomplete, or until it is parked."""


class Citizens(NamedTuple):
    """Citizens as the workload has them, and their rows in the order in which they were made.

    address, replication, day : (V,) by which a citizen's draws are addressed
    visitor_class, booked : (V,); documents : (V,), or (0,) where no need asks for them
    visit, need, ends : (R,) of each row the place of the citizen, what she needs, how it ends
    """

    address: Table
    replication: Table
    day: Table
    visitor_class: Table
    booked: Table
    documents: Table
    visit: Table
    need: Table
    ends: Table


class Needs(NamedTuple):
    """The needs of the rows: flat tables of WIDTH, KEYS and 3 numbers for each; and the laws.

    patience_of : where the law of each class stands, for one service after the other
    slower : factors upon the time, by class
    """

    of: Table
    keys: Any
    shares: Reals
    laws: Reals
    patience_of: Table
    slower: Reals


class Stops(NamedTuple):
    """What is written: the offsets of visits, (V + 1,), and the columns of their stops, (R,)."""

    offset: Table
    stop: Table
    service: Table
    walk: Table
    time: Table
    patience: Table
    slot: Table
    balk: Reals
    misses: Table
    tries: Table
    ends: Table
    keeps: Table
    group: Table
    pick: Table


@entry
def fill(of_citizens: Citizens, of_needs: Needs, of_stops: Stops, number: int, rows: int) -> None:
    """Put the rows of so many citizens in order and write all their columns."""
    citizens, needs, out = unchecked(of_citizens), unchecked(of_needs), unchecked(of_stops)
    _put_in_order(citizens, out, number, rows)
    for who in range(number):
        for at in range(out.offset[who], out.offset[who + 1]):
            kind = out.stop[at]
            _draw(needs, citizens, out, who, kind, at)
            _say(needs, citizens, out, who, kind * WIDTH, at)
            if at == out.offset[who] and out.group[at] == 0:
                out.walk[at] = 0  # the first stop is at the door


@kernel
def _put_in_order(citizens: Citizens, out: Stops, number: int, rows: int) -> None:
    """Let the rows of each visit follow each other, in the order in which they were made.

    For now, what they need stands in the column of the stop.
    """
    for visit in range(number + 1):
        out.offset[visit] = 0
    for row in range(rows):
        out.offset[citizens.visit[row] + 1] += 1
    for visit in range(number):
        out.offset[visit + 1] += out.offset[visit]
    for row in range(rows):
        visit = citizens.visit[row]
        at = out.offset[visit]
        out.stop[at], out.ends[at] = citizens.need[row], citizens.ends[row]
        out.offset[visit] += 1
    for visit in range(number, 0, -1):  # each stands now where the next one began
        out.offset[visit] = out.offset[visit - 1]
    out.offset[0] = 0


@kernel
def _draw(needs: Needs, citizens: Citizens, out: Stops, who: int, kind: int, at: int) -> None:
    """Write what is left to chance."""
    of, need = needs.of, kind * WIDTH
    out.time[at] = _part(needs, kind, _time(needs, citizens, who, kind), out.ends[at])
    out.walk[at] = 0
    if of[need + WALK] >= 0:
        u = _uniform(needs, citizens, who, kind, WALK_KEY, 0)
        out.walk[at] = _whole(quantile(needs.laws, of[need + WALK], u))
    out.patience[at] = _patience(needs, citizens, who, kind)
    out.balk[at] = JOINS
    if of[need + BALKS]:
        out.balk[at] = _uniform(needs, citizens, who, kind, BALK_KEY, 0)
    out.misses[at] = _misses(needs, citizens, who, kind) if of[need + MISSES] else 0


@kernel
def _say(needs: Needs, citizens: Citizens, out: Stops, who: int, need: int, at: int) -> None:
    """Write what was decided before."""
    of = needs.of
    out.stop[at] = of[need + STOP]
    out.service[at] = of[need + SERVICE]
    out.slot[at] = citizens.booked[who] if of[need + BOOKED] else ABSENT
    out.tries[at] = of[need + TRIES]
    out.keeps[at] = of[need + KEEPS]
    out.group[at] = of[need + GROUP]
    out.pick[at] = of[need + PICK]


@kernel
def _uniform(
    needs: Needs, citizens: Citizens, who: int, kind: int, purpose: int, occurrence: int
) -> float:
    key, keys = kind * KEYS + purpose, needs.keys
    index, replication = np.uint64(citizens.address[who]), np.uint64(citizens.replication[who])
    day = np.uint64(citizens.day[who])
    u: float = uniform(index, replication, day, np.uint64(occurrence), keys[key], keys[key + 1])
    return u


@kernel
def _time(needs: Needs, citizens: Citizens, who: int, kind: int) -> int:
    """Return how long the service takes, as often as she has documents: each takes its own."""
    need, time = kind * WIDTH, 0.0
    each = citizens.documents[who] if needs.of[need + EACH_DOCUMENT] else 1
    for again in range(each):
        u = _uniform(needs, citizens, who, kind, TIME_KEY, again)
        time += quantile(needs.laws, needs.of[need + TIME], u)
    return _whole(time * needs.slower[citizens.visitor_class[who]])


@kernel
def _part(needs: Needs, kind: int, time: int, ends: int) -> int:
    """Return how much of the time is spent in a row that ends so."""
    if needs.of[kind * WIDTH + REST]:
        return time - _whole(time * needs.shares[3 * kind + CUT])
    if ends == PARKED:
        return _whole(time * needs.shares[3 * kind + CUT])
    if ends == SERVED:
        return time
    return _whole(time * needs.shares[3 * kind + LACKING])


@kernel
def _patience(needs: Needs, citizens: Citizens, who: int, kind: int) -> int:
    """Return when she loses patience, by the law of her class, or NEVER."""
    laws = needs.of[kind * WIDTH + PATIENCE]
    law = needs.patience_of[laws + citizens.visitor_class[who]] if laws >= 0 else -1
    if law < 0:
        return NEVER
    u = _uniform(needs, citizens, who, kind, PATIENCE_KEY, 0)
    until = quantile(needs.laws, law, u)
    return _whole(until) if until < np.inf else NEVER


@kernel
def _misses(needs: Needs, citizens: Citizens, who: int, kind: int) -> int:
    """Return how many calls in a row she does not hear."""
    misses, share = 0, needs.shares[3 * kind + MISSED]
    while misses < MOST_MISSES:
        if _uniform(needs, citizens, who, kind, MISSED_KEY, misses) >= share:
            break
        misses += 1
    return misses


@kernel
def _whole(value: float) -> int:
    """Round to whole µs, half to even."""
    return int(np.rint(value))
