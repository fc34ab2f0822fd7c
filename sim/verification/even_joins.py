"""Joins that change nothing: on these, each verdict that claims a difference is false.

The mall of today and that with the newcomer follow one law, and it lies exactly at every limit of
the decision, where a false verdict is most likely: each of eight agencies calls in time what it
promises, present citizens lose nothing where they may lose nothing, as many are refused as may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.experiments.compare import Alternative
from sim.scenario.model import Scenario
from sim.statistics.measure import Measure
from sim.statistics.precision import SHARE, Rule, replications_to_precision
from sim.statistics.results import Results, Run
from sim.statistics.verdict import together
from sim.verification.malls import mall
from sim.verification.truths import Luck

Floats = NDArray[np.float64]
AGENCIES = tuple("abcdefgh")
PROMISED, REFUSED = 0.9, 0.03
SAME = 0.8
"""The correlation of a day with and without the newcomer: the citizens are the same."""


@dataclass(frozen=True)
class Columns:
    """One share in each experiment, today and after: totals of (R, E), and n of both."""

    today: Floats
    after: Floats
    n: Floats


def columns(luck: Luck, name: str, replications: int, share: float) -> Columns:
    """Return a share of the same mean in both malls, with some days far worse than most."""
    from scipy.special import ndtr

    worst = 3 * (1 - share)  # u * u has mean 1/3
    both, *own = (luck.normal(f"{name} {k}", replications) for k in range(3))
    n = np.floor(40 + 20 * luck(f"{name} n", replications))
    mixed = (np.sqrt(SAME) * both + np.sqrt(1 - SAME) * of for of in own)
    today, after = (n * (1 - worst * ndtr(z) ** 2) for z in mixed)
    return Columns(today, after, n)


def joins(luck: Luck, replications: int, stopped: bool = False) -> Iterator[Alternative]:
    """Yield the join of each experiment; stopped : at a precision of 1 point, by the widths."""
    found = {name: columns(luck, name, replications, PROMISED) for name in AGENCIES}
    found["fulfilled"] = columns(luck, "fulfilled", replications, 0.8)
    not_refused = columns(luck, "refused", replications, 1 - REFUSED)
    for k in range(luck.experiments):
        end = _until(found, k, replications) if stopped else replications
        today, after = (
            _results(found, not_refused, of, k, end) for of in ("today", "after")
        )  # fmt: skip
        yield Alternative(scenario_after(), today, after, today, after, after)


def _until(found: dict[str, Columns], k: int, most: int) -> int:
    """Return after how many replications every share of both malls is precise."""
    total = np.stack([getattr(c, of)[:, k] for c in found.values() for of in ("today", "after")], 1)
    n = np.stack([c.n[:, k] for c in found.values() for _ in range(2)], 1)
    rule = Rule(maximum=most)
    return replications_to_precision(total, n, [SHARE] * total.shape[1], rule).stop or most


def _results(found: dict[str, Columns], not_refused: Columns, of: str, k: int, end: int) -> Results:
    """Return what a mall has in one experiment, as replications leave it."""
    total, n = [], []
    for name in AGENCIES:
        in_time, came = getattr(found[name], of)[:end, k], found[name].n[:end, k]
        total += [in_time, in_time - PROMISED * came]
        n += [came, came]
    for column, complement in ((found["fulfilled"], False), (not_refused, True)):
        of_visits, came = getattr(column, of)[:end, k], column.n[:end, k]
        total.append(came - of_visits if complement else of_visits)
        n.append(came)
    scenario = scenario_today() if of == "today" else scenario_after()
    run = Run(seed=0, engine="")
    return Results(scenario, run, _measures(), np.stack(total, 1), np.stack(n, 1))


@lru_cache(maxsize=1)
def _measures() -> tuple[Measure, ...]:
    of_agencies = [
        Measure("agency", name, "", "", measure, "ratio")
        for name in AGENCIES
        for measure in ("called_in_time", "promise_margin")
    ]
    of_mall = [Measure("mall", "", "", "", name, "ratio") for name in ("fulfilled", "refused")]
    return (*of_agencies, *of_mall)


@lru_cache(maxsize=1)
def scenario_today() -> Scenario:
    """Return the mall of today, for its promises and its decision."""
    return _scenario(10)


@lru_cache(maxsize=1)
def scenario_after() -> Scenario:
    """Return the mall with more citizens, so that nothing is excused as untouched by the join."""
    return _scenario(11)


def _scenario(per_day: int) -> Scenario:
    promise = {"wait": "5 min", "for": f"{PROMISED:.0%}"}
    services = {"s": {"time": {"always": "1 min"}, "promise": promise}}
    return mall(
        {name: {"counters": 1, "services": services} for name in AGENCIES},
        journeys={"all": {"per_day": per_day, "stops": [f"{name}.s" for name in AGENCIES]}},
        decision={
            "every_agency_keeps": "promise", "present_citizens_lose_at_most": "0 %",
            "refused_at_most": f"{REFUSED:.0%}",
        },
    )  # fmt: skip


def claims_a_change(of: Alternative) -> bool:
    """Whether some agency's share called in time is said to have changed, all looked at at once."""
    from sim.statistics.change import difference

    confidence = together(len(AGENCIES))
    changes = (
        difference(of.results, of.base, "called_in_time", "agency", name, confidence=confidence)
        for name in AGENCIES
    )
    return any(change.low > 0 or change.high < 0 for change in changes)
