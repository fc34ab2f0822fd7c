"""Checks of skills: what counters serve, whom, and whether everything is served by somebody."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.agency import Agency, Counter
from sim.scenario.checking_hours import Whole, open_stretches
from sim.scenario.checking_tickets import days_here
from sim.scenario.faults import Finding, Path, nearest
from sim.scenario.model import Scenario


def posts_of(scenario: Scenario) -> Iterator[tuple[str, str, Counter]]:
    """Yield each counter with its agency and its label."""
    for name, agency in scenario.agencies.items():
        for label, counter in agency.posts:
            yield name, label, counter


def _serves(whole: Whole) -> Iterator[Finding]:
    """What named counters serve: services that there are, each once."""
    known = whole.scenario.services
    for agency, label, counter in posts_of(whole.scenario):
        path: Path = ("agencies", agency, "counters", label, "serves")
        named = [name for tier in counter.serves or () for name in tier]
        meant = [name for tier in counter.tiers(agency, known) for name in tier]
        for name, full in dict(zip(named, meant, strict=False)).items() if named else ():
            if full not in known:
                yield _unknown(whole.scenario, name, full, path)
            elif meant.count(full) > 1:
                yield Finding("serves_twice", {"value": name}, path)
        if counter.serves is not None and not named:
            yield Finding("serves_nothing", {}, path)


def _unknown(scenario: Scenario, name: str, full: str, path: Path) -> Finding:
    agency, _, service = full.partition(".")
    if agency not in scenario.agencies:
        near = nearest(full, scenario.services)
        return Finding("unknown_agency", {"value": agency, "near": near}, path)
    own = scenario.agencies[agency].services
    near = nearest(service, own)
    near = f"{agency}.{near}" if near and "." in name else near
    return Finding("unknown_service", {"value": service, "agency": agency, "near": near}, path)


def _whom(whole: Whole) -> Iterator[Finding]:
    """Whom named counters serve: classes that there are; and help where there is a later tier."""
    visitors = whole.scenario.visitors
    for agency, label, counter in posts_of(whole.scenario):
        path: Path = ("agencies", agency, "counters", label)
        for name in counter.classes or ():
            if name not in visitors:
                shown = {"value": name, "accepted": ", ".join(visitors)}
                near = nearest(name, visitors)
                yield Finding("quota_class", {**shown, "near": near}, (*path, "classes"))
        if counter.help_from and len(counter.tiers(agency, ())) < 2:
            yield Finding("help_nobody", {}, (*path, "help_from"))


def _served(whole: Whole) -> Iterator[Finding]:
    """Services that no counter serves, or not everybody, or at no open hour."""
    scenario = whole.scenario
    found = [
        (counter, {s for tier in counter.tiers(agency, scenario.services) for s in tier})
        for agency, _, counter in posts_of(scenario)
    ]
    for name, agency in scenario.agencies.items():
        if not agency.posts and not served_elsewhere(scenario, name):
            continue  # that it has no counters is said already
        for key in agency.services:
            path: Path = ("agencies", name, "services", key)
            givers = [counter for counter, serves in found if f"{name}.{key}" in serves]
            without = _without(scenario, givers)
            if not givers:
                yield Finding("service_no_counter", {"value": key}, path, at_key=True)
            elif without:
                shown = {"value": key, "class": without[0], "how": without[1]}
                yield Finding(f"service_not_{without[1]}", shown, path, at_key=True)
            elif not _ever(whole, f"{name}.{key}"):
                yield Finding("service_never", {"value": key}, path, at_key=True)


def _without(scenario: Scenario, givers: list[Counter]) -> tuple[str, str] | None:
    """Return the first class, and who booked or walked in of it, whom none of these serve."""
    booked = any(journey.booking for journey in scenario.journeys.values())
    for walk_in in (True, False) if booked else (True,):
        for name in scenario.visitors:
            if not any(counter.takes(name, walk_in) for counter in givers):
                return name, "walk_in" if walk_in else "booked"
    return None


def _ever(whole: Whole, service: str) -> bool:
    """Whether a counter that serves something is ever open."""
    scenario = whole.scenario
    if scenario.calendar.continuous is not None or not whole.sound_hours:
        return True
    for name, agency in scenario.agencies.items():
        for number, (_, counter) in enumerate(agency.posts):
            serves = [s for tier in counter.tiers(name, scenario.services) for s in tier]
            if service in serves and _opens(whole, agency, number, counter):
                return True
    return False


def _opens(whole: Whole, agency: Agency, number: int, counter: Counter) -> bool:
    """Whether a counter is open on a day of its agency, unless it is open on none of the mall's.

    That, and an agency without days, is another fault; so are the times of a table.
    """
    days = whole.scenario.days
    if isinstance(agency.counters, dict):
        days = tuple(day for day in days if open_stretches(day, counter, agency, number))
    here = [day for day in days if agency.open is None or day.weekday in agency.open]
    return bool(here) or not days or not days_here(whole, agency)


def served_elsewhere(scenario: Scenario, agency: str) -> bool:
    """Whether a counter of another agency serves something of an agency."""
    return any(
        service.startswith(f"{agency}.")
        for name, other in scenario.agencies.items()
        for _, counter in other.posts
        for tier in counter.tiers(name, ())
        for service in tier
    )


def _set_up(whole: Whole) -> Iterator[Finding]:
    """A set-up after another service, where every counter gives this one alone."""
    known = whole.scenario.services
    serves = [
        {name for tier in counter.tiers(agency, known) for name in tier}
        for agency, _, counter in posts_of(whole.scenario)
    ]
    for name, agency in whole.scenario.agencies.items():
        for key, service in agency.services.items():
            mine = [of for of in serves if f"{name}.{key}" in of]
            if service.set_up and mine and all(len(of) == 1 for of in mine):
                path: Path = ("agencies", name, "services", key, "set_up")
                yield Finding("set_up_alone", {}, path)


SKILLS_CHECKS = (_serves, _whom, _served, _set_up)
