"""Drawing what citizens need and bear at one stop: one row a try, or part of a service.

A try at which the papers lack something is followed by the next one, a part after which she has
something to do elsewhere by the rest. Which it is was drawn, so only the rows that can be reached
are made, and an engine follows them one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.distributions import Patience
from sim.scenario.model import Scenario, Service, Stop
from sim.workload import ABSENT, ENDS, JOINS, MOST_MISSES, NEVER, Ints

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Drawn = Callable[..., Floats]
Columns = dict[str, NDArray[Any]]
Rows = tuple[Bools, Columns]
"""Who has a row, and the columns of all citizens of the journey that the scenario uses."""

UNUSED: dict[str, float] = {
    "walk": 0, "patience": NEVER, "slot": ABSENT, "balk": JOINS, "misses": 0,
    "tries": 1, "ends": 0, "keeps": 0, "group": 0, "pick": 0,
}  # fmt: skip
"""What stands in the columns of a stop that the scenario does not use."""
SERVED, INCOMPLETE, NO_PAPERS, PARKED = range(len(ENDS))


def rows_of(
    scenario: Scenario, stop: Stop, visitor_class: Ints, taken: Bools, drawn: Drawn
) -> Iterator[Rows]:
    """Yield the rows of one stop: its tries, and the parts of a service that is parked.

    taken : (n,) who goes there; drawn : the uniforms of a purpose, at the address of the stop,
        `drawn(purpose, again, tries)`
    """
    service = scenario.service(stop.service)
    of = service.incomplete
    most = 1 if of is None or of.fetch is None else of.tries
    who = taken
    for tries in range(1, most + 1):

        def at_try(purpose: str, again: int = 0, tries: int = tries) -> Floats:
            return drawn(purpose, again, tries)

        columns = _needs(scenario, stop, visitor_class, at_try)
        if tries > 1 and of is not None and of.fetch is not None:
            columns["tries"] = np.full(len(who), tries, dtype=np.int64)
            columns["walk"] = whole(of.fetch.quantile(at_try("fetch")))
            columns["keeps"] = np.full(len(who), int(of.back_to == "head"), dtype=np.int64)
        lacks = _incomplete(service, columns, at_try)
        rest = _park(service, columns, who & ~lacks, at_try, tries)
        yield who, columns
        if rest is not None:
            yield rest
        who = who & lacks
        if not who.any():
            return


def _incomplete(service: Service, columns: Columns, drawn: Drawn) -> Bools:
    """Draw whose papers lack something; at the counter only part of the time is spent then."""
    of = service.incomplete
    if of is None:
        return np.zeros(len(columns["time"]), dtype=bool)
    lacks = drawn("incomplete") < of.share
    found = INCOMPLETE if of.found == "at_counter" else NO_PAPERS
    columns["ends"] = np.where(lacks, found, SERVED).astype(np.int64)
    columns["time"] = np.where(lacks, whole(columns["time"] * of.after), columns["time"])
    return lacks


def _park(service: Service, columns: Columns, who: Bools, drawn: Drawn, tries: int) -> Rows | None:
    """Cut the service in two where it is parked; return the rows of the second part."""
    of = service.park
    if of is None:
        return None
    parks = who & (drawn("park") < of.share)
    first = whole(columns["time"] * of.after)
    rest = {
        **columns,
        "time": columns["time"] - first,
        "walk": whole(of.for_.quantile(drawn("parked"))),
        "tries": np.full(len(who), tries + 1, dtype=np.int64),
        "keeps": np.ones(len(who), dtype=np.int64),
        "ends": np.full(len(who), SERVED, dtype=np.int64),
        "misses": np.zeros(len(who), dtype=np.int64),
    }
    ends = columns.get("ends", np.full(len(who), SERVED, dtype=np.int64))
    columns["ends"] = np.where(parks, PARKED, ends)
    columns["time"] = np.where(parks, first, columns["time"])
    return parks, rest


def _needs(scenario: Scenario, stop: Stop, visitor_class: Ints, drawn: Drawn) -> Columns:
    """Draw what citizens need and bear at one stop; only columns that the scenario uses."""
    service, agency = scenario.service(stop.service), scenario.agencies[stop.agency]
    classes = [scenario.visitors[name] for name in scenario.class_shares]
    slower = np.array([c.takes_longer for c in classes])
    columns: Columns = {
        "service": np.full(len(visitor_class), scenario.services.index(stop.service)),
        "time": whole(service.time.quantile(drawn("time")) * slower[visitor_class]),
    }
    laws = [service.patience or c.patience for c in classes]
    if any(laws):
        columns["patience"] = by_class(laws, visitor_class, lambda: drawn("patience"))
    if service.balking or agency.balking:
        columns["balk"] = drawn("balk")
    if agency.call.missed:
        missed = np.ones(len(visitor_class), dtype=bool)
        columns["misses"] = np.zeros(len(visitor_class), dtype=np.int64)
        for again in range(MOST_MISSES):  # calls in a row that she does not hear
            missed &= drawn("missed", again) < agency.call.missed
            columns["misses"] += missed
    return columns


def by_class(laws: list[Patience | None], visitor_class: Ints, drawn: Callable[[], Floats]) -> Ints:
    """Return the draws of each citizen by the law of her class, NEVER where there is none."""
    found = np.full(len(visitor_class), NEVER, dtype=np.int64)
    u = drawn() if any(laws) else np.empty(0)
    for code, law in enumerate(laws):
        here = visitor_class == code
        if law is not None and here.any():
            until = law.quantile(u[here])
            found[here] = np.where(np.isfinite(until), whole(until), NEVER)
    return found


def whole(values: Floats) -> Ints:
    """Round to whole µs, half to even; infinite values are the caller's business."""
    return np.rint(np.where(np.isfinite(values), values, 0)).astype(np.int64)
