"""Weekdays, and tables by weekday: `mon-fri`, `{mon-thu: 08:30-15:30, fri: 08:30-11:30}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, nearest, refuse

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_IN_INDONESIAN = {
    "senin": "mon", "selasa": "tue", "rabu": "wed", "kamis": "thu", "jumat": "fri",
    "jum'at": "fri", "sabtu": "sat", "minggu": "sun", "ahad": "sun",
}  # fmt: skip
Span = tuple[int, int]
"""From before to, in µs since midnight; the end is not part of it."""


def read_weekdays(raw: object) -> tuple[str, ...]:
    """Read `mon-fri`, `mon, wed` or a list of those; the days come back in the week's order.

    Indonesian names are read too (`senin-jumat`), and written as the English ones.
    """
    items = list(raw) if isinstance(raw, (list, tuple)) else [raw]
    found: set[str] = set()
    for item in items:
        for part in q.text_of(item, "weekdays", accepted=", ".join(WEEKDAYS)).lower().split(","):
            first, _, last = part.strip().partition("-")
            begin, end = _weekday(first.strip()), _weekday(last.strip() or first.strip())
            if begin > end:
                refuse(Finding("weekdays_order", {"value": part.strip()}))
            found.update(WEEKDAYS[begin : end + 1])
    return tuple(day for day in WEEKDAYS if day in found)


def names_weekdays(text: str) -> bool:
    """Whether a text is of names of weekdays alone, as `read_weekdays` reads them."""
    names = re.split("[-,] *", text)
    return all(_IN_INDONESIAN.get(name, name) in WEEKDAYS for name in names)


def _weekday(name: str) -> int:
    name = _IN_INDONESIAN.get(name, name)
    if name not in WEEKDAYS:
        near = nearest(name, WEEKDAYS)
        refuse(Finding("weekdays", {"value": name, "accepted": ", ".join(WEEKDAYS), "near": near}))
    return WEEKDAYS.index(name)


def by_weekday(read: Callable[[object], Any]) -> Callable[[object], dict[str, Any]]:
    """Return a reader for `{mon-thu: X, fri: Y}`; a bare X means every day of the week."""

    def read_table(raw: object) -> dict[str, Any]:
        if not isinstance(raw, dict):
            value = read(raw)
            return dict.fromkeys(WEEKDAYS, value)
        table: dict[str, Any] = {}
        findings: list[Finding] = []
        for key, item in raw.items():
            try:
                days = read_weekdays(key)
                table.update(_new_days(days, table))
            except Exception as error:
                findings.extend(_below(error, key, at_key=True))
                continue
            try:
                table.update(dict.fromkeys(days, read(item)))
            except Exception as error:
                findings.extend(_below(error, key))
        if findings:
            refuse(*findings)
        return {day: table[day] for day in WEEKDAYS if day in table}

    return read_table


def _new_days(days: tuple[str, ...], table: dict[str, Any]) -> dict[str, None]:
    twice = [day for day in days if day in table]
    if twice:
        refuse(Finding("weekday_twice", {"value": ", ".join(twice)}))
    return dict.fromkeys(days)


def _below(error: Exception, key: str, at_key: bool = False) -> list[Finding]:
    """Return the findings of a reader, moved below `key`; other errors pass on."""
    found = getattr(error, "context", None)
    if not found or "found" not in found:
        raise error
    return [Finding(f.code, f.params, (key, *f.path), at_key or f.at_key) for f in found["found"]]


def by_days(write: Callable[[Any], Any]) -> Callable[[dict[str, Any] | None], Any]:
    """Return a writer that gathers days with one value: `{mon, tue: X, fri: Y}`."""

    def write_table(table: dict[str, Any] | None) -> Any:
        if table is None:
            return None
        groups: dict[str, tuple[Any, list[str]]] = {}
        for day, value in table.items():
            groups.setdefault(repr(value), (write(value), []))[1].append(day)
        if len(groups) == 1 and len(table) == len(WEEKDAYS):
            return next(iter(groups.values()))[0]
        return {write_weekdays(days): value for value, days in groups.values()}

    return write_table


def write_weekdays(days: Sequence[str]) -> str:
    """Write weekdays as `read_weekdays` reads them: `mon-thu`, `mon, wed`."""
    runs: list[list[str]] = []
    for day in days:
        if runs and WEEKDAYS.index(day) == WEEKDAYS.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def write_intervals(value: tuple[Span, ...]) -> str | list[str]:
    """Write intervals of the clock as `read_intervals` reads them."""
    texts = [q.interval(item) for item in value]
    if not texts:
        return "none"
    return texts[0] if len(texts) == 1 else texts


Intervals = Annotated[
    tuple[Span, ...],
    BeforeValidator(q.read_intervals),
    PlainSerializer(write_intervals),
    WithJsonSchema({"type": ["string", "array"], "description": "08:30-12:00, or a list"}),
]
BY_WEEKDAY = WithJsonSchema({"type": ["string", "number", "array", "object"]})
Weekdays = Annotated[
    tuple[str, ...],
    BeforeValidator(read_weekdays),
    PlainSerializer(write_weekdays),
    WithJsonSchema({"type": ["string", "array"], "description": "weekdays: mon-fri"}),
]
Hours = Annotated[
    dict[str, Span],
    BeforeValidator(by_weekday(q.read_interval)),
    PlainSerializer(by_days(q.interval)),
    BY_WEEKDAY,
]
Breaks = Annotated[
    dict[str, tuple[Span, ...]],
    BeforeValidator(by_weekday(q.read_intervals)),
    PlainSerializer(by_days(write_intervals)),
    BY_WEEKDAY,
]
Clocks = Annotated[
    dict[str, int],
    BeforeValidator(by_weekday(q.read_clock)),
    PlainSerializer(by_days(q.clock)),
    BY_WEEKDAY,
]
Factors = Annotated[
    dict[str, float],
    BeforeValidator(by_weekday(q.read_weight)),
    PlainSerializer(by_days(lambda value: value)),
    BY_WEEKDAY,
]
