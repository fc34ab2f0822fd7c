"""What an overlay may say, made from the schema of a whole scenario.

An overlay may leave out anything, and remove anything by `null`; a list is replaced as a whole,
so what stands in one follows the rules of a whole scenario. Of a law it may change single keys.
"""

from __future__ import annotations

from typing import Any

from sim.scenario.shapes import Schema

_REMOVES = {"type": "null"}
_DROPPED = ("required", "minProperties", "maxProperties", "default")


def overlays(definitions: dict[str, Schema], lists: frozenset[str]) -> dict[str, Schema]:
    """Return the definitions for overlays, each by its name with `Overlay` at the end.

    lists : names of definitions that only stand in lists, and so are never laid over anything

    Definitions of single values, and of what stands in lists, are the same in an overlay.
    """
    names = frozenset(
        name for name, of in definitions.items() if name not in lists and of.get("type") == "object"
    )
    return {
        _name(name): _loosened(definitions[name], names) for name in definitions if name in names
    }


def _loosened(schema: Schema, names: frozenset[str]) -> Schema:
    """Return a schema that needs nothing and lets `null` remove each key.

    names : the definitions of which there is one for overlays
    """
    if "oneOf" in schema:
        schema = {**_without(schema, "oneOf"), **_all_keys_of(schema["oneOf"])}
    loose: Schema = {}
    for word, value in schema.items():
        if word == "$ref":
            name = value.rpartition("/")[2]
            loose[word] = _name(value) if name in names else value
        elif word == "anyOf":
            loose[word] = [_loosened(each, names) for each in value]
        elif word in ("properties", "patternProperties"):
            loose[word] = {key: _removable(_loosened(each, names)) for key, each in value.items()}
        elif word == "additionalProperties" and value is not False:
            loose[word] = _removable(_loosened(value, names))
        elif word not in _DROPPED:
            loose[word] = value
    return loose


def _name(of: str) -> str:
    return f"{of}Overlay"


def _without(schema: Schema, *words: str) -> Schema:
    return {word: value for word, value in schema.items() if word not in words}


def _removable(schema: Schema) -> Schema:
    """Return a schema that takes `null` besides."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], _REMOVES]}
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    words = ("title", "description", "examples")
    around = {word: schema[word] for word in words if word in schema}
    return {**around, "anyOf": [_without(schema, *words), _REMOVES]}


def _all_keys_of(branches: list[Schema]) -> Schema:
    """Return one mapping with the keys of all branches: an overlay may give any of them."""
    found: dict[str, list[Any]] = {}
    for branch in branches:
        for key, schema in branch["properties"].items():
            if schema not in found.setdefault(key, []):
                found[key].append(schema)
    return {
        "type": "object",
        "properties": {key: _either(schemas) for key, schemas in found.items()},
        "additionalProperties": False,
    }


def _either(schemas: list[Schema]) -> Schema:
    if all("const" in schema for schema in schemas):
        words = _without(schemas[0], "const")
        return {**words, "enum": [schema["const"] for schema in schemas]}
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
