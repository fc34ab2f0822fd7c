"""When the mall is open: weekdays, hours, breaks, doors, the last ticket, and what follows.

`Calendar` is what the file says; `Day` is one day as it will be, with everything decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, nearest, refuse

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[int, int]
"""From before to, in µs since midnight; the end is not part of it."""


class Frozen(BaseModel):
    """A part of a scenario: unknown keys are faults, and nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def read_weekdays(raw: object) -> tuple[str, ...]:
    """Read `mon-fri`, `mon, wed` or a list of those; the days come back in the week's order."""
    items = list(raw) if isinstance(raw, (list, tuple)) else [raw]
    found: set[str] = set()
    for item in items:
        for part in q.text_of(item, "weekdays").lower().split(","):
            first, _, last = part.strip().partition("-")
            begin, end = _weekday(first.strip()), _weekday(last.strip() or first.strip())
            if begin > end:
                refuse(Finding("weekdays_order", {"value": part.strip()}))
            found.update(WEEKDAYS[begin : end + 1])
    return tuple(day for day in WEEKDAYS if day in found)


def _weekday(name: str) -> int:
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


class Calendar(Frozen):
    """What the file says of days and hours (durations and clock times in µs)."""

    days: Weekdays = ("mon", "tue", "wed", "thu", "fri")
    hours: Hours | None = None
    breaks: Breaks = {}
    doors: Clocks | None = None
    last_ticket: Clocks | None = None
    at_close: Literal["serve_all", "send_home"] = "serve_all"
    day_end: q.Clock = q.DAY
    continuous: q.Duration | None = None
    warm_up: q.Duration = 0

    @property
    def run(self) -> tuple[Day, ...]:
        """The days of one replication, in order."""
        if self.continuous is not None:
            return (_endless(self.continuous, self.warm_up),)
        return tuple(self._day(weekday) for weekday in self.days)

    def _day(self, weekday: str) -> Day:
        opens, closes = (self.hours or {})[weekday]
        return Day(
            label=weekday,
            key=WEEKDAYS.index(weekday),
            weekday=weekday,
            opens=opens,
            closes=closes,
            doors=self.doors[weekday] if self.doors else opens,
            last_ticket=self.last_ticket[weekday] if self.last_ticket else closes,
            breaks=self.breaks.get(weekday, ()),
            ends=max(self.day_end, closes),
            send_home=self.at_close == "send_home",
        )


@dataclass(frozen=True)
class Day:
    """One day as it will be; clock times in µs since its midnight.

    label : weekday of a typical week, ISO date, or `continuous`
    key : the day's word in the address of a draw (0-6 in a typical week)
    ends : the hard end, at which whoever is left is sent home
    warm_up : statistics begin here (0 but in continuous runs)
    """

    label: str
    key: int
    weekday: str
    opens: int
    closes: int
    doors: int
    last_ticket: int
    breaks: tuple[Span, ...]
    ends: int
    send_home: bool
    date: date | None = None
    continuous: bool = False
    warm_up: int = 0

    @property
    def entry(self) -> Span:
        """When citizens may come in, from before to."""
        return self.doors, self.last_ticket

    @property
    def midnights(self) -> range:
        """The midnights on which demand begins anew: one, but for continuous runs."""
        return range(0, self.closes, q.DAY) if self.continuous else range(1)


def _endless(length: int, warm_up: int) -> Day:
    return Day(
        label="continuous", key=0, weekday="", opens=0, closes=length, doors=0,
        last_ticket=length, breaks=(), ends=length, send_home=False, continuous=True,
        warm_up=warm_up,
    )  # fmt: skip


def without(span: Span, breaks: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return what is left of a span when breaks are cut out of it."""
    rest = []
    begin, end = span
    for first, last in sorted(breaks):
        if last <= begin or first >= end:
            continue
        if first > begin:
            rest.append((begin, first))
        begin = max(begin, last)
    if begin < end:
        rest.append((begin, end))
    return tuple(rest)


def is_clock(text: str) -> bool:
    """Whether a key reads as a clock time (so that a mapping is a table over the day)."""
    return re.fullmatch(r"\d{1,2}[:.]\d{2}", text.strip()) is not None
