"""Checks of documents that one stop needs of another: there, in time, and in no circle."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.checking_hours import Whole
from sim.scenario.faults import Finding, Path, nearest
from sim.scenario.model import Journey, Scenario
from sim.scenario.stops import AnyOrder


def _needs(whole: Whole) -> Iterator[Finding]:
    for name, journey in whole.scenario.journeys.items():
        path: Path = ("journeys", name, "needs")
        unknown = list(_unknown(whole.scenario, name, path))
        circle = _circle(journey.needs)
        yield from unknown
        if circle:
            yield Finding("needs_circle", {"value": ", ".join(circle)}, (*path, circle[0]))
        elif not unknown:
            yield from _too_late(whole.scenario, name, journey, path)


def _unknown(scenario: Scenario, name: str, path: Path) -> Iterator[Finding]:
    """Services at which the journey does not stop."""
    known = list(dict.fromkeys(stop.service for stop in scenario.stops_of(name)))
    for service, of in scenario.journeys[name].needs.items():
        for needed in (service, *of):
            if needed not in known:
                near = nearest(needed, known)
                shown = {"value": needed, "accepted": ", ".join(known), "near": near}
                at_key = needed == service
                yield Finding("needs_unknown", shown, (*path, service), at_key=at_key)


def _circle(needs: dict[str, tuple[str, ...]]) -> list[str]:
    """Return a circle of services that need each other, the first one at both ends, or nothing."""

    def follow(trail: list[str]) -> list[str]:
        for needed in needs.get(trail[-1], ()):
            if needed in trail:
                return [*trail[trail.index(needed) :], needed]
            found = follow([*trail, needed])
            if found:
                return found
        return []

    return next((found for service in needs if (found := follow([service]))), [])


def _too_late(scenario: Scenario, name: str, journey: Journey, path: Path) -> Iterator[Finding]:
    """Documents that come only after the last stop that needs them."""
    places: dict[str, list[int]] = {}
    free = set()
    for number, step in enumerate(scenario.steps_of(name)):
        for stop in step.stops:
            places.setdefault(stop.service, []).append(number)
        if isinstance(step, AnyOrder):
            free.add(number)
    for service, of in journey.needs.items():
        last = max(places[service])
        for needed in of:
            first = min(places[needed])
            if first > last or (first == last and first not in free and needed != service):
                yield Finding("needs_later", {"value": needed, "stop": service}, (*path, service))


STOPS_CHECKS = (_needs,)
