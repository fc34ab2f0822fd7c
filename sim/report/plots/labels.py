"""What pictures call the parts of a mall: the name in the scenario, else the key."""

from __future__ import annotations

from sim.report.style import clipped
from sim.scenario.model import Scenario


def agency_label(scenario: Scenario, key: str) -> str:
    """Return an agency's name for people."""
    return scenario.agencies[key].name or key


def class_label(scenario: Scenario, key: str) -> str:
    """Return a visitor class's name for people."""
    return scenario.visitors[key].name or key


def in_title(name: str) -> str:
    """Return a name for a sentence above a picture, short enough to leave room for the rest."""
    return clipped(name, 300, 11, "bold")
