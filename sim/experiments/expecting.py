"""Does a mall keep what is expected of it? Each bound of `expect` holds, is broken, or is unclear.

Looks are taken at 10, 20, 40, ... replications. At look k each of m bounds is judged by an
interval of confidence 1 - 0.05 / (m k (k + 1)); since the sum of 1 / (k (k + 1)) over all k is 1,
the chance that any bound is ever judged wrongly is at most 5 % (Bonferroni), however often is
looked, as far as the intervals of `Results.estimate` cover what they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass

from sim.engine import Engine
from sim.errors import MallError
from sim.experiments.pool import pool, usable_workers
from sim.experiments.replicate import replicate
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.scenario.noted import Expectation
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.verdict import State, state

FIRST = 10
MOST = 320
ERROR = 0.05


@dataclass(frozen=True)
class Expected:
    """One bound, and what the replications say of it.

    path, expectation : as the scenario writes them
    estimate : in minutes, a share of 1, or a number; its interval is of the confidence at which
        the bound was judged
    state : kept, broken, or cannot_tell
    replications : after how many that was settled, or how many there were in all
    """

    path: str
    expectation: Expectation
    estimate: Estimate
    state: State
    replications: int


def expecting(
    scenario: Scenario,
    most: int = MOST,
    *,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
) -> tuple[Expected, ...]:
    """Judge every bound that a scenario states, in its order.

    most : replications at the last look. A look begins anew, so that all looks together cost at
        most twice the last; a bound that is settled stays as it is

    Raises MallError for fewer than 10 replications.
    """
    if most < FIRST:
        raise MallError.of("error.too_few_replications", fewest=FIRST, replications=most)
    found: dict[str, Expected] = {}
    number_of_workers = usable_workers(workers)
    with ExitStack() as processes:
        executor: Executor | None = None
        for look, number in enumerate(looks(most), start=1):
            open_still = [path for path in scenario.expect if not _settled(found.get(path))]
            if not open_still:
                break
            if look == 3 and number_of_workers > 1:  # most bounds are clear before it pays
                executor = processes.enter_context(pool(number_of_workers))
            results = replicate(
                scenario, number, seed=seed, engine=engine, workers=1, executor=executor
            )
            confidence = confidence_at(look, len(scenario.expect))
            found |= {path: _judged(results, path, confidence) for path in open_still}
    return tuple(found[path] for path in scenario.expect)


def looks(most: int) -> Iterator[int]:
    """Yield after how many replications is looked: 10, 20, 40, ..., most."""
    number = FIRST
    while number < most:
        yield number
        number *= 2
    yield most


def confidence_at(look: int, bounds: int) -> float:
    """Return the confidence of the interval of each bound at a look, from 1."""
    return 1 - ERROR / (bounds * look * (look + 1))


def _settled(found: Expected | None) -> bool:
    return found is not None and found.state != "cannot_tell"


def _judged(results: Results, path: str, confidence: float) -> Expected:
    expectation = results.scenario.expect[path]
    limit = expectation.limit
    number = limit.value / q.MINUTE if limit.kind == "duration" else limit.value
    estimate = results.estimate(*results.meant(path), confidence=confidence)
    if expectation.relation == ">=":
        found = state(estimate.low - number, estimate.high - number)
    else:
        found = state(number - estimate.high, number - estimate.low)
    return Expected(path, expectation, estimate, found, results.replications)
