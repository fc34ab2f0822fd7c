"""A case in our words: a scenario, what is drawn for it, and what is read from its log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.engine import Engine, simulate
from sim.log import Log
from sim.sampling import sample
from sim.scenario.model import Scenario
from sim.verification.exact.cases import Case, Pairs
from sim.workload import Workload

Draw = Callable[[Scenario, int, int], Workload]


@dataclass(frozen=True)
class Expressed:
    """A case in our words.

    scenario : one replication is a long run, or a week of like days
    estimate : (case, scenario, log) -> pairs by measure; entries of a vector are `name[k]`
    draw : makes the workload, `sample` unless the arrivals are not ours
    """

    case: Case
    scenario: Scenario
    estimate: Callable[[Case, Scenario, Log], Pairs]
    draw: Draw = sample

    def run(self, seed: int, replication: int, engine: Engine = "simpy") -> Pairs:
        """Return the estimates of one replication."""
        workload = self.draw(self.scenario, seed, replication)
        log = simulate(self.scenario, workload, engine)
        return self.estimate(self.case, self.scenario, log)
