"""Measures over time: who stands in line or is in the hall, and what the counters do.

Averages run from door to close of each day; of a stretch, what lies outside does not count.
"""

from __future__ import annotations

import numpy as np

from sim.log import STATES
from sim.scenario import quantities as q
from sim.statistics.block import Block, Computed, Floats, Ints, Result
from sim.statistics.rows import Mask, Rows
from sim.statistics.tally import add_overlaps
from sim.workload import ABSENT

_STAFFED = ("serving", "wrapping", "idle", "calling", "down")
"""What a counter does while its officer is there, or its machine switched on."""
Stretches = tuple[Ints, Ints, Ints, Ints]
"""Of each stretch of time its entity, day, beginning and end (µs)."""


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
    found = _occupancy(rows, block, "in_hall", _inside(rows, rows.chosen))
    if "standing.mean" in block.what:
        found["standing.mean"] = _time_within(block, _standing(rows)), _time_of(block)
    return found


def _standing(rows: Rows) -> Stretches:
    """Return a stretch for each who stands between two changes of the people inside.

    Everybody counts: whom the measures are about has no seat of her own.
    """
    of, day, begin, end = _inside(rows, np.ones_like(rows.chosen))
    days = len(rows.scenario.days)
    day, time = np.tile(of * days + day, 2), np.concatenate((begin, end))
    order = np.lexsort((time, day))
    day, time = day[order], time[order]
    # each day's steps add up to 0, so one running sum serves them all
    inside = np.cumsum(np.repeat((1, -1), len(begin))[order])[:-1]
    standing = np.maximum(inside - (rows.scenario.hall.seats or 0), 0)
    day, begin, end = (np.repeat(of, standing) for of in (day[:-1], time[:-1], time[1:]))
    return day // days, day % days, begin, end


def _occupancy(rows: Rows, block: Block, what: str, stretches: Stretches) -> Computed:
    found: Computed = {}
    if f"{what}.mean" in block.what:
        found[f"{what}.mean"] = _time_within(block, stretches), _time_of(block)
    if f"{what}.max" in block.what:
        found[f"{what}.max"] = _most(rows, block, stretches)
    return found


def of_overtime(rows: Rows, block: Block) -> Computed:
    """Measure how long after closing the last one left."""
    of, day, _, end = _inside(rows, rows.chosen)
    closes = np.array([d.closes for d in rows.scenario.days])
    last = np.tile(closes, rows.replications).reshape(rows.replications, -1)
    np.maximum.at(last, (of, day), end)
    late = (last - closes) / q.MINUTE
    cell = np.arange(rows.replications)[:, None] * len(block.slices) + block.slices.of_day
    total = np.bincount(cell.ravel(), late.ravel(), block.cells).astype(np.float64)
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
        entity = of[counter] if len(of) else counter
        entity = rows.of_stretch[which] * len(agencies) + entity
        return entity, table.day[which], table.begin[which], table.end[which]

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
    """Return from when to when each of these citizens is in the hall, and each who is with her.

    The entity is the mall, of each replication.
    """
    visits = rows.log.visit_rows
    there = np.repeat(np.arange(len(visits)), visits.people * (of & (visits.entered != ABSENT)))
    left = np.where(visits.left == ABSENT, _horizon(rows), visits.left)
    return rows.of_visit[there], visits.day[there], visits.entered[there], left[there]


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
    add_overlaps(day, place, begin, end, from_, to, float(q.MINUTE), total)
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
    span = 2 * (int(time.max(initial=0)) + 1)
    if (int(group.max(initial=0)) + 1) * span < 1 << 63:
        order = np.argsort(group * span + 2 * time + (step > 0))
    else:
        order = np.lexsort((step, time, group))
    # each group's steps add up to 0, so one running sum serves them all
    most = np.zeros(block.cells)
    np.maximum.at(most, cell[order], np.cumsum(step[order]).astype(np.float64))
    return most, block.days
