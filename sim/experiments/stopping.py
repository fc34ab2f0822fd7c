"""When replications are enough: at a fixed number, or once the headline measures are precise."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from sim.errors import MallError
from sim.experiments.kept import Kept
from sim.scenario.model import Scenario
from sim.statistics.measure import Measure
from sim.statistics.measures import measures_of
from sim.statistics.precision import Rule, Tolerance, replications_to_precision

REPLICATIONS = 100
MOST = 1000
BLOCK = 5


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in an experiment; known : its result over the replications that were done."""

    def __init__(self, known: object) -> None:
        super().__init__()
        self.known = known


@contextmanager
def known_as(told: Callable[[Any], object]) -> Iterator[None]:
    """Make of what a part of an experiment knows at Ctrl-C what the experiment as a whole knows.

    told : from `Interrupted.known` (None where nothing is) to that of the whole, None for nothing
    """
    try:
        yield
    except KeyboardInterrupt as stopped:
        known = told(getattr(stopped, "known", None))
        if known is None:
            raise KeyboardInterrupt from None
        raise Interrupted(known) from None


def most_replications(replications: int | None, precision: float | None, fewest: int = 1) -> int:
    """Return how many replications to run at most. Raises MallError for impossible numbers."""
    if replications is not None and replications < fewest:
        raise MallError.of("error.too_few_replications", fewest=fewest, replications=replications)
    if precision is not None and not 0 < precision < math.inf:
        raise MallError.of("error.precision", precision=precision)
    if precision is not None and replications is not None and replications < Rule().minimum:
        raise MallError.of("error.too_few_for_precision", fewest=Rule().minimum)
    return replications or (REPLICATIONS if precision is None else MOST)


class Stop:
    """When to stop. With several malls, each must be as precise as asked.

    It looks at widths and never at which mall is better, so it may stand before a verdict.
    """

    def __init__(self, scenarios: Sequence[Scenario], precision: float | None, most: int) -> None:
        self.precision = precision
        self.rule = Rule(maximum=most) if precision is not None else None
        self.measures = [measures_of(scenario) for scenario in scenarios]
        self.chosen = [
            headline(measures, scenario) if precision is not None else []
            for measures, scenario in zip(self.measures, scenarios, strict=True)
        ]
        self.at: int | None = None
        self.precise: bool | None = None
        self.last = ""

    def after(self, malls: Sequence[Kept]) -> bool:
        """Whether the replications so far are enough, of every mall."""
        if self.rule is None or self.precision is None:
            return False
        if len(malls[0]) % BLOCK and len(malls[0]) < self.rule.maximum:
            return False  # each look reads all replications again; what is decided stays the same
        chosen = list(zip(malls, self.chosen, strict=True))
        total = np.hstack([kept.total[:, columns] for kept, columns in chosen])
        n = np.hstack([kept.n[:, columns] for kept, columns in chosen])
        looked_at = [m[k] for m, of in zip(self.measures, self.chosen, strict=True) for k in of]
        tolerances = [_tolerance(measure, self.precision) for measure in looked_at]
        found = replications_to_precision(total, n, tolerances, self.rule)
        if found.stop is None:
            return False
        self.at, self.precise = found.stop, found.precise
        of = looked_at[found.last]
        self.last = " ".join(filter(None, (of.name, of.measure)))
        return True


def headline(measures: tuple[Measure, ...], scenario: Scenario) -> list[int]:
    """Return the columns on which precision is judged: the mall's, and each promise kept."""
    of_mall = ["wait_in_visit.mean", "wait.mean"]
    promising = {name.partition(".")[0] for name in scenario.services if scenario.promise_of(name)}
    if promising:
        of_mall += ["fulfilled", "called_in_time"]
    visited = {s.agency for j in scenario.journeys for s in scenario.stops_of(j)}
    return [
        k
        for k, m in enumerate(measures)
        if not (m.interval or m.weekday)
        and (
            (m.scope == "mall" and m.measure in of_mall)
            or (m.scope == "agency" and m.measure == "called_in_time" and m.name in promising)
        )
        and (m.name == "" or m.name in visited)
    ]


def _tolerance(measure: Measure, precision: float) -> Tolerance:
    if measure.unit == "share":
        return Tolerance(absolute=0.01 * precision, share=True)
    return Tolerance(relative=0.05 * precision, absolute=0.1 * precision)
