"""What only the whole scenario can tell: whether its parts fit each other.

Each check looks at one thing and yields what it finds; all are run, so that all faults come out
in one go. They run once, after the models are sound; nothing re-checks a loaded scenario.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario import quantities as q
from sim.scenario.calendar import Day
from sim.scenario.checking_at_once import AT_ONCE_CHECKS
from sim.scenario.checking_bookings import BOOKINGS_CHECKS
from sim.scenario.checking_counters import COUNTERS_CHECKS
from sim.scenario.checking_dates import DATES_CHECKS
from sim.scenario.checking_hours import HOURS_CHECKS, Whole
from sim.scenario.checking_names import NAMES_CHECKS
from sim.scenario.checking_online import ONLINE_CHECKS
from sim.scenario.checking_papers import PAPERS_CHECKS
from sim.scenario.checking_returns import RETURNS_CHECKS
from sim.scenario.checking_skills import SKILLS_CHECKS, served_elsewhere
from sim.scenario.checking_stops import STOPS_CHECKS
from sim.scenario.checking_surges import SURGES_CHECKS
from sim.scenario.checking_tickets import TICKETS_CHECKS
from sim.scenario.clock_tables import Profile
from sim.scenario.faults import Fault, Finding, Path
from sim.scenario.locating import Locator
from sim.scenario.merging import Merged
from sim.scenario.model import Agency, Demand, Scenario, Staffing
from sim.scenario.profile import arrival_profile

MOST_COUNTERS = 10_000
MOST_VISITS_A_DAY = 1_000_000
MOST_VISITS_A_RUN = 20_000_000
MOST_STOPS = 100
"""Stops of one journey, those at the entrance included."""


def check(scenario: Scenario, merged: Merged, locator: Locator) -> list[Fault]:
    """Return what is wrong with a scenario whose parts are each sound."""
    whole = Whole(scenario, merged.root, merged.removed)
    checks = (
        *DATES_CHECKS, *HOURS_CHECKS, *NAMES_CHECKS, *SKILLS_CHECKS, *CHECKS, *TICKETS_CHECKS,
        *BOOKINGS_CHECKS, *PAPERS_CHECKS, *COUNTERS_CHECKS, *STOPS_CHECKS, *RETURNS_CHECKS,
        *AT_ONCE_CHECKS, *ONLINE_CHECKS, *SURGES_CHECKS,
    )  # fmt: skip
    findings = [f for each in checks for f in each(whole)]
    return locator.faults(findings)


def _class_shares(whole: Whole) -> Iterator[Finding]:
    visitors = whole.scenario.visitors
    rest = [name for name, of in visitors.items() if of.share is None]
    total = sum(of.share or 0.0 for of in visitors.values())
    shown = {"value": f"{100 * total:.10g} %"}
    if len(rest) > 1:
        yield Finding("class_rest", {"value": ", ".join(rest)}, ("visitors",))
    elif total > 1 + 1e-9 or (not rest and total < 1 - 1e-9):
        yield Finding("class_shares", shown, ("visitors",))


def _demand(whole: Whole) -> Iterator[Finding]:
    scenario = whole.scenario
    if scenario.demand.scale == 0:
        yield Finding("no_demand", {}, ("demand", "scale"))
    if all(journey.per_day == 0 for journey in scenario.journeys.values()):
        yield Finding("no_demand", {}, ("journeys",))
    for name, journey in scenario.journeys.items():
        if not any(journey.weekday.get(day, 1.0) for day in scenario.calendar.ordinary):
            yield Finding("no_demand", {}, ("journeys", name, "weekday"))
    factors = [scenario.demand.weekday.get(day, 1.0) for day in scenario.calendar.ordinary]
    if not any(factors):
        yield Finding("no_demand", {}, ("demand", "weekday"))
    elif whole.sound_hours and not any(map(scenario.day_factor, scenario.days)):
        yield Finding("no_demand", {}, ("demand",))


def _day_to_day(whole: Whole) -> Iterator[Finding]:
    first = {journey.comes_for for journey in whole.scenario.journeys.values() if journey.stops}
    for name, agency in whole.scenario.agencies.items():
        if agency.day_to_day and name not in first:
            yield Finding("day_to_day_of_nobody", {"value": name}, ("agencies", name, "day_to_day"))


def _moved_from(whole: Whole) -> Iterator[Finding]:
    """More who moved from an office than came to it."""
    for name, journey in whole.scenario.journeys.items():
        old = journey.moved_from
        if old is not None and old.moved(journey.per_day) > old.per_day * (1 + 1e-9):
            shown = {
                "value": f"{q.share(old.share)}", "of": f"{journey.per_day:g}",
                "moved": f"{old.moved(journey.per_day):g}", "limit": f"{old.per_day:g}",
            }  # fmt: skip
            yield Finding("moved_too_many", shown, ("journeys", name, "moved_from", "share"))


def _profile(whole: Whole) -> Iterator[Finding]:
    """A day on which the profile lets nobody come; if it is so every day, that is one fault."""
    if not whole.sound_hours:
        return
    scenario = whole.scenario
    profiles: dict[Path, dict[str, Profile] | None] = {
        ("demand", "profile"): scenario.demand.profile,
        **{("journeys", name, "profile"): of.profile for name, of in scenario.journeys.items()},
    }
    for path, profile in profiles.items():
        if profile is None:
            continue
        own = profile if path[0] == "journeys" else None
        days = [day for day in scenario.days if own is not None or day.profile is None]
        closed = [day for day in days if not _has_arrivals(scenario.demand, day, profile, own)]
        if closed and len(closed) == len(days):
            yield Finding("profile_unused", {}, path)
        elif closed:
            yield Finding("profile_unused_day", {"value": _first(closed)}, path)
    for path, days in _by_layer(whole):
        closed = [day for day in days if not _has_arrivals(scenario.demand, day)]
        if closed:
            yield Finding("profile_unused_day", {"value": _first(closed)}, path)


def _by_layer(whole: Whole) -> Iterator[tuple[Path, list[Day]]]:
    """Yield each profile of a season or a special day with the days that go by it."""
    calendar = whole.scenario.calendar
    found: dict[Path, list[Day]] = {}
    for day in whole.scenario.days:
        if day.date is not None and day.profile is not None:
            kind = calendar.kind(day.date)
            layer = kind.layers[calendar.setting("profile", kind)[1]]
            found.setdefault(("calendar", *layer, "profile"), []).append(day)
    yield from found.items()


def _first(days: list[Day]) -> str:
    """Name days; of many the first ones."""
    return ", ".join([day.label for day in days[:7]] + ["..."] * (len(days) > 7))


def _has_arrivals(
    demand: Demand,
    day: Day,
    profile: dict[str, Profile] | None = None,
    own: dict[str, Profile] | None = None,
) -> bool:
    if profile is not None and day.weekday and day.weekday not in profile:
        return False
    try:
        arrival_profile(demand, day, own)
    except ValueError:
        return False
    return True


def _staffing(whole: Whole) -> Iterator[Finding]:
    for name, agency in whole.scenario.agencies.items():
        path = ("agencies", name)
        if agency.counters is not None and agency.machines is not None:
            yield Finding("counters_and_machines", {}, (*path, "machines"))
        elif agency.counters is None and agency.machines is None:
            if not served_elsewhere(whole.scenario, name):
                yield Finding("no_counters", {}, path)
        elif _number_of(agency) == 0:
            key = "machines" if agency.counters is None else "counters"
            yield Finding("zero_counters", {}, (*path, key))
        if not agency.services:
            yield Finding("no_services", {}, (*path, "services"))


def _number_of(agency: Agency) -> int:
    if isinstance(agency.counters, Staffing):
        return agency.counters.most
    return agency.machines or 0 if agency.counters is None else len(agency.counters)


def _promises(whole: Whole) -> Iterator[Finding]:
    for name, agency in whole.scenario.agencies.items():
        path: tuple[str, ...] = ("agencies", name)
        if agency.promise is not None and agency.promise.for_ == 0:
            yield Finding("promise_zero", {}, (*path, "promise", "for"))
        for key, service in agency.services.items():
            if service.promise is not None and service.promise.for_ == 0:
                yield Finding("promise_zero", {}, (*path, "services", key, "promise", "for"))


def _hall(whole: Whole) -> Iterator[Finding]:
    hall = whole.scenario.hall
    if hall.capacity == 0:
        yield Finding("capacity_zero", {}, ("hall", "capacity"))
    if hall.when_full == "line" and hall.capacity is None:
        yield Finding("line_without_capacity", {}, ("hall", "when_full"))
    if hall.standing_patience < 1 and hall.seats is None:
        yield Finding("standing_without_seats", {}, ("hall", "standing_patience"))
    for name, of in whole.scenario.visitors.items():
        most = max(number for number, _ in of.people)
        if hall.capacity and most > hall.capacity:
            shown = {"value": most, "limit": hall.capacity}
            yield Finding("people_beyond_capacity", shown, ("visitors", name, "people"))


def _sizes(whole: Whole) -> Iterator[Finding]:
    scenario = whole.scenario
    number = {name: _number_of(agency) for name, agency in scenario.agencies.items()}
    if sum(number.values()) > MOST_COUNTERS:
        largest = max(number, key=lambda name: number[name])
        key = "machines" if scenario.agencies[largest].counters is None else "counters"
        shown = {"value": sum(number.values()), "limit": MOST_COUNTERS}
        yield Finding("too_many_counters", shown, ("agencies", largest, key))
    yield from _visits(scenario)
    for name, journey in scenario.journeys.items():
        steps = scenario.steps_of(name)
        stops = sum(step.places for step in steps)
        if stops > MOST_STOPS:
            path = ("journeys", name, "stops" if journey.stops else "entrance")
            yield Finding("too_many_stops", {"value": stops, "limit": MOST_STOPS}, path)


def _visits(scenario: Scenario) -> Iterator[Finding]:
    wanted = {name: of.per_day * scenario.demand.scale for name, of in scenario.journeys.items()}
    most = max(wanted, key=lambda name: wanted[name])
    a_day = sum(wanted.values())
    calendar = scenario.calendar
    days = len(calendar.open_dates) if calendar.dates else (calendar.continuous or 0) / q.DAY
    if a_day > MOST_VISITS_A_DAY:
        shown = {"value": f"{a_day:.0f}", "limit": MOST_VISITS_A_DAY}
        yield Finding("too_many_visits", shown, ("journeys", most, "per_day"))
    elif a_day * days > MOST_VISITS_A_RUN:
        shown = {"value": f"{a_day * days:.0f}", "limit": MOST_VISITS_A_RUN}
        key = "days" if calendar.dates else "continuous"
        yield Finding("too_many_visits_run", shown, ("calendar", key))


CHECKS = (
    _class_shares,
    _demand,
    _day_to_day,
    _moved_from,
    _profile,
    _staffing,
    _promises,
    _hall,
    _sizes,
)
