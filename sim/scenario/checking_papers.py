"""Checks of what cuts a service short: papers that lack something, and things to do elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario import quantities as q
from sim.scenario.checking_hours import Whole
from sim.scenario.checking_tickets import days_here
from sim.scenario.distributions import Distribution
from sim.scenario.faults import Finding, Path
from sim.scenario.model import Agency, Service
from sim.scenario.papers import Incomplete

MOST_TRIES = 10


def _services(whole: Whole) -> Iterator[tuple[Path, Agency, Service]]:
    for name, agency in whole.scenario.agencies.items():
        for key, service in agency.services.items():
            yield ("agencies", name, "services", key), agency, service


def _incomplete(whole: Whole) -> Iterator[Finding]:
    """Papers that are complete some day, and keys that have a meaning together."""
    for above, agency, service in _services(whole):
        of, path = service.incomplete, (*above, "incomplete")
        if of is None:
            continue
        keys = [key for key, _ in whole.written(path)]
        if of.share == 1:
            yield Finding("incomplete_all", {}, (*path, "share") if "share" in keys else path)
        if of.fetch is None:
            for key in ("back_to", "tries"):
                if key in keys:
                    yield Finding("fetch_left_out", {"value": key}, (*path, key), at_key=True)
        else:
            yield from _tries(of, (*path, "tries"))
            yield from _long(whole, agency, of.fetch, (*path, "fetch"))
        if of.found == "before_ticket":
            if "after" in keys:
                yield Finding("after_no_time", {}, (*path, "after"), at_key=True)
            if of.back_to == "head" and of.fetch is not None:
                yield Finding("head_without_ticket", {}, (*path, "back_to"))


def _tries(of: Incomplete, path: Path) -> Iterator[Finding]:
    if of.tries < 2:
        yield Finding("tries_few", {"value": of.tries}, path)
    elif of.tries > MOST_TRIES:
        yield Finding("too_large", {"value": of.tries, "limit": MOST_TRIES}, path)


def _park(whole: Whole) -> Iterator[Finding]:
    for above, agency, service in _services(whole):
        if service.park is None:
            continue
        path = (*above, "park")
        if service.park.after == 1:
            yield Finding("park_after_all", {}, (*path, "after"))
        yield from _long(whole, agency, service.park.for_, (*path, "for"))


def _long(whole: Whole, agency: Agency, law: Distribution, path: Path) -> Iterator[Finding]:
    """A citizen who would be away until the mall has closed."""
    days = days_here(whole, agency)
    longest = max((day.closes - day.opens for day in days), default=q.LONGEST)
    if law.mean >= longest:
        mean = round(law.mean / q.MINUTE) * q.MINUTE if law.mean < q.LONGEST else q.LONGEST
        shown = {"value": q.duration(mean), "limit": q.duration(longest)}
        yield Finding("away_long", shown, path)


def _back_office(whole: Whole) -> Iterator[Finding]:
    """Work that nobody of the agency could do."""
    scenario = whole.scenario
    for name in scenario.leave_work:
        agency = scenario.agencies[name]
        for key, service in agency.services.items():
            path: Path = ("agencies", name, "services", key, "back_office")
            if service.back_office and scenario.calendar.continuous is not None:
                yield Finding("not_continuous", {"value": "back_office"}, path, at_key=True)
            elif service.back_office and (agency.machines is not None or not agency.posts):
                yield Finding("back_office_of_nobody", {"value": name}, path, at_key=True)


PAPERS_CHECKS = (_incomplete, _park, _back_office)
