"""What an officer does at a break: finish, pause, or not begin what would take too long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.gathering import Gathering

LONGER = "no_start_if_longer_than"
_WORDS = ("finish", "pause")


@dataclass(frozen=True)
class AtBreak:
    """What an officer does at a break.

    pause : whether the break interrupts who is served; else the officer finishes
    overrun : nobody is called whose service usually lasts longer into the break, µs; None if
        everybody is called until it begins
    """

    pause: bool = False
    overrun: int | None = None


def _read_at_break(raw: object) -> AtBreak:
    """Read `finish`, `pause` or `{no_start_if_longer_than: 10 min}`."""
    if isinstance(raw, AtBreak):
        return raw
    if not isinstance(raw, dict):
        text = q.text_of(raw, "at_break")
        if text not in _WORDS:
            refuse(Finding("at_break", {"value": text, "near": nearest(text, (*_WORDS, LONGER))}))
        return AtBreak(pause=text == "pause")
    if set(raw) != {LONGER}:
        text = ", ".join(map(str, raw)) or "nothing"
        refuse(Finding("at_break", {"value": text, "near": nearest(text, [LONGER])}))
    gathering = Gathering()
    overrun = gathering.read((LONGER,), q.read_duration, raw[LONGER])
    gathering.refuse_any()
    return AtBreak(overrun=overrun)


def _write_at_break(how: AtBreak) -> Any:
    if how.overrun is not None:
        return {LONGER: q.duration(how.overrun)}
    return "pause" if how.pause else "finish"


AtBreakField = Annotated[
    AtBreak,
    BeforeValidator(_read_at_break),
    PlainSerializer(_write_at_break),
    WithJsonSchema({"type": ["string", "object"]}),
]
