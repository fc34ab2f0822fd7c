"""Whether an agency keeps its promise, over the replications of a run."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from sim.scenario.model import Scenario
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results

State = Literal["holds", "broken", "cannot_tell"]


def promising(scenario: Scenario) -> tuple[str, ...]:
    """Return the agencies, by name, that promise something to somebody who comes."""
    visited = {s.service for j in scenario.journeys for s in scenario.stops_of(j)}
    return tuple(sorted({n.partition(".")[0] for n in visited if scenario.promise_of(n)}))


def margin(results: Results, agency: str, confidence: float = 0.95) -> Estimate:
    """Return an agency's share called in time less the share that it promises."""
    found = results.estimate("promise_margin", "agency", agency, confidence=confidence)
    share = results.estimate("called_in_time", "agency", agency, confidence=confidence)
    limit = share.value - found.value
    # The share's own bound is wider where everybody was called in time, or nobody: there the
    # margin has no width, though a few tickets prove little.
    low, high = min(found.low, share.low - limit), max(found.high, share.high - limit)
    return replace(found, low=low, high=high)


def state_of(margin: Estimate) -> State:
    """Return what a margin says; one of nobody breaks no promise."""
    tiny = 1e-12  # sums of `in time - promised` are a hair off where they should be 0
    if math.isnan(margin.value) or margin.low >= -tiny:
        return "holds"
    return "broken" if margin.high < -tiny else "cannot_tell"
