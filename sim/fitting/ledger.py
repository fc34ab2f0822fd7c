"""The ledger of a log: every row is used, or counted with the reason why not.

Three things are learned from a row: that somebody came, how long she waited, and how long she was
served. A service that was never closed says nothing of the last and is still a good arrival; so
there are three accounts, and in each the rows used and those set aside are all rows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.fitting.rules import Rules
from sim.fitting.tickets import RAGGED, UNREADABLE, Tickets
from sim.fitting.times import as_date, weekday_of
from sim.scenario import quantities as q
from sim.workload import ABSENT

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PARTS = ("arrivals", "waits", "services")
REASONS = (
    "used", "unreadable", "ragged", "future", "booked_absent", "booked_cancelled", "duplicate",
    "second_officer", "online",
    "clock_jump", "outside_hours", "holiday", "half_day",
    "left", "no_call", "called_before_arrival", "called_another_day",
    "no_show", "no_start", "no_end", "end_before_start", "forgotten_open", "held_out",
)  # fmt: skip
_CODE = {reason: code for code, reason in enumerate(REASONS)}
_SLOT = 15 * q.MINUTE
_EXAMPLES = 3
_NO_SHOW = re.compile(
    r"no.?show|tidak (hadir|datang|ada)|absen|lewat|skip|terlewat|missed|dilewati", re.I
)
_CANCELLED = re.compile(r"batal|cancel", re.I)
_NEAR_BOOKED = 3 * q.HOUR
_LEFT = re.compile(r"abandon|left|renege|batal|cancel|pulang|pergi|walk.?out|keluar", re.I)


@dataclass(frozen=True, eq=False)
class Ledger:
    """What each row was used for.

    code : by part, (N,) positions in REASONS; 0 is used
    notes : what could not be looked for, and what was filled in, with numbers
    """

    rows: int
    code: Mapping[str, Ints]
    rules: Rules
    notes: tuple[tuple[str, int], ...] = ()
    examples: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)

    def used(self, part: str) -> Bools:
        """(N,) whether a row is used for a part."""
        used: Bools = self.code[part] == 0
        return used

    def counts(self, part: str) -> dict[str, int]:
        """Return how many rows are used, and how many set aside for each reason, all of them."""
        counted = np.bincount(self.code[part], minlength=len(REASONS))
        return {r: int(n) for r, n in zip(REASONS, counted, strict=True) if n or r == "used"}

    def because(self, reason: str) -> Bools:
        """(N,) whether a row is set aside as an arrival for a reason."""
        aside: Bools = self.code["arrivals"] == _CODE[reason]
        return aside

    def days(self, tickets: Tickets, reason: str) -> Ints:
        """Return the days since 1970 of the tickets set aside as arrivals for a reason."""
        return np.unique(tickets.day[self.because(reason)])

    def without(self, rows: Bools) -> Ledger:
        """Return the ledger in which some rows that are used, (N,), are held out."""
        aside = _CODE["held_out"]
        code = {
            part: np.where((of == 0) & rows, aside, of).astype(np.int64)
            for part, of in self.code.items()
        }
        return replace(self, code=code)


def audit(tickets: Tickets, rules: Rules | None = None) -> Ledger:
    """Look at every row and say what it may be used for. The first reason found is the one."""
    rules = rules or Rules()
    code = np.zeros(len(tickets), dtype=np.int64)
    notes: list[tuple[str, int]] = []

    def aside(reason: str, which: Bools) -> None:
        code[(code == 0) & which] = _CODE[reason]

    aside("ragged", tickets.damage == RAGGED)
    aside("unreadable", tickets.damage == UNREADABLE)
    if rules.today is not None:
        aside("future", tickets.day > rules.today)
    aside("booked_cancelled", tickets.unseen & cancelled(tickets))
    aside("booked_absent", tickets.unseen)
    if tickets.has & {"ticket", "visit"}:
        again, other = _repeated(tickets, code == 0)
        aside("duplicate", again)
        aside("second_officer", other)
    else:
        notes.append(("no_duplicates", 0))
    aside("online", tickets.online & ~_came_as_booked(tickets))
    if (tickets.number >= 0).any():
        jumped = _jumped(tickets, code == 0, rules.clock_jump)
        if jumped.sum() > 0.2 * max(1, int((code == 0).sum())):
            notes.append(("numbers_out_of_order", int(jumped.sum())))
        else:
            aside("clock_jump", jumped)
    else:
        notes.append(("no_numbers", 0))
    aside("outside_hours", _outside(tickets, code == 0, rules))
    aside("holiday", _quiet_days(tickets, code == 0, rules))
    aside("half_day", _half_days(tickets, code == 0, rules))
    if tickets.filled_dates:
        notes.append(("filled_dates", tickets.filled_dates))
    waits, services = _of_waits(tickets, code, rules), _of_services(tickets, code, rules)
    codes = {"arrivals": code, "waits": waits, "services": services}
    return Ledger(len(tickets), codes, rules, tuple(notes), _examples(tickets, codes))


def outcomes(tickets: Tickets) -> tuple[Bools, Bools]:
    """Return (N,) whether the log says that nobody came to the call, and that she had left."""
    names = tickets.names["outcome"]
    absent = np.array([bool(_NO_SHOW.search(n)) for n in names] + [False])
    left = np.array([bool(_LEFT.search(n)) for n in names] + [False])
    return absent[tickets.outcome], left[tickets.outcome]


def cancelled(tickets: Tickets) -> Bools:
    """(N,) whether the log says that a ticket was called off."""
    off = np.array([bool(_CANCELLED.search(n)) for n in tickets.names["outcome"]] + [False])
    return off[tickets.outcome]


def _came_as_booked(tickets: Tickets) -> Bools:
    """(N,) whether a ticket's time is within hours of the booked one: then it is that of coming."""
    known = (tickets.booked != ABSENT) & (tickets.arrival != ABSENT)
    early = np.where(known, tickets.booked, 0) - np.where(known, tickets.arrival, 0)
    return np.asarray(known & (abs(early) <= _NEAR_BOOKED), dtype=bool)


def left_the_line(tickets: Tickets, rules: Rules) -> Bools:
    """(N,) whether somebody left, and when is known: that is what her patience was."""
    since = tickets.since
    known = (tickets.end != ABSENT) & (since != ABSENT)
    waited = np.where(known, tickets.end, -1) - np.where(known, since, 0)
    known &= (waited >= 0) & (waited <= rules.forgotten_open)
    return np.asarray(outcomes(tickets)[1] & known, dtype=bool)


def _of_waits(tickets: Tickets, code: Ints, rules: Rules) -> Ints:
    code = code.copy()
    uncalled = (code == 0) & (tickets.called == ABSENT)
    code[uncalled & left_the_line(tickets, rules)] = _CODE["left"]
    code[(code == 0) & (tickets.called == ABSENT)] = _CODE["no_call"]
    code[(code == 0) & (tickets.called < tickets.arrival)] = _CODE["called_before_arrival"]
    code[(code == 0) & (tickets.called >= q.DAY)] = _CODE["called_another_day"]
    return code


def _of_services(tickets: Tickets, code: Ints, rules: Rules) -> Ints:
    code = code.copy()
    begun = begins(tickets)
    absent, left = outcomes(tickets)
    known = (begun != ABSENT) & (tickets.end != ABSENT)
    length = np.where(known, tickets.end, 0) - np.where(known, begun, 0)
    code[(code == 0) & (absent | left)] = _CODE["no_show"]
    code[(code == 0) & (begun == ABSENT)] = _CODE["no_start"]
    code[(code == 0) & (tickets.end == ABSENT)] = _CODE["no_end"]
    code[(code == 0) & (length < 0)] = _CODE["end_before_start"]
    code[(code == 0) & (length > rules.forgotten_open)] = _CODE["forgotten_open"]
    return code


def begins(tickets: Tickets) -> Ints:
    """Return (N,) when each service began: its start, else the call."""
    return np.where(tickets.start == ABSENT, tickets.called, tickets.start)


# The rules


def _repeated(tickets: Tickets, sound: Bools) -> tuple[Bools, Bools]:
    """Rows of one ticket after the first that was called: equal ones, and those that differ."""
    identity = tickets.ticket if "ticket" in tickets.has else tickets.visit
    called = np.where(tickets.called == ABSENT, np.iinfo(np.int64).max, tickets.called)
    rows = np.flatnonzero(sound & (identity != 0))
    keys = [identity, tickets.day, tickets.agency, tickets.service, tickets.arrival]
    order = rows[np.lexsort((rows, called[rows], *(key[rows] for key in keys)))]
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        same &= key[order[1:]] == key[order[:-1]]
    later = np.concatenate(([False], same))[: len(order)]
    first = np.maximum.accumulate(np.where(later, 0, np.arange(len(order))))
    equal = np.ones(len(order), dtype=bool)
    for column in (tickets.called, tickets.end, tickets.counter):
        equal &= column[order] == column[order[first]]
    again, other = np.zeros(len(tickets), dtype=bool), np.zeros(len(tickets), dtype=bool)
    again[order[later & equal]] = True
    other[order[later & ~equal]] = True
    return again, other


def _jumped(tickets: Tickets, sound: Bools, limit: int) -> Bools:
    """Tickets that are far from when their neighbours in number were taken.

    The longest run of tickets whose times rise with their numbers is trusted; of the rest those
    that lie more than `limit` outside of the trusted ones beside them have jumped.
    """
    jumped = np.zeros(len(tickets), dtype=bool)
    rows = np.flatnonzero(sound & (tickets.number >= 0))
    queue = (tickets.service, tickets.agency, tickets.day)
    order = rows[np.lexsort((rows, tickets.number[rows], *(key[rows] for key in queue)))]
    if not len(order):
        return jumped
    new = np.zeros(len(order), dtype=bool)
    new[0] = True
    for key in queue:
        new[1:] |= key[order[1:]] != key[order[:-1]]
    back = np.concatenate(([False], np.diff(tickets.arrival[order]) < -limit)) & ~new
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(order))
    for begin, end in zip(starts, ends, strict=True):
        if back[begin:end].any():
            times = tickets.arrival[order[begin:end]]
            jumped[order[begin:end]] = _far_from(times, _rising(times), limit)
    return jumped


def _rising(times: Ints) -> Ints:
    """Return the positions of a longest subsequence that never falls (patience sorting)."""
    tails: list[int] = []
    at: list[int] = []
    before = np.full(len(times), -1)
    for k, time in enumerate(times.tolist()):
        place = bisect_right(tails, time)
        before[k] = at[place - 1] if place else -1
        tails[place : place + 1] = [time]
        at[place : place + 1] = [k]
    chain = []
    k = at[-1]
    while k >= 0:
        chain.append(k)
        k = int(before[k])
    return np.array(chain[::-1], dtype=np.int64)


def _far_from(times: Ints, trusted: Ints, limit: int) -> Bools:
    place = np.searchsorted(trusted, np.arange(len(times)))
    below = times[trusted[np.maximum(place - 1, 0)]]
    above = times[trusted[np.minimum(place, len(trusted) - 1)]]
    off = np.maximum(np.where(place > 0, below - times, 0), 0)
    over = np.maximum(np.where(place < len(trusted), times - above, 0), 0)
    far: Bools = np.maximum(off, over) > limit
    far[trusted] = False
    return far


def _outside(tickets: Tickets, sound: Bools, rules: Rules) -> Bools:
    """Tickets before the mall opens or after it closes, as told or as the log shows.

    The log shows it where the first or the last quarters of an hour have tickets on hardly any
    day. If that would set aside more than 2 in 100, the log is thin and nobody is.
    """
    arrival = tickets.arrival
    if rules.hours is not None:
        return (arrival < rules.hours[0]) | (arrival > rules.hours[1])
    outside = (arrival < 0) | (arrival >= q.DAY)
    rows = np.flatnonzero(sound & ~outside)
    _, day = np.unique(tickets.day[rows], return_inverse=True)
    days = int(day.max()) + 1 if len(rows) else 0
    if days < 5:
        return outside
    seen = np.zeros((days, q.DAY // _SLOT), dtype=bool)
    seen[day, arrival[rows] // _SLOT] = True
    usual = np.flatnonzero(seen.sum(axis=0) > max(1, rules.rare_slot * days))
    if not len(usual):
        return outside
    first, last = usual[0] * _SLOT, (usual[-1] + 1) * _SLOT
    found = sound & ((arrival < first) | (arrival >= last))
    return outside | found if found.sum() <= 0.02 * len(rows) else outside


def _by_day(tickets: Tickets, sound: Bools) -> tuple[Ints, Ints, Ints]:
    """Return the rows, the position of each row's day, and the days."""
    rows = np.flatnonzero(sound)
    days, position = np.unique(tickets.day[rows], return_inverse=True)
    return rows, position, days


def _quiet_days(tickets: Tickets, sound: Bools, rules: Rules) -> Bools:
    """Tickets of holidays, told or seen: days with far fewer tickets than the median day."""
    which = np.isin(tickets.day, np.array(rules.holidays, dtype=np.int64))
    rows, position, days = _by_day(tickets, sound & ~which)
    if len(days) >= 3:
        total = np.bincount(position)
        usual = np.median(total)
        if usual >= 10:
            which[rows[(total < rules.holiday_below * usual)[position]]] = True
    return which


def _half_days(tickets: Tickets, sound: Bools, rules: Rules) -> Bools:
    """Tickets of days of which one half is missing while the other is as usual."""
    which = np.zeros(len(tickets), dtype=bool)
    rows, position, days = _by_day(tickets, sound)
    if len(days) < 3:
        return which
    noon = np.median(tickets.arrival[rows])
    late = tickets.arrival[rows] >= noon
    half = np.stack([np.bincount(position[late == k], minlength=len(days)) for k in (0, 1)])
    weekday = weekday_of(days)
    for k in range(len(days)):
        alike = weekday == weekday[k]
        usual = np.median(half[:, alike] if alike.sum() >= 3 else half, axis=1)
        for one, other in ((0, 1), (1, 0)):
            missing = half[one, k] < rules.half_day_below * usual[one] and usual[one] >= 10
            if missing and half[other, k] >= 0.5 * usual[other]:
                which[rows[position == k]] = True
    return which


# Examples, without identities


def _examples(
    tickets: Tickets, codes: Mapping[str, Ints]
) -> dict[str, tuple[Mapping[str, str], ...]]:
    found: dict[str, tuple[Mapping[str, str], ...]] = {}
    for part in PARTS:
        for code in np.unique(codes[part]):
            reason = REASONS[code]
            if code and reason not in found:
                rows = np.flatnonzero(codes[part] == code)[:_EXAMPLES]
                found[reason] = tuple(_example(tickets, int(k)) for k in rows)
    return found


def _example(tickets: Tickets, k: int) -> dict[str, str]:
    row = {"file": tickets.files[tickets.file[k]], "line": str(tickets.line[k])}
    row["date"] = day_text(int(tickets.day[k])) if tickets.day[k] != ABSENT else ""
    for name in ("arrival", "called", "start", "end"):
        row[name] = clock_text(int(getattr(tickets, name)[k]))
    if tickets.damage[k] and tickets.examples.get(k):
        row["arrival"] = tickets.examples[k]
    return row


def day_text(day: int) -> str:
    """Write days since 1970 as an ISO date."""
    return as_date(day).isoformat()


def clock_text(time: int) -> str:
    """Write µs since midnight as `08:30:05`, other days as `+1 08:30:05`."""
    if time == ABSENT:
        return ""
    days, time = divmod(time, q.DAY)
    seconds = time // q.SECOND
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{days:+d} {text}" if days else text
