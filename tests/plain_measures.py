"""What is measured, by columns of NumPy over the rows of one log: the definitions, read plainly.

An oracle for the kernels of `sim.statistics.tally`, which come to the same numbers in one pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.log import REASONS, STATES, STOP_OUTCOMES, VISIT_OUTCOMES, Log
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.statistics.layout import blocks_of
from sim.statistics.measure import QUANTILES
from sim.statistics.office_work import work_of_day
from sim.statistics.slices import Slices
from sim.statistics.tally.columns import wait_begins
from sim.workload import ABSENT

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Result = tuple[Floats, Floats]
Computed = dict[str, Result]
Stretches = tuple[Ints, Ints, Ints, Ints]
"""Of each stretch of time its entity, day, beginning and end (µs)."""


def plainly_measured(log: Log, scenario: Scenario, only: Mask | None = None) -> Result:
    """Return total and n of every measure, in the order of `measures_of`."""
    rows, found = Rows(log, scenario, only), []
    for of in blocks_of(scenario):
        block = Block(of.scope, of.names, of.slices, of.what)
        computed = _COMPUTE[of.noun](rows, block)
        found += [computed[what] for what in of.what]
    total, n = (np.concatenate(column) for column in zip(*found, strict=True))
    return total, n


@dataclass(frozen=True, eq=False)
class Block:
    """Some measures over all entities of a scope and all slices of a kind."""

    scope: str
    names: tuple[str, ...]
    slices: Slices
    what: tuple[str, ...]

    @property
    def cells(self) -> int:
        return len(self.names) * len(self.slices)

    def codes(self, entity: Ints, day: Ints, time: Ints) -> Ints:
        """Return the cell of each row: what it belongs to, and when (µs) it happened."""
        return entity * len(self.slices) + self.slices.of(day, time)

    @property
    def days(self) -> Floats:
        return np.tile(self.slices.days, len(self.names))


class Rows:
    """A log, and of it what several measures need.

    doors : when they open, by day
    chosen : (V,) the visits asked for; visit : of them those due after the warm-up
    stop : (S,) the stops of `visit`; ticketed, called : of them those with a ticket, a call
    promised : tickets with a promise; in_time : called within it; needed : the share promised
    wait, in_line : (S,) minutes, 0 where there was none
    """

    def __init__(self, log: Log, scenario: Scenario, only: Mask | None = None) -> None:
        self.log, self.scenario = log, scenario
        visits, stops = log.visit_rows, log.stop_rows
        self.chosen = np.ones(len(visits), dtype=np.bool_) if only is None else only
        warm_up = np.array([day.warm_up for day in scenario.days])
        self.doors = np.array([day.doors for day in scenario.days])
        self.visit: Mask = self.chosen & (visits.due >= warm_up[visits.day])
        self.stop: Mask = self.visit[stops.row]
        self.stop_day = visits.day[stops.row]
        self.ticketed: Mask = self.stop & (stops.ticket != ABSENT) & ~_kept(log)
        self.called: Mask = self.ticketed & (stops.called != ABSENT)
        self.since = wait_begins(log, scenario)
        waited = np.where(self.called, (stops.called - self.since) / q.MINUTE, 0.0)
        self.wait = np.maximum(waited, 0.0)
        left_line = np.where(self.called, stops.called, stops.end)
        stood = np.where(self.ticketed, (left_line - self.since) / q.MINUTE, 0.0)
        self.in_line = np.maximum(stood, 0.0)
        promises = [scenario.promise_of(name) for name in log.names.services]
        limit = np.array([p.wait / q.MINUTE if p else np.inf for p in promises])
        self.promised: Mask = self.ticketed & np.isfinite(limit)[stops.service]
        self.in_time: Mask = self.called & (self.wait <= limit[stops.service])
        self.needed = np.array([p.for_ if p else 0.0 for p in promises])[stops.service]

    def stops_that(self, outcome: str) -> Mask:
        """Return which stops had an outcome."""
        found: Mask = self.log.stop_rows.outcome == STOP_OUTCOMES.index(outcome)
        return found

    def visits_that(self, outcome: str) -> Mask:
        """Return which visits had an outcome."""
        found: Mask = self.log.visit_rows.outcome == VISIT_OUTCOMES.index(outcome)
        return found

    @cached_property
    def from_home(self) -> Mask:
        """The visits that took a number before they came."""
        stops, entered = self.log.stop_rows, self.log.visit_rows.entered
        before = (stops.ticket != ABSENT) & (stops.ticket < entered[stops.row])
        found: Mask = np.bincount(stops.row, before, len(entered)) > 0
        return found

    @cached_property
    def by_wait(self) -> Ints:
        """The rows that were called, from the shortest wait to the longest."""
        called = np.flatnonzero(self.called)
        return called[np.argsort(self.wait[called])]

    @cached_property
    def agency_of_service(self) -> Ints:
        """The agency of each service, by position."""
        agencies = sorted(self.scenario.agencies)
        of = [agencies.index(s.partition(".")[0]) for s in self.log.names.services]
        return np.array(of, dtype=np.int64)

    def entity_of_stop(self, scope: str) -> Ints:
        """Return the entity of each stop in a scope, by position."""
        stops = self.log.stop_rows
        if scope == "visitor_class":
            return self.log.visit_rows.visitor_class[stops.row]
        of = {"mall": np.zeros_like(stops.service), "service": stops.service}
        return of[scope] if scope in of else self.agency_of_service[stops.service]

    def entity_of_visit(self, scope: str) -> Ints:
        """Return the entity of each visit in a scope, by position."""
        visits = self.log.visit_rows
        if scope == "mall":
            return np.zeros_like(visits.journey)
        return visits.journey if scope == "journey" else visits.visitor_class


def _kept(log: Log) -> Mask:
    """Return which rows have the ticket of the row before: who came back with hers.

    Her ticket counts once, and so does its wait: the one until she was first called.
    """
    stops = log.stop_rows
    kept = np.zeros(len(stops), dtype=np.bool_)
    kept[1:] = (stops.ticket[1:] != ABSENT) & (stops.number[1:] == stops.number[:-1])
    for same in (stops.row, stops.stop):
        kept[1:] &= same[1:] == same[:-1]
    return kept


class _Counting:
    """Sums over rows by cell, kept under the name of the measure if the block wants it."""

    def __init__(self, block: Block, codes: Ints) -> None:
        self.block, self.codes = block, codes
        self.found: Computed = {}
        self._days = block.days

    def sums(self, rows: Mask, value: NDArray[Any] | None = None) -> Floats:
        weights = None if value is None else value[rows].astype(np.float64)
        found = np.bincount(self.codes[rows], weights, self.block.cells)
        return found.astype(np.float64)

    def ratio(self, name: str, value: NDArray[Any], rows: Mask) -> None:
        """Note the sum of a value over rows, beside their number."""
        if name in self.block.what:
            self.found[name] = self.sums(rows, value), self.sums(rows)

    def count(self, name: str, rows: Mask, reason: Ints | None = None) -> None:
        """Note the number of rows, beside the days; with reasons, for each wanted one too."""
        if name in self.block.what:
            self.found[name] = self.sums(rows), self._days
        for wanted in self.block.what if reason is not None else ():
            of, _, why = wanted.partition(".")
            if of == name and why:
                self.found[wanted] = self.sums(rows & (reason == REASONS.index(why))), self._days


def of_stops(rows: Rows, block: Block) -> Computed:
    """Measure what happened at stops."""
    stops = rows.log.stop_rows
    time = np.where(stops.ticket == ABSENT, 0, stops.ticket)
    codes = block.codes(rows.entity_of_stop(block.scope), rows.stop_day, time)
    cells = _Counting(block, codes)
    reneged, away = rows.stops_that("reneged"), rows.stops_that("turned_away")
    cells.count("tickets", rows.ticketed)
    cells.ratio("wait.mean", rows.wait, rows.called)
    cells.ratio("called_in_time", rows.in_time, rows.promised)
    cells.ratio("promise_margin", rows.in_time - rows.needed, rows.promised)
    cells.count("gave_up", rows.ticketed & reneged)
    cells.ratio("left", reneged, rows.ticketed)
    cells.count("turned_away", rows.stop & away, stops.reason)
    cells.ratio("refused", away, rows.stop & (rows.ticketed | away))
    for outcome in ("balked", "missed", "sent_home", "incomplete"):
        cells.count(outcome, rows.stop & rows.stops_that(outcome))
    cells.ratio("waited", rows.wait > 0, rows.called)
    cells.ratio("in_line.mean", rows.in_line, rows.called | (rows.ticketed & reneged))
    return cells.found | _quantiles(rows, block, codes)


def _quantiles(rows: Rows, block: Block, codes: Ints) -> Computed:
    """Return exact quantiles: the smallest wait that a share of at least p does not exceed."""
    wanted = [name for name in block.what if name in QUANTILES or name == "wait.max"]
    found = {name: (np.zeros(block.cells), np.zeros(block.cells)) for name in wanted}
    for cell in range(block.cells) if wanted else ():
        wait = np.sort(rows.wait[rows.called & (codes == cell)])
        for name in wanted if len(wait) else ():
            place = max(int(np.ceil(QUANTILES.get(name, 1.0) * len(wait) - 1e-9)), 1)
            found[name][0][cell], found[name][1][cell] = wait[place - 1], len(wait)
    return found


def of_visits(rows: Rows, block: Block) -> Computed:
    """Measure whole visits, by when they were due."""
    visits, row = rows.log.visit_rows, rows.log.stop_rows.row
    entity = rows.entity_of_visit(block.scope)
    cells = _Counting(block, block.codes(entity, visits.day, visits.due))
    outcomes = ("no_show", "cancelled", "moved", "completed", "left", "refused", "sent_home")
    became = {name: rows.visits_that(name) for name in outcomes}
    came = rows.visit & ~(became["no_show"] | became["cancelled"] | became["moved"])
    done = rows.visit & became["completed"]
    cells.count("visits", came)
    if "people" in block.what:
        cells.found["people"] = cells.sums(came, visits.people), block.days
    outside = visits.entered - np.maximum(visits.due, rows.doors[visits.day])
    outside = np.where(rows.from_home, 0, outside)  # she was at home
    cells.ratio("outside.mean", outside / q.MINUTE, came & (visits.entered != ABSENT))
    for name in ("no_show", "cancelled", "moved", "completed"):
        cells.count(name, rows.visit & became[name])
    lacks = visits.reason == REASONS.index("incomplete")
    cells.count("sent_home", rows.visit & became["sent_home"] & ~lacks)
    cells.count("incomplete", rows.visit & became["sent_home"] & lacks)
    cells.count("gave_up", rows.visit & became["left"])
    cells.count("turned_away", rows.visit & became["refused"], visits.reason)
    ended = came & ~rows.visits_that("in_progress")
    broken = np.bincount(row, rows.promised & ~rows.in_time, len(visits)) > 0
    cells.ratio("left", became["left"], ended)
    cells.ratio("refused", became["refused"], ended)
    cells.ratio("fulfilled", done & ~broken, ended)
    again = visits.attempt > 1
    cells.count("returned", came & again)
    cells.ratio("several_days", again, done)
    waited = np.bincount(row, rows.wait, len(visits))
    stay = np.where(done, (visits.left - visits.entered) / q.MINUTE, 0.0)
    cells.ratio("wait_in_visit.mean", waited, done)
    cells.ratio("time_in_mall.mean", stay, done)
    return cells.found


_STAFFED = ("serving", "wrapping", "idle", "calling", "down")
"""What a counter does while its officer is there, or its machine switched on."""


def of_lines(rows: Rows, block: Block) -> Computed:
    """Measure how many people wait for a call: from when their wait begins."""
    stops = rows.log.stop_rows
    there = rows.chosen[rows.log.stop_rows.row] & (stops.ticket != ABSENT)
    end = np.where(stops.called != ABSENT, stops.called, stops.end)
    end = np.where(end == ABSENT, _horizon(rows), end)  # still waiting when the run ended
    entity = rows.entity_of_stop(block.scope)
    stretches = entity[there], rows.stop_day[there], rows.since[there], end[there]
    return _occupancy(rows, block, "line", stretches)


def of_hall(rows: Rows, block: Block) -> Computed:
    """Measure how many people are between door and exit, and how many of them find no seat."""
    if "overtime" in block.what:
        return of_overtime(rows, block)
    found = _occupancy(rows, block, "in_hall", _inside(rows, rows.chosen))
    if "standing.mean" in block.what:
        found["standing.mean"] = _time_within(block, _standing(rows)), _time_of(block)
    return found


def _standing(rows: Rows) -> Stretches:
    """Return a stretch for each who stands between two changes of the people inside.

    Everybody counts: whom the measures are about has no seat of her own.
    """
    _, day, begin, end = _inside(rows, np.ones_like(rows.chosen))
    day, time = np.tile(day, 2), np.concatenate((begin, end))
    order = np.lexsort((time, day))
    day, time = day[order], time[order]
    inside = np.cumsum(np.repeat((1, -1), len(begin))[order])[:-1]
    standing = np.maximum(inside - (rows.scenario.hall.seats or 0), 0)
    day, begin, end = (np.repeat(of, standing) for of in (day[:-1], time[:-1], time[1:]))
    return np.zeros_like(day), day, begin, end


def _occupancy(rows: Rows, block: Block, what: str, stretches: Stretches) -> Computed:
    found: Computed = {}
    if f"{what}.mean" in block.what:
        found[f"{what}.mean"] = _time_within(block, stretches), _time_of(block)
    if f"{what}.max" in block.what:
        found[f"{what}.max"] = _most(rows, block, stretches)
    return found


def of_overtime(rows: Rows, block: Block) -> Computed:
    """Measure how long after closing the last one left."""
    _, day, _, end = _inside(rows, rows.chosen)
    closes = np.array([d.closes for d in rows.scenario.days])
    last = closes.copy()
    np.maximum.at(last, day, end)
    late = (last - closes) / q.MINUTE
    total = np.bincount(block.slices.of_day, late, block.cells).astype(np.float64)
    return {"overtime": (total, block.days)}


def of_counters(rows: Rows, block: Block) -> Computed:
    """Measure what counters do; utilisation takes overtime in, averages over time do not."""
    table = rows.log.counter_rows
    agencies = sorted(rows.scenario.agencies)
    of = np.array([agencies.index(a) for a, _ in rows.log.names.counters], dtype=np.int64)
    state = {name: table.state == STATES.index(name) for name in _STAFFED}
    staffed = np.any(list(state.values()), axis=0)

    def stretches(which: Mask) -> Stretches:
        counter = table.counter[which]
        return of[counter], table.day[which], table.begin[which], table.end[which]

    def minutes(which: Mask) -> Floats:
        return _time_within(block, stretches(which), overtime=True)

    in_all, busy = minutes(staffed), state["serving"] | state["wrapping"]
    return {
        "utilisation": (minutes(busy), in_all),
        "lost_to_calls": (minutes(state["calling"]), in_all),
        "busy.mean": (_time_within(block, stretches(busy)), _time_of(block)),
        "staffed.mean": (_time_within(block, stretches(staffed)), _time_of(block)),
        "lost_to_outages": (minutes(state["down"]), in_all),
    }


def _inside(rows: Rows, of: Mask) -> Stretches:
    """Return from when to when each of these citizens is in the hall, and each who is with her."""
    visits = rows.log.visit_rows
    there = np.repeat(np.arange(len(visits)), visits.people * (of & (visits.entered != ABSENT)))
    left = np.where(visits.left == ABSENT, _horizon(rows), visits.left)
    return np.zeros_like(there), visits.day[there], visits.entered[there], left[there]


def _horizon(rows: Rows) -> int:
    return max(day.ends for day in rows.scenario.days)


def _time_of(block: Block) -> Floats:
    """Return the minutes that each cell lasts."""
    return np.tile(block.slices.minutes, len(block.names))


def _time_within(block: Block, stretches: Stretches, overtime: bool = False) -> Floats:
    """Return the minutes that stretches of time spend in each cell.

    With `overtime` a cell is a part of the clock, and the day's last one includes what comes
    later; without, it ends when the mall closes that day.
    """
    entity, day, begin, end = stretches
    slices = block.slices
    place = entity * len(slices) + slices.of_day[day] * slices.parts
    total = np.zeros(block.cells)
    if overtime:
        day, from_, to = np.zeros_like(day), slices.clock_begin[None], slices.clock_end[None]
    else:
        from_, to = slices.begin, slices.end
    for part in range(slices.parts):
        lasts = np.minimum(end, to[day, part]) - np.maximum(begin, from_[day, part])
        np.add.at(total, place + part, np.maximum(lasts, 0) / q.MINUTE)
    return total


def _most(rows: Rows, block: Block, stretches: Stretches) -> Result:
    """Return the most that were there at once on a day of each cell, after the warm-up.

    Who leaves as another comes was not there with her.
    """
    entity, day, begin, end = stretches
    begin = np.maximum(begin, np.array([d.warm_up for d in rows.scenario.days])[day])
    there = end > begin
    cell = (entity * len(block.slices) + block.slices.of_day[day])[there]
    group = (entity * len(rows.scenario.days) + day)[there]
    group, cell = np.tile(group, 2), np.tile(cell, 2)
    time = np.concatenate((begin[there], end[there]))
    step = np.repeat((1, -1), int(there.sum()))
    # by group, then time, then who leaves before who comes
    order = np.lexsort((step, time, group))
    # each group's steps add up to 0, so one running sum serves them all
    most = np.zeros(block.cells)
    np.maximum.at(most, cell[order], np.cumsum(step[order]).astype(np.float64))
    return most, block.days


def of_office_work(rows: Rows, block: Block) -> Computed:
    """Measure the work of each agency of the block; what is not done at the day's end is cut."""
    left, after = (np.zeros(block.cells) for _ in range(2))
    for entity, agency in enumerate(block.names):
        changes = np.concatenate((_brought(rows, agency), _officers(rows, agency)))
        for number, day in enumerate(rows.scenario.days):
            here = changes[changes[:, 0] == number, 1:]
            found = work_of_day(here, day.closes, day.ends)
            cell = entity * len(block.slices) + block.slices.of_day[number]
            left[cell] += found[0] / q.MINUTE
            after[cell] += found[1] / q.MINUTE
    return {"work_left": (left, block.days), "work_done_after": (after, block.days)}


def _brought(rows: Rows, agency: str) -> Ints:
    """Return (day, time, work, 0) of each service that left an agency work."""
    stops, services = rows.log.stop_rows, rows.log.names.services
    own = [rows.scenario.service(s).back_office for s in services]
    of = [s.partition(".")[0] == agency for s in services]
    each = np.array(own, dtype=np.int64) * np.array(of)
    k = np.flatnonzero(rows.stops_that("served") & (each[stops.service] > 0))
    work = each[stops.service[k]]
    day = rows.stop_day[k]
    return np.stack((day, stops.end[k], work, np.zeros_like(work)), axis=1)


def _officers(rows: Rows, agency: str) -> Ints:
    """Return (day as above, time, 0, +1 or -1) of each officer who begins or ends to work on it."""
    table, days = rows.log.counter_rows, len(rows.scenario.days)
    of_day = table.day
    counters = rows.log.names.counters
    own = np.isin(table.counter, [k for k, (of, _) in enumerate(counters) if of == agency])
    k = np.flatnonzero(own & (table.state == STATES.index("idle")))
    there = np.flatnonzero(own & (table.state != STATES.index("absent")))
    # the end of each counter's last row, by counter and day: then it has left
    gone = np.full(len(counters) * days, -1, dtype=np.int64)
    np.maximum.at(gone, table.counter[there] * days + of_day[there], table.end[there])
    left = np.flatnonzero(gone >= 0)
    day = np.concatenate((of_day[k], of_day[k], left % days))
    time = np.concatenate((table.begin[k], table.end[k], gone[left]))
    step = np.repeat((1, -1, 1), (len(k), len(k), len(left)))
    return np.stack((day, time, np.zeros_like(time), step), axis=1)


_COMPUTE: dict[str, Callable[[Rows, Block], Computed]] = {
    "stops": of_stops, "visits": of_visits, "lines": of_lines, "hall": of_hall,
    "counters": of_counters, "office_work": of_office_work,
}  # fmt: skip
