"""What is measured in a scenario, in a fixed order, and of which numbers each measure is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.scenario.model import Scenario
from sim.scenario.numbers import ALONE
from sim.statistics.block import Block
from sim.statistics.cuts import NOUNS, tables_of
from sim.statistics.measure import Measure
from sim.statistics.slices import Floats, Ints, slices_of
from sim.statistics.tally.adding import room
from sim.statistics.tally.mall import mall_of
from sim.statistics.tally.sums import Sums

_REFUSALS = ("turned_away.closed", "turned_away.quota", "turned_away.no_officer")
_AT_STOP = (
    "tickets", "wait.mean", "called_in_time", "promise_margin", "gave_up", "left", "turned_away",
    *_REFUSALS, "refused", "balked", "missed", "sent_home", "waited", "in_line.mean",
    "wait.median", "wait.p90", "wait.p95", "wait.max",
)  # fmt: skip
_AT_HOUR = ("tickets", "wait.mean", "called_in_time", "promise_margin", "left")
_OF_VISIT = (
    "visits", "no_show", "cancelled", "moved", "completed", "gave_up", "turned_away",
    *_REFUSALS, "turned_away.hall_full", "turned_away.no_slot", "sent_home", "fulfilled", "left",
    "refused", "wait_in_visit.mean", "time_in_mall.mean",
)  # fmt: skip
_AT_COUNTER = ("utilisation", "lost_to_calls", "busy.mean", "staffed.mean")


@dataclass(frozen=True, eq=False)
class Layout:
    """M measures, each as one number over another.

    total, n : (M,) where they are among the numbers of `cuts.numbers_of`
    units, units_of_n : (M,) what a number is divided by: 1, or a minute where it is a time
    """

    measures: tuple[Measure, ...]
    total: Ints
    units: Floats
    n: Ints
    units_of_n: Floats


@lru_cache(maxsize=32)
def layout_of(scenario: Scenario, whole: bool = False) -> Layout:
    """Return what is measured in a scenario; whole : of the whole span alone."""
    blocks = [of for of in blocks_of(scenario) if not whole or of.slices.labels == (("", ""),)]
    places = _places(scenario)
    each = [[part for pair in block.places(places) for part in pair] for block in blocks]
    total, units, n, units_of_n = (np.concatenate(parts) for parts in zip(*each, strict=True))
    measures = tuple(m for block in blocks for m in block.measures())
    return Layout(measures, total, units, n, units_of_n)


def _places(scenario: Scenario) -> dict[tuple[str, str], Ints]:
    """Return the places of each table among the numbers, and of what is known of slices."""
    slices = slices_of(scenario)
    one = Sums(*(table[None] for table in room(scenario)))
    tables = tables_of(one, mall_of(scenario), slices)
    shapes = {key: table.shape[1:] for key, table in tables.items()}
    shapes |= {("slices", kind): (2, len(of)) for kind, of in slices.items() if of.labels}
    places, first = {}, 0
    for key, shape in shapes.items():
        size = int(np.prod(shape))
        places[key] = np.arange(first, first + size).reshape(shape)
        first += size
    return places


def blocks_of(scenario: Scenario) -> tuple[Block, ...]:
    """Return the blocks of measures of a scenario, in a fixed order."""
    entities, slices = _entities(scenario), slices_of(scenario)
    blocks: list[Block] = []

    def add(noun: str, scopes: str, kinds: str, what: tuple[str, ...]) -> None:
        for scope in scopes.split():
            of = NOUNS[noun].scopes
            first = sum(len(entities[before]) for before in of[: of.index(scope)])
            for kind in kinds.split():
                if slices[kind].labels:
                    names = scenario.leave_work if noun == "office_work" else entities[scope]
                    wanted = _only(what, scope) if noun == "stops" else what
                    blocks.append(Block(noun, scope, first, names, slices[kind], wanted))

    papers = _papers(scenario)
    for scope in ("mall", "agency", "service", "visitor_class"):
        add("stops", scope, "all weekday", (*_AT_STOP, *papers))
        add("stops", scope, "hour", _AT_HOUR)
    add("stops", "mall agency", "both", _AT_HOUR)
    of_visit = (*_OF_VISIT, *papers, *_returns(scenario), *_at_door(scenario))
    add("visits", "mall journey visitor_class", "all weekday", of_visit)
    add("lines", "mall agency", "all weekday", ("line.mean", "line.max"))
    add("lines", "mall agency", "hour both", ("line.mean",))
    at_counter = (*_AT_COUNTER, *(("lost_to_outages",) if scenario.outages else ()))
    add("counters", "agency", "all weekday hour", at_counter)
    standing = ("standing.mean",) if scenario.hall.seats is not None else ()
    add("hall", "mall", "all weekday", ("in_hall.mean", "in_hall.max", *standing))
    add("hall", "mall", "hour both", ("in_hall.mean",))
    add("hall", "mall", "all weekday", ("overtime",))
    if scenario.leave_work:
        add("office_work", "agency", "all weekday", ("work_left", "work_done_after"))
    add("stops", "mall", "date", ("called_in_time",))
    add("visits", "mall", "date", ("visits", "fulfilled"))
    add("hall", "mall", "date", ("in_hall.max",))
    return tuple(blocks)


def _papers(scenario: Scenario) -> tuple[str, ...]:
    """What is counted only where papers may lack something."""
    services = [s for agency in scenario.agencies.values() for s in agency.services.values()]
    return ("incomplete",) if any(s.incomplete for s in services) else ()


def _returns(scenario: Scenario) -> tuple[str, ...]:
    """What is counted only where citizens may come back."""
    backs = any(scenario.come_back_of(name) for name in scenario.journeys)
    return ("returned", "several_days") if backs else ()


def _at_door(scenario: Scenario) -> tuple[str, ...]:
    """What is counted only where people come together, or stand in a line outside."""
    together = any(of.people != ALONE for of in scenario.visitors.values())
    outside = ("outside.mean",) if scenario.hall.when_full == "line" else ()
    return (*(("people",) if together else ()), *outside)


def _entities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    return {
        "mall": ("",),
        "agency": tuple(sorted(scenario.agencies)),
        "service": scenario.services,
        "journey": tuple(sorted(scenario.journeys)),
        "visitor_class": tuple(scenario.class_shares),
    }


def _only(what: tuple[str, ...], scope: str) -> tuple[str, ...]:
    """Leave out of the tickets' measures those names that the visits of a scope give."""
    if scope in ("mall", "visitor_class"):
        return tuple(name for name in what if name not in (*_OF_VISIT, "incomplete"))
    return what
