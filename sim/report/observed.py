"""What was counted in the mall beside what the model gives for the same thing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sim.errors import MallError
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.scenario.noted import Quantity
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results

Place = Literal["within", "below", "above", "unknown"]


@dataclass(frozen=True)
class Counted:
    """One row of `observed`.

    path : as the scenario writes it; kind : duration, share or number
    counted : in minutes, a share of 1, or a number
    modelled : the model's estimate in the same unit; None where it has no such measure
    place : where the count lies, seen from the model's interval
    scope, name, interval, weekday, measure : what the path means
    """

    path: str
    kind: str
    counted: float
    modelled: Estimate | None
    place: Place
    scope: str = ""
    name: str = ""
    interval: str = ""
    weekday: str = ""
    measure: str = ""


def counted(results: Results) -> tuple[Counted, ...]:
    """Return what the scenario's `observed` holds beside the model, in the file's order."""
    return tuple(_row(results, path, value) for path, value in results.scenario.observed.items())


def made_of_them(scenario: Scenario) -> bool:
    """Whether figures of a scenario come from what its counts come from: then they test nothing.

    The source of `observed` begins with the same words, up to a semicolon, as that of a figure.
    """
    begin = scenario.sources.get("observed", "").partition(";")[0]
    others = [of for path, of in scenario.sources.items() if path != "observed"]
    return bool(begin) and any(of.partition(";")[0] == begin for of in others)


def _row(results: Results, path: str, value: Quantity) -> Counted:
    number = value.value / q.MINUTE if value.kind == "duration" else value.value
    meant = results.meant(path)
    try:
        modelled = results.estimate(*meant)
    except MallError:
        return Counted(path, value.kind, number, None, "unknown")
    measure, scope, name, interval, weekday = meant
    place = _place(number, modelled)
    return Counted(
        path, value.kind, number, modelled, place, scope, name, interval, weekday, measure
    )


def _place(number: float, modelled: Estimate) -> Place:
    if math.isnan(modelled.low) or math.isnan(modelled.high):
        return "unknown"
    if number < modelled.low:
        return "below"
    return "above" if number > modelled.high else "within"
