"""The JSON Schema (draft-07) by which an editor checks and completes scenarios and overlays.

It says what each file may say by itself; how files and names fit together only `load` can tell.
A file with `extends` is an overlay, and so is one that lacks a part which every mall has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario import shapes as s
from sim.scenario.examples import value_of
from sim.scenario.keys import Key, keys_of, models
from sim.scenario.law_schema import PARAMETERS, branches, definition
from sim.scenario.overlay_schema import overlays
from sim.scenario.shapes import Schema, Shape
from sim.words import catalogue, say

DRAFT = "http://json-schema.org/draft-07/schema#"
EXTENDS = Key("Scenario", "extends", str)
ADD_STOPS = Key("Journey", "add_stops", tuple)
ADDITION = tuple(
    Key("Addition", name, tuple, required=name == "stop")
    for name in ("after", "before", "stop", "share")
)
"""The keys of overlays, which merging takes away before the models see them."""
WHOLE = ("calendar", "agencies", "journeys")
"""A file that has all of these, and extends nothing, is a mall by itself."""
_IN_LISTS = frozenset({"Part", "Choice", "AnyOrder", "Repeat"})
_SIGNED: dict[str, Schema] = {
    **dict.fromkeys(("always", "mean", "median", "p90", "low", "mode", "high", "loc"), s.SPAN.form),
    "values": s.SIGNED_VALUES.form,
    "of": s.SIGNED_PARTS,
}
"""The keys of a law that may fall below 0 where the law may."""


def json_schema(lang: str = "en") -> Schema:
    """Return the schema of scenario files, with its words in `lang`.

    Raises ValueError for a language other than `id` and `en`.
    """
    definitions = _definitions(lang)
    over = overlays(definitions, _IN_LISTS)
    over["ScenarioOverlay"]["properties"] |= {"extends": _property(EXTENDS, lang)}
    over["JourneyOverlay"]["properties"] |= {"add_stops": _property(ADD_STOPS, lang)}
    every = {**definitions, "Addition": _addition(lang), **over}
    return {
        "$schema": DRAFT,
        "title": say("schema.title", lang),
        "description": say("schema.description", lang),
        "type": "object",
        "if": {"required": list(WHOLE), "not": {"required": ["extends"]}},
        "then": s.reference("Scenario"),
        "else": s.reference("ScenarioOverlay"),
        "definitions": _said(_used(every), lang),
    }


def _used(definitions: dict[str, Schema]) -> dict[str, Schema]:
    """Return the definitions to which the file itself leads, directly or by others."""
    used: set[str] = set()
    ahead = {"Scenario", "ScenarioOverlay"}
    while ahead:
        used |= ahead
        ahead = {name for of in ahead for name in _names(definitions[of])} - used
    return {name: of for name, of in definitions.items() if name in used}


def _names(part: Any) -> Iterator[str]:
    """Yield the definitions that a part of the schema names."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]
        for value in part.values():
            yield from _names(value)
    elif isinstance(part, list):
        for value in part:
            yield from _names(value)


def _definitions(lang: str) -> dict[str, Schema]:
    found = {model.__name__: _model(model, lang) for model in models()}
    del found["Stop"]  # written as a text, or as a share by name
    for name, share in (("Law", ""), ("Patience", "allowed"), ("Part", "needed")):
        found[name] = _law(share, lang)
    found["Signed"] = _signed(found["Law"], lang)
    for key, shape in PARAMETERS.items():
        if key != "dist":  # which names may stand there depends on the form
            found[definition(key)] = {**_titled(f"schema.Law.{key}", lang), **shape.form}
    return found | s.SCALARS


def _model(model: Any, lang: str) -> Schema:
    keys = keys_of(model)
    return {
        **_titled(f"schema.model.{model.__name__}", lang),
        "type": "object",
        "properties": {key.name: _property(key, lang) for key in keys},
        "required": [key.name for key in keys if key.required],
        "additionalProperties": False,
    }


def _property(key: Key, lang: str) -> Schema:
    found: Schema = {
        "title": say(f"schema.{key.path}.title", lang),
        "description": description(key, lang),
        **s.shape_of(key).form,
    }
    if key.default not in (None, "", {}) and not isinstance(key.default, dict):
        found["default"] = plainly(key.default)
    example = value_of(key.path)
    if example is None or _of_mappings(example):
        return found
    return {**found, "examples": [example]}


def _of_mappings(example: Any) -> bool:
    """Whether an example is a list of mappings, which editors cannot insert."""
    return isinstance(example, list) and all(isinstance(item, dict) for item in example)


def _law(share: str, lang: str) -> Schema:
    """Return the schema of a law, each form of it with its own title."""
    found = []
    for form, schema in branches(share):
        title = f"{say(f'schema.law.{form.law}', lang)} {{{form}}}"
        if form.has_name:
            dist = {**_titled("schema.Law.dist", lang), **schema["properties"]["dist"]}
            schema = {**schema, "properties": {**schema["properties"], "dist": dist}}
        found.append({"title": title, **schema})
    return {
        **_titled("schema.model.Law", lang),
        "type": "object",
        "errorMessage": "law",
        "anyOf": found,
    }


def _signed(law: Schema, lang: str) -> Schema:
    """Return the schema of a law that may fall below 0: its durations may have a minus."""
    branches = []
    for branch in law["anyOf"]:
        keys = {**branch["properties"]}
        keys |= {
            key: {**_titled(f"schema.Law.{key}", lang), **_SIGNED[key]}
            for key in keys
            if key in _SIGNED
        }
        branches.append({**branch, "properties": keys})
    return {**law, "anyOf": branches}


def _addition(lang: str) -> Schema:
    return {
        **_titled("schema.model.Addition", lang),
        "type": "object",
        "properties": {key.name: _property(key, lang) for key in ADDITION},
        "required": ["stop"],
        "oneOf": [{"required": ["after"]}, {"required": ["before"]}],
        "additionalProperties": False,
    }


def _titled(key: str, lang: str) -> Schema:
    return {"title": say(f"{key}.title", lang), "description": say(f"{key}.description", lang)}


def description(key: Key, lang: str) -> str:
    """Return all that a person needs to know of a key: meaning, rule, form, unit and default."""
    words = [say(f"schema.{key.path}.description", lang)]
    if has_words(f"{key.path}.rule"):
        words.append(say(f"schema.{key.path}.rule", lang))
    lines = [" ".join(words)]
    shape = s.shape_of(key)
    if shape.kind != "table":  # its own keys say how it is written
        lines.append(say("schema.written", lang, kind=written(shape, lang)))
    if has_words(f"{key.path}.unit"):
        lines.append(say("schema.unit", lang, unit=say(f"schema.{key.path}.unit", lang)))
    if key.required:
        lines.append(say("schema.required", lang))
    else:
        lines.append(say("schema.default", lang, default=default(key, lang)))
    return "\n".join(lines)


def written(shape: Shape, lang: str) -> str:
    """Say how a kind of value is written."""
    values: dict[str, str] = {}
    if shape.each is not None:
        values["each"] = written(shape.each, lang)
    if "enum" in shape.form:
        values["choices"] = ", ".join(shape.form["enum"])
    return say(f"schema.kind.{shape.kind}", lang, **values)


def default(key: Key, lang: str) -> str:
    """Say what holds where a key is left out."""
    if has_words(f"{key.path}.default"):
        return say(f"schema.{key.path}.default", lang)
    empty = key.default in (None, "", "none") or isinstance(key.default, dict)
    return say("schema.nothing", lang) if empty else str(plainly(key.default))


def has_words(key: str) -> bool:
    """Whether the catalogues hold a text for `Model.key.what`; both hold the same."""
    return f"schema.{key}" in catalogue("en")


def plainly(value: Any) -> Any:
    """Return a value as a person writes it: 1 instead of 1.0."""
    return int(value) if isinstance(value, float) and value == int(value) else value


def _said(schema: Any, lang: str) -> Any:
    """Return a schema whose error messages are in words instead of the kinds that are expected."""
    if isinstance(schema, list):
        return [_said(each, lang) for each in schema]
    if not isinstance(schema, dict):
        return schema
    said = {}
    for word, value in schema.items():
        if word == "errorMessage":
            said[word] = say("schema.expected", lang, kind=say(f"schema.kind.{value}", lang))
        else:
            said[word] = _said(value, lang)
    return said
