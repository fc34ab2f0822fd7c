"""What an overlay may say, made from the schema of a whole scenario.

An overlay may leave out anything, and remove anything by `null`; a list is replaced as a whole,
so what stands in one follows the rules of a whole scenario. Of a law it may change single keys.
"""

from __future__ import annotations

from sim.scenario.shapes import Schema

_DROPPED = ("required", "minProperties", "maxProperties", "default")


def overlays(definitions: dict[str, Schema], lists: frozenset[str]) -> dict[str, Schema]:
    """Return the definitions for overlays, each by its name with `Overlay` at the end.

    lists : names of definitions that only stand in lists, and so are never laid over anything
    """
    return {
        _name(name): _loosened(schema) for name, schema in definitions.items() if name not in lists
    }


def _name(of: str) -> str:
    return f"{of}Overlay"


def _loosened(schema: Schema) -> Schema:
    """Return a schema that needs nothing, and of which `null` removes what a base says."""
    if _is_law(schema):
        schema = {**schema, **_all_keys_of(schema["anyOf"])}
        del schema["anyOf"], schema["errorMessage"]
    loose: Schema = {}
    for word, value in schema.items():
        if word == "$ref":
            loose[word] = _name(value)
        elif word == "anyOf":
            loose[word] = [_loosened(each) for each in value]
        elif word == "type":
            loose[word] = [*(value if isinstance(value, list) else [value]), "null"]
        elif word == "enum":
            loose[word] = [*value, None]
        elif word in ("properties", "patternProperties"):
            loose[word] = {key: _loosened(each) for key, each in value.items()}
        elif word == "additionalProperties" and value is not False:
            loose[word] = _loosened(value)
        elif word not in _DROPPED:
            loose[word] = value
    return loose


def _is_law(schema: Schema) -> bool:
    """Whether a schema is one of several mappings, each with keys of its own."""
    return all("properties" in branch for branch in schema.get("anyOf", [{}]))


def _all_keys_of(branches: list[Schema]) -> Schema:
    """Return one mapping with the keys of all branches: an overlay may give any of them."""
    found: dict[str, list[Schema]] = {}
    for branch in branches:
        for key, schema in branch["properties"].items():
            if schema not in found.setdefault(key, []):
                found[key].append(schema)
    return {
        "properties": {key: _one_of_them(schemas) for key, schemas in found.items()},
        "additionalProperties": False,
    }


def _one_of_them(schemas: list[Schema]) -> Schema:
    """Return the schema of a key that several branches have: their one, or all their names."""
    first = dict(schemas[0])
    if "const" in first:
        del first["const"]
        first["enum"] = [schema["const"] for schema in schemas]
    return first
