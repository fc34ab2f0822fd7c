"""Outages: how often something is down, for how long, and what becomes of who is served."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.calendar import Calendar, Kind
from sim.scenario.faults import Finding, refuse
from sim.scenario.fields import Frozen, Yes
from sim.scenario.law_fields import Law

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_RATE = re.compile(r"(?P<number>\S+)(\s+(times|kali))?\s+(per|a|an|se|tiap)\s+(?P<unit>[a-z]+)")
_UNITS = {
    "hour": "hour", "jam": "hour", "day": "day", "hari": "day", "week": "week", "minggu": "week",
    "month": "month", "bulan": "month", "year": "year", "tahun": "year",
}  # fmt: skip
_WEEKS = {"week": 1.0, "month": 365.25 / 12 / 7, "year": 365.25 / 7}
_GRID = (np.arange(4096) + 0.5) / 4096


@dataclass(frozen=True)
class Rate:
    """So many in a period: hour, day, week, month or year."""

    number: float
    per: str

    def __str__(self) -> str:
        return f"{self.number:.15g} per {self.per}"


def _read_rate(raw: object) -> Rate:
    """Read `2 per month`."""
    text = q.text_of(raw, "rate")
    found = _RATE.fullmatch(text)
    if found is None or found["unit"] not in _UNITS:
        refuse(Finding("rate", {"value": text}))
    return Rate(q.read_weight(found["number"]), _UNITS[found["unit"]])


RateField = Annotated[
    Rate,
    BeforeValidator(_read_rate),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "description": "so many per hour, day, week, month or year"}),
]


class Outage(Frozen):
    """How often something is down, and what becomes of the services that it interrupts.

    times : per period of opening hours; lasting : each
    interrupted : who is served stays with her officer, or goes to the head of the line
    then : her service is resumed, or begins anew; or it goes on by hand, at that speed
    each : of an agency, each of its counters by itself
    generator : of the hall, the power is back after this time at the latest
    """

    times: RateField
    lasting: Law
    interrupted: Literal["stay", "requeue"] = "stay"
    then: Literal["resume", "restart", "by_hand"] = "resume"
    by_hand_speed: q.Factor | None = None
    each: Yes = False
    generator: q.Duration | None = None

    @property
    def pace(self) -> float:
        """The speed at which a counter works meanwhile; 0 if it does not."""
        return (self.by_hand_speed or 0.0) if self.then == "by_hand" else 0.0

    def cycle(self, calendar: Calendar) -> float:
        """From the beginning of one outage to that of the next on average, µs; inf if never."""
        span = opening_time(calendar, self.times.per)
        return span / self.times.number if self.times.number else float("inf")

    @cached_property
    def down(self) -> float:
        """How long one lasts on average, µs."""
        if self.generator is None:
            return self.lasting.mean
        return float(self._lengths(_GRID).mean())

    def begun(self, u: Floats) -> Floats:
        """Return how much longer an outage lasts that one finds on coming; (n,) µs.

        Longer ones are found more often, each at any point of it: the equilibrium of a renewal
        process (Cox 1962, Renewal Theory, ch. 5). By 4096 quantiles of the law.
        u : (2, n) uniforms: which outage, and where in it
        """
        lengths = self._lengths(_GRID)
        total = np.cumsum(lengths)
        found = np.searchsorted(total, u[0] * total[-1])
        rest: Floats = lengths[np.minimum(found, len(lengths) - 1)] * u[1]
        return rest

    def _lengths(self, u: Floats) -> Floats:
        lengths: Floats = self.lasting.quantile(u)
        return lengths if self.generator is None else np.minimum(lengths, self.generator)

    def spans(self, calendar: Calendar, first: Floats, up: Floats, down: Floats) -> Ints:
        """Return when it is down on each day, from before to, whole µs; (days, n + 1, 2).

        Between two outages passes an exponential time. Each day begins in equilibrium: within an
        outage with the chance that there is one, else an exponential time before the next.
        first : (3, days) uniforms; up, down : (days, n) uniforms
        """
        cycle = self.cycle(calendar)
        within = first[0] < self.down / cycle
        rest = np.where(within, self.begun(first[1:]), 0.0)
        gaps = _whole(np.minimum(-np.log1p(-up) * (cycle - self.down), q.LONGEST))
        lengths = _whole(self._lengths(down))
        begin = np.cumsum(np.concatenate([_whole(rest)[:, None] + gaps[:, :1], gaps[:, 1:]], 1), 1)
        begin[:, 1:] += np.cumsum(lengths[:, :-1], 1)
        zero = np.zeros((len(within), 1), dtype=np.int64)
        return np.stack(
            [
                np.concatenate([zero, begin], 1),
                np.concatenate([_whole(rest)[:, None], begin + lengths], 1),
            ],
            axis=2,
        )


def _whole(values: Floats) -> Ints:
    return np.rint(values).astype(np.int64)


def opening_time(calendar: Calendar, per: str) -> float:
    """Return for how long the mall is open in a period, µs: `2 per month` counts while it is.

    By an ordinary week; a day is a mean day of it. A hall that never closes is always open.
    """
    if per == "hour":
        return float(q.HOUR)
    if calendar.continuous is not None:
        days, week = 7, 7 * q.DAY
    else:
        hours = [calendar.setting("hours", Kind(day))[0] for day in calendar.ordinary]
        days, week = len(hours), sum(end - begin for begin, end in hours)
    return week / days if per == "day" else week * _WEEKS[per]
