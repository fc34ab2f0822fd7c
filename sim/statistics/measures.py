"""What is measured in one log: sums and counts, so that replications can be pooled exactly.

Definitions (times in minutes):

wait : from ticket (a booked citizen: from the later of ticket and booked time) to call
called in time : called within the promise of the service, of all who took a ticket there; who
    left the line or was sent home was not called in time
left : gave up waiting, of all who took a ticket
refused : no ticket given, of all who reached the door or the agency
wait in visit : the waits of a completed visit, added up
visits : who comes to the door; no-shows, cancelled and moved bookings are counted apart
fulfilled : a visit completed with every wait within its promise, of all visits
lost to calls : time from call to start and calls in vain, of the time that counters were staffed
utilisation : time serving, of the time that counters were staffed (overtime included)
line, in hall : people waiting for a call, people between door and exit, averaged over time

A measure that nobody experienced has n = 0; its value is absent, never 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.log import STATES, STOP_OUTCOMES, VISIT_OUTCOMES, Log
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.scenario.weekdays import WEEKDAYS
from sim.workload import ABSENT

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

QUANTILES = {"wait.median": 0.5, "wait.p90": 0.9, "wait.p95": 0.95}
UNITS = {
    "tickets": "per day", "called": "per day", "visits": "per day", "completed": "per day",
    "no_show": "per day", "cancelled": "per day", "moved": "per day",
    "gave_up": "per day", "turned_away": "per day", "sent_home": "per day",
    "wait.mean": "min", "wait.median": "min", "wait.p90": "min", "wait.p95": "min",
    "wait.max": "min", "wait_in_visit.mean": "min", "in_line.mean": "min",
    "time_in_mall.mean": "min",
    "overtime": "min",
    "line.mean": "people", "line.max": "people", "in_hall.mean": "people",
    "in_hall.max": "people", "busy.mean": "counters", "staffed.mean": "counters",
}  # fmt: skip
"""Units by measure; what is not named here is a share of 1."""
SHARES_OF_PEOPLE = ("called_in_time", "fulfilled", "left", "refused", "waited")
"""Shares that count people, so that "never" and "always" have a bound of their own."""


@dataclass(frozen=True)
class Measure:
    """What one number is about.

    scope : mall, agency, service, journey or visitor_class; name says which ("" for the mall)
    interval : the hour in which it began, such as "08:00", or "" for all
    weekday : such as "mon", or "" for all; of the mall among dates also one date, "2025-03-03"
    kind : ratio (pooled as sum / sum), count (a ratio to days), quantile or maximum (averaged
        over replications)
    """

    scope: str
    name: str
    interval: str
    weekday: str
    measure: str
    kind: str

    @property
    def unit(self) -> str:
        """The unit of its value."""
        return UNITS.get(self.measure, "share")


@dataclass(frozen=True, eq=False)
class Measures:
    """The measures of one replication: value = total / n, for quantiles and maxima total.

    total, n : (M,) float64, in the order of `measures`
    """

    replication: int
    measures: tuple[Measure, ...]
    total: Floats
    n: Floats

    @property
    def value(self) -> Floats:
        """The value of each measure, NaN where nobody experienced it; (M,) float64."""
        return values(self.measures, self.total, self.n)


def values(measures: tuple[Measure, ...], total: Floats, n: Floats) -> Floats:
    """Return total / n, or total where it is a quantile or a maximum; NaN where n is 0."""
    divide = np.array([m.kind in ("ratio", "count") for m in measures])
    with np.errstate(divide="ignore", invalid="ignore"):
        value: Floats = np.where(divide, total / n, total)
    value[n == 0] = np.nan
    return value


def measure(log: Log, scenario: Scenario, only: Mask | None = None) -> Measures:
    """Measure a log.

    only : (V,) bool, the visits that count (all if None); counters always count
    """
    table = _Table(log, scenario, only)
    blocks = [block.of(table) for block in layout(scenario)]
    return Measures(
        replication=log.replication,
        measures=measures_of(scenario),
        total=np.concatenate([total for total, _ in blocks]),
        n=np.concatenate([n for _, n in blocks]),
    )


@lru_cache(maxsize=16)
def measures_of(scenario: Scenario) -> tuple[Measure, ...]:
    """Return what is measured in a scenario, in a fixed order."""
    return tuple(m for block in layout(scenario) for m in block.measures())


# Slices of a day, and the entities of a scope


@dataclass(frozen=True)
class _Slices:
    """A way to cut the rows: all together, by weekday, by hour, by both, or by date.

    labels : (interval, weekday or date) of each slice
    """

    kind: str
    labels: tuple[tuple[str, str], ...]


def hours_of(scenario: Scenario) -> range:
    """The hours of the clock by which results are cut; the last one includes what comes later."""
    days = scenario.days
    if days[0].continuous:
        return range(0)
    first = min(day.doors for day in days) // q.HOUR
    return range(first, max(-(-day.closes // q.HOUR) for day in days))


def weekdays_of(scenario: Scenario) -> tuple[str, ...]:
    """The weekdays on which the mall is open, in the week's order; none of a continuous run."""
    here = {day.weekday for day in scenario.days}
    return tuple(day for day in WEEKDAYS if day in here)


def _slices(scenario: Scenario) -> dict[str, _Slices]:
    hours = [f"{hour:02d}:00" for hour in hours_of(scenario)]
    weekdays = weekdays_of(scenario)
    cuts = {
        "all": [("", "")],
        "weekday": [("", day) for day in weekdays],
        "hour": [(hour, "") for hour in hours],
        "both": [(hour, day) for day in weekdays for hour in hours],
        "date": [("", day.label) for day in scenario.days if day.date],
    }
    return {kind: _Slices(kind, tuple(labels)) for kind, labels in cuts.items()}


def _entities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    return {
        "mall": ("",),
        "agency": tuple(sorted(scenario.agencies)),
        "service": scenario.services,
        "journey": tuple(sorted(scenario.journeys)),
        "visitor_class": tuple(scenario.class_shares),
    }


Result = tuple[Floats, Floats]


@dataclass(frozen=True)
class _Block:
    """Some measures over all entities of a scope and all slices of a kind."""

    scope: str
    names: tuple[str, ...]
    slices: _Slices
    what: tuple[str, ...]
    kind: Callable[[str], str]
    compute: Callable[[_Table, _Block], list[Result]]

    def measures(self) -> Iterator[Measure]:
        for what in self.what:
            for name in self.names:
                for interval, weekday in self.slices.labels:
                    yield Measure(self.scope, name, interval, weekday, what, self.kind(what))

    @property
    def cells(self) -> int:
        return len(self.names) * len(self.slices.labels)

    def of(self, table: _Table) -> Result:
        parts = self.compute(table, self)
        return np.concatenate([t for t, _ in parts]), np.concatenate([n for _, n in parts])


_AT_STOP = (
    "tickets", "wait.mean", "called_in_time", "promise_margin", "gave_up", "left", "turned_away",
    "refused", "sent_home", "waited", "in_line.mean", "wait.median", "wait.p90", "wait.p95",
    "wait.max",
)  # fmt: skip
_AT_HOUR = ("tickets", "wait.mean", "called_in_time", "left")
_OF_VISIT = (
    "visits", "no_show", "cancelled", "moved", "completed", "gave_up", "turned_away", "sent_home",
    "fulfilled", "left", "refused",
    "wait_in_visit.mean", "time_in_mall.mean",
)  # fmt: skip
_MAXIMA = ("wait.max", "line.max", "in_hall.max")
_COUNTS = (
    "tickets",
    "visits",
    "no_show",
    "cancelled",
    "moved",
    "completed",
    "gave_up",
    "turned_away",
    "sent_home",
    "overtime",
)


def _kind(what: str) -> str:
    if what in QUANTILES:
        return "quantile"
    if what in _MAXIMA:
        return "maximum"
    return "count" if what in _COUNTS else "ratio"


def layout(scenario: Scenario) -> list[_Block]:
    """Return the blocks of measures of a scenario, in a fixed order."""
    entities, slices = _entities(scenario), _slices(scenario)
    blocks: list[_Block] = []

    def add(scope: str, kinds: str, what: tuple[str, ...], compute: Callable[..., object]) -> None:
        for kind in kinds.split():
            if slices[kind].labels:
                blocks.append(
                    _Block(scope, entities[scope], slices[kind], what, _kind, compute)  # type: ignore[arg-type]
                )

    for scope in ("mall", "agency", "service", "visitor_class"):
        add(scope, "all weekday", _only(_AT_STOP, scope), _stop_block)
        add(scope, "hour", _only(_AT_HOUR, scope), _stop_block)
    for scope in ("mall", "agency"):
        add(scope, "both", _only(_AT_HOUR, scope), _stop_block)
    for scope in ("mall", "journey", "visitor_class"):
        add(scope, "all weekday", _OF_VISIT, _visit_block)
    for scope in ("mall", "agency"):
        add(scope, "all weekday hour both", ("line.mean",), _line_block)
    at_counter = ("utilisation", "lost_to_calls", "busy.mean", "staffed.mean")
    add("agency", "all weekday hour", at_counter, _counter_block)
    add("mall", "all weekday hour both", ("in_hall.mean",), _hall_block)
    add("mall", "all weekday", ("in_hall.max", "overtime"), _day_block)
    add("mall", "date", ("called_in_time",), _stop_block)
    add("mall", "date", ("visits", "fulfilled"), _visit_block)
    add("mall", "date", ("in_hall.max",), _day_block)
    return blocks


def _only(what: tuple[str, ...], scope: str) -> tuple[str, ...]:
    """Leave out of the tickets' measures those names that the visits of a scope give."""
    if scope in ("mall", "visitor_class"):
        return tuple(name for name in what if name not in _OF_VISIT)
    return what


@dataclass
class _Table:
    """A log with what is derived from it once."""

    log: Log
    scenario: Scenario
    only: Mask | None
    _codes: dict[tuple[str, str, str], Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        log, days = self.log, self.scenario.days
        visits, stops = log.visit_rows, log.stop_rows
        keep = visits.due >= np.array([day.warm_up for day in days])[visits.day]
        if self.only is not None:
            keep = keep & self.only
        self.visit = keep
        self.stop = keep[stops.row]
        self.stop_day = visits.day[stops.row]
        self.ticketed = self.stop & (stops.ticket != ABSENT)
        self.called = self.ticketed & (stops.called != ABSENT)
        since = wait_begins(log, self.scenario)
        self.wait = np.where(self.called, (stops.called - since) / q.MINUTE, 0.0)
        self.wait = np.maximum(self.wait, 0.0)
        left_line = np.where(self.called, stops.called, stops.end)
        in_line = np.where(self.ticketed, (left_line - since) / q.MINUTE, 0.0)
        self.in_line = np.maximum(in_line, 0.0)
        services = log.names.services
        promises = [self.scenario.promise_of(name) for name in services]
        limit = np.array([p.wait / q.MINUTE if p else np.inf for p in promises])
        needed = np.array([p.for_ if p else 0.0 for p in promises])
        self.promised = self.ticketed & np.isfinite(limit)[stops.service]
        self.in_time = self.called & (self.wait <= limit[stops.service])
        self.needed = needed[stops.service]

    def days_per_slice(self, slices: _Slices) -> Floats:
        """Return how many days each slice of one entity covers."""
        days = self.scenario.days
        if days[0].continuous:
            return np.full(len(slices.labels), (days[0].closes - days[0].warm_up) / q.DAY)
        number = Counter(d.weekday for d in days) | Counter(d.label for d in days if d.date)
        number[""] = len(days)
        return np.array([number[day] for _, day in slices.labels], dtype=np.float64)

    def slice_code(self, kind: str, day: Ints, time: Ints) -> Ints:
        """Return the slice of each row, by its day and time."""
        if kind == "all":
            return np.zeros(len(day), dtype=np.int64)
        if kind == "date":
            return day
        weekdays = weekdays_of(self.scenario) or ("",)
        weekday = np.array([weekdays.index(d.weekday) for d in self.scenario.days])[day]
        if kind == "weekday":
            return weekday
        hours = hours_of(self.scenario)
        hour = np.clip(time // q.HOUR, hours.start, hours.stop - 1) - hours.start
        return hour if kind == "hour" else weekday * len(hours) + hour

    def stop_entity(self, scope: str) -> Ints:
        """Return the entity of each stop row in a scope."""
        stops = self.log.stop_rows
        if scope == "mall":
            return np.zeros(len(stops), dtype=np.int64)
        if scope == "service":
            return stops.service
        if scope == "visitor_class":
            return self.log.visit_rows.visitor_class[stops.row]
        agencies = sorted(self.scenario.agencies)
        of = [agencies.index(s.partition(".")[0]) for s in self.log.names.services]
        return np.array(of, dtype=np.int64)[stops.service]

    def stop_codes(self, block: _Block) -> Ints:
        """Return the cell of each stop row in a block."""
        key = ("stop", block.scope, block.slices.kind)
        if key not in self._codes:
            stops = self.log.stop_rows
            time = np.where(stops.ticket == ABSENT, 0, stops.ticket)
            part = self.slice_code(block.slices.kind, self.stop_day, time)
            self._codes[key] = self.stop_entity(block.scope) * len(block.slices.labels) + part
        return self._codes[key]


def wait_begins(log: Log, scenario: Scenario) -> Ints:
    """Return when the wait at each stop begins, in µs: at its ticket, or booked time if later.

    The booked time is that of the stop which the journey books. Where no journey of the scenario
    has bookings, a booked time in the log was given by hand and holds at all stops of the visit.
    """
    visits, stops = log.visit_rows, log.stop_rows
    booked = [scenario.journeys[name].booked_service for name in log.names.journeys]
    since: Ints = np.maximum(stops.ticket, visits.booked[stops.row])
    if not any(booked):
        return since
    of_journey = [log.names.services.index(name) if name else -1 for name in booked]
    slotted = np.array(of_journey)[visits.journey[stops.row]] == stops.service
    return np.where(slotted, since, stops.ticket)


def _sums(codes: Ints, cells: int, rows: Mask, value: NDArray[Any] | None = None) -> Floats:
    weights = None if value is None else value[rows].astype(np.float64)
    return np.bincount(codes[rows], weights, cells).astype(np.float64)


def _stop_block(table: _Table, block: _Block) -> list[Result]:
    stops = table.log.stop_rows
    codes, cells = table.stop_codes(block), block.cells
    days = np.tile(table.days_per_slice(block.slices), len(block.names))
    outcome = {name: stops.outcome == k for k, name in enumerate(STOP_OUTCOMES)}
    reneged, away = outcome["reneged"], outcome["turned_away"]
    results: dict[str, Result] = {}

    def ratio(name: str, value: NDArray[Any], rows: Mask) -> None:
        if name in block.what:
            results[name] = _sums(codes, cells, rows, value), _sums(codes, cells, rows)

    def count(name: str, rows: Mask) -> None:
        if name in block.what:
            results[name] = _sums(codes, cells, rows), days

    count("tickets", table.ticketed)
    ratio("wait.mean", table.wait, table.called)
    ratio("called_in_time", table.in_time, table.promised)
    ratio("promise_margin", table.in_time - table.needed, table.promised)
    count("gave_up", table.ticketed & reneged)
    ratio("left", reneged, table.ticketed)
    count("turned_away", table.stop & away)
    ratio("refused", away, table.stop & (table.ticketed | away))
    count("sent_home", table.stop & outcome["sent_home"])
    ratio("waited", table.wait > 0, table.called)
    ratio("in_line.mean", table.in_line, table.called | (table.ticketed & reneged))
    results.update(_quantiles(table, block, codes))
    return [results[name] for name in block.what]


def _quantiles(table: _Table, block: _Block, codes: Ints) -> dict[str, Result]:
    """Return exact quantiles: the smallest wait that a share of at least p does not exceed."""
    wanted = [name for name in block.what if name in QUANTILES or name == "wait.max"]
    if not wanted:
        return {}
    codes, wait = codes[table.called], table.wait[table.called]
    wait = wait[np.lexsort((wait, codes))]
    n = np.bincount(codes, minlength=block.cells)
    end = np.cumsum(n)
    results = {}
    for name in wanted:
        p = QUANTILES.get(name, 1.0)
        # the tolerance keeps ceil(0.9 * 10) at 9 where p * n is a hair above a whole number
        place = end - n + np.maximum(np.ceil(p * n - 1e-9).astype(np.int64), 1) - 1
        some = n > 0
        total = np.zeros(block.cells)
        total[some] = wait[place[some]]
        results[name] = total, n.astype(np.float64)
    return results


def _visit_block(table: _Table, block: _Block) -> list[Result]:
    visits = table.log.visit_rows
    entity = {
        "mall": np.zeros(len(visits), dtype=np.int64),
        "journey": visits.journey,
        "visitor_class": visits.visitor_class,
    }[block.scope]
    part = table.slice_code(block.slices.kind, visits.day, visits.due)
    codes, cells = entity * len(block.slices.labels) + part, block.cells
    days = np.tile(table.days_per_slice(block.slices), len(block.names))
    outcome = {name: visits.outcome == k for k, name in enumerate(VISIT_OUTCOMES)}
    broken = np.bincount(
        table.log.stop_rows.row, table.promised & ~table.in_time, len(visits)
    ).astype(np.int64)
    done = outcome["completed"]
    away = outcome["no_show"] | outcome["cancelled"] | outcome["moved"]
    came = table.visit & ~away
    ended = came & ~outcome["in_progress"]
    stay = np.where(done, (visits.left - visits.entered) / q.MINUTE, 0.0)
    results = {
        "visits": (_sums(codes, cells, came), days),
        **{
            name: (_sums(codes, cells, table.visit & outcome[name]), days)
            for name in ("no_show", "cancelled", "moved")
        },
        "completed": (_sums(codes, cells, table.visit & done), days),
        "gave_up": (_sums(codes, cells, table.visit & outcome["left"]), days),
        "turned_away": (_sums(codes, cells, table.visit & outcome["refused"]), days),
        "sent_home": (_sums(codes, cells, table.visit & outcome["sent_home"]), days),
    }
    shares = {"left": outcome["left"], "refused": outcome["refused"]}
    shares["fulfilled"] = done & (broken == 0)
    for name, rows in shares.items():
        results[name] = _sums(codes, cells, ended, rows), _sums(codes, cells, ended)
    rows = table.visit & done
    waited = np.bincount(table.log.stop_rows.row, table.wait, len(visits))
    results["wait_in_visit.mean"] = _sums(codes, cells, rows, waited), _sums(codes, cells, rows)
    results["time_in_mall.mean"] = _sums(codes, cells, rows, stay), _sums(codes, cells, rows)
    return [results[name] for name in block.what]


# Averages over time: stretches of time, cut by slices


def _edges(table: _Table, kind: str) -> tuple[Ints, Ints]:
    """Return begin and end of each part of the clock that a slice kind knows, in µs."""
    if kind in ("all", "weekday"):
        days = table.scenario.days
        begin = min(min(day.doors, day.opens) for day in days)
        begin = max(begin, days[0].warm_up)
        return np.array([begin]), np.array([max(day.closes for day in days)])
    hours = np.array(hours_of(table.scenario), dtype=np.int64)
    return hours * q.HOUR, (hours + 1) * q.HOUR


def _time_average(
    table: _Table, block: _Block, entity: Ints, day: Ints, begin: Ints, end: Ints,
    overtime: bool = False,
) -> Result:  # fmt: skip
    """Return the minutes that stretches of time spend in each cell, and the minutes of the cell.

    Averages run from door to close; of a stretch, the part outside its slice does not count.
    With `overtime` the last slice takes in what comes after it; its own minutes stay as they are.
    """
    kind = block.slices.kind
    from_, to = _edges(table, kind)
    latest = max(of.ends for of in table.scenario.days) if overtime else 0
    weekday = table.slice_code("weekday" if kind in ("weekday", "both") else "all", day, begin)
    parts = len(from_)
    total = np.zeros(block.cells)
    for k in range(parts):
        until = max(to[k], latest) if k == parts - 1 else to[k]
        overlap = np.minimum(end, until) - np.maximum(begin, from_[k])
        inside = overlap > 0
        codes = entity * len(block.slices.labels) + weekday * parts + k
        total += np.bincount(codes[inside], overlap[inside] / q.MINUTE, block.cells)
    if table.scenario.days[0].continuous:
        per_slice = np.array([(to[0] - from_[0]) / q.MINUTE])
    else:
        per_slice = table.days_per_slice(block.slices) * np.tile(
            (to - from_) / q.MINUTE, len(block.slices.labels) // parts
        )
    return total, np.tile(per_slice, len(block.names))


def _line_block(table: _Table, block: _Block) -> list[Result]:
    stops = table.log.stop_rows
    horizon = max(day.ends for day in table.scenario.days)
    end = np.where(stops.called != ABSENT, stops.called, stops.end)
    end = np.where(end == ABSENT, horizon, end)  # still waiting when the run ended
    if table.only is not None:
        rows = table.stop & (stops.ticket != ABSENT)
    else:
        rows = stops.ticket != ABSENT
    entity = table.stop_entity(block.scope)[rows]
    day = table.stop_day[rows]
    return [_time_average(table, block, entity, day, stops.ticket[rows], end[rows])]


def _hall_block(table: _Table, block: _Block) -> list[Result]:
    visits = table.log.visit_rows
    horizon = max(day.ends for day in table.scenario.days)
    rows = visits.entered != ABSENT
    if table.only is not None:
        rows = rows & table.visit
    end = np.where(visits.left == ABSENT, horizon, visits.left)[rows]
    entity = np.zeros(int(rows.sum()), dtype=np.int64)
    return [_time_average(table, block, entity, visits.day[rows], visits.entered[rows], end)]


def _counter_block(table: _Table, block: _Block) -> list[Result]:
    rows = table.log.counter_rows
    agencies = sorted(table.scenario.agencies)
    of = np.array([agencies.index(a) for a, _ in table.log.names.counters], dtype=np.int64)
    serving = rows.state == STATES.index("serving")
    staffed = serving | np.isin(rows.state, [STATES.index(s) for s in ("idle", "calling")])

    def minutes(which: Mask, overtime: bool = False) -> Result:
        entity = of[rows.counter[which]] if len(of) else rows.counter[which]
        begin, end = rows.begin[which], rows.end[which]
        return _time_average(table, block, entity, rows.day[which], begin, end, overtime)

    in_all = minutes(serving, overtime=True)[0], minutes(staffed, overtime=True)[0]
    calling = minutes(rows.state == STATES.index("calling"), overtime=True)[0]
    results = {"utilisation": in_all, "lost_to_calls": (calling, in_all[1])}
    results["busy.mean"] = minutes(serving)
    results["staffed.mean"] = minutes(staffed)
    return [results[name] for name in block.what]


def _day_block(table: _Table, block: _Block) -> list[Result]:
    """Return the most people in the hall, and how long after closing the last one left."""
    visits = table.log.visit_rows
    days = table.scenario.days
    most, over = np.zeros(len(days)), np.zeros(len(days))
    for k, day in enumerate(days):
        rows = (visits.day == k) & (visits.entered != ABSENT)
        left = np.where(visits.left[rows] == ABSENT, day.ends, visits.left[rows])
        times = np.concatenate((visits.entered[rows], left))
        steps = np.concatenate((np.ones(rows.sum()), -np.ones(rows.sum())))
        if len(times):
            # who leaves as another enters was not there with her
            most[k] = np.cumsum(steps[np.lexsort((steps, times))]).max()
            over[k] = max(0, int(left.max()) - day.closes) / q.MINUTE
    slices = table.slice_code(block.slices.kind, np.arange(len(days)), np.zeros(1, np.int64))
    top = np.zeros(block.cells)
    np.maximum.at(top, slices, most)
    n = table.days_per_slice(block.slices)
    late = np.bincount(slices, over, block.cells).astype(np.float64)
    results = {"in_hall.max": (top, n), "overtime": (late, n)}
    return [results[name] for name in block.what]
