"""Tables by clock time: `{08:30: 3, 09:30: 4}`, and weights over the day."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, refuse
from sim.scenario.weekdays import WEEKDAYS, by_days, by_weekday

Profile = tuple[tuple[int, float], ...]
"""Weights by the clock time (µs) at which their slots begin, sorted."""


def is_clock(text: str) -> bool:
    """Whether a key reads as a clock time (so that a mapping is a table over the day)."""
    return re.fullmatch(r"\d{1,2}[:.]\d{2}", text.strip()) is not None


def read_profile(raw: object) -> dict[str, Profile]:
    """Read a table by clock time, or one for some weekdays: `{mon-thu: {...}, fri: {...}}`."""

    def table(item: object) -> Profile:
        return clock_table(item, q.read_weight, "profile")

    if not isinstance(raw, dict) or not raw or any(is_clock(str(key)) for key in raw):
        return dict.fromkeys(WEEKDAYS, table(raw))
    return by_weekday(table)(raw)


def clock_table(raw: object, read: Any, code: str) -> tuple[tuple[int, Any], ...]:
    """Read `{08:30: 3, 09:30: 4}`: values from a clock time on, sorted by time."""
    if not isinstance(raw, dict) or not raw:
        refuse(Finding(code, {"value": "nothing" if not raw else str(raw)[:40]}))
    table: dict[int, Any] = {}
    findings: list[Finding] = []
    for key, item in raw.items():
        for part, at_key in ((key, True), (item, False)):
            try:
                value = q.read_clock(part) if at_key else read(part)
            except Exception as error:
                findings.extend(
                    Finding(f.code, f.params, (key,), at_key)
                    for f in error.context["found"]  # type: ignore[attr-defined]
                )
                break
            if at_key:
                time = value
                if time in table:
                    findings.append(Finding("clock_twice", {"value": key}, (key,), True))
            else:
                table[time] = value
    if findings:
        refuse(*findings)
    return tuple(sorted(table.items()))


def write_clock_table(table: tuple[tuple[int, Any], ...] | None) -> dict[str, Any] | None:
    """Write a table as `clock_table` reads it."""
    return None if table is None else {q.clock(time): value for time, value in table}


Profiles = Annotated[
    dict[str, Profile],
    BeforeValidator(read_profile),
    PlainSerializer(by_days(write_clock_table)),
    WithJsonSchema({"type": "object"}),
]
"""Profiles by weekday."""
ByHour = Annotated[
    Profile,
    BeforeValidator(lambda raw: clock_table(raw, q.read_factor, "by_hour")),
    PlainSerializer(write_clock_table),
    WithJsonSchema({"type": "object"}),
]
"""Factors from a clock time on; the first holds before it, too."""
