"""The fewest counters that keep each promise with most of what the figures may be.

A plan for the figures as they stand is one for the middle of what the data leave open: with half
of the draws more is to do. Here a promise has to be kept with a stated share of the draws, that
is with a chance constraint, which is met on a sample of draws and tried on others (Luedtke and
Ahmed 2008, "A sample approximation approach for optimization with probabilistic constraints",
SIAM Journal on Optimization 19; staffing from data of demand: Bassamboo and Zeevi 2009, "On a
data-driven method for staffing large call centers", Operations Research 57).

Each draw has replications of its own, so that their chance is not the same for all. A draw's margin
is that of the figures as they stand, over the replications of all draws, and the difference that
the draw makes in its own (a control variate: Law, Simulation Modeling and Analysis, 5th ed., sec.
11.4). These differences scatter more than the draws do by themselves; they are drawn together so
far that their variance is that of the draws alone (Louis 1984, "Estimating a population of
parameter values using Bayes and empirical Bayes methods", J. American Statistical Association 79).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engine import Engine
from sim.experiments.inputs import Figures, Inputs, bare, usable
from sim.experiments.replicate import Progress
from sim.experiments.slots import Plan, Slots, Table
from sim.experiments.staffing import StaffingPlan
from sim.experiments.staffing_search import FRESH, Search, less
from sim.statistics.change import difference
from sim.statistics.intervals import Estimate, exact_share, t_factor
from sim.statistics.results import Results
from sim.statistics.verdict import State, margin_of, state, together

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
_TINY = 1e-9
SHARE = 0.9
"""Of the draws, with which a promise is to be kept."""
SEARCHED, TRIED, RUNS = 39, 80, 5
"""Draws of the search, fresh draws of each certification, and replications of each draw."""
CERTIFICATIONS = 2
_STEP = 0.1
"""So far behind the share of draws, an agency gets a counter in one hour more at once."""
_PATIENT = 4
"""After so many attempts each goes to one hour more."""


@dataclass(frozen=True)
class Reserved:
    """One agency with counters in reserve.

    before, after : counters by slot, of the plan for the figures as they stand and with reserve
    hours : counter-hours a mean day that the reserve costs
    at_first : share of the draws of the search with which the plan as it stands keeps the promise
    kept : share of fresh draws with which the reserve does, for all agencies together
    found : whether that is surely the share that is wanted; enough : whether it is by estimate
    in_plenty : False where no number of counters keeps the promise with enough draws
    """

    agency: str
    before: Table
    after: Table
    hours: float
    at_first: float
    kept: Estimate
    found: State
    enough: bool
    in_plenty: bool = True


@dataclass(frozen=True, eq=False)
class Reserve:
    """What a mall needs so that promises are kept with most draws.

    share : of draws, wanted; searched, tried : draws of the search, and fresh ones
    plans : that were looked at; runs : replications of each with each draw
    """

    share: float
    slots: Slots
    agencies: tuple[Reserved, ...]
    searched: int
    tried: int
    plans: int
    runs: int

    @property
    def hours(self) -> float:
        """Counter-hours a mean day beyond the plan for the figures as they stand."""
        return sum(one.hours for one in self.agencies)

    @property
    def figures(self) -> dict[str, object]:
        """The counters by path, as for `load(overrides=...)`."""
        return {f"agencies.{one.agency}.counters": self.slots.table(one.after)
                for one in self.agencies}  # fmt: skip


def reserve(
    plan: StaffingPlan,
    inputs: Inputs,
    *,
    share: float = SHARE,
    runs: int = RUNS,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Reserve:
    """Add the fewest counters to a plan with which each promise is kept in a share of draws.

    plan : by `staff`; officers that two agencies share are left out
    inputs : draws; a part is searched with, others certify. runs : replications of each draw
    engine, workers, executor, progress : as in `staff`

    Raises MallError where no draw is about a figure of the scenario.
    """
    draws = usable(plan.scenario, inputs)
    cut = min(SEARCHED, len(draws) // 2)
    search = _Reserving(plan, draws[:cut], share, runs, engine, workers, executor, progress)
    found = search.reduced(search.mended())
    looked = search.search.tried // (cut + 1)
    parts = _parts(draws[cut:])
    for attempt, fresh in enumerate(parts):
        held = search.held(found, fresh, FRESH + attempt * runs * TRIED)
        behind = [n for n in search.possible if held[n].mean() < share]
        if not behind or attempt == len(parts) - 1:
            break
        found = found | {name: search.more(found, name, 0) for name in behind}
    confidence = together(len(held) * CERTIFICATIONS)
    agencies = tuple(search.told(name, found[name], held[name], confidence) for name in held)
    return Reserve(share, search.search.slots, agencies, cut, len(fresh), looked, runs)


def _parts(draws: Sequence[Figures]) -> list[Sequence[Figures]]:
    """Return draws in parts for one certification each; few draws are one part."""
    whole = [draws[k : k + TRIED] for k in range(0, len(draws), TRIED)]
    return [part for part in whole if len(part) == TRIED][:CERTIFICATIONS] or [draws]


class _Reserving:
    """The search, all plans with the same draws and on the same citizens.

    late : by agency and slot, how far citizens fell short of the promise at the last look
    possible : agencies that counters let keep their promise with enough draws
    first : the plan for the figures as they stand; at_first : the share of draws that it holds with
    """

    def __init__(
        self, plan: StaffingPlan, draws: Sequence[Figures], share: float, runs: int,
        engine: Engine, workers: int | None, executor: Executor | None, progress: Progress | None,
    ) -> None:  # fmt: skip
        seed = plan.results.run.seed
        mall = bare(plan.scenario)
        self.search = Search(mall, runs, seed, engine, workers, executor, progress)
        self.draws, self.runs = draws, runs
        self.needed = math.ceil(share * len(draws) - 1e-9)
        self.share = share
        self.late: dict[str, list[float]] = {}
        self.first = {one.agency: one.after for one in plan.agencies}
        self.possible = list(self.first)
        self.at_first: dict[str, float] = {}

    def held(self, plan: Plan, draws: Sequence[Figures], first: int = 0) -> dict[str, Bools]:
        """Return by agency (K,) with which draws a plan keeps the promise, by its estimate."""
        figures, runs = self.search.figures(plan), self.runs
        (level,) = self.search.run_figures([figures], runs * len(draws), first)
        firsts = range(first, first + runs * len(draws), runs)
        found = self.search.run_figures([{**draw, **figures} for draw in draws], runs, firsts)
        for name in plan:
            late = np.array([self.search.late(name, results) for results in found])
            self.late[name] = late.sum(axis=0).tolist()
        return {name: margins(level, found, name) >= -_TINY for name in plan}

    def behind(self, plan: Plan) -> dict[str, float]:
        """Return how much of the draws the agencies lack that keep too few."""
        held = self.held(plan, self.draws)
        self.at_first = self.at_first or {name: float(of.mean()) for name, of in held.items()}
        return {
            name: self.share - float(held[name].mean())
            for name in self.possible
            if held[name].sum() < self.needed
        }

    def mended(self) -> dict[str, Table]:
        """Add counters where too few draws keep a promise, unless even plenty would not do."""
        plan = dict(self.first)
        behind = self.behind(plan)
        if behind:
            late = dict(self.late)
            hopeless = self.behind(plan | {name: self.search.plenty[name] for name in behind})
            self.possible = [name for name in self.possible if name not in hopeless]
            self.late = late
        behind = {name: lacks for name, lacks in behind.items() if name in self.possible}
        attempt = 0
        while behind:
            for name, lacks in behind.items():
                # If the hours that show the lateness do not cure it, those around them will.
                plan[name] = self.more(plan, name, int(lacks / _STEP) + attempt // _PATIENT)
            behind = self.behind(plan)
            attempt += 1
        return plan

    def more(self, plan: Plan, agency: str, besides: int) -> Table:
        """Return a table with more counters where citizens waited longest; never beyond plenty."""
        room = [n < most for n, most in zip(plan[agency], self.search.plenty[agency], strict=True)]
        late = [of if free else -math.inf for of, free in zip(self.late[agency], room, strict=True)]
        return self.search.with_more(plan, agency, late, besides)

    def reduced(self, plan: dict[str, Table]) -> dict[str, Table]:
        """Take back what was added, one by one at all agencies at once, while promises hold."""
        kept: set[tuple[str, int]] = set()
        while True:
            fixed = kept | {(name, k) for name, table in plan.items() for k in range(len(table))
                            if table[k] <= self.first[name][k]}  # fmt: skip
            fewer = {name: k for name in self.possible
                     if (k := self.search.fewer(plan, name, fixed)) is not None}  # fmt: skip
            if not fewer:
                return plan
            tried = plan | {name: less(plan[name], k) for name, k in fewer.items()}
            behind = self.behind(tried)
            kept |= {(name, k) for name, k in fewer.items() if name in behind}
            plan = plan | {name: tried[name] for name in fewer if name not in behind}

    def told(self, agency: str, after: Table, held: Bools, confidence: float) -> Reserved:
        """Say what was found for an agency."""
        before, hours = self.first[agency], self.search.hours
        kept = exact_share(int(held.sum()), len(held), confidence)
        return Reserved(
            agency, before, after, hours(agency, after) - hours(agency, before),
            self.at_first[agency], kept, state(kept.low - self.share, kept.high - self.share),
            kept.value >= self.share, agency in self.possible,
        )  # fmt: skip


def margins(level: Results, found: Sequence[Results], agency: str) -> Floats:
    """Return (K,) by how much each draw keeps an agency's promise, its chance taken off.

    level : with the figures as they stand, R replications for each draw, one draw after the other
    found : with each draw, on its R of these. A draw with which nobody comes is as these figures
    """
    size = found[0].replications
    each = [_some(level, k * size, size) for k in range(len(found))]
    pairs = [difference(one, base, "promise_margin", "agency", agency)
             for one, base in zip(found, each, strict=True)]  # fmt: skip
    value = np.nan_to_num(np.array([pair.value for pair in pairs]))
    error = np.nan_to_num(np.array([pair.half_width for pair in pairs])) / t_factor(size - 1)
    middle, whole = value.mean(), float(value.var(ddof=1))
    alone = max(whole - float(np.mean(error**2)), 0.0)
    near = math.sqrt(alone / whole) if whole else 0.0
    drawn: Floats = margin_of(level, agency).value + middle + near * (value - middle)
    return drawn


def _some(results: Results, first: int, number: int) -> Results:
    these = slice(first, first + number)
    return replace(results, total=results.total[these], n=results.n[these])
