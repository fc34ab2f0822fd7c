"""Coming back: who could not do her business today returns on another day, as a new attempt."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, refuse
from sim.scenario.fields import Frozen
from sim.scenario.gathering import Gathering

Delays = tuple[tuple[int, float], ...]
"""After how many working days, with the share of those who come back then."""


def _read_day(raw: object) -> int:
    days = q.read_count(raw)
    if days < 1:
        refuse(Finding("back_same_day", {"value": q.text_of(raw, "integer")}))
    return days


def _read_delays(raw: object) -> Delays:
    """Read `1`, or `{1: 60 %, 3: 40 %}`."""
    if isinstance(raw, tuple):
        return raw
    if not isinstance(raw, dict):
        return ((_read_day(raw), 1.0),)
    gathering = Gathering()
    table: dict[int, float] = {}
    for key, item in raw.items():
        days = gathering.read((key,), _read_day, key)
        share = gathering.read((key,), q.read_share, item)
        if days is not None and share is not None:
            table[days] = table.get(days, 0.0) + share
    total = math.fsum(table.values())
    if not gathering.found and abs(total - 1) > 1e-9:
        gathering.add("dist_shares", value=f"{100 * total:.10g} %")
    gathering.refuse_any()
    return tuple(sorted(table.items()))


def _write_delays(delays: Delays) -> Any:
    if len(delays) == 1:
        return delays[0][0]
    return {days: q.share(share) for days, share in delays}


After = Annotated[
    Delays,
    BeforeValidator(_read_delays),
    PlainSerializer(_write_delays),
    WithJsonSchema({"type": ["integer", "object"]}),
]


class ComeBack(Frozen):
    """Which share of the citizens comes back, by what became of the visit.

    refused : turned away at the door or at a stop; left : lost patience, did not join a line,
        missed her call; sent_home : at closing; incomplete : her papers lacked something
    after : in so many days on which the mall is open
    at_most : so often
    """

    refused: q.Share = 0.0
    left: q.Share = 0.0
    sent_home: q.Share = 0.0
    incomplete: q.Share = 0.0
    after: After = ((1, 1.0),)
    at_most: q.Count = 1

    @property
    def shares(self) -> dict[str, float]:
        """The share by what became of the visit."""
        names = ("refused", "left", "sent_home", "incomplete")
        return {name: getattr(self, name) for name in names}

    @property
    def reach(self) -> int:
        """After how many open days at most the last return of a citizen may be."""
        return self.at_most * max(days for days, _ in self.after)
