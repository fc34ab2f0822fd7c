"""Checks of tickets for all stops at once: there are several, and each is done in one go."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.checking_hours import Whole
from sim.scenario.faults import Finding, Path
from sim.scenario.model import Journey, Scenario
from sim.scenario.stops import AnyOrder, Choice


def _journeys(whole: Whole) -> Iterator[tuple[Path, str, Journey]]:
    """The journeys whose citizens take all tickets at once, and where that is said."""
    for name, journey in whole.scenario.journeys.items():
        if whole.scenario.takes_all(name):
            said = journey.tickets is not None
            yield ("journeys", name, "tickets") if said else ("tickets",), name, journey


def _single(whole: Whole) -> Iterator[Finding]:
    """Said of one journey, it has two stops; said of the mall, one journey has."""
    single = {
        name: path
        for path, name, journey in _journeys(whole)
        if sum(step.places for step in journey.stops) < 2
    }
    for path in single.values():
        if path != ("tickets",):
            yield Finding("at_once_single", {}, path)
    of_mall = [name for path, name, _ in _journeys(whole) if path == ("tickets",)]
    if of_mall and all(name in single for name in of_mall):
        yield Finding("at_once_single", {}, ("tickets",))


def _again(whole: Whole) -> Iterator[Finding]:
    """Nobody comes back to a stop while she stands in other lines."""
    for path, name, journey in _journeys(whole):
        services = {stop.service for step in journey.stops for stop in step.stops}
        for service in sorted(services):
            again = _comes_back(whole.scenario, service)
            if again:
                yield Finding(
                    "at_once_again", {"value": name, "service": service, "key": again}, path
                )


def _comes_back(scenario: Scenario, service: str) -> str:
    if service not in scenario.services:
        return ""
    of = scenario.service(service)
    if of.park:
        return "park"
    return "fetch" if of.incomplete and of.incomplete.fetch else ""


def _order(whole: Whole) -> Iterator[Finding]:
    """Nobody decides where to go next: whoever calls first decides."""
    for path, name, journey in _journeys(whole):
        ordered = {
            "any_order": any(isinstance(step, AnyOrder) for step in journey.stops),
            "by: shortest_line": any(
                isinstance(step, Choice) and step.by == "shortest_line" for step in journey.stops
            ),
            "needs": bool(journey.needs),
        }
        for key, given in ordered.items():
            if given:
                yield Finding("at_once_order", {"value": name, "key": key}, path)


AT_ONCE_CHECKS = (_single, _again, _order)
