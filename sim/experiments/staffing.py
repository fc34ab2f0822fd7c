"""Staffing: the fewest counter-hours with which each agency keeps its promise.

The search begins where theory says for each hour alone (Erlang C: Gross, Shortle, Thompson and
Harris, Fundamentals of Queueing Theory, 5th ed., sec. 3.3), adds counters where a promise is
not kept, then takes away those that nobody misses. Every plan is tried on the same citizens.
What is found is certified on replications that the search has not seen, with intervals that
hold for all agencies and all attempts together. What one counter fewer would do is looked at on
the same replications, and so is told but not certified.

Agencies whose counters are a number or a table are staffed; named counters and machines stay
as they are. A plan is the same on every day, as a table of counters is.

Breaks may be staggered: the search is done again with every break in two shifts, and each agency
takes what costs it fewer counter-hours; the two together are certified as any plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property

from sim.engine import Engine
from sim.errors import MallError
from sim.experiments.floating import Float, floats
from sim.experiments.plenty import Plenty
from sim.experiments.replicate import Progress
from sim.experiments.slots import Plan, Slots, Table
from sim.experiments.staffing_search import Search, less
from sim.experiments.staggering import Breaks, in_two_shifts
from sim.experiments.stopping import known_as
from sim.scenario.model import Scenario
from sim.statistics.change import difference
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.verdict import State, promise_of


@dataclass(frozen=True)
class Staffed:
    """What was found for one agency.

    before, after : counters by slot; hours_before, hours_after : counter-hours on a mean day
    share : called in time on fresh replications, with an interval for all agencies together
    limit : the share promised
    fewer : the table with the counter less that is missed least, or None at one each
    fewer_share : its share; fewer_late : its further citizens a day who are not called in time
    """

    agency: str
    before: Table
    after: Table
    hours_before: float
    hours_after: float
    share: Estimate
    limit: float
    state: State
    fewer: Table | None = None
    fewer_share: Estimate | None = None
    fewer_state: State | None = None
    fewer_late: float = 0.0


@dataclass(frozen=True, eq=False)
class StaffingPlan:
    """The plan of a whole mall.

    scenario : the mall as it would be staffed; results : of that; slots : in which it is planned
    impossible : agencies that no number of counters lets keep their promise, with the share that
        is called in time where there are counters in plenty
    why : of these, what people wait for in spite of plenty; none where it was broken off
    left_alone : agencies whose counters are named, machines, or promise nothing
    tried : how many plans the search looked at
    certified : on replications that the search had not seen; else by those of the search itself,
        where it was broken off
    staggered : agencies that take their breaks in two shifts, with these
    floats : officers whom two agencies may share, in place of one each
    """

    scenario: Scenario
    slots: Slots
    agencies: tuple[Staffed, ...]
    impossible: Mapping[str, Estimate]
    why: Mapping[str, Plenty]
    left_alone: tuple[str, ...]
    results: Results
    tried: int
    certified: bool = True
    staggered: Mapping[str, Breaks] = field(default_factory=dict)
    floats: tuple[Float, ...] = ()

    @cached_property
    def figures(self) -> dict[str, object]:
        """The counters and staggered breaks by path, as for `load(overrides=...)`."""
        shared = {path: value for of in self.floats for path, value in of.figures.items()}
        return self.kept_figures | shared

    @property
    def kept_figures(self) -> dict[str, object]:
        """The same without officers whom two agencies share."""
        counters = {
            f"agencies.{s.agency}.counters": self.slots.table(s.after) for s in self.agencies
        }
        return counters | {f"agencies.{n}.breaks": of for n, of in self.staggered.items()}

    def overlay(self) -> str:
        """Return the counters found as an overlay, to be laid over the scenario."""
        return overlay_of(self.figures)


def overlay_of(figures: Mapping[str, object]) -> str:
    """Return figures of agencies by path as an overlay."""
    said: dict[str, dict[str, object]] = {}
    for path, value in figures.items():
        _, agency, key = path.split(".")
        said.setdefault(agency, {})[key] = value
    return "\n".join(["agencies:", *(f"  {name}: {_flow(of)}" for name, of in said.items()), ""])


def _flow(of: object) -> str:
    """Write a mapping, a list or a scalar on one line of YAML; nothing in it needs quotes."""
    if isinstance(of, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in of.items()) + "}"
    if isinstance(of, list):
        return "[" + ", ".join(map(_flow, of)) + "]"
    return "null" if of is None else str(of)


def staff(
    scenario: Scenario,
    *,
    replications: int = 20,
    certify: int = 100,
    stagger: bool = False,
    floating: bool = False,
    seed: int = 0,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> StaffingPlan:
    """Find the fewest counter-hours with which each agency keeps its promise.

    scenario : the mall as it is
    replications : of each plan of the search; certify : of the certification
    seed, engine, workers, executor : as in `replicate`
    stagger : whether breaks in two shifts are tried too; floating : whether two agencies may
        share an officer in place of one each
    progress : called with (replications done, 0): how long a search takes is not known before

    Raises MallError where no agency has both a promise and counters that can be staffed, or breaks
    cannot be staggered; at Ctrl-C Interrupted, which knows the last plan that keeps the promises
    with the breaks of today, as far as the search had seen.
    """
    breaks = in_two_shifts(scenario) if stagger else None
    first = search = Search(scenario, replications, seed, engine, workers, executor, progress)
    if not search.agencies:
        raise MallError.of("error.nothing_to_staff")
    with known_as(lambda _: None if first.held is None else _told(first, *first.held)):
        plan = search.reduced(search.mended(search.ample()))
        if breaks is not None:
            search, plan = _staggered(first, plan, breaks)
        plan, results = search.certified(plan, certify)
        neighbours = _neighbours(search, plan, certify)
        shared = floats(search, plan, certify) if floating else ()
    return replace(_told(search, plan, results, neighbours), floats=shared)


def _staggered(
    search: Search, plan: dict[str, Table], breaks: Breaks
) -> tuple[Search, dict[str, Table]]:
    """Search anew with all breaks in two shifts, and take these where they cost fewer hours.

    Returns the search of the mall that comes of it, and its plan.
    """
    other = search.anew(search.agencies, breaks)
    shifts = other.reduced(other.mended(other.ample()))
    taken = [
        name
        for name in search.agencies
        if name not in other.impossible
        and max(shifts[name]) > 1  # of one officer no half stays
        and (
            name in search.impossible
            or other.hours(name, shifts[name]) < search.hours(name, plan[name])
        )
    ]
    mixed = search.anew(taken, breaks)
    mixed.impossible = {n: of for n, of in search.impossible.items() if n not in taken}
    mixed.done, mixed.tried = other.done, other.tried
    return mixed, {name: (shifts if name in taken else plan)[name] for name in plan}


Neighbours = Mapping[str, tuple[Table, Results]]


def _neighbours(search: Search, plan: Plan, replications: int) -> Neighbours:
    """Return each agency's table with one counter fewer, and what that alone would do."""
    fewer = {name: search.fewer(plan, name, set()) for name in search.agencies}
    others = {n: less(plan[n], k) for n, k in fewer.items() if k is not None}
    runs = search.run([{**plan, n: t} for n, t in others.items()], replications, search.first)
    return {n: (others[n], r) for n, r in zip(others, runs, strict=True)}


def _told(
    search: Search, plan: Plan, results: Results, neighbours: Neighbours | None = None
) -> StaffingPlan:
    """Say what was found; neighbours : what one counter fewer would do, None if broken off."""
    return StaffingPlan(
        scenario=search.scenario,
        slots=search.slots,
        agencies=tuple(
            _staffed(search, name, plan[name], results, (neighbours or {}).get(name))
            for name in search.agencies
            if name not in search.impossible
        ),
        impossible=search.impossible,
        why={} if neighbours is None else search.why(),
        left_alone=tuple(n for n in sorted(search.scenario.agencies) if n not in search.agencies),
        results=results,
        tried=search.tried,
        certified=neighbours is not None,
        staggered=search.staggered,
    )


def _staffed(
    search: Search, agency: str, after: Table, results: Results,
    neighbour: tuple[Table, Results] | None,
) -> Staffed:  # fmt: skip
    confidence, before = search.confidence, search.before(agency)
    share, margin, found = promise_of(results, "agency", agency, confidence)
    staffed = Staffed(
        agency, before, after, search.hours(agency, before), search.hours(agency, after), share,
        share.value - margin.value, found,
    )  # fmt: skip
    if neighbour is None:
        return staffed
    table, other = neighbour
    fewer_share, _, fewer_state = promise_of(other, "agency", agency, confidence)
    lost = difference(other, results, "called_in_time", "agency", agency, confidence=confidence)
    tickets = other.estimate("tickets", "agency", agency).value
    return replace(
        staffed,
        fewer=table,
        fewer_share=fewer_share,
        fewer_state=fewer_state,
        fewer_late=max(0.0, -lost.value * tickets),
    )
