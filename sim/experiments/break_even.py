"""Break-even: up to which value of a figure the verdict on a join stays what it is.

Looked at are the figures that only the newcomers bring (how many come, how long a service takes,
how many officers are there), over their plausible range or, where the file states none, from half
to twice what is assumed; and the figures of the mall of today that have a plausible range, which
are changed in both malls. One figure at a time, all others as they are, on the same citizens
(see `sensitivity` for what that cannot see).

The verdict at a value is that of the estimates: each condition for which the join would be blamed
holds if its estimate does. Where it differs between the figure as assumed and an end of the range,
the value between at which it turns is closed in from both sides, so that what is said to hold, and
what is said to fail, has been tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import pairwise

from sim.engine import Engine
from sim.errors import ScenarioError
from sim.experiments.compare import Alternative, Comparison
from sim.experiments.decision import BreakEven, Edge
from sim.experiments.pairs import Figures, compare_pairs
from sim.experiments.replicate import Progress
from sim.experiments.stopping import known_as
from sim.experiments.varying import varied
from sim.scenario import quantities as q
from sim.scenario.figures import figures, full_path
from sim.scenario.model import Scenario
from sim.scenario.noted import Quantity, read_quantity

REPLICATIONS = 20
ROUNDS = 6
MOST = 16
"""Of further figures only those with a plausible range are looked at."""
NEAR = 0.02
"""Of the range: nearer than this the two sides need not come."""


@dataclass(frozen=True)
class _Range:
    """A figure and where it is looked at; shared : whether the mall of today has it too."""

    path: str
    assumed: Quantity
    low: Quantity
    high: Quantity
    stated: bool
    shared: bool

    @property
    def whole(self) -> bool:
        """Whether it counts people or officers, who do not come in parts."""
        counts = self.path.endswith((".counters", ".per_day"))
        return counts and self.high.value - self.low.value >= 3

    @property
    def apart(self) -> float:
        """How far apart two values may be that need not be told apart."""
        return 1 if self.whole else NEAR * (self.high.value - self.low.value)

    def at(self, value: float) -> Quantity:
        """Return a value of the figure, as a person would say it: no finer than it is looked at."""
        unit = q.MINUTE if self.low.kind == "duration" else 1
        step = 10.0 ** math.floor(math.log10(self.apart / unit)) * unit
        return Quantity(round(value / step) * step, self.low.kind)

    def near(self, a: Quantity, b: Quantity) -> bool:
        """Whether two values need not be told apart."""
        return abs(a.value - b.value) <= self.apart * (1 + 1e-9)


def with_break_evens(
    found: Comparison,
    *,
    replications: int = REPLICATIONS,
    engine: Engine = "compiled",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Return a comparison whose alternatives say on which figures their verdicts hang.

    replications : of every value that is tried; they are the first of the comparison's own
    progress : called with (replications done, 0): how long a search takes is not known before

    An alternative that is judged with its repair is looked at with that repair. At Ctrl-C known
    is the comparison, with the break-evens that were found.
    """

    def judge(of: Alternative, figures: Sequence[tuple[_Range, Quantity]]) -> list[float]:
        """Return what is left above the condition nearest to failing, at each value."""
        pairs: list[tuple[Figures, Figures]] = []
        for one, value in figures:
            changed = {one.path: str(value)}
            pairs.append((changed if one.shared else {}, changed))
        judged = compare_pairs(
            found.base.scenario, of.judged.scenario, pairs, replications, looks=of.looks,
            seed=found.base.run.seed, engine=engine, workers=workers, executor=executor,
            progress=progress,
        )  # fmt: skip
        return [headroom(one) for one in judged]

    every = list(found.alternatives)
    with known_as(lambda _: replace(found, alternatives=tuple(every))):
        for k, of in enumerate(found.alternatives):
            every[k] = _looked_at(of, judge)
    return replace(found, alternatives=tuple(every))


def headroom(of: Alternative) -> float:
    """Return by how much the condition nearest to failing holds, of 1; below 0 it fails.

    Only conditions that speak about the join count, as in its verdict. Infinite without any.
    """
    left = [c.left for c in of.conditions if c.counts and not math.isnan(c.left)]
    return min(left, default=math.inf)


Judge = Callable[[Alternative, Sequence[tuple[_Range, Quantity]]], list[float]]


def _looked_at(of: Alternative, judge: Judge) -> Alternative:
    ranges = list(_ranges(of.base.scenario, of.judged.scenario)) if of.conditions else []
    if not ranges:
        return of
    # With every figure as assumed there is one mall, whatever the figure that is asked about.
    ends = [(ranges[0], ranges[0].assumed)]
    ends += [(one, end) for one in ranges for end in (one.low, one.high) if end != one.assumed]
    assumed, *at_ends = judge(of, ends)
    trials = [{one.assumed.value: assumed} for one in ranges]
    for (one, end), left in zip(ends[1:], at_ends, strict=True):
        trials[ranges.index(one)][end.value] = left
    for _ in range(ROUNDS):
        wanted = [
            (k, value)
            for k, one in enumerate(ranges)
            for a, b in _turns(one, trials[k])
            if (value := _between(one, trials[k], a, b)) is not None
        ]
        if not wanted:
            break
        judged = judge(of, [(ranges[k], value) for k, value in wanted])
        for (k, value), left in zip(wanted, judged, strict=True):
            trials[k][value.value] = left
    found = [_told(one, tried) for one, tried in zip(ranges, trials, strict=True)]
    return replace(of, break_evens=tuple(sorted(found, key=lambda b: (b.nearness, b.path))))


def _turns(one: _Range, tried: dict[float, float]) -> list[tuple[float, float]]:
    """Return the neighbours between which the verdict turns, nearest to the assumed on each side.

    (a, b): the verdict at a is that of the figure as assumed, at b it is not.
    """
    assumed = one.assumed.value
    holds = tried[assumed] >= 0
    found = []
    for side in (sorted(v for v in tried if v >= assumed),
                 sorted((v for v in tried if v <= assumed), reverse=True)):  # fmt: skip
        for a, b in pairwise(side):
            if (tried[b] >= 0) != holds:
                found.append((a, b))
                break
    return found


def _between(one: _Range, tried: dict[float, float], a: float, b: float) -> Quantity | None:
    """Return the next value to try between two, None where they are near enough."""
    if one.near(Quantity(a, one.low.kind), Quantity(b, one.low.kind)):
        return None
    share = 0.5
    if math.isfinite(tried[a]) and math.isfinite(tried[b]):
        share = min(max(tried[a] / (tried[a] - tried[b]), 0.15), 0.85)
    value = one.at(a + share * (b - a))
    if value.value in tried:
        value = one.at((a + b) / 2)
    return None if value.value in tried else value


def _told(one: _Range, tried: dict[float, float]) -> BreakEven:
    assumed, kind = one.assumed.value, one.low.kind
    holds = tried[assumed] >= 0
    edges: dict[bool, Edge] = {}
    reach = math.inf
    for a, b in _turns(one, tried):
        good, bad = (a, b) if holds else (b, a)
        edges[b > assumed] = Edge(Quantity(good, kind), Quantity(bad, kind))
        end = one.high.value if b > assumed else one.low.value
        reach = min(reach, abs(a - assumed) / abs(end - assumed))
    for end in (one.low.value, one.high.value):
        move = tried[assumed] - tried[end]
        if not edges and end != assumed and move * tried[assumed] > 0 and math.isfinite(move):
            reach = min(reach, tried[assumed] / move)
    return BreakEven(
        path=one.path, assumed=one.assumed, low=one.low, high=one.high, stated=one.stated,
        shared=one.shared, holds=holds, below=edges.get(False), above=edges.get(True),
        nearness=reach,
    )  # fmt: skip


def _ranges(base: Scenario, plan: Scenario) -> Iterator[_Range]:
    """Yield the figures to look at, those of the newcomers first."""
    today = {(figure.path, figure.text) for figure in figures(base)}
    ranges = {full_path(plan, path): ends for path, ends in plan.plausible.items()}
    number = 0
    for shared in (False, True):
        for figure in figures(plan):
            if ((figure.path, figure.text) in today) != shared:
                continue
            ends = ranges.get(figure.path)
            assumed = _quantity(figure.text)
            if assumed is None or (ends is None and (shared or not _asked(figure.path))):
                continue
            stated = ends is not None
            low, high = ends or (_half(assumed, figure.path), _times(assumed, 2))
            one = _Range(figure.path, assumed, low, high, stated, shared)
            if (stated or number < MOST) and _loads(plan, one) and low.value < high.value:
                number += 1
                yield one


def _asked(path: str) -> bool:
    """Whether a figure says how many come, how long a service takes, or how many officers serve."""
    return path.endswith((".per_day", ".counters", ".time.mean"))


def _quantity(text: str) -> Quantity | None:
    try:
        return read_quantity(text)
    except ValueError:
        return None


def _half(assumed: Quantity, path: str) -> Quantity:
    least = 1.0 if path.endswith(".counters") else 0.0
    return Quantity(max(_times(assumed, 0.5).value, least), assumed.kind)


def _times(assumed: Quantity, factor: float) -> Quantity:
    value = assumed.value * factor
    return Quantity(float(math.floor(value)) if value >= 1 else value, assumed.kind)


def _loads(plan: Scenario, one: _Range) -> bool:
    """Whether the plan is a scenario at both ends of a range."""
    try:
        for end in (one.low, one.high):
            varied(plan, {one.path: str(end)})
    except ScenarioError:
        return False
    return True
