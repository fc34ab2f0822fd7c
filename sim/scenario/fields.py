"""What the fields of all models share: frozen models, names, texts, yes or no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, refuse

NAME = r"^[A-Za-z][A-Za-z0-9_-]*$"
_YES = {"true": True, "yes": True, "ya": True, "false": False, "no": False, "tidak": False}


class Frozen(BaseModel):
    """A part of a scenario: unknown keys are faults, and nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def content_hash(part: object) -> int:
    """Return a hash that is equal for equal parts of a scenario, whatever the order of tables."""
    if isinstance(part, BaseModel):
        return hash(tuple(content_hash(getattr(part, name)) for name in type(part).model_fields))
    if isinstance(part, Mapping):
        return hash(frozenset((key, content_hash(value)) for key, value in part.items()))
    if isinstance(part, (list, tuple)):
        return hash(tuple(map(content_hash, part)))
    try:
        return hash(part)
    except TypeError:
        return 0  # equality tells them apart


def read_name(raw: object) -> str:
    """Read a name: a letter, then letters, digits, `_` or `-`."""
    text = q.text_of(raw, "name")
    if not re.match(NAME, text):
        refuse(Finding("name", {"value": text}, at_key=True))
    return text


def read_text(raw: object) -> str:
    """Read one line or paragraph."""
    return q.text_of(raw, "text")


def read_yes(raw: object) -> bool:
    """Read `true` or `false`, also written yes, no, ya and tidak."""
    text = "true" if raw is True else "false" if raw is False else q.text_of(raw, "yes_no")
    if text.lower() not in _YES:
        refuse(Finding("yes_no", {"value": text}))
    return _YES[text.lower()]


Name = Annotated[str, BeforeValidator(read_name)]
Text = Annotated[str, BeforeValidator(read_text)]
Yes = Annotated[
    bool, BeforeValidator(read_yes), PlainSerializer(lambda value: "true" if value else "false")
]
