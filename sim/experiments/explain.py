"""Why she waited: each microsecond of a wait charged to one cause, by a stated precedence.

At each instant of a wait the first of these that holds is charged:

1. `closed`: nobody works at her line, and no counter of it is on a break
2. `break`: nobody works at her line, and some counter of it is on a break
3. `outage`: a counter of her line is down
4. `absent`: an officer of her line is absent
5. `passed`: a counter of her line calls or serves somebody whose own wait began after hers
   (by priority, booking, order, or a second call of hers)
6. `in_vain`: a counter of her line calls somebody who does not come
7. `ahead`: the counters of her line are busy with those who came before her
8. `free`: a counter of her line is free, but not for her: she stands aside after a missed call,
   it is another's turn, or it serves on after closing for others only

The parts of a wait add up to it exactly. To charge the whole of an instant to one cause is a
convention: the same minute may have several reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan import plan_day
from sim.errors import MallError
from sim.log import STATES, STOP_OUTCOMES, Log
from sim.scenario.model import Scenario
from sim.statistics.tally.columns import wait_begins
from sim.workload import ABSENT

Ints = NDArray[np.int64]
CAUSES = ("closed", "break", "outage", "absent", "passed", "in_vain", "ahead", "free")
CLOSED, BREAK, IDLE, CALLING, SERVING, DOWN, ABSENT_OFFICER, WRAPPING = range(len(STATES))


@dataclass(frozen=True)
class Part:
    """A stretch of a wait with one cause; µs since midnight."""

    begin: int
    end: int
    cause: str


@dataclass(frozen=True)
class Wait:
    """The wait at one stop, and why.

    row : of the stop in the log; visit : the number within the day
    begin, end : µs; it ended with a call unless `called` is false
    parts : in order, without gaps
    """

    row: int
    day: str
    visit: int
    service: str
    begin: int
    end: int
    called: bool
    parts: tuple[Part, ...]

    @property
    def length(self) -> int:
        """The wait, µs."""
        return self.end - self.begin

    @property
    def by_cause(self) -> dict[str, int]:
        """The µs charged to each cause that occurs, in the order of precedence."""
        found = dict.fromkeys(CAUSES, 0)
        for part in self.parts:
            found[part.cause] += part.end - part.begin
        return {cause: time for cause, time in found.items() if time}


class InLine(NamedTuple):
    """How many people wait at a line while one of them stands in it.

    times : µs, from the begin to the end of her wait, at which a number changes
    waiting, ahead : (T,) from each of these on: all who wait, she included; of them those whose
        own wait began before hers
    """

    times: Ints
    waiting: Ints
    ahead: Ints


class _AtLine(NamedTuple):
    """Of a day, the rows of the counters of one line, and the stops that these have called."""

    rows: Ints
    served: Ints


class Explanation:
    """Why people waited in one log."""

    def __init__(self, log: Log, scenario: Scenario) -> None:
        self.log, self.scenario = log, scenario
        stops = log.stop_rows
        self.begins = wait_begins(log, scenario)
        self.ends = np.where(stops.called != ABSENT, stops.called, stops.end)
        self._day = log.visit_rows.day[stops.row]

    def waits(self, agency: str = "") -> Ints:
        """Return the rows of the stops at which somebody waited, the longest wait first.

        Raises MallError for an agency that the scenario does not have.
        """
        if agency and agency not in self.scenario.agencies:
            known = ", ".join(sorted(self.scenario.agencies))
            raise MallError.of("error.no_agency", agency=agency, known=known)
        stops = self.log.stop_rows
        there = (stops.ticket != ABSENT) & (self.ends != ABSENT) & (self.ends > self.begins)
        if agency:
            own = [k for k, s in enumerate(self.log.names.services) if s.startswith(f"{agency}.")]
            there &= np.isin(stops.service, own)
        rows = np.flatnonzero(there)
        return rows[np.argsort(-(self.ends - self.begins)[rows], kind="stable")]

    def of_visit(self, visit: int, day: str = "") -> list[Wait]:
        """Return the waits of a visit by its number within a day, the first day by default.

        Raises MallError where there is no such day or visit.
        """
        days = self.log.names.days
        if day and day not in days:
            raise MallError.of("error.no_day", day=day, first=days[0], last=days[-1])
        number = days.index(day) if day else 0
        visits = self.log.visit_rows
        row = np.flatnonzero((visits.day == number) & (visits.visit == visit))
        if not len(row):
            most = int((visits.day == number).sum())
            raise MallError.of("error.no_visit", day=days[number], most=most, visit=visit)
        of = np.flatnonzero(self.log.stop_rows.row == row[0])
        waited = set(self.waits().tolist())
        return [self.of_stop(int(k)) for k in of if int(k) in waited]

    def of_stop(self, row: int) -> Wait:
        """Return why the wait at a stop lasted as long as it did; row : its place in the log."""
        stops, visits = self.log.stop_rows, self.log.visit_rows
        begin, end = int(self.begins[row]), int(self.ends[row])
        at_line = self._at_line(row)
        edges = sorted({begin, end, *self._changes(at_line, begin, end)})
        parts: list[Part] = []
        for start, stop in pairwise(edges):
            cause = self._cause(row, at_line, start)
            if parts and parts[-1].cause == cause:
                start = parts.pop().begin
            parts.append(Part(start, stop, cause))
        visit = stops.row[row]
        return Wait(
            row=row,
            day=self.log.names.days[visits.day[visit]],
            visit=int(visits.visit[visit]),
            service=self.log.names.services[stops.service[row]],
            begin=begin,
            end=end,
            called=bool(stops.called[row] != ABSENT),
            parts=tuple(parts),
        )

    def in_line(self, row: int) -> InLine:
        """Return who else waits, during the wait of a row, for the counters that serve her line."""
        stops, visits = self.log.stop_rows, self.log.visit_rows
        begin, end = int(self.begins[row]), int(self.ends[row])
        same = (self._day == self._day[row]) & (stops.ticket != ABSENT) & (self.ends != ABSENT)
        there = np.flatnonzero(same & (self.begins < end) & (self.ends > begin))
        kinds = np.stack((stops.service[there], visits.visitor_class[stops.row[there]]), axis=1)
        mine = set(self._givers(int(self._day[row]), row))
        for kind in np.unique(kinds, axis=0):
            of_kind = (kinds == kind).all(axis=1)
            one = int(there[of_kind][0])
            if not mine & set(self._givers(int(self._day[row]), one)):
                kinds[of_kind] = -1
        there = there[kinds[:, 0] >= 0]
        begins, ends = self.begins[there], self.ends[there]
        times = np.unique(np.concatenate(([begin], begins, ends)))
        times = times[(times >= begin) & (times < end)]
        waits = (begins[:, None] <= times) & (times < ends[:, None])
        before = begins < begin
        return InLine(times, waits.sum(axis=0), waits[before].sum(axis=0))

    def _at_line(self, row: int) -> _AtLine:
        """Return what is known of the counters that serve the line of a stop, on its day."""
        day = int(self._day[row])
        givers = self._givers(day, row)
        rows, served = self._of_day[day], self._served[day]
        return _AtLine(
            rows[np.isin(self.log.counter_rows.counter[rows], givers)],
            served[np.isin(self.log.stop_rows.counter[served], givers)],
        )

    def _changes(self, at_line: _AtLine, begin: int, end: int) -> list[int]:
        """Return the instants within a wait at which something changes at a counter of its line."""
        rows, stops = self.log.counter_rows, self.log.stop_rows
        here, served = at_line.rows, at_line.served
        times = np.concatenate(
            (rows.begin[here], rows.end[here], stops.called[served], stops.end[served])
        )
        return np.unique(times[(times > begin) & (times < end)]).tolist()  # type: ignore[no-any-return]

    def _givers(self, day: int, row: int) -> list[int]:
        """Return the counters that serve her service for her class, booked or not."""
        log, plan = self.log, plan_day(self.scenario, self.scenario.days[day])
        lines = plan.services[log.stop_rows.service[row]].lines
        of_class = lines[log.visit_rows.visitor_class[log.stop_rows.row[row]]]
        return sorted({counter for line in of_class for counter in plan.givers[line]})

    @cached_property
    def _of_day(self) -> list[Ints]:
        """The counter rows of each day."""
        rows = self.log.counter_rows
        return [np.flatnonzero(rows.day == day) for day in range(len(self.log.names.days))]

    @cached_property
    def _served(self) -> list[Ints]:
        """The stops of each day that were called."""
        stops = self.log.stop_rows
        called = stops.called != ABSENT
        return [np.flatnonzero(called & (self._day == d)) for d in range(len(self.log.names.days))]

    def _cause(self, row: int, at_line: _AtLine, at: int) -> str:
        """Return what is charged at an instant."""
        rows, there = self.log.counter_rows, at_line.rows
        now = there[(rows.begin[there] <= at) & (at < rows.end[there])]
        state = {int(rows.counter[k]): int(rows.state[k]) for k in now}
        states = set(state.values())
        if not states & {IDLE, CALLING, SERVING, DOWN, WRAPPING}:
            if ABSENT_OFFICER in states and BREAK not in states:
                return "absent"
            return "break" if BREAK in states else "closed"
        if DOWN in states:
            return "outage"
        if ABSENT_OFFICER in states:
            return "absent"
        busy = [counter for counter, of in state.items() if of in (CALLING, SERVING, WRAPPING)]
        with_whom = [self._whom(at_line, counter, at) for counter in busy]
        if any(w is not None and self.begins[w] > self.begins[row] for w in with_whom):
            return "passed"
        if None in with_whom:
            return "in_vain"
        return "ahead" if IDLE not in states else "free"

    def _whom(self, at_line: _AtLine, counter: int, at: int) -> int | None:
        """Return the stop that a counter serves at an instant, None if it calls in vain."""
        stops, here = self.log.stop_rows, at_line.served
        there = (stops.counter[here] == counter) & (stops.called[here] <= at)
        there &= (stops.end[here] == ABSENT) | (at < stops.end[here])
        found = here[there]
        if not len(found) or stops.outcome[found[-1]] == STOP_OUTCOMES.index("missed"):
            return None
        return int(found[-1])
