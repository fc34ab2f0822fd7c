"""May it join? Each condition of a scenario's `decision`, and what it has to do with the join."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sim.scenario.model import Scenario
from sim.scenario.noted import Quantity
from sim.statistics.change import difference
from sim.statistics.intervals import Estimate, PairedDifference
from sim.statistics.results import Results
from sim.statistics.verdict import State, promise_of, state, together

Answer = Literal["may_join", "may_join_if", "may_not", "cannot_tell", "no_rule"]
WORSE = 0.02
"""By how much of its tickets called in time an agency that fails today may surely get worse, where
`present_citizens_lose_at_most` does not say it: what is bad may be made worse."""
HANGS_ON = 2
"""So many assumptions are named as those on which a verdict hangs."""
MOST_TO_ADVISE = 10_000
"""Where more replications than this would be needed, the figures have to change instead."""


@dataclass(frozen=True)
class Edge:
    """Two values of a figure that were tried: the join holds at one and fails at the other."""

    holds: Quantity
    fails: Quantity


@dataclass(frozen=True)
class BreakEven:
    """Up to which value of a figure the verdict stays what it is.

    low, high : where it was looked at; stated : this is its plausible range, as the file says
    shared : whether the mall of today has the figure too
    holds : whether the join does with the figure as assumed, by the estimates
    below, above : where the verdict turns on either side of what is assumed, if it does there
    nearness : what part of the way to an end of the range turns it; above 1 read off on a straight
        line beyond the end, infinite where the figure does not come nearer to turning it
    """

    path: str
    assumed: Quantity
    low: Quantity
    high: Quantity
    stated: bool
    shared: bool
    holds: bool
    below: Edge | None
    above: Edge | None
    nearness: float

    @property
    def turns(self) -> bool:
        """Whether a plausible value turns the verdict."""
        return self.stated and (self.below or self.above) is not None


@dataclass(frozen=True)
class Condition:
    """One condition of the scenario's `decision`, and what the replications say of it.

    kind : the key in `decision`; name : the agency that is meant, or ""
    limit : the share that is required or allowed
    estimate : what was found, with an interval that holds for all conditions together; state :
        what follows from it
    today : the same in the base, and before : what follows there; None and "new" for an agency
        that is not there, None and "" where the condition is about a change
    change : from today, in the sense in which less is worse; None where there is no today
    touched : whether the alternative itself says something else of that agency, or of who goes
        there; else it is reached only by what happens elsewhere
    worse_at_most : by how much what fails today may get worse
    """

    kind: str
    name: str
    limit: float
    estimate: Estimate
    state: State
    today: Estimate | None = None
    before: State | Literal["new", ""] = ""
    change: PairedDifference | None = None
    touched: bool = True
    worse_at_most: float = WORSE

    @property
    def blamed(self) -> bool:
        """Whether the condition speaks about the join.

        What fails today already does not, unless the join surely makes it worse, by more than
        `worse_at_most`. What is unclear today does not either, unless the join makes it worse:
        where the alternative says something new, unless it is surely no worse; elsewhere, only
        if it is surely worse.
        """
        if self.before == "broken":
            return self.change is not None and self.change.high < -self.worse_at_most
        if self.before == "cannot_tell" and self.change is not None:
            return not self.change.low >= 0 if self.touched else self.change.high < 0
        return True

    @property
    def counts(self) -> bool:
        """Whether it could speak about the join, by the estimates: `left` then says how nearly."""
        return self.blamed or (self.before == "broken" and self.change is not None)

    @property
    def left(self) -> float:
        """By how much the condition holds by its estimate, of 1; below 0 it fails.

        What fails today holds while it gets no worse than it may.
        """
        if self.before == "broken" and self.change is not None:
            return self.change.value + self.worse_at_most
        if self.kind == "present_citizens_lose_at_most":
            return self.estimate.value + self.limit
        if self.kind == "refused_at_most":
            return self.limit - self.estimate.value
        return self.estimate.value - self.limit

    @property
    def unchanged(self) -> bool:
        """Whether the alternative does here exactly what the base does."""
        change = self.change
        return change is not None and change.value == change.low == change.high == 0

    @property
    def replications_needed(self) -> int | None:
        """How many replications would tell, if the estimate stays where it is; None: too many.

        Half-widths shrink with the root of the number; rounded up to two digits.
        """
        reach = -self.limit if self.kind == "present_citizens_lose_at_most" else self.limit
        value, low, high = self.estimate.value, self.estimate.low, self.estimate.high
        half = value - low if value > reach else high - value
        if math.isnan(half) or value == reach:
            return None
        needed = float(self.estimate.n * (half / (value - reach)) ** 2)
        if needed > MOST_TO_ADVISE:
            return None
        step: int = 10 ** max(0, math.floor(math.log10(max(needed, 1))) - 1)
        return math.ceil(needed / step) * step


def judged(
    scenario: Scenario, base: Results, found: Results, lost: PairedDifference, confidence: float
) -> tuple[Condition, ...]:
    """Return every condition of a scenario's decision, those that decide first.

    lost : the change of fulfilled visits of the citizens of both
    confidence : of each interval, as `confidence_of` says
    """
    decision = scenario.decision
    agencies = promising(scenario) if decision.every_agency_keeps else []
    conditions = [_keeps(base, found, name, confidence) for name in agencies]
    lose = decision.present_citizens_lose_at_most
    if lose is not None:
        holds = state(lost.low + lose, lost.high + lose)
        conditions.append(Condition("present_citizens_lose_at_most", "", lose, lost, holds))
    if decision.refused_at_most is not None:
        conditions.append(_refused(base, found, decision.refused_at_most, confidence))
    return tuple(sorted(conditions, key=_trouble))


def answer(conditions: tuple[Condition, ...]) -> Answer:
    """May it join? Follows from the conditions alone."""
    if not conditions:
        return "no_rule"
    states = {c.state for c in conditions if c.blamed}
    if "broken" in states:
        return "may_not"
    return "cannot_tell" if "cannot_tell" in states else "may_join"


def confidence_of(scenario: Scenario, looks: int = 1) -> float:
    """Return the confidence of each interval of a decision, so that all hold together.

    looks : how many malls are judged for one answer: 2 where a repair is tried too
    """
    decision = scenario.decision
    number = len(promising(scenario)) if decision.every_agency_keeps else 0
    number += decision.present_citizens_lose_at_most is not None
    number += decision.refused_at_most is not None
    return together(number * looks)


def promising(scenario: Scenario) -> list[str]:
    """Return the agencies that promise something to somebody who comes."""
    visited = {s.service for j in scenario.journeys for s in scenario.stops_of(j)}
    return sorted({name.partition(".")[0] for name in visited if scenario.promise_of(name)})


def _keeps(base: Results, found: Results, agency: str, confidence: float) -> Condition:
    share, margin, holds = promise_of(found, "agency", agency, confidence)
    limit = share.value - margin.value
    if agency not in promising(base.scenario):
        return Condition("every_agency_keeps", agency, limit, share, holds, None, "new")
    today, was, before = promise_of(base, "agency", agency, confidence)
    same = math.isclose(today.value - was.value, limit, abs_tol=1e-9)  # the promise of both
    measure = "called_in_time" if same else "promise_margin"
    change = difference(found, base, measure, "agency", agency, confidence=confidence)
    touched = _touched(base.scenario, found.scenario, agency)
    return Condition(
        "every_agency_keeps", agency, limit, share, holds, today, before, change, touched,
        _worse_at_most(found.scenario),
    )  # fmt: skip


def _refused(base: Results, found: Results, limit: float, confidence: float) -> Condition:
    share, today = (r.estimate("refused", confidence=confidence) for r in (found, base))
    after, before = (state(limit - s.high, limit - s.low) for s in (share, today))
    # Fewer refused is better, so the change is that from the alternative to today.
    change = difference(base, found, "refused", confidence=confidence)
    worse = _worse_at_most(found.scenario)
    return Condition(
        "refused_at_most", "", limit, share, after, today, before, change, worse_at_most=worse
    )


def _worse_at_most(scenario: Scenario) -> float:
    """By how much what fails today may get worse."""
    stated = scenario.decision.present_citizens_lose_at_most
    return WORSE if stated is None else stated


def _touched(base: Scenario, other: Scenario, agency: str) -> bool:
    """Whether the alternative says something else of an agency, or of who goes there."""
    if base.agencies[agency] != other.agencies[agency]:
        return True
    if any(getattr(base, of) != getattr(other, of) for of in _OF_ALL):
        return True
    return _visitors(base, agency) != _visitors(other, agency)


_OF_ALL = ("calendar", "demand", "hall", "visitors", "entrance")
"""What concerns every agency."""


def _visitors(scenario: Scenario, agency: str) -> dict[str, object]:
    """Return the journeys that stop at an agency."""
    return {
        name: journey
        for name, journey in scenario.journeys.items()
        if any(stop.agency == agency for stop in scenario.stops_of(name))
    }


def _trouble(condition: Condition) -> tuple[bool, bool, int, bool, float]:
    """Order by trouble: what decides, then what is not the join's doing, then what is kept."""
    order = ("broken", "cannot_tell", "kept").index(condition.state)
    kept = condition.state == "kept"
    distance = condition.estimate.value - condition.limit
    is_agency = condition.kind == "every_agency_keeps"
    return (
        kept, not kept and not condition.blamed, order, not is_agency,
        distance if is_agency and not math.isnan(distance) else 0.0,
    )  # fmt: skip
