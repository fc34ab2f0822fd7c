"""Fields that several parts of a scenario share: names, texts, laws, tables by clock time."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)

from sim.scenario import quantities as q
from sim.scenario.distributions import Distribution, Patience, read_distribution, read_patience
from sim.scenario.faults import Finding, refuse

NAME = r"^[A-Za-z][A-Za-z0-9_-]*$"


def _read_name(raw: object) -> str:
    text = q.text_of(raw, "name")
    if not re.match(NAME, text):
        refuse(Finding("name", {"value": text}, at_key=True))
    return text


def _read_text(raw: object) -> str:
    return q.text_of(raw, "text")


def _read_law(raw: object, info: ValidationInfo) -> Distribution:
    return read_distribution(raw, read_table=(info.context or {}).get("read_table"))


def _read_signed(raw: object, info: ValidationInfo) -> Distribution:
    return read_distribution(raw, signed=True, read_table=(info.context or {}).get("read_table"))


def _read_patience(raw: object, info: ValidationInfo) -> Patience:
    return read_patience(raw, read_table=(info.context or {}).get("read_table"))


_LAW_SCHEMA = WithJsonSchema({"$ref": "#/$defs/Distribution"})
Name = Annotated[str, BeforeValidator(_read_name)]
Text = Annotated[str, BeforeValidator(_read_text)]
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
    """Write a table by clock time as `clock_table` reads it."""
    return None if table is None else {q.clock(time): value for time, value in table}


def findings_of(error: ValidationError, above: tuple[str | int, ...] = ()) -> list[Finding]:
    """Return pydantic's errors as findings; those of our own readers keep code and remedy."""
    found: list[Finding] = []
    for item in error.errors():
        path = (*above, *item["loc"])
        if item["type"] == "findings":
            for f in item["ctx"]["found"]:
                found.append(Finding(f.code, f.params, (*path, *f.path), f.at_key))
        else:
            params = {"kind": item["type"], "message": item["msg"], "value": item["input"]}
            found.append(Finding("pydantic", params, path))
    return found
