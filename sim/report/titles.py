"""The names for people of agencies and services."""

from __future__ import annotations

from sim.scenario.model import Scenario


def titles(scenario: Scenario) -> dict[str, str]:
    """Return the names for people by the scenario's own names: `dukcapil`, `dukcapil.ktp`."""
    named = {key: agency.name or key for key, agency in scenario.agencies.items()}
    for name in scenario.services:
        named[name] = scenario.service(name).name or name
    return named
