"""Measures that count people, and what they waited: at stops, and of whole visits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.log import REASONS
from sim.scenario import quantities as q
from sim.statistics import tally
from sim.statistics.block import Block, Computed, Floats, Ints
from sim.statistics.measure import QUANTILES
from sim.statistics.rows import Mask, Rows
from sim.workload import ABSENT


class _Counting:
    """Sums over rows by cell, kept under the name of the measure if the block wants it."""

    def __init__(self, block: Block, codes: Ints) -> None:
        self.block, self.codes = block, codes
        self.found: Computed = {}
        self._days = block.days

    def sums(self, rows: Mask, value: NDArray[Any] | None = None) -> Floats:
        if value is None:
            return tally.count(self.codes, rows, self.block.cells)
        return tally.total(self.codes, rows, value.astype(np.float64), self.block.cells)

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
    if not wanted:
        return {}
    wait, end = tally.by_cell(codes[rows.by_wait], rows.wait[rows.by_wait], block.cells)
    n = np.diff(end, prepend=0)
    found = {}
    for name in wanted:
        p = QUANTILES.get(name, 1.0)
        # the tolerance keeps ceil(0.9 * 10) at 9 where p * n is a hair above a whole number
        place = end - n + np.maximum(np.ceil(p * n - 1e-9).astype(np.int64), 1) - 1
        some = n > 0
        total = np.zeros(block.cells)
        total[some] = wait[place[some]]
        found[name] = total, n.astype(np.float64)
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
