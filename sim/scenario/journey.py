"""A journey: why a citizen comes, how many do, and the stops that they make."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.booking import Booking
from sim.scenario.clock_tables import Profiles
from sim.scenario.come_back import ComeBack
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.fields import Frozen, Text
from sim.scenario.gathering import Gathering
from sim.scenario.moved_from import MovedFrom
from sim.scenario.online import OnlineNumber
from sim.scenario.stops import Stops
from sim.scenario.weekdays import Factors

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


def _read_needs(raw: object) -> dict[str, tuple[str, ...]]:
    """Read `{bank.bayar: dukcapil.kk}`, with a list where a stop needs several."""
    if not isinstance(raw, dict) or not raw:
        refuse(Finding("needs", {"value": "nothing" if not raw else str(raw)[:40]}))
    gathering = Gathering()
    needs: dict[str, tuple[str, ...]] = {}
    for stop, items in raw.items():
        several = isinstance(items, list)
        read = [
            gathering.read((stop, k) if several else (stop,), q.text_of, item, "needs")
            for k, item in enumerate(items if several else [items])
        ]
        needs[str(stop)] = tuple(dict.fromkeys(name for name in read if name))
    gathering.refuse_any()
    return needs


def _write_needs(needs: dict[str, tuple[str, ...]]) -> dict[str, str | list[str]]:
    return {stop: of[0] if len(of) == 1 else list(of) for stop, of in needs.items()}


Needs = Annotated[
    dict[str, tuple[str, ...]],
    BeforeValidator(_read_needs),
    PlainSerializer(_write_needs),
    WithJsonSchema({"type": "object"}),
]

Tickets = Literal["one_by_one", "all_at_entrance"]
"""A ticket at each stop as she comes to it, or all at once, when she has passed the entrance."""


class Journey(Frozen):
    """Why a citizen comes: the steps that she makes in order, and how many come for it a day.

    profile : when they come, where they come at other times than the mall's citizens
    tickets : how she takes her tickets, where this differs from the mall's
    weekday : factors instead of the mall's; day_to_day : variation besides that of the mall
    goes_on_after : the outcomes of a stop after which she goes on to the next; after the others
        she leaves the mall
    needs : of a service, those whose document it takes: she passes over it unless she has been
        served there on this visit
    moved_from : where they went before; it changes nothing in the mall
    """

    name: Text = ""
    per_day: q.Weight
    stops: Stops
    entrance: Stops | None = None
    profile: Profiles | None = None
    weekday: Factors = {}
    day_to_day: q.Variation = 0.0
    goes_on_after: GoesOn = ()
    needs: Needs = {}
    tickets: Tickets | None = None
    booking: Booking | None = None
    online_number: OnlineNumber | None = None
    come_back: ComeBack | None = None
    moved_from: MovedFrom | None = None

    @property
    def comes_for(self) -> str:
        """The agency that its citizens come for: that of the first stop after the entrance."""
        return self.stops[0].stops[0].service.partition(".")[0]

    @property
    def booked_service(self) -> str | None:
        """The service that is booked in this journey, or None."""
        if self.booking is None:
            return None
        return self.booking.at or (self.stops[0].stops[0].service if self.stops else None)
