"""The laws of `distributions.py` as JSON Schema: one branch for each form of each law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.scenario import shapes as s
from sim.scenario.distributions import FAMILIES
from sim.scenario.families import ALWAYS, NAMELESS, Family
from sim.scenario.shapes import Schema, Shape

PARAMETERS: dict[str, Shape] = {
    "dist": s.TEXT,
    **dict.fromkeys(("always", "mean", "sd", "median", "p90"), s.DURATION),
    "cv": s.RATIO,
    **dict.fromkeys(("low", "mode", "high"), s.DURATION),
    "shape": s.POSITIVE,
    "scale": s.DURATION,
    "sigma": s.POSITIVE,
    "stages": s.COUNT,
    **dict.fromkeys(("a", "b"), s.POSITIVE),
    "values": s.VALUES,
    "file": s.FILE,
    **dict.fromkeys(("column", "unit"), s.TEXT),
    "of": Shape("parts", s.several("parts", s.reference("Part"), 2)),
    "share": s.SHARE,
    "family": s.TEXT,
    "args": Shape("arguments", {"type": "object", "additionalProperties": s.NUMBER.form}),
    "loc": s.DURATION,
}
"""Every key that some law accepts."""


@dataclass(frozen=True)
class Form:
    """One way to give a law.

    law : its name after `dist:`, or `always`, or `nameless`
    keys : those that must be given, beside `dist`; optional : those that may be
    """

    law: str
    keys: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def has_name(self) -> bool:
        """Whether the law is named by `dist`."""
        return self.law not in ("always", "nameless")

    def __str__(self) -> str:
        name = (f"dist: {self.law}",) if self.has_name else ()
        return ", ".join((*name, *self.keys, *(f"[{key}]" for key in self.optional)))


def forms() -> Iterator[Form]:
    """Yield every form of every law, the shortest names first."""
    yield from _of("always", ALWAYS)
    yield from _of("nameless", NAMELESS)
    for name, family in FAMILIES.items():
        yield from _of(name, family)
    yield Form("discrete", ("values",))
    yield Form("empirical", ("values",))
    yield Form("empirical", ("file",), ("column", "unit"))
    yield Form("mixture", ("of",))
    yield Form("scipy", ("family", "scale"), ("args", "loc"))


def _of(name: str, family: Family) -> Iterator[Form]:
    for keys in family.forms:
        yield Form(name, keys, family.optional)


def definition(key: str) -> str:
    """Return the name of the definition of a key in the schema."""
    return f"law.{key}"


def branches(share: str = "") -> list[tuple[Form, Schema]]:
    """Return the forms of a law, each with its schema.

    share : "needed" in the parts of a mixture, "allowed" in a patience, else ""
    """
    return [(form, _branch(form, share)) for form in forms()]


def _branch(form: Form, share: str) -> Schema:
    keys = [*form.keys, *form.optional, *(["share"] if share else [])]
    properties: Schema = {"dist": {"const": form.law}} if form.has_name else {}
    properties |= {key: s.reference(definition(key)) for key in keys}
    needed = [*(["dist"] if form.has_name else []), *form.keys]
    return {  # that it is a mapping is said once, so that an editor says so once
        "properties": properties,
        "required": [*needed, "share"] if share == "needed" else needed,
        "additionalProperties": False,
    }
