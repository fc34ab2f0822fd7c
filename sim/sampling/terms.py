"""What a scenario says of each of its services to whoever draws, once for all citizens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.sampling.laws import NONE, Laws
from sim.scenario.laws import Floats
from sim.scenario.model import Scenario, Service
from sim.workload import Ints


@dataclass(frozen=True)
class Terms:
    """One service: where its laws stand, and whether what citizens do matters.

    patience : where the laws of the classes stand, or NONE where nobody leaves
    fetch, parked : laws of the time until a citizen is back
    shares : of calls that are missed; of the time, until papers are found incomplete, or until
        it is parked
    """

    service: Service
    number: int
    time: int
    patience: int
    fetch: int
    parked: int
    balks: bool
    misses: bool
    shares: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Book:
    """The terms of all services, and the laws of the scenario as kernels read them.

    walk : where the law of the ways within the hall stands, or NONE
    patience_of : for one service after the other, where the law of each class stands
    slower : factors upon the time of a service, by class
    """

    terms: dict[str, Terms]
    walk: int
    laws: Floats
    patience_of: Ints
    slower: Floats


@lru_cache(maxsize=16)
def book_of(scenario: Scenario) -> Book:
    """Return the book of a scenario."""
    laws, patience_of = Laws(), list[int]()
    terms = {name: _terms(scenario, name, laws, patience_of) for name in scenario.services}
    slower = [scenario.visitors[name].takes_longer for name in scenario.class_shares]
    return Book(
        terms=terms,
        walk=laws.put(scenario.hall.walk),
        laws=laws.numbers(),
        patience_of=np.array(patience_of, dtype=np.int64),
        slower=np.array(slower),
    )


def _terms(scenario: Scenario, name: str, laws: Laws, patience_of: list[int]) -> Terms:
    service, agency = scenario.service(name), scenario.agencies[name.partition(".")[0]]
    classes = [scenario.visitors[of] for of in scenario.class_shares]
    patiences = [laws.put(service.patience or of.patience) for of in classes]
    begin = len(patience_of) if any(place != NONE for place in patiences) else NONE
    patience_of += patiences
    papers, park = service.incomplete, service.park
    return Terms(
        service=service,
        number=scenario.services.index(name),
        time=laws.put(service.time),
        patience=begin,
        fetch=laws.put(papers.fetch if papers else None),
        parked=laws.put(park.for_ if park else None),
        balks=bool(service.balking or agency.balking),
        misses=bool(agency.call.missed),
        shares=(agency.call.missed, papers.after if papers else 1.0, park.after if park else 1.0),
    )
