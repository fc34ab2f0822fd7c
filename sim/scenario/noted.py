"""What the notes of a scenario hold: counts, bounds that are expected, ranges of figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, refuse


@dataclass(frozen=True)
class Quantity:
    """A number with its kind: `duration` in µs, `share`, or `number`."""

    value: float
    kind: Literal["duration", "share", "number"]

    def __str__(self) -> str:
        if self.kind == "duration":
            return q.duration(int(self.value))
        return q.share(self.value) if self.kind == "share" else f"{self.value:.15g}"


def read_quantity(raw: object) -> Quantity:
    """Read `18 min`, `92 %`, `2 of 100`, `280` or `68600 in 245 days`: its form says its kind."""
    text = q.text_of(raw, "quantity")
    if over := _OVER_DAYS.fullmatch(text):
        return Quantity(q.read_number(over[1]) / int(over[2]), "number")
    if text.endswith("%") or " of " in text:
        return Quantity(q.read_share(text), "share")
    if text and text[-1].isalpha():
        return Quantity(float(q.read_span(text)), "duration")
    return Quantity(q.read_number(text), "number")


_OVER_DAYS = re.compile(r"(\S+) in ([1-9]\d*) days")
"""A count of several days, such as a year's: what is meant is that of a day."""


def _read_range(raw: object) -> tuple[Quantity, Quantity]:
    low, dots, high = q.text_of(raw, "range").partition("..")
    if not dots:
        refuse(Finding("range", {"value": low}))
    pair = read_quantity(low.strip()), read_quantity(high.strip())
    if pair[0].kind != pair[1].kind or pair[0].value > pair[1].value:
        refuse(Finding("range", {"value": q.text_of(raw, "range")}))
    return pair


_ANY = WithJsonSchema({"type": ["string", "number"]})
Observed = Annotated[Quantity, BeforeValidator(read_quantity), PlainSerializer(str), _ANY]
Range = Annotated[
    tuple[Quantity, Quantity],
    BeforeValidator(_read_range),
    PlainSerializer(lambda pair: f"{pair[0]} .. {pair[1]}"),
    _ANY,
]


@dataclass(frozen=True)
class Expectation:
    """A bound that a measure must keep: at least, or at most, so much."""

    relation: Literal[">=", "<="]
    limit: Quantity

    def __str__(self) -> str:
        return f"{self.relation} {self.limit}"


def read_expectation(raw: object) -> Expectation:
    """Read `>= 85 %` or `<= 30 min`."""
    text = q.text_of(raw, "expectation")
    relation = next((sign for sign in _RELATIONS if text.startswith(sign)), None)
    if relation is None:
        refuse(Finding("expectation", {"value": text}))
    return Expectation(relation, read_quantity(text.removeprefix(relation).strip()))


_RELATIONS: tuple[Literal[">="], Literal["<="]] = (">=", "<=")
Expected = Annotated[
    Expectation,
    BeforeValidator(read_expectation),
    PlainSerializer(str),
    _ANY,
]
