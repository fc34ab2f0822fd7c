"""What a mall may have counted, and how `observed` names it: `dukcapil.ktp.wait.mean`, `visits`.

A path is a name and a measure, or a measure of the whole mall; a weekday may follow (`visits.mon`),
or an hour (`in_hall.09:00`: on average from 09:00 to 10:00). `agencies.`, `services.`, `journeys.`
and `visitors.` may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.scenario.model import Scenario
from sim.scenario.weekdays import WEEKDAYS

SAME = {
    "visits_per_day": "visits", "tickets_per_day": "tickets", "wait": "wait.mean",
    "in_hall": "in_hall.mean",
}  # fmt: skip
"""Names that a planner would write for a measure."""
DURATIONS = (
    "wait.mean", "wait.median", "wait.p90", "wait.p95", "wait.max", "in_line.mean",
    "wait_in_visit.mean", "time_in_mall.mean", "overtime",
)  # fmt: skip
SHARES = (
    "called_in_time", "promise_margin", "left", "refused", "waited", "fulfilled", "utilisation",
)  # fmt: skip
_OF_STOPS = (
    "called_in_time", "promise_margin", "left", "refused", "waited", "tickets", "gave_up",
    "turned_away", "sent_home", "wait.mean", "wait.median", "wait.p90", "wait.p95", "wait.max",
    "in_line.mean",
)  # fmt: skip
_OF_JOURNEYS = (
    "visits", "completed", "fulfilled", "left", "refused", "gave_up", "turned_away", "sent_home",
    "time_in_mall.mean", "wait_in_visit.mean",
)  # fmt: skip
OBSERVABLE = {
    "service": _OF_STOPS,
    "agency": (*_OF_STOPS, "line.mean", "utilisation", "busy.mean", "staffed.mean"),
    "journey": _OF_JOURNEYS,
    "visitor_class": (*_OF_STOPS, *_OF_JOURNEYS),
    "mall": (*_OF_STOPS, *_OF_JOURNEYS, "line.mean", "in_hall.mean", "in_hall.max", "overtime"),
}
"""Measures by what they are of."""
_AT_HOUR = ("tickets", "wait.mean", "called_in_time", "promise_margin", "line.mean")
BY_HOUR = {
    "agency": (*_AT_HOUR, "left", "utilisation", "busy.mean", "staffed.mean"),
    "mall": (*_AT_HOUR, "in_hall.mean"),
}
"""Those that are also known hour by hour."""
_CLOCK = re.compile(r"\d\d:\d\d")


def readings(scenario: Scenario, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a path may mean, as (scope, name, measure), the longest name first.

    The measure may be one that nobody knows; that of the whole mall comes last.
    """
    plain = path.removeprefix("agencies.").replace(".services.", ".", 1)
    for scope, names, text in (
        ("service", scenario.services, plain),
        ("agency", tuple(scenario.agencies), plain),
        ("journey", tuple(scenario.journeys), path.removeprefix("journeys.")),
        ("visitor_class", tuple(scenario.visitors), path.removeprefix("visitors.")),
    ):
        for name in names:
            if text.startswith(f"{name}."):
                yield scope, name, measure_of(text.removeprefix(f"{name}."))
    yield "mall", "", measure_of(path)


def measure_of(text: str) -> str:
    """Return the measure that a text names, without its weekday and hour."""
    measure, _, _ = cut_of(text)
    return SAME.get(measure, measure)


def cut_of(path: str) -> tuple[str, str, str]:
    """Return a path without what it is cut by, the hour (`09:00`) and the weekday; "" if none."""
    interval = weekday = ""
    head, _, last = path.rpartition(".")
    while head:
        if not weekday and last in WEEKDAYS:
            weekday = last
        elif not interval and _CLOCK.fullmatch(last):
            interval = last
        else:
            break
        path = head
        head, _, last = path.rpartition(".")
    return path, interval, weekday
