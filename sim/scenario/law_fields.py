"""Fields that hold a law: durations, durations that may be negative, and patience."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from sim.scenario.distributions import Distribution, Patience, read_distribution, read_patience


def _read_law(raw: object, info: ValidationInfo) -> Distribution:
    return read_distribution(raw, read_table=(info.context or {}).get("read_table"))


def _read_signed(raw: object, info: ValidationInfo) -> Distribution:
    return read_distribution(raw, signed=True, read_table=(info.context or {}).get("read_table"))


def _read_patience(raw: object, info: ValidationInfo) -> Patience:
    return read_patience(raw, read_table=(info.context or {}).get("read_table"))


_LAW_SCHEMA = WithJsonSchema({"$ref": "#/$defs/Distribution"})
Law = Annotated[
    Distribution, BeforeValidator(_read_law), PlainSerializer(lambda law: law.spec()), _LAW_SCHEMA
]
SignedLaw = Annotated[
    Distribution,
    BeforeValidator(_read_signed),
    PlainSerializer(lambda law: law.spec()),
    _LAW_SCHEMA,
]
PatienceLaw = Annotated[
    Patience, BeforeValidator(_read_patience), PlainSerializer(lambda law: law.spec()), _LAW_SCHEMA
]
