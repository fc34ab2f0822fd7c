"""Checks of names: stops, services that nobody visits, and paths in notes."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.accepted import keys_at
from sim.scenario.checking_hours import Whole
from sim.scenario.faults import Finding, Path, nearest, written
from sim.scenario.model import Scenario, Stop
from sim.scenario.noted import Quantity, read_quantity
from sim.scenario.observable import BY_HOUR, DURATIONS, OBSERVABLE, SHARES, cut_of, readings
from sim.scenario.paths import follow, weekdays
from sim.scenario.stops import Step
from sim.scenario.tree import Table, Text, node_at, place_at

_OF_TIMES = ("values", "file", "column", "unit")
"""Keys of a law that `show` may write in another way."""


def _step_lists(scenario: Scenario) -> Iterator[tuple[Path, tuple[Step, ...]]]:
    yield ("entrance",), scenario.entrance
    for name, journey in scenario.journeys.items():
        yield ("journeys", name, "entrance"), journey.entrance or ()
        yield ("journeys", name, "stops"), journey.stops


def _stops_at(scenario: Scenario) -> Iterator[tuple[Path, int, Stop]]:
    for path, steps in _step_lists(scenario):
        for number, step in enumerate(steps):
            for stop in step.stops:
                yield path, number, stop


def no_title(whole: Whole) -> Iterator[Finding]:
    """A mall that is called nothing: pages, folders and references go by its name."""
    if not whole.scenario.name.strip():
        yield Finding("no_title", path=("name",))


def unknown_stops(whole: Whole) -> Iterator[Finding]:
    """Stops at an agency or service that is not there, perhaps because an overlay removed it."""
    lost: dict[Path, list[Path]] = {}
    known = whole.scenario.services
    for path, number, stop in _stops_at(whole.scenario):
        if stop.service in known:
            continue
        at = (*path, number) if node_at(whole.root, (*path, number)) else path
        gone = _removed(whole, stop.service)
        if gone:
            lost.setdefault(gone, []).append(at)
            continue
        yield _unknown_stop(whole.scenario, stop, at)
    for gone, uses in lost.items():
        yield _still_used(whole, gone, uses)


def _removed(whole: Whole, service: str) -> Path:
    agency, _, key = service.partition(".")
    paths: tuple[Path, ...] = (("agencies", agency), ("agencies", agency, "services", key))
    for path in paths:
        if path in whole.removed:
            return path
    return ()


def _still_used(whole: Whole, gone: Path, uses: list[Path]) -> Finding:
    places = [f"{written(use)} ({place_at(whole.root, use)})" for use in uses[:3]]
    more = ", …" if len(uses) > 3 else ""
    return Finding("removed_in_use", {"uses": ", ".join(places) + more}, gone)


def _unknown_stop(scenario: Scenario, stop: Stop, at: Path) -> Finding:
    near = _meant(scenario, stop)
    if stop.agency not in scenario.agencies:
        return Finding("unknown_agency", {"value": stop.agency, "near": near}, at)
    shown = {"value": stop.service.partition(".")[2], "agency": stop.agency, "near": near}
    return Finding("unknown_service", shown, at)


def _meant(scenario: Scenario, stop: Stop) -> str:
    """Return the service that a misspelt stop most likely means, one of its agency if there is."""
    here = [name for name in scenario.services if name.partition(".")[0] == stop.agency]
    return nearest(stop.service, here) or nearest(stop.service, scenario.services)


def _unvisited(whole: Whole) -> Iterator[Finding]:
    scenario = whole.scenario
    stops = [stop for name in scenario.journeys for stop in scenario.stops_of(name)]
    # What a misspelt stop means is not without visitors: only the stop is told of.
    used = {_meant(scenario, s) if s.service not in scenario.services else s.service for s in stops}
    for name, agency in scenario.agencies.items():
        idle = [key for key in agency.services if f"{name}.{key}" not in used]
        if idle and len(idle) == len(agency.services):
            yield Finding("agency_unvisited", {"value": name}, ("agencies", name), at_key=True)
            continue
        for key in idle:
            path = ("agencies", name, "services", key)
            yield Finding("service_unvisited", {"value": f"{name}.{key}"}, path, at_key=True)


def _no_stops(whole: Whole) -> Iterator[Finding]:
    for name in whole.scenario.journeys:
        if not whole.scenario.stops_of(name):
            yield Finding("no_stops", {}, ("journeys", name, "stops"))


def _sources(whole: Whole) -> Iterator[Finding]:
    for key in whole.scenario.sources:
        yield from _path_of(whole, "sources", key)


def _plausible(whole: Whole) -> Iterator[Finding]:
    for key, (low, high) in whole.scenario.plausible.items():
        at = ("plausible", key)
        unknown = list(_path_of(whole, "plausible", key))
        if unknown:
            yield from unknown
            continue
        _, node, rest = follow(whole.root, key)
        found = isinstance(node, Text) and (not rest or weekdays(rest))
        used = _quantity(node.text) if isinstance(node, Text) and found else None
        if used is None:
            yield Finding("plausible_figure", {"value": key}, at, at_key=True)
        elif (used.kind == "duration") != (low.kind == "duration"):
            yield Finding("plausible_kind", {"value": f"{low} .. {high}", "used": str(used)}, at)
        elif not low.value <= used.value <= high.value:
            shown = {"value": f"{low} .. {high}", "used": str(used)}
            yield Finding("plausible_excludes", shown, at)


def _quantity(text: str | None) -> Quantity | None:
    try:
        return read_quantity(text)
    except ValueError:  # a clock time, a word: nothing that has a range
        return None


def _path_of(whole: Whole, part: str, key: str) -> Iterator[Finding]:
    """A note on something that is not in the scenario; keys that are left out count as there."""
    path, node, rest = follow(whole.root, key)
    path, rest = _left_out(path, rest)
    step, _, deeper = rest.partition(".")
    accepted = keys_at(Scenario, path)
    open_days = weekdays(step) <= {*whole.scenario.calendar.weekdays}
    every_day = isinstance(node, Text) and weekdays(step) and open_days  # one value for all days
    of_law = isinstance(node, Table) and "dist" in node.entries and step in _OF_TIMES
    if not rest or ((every_day or of_law) and not deeper):
        return
    known = [*accepted, *(node.entries if isinstance(node, Table) else ())]
    if not path:
        known += [*whole.scenario.agencies, *whole.scenario.journeys]
    near = nearest(step, known)
    done = key[: len(key) - len(rest)]
    tail = f".{deeper}" if deeper else ""
    shown = {"value": rest, "near": f"{done}{near}{tail}" if near else ""}
    yield Finding("path_unknown", shown, (part, key), at_key=True)


def _left_out(path: Path, rest: str) -> tuple[Path, str]:
    """Follow a path further through keys that the models know and the files leave out."""
    while rest:
        step, _, deeper = rest.partition(".")
        if step not in keys_at(Scenario, path):
            break
        path, rest = (*path, step), deeper
    return path, rest


def _observed(whole: Whole) -> Iterator[Finding]:
    """Measures that are counted or expected: each is one that there is, in its own unit."""
    scenario = whole.scenario
    expected = {key: of.limit for key, of in scenario.expect.items()}
    for part, values in (("observed", scenario.observed), ("expect", expected)):
        for key, value in values.items():
            yield from _measured(scenario, part, key, value)


def _measured(scenario: Scenario, part: str, key: str, seen: Quantity) -> Iterator[Finding]:
    path = (part, key)
    found = list(readings(scenario, key))
    known = [(scope, m) for scope, _, m in found if m in OBSERVABLE[scope]]
    if not known:
        yield _unobservable(scenario, part, key, found[0])
        return
    scope, measure = known[0]
    hour, by_hour = cut_of(key)[1], BY_HOUR.get(scope, ())
    if hour and (measure not in by_hour or not hour.endswith(":00")):
        hourly = ", ".join(dict.fromkeys(m for of in BY_HOUR.values() for m in of))
        shown = {"measure": measure, "hour": hour, "accepted": hourly}
        yield Finding("observed_hour", shown, path, at_key=True)
    elif (measure in DURATIONS) != (seen.kind == "duration"):
        code = "observed_duration" if measure in DURATIONS else "observed_number"
        yield Finding(code, {"value": str(seen), "measure": measure}, path)
    elif measure in SHARES and seen.value > 1:
        code = "share_percent" if seen.value <= 100 else "share_range"
        yield Finding(code, {"value": str(seen)}, path)


def _unobservable(scenario: Scenario, part: str, key: str, meant: tuple[str, str, str]) -> Finding:
    """Say whether the name or the measure is wrong, with the nearest right path."""
    scope, _, measure = meant
    names = [*scenario.services, *scenario.agencies, *scenario.journeys, *scenario.visitors]
    tail = next((m for m in _ALL_MEASURES if key.endswith(f".{m}")), "")
    first = key.removesuffix(f".{tail}")
    if tail and first not in names:
        near = nearest(first, names)
        shown = {"value": first, "near": f"{near}.{tail}" if near else ""}
        return Finding("observed_name", shown, (part, key), at_key=True)
    near = nearest(measure, OBSERVABLE[scope])
    full = f"{key.removesuffix(measure)}{near}" if near else ""
    shown = {"value": measure, "near": full, "accepted": ", ".join(OBSERVABLE[scope])}
    return Finding("observed_measure", shown, (part, key), at_key=True)


_ALL_MEASURES = sorted({m for known in OBSERVABLE.values() for m in known}, key=len, reverse=True)
NAMES_CHECKS = (
    no_title, unknown_stops, _unvisited, _no_stops, _sources, _plausible, _observed,
)  # fmt: skip
