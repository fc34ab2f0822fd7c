"""The search for a staffing: theory first, then more where late, then fewer, then certified."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property

from sim.engine import Engine
from sim.engine.loads import loads
from sim.experiments.decision import promising
from sim.experiments.first_guess import first_guess
from sim.experiments.plenty import Plenty, with_plenty
from sim.experiments.points import run_points
from sim.experiments.replicate import Progress
from sim.experiments.slots import Plan, Slots, Table, slots_of
from sim.experiments.staggering import Breaks
from sim.experiments.varying import varied
from sim.scenario.model import Scenario, Staffing
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.slices import hours_of
from sim.statistics.verdict import margin_of, promise_of, state

ATTEMPTS = 6
"""How often a plan may be mended and certified again, each time on replications of its own."""
FRESH = 1_000_000
"""The first replication of a certification: far beyond those of any search."""
AMPLE = 4
"""Counters per erlang, and more besides, with which nobody waits for want of counters."""


GAIN = 0.005
"""A counter that lets fewer than 5 of 1,000 tickets more be called in time helps little."""
STUCK = 8
"""After so many counters that helped little an agency begins with counters in plenty."""


@dataclass
class Search:
    """A search for the counters of a scenario, all plans on the same citizens."""

    scenario: Scenario
    replications: int
    seed: int
    engine: Engine
    workers: int | None
    executor: Executor | None
    progress: Progress | None
    done: int = 0
    tried: int = 0
    held: tuple[dict[str, Table], Results] | None = None
    """The last plan with which every promise that can be kept is kept, by its estimate."""
    impossible: Mapping[str, Estimate] = field(default_factory=dict)
    """The agencies that no number of counters lets keep their promise, as `ample` found."""
    staggered: Mapping[str, Breaks] = field(default_factory=dict)
    """The agencies that take their breaks in two shifts."""

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        """The agencies that can be staffed: a promise, visitors, and counters without names."""
        of = self.scenario.agencies
        return tuple(
            name for name in promising(self.scenario) if isinstance(of[name].counters, Staffing)
        )

    @cached_property
    def slots(self) -> Slots:
        """The hours of the clock."""
        return slots_of(self.scenario)

    @cached_property
    def offered(self) -> dict[str, list[float]]:
        """The load of each agency (erlangs) by slot, on the mean day."""
        days = len(self.scenario.days)
        found = {name: [0.0] * len(self.slots.begins) for name in self.agencies}
        for load in loads(self.scenario):
            whole = self.scenario.days[0].continuous
            if load.agency in found and not load.services and (bool(load.interval) != whole):
                found[load.agency][self.slots.of(load.interval)] += load.offered / days
        return found

    def hours(self, agency: str, counters: Table) -> float:
        """Return the counter-hours of an agency on a mean day."""
        return slots_of(self.scenario, agency).cost(counters)

    @cached_property
    def plenty(self) -> dict[str, Table]:
        """Counters with which nobody waits for want of one, by agency."""
        return {
            name: tuple(max(10, math.ceil(AMPLE * x) + 10) for x in self.offered[name])
            for name in self.agencies
        }

    def before(self, agency: str) -> Table:
        """Return the counters that the scenario has, by slot."""
        staffing = self.scenario.agencies[agency].counters
        assert isinstance(staffing, Staffing)
        return self.slots.read(staffing)

    def run(
        self, plans: Iterable[Plan], replications: int | None = None, first: int = 0
    ) -> list[Results]:
        """Return the results of plans, all on the same citizens."""
        points = [self.figures(plan) for plan in plans]
        return self.run_figures(points, replications or self.replications, first)

    def figures(self, plan: Plan) -> dict[str, object]:
        """Return the counters of a plan by path."""
        return {f"agencies.{name}.counters": self.slots.table(t) for name, t in plan.items()}

    def run_figures(
        self, points: Sequence[Mapping[str, object]], replications: int,
        first: int | Sequence[int],
    ) -> list[Results]:  # fmt: skip
        """Return the results of figures by path, on the same citizens if `first` is one for all."""
        before, progress = self.done, self.progress
        found = run_points(
            self.scenario, points, replications, seed=self.seed, first=first,
            hours=True, engine=self.engine, workers=self.workers, executor=self.executor,
            progress=None if progress is None else lambda n, _: progress(before + n, 0),
        )  # fmt: skip
        self.done += len(points) * replications
        self.tried += len(points)
        return found

    def anew(self, agencies: Iterable[str], breaks: Breaks) -> Search:
        """Return a search of the same mall in which agencies have these breaks."""
        staggered = dict.fromkeys(agencies, breaks)
        scenario = varied(
            self.scenario, {f"agencies.{n}.breaks": of for n, of in staggered.items()}
        )
        return replace(self, scenario=scenario, staggered=staggered, held=None, impossible={})

    # The search

    def failing(self, plan: dict[str, Table], results: Results) -> list[str]:
        """Return who breaks, by the estimate, a promise that can be kept.

        The plan is remembered where nobody does.
        """
        found = [
            name
            for name in self.agencies
            if name not in self.impossible and margin_of(results, name).value < 0
        ]
        if not found:
            self.held = plan, results
        return found

    def ample(self) -> dict[str, Table]:
        """Find out who cannot keep the promise with plenty; return where theory begins."""
        (results,) = self.run([self.plenty])
        self.impossible = {
            name: results.estimate("called_in_time", "agency", name)
            for name in self.agencies
            if margin_of(results, name).value < 0
        }
        begin = {
            name: first_guess(self.scenario, name, self.offered[name], self.slots)
            for name in self.agencies
        }
        return begin | {name: self.before(name) for name in self.impossible}

    def why(self) -> dict[str, Plenty]:
        """Say of the agencies that cannot keep their promise what people wait for there."""
        return {
            name: with_plenty(self.scenario, name, self.seed, self.engine)
            for name in self.impossible
        }

    def mended(self, plan: dict[str, Table]) -> dict[str, Table]:
        """Add counters until every promise that can be kept is kept, by the estimate.

        Who is late in an hour may wait for the opening or a break, which no counter shortens: where
        a further counter helped little, the next goes to the hour in which it is seen to help most;
        who is still late after many such steps begins with counters in plenty.
        """
        before: dict[str, float] = {}
        stuck: Counter[str] = Counter()
        while True:
            (results,) = self.run([plan])
            failing = self.failing(plan, results)
            if not failing:
                return plan
            missing = {name: margin_of(results, name).value for name in failing}
            little = [n for n in failing if missing[n] - before.get(n, -math.inf) < GAIN]
            stuck.update(little)
            plan = plan | {
                name: self.with_more(
                    plan, name, self.late(name, results), int(-missing[name] / 0.1)
                )
                for name in failing
                if name not in little
            }
            plan = self._with_best_more(plan, [n for n in little if stuck[n] < STUCK])
            plan = plan | {n: self.plenty[n] for n in little if stuck[n] >= STUCK}
            before = missing

    def with_more(self, plan: Plan, agency: str, late: Sequence[float], besides: int) -> Table:
        """Return a table with one counter more in the hours where most are called too late.

        late : by slot; besides : in how many hours more than one
        """
        table = list(plan[agency])
        order = sorted(range(len(table)), key=lambda k: (-late[k], k))
        for k in order[: 1 + besides]:
            # Who waits too long in one hour may stand behind those of the hour before.
            tight = [j for j in (k, k - 1) if j >= 0]
            table[max(tight, key=lambda j: self.offered[agency][j] / max(table[j], 0.5))] += 1
        return tuple(table)

    def _with_best_more(self, plan: dict[str, Table], unsure: list[str]) -> dict[str, Table]:
        """Return the plan with one counter more at agencies, each in the hour that helps most."""
        if not unsure:
            return plan
        slots = range(len(self.slots.begins))
        tried = [plan | {name: _more(plan[name], k) for name in unsure} for k in slots]
        runs = self.run(tried)
        best = {
            name: max(slots, key=lambda k: (margin_of(runs[k], name).value, -k)) for name in unsure
        }
        return plan | {name: _more(plan[name], k) for name, k in best.items()}

    def late(self, agency: str, results: Results) -> list[float]:
        """Return by slot how far the citizens of an hour fall short of the promise, in people."""
        if self.scenario.days[0].continuous:
            return [1.0]
        late = [0.0] * len(self.slots.begins)
        for hour in hours_of(self.scenario):
            label = f"{hour:02d}:00"
            k = results.position("promise_margin", "agency", agency, label)
            late[self.slots.of(label)] -= float(results.total[:, k].sum())
        return late

    def reduced(self, plan: dict[str, Table]) -> dict[str, Table]:
        """Take away counters one by one, in all agencies at once, while the promises hold."""
        kept: set[tuple[str, int]] = set()
        while True:
            fewer = {
                name: step
                for name in self.agencies
                if name not in self.impossible
                and (step := self.fewer(plan, name, kept)) is not None
            }
            if not fewer:
                return plan
            without_one = {n: less(plan[n], fewer[n]) if n in fewer else plan[n] for n in plan}
            (results,) = self.run([without_one])
            failing = self.failing(without_one, results)
            for name, slot in fewer.items():
                if name not in failing:
                    plan = plan | {name: without_one[name]}
                else:
                    kept.add((name, slot))

    def fewer(self, plan: Plan, agency: str, kept: set[tuple[str, int]]) -> int | None:
        """Return the hour in which a counter is missed least: where most would stand idle."""
        table = plan[agency]
        free = [k for k, n in enumerate(table) if n > 1 and (agency, k) not in kept]
        idle = {k: (table[k] - 1) / max(self.offered[agency][k], 1e-9) for k in free}
        return max(free, key=lambda k: (idle[k], -k)) if free else None

    # The certification

    def certified(
        self, plan: dict[str, Table], replications: int
    ) -> tuple[dict[str, Table], Results]:
        """Try the plan and its neighbours on fresh replications, until it holds and they do not.

        What a neighbour shows only chooses the next plan, which is tried on citizens of its own.
        """
        possible = [name for name in self.agencies if name not in self.impossible]
        failed: set[tuple[str, Table]] = set()
        held: dict[str, Table] = {}
        for attempt in range(ATTEMPTS):
            self.first = FRESH + attempt * replications
            (results,) = self.run([plan], replications, self.first)
            self.failing(plan, results)
            found = {
                name: promise_of(results, "agency", name, self.confidence)[2] for name in possible
            }
            unsure = [name for name in possible if found[name] != "kept"]
            failed |= {(name, plan[name]) for name in unsure}
            sure = [name for name in possible if found[name] == "kept"]
            held |= {name: plan[name] for name in sure}
            smaller: dict[str, Table] = {}
            if attempt < ATTEMPTS - 2:  # what is made smaller is certified, and may be taken back
                smaller = self._smaller(plan, sure, failed, replications)
            if not (unsure or smaller) or attempt == ATTEMPTS - 1:
                break
            back = {name: held[name] for name in unsure if name in held}
            plan = self._with_best_more(plan, [n for n in unsure if n not in back])
            plan = plan | smaller | back
        return plan, results

    def _smaller(
        self, plan: dict[str, Table], agencies: list[str], failed: set[tuple[str, Table]],
        replications: int,
    ) -> dict[str, Table]:  # fmt: skip
        """Return the tables with one counter less that keep the promise too, where there are."""
        slots = range(len(self.slots.begins))
        fewer = [{n: less(plan[n], k) for n in agencies if plan[n][k] > 1} for k in slots]
        fewer = [{n: t for n, t in of.items() if (n, t) not in failed} for of in fewer]
        wanted = [k for k in slots if fewer[k]]
        runs = dict(
            zip(wanted, self.run([plan | fewer[k] for k in wanted], replications, self.first),
                strict=True)
        )  # fmt: skip
        found: dict[str, Table] = {}
        for name in agencies:
            margins = {k: margin_of(runs[k], name) for k in wanted if name in fewer[k]}
            kept = [k for k, of in margins.items() if state(of.low, of.high) == "kept"]
            if kept:
                found[name] = fewer[max(kept, key=lambda k: (margins[k].low, -k))][name]
        return found

    @property
    def confidence(self) -> float:
        """Of each interval, so that those of all agencies and attempts hold together."""
        return 1 - 0.05 / len(self.agencies) / ATTEMPTS


def _more(table: Table, slot: int) -> Table:
    return tuple(n + (k == slot) for k, n in enumerate(table))


def less(table: Table, slot: int) -> Table:
    """Return a table with one counter less in a slot."""
    return tuple(n - (k == slot) for k, n in enumerate(table))
