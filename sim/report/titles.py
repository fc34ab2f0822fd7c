"""The names for people of agencies, services and laws."""

from __future__ import annotations

from sim.scenario.laws import Distribution
from sim.scenario.model import Scenario
from sim.words import say


def titles(scenario: Scenario) -> dict[str, str]:
    """Return the names for people by the scenario's own names: `dukcapil`, `dukcapil.ktp`."""
    named = {key: agency.name or key for key, agency in scenario.agencies.items()}
    for name in scenario.services:
        named[name] = scenario.service(name).name or name
    return named


def law_name(law: Distribution | str, lang: str) -> str:
    """Return what people call a law, or the law that `dist:` names so."""
    if not isinstance(law, str):
        written = law.spec()
        law = str(written.get("dist", "always" if "always" in written else "lognormal"))
    return say(f"schema.law.{law}", lang).partition(",")[0]
