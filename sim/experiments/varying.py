"""The same scenario with other figures: by path, as a file would write them, and checked again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sim.errors import MallError
from sim.scenario.loading import load_text
from sim.scenario.model import Scenario
from sim.scenario.writing import show


def varied(scenario: Scenario, figures: Mapping[str, object]) -> Scenario:
    """Return a scenario with other figures.

    figures : values by path, as in `load(overrides=...)`: {"agencies.imigrasi.counters": 3}

    Citizens keep their draws, since these are addressed by name: what differs between the two
    is what the figures do. Raises ScenarioError as a file would, but a figure may leave the range
    that is plausible for it: what would be then is the question.
    """
    if not figures:
        return scenario
    return load_text(_text(scenario), name=scenario.name, overrides=figures)


@lru_cache(maxsize=8)
def _text(scenario: Scenario) -> str:
    """Return a scenario without its plausible ranges as it is shown: a study varies it often."""
    return show(scenario.model_copy(update={"plausible": {}}))


def with_demand(scenario: Scenario, factor: float, of: str = "all") -> Scenario:
    """Return a scenario with `factor` times the demand of `of`, as `demand_figures` means it."""
    return varied(scenario, demand_figures(scenario, factor, of))


def demand_figures(scenario: Scenario, factor: float, of: str = "all") -> dict[str, object]:
    """Return the figures, by path, of a scenario with `factor` times the demand.

    of : "all", a journey, or an agency (the journeys that stop there, its other stops included)

    Raises MallError where there is neither journey nor agency of that name, or both.
    """
    if of == "all":
        return {"demand.scale": scenario.demand.scale * factor}
    scaled = journeys_of(scenario, of)
    return {f"journeys.{name}.per_day": scenario.journeys[name].per_day * factor for name in scaled}


def journeys_of(scenario: Scenario, of: str) -> tuple[str, ...]:
    """Return the journeys that a name of `demand_figures` means."""
    if of == "all":
        return tuple(scenario.journeys)
    if of in scenario.journeys and of in scenario.agencies:
        raise MallError.of("error.both_journey_and_agency", of=of)
    kind, _, name = of.rpartition(".")
    if name in scenario.journeys and kind in ("", "journeys"):
        return (name,)
    if name in scenario.agencies and kind in ("", "agencies"):
        stops = {j: {s.agency for s in scenario.stops_of(j)} for j in scenario.journeys}
        return tuple(j for j, agencies in stops.items() if name in agencies)
    known = ", ".join([*scenario.journeys, *scenario.agencies])
    raise MallError.of("error.no_journey_or_agency", of=of, known=known)
