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

from sim.randomness import Addresses
from sim.scenario.distributions import Patience
from sim.scenario.model import Scenario, Service, Stop
from sim.workload import ABSENT, ENDS, JOINS, MOST_MISSES, NEVER, Ints

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Drawn = Callable[..., Floats]
Columns = dict[str, NDArray[Any] | int]
"""Columns of rows, those alone that the scenario uses; a number stands in all of them."""
Rows = tuple[Ints, Columns]
"""Who of the journey has a row, by place, and the columns of these rows."""

UNUSED: dict[str, float] = {
    "walk": 0, "patience": NEVER, "slot": ABSENT, "balk": JOINS, "misses": 0,
    "tries": 1, "ends": 0, "keeps": 0, "group": 0, "pick": 0,
}  # fmt: skip
"""What stands in the columns of a stop that the scenario does not use."""
SERVED, INCOMPLETE, NO_PAPERS, PARKED = range(len(ENDS))


def rows_of(
    scenario: Scenario, stop: Stop, of_class: Ints, documents: Ints, who: Ints, at: Addresses,
    address: str,
) -> Iterator[Rows]:  # fmt: skip
    """Yield the rows of one stop: its tries, and the parts of a service that is parked.

    who : (n,) those who go there, by place in the journey; of_class : (n,) their classes
    documents : (n,) how many services they need there, at one call
    at : (n,) whose draws; address : of the stop
    """
    service = scenario.service(stop.service)
    of = service.incomplete
    most = 1 if of is None or of.fetch is None else of.tries
    for tries in range(1, most + 1):
        name = address if tries == 1 else f"{address}/try {tries}"

        def drawn(purpose: str, again: int = 0, at: Addresses = at, name: str = name) -> Floats:
            return at(purpose, name, again)

        columns = _needs(scenario, stop, of_class, documents, at, name)
        if tries > 1 and of is not None and of.fetch is not None:
            columns |= {"tries": tries, "keeps": int(of.back_to == "head")}
            columns["walk"] = whole(of.fetch.quantile(drawn("fetch")))
        lacks = _incomplete(service, columns, drawn)
        rest = _park(service, columns, ~lacks, drawn, tries)
        yield who, columns
        if rest is not None:
            yield who[rest[0]], rest[1]
        who, of_class, documents = who[lacks], of_class[lacks], documents[lacks]
        if not len(who):
            return
        at = at.of(lacks)


def _incomplete(service: Service, columns: Columns, drawn: Drawn) -> Bools:
    """Draw whose papers lack something; at the counter only part of the time is spent then."""
    of, time = service.incomplete, np.asarray(columns["time"])
    if of is None:
        return np.zeros(len(time), dtype=bool)
    lacks: Bools = drawn("incomplete") < of.share
    found = INCOMPLETE if of.found == "at_counter" else NO_PAPERS
    columns["ends"] = np.where(lacks, found, SERVED).astype(np.int64)
    columns["time"] = np.where(lacks, whole(time * of.after), time)
    return lacks


def _park(
    service: Service, columns: Columns, may: Bools, drawn: Drawn, tries: int
) -> tuple[Bools, Columns] | None:
    """Cut the service in two where it is parked; return whose, and the rows of the second part.

    may : (n,) whose papers lack nothing
    """
    of, time = service.park, np.asarray(columns["time"])
    if of is None:
        return None
    parks = may & (drawn("park") < of.share)
    first = whole(time * of.after)
    rest = columns | {"time": time - first, "walk": whole(of.for_.quantile(drawn("parked")))}
    rest = {k: v[parks] if isinstance(v, np.ndarray) else v for k, v in rest.items()}
    rest |= {"tries": tries + 1, "keeps": 1, "ends": SERVED, "misses": 0}
    columns["ends"] = np.where(parks, PARKED, columns.get("ends", SERVED)).astype(np.int64)
    columns["time"] = np.where(parks, first, time)
    return parks, rest


def _needs(
    scenario: Scenario, stop: Stop, visitor_class: Ints, documents: Ints, at: Addresses,
    address: str,
) -> Columns:  # fmt: skip
    """Draw what citizens need and bear at one stop; only columns that the scenario uses."""
    service, agency = scenario.service(stop.service), scenario.agencies[stop.agency]
    classes = [scenario.visitors[name] for name in scenario.class_shares]
    slower = np.array([c.takes_longer for c in classes])
    columns: Columns = {
        "service": scenario.services.index(stop.service),
        "time": whole(_time(service, documents, at, address) * slower[visitor_class]),
    }
    laws = [service.patience or c.patience for c in classes]
    if any(laws):
        columns["patience"] = by_class(laws, visitor_class, at, "patience", address)
    if service.balking or agency.balking:
        columns["balk"] = at("balk", address)
    if agency.call.missed:
        missed = np.ones(len(at), dtype=bool)
        misses = np.zeros(len(at), dtype=np.int64)
        for again in range(MOST_MISSES):  # calls in a row that she does not hear
            missed &= at("missed", address, again) < agency.call.missed
            misses += missed
        columns["misses"] = misses
    return columns


def _time(service: Service, documents: Ints, at: Addresses, address: str) -> Floats:
    """Draw the time of a service, as often as she has documents: each takes its own."""
    time = service.time.quantile(at("time", address))
    for again in range(1, int(documents.max(initial=1))):
        of = service.time.quantile(at("time", address, again))
        time = time + np.where(documents > again, of, 0.0)
    return time


def by_class(
    laws: list[Patience | None], visitor_class: Ints, at: Addresses, purpose: str, address: str
) -> Ints:
    """Return the draws of each citizen by the law of her class, NEVER where there is none."""
    found = np.full(len(visitor_class), NEVER, dtype=np.int64)
    u = at(purpose, address) if any(laws) else np.empty(0)
    for code, law in enumerate(laws):
        if law is not None:
            here = np.flatnonzero(visitor_class == code)
            until = law.quantile(u[here])
            ends = np.isfinite(until)
            found[here[ends]] = whole(until[ends])
    return found


def whole(values: Floats) -> Ints:
    """Round to whole µs, half to even; infinite values are the caller's business."""
    return np.rint(np.where(np.isfinite(values), values, 0)).astype(np.int64)
