"""Figures that can be run, but that hardly anybody means: each is asked about before a run.

A fault is what cannot be; a doubt is what may be and is more likely a slip: a year's figure where
a day's is asked for, seconds read as minutes. The limits are where asking begins, no more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sim.scenario import quantities as q
from sim.scenario.faults import Path, written
from sim.scenario.model import Scenario
from sim.words import say

MANY_VISITS = 3_000
"""Visits a day for one journey; whole malls have hundreds."""
LONG_SERVICE = 2 * q.HOUR
QUICK_SERVICE = 10 * q.SECOND
"""At a counter; a machine may be that quick."""
SHORT_PATIENCE = 2 * q.MINUTE
OPEN_DAYS_A_YEAR, OPEN_DAYS_A_MONTH = 245, 20
"""By which a figure of a year or of a month is told as that of a day."""


@dataclass(frozen=True)
class Doubt:
    """One figure to look at again: where it stands, and what is probably meant.

    code, params : of its text `doubt.<code>`
    """

    path: Path
    code: str
    params: dict[str, str] = field(default_factory=dict)

    def say(self, lang: str) -> str:
        """Return the path and the question as a person reads them."""
        return f"{written(self.path)}: {say(f'doubt.{self.code}', lang, **self.params)}"


def doubts(scenario: Scenario) -> tuple[Doubt, ...]:
    """Return all figures of a scenario that are worth a second look."""
    return tuple(doubt for each in _LOOKS for doubt in each(scenario))


def _visits(scenario: Scenario) -> Iterator[Doubt]:
    for name, journey in scenario.journeys.items():
        number = float(journey.per_day)
        if number > MANY_VISITS:
            yield Doubt(("journeys", name, "per_day"), "many_visits", {
                "value": f"{number:.10g}", "year": f"{number / OPEN_DAYS_A_YEAR:.0f}",
                "month": f"{number / OPEN_DAYS_A_MONTH:.0f}", "days": str(OPEN_DAYS_A_YEAR),
            })  # fmt: skip


def _services(scenario: Scenario) -> Iterator[Doubt]:
    for name, agency in scenario.agencies.items():
        for key, service in agency.services.items():
            path: Path = ("agencies", name, "services", key, "time")
            mean = service.time.mean
            if LONG_SERVICE < mean < math.inf:
                yield Doubt(path, "long_service", _units(mean, mean / 60))
            elif 0 < mean < QUICK_SERVICE and agency.machines is None:
                yield Doubt(path, "quick_service", _units(mean, mean * 60))


def _patience(scenario: Scenario) -> Iterator[Doubt]:
    for name, of in scenario.visitors.items():
        for key in ("patience", "patience_in_mall"):
            law = getattr(of, key)
            mean = math.inf if law is None else law.law.mean
            if 0 < mean < SHORT_PATIENCE:
                path: Path = ("visitors", name, key)
                yield Doubt(path, "short_patience", _units(mean, mean * 60))


def _promises(scenario: Scenario) -> Iterator[Doubt]:
    """A wait as long as the mall is open breaks no promise, so that it says nothing."""
    longest = max((day.closes - day.opens for day in scenario.days), default=q.LONGEST)
    for name, agency in scenario.agencies.items():
        own: Path = ("agencies", name, "promise")
        found = [(own, agency.promise)]
        found += [((*own[:2], "services", key, "promise"), service.promise)
                  for key, service in agency.services.items()]  # fmt: skip
        for path, promise in found:
            if promise is not None and promise.wait >= longest:
                shown = {**_units(promise.wait, promise.wait / 60), "limit": q.duration(longest)}
                yield Doubt((*path, "wait"), "long_promise", shown)


def _units(value: float, meant: float) -> dict[str, str]:
    return {"value": q.rounded(value), "remedy": q.rounded(meant)}


_LOOKS: tuple[Callable[[Scenario], Iterator[Doubt]], ...] = (
    _visits, _services, _patience, _promises,
)  # fmt: skip
