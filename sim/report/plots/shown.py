"""What a page of pictures shows: one run, one of its logs, and the answer drawn from it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.log import Log
from sim.report.answer import Answer
from sim.scenario.model import Scenario
from sim.statistics.results import Results


@dataclass(frozen=True, eq=False)
class Shown:
    """The material of all pictures.

    log : of one replication; only the spread of waits, the single days and the timeline show it
    """

    results: Results
    log: Log
    answer: Answer

    @property
    def scenario(self) -> Scenario:
        """The scenario of the run."""
        return self.results.scenario

    @property
    def which(self) -> dict[str, int]:
        """Which replication the log is, counted from 1, and of how many, for the notes."""
        return {"number": self.log.replication + 1, "all": self.results.replications}
