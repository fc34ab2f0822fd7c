"""A journey: why a citizen comes, as an ordered list of stops."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.booking import Booking
from sim.scenario.clock_tables import Profiles
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.fields import Frozen, Text


class Stop(Frozen):
    """One service within a visit; an optional one is taken by a share of the citizens."""

    service: str
    share: q.Share = 1.0

    @property
    def agency(self) -> str:
        """The agency of the stop."""
        return self.service.partition(".")[0]


def _read_stop(raw: object) -> Stop:
    share: object = "1"
    if isinstance(raw, dict):
        if len(raw) != 1:
            refuse(Finding("stop", {"value": ", ".join(map(str, raw)) or "nothing"}))
        raw, share = next(iter(raw.items()))
    name = q.text_of(raw, "stop")
    first, dot, last = name.partition(".")
    if not (first and dot and last) or "." in last:
        refuse(Finding("stop", {"value": name}))
    try:
        return Stop(service=name, share=q.read_share(share))
    except Exception as error:
        found = error.context["found"]  # type: ignore[attr-defined]
        refuse(*(Finding(f.code, f.params, (name,)) for f in found))


def _read_stops(raw: object) -> tuple[Stop, ...]:
    if isinstance(raw, str) and raw.strip().lower() == "none":
        return ()
    items = raw if isinstance(raw, list) else [raw]
    stops: list[Stop] = []
    findings: list[Finding] = []
    for number, item in enumerate(items):
        try:
            stops.append(_read_stop(item))
        except Exception as error:
            above: tuple[str | int, ...] = (number,) if isinstance(raw, list) else ()
            findings.extend(
                Finding(f.code, f.params, (*above, *f.path), f.at_key)
                for f in error.context["found"]  # type: ignore[attr-defined]
            )
    if findings:
        refuse(*findings)
    return tuple(stops)


def _write_stops(stops: tuple[Stop, ...] | None) -> Any:
    if stops is None:
        return None
    if not stops:
        return "none"
    return [s.service if s.share == 1 else {s.service: q.share(s.share)} for s in stops]


Stops = Annotated[
    tuple[Stop, ...],
    BeforeValidator(_read_stops),
    PlainSerializer(_write_stops),
    WithJsonSchema(
        {
            "type": ["array", "string"],
            "items": {"type": ["string", "object"], "maxProperties": 1},
        }
    ),
]


FAILURES = ("reneged", "balked", "turned_away", "missed", "incomplete")


def _read_failures(raw: object) -> tuple[str, ...]:
    items = raw if isinstance(raw, list) else q.text_of(raw, "goes_on").split(",")
    found = {q.text_of(item, "goes_on") for item in items}
    for name in sorted(found - set(FAILURES)):
        near = nearest(name, FAILURES)
        refuse(Finding("goes_on", {"value": name, "near": near}))
    return tuple(name for name in FAILURES if name in found)


GoesOn = Annotated[
    tuple[str, ...],
    BeforeValidator(_read_failures),
    PlainSerializer(lambda names: ", ".join(names)),
    WithJsonSchema({"type": ["string", "array"]}),
]


class Journey(Frozen):
    """Why a citizen comes: an ordered list of stops, and how many come for it a day.

    profile : when they come, where they come at other times than the mall's citizens
    goes_on_after : the outcomes of a stop after which she goes on to the next; after the others
        she leaves the mall
    """

    name: Text = ""
    per_day: q.Weight
    stops: Stops
    entrance: Stops | None = None
    profile: Profiles | None = None
    goes_on_after: GoesOn = ()
    booking: Booking | None = None

    @property
    def booked_service(self) -> str | None:
        """The service that is booked in this journey, or None."""
        if self.booking is None:
            return None
        return self.booking.at or (self.stops[0].service if self.stops else None)
