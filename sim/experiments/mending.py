"""A repair for a plan that fails: more officers, where they are needed and as long as they are.

Officers are added for the whole day at the agencies that stand in the way, on the same citizens,
until every condition for which the join would be blamed holds. Then each of these agencies is
tried with its further officers in stretches of hours, the shortest first, and the first that
suffices is kept: one stretch, as somebody can work it. What is found is only a proposal. It is
judged by `compare`, on other replications than those that found it.

Agencies whose counters have names, and machines, are left as they are; so is what fails today,
unless the join makes it worse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from sim.engine import Engine
from sim.experiments.compare import Alternative, Comparison, compare
from sim.experiments.decision import Condition
from sim.experiments.pairs import compare_pairs
from sim.experiments.plenty import with_plenty
from sim.experiments.replicate import Progress
from sim.experiments.slots import Table, slots_of
from sim.experiments.stopping import known_as
from sim.experiments.varying import varied
from sim.scenario.agency import Staffing
from sim.scenario.model import Scenario
from sim.statistics.intervals import Estimate

REPLICATIONS = 20
AT_ONCE = 8
"""Stretches of hours are tried so many at once, for all workers to have something to do."""
MOST_MORE = 8
"""So many times officers are added before the search gives up."""

More = dict[str, Table]
"""Further officers by agency and slot."""


def with_repairs(
    found: Comparison,
    *,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Return a comparison in which each plan that may not join has the repair that was found.

    Repairs are judged on the replications that their plans had, and the intervals of a plan and
    its repair hold together. The same comparison where no repair is found or none is wanted;
    at Ctrl-C that is what is known.
    """
    run = {"engine": engine, "workers": workers, "executor": executor, "progress": progress}
    with known_as(lambda _: found):
        repairs = [
            mended(of, **run) if of.as_planned in ("may_not", "cannot_tell") else None  # type: ignore[arg-type]
            for of in found.alternatives
        ]
        if not any(of.as_planned in ("may_not", "cannot_tell") for of in found.alternatives):
            return found
        if not any(repairs):
            return _in_vain(found, repairs, engine)
        again = compare(
            found.base.scenario, [repair for repair in repairs if repair is not None],
            found.base.replications, seed=found.base.run.seed, **run,  # type: ignore[arg-type]
        )  # fmt: skip
    judged = iter(again.alternatives)
    every = tuple(
        of if repair is None else replace(of, looks=2, repair=replace(next(judged), looks=2))
        for of, repair in zip(found.alternatives, repairs, strict=True)
    )
    return _in_vain(replace(found, alternatives=every), repairs, engine)


def _in_vain(found: Comparison, repairs: Sequence[Scenario | None], engine: Engine) -> Comparison:
    """Say of the plans without a repair what becomes of the agencies that decide, with plenty."""
    seed = found.base.run.seed
    every = [
        replace(of, not_mended={
            c.name: with_plenty(of.scenario, c.name, seed, engine) for c in of.deciding if c.name
        })
        if repair is None and of.as_planned in ("may_not", "cannot_tell") else of
        for of, repair in zip(found.alternatives, repairs, strict=True)
    ]  # fmt: skip
    return replace(found, alternatives=tuple(every))


def mended(
    of: Alternative,
    *,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Scenario | None:
    """Return a plan with the officers with which it may join, None where none are found.

    of : the plan as `compare` judged it
    progress : called with (replications done, 0): how long a search takes is not known before
    """
    search = _Search(of, engine, workers, executor, progress)
    more: More = {}
    for _ in range(MOST_MORE):
        (found,) = search.tried([more])
        if search.holds(found, more):
            break
        wanted = search.helpful(found)
        if not wanted:
            return None
        more = more | {name: search.one_more(more.get(name)) for name in wanted}
    else:
        return None
    if not more:
        return None
    for name in sorted(more):
        more = search.shortened(more, name)
    repair = varied(of.scenario, search.figures(more))
    # its verdict hangs on the same ranges as that of the plan
    return repair.model_copy(update={"plausible": of.scenario.plausible})


@dataclass
class _Search:
    """A search for further officers, all tries on the same citizens."""

    of: Alternative
    engine: Engine
    workers: int | None
    executor: Executor | None
    progress: Progress | None
    done: int = field(default=0)

    def __post_init__(self) -> None:
        agencies = self.of.scenario.agencies
        self.slots = slots_of(self.of.scenario)
        self.planned = {
            name: self.slots.read(agency.counters)
            for name, agency in agencies.items()
            if isinstance(agency.counters, Staffing)
        }

    def figures(self, more: More) -> dict[str, object]:
        """Return the counters by path."""
        return {
            f"agencies.{name}.counters": self.slots.table(_sum(self.planned[name], table))
            for name, table in more.items()
        }

    def tried(self, every: Sequence[More]) -> list[Alternative]:
        """Return the plan with each of these officers, on citizens of the search's own."""
        before, progress = self.done, self.progress
        self.done += len(every) * REPLICATIONS
        return compare_pairs(
            self.of.base.scenario, self.of.scenario, [({}, self.figures(m)) for m in every],
            REPLICATIONS, looks=2, seed=self.of.base.run.seed + 1, engine=self.engine,
            workers=self.workers, executor=self.executor,
            progress=None if progress is None else lambda n, _: progress(before + n, 0),
        )  # fmt: skip

    def holds(self, found: Alternative, more: Mapping[str, Table]) -> bool:
        """Whether every condition holds, where officers were added with some certainty."""
        return all(c.left >= (self._wide(c) if c.name in more else 0) for c in _blamed(found))

    def _wide(self, condition: Condition) -> float:
        """Return how wide the interval will be with the replications of the comparison."""
        decides: Estimate = condition.estimate
        if condition.before == "broken" and condition.change is not None:
            decides = condition.change
        half = max(decides.value - decides.low, 0.0)
        return half * math.sqrt(REPLICATIONS / self.of.base.replications)

    def helpful(self, found: Alternative) -> list[str]:
        """Return the agencies at which officers would help against what fails."""
        failing = [c for c in _blamed(found) if c.left < self._wide(c)]
        named = [c.name for c in failing if c.name in self.planned]
        if named or any(c.name and c.left < 0 for c in failing):
            return named
        shared = {  # present citizens lose where they meet newcomers
            name: found.results.estimate("called_in_time", "agency", name).value
            - found.base.estimate("called_in_time", "agency", name).value
            for name in self.planned
            if name in found.base.scenario.agencies
            and found.newcomers.estimate("tickets", "agency", name).value > 0
        }
        lost = {name: change for name, change in shared.items() if change < 0}
        return [min(lost, key=lambda name: lost[name])] if failing and lost else []

    def one_more(self, table: Table | None) -> Table:
        """Return one officer more, all day."""
        return tuple(n + 1 for n in table or (0,) * len(self.slots.begins))

    def shortened(self, more: More, name: str) -> More:
        """Return the officers of an agency in the shortest stretch of hours that suffices."""
        number, last = max(more[name]), len(self.slots.begins)
        stretches = [
            tuple(number if begin <= k < end else 0 for k in range(last))
            for begin in range(last)
            for end in range(begin + 1, last + 1)
            if (begin, end) != (0, last)
        ]
        stretches = sorted(filter(self.slots.cost, stretches), key=self.slots.cost)
        for first in range(0, len(stretches), AT_ONCE):  # of those that suffice the shortest
            tries = [more | {name: table} for table in stretches[first : first + AT_ONCE]]
            for one, of in zip(tries, self.tried(tries), strict=True):
                if self.holds(of, one):
                    return one
        return more


def _blamed(found: Alternative) -> list[Condition]:
    return [c for c in found.conditions if c.counts and not math.isnan(c.left)]


def _sum(a: Table, b: Table) -> Table:
    return tuple(x + y for x, y in zip(a, b, strict=True))
