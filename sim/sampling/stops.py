"""What citizens need and bear at one stop: one row a try, or part of a service.

A try at which the papers lack something is followed by the next one, a part after which she has
something to do elsewhere by the rest. Which it is, is drawn here, so only the rows that can be
reached are made, and an engine follows them one by one. What stands in them is drawn when all
citizens are known (`sim.sampling.rows`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.randomness import Addresses, Words
from sim.sampling.laws import NONE
from sim.sampling.rows import INCOMPLETE, NO_PAPERS, PARKED, SERVED, Need
from sim.sampling.terms import Terms
from sim.scenario.distributions import Patience
from sim.scenario.model import Service
from sim.workload import NEVER, Ints

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NO_KEY = np.zeros(2, dtype=np.uint64)


@dataclass(frozen=True)
class Rows:
    """One row each of some citizens, who need the same there.

    who : (n,) whose, by place in the journey; ends : how each ends, of ENDS
    keys : of the draws of each purpose in `rows.PURPOSES`, NO_KEY where nothing is drawn
    shares : of the service, as `Terms` has them
    """

    who: Ints
    ends: Ints | int
    need: Need
    keys: tuple[Words, ...]
    shares: tuple[float, float, float]

    def of(self, keep: Bools, new: Ints) -> Rows:
        """Leave out citizens; new : (n,) the places of those who are kept."""
        here = keep[self.who]
        ends = self.ends if isinstance(self.ends, int) else self.ends[here]
        return Rows(new[self.who[here]], ends, self.need, self.keys, self.shares)


@dataclass(frozen=True)
class Place:
    """Where a stop stands in its journey.

    address : by which its draws go; number : of the stop, from 1
    walk : the law of the way to it, or NONE
    booked : whether a booked time holds there; documents : whether it takes one go for each
    """

    address: str
    number: int
    group: int
    pick: int
    walk: int
    booked: bool
    documents: bool


def rows_of(terms: Terms, place: Place, who: Ints, at: Addresses) -> Iterator[Rows]:
    """Yield the rows of one stop: its tries, and the parts of a service that is parked.

    who : (n,) those who go there, by place in the journey; at : addresses of all its citizens
    """
    papers = terms.service.incomplete
    most = 1 if papers is None or papers.fetch is None else papers.tries
    for tries in range(1, most + 1):
        name = place.address if tries == 1 else f"{place.address}/try {tries}"
        rows = _try(terms, place, who, at, name, tries)
        if papers is None and terms.service.park is None:
            yield rows
            return
        hers = at.of(who)
        lacks = _lack(terms.service, hers, name)
        parks = _park(terms.service, hers, name) & ~lacks
        found = INCOMPLETE if papers and papers.found == "at_counter" else NO_PAPERS
        ends = np.where(lacks, found, np.where(parks, PARKED, SERVED))
        yield Rows(who, ends, rows.need, rows.keys, rows.shares)
        if parks.any():
            yield _rest(terms, rows, who[parks], at.key("parked", name))
        who = who[lacks]
        if not len(who):
            return


def _try(
    terms: Terms, place: Place, who: Ints, at: Addresses, name: str, tries: int
) -> Rows:  # fmt: skip
    """Return the rows of a try that all who make it end served."""
    papers = terms.service.incomplete
    first = tries == 1
    need = Need(
        service=terms.number,
        stop=place.number,
        tries=tries,
        keeps=int(not first and papers is not None and papers.back_to == "head"),
        group=place.group,
        pick=place.pick,
        booked=int(first and place.booked),
        documents=int(place.documents),
        rest=0,
        time=terms.time,
        walk=place.walk if first else terms.fetch,
        patience=terms.patience,
        balks=int(terms.balks),
        misses=int(terms.misses),
    )
    keys = (
        at.key("time", name),
        at.key("patience", name) if terms.patience != NONE else NO_KEY,
        at.key("balk", name) if terms.balks else NO_KEY,
        at.key("missed", name) if terms.misses else NO_KEY,
        at.key("walk" if first else "fetch", name) if need.walk != NONE else NO_KEY,
    )
    return Rows(who, SERVED, need, keys, terms.shares)


def _lack(service: Service, at: Addresses, name: str) -> Bools:
    """Draw whose papers lack something."""
    if service.incomplete is None:
        return np.zeros(len(at), dtype=bool)
    lacks: Bools = at("incomplete", name) < service.incomplete.share
    return lacks


def _park(service: Service, at: Addresses, name: str) -> Bools:
    """Draw who would have something to do elsewhere, if her papers are complete."""
    if service.park is None:
        return np.zeros(len(at), dtype=bool)
    parks: Bools = at("park", name) < service.park.share
    return parks


def _rest(terms: Terms, rows: Rows, who: Ints, away: Words) -> Rows:
    """Return the rows of what is left of a parked service, when she is back."""
    need = rows.need._replace(
        tries=rows.need.tries + 1, keeps=1, booked=0, rest=1, walk=terms.parked, misses=0
    )
    return Rows(who, SERVED, need, (*rows.keys[:-1], away), rows.shares)


def by_class(
    laws: list[Patience | None], of_class: Ints | int, at: Addresses, purpose: str, address: str
) -> Ints | int:
    """Return the draws of each citizen by the law of her class, NEVER where there is none."""
    if not any(laws):
        return NEVER
    found = np.full(len(at), NEVER, dtype=np.int64)
    of_class, u = np.broadcast_to(of_class, len(at)), at(purpose, address)
    for code, law in enumerate(laws):
        if law is not None:
            here = np.flatnonzero(of_class == code)
            until = law.quantile(u[here])
            ends = np.isfinite(until)
            found[here[ends]] = whole(until[ends])
    return found


def whole(values: Floats) -> Ints:
    """Round to whole µs, half to even; infinite values are the caller's business."""
    return np.rint(np.where(np.isfinite(values), values, 0)).astype(np.int64)
