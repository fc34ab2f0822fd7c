"""Why more officers do not keep a promise: what people wait for where counters are in plenty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.engine import Engine, play
from sim.experiments.explain import CAUSES, Explanation
from sim.experiments.varying import varied
from sim.sampling import sample
from sim.scenario.agency import Staffing
from sim.scenario.model import Scenario
from sim.workload import ABSENT

REPLICATIONS = 3
"""So many show what people wait for; how many are called in time is known from more."""
AMPLE = 4
"""Times the most counters of the day, and ten besides."""


@dataclass(frozen=True)
class Plenty:
    """An agency with counters in plenty.

    share : called in time, of all who took a ticket; NaN where nobody did
    causes : of the waiting of all others, the part of each cause of `explain`, the largest first;
        empty where everybody is called in time, or where the counters cannot be made more
    staffed : whether the counters can be made more: they have no names, and are no machines
    """

    share: float
    causes: Mapping[str, float]
    staffed: bool = True


def with_plenty(scenario: Scenario, agency: str, seed: int, engine: Engine) -> Plenty:
    """Say who is called in time at an agency with counters in plenty, and why others are not."""
    counters = scenario.agencies[agency].counters
    if not isinstance(counters, Staffing):
        return Plenty(float("nan"), {}, staffed=False)
    number = AMPLE * max(n for _, n in counters.table) + 10
    ample = varied(scenario, {f"agencies.{agency}.counters": number})
    time, late, tickets = dict.fromkeys(CAUSES, 0), 0, 0
    for replication in range(REPLICATIONS):
        log = play(ample, sample(ample, seed, replication), engine)
        found = Explanation(log, ample)
        tickets += _tickets(found, agency)
        for row in found.waits(agency):
            wait = found.of_stop(int(row))
            promise = ample.promise_of(wait.service)
            if promise is None or (wait.called and wait.length <= promise.wait):
                continue
            late += 1
            for cause, of in wait.by_cause.items():
                time[cause] += of
    whole = sum(time.values())
    largest = sorted((c for c in CAUSES if time[c]), key=lambda cause: -time[cause])
    share = 1 - late / tickets if tickets else float("nan")
    return Plenty(share, {cause: time[cause] / whole for cause in largest})


def _tickets(found: Explanation, agency: str) -> int:
    stops, names = found.log.stop_rows, found.log.names.services
    own = [name.startswith(f"{agency}.") for name in names]
    return sum(own[k] for k in stops.service[stops.ticket != ABSENT].tolist())
